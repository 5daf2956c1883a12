"""Description length: polynomials, trees and penalties in real bits, and the information bottleneck."""

from collections.abc import Generator, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs.mdl import binning, gaussian, information, penalties, polynomials, trees
from regviz.labs.mdl.snippets import code
from regviz.labs.mdl.state import (
    BINNING,
    BOTTLENECK,
    GAUSSIAN,
    PENALTIES,
    POLYNOMIALS,
    TREES,
    MdlState,
)


class Mdl(Lab):
    """Send the data over a wire: the model that pays for itself is the one to keep."""

    name: ClassVar[str] = "mdl"
    title: ClassVar[str] = "The shortest message"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "theory"
    order: ClassVar[int] = 18
    summary: ClassVar[str] = "Model plus residuals in the fewest bits, and how much of X is worth keeping about Y."
    State: ClassVar[type[Any]] = MdlState

    def frames(self, state: MdlState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        views = {
            POLYNOMIALS: polynomials.frames, TREES: trees.frames, PENALTIES: penalties.frames,
            BOTTLENECK: information.frames, GAUSSIAN: gaussian.frames, BINNING: binning.frames,
        }  # fmt: skip
        return views[state.tab](state)

    def gesture(self, state: MdlState, gesture: Gesture) -> Mapping[str, Any]:
        """A click on a stack of bits chooses its degree or its number of leaves."""
        if gesture.panel != "bits" or gesture.kind != "click" or gesture.index < 0:
            return {}
        if state.tab == POLYNOMIALS and gesture.mark in ("model", "residuals"):
            return {"degree": gesture.index}
        if state.tab == TREES and gesture.mark in ("structure", "splits", "leaf labels", "exceptions"):
            return {"leaves": gesture.index + 1}
        return {}

    def snippets(self, state: MdlState) -> Mapping[str, str]:
        """The chosen view for NumPy."""
        return {"NumPy": code(state)}


lab = Mdl()
