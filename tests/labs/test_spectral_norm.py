"""Facts of the spectral-norm lab: rates of power iteration, bounds and radii of trained nets, modes covered."""

import ast
import importlib
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.data import resource
from regviz.export import last_frame
from regviz.lab import Gesture
from regviz.labs import _nets as nets
from regviz.labs.spectral_norm import gan_panels, lab
from regviz.labs.spectral_norm.iteration import walk
from regviz.labs.spectral_norm.ring import CENTRES, Duel, Rounds, covered, near_shares
from regviz.labs.spectral_norm.seeds import NORMED, ORIGINAL, PLAIN, SETTINGS
from regviz.labs.spectral_norm.slopes import NAMES, Steepness, hyper
from regviz.labs.spectral_norm.state import GAN, NETS, SpectralState
from regviz.neural.lipschitz import decisions

STATE = SpectralState()
TRAINED = replace(STATE, tab=NETS, steps=60, pace=60)
RING = replace(STATE, tab=GAN, steps=40, pace=40)
MATRICES = st.builds(
    SpectralState, sigma=st.floats(0.1, 4.0), ratio=st.floats(0.0, 0.9), turn_in=st.floats(-180.0, 180.0),
    turn_out=st.floats(-180.0, 180.0), start=st.floats(-180.0, 180.0), iterations=st.integers(1, 60),
)  # fmt: skip


@given(MATRICES)
def test_the_matrix_has_the_singular_values_it_is_made_of(state):
    found = walk(state)
    assert np.linalg.svd(found.matrix, compute_uv=False) == pytest.approx(found.values, rel=1e-12, abs=1e-14)


@given(MATRICES)
def test_the_estimate_comes_from_below_and_never_falls(state):
    found = walk(state)
    assert (found.estimate <= found.values[0] * (1 + 1e-14)).all()
    assert (np.diff(found.estimate) >= -1e-14 * found.values[0]).all()
    assert np.linalg.norm(found.v, axis=1) == pytest.approx(1.0)
    assert np.linalg.norm(found.u, axis=1) == pytest.approx(1.0)
    assert found.estimate == pytest.approx(np.einsum("ki,ij,kj->k", found.u, found.matrix, found.v), abs=1e-13)


@given(MATRICES.filter(lambda state: abs(((state.start - state.turn_in) % 180.0) - 90.0) > 1.0))
def test_the_tangent_falls_by_the_square_of_the_ratio_exactly(state):
    found = walk(state)
    tangent = found.sine / np.abs(found.v @ found.right[:, 0])
    assert tangent == pytest.approx(found.angle_law(), rel=1e-8, abs=1e-14)
    assert (found.sine <= found.angle_law() * (1 + 1e-9) + 1e-14).all()


@pytest.mark.parametrize("ratio", [0.3, 0.7, 0.9, 0.98])
def test_in_the_end_the_gap_falls_by_the_fourth_power(ratio):
    found = walk(replace(STATE, ratio=ratio, iterations=200))
    good = np.flatnonzero((found.gap > 1e-10) & (found.sine < 0.02))
    assert len(good) > 1
    assert found.gap[good] == pytest.approx(found.gap_law()[good], rel=2e-3)
    assert (found.gap[good[1:]] / found.gap[good[:-1]])[-1] == pytest.approx(ratio**4, rel=5e-3)
    assert (found.sine[good[1:]] / found.sine[good[:-1]])[-1] == pytest.approx(ratio**2, rel=5e-3)


def test_the_largest_singular_value_is_found_to_a_millionth_of_the_svd():
    frame = last_frame(lab, replace(STATE, iterations=20))
    exact = np.linalg.svd(walk(STATE).matrix, compute_uv=False)[0]
    assert frame.readout("estimate") == pytest.approx(exact, rel=1e-6)
    assert frame.certificate.holds
    assert not last_frame(lab, replace(STATE, iterations=5)).certificate.holds


def test_the_picture_shows_the_iteration():
    frames = list(lab.frames(replace(STATE, iterations=3)))
    assert len(frames) == 7
    assert frames[0].readout("k") == 0
    assert frames[1].equation.startswith("v ← ")
    found = walk(replace(STATE, iterations=3))
    arrow = frames[1].panel("circle").mark("v")
    assert [arrow.dx[0], arrow.dy[0]] == pytest.approx(found.v[1])
    tip = frames[-1].panel("ellipse").mark("u")
    assert [tip.dx[0], tip.dy[0]] == pytest.approx(found.matrix @ found.v[3])
    ellipse = frames[-1].panel("ellipse").mark("ellipse")
    inverse = np.linalg.inv(found.matrix) @ np.stack([ellipse.x, ellipse.y])
    assert np.linalg.norm(inverse, axis=0) == pytest.approx(1.0), "the image of the unit circle"
    still = {id(m) for m in frames[2].panel("ellipse").marks} & {id(m) for m in frames[3].panel("ellipse").marks}
    assert len(still) >= 3
    assert frames[2].panel("errors").y is frames[3].panel("errors").y


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ratio": 1.0}, "every direction alike"), ({"ratio": 0.0}, "one iteration is enough"),
        ({"start": 110.0}, "right angle"), ({"start": 20.0}, "to rounding"),
        ({"ratio": 0.0, "start": 110.0}, "one iteration is enough"),
    ],
)  # fmt: skip
def test_special_matrices_are_said_truly(changes, words):
    state = replace(STATE, **changes)
    frame = last_frame(lab, state)
    assert words in frame.caption
    estimate = walk(state).estimate
    if "start" in changes and changes["start"] == 110.0 and state.ratio:
        assert estimate[-1] == pytest.approx(1.4)
    else:
        assert estimate[1:] == pytest.approx(2.0)


def dragged(mark, index, x, y):
    return lab.gesture(STATE, Gesture(kind="drag", panel="", mark=mark, index=index, x=x, y=y, from_x=0, from_y=0))


def test_the_matrix_is_shaped_by_dragging():
    assert dragged("start", 0, 0.0, 0.7) == {"start": pytest.approx(90.0)}
    assert dragged("axes_in", 0, 1.0, 1.0) == {"turn_in": pytest.approx(45.0)}
    assert dragged("axes_in", 1, 1.0, 1.0) == {"turn_in": pytest.approx(-45.0)}
    assert dragged("axes_out", 0, 0.0, 2.5) == {"sigma": 2.5, "turn_out": pytest.approx(90.0)}
    changed = dragged("axes_out", 1, 0.0, 1.0)
    assert changed == {"ratio": 0.5, "turn_out": pytest.approx(0.0)}
    assert dragged("axes_out", 1, 9.0, 0.0)["ratio"] == 1.0
    assert dragged("axes_out", 0, 9.0, 0.0)["sigma"] == 4.0
    assert dragged("", -1, 1.0, 1.0) == {}
    assert dragged("start", 0, 0.0, 0.0) == {}
    end = last_frame(lab, replace(STATE, **changed)).panel("ellipse").mark("axes_out")
    assert [end.x[1], end.y[1]] == pytest.approx([0.0, 1.0])


@pytest.fixture(scope="module", params=[("moons", "relu"), ("gaussians", "gelu")], ids=["one logit", "three"])
def trained(request):
    dataset, activation = request.param
    state = replace(TRAINED, dataset=dataset, activation=activation)
    steepness = Steepness(state)
    watch = {"bound": steepness.bound, "measured": steepness.measured, "largest": steepness.largest}
    run = nets.Run(state, *NAMES, net=steepness.net, hyper=hyper(state), every=20, watch=watch)
    run.advance(60)
    return state, run, steepness


def test_what_is_measured_is_the_net_that_is_drawn(trained):
    """The folded parameters in float64 give the predictions of the run's own evaluator, knobs included."""
    state, run, steepness = trained
    X = run.task.validation.X
    steepness.probe.take(steepness.params(run))
    drawn = run.evaluator.outputs(X, run.params, run.trainer.averages)
    assert steepness.probe.outputs(X) == pytest.approx(drawn, rel=1e-3, abs=1e-3)
    assert steepness.largest(run)[1] == pytest.approx(state.norm, rel=0.25)
    assert (steepness.largest(run)[1] >= state.norm * (1 - 1e-5)).all(), "the estimate comes from below"


def test_slopes_stay_below_the_bound_on_fresh_pairs(trained):
    _, run, steepness = trained
    source = np.random.default_rng(5)
    X = source.uniform(-3, 3, (20_000, 2))
    X[10_000:15_000] = X[:5_000] + 1e-4 * X[10_000:15_000]
    steepness.probe.take(steepness.params(run))
    z = steepness.probe.outputs(X)
    rise = np.linalg.norm(z[:, :, :10_000] - z[:, :, 10_000:], axis=1)
    slopes = rise / np.linalg.norm(X[:10_000] - X[10_000:], axis=1)
    bound = steepness.bound(run)
    assert (slopes.max(axis=1) <= bound).all()
    assert (steepness.measured(run) <= bound * (1 + 1e-12)).all()
    assert (steepness.measured(run) >= 0.9 * slopes.max(axis=1)).all(), "the lab's own search is no worse"


def test_nobody_is_inside_a_certified_disc(trained):
    state, run, steepness = trained
    look = steepness.look(state, run)
    assert look.broken.sum() == 0
    assert np.isfinite(look.distances).mean() > 0.5
    steepness.probe.take(steepness.params(run))
    points = run.task.train.X[: look.radii.shape[1]]
    source = np.random.default_rng(1)
    mine = decisions(steepness.probe.outputs(points))
    for _ in range(100):
        step = source.standard_normal((*look.radii.shape, 2))
        step *= (look.radii / np.linalg.norm(step, axis=2) * source.choice([1.0, 0.7], look.radii.shape))[..., None]
        assert (decisions(steepness.probe.outputs(points + 0.999999 * step)) == mine).all()
    found = np.isfinite(look.distances)
    steepness._near.take(steepness.params(run))
    moved = decisions(steepness._near.outputs(np.nan_to_num(look.nearest)))
    assert (moved != mine)[found].all(), "what was found is another class"


def test_a_look_sees_a_bound_that_is_too_small(trained):
    """With a tenth of the bound the radii are ten times larger and the search breaks them."""
    state, run, steepness = trained
    look = steepness.look(state, run)
    assert replace(look, radii=50.0 * look.radii).broken.sum() > 0


def test_the_frame_says_what_was_measured():
    frame = last_frame(lab, TRAINED)
    assert frame.certificate.holds
    for end in "ab":
        assert 0 < frame.readout(f"slope_{end}") <= frame.readout(f"bound_{end}")
        assert frame.readout(f"inside_{end}") == 0
        product = np.prod([frame.readout(f"sigma_{k}_{end}") for k in (1, 2, 3)])
        assert frame.readout(f"bound_{end}") == pytest.approx(product, rel=1e-9)
    disc = frame.panel("surface_b").mark("discs")
    centre = nets.task(TRAINED).train.X[0]
    assert np.hypot(disc.x[0] - centre[0], disc.y[0] - centre[1]).std() < 1e-12
    assert "no adversarial point" in frame.caption
    for end in "ab":
        points = frame.panel("search").mark(f"points_{end}")
        assert (points.y >= points.x * (1 - 1e-9)).all()


def test_the_norm_may_change_while_nets_train():
    training = lab.frames(replace(TRAINED, pace=20))
    for _ in range(3):
        frame = next(training)
    other = training.send(replace(TRAINED, norm=1.0))
    assert other.readout("step") == frame.readout("step") == 40
    assert other.readout("bound_a") == frame.readout("bound_a")
    assert other.readout("bound_b") == pytest.approx(frame.readout("bound_b") / 27.0, rel=1e-6)
    assert lab.key(TRAINED) == lab.key(replace(TRAINED, norm=1.0, rate=0.3))
    assert lab.key(STATE) == lab.key(replace(STATE, sigma=1.0))
    assert lab.key(RING) != lab.key(replace(RING, spread=0.1))


def test_shares_are_counted_by_hand():
    samples = np.zeros((1, 2, 10))
    samples[0, :, :4] = CENTRES[:, :1] + [[0.0, 0.149, 0.151, -0.1]] * np.array([[1.0], [0.0]])
    samples[0, :, 4:6] = CENTRES[:, 3:4]
    shares = near_shares(samples, 0.05)
    assert shares[0] == pytest.approx([0.3, 0, 0, 0.2, 0, 0, 0, 0])
    assert covered(shares, 20.0).tolist() == [2]
    assert covered(shares, 25.0).tolist() == [1]
    assert near_shares(np.zeros((1, 2, 5)), 0.3).max() == 0.0


def test_the_ring_covers_itself():
    """Real samples: 99 % of a two-dimensional Gaussian lies within 3σ (1 − e^{−9/2})."""
    rounds = Rounds(3, 500, 0.05)
    real = np.concatenate([rounds(step).real[:, 0] for step in range(40)], axis=1)
    shares = near_shares(real[None], 0.05)
    assert covered(shares, 2.0).tolist() == [8]
    assert shares.sum() == pytest.approx(1 - np.exp(-4.5), abs=0.003)
    assert np.array_equal(Rounds(3, 500, 0.05)(7).first, rounds(7).first)


def test_the_gan_view_is_a_pure_function_of_its_state():
    frames = list(lab.frames(replace(RING, pace=10)))
    assert [frame.readout("step") for frame in frames] == [0, 10, 20, 30, 40]
    again = last_frame(lab, RING)
    assert np.array_equal(again.panel("map_b").mark("samples").x, frames[-1].panel("map_b").mark("samples").x)
    z = frames[-1].panel("map_a").mark("surface").z
    assert 0 <= z.min() < z.max() <= 1
    assert frames[-1].readout("bound_b") == pytest.approx(27.0, rel=0.5)
    training = lab.frames(replace(RING, pace=10))
    for _ in range(4):
        next(training)
    back = training.send(replace(RING, steps=20, pace=10))
    assert back.readout("step") == 20
    assert np.array_equal(back.panel("map_b").mark("samples").x, frames[2].panel("map_b").mark("samples").x)


def test_a_gan_that_overflows_is_said_to_diverge():
    duel = Duel(RING)
    duel.gan.maker.params[0] = np.nan
    duel.advance(5)
    frame = gan_panels._frame(RING, duel)
    assert frame.status == "diverged"
    assert "“plain” diverged by step 5" in frame.message
    assert frame.readout("covered_a") is None


def test_the_stored_table_is_shown_as_it_is():
    frame = next(lab.frames(RING))
    panel = frame.panel("seeds")
    for key, row in zip("abc", (PLAIN, NORMED, ORIGINAL), strict=True):
        assert tuple(panel.mark(f"seeds_{key}").y) == row
        assert len(row) == 10
        assert all(0 <= count <= 8 for count in row)
    assert f"η = {STATE.gan_rate:g}" in SETTINGS
    assert f"c = {STATE.norm:g}" in SETTINGS
    assert f"{STATE.steps:,} steps" in SETTINGS
    assert frame.readout("seeds_a") == pytest.approx(np.mean(PLAIN))
    words = resource("notes", "spectral-norm.md").read_text(encoding="utf-8")
    for row in (PLAIN, NORMED, ORIGINAL):
        kept = sum(count >= 7.5 for count in row)
        assert re.search(rf"  {np.mean(row):.1f} +{kept}\n", words), "the lesson tells the true counts"


@pytest.mark.release
def test_the_stored_table_is_what_the_script_counts():
    """On the processor that made it to the digit; elsewhere training rounds otherwise and the means agree roughly."""
    maker = importlib.import_module("tests.labs.make_ring_table")
    rows = np.array([maker.counted(seed, STATE.norm) for seed in range(maker.SEEDS)])
    assert rows.mean(axis=0) == pytest.approx([np.mean(PLAIN), np.mean(NORMED)], abs=1.5)


@pytest.mark.parametrize("tab", [STATE.tab, NETS, GAN])
def test_the_snippet_has_the_numbers(tab):
    text = lab.snippets(replace(STATE, tab=tab))["PyTorch"]
    ast.parse(text)
    assert ("from torch.nn.utils.parametrizations import spectral_norm" in text) == (tab != STATE.tab)
    if tab == STATE.tab:
        matrix = np.array(ast.literal_eval(text.split("W = torch.tensor(")[1].split(", dtype")[0]))
        assert matrix.tolist() == walk(STATE).matrix.tolist()
    else:
        assert "Times(3.0)" in text
