"""Laws of the synthetic data: its covariance, its truth, its exact test error, and what the seed keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regviz.data import DataError, synthetic

SHAPES = [("ar1", 0.0, 1.0), ("ar1", 0.8, 1.0), ("ar1", -0.6, 9.0), ("equal", 0.5, 4.0), ("equal", 0.0, 1.0),
          ("twins", 0.9, 1.0), ("twins", -0.5, 4.0)]  # fmt: skip


def arrays(made):
    return made.X, made.y, made.X_validation, made.y_validation, made.X_test, made.y_test, made.w


@pytest.mark.parametrize(("correlation", "rho", "spread"), SHAPES)
def test_sample_covariance_converges_to_the_stated_one(correlation, rho, spread):
    n = 40_000
    made = synthetic(n=n, p=5, informative=2, rho=rho, correlation=correlation, scale_spread=spread, seed=3)
    S = made.covariance
    sample = made.X.T @ made.X / n
    # Var(x_i x_j) = S_ii S_jj + S_ij² for Gaussian features.
    error = np.sqrt((np.outer(np.diag(S), np.diag(S)) + S**2) / n)
    assert np.max(np.abs(sample - S) / error) < 5.0
    assert np.max(np.abs(made.X.mean(axis=0)) / np.sqrt(np.diag(S) / n)) < 5.0


@pytest.mark.parametrize(("correlation", "rho", "spread"), SHAPES)
def test_covariance_is_the_closed_form(correlation, rho, spread):
    made = synthetic(p=6, rho=rho, correlation=correlation, scale_spread=spread)
    for i in range(6):
        for j in range(6):
            alike = 1.0 if i == j else rho if correlation == "equal" else rho ** abs(i - j)
            if correlation == "twins" and i // 2 != j // 2:
                alike = 0.0
            assert made.covariance[i, j] == pytest.approx(made.scales[i] * made.scales[j] * alike, rel=1e-14)


@pytest.mark.parametrize(("correlation", "rho", "spread"), SHAPES)
def test_test_error_agrees_with_new_rows(correlation, rho, spread):
    made = synthetic(rho=rho, correlation=correlation, scale_spread=spread, noise=1.5, n_test=100_000, seed=1)
    rng = np.random.default_rng(0)
    for intercept, coef in [(0.0, made.w), (0.7, np.zeros(12)), (-0.3, rng.standard_normal(12))]:
        squared = (made.y_test - intercept - made.X_test @ coef) ** 2
        five = 5.0 * squared.std() / np.sqrt(len(squared))
        assert abs(squared.mean() - made.test_error(intercept, coef)) < five


def test_test_error_of_the_truth_is_the_noise():
    made = synthetic(noise=1.5, rho=0.7)
    assert made.test_error(0.0, made.w) == 2.25
    assert made.test_error(2.0, made.w) == 6.25


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 2**31 - 1))
@settings(max_examples=50)
def test_truth_has_the_stated_number_of_informative_features(p, informative, seed):
    informative = min(p, informative)
    made = synthetic(n=3, p=p, informative=informative, seed=seed, scale_spread=4.0, n_validation=0)
    effect = made.w * made.scales
    assert np.count_nonzero(made.w) == informative
    assert np.allclose(sorted(np.abs(effect[effect != 0])), np.linspace(3.2, 0.8, informative)[::-1])
    assert abs(np.sign(effect).sum()) == informative % 2


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 2**31 - 1))
@settings(max_examples=50)
def test_informative_twins_share_one_effect(p, informative, seed):
    informative = min(p, informative)
    made = synthetic(n=3, p=p, informative=informative, correlation="twins", seed=seed, scale_spread=4.0)
    effect = made.w * made.scales
    assert np.count_nonzero(effect) == informative
    alone = [k for k in range(0, p - 1, 2) if (effect[k] == 0.0) != (effect[k + 1] == 0.0)]
    assert len(alone) <= informative % 2
    for k in range(0, p - 1, 2):
        assert k in alone or effect[k] == pytest.approx(effect[k + 1], rel=1e-12)


def test_scales_grow_geometrically_with_the_stated_spread():
    scales = synthetic(p=5, scale_spread=16.0).scales
    assert scales == pytest.approx([0.25, 0.5, 1.0, 2.0, 4.0])
    assert synthetic(p=1, informative=1, scale_spread=16.0).scales.tolist() == [1.0]


@pytest.mark.parametrize("correlation", ["ar1", "equal", "twins"])
def test_equal_arguments_give_equal_bits_and_another_seed_does_not(correlation):
    first, second, other = (synthetic(seed=s, n_test=7, rho=0.3, correlation=correlation) for s in (5, 5, 6))
    assert [a.tobytes() for a in arrays(first)] == [a.tobytes() for a in arrays(second)]
    assert all((a != b).any() for a, b in zip(arrays(first), arrays(other), strict=True))


def test_training_validation_and_test_rows_are_drawn_apart():
    made = synthetic(n=50, n_validation=50, n_test=50)
    for a, b in [(made.X, made.X_validation), (made.X, made.X_test), (made.X_validation, made.X_test)]:
        assert not (a == b).any()


@pytest.mark.parametrize("correlation", ["ar1", "equal", "twins"])
def test_more_rows_keep_the_rows_there_were(correlation):
    few, many = (synthetic(n=n, rho=0.4, correlation=correlation) for n in (20, 90))
    assert (many.X[:20] == few.X).all() and (many.w == few.w).all()
    assert many.y[:20] == pytest.approx(few.y, rel=1e-12)
    assert (many.X_validation == few.X_validation).all()


@pytest.mark.parametrize("correlation", ["ar1", "equal", "twins"])
def test_more_features_keep_the_features_there_were(correlation):
    few, many = (synthetic(p=p, rho=0.4, correlation=correlation) for p in (8, 30))
    assert (many.X[:, :8] == few.X).all()


def test_noise_scales_the_same_errors():
    none, some, more = (synthetic(noise=noise) for noise in (0.0, 1.0, 3.0))
    assert (none.X == more.X).all() and none.y == pytest.approx(none.X @ none.w, abs=1e-12)
    assert more.y - none.y == pytest.approx(3.0 * (some.y - none.y), abs=1e-12)


def test_correlation_of_one_gives_equal_features():
    for correlation in ("ar1", "equal"):
        made = synthetic(p=4, rho=1.0, correlation=correlation)
        assert np.ptp(made.X, axis=1).max() == 0.0


def test_arrays_are_read_only_and_named():
    made = synthetic(p=3, informative=1)
    assert not any(array.flags.writeable for array in (*arrays(made), made.scales, made.covariance))
    assert made.names == ("x1", "x2", "x3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 0), ("p", 0), ("informative", -1), ("informative", 13), ("noise", -1.0), ("noise", float("nan")),
        ("noise", float("inf")), ("rho", 1.1), ("rho", -1.1), ("scale_spread", 0.5), ("seed", -1), ("n_validation", -1),
        ("n_test", -1), ("correlation", "none"), ("n", 10**9),
    ],
)  # fmt: skip
def test_arguments_out_of_range_are_named(name, value):
    with pytest.raises(DataError, match=rf"^{name} .*\.$"):
        synthetic(**{name: value})


def test_equal_correlation_is_not_negative():
    with pytest.raises(DataError, match=r"^rho must be between 0 and 1, not -0\.1\.$"):
        synthetic(rho=-0.1, correlation="equal")
