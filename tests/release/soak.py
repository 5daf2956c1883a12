"""The soak: thousands of changes of state over all labs in one window; what grows, and whether pictures slow down."""

import random
import time

import numpy as np

from regviz.labs import labs
from tests.release import draw
from tests.release.part import Part
from tests.release.screen import handles, has_proc, resident, screen, threads, turn

STAY = 12
"""Changes before the next lab comes."""


def changes(seed, first, last):
    """Change the state and wait for its picture; after each lab note memory, handles, threads and the time."""
    chance, every = random.Random(f"{seed}/{first}"), labs()
    times, notes, start = [], [], time.monotonic()
    with screen(every[0]) as made:
        for index in range(first, last):
            if index % STAY == 0:
                made.window.edits.choose(every[index // STAY % len(every)])
                made.wait()
                turn()
                notes.append((time.monotonic() - start, resident(), handles(), threads()))
            times.append((index // STAY % len(every), _change(chance, made)))
            assert not made.said, f"change {seed}/{index}: {made.said[0]}"
    return _figures(times, np.array(notes, dtype=float))


def _change(chance, made):
    """Seconds of the processor, which other programs do not lengthen, from a change of two fields to the picture or
    the sentence that answers it.
    """
    lab, began = made.window.session.lab, time.process_time()
    made.window.banner.hide()
    made.window.edits.edit(draw.changes(chance, lab, 2), True)
    made.wait(120.0)
    return time.process_time() - began


def _figures(times, notes):
    """The slope of memory over the last half, handles and threads that came, the slowing of each lab's pictures."""
    half = notes[len(notes) // 2 :]
    slope = float(np.polyfit(half[:, 0], half[:, 1], 1)[0]) * 3600.0 if len(half) > 2 else 0.0
    tenth = max(1, len(times) // 10)
    ends = [np.median([t for _, t in part]) for part in (times[:tenth], times[-tenth:])]
    early = notes[min(len(notes) - 1, len(notes) // 10)]
    return {
        "memory slope, MB/h": slope, "growth in the last half, MB": float(half[-1, 1] - half[0, 1]),
        "memory at the end, MB": float(notes[-1, 1]),
        "more handles": float(notes[-1, 2] - early[2]), "more threads": float(notes[-1, 3] - early[3]),
        "last tenth / first": float(ends[1] / ends[0]), "median, ms": 1e3 * float(np.median([t for _, t in times])),
    }  # fmt: skip


PARTS = (
    Part(name="soak", words="changes of state over all labs in one window, never interrupted", count=28_800,
         work=changes, chunk=28_800, few=13, needs=has_proc,
         goal="Goals of the whole run: slope < 1 MB/h, no more handles or threads, last tenth ≤ 1.2 × first."),
)  # fmt: skip
