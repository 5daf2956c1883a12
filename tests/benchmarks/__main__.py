"""`python -m tests.benchmarks [name …]`: every benchmark here, or those named, each in an interpreter of its own."""

import subprocess
import sys
from pathlib import Path


def main(wanted):
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        if not wanted or file.stem.removeprefix("bench_") in wanted:
            print(f"\n## {file.stem.removeprefix('bench_')}\n", flush=True)
            subprocess.run([sys.executable, "-m", f"tests.benchmarks.{file.stem}"], check=True)


if __name__ == "__main__":
    main(set(sys.argv[1:]))
