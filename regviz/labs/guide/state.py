"""The controls of the guide: what is on the page, and the data that the advisor reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from regviz.lab import choice
from regviz.lab.controls import When
from regviz.labs._data import SYNTHETIC, DataControls, draw
from regviz.labs.guide.method import AREAS
from regviz.labs.guide.methods import METHODS

MAP, AREA, METHOD, ADVISOR = "map", "area", "method", "advisor"
VIEWS = (MAP, AREA, METHOD, ADVISOR)


@dataclass(frozen=True)
class GuideState(DataControls):
    """One page of methods; the data are read by the advisor only, who never minds the scale of features."""

    only_while: ClassVar[Mapping[str, When]] = {"standardize": ("view", ("",))}

    seed: int = draw(when=SYNTHETIC)
    view: str = choice(
        MAP, VIEWS, place="mode", help="All methods by where they act, one area in full, one method, the advisor."
    )
    method: str = choice(
        "lasso", tuple(method.key for method in METHODS), place="guide",
        help="The method whose card is shown; Return goes to its lab.",
    )  # fmt: skip
    area: str = choice("penalty", AREAS, place="guide", when=("view", (AREA,)), help="Where the methods act.")
