"""Labels of one line: whole where there is room, smaller where there is less, then cut at an item or a letter."""

import pytest

from regviz.gui.window.elided import ElidedLabel
from tests.gui.window.waiting import destroy

WORDS = "At λ = 0.100 the lasso keeps 9 of 12 coefficients and sets 3 to exactly zero."


@pytest.fixture
def label(application):
    made = ElidedLabel(WORDS, least=0.7)
    made.setStyleSheet("font-size: 20px")
    made.ensurePolished()
    yield made
    destroy(made)


def face(label, share):
    """The font and the words at that share of the width that the whole text needs."""
    width = round(share * label.fontMetrics().horizontalAdvance(WORDS))
    found = label._face(width)
    from PySide6.QtGui import QFontMetrics

    return found.pixelSize(), label._fitting(width, QFontMetrics(found)), width


@pytest.mark.parametrize("share", [1.0, 0.95, 0.85, 0.76])
def test_text_shrinks_before_it_is_cut(label, share):
    from PySide6.QtGui import QFontMetrics

    size, words, width = face(label, share)
    assert words == WORDS
    assert 14 <= size <= 20
    assert QFontMetrics(label._face(width)).horizontalAdvance(words) <= width


def test_text_that_is_too_long_ends_in_an_ellipsis(label):
    size, words, _ = face(label, 0.4)
    assert size == 14
    assert words.endswith("…")


def test_without_leave_to_shrink_the_size_stays(label):
    label.least = 1.0
    assert face(label, 0.8)[0] == 20
