"""Work in steps: the same answer at once or step by step, going on where it was put off, progress that rises."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from regviz.data.steps import finished, part
from regviz.lab import Frame, controls, replace
from regviz.labs import _data, labs
from regviz.labs._memo import gradual, meanwhile, memo

TABLED = [lab for lab in labs() if any(c.name == "dataset" and c.free for c in controls(lab.State))]
FRAME = Frame(panels=(), readouts=(), caption="Nothing yet.")


def counting():
    done = []

    @gradual(2)
    def squared(x):
        for k in range(1, 5):
            done.append(k)
            yield k / 4
        return x * x

    return squared, done


def test_steps_and_a_call_give_the_same_and_the_work_is_done_once():
    squared, done = counting()
    assert finished(squared.steps(3)) == 9
    assert squared(3) == 9
    assert list(squared.steps(3)) == []
    assert done == [1, 2, 3, 4]
    assert squared.knows(3) and not squared.knows(4)


@pytest.mark.parametrize(("between", "expected"), [((), [1, 2, 3, 4]), ((5,), [1, 1, 2, 3, 4, 1, 2, 3, 4])])
def test_work_that_is_put_off_goes_on_where_it_stopped_unless_other_work_came_between(between, expected):
    squared, done = counting()
    steps = squared.steps(3)
    next(steps)
    steps.close()
    assert not squared.knows(3)
    assert [squared(x) for x in between] == [x * x for x in between]
    assert list(squared.steps(3))[-1] == 1.0
    assert squared(3) == 9
    assert done == expected


def test_work_that_failed_is_begun_anew():
    tries = []

    @gradual(2)
    def second(x):
        tries.append(x)
        yield 0.5
        if len(tries) == 1:
            raise ValueError("Not yet.")
        return x

    with pytest.raises(ValueError, match="Not yet"):
        second(7)
    assert second(7) == 7


def test_the_oldest_answer_is_forgotten():
    squared, _ = counting()
    for x in (1, 2, 3):
        finished(squared.steps(x))
    assert [squared.knows(x) for x in (1, 2, 3)] == [False, True, True]


def test_threads_that_compute_at_once_get_one_answer_and_it_is_the_one_remembered():
    both = Barrier(2, timeout=10)

    @memo(4)
    def twins(x):
        both.wait()
        return [x]

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(twins, (3, 3))
    assert one is two is twins(3)


def test_steps_end_in_the_answer_that_another_thread_had_first():
    squared, done = counting()
    steps = squared.steps(1000)
    next(steps)
    first = squared(1000)
    assert finished(steps) is first
    assert squared(1000) is first


def test_steps_stay_steps_when_the_answer_is_forgotten_in_between(monkeypatch):
    squared, _ = counting()
    monkeypatch.setattr(squared, "knows", lambda x: True)
    assert list(squared.steps(3)) == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(("least", "shown"), [(0.0, [0.25, 0.5, 0.75, 1.0]), (0.5, [0.5, 1.0])])
def test_frames_tell_how_far_the_work_is(least, shown):
    squared, _ = counting()
    answers = []

    def run():
        answers.append((yield from meanwhile(FRAME, squared.steps(5), least)))

    seen = list(run())
    assert answers == [25]
    assert [frame.progress for frame in seen] == shown
    assert {frame.status for frame in seen} == {"running"}
    assert all(frame.panels is FRAME.panels for frame in seen)


def test_a_part_keeps_the_answer_and_moves_the_shares():
    squared, _ = counting()
    steps = part(squared.steps(6), 0.5, 1.0)
    assert [next(steps) for _ in range(4)] == [0.625, 0.75, 0.875, 1.0]
    assert finished(steps) == 36


@pytest.mark.parametrize("lab", TABLED, ids=lambda lab: lab.name)
def test_a_large_table_says_how_far_it_is_read_before_there_is_a_picture(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(_data, "_LARGE", 0)
    file = tmp_path / "t.csv"
    file.write_text("a,b,y\n" + "\n".join(f"{i},{i * i % 7},{i % 5}" for i in range(12)))
    state = replace(lab.State(), dataset=str(file))
    first, second = (next(lab.frames(state)) for _ in range(2))
    assert first.caption == "Reading t.csv." and not first.panels and 0.0 < first.progress < 1.0
    assert second.progress > first.progress, "what was read of it is not read again"
    assert all(frame.panels for frame in list(lab.frames(state))[-1:] + list(lab.frames(state))[:1])
