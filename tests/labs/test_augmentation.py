"""The augmentation lab: identities in closed form, by drawing and by brute force; what is drawn is what is trained."""

import ast
import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar
from scipy.special import betainc
from sklearn.linear_model import Ridge

from regviz.export import last_frame
from regviz.labs import _nets as nets
from regviz.labs.augmentation import identities, lab, linear, net, samples, sizes
from regviz.labs.augmentation.state import DIGITS, EXACT, SIZES, AugmentationState
from regviz.labs.augmentation.words import recipe, wrong_labels
from regviz.neural import LOSSES, Evaluator, batch_of, smoothed_gap

NETS = AugmentationState()
SHORT = replace(NETS, steps=30, pace=30)
TWIN = AugmentationState(tab=EXACT)
OVER = AugmentationState(tab=SIZES, steps=20, pace=20)
OFF = {"shift": 0.0, "angle": 0.0, "input_noise": 0.0, "mixup": 0.0, "smoothing": 0.0}


@pytest.fixture(scope="module")
def finished():
    return last_frame(lab, replace(NETS, pace=300))


@pytest.fixture(scope="module")
def twin():
    return last_frame(lab, replace(TWIN, input_noise=0.7))


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("features", [1, 4, 9])
def test_noise_is_ridge_with_lambda_sigma_squared(sigma, features):
    made = linear.problem(features, 0.4, 0)
    w = linear.ridge(made.X, made.y, sigma)
    peer = Ridge(alpha=made.n * sigma**2, fit_intercept=False).fit(made.X, made.y).coef_
    assert w == pytest.approx(peer, rel=1e-9)
    found = minimize(lambda v: linear.cubature_loss(made.X, made.y, v, sigma), np.zeros(features), tol=1e-10).x
    assert w == pytest.approx(found, abs=1e-5)


@settings(max_examples=30)
@given(sigma=st.floats(0.0, 3.0), seed=st.integers(0, 99), features=st.integers(1, 8))
def test_the_expected_loss_is_the_exact_mean_over_the_corners(sigma, seed, features):
    made = linear.problem(features, 0.3, seed % 5)
    w = np.random.default_rng(seed).standard_normal(features)
    exact = linear.noisy_loss(made.X, made.y, w, sigma)
    assert linear.cubature_loss(made.X, made.y, w, sigma) == pytest.approx(exact, rel=1e-10)


def test_the_corner_rule_is_exact_for_gaussian_noise():
    """Against quadrature with many nodes in two features."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    made, w, sigma = linear.problem(2, 0.5, 1), np.array([0.7, -1.1]), 0.8
    total = 0.0
    for (a, p), (b, q) in itertools.product(zip(nodes, weights, strict=True), repeat=2):
        noisy = made.X + sigma * np.array([a, b])
        total += p * q / weights.sum() ** 2 * ((made.y - noisy @ w) ** 2).mean()
    assert linear.noisy_loss(made.X, made.y, w, sigma) == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_noisy_copies_tend_to_ridge(sigma):
    fits = linear.Fits(linear.Noise(4, 0.4, 3, sigma))
    made = fits.noise.problem
    w = linear.ridge(made.X, made.y, sigma)
    for _ in range(30):
        fits.advance()
    found, error = fits.fitted[-1], linear.standard_error(fits.fitted[-1])
    assert (np.abs(found.mean(axis=0) - w) <= 5 * error).all()
    assert (np.abs(found.mean(axis=0) - linear.ridge(made.X, made.y, 0.0)) > 20 * error).any(), "OLS is far away"
    exact = linear.noisy_loss(made.X, made.y, w, sigma)
    assert abs(fits.losses.mean() - exact) <= 5 * linear.standard_error(fits.losses)
    assert fits.losses.std(ddof=1) > 0


def test_the_exact_view_shows_it(twin):
    bars = twin.panel("coefficients").mark("coefficients")
    error = (bars.high - bars.low) / 4
    assert (np.abs(bars.values - bars.truth) <= 5 * error).all()
    assert twin.readout("worst") <= 5
    assert twin.readout("lam") == pytest.approx(0.49)
    assert twin.certificate.holds
    assert sum(part.value for part in twin.parts) == pytest.approx(twin.readout("expected_loss"))
    one, mean = twin.panel("distance").mark("distance").y
    assert one[-1] < 0.5 * one[0]
    assert mean[-1] < one[-1]
    x = twin.panel("identity").mark("losses").x
    at = np.searchsorted(x, twin.panel("identity").mark("corners").x - 1e-9)
    assert twin.panel("identity").mark("corners").y == pytest.approx(twin.panel("identity").mark("losses").y[2][at])


@pytest.mark.parametrize("features", [1, 3, 10])
def test_without_noise_the_copies_are_least_squares(features):
    frame = last_frame(lab, replace(TWIN, input_noise=0.0, features=features, copies=40))
    bars = frame.panel("coefficients").mark("coefficients")
    assert bars.values == pytest.approx(bars.ghost)
    assert frame.readout("worst") is None


@pytest.mark.parametrize("epsilon", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("classes", [2, 3, 10, 100])
def test_the_optimal_gap_of_smoothed_labels(epsilon, classes):
    share = epsilon / classes
    gap = np.log((1 - epsilon + share) / share)
    assert smoothed_gap(epsilon, classes) == pytest.approx(gap)
    best = minimize_scalar(lambda g: linear.smoothed_loss(g, epsilon, classes), bounds=(-1, 20), method="bounded",
                           options={"xatol": 1e-9}).x  # fmt: skip
    assert best == pytest.approx(gap, abs=1e-5)
    if classes <= 10:  # over all logits, not only those with equal others
        target = np.full(classes, share)
        target[0] += 1 - epsilon
        found = minimize(
            lambda z: LOSSES["softmax"].values(z[None, :, None], target[:, None])[0, 0], np.zeros(classes), tol=1e-10
        ).x
        assert found[0] - found[1:] == pytest.approx(gap, abs=1e-3)


def test_the_number_of_the_textbook():
    assert smoothed_gap(0.1, 10) == pytest.approx(4.511, abs=5e-4)
    frame = last_frame(lab, replace(TWIN, smoothing=0.1, copies=1))
    assert frame.readout("optimal_gap") == pytest.approx(4.511, abs=5e-4)
    assert frame.panel("smoothing").mark("best").value == frame.readout("optimal_gap")
    curve = frame.panel("smoothing").mark("smoothed")
    assert curve.x[curve.y[0].argmin()] == pytest.approx(4.511, abs=0.1)
    plain = last_frame(lab, replace(TWIN, smoothing=0.0, copies=1))
    assert plain.readout("optimal_gap") is None
    assert (np.diff(plain.panel("smoothing").mark("plain").y) < 0).all()
    assert "no finite optimal gap" in plain.caption


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("classes", [2, 7])
def test_the_loss_over_the_gap_is_the_engine_s(epsilon, classes):
    gaps = np.linspace(-4, 12, 9)
    outputs = np.zeros((1, classes, 9))
    outputs[0, 0] = gaps
    target = np.full((classes, 9), epsilon / classes)
    target[0] += 1 - epsilon
    assert linear.smoothed_loss(gaps, epsilon, classes) == pytest.approx(LOSSES["softmax"].values(outputs, target)[0])


@settings(max_examples=40)
@given(seed=st.integers(0, 1_000), epsilon=st.floats(0.0, 2.0), d=st.integers(1, 6), bias=st.floats(-2, 2))
def test_fgsm_takes_epsilon_times_the_l1_norm_and_nothing_takes_more(seed, epsilon, d, bias):
    source = np.random.default_rng(seed)
    X, w = source.standard_normal((5, d)), source.standard_normal(d)
    y = np.where(source.random(5) < 0.5, -1.0, 1.0)
    formula = linear.margins_under_attack(X, y, w, bias, epsilon)
    assert formula == pytest.approx(y * (X @ w + bias) - epsilon * np.abs(w).sum())
    moved = linear.attack(X, y, w, epsilon)
    assert y * (moved @ w + bias) == pytest.approx(formula, abs=1e-12)
    corners = epsilon * np.array(list(itertools.product((-1.0, 1.0), repeat=d)))
    brute = (y[:, None] * ((X[:, None] + corners) @ w + bias)).min(axis=1)
    assert brute == pytest.approx(formula, abs=1e-12)
    inside = X[:, None] + source.uniform(-epsilon, epsilon, (5, 50, d)) if epsilon else X[:, None]
    assert (y[:, None] * (inside @ w + bias) >= formula[:, None] - 1e-12).all()


def test_the_linear_attack_is_the_sign_of_the_logistic_gradient():
    source = np.random.default_rng(0)
    X, w, y = source.standard_normal((8, 3)), source.standard_normal(3), np.array([1.0, -1.0] * 4)
    h, slope = 1e-6, np.empty((8, 3))
    for j in range(3):
        up, down = (np.logaddexp(0.0, -y * ((X + s * h * np.eye(3)[j]) @ w)) for s in (1, -1))
        slope[:, j] = (up - down) / (2 * h)
    assert linear.attack(X, y, w, 0.3) == pytest.approx(X + 0.3 * np.sign(slope))


@pytest.mark.parametrize(("w1", "w2", "attack"), [(0.4, 1.0, 0.2), (0.0, 0.0, 0.5), (0.0, 2.0, 0.0), (-3.0, 1.0, 2.0)])
def test_the_plane_shows_the_attack(w1, w2, attack):
    frame = last_frame(lab, replace(TWIN, w1=w1, w2=w2, attack=attack, copies=1))
    assert frame.readout("loss_of_margin") == pytest.approx(attack * (abs(w1) + abs(w2)))
    assert frame.readout("attack_error") <= 1e-12
    keys = {mark.key for mark in frame.panel("attack").marks}
    assert ("boundary" in keys) == (w1 != 0 or w2 != 0)
    if "strip" in keys:
        strip = frame.panel("attack").mark("strip")
        assert np.abs(strip.x * w1 + strip.y * w2) == pytest.approx(frame.readout("loss_of_margin"))


@pytest.mark.parametrize("alpha", [0.0, 0.2, 1.0, 8.0])
def test_the_histogram_of_lambda_meets_the_exact_chances(alpha):
    exact = identities.chances(alpha)
    assert exact.sum() == pytest.approx(1.0)
    bars = last_frame(lab, replace(TWIN, mixup=alpha, copies=1)).panel("mixing").mark("weights")
    error = np.sqrt(exact * (1 - exact) / identities.DRAWN)
    assert (np.abs(bars.values - exact) <= 5 * error + 1e-12).all()
    if alpha == 1.0:
        assert exact == pytest.approx(0.05)


@given(alpha=st.floats(1e-6, 10.0))
def test_the_series_of_the_beta_distribution_is_scipy_s(alpha):
    x = np.linspace(0.0, 0.5, 11)
    assert linear.beta_below(x, alpha) == pytest.approx(betainc(alpha, alpha, x), rel=1e-9, abs=1e-12)


def test_augmentation_helps_where_digits_are_few(finished):
    assert finished.readout("test_accuracy_b") > finished.readout("test_accuracy_a")
    assert finished.readout("ece_b") < 0.6 * finished.readout("ece_a")


def test_the_calibration_error_on_screen_is_that_of_brute_force(finished):
    state = replace(NETS, pace=300)
    pair = net.Pair(state)
    pair.run.advance(state.steps)
    test = pair.run.task.test
    for k, key in enumerate("ab"):
        chances = Evaluator(pair.run.net).predict(test.X, pair.run.params[k])[0]
        sure, right = chances.max(axis=0).astype(float), chances.argmax(axis=0) == test.y
        total, counts = 0.0, []
        for m in range(10):
            inside = (sure > m / 10) & (sure <= (m + 1) / 10)
            counts.append(int(inside.sum()))
            if inside.any():
                total += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
        assert finished.readout(f"ece_{key}") == pytest.approx(total, abs=1e-6)
        panel = finished.panel(f"reliability_{key}")
        assert panel.mark("counts").labels == tuple(str(n) for n in counts if n)
        assert panel.mark("counts").x.tolist() == [m for m, n in enumerate(counts) if n]


@pytest.mark.parametrize("dataset", [DIGITS, "moons", "gaussians"])
def test_both_nets_are_one_without_augmentation(dataset):
    frame = last_frame(lab, replace(SHORT, dataset=dataset, **OFF))
    assert frame.readout("test_accuracy_a") == frame.readout("test_accuracy_b")
    assert frame.readout("validation_loss_a") == frame.readout("validation_loss_b")
    assert frame.readout("ece_a") == frame.readout("ece_b")
    assert "nothing changed" in frame.caption


@pytest.mark.parametrize("dataset", [DIGITS, "xor"])
def test_the_plain_net_does_not_depend_on_the_augmentation(dataset):
    frames = [last_frame(lab, replace(SHORT, dataset=dataset, **words)) for words in ({}, OFF)]
    assert frames[0].readout("validation_loss_a") == frames[1].readout("validation_loss_a")
    assert frames[0].readout("validation_loss_b") != frames[1].readout("validation_loss_b")


@pytest.mark.parametrize("dataset", [DIGITS, "moons", "gaussians"])
def test_accuracies_are_those_on_plain_samples_with_plain_labels(dataset):
    state = replace(SHORT, dataset=dataset, mixup=1.0, smoothing=0.3, input_noise=1.0)
    pair = net.Pair(state)
    pair.run.advance(30)
    frame = pair.frame(state, pair.run)
    for part, values in (("train", pair.run.task.train), ("test", pair.run.task.test)):
        chances = Evaluator(pair.run.net).predict(values.X, pair.run.params[1])[0]
        decided = chances.argmax(axis=0) if len(chances) > 1 else chances[0] > 0.5
        assert frame.readout(f"{part}_accuracy_b") == pytest.approx((decided == values.y).mean())
    curve = frame.panel("accuracies").mark("train").y[1, -1]
    assert curve == pytest.approx(frame.readout("train_accuracy_b"))


def test_the_tiles_are_the_next_batch():
    state = replace(SHORT, fgsm=0.1, mixup=1.0)
    pair = net.Pair(state)
    pair.run.advance(12)
    tiles = pair.frame(state, pair.run).panel("samples").mark("samples")
    batch = pair.source(12)
    rows = tiles.images.reshape(3, samples.SHOWN, 64)
    for row, variant in ((0, 0), (1, 1)):
        assert np.array_equal(rows[row], batch.inputs[:, variant, : samples.SHOWN].T.astype(float))
    assert not np.array_equal(rows[1], rows[2])
    plain = batch.targets[:, 0, : samples.SHOWN].argmax(axis=0)
    assert tiles.labels[: samples.SHOWN] == tuple(str(k) for k in plain)
    mixed = samples.labels(batch.targets[:, 1], state.smoothing)
    assert tiles.labels[samples.SHOWN : 2 * samples.SHOWN] == tuple(map(samples.written, mixed[: samples.SHOWN]))
    assert mixed.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("dataset", ["moons", "gaussians"])
def test_the_points_are_the_next_batch(dataset):
    state = replace(SHORT, dataset=dataset, mixup=0.0, fgsm=0.05)
    pair = net.Pair(state)
    pair.run.advance(12)
    panel = pair.frame(state, pair.run).panel("samples")
    batch = pair.source(12).inputs
    moves = panel.mark("moves")
    count = len(moves.x)
    assert moves.x == pytest.approx(batch[0, 0, :count])
    assert moves.x + moves.dx == pytest.approx(batch[0, 1, :count], abs=1e-6)
    shown = sum(len(mark.x) for mark in panel.marks if mark.key.startswith("class"))
    assert shown == batch.shape[2]
    mixed = net.Pair(replace(state, mixup=1.0))
    assert len(mixed.frame(state, mixed.run).panel("samples").mark("mixed").x) > 8


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ([0, 0, 1.0], "2"), ([0.05, 0.05, 0.9], "2:90"), ([0.7, 0.3, 0.0], "0:70 1:30"), ([0.5, 0.5], "all alike"),
        ([0.25, 0.75], "1:75"),
    ],
)  # fmt: skip
def test_labels_in_short(label, words):
    assert samples.written(np.array(label)) == words


def test_a_change_while_training_is_said():
    state = replace(NETS, steps=60, pace=20)
    frames = lab.frames(state)
    next(frames), next(frames)
    changed = frames.send(replace(state, input_noise=0.9))
    assert changed.readout("since") == 20
    assert "noise σ 0.90" in changed.caption
    assert "since step 20" in changed.caption
    last = list(frames)[-1]
    assert last.readout("since") == 20
    over = lab.frames(replace(OVER, steps=40))
    next(over), next(over)
    assert "since step 20" in over.send(replace(OVER, steps=40, flip=0.5)).caption


def test_accuracy_under_attack_is_measured_on_each_net_s_own_attack():
    state = replace(NETS, steps=200, pace=200, **(OFF | {"fgsm": 0.15}))
    pair = net.Pair(state)
    pair.run.advance(200)
    found = net.attacked_accuracy(state, pair.run)
    assert found[1] > found[0], "training on the attack helps against it"
    assert found[0] < pair.run.score("test").accuracy[0]
    assert last_frame(lab, state).readout("attacked_accuracy_b") == found[1]


def test_all_sizes_train_as_one_batch_and_each_as_if_alone():
    state = replace(OVER, dataset="gaussians", **OFF)
    grid = sizes.Grid(state)
    grid.trainer.step(20)
    right, loss, _ = grid.measure(10)
    assert np.array_equal(right[0], right[1])
    assert right.shape == (2, 6, 3)
    batch = grid.source(3)
    goals = batch_of(grid.trainer.net, grid.task.train.X, grid.task.train.y)
    for group, (n, draw) in enumerate(itertools.product(sizes.SIZES_OF, range(3))):
        allowed = {tuple(x) for x in goals.inputs[:, 0, draw * 320 : draw * 320 + n].T.astype(np.float32)}
        assert {tuple(x) for x in batch.inputs[:, group].T} <= allowed, "a smaller set is the start of the larger one"
    test = grid.task.test
    own = Evaluator(grid.trainer.net).score(test.X, test.y, grid.trainer.params[4])
    assert right[0, 1, 1] == own.accuracy[0]
    assert loss[0, 1, 1] == pytest.approx(own.loss[0])


def test_the_curve_over_n():
    frame = last_frame(lab, replace(NETS, tab=SIZES, steps=200, pace=200))
    accuracy = frame.panel("accuracy").mark("accuracy").y
    assert (accuracy[:, -1] > accuracy[:, 0] + 20).all()
    assert accuracy[1, 0] > accuracy[0, 0], "augmentation helps with ten digits"
    gains = frame.panel("gain").mark("gain").y[0]
    assert gains == pytest.approx(accuracy[1] - accuracy[0])
    assert gains[0] > gains[-1]
    for index, key in enumerate("ab"):
        assert frame.readout(f"accuracy_{key}_320") == pytest.approx(accuracy[index, -1] / 100)
        band = frame.panel("accuracy").mark(f"range_{key}")
        assert (band.low <= accuracy[index] + 1e-9).all()
        assert (accuracy[index] <= band.high + 1e-9).all()


@pytest.mark.parametrize("dataset", [DIGITS, "moons", "circles", "spiral", "xor", "gaussians"])
def test_wrong_labels_are_said(dataset):
    plain = replace(NETS, dataset=dataset)
    assert not wrong_labels(replace(plain, flip=0.0, angle=15.0))
    for words in ({"flip": 0.3}, {"angle": 170.0}):
        state = replace(SHORT, dataset=dataset, **words)
        assert bool(wrong_labels(state)) == (dataset != "circles")
        frame = last_frame(lab, state)
        assert wrong_labels(state) in frame.message
        assert ("wrong labels here" in frame.caption) == (dataset != "circles")


def test_circles_are_the_same_mirrored_and_turned():
    """The claim behind the silence on circles: their classes are radii."""
    made = nets.task(replace(NETS, dataset="circles", noise=0.05))
    radius = np.hypot(*made.train.X.T)
    assert ((radius > 0.75) == (made.train.y == 1)).all()


def test_the_recipe_names_what_acts():
    assert recipe(replace(NETS, **OFF)) == "nothing changed"
    every = replace(NETS, flip=0.5, cutout=2, hide=0.5, fgsm=0.1)
    for word in ("flip", "rotate", "shift", "cut-out 2 px", "noise", "mixup", "FGSM", "smoothing"):
        assert word in recipe(every)
    assert "cut-out 0.50" in recipe(replace(every, dataset="xor"))


@pytest.mark.parametrize("tab", ["nets", SIZES])
def test_a_diverged_training_is_told(tab):
    state = replace(NETS, tab=tab, rate=1e3, optimiser="sgd", activation="linear", layers=3, steps=300, pace=100)
    frame = last_frame(lab, state)
    assert frame.status == "diverged"
    assert "diverged" in frame.caption
    assert "diverged" in frame.message
    assert frame.progress == 1.0


def test_going_back_in_steps_is_going_back():
    state = replace(OVER, steps=40)
    frames = lab.frames(state)
    wanted = [next(frames) for _ in range(3)][1]
    back = frames.send(replace(state, steps=20))
    assert back.readout("step") == 20
    assert back.readout("accuracy_b_40") == wanted.readout("accuracy_b_40")


@pytest.mark.parametrize("dataset", [DIGITS, "moons", "gaussians"])
@pytest.mark.parametrize("fields", [{}, OFF, {"flip": 0.5, "cutout": 2, "hide": 0.3, "fgsm": 0.1}])
def test_snippets_say_what_is_done(dataset, fields):
    state = replace(NETS, dataset=dataset, **fields)
    code = lab.snippets(state)["PyTorch"]
    ast.parse(code)
    assert ("Beta(" in code) == (state.mixup > 0)
    assert ("grid_sample" in code) == (dataset == DIGITS and state.shift > 0)
    assert ("slope.sign()" in code) == (state.fgsm > 0)
    assert ("label_smoothing=" in code) == (state.smoothing > 0 and dataset != "moons")


def test_the_numpy_snippet_gives_ridge():
    made, state = linear.problem(5, 0.4, 0), replace(TWIN, input_noise=0.5, copies=400)
    names = {"X": made.X, "y": made.y}
    exec(lab.snippets(state)["NumPy"], names)
    assert names["ridge"] == pytest.approx(linear.ridge(made.X, made.y, 0.5))
    assert names["augmented"] == pytest.approx(names["ridge"], abs=0.05)
