"""SGD's noise: particles beside theory, the covariance of minibatches, sharpness over batch size, the minimum norm."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Lab
from regviz.labs import _nets as nets
from regviz.labs.sgd_noise import covariance, minimum, net, particle_panels
from regviz.labs.sgd_noise.snippets import covariance_code, minimum_code, net_code, particles_code
from regviz.labs.sgd_noise.state import LEAST, MINIMUM, NETS, PARTICLES, SgdNoiseState


class SgdNoise(Lab):
    """Play: the particles spread until noise and slope balance, and η/B says how far."""

    name: ClassVar[str] = "sgd-noise"
    title: ClassVar[str] = "Noise that regularizes"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 16
    summary: ClassVar[str] = "Small batches shake the weights with temperature η/B, and descent from zero stays small."
    State: ClassVar[type[Any]] = SgdNoiseState
    trains: ClassVar[bool] = True

    def key(self, state: SgdNoiseState) -> Hashable:
        """Learning rate and batch size may change at any time, except for the nets' fixed batch sizes."""
        if state.tab == PARTICLES:
            return (PARTICLES, state.landscape, state.start, state.seed)
        if state.tab == LEAST:
            return (LEAST, state.rows, state.correlation, state.uneven, state.seed)
        if state.tab == MINIMUM:
            return (MINIMUM, state.equations, state.features, state.away, state.seed)
        return nets.key(state, NETS)

    def frames(self, state: SgdNoiseState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        views = {
            PARTICLES: particle_panels.frames, LEAST: covariance.frames, NETS: net.frames, MINIMUM: minimum.frames,
        }  # fmt: skip
        return views[state.tab](state)

    def snippets(self, state: SgdNoiseState) -> Mapping[str, str]:
        """The chosen view for NumPy, the nets for PyTorch."""
        if state.tab == NETS:
            return {"PyTorch": net_code(state)}
        code = {PARTICLES: particles_code, LEAST: covariance_code, MINIMUM: minimum_code}[state.tab]
        return {"NumPy": code(state)}


lab = SgdNoise()
