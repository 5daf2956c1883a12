"""Which marks of a panel nothing but colour tells apart, and how far apart their colours are in every vision."""

import itertools

from regviz.gui.canvas.paint.lines import line_width
from regviz.gui.canvas.paint.points import radius, shape_of
from tests.gui.canvas.vision import VISIONS, difference, seen

LEAST = 10.0
"""CIEDE2000 below which two colours count as the same."""


def items(mark):
    """(role, label) of every item of a mark that is drawn in colours of roles."""
    labels, roles = getattr(mark, "labels", ()), getattr(mark, "roles", ())
    for place, role in enumerate(roles or (mark.role,)):
        yield role, bool(mark.label or (labels and labels[place]))


def shape(mark, role, theme):
    """All that is seen of an item beside its colour and its place; None for what has no colour of a role."""
    cycle = theme.cycle(role)
    if mark.kind == "lines":
        return "lines", 1 if mark.dash else cycle, line_width(mark, role)
    if mark.kind == "points":
        return "points", shape_of(mark, cycle), radius(mark)
    if mark.kind == "region":
        return "region", mark.fill, mark.outline, mark.dash
    if mark.kind == "rule":
        return "rule", mark.axis, mark.dash, bool(mark.bound)
    return (mark.kind,) if mark.kind in ("bars", "band", "handle") else None


def alike(panel, theme):
    """Pairs of roles of one panel that only colour tells apart: same shape, and not both named on the picture."""
    found = {
        (role, shape(mark, role, theme), named)
        for mark in panel.marks for role, named in items(mark) if shape(mark, role, theme)
    }  # fmt: skip
    for (one, like, named), (two, other, told) in itertools.combinations(sorted(found, key=str), 2):
        if one != two and like == other and not (named and told):
            yield one, two


def apart(theme, one, two):
    """The smallest difference of two roles over all visions."""
    return min(difference(seen(theme.color(one), v), seen(theme.color(two), v)) for v in VISIONS)
