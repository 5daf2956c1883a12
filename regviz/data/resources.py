"""Where the program's own files are: beside the package in a source tree, inside it once installed."""

from pathlib import Path

from regviz.data.errors import ResourceError

_PACKAGE = Path(__file__).resolve().parent.parent
_ROOTS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource(*parts: str) -> Path:
    """Path of the file or folder ``parts`` under ``resources/``; raises ResourceError when there is none."""
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise ResourceError(f"The program's own file resources/{'/'.join(parts)} is missing; install it again.")


def resource_bytes(*parts: str) -> bytes:
    """Content of the file ``parts`` under ``resources/``; raises ResourceError when it cannot be read."""
    try:
        return resource(*parts).read_bytes()
    except OSError as error:
        raise damaged(*parts) from error


def damaged(*parts: str) -> ResourceError:
    """The error to raise for a resource that is there but not whole."""
    return ResourceError(f"The program's own file resources/{'/'.join(parts)} is damaged; install it again.")
