"""Rows of the guide on data, architecture and optimisation: what is done to nets, and its linear twins."""

from regviz.lab import Bars, Frame
from regviz.labs.guide.method import Method, value


def _ends_are_likelier(frame: Frame) -> bool:
    """Whether the density of the mixing weight is larger near 0 and 1 than in the middle."""
    drawn = next(mark for mark in frame.panel("mixing").marks if isinstance(mark, Bars))
    shares = drawn.values
    return bool(min(shares[0], shares[-1]) > 2 * shares[1:-1].max())


DATA = (
    Method(
        key="augmentation", area="data", name="Data augmentation", idea="Train on changes that keep the label",
        formula="min E over T of ℓ(f(T(x)), y)",
        reach="You know changes that leave the answer as it is, and data are few.",
        careful="A change that does change the answer is label noise: a mirrored 2 is no 2. Never augment what "
        "validates.",
        lab="augmentation",
        fields=(
            ("tab", "nets"), ("steps", "60"), ("pace", "20"), ("mixup", "0"), ("smoothing", "0"), ("input_noise", "0"),
        ),
        panel="samples",
        telling="After {step} steps validation loss is {gap_b} above training loss with it, {gap_a} without.",
        holds=lambda frame: value(frame, "gap_b") < value(frame, "gap_a"),
    ),
    Method(
        key="noise", area="data", name="Noise on inputs", idea="Blur the inputs: ridge in disguise",
        formula="E‖y − (X + σE)w‖²/n = ‖y − Xw‖²/n + σ²‖w‖²",
        reach="Inputs are measured with error, or small changes should not matter.",
        careful="Equal to ridge only for a linear model and squared loss; in a net it is so only approximately, and "
        "for small noise.",
        lab="augmentation", fields=(("tab", "exact identities"), ("input_noise", "0.5")), panel="coefficients",
        telling="The mean fit on {copies} noisy copies is a share {distance} of its length from ridge, λ = {lam}.",
        holds=lambda frame: value(frame, "lam") == 0.25 and value(frame, "distance") < 0.05,
    ),
    Method(
        key="mixup", area="data", name="Mixup", idea="Train on mixed inputs and labels",
        formula="x = λxᵢ + (1−λ)xⱼ, t = λtᵢ + (1−λ)tⱼ, λ ~ Beta(α, α)",
        reach="Classes are many and confidence runs ahead of accuracy.",
        careful="The same λ for both. Accuracy against mixed labels says nothing beside that of plain training, and "
        "mixtures of two classes may lie in a third.",
        lab="augmentation", fields=(("tab", "exact identities"), ("mixup", "0.2")), panel="mixing",
        telling="λ ~ Beta(0.2, 0.2): most mixtures are nearly one of the two.",
        holds=_ends_are_likelier,
    ),
    Method(
        key="smoothing", area="data", name="Label smoothing", idea="No label is quite certain",
        formula="t ← (1 − ε)t + ε/K;  gap → log(1 + K(1 − ε)/ε)",
        reach="Logits grow without end because training labels are taken as certain.",
        careful="The net can no longer be sure, even where it should. It often calibrates better, and can calibrate "
        "worse where confidence was too low already.",
        lab="augmentation", fields=(("tab", "exact identities"), ("classes", "10"), ("smoothing", "0.1")),
        panel="smoothing",
        telling="With K = 10 and ε = 0.1 the best gap between logits is {optimal_gap}, not infinity.",
        holds=lambda frame: abs(value(frame, "optimal_gap") - 4.511) < 1e-3,
    ),
    Method(
        key="adversarial", area="data", name="Adversarial training", idea="Train on the worst small change (FGSM)",
        formula="x ← x + ε·sign ∇ℓ(x);  linear: margin − ε‖w‖₁",
        reach="Somebody, or bad luck, may nudge inputs by up to ε.",
        careful="Accuracy on clean inputs often falls. Safe against one attack is not safe: FGSM is one step, and a "
        "certificate is another thing.",
        lab="augmentation", fields=(("tab", "exact identities"), ("attack", "0.2")), panel="attack",
        telling="It takes {loss_of_margin} off every margin; a share {robust} of the points stay right.",
        holds=lambda frame: abs(value(frame, "loss_of_margin") - 0.2 * 1.4) < 1e-9 and value(frame, "robust") < 1,
    ),
    Method(
        key="standardise", area="data", name="Standardise first", idea="So that units do not choose",
        formula="xⱼ ← (xⱼ − mean)/sd, on training rows only",
        reach="Always before a penalty, unless the units are comparable by design.",
        careful="Scaling with test rows leaks. One-hot columns and features that are nearly constant deserve a thought "
        "of their own.",
        lab="stability", fields=(("tab", "scale"), ("factor", "0.1")), panel="without-standardising",
        telling="In other units the effect is {effect_with} with standardising and {effect_without} without.",
        holds=lambda frame: value(frame, "moved_with") < 1e-9 and value(frame, "effect_without") == 0,
    ),
)  # fmt: skip

ARCHITECTURE = (
    Method(
        key="dropout", area="architecture", name="Dropout", idea="Switch units off at random",
        formula="training: h·m/(1 − q), m ~ Bernoulli(1 − q);  test: h",
        reach="A wide net with dense layers fits its training set far too well.",
        careful="Scale once: in training or at test. Beside batch norm it changes the variance that the norm has "
        "learnt. It is L2 exactly only for linear models with squared loss.",
        lab="dropout", fields=(("tab", "linear twin"), ("drop", "0.4")), panel="coefficients",
        telling="Dropping features at q = 0.4 is ridge with λ = q/(1 − q) = {lam}.",
        holds=lambda frame: abs(value(frame, "lam") - 2 / 3) < 1e-12 and value(frame, "distance") < 0.1,
    ),
    Method(
        key="ensemble", area="architecture", name="Ensembles, MC dropout", idea="Average many nets",
        formula="p(x) = mean of p₁(x), p₂(x), … over the members",
        reach="You can pay for several passes and want a steadier answer with a spread.",
        careful="Averaging helps as far as members disagree. The spread of MC dropout depends on q and need not shrink "
        "with data as a posterior’s does.",
        lab="dropout", fields=(("tab", "exact ensemble"), ("units", "6"), ("steps", "150")), panel="means",
        telling="The mean of all {members} sub-nets is at most {arithmetic_gap} from one pass with scaled weights.",
        holds=lambda frame: value(frame, "members") == 64 and value(frame, "geometric_gap") < 1e-5,
    ),
    Method(
        key="stochastic-depth", area="architecture", name="Stochastic depth", idea="Leave whole blocks out",
        formula="x ← x + b·f(x)/p,  p(l) = 1 − (l/L)(1 − p(L))",
        reach="A deep residual net is slow to train and overfits.",
        careful="Only the residual branch is dropped, and the scale is set once. In shallow nets there is often "
        "little to gain.",
        lab="stochastic-depth", fields=(("tab", "exact ensemble"), ("last", "0.5")), panel="depths",
        telling="Of 8 blocks {expected_depth} take part in a step on average.",
        holds=lambda frame: value(frame, "expected_depth") == 5.75,
    ),
    Method(
        key="batch-norm", area="architecture", name="Batch norm", idea="Divide by the batch’s own spread",
        formula="h ← γ(h − μ)/√(σ² + ε) + β over the batch;  f(αw) = f(w)",
        reach="Deep nets, batches large enough to estimate a spread.",
        careful="Training and test differ: running averages at test. Small batches are noisy. Weight decay on what is "
        "normalised acts through the effective step only.",
        lab="normalization", fields=(("norm", "batch norm"), ("alpha", "3"), ("steps", "60")), panel="after",
        telling="Weights times 3: the outputs move by a share {change}, the gradient is {shrink} of what it was.",
        holds=lambda frame: value(frame, "change") < 0.01 and abs(value(frame, "shrink") - 1 / 3) < 0.01,
    ),
    Method(
        key="layer-norm", area="architecture", name="Layer norm", idea="Divide by the sample’s own spread",
        formula="h ← γ(h − μ)/√(σ² + ε) + β over the units of one sample",
        reach="Sequences, small batches, and wherever training and test must agree.",
        careful="The whole layer’s weights are scale-free, single units are not. It forgets the common level and "
        "spread of a sample’s units.",
        lab="normalization", fields=(("norm", "layer norm"), ("alpha", "3"), ("steps", "60")), panel="after",
        telling="Weights times 3: the outputs move by a share {change}, the gradient is {shrink} of what it was.",
        holds=lambda frame: value(frame, "change") < 0.01 and abs(value(frame, "shrink") - 1 / 3) < 0.01,
    ),
    Method(
        key="spectral-norm", area="architecture", name="Spectral norm", idea="Bound the slope of every layer",
        formula="W ← c·W/s,  s = uᵀWv ≤ σ₁ by power iteration",
        reach="The slope itself matters: critics of GANs, certified radii, stable recurrences.",
        careful="s comes from below, so it is no bound. The product over layers is one, and often far above the true "
        "slope. Too small a c cannot fit.",
        lab="spectral-norm", fields=(("tab", "power iteration"), ("iterations", "12")), panel="estimate",
        telling="After {k} iterations the estimate is {gap} below σ₁ = {sigma_1}.",
        holds=lambda frame: 0 < value(frame, "gap") < 1e-4,
    ),
)  # fmt: skip

OPTIMISATION = (
    Method(
        key="early-stopping", area="optimisation", name="Early stopping", idea="Stop when validation stops falling",
        formula="after t steps direction i keeps 1 − (1 − η·hᵢ)ᵗ",
        reach="Nearly always in training nets: it costs a validation set and little else.",
        careful="Like ridge with λ ≈ 1/(ηt), not equal to it. Restore the best weights, and do not report the loss "
        "that chose the step.",
        lab="early-stopping", fields=(("tab", "linear twin"), ("iterations", "30")), panel="filters",
        telling="After {iterations} steps the risk is {ratio_descent} times that of ridge at λ = {lam}.",
        holds=lambda frame: 0 < value(frame, "ratio_flow") <= 1.6862,
    ),
    Method(
        key="weight-decay", area="optimisation", name="Weight decay (AdamW)", idea="Shrink weights by a share a step",
        formula="w ← (1 − ηλ)w − η m̂/(√v̂ + ε)",
        reach="The default beside Adam.",
        careful="It is L2 for plain SGD only. Adam divides an L2 term by the gradient’s size. Libraries differ on "
        "whether η multiplies λ; biases and norms are often left out.",
        lab="weight-decay", fields=(("tab", "trajectories"), ("steps", "600")), panel="decay",
        telling="In a step AdamW takes {decay1_b} of w₁ and {decay2_b} of w₂, Adam + L2 {decay1_a} and {decay2_a}.",
        holds=lambda frame: abs(value(frame, "decay1_b") / value(frame, "decay2_b") - 1) < 1e-3
        and value(frame, "decay1_a") > 3 * value(frame, "decay2_a"),
    ),
    Method(
        key="l1-prox", area="optimisation", name="L1 by proximal steps", idea="Soft-threshold after each step",
        formula="w ← sign(v)·max(|v| − ηλ₁, 0), v = w − ηg",
        reach="You want weights of a net to be exactly zero.",
        careful="A sub-gradient never gives exact zeros, and freezing what crosses zero kills weights that are "
        "needed. Single zeros seldom make a net faster.",
        lab="weight-decay", fields=(("tab", "L1"), ("steps", "300")), panel="wanted",
        telling="The prox has {zeros_b} exact zeros, {wanted_b} of them held against the loss; freezing holds "
        "{wanted_a}.",
        holds=lambda frame: value(frame, "zeros_b") > 0 and value(frame, "wanted_b") == 0,
    ),
    Method(
        key="sam", area="optimisation", name="SAM", idea="Climb ρ, take the gradient there, step",
        formula="w ← w − η∇L(w + ρ∇L/‖∇L‖)",
        reach="Nets fit the training set with ease and you can pay for two passes a step.",
        careful="“Flat generalises” is disputed: rescaling a ReLU net changes its sharpness and not its function. ρ is "
        "one more number to choose.",
        lab="sam", fields=(("tab", "landscape"), ("rho", "0.2")), panel="sharpness",
        telling="Descent ends in {basin_a} (sharpness {sharpness_a}), SAM in {basin_b} ({sharpness_b}).",
        holds=lambda frame: value(frame, "sharpness_b") < value(frame, "sharpness_a"),
    ),
    Method(
        key="sgd-noise", area="optimisation", name="SGD noise, small batches", idea="η/B is a temperature",
        formula="T = ησ²/(2B), density ∝ exp(−U/T) for small η",
        reach="Large batches settle in worse places than small ones did.",
        careful="The law needs small steps and even noise; real gradient noise is neither even nor Gaussian, and it "
        "vanishes where every row is fitted.",
        lab="sgd-noise", fields=(("tab", "particles"), ("steps", "300")), panel="course",
        telling="After {step} steps a share {measured} of the particles is in the deeper well; in the end it is "
        "{stationary}.",
        holds=lambda frame: value(frame, "measured") > 0.5 and value(frame, "diverged") == 0,
    ),
    Method(
        key="minimum-norm", area="optimisation", name="Minimum norm", idea="From zero, descent finds the shortest",
        formula="w(∞) = X⁺y + (I − X⁺X)·w(0)",
        reach="There are more unknowns than equations and no penalty: this is what you get anyway.",
        careful="Only from zero, or from the row space: other starts keep their null-space part. Adam and other "
        "geometries end elsewhere.",
        lab="sgd-noise", fields=(("tab", "minimum norm"), ("steps", "600")), panel="distance",
        telling="From zero it ends {distance_zero} from the shortest solution, from elsewhere {distance_other}.",
        holds=lambda frame: value(frame, "distance_zero") < 1e-4 < 1 < value(frame, "distance_other"),
    ),
)  # fmt: skip
