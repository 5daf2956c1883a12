"""The Lab: a State class and a pure generator of frames. No Qt, no clock, no globals."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from regviz.lab.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture:
    """What the user did on a panel, in data units, for a lab to turn into changes of its state.

    ``kind``   click, double-click, or drag (sent as it moves; ``finished`` on release)
    ``mark``   key of the mark under the pointer where the gesture began, "" for none; ``index`` the item in it, or −1
    ``x``/``y`` where the pointer is, ``from_x``/``from_y`` where the gesture began
    ``by_x``/``by_y``  how far a drag moved since it was last told of
    ``shift``  whether Shift was held
    """

    kind: Literal["click", "double-click", "drag"]
    panel: str
    mark: str
    index: int
    x: float
    y: float
    from_x: float
    from_y: float
    by_x: float = 0.0
    by_y: float = 0.0
    shift: bool = False
    finished: bool = True


WHOLE = Gesture(kind="click", panel="", mark="", index=-1, x=0.0, y=0.0, from_x=0.0, from_y=0.0)
"""What `Lab.link` is asked when Return is pressed: a click on the picture as a whole, on no panel."""


class Lab(ABC):
    """One screen that makes one idea visible.

    Subclass it in a module of `regviz.labs`, bind an instance to the module's name ``lab``, and put the lesson text in
    ``resources/notes/<name>.md``: nothing else is to be edited.
    """

    name: ClassVar[str]
    """The module's name with hyphens."""
    title: ClassVar[str]
    group: ClassVar[Literal["linear", "neural", "theory", "guide"]]
    order: ClassVar[int]
    """Place in the navigation."""
    summary: ClassVar[str]
    """One sentence."""
    State: ClassVar[type[Any]]
    """Frozen dataclass whose fields are controls."""
    trains: ClassVar[bool] = False
    """Whether play, pause and step pull frames of a running training (else play sweeps the main slider)."""

    @abstractmethod
    def frames(self, state: Any) -> Generator[Frame, Any, None]:
        """Yield frames of ``state``, the first fast, later ones richer.

        A training lab writes ``state = yield frame`` and gets the newest state of the same key, or None for no change.
        Equal states give equal frames, to the bit.
        """

    def key(self, state: Any) -> Hashable:
        """The part of ``state`` that a running generator cannot absorb; by default all of it."""
        key: Hashable = state
        return key

    def gesture(self, state: Any, gesture: Gesture) -> Mapping[str, Any]:
        """The state fields that ``gesture`` changes, as {name: value}; by default none."""
        return {}

    def link(self, state: Any, gesture: Gesture) -> tuple[str, Mapping[str, str]] | None:
        """The lab and the fields of its state that ``gesture`` (a click, or `WHOLE`) leads to; by default none."""
        return None

    def snippets(self, state: Any) -> Mapping[str, str]:
        """Code that gives the same numbers elsewhere, as {"scikit-learn": code, …}; by default none."""
        return {}
