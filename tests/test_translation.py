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
from regviz.translation import PLACE, WORD, Catalogue, catalogue, languages
from tests.painted import left_english, painted

ROOT = Path(__file__).resolve().parent.parent / "regviz"
CODES = sorted(set(languages()) - {"en"})


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
    """Every text of the first picture of every mode of every lab."""
    return frozenset(text for lab in labs() for state in modes(lab) for text in painted(next(lab.frames(state))))


@cache
def written():
    """Texts in the labs' source that a picture shows: titles, labels, ticks, subtitles, read-outs and certificates.

    A place in an f-string is a 7, and one that is grown onto a word leaves its text out.
    """
    calls = [node for tree in parsed("labs") for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = set()
    for call in calls:
        told = TOLD | TOLD_BY.get(getattr(call.func, "id", ""), set())
        found |= {text for word in call.keywords if word.arg in told for text in texts_in(word.value)}
    return frozenset(found)


TOLD = {"label", "labels", "title", "ticks", "subtitle"}
TOLD_BY = {"Readout": {"value", "unit", "missing"}, "Certificate": {"name", "text"}}


def texts_in(node):
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in parts)
            if not re.search(r"[a-z]\0", text):
                yield text.replace("\0", "7")
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Call(func=ast.Name(id="tuple" | "list"), args=parts):
            for part in parts:
                yield from texts_in(part)
        case ast.IfExp(body=one, orelse=other):
            yield from texts_in(one)
            yield from texts_in(other)
        case ast.BinOp(op=ast.Mult(), left=part) | ast.Starred(value=part) | ast.GeneratorExp(elt=part):
            yield from texts_in(part)


def test_there_are_catalogues():
    assert set(CODES) >= {"de", "zh"}


@every
def test_every_text_of_the_window_is_translated(code):
    found = catalogue(code)
    assert [text for text in sorted(window_texts()) if text and found.window(text) is None] == []


@every
def test_every_declared_word_of_every_lab_is_translated(code):
    assert left_english(code, {text for lab in labs() for text in declared(lab)}) == []


@every
def test_every_label_of_every_lab_is_translated(code):
    assert len(written()) > 800
    assert left_english(code, shown() | written()) == []


def test_the_catalogues_have_the_same_entries():
    """So that what is looked up in one language is told in all."""
    contents = [json.loads(resource("translations", f"{code}.json").read_text(encoding="utf-8")) for code in CODES]
    assert all(set(each[part]) == set(contents[0][part]) for each in contents for part in ("window", "labs"))


@every
def test_places_are_the_same_in_source_and_translation(code):
    content = json.loads(resource("translations", f"{code}.json").read_text(encoding="utf-8"))
    for part in ("window", "labs"):
        for source, translation in content[part].items():
            assert translation.strip(), source
            form = 0 if part == "window" else 1
            assert sorted(m.group(form) for m in PLACE.finditer(source)) == sorted(
                m.group(form) for m in PLACE.finditer(translation)
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
    assert made.left("net, early") == ("early",)
    assert made.left("step 7") == made.left("7, 8") == ()


def test_the_most_telling_template_wins():
    made = Catalogue({}, {"{0}: {1}": "{1} ({0})", "loss: {0}": "Verlust {0}"})
    assert made.lab("loss: 3") == "Verlust 3"
    assert made.lab("gain: 3") == "3 (gain)"


def test_the_template_that_leaves_least_wins():
    made = Catalogue({}, {"{0} of {1}": "{0} von {1}", "{0} them": "{0} sie", "one of": "ein", "us": "uns"})
    assert made.lab("one of them") == "ein sie"
    assert made.lab("one of us") == "one von uns"


def test_a_text_is_parted_at_colons_and_commas_first():
    made = Catalogue({}, {"{0} of it": "davon {0}", "{0}: {1}": "{0}: {1}", "ring": "Ring", "one": "eins"})
    assert made.lab("ring: one of it") == "Ring: davon eins"


def test_a_place_for_numbers_takes_no_words():
    made = Catalogue({}, {"{0:d} steps": "{0} Schritte", "layer {0:d}": "Schicht {0}", "in": "hinein"})
    assert [made.lab(f"{number} steps") for number in ("7", "1e−5", "−0.5")] == [
        "7 Schritte",
        "1e−5 Schritte",
        "−0.5 Schritte",
    ]
    assert made.lab("in steps") is None
    assert made.lab("layer norm") is None


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
