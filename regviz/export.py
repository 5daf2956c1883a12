"""A lab's frames for scripts: as JSON, CSV, picture or animation. Numbers need no Qt; the canvas draws pictures."""

import dataclasses
import json
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regviz import __version__
from regviz.files import write_text
from regviz.lab import Frame, Lab, replace
from regviz.lab.lecture import Lecture, Scene
from regviz.labs import find
from regviz.sweep import Dress, Progress, Sweep, plain, quiet, swept, trained, usual
from regviz.tidy import to_csv

PICTURES = (".png", ".svg", ".pdf")
FILMS = (".gif", ".mp4")
NUMBERS = (".json", ".csv")
THEMES = ("light", "dark", "projector")


class ExportError(ValueError):
    """Something that cannot be exported; the message is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How a picture is made: one ``panel`` or ("") all, ``size`` in pixels, dots per inch for print, and the looks.

    ``stamp`` says at the foot what made it. An animation shows ``sweep`` (by default the main slider's, or the
    training) at ``fps`` pictures a second.
    """

    panel: str = ""
    size: tuple[int, int] = (1920, 1080)
    dpi: float = 96.0
    theme: str = "light"
    transparent: bool = False
    stamp: bool = True
    sweep: Sweep | None = None
    fps: int = 25


def frames(lab: str | Lab, /, **state: Any) -> Iterator[Frame]:
    """The frames of a lab in the state with these fields, the last one complete.

    Raises `ControlError` for fields that are unknown or out of range, `ExportError` for an unknown lab, and whatever
    sentence the lab has for data that cannot be used.
    """
    found = named(lab)
    return found.frames(replace(found.State(), **state))


def render(lab: str | Lab, file: str | os.PathLike[str], /, *, picture: Picture | None = None, **state: Any) -> Path:
    """Write the last frame of a lab into ``file`` and return its path; the ending says what it becomes.

    .png, .svg and .pdf are drawings, .gif and .mp4 animations (``picture`` says how), .json and .csv the numbers.
    Raises what `frames` raises, `ExportError` for other endings, and `WriteError`.
    """
    found = named(lab)
    return save(found, replace(found.State(), **state), file, picture or Picture())


def save(
    lab: Lab, state: Any, file: str | os.PathLike[str], picture: Picture, *, tell: Progress = quiet,
    dress: Dress = plain,
) -> Path:  # fmt: skip
    """`render` for a state that is complete already.

    ``tell`` hears how an animation gets on and may raise to stop it; its frames are shown as ``dress`` makes them.
    """
    target = Path(file)
    ending = target.suffix.lower()
    if ending not in PICTURES + NUMBERS + FILMS:
        known = ", ".join(PICTURES + NUMBERS + FILMS)
        raise ExportError(f"Cannot tell the format of {os.fspath(file)}: its name must end in one of {known}.")
    if ending in FILMS:
        return _save_film(lab, state, target, picture, tell, dress)
    if picture.sweep is not None:
        raise ExportError(f"A sweep becomes an animation, so {os.fspath(file)} must end in {' or '.join(FILMS)}.")
    frame = last_frame(lab, state, picture.panel)
    if ending == ".json":
        write_text(file, to_json(lab, state, frame))
    elif ending == ".csv":
        write_text(file, to_csv(frame))
    else:
        from regviz.gui.picture import write_picture

        write_picture(
            lab, state, frame, file, panel=picture.panel, size=picture.size, theme=picture.theme, dpi=picture.dpi,
            transparent=picture.transparent, stamped=picture.stamp,
        )  # fmt: skip
    return target


def _save_film(lab: Lab, state: Any, target: Path, picture: Picture, tell: Progress, dress: Dress) -> Path:
    from regviz.gui.film import write_film

    if picture.transparent:
        raise ExportError(f"Cannot write {target}: an animation has no transparent background.")
    scenes = film(lab, state, picture.sweep, lambda made, total: tell(made, 2 * total))
    if picture.panel:
        _known_panel(lab, scenes[0][1], picture.panel)
    write_film(
        lab, scenes, target, fps=picture.fps, panel=picture.panel, size=picture.size, theme=picture.theme,
        stamped=picture.stamp, tell=lambda made, total: tell(total + made, 2 * total), dress=dress,
    )  # fmt: skip
    return target


def film(lab: Lab, state: Any, sweep: Sweep | None = None, tell: Progress = quiet) -> list[tuple[Any, Frame]]:
    """(state, frame) of the pictures of an animation: the sweep's, else a training's own, else the main slider's."""
    if sweep is None and lab.trains:
        return trained(lab, state, tell=tell)
    return list(swept(lab, state, sweep or usual(lab, state), tell))


def save_panels(lab: Lab, state: Any, file: str | os.PathLike[str], picture: Picture) -> list[Path]:
    """Every panel of the last frame as a picture of its own, its key added to the file's name; returns the files.

    Raises what `render` raises, and `ExportError` for files that are no pictures.
    """
    from regviz.gui.picture import write_picture

    target = Path(file)
    if target.suffix.lower() not in PICTURES or picture.sweep:
        raise ExportError(f"Each panel becomes a picture, so {target} must end in {', '.join(PICTURES)}.")
    if picture.panel:
        raise ExportError(f"Each panel becomes a picture, not the panel {picture.panel!r} alone.")
    frame, files = last_frame(lab, state), []
    for panel in frame.panels:
        files.append(target.with_name(f"{target.stem}-{panel.key}{target.suffix}"))
        write_picture(
            lab, state, frame, files[-1], panel=panel.key, size=picture.size, theme=picture.theme, dpi=picture.dpi,
            transparent=picture.transparent, stamped=picture.stamp,
        )  # fmt: skip
    return files


def save_lecture(
    lecture: Lecture, scenes: Sequence[Scene], file: str | os.PathLike[str], picture: Picture, tell: Progress = quiet
) -> None:
    """Write ``scenes`` of a lecture: .pdf is a handout, .gif and .mp4 the one scene's move, no ending a folder.

    Raises `ExportError` for other endings, for several scenes in one animation, and for what cannot be written.
    """
    from regviz.gui.handout import write_handout, write_pictures, write_step

    ending = Path(file).suffix.lower()
    looks: dict[str, Any] = {"size": picture.size, "theme": picture.theme, "stamped": picture.stamp, "tell": tell}
    if ending == ".pdf":
        write_handout(lecture, scenes, file, tell=tell)
    elif ending in FILMS and len(scenes) == 1:
        write_step(scenes[0], file, fps=picture.fps, **looks)
    elif ending in FILMS:
        raise ExportError(f"An animation shows one step: say which one becomes {os.fspath(file)}.")
    elif ending:
        raise ExportError(f"A lecture becomes a .pdf, .gif, .mp4 or a folder, not {os.fspath(file)}.")
    else:
        write_pictures(scenes, file, dpi=picture.dpi, transparent=picture.transparent, **looks)


def last_frame(lab: Lab, state: Any, panel: str = "") -> Frame:
    """The frame at the end of the lab's work, cut to one panel if a key is given; `ExportError` for an unknown key."""
    newest = deque(lab.frames(state), maxlen=1)
    if not newest:
        raise ExportError(f"The lab {lab.name} has nothing to show in this state.")
    frame = newest[0]
    if not panel:
        return frame
    _known_panel(lab, frame, panel)
    return dataclasses.replace(frame, panels=(frame.panel(panel),))


def _known_panel(lab: Lab, frame: Frame, panel: str) -> None:
    keys = [found.key for found in frame.panels]
    if panel not in keys:
        raise ExportError(f"The lab {lab.name} has no panel {panel!r}; its panels are {', '.join(keys)}.")


def to_json(lab: Lab, state: Any, frame: Frame) -> str:
    """The frame with its lab, version and state as one line of strict JSON; missing numbers are null."""
    head = {
        "lab": lab.name,
        "version": __version__,
        "state": {spec.name: getattr(state, spec.name) for spec in dataclasses.fields(state)},
    }
    return strict_json(head | frame.to_json())


def strict_json(data: Any) -> str:
    """``data`` as one line of JSON; ValueError for numbers that JSON does not have."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def named(lab: str | Lab) -> Lab:
    """The lab itself or the one of that name; `ExportError` lists the names there are."""
    if isinstance(lab, Lab):
        return lab
    try:
        return find(lab)
    except KeyError as error:
        raise ExportError(error.args[0]) from None
