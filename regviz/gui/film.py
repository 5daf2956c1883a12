"""A run of frames painted and encoded as one animated file; the frames come from a sweep or a training."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from regviz.gui.canvas.export import ExportError, frame_image, save_bytes
from regviz.gui.canvas.theme import THEMES
from regviz.gui.language import framed
from regviz.gui.motion import LARGEST, Pixels, encode, pixels, told
from regviz.gui.picture import heading
from regviz.lab import Frame, Lab
from regviz.sweep import Dress, Progress, plain

Scene = tuple[Any, Frame]
"""A state and its frame."""
_SAMPLES = 5
"""Pictures from which a GIF takes its colours."""


def write_film(
    lab: Lab, scenes: Sequence[Scene], file: str | os.PathLike[str], *, fps: int = 25, panel: str = "",
    size: tuple[int, int] = (1920, 1080), theme: str = "light", stamped: bool = True, tell: Progress,
    dress: Dress = plain,
) -> None:  # fmt: skip
    """Write ``scenes`` one after the other into a .gif or .mp4 of ``fps`` pictures a second.

    ``dress`` makes of each frame what is shown of it. ``tell`` is told (pictures made, pictures in all) and may raise
    to stop; nothing is written then. Raises `ExportError` for sizes beyond 3840 × 2160, a missing encoder, and whatever
    keeps the file from being written.
    """
    if size[0] > LARGEST[0] or size[1] > LARGEST[1]:
        raise ExportError(f"Cannot write {os.fspath(file)}: an animation has at most {LARGEST[0]} × {LARGEST[1]} px.")

    def painted(chosen: Sequence[Scene]) -> Iterator[Pixels]:
        last: tuple[Scene, Pixels] | None = None
        for scene in chosen:
            if last is None or last[0] is not scene:
                state, frame = scene[0], dress(*scene)
                above = heading(lab, state, frame, stamped=stamped)
                last = scene, pixels(frame_image(framed(frame), above, THEMES[theme], size, panel=panel or None))
            yield last[1]

    def samples() -> list[Pixels]:
        places = {round(k * (len(scenes) - 1) / (_SAMPLES - 1)) for k in range(_SAMPLES)}
        return list(painted([scenes[place] for place in sorted(places)]))

    images = told(painted(scenes), len(scenes), tell)
    save_bytes(file, encode(Path(file).suffix.lower(), samples, images, fps))
