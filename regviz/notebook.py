"""Results of `regviz.path`, `fit` and `cross_validate` as pictures in a notebook. Qt is loaded when one is shown."""

import numpy as np

from regviz.lab import Axis, Band, Bars, Frame, Lines, Panel, Rule, show
from regviz.linear import CrossValidation, Fit, Path
from regviz.linear.tables import show_with

SIZE = (1200, 640)
"""Width and height in pixels."""
COLOURED = 5


def frame_of(result: Path | Fit | CrossValidation) -> Frame:
    """One panel: the path over λ, the coefficients of a fit, or the error curve."""
    if isinstance(result, Path):
        panel = _path(result)
    elif isinstance(result, Fit):
        panel = _fit(result)
    else:
        panel = _validation(result)
    return Frame(panels=(panel,), readouts=(), caption=f"{panel.title}.")


def png(result: Path | Fit | CrossValidation) -> bytes:
    """The picture as PNG bytes."""
    from regviz.gui.canvas.export import Heading, picture_bytes

    frame = frame_of(result)
    return picture_bytes(frame, Heading(title=frame.panels[0].title), ".png", size=SIZE, panel=frame.panels[0].key)


def _margins(values: "np.typing.ArrayLike", share: float = 0.08) -> tuple[float, float]:
    found = np.asarray(values, dtype=float)
    found = found[np.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if found.size else (0.0, 1.0)
    length = (high - low) or max(abs(high), 1.0)
    return low - share * length, high + share * length


def _path(result: Path) -> Panel:
    positive = result.lams[result.lams > 0.0]
    top = float(positive.max()) if positive.size else 1.0
    lams = np.union1d(np.geomspace(1e-4 * top, top, 200), positive[positive >= 1e-4 * top])
    coef = np.array([result.at(float(lam)) for lam in lams])
    order = np.argsort(-np.abs(coef).max(axis=0), kind="stable")
    rank = {int(j): k for k, j in enumerate(order)}
    roles = tuple(f"informative:{rank[j]}" if rank[j] < COLOURED else "muted" for j in range(coef.shape[1]))
    lines = Lines(key="path", x=lams, y=coef.T, labels=result.names, roles=roles)
    low, high = _margins(coef)
    x = Axis(low=float(lams[0]), high=float(lams[-1]), log=True, label="λ (log scale)")
    return Panel(key="path", title=f"{result.penalty} path", x=x, y=Axis(low=low, high=high), marks=(lines,))


def _fit(result: Fit) -> Panel:
    low, high = _margins(np.append(result.coef, 0.0), 0.14)
    bars = Bars(key="coefficients", role="informative:0", values=result.coef, labels=result.names)
    x = Axis(low=-0.6, high=result.p - 0.4, hidden=True)
    title = f"{result.penalty}, λ = {show(result.lam)}"
    return Panel(key="fit", title=title, x=x, y=Axis(low=low, high=high), marks=(bars,))


def _validation(result: CrossValidation) -> Panel:
    kept = result.lams > 0.0
    lams, mean, se = result.lams[kept], result.mean[kept], result.se[kept]
    if lams.size < 2:
        lams, mean, se = np.array([0.1, 1.0]), np.full(2, result.mean[0]), np.full(2, result.se[0])
    low, high = _margins(np.concatenate([mean - se, mean + se]))
    marks = (
        Band(key="se", role="validation", x=lams, low=mean - se, high=mean + se),
        Lines(key="mean", role="validation", x=lams, y=mean[None], labels=("held-out error",)),
        *(
            Rule(key=key, value=value, dash=True, role="validation", label=f"{name} = {show(value)}")
            for key, name, value in (("lam_min", "λ min", result.lam_min), ("lam_1se", "λ 1SE", result.lam_1se))
        ),
    )
    x = Axis(low=float(lams.min()), high=float(lams.max()), log=True, label="λ (log scale)")
    return Panel(key="error", title=f"{result.penalty}, cross-validation", x=x, y=Axis(low=low, high=high), marks=marks)


show_with(png)
