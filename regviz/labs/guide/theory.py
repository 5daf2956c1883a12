"""Rows of the guide on theory: priors, bounds, code lengths and bottlenecks."""

from regviz.labs.guide.method import Method, value

THEORY = (
    Method(
        key="gaussian-prior", area="theory", name="Gaussian prior", idea="Ridge is its mode and its mean",
        formula="τ² = σ²/(nλ)",
        reach="You can say how large coefficients may be, and want intervals beside the fit.",
        careful="Intervals hold under the model and the prior. A λ chosen on the same data "
        "tends to make them too narrow.",
        lab="bayes", fields=(("prior", "gaussian"), ("lam", "0.3")), panel="along",
        telling="MAP {map}, median {median} and mean {mean} are one point.",
        holds=lambda frame: abs(value(frame, "map") - value(frame, "mean")) < 1e-9,
    ),
    Method(
        key="laplace-prior", area="theory", name="Laplace prior", idea="The lasso is its mode, not its mean",
        formula="b = σ²/(nλ)",
        reach="You want to know what the lasso believes.",
        careful="The posterior has no mass at zero: mean and median are not sparse. Whoever wants zeros with "
        "probability needs a prior with a point mass.",
        lab="bayes", fields=(("prior", "laplace"), ("lam", "0.3")), panel="along",
        telling="{zeros} coefficients are exactly zero at the peak of the posterior, {zeros_mean} at its mean.",
        holds=lambda frame: value(frame, "zeros") > 0 and value(frame, "zeros_mean") == 0,
    ),
    Method(
        key="evidence", area="theory", name="Evidence", idea="The data choose the prior’s width",
        formula="p(y | λ) = ∫ p(y | w) p(w | λ) dw",
        reach="You want λ without folds, and the Gaussian model is credible.",
        careful="It answers which prior makes these data likely, not which λ predicts best, and depends on σ².",
        lab="bayes", fields=(("prior", "gaussian"), ("lam", "0.0375")), panel="evidence",
        telling="The evidence chooses λ = {lam_evidence}, cross-validation λ = {lam_cv}.",
        holds=lambda frame: 0.9 < value(frame, "lam_evidence") / value(frame, "lam") < 1.1,
    ),
    Method(
        key="pac-bayes", area="theory", name="PAC-Bayes", idea="Close to a prior: a certified error",
        formula="kl(R̂‖R) ≤ (KL(Q‖P) + ln(2√n/δ))/n",
        reach="You need a bound on the error from the training set alone, with no row held out.",
        careful="It speaks of the randomised classifier, with probability 1 − δ, for a prior fixed before the data. "
        "Tuning the prior costs; a test set is often tighter.",
        lab="pac-bayes", fields=(("tab", "posterior"), ("optimise", "on")), panel="errors",
        telling="Error {train} on the sample, {true} on fresh data, and at most {bound_kl} by the bound.",
        holds=lambda frame: value(frame, "true") <= value(frame, "bound_kl") < value(frame, "bound_pinsker"),
    ),
    Method(
        key="mdl", area="theory", name="Description length", idea="Model + residuals in fewest bits",
        formula="L(model) + L(data | model)",
        reach="You compare models of different kinds on the same data.",
        careful="The bits depend on the code, which is a choice as a prior is. BIC is only an asymptotic case.",
        lab="mdl", fields=(("tab", "polynomials"), ("degree", "3")), panel="bits",
        telling="Degree {degree} takes {bits} bits, {model_bits} for the model; degree {shortest_degree} is shortest.",
        holds=lambda frame: value(frame, "bits") == value(frame, "shortest_bits")
        and value(frame, "bits") == value(frame, "model_bits") + value(frame, "data_bits"),
    ),
    Method(
        key="bottleneck", area="theory", name="Information bottleneck", idea="Keep of X only what tells of Y",
        formula="min I(X;T) − β·I(T;Y)",
        reach="You want to say how much a representation keeps and what it is worth.",
        careful="In deterministic nets I(X;T) is infinite or depends on bins. “Training compresses” is no general law.",
        lab="mdl", fields=(("tab", "bottleneck"), ("beta", "8"), ("starts", "0")), panel="plane",
        telling="At β = {beta} T keeps {kept} of {entropy} bits of X and {told} of {relevant} bits about Y.",
        holds=lambda frame: value(frame, "kept") < 0.6 * value(frame, "entropy")
        and 0.9 * value(frame, "relevant") < value(frame, "told") <= value(frame, "relevant"),
    ),
)  # fmt: skip
