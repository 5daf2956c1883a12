"""One editor for each kind of control, made from the control alone. Editors show state; they never hold it."""

from typing import Any
from unicodedata import east_asian_width

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from regviz.gui.canvas.theme import Theme
from regviz.gui.language import words
from regviz.gui.window.slider import Slider
from regviz.gui.window.style import Unit
from regviz.lab import Control

SEGMENTS, LETTERS, EDGE = 4, 30, 4
"""Most choices that stand beside each other as buttons in the side panel, the most letters for which it has room, and
the letters that a button's own edges take.
"""
_SPIN_MAX = 2.0**53
_SPELLED = {"ar1": "AR(1)"}
"""Choices that are written in a way of their own."""


class Editor(QWidget):
    """Edits one control. ``changed(value, finished)`` comes from the user only; the value may still be out of range."""

    changed = Signal(object, object)

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a part into the row, named for screen readers and with the control's help."""
        describe(widget, self.control)
        self.row.addWidget(widget, stretch)

    def show_value(self, value: object) -> None:
        """Show ``value`` without emitting anything."""
        raise NotImplementedError

    def show_limits(self, low: float, high: float) -> None:
        """Take over a shown range; kinds without one do nothing."""

    def show_options(self, options: tuple[str, ...]) -> None:
        """Take over the choices that a frame offers; kinds without any do nothing."""

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over looks that no style sheet reaches: boxes high enough to be hit from afar."""
        for box in self.findChildren(QWidget):
            if isinstance(box, (QAbstractSpinBox, QComboBox, NumberBox)):
                box.setMinimumHeight(round(unit.text(18) * 1.9))


class Revocable:
    """First among the bases of a box for typing: Esc takes back what was typed and not yet entered."""

    def typed(self) -> bool:
        """Whether there is something to take back."""
        raise NotImplementedError

    def revoke(self) -> None:
        """Show what was there before."""
        raise NotImplementedError

    def event(self: Any, event: QEvent) -> bool:
        """Keep Esc from the window's shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and self._revokes(event):
            event.accept()
            return True
        return bool(super().event(event))  # type: ignore[misc]

    def keyPressEvent(self: Any, event: QKeyEvent) -> None:
        """Take back, or type."""
        if self._revokes(event):
            self.revoke()
        else:
            super().keyPressEvent(event)  # type: ignore[misc]

    def _revokes(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self.typed()


class LineBox(Revocable, QLineEdit):
    """A typed line; ``entered(text)`` on Enter or when the focus leaves after a change."""

    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.editingFinished.connect(self._enter)

    def show_text(self, text: str) -> None:
        """Show ``text``, unless the user is typing."""
        self._shown = text
        if not (self.hasFocus() and self.isModified()):
            self.revoke()

    def typed(self) -> bool:
        """Whether there is something to take back."""
        return self.isModified()

    def revoke(self) -> None:
        """Show what was there before."""
        self.setText(self._shown)

    def written(self) -> str:
        """What stands there."""
        return self.text()

    def _enter(self) -> None:
        text, changed = self.written(), self.text() != self._shown
        self.setModified(False)
        if changed:
            self.revoke()
            self.entered.emit(text)


class NumberBox(LineBox):
    """A typed number, in a `LineBox`."""

    def show_number(self, value: float) -> None:
        """Show ``value`` with six digits, unless the user is typing."""
        self.show_text(f"{value:.6g}")

    def revoke(self) -> None:
        """Show what was there before, from its first digit."""
        super().revoke()
        self.setCursorPosition(0)

    def written(self) -> str:
        """What stands there, as Python reads numbers."""
        return self.text().strip().replace("\N{MINUS SIGN}", "-")


class FloatEditor(Editor):
    """A slider and a box for typing."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(control, parent)
        self.slider = Slider(control)
        self.box = NumberBox()
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.add(self.slider, 3)
        self.add(self.box, 1)
        self.slider.moved.connect(self.changed)
        self.box.entered.connect(lambda text: self.changed.emit(text, True))

    def show_value(self, value: object) -> None:
        """Slider and box at ``value``."""
        self.slider.show_value(float(str(value)))
        self.box.show_number(float(str(value)))

    def show_limits(self, low: float, high: float) -> None:
        """The slider's range."""
        self.slider.show_limits(low, high)

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """The slider's colours, and a box wide enough for six digits."""
        super().show_theme(theme, unit)
        self.slider.show_theme(theme, max(4, unit.px(6)))
        self.box.setFixedWidth(unit.text(18) * 6)


class Unhurried:
    """First among the bases of a box: the wheel changes it while it has the focus, elsewhere it scrolls on."""

    def wheelEvent(self: Any, event: QWheelEvent) -> None:
        """Step, or leave the wheel to what lies below."""
        if self.hasFocus():
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class ListBox(Unhurried, QComboBox):
    """A drop-down list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class WholeBox(Unhurried, Revocable, QDoubleSpinBox):
    """A spin box for whole numbers beyond 32 bits."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setRange(max(control.low, -_SPIN_MAX), min(control.high, _SPIN_MAX))
        self.setStepType(QAbstractSpinBox.StepType.DefaultStepType)
        self.setKeyboardTracking(False)
        self.setGroupSeparatorShown(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def typed(self) -> bool:
        """Whether there is something to take back."""
        return self.text() != self.textFromValue(self.value())

    def revoke(self) -> None:
        """Show what was there before."""
        self.lineEdit().setText(self.textFromValue(self.value()))


class IntEditor(Editor):
    """A spin box, or a list of names where a frame names the numbers from the lowest on."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(control, parent)
        self.box = WholeBox(control)
        self.first = int(control.low)
        self.names = ListBox()
        self.names.hide()
        self.add(self.box, 1)
        self.add(self.names, 1)
        self.box.valueChanged.connect(lambda value: self.changed.emit(int(value), False))
        self.names.activated.connect(lambda index: self.changed.emit(self.first + index, True))

    def show_value(self, value: object) -> None:
        """Both parts at ``value``."""
        number = int(str(value))
        with QSignalBlocker(self.box):
            self.box.setValue(number)
        with QSignalBlocker(self.names):
            place = number - self.first
            self.names.setCurrentIndex(place if place < self.names.count() else -1)

    def show_options(self, options: tuple[str, ...]) -> None:
        """Name the numbers."""
        refill(self.names, options)
        self.names.setVisible(bool(options))
        self.box.setVisible(not options)
        self.show_value(int(self.box.value()))


class Segments(Editor):
    """A few choices as buttons beside each other, one of them down."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(control, parent)
        self.setObjectName("segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        describe(self, control)
        self.row.setSpacing(0)
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for name in control.choices:
            button = self.buttons[name] = QToolButton()
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setText(spoken(name))
            button.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Preferred)
            group.addButton(button)
            self.add(button)
            button.setAccessibleName(f"{control.label}: {spoken(name)}")
            button.clicked.connect(lambda _checked, name=name: self.changed.emit(name, True))

    def show_value(self, value: object) -> None:
        """Press the button of ``value``; Tab comes to this one, arrows to the others."""
        self.buttons[str(value)].setChecked(True)
        for button in self.buttons.values():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if button.isChecked() else Qt.FocusPolicy.NoFocus)


class ChoiceEditor(Editor):
    """A drop-down list; a free choice has a button for a file, and lists the file it has."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(control, parent)
        self.list = ListBox()
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list.setMinimumContentsLength(6)
        self.add(self.list, 1)
        for name in control.choices:
            self.list.addItem(spoken(name), name)
        self.list.activated.connect(lambda index: self.changed.emit(self.list.itemData(index), True))
        if control.free:
            button = QPushButton(self.tr("Open file…"))
            button.clicked.connect(self._ask)
            self.add(button)
            button.setAccessibleName(self.tr("Open a file for {0}").format(control.label))

    def show_value(self, value: object) -> None:
        """Choose ``value``; one that is no choice is added at the end, and the one before it goes."""
        fixed = len(self.control.choices)
        if self.list.findData(value) < 0:
            while self.list.count() > fixed:
                self.list.removeItem(fixed)
            self.list.addItem(str(value).replace("\\", "/").rpartition("/")[2] or str(value), value)
        self.list.setCurrentIndex(self.list.findData(value))

    def _ask(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, self.tr("Open a table"), "", self.tr("Tables (*.csv *.tsv *.txt)"))
        if file:
            self.changed.emit(file, True)


class SwitchEditor(Editor):
    """A check box."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(control, parent)
        self.box = QCheckBox(capital(control.label))
        self.add(self.box, 1)
        self.box.clicked.connect(lambda checked: self.changed.emit(bool(checked), True))

    def show_value(self, value: object) -> None:
        """Tick the box or not."""
        self.box.setChecked(value is True)


class TextEditor(Editor):
    """A line of text, or a list where a frame offers what the text can be."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(control, parent)
        self.line = LineBox()
        self.list = ListBox()
        self.list.hide()
        self._value = ""
        self.add(self.line, 1)
        self.add(self.list, 1)
        self.line.entered.connect(lambda text: self.changed.emit(text, True))
        self.list.activated.connect(lambda index: self.changed.emit(self.list.itemText(index), True))

    def show_value(self, value: object) -> None:
        """Both parts at ``value``; an empty text is the lab's own choice, the first of the list."""
        self._value = str(value)
        self.line.show_text(self._value)
        at = self.list.findText(self._value)
        self.list.setCurrentIndex(at if at >= 0 or self._value else 0)

    def show_options(self, options: tuple[str, ...]) -> None:
        """Offer ``options``."""
        refill(self.list, options)
        self.list.setVisible(bool(options))
        self.line.setVisible(not options)
        self.show_value(self._value)


def editor(control: Control, parent: QWidget | None = None) -> Editor:
    """The editor for a control of any kind."""
    kinds: dict[str, type[Editor]] = {
        "float": FloatEditor, "int": IntEditor, "bool": SwitchEditor, "text": TextEditor, "choice": ChoiceEditor,
    }  # fmt: skip
    if control.kind == "choice" and not control.free and (control.place == "mode" or _short(control.choices)):
        return Segments(control, parent)
    return kinds[control.kind](control, parent)


def _short(choices: tuple[str, ...]) -> bool:
    letters = sum(1 + (east_asian_width(letter) in "WF") for name in choices for letter in spoken(name))
    return len(choices) <= SEGMENTS and letters + EDGE * len(choices) <= LETTERS


def describe(widget: QWidget, control: Control) -> None:
    """Name a widget for screen readers and give it the control's help."""
    widget.setAccessibleName(named(control))
    widget.setAccessibleDescription(control.help)
    widget.setToolTip(control.help)


def refill(box: QComboBox, options: tuple[str, ...]) -> None:
    """Put ``options`` into a list that has others."""
    if tuple(box.itemText(i) for i in range(box.count())) != options:
        with QSignalBlocker(box):
            box.clear()
            box.addItems(options)


def spoken(name: str) -> str:
    """A choice as people read it: "elastic-net" is "Elastic net"."""
    return _SPELLED.get(name) or capital(words(capital(name.replace("-", " ").replace("_", " "))))


def named(control: Control) -> str:
    """The label and the symbol of a control, the symbol once."""
    label = capital(control.label)
    return label if control.symbol in ("", *control.label.split()) else f"{label} {control.symbol}"


def capital(text: str) -> str:
    """The text with its first letter capital; a single letter is a symbol and stays."""
    return text[:1].upper() + text[1:] if len(text) > 1 else text
