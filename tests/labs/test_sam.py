"""The sam lab: the surfaces, both walks, what SAM's loss stands for, and curvature around its nets."""

import dataclasses
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

from regviz.labs import _nets as nets
from regviz.labs.sam import curvature, lab, net, reading_panels, readings
from regviz.labs.sam.snippets import code
from regviz.labs.sam.state import LAND, NETS, READ, SCALED, SamState
from regviz.labs.sam.surface import BOWL, EXTENT, FLAT, SHARP, SURFACES, TWO, _steepest
from regviz.labs.sam.walk import DESCENT, SAM, cycle, ends, strides, walk
from regviz.neural import (
    Batches,
    BatchNorm,
    Hyper,
    Landscape,
    Trainer,
    ascend,
    batch_of,
    filter_directions,
    gradient_norms,
    mlp,
)

RNG = np.random.default_rng(0)
EVERY = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
POINTS = RNG.uniform((EXTENT[0], EXTENT[2]), (EXTENT[1], EXTENT[3]), (200, 2))


def last(**fields):
    return deque(lab.frames(SamState(**fields)), maxlen=1)[0]


# Surfaces.


NEAR = dataclasses.replace(SURFACES[TWO], apart=0.15)


@pytest.mark.parametrize("surface", [*SURFACES.values(), NEAR], ids=[*SURFACES, "minima side by side"])
def test_a_basin_is_where_small_steps_end(surface):
    rate, w = 1.0 / _steepest(surface), np.concatenate([3.0 * POINTS, [[np.nan, 0.0], [0.0, np.inf], [1e200, 1.0]]])
    found = surface.basin(w)
    with np.errstate(all="ignore"):
        for _ in range(400):
            w = w - rate * surface.gradient(w)
    far = np.hypot(*np.moveaxis(w[:, None] - surface.minima, 2, 0))
    there = (far < 0.2).any(axis=1)
    assert 20 < there.sum() < len(w)
    np.testing.assert_array_equal(found, np.where(there, far.argmin(axis=1), -1))


@EVERY
def test_gradient_and_hessian_are_central_differences(surface):
    step, eye = 1e-5, np.eye(2)
    slopes = [(surface.loss(POINTS + step * e) - surface.loss(POINTS - step * e)) / (2 * step) for e in eye]
    np.testing.assert_allclose(surface.gradient(POINTS), np.stack(slopes, axis=-1), rtol=1e-6, atol=1e-8)
    bends = [(surface.gradient(POINTS + step * e) - surface.gradient(POINTS - step * e)) / (2 * step) for e in eye]
    np.testing.assert_allclose(surface.hessian(POINTS), np.stack(bends, axis=-1), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(surface.sharpness(POINTS), np.linalg.eigvalsh(surface.hessian(POINTS))[:, -1])


@EVERY
def test_minima_are_minima_of_loss_zero_and_nothing_is_a_local_maximum(surface):
    assert not surface.gradient(surface.minima).any()
    assert (surface.loss(surface.minima) == 0).all()
    assert (np.linalg.eigvalsh(surface.hessian(surface.minima))[:, 0] > 0).all()
    x = np.linspace(*EXTENT[:2], 400)
    still = surface.gradient(np.stack([x, np.zeros_like(x)], axis=1))[:, 1]
    assert not still.any()  # critical points lie on w₂ = 0 alone, as the curvature across is positive …
    assert (surface.hessian(POINTS)[:, 1, 1] > 0).all()  # … and the loss rises to both sides of it


def test_one_minimum_is_sharp_and_the_other_flat():
    sharp, flat = SURFACES[TWO].sharpness(SURFACES[TWO].minima)
    assert sharp > 5 * flat
    assert SURFACES[TWO].names == ("sharp", "flat")


# Walks.


def test_with_radius_zero_sam_is_gradient_descent_to_the_bit():
    for jitter in (0.0, 0.4):
        found = walk(SamState(rho=0.0, jitter=jitter)).w
        assert found[:, DESCENT].tobytes() == found[:, SAM].tobytes()


@pytest.mark.parametrize("name", SURFACES)
def test_a_walk_takes_the_very_steps_of_the_paper(name):
    state = SamState(surface=name, walk=30)
    surface, found = SURFACES[name], walk(state)
    for t in range(31):
        w = found.w[t, SAM]
        g = surface.gradient(w)
        np.testing.assert_allclose(found.climbed[t], w + 0.2 * g / np.linalg.norm(g), rtol=1e-12, atol=1e-14)
        used = surface.gradient(w + 0.2 * g / np.linalg.norm(g))
        np.testing.assert_allclose(found.w[t + 1, SAM], w - 0.06 * used, rtol=1e-9, atol=1e-13)
        plain = found.w[t, DESCENT]
        np.testing.assert_allclose(found.w[t + 1, DESCENT], plain - 0.06 * surface.gradient(plain), rtol=1e-12)


def test_noise_is_the_same_in_both_passes():
    """With noise z the climb follows ∇L + z and the step uses ∇L(w + ε) + z."""
    surface, start = SURFACES[BOWL], np.array([[0.4, 0.3]])
    z = np.array([[0.7, -0.2]])
    w, climbed, used = next(strides(surface, start, np.array([0.2]), 0.06, z))
    g = surface.gradient(start) + z
    np.testing.assert_allclose(climbed, start + 0.2 * g / np.linalg.norm(g), rtol=1e-12)
    np.testing.assert_allclose(used, surface.gradient(climbed) + z, rtol=1e-12)
    assert np.array_equal(w, start)


def test_a_gradient_of_zero_is_no_direction():
    found = walk(SamState(surface=BOWL, start_x=0.0, start_y=0.0))
    assert not found.w.any()
    assert not found.climbed.any()


def test_a_quadratic_uses_h_at_the_climbed_point():
    H = np.diag([1.0, 12.0])
    found = walk(SamState(surface=BOWL))
    for w, used in zip(found.w[:40, SAM], found.used[:40], strict=True):
        np.testing.assert_allclose(used, H @ (w + 0.2 * H @ w / np.linalg.norm(H @ w)), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("curvature", [0.5, 3.0, 12.0, 30.0])
@pytest.mark.parametrize("rate", [0.005, 0.03, 0.06])
@pytest.mark.parametrize("rho", [0.05, 0.2])
def test_on_a_quadratic_sam_bounces_at_the_radius_of_its_cycle(curvature, rate, rho):
    """w ← (1 − ηh)w − ηhρ·sign w has the cycle ±ηhρ/(2 − ηh) and, from anywhere but 0, tends to it."""
    radius = cycle(curvature, rate, rho)
    step = (1 - rate * curvature) * radius - rate * curvature * rho
    assert step == pytest.approx(-radius, rel=1e-12)
    w = 1.0
    for _ in range(20_000):
        w = w - rate * curvature * (w + rho * np.sign(w))
    assert abs(w) == pytest.approx(radius, rel=1e-9)


def test_the_bowl_ends_in_that_cycle_and_gradient_descent_at_the_minimum():
    for rho, rate in ((0.2, 0.06), (0.1, 0.06), (0.2, 0.03)):
        found = walk(SamState(surface=BOWL, rho=rho, step_size=rate, walk=2_000)).w
        radius = cycle(12.0, rate, rho)
        np.testing.assert_allclose(np.abs(found[-2:, SAM]), [[0.0, radius]] * 2, atol=1e-9)
        assert found[-1, SAM, 1] == pytest.approx(-found[-2, SAM, 1], rel=1e-9)
        np.testing.assert_allclose(found[-1, DESCENT], 0.0, atol=1e-12)
    assert cycle(12.0, 0.06, 0.1) == pytest.approx(0.5 * cycle(12.0, 0.06, 0.2), rel=1e-12)
    assert cycle(12.0, 0.2, 0.1) is None


def test_sam_leaves_the_sharp_basin_and_gradient_descent_does_not():
    found = walk(SamState())
    assert set(found.basin[:, DESCENT]) == {SHARP}
    assert found.basin[-1, SAM] == FLAT
    assert found.sharpness[-1, SAM] < 0.25 * found.sharpness[-1, DESCENT]
    assert (ends(SamState(), SAM) == FLAT).all()
    assert 0.3 < (ends(SamState(), DESCENT) == FLAT).mean() < 0.7
    few = [float((ends(SamState(rho=rho), SAM) == FLAT).mean()) for rho in (0.0, 0.05, 0.1)]
    assert few[0] < few[1] < few[2] < 1.0
    assert np.array_equal(ends(SamState(rho=0.0), SAM), ends(SamState(), DESCENT))


def test_the_map_says_where_a_walk_from_there_ends():
    from regviz.labs.sam.walk import COLUMNS, ROWS
    from regviz.neural import grid

    starts = grid(*EXTENT, COLUMNS, ROWS).reshape(ROWS, COLUMNS, 2)
    for method in (DESCENT, SAM):
        where = ends(SamState(rho=0.1), method)
        for row, column in ((5, 25), (12, 20), (20, 40)):
            x, y = starts[row, column]
            assert walk(SamState(rho=0.1, start_x=x, start_y=y)).basin[120, method] == where[row, column]


def test_a_walk_that_diverges_says_so_and_shows_nothing_after_it():
    frame = last(step_size=10.0, walk=60)
    assert frame.status == "diverged"
    assert "diverged" in frame.message and "diverged" in frame.caption
    assert frame.readout("loss_b") is None


def test_slow_motion_shows_climb_gradient_and_way_back():
    shown = [
        {mark.key for mark in frame.panel("sam").marks if mark.kind == "arrows"}
        for frame in lab.frames(SamState(slow=True, walk=2))
    ]
    assert shown == [set(), {"climb"}, {"climb", "there"}, {"climb", "down"}] * 2 + [{"climb", "down"}]


def test_arrows_are_the_climb_and_the_step():
    state = SamState(walk=3)
    found, frame = walk(state), last(walk=3)
    climb, down = (frame.panel("sam").mark(key) for key in ("climb", "down"))
    assert np.hypot(climb.dx, climb.dy)[0] == pytest.approx(state.rho, rel=1e-12)
    np.testing.assert_allclose([down.dx[0], down.dy[0]], found.w[4, SAM] - found.w[3, SAM], rtol=1e-9)
    here = frame.panel("sam").mark("here")
    np.testing.assert_allclose([here.x[0], here.y[0]], found.w[3, SAM])


# The two readings.


@settings(max_examples=25)
@given(x=st.floats(-1.2, 1.2), y=st.floats(-0.6, 0.6), name=st.sampled_from(sorted(SURFACES)))
def test_both_gaps_over_rho_squared_tend_to_half_the_curvature_along_the_gradient(x, y, name):
    found = readings.readings(SURFACES[name], (x, y))
    if found.norm < 0.05:
        return  # the limit needs radii far below ‖g‖ over the curvature
    errors = []
    for rho in (1e-3, 1e-4):
        both = np.array([found.sam([rho])[0], found.worst([rho])[0][0]]) - found.penalty([rho])[0]
        errors.append(np.abs(both / rho**2 - found.half))
    scale = 1 + abs(found.half) + np.abs(found.hessian).max() ** 2 / found.norm
    assert (errors[0] < 0.05 * scale).all()
    assert (errors[1] < 0.2 * errors[0] + 1e-6).all()


@settings(max_examples=25)
@given(x=st.floats(-1.2, 1.2), y=st.floats(-0.6, 0.6), rho=st.floats(0.01, 1.0))
def test_the_worst_of_a_quadratic_solves_the_trust_region(x, y, rho):
    """max ½wᵀHw over the ball: (μI − H)ε = g with ‖ε‖ = ρ and μ ≥ λ₁ (Moré & Sorensen 1983)."""
    if abs(y) < 1e-3:
        return  # the hard case
    H, w = np.diag([1.0, 12.0]), np.array([x, y])
    g = H @ w

    def excess(mu):
        return np.linalg.norm(g / (mu - np.diag(H))) - rho

    mu = brentq(excess, 12.0 + 1e-9 * abs(g[1]), 12.0 + 10 * np.linalg.norm(g) / rho, xtol=1e-14, rtol=1e-14)
    best = w + g / (mu - np.diag(H))
    found = readings.readings(SURFACES[BOWL], w).worst([rho])[0][0]
    assert found == pytest.approx(0.5 * best @ H @ best, rel=1e-9)


def test_the_worst_in_a_ball_of_the_valley_is_that_of_a_search():
    for w in POINTS[:25] * 0.6:
        found = readings.readings(SURFACES[TWO], w)
        inside = RNG.standard_normal((20_000, 2))
        inside *= 0.3 * np.sqrt(RNG.random((20_000, 1))) / np.linalg.norm(inside, axis=1, keepdims=True)
        worst, place = (value[0] for value in found.worst([0.3]))
        assert SURFACES[TWO].loss(w + inside).max() <= worst
        assert np.linalg.norm(place - w) == pytest.approx(0.3, rel=1e-12)

        def below(turn, w=w):
            return -float(SURFACES[TWO].loss(w + 0.3 * np.array([np.cos(turn), np.sin(turn)])))

        turn = np.linspace(0, 2 * np.pi, 400)
        start = turn[np.argmin([below(t) for t in turn])]
        best = minimize_scalar(below, bounds=(start - 0.02, start + 0.02), method="bounded", options={"xatol": 1e-10})
        assert worst == pytest.approx(-best.fun, rel=1e-9)


@EVERY
def test_the_three_readings_are_in_order_where_they_must_be(surface):
    for w in POINTS[:30]:
        found = readings.readings(surface, w)
        rho = np.linspace(0.0, 1.0, 9)
        worst = found.worst(rho)[0]
        assert (worst >= found.sam(rho) - 1e-12).all()
        assert (np.diff(worst) > 0).all()
        for r in (found.penalty, found.sam):
            assert r([0.0])[0] == pytest.approx(found.loss, rel=1e-12)


def test_on_a_quadratic_sams_gradient_is_that_of_the_penalty_and_elsewhere_only_to_second_order():
    for w in POINTS[:20]:
        assert readings.readings(SURFACES[BOWL], w).gradients_apart(0.3) == pytest.approx(0.0, abs=1e-12)
    found = readings.readings(SURFACES[TWO], (-0.3, 0.2))
    step, eye = 1e-6, np.eye(2)
    penalty = [
        (readings.readings(SURFACES[TWO], found.w + step * e).penalty(0.3)
         - readings.readings(SURFACES[TWO], found.w - step * e).penalty(0.3)) / (2 * step) for e in eye
    ]  # fmt: skip
    ours = found.norm * found.up + 0.3 * found.hessian @ found.up
    np.testing.assert_allclose(ours, penalty, rtol=1e-6)
    apart = [found.gradients_apart(rho) for rho in (1e-2, 1e-3)]
    assert apart[1] == pytest.approx(apart[0] / 100, rel=0.1)


def test_where_the_gradient_is_zero_the_words_say_so():
    frame = last(tab=READ, at_x=0.6, at_y=0.0)
    assert frame.readout("half") is None
    assert frame.readout("sam") == frame.readout("penalty") == 0.0
    assert frame.readout("worst") > 0.0
    assert "nowhere to climb" in frame.caption
    assert np.isfinite(reading_panels.gaps(readings.readings(SURFACES[TWO], (0.6, 0.0)))).all()


# Nets.


def nets_of(**fields):
    state = SamState(**{"tab": NETS, "steps": 60, "width": 5} | fields)
    run = nets.Run(state, "a", "b", hyper=nets.hyper(state, rho=(0.0, state.rho)))
    run.advance(state.steps)
    return state, run, curvature.Surroundings(run)


def dense_hessian(run, row):
    landscape = Landscape(run.net, run.task.train.X, run.task.train.y, variants=run.net.size)
    eye = np.eye(run.net.size)
    return landscape.hessian_product(np.repeat(row[None].astype(float), run.net.size, axis=0), eye)


@pytest.mark.parametrize("fields", [
    {}, {"activation": "tanh"}, {"dataset": "sine"}, {"dataset": "spiral", "label_noise": 0.3},
], ids=str)  # fmt: skip
def test_sharpness_is_the_top_of_the_dense_hessian(fields):
    _, run, around = nets_of(**fields)
    top, residual = around.sharpness(run.params)
    for row in range(2):
        H = dense_hessian(run, run.params[row])
        np.testing.assert_allclose(H, H.T, atol=1e-10 * np.abs(H).max())
        assert top[row] == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-6)
        assert residual[row] < 1e-2 * abs(top[row])
        size = np.abs(run.params[row].astype(float))
        adaptive = around.sharpness(run.params, adaptive=True)[0][row]
        assert adaptive == pytest.approx(np.linalg.eigvalsh(size[:, None] * H * size)[-1], rel=1e-6)


@pytest.mark.parametrize("alpha", [0.1, 0.7, 3.0, 10.0])
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_rescaling_two_layers_keeps_function_and_slices_and_changes_sharpness(alpha, activation):
    _, run, around = nets_of(activation=activation)
    before = run.params[1].astype(float)
    after = curvature.rescaled(run.net, before, alpha)
    batch = batch_of(run.net, run.task.train.X, run.task.train.y)
    landscape = Landscape(run.net, batch.inputs[:, 0].T, run.task.train.y)
    assert landscape.loss(after[None])[0] == pytest.approx(landscape.loss(before[None])[0], rel=1e-12)
    assert around.outputs_apart(run, before, after) < 1e-5
    np.testing.assert_allclose(around.slices(after), around.slices(before), rtol=1e-9)
    np.testing.assert_allclose(around.plane(after), around.plane(before), rtol=1e-9)
    fixed = around.plain_directions(before)
    assert not np.allclose(around.slices(after, directions=fixed), around.slices(before, directions=fixed), rtol=1e-3)
    (plain, moved), (one, two) = (around.sharpness(np.stack([before, after]), adaptive=a)[0] for a in (False, True))
    assert abs(np.log(moved / plain)) > 0.02
    assert two == pytest.approx(one, rel=1e-6)


def test_any_sharpness_can_be_had_for_one_function():
    _, run, around = nets_of()
    params = [curvature.rescaled(run.net, run.params[1], alpha) for alpha in (1.0, 10.0, 100.0)]
    top = around.sharpness(np.stack(params))[0]
    assert top[0] < top[1] < top[2]
    assert top[2] == pytest.approx(100 * top[1], rel=0.3)


def test_behind_tanh_rescaling_changes_the_function_and_the_caption_counts_it():
    _, run, around = nets_of(activation="tanh")
    assert around.outputs_apart(run, run.params[1], curvature.rescaled(run.net, run.params[1], 4.0)) > 0.01
    words = last(tab=SCALED, activation="tanh", alpha=4.0, steps=20, width=4).caption
    assert "moves SAM's outputs by up to" in words and "another function" in words
    assert "moves no output" in last(tab=SCALED, alpha=4.0, steps=20, width=4).caption
    assert "one layer only" in last(tab=SCALED, layers=0, alpha=4.0, steps=20).caption


def test_directions_have_the_length_of_each_units_weights():
    _, run, _ = nets_of()
    params = run.params[1].astype(float)
    directions = filter_directions(run.net, params, 0, curvature.DIRECTIONS)
    for parameter in run.net.dense:
        sizes = np.linalg.norm(parameter.weights(params[None]), axis=2)
        found = np.linalg.norm(parameter.weights(directions), axis=2)
        np.testing.assert_allclose(found, np.repeat(sizes, len(directions), axis=0), rtol=1e-12)
    assert not directions[:, run.net.weight_mask == 0].any()


def test_a_slice_is_the_loss_along_its_directions():
    _, run, around = nets_of()
    params = run.params[0].astype(float)
    directions = filter_directions(run.net, params, run.trainer.seed, curvature.DIRECTIONS)
    landscape = Landscape(run.net, run.task.train.X, run.task.train.y)
    found = around.slices(params)
    for index in (0, 13, 20, 40):
        step = np.linspace(-1, 1, 41)[index]
        losses = [landscape.loss((params + step * d)[None])[0] for d in directions]
        assert found[index] == pytest.approx(np.mean(losses), rel=1e-10)


def test_the_net_with_radius_zero_trains_as_without_sam_to_the_bit():
    state = SamState(tab=NETS, steps=40)
    with_sam = nets.Run(state, "a", "b", "c", hyper=net.hyper(state))
    plain = nets.Run(state, "a", "b", "c", hyper=nets.hyper(state))
    none = nets.Run(state, "a", "b", "c", hyper=net.hyper(dataclasses.replace(state, rho=0.0)))
    for run in (with_sam, plain, none):
        run.advance(40)
    assert np.array_equal(with_sam.params[0], plain.params[0])
    assert none.params.tobytes() == plain.params.tobytes()
    assert not np.array_equal(with_sam.params[1], plain.params[1])


def test_the_radius_is_measured_over_all_layers_and_for_each_variant():
    built = mlp(2, (4, 3), norm=BatchNorm())
    w = RNG.standard_normal((3, built.size))
    g = RNG.standard_normal((3, built.size)) * [[1e-6], [1.0], [1e6]]
    out = np.empty_like(w)
    ascend(w, g, np.array([0.1, 0.2, 0.0]), out)
    np.testing.assert_allclose(np.linalg.norm(out - w, axis=1), [0.1, 0.2, 0.0], rtol=1e-9)
    np.testing.assert_allclose((out - w)[1], 0.2 * g[1] / gradient_norms(g)[1], rtol=1e-9, atol=1e-15)
    ascend(w, 0 * g, np.full(3, 0.1), out)
    assert np.array_equal(out, w)


def test_a_step_of_sam_uses_one_batch_twice_and_moves_batch_averages_once():
    X = RNG.standard_normal((40, 2))
    y = (X[:, :1] > 0).astype(float)
    built, asked = mlp(2, (5,), loss="logistic", norm=BatchNorm()), []
    dealt = Batches(X, y, 8, 0, dtype=np.float64)

    def source(step):
        asked.append(step)
        return dealt(step)

    trainer = Trainer(built, source, Hyper(rate=0.1, rho=(0.0, 0.3)), variants=2, dtype=np.float64)
    asked.clear()
    before = trainer.averages.copy()
    w = trainer.params.copy()
    trainer.step()
    assert asked == [0]
    assert np.array_equal(trainer.averages[0], trainer.averages[1])
    assert not np.array_equal(trainer.averages, before)
    rows = dealt.indices(0)
    landscape = Landscape(built, X[rows], y[rows, 0], variants=2, mode="train")
    g = landscape.gradient(w)
    used = landscape.gradient(w + [[0.0], [0.3]] * g / gradient_norms(g)[:, None])
    np.testing.assert_allclose(trainer.params, w - 0.1 * used, rtol=1e-9, atol=1e-12)


def test_sam_finds_a_smaller_top_eigenvalue_on_most_seeds():
    """Qualitatively, on nets this small; no claim about accuracy."""
    smaller = 0
    for seed in range(5):
        _, run, around = nets_of(steps=600, width=16, seed=seed)
        top = around.sharpness(run.params)[0]
        smaller += bool(top[1] < top[0])
    assert smaller >= 4


def test_the_sharpness_on_screen_is_certified_and_belongs_to_the_weights():
    frame = last(tab=NETS, steps=40)
    assert frame.certificate.holds
    curve = frame.panel("sharpness").mark("sharpness")
    np.testing.assert_allclose(curve.y[:, -1], [frame.readout(f"sharpness_{end}") for end in "abc"], rtol=1e-12)
    assert "disputed" in frame.caption


def test_a_net_that_diverges_is_told_and_left_out():
    for tab in (NETS, SCALED):
        for dataset in ("moons", "sine"):
            frame = last(tab=tab, dataset=dataset, rate=1e3, steps=120, rho=0.1)
            assert frame.status == "diverged"
            assert "no finite curvature" in frame.caption
            assert frame.certificate is None
            assert "SGD" in frame.message


def test_the_views_of_nets_share_one_training():
    state = SamState(tab=NETS, steps=40)
    other = dataclasses.replace(state, tab=SCALED, rho=0.4, alpha=3.0)
    assert lab.key(state) == lab.key(other) != lab.key(dataclasses.replace(state, tab=LAND))
    frames = lab.frames(state)
    next(frames)
    assert {panel.key for panel in frames.send(other).panels} == {"surface", "sharpness", "normed", "plain"}


@pytest.mark.parametrize("tab", [LAND, NETS, SCALED, READ])
@pytest.mark.parametrize("name", SURFACES)
def test_code_compiles_and_holds_the_numbers(tab, name):
    text = code(SamState(tab=tab, surface=name, rho=0.123, alpha=2.5))
    compile(text, "snippet", "exec")
    assert "0.123" in text
