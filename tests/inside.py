"""Which points lie in a polygon: the crossing number, one ray to the right of each point."""

import numpy as np


def inside(polygon, points):
    """Whether each of ``points`` (m, 2) lies in the closed ``polygon`` (k, 2)."""
    held = np.zeros(len(points), dtype=bool)
    x, y = np.asarray(points, dtype=float).T
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if ay == by:
            continue
        crossing = ax + (y - ay) * (bx - ax) / (by - ay)
        held ^= ((ay > y) != (by > y)) & (x < crossing)
    return held
