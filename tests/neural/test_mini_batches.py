"""Mini-batches and masks by address: every sample its turn, any step at any time."""

import numpy as np
import pytest

from regviz.neural import Batch, Batches, Hyper, Trainer, generator, mlp
from regviz.neural.streams import Uniforms

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10.0)[:, None]


@pytest.mark.parametrize("size", [1, 3, 4, 7])
def test_every_sample_is_used_once_in_each_permutation(size):
    batches = Batches(X, Y, size, 0)
    drawn = np.concatenate([batches.indices(step) for step in range(600)])
    epochs = drawn[: len(drawn) // 10 * 10].reshape(-1, 10)
    assert (np.sort(epochs, axis=1) == np.arange(10)).all()
    assert len(np.unique(epochs, axis=0)) > 0.9 * len(epochs)


@pytest.mark.parametrize("scheme", ["shuffle", "replace"])
def test_a_batch_holds_its_rows_whenever_it_is_asked_for(scheme):
    batches, again = Batches(X, Y, 4, 3, scheme=scheme), Batches(X, Y, 4, 3, scheme=scheme)
    for step in (0, 1, 500, 63, 64, 65, 1, 0, 129):
        rows = batches.indices(step)
        batch = batches(step)
        assert batch.inputs.shape == (2, 1, 4) and batch.targets.shape == (1, 1, 4)
        assert np.array_equal(batch.inputs[:, 0].T, X[rows])
        assert np.array_equal(batch.targets[:, 0].T, Y[rows])
        assert np.array_equal(again.indices(step), rows)
    assert not np.array_equal(Batches(X, Y, 4, 4, scheme=scheme).indices(0), batches.indices(0))


def test_drawing_with_replacement_repeats_rows_and_is_even():
    batches = Batches(X, Y, 10, 0, scheme="replace")
    drawn = np.stack([batches.indices(step) for step in range(2000)])
    assert max(len(np.unique(row)) for row in drawn[:50]) < 10
    counts = np.bincount(drawn.ravel(), minlength=10)
    assert (np.abs(counts - 2000) <= 5 * np.sqrt(20_000 * 0.1 * 0.9)).all()


@pytest.mark.parametrize("size", [10, 11, 500])
def test_a_large_batch_is_the_whole_set_in_order(size):
    batches = Batches(X, Y, size, 0)
    assert batches.size == 10
    assert np.array_equal(batches(77).inputs[:, 0].T, X)
    assert np.array_equal(batches.indices(77), np.arange(10))


def test_weights_make_a_smaller_batch_for_one_variant():
    net = mlp(2, (4,))
    weights = np.stack([np.ones(10), np.r_[np.full(5, 2.0), np.zeros(5)]])
    both = Trainer(net, lambda step: Batch.of(X[None] / 20, Y[None], weights), Hyper(rate=0.01), variants=2,
                   dtype=np.float64)  # fmt: skip
    small = Trainer(net, lambda step: Batch.of(X[:5] / 20, Y[:5]), Hyper(rate=0.01), dtype=np.float64)
    whole = Trainer(net, lambda step: Batch.of(X / 20, Y), Hyper(rate=0.01), dtype=np.float64)
    for trainer in (both, small, whole):
        trainer.step(20)
    np.testing.assert_allclose(both.params[0], whole.params[0], rtol=1e-10)
    np.testing.assert_allclose(both.params[1], small.params[0], rtol=1e-10)


def test_weights_of_one_batch_do_not_stay_for_the_next():
    net = mlp(2, (4,))
    halves = [Batch.of(X / 20, Y, np.full(10, 0.5)), Batch.of(X / 20, Y)]
    trainer = Trainer(net, lambda step: halves[step % 2], Hyper(rate=0.0), dtype=np.float64)
    trainer.step()
    half = trainer.gradient.copy()
    trainer.step()
    np.testing.assert_allclose(trainer.gradient, 2 * half, rtol=1e-13)


def test_each_variant_may_see_its_own_inputs_and_labels():
    net = mlp(2, (4,))
    inputs, targets = np.stack([X / 20, -X / 20]), np.stack([Y, 2 * Y])
    both = Trainer(net, lambda step: Batch.of(inputs, targets), Hyper(rate=0.01), variants=2, dtype=np.float64)
    both.step(20)
    for row in range(2):
        alone = Trainer(net, lambda step, r=row: Batch.of(inputs[r], targets[r]), Hyper(rate=0.01), dtype=np.float64)
        alone.step(20)
        np.testing.assert_allclose(both.params[row], alone.params[0], rtol=1e-10)


def test_uniform_numbers_are_fixed_by_their_address():
    first, second = Uniforms(3, 0, (5, 1, 4)), Uniforms(3, 0, (5, 1, 4))
    later = second.at(100).copy()
    assert np.array_equal(np.stack([first.at(step).copy() for step in range(101)])[100], later)
    assert not np.array_equal(Uniforms(3, 1, (5, 1, 4)).at(100), later)
    assert not np.array_equal(Uniforms(4, 0, (5, 1, 4)).at(100), later)
    drawn = np.stack([first.at(step).copy() for step in range(500)])
    assert drawn.min() >= 0 and drawn.max() < 1
    assert abs(drawn.mean() - 0.5) <= 5 * np.sqrt(1 / 12 / drawn.size)


def test_purposes_do_not_share_numbers():
    assert generator(0, "masks", 1).random() != generator(0, "shuffle", 1).random()


@pytest.mark.parametrize(("inputs", "targets", "size", "sentence"), [
    (X, Y[:5], 2, "equally many rows"), (X[:, 0], Y, 2, "must be tables"), (X[:0], Y[:0], 2, "must be tables"),
    (X, Y, 0, "at least 1, not 0"),
])  # fmt: skip
def test_unusable_data_are_refused_in_words(inputs, targets, size, sentence):
    with pytest.raises(ValueError, match=sentence):
        Batches(inputs, targets, size, 0)
