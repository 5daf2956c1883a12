"""All rows of the guide in one order, and which of them each of the advisor's findings points to."""

from collections.abc import Sequence

from regviz.labs.guide.method import AREAS, Method
from regviz.labs.guide.penalties import CHOOSING, PENALTIES
from regviz.labs.guide.theory import THEORY
from regviz.labs.guide.training import ARCHITECTURE, DATA, OPTIMISATION
from regviz.linear.advise import Finding

METHODS: tuple[Method, ...] = (*DATA, *PENALTIES, *ARCHITECTURE, *OPTIMISATION, *CHOOSING, *THEORY)
OF_AREA = {area: tuple(method for method in METHODS if method.area == area) for area in AREAS}
OF_KEY = {method.key: method for method in METHODS}

POINTS: dict[str, tuple[str, ...]] = {
    "constant": ("standardise",), "flat-target": ("validation",), "two-valued": ("logistic",),
    "duplicate": ("ridge", "elastic-net"), "correlated": ("elastic-net", "bagging"), "collinear": ("ridge",),
    "wide": ("double-descent", "ridge", "elastic-net"), "few-rows": ("validation", "ridge"),
    "over-fitting": ("validation", "ridge"), "under-fitting": ("validation",), "uneven-scales": ("standardise",),
    "outliers": ("validation",),
}  # fmt: skip
"""The rows that a finding of each kind points to; "penalty" names its row itself."""


def rows_of(finding: Finding) -> tuple[str, ...]:
    """Keys of the rows that ``finding`` points to."""
    if finding.key == "penalty":
        return (str(dict(finding.state)["penalty"]), "cross-validation")
    return POINTS[finding.key]


def marks(findings: Sequence[Finding]) -> dict[str, tuple[int, ...]]:
    """Numbers, from 1 on, of the findings that point to each row that has any."""
    found: dict[str, tuple[int, ...]] = {}
    for number, finding in enumerate(findings, start=1):
        for key in rows_of(finding):
            found[key] = (*found.get(key, ()), number)
    return found
