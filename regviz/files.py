"""Text files written whole or not at all. Pictures are written by the canvas, sessions are read by `regviz.lab`."""

import contextlib
import os
import secrets
import stat
from pathlib import Path


class WriteError(OSError):
    """A file that could not be written; the message is one sentence naming the path and the reason."""


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` as UTF-8 with the line ends it has; the old file stays intact until the new one is complete.

    The new file takes the place and the mode of the old one, through links. Devices and pipes are written directly.
    Raises `WriteError`.
    """
    shown = os.fspath(path)
    try:
        mode = _mode(Path(shown))
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(0, "it is a folder")
        if mode is not None and not stat.S_ISREG(mode):
            _write(os.open(shown, os.O_WRONLY), text)
        else:
            _replace(Path(os.path.realpath(shown)), mode, text)
    except (OSError, ValueError) as error:
        raise WriteError(f"Cannot write {shown}: {_reason(error)}.") from None


def _mode(target: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError):
        return target.stat().st_mode
    return None


def _replace(target: Path, mode: int | None, text: str) -> None:
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(0, "it is read-only")
    draft = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _write(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), text)
        if mode is not None:
            draft.chmod(stat.S_IMODE(mode))
        os.replace(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def _write(descriptor: int, text: str) -> None:
    with open(descriptor, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error)
