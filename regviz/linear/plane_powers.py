"""Minima of a quadratic in two coefficients plus λΣ|w|^q/q: the only one for q > 1, every local one for q < 1.

For q < 1 loss + penalty is convex on a convex part of each quadrant and nowhere else curved upwards, so that a
quadrant holds at most one local minimum and each half-axis one more; 0 is always one.
"""

import numpy as np
from numpy.typing import NDArray

from regviz.linear.problem import Array

_SIGNS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
_RAYS, _FINE = 48, 400
"""Directions tried in a quadrant: of many problems at once, and of one."""
TINY = 1e-280
"""Coefficients below this are given as 0: (10⁻⁶)^(1/(q−1)) leaves the range of numbers for q near 1."""
_ROUGH = 8
"""Newton's steps along a ray, which only has to give a start."""


def convex_minimum(H: Array, g: Array, q: float, lam: Array) -> Array:
    """The minimisers (m, 2) of ½wᵀHw − gᵀw + λΣ|w|^q/q for q > 1, ``g`` (m, 2) and ``lam`` > 0 (m,).

    Bisection on w₁, whose slope rises with w₁ when w₂ is the best for it; for q < 2 on |w₁|^(q−1), which the slope
    follows evenly.
    """
    lam = np.where(lam > 0.0, lam, 1.0)
    turn = min(q - 1.0, 1.0)
    energy = np.einsum("mi,ij,mj->m", g, np.linalg.inv(H), g)
    reach = np.minimum(2.0 * np.sqrt(energy * np.linalg.inv(H)[0, 0]), (0.5 * q * energy / lam) ** (1.0 / q))
    side = np.sign(g[:, 0] - H[0, 1] * convex_root(H[1, 1], g[:, 1], q, lam))
    steep = (np.abs(g[:, 0]) + 2.0 * np.sqrt(H[0, 0] * energy)) / lam
    low, high = np.zeros(len(g)), np.minimum(reach**turn, steep ** (turn / (q - 1.0)))
    for _ in range(64):
        middle = 0.5 * (low + high)
        x = side * middle ** (1.0 / turn)
        y = convex_root(H[1, 1], g[:, 1] - H[0, 1] * x, q, lam)
        rising = side * (H[0, 0] * x + H[0, 1] * y + lam * side * np.abs(x) ** (q - 1.0) - g[:, 0]) > 0.0
        low, high = np.where(rising, low, middle), np.where(rising, middle, high)
    x = side * (0.5 * (low + high)) ** (1.0 / turn)
    x = np.where(np.abs(x) > TINY, x, 0.0)
    return np.stack([x, convex_root(H[1, 1], g[:, 1] - H[0, 1] * x, q, lam)], axis=1)


def convex_root(h: float, r: Array, q: float, lam: Array) -> Array:
    """The x (m,) with hx + λ·sign(x)|x|^(q−1) = r, for q > 1 and λ > 0.

    In log x the logarithm of the left side is convex and its slope lies between 1 and q − 1: Newton falls to the root.
    """
    size = np.abs(r)
    with np.errstate(divide="ignore"):
        goal, log_h, log_lam = np.log(size), np.log(h), np.log(lam)
    goal = np.where(size > 0.0, goal, 0.0)
    s = np.minimum(goal - log_h, (goal - log_lam) / (q - 1.0))
    for _ in range(9):
        level = np.logaddexp(log_h + s, log_lam + (q - 1.0) * s)
        share = np.exp(log_h + s - level)
        s = s - (level - goal) / (share + (q - 1.0) * (1.0 - share))
    kept = (size > 0.0) & (s > np.log(TINY))
    return np.asarray(np.where(kept, np.sign(r) * np.exp(np.where(kept, s, 0.0)), 0.0))


def concave_root(h: Array | float, r: Array, q: float, lam: Array, rounds: int = 60) -> Array:
    """The x ≥ 0 at which ½hx² − rx + λx^q/q, q < 1, has its local minimum beside 0; NaN where there is none.

    hx + λx^(q−1) is convex with its least value at (λ(1−q)/h)^(1/(2−q)), so that Newton from r/h falls to the root;
    a few ``rounds`` are enough to find a start.
    """
    least = (lam * (1.0 - q) / h) ** (1.0 / (2.0 - q))
    there = r > h * least + lam * least ** (q - 1.0)
    x = np.where(there, r / h, 2.0 * least)
    for _ in range(rounds):
        slope = h - (1.0 - q) * lam * x ** (q - 2.0)
        step = np.where(there, (h * x + lam * x ** (q - 1.0) - r) / np.where(slope > 0.0, slope, np.inf), 0.0)
        x = np.maximum(x - step, least)
        if np.all(np.abs(step) <= 2e-15 * x):
            break
    return np.asarray(np.where(there, x, np.nan))


def smallest_kept(q: float, h: float, lam: float) -> tuple[float, float]:
    """The slope up to which 0 is the global minimum of ½hx² − rx + λ|x|^q/q for q < 1, and the x it jumps to there."""
    x = (2.0 * lam * (1.0 - q) / (q * h)) ** (1.0 / (2.0 - q))
    return 0.5 * h * x + lam * x ** (q - 1.0) / q, x


def concave_minimum(H: Array, g: Array, q: float, lam: Array) -> Array:
    """The global minimisers (m, 2) of ½wᵀHw − gᵀw + λΣ|w|^q/q for q < 1, ``g`` (m, 2) and ``lam`` > 0 (m,)."""
    found = _candidates(H, g, q, np.where(lam > 0.0, lam, 1.0), _RAYS)
    heights = _heights(H, g[:, None], q, np.where(lam > 0.0, lam, 1.0)[:, None], found)
    best = np.argmin(np.where(np.isnan(heights), np.inf, heights), axis=1)
    return np.asarray(found[np.arange(len(g)), best])


def local_minima(H: Array, centre: Array, q: float, lam: float) -> tuple[Array, Array]:
    """Every local minimum (k, 2) of ½(w − c)ᵀH(w − c) + λΣ|w|^q/q for q < 1, λ > 0, and its height (k,), rising."""
    g = (H @ centre)[None]
    found = _candidates(H, g, q, np.array([lam]), _FINE)[0]
    found = found[~np.isnan(found[:, 0])]
    heights = _heights(H, g, q, np.array([lam]), found) + 0.5 * float(centre @ H @ centre)
    order = np.argsort(heights, kind="stable")
    return found[order], heights[order]


def _heights(H: Array, g: Array, q: float, lam: Array, w: Array) -> Array:
    quadratic = 0.5 * np.einsum("...i,ij,...j->...", w, H, w) - np.sum(g * w, axis=-1)
    return np.asarray(quadratic + lam * np.sum(np.abs(w) ** q, axis=-1) / q)


def _candidates(H: Array, g: Array, q: float, lam: Array, rays: int) -> Array:
    """(m, 9, 2): 0, the four half-axes, the four quadrants; NaN where there is no minimum."""
    found = np.full((len(g), 9, 2), np.nan)
    found[:, 0] = 0.0
    for k, (axis, sign) in enumerate(((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)), start=1):
        x = concave_root(float(H[axis, axis]), sign * g[:, axis], q, lam)
        found[:, k, axis] = sign * x
        found[:, k, 1 - axis] = np.where(np.isnan(x), np.nan, 0.0)
    for k, signs in enumerate(_SIGNS, start=5):
        found[:, k] = signs * _inside(H * np.outer(signs, signs), g * signs, q, lam, rays)
    return found


def _inside(H: Array, g: Array, q: float, lam: Array, rays: int) -> Array:
    """The local minimum (m, 2) with both coefficients positive, or NaN: the best of a fan of rays, then Newton."""
    phi = _fan(rays)
    along = np.stack([np.cos(phi), np.sin(phi)], axis=1)
    curve = np.einsum("ri,ij,rj->r", along, H, along)
    charge = np.sum(along**q, axis=1)
    slope = g @ along.T
    r = concave_root(curve, slope, q, lam[:, None] * charge, _ROUGH)
    heights = 0.5 * curve * r * r - slope * r + lam[:, None] * charge * r**q / q
    heights = np.where(np.isnan(heights), np.inf, heights)
    start = _valley(heights)
    w = np.take_along_axis(r, start[:, None], axis=1) * along[start]
    return _newton(H, g, q, lam, w)


def _fan(rays: int) -> Array:
    """Angles of a quadrant, evenly spaced and, since minima can hug an axis, ever closer towards both axes."""
    even = np.linspace(0.0, 0.5 * np.pi, rays + 2)[1:-1]
    close = np.geomspace(1e-4, even[0], 17)[:-1]
    return np.concatenate([close, even, 0.5 * np.pi - close[::-1]])


def _valley(heights: Array) -> NDArray[np.intp]:
    """The lowest ray below both neighbours, of two equal ones the second; the lowest of all where there is none."""
    padded = np.pad(heights, ((0, 0), (1, 1)), constant_values=-np.inf)
    dip = (heights <= padded[:, :-2]) & (heights < padded[:, 2:])
    return np.asarray(np.argmin(np.where(dip, heights, heights + 1e300), axis=1))


def _newton(H: Array, g: Array, q: float, lam: Array, w: Array) -> Array:
    """Newton's steps from ``w`` (m, 2), never past half of a coefficient; NaN unless they end in a minimum."""
    strength = lam[:, None]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        for _ in range(30):
            first, second, area, slope = _curvature(H, g, q, strength, w)
            step = np.stack([second * slope[:, 0] - H[0, 1] * slope[:, 1],
                             first * slope[:, 1] - H[0, 1] * slope[:, 0]], axis=1) / area[:, None]  # fmt: skip
            w = np.maximum(w - step, 0.5 * w)
            if np.all((np.abs(step) <= 2e-15 * w) | np.isnan(w)):
                break
        first, second, area, slope = _curvature(H, g, q, strength, w)
        flat = np.max(np.abs(slope), axis=1) <= 1e-9 * (np.max(np.abs(g), axis=1) + lam)
        return np.asarray(np.where((flat & (first > 0.0) & (area > 0.0))[:, None], w, np.nan))


def _curvature(H: Array, g: Array, q: float, lam: Array, w: Array) -> tuple[Array, Array, Array, Array]:
    """The Hessian's diagonal (m,), (m,), its determinant (m,), and the slope (m, 2)."""
    bend = lam * (q - 1.0) * w ** (q - 2.0)
    first, second = H[0, 0] + bend[:, 0], H[1, 1] + bend[:, 1]
    return first, second, first * second - H[0, 1] ** 2, w @ H - g + lam * w ** (q - 1.0)
