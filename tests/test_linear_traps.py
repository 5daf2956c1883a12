"""Seventeen things that are often drawn or said wrong about linear models: the right statement, its number, its source.

One test for each, against closed forms, scikit-learn or brute force; the labs' own tests look at their pictures.
"""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, HuberRegressor, Lasso, Ridge

import regviz
from regviz.data import bundled, prostate_corrected, prostate_split
from regviz.linear import cross_validate, fit
from regviz.linear.conventions import CONVENTIONS
from regviz.linear.geometry import project_constraint
from regviz.linear.group_lasso import GroupLassoSolver
from regviz.linear.lars import lars_walk
from regviz.linear.path import path_of
from regviz.linear.penalties import GroupLasso
from regviz.linear.plane import Shape, touching
from regviz.linear.problem import Problem
from regviz.linear.proximal import lipschitz, proximal_gradient
from regviz.linear.smoothers import Smoother
from regviz.neural import Batch, Dense, Hyper, Net, Trainer

RNG = np.random.default_rng(4)
X = RNG.normal(size=(50, 6)) * [1.0, 3.0, 0.5, 1.0, 2.0, 1.0] + 1.0
Y = X @ [2.0, -0.5, 0.0, 1.0, 0.0, 0.0] + RNG.normal(size=50)
BY_NAME = {each.name: each for each in CONVENTIONS}


def lcp_rows():
    """The 67 training rows of prostate, standardised as we do, and the place of lcp."""
    table, train = prostate_corrected(), prostate_split()
    return Problem.of(table.X[train], table.y[train], names=table.names), table.names.index("lcp")


def test_trap_1_the_contour_touches_the_ball_where_the_gradient_is_normal():
    """Tibshirani 1996, figure 2, drawn with radial projections elsewhere: (2, 0) or (1.2, 0.8) instead of the truth."""
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    H, optimum = turn @ np.diag([1 / 1.2**2, 1 / 0.8**2]) @ turn.T, np.array([3.0, 2.0])
    found = project_constraint(H, optimum, 1.0, 2.0).point
    assert found == pytest.approx([1.109, 0.891], abs=5e-4)
    line = np.linspace(0.0, 2.0, 200_001)
    heights = [0.5 * (np.array(w) - optimum) @ H @ (np.array(w) - optimum) for w in ((2.0, 0.0), (1.2, 0.8), found)]
    u = np.stack([line - optimum[0], 2.0 - line - optimum[1]])
    assert heights[2] == pytest.approx((0.5 * (u * (H @ u)).sum(axis=0)).min(), abs=1e-9)
    assert min(heights[:2]) > heights[2] + 1e-3
    pull = H @ (optimum - found)
    assert pull[0] == pytest.approx(pull[1], rel=1e-6), "the gradient is normal to the edge"


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
def test_trap_2_the_budget_falls_as_lambda_rises(penalty):
    """Hastie, Tibshirani & Friedman 2009, section 3.4: each λ has its t, and t beyond least squares has λ = 0."""
    lams = np.geomspace(1e-3, 3.0, 40)
    norm = 2 if penalty == "ridge" else 1
    path = regviz.path(X, Y, penalty)
    t = [np.linalg.norm(path.standardized_at(lam), norm) for lam in lams]
    assert (np.diff(t) <= 1e-12).all() and t[0] > t[-1]
    H, optimum = np.array([[1.0, 0.4], [0.4, 1.0]]), np.array([1.0, 0.5])
    beyond = touching(Shape("l1"), H, optimum, t=float(np.abs(optimum).sum()) + 0.1)
    assert beyond.lam == 0.0 and np.array_equal(beyond.point, optimum)


def test_trap_3_one_strength_has_many_names():
    """scikit-learn 1.x and R glmnet (Friedman, Hastie & Tibshirani 2010) state it apart; so does weight decay."""
    Z, n, lam, alpha = (X - X.mean(axis=0)) / X.std(axis=0), len(Y), 0.2, 0.4
    r, s = Y - Y.mean(), Y.std()
    theirs = {"ridge": Ridge(alpha=n * lam), "lasso": Lasso(alpha=lam, tol=1e-12),
              "elastic-net": ElasticNet(alpha=lam, l1_ratio=alpha, tol=1e-12)}  # fmt: skip
    for penalty, model in theirs.items():
        ours = regviz.path(X, Y, penalty, alpha=alpha if penalty == "elastic-net" else None).standardized_at(lam)
        assert model.fit(Z, r).coef_ == pytest.approx(ours, abs=1e-8)
    lam_g, alpha_g = BY_NAME["R glmnet"].from_ours(lam, alpha, n, s)
    assert (lam_g, alpha_g) == pytest.approx((lam * (alpha + s * (1 - alpha)), lam * alpha / lam_g))
    scaled = ElasticNet(alpha=lam_g / s, l1_ratio=alpha_g, tol=1e-13, max_iter=10_000).fit(Z, r / s).coef_ * s
    ours = regviz.path(X, Y, "elastic-net", alpha=alpha).standardized_at(lam)
    assert scaled == pytest.approx(ours, abs=1e-8), "glmnet's own objective on y of unit variance"
    table = bundled("diabetes")
    assert regviz.path(table.X, table.y).lams[0] == pytest.approx(45.160, abs=5e-4)
    assert 45.160 * np.sqrt(442) == pytest.approx(949.4353, abs=0.02)
    w = np.array([1.0, -2.0, 0.5, 0.0, 1.0, 3.0])
    decay = BY_NAME["PyTorch SGD, MSELoss"].from_ours(lam, 0.0, n)[0]
    mean_squares = 2.0 * Z.T @ (Z @ w - r) / n + decay * w  # what MSELoss and weight_decay make of w
    assert mean_squares == pytest.approx(2.0 * (Z.T @ (Z @ w - r) / n + lam * w)) and decay == 2.0 * lam


@pytest.mark.parametrize("penalty", ["ridge", "lasso", "elastic-net"])
def test_trap_4_units_matter_without_standardising_and_the_intercept_is_free(penalty):
    """Hastie, Tibshirani & Friedman 2009, section 3.4.1; folds standardise their own training rows."""
    tenfold = X * [10.0, 1, 1, 1, 1, 1]
    same, other = (fit(tenfold, Y, 0.3, penalty, standardize=flag) for flag in (True, False))
    assert same.predict(tenfold) == pytest.approx(fit(X, Y, 0.3, penalty).predict(X), abs=1e-8)
    assert np.abs(other.predict(tenfold) - fit(X, Y, 0.3, penalty, standardize=False).predict(X)).max() > 1e-3
    assert fit(X, Y + 7.0, 0.3, penalty).predict(X) == pytest.approx(fit(X, Y, 0.3, penalty).predict(X) + 7.0)
    errors = np.empty(len(Y))
    for fold in range(5):
        out = np.arange(len(Y)) % 5 == fold
        errors[out] = (Y[out] - fit(X[~out], Y[~out], 0.3, penalty).predict(X[out])) ** 2
    found = cross_validate(X, Y, penalty, lams=[0.3], folds=5, order="interleaved")
    assert found.mean[0] == pytest.approx(errors.mean(), rel=1e-8)


def test_trap_5_l1_does_not_count():
    """Donoho & Johnstone 1994: with orthonormal features hard at √(2λ), soft at λ, ridge divides by 1 + λ."""
    z, lam = np.array([3.0, -1.0, 0.4]), 0.5
    grid = np.linspace(-4.0, 4.0, 800_001)
    prices = {"ridge": 0.5 * grid**2, "lasso": np.abs(grid), "hard": (grid != 0.0).astype(float)}
    best = {name: [grid[np.argmin(0.5 * (grid - v) ** 2 + lam * price)] for v in z] for name, price in prices.items()}
    assert best["ridge"] == pytest.approx([2.0, -0.667, 0.267], abs=5e-4)
    assert best["lasso"] == pytest.approx([2.5, -0.5, 0.0], abs=2e-5)
    H = np.eye(2)
    for shape, name in ((Shape("l2"), "ridge"), (Shape("l1"), "lasso")):
        ours = [touching(shape, H, np.array([v, 0.0]), lam=lam).point[0] for v in z]
        assert ours == pytest.approx(best[name], abs=2e-5)
    keeps = [abs(v) > np.sqrt(2 * 0.45) for v in z]
    assert keeps == [True, True, False], "at λ = 0.45 the count keeps −1 whole, where L1 takes 0.45 off"


def test_trap_6_ridge_shrinks_along_principal_axes_and_may_turn_a_coefficient():
    """Prostate (Stamey and others 1989) as we standardise: lcp −0.287, zero at λ 22.414 of ‖y − Xw‖², +0.063."""
    problem, j = lcp_rows()
    path = path_of(problem, "ridge")
    for lam, value in ((0.0, -0.287), (22.414, 0.0), (50.0, 0.063)):
        w = path.standardized_at(lam / problem.n)
        direct = np.linalg.solve(problem.X.T @ problem.X + lam * np.eye(problem.p), problem.X.T @ problem.y)
        assert w == pytest.approx(direct, abs=1e-10)
        assert w[j] == pytest.approx(value, abs=6e-4)
    values, axes = np.linalg.eigh(problem.X.T @ problem.X)
    free, w = path.standardized_at(0.0), path.standardized_at(10.0 / problem.n)
    assert axes.T @ w == pytest.approx(values / (values + 10.0) * (axes.T @ free), abs=1e-10)
    norms = [np.linalg.norm(path.standardized_at(lam)) for lam in np.geomspace(1e-4, 10.0, 60)]
    assert (np.diff(norms) < 0.0).all()


def test_trap_7_the_lasso_drops_and_takes_more_steps_than_features():
    """Efron, Hastie, Johnstone & Tibshirani 2004, diabetes: 12 steps for 10 features, 7 leaves and comes back."""
    table = bundled("diabetes")
    walk = lars_walk(Problem.of(table.X, table.y), "lasso")
    assert [(j + 1) * way for j, way in walk.entries] == [3, 9, 4, 7, 2, 10, 5, 8, 6, 1, -7, 7]
    assert walk.steps == 12 and lars_walk(Problem.of(table.X, table.y), "lars").steps == 10
    assert walk.lams[10] * np.sqrt(442) == pytest.approx(2.1823, abs=5e-5)


def test_trap_8_knots_joined_over_log_lambda_are_wrong():
    """A path linear in λ is curved in log λ: chords are off by up to 4.2 % of the largest coefficient of diabetes."""
    table = bundled("diabetes")
    path = regviz.path(table.X, table.y)
    knots = path.lams[:-1]
    at_knots = np.array([path.standardized_at(lam) for lam in knots])
    lams = np.geomspace(knots[-1], knots[0], 3000)
    exact = np.array([path.standardized_at(lam) for lam in lams])
    chords = np.stack([np.interp(np.log(lams), np.log(knots[::-1]), row[::-1]) for row in at_knots.T], axis=1)
    straight = np.stack([np.interp(lams, knots[::-1], row[::-1]) for row in at_knots.T], axis=1)
    size = np.abs(np.vstack([exact, path.standardized_at(0.0)])).max()
    assert 0.035 < np.abs(chords - exact).max() / size < 0.045
    assert np.abs(straight - exact).max() / size < 1e-10


def test_trap_9_a_subgradient_sets_nothing_to_zero_and_freezing_kills_what_is_needed():
    """Beck & Teboulle 2009 for the prox; TensorFlow Playground (Smilkov & Carter 2016) freezes weights that cross 0.

    400 weights start evenly in ±0.5 and follow ½(w − 0.6)² + λ|w| at rate 0.03: frozen for ever are those that stop
    in the last ηλ below zero on their way up, 13.75 % at λ = 0.1 and 45.5 % at λ = 0.5; the prox loses none, and at
    λ = 1 it sets all of them to exactly zero, as it should.
    """
    starts = np.linspace(-0.5, 0.5, 400)
    rate, need = 0.03, 0.6
    lost = {}
    for lam in (0.1, 0.5):
        w, dead = starts.copy(), np.zeros(400, dtype=bool)
        for _ in range(600):
            stepped = w - rate * (w - need)
            priced = stepped - rate * lam * np.sign(stepped)
            dead |= stepped * priced < 0.0
            w = np.where(dead, 0.0, priced)
        lost[lam] = dead.mean()
        trained = one_weight(starts, need, rate, lam, 600)
        assert trained == pytest.approx(np.full(400, need - lam), abs=1e-6), "the prox revives all"
    assert lost == {0.1: 0.1375, 0.5: 0.455}
    assert (one_weight(starts, need, rate, 1.0, 400) == 0.0).all()
    w = starts.copy()
    for _ in range(400):
        w -= rate * (w - need + np.sign(w))
    assert (w != 0.0).all() and np.abs(w).max() < 0.1, "a subgradient chatters around zero"


def one_weight(starts, need, rate, lam, steps):
    """Each start after so many of the net engine's steps on ½(w − need)² + λ|w|."""
    net = Net(1, (Dense(1, bias=False),))
    batch = Batch.of(np.ones((1, 1)), np.full((1, 1), need))
    trainer = Trainer(net, lambda step: batch, Hyper(rate=rate, l1=lam), variants=len(starts), dtype=np.float64,
                      initial=starts[:, None])  # fmt: skip
    trainer.step(steps)
    return trainer.params[:, 0]


@pytest.mark.parametrize("size", [1, 4, 32])
def test_trap_10_a_penalty_is_not_divided_by_the_batch_size(size):
    """ConvNetJS (Karpathy 2014) divides both; the data's gradient is a mean over the batch, the penalty's is not."""
    rows = RNG.normal(size=(size, 1))
    targets = RNG.normal(size=(size, 1))
    trainer = Trainer(Net(1, (Dense(1, bias=False),)), lambda step: Batch.of(rows, targets), Hyper(rate=0.1, l2=0.5),
                      dtype=np.float64, initial=np.array([2.0]))  # fmt: skip
    trainer.step()
    gradient = float(np.mean(rows[:, 0] * (rows[:, 0] * 2.0 - targets[:, 0])))
    assert trainer.params[0, 0] == pytest.approx(2.0 - 0.1 * (gradient + 0.5 * 2.0), rel=1e-13)
    divided = 2.0 - 0.1 * (gradient + 0.5 * 2.0 / size)
    assert (trainer.params[0, 0] == pytest.approx(divided, rel=1e-6)) == (size == 1)


def test_trap_11_the_elastic_nets_ball_has_corners_no_power_has():
    """Zou & Hastie 2005: corners on the axes, round edges; scikit-learn and glmnet do not rescale by 1 + λ₂."""
    alpha, t = 0.4, 1.0
    ball, level = Shape("elastic-net", alpha=alpha).ball(t), alpha * t + 0.5 * (1 - alpha) * t * t
    assert float(ball.value(t, 0.0)) == pytest.approx(level) == pytest.approx(ball.level)
    small = 1e-6

    def height(x):
        """y ≥ 0 on the boundary at x, from the quadratic equation."""
        left = level - alpha * x - 0.5 * (1 - alpha) * x * x
        return (-alpha + np.sqrt(alpha**2 + 2.0 * (1 - alpha) * left)) / (1 - alpha)

    slope = height(t - small) / -small
    assert slope == pytest.approx(-(alpha + (1 - alpha) * t) / alpha, rel=1e-4), "a corner, not upright as a power's"
    assert height(0.5 * t) > 0.5 * t, "bulging between its corners, unlike L1"
    Z, r = (X - X.mean(axis=0)) / X.std(axis=0), Y - Y.mean()
    theirs = ElasticNet(alpha=0.3, l1_ratio=0.5, tol=1e-12).fit(Z, r).coef_
    ours = regviz.path(X, Y, "elastic-net", alpha=0.5).standardized_at(0.3)
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_trap_12_a_laplace_prior_makes_the_lasso_a_mode_only():
    """Park & Casella 2008: z = 0.8, σ = b = 1: mode 0, median 0.326, mean 0.394; under a Gaussian all are 0.4."""
    w = np.linspace(-12.0, 12.0, 2_400_001)
    for price, numbers in ((np.abs(w), (0.0, 0.326, 0.394)), (0.5 * w**2, (0.4, 0.4, 0.4))):
        density = np.exp(-0.5 * (w - 0.8) ** 2 - price)
        mass = np.cumsum(density) / density.sum()
        found = w[np.argmax(density)], w[np.searchsorted(mass, 0.5)], (w * density).sum() / density.sum()
        assert found == pytest.approx(numbers, abs=5e-4)
    ours = [
        fit(np.array([[1.0], [-1.0]]), np.array([0.8, -0.8]), 1.0, penalty).coef[0] for penalty in ("lasso", "ridge")
    ]
    assert ours == pytest.approx([0.0, 0.4])


def test_trap_13_blocks_are_weighed_by_the_root_of_their_size():
    """Yuan & Lin 2006: block zero exactly where ‖X_gᵀr₋g‖/n ≤ λ√p_g; without the root in the norm it is ridge."""
    problem, groups, lam = Problem.of(X, Y), ((0, 1, 2), (3,), (4, 5)), 0.35
    solved = GroupLassoSolver(problem, groups).at(lam)
    for group in map(list, groups):
        without = problem.y - problem.X @ solved + problem.X[:, group] @ solved[group]
        pull = np.linalg.norm(problem.X[:, group].T @ without) / problem.n
        assert (not solved[group].any()) == (pull <= lam * np.sqrt(len(group)))
        assert solved[group].any() == solved[group].all()
    assert 0 < np.count_nonzero(solved) < 6
    rate, penalty = 1.0 / lipschitz(problem), GroupLasso(lam, groups)
    end = proximal_gradient(problem, penalty, rate, 5000, np.zeros(6)).w[-1]
    assert end == pytest.approx(solved, abs=1e-9)
    before = np.zeros(6)
    for _ in range(3000):  # the prox in front of the gradient step
        shrunk = penalty.prox(before, rate)
        before = shrunk + rate * problem.X.T @ (problem.y - problem.X @ shrunk) / problem.n
    assert np.abs(before - solved).max() > 1e-3


def test_trap_14_ridge_is_not_robust_and_an_l1_loss_is_no_l1_penalty():
    """Huber 1964: an outlier pulls ridge without limit, in proportion; a bounded loss stops following it."""
    moved = {}
    for far in (0.0, 100.0, 200.0):
        y = Y + far * (np.arange(50) == 7)
        moved[far] = fit(X, y, 0.5, "ridge").coef, HuberRegressor(alpha=0.0, max_iter=1000).fit(X, y).coef_
    ridge, huber = ([np.linalg.norm(moved[far][k] - moved[0.0][k]) for far in (100.0, 200.0)] for k in (0, 1))
    assert ridge[1] == pytest.approx(2.0 * ridge[0], rel=1e-10)
    assert huber[1] < 1.05 * huber[0] < 0.2 * ridge[0]
    lasso = [fit(X, Y + far * (np.arange(50) == 7), 0.05, "lasso").coef for far in (0.0, 200.0)]
    assert np.linalg.norm(lasso[1] - lasso[0]) > ridge[0], "an L1 penalty is no help"


def test_trap_15_bias_and_variance_are_expectations_over_training_sets():
    """Geman, Bienenstock & Doursat 1992: one split can show test < train for a fit with more variance than bias."""
    rng, truth, noise = np.random.default_rng(0), np.array([1.0, 0.5, 0.0]), 1.0
    design = rng.normal(size=(12, 3))
    smoother, signal = Smoother(Problem.of(design, np.zeros(12))), design @ truth
    parts = smoother.parts(design, signal, signal, 0.0, noise)
    redrawn = signal + noise * rng.normal(size=(4000, 12))
    plain = np.column_stack([np.ones(12), design])
    fits = redrawn @ (plain @ np.linalg.pinv(plain)).T
    variance = fits.var(axis=0).mean()
    assert parts.variance == pytest.approx(variance, rel=0.05) and parts.bias2 == pytest.approx(0.0, abs=1e-12)
    fresh = signal + noise * rng.normal(size=(4000, 12))
    better = ((fresh - fits) ** 2).mean(axis=1) < ((redrawn - fits) ** 2).mean(axis=1)
    assert 0.02 < better.mean() < 0.5, "a single draw says the opposite now and then"


def test_trap_16_choosing_on_the_test_rows_and_scaling_with_them_leak():
    """Hastie, Tibshirani & Friedman 2009, section 7.10.2: pure noise seems predictable when the test rows choose."""
    rng = np.random.default_rng(1)
    gains = []
    for _ in range(200):
        noise_X, noise_y = rng.normal(size=(230, 10)), rng.normal(size=230)
        path = path_of(Problem.of(noise_X[:15], noise_y[:15]), "ridge")
        fits = [path.problem.unscale(path.standardized_at(lam)) for lam in (0.03, 0.3, 3.0, 30.0)]
        errors = np.array([(noise_y - level - noise_X @ coef) ** 2 for level, coef in fits])
        tested = errors[:, 15:30].mean(axis=1)
        fresh, winner = errors[:, 30:].mean(axis=1), np.argmin(tested)
        gains.append(fresh[winner] - fresh[-1] + tested[-1] - tested[winner])
    assert np.mean(gains) > 5.0 * np.std(gains) / np.sqrt(len(gains)), "the winner beats shrinking all, on paper only"
    far = np.vstack([X, 100.0 * X[:5]])
    found = cross_validate(far, np.append(Y, Y[:5]), "ridge", lams=[1.0], folds=11, order="interleaved")
    leaked = (far - far.mean(axis=0)) / far.std(axis=0)
    other = cross_validate(leaked, np.append(Y, Y[:5]), "ridge", lams=[1.0], folds=11, order="interleaved",
                           standardize=False)  # fmt: skip
    assert abs(found.mean[0] - other.mean[0]) > 1e-3


def test_trap_17_identical_columns_share_under_ridge_and_the_lasso_says_it_is_not_unique():
    """Zou & Hastie 2005, lemma 2; Tibshirani 2013 on uniqueness."""
    twice = np.column_stack([X, X[:, 0]])
    for penalty in ("ridge", "elastic-net"):
        w = fit(twice, Y, 0.2, penalty).coef
        assert w[0] == pytest.approx(w[6], abs=1e-10) and w[0] != 0.0
    lasso = fit(twice, Y, 0.2, "lasso")
    assert lasso.status.name == "not-unique"
    moved = lasso.coef.copy()
    moved[[0, 6]] = lasso.coef[[0, 6]].sum() * np.array([0.3, 0.7])
    Z = (twice - twice.mean(axis=0)) / twice.std(axis=0)

    def price(coef):
        w = coef * twice.std(axis=0)
        return 0.5 * np.mean((Y - Y.mean() - Z @ w) ** 2) + 0.2 * np.abs(w).sum()

    assert price(moved) == pytest.approx(price(lasso.coef), rel=1e-12)
