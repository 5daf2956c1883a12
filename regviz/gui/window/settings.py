"""What the window remembers between runs: theme, text size, geometry and which panels are open. No states of labs."""

import re
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

THEME_CHOICES = ("system", "light", "dark", "projector")
LANGUAGE = re.compile(r"system|x-mirror|[a-z]{2}")
"""What the language may be: "system", or the code of a catalogue."""
SCALES = (0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
STAGE_SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.25, 2.5)
"""Text sizes in lecture mode."""
MOST_RECENT = 10
"""Files that are remembered."""


class Settings:
    """Typed access to QSettings; whatever is stored wrongly counts as not stored. ``file`` stands in for the user's."""

    def __init__(self, file: Path | None = None) -> None:
        form = QSettings.Format.IniFormat
        if file is None:
            self._store = QSettings(form, QSettings.Scope.UserScope, "regviz", "regviz")
        else:
            self._store = QSettings(str(file), form)

    @property
    def theme(self) -> str:
        """One of `THEME_CHOICES`."""
        stored = str(self._store.value("theme", "system"))
        return stored if stored in THEME_CHOICES else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def language(self) -> str:
        """"system", or the code of a language; one that is not there is for the catalogues to say."""
        stored = str(self._store.value("language", "system"))
        return stored if LANGUAGE.fullmatch(stored) else "system"

    @language.setter
    def language(self, code: str) -> None:
        self._store.setValue("language", code)

    @property
    def scale(self) -> float:
        """The text size, one of `SCALES`."""
        stored = str(self._store.value("scale", "1.0"))
        return next((scale for scale in SCALES if str(scale) == stored), 1.0)

    @scale.setter
    def scale(self, scale: float) -> None:
        self._store.setValue("scale", str(scale))

    @property
    def stage_scale(self) -> float:
        """The text size in lecture mode, one of `STAGE_SCALES`."""
        stored = str(self._store.value("stage/scale", "1.0"))
        return next((scale for scale in STAGE_SCALES if str(scale) == stored), 1.0)

    @stage_scale.setter
    def stage_scale(self, scale: float) -> None:
        self._store.setValue("stage/scale", str(scale))

    @property
    def geometry(self) -> QByteArray:
        """What `QWidget.restoreGeometry` takes; empty when nothing is stored."""
        stored = self._store.value("geometry")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)

    @property
    def toured(self) -> bool:
        """Whether the tour has been shown."""
        return str(self._store.value("toured", "false")) == "true"

    @toured.setter
    def toured(self, done: bool) -> None:
        self._store.setValue("toured", "true" if done else "false")

    def is_open(self, panel: str) -> bool:
        """Whether that panel was left open."""
        return str(self._store.value(f"open/{panel}", "false")) == "true"

    def set_open(self, panel: str, opened: bool) -> None:
        """Remember whether that panel is open."""
        self._store.setValue(f"open/{panel}", "true" if opened else "false")

    @property
    def recent(self) -> tuple[Path, ...]:
        """The files used last, the latest first; those that are gone are left out."""
        return tuple(file for file in self._recent() if _is_there(file))

    def remember(self, file: Path) -> None:
        """Put ``file`` at the front of the files used last."""
        file = file.absolute()
        kept = [file, *(other for other in self._recent() if other != file and _is_there(other))]
        self._store.setValue("recent", [str(each) for each in kept[:MOST_RECENT]])

    def forget(self, file: Path) -> None:
        """Leave ``file`` out of the files used last."""
        self._store.setValue("recent", [str(each) for each in self._recent() if each != file.absolute()])

    def _recent(self) -> list[Path]:
        stored = self._store.value("recent", [])
        names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [Path(name) for name in names if isinstance(name, str) and name][:MOST_RECENT]

    def save(self) -> None:
        """Write to disk now; a folder that cannot be written is no reason to fail."""
        self._store.sync()


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False
