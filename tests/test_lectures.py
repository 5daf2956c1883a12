"""The ready-made lectures: every step opens, gives its picture, says what is true of it, and the times add up."""

import json
import re

import pytest

from regviz import cli, lectures
from regviz.export import last_frame
from regviz.lab import replace
from regviz.lab.document import DocumentError
from regviz.lab.lecture import dump, load, scenes
from regviz.labs import labs

NAMES = lectures.names()
SCENES = [(name, scene) for name in NAMES for scene in scenes(lectures.find(name), labs())]
MOST_STEPS = 40
"""Training steps after which a picture is looked at here; the long version trains to the end."""


def short(state):
    return replace(state, steps=MOST_STEPS) if hasattr(state, "steps") else state


def along(scene, count=12):
    """Frames at equal shares of the step's move."""
    return [last_frame(scene.lab, scene.at(k / count)) for k in range(count + 1)]


def values(frames, name):
    return [frame.readout(name) for frame in frames]


def found(name, title):
    return next(scene for where, scene in SCENES if where == name and scene.step.title == title)


every_step = pytest.mark.parametrize(
    "scene", [scene for _, scene in SCENES], ids=[f"{name}: {scene.step.title}" for name, scene in SCENES]
)


@every_step
def test_every_step_has_its_pictures(scene):
    for state in {short(scene.start), short(scene.at(0.5)), short(scene.state)}:
        frame = last_frame(scene.lab, state)
        assert frame.panels
        assert frame.status not in ("diverged", "undefined"), frame.message


@pytest.mark.release
@every_step
def test_every_training_of_a_lecture_ends_well(scene):
    frame = last_frame(scene.lab, scene.state)
    assert frame.status not in ("diverged", "undefined"), frame.message


@every_step
def test_every_step_has_its_words(scene):
    step = scene.step
    assert step.title
    assert re.fullmatch(r"[^\n]{20,200}[.?!]", step.caption)
    assert len(step.title) <= 40
    assert step.minutes >= 1
    assert len(step.notes) >= 80
    assert not step.question or step.question.endswith("?")
    assert len(step.question) <= 160


@pytest.mark.parametrize("name", NAMES)
def test_time_suffices_and_the_file_is_in_its_own_form(name):
    lecture = lectures.find(name)
    assert 0.85 * lecture.minutes <= lecture.planned <= lecture.minutes
    assert lecture.summary
    text = dump(lecture)
    assert load(text) == lecture
    assert text == lectures.resource("lectures", f"{name}.json").read_text(encoding="utf-8")
    titles = [step.title for step in lecture.steps]
    assert len(set(titles)) == len(titles)


SUBJECT = (
    "overfitting", "shrinkage", "geometry", "path", "stability", "groups", "bayes", "early-stopping", "dropout",
    "weight-decay", "normalization", "augmentation", "stochastic-depth",
    "spectral-norm", "sam", "sgd-noise", "pac-bayes", "mdl", "guide",
)  # fmt: skip


def test_the_hour_walks_the_whole_subject_in_order():
    names = [step.lab for step in lectures.find("one-hour").steps]
    assert tuple(dict.fromkeys(names)) == SUBJECT


def test_the_quarter_is_part_of_the_subject_of_two_penalties():
    lecture = lectures.find("l1-and-l2")
    assert lecture.minutes == 15
    penalties = {dict(step.fields).get("penalty") for step in lecture.steps}
    assert {"ridge", "lasso"} <= penalties


# What the captions say.


def test_more_freedom_never_raises_the_training_error():
    scene = found("one-hour", "The key idea")
    frames = [last_frame(scene.lab, replace(scene.state, degree=degree)) for degree in range(1, 16)]
    train, expected = values(frames, "train_mse"), values(frames, "expected_mse")
    assert all(after <= before + 1e-12 for before, after in zip(train, train[1:], strict=False))
    least = expected.index(min(expected))
    assert 3 < least < 13
    assert expected[0] > 2 * expected[least]
    assert expected[-1] > 10 * expected[least]


def test_a_penalty_trades_a_little_bias_for_a_lot_of_variance():
    frames = along(found("one-hour", "A penalty takes freedom back"))
    variance, bias, df = (values(frames, name) for name in ("variance", "bias2", "df"))
    assert all(after < before for before, after in zip(variance, variance[1:], strict=False))
    assert all(after < before for before, after in zip(df, df[1:], strict=False))
    assert variance[0] - variance[-1] > 100 * (bias[-1] - bias[0])


def test_ridge_shortens_and_does_not_select():
    frames = along(found("one-hour", "L2 shrinks"))
    norms = values(frames, "l2_norm")
    assert all(after < before for before, after in zip(norms, norms[1:], strict=False))
    assert set(values(frames, "zeros")) == {0}
    assert frames[0].readout("lam_min") > 0


def test_the_lasso_sets_noise_to_zero_first():
    frames = along(found("one-hour", "L1 selects"), 40)
    zeros = values(frames, "zeros")
    assert zeros == sorted(zeros)
    assert (zeros[0], zeros[-1]) == (0, 8)
    assert "every one of them noise" in frames[-1].caption
    assert all("all noise" in frame.caption or not frame.readout("zeros") for frame in frames[:-1]
               if "every one of them noise" not in frame.caption)  # fmt: skip


def test_corner_circle_and_the_share_of_zeros():
    scene = found("one-hour", "Why corners give zeros")
    corner = last_frame(scene.lab, scene.state)
    assert corner.readout("w2_l1") == 0.0
    assert corner.readout("w1_l1") != 0.0
    assert 0.0 not in (corner.readout("w1_l2"), corner.readout("w2_l2"))
    scene = found("one-hour", "How often is it zero?")
    assert last_frame(scene.lab, scene.state).readout("share") > 0.3
    assert last_frame(scene.lab, replace(scene.state, ball="l2")).readout("share") < 0.01


def test_the_path_makes_twelve_steps_for_ten_features():
    scene = found("one-hour", "The whole path in one pass")
    frame = last_frame(scene.lab, scene.state)
    assert (frame.readout("step"), frame.readout("steps")) == (10, 12)
    assert "s3 out" in frame.caption
    after = [last_frame(scene.lab, replace(scene.state, step=step)) for step in (11, 12)]
    assert "s3 in" in after[0].caption
    assert after[1].readout("active") == 10


def test_descent_stops_near_the_least_risk():
    scene = found("one-hour", "Stopping is a filter")
    frames = [last_frame(scene.lab, replace(scene.state, iterations=t)) for t in (5, scene.state.iterations, 300)]
    early, best, late = values(frames, "risk_descent")
    assert best < min(early, late)


def test_twins_are_picked_by_chance_and_held_together():
    scene = found("one-hour", "L1 picks by chance")
    frame = last_frame(scene.lab, scene.state)
    assert frame.readout("one_lasso") > 0.5
    assert frame.readout("one_elastic_net") == 0.0
    scale = found("one-hour", "Metres or millimetres?")
    frame = last_frame(scale.lab, scale.state)
    assert frame.readout("moved_with") == 0.0
    assert frame.readout("moved_without") > 0.0


def test_whole_blocks_for_the_group_lasso_and_single_features_for_the_lasso():
    scene = found("one-hour", "Whole blocks")
    assert "keeps 2 of 6 blocks whole" in last_frame(scene.lab, scene.state).caption
    assert "the lasso 8 features spread over 3 of 6 blocks" in last_frame(scene.lab, scene.state).caption


def test_zeros_at_the_peak_and_none_at_the_mean():
    scene = found("one-hour", "A prior is a penalty")
    frame = last_frame(scene.lab, scene.state)
    assert frame.readout("zeros") > 0
    assert frame.readout("zeros_mean") == 0


def test_power_iteration_comes_from_below():
    scene = found("one-hour", "Bound the slope")
    frames = [last_frame(scene.lab, replace(scene.state, iterations=k)) for k in range(1, scene.state.iterations + 1)]
    gaps = values(frames, "gap")
    assert min(gaps) > 0.0
    assert gaps[-1] < 1e-4 < gaps[0]
    assert all(after <= before for before, after in zip(gaps, gaps[1:], strict=False))


def test_noise_carries_particles_into_the_deeper_well():
    scene = found("one-hour", "Noise that regularizes")
    shares = [last_frame(scene.lab, replace(scene.state, steps=steps)).readout("measured") for steps in (1, 100, 1000)]
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 0.5


def test_sam_ends_in_the_flat_basin():
    scene = found("one-hour", "Flat minima")
    frame = last_frame(scene.lab, scene.state)
    assert frame.readout("sharpness_b") < frame.readout("sharpness_a")


# Where they are found.


def test_lectures_are_found_by_name_and_by_path(tmp_path, capsys):
    file = tmp_path / "mine.regviz"
    file.write_text(dump(lectures.find(NAMES[0])), encoding="utf-8")
    assert lectures.find(file) == lectures.find(NAMES[0])
    with pytest.raises(DocumentError, match="ready-made ones are"):
        lectures.find("nothing")
    with pytest.raises(DocumentError, match=r"gone\.regviz cannot be read"):
        lectures.find(tmp_path / "gone.regviz")
    (tmp_path / "session.regviz").write_text('{"regviz": 1, "lab": "shrinkage", "state": {}}')
    with pytest.raises(DocumentError, match=r"session\.regviz: This is no lecture"):
        lectures.find(tmp_path / "session.regviz")


def test_the_command_lists_them_and_prints_a_lesson_plan(capsys):
    assert cli.main(["lectures"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()] == list(NAMES)
    assert cli.main(["lectures", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["planned"] for one in listed] == [lectures.find(name).planned for name in NAMES]
    assert cli.main(["lectures", "one-hour"]) == 0
    plan = capsys.readouterr().out
    for step in lectures.find("one-hour").steps:
        assert step.title in plan
        assert step.caption in plan
    assert cli.main(["lectures", "nothing"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("words", [
    ["--lecture", "nothing"], ["--lecture", "one-hour", "shrinkage"], ["--lecture", "one-hour", "--set", "lam=1"],
    ["FILE", "--set", "lam=1"], ["GONE"],
])  # fmt: skip
def test_what_cannot_be_opened_is_a_sentence(words, tmp_path, capsys):
    file, gone = tmp_path / "mine.regviz", tmp_path / "gone.regviz"
    text = dump(lectures.find("one-hour"))
    file.write_text(text, encoding="utf-8")
    gone.write_text(text.replace('"shrinkage"', '"shrunk"'), encoding="utf-8")
    given = [{"FILE": str(file), "GONE": str(gone)}.get(word, word) for word in words]
    assert cli.main(given) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_bound_weighs_a_narrow_posterior_against_a_wide_one():
    scene = found("one-hour", "Stay close to the prior")
    narrow, good, wide = (last_frame(scene.lab, replace(scene.state, s=s)) for s in (0.01, 0.2, 5.0))
    for other in (narrow, wide):
        assert other.readout("bound_kl") > good.readout("bound_kl")
    assert narrow.readout("kl") > good.readout("kl")
    assert wide.readout("true") > good.readout("true")
    kls = values(along(scene), "kl")
    assert min(kls) < kls[-1] < kls[0]


def test_the_message_is_shortest_at_degree_3_and_so_says_bic():
    scene = found("one-hour", "The shortest message")
    frame = last_frame(scene.lab, scene.state)
    assert (frame.readout("shortest_degree"), frame.readout("bic_degree")) == (3, 3)
    frames = [last_frame(scene.lab, replace(scene.state, degree=degree)) for degree in range(9)]
    model, data = values(frames, "model_bits"), values(frames, "data_bits")
    assert model == sorted(model)
    assert data == sorted(data, reverse=True)
    assert data[2] > data[3] and len(set(data[3:])) == 1


def test_clusters_split_as_beta_rises():
    frames = along(found("one-hour", "Forget what does not matter"))
    clusters, kept, told = (values(frames, name) for name in ("clusters", "kept", "told"))
    assert clusters == sorted(clusters) and clusters[0] == 1 < clusters[-1]
    assert kept == sorted(kept) and told == sorted(told)
    assert (frames[-1].readout("beta"), clusters[-1], f"{kept[-1]:.1f}") == (10.0, 4, "2.0")
    assert "of 3.58 bits" in frames[-1].caption and "tells 95.7 %" in frames[-1].caption
