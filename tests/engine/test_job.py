"""A job against a plain model, and what the worker tells of it: which frame, of which state, how often, and why not."""

from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from regviz.engine import Delivery, Failure, Worker
from regviz.engine.job import Job


class Echo:
    """A training whose frames are their number and all states that it was told."""

    name = title = "echo"
    trains = True

    def key(self, state):
        return None

    def frames(self, state):
        told = [state]
        for number in count():
            news = yield number, tuple(told)
            if news is not None:
                told.append(news)


class Model(RuleBasedStateMachine):
    """A list of what was shown and a place in it; of states that come between two frames the last one is told."""

    def __init__(self):
        super().__init__()
        self.job = Job(Echo(), 0)
        self.state, self.told, self.news = 0, (0,), None
        self.shown, self.at = [], -1

    @rule(state=st.integers(1, 9))
    def absorb(self, state):
        self.job.absorb(state)
        self.state = self.news = state

    @rule()
    def pull(self):
        if self.shown and self.news is not None:
            self.told, self.news = (*self.told, self.news), None
        self.shown.append((self.state, (len(self.shown), self.told)))
        self.at = len(self.shown) - 1
        assert self.job.pull() == self.shown[-1][1]

    @rule(steps=st.integers(-3, 3))
    def turn_back(self, steps):
        found = self.job.turn_back(steps)
        if self.shown and 0 <= self.at - steps < len(self.shown):
            self.at -= steps
            assert found == self.shown[self.at]
        else:
            assert found is None


class TestModel(Model.TestCase):
    settings = settings(max_examples=60, stateful_step_count=30)


class Staged(Echo):
    """Frames that say how far they are."""

    def __init__(self, trains):
        self.trains = trains

    def frames(self, state):
        for progress in (None, 0.0, 0.5, 1.0):
            yield type("Frame", (), {"progress": progress})


@pytest.mark.parametrize("trains", [False, True])
def test_a_training_is_complete_where_its_progress_is_one_and_nothing_else_is(trains):
    job = Job(Staged(trains), 0)
    for expected in (False, False, False, trains):
        job.pull()
        assert job.complete == expected


class Desk:
    """A worker with a clock of its own."""

    def __init__(self):
        self.now, self.said = 0.0, []
        self.worker = Worker(self.said.append, clock=lambda: self.now)

    def turn(self):
        self.worker.acknowledge()
        return self.worker.turn()

    @property
    def last(self):
        return next(m for m in reversed(self.said) if isinstance(m, Delivery))


def played(states):
    """A desk after one frame of each of these states."""
    desk = Desk()
    for state in states:
        desk.worker.request(ECHO, state)
        desk.turn()
    return desk


ECHO = Echo()


def test_steps_that_are_asked_for_at_once_add_up():
    desk = played(range(6))
    for ways, shown in (((-1, -1), 3), ((-2, 1), 2), ((1, 1, 1), 5), ((-1, -1, -1, 2), 4)):
        for way in ways:
            desk.worker.step(way)
        desk.turn()
        assert desk.last.frame[0] == shown


def test_a_frame_of_the_past_comes_with_the_state_that_it_shows():
    desk = played(range(6))
    for shown in (4, 3, 2, 1, 0):
        desk.worker.step(-1)
        desk.turn()
        assert (desk.last.state, desk.last.frame[0]) == (shown, shown)


@pytest.mark.parametrize("speed", [0.25, 0.5, 1.0, 2.0, 5.0])
def test_frames_a_second_are_sixty_times_the_speed(speed):
    desk = played([0])
    desk.worker.set_speed(speed)
    desk.worker.play()
    while desk.now < 4.0:
        desk.now += desk.turn() or 0.0
    assert desk.last.frame[0] == pytest.approx(4.0 * 60 * speed, rel=0.02, abs=speed)


def test_a_frame_has_the_serial_of_its_request_although_another_waits():
    desk = Desk()

    class Busy(Echo):
        trains = False

        def frames(self, state):
            if state == 0:
                desk.worker.request(self, 1)
            yield state

    busy = Busy()
    serials = {0: desk.worker.request(busy, 0)}
    desk.turn()
    assert (desk.last.state, desk.last.serial) == (0, serials[0])
    desk.turn()
    assert desk.last.state == 1 and desk.last.serial > serials[0]


def failed(error):
    """What people read when a lab raises this."""

    class Faulty(Echo):
        def frames(self, state):
            raise error
            yield

    desk = Desk()
    desk.worker.request(Faulty(), 0)
    desk.turn()
    assert isinstance(desk.said[-1], Failure)
    return desk.said[-1].sentence


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, OSError, AssertionError, TypeError])
def test_only_a_value_error_speaks_for_itself(kind):
    assert failed(ValueError("There are no rows.")) == "There are no rows."
    assert failed(kind("There are no rows.")).startswith("echo could not compute this: ")


@pytest.mark.parametrize("size", [10, 200, 240, 1000])
def test_a_sentence_that_is_cut_says_so(size):
    said = failed(RuntimeError("x" * size))
    told = said.removeprefix("echo could not compute this: RuntimeError: ")
    kept = told.count("x")
    assert len(said) < 300
    assert told == "x" * kept + ("." if kept == size else "….")
