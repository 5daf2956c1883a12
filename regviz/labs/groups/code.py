"""The fit on screen as code: the data, then the lasso of a library, or proximal gradient until nothing moves."""

from collections.abc import Mapping

from regviz.labs._data import DataControls
from regviz.labs._pages import loading
from regviz.labs.groups.design import LAGS, Design, Key
from regviz.linear.snippets import FLAVOURS, Recipe, centred, lacking, snippet


def code(
    state: DataControls, key: Key, made: Design, method: str, lam: float, alpha: float
) -> Mapping[str, str]:  # fmt: skip
    """Programs by flavour that end with ``intercept`` and ``coef`` on the data's own scale.

    Where a library has no such penalty its code is a comment that says so.
    """
    found = {}
    for flavour in FLAVOURS:
        missing = lacking(flavour, method)
        if flavour == "NumPy":
            program = _numpy(made, state.standardize, method, lam, alpha)
        else:
            program = "" if missing else snippet(flavour, Recipe(method, lam, standardize=state.standardize))
        found[flavour] = f"# {missing}\n" if missing else _loading(state, key, flavour) + program
    return found


def _numpy(made: Design, standardize: bool, method: str, lam: float, alpha: float) -> str:
    lines = [
        "import numpy as np", "", f"groups = {[list(group) for group in made.groups]!r}", f"lam = {lam!r}", "",
        *centred(standardize), "r = y - y.mean()", "eta = n / np.linalg.norm(Z, 2) ** 2  # 1 / L", "w = np.zeros(p)",
        "for _ in range(200000):", "    v = w - eta * Z.T @ (Z @ w - r) / n  # gradient step", *_prox(method, alpha),
        "    change = np.abs(v - w).max()", "    w = v", "    if change <= 1e-15 * np.abs(w).max():", "        break",
        "coef = w / scale", "intercept = y.mean() - mean @ coef",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _prox(method: str, alpha: float) -> list[str]:
    """The prox on v."""
    share = {"lasso": 1.0, "group-lasso": 0.0}.get(method, alpha)
    lines = []
    if share > 0.0:
        factor = "" if share == 1.0 else f" * {share!r}"
        lines.append(f"    v = np.sign(v) * np.maximum(np.abs(v) - eta * lam{factor}, 0.0)  # soft threshold")
    if share < 1.0:
        factor = "" if share == 0.0 else f" * {1.0 - share!r}"
        lines += [
            "    for g in groups:  # block soft threshold",
            "        norm = np.linalg.norm(v[g])",
            f"        limit = eta * lam{factor} * np.sqrt(len(g))",
            "        v[g] *= max(1 - limit / norm, 0.0) if norm > 0 else 0.0",
        ]
    return lines


def _loading(state: DataControls, key: Key, flavour: str) -> str:
    if key.source.dataset != LAGS or flavour.startswith("R"):
        return loading(state, flavour)
    n, series, lags, informative, noise, rho, seed = key.series
    return (
        f"from regviz.data import lagged\n\ndata = lagged(n={n}, series={series}, lags={lags}, "
        f"informative={min(informative, series)}, noise={noise!r}, rho={rho!r}, seed={seed})\nX, y = data.X, data.y\n"
    )
