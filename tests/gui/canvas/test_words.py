"""Words that a lab places: none is left out or cut, lines keep apart, and all of a word can be pointed at."""

from collections import Counter

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from regviz.export import last_frame
from regviz.gui.canvas import grip, ink
from regviz.gui.canvas.export import ensure_application
from regviz.gui.canvas.ink import LABEL
from regviz.gui.canvas.paint import bars, paint_panel, text
from regviz.gui.canvas.paint.dashboard import paint_dashboard
from regviz.gui.canvas.paint.frame import arrange
from regviz.gui.canvas.paint.heading import Heading
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES
from regviz.lab import Axis, Bars, Frame, Panel, Text, replace
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


NAMES = [("Lab", ""), ("Lab", "data, n = 60"), ("The whole path in one pass", "a table: y, n = 442, p = 10, σ = 2")]
EQUATIONS = ["", "a + b = c", "kl(R̂‖R) ≤ (KL + ln(π²·6²/6) + ln(2√n/δ))/n = (1.49 + 4.08 + 6.34)/200 = 0.0595"]
MODES = ("Posterior", "Three bounds", "Tuning the prior", "Many samples", "Net")


@pytest.mark.parametrize("modes", [(), MODES[:2], MODES])
@pytest.mark.parametrize("equation", EQUATIONS)
@pytest.mark.parametrize(("title", "subtitle"), NAMES)
def test_what_stands_around_the_cards_is_whole_and_keeps_apart(title, subtitle, equation, modes, monkeypatch):
    boxes = {}
    monkeypatch.setattr(ink, "write", lambda _, x, y, words, style, *__: boxes.update(
        {(words, y): Box(x, y, x + ink.width(words, style), y + ink.height(style))}
    ))  # fmt: skip
    caption = f"{title} {equation} " * 3 + "ends here."
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_dashboard(
        painter, Frame(panels=(), readouts=(), caption=caption, subtitle=subtitle, equation=equation),
        Heading(title=title, modes=modes, mode="Net", stamp="data synthetic · regviz"), 1920.0, 1080.0, THEMES["light"],
    )  # fmt: skip
    painter.end()
    written = " ".join(words for words, _ in boxes)
    assert "…" not in written
    for words in (*title.split(), *subtitle.split(), *equation.split(), *caption.split()):
        assert words in written
    every = list(boxes.values())
    for index, box in enumerate(every):
        assert Box(0, 0, 1920, 1080).holds(box)
        assert not any(box.meets(other) for other in every[:index]), boxes


@pytest.mark.parametrize("penalty", ["none", "lasso", "group-lasso"])
def test_every_coefficient_that_is_not_zero_has_its_figure(penalty):
    lab = find("shrinkage")
    panel = last_frame(lab, replace(lab.State(), penalty=penalty)).panel("coefficients")
    w = panel.mark("coefficients").values
    written = Counter(label.text for label, _ in painted(panel, 923.0, 417.0).settled)
    assert not Counter(bars.figure(each) for each in w if each) - written


@pytest.mark.parametrize("seed", range(4))
def test_figures_keep_off_the_ticks_of_the_truth(seed):
    values, truth = np.random.default_rng(seed).normal(size=(2, 12))
    mark = Bars(key="b", values=values, truth=truth, ghost=0.9 * truth)
    panel = Panel(key="p", title="P", x=Axis(low=-0.6, high=11.4, hidden=True), y=Axis(low=-4, high=4), marks=(mark,))
    place = painted(panel, 923.0, 417.0)
    ticks = list(zip(place.x.px(np.arange(12.0)).tolist(), place.y.px(truth).tolist(), strict=True))
    assert place.settled
    assert not any(box.contains(x, y) for _, box in place.settled for x, y in ticks)


def painted(panel, width, height):
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    place = paint_panel(painter, panel, width, height, THEMES["light"])
    painter.end()
    return place
