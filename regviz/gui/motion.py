"""Animations: a run of images as GIF (by Pillow) or MP4 (by PyAV), bytes in memory. What they show comes from outside.

Both encoders are an optional extra; without it, `ExportError` says how to install it. Equal images give equal bytes.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from regviz.gui.canvas.export import ExportError

Pixels = NDArray[np.uint8]
"""Red, green and blue (height, width, 3)."""

LARGEST = (3840, 2160)
"""Longest sides of an animation."""
_EXACT = 64
"""Palette entries that are kept for the most frequent colours as they are; the others are means of what is left."""
_SAME = 255
"""The palette index that means: as in the picture before."""
_BINS = 32
"""Levels of each colour channel by which the nearest palette entry is looked up."""


def pixels(image: QImage) -> Pixels:
    """The colours of an opaque image."""
    shown = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    found: Pixels = rows[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3).copy()
    return found


def encode(ending: str, samples: Callable[[], Sequence[Pixels]], images: Iterable[Pixels], fps: int) -> bytes:
    """The bytes of a .gif or .mp4 of ``images``; ``samples`` gives a few of them, from which a GIF takes its colours.

    Raises `ExportError` where the encoder is not installed.
    """
    return _mp4(images, fps) if ending == ".mp4" else _gif(samples(), images, fps)


def _gif(samples: Sequence[Pixels], images: Iterable[Pixels], fps: int) -> bytes:
    """GIF89a with one palette; Pillow leaves out what did not change. Its clock ticks in hundredths of a second."""
    try:
        from PIL import Image
    except ImportError:
        raise ExportError(_missing("Pillow", "GIF")) from None
    palette = _palette(samples)
    nearest = _lookup(palette)

    def drawn(indices: Pixels) -> Any:
        made = Image.fromarray(indices, "P")
        made.putpalette(palette.tobytes())
        return made

    frames = map(drawn, _changes(nearest[_bin(image)] for image in images))
    first = next(frames)
    buffer = io.BytesIO()
    first.save(
        buffer, "GIF", save_all=True, append_images=frames, loop=0, duration=max(20, round(100 / fps) * 10),
        optimize=False, disposal=1, transparency=_SAME,
    )  # fmt: skip
    return buffer.getvalue()


def _changes(images: Iterable[Pixels]) -> Iterator[Pixels]:
    """Palette indices (height, width) with `_SAME` wherever a pixel is what it was before."""
    before: Pixels | None = None
    for image in images:
        yield image if before is None else np.where(image == before, np.uint8(_SAME), image)
        before = image


def _palette(samples: Sequence[Pixels]) -> Pixels:
    """255 colours (255, 3): the most frequent ones as they are, the others by Pillow's median cut."""
    from PIL import Image

    flat = np.concatenate([sample.reshape(-1, 3) for sample in samples])
    packed = flat.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    common = colours[np.argsort(counts)[::-1][:_EXACT]]
    exact = np.stack([common >> 16, common >> 8 & 255, common & 255], axis=1).astype(np.uint8)
    mosaic = Image.fromarray(flat.reshape(1, -1, 3)).quantize(255 - len(exact), method=Image.Quantize.MEDIANCUT)
    rest = np.array(mosaic.getpalette(), np.uint8).reshape(-1, 3)[: 255 - len(exact)]
    found: Pixels = np.concatenate([exact, rest])
    return found


def _bin(image: Pixels) -> NDArray[np.intp]:
    """The cell of each colour in a cube of 32 × 32 × 32."""
    reduced = (image >> 3).astype(np.intp)
    found: NDArray[np.intp] = (reduced[..., 0] * _BINS + reduced[..., 1]) * _BINS + reduced[..., 2]
    return found


def _lookup(palette: Pixels) -> Pixels:
    """The palette entry (32768,) of each cell: the frequent colour in it, else the one nearest to its middle."""
    levels = np.arange(_BINS) * 8 + 3.5
    middles = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    squares = (middles**2).sum(axis=1)[:, None] + (palette.astype(float) ** 2).sum(axis=1)
    table: Pixels = np.argmin(squares - 2.0 * middles @ palette.T.astype(float), axis=1).astype(np.uint8)
    for entry in range(min(_EXACT, len(palette)) - 1, -1, -1):
        table[_bin(palette[entry])] = entry
    return table


def _mp4(images: Iterable[Pixels], fps: int) -> bytes:
    """H.264 in 4:2:0 with even sides, which every player takes; one thread, so that equal images give equal bytes."""
    try:
        import av
        from av.video.reformatter import Colorspace
    except ImportError:
        raise ExportError(_missing("PyAV", "MP4")) from None
    buffer = io.BytesIO()
    turn = iter(images)
    first = _even(next(turn))
    with av.open(buffer, "w", format="mp4", container_options={"fflags": "+bitexact"}) as film:
        stream = film.add_stream("libx264", rate=fps)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "17", "preset": "veryfast", "tune": "animation"}
        stream.thread_count = 1
        stream.codec_context.colorspace = stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        for image in chain([first], map(_even, turn)):
            shown = av.VideoFrame.from_ndarray(image, format="rgb24")
            film.mux(stream.encode(shown.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
        film.mux(stream.encode(None))
    return buffer.getvalue()


def _even(image: Pixels) -> Pixels:
    """The image with its last row and column repeated where their number is odd."""
    high, wide = image.shape[:2]
    return np.ascontiguousarray(np.pad(image, ((0, high % 2), (0, wide % 2), (0, 0)), mode="edge"))


def _missing(name: str, kind: str) -> str:
    how = "install it, in the folder of regviz's source, with: python -m pip install '.[motion]'"
    return f"Cannot write {kind}: {name} is not installed; {how}."


def told(images: Iterable[Pixels], total: int, tell: Callable[[int, int], None]) -> Iterator[Pixels]:
    """The images, with ``tell`` told after each how many there were of ``total``; it may raise to stop."""
    for count, image in enumerate(images, 1):
        yield image
        tell(count, total)
