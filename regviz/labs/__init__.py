"""The labs, found and not registered: every module here that is not private has a ``lab``.

The package itself can be called, so that `regviz.labs()` gives what `labs()` here gives.
"""

import importlib
import pkgutil
import sys
from functools import cache
from types import ModuleType

from regviz.lab import Lab


@cache
def labs() -> tuple[Lab, ...]:
    """All labs in the order of the navigation.

    Raises TypeError when a module here has no ``lab`` or its name is not the module's.
    """
    return tuple(sorted((_load(name) for name in names()), key=lambda lab: (lab.order, lab.name)))


def names() -> tuple[str, ...]:
    """The module names of all labs, none of them imported."""
    return tuple(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))


def find(name: str) -> Lab:
    """The lab of that name, with hyphens or underscores; KeyError lists the names there are."""
    module = name.replace("-", "_")
    if module not in names():
        raise KeyError(f"There is no lab {name!r}; the labs are {', '.join(lab.name for lab in labs())}.")
    return _load(module)


def _load(name: str) -> Lab:
    lab = getattr(importlib.import_module(f"{__name__}.{name}"), "lab", None)
    if not isinstance(lab, Lab):
        raise TypeError(f"regviz.labs.{name} has no Lab named 'lab'")
    if lab.name != name.replace("_", "-"):
        raise TypeError(f"regviz.labs.{name}: the lab calls itself {lab.name!r}")
    return lab


class _Callable(ModuleType):
    def __call__(self) -> tuple[Lab, ...]:
        return labs()


sys.modules[__name__].__class__ = _Callable
