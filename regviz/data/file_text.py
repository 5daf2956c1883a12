"""From a path to text: which files are opened at all, and how their bytes are decoded. Knows nothing of tables."""

import codecs
import os
import stat
from pathlib import Path

from regviz.data.errors import DataError, quoted

MAX_BYTES = 256 * 1024**2
"""Largest file that is read: 256 MB."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Content of an ordinary file of at most 256 MB, never waiting on a pipe or a device; else raises DataError."""
    name = quoted(os.fspath(path), 200)
    try:
        size = _size(path, name)
        with Path(path).open("rb") as file:
            data = file.read(size + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"The file {name} cannot be opened: {_reason(error)}.") from error
    if len(data) > size:
        raise DataError(f"The file {name} grew while it was read.")
    return data


def decode(data: bytes, source: str) -> str:
    """Text of ``data``: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252.

    Raises DataError naming the row when the bytes are none of these or hold a NUL character.
    """
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    text = _decoded(data[len(mark) :], (codec,) if mark else (codec, "cp1252"), source)
    nul = text.find("\0")
    if nul >= 0:
        raise DataError(f"{source} is not a text table: there is a NUL character in row {_row(text[:nul])}.")
    return text


def _size(path: str | os.PathLike[str], name: str) -> int:
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise DataError(f"{name} is a folder, not a file.")
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{name} is a pipe or a device, not an ordinary file.")
    if status.st_size > MAX_BYTES:
        raise DataError(f"The file {name} is larger than the limit of {MAX_BYTES // 1024**2} MB.")
    return status.st_size


def _reason(error: Exception) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return (strerror or str(error)).rstrip(".").lower()


def _decoded(body: bytes, codecs_to_try: tuple[str, ...], source: str) -> str:
    for codec in codecs_to_try:
        try:
            return body.decode(codec)
        except UnicodeDecodeError as error:
            before = body[: error.start].decode(codec, "ignore")
    names = " or ".join(_NAMES[codec] for codec in codecs_to_try)
    raise DataError(f"{source} is not {names} text: a byte in row {_row(before)} has no meaning in it.")


def _row(before: str) -> int:
    """Row in which the text after ``before`` begins; line breaks inside quotation marks do not count."""
    outside = "".join(before.split('"')[::2]).replace("\r\n", "\n").replace("\r", "\n")
    return outside.count("\n") + 1
