"""The live diagram of a net: links as wide as their weights, nodes as bright as their activations at the probe."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.lab import Axis, Graph, Mark, Panel, Text
from regviz.labs._nets.controls import NetControls
from regviz.labs._nets.planes import node_values
from regviz.labs._nets.run import Run
from regviz.labs._nets.words import shown

Array = NDArray[Any]

MOST = 10
"""Nodes drawn of one layer, its first ones."""
_X = Axis(low=-0.06, high=1.06, hidden=True)
_Y = Axis(low=-0.02, high=1.1, hidden=True)


def diagram(
    state: NetControls, run: Run, index: int = 0, *, title: str = "", key: str = "", params: Array | None = None,
    alive: ArrayLike | None = None,
) -> Panel:  # fmt: skip
    """The net of variant ``index`` at its present weights or at ``params`` (P,).

    ``alive`` (hidden layers, width) is 0 for hidden units that are dropped out. For nets whose layers follow each
    other; layers of more than ten units show their first ten.
    """
    flat = (run.shown[index] if params is None else params)[None]
    probe = np.array([[state.probe_x, state.probe_y, *np.zeros(62)][: run.task.inputs]])
    values = node_values(run, probe, params)
    columns = [value[index if params is None else 0, :, 0] for value in values]
    marks, x, y = mesh(run, flat, columns, None if alive is None else np.asarray(alive, np.float64))
    variant = run.variants[index]
    return Panel(
        key=key or f"diagram{'_' * bool(variant.key)}{variant.key}", x=x, y=y, marks=marks,
        title=title or (f"Net, {variant.name}" if variant.key else "Net"),
    )  # fmt: skip


def mesh(run: Run, flat: Array, columns: list[Array], alive: Array | None) -> tuple[tuple[Mark, ...], Axis, Axis]:
    """Marks and axes of a diagram: links by ``flat`` (1, P), nodes lit by ``columns``, dead ones by ``alive``."""
    return (_words(tuple(len(c) for c in columns)), _graph(run, flat, columns, alive)), _X, _Y


def _graph(run: Run, flat: Array, columns: list[Array], alive: Array | None) -> Graph:
    sizes = tuple(len(column) for column in columns)
    x, y, starts = _places(sizes)
    source, target = _links(sizes)
    kept = [min(size, MOST) for size in sizes]
    weights = [
        shown(p.weights(flat)[0, : kept[k + 1], : kept[k]]).T.ravel() for k, p in enumerate(run.net.dense)
    ]  # fmt: skip
    living = np.ones(len(x))
    if alive is not None:
        for k, row in enumerate(alive):
            living[starts[k + 1] : starts[k + 1] + kept[k + 1]] = row[: kept[k + 1]] != 0.0
    lit = np.concatenate([shown(column[:MOST]) for column in columns])
    return Graph(
        key="net", x=x, y=y, source=source, target=target, weights=np.concatenate(weights), values=lit,
        alive=None if alive is None else living,
    )  # fmt: skip


@lru_cache(maxsize=32)
def _places(sizes: tuple[int, ...]) -> tuple[Array, Array, tuple[int, ...]]:
    """Where the nodes stand, layer by layer from the left, first units on top; and each layer's first node."""
    kept = [min(size, MOST) for size in sizes]
    x = np.repeat(np.linspace(0.0, 1.0, len(kept)), kept)
    tallest = max(kept)
    y = np.concatenate([0.5 + ((count - 1) / 2 - np.arange(count)) / tallest for count in kept])
    return x, y, tuple(int(n) for n in np.concatenate([[0], np.cumsum(kept)])[:-1])


@lru_cache(maxsize=32)
def _links(sizes: tuple[int, ...]) -> tuple[Array, Array]:
    """Source and target node of every link, layer by layer, all targets of one source together."""
    kept = [min(size, MOST) for size in sizes]
    starts = _places(sizes)[2]
    pairs = [
        np.stack(np.meshgrid(starts[k] + np.arange(kept[k]), starts[k + 1] + np.arange(kept[k + 1]), indexing="ij"))
        for k in range(len(kept) - 1)
    ]
    return tuple(np.concatenate([pair[end].ravel() for pair in pairs]).astype(float) for end in (0, 1))  # type: ignore[return-value]


@lru_cache(maxsize=32)
def _words(sizes: tuple[int, ...]) -> Text:
    """Over each column how many units it has, where not all are drawn; "in" and "out" at the ends."""
    names = [f"{size} unit{'s' * (size != 1)}" if size <= MOST else f"{MOST} of {size}" for size in sizes]
    names[0], names[-1] = "in", "out"
    at = np.linspace(0.0, 1.0, len(sizes))
    return Text(key="sizes", x=at, y=np.full(len(sizes), 1.06), labels=tuple(names), role="muted")
