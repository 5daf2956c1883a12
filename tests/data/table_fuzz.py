"""Grammar-made and mutated table files, compared with the slow parser. ``run(count, seed)`` is the long version."""

import random
from collections import Counter

from regviz.data.csv_reader import parse_table
from regviz.data.errors import DataError
from tests.data import slow_parser

NAMES = ["a", "b", "x", "y", "Target", "", "a", "weight, kg", "Größe", "x (2)", '"q"', "42", "🙂", "a;b", " c  d "]
ODD = [
    "1_000", "٣",
    "nan", "inf", "-Inf", "1e400", "-1e400", "1e-400", "NA", "", "?", "-", "2021-03-04", "true", "No", "🙂",
    "1,5", "1.5", "1,234", "1.234", "1.234,5", "1,234.5", "1 234", "1'234,5", "12,34", "--1", "+1", "1.", ".5", ",5",
    "1,", "0x1f", "1e5", "1E+5", "1e", "=1+1", "\u22125", '"', 'a"b', " 7 ", "\t", "\u00a01", "1\u00a0000", "5%", "1d5",
    "0" * 30 + "1", "9" * 310, "1" + "0" * 25, "4.9e-324", "2.5e-324", "1.7976931348623159e308", "\ufeff1", "\x0b3",
    "0.1" + "0" * 20 + "1", "1\n2", "1e0000000000001", "1,234 567", "1.2.3",
]  # fmt: skip
TOKENS = [
    b",", b";", b'"', b"\n", b"\r", b"\r\n", b"\t", b"|", b"\0", b"\xff", b"\xfe", b"\x81", b" ", b"_", b"1", b"e9",
    b"\xef\xbb\xbf", b"\xc3", b"\n\n", b"nan", b".", b"-",
]  # fmt: skip


def cells_of(rng, rows, kind):
    """One column: a kind for most of its cells, and now and then something else."""
    levels = [rng.choice(["red", "green", "a b", "x,y", "Ä", "4", "no way"]) for _ in range(3)]
    make = [
        lambda: str(rng.randint(-50, 2000)),
        lambda: repr(rng.gauss(0, 10 ** rng.randint(-3, 6))),
        lambda: f"{rng.gauss(0, 1e4):,.2f}",
        lambda: f"{rng.gauss(0, 100):.3f}".replace(".", ","),
        lambda: f"{rng.gauss(0, 1e5):,.1f}".translate(str.maketrans(",.", ".,")),
        lambda: rng.choice(levels),
        lambda: rng.choice(["yes", "No"]) if kind % 2 else rng.choice(["TRUE", "false"]),
        lambda: f"{rng.gauss(0, 1):.17e}",
        lambda: f"{rng.randint(1, 999)}{rng.choice(',.')}{rng.randint(0, 999):03}",
        lambda: f"{rng.randint(1, 999)} {rng.randint(0, 999):03}",
    ][kind]
    odd = rng.choice([0.0] * 6 + [0.02, 0.3])
    return [rng.choice(ODD) if rng.random() < odd else make() for _ in range(rows)]


def quoted(rng, cell, delimiter, careless):
    if delimiter in cell or "\n" in cell or cell.startswith('"') or rng.random() < 0.05:
        return '"' + cell.replace('"', '""') + '"' if rng.random() >= careless else cell
    return cell if rng.random() < 0.95 else f" {cell} "


def grammar_made(rng):
    """Bytes of a table that is mostly right."""
    width, rows = rng.choice([1, 2, 3, 3, 4, 5, 7]), rng.choice([0, 1, *[2, 5, 9, 20, 60] * 3])
    delimiter, newline = rng.choice(",,,;;\t|"), rng.choice(["\n", "\n", "\r\n", "\r"])
    header = [rng.choice(NAMES) for _ in range(width)]
    kinds = rng.choice([[0, 1, 2, 5, 6, 7, 9], [0, 3, 4, 5, 6, 9], [0, 4, 8, 9], range(10)])
    columns = [cells_of(rng, rows, rng.choice(kinds)) for _ in range(width)]
    careless = rng.choice([0.0, 0.0, 0.0, 0.02])
    lines = [header, *zip(*columns, strict=True)]
    text = newline.join(delimiter.join(quoted(rng, cell, delimiter, careless) for cell in line) for line in lines)
    text += newline * rng.randrange(3)
    codec = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"])
    return text.encode(codec, "replace" if codec == "cp1252" else "strict")


def mutated(rng, data):
    for _ in range(rng.choice([0, 0, 0, 0, 0, 0, 0, 1, 2, 6])):
        at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        piece = data[at : min(to, at + 12)]
        before, rest = data[:at], data[at:]
        data = rng.choice(
            [
                before + rng.choice(TOKENS) + rest,
                before + rest[len(piece) :],
                data[:to] + piece + data[to:],
                before + bytes([rng.randrange(256)]) + rest[1:],
                data[:to],
            ]
        )
    return data


def example(seed, index):
    """The bytes and target name of one case."""
    rng = random.Random(f"{seed}/{index}")
    return mutated(rng, grammar_made(rng)), rng.choice(["", "", "", "", "", "a", "x"])


def verdict(data, target):
    """Read with both; fails with AssertionError where they differ, else says "accepted" or "refused"."""
    expected, (table, sentence) = slowly(data, target), quickly(data, target)
    assert (table is None) == (expected is None), sentence or f"accepted: {table.X}"
    if table is None:
        assert "'file.csv'" in sentence, sentence
        return "refused"
    assert (list(table.names), table.target) == (expected.names, expected.target)
    assert table.X.tolist() == expected.rows
    assert table.y.tolist() == expected.y
    return "accepted"


def slowly(data, target):
    try:
        return slow_parser.parse(data, target)
    except slow_parser.Refused:
        return None


def quickly(data, target):
    try:
        return parse_table(data, "file.csv", target), ""
    except DataError as error:
        return None, str(error)


def run(count, seed=0):
    """Compare ``count`` files; returns how many were accepted and refused, and names the case that fails."""
    verdicts = Counter()
    for index in range(count):
        data, target = example(seed, index)
        try:
            verdicts[verdict(data, target)] += 1
        except Exception as error:
            raise AssertionError(f"case {seed}/{index}, target {target!r}, {data[:2000]!r}: {error!r}") from error
    return verdicts
