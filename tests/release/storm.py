"""Slider storms: moves as fast as a loop makes them, then a thousand a second, on the real window."""

import time
from contextlib import contextmanager

import numpy as np
from PySide6.QtWidgets import QApplication

from regviz.labs import find, labs
from tests.gui.window.waiting import until
from tests.release.part import Part
from tests.release.screen import has_proc, resident, screen

TIGHT = 500
"""Moves of one case that nothing interrupts."""
SECONDS = 0.5
"""Then so long a move each millisecond."""
GROWTH = 20.0
"""Megabytes that ten and more storms may leave behind."""


def on_shrinkage(seed, first, last):
    """All cases in one window: latency after the last move, stalls of the event loop, waiting jobs, memory."""
    with screen(find("shrinkage")) as made:
        return _storms(made, seed, range(first, last))


def on_every_lab(seed, first, last):
    """Case k on lab k, in a window of its own."""
    found = {}
    for index in range(first, last):
        with screen(labs()[index % len(labs())]) as made:
            for name, value in _storms(made, seed, (index,)).items():
                found[name] = max(found.get(name, value), value)
    return found


def _storms(made, seed, cases):
    assert made.wait(), made.said or "no first picture"
    latencies, gaps, before = [], [], None
    with _one_at_a_time(made.window.bridge.worker) as most:
        for index in cases:
            chance = np.random.default_rng([seed, index])
            latencies.append(_tight(made, chance))
            after, waits = _steady(made, chance)
            latencies.append(after)
            gaps += waits
            before = resident() if before is None and len(latencies) >= min(20, 2 * len(cases)) else before
    assert not made.said, made.said[0]
    assert most[0] <= 1, f"{most[0]} frames at once on their way to the painter"
    grown = resident() - before
    assert grown < GROWTH, f"the memory grew by {grown:.1f} MB"
    return {
        "last move to picture, ms": 1e3 * max(latencies), "median of it, ms": 1e3 * float(np.median(latencies)),
        "stall p99, ms": 1e3 * float(np.quantile(gaps, 0.99)), "longest stall, ms": 1e3 * max(gaps),
        "growth, MB": max(0.0, grown),
    }  # fmt: skip


@contextmanager
def _one_at_a_time(worker):
    """The most frames that were delivered and not yet acknowledged."""
    most, out, deliver, acknowledge = [0], [0], worker._deliver, worker.acknowledge

    def count(message):
        if hasattr(message, "frame"):
            out[0] += 1
            most[0] = max(most[0], out[0])
        deliver(message)

    def clear():
        out[0] = 0
        acknowledge()

    worker._deliver, worker.acknowledge = count, clear
    try:
        yield most
    finally:
        worker._deliver, worker.acknowledge = deliver, acknowledge


def _go(made, share):
    slider = made.window.main_slider()
    if slider is not None and slider.isEnabled():
        slider.go(slider.value_at(share), False)


def _shown_after(made):
    """Seconds until the last state is on the screen."""
    start = time.perf_counter()
    assert until(lambda: made.is_shown() or made.said, 60.0), "the last state is never shown"
    return time.perf_counter() - start


def _tight(made, chance):
    for share in chance.random(TIGHT):
        _go(made, share)
    return _shown_after(made)


def _steady(made, chance):
    """Moves at a thousand a second; the latency after the last one, and how long each turn of the loop took."""
    gaps, start = [], time.perf_counter()
    for number in range(int(SECONDS * 1000)):
        _go(made, chance.random())
        before = time.perf_counter()
        QApplication.processEvents()
        after = time.perf_counter()
        gaps.append(after - before)
        time.sleep(max(0.0, start + (number + 1) / 1000.0 - after))
        if after - start > 5.0 * SECONDS:
            break
    return _shown_after(made), gaps


_LARGEST = ("last move to picture, ms", "median of it, ms", "stall p99, ms", "longest stall, ms", "growth, MB")
PARTS = (
    Part(name="storm", words="500 moves at once, then half a second at 1,000 a second, in one window", count=120,
         work=on_shrinkage, chunk=120, few=1, largest=_LARGEST, needs=has_proc,
         goal="Goals on an idle machine: picture ≤ 100 ms, stall p99 < 50 ms, memory flat."),
    Part(name="storm-labs", words="such a storm on every lab in turn", count=60, work=on_every_lab, chunk=1, few=1,
         largest=_LARGEST, needs=has_proc, goal="Goals on an idle machine: as for storm."),
)  # fmt: skip
