"""Exact paths, ridge, cross-validation and lookups beside scikit-learn, as a Markdown table.

One thread, turns alternate in one process, the best turn of each counts. Beside each time stands the worst KKT
violation over λ_max: only ratios at like accuracy mean anything.
"""

import os
import time
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)

import numpy as np  # noqa: E402
from sklearn.linear_model import (  # noqa: E402
    ElasticNet,
    LassoCV,
    LassoLarsCV,
    Ridge,
    RidgeCV,
    lars_path,
    lars_path_gram,
)
from sklearn.linear_model import lasso_path as coordinate_descent  # noqa: E402

from regviz.data import bundled  # noqa: E402
from regviz.linear import Problem, cross_validate, path_of  # noqa: E402
from regviz.linear.elastic_net import elastic_net_at  # noqa: E402
from regviz.linear.group_grid import along  # noqa: E402
from regviz.linear.group_lasso import GroupLassoSolver  # noqa: E402
from regviz.linear.group_penalties import GroupLasso  # noqa: E402
from regviz.linear.lasso import lasso_path  # noqa: E402
from regviz.linear.penalties import kkt  # noqa: E402
from regviz.linear.ridge import RidgeSystem  # noqa: E402

GRID = 100


def synthetic(n, p, rho, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1.0 - rho * rho) * X[:, j]
    w = np.zeros(p)
    w[: min(10, p // 3)] = rng.standard_normal(min(10, p // 3)) * 2.0
    return X, X @ w + rng.standard_normal(n)


def quadratics(X):
    """The features, their products, and squares of those that are not two-valued."""
    p = X.shape[1]
    columns = [X[:, i] * X[:, j] for i in range(p) for j in range(i, p) if i != j or np.unique(X[:, i]).size > 2]
    return np.column_stack([X, *columns])


def data_sets():
    diabetes = bundled("diabetes")
    return {
        "demo 60×12": synthetic(60, 12, 0.5),
        "diabetes 442×10": (diabetes.X, diabetes.y),
        "diabetes with quadratics 442×64": (quadratics(Problem.of(diabetes.X, diabetes.y).X), diabetes.y),
        "200×5,000, ρ 0.5": synthetic(200, 5000, 0.5),
        "100,000×100": synthetic(100_000, 100, 0.5),
        "72×7,129": synthetic(72, 7129, 0.3),
    }


def race(turns, row=1, **runners):
    """Best milliseconds of each, with alternating turns of ``row`` runs; each gets what its set-up function makes."""
    best = dict.fromkeys(runners, np.inf)
    for _ in range(turns):
        for name, (prepare, run) in runners.items():
            for given in [prepare() for _ in range(row)]:
                start = time.perf_counter()
                run(given)
                best[name] = min(best[name], 1e3 * (time.perf_counter() - start))
    return best


def violation(problem, lams, coef, l2=0.0):
    """Worst KKT violation of rows of ``coef`` over λ_max."""
    left = np.abs((problem.y[:, None] - problem.X @ coef.T).T @ problem.X / problem.n - l2 * coef)
    outside = left - lams[:, None]
    return float(max(outside.max(), np.abs(np.where(coef != 0.0, outside, 0.0)).max()) / problem.lam_max)


def row(work, ours, accuracy, peers, goal):
    name, peer = min(peers.items(), key=lambda item: item[1])
    listed = ", ".join(f"{key} {value:.3g}" for key, value in peers.items())
    print(f"| {work} | {ours:.3g} | {accuracy} | {listed} | **{peer / ours:.2f}** × {name} | {goal} |", flush=True)


def exact_paths():
    goals = ("6", "6", "6", "1.2", "1", "1.2")
    for (work, (X, y)), goal in zip(data_sets().items(), goals, strict=True):
        whole = Problem.of(X, y)

        def fresh(whole=whole):
            return Problem(whole.X, whole.y, whole.means, whole.scales, whole.y_mean, True, whole.names)

        def lars(problem):
            return lars_path(problem.X, problem.y, method="lasso", max_iter=10_000)

        def lars_gram(problem):
            X, y = problem.X, problem.y
            return lars_path_gram(X.T @ y, X.T @ X, n_samples=y.size, method="lasso", max_iter=10_000)

        runners = {"ours": (fresh, lasso_path), "lars_path": (fresh, lars)}
        if whole.p < 1000:
            runners["lars_path_gram"] = (fresh, lars_gram)
        if whole.n > 10_000:
            runners["XᵀX alone"] = (fresh, lambda problem: problem.X.T @ problem.X)
        best = race(5, 1 if whole.n * whole.p > 1e5 else 40, **runners)
        knots, (lams, _, coef) = lasso_path(fresh()), lars(whole)
        accuracy = f"{violation(whole, knots.lams, knots.coef):.0e} ({violation(whole, lams, coef.T):.0e})"
        ours, bare = best.pop("ours"), best.pop("XᵀX alone", None)
        row(f"exact path, {work}, {knots.lams.size} knots", ours, accuracy, best, f"≥ {goal} ×")
        if bare is not None:
            print(f"| XᵀX alone, {work} | {bare:.3g} | | | ours takes {ours / bare:.2f} × | ≤ 1.15 × |")


def hundred_lambdas():
    for work in ("demo 60×12", "diabetes 442×10", "diabetes with quadratics 442×64"):
        whole = Problem.of(*data_sets()[work])
        grid = whole.lam_max * np.geomspace(1.0, 1e-3, GRID)

        def ours(problem, grid=grid):
            curve = lasso_path(problem)
            place = np.clip(np.searchsorted(-curve.lams, -grid), 1, curve.lams.size - 1)
            high, low = curve.lams[place - 1], curve.lams[place]
            share = ((high - grid) / (high - low))[:, None]
            return curve.coef[place - 1] * (1.0 - share) + curve.coef[place] * share

        def peer(problem, grid=grid):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return coordinate_descent(problem.X, problem.y, alphas=grid, tol=1e-12, max_iter=100_000)[1].T

        def fresh(whole=whole):
            return Problem(whole.X, whole.y, whole.means, whole.scales, whole.y_mean, True, whole.names)

        best = race(5, 4, ours=(fresh, ours), descent=(fresh, peer))
        accuracy = f"{violation(whole, grid, ours(whole)):.0e} ({violation(whole, grid, peer(whole)):.0e})"
        row(f"lasso at 100 λ, {work}", best["ours"], accuracy, {"lasso_path": best["descent"]}, "≥ 3, 12, 60 ×")


def ridge_and_lookups():
    whole = Problem.of(*data_sets()["demo 60×12"])
    grid = np.geomspace(1e3, 1e-3, GRID)

    def fresh():
        return Problem(whole.X, whole.y, whole.means, whole.scales, whole.y_mean, True, whole.names)

    def loop(problem):
        return [Ridge(alpha=problem.n * lam, fit_intercept=False).fit(problem.X, problem.y).coef_ for lam in grid]

    def cross(problem):
        return RidgeCV(alphas=problem.n * grid, fit_intercept=False).fit(problem.X, problem.y)

    def ours(problem):
        return RidgeSystem(problem).at(grid)

    best = race(5, 10, ours=(fresh, ours), loop=(fresh, loop), cv=(fresh, cross))
    w = RidgeSystem(whole).at(grid)
    slack = np.abs((w @ whole.gram) + grid[:, None] * w - whole.correlation).max() / whole.lam_max
    peers = {"RidgeCV": best["cv"], "100 fits": best["loop"]}
    row("ridge at 100 λ, demo", best["ours"], f"{slack:.0e}", peers, "≥ 100 ×")
    for penalty in ("lasso", "ridge", "elastic-net"):
        path, lam = path_of(whole, penalty), 0.123 * whole.lam_max
        path.at(lam)
        start = time.perf_counter()
        for _ in range(2000):
            path.at(lam)
        each = 5e-1 * (time.perf_counter() - start)
        print(f"| Path.at, {penalty}, demo | {each:.4f} | {path.kkt_at(lam):.0e} | | | ≤ 0.02 (elastic net 0.05) ms |")


def elastic_net():
    for work in ("demo 60×12", "diabetes with quadratics 442×64"):
        whole = Problem.of(*data_sets()[work])
        grid = 2.0 * whole.lam_max * np.geomspace(1.0, 1e-3, GRID)

        def ours(problem, grid=grid):
            w, found = np.zeros(problem.p), []
            for lam in grid.tolist():
                w = elastic_net_at(problem, lam, 0.5, w)
                found.append(w)
            return np.array(found)

        def peer(problem, grid=grid):
            model = ElasticNet(l1_ratio=0.5, fit_intercept=False, tol=1e-12, max_iter=100_000, precompute=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return model.path(problem.X, problem.y, l1_ratio=0.5, alphas=grid, tol=1e-12, max_iter=100_000)[1].T

        def fresh(whole=whole):
            return Problem(whole.X, whole.y, whole.means, whole.scales, whole.y_mean, True, whole.names)

        best = race(5, ours=(fresh, ours), peer=(fresh, peer), knots=(fresh, lambda p: path_of(p, "elastic-net", 0.5)))
        row(f"elastic net at 100 λ, {work}", best["ours"], "", {"enet_path": best["peer"]}, "≥ 2.5 ×")
        row(f"elastic net, all knots, {work}", best["knots"], "", {"enet_path": best["peer"]}, "")


def group_paths():
    """100 λ of the group lasso, blocks of 2 … 4, beside celer where that is installed."""
    try:
        from celer.homotopy import celer_path
    except ImportError:
        celer_path = None
    for work, size in (("demo 60×12", 3), ("diabetes 442×10", 2), ("diabetes with quadratics 442×64", 4)):
        whole = Problem.of(*data_sets()[work])
        groups = tuple(tuple(range(k, min(k + size, whole.p))) for k in range(0, whole.p, size))
        solver = GroupLassoSolver(whole, groups)
        grid = solver.lam_max * np.geomspace(1.0, 1e-3, GRID)
        weights = np.sqrt([float(len(group)) for group in groups])

        def ours(_, whole=whole, groups=groups, grid=grid):
            return along(GroupLassoSolver(whole, groups), grid)

        def peer(_, whole=whole, groups=groups, grid=grid, weights=weights):
            return celer_path(
                whole.X, whole.y, "grouplasso", alphas=grid, groups=[list(g) for g in groups], weights=weights,
                tol=1e-9, max_iter=1000, max_epochs=100_000,
            )[1].T  # fmt: skip

        runners = {"ours": (int, ours)} | ({"celer": (int, peer)} if celer_path else {})
        best = race(3, 3, **runners)

        def worst(coef, whole=whole, groups=groups, grid=grid):
            return max(kkt(whole, GroupLasso(lam, groups), w) for lam, w in zip(grid.tolist(), coef, strict=True))

        accuracy = f"{worst(ours(0)):.0e}" + (f" ({worst(peer(0)):.0e})" if celer_path else "")
        if celer_path:
            row(f"group lasso at 100 λ, {work}", best.pop("ours"), accuracy, best, "≥ 1.5, 3, 8 × adelie")
        else:
            print(f"| group lasso at 100 λ, {work} | {best['ours']:.3g} | {accuracy} | celer is not installed | | |")


def validation():
    for work in ("demo 60×12", "diabetes 442×10", "diabetes with quadratics 442×64"):
        X, y = data_sets()[work]

        def lars(_, X=X, y=y):
            return LassoLarsCV(cv=10).fit(X, y)

        def descent(_, X=X, y=y):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return LassoCV(cv=10, tol=1e-8, max_iter=100_000).fit(X, y)

        def ours(_, X=X, y=y):
            return cross_validate(X, y)

        best = race(3, 3, ours=(int, ours), LassoLarsCV=(int, lars), LassoCV=(int, descent))
        row(f"10-fold CV, {work}", best.pop("ours"), "exact", best, "≥ 7 ×, ≥ 50 ×")


def main():
    print("| work | ours ms | KKT/λ_max (peer's) | peers ms | ratio to the faster peer | goal |")
    print("|---|---|---|---|---|---|")
    for part in (exact_paths, hundred_lambdas, ridge_and_lookups, elastic_net, group_paths, validation):
        part()


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
