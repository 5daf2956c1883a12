"""Dropout: two nets side by side, every sub-network of a small one, and the ridge that it is for a linear model."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.dropout import linear_panels, members, net
from regviz.labs.dropout.snippets import linear_code, net_code
from regviz.labs.dropout.state import ENSEMBLE, LINEAR, NETS, DropoutState


class DropoutLab(Lab):
    """Play: a new mask at every step, and the gap between training and validation stays small."""

    name: ClassVar[str] = "dropout"
    title: ClassVar[str] = "Drop units"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 9
    summary: ClassVar[str] = "Train a random sub-network at each step; test with the mean of all of them, nearly."
    State: ClassVar[type[Any]] = DropoutState
    trains: ClassVar[bool] = True

    def key(self, state: DropoutState) -> Hashable:
        """The drop rate can change in every view; sizes and data cannot."""
        if state.tab == LINEAR:
            return (LINEAR, state.features, state.correlation, state.seed)
        own = (state.units, state.depth) if state.tab == ENSEMBLE else ()
        return nets.key(state, state.tab, *own)

    def frames(self, state: DropoutState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        if state.tab == LINEAR:
            return linear_panels.frames(state)
        return members.frames(state) if state.tab == ENSEMBLE else net.frames(state)

    def gesture(self, state: DropoutState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on the loss freezes the net without dropout at that step."""
        return nets.freezing(state, gesture) if state.tab == NETS else {}

    def snippets(self, state: DropoutState) -> Mapping[str, str]:
        """The training with dropout for PyTorch, or the identity for NumPy."""
        return {"NumPy": linear_code(state)} if state.tab == LINEAR else {"PyTorch": net_code(state)}


lab = DropoutLab()
