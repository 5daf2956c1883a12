"""Spectral norm: power iteration, nets whose slope is bounded layer by layer, and GANs with such a discriminator."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.spectral_norm import gan_panels, iteration_panels, net
from regviz.labs.spectral_norm.snippets import code
from regviz.labs.spectral_norm.state import GAN, POWER, SpectralState


class SpectralNorm(Lab):
    """Turn a circle into an ellipse; divide each layer by its longest half axis, and the slope has a bound."""

    name: ClassVar[str] = "spectral-norm"
    title: ClassVar[str] = "Bound the slope"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 14
    summary: ClassVar[str] = "Divide each layer by its largest singular value, and no input can move the output far."
    State: ClassVar[type[Any]] = SpectralState
    trains: ClassVar[bool] = True

    def key(self, state: SpectralState) -> Hashable:
        """What a running view cannot absorb; power iteration absorbs everything, c may change in any training."""
        if state.tab == POWER:
            return (POWER,)
        if state.tab == GAN:
            return (GAN, state.seed, state.batch, state.spread, state.units)
        return nets.key(state, state.tab)

    def frames(self, state: SpectralState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        if state.tab == POWER:
            return iteration_panels.frames(state)
        return gan_panels.frames(state) if state.tab == GAN else net.frames(state)

    def gesture(self, state: SpectralState, gesture: Gesture) -> Mapping[str, Any]:
        """Dragging the start, v₁ or an axis of the ellipse."""
        return iteration_panels.dragged(state, gesture) if state.tab == POWER else {}

    def snippets(self, state: SpectralState) -> Mapping[str, str]:
        """What is on screen for PyTorch."""
        return {"PyTorch": code(state)}


lab = SpectralNorm()
