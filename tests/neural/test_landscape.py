"""Lanczos, sharpness, and slices along filter-normalised directions."""

import numpy as np
import pytest

from regviz.neural import (
    BatchNorm,
    Dense,
    Landscape,
    Net,
    filter_directions,
    gradient_norms,
    lanczos,
    mlp,
    slice_losses,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(float)


def hessian(landscape, params):
    """The whole Hessian of the first variant, column by column."""
    size = params.shape[1]
    return np.stack([landscape.hessian_product(params, np.eye(size)[[j]])[0] for j in range(size)])


@pytest.mark.parametrize("spectrum", [
    np.linspace(-3, 5, 30), np.r_[7.0, np.zeros(29)], -np.linspace(1, 4, 30), np.ones(30), np.zeros(30),
    np.r_[np.full(15, 2.0), np.full(15, -9.0)], 1e-9 * np.arange(30.0),
])  # fmt: skip
def test_lanczos_finds_the_largest_eigenvalue_of_every_row(spectrum):
    matrices = []
    for _ in range(3):
        Q = np.linalg.qr(RNG.standard_normal((30, 30)))[0]
        matrices.append((Q * spectrum) @ Q.T)
    matrices = np.stack([matrices[0], 2 * matrices[1], matrices[2] - np.eye(30)])
    start = RNG.standard_normal((3, 30))
    found = lanczos(lambda v: np.einsum("rij,rj->ri", matrices, v), start, 99)
    expected = np.linalg.eigvalsh(matrices)[:, -1]
    scale = np.abs(matrices).max() * 30
    np.testing.assert_allclose(found.top, expected, atol=1e-12 * scale)
    np.testing.assert_allclose(np.linalg.norm(found.vector, axis=1), 1.0, rtol=1e-9)
    image = np.einsum("rij,rj->ri", matrices, found.vector)
    inside = found.ritz[~np.isnan(found.ritz)]
    assert len(inside) and inside.min() >= np.linalg.eigvalsh(matrices).min() - 1e-12 * scale
    np.testing.assert_allclose(image, found.top[:, None] * found.vector, atol=1e-8 * scale)


def test_a_few_lanczos_steps_bound_their_error():
    Q = np.linalg.qr(RNG.standard_normal((60, 60)))[0]
    values = np.linspace(0, 1, 60) ** 3
    matrix = (Q * values) @ Q.T
    for steps in (2, 4, 8, 16, 32):
        found = lanczos(lambda v: v @ matrix, np.ones((1, 60)), steps)
        assert np.abs(values - found.top[0]).min() <= found.residual[0] + 1e-12
        assert found.top[0] <= values[-1] + 1e-12
        true = np.linalg.norm(matrix @ found.vector[0] - found.top[0] * found.vector[0])
        assert found.residual[0] == pytest.approx(true, rel=1e-6, abs=1e-10)
    assert found.top[0] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_sharpness_is_the_top_of_the_whole_hessian(loss):
    net = mlp(2, (6,), loss=loss)
    landscape = Landscape(net, X, Y)
    params = net.initial(3) + 0.1
    H = hessian(landscape, params)
    np.testing.assert_allclose(H, H.T, atol=1e-13)
    found = landscape.sharpness(params, steps=net.size)
    assert found.top[0] == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-8)


def test_the_hessian_of_least_squares_is_its_gram():
    net = Net(2, (Dense(1, bias=False),))
    landscape = Landscape(net, X, Y)
    np.testing.assert_allclose(hessian(landscape, net.initial(0)), X.T @ X / len(X), atol=1e-14)


def test_the_two_readings_of_sam_differ_by_half_the_curvature():
    """L(w + ρĝ) − (L(w) + ρ‖g‖) → ½ρ² ĝᵀHĝ."""
    net = mlp(2, (6,), loss="logistic")
    landscape = Landscape(net, X, Y)
    w = net.initial(3)
    g = landscape.gradient(w)
    norm = gradient_norms(g)[0]
    half = 0.5 * (g @ landscape.hessian_product(w, g)[0])[0] / norm**2
    gaps = []
    for rho in (1e-2, 1e-3):
        gap = (landscape.loss(w + rho * g / norm) - landscape.loss(w))[0] - rho * norm
        gaps.append(abs(gap / rho**2 - half))
    assert gaps[0] < 0.01 * abs(half)
    assert gaps[1] == pytest.approx(gaps[0] / 10, rel=0.1)


def test_directions_have_the_norm_of_each_unit_and_leave_biases_and_norms():
    net = mlp(2, (6, 4), norm=BatchNorm())
    params = net.initial(1)[0] + 0.3
    first, second = filter_directions(net, params, 0)
    for parameter in net.dense:
        sizes = np.linalg.norm(parameter.weights(params[None]), axis=2)
        np.testing.assert_allclose(np.linalg.norm(parameter.weights(first[None]), axis=2), sizes, rtol=1e-12)
    assert not first[net.weight_mask == 0].any()
    assert abs(first @ second) < 0.9 * np.linalg.norm(first) * np.linalg.norm(second)
    assert np.array_equal(first, filter_directions(net, params, 0)[0])


@pytest.mark.parametrize("variants", [1, 4, 9])
def test_slices_are_losses_at_the_moved_weights(variants):
    net = mlp(2, (5,), loss="logistic")
    params = net.initial(0)[0]
    directions = filter_directions(net, params, 0)
    steps = RNG.uniform(-1, 1, (9, 2))
    found = slice_losses(Landscape(net, X, Y, variants=variants), params, directions, steps)
    single = Landscape(net, X, Y)
    expected = [single.loss((params + a @ directions)[None])[0] for a in steps]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
