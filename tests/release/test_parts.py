"""A few cases of every part, and the runner: it goes on where it was stopped and says what failed."""

import json

import pytest

from tests.release import __main__ as runner
from tests.release.part import Part, parts


@pytest.mark.parametrize("part", [part for part in parts() if part.few], ids=lambda part: part.name)
def test_a_few_cases_of_every_part(part):
    if part.needs():
        pytest.skip(part.needs())
    part.work(20, 0, part.few)


def counting(done, fails=None):
    def work(seed, first, last):
        assert fails is None or not first <= fails < last, f"case {fails}"
        done.extend(range(first, last))
        return {"cases": last - first, "largest": last}

    return Part(name="count", words="counts", count=10, work=work, chunk=3, largest=("largest",))


@pytest.fixture
def only(monkeypatch, tmp_path):
    """Runs the runner over one part."""

    def run(part, *words):
        monkeypatch.setattr(runner, "parts", lambda: (part,))
        return runner.main(["--log", str(tmp_path / "log.json"), *words])

    return run


def test_a_run_that_failed_goes_on_where_it_stopped(only, capsys, tmp_path):
    done = []
    assert only(counting(done, fails=7)) == 1
    assert done == [0, 1, 2, 3, 4, 5]
    assert "FAILED within cases 6 … 8 of seed 0: case 7" in capsys.readouterr().out
    assert only(counting(done)) == 0
    assert done == list(range(10))
    assert "count: 10 cases" in capsys.readouterr().out
    assert json.loads((tmp_path / "log.json").read_text())["count/0"]["figures"] == {"cases": 10, "largest": 10}


def test_share_seed_and_fresh(only, capsys):
    done = []
    assert only(counting(done), "--share", "0.5", "--seed", "4") == 0
    assert done == [0, 1, 2, 3, 4]
    assert only(counting(done), "--fresh", "--seed", "4", "--share", "0.1") == 0
    assert done[5:] == [0]
    assert "seed 4" in capsys.readouterr().out


def test_the_table_has_what_was_run_whole(only, capsys):
    part = counting([])
    assert only(part, "--share", "0.5") == 0
    assert only(part, "--table") == 0
    assert "`count`" not in capsys.readouterr().out
    assert only(part) == 0
    assert only(part, "--table") == 0
    assert "| `count`: counts | 10 | cases 10, largest 10 |" in capsys.readouterr().out


def test_unknown_parts_are_refused_and_the_list_names_all(only, capsys):
    with pytest.raises(SystemExit):
        only(counting([]), "nothing")
    assert only(counting([]), "--list") == 0
    assert "counts" in capsys.readouterr().out


def test_a_part_that_cannot_run_here_says_why(only, capsys):
    part = Part(name="none", words="", count=1, work=lambda *_: {}, needs=lambda: "there is no such thing here")
    assert only(part) == 0
    assert "not run: there is no such thing here" in capsys.readouterr().out


def test_one_case_can_be_done_again(only, capsys, tmp_path):
    done = []
    assert only(counting(done, fails=7), "count", "--case", "7") == 1
    assert "FAILED: case 7" in capsys.readouterr().out
    assert only(counting(done), "count", "--case", "4", "--seed", "9") == 0
    assert done == [4]
    assert "case 9/4 held" in capsys.readouterr().out
    assert not (tmp_path / "log.json").exists()
    with pytest.raises(SystemExit):
        only(counting(done), "--case", "4")


def test_what_no_part_expects_is_told_with_its_place(only, capsys):
    def work(seed, first, last):
        raise KeyError("lost")

    assert only(Part(name="count", words="", count=1, work=work)) == 1
    said = capsys.readouterr().out
    assert "KeyError: 'lost'" in said and "in work" in said
