"""Every sub-network of a residual net: all 2^L sets of surviving blocks, their chances and what each of them gives.

Branches are plain functions of arrays here; layers, training and pictures live elsewhere.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from regviz.neural.layer import Array

Branch = Callable[[Array], Array]


@lru_cache(maxsize=16)
def survivors(blocks: int) -> Array:
    """Every set of surviving blocks as rows of zeros and ones (2^L, L); block l is bit l − 1 of the row's number."""
    found: Array = (np.arange(2**blocks)[:, None] >> np.arange(blocks) & 1).astype(np.float64)
    found.setflags(write=False)
    return found


def survivor_chances(survivals: Sequence[float]) -> Array:
    """Probability (2^L,) of each row of `survivors` for independent ``survivals`` (L,)."""
    found = np.ones(1)
    for p in survivals:
        found = np.concatenate([found * (1.0 - p), found * p])
    return found


def gates(survival: float, rescale: bool) -> tuple[float, float]:
    """What multiplies a branch: in a training step that it survives, and in the test pass.

    1/p and 1 with ``rescale``, else 1 and p (Huang et al. 2016).
    """
    return (1.0 / survival, 1.0) if rescale else (1.0, survival)


def endings(branches: Sequence[Branch], h: Array, survivals: Sequence[float], rescale: bool) -> Array:
    """What each sub-network makes of the states ``h`` (n, d) in training: (2^L, n, d), in the order of `survivors`."""
    states = h[None]
    for branch, p in zip(branches, survivals, strict=True):
        states = np.concatenate([states, states + gates(p, rescale)[0] * branch(states)])
    return states


def evaluation_pass(branches: Sequence[Branch], h: Array, survivals: Sequence[float], rescale: bool) -> Array:
    """The states (L + 1, n, d) of the one pass that is used at test, from ``h`` (n, d) on."""
    states = [h]
    for branch, p in zip(branches, survivals, strict=True):
        states.append(states[-1] + gates(p, rescale)[1] * branch(states[-1]))
    return np.stack(states)


def expected_states(branches: Sequence[Branch], h: Array, survivals: Sequence[float], rescale: bool) -> Array:
    """Mean states (L + 1, n, d) over all sub-networks in training, after 0 … L blocks, by enumeration."""
    means = [h]
    for count in range(1, len(branches) + 1):
        ends = endings(branches[:count], h, survivals[:count], rescale)
        means.append(np.tensordot(survivor_chances(survivals[:count]), ends, axes=1))
    return np.stack(means)
