"""The rules of the house, read off the syntax trees of all modules."""

import ast
import re
import statistics
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "regviz"
MODULES = sorted(PACKAGE.rglob("*.py"))
EVERYTHING = [*MODULES, ROOT / "main.py", *sorted((ROOT / "tests").rglob("*.py"))]

MAY_IMPORT = {
    "regviz.lab": {"regviz.lab"},
    "regviz.data": {"regviz.data"},
    "regviz.engine": {"regviz.engine", "regviz.data", "regviz.lab"},
    "regviz.linear": {"regviz.linear", "regviz.data"},
    "regviz.neural": {"regviz.neural", "regviz.data"},
    "regviz.theory": {"regviz.theory", "regviz.linear", "regviz.data"},
    "regviz.labs": {"regviz.labs", "regviz.lab", "regviz.linear", "regviz.neural", "regviz.theory", "regviz.data"},
    "regviz.gui.canvas": {"regviz.gui.canvas", "regviz.lab", "regviz.data"},
    "regviz.files": set(),
    "regviz.lectures": {"regviz.lab", "regviz.data"},
    "regviz.system": set(),
    "regviz.tidy": {"regviz.lab"},
}
"""What each part of regviz may import of regviz; the window, the stage and the commands may import anything."""

QT = {"PySide6", "pyqtgraph", "shiboken6"}
FORBIDDEN = {
    "pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "socket", "ssl", "urllib", "http", "ftplib",
    "smtplib", "requests", "httpx", "asyncio", "multiprocessing", "code", "codeop", "runpy", "pty",
}  # fmt: skip
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
STARTS_PROGRAMS = {"regviz.commands.doctor"}
"""`doctor --fix` runs apt-get by an argument list; nothing else in regviz starts a program."""


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def trees(paths=MODULES):
    return [(module_name(path), parsed(path)) for path in paths]


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(tree):
    """Every module that a tree imports, also inside functions, as dotted names."""
    return list(_imported(tree))


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import of {node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(name, part):
    return name == part or name.startswith(f"{part}.")


def definitions(tree, kinds):
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def length(node):
    return node.end_lineno - node.lineno + 1


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_there_is_something_to_check():
    assert {"regviz", "regviz.cli", "regviz.lab.marks", "regviz.linear.problem"} <= {name for name, _ in trees()}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_go_one_way(part):
    wrong = [
        (name, other) for name, tree in trees() if inside(name, part) for other in imported(tree)
        if inside(other, "regviz") and not any(inside(other, allowed) for allowed in MAY_IMPORT[part])
    ]  # fmt: skip
    assert not wrong


def test_only_the_gui_imports_qt():
    wrong = [
        (name, other) for name, tree in trees() if not inside(name, "regviz.gui") for other in imported(tree)
        if other.partition(".")[0] in QT
    ]  # fmt: skip
    assert not wrong


def test_the_canvas_knows_nothing_of_the_window():
    for name, tree in trees():
        if inside(name, "regviz.gui.canvas"):
            assert not [other for other in imported(tree) if inside(other, "regviz.gui.window")], name


def test_nothing_runs_code_from_data_or_talks_to_the_network():
    for name, tree in trees([*MODULES, ROOT / "main.py"]):
        tops = {other.partition(".")[0] for other in imported(tree)} - QT
        allowed = {"subprocess"} if name in STARTS_PROGRAMS else set()
        # urllib.parse only takes texts apart
        loaded = {other.partition(".")[0] for other in imported(tree) if not inside(other, "urllib.parse")}
        assert not loaded & FORBIDDEN, name
        assert not tops & {"subprocess"} - allowed, name
        for call in definitions(tree, ast.Call):
            check_call(name, call)


def check_call(name, call):
    called = ast.unparse(call.func)
    assert called not in FORBIDDEN_CALLS, f"{name} calls {called}"
    assert called not in {"os.system", "os.popen"}, f"{name} calls {called}"
    assert not re.match(r"os\.(exec|spawn|posix_spawn|fork)", called), f"{name} calls {called}"
    for word in call.keywords:
        if word.arg in ("shell", "allow_pickle"):
            assert isinstance(word.value, ast.Constant) and word.value.value is False, f"{name}: {word.arg} in {called}"
    if called in ("np.load", "numpy.load"):
        assert "allow_pickle" in [word.arg for word in call.keywords], f"{name}: np.load without allow_pickle=False"


def test_programs_are_started_by_argument_lists():
    for name, tree in trees():
        for call in definitions(tree, ast.Call):
            if ast.unparse(call.func).startswith("subprocess."):
                assert name in STARTS_PROGRAMS
                assert not isinstance(call.args[0], (ast.Constant, ast.JoinedStr)), name


def test_every_module_says_what_lives_in_it():
    silent = [name for name, tree in trees(EVERYTHING) if not ast.get_docstring(tree) and tree.body]
    assert not silent


def test_public_names_have_docstrings():
    silent = []
    for name, tree in trees():
        for node in public(tree.body):
            members = public(node.body) if isinstance(node, ast.ClassDef) else []
            silent += [f"{name}.{found.name}" for found in (node, *members) if not documented(found)]
    assert not silent


def public(body):
    return [n for n in body if isinstance(n, (*FUNCTIONS, ast.ClassDef)) and not n.name.startswith("_")]


def documented(node):
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in getattr(node, "decorator_list", [])}
    return bool(ast.get_docstring(node)) or bool(marks & {"override", "setter"})


def test_no_file_function_or_class_is_too_long():
    too_long = []
    for path in EVERYTHING:
        text, tree = path.read_text(encoding="utf-8"), parsed(path)
        if text.count("\n") > 500:
            too_long.append(str(path))
        too_long += [f"{path}:{f.name} has {length(f)} lines" for f in definitions(tree, FUNCTIONS) if length(f) > 60]
        for made in definitions(tree, ast.ClassDef):
            methods = [node for node in made.body if isinstance(node, FUNCTIONS)]
            if len(methods) > 25:
                too_long.append(f"{path}:{made.name} has {len(methods)} methods")
    assert not too_long


def test_functions_are_short():
    lengths = [length(function) for _, tree in trees() for function in definitions(tree, FUNCTIONS)]
    assert statistics.median(lengths) <= 9


def test_names_say_something():
    empty = re.compile(r"util|helper|manager|handler|misc|common", re.IGNORECASE)
    names = [path.stem for path in EVERYTHING]
    names += [node.name for _, tree in trees() for node in definitions(tree, ast.ClassDef)]
    assert not [name for name in names if empty.search(name)]


def test_no_notes_to_self():
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    here = Path(__file__)
    assert not [path for path in EVERYTHING if path != here and left.search(path.read_text(encoding="utf-8"))]


def test_text_files_name_no_folder_of_one_machine():
    private = re.compile(r"(?<![\w.])/(home|Users|work|opt)/\w")
    texts = [*EVERYTHING, *ROOT.glob("*.md"), *ROOT.glob("resources/**/*.md"), ROOT / "pyproject.toml"]
    assert not [path for path in texts if path != Path(__file__) and private.search(path.read_text(encoding="utf-8"))]
