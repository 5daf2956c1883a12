"""What notebooks and scripts import. Names are loaded when first used; Qt only when a picture is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regviz.export import frames, render
    from regviz.labs import labs
    from regviz.linear import CrossValidation, Fit, Path, Problem, cross_validate, fit, path
    from regviz.linear.advise import Finding, advise

__version__ = "0.1.0"

_HOMES = {
    "advise": "regviz.linear.advise",
    "Finding": "regviz.linear.advise",
    "path": "regviz.linear",
    "fit": "regviz.linear",
    "cross_validate": "regviz.linear",
    "Problem": "regviz.linear",
    "Path": "regviz.linear",
    "Fit": "regviz.linear",
    "CrossValidation": "regviz.linear",
    "frames": "regviz.export",
    "render": "regviz.export",
}

__all__ = [
    "CrossValidation", "Finding", "Fit", "Path", "Problem", "__version__", "advise", "cross_validate", "fit", "frames",
    "labs", "path", "render",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "labs":
        return import_module("regviz.labs")
    if name not in _HOMES:
        raise AttributeError(f"module 'regviz' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    if name in ("path", "fit", "cross_validate"):
        import_module("regviz.notebook")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
