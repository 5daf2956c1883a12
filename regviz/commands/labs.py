"""`regviz labs`: what labs there are and what can be set in them. No Qt."""

import argparse
import json
from typing import Any

from regviz.commands import Parser
from regviz.lab import Control, Lab, controls, show
from regviz.labs import labs


def parser() -> Parser:
    """The arguments of `regviz labs`."""
    made = Parser("labs", "List the labs and their controls.")
    made.add_argument("--json", action="store_true", help="as JSON, one object for each lab")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Print the list."""
    if arguments.json:
        print(json.dumps([described(lab) for lab in labs()], indent=1, allow_nan=False))
    else:
        print("\n\n".join(_paragraph(lab) for lab in labs()))
    return 0


def described(lab: Lab) -> dict[str, Any]:
    """Name, title, group, summary and fields of a lab as JSON data."""
    return {
        "name": lab.name, "title": lab.title, "group": lab.group, "summary": lab.summary,
        "fields": [control.to_json() for control in controls(lab.State)],
    }  # fmt: skip


def _paragraph(lab: Lab) -> str:
    rows = [(control.name, _range(control), control.help) for control in controls(lab.State)]
    width, middle = (max((len(row[k]) for row in rows), default=0) for k in (0, 1))
    lines = [f"  {name:<{width}}  {span:<{middle}}  {words}".rstrip() for name, span, words in rows]
    return "\n".join([f"{lab.name}: {lab.title} ({lab.group})", f"  {lab.summary}", *lines])


def _range(control: Control) -> str:
    if control.kind in ("float", "int"):
        span = f"{show(control.low)} … {show(control.high)}"
    else:
        span = {"bool": "on or off"}.get(control.kind, control.kind)
    return f"{span}, {show(control.default) or 'empty'}"
