"""What every lab teaches in words: its lesson's parts, live numbers in its formula, a question before the picture."""

import re

import pytest

from regviz import lectures
from regviz.data import resource
from regviz.export import last_frame
from regviz.lab import replace
from regviz.labs import labs

every_lab = pytest.mark.parametrize("lab", labs(), ids=[lab.name for lab in labs()])


def lesson(lab):
    return resource("notes", f"{lab.name}.md").read_text(encoding="utf-8")


def parts(lab):
    """Text by its heading of the second level."""
    pieces = re.split(r"^## +(.+)$", lesson(lab), flags=re.MULTILINE)
    return dict(zip((heading.lower() for heading in pieces[1::2]), pieces[2::2], strict=True))


def part(lab, words):
    """All text under headings that hold ``words``."""
    return "\n".join(text for heading, text in parts(lab).items() if words in heading)


@every_lab
def test_a_lesson_says_what_to_look_for_and_what_is_misread(lab):
    assert len(part(lab, "what to look for").split()) >= 40
    assert len(part(lab, "misread").split()) >= 40


@every_lab
def test_a_lesson_has_a_formula_and_references_with_years(lab):
    assert re.search(r"^ {4}.*[=≤≪←∼~→λ]", lesson(lab), flags=re.MULTILINE)
    items = [line for line in part(lab, "references").splitlines() if line.startswith("- ")]
    assert len(items) >= 3
    for item in items:
        assert re.search(r"\b(1[89]|20)\d\d\b", item), item


ASKED = {step.lab for name in lectures.names() for step in lectures.find(name).steps if step.question}


@every_lab
def test_every_lab_asks_before_it_shows(lab):
    question = part(lab, "predict first")
    assert lab.name in ASKED or "?" in question
    if question:
        assert len(question[question.index("?") :].split()) >= 8, "what comes out is said after the question"


@every_lab
def test_every_lab_shows_an_equation_with_live_numbers(lab):
    state = replace(lab.State(), view="method") if lab.name == "guide" else lab.State()
    if hasattr(state, "steps"):
        state = replace(state, steps=min(state.steps, 10))
    frame = last_frame(lab, state)
    said = f"{frame.equation} {frame.caption}" if lab.name == "guide" else frame.equation
    assert re.search("[=≤←]", said)
    assert re.search(r"(?<![\w₀-₉])\d", said), said


# What the questions say comes out, where it is not tested with the lab.


def test_the_answer_of_the_guides_question():
    guide = next(lab for lab in labs() if lab.name == "guide")
    frame = last_frame(guide, replace(guide.State(), p=40, rho=0.95, view="advisor"))
    keys = {mark.key for mark in frame.panel("pointed").marks}
    assert keys >= {"validation", "ridge", "elastic-net", "bagging", "cross-validation"}


def test_the_answer_of_the_question_on_the_bound():
    lab = next(lab for lab in labs() if lab.name == "pac-bayes")
    frame = last_frame(lab, lab.State())
    assert f"{frame.readout('bound_kl'):.3f} against {frame.readout('true'):.3g}" in part(lab, "predict first")
    assert frame.readout("bound_kl") > 2 * frame.readout("true")
