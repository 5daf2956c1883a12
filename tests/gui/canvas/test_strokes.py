"""Strokes and areas: cut at the panel or drawn strip by strip, the pixels stay those of the whole shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from regviz.gui.canvas import curves, strokes
from regviz.gui.canvas.export import panel_image
from regviz.gui.canvas.paint import areas
from regviz.gui.canvas.theme import THEMES, pen
from regviz.lab import Region
from tests.gui.canvas.panels import panel
from tests.gui.canvas.pixels import array

RECT = (20.0, 15.0, 380.0, 225.0)
BOX = (-4.0, -9.0, 404.0, 249.0)
SCALES = (0.83, 1.0, 1.3)
AROUND = 600
"""Pixels around the panel in which the whole shape is drawn too: where a dashed curve leaves a picture, Qt may lose
count of its dashes."""


def drawn(draw, scale=1.0, around=0):
    """What ``draw`` makes of a panel: clipped to its rectangle, or drawn with so many pixels more on every side."""
    wide, high = round(400 * scale), round(240 * scale)
    image = QImage(wide + 2 * around, high + 2 * around, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(around + 0.37, around + 0.61)
    painter.scale(scale, scale)
    if not around:
        painter.setClipRect(QRectF(RECT[0], RECT[1], RECT[2] - RECT[0], RECT[3] - RECT[1]))
    draw(painter)
    painter.end()
    return array(image.copy(around, around, wide, high))[..., :3]


def middle(picture, scale):
    """The part of a picture that lies in the panel's rectangle."""
    left, top, right, bottom = (round(side * scale + way) for side, way in zip(RECT, (2, 2, -1, -1), strict=True))
    return picture[top:bottom, left:right]


def whole(x, y, line):
    """The curve by one call of Qt, uncut."""

    def draw(painter):
        painter.setPen(line)
        closed = len(x) > 3 and x[0] == x[-1] and y[0] == y[-1]
        painter.drawPolygon(curves.polygon(x[:-1], y[:-1])) if closed else painter.drawPolyline(curves.polygon(x, y))

    return draw


def cut(x, y, line):
    return lambda painter: (painter.setPen(line), strokes.draw(painter, x, y, BOX))


def same(one, two, most=8):
    """Rounding may move the shade of an edge a little."""
    return np.abs(one - two).max() <= most


CROSSED = 66
"""Shades by which an edge may differ where parts of a dashed curve that were drawn one by one cross: a quarter."""


near, far, wild = st.floats(-40.0, 440.0), st.floats(-440.0, 840.0), st.floats(-3000.0, 3000.0)


@st.composite
def corners(draw, beyond=wild, least=2):
    count = draw(st.integers(least, 9))
    x, y = (draw(st.lists(near | beyond, min_size=count, max_size=count)) for _ in "xy")
    return np.round(x), np.round(y)


def closed(x, y):
    return np.append(x, x[0]), np.append(y, y[0])


@settings(max_examples=60)
@given(points=corners(), scale=st.sampled_from(SCALES), close=st.booleans())
def test_a_cut_curve_looks_like_the_whole_one(points, scale, close):
    x, y = closed(*points) if close else points
    line = pen("#000000", 4.0)
    assert same(drawn(cut(x, y, line), scale), drawn(whole(x, y, line), scale))


@settings(max_examples=40)
@given(points=corners(far), dash=st.integers(1, 3), scale=st.sampled_from(SCALES), close=st.booleans())
def test_dashes_lie_where_they_lie_on_the_whole_curve(points, dash, scale, close):
    x, y = closed(*points) if close else points
    line = pen("#000000", 4.0, dash)
    part, truth = drawn(cut(x, y, line), scale), drawn(whole(x, y, line), scale, AROUND)
    assert same(middle(part, scale), middle(truth, scale), CROSSED)


def waves(steep, count, seed):
    noise = np.random.default_rng(seed)
    x = np.sort(noise.uniform(-60.0, 460.0, count))
    return x, 120.0 + steep * np.sin(np.arange(count) * noise.uniform(0.05, 2.5)) + noise.normal(0.0, 2.0, count)


@settings(max_examples=60)
@given(steep=st.sampled_from([2.0, 60.0, 2500.0]), count=st.integers(strokes.FEWEST, 160),
       seed=st.integers(0, 10**6), scale=st.sampled_from(SCALES), back=st.booleans(),
       join=st.sampled_from(["round", "miter", "bevel"]))  # fmt: skip
def test_strips_join_without_a_seam(steep, count, seed, scale, back, join):
    x, y = (at[:: 1 - 2 * back] for at in waves(steep, count, seed))
    line = pen("#000000", 4.0, join=join)
    assert same(drawn(cut(x, y, line), scale), drawn(whole(x, y, line), scale))


@settings(max_examples=30)
@given(steep=st.sampled_from([2.0, 60.0, 200.0]), count=st.integers(strokes.FEWEST, 160),
       seed=st.integers(0, 10**6), dash=st.integers(1, 3), scale=st.sampled_from(SCALES))  # fmt: skip
def test_dashes_go_on_from_strip_to_strip(steep, count, seed, dash, scale):
    x, y = waves(steep, count, seed)
    line = pen("#000000", 4.0, dash)
    part, truth = drawn(cut(x, y, line), scale), drawn(whole(x, y, line), scale, AROUND)
    assert same(middle(part, scale), middle(truth, scale), CROSSED)


def test_strips_are_taken(monkeypatch):
    """The test above would hold without them too."""
    taken, draw = [], strokes._in_strips
    monkeypatch.setattr(strokes, "_in_strips", lambda *given: (taken.append(1), draw(*given)))
    drawn(cut(*waves(60.0, 100, 0), pen("#000000", 4.0)))
    assert taken == [1]


def spiral(turns, count, close):
    angle = np.linspace(0.0, 2.0 * np.pi * turns, count)
    x, y = 200.0 + 1.2 * angle * np.cos(angle), 120.0 + angle * np.sin(angle)
    return closed(x, y) if close else (x, y)


@pytest.mark.parametrize("dash", [0, 1, 3])
@pytest.mark.parametrize(("turns", "count", "close"), [(8.0, 300, False), (25.0, 400, False), (5.0, 97, True)])
def test_winding_curves_look_the_same_part_by_part(monkeypatch, turns, count, close, dash):
    x, y = spiral(turns, count, close)
    line, taken, draw = pen("#000000", 4.0, dash), [], strokes._in_turn
    monkeypatch.setattr(strokes, "_in_turn", lambda *given: (taken.append(1), draw(*given)))
    for scale in SCALES:
        part, truth = drawn(cut(x, y, line), scale), drawn(whole(x, y, line), scale, AROUND)
        off = np.abs(middle(part, scale) - middle(truth, scale))
        assert off.max() <= CROSSED + 4
        assert (off > 8).mean() < 0.002, "edges are shaded twice where parts meet, nowhere else"
    assert taken


@settings(max_examples=60)
@given(points=corners(least=3), scale=st.sampled_from(SCALES))
def test_a_cut_area_looks_like_the_whole_one(points, scale):
    x, y = points

    def filled(x, y):
        def draw(painter):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("#000000"))
            painter.drawPolygon(curves.polygon(x, y))

        return draw

    inner = curves.inner(x, y, BOX)
    for at, low, high in zip(inner, BOX[:2], BOX[2:], strict=True):
        assert ((at >= low - 1e-9) & (at <= high + 1e-9)).all()
    assert same(drawn(filled(*inner), scale), drawn(filled(x, y), scale))


@given(points=corners())
def test_nothing_beyond_the_box_is_stroked(points):
    for piece in curves.pieces(*points, BOX):
        for at, low, high in ((piece.x, BOX[0], BOX[2]), (piece.y, BOX[1], BOX[3])):
            assert ((at >= low - 1e-9) & (at <= high + 1e-9)).all()


def test_a_curve_that_never_enters_costs_nothing():
    x = np.linspace(-500.0, 900.0, 200)
    assert list(curves.pieces(x, np.full(200, -30.0), BOX)) == []
    assert len(curves.inner(x, np.full(200, 300.0), BOX)[0]) == 0


@pytest.mark.parametrize("far", [1e5, 1e6])
def test_a_line_to_far_away_keeps_its_slope(far):
    """Where both coordinates are cut apart, a slanted line would leave the panel at 45 degrees."""
    seen = drawn(cut(np.array([0.0, far]), np.array([20.0, 20.0 + far / 2]), pen("#000000", 4.0)))
    assert same(seen, drawn(whole(np.array([0.0, 600.0]), np.array([20.0, 320.0]), pen("#000000", 4.0))))


def test_the_clip_is_as_before_afterwards():
    def draw(painter):
        painter.setPen(pen("#FFFFFF", 4.0))
        strokes.draw(painter, *waves(60.0, 100, 0), BOX)
        painter.fillRect(-10, -10, 500, 500, QColor("#000000"))

    assert (drawn(draw) == drawn(lambda painter: painter.fillRect(-10, -10, 500, 500, QColor("#000000")))).all()


@pytest.mark.parametrize("corners", [3, 5])
def test_facets_look_as_polygons_one_by_one(monkeypatch, corners):
    noise = np.random.default_rng(corners)
    x, y = noise.uniform(-1.4, 1.4, (2, 60, 1)) + noise.uniform(-0.3, 0.3, (2, 60, corners))
    x[7, 1], y[8], x[9, 0] = np.nan, np.nan, 1e9
    roles = tuple(("l1", "noise")[k // 3 % 2] for k in range(60))
    mark = Region(key="m", x=x, y=y, roles=roles, fade=np.linspace(0.0, 1.0, 60), outline=False)
    many = painted(mark)
    monkeypatch.setattr(areas, "FACET", 0)
    assert (many == painted(mark)).all()
    assert (many != painted()).any()


def painted(*marks):
    return array(panel_image(panel(*marks), THEMES["light"], 480, 320))
