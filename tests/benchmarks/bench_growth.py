"""How cost grows: exact paths over n and p, pictures over marks, training over variants and width, in CPU time.

Each table ends with the slope of log cost over log size in its upper half: 1 is proportional. No peers here.
"""

import os
import statistics
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402

import regviz  # noqa: E402


def best(work, turns=5):
    """Least milliseconds of CPU over ``turns`` calls."""
    times = []
    for _ in range(turns):
        start = time.process_time()
        work()
        times.append(1e3 * (time.process_time() - start))
    return min(times)


def problem(n, p):
    """Standardised synthetic data with AR(1) correlation 0.5 and 5 of ``p`` features informative."""
    rng = np.random.default_rng(n * 1000 + p)
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = 0.5 * X[:, j - 1] + np.sqrt(0.75) * X[:, j]
    y = X[:, : min(5, p)].sum(axis=1) + rng.standard_normal(n)
    return X, y


def paths(penalty, sizes):
    """(size, milliseconds) of whole paths."""
    for n, p in sizes:
        X, y = problem(n, p)
        yield f"{n:,} × {p:,}", max(n, p), best(lambda X=X, y=y: regviz.path(X, y, penalty), 3)


def pictures(counts):
    """One panel with ``count`` curves of 300 points each, as a PNG-sized image."""
    from regviz.gui.canvas.export import panel_image
    from regviz.gui.canvas.theme import THEMES
    from regviz.lab import Axis, Lines, Panel

    x = np.linspace(0.0, 1.0, 300)
    for count in counts:
        curves = np.sin(6.0 * x + np.arange(count)[:, None] / count) * 0.9
        marks = tuple(Lines(key=f"l{k}", x=x, y=curve[None]) for k, curve in enumerate(curves))
        panel = Panel(key="p", title="Curves", x=Axis(low=0.0, high=1.0), y=Axis(low=-1.0, high=1.0), marks=marks)
        yield f"{count} marks", count, best(lambda panel=panel: panel_image(panel, THEMES["light"], 800, 450))


def variants(counts):
    """100 steps of a 2-32-32-1 tanh net with SGD, batch 32, in ``count`` variants as one batch."""
    from regviz.neural import Batches, Hyper, Sgd, Trainer, mlp

    rng = np.random.default_rng(0)
    X = rng.standard_normal((512, 2)).astype(np.float32)
    y = (X[:, :1] * X[:, 1:] > 0).astype(np.float32)
    for count in counts:
        trainer = Trainer(mlp(2, (32, 32), activation="tanh", loss="logistic"), Batches(X, y, 32, 0),
                          Hyper(rate=0.1), variants=count, optimiser=Sgd())  # fmt: skip
        trainer.step(20)
        yield f"{count} variants", count, best(lambda trainer=trainer: trainer.step(100))


def table(title, rows):
    """Print sizes, times and the slope."""
    rows = list(rows)
    print(f"\n### {title}\n\n| size | ms of CPU |\n|---|---|")
    for name, _, taken in rows:
        print(f"| {name} | {taken:.3g} |")
    upper = rows[len(rows) // 2 - 1 :]
    slopes = [np.log(b[2] / a[2]) / np.log(b[1] / a[1]) for a, b in zip(upper, upper[1:], strict=False)]
    print(f"\nSlope in the upper half: {statistics.mean(slopes):.2f}", flush=True)


def main():
    """Print every table."""
    for penalty in ("lasso", "elastic-net", "ridge", "group-lasso"):
        table(f"{penalty} path over p, n = 2p", paths(penalty, [(2 * p, p) for p in (12, 25, 50, 100, 200)]))
    table("lasso path over n, p = 50", paths("lasso", [(n, 50) for n in (1_000, 4_000, 16_000, 64_000)]))
    table("lasso path over p, n = 100", paths("lasso", [(100, p) for p in (500, 1_000, 2_000, 4_000)]))
    table("a panel over its marks", pictures((4, 8, 16, 32, 64)))
    table("training over variants", variants((1, 2, 4, 8, 16, 32, 64)))


if __name__ == "__main__":
    main()
