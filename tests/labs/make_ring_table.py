"""Writes regviz/labs/spectral_norm/seeds.py: modes covered by the default GAN run for seeds 0 … 9.

Run `python -m tests.labs.make_ring_table` from the top of the repository; it takes a minute or two. The settings are
the lab's defaults. A generator goes on moving between modes, so one moment would be luck: the counts are means over
the last quarter of the steps, at the 26 recorded ones.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from regviz.labs.spectral_norm.ring import Duel, covered
from regviz.labs.spectral_norm.state import GAN, SpectralState

SEEDS = 10
NORMS = (1.0, 3.0)
"""The original method and the lab's default."""
FILE = Path(__file__).resolve().parents[2] / "regviz" / "labs" / "spectral_norm" / "seeds.py"
HEAD = '''"""Modes covered in default GAN runs of seeds 0 … 9: means over the last quarter of the steps.

Written by `python -m tests.labs.make_ring_table`. Training is chaotic: where a processor
rounds otherwise, it ends elsewhere.
"""

'''


def counted(seed: int, norm: float) -> tuple[float, float]:
    """Mean number of covered modes without and with spectral norm."""
    state = replace(SpectralState(tab=GAN), seed=seed, norm=norm)
    duel = Duel(state)
    duel.advance(state.steps)
    steps, shares, _ = duel.curves()
    late = covered(np.nan_to_num(shares[steps >= 0.75 * state.steps]), state.share).mean(axis=0)
    return round(float(late[0]), 2), round(float(late[1]), 2)


def table() -> str:
    """The module's text."""
    rows = {norm: [counted(seed, norm) for seed in range(SEEDS)] for norm in NORMS}
    state = SpectralState()
    lines = [
        f'SETTINGS = "c = {state.norm:g}, η = {state.gan_rate:g}, {state.steps:,} steps"',
        f"PLAIN = {tuple(plain for plain, _ in rows[state.norm])!r}",
        f"NORMED = {tuple(normed for _, normed in rows[state.norm])!r}",
        f"ORIGINAL = {tuple(normed for _, normed in rows[1.0])!r}",
        '"""With c = 1, as in the paper."""',
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
    sys.stdout.write(f"Wrote {FILE.name}.\n")
