"""A lab's frame and state as one picture file: the heading is made of the lab's main and mode controls."""

import os
from typing import Any

from regviz.gui.canvas.export import Heading, Knob, render_frame
from regviz.gui.language import framed, words
from regviz.lab import Control, Frame, Lab, controls, document
from regviz.stamp import stamp


def write_picture(
    lab: Lab, state: Any, frame: Frame, file: str | os.PathLike[str], *, panel: str = "",
    size: tuple[int, int] = (1920, 1080), theme: str = "light", dpi: float = 96.0, transparent: bool = False,
    stamped: bool = True,
) -> None:  # fmt: skip
    """Write ``frame`` into ``file``; a PNG carries the state, so that regviz can open it again.

    ``stamped`` pictures say at the foot what made them.

    Raises the canvas's `ExportError` with a sentence for what cannot be made or written.
    """
    render_frame(
        framed(frame), words(lab.title), file, size=size, theme=theme, dpi=dpi, transparent=transparent,
        panel=panel or None, state_json=document.dump(lab, state), heading=heading(lab, state, frame, stamped=stamped),
    )  # fmt: skip


def heading(lab: Lab, state: Any, frame: Frame, *, stamped: bool = False) -> Heading:
    """The lab's title with its main slider and its modes, as far as they have an effect in ``state``."""
    shown = [control for control in controls(state) if control.applies(state)]
    mode = next((c for c in shown if c.place == "mode" and c.kind == "choice"), None)
    main = next((c for c in shown if c.place == "main" and c.kind in ("float", "int")), None)
    return Heading(
        title=words(lab.title),
        knob=_knob(main, state, frame) if main else None,
        modes=tuple(map(_words, mode.choices)) if mode else (),
        mode=_words(getattr(state, mode.name)) if mode else "",
        stamp=stamp(lab, state, frame) if stamped else "",
    )


def _knob(control: Control, state: Any, frame: Frame) -> Knob:
    low, high = frame.limits.get(control.name) or control.shown or (control.low, control.high)
    return Knob(
        symbol=control.symbol or words(control.label), value=getattr(state, control.name), low=low, high=high,
        log=control.log, role="penalty",
    )  # fmt: skip


def _words(name: str) -> str:
    return words(name.replace("-", " ").capitalize())
