"""How far apart the colours of each panel are for every colour vision: the smallest CIEDE2000 by theme, and pairs < 10.

Only marks that nothing but colour tells apart are compared: same kind, dash, pen and shape, not both labelled.
"""

import itertools

from regviz.gui.canvas.theme import THEMES
from regviz.labs import labs
from tests.gui.canvas.vision import VISIONS, difference, seen
from tests.test_translation import modes

DRAWN = ("bars", "lines", "points", "region", "rule", "band", "handle")


def looks(panel):
    """(role, all that is seen beside colour, whether it is labelled) of what the panel draws."""
    for mark in panel.marks:
        if mark.kind in DRAWN:
            shape = (mark.kind, *(getattr(mark, name, None) for name in ("dash", "thin", "shape", "small")))
            labels, roles = getattr(mark, "labels", ()), getattr(mark, "roles", ())
            for place, role in enumerate(roles or (mark.role,)):
                yield role, shape, bool(mark.label or (labels and labels[place]))


def pairs(panel):
    """Roles that only colour tells apart."""
    for (one, like, named), (two, other, told) in itertools.combinations(sorted(set(looks(panel)), key=str), 2):
        if one != two and like == other and not (named and told):
            yield one, two


def apart(theme, one, two):
    """The smallest difference of two roles over all visions."""
    return min(difference(seen(theme.color(one), v), seen(theme.color(two), v)) for v in VISIONS)


def main():
    frames = ((lab.name, next(lab.frames(state))) for lab in labs() for state in modes(lab))
    used = {(name, panel.key, *pair) for name, frame in frames for panel in frame.panels for pair in pairs(panel)}
    for name, theme in THEMES.items():
        found = sorted((apart(theme, *pair), lab, key, *pair) for lab, key, *pair in used
                       if theme.cycle(pair[0]) == theme.cycle(pair[1]))  # fmt: skip
        print(f"{name}: smallest {found[0][0]:.1f} of {len(found)} pairs")
        for value, *where in found:
            if value < 10:
                print(f"  {value:.1f}", *where)


if __name__ == "__main__":
    main()
