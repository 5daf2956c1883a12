"""What nets have learned of the digits: filters of the first layer, and test images with the chance of the truth."""

from functools import lru_cache

import numpy as np

from regviz.lab import Axis, Panel, Readout, Tiles
from regviz.labs import _nets as nets
from regviz.neural.layer import Array

FILTERS, TESTS = 12, 18
_HIDDEN = Axis(low=0.0, high=1.0, hidden=True)


def filters(run: nets.Run) -> Panel:
    """The first layer's weights of both nets as images, up to twelve units each, on one scale."""
    count = min(FILTERS, run.net.dense[0].slot.shape[0])
    images = run.net.dense[0].weights(run.shown)[:, :count].reshape(-1, 8, 8)
    reach = float(np.max(np.abs(images), where=np.isfinite(images) & (np.abs(images) < 1e30), initial=1e-6))
    names = [f"{letter}{unit + 1}" for letter in "AB" for unit in range(count)]
    tiles = Tiles(
        key="filters", images=nets.shown(images), labels=tuple(names), columns=min(count, 6), low=-reach, high=reach,
        scale="diverging",
    )  # fmt: skip
    notes = tuple(
        Readout(name=f"filters_{v.key}", value=f"{letter}: {v.name}", role=v.role)
        for letter, v in zip("AB", run.variants, strict=True)
    )  # fmt: skip
    return Panel(key="filters", title="First-layer filters", x=_HIDDEN, y=_HIDDEN, marks=(tiles,), readouts=notes)


def tested(run: nets.Run, chances: Array) -> Panel:
    """The first test images with their digit and the chance in % that each net gives it; ``chances`` (2, 10, n)."""
    images, digits = _test_images(run.task)
    percent = 100.0 * chances[:, digits, np.arange(len(digits))]
    words = [f"{digit}: {_whole(a)}|{_whole(b)}" for digit, a, b in zip(digits, *percent, strict=True)]
    tiles = Tiles(key="tested", images=images, labels=tuple(words), columns=6, low=-1.0, high=1.0)
    notes = (
        Readout(name="words", value="digit: chance of it in %", role="muted"),
        *(Readout(name=f"words_{v.key}", value=v.name, role=v.role) for v in run.variants),
    )  # fmt: skip
    return Panel(key="tested", title="Test images", x=_HIDDEN, y=_HIDDEN, marks=(tiles,), readouts=notes)


def _whole(percent: float) -> str:
    return f"{percent:.0f}" if np.isfinite(percent) else "–"


@lru_cache(maxsize=8)
def _test_images(made: nets.Task) -> tuple[Array, Array]:
    part = made.test
    return part.X[:TESTS].reshape(-1, 8, 8), part.y[:TESTS].astype(np.intp)
