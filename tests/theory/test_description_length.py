"""Codes: every message decodes, every code obeys Kraft's inequality, BIC is the two-part code's asymptotic case."""

from itertools import product
from math import comb, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from regviz.theory import description_length as codes
from regviz.theory import description_length_polynomial as polynomials
from regviz.theory import description_length_tree as trees
from regviz.theory.description_length_normal import Cells
from regviz.theory.description_length_penalty import PRIORS, Sender

WORDS = {"gamma": (codes.gamma, codes.read_gamma), "delta": (codes.delta, codes.read_delta)}
FEW = settings(max_examples=25)
NUMBERS = st.integers(1, 10**12)


@pytest.mark.parametrize("name", WORDS)
@given(values=st.lists(NUMBERS, max_size=8))
def test_words_of_whole_numbers_stand_side_by_side_and_decode(name, values):
    write, read = WORDS[name]
    reader = codes.Reader("".join(map(write, values)))
    assert [read(reader) for _ in values] == values
    assert reader.exhausted


@pytest.mark.parametrize("name", WORDS)
def test_universal_codes_are_prefix_free_and_obey_kraft(name):
    words = sorted(WORDS[name][0](k) for k in range(1, 3_000))
    assert not any(b.startswith(a) for a, b in zip(words[:-1], words[1:], strict=True))
    kraft = sum(2.0 ** -len(word) for word in words)
    assert 0.85 < kraft <= 1.0


@given(st.integers(-(10**9), 10**9))
def test_folding_is_one_to_one(value):
    assert codes.unfolded(codes.folded(value)) == value
    assert codes.folded(value) >= 1


def test_lengths_of_the_universal_codes_are_eliass():
    for k in (1, 2, 3, 7, 8, 1_000, 10**9):
        digits = int(log2(k)) + 1
        assert len(codes.gamma(k)) == 2 * digits - 1
        assert len(codes.delta(k)) == digits - 1 + 2 * (digits.bit_length() - 1) + 1


@pytest.mark.parametrize("write", [codes.gamma, codes.delta])
def test_what_has_no_word_is_refused(write):
    with pytest.raises(ValueError, match="begins at 1"):
        write(0)
    with pytest.raises(ValueError, match="does not fit"):
        codes.fixed(8, 3)
    with pytest.raises(ValueError, match="end inside"):
        codes.read_gamma(codes.Reader("000"))


@FEW
@given(
    kind=st.sampled_from(sorted(PRIORS.values())), width=st.floats(1e-3, 1e4),
    centres=st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30), seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_values_in_cells_decode_and_take_their_ideal_length(kind, width, centres, seed):
    source = np.random.default_rng(seed)
    spread = source.choice([0.5, 3.0, 100.0]) * width  # with values far out in the tails
    values = np.rint(np.array(centres) + spread * source.standard_normal(len(centres))).astype(np.int64)
    cells = Cells(kind, width, np.array(centres))
    bits = cells.encode(values)
    reader = codes.Reader(bits)
    assert (cells.decode(reader) == values).all()
    assert reader.exhausted
    ideal = cells.ideal(values).sum()
    assert ideal - 1e-6 <= len(bits) <= ideal + 2


@pytest.mark.parametrize("width", [0.01, 0.3, 2.0, 1e5])
@pytest.mark.parametrize("kind", PRIORS.values())
def test_the_arithmetic_codes_parts_fill_their_whole(kind, width):
    """Every cell has a part of at least 2⁻³², and the parts add up to one: Kraft's inequality with equality."""
    cells = Cells(kind, width, np.array([0.3]))
    last = 2 * cells.reach + 2
    k = np.unique(np.linspace(0, last, 20_001).astype(np.int64))
    cuts = cells.cuts(k)
    assert (cuts[0], cuts[-1]) == (0, codes.TOTAL)
    assert (np.diff(cuts) >= np.diff(k)).all()


def test_messages_of_one_length_are_a_prefix_free_code():
    cells = Cells("gaussian", 0.8, np.array([0.2, -0.4]))
    words = sorted(cells.encode(np.array(pair)) for pair in product(range(-12, 13), repeat=2))
    assert not any(b.startswith(a) for a, b in zip(words[:-1], words[1:], strict=True))
    assert sum(2.0 ** -len(word) for word in words) <= 1.0


def test_a_gaussian_cell_costs_minus_log_of_its_mass():
    values, centres = np.arange(-40, 41), np.linspace(-1.0, 1.0, 81)
    mass = norm.cdf(values + 0.5, centres, 9.0) - norm.cdf(values - 0.5, centres, 9.0)
    assert Cells("gaussian", 9.0, centres).ideal(values) == pytest.approx(-np.log2(mass), abs=1e-3)


def data(n, degree, seed, noise=0.3, cell=2.0**-6):
    source = np.random.default_rng(seed)
    x = np.sort(source.uniform(-1.0, 1.0, n))
    w = source.uniform(0.5, 2.0, degree + 1)
    y = np.polynomial.legendre.legval(x, w) + noise * source.standard_normal(n)
    return x, np.rint(y / cell).astype(np.int64), cell


@FEW
@given(
    n=st.integers(1, 30), seed=st.integers(0, 999), code=st.sampled_from(polynomials.CODES),
    noise=st.sampled_from([0.0, 1e-3, 0.3, 20.0]), digits=st.integers(2, 10),
)  # fmt: skip
def test_polynomial_messages_decode_at_every_degree(n, seed, code, noise, digits):
    x, z, cell = data(n, 2, seed, noise, 2.0**-digits)
    made = polynomials.Curve(x, z, cell, 4, code)
    for degree, message in enumerate(made.messages):
        assert (polynomials.decoded(message.bits, x, cell, code) == z).all()
        assert message.model == "".join(word for _, word in message.parts.words())
        assert len(message.bits) == len(message.model) + len(message.data) == made.totals[degree]
        assert polynomials.read_model(codes.Reader(message.model), code) == message.parts
    assert made.totals[made.best] == made.totals.min()


def test_equal_and_constant_data_decode():
    x = np.array([0.5, 0.5, 0.5, 0.7])
    made = polynomials.Curve(x, np.array([7, 7, 7, 7]), 0.25, 9, "Elias δ")
    assert list(made.degrees) == [0, 1]
    assert all((polynomials.decoded(m.bits, x, 0.25, "Elias δ") == 7).all() for m in made.messages)
    assert np.isnan(made.bic()).all()
    with pytest.raises(ValueError, match="2 different points"):
        polynomials.basis(x, 2)


@pytest.mark.parametrize("code", polynomials.CODES)
def test_the_chosen_precisions_are_the_best_of_all(code):
    x, z, cell = data(50, 3, 5)
    made = polynomials.Curve(x, z, cell, 5, code)
    for degree in made.degrees:
        every = made.models(degree, 10**6)
        assert len({(m.b, m.q) for m in every}) == len(every) == 16 * 8
        best = min(map(made.length, every))
        assert made.length(made.messages[degree].parts) == pytest.approx(best, abs=0.01)


def gaps(code, sizes):
    """Two-part bits minus BIC at the true degree, in the mean over data sets."""
    found = []
    for n in sizes:
        rows = []
        for seed in range(4):
            x, z, cell = data(n, 2, seed)
            made = polynomials.Curve.__new__(polynomials.Curve)
            made.x, made.z, made.cell, made.code, made.degrees = x, z, cell, code, range(3)
            made.basis = polynomials.basis(x, 2)
            made._bases = [made.basis[:, : d + 1] for d in range(3)]
            made.theta = made.basis.T @ made.y / n
            rows.append(min(map(made.length, made.models(2, polynomials.COMPARED))) - made.bic()[2])
        found.append(np.mean(rows))
    return np.array(found)


def test_bic_is_the_asymptotic_case_of_the_two_part_code():
    """With coefficients of a fixed range the difference stays bounded; γ words cost another ½ log₂ n each."""
    sizes = (100, 1_000, 10_000, 100_000)
    fixed, gamma = (gaps(code, sizes) for code in ("fixed range", "Elias γ"))
    assert np.ptp(fixed) < 6.0, "while BIC's penalty itself grows by 4/2 · log₂ 1000 = 20 bits"
    assert np.abs(fixed).max() < 40.0
    growth = np.diff(gamma)
    expected = 3 * 0.5 * log2(10)  # three coefficients, a decade of n
    assert growth.mean() == pytest.approx(expected, abs=1.5)


# Trees.


def labelled(n, seed, noise=0.1, steps=8):
    source = np.random.default_rng(seed)
    X = source.integers(0, steps, (n, 2)).astype(float)
    y = ((X[:, 0] > 3) & (X[:, 1] < 5)).astype(np.int64) ^ (source.uniform(size=n) < noise)
    return X, y


@FEW
@given(n=st.integers(1, 40), seed=st.integers(0, 999), noise=st.sampled_from([0.0, 0.2, 0.5]), steps=st.integers(1, 9))
def test_trees_decode_at_every_number_of_leaves(n, seed, noise, steps):
    X, y = labelled(n, seed, noise, steps)
    found = trees.prunings(trees.grown(X, y, 10), X, y)
    assert min(found) == 1
    for count, (bits, tree) in found.items():
        words = trees.words(tree, X, y)
        text = "".join(word for _, word in words)
        assert trees.leaves(tree) == count
        assert (trees.decoded(text, X) == y).all()
        assert bits == len(text) == sum(trees.bits_by_part(tree, X, y).values())
        assert trees.exceptions(tree, y) == np.count_nonzero(trees.predicted(tree, y, X) != y)


def every_pruning(tree):
    yield trees.Leaf(tree.rows)
    if isinstance(tree, trees.Split):
        for left, right in product(list(every_pruning(tree.left)), list(every_pruning(tree.right))):
            yield trees.Split(tree.rows, tree.feature, tree.place, tree.threshold, left, right)


@pytest.mark.parametrize("seed", range(4))
def test_no_pruning_is_shorter(seed):
    X, y = labelled(40, seed, 0.15)
    tree = trees.grown(X, y, 9)
    brute = {}
    for pruned in every_pruning(tree):
        bits = sum(len(word) for _, word in trees.words(pruned, X, y))
        count = trees.leaves(pruned)
        brute[count] = min(bits, brute.get(count, bits))
    assert brute == {count: bits for count, (bits, _) in trees.prunings(tree, X, y).items()}


@given(data=st.data())
def test_subsets_have_numbers(data):
    size = data.draw(st.integers(1, 40))
    members = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    number = trees.rank(members)
    assert 0 <= number < comb(size, len(members))
    assert trees.unrank(number, size, len(members)) == members


def test_messages_about_few_labels_are_a_prefix_free_code():
    """All label vectors of six rows, each with the tree that is best for it: Kraft's inequality."""
    X = np.arange(12.0).reshape(6, 2) % 5
    words = []
    for y in product((0, 1), repeat=6):
        y = np.array(y)
        _, tree = min(trees.prunings(trees.grown(X, y, 6), X, y).values(), key=lambda pair: pair[0])
        words.append("".join(word for _, word in trees.words(tree, X, y)))
    words.sort()
    assert len(set(words)) == 64
    assert not any(b.startswith(a) for a, b in zip(words[:-1], words[1:], strict=True))
    assert sum(2.0 ** -len(word) for word in words) <= 1.0


# Penalties.


def sender(penalty, n=30, p=4, seed=0, w_cell=2.0**-6):
    source = np.random.default_rng(seed)
    X = source.standard_normal((n, p))
    X = (X - X.mean(0)) / X.std(0)
    y = X @ np.array([2.0, -1.0, 0.0, 0.5])[:p] + source.standard_normal(n)
    y -= y.mean()
    return Sender(X, 1.0, 1.0 / 16, w_cell, np.geomspace(1e-3, 10.0, 64), penalty), y


@pytest.mark.parametrize("penalty", PRIORS)
@FEW
@given(index=st.integers(0, 63), size=st.sampled_from([0.0, 0.5, 50.0]), seed=st.integers(0, 99))
def test_coefficients_and_data_decode(penalty, index, size, seed):
    made, y = sender(penalty, seed=seed)
    w = size * np.random.default_rng(seed).standard_normal(4)
    z = np.rint(y / made.y_cell).astype(np.int64)
    words = made.words(index, w, z)
    again, k, values = made.decoded("".join(words))
    assert again == index
    assert (k == made.quantised(w)).all()
    assert (values == z).all()
    model, data_bits = made.lengths(float(made.lams[index]), w, z)
    assert model.sum() <= len(words[1]) + 1e-6 <= model.sum() + 2
    assert data_bits <= len(words[2]) + 1e-6 <= data_bits + 2


@pytest.mark.parametrize("penalty", PRIORS)
@pytest.mark.parametrize("lam", [0.01, 0.3])
def test_the_penalised_fit_is_the_shortest_by_densities(penalty, lam):
    from regviz.linear.path import path_of
    from regviz.linear.problem import Problem

    made, y = sender(penalty)
    w = path_of(Problem.of(made.X, y), penalty).standardized_at(lam)
    least = made.density_length(lam, w, y)
    source = np.random.default_rng(1)
    for size in (1e-4, 1e-2, 1.0):
        for _ in range(20):
            assert made.density_length(lam, w + size * source.standard_normal(4), y) > least
    n = len(y)
    objective = np.sum((y - made.X @ w) ** 2) / (2 * n)
    objective += lam * (np.sum(w**2) / 2 if penalty == "ridge" else np.abs(w).sum())
    zero = made.density_length(lam, 0 * w, y) - np.sum(y**2) / (2 * np.log(2))
    assert least - zero == pytest.approx(n * objective / np.log(2), rel=1e-9)


@pytest.mark.parametrize("penalty", PRIORS)
def test_fine_cells_cost_what_the_densities_say(penalty):
    made, y = sender(penalty, w_cell=2.0**-9)
    w, z = np.array([1.8, -0.9, 0.05, 0.4]), np.rint(y / made.y_cell).astype(np.int64)
    model, data_bits = made.lengths(0.1, w, z)
    density = made.density_length(0.1, w, z * made.y_cell)
    assert model.sum() + data_bits == pytest.approx(density, abs=0.1)
    assert made.lengths(0.1, 0 * w, z)[0][0] + made.excess(0.1, w) == pytest.approx(model, abs=0.02)


def test_by_densities_a_narrow_prior_is_ever_shorter_but_not_in_cells():
    made, y = sender("ridge")
    z = np.rint(y / made.y_cell).astype(np.int64)
    lams = 10.0 ** np.arange(6, 60, 4)
    zero = np.zeros(4)
    density = [made.density_length(float(lam), zero, y) for lam in lams]
    assert (np.diff(density) < -20).all()
    assert density[-1] < 0 < made.lengths(1e6, zero, z)[0].sum() + made.lengths(1e6, zero, z)[1]
    assert (made.lengths(1e6, zero, z)[0] >= 0).all()


def test_the_mixtures_length_is_the_evidence():
    from scipy.stats import multivariate_normal

    made, y = sender("ridge")
    lam = 0.05
    covariance = made.width(lam) ** 2 * made.X @ made.X.T + np.eye(len(y))
    expected = -multivariate_normal(np.zeros(len(y)), covariance).logpdf(y) / np.log(2) - len(y) * np.log2(made.y_cell)
    assert made.evidence_length(lam, y) == pytest.approx(expected)
    w = np.linalg.solve(made.X.T @ made.X / 30 + lam * np.eye(4), made.X.T @ y / 30)
    z = np.rint(y / made.y_cell).astype(np.int64)
    model, data_bits = made.lengths(lam, w, z)
    assert made.evidence_length(lam, z * made.y_cell) < model.sum() + data_bits
