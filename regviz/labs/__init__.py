"""The labs, found and not registered: every module here that is not private has a ``lab``."""

import importlib
import pkgutil
from functools import cache

from regviz.lab import Lab


@cache
def labs() -> tuple[Lab, ...]:
    """All labs in the order of the navigation.

    Raises TypeError when a module here has no ``lab`` or its name is not the module's.
    """
    names = [info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")]
    return tuple(sorted((_load(name) for name in names), key=lambda lab: (lab.order, lab.name)))


def find(name: str) -> Lab:
    """The lab of that name, with hyphens or underscores; KeyError lists the names there are."""
    for lab in labs():
        if lab.name == name.replace("_", "-"):
            return lab
    raise KeyError(f"There is no lab {name!r}; the labs are {', '.join(lab.name for lab in labs())}.")


def _load(name: str) -> Lab:
    lab = getattr(importlib.import_module(f"{__name__}.{name}"), "lab", None)
    if not isinstance(lab, Lab):
        raise TypeError(f"regviz.labs.{name} has no Lab named 'lab'")
    if lab.name != name.replace("_", "-"):
        raise TypeError(f"regviz.labs.{name}: the lab calls itself {lab.name!r}")
    return lab
