"""The guide: every lab has a row, every row is true of the frame that its state gives, marks are the advisor's."""

import ast
import inspect
import re
import string

import pytest

from regviz.data import bundled_names
from regviz.export import last_frame
from regviz.lab import WHOLE, Gesture, Handle, Rule, Text, controls, replace
from regviz.lab.document import restore
from regviz.labs import find, labs
from regviz.labs._data import load, source
from regviz.labs.guide import AREAS, cards, lab, shown, words
from regviz.labs.guide.methods import METHODS, OF_AREA, OF_KEY, POINTS, rows_of
from regviz.linear import advise as advisor
from regviz.linear.advise import Finding, advise

START = lab.State()
every_row = pytest.mark.parametrize("method", METHODS, ids=[method.key for method in METHODS])


def last(**changes):
    return last_frame(lab, replace(START, **changes))


def click(panel, mark, index=0, kind="click"):
    return Gesture(kind=kind, panel=panel, mark=mark, index=index, x=0, y=0, from_x=0, from_y=0)


def marks(frame, kind=Text):
    return [(panel.key, mark) for panel in frame.panels for mark in panel.marks if isinstance(mark, kind)]


# The rows.


def test_every_lab_is_reached_from_a_row():
    assert {each.name for each in labs()} - {lab.name} == {method.lab for method in METHODS}


@every_row
def test_the_state_of_a_row_shows_what_the_row_claims(method):
    there = find(method.lab)
    state = replace(there.State(), **dict(method.fields))
    assert state == restore(there, {name: getattr(state, name) for name in (c.name for c in controls(there.State))})
    frame = next(there.frames(state)) if method.early else last_frame(there, state)
    assert frame.status not in ("diverged", "undefined"), frame.message
    assert method.holds(frame), {each.name: each.value for each in frame.readouts}
    assert frame.panel(method.panel).marks
    told = method.told(frame)
    assert "undefined" not in told
    assert re.search(r"\d", told)
    shown.keep((cards.borrowed(frame.panel(method.panel)), told, frame.status), method.key)


@every_row
def test_a_row_sets_only_what_matters_in_its_state(method):
    state = replace(find(method.lab).State(), **dict(method.fields))
    known = {control.name: control for control in controls(state)}
    assert all(known[name].applies(state) for name, _ in method.fields)


@every_row
def test_a_row_says_all_and_says_it_shortly(method):
    assert method.area in AREAS
    assert len(method.name) <= 30
    assert len(method.idea) <= 44
    assert method.idea[-1] not in ".!?"
    assert 10 <= len(method.formula) <= 62
    for sentence in (method.reach, method.careful, method.telling):
        assert re.fullmatch(r"[^\n]{15,190}\.", sentence), sentence
    named = {name for _, name, _, _ in string.Formatter().parse(method.telling) if name}
    assert named or re.search(r"\d", method.telling)


def test_rows_are_as_many_as_an_area_can_hold():
    assert len(OF_KEY) == len(METHODS)
    assert all(1 <= len(rows) <= cards.MOST for rows in OF_AREA.values())
    assert sum(map(len, OF_AREA.values())) == len(METHODS)


SUBJECT = {
    "ridge", "lasso", "elastic-net", "group-lasso", "lq", "path", "cross-validation", "criteria", "gaussian-prior",
    "laplace-prior", "bagging", "early-stopping", "dropout", "weight-decay", "batch-norm", "layer-norm", "augmentation",
    "smoothing", "mixup", "noise", "adversarial", "stochastic-depth", "spectral-norm", "sam", "sgd-noise",
    "minimum-norm", "pac-bayes", "mdl", "bottleneck", "ensemble", "validation",
}  # fmt: skip


def test_the_whole_subject_has_rows():
    assert set(OF_KEY) >= SUBJECT


def test_a_false_claim_would_be_seen():
    """The predicates can fail: least squares has no zeros, a short fit no gap."""
    there = find("shrinkage")
    assert not OF_KEY["lasso"].holds(last_frame(there, replace(there.State(), penalty="none")))
    assert not OF_KEY["ridge"].holds(last_frame(there, replace(there.State(), penalty="lasso", lam="0.3")))
    there = find("overfitting")
    assert not OF_KEY["validation"].holds(last_frame(there, replace(there.State(), degree="3")))
    there = find("sam")
    assert not OF_KEY["sam"].holds(last_frame(there, replace(there.State(), rho="0")))
    there = find("stability")
    assert not OF_KEY["standardise"].holds(last_frame(there, replace(there.State(), tab="scale", factor="1")))
    for key, wrong in (("evidence", {"lam": "0.3"}), ("mdl", {"degree": "9"}), ("bottleneck", {"beta": "500"})):
        there = find(OF_KEY[key].lab)
        state = replace(there.State(), **{**dict(OF_KEY[key].fields), **wrong})
        assert not OF_KEY[key].holds(last_frame(there, state))


# The page.


def test_the_map_names_every_method_with_its_idea_and_leads_to_its_lab():
    seen = set()
    for panel in last().panels:
        rows = panel.mark(cards.ROWS)
        for index, method in enumerate(OF_AREA[panel.key]):
            assert rows.labels[2 * index : 2 * index + 2] == (method.name, method.idea)
            assert lab.link(START, click(panel.key, cards.ROWS, 2 * index)) == (method.lab, dict(method.fields))
            card = click(panel.key, cards.ROWS, 2 * index + 1)
            assert lab.link(START, card) is None
            assert lab.gesture(START, card) == {"view": "method", "method": method.key}
            seen.add(method.key)
    assert seen == set(OF_KEY)


@pytest.mark.parametrize("area", AREAS)
def test_an_area_shows_every_card_whole(area):
    state = replace(START, view="area", area=area)
    frame = last_frame(lab, state)
    assert [panel.title for panel in frame.panels] == [method.name for method in OF_AREA[area]]
    for panel in frame.panels:
        method = OF_KEY[panel.key]
        said = " ".join(label for mark in panel.marks for label in mark.labels)
        for part in (method.idea, method.formula, method.reach, method.careful):
            assert " ".join(part.split()) in " ".join(said.split())
        for mark in panel.marks:
            assert panel.y.low <= mark.y.min()
            assert lab.link(state, click(panel.key, mark.key)) == method.target()


@every_row
def test_a_card_has_the_picture_of_its_lab_and_return_goes_there(method):
    state = replace(START, view="method", method=method.key)
    frame = last_frame(lab, state)
    panel, told, status = shown(method.key)
    assert frame.panel("picture") is panel
    assert frame.status == status
    card = frame.panel("card")
    said = " ".join(" ".join(mark.labels) for mark in card.marks)
    for part in (method.idea, method.formula, method.reach, method.careful, told, f"→ {method.lab}"):
        assert " ".join(part.split()) in " ".join(said.split())
    assert min(mark.y.min() for mark in card.marks) >= card.y.low
    assert lab.link(state, WHOLE) == lab.link(state, click("card", "go")) == method.target()


def test_a_borrowed_picture_moves_nothing():
    there = find("shrinkage")
    panel = next(there.frames(there.State())).panel("path")
    assert any(isinstance(mark, Rule) and mark.bound for mark in panel.marks)
    for mark in cards.borrowed(panel).marks:
        assert not getattr(mark, "bound", "")
    handle = Handle(key="h", x=0.0, y=0.0, bound_x="w1", bound_y="w2")
    still = cards.borrowed(type(panel)(key="p", title="p", x=panel.x, y=panel.y, marks=(handle,))).mark("h")
    assert (still.bound_x, still.bound_y) == ("", "")


@pytest.mark.parametrize("key", ["ridge", "cross-validation", "spectral-norm", "minimum-norm"])
def test_a_picture_is_drawn_as_the_lab_draws_it(key):
    shown.answers.clear()
    *drawing, end = lab.frames(replace(START, view="method", method=key))
    assert drawing[0].panel("picture") is cards.WAITING
    assert {frame.status for frame in drawing} == {"running"}
    (again,) = lab.frames(replace(START, view="method", method=key))
    assert again.panel("picture") is end.panel("picture")
    assert again.caption == end.caption


def test_the_first_picture_of_a_card_does_not_wait_for_its_lab(monkeypatch):
    asked = []
    monkeypatch.setattr("regviz.labs.guide.find", lambda name: asked.append(name))
    shown.answers.clear()
    frame = next(lab.frames(replace(START, view="method", method="ridge")))
    assert frame.panel("picture") is cards.WAITING
    assert frame.status == "running"
    assert not asked


def test_the_page_of_words_has_every_method_with_a_link_that_opens():
    text = last().pages["All methods"]
    links = re.findall(r"\]\(lab:([a-z-]+)\?[^)]*\)", text)
    assert links == [method.lab for area in AREAS for method in OF_AREA[area]]
    for method in METHODS:
        assert f"**{words.escaped(method.name)}.**" in text
        assert words.escaped(method.careful) in text


def test_clicks_elsewhere_lead_nowhere():
    for gesture in (
        click("data", ""), click("data", "found"), click("picture", "bars"), click("card", ""),
        click("advisor", "finding-99"), click("advisor", "nothing"), click("data", cards.ROWS, kind="drag"),
    ):  # fmt: skip
        assert lab.link(START, gesture) is None
        assert lab.gesture(START, gesture) == {}


# The advisor.


def kinds():
    """Every kind of finding that the advisor's source can make."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(advisor))) if isinstance(node, ast.Call)]
    made = [call.args[0] for call in calls if getattr(call.func, "id", "") == "Finding"]
    return {node.value for node in made if isinstance(node, ast.Constant)}


def test_every_kind_of_finding_points_to_rows():
    assert kinds() == set(POINTS) | {"penalty"}
    assert {key for keys in POINTS.values() for key in keys} <= set(OF_KEY)
    for penalty in advisor._REASONS:
        finding = Finding("penalty", 1.0, "", "", "shrinkage", (("penalty", penalty),))
        assert set(rows_of(finding)) <= set(OF_KEY)


def found_in(state):
    """The advisor's own answer for the data of ``state``."""
    data = load(source(state))
    target = data.y if data.outcomes is None else data.outcomes
    return advise(data.X, target, names=data.problem.names, groups=data.groups)


@pytest.mark.parametrize("dataset", ["synthetic", "diabetes", "birthwt", "longley", "cement", "prostate"])
def test_marks_are_the_advisors_findings(dataset):
    state = replace(START, dataset=dataset)
    findings = found_in(state)
    expected = {}
    for number, finding in enumerate(findings, start=1):
        for key in rows_of(finding):
            expected.setdefault(key, []).append(number)
    frame = last_frame(lab, state)
    marked = {}
    for panel in frame.panels:
        for mark in panel.marks:
            if mark.key == "found":
                at = dict(zip(mark.y, mark.labels, strict=True))
                rows = panel.mark(cards.ROWS)
                names = dict(zip(rows.y[::2], OF_AREA[panel.key], strict=True))
                marked |= {names[y].key: [int(k) for k in re.findall(r"\d+", said)] for y, said in at.items()}
    assert marked == expected
    assert frame.readout("findings") == len(findings)
    assert frame.readout("marked") == len(expected)
    assert f"{len(findings)} finding" in frame.caption or not findings


@pytest.mark.parametrize("dataset", ["synthetic", "birthwt", "longley"])
def test_the_advisors_page_tells_every_finding_and_leads_where_it_says(dataset):
    state = replace(START, view="advisor", dataset=dataset)
    frame, findings = last_frame(lab, state), found_in(state)
    for k, finding in enumerate(findings):
        said = " ".join(frame.panel("advisor").mark(f"finding-{k}").labels)
        assert said.startswith(" ".join(f"{k + 1} {finding.says} {finding.means}".split())) or said.replace(
            "- ", "-"
        ).replace("  ", " ").startswith(f"{k + 1} {finding.says} {finding.means}")
        for key in rows_of(finding):
            assert OF_KEY[key].name in said
        target = lab.link(state, click("advisor", f"finding-{k}"))
        assert target == (finding.lab, {name: str(value) for name, value in finding.state})
        replace(find(target[0]).State(), **target[1])
    pointed = {key for finding in findings for key in rows_of(finding)}
    assert {mark.key for mark in frame.panel("pointed").marks} == pointed
    for key in pointed:
        assert lab.link(state, click("pointed", key)) == OF_KEY[key].target()


def test_a_card_tells_the_findings_that_point_to_it():
    state = replace(START, view="method", method="ridge", dataset="longley")
    shown.keep((cards.WAITING, "It is shown.", "exact"), "ridge")
    card = last_frame(lab, state).panel("card")
    shown.answers.clear()
    for k, finding in enumerate(found_in(state)):
        mine = "ridge" in rows_of(finding)
        assert (f"finding-{k}" in {mark.key for mark in card.marks}) == mine
        if mine:
            first = card.mark(f"finding-{k}").labels[0]
            assert first.startswith(f"◀ {k + 1}  {finding.says[:20]}")


def test_a_large_table_is_read_after_the_first_picture(tmp_path):
    table = tmp_path / "large.csv"
    rows = ["y," + ",".join(f"x{j}" for j in range(10))]
    rows += [",".join(str((i * (j + 3)) % 97) for j in range(11)) for i in range(2_100)]
    table.write_text("\n".join(rows), encoding="utf-8")
    for view in ("map", "area", "advisor"):
        first = next(lab.frames(replace(START, dataset=str(table), view=view)))
        assert first.status == "running"
        assert first.readout("findings") is None
        assert "reading" in first.caption


@pytest.mark.parametrize("dataset", ["synthetic", *(name for name in bundled_names() if name != "mcycle")])
@pytest.mark.parametrize("view", ["advisor", "map"])
def test_no_line_leaves_its_card(dataset, view):
    frame = last(dataset=dataset, view=view)
    for key, mark in marks(frame):
        panel = frame.panel(key)
        assert panel.y.low <= mark.y.min() <= mark.y.max() <= panel.y.high


@pytest.mark.parametrize(("count", "said"), [(0, "no findings"), (1, "1 finding "), (2, "2 findings")])
def test_findings_are_counted_in_words(count, said):
    for caption in (words.on_area("theory", "it", count), words.on_map(36, 18, "it", count, count)):
        assert f"has {said.strip()} on it" in caption


@every_row
def test_no_word_hangs_from_an_underscore(method):
    """Cards are plain text: λ min is read, λ_min is source code."""
    assert not re.search(r"_\w{2}", f"{method.formula} {re.sub(r'{.*?}', '', method.telling)}")
