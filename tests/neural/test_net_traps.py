"""What other tools get wrong about regularised nets, with numbers."""

from itertools import product

import numpy as np
import pytest

from regviz.neural import (
    LOSSES,
    Activation,
    Adam,
    Batch,
    Batches,
    BatchNorm,
    Dense,
    Dropout,
    Evaluator,
    Hyper,
    Landscape,
    LayerNorm,
    Net,
    Network,
    Residual,
    Sgd,
    Trainer,
    ascend,
    batch_of,
    depth_distribution,
    layer_norms,
    mlp,
    smoothed_gap,
)

RNG = np.random.default_rng(1)
X = RNG.standard_normal((24, 3))
Y = X @ [1.0, -2.0, 0.5] + 0.3 * RNG.standard_normal(24)
REST = {name: np.zeros(1) for name in ("rate", "momentum", "l1", "l2", "decay")}


def descend(rule, steps, start=1.0, gradient=0.0, **rows):
    """One parameter after each of ``steps`` steps with a constant gradient, float64."""
    params, grad = np.array([[start]]), np.array([[gradient]])
    update = rule.bind(params, grad, np.ones(1))
    update.tune(REST | {name: np.array([value]) for name, value in rows.items()})
    found = []
    for _ in range(steps):
        for op in update.ops():
            op()
        found.append(params[0, 0])
    return np.array(found)


@pytest.mark.parametrize(("lam", "coupled_l2", "adamw"), [
    (1e-4, 0.90175, 0.99999), (1e-2, 0.90174, 0.99900), (1.0, 0.90174, 0.90479),
])  # fmt: skip
def test_adam_with_l2_forgets_lambda_and_adamw_does_not(lam, coupled_l2, adamw):
    assert descend(Adam(), 100, rate=1e-3, l2=lam)[-1] == pytest.approx(coupled_l2, abs=5e-6)
    assert descend(Adam(), 100, rate=1e-3, decay=lam)[-1] == pytest.approx(adamw, abs=5e-6)
    np.testing.assert_allclose(descend(Adam(), 9, rate=1e-3, decay=lam), (1 - 1e-3 * lam) ** np.arange(1, 10))
    paper = descend(Adam(coupled=False), 9, rate=1e-3, decay=lam)
    np.testing.assert_allclose(paper, (1 - lam) ** np.arange(1, 10), atol=1e-15)


@pytest.mark.parametrize("gradient", [3.0, -1e-3, 1e-7])
def test_adams_first_step_is_corrected_for_bias(gradient):
    first = descend(Adam(eps=1e-8), 1, start=0.0, gradient=gradient, rate=0.1)[0]
    assert first == pytest.approx(-0.1 * gradient / (abs(gradient) + 1e-8), rel=1e-12)


def test_adams_moments_are_those_of_the_paper():
    rng, params, grad = np.random.default_rng(0), np.zeros((1, 4)), np.zeros((1, 4))
    update = Adam().bind(params, grad, np.ones(4))
    update.tune(REST | {"rate": np.array([0.01])})
    m = v = np.zeros(4)
    for t in range(1, 30):
        grad[...] = rng.standard_normal(4)
        for op in update.ops():
            op()
        m, v = 0.9 * m + 0.1 * grad[0], 0.999 * v + 0.001 * grad[0] ** 2
        found = update.moments()
        np.testing.assert_allclose(found[0][0], m / (1 - 0.9**t), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(found[1][0], v / (1 - 0.999**t), rtol=1e-12)


def test_plain_sgd_with_l2_is_decay_and_with_momentum_they_part():
    source, net = Batches(X, Y[:, None], 8, 0, dtype=np.float64), mlp(3, (5,))
    for momentum, together in ((0.0, True), (0.9, False)):
        hyper = Hyper(rate=0.05, momentum=momentum, l2=(0.1, 0.0), decay=(0.0, 0.1))
        trainer = Trainer(net, source, hyper, variants=2, dtype=np.float64)
        trainer.step(50)
        assert np.allclose(trainer.params[0], trainer.params[1], rtol=1e-12, atol=1e-14) == together


def test_penalties_leave_biases_and_norms_alone_unless_asked():
    net = mlp(3, (4,), norm=LayerNorm())
    start = net.initial(0) + 1.0
    for decayed, mask in (("weights", net.weight_mask), ("all", np.ones(net.size))):
        for name in ("l1", "l2", "decay"):
            pair = (
                Trainer(net, Batches(X, Y[:, None], 8, 0), Hyper(**words), initial=start, dtype=np.float64,
                        decayed=decayed)
                for words in ({}, {name: 0.1})
            )  # fmt: skip
            plain, penalised = pair
            plain.step()
            penalised.step()
            assert np.array_equal(plain.params[0] != penalised.params[0], mask > 0)
    assert net.weight_mask.sum() == 3 * 4 + 4


def test_a_penalty_is_not_divided_by_the_batch_size():
    net = mlp(3, (4,))
    steps = []
    for copies in (1, 8):
        inputs, targets = np.repeat(X[:2], copies, axis=0), np.repeat(Y[:2, None], copies, axis=0)
        batches = Batches(inputs, targets, len(inputs), 0, dtype=np.float64)
        trainer = Trainer(net, batches, Hyper(l2=0.3, l1=0.01), dtype=np.float64)
        trainer.step(5)
        steps.append(trainer.params.copy())
    np.testing.assert_allclose(steps[0], steps[1], rtol=1e-12)


def test_l1_sets_exact_zeros_and_a_weight_at_zero_revives():
    assert descend(Sgd(), 30, start=0.5, gradient=0.0, rate=0.1, l1=1.0)[-1] == 0.0
    assert (descend(Sgd(), 30, start=0.0, gradient=0.9, rate=0.1, l1=1.0) == 0.0).all()
    revived = descend(Sgd(), 30, start=0.0, gradient=1.5, rate=0.1, l1=1.0)
    np.testing.assert_allclose(revived, -0.05 * np.arange(1, 31))


def test_l1_by_prox_solves_the_lasso():
    """A linear net reaches the KKT conditions of 1/(2n)‖y − Xw‖² + λ‖w‖₁, zeros exact."""
    lam, n = 0.6, len(X)
    trainer = Trainer(Net(3, (Dense(1, bias=False),)), Batches(X, Y[:, None], n, 0, dtype=np.float64),
                      Hyper(rate=0.1, l1=lam), dtype=np.float64)  # fmt: skip
    trainer.step(2000)
    w = trainer.params[0]
    pull = X.T @ (Y - X @ w) / n
    assert (w == 0.0).any() and (w != 0.0).any()
    np.testing.assert_allclose(pull[w != 0], lam * np.sign(w[w != 0]), atol=1e-12)
    assert (np.abs(pull[w == 0]) <= lam).all()


def test_dropout_scales_in_training_and_does_nothing_in_evaluation():
    rates = np.array([0.0, 0.2, 0.5])
    net = Net(3, (Dropout(), Dense(2)))
    network = Network(net, 3, 1000, dtype=np.float64)
    network.seed(0)
    network.tune(dropout=rates)
    network.draw(0)
    network.forward()
    (mask,) = network.masks
    for row, q in enumerate(rates):
        assert set(np.unique(mask[:, row])) <= {0.0, 1 / (1 - q)}
        spread = np.sqrt(q / (1 - q) / mask[:, row].size)
        assert abs(mask[:, row].mean() - 1) <= 5 * spread
    params = net.initial(0, 3)
    evaluator = Evaluator(net, 3, dtype=np.float64)
    expected = X @ params[0].reshape(2, 4)[:, :3].T
    np.testing.assert_allclose(evaluator.outputs(X, params), np.repeat(expected.T[None], 3, axis=0), atol=1e-14)


def test_the_exact_expected_loss_of_dropout_on_a_linear_model():
    """All 2³ masks as eight variants: E‖y − (X∘M)w/(1−q)‖² = ‖y − Xw‖² + q/(1−q) Σ‖x_j‖²w_j², one mask a sample."""
    q, w = 0.3, np.array([0.7, -1.1, 0.4])
    net = Net(3, (Dropout(), Dense(1, bias=False)))
    keeps = np.array(list(product((0.0, 1.0), repeat=3)))
    chances = np.prod(np.where(keeps > 0, 1 - q, q), axis=1)
    network = Network(net, 8, len(X), mode="masked", dtype=np.float64)
    network.load(batch_of(net, X, Y))
    network.params[...] = w
    network.masks[0][...] = (keeps / (1 - q)).T[:, :, None]
    network.forward()
    found = 2 * len(X) * chances @ network.loss.total()
    expected = ((Y - X @ w) ** 2).sum() + q / (1 - q) * ((X**2).sum(axis=0) * w**2).sum()
    assert found == pytest.approx(expected, rel=1e-12)


def test_weight_scaling_is_the_geometric_mean_of_all_subnetworks_for_one_softmax_layer():
    q = 0.4
    net = Net(3, (Dropout(), Dense(4)), "softmax")
    keeps = np.array(list(product((0.0, 1.0), repeat=3)))
    chances = np.prod(np.where(keeps > 0, 1 - q, q), axis=1)
    subnets = Evaluator(net, 8, mode="masked", dtype=np.float64)
    subnets.network.masks[0][...] = (keeps / (1 - q)).T[:, :, None]
    params = net.initial(3)
    mean = np.exp(np.einsum("r,rkn->kn", chances, np.log(subnets.predict(X, params))))
    scaled = Evaluator(net, dtype=np.float64).predict(X, params)[0]
    np.testing.assert_allclose(mean / mean.sum(axis=0), scaled, rtol=1e-12)
    arithmetic = np.einsum("r,rkn->kn", chances, subnets.predict(X, params))
    assert np.abs(arithmetic - scaled).max() > 1e-3


NORMED = {
    "batch": (Dense(6), BatchNorm(eps=0.0), Activation("tanh"), Dense(5), BatchNorm(eps=0.0), Activation("tanh")),
    "layer": (Dense(6), LayerNorm(eps=0.0), Activation("tanh"), Dense(5), LayerNorm(eps=0.0), Activation("tanh")),
}


def entering(net):
    """The matrices that enter a norm: all but the last."""
    return net.dense[:-1]


@pytest.mark.parametrize("kind", NORMED)
def test_scaling_the_weights_before_a_norm_changes_nothing_but_the_gradient(kind):
    net = Net(3, (*NORMED[kind], Dense(1)))
    here, there = net.initial(2) + 0.05, net.initial(2) + 0.05
    for parameter in entering(net):
        parameter.of(there)[...] *= 3.7
    landscape = Landscape(net, X, Y, mode="train")
    assert landscape.loss(there)[0] == pytest.approx(landscape.loss(here)[0], rel=1e-12)
    g_here, g_there = landscape.gradient(here), landscape.gradient(there)
    for parameter in entering(net):
        w, g = parameter.of(here), parameter.of(g_here)
        assert abs((w * g).sum()) <= 1e-12 * np.linalg.norm(w) * np.linalg.norm(g)
        np.testing.assert_allclose(parameter.of(g_there), g / 3.7, rtol=1e-9, atol=1e-13)
    assert np.linalg.norm(g_here) > 1e-3


@pytest.mark.parametrize("kind", NORMED)
def test_weights_before_a_norm_grow_by_the_steps_squared(kind):
    net = Net(3, (*NORMED[kind], Dense(1)))
    rate = 0.1
    trainer = Trainer(net, Batches(X, Y[:, None], 8, 0, dtype=np.float64), Hyper(rate=rate), dtype=np.float64)
    for _ in range(50):
        before = [(parameter.of(trainer.params) ** 2).sum() for parameter in entering(net)]
        trainer.step()
        for parameter, length in zip(entering(net), before, strict=True):
            grown = length + rate**2 * (parameter.of(trainer.gradient) ** 2).sum()
            assert (parameter.of(trainer.params) ** 2).sum() == pytest.approx(grown, rel=1e-10)
    norms, start = layer_norms(net, trainer.params), layer_norms(net, trainer.initial)
    assert (norms[:, :-1] > start[:, :-1]).all()


def test_batch_norm_uses_the_biased_variance_in_training_and_averages_in_evaluation():
    net = Net(1, (BatchNorm(eps=0.0), Dense(1)))
    column = np.array([[1.0], [2.0], [3.0], [4.0]])
    trainer = Trainer(net, Batches(column, 0 * column, 4, 0, dtype=np.float64), Hyper(rate=0.0), dtype=np.float64)
    trainer.step()
    np.testing.assert_allclose(trainer.network.activations[1][0, 0], (column[:, 0] - 2.5) / np.sqrt(1.25))
    np.testing.assert_allclose(trainer.averages[0], [0.1 * 2.5, 0.9 + 0.1 * 5 / 3])
    evaluator = Evaluator(net, dtype=np.float64)
    outputs = evaluator.outputs(column, np.array([1.0, 0.0, 1.0, 0.0]), trainer.averages)
    np.testing.assert_allclose(outputs[0, 0], (column[:, 0] - 0.25) / np.sqrt(0.9 + 0.5 / 3))


def test_sam_on_a_quadratic_uses_the_hessian_at_the_ascended_point():
    H, w = np.diag([3.0, 0.5]), np.array([[1.0, -2.0]])
    gradient = w @ H
    there = np.empty_like(w)
    ascend(w, gradient, np.array([0.1]), there)
    np.testing.assert_allclose(there, w + 0.1 * gradient / np.linalg.norm(gradient), rtol=1e-14)
    still = np.empty_like(w)
    ascend(w, 0 * w, np.array([0.1]), still)
    assert np.array_equal(still, w)


@pytest.mark.parametrize("smoothing", [0.05, 0.1, 0.3])
def test_smoothed_labels_have_a_finite_best_gap(smoothing):
    K = 10
    assert smoothed_gap(0.1, 10) == pytest.approx(4.511, abs=5e-4)
    network = Network(Net(1, (Dense(K),), "softmax"), 1, 1, dtype=np.float64)
    network.tune(smoothing=smoothing)
    network.load(Batch.of([[0.0]], LOSSES["softmax"].encode([3], K).T))
    bias = network.params[0].reshape(K, 2)[:, 1]
    bias[3] = smoothed_gap(smoothing, K)
    network.forward()
    assert np.abs(network.backward()).max() <= 1e-12
    bias[3] += 0.1
    network.forward()
    assert np.abs(network.backward()).max() > 1e-3
    assert smoothed_gap(0.0, 10) == np.inf


@pytest.mark.parametrize("rescale", [True, False])
def test_stochastic_depth_keeps_the_expected_branch(rescale):
    net = Net(2, (Residual((Dense(2),), rescale=rescale),))
    rates = (1.0, 0.8, 0.3, 0.0)
    network, evaluation = (Network(net, 4, 3, mode=mode, dtype=np.float64) for mode in ("train", "evaluate"))
    network.seed(0)
    gates = np.zeros((2000, 4))
    for each in (network, evaluation):
        each.tune(survival=rates)
        each.params[...] = net.initial(0)
        each.load(Batch.of(X[:3, :2], X[:3, :2]))
    for step in range(len(gates)):
        network.draw(step)
        network.forward()
        gates[step] = network.gates[0][0, :, 0]
    evaluation.forward()
    alive = gates > 0
    assert (alive[:, :-1] >= alive[:, 1:]).all()
    spread = np.sqrt(np.multiply(rates, 1 - np.array(rates)) / len(gates))
    assert (np.abs(alive.mean(axis=0) - rates) <= 5 * spread).all()
    scale = np.array([1, 1.25, 1 / 0.3, 0.0]) if rescale else np.ones(4)
    np.testing.assert_allclose(gates.max(axis=0), scale * alive.any(axis=0))
    np.testing.assert_allclose(evaluation.gates[0][0, :, 0], 1.0 if rescale else rates)


def test_depth_is_poisson_binomial():
    survivals = np.array([0.9, 0.6, 0.3, 1.0])
    expected = np.zeros(5)
    for alive in product((0, 1), repeat=4):
        expected[sum(alive)] += np.prod(np.where(alive, survivals, 1 - survivals))
    found = depth_distribution(survivals)
    np.testing.assert_allclose(found, expected, atol=1e-15)
    assert found @ np.arange(5) == pytest.approx(survivals.sum())


def test_gradient_descent_from_zero_finds_the_minimum_norm_solution():
    wide = RNG.standard_normal((5, 12))
    goal = RNG.standard_normal((5, 1))
    net = Net(12, (Dense(1, bias=False),))
    trainer = Trainer(net, Batches(wide, goal, 5, 0, dtype=np.float64), Hyper(rate=0.2), variants=2, dtype=np.float64,
                      scale=(0.0, 1.0))  # fmt: skip
    trainer.step(6000)
    least = np.linalg.pinv(wide) @ goal[:, 0]
    np.testing.assert_allclose(trainer.params[0], least, atol=1e-10)
    start = trainer.initial[1]
    np.testing.assert_allclose(trainer.params[1], least + start - np.linalg.pinv(wide) @ (wide @ start), atol=1e-10)
