"""Files: sizes, bytes, text inside, vectors without images, and nothing half written."""

import os
import re
import stat
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QFileDevice, QSaveFile, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from regviz.gui.canvas import export
from regviz.gui.canvas.export import (
    MOST_PIXELS,
    ExportError,
    Heading,
    Knob,
    frame_image,
    layout,
    panel_image,
    picture_bytes,
    read_png_state,
    render_frame,
    save_bytes,
)
from regviz.gui.canvas.png import KEY, with_text
from regviz.gui.canvas.theme import THEMES
from regviz.lab import MARK_TYPES, Frame, Part, Readout
from tests.gui.canvas.panels import SAMPLES, panel
from tests.gui.canvas.pixels import array

ENDINGS = (".png", ".svg", ".pdf")
HEADING = Heading(
    title="Shrinkage", knob=Knob(symbol="λ", value=0.533, low=0.01, high=10, log=True, role="l1"),
    modes=("Ridge", "Lasso"), mode="Lasso",
)  # fmt: skip


def frame(kinds=MARK_TYPES):
    """A frame with a panel for each of the mark types."""
    import dataclasses

    cards = tuple(
        dataclasses.replace(panel(SAMPLES[kind], readouts=(Readout(name="r", value=1.5, role="train"),)), key=str(k))
        for k, kind in enumerate(kinds)
    )
    parts = (Part(label="loss", value=2.0, role="loss"), Part(label="penalty", value=1.0, role="penalty"))
    return Frame(panels=cards, readouts=(), caption="What the picture shows.", subtitle="sub", formula="lasso",
                 parts=parts)  # fmt: skip


FRAME = frame()


@pytest.mark.parametrize("ending", ENDINGS)
def test_equal_inputs_give_equal_bytes(ending):
    one, two = (picture_bytes(frame(), HEADING, ending, size=(960, 540), state_json='{"lam": 1}') for _ in range(2))
    assert one == two
    assert picture_bytes(FRAME, HEADING, ending, size=(960, 540), theme="dark") != one


@pytest.mark.parametrize("ending", ENDINGS)
def test_equal_bytes_from_another_process(ending, tmp_path):
    """A new process in a home of its own, with other hash seeds and no display."""
    code = (
        "import sys; from tests.gui.canvas.test_export import *; export.ensure_application();"
        "render_frame(FRAME, 't', sys.argv[1], size=(960, 540), heading=HEADING)"
    )
    files = [tmp_path / f"{k}{ending}" for k in range(2)]
    render_frame(FRAME, "t", files[0], size=(960, 540), heading=HEADING)
    gone = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"), "")
    env = {k: v for k, v in os.environ.items() if k not in gone} | {"PYTHONHASHSEED": "7", "LANG": "C"}
    subprocess.run([sys.executable, "-c", code, files[1]], env=env, check=True, timeout=100)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("size", [(1, 1), (37, 901), (1920, 1080), (1024, 768), (800, 600)])
def test_png_has_the_exact_size_and_resolution(tmp_path, size):
    file = tmp_path / "a.png"
    render_frame(FRAME, "t", file, size=size, dpi=300)
    image = QImage(str(file))
    assert (image.width(), image.height()) == size
    assert image.dotsPerMeterX() == image.dotsPerMeterY() == round(300 / 0.0254)


@pytest.mark.parametrize("size", [(0, 100), (100, MOST_PIXELS + 1), (100_000, 100_000), (-5, 10)])
def test_other_sizes_are_refused_before_anything_is_made(tmp_path, size, monkeypatch):
    monkeypatch.setattr(export, "QImage", None)
    file = tmp_path / "a.png"
    with pytest.raises(ExportError, match=r"a\.png.*px") as caught:
        render_frame(FRAME, "t", file, size=size)
    assert str(size[0]) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dpi", [0, -3, 1e9, float("nan")])
def test_other_resolutions_are_refused(tmp_path, dpi):
    with pytest.raises(ExportError, match="dots per inch"):
        render_frame(FRAME, "t", tmp_path / "a.png", dpi=dpi)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ExportError, match=r"\.png, \.svg or \.pdf"):
        render_frame(FRAME, "t", tmp_path / "a.bmp")


def test_svg_is_xml_of_shapes_only():
    root = ElementTree.fromstring(picture_bytes(FRAME, HEADING, ".svg", size=(1920, 1080)))
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "path" in kinds
    assert not kinds & {"image", "text", "script", "style", "foreignObject"}
    assert root.attrib["viewBox"] == "0 0 1920 1080"


@pytest.mark.parametrize("kind", MARK_TYPES)
def test_svg_shows_what_png_shows(kind):
    """But for edges: pictures of a quarter of the size hardly differ."""
    shown, size = frame([kind]), (960, 540)
    drawn = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(picture_bytes(shown, HEADING, ".svg", size=size))).render(painter)
    painter.end()
    painted = frame_image(shown, HEADING, THEMES["light"], size)
    smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    one, two = (array(image.scaled(240, 135, *smooth))[:, :, :3].astype(int) for image in (drawn, painted))
    assert (np.abs(one - two).max(axis=2) > 40).mean() < 0.002


def test_pdf_has_fonts_one_page_and_no_image():
    data = picture_bytes(FRAME, HEADING, ".pdf", size=(1920, 1080), dpi=96)
    assert data.startswith(b"%PDF-1.")
    assert data.rstrip().endswith(b"%%EOF")
    assert {b"Inter-Regular", b"Inter-SemiBold"} <= set(re.findall(rb"/FontName /\w+\+([\w-]+)", data))
    assert len(re.findall(rb"/FontFile2?", data)) >= 2
    assert b"/Subtype /Image" not in data
    box = [float(v) for v in re.search(rb"/MediaBox \[([\d. ]+)\]", data).group(1).split()]
    assert box == pytest.approx([0, 0, 1440, 810], abs=0.5)
    assert b"2000-01-01" in data
    dates = set(re.findall(rb"Date \(D:(\d{14})", data))
    assert dates == {b"20000101000000"}


@pytest.mark.parametrize("panel_key", [None, "0", "3"])
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_transparent_pictures_have_a_clear_corner(tmp_path, theme, panel_key):
    file = tmp_path / "a.png"
    render_frame(FRAME, "t", file, size=(640, 360), theme=theme, transparent=True, panel=panel_key)
    pixels = array(QImage(str(file)))
    assert pixels[0, 0, 3] == pixels[-1, -1, 3] == 0
    assert pixels[..., 3].max() == 255
    render_frame(FRAME, "t", file, size=(640, 360), theme=theme, panel=panel_key)
    assert array(QImage(str(file)))[..., 3].min() == 255


def test_an_unknown_panel_is_a_key_error(tmp_path):
    with pytest.raises(KeyError, match="nothing"):
        render_frame(FRAME, "t", tmp_path / "a.png", panel="nothing")


def test_a_panel_scales_with_its_picture():
    """Twice the size shows the same drawing twice as large."""
    small, large = (array(panel_image(panel(SAMPLES[kind]), THEMES["light"], 480 * k, 270 * k))
                    for kind in MARK_TYPES[:1] for k in (1, 2))  # fmt: skip
    halved = large.reshape(270, 2, 480, 2, 4).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 3


def test_frame_image_is_what_the_file_holds(tmp_path):
    render_frame(FRAME, "t", tmp_path / "a.png", size=(960, 540), theme="dark", heading=HEADING)
    image = frame_image(FRAME, HEADING, THEMES["dark"], (960, 540))
    assert (array(image) == array(QImage(str(tmp_path / "a.png")))).all()


@pytest.mark.parametrize("change", [
    {"title": "Other"}, {"modes": ("A", "B")}, {"mode": "Ridge"}, {"knob": None},
    {"knob": Knob(symbol="λ", value=2.0, low=0.01, high=10)},
])  # fmt: skip
def test_the_heading_shows_what_it_is_told(change):
    import dataclasses

    one = array(frame_image(FRAME, HEADING, THEMES["light"], (960, 540)))
    two = array(frame_image(FRAME, dataclasses.replace(HEADING, **change), THEMES["light"], (960, 540)))
    assert (one[:90] != two[:90]).any()


@pytest.mark.parametrize("change", [
    {"caption": "Other words."}, {"subtitle": "other"}, {"formula": "ridge"}, {"parts": ()},
    {"formula": "", "equation": "plain"},
])  # fmt: skip
def test_the_frame_s_words_are_on_the_picture(change):
    import dataclasses

    one = array(frame_image(FRAME, HEADING, THEMES["light"], (960, 540)))
    two = array(frame_image(dataclasses.replace(FRAME, **change), HEADING, THEMES["light"], (960, 540)))
    assert (one != two).any()


@pytest.mark.parametrize(("low", "value", "high", "log", "share"), [
    (1, 10, 100, True, 0.5), (0, 25, 100, False, 0.25), (1, 1e9, 100, True, 1.0), (1, 0, 100, True, 0.0),
    (3, 3, 3, False, 0.0),
])  # fmt: skip
def test_where_the_knob_stands(low, value, high, log, share):
    assert Knob(symbol="λ", value=value, low=low, high=high, log=log).share == pytest.approx(share)


# Text inside PNG files


@given(st.text(max_size=300))
def test_state_round_trip(text):
    import json
    import tempfile

    plain = json.dumps({"name": text}, ensure_ascii=False)
    blank = Frame(panels=(), readouts=(), caption="")
    png = with_text(picture_bytes(blank, Heading(title=""), ".png", size=(2, 2)), plain)
    with tempfile.NamedTemporaryFile() as file:
        file.write(png)
        file.flush()
        assert json.loads(read_png_state(file.name)) == {"name": text}
        assert QImage(file.name, "PNG").text(KEY.decode()) != ""


def test_a_png_without_state_and_other_files(tmp_path):
    file = tmp_path / "a.png"
    render_frame(FRAME, "t", file, size=(40, 40))
    assert read_png_state(file) is None
    render_frame(FRAME, "t", file, size=(40, 40), state_json='{"a": 1}')
    assert read_png_state(file) == '{"a": 1}'
    assert read_png_state(tmp_path / "none.png") is None
    assert read_png_state(tmp_path) is None
    (tmp_path / "b.png").write_bytes(b"not a picture")
    assert read_png_state(tmp_path / "b.png") is None


@given(st.data())
def test_broken_pngs_never_raise(data):
    import tempfile

    png = bytearray(_stored())
    for _ in range(data.draw(st.integers(1, 6))):
        png[data.draw(st.integers(0, len(png) - 1))] = data.draw(st.integers(0, 255))
    del png[data.draw(st.integers(0, len(png))) :]
    with tempfile.NamedTemporaryFile() as file:
        file.write(png)
        file.flush()
        found = read_png_state(file.name)
    assert found in (None, '{"a": 1}')


def _stored():
    return picture_bytes(Frame(panels=(), readouts=(), caption=""), Heading(title=""), ".png", size=(2, 2),
                         state_json='{"a": 1}')  # fmt: skip


def test_a_state_of_more_than_a_megabyte_is_not_read(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(with_text(_stored()[:33] + _stored()[-12:], "x" * (1 << 20)))
    assert read_png_state(file) is None


# Writing


@pytest.mark.parametrize("ending", ENDINGS)
def test_full_disk(tmp_path, ending):
    link = tmp_path / f"full{ending}"
    link.symlink_to("/dev/full")
    with pytest.raises(ExportError, match="full") as caught:
        render_frame(FRAME, "t", link, size=(200, 100))
    assert isinstance(caught.value, OSError)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@pytest.mark.parametrize("target", ["missing/a.png", "folder.png", "/proc/a.png"])
def test_places_that_cannot_be_written(tmp_path, target):
    (tmp_path / "folder.png").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExportError) as caught:
        render_frame(FRAME, "t", tmp_path / target, size=(40, 40))
    assert str(tmp_path / target) in str(caught.value)
    assert str(caught.value).endswith(".")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_read_only_target(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"old")
    file.chmod(0o444)
    with pytest.raises(ExportError, match=r"a\.png"):
        render_frame(FRAME, "t", file, size=(40, 40))
    assert file.read_bytes() == b"old"


@pytest.mark.parametrize("step", ["open", "write", "half", "commit"])
def test_the_old_file_survives_a_failure_at_every_step(tmp_path, monkeypatch, step):
    class Failing(QSaveFile):
        def open(self, mode):
            return step != "open" and super().open(mode)

        def write(self, data):
            if step == "half" and len(data) == 3:
                return super().write(data[:2])
            return -1 if step in ("write", "half") else super().write(data)

        def commit(self):
            if step == "commit":
                self.cancelWriting()
            return super().commit()

        def errorString(self):  # noqa: N802
            return "No space left on device" if self.error() == QFileDevice.FileError.NoError else super().errorString()

    file = tmp_path / "a.png"
    file.write_bytes(b"old")
    monkeypatch.setattr(export, "QSaveFile", Failing)
    with pytest.raises(ExportError, match=r"a\.png: "):
        save_bytes(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_names_with_spaces_and_umlauts(tmp_path):
    file = tmp_path / "ein schönes Bild λ.png"
    save_bytes(file, b"data")
    assert file.read_bytes() == b"data"


# The grid


@given(st.integers(1, 16), st.floats(50, 4000), st.floats(50, 4000))
def test_cards_fill_the_grid_without_overlap(count, width, height):
    boxes = layout(count, width, height, 18)
    assert len(boxes) == count
    for index, box in enumerate(boxes):
        assert box.left >= -1e-6 and box.top >= -1e-6
        assert not any(box.grown(-1e-6).meets(other) for other in boxes[index + 1 :])
    bottom = [box for box in boxes if box.top == boxes[-1].top]
    assert bottom[-1].right == pytest.approx(max(width, bottom[-1].right))
    if min(width, height) > 18 * count:
        assert max(box.bottom for box in boxes) == pytest.approx(height)
        assert all(box.right <= width + 1e-6 for box in boxes)


@pytest.mark.parametrize(("count", "rows"), [(1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (5, [3, 2]), (6, [3, 3])])
def test_the_grid_on_a_slide(count, rows):
    tops = [box.top for box in layout(count, 1864, 890)]
    assert [tops.count(top) for top in sorted(set(tops))] == rows


def test_a_tall_window_stacks_cards():
    assert len({box.top for box in layout(3, 500, 1400)}) == 3
    assert layout(0, 100, 100) == ()
