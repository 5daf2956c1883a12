"""Animations: what plays back is what was painted, frame by frame; sweeps say what they cannot do."""

import dataclasses
import io
import math

import numpy as np
import pytest

import regviz
from regviz import cli
from regviz.export import Picture, film, named, save
from regviz.gui import motion
from regviz.gui.canvas.export import ExportError, frame_image
from regviz.gui.canvas.theme import THEMES
from regviz.gui.motion import encode, pixels
from regviz.gui.picture import heading
from regviz.lab import controls
from regviz.sweep import FRAMES, Sweep, SweepError, parse_sweep, swept, trained, usual, values
from tests.toy_lab import drill

av = pytest.importorskip("av")
Image = pytest.importorskip("PIL.Image")

SIZE = (1280, 720)
SWEEP = Sweep("lam", 0.001, 1.0, FRAMES)


@pytest.fixture(scope="module")
def painted():
    """The pictures of a sweep of λ, 120 of 1280 × 720."""
    lab = named("shrinkage")
    scenes = film(lab, lab.State(), SWEEP)
    return [
        pixels(frame_image(frame, heading(lab, state, frame, stamped=True), THEMES["light"], SIZE))
        for state, frame in scenes
    ]  # fmt: skip


@pytest.fixture(scope="module")
def few(painted):
    return painted[:: FRAMES // 6]


def played(ending, data):
    """The pictures in a file and the seconds that each is shown."""
    if ending == ".gif":
        with Image.open(io.BytesIO(data)) as shown:
            for index in range(shown.n_frames):
                shown.seek(index)
                yield np.asarray(shown.convert("RGB")), shown.info["duration"] / 1000
        return
    with av.open(io.BytesIO(data)) as shown:
        for frame in shown.decode(video=0):
            rgb = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
            yield rgb, float(1 / shown.streams.video[0].average_rate)


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_a_sweep_of_120_frames_plays_back_as_it_was_painted(painted, ending):
    data = encode(ending, lambda: painted[::29], painted, 25)
    count, seconds = 0, 0.0
    for (shown, lasts), wanted in zip(played(ending, data), painted, strict=True):
        error = np.abs(shown.astype(int) - wanted.astype(int))
        assert error.mean() < 1.5
        assert np.quantile(error, 0.98) <= 12
        count, seconds = count + 1, seconds + lasts
    assert (count, seconds) == (FRAMES, pytest.approx(FRAMES / 25))


def test_a_gif_keeps_the_frequent_colours_to_the_bit(few):
    background = few[0][2, 2]
    for shown, _ in played(".gif", encode(".gif", lambda: few, few, 10)):
        assert (shown[2, 2] == background).all()


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_equal_images_give_equal_bytes(few, ending):
    assert encode(ending, lambda: few, few, 5) == encode(ending, lambda: few, few, 5)


def test_odd_sides_become_even_for_mp4(few):
    odd = [image[:101, :201] for image in few]
    assert next(played(".mp4", encode(".mp4", lambda: odd, odd, 5)))[0].shape == (102, 202, 3)


@pytest.mark.parametrize(("ending", "module"), [(".gif", "PIL"), (".mp4", "av")])
def test_a_missing_encoder_is_a_sentence(few, ending, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ExportError, match=r"is not installed; install it, .* '\.\[motion\]'"):
        encode(ending, lambda: few, few, 5)


def test_the_lookup_gives_the_nearest_entry_to_each_cell():
    palette = np.random.default_rng(0).integers(0, 256, (255, 3)).astype(np.uint8)
    table = motion._lookup(palette)
    for colour in np.random.default_rng(1).integers(0, 32, (200, 3)):
        middle = colour * 8 + 3.5
        cell = (colour[0] * 32 + colour[1]) * 32 + colour[2]
        inside = [k for k in range(motion._EXACT) if (palette[k] >> 3 == colour).all()]
        nearest = ((palette.astype(float) - middle) ** 2).sum(axis=1)
        assert table[cell] in inside if inside else nearest[table[cell]] == nearest.min()


def test_progress_can_stop_it_and_the_old_file_stays(tmp_path):
    file = tmp_path / "a.gif"
    file.write_bytes(b"old")
    told = []

    class Stop(Exception):
        pass

    def tell(made, total):
        told.append((made, total))
        if made == 8:
            raise Stop

    lab = named("shrinkage")
    small = Picture(size=(160, 90), sweep=Sweep("lam", 0.01, 1.0, 6))
    with pytest.raises(Stop):
        save(lab, lab.State(), file, small, tell=tell)
    assert list(dict.fromkeys(told)) == [(made, 12) for made in range(9)]
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_one_long_training_within_a_sweep_can_be_stopped_in_its_midst():
    told = []

    def tell(made, total):
        told.append((made, total))
        if len(told) == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(swept(drill, drill.State(), Sweep("lam", 0.01, 1.0, 3), tell))
    assert told == [(0, 3)] * 5


def test_the_command_writes_an_animation(tmp_path):
    for name in ("a.gif", "a.mp4"):
        words = ["export", "shrinkage", "--sweep", "lam=0.01:1:4", "--size", "320x180", "--fps", "4", "-o"]
        assert cli.main([*words, str(tmp_path / name)]) == 0
        assert len(list(played(name[1:], (tmp_path / name).read_bytes()))) == 4


def test_the_command_can_leave_the_stamp_out(tmp_path):
    files = [tmp_path / "a.png", tmp_path / "b.png", tmp_path / "c.png"]
    for file, more in zip(files, ([], ["--no-stamp"], ["--panel", "path"]), strict=True):
        assert cli.main(["export", "shrinkage", "--size", "640x360", *more, "-o", str(file)]) == 0
    assert len({file.read_bytes() for file in files}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lam", "NAME=FROM:TO"), ("lam=1", "NAME=FROM:TO"), ("lam=1:2:3:4", "NAME=FROM:TO"), ("lam=1:2:1", "2 to 2000"),
        ("lam=1:2:x", "2 to 2000"), ("penalty=1:2", "cannot sweep 'penalty'"), ("lam=a:1", "lam must be a number"),
        ("lam=-1:1", "lam must lie between"), ("lam=1:2:99999999999", "2 to 2000"),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be_is_a_sentence(text, words, tmp_path, capsys):
    assert cli.main(["export", "shrinkage", "--sweep", text, "-o", str(tmp_path / "a.gif")]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "file", "words"),
    [
        (["--sweep", "lam=0.1:1"], "a.png", "must end in .gif or .mp4"), (["--transparent"], "a.gif", "transparent"),
        (["--size", "4000x3000"], "a.mp4", "3840"), (["--panel", "nowhere"], "a.gif", "no panel 'nowhere'"),
        (["--fps", "0"], "a.gif", "--fps"),
    ],
)  # fmt: skip
def test_an_animation_that_cannot_be_is_a_sentence(more, file, words, tmp_path, capsys):
    short = [] if "--sweep" in more else ["--sweep", "lam=0.1:1:2"]
    assert cli.main(["export", "shrinkage", *short, *more, "-o", str(tmp_path / file)]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / file).exists()


@pytest.mark.parametrize("lab", regviz.labs(), ids=lambda lab: lab.name)
def test_every_numeric_control_can_be_swept(lab):
    for control in controls(lab.State):
        if control.kind not in ("float", "int"):
            continue
        low, high = control.shown or (control.low, control.high)
        sweep = parse_sweep(lab, f"{control.name}={low}:{high}:7")
        found = values(control, sweep)
        assert (found[0], found[-1]) == (low, high)
        assert sorted(found) == found
        assert all(control.low <= value <= control.high for value in found)
        if control.log and low > 0:
            steps = [math.log(b / a) for a, b in zip(found, found[1:], strict=False)]
            assert steps == pytest.approx([steps[0]] * 6)


def test_the_usual_sweep_is_the_main_sliders_and_a_training_shows_itself():
    lab = named("shrinkage")
    assert usual(lab, lab.State()).name == "lam"
    net = named("early-stopping")
    scenes = trained(net, dataclasses.replace(net.State(), steps=120, pace=1, width=3), 10)
    assert len(scenes) == 10
    assert [frame.readout("step") for _, frame in scenes[:: 9]] == [0, 120]


def test_a_lab_without_a_main_slider_says_so():
    lab = named("shrinkage")
    with pytest.raises(SweepError, match="has no main slider"):
        usual(lab, dataclasses.replace(lab.State(), penalty="none"))
