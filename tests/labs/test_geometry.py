"""The geometry lab: what its pictures and numbers say is what the mathematics says, read off the frames."""

import math

import numpy as np
import pytest

from regviz.export import last_frame
from regviz.lab import Gesture, Handle, Rule, replace
from regviz.labs.geometry import lab
from regviz.labs.geometry.touching import false_power, nearest_corner, radial
from regviz.linear.plane import KINDS, Shape, quadratic
from regviz.linear.thresholds import soft_threshold
from tests.inside import inside

START = lab.State()
TRAP = replace(
    START, w1=3.0, w2=2.0, eccentricity=math.sqrt(1 - 0.8**2 / 1.2**2), angle=math.degrees(0.3), form="constraint",
    t=2.0,
)  # fmt: skip
TILTED = [{}, {"w1": -1.5, "w2": 2.5, "angle": -50.0}, {"w1": 0.4, "w2": -3.0, "eccentricity": 0.95}]


def frame(state=START, **changes):
    return last_frame(lab, replace(state, **changes))


def panel_of(kind):
    return kind if kind in ("l1", "l2") else "ball"


def at(found, key, mark="solution"):
    made = found.panel(key).mark(mark)
    return np.array([made.x[0], made.y[0]])


def bowl(state):
    return quadratic(state.eccentricity, math.radians(state.angle)), np.array([state.w1, state.w2])


def height(state, w):
    H, centre = bowl(state)
    away = np.asarray(w) - centre
    return 0.5 * np.einsum("...i,ij,...j->...", away, H, away)


def test_the_tabs_hold_what_they_promise():
    keys = {tab: [panel.key for panel in frame(tab=tab).panels] for tab in ("touching", "zeros", "solid")}
    assert keys["touching"] == ["l1", "l2", "ball", "link"]
    assert keys["zeros"] == ["map", "map-ball", "turn", "prox"]
    assert keys["solid"] == ["bowl", "ball-l1", "ball-l2", "ball-elastic-net", "ball-group", "ball-lq"]
    assert all(3 <= len(found) <= 6 for found in keys.values())


@pytest.mark.parametrize("changes", TILTED, ids=str)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["penalty", "constraint"])
def test_the_thick_ellipse_touches_the_ball_at_the_solution_and_nowhere_enters_it(kind, form, changes):
    """Trap 1: the ball holds no point lower than the ellipse through ŵ."""
    state = replace(START, ball=kind, form=form, q=1.6, lam=0.6, t=0.9, **changes)
    found = frame(state)
    made = found.panel(panel_of(kind))
    point = at(found, made.key)
    rim = np.stack([made.mark("ball").x, made.mark("ball").y], axis=1)
    ellipse = np.stack([made.mark("tangent").x, made.mark("tangent").y[0]], axis=1)
    level = float(height(state, point))
    assert height(state, ellipse) == pytest.approx(level)
    assert height(state, rim).min() >= level - 1e-9
    assert np.min(np.hypot(*(rim - point).T)) < 0.05
    assert found.certificate.holds


@pytest.mark.parametrize("changes", TILTED, ids=str)
def test_the_arrow_lies_in_the_shaded_cone(changes):
    hit = 0
    for kind in ("l1", "elastic-net"):
        for t in (0.2, 0.5, 1.0):
            state = replace(START, ball=kind, form="constraint", t=t, **changes)
            made = frame(state).panel(panel_of(kind))
            if "cone" not in {mark.key for mark in made.marks}:
                continue
            cone, arrow = made.mark("cone"), made.mark("gradient")
            turn = np.unwrap(np.arctan2(cone.y[1:] - cone.y[0], cone.x[1:] - cone.x[0]))
            pull = np.arctan2(arrow.dy[0], arrow.dx[0])
            pull += 2 * math.pi * np.round((turn.mean() - pull) / (2 * math.pi))
            assert turn.min() - 1e-9 <= pull <= turn.max() + 1e-9
            assert np.ptp(turn) == pytest.approx(math.pi / 2 if kind == "l1" else 2 * math.atan(0.5 / (0.5 + 0.5 * t)))
            hit += 1
    assert hit


def test_trap_1_with_its_numbers():
    found = frame(TRAP, picture="often-drawn")
    assert at(found, "l1") == pytest.approx([1.109, 0.891], abs=5e-4)
    wrong = found.panel("l1").mark("often-drawn")
    assert dict(zip(wrong.labels, zip(wrong.x, wrong.y, strict=True), strict=True)) == {
        "radial projection": pytest.approx((1.2, 0.8)), "always the corner": pytest.approx((2.0, 0.0)),
    }  # fmt: skip
    for k in (0, 1):
        over = found.panel("l1").mark(f"not-tangent-{k}")
        assert height(TRAP, [over.x[0], over.y[0, 0]]) > height(TRAP, at(found, "l1")) + 1e-3
    assert "often-drawn" not in {mark.key for mark in frame(TRAP).panel("l1").marks}


def test_the_radial_projection_is_right_for_l2_under_circles_only():
    for shape, eccentricity, right in ((Shape("l2"), 0.0, True), (Shape("l1"), 0.0, False), (Shape("l2"), 0.7, False)):
        found = frame(TRAP, eccentricity=eccentricity)
        off = np.max(np.abs(at(found, shape.kind) - radial(shape, np.array([3.0, 2.0]), 2.0)))
        assert bool(off < 1e-9) is right
    assert nearest_corner(np.array([-1.0, -3.0]), 2.0) == pytest.approx([0.0, -2.0])


@pytest.mark.parametrize("kind", KINDS)
def test_trap_2_t_falls_as_lambda_rises_and_both_forms_meet(kind):
    made = frame(ball=kind, q=1.5).panel("link").mark(f"t-{kind}")
    assert np.all(np.diff(made.y[0]) <= 1e-12)
    assert np.ptp(made.y[0]) > 1.0
    held = frame(ball=kind, q=1.5, lam=0.5)
    t = held.readout("t")
    again = frame(ball=kind, q=1.5, form="constraint", t=t)
    assert again.readout("lam") == pytest.approx(0.5, rel=1e-6)
    for one in ("w1", "w2"):
        assert again.readout(one) == pytest.approx(held.readout(one), abs=1e-7)
    free = frame(ball=kind, q=1.5, form="constraint", t=16.0)
    assert free.readout("lam") == 0.0
    assert (free.readout("w1"), free.readout("w2")) == (START.w1, START.w2)


def test_trap_5_three_thresholds_and_no_count():
    for z, soft, ridge, hard in ((3.0, 2.5, 2.0, 3.0), (-1.0, -0.5, -0.667, 0.0), (0.4, 0.0, 0.267, 0.0)):
        here = frame(tab="zeros", lam=0.5, w1=z).panel("prox").mark("here")
        assert here.y[:3] == pytest.approx([hard, soft, ridge], abs=5e-4)
    made = frame(tab="zeros", lam=0.5, w1=1.1).panel("prox")
    assert made.mark("here").y[0] == 1.1
    assert made.mark("soft").y[0] == pytest.approx(soft_threshold(made.mark("soft").x, 0.5))
    assert made.mark("ridge").y[0] == pytest.approx(made.mark("ridge").x / 1.5)
    assert made.mark("elastic net").y[0] == pytest.approx(soft_threshold(made.mark("elastic net").x, 0.25) / 1.25)
    hard = made.mark("hard")
    kept = np.abs(hard.x) > 1.0
    good = np.isfinite(hard.y[0])
    assert np.array_equal(hard.y[0][good], np.where(kept, hard.x, 0.0)[good])
    assert np.count_nonzero(~good) == 2


def test_trap_11_the_elastic_net_ball_has_corners_and_is_no_power_ball():
    state = replace(START, form="constraint", t=1.0, picture="often-drawn", alpha=0.4)
    made = frame(state).panel("ball")
    x, y = made.mark("ball").x, made.mark("ball").y
    tip = int(np.argmax(x))
    assert (x[tip], y[tip]) == (pytest.approx(1.0), 0.0)
    before, after = (x[-2] - x[-1], y[-2] - y[-1]), (x[1] - x[0], y[1] - y[0])
    assert tip in (0, len(x) - 1)
    slope = -(0.4 + 0.6) / 0.4
    assert after[1] / after[0] == pytest.approx(slope, rel=0.03)
    assert before[1] / before[0] == pytest.approx(-slope, rel=0.03)
    q = false_power(Shape("elastic-net", alpha=0.4), 1.0)
    assert 1.0 < q < 2.0
    wrong = made.mark("often-drawn")
    shared = np.abs(np.abs(wrong.x) - np.abs(wrong.y)) < 1e-9
    assert np.allclose(0.4 * 2 * np.abs(wrong.x[shared]) + 0.6 * wrong.x[shared] ** 2, 0.4 + 0.3)
    inner = (np.abs(wrong.x) > 0.9) & (np.abs(wrong.y) > 1e-3)
    value = 0.4 * (np.abs(wrong.x) + np.abs(wrong.y)) + 0.3 * (wrong.x**2 + wrong.y**2)
    assert np.all(value[inner] > 0.7 + 1e-4)
    sparse = frame(state, w1=2.5, w2=0.8, t=0.8)
    assert sparse.readout("zeros") == 1
    assert sparse.panel("ball").mark("not-here").y[0] != 0.0


def test_below_one_every_local_minimum_is_shown_and_some_t_have_no_lambda():
    state = replace(START, ball="lq", q=0.5, lam=0.2, w1=-2.0, w2=-2.2, angle=-40.0)
    found = frame(state)
    rings = found.panel("ball").mark("minima")
    assert len(rings.x) + 1 == found.readout("local_minima") == 4
    assert (0.0, 0.0) in set(zip(rings.x.tolist(), rings.y.tolist(), strict=True))
    lowest = found.readout("objective")
    for x, y in zip(rings.x, rings.y, strict=True):
        assert height(state, [x, y]) + 0.2 * 2 * (abs(x) ** 0.5 + abs(y) ** 0.5) > lowest
    assert "not convex" in found.message
    assert "No λ gives a t between" in found.message
    gap = found.panel("link").mark("gap-0")
    inside = 0.5 * float(gap.y.min() + gap.y.max())
    lost = frame(state, form="constraint", t=inside)
    assert lost.readout("lam") is None
    assert "This t has no λ" in lost.message
    kept = frame(state, form="constraint", t=found.readout("t"))
    assert kept.readout("lam") == pytest.approx(0.2, rel=1e-5)
    assert not frame(ball="lq", q=1.2).message


@pytest.mark.parametrize("t", [0.4, 1.5, 3.0, 16.0])
@pytest.mark.parametrize("changes", TILTED, ids=str)
def test_below_one_with_t_held_the_minima_are_those_inside_the_ball(changes, t):
    state = replace(START, ball="lq", q=0.5, form="constraint", t=t, **changes)
    found = frame(state)
    made = found.panel("ball")
    rings = made.mark("minima") if "minima" in {mark.key for mark in made.marks} else None
    points = [at(found, "ball"), *(np.stack([rings.x, rings.y], axis=1) if rings else ())]
    assert len(points) == found.readout("local_minima")
    for point in points:
        near = point + np.random.default_rng(0).normal(size=(4000, 2)) * [[1e-3]]
        inside = near[np.sqrt(np.abs(near)).sum(axis=1) <= math.sqrt(t)]
        assert not len(inside) or height(state, inside).min() >= height(state, point) - 1e-9
    assert height(state, points).argmin() == 0 or np.ptp(height(state, points)) < 1e-12
    assert "0 among them" not in found.message
    if t < 3.0:
        assert not any(np.allclose(point, 0.0) for point in points)


def test_the_solution_is_not_ringed_as_another_minimum():
    for lam in np.geomspace(0.05, 1.0, 8):
        found = frame(ball="lq", q=0.5, lam=float(lam))
        rings = found.panel("ball").mark("minima")
        away = np.hypot(rings.x - at(found, "ball")[0], rings.y - at(found, "ball")[1])
        assert np.all(away > 1e-3)


def test_the_often_drawn_ball_reaches_as_far_as_the_filled_one():
    for t in (1.0, 2.5, 16.0):
        made = frame(form="constraint", t=t, picture="often-drawn").panel("ball")
        assert made.mark("often-drawn").x.max() == pytest.approx(t) == made.mark("ball").x.max()
        assert ("not-here" in {mark.key for mark in made.marks}) is (t < 4.0)


def test_the_map_says_what_the_solution_is_and_the_share_is_its_area():
    rng = np.random.default_rng(3)
    for u, v in rng.uniform(-3.5, 3.5, (12, 2)):
        found = frame(tab="zeros", ball="l1", w1=u, w2=v)
        marks = {mark.key: mark for mark in found.panel("map").marks}
        inside = [key for key, mark in marks.items() if key.partition("-")[0] in ("both", "first", "second")
                  and _holds(mark, u, v)]  # fmt: skip
        zeros = found.readout("zeros_l1")
        assert len(inside) == (zeros > 0)
        lost = "both" if zeros == 2 else "second" if found.readout("w2_l1") == 0 else "first"
        assert all(key.startswith(lost) for key in inside)
    share = frame(tab="zeros", ball="l1", optima=20_000).readout("share")
    grid = np.linspace(-3.5, 3.5, 141)
    marks = [mark for mark in frame(tab="zeros", ball="l1").panel("map").marks
             if mark.key.partition("-")[0] in ("both", "first", "second")]  # fmt: skip
    area = np.mean([any(_holds(mark, u, v) for mark in marks) for u in grid[::5] for v in grid[::5]])
    assert share == pytest.approx(area, abs=0.05)


def _holds(mark, u, v):
    return bool(inside(np.stack([mark.x, mark.y], axis=1), [(u, v)])[0])


def test_l2_never_ends_at_a_corner():
    found = frame(tab="zeros", ball="l2")
    assert not found.panel("turn").mark("share-l2").y.any()
    assert found.panel("turn").mark("share-l1").y.min() > 0.2
    keys = {mark.key.partition("-")[0] for mark in found.panel("map-ball").marks if type(mark).__name__ == "Region"}
    assert keys == {"square"}
    assert found.readout("share") == 0.0
    assert "two thin lines" in found.caption


def test_handles_and_cursors_move_what_they_stand_for():
    for tab, key in (("touching", "l1"), ("touching", "l2"), ("touching", "ball"), ("zeros", "map")):
        handle = frame(tab=tab).panel(key).mark("optimum")
        assert isinstance(handle, Handle)
        assert (handle.bound_x, handle.bound_y, handle.x, handle.y) == ("w1", "w2", START.w1, START.w2)
    for changes, key, bound in (
        ({}, "link", "lam"), ({"form": "constraint"}, "link", "t"), ({"tab": "zeros"}, "turn", "angle"),
        ({"tab": "zeros"}, "prox", "w1"),
    ):  # fmt: skip
        cursor = frame(**changes).panel(key).mark("cursor")
        assert isinstance(cursor, Rule)
        assert cursor.bound == bound
        assert cursor.value == getattr(START, bound)


def drag(by_x, by_y, finished=False):
    return Gesture(kind="drag", panel="ball-l1", mark="ball", index=0, x=0.0, y=0.0, from_x=0.0, from_y=0.0, by_x=by_x,
                   by_y=by_y, finished=finished)  # fmt: skip


def test_a_drag_turns_the_bodies_with_the_pointer():
    state = replace(START, tab="solid", turn=170.0, tilt=80.0)
    step = lab.gesture(state, drag(0.5, -0.1))
    assert step["turn"] == pytest.approx(170.0 + math.degrees(0.5) - 360.0)
    assert step["tilt"] == pytest.approx(80.0 + math.degrees(0.1))
    assert lab.gesture(state, drag(0.0, -9.0))["tilt"] == 90.0
    assert lab.gesture(state, drag(0.0, 0.0, finished=True)) == {"turn": pytest.approx(170.0), "tilt": 80.0}
    # the near tip of the second axis follows the pointer to the right
    flat = replace(START, tab="solid", turn=0.0, tilt=0.0)
    front = frame(flat).panel("ball-l1").mark("tips")
    moved = frame(flat, **lab.gesture(flat, drag(0.2, 0.0))).panel("ball-l1").mark("tips")
    near = int(np.argmin(np.hypot(front.x, front.y)))
    assert moved.x[near] == pytest.approx(math.sin(0.2), abs=1e-6)
    assert lab.gesture(START, drag(0.5, 0.1)) == {}


def test_a_double_click_puts_the_optimum_there():
    click = Gesture(kind="double-click", panel="map", mark="", index=-1, x=-1.0, y=9.0, from_x=-1.0, from_y=9.0)
    assert lab.gesture(replace(START, tab="zeros"), click) == {"w1": -1.0, "w2": 3.5}


def test_moving_lambda_leaves_axes_rings_and_paths_alone():
    first, second = (frame(lam=lam).panel("l1") for lam in (0.3, 0.31))
    for key in ("contours", "path"):
        assert first.mark(key) is second.mark(key)
    assert (first.x, first.y) == (second.x, second.y)
    assert first.mark("tangent") is not second.mark("tangent")
    one, two = (frame(tab="solid", lam=lam).panel("ball-l2") for lam in (0.3, 0.31))
    assert one is two


@pytest.mark.parametrize("kind", KINDS)
def test_snippets_give_the_numbers_on_screen(kind, capsys):
    state = replace(START, ball=kind, q=0.7, lam=0.4)
    found = frame(state)
    made = lab.snippets(state)
    assert ("scikit-learn" in made) == (kind in ("l1", "l2", "elastic-net"))
    for code in made.values():
        exec(code, {})  # noqa: S102
        printed = np.array([float(part) for part in capsys.readouterr().out.strip(" []\n").split()])
        assert printed == pytest.approx([found.readout("w1"), found.readout("w2")], abs=1e-5)


def test_without_a_penalty_nothing_moves():
    for kind in KINDS:
        found = frame(ball=kind, lam=0.0)
        assert at(found, panel_of(kind)) == pytest.approx([START.w1, START.w2], abs=0.0)
        assert found.readout("objective") == 0.0
    assert frame(tab="zeros", lam=0.0, ball="lq").readout("share") == 0.0
