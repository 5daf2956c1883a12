"""SGD's noise on screen: simulations within standard errors of exact laws, one batched run of nets, odd states."""

import ast
from dataclasses import replace

import numpy as np
import pytest

from regviz.export import last_frame
from regviz.labs import _nets as nets
from regviz.labs.sgd_noise import covariance, lab, minimum, net, particles
from regviz.labs.sgd_noise.state import (
    BOWL,
    LEAST,
    MINIMUM,
    NETS,
    SAME_RATIO,
    SHARP,
    SPREAD,
    SgdNoiseState,
    landscape,
)
from regviz.neural import Network

WALK = SgdNoiseState(steps=200, pace=100)
PLANE = SgdNoiseState(tab=LEAST, steps=150, pace=75)
NET = SgdNoiseState(tab=NETS, steps=50, pace=50, width=8)
SMALL = SgdNoiseState(tab=MINIMUM, pace=500, equations=5, rate=0.5)


@pytest.mark.parametrize("changes", [
    {}, {"start": SPREAD}, {"landscape": SHARP}, {"landscape": SHARP, "rate": 0.3, "batch": 8}, {"seed": 3, "batch": 1},
    {"landscape": BOWL}, {"landscape": BOWL, "rate": 0.9}, {"landscape": BOWL, "start": SPREAD}, {"tilt": 0.3},
])  # fmt: skip
def test_particles_are_within_five_standard_errors_of_the_exact_chain(changes):
    frame = last_frame(lab, replace(WALK, **changes))
    assert abs(frame.readout("off")) <= 5
    assert frame.readout("step") == 200


def test_settled_particles_are_at_the_exact_law_and_off_gibbs():
    state = replace(WALK, landscape=BOWL, curvature=2.0, rate=0.8, batch=1, steps=60)
    frame = last_frame(lab, state)
    exact = 0.8 * 2.5**2 / ((2 - 0.8 * 2) * 2)
    assert frame.readout("stationary") == pytest.approx(exact)
    assert frame.readout("gibbs") == pytest.approx(0.8 * 2.5**2 / 4)
    error = exact * np.sqrt(2 / particles.COUNT)
    assert abs(frame.readout("measured") - exact) <= 5 * error
    assert abs(frame.readout("measured") - frame.readout("gibbs")) > 20 * error


def test_the_well_that_is_too_sharp_is_left():
    state = replace(WALK, landscape=SHARP, tilt=0.0, rate=0.2, batch=8, steps=300)
    low = landscape(state).turns[0]
    value, bend = landscape(state).value(low), landscape(state).bend(low)
    assert value[1] < value[0], "the sharp well is the deeper one"
    assert 0.2 * bend[1] > 2 > 0.2 * bend[0]
    frame = last_frame(lab, state)
    assert frame.readout("gibbs") < 0.5 < frame.readout("stationary")
    assert "too sharp" in frame.caption
    assert "too sharp" not in last_frame(lab, replace(state, rate=0.05, steps=1)).caption


def test_where_the_chain_cannot_settle_it_is_said():
    frame = last_frame(lab, replace(WALK, landscape=BOWL, rate=1.2, steps=100))
    assert frame.status == "diverged"
    assert "no stationary law" in frame.caption
    assert frame.readout("stationary") is None
    assert frame.readout("diverged") == particles.COUNT
    assert "have diverged" in frame.message
    assert "gibbs" not in {mark.key for mark in frame.panel("densities").marks}
    fine = last_frame(lab, replace(WALK, rate=0.01, batch=64, steps=20))
    assert "not computed" in fine.caption


def test_theory_follows_the_temperature():
    frame = last_frame(lab, WALK)
    chains = frame.panel("laws").mark("chains")
    assert len(chains.x) == len(particles.BATCHES)
    assert chains.x == pytest.approx([0.1 * 2.5**2 / (2 * size) for size in particles.BATCHES[-len(chains.x):]])
    curve = frame.panel("laws").mark("gibbs")
    assert np.interp(frame.readout("temperature"), curve.x, curve.y[0]) == pytest.approx(
        frame.readout("gibbs"), abs=2e-3)  # fmt: skip
    settled = chains.y[np.argmin(np.abs(chains.x - frame.readout("temperature")))]
    assert settled == pytest.approx(frame.readout("stationary"))


def test_physics_may_change_on_the_way():
    moving = lab.frames(replace(WALK, pace=50))
    next(moving)
    for _ in range(2):
        frame = next(moving)
    hot = replace(WALK, pace=50, batch=1)
    frame = moving.send(hot)
    assert frame.readout("step") == 100
    frame = next(moving)
    assert frame.readout("step") == 150
    assert abs(frame.readout("off")) <= 5, "the exact law went on from where it was"
    rested = list(lab.frames(WALK))
    assert [frame.progress for frame in rested][-1] == 1.0


@pytest.mark.parametrize("changes", [{}, {"batch": 8}, {"uneven": 2.0}, {"rate": 0.4}, {"rows": 6, "seed": 3},
                                     {"correlation": -0.9}])  # fmt: skip
def test_the_cloud_is_within_five_standard_errors(changes):
    frame = last_frame(lab, replace(PLANE, **changes))
    assert frame.readout("worst") <= 5
    if not changes:
        for part in ("11", "22", "12"):
            assert frame.readout(f"exact_{part}") == pytest.approx(frame.readout(f"settled_{part}"), rel=0.02)


def test_the_ellipse_is_two_deviations():
    cov = np.array([[2.0, 0.6], [0.6, 0.5]])
    x = covariance.ellipse(cov)
    assert np.einsum("in,ij,jn->n", x, np.linalg.inv(cov), x) == pytest.approx(np.full(x.shape[1], 4.0))


def test_noise_is_the_hessian_only_for_even_errors():
    gaps = []
    for uneven in (0.0, 3.0):
        made = covariance.problem(400, 0.5, uneven, 1)
        guess = np.mean((made.y - made.X @ made.solution) ** 2) * made.hessian
        gaps.append(np.linalg.norm(made.noise - guess) / np.linalg.norm(guess))
    assert gaps[0] < 0.3 < gaps[1]


@pytest.mark.parametrize(("share", "words"), [(1.02, "noise feeds on itself"), (None, "itself diverges")])
def test_least_squares_beyond_its_limit_is_said(share, words):
    made = covariance.problem(PLANE.rows, PLANE.correlation, PLANE.uneven, PLANE.seed)
    rate = 1.05 * made.bound if share is None else share * made.limit(PLANE.batch)
    frame = last_frame(lab, replace(PLANE, rate=rate))
    assert frame.status == "diverged"
    assert words in frame.caption
    assert frame.readout("settled_11") is None
    if share is None:
        assert frame.readout("diverged") > 0


def test_smaller_batches_are_the_first_rows_of_the_largest():
    built = nets.net(NET)
    batch = net.source(NET, built)(3)
    assert batch.inputs.shape == (2, 1, 64)
    whole = Network(built, len(net.SIZES), 64, dtype=np.float64)
    whole.params[...] = built.initial(NET.seed)
    whole.load(batch)
    whole.forward()
    gradients = whole.backward().copy()
    for row, size in enumerate(net.SIZES):
        alone = Network(built, 1, size, dtype=np.float64)
        alone.params[...] = built.initial(NET.seed)
        alone.load(type(batch)(batch.inputs[:, :, :size], batch.targets[:, :, :size]))
        alone.forward()
        assert gradients[row] == pytest.approx(alone.backward()[0], rel=1e-5, abs=1e-7)


@pytest.fixture(scope="module")
def trained():
    return last_frame(lab, NET)


def test_sharpness_is_the_largest_eigenvalue(trained):
    from regviz.neural import Landscape

    run = nets.Run(NET, *(str(size) for size in net.SIZES), net=nets.net(NET), hyper=net.hyper(NET),
                   source=net.source(NET, nets.net(NET)))  # fmt: skip
    run.advance(50)
    part, size = run.task.train, run.net.size
    surface = Landscape(run.net, part.X, part.y, variants=size)
    for row in (0, 3):
        dense = surface.hessian_product(np.repeat(run.params[row][None].astype(float), size, axis=0), np.eye(size))
        top = np.linalg.eigvalsh(0.5 * (dense + dense.T))[-1]
        assert trained.readout(f"sharpness_{'abcd'[row]}") == pytest.approx(top, rel=1e-3)


def test_rescaling_keeps_the_function_and_moves_the_sharpness(trained):
    built = nets.net(NET)
    flat = built.initial(2)[0] + 0.1
    run = nets.Run(NET)
    points = run.task.train.X
    before = run.single.outputs(points, flat)
    for alpha in (0.25, 4.0):
        moved = net.scaled(built, flat, alpha)
        assert not np.allclose(moved, flat)
        assert run.single.outputs(points, moved) == pytest.approx(before, rel=1e-4, abs=1e-5)
    assert trained.readout("rescaling") > 2
    tanh = last_frame(lab, replace(NET, activation="tanh", steps=1))
    assert "rescaled" not in {panel.key for panel in tanh.panels}


def test_a_frozen_net_keeps_its_sharpness():
    """Rescaled curve, bar, curve over training and read-out stay those of the step where the first net is frozen."""
    state = replace(NET, steps=150, freeze=50)
    still, live = last_frame(lab, state), last_frame(lab, replace(state, freeze=0))
    then = last_frame(lab, replace(state, steps=50, freeze=0))
    for name in ("sharpness_a", "rescaling"):
        assert still.readout(name) == then.readout(name) != live.readout(name)
    assert still.readout("sharpness_b") == live.readout("sharpness_b")
    curves = [frame.panel("rescaled").mark("rescaled").y for frame in (still, then)]
    assert np.array_equal(*curves)
    bars = still.panel("sizes").mark("sizes").values
    assert bars[0] == still.readout("sharpness_a")
    course = still.panel("sharpness").mark("sharpness")
    assert course.y[0, -1] == course.y[0, 1]
    assert "frozen at step 50" in still.caption


def test_learning_rates_of_the_nets():
    assert net.rates(NET) == (0.1,) * 4
    assert net.rates(replace(NET, scaling=SAME_RATIO)) == pytest.approx([0.025, 0.1, 0.4, 0.8])


def test_smaller_batches_end_flatter_on_the_default_problem():
    found = last_frame(lab, SgdNoiseState(tab=NETS, steps=600, pace=600))
    sharp = [found.readout(f"sharpness_{key}") for key in "abcd"]
    assert sharp[0] < 0.5 * sharp[3]
    assert found.readout("train_loss_a") > found.readout("train_loss_d"), "and fit less in as many steps"


@pytest.mark.release
def test_the_counts_in_the_lesson():
    """With slack, as another processor rounds otherwise: flatter on each of eight seeds, better on the test on two."""
    flatter = better = 0
    for seed in range(8):
        found = last_frame(lab, SgdNoiseState(tab=NETS, pace=1_000, seed=seed))
        flatter += found.readout("sharpness_a") < found.readout("sharpness_d")
        better += found.readout("test_accuracy_a") > found.readout("test_accuracy_d")
    assert flatter >= 7
    assert better <= 4


def test_nets_that_diverge_are_said():
    frame = last_frame(lab, replace(NET, dataset="sine", rate=10.0))
    assert frame.status == "diverged"
    assert "undefined" in frame.caption


def test_descent_from_zero_and_sgd_find_the_smallest_solution():
    frame = last_frame(lab, replace(SMALL, steps=3_000))
    made = minimum.problem(SMALL.equations, SMALL.features, SMALL.seed)
    expected = np.linalg.lstsq(made.X, made.y, rcond=None)[0]
    bars = frame.panel("coefficients").mark("coefficients")
    assert bars.values == pytest.approx(expected, abs=1e-8)
    assert bars.truth == pytest.approx(expected, abs=1e-10)
    assert frame.readout("distance_zero") <= 1e-8
    assert frame.readout("distance_sgd") <= 1e-8
    assert frame.readout("other_error") <= 1e-8
    assert frame.readout("distance_other") == pytest.approx(frame.readout("kept"), rel=1e-6)
    assert frame.readout("norm") < frame.readout("other_norm")


def test_paths_in_the_plane_are_straight_and_end_on_the_line():
    frame = last_frame(lab, replace(SMALL, steps=400))
    plane, now = frame.panel("plane"), frame.panel("plane").mark("now")
    fits = plane.mark("fits")
    on_line = np.interp(now.x, fits.x, fits.y[0]) if fits.x[0] < fits.x[-1] else None
    assert now.y == pytest.approx(on_line, abs=1e-6)
    direction = np.array([fits.x[1] - fits.x[0], fits.y[0, 1] - fits.y[0, 0]])
    moved = np.stack([now.x - minimum.STARTS[:, 0], now.y - minimum.STARTS[:, 1]], axis=1)
    assert moved @ direction == pytest.approx(np.zeros(len(moved)), abs=1e-8)
    least = plane.mark("least")
    assert (now.x[0], now.y[0]) == pytest.approx((least.x[0], least.y[0]), abs=1e-8)


def test_descent_beyond_two_over_h_is_said():
    made = minimum.problem(SMALL.equations, SMALL.features, SMALL.seed)
    frame = last_frame(lab, replace(SMALL, rate=1.1 * made.bound, steps=2_000))
    assert frame.status == "diverged"
    assert "diverges" in frame.caption
    assert frame.readout("distance_zero") is None


def test_keys():
    assert lab.key(WALK) == lab.key(replace(WALK, rate=1.0, batch=9, sigma=1.0, tilt=0.1, steps=7))
    assert lab.key(WALK) != lab.key(replace(WALK, landscape=BOWL))
    assert lab.key(PLANE) == lab.key(replace(PLANE, rate=0.3, batch=9))
    assert len({lab.key(state) for state in (WALK, PLANE, NET, SMALL)}) == 4


def test_snippets_give_the_same_numbers():
    for state in (WALK, replace(WALK, landscape=BOWL), PLANE, NET, SMALL, replace(NET, scaling=SAME_RATIO)):
        (code,) = lab.snippets(state).values()
        ast.parse(code)
    made = covariance.problem(PLANE.rows, PLANE.correlation, PLANE.uneven, PLANE.seed)
    names = {"X": made.X, "y": made.y}
    exec(lab.snippets(PLANE)["NumPy"], names)  # noqa: S102 - our own text
    assert names["Sigma"] == pytest.approx(made.stationary(PLANE.rate, PLANE.batch), rel=1e-9)
    wide = minimum.problem(SMALL.equations, SMALL.features, SMALL.seed)
    names = {"X": wide.X, "y": wide.y}
    exec(lab.snippets(replace(SMALL, steps=2_000))["NumPy"], names)  # noqa: S102 - our own text
    assert names["w"] == pytest.approx(wide.pinv, abs=1e-8)
    for kind in ({}, {"landscape": SHARP}, {"landscape": BOWL}):
        state, names = replace(WALK, steps=1, **kind), {}
        exec(lab.snippets(state)["NumPy"], names)  # noqa: S102 - our own text
        at = np.linspace(-2, 2, 9)
        assert names["slope"](at) == pytest.approx(landscape(state).slope(at))
