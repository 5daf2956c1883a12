"""The planted faults still fit the program: each changes one place, stays Python, and has tests beside it."""

import ast

import pytest

from tests.release.planted import FAULTS, ROOT


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.file)
def test_a_fault_can_be_planted(fault):
    content = (ROOT / "regviz" / fault.file).read_text(encoding="utf-8")
    assert content.count(fault.was) == 1
    changed = content.replace(fault.was, fault.becomes)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(content))
    assert fault.tests and all((ROOT / "tests" / name).is_file() for name in fault.tests)


def test_every_package_has_its_faults():
    for package in ("linear/", "neural/", "engine/", "gui/canvas/"):
        assert sum(fault.file.startswith(package) for fault in FAULTS) >= 6, package
