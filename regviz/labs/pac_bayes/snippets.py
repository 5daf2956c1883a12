"""The bounds on screen as plain NumPy, data included."""

from regviz.labs.pac_bayes.certificate import CERTIFIED, certified
from regviz.labs.pac_bayes.scene import PARAMETERS, scene_of
from regviz.labs.pac_bayes.state import GRID, NET, PacBayesState

_INVERSE = [
    "",
    "def kl(q, p):",
    "    a = q * math.log(q / p) if q > 0 else 0.0",
    "    return a + ((1 - q) * math.log((1 - q) / (1 - p)) if q < 1 else 0.0)",
    "",
    "def inverse_kl(q, budget):  # the largest p with kl(q, p) <= budget, by bisection",
    "    low, high = q, 1.0",
    "    for _ in range(60):",
    "        p = (low + high) / 2",
    "        low, high = (p, high) if p < 1 and kl(q, p) <= budget else (low, p)",
    "    return high",
    "",
]


def code(state: PacBayesState) -> str:
    """The view on screen."""
    return _net(state) if state.tab == NET else _linear(state)


def _linear(state: PacBayesState) -> str:
    made = scene_of(state)
    grid = state.catoni == GRID
    C = f"np.geomspace(0.1, 20.0, {len(PARAMETERS)})" if grid else f"np.array([{state.parameter!r}])"
    return "\n".join([
        "# PAC-Bayes bounds for sign(v @ x), v ~ N(w, s^2 I), prior N(0, tau^2 I)",
        "import math",
        "import zlib",
        "import numpy as np",
        *_INVERSE,
        f"n, d, m, delta = {state.n}, {state.d}, {state.m!r}, {state.delta!r}",
        f"length, s, tau = {made.length!r}, {made.s!r}, {made.tau!r}  # |w|, width of Q, width of P",
        f"price = {made.price!r}  # of taking tau from a grid after seeing the sample",
        f'source = np.random.default_rng([{state.seed}, zlib.crc32(b"pac-bayes sample")])',
        "yx = source.standard_normal((n, d))",
        "yx[:, 0] += m",
        "w = length * yx.mean(axis=0) / np.linalg.norm(yx.mean(axis=0))",
        "margin = yx @ w / np.linalg.norm(yx, axis=1)",
        "train = float(np.mean([math.erfc(a / (s * math.sqrt(2))) / 2 for a in margin]))",
        "KL = (length**2 / tau**2 + d * (s**2 / tau**2 - 1)) / 2 - d * math.log(s / tau) + price",
        "budget = (KL + math.log(2 * math.sqrt(n) / delta)) / n",
        f"C = {C}",
        "catoni = (1 - np.exp(-C * train - (KL + math.log(len(C) / delta)) / n)) / (1 - np.exp(-C))",
        'print("train error", train, " KL + price", KL)',
        'print("inverse kl", inverse_kl(train, budget))',
        'print("Catoni", catoni.min())',
        'print("Pinsker", train + math.sqrt(budget / 2))',
        "",
    ])  # fmt: skip


def _net(state: PacBayesState) -> str:
    found = certified(state)
    return "\n".join([
        "# The certificate of the stochastic net from what was measured of it",
        "import math",
        *_INVERSE,
        f"n, delta, delta_sampling, draws = {found.n}, {state.delta!r}, {state.sampling!r}, {CERTIFIED}",
        f"sampled = {found.sampled!r}  # training error over draws of (weights, example)",
        f"KL, j = {found.kl!r}, {found.j}  # to N(centre, tau_j^2 I)",
        "train = inverse_kl(sampled, math.log(2 / delta_sampling) / draws)",
        "budget = (KL + math.log(math.pi**2 * j**2 / 6) + math.log(2 * math.sqrt(n) / delta)) / n",
        'print("certificate", inverse_kl(train, budget), "with probability", 1 - delta - delta_sampling)',
        "",
    ])  # fmt: skip
