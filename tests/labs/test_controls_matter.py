"""No control is dead and none acts from where it is hidden: over all labs, views and controls there are."""

import dataclasses
import itertools
from hashlib import sha256

import numpy as np
import pytest

from regviz.lab import Gesture, controls
from regviz.labs import find, labs

SHORT = {"steps": 8, "pace": 4, "walk": 8, "draws": 100}
"""Short trainings: the last pictures of long ones are no better here."""
MOST = 4
"""States of a view in which a control may show that it matters."""


def views(lab):
    """The lab's first state in each of its views, one for each choice of its switch."""
    start = lab.State()
    short = {name: count for name, count in SHORT.items() if hasattr(start, name)}
    start = dataclasses.replace(start, **short)
    modes = [control for control in controls(start) if control.place == "mode" and control.kind == "choice"]
    for chosen in itertools.product(*(mode.choices for mode in modes)):
        changes = dict(zip((mode.name for mode in modes), chosen, strict=True))
        yield dataclasses.replace(start, **changes)


EVERY = [
    pytest.param(lab, state, id=f"{lab.name}-{index}", marks=[] if index == 0 else pytest.mark.release)
    for lab in labs() for index, state in enumerate(views(lab))
]  # fmt: skip


def others(control, state):
    """Other values of a control, likely ones first."""
    now = getattr(state, control.name)
    if control.kind == "bool":
        return [not now]
    if control.kind == "choice":
        return [value for value in control.choices if value != now]
    if control.kind == "text":
        return []
    low, high = control.shown or (control.low, control.high)
    if control.kind == "int":
        found = [min(now + 1, int(high)), int(low), min(2 * now, int(high))]
    else:
        found = [0.7 * now + 0.3 * high, low, high]
    return [value for value in found if value != now and control.low <= value <= control.high]


def parts(frame):
    """Everything that a frame shows."""
    for spec in dataclasses.fields(frame):
        if spec.name != "panels":
            yield repr(getattr(frame, spec.name)).encode()
    for panel in frame.panels:
        yield repr((panel.key, panel.title, panel.readouts, panel.x.to_json(), panel.y.to_json())).encode()
        for mark in panel.marks:
            for spec in dataclasses.fields(mark):
                value = getattr(mark, spec.name)
                yield value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()


class Shown:
    """What a state shows, one digest for each frame, made as they are asked for and kept; then what clicks in the
    middle of the last frame's panels do.
    """

    def __init__(self, lab, state):
        self._looks, self._kept = self._made(lab, state), []

    def __iter__(self):
        yield from self._kept
        for look in self._looks:
            self._kept.append(look)
            yield look

    @staticmethod
    def _made(lab, state):
        frame = None
        for frame in lab.frames(state):
            yield sha256(b"|".join(parts(frame))).digest()
        for panel in frame.panels:
            x, y = (0.5 * (axis.low + axis.high) for axis in (panel.x, panel.y))
            click = Gesture(kind="double-click", panel=panel.key, mark="", index=-1, x=x, y=y, from_x=x, from_y=y)
            yield lab.gesture(state, click)


def differ(one, other):
    """Whether two states show different pictures, or another number of them."""
    return any(a != b for a, b in itertools.zip_longest(one, other))


def nearby(state, values=1):
    """The state, then others of the same view: one choice or switch of it changed, to up to so many ``values``."""
    yield state
    for control in controls(state):
        if control.kind in ("choice", "bool") and control.place != "mode" and control.applies(state):
            for value in others(control, state)[:values]:
                yield dataclasses.replace(state, **{control.name: value})


def matters(lab, states, control, seen):
    """Whether some other value of the control changes what is seen in one of the ``states``."""
    for here in states:
        if not control.applies(here):
            continue
        before = seen.setdefault(here, Shown(lab, here))
        changed = (dataclasses.replace(here, **{control.name: value}) for value in others(control, here))
        if any(differ(before, Shown(lab, state)) for state in changed):
            return True
    return False


@pytest.mark.parametrize(("lab", "state"), EVERY)
def test_every_control_that_is_shown_changes_the_picture(lab, state):
    seen = {}
    shown = [c for c in controls(state) if c.applies(state) and c.place != "mode" and c.kind != "text"]
    near = list(itertools.islice(nearby(state), MOST))
    assert [control.name for control in shown if not matters(lab, near, control, seen)] == []


@pytest.mark.release
@pytest.mark.parametrize(("lab", "state"), [
    pytest.param(p.values[0], p.values[1], id=p.id) for p in EVERY if p.values[0].group in ("neural", "theory")
])  # fmt: skip
def test_every_control_that_is_shown_changes_the_picture_in_every_state_nearby(lab, state):
    """But for looks inside, which take the places of the lesson's pictures."""
    dead = []
    for here in nearby(state, MOST):
        if getattr(here, "inside", "") == getattr(state, "inside", ""):
            seen = {}
            shown = [c for c in controls(here) if c.applies(here) and c.place != "mode" and c.kind != "text"]
            dead += [(c.name, here) for c in shown if not matters(lab, [here], c, seen)]
    assert dead == []


@pytest.mark.parametrize(("lab", "state"), [pytest.param(p.values[0], p.values[1], id=p.id) for p in EVERY])
def test_no_control_acts_while_it_is_hidden(lab, state):
    hidden = [c for c in controls(state) if not c.applies(state) and others(c, state)]
    changed = dataclasses.replace(state, **{c.name: others(c, state)[0] for c in hidden})
    if differ(Shown(lab, state), Shown(lab, changed)):
        alone = {c.name: dataclasses.replace(state, **{c.name: others(c, state)[0]}) for c in hidden}
        acting = [name for name, other in alone.items() if differ(Shown(lab, state), Shown(lab, other))]
        pytest.fail(f"acting while hidden: {acting or 'several together'}")


TABLES = [
    *(("path", {"view": view}) for view in ("walk", "methods", "choose")),
    ("path", {"view": "choose", "fold_order": "interleaved"}), ("path", {"preset": "efron-2004"}),
    ("stability", {"tab": "scale"}), ("groups", {}), ("groups", {"groups": "x1,x2"}), ("guide", {}),
    ("shrinkage", {"fold_order": "interleaved"}), ("bayes", {"sample": False}),
]  # fmt: skip
ASKED = ("seed", "drawn", "alpha", "group_size", "others", "standardize")
"""Controls that nothing depends on in some states with a table of the user's or the house's."""


@pytest.mark.parametrize(("name", "changes"), TABLES)
def test_with_a_table_controls_are_shown_where_they_matter(name, changes):
    lab = find(name)
    state = dataclasses.replace(lab.State(), dataset="cement", **changes)
    before = whole(lab, state)
    for control in controls(state):
        if control.name in ASKED and control.place != "mode":
            values = (*others(control, state), *([2] if control.name == "group_size" else []))
            acts = any(whole(lab, dataclasses.replace(state, **{control.name: value})) != before for value in values)
            assert acts == control.applies(state), control.name


def whole(lab, state):
    """The digest of the last frame, of which there may be fewer before it where something is known already."""
    *_, frame = lab.frames(state)
    return sha256(b"|".join(parts(frame))).digest()
