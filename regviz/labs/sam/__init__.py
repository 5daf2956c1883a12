"""Sharpness-aware minimisation: climb, take the gradient there, go back, step; on a surface and in nets."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.sam import net, reading_panels, walk_panels
from regviz.labs.sam.snippets import code
from regviz.labs.sam.state import LAND, READ, SamState


class Sam(Lab):
    """Drag ρ: the sharp minimum stops holding SAM, and the tint of its starts disappears."""

    name: ClassVar[str] = "sam"
    title: ClassVar[str] = "Seek flat minima"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 15
    summary: ClassVar[str] = "SAM takes the gradient at the worst point nearby, and sharp minima no longer hold it."
    State: ClassVar[type[Any]] = SamState
    trains: ClassVar[bool] = True

    def key(self, state: SamState) -> Hashable:
        """What a running view cannot absorb."""
        return (state.tab,) if state.tab in (LAND, READ) else nets.key(state, "nets")

    def frames(self, state: SamState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        views = {LAND: walk_panels.frames, READ: reading_panels.frames}
        return views.get(state.tab, net.train)(state)

    def gesture(self, state: SamState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on a curve over the steps freezes the first net there."""
        return {} if state.tab in (LAND, READ) else nets.freezing(state, gesture)

    def snippets(self, state: SamState) -> Mapping[str, str]:
        """The view on screen for PyTorch."""
        return {"PyTorch": code(state)}


lab = Sam()
