"""The slice inherits optimality: ball and contour touch at the solution only, for every penalty and pair."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import minimize

from regviz.linear.geometry import (
    LqBall,
    boundary,
    constrained_minima,
    contours,
    elastic_net_ball,
    lq_ball,
    normal_cone,
    project_constraint,
    slice_at,
)
from regviz.linear.penalties import ElasticNet, GroupLasso, Lasso, NoPenalty, Ridge, SparseGroupLasso
from regviz.linear.problem import Problem

P = 6
GROUPS = ((0, 2), (1, 3, 5), (4,))
PENALISED = [
    Ridge(0.3),
    Lasso(0.25),
    ElasticNet(0.3, 0.6),
    GroupLasso(0.2, GROUPS),
    SparseGroupLasso(0.25, 0.4, GROUPS),
]
PAIRS = list(itertools.combinations(range(P), 2))
TRAP = np.array([[math.cos(0.3), -math.sin(0.3)], [math.sin(0.3), math.cos(0.3)]])
TRAP_H = TRAP @ np.diag([1 / 1.2**2, 1 / 0.8**2]) @ TRAP.T
ols = np.array([3.0, 2.0])


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, P)) + 0.5 * rng.normal(size=(40, 1))
    return Problem.of(X, X @ [2, -1, 0, 0, 0.5, 0] + rng.normal(size=40))


def solution(problem, penalty):
    step = 1.0 / float(np.linalg.eigvalsh(problem.gram)[-1])
    w = np.zeros(problem.p)
    for _ in range(6000):
        w = penalty.prox(w - step * (problem.gram @ w - problem.correlation), step)
    return w


@pytest.fixture(scope="module", params=PENALISED, ids=lambda penalty: penalty.name)
def solved(request, problem):
    return problem, request.param, solution(problem, request.param)


def heights(view, x, y):
    return np.array([view.height(np.array(u)) for u in zip(x, y, strict=True)])


def in_cone(edges, direction):
    """Whether ``direction`` is a non-negative combination of the edges, to 1e-8 of its length."""
    size = np.linalg.norm(direction)
    if size == 0.0 or len(edges) == 0:
        return True
    if len(edges) == 1:
        return np.linalg.norm(direction - size * edges[0]) <= 1e-8 * size
    return np.linalg.solve(edges.T, direction).min() >= -1e-8 * size


def test_contour_height_is_the_loss(solved):
    problem, _, w = solved
    view = slice_at(problem, NoPenalty(), w, 0, 1)

    def loss(u):
        moved = w.copy()
        moved[[0, 1]] = u
        return 0.5 * np.sum((problem.y - problem.X @ moved) ** 2) / problem.n

    for u in np.random.default_rng(0).normal(size=(5, 2)):
        assert view.height(u) - view.level == pytest.approx(loss(u) - loss(view.point), abs=1e-12)
        assert loss(view.centre) <= loss(u)


def test_gradient_lies_in_the_normal_cone(solved):
    problem, penalty, w = solved
    for j, k in PAIRS:
        view = slice_at(problem, penalty, w, j, k)
        assert in_cone(view.normal_cone(), view.gradient)


def test_ball_passes_through_the_solution_and_holds_the_penalty(solved):
    problem, penalty, w = solved
    for j, k in PAIRS:
        x, y = slice_at(problem, penalty, w, j, k).ball(80)
        assert (x[0], y[0]) == (x[-1], y[-1])
        assert np.hypot(x - w[j], y - w[k]).min() <= 1e-12
        moved = w.copy()
        for moved[j], moved[k] in zip(x, y, strict=True):
            assert penalty.value(moved) == pytest.approx(penalty.value(w), rel=1e-12)


def test_nothing_in_the_ball_has_a_lower_loss(solved):
    problem, penalty, w = solved
    for j, k in PAIRS:
        view = slice_at(problem, penalty, w, j, k)
        x, y = view.ball(400)
        for u in zip(x, y, strict=True):
            for share in (1.0, 0.9, 0.4):
                point = share * np.array(u)
                lower = view.level - view.height(point)
                assert lower <= 1e-10
                if np.linalg.norm(point - view.point) > 1e-3 and len(view.normal_cone()):
                    assert lower < 0.0


def test_where_both_are_zero_the_ball_is_a_point(problem):
    penalty = Lasso(2.0 * problem.lam_max)
    view = slice_at(problem, penalty, np.zeros(P), 1, 4)
    x, y = view.ball()
    assert not x.any()
    assert not y.any()
    assert view.normal_cone().shape == (0, 2)


def test_balls_have_their_shapes(problem):
    w = solution(problem, Ridge(0.2))
    t = abs(w[0]) + abs(w[1])
    x, y = slice_at(problem, Lasso(0.2), w, 0, 1).ball()
    assert np.abs(x) + np.abs(y) == pytest.approx(t)
    corners = (x == 0.0) | (y == 0.0)
    assert np.abs(x + y)[corners] == pytest.approx(t)
    assert corners.sum() == 5
    x, y = slice_at(problem, Ridge(0.2), w, 0, 1).ball()
    assert np.hypot(x, y) == pytest.approx(np.hypot(w[0], w[1]))
    x, y = slice_at(problem, GroupLasso(0.2, GROUPS), w, 0, 2).ball()
    assert np.hypot(x, y) == pytest.approx(np.hypot(w[0], w[2]))
    x, y = slice_at(problem, GroupLasso(0.2, GROUPS), w, 0, 1).ball()
    across = math.sqrt(2) * np.hypot(x, w[2]) + math.sqrt(3) * np.hypot(y, np.hypot(w[3], w[5]))
    assert across == pytest.approx(across[0])


def test_without_a_penalty_there_is_no_ball(problem):
    w = np.linalg.lstsq(problem.X, problem.y, rcond=None)[0]
    view = slice_at(problem, NoPenalty(), w, 0, 1)
    assert view.shape is None
    assert view.ball()[0].size == 0
    assert view.normal_cone().size == 0
    assert view.centre == pytest.approx(view.point, abs=1e-12)
    assert np.isfinite(view.levels()).all()
    assert (view.levels() > 0.0).all()


def test_a_slice_needs_two_features(problem):
    with pytest.raises(ValueError, match="differ"):
        slice_at(problem, Lasso(0.1), np.zeros(P), 2, 2)


def test_contours_are_exact_and_the_third_passes_through_the_solution(solved):
    problem, penalty, w = solved
    view = slice_at(problem, penalty, w, 0, 1)
    levels = view.levels()
    assert levels[2] == pytest.approx(view.level)
    assert (np.diff(levels) > 0.0).all()
    for level in levels:
        x, y = view.ellipse(level)
        assert heights(view, x, y) == pytest.approx(level)
        assert (x[0], y[0]) == (x[-1], y[-1])


def test_duplicated_columns_give_parallel_lines():
    rng = np.random.default_rng(0)
    column = rng.normal(size=30)
    problem = Problem.of(np.column_stack([column, column, rng.normal(size=30)]), column + rng.normal(size=30))
    penalty = Ridge(0.3)
    w = solution(problem, penalty)
    assert w[0] == pytest.approx(w[1], abs=1e-10)
    view = slice_at(problem, penalty, w, 0, 1)
    lines = view.contours(view.level)
    assert len(lines) == 2
    for x, y in lines:
        assert heights(view, x, y) == pytest.approx(view.level)
        assert np.diff(x) == pytest.approx(-np.diff(y))
        assert np.hypot(x[-1] - x[0], y[-1] - y[0]) >= np.abs(view.point).max()
    assert np.isnan(view.ellipse(view.level)[0]).sum() == 1
    assert in_cone(view.normal_cone(), view.gradient)


def test_constant_features_have_no_contour():
    assert contours(np.zeros((2, 2)), np.zeros(2), 1.0) == []


def test_corners_of_the_elastic_net_ball_are_neither_diamond_nor_lq():
    x, y = boundary(elastic_net_ball(0.5, 1.0), 4000)
    i = int(np.argmax(x))
    above, below = (y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])
    assert i in (0, x.size - 1)
    assert above < -1.0
    assert below == pytest.approx(-above, rel=1e-3)
    # value 0.5·t + 0.25·t² = 1 at the corner (t, 0), where the edge has slope −(0.5 + 0.5t)/0.5
    t = x[i]
    assert t == pytest.approx(-1.0 + math.sqrt(5.0))
    assert above == pytest.approx(-(1.0 + t), rel=1e-2)
    bend = np.diff(np.unwrap(np.arctan2(np.diff(y[: x.size // 4]), np.diff(x[: x.size // 4]))))
    assert (bend > 0.0).all()
    assert len(normal_cone(elastic_net_ball(0.5, 1.0), np.array([t, 0.0]))) == 2


@pytest.mark.parametrize("q", [0.5, 0.7, 1.0, 1.3, 2.0, 4.0])
def test_lq_ball_is_exact_closed_and_has_its_axis_points(q):
    x, y = lq_ball(q, 1.7)
    assert (np.abs(x) ** q + np.abs(y) ** q) ** (1 / q) == pytest.approx(1.7)
    assert (x[0], y[0]) == (x[-1], y[-1]) == pytest.approx((1.7, 0.0))
    assert np.count_nonzero((x == 0.0) | (y == 0.0)) == 5


def test_normal_cone_is_wide_at_corners_only():
    assert len(normal_cone(LqBall(1.0, 2.0), np.array([2.0, 0.0]))) == 2
    assert len(normal_cone(LqBall(1.0, 2.0), np.array([1.5, 0.5]))) == 1
    assert len(normal_cone(LqBall(1.5, 2.0), np.array([2.0, 0.0]))) == 1
    edges = normal_cone(LqBall(1.0, 2.0), np.array([0.0, -2.0]))
    assert {tuple(np.round(edge * math.sqrt(2.0), 12)) for edge in edges} == {(1.0, -1.0), (-1.0, -1.0)}


def test_constrained_optimum_of_the_popular_wrong_picture():
    found = project_constraint(TRAP_H, ols, 1.0, 2.0)
    assert found.point == pytest.approx([1.109, 0.891], abs=5e-4)
    assert np.abs(found.point).sum() == pytest.approx(2.0, abs=1e-14)
    descent = TRAP_H @ (ols - found.point)
    assert descent == pytest.approx(found.lam * np.ones(2), abs=1e-12)


@pytest.mark.parametrize("q", [1.0, 1.2, 1.5, 2.0, 3.0, 4.0])
def test_constrained_and_penalised_optimum_agree(q):
    rng = np.random.default_rng(int(10 * q))
    for _ in range(20):
        root = rng.normal(size=(2, 2))
        H, centre = root @ root.T + 0.1 * np.eye(2), 3.0 * rng.normal(size=2)
        t = float(rng.uniform(0.05, 0.95)) * float(np.sum(np.abs(centre) ** q) ** (1 / q))
        point, lam = project_constraint(H, centre, q, t)
        assert np.sum(np.abs(point) ** q) ** (1 / q) == pytest.approx(t, rel=1e-12)
        slope = H @ (centre - point)
        power = np.sign(point) * np.abs(point) ** (q - 1.0)
        moving = point != 0.0
        assert slope[moving] == pytest.approx(lam * power[moving], abs=1e-9 * np.linalg.norm(slope))
        if q == 1.0:
            assert np.abs(slope[~moving]).max(initial=0.0) <= lam * (1.0 + 1e-12)


@pytest.mark.parametrize("q", [0.5, 0.8])
def test_global_optimum_of_a_nonconvex_ball(q):
    rng = np.random.default_rng(1)
    x, y = lq_ball(q, 1.0, 40000)
    for centre in 2.0 * rng.normal(size=(20, 2)):
        if np.sum(np.abs(centre) ** q) <= 1.0:
            continue
        away = np.stack([x, y]) - centre[:, None]
        heights = 0.5 * np.einsum("im,ij,jm->m", away, TRAP_H, away)
        gap = project_constraint(TRAP_H, centre, q, 1.0).point - centre
        assert 0.5 * gap @ TRAP_H @ gap == pytest.approx(heights.min(), abs=1e-4)
        assert 0.5 * gap @ TRAP_H @ gap <= heights.min() + 1e-12


def test_constraint_that_does_not_bind_has_no_strength():
    found = project_constraint(TRAP_H, ols, 1.0, 5.5)
    assert found.point.tolist() == [3.0, 2.0]
    assert found.lam == 0.0


def test_constrained_elastic_net_agrees_with_a_general_solver():
    ball = elastic_net_ball(0.5, 1.0)
    found = project_constraint(TRAP_H, ols, ball)

    def cost(u):
        return 0.5 * (u - ols) @ TRAP_H @ (u - ols)

    limit = {"type": "ineq", "fun": lambda u: 1.0 - float(ball.value(u[0], u[1]))}
    other = minimize(cost, [0.5, 0.5], constraints=[limit], method="SLSQP", options={"ftol": 1e-14})
    assert found.point == pytest.approx(other.x, abs=1e-6)


@pytest.mark.parametrize("q", [0.4, 0.5, 0.7])
def test_local_minima_in_a_power_ball_below_one_are_those_of_a_search_along_its_rim(q):
    rng = np.random.default_rng(5)
    for _ in range(12):
        a, centre, t = rng.normal(size=(2, 2)), rng.normal(size=2) * 3.0, float(rng.uniform(0.3, 2.0))
        H = a @ a.T + 0.2 * np.eye(2)
        found = constrained_minima(H, centre, LqBall(q, t))
        if np.sum(np.abs(centre) ** q) <= t**q:
            assert found == pytest.approx(centre[None])
            continue
        assert found[0] == pytest.approx(project_constraint(H, centre, q, t).point, abs=1e-6)
        u = np.linspace(0.0, 2.0 * np.pi, 8001)[:-1]
        c, s = np.cos(u), np.sin(u)
        rim = t * np.stack([np.sign(c) * np.abs(c) ** (2 / q), np.sign(s) * np.abs(s) ** (2 / q)], axis=1)
        away = rim - centre
        height = 0.5 * np.einsum("ki,ij,kj->k", away, H, away)
        outwards = np.einsum("ki,ij,kj->k", -away, H, rim) > 0.0
        dips = (height < np.roll(height, 1)) & (height <= np.roll(height, -1)) & outwards
        assert len(found) == np.count_nonzero(dips)
        for point in rim[dips]:
            assert np.min(np.hypot(*(found - point).T)) < 0.01
