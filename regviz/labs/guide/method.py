"""What a row of the guide is: a method, its words, and the lab and state that show it. No rows here."""

from collections.abc import Callable
from dataclasses import dataclass

from regviz.lab import Frame, show

AREAS = ("data", "penalty", "architecture", "optimisation", "choosing", "theory")
"""Where a method acts, in the order of the map."""
HEADINGS = {
    "data": "The data", "penalty": "Loss and penalty", "architecture": "The architecture",
    "optimisation": "The optimisation", "choosing": "Choosing how much", "theory": "What theory says",
}  # fmt: skip
ROLES = {
    "data": "informative:2", "penalty": "informative:1", "architecture": "informative:0",
    "optimisation": "informative:3", "choosing": "informative:4", "theory": "text",
}  # fmt: skip
"""One colour for each area, the same in every panel."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """One row.

    ``idea``     one short line; ``formula`` the rule in the conventions of the method's lab
    ``reach``    when to reach for it; ``careful`` when to be careful
    ``lab``      the lab that shows it in the state ``fields`` (pairs of field and value); ``panel`` its best panel
    ``telling``  what that state shows, with readouts of the lab's last frame in braces
    ``holds``    whether that frame shows it; ``early`` says that the lab's first frame shows it already
    """

    key: str
    area: str
    name: str
    idea: str
    formula: str
    reach: str
    careful: str
    lab: str
    fields: tuple[tuple[str, str], ...]
    panel: str
    telling: str
    holds: Callable[[Frame], bool]
    early: bool = False

    def told(self, frame: Frame) -> str:
        """``telling`` with the numbers of ``frame``."""
        return self.telling.format_map({each.name: show(each.value, each.digits) for each in frame.readouts})

    def target(self) -> tuple[str, dict[str, str]]:
        """The lab and the fields of its state."""
        return self.lab, dict(self.fields)


def value(frame: Frame, name: str) -> float:
    """A numeric readout; raises ValueError where the frame does not know it."""
    found = frame.readout(name)
    if found is None or isinstance(found, str):
        raise ValueError(f"the readout {name} is {found!r}, no number")
    return float(found)
