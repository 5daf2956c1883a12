"""Meshes lie on the balls, turning keeps lengths, and only what faces the viewer is shown, far faces first."""

import math

import numpy as np
import pytest

from regviz.linear.bodies import ball_mesh, ball_radius, faces, rim, rim_seen, surface, turned
from regviz.linear.plane import Shape

SHAPES = [Shape("l1"), Shape("l2"), Shape("elastic-net", alpha=0.4), Shape("group"), Shape("lq", 0.5), Shape("lq", 3.0)]


def gauge(shape, p):
    """Ω in three coefficients over its value at the longest axis, written out for each kind."""
    x, y, z = np.abs(np.moveaxis(p, -1, 0))
    if shape.kind == "group":
        return math.sqrt(2) * np.sqrt(x * x + y * y) + z
    if shape.kind == "elastic-net":
        a, b = shape.alpha, 1 - shape.alpha
        return (a * (x + y + z) + b / 2 * (x * x + y * y + z * z)) / (a + b / 2)
    q = {"l1": 1.0, "l2": 2.0}.get(shape.kind, shape.q)
    return x**q + y**q + z**q


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_corner_of_the_mesh_lies_on_the_ball(shape):
    mesh = ball_mesh(shape)
    assert gauge(shape, mesh) == pytest.approx(1.0, abs=1e-9)
    for plane in ((0, 1), (0, 2), (1, 2)):
        line = rim(shape, plane)
        assert gauge(shape, line) == pytest.approx(1.0, abs=1e-9)
        assert not line[:, 3 - sum(plane)].any()
    tips = np.vstack([np.eye(3), -np.eye(3)]) * ball_radius(shape, np.eye(3)).repeat(2).reshape(3, 2).T.reshape(-1, 1)
    corners = mesh.reshape(-1, 3)
    assert all(np.min(np.max(np.abs(corners - tip), axis=1)) < 1e-12 for tip in tips)


def test_turning_keeps_lengths_and_knows_its_directions():
    points = np.random.default_rng(0).normal(size=(50, 3))
    seen = turned(points, 0.7, -0.4)
    assert np.linalg.norm(seen, axis=1) == pytest.approx(np.linalg.norm(points, axis=1))
    assert turned([1.0, 0.0, 0.0], 0.0, 0.3) == pytest.approx([1.0, 0.0, 0.0])
    assert turned([0.0, 0.0, 1.0], 0.0, math.pi / 2) == pytest.approx([0.0, 0.0, 1.0])
    assert turned([0.0, 0.0, 1.0], 1.1, 0.0) == pytest.approx([0.0, 1.0, 0.0])
    right = np.linalg.det(turned(np.eye(3), 0.7, -0.4))
    assert right == pytest.approx(1.0)


@pytest.mark.parametrize("turn", [-2.0, 0.3, 1.0])
@pytest.mark.parametrize("tilt", [-1.2, 0.0, 0.5, 1.5])
def test_half_of_a_round_ball_is_seen_with_far_faces_first(turn, tilt):
    mesh = ball_mesh(Shape("l2"))
    seen = faces(mesh, turn, tilt, closed=True)
    assert 0.4 < len(seen.x) / len(mesh) < 0.6
    away = np.hypot(seen.x.mean(axis=1), seen.y.mean(axis=1))
    assert np.all(np.diff(away) < 0.05)
    assert away[0] > 0.9 > 0.2 > away[-1]
    assert np.all((seen.light >= 0.0) & (seen.light <= 1.0))
    assert np.ptp(seen.light) > 0.5
    area = 0.5 * np.abs(np.sum(seen.x * np.roll(seen.y, -1, 1) - np.roll(seen.x, -1, 1) * seen.y, axis=1)).sum()
    assert area == pytest.approx(math.pi, rel=0.02)


def test_from_above_only_the_upper_part_of_an_octahedron_shows():
    seen = faces(ball_mesh(Shape("l1")), 0.0, math.pi / 2, closed=True)
    assert np.max(np.abs(seen.x) + np.abs(seen.y)) == pytest.approx(1.0)
    area = 0.5 * np.abs(np.sum(seen.x * np.roll(seen.y, -1, 1) - np.roll(seen.x, -1, 1) * seen.y, axis=1)).sum()
    assert area == pytest.approx(2.0)
    assert rim_seen(Shape("l1"), (0, 1), 0.0, math.pi / 2).all()
    front = rim_seen(Shape("l2"), (0, 1), 0.0, 0.5)
    line = turned(rim(Shape("l2"), (0, 1)), 0.0, 0.5)
    sure = np.abs(line[:, 2]) > 0.05
    assert np.array_equal(front[sure], (line[:, 2] > 0.0)[sure])


def test_a_surface_is_cut_level_at_its_top():
    ticks = np.linspace(-2.0, 2.0, 21)
    x, y = np.meshgrid(ticks, ticks)
    cells = surface(ticks, x * x + 2 * y * y + 0.3 * x, 3.0)
    assert cells.shape[1:] == (5, 3)
    assert cells[..., 2].max() == pytest.approx(3.0)
    assert cells[..., 2].min() == pytest.approx((x * x + 2 * y * y + 0.3 * x).min())
    flat = cells[..., :2]
    turned_on = np.roll(flat, -1, axis=1)
    area = 0.5 * np.abs(np.sum(flat[..., 0] * turned_on[..., 1] - turned_on[..., 0] * flat[..., 1], axis=1)).sum()
    assert area == pytest.approx(math.pi * (3 + 0.15**2) / math.sqrt(2), rel=0.02)
