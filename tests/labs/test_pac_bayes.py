"""Facts of the pac-bayes lab: what the pictures show, exact errors, optimised Q, coverage, and the certified net."""

import contextlib
import io
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from regviz.data import resource
from regviz.export import last_frame
from regviz.labs.pac_bayes import certificate, lab, repeats
from regviz.labs.pac_bayes.certificate import PRIOR_RATE, PRIOR_TOP, certified, examples, net
from regviz.labs.pac_bayes.scene import BOUNDS, bound, held_out, sample_of, scene_of
from regviz.labs.pac_bayes.state import (
    CATONI,
    FIXED,
    GRID,
    HALF,
    INITIAL,
    KL,
    NET,
    PINSKER,
    POSTERIOR,
    PRIOR,
    REPEAT,
    THREE,
    PacBayesState,
)  # fmt: skip
from regviz.labs.pac_bayes.words import sure
from regviz.neural import generator
from regviz.theory import pac_bayes
from regviz.theory.gibbs import full_kl, training_error

STATE = PacBayesState()
SMALL_NET = replace(STATE, tab=NET, train_size=400, steps=200, width=4)
SCENES = st.builds(
    PacBayesState, s=st.floats(0.02, 5.0), length=st.floats(0.0, 5.0), tau=st.floats(0.05, 20.0),
    n=st.integers(2, 60), d=st.integers(1, 12), m=st.floats(0.0, 4.0), seed=st.integers(0, 99),
    prior=st.sampled_from([FIXED, GRID]), optimise=st.booleans(), target=st.sampled_from(BOUNDS),
    catoni=st.sampled_from([FIXED, GRID]), parameter=st.floats(0.05, 10.0),
)  # fmt: skip


@settings(max_examples=20)
@given(SCENES)
def test_the_areas_are_the_numbers_and_add_up_to_kl(state):
    frame = last_frame(lab, state)
    total = 0.0
    for key, times in (("along", 1), ("across", state.d - 1))[: 1 + (state.d > 1)]:
        panel = frame.panel(key)
        band = panel.mark("area")
        told = next(r.value for r in panel.readouts if r.name == f"kl_{key}")
        shown = integrate.trapezoid(band.high - band.low, band.x)
        assert shown == pytest.approx(told, rel=2e-2, abs=2e-2)
        assert (band.low == 0.0).all()
        total += times * told
    assert frame.readout("kl") == pytest.approx(total, rel=1e-9, abs=1e-9)


@settings(max_examples=20)
@given(SCENES)
def test_the_inverse_of_kl_is_certified_and_never_looser_than_pinsker(state):
    frame = last_frame(lab, state)
    assert frame.certificate is None or frame.certificate.holds
    assert frame.readout("train") <= frame.readout("bound_kl") <= min(frame.readout("bound_pinsker"), 1.0) + 1e-12


@settings(max_examples=15)
@given(SCENES)
def test_the_test_bounds_hold_the_order_that_they_must(state):
    tested = held_out(state, scene_of(state))
    assert tested.error <= tested.chernoff <= tested.hoeffding + 1e-12
    assert tested.n == state.n - state.n // 2
    assert tested.binomial >= tested.mistakes / tested.n


@pytest.mark.parametrize("target", BOUNDS)
@pytest.mark.parametrize(("n", "d"), [(30, 1), (200, 2), (100, 15)])
def test_the_optimised_q_has_the_least_bound_over_length_and_s(target, n, d):
    state = replace(STATE, target=target, n=n, d=d, optimise=True)
    made = scene_of(state)

    length, s = np.geomspace(0.05, 20.0, 60)[:, None], np.geomspace(0.01, 5.0, 60)[None]
    error = training_error(made.sample.margin, length / s)
    every = bound(state, target, error, full_kl(length, s, state.tau, d), n)
    assert every.min() - 0.01 <= made.bounds[target] <= every.min() + 1e-5
    again = bound(state, target, made.train, full_kl(made.length, made.s, state.tau, d), n)
    assert float(again) == pytest.approx(made.bounds[target], rel=1e-9)


def test_the_optimum_does_not_depend_on_the_prior_width():
    values = [scene_of(replace(STATE, optimise=True, tau=tau)).bounds[KL] for tau in (0.05, 1.0, 20.0)]
    assert values == pytest.approx([values[0]] * 3, rel=1e-9)
    held = [scene_of(replace(STATE, tau=tau)).bounds[KL] for tau in (0.05, 1.0, 20.0)]
    assert held[1] < min(held[0], held[2]) - 0.01


def test_tuning_the_prior_costs_its_price():
    state = replace(STATE, tab=PRIOR, prior=GRID, s=0.1)
    made = scene_of(state)
    assert made.price == pytest.approx(math.log(math.pi**2 * made.j**2 / 6))
    assert made.tau == pytest.approx(state.grid_top * math.exp(-made.j / state.grid_rate))
    for j in range(1, 40):
        tau = state.grid_top * math.exp(-j / state.grid_rate)
        other = float(full_kl(made.length, made.s, tau, 2)) + math.log(math.pi**2 * j**2 / 6)
        assert other >= made.complexity - 1e-9
    values = last_frame(lab, state).panel("compared").mark("compared").values
    assert values[3] == pytest.approx(made.bounds[KL])
    assert values[4] < values[3]


def test_one_picture_holds_all_three_bounds():
    made = scene_of(STATE)
    panel = last_frame(lab, replace(STATE, tab=THREE)).panel("inverses")
    kl, catoni, pinsker = (panel.mark(f"curve_{k}") for k in range(3))
    for lower in (catoni, pinsker):
        seen = np.isfinite(kl.y[0]) & np.isfinite(lower.y[0])
        assert (lower.y[0][seen] <= kl.y[0][seen] + 1e-12).all()
    for curve, name, budget in ((kl, KL, "budget"), (pinsker, PINSKER, "budget"), (catoni, CATONI, "catoni_budget")):
        height = np.interp(made.bounds[name], curve.x, curve.y[0])
        assert height == pytest.approx(panel.mark(budget).value, rel=1e-3)


@pytest.mark.parametrize("d", [1, 3])
def test_a_mean_of_length_0_has_no_boundary_that_would_hide_the_drawn_ones(d):
    none, some = (last_frame(lab, replace(STATE, d=d, length=length)).panel("plane").mark("boundaries")
                  for length in (0.0, 1.0))  # fmt: skip
    assert len(none.y) == len(some.y) - 1 == 24
    assert (none.fade == 0.35).all()
    assert some.fade[-1] == 1.0
    for lines in (none, some):
        assert np.hypot(lines.x, lines.y) == pytest.approx(np.hypot(lines.x, lines.y)[0, 0])
        assert d > 1 or np.abs(lines.x).max() == 0.0


@pytest.mark.parametrize(("tab", "key"), [(POSTERIOR, "over_s"), (THREE, "over_n"), (REPEAT, "slack")])
def test_inverse_kl_shows_under_catoni(tab, key):
    curves = [last_frame(lab, replace(STATE, tab=tab)).panel(key).mark(f"bound_{k}") for k in range(3)]
    assert [curve.labels for curve in curves] == [(name,) for name in BOUNDS]
    assert [curve.dash for curve in curves] == [name == CATONI for name in BOUNDS]


def test_the_votes_fill_a_wide_card_and_all_points_are_seen():
    panel = last_frame(lab, SMALL_NET).panel("votes")
    low, high, bottom, top = panel.mark("votes").extent
    assert (bottom, top) == (panel.y.low, panel.y.high)
    assert high / top >= 2.8
    assert low == -high
    for k in range(2):
        points = panel.mark(f"class_{k}")
        assert np.abs(points.x).max() <= panel.x.high
        assert np.abs(points.y).max() <= panel.y.high


def test_the_cross_on_catonis_curve_is_its_least_value_and_below_every_paid_one():
    panel = last_frame(lab, replace(STATE, tab=THREE)).panel("parameter")
    cross, line = panel.mark("least"), panel.mark("alone")
    assert cross.y[0] == pytest.approx(np.nanmin(line.y[0]), abs=1e-4)
    assert cross.y[0] < panel.mark("grid").y.min()
    assert panel.mark("grid").y.min() == pytest.approx(scene_of(STATE).bounds[CATONI])


@pytest.mark.parametrize("optimise", [False, True])
@pytest.mark.parametrize("prior", [FIXED, GRID])
def test_bounds_hold_on_the_samples_and_one_sample_is_like_the_others(optimise, prior):
    state = replace(STATE, tab=REPEAT, optimise=optimise, prior=prior, n=60, m=0.7, d=4, delta=0.2)
    frames = list(lab.frames(state))
    found = repeats.simulate(state)
    assert len(found.true) == frames[-1].readout("samples") == 1_000
    for name in BOUNDS:
        assert found.held(name).mean() >= 0.8
        assert f"{int(found.held(name).sum())} ({name})" in frames[-1].caption
    single = [scene_of(replace(state, seed=seed)) for seed in range(40)]
    for name, values in (("train", found.train), ("true", found.true), ("complexity", found.complexity)):
        mean = np.mean([getattr(made, name) for made in single])
        assert mean == pytest.approx(values.mean(), abs=6 * values.std() / math.sqrt(40) + 0.02)


def test_nats_spent_are_those_of_the_sample_in_the_middle():
    """One sample may need more than that, and still be inside its own bound."""
    state = replace(STATE, tab=REPEAT, n=20, m=0.3, delta=0.5, optimise=True, d=5)
    found, panel = repeats.simulate(state), last_frame(lab, state).panel("nats")
    spent, most = panel.readouts
    assert "median" in spent.label
    assert spent.value == pytest.approx(np.median(found.complexity) + math.log(2 * math.sqrt(20) / 0.5))
    assert most.value > spent.value
    assert found.held(KL).all()


def test_many_samples_are_no_more_than_can_be_drawn():
    state = replace(STATE, tab=REPEAT, n=20_000, d=50)
    assert repeats.count(state) == 20
    small = replace(STATE, tab=REPEAT, n=20_000, d=5)
    assert "Only" in last_frame(lab, replace(small, draws=10_000, n=2_000, d=10)).message


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_examples_of_the_net_are_independent_draws(name):
    """Classes are coins: their number varies from seed to seed as a binomial's does, and the parts differ."""
    counts = np.array([examples(name, 100, 0.1, seed).y.sum() for seed in range(200)])
    assert abs(counts.mean() - 50.0) < 5 * 5.0 / math.sqrt(200)
    assert 3.5 < counts.std() < 6.5
    train, fresh = examples(name, 100, 0.1, 0), examples(name, 100, 0.1, 0, True)
    assert not np.intersect1d(train.X[:, 0], fresh.X[:, 0]).size
    assert len(np.unique(train.X[:, 0])) == 100
    if name == "circles":
        assert ((np.linalg.norm(train.X, axis=1) < 0.75) == (train.y == 0)).mean() > 0.95


def test_the_certificate_comes_in_steps_that_show_the_trained_net():
    *early, last = lab.frames(replace(SMALL_NET, seed=73))
    waiting = [frame for frame in early if frame.progress >= 0.8 and frame.panels is early[-1].panels]
    assert len(waiting) > 5
    shares = [frame.progress for frame in early]
    assert shares == sorted(shares)
    assert last.readout("certificate") == certified(replace(SMALL_NET, seed=73)).bound


@pytest.mark.parametrize("prior_from", [INITIAL, HALF])
def test_the_certificate_is_the_bound_of_its_parts(prior_from):
    state = replace(SMALL_NET, prior_from=prior_from)
    found = certified(state)
    *_, weights = certificate.train(state)
    shift = weights.mean - weights.centre
    assert found.n == (400 if prior_from == INITIAL else 200)
    kl = pac_bayes.gaussian_kl(shift, found.s, found.tau)
    assert found.kl == pytest.approx(kl.sum(), rel=1e-9)
    assert found.per_weight == pytest.approx(kl)
    assert found.tau == pytest.approx(PRIOR_TOP * math.exp(-found.j / PRIOR_RATE))
    assert found.price == pytest.approx(math.log(math.pi**2 * found.j**2 / 6))
    assert found.train == pytest.approx(
        float(pac_bayes.inverse_kl(found.sampled, math.log(2 / state.sampling) / certificate.CERTIFIED))
    )
    assert found.bound == pytest.approx(
        float(pac_bayes.kl_bound(found.train, found.kl + found.price, found.n, state.delta))
    )
    assert found.sampled <= found.train <= found.bound


def test_the_prior_around_initial_weights_sees_no_data():
    one, other = (replace(SMALL_NET, train_size=n, noise=noise) for n, noise in ((400, 0.15), (300, 0.4)))
    centres = []
    for state in (one, other):
        *_, weights = certificate.train(state)
        centres.append(weights.centre)
    assert np.array_equal(*centres)


def test_the_learned_prior_sees_the_first_half_only(monkeypatch):
    seen = []
    whole = certificate.examples

    def spoiled(*asked, **words):
        found = whole(*asked, **words)
        half = len(found.y) // 2
        y = np.concatenate([found.y[:half], 1.0 - found.y[half:]]) if seen else found.y
        return certificate.Points(found.X, y)

    monkeypatch.setattr(certificate, "examples", spoiled)
    for _ in range(2):
        *_, weights = certificate._training("moons", 200, 0.2, 3, 4, 60, True)
        seen.append(weights)
    assert np.array_equal(seen[0].centre, seen[1].centre)
    assert not np.array_equal(seen[0].mean, seen[1].mean)


def test_sampled_errors_of_the_net_are_means_over_weights_and_examples():
    *_, weights = certificate.train(SMALL_NET)
    found, built = examples("moons", 400, SMALL_NET.noise, 0), net(4)
    source = np.random.default_rng(0)
    drawn = weights.mean + 0.3 * source.standard_normal((2_000, len(weights.mean)))
    each = np.array([certificate.mistakes(built, row, found) / 400 for row in drawn])
    pairs = certificate.gibbs(built, weights.mean, 0.3, found, 60_000, generator(0, "test"))
    error = math.hypot(each.std() / math.sqrt(2_000), math.sqrt(pairs * (1 - pairs) / 60_000))
    assert abs(each.mean() - pairs) <= 5 * error
    trained = certificate.logits(built, weights.mean, found.X)
    W, out = (part.of(weights.mean[None])[0] for part in built.dense)
    assert trained[0] == pytest.approx(math.fsum(out[0, :4] * np.tanh(W[:, :2] @ found.X[0] + W[:, 2])) + out[0, 4])


def test_the_default_net_has_a_certificate_that_says_something():
    frame = last_frame(lab, replace(STATE, tab=NET))
    assert frame.readout("true") < frame.readout("certificate") < 0.15
    assert frame.readout("kl") == pytest.approx(frame.panel("weights").mark("kl").y[:, 1].sum())
    assert f"{100 * frame.readout('certificate'):.2f} %" in frame.caption
    assert "0.94 " in frame.caption


@pytest.mark.parametrize("state", [
    STATE, replace(STATE, optimise=True, d=7), replace(STATE, prior=GRID, catoni=FIXED, parameter=0.7), SMALL_NET,
])  # fmt: skip
def test_the_snippet_prints_the_numbers_on_screen(state):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(lab.snippets(state)["NumPy"], {})
    numbers = [float(x) for x in re.findall(r"(?:kl|Catoni|Pinsker|certificate) ([0-9.e+-]+)", printed.getvalue())]
    frame = last_frame(lab, state)
    names = ("certificate",) if state.tab == NET else ("bound_kl", "bound_catoni", "bound_pinsker")
    assert numbers == pytest.approx([frame.readout(name) for name in names], rel=1e-9)


def test_confidence_is_told_apart_from_certainty():
    assert [sure(x) for x in (0.05, 0.06, 0.001, 1e-6, 0.5, 1.0)] == ["0.95", "0.94", "0.999", "0.999999", "0.5", "0"]


@given(st.floats(1e-6, 0.5), st.floats(1e-6, 0.5))
def test_no_more_confidence_is_claimed_than_there_is(delta, sampling):
    claimed = float(sure(delta + sampling))
    assert claimed <= 1.0 - delta - sampling + 1e-12
    assert claimed >= 1.0 - 1.01 * (delta + sampling)


def test_a_sample_begins_like_a_larger_one():
    few, many = sample_of(replace(STATE, n=50)), sample_of(replace(STATE, n=80))
    assert np.array_equal(few.signed, many.signed[:50])
    assert np.array_equal(few.labels, many.labels[:50])


def test_the_note_gives_the_printed_net_with_its_two_bounds():
    text = resource("notes", "pac-bayes.md").read_text(encoding="utf-8")
    assert f"{float(pac_bayes.kl_bound(0.028, 5144, 55_000, 0.025)):.3f} by the inverse" in text
    assert f"{float(pac_bayes.pinsker_bound(0.028, 5144, 55_000, 0.025)):.3f} by Pinsker" in text
    assert f"{len(certificate.WIDTHS)} values from 0.003 to 3" in text
    assert POSTERIOR in text.lower()
