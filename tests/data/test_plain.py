"""The short way for plain numbers gives what the long way gives, or leaves the text alone."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regviz.data import csv_reader, plain
from regviz.data.steps import finished
from tests.data.table_fuzz import ODD, verdict


@pytest.fixture
def taken(monkeypatch):
    """All texts go the short way where they can; how often they did."""
    found = []

    def noted(text, source):
        columns = yield from plain.reading_plain(text, source)
        found.append(columns is not None)
        return columns

    monkeypatch.setattr(plain, "_LEAST", 0)
    monkeypatch.setattr(csv_reader, "reading_plain", noted)
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats().map(repr), st.integers(-9, 9).map(str)), min_size=1, max_size=6),
    st.sampled_from(ODD), st.integers(0, 5), st.sampled_from(",;\t|"),
)  # fmt: skip
def test_one_odd_cell_agrees_with_the_slow_parser(taken, rows, odd, place, delimiter):
    rows[place % len(rows)] = (odd, "1")
    lines = [delimiter.join(row) for row in [("a", "y"), *rows]]
    verdict("\n".join(lines).encode(), "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="0123456789.,;+-eE\n", max_size=60))
def test_any_numerals_agree_with_the_slow_parser(taken, text):
    verdict(("x;y\n" + text).encode(), "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([(1.7e308, 1.0, 2.0), (-1.7e308, 2.0, 3.0)], "\n", ",")
@given(
    st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]), st.sampled_from(",;\t|"),
)  # fmt: skip
def test_numbers_are_read_to_the_bit(taken, rows, newline, delimiter):
    lines = ["a,b,y".replace(",", delimiter), *(delimiter.join(map(repr, row)) for row in rows)]
    table = csv_reader.parse_table(newline.join(lines).encode(), "t.csv")
    assert taken[-1]
    assert np.array_equal(np.column_stack([table.X, table.y]), np.array(rows) + 0.0)


def test_batches_end_anywhere(taken, monkeypatch):
    monkeypatch.setattr(plain, "_BATCH", 7)
    table = csv_reader.parse_table(b"a,y\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(50)), "t.csv")
    assert taken == [True]
    assert table.y.tolist() == [float(i * i) for i in range(50)]


@pytest.mark.parametrize("long", ["0" * 140_000 + "1", "1." + "0" * 140_000])
def test_cells_beyond_the_limit_go_the_long_way(long):
    assert finished(plain.reading_plain("a,y\n1,2\n" + f"{long},2\n", "t")) is None
    assert finished(plain.reading_plain(f"a{long},y\n" + "1,2\n", "t")) is None
