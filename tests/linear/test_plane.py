"""Two coefficients: penalised and constrained solutions agree, are stationary, and no other point is lower."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import ElasticNet, Lasso, Ridge

from regviz.linear.geometry import project_constraint
from regviz.linear.plane import KINDS, Shape, loss, penalised, quadratic, residual, touching
from regviz.linear.plane_powers import local_minima

CONVEX = [
    Shape("l1"), Shape("l2"), Shape("elastic-net", alpha=0.4), Shape("elastic-net", alpha=1.0), Shape("group"),
    Shape("elastic-net", alpha=0.0), *(Shape("lq", q) for q in (1.0, 1.05, 1.5, 2.0, 3.0, 4.0)),
]  # fmt: skip
CONCAVE = [Shape("lq", q) for q in (0.5, 0.7, 0.9)]
EVERY = CONVEX + CONCAVE
TRAP = quadratic(math.sqrt(1.0 - 0.8**2 / 1.2**2), 0.3)
BOWLS = st.builds(quadratic, st.floats(0.0, 0.97), st.floats(-1.6, 1.6))
CENTRES = st.tuples(st.floats(-4.0, 4.0), st.floats(-4.0, 4.0)).map(np.array)
LAMS = st.floats(-4.0, 2.0).map(math.exp)
SOME = settings(max_examples=40)
EVEN = np.stack(np.meshgrid(np.linspace(-4, 4, 161), np.linspace(-4, 4, 161)), axis=-1)


def every(shapes):
    return pytest.mark.parametrize("shape", shapes, ids=str)


def objective(shape, H, centre, w, lam):
    return loss(H, centre, w) + lam * shape.value(w)


def slope(shape, w):
    """Gradient of Ω at a ``w`` without zeros, written out for each kind on its own."""
    if shape.kind == "group":
        return math.sqrt(2.0) * w / np.hypot(*w)
    if shape.kind == "elastic-net":
        return shape.alpha * np.sign(w) + (1.0 - shape.alpha) * w
    q = {"l1": 1.0, "l2": 2.0}.get(shape.kind, shape.q)
    return np.sign(w) * np.abs(w) ** (q - 1.0)


def test_the_bowl_has_trace_2_its_eccentricity_and_its_angle():
    for eccentricity, angle in ((0.0, 0.4), (0.8, 0.5), (0.95, -1.2)):
        H = quadratic(eccentricity, angle)
        values, vectors = np.linalg.eigh(H)
        assert np.trace(H) == pytest.approx(2.0)
        assert math.sqrt(1.0 - values[0] / values[1]) == pytest.approx(eccentricity, abs=1e-7)
        if eccentricity:
            assert abs(vectors[:, 0] @ [math.cos(angle), math.sin(angle)]) == pytest.approx(1.0)
    assert np.diag(quadratic(0.9, math.pi / 4)) == pytest.approx([1.0, 1.0])


@every(EVERY)
@SOME
@given(H=BOWLS, centre=CENTRES, lam=LAMS)
def test_the_slope_is_lambda_times_a_subgradient_and_no_point_is_lower(shape, H, centre, lam):
    w = touching(shape, H, centre, lam=lam).point
    assert residual(shape, H, centre, w, lam) < 1e-9
    kept = w != 0.0
    if kept.all() and np.abs(w).min() > 1e-200:
        assert H @ (centre - w) == pytest.approx(lam * slope(shape, w), abs=1e-8)
    elif kept.any():
        single = w + np.where(kept, 0.0, 1.0)
        if shape.kind != "group":
            assert (H @ (centre - w))[kept] == pytest.approx(lam * slope(shape, single)[kept], abs=1e-8)
    lowest = float(objective(shape, H, centre, w, lam))
    assert lowest <= objective(shape, H, centre, EVEN, lam).min() + 1e-12


@every(CONVEX)
@settings(max_examples=12)
@given(H=BOWLS, centre=CENTRES, lam=LAMS)
def test_the_ball_of_that_radius_gives_the_same_point_and_the_same_lambda(shape, H, centre, lam):
    found = touching(shape, H, centre, lam=lam)
    if found.t < 1e-3 or float(shape.radius(centre)) - found.t < 1e-6:
        return
    again = project_constraint(H, centre, shape.ball(found.t))
    assert again.point == pytest.approx(found.point, abs=1e-7)
    assert again.lam == pytest.approx(lam, rel=1e-5)
    back = touching(shape, H, centre, t=found.t)
    assert back.point == pytest.approx(found.point, abs=1e-7)
    assert back.lam == pytest.approx(lam, rel=1e-6)


@every(EVERY)
def test_the_radius_falls_as_lambda_rises_and_ends_at_the_optimum(shape):
    """Trap 2."""
    centre = np.array([3.0, 2.0])
    sizes = shape.radius(penalised(shape, TRAP, centre, np.geomspace(1e-4, 1e3, 200)))
    assert np.all(np.diff(sizes) <= 1e-12)
    assert sizes[0] > 0.99 * float(shape.radius(centre)) > sizes[-1]
    for t in (1.0, 1.3):
        free = touching(shape, TRAP, centre, t=t * float(shape.radius(centre)))
        assert free.lam == 0.0
        assert np.array_equal(free.point, centre)
    assert touching(shape, TRAP, centre, lam=0.0).point == pytest.approx(centre, abs=0.0)


def test_the_touching_point_is_neither_the_corner_nor_the_radial_projection():
    """Trap 1, with the loss up to its scale."""
    turn = np.array([[math.cos(0.3), -math.sin(0.3)], [math.sin(0.3), math.cos(0.3)]])
    H = turn @ np.diag([1 / 1.2**2, 1 / 0.8**2]) @ turn.T
    assert TRAP / TRAP[0, 0] == pytest.approx(H / H[0, 0])
    found = touching(Shape("l1"), TRAP, np.array([3.0, 2.0]), t=2.0).point
    assert found == pytest.approx([1.109, 0.891], abs=5e-4)
    along = np.linspace(0.0, 2.0, 200_001)
    rim = np.stack([along, 2.0 - along], axis=1)
    assert found == pytest.approx(rim[np.argmin(loss(H, np.array([3.0, 2.0]), rim))], abs=2e-5)


@pytest.mark.parametrize("lam", [0.05, 0.4, 1.5])
def test_scikit_learn_agrees(lam):
    rng = np.random.default_rng(5)
    for _ in range(20):
        H, centre = quadratic(rng.uniform(0, 0.95), rng.uniform(-1.5, 1.5)), rng.uniform(-4, 4, 2)
        X = math.sqrt(2.0) * np.linalg.cholesky(H).T
        words = {"fit_intercept": False, "tol": 1e-14, "max_iter": 100_000}
        for shape, model in (
            (Shape("l1"), Lasso(alpha=lam, **words)),
            (Shape("elastic-net", alpha=0.3), ElasticNet(alpha=lam, l1_ratio=0.3, **words)),
            (Shape("l2"), Ridge(alpha=2 * lam, fit_intercept=False)),
        ):  # fmt: skip
            w = penalised(shape, H, centre, lam)[0]
            theirs = model.fit(X, X @ centre).coef_
            assert w == pytest.approx(theirs, abs=1e-7)
            assert np.array_equal(w == 0.0, theirs == 0.0)


def test_three_thresholds():
    """Trap 5: soft and ridge of (3, −1, 0.4) at λ = 0.5."""
    values = np.array([3.0, -1.0, 0.4])
    pairs = np.stack([values, np.zeros(3)], axis=1)
    soft = penalised(Shape("l1"), np.eye(2), pairs, 0.5)[:, 0]
    ridge = penalised(Shape("l2"), np.eye(2), pairs, 0.5)[:, 0]
    assert soft == pytest.approx([2.5, -0.5, 0.0])
    assert soft[2] == 0.0
    assert ridge == pytest.approx([2.0, -0.667, 0.267], abs=5e-4)


@pytest.mark.parametrize("shape", CONCAVE, ids=str)
@pytest.mark.parametrize("lam", [0.05, 0.3, 1.0])
def test_every_local_minimum_is_found_and_zero_is_one(shape, lam):
    """Every cell of a fine grid that lies below its neighbours is one; along its axis each is lowest.

    Off its axis a zero has a basin that may be narrower than any grid.
    """
    ticks = np.linspace(-4.0, 4.0, 801)
    plane = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    rng = np.random.default_rng(2)
    for _ in range(3):
        H, centre = quadratic(rng.uniform(0, 0.9), rng.uniform(-1.5, 1.5)), rng.uniform(-3, 3, 2)
        found, heights = local_minima(H, centre, shape.q, lam)
        assert np.any(np.all(found == 0.0, axis=1))
        assert heights == pytest.approx(objective(shape, H, centre, found, lam))
        assert found[0] == pytest.approx(penalised(shape, H, centre, lam)[0], abs=1e-9)
        z = objective(shape, H, centre, plane, lam)
        inner = z[1:-1, 1:-1]
        around = [np.roll(z, (i, j), (0, 1))[1:-1, 1:-1] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
        rows, columns = np.nonzero(np.all([inner < other for other in around], axis=0))
        grid = np.stack([ticks[columns + 1], ticks[rows + 1]], axis=1)
        for w in found:
            close = w + np.where(w == 0.0, 0.0, 1e-4 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1]]))
            close = close[np.any(close != w, axis=1)]
            assert np.all(objective(shape, H, centre, close, lam) > objective(shape, H, centre, w, lam))
        assert all(np.min(np.max(np.abs(found - w), axis=1)) <= 0.021 for w in grid)


def test_some_radii_have_no_lambda_for_a_power_below_1():
    shape, centre = Shape("lq", 0.5), np.array([3.0, 2.0])
    sizes = shape.radius(penalised(shape, TRAP, centre, np.geomspace(0.01, 10, 2000)))
    jump = int(np.argmax(sizes[:-1] - sizes[1:]))
    between = 0.5 * float(sizes[jump] + sizes[jump + 1])
    assert sizes[jump] - sizes[jump + 1] > 1.0
    assert touching(shape, TRAP, centre, t=between).lam is None
    kept = touching(shape, TRAP, centre, t=float(sizes[jump // 2]))
    assert kept.lam == pytest.approx(np.geomspace(0.01, 10, 2000)[jump // 2], rel=1e-4)


def test_a_smooth_power_never_gives_a_zero():
    centres = np.random.default_rng(0).uniform(-3, 3, (500, 2))
    for q in (1.3, 2.0, 3.0):
        assert np.all(penalised(Shape("lq", q), TRAP, centres, 0.7) != 0.0)


def test_unknown_balls_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="balls are l1, l2"):
        Shape("l3")
    with pytest.raises(ValueError, match="q must be"):
        Shape("lq", 0.0)
    with pytest.raises(ValueError, match="α must"):
        Shape("elastic-net", alpha=1.5)
    assert {shape.kind for shape in EVERY} == set(KINDS)
