"""Training speed of small nets beside PyTorch eager, in one run: `python tests/benchmarks/bench_neural.py`.

One thread each, float32, batch 32, the same data, processor time. Turns alternate, the best turn of each counts.
PyTorch runs in a process of its own: the interpreter named by REGVIZ_TORCH_PYTHON, else this one.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)

import numpy as np  # noqa: E402

BATCH, TURNS, STEPS = 32, 25, 200
NETS = {"tanh + SGD": ("tanh", "sgd", 0.1), "ReLU + AdamW": ("relu", "adamw", 0.01)}


def data():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((512, 2)).astype(np.float32)
    return X, (X[:, :1] * X[:, 1:] > 0).astype(np.float32)


def ours(case, variants):
    """A function that trains ``variants`` nets for a number of steps and says how long it took, in seconds."""
    from regviz.neural import Adam, Batches, Hyper, Sgd, Trainer, mlp

    activation, rule, rate = NETS[case]
    rates, decays = np.geomspace(rate / 4, rate * 2, variants), np.geomspace(1e-3, 1e-1, variants)
    hyper = Hyper(rate=tuple(rates), decay=tuple(decays) if rule == "adamw" else 0.0)
    net = mlp(2, (32, 32), activation=activation, loss="logistic")
    X, y = data()
    trainer = Trainer(net, Batches(X, y, BATCH, 0), hyper, variants=variants,
                      optimiser=Sgd() if rule == "sgd" else Adam())  # fmt: skip

    def train(steps):
        start = time.process_time()
        trainer.step(steps)
        return time.process_time() - start

    train(STEPS)
    return train


def torch_eager(torch, case):
    activation, rule, rate = NETS[case]
    kind = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation]
    linear = torch.nn.Linear
    model = torch.nn.Sequential(linear(2, 32), kind(), linear(32, 32), kind(), linear(32, 1))
    rules = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}
    optimiser = rules[rule](model.parameters(), lr=rate, fused=True, weight_decay=0.01 * (rule == "adamw"))
    criterion = torch.nn.BCEWithLogitsLoss()
    X, y = map(torch.from_numpy, data())
    batches = list(zip(X.split(BATCH), y.split(BATCH), strict=True))

    def train(steps):
        start = time.process_time()
        for step in range(steps):
            inputs, targets = batches[step % len(batches)]
            optimiser.zero_grad()
            criterion(model(inputs), targets).backward()
            optimiser.step()
        return time.process_time() - start

    return train


def torch_bmm(torch, case, variants=8):
    """PyTorch eager with the variants batched by hand."""
    activation, rule, rate = NETS[case]
    act = {"tanh": torch.tanh, "relu": torch.relu}[activation]
    shapes = ((2, 32), (32, 32), (32, 1))
    weights = [(torch.randn(variants, *shape) / shape[0] ** 0.5).requires_grad_() for shape in shapes]
    biases = [torch.zeros(variants, 1, shape[1], requires_grad=True) for shape in shapes]
    rules = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}
    optimiser = rules[rule](weights + biases, lr=rate, fused=True, weight_decay=0.01 * (rule == "adamw"))
    X, y = map(torch.from_numpy, data())
    batches = [(a.expand(variants, -1, -1), b.expand(variants, -1, -1))
               for a, b in zip(X.split(BATCH), y.split(BATCH), strict=True)]  # fmt: skip

    def train(steps):
        start = time.process_time()
        for step in range(steps):
            h, targets = batches[step % len(batches)]
            for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
                h = torch.baddbmm(bias, act(h) if index else h, weight)
            optimiser.zero_grad()
            (torch.nn.functional.binary_cross_entropy_with_logits(h, targets) * variants).backward()
            optimiser.step()
        return time.process_time() - start

    return train


def serve_torch():
    """The other process: reads [kind, case, steps] lines, answers with seconds."""
    import torch

    torch.set_num_threads(1)
    print(json.dumps(torch.__version__), flush=True)
    makers = {"eager": torch_eager, "bmm": torch_bmm}
    trainers = {(kind, case): makers[kind](torch, case) for kind in makers for case in NETS}
    for line in sys.stdin:
        kind, case, steps = json.loads(line)
        print(json.dumps(trainers[kind, case](steps)), flush=True)


class TorchProcess:
    """PyTorch in a process of its own; ``version`` is None where it is not installed."""

    def __init__(self):
        python = os.environ.get("REGVIZ_TORCH_PYTHON", sys.executable)
        self.process = subprocess.Popen(
            [python, __file__, "--torch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        line = self.process.stdout.readline()
        self.version = json.loads(line) if line else None

    def trainer(self, kind, case):
        def train(steps):
            self.process.stdin.write(json.dumps([kind, case, steps]) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

        return train

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def per_step(*trainers):
    """Seconds a step for each, the turns interleaved."""
    best = [float("inf")] * len(trainers)
    for _ in range(TURNS):
        best = [min(b, train(STEPS) / STEPS) for b, train in zip(best, trainers, strict=True)]
    return best


def row(work, ours_rate, peer, peer_rate, goal):
    ratio = ours_rate / peer_rate
    return f"| {work} | {ours_rate / 1e3:.1f} | {peer} {peer_rate / 1e3:.1f} | {ratio:.1f} | {goal} |"


def beside_torch(peer):
    for case in NETS:
        runs = (ours(case, 1), ours(case, 8), peer.trainer("eager", case), peer.trainer("bmm", case))
        one, eight, eager, bmm = per_step(*runs)
        yield row(f"{case}, one net", 1 / one, "eager", 1 / eager, "≥ 10")
        yield row(f"{case}, 8 variants", 8 / eight, "eager", 1 / eager, "≥ 25")
        yield row(f"{case}, 8 variants", 8 / eight, "bmm × 8", 8 / bmm, "≥ 4")
    many, eager = per_step(ours("ReLU + AdamW", 64), peer.trainer("eager", "ReLU + AdamW"))
    yield row(f"map of 64 nets, rate × decay: time of {many / eager:.2f} eager nets (goal ≤ 3)",
              64 / many, "eager", 1 / eager, "≥ 21.3")  # fmt: skip


def batched_beside_single():
    for case in NETS:
        one, *rest = per_step(*(ours(case, variants) for variants in (1, 2, 4, 8, 16, 64)))
        for variants, seconds in zip((2, 4, 8, 16, 64), rest, strict=True):
            yield row(f"{case}, {variants} variants as one batch", variants / seconds, "one by one", 1 / one, "> 1")


def main():
    print("| 2-32-32-1, batch 32 | ours, thousand model-steps/s | peer | ratio | goal |\n|---|---|---|---|---|")
    peer = TorchProcess()
    lines = beside_torch(peer) if peer.version else ["| PyTorch not installed | | | | |"]
    for line in (*lines, *batched_beside_single()):
        print(line, flush=True)
    peer.close()
    print(f"\nNumPy {np.__version__}, PyTorch {peer.version or 'not installed'}, one thread each.")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    serve_torch() if "--torch" in sys.argv else main()
