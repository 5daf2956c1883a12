"""What every failing command must do: say one sentence, and nothing else. And a disk that is full."""

import os
from pathlib import Path

import pytest

from regviz.cli import main


def fails(capsys, *words, code=2):
    """The one sentence that a command says when it fails."""
    assert main([str(word) for word in words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("regviz: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def full_device(folder, name):
    """A device called ``name`` that takes no byte. It is never the system's own, which root could replace."""
    if not Path("/dev/full").is_char_device():
        pytest.skip("needs /dev/full")
    device = folder / name
    try:
        os.mknod(device, 0o020666, os.stat("/dev/full").st_rdev)
        device.open("wb").close()
    except OSError:
        if os.geteuid() == 0:
            pytest.skip("cannot make a device here")
        device.unlink(missing_ok=True)
        device.symlink_to("/dev/full")
    return device
