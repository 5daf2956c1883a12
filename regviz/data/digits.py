"""The 8×8 handwritten digits that come with the program. No downloads, no other images."""

import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from regviz.data.resources import damaged, resource_bytes

_FILE = ("datasets", "digits.npz")
_ROWS = 1797


@dataclass(frozen=True, eq=False)
class Digits:
    """``images`` (1797, 8, 8) uint8 ink from 0 to 16, ``labels`` (1797,) uint8 from 0 to 9; both read-only."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


@cache
def digits() -> Digits:
    """The optical digits of the UCI repository (its test part); raises ResourceError when the file is not whole."""
    try:
        with np.load(BytesIO(resource_bytes(*_FILE)), allow_pickle=False) as arrays:
            found = Digits(arrays["images"], arrays["labels"])
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged(*_FILE) from error
    if found.images.shape != (_ROWS, 8, 8) or found.labels.shape != (_ROWS,):
        raise damaged(*_FILE)
    found.images.setflags(write=False)
    found.labels.setflags(write=False)
    return found
