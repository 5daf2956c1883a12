"""Results show themselves in a notebook: a table always, a picture where the package was imported as a whole."""

import numpy as np
import pytest

import regviz
from regviz.data import bundled, synthetic
from regviz.linear.penalties import PENALTIES
from regviz.notebook import frame_of


@pytest.mark.parametrize("penalty", PENALTIES)
def test_every_result_has_a_table_and_a_picture(penalty):
    data = synthetic(seed=3)
    results = (
        regviz.path(data.X, data.y, penalty), regviz.fit(data.X, data.y, 0.2, penalty),
        regviz.cross_validate(data.X, data.y, penalty, folds=5),
    )  # fmt: skip
    for result in results:
        assert "<table" in result._repr_html_()
        assert result._repr_png_().startswith(b"\x89PNG")


def test_the_picture_shows_the_numbers_of_the_result():
    table = bundled("diabetes")
    found = regviz.path(table.X, table.y, names=table.names)
    lines = frame_of(found).panels[0].marks[0]
    middle = len(lines.x) // 2
    assert np.array_equal(lines.y[:, middle], found.at(lines.x[middle]))
    assert lines.labels == table.names


def test_advice_is_public():
    table = bundled("hitters")
    keys = [finding.key for finding in regviz.advise(table.X, table.y, names=table.names)]
    assert "correlated" in keys and "penalty" in keys
