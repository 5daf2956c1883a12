"""Facts about every bundled set, against the literature and scikit-learn; and files that are not whole."""

import importlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LinearRegression

from regviz.data import (
    DataError,
    ResourceError,
    bundled,
    bundled_names,
    digits,
    open_table,
    prostate_corrected,
    prostate_split,
    resource,
    resource_bytes,
    resources,
)

# The package's function of the same name hides the module.
module = importlib.import_module("regviz.data.bundled")

SHAPES = {
    "diabetes": (442, 10, "target"),
    "prostate": (97, 8, "lpsa"),
    "hitters": (263, 19, "Salary"),
    "birthwt": (189, 13, "bwt"),
    "gasoline": (60, 401, "octane"),
    "concrete": (1030, 8, "compressive_strength"),
    "longley": (16, 6, "Employed"),
    "cement": (13, 4, "y"),
    "mcycle": (133, 1, "accel"),
}
# Means of the targets as the literature gives them, to its digits.
MEANS = {
    "diabetes": 152.133, "prostate": 2.478, "hitters": 535.926, "birthwt": 2944.59, "gasoline": 87.1775,
    "concrete": 35.818, "longley": 65.317, "cement": 95.423, "mcycle": -25.546,
}  # fmt: skip


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """The resources in a folder of the test's own, nothing remembered."""
    folder = tmp_path / "resources"
    shutil.copytree(resource("datasets"), folder / "datasets")
    monkeypatch.setattr(resources, "_ROOTS", (folder,))
    forget()
    yield folder / "datasets"
    forget()


def forget():
    for cached in (module._table, prostate_corrected, module._columns, digits):
        cached.cache_clear()


def test_the_facts_cover_every_set():
    assert set(SHAPES) == set(MEANS) == set(bundled_names())


@pytest.mark.parametrize("name", bundled_names())
def test_shape_and_target(name):
    table = bundled(name)
    assert (table.n, table.p, table.target) == SHAPES[name]
    assert table.y.mean() == pytest.approx(MEANS[name], abs=6e-4 * max(1.0, abs(MEANS[name]) / 100))


@pytest.mark.parametrize("name", bundled_names())
def test_tables_are_whole(name):
    for target in bundled(name).targets:
        table = bundled(name, target)
        assert table.target == target and target not in table.names
        assert np.isfinite(table.X).all() and np.isfinite(table.y).all()
        assert len(table.names) == len(set(table.names)) == table.p
        assert [j for group in table.groups for j in group] == list(range(table.p))
        assert not table.X.flags.writeable and not table.y.flags.writeable
        assert all(note.endswith(".") for note in table.notes)
        assert table.source.startswith(name)


@pytest.mark.parametrize("name", bundled_names())
def test_every_set_is_opened_by_name_and_kept(name):
    assert open_table(name) is bundled(name) is bundled(name, bundled(name).target)


def test_diabetes_is_scikit_learns():
    X, y = load_diabetes(return_X_y=True, scaled=False)
    assert (bundled("diabetes").X == X).all() and (bundled("diabetes").y == y).all()


def test_digits_are_scikit_learns():
    theirs, ours = load_digits(), digits()
    assert (ours.images == theirs.images).all() and (ours.labels == theirs.target).all()
    assert ours.images.dtype == np.uint8 and not ours.images.flags.writeable and not ours.labels.flags.writeable
    assert digits() is ours


def test_hitters_says_what_was_dropped_and_coded():
    table = bundled("hitters")
    assert table.notes[0].startswith("59 of 322 rows had missing values (in 'Salary')")
    assert {"League=N", "Division=W", "NewLeague=N"} < set(table.names)


def test_birthwt_leaves_out_the_twin_of_its_target():
    assert not {"low", "bwt"} & {*bundled("birthwt").names, *bundled("birthwt", "low").names}
    assert bundled("birthwt", "low").classes == ("0", "1")
    assert (bundled("birthwt", "low").y == (bundled("birthwt").y < 2500)).all()
    assert {"low", "bwt"} < set(bundled("birthwt").targets)


def test_birthwt_groups():
    table = bundled("birthwt")
    grouped = [[table.names[j] for j in group] for group in table.groups if len(group) > 1]
    assert grouped == [["age", "age²", "age³"], ["lwt", "lwt²", "lwt³"], ["race=black", "race=other"]]
    for first in (0, 3):
        assert (table.X[:, first + 1] == table.X[:, first] ** 2).all()
        assert (table.X[:, first + 2] == table.X[:, first] ** 3).all()
    assert table.X[:, 6:8].sum(axis=0).tolist() == [26, 67]
    assert len(bundled("birthwt", "age").groups) == len(table.groups)


def test_prostate_has_both_weights():
    ours, corrected = bundled("prostate"), prostate_corrected()
    assert ours.names == corrected.names and (ours.y == corrected.y).all()
    assert np.argwhere(ours.X != corrected.X).tolist() == [[31, 1]]
    assert ours.X[31, 1] == pytest.approx(6.107580, abs=1e-6) and corrected.X[31, 1] == 3.804438
    assert {"lweight_esl", "train"}.isdisjoint(ours.names)


def test_prostate_split_gives_the_least_squares_column_of_the_book():
    table, train = prostate_corrected(), prostate_split()
    assert (train.sum(), (~train).sum()) == (67, 30)
    X = (table.X - table.X.mean(axis=0)) / table.X.std(axis=0, ddof=1)
    fit = LinearRegression().fit(X[train], table.y[train])
    assert fit.intercept_ == pytest.approx(2.465, abs=6e-4)
    assert fit.coef_ == pytest.approx([0.680, 0.263, -0.141, 0.210, 0.305, -0.288, -0.021, 0.267], abs=6e-4)
    assert np.mean((table.y[~train] - fit.predict(X[~train])) ** 2) == pytest.approx(0.521, abs=6e-4)
    assert not train.flags.writeable


def test_longley_and_cement_are_the_published_numbers():
    assert bundled("longley").X[0].tolist() == [83, 234.289, 235.6, 159, 107.608, 1947]
    assert bundled("cement").X.sum(axis=0).tolist() == [97, 626, 153, 390]


@pytest.mark.parametrize(("name", "target"), [("diabetes", "bwt"), ("prostate", "train"), ("birthwt", "race")])
def test_targets_that_will_not_do(name, target):
    with pytest.raises(DataError, match=f"The data set '{name}'.*'{target}'|'{target}' of The data set"):
        bundled(name, target)


def test_an_unknown_set_lists_the_sets():
    with pytest.raises(DataError, match=r"There is no data set 'iris'; the data sets are 'diabetes', "):
        bundled("iris")


@pytest.mark.parametrize("name", [*bundled_names(), "digits"])
@pytest.mark.parametrize("damage", ["missing", "cut", "cut by one", "empty", "a folder"])
def test_a_file_that_is_not_whole_is_named_and_the_rest_works(fresh, name, damage):
    path = fresh / (f"{name}.csv" if name != "digits" else "digits.npz")
    data = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes({"cut": data[: len(data) // 2], "cut by one": data[:-1], "empty": b""}[damage])
    sentence = rf"resources/datasets/{path.name} is (missing|damaged); install it again\."
    with pytest.raises(ResourceError, match=sentence):
        digits() if name == "digits" else bundled(name)
    for other in bundled_names():
        assert other == name or bundled(other).n
    assert name == "digits" or len(digits().labels)


def test_line_ends_of_another_system_are_no_damage(fresh):
    path = fresh / "cement.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert bundled("cement").n == 13


@pytest.mark.parametrize("inside", [True, False])
def test_resources_are_found_beside_and_inside_the_package(tmp_path, inside):
    package = tmp_path / "regviz"
    shutil.copytree(resource().parent / "regviz" / "data", package / "data")
    (package / "__init__.py").write_text("")
    shutil.copytree(resource("datasets"), (package if inside else tmp_path) / "resources" / "datasets")
    code = "import regviz.data as d; print(d.bundled('cement').n, d.resource('datasets'))"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["13", str((package if inside else tmp_path) / "resources" / "datasets")]


def test_a_resource_that_is_not_there():
    with pytest.raises(ResourceError, match=r"resources/notes/none\.md is missing"):
        resource("notes", "none.md")
    with pytest.raises(ResourceError, match="resources/datasets is damaged"):
        resource_bytes("datasets")


def test_every_data_file_has_its_source():
    text = resource_bytes("datasets", "SOURCES.md").decode()
    files = sorted(path.name for path in resource("datasets").iterdir() if path.suffix != ".md")
    assert len(files) == len(SHAPES) + 1
    assert [name for name in files if f"| `{name}` |" not in text] == []


def test_importing_data_imports_no_scipy_and_no_qt():
    code = "import sys, regviz.data; print([m for m in sys.modules if m.split('.')[0] in ('scipy', 'PySide6')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
