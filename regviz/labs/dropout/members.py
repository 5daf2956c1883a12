"""The exact view: every sub-network of a small net, their means over a slice of the inputs and their spread."""

from collections.abc import Generator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis, Certificate, Frame, Lines, Mark, Panel, Readout, Rule, show
from regviz.labs import _nets as nets
from regviz.labs.dropout import band, ensemble, masks, net
from regviz.labs.dropout.ensemble import Means
from regviz.labs.dropout.state import ONE, DropoutState, widths
from regviz.neural import Hyper, mlp

Array = NDArray[Any]

FAINT = 24
"""Sub-networks drawn one by one."""
BINS = 40
TOLERANCE = 1e-10
_GEOMETRIC, _ARITHMETIC, _SCALING = "informative:2", "informative:3", "text"


def frames(state: DropoutState) -> Generator[Frame, Any, None]:
    """One net trained with dropout, and all its sub-networks at every picture."""
    made = nets.task(state)
    small = mlp(
        made.inputs, widths(state), made.outputs, activation=state.activation, loss=made.loss, dropout=True
    )
    run = nets.Run(state, "weight scaling", net=small, hyper=_hyper(state))
    return nets.train(state, run, _hyper, _frame, compares=False)


def _hyper(state: DropoutState) -> Hyper:
    return nets.hyper(state, dropout=state.drop)


def slice_means(state: DropoutState, run: nets.Run) -> Means:
    """The means over the slice, then at the probe as the last point."""
    _, points = band.slice_of(state, run)
    probe = np.array([[state.probe_x, state.probe_y][: run.task.inputs]])
    weights = ensemble.matrices(run.net, run.params[0])
    with np.errstate(all="ignore"):
        found = ensemble.means(weights, state.activation, run.net.loss, np.vstack([points, probe]), state.drop)
        drawn = {
            name: nets.shown(values) for name, values in vars(found).items() if isinstance(values, np.ndarray)
        }
        return replace(found, **drawn)


def _frame(state: DropoutState, run: nets.Run) -> Frame:
    found = slice_means(state, run)
    at, _ = band.slice_of(state, run)
    return Frame(
        panels=(
            _picture(state, run), _curves(state, run, at, found), _differences(state, run, at, found),
            _histogram(state, run, found), band.panel(state, run, 0, _exact(at, found)),
            net.diagram(state, run, 0, masks.of_step(state, run)),
        ),
        readouts=_readouts(run, found), caption=_caption(state, run, found), status=nets.status(state, run),
        message=nets.diverged(run), progress=nets.progress(state, run), equation=net.scale_words(state),
        subtitle=f"{nets.subtitle(state, run)}, {len(found.chances)} sub-networks", certificate=_proof(state, found),
    )  # fmt: skip


def _picture(state: DropoutState, run: nets.Run) -> Panel:
    """What the net says at test time, with the slice across it."""
    if run.task.classes == 0:
        return nets.functions(state, run, title="Weight scaling")
    found = nets.surface(state, run, title="Weight scaling")
    cut = Rule(key="slice", value=state.probe_y, axis="y", bound="probe_y", dash=True, label="slice", role="text")
    return replace(found, marks=(*found.marks, cut))


def _curves(state: DropoutState, run: nets.Run, at: Array, found: Means) -> Panel:
    """Some sub-networks faintly, and the three means; their curves may lie on each other."""
    x, y = band.axes(state, run)
    chosen = np.linspace(0, len(found.members) - 1, FAINT).astype(int)
    faint = Lines(
        key="members", x=at, y=nets.shown(found.members[chosen, :-1]), role="muted", thin=True,
        fade=np.full(FAINT, 0.35),
    )  # fmt: skip
    arithmetic = Lines(
        key="arithmetic", x=at, y=nets.shown(found.arithmetic[None, :-1]), role=_ARITHMETIC, labels=("arithmetic",)
    )
    marks: list[Mark] = [faint, arithmetic]
    if found.geometric is not None:
        marks.append(Lines(key="geometric", x=at, y=nets.shown(found.geometric[None, :-1]), role=_GEOMETRIC,
                           labels=("geometric",)))  # fmt: skip
    marks.append(Lines(key="scaling", x=at, y=nets.shown(found.scaling[None, :-1]), role=_SCALING, dash=True,
                       labels=("weight scaling",)))  # fmt: skip
    return Panel(key="means", title=f"All {len(found.chances)} sub-networks", x=x, y=y, marks=tuple(marks))


def _differences(state: DropoutState, run: nets.Run, at: Array, found: Means) -> Panel:
    """Each mean minus weight scaling."""
    names, roles = ["arithmetic"], [_ARITHMETIC]
    gaps = [found.arithmetic - found.scaling]
    if found.geometric is not None:
        names, roles = [*names, "geometric"], [*roles, _GEOMETRIC]
        gaps.append(found.geometric - found.scaling)
    values = nets.shown(np.array(gaps)[:, :-1])
    x = band.axes(state, run)[0]
    reach = nets.grown(run, "gap", np.abs(values), least=0.02).high
    label = "mean − weight scaling"
    lines = Lines(key="gaps", x=at, y=values, labels=tuple(names), roles=tuple(roles))
    readouts = tuple(
        Readout(name=name, value=nets.finite(np.abs(row).max()), label=f"{name}, largest", role=role, digits=2)
        for name, row, role in zip(names, values, roles, strict=True)
    )
    marks = (_LEVEL, lines)
    y = nets.fixed(run, "gap both ways", -reach, reach, label)
    return Panel(key="differences", title="Difference", x=x, y=y, marks=marks, readouts=readouts)


def _histogram(state: DropoutState, run: nets.Run, found: Means) -> Panel:
    """How much probability falls on which prediction at the probe."""
    values = found.members[:, -1]
    x = _prediction_axis(band.axes(state, run)[1])
    edges = np.linspace(x.low, x.high, BINS + 1)
    share = np.histogram(np.clip(values, x.low, x.high), edges, weights=found.chances)[0] if _sound(found) else None
    share = np.full(BINS, np.nan) if share is None else share
    lines = Lines(key="shares", x=edges, y=np.append(share, share[-1])[None], steps=True, role="muted")
    rules = tuple(
        Rule(key=name, value=float(value), role=role, label=name, dash=name == "scaling")
        for name, value, role in _at_probe(found) if np.isfinite(value)
    )  # fmt: skip
    return Panel(
        key="probe", title="Predictions at the probe", x=x, y=nets.grown(run, "shares", share, "probability",
        least=0.2), marks=(lines, *rules),
    )  # fmt: skip


def _at_probe(found: Means) -> list[tuple[str, float, str]]:
    rows = [("arithmetic", float(found.arithmetic[-1]), _ARITHMETIC), ("scaling", float(found.scaling[-1]), _SCALING)]
    if found.geometric is not None:
        rows.append(("geometric", float(found.geometric[-1]), _GEOMETRIC))
    return rows


def _exact(at: Array, found: Means) -> tuple[Mark, ...]:
    """The same band from all sub-networks."""
    mean, spread = nets.shown(found.arithmetic[:-1]), nets.shown(band.WIDTH * found.deviation[:-1])
    edges = np.stack([mean - spread, mean + spread])
    return (Lines(key="exact", x=at, y=edges, role="text", dash=True, labels=("", "all masks")),)


def _proof(state: DropoutState, found: Means) -> Certificate | None:
    """With one dropped layer before the outputs the geometric mean is weight scaling; for regression any mean is."""
    if state.depth != ONE or not _sound(found):
        return None
    one = found.arithmetic if found.geometric is None else found.geometric
    size = max(1.0, float(np.abs(found.scaling).max()))
    name = "arithmetic mean − weight scaling" if found.geometric is None else "geometric mean − weight scaling"
    return Certificate(name=name, value=float(np.abs(one - found.scaling).max()) / size, tolerance=TOLERANCE)


def _sound(found: Means) -> bool:
    return bool(np.isfinite(found.members).all() and np.isfinite(found.scaling).all())


def _readouts(run: nets.Run, found: Means) -> tuple[Readout, ...]:
    gap = {"arithmetic": found.arithmetic, "geometric": found.geometric}
    return (
        *nets.readouts(run),
        Readout(name="members", value=len(found.chances), label="sub-networks"),
        *(
            Readout(name=f"{name}_gap", label=f"{name} − scaling, largest", role=role,
                    value=None if mean is None else nets.finite(np.abs(mean - found.scaling).max()))
            for (name, mean), role in zip(gap.items(), (_ARITHMETIC, _GEOMETRIC), strict=True)
        ),
        *(Readout(name=f"{name}_probe", value=nets.finite(value), label=f"{name} at the probe", role=role)
          for name, value, role in _at_probe(found)),
        Readout(name="deviation_probe", value=nets.finite(found.deviation[-1]), label="deviation at the probe"),
    )  # fmt: skip


def _caption(state: DropoutState, run: nets.Run, found: Means) -> str:
    if not _sound(found):
        return f"Training diverged at drop rate {show(state.drop)}."
    if state.drop == 0.0:
        return f"Step {run.step}: with q = 0 nothing is dropped, and all means are the one net that is left."
    gap = show(float(np.abs(found.arithmetic - found.scaling).max()), 2)
    start = f"Step {run.step}: the mean of all {len(found.chances)} sub-networks is at most {gap} from weight scaling"
    if found.geometric is None:
        exact = state.depth == ONE or state.activation == "linear"
        return f"{start}{', which is exact here up to rounding' if exact else ''}."
    if state.depth == ONE:
        return f"{start}; their normalised geometric mean is weight scaling itself."
    other = show(float(np.abs(found.geometric - found.scaling).max()), 2)
    return f"{start}, their geometric mean at most {other}: with two dropped layers neither need be exact."


@lru_cache(maxsize=8)
def _prediction_axis(y: Axis) -> Axis:
    words = "prediction" if y.label == "y" else y.label
    return Axis(low=0.0 if y.label != "y" else y.low, high=1.0 if y.label != "y" else y.high, label=words)


_LEVEL = Rule(key="level", value=0.0, axis="y", role="muted")
