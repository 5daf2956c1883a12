"""One mark of every type, panels around them, and random panels for hypothesis."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from regviz.lab import (
    ROLES,
    Arrows,
    Axis,
    Band,
    Bars,
    Contours,
    Field,
    Graph,
    Handle,
    Lines,
    Panel,
    Points,
    Readout,
    Region,
    Rule,
    Text,
    Tiles,
)

_GRID = np.linspace(-1.0, 1.0, 12)
_BOWL = _GRID[None, :] ** 2 + _GRID[:, None] ** 2
_TILTED = _BOWL + 0.4 * _GRID[:, None] + 0.2 * _GRID

SAMPLES = {
    Bars: Bars(key="m", values=[0.8, 0.0, -0.5], ghost=[0.9, 0.2, -0.8], truth=[0.7, 0.1, -0.6], labels="abc",
               low=[0.6, 0.0, -0.6], high=[0.9, 0.0, -0.3], roles=("informative:0", "noise", "informative:1")),
    Lines: Lines(key="m", x=_GRID, y=[_GRID**2, -_GRID], labels=("up", "down"), roles=("train", "validation")),
    Band: Band(key="m", x=_GRID, low=_GRID - 0.2, high=_GRID + 0.2, label="95 %"),
    Points: Points(key="m", x=_GRID, y=_GRID**3, low=_GRID**3 - 0.2, high=_GRID**3 + 0.2, labels=["p"] * 12),
    Region: Region(key="m", x=[0.0, 0.8, 0.0, -0.8], y=[0.8, 0.0, -0.8, 0.0], role="l1", label="ball"),
    Rule: Rule(key="m", value=0.2, bound="lam", label="λ"),
    Field: Field(key="m", z=_TILTED, extent=(-1, 1, -1, 1), low=0, high=2, scale="diverging", label="loss"),
    Contours: Contours(key="m", z=_BOWL, extent=(-1, 1, -1, 1), levels=[0.2, 0.5], role="contour"),
    Arrows: Arrows(key="m", x=[0.0], y=[0.0], dx=[0.5], dy=[0.5], labels=("−∇loss",)),
    Text: Text(key="m", x=[0.0], y=[0.2], labels=("here",)),
    Graph: Graph(key="m", x=[-0.5, -0.5, 0.5], y=[-0.5, 0.5, 0], source=[0, 1], target=[2, 2], weights=[1, -2],
                 values=[0.2, -0.9, 0.4], alive=[1, 0, 1], labels=("x₁", "x₂", "y")),
    Tiles: Tiles(key="m", images=np.arange(60.0).reshape(3, 4, 5) / 60, labels=("1", "2", "3"), columns=2),
    Handle: Handle(key="m", x=-0.3, y=0.4, bound_x="a", bound_y="b", label="drag"),
}  # fmt: skip
"""A mark of each type; a new type fails the tests until it is added here."""

UNIT = Axis(low=-1.0, high=1.0, label="w₁")
TALL = Axis(low=-1.2, high=1.2, label="w₂")


def panel(*marks, x=UNIT, y=TALL, **more):
    """A panel of these marks."""
    return Panel(key="p", title=more.pop("title", "Panel"), x=x, y=y, marks=marks, **more)


_numbers = st.one_of(
    st.floats(-2, 2), st.just(float("nan")), st.just(float("inf")), st.floats(-1e300, 1e300), st.just(0.0)
)
_roles = st.sampled_from((*ROLES, "informative:0", "informative:7", "informative:13"))
_words = st.text("aw₁λ–_ xyz", max_size=14)


def _vector(size):
    return st.lists(_numbers, min_size=size, max_size=size).map(lambda v: np.array(v, dtype=float))


def _matrix(rows, columns):
    return hnp.arrays(np.float64, (rows, columns), elements=_numbers)


def _names(draw, size):
    return tuple(draw(st.lists(_words, min_size=size, max_size=size)) if draw(st.booleans()) else ())


@st.composite
def marks(draw, kind, key="m"):
    """A random mark of one type, with missing numbers, infinities, huge values, no items and single items."""
    m, r = draw(st.sampled_from((0, 1, 2, 7, 40))), draw(st.sampled_from((0, 1, 3)))
    base = {"key": key, "role": draw(_roles), "label": draw(_words)}
    vector, names = (lambda size=m: draw(_vector(size))), (lambda size=m: _names(draw, size))
    flag = draw(st.booleans())
    extent = draw(st.sampled_from(((-1, 1, -1, 1), (0, 0, 0, 1), (1, -1, 0.5, 2))))
    rest = {
        Bars: lambda: {"values": vector(), "ghost": vector(), "low": vector(), "high": vector(), "truth": vector(),
                       "labels": names()},
        Lines: lambda: {"x": vector() if flag else draw(_matrix(r, m)), "y": draw(_matrix(r, m)), "labels": names(r),
                        "fade": vector(r), "dash": flag, "steps": draw(st.booleans())},
        Band: lambda: {"x": vector(), "low": vector(), "high": vector()},
        Points: lambda: {"x": vector(), "y": vector(), "low": vector(), "high": vector(), "labels": names(),
                         "small": flag, "shape": draw(st.sampled_from(("dot", "ring", "cross", "square", "diamond",
                                                                       "triangle", "tick")))},
        Region: lambda: {"x": draw(_matrix(r, m)), "y": draw(_matrix(r, m)), "fade": vector(r), "dash": flag},
        Rule: lambda: {"value": draw(_numbers), "axis": "x" if flag else "y", "bound": "a" * flag},
        Field: lambda: {"z": draw(_matrix(r, m)), "extent": extent, "low": 0.0, "high": draw(st.sampled_from((0, 1.0))),
                        "scale": draw(st.sampled_from(("sequential", "diverging", "classes")))},
        Contours: lambda: {"z": draw(_matrix(r, m)), "levels": vector(2), "extent": extent},
        Arrows: lambda: {"x": vector(), "y": vector(), "dx": vector(), "dy": vector(), "labels": names()},
        Text: lambda: {"x": vector(), "y": vector(), "labels": names()},
        Graph: lambda: {"x": vector(), "y": vector(), "source": vector(r), "target": vector(r), "weights": vector(r),
                        "values": vector(), "alive": vector(), "labels": names()},
        Tiles: lambda: {"images": np.ones((r, 2, max(m, 1))), "labels": names(r), "columns": draw(st.integers(1, 9))},
        Handle: lambda: {"x": draw(_numbers), "y": draw(_numbers), "bound_x": "a" if flag else ""},
    }[kind]()  # fmt: skip
    return kind(**base, **rest)


@st.composite
def axes(draw, label=None):
    """A random axis, linear or logarithmic, from tiny to huge ranges."""
    log = draw(st.booleans())
    low = draw(st.sampled_from((1e-12, 0.003, 0.5) if log else (-1e9, -1.5, -1e-7, 0.0, 12345.6)))
    high = low * draw(st.sampled_from((1.5, 40, 1e9))) if log else low + draw(st.sampled_from((1e-6, 2.0, 900.0, 1e12)))
    words = draw(_words) if label is None else label
    return Axis(low=low, high=high, log=log, label=words, hidden=draw(st.integers(0, 5)) == 0)


@st.composite
def panels(draw, kinds=tuple(SAMPLES)):
    """A random panel of up to four random marks."""
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=4))
    made = tuple(draw(marks(kind, f"m{k}")) for k, kind in enumerate(chosen))
    reads = tuple(
        Readout(name=f"r{k}", label=draw(_words), value=draw(_numbers), role=draw(_roles))
        for k in range(draw(st.integers(0, 3)))
    )
    return panel(*made, x=draw(axes()), y=draw(axes()), title=draw(_words), readouts=reads,
                 equal=draw(st.booleans()), origin=draw(st.booleans()))  # fmt: skip
