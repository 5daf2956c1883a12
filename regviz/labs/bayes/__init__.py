"""A prior is a penalty: λ and the width of the prior are one slider; the mode is ridge or lasso, the mean is not."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from regviz.data import bundled_names
from regviz.lab import Certificate, Frame, Gesture, Lab, Panel, Part, Readout, choice, integer, slider, switch
from regviz.labs._data import DataControls, arriving, load, source
from regviz.labs._memo import meanwhile
from regviz.labs._pages import elsewhere, loading
from regviz.labs.bayes import along, coefficients, duality, evidence, functions, joint, words
from regviz.labs.bayes.posterior import Posterior, line
from regviz.labs.bayes.scene import (
    CHAINS,
    LEAST_LAM,
    Case,
    Curve,
    Noise,
    case,
    draws,
    lasso_evidence,
    noise,
    ridge_evidence,
    usable_lam,
    usable_noise,
    validation,
)
from regviz.linear import CrossValidation
from regviz.theory.bayes import PRIORS
from regviz.theory.laplace_draws import LaplaceDraws, sweeps

TOLERANCE = 1e-9
"""KKT residual, in units of λ_max, up to which a mode is certified."""
LARGE = 50_000
"""Numbers in X beyond which cross-validation is much work."""

ENOUGH = 100.0
"""Effective draws of every coefficient below which nothing sampled is shown."""
MANY = 30
"""Coefficients beyond which slices stand in for sampled marginals until these are ready."""
FINE, COARSE = 0.02, 0.1
"""Share of slow work from one look for a newer state to the next, of much work and of little."""


STATUS: dict[words.Sampling, str] = {
    "none": "exact", "sampled": "sampled", "short": "undetermined", "large": "undetermined",
}  # fmt: skip
"""The status of a complete frame."""


@dataclass(frozen=True)
class BayesState(DataControls):
    """The controls of the bayes lab."""

    dataset: str = choice(
        "synthetic", ("synthetic", *bundled_names()), free=True, place="data", label="data set",
        help="Synthetic data with a known truth, a bundled table, or the path of your own CSV file.",
    )  # fmt: skip
    prior: str = choice(
        "laplace", tuple(PRIORS), place="mode", help="What is believed of every coefficient before seeing data."
    )
    lam: float = slider(
        0.3, LEAST_LAM, 1e15, shown=(1e-4, 10.0), log=True, label="penalty strength", symbol="λ", place="main",
        help="Penalty strength, and in the same move the width of the prior: a narrow prior is a strong penalty.",
    )  # fmt: skip
    sigma_from: str = choice(
        "estimate", ("estimate", "control"), label="noise from",
        help="estimate: σ² from the residuals of least squares (or the evidence); control: the slider below.",
    )  # fmt: skip
    sigma2: float = slider(
        4.0, 1e-12, 1e15, shown=(0.01, 100.0), log=True, symbol="σ²", label="noise variance",
        when=("sigma_from", ("control",)), help="Variance of the noise in the likelihood.",
    )  # fmt: skip
    others: str = choice(
        "held", ("held", "integrated"), label="other coefficients",
        either=(("prior", ("gaussian",)), ("sample", (True,))),
        help="held: at the mode, a slice of the posterior; integrated: the marginal posterior.",
    )  # fmt: skip
    inputs: str = choice(
        "features", ("features", "curve"),
        help="features: the columns of the data; curve: Gaussian bumps over one feature, a coefficient for each.",
    )  # fmt: skip
    along: int = integer(
        0, 0, 100_000, shown=(0, 11), when=("inputs", ("curve",)), label="curve over", help="Feature under the bumps."
    )
    bumps: int = integer(
        12, 2, 200, shown=(3, 40), when=("inputs", ("curve",)), help="Bumps, evenly over the feature's range."
    )
    folds: int = integer(10, 2, 1_000, shown=(2, 20), place="validation", help="Folds of the cross-validation.")
    feature_x: int = integer(8, 0, 100_000, shown=(0, 11), place="view", label="first coefficient",
                             help="Coefficient along which the posterior is shown.")  # fmt: skip
    feature_y: int = integer(0, 0, 100_000, shown=(0, 11), place="view", label="second coefficient",
                             help="Its partner in the plane.")  # fmt: skip
    level: float = slider(
        0.9, 0.5, 0.99, place="view", label="credible level", help="Share of the posterior in regions and bands."
    )
    close_up: bool = switch(False, place="view", label="close-up", help="Zoom the plane to the posterior as it moves.")
    functions: int = integer(20, 1, 200, shown=(5, 60), place="view", help="Functions drawn from prior and posterior.")
    sample: bool = switch(True, place="view", label="sampling", when=("prior", ("laplace",)),
                          help="Sample what has no closed form (Laplace prior).")  # fmt: skip


class Bayes(Lab):
    """Drag λ or the width of the prior: they are the same slider."""

    name: ClassVar[str] = "bayes"
    title: ClassVar[str] = "A prior is a penalty"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "linear"
    order: ClassVar[int] = 4
    summary: ClassVar[str] = "Ridge and lasso as posterior modes; mean, median, evidence and draws beside them."
    State: ClassVar[type[Any]] = BayesState

    def frames(self, state: BayesState) -> Generator[Frame, Any, None]:
        """At once what has a closed form; then what is sampled or cross-validated."""
        yield from arriving(state.dataset, load.steps(source(state)))
        found = _case(state)
        guess = noise(found)
        sigma2 = _sigma2(state, found, guess)
        samples = state.prior == "laplace" and state.sample and sweeps(found.problem, CHAINS) > 0
        ask = (found, usable_lam(found, state.lam), sigma2, state.seed)
        check = (found, state.prior, state.folds, state.seed)
        curve = (found, sigma2, state.seed)
        if samples and state.others == "integrated" and found.problem.p <= MANY:
            draws(*ask)
        drawn = draws(*ask) if samples and draws.knows(*ask) else None
        kept = _kept(drawn)
        waits = samples and (drawn is None or (kept is not None and not lasso_evidence.knows(*curve)))
        if waits or not validation.knows(*check):
            cv = validation(*check) if validation.knows(*check) else None
            first = _frame(state, _posterior(state, found, sigma2, kept), guess, cv, None)
            yield first
            fine = found.problem.n * found.problem.p > LARGE or min(found.problem.n, found.problem.p) > MANY
            yield from meanwhile(first, validation.steps(*check), FINE if fine else COARSE)
            if samples:
                drawn = yield from meanwhile(first, draws.steps(*ask), FINE if fine else 3.0 * COARSE)
                kept = _kept(drawn)
            if kept is not None:
                yield from meanwhile(first, lasso_evidence.steps(*curve), FINE if fine else COARSE)
        became = _became(state, found, drawn is not None, kept is not None)
        sampled = None if kept is None else lasso_evidence(*curve)
        yield _frame(state, _posterior(state, found, sigma2, kept), guess, validation(*check), sampled, became)

    def gesture(self, state: BayesState, gesture: Gesture) -> Mapping[str, Any]:
        """Dragging the prior's handle sets its width, and so λ; a click on a bar chooses its coefficient."""
        found = _case(state)
        if gesture.panel == "coefficients" and gesture.kind == "click" and gesture.index >= 0:
            same = gesture.index == state.feature_x
            return {} if same else {"feature_x": gesture.index, "feature_y": state.feature_x}
        if gesture.kind != "drag" or gesture.mark not in ("width", "slider"):
            return {}
        sigma2 = _sigma2(state, found, noise(found))
        if gesture.panel == "duality":
            lam = duality.lam_near(found, sigma2, state.prior, _positive(gesture.x), _positive(gesture.y))
        else:
            lam = PRIORS[state.prior](_positive(gesture.x)).penalty(sigma2, found.problem.n)
        return {"lam": min(max(lam, found.limits[0]), found.limits[1])}

    def snippets(self, state: BayesState) -> Mapping[str, str]:
        """Code for the mode and for the posterior."""
        found = _case(state)
        made = _posterior(state, found, _sigma2(state, found, noise(found)), None)
        lines = words.curved(made) if state.inputs == "curve" else ""
        return {
            flavour: loading(state, flavour) + ("" if flavour.startswith("R") else lines) + text
            for flavour, text in words.snippets(made).items() if not (lines and flavour.startswith("R"))
        }  # fmt: skip


def _positive(value: float) -> float:
    return max(value, 1e-12)


def _case(state: BayesState) -> Case:
    curve = state.inputs == "curve"
    return case(source(state), curve, state.along if curve else 0, state.bumps if curve else 0)


def _sigma2(state: BayesState, found: Case, guess: Noise) -> float:
    return guess.chosen if state.sigma_from == "estimate" else usable_noise(found, state.sigma2)


def _kept(drawn: LaplaceDraws | None) -> LaplaceDraws | None:
    """The draws, where they suffice for what is sampled to be shown."""
    return drawn if drawn is not None and drawn.effective.min() >= ENOUGH else None


def _posterior(state: BayesState, found: Case, sigma2: float, drawn: LaplaceDraws | None) -> Posterior:
    return Posterior.of(found, state.prior, usable_lam(found, state.lam), sigma2, state.others == "held", drawn)


def _chosen(state: BayesState, p: int) -> tuple[int, ...]:
    """The coefficients that are shown, brought into range and made different; one where there is only one."""
    j, k = min(state.feature_x, p - 1), min(state.feature_y, p - 1)
    if p == 1:
        return (0,)
    if j == k:
        k = j - 1 if j == p - 1 else j + 1
    return j, k


def _became(state: BayesState, found: Case, drawn: bool, kept: bool) -> words.Sampling:
    if drawn:
        return "sampled" if kept else "short"
    return "large" if state.prior == "laplace" and not sweeps(found.problem, CHAINS) else "none"


def _frame(
    state: BayesState, made: Posterior, guess: Noise, cv: CrossValidation | None, curve: Curve | None,
    became: words.Sampling | None = None,
) -> Frame:  # fmt: skip
    """The picture of what is known so far; ``became`` None: more follows."""
    found = made.case
    loss = made.objective - made.penalty.value(made.mode)
    last = max(float(found.problem.p - 1), 1.0)
    features = max(float(found.data.problem.p - 1), 1.0)
    estimate = guess.chosen
    return Frame(
        panels=_noted(_panels(state, made, cv, curve), became),
        readouts=_readouts(state, made, guess, cv, curve), caption=words.caption(made, state.lam),
        message=words.message(made, guess, state.lam, became or "none"),
        subtitle=f"{state.prior.capitalize()} prior, {found.data.title}", equation=words.equation(made),
        pages=elsewhere(found.problem.y, "ridge" if state.prior == "gaussian" else "lasso", state.lam),
        parts=(
            Part(label="loss (log likelihood)", value=loss, role="likelihood"),
            Part(label="penalty (log prior)", value=made.objective - loss, role="prior"),
        ),
        certificate=Certificate(name="KKT residual", value=made.kkt, tolerance=TOLERANCE),
        progress=0.0 if became is None else None, status="running" if became is None else STATUS[became],
        limits={
            "lam": found.limits, "sigma2": (0.01 * estimate, 100.0 * estimate), "feature_x": (0.0, last),
            "feature_y": (0.0, last), "along": (0.0, features),
        },
        options={
            "feature_x": found.names, "feature_y": found.names, "along": found.data.problem.names,
            "target": found.data.targets,
        },
    )  # fmt: skip


def _panels(state: BayesState, made: Posterior, cv: CrossValidation | None, curve: Curve | None) -> tuple[Panel, ...]:
    found, chosen = made.case, _chosen(state, made.case.problem.p)
    panels = [along.panel(made, chosen[0], state.level)]
    if len(chosen) == 2:
        panels.append(joint.panel(made, (chosen[0], chosen[1]), state.level, state.close_up))
    panels += [
        coefficients.panel(made, chosen, state.level),
        evidence.panel(found, state.prior, made.lam, made.sigma2, cv, curve, _log_evidence(state, made, curve)),
        functions.panel(made, chosen[0], state.level, state.functions, state.seed),
        duality.panel(made),
    ]
    return tuple(panels)


def _noted(panels: tuple[Panel, ...], became: words.Sampling | None) -> tuple[Panel, ...]:
    """The ``panels``, those that lack what is sampled saying so where the draws do not suffice."""
    note = Readout(name="draws", value="not enough draws", role="muted")
    lacking = ("coefficients", "evidence", "functions") if became == "short" else ()
    return tuple(
        replace(panel, readouts=(*(r for r in panel.readouts if r.name != "posterior_draws"), note))
        if panel.key in lacking else panel
        for panel in panels
    )  # fmt: skip


def _readouts(
    state: BayesState, made: Posterior, guess: Noise, cv: CrossValidation | None, curve: Curve | None
) -> tuple[Readout, ...]:
    found = line(made, _chosen(state, made.case.problem.p)[0], state.level)
    n = made.case.problem.n
    values: dict[str, tuple[str, Any]] = {
        "lam": ("λ", made.lam), "prior_width": (made.prior.symbol, made.prior.width),
        "prior_variance": ("prior variance", made.prior.variance), "n_lam": ("nλ = λ_R = λ_½", n * made.lam),
        "sigma2": ("σ²", made.sigma2), "sigma2_residual": ("σ² by least squares", guess.least_squares),
        "sigma2_evidence": ("σ² by evidence", guess.evidence), "map": ("MAP", found.mode),
        "median": ("median", found.median), "mean": ("mean", found.mean),
        "zeros": ("exact zeros of the MAP", _zeros(made.mode)),
        "zeros_mean": ("exact zeros of the mean", None if made.mean is None else _zeros(made.mean)),
        "log_evidence": ("log evidence", _log_evidence(state, made, curve)),
        "lam_evidence": ("λ evidence", _best(state, made, curve)),
        "lam_cv": ("λ validation", None if cv is None else cv.lam_min), "kkt": ("KKT residual", made.kkt),
        "objective": ("objective", made.objective),
    }  # fmt: skip
    return tuple(Readout(name=name, label=label, value=value) for name, (label, value) in values.items())


def _zeros(w: NDArray[np.float64]) -> int:
    return int(np.count_nonzero(w == 0.0))


def _log_evidence(state: BayesState, made: Posterior, curve: Curve | None) -> float | None:
    """That of the prior in use at this λ and σ²; None while the Laplace prior is not sampled."""
    if state.prior == "gaussian":
        return float(made.case.spectrum.log_evidence(np.array([made.lam]), made.sigma2)[0])
    if curve is None or not curve.lams[0] <= made.lam <= curve.lams[-1]:
        return None
    return float(np.interp(np.log(made.lam), np.log(curve.lams), curve.heights))


def _best(state: BayesState, made: Posterior, curve: Curve | None) -> float | None:
    if state.prior == "gaussian":
        return ridge_evidence(made.case, made.sigma2)[1]
    return None if curve is None else curve.best


lab = Bayes()
