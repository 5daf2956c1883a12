"""The fit on screen as code for scikit-learn, NumPy or R glmnet: the text that "copy as" puts on the clipboard.

Each snippet ends with ``intercept`` and ``coef`` on the data's own scale.
"""

from dataclasses import dataclass

from regviz.linear.groups import Groups

FLAVOURS = ("scikit-learn", "NumPy", "R glmnet")


@dataclass(frozen=True)
class Recipe:
    """What a snippet reproduces: penalty, strength, loss ("squared" or "logistic") and scaling.

    With ``csv`` and ``target`` the snippet reads that file; without, it expects X (n, p) and y (n,) to exist.
    """

    penalty: str
    lam: float = 0.0
    alpha: float = 0.5
    groups: Groups = ()
    loss: str = "squared"
    standardize: bool = True
    csv: str = ""
    target: str = ""

    @property
    def share(self) -> float:
        """α of the penalty: 1 for the lasso, 0 for ridge."""
        return {"lasso": 1.0, "elastic-net": self.alpha}.get(self.penalty, 0.0)

    @property
    def strength(self) -> float:
        """λ, 0 without a penalty."""
        return 0.0 if self.penalty == "none" else self.lam


def snippet(flavour: str, recipe: Recipe) -> str:
    """Code of one ``flavour`` (one of ``FLAVOURS``) for ``recipe``.

    Raises ValueError for an unknown flavour and for the group lasso in a program that has none.
    """
    if flavour not in FLAVOURS:
        raise ValueError(f"There is no flavour “{flavour}”; the flavours are {', '.join(FLAVOURS)}.")
    if missing := lacking(flavour, recipe.penalty):
        raise ValueError(missing)
    lines = {"scikit-learn": _sklearn, "NumPy": _numpy, "R glmnet": _glmnet}[flavour](recipe)
    return "\n".join(lines) + "\n"


def lacking(flavour: str, penalty: str) -> str:
    """The sentence that ``flavour`` has no such ``penalty`` (also "sparse-group-lasso"); "" where it has one."""
    if flavour == "NumPy" or not penalty.endswith("group-lasso"):
        return ""
    return f"{flavour.removeprefix('R ')} has no {penalty.replace('-', ' ')}; copy it as NumPy."


def _read(recipe: Recipe) -> list[str]:
    if not recipe.csv:
        return []
    return [
        f"table = np.genfromtxt({recipe.csv!r}, delimiter=\",\", names=True, deletechars=\"\", replace_space=\" \")",
        f"target = {recipe.target!r}",
        "X = np.column_stack([table[name] for name in table.dtype.names if name != target])",
        "y = table[target]",
    ]


def centred(standardize: bool) -> list[str]:
    """Lines of NumPy that centre X and scale its columns where ``standardize``; constant ones stay as they are."""
    scale = "X.std(axis=0)" if standardize else "np.ones(X.shape[1])"
    return [
        "n, p = X.shape",
        f"mean, scale = X.mean(axis=0), {scale}",
        "scale[scale == 0.0] = 1.0",
        "Z = (X - mean) / scale",
    ]


def _sklearn(recipe: Recipe) -> list[str]:
    name, call = _estimator(recipe)
    logistic = recipe.loss == "logistic"
    first = "model.intercept_[0]" if logistic else "model.intercept_"
    return [
        "import numpy as np",
        f"from sklearn.linear_model import {name}" + ("  # scikit-learn 1.8 or newer" if logistic else ""),
        "",
        *_read(recipe),
        *centred(recipe.standardize),
        f"model = {call}.fit(Z, y)",
        "coef = np.ravel(model.coef_) / scale",
        f"intercept = {first} - mean @ coef",
    ]


def _estimator(recipe: Recipe) -> tuple[str, str]:
    """Class and constructor call in scikit-learn."""
    lam, exact = recipe.strength, "tol=1e-12, max_iter=100000"
    if recipe.loss == "logistic":
        solver = "newton-cholesky" if lam * recipe.share == 0.0 else "saga"
        strength = f"C=1 / (n * {lam!r}), l1_ratio={recipe.share!r}" if lam > 0.0 else "C=np.inf"
        return "LogisticRegression", f'LogisticRegression({strength}, solver="{solver}", {exact})'
    if lam == 0.0:
        return "LinearRegression", "LinearRegression()"
    if recipe.share == 0.0:
        return "Ridge", f"Ridge(alpha=n * {lam!r})"
    if recipe.share == 1.0:
        return "Lasso", f"Lasso(alpha={lam!r}, {exact})"
    return "ElasticNet", f"ElasticNet(alpha={lam!r}, l1_ratio={recipe.alpha!r}, {exact})"


def _numpy(recipe: Recipe) -> list[str]:
    lines = ["import numpy as np", "", *_read(recipe), *centred(recipe.standardize)]
    if recipe.strength == 0.0 or (recipe.share == 0.0 and recipe.penalty != "group-lasso"):
        lines += _newton(recipe.strength) if recipe.loss == "logistic" else _closed_form(recipe.strength)
    else:
        lines += _proximal_gradient(recipe)
    level = "bias" if recipe.loss == "logistic" else "y.mean()"
    return [*lines, "coef = w / scale", f"intercept = {level} - mean @ coef"]


def _closed_form(lam: float) -> list[str]:
    if lam == 0.0:
        return ["w = np.linalg.lstsq(Z, y - y.mean(), rcond=None)[0]"]
    return [f"w = np.linalg.solve(Z.T @ Z + n * {lam!r} * np.eye(p), Z.T @ (y - y.mean()))"]


def _newton(lam: float) -> list[str]:
    """Newton's method for the logistic loss with ridge."""
    return [
        "A = np.column_stack([Z, np.ones(n)])",
        f"price, v = np.append(np.full(p, {lam!r}), 0.0), np.zeros(p + 1)",
        "for _ in range(100):",
        "    chance = 1 / (1 + np.exp(-(A @ v)))",
        "    gradient = A.T @ (chance - y) / n + price * v",
        "    hessian = (A.T * (chance * (1 - chance))) @ A / n + np.diag(price)",
        "    change = np.linalg.lstsq(hessian, gradient, rcond=None)[0]",
        "    v = v - change",
        "    if np.abs(change).max() <= 1e-13 * np.abs(v).max():",
        "        break",
        "w, bias = v[:p], v[p]",
    ]


def _proximal_gradient(recipe: Recipe) -> list[str]:
    """Accelerated proximal gradient (Beck & Teboulle 2009), restarted when the momentum points uphill."""
    logistic = recipe.loss == "logistic"
    curvature = "0.25 * np.linalg.norm(np.column_stack([Z, np.ones(n)]), 2) ** 2 / n"
    predict = "1 / (1 + np.exp(-(Z @ v[:p] + v[p]))) - y" if logistic else "Z @ v[:p] - (y - y.mean())"
    return [
        f"step = 1 / ({curvature if logistic else 'np.linalg.norm(Z, 2) ** 2 / n'})",
        "u = v = np.zeros(p + 1)",
        "t = 1.0",
        "for _ in range(200000):",
        f"    error = {predict}",
        f"    gradient = np.append(Z.T @ error / n, {'error.mean()' if logistic else '0.0'})",
        "    new = v - step * gradient",
        *(f"    {line}" for line in _prox(recipe)),
        "    if (v - new) @ (new - u) > 0:",
        "        t = 1.0",
        "    faster = (1 + np.sqrt(1 + 4 * t * t)) / 2",
        "    change = np.abs(new - v).max()",
        "    u, v, t = new, new + (t - 1) / faster * (new - u), faster",
        "    if change <= 1e-15 * np.abs(new).max():",
        "        break",
        "w, bias = u[:p], u[p]",
    ]


def _prox(recipe: Recipe) -> list[str]:
    """The proximal step on new[:p]."""
    lam, share = recipe.strength, recipe.share
    if recipe.penalty == "group-lasso":
        return [
            f"for group in {[list(group) for group in recipe.groups]!r}:",
            "    norm = np.linalg.norm(new[group])",
            f"    limit = step * {lam!r} * np.sqrt(len(group))",
            "    new[group] *= max(1 - limit / norm, 0.0) if norm > 0 else 0.0",
        ]
    lines = []
    if lam * share > 0.0:
        limit = f"step * {lam * share!r}"
        lines.append(f"new[:p] = np.sign(new[:p]) * np.maximum(np.abs(new[:p]) - {limit}, 0.0)")
    if lam * (1.0 - share) > 0.0:
        lines.append(f"new[:p] /= 1 + step * {lam * (1.0 - share)!r}")
    return lines


def _glmnet(recipe: Recipe) -> list[str]:
    logistic = recipe.loss == "logistic"
    read = []
    if recipe.csv:
        read = [
            f'table <- read.csv("{recipe.csv}", check.names = FALSE)',
            f'y <- table[["{recipe.target}"]]',
            f'X <- as.matrix(table[, names(table) != "{recipe.target}"])',
        ]
    spread = "1" if logistic else "sqrt(mean((y - mean(y))^2))  # glmnet scales y by this"
    return [
        "library(glmnet)",
        *read,
        f"lam <- {recipe.strength!r}",
        f"alpha <- {recipe.share!r}",
        f"s <- {spread}",
        "weight <- alpha + s * (1 - alpha)",
        f'fit <- glmnet(X, y, family = "{"binomial" if logistic else "gaussian"}", alpha = alpha / weight,',
        "              lambda = lam * weight, thresh = 1e-14,",
        f"              standardize = {'TRUE' if recipe.standardize else 'FALSE'})",
        "intercept <- fit$a0",
        "coef <- as.vector(fit$beta)",
    ]
