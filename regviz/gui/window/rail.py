"""The rail of labs at the left edge: numbers, or numbers with names, grouped."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from regviz.gui.language import words
from regviz.gui.window.editors import capital
from regviz.gui.window.style import Unit
from regviz.lab import Lab


class Rail(QScrollArea):
    """One button for each lab; ``chosen(lab)`` and ``unfolded()`` come from the user."""

    chosen = Signal(object)
    unfolded = Signal()

    def __init__(self, labs: tuple[Lab, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Labs"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.wide = False
        self.buttons: dict[str, QPushButton] = {}
        self._labs: tuple[Lab, ...] = ()
        self._headings: list[QLabel] = []
        self._rules: list[QFrame] = []
        self._group = QButtonGroup(self)
        self._inside = QWidget()
        self._inside.setObjectName("surface")
        self._column = QVBoxLayout(self._inside)
        self._fold = self._button("☰", self.tr("Show or hide the names of the labs"))
        self._fold.clicked.connect(self.unfolded)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self.offer(labs)

    def offer(self, labs: tuple[Lab, ...]) -> None:
        """Make the buttons of these labs in place of the ones that are there."""
        for old in (*self.buttons.values(), *self._headings, *self._rules):
            old.hide()
            old.deleteLater()
        self.buttons, self._headings, self._rules = {}, [], []
        self._column.takeAt(self._column.count() - 1)
        self._labs = labs
        for lab in labs:
            self._add(lab)
        self._column.addStretch(1)

    def _button(self, text: str, words: str) -> QPushButton:
        made = QPushButton()
        made.setObjectName("lab")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setText(text)
        made.setAccessibleName(words)
        made.setToolTip(words)
        made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
        self._column.addWidget(made)
        return made

    def _add(self, lab: Lab) -> None:
        before = self._labs[self._labs.index(lab) - 1] if self._labs[0] is not lab else None
        if before is None or before.group != lab.group:
            self._heading(lab.group)
        button = self.buttons[lab.name] = self._button("", f"{words(lab.title)}: {words(lab.summary)}")
        button.setCheckable(True)
        self._group.addButton(button)
        button.clicked.connect(lambda: self.chosen.emit(lab))

    def _heading(self, group: str) -> None:
        rule = QFrame()
        rule.setObjectName("rule")
        rule.setFixedHeight(1)
        heading = QLabel(capital(words(group)))
        heading.setObjectName("group")
        self._column.addWidget(rule)
        self._column.addWidget(heading)
        self._rules.append(rule)
        self._headings.append(heading)

    def show_lab(self, lab: Lab) -> None:
        """Mark the current lab and bring it into view; Tab comes to this one, arrows to the others."""
        button = self.buttons[lab.name]
        button.setChecked(True)
        for each in self.buttons.values():
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus if each is button else Qt.FocusPolicy.NoFocus)
        self.ensureWidgetVisible(button)

    def show_wide(self, wide: bool, unit: Unit) -> None:
        """Show numbers only, or names too."""
        self.wide = wide
        for place, lab in enumerate(self._labs, start=1):
            self.buttons[lab.name].setText(f"{place}  {words(lab.title)}" if wide else str(place))
        for heading, rule in zip(self._headings, self._rules, strict=True):
            heading.setVisible(wide)
            rule.setVisible(not wide)
        margin = unit.px(4)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(margin)
        self.setFixedWidth(max(unit.px(300), unit.text(18) * 14) if wide else max(unit.px(50), unit.text(18) * 2 + 12))
