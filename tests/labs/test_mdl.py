"""The mdl lab on screen: bits add up and decode, minima are marked where they are, snippets give the same numbers."""

from dataclasses import replace

import numpy as np
import pytest

from regviz.data import resource
from regviz.export import last_frame
from regviz.lab import Gesture
from regviz.labs.mdl import joints, lab, penalties, polynomials, trees
from regviz.labs.mdl.state import (
    BINNING,
    BOTTLENECK,
    CURVES,
    GAUSSIAN,
    JOINTS,
    PENALTIES,
    POLYNOMIALS,
    SHAPES,
    TABS,
    TREES,
    MdlState,
)
from regviz.theory.description_length_polynomial import CODES


def shown_bits(frame):
    return "".join("1" if fade == 1.0 else "0" for fade in frame.panel("message").mark("bits").fade)


@pytest.mark.parametrize("changes", [
    {}, {"degree": 14, "code": "Elias δ"}, {"curve": "sine", "n": 8, "degree": 9}, {"noise": 5.0, "cell": 10},
    {"curve": "noise only", "n": 4}, {"noise": 0.01, "cell": 2, "code": "Elias γ"},
])  # fmt: skip
def test_polynomial_stacks_are_the_bits_that_are_sent(changes):
    state = replace(MdlState(), **changes)
    frame, made = last_frame(lab, state), polynomials.curve_of(state)
    panel, d = frame.panel("bits"), frame.readout("degree")
    total = panel.mark("model").values + panel.mark("residuals").values
    assert total[d] == frame.readout("bits") == sum(part.value for part in frame.parts)
    assert total.tolist() == [len(message.bits) for message in made.messages]
    assert panel.mark("shortest").x[0] == np.argmin(total) == frame.readout("shortest_degree")
    assert panel.mark("shortest").y[0] == total.min()
    assert made.messages[d].bits.startswith(shown_bits(frame))
    assert frame.certificate.holds


def test_the_shortest_message_finds_the_cubic_and_a_line_in_noise():
    assert last_frame(lab, MdlState()).readout("shortest_degree") == 3
    assert last_frame(lab, MdlState()).readout("bic_degree") == 3
    assert last_frame(lab, MdlState(curve="noise only")).readout("shortest_degree") == 0
    assert last_frame(lab, MdlState(curve="line", noise=1.0)).readout("shortest_degree") == 1
    noisy = last_frame(lab, MdlState(noise=5.0))
    assert noisy.readout("shortest_degree") < 3, "bits for a cubic do not pay"


@pytest.mark.parametrize("changes", [{}, {"shape": "disc", "n": 200}, {"shape": "noise only"}, {"n": 4, "leaves": 24}])
def test_tree_stacks_are_the_bits_that_are_sent(changes):
    state = replace(MdlState(tab=TREES), **changes)
    frame = last_frame(lab, state)
    count = frame.readout("leaves")
    panel = frame.panel("bits")
    parts = [np.nan_to_num(panel.mark(part).values) for part in trees.PARTS]
    total = np.sum(parts, axis=0)
    assert total[count - 1] == frame.readout("bits") == sum(part.value for part in frame.parts)
    assert panel.mark("shortest").x[0] + 1 == np.argmin(total) + 1 == frame.readout("shortest_leaves")
    assert panel.mark("shortest").y[0] == total.min()
    assert len(shown_bits(frame)) == min(frame.readout("bits"), 576)
    assert frame.certificate.holds


def test_trees_for_noise_are_a_single_leaf():
    for seed in range(4):
        frame = last_frame(lab, MdlState(tab=TREES, shape="noise only", seed=seed, n=100))
        assert frame.readout("shortest_leaves") == 1


@pytest.mark.parametrize("penalty", ["ridge", "lasso"])
@pytest.mark.parametrize("changes", [{}, {"lam": 100.0}, {"lam": 1e-4, "n": 6, "features": 30}, {"digits": 0}])
def test_penalties_are_codes_that_decode(penalty, changes):
    state = replace(MdlState(tab=PENALTIES, penalty=penalty), **changes)
    frame, made = last_frame(lab, state), penalties.scene_of(state)
    total = frame.panel("bits").mark("bits").y[2]
    assert frame.certificate.holds
    assert np.argmin(total) == made.best
    assert frame.panel("bits").mark("shortest").y[0] == total.min()
    at = penalties.index_of(state.lam)
    assert total[at] <= frame.readout("bits") + 1e-6 <= total[at] + 4
    assert frame.readout("bits") == sum(part.value for part in frame.parts)
    for name, rest in (("model", " bits under"), ("data", "; the")):
        assert f" {frame.readout(f'{name}_bits')}{rest}" in frame.caption, "one number for one thing"
    assert frame.panel("validation").mark("cv_min").value == pytest.approx(
        float(np.clip(frame.readout("lam_cv"), 1e-4, 1e2))
    )


def test_the_two_choices_of_lam_are_different_questions():
    """They need not agree: they differ by a factor of more than 1.5 for some of these data."""
    ratios = []
    for seed in range(4):
        frame = last_frame(lab, MdlState(tab=PENALTIES, penalty="lasso", seed=seed))
        ratios.append(abs(np.log(frame.readout("lam_shortest") / max(frame.readout("lam_cv"), 1e-4))))
    assert max(ratios) > np.log(1.5)


def test_the_annealing_comes_in_steps_under_a_first_look():
    *early, last = lab.frames(MdlState(tab=BOTTLENECK, seed=73))
    assert last.status == "exact"
    assert len(early) > 20
    assert all(frame.panels is early[0].panels for frame in early)


@pytest.mark.parametrize("joint", JOINTS)
def test_the_bottleneck_of_every_joint(joint):
    state = MdlState(tab=BOTTLENECK, joint=joint, starts=2)
    frames = list(lab.frames(state))
    last = frames[-1]
    curve = last.panel("plane").mark("curve")
    assert (np.diff(np.diff(curve.y[0]) / np.diff(curve.x)) <= 1e-9).all()
    assert last.readout("told") <= np.interp(last.readout("kept"), curve.x, curve.y[0]) + 1e-3
    assert last.readout("told") <= min(last.readout("kept"), last.readout("relevant")) + 1e-9
    path = joints.annealing(joints.key(state))
    assert path.told[0] == pytest.approx(last.readout("relevant"), rel=5e-3)
    first = path.betas[path.clusters > 1].min()
    assert first == pytest.approx(last.readout("critical"), rel=0.08), "begins to split where it becomes unstable"
    again = last_frame(lab, state)
    assert again.panel("plane").mark("curve") is curve, "what does not change is the same object"


def test_with_everything_blurred_there_is_nothing_to_keep():
    frame = last_frame(lab, MdlState(tab=BOTTLENECK, blur=1.0))
    assert "nothing to keep" in frame.caption
    assert frame.readout("critical") is None


def test_random_starts_end_in_worse_optima_at_large_beta():
    frame = last_frame(lab, MdlState(tab=BOTTLENECK, joint="ring", beta=200.0))
    assert frame.readout("worse") >= 10
    assert frame.readout("least_share") < 0.97 < frame.readout("share") <= 1.0
    assert frame.readout("most_share") <= frame.readout("share") + 1e-9
    assert f"12 random starts {frame.readout('worse')} ended" in frame.caption


@pytest.mark.parametrize("beta", [1.0, 3.0, 1000.0])
def test_the_gaussian_view_counts_eigenvectors_in_use(beta):
    state = MdlState(tab=GAUSSIAN, beta=beta, dimensions=4)
    frame = last_frame(lab, state)
    rho = 0.9 * 0.7 ** np.arange(4)
    assert frame.readout("entered") == np.count_nonzero(rho**-2.0 < beta)
    assert frame.readout("critical_2") == pytest.approx(rho[1] ** -2.0)
    assert len(frame.panel("projections").mark("rows").x) == frame.readout("entered")


def namespace(state):
    found = {}
    exec(lab.snippets(state)["NumPy"], found)
    return found


@pytest.mark.parametrize("changes", [{}, {"degree": 6, "code": "Elias δ", "curve": "sine"}])
def test_the_polynomial_snippet_gives_the_numbers_on_screen(changes):
    state = replace(MdlState(), **changes)
    found, frame = namespace(state), last_frame(lab, state)
    assert found["model_bits"] == frame.readout("model_bits")
    assert 0 <= frame.readout("data_bits") - found["data_bits"] + 1e-3 <= 2.01
    assert found["bic"] == pytest.approx(frame.readout("bic"))


def test_the_tree_snippet_gives_the_numbers_on_screen():
    for leaves in (1, 4, 9):
        state = MdlState(tab=TREES, leaves=leaves)
        assert namespace(state)["bits"] == last_frame(lab, state).readout("bits")


@pytest.mark.parametrize("penalty", ["ridge", "lasso"])
def test_the_penalty_snippet_gives_the_numbers_on_screen(penalty):
    state = MdlState(tab=PENALTIES, penalty=penalty)
    found, frame = namespace(state), last_frame(lab, state)
    assert 0 <= frame.readout("model_bits") - found["model_bits"] + 0.01 <= 2.02
    assert 0 <= frame.readout("data_bits") - found["data_bits"] + 0.01 <= 2.02


@pytest.mark.parametrize("tab", [BOTTLENECK, GAUSSIAN])
def test_the_bottleneck_snippets_give_the_numbers_on_screen(tab):
    state = MdlState(tab=tab)
    found, frame = namespace(state), last_frame(lab, state)
    assert (found["kept"], found["told"]) == pytest.approx((frame.readout("kept"), frame.readout("told")), abs=1e-3)
    critical = found["critical"] if tab == BOTTLENECK else found["critical"][0]
    assert critical == pytest.approx(frame.readout("critical" if tab == BOTTLENECK else "critical_1"))


def test_the_binning_snippet_gives_the_numbers_on_screen():
    found, frame = namespace(MdlState(tab=BINNING)), last_frame(lab, MdlState(tab=BINNING))
    for kind in ("tanh", "relu"):
        on_screen = [frame.readout(f"{kind}_first"), frame.readout(f"{kind}_second")]
        assert found[kind] == pytest.approx(on_screen, abs=0.01)


def test_a_click_on_a_stack_chooses_it():
    click = {"kind": "click", "panel": "bits", "index": 5, "x": 5.0, "y": 9.0, "from_x": 5.0, "from_y": 9.0}
    assert lab.gesture(MdlState(), Gesture(mark="residuals", **click)) == {"degree": 5}
    assert lab.gesture(MdlState(tab=TREES), Gesture(mark="splits", **click)) == {"leaves": 6}
    assert lab.gesture(MdlState(tab=GAUSSIAN), Gesture(mark="splits", **click)) == {}


def test_every_choice_has_a_picture():
    for tab in TABS:
        assert last_frame(lab, MdlState(tab=tab)).panels
    for curve in CURVES:
        for code in CODES:
            assert last_frame(lab, MdlState(tab=POLYNOMIALS, curve=curve, code=code, n=9)).certificate.holds
    for shape in SHAPES:
        assert last_frame(lab, MdlState(tab=TREES, shape=shape)).certificate.holds


def test_the_answer_of_the_question_before_the_polynomials():
    made = polynomials.curve_of(MdlState())
    few, many = made.messages[3], made.messages[14]
    text = " ".join(resource("notes", "mdl.md").read_text(encoding="utf-8").split())
    assert f"its message takes {len(few.bits)} bits" in text
    assert f"residuals keep their {len(few.data)} bits, the message grows to {len(many.bits)}." in text
    assert len(many.data) == len(few.data)
    assert many.parts.k[4:] == (0,) * 11
    assert len(many.bits) - len(few.bits) == 2 * 11 + 2
    assert len(many.parts.words()[0][1]) - len(few.parts.words()[0][1]) == 2, "the first word is the degree"
