"""How often a training's frames come, by a clock of the test's own."""

import numpy as np
import pytest

from regviz.engine import Worker
from regviz.engine.worker import INTERVAL


class Dear:
    """A training whose frames take 10 ms of its own clock."""

    name = title = "dear"
    trains = True
    now = 0.0

    def key(self, state):
        return state

    def frames(self, state):
        for number in range(state):
            self.now += 0.010
            yield number


def test_frames_that_take_time_still_come_at_the_pace():
    """Sixty a second, as long as making and painting one takes less: the wait counts from where its making began."""
    dear = Dear()
    worker = Worker(lambda message: None, clock=lambda: dear.now)
    worker.request(dear, 100)
    worker.turn()
    worker.play()
    begun = []
    for _ in range(5):
        dear.now += 0.004  # painting
        worker.acknowledge()
        wait = worker.turn()
        assert wait == pytest.approx(INTERVAL - 0.014)
        dear.now += wait
        begun.append(dear.now)
        worker.turn()
    assert np.diff(begun) == pytest.approx(INTERVAL)
