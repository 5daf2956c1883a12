"""Undo and redo: random sequences on the session, with the states of real labs, against one plain list a lab."""

import random

from regviz.engine import Session
from regviz.lab import controls, replace
from regviz.labs import labs
from tests.release import draw
from tests.release.part import Part

STEPS = 60


class Line:
    """The states of one lab in their order, the place of the present one, and the fields of an unfinished edit."""

    def __init__(self, state):
        self.states, self.at, self.burst = [state], 0, None

    @property
    def state(self):
        return self.states[self.at]

    def cut(self):
        del self.states[self.at + 1 :]

    def visit(self, state):
        if state != self.state:
            self.cut()
            self.states.append(state)
            self.at += 1

    def change(self, state, fields, finished):
        if self.burst is not None and self.burst != fields:
            self.settle()
        if state != self.state:
            if self.burst is None:
                self.visit(state)
                self.burst = fields
            else:
                self.states[self.at] = state
        if finished:
            self.settle()

    def settle(self):
        if self.burst is not None and self.states[self.at - 1] == self.state:
            self.states.pop()
            self.at -= 1
        self.burst = None

    def move(self, places):
        self.settle()
        self.at = min(len(self.states) - 1, max(0, self.at + places))


def sequences(seed, first, last):
    """Each sequence over three labs; after every step state, undo and redo are as in the list."""
    every, steps = labs(), 0
    for index in range(first, last):
        chance = random.Random(f"{seed}/{index}")
        few = chance.sample(every, min(3, len(every)))
        session = Session(few[0], few[0].State(), edit=lambda state, changes: replace(state, **changes))
        lines, lab = {few[0].name: Line(few[0].State())}, few[0]
        told = []
        session.listen(lambda told=told: told.append(1))
        for step in range(STEPS):
            lab = _step(chance, session, lines, lab, few)
            _agree(session, lab, lines[lab.name], f"case {seed}/{index}, step {step}")
        assert len(told) <= 2 * STEPS, f"case {seed}/{index}: {len(told)} calls"
        steps += STEPS
    return {"steps": steps}


def _step(chance, session, lines, lab, few):
    """Do one thing to both; the lab that is current then."""
    line, kind = lines[lab.name], chance.choices(("set", "undo", "redo", "settle", "reset", "switch", "go"),
                                                 (40, 18, 14, 5, 4, 8, 8))[0]  # fmt: skip
    if kind == "set":
        _set(chance, session, line, lab)
    elif kind in ("undo", "redo"):
        places = -1 if kind == "undo" else 1
        line.settle()
        possible = 0 <= line.at + places < len(line.states)
        assert getattr(session, kind)() == possible
        line.move(places)
    elif kind == "settle":
        session.settle()
        line.settle()
    elif kind == "reset":
        session.reset(lab.State())
        line.settle()
        line.visit(lab.State())
    else:
        return _go(chance, session, lines, line, kind == "go", few)
    return lab


def _set(chance, session, line, lab):
    """Change one field, often of the same few values, so that edits come back to where they began."""
    control = chance.choice(controls(lab.State)[:6])
    value = control.default if chance.random() < 0.3 else draw.value(chance, control)
    finished = chance.random() < 0.5
    session.set({control.name: value}, finished)
    line.change(replace(line.state, **{control.name: value}), frozenset((control.name,)), finished)


def _go(chance, session, lines, line, with_state, few):
    other = chance.choice(few)
    if with_state:
        state = draw.state(chance, other)
        session.go(other, state)
        line.settle()
        lines.setdefault(other.name, Line(state)).visit(state)
    else:
        if other is not session.lab:
            line.settle()
        session.switch(other, other.State())
        lines.setdefault(other.name, Line(other.State()))
    return other


def _agree(session, lab, line, case):
    assert session.lab is lab, case
    assert session.state == line.state, case
    assert session.can_undo == (line.at > 0), case
    assert session.can_redo == (line.at < len(line.states) - 1), case


PARTS = (
    Part(name="undo-redo", words="sequences of edits, undo and redo over real states against a plain list",
         count=10_000, work=sequences, chunk=200, few=20),
)  # fmt: skip
