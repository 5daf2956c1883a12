"""Exact paths, ridge, elastic net, groups, cross-validation and lookups beside other packages, as a Markdown table.

``python -m tests.benchmarks.bench_linear [part …]`` runs all or the named functions; celer and adelie are optional.

One thread, turns alternate in one process, the best turn of each counts, in CPU time: other work on the machine takes
turns away, not time. Beside each time stands the worst KKT violation over λ_max: only ratios at like accuracy mean
anything.
"""

import contextlib
import os
import sys
import time
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)

import numpy as np  # noqa: E402
from sklearn.linear_model import (  # noqa: E402
    LassoCV,
    LassoLarsCV,
    Ridge,
    RidgeCV,
    enet_path,
    lars_path,
    lars_path_gram,
)
from sklearn.linear_model import lasso_path as coordinate_descent  # noqa: E402

from regviz.data import bundled  # noqa: E402
from regviz.linear import Problem, cross_validate, path_of  # noqa: E402
from regviz.linear.cross_validation import fold_rows  # noqa: E402
from regviz.linear.elastic_net import elastic_net_at  # noqa: E402
from regviz.linear.group_grid import along  # noqa: E402
from regviz.linear.group_lasso import GroupLassoSolver  # noqa: E402
from regviz.linear.group_penalties import GroupLasso  # noqa: E402
from regviz.linear.lasso import lasso_path  # noqa: E402
from regviz.linear.penalties import kkt  # noqa: E402
from regviz.linear.ridge import RidgeSystem  # noqa: E402

GRID = 100
PARTS = sys.argv[1:]
"""Names of the parts to run; none for all."""


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
    """Best CPU milliseconds of each, in alternating turns of ``row`` runs; each gets what its set-up function makes."""
    best = dict.fromkeys(runners, np.inf)
    for _ in range(turns):
        for name, (prepare, run) in runners.items():
            for given in [prepare() for _ in range(row)]:
                start = time.process_time()
                run(given)
                best[name] = min(best[name], 1e3 * (time.process_time() - start))
    return best


def violation(problem, lams, coef, l2=0.0):
    """Worst KKT violation of rows of ``coef`` over λ_max, for an l2 part of strength ``l2``."""
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
        each = np.inf
        for _ in range(20):
            start = time.process_time()
            for _ in range(100):
                path.at(lam)
            each = min(each, 10.0 * (time.process_time() - start))
        print(f"| Path.at, {penalty}, demo | {each:.4f} | {path.kkt_at(lam):.0e} | | | ≤ 0.02 (elastic net 0.05) ms |")


def elastic_net():
    """α = 0.5: 100 λ one after another, and all knots; coordinate descent has 100 λ."""
    for work, (X, y) in data_sets().items():
        whole = Problem.of(X, y)
        large = X.size > 1e5
        grid = 2.0 * whole.lam_max * np.geomspace(1.0, 1e-2 if whole.p > whole.n else 1e-3, GRID)

        def ours(problem, grid=grid):
            w, found = np.zeros(problem.p), []
            for lam in grid.tolist():
                w = elastic_net_at(problem, lam, 0.5, w)
                found.append(w)
            return np.array(found)

        def peer(problem, grid=grid, large=large):
            given = {"tol": 1e-8 if large else 1e-12, "precompute": problem.p < problem.n, "max_iter": 100_000}
            return enet_path(problem.X, problem.y, l1_ratio=0.5, alphas=grid, **given)[1].T

        def fresh(whole=whole):
            return Problem(whole.X, whole.y, whole.means, whole.scales, whole.y_mean, True, whole.names)

        def walk(problem):
            return path_of(problem, "elastic-net", 0.5)

        best = race(1 if large else 5, ours=(fresh, ours), peer=(fresh, peer), knots=(fresh, walk))
        l1, l2 = 0.5 * grid, 0.5 * grid[:, None]
        accuracy = f"{violation(whole, l1, ours(whole), l2):.0e} ({violation(whole, l1, peer(whole), l2):.0e})"
        row(f"elastic net at 100 λ, {work}", best["ours"], accuracy, {"enet_path": best["peer"]}, "≥ 2.5 ×")
        knots = walk(whole)
        lams = knots.lams[:-1]
        found = f"{violation(whole, 0.5 * lams, knots.curve.coef[:-1], 0.5 * lams[:, None]):.0e}"
        row(f"elastic net, all {lams.size} knots, {work}", best["knots"], found, {"enet_path": best["peer"]}, "")


def group_peers(groups, weights):
    """A function (X, y, falling λ) → coefficients (L, p) for each group-lasso solver that is installed."""
    found = {}
    starts = np.array([group[0] for group in groups])
    with contextlib.suppress(ImportError):
        from celer.homotopy import celer_path

        def celer(X, y, grid):
            lists = [list(group) for group in groups]
            given = {"tol": 1e-9, "max_iter": 1000, "max_epochs": 100_000}
            return celer_path(X, y, "grouplasso", alphas=grid, groups=lists, weights=weights, **given)[1].T

        found["celer"] = celer
    with contextlib.suppress(ImportError):
        import adelie

        def by_adelie(X, y, grid):
            given = {"intercept": False, "tol": 1e-14, "early_exit": False, "progress_bar": False}
            loss = adelie.glm.gaussian(y)
            state = adelie.grpnet(X, loss, groups=starts, penalty=weights, lmda_path=grid, **given)
            return state.betas.toarray()

        found["adelie"] = by_adelie
    return found


def group_paths():
    """100 λ of the group lasso, blocks of 2 … 10, beside celer and adelie where these are installed."""
    sizes = (3, 2, 4, 10, 5, 10)
    for (work, (X, y)), size, goal in zip(data_sets().items(), sizes, (1.5, 3, 8, "", "", ""), strict=True):
        whole = Problem.of(X, y)
        groups = tuple(tuple(range(k, min(k + size, whole.p))) for k in range(0, whole.p, size))
        weights = np.sqrt([float(len(group)) for group in groups])
        top = GroupLassoSolver(whole, groups).lam_max
        grid = top * np.geomspace(1.0, 0.1 if whole.p > whole.n else 1e-3, GRID)
        peers = group_peers(groups, weights)

        def fresh(whole=whole):
            return Problem(whole.X, whole.y, whole.means, whole.scales, whole.y_mean, True, whole.names)

        def ours(problem, groups=groups, grid=grid):
            return along(GroupLassoSolver(problem, groups), grid)

        def worst(coef, whole=whole, groups=groups, grid=grid):
            pairs = zip(grid.tolist(), coef, strict=True)
            return f"{max(kkt(whole, GroupLasso(lam, groups), np.asarray(w)) for lam, w in pairs):.0e}"

        runners = {name: (fresh, lambda p, run=run, grid=grid: run(p.X, p.y, grid)) for name, run in peers.items()}
        large = X.size > 1e5
        best = race(1 if large else 5, 1 if large else 4, ours=(fresh, ours), **runners)
        others = ", ".join(worst(run(whole.X, whole.y, grid)) for run in peers.values())
        mine, accuracy = best.pop("ours"), worst(ours(fresh())) + (f" ({others})" if peers else "")
        if best:
            row(f"group lasso at 100 λ, {work}", mine, accuracy, best, f"≥ {goal} ×" if goal else "")
        else:
            print(f"| group lasso at 100 λ, {work} | {mine:.3g} | {accuracy} | celer, adelie: not installed | | |")


def validation():
    """10 folds, each with its own 100 λ or all knots; the exact paths' own KKT violations are those above."""
    for work, (X, y) in data_sets().items():
        large = X.size > 1e5

        def lars(_, X=X, y=y):
            return LassoLarsCV(cv=10, max_iter=10_000).fit(X, y)

        def descent(_, X=X, y=y, large=large):
            return LassoCV(cv=10, tol=1e-4 if large else 1e-8, max_iter=100_000).fit(X, y)

        def ours(_, X=X, y=y):
            return cross_validate(X, y)

        runners = {"ours": (int, ours), "LassoCV": (int, descent)} | ({} if large else {"LassoLarsCV": (int, lars)})
        best = race(1 if large else 5, 1 if large else 4, **runners)
        for name in [name for name in best if name != "ours"]:
            goal = "≥ 7 ×" if name == "LassoLarsCV" else "≥ 50 ×"
            row(f"10-fold CV, {work}", best["ours"], _worst_fold(X, y), {name: best[name]}, goal)


def _worst_fold(X, y):
    """The largest KKT violation of ten training paths, over λ_max."""
    found = []
    for rows in fold_rows(len(y), 10, "shuffled", 0):
        keep = np.delete(np.arange(len(y)), rows)
        training = Problem.of(X[keep], y[keep])
        knots = lasso_path(training)
        found.append(violation(training, knots.lams, knots.coef))
    return f"{max(found):.0e}"


def main():
    print("| work | ours ms | KKT/λ_max (peer's) | peers ms | ratio to the faster peer | goal |")
    print("|---|---|---|---|---|---|")
    parts = (exact_paths, hundred_lambdas, ridge_and_lookups, elastic_net, group_paths, validation)
    for part in parts:
        if part.__name__ in PARTS or not PARTS:
            part()


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
