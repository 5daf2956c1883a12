"""What the guide says: lines for its cards, its pages, captions."""

import textwrap
from collections.abc import Sequence

from regviz.labs._pages import escaped, linked
from regviz.labs.guide.method import AREAS, HEADINGS, Method
from regviz.labs.guide.methods import OF_AREA, marks
from regviz.linear.advise import Finding

Line = tuple[str, str]
"""A line of text and its role."""


def wrapped(text: str, role: str, columns: int) -> list[Line]:
    """``text`` in lines of at most ``columns`` characters."""
    return [(line, role) for line in textwrap.wrap(text, columns)]


PARTS = ("idea", "formula", "reach", "careful")


def body(method: Method, columns: int) -> list[list[Line]]:
    """Blocks of lines: idea, formula, when to reach for the method and when to be careful, the `PARTS` of a card."""
    return [
        [(f"{method.idea}.", "text")], wrapped(method.formula, "accent", columns),
        wrapped(f"Reach for it when: {method.reach}", "good", columns),
        wrapped(f"Be careful: {method.careful}", "bad", columns),
    ]  # fmt: skip


def arrow(method: Method) -> str:
    """Where a click or Return leads."""
    shown = ", ".join(f"{name} = {value}" for name, value in method.fields)
    return f"→ {method.lab} ({shown})"


def numbered(number: int, finding: Finding) -> str:
    """A finding with its number in the list."""
    return f"{number}  {finding.says} {finding.means}"


def pointed(numbers: Sequence[int]) -> str:
    """The mark of a row: the numbers of the findings that point to it."""
    return f"◀ {', '.join(map(str, numbers))}" if numbers else ""


def every_method(findings: Sequence[Finding]) -> str:
    """All rows as Markdown, each with a link to its lab, and the findings that point to it."""
    pointing = marks(findings)
    parts = ["# All methods\n"]
    for area in AREAS:
        parts.append(f"## {HEADINGS[area]}\n")
        parts += [_item(method, [findings[k - 1] for k in pointing.get(method.key, ())]) for method in OF_AREA[area]]
    return "\n".join(parts)


def _item(method: Method, findings: Sequence[Finding]) -> str:
    found = "".join(f"  \n*Advisor:* {escaped(finding.says)}" for finding in findings)
    return (
        f"**{escaped(method.name)}.** {escaped(method.idea)}.  \n{escaped(method.formula)}  \n"
        f"*Reach for it when:* {escaped(method.reach)}  \n*Be careful:* {escaped(method.careful)}{found}  \n"
        f"{linked('See it', method.lab, method.fields)}\n"
    )


def on_map(methods: int, labs: int, title: str, findings: int | None, pointed_to: int) -> str:
    """The caption of the map."""
    start = f"{methods} methods by where they act, shown in {labs} labs"
    if findings is None:
        return f"{start}; the advisor is reading {title}."
    return f"{start}; the advisor has {_counted(findings)} on {title}, marked ◀ on {pointed_to} of them."


def on_area(area: str, title: str, findings: int | None) -> str:
    """The caption of one area."""
    count = len(OF_AREA[area])
    read = f"the advisor is reading {title}" if findings is None else f"the advisor has {_counted(findings)} on {title}"
    return f"{HEADINGS[area]}: {count} methods in full; {read}."


def on_advisor(title: str, findings: int | None, pointed_to: int) -> str:
    """The caption of the advisor's list."""
    if findings is None:
        return f"The advisor is reading {title}."
    if not findings:
        return f"Nothing stands out in {title}."
    return f"{_counted(findings)} on {title}, pointing to {pointed_to} of the methods."


def _counted(findings: int) -> str:
    return f"{findings or 'no'} finding{'' if findings == 1 else 's'}"
