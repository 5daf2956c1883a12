"""What the bayes lab says: caption, notes on data and sampling, formula with numbers, and code for elsewhere."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from regviz.lab import show
from regviz.labs.bayes.posterior import Posterior
from regviz.labs.bayes.scene import PENALTY, Noise
from regviz.linear.snippets import Recipe, centred, snippet

Sampling = Literal["none", "sampled", "short", "large"]
"""What became of the sampling: not wanted or not needed, done, too few effective draws, too large a problem."""


def caption(made: Posterior, asked: float) -> str:
    """One sentence on prior, mode and mean, and on the λ that was ``asked`` for where it is not the one shown."""
    p = made.case.problem.p
    at = f"At λ = {show(made.lam)}"
    if made.lam > asked:
        at += f" (below it, as at {show(asked)}, the prior is flat)"
    if made.prior.name == "gaussian":
        return (
            f"{at} ridge is the peak and the mean of the posterior under a Gaussian prior of width "
            f"τ = {show(made.prior.width)}: one point for all {p} coefficients."
        )
    zeros = int(np.count_nonzero(made.mode == 0.0))
    start = (
        f"{at} the lasso is the peak of the posterior under a Laplace prior of width "
        f"b = {show(made.prior.width)}: {zeros} of {p} coefficients are exactly 0 at the peak"
    )
    if made.mean is None:
        return f"{start}."
    return f"{start}, {int(np.count_nonzero(made.mean == 0.0)) or 'none'} at the posterior mean."


def message(made: Posterior, guess: Noise, asked: float, sampling: Sampling) -> str:
    """What was dropped, coded, assumed or left out, in a sentence or more; "" when there is nothing to say."""
    found = made.case
    said = list(found.data.notes)
    if made.lam > asked:
        said.append(
            f"The slider asks for λ = {show(asked)}; all that is shown is at λ = {show(made.lam)}, "
            "below which the prior is flat."
        )
    if found.data.classes is not None:
        said.append("The target has two values and is treated here as a number with Gaussian noise.")
    if guess.least_squares is None:
        said.append("Least squares leaves no rows to estimate σ² from; the estimate is that of the largest evidence.")
    if sampling == "short":
        said.append(
            "Not enough draws: the chains agree too little, so that nothing sampled is shown and "
            "the Laplace posterior stands with the others at the mode."
        )
    if sampling == "large":
        said.append(
            f"{found.problem.p} coefficients on {found.problem.n} rows are too many to sample: "
            "the Laplace posterior is shown with the others at the mode only."
        )
    return " ".join(said)


def equation(made: Posterior) -> str:
    """The duality with its numbers."""
    n, noise = made.case.problem.n, show(made.sigma2)
    square = "τ²" if made.prior.name == "gaussian" else "b"
    value = made.prior.width**2 if made.prior.name == "gaussian" else made.prior.width
    return f"{square} = σ²/(nλ) = {noise}/({n} · {show(made.lam)}) = {show(value)}"


def curved(made: Posterior) -> str:
    """Lines that put the bumps in the place of X."""
    found = made.case
    column = found.data.problem.names.index(found.along_name)
    return (
        f"import numpy as np\n\nx, bumps = X[:, {column}], {found.problem.p}\n"
        "centres = np.linspace(x.min(), x.max(), bumps)\nwidth = np.ptp(x) / (bumps - 1) or 1.0\n"
        "X = np.exp(-0.5 * ((x[:, None] - centres) / width) ** 2)\n"
    )


def snippets(made: Posterior) -> Mapping[str, str]:
    """The mode as a penalised fit, and the posterior in NumPy (Gaussian) or as a Gibbs sampler (Laplace)."""
    standardize = made.case.problem.standardized
    recipe = Recipe(penalty=PENALTY[made.prior.name], lam=made.lam, standardize=standardize)
    code = {name: snippet(name, recipe) for name in ("scikit-learn", "R glmnet")}
    posterior = _POSTERIOR[made.prior.name].format(lam=made.lam, sigma2=made.sigma2)
    centre = "\n".join(["import numpy as np", "", *centred(standardize), "X, y = Z, y - y.mean()"]) + "\n"
    return {**code, "NumPy": centre + posterior}


_HEAD = """lam, sigma2 = {lam!r}, {sigma2!r}
"""
_POSTERIOR = {
    "gaussian": _HEAD + """precision = (X.T @ X / n + lam * np.eye(p)) * n / sigma2
covariance = np.linalg.inv(precision)
mean = covariance @ X.T @ y / sigma2  # the ridge solution
draws = np.random.default_rng(0).multivariate_normal(mean, covariance, size=1000)
""",
    "laplace": _HEAD + """b = sigma2 / (n * lam)
rng = np.random.default_rng(0)
w, draws = np.ones(p), []
for sweep in range(2000):  # Park and Casella (2008), noise variance known
    inverse = rng.wald(1 / (b * np.abs(w)), 1 / b**2)
    covariance = np.linalg.inv(X.T @ X / sigma2 + np.diag(inverse))
    w = rng.multivariate_normal(covariance @ X.T @ y / sigma2, covariance)
    draws.append(w)
mean = np.mean(draws[200:], axis=0)  # not sparse; the mode is the lasso
""",
}
