"""States, values and files drawn by a seeded generator, so that a case is the same whenever it runs."""

import math

from regviz.lab import controls, document, replace

_MOST = 40
"""Whole numbers stay below this or four times their default: larger ones make pictures slow, not different."""


def value(chance, control):
    """A value that ``control`` takes, now and then an end of its range."""
    if control.kind == "bool":
        return chance.random() < 0.5
    if control.kind == "choice":
        return chance.choice(control.choices)
    if control.kind == "text":
        return control.default
    low, high = control.shown or (control.low, control.high)
    if control.kind == "int":
        least = int(max(low, -_MOST))
        return chance.randint(least, max(least, int(min(high, max(_MOST, 4 * control.default)))))
    return _real(chance, control, max(low, -1e6), min(high, 1e6))


def _real(chance, control, low, high):
    if chance.random() < 0.1:
        return chance.choice([end for end in (control.low, low, high, control.high) if math.isfinite(end)])
    if control.log and low > 0.0:
        return min(max(math.exp(chance.uniform(math.log(low), math.log(high))), low), high)
    return chance.uniform(low, high)


def changes(chance, lab, most=3):
    """A few fields of the lab's state with new values."""
    fields = controls(lab.State)
    return {control.name: value(chance, control) for control in chance.sample(fields, min(most, len(fields)))}


def state(chance, lab, most=3):
    """The lab's first state with a few fields drawn anew."""
    return replace(lab.State(), **changes(chance, lab, most))


def files(folder, labs):
    """Good and bad files of every kind in ``folder``, for opening and dropping."""
    good = folder / "größe 1.csv"
    good.write_text("a,b,y\n" + "".join(f"{i},{i * i % 7},{i % 3}\n" for i in range(30)), encoding="utf-8")
    contents = {
        "text.csv": b"a,y\nx,1\n<b>z</b>,2\n", "empty.csv": b"", "header.csv": b"a,y\n", "nul.csv": b"a\0,y\n1,2\n",
        "constant.csv": b"a,y\n1,2\n1,2\n1,2\n", "broken.json": b"{", "deep.json": b"[" * 100_000,
        "no.png": b"\x89PNG\r\n\x1a\nxx", "program.exe": b"MZ", "none": b"",
    }  # fmt: skip
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    for lab in labs:
        (folder / f"{lab.name}.regviz").write_text(document.dump(lab, lab.State()), encoding="utf-8")
    (folder / "folder.csv").mkdir()
    return sorted(file for file in folder.iterdir() if file.suffix != ".log")
