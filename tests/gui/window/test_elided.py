"""Labels: whole where there is room, smaller where there is less, then cut at an item, a sentence or a letter."""

import pytest

from regviz.gui.window.elided import ElidedLabel, Sentences
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


@pytest.fixture
def sentences(application):
    made = Sentences()
    made.setStyleSheet("font-size: 20px")
    made.resize(900, 30)
    made.show()
    yield made
    destroy(made)


def test_a_second_line_comes_when_it_is_needed_and_stays_until_the_next_begin(sentences):
    one = sentences.sizeHint().height()
    for text, lines in ((WORDS, 1), (f"{WORDS} {WORDS}", 2), (WORDS, 2)):
        sentences.setText(text)
        assert sentences.lines == lines
        assert sentences.sizeHint().height() == lines * one
        assert sentences.fitted(900)[1] == text
    sentences.begin()
    assert sentences.lines == 1


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_sentences_are_left_out_whole(sentences, count):
    sentences.setText(" ".join([WORDS] * count))
    face, shown = sentences.fitted(900)
    kept = shown.removesuffix(" …")
    assert sentences.text().startswith(kept)
    assert kept.count(WORDS) * (len(WORDS) + 1) == len(kept) + 1
    assert (shown == kept) == (count <= 3), shown
    assert face.pixelSize() == 20 if count <= 2 else 14 <= face.pixelSize() < 20
