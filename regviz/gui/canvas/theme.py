"""Looks: the colour of every role in three themes, fonts, pens and colour scales. No painting here.

Colours were searched so that the five palette colours stay apart under protanopia, deuteranopia and tritanopia.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPen

FAMILY = "Inter"
SYMBOLS = "Regviz Symbols"
_FACES = ("Inter-Regular.woff2", "Inter-Medium.woff2", "Inter-SemiBold.woff2", "RegvizSymbols.ttf")
_PALETTE_ROLES = {
    "informative": 0, "l2": 0, "loss": 0, "likelihood": 0, "first": 0, "accent": 0,
    "l1": 1, "penalty": 1, "prior": 1, "second": 1,
    "train": 2, "elastic-net": 2, "posterior": 2, "good": 2,
    "validation": 3, "group": 3,
    "test": 4, "bad": 4,
}  # fmt: skip
_DASHES: tuple[tuple[float, ...], ...] = ((), (3.0, 1.6), (1.0, 1.4), (4.0, 1.4, 1.0, 1.4))
SHAPES = ("dot", "square", "diamond", "triangle")
Ends = Literal["round", "flat", "square"]
Join = Literal["round", "miter", "bevel"]
_CAPS: dict[Ends, Qt.PenCapStyle] = {
    "round": Qt.PenCapStyle.RoundCap, "flat": Qt.PenCapStyle.FlatCap, "square": Qt.PenCapStyle.SquareCap,
}  # fmt: skip
_JOINS: dict[Join, Qt.PenJoinStyle] = {
    "round": Qt.PenJoinStyle.RoundJoin, "miter": Qt.PenJoinStyle.MiterJoin, "bevel": Qt.PenJoinStyle.BevelJoin,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours as "#RRGGBB". ``palette`` is blue, orange, green, pink or plum, red; ``thick`` multiplies all pens.

    Without ``fades`` nothing is drawn paler than its role: what would fade becomes thinner.
    """

    name: str
    dark: bool
    background: str
    card: str
    border: str
    grid: str
    text: str
    muted: str
    faint: str
    palette: tuple[str, str, str, str, str]
    noise: str
    ghost: str
    contour: str
    classes: tuple[str, str] = ("#F59322", "#0877BD")
    thick: float = 1.0
    fades: bool = True

    def color(self, role: str) -> str:
        """The colour of a role as "#RRGGBB"; ``informative:k`` cycles through the palette."""
        base, _, index = role.partition(":")
        if index:
            return self.palette[int(index) % len(self.palette)]
        if base in _PALETTE_ROLES:
            return self.palette[_PALETTE_ROLES[base]]
        return self.text if base == "truth" else str(getattr(self, base))

    def ink(self, role: str) -> str:
        """The colour of words in a role: background roles are too pale to read and become muted."""
        return self.muted if role in ("noise", "ghost", "contour", "faint") else self.color(role)

    def cycle(self, role: str) -> int:
        """How often the palette was used up before this ``informative:k``: 0, or 1, 2 … for another dash and shape."""
        index = role.partition(":")[2]
        return int(index) // len(self.palette) if index else 0

    def scale(self, name: str) -> NDArray[np.uint8]:
        """256 colours (256, 4) as blue, green, red, alpha of the "sequential", "diverging" or "classes" scale."""
        return _scale(self, name)


THEMES: dict[str, Theme] = {
    "light": Theme(
        name="light", dark=False, background="#F3F5F8", card="#FFFFFF", border="#DDE2E9", grid="#E9EDF2",
        text="#17202B", muted="#55616F", faint="#8792A0", noise="#8E99A6", ghost="#CDD5DE", contour="#7A8694",
        palette=("#083CA0", "#D48005", "#2D7E62", "#5C2340", "#AB290E"),
    ),
    "dark": Theme(
        name="dark", dark=True, background="#0D1117", card="#161B22", border="#262D37", grid="#232A33",
        text="#E9EEF4", muted="#A3AFBC", faint="#6B7785", noise="#657180", ghost="#3A4450", contour="#8894A3",
        palette=("#4398FC", "#FBA342", "#A8E3B3", "#F5BDED", "#D7615B"),
    ),
    "projector": Theme(
        name="projector", dark=False, background="#FFFFFF", card="#FFFFFF", border="#6E6E6E", grid="#747474",
        text="#000000", muted="#262626", faint="#4A4A4A", noise="#6A6A6A", ghost="#747474", contour="#5A5A5A",
        palette=("#0026C2", "#A6640E", "#0E8169", "#400336", "#86260F"), thick=1.3, fades=False,
    ),
}  # fmt: skip


@cache
def resources() -> Path:
    """The folder of fonts and formulas: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


@cache
def load_fonts() -> tuple[str, ...]:
    """Make the bundled faces known to Qt, once; needs an application object.

    Returns one sentence for every face that is missing or broken; text is then set in a font of the system.
    """
    return tuple(problem for face in _FACES if (problem := _load(resources() / "fonts" / face)))


def _load(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        return f"Cannot read the font {file}: {error.strerror}."
    if QFontDatabase.addApplicationFontFromData(data) < 0:
        return f"The font {file} is broken."
    return ""


@lru_cache(maxsize=64)
def font(size: int, weight: int = 400) -> QFont:
    """Inter at ``size`` design pixels with tabular digits; shared, not to be changed."""
    made = QFont([FAMILY, SYMBOLS])
    made.setPixelSize(size)
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


@lru_cache(maxsize=1024)
def qcolor(color: str, alpha: float = 1.0) -> QColor:
    """A colour for Qt; shared, not to be changed."""
    made = QColor(color)
    made.setAlphaF(alpha)
    return made


@lru_cache(maxsize=1024)
def mix(back: str, front: str, amount: float) -> str:
    """The opaque colour of ``front`` over ``back`` with opacity ``amount``: cheaper to draw than a translucent one."""
    pairs = ((int(back[i : i + 2], 16), int(front[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(b + (f - b) * amount):02X}" for b, f in pairs)


@lru_cache(maxsize=1024)
def pen(color: str, width: float, dash: int = 0, join: Join = "round", ends: Ends = "round") -> QPen:
    """A pen of ``width`` design pixels, dashed in pattern ``dash`` (0 is solid); shared, not to be changed.

    Joins that are not round cost less and look the same where curves turn little at each of many points. Lines of two
    points with ``ends`` that are not round take a quarter of the time; dashes are flat.
    """
    made = QPen(qcolor(color), width)
    made.setJoinStyle(_JOINS[join])
    made.setCapStyle(_CAPS["flat" if dash else ends])
    if dash:
        made.setDashPattern(_DASHES[1 + (dash - 1) % (len(_DASHES) - 1)])
    return made


@lru_cache(maxsize=16)
def _scale(theme: Theme, name: str) -> NDArray[np.uint8]:
    one, two = theme.classes
    stops = {
        "sequential": (mix(theme.card, theme.palette[0], 0.04), mix(theme.card, theme.palette[0], 0.55),
                       mix(theme.palette[0], theme.text, 0.25)),
        "diverging": (theme.palette[1], theme.card, theme.palette[0]),
        "classes": (mix(theme.card, one, 0.75), mix(theme.card, one, 0.12), mix(theme.card, two, 0.12),
                    mix(theme.card, two, 0.75)),
    }[name]  # fmt: skip
    channels = np.array([[int(c[i : i + 2], 16) for i in (5, 3, 1)] for c in stops], dtype=float)
    where = np.linspace(0.0, 1.0, len(stops))
    at = np.linspace(0.0, 1.0, 256)
    table = np.stack([np.interp(at, where, channels[:, c]) for c in range(3)] + [np.full(256, 255.0)], axis=1)
    table.setflags(write=False)
    return np.ascontiguousarray(np.rint(table).astype(np.uint8))
