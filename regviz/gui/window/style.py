"""How the window's own widgets look: style sheet and palette made from a canvas theme. No widgets here."""

from PySide6.QtGui import QColor, QPalette

from regviz.gui.canvas.theme import FAMILY, SYMBOLS, Theme, mix

SMALLEST = 11
"""Smallest text in pixels, however small the window."""


class Unit:
    """Window pixels of one design pixel (1080p), times the lecturer's font scale."""

    def __init__(self, width: int, height: int, scale: float = 1.0) -> None:
        self.factor = max(0.45, min(width / 1920, height / 1080)) * scale

    def px(self, design: float) -> int:
        """A length in window pixels, at least 1."""
        return max(1, round(design * self.factor))

    def text(self, design: float) -> int:
        """A font size in window pixels, never too small to read."""
        return max(SMALLEST, round(design * self.factor))


def palette(theme: Theme) -> QPalette:
    """Qt's palette in the theme's colours, for what a style sheet does not reach."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, color in (
        (roles.Window, theme.background), (roles.Base, theme.card), (roles.AlternateBase, theme.background),
        (roles.Button, theme.card), (roles.WindowText, theme.text), (roles.Text, theme.text),
        (roles.ButtonText, theme.text), (roles.PlaceholderText, theme.muted), (roles.Highlight, theme.palette[0]),
        (roles.HighlightedText, theme.card), (roles.Link, theme.palette[0]), (roles.LinkVisited, theme.palette[0]),
        (roles.ToolTipBase, theme.card), (roles.ToolTipText, theme.text), (roles.Mid, theme.border),
        (roles.Accent, theme.palette[0]),
    ):  # fmt: skip
        made.setColor(role, QColor(color))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return made


def sheet(theme: Theme, unit: Unit) -> str:
    """The style sheet of the main window and its dialogs."""
    words = {
        "family": f'"{FAMILY}", "{SYMBOLS}"', "text": theme.text, "muted": theme.muted, "faint": theme.faint,
        "card": theme.card, "back": theme.background, "border": theme.border, "accent": theme.palette[0],
        "bad": theme.palette[4], "good": theme.palette[2], "hover": mix(theme.card, theme.text, 0.08),
        "trough": mix(theme.background, theme.text, 0.07), "edge": mix(theme.card, theme.text, 0.28),
        "s": unit.text(16), "m": unit.text(18), "l": unit.text(24), "h": unit.text(34), "xl": unit.text(40),
        "r": unit.px(8), "p1": unit.px(4), "p2": unit.px(8), "p3": unit.px(14),
    }  # fmt: skip
    return _SHEET.format_map(words)


_SHEET = """
* {{ font-family: {family}; font-size: {m}px; }}
QMainWindow, QDialog, #surface {{ background: {back}; color: {text}; }}
QLabel, QToolTip {{ color: {text}; background: transparent; }}
QToolTip {{ background: {card}; border: 1px solid {edge}; padding: {p1}px; }}
#brand {{ font-size: {l}px; font-weight: 600; }}
#headline {{ font-size: {h}px; font-weight: 600; }}
#subtitle, #group, #quiet {{ color: {muted}; }}
#group {{ font-size: {s}px; font-weight: 600; padding-top: {p2}px; }}
#readout {{ font-size: {xl}px; font-weight: 600; color: {text}; }}
QLineEdit#readout {{ background: transparent; border: none; padding: 0; }}
QLineEdit#readout:focus {{ background: {card}; border-bottom: 2px solid {accent}; }}
#caption {{ font-size: {m}px; font-weight: 500; color: {text}; }}
#status {{ font-size: {s}px; color: {muted}; }}
#badge[holds="true"] {{ color: {good}; font-size: {s}px; font-weight: 600; }}
#badge[holds="false"] {{ color: {bad}; font-size: {s}px; font-weight: 600; }}
#banner {{ background: {card}; border: 2px solid {bad}; border-radius: {r}px; }}
#side, #notes, #overlay {{ background: {card}; border: 1px solid {border}; border-radius: {p3}px; }}
#side QScrollArea, #side QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
#strip {{ background: transparent; border: none; }}
QPushButton, QToolButton {{ background: {card}; color: {text}; border: 1px solid {edge}; border-radius: {r}px;
    padding: {p1}px {p3}px; }}
QPushButton:hover, QToolButton:hover {{ background: {hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {trough}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {faint}; border-color: {border}; }}
#flat {{ border: 1px solid transparent; background: transparent; padding: {p1}px {p2}px; }}
#flat:hover {{ background: {hover}; }}
#flat:checked {{ background: {trough}; }}
#flat:focus {{ border: 1px solid {accent}; }}
#segments {{ background: {trough}; border-radius: {r}px; }}
#segment {{ border: 2px solid transparent; background: transparent; color: {muted}; font-weight: 500;
    padding: {p1}px {p3}px; }}
#segment:hover {{ color: {text}; }}
#segment:checked {{ background: {card}; color: {text}; border: 2px solid {accent}; }}
#segment:focus:!checked {{ border: 2px dotted {muted}; }}
#rule {{ background: {border}; border: none; }}
#lab {{ border: none; background: transparent; color: {muted}; text-align: left; padding: {p2}px; font-weight: 600; }}
#lab:hover {{ background: {hover}; color: {text}; }}
#lab:checked {{ background: {card}; color: {accent}; }}
#lab:focus {{ border: 2px solid {accent}; }}
QTextBrowser {{ background: transparent; color: {text}; border: none; selection-background-color: {accent}; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: {p3}px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {edge}; border-radius: {p1}px; min-height: 30px; margin: {p1}px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    height: 0; background: none; }}
QProgressBar {{ background: {trough}; border: none; border-radius: {p1}px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: {p1}px; }}
QMenu {{ background: {card}; color: {text}; border: 1px solid {edge}; padding: {p1}px; }}
QMenu::item {{ padding: {p1}px {p3}px; }}
QMenu::item:selected {{ background: {hover}; }}
"""
