"""The coloured regions say for each optimum what the solver gives it; shares are their areas."""

import math

import numpy as np
import pytest

from regviz.linear.geometry import project_constraint
from regviz.linear.plane import Shape, penalised, quadratic
from regviz.linear.plane_powers import smallest_kept
from regviz.linear.sparsity_map import constrained_map, penalised_map, shares, sparse
from tests.inside import inside

OPTIMA = np.random.default_rng(1).uniform(-4.0, 4.0, (10_000, 2))
H = quadratic(0.8, 0.5)
CLOSED = [Shape("l1"), Shape("elastic-net", alpha=0.4), Shape("group"), Shape("lq", 1.0)]
SMOOTH = [Shape("l2"), Shape("lq", 1.5), Shape("lq", 3.0), Shape("elastic-net", alpha=0.0)]


def by_map(made, centres):
    found = np.full(len(centres), "none", dtype=object)
    for zeros, polygon in made.regions:
        found[inside(polygon, centres)] = zeros
    return found


def by_zeros(w):
    first, second = (w == 0.0).T
    return np.where(first & second, "both", np.where(first, "first", np.where(second, "second", "none")))


def descended(shape, centres, lam):
    """Minimisers of the L1 or elastic-net problem by coordinate descent, independent of cases and regions."""
    a, b = (lam * part for part in shape.parts)
    w = np.zeros_like(centres)
    g = centres @ H
    for _ in range(400):
        for j in (0, 1):
            pull = g[:, j] - H[0, 1] * w[:, 1 - j]
            w[:, j] = np.sign(pull) * np.maximum(np.abs(pull) - a, 0.0) / (H[j, j] + b)
    return w


@pytest.mark.parametrize("lam", [0.1, 0.7, 2.0])
@pytest.mark.parametrize("shape", CLOSED, ids=str)
def test_the_map_agrees_with_the_solver_on_10000_optima(shape, lam):
    made = by_map(penalised_map(shape, H, lam), OPTIMA)
    assert np.array_equal(made, by_zeros(penalised(shape, H, OPTIMA, lam)))
    assert np.count_nonzero(made != "none") > 5
    if shape.kind != "group":
        assert np.array_equal(made, by_zeros(descended(shape, OPTIMA, lam)))


@pytest.mark.parametrize("shape", [Shape("lq", 0.5), Shape("lq", 0.8)], ids=str)
def test_the_traced_map_agrees_but_for_a_hair_along_its_edges(shape):
    lam = 0.7
    made = penalised_map(shape, H, lam)
    wrong = OPTIMA[by_map(made, OPTIMA) != by_zeros(penalised(shape, H, OPTIMA, lam))]
    assert len(wrong) <= 5
    for optimum in wrong:
        assert min(_distance(polygon, optimum) for _, polygon in made.regions) < 0.01


def _distance(polygon, point):
    start, end = polygon, np.roll(polygon, -1, axis=0)
    along = end - start
    share = np.clip(np.sum((point - start) * along, axis=1) / np.maximum(np.sum(along**2, axis=1), 1e-300), 0, 1)
    return np.min(np.hypot(*(start + share[:, None] * along - point).T))


@pytest.mark.parametrize("q", [0.5, 0.7, 0.9])
def test_on_orthonormal_features_the_regions_end_at_the_threshold(q):
    edge, kept = smallest_kept(q, 1.0, 0.6)
    shape = Shape("lq", q)
    for slope, zero in ((edge * (1 - 1e-9), True), (edge * (1 + 1e-9), False)):
        assert bool(penalised(shape, np.eye(2), [slope, 0.0], 0.6)[0, 0] == 0.0) is zero
    assert penalised(shape, np.eye(2), [edge * (1 + 1e-12), 0.0], 0.6)[0, 0] in (0.0, pytest.approx(kept, rel=1e-6))
    regions = dict(penalised_map(shape, np.eye(2), 0.6).regions)
    assert np.max(regions["both"][:, 0]) == pytest.approx(edge, rel=1e-6)
    assert np.min(np.abs(regions["second"][:, 0])) == pytest.approx(edge, rel=1e-6)


@pytest.mark.parametrize("shape", SMOOTH, ids=str)
def test_smooth_balls_have_lines_only_and_on_them_the_zero_is_there(shape):
    made = penalised_map(shape, H, 0.7)
    assert not made.regions
    assert not sparse(shape, H, OPTIMA, lam=0.7).any()
    assert {zeros for zeros, _ in made.lines} == {"first", "second"}
    for zeros, curve in made.lines:
        inside = curve[(np.max(np.abs(curve), axis=1) < 6.0) & (np.max(np.abs(curve), axis=1) > 1e-3)]
        if not len(inside):
            inside = curve[:1] + 0.05 * (curve[1:2] - curve[:1])
        w = penalised(shape, H, inside, 0.7)
        lost, kept = (0, 1) if zeros == "first" else (1, 0)
        assert np.max(np.abs(w[:, lost])) < 1e-6
        assert np.max(np.abs(w[:, kept])) > 0.05


@pytest.mark.parametrize("t", [0.5, 1.5])
@pytest.mark.parametrize("shape", [*CLOSED[:2], Shape("lq", 0.5), Shape("lq", 0.8)], ids=str)
def test_in_the_ball_the_corners_cones_are_the_map(shape, t):
    made = by_map(constrained_map(shape, H, t), OPTIMA) != "none"
    counted = sparse(shape, H, OPTIMA, t=t) == 1.0
    assert np.count_nonzero(made != counted) <= (0 if shape.convex else 2)
    for optimum, corner in zip(OPTIMA[:12], counted[:12], strict=True):
        assert (0.0 in project_constraint(H, optimum, shape.ball(t)).point) == corner


def test_the_cone_of_a_smooth_ball_is_a_half_line():
    for shape in (*SMOOTH, Shape("group")):
        made = constrained_map(shape, H, 1.2)
        assert not made.regions
        assert not sparse(shape, H, OPTIMA, t=1.2).any()
        for zeros, (start, end) in made.lines:
            point = project_constraint(H, start + 0.05 * (end - start), shape.ball(1.2)).point
            assert abs(point[0 if zeros == "first" else 1]) < 1e-6
            assert np.hypot(*point) == pytest.approx(1.2)


def test_the_share_of_random_optima_is_the_area_and_mirrors():
    shape, lam, angles = Shape("l1"), 0.7, np.radians([-60.0, -30.0, 30.0, 60.0, 120.0])
    counted = shares(shape, 0.8, angles, OPTIMA, lam=lam)
    fine = np.stack(np.meshgrid(np.linspace(-4, 4, 401), np.linspace(-4, 4, 401)), axis=-1).reshape(-1, 2)
    area = np.mean(by_map(penalised_map(shape, quadratic(0.8, angles[2]), lam), fine) != "none")
    assert abs(counted[2] - area) < 5.0 * math.sqrt(area * (1 - area) / len(OPTIMA))
    assert np.ptp(shares(shape, 0.8, angles, fine, lam=lam)) < 3e-3
    assert np.ptp(shares(shape, 0.8, np.radians([0.0, 30.0, 45.0]), fine, lam=lam)) > 0.01


def test_nothing_is_coloured_without_a_penalty():
    assert not penalised_map(Shape("l1"), H, 0.0).regions
    assert not sparse(Shape("l1"), H, OPTIMA, lam=0.0).any()


@pytest.mark.parametrize("shape", [*CLOSED, *SMOOTH, Shape("lq", 0.7)], ids=str)
def test_counting_zeros_needs_no_solution(shape):
    for lam in (0.2, 1.1):
        solved = np.any(penalised(shape, H, OPTIMA[:2000], lam) == 0.0, axis=1)
        assert np.array_equal(sparse(shape, H, OPTIMA[:2000], lam=lam), solved)
