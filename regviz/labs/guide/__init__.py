"""The guide: every method of the project with its idea, formula, use and limits, and the way into its lab."""

from collections.abc import Generator, Mapping
from typing import Any, ClassVar, Literal

from regviz.lab import Frame, Gesture, Lab, Panel, Readout, replace
from regviz.labs import find
from regviz.labs._data import Source, arriving, load, source
from regviz.labs._memo import meanwhile, memo
from regviz.labs._pages import ADVISOR as ADVISOR_PAGE
from regviz.labs._pages import advice, advice_page
from regviz.labs.guide import cards, words
from regviz.labs.guide.method import AREAS, Method
from regviz.labs.guide.methods import METHODS, OF_AREA, OF_KEY, marks
from regviz.labs.guide.state import ADVISOR, AREA, MAP, METHOD, GuideState
from regviz.linear.advise import Finding

EVERY = "All methods"
_LARGE = 20_000
"""Numbers in a table from which on the advisor comes with a later picture."""

Findings = tuple[Finding, ...] | None


class Guide(Lab):
    """Reach for it when …, be careful when …: click a method, or press Return, and its lab opens where it shows."""

    name: ClassVar[str] = "guide"
    title: ClassVar[str] = "Which one, when?"
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]] = "guide"
    order: ClassVar[int] = 19
    summary: ClassVar[str] = "Every method: its idea, its formula, when to reach for it and when to be careful."
    State: ClassVar[type[Any]] = GuideState

    def frames(self, state: GuideState) -> Generator[Frame, Any, None]:
        """The page; then the advisor's findings on a large table, and the picture of the chosen method's lab."""
        yield from arriving(state.dataset, load.steps(source(state)))
        key = source(state)
        found = load(key).problem
        quick = advice.knows(key) or found.n * found.p <= _LARGE
        findings = advice(key) if quick else None
        method = OF_KEY[state.method]
        if state.view == METHOD and not shown.knows(method.key):
            yield _frame(state, key, findings, None, False)
            yield from _drawing(state, key, findings, method)
        if not quick:
            waiting = _frame(state, key, None, shown(method.key) if state.view == METHOD else None, False)
            yield waiting
            yield from meanwhile(waiting, advice.steps(key), 0.1)
        yield _frame(state, key, advice(key), shown(method.key) if state.view == METHOD else None, True)

    def gesture(self, state: GuideState, gesture: Gesture) -> Mapping[str, Any]:
        """A click on the words under a name opens that method's card."""
        method = _clicked(state, gesture)
        return {"view": METHOD, "method": method.key} if method and _is_idea(gesture) else {}

    def link(self, state: GuideState, gesture: Gesture) -> tuple[str, Mapping[str, str]] | None:
        """A click on a method's name or card leads to its lab, one on a finding to the lab that shows why.

        Return, a click on no panel, leads to the lab of the chosen method.
        """
        if gesture.kind == "click" and gesture.mark.startswith("finding-"):
            return _of_finding(advice(source(state)), int(gesture.mark.removeprefix("finding-")))
        method = _clicked(state, gesture)
        return method.target() if method and not _is_idea(gesture) else None


def _is_idea(gesture: Gesture) -> bool:
    return gesture.mark == cards.ROWS and gesture.index % 2 == 1


def _clicked(state: GuideState, gesture: Gesture) -> Method | None:
    """The method that a click means; None for everything else."""
    if gesture.kind != "click":
        return None
    if not gesture.panel or (gesture.panel == "card" and gesture.mark):
        return OF_KEY[state.method]
    if gesture.mark == cards.ROWS:
        rows = OF_AREA.get(gesture.panel, ())
        return rows[gesture.index // 2] if 0 <= gesture.index < 2 * len(rows) else None
    return OF_KEY.get(gesture.mark) or (OF_KEY.get(gesture.panel) if gesture.mark else None)


def _of_finding(findings: tuple[Finding, ...], place: int) -> tuple[str, Mapping[str, str]] | None:
    if not 0 <= place < len(findings):
        return None
    return findings[place].lab, {name: str(value) for name, value in findings[place].state}


Shown = tuple[Panel, str, str]
"""The telling panel of a method's lab, what it tells, and the lab's status."""


def _last(key: str) -> Shown:
    *_, frame = _pictures(OF_KEY[key])
    return _of(OF_KEY[key], frame)


shown = memo(64)(_last)


def _pictures(method: Method) -> Generator[Frame, Any, None]:
    """The frames of the lab that shows ``method``."""
    lab = find(method.lab)
    for frame in lab.frames(replace(lab.State(), **dict(method.fields))):
        yield frame
        if method.early:
            return


def _of(method: Method, frame: Frame) -> Shown:
    return cards.borrowed(frame.panel(method.panel)), method.told(frame), frame.status


def _drawing(state: GuideState, key: Source, findings: Findings, method: Method) -> Generator[Frame, Any, None]:
    """The lab's picture as it comes; the last one is remembered."""
    frame = None
    for frame in _pictures(method):
        drawn = any(panel.key == method.panel for panel in frame.panels)
        panel = cards.borrowed(frame.panel(method.panel)) if drawn else cards.WAITING
        yield _frame(state, key, findings, (panel, "", "running"), False)
    if frame is not None:
        shown.keep(_of(method, frame), method.key)


def _frame(state: GuideState, key: Source, findings: Findings, picture: Shown | None, done: bool) -> Frame:
    title = load(key).title
    pointing = marks(findings or ())
    method = OF_KEY[state.method]
    pages = {EVERY: words.every_method(findings or ())}
    if findings is not None:
        pages[ADVISOR_PAGE] = advice_page(key)
    return Frame(
        panels=_panels(state, findings, picture, pointing), readouts=_readouts(state, findings, pointing),
        caption=_caption(state, method, title, findings, picture, len(pointing)),
        subtitle=_HINTS[state.view], equation=method.formula if state.view == METHOD else "",
        status=_status(picture, done), progress=None if done else 0.5, pages=pages,
        options={"target": load(key).targets},
    )  # fmt: skip


def _status(picture: Shown | None, done: bool) -> str:
    if not done:
        return "running"
    return picture[2] if picture else "exact"


_HINTS = {
    MAP: "click: name → lab, idea → card",
    AREA: "click a card for its lab", METHOD: "click the card, or press Return, for the lab",
    ADVISOR: "click a finding for the lab that shows why, a method for its own",
}  # fmt: skip


def _panels(
    state: GuideState, findings: Findings, picture: Shown | None, pointing: Mapping[str, tuple[int, ...]]
) -> tuple[Panel, ...]:  # fmt: skip
    if state.view == AREA:
        return tuple(cards.small(method.key, pointing.get(method.key, ())) for method in OF_AREA[state.area])
    if state.view == METHOD:
        mine = [(number, (findings or ())[number - 1]) for number in pointing.get(state.method, ())]
        panel, told, _ = picture or (cards.WAITING, "", "")
        return cards.large(OF_KEY[state.method], told, mine), panel
    if state.view == ADVISOR:
        return cards.advisor(findings), cards.listed(pointing)
    return tuple(
        cards.area(area, tuple(pointing.get(method.key, ()) for method in OF_AREA[area])) for area in AREAS
    )  # fmt: skip


def _readouts(
    state: GuideState, findings: Findings, pointing: Mapping[str, tuple[int, ...]]
) -> tuple[Readout, ...]:  # fmt: skip
    method = OF_KEY[state.method]
    return (
        Readout(name="methods", value=len(METHODS), label="methods"), Readout(name="labs", value=_labs(), label="labs"),
        Readout(name="findings", value=None if findings is None else len(findings), label="findings"),
        Readout(name="marked", value=None if findings is None else len(pointing), label="marked methods"),
        Readout(name="method", value=method.name, label="method"), Readout(name="lab", value=method.lab, label="lab"),
    )  # fmt: skip


def _labs() -> int:
    return len({method.lab for method in METHODS})


def _caption(
    state: GuideState, method: Method, title: str, findings: Findings, picture: Shown | None, marked: int
) -> str:  # fmt: skip
    if state.view == MAP:
        return words.on_map(len(METHODS), _labs(), title, None if findings is None else len(findings), marked)
    if state.view == AREA:
        return words.on_area(state.area, title, None if findings is None else len(findings))
    if state.view == ADVISOR:
        return words.on_advisor(title, None if findings is None else len(findings), marked)
    return f"{method.name}: {picture[1]}" if picture and picture[1] else f"{method.name}: {method.idea}."


lab = Guide()
