"""Stochastic depth: residual blocks that blink out in training, and the mean over all sub-networks beside the test."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.stochastic_depth import exact, net
from regviz.labs.stochastic_depth.snippets import exact_code, net_code
from regviz.labs.stochastic_depth.state import EXACT, StochasticDepthState


class StochasticDepth(Lab):
    """Play: at every step some blocks are left out; the stream runs past them."""

    name: ClassVar[str] = "stochastic-depth"
    title: ClassVar[str] = "Drop blocks"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 13
    summary: ClassVar[str] = "Train a shallower residual net at each step, test with all of its blocks."
    State: ClassVar[type[Any]] = StochasticDepthState
    trains: ClassVar[bool] = True

    def key(self, state: StochasticDepthState) -> Hashable:
        """Survival probabilities may change at any time, the convention may not: it is part of the net."""
        return (EXACT,) if state.tab == EXACT else nets.key(state, state.tab, state.convention)

    def frames(self, state: StochasticDepthState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        return exact.frames(state) if state.tab == EXACT else net.frames(state)

    def gesture(self, state: StochasticDepthState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on the loss freezes the net with all blocks at that step."""
        return nets.freezing(state, gesture) if state.tab != EXACT else {}

    def snippets(self, state: StochasticDepthState) -> Mapping[str, str]:
        """The training for PyTorch, or the mean over all sub-networks for NumPy."""
        return {"NumPy": exact_code(state)} if state.tab == EXACT else {"PyTorch": net_code(state)}


lab = StochasticDepth()
