"""The top of the window: what is fitted, the formula, the mode switch, and the big read-out with its slider."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from regviz.gui.canvas.guarded import Guarded
from regviz.gui.canvas.paint.heading import formula, paint_equation, paint_formula
from regviz.gui.canvas.place import Box
from regviz.gui.canvas.theme import THEMES, Theme
from regviz.gui.language import words
from regviz.gui.window.editors import Editor, NumberBox, capital, describe, editor
from regviz.gui.window.elided import ElidedLabel, polish
from regviz.gui.window.slider import Slider
from regviz.gui.window.style import Unit
from regviz.gui.window.transport import Transport
from regviz.lab import Control, Frame, show


class Formula(Guarded, QWidget):
    """The lab's formula in the theme's colour, as large as its place allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem, self._equation, self._theme = "", "", THEMES["light"]
        self._seen, self._scale = "", 1.0
        self.setAccessibleName(self.tr("Formula"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_formula(self, stem: str, equation: str) -> None:
        """Show the formula of that file; the equation with the live numbers is its tooltip, or stands in for it."""
        self.setToolTip(equation)
        self.setAccessibleDescription(equation)
        seen = stem if formula(stem) is not None else equation
        self._stem, self._equation = stem, equation
        if seen != self._seen:
            self._seen = seen
            self.update()

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over colours and sizes."""
        self._theme, self._scale = theme, unit.factor
        self.setMinimumSize(unit.px(260), unit.px(54))
        self.setMaximumHeight(unit.px(60))
        self.update()

    def draw(self, painter: QPainter) -> None:
        """Paint the formula, or the equation where there is no picture of it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        box = Box(0.0, 0.0, self.width() / self._scale, self.height() / self._scale)
        if not (self._stem and paint_formula(painter, self._theme, self._stem, box)):
            paint_equation(painter, self._theme, self._equation, box)


class BigReadout(QWidget):
    """The symbol and the value in large digits; a click on the number lets it be typed."""

    entered = Signal(object)

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = QLabel(f"{control.symbol or capital(control.label)} =")
        self.name.setObjectName("readout")
        self.box = _Digits()
        self.box.setObjectName("readout")
        describe(self.box, control)
        self.box.entered.connect(self.entered)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.name)
        row.addWidget(self.box)

    def show_theme(self, unit: Unit) -> None:
        """Keep one width whatever the number, so that the slider stands still."""
        self.box.setFixedWidth(unit.text(40) * 4)


class _Digits(NumberBox):
    """Three significant digits while it is read, six while it is typed."""

    def show_number(self, value: float) -> None:
        """Show ``value`` unless the user is typing."""
        self.show_text(show(value))


class MainRow(QWidget):
    """The big read-out and the main slider, where the lab has one, and the buttons that play."""

    moved = Signal(object, object)

    def __init__(self, control: Control | None, trains: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.readout: BigReadout | None = None
        self.slider: Slider | None = None
        self.transport = Transport(trains)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        if control is None:
            self._row.addStretch(1)
        else:
            self._add_slider(control)
        self._row.addWidget(self.transport)

    def _add_slider(self, control: Control) -> None:
        readout, slider = BigReadout(control), Slider(control, big=True)
        describe(slider, control)
        readout.entered.connect(lambda text: self.moved.emit(text, True))
        readout.box.returnPressed.connect(slider.setFocus)
        slider.moved.connect(self.moved)
        self._row.addWidget(readout)
        self._row.addWidget(slider, 1)
        self.readout, self.slider = readout, slider

    def show_state(self, state: Any) -> None:
        """Read-out and slider at the state's value, greyed where the control has no effect."""
        if self.slider is not None and self.readout is not None:
            control = self.slider.control
            value = getattr(state, control.name)
            self.readout.box.show_number(value)
            self.slider.show_value(value)
            self.readout.setEnabled(control.applies(state))
            self.slider.setEnabled(control.applies(state))

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over sizes and colours."""
        if self.slider is not None and self.readout is not None:
            self.readout.show_theme(unit)
            self.slider.show_theme(theme, unit.px(8))


class Header(QWidget):
    """Two rows: words, formula and mode; then the main slider."""

    changed = Signal(object, object)
    called = Signal(object)
    controls = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lab_title = ""
        self.title = QLabel()
        self.title.setObjectName("brand")
        self.subtitle = ElidedLabel(least=0.8)
        self.subtitle.setObjectName("subtitle")
        self.formula = Formula()
        self.mode: Editor | None = None
        self.main: MainRow | None = None
        self.toggle = QToolButton()
        self.toggle.setObjectName("flat")
        self.toggle.setCheckable(True)
        self.toggle.setText(self.tr("Controls"))
        self.toggle.setAccessibleName(self.tr("Show or hide the controls"))
        self.toggle.setToolTip(self.tr("Data, model and view (F3)"))
        self.toggle.clicked.connect(self.controls)
        self._layout()

    def _layout(self) -> None:
        self._words, self._modes = QVBoxLayout(), QHBoxLayout()
        self._words.setSpacing(0)
        self._words.addStretch(1)
        self._words.addWidget(self.title)
        self._words.addWidget(self.subtitle)
        self._words.addStretch(1)
        self._modes.addStretch(1)
        self._modes.addWidget(self.toggle)
        self._top = QHBoxLayout()
        for part, stretch in ((self._words, 5), (self._modes, 5)):
            self._top.addLayout(part, stretch)
        self._top.insertWidget(1, self.formula, 5)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)

    def build(self, title: str, mode: Control | None, main: Control | None, trains: bool) -> None:
        """Make the mode switch and the main slider of another lab."""
        self._lab_title = words(title)
        self.title.setText(self._lab_title)
        for old in (self.mode, self.main):
            if old is not None:
                old.blockSignals(True)  # a number half typed in it is not for the next lab
                old.hide()
                old.setParent(None)
                old.deleteLater()
        self.mode = None if mode is None else editor(mode)
        self.main = None if main is None and not trains else MainRow(main, trains)
        if self.mode is not None and mode is not None:
            name = mode.name
            self._modes.insertWidget(1, self.mode)
            self.mode.changed.connect(lambda value, finished: self.changed.emit({name: value}, finished))
        if self.main is not None:
            field = "" if main is None else main.name
            self._column.addWidget(self.main)
            self.main.moved.connect(lambda value, finished: self.changed.emit({field: value}, finished))
            self.main.transport.called.connect(self.called)

    def present(self, title: str | None) -> None:
        """On stage: ``title`` ("" for the lab's) beside the main slider and nothing else; None: as ever again."""
        on = title is not None
        self._column.setDirection(QVBoxLayout.Direction.LeftToRight if on else QVBoxLayout.Direction.TopToBottom)
        for part in (self.subtitle, self.formula, self.toggle, self.mode):
            if part is not None:
                part.setVisible(not on)
        if self.main is not None:
            self.main.transport.setVisible(not on)
            self._column.setStretchFactor(self.main, 1 if on else 0)
            self.main.setVisible(not on or (self.slider is not None and self.slider.isEnabled()))
        self._column.setStretchFactor(self._top, 1 if on else 0)
        self._top.setStretchFactor(self._modes, 0 if on else 5)
        self.title.setText(title or self._lab_title)
        if self.title.wordWrap() != on:
            self.title.setWordWrap(on)
            self.title.setObjectName("headline" if on else "brand")
            polish(self.title)

    @property
    def slider(self) -> Slider | None:
        """The big slider, if this lab has one."""
        return None if self.main is None else self.main.slider

    def show_state(self, state: Any) -> None:
        """Show the state's values."""
        if self.mode is not None:
            self.mode.show_value(getattr(state, self.mode.control.name))
        if self.main is not None:
            self.main.show_state(state)

    def show_frame(self, frame: Frame) -> None:
        """Show the frame's words, formula and slider range."""
        self.subtitle.setText(frame.subtitle)
        self.formula.show_formula(frame.formula, frame.equation)
        slider = self.slider
        if slider is not None and slider.control.name in frame.limits:
            slider.show_limits(*frame.limits[slider.control.name])

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over sizes and colours."""
        self.formula.show_theme(theme, unit)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._top.setSpacing(unit.px(16))
        for layout in (self._words, self._top, self._column):
            layout.invalidate()  # the fonts of its labels are others now
        self.updateGeometry()
        if self.mode is not None:
            self.mode.show_theme(theme, unit)
        if self.main is not None:
            self.main.show_theme(theme, unit)
