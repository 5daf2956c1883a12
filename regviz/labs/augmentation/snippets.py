"""Augmentation as PyTorch code, and the identity of noise and ridge as NumPy code."""

from regviz.labs import _nets as nets
from regviz.labs.augmentation.state import DIGITS, AugmentationState
from regviz.neural.augment import LEAST_ALPHA


def net_code(state: AugmentationState) -> str:
    """The training of the second net."""
    made = nets.task(state)
    image = state.dataset == DIGITS
    several, smoothing = made.classes > 2, f"label_smoothing={state.smoothing!r}"
    return nets.pytorch(
        state, about="Augmentation: each sample is changed anew whenever it is drawn",
        imports=["from torch.nn import functional as F"] if image or several else [],
        batch=[*_moves(state, image), *_noise(state), *_mixup(state, several), *_smooth(state, several), *_fgsm(state)],
        loss=f"nn.CrossEntropyLoss({smoothing})" if several and state.smoothing else "",
    )  # fmt: skip


def _moves(state: AugmentationState, image: bool) -> list[str]:
    lines = []
    if state.shift or state.angle or state.flip:
        lines += [
            f"turn = torch.deg2rad({state.angle!r} * (2 * torch.rand(len(x)) - 1))",
            f"mirror = torch.where(torch.rand(len(x)) < {state.flip!r}, -1.0, 1.0)",
            f"shift = {state.shift!r} * (2 * torch.rand(len(x), 2) - 1)",
            "c, s = torch.cos(turn), torch.sin(turn)",
        ]
        lines += _image_move() if image else [
            "A = torch.stack([torch.stack([mirror * c, -s], -1), torch.stack([mirror * s, c], -1)], -2)",
            "x = torch.einsum('nij,nj->ni', A, x) + shift",
        ]  # fmt: skip
    if image and state.cutout:
        lines += [
            f"row, column, side = torch.randint(8, (len(x), 1, 1)), torch.randint(8, (len(x), 1, 1)), {state.cutout}",
            "at = torch.arange(8)",
            "tall = (at[:, None] >= row - side // 2) & (at[:, None] < row - side // 2 + side)",
            "wide = (at >= column - side // 2) & (at < column - side // 2 + side)",
            "x = torch.where(tall & wide, 0.0, x.view(-1, 8, 8)).reshape(-1, 64)",
        ]
    if not image and state.hide:
        lines += [
            f"struck = (torch.rand(len(x), 1) < {state.hide!r}) & (torch.randint(2, (len(x), 1)) == torch.arange(2))",
            "x = torch.where(struck, 0.0, x)",
        ]
    return lines


def _image_move() -> list[str]:
    """The inverse map, as grid_sample wants it: rows run downwards, and outside is empty paper, −1."""
    return [
        "tx, ty = shift[:, 0], -shift[:, 1]  # rows run downwards",
        "inverse = torch.stack([",
        "    torch.stack([mirror * c, -mirror * s, mirror * (s * ty - c * tx)], -1),",
        "    torch.stack([s, c, -(s * tx + c * ty)], -1),",
        "], -2)",
        "at = F.affine_grid(inverse, (len(x), 1, 8, 8), align_corners=False)",
        "x = F.grid_sample(x.view(-1, 1, 8, 8) + 1, at, align_corners=False).reshape(-1, 64) - 1",
    ]


def _noise(state: AugmentationState) -> list[str]:
    return [f"x = x + {state.input_noise!r} * torch.randn_like(x)"] if state.input_noise else []


def _mixup(state: AugmentationState, several: bool) -> list[str]:
    if state.mixup < LEAST_ALPHA:
        return []
    hot = ["y = F.one_hot(y, 10 if x.shape[1] == 64 else 3).float()  # labels must be mixed, too"] if several else []
    return [
        *hot, f"lam = torch.distributions.Beta({state.mixup!r}, {state.mixup!r}).sample((len(x), 1))",
        "other = torch.randperm(len(x))",
        "x, y = lam * x + (1 - lam) * x[other], lam * y + (1 - lam) * y[other]",
    ]  # fmt: skip


def _smooth(state: AugmentationState, several: bool) -> list[str]:
    """Two classes with one output; CrossEntropyLoss smooths by itself."""
    if several or not state.smoothing:
        return []
    return [f"y = (1 - {state.smoothing!r}) * y + {state.smoothing!r} / 2"]


def _fgsm(state: AugmentationState) -> list[str]:
    if not state.fgsm:
        return []
    return [
        "x = x.detach().requires_grad_()", "slope, = torch.autograd.grad(loss_of(net(x), y), x)",
        f"x = (x + {state.fgsm!r} * slope.sign()).detach()",
    ]  # fmt: skip


def linear_code(state: AugmentationState) -> str:
    """Noisy copies beside ridge."""
    return "\n".join([
        "# X (n, p) standardised, y (n,) centred",
        "import numpy as np",
        "",
        "n, p = X.shape",
        f"sigma, copies, source = {state.input_noise!r}, {state.copies}, np.random.default_rng({state.seed})",
        "ridge = np.linalg.solve(X.T @ X / n + sigma**2 * np.eye(p), X.T @ y / n)  # lam = sigma**2",
        "",
        "gram, moment = np.zeros((p, p)), np.zeros(p)",
        "for _ in range(copies):",
        "    noisy = X + sigma * source.standard_normal((n, p))",
        "    gram, moment = gram + noisy.T @ noisy, moment + noisy.T @ y",
        "augmented = np.linalg.solve(gram, moment)  # tends to ridge",
        "",
    ])  # fmt: skip
