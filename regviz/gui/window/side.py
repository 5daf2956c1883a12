"""The side panel: every control that is not on top, in groups, made from the State alone."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from regviz.gui.canvas.theme import Theme
from regviz.gui.language import words
from regviz.gui.window.editors import Editor, SwitchEditor, capital, describe, editor, named
from regviz.gui.window.style import Unit
from regviz.lab import Control, Frame


class Field(QWidget):
    """A label above its editor, hidden while the control does not apply."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self.editor: Editor = editor(control)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if not isinstance(self.editor, SwitchEditor):
            name = named(control)
            label = QLabel(f"{name} ({control.unit})" if control.unit else name)
            label.setObjectName("quiet")
            describe(label, control)
            column.addWidget(label)
        column.addWidget(self.editor)


class SidePanel(QFrame):
    """The controls of one lab; ``changed(changes, finished)`` with the field's name and its new value."""

    changed = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAccessibleName(self.tr("Controls"))
        self.fields: dict[str, Field] = {}
        self._groups: list[tuple[QLabel, list[Field]]] = []
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName(self.tr("Controls"))
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.addWidget(self._area)

    def build(self, shown: tuple[Control, ...]) -> None:
        """Make the editors of ``shown`` anew, a group for each place."""
        for old in self.fields.values():
            old.editor.blockSignals(True)  # a number half typed in it is not for the next lab
        self.fields, self._groups = {}, []
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        for place in dict.fromkeys(control.place for control in shown):
            heading = QLabel(capital(words(place)))
            heading.setObjectName("group")
            column.addWidget(heading)
            members = [self._field(control) for control in shown if control.place == place]
            self._groups.append((heading, members))
            for member in members:
                column.addWidget(member)
        column.addStretch(1)
        self._area.setWidget(inside)

    def _field(self, control: Control) -> Field:
        made = self.fields[control.name] = Field(control)
        name = control.name
        made.editor.changed.connect(lambda value, finished: self.changed.emit({name: value}, finished))
        return made

    def show_state(self, state: Any) -> None:
        """Show every value; hide what does not apply."""
        for name, field in self.fields.items():
            field.editor.show_value(getattr(state, name))
        for heading, members in self._groups:
            applying = [field.control.applies(state) for field in members]
            for part, shown in zip((heading, *members), (any(applying), *applying), strict=True):
                if part.isHidden() == shown:
                    part.setVisible(shown)

    def show_frame(self, frame: Frame) -> None:
        """Take over the ranges and choices that the frame offers."""
        for name, field in self.fields.items():
            if name in frame.limits:
                field.editor.show_limits(*frame.limits[name])
            field.editor.show_options(tuple(frame.options.get(name, ())))

    def reveal(self, part: QWidget) -> None:
        """Scroll to ``part``, if it is one of these."""
        if self.isAncestorOf(part):
            self._area.ensureWidgetVisible(part)

    def show_theme(self, theme: Theme, unit: Unit) -> None:
        """Take over looks that no style sheet reaches."""
        self.setFixedWidth(max(unit.px(380), unit.text(18) * 18))
        for field in self.fields.values():
            field.editor.show_theme(theme, unit)
