"""Frames as JSON and CSV, and text files that are written whole or not at all."""

import csv
import io
import json
import math
import os
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import regviz.files
from regviz.export import ExportError, Picture, last_frame, named, render, save, to_json
from regviz.files import WriteError, write_text
from regviz.lab import MARK_TYPES, Axis, Bars, Frame, Graph, Handle, Lines, Panel, Readout, Rule
from regviz.tidy import cell, to_csv
from tests.sentences import full_device
from tests.toy_lab import toy

UNIT = Axis(low=0.0, high=1.0)
SIZES = {"k": 2, "m": 3, "r": 2, "n": 4, "h": 2, "w": 3}


def sample(kind):
    """A mark of ``kind`` in which every array is filled with numbers of its own."""
    values = {"key": kind.kind, "label": "=1+1"}
    for spec in kind.__dataclass_fields__.values():
        if "shapes" in spec.metadata:
            shape = tuple(SIZES[letter] for letter in spec.metadata["shapes"][-1].split())
            values[spec.name] = np.random.default_rng(len(values)).normal(size=shape)
        elif "per" in spec.metadata and spec.name == "labels":
            values[spec.name] = [f"item {i}" for i in range(SIZES[spec.metadata["per"]])]
        elif spec.type in (float, "float"):
            values.setdefault(spec.name, 0.1 + 0.2)
        elif spec.name == "extent":
            values[spec.name] = (0.0, 1.0, -1.0, 2.0)
    return kind(**values)


def frame_of(*marks, readouts=()):
    return Frame(panels=(Panel(key="p", title="P", x=UNIT, y=UNIT, marks=marks),), readouts=readouts, caption="A test.")


def rows_of(frame):
    return list(csv.DictReader(io.StringIO(to_csv(frame))))


@pytest.mark.parametrize("kind", MARK_TYPES, ids=[kind.kind for kind in MARK_TYPES])
def test_every_number_of_every_mark_is_in_the_csv(kind):
    mark = sample(kind)
    rows = rows_of(frame_of(mark))
    for name in kind.__dataclass_fields__:
        value = getattr(mark, name)
        if isinstance(value, np.ndarray):
            assert {float(row[name]) for row in rows if row[name]} == set(value.ravel().tolist()), name
        elif isinstance(value, float):
            assert {row[name] for row in rows} == {repr(value)}
    assert {(row["panel"], row["mark"], row["kind"]) for row in rows} == {("p", mark.key, kind.kind)}


@pytest.mark.parametrize("kind", MARK_TYPES, ids=[kind.kind for kind in MARK_TYPES])
def test_every_mark_is_strict_json(kind):
    text = to_json(toy, toy.State(), frame_of(sample(kind)))
    (mark,) = json.loads(text)["panels"][0]["marks"]
    assert mark["kind"] == kind.kind
    assert set(kind.__dataclass_fields__) <= set(mark)


def test_rows_of_curves_are_in_order():
    lines = Lines(key="l", x=[1.0, 2.0], y=[[3.0, math.nan], [5.0, 6.0]], labels=("a", "b"), roles=("l1", "l2"))
    found = [(r["series"], r["index"], r["label"], r["role"], r["x"], r["y"]) for r in rows_of(frame_of(lines))]
    assert found == [
        ("0", "0", "a", "l1", "1.0", "3.0"), ("0", "1", "a", "l1", "2.0", ""),
        ("1", "0", "b", "l2", "1.0", "5.0"), ("1", "1", "b", "l2", "2.0", "6.0"),
    ]  # fmt: skip


def test_a_graph_has_rows_of_nodes_and_rows_of_links():
    graph = Graph(key="g", x=[0.0, 1.0], y=[0.0, 0.0], source=[0], target=[1], weights=[-2.0])
    rows = rows_of(frame_of(graph))
    assert [row["x"] for row in rows] == ["0.0", "1.0", ""]
    assert [row["weights"] for row in rows] == ["", "", "-2.0"]


def test_marks_without_arrays_have_one_row():
    rows = rows_of(frame_of(Rule(key="r", value=2.5), Handle(key="h", x=-1.0, y=0.5)))
    assert [(row["value"], row["x"], row["y"]) for row in rows] == [("2.5", "", ""), ("", "-1.0", "0.5")]


def test_readouts_are_rows():
    found = rows_of(frame_of(readouts=(Readout(name="lam", value=0.1), Readout(name="none", value=None))))
    assert [(row["mark"], row["kind"], row["value"]) for row in found] == [
        ("lam", "readout", "0.1"), ("none", "readout", "")
    ]  # fmt: skip


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_is_no_formula_and_numbers_stay(start):
    bars = Bars(key="b", values=[-1.5], labels=(f"{start}SUM(A1)",))
    (row,) = rows_of(frame_of(bars))
    assert row["label"] == f"'{start}SUM(A1)"
    assert row["values"] == "-1.5"


def test_a_label_stays_on_one_line():
    (row,) = rows_of(frame_of(Bars(key="b", values=[1.0], labels=("a\rb\nc",))))
    assert row["label"] == "a b c"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_to_the_bit(number):
    assert float(cell(number)).hex() == number.hex()


@pytest.mark.parametrize("missing", [None, math.nan, math.inf, -math.inf])
def test_missing_numbers_are_empty(missing):
    assert cell(missing) == ""


def test_export_takes_the_last_frame():
    frames = list(toy.frames(toy.State()))
    assert last_frame(toy, toy.State()).to_json() == frames[-1].to_json()


def test_one_panel_can_be_cut_out(tmp_path):
    frame = last_frame(toy, toy.State())
    key = frame.panels[-1].key
    assert [panel.key for panel in last_frame(toy, toy.State(), key).panels] == [key]
    with pytest.raises(ExportError, match=rf"no panel 'q'; its panels are {frame.panels[0].key}, "):
        save(toy, toy.State(), tmp_path / "a.json", Picture(panel="q"))


@pytest.mark.parametrize("ending", [".json", ".csv", ".png", ".svg", ".pdf"])
def test_equal_states_give_equal_files(tmp_path, ending):
    small = Picture(size=(320, 180))
    first = render(toy, tmp_path / f"a{ending}", picture=small, lam=0.5)
    second = render(toy, tmp_path / f"b{ending}", picture=small, lam="0.5")
    other = render(toy, tmp_path / f"c{ending}", picture=small, lam=0.75)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("file", ["a", "a.webp", "a.json.bak", ".json"])
def test_an_unknown_format_lists_the_formats(tmp_path, file):
    with pytest.raises(ExportError, match=r"must end in one of \.png, \.svg, \.pdf, \.json, \.csv, \.gif, \.mp4\.$"):
        render(toy, tmp_path / file)


def test_an_unknown_lab_lists_the_labs():
    with pytest.raises(ExportError, match="the labs are .*shrinkage"):
        named("no-such-lab")


def test_files_are_replaced_whole_and_keep_their_mode(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("old")
    file.chmod(0o640)
    write_text(file, "λ\r\n")
    assert file.read_bytes() == "λ\r\n".encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize("call", ["open", "write", "flush", "fsync", "replace"])
def test_a_failing_call_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch, call):
    file = tmp_path / "a.txt"
    file.write_text("old")

    def fail(*_arguments, **_words):
        raise OSError(28, "No space left on device")

    if call in ("write", "flush"):
        real = open

        def opened(*arguments, **words):
            stream = real(*arguments, **words)
            monkeypatch.setattr(stream, call, fail, raising=False)
            return stream

        monkeypatch.setattr(regviz.files, "open", opened, raising=False)
    else:
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(WriteError, match=r"^Cannot write .*a\.txt: no space left on device\.$"):
        write_text(file, "new")
    monkeypatch.undo()
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    device = full_device(tmp_path, "full")
    with pytest.raises(WriteError, match=r"^Cannot write .*full: no space left on device\.$"):
        write_text(device, "new")
    assert device.is_char_device()
    assert os.listdir(tmp_path) == ["full"]


def test_a_pipe_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_text(tmp_path / "pipe", "λ")
    assert os.read(reader, 10) == "λ".encode()
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()
