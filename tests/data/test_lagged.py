"""The lagged series: every column is a shifted series, the target is the stated model, and draws are kept."""

import numpy as np
import pytest

from regviz.data import DataError, lagged


def test_columns_are_the_lags_of_one_series_and_times_follow_one_another():
    made = lagged(n=50, series=4, lags=6, seed=3)
    assert made.X.shape == (50, 24)
    for members in made.groups:
        block = made.X[:, list(members)]
        for lag in range(5):
            assert np.array_equal(block[1:, lag + 1], block[:-1, lag])


def test_the_target_is_the_model_and_noise_only_scales_its_errors():
    clean, loud, louder = (lagged(noise=noise, seed=1) for noise in (0.0, 1.0, 3.0))
    assert np.array_equal(clean.y, clean.X @ clean.w)
    assert louder.y - louder.X @ louder.w == pytest.approx(3.0 * (loud.y - loud.X @ loud.w), abs=1e-12)


def test_truth_fills_whole_groups():
    for seed in range(10):
        made = lagged(series=7, informative=3, lags=4, seed=seed)
        inside = [np.all(made.w[list(g)] != 0.0) for g in made.groups]
        outside = [np.all(made.w[list(g)] == 0.0) for g in made.groups]
        assert sum(inside) == 3
        assert sum(outside) == 4
        for g in np.flatnonzero(inside):
            sizes = np.abs(made.w[list(made.groups[g])])
            assert (np.diff(sizes) < 0.0).all()


def test_every_series_has_its_own_stream():
    small, more = lagged(n=30, series=3, lags=4, seed=9), lagged(n=30, series=5, lags=4, seed=9)
    assert np.array_equal(small.X, more.X[:, :12])
    assert not np.array_equal(small.X, lagged(n=30, series=3, lags=4, seed=10).X)
    again = lagged(n=30, series=3, lags=4, seed=9)
    assert np.array_equal(again.y, small.y)


def test_covariance_and_test_error_are_those_of_the_process():
    made = lagged(n=200_000, series=2, lags=3, informative=1, noise=1.5, rho=0.7, seed=2)
    gram = made.X.T @ made.X / 200_000
    assert gram == pytest.approx(made.covariance, abs=0.03)
    coef = made.w + np.array([0.5, 0.0, -0.3, 0.2, 0.0, 0.0])
    error = np.mean((made.y - 0.4 - made.X @ coef) ** 2)
    assert made.test_error(0.4, coef) == pytest.approx(error, rel=0.02)
    assert made.test_error(0.0, made.w) == 1.5**2


def test_names_and_locks():
    made = lagged(series=2, lags=2)
    assert made.names == ("s1 t−1", "s1 t−2", "s2 t−1", "s2 t−2")
    for array in (made.X, made.y, made.w, made.covariance):
        assert not array.flags.writeable


@pytest.mark.parametrize(
    ("word", "value"),
    [("n", 0), ("series", 0), ("lags", 0), ("informative", 9), ("seed", -1), ("noise", -1.0), ("rho", 1.0)],
)
def test_arguments_out_of_range_are_named(word, value):
    with pytest.raises(DataError, match=f"^{word} must"):
        lagged(**{word: value})


def test_too_many_numbers_are_refused():
    with pytest.raises(DataError, match="times"):
        lagged(n=10_000_000, series=100, lags=10)
