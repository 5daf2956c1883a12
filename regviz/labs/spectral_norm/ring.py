"""Two GANs on a ring of eight Gaussians, one with a spectrally normalised discriminator, and which modes they cover."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regviz.lab import Axis
from regviz.labs.spectral_norm.state import SpectralState
from regviz.neural import Evaluator, Net, generator, mlp
from regviz.neural.gan import Gan, Round
from regviz.neural.lipschitz import product_bound
from regviz.neural.spectral import folded, normalised

Array = NDArray[Any]

NAMES = ("plain", "spectral norm")
MODES = 8
SAMPLES = 1_000
REACH = 3.0
"""Standard deviations within which a sample belongs to a mode."""
EVERY = 20
_LATENT = 2
_BLOCK = 32
_ANGLES = 2.0 * np.pi * np.arange(MODES) / MODES
CENTRES = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
"""Centres (2, 8) on the circle of radius 1."""


class Rounds:
    """The ring's samples and the noise of each step, drawn in blocks; the same for equal seeds."""

    def __init__(self, seed: int, size: int, spread: float) -> None:
        self._address, self._size, self._spread = seed, size, spread
        self._block, self._values = -1, (np.empty(0), np.empty(0))

    def __call__(self, step: int) -> Round:
        """The random numbers of ``step``."""
        block, row = divmod(step, _BLOCK)
        if block != self._block:
            self._block, self._values = block, self._drawn(block)
        real, noise = self._values
        return Round(real[:, row][:, None], noise[0, :, row][:, None], noise[1, :, row][:, None])

    def _drawn(self, block: int) -> tuple[Array, Array]:
        source = generator(self._address, "ring", block)
        which = source.integers(MODES, size=(_BLOCK, self._size))
        real = CENTRES[:, which] + self._spread * source.standard_normal((2, _BLOCK, self._size))
        noise = source.standard_normal((2, _LATENT, _BLOCK, self._size))
        return real.astype(np.float32), noise.astype(np.float32)


def near_shares(samples: Array, spread: float) -> Array:
    """Share (R, 8) of ``samples`` (R, 2, n) within 3σ of each centre; a sample counts for its nearest mode alone."""
    distance = np.sqrt(((samples[:, :, :, None] - CENTRES[None, :, None, :]) ** 2).sum(axis=1))
    nearest = distance.argmin(axis=2)[..., None] == np.arange(MODES)
    found: Array = (nearest & (distance <= REACH * spread)).mean(axis=1)
    return found


def covered(shares: Array, least: float) -> Array:
    """How many modes have at least ``least`` % of the samples, of ``shares`` (…, 8)."""
    found: Array = (100.0 * shares >= least - 1e-9).sum(axis=-1)
    return found


@lru_cache(maxsize=4)
def pair_of_nets(units: int) -> tuple[Net, Net, Net]:
    """The generator, the discriminator with spectral layers, and the plain one of the same shape."""
    plain = mlp(2, (units, units), 1, activation="relu", loss="logistic")
    return mlp(_LATENT, (units, units), 2, activation="relu"), normalised(plain), plain


class Duel:
    """Both GANs of ``state`` with what was recorded of them."""

    def __init__(self, state: SpectralState) -> None:
        self.maker, self.critic, self.plain = pair_of_nets(state.units)
        rounds = Rounds(state.seed, min(state.batch, 1_000), state.spread)
        self.gan = Gan(self.maker, self.critic, rounds, variants=2, seed=state.seed)
        self.judge, self.artist = Evaluator(self.plain, 2), Evaluator(self.maker, 2)
        self.noise = generator(state.seed, "shown").standard_normal((SAMPLES, _LATENT))
        self.spread = state.spread
        self.axes: dict[str, Axis] = {}
        self.lost = np.full(2, -1)
        self._rows: list[tuple[int, Array, Array]] = []
        self._at, self._samples = -1, np.empty(0)
        self._dials: tuple[float, float] = (np.nan, np.nan)
        self.tune(state)
        self._note()

    @property
    def step(self) -> int:
        """Steps made."""
        return self.gan.step_count

    @property
    def running(self) -> Array:
        """Which of the two are finite (2,)."""
        return self.gan.running

    def tune(self, state: SpectralState) -> None:
        """Take over learning rate and c."""
        if (state.gan_rate, state.norm) != self._dials:
            self._dials = state.gan_rate, state.norm
            self._knob = np.array([0.0, 1.0 / state.norm])
            self.gan.tune(state.gan_rate, spectral=self._knob)

    def advance(self, count: int) -> None:
        """Make ``count`` steps, or fewer where both diverge."""
        goal = self.step + count
        while self.step < goal and self.running.any():
            stop = min(goal, (self.step // EVERY + 1) * EVERY)
            self.gan.step(stop - self.step)
            self.lost[~self.running & (self.lost < 0)] = self.step
            if self.step % EVERY == 0:
                self._note()

    def samples(self) -> Array:
        """What both generators make of the same noise (2, 2, 1000)."""
        if self._at != self.step:
            self._at, self._samples = self.step, self.artist.outputs(self.noise, self.gan.maker.params)
        return self._samples

    def chances(self, points: Array) -> Array:
        """D (2, n): how likely both discriminators hold ``points`` (n, 2) to be real."""
        return self.judge.predict(points, self._params())[:, 0]

    def curves(self) -> tuple[Array, Array, Array]:
        """Steps (T,), shares (T, 2, 8) and bounds (T, 2) up to this very step."""
        rows = self._rows if self._rows[-1][0] == self.step else [*self._rows, self._row()]
        steps, shares, bounds = zip(*rows, strict=True)
        return np.array(steps), np.array(shares), np.array(bounds)

    def _params(self) -> Array:
        with np.errstate(all="ignore"):
            return folded(self.critic, self.gan.judge.params, self.gan.judge.averages, self._knob)

    def _row(self) -> tuple[int, Array, Array]:
        with np.errstate(all="ignore"):
            shares = near_shares(self.samples(), self.spread)
        shares[~self.running] = np.nan
        return self.step, shares, product_bound(self.plain, self._params())

    def _note(self) -> None:
        self._rows.append(self._row())
