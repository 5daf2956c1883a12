"""The neural labs' code for PyTorch runs, in every view and near it; where REGVIZ_TORCH_PYTHON has PyTorch."""

import json
import os
import subprocess

import pytest

from regviz.labs import _nets as nets
from regviz.labs import labs
from tests.labs.test_controls_matter import MOST, nearby, views

RUN = """
import json, sys, warnings, torch
warnings.simplefilter("error")
failed = []
for case in json.load(sys.stdin):
    def goals(values):
        return torch.tensor(values).long() if case["classes"] > 2 else torch.tensor(values)[:, None]
    names = {"X_train": torch.tensor(case["train"][0]), "y_train": goals(case["train"][1]),
             "X_val": torch.tensor(case["validation"][0]), "y_val": goals(case["validation"][1])}
    try:
        exec(case["code"], names)
    except Exception as error:
        failed.append([case["code"], repr(error)])
sys.__stdout__.write("\\n" + json.dumps(failed))
"""


def cases():
    """Every snippet once, with the data of its state."""
    found = {}
    for lab in labs():
        for state in (state for view in views(lab) for state in nearby(view, MOST) if lab.group == "neural"):
            code, made = lab.snippets(state).get("PyTorch", ""), nets.task(state)
            parts = {name: (part.X.tolist(), part.y.tolist())
                     for name, part in (("train", made.train), ("validation", made.validation))}  # fmt: skip
            found[code] = {"code": code, "classes": made.classes, **parts}
    return [case for code, case in found.items() if code]


@pytest.mark.release
@pytest.mark.skipif("REGVIZ_TORCH_PYTHON" not in os.environ, reason="needs a Python that has PyTorch")
def test_every_snippet_runs_in_pytorch():
    words = [os.environ["REGVIZ_TORCH_PYTHON"], "-c", RUN]
    given = cases()
    assert len(given) > 60
    done = subprocess.run(words, input=json.dumps(given), capture_output=True, text=True, timeout=600, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_there_is_code_in_every_neural_lab():
    for lab in labs():
        if lab.group == "neural":
            states = list(views(lab))
            assert all(lab.snippets(state) for state in states)
            assert any("PyTorch" in lab.snippets(state) for state in states)
