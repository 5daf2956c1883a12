"""What is never read: files that are too large, endless, or no files; and tables beyond the stated limits."""

import os
import tracemalloc

import pytest

from regviz.data import assemble, file_text, open_table, read_table, records
from regviz.data.csv_reader import parse_table
from regviz.data.errors import DataError


def test_a_huge_sparse_file_costs_no_memory(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1024**3)
    tracemalloc.start()
    with pytest.raises(DataError, match=r"huge\.csv' is larger than the limit of 256 MB"):
        read_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6


def test_the_limit_itself_is_read(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,y\n1,2\n3,4\n")
    monkeypatch.setattr(file_text, "MAX_BYTES", path.stat().st_size)
    assert read_table(path).n == 2
    monkeypatch.setattr(file_text, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(DataError, match="larger than the limit"):
        read_table(path)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/random"])
def test_devices(path):
    with pytest.raises(DataError, match=f"'{path}' is a pipe or a device"):
        read_table(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    with pytest.raises(DataError, match=r"pipe\.csv' is a pipe or a device"):
        read_table(path)


def test_a_folder(tmp_path):
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)


def test_files_that_are_not_there(tmp_path):
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    for path in (tmp_path / "none.csv", tmp_path / "a\0b.csv", loop, tmp_path / ("n" * 300)):
        with pytest.raises(DataError, match=r"cannot be opened: .*\.$"):
            read_table(path)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,y\n1,2\n")

    def forbid(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(file_text.Path, "open", forbid)
    with pytest.raises(DataError, match=r"t\.csv' cannot be opened: permission denied\."):
        read_table(path)


def test_a_file_that_grows(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,y\n1,2\n")
    monkeypatch.setattr(file_text, "_size", lambda path, name: 3)
    with pytest.raises(DataError, match="grew while it was read"):
        read_table(path)


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a,y\n1,2\n")
    link = tmp_path / "link.csv"
    link.symlink_to("t.csv")
    assert read_table(link).n == 1


def test_names_of_any_kind(tmp_path):
    for name in ("with space.csv", "ü🙂.csv", os.fsdecode(b"\xff.csv")):
        path = tmp_path / name
        path.write_bytes(b"a,y\n1,2\n")
        assert read_table(path).n == 1
        path.write_bytes(b"")
        with pytest.raises(DataError, match="is empty") as caught:
            read_table(path)
        str(caught.value).encode()


def test_open_table_says_which_sets_there_are():
    with pytest.raises(DataError, match=r"There is no file 'diabtes' and no data set of that name.*'diabetes'"):
        open_table("diabtes")


def wide(columns):
    return (",".join(f"c{j}" for j in range(columns)) + "\n" + ",".join("1" * columns) + "\n").encode()


def test_columns():
    assert parse_table(wide(records.MAX_COLUMNS), "f").p == records.MAX_COLUMNS - 1
    with pytest.raises(DataError, match="has 10,001 columns; the limit is 10,000"):
        parse_table(wide(records.MAX_COLUMNS + 1), "f")


def test_ten_thousand_equal_names():
    table = parse_table((",".join(["x"] * 10_000) + "\n" + ",".join("1" * 10_000) + "\n").encode(), "f")
    assert len({*table.names, table.target}) == 10_000


def test_rows():
    body = b"1,2\n" * records.MAX_ROWS
    assert parse_table(b"a,b\n" + body, "f").n == records.MAX_ROWS
    with pytest.raises(DataError, match="limit of 200,000 rows in row 200002"):
        parse_table(b"a,b\n" + body + b"1,2\n", "f")


def test_cells(monkeypatch):
    monkeypatch.setattr(records, "MAX_CELLS", 6)
    assert parse_table(b"a,b\n1,2\n1,2\n1,2\n", "f").n == 3
    with pytest.raises(DataError, match="limit of 6 cells in row 5"):
        parse_table(b"a,b\n1,2\n1,2\n1,2\n1,2\n", "f")


def test_coded_columns(monkeypatch):
    rows = "".join(f"u{i},{i}\n" for i in range(50))
    assert parse_table(f"t,y\n{rows}".encode(), "f").p == 49
    monkeypatch.setattr(assemble, "MAX_COLUMNS", 48)
    with pytest.raises(DataError, match="has 49 columns once its text is coded; the limit is 48 columns"):
        parse_table(f"t,y\n{rows}".encode(), "f")
    monkeypatch.setattr(assemble, "MAX_COLUMNS", 49)
    monkeypatch.setattr(assemble, "MAX_CELLS", 49 * 50 - 1)
    with pytest.raises(DataError, match="and 2,449 cells"):
        parse_table(f"t,y\n{rows}".encode(), "f")


def test_the_longest_cell():
    data = b"t,y\n" + b"a" * 131_072 + b",1\nb,2\n"
    table = parse_table(data, "f")
    assert table.p == 1 and all(len(note) < 400 for note in table.notes)
