"""Pages and code that every linear lab offers: λ in other conventions, the advisor's findings, "copy as"."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from regviz.data import bundled_names
from regviz.lab import show
from regviz.labs._data import DataControls, Source, load
from regviz.labs._memo import memo
from regviz.linear.advise import Finding, advise
from regviz.linear.conventions import conventions_for
from regviz.linear.penalties import PENALTIES
from regviz.linear.problem import Array
from regviz.linear.snippets import FLAVOURS, Recipe, snippet

CONVENTIONS = "λ elsewhere"
ADVISOR = "Advisor"

_SHARES = {"ridge": 0.0, "lasso": 1.0, "group-lasso": 1.0}


def elsewhere(y: Array, penalty: str, lam: float, alpha: float = 0.5, loss: str = "squared") -> dict[str, str]:
    """For a frame: a page, by its title, with the strength of the penalty in every convention that can state it.

    ``y`` (n,) is the target; conventions differ by its number of rows and its spread.
    """
    return {CONVENTIONS: _table(len(y), float(y.std()) or 1.0, penalty, lam, alpha, loss)}


def _table(n: int, spread: float, penalty: str, lam: float, alpha: float, loss: str) -> str:
    if penalty not in PENALTIES or penalty == "none":
        return "Without a penalty there is no λ to convert.\n"
    rows = ["| where | objective | value |", "| --- | --- | --- |"]
    for convention in conventions_for(penalty, loss):
        if convention.name == "scikit-learn LogisticRegression" and lam == 0.0:
            continue
        numbers = convention.from_ours(lam, _SHARES.get(penalty, alpha), n, spread)
        pairs = zip(convention.symbols, numbers, strict=False)
        text = ", ".join(f"{symbol} = {show(value, 5)}" for symbol, value in pairs)
        rows.append(f"| {escaped(convention.name)} | {escaped(convention.formula)} | {text} |")
    head = f"# λ elsewhere\n\nThe same fit, n = {n}, in the conventions of other software and books.\n\n"
    return head + "\n".join(rows) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands in a table."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")


@memo(8)
def advice(key: Source) -> tuple[Finding, ...]:
    """The advisor's findings on one source."""
    found = load(key)
    target = found.y if found.outcomes is None else found.outcomes
    return tuple(advise(found.X, target, names=found.problem.names, groups=found.groups))


@memo(8)
def advice_page(key: Source) -> str:
    """The advisor's findings on one source as Markdown, with links to the labs that show why."""
    findings = advice(key)
    if not findings:
        return "# Advisor\n\nNothing stands out in this table.\n"
    return "# Advisor\n\n" + "\n".join(_item(finding) for finding in findings) + "\n"


def _item(finding: Finding) -> str:
    see = linked("See why", finding.lab, finding.state)
    return f"- **{escaped(finding.says)}** {escaped(finding.means)} {see}\n"


def linked(words: str, lab: str, fields: Sequence[tuple[str, object]]) -> str:
    """A Markdown link to a lab in the state ``fields``."""
    query = "?" + urlencode(dict(fields)) if fields else ""
    return f"[{words}](lab:{lab}{query})"


def code(state: DataControls, recipe: Recipe) -> Mapping[str, str]:
    """The fit on screen as runnable code by flavour, each with lines that load the same data."""
    flavours = [f for f in FLAVOURS if f == "NumPy" or recipe.penalty != "group-lasso"]
    return {flavour: _loading(state, flavour, recipe.loss) + snippet(flavour, recipe) for flavour in flavours}


def _loading(state: DataControls, flavour: str, loss: str) -> str:
    if flavour.startswith("R"):
        return "# X: a numeric matrix, y: a vector; read them from a table of your own\n"
    if state.dataset == "synthetic":
        made = (
            f"n={state.n}, p={state.p}, informative={min(state.informative, state.p)}, noise={state.noise!r}, "
            f"rho={state.rho!r}, correlation={state.correlation!r}, scale_spread={state.scale_spread!r}, "
            f"seed={state.seed}"
        )
        return f"from regviz.data import synthetic\n\ndata = synthetic({made})\nX, y = data.X.copy(), data.y.copy()\n"
    answer = "table.outcomes" if loss == "logistic" else "table.y"
    where = "bundled set" if state.dataset in bundled_names() else "file"
    return (
        f"from regviz.data import open_table  # the {where}, read as on screen\n\n"
        f"table = open_table({state.dataset!r}, {state.target!r})\nX, y = table.X.copy(), {answer}.copy()\n"
    )
