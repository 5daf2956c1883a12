"""The main window: controls, notes, help, settings, and the bridge from worker to canvas. `run` opens it.

Whether a window can open at all is asked before Qt is imported.
"""

import os
import sys
from typing import Any

from regviz.lab.lecture import Lecture
from regviz.system import no_window_reason

NO_DISPLAY = 3
"""Exit code where no window can open."""


def run(
    lab_name: str | None = None, state: Any = None, file: str | os.PathLike[str] | None = None,
    lecture: Lecture | None = None,
) -> int:  # fmt: skip
    """Open the window on a lab in ``state`` (None: its defaults), on a file, or on a ``lecture`` (kept in ``file``).

    Returns the exit code at its end.

    Without a display or the libraries of one, a sentence on standard error and 3. Raises KeyError for a lab that
    there is not.
    """
    reason = no_window_reason()
    if reason is not None:
        print(f"regviz: {reason}", file=sys.stderr)
        return NO_DISPLAY
    from regviz.gui.window.app import start

    return start(lab_name, state, file, lecture)
