"""What is done to the samples, in words, and where it makes wrong labels. No numbers are computed here."""

from regviz.lab import show
from regviz.labs.augmentation.state import DIGITS, AugmentationState

ROUND = ("circles",)
"""Problems that turning and mirroring leave as they are."""


def recipe(state: AugmentationState) -> str:
    """The active augmentations with their strengths, such as "shift 0.25, rotate 15°"."""
    image = state.dataset == DIGITS
    parts = (
        (state.flip, f"flip {show(state.flip, 2)}"), (state.angle, f"rotate ±{show(state.angle, 2)}°"),
        (state.shift, f"shift ±{show(state.shift, 2)}"),
        (image and state.cutout, f"cut-out {state.cutout} px"),
        (not image and state.hide, f"cut-out {show(state.hide, 2)}"),
        (state.input_noise, f"noise σ {show(state.input_noise, 2)}"),
        (state.mixup, f"mixup α {show(state.mixup, 2)}"), (state.fgsm, f"FGSM {show(state.fgsm, 2)}"),
        (state.smoothing, f"smoothing ε {show(state.smoothing, 2)}"),
    )  # fmt: skip
    return ", ".join(words for strength, words in parts if strength) or "nothing changed"


def wrong_labels(state: AugmentationState) -> str:
    """One sentence where mirroring or turning can change what a sample is, else ""."""
    if state.dataset in ROUND:
        return ""
    if state.dataset == DIGITS:
        if state.flip:
            return "A mirrored digit keeps its label here, though a mirrored 2 is no 2."
        return "Turned by more than 90° a 6 looks like a 9, and keeps its label here." if state.angle > 90 else ""
    if state.flip:
        return f"Mirroring is no symmetry of {state.dataset}: mirrored points can carry a wrong label."
    if state.angle > 45:
        return f"So far a turn is no symmetry of {state.dataset}: turned points can carry a wrong label."
    return ""


def doubt(state: AugmentationState) -> str:
    """The same as the end of a sentence, else ""."""
    if not wrong_labels(state):
        return ""
    return f"; {'mirroring' if state.flip else 'turning so far'} can make wrong labels here"
