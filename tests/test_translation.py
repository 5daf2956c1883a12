"""Catalogues are complete, fresh and consistent: every text of the window and every word of the labs, in both
languages.
"""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from regviz.data import ResourceError, resource
from regviz.lab import controls, replace
from regviz.labs import labs
from regviz.translation import PLACE, Catalogue, catalogue, languages

ROOT = Path(__file__).resolve().parent.parent / "regviz"
CODES = sorted(set(languages()) - {"en"})
NAMES = {
    "Adam", "AdamW", "AIC", "BIC", "CP", "Efron", "ECE", "FGSM", "GAN", "GCV", "GD", "GELU", "Gibbs", "KKT", "L1", "L2",
    "LARS", "LOO", "LPS", "LQ", "MAP", "ReLU", "SAM", "SE", "SGD", "X", "lcp", "pgg45", "log", "prox", "tanh", "xor",
    "svi", "lcavol", "lweight", "lbph", "gleason", "bmi", "age", "sex", "tr", "hard", "soft", "max", "min", "sd", "sin",
    "Beta", "Xw", "KL", "ln", "sign", "bin",
}  # fmt: skip
"""Names that are the same in every language; what is no word (symbols, numbers, w7) needs no translation either."""
WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")


def every(test):
    return pytest.mark.parametrize("code", CODES)(test)


def parsed(*folders):
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(file.read_text(encoding="utf-8"))


@cache
def window_texts():
    """Every text that `tr` is called with: constants, the words of keys and groups, the names of themes."""
    from regviz.gui.stage.keys import STAGE_KEYS
    from regviz.gui.window.keys import KEYS, PANEL_KEYS
    from regviz.gui.window.settings import THEME_CHOICES
    from regviz.lab.summary import PHRASES

    found = {text for key in (*KEYS, *STAGE_KEYS, *PANEL_KEYS) for text in (key.words, key.group)}
    found |= {*PHRASES, *THEME_CHOICES, *(name.capitalize() for name in THEME_CHOICES[1:])}
    for tree in parsed("gui"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tr":
                found |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    return frozenset(found)


def declared(lab):
    """What a lab says of itself and of its controls."""
    yield from (lab.title, lab.summary, lab.group)
    for control in controls(lab.State):
        yield from (control.label, control.symbol, control.help, control.place, control.unit)
        yield from (name.replace("-", " ").replace("_", " ") for name in control.choices)


def modes(lab):
    """The default state, and one for each choice of the switch on top."""
    switch = next((c for c in controls(lab.State) if c.place == "mode"), None)
    return [replace(lab.State(), **{switch.name: name}) for name in switch.choices] if switch else [lab.State()]


@cache
def shown():
    """Titles, axes and read-outs of the first picture of every mode of every lab."""
    found = set()
    for lab in labs():
        for state in modes(lab):
            frame = next(lab.frames(state))
            found |= {readout.label for readout in frame.readouts} | {part.label for part in frame.parts}
            found |= {readout.missing for readout in frame.readouts if readout.value is None}
            for panel in frame.panels:
                found |= {panel.title, panel.x.label, panel.y.label, *(readout.label for readout in panel.readouts)}
    return frozenset(found)


class Strict(Catalogue):
    """Remembers the pieces that have no translation."""

    def _lab(self, text):
        found = super()._lab(text)
        if found is None:
            self.missing.add(text)
        return found


def missing(code, texts):
    content = json.loads(resource("translations", f"{code}.json").read_text(encoding="utf-8"))
    strict = Strict(content["window"], content["labs"])
    strict.missing = set()
    for text in texts:
        strict.lab(text)
    words = ((text, [w for w in WORD.findall(text) if w not in NAMES]) for text in strict.missing)
    return sorted(text for text, left in words if left)


def test_there_are_catalogues():
    assert set(CODES) >= {"de", "zh"}


@every
def test_every_text_of_the_window_is_translated(code):
    found = catalogue(code)
    assert [text for text in sorted(window_texts()) if text and found.window(text) is None] == []


@every
def test_every_declared_word_of_every_lab_is_translated(code):
    assert missing(code, {text for lab in labs() for text in declared(lab)}) == []


@every
def test_titles_axes_and_readouts_are_translated(code):
    assert missing(code, shown()) == []


@every
def test_places_are_the_same_in_source_and_translation(code):
    content = json.loads(resource("translations", f"{code}.json").read_text(encoding="utf-8"))
    for part in ("window", "labs"):
        for source, translation in content[part].items():
            assert translation.strip(), source
            assert sorted(m.group() for m in PLACE.finditer(source)) == sorted(
                m.group() for m in PLACE.finditer(translation)
            ), source
            assert source[-1:] not in ".?" or source.endswith("const.") or translation[-1:] in ".?。？", source


@every
def test_no_entry_is_stale(code):
    content = json.loads(resource("translations", f"{code}.json").read_text(encoding="utf-8"))
    assert sorted(set(content["window"]) - window_texts()) == []
    told = said_by_labs()
    lost = {s: [word for word in WORD.findall(plain(s)) if word not in told] for s in content["labs"]}
    assert {s: words for s, words in lost.items() if words} == {}


@cache
def said_by_labs():
    """All texts and names of fields in the modules that labs are made of."""
    trees = parsed("labs", "lab", "linear", "neural", "theory", "data")
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    fields = {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    return plain("\n".join(sorted(texts | fields)))


def plain(text):
    return text.lower().replace("-", " ").replace("_", " ")


def test_live_words_stand_in_the_places_of_a_template():
    made = Catalogue({"Next": "Weiter"}, {"step {0}": "Schritt {0}", "net, {0}": "Netz: {0}", "late": "spät"})
    assert made.lab("step 7") == "Schritt 7"
    assert made.lab("Step 7") is None
    assert made.lab("net, late") == "Netz: spät"
    assert made.lab("net, w7") == "Netz: w7"
    assert made.lab("Late") == "Spät"
    assert made.lab("early") is None
    assert made.window("Next") == "Weiter"
    assert made.window("late") is None


def test_the_most_telling_template_wins():
    made = Catalogue({}, {"{0}: {1}": "{1} ({0})", "loss: {0}": "Verlust {0}"})
    assert made.lab("loss: 3") == "Verlust 3"
    assert made.lab("gain: 3") == "3 (gain)"


@pytest.mark.parametrize("content", [None, "no json", "[]", '{"window": {}, "labs": []}', '{"window": {}}'])
def test_a_lost_or_damaged_catalogue_is_one_sentence(tmp_path, monkeypatch, content):
    import regviz.data.resources as resources

    (tmp_path / "translations").mkdir()
    if content is not None:
        (tmp_path / "translations" / "de.json").write_text(content, encoding="utf-8")
    monkeypatch.setattr(resources, "_ROOTS", (tmp_path,))
    with pytest.raises(ResourceError, match=r"de\.json"):
        catalogue("de")
    assert languages() == {"en": "English"}
