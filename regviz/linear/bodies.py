"""Bodies in three dimensions: meshes of balls and of a height over the plane, turned, shaded and sorted for painting.

Projection is parallel; nothing here knows of pictures.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regviz.linear.plane import Shape
from regviz.linear.problem import Array

_LIGHT = np.array([-0.45, 0.65, 0.62])
"""Direction to the light: right, up and towards the viewer."""


@dataclass(frozen=True, eq=False)
class Faces:
    """Polygons as seen: corners ``x``, ``y`` (r, m) in painting order, far ones first, and ``light`` (r,) in 0 … 1."""

    x: Array
    y: Array
    light: Array


def turned(points: ArrayLike, turn: float, tilt: float) -> Array:
    """Points (…, 3) as (right, up, towards the viewer).

    The body is turned by ``turn`` radians about its third axis; the viewer stands ``tilt`` radians above the plane of
    the first two.
    """
    x, y, z = np.moveaxis(np.asarray(points, dtype=np.float64), -1, 0)
    right = x * math.cos(turn) - y * math.sin(turn)
    away = x * math.sin(turn) + y * math.cos(turn)
    up = z * math.cos(tilt) + away * math.sin(tilt)
    return np.stack([right, up, z * math.sin(tilt) - away * math.cos(tilt)], axis=-1)


def faces(corners: Array, turn: float, tilt: float, *, closed: bool) -> Faces:
    """The polygons ``corners`` (r, m, 3) of a body; of a ``closed`` one only those that face the viewer.

    A closed body's corners run counter-clockwise as seen from outside; an open surface is lit from both sides.
    """
    seen = turned(corners, turn, tilt)
    first, second = seen[:, 2] - seen[:, 0], seen[:, -1] - seen[:, 1]
    normal = np.cross(first, second)
    length = np.linalg.norm(normal, axis=1)
    normal = normal / np.where(length > 0.0, length, 1.0)[:, None]
    if not closed:
        normal = normal * np.where(normal[:, 2] < 0.0, -1.0, 1.0)[:, None]
    shown = np.flatnonzero((normal[:, 2] > 1e-9) & (length > 0.0))
    order = shown[np.argsort(seen[shown].mean(axis=1)[:, 2], kind="stable")]
    light = np.clip(normal[order] @ (_LIGHT / np.linalg.norm(_LIGHT)), 0.0, 1.0)
    return Faces(seen[order, :, 0], seen[order, :, 1], light)


def ball_radius(shape: Shape, directions: Array) -> Array:
    """How far the ball in three coefficients reaches along ``directions`` (…, 3); it reaches 1 along the longest axis.

    The group lasso holds the first two in one group, with weights √2 and 1.
    """
    size = np.abs(directions)
    if shape.kind == "group":
        return np.asarray(1.0 / (math.sqrt(2.0) * np.hypot(size[..., 0], size[..., 1]) + size[..., 2]))
    if shape.power is not None:
        top = size.max(axis=-1)
        return np.asarray(1.0 / (top * np.sum((size / top[..., None]) ** shape.power, axis=-1) ** (1.0 / shape.power)))
    a, b = shape.parts
    level = a + 0.5 * b
    straight, square = a * size.sum(axis=-1), 0.5 * b * np.sum(size * size, axis=-1)
    return np.asarray(2.0 * level / (straight + np.sqrt(straight**2 + 4.0 * square * level)))


def ball_mesh(shape: Shape, around: int = 56, upward: int = 28) -> Array:
    """The ball's surface as quadrilaterals (r, 4, 3); the planes of the axes fall on edges of the mesh.

    ``around`` must be divisible by 4 and ``upward`` by 2. Narrower towards the axes, where corners and creases are.
    """
    longitude = 0.5 * np.pi * _eased(np.linspace(0.0, 4.0, around + 1))
    latitude = 0.5 * np.pi * (_eased(np.linspace(0.0, 2.0, upward + 1)) - 1.0)
    flat, level = np.meshgrid(longitude, latitude, indexing="ij")
    rays = np.stack([np.cos(level) * np.cos(flat), np.cos(level) * np.sin(flat), np.sin(level)], axis=-1)
    rays[np.abs(rays) < 1e-15] = 0.0
    points = ball_radius(shape, rays)[..., None] * rays
    corners = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], axis=2)
    return np.asarray(corners.reshape(-1, 4, 3))


def _eased(quarters: Array) -> Array:
    """Steps that are short near every whole quarter of a turn."""
    whole = np.floor(quarters)
    part = quarters - whole
    return np.asarray(whole + part * part * (3.0 - 2.0 * part))


def rim(shape: Shape, plane: tuple[int, int], m: int = 96) -> Array:
    """The closed line (m + 1, 3) in which the ball cuts the ``plane`` of two axes; corners and creases lie on it."""
    quarters = _eased(np.linspace(0.0, 4.0, m + 1)) * 0.5 * np.pi
    rays = np.zeros((m + 1, 3))
    rays[:, plane[0]], rays[:, plane[1]] = np.cos(quarters), np.sin(quarters)
    rays[np.abs(rays) < 1e-15] = 0.0
    return np.asarray(ball_radius(shape, rays)[:, None] * rays)


def rim_seen(shape: Shape, plane: tuple[int, int], turn: float, tilt: float, m: int = 96) -> NDArray[np.bool_]:
    """For every point of `rim` whether a face beside it looks at the viewer (m + 1,); exact for convex balls."""
    line = rim(shape, plane, m)
    ahead = np.roll(line[:-1], -1, axis=0)
    middle = 0.5 * (line[:-1] + ahead)
    seen = np.zeros(m, dtype=bool)
    middle *= ball_radius(shape, middle)[:, None]
    for side in (1e-3, -1e-3):
        ray = middle.copy()
        ray[:, 3 - sum(plane)] = side
        off = ball_radius(shape, ray)[:, None] * ray
        normal = np.cross(ahead - line[:-1], off - middle)
        normal *= np.sign(np.sum(normal * middle, axis=1))[:, None]
        seen |= turned(normal, turn, tilt)[:, 2] > 0.0
    return np.append(seen | np.roll(seen, 1), seen[0] | seen[-1])


def surface(ticks: Array, heights: Array, top: float) -> Array:
    """The surface of ``heights`` (k, k), a row for each second coordinate, over ``ticks`` (k,), cut off at ``top``.

    Polygons (r, 5, 3); cells that are not cut repeat their last corner.
    """
    x, y = np.meshgrid(ticks, ticks)
    points = np.stack([x, y, heights], axis=-1)
    cells = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], axis=2).reshape(-1, 4, 3)
    under = cells[..., 2] <= top
    whole = cells[under.all(axis=1)]
    kept = [np.concatenate([whole, whole[:, -1:]], axis=1)]
    cut = [_below(cell, top) for cell in cells[under.any(axis=1) & ~under.all(axis=1)]]
    return np.concatenate(kept + ([np.stack(cut)] if cut else []))


def _below(cell: Array, top: float) -> Array:
    """The part of one polygon (4, 3) under ``top`` as five corners."""
    kept: list[Array] = []
    for here, there in zip(cell, np.roll(cell, -1, axis=0), strict=True):
        if here[2] <= top:
            kept.append(here)
        if (here[2] <= top) != (there[2] <= top):
            kept.append(here + (there - here) * ((top - here[2]) / (there[2] - here[2])))
    kept = kept[:5]
    return np.stack(kept + [kept[-1]] * (5 - len(kept)))
