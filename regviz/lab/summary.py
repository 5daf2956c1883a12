"""A panel in words, for people who hear the picture: read-outs, marks with a few numbers, and the frame's caption.

Pure text from frozen data; the canvas decides when it is said. Not the caption itself, which labs write.
"""

from collections.abc import Callable, Iterator

import numpy as np

from regviz.lab.frame import Frame, Panel, Readout
from regviz.lab.marks import Array, Bars, Field, Graph, Handle, Lines, Mark, Points, Rule, Tiles
from regviz.lab.numbers import show

Say = Callable[[str], str]

KINDS = {
    "bars": "bars", "lines": "curve", "band": "band", "points": "points", "region": "area", "rule": "line",
    "field": "map", "contours": "level lines", "arrows": "arrows", "text": "words", "graph": "network",
    "tiles": "images", "handle": "handle",
}  # fmt: skip
"""What each kind of mark is called."""
CURVES = "curves"
COUNT = "{0} in number"
SPAN = "from {0} to {1}"
AXIS_SPAN = "{0} from {1} to {2}"
LAST = "last {0}"
ZEROS = "{0} exactly zero"
AT = "at {0}"
MOVABLE = "can be moved"
NOTHING = "no values"
PHRASES = (*KINDS.values(), CURVES, COUNT, SPAN, AXIS_SPAN, LAST, ZEROS, AT, MOVABLE, NOTHING)
"""Every fixed text of a summary, for translation."""

_SINGLY = 6
"""So many named curves are told one by one; more are told together."""


def summary(panel: Panel, frame: Frame, say: Say = str) -> str:
    """The panel in sentences: title, read-outs, marks with key numbers, the frame's message, and last its caption.

    ``say`` translates the fixed texts (`PHRASES`).
    """
    told = [panel.title, _readouts(panel.readouts), *_marks(panel, say), frame.message, frame.caption]
    return " ".join(_ended(text) for text in told[:-1] if text.strip()) + f" {frame.caption}".rstrip()


def _ended(text: str) -> str:
    text = " ".join(text.split())
    return text if text[-1] in ".?!:。？！" else f"{text}."


def _readouts(readouts: tuple[Readout, ...]) -> str:
    return ", ".join(map(_readout, readouts))


def _readout(readout: Readout) -> str:
    name = readout.label or ("" if isinstance(readout.value, str) else readout.name)
    return " ".join(part for part in (name, readout.written) if part)


def _marks(panel: Panel, say: Say) -> Iterator[str]:
    for mark in panel.marks:
        if isinstance(mark, Lines) and any(mark.labels) and len(mark.y) <= _SINGLY:
            yield from (_curve(mark, row, panel, say) for row in range(len(mark.y)))
        else:
            yield _sentence(_kind(mark, say), _name(mark, panel), _numbers(mark, panel, say))


def _sentence(kind: str, name: str, numbers: list[str]) -> str:
    head = f"{kind} “{name}”" if name else kind
    head = head[:1].upper() + head[1:]
    return f"{head}: {', '.join(numbers)}" if numbers else head


def _kind(mark: Mark, say: Say) -> str:
    return say(CURVES if isinstance(mark, Lines) and len(mark.y) > 1 else KINDS[mark.kind])


def _name(mark: Mark, panel: Panel) -> str:
    """The mark's label, or else those of its items while they are few; of a line across the panel its axis."""
    if isinstance(mark, Rule) and not mark.label:
        return (panel.x if mark.axis == "x" else panel.y).label
    labels: tuple[str, ...] = getattr(mark, "labels", ())
    told = [label for label in dict.fromkeys(labels) if label.strip()]
    return mark.label or ("; ".join(told) if len(told) <= _SINGLY else "")


def _curve(mark: Lines, row: int, panel: Panel, say: Say) -> str:
    x = mark.x if mark.x.ndim == 1 else mark.x[row]
    name = mark.labels[row] or mark.label
    return _sentence(say(KINDS[mark.kind]), name, _course(x, mark.y[row], mark.x.ndim > 1, panel, say))


def _course(x: Array, y: Array, free: bool, panel: Panel, say: Say) -> list[str]:
    """The range of a function and where it ends; of a ``free`` curve the range on both axes."""
    if free:
        return _ranges(x, y, panel, say)
    known = y[np.isfinite(y)]
    return [_span(y, say), say(LAST).format(show(float(known[-1])))] if len(known) else [say(NOTHING)]


def _span(values: Array, say: Say) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return say(NOTHING)
    return say(SPAN).format(show(float(known.min())), show(float(known.max())))


def _ranges(x: Array, y: Array, panel: Panel, say: Say) -> list[str]:
    both = np.isfinite(x) & np.isfinite(y)
    if not both.any():
        return [say(NOTHING)]
    spans = ((panel.x.label or "x", x[both]), (panel.y.label or "y", y[both]))
    return [say(AXIS_SPAN).format(name, show(float(v.min())), show(float(v.max()))) for name, v in spans]


def _numbers(mark: Mark, panel: Panel, say: Say) -> list[str]:
    match mark:
        case Bars():
            zeros = int(np.count_nonzero(mark.values == 0.0))
            count = say(COUNT).format(len(mark.values))
            return [count, _span(mark.values, say), *([say(ZEROS).format(zeros)] if zeros else [])]
        case Lines():
            if len(mark.y) == 1:
                return _course(np.atleast_2d(mark.x)[0], mark.y[0], mark.x.ndim > 1, panel, say)
            x = np.broadcast_to(mark.x, mark.y.shape)
            return [say(COUNT).format(len(mark.y)), *_ranges(x, mark.y, panel, say)]
        case Points():
            return [say(COUNT).format(len(mark.x)), *_ranges(mark.x, mark.y, panel, say)]
        case Rule():
            return _place(show(mark.value), bool(mark.bound), say)
        case Handle():
            return _place(f"{show(mark.x)}, {show(mark.y)}", bool(mark.bound_x or mark.bound_y), say)
        case Field():
            return [_span(mark.z, say)]
        case Graph():
            return [say(COUNT).format(len(mark.x))]
        case Tiles():
            return [say(COUNT).format(len(mark.images))]
    return []


def _place(where: str, movable: bool, say: Say) -> list[str]:
    return [say(AT).format(where), *([say(MOVABLE)] if movable else [])]
