"""Each fault of a table file as a named case: what it is read as, or the sentence that refuses it."""

import numpy as np
import pytest

from regviz.data.csv_reader import parse_table
from regviz.data.errors import DataError

PLAIN = (["x"], [[1.5], [2.0], [3.0]], [10.0, 20.0, 40.0])
THOUSANDS = (["x"], [[1234.5], [2.0]], [1.0, 2.0])

READ = {
    "plain": (b"x,y\n1.5,10\n2,20\n3,40\n", PLAIN),
    "no newline at the end": (b"x,y\n1.5,10\n2,20\n3,40", PLAIN),
    "UTF-8 mark": (b"\xef\xbb\xbfx,y\n1.5,10\n2,20\n3,40\n", PLAIN),
    "UTF-16": ("x,y\n1.5,10\n2,20\n3,40\n".encode("utf-16"), PLAIN),
    "UTF-16 big end first": (b"\xfe\xff" + "x,y\n1.5,10\n2,20\n3,40\n".encode("utf-16-be"), PLAIN),
    "Windows-1252": ("é,y\n1,2\n3,4\n".encode("cp1252"), (["é"], [[1.0], [3.0]], [2.0, 4.0])),
    "emoji": ("🙂,y\n1,2\n3,4\n".encode(), (["🙂"], [[1.0], [3.0]], [2.0, 4.0])),
    "CR": (b"x,y\r1.5,10\r2,20\r3,40\r", PLAIN),
    "CRLF": (b"x,y\r\n1.5,10\r\n2,20\r\n3,40\r\n", PLAIN),
    "blank lines": (b"\n\nx,y\n1.5,10\n\n2,20\n \n3,40\n\n", PLAIN),
    "quotation marks": (b'"x","y"\n"1.5","10"\n"2",20\n3,"40"\n', PLAIN),
    "spaces": (b" x , y\n 1.5 ,10 \n2,20\n3, 40\n", PLAIN),
    "semicolon": (b"x;y\n1.5;10\n2;20\n3;40\n", PLAIN),
    "semicolon with decimal comma": (b"x;y\n1,5;10\n2;20\n3;40\n", PLAIN),
    "tab with decimal comma": (b"x\ty\n1,5\t10\n2\t20\n3\t40\n", PLAIN),
    "bar": (b"x|y\n1.5|10\n2|20\n3|40\n", PLAIN),
    "comma in names": (b"x, kg;y\n1,5;10\n2,5;20\n", (["x, kg"], [[1.5], [2.5]], [10.0, 20.0])),
    "thousands comma": (b'x,y\n"1,234.5",1\n2,2\n', THOUSANDS),
    "thousands point": (b"x;y\n1.234,5;1\n2;2\n", THOUSANDS),
    "thousands space": (b"x,y\n1 234.5,1\n2,2\n", THOUSANDS),
    "thousands apostrophe": (b"x,y\n1'234.5,1\n2,2\n", THOUSANDS),
    "thousands no-break space": ("x;y\n1\u202f234,5;1\n2;2\n".encode(), THOUSANDS),
    "style from another column": (b"x;y\n1.234;0,5\n2;2\n", (["x"], [[1234.0], [2.0]], [0.5, 2.0])),
    "point where nothing says comma": (b"x;y\n1.234;5\n2;2\n", (["x"], [[1.234], [2.0]], [5.0, 2.0])),
    "quoted comma in a comma file": (b'x,y\n"1,234",1\n2,2\n', (["x"], [[1234.0], [2.0]], [1.0, 2.0])),
    "missing": (b"x,y\n1,2\nnan,3\ninf,4\nNA,5\n,6\n-Inf,7\n8,9\n", (["x"], [[1.0], [8.0]], [2.0, 9.0])),
    "no value is 1_000": (b"x,y\n1_000,1\n2,2\n", (["x=2"], [[0.0], [1.0]], [1.0, 2.0])),
    "Arabic digits": ("x,y\n١,1\n2,2\n".encode(), (["x=١"], [[1.0], [0.0]], [1.0, 2.0])),
    "one row": (b"x,y\n1,2\n", (["x"], [[1.0]], [2.0])),
    "empty name": (b",y\n1,2\n3,4\n", (["column 1"], [[1.0], [3.0]], [2.0, 4.0])),
    "equal names": (b"x,x,y\n1,2,3\n4,5,6\n", (["x", "x (2)"], [[1.0, 2.0], [4.0, 5.0]], [3.0, 6.0])),
    "constant column": (b"x,c,y\n1,7,2\n3,7,4\n", (["x", "c"], [[1.0, 7.0], [3.0, 7.0]], [2.0, 4.0])),
    "column without values": (b"x,e,y\n1,,2\n3,NA,4\n", (["x"], [[1.0], [3.0]], [2.0, 4.0])),
    "text": (b"x,y\nb,1\na,2\nc,3\n", (["x=b", "x=c"], [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]], [1.0, 2.0, 3.0])),
    "true and false": (b"x,y\ntrue,1\nFALSE,2\n", (["x"], [[1.0], [0.0]], [1.0, 2.0])),
    "yes and no": (b"x,y\nno,1\nYes,2\n", (["x"], [[0.0], [1.0]], [1.0, 2.0])),
    "too small is zero": (b"x,y\n1e-400,1\n1,2\n", (["x"], [[0.0], [1.0]], [1.0, 2.0])),
    "line break in a cell": (b'x,y\n"a\nb",1\nc,2\n', (["x=c"], [[0.0], [1.0]], [1.0, 2.0])),
}

REFUSED = {
    "empty": (b"", "'f.csv' is empty"),
    "only blank": (b"\n \n\r\n", "'f.csv' is empty"),
    "header only": (b"x,y\n", "header in row 1 but no rows"),
    "one column": (b"x\n1\n2\n", "besides the target 'x'"),
    "NUL": (b"x,y\n1,\x002\n", "NUL character in row 2"),
    "UTF-16 without its mark": ("x,y\n1,2\n".encode("utf-16-le"), "NUL character in row 1"),
    "broken UTF-16": (b"\xff\xfe" + "x,y\n1,2".encode("utf-16-le") + b"\x00\xd8", "not UTF-16 text: a byte in row 2"),
    "broken UTF-8 behind its mark": (b"\xef\xbb\xbfx,y\n1,2\n\xff", "not UTF-8 text: a byte in row 3"),
    "no encoding": (b"x,y\n1,2\n\x81\xff,3\n", "not UTF-8 or Windows-1252 text: a byte in row 3"),
    "open quotes": (b'x,y\n1,2\n"3,4\n5,6\n', "in row 3: a quotation mark is never closed"),
    "text after quotes": (b'x,y\n1,2\n"3"4,4\n', "in row 3: text follows a closing quotation mark"),
    "long cell": (b"x,y\n1,2\n" + b"a" * 131_073 + b",4\n", "in row 3: a cell has more than 131,072 characters"),
    "ragged, short": (b"a,b,y\n1,2,3\n4,5\n", "Row 3 of 'f.csv' has 2 cells, but the header has 3"),
    "ragged, long": (b"a,y\n1,2\n\n4,5,6\n", "Row 4 of 'f.csv' has 3 cells, but the header has 2"),
    "too large": (b"x,y\n1,2\n1e400,3\n", "'1e400' in row 3, column 'x' of 'f.csv' is too large"),
    "numbers for names": (b"1,2\n3,4\n", "Row 1 of 'f.csv' holds only numbers"),
    "comma of two meanings": (b"x;y\n5;1\n1,234;2\n", "the comma of '1,234' in row 3"),
    "dates": (
        b"d,y\n" + b"".join(b"2021-%02d-%02d,%d\n" % (i // 28 + 1, i % 28 + 1, i) for i in range(51)),
        "Column 'd' of 'f.csv' holds text with 51 levels, such as '2021-01-01'; at most 50",
    ),
    "mostly numbers": (
        b"x,y\n" + b"".join(b"%d,%d\n" % (i, i) for i in range(60)) + b"1_000,2\n", "('1_000' in row 62 is no number)",
    ),
    "no row complete": (b"a,b,y\n1,,2\n,3,4\n", "no row without a missing value in columns 'a', 'b'"),
    "all text the same": (b"a,y\nu,1\nu,2\n", "text columns have one level each"),
    "text target": (b"a,y\n1,u\n2,v\n3,w\n", "target column 'y' of 'f.csv' holds text with 3 levels"),
    "empty target": (b"a,y\n1,\n2,NA\n", "target column 'y' of 'f.csv' has no values"),
    "nothing to predict": (b"a,b\nu,p\nv,q\nw,r\n", "no column of numbers or of two levels"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL character in row 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_is_read_as(name):
    data, (names, rows, y) = READ[name]
    table = parse_table(data, "f.csv", "y")
    assert list(table.names) == names
    assert table.X.tolist() == rows
    assert table.y.tolist() == y


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_in_one_sentence(name):
    data, part = REFUSED[name]
    with pytest.raises(DataError) as caught:
        parse_table(data, "f.csv")
    sentence = str(caught.value)
    assert part in sentence
    assert "'f.csv'" in sentence and sentence.endswith(".") and "\n" not in sentence


def notes(data):
    return " ".join(parse_table(data, "f.csv").notes)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"a,y\n1,2\n,3\n4,5\n", "1 of 3 rows had missing values (in 'a') and were dropped."),
        (b"a,e,y\n1,,2\n4,,5\n", "Columns without any value were left out: 'e'."),
        (b"a,c,y\n1,3,2\n4,3,5\n", "Column 'c' is constant."),
        (b"a,b,c,y\n1,1,1,2\n4,4,4,5\n", "Columns that repeat an earlier one: 'b' = 'a', 'c' = 'a'."),
        (b"a,t,y\n1,v,2\n4,u,5\n5,w,5\n", "Column 't' was coded as 'v', 'w' against 'u'."),
        (b"a,t,y\n1,v,2\n4,3,5\n5,7,5\n", "was coded as '7', 'v' against '3'; 'v' in row 2 is no number."),
        (b"a;t;y\n1;1,5;2\n4;1.5;5\n5;2;5\n", "its numbers mix decimal points and decimal commas."),
        (b"a,t,y\n1,v,2\n4,v,5\n", "Column 't' holds only 'v' and was left out."),
        (b"a,t,y\n1,Yes,2\n4,no,5\n", "In column 't' 'no' was coded 0 and 'yes' 1."),
        (b"a,y\n1,u\n4,v\n", "In the target 'y' 'u' was coded 0 and 'v' 1."),
        (b"a,y\n1,5\n4,5\n", "The target 'y' is constant."),
        (b",a,a,y\n1,2,3,4\n2,4,5,6\n", "Columns without a name of their own were called"),
    ],
)
def test_notes_tell_what_was_done(data, part):
    assert part in notes(data)


def test_a_plain_table_needs_no_notes():
    assert notes(b"a,b,y\n1,2,2\n3,5,5\n2,2,1\n") == ""


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"a,b,c", "c"), (b"a,Target,c", "Target"), (b"RESPONSE,b,c", "RESPONSE"), (b"a,outcome,y", "outcome"),
        (b"y,b,c", "y"),
    ],
)  # fmt: skip
def test_usual_target(header, expected):
    assert parse_table(header + b"\n1,2,3\n4,5,7\n", "f.csv").target == expected


def test_usual_target_is_the_last_of_numbers():
    table = parse_table(b"a,b,t\n1,2,u\n3,4,v\n5,5,w\n", "f.csv")
    assert table.target == "b"
    assert table.targets == ("a", "b")


def test_a_missing_target_lists_the_columns():
    with pytest.raises(DataError, match=r"'f\.csv' has no column 'z'; its columns are 'a', 'b c', 'y'\."):
        parse_table(b"a,b c,y\n1,2,3\n", "f.csv", "z")


@pytest.mark.parametrize(
    ("cells", "classes", "y", "outcomes"),
    [
        (["u", "v", "u"], ("u", "v"), [0, 1, 0], [0, 1, 0]),
        (["yes", "no", "no"], ("no", "yes"), [1, 0, 0], [1, 0, 0]),
        (["2", "1", "2"], ("1", "2"), [2, 1, 2], [1, 0, 1]),
    ],
)
def test_two_valued_targets_have_classes(cells, classes, y, outcomes):
    rows = "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    table = parse_table(f"a,y\n{rows}".encode(), "f.csv")
    assert table.classes == classes
    assert table.y.tolist() == y
    assert table.outcomes.tolist() == outcomes


def test_other_targets_have_no_classes():
    table = parse_table(b"a,y\n1,2\n2,3\n3,4\n", "f.csv")
    assert table.classes is None
    with pytest.raises(DataError, match="does not have exactly two values"):
        _ = table.outcomes


def test_coded_text_is_one_group_and_all_groups_are_a_partition():
    table = parse_table(b"a,t,s,b,y\n1,u,k,2,3\n2,v,l,3,5\n4,w,k,4,6\n", "f.csv")
    assert table.names == ("a", "t=v", "t=w", "s=l", "b")
    assert table.groups == ((0,), (1, 2), (3,), (4,))


def test_levels_are_counted_in_the_rows_that_are_kept():
    table = parse_table(b"a,t,y\n1,u,3\n,v,5\n4,w,6\n5,u,1\n", "f.csv")
    assert table.names == ("a", "t=w")


def test_minus_zero_is_zero():
    table = parse_table(b"a,b,y\n-0,0,-0.0\n1,1,3\n", "f.csv")
    assert not np.signbit(table.X).any() and not np.signbit(table.y).any()
