"""What all neural labs share: controls, task, run, the training loop, panels, read-outs and PyTorch snippets.

Pictures of one method alone live in that method's lab. A lab in a dozen lines:

    from regviz.labs import _nets as nets

    @dataclass(frozen=True)
    class DropoutState(nets.NetControls):
        drop: float = slider(0.3, 0.0, 0.9, symbol="q", place="main", help="Share of units dropped.")
        train_size: int = integer(40, ...)                # repeat a field to change its default

    class DropoutLab(Lab):
        trains = True

        def key(self, state):                             # what needs a fresh start; add your own after the state
            return nets.key(state)

        def frames(self, state):
            run = nets.Run(state, "without", "with dropout", net=nets.net(state, dropout=True), hyper=_hyper(state))
            return nets.train(state, run, _hyper, _frame)

    def _hyper(state):                                    # asked before every picture: tunes without a restart
        return nets.hyper(state, dropout=(0.0, state.drop))

    def _frame(state, run):
        return Frame(
            panels=(*nets.pictures(state, run), nets.losses(state, run), nets.diagram(state, run, 1)),
            readouts=nets.readouts(run), caption=..., status=nets.status(state, run), message=nets.diverged(run),
            progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
        )

- ``Run(state, *names, …)`` trains one variant for each name, all from the same weights on the same batches. It has
  ``step``, ``params`` (R, P), ``running`` (R,), ``task``, ``net``, ``trainer``, ``evaluator``, ``score(part)``,
  ``predict(name, points)``, ``curve(name)``, ``measures()``; ``watch={"name": function(run) → (R,) or (R, k)}`` adds
  curves that `curves` can draw. Call ``touch()`` after writing to the parameters.
- ``Frame.progress`` must come from `progress`: exactly 1 tells the worker that training rests, so that a finished net
  stays on show when a control that is no part of the key moves.
- Panels are functions ``(state, run, …) → Panel``: `pictures` (surfaces, or one panel of `functions` for regression),
  `surface`, `functions`, `units`, `diagram`, `losses`, `accuracies`, `norms`, `curves`, `histogram`,
  `gap_curves`. Those of one
  variant take its index and have keys such as ``surface_a`` (``surface`` where there is one variant). `functions` wants
  one input; `surface` two inputs and two or three classes: for "digits", which a lab may add to
  the choices of ``dataset``, draw something else.
- A lab whose tabs do not all train nets hides controls by ``only_while: ClassVar = {"net": ("tab", ("net",)), …}``
  in its State: places or fields → the condition that they apply under (see `regviz.lab.controls`).
- ``freeze`` and ``inside`` come with `train`: the first variant can be frozen at a step (read what is to be seen from
  ``run.shown`` (R, P), ``run.shown_averages`` and ``run.first_hyper``, say it with `frozen`, and return
  ``nets.freezing(state, gesture)`` from the lab's ``gesture``), and the last panels can give way to unit maps, weight
  norms, a histogram, accuracy, gap, the net or one step. Hide both where a tab trains nothing: "freeze", "inside".
- ``inside`` at "one step" with a pace of 1 is slow motion: `train` yields a picture for each part of a step. A lab with
  a loop of its own calls `advance` in place of ``run.advance`` and yields what `between` gives.
- Axes: `fixed`, `grown` and `along` give axes that stay the same objects from picture to picture.
- Read-outs end in ``_a``, ``_b`` … where there are several variants: train_loss, validation_loss, gap, distance,
  train_accuracy, validation_accuracy, test_accuracy (regression: test_loss), besides step and epoch.
- A variant that diverges keeps its curves up to there and nothing after; the words say so, and nothing is clipped.
"""

from regviz.labs._nets.axes import along, fixed, grown
from regviz.labs._nets.controls import NetControls, key
from regviz.labs._nets.curves import accuracies, curves, histogram, losses, norms
from regviz.labs._nets.diagram import diagram
from regviz.labs._nets.inside import freezing, gap_curves, inside
from regviz.labs._nets.planes import class_looks, functions, node_values, pictures, plane, surface, units
from regviz.labs._nets.run import Run, Variant, variants
from regviz.labs._nets.snippets import pytorch, rule
from regviz.labs._nets.substeps import advance, between
from regviz.labs._nets.task import Task, hyper, net, optimiser, task
from regviz.labs._nets.training import train
from regviz.labs._nets.words import (
    DIVERGED,
    diverged,
    finite,
    frozen,
    gap,
    over,
    progress,
    readouts,
    shown,
    status,
    steps,
    subtitle,
)

__all__ = [
    "DIVERGED", "NetControls", "Run", "Task", "Variant", "accuracies", "advance", "along", "between", "class_looks",
    "curves", "diagram", "diverged", "finite", "fixed", "freezing", "frozen", "functions", "gap", "gap_curves",
    "grown", "histogram", "hyper", "inside", "key", "losses", "net", "node_values", "norms", "optimiser", "over",
    "pictures", "plane", "progress", "pytorch", "readouts", "rule", "shown", "status", "steps", "subtitle", "surface",
    "task", "train", "units", "variants",
]  # fmt: skip
