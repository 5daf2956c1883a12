"""`python -m tests`: lint, types and tests, one after the other; arguments go to pytest. Exit code 0 when all pass."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def steps(arguments: list[str]) -> list[tuple[str, list[str]]]:
    """(name, module with its arguments) of every check; parallel tests unless the arguments say how many."""
    workers = [] if any(word.startswith("-n") for word in arguments) else ["-n", "2"]
    return [
        ("ruff", ["ruff", "check", "."]),
        ("mypy", ["mypy"]),
        ("pytest", ["pytest", *workers, *arguments]),
    ]


def main(arguments: list[str]) -> int:
    """Run every check and say which failed."""
    quiet = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for name, words in steps(arguments):
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=quiet, stdin=subprocess.DEVNULL).returncode:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
