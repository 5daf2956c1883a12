"""Words that a lab places: none is left out on a narrow card, lines keep apart, and all of a word can be pointed at."""

import numpy as np
import pytest

from regviz.export import last_frame
from regviz.gui.canvas import grip
from regviz.gui.canvas.export import ensure_application
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.paint import text
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.theme import THEMES
from regviz.lab import Axis, Panel, Text, replace
from regviz.labs import find
from regviz.labs.guide.method import AREAS

GUIDE = find("guide")
HIDDEN = Axis(low=0.0, high=1.0, hidden=True)
PAGES = [
    {"view": "map"}, {"view": "advisor", "dataset": "longley"}, *({"view": "area", "area": area} for area in AREAS),
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def application():
    return ensure_application()


def place_of(panel, width, height):
    return arrange(panel, width, height).place(THEMES["projector"])


def words(panel):
    return [mark for mark in panel.marks if isinstance(mark, Text)]


@pytest.mark.parametrize("page", PAGES, ids=[" ".join(page.values()) for page in PAGES])
@pytest.mark.parametrize(("width", "height"), [(1864, 962), (1500, 900), (1240, 700)])
def test_every_word_of_the_guide_is_painted(page, width, height):
    frame = last_frame(GUIDE, replace(GUIDE.State(), **page))
    columns, rows = (3, 2) if len(frame.panels) == 6 else (2, 1)
    for panel in frame.panels:
        place = place_of(panel, (width - 36) / columns, (height - 18) / rows)
        for mark in words(panel):
            text.paint(None, mark, place)
        place.settle()
        asked = {label.text for label in place.labels}
        assert {label.text for label, _ in place.settled} == asked
        assert len(place.labels) == sum(len(mark.labels) for mark in words(panel))
        assert all(box.top == label.spots[0][1] for label, box in place.settled), "a line had to move"


def page(lines, height):
    mark = Text(key="t", x=np.zeros(lines), y=-np.arange(lines), labels=("some words of a lab",) * lines)
    return mark, place_of(Panel(key="p", title="P", x=HIDDEN, y=Axis(low=-lines, high=0.5, hidden=True), marks=(mark,)),
                          400.0, height)  # fmt: skip


def test_lines_become_smaller_where_they_would_touch_and_only_there():
    mark, place = page(10, 600.0)
    assert text.style_of(mark, place) == LABEL
    mark, place = page(10, 260.0)
    size = text.style_of(mark, place).size
    assert text.SMALLEST <= size < LABEL.size
    boxes = [box for _, box in text.boxes(mark, place)]
    assert all(above.bottom <= below.top + 1.0 for above, below in zip(boxes, boxes[1:], strict=False))


def test_the_end_of_a_word_can_be_pointed_at():
    mark, place = page(3, 300.0)
    panel = Panel(key="p", title="P", x=HIDDEN, y=Axis(low=-3.0, high=0.5, hidden=True), marks=(mark,))
    for index, box in text.boxes(mark, place):
        hit = grip.find(panel, place, box.right - 2.0, (box.top + box.bottom) / 2)
        assert (hit.mark, hit.index) == (mark, index)
        assert grip.find(panel, place, box.right + 20.0, (box.top + box.bottom) / 2) is None
