"""Looks: colours can be told apart and read, every role has one, the bundled fonts are what is painted."""

import dataclasses
import itertools
import re

import pytest
from PySide6.QtGui import QFont, QFontInfo, QRawFont

from regviz.gui.canvas.theme import SYMBOLS, THEMES, font, load_fonts, pen, resources
from regviz.lab import ROLES
from tests.gui.canvas.vision import VISIONS, contrast, difference, seen

EVERY = sorted(THEMES)


def test_difference_agrees_with_published_pairs():
    """Sharma, Wu & Dalal 2005, table 1, pairs 1, 7 and 17."""
    pairs = [((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 0, 0), (50, -1, 2), 2.3669),
             ((50, 2.5, 0), (73, 25, -18), 27.1492)]  # fmt: skip
    for one, two, expected in pairs:
        assert difference(one, two) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", EVERY)
def test_palette_can_be_told_apart(name, vision):
    for one, two in itertools.combinations(THEMES[name].palette, 2):
        assert difference(seen(one, vision), seen(two, vision)) >= 10, (one, two)


@pytest.mark.parametrize("name", EVERY)
def test_contrast(name):
    theme = THEMES[name]
    floor = {"dark": 4.5, "light": 3.0, "projector": 4.5}[name]
    for color in theme.palette:
        assert contrast(color, theme.card) >= floor
    for ground in (theme.card, theme.background):
        assert contrast(theme.text, ground) >= 12
        assert contrast(theme.muted, ground) >= 4.5


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("role", ROLES)
def test_words_can_be_read(name, role):
    assert contrast(THEMES[name].ink(role), THEMES[name].card) >= (3.0 if name == "light" else 4.5)


def test_nothing_on_the_projector_is_pale():
    theme = THEMES["projector"]
    drawn = [theme.color(role) for role in ROLES] + [theme.border, theme.grid]
    assert min(contrast(color, theme.card) for color in drawn) >= 4.5
    assert not theme.fades
    assert theme.thick > THEMES["light"].thick


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("role", [*ROLES, "informative:0", "informative:4", "informative:11"])
def test_every_role_has_a_color(name, role):
    assert re.fullmatch(r"#[0-9A-F]{6}", THEMES[name].color(role))


@pytest.mark.parametrize("name", EVERY)
def test_features_cycle_with_another_dash(name):
    theme = THEMES[name]
    colors = [theme.color(f"informative:{k}") for k in range(10)]
    assert len(set(colors[:5])) == 5
    assert colors[5:] == colors[:5]
    looks = {(theme.color(f"informative:{k}"), theme.cycle(f"informative:{k}")) for k in range(20)}
    assert len(looks) == 20
    assert theme.color("l1") == colors[1]
    assert theme.color("l2") == colors[0]


def test_themes_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        THEMES["dark"].text = "#000000"


def test_fonts_load_and_are_used():
    assert load_fonts() == ()
    widths = []
    for weight, style in ((400, "Regular"), (500, "Medium"), (600, "SemiBold")):
        info = QFontInfo(font(18, weight))
        assert (info.family(), info.weight()) == ("Inter", weight), style
        widths.append(QRawFont.fromFont(font(18, weight)).advancesForGlyphIndexes([50])[0].x())
    assert widths[0] != widths[2]


@pytest.mark.parametrize("letter", "λαβρστκεη₀₁₂₉ŵŷ‖≤≥≈−·×²√Σ∂")
def test_inter_has_the_letters_of_the_field(letter):
    assert QRawFont.fromFont(font(18)).glyphIndexesForString(letter) != [0]


@pytest.mark.parametrize("letter", "∇∈ᵀ∝ℝ")
def test_the_symbol_font_has_the_rest(letter):
    assert QRawFont.fromFont(QFont(SYMBOLS, 18)).glyphIndexesForString(letter) != [0]
    assert QRawFont.fromFont(font(18)).glyphIndexesForString(letter) == [0]


def test_figures_are_as_wide_as_each_other():
    from regviz.gui.canvas.ink import BIG, width

    assert width("111.1", BIG) == width("808.8", BIG)


def test_licences_are_beside_the_fonts():
    for name in ("LICENSE-Inter.txt", "LICENSE-DejaVu.txt"):
        assert len((resources() / "fonts" / name).read_text(encoding="utf-8")) > 1000


@pytest.mark.parametrize("content", [None, b"no font"])
def test_a_lost_or_broken_font_is_named(tmp_path, monkeypatch, content):
    from regviz.gui.canvas import theme

    (tmp_path / "fonts").mkdir()
    if content:
        for face in theme._FACES:
            (tmp_path / "fonts" / face).write_bytes(content)
    monkeypatch.setattr(theme, "resources", lambda: tmp_path)
    problems = theme.load_fonts.__wrapped__()
    assert len(problems) == len(theme._FACES)
    assert all(face in problem for face, problem in zip(theme._FACES, problems, strict=True))


def test_dashes_differ():
    assert len({tuple(pen("#000000", 2.0, k).dashPattern()) for k in range(1, 4)}) == 3
