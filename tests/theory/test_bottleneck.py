"""The bottleneck: its iterations, its limits, the curve, where doing nothing ceases to be best; the Gaussian case."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.theory.bottleneck import Bottleneck, binned_information, checked, entropy, hull, mutual_information
from regviz.theory.bottleneck_gaussian import GaussianBottleneck, informations, lagrangian

FEW = settings(max_examples=25)


@st.composite
def joints(draw, most=7, zeros=True):
    x, y = draw(st.integers(2, most)), draw(st.integers(2, most))
    source = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    table = source.gamma(draw(st.sampled_from([0.1, 0.5, 3.0])), size=(x, y)) + 1e-9
    if zeros and draw(st.booleans()):
        table[source.uniform(size=(x, y)) < 0.3] = 0.0
        table[:, 0] += 1e-3
    return Bottleneck(table / table.sum())


def independent_lagrangian(made, q, beta):
    """I(X;T) − β I(T;Y) by entropies."""
    pxt, pty = q * made.px[:, None], q.T @ made.joint
    h = entropy
    kept = h(made.px) + h(pxt.sum(0)) - h(pxt.ravel())
    return kept - beta * (h(pty.sum(1)) + h(made.py) - h(pty.ravel()))


@FEW
@given(made=joints(), beta=st.floats(0.5, 100.0), seed=st.integers(0, 99))
def test_no_iteration_raises_the_lagrangian(made, beta, seed):
    q = made.random(np.random.default_rng(seed), len(made.px))
    before = independent_lagrangian(made, q, beta)
    for _ in range(25):
        q = made.sweep(q, beta)
        after = independent_lagrangian(made, q, beta)
        assert after <= before + 1e-8 * (1 + beta)
        before = after
    assert made.point(q, beta).lagrangian == pytest.approx(before, abs=1e-9)


def test_an_iteration_is_the_three_equations_of_the_paper():
    made = Bottleneck(np.random.default_rng(1).gamma(0.5, size=(4, 3)) + 1e-3)
    q, beta = made.random(np.random.default_rng(2), 3), 3.0
    expected = np.zeros((4, 3))
    for x in range(4):
        for t in range(3):
            weight = sum(made.px[i] * q[i, t] for i in range(4))
            given_t = [sum(made.joint[i, y] * q[i, t] for i in range(4)) / weight for y in range(3)]
            given_x = made.joint[x] / made.px[x]
            divergence = sum(given_x[y] * np.log(given_x[y] / given_t[y]) for y in range(3))
            expected[x, t] = weight * np.exp(-beta * divergence)
    expected /= expected.sum(axis=1, keepdims=True)
    assert made.sweep(q, beta) == pytest.approx(expected, abs=1e-12)


@FEW
@given(made=joints(), beta=st.floats(0.5, 100.0), seed=st.integers(0, 99), clusters=st.integers(1, 9))
def test_data_processing(made, beta, seed, clusters):
    """I(T;Y) ≤ min(I(X;Y), I(T;X)) and I(X;T) ≤ H(X), before and after iterations."""
    q = made.random(np.random.default_rng(seed), clusters)
    for point in (made.point(q, beta), made.settled(q, beta, 50)):
        assert 0.0 <= point.told <= min(made.relevant, point.kept) + 1e-9
        assert point.kept <= made.entropy + 1e-9


@FEW
@given(made=joints())
def test_annealed_from_t_equal_to_x_everything_is_told_at_large_beta(made):
    points = made.annealed(np.geomspace(1e6, 1e5, 3))
    assert points[0].told == pytest.approx(made.relevant, abs=1e-4)
    assert points[-1].told == pytest.approx(made.relevant, abs=1e-3)


def test_random_starts_stop_short_at_large_beta():
    """On a table with twelve different rows random starts lose several percent of what T = X keeps."""
    table = np.random.default_rng(0).gamma(0.5, size=(12, 8)) + 1e-6
    made = Bottleneck(table / table.sum(axis=1, keepdims=True) / 12)
    starts = np.stack([made.random(np.random.default_rng(s), 12) for s in range(12)])
    shares = np.array([p.told for p in made.settled_all(starts, 300.0)]) / made.relevant
    assert made.annealed(np.array([300.0]))[0].told > 0.9999 * made.relevant
    assert (shares < 0.99).all()
    assert (shares > 0.6).all()


def test_a_stack_of_starts_goes_the_way_of_each():
    table = np.random.default_rng(3).gamma(0.5, size=(6, 5)) + 1e-3
    made = Bottleneck(table)
    starts = np.stack([made.random(np.random.default_rng(s), 6) for s in range(3)])
    together = made.settled_all(starts, 4.0, 30, 0.0)
    for start, found in zip(starts, together, strict=True):
        alone = made.settled(start, 4.0, 30, 0.0)
        assert (alone.kept, alone.told) == pytest.approx((found.kept, found.told), abs=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_the_curve_is_concave_and_bounds_every_assignment(seed):
    source = np.random.default_rng(seed)
    table = source.gamma(0.5, size=(6, 5)) + 1e-4
    made = Bottleneck(table)
    points = made.annealed(np.geomspace(500.0, 0.9, 100), 1_000)
    kept, told = np.array([p.kept for p in points]), np.array([p.told for p in points])
    x, y = hull(np.append(kept, 0.0), np.append(told, 0.0))
    assert (np.interp(kept, x, y) - told).max() < 2e-4, "the annealed points are their own concave hull"
    assert (np.diff(np.diff(y) / np.diff(x)) <= 1e-9).all()
    for _ in range(200):
        q = made.random(source, 6) ** source.choice([1.0, 4.0, 20.0])
        point = made.point(q / q.sum(axis=1, keepdims=True), 1.0)
        assert point.told <= np.interp(point.kept, x, y) + 2e-3


def test_slope_of_the_curve_is_one_over_beta():
    made = Bottleneck(np.random.default_rng(0).gamma(0.5, size=(6, 5)) + 1e-4)
    betas = np.geomspace(200.0, 1.0, 150)
    points = made.annealed(betas, 1_000)
    kept, told = np.array([p.kept for p in points]), np.array([p.told for p in points])
    moving = np.flatnonzero(np.diff(kept) < -1e-3)
    slopes = np.diff(told)[moving] / np.diff(kept)[moving]
    middle = 1.0 / np.sqrt(betas[1:] * betas[:-1])[moving]
    assert np.median(np.abs(slopes / middle - 1.0)) < 0.01


@pytest.mark.parametrize("seed", range(4))
def test_the_trivial_solution_loses_stability_at_one_over_sigma_two_squared(seed):
    source = np.random.default_rng(seed)
    made = Bottleneck(source.gamma(1.0, size=(6, 5)) + 1e-2)
    assert made.critical is not None
    nudge = source.standard_normal((6, 2))
    for factor, grows in ((0.97, False), (1.03, True)):
        q = 0.5 + 1e-5 * nudge
        q /= q.sum(axis=1, keepdims=True)
        first = np.ptp(q[:, 0])
        for _ in range(250):
            q = made.sweep(q, factor * made.critical)
        assert (np.ptp(q[:, 0]) > first) == grows
        # linear theory: the deviation is multiplied by β σ₂² at every sweep
    q = 0.5 + 1e-7 * nudge
    q /= q.sum(axis=1, keepdims=True)
    for _ in range(60):
        before, q = q, made.sweep(q, 1.1 * made.critical)
    spread = [np.ptp(v[:, 0]) for v in (before, q)]
    assert spread[1] / spread[0] == pytest.approx(1.1, abs=0.02)


def test_before_one_over_sigma_two_squared_a_better_solution_may_exist():
    """1/σ₂² is where the trivial solution becomes unstable, not where it ceases to be best (Wu and others 2019)."""
    table = np.array([[0.02, 1e-9], [0.49, 0.49]])  # one rare x that determines y
    made = Bottleneck(table)
    assert made.critical is not None
    sharp = made.point(np.eye(2), 0.9 * made.critical)
    assert sharp.lagrangian < -1e-3


def test_independent_variables_have_nothing_to_keep():
    made = Bottleneck(np.outer([0.2, 0.3, 0.5], [0.6, 0.4]))
    assert made.relevant == pytest.approx(0.0, abs=1e-12)
    assert made.critical is None
    assert made.settled(np.eye(3), 50.0).clusters == 1


@pytest.mark.parametrize("bad", [np.zeros((2, 2)), [[1.0, np.nan]], [[0.5, -0.5], [0.5, 0.5]], [1.0, 2.0]])
def test_what_is_no_joint_is_refused(bad):
    with pytest.raises(ValueError, match="joint distribution"):
        checked(bad)


def test_information_of_known_tables():
    assert mutual_information(np.eye(4) / 4) == pytest.approx(2.0)
    assert entropy(np.array([0.5, 0.25, 0.25, 0.0])) == pytest.approx(1.5)
    x, y = hull(np.array([0.0, 1.0, 2.0, 1.0]), np.array([0.0, 0.4, 1.0, 0.8]))
    assert (x.tolist(), y.tolist()) == ([0.0, 1.0, 2.0], [0.0, 0.8, 1.0])


# The Gaussian case.


@st.composite
def gaussians(draw):
    p, q = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    source = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    M = source.standard_normal((p + q, p + q + 2))
    return M @ M.T / (p + q + 2), p


def split(whole, p):
    xx, xy, yy = whole[:p, :p], whole[:p, p:], whole[p:, p:]
    return GaussianBottleneck(xx, xx - xy @ np.linalg.solve(yy, xy.T)), xx, xy, yy


@FEW
@given(case=gaussians())
def test_critical_betas_are_inverse_squared_canonical_correlations(case):
    made, xx, xy, yy = split(*case)
    roots = [np.linalg.inv(np.linalg.cholesky(c)) for c in (xx, yy)]
    rho = np.linalg.svd(roots[0] @ xy @ roots[1].T, compute_uv=False)
    k = len(rho)
    assert 1.0 - made.values[:k] == pytest.approx(rho**2, abs=1e-8)
    assert made.values[k:] == pytest.approx(1.0, abs=1e-8)
    good = rho > 1e-3
    assert made.critical[:k][good] == pytest.approx(rho[good] ** -2.0, rel=1e-4)
    direct = np.sort(np.linalg.eigvals(made.cov_given @ np.linalg.inv(xx)).real)
    assert made.values == pytest.approx(direct, abs=1e-8)
    for value, v in zip(made.values, made.vectors, strict=True):
        assert v @ made.cov_given @ np.linalg.inv(xx) == pytest.approx(value * v, abs=1e-6)
        assert v @ xx @ v == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(3))
def test_no_numerical_optimum_beats_the_closed_form(seed):
    from scipy.optimize import minimize

    source = np.random.default_rng(seed)
    M = source.standard_normal((6, 7))
    made, xx, _, _ = split(M @ M.T / 7, 3)
    for factor in (0.9, 1.2):
        for critical in made.critical[:2]:
            beta = max(1.0, factor * float(critical))
            best = lagrangian(made.projection(beta), xx, made.cov_given, beta)
            found = min(
                minimize(lambda a, b=beta: lagrangian(a.reshape(3, 3), xx, made.cov_given, b),
                         source.standard_normal(9), method="BFGS", options={"maxiter": 300}).fun
                for _ in range(2)
            )  # fmt: skip
            assert found == pytest.approx(best, abs=1e-4)
            assert found >= best - 1e-7
    around = made.critical[0] * np.array([0.999, 1.05])
    below, above = (lagrangian(made.projection(b), xx, made.cov_given, b) for b in around)
    assert below == 0.0
    assert above < 0.0


@FEW
@given(case=gaussians(), beta=st.floats(1.0, 500.0))
def test_the_gaussian_curve_is_what_its_projection_says(case, beta):
    made, xx, _, _ = split(*case)
    kept, told = (v[0] for v in made.curve(np.array([beta])))
    assert (kept, told) == pytest.approx(informations(made.projection(beta), xx, made.cov_given), abs=1e-6)
    assert told <= min(kept, made.relevant) + 1e-9


@FEW
@given(case=gaussians())
def test_the_gaussian_curve_is_concave_with_slope_one_over_beta_and_no_corner(case):
    made = split(*case)[0]
    betas = np.geomspace(1.001 * made.critical[0], 1e3 * made.critical[0], 4_000)
    kept, told = made.curve(betas)
    slopes = np.diff(told) / np.diff(kept)
    assert (np.diff(slopes) < 1e-9).all()
    assert (slopes <= 1.0 / betas[:-1] + 1e-7).all()
    assert (slopes >= 1.0 / betas[1:] - 1e-7).all()


# Bins.


@pytest.mark.parametrize("kind", ["tanh", "relu"])
@pytest.mark.parametrize(("weight", "width"), [(0.3, 0.1), (3.0, 0.5), (10.0, 0.07), (1.0, 1.0)])
def test_binned_information_is_the_entropy_of_a_large_sample(kind, weight, width):
    x = np.random.default_rng(0).standard_normal(400_000)
    t = np.tanh(weight * x) if kind == "tanh" else np.maximum(weight * x, 0.0)
    share = np.unique(np.floor(t / width), return_counts=True)[1] / len(t)
    assert binned_information(weight, width, kind) == pytest.approx(-np.sum(share * np.log2(share)), abs=0.01)


def test_saturation_compresses_the_binned_number_and_relu_does_not():
    weights = np.geomspace(0.1, 40.0, 60)
    for width in (0.05, 0.3):
        tanh = np.array([binned_information(w, width, "tanh") for w in weights])
        relu = np.array([binned_information(w, width, "relu") for w in weights])
        assert 0 < int(np.argmax(tanh)) < 40
        assert (np.diff(tanh)[int(np.argmax(tanh)) :] < 0).all()
        assert tanh[-1] < 0.5 * tanh.max()
        assert (np.diff(relu) > -1e-12).all()
    coarse, fine = (binned_information(3.0, width, "tanh") for width in (0.5, 0.05))
    assert fine - coarse > 2.0
