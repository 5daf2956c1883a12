"""Laws that hold for every lab there is, in states made of its own controls, and for a lab added as one file."""

import ast
import contextlib
import csv
import io
import json
import math
import re
import subprocess
import sys
import textwrap
from collections import defaultdict
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import regviz
from regviz import cli
from regviz.commands.labs import described
from regviz.data import resource
from regviz.engine import own_sentence
from regviz.export import last_frame, to_json
from regviz.lab import ROLES, ControlError, Gesture, Lab, controls, document, parse, replace
from regviz.labs import find, labs
from regviz.tidy import to_csv
from tests.blocked import BLOCK_QT
from tests.painted import left_english, painted
from tests.strategies import states

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = [lab.name for lab in labs()]
TABLED = [lab for lab in labs() if any(control.name == "dataset" and control.free for control in controls(lab.State))]
SOON = settings(max_examples=8)
A_SENTENCE = re.compile(r"[^\n]*[^\s.][.!?]")
NO_NUMBER = re.compile(r"\b(nan|NaN|inf|None)\b")


def every_lab(test):
    return pytest.mark.parametrize("lab", labs(), ids=NAMES)(test)


def marks(frame):
    return [mark for panel in frame.panels for mark in panel.marks]


def arrays(mark):
    """Name → array of a mark."""
    found = {name: getattr(mark, name) for name in mark.__dataclass_fields__}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


def check_frame(lab, state, frame):
    """What is true of every frame."""
    names = {control.name for control in controls(state)}
    assert frame.panels
    assert len({panel.key for panel in frame.panels}) == len(frame.panels)
    for panel in frame.panels:
        assert panel.title, panel.key
        assert len({mark.key for mark in panel.marks}) == len(panel.marks)
    for mark in marks(frame):
        for role in (mark.role, *getattr(mark, "roles", ())):
            assert role.partition(":")[0] in ROLES
        for bound in ("bound", "bound_x", "bound_y"):
            assert getattr(mark, bound, "") in {"", *names}, mark.key
        for array in arrays(mark).values():
            assert not array.flags.writeable
            assert not np.isinf(array).any(), mark.key
    assert set(frame.limits) <= names
    assert set(frame.options) <= names
    assert all(low < high for low, high in frame.limits.values())
    check_words(frame)


def check_words(frame):
    assert A_SENTENCE.fullmatch(frame.caption), frame.caption
    for words in (frame.caption, frame.message, frame.equation, frame.subtitle):
        assert not NO_NUMBER.search(words), words
    for readout in frame.readouts:
        assert not isinstance(readout.value, float) or math.isfinite(readout.value), readout.name
    assert len({readout.name for readout in frame.readouts}) == len(frame.readouts)
    assert frame.progress is None or 0.0 <= frame.progress <= 1.0
    assert frame.status
    if frame.parts and "objective" in {readout.name for readout in frame.readouts}:
        total = sum(part.value for part in frame.parts)
        assert total == pytest.approx(frame.readout("objective"), rel=1e-9, abs=1e-12)


def no_constant(word):
    raise AssertionError(f"{word} is no JSON")


@every_lab
@SOON
@given(data=st.data())
def test_every_frame_is_valid(lab, data):
    state = data.draw(states(lab))
    count = 0
    for frame in lab.frames(state):
        check_frame(lab, state, frame)
        assert left_english("de", painted(frame)) == []
        count += 1
    assert count


@every_lab
@SOON
@given(data=st.data())
def test_equal_states_give_equal_strict_json(lab, data):
    state = data.draw(states(lab))
    text = to_json(lab, state, last_frame(lab, state))
    again = document.restore(lab, document.load(document.dump(lab, state))[1])
    assert again == state
    assert hash(again) == hash(state)
    assert to_json(lab, again, last_frame(lab, again)) == text
    content = json.loads(text, parse_constant=no_constant)
    assert content["lab"] == lab.name
    assert content["state"] == {c.name: getattr(state, c.name) for c in controls(state)}
    assert {"version", "caption", "status", "readouts", "panels"} <= set(content)


@every_lab
def test_csv_holds_the_numbers_to_the_bit(lab):
    steps = [control.name for control in controls(lab.State) if control.name == "steps"]
    frame = last_frame(lab, replace(lab.State(), **dict.fromkeys(steps, 60)))
    rows, of_mark = list(csv.DictReader(io.StringIO(to_csv(frame)))), defaultdict(list)
    for row in rows:
        of_mark[row["panel"], row["mark"]].append(row)
    for key, mark in [(panel.key, mark) for panel in frame.panels for mark in panel.marks]:
        inside = of_mark[key, mark.key]
        assert inside
        whole = [(name, value) for name, value in arrays(mark).items() if value.size == len(inside)]
        for name, value in whole:
            read = np.array([float(row[name] or "nan") for row in inside])
            assert np.array_equal(read, value.ravel(), equal_nan=True), (mark.key, name)
    assert {r.name for r in frame.readouts} == {row["mark"] for row in rows if row["kind"] == "readout"}


@every_lab
def test_a_lab_says_what_it_is(lab):
    assert isinstance(lab, Lab)
    assert lab.title
    assert lab.group in ("linear", "neural", "theory", "guide")
    assert A_SENTENCE.fullmatch(lab.summary)
    assert lab.name not in cli.COMMANDS
    assert find(lab.name.replace("-", "_")) is lab
    assert resource("notes", f"{lab.name}.md").read_text(encoding="utf-8").startswith("# ")
    json.dumps(described(lab), allow_nan=False)


@every_lab
def test_controls_have_words_and_take_their_own_defaults(lab):
    names = [control.name for control in controls(lab.State)]
    for control in controls(lab.State):
        assert control.help
        assert len(control.label) > 3, "an abbreviation is no word"
        assert control.label != control.name or control.name.isalpha(), "a variable's name is no word"
        assert parse(control, control.default) == control.default
        assert parse(control, str(control.default)) == control.default
        assert control.asks <= set(names)
        assert all(wanted for _, wanted in (*control.when, *control.unless, *chain(*control.either)))
        if control.log:
            low, _ = control.shown or (control.low, control.high)
            assert low > 0
    places = [control.place for control in controls(lab.State)]
    assert places.count("main") <= 1


@every_lab
@SOON
@given(data=st.data())
def test_a_key_and_a_state_are_values(lab, data):
    state = data.draw(states(lab))
    same = document.restore(lab, document.load(document.dump(lab, state))[1])
    assert lab.key(state) == lab.key(same)
    assert hash(lab.key(state)) == hash(lab.key(same))


@every_lab
def test_a_gesture_on_an_item_that_is_no_more_is_none_of_the_labs_faults(lab):
    """The picture may be of the state before, with more bars or points than this one."""
    state = lab.State()
    at = {"x": 0.5, "y": 0.5, "from_x": 0.5, "from_y": 0.5}
    for panel in next(lab.frames(state)).panels:
        for mark in panel.marks:
            for kind in ("click", "double-click", "drag"):
                gesture = Gesture(kind=kind, panel=panel.key, mark=mark.key, index=10_000, **at)
                target = lab.link(state, gesture)
                assert target is None or target[0] in NAMES
                with contextlib.suppress(ControlError):
                    assert isinstance(replace(state, **lab.gesture(state, gesture)), lab.State)


@every_lab
def test_snippets_are_code(lab):
    for name, code in lab.snippets(lab.State()).items():
        assert code.strip(), name
        if name != "R glmnet" and "library(" not in code:
            ast.parse(code)


@pytest.mark.parametrize("lab", TABLED, ids=[lab.name for lab in TABLED])
@pytest.mark.parametrize("content", ["a,b\n", "a\0,b\n1,2\n", "a,b\n1,2\n"], ids=["no rows", "no text", "one row"])
def test_a_table_that_cannot_be_used_is_a_sentence_whatever_the_lab_is_asked(lab, content, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(content)
    state = replace(lab.State(), dataset=str(file))
    panels = [panel.key for panel in next(lab.frames(lab.State())).panels]
    clicks = [Gesture(kind="double-click", panel=key, mark="", index=-1, x=0.5, y=0.5, from_x=0.5, from_y=0.5)
              for key in panels]  # fmt: skip
    asked = [partial(next, lab.frames(state)), partial(lab.key, state), partial(lab.snippets, state)]
    asked += [partial(ask, state, click) for ask in (lab.gesture, lab.link) for click in clicks]
    for said in map(_said, asked):
        assert said is None or own_sentence(said), said


def _said(ask):
    try:
        ask()
    except ValueError as error:
        return error
    return None


ADDED = '''
    """A lab that is one file."""

    from dataclasses import dataclass

    from regviz.lab import Axis, Bars, Frame, Lab, Panel, Readout, show, slider


    @dataclass(frozen=True)
    class State:
        lam: float = slider(1.0, 0.0, 10.0, symbol="λ", place="main", help="Penalty strength.")


    class Halving(Lab):
        name = "halving"
        title = "Halve it"
        group = "guide"
        order = 999
        summary = "One bar is divided by one plus λ."
        State = State

        def frames(self, state):
            value = 1.0 / (1.0 + state.lam)
            axis = Axis(low=-1.0, high=1.0)
            bars = Bars(key="bar", values=[value], labels=("w",))
            yield Frame(
                panels=(Panel(key="bar", title="Bar", x=axis, y=axis, marks=(bars,)),),
                readouts=(Readout(name="w", value=value),), caption=f"The bar is {show(value)} long.",
            )


    lab = Halving()
'''


@pytest.fixture
def added(tmp_path, monkeypatch):
    """A lab that stands in one file of its own."""
    package = sys.modules["regviz.labs"]
    (tmp_path / "halving.py").write_text(textwrap.dedent(ADDED), encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    labs.cache_clear()
    yield find("halving")
    labs.cache_clear()
    sys.modules.pop("regviz.labs.halving")
    del package.halving


def test_a_lab_is_one_file(added, tmp_path, capsys):
    assert cli.main(["labs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [lab["name"] for lab in listed] == [*NAMES, "halving"]
    assert listed[-1]["fields"][0]["name"] == "lam"
    assert regviz.labs()[-1] is added
    for state in (added.State(), added.State(lam=3.0)):
        check_frame(added, state, last_frame(added, state))
    picture, numbers = tmp_path / "a.png", tmp_path / "a.json"
    assert cli.main(["export", "halving", "--set", "lam=3", "--size", "320x180", "-o", str(picture)]) == 0
    assert cli.main(["export", "halving", "--set", "lam=3", "-o", str(numbers)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert json.loads(numbers.read_text(encoding="utf-8"))["readouts"] == {"w": 0.25}
    in_any_state(added)


@SOON
@given(data=st.data())
def in_any_state(lab, data):
    state = data.draw(states(lab))
    check_frame(lab, state, last_frame(lab, state))


def test_a_lab_without_notes_shows_its_summary(added):
    from regviz.gui.window.notes import note

    words, problem = note(added)
    assert added.summary in words
    assert not problem


SHORT = """
import dataclasses
from regviz.engine import own_sentence
from regviz.export import last_frame, to_json
from regviz.labs import labs
def short(lab):
    state = lab.State()
    return dataclasses.replace(state, steps=min(state.steps, 60)) if hasattr(state, "steps") else state
def said():
    return [to_json(lab, short(lab), last_frame(lab, short(lab))) for lab in labs()]
"""


def test_every_lab_gives_the_same_in_another_process_without_qt():
    words = [sys.executable, "-X", "utf8", "-c", f"{BLOCK_QT}{SHORT}print(*said(), sep='', end='')"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    here = {}
    exec(SHORT, here)
    assert done.stdout.splitlines(keepends=True) == here["said"]()
