"""What read_table must make of a file, written a second time: by characters and exact fractions, without csv, regular
expressions or NumPy. The oracle of the fuzz test; it says which files are refused but not why.
"""

from dataclasses import dataclass
from fractions import Fraction

CELL, LEVELS = 131_072, 50
DIGITS = "0123456789"
MARKS = " \u00a0\u202f'\u2019"
ABSENT = ["", "na", "n/a", "#n/a", "null", "?", ".", "-"]
ABSENT += [sign + word for word in ("nan", "inf", "infinity") for sign in ("", "+", "-")]


class Refused(Exception):
    pass


@dataclass
class Expected:
    names: list
    rows: list
    target: str
    y: list


def parse(data, target=""):
    """The names, rows, target name and target values that must come out, or Refused."""
    text = decoded(data)
    delimiter = sniffed(text)
    records = [record for record in cut(text, delimiter) if not blank(record)]
    if len(records) < 2 or any(len(record) != len(records[0]) for record in records):
        raise Refused
    header = [" ".join(cell.split()) for cell in records[0]]
    if all(number(cell, ".") is not None or number(cell, ",") is not None for cell in header):
        raise Refused
    names = distinct([cell or f"column {j + 1}" for j, cell in enumerate(header)])
    cells = [[record[j].strip() for record in records[1:]] for j in range(len(names))]
    return assembled(names, typed(cells, delimiter), target)


def decoded(data):
    try:
        if data[:3] == b"\xef\xbb\xbf":
            text = data[3:].decode("utf-8")
        elif data[:2] == b"\xff\xfe":
            text = data[2:].decode("utf-16-le")
        elif data[:2] == b"\xfe\xff":
            text = data[2:].decode("utf-16-be")
        else:
            text = unmarked(data)
    except UnicodeDecodeError:
        raise Refused from None
    if "\0" in text:
        raise Refused
    return text


def unmarked(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def sniffed(text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    found = [mark for mark in "\t;|," if mark in first]
    if len(found) < 2:
        return (found + [","])[0]
    widths = {}
    for mark in found:
        widths[mark] = sample(text, mark)
        if len(set(widths[mark])) == 1 and widths[mark][0] > 1:
            return mark
    return max(found, key=lambda mark: widths[mark][:1])


def sample(text, mark):
    widths = []
    try:
        for record in cut(text, mark):
            if not blank(record):
                widths.append(len(record))
                if len(widths) == 20:
                    break
    except Refused:
        widths.append(0)
    return widths


def blank(record):
    return len(record) == 0 or (len(record) == 1 and record[0].strip() == "")


def cut(text, delimiter):
    """Records one by one; a state machine over characters."""
    record, cell, state = [], [], "line"
    for c in text:
        if state == "quoted":
            if c == '"':
                state = "closed"
            else:
                cell.append(c)
        elif state == "closed" and c == '"':
            cell.append(c)
            state = "quoted"
        elif c == delimiter:
            record.append("".join(cell))
            cell, state = [], "cell"
        elif c in "\r\n":
            if state != "line":
                yield [*record, "".join(cell)]
            record, cell, state = [], [], "line"
        elif state == "closed":
            raise Refused
        elif state in ("line", "cell") and c == '"':
            state = "quoted"
        elif state in ("line", "cell") and c == " ":
            state = "cell"
        else:
            cell.append(c)
            state = "plain"
        if len(cell) > CELL:
            raise Refused
    if state == "quoted":
        raise Refused
    if state != "line":
        yield [*record, "".join(cell)]


def distinct(names):
    taken, done = set(), []
    for name in names:
        new, k = name, 1
        while new in taken:
            k += 1
            new = f"{name} ({k})"
        taken.add(new)
        done.append(new)
    return done


def absent(cell):
    return cell.lower() in ABSENT


def number(cell, point):
    """The fraction written in ``cell`` with ``point`` as decimal mark, or None."""
    body = cell[1:] if cell[:1] in ("+", "-") else cell
    at = max(body.find("e"), body.find("E"))
    mantissa, exponent = (body[:at], body[at + 1 :]) if at >= 0 else (body, "0")
    whole, dot, part = mantissa.partition(point)
    whole = ungrouped(whole, "," if point == "." else ".")
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    if whole is None or not digits(part) or power == "" or not digits(power):
        return None
    if (whole == "" and part == "") or (point == "," and dot and part == ""):
        return None
    size = int(power.lstrip("0")[:9] or "0")
    return scaled(cell[:1] == "-", whole, part, -size if exponent[0] == "-" else size)


def digits(text):
    return all(c in DIGITS for c in text)


def ungrouped(whole, mark):
    """Digits of the integer part without thousands marks, or None."""
    marks = {c for c in whole if c not in DIGITS}
    if not marks:
        return whole
    if len(marks) > 1 or not marks <= set(mark + MARKS):
        return None
    first, *rest = whole.split(marks.pop())
    return first + "".join(rest) if 1 <= len(first) <= 3 and all(len(group) == 3 for group in rest) else None


def scaled(negative, whole, part, power):
    mantissa = int((whole + part).lstrip("0")[:4000] or "0")
    power += max(0, len((whole + part).lstrip("0")) - 4000) - len(part)
    size = len(str(mantissa)) + power
    if mantissa == 0 or size < -400:
        return Fraction(0)
    value = Fraction(10) ** (400 if size > 400 else power) * (1 if size > 400 else mantissa)
    return -value if negative else value


def typed(columns, delimiter):
    """Each column as None (no values), a list of floats with None for gaps, or a list of words with None for gaps."""
    fits = [fitting(cells) for cells in columns]
    numeric = [f for f in fits if f in ({"."}, {","})]
    style = "."
    if ({"."} in numeric) != ({","} in numeric):
        style = "." if {"."} in numeric else ","
    elif delimiter != ",":
        style = "?"
    return [one(cells, fit, style) for cells, fit in zip(columns, fits, strict=True)]


def fitting(cells):
    known = [cell for cell in cells if not absent(cell)]
    return {point for point in ".," if known and all(number(cell, point) is not None for cell in known)}


def one(cells, fit, style):
    known = {cell.lower() for cell in cells if not absent(cell)}
    for pair in (["false", "true"], ["no", "yes"]):
        if known and known <= set(pair):
            return [None if absent(cell) else float(pair.index(cell.lower())) for cell in cells]
    if not known:
        return None
    if not fit:
        return [None if absent(cell) else cell for cell in cells]
    if len(fit) == 2 and style == "?" and any("," in cell for cell in cells):
        raise Refused
    point = min(fit) if len(fit) == 1 else style.replace("?", ".")
    return [None if absent(cell) else rounded(number(cell, point)) for cell in cells]


def rounded(fraction):
    try:
        return float(fraction)
    except OverflowError:
        raise Refused from None


def words(column):
    return column is not None and any(isinstance(cell, str) for cell in column)


def possible(column):
    if words(column):
        return len({cell for cell in column if cell is not None}) == 2
    return column is not None


def chosen(names, columns, target):
    if target:
        if target not in names:
            raise Refused
        return names.index(target)
    for j, name in enumerate(names):
        if name.lower() in ("target", "y", "response", "outcome"):
            return j
    for test in (lambda c: possible(c) and not words(c), possible):
        right = [j for j, column in enumerate(columns) if test(column)]
        if right:
            return right[-1]
    raise Refused


def assembled(names, columns, target):
    t = chosen(names, columns, target)
    if not possible(columns[t]):
        raise Refused
    features = [j for j, column in enumerate(columns) if j != t and column is not None]
    kept = [i for i in range(len(columns[t])) if all(columns[j][i] is not None for j in [t, *features])]
    if not kept or not features:
        raise Refused
    labels, made = [], []
    for j in features:
        values = [columns[j][i] for i in kept]
        levels = sorted(set(values)) if words(columns[j]) else []
        if len(levels) > LEVELS:
            raise Refused
        labels += [f"{names[j]}={level}" for level in levels[1:]] if levels else [names[j]]
        made += [[float(v == level) for v in values] for level in levels[1:]] if levels else [values]
    if not made:
        raise Refused
    y = [columns[t][i] for i in kept]
    if words(columns[t]):
        codes = sorted({cell for cell in columns[t] if cell is not None})
        y = [float(codes.index(word)) for word in y]
    return Expected(labels, [list(row) for row in zip(*made, strict=True)], names[t], y)
