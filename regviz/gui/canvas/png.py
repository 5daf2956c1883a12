"""Text inside PNG files: the state that a picture shows, so that the picture can be opened again. Bytes only, no Qt."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

KEY = b"regviz"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_TEXT = 1 << 20
"""Longest state read from a picture, in bytes."""
_MOST_CHUNKS = 10_000


def with_text(png: bytes, text: str) -> bytes:
    """``png`` with ``text`` in a tEXt chunk after the header; characters beyond ASCII as JSON escapes."""
    plain = "".join(c if ord(c) < 128 else _escape(c) for c in text).encode("ascii")
    body = b"tEXt" + KEY + b"\0" + plain
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    after = len(_SIGNATURE) + 25
    return png[:after] + chunk + png[after:]


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def read_png_state(path: str | Path) -> str | None:
    """The state JSON stored in a PNG, or None: no PNG, none in it, broken, unreadable or longer than 1 MB."""
    try:
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            if file.read(8) != _SIGNATURE:
                return None
            return next((found for found in _texts(file)), None)
    except (OSError, ValueError):
        return None


def _texts(file: BinaryIO) -> Iterator[str]:
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        size = int.from_bytes(head[:4], "big")
        if head[4:] != b"tEXt" or size > MOST_TEXT:
            file.seek(size + 4, 1)
            continue
        body = file.read(size + 4)
        if len(body) < size + 4 or zlib.crc32(b"tEXt" + body[:size]).to_bytes(4, "big") != body[size:]:
            return
        key, separator, text = body[:size].partition(b"\0")
        if key == KEY and separator:
            yield text.decode("latin-1")
