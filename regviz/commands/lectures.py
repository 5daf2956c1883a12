"""`regviz lectures`: the ready-made lectures, or the steps of one. No Qt."""

import argparse
import json
from typing import Any

from regviz import lectures
from regviz.commands import Parser
from regviz.lab.lecture import Lecture, Step


def parser() -> Parser:
    """The arguments of `regviz lectures`."""
    made = Parser("lectures", "List the ready-made lectures, or the steps of one.")
    made.add_argument("lecture", nargs="?", metavar="NAME|FILE", help="show its steps, times, captions and notes")
    made.add_argument("--json", action="store_true", help="as JSON, one object for each lecture")
    return made


def run(arguments: argparse.Namespace) -> int:
    """Print the list, or the lecture."""
    if arguments.lecture is None:
        found = [(name, lectures.find(name)) for name in lectures.names()]
    else:
        found = [(arguments.lecture, lectures.find(arguments.lecture))]
    if arguments.json:
        print(json.dumps([described(name, lecture) for name, lecture in found], indent=1, ensure_ascii=False))
    elif arguments.lecture is not None:
        print(plan(found[0][1]))
    else:
        print("\n".join(_line(name, lecture) for name, lecture in found))
    return 0


def described(name: str, lecture: Lecture) -> dict[str, Any]:
    """The lecture's own fields and its steps' titles and times as JSON data."""
    return {
        "name": name, "title": lecture.title, "summary": lecture.summary, "language": lecture.language,
        "minutes": lecture.minutes, "planned": lecture.planned,
        "steps": [{"title": step.title, "lab": step.lab, "minutes": step.minutes} for step in lecture.steps],
    }  # fmt: skip


def plan(lecture: Lecture) -> str:
    """The lesson plan: every step with its time, caption and notes."""
    head = f"{lecture.title}: {len(lecture.steps)} steps, {lecture.planned:g} of {lecture.minutes:g} minutes planned"
    parts, begin = [head, lecture.summary], 0.0
    for number, step in enumerate(lecture.steps, start=1):
        parts.append(_paragraph(number, step, begin))
        begin += step.minutes
    return "\n\n".join(filter(None, parts))


def _paragraph(number: int, step: Step, begin: float) -> str:
    question = f"   Question: {step.question}" if step.question else ""
    notes = "\n".join(f"   {line}" for line in step.notes.splitlines())
    head = f"{number}. {step.title or step.lab} ({step.lab}), minute {begin:g} to {begin + step.minutes:g}"
    return "\n".join(filter(None, (head, question, f"   {step.caption}" if step.caption else "", notes)))


def _line(name: str, lecture: Lecture) -> str:
    time = f"{lecture.minutes or lecture.planned:g} min"
    return f"{name:<16}  {time:<7}  {len(lecture.steps):>2} steps  {lecture.title}. {lecture.summary}".rstrip()
