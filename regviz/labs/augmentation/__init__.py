"""Augmentation: more samples out of few, and labels that are not quite sure. Two nets, curves over n, exact twins."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.augmentation import identities, net, sizes
from regviz.labs.augmentation.snippets import linear_code, net_code
from regviz.labs.augmentation.state import EXACT, NETS, SIZES, AugmentationState


class Augmentation(Lab):
    """Play: the same samples never come twice, and the net is less sure and more often right."""

    name: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "Augment"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 12
    summary: ClassVar[str] = "Change the inputs in ways that keep what they show, and train on all of the changes."
    State: ClassVar[type[Any]] = AugmentationState
    trains: ClassVar[bool] = True

    def key(self, state: AugmentationState) -> Hashable:
        """Every strength can change while training runs; sizes and data cannot."""
        return (EXACT,) if state.tab == EXACT else nets.key(state, state.tab)

    def frames(self, state: AugmentationState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        if state.tab == EXACT:
            return identities.frames(state)
        return sizes.frames(state) if state.tab == SIZES else net.frames(state)

    def gesture(self, state: AugmentationState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on a curve freezes the first net at that step."""
        return nets.freezing(state, gesture) if state.tab == NETS else {}

    def snippets(self, state: AugmentationState) -> Mapping[str, str]:
        """The training of the second net for PyTorch, or noise and ridge for NumPy."""
        return {"NumPy": linear_code(state)} if state.tab == EXACT else {"PyTorch": net_code(state)}


lab = Augmentation()
