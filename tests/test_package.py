"""The wheel: built, installed into an empty folder and run from another one, with all it brings along."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import regviz

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)], cwd=out)
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    words = ["install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", str(target), str(wheel)]
    run([sys.executable, "-m", "pip", *words], cwd=target)
    return target


def run(command, cwd, **words):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def regviz_in(site, cwd, *words):
    """`python -m regviz` of that folder and no other."""
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    where = run([sys.executable, "-c", "import regviz; print(regviz.__file__)"], cwd, env=environment).strip()
    assert Path(where).is_relative_to(site)
    return run([sys.executable, "-m", "regviz", *words], cwd, env=environment)


def test_the_wheel_holds_every_module_and_resource_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "regviz").rglob("*.py")}
    resources = {f"regviz/{p.relative_to(ROOT).as_posix()}" for p in (ROOT / "resources").rglob("*") if p.is_file()}
    info = f"regviz-{regviz.__version__}.dist-info/"
    assert modules | resources == {name for name in names if not name.startswith(info)}
    assert f"{info}licenses/LICENSE" in names


def test_an_installed_regviz_finds_its_resources(site, tmp_path):
    listed = json.loads(regviz_in(site, tmp_path, "labs", "--json"))
    assert "shrinkage" in [lab["name"] for lab in listed]
    out = tmp_path / "x.json"
    regviz_in(site, tmp_path, "export", "shrinkage", "--set", "dataset=diabetes", "-o", str(out))
    assert json.loads(out.read_text(encoding="utf-8"))["state"]["dataset"] == "diabetes"
    picture = tmp_path / "x.png"
    regviz_in(site, tmp_path, "export", "shrinkage", "--set", "n=20", "--size", "320x180", "-o", str(picture))
    assert picture.stat().st_size > 1000


def test_the_sources_name_their_licence_and_authors():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License")
    assert "regviz contributors" in text
