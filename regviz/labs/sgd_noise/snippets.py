"""The views of the lab as code: NumPy for particles, least squares and minimum norm, PyTorch for the nets."""

from regviz.labs import _nets as nets
from regviz.labs.sgd_noise.state import BOWL, SAME_RATIO, SgdNoiseState, landscape


def particles_code(state: SgdNoiseState) -> str:
    """Particles on the landscape, and the Gibbs density."""
    kind = landscape(state)
    bumps = "" if state.landscape == BOWL else "".join(
        f" - {a!r} * (x - {c!r}) / {s!r}**2 * np.exp(-((x - {c!r}) ** 2) / (2 * {s!r}**2))" for a, c, s in kind.bumps
    )  # fmt: skip
    return "\n".join([
        "import numpy as np", "",
        f"eta, B, sigma = {state.rate!r}, {state.batch}, {state.sigma!r}",
        f"slope = lambda x: {kind.h!r} * x + {kind.tilt!r}{bumps}",
        f"source, x = np.random.default_rng({state.seed}), np.zeros(1500)",
        f"for step in range({state.steps}):",
        "    x = x - eta * (slope(x) + sigma / B**0.5 * source.standard_normal(x.shape))",
        "T = eta * sigma**2 / (2 * B)  # the histogram of x tends to exp(-U/T) for small eta",
        *([f"variance = eta * sigma**2 / (B * (2 - eta * {kind.h!r}) * {kind.h!r})  # exact, for eta * h < 2"]
          if state.landscape == BOWL else []), "",
    ])  # fmt: skip


def covariance_code(state: SgdNoiseState) -> str:
    """The exact stationary covariance of minibatch SGD on least squares."""
    return "\n".join([
        "# X (n, p), y (n,); minibatches drawn with replacement",
        "import numpy as np", "",
        f"eta, B = {state.rate!r}, {state.batch}",
        "n, p = X.shape",
        "w = np.linalg.lstsq(X, y, rcond=None)[0]",
        "r, H, eye = y - X @ w, X.T @ X / n, np.eye(p)",
        "C = (X * r[:, None] ** 2).T @ X / n",
        "rows = [np.outer(x, x) for x in X]",
        "M = np.kron(eye - eta * H, eye - eta * H)",
        "M += eta**2 / B * (sum(np.kron(A, A) for A in rows) / n - np.kron(H, H))",
        "assert abs(np.linalg.eigvals(M)).max() < 1  # else the second moments grow",
        "Sigma = np.linalg.solve(np.eye(p * p) - M, eta**2 / B * C.ravel()).reshape(p, p)", "",
    ])  # fmt: skip


def minimum_code(state: SgdNoiseState) -> str:
    """Descent from zero and the pseudo-inverse."""
    return "\n".join([
        "# X (n, p) with p > n, y (n,)",
        "import numpy as np", "",
        "n, p = X.shape",
        "w = np.zeros(p)",
        f"for step in range({state.steps}):",
        f"    w -= {state.rate!r} / n * X.T @ (X @ w - y)",
        "smallest = np.linalg.pinv(X) @ y  # where w goes",
        "limit = lambda w0: smallest + w0 - np.linalg.pinv(X) @ (X @ w0)  # from another start", "",
    ])  # fmt: skip


def net_code(state: SgdNoiseState) -> str:
    """Training, then the largest Hessian eigenvalue by power iteration on Hessian-vector products."""
    rate = f"{state.rate!r} * B / 8" if state.scaling == SAME_RATIO else f"{state.rate!r}"
    code = nets.pytorch(
        state, about=f"Sharpness after training; learning rate {rate}, B rows in each step",
        imports=["", f"B = {state.batch}"],
        batch=["rows = torch.randint(len(X_train), (B,))", "x, y = X_train[rows], y_train[rows]"],
        optimiser=nets.rule(state).replace(f"lr={state.rate!r}", f"lr={rate}"),
    )  # fmt: skip
    return code + "\n".join([
        "",
        "params = list(net.parameters())",
        "loss = loss_of(net(X_train), y_train)",
        "grads = torch.autograd.grad(loss, params, create_graph=True)",
        "v = [torch.randn_like(p) for p in params]",
        "for _ in range(100):  # the eigenvalue of largest size, here the sharpness",
        "    size = sum((a * a).sum() for a in v) ** 0.5",
        "    v = [a / size for a in v]",
        "    dot = sum((g * a).sum() for g, a in zip(grads, v))",
        "    Hv = torch.autograd.grad(dot, params, retain_graph=True)",
        "    sharpness = sum((a * b).sum() for a, b in zip(v, Hv)).item()",
        "    v = [a.detach() for a in Hv]", "",
    ])  # fmt: skip
