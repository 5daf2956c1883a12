"""Augmentation and calibration: group laws, SciPy's resampling, the closed forms and brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, stats

from regviz.data.digits import digits
from regviz.neural import (
    LOSSES,
    Augmented,
    Batches,
    Hyper,
    Network,
    Policy,
    Trainer,
    attacked,
    batch_of,
    decisions,
    mlp,
    reliability,
    smooth,
)
from regviz.neural.augment import BLANK, cut_out, fgsm, mix, mixing_weights, move_images, move_points, turn

IMAGES = digits().images[:20] / 8.0 - 1.0
COUNT = len(IMAGES)
NONE = np.zeros((COUNT, 2))


def turned(degrees, flip=False, images=IMAGES, shift=NONE):
    matrices = turn(np.full(len(images), np.radians(degrees)), np.full(len(images), flip))
    return move_images(images, matrices, np.broadcast_to(shift, (len(images), 2)))


def test_no_move_is_exact():
    assert np.array_equal(turned(0.0), IMAGES)
    points = np.random.default_rng(0).standard_normal((9, 2))
    assert np.array_equal(move_points(points, turn(np.zeros(9), np.zeros(9, bool)), np.zeros((9, 2))), points)


def test_mirroring_is_exact_and_its_own_inverse():
    once = turned(0.0, flip=True)
    assert np.array_equal(once, IMAGES[:, :, ::-1])
    assert np.array_equal(turned(0.0, flip=True, images=once), IMAGES)


@pytest.mark.parametrize("quarters", [1, 2, 3, 4])
def test_quarter_turns_form_a_group(quarters):
    assert turned(90.0 * quarters) == pytest.approx(np.rot90(IMAGES, quarters, axes=(1, 2)))
    again = IMAGES
    for _ in range(quarters):
        again = turned(90.0, images=again)
    assert again == pytest.approx(turned(90.0 * quarters))


@pytest.mark.parametrize(("right", "up"), [(1, 0), (0, 1), (-2, 1), (3, -3)])
def test_shifts_by_whole_pixels_are_exact(right, up):
    moved = turned(0.0, shift=(0.25 * right, 0.25 * up))
    expected = np.full((COUNT, 24, 24), BLANK)
    expected[:, 8 - up : 16 - up, 8 + right : 16 + right] = IMAGES
    assert np.array_equal(moved, expected[:, 8:16, 8:16])


@given(
    angle=st.floats(-180, 180), flip=st.booleans(), right=st.floats(-1, 1), up=st.floats(-1, 1),
)  # fmt: skip
def test_images_move_as_scipy_moves_them(angle, flip, right, up):
    image, t = IMAGES[3], np.array([right, up])
    matrix = turn(np.radians([angle]), np.array([flip]))[0]
    # (x, y) = S(column, row) + o with rows downwards; SciPy wants (row, column) of the source for each target
    scale, swap = np.array([[0.25, 0.0], [0.0, -0.25]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    origin = np.array([-0.875, 0.875])
    back = np.linalg.inv(scale) @ matrix.T
    offset = back @ (origin - t) - np.linalg.inv(scale) @ origin
    wanted = ndimage.affine_transform(
        image, swap @ back @ scale @ swap, swap @ offset, order=1, mode="grid-constant", cval=BLANK
    )
    found = move_images(image[None], matrix[None], t[None])[0]
    assert found == pytest.approx(wanted, abs=1e-9)


@given(angle=st.floats(-180, 180), flip=st.booleans(), seed=st.integers(0, 99))
def test_points_keep_their_distances_and_go_back(angle, flip, seed):
    points = np.random.default_rng(seed).standard_normal((6, 2))
    matrices = turn(np.full(6, np.radians(angle)), np.full(6, flip))
    moved = move_points(points, matrices, np.zeros((6, 2)))
    assert np.linalg.norm(moved, axis=1) == pytest.approx(np.linalg.norm(points, axis=1))
    assert move_points(moved, matrices.transpose(0, 2, 1), np.zeros((6, 2))) == pytest.approx(points)
    assert np.linalg.det(matrices) == pytest.approx(-1.0 if flip else 1.0)


def test_images_and_points_move_alike():
    dot = np.full((1, 8, 8), -1.0)
    dot[0, 1, 6] = 1.0  # the pixel at x = 0.625, y = 0.625
    for degrees, flip in itertools.product((0, 90, 180, 270), (False, True)):
        moved = turned(degrees, flip, images=dot, shift=(0.0, 0.0))
        row, column = np.unravel_index(moved.argmax(), (1, 8, 8))[1:]
        at = move_points(np.array([[0.625, 0.625]]), turn(np.radians([degrees]), np.array([flip])), np.zeros((1, 2)))
        assert at[0] == pytest.approx([(column + 0.5) / 4 - 1, 1 - (row + 0.5) / 4])


@given(side=st.integers(0, 9), row=st.integers(0, 7), column=st.integers(0, 7))
def test_a_cut_out_is_a_square_that_may_hang_over_the_edge(side, row, column):
    cut = cut_out(np.full((1, 8, 8), 9.0), np.array([row]), np.array([column]), side)[0]
    for r, c in itertools.product(range(8), range(8)):
        inside = 0 <= r - row + side // 2 < side and 0 <= c - column + side // 2 < side
        assert cut[r, c] == (0.0 if inside else 9.0)


@pytest.mark.parametrize("alpha", [0.1, 0.4, 1.0, 5.0])
def test_mixing_weights_have_the_beta_distribution(alpha):
    drawn = mixing_weights(np.random.default_rng(1), alpha, 4_000)
    assert stats.kstest(drawn, stats.beta(alpha, alpha).cdf).pvalue > 1e-3
    assert stats.kstest(drawn, stats.beta(alpha + 1.0, alpha).cdf).pvalue < 1e-3


@given(alpha=st.floats(0.0, 10.0))
def test_mixing_weights_are_shares_for_every_alpha(alpha):
    drawn = mixing_weights(np.random.default_rng(0), alpha, 50)
    assert ((drawn >= 0) & (drawn <= 1)).all()


@pytest.mark.parametrize("loss", ["softmax", "logistic"])
def test_the_mixed_loss_is_the_loss_on_mixed_labels(loss):
    source = np.random.default_rng(2)
    classes = 1 if loss == "logistic" else 4
    targets = source.integers(0, 2, (30, 1)) if classes == 1 else np.eye(4)[source.integers(0, 4, 30)]
    outputs = source.standard_normal((1, classes, 30))
    lam, partner = source.beta(0.5, 0.5, 30), source.permutation(30)
    kind = LOSSES[loss]
    mixed = kind.values(outputs, mix(targets.astype(float), lam, partner).T)[0]
    one, other = kind.values(outputs, targets.T)[0], kind.values(outputs, targets[partner].T)[0]
    assert mixed == pytest.approx(lam * one + (1 - lam) * other)
    assert mixed != pytest.approx(one)


def policy_rows(policy, inputs, targets, seed=5, image=(), group=0):
    return policy.apply(np.random.default_rng(seed), inputs, targets, image=image, group=group)


@pytest.mark.parametrize("group", [0, 10])
def test_one_lambda_mixes_inputs_and_labels(group):
    """Inputs that are their own labels stay so."""
    codes = np.eye(40)
    inputs, targets, lam = policy_rows(Policy(mixup=0.7), codes, codes, group=group)
    assert np.array_equal(inputs, targets)
    assert targets.sum(axis=1) == pytest.approx(1.0)
    own = np.arange(40)
    partner = np.where((targets > 0).sum(axis=1) > 1, (targets - np.diag(np.diag(targets))).argmax(axis=1), own)
    assert sorted(partner) == list(range(40)), "partners are a permutation"
    mixed = partner != own
    assert targets[own, own][mixed] == pytest.approx(lam[mixed])
    assert mixed.sum() > 30
    if group:
        assert (partner // group == own // group).all()


def test_a_policy_of_nothing_changes_nothing():
    flat, labels = IMAGES.reshape(COUNT, -1), np.eye(COUNT)
    inputs, targets, lam = policy_rows(Policy(), flat, labels, image=(8, 8))
    assert np.array_equal(inputs, flat)
    assert np.array_equal(targets, labels)
    assert (lam == 1).all()


ONE_EACH = {
    "shift": 0.4, "angle": 30.0, "flip": 0.5, "cutout": 3, "hide": 0.5, "noise": 0.2, "mixup": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_EACH)
@pytest.mark.parametrize("image", [(8, 8), ()])
def test_each_augmentation_acts_and_draws_the_same_whatever_the_others_do(name, image):
    inputs = IMAGES.reshape(COUNT, -1) if image else np.random.default_rng(0).standard_normal((COUNT, 2))
    labels = np.eye(COUNT)
    alone = policy_rows(Policy(**{name: ONE_EACH[name]}), inputs, labels, image=image)
    acts = not (image and name == "hide") and not (not image and name == "cutout")
    assert np.array_equal(alone[0], inputs) != acts
    again = policy_rows(Policy(**{name: ONE_EACH[name]}), inputs, labels, image=image)
    assert np.array_equal(alone[0], again[0])
    if name == "noise":
        both = policy_rows(Policy(noise=0.2, shift=0.25), inputs, labels, image=image)
        shifted = policy_rows(Policy(shift=0.25), inputs, labels, image=image)
        assert both[0] - shifted[0] == pytest.approx(alone[0] - inputs)


def test_draws_lie_where_the_strengths_say():
    points, labels = np.zeros((4_000, 2)), np.ones((4_000, 1))
    moved = policy_rows(Policy(shift=0.4), points, labels)[0]
    assert np.abs(moved).max() <= 0.4
    assert moved.std(axis=0) == pytest.approx(0.4 / np.sqrt(3), rel=0.05)
    ones = np.ones((4_000, 2))
    assert (policy_rows(Policy(flip=0.3), ones, labels)[0][:, 0] < 0).mean() == pytest.approx(0.3, abs=0.03)
    hidden = policy_rows(Policy(hide=0.6), ones, labels)[0] == 0
    assert hidden.any(axis=1).mean() == pytest.approx(0.6, abs=0.03)
    assert hidden.sum(axis=1).max() == 1
    angle = np.arctan2(*policy_rows(Policy(angle=40.0), np.array([[1.0, 0.0]] * 4_000), labels)[0].T[::-1])
    assert np.abs(np.degrees(angle)).max() <= 40.0
    assert np.degrees(angle).std() == pytest.approx(40.0 / np.sqrt(3), rel=0.05)
    assert policy_rows(Policy(noise=0.7), points, labels)[0].std() == pytest.approx(0.7, rel=0.05)


def test_turning_mirroring_and_shifting_are_drawn_independently():
    east = np.tile([1.0, 0.0], (6_000, 1))
    moved = policy_rows(Policy(angle=40.0, flip=0.5), east, np.ones((6_000, 1)))[0]
    mirrored = moved[:, 0] < 0
    angle = np.degrees(np.arctan2(*(moved * np.where(mirrored, -1.0, 1.0)[:, None]).T[::-1]))
    for part in (angle[mirrored], angle[~mirrored]):
        assert abs(part.mean()) < 5 * 40 / np.sqrt(3 * len(part))
        assert part.std() == pytest.approx(40 / np.sqrt(3), rel=0.05)
    shift = policy_rows(Policy(shift=1.0, flip=0.5), np.tile([9.0, 0.0], (6_000, 1)), np.ones((6_000, 1)))[0]
    flipped = shift[:, 0] < 0
    shift[:, 0] -= np.where(flipped, -9.0, 9.0)
    table = np.column_stack([shift, flipped, angle])
    assert np.abs(np.corrcoef(table.T) - np.eye(4)).max() < 5 / np.sqrt(6_000)


def test_smoothed_labels_are_those_that_the_engine_trains_on():
    net = mlp(2, (3,), 4, loss="softmax")
    source = np.random.default_rng(0)
    points, labels = source.standard_normal((6, 2)), source.integers(0, 4, 6)
    flat = source.standard_normal((1, net.size))
    grads = []
    for epsilon, targets in ((0.3, np.eye(4)[labels]), (0.0, smooth(np.eye(4)[labels], 0.3))):
        network = Network(net, 1, 6, dtype=np.float64)
        network.params[...] = flat
        network.tune(smoothing=epsilon)
        network.load(batch_of(net, points, targets))
        network.forward()
        grads.append(network.backward().copy())
    assert grads[0] == pytest.approx(grads[1])
    assert smooth(np.eye(4), 0.3)[0] == pytest.approx([0.775, 0.075, 0.075, 0.075])


def pair(policy, *, digits_too=False, steps=0):
    """A trainer of two variants and its source, after ``steps``."""
    source = np.random.default_rng(3)
    width = 64 if digits_too else 2
    X, y = source.standard_normal((40, width)), source.integers(0, 3, 40)
    net = mlp(width, (6,), 3, loss="softmax")
    feed = Augmented((Batches(X, np.eye(3)[y], 8, 1),), policy, 1, (8, 8) if digits_too else ())
    trainer = Trainer(net, feed, Hyper(rate=0.1), variants=2, seed=0)
    feed.attack(trainer)
    trainer.step(steps)
    return feed, trainer, (X, y)


@pytest.mark.parametrize("policy", [Policy(), Policy(shift=0.3, noise=0.5, mixup=0.4, angle=20.0, fgsm=0.1)])
def test_the_first_of_a_pair_sees_the_samples_as_they_are(policy):
    feed, trainer, (X, y) = pair(policy, steps=7)
    batch = feed(7)
    rows = Batches(X, np.eye(3)[y], 8, 1).indices(7)
    assert np.array_equal(batch.inputs[:, 0].T, X[rows].astype(np.float32))
    assert np.array_equal(batch.targets[:, 0].T, np.eye(3)[y[rows]])
    same = np.array_equal(batch.inputs[:, 0], batch.inputs[:, 1])
    assert same == (policy == Policy())
    assert np.array_equal(trainer.params[0], trainer.params[1]) == same
    again = pair(policy, steps=7)[1]
    assert np.array_equal(again.params, trainer.params)
    assert np.array_equal(pair(Policy(), steps=7)[1].params[0], trainer.params[0])


def test_fgsm_follows_the_gradient_of_the_second_net_by_differences():
    feed, trainer, _ = pair(Policy(fgsm=0.25), steps=5)
    plain, changed, _ = feed.samples(5)
    step = (changed.inputs - plain.inputs)[:, 0].T
    assert np.abs(step) == pytest.approx(0.25, rel=1e-5)
    net, params = trainer.net, trainer.params[1:].astype(np.float64)
    judge = Network(net, 1, 8, dtype=np.float64, params=params)
    points, targets = plain.inputs[:, 0].T.astype(np.float64), plain.targets[:, 0].T
    for index in range(2):
        losses = []
        for h in (1e-5, -1e-5):
            moved = points.copy()
            moved[:, index] += h
            judge.load(batch_of(net, moved, targets))
            losses.append(LOSSES["softmax"].values(judge.forward(), targets.T)[0])
        assert np.array_equal(np.sign(losses[0] - losses[1]), np.sign(step[:, index]))


def test_several_parts_are_augmented_each_for_itself():
    source = np.random.default_rng(0)
    X, y = source.standard_normal((60, 2)), np.eye(2)[source.integers(0, 2, 60)]
    parts = [Batches(X[k : k + 20], y[k : k + 20] + k, 5, 1, scheme="replace") for k in (0, 20, 40)]
    feed = Augmented(parts, Policy(mixup=1.0, noise=0.1), 1)
    batch = feed(2)
    assert batch.inputs.shape == batch.targets.shape == (2, 6, 5)
    for k, part in enumerate(parts):
        assert np.array_equal(batch.inputs[:, k : k + 1], part(2).inputs)
        labels = batch.targets[:, 3 + k]
        assert ((labels >= 20 * k) & (labels <= 20 * k + 1)).all(), "no partners from another set"
    with pytest.raises(ValueError, match="3 parts train 6 variants, not 2"):
        feed.attack(pair(Policy())[1])


def test_an_attack_on_all_nets_is_that_on_each():
    _, trainer, (X, y) = pair(Policy(noise=0.3), steps=20)
    goals = np.eye(3)[y].T
    both = attacked(trainer.net, trainer.params, X, goals, 0.1)
    for k in range(2):
        assert np.array_equal(both[k], attacked(trainer.net, trainer.params[k : k + 1], X, goals, 0.1)[0])
    assert np.abs(both - X) == pytest.approx(0.1)
    assert not np.array_equal(both[0], both[1])
    score = LOSSES["softmax"].values
    for k, params in enumerate(trainer.params):
        judge = Network(trainer.net, 1, 40, params=params[None].copy())
        losses = []
        for points in (X, both[k]):
            judge.load(batch_of(trainer.net, points, y))
            losses.append(score(judge.forward(), goals).mean())
        assert losses[1] > losses[0]


def test_fgsm_of_no_slope_moves_nothing():
    assert np.array_equal(fgsm(np.ones((2, 2)), np.zeros((2, 2)), 0.5), np.ones((2, 2)))


@given(
    data=st.lists(st.tuples(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.5, 1.0])), st.booleans()),
                  min_size=1, max_size=60),
    bins=st.integers(1, 20),
)  # fmt: skip
def test_the_calibration_error_is_that_of_brute_force(data, bins):
    sure, right = np.array([p for p, _ in data]), np.array([hit for _, hit in data])
    found = reliability(sure, right, bins)
    total = 0.0
    for m in range(bins):
        inside = [(p, hit) for p, hit in data if m / bins < p <= (m + 1) / bins or (m == 0 and p == 0)]
        assert found.counts[m] == len(inside)
        if inside:
            confidence = sum(p for p, _ in inside) / len(inside)
            accuracy = sum(hit for _, hit in inside) / len(inside)
            assert (found.confidence[m], found.accuracy[m]) == pytest.approx((confidence, accuracy))
            total += len(inside) / len(data) * abs(accuracy - confidence)
        else:
            assert np.isnan(found.accuracy[m])
    assert found.ece == pytest.approx(total, abs=1e-12)
    assert found.counts.sum() == len(data)


def test_decisions_of_one_output_and_of_several_agree():
    p = np.array([0.1, 0.5, 0.9])
    two = np.stack([1 - p, p])[None]
    one = decisions(p[None, None])
    assert one[0] == pytest.approx(decisions(two)[0])
    assert one[1].tolist() == decisions(two)[1].tolist() == [[0, 0, 1]]


def test_no_bins_and_no_probabilities_are_errors():
    with pytest.raises(ValueError, match="at least one bin"):
        reliability([0.5], [True], 0)
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        reliability([1.5], [True])
    assert np.isnan(reliability([], []).ece)
