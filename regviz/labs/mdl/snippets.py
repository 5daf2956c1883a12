"""The numbers of every view again in a few lines of NumPy; only the draws come from regviz."""

from regviz.labs.mdl import joints, polynomials, trees
from regviz.labs.mdl.penalties import LAMS, NOISE, index_of
from regviz.labs.mdl.state import BINNING, BOTTLENECK, GAUSSIAN, PENALTIES, POLYNOMIALS, TREES, MdlState
from regviz.theory.description_length_tree import Leaf, Tree, exceptions


def code(state: MdlState) -> str:
    """The chosen view."""
    makers = {
        POLYNOMIALS: _polynomials, TREES: _trees, PENALTIES: _penalties, BOTTLENECK: _bottleneck, GAUSSIAN: _gaussian,
        BINNING: _binning,
    }  # fmt: skip
    return "\n".join([*makers[state.tab](state), ""])


_TRUTHS = {
    "cubic": "5 * x**3 - 3.5 * x", "line": "1.5 * x", "sine": "1.5 * np.sin(1.5 * np.pi * x)",
    "step": "np.where(x < 0.2, -1.0, 1.0)", "noise only": "0 * x",
}  # fmt: skip


def _polynomials(state: MdlState) -> list[str]:
    made = polynomials.curve_of(state)
    d = min(state.degree, made.degrees[-1])
    sent = made.messages[d]
    return [
        "import numpy as np", "from scipy.special import ndtr", "", "from regviz.neural import generator", "",
        f"n, d, cell = {state.n}, {d}, 2.0**-{state.cell}",
        f"x = np.sort(generator({state.seed}, 'mdl inputs').uniform(-1, 1, n))",
        f"y = {_TRUTHS[state.curve]}",
        f"z = np.rint((y + {state.noise!r} * generator({state.seed}, 'mdl noise').standard_normal(n)) / cell)",
        "t = (2 * x - x.min() - x.max()) / (x.max() - x.min())",
        "Q, R = np.linalg.qr(np.polynomial.legendre.legvander(t, d))",
        "basis = Q * np.sign(np.diag(R)) * n**0.5",
        f"k, step, s = np.array({list(sent.parts.k)}), 2.0**-{sent.parts.b}, {sent.parts.spread!r}  # what is sent",
        f"model_bits = {len(sent.model)}",
        "centre = basis @ (k * step) / cell",
        "data_bits = -np.log2(ndtr((z + 0.5 - centre) / s) - ndtr((z - 0.5 - centre) / s)).sum()",
        "rss = np.sum((z * cell - Q @ (Q.T @ z) * cell) ** 2)",
        "bic = n * (0.5 * np.log2(2 * np.pi * np.e * rss / n) - np.log2(cell)) + (d + 2) / 2 * np.log2(n)",
    ]  # fmt: skip


def _trees(state: MdlState) -> list[str]:
    made = trees.forest(state.shape, state.n, state.flips, state.seed)
    tree = made.trees[min(state.leaves, len(made.trees)) - 1]
    ends, places = _ends(tree, made)
    return [
        "from math import comb", "",
        "digits = lambda choices: (choices - 1).bit_length()  # bits that name one of so many things",
        f"leaves = {ends}  # (rows, exceptions) of each leaf",
        f"places = {places}  # where each split could be along its feature",
        "structure = len(leaves) + len(places)",
        "splits = sum(digits(2) + digits(p) for p in places)  # which of 2 features, and where",
        "labels = len(leaves)",
        "exceptions = sum(digits(n // 2 + 1) + digits(comb(n, k)) for n, k in leaves)",
        "bits = structure + splits + labels + exceptions",
    ]  # fmt: skip


def _ends(tree: Tree, made: trees.Forest) -> tuple[list[tuple[int, int]], list[int]]:
    if isinstance(tree, Leaf):
        return [(len(tree.rows), exceptions(tree, made.y))], []
    left, right = _ends(tree.left, made), _ends(tree.right, made)
    own = len(set(made.X[list(tree.rows), tree.feature].tolist())) - 1
    return left[0] + right[0], [own, *left[1], *right[1]]


def _penalties(state: MdlState) -> list[str]:
    ridge = state.penalty == "ridge"
    lam = float(LAMS[index_of(state.lam)])
    return [
        "import numpy as np", "from scipy.special import ndtr", "", "from regviz.data import synthetic", "",
        f"lam, sigma, step = {lam!r}, {NOISE * state.noise!r}, 2.0**-{state.digits}",
        f"data = synthetic(n={state.n}, p={state.features}, informative={min(state.informative, state.features)}, "
        f"noise=sigma, seed={state.seed}, n_validation=0)",
        "X, y = (data.X - data.X.mean(0)) / data.X.std(0), data.y - data.y.mean()",
        "n, p = X.shape",
        *(["w = np.linalg.solve(X.T @ X / n + lam * np.eye(p), X.T @ y / n)",
           "width, F = (sigma**2 / (n * lam)) ** 0.5, ndtr"] if ridge else
          ["w, rate = np.zeros(p), 1 / np.linalg.eigvalsh(X.T @ X / n)[-1]",
           "for _ in range(20_000):",
           "    u = w + rate * X.T @ (y - X @ w) / n",
           "    w = np.sign(u) * np.maximum(np.abs(u) - rate * lam, 0)",
           "width = sigma**2 / (n * lam)",
           "F = lambda v: np.where(v < 0, np.exp(-np.abs(v)) / 2, 1 - np.exp(-np.abs(v)) / 2)"]),
        "k, cell = -np.abs(np.rint(w / step)), sigma / 16  # the priors are even: lower tails are exact",
        "z = np.rint(y / cell)",
        "model_bits = -np.log2(F((k + 0.5) * step / width) - F((k - 0.5) * step / width)).sum()",
        "off = -np.abs(z - X @ (np.rint(w / step) * step) / cell) * cell / sigma",
        "data_bits = -np.log2(ndtr(off + 0.5 * cell / sigma) - ndtr(off - 0.5 * cell / sigma)).sum()",
    ]  # fmt: skip


def _bottleneck(state: MdlState) -> list[str]:
    return [
        "import numpy as np", "", "from regviz.labs.mdl.joints import bottleneck", "",
        f"joint, beta = bottleneck({joints.key(state)!r}).joint, {state.beta!r}",
        "px = joint.sum(1)",
        "rows = joint / px[:, None]",
        "scaled = joint / np.sqrt(px[:, None] * joint.sum(0))",
        "critical = np.linalg.svd(scaled)[1][1] ** -2  # huge where X tells nothing",
        "q = np.eye(len(px))  # p(t|x), from T = X",
        "for b in np.geomspace(1000, beta, 40):",
        "    for _ in range(100):",
        "        pt = px @ q",
        "        q, pt = q[:, pt > 1e-9], pt[pt > 1e-9]",
        "        py_t = q.T @ joint / pt[:, None]",
        "        kl = (rows[:, None] * np.log(np.maximum(rows[:, None], 1e-300) / np.maximum(py_t, 1e-300))).sum(2)",
        "        e = np.log(pt) - b * kl",
        "        q = np.exp(e - e.max(1, keepdims=True))",
        "        q /= q.sum(1, keepdims=True)",
        "information = lambda j: np.sum(j * np.log2(np.maximum(j, 1e-300) / np.outer(j.sum(1), j.sum(0))))",
        "kept, told = information(q * px[:, None]), information(q.T @ joint)",
    ]  # fmt: skip


def _gaussian(state: MdlState) -> list[str]:
    arguments = f"{state.dimensions}, {state.top!r}, {state.decay!r}, {state.seed}"
    return [
        "import numpy as np", "", "from regviz.labs.mdl.gaussian import scene", "",
        f"made, beta = scene({arguments}).made, {state.beta!r}",
        "lam = np.sort(np.linalg.eigvals(made.cov_given @ np.linalg.inv(made.cov_x)).real)",
        "critical = 1 / (1 - lam)",
        "gain = np.maximum(0, (beta * (1 - lam) - 1) / lam)",
        "kept = 0.5 * np.log2(1 + gain).sum()",
        "told = kept - 0.5 * np.log2(1 + lam * gain).sum()",
    ]  # fmt: skip


def _binning(state: MdlState) -> list[str]:
    return [
        "import numpy as np", "",
        f"w, widths = {state.weight!r}, ({state.narrow!r}, {state.wide!r})",
        "x = np.random.default_rng(0).standard_normal(1_000_000)",
        "def bits(t, width):",
        "    share = np.unique(np.floor(t / width), return_counts=True)[1] / len(t)",
        "    return -np.sum(share * np.log2(share))",
        "tanh = [bits(np.tanh(w * x), width) for width in widths]",
        "relu = [bits(np.maximum(w * x, 0), width) for width in widths]",
    ]  # fmt: skip
