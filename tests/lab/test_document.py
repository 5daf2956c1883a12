"""Documents come back as they went in, and nothing else is let in."""

import json
import os
import random
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.lab import choice, controls, integer, parse, slider, switch, text
from regviz.lab.document import MAX_BYTES, DocumentError, dump, load, read, restore


@dataclass(frozen=True)
class State:
    lam: float = slider(0.1, 0.0, 1e4)
    n: int = integer(60, 2, 500)
    penalty: str = choice("lasso", ("lasso", "ridge"))
    dataset: str = choice("synthetic", ("synthetic",), free=True)
    standardize: bool = switch(True)
    target: str = text("")


class Lab:
    name = "some-lab"
    State = State


LAB = Lab()
SHARES = ("//", "\\\\", "\\/", "/\\", "\\??\\UNC\\", " //")
"""Begin what Windows takes for the address of another computer."""
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
STATES = st.builds(
    State, lam=st.floats(0, 1e4), n=st.integers(2, 500), penalty=st.sampled_from(["lasso", "ridge"]),
    dataset=LINE.filter(lambda line: line and not line.strip().startswith(SHARES)), standardize=st.booleans(),
    target=LINE,
)  # fmt: skip
GOOD = dump(LAB, State())


def refused(text):
    with pytest.raises(DocumentError) as caught:
        restore(LAB, load(text)[1])
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 400
    return sentence


@given(STATES)
def test_round_trip_is_exact_and_a_fixed_point(state):
    written = dump(LAB, state)
    name, values = load(written)
    assert name == "some-lab"
    assert restore(LAB, values) == state
    assert dump(LAB, restore(LAB, values)) == written


@pytest.mark.parametrize(("old", "new", "word"), [
    ('"lab": "some-lab"', '"lab": "../x"', "lab"),
    ('"lab": "some-lab"', '"lab": 3', "lab"),
    ('"lab": "some-lab"', '"lab": "some-lab", "lab": "some-lab"', "twice"),
    ('"lam": 0.1', '"lam": NaN', "NaN"),
    ('"lam": 0.1', '"lam": -Infinity', "Infinity"),
    ('"lam": 0.1', '"lam": 1e999', "1e999"),
    ('"lam": 0.1', '"lam": 1e5', "lam"),
    ('"lam": 0.1', '"lam": -0.1', "lam"),
    ('"lam": 0.1', '"lam": true', "lam"),
    ('"lam": 0.1', '"lam": null', "lam"),
    ('"lam": 0.1', '"lam": [0.1]', "lam"),
    ('"lam": 0.1', '"lam": 0.1, "lam": 0.2', "twice"),
    ('"lam": 0.1', '"lam": 0.1, "mu": 0.2', "mu"),
    ('"lam": 0.1', '"lam": ' + "9" * 5000, "5000 digits"),
    ('"lam": 0.1', '"lam": ' + "9" * 399, "lam"),
    ('"n": 60', '"n": 60.5', "n must be a whole number"),
    ('"n": 60', '"n": 1', "n must lie"),
    ('"penalty": "lasso"', '"penalty": "bridge"', "penalty"),
    ('"dataset": "synthetic"', '"dataset": ""', "dataset"),
    *(('"dataset": "synthetic"', f'"dataset": {json.dumps(start + "192.0.2.1/share/t.csv")}', "another computer")
      for start in SHARES),
    ('"target": ""', '"target": "a\\u0000b"', "target"),
    ('"target": ""', '"target": "\\ud800"', "target"),
    ('"regviz": 1', '"regviz": 2', "version"),
    ('"regviz": 1', '"regviz": true', "version"),
    ('"regviz": 1', '"regviz": 1, "extra": 1', "extra"),
    ('"regviz": 1,', "", "regviz"),
])  # fmt: skip
def test_each_fault_has_its_sentence(old, new, word):
    assert old in GOOD
    assert word in refused(GOOD.replace(old, new))


@pytest.mark.parametrize("text", [
    "", "null", "[]", "3", "{", '{"regviz": 1}', '{"regviz": 1, "lab": "x", "state": []}', "\x00", "\ufeff{}",
    "[" * 100_000, '{"a":' * 100_000, '{"regviz": 1, "lab": "x", "state": ' + "[" * 9 + "]" * 9 + "}",
    " " * (MAX_BYTES + 1), "é" * (MAX_BYTES // 2 + 1),
])  # fmt: skip
def test_other_texts_are_refused(text):
    refused(text)


def test_brackets_inside_strings_are_no_nesting():
    state = State(target="[" * 50 + '\\"{{')
    assert restore(LAB, load(dump(LAB, state))[1]) == state


def mutated(chance, text):
    letters = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(letters))
        action = chance.randrange(4)
        if action == 0:
            letters[at] = chance.choice('{}[]",:.0159eE-+naNtrueI\\u \x00é')
        elif action == 1:
            del letters[at]
        elif action == 2:
            letters.insert(at, chance.choice('{}[]",:0159eE-\\'))
        else:
            end = min(len(letters), at + chance.randrange(30))
            letters[at:at] = letters[at:end]
    return "".join(letters)


def hold_under_mutation(count, seed):
    chance = random.Random(seed)
    accepted = 0
    for _ in range(count):
        changed = mutated(chance, GOOD)
        try:
            state = restore(LAB, load(changed)[1])
        except DocumentError:
            continue
        accepted += 1
        for control in controls(State):
            assert parse(control, getattr(state, control.name)) == getattr(state, control.name)
        assert restore(LAB, load(dump(LAB, state))[1]) == state
    return accepted


def test_mutants_crash_nothing_and_bring_in_nothing_out_of_range():
    assert 0 < hold_under_mutation(5_000, 1) < 5_000


def test_read_takes_regular_files_only(tmp_path):
    good = tmp_path / "good.json"
    good.write_text(GOOD, encoding="utf-8-sig")
    assert load(read(good)) == load(GOOD)
    (tmp_path / "latin.json").write_bytes(b'{"\xe9": 1}')
    (tmp_path / "big.json").write_bytes(b" " * (MAX_BYTES + 1))
    faulty = [tmp_path, tmp_path / "none.json", tmp_path / "latin.json", tmp_path / "big.json", "nul\x00.json"]
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        faulty += [tmp_path / "pipe", "/dev/zero"]
    for path in faulty:
        with pytest.raises(DocumentError):
            read(path)


def test_text_is_json_with_unicode_kept():
    written = dump(LAB, State(target="größe λ"))
    assert "größe λ" in written
    assert json.loads(written)["state"]["target"] == "größe λ"
