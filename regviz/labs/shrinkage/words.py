"""What the shrinkage lab says: the caption of the picture and the notes on the data."""

import numpy as np
from numpy.typing import NDArray

from regviz.lab import show
from regviz.labs.shrinkage.scene import Scene

_NAMES = {"lasso": "the lasso", "ridge": "ridge", "elastic-net": "the elastic net", "group-lasso": "the group lasso"}


def called(penalty: str) -> str:
    """A penalty in plain words."""
    return "no penalty" if penalty == "none" else penalty.replace("-", " ")


def caption(made: Scene, penalty: str, lam: float, w: NDArray[np.float64]) -> str:
    """One sentence on the coefficients ``w`` (p,) that the picture shows."""
    if penalty == "none":
        fit = "Least squares" if made.loss == "squared" else "The logistic fit"
        return f"{fit} without a penalty uses all {np.count_nonzero(w)} coefficients, signal and noise alike."
    if penalty == "ridge":
        return _shrunk(made, lam, w)
    zeros = len(w) - np.count_nonzero(w)
    start = f"At λ = {show(lam)} {_NAMES[penalty]}"
    if zeros == len(w):
        return f"{start} sets every coefficient to exactly zero."
    if zeros == 0:
        kept = {1: "its only coefficient", 2: "both coefficients"}.get(len(w), f"all {len(w)} coefficients")
        return f"{start} still keeps {kept}."
    return f"{start} keeps {len(w) - zeros} of {len(w)} coefficients and sets {zeros} to exactly zero{_truth(made, w)}."


def _shrunk(made: Scene, lam: float, w: NDArray[np.float64]) -> str:
    full = float(np.linalg.norm(made.ols))
    share = 100.0 * float(np.linalg.norm(w)) / full if full > 0.0 else 0.0
    zeros = len(w) - np.count_nonzero(w)
    tail = "no coefficient is exactly zero" if zeros == 0 else f"{zeros} coefficients are zero whatever λ is"
    full_fit = "least squares" if made.loss == "squared" else "the unpenalised fit"
    return f"At λ = {show(lam)} ridge shrinks ‖w‖₂ to {show(share)} % of {full_fit}; {tail}."


def _truth(made: Scene, w: NDArray[np.float64]) -> str:
    if made.data.truth is None:
        return ""
    signal = made.data.truth != 0.0
    lost = int(np.count_nonzero(signal & (w == 0.0)))
    noise = int(np.count_nonzero(~signal & (w != 0.0)))
    if lost:
        return f", {lost} of them informative"
    return ", every one of them noise" if noise == 0 else f", all noise, while {noise} noise features stay"


def message(made: Scene, asked: str) -> str:
    """What was dropped, coded or is not unique, in a sentence or more; "" when there is nothing to say."""
    unfit = (
        "The logistic loss needs a target of two values, such as low of the data set birthwt; the squared loss is used."
    )
    said = (unfit,) if asked == "logistic" and made.loss == "squared" else ()
    return " ".join((*said, *made.data.notes, *made.path.notes))
