"""Pages and code that every linear lab offers: λ in other conventions, the advisor's findings, "copy as"."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from regviz.data import bundled_names
from regviz.data.steps import Steps
from regviz.lab import show
from regviz.labs._data import DataControls, Source, load
from regviz.labs._memo import gradual, memo
from regviz.linear.advise import Finding, advising
from regviz.linear.conventions import Convention, conventions_for
from regviz.linear.penalties import PENALTIES
from regviz.linear.problem import Array
from regviz.linear.snippets import FLAVOURS, Recipe, lacking, snippet

CONVENTIONS = "λ elsewhere"
ADVISOR = "Advisor"

_SHARES = {"ridge": 0.0, "lasso": 1.0, "group-lasso": 1.0}


def elsewhere(y: Array, penalty: str, lam: float, alpha: float = 0.5, loss: str = "squared") -> dict[str, str]:
    """For a frame: a page, by its title, with the strength of the penalty in every convention that can state it.

    ``y`` (n,) is the target; conventions differ by its number of rows and its spread.
    """
    return {CONVENTIONS: _table(len(y), float(y.std()) or 1.0, penalty, lam, alpha, loss)}


def elsewhere_for_any_rows(penalty: str, lam: float, alpha: float = 0.5) -> dict[str, str]:
    """The same page where no data are given, only a loss: in units of the number of rows n, without what scales y."""
    if penalty not in PENALTIES or penalty == "none":
        return {}
    share = _SHARES.get(penalty, alpha)
    rows = []
    for convention in conventions_for(penalty):
        if convention.from_ours(1.0, share, 1, 2.0) != convention.from_ours(1.0, share, 1, 1.0):
            continue
        one, four = (convention.from_ours(lam, share, n) for n in (1, 4))
        each = zip(convention.symbols, one, four, strict=False)
        said = ", ".join(f"{symbol} = {show(value, 5)}{_by_rows(value, more)}" for symbol, value, more in each)
        rows.append((convention, said))
    return {CONVENTIONS: _page("The same fit to n rows with XᵀX = nH", rows)}


def _by_rows(one: float, four: float) -> str:
    """How a number grows with n, from its values for 1 and 4 rows."""
    return {4.0: " · n", 2.0: " · √n"}.get(round(four / one, 9) if one else 1.0, "")


def _table(n: int, spread: float, penalty: str, lam: float, alpha: float, loss: str) -> str:
    if penalty not in PENALTIES or penalty == "none":
        return "Without a penalty there is no λ to convert.\n"
    rows = []
    for convention in conventions_for(penalty, loss):
        if convention.name == "scikit-learn LogisticRegression" and lam == 0.0:
            continue
        numbers = convention.from_ours(lam, _SHARES.get(penalty, alpha), n, spread)
        pairs = zip(convention.symbols, numbers, strict=False)
        text = ", ".join(f"{symbol} = {show(value, 5)}" for symbol, value in pairs)
        rows.append((convention, text))
    return _page(f"The same fit, n = {n}", rows)


def _page(what: str, rows: Sequence[tuple[Convention, str]]) -> str:
    lines = ["| where | objective | value |", "| --- | --- | --- |"]
    lines += [f"| {escaped(each.name)} | {escaped(each.formula)} | {value} |" for each, value in rows]
    return f"# λ elsewhere\n\n{what}, in the conventions of other software and books.\n\n" + "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands in a table."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")


@gradual(8)
def advice(key: Source) -> Steps[tuple[Finding, ...]]:
    """The advisor's findings on one source."""
    found = load(key)
    target = found.y if found.outcomes is None else found.outcomes
    known = found.problem if found.problem.standardized and found.outcomes is None else None
    seen = yield from advising(found.X, target, names=found.problem.names, groups=found.groups, problem=known)
    return tuple(seen)


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
    """The fit on screen as runnable code by flavour, each with lines that load the same data.

    Where a library has no such penalty its code is a comment that says so.
    """
    return {flavour: _copied(state, flavour, recipe) for flavour in FLAVOURS}


def _copied(state: DataControls, flavour: str, recipe: Recipe) -> str:
    missing = lacking(flavour, recipe.penalty)
    return f"# {missing}\n" if missing else loading(state, flavour, recipe.loss) + snippet(flavour, recipe)


def loading(state: DataControls, flavour: str, loss: str = "squared") -> str:
    """Lines that make X and y as on screen; for R a comment that asks for them."""
    if flavour.startswith("R"):
        return "# X: a numeric matrix, y: a vector; read them from a table of your own\n"
    if state.dataset == "synthetic":
        made = (
            f"n={state.n}, p={state.p}, informative={min(state.informative, state.p)}, noise={state.noise!r}, "
            f"rho={state.rho!r}, correlation={state.correlation!r}, scale_spread={state.scale_spread!r}, "
            f"seed={state.seed}"
        )
        return f"from regviz.data import synthetic\n\ndata = synthetic({made})\nX, y = data.X.copy(), data.y.copy()\n"
    return loading_table(state.dataset, state.target, "outcomes" if loss == "logistic" else "y")


def loading_table(dataset: str, target: str, answer: str = "y") -> str:
    """Lines that make X and y of a bundled set or a file; ``answer`` is the attribute of the table that is fitted."""
    where = "bundled set" if dataset in bundled_names() else "file"
    return (
        f"from regviz.data import open_table  # the {where}, read as on screen\n\n"
        f"table = open_table({dataset!r}, {target!r})\nX, y = table.X.copy(), table.{answer}.copy()\n"
    )
