"""Looking at nets: chunks, scores, surfaces, statistics, early stopping."""

import numpy as np
import pytest

from regviz.neural import (
    Batches,
    BatchNorm,
    EarlyStopping,
    Evaluator,
    Hyper,
    Network,
    Sgd,
    Trainer,
    batch_of,
    grid,
    histograms,
    layer_norms,
    mlp,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((37, 2))
CLASSES = RNG.integers(0, 3, 37)


def straightforward(net, params, X):
    """The same net written out: tanh layers and a linear one (n, K)."""
    h = X
    for index, parameter in enumerate(net.dense):
        matrix = parameter.of(params[None])[0]
        h = h @ matrix[:, :-1].T + matrix[:, -1]
        h = np.tanh(h) if index < len(net.dense) - 1 else h
    return h


@pytest.mark.parametrize("chunk", [1, 10, 37, 64])
def test_outputs_do_not_depend_on_the_chunk(chunk):
    net = mlp(2, (5, 4), 3, loss="softmax")
    params = net.initial(0, 2, (1.0, 2.0)) + 0.1
    found = Evaluator(net, 2, dtype=np.float64, chunk=chunk).outputs(X, params)
    assert found.shape == (2, 3, 37)
    for row in range(2):
        np.testing.assert_allclose(found[row].T, straightforward(net, params[row], X), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("loss", "targets"), [
    ("softmax", CLASSES), ("logistic", (CLASSES > 0).astype(float)), ("squared", X[:, 0]),
])  # fmt: skip
def test_scores_equal_scikit_learns(loss, targets):
    metrics = pytest.importorskip("sklearn.metrics")
    net = mlp(2, (5,), 3 if loss == "softmax" else 1, loss=loss)
    params = net.initial(0, 2, (1.0, 3.0)) + 0.1
    evaluator = Evaluator(net, 2, dtype=np.float64)
    score, predicted = evaluator.score(X, targets, params), evaluator.predict(X, params)
    network = Network(net, 2, len(X), dtype=np.float64, params=params)
    network.load(batch_of(net, X, targets))
    network.forward()
    np.testing.assert_allclose(network.loss.total(), score.loss, rtol=1e-12)
    for row in range(2):
        if loss == "squared":
            assert score.loss[row] == pytest.approx(metrics.mean_squared_error(targets, predicted[row, 0]) / 2)
            assert np.isnan(score.accuracy[row])
            continue
        decided = predicted[row].argmax(axis=0) if loss == "softmax" else predicted[row, 0] > 0.5
        given = predicted[row].T if loss == "softmax" else predicted[row, 0]
        assert score.loss[row] == pytest.approx(metrics.log_loss(targets, given), rel=1e-9)
        assert score.accuracy[row] == pytest.approx(metrics.accuracy_score(targets, decided))


def test_huge_outputs_have_finite_losses():
    for loss, outputs in (("softmax", 3), ("logistic", 1)):
        net = mlp(2, (3,), outputs, loss=loss)
        score = Evaluator(net, dtype=np.float64).score(X, CLASSES % (outputs + 1) % 2, 1e4 * net.initial(0))
        assert np.isfinite(score.loss).all() and score.loss[0] > 10


def test_a_diverged_net_is_scored_as_no_number():
    net = mlp(2, (3,), loss="logistic")
    params = np.stack([net.initial(0)[0], np.full(net.size, np.nan)])
    score = Evaluator(net, 2).score(X, CLASSES > 0, params)
    assert np.isfinite(score.loss[0]) and np.isnan(score.loss[1])


def test_a_grid_runs_row_by_row_from_the_bottom():
    points = grid(-1.0, 1.0, 0.0, 3.0, 4, 3)
    surface = (10 * points[:, 1] + points[:, 0]).reshape(3, 4)
    np.testing.assert_allclose(surface, [[5 - 0.75, 5 - 0.25, 5.25, 5.75], [14.25, 14.75, 15.25, 15.75],
                                         [24.25, 24.75, 25.25, 25.75]])  # fmt: skip


def test_norms_and_histograms_are_of_weights_without_biases():
    net = mlp(2, (5, 4), norm=BatchNorm())
    flat = net.initial(0, 2, (1.0, 2.0))
    for parameter in net.dense:
        parameter.of(flat)[..., -1] = 99.0
    norms = layer_norms(net, flat)
    assert norms.shape == (2, 3)
    np.testing.assert_allclose(norms[1], 2 * norms[0])
    assert norms.max() < 99
    counts = histograms(net, flat, np.linspace(-150, 150, 11))
    assert counts.shape == (2, 3, 10)
    np.testing.assert_array_equal(counts.sum(axis=2), [[10, 20, 4]] * 2)


def test_early_stopping_waits_and_keeps_the_best():
    losses = np.array([[5, 4, 3, 3, 2.95, 3, 9, 1], [5, 6, 7, 8, 9, 9, 9, 9], [9, 8, 7, 6, 5, 4, 3, 2.0]]).T
    watch = EarlyStopping(3, patience=3, min_delta=0.1)
    for step, row in enumerate(losses):
        watch.observe(10 * step, row, np.full((3, 2), float(step)))
    assert watch.stopped.tolist() == [True, True, False]
    assert watch.stopped_at.tolist() == [50, 30, -1]
    assert watch.best_step.tolist() == [20, 0, 70]
    assert watch.best_loss.tolist() == [3, 5, 2]
    np.testing.assert_array_equal(watch.best_params[:, 0], [2, 0, 7])


def test_early_stopping_takes_no_number_for_an_improvement():
    watch = EarlyStopping(1, patience=2)
    for step, loss in enumerate((np.nan, np.nan)):
        watch.observe(step, np.array([loss]), np.zeros((1, 2)))
    assert watch.stopped[0] and watch.best_loss[0] == np.inf
    with pytest.raises(ValueError, match="patience must be at least 1, not 0"):
        EarlyStopping(1, patience=0)


def test_training_lowers_the_loss_of_every_shipped_kind():
    """A smoke test of the whole chain on a problem each loss can learn."""
    for loss, outputs, targets in (("squared", 1, X[:, 0]), ("logistic", 1, X[:, 0] > 0), ("softmax", 3, CLASSES)):
        net = mlp(2, (16,), outputs, loss=loss)
        goals = batch_of(net, X, targets).targets[:, 0].T
        trainer = Trainer(net, Batches(X, goals, 8, 0), Hyper(rate=0.1), optimiser=Sgd())
        evaluator = Evaluator(net)
        before = evaluator.score(X, targets, trainer.params).loss[0]
        trainer.step(300)
        assert evaluator.score(X, targets, trainer.params).loss[0] < 0.8 * before


def test_wrong_inputs_are_refused_in_words():
    net = mlp(2, (3,))
    with pytest.raises(ValueError, match="table with 2 columns"):
        Evaluator(net).outputs(np.zeros((4, 3)), net.initial(0))
    with pytest.raises(ValueError, match="flat vector must have shape"):
        Network(net, 2, 4, params=np.zeros((1, net.size), np.float32))
    with pytest.raises(ValueError, match="at least one variant and one sample"):
        Network(net, 0, 4)
