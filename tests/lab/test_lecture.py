"""Lectures come back as they went in, fit the labs they name, and nothing else is let in."""

import dataclasses
import json
import math
import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.lab import choice, controls, integer, parse, slider, switch, text
from regviz.lab.document import MAX_BYTES, DocumentError
from regviz.lab.document import dump as dump_session
from regviz.lab.lecture import (
    MAX_LINE,
    MAX_NOTES,
    MAX_STEPS,
    Lecture,
    Move,
    Step,
    differences,
    dump,
    is_lecture,
    load,
    scenes,
)
from tests.lab.test_document import mutated


@dataclass(frozen=True)
class State:
    lam: float = slider(0.1, 0.0, 1e4, shown=(1e-3, 10.0), log=True)
    rho: float = slider(0.0, -1.0, 1.0)
    n: int = integer(60, 2, 500)
    penalty: str = choice("lasso", ("lasso", "ridge"))
    standardize: bool = switch(True)
    target: str = text("")


class Still:
    name = "still"
    State = State
    trains = False


class Net(Still):
    name = "net"
    trains = True


LABS = (Still(), Net())
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30)
NOTES = st.text(st.one_of(st.just("\n"), st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))), max_size=60)
STATES = st.builds(
    State, lam=st.floats(0, 1e4), rho=st.floats(-1, 1), n=st.integers(2, 500),
    penalty=st.sampled_from(["lasso", "ridge"]), standardize=st.booleans(), target=LINE,
)  # fmt: skip
ENDS = {"lam": st.floats(0, 1e4), "rho": st.floats(-1, 1), "n": st.integers(2, 500)}
MOVES = st.sampled_from([*ENDS]).flatmap(
    lambda name: st.builds(Move, st.just(name), ENDS[name], ENDS[name], st.floats(0.1, 600))
)
STEPS = st.builds(
    Step, lab=st.just("net"), fields=STATES.map(differences), title=LINE, caption=LINE, notes=NOTES,
    minutes=st.floats(0, 1440), play=st.just(0.0) | st.floats(0.125, 32), move=st.none() | MOVES, question=LINE,
)  # fmt: skip
LECTURES = st.builds(
    Lecture, title=LINE.filter(str.strip), steps=st.lists(STEPS, min_size=1, max_size=4).map(tuple), summary=LINE,
    language=st.sampled_from(["en", "de", "zh-CN"]), minutes=st.floats(0, 1440),
)  # fmt: skip
SMALL = Lecture("Two steps", (
    Step("still", (("lam", 0.5), ("n", 30)), "First", "A caption.", "Say this.\nThen that.", 2.0,
         move=Move("lam", 0.001, 1.0, 8.0), question="What happens?"),
    Step("net", (("penalty", "ridge"),), play=4.0),
), summary="Short.", minutes=15.0)  # fmt: skip
GOOD = dump(SMALL)


def refused(text):
    with pytest.raises(DocumentError) as caught:
        scenes(load(text), LABS)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


@given(LECTURES)
def test_round_trip_is_exact_and_a_fixed_point(lecture):
    written = dump(lecture)
    assert is_lecture(written)
    assert load(written) == lecture
    assert dump(load(written)) == written
    assert hash(load(written)) == hash(lecture)


@given(STATES)
def test_differences_name_the_state(state):
    found = dict(differences(state))
    assert dataclasses.replace(State(), **found) == state
    assert all(getattr(State(), name) != value for name, value in found.items())


@given(LECTURES)
def test_scenes_are_the_states_that_the_steps_name(lecture):
    for step, scene in zip(lecture.steps, scenes(lecture, LABS), strict=True):
        assert (scene.step, scene.lab) == (step, LABS[1])
        wanted = dataclasses.replace(State(), **dict(step.fields))
        if step.move is None:
            assert scene.start == scene.state == scene.at(0.3) == wanted
            continue
        field = step.move.field
        assert getattr(scene.start, field) == step.move.begin
        assert getattr(scene.state, field) == step.move.end
        assert dataclasses.replace(scene.state, **{field: getattr(wanted, field)}) == wanted


@given(MOVES, st.lists(st.floats(-0.5, 1.5), min_size=2, max_size=6).map(sorted))
def test_a_move_is_steady_and_exact_at_its_ends(move, shares):
    scene = scenes(Lecture("A", (Step("net", move=move),)), LABS)[0]
    assert scene.at(0.0) is scene.start
    assert scene.at(1.0) is scene.state
    sign = 1.0 if move.end >= move.begin else -1.0
    low, high = sorted((move.begin, move.end))
    values = [getattr(scene.at(share), move.field) for share in shares]
    for before, after in zip(values, values[1:], strict=False):
        assert sign * after >= sign * before - 1e-5 * abs(before)
    assert all(low - 1e-5 * abs(low) <= value <= high + 1e-5 * abs(high) for value in values)


def test_a_move_is_geometric_on_a_logarithmic_slider_and_even_on_others():
    logarithmic = scenes(Lecture("A", (Step("still", move=Move("lam", 0.001, 10.0, 8.0)),)), LABS)[0]
    assert [logarithmic.at(k / 4).lam for k in range(5)] == [0.001, 0.01, 0.1, 1.0, 10.0]
    even = scenes(Lecture("A", (Step("still", move=Move("rho", 0.5, -0.5, 8.0)),)), LABS)[0]
    assert [even.at(k / 4).rho for k in range(5)] == [0.5, 0.25, 0.0, -0.25, -0.5]
    from_zero = scenes(Lecture("A", (Step("still", move=Move("lam", 0.0, 1.0, 8.0)),)), LABS)[0]
    assert from_zero.at(0.25).lam == 0.25
    whole = scenes(Lecture("A", (Step("still", move=Move("n", 10, 20, 8.0)),)), LABS)[0]
    assert whole.at(0.33).n == 13
    assert isinstance(whole.at(0.33).n, int)


def test_planned_time_is_that_of_the_steps():
    assert SMALL.planned == 3.0
    assert SMALL.minutes == 15.0


@pytest.mark.parametrize(("old", "new", "words"), [
    ('"regviz": 1', '"regviz": 2', ["version"]),
    ('"regviz": 1', '"regviz": true', ["version"]),
    ('"regviz": 1,', "", ["regviz"]),
    ('"lecture": "Two steps",', "", ["lecture"]),
    ('"lecture": "Two steps"', '"lecture": "  "', ["lecture", "empty"]),
    ('"lecture": "Two steps"', '"lecture": 3', ["lecture", "text"]),
    ('"lecture": "Two steps"', '"lecture": "a\\nb"', ["lecture", "one line"]),
    ('"lecture": "Two steps"', '"lecture": "a", "author": "b"', ["author"]),
    ('"lecture": "Two steps"', '"lecture": "a", "lecture": "b"', ["twice"]),
    ('"language": "en"', '"language": "../x"', ["language"]),
    ('"minutes": 15', '"minutes": -1', ["minutes", "1440"]),
    ('"minutes": 15', '"minutes": true', ["minutes", "number"]),
    ('"minutes": 15', '"minutes": NaN', ["NaN"]),
    ('"minutes": 2', '"minutes": 1e9', ["Step 1", "minutes"]),
    ('"lab": "still"', '"lab": "quiet"', ["Step 1", "quiet", "still, net"]),
    ('"lab": "still"', '"lab": "../x"', ["Step 1", "lab"]),
    ('"lab": "net",', "", ["Step 2", "lacks", "lab"]),
    ('"lam": 0.5', '"lam": -0.5', ["Step 1", "still", "lam must lie"]),
    ('"lam": 0.5', '"lam": [0.5]', ["Step 1", "lam"]),
    ('"lam": 0.5', '"lam": null', ["Step 1", "lam"]),
    ('"lam": 0.5', '"mu": 0.5', ["Step 1", "mu"]),
    ('"lam": 0.5', '"lam": ' + "9" * 5000, ["5000 digits"]),
    ('"penalty": "ridge"', '"penalty": "bridge"', ["Step 2", "penalty"]),
    ('"play": 4', '"play": 64', ["Step 2", "play"]),
    ('"play": 4', '"play": true', ["Step 2", "play"]),
    ('"lab": "net"', '"lab": "still"', ["Step 2", "play", "still"]),
    ('"field": "lam"', '"field": "penalty"', ["Step 1", "move", "lam, rho, n"]),
    ('"field": "lam"', '"field": "mu"', ["Step 1", "move", "mu"]),
    ('"field": "lam"', '"field": 3', ["Step 1", "move", "field"]),
    ('"from": 0.001', '"from": -1', ["Step 1", "lam must lie"]),
    ('"to": 1', '"to": 1e5', ["Step 1", "lam must lie"]),
    ('"to": 1', '"to": ' + "9" * 399, ["Step 1", "to must lie"]),
    ('"to": 1', '"to": "1"', ["Step 1", "to must be a number"]),
    ('"seconds": 8', '"seconds": 0', ["Step 1", "seconds"]),
    ('"seconds": 8', '"seconds": 8, "ease": 1', ["Step 1", "ease"]),
    (',\n        "seconds": 8', "", ["Step 1", "lacks", "seconds"]),
    ('"question": "What happens?"', '"question": "a\\u0007b"', ["Step 1", "question", "one line"]),
    ('"question": "What happens?"', '"question": "\\ud800"', ["Step 1", "question", "valid text"]),
    ('"caption": "A caption."', f'"caption": "{"x" * (MAX_LINE + 1)}"', ["Step 1", "caption", str(MAX_LINE)]),
    ('"notes": "Say this.\\nThen that."', f'"notes": "{"x" * (MAX_NOTES + 1)}"', ["Step 1", "notes", str(MAX_NOTES)]),
    ('"notes": "Say this.\\nThen that."', '"notes": "a\\u0000b"', ["Step 1", "notes", "control"]),
    ('"title": "First"', '"title": ["First"]', ["Step 1", "title", "text"]),
])  # fmt: skip
def test_each_fault_has_its_sentence(old, new, words):
    assert old in GOOD
    sentence = refused(GOOD.replace(old, new, 1))
    assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize("text", [
    "", "null", "[]", "3", "{", '{"regviz": 1}', '{"regviz": 1, "lecture": "a"}',
    '{"regviz": 1, "lecture": "a", "steps": []}', '{"regviz": 1, "lecture": "a", "steps": {}}',
    '{"regviz": 1, "lecture": "a", "steps": [3]}',
    '{"regviz": 1, "lecture": "a", "steps": [{"lab": "net", "move": 3}]}',
    '{"regviz": 1, "lecture": "a", "steps": [{"lab": "net", "state": []}]}',
    json.dumps({"regviz": 1, "lecture": "a", "steps": [{"lab": "net"}] * (MAX_STEPS + 1)}),
    "[" * 100_000, '{"regviz": 1, "lecture": "a", "steps": ' + "[" * 9 + "]" * 9 + "}", " " * (MAX_BYTES + 1),
    dump_session(LABS[0], State()),
])  # fmt: skip
def test_other_texts_are_refused(text):
    refused(text)


def test_a_session_is_no_lecture():
    assert not is_lecture(dump_session(LABS[0], State()))
    assert not is_lecture("no JSON")
    assert not is_lecture('["lecture"]')


def test_the_longest_that_is_read():
    steps = tuple(Step("net", caption="x" * MAX_LINE) for _ in range(MAX_STEPS))
    assert len(load(dump(Lecture("a", steps))).steps) == MAX_STEPS


def hold_under_mutation(count, seed):
    chance = random.Random(seed)
    accepted = 0
    for _ in range(count):
        changed = mutated(chance, GOOD)
        try:
            lecture = load(changed)
            found = scenes(lecture, LABS)
        except DocumentError:
            continue
        accepted += 1
        check(lecture, found)
    return accepted


def check(lecture, found):
    assert load(dump(lecture)) == lecture
    assert 0 <= lecture.planned < math.inf
    for scene in found:
        for state in (scene.start, scene.at(0.5), scene.state):
            for control in controls(State):
                assert parse(control, getattr(state, control.name)) == getattr(state, control.name)


def test_mutants_crash_nothing_and_bring_in_nothing_out_of_range():
    assert 0 < hold_under_mutation(3_000, 1) < 3_000
