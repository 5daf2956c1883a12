"""`python main.py` is the `regviz` command, from a source tree whose dependencies are installed."""

import sys
from importlib.util import find_spec

SETUP = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/regviz doctor --fix && .venv/bin/regviz"
NEEDED = ("numpy", "scipy", "PySide6", "pyqtgraph")


def main() -> int:
    """Run regviz; without its dependencies, say in one sentence how to set it up and return 2."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        print(f"regviz: {', '.join(missing)} is not installed here; set regviz up with: {SETUP}", file=sys.stderr)
        return 2
    from regviz.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
