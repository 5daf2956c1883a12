"""What neural labs share: runs, the training loop, panels, read-outs, snippets."""

import ast
from dataclasses import dataclass, replace

import numpy as np
import pytest

from regviz.data.planar import PROBLEMS
from regviz.lab import Frame, controls, slider
from regviz.labs import _nets as nets
from regviz.neural import Adam, Batches, Trainer, mlp

SMALL = {"steps": 60, "width": 6, "train_size": 30}


@dataclass(frozen=True)
class State(nets.NetControls):
    decay: float = slider(0.02, 0.0, 1.0, help="λ of the second net.")


def small(**changes):
    return State(**SMALL | changes)


def hyper(state):
    return nets.hyper(state, l2=(0.0, state.decay))


def run_of(state, **words):
    return nets.Run(state, "plain", "decay", hyper=hyper(state), **words)


def every_panel(state, run):
    panels = [*nets.pictures(state, run), nets.losses(state, run), nets.histogram(run)]
    panels += [nets.norms(state, run, 1), nets.curves(state, run, "distance", "Wandering", "‖w − w₀‖")]
    panels += [nets.diagram(state, run, k) for k in range(2)]
    if run.task.classes:
        panels.append(nets.accuracies(state, run))
    if run.task.planar:
        panels.append(nets.units(state, run, 1))
    return tuple(panels)


def picture(state, run):
    return Frame(
        panels=every_panel(state, run), readouts=nets.readouts(run), caption="A run.", message=nets.diverged(run),
        status=nets.status(state, run), progress=nets.progress(state, run), subtitle=nets.subtitle(state, run),
    )  # fmt: skip


def frames_of(state):
    return list(nets.train(state, run_of(state), hyper, picture))


@pytest.mark.parametrize("dataset", PROBLEMS)
def test_every_problem_is_shown_and_learned(dataset):
    frames = frames_of(small(dataset=dataset, steps=200, pace=50, rate=0.02))
    assert [frame.readout("step") for frame in frames] == [0, 50, 100, 150, 200]
    assert [frame.status for frame in frames] == ["running"] * 4 + ["stopped"]
    assert frames[-1].progress == 1.0
    assert frames[-1].readout("train_loss_a") < 0.8 * frames[0].readout("train_loss_a")
    assert frames[-1].readout("distance_b") < frames[-1].readout("distance_a"), "decay holds the weights back"
    gap = frames[-1].readout("validation_loss_a") - frames[-1].readout("train_loss_a")
    assert frames[-1].readout("gap_a") == pytest.approx(gap)


def test_the_numbers_do_not_depend_on_the_pace():
    slow, fast = frames_of(small(pace=7))[-1], frames_of(small(pace=60))[-1]
    assert [r.value for r in slow.readouts] == [r.value for r in fast.readouts]
    for panel in slow.panels:
        other = fast.panel(panel.key).to_json()
        assert {k: v for k, v in panel.to_json().items() if k not in "xy"} == {
            k: v for k, v in other.items() if k not in "xy"
        }


def test_a_run_is_a_plain_training_of_the_engine():
    state = small(dataset="moons")
    run = run_of(state)
    run.advance(25)
    part = run.task.train
    source = Batches(part.X, part.y[:, None], state.batch, state.seed)
    net = mlp(2, (6, 6), 1, loss="logistic")
    trainer = Trainer(net, source, hyper(state), variants=2, optimiser=Adam(), seed=state.seed)
    trainer.step(25)
    assert np.array_equal(trainer.params, run.params)


def test_curves_end_at_the_scores_of_the_present_weights():
    """Each part's loss and accuracy by its own name, whether a net is frozen or not."""
    run = run_of(small(label_noise=0.2))
    for freeze in (0, 20):
        run.freeze(freeze)
        run.advance(25)
        for part in ("train", "validation"):
            data = getattr(run.task, part)
            truth = run.evaluator.score(data.X, data.y, run.params)
            for name, values in (("loss", truth.loss), ("accuracy", truth.accuracy)):
                live = 1 if freeze else 0
                np.testing.assert_array_equal(run.curve(f"{part}_{name}")[1][-1, live:], values[live:])


def test_changed_hyper_parameters_are_taken_in_without_a_restart():
    state = small(pace=10)
    run = run_of(state)
    training = nets.train(state, run, hyper, picture)
    next(training)
    frame = next(training)
    after = training.send(replace(state, rate=0.0))
    assert after.readout("step") == frame.readout("step") == 10, "a state that is sent shows the same moment"
    still = next(training)
    assert still.readout("step") == 20
    assert still.readout("train_loss_a") == frame.readout("train_loss_a")


def test_going_back_gives_the_earlier_moment_to_the_bit():
    state = small(optimiser="momentum", pace=9)
    there = run_of(state)
    there.advance(23)
    run = run_of(state)
    run.advance(57)
    run.turn_back(23)
    assert run.step == 23
    assert np.array_equal(run.params, there.params)
    for ours, theirs in zip(run.curve("validation_loss"), there.curve("validation_loss"), strict=True):
        assert np.array_equal(ours, theirs)
    training = nets.train(state, run, hyper, picture)
    next(training)
    assert training.send(replace(state, steps=11)).readout("step") == 11


def test_a_finished_training_shows_new_views_and_goes_on_when_asked():
    state = small(pace=60)
    training = nets.train(state, run_of(state), hyper, picture)
    assert [next(training).progress for _ in range(2)] == [0.0, 1.0]
    assert training.send(replace(state, probe_x=1.0)).progress == 1.0
    assert training.send(replace(state, probe_x=1.0, steps=120)).progress == 0.5
    assert next(training).readout("step") == 120
    with pytest.raises(StopIteration):
        next(training)


def test_a_diverged_net_is_said_and_not_clipped():
    state = small(optimiser="sgd", rate=200.0, activation="relu", dataset="sine", decay=0.0)
    frames = frames_of(state)
    assert frames[-1].status == "diverged"
    assert frames[-1].message.count("diverged") == 2
    assert "“plain” diverged at step" in frames[-1].message
    assert frames[-1].readout("train_loss_a") is None
    assert frames[-1].readout("step") < state.steps, "nothing is left to train"
    curve = frames[-1].panel("losses").mark("train").y[0]
    assert np.isnan(curve[-1])
    assert curve[0] > 0


def test_one_diverged_variant_leaves_the_other_alone():
    state = small(dataset="moons")
    rates = lambda s: nets.hyper(s, rate=(s.rate, 1e38))  # noqa: E731
    run = nets.Run(state, "good", "wild", hyper=rates(state))
    alone = nets.Run(state, "good", hyper=nets.hyper(state))
    frame = list(nets.train(state, run, rates, picture))[-1]
    alone.advance(state.steps)
    assert "“wild” diverged" in frame.message
    assert "good" not in frame.message
    assert frame.readout("train_accuracy_b") is None
    assert frame.readout("step") == state.steps
    assert run.params[0] == pytest.approx(alone.params[0], abs=1e-4)


def test_axes_stay_the_same_objects_while_their_values_fit():
    state = small(pace=10)
    first, *rest = [{panel.key: (panel.x, panel.y) for panel in frame.panels} for frame in frames_of(state)]
    for later in rest:
        assert all(later[key][0] is first[key][0] for key in first if key != "weights")
        assert later["surface_a"] == first["surface_a"]
    run = run_of(state)
    small_one = nets.grown(run, "x", [0.5], least=1.0)
    assert nets.grown(run, "x", [1.0]) is small_one
    assert nets.grown(run, "x", [1.01]).high == 1.5
    assert nets.grown(run, "x", [40.0, np.nan]).high == pytest.approx(44.0)
    assert nets.grown(run, "x", [1.0]).high == pytest.approx(44.0), "it never shrinks"


def test_still_data_points_are_the_same_marks():
    frames = frames_of(small(pace=30))
    assert len({id(frame.panel("surface_a").mark("class0")) for frame in frames}) == 1


def test_the_diagram_has_the_weights_of_the_net():
    state = small(width=3, layers=1)
    run = run_of(state)
    graph = nets.diagram(state, run, 1).mark("net")
    matrices = [p.weights(run.params)[1] for p in run.net.dense]
    ends = {(int(a), int(b)): w for a, b, w in zip(graph.source, graph.target, graph.weights, strict=True)}
    assert len(ends) == 2 * 3 + 3
    for i in range(2):
        for j in range(3):
            assert ends[i, 2 + j] == matrices[0][j, i]
    assert [ends[2 + j, 5] for j in range(3)] == matrices[1][0].tolist()
    hidden = np.tanh(run.net.dense[0].of(run.params)[1] @ [state.probe_x, state.probe_y, 1.0])
    assert graph.values[2:5] == pytest.approx(hidden, abs=1e-6)


def test_dropped_units_are_dead_in_the_diagram():
    state = small(width=4, layers=2)
    alive = np.array([[1, 0, 1, 0], [0, 1, 1, 1]])
    graph = nets.diagram(state, run_of(state), alive=alive).mark("net")
    assert graph.alive.tolist() == [1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1]


def test_wide_layers_show_their_first_units():
    panel = nets.diagram(small(width=40, layers=2), run_of(small(width=40, layers=2)))
    assert len(panel.mark("net").x) == 2 + 10 + 10 + 1
    assert panel.mark("sizes").labels == ("in", "10 of 40", "10 of 40", "out")


def test_the_surface_is_the_net_at_its_cells():
    state = small(dataset="moons")
    run = run_of(state)
    run.advance(40)
    field = nets.surface(state, run, 1).mark("surface")
    left, right, bottom, top = field.extent
    rows, columns = field.z.shape
    row, column = 7, 31
    x = left + (column + 0.5) * (right - left) / columns
    y = bottom + (row + 0.5) * (top - bottom) / rows
    assert field.z[row, column] == pytest.approx(run.evaluator.predict([[x, y]], run.params)[1, 0, 0], abs=1e-6)


def test_units_show_what_they_say():
    state = small(dataset="xor", width=5, layers=1)
    run = run_of(state)
    images = nets.units(state, run, 0).mark("units").images
    assert images.shape[0] == 5
    top_left = nets.node_values(run, np.array([[-1.4 + 0.0875, 1 - 0.0625]]) * run.task.reach)[1][0, :, 0]
    assert images[:, 0, 0] == pytest.approx(top_left, abs=1e-6)


def test_histogram_counts_every_weight_of_a_layer():
    run = run_of(small())
    counts = nets.histogram(run).mark("weights").y[0][:-1]
    assert counts.sum() == 2 * 6 + 6 * 6 + 6
    assert nets.histogram(run, layer=1).mark("weights").y[0][:-1].sum() == 36


def test_digits_are_a_task_too():
    state = replace(State(train_size=100), dataset="digits", noise=0.1, label_noise=0.2)
    task = nets.task(state)
    assert (task.classes, task.inputs, task.outputs, task.loss) == (10, 64, 10, "softmax")
    assert len(task.train.y) == 100
    assert 5 < task.train.flipped.sum() < 40
    assert not task.test.flipped.any()
    assert np.abs(task.test.X).max() == 1.0
    assert np.abs(task.train.X).max() > 1.0
    run = nets.Run(state)
    run.advance(100)
    assert run.score("train").accuracy[0] > 0.5


def test_key_names_what_needs_a_fresh_start():
    state = State()
    absorbed = {"rate", "steps", "pace", "probe_x", "probe_y", "decay", "freeze", "inside"}
    for control in controls(state):
        other = {"float": 0.123, "int": 17}.get(control.kind)
        if control.kind == "choice":
            other = next(choice for choice in control.choices if choice != control.default)
        changed = nets.key(replace(state, **{control.name: other})) != nets.key(state)
        assert changed == (control.name not in absorbed), control.name


@pytest.mark.parametrize("optimiser", ["adam", "sgd", "momentum"])
@pytest.mark.parametrize("dataset", ["moons", "gaussians", "sine"])
def test_snippets_are_python_with_the_numbers_on_screen(optimiser, dataset):
    state = small(optimiser=optimiser, dataset=dataset, activation="relu", rate=0.037)
    code = nets.pytorch(state, about="A net", norm="nn.LayerNorm({width})", dropout=0.25, after=["done = True"])
    ast.parse(code)
    for piece in ("lr=0.037", "nn.Dropout(0.25)", "nn.LayerNorm(6)", "range(60)", "nn.ReLU()", "    done = True"):
        assert piece in code
    assert code.count("nn.Linear(") == 3
    assert ("momentum=0.9" in code) == (optimiser == "momentum")
    assert {"moons": "BCEWithLogits", "gaussians": "CrossEntropy", "sine": "MSE"}[dataset] in code
    assert "AdamW" in nets.rule(small(optimiser="adam"), decay=0.1)
    assert "AdamW" not in nets.rule(small(optimiser="adam"), decay=0.1, decoupled=False)
