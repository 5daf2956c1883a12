"""The language of the program: what `tr` and the labs' words become, and the direction of the window.

Labs speak English; what they declare and show is translated here, on its way to the screen. Captions, lessons and
other sentences stay as they are. Numbers are written the same in every language.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QFontDatabase, QGuiApplication

from regviz.data import ResourceError
from regviz.lab import Axis, Certificate, Control, Frame, Mark, Panel, Part, Readout
from regviz.translation import Catalogue, catalogue, languages

MIRROR = "x-mirror"
"""A language for tests: English in brackets, from right to left. What stands without brackets was not translated."""
_QT = {"zh": "zh_CN"}
_SCRIPTS = {"zh": QFontDatabase.WritingSystem.SimplifiedChinese}


class _Brackets(Catalogue):
    """Every text in brackets."""

    def __init__(self) -> None:
        super().__init__({}, {}, "rtl")

    def window(self, text: str) -> str:
        """The text in brackets."""
        return f"[{text}]"

    def lab(self, text: str) -> str:
        """The text in brackets."""
        return f"[{text}]"


class _Translator(QTranslator):
    """Asks the catalogue for every text of `tr`, whatever its context."""

    def isEmpty(self) -> bool:
        """Never, so that Qt asks."""
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> Any:
        """The translation, or None for Qt to look elsewhere."""
        found = _spoken.catalogue
        return None if found is None or not text else found.window(text)


class _Speech:
    """What is spoken now."""

    def __init__(self) -> None:
        self.code = "en"
        self.catalogue: Catalogue | None = None
        self.translators: tuple[QTranslator, ...] = ()


_spoken = _Speech()


def wanted(setting: str) -> str:
    """The language for a setting: "system" is the first of the desktop's languages that there is, else English."""
    if setting != "system":
        return setting
    known = languages()
    codes = (tag.partition("-")[0] for tag in QLocale.system().uiLanguages())
    return next((code for code in codes if code in known), "en")


def language() -> str:
    """The code of the language that is spoken."""
    return _spoken.code


def speak(code: str) -> str:
    """Speak that language from now on, in widgets made from now on; returns what is missing for it, or ""."""
    problem, found = "", None
    try:
        found = None if code == "en" else _Brackets() if code == MIRROR else catalogue(code)
    except ResourceError as error:
        code, problem = "en", str(error)
    _forget()
    _spoken.code, _spoken.catalogue = code, found
    if found is not None:
        _spoken.translators = (_qt(code), _Translator())
        for each in _spoken.translators:
            QCoreApplication.installTranslator(each)
    right = found is not None and found.direction == "rtl"
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
    return problem or _letters(code)


def _forget() -> None:
    for each in _spoken.translators:
        QCoreApplication.removeTranslator(each)
    _spoken.translators = ()
    _panel.cache_clear()
    _axis.cache_clear()
    _mark.cache_clear()


def _qt(code: str) -> QTranslator:
    """Qt's own words: buttons of dialogs and the like."""
    made = QTranslator()
    made.load(f"qtbase_{_QT.get(code, code)}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return made


def _letters(code: str) -> str:
    """A sentence where no font of the computer has the language's letters."""
    script = _SCRIPTS.get(code)
    if script is None or QFontDatabase.families(script):
        return ""
    return f"No font with the letters of {languages()[code]} is installed; install one, such as Noto Sans CJK."


def words(text: str) -> str:
    """A lab's text in the language that is spoken; the text itself where there is no translation."""
    found = _spoken.catalogue
    return text if found is None or not text else found.lab(text) or text


def said(control: Control) -> Control:
    """A control with its label, symbol, help and unit translated; its choices are values and stay."""
    if _spoken.catalogue is None:
        return control
    return replace(
        control, label=words(control.label), symbol=words(control.symbol), help=words(control.help),
        unit=words(control.unit),
    )  # fmt: skip


def framed(frame: Frame) -> Frame:
    """A frame with the labs' words translated, and itself in English. Caption, message, equation and pages stay."""
    if _spoken.catalogue is None:
        return frame
    data = frozenset(name for offered in frame.options.values() for name in offered)
    return replace(
        frame, subtitle=words(frame.subtitle), panels=tuple(_panel(panel, data) for panel in frame.panels),
        readouts=tuple(map(_readout, frame.readouts)), parts=tuple(map(_part, frame.parts)),
        certificate=None if frame.certificate is None else _certificate(frame.certificate),
    )  # fmt: skip


@lru_cache(32)
def _panel(panel: Panel, data: frozenset[str]) -> Panel:
    """The same object for the same panel, which the canvas need not paint again."""
    return replace(
        panel, title=words(panel.title), x=_axis(panel.x), y=_axis(panel.y),
        readouts=tuple(map(_readout, panel.readouts)), marks=tuple(_mark(mark, data) for mark in panel.marks),
    )  # fmt: skip


def _readout(readout: Readout) -> Readout:
    value = words(readout.value) if isinstance(readout.value, str) else readout.value
    missing = words(readout.missing)
    return replace(readout, label=words(readout.label), unit=words(readout.unit), value=value, missing=missing)


def _part(part: Part) -> Part:
    return replace(part, label=words(part.label))


def _certificate(proof: Certificate) -> Certificate:
    return replace(proof, name=words(proof.name), text=words(proof.text))


@lru_cache(64)
def _axis(axis: Axis) -> Axis:
    """The same object for the same axis, by which the canvas keeps the user's zoom."""
    ticks = None if axis.ticks is None else tuple((at, words(text)) for at, text in axis.ticks)
    told = axis.log and axis.label and "log" not in axis.label
    return replace(axis, label=words(f"{axis.label} (log scale)" if told else axis.label), ticks=ticks)


@lru_cache(128)
def _mark(mark: Mark, data: frozenset[str]) -> Mark:
    """The same object for the same mark, by which the canvas keeps what it has painted; names of the data stay."""
    if getattr(mark, "prose", False):
        return mark
    changes: dict[str, Any] = {"label": words(mark.label)}
    names: tuple[str, ...] = getattr(mark, "labels", ())
    if names:
        changes["labels"] = tuple(name if name in data else words(name) for name in names)
    same = all(getattr(mark, name) == value for name, value in changes.items())
    return mark if same else replace(mark, **changes)
