"""A short share of the comparison with the slow parser; `table_fuzz.run(100_000, seed)` is the long one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regviz.data import csv_reader
from tests.data import slow_parser
from tests.data.table_fuzz import NAMES, ODD, run, verdict


def test_made_and_mutated_files_agree_with_the_slow_parser():
    verdicts = run(600, seed=1)
    assert verdicts["accepted"] > 150 and verdicts["refused"] > 150


@given(
    st.sampled_from(",;\t|"),
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=4).flatmap(
        lambda names: st.lists(
            st.lists(st.sampled_from(ODD) | st.floats(width=64).map(repr), min_size=len(names), max_size=len(names)),
            min_size=1, max_size=5,
        ).map(lambda rows: [names, *rows])
    ),
)  # fmt: skip
def test_odd_cells_agree_with_the_slow_parser(delimiter, lines):
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in line] for line in lines]
    verdict("\n".join(delimiter.join(line) for line in quoted).encode(), "")


@given(st.text(alphabet="0123456789.,;+-eE '\"\nxy_\t", max_size=60))
def test_any_text_agrees_with_the_slow_parser(text):
    verdict(("x;y\n" + text).encode(), "")


@given(st.binary(max_size=200))
def test_any_bytes_agree_with_the_slow_parser(data):
    verdict(data, "")


def test_the_comparison_sees_a_wrong_value(monkeypatch):
    right = csv_reader.reading_columns

    def wrong(records, source):
        columns = yield from right(records, source)
        columns[0].values[0] += 1.0
        return columns

    monkeypatch.setattr(csv_reader, "reading_columns", wrong)
    with pytest.raises(AssertionError):
        verdict(b"a,y\n1,2\n3,4\n", "")


def test_the_slow_parser_knows_the_plainest_table():
    expected = slow_parser.parse(b"a,b,y\n1,u,2.5\n3,v,1e2\n,v,7\n")
    assert expected == slow_parser.Expected(["a", "b=v"], [[1.0, 0.0], [3.0, 1.0]], "y", [2.5, 100.0])
