"""The planar problems: laws over all of them."""

import numpy as np
import pytest

from regviz.data.planar import PROBLEMS, planar

PARTS = ("train", "validation", "test")


@pytest.mark.parametrize("name", PROBLEMS)
def test_parts_have_their_sizes_classes_and_scale(name):
    problem = planar(name, train=90, validation=60, test=300, noise=0.05)
    for part, n in zip(PARTS, (90, 60, 300), strict=True):
        found = getattr(problem, part)
        assert found.X.shape == (n, 1 if name == "sine" else 2) and found.y.shape == (n,)
        assert np.isfinite(found.X).all() and 0.3 < np.abs(found.X).max() < 3
        assert not found.X.flags.writeable and not found.y.flags.writeable
        if problem.classes:
            counts = np.bincount(found.y.astype(int), minlength=problem.classes)
            assert len(counts) == problem.classes and counts.min() > 0.7 * n / problem.classes


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_seed_fixes_all_and_parts_do_not_touch_each_other(name):
    first, again = planar(name, seed=3, label_noise=0.2), planar(name, seed=3, label_noise=0.2)
    longer, other = planar(name, seed=3, label_noise=0.2, train=77), planar(name, seed=4)
    for part in PARTS:
        assert np.array_equal(getattr(first, part).X, getattr(again, part).X)
        assert np.array_equal(getattr(first, part).y, getattr(again, part).y)
        assert not np.array_equal(getattr(first, part).X, getattr(other, part).X)
    assert np.array_equal(first.test.X, longer.test.X)
    assert not np.array_equal(first.train.X, first.validation.X)


@pytest.mark.parametrize("name", PROBLEMS)
def test_label_noise_strikes_its_share_of_training_and_validation_alone(name):
    problem = planar(name, train=2000, validation=2000, label_noise=0.3)
    for part in (problem.train, problem.validation):
        assert abs(part.flipped.mean() - 0.3) <= 5 * np.sqrt(0.3 * 0.7 / 2000)
        if problem.classes:
            assert set(np.unique(part.y)) == set(range(problem.classes))
    assert not problem.test.flipped.any()
    assert not planar(name).train.flipped.any()
    assert planar(name, label_noise=1.0).train.flipped.all()


def test_without_noise_the_points_lie_on_their_curves():
    circles = planar("circles", noise=0.0).train
    np.testing.assert_allclose(np.linalg.norm(circles.X, axis=1), np.where(circles.y == 0, 0.5, 1.0))
    xor = planar("xor", noise=0.0).train
    assert np.array_equal(xor.y == 1, xor.X[:, 0] * xor.X[:, 1] > 0)
    sine = planar("sine", noise=0.0).train
    np.testing.assert_allclose(sine.y, np.sin(np.pi * sine.X[:, 0]), atol=1e-12)
    moons = planar("moons", noise=0.0).train
    centre = np.where(moons.y == 0, 1, -1)[:, None] * [-0.5, -0.25]
    np.testing.assert_allclose(np.linalg.norm(moons.X - centre, axis=1), 1.0)
    spiral = planar("spiral", noise=0.0).train
    radius = np.linalg.norm(spiral.X, axis=1)
    turn = np.arctan2(spiral.X[:, 1], spiral.X[:, 0]) - 3 * np.pi * radius - np.pi * spiral.y
    np.testing.assert_allclose(np.cos(turn), 1.0)
    clouds = planar("gaussians", noise=0.0, test=3000).test
    for label in range(3):
        assert np.linalg.norm(clouds.X[clouds.y == label].mean(axis=0)) == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("words", "sentence"), [
    ({"name": "swirl"}, "no planar problem 'swirl'; the problems are moons"),
    ({"name": "xor", "train": 0}, "at least one point, not 0, 200"),
    ({"name": "xor", "noise": -1.0}, "Noise must be at least 0"),
    ({"name": "xor", "noise": float("nan")}, "Noise must be at least 0"),
    ({"name": "xor", "label_noise": 1.5}, r"label noise in \[0, 1\], not 0.1 and 1.5"),
])  # fmt: skip
def test_impossible_problems_are_refused_in_words(words, sentence):
    with pytest.raises(ValueError, match=sentence):
        planar(**words)
