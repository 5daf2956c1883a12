"""How far apart the colours of each panel are for every colour vision: the smallest CIEDE2000 by theme, and pairs < 10.

Only marks that nothing but colour tells apart are compared; `tests/gui/canvas/apart.py` says which these are.
"""

from regviz.gui.canvas.theme import THEMES
from regviz.labs import labs
from tests.gui.canvas.apart import LEAST, alike, apart
from tests.test_translation import modes


def main():
    frames = [(lab.name, next(lab.frames(state))) for lab in labs() for state in modes(lab)]
    for name, theme in THEMES.items():
        used = {(lab, panel.key, *pair) for lab, frame in frames for panel in frame.panels
                for pair in alike(panel, theme)}  # fmt: skip
        found = sorted((apart(theme, *pair), lab, key, *pair) for lab, key, *pair in used)
        print(f"{name}: smallest {found[0][0]:.1f} of {len(found)} pairs")
        for value, *where in found:
            if value < LEAST:
                print(f"  {value:.1f}", *where)


if __name__ == "__main__":
    main()
