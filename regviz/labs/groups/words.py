"""What the groups lab says: the caption of the picture and the notes on the data."""

import numpy as np

from regviz.lab import show
from regviz.labs.groups.descent import Run
from regviz.labs.groups.design import Design
from regviz.labs.groups.scene import Solution, held


def caption(made: Design, lam: float, found: dict[str, Solution]) -> str:
    """One sentence on what the three penalties keep at ``lam``."""
    group, sparse, lasso = (found[name] for name in ("group-lasso", "sparse-group-lasso", "lasso"))
    if made.single:
        return f"At λ = {show(lam)} every block is one feature: all three penalties keep the same {_count(lasso)}."
    if not any(each.w.any() for each in found.values()):
        return f"At λ = {show(lam)} every block is exactly zero under all three penalties."
    return (
        f"At λ = {show(lam)} the group lasso keeps {_blocks(group, made)} whole, the sparse group lasso "
        f"{_blocks(sparse, made)} with {_holes(made, sparse) or 'none'} of their features at zero, and the lasso "
        f"{_count(lasso)} {'in' if np.count_nonzero(lasso.w) == 1 else 'spread over'} {_blocks(lasso, made)}."
    )


def _blocks(found: Solution, made: Design) -> str:
    return f"{np.count_nonzero(found.inside)} of {len(made.groups)} blocks"


def _count(found: Solution) -> str:
    count = int(np.count_nonzero(found.w))
    return "1 feature" if count == 1 else f"{count} features"


def _holes(made: Design, found: Solution) -> int:
    """Features at zero inside blocks that are in."""
    inside = np.flatnonzero(found.inside)
    return int(sum(np.count_nonzero(found.w[list(made.groups[g])] == 0.0) for g in inside))


def message(made: Design, lam: float, done: Run) -> str:
    """What was dropped, held or flew apart, in a sentence or more; "" when there is nothing to say."""
    said = list(made.data.notes)
    if held(made, lam) > lam:
        said.append(f"λ is held at {show(held(made, lam))}, the smallest that is shown.")
    if made.single:
        said.append("No block has two members; name some, as in A,B;C,D, or set a block size.")
    if done.descent.diverged:
        said.append(f"Steps of {show(done.length)}/L are too long: proximal gradient has diverged.")
    return " ".join(said)


def sparse_page(lam: float, alpha: float) -> str:
    """The sparse group lasso's strength as a page, in the form of Simon, Friedman, Hastie and Tibshirani 2013."""
    return (
        "# λ elsewhere\n\nThe sparse group lasso as Simon and others (2013) state it:\n\n"
        f"1/(2n)‖y−Xw‖² + λ[α‖w‖₁ + (1−α)Σ√p\\_g‖w\\_g‖], λ = {show(lam, 5)}, α = {show(alpha, 5)}\n"
    )
