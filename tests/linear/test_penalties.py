"""Laws of every penalty, and of the certificates, against numerical minimisation and closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from regviz.linear.penalties import (
    PENALTIES,
    ElasticNet,
    GroupLasso,
    Lasso,
    NoPenalty,
    Ridge,
    SparseGroupLasso,
    duality_gap,
    kkt,
    make_penalty,
    objective,
)
from regviz.linear.problem import Problem

GROUPS = ((0, 2), (1, 3, 5), (4,))
P = 6
ALL = [
    NoPenalty(),
    Ridge(0.4),
    Lasso(0.3),
    ElasticNet(0.5, 0.6),
    GroupLasso(0.2, GROUPS),
    SparseGroupLasso(0.4, 0.3, GROUPS),
]
PENALISED = ALL[1:]
SPARSE = [penalty for penalty in ALL if penalty.name not in ("none", "ridge")]
vectors = st.lists(st.sampled_from([0.0, -2.0, 0.05, 0.4, -0.3, 1.5, 3.0]), min_size=P, max_size=P).map(np.array)


def label(penalty):
    return penalty.name


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, P)) + 0.5 * rng.normal(size=(40, 1))
    return Problem.of(X, X @ [2, -1, 0, 0, 0.5, 0] + rng.normal(size=40))


def minimiser(problem, penalty, steps=4000):
    """Proximal gradient, an oracle that shares no code with the solvers."""
    step = 1.0 / float(np.linalg.eigvalsh(problem.gram)[-1])
    w = np.zeros(problem.p)
    for _ in range(steps):
        w = penalty.prox(w - step * (problem.gram @ w - problem.correlation), step)
    return w


def scaled(penalty, lam):
    return replace(penalty, lam=lam)


@pytest.mark.parametrize("name", PENALTIES)
def test_every_name_makes_its_penalty(name):
    penalty = make_penalty(name, 0.25, groups=GROUPS if name == "group-lasso" else None)
    assert penalty.name == name
    assert penalty.lam == (0.0 if name == "none" else 0.25)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("lazy", 1.0), "lazy"), (("lasso", -1.0), "λ"), (("lasso", math.nan), "λ"), (("lasso", 1.0, 0.5), "alpha"),
        (("elastic-net", 1.0, 1.5), "α"), (("group-lasso", 1.0), "groups"), (("ridge", 1.0, None, GROUPS), "groups"),
        (("group-lasso", 1.0, None, ((0, 1), (1,))), "more than once"), (("group-lasso", 1.0, None, ((0, 2),)), "2"),
    ],
)  # fmt: skip
def test_unusable_arguments_get_a_sentence(arguments, word):
    with pytest.raises(ValueError, match=word):
        make_penalty(*arguments)


@pytest.mark.parametrize("penalty", ALL, ids=label)
@given(v=vectors, step=st.sampled_from([0.1, 1.0, 7.0]))
def test_prox_is_optimal_for_its_own_problem(penalty, v, step):
    u = penalty.prox(v, step)
    assert penalty.subgradient_distance(u, (u - v) / step) == pytest.approx(0.0, abs=1e-13 * max(1.0, 1.0 / step))


@pytest.mark.parametrize("penalty", ALL, ids=label)
def test_prox_agrees_with_numerical_minimisation(penalty):
    rng = np.random.default_rng(1)
    for v in rng.normal(size=(5, P)) * 1.5:
        u = penalty.prox(v, 0.7)

        def cost(x, v=v):
            return 0.5 * float((x - v) @ (x - v)) + 0.7 * penalty.value(x)

        found = minimize(cost, v, method="Powell", options={"xtol": 1e-9, "ftol": 1e-13, "maxiter": 10000})
        assert cost(u) <= found.fun + 1e-10
        assert cost(u) == pytest.approx(found.fun, abs=1e-4)


@pytest.mark.parametrize("penalty", ALL, ids=label)
@given(a=vectors, b=vectors)
def test_prox_is_firmly_nonexpansive(penalty, a, b):
    change = penalty.prox(a, 0.8) - penalty.prox(b, 0.8)
    assert change @ change <= change @ (a - b) + 1e-12


@pytest.mark.parametrize("penalty", PENALISED, ids=label)
@given(v=vectors)
def test_moreau_prox_and_dual_part_are_a_fenchel_pair(penalty, v):
    u = penalty.prox(v, 1.0)
    assert penalty.dual_scale(v - u) >= 1.0 - 1e-12
    inside = (v - u) * min(1.0, penalty.dual_scale(v - u))
    assert penalty.fenchel_gap(u, inside) == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("penalty", PENALISED, ids=label)
@given(w=vectors, v=vectors)
def test_fenchel_young_holds_in_the_domain(penalty, w, v):
    feasible = v * min(1.0, penalty.dual_scale(v))
    gap = penalty.fenchel_gap(w, feasible)
    assert gap >= 0.0
    assert gap >= penalty.value(w) - float(w @ feasible) - 1e-12


@pytest.mark.parametrize("penalty", ALL, ids=label)
@given(w=vectors)
def test_value_is_convex_and_distance_is_zero_at_its_own_gradient(penalty, w):
    other = w[::-1]
    assert penalty.value(0.5 * (w + other)) <= 0.5 * (penalty.value(w) + penalty.value(other)) + 1e-12
    slope = np.array(
        [(penalty.value(w + h) - penalty.value(w - h)) / 2e-6 for h in 1e-6 * np.eye(P)]
    )
    smooth = w != 0.0
    assert penalty.subgradient_distance(w, -slope)[smooth].max(initial=0.0) <= 1e-6


@pytest.mark.parametrize("penalty", ALL, ids=label)
def test_distance_is_zero_only_at_the_optimum(penalty, problem):
    best = minimiser(problem, penalty)
    assert kkt(problem, penalty, best) <= 1e-12
    rng = np.random.default_rng(0)
    for _ in range(20):
        other = best + 0.05 * rng.normal(size=P) * (rng.random(P) < 0.5)
        if np.any(other != best):
            assert kkt(problem, penalty, other) > 1e-4
            assert objective(problem, penalty, other) > objective(problem, penalty, best)


@pytest.mark.parametrize("penalty", ALL, ids=label)
def test_gap_bounds_the_distance_to_the_minimum(penalty, problem):
    least = objective(problem, penalty, best := minimiser(problem, penalty))
    assert 0.0 <= duality_gap(problem, penalty, best) <= 1e-13
    rng = np.random.default_rng(2)
    for w in [np.zeros(P), *(best + scale * rng.normal(size=P) for scale in (1e-6, 1e-3, 0.1, 1.0, 30.0))]:
        assert duality_gap(problem, penalty, w) >= (objective(problem, penalty, w) - least) * (1.0 - 1e-9) - 1e-14


@pytest.mark.parametrize("penalty", SPARSE, ids=label)
def test_lam_max_is_where_zero_stops_being_optimal(penalty, problem):
    top = penalty.lam_max(problem)
    zero = np.zeros(P)
    assert kkt(problem, scaled(penalty, top), zero) <= 1e-15
    assert kkt(problem, scaled(penalty, top * (1.0 - 1e-9)), zero) > 1e-11
    assert not minimiser(problem, scaled(penalty, top * (1.0 + 1e-12))).any()
    assert minimiser(problem, scaled(penalty, 0.999 * top)).any()


def test_lam_max_of_the_elastic_net_is_never_rounded_below(problem):
    for alpha in np.linspace(0.01, 1.0, 200):
        top = ElasticNet(1.0, float(alpha)).lam_max(problem)
        assert top * alpha >= problem.lam_max
        assert top == pytest.approx(problem.lam_max / alpha, rel=1e-15)


def test_group_lam_max_formula(problem):
    sizes = [np.linalg.norm(problem.X[:, g].T @ problem.y) / (problem.n * math.sqrt(len(g))) for g in map(list, GROUPS)]
    assert GroupLasso(1.0, GROUPS).lam_max(problem) == pytest.approx(max(sizes), rel=1e-14)


def test_the_group_weight_is_the_root_of_the_size():
    w = np.array([3.0, 0.0, 4.0, 0.0, 0.0, 0.0])
    assert GroupLasso(0.5, GROUPS).value(w) == pytest.approx(0.5 * math.sqrt(2.0) * 5.0)
    shrunk = GroupLasso(0.5, GROUPS).prox(w, 1.0)
    assert shrunk == pytest.approx(w * (1.0 - 0.5 * math.sqrt(2.0) / 5.0))


def test_special_cases_coincide():
    rng = np.random.default_rng(4)
    singles = tuple((j,) for j in range(P))
    for w, g in rng.normal(size=(10, 2, P)):
        w[rng.random(P) < 0.4] = 0.0
        for one, two in (
            (Lasso(0.3), GroupLasso(0.3, singles)),
            (Lasso(0.3), ElasticNet(0.3, 1.0)),
            (Ridge(0.3), ElasticNet(0.3, 0.0)),
            (GroupLasso(0.3, GROUPS), SparseGroupLasso(0.3, 0.0, GROUPS)),
            (Lasso(0.3), SparseGroupLasso(0.3, 1.0, GROUPS)),
        ):
            assert one.value(w) == pytest.approx(two.value(w), rel=1e-14)
            assert one.prox(w, 1.3) == pytest.approx(two.prox(w, 1.3), abs=1e-15)
            groups = getattr(two, "groups", singles)
            distance, other = one.subgradient_distance(w, g), two.subgradient_distance(w, g)
            for group in map(list, groups):
                first = distance[group][0] if one.name == "group-lasso" else np.linalg.norm(distance[group])
                assert first == pytest.approx(np.max(other[group]) if groups != singles else other[group][0])


def test_hard_facts_of_the_three_thresholds():
    w = np.array([3.0, -1.0, 0.4])
    assert Ridge(0.5).prox(w, 1.0) == pytest.approx([2.0, -2.0 / 3.0, 0.4 / 1.5])
    assert Lasso(0.5).prox(w, 1.0).tolist() == [2.5, -0.5, 0.0]


@pytest.mark.parametrize("penalty", PENALISED, ids=label)
@pytest.mark.parametrize("lam", [0.0, 1e-300, 1e300, 1e308, math.inf])
def test_extreme_strengths_stay_numbers(penalty, lam, problem):
    extreme = scaled(penalty, lam)
    zero = np.zeros(P)
    values = [
        extreme.value(zero), objective(problem, extreme, zero), kkt(problem, extreme, zero),
        duality_gap(problem, extreme, zero), *extreme.prox(np.arange(6.0), 1.0),
    ]  # fmt: skip
    assert np.isfinite(values).all()
    if lam >= 1e300:
        assert np.abs(extreme.prox(np.arange(6.0), 1.0)).max() <= 1e-290


def test_constant_target_has_no_violation():
    flat = Problem.of(np.random.default_rng(0).normal(size=(9, P)), np.full(9, 7.0))
    for penalty in ALL:
        assert kkt(flat, penalty, np.zeros(P)) == 0.0
        assert duality_gap(flat, penalty, np.zeros(P)) == 0.0
