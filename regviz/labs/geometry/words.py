"""What the geometry lab says: captions, notes on what has no λ, the objective with its numbers, and code."""

import re

import numpy as np

from regviz.lab import show
from regviz.labs._pages import elsewhere_for_any_rows
from regviz.labs.geometry.scene import L1, L2, Bowl, Budget, Solved, name

SYMBOLS = {
    "l1": "‖w‖₁", "l2": "½‖w‖²", "elastic-net": "(α‖w‖₁ + (1−α)/2·‖w‖²)", "lq": "Σ|w|^q/q", "group": "√2·‖w‖₂",
}  # fmt: skip


def caption(tab: str, first: Solved, second: Solved, chosen: Solved, budget: Budget, area: float | None) -> str:
    """One sentence on what the tab shows now."""
    if tab == "zeros":
        return _caption_of_zeros(chosen, budget, area)
    if tab == "solid":
        return _caption_of_bodies(chosen)
    shown = [first, second] + ([chosen] if chosen.shape not in (L1, L2) else [])
    told: dict[str, list[str]] = {}
    for found in shown:
        told.setdefault(_ends(found), []).append(_inside(found))
    parts = [f"{_listed(who)} {ends if len(who) == 1 else _PLURAL.sub(_bare, ends)}" for ends, who in told.items()]
    return f"{_held(budget)}: {'; '.join(parts)}."


_PLURAL = re.compile(r"\b(leave|set|end|happen|touche|keep)s\b")


def _bare(verb: re.Match[str]) -> str:
    return "touch" if verb[1] == "touche" else verb[1]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _held(budget: Budget) -> str:
    return f"At λ = {show(budget.lam)}" if budget.lam is not None else f"With a budget of t = {show(budget.t)}"


def _inside(found: Solved) -> str:
    words = {"Elastic": "the elastic", "Group": "the group", ", q =": " with q ="}
    said = name(found.shape)
    for old, new in words.items():
        said = said.replace(old, new)
    return said


def _ends(found: Solved) -> str:
    x, y = found.touch.point
    if found.touch.lam == 0.0:
        return "leaves the optimum where it is"
    if found.zeros == 2:
        return "sets both coefficients to exactly zero"
    if found.zeros == 1:
        kept, lost, value = ("w₁", "w₂", x) if y == 0.0 else ("w₂", "w₁", y)
        verb = "ends at a corner" if found.shape.cornered else "happens to end on an axis"
        return f"{verb} with {lost} exactly 0 and {kept} = {show(float(value))}"
    return f"touches at ({show(float(x))}, {show(float(y))}) and keeps both"


def _caption_of_zeros(chosen: Solved, budget: Budget, area: float | None) -> str:
    who = _inside(chosen)
    who = who[0].upper() + who[1:]
    if not chosen.shape.cornered and chosen.shape.kind != "group":
        return f"{_held(budget)} {_inside(chosen)} sets a coefficient to zero only for optima on two thin lines."
    if area is None:
        return f"{who} gives zeros for whole regions of optima, which are being traced."
    return f"{_held(budget)} {_inside(chosen)} gives an exact zero for {show(100.0 * area)} % of random optima."


def _caption_of_bodies(chosen: Solved) -> str:
    turn = "Drag a body to turn it"
    if chosen.touch.lam is None:
        return f"{turn}: no λ gives this budget, so the bowl is the loss alone, and ŵ its lowest point over the ball."
    if chosen.touch.lam == 0.0:
        return f"{turn}: without a penalty the bowl is lowest at its own optimum."
    x, y = (show(float(value)) for value in chosen.touch.point)
    kink = ", on the penalty's kink" if chosen.zeros and chosen.shape.cornered else ""
    return f"{turn}: loss plus λ times {_inside(chosen)} is lowest at w₁ = {x}, w₂ = {y}{kink}."


def message(chosen: Solved, budget: Budget, gaps: tuple[tuple[float, float, float], ...]) -> str:
    """For q < 1: how many minima there are, and which budgets no λ gives."""
    if chosen.shape.convex:
        return ""
    words = f"For q = {chosen.shape.q:g} the problem is not convex."
    if len(chosen.minima):
        noun = "minima" if len(chosen.minima) > 1 else "minimum"
        where = "0 among them" if budget.t is None else "on the rim of the ball" if chosen.loss else "the optimum"
        words += f" It has {len(chosen.minima)} local {noun}, {where}."
    if gaps:
        spans = " or ".join(f"{show(low)} and {show(high)}" for _, low, high in sorted(gaps, key=lambda gap: gap[1]))
        words += f" No λ gives a t between {spans}."
    if chosen.touch.lam is None:
        words += " This t has no λ."
    return words


def equation(chosen: Solved, budget: Budget) -> str:
    """The problem in words of one line, with its numbers."""
    loss = "½(w − c)ᵀH(w − c)"
    if budget.lam is None:
        return f"min {loss} = {show(chosen.loss)}   where t ≤ {show(budget.t)}"
    total = chosen.loss + budget.lam * chosen.charge
    numbers = f"{show(chosen.loss)} + {show(total - chosen.loss)} = {show(total)}"
    return f"min {loss} + λ·{SYMBOLS[chosen.shape.kind]} = {numbers}"


def pages(chosen: Solved) -> dict[str, str]:
    """The strength that belongs to the chosen ball in other conventions, where there is one and they have the ball."""
    lam, kind = chosen.touch.lam, chosen.shape.kind
    penalty = {"l1": "lasso", "l2": "ridge", "elastic-net": "elastic-net", "group": "group-lasso"}.get(kind, "")
    return elsewhere_for_any_rows(penalty, lam, chosen.shape.alpha) if penalty and lam is not None else {}


def snippets(chosen: Solved, bowl: Bowl) -> dict[str, str]:
    """Code for the chosen ball's solution: a design whose loss is this one."""
    lam = chosen.touch.lam
    if lam is None:
        return {}
    H = np.array2string(bowl.H, separator=", ", precision=17).replace("\n", "")
    head = f"import numpy as np\n\nH = np.array({H})\nc = np.array([{bowl.w1!r}, {bowl.w2!r}])\nlam = {lam!r}\n"
    code = {"SciPy": head + _minimised(chosen)}
    model = _estimator(chosen)
    if model and lam > 0.0:
        design = "X = np.sqrt(2) * np.linalg.cholesky(H).T  # two rows with XᵀX/n = H\n"
        name_of = model.partition("(")[0]
        code["scikit-learn"] = (
            head.replace("import numpy as np\n", f"import numpy as np\nfrom sklearn.linear_model import {name_of}\n")
            + design + f"w = {model}.fit(X, X @ c).coef_\nprint(w)\n"
        )  # fmt: skip
    return code


def _estimator(chosen: Solved) -> str:
    exact = "fit_intercept=False, tol=1e-14, max_iter=1_000_000"
    return {
        "l1": f"Lasso(alpha=lam, {exact})", "l2": "Ridge(alpha=2 * lam, fit_intercept=False)",
        "elastic-net": f"ElasticNet(alpha=lam, l1_ratio={chosen.shape.alpha!r}, {exact})",
    }.get(chosen.shape.kind, "")  # fmt: skip


def _minimised(chosen: Solved) -> str:
    """Penalties with kinks have no slope at 0, so the search is one without slopes, from several starts."""
    alpha, q = chosen.shape.alpha, chosen.shape.q
    penalty = {
        "l1": "np.abs(w).sum()", "l2": "0.5 * w @ w", "group": "np.sqrt(2) * np.sqrt(w @ w)",
        "elastic-net": f"{alpha!r} * np.abs(w).sum() + 0.5 * (1 - {alpha!r}) * w @ w",
        "lq": f"(np.abs(w) ** {q!r}).sum() / {q!r}",
    }[chosen.shape.kind]  # fmt: skip
    return (
        "from scipy.optimize import minimize\n\n\ndef objective(w):\n"
        f"    return 0.5 * (w - c) @ H @ (w - c) + lam * ({penalty})\n\n\n"
        "starts = [c, [c[0], 0.0], [0.0, c[1]], [0.0, 0.0]]\n"
        'options = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 10_000}\n'
        'found = [minimize(objective, s, method="Nelder-Mead", options=options) for s in starts]\n'
        "w = min(found, key=lambda one: one.fun).x\nprint(w)\n"
    )
