"""The fit on screen as NumPy code: the data, then proximal gradient until nothing moves."""

from regviz.data import bundled_names
from regviz.labs.groups.design import LAGS, Design, Key


def numpy_code(key: Key, made: Design, method: str, lam: float, alpha: float) -> str:
    """A program that ends with ``intercept`` and ``coef`` on the data's own scale, and ``w`` on the problem's."""
    scale = "X.std(axis=0)" if key.source.standardize else "np.ones(X.shape[1])"
    lines = [
        "import numpy as np", "", *_loading(key), f"groups = {[list(group) for group in made.groups]!r}",
        f"lam = {lam!r}", "", "n, p = X.shape", f"mean, scale = X.mean(axis=0), {scale}", "scale[scale == 0.0] = 1.0",
        "Z = (X - mean) / scale", "r = y - y.mean()", "eta = n / np.linalg.norm(Z, 2) ** 2  # 1 / L", "w = np.zeros(p)",
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


def _loading(key: Key) -> list[str]:
    source = key.source
    if source.dataset == LAGS:
        n, series, lags, informative, noise, rho, seed = key.series
        made = (
            f"n={n}, series={series}, lags={lags}, informative={min(informative, series)}, noise={noise!r}, "
            f"rho={rho!r}, seed={seed}"
        )
        return ["from regviz.data import lagged", "", f"data = lagged({made})", "X, y = data.X, data.y"]
    if source.dataset == "synthetic":
        n, p, informative, noise, rho, correlation, spread, seed = source.synthetic
        made = (
            f"n={n}, p={p}, informative={informative}, noise={noise!r}, rho={rho!r}, correlation={correlation!r}, "
            f"scale_spread={spread!r}, seed={seed}"
        )
        return ["from regviz.data import synthetic", "", f"data = synthetic({made})", "X, y = data.X, data.y"]
    where = "bundled set" if source.dataset in bundled_names() else "file"
    return [
        f"from regviz.data import open_table  # the {where}, read as on screen", "",
        f"table = open_table({source.dataset!r}, {source.target!r})", "X, y = table.X, table.y",
    ]  # fmt: skip
