"""The advisor's page of the overfitting lab: every finding has its place and leads to a lab that shows why."""


import numpy as np
import pytest

from regviz.data import bundled, bundled_names
from regviz.lab import Gesture, replace
from regviz.labs import find
from regviz.labs.overfitting import advisor
from regviz.labs.overfitting.rows import TRAIN, Source, rows
from regviz.linear.advise import Finding, advise
from tests.labs.test_overfitting import LAB, START, last, place


def test_the_advisor_reads_the_training_rows_of_the_whole_table():
    state = replace(START, view="advisor", dataset="diabetes")
    *_, frame = LAB.frames(state)
    table = bundled("diabetes")
    made = rows(Source("diabetes", "", 0, "", 0, 0.0, 0, 0.3, 0.2, 0, "", 2000))
    kept = made.row[made.of(TRAIN)]
    expected = advise(table.X[kept], table.y[kept], names=table.names, groups=table.groups)
    assert len(expected) >= 2
    for k, finding in enumerate(expected):
        words = " ".join(place(frame, "advisor", f"finding-{k}").labels)
        assert words.startswith(f"{finding.says} {finding.means} → {finding.lab}")
        click = Gesture(kind="click", panel="advisor", mark=f"finding-{k}", index=0, x=0, y=0, from_x=0, from_y=0)
        assert LAB.link(state, click) == (finding.lab, {name: str(value) for name, value in finding.state})


def test_the_page_has_lines_that_do_not_touch_and_fit_the_panel():
    for dataset in ("synthetic", "hitters", "longley", "birthwt", "cement"):
        panel = last(view="advisor", dataset=dataset).panel("advisor")
        lines = sorted(y for mark in panel.marks for y in mark.y)
        assert np.diff(lines).min() > 0.999
        assert panel.y.low <= lines[0] and lines[-1] <= panel.y.high
        assert max(len(line) for mark in panel.marks for line in mark.labels) <= advisor.COLUMNS


def test_every_finding_has_a_place_on_the_page_however_many_there_are():
    long = [Finding(f"kind-{k}", 0.0, "It was seen, " * 12, "It follows, " * 12, "stability") for k in range(11)]
    shorts = []
    for count in range(12):
        told, short = advisor.within_page(long[:count])
        assert len(told) == count
        assert 3 + sum(len(lines) + 0.6 for lines, _ in told) <= advisor.LINES
        for finding, (lines, links) in zip(long, told, strict=False):
            assert finding.lab in " ".join(lines[-links:])
        shorts.append(short)
    assert shorts[:3] == [0, 0, 0] != shorts[-3:] and shorts == sorted(shorts) and shorts[-1] == 11


@pytest.mark.parametrize("dataset", ["synthetic", *bundled_names()])
def test_no_finding_on_any_table_is_left_out(dataset):
    panel = last(view="advisor", dataset=dataset).panel("advisor")
    (said,) = panel.readouts
    assert len(panel.marks) == 1 + int(said.value.split()[0])
    assert min(y for mark in panel.marks for y in mark.y) >= panel.y.low


def test_clicks_elsewhere_lead_nowhere():
    state = replace(START, view="advisor")
    for panel, mark in (("advisor", "fit"), ("advisor", ""), ("advisor", "finding-99"), ("fit", "train")):
        click = Gesture(kind="click", panel=panel, mark=mark, index=0, x=0, y=0, from_x=0, from_y=0)
        assert LAB.link(state, click) is None


def test_the_present_fit_is_judged_by_its_own_rows():
    for changes in ({"degree": 3}, {"degree": 20}, {"validation": 0.0}):
        frame = last(view="advisor", **changes)
        words = " ".join(place(frame, "advisor", "fit").labels)
        train, validation = frame.readout("train_mse"), frame.readout("validation_mse")
        if validation is None:
            assert "no validation rows" in words
        elif train < 1e-9:
            assert "passes through every training row" in words
        else:
            assert f"{validation / train:.3g} times" in words


def test_every_finding_leads_to_a_lab_and_a_state_that_it_takes():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 8))
    X[:, 1] = X[:, 0] + 0.05 * X[:, 1]
    X[:, 2] = 3.0 * X[:, 3]
    X[:, 4] *= 100.0
    X[:, 5] = 1.0
    y = X[:, 0] + rng.normal(size=30)
    y[3] = 40.0
    noise = rng.normal(size=(25, 20)), rng.normal(size=25)
    seen = [*advise(X, y), *advise(*noise), *advise(rng.normal(size=(9, 20)), rng.normal(size=9)),
            *advise(X, y > 0.5), *advise(X, np.ones(30))]  # fmt: skip
    assert len({finding.key for finding in seen}) >= 11
    for finding in seen:
        lab = find(finding.lab)
        state = replace(lab.State(), **dict(finding.state))
        assert all(getattr(state, name) == value for name, value in finding.state)
