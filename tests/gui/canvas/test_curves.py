"""Curves: what is drawn as an ellipse or as lines runs where the points are, and nothing else is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from regviz.gui.canvas import curves, ink
from regviz.gui.canvas.theme import pen
from tests.gui.canvas.pixels import array


def turned(count, across=90.0, along=40.0, tilt=0.4, middle=(150.0, 110.0)):
    angle = np.linspace(0.0, 2.0 * np.pi, count + 1)
    x, y = across * np.cos(angle), along * np.sin(angle)
    x, y = np.cos(tilt) * x - np.sin(tilt) * y, np.sin(tilt) * x + np.cos(tilt) * y
    x[-1], y[-1] = x[0], y[0]
    return x + middle[0], y + middle[1]


def drawn(draw):
    image = QImage(300, 220, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
    return array(image)[..., :3]


@pytest.mark.parametrize("count", [16, 120, 200])
def test_an_ellipse_passes_through_its_points(count):
    x, y = turned(count)
    path = curves.ovals(x[None], y[None])[0]
    dense = np.array([(p.x(), p.y()) for p in (path.pointAtPercent(t) for t in np.linspace(0, 1, 4000))])
    for point in np.stack([x, y], axis=1):
        assert np.hypot(*(dense - point).T).min() < 0.2


def test_an_ellipse_looks_like_its_polygon():
    x, y = turned(400)
    line = pen("#000000", 4.0, join="miter")

    def by(shape):
        return lambda painter: (painter.setPen(line), shape(painter))

    exact = drawn(by(lambda painter: painter.drawPolygon(curves.polygon(x[:-1], y[:-1]))))
    path = drawn(by(lambda painter: painter.drawPath(curves.ovals(x[None], y[None])[0])))
    assert (exact < 128).any()
    off = np.abs(exact - path).max(axis=2)
    assert off.max() <= 64
    assert (off > 24).sum() < 0.1 * (exact < 128).any(axis=2).sum()


def test_other_curves_are_no_ellipses():
    x, y = turned(200)
    bent, open_, gap = y.copy(), x.copy(), x.copy()
    bent[30] += 0.2
    open_[-1] += 1.0
    gap[7] = np.nan
    assert curves.ovals(np.stack([x, open_, gap, x]), np.stack([bent, y, y, y]))[:3] == [None] * 3
    assert curves.ovals(x[None, :12], y[None, :12]) == [None]
    assert curves.ovals(x[None, :-1], y[None, :-1]) == [None]


def test_a_diamond_is_four_lines_that_look_like_it():
    x = np.array([250.0, 200.0, 150.0, 50.0, 150.0, 250.0])
    y = np.array([110.0, 60.0, 10.0, 110.0, 210.0, 110.0])
    sides = curves.sides(x, y)
    assert sorted(round(side.length(), 6) for side in sides) == [round(np.sqrt(2) * 100, 6)] * 4
    shape, miter = curves.polygon(x[:-1], y[:-1]), pen("#000000", 4.0, join="miter")
    exact = drawn(lambda p: (p.setPen(miter), p.drawPolygon(shape)))
    lines = drawn(lambda p: (p.setPen(pen("#000000", 4.0, ends="square")), p.drawLines(sides)))
    assert (np.abs(exact - lines).max(axis=2) > 64).sum() <= 8


@pytest.mark.parametrize("start", range(5))
def test_sides_do_not_depend_on_the_first_point(start):
    corners = [(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0)]
    points = np.array([*corners[start:], *corners[:start], corners[start]])
    sides = curves.sides(points[:, 0], points[:, 1])
    assert {frozenset({(s.x1(), s.y1()), (s.x2(), s.y2())}) for s in sides} == {
        frozenset(pair) for pair in (((0, 0), (10, 0)), ((10, 0), (10, 8)), ((10, 8), (0, 8)), ((0, 8), (0, 0)))
    }  # fmt: skip


@pytest.mark.parametrize("points", [
    [(0, 0), (4, 0), (5, 3), (1, 3), (0, 0)],
    [(0, 0), (4, 0), (4, 4), (0, 4)],
    [(0, 0), (4, 0), (4, 0), (4, 4), (0, 0)],
    [(0, 0), (4, 0), (2, 0), (2, 4), (0, 0)],
    [(0, 0)] * 5,
])  # fmt: skip
def test_slanted_open_and_folded_curves_have_no_sides(points):
    x, y = np.array(points, dtype=float).T
    assert curves.sides(x, y) is None


@pytest.mark.parametrize("text", ["optimum here", "−2.06"])
@pytest.mark.parametrize("scale", [0.83, 1.0, 1.37])
def test_text_with_a_halo_stands_where_it_stands_without(text, scale):
    """Words with a halo are stamped on whole pixels, numbers are not; either way nobody sees a step."""

    def middle(halo):
        def draw(painter):
            painter.scale(scale, scale)
            ink.write(painter, 40.3, 50.6, text, ink.LABEL, "#000000", halo, ink.grid(painter))

        seen = drawn(draw)
        dark = 255.0 - seen[..., 1]
        return tuple(float(np.average(np.arange(len(sums)), weights=sums)) for sums in (dark.sum(1), dark.sum(0)))

    assert middle("#FFFF80") == pytest.approx(middle(""), abs=0.8)


@pytest.mark.parametrize("way", [(1.0, 0.4), (-1.0, 0.4), (0.2, -1.0), (1.0, 0.0), (0.0, 1.0)])
def test_a_straight_curve_is_its_two_ends_and_no_other_is(way):
    along = np.linspace(0.0, 200.0, 50)
    x, y = 40.0 + way[0] * along, 60.0 + way[1] * along
    ends = curves.straightened(x, y)
    assert [part.tolist() for part in ends] == [[x[0], x[-1]], [y[0], y[-1]]]
    aside, beyond = (value.copy() for value in (along, along))
    aside[20], beyond[20] = 0.2, 210.0
    bent = x - way[1] * np.where(along == aside, 0.0, 0.2), y + way[0] * np.where(along == aside, 0.0, 0.2)
    for others in (bent, (40.0 + way[0] * beyond, 60.0 + way[1] * beyond), (x[:2], y[:2])):
        assert curves.straightened(*others)[0] is others[0]


BOX = (-10.0, -5.0, 10.0, 5.0)
PLAIN = st.floats(-30.0, 30.0).map(lambda value: round(value, 9))
AT = st.one_of(st.sampled_from([-10.0, -5.0, 0.0, 5.0, 10.0]), st.floats(-30.0, 30.0), st.just(1e6), st.just(np.nan))
WAYS = st.lists(st.tuples(AT, AT), min_size=1, max_size=9)


def along(x, y, count=400):
    """Points close together on a curve (m, 2), and how long the curve is up to each."""
    where = np.linspace(0.0, len(x) - 1, count * max(len(x) - 1, 1) + 1)
    order = np.arange(len(x))
    points = np.stack([np.interp(where, order, at) for at in (x, y)], axis=1)
    return points, np.interp(where, order, curves.lengths(x, y))


@given(way=WAYS)
def test_pieces_are_what_runs_in_the_box_and_nothing_else(way):
    x, y = np.array(way).T
    left, top, right, bottom = BOX
    kept = list(curves.pieces(x, y, BOX))
    for px, py, _ in kept:
        assert px.min() >= left - 1e-6 and px.max() <= right + 1e-6
        assert py.min() >= top - 1e-6 and py.max() <= bottom + 1e-6
    dense = [along(px, py)[0] for px, py, _ in kept]
    for run in curves.runs(x, y):
        if len(run[0]) < 2 or max(np.abs(at).max() for at in run) > 100:
            continue
        points, _ = along(*run)
        inside = points[((points > (left, top)) & (points < (right, bottom))).all(axis=1)]
        for point in inside[:: max(1, len(inside) // 40)]:
            assert min(np.hypot(*(made - point).T).min() for made in dense) < 0.15


@given(way=st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=2, max_size=9))
def test_dashes_of_a_piece_begin_where_the_whole_curve_has_them(way):
    x, y = np.array(way).T
    points, length = along(x, y)
    for px, py, before in curves.pieces(x, y, BOX):
        near = np.hypot(*(points - (px[0], py[0])).T) < 0.15
        assert np.abs(length[near] - before).min() < 0.3


@given(way=st.lists(st.tuples(PLAIN, PLAIN), min_size=3, max_size=3))
def test_a_cut_triangle_is_the_triangle_in_the_box(way):
    x, y = np.array(way).T
    left, top, right, bottom = BOX
    cut_x, cut_y = curves.inner(x, y, BOX)
    assert ((cut_x >= left - 1e-9) & (cut_x <= right + 1e-9)).all()
    assert ((cut_y >= top - 1e-9) & (cut_y <= bottom + 1e-9)).all()
    points = np.stack(np.meshgrid(np.linspace(left + 0.2, right - 0.2, 21), np.linspace(top + 0.2, bottom - 0.2, 11)))
    whole, cut = (_holds(*shape, *points) for shape in ((x, y), (cut_x, cut_y)))
    clear = np.min([_away(x, y, k, *points) for k in range(3)], axis=0) > 1e-6
    assert (whole == cut)[clear].all()


def _holds(x, y, at_x, at_y):
    """Whether points lie inside a polygon, by the parity of crossings to the right."""
    inside = np.zeros(at_x.shape, dtype=bool)
    for x0, y0, x1, y1 in zip(x, y, np.roll(x, -1), np.roll(y, -1), strict=True):
        if y0 != y1:
            inside ^= ((y0 > at_y) != (y1 > at_y)) & (at_x < x0 + (at_y - y0) / (y1 - y0) * (x1 - x0))
    return inside


def _away(x, y, k, at_x, at_y):
    """Distance of points to side k of a triangle's line."""
    across, up = x[k - 1] - x[k], y[k - 1] - y[k]
    length = np.hypot(across, up) or 1.0
    return np.abs((at_x - x[k]) * up - (at_y - y[k]) * across) / length
