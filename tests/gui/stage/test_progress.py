"""Walking is a matter of numbers: laws of the order of steps, of typed numbers and of the speaker's clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.gui.stage.clock import Schedule, written
from regviz.gui.stage.progress import Place, Typed
from regviz.lab.lecture import Lecture, Step

LECTURES = st.lists(
    st.builds(Step, st.just("toy"), question=st.sampled_from(["", "Why?"]), minutes=st.floats(0, 60)),
    min_size=1, max_size=12,
).map(lambda steps: Lecture("A", tuple(steps)))  # fmt: skip


@given(LECTURES)
def test_next_shows_every_question_and_then_its_picture_and_stops_at_the_end(lecture):
    place, seen = Place(lecture).at(0), []
    while not seen or seen[-1] != place:
        seen.append(place)
        place = place.next()
    wanted = [(k, True) for k, step in enumerate(lecture.steps) if step.question]
    wanted += [(k, False) for k in range(len(lecture.steps))]
    assert [(one.index, one.covered) for one in seen] == sorted(wanted, key=lambda one: (one[0], not one[1]))


@given(LECTURES, st.integers(-3, 20))
def test_previous_goes_back_picture_by_picture(lecture, index):
    place = Place(lecture).at(index)
    assert place.index == min(max(index, 0), len(lecture.steps) - 1)
    assert place.covered == bool(lecture.steps[place.index].question)
    back = place.previous()
    assert back.index == max(0, place.index - 1)
    assert not (back.index < place.index and back.covered)


@given(st.integers(1, 500), st.data())
def test_a_typed_number_is_a_step_and_every_step_can_be_typed(last, data):
    number = data.draw(st.integers(1, last))
    typed = Typed(last)
    for digit in str(number):
        assert not typed.certain
        typed = typed.digit(int(digit))
    assert typed.number == number
    assert typed.certain == (10 * number > last)
    for digit in data.draw(st.lists(st.integers(0, 9), max_size=6)):
        typed = typed.digit(digit)
        assert 0 <= typed.number <= last


@given(LECTURES, st.floats(0, 1e5))
def test_the_plan_counts_behind_and_ahead_from_the_step_on_show(lecture, elapsed):
    schedule = Schedule(lecture)
    for index, step in enumerate(lecture.steps):
        begin = sum(60.0 * one.minutes for one in lecture.steps[:index])
        end = begin + 60.0 * step.minutes
        assert schedule.begins[index] == pytest.approx(begin)
        assert schedule.ends[index] == pytest.approx(end)
        lag = schedule.lag(index, elapsed)
        if elapsed > end:
            assert lag == pytest.approx(elapsed - end, abs=1e-6)
        elif elapsed < begin:
            assert lag == pytest.approx(elapsed - begin, abs=1e-6)
        else:
            assert lag == pytest.approx(0.0, abs=1e-6)
    assert schedule.left(elapsed) == schedule.whole - elapsed


def test_times_are_written_as_on_a_clock():
    assert [written(s) for s in (0, 5.9, 65, 600, 3599.9, 3600, 3723)] == [
        "0:00", "0:05", "1:05", "10:00", "59:59", "1:00:00", "1:02:03"]  # fmt: skip
    assert written(-65) == "−1:05"
    assert written(-0.4) == "0:00"


def test_the_time_there_is_goes_before_the_sum_of_the_steps():
    steps = (Step("toy", minutes=2.0), Step("toy", minutes=3.0))
    assert Schedule(Lecture("A", steps)).whole == 300.0
    assert Schedule(Lecture("A", steps, minutes=10.0)).whole == 600.0
