"""A table of the user's for the commands that read one."""

import numpy as np
import pytest

ROWS = 40


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table of numbers with a two-valued column."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(ROWS, 4)) * [1.0, 10.0, 0.1, 1.0] + 3.0
    y = X @ [1.0, 0.2, 0.0, -1.0] + rng.normal(size=ROWS)
    file = tmp_path_factory.mktemp("tables") / "my table ü.csv"
    rows = np.column_stack([X, y]).tolist()
    lines = ["a,b,c,d,y,won", *(",".join([*map(repr, row), "y" if row[-1] > 0 else "n"]) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file, X, y
