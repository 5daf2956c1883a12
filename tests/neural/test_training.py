"""The trainer: R variants equal R runs, everything hangs on the seed, any moment can be played again."""

import numpy as np
import pytest

from regviz.neural import (
    Activation,
    Adam,
    Batches,
    BatchNorm,
    Dense,
    Dropout,
    History,
    Hyper,
    Landscape,
    LayerNorm,
    Net,
    Residual,
    Sgd,
    Status,
    Trainer,
    gradient_norms,
    mlp,
    survival,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 2))
Y = (X[:, :1] * X[:, 1:] > 0).astype(float)
# no bias before the norm: its gradient is zero but for rounding, which Adam would blow up to full steps
NOISY = Net(2, (
    Dense(8, bias=False), BatchNorm(), Activation("relu"), Dropout(),
    Residual((Dense(8), Activation("tanh"), Dense(8)), rescale=False), Residual((LayerNorm(), Dense(8))), Dense(1),
), "logistic")  # fmt: skip
HYPERS = {
    "plain": {},
    "momentum": {"momentum": (0.0, 0.5, 0.9)},
    "l2": {"l2": (0.0, 0.01, 0.1)},
    "decay": {"decay": (0.0, 0.01, 0.1)},
    "l1": {"l1": (0.0, 0.01, 0.1)},
    "rate": {"rate": (0.01, 0.1, 0.3)},
    "dropout": {"dropout": (0.0, 0.2, 0.5)},
    "survival": {"survival": ((1.0, 1.0), (0.9, 0.5), (0.5, 0.0))},
    "smoothing": {"smoothing": (0.0, 0.1, 0.3)},
    "rho": {"rho": (0.0, 0.05, 0.5)},
}


def trainer_of(net=NOISY, hyper=None, **words):
    words = {"variants": 3, "seed": 4, "dtype": np.float64} | words
    return Trainer(net, Batches(X, Y, 16, words["seed"], dtype=words["dtype"]), hyper or Hyper(), **words)


def only(value, row):
    return (value[row],) if isinstance(value, tuple) else value


@pytest.mark.parametrize("rule", [Sgd(), Adam()], ids=["sgd", "adam"])
@pytest.mark.parametrize("name", HYPERS)
def test_three_variants_equal_three_runs(name, rule):
    words = HYPERS[name] if rule == Sgd() or name != "rate" else {"rate": (0.001, 0.01, 0.02)}
    base = {} if name == "rate" else {"rate": 0.1 if rule == Sgd() else 0.01}
    together = trainer_of(hyper=Hyper(**base, **words), optimiser=rule)
    together.step(60)
    for row in range(3):
        alone = trainer_of(hyper=Hyper(**base, **{k: only(v, row) for k, v in words.items()}), variants=1,
                           optimiser=rule)  # fmt: skip
        alone.step(60)
        np.testing.assert_allclose(together.params[row], alone.params[0], rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(together.averages[row], alone.averages[0], rtol=1e-9, atol=1e-10)
    moved = np.ptp(together.params, axis=0).max()
    assert moved == 0.0 if name == "plain" or (name, rule) == ("momentum", Adam()) else moved > 1e-4


def test_every_hyper_parameter_is_in_the_law_above():
    assert {name for words in HYPERS.values() for name in words} == set(Hyper.__dataclass_fields__) - {"knobs"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_seeds_give_equal_bits_and_others_do_not(dtype):
    runs = [trainer_of(hyper=Hyper(dropout=0.3, survival=0.8), seed=seed, dtype=dtype) for seed in (4, 4, 5)]
    for run in runs:
        run.step(40)
    assert runs[0].params.dtype == dtype
    assert runs[0].params.tobytes() == runs[1].params.tobytes()
    assert runs[0].params.tobytes() != runs[2].params.tobytes()


def test_masks_are_nested_and_the_same_for_every_variant_and_every_r():
    together = trainer_of(hyper=Hyper(dropout=(0.2, 0.2, 0.6)))
    alone = trainer_of(hyper=Hyper(dropout=0.6), variants=1)
    for _ in range(3):
        together.step()
        alone.step()
        (mask,), (single,) = together.network.masks, alone.network.masks
        assert np.array_equal(mask[:, 0], mask[:, 1])
        assert np.array_equal(mask[:, 2], single[:, 0])
        assert ((mask[:, 2] > 0) <= (mask[:, 0] > 0)).all()


def test_however_the_steps_are_cut_the_run_is_the_same():
    whole, single = (trainer_of(hyper=Hyper(dropout=0.3), optimiser=Adam()) for _ in range(2))
    whole.step(70)
    for _ in range(70):
        single.step()
    assert whole.params.tobytes() == single.params.tobytes()
    assert whole.step_count == single.step_count == 70


@pytest.mark.parametrize("rule", [Sgd(), Adam()], ids=["sgd", "adam"])
def test_a_restored_moment_plays_on_to_the_bit(rule):
    trainer = trainer_of(hyper=Hyper(rate=0.01, momentum=0.9, dropout=0.3, survival=0.7), optimiser=rule)
    trainer.step(33)
    moment = trainer.snapshot()
    trainer.step(50)
    later, averages = trainer.params.copy(), trainer.averages.copy()
    trainer.restore(moment)
    assert trainer.step_count == 33
    trainer.step(50)
    assert trainer.params.tobytes() == later.tobytes()
    assert trainer.averages.tobytes() == averages.tobytes()
    trainer.rewind()
    assert trainer.params.tobytes() == trainer.initial.tobytes()
    trainer.step(83)
    assert trainer.params.tobytes() == later.tobytes()


def test_hyper_parameters_change_without_a_restart():
    changed, kept = trainer_of(hyper=Hyper(rate=0.1)), trainer_of(hyper=Hyper(rate=0.1))
    changed.step(20)
    kept.step(20)
    changed.tune(Hyper(rate=(0.1, 0.05, 0.1), l2=(0.0, 0.0, 0.1)))
    changed.step(20)
    kept.step(20)
    assert np.array_equal(changed.params[0], kept.params[0])
    assert not np.array_equal(changed.params[1], kept.params[1])
    assert not np.array_equal(changed.params[2], kept.params[2])


def test_momentum_that_is_turned_on_starts_from_rest_whoever_trains_beside():
    rest, beside = trainer_of(hyper=Hyper(momentum=0.0)), trainer_of(hyper=Hyper(momentum=(0.0, 0.9, 0.9)))
    for trainer in (rest, beside):
        trainer.step(10)
        trainer.tune(Hyper(momentum=0.9))
        trainer.step(10)
    assert np.array_equal(rest.params[0], beside.params[0])


def test_initial_weights_are_shared_scaled_and_independent_of_norms_and_dropout():
    net = mlp(2, (5, 4), activation="tanh")
    flat = net.initial(3, 3, (1.0, 0.0, 2.0))
    assert np.array_equal(flat[2], 2 * flat[0])
    assert not flat[1].any()
    normed = mlp(2, (5, 4), activation="tanh", norm=LayerNorm(), dropout=True)
    for plain, other in zip(net.dense, normed.dense, strict=True):
        assert np.array_equal(plain.of(flat)[0], other.of(normed.initial(3))[0])


def test_optimisers_may_differ_between_variants_of_one_batch():
    rules = (Sgd(), Sgd(), Adam(), Adam(coupled=False))
    hyper = Hyper(rate=0.01, l2=(0.1, 0.0, 0.1, 0.0), decay=(0.0, 0.01, 0.0, 0.01))
    together = trainer_of(hyper=hyper, optimiser=rules, variants=4)
    together.step(30)
    for row, rule in enumerate(rules):
        alone = trainer_of(hyper=Hyper(rate=0.01, l2=hyper.l2[row], decay=hyper.decay[row]), optimiser=rule,
                           variants=1)  # fmt: skip
        alone.step(30)
        np.testing.assert_allclose(together.params[row], alone.params[0], rtol=1e-9, atol=1e-11)


def test_a_diverged_variant_is_named_to_the_step_and_the_others_go_on():
    net = mlp(2, (8,), activation="relu")
    hyper = Hyper(rate=(0.05, 1e4, 0.05), l2=(0.0, 0.0, 0.01))
    trainer, single = (trainer_of(net, hyper, dtype=np.float32) for _ in range(2))
    trainer.step(64)
    outcomes = trainer.outcomes()
    assert [outcome.status for outcome in outcomes] == [Status.RUNNING, Status.DIVERGED, Status.RUNNING]
    at = int(trainer.diverged_at[1])
    assert f"Variant 2 diverged at step {at}" in outcomes[1].sentence
    single.step(at - 1)
    assert np.isfinite(single.params).all()
    assert single.outcomes()[1].status == Status.RUNNING
    single.step()
    assert not np.isfinite(single.params[1]).all()
    assert single.diverged_at[1] == at
    single.step(64 - at)
    assert single.params.tobytes() == trainer.params.tobytes()
    healthy = trainer_of(net, Hyper(rate=0.05, l2=(0.0, 0.0, 0.01)), dtype=np.float32)
    healthy.step(64)
    assert np.array_equal(healthy.params[[0, 2]], trainer.params[[0, 2]])
    trainer.rewind()
    assert {outcome.status for outcome in trainer.outcomes()} == {Status.RUNNING}


def test_sam_takes_the_gradient_at_the_ascended_point_and_restores_the_weights():
    net = mlp(2, (6,), activation="tanh", loss="logistic")
    trainer = Trainer(net, Batches(X, Y, 99, 0, dtype=np.float64), Hyper(rate=0.1, rho=(0.0, 0.2)), variants=2,
                      dtype=np.float64)  # fmt: skip
    landscape = Landscape(net, X, Y[:, 0], variants=2)
    trainer.step(5)
    before = trainer.params.copy()
    gradient = landscape.gradient(before)
    expected = landscape.gradient(before + [[0.0], [0.2]] * gradient / gradient_norms(gradient)[:, None])
    trainer.step()
    np.testing.assert_allclose(trainer.gradient, expected, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(trainer.params, before - 0.1 * expected, rtol=1e-12, atol=1e-14)


def test_sam_without_radius_is_sgd_to_the_bit_and_moves_batch_averages_once():
    sgd, mixed = trainer_of(hyper=Hyper(dropout=0.2)), trainer_of(hyper=Hyper(dropout=0.2, rho=(0.0, 0.1, 0.1)))
    sgd.step(20)
    mixed.step(20)
    assert np.array_equal(sgd.params[0], mixed.params[0])
    assert np.array_equal(sgd.averages[0], mixed.averages[0])
    assert not np.array_equal(sgd.params[1], mixed.params[1])


def test_sam_survives_a_gradient_of_zero():
    trainer = Trainer(mlp(2, (3,)), Batches(X, 0 * Y, 8, 0), Hyper(rho=0.1), variants=2, scale=(0.0, 1.0))
    trainer.step(3)
    assert not trainer.params[0].any()
    assert np.isfinite(trainer.params[1]).all()


def test_history_goes_back_and_forgets_other_futures():
    trainer, history = trainer_of(), History(capacity=5)
    for _ in range(8):
        history.push(trainer.snapshot())
        trainer.step(10)
    assert len(history) == 5
    assert history.before(80).step == 70
    assert history.before(70).step == 60
    assert history.before(30) is None
    trainer.restore(history.before(60))
    history.push(trainer.snapshot())
    assert history.before(99).step == 50
    narrow = History(room=trainer.snapshot().nbytes * 2)
    for _ in range(4):
        trainer.step()
        narrow.push(trainer.snapshot())
    assert len(narrow) == 2


def test_survival_falls_linearly_to_the_last_block():
    np.testing.assert_allclose(survival(4, 0.5), [0.875, 0.75, 0.625, 0.5])


@pytest.mark.parametrize(("words", "sentence"), [
    ({"rate": -0.1}, r"rate must lie in \[0, inf\), not -0.1"),
    ({"rate": float("nan")}, "rate must lie in"),
    ({"dropout": 1.0}, r"dropout must lie in \[0, 1\), not 1"),
    ({"l2": (0.1, 0.2)}, "l2 must be one number or one for each of the 3 variants"),
    ({"dropout": ((0.1, 0.2),) * 3}, "dropout has 2 values for each variant; the net has 1"),
    ({"rate": ((0.1,),) * 3}, "rate must be one number"),
])  # fmt: skip
def test_unusable_hyper_parameters_are_refused_in_words(words, sentence):
    with pytest.raises(ValueError, match=sentence):
        trainer_of(hyper=Hyper(**words))


def test_a_wrong_number_of_optimisers_is_refused_in_words():
    with pytest.raises(ValueError, match="2 optimisers for 3 variants"):
        trainer_of(optimiser=(Sgd(), Adam()))
    with pytest.raises(ValueError, match="seed must not be negative, not -1"):
        trainer_of(seed=-1)


@pytest.mark.parametrize("rule", [Sgd(), Adam()], ids=["sgd", "adam"])
def test_units_that_die_leave_no_subnormal_numbers_behind(rule):
    """Gradients of exactly zero after the first step: the moments fade to zero, not to the slow range below tiny."""
    net = mlp(2, (4,))
    alive = Batches(X, Y, 8, 0)

    def source(step):
        batch = alive(step)
        return batch._replace(weights=np.full((1, 1, 8), 1.0 if step == 0 else 0.0))

    trainer = Trainer(net, source, Hyper(rate=0.01, momentum=0.9), optimiser=rule)
    trainer.step(1)
    assert (np.abs(trainer.snapshot().memory[0][0]) > 0).any()
    trainer.step(1499)
    for array in trainer.snapshot().memory[0]:
        assert ((array == 0) | (np.abs(array) >= np.finfo(np.float32).tiny)).all()
    assert not trainer.snapshot().memory[0][0].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_has_slope_zero_at_zero_of_either_sign(dtype):
    net = Net(1, (Dense(3), Activation("relu"), Dense(1)))
    trainer = Trainer(net, Batches([[-0.0], [0.0], [1.0]] * 7, np.ones((21, 1)), 21, 0, dtype=dtype), Hyper(rate=0.0),
                      dtype=dtype, initial=np.r_[np.zeros(6), 1.0, 1.0, 1.0, 0.0])  # fmt: skip
    for bias in (0.0, -0.0):
        trainer.params[0, [1, 3, 5]] = bias
        trainer.params[0, [0, 2, 4]] = (-0.0, 0.0, -1.0)
        trainer.step()
        assert not trainer.gradient[0, :6].any()
