"""The session against a plain model: a list of states and a place in it, for each lab."""

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from regviz.engine import Session
from regviz.engine.session import DEPTH


@dataclass(frozen=True)
class State:
    a: int = 0
    b: int = 0


class Lab:
    trains = False

    def __init__(self, name):
        self.name = self.title = name


LABS = (Lab("one"), Lab("two"))


class Model(RuleBasedStateMachine):
    """States visited per lab with an index; a drag replaces the newest state until it is released."""

    def __init__(self):
        super().__init__()
        self.session = Session(LABS[0], State())
        self.told = 0
        self.session.listen(self.hear)
        self.lab = 0
        self.lines = [([State()], 0), ([State()], 0)]

    def hear(self):
        self.told += 1

    def visit(self, state):
        line, at = self.lines[self.lab]
        if state != line[at]:
            self.lines[self.lab] = ([*line[: at + 1], state], at + 1)

    @rule(name=st.sampled_from("ab"), value=st.integers(0, 3))
    def edit(self, name, value):
        before = self.session.state
        told = self.told
        changed = self.session.set({name: value})
        assert changed == (self.session.state != before) == (self.told > told)
        self.visit(State(**{"a": before.a, "b": before.b, name: value}))

    @rule(name=st.sampled_from("ab"), values=st.lists(st.integers(0, 3), min_size=1, max_size=6), end=st.booleans())
    def drag(self, name, values, end):
        before = self.session.state
        for value in values:
            self.session.set({name: value}, finished=False)
        if end:
            self.session.set({name: values[-1]}, finished=True)
        else:
            self.session.settle()
        state = State(**{"a": before.a, "b": before.b, name: values[-1]})
        line, at = self.lines[self.lab]
        if state == before and any(value != getattr(before, name) for value in values):
            self.lines[self.lab] = (line[: at + 1], at)
        self.visit(state)

    @rule()
    def undo(self):
        line, at = self.lines[self.lab]
        assert self.session.undo() == (at > 0)
        self.lines[self.lab] = (line, max(0, at - 1))

    @rule()
    def redo(self):
        line, at = self.lines[self.lab]
        assert self.session.redo() == (at < len(line) - 1)
        self.lines[self.lab] = (line, min(len(line) - 1, at + 1))

    @rule()
    def reset(self):
        self.session.reset(State())
        self.visit(State())

    @rule(lab=st.integers(0, 1))
    def switch(self, lab):
        self.session.switch(LABS[lab], State())
        self.lab = lab

    @rule(lab=st.integers(0, 1), a=st.integers(0, 3))
    def go(self, lab, a):
        self.session.go(LABS[lab], State(a=a))
        self.lab = lab
        if len(self.lines[lab][0]) == 1 and not self.seen(lab):
            self.lines[lab] = ([State(a=a)], 0)
        self.visit(State(a=a))

    def seen(self, lab):
        return lab in self.known

    @invariant()
    def agree(self):
        line, at = self.lines[self.lab]
        self.known = getattr(self, "known", {0}) | {self.lab}
        assert self.session.lab is LABS[self.lab]
        assert self.session.state == line[at]
        assert self.session.can_undo == (at > 0)
        assert self.session.can_redo == (at < len(line) - 1)


class TestModel(Model.TestCase):
    settings = settings(max_examples=60, stateful_step_count=40)


def test_faulty_edit_changes_nothing():
    def refuse(state, changes):
        raise ValueError("no")

    session = Session(LABS[0], State(), edit=refuse)
    with pytest.raises(ValueError, match="no"):
        session.set({"a": 1})
    assert session.state == State()
    assert not session.can_undo


def test_edit_of_another_field_ends_a_drag():
    session = Session(LABS[0], State())
    session.set({"a": 1}, finished=False)
    session.set({"a": 2}, finished=False)
    session.set({"b": 1}, finished=False)
    session.undo()
    assert session.state == State(a=2)
    session.undo()
    assert session.state == State()


def test_history_is_bounded():
    session = Session(LABS[0], State())
    for value in range(1, DEPTH + 50):
        session.set({"a": value})
    steps = 0
    while session.undo():
        steps += 1
        assert session.state == State(a=DEPTH + 49 - steps), "the oldest are forgotten, not the newest"
    assert steps == DEPTH


def test_undo_and_redo_walk_through_the_same_states():
    session = Session(LABS[0], State())
    for value in range(1, 6):
        session.set({"a": value})
    for _ in range(2):
        assert [session.state.a for _ in range(5) if session.undo()] == [4, 3, 2, 1, 0]
        assert [session.state.a for _ in range(5) if session.redo()] == [1, 2, 3, 4, 5]


def test_nothing_can_be_redone_after_another_way_was_taken():
    session = Session(LABS[0], State())
    ways = (
        lambda: session.set({"b": 1}), lambda: session.go(LABS[0], State(b=2)), lambda: session.reset(State(b=3)),
    )  # fmt: skip
    for change in ways:
        session.set({"a": session.state.a + 1})
        session.undo()
        assert session.can_redo
        change()
        assert not session.can_redo
