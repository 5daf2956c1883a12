"""The walk, the fits or the published numbers on screen as code for scikit-learn, NumPy and R."""

from collections.abc import Mapping, Sequence

from regviz.labs._data import DataControls
from regviz.labs._pages import code, loading
from regviz.linear.presets import ESL_LASSO, ESL_RIDGE
from regviz.linear.snippets import FLAVOURS, Recipe, centred, snippet

_SKLEARN = """lams, order, knots = lars_path(Z, y - y.mean(), method="{method}")
# knots[:, k] are standardised coefficients at lams[k] = max |Z'r|/n; linear in λ between knots
w = np.array([np.interp({lam!r}, lams[::-1], row[::-1]) for row in knots])
coef = w / scale
intercept = y.mean() - mean @ coef
"""
_R = """library(lars)
X <- X[, apply(X, 2, sd) > 0]
# lars scales columns to unit length: its lambda is {factor} times ours
fit <- lars(X, y, type = "{method}", normalize = {standardize})
coef <- coef(fit, s = {lam!r} * {factor}, mode = "lambda")
"""
_LARS = """gram, corr, w = Z.T @ Z / n, Z.T @ (y - y.mean()) / n, np.zeros(p)
active, tied = [int(np.abs(corr).argmax())], np.abs(corr).max()
while tied > {lam!r}:
    d = np.zeros(p)  # what w gains for each unit that λ falls
    d[active] = np.linalg.lstsq(gram[np.ix_(active, active)], np.sign(corr[active]), rcond=None)[0]
    a = gram @ d
    way, j = tied - {lam!r}, None
    for k in set(range(p)) - set(active):
        for sign in (1.0, -1.0):
            if 1.0 - sign * a[k] > 1e-12 and (tied - sign * corr[k]) / (1.0 - sign * a[k]) < way:
                way, j = (tied - sign * corr[k]) / (1.0 - sign * a[k]), k
    w, corr, tied = w + way * d, corr - way * a, tied - way
    if j is None:
        break
    active.append(j)
coef = w / scale
intercept = y.mean() - mean @ coef
"""
_STAGEWISE = """corr, w, r = Z.T @ (y - y.mean()) / n, np.zeros(p), y - y.mean()
while (tied := np.abs(corr).max()) > max({lam!r}, 1e-12 * y.std()):
    A = np.flatnonzero(np.abs(corr) >= tied * (1.0 - 1e-9))
    d = np.zeros(p)  # no coefficient moves against its correlation (Efron and others 2004)
    d[A] = np.sign(corr[A]) * nnls(Z[:, A] * np.sign(corr[A]), r)[0]
    a, way = Z.T @ (Z @ d) / n, 1.0 - {lam!r} / tied
    for k in np.flatnonzero(d == 0.0):
        for sign in (1.0, -1.0):
            gap, rate = tied - sign * corr[k], tied - sign * a[k]
            if rate > 0.0 and 1e-9 * rate < gap < way * rate:
                way = gap / rate
    w, corr, r = w + way * d, corr - way * a, r - way * (Z @ d)
coef = w / scale
intercept = y.mean() - mean @ coef
"""
_NNLS = "from scipy.optimize import nnls\n\n"
_NONE = "# scikit-learn has no forward stagewise; copy it as NumPy.\n"
_TYPES = {"lars": "lar", "lasso": "lasso", "stagewise": "forward.stagewise"}


def walk_code(state: DataControls, method: str, lam: float) -> Mapping[str, str]:
    """The walk at ``lam``; for the lasso also the fit there in glmnet."""
    centre = "\n".join(centred(state.standardize)) + "\n"
    head = loading(state, "NumPy") + "import numpy as np\n"
    factor, scaled = ("sqrt(nrow(X))", "TRUE") if state.standardize else ("nrow(X)", "FALSE")
    in_r = _R.format(method=_TYPES[method], factor=factor, standardize=scaled, lam=lam)
    text = {"R lars": loading(state, "R lars") + in_r}
    if method == "stagewise":
        return {"scikit-learn": _NONE, "NumPy": head + _NNLS + centre + _STAGEWISE.format(lam=lam), **text}
    theirs = _SKLEARN.format(method={"lars": "lar"}.get(method, method), lam=lam)
    text["scikit-learn"] = head + "from sklearn.linear_model import lars_path\n\n" + centre + theirs
    if method == "lars":
        return {**text, "NumPy": head + centre + _LARS.format(lam=lam)}
    fitted = code(state, Recipe("lasso", lam, standardize=state.standardize))
    return {**text, **{flavour: fitted[flavour] for flavour in ("NumPy", "R glmnet")}}


def fits_code(state: DataControls, penalties: Sequence[str], lam: float, alpha: float) -> Mapping[str, str]:
    """The fits of ``penalties`` at ``lam``, kept in ``fits`` where there are several."""
    recipes = [Recipe(penalty, lam, alpha, standardize=state.standardize) for penalty in penalties]
    if len(recipes) == 1:
        return code(state, recipes[0])
    return {flavour: loading(state, flavour) + _several(flavour, recipes) for flavour in FLAVOURS}


def _several(flavour: str, recipes: Sequence[Recipe]) -> str:
    in_r = flavour.startswith("R")
    keep = 'fits[["{0}"]] <- c(intercept, coef)\n' if in_r else 'fits["{0}"] = intercept, coef\n'
    head = "fits <- list()\n" if in_r else "fits = {}\n"
    return head + "".join("\n" + snippet(flavour, each) + keep.format(each.penalty) for each in recipes)


def preset_code(preset: str) -> Mapping[str, str]:
    """The published numbers anew by scikit-learn, by the paper's own recipe."""
    return {"scikit-learn": _EFRON if preset == "efron-2004" else _ESL}


_EFRON = """import numpy as np
from regviz.data import bundled
from sklearn.linear_model import lars_path

table = bundled("diabetes")
X, y = table.X - table.X.mean(axis=0), table.y - table.y.mean()
U = X / np.linalg.norm(X, axis=0)  # columns of unit length
lams, order, w = lars_path(U, y, method="lasso")
knots = lams * len(y)  # of ½‖y − Uw‖² + λ½‖w‖₁
norms = np.abs(w).sum(axis=0)
at_hundred = np.array([np.interp(100.0, knots[::-1], row[::-1]) for row in w])
"""
_ESL = f"""import numpy as np
from regviz.data import prostate_corrected, prostate_split
from sklearn.linear_model import LinearRegression, Ridge, lars_path

table, train = prostate_corrected(), prostate_split()
Z = (table.X - table.X.mean(axis=0)) / table.X.std(axis=0, ddof=1)  # all 97 rows, then split
X, y, X_test, y_test = Z[train], table.y[train], Z[~train], table.y[~train]
fits = {{}}
plain = LinearRegression().fit(X, y)
fits["least-squares"] = plain.intercept_, plain.coef_
# the book's ridge does not centre X again and takes the mean of y as its intercept
fits["ridge"] = y.mean(), Ridge(alpha={ESL_RIDGE}, fit_intercept=False).fit(X, y - y.mean()).coef_
mean, scale = X.mean(axis=0), X.std(axis=0)
lams, order, knots = lars_path((X - mean) / scale, y - y.mean(), method="lasso")
norms = np.abs(knots).sum(axis=0)
coef = np.array([np.interp({ESL_LASSO} * norms[-1], norms, row) for row in knots]) / scale
fits["lasso"] = y.mean() - mean @ coef, coef
errors = {{name: np.mean((y_test - level - X_test @ w) ** 2) for name, (level, w) in fits.items()}}
"""
