"""What the stability lab says: captions, notes on the data, and the refits as code."""

from collections.abc import Mapping

import numpy as np

from regviz.lab import show
from regviz.labs.stability.scene import Refits, Scene
from regviz.labs.stability.twins import bound_here, gap, one_of_two
from regviz.linear.snippets import Recipe, snippet


def caption(made: Scene, found: Refits, pair: tuple[int, int]) -> str:
    """One sentence on the twins in the refits."""
    start = f"At λ = {show(found.lam)}"
    names = made.problem.names
    if made.problem.p == 1:
        kept = 100.0 * float(np.mean(found.lasso[:, 0] != 0.0))
        return f"{start} the lasso keeps {names[0]} in {kept:.0f} % of {found.size} refits."
    i, j = pair
    if not (found.lasso[:, pair].any() or found.net[:, pair].any()):
        return f"{start} neither lasso nor elastic net keeps {names[i]} or {names[j]} in any of {found.size} refits."
    r = made.correlation(i, j)
    lasso, net = (100.0 * one_of_two(w, pair) for w in (found.lasso, found.net))
    said = (
        f"{start} the lasso keeps just one of {names[i]} and {names[j]} (correlation {show(r)}) in {lasso:.0f} % of "
        f"{found.size} refits, the elastic net in {net:.0f} %"
    )
    bound = bound_here(made, found, pair)
    if bound is None:
        return f"{said}."
    apart = show(gap(made, found.net_all, pair))
    if r < 0.0:
        return f"{said}; on all rows the net's weight of one is {apart} from minus the other's, at most {show(bound)}."
    return f"{said}; on all rows the net holds them {apart} apart, and may hold them {show(bound)} apart at most."


def message(made: Scene, found: Refits | None, asked: int) -> str:
    """What was dropped, coded, cut short or is not unique; "" when there is nothing to say."""
    said = [*made.data.notes]
    if made.same is not None:
        i, j = (made.problem.names[k] for k in made.same)
        said.append(
            f"{i} and {j} are the same feature up to sign, shift and scale: the lasso solution is not unique, and "
            "which of the two it names is the solver's choice, not the data's."
        )
    said += [note for note in made.path.notes if made.same is None or "not unique" not in note]
    if made.data.classes is not None:
        said.append("The target has two values and is treated here as a number.")
    if found is not None and found.size < asked:
        said.append(f"{found.size} refits are shown: more would take too long on a table of this size.")
    return " ".join(said)


def scale_caption(name: str, factor: float, penalty: str, lam: float, effects: Mapping[str, float]) -> str:
    """One sentence on the feature in other units; ``effects`` are its own, with and without standardising."""
    words = {"ridge": "ridge", "lasso": "the lasso", "elastic-net": "the elastic net"}[penalty]
    start = f"With the numbers of {name} times {show(factor)}, {words} at λ = {show(lam)} gives one standard deviation"
    if not any(effects.values()):
        return f"{start} no effect, exactly zero, standardised or not."
    scaled, raw = (show(effects[way]) if effects[way] else "0 (exactly zero)" for way in ("with", "without"))
    return f"{start} the effect {scaled} if standardised and {raw} if not."


def grouping(bound: float | None, sign: float) -> str:
    """The bound on how far the elastic net holds the twins apart, ``sign`` the sign of their correlation."""
    if bound is None:
        return ""
    apart, mirrored = ("wᵢ − wⱼ", "xᵢ − xⱼ") if sign > 0 else ("wᵢ + wⱼ", "xᵢ + xⱼ")
    return f"|{apart}| ≤ rms({mirrored})·sd(y)/(λ(1 − α)) = {show(bound)}"


def refit_snippets(lam: float, alpha: float, count: int, seed: int, standardize: bool) -> Mapping[str, str]:
    """The refits in scikit-learn, on the very rows that are drawn here, and one fit of the elastic net elsewhere."""
    recipe = Recipe("elastic-net", lam, alpha, standardize=standardize)
    if lam * alpha == 0.0:
        recipe = Recipe("ridge" if lam > 0.0 else "none", lam, standardize=standardize)
    code = {name: snippet(name, recipe) for name in ("NumPy", "R glmnet")}
    scale = "Z[rows].std(axis=0)" if standardize else "np.ones(X.shape[1])"
    first = "X.std(axis=0)" if standardize else "np.ones(X.shape[1])"
    return {"scikit-learn": _REFITS.format(
        lam=lam, alpha=alpha, count=count, seed=seed, scale=scale, first=first
    ), **code}  # fmt: skip


_REFITS = """import numpy as np
from sklearn.linear_model import ElasticNet, Lasso

n = len(y)
size = {first}
size[size == 0.0] = 1.0
Z = (X - X.mean(axis=0)) / size
coef = {{"lasso": [], "elastic net": []}}
for b in range({count}):
    rows = np.random.default_rng(({seed}, 7, b)).integers(0, n, n)
    scale = {scale}
    scale[scale == 0.0] = 1.0
    for name, model in (
        ("lasso", Lasso(alpha={lam!r}, tol=1e-12, max_iter=100000)),
        ("elastic net", ElasticNet(alpha={lam!r}, l1_ratio={alpha!r}, tol=1e-12, max_iter=100000)),
    ):
        coef[name].append(model.fit(Z[rows] / scale, y[rows]).coef_ / scale)
kept = {{name: np.mean(np.array(w) != 0.0, axis=0) for name, w in coef.items()}}
"""


def scale_snippets(
    penalty: str, lam: float, alpha: float, feature: int, factor: float, divisor: float
) -> Mapping[str, str]:  # fmt: skip
    """Both fits with one feature in other units."""
    model = {
        "ridge": f"Ridge(alpha=len(y) * {lam!r})",
        "lasso": f"Lasso(alpha={lam!r}, tol=1e-12, max_iter=100000)",
        "elastic-net": f"ElasticNet(alpha={lam!r}, l1_ratio={alpha!r}, tol=1e-12, max_iter=100000)",
    }[penalty]
    if lam == 0.0:
        model = "LinearRegression()"
    name = model.partition("(")[0]
    return {"scikit-learn": _UNITS.format(name=name, model=model, feature=feature, factor=factor, divisor=divisor)}


_UNITS = """import numpy as np
from sklearn.linear_model import {name}

X = X.copy()
X[:, {feature}] *= {factor!r}
sd = X.std(axis=0)
sd[sd == 0.0] = 1.0
effect = {{}}
for way, divisor in (("with", sd), ("without", {divisor!r})):
    Z = (X - X.mean(axis=0)) / divisor
    w = {model}.fit(Z, y).coef_
    effect[way] = w / divisor * sd  # of one standard deviation
"""
