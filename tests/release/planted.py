"""Faults planted one at a time in a copy of the program: the usual tests beside each must fail.

A fault is a line as it stands and the line a tired author might have written. `tests` are the usual tests that stand
near it; the rest of the suite can only catch more.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.release.part import Part

ROOT = Path(__file__).resolve().parents[2]
_CAUGHT, _HELD = 1, 0


class Fault(NamedTuple):
    """``was`` stands once in ``file`` (under regviz/) and ``becomes`` another; ``tests`` stand under tests/."""

    file: str
    was: str
    becomes: str
    tests: tuple[str, ...]


FAULTS = (
    # A penalty or a criterion that is off by a factor or a sign.
    Fault("linear/groups.py", "np.sqrt(np.array([len(group) for group in groups], dtype=np.float64))",
          "np.ones(len(groups))", ("linear/test_group_lasso.py",)),
    Fault("linear/thresholds.py", "v - np.clip(v, -limit, limit)", "v - np.clip(v, 0.0, limit)",
          ("linear/test_proximal.py", "linear/test_penalties.py")),
    Fault("linear/ridge.py", "self.corr / (self.values + lams[:, None])",
          "self.corr / (self.values + 2.0 * lams[:, None])",
          ("linear/test_ridge.py",)),
    Fault("linear/ridge.py", "inner * self.values / (self.values + lams[:, None])",
          "inner / (self.values + lams[:, None])",
          ("linear/test_ridge.py", "linear/test_selection.py")),
    Fault("linear/selection.py", "1.0 - 1.0 / problem.n - system.leverages(lams)", "1.0 - system.leverages(lams)",
          ("linear/test_selection.py",)),
    Fault("linear/selection.py", "deviance + np.log(n) * df", "deviance + 2.0 * np.log(n) * df",
          ("linear/test_selection.py",)),
    Fault("linear/selection.py", "return square / (problem.n - problem.p)", "return square / problem.n",
          ("linear/test_selection.py",)),
    Fault("linear/smoothers.py", "float((reach**2).sum()) / len(features) + 1.0 / self.problem.n",
          "float((reach**2).sum()) / len(features)", ("linear/test_smoothers.py",)),
    Fault("linear/cross_validation.py", ".std(axis=0, ddof=1)", ".std(axis=0)", ("linear/test_cross_validation.py",)),
    Fault("linear/cross_validation.py", "grid[mean <= mean[best] + se[best]].max()",
          "grid[mean <= mean[best] + se[best]].min()", ("linear/test_cross_validation.py",)),
    Fault("linear/conventions.py", "weight = alpha + s * (1.0 - alpha)", "weight = alpha + (1.0 - alpha) / s",
          ("linear/test_conventions.py",)),
    Fault("linear/gradient_flow.py", "curvature * (1.0 - kept) / kept", "curvature * kept / (1.0 - kept)",
          ("linear/test_gradient_flow.py",)),
    Fault("linear/lars.py", "if far <= length:", "if far < 0.0:", ("linear/test_lars.py",)),
    Fault("linear/bootstrap.py", "segments[1:-1] = kept[:-1] | kept[1:]", "segments[1:-1] = kept[:-1] & kept[1:]",
          ("linear/test_bootstrap.py",)),
    # A rule of descent, a loss or a layer that is nearly right.
    Fault("neural/optimisers.py", "decay = rows[\"decay\"][:, None] * (rate if self.rule.coupled else 1.0)",
          "decay = rows[\"decay\"][:, None]", ("neural/test_torch_traces.py",)),
    Fault("neural/optimisers.py", "return (1 - beta1) / (1 - beta1**count), ((1 - beta2) / (1 - beta2**count)) ** 0.5",
          "return (1 - beta1), ((1 - beta2) / (1 - beta2**count)) ** 0.5", ("neural/test_torch_traces.py",)),
    Fault("neural/optimisers.py", "call(np.subtract, p, t, p),\n            ]", "call(np.add, p, t, p),\n            ]",
          ("neural/test_net_traps.py",)),
    Fault("neural/losses.py", "np.divide(self.smoothing, count, out=self._lift)",
          "np.divide(self.smoothing, max(count - 1, 1), out=self._lift)",
          ("neural/test_kernels.py", "neural/test_torch_traces.py")),
    Fault("neural/losses.py", "result: Array = p * (1 - p) * dot", "result: Array = p * dot",
          ("neural/test_landscape.py", "neural/test_kernels.py")),
    Fault("neural/dropout.py", "np.divide(1.0, 1.0 - self._rate, out=self._scale)",
          "np.divide(1.0, self._rate + 1.0, out=self._scale)",
          ("neural/test_mini_batches.py", "neural/test_kernels.py", "neural/test_training.py", "labs/test_dropout.py")),
    Fault("neural/stopping.py", "self.best_params[better] = params[better]",
          "self.best_params[running] = params[running]",
          ("neural/test_training.py", "labs/test_early_stopping.py")),
    Fault("neural/augment.py", "a[:, 0, 1] * x[:, None, :] + a[:, 1, 1] * y[:, :, None]",
          "a[:, 1, 0] * x[:, None, :] + a[:, 1, 1] * y[:, :, None]", ("neural/test_augment.py",)),
    Fault("neural/calibration.py", "side=\"left\"", "side=\"right\"", ("neural/test_augment.py",)),
    Fault("neural/spectral.py", "grad -= _inner(grad, value) * self._outer\n        grad /= self._sigma",
          "grad /= self._sigma",
          ("neural/test_kernels.py", "neural/test_torch_traces.py", "neural/test_landscape.py")),
    # A job, a history or a thread that keeps what is old or swallows what went wrong.
    Fault("engine/job.py", "return lab is self.lab and lab.trains and not self.ended and lab.key(state) == self._key",
          "return lab is self.lab and lab.trains and not self.ended", ("engine/test_worker.py",)),
    Fault("engine/job.py", "return self._ring[-1 - back]", "return self._ring[back]", ("engine/test_worker.py",)),
    Fault("engine/worker.py", "return self._mail is not None and not first and not job.lab.trains", "return False",
          ("engine/test_worker.py",)),
    Fault("engine/worker.py",
          "self._send(Failure(request.serial, request.lab, request.state, _sentence(request.lab, error), trace))",
          "pass", ("engine/test_worker.py",)),
    Fault("engine/worker.py", "if self._unseen or self._stopping.is_set():", "if self._stopping.is_set():",
          ("engine/test_worker.py",)),
    Fault("engine/session.py", "track.redo.clear()\n            track.state = state\n            self._tell()",
          "track.state = state\n            self._tell()", ("engine/test_session.py",)),
    # A picture that lies: an axis, a level, a stale layer, a wrong value.
    Fault("gui/canvas/layers.py", "key = (panel.x, panel.y, panel.origin,",
          "key = (panel.origin,", ("gui/canvas/test_view.py", "gui/canvas/test_paint.py")),
    Fault("gui/canvas/layers.py", "if a is not b:", "if a.key != b.key:", ("gui/canvas/test_view.py",)),
    Fault("gui/canvas/paint/fields.py", "z = mark.z[::-1]", "z = mark.z", ("gui/canvas/test_paint.py",)),
    Fault("gui/canvas/paint/fields.py", "share = (level - start) / (stop - start)", "share = np.full(start.shape, 0.5)",
          ("gui/canvas/test_paint.py",)),
    Fault("gui/canvas/place.py", "data = np.log10(np.where(data > 0, data, np.nan))",
          "data = np.log(np.where(data > 0, data, np.nan))", ("gui/canvas/test_paint.py", "gui/canvas/test_grip.py")),
    Fault("gui/canvas/curves.py", "leave = np.maximum(near.max(axis=0), 0.0), np.minimum(far.min(axis=0), 1.0)",
          "leave = np.maximum(near.min(axis=0), 0.0), np.minimum(far.min(axis=0), 1.0)",
          ("gui/canvas/test_curves.py",)),
    Fault("gui/canvas/curves.py", "out = beyond > 0.0", "out = beyond > 4.0", ("gui/canvas/test_curves.py",)),
    Fault("gui/canvas/panel.py", "self._good = shown\n", "pass\n", ("gui/canvas/test_view.py",)),
    Fault("gui/canvas/ticks.py", "at = decade + math.log10(factor)", "at = decade + factor / 10.0",
          ("gui/canvas/test_ticks.py",)),
    # Numbers told beside the fit: of another feature, of another place, of another scale.
    Fault("linear/advise.py", "(np.flatnonzero(reading.varies)[k] for k in", "(k for k in", ("linear/test_told.py",)),
    Fault("linear/elastic_net.py", "_TINY * problem.lam_max, alpha, signs)\n", "_TINY * problem.lam_max, 1.0, signs)\n",
          ("linear/test_told.py",)),
    Fault("linear/held_out.py", "self.w[k] if self.grid[k] == lam else self.solve(lam, self.w[k])", "self.w[k]",
          ("linear/test_told.py",)),
    Fault("linear/grouping.py", "2.0 * np.abs(gram), 0.0", "2.0 * gram, 0.0", ("linear/test_told.py",)),
    Fault("linear/logistic_slice.py", "rest = at.bias + problem.X @ at.w - pair @ point",
          "rest = problem.X @ at.w - pair @ point", ("linear/test_told.py",)),
    Fault("linear/tables.py", "cv.mean.tolist(), cv.se.tolist(), strict=True)",
          "cv.se.tolist(), cv.mean.tolist(), strict=True)", ("linear/test_told.py",)),
    # A net that shares what it should not, or is not the one that is looked at.
    Fault("neural/network.py", "[Uniforms(seed, index, buffer.shape) for index,",
          "[Uniforms(seed, 0, buffer.shape) for index,", ("neural/test_whole_nets.py",)),
    Fault("neural/norms.py", "if site.mode != \"train\":", "if site.mode == \"evaluate\":",
          ("neural/test_whole_nets.py",)),
    Fault("neural/augmented.py", "weights.reshape(-1, size))", "weights.reshape(size, -1).T)",
          ("neural/test_whole_nets.py",)),
    Fault("neural/evaluate.py", "np.histogram(p.weights(row[None]), edges)[0]",
          "np.histogram(p.of(row[None]), edges)[0]", ("neural/test_evaluator.py",)),
    Fault("neural/gan.py", "critic, variants, size, mode=\"evaluate\"", "critic, variants, size, mode=\"train\"",
          ("neural/test_whole_nets.py",)),
    # A past that is another one than was shown.
    Fault("engine/job.py", "self._back = 0\n        try:", "try:", ("engine/test_job.py",)),
    Fault("engine/session.py", "target.append(self._track.state)", "target.insert(0, self._track.state)",
          ("engine/test_session.py",)),
    Fault("engine/worker.py", "self._show(job, *kept, self._clock())",
          "self._show(job, job.state, kept[1], self._clock())", ("engine/test_job.py",)),
    Fault("engine/worker.py", "INTERVAL / min(1.0, self._speed)", "INTERVAL / self._speed", ("engine/test_job.py",)),
    # A picture, a file or a pointer that names another curve, colour, side or page.
    Fault("gui/canvas/grip.py", "return index // mark.y.shape[1], distance,",
          "return index % mark.y.shape[1], distance,", ("gui/canvas/test_grip.py",)),
    Fault("gui/canvas/paint/areas.py", "np.concatenate([low[pick], high[pick][::-1]])",
          "np.concatenate([low[pick], high[pick]])", ("gui/canvas/test_truthful.py",)),
    Fault("gui/canvas/paint/graph.py", "(weights >= 0).tolist()", "(weights <= 0).tolist()",
          ("gui/canvas/test_truthful.py",)),
    Fault("gui/canvas/paint/fields.py", "_shapes(painter, _smooth(z), mark.low",
          "_shapes(painter, _smooth(z)[::-1], mark.low", ("gui/canvas/test_export.py",)),
    Fault("gui/canvas/export.py", "QSizeF(size[0] * 72.0 / dpi, size[1] * 72.0 / dpi)",
          "QSizeF(size[0] * 72.0 / 96.0, size[1] * 72.0 / 96.0)", ("gui/canvas/test_whole_cards.py",)),
    Fault("gui/canvas/panel.py", "((axis.low, axis.high, axis.log) for axis", "((axis.low, axis.high) for axis",
          ("gui/canvas/test_whole_cards.py",)),
)  # fmt: skip


def copied(folder: Path) -> None:
    """A copy of everything the usual tests need."""
    for name in ("regviz", "resources", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "main.py", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, folder / name)


def ends(folder: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """Exit code of these tests in the copy, and what they print."""
    words = ["-m", "pytest", "-x", "-q", "-n0", "--timeout", "3600", *(f"tests/{name}" for name in tests)]
    more = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run([sys.executable, *words], cwd=folder, env=os.environ | more, capture_output=True, text=True,
                           check=False)  # fmt: skip
    return ended.returncode, ended.stdout


def planted(seed, first, last):
    """Whether the tests beside fault k fail with it; an error in collecting them counts as nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(folder)
        for index in range(first, last):
            fault = FAULTS[index]
            file = folder / "regviz" / fault.file
            content = file.read_text(encoding="utf-8")
            file.write_text(content.replace(fault.was, fault.becomes), encoding="utf-8")
            code, said = ends(folder, fault.tests)
            file.write_text(content, encoding="utf-8")
            assert code != _HELD, f"case {seed}/{index}: nothing near {fault.file} fails with {fault.becomes!r}"
            assert code == _CAUGHT, f"case {seed}/{index}: {fault.file}: the tests do not run: {said[-2000:]}"
    return {"caught": last - first}


PARTS = (
    Part(name="planted", words="faults planted in solvers, nets, engine and canvas, one at a time", count=len(FAULTS),
         work=planted, chunk=1, few=0, goal="The usual tests beside each fault fail."),
)  # fmt: skip
