"""What the overfitting lab says: caption, notes on the data, and the fit as code."""

from regviz.lab import show
from regviz.labs.overfitting.fits import Fit, Model
from regviz.labs.overfitting.rows import TEST, TRAIN, Rows
from regviz.linear.bases import HARMONICS, OVERHANG
from regviz.linear.smoothers import Parts
from regviz.linear.snippets import Recipe, snippet

SHORTEST = 200
"""Training rows up to which code carries them along."""


def fitted(model: Model, size: int) -> str:
    """The model in a few words."""
    kind = {"polynomial": f"polynomial of degree {size}", "fourier": f"{size} harmonics",
            "random-features": f"{size} random features"}[model.basis]  # fmt: skip
    if model.penalty == "none":
        return kind
    mixed = f", α = {show(model.alpha)}" if model.penalty == "elastic-net" else ""
    return f"{kind}, {model.penalty.replace('-', ' ')} λ = {show(model.lam)}{mixed}"


def caption(made: Rows, model: Model, found: Fit, parts: Parts | None, wide: bool) -> str:
    """One sentence on the picture with its numbers."""
    start = _capital(f"{fitted(model, found.size)}: {_errors(found)}")
    if wide:
        return f"{start}; {_regime(made, model, found)}."
    if parts is None:
        return f"{start}."
    return (
        f"{start}; over redrawn noise bias² {show(parts.bias2)} + variance {show(parts.variance)} + noise "
        f"{show(parts.noise)} = {show(parts.total)}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _errors(found: Fit) -> str:
    train, validation, test = (found.settled(each) for each in (*found.errors[:TEST], found.test))
    said = f"error {show(train or 0.0)} on training rows"
    if validation is not None:
        said += f", {show(validation)} on validation rows"
    if test is not None:
        said += f", {show(test)} on {'test rows' if found.expected is None else 'new points'}"
    return said


def _regime(made: Rows, model: Model, found: Fit) -> str:
    """Whether the fit could pass through the rows, and whether it does."""
    norm = f"‖w‖₂ = {show(found.norm)}"
    if found.rank >= made.n - 1 and model.lam > 0.0:
        return f"λ keeps it from passing exactly through the {made.n} rows, as it could without a penalty, {norm}"
    if found.settled(found.errors[TRAIN]) == 0.0:
        return f"it passes through all {made.n} rows with the shortest coefficients that do, {norm}"
    if found.size > found.rank:
        return f"{found.size} features have rank {found.rank}, too little to pass through {made.n} rows, {norm}"
    return f"{found.size} features cannot pass through {made.n} rows yet, {norm}"


def message(made: Rows, model: Model) -> str:
    """What was left out, used for what, or cannot be known; "" when there is nothing to say."""
    said = []
    given = made.given
    if made.stale:
        said.append("The edits were made on other data and are not shown.")
    if given.left_out:
        said.append(f"{given.left_out} rows chosen at random are left out here.")
    if given.table is not None:
        said.append("Bias and variance need a known truth: the faint curves are refits to rows drawn with replacement.")
    elif not model.linear:
        said.append("This fit is not linear in y: its bias and variance are simulated.")
    return " ".join(said)


def snippets(made: Rows, model: Model, size: int) -> dict[str, str]:
    """Code for scikit-learn, NumPy and R that gives the same fit; a comment where R cannot."""
    recipe = Recipe(model.penalty, model.lam, model.alpha)
    head = "\n".join(_design(made, model, size)) + "\n"
    code = {flavour: head + snippet(flavour, recipe) for flavour in ("scikit-learn", "NumPy")}
    return code | {"R glmnet": _in_r(made, model, size) or "\n".join(_design_in_r(made, model, size)) + "\n"
                   + snippet("R glmnet", recipe)}  # fmt: skip


def _in_r(made: Rows, model: Model, size: int) -> str:
    """The comment on why there is no R code; "" where there is."""
    if model.basis == "random-features":
        return "# The random features are draws of NumPy; copy this as NumPy.\n"
    alone = model.basis == "polynomial" and size == 1
    return "# glmnet needs two columns or more; copy this as NumPy.\n" if alone else ""


def _design_in_r(made: Rows, model: Model, size: int) -> list[str]:
    x, y = made.train
    low, high = made.given.low, made.given.high
    lines = [f"# x, y: the {made.n} training rows"]
    if made.n <= SHORTEST:
        lines = [f"{name} <- c({', '.join(map(repr, values.tolist()))})" for name, values in (("x", x), ("y", y))]
    lines.append(f"t <- 2 * (x - {low!r}) / {high - low!r} - 1")
    if model.basis == "polynomial":
        return [
            *lines, "P <- cbind(1, t)  # Legendre polynomials",
            f"for (k in 1:{size - 1}) P <- cbind(P, ((2 * k + 1) * t * P[, k + 1] - k * P[, k]) / (k + 1))",
            f"X <- sweep(P[, -1], 2, sqrt(2 * (1:{size}) + 1), `*`)",
        ]  # fmt: skip
    return [
        *lines, f"angle <- pi / {OVERHANG} * outer(t, 1:{size})",
        f"X <- sqrt(2) * cbind(cos(angle), sin(angle))[, as.vector(rbind(1:{size}, {size} + 1:{size}))]",
    ]  # fmt: skip


def _design(made: Rows, model: Model, size: int) -> list[str]:
    x, y = made.train
    lines = ["import numpy as np", ""]
    if made.n <= SHORTEST:
        lines += [f"x = np.array({x.tolist()})", f"y = np.array({y.tolist()})"]
    else:
        lines += [f"# x, y: the {made.n} training rows"]
    low, high = made.given.low, made.given.high
    lines.append(f"t = 2 * (x - {low!r}) / {high - low!r} - 1")
    if model.basis == "polynomial":
        norms = f"np.sqrt(2 * np.arange(1, {size + 1}) + 1)"
        return [*lines, f"X = np.polynomial.legendre.legvander(t, {size})[:, 1:] * {norms}"]
    harmonics = size if model.basis == "fourier" else HARMONICS
    lines += [
        f"angle = np.pi / {OVERHANG} * np.outer(t, np.arange(1, {harmonics + 1}))",
        "X = np.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(len(t), -1)",
    ]
    if model.basis == "random-features":
        lines += [
            f"scale = np.repeat(1 / np.arange(1, {HARMONICS + 1}), 2)",
            f"drawn = np.random.default_rng([{model.seed}, 7]).normal(size=({size}, {2 * HARMONICS})) * scale",
            "X = X @ drawn.T / np.linalg.norm(scale)",
        ]
    return lines
