"""Marks: what a panel shows, as plain frozen data with roles instead of colours.

Marks are compared by identity so that the canvas can cache what did not change; a lab that memoises its still
marks gets fast pictures for nothing. Arrays are copied to contiguous read-only float64 with NaN for "missing".
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ROLES = (
    "text", "muted", "faint", "accent", "ghost", "contour",
    "informative", "noise", "truth", "train", "validation", "test",
    "l1", "l2", "elastic-net", "group", "penalty", "loss",
    "prior", "likelihood", "posterior", "first", "second", "good", "bad",
)  # fmt: skip
"""Every role a mark may have. ``informative`` also takes an index, as in ``informative:3``: the n-th colour of the
palette, for things that keep one colour in every panel (features, layers, variants, groups)."""


def check_role(role: str) -> None:
    """Raise ValueError unless ``role`` is one of `ROLES`, with an index allowed after ``informative:``."""
    base, colon, index = role.partition(":")
    if base not in ROLES or (colon and (base != "informative" or not index.isdecimal())):
        raise ValueError(f"unknown role {role!r}; the roles are {', '.join(ROLES)}")


def frozen(values: ArrayLike) -> Array:
    """A contiguous read-only float64 copy of ``values`` in which everything that is not finite is NaN."""
    array = np.array(values, dtype=np.float64, order="C")
    array[~np.isfinite(array)] = np.nan
    array.setflags(write=False)
    return array


def array(*shapes: str) -> Any:
    """Declare an array field; each shape is a string of dimension letters, shared by all fields of the mark."""
    return field(metadata={"shapes": shapes})


def optional(*shapes: str) -> Any:
    """Declare an array field that may be None."""
    return field(default=None, metadata={"shapes": shapes})


def names(dimension: str) -> Any:
    """Declare a tuple of strings, empty or as long as ``dimension``."""
    return field(default=(), metadata={"per": dimension})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Mark:
    """What all marks have: a ``key`` unique in the panel, a ``role`` that the theme colours, a ``label`` for people.

    ``still`` marks come first in a panel. Raises ValueError for wrong shapes and unknown roles.
    """

    kind: ClassVar[str] = ""

    key: str
    role: str = "accent"
    label: str = ""

    def __post_init__(self) -> None:
        check_role(self.role)
        sizes: dict[str, int] = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if "shapes" in spec.metadata and value is not None:
                value = frozen(value)
                object.__setattr__(self, spec.name, value)
                _bind(self, spec.name, value.shape, spec.metadata["shapes"], sizes)
        for spec in fields(self):
            if "per" in spec.metadata:
                self._freeze_names(spec.name, sizes.get(spec.metadata["per"]))

    def _freeze_names(self, name: str, expected: int | None) -> None:
        value = tuple(str(v) for v in getattr(self, name))
        object.__setattr__(self, name, value)
        if value and len(value) != expected:
            raise ValueError(f"{self.kind} {self.key!r}: {len(value)} {name} for {expected} items")
        if name == "roles":
            for role in value:
                check_role(role)

    def role_of(self, index: int) -> str:
        """The role of item ``index``: its own where ``roles`` are given, else the mark's."""
        roles: tuple[str, ...] = getattr(self, "roles", ())
        return roles[index] if roles else self.role

    def to_json(self) -> dict[str, Any]:
        """The mark as JSON data: ``kind``, ``key``, ``role``, ``label``, then every other field; NaN becomes None."""
        return {"kind": self.kind} | {spec.name: _plain(getattr(self, spec.name)) for spec in fields(self)}


def _bind(mark: Mark, name: str, shape: tuple[int, ...], shapes: tuple[str, ...], sizes: dict[str, int]) -> None:
    for dims in (tuple(text.split()) for text in shapes):
        if len(dims) == len(shape) and all(sizes.get(d, n) == n for d, n in zip(dims, shape, strict=True)):
            sizes.update(zip(dims, shape, strict=True))
            return
    wanted = " or ".join(f"({', '.join(text.split())})" for text in shapes)
    raise ValueError(f"{mark.kind} {mark.key!r}: {name} has shape {shape}, expected {wanted} with {sizes}")


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [_plain(v) for v in value] if value.ndim > 1 else [None if v != v else v for v in value.tolist()]
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and value != value:
        return None
    return value


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Bars(Mark):
    """Bars of ``values`` at x = 0 … k−1. ``ghost`` draws an outline behind (e.g. unregularised), ``truth`` a tick
    across the bar (true value), ``base`` lifts the bars' feet (stacks), ``low``/``high`` draw error bars, ``raw`` are
    the same values in the data's own units, for hover and files.

    A value that is exactly 0.0 is painted as a dot. ``labels`` stand under the bars.
    """

    kind: ClassVar[str] = "bars"
    values: Array = array("k")
    ghost: Array | None = optional("k")
    truth: Array | None = optional("k")
    base: Array | None = optional("k")
    low: Array | None = optional("k")
    high: Array | None = optional("k")
    raw: Array | None = optional("k")
    labels: tuple[str, ...] = names("k")
    roles: tuple[str, ...] = names("k")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Lines(Mark):
    """Curves ``y`` (r, m) over ``x`` (m,) or one x for each curve (r, m); NaN breaks a curve. Labels stand at the
    curve's end, ``dash`` draws dashes, ``thin`` the thinner pen of things in the background, ``fade`` in 0 … 1 is the
    opacity of each curve (r,), ``steps`` holds each value until the next x.
    """

    kind: ClassVar[str] = "lines"
    x: Array = array("m", "r m")
    y: Array = array("r m")
    labels: tuple[str, ...] = names("r")
    roles: tuple[str, ...] = names("r")
    fade: Array | None = optional("r")
    dash: bool = False
    thin: bool = False
    steps: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Band(Mark):
    """The region between ``low`` (m,) and ``high`` (m,) over ``x`` (m,)."""

    kind: ClassVar[str] = "band"
    x: Array = array("m")
    low: Array = array("m")
    high: Array = array("m")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Points(Mark):
    """Symbols at ``x`` (m,), ``y`` (m,). ``shape`` is dot, ring, cross, square, diamond, triangle or tick;
    ``low``/``high`` draw error bars; ``labels`` stand beside the symbols; ``small`` is for clouds of many points.
    """

    kind: ClassVar[str] = "points"
    x: Array = array("m")
    y: Array = array("m")
    low: Array | None = optional("m")
    high: Array | None = optional("m")
    labels: tuple[str, ...] = names("m")
    roles: tuple[str, ...] = names("m")
    shape: str = "dot"
    small: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Region(Mark):
    """Filled closed polygons with corners ``x``, ``y``: one (m,) or several (r, m). ``fade`` in 0 … 1 is the
    fill's opacity of each polygon (r,), ``outline`` draws the edge, ``dash`` dashes it.
    """

    kind: ClassVar[str] = "region"
    x: Array = array("m", "r m")
    y: Array = array("m", "r m")
    fade: Array | None = optional("r")
    roles: tuple[str, ...] = names("r")
    fill: bool = True
    outline: bool = True
    dash: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Rule(Mark):
    """A straight line across the panel at ``value`` of ``axis`` ("x" or "y"). With ``bound`` it is a cursor: dragging
    it sets that state field. ``label`` stands at its end.
    """

    kind: ClassVar[str] = "rule"
    value: float
    axis: str = "x"
    bound: str = ""
    dash: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Field(Mark):
    """An image ``z`` (h, w), row 0 at the bottom, over ``extent`` (left, right, bottom, top). ``low`` … ``high`` is the
    range of colours; ``scale`` is "sequential", "diverging" or "classes" (two-class confidence).
    """

    kind: ClassVar[str] = "field"
    z: Array = array("h w")
    extent: tuple[float, float, float, float]
    low: float
    high: float
    scale: str = "sequential"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Contours(Mark):
    """Level lines of ``z`` (h, w), row 0 at the bottom, over ``extent``, at ``levels`` (k,). For quadratics send exact
    closed `Lines` instead.
    """

    kind: ClassVar[str] = "contours"
    z: Array = array("h w")
    levels: Array = array("k")
    extent: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Arrows(Mark):
    """Arrows from ``x``, ``y`` (m,) along ``dx``, ``dy`` (m,) in data units."""

    kind: ClassVar[str] = "arrows"
    x: Array = array("m")
    y: Array = array("m")
    dx: Array = array("m")
    dy: Array = array("m")
    labels: tuple[str, ...] = names("m")
    roles: tuple[str, ...] = names("m")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Text(Mark):
    """Words at ``x``, ``y`` (m,): one of ``labels`` each, in ``roles``. ``prose`` says that they are lines of sentences
    which stay in the language of captions and lessons.
    """

    kind: ClassVar[str] = "text"
    x: Array = array("m")
    y: Array = array("m")
    labels: tuple[str, ...] = names("m")
    roles: tuple[str, ...] = names("m")
    prose: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Graph(Mark):
    """Nodes at ``x``, ``y`` (n,) with activation ``values`` (n,) and links ``source`` → ``target`` (m,) of ``weights``
    (m,): width is |weight|, colour its sign. ``alive`` (n,) is 0 for nodes that are dropped out.
    """

    kind: ClassVar[str] = "graph"
    x: Array = array("n")
    y: Array = array("n")
    source: Array = array("m")
    target: Array = array("m")
    weights: Array = array("m")
    values: Array | None = optional("n")
    alive: Array | None = optional("n")
    labels: tuple[str, ...] = names("n")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Tiles(Mark):
    """``images`` (k, h, w), row 0 on top, laid in ``columns`` columns over the panel, with ``labels`` under them;
    ``low`` … ``high`` is the range of greys, ``scale`` as in `Field`.
    """

    kind: ClassVar[str] = "tiles"
    images: Array = array("k h w")
    labels: tuple[str, ...] = names("k")
    columns: int = 8
    low: float = 0.0
    high: float = 1.0
    scale: str = "sequential"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Handle(Mark):
    """A point that can be dragged: ``bound_x`` and ``bound_y`` name the state fields it sets ("" = fixed)."""

    kind: ClassVar[str] = "handle"
    x: float
    y: float
    bound_x: str = ""
    bound_y: str = ""


MARK_TYPES: tuple[type[Mark], ...] = (
    Bars, Lines, Band, Points, Region, Rule, Field, Contours, Arrows, Text, Graph, Tiles, Handle,
)  # fmt: skip

