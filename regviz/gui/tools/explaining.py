"""What's this and the tour: both walk through parts of the window with a callout, by the keyboard or with clicks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from regviz.gui.tools.callout import Callout
from regviz.gui.tools.entries import editors
from regviz.gui.window.editors import capital, named
from regviz.lab import Control

if TYPE_CHECKING:
    from regviz.gui.window.main import MainWindow


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A widget with the title and the words that explain it."""

    widget: QWidget
    title: str
    words: str


class Explaining(QObject):
    """Shows one part after the other until the lab changes. `close` gives the focus back to where it was."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.callout = Callout(window.central)
        self.parts: list[Part] = []
        self.at = 0
        self._touring, self._before, self._lab = False, window.focusWidget(), window.session.lab
        window.session.listen(self._session_changed)
        self.callout.turned.connect(self.turn)
        self.callout.clicked.connect(self._click)

    @property
    def open(self) -> bool:
        """Whether a callout is shown."""
        return self.callout.isVisible()

    def tour(self) -> None:
        """Begin the tour of four steps."""
        self._begin(tour(self._window), 0, touring=True)

    def whats_this(self) -> None:
        """Explain the part with the focus, else the first one; again: end."""
        if self.open:
            self.close()
            return
        parts, focused = explained(self._window), self._window.focusWidget()
        having = (place for place, part in enumerate(parts)
                  if focused is not None and (part.widget is focused or part.widget.isAncestorOf(focused)))  # fmt: skip
        self._begin(parts, next(having, 0), touring=False)

    def _begin(self, parts: list[Part], at: int, *, touring: bool) -> None:
        if not self.open:
            self._before = self._window.focusWidget()
        self._lab = self._window.session.lab
        self.parts, self.at, self._touring = parts, at, touring
        self._show()

    @Slot(object)
    def turn(self, places: int) -> None:
        """Go on or back; the tour ends after its last step, What's this goes round."""
        to = self.at + places
        if self._gone() or (self._touring and to >= len(self.parts)):
            self.close()
            return
        self.at = max(0, to) if self._touring else to % len(self.parts)
        self._show()

    def close(self) -> None:
        """Take the callout away."""
        self.callout.clearFocus()  # Qt would pass the focus on as Tab does
        self.callout.hide()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _session_changed(self) -> None:
        if self.open and self._window.session.lab is not self._lab:
            self.close()

    def _gone(self) -> bool:
        """Whether other pictures have taken the place of some parts."""
        return not all(isValid(part.widget) for part in self.parts)

    @Slot(object)
    def _click(self, at: QPoint) -> None:
        """The tour goes on; What's this explains what was clicked, or ends where there is nothing to explain."""
        if self._touring:
            self.turn(1)
            return
        spot = self._window.central.mapToGlobal(at)
        for place, part in enumerate(() if self._gone() else self.parts):
            if part.widget.rect().contains(part.widget.mapFromGlobal(spot)):
                self.at = place
                self._show()
                return
        self.close()

    def _show(self) -> None:
        if not self.parts:
            return
        part, count = self.parts[self.at], f"{self.at + 1} / {len(self.parts)}"
        foot = self.tr("{0}   Enter: next · Left: back · Esc: end").format(count)
        self._window.side.reveal(part.widget)
        color = self._window.looks.theme.palette[0]
        self.callout.point(part.widget, part.title, part.words, foot, color)


def explained(window: "MainWindow") -> list[Part]:
    """Every control and panel that can be seen now, with what it is and what to look for."""
    state = window.session.state
    found = [
        Part(widget, named(control), _control(window, control))
        for control, widget in editors(window) if control.applies(state) and widget.isVisible()
    ]  # fmt: skip
    frame = window.view.frame
    caption = "" if frame is None else frame.caption
    look = window.tr("{0} What to look for: the notes (F2).").format(window.session.lab.summary)
    found += [
        Part(view, view.panel.title, " ".join(filter(None, (caption, look))))
        for view in window.view.views.values() if view.panel is not None
    ]  # fmt: skip
    return found


def _control(window: "MainWindow", control: Control) -> str:
    unit = window.tr("Unit: {0}.").format(control.unit) if control.unit else ""
    return " ".join(filter(None, (control.help or capital(control.label), unit)))


def tour(window: "MainWindow") -> list[Part]:
    """λ, the labs, the notes and lecture mode."""
    slider: QWidget | None = window.main_slider()
    notes: QWidget = window.notes if window.notes.isVisible() else window.footer.caption
    return [
        Part(slider if slider is not None else window.header, window.tr("Drag this"),
             window.tr("The main slider, in most labs the strength λ of the penalty. Arrow keys move it, "
                       "Space sweeps it, a click on its number lets you type.")),
        Part(window.rail, window.tr("The labs"),
             window.tr("Each is one idea. Digits and PgUp, PgDown change them; F4 shows their names.")),
        Part(notes, window.tr("The words"),
             window.tr("The sentence under the pictures says what they show now. F2 opens the notes: what to look for, "
                       "the formula, what is often misread.")),
        Part(window.view, window.tr("Lecture mode"),
             window.tr("F7 opens the lectures, F5 puts one on the full screen, Esc leaves it. F1 lists all keys, "
                       "Ctrl+Shift+P finds everything.")),
    ]  # fmt: skip
