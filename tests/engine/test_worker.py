"""The worker's five rules, turn by turn without a thread and then with one."""

import threading
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from regviz.engine import Delivery, Failure, Finished, Worker
from regviz.engine.job import RING


@dataclass(frozen=True)
class State:
    value: int = 0
    frames: int = 1
    seed: int = 0


class Pure:
    """Yields (value, 1), (value, 2), …"""

    name = title = "pure"
    trains = False

    def key(self, state):
        return state

    def frames(self, state):
        for number in range(1, state.frames + 1):
            if state.value < 0:
                raise RuntimeError("negative")
            yield state.value, number


class Training(Pure):
    """Counts its pulls and takes new states of the same seed in."""

    name = title = "training"
    trains = True

    def key(self, state):
        return state.seed

    def frames(self, state):
        step = 0
        while step < state.frames:
            step += 1
            state = (yield state.value, step) or state


PURE, TRAINING = Pure(), Training()


class Desk:
    """A worker driven by hand, with what it delivered."""

    def __init__(self, clock=lambda: 0.0):
        self.said = []
        self.worker = Worker(self.said.append, clock=clock)

    @property
    def frames(self):
        return [m for m in self.said if isinstance(m, Delivery)]

    def run(self, turns=1000):
        """Turn and acknowledge until there is nothing to do."""
        for _ in range(turns):
            self.worker.acknowledge()
            if self.worker.turn() is None:
                return self
        raise AssertionError("the worker never rests")


class Rules(RuleBasedStateMachine):
    """Requests, acknowledgements and turns in any order over a pure lab."""

    def __init__(self):
        super().__init__()
        self.desk = Desk()
        self.newest = self.begun = None
        self.cancelled = False

    @rule(value=st.integers(0, 5), frames=st.integers(1, 4))
    def request(self, value, frames):
        state = State(value, frames)
        self.newest = (self.desk.worker.request(PURE, state), state)
        self.cancelled = False

    @rule()
    def acknowledge(self):
        self.desk.worker.acknowledge()

    @rule()
    def cancel(self):
        self.desk.worker.cancel()
        self.cancelled = True

    @rule()
    def turn(self):
        worker, before = self.desk.worker, len(self.desk.said)
        waiting, unseen = worker._mail, worker._unseen
        worker.turn()
        new = self.desk.said[before:]
        if unseen:
            assert not new
        elif waiting is not None:
            assert isinstance(new[0], Delivery)
            assert (new[0].serial, new[0].number) == (self.newest[0], 1)

    @precondition(lambda self: self.newest is not None)
    @rule()
    def settle(self):
        self.desk.run()
        assert self.desk.worker._mail is None
        if not self.cancelled:
            assert self.desk.frames[-1].state == self.newest[1]
            assert self.desk.frames[-1].frame == (self.newest[1].value, self.newest[1].frames)
            assert self.desk.said[-1] == Finished(self.newest[0], PURE)

    @invariant()
    def serials_never_fall(self):
        serials = [m.serial for m in self.desk.said]
        assert serials == sorted(serials)


class TestRules(Rules.TestCase):
    settings = settings(max_examples=80, stateful_step_count=30)


def test_mailbox_keeps_the_newest_only():
    desk = Desk()
    for value in range(10):
        desk.worker.request(PURE, State(value))
    assert [d.state.value for d in desk.run().frames] == [9]


def test_first_frame_is_delivered_although_a_request_waits():
    desk = Desk()

    class Slow(Pure):
        def frames(self, state):
            if state.value == 1:
                desk.worker.request(slow, State(2, 3))
            yield from super().frames(state)

    slow = Slow()
    desk.worker.request(slow, State(1, 3))
    assert [d.frame for d in desk.run().frames] == [(1, 1), (2, 1), (2, 2), (2, 3)]


def test_later_frame_is_dropped_when_a_request_waits():
    desk = Desk()

    class Overtaken(Pure):
        def frames(self, state):
            yield "first"
            if state.value == 1:
                desk.worker.request(lab, State(2))
            yield "second"

    lab = Overtaken()
    desk.worker.request(lab, State(1))
    assert [(d.state.value, d.frame) for d in desk.run().frames] == [(1, "first"), (2, "first"), (2, "second")]


def test_nothing_is_computed_before_the_painter_has_seen_the_last():
    desk = Desk()
    desk.worker.request(PURE, State(1, 5))
    for _ in range(5):
        desk.worker.turn()
    assert [d.number for d in desk.frames] == [1]


def test_dropped_generators_are_closed():
    closed = []

    class Tidy(Pure):
        def frames(self, state):
            try:
                yield 1
                yield 2
            finally:
                closed.append(state.value)

    desk = Desk()
    lab = Tidy()
    desk.worker.request(lab, State(1))
    desk.worker.turn()
    desk.worker.request(lab, State(2))
    desk.run()
    assert closed == [1, 2]


def pull(desk, turns):
    for _ in range(turns):
        desk.worker.acknowledge()
        desk.worker.turn()
    return [d.frame for d in desk.frames]


def ticking():
    now = [0.0]

    def clock():
        now[0] += 1.0
        return now[0]

    return clock


def test_training_waits_for_play_and_stops_at_pause():
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 100))
    assert pull(desk, 5) == [(7, 1)]
    desk.worker.play()
    assert pull(desk, 3)[-1] == (7, 4)
    desk.worker.pause()
    assert pull(desk, 3)[-1] == (7, 4)


def test_training_goes_on_with_a_state_of_the_same_key():
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 100))
    desk.worker.play()
    pull(desk, 3)
    desk.worker.request(TRAINING, State(8, 100))
    assert pull(desk, 1)[-1] == (8, 5), "what is played moves on while its state changes"
    desk.worker.pause()
    desk.worker.request(TRAINING, State(9, 100))
    assert pull(desk, 1)[-1] == (9, 6)
    desk.worker.play()
    desk.worker.request(TRAINING, State(9, 100, seed=1))
    assert pull(desk, 2)[-2:] == [(9, 1), (9, 2)]


def test_restart_begins_the_same_key_anew():
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 100))
    desk.worker.play()
    pull(desk, 3)
    desk.worker.restart()
    assert pull(desk, 1)[-1] == (7, 1)
    desk.worker.restart()
    desk.worker.request(TRAINING, State(8, 100))
    assert pull(desk, 1)[-1] == (8, 1), "a request right after a restart must not undo it"


def test_steps_go_back_through_the_ring_and_forward_again():
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 100))
    desk.worker.step(1)
    pull(desk, 1)
    desk.worker.step(3)
    pull(desk, 1)
    desk.worker.step(1)
    assert pull(desk, 1) == [(7, 1), (7, 2), (7, 3)]
    for steps, shown in ((-1, 2), (-1, 1), (-1, 1), (1, 2), (1, 3), (1, 4)):
        desk.worker.step(steps)
        assert pull(desk, 1)[-1] == (7, shown)


@pytest.mark.parametrize("news", ["request", "restart", "cancel"])
@pytest.mark.parametrize("steps", [-1, 1])
def test_steps_that_wait_do_not_follow_what_comes_after_them(news, steps):
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 100))
    for _ in range(2):
        desk.worker.step(1)
        pull(desk, 2)
    before = len(desk.said)
    desk.worker.step(steps)
    getattr(desk.worker, news)(*((TRAINING, State(8, 100)) if news == "request" else ()))
    pull(desk, 4)
    assert [said.state.value for said in desk.said[before:]] == {"request": [8], "restart": [7], "cancel": []}[news]


def test_ring_is_bounded():
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 10_000))
    desk.worker.play()
    pull(desk, RING + 100)
    desk.worker.step(-(RING - 1))
    assert pull(desk, 1)[-1] == (7, 101)
    desk.worker.step(-1)
    assert pull(desk, 1)[-1] == (7, 101)


def test_end_of_training_can_be_stepped_back_and_played_again():
    desk = Desk(ticking())
    desk.worker.request(TRAINING, State(7, 3))
    desk.worker.play()
    pull(desk, 6)
    assert desk.said[-1] == Finished(1, TRAINING)
    assert not desk.worker.playing
    desk.worker.step(-1)
    assert pull(desk, 1)[-1] == (7, 2)
    desk.worker.play()
    assert pull(desk, 1)[-1] == (7, 1)


def test_speed_skips_frames_or_waits_longer():
    now = [0.0]
    desk = Desk(lambda: now[0])
    desk.worker.request(TRAINING, State(7, 100))
    desk.worker.turn()
    desk.worker.play()
    desk.worker.set_speed(8)
    now[0] = 1.0
    assert pull(desk, 1)[-1] == (7, 9)
    desk.worker.set_speed(0.5)
    now[0] = 2.0
    assert pull(desk, 1)[-1] == (7, 10)
    desk.worker.acknowledge()
    assert desk.worker.turn() == pytest.approx(2 / 60)


def test_cancel_drops_a_job_and_pauses_a_training():
    desk = Desk(ticking())
    desk.worker.request(PURE, State(1, 5))
    pull(desk, 2)
    desk.worker.cancel()
    pull(desk, 3)
    assert desk.said[2:] == [Finished(1, PURE)]
    desk.worker.request(TRAINING, State(7, 100))
    desk.worker.play()
    pull(desk, 3)
    desk.worker.cancel()
    shown = len(pull(desk, 3))
    desk.worker.step(1)
    assert len(pull(desk, 1)) == shown + 1


def test_cancel_while_computing_delivers_no_frame():
    desk = Desk()

    class Cancelled(Pure):
        def frames(self, state):
            desk.worker.cancel()
            yield 1

    desk.worker.request(Cancelled(), State(1))
    desk.run()
    assert not desk.frames
    assert isinstance(desk.said[-1], Finished)


@pytest.mark.parametrize(("error", "sentence"), [
    (ValueError("The file has no column 'y'."), "The file has no column 'y'."),
    (ValueError("shapes (2,) (3,)"), "lab could not compute this: ValueError: shapes (2,) (3,)."),
    (ZeroDivisionError(), "lab could not compute this: ZeroDivisionError."),
    (SystemExit(3), "lab could not compute this: SystemExit: 3."),
    (RuntimeError("one\ntwo."), "lab could not compute this: RuntimeError: one."),
])  # fmt: skip
@pytest.mark.parametrize("where", ["key", "frames", "later", "close"])
def test_whatever_a_lab_raises_the_worker_lives_on(error, sentence, where):
    class Faulty(Pure):
        name = title = "lab"

        def key(self, state):
            if where == "key":
                raise error
            return state

        def frames(self, state):
            if where == "frames":
                raise error
            try:
                yield 1
                if where == "later":
                    raise error
            finally:
                if where == "close":
                    raise error

    desk = Desk()
    desk.worker.request(Faulty(), State())
    desk.run()
    failures = [m for m in desk.said if isinstance(m, Failure)]
    assert [f.sentence for f in failures] == [sentence]
    assert type(error).__name__ in failures[0].trace
    desk.worker.request(PURE, State(5))
    assert desk.run().frames[-1].frame == (5, 1)


class Drag:
    """A slider dragged at 60 Hz over a lab that needs ``cost`` seconds for a frame, in simulated time."""

    def __init__(self, ticks, cost, paint):
        self.now, self.ticks, self.paint = 0.0, list(range(1, ticks + 1)), paint
        self.shown = []
        self.worker = Worker(self.show, clock=lambda: self.now)
        drag = self

        class Slow(Pure):
            def frames(self, state):
                for _ in range(2):
                    drag.pass_time(cost)
                    yield state.value

        self.lab = Slow()

    def pass_time(self, seconds):
        self.now += seconds
        while self.ticks and self.ticks[0] / 60 <= self.now:
            self.worker.request(self.lab, State(self.ticks.pop(0)))

    def show(self, message):
        if isinstance(message, Delivery):
            self.shown.append((self.now, message.state.value))

    def run(self):
        while True:
            self.worker.acknowledge()
            if self.worker.turn() is None:
                if not self.ticks:
                    return self
                self.pass_time(self.ticks[0] / 60 - self.now)
            self.pass_time(self.paint)


def test_a_drag_over_a_slow_lab_shows_many_states_and_settles():
    drag = Drag(ticks=250, cost=0.040, paint=0.010).run()
    states = [value for _, value in drag.shown]
    assert len(set(states)) >= 40
    assert states == sorted(states)
    first_of_last = next(when for when, value in drag.shown if value == 250)
    assert first_of_last - 250 / 60 <= 0.200


def test_thread_delivers_and_stops_while_computing():
    seen, go = threading.Semaphore(0), threading.Event()

    class Endless(Pure):
        def frames(self, state):
            while True:
                go.wait(5)
                yield 1

    worker = Worker(lambda message: (worker.acknowledge(), seen.release()))
    worker.start()
    go.set()
    worker.request(Endless(), State())
    assert all(seen.acquire(timeout=5) for _ in range(50))
    assert worker.stop(5)


def test_thread_that_is_stuck_does_not_hold_its_owner():
    inside, release, said = threading.Event(), threading.Event(), []

    class Stuck(Pure):
        def frames(self, state):
            inside.set()
            release.wait(30)
            yield 1

    worker = Worker(said.append)
    worker.start()
    worker.request(Stuck(), State())
    assert inside.wait(5)
    assert not worker.stop(0.01)
    release.set()
    assert worker.stop(5)
    assert said == []


def test_stop_waits_for_the_delivery_under_way():
    waited, told = [], threading.Event()

    def deliver(message):
        owner = threading.Thread(target=worker.stop, args=(0.0,))
        owner.start()
        owner.join(0.2)
        waited.append(owner.is_alive())
        told.set()

    worker = Worker(deliver)
    worker.start()
    worker.request(PURE, State())
    assert told.wait(5)
    assert worker.stop(5)
    assert waited == [True]


def test_worker_that_never_started_stops():
    assert Worker(print).stop()


def test_frames_may_come_from_elsewhere():
    said = []
    worker = Worker(said.append, open_=lambda lab, state: iter_frames(state))
    worker.request(PURE, State(3))
    worker.turn()
    assert said[0].frame == "elsewhere 3"


def iter_frames(state):
    yield f"elsewhere {state.value}"
