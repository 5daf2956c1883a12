"""The stamp: one line that says what made a picture, so that a slide can be traced back and made again. No Qt."""

from typing import Any

from regviz import __version__
from regviz.lab import Control, Frame, Lab, controls

_CONVENTIONS = {
    "none": "1/(2n)‖y − Xw‖²",
    "ridge": "1/(2n)‖y − Xw‖² + λ/2‖w‖²",
    "lasso": "1/(2n)‖y − Xw‖² + λ‖w‖₁",
    "elastic-net": "1/(2n)‖y − Xw‖² + λ(α‖w‖₁ + (1−α)/2‖w‖²)",
    "group-lasso": "1/(2n)‖y − Xw‖² + λΣ√p_g‖w_g‖",
    "sparse-group-lasso": "1/(2n)‖y − Xw‖² + λ(α‖w‖₁ + (1−α)Σ√p_g‖w_g‖)",
}
"""The objective by the stem of its formula; with the logistic loss the first term is the mean log-loss."""


def stamp(lab: Lab, state: Any, frame: Frame) -> str:
    """Data, penalty, main control with its convention, seed, lab and version, parted by middle dots."""
    shown = {control.name: control for control in controls(state) if control.applies(state)}
    main = next((c for c in shown.values() if c.place == "main" and c.kind in ("float", "int")), None)
    parts = [f"data {state.dataset}" if "dataset" in shown else ""]
    parts += [f"penalty {state.penalty}" if "penalty" in shown else ""]
    parts += [_main(main, state, frame)] if main else []
    parts += [f"seed {state.seed}" if "seed" in shown else "", f"regviz {__version__}, {lab.name}"]
    return "  ·  ".join(part for part in parts if part)


def _main(main: Control, state: Any, frame: Frame) -> str:
    words = f"{main.symbol or main.label} = {_number(getattr(state, main.name))}"
    convention = _convention(frame.formula)
    return f"{words} in {convention}" if main.name == "lam" and convention else words


def _number(value: float | int) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def _convention(stem: str) -> str:
    """The objective that λ belongs to, "" where the frame has no formula of that kind."""
    text = _CONVENTIONS.get(stem.removesuffix("-logistic"), "")
    return text.replace("1/(2n)‖y − Xw‖²", "mean log-loss") if stem.endswith("-logistic") else text
