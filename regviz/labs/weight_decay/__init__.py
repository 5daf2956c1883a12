"""Weight decay: an L2 penalty and a decay are one thing for plain SGD and two for Adam; L1 by prox beside freezing."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.weight_decay import bowl_panels, heat, pairs, sparse
from regviz.labs.weight_decay.snippets import code
from regviz.labs.weight_decay.state import BOWL, MAP, NETS, SPARSE, WeightDecayState


class WeightDecay(Lab):
    """Drag λ: Adam + L2 hardly listens on steep axes, AdamW takes the same share of every weight."""

    name: ClassVar[str] = "weight-decay"
    title: ClassVar[str] = "Decay is not L2"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 10
    summary: ClassVar[str] = "An L2 penalty and weight decay agree for plain SGD and part ways for Adam."
    State: ClassVar[type[Any]] = WeightDecayState
    trains: ClassVar[bool] = True

    def key(self, state: WeightDecayState) -> Hashable:
        """What a running view cannot absorb; the bowl absorbs everything."""
        if state.tab == BOWL:
            return (BOWL,)
        own: dict[str, tuple[Hashable, ...]] = {
            NETS: (state.form, state.compare, state.initial), MAP: (state.form, state.cells, state.initial),
        }  # fmt: skip
        return nets.key(state, state.tab, *own.get(state.tab, ()))

    def frames(self, state: WeightDecayState) -> Generator[Frame, Any, None]:
        """The frames of the chosen view."""
        views = {BOWL: bowl_panels.frames, NETS: pairs.frames, MAP: heat.frames}
        return views.get(state.tab, sparse.frames)(state)

    def gesture(self, state: WeightDecayState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on a cell of the map trains the two nets with its learning rate and decay; one on a loss
        freezes the first net there.
        """
        if state.tab == MAP and gesture.kind == "double-click" and gesture.panel in ("map_a", "map_b"):
            rate, lam = heat.cell(state, gesture.panel, gesture.x, gesture.y)
            return {"tab": NETS, "rate": rate, "lam": lam}
        return nets.freezing(state, gesture) if state.tab in (NETS, SPARSE) else {}

    def snippets(self, state: WeightDecayState) -> Mapping[str, str]:
        """The methods with the numbers on screen, for PyTorch."""
        return {"PyTorch": code(state)}


lab = WeightDecay()
