"""Early stopping: patience on a net with the best weights restored, and its linear twin beside ridge."""

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab
from regviz.labs import _nets as nets
from regviz.labs.early_stopping import net, twin_panels
from regviz.labs.early_stopping.follow import Follower, weights
from regviz.labs.early_stopping.snippets import descent_code, patience_code
from regviz.labs.early_stopping.state import TWIN, EarlyStoppingState


class EarlyStopping(Lab):
    """Play: the training loss falls for ever, the validation loss does not."""

    name: ClassVar[str] = "early-stopping"
    title: ClassVar[str] = "Stop early"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "neural"
    order: ClassVar[int] = 8
    summary: ClassVar[str] = "Stop when validation stops improving: time is a penalty, in nets and in least squares."
    State: ClassVar[type[Any]] = EarlyStoppingState
    trains: ClassVar[bool] = True

    def key(self, state: EarlyStoppingState) -> Hashable:
        """A net begins anew with other data, sizes or looks; the linear twin never has to."""
        return (TWIN,) if state.tab == TWIN else nets.key(state, state.check)

    def frames(self, state: EarlyStoppingState) -> Generator[Frame, Any, None]:
        """A training of the net, or a sweep of the twin's iterations."""
        return twin_panels.frames(state) if state.tab == TWIN else _train(state)

    def gesture(self, state: EarlyStoppingState, gesture: Gesture) -> Mapping[str, Any]:
        """A double click on the loss freezes the net that keeps training: a stop by hand beside that by patience."""
        return nets.freezing(state, gesture) if state.tab != TWIN else {}

    def snippets(self, state: EarlyStoppingState) -> Mapping[str, str]:
        """The training with patience for PyTorch, or descent beside ridge for NumPy."""
        return {"NumPy": descent_code(state)} if state.tab == TWIN else {"PyTorch": patience_code(state)}


def _train(state: EarlyStoppingState) -> Generator[Frame, Any, None]:
    run = nets.Run(state, every=state.check, watch={"weights": weights})
    follower = Follower()

    def picture(state: EarlyStoppingState, run: nets.Run) -> Frame:
        return net.frame(state, run, follower.follow(run, state.patience, state.min_delta))

    return nets.train(state, run, nets.hyper, picture)


lab = EarlyStopping()
