"""A training whose last frame says that it is complete rests there, and goes on when a new state asks for more."""

from dataclasses import dataclass

from regviz.engine import Finished
from tests.engine.test_worker import Desk, State, Training, pull, ticking


@dataclass(frozen=True)
class Shown:
    value: int
    progress: float


class Resting(Training):
    """Shows the last moment again for every state that is sent, and ends when it is pulled without one."""

    def frames(self, state):
        step = 1
        while True:
            news = yield Shown(state.value, min(1.0, step / state.frames))
            if news is not None:
                state = news
            elif step >= state.frames:
                return
            else:
                step += 1


def test_complete_training_rests_and_takes_new_states_in():
    lab = Resting()
    desk = Desk(ticking())
    desk.worker.request(lab, State(7, 3))
    desk.worker.play()
    assert pull(desk, 9) == [Shown(7, 1 / 3), Shown(7, 2 / 3), Shown(7, 1.0)]
    assert desk.said[-1] == Finished(1, lab)
    assert not desk.worker.playing
    desk.worker.step(1)
    assert pull(desk, 2)[-1] == Shown(7, 1.0)
    desk.worker.request(lab, State(8, 3))
    assert pull(desk, 2)[-1] == Shown(8, 1.0)
    desk.worker.request(lab, State(8, 6))
    desk.worker.play()
    assert pull(desk, 9)[3:] == [Shown(8, 1.0), Shown(8, 4 / 6), Shown(8, 5 / 6), Shown(8, 1.0)]
    desk.worker.play()
    assert pull(desk, 1)[-1] == Shown(8, 1 / 6)
