"""What is on screen as PyTorch code: one matrix, the classifier with spectral norm, or the GAN."""

from regviz.labs import _nets as nets
from regviz.labs.spectral_norm.iteration import walk
from regviz.labs.spectral_norm.state import GAN, POWER, SpectralState

_IMPORT = "from torch.nn.utils.parametrizations import spectral_norm"
_SCALE = [
    "", "class Times(nn.Module):", "    def __init__(self, c):", "        super().__init__()", "        self.c = c",
    "    def forward(self, W):", "        return self.c * W",
]  # fmt: skip


def code(state: SpectralState) -> str:
    """The view on screen."""
    if state.tab == POWER:
        return _power(state)
    return _gan(state) if state.tab == GAN else _net(state)


def _power(state: SpectralState) -> str:
    found = walk(state)
    return "\n".join([
        "# Power iteration, as one training step of spectral_norm makes it",
        "import torch",
        "",
        f"W = torch.tensor({found.matrix.tolist()!r}, dtype=torch.float64)",
        f"v, u = (torch.tensor(x, dtype=torch.float64) for x in {[found.v[0].tolist(), found.u[0].tolist()]!r})",
        f"for k in range({state.iterations}):",
        "    v = torch.nn.functional.normalize(W.T @ u, dim=0)",
        "    u = torch.nn.functional.normalize(W @ v, dim=0)",
        "    print(k + 1, (u @ W @ v).item())",
        "print(torch.linalg.matrix_norm(W, 2).item())",
        "",
    ])  # fmt: skip


def _net(state: SpectralState) -> str:
    return nets.pytorch(
        state, about=f"Spectral norm, each layer {state.norm!r}*W/sigma: eval() makes no power iteration",
        imports=["from torch.nn.utils.parametrize import register_parametrization", _IMPORT, *_SCALE],
        setup=[
            "for m in linear:", "    spectral_norm(m)",
            f'    register_parametrization(m, "weight", Times({state.norm!r}))', "optimiser = " + nets.rule(state),
        ],
    )  # fmt: skip


def _gan(state: SpectralState) -> str:
    h = state.units
    return "\n".join([
        "# A GAN on a ring of eight Gaussians, its discriminator with spectral norm",
        "import math",
        "import torch",
        "from torch import nn",
        "from torch.nn.utils.parametrize import register_parametrization",
        _IMPORT,
        *_SCALE,
        "",
        "def layer(inputs, outputs):",
        "    m = spectral_norm(nn.Linear(inputs, outputs))",
        f'    register_parametrization(m, "weight", Times({state.norm!r}))',
        "    return m",
        "",
        f"torch.manual_seed({state.seed})",
        f"G = nn.Sequential(nn.Linear(2, {h}), nn.ReLU(), nn.Linear({h}, {h}), nn.ReLU(), nn.Linear({h}, 2))",
        f"D = nn.Sequential(layer(2, {h}), nn.ReLU(), layer({h}, {h}), nn.ReLU(), layer({h}, 1))",
        f"opt_G, opt_D = (torch.optim.Adam(m.parameters(), lr={state.gan_rate!r}, betas=(0.5, 0.999)) for m in (G, D))",
        "loss_of = nn.BCEWithLogitsLoss()",
        f"B = {min(state.batch, 1_000)}",
        "one, zero = torch.ones(B, 1), torch.zeros(B, 1)",
        f"for step in range({state.steps}):",
        "    D.train()  # one power iteration in each forward pass of the discriminator's turn",
        "    angle = torch.randint(8, (B,)) * (2 * math.pi / 8)",
        f"    x = torch.stack([angle.cos(), angle.sin()], 1) + {state.spread!r} * torch.randn(B, 2)",
        "    fake = G(torch.randn(B, 2)).detach()",
        "    opt_D.zero_grad()",
        "    loss_of(D(torch.cat([x, fake])), torch.cat([one, zero])).backward()",
        "    opt_D.step()",
        "    D.eval()  # none in the generator's",
        "    opt_G.zero_grad()",
        "    loss_of(D(G(torch.randn(B, 2))), one).backward()",
        "    opt_G.step()",
        "",
    ])  # fmt: skip
