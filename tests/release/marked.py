"""The long tests that are marked `release` in the usual suite, as a part of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.release.part import Part

ROOT = Path(__file__).resolve().parents[2]


def marked(seed, first, last):
    """Run them by pytest; what it says where one fails."""
    words = ["-m", "pytest", "-m", "release", "-n0", "--timeout", "7200"]
    ended = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True,
                           env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, check=False)  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    return {"passed": float(re.findall(r"(\d+) passed", ended.stdout)[-1])}


PARTS = (Part(name="marked", words="the tests that are marked as long ones", count=1, work=marked, chunk=1, few=0),)
