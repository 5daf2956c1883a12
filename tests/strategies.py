"""Hypothesis strategies made of a lab's own controls: a new control or lab is tested without any edit here."""

import math

from hypothesis import strategies as st

from regviz.lab import controls, replace

MOST_COUNT = 40
"""Largest whole number drawn: sizes beyond it make pictures slow, not different."""
OWN_TEXT = {"target": st.just(""), "groups": st.just("")}
"""Texts that must name columns of the data."""


def states(lab):
    """States of ``lab`` within the ranges that its sliders show, their ends and the hard bounds included.

    Trainings are always short ones.
    """
    fields = {control.name: values(control) for control in controls(lab.State)}
    always = {name: fields.pop(name) for name in ("steps",) if name in fields}
    return st.fixed_dictionaries(always, optional=fields).map(lambda changes: replace(lab.State(), **changes))


def values(control):
    """Values that ``control`` takes."""
    if control.kind == "float":
        return _reals(control)
    if control.kind == "int":
        low, high = control.shown or (control.low, control.high)
        least = int(max(low, -MOST_COUNT))
        return st.integers(least, max(least, int(min(high, MOST_COUNT))))
    if control.kind == "bool":
        return st.booleans()
    if control.kind == "choice":
        return st.sampled_from(control.choices)
    return OWN_TEXT.get(control.name, st.sampled_from(["", control.default]))


def _reals(control):
    low, high = control.shown or (control.low, control.high)
    ends = [x for x in (control.low, low, high, control.high) if math.isfinite(x)]
    if control.log:
        between = st.floats(math.log(low), math.log(high)).map(lambda x: min(max(math.exp(x), low), high))
    else:
        between = st.floats(max(low, -1e6), min(high, 1e6))
    return st.one_of(between, st.sampled_from(ends))
