"""Rows of the guide on the loss, its penalties, and on how much of them to choose."""

import numpy as np

from regviz.lab import Bars, Frame
from regviz.labs.guide.method import Method, value


def _whole_blocks(frame: Frame) -> bool:
    """Whether some of the blocks, which have one size, are out, and no feature of the others is zero."""
    bars = next(mark for mark in frame.panel("group-lasso").marks if isinstance(mark, Bars))
    blocks, kept = int(value(frame, "blocks")), np.count_nonzero(bars.values)
    return bool(0 < kept < bars.values.size and kept % blocks == 0 and kept + value(frame, "zeros") == bars.values.size)


PENALTIES = (
    Method(
        key="ridge", area="penalty", name="Ridge (L2)", idea="Charge w²: shrink all, keep all",
        formula="1/(2n)‖y − Xw‖² + λ/2·‖w‖²",
        reach="Many features each carry a little, or features are collinear and least squares swings from sample to "
        "sample.",
        careful="It selects nothing, and it does not protect from outliers. Along principal axes the weak directions "
        "shrink most; a single coefficient may even grow on the way.",
        lab="shrinkage", fields=(("penalty", "ridge"), ("lam", "1")), panel="coefficients",
        telling="At λ = {lam} w has length {l2_norm}, {df} degrees of freedom instead of 12, and {zeros} exact zeros.",
        holds=lambda frame: value(frame, "zeros") == 0 and value(frame, "df") < 12,
    ),
    Method(
        key="lasso", area="penalty", name="Lasso (L1)", idea="Charge |w|: weak ones become exactly 0",
        formula="1/(2n)‖y − Xw‖² + λ‖w‖₁",
        reach="You believe that few features matter and want to see which.",
        careful="Among look-alikes it picks one nearly by chance, it shrinks what it keeps, and being kept proves "
        "nothing: the λ that predicts best usually keeps noise, too.",
        lab="shrinkage", fields=(("penalty", "lasso"), ("lam", "0.3")), panel="coefficients",
        telling="At λ = {lam} it sets {zeros} of 12 coefficients to exactly zero.",
        holds=lambda frame: 0 < value(frame, "zeros") < 12,
    ),
    Method(
        key="elastic-net", area="penalty", name="Elastic net", idea="L1 and L2: keep look-alikes together",
        formula="… + λ·[α‖w‖₁ + (1 − α)/2·‖w‖²]",
        reach="You want a sparse fit and features are strongly correlated, or there are more features than rows.",
        careful="Two numbers to choose, and usually more features kept than by the lasso at the same λ. The naive "
        "net used here is not rescaled after the fit.",
        lab="stability", fields=(("tab", "selection"), ("refits", "40")), panel="twins",
        telling="Just one of two twins is kept in a share {one_lasso} of refits by the lasso, {one_elastic_net} by the "
        "net.",
        holds=lambda frame: value(frame, "one_lasso") > 0.3 and value(frame, "one_elastic_net") == 0,
    ),
    Method(
        key="group-lasso", area="penalty", name="Group lasso, sparse or not", idea="Charge blocks: whole in or out",
        formula="… + λ Σ √p_g ‖w_g‖₂;  sparse: λ·[α‖w‖₁ + (1 − α) Σ …]",
        reach="Columns belong together: the levels of one category, the lags of one series. Sparse: and within a block "
        "few of them matter.",
        careful="The blocks are your claim: where one feature of a block matters, the others are dragged in. The norm "
        "is not squared. Sparse: L1 first, then the block.",
        lab="groups", fields=(("penalty", "group-lasso"), ("step", "60")), panel="group-lasso",
        telling="At λ = {lam} it keeps {blocks} blocks whole and sets {zeros} coefficients to exactly zero.",
        holds=_whole_blocks,
    ),
    Method(
        key="lq", area="penalty", name="Lq, 0 < q < 1", idea="Sharper corners than L1: more zeros",
        formula="loss + λ Σ |w|^q / q",
        reach="You want a sparser fit whose large coefficients are charged less than by the lasso.",
        careful="It is not convex: local minima, jumps along λ, and no certificate from a descent. Here the plane is "
        "searched.",
        lab="geometry", fields=(("tab", "touching"), ("ball", "lq"), ("q", "0.5")), panel="ball",
        telling="At λ = {lam} it sets {zeros} of 2 coefficients to zero, L1 {zeros_l1}; it has {local_minima} local "
        "minima.",
        holds=lambda frame: value(frame, "zeros") > value(frame, "zeros_l1") and value(frame, "local_minima") > 1,
    ),
    Method(
        key="logistic", area="penalty", name="Penalised logistic", idea="The same penalties, for classes",
        formula="mean log(1 + e^(−y·f)) + penalty, f = b + xᵀw",
        reach="The target has two values and you want probabilities.",
        careful="Classes that can be separated have no finite fit without a penalty, and shrinking pulls "
        "probabilities towards the base rate.",
        lab="shrinkage",
        fields=(("dataset", "birthwt"), ("target", "low"), ("loss", "logistic"), ("penalty", "lasso"), ("lam", "0.03")),
        panel="path", early=True,
        telling="On birth weights, at λ = {lam}, {zeros} of 13 coefficients are exactly zero, and ‖w‖₁ = {l1_norm}.",
        holds=lambda frame: value(frame, "zeros") > 0,
    ),
)  # fmt: skip

CHOOSING = (
    Method(
        key="validation", area="choosing", name="Train ≪ validation", idea="The gap is what a penalty closes",
        formula="expected test error = bias² + variance + noise",
        reach="Always first: compare the error on training rows with that on rows that never train.",
        careful="One split is one draw. Rows that chose λ are no longer a test, and a scaler fitted on all rows leaks.",
        lab="overfitting", fields=(("degree", "15"),), panel="error",
        telling="With degree {degree}: error {train_mse} on training rows, {validation_mse} on validation rows.",
        holds=lambda frame: value(frame, "validation_mse") > 5 * value(frame, "train_mse"),
    ),
    Method(
        key="path", area="choosing", name="The whole path (LARS)", idea="All λ at once, knot by knot",
        formula="|xⱼᵀr|/n = λ where wⱼ ≠ 0, ≤ λ elsewhere",
        reach="Before choosing a λ: see in which order features come, and which leave again.",
        careful="The active set can shrink, so there may be more steps than features. Straight between knots in λ is "
        "curved in log λ.",
        lab="path", fields=(("dataset", "diabetes"), ("step", "12")), panel="path",
        telling="It makes {steps} steps for 10 features: one of them leaves and comes back.",
        holds=lambda frame: value(frame, "steps") == 12,
    ),
    Method(
        key="cross-validation", area="choosing", name="Cross-validation, 1-SE", idea="Held-out error over λ",
        formula="λ 1SE = largest λ with CV(λ) ≤ CV(λ min) + SE",
        reach="You choose λ to predict and rows are exchangeable.",
        careful="Standardise inside the folds. Time series and groups need folds of their own. The error at the "
        "minimum is too good to be reported.",
        lab="path", fields=(("dataset", "diabetes"), ("view", "choose")), panel="cv",
        telling="On diabetes λ min = {lam_min}, and within one standard error λ 1SE = {lam_1se}.",
        holds=lambda frame: value(frame, "lam_1se") > value(frame, "lam_min") > 0,
    ),
    Method(
        key="criteria", area="choosing", name="Cₚ, AIC, BIC, GCV, LOO", idea="Charge training error for its df",
        formula="Cₚ = RSS/σ² − n + 2·df;  BIC: log n for 2",
        reach="Refits are dear, or you want a choice without chance.",
        careful="They need the right df, and Cₚ, AIC and BIC here σ² from a full fit with n > p. AIC and BIC answer "
        "different questions.",
        lab="path", fields=(("dataset", "prostate"), ("view", "choose")), panel="bic",
        telling="On prostate Cₚ, AIC and GCV choose λ = {lam_cp}, BIC the larger λ = {lam_bic}.",
        holds=lambda frame: value(frame, "lam_bic")
        > value(frame, "lam_cp") == value(frame, "lam_aic") == value(frame, "lam_gcv"),
    ),
    Method(
        key="bagging", area="choosing", name="Bagging, stability selection", idea="Refit on resampled rows and count",
        formula="πⱼ(λ) = share of refits with wⱼ ≠ 0",
        reach="You must say which features matter: ask how often they would be chosen again.",
        careful="A share of refits is no probability that a feature is real, and look-alikes share their votes.",
        lab="stability", fields=(("tab", "selection"), ("refits", "40")), panel="selection",
        telling="In {refits} refits at λ = {lam} one of two features with correlation {correlation} is kept alone in a "
        "share {one_lasso}.",
        holds=lambda frame: 0.3 < value(frame, "one_lasso") < 0.95,
    ),
    Method(
        key="double-descent", area="choosing", name="Past p = n", idea="Beyond interpolation error can fall again",
        formula="w = X⁺y: the shortest of all that fit",
        reach="The model has far more parameters than rows, as nets have.",
        careful="At p ≈ n the error explodes. The second descent needs good features and the shortest fit, and a "
        "well-chosen ridge can beat it.",
        lab="overfitting", fields=(("view", "double-descent"), ("degree", "200")), panel="error",
        telling="{degree} features pass through all {n_train} rows, with error {test_mse} on new points.",
        holds=lambda frame: frame.readout("train_mse") == 0.0 and value(frame, "test_mse") < 0.3,
    ),
)  # fmt: skip
