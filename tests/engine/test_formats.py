# ruff: noqa: E501 - a case stands on one line
"""File formats: each SerDe's reading of each text, both readers, every writer read again."""

import bz2
import io
import itertools
import json
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from labkit.cloud.engine import formats, patience
from labkit.cloud.engine.formats import File, FormatError, Table, lines, plain
from labkit.cloud.engine.formats.moments import milliseconds
from labkit.cloud.engine.types import parse_type
from tests import odd_parquet

Write = Callable[..., File]
Rows = list[tuple[Any, ...]]


@pytest.fixture
def session() -> Iterator[SimpleNamespace]:
    with duckdb.connect() as con:
        yield SimpleNamespace(con=con)


@pytest.fixture
def lay(tmp_path: Path) -> Write:
    """Writes a file under a name of no meaning, as blobs have, with its own name beside."""
    numbers = itertools.count()

    def write(data: bytes, name: str = "data", partition: tuple[str | None, ...] = ()) -> File:
        path = tmp_path / f"blob{next(numbers)}"
        path.write_bytes(data)
        return File(str(path), name, partition, len(data))

    return write


def table(form: str, columns: str, keys: str = "", **options: str) -> Table:
    """A declaration: `a:int b:string`, options with `__` for dots."""
    return Table(
        form,
        tuple(map(_column, columns.split())),
        tuple(map(_column, keys.split())),
        {name.replace("__", "."): value for name, value in options.items()},
    )


def _column(text: str) -> tuple[str, Any]:
    name, _, kind = text.partition(":")
    return name, parse_type(kind)


def read(session: Any, told: Table, *files: File, wanted: str = "") -> Rows:
    names = [name for name, _ in (*told.columns, *told.partition_keys)]
    chosen = frozenset(wanted.split() or names)
    relation = formats.relation(session, told, files, chosen)
    rows: Rows = session.con.execute(f"SELECT * FROM {relation}").fetchall()
    return rows


def csv(columns: str, keys: str = "", **options: str) -> Table:
    return table("csv", columns, keys, **{"field__delim": ",", **options})


LAZY = [
    ("bigint", "12", 12),
    ("bigint", "+5", 5),
    ("bigint", "1.9", 1),
    ("bigint", "-1.9", -1),
    ("bigint", ".5", 0),
    ("bigint", "1e3", None),
    ("bigint", " 5", None),
    ("bigint", "1_000", None),
    ("bigint", "0x1F", None),
    ("bigint", "", None),
    ("bigint", "9223372036854775808", None),
    ("int", "2147483648", None),
    ("smallint", "-32768", -32768),
    ("tinyint", "128", None),
    ("double", "1e3", 1000.0),
    ("double", "+.5E-3", 0.0005),
    ("double", "5.", 5.0),
    ("double", "1e400", float("inf")),
    ("double", "0.1000000000000000055511151231257827021181583404541015625", 0.1),
    ("double", "9007199254740993.00000000000000000000000000000001", 9007199254740994.0),
    ("double", "9007199254740993", 9007199254740992.0),
    ("double", " 2.5 ", 2.5),
    ("double", "5d", 5.0),
    ("double", "Infinity", float("inf")),
    ("double", "inf", None),
    ("double", "x", None),
    ("real", "1.00000005960464477539062500001", 1.0000001192092896),
    ("real", "1.00000005960464477539062500001d", 1.0000001192092896),
    ("real", "1.000000059604644775390625", 1.0),
    ("real", "-1.00000017881393432617187499999", -1.0000001192092896),
    ("real", "1e39f", float("inf")),
    ("decimal(3,3)", "786E-5", Decimal("0.008")),
    ("decimal(3,1)", "0.00045e3", Decimal("0.5")),
    ("boolean", "TRUE", True),
    ("boolean", "t", None),
    ("boolean", "1", None),
    ("date", "2024-01-05", date(2024, 1, 5)),
    ("date", "2024-1-5", date(2024, 1, 5)),
    ("date", "2024-02-31", date(2024, 3, 2)),
    ("date", "2024-01-05 10:00", date(2024, 1, 5)),
    ("date", "05/01/2024", None),
    ("date", "9999-12-31", date(9999, 12, 31)),
    ("date", "9999-12-32", None),
    ("timestamp", "9999-12-31 23:59:59", datetime(9999, 12, 31, 23, 59, 59)),
    ("timestamp", "9999-12-31 24:00:00", None),
    ("timestamp", "2024-01-05 01:02:03", datetime(2024, 1, 5, 1, 2, 3)),
    ("timestamp", "2024-01-05T01:02:03.1239", datetime(2024, 1, 5, 1, 2, 3, 124000)),
    ("timestamp", "2024-01-05", datetime(2024, 1, 5)),
    ("timestamp", "1704416523", None),
    ("decimal(10,2)", "1.255", Decimal("1.26")),
    ("decimal(4,2)", "100", None),
    ("decimal(10,2)", " 1", None),
    ("decimal(38,0)", "9" * 38, Decimal("9" * 38)),
    ("string", "", ""),
    ("string", "\\N", None),
    ("string", '"quoted"', '"quoted"'),
    ("varchar(3)", "abcdef", "abc"),
    ("binary", "_-8=", b"\xff\xef"),
    ("binary", "/+8", b"\xff\xef"),
    ("binary", "$value", b"$value"),
]


@pytest.mark.parametrize(("kind", "text", "value"), LAZY, ids=[f"{k}-{t}" for k, t, _ in LAZY])
@pytest.mark.parametrize("name", ["plain.csv", "slow.csv.bz2"])
def test_lazy_simple_reads_a_text_as_hive_does(
    session: Any, lay: Write, name: str, kind: str, text: str, value: Any
) -> None:
    data = f"x,{text}\n".encode()
    file = lay(bz2.compress(data) if name.endswith("bz2") else data, name)
    assert read(session, csv(f"k:string v:{kind}"), file) == [("x", value)]


KINDS = "tinyint int bigint real double boolean date timestamp decimal(10,2) decimal(38,0) string"
PIECES = ["", " ", "-", "+", "0", "1", "9", "07", "12", "2024", ".", "e", "E5", ":", "T", "true",
          "FALSE", "NaN", "-01-31", "-1-5", " 10:11:12", ".5", "d", "\\N", '"', "_", "/"]  # fmt: skip


def texts() -> list[str]:
    """Texts near the border of every type, the same at each run."""
    draw = random.Random(7)
    drawn = {"".join(draw.choices(PIECES, k=draw.randint(1, 4))) for _ in range(1500)}
    return sorted(drawn | {text for _, text, _ in LAZY})


@pytest.mark.parametrize("kind", KINDS.split())
def test_both_ways_of_reading_give_the_same_values(session: Any, lay: Write, kind: str) -> None:
    lines = [f"{text},{i}" for i, text in enumerate(texts())]
    data = "\n".join(lines).encode()
    told = csv(f"v:{kind} n:int")
    fast = read(session, told, lay(data))
    slow = read(session, told, lay(bz2.compress(data), "x.bz2"))
    assert [r for r in zip(fast, slow, strict=True) if repr(r[0]) != repr(r[1])] == []


@pytest.mark.parametrize("kind", KINDS.split())
def test_files_of_one_value_are_read_as_typed_or_not_alike(
    session: Any, lay: Write, kind: str
) -> None:
    told = csv(f"k:string v:{kind}")
    some = texts()[::40]
    files = [lay(f"x,{text}\n".encode()) for text in some]
    slow = [lay(bz2.compress(f"x,{text}\n".encode()), "x.bz2") for text in some]
    for fast, careful in zip(files, slow, strict=True):
        assert repr(read(session, told, fast)) == repr(read(session, told, careful))


ROWS = {
    "short row": (b"1\n", [(1, None)]),
    "long row": (b"1,b,c,d\n", [(1, "b")]),
    "blank line is a row": (b"1,a\n\n2,b\n", [(1, "a"), (None, None), (2, "b")]),
    "no line end at the end": (b"1,a\n2,b", [(1, "a"), (2, "b")]),
    "carriage return and line feed": (b"1,a\r\n2,b\r\n", [(1, "a"), (2, "b")]),
    "carriage return alone": (b"1,a\r2,b\r", [(1, "a"), (2, "b")]),
    "ends of both kinds": (b"1,a\r\n2,b\r34,c\n", [(1, "a"), (2, "b"), (34, "c")]),
    "byte order mark": (b"\xef\xbb\xbf1,a\n", [(1, "a")]),
    "bad UTF-8": (b"1,\xff\n", [(1, "�")]),
    "a very long line": (b"1," + b"x" * 3_000_000 + b"\n", [(1, "x" * 3_000_000)]),
    "empty file": (b"", []),
    "comment sign and quotes are text": (b'1,#"a\n', [(1, '#"a')]),
}


@pytest.mark.parametrize("case", ROWS)
def test_lines_are_rows(session: Any, lay: Write, case: str) -> None:
    data, rows = ROWS[case]
    assert read(session, csv("a:int b:string"), lay(data)) == rows


def test_java_passes_over_nul_around_a_number(session: Any, lay: Write) -> None:
    assert read(session, csv("a:double b:string"), lay(b"1\0,a\n")) == [(1.0, "a")]


def test_a_header_is_skipped_in_each_file_and_rows_are_counted(session: Any, lay: Write) -> None:
    told = csv("a:int b:string", skip__header__line__count="1")
    files = [lay(b"a,b\n1,x\n"), lay(b"a,b\n"), lay(b"a,b\n2,y\n3,z"), lay(b"")]
    assert read(session, told, *files) == [(1, "x"), (2, "y"), (3, "z")]
    relation = formats.relation(session, told, files, frozenset())
    assert session.con.execute(f"SELECT count(*) FROM {relation}").fetchone() == (3,)


def test_a_file_written_anew_is_looked_at_anew(session: Any, lay: Write) -> None:
    file = lay(b"1\n")
    assert read(session, csv("a:int"), file) == [(1,)]
    Path(file.path).write_bytes(b"1.9\n\n")
    assert read(session, csv("a:int"), file) == [(1,), (None,)]


class Counted:
    """A connection that counts what it is asked."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con, self.asked = con, 0

    def execute(self, sql: str) -> Any:
        self.asked += 1
        return self.con.execute(sql)

    def register(self, name: str, source: object) -> None:
        self.con.register(name, source)


def test_a_file_is_looked_at_once_for_each_column(session: Any, lay: Write) -> None:
    con = Counted(session.con)
    counted = SimpleNamespace(con=con)
    told, file = csv("a:int b:string c:double"), lay(b"1,x,1.5\n")
    asked = []
    for wanted in ("a", "a", "a b", "b", "a c", "a b c"):
        formats.relation(counted, told, [file], frozenset(wanted.split()))
        asked.append(con.asked)
    assert asked == [1, 1, 1, 1, 2, 2]


def test_many_columns_are_looked_at_in_parts(
    session: Any, lay: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together they would take time that grows with their square."""
    monkeypatch.setattr(plain, "_TOGETHER", 2)
    con = Counted(session.con)
    told = csv("a:int b:int c:double d:string e:int f:int")
    files = [lay(b"1,,2.5,x,4,5\n"), lay(b"6,7,8,y\xff,9\n")]
    relation = formats.relation(SimpleNamespace(con=con), told, files, frozenset("abcdef"))
    assert con.asked == 1 + 2  # once for both files, then for the first alone
    rows = session.con.execute(f"SELECT * FROM {relation} ORDER BY a").fetchall()
    assert rows == [(1, None, 2.5, "x", 4, 5), (6, 7, 8.0, "y\ufffd", 9, None)]


DELIMITED = {
    "default delimiter": ("a:int b:string", {"field.delim": "\x01"}, b"1\x01x\n", [(1, "x")]),
    "first of two": ("a:string b:string", {"field.delim": "||"}, b"x||y\nx|y\n", [("x", ""), ("x", "y")]),
    "tab by escape": ("a:int b:string", {"field.delim": "\\t"}, b"1\tx\n", [(1, "x")]),
    "tab by number": ("a:int b:string", {"field.delim": "9"}, b"1\tx\n", [(1, "x")]),
    "own NULL": ("a:string", {"serialization.null.format": "NA"}, b"NA\n\\N\n", [(None,), ("\\N",)]),
    "empty is NULL": ("a:string", {"serialization.null.format": ""}, b"x,\n,y\n", [("x",), (None,)]),
    "escape": ("a:string b:string", {"escape.delim": "\\"}, b"a\\,b,c\\\\\n", [("a,b", "c\\")]),
    "escape, then nothing": ("a:string b:string", {"escape.delim": "\\"}, b"a\\n,c\\\n", [("an", "c\\")]),
    "array": ("a:array<int>", {"collection.delim": "|"}, b"1|x|3\n\\N\n\n", [([1, None, 3],), (None,), ([],)]),
    "map": ("a:map<string,int>", {"colelction.delim": "|", "mapkey.delim": ":"}, b"k:1|l:\n", [({"k": 1, "l": None},)]),
    "struct": ("a:struct<x:int,y:string>", {"collection.delim": "|"}, b"1|b\n2\n", [({"x": 1, "y": "b"},), ({"x": 2, "y": None},)]),
    "nested": ("a:array<array<int>>", {"collection.delim": "|", "mapkey.delim": "-"}, b"1-2|3\n", [([[1, 2], [3]],)]),
}  # fmt: skip


@pytest.mark.parametrize("case", DELIMITED)
def test_delimited_text_follows_its_properties(session: Any, lay: Write, case: str) -> None:
    columns, options, data, rows = DELIMITED[case]
    told = Table("csv", tuple(map(_column, columns.split())), (), {"field.delim": ",", **options})
    assert read(session, told, lay(data)) == rows


CSV = {
    "quotes": (b'"1","a ""b"", c"\n', {}, [(1, 'a "b", c')]),
    "no quotes": (b"1,a b\n", {}, [(1, "a b")]),
    "quote as escape": (b'"1","a ""b"" \\\\ c"\n', {"escapechar": '"'}, [(1, 'a "b" \\ c')]),
    "escape": (b'"1","a \\"b\\""\n', {}, [(1, 'a "b"')]),
    "own characters": (b"'1'|'a|b'\n", {"separatorchar": "|", "quotechar": "'"}, [(1, "a|b")]),
    "backslash N is text": (b'1,\\N\n2,"\\\\N"\n', {}, [(1, "N"), (2, "\\N")]),
    "empty string": (b"1,\n", {}, [(1, "")]),
    "short and blank rows": (b"1\n\n", {}, [(1, None), (None, None)]),
    "forgiven": (b",x\n1.5,y\n", {"use.null.for.invalid.data": "true"}, [(None, "x"), (None, "y")]),
}


@pytest.mark.parametrize("case", CSV)
def test_opencsv_reads_quotes(session: Any, lay: Write, case: str) -> None:
    data, options, rows = CSV[case]
    told = Table("opencsv", (_column("a:int"), _column("b:string")), (), options)
    assert read(session, told, lay(data)) == rows


def test_opencsv_dates_are_numbers(session: Any, lay: Write) -> None:
    told = table("opencsv", "d:date t:timestamp")
    assert read(session, told, lay(b"18276,1579059880000\n")) == [
        (date(2020, 1, 15), datetime(2020, 1, 15, 3, 44, 40))
    ]


JSON = {
    "types": ("json", "a:bigint b:double c:boolean d:string", b'{"a":1,"B":2.5,"c":true,"d":"x"}', (1, 2.5, True, "x")),
    "missing and null": ("json", "a:int b:string", b'{"b":null}', (None, None)),
    "number as written": ("json", "a:string", b'{"a":1.50}', ("1.50",)),
    "nested": ("json", "a:struct<x:array<int>,y:map<string,string>>", b'{"a":{"X":[1,null],"y":{"k":"v"}}}', ({"x": [1, None], "y": {"k": "v"}},)),
    "date and time": ("openx-json", "d:date t:timestamp", b'{"d":"2024-01-05","t":"2024-01-05T10:00:00+02:00"}', (date(2024, 1, 5), datetime(2024, 1, 5, 8))),
    "openx number in quotes": ("openx-json", "a:int", b'{"a":"12"}', (12,)),
    "openx integers in quotes": ("openx-json", "a:int b:int c:int d:int e:int", b'{"a":"0x1F","b":"017","c":"1.9","d":"08","e":"-017"}', (31, 15, 1, 8, -17)),
    "openx days in quotes": ("openx-json", "a:date b:date", b'{"a":"19727","b":"0x10"}', (date(2024, 1, 5), date(1970, 1, 17))),
    "openx object as string": ("openx-json", "a:string", b'{"a":{"b":[1, 2]}}', ('{"b":[1,2]}',)),
    "openx moments": ("openx-json", "a:timestamp b:timestamp", b'{"a":"2020-05-10t12:34:56z","b":456.1239}', (datetime(2020, 5, 10, 12, 34, 56), datetime(1970, 1, 1, 0, 7, 36, 123000))),
    "openx object of a list": ("openx-json", "a:struct<x:int,y:int> b:struct<x:int>", b'{"a":[1],"b":" "}', ({"x": 1, "y": None}, {"x": None})),
    "openx binary": ("openx-json", "a:binary", b'{"a":"dmFsdWU="}', (b"value",)),
    "binary": ("json", "a:binary b:binary", b'{"a":"true","b":1.23}', (b"true", b"1.23")),
    "numbered names": ("json", "a:int b:struct<x:int,y:int>", b'{"_col0":1,"_col1":{"_col1":2,"X":3}}', (1, {"x": 3, "y": 2})),
    "keys of maps": ("json", "a:map<string,int>", b'{"A":{"Foo":1,"FOO":2}}', ({"Foo": 1, "FOO": 2},)),
    "fractions": ("json", "a:int b:bigint c:smallint", b'{"a":1.56,"b":-1.56,"c":1.2345e2}', (1, -1, 123)),
    "openx wraps": ("openx-json", "a:array<int>", b'{"a":1}', ([1],)),
    "openx blank line": ("openx-json", "a:int", b"", (None,)),
    "half of a pair of surrogates": ("openx-json", "a:string b:map<string,int>", b'{"a":"\\ud83d\\ude00\\ud83d","b":{"\\ude00":1}}', ("😀?", {"?": 1})),
    "esri": ("esri", "name:string shape:binary area:double d:date n:int", b'{"features":[{"attributes":{"NAME":"a","Area":1.5,"d":86400000,"n":"x"},"geometry":{"x":1,"y":2}}]}', ("a", bytes.fromhex("000000000101000000000000000000F03F0000000000000040"), 1.5, date(1970, 1, 2), None)),
    "cloudtrail": ("cloudtrail", "useridentity:struct<username:string> asked:string ok:string", b'{"Records":[{"userIdentity":{"userName":"u"},"asked":{"aB":1,"ab":2},"ok":true}]}', ({"username": "u"}, '{"aB":1,"ab":2}', "true")),
}  # fmt: skip


@pytest.mark.parametrize("case", JSON)
def test_json_lines_are_rows(session: Any, lay: Write, case: str) -> None:
    form, columns, data, row = JSON[case]
    assert read(session, table(form, columns), lay(data + b"\n")) == [row]


OPENX = {
    "nested mapping": ({"mapping.ident": "ID"}, "a:struct<ident:int>", b'{"a":{"id":7}}', {"ident": 7}),
    "mapping": ({"mapping.ident": "ID"}, "ident:int", b'{"id":7}', 7),
    "dots": ({"dots.in.keys": "true"}, "a_b:int", b'{"a.b":7}', 7),
    "case matters": ({"case.insensitive": "false"}, "a:int", b'{"A":7}', None),
    "case and mapping": ({"case.insensitive": "false", "mapping.a": "A"}, "a:int", b'{"A":7}', 7),
    "malformed": ({"ignore.malformed.json": "true"}, "a:int", b"{", None),
    "invalid": ({"use.null.for.invalid.data": "true"}, "a:int", b'{"a":"x"}', None),
}  # fmt: skip


@pytest.mark.parametrize("case", OPENX)
def test_openx_properties(session: Any, lay: Write, case: str) -> None:
    options, column, data, value = OPENX[case]
    told = Table("openx-json", (_column(column),), (), options)
    assert read(session, told, lay(data + b"\n")) == [(value,)]


APACHE = (
    b'127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 23 "http://x" "Moz 1"\n'
)


@pytest.mark.parametrize("name", ["json", "openx-json"])
def test_json_timestamps_by_patterns_of_the_table(session: Any, lay: Write, name: str) -> None:
    """Such as AWS's guide has; what none of them reads is read as without them."""
    patterns = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z',dd/MMM/yyyy h:mm a,yyyyMMddHHmmss"
    told = table(name, "a:timestamp", timestamp__formats=patterns)
    texts = (
        "2021-03-04T05:06:07.891Z",
        "04/Mar/2021 5:06 PM",
        "20210304050607",
        "2021-03-04 01:02:03",
    )
    rows = read(session, told, lay("".join(f'{{"a": "{t}"}}\n' for t in texts).encode()))
    noon = datetime(2021, 3, 4, 5, 6, 7)
    wanted = [
        noon.replace(microsecond=891000),
        datetime(2021, 3, 4, 17, 6),
        noon,
        datetime(2021, 3, 4, 1, 2, 3),
    ]
    assert [row[0] for row in rows] == wanted
    millis = table(name, "a:timestamp", timestamp__formats="millis")
    assert read(session, millis, lay(b'{"a": 1614834367891}\n')) == [(wanted[0],)]


def test_grok_fields_are_columns_and_other_lines_are_null(session: Any, lay: Write) -> None:
    names = "clientip ident auth timestamp verb request httpversion rawrequest response bytes"
    columns = " ".join(f"{n}:string" for n in f"{names} referrer agent".split())
    told = table("grok", columns, input__format="%{COMBINEDAPACHELOG}")
    rows = read(session, told, lay(APACHE + b"nonsense\n"), wanted="clientip rawrequest agent")
    assert rows == [("127.0.0.1", None, "Moz 1"), (None, None, None)]


def test_grok_takes_patterns_of_ones_own(session: Any, lay: Write) -> None:
    options = {"input.format": "%{MINE:a} %{INT:b}", "input.grokcustompatterns": "MINE [xy]+"}
    told = Table("grok", (_column("a:string"), _column("b:int")), (), options)
    assert read(session, told, lay(b"xyx 12\n")) == [("xyx", 12)]


def test_grok_parts_without_names_are_named_after_their_patterns(session: Any, lay: Write) -> None:
    options = {
        "input.format": "%{SYSLOGBASE} %{QUEUE:queue_id}: %{GREEDYDATA:message}",
        "input.grokcustompatterns": "QUEUE [0-9A-F]{7,12}",
    }
    columns = tuple(map(_column, ("syslogbase:string", "queue_id:string", "message:string")))
    line = b"Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]: B88C4120838: connect from unknown\n"
    base, queue, message = line.decode().strip().split(": ")
    rows = read(session, Table("grok", columns, (), options), lay(line))
    assert rows == [(f"{base}:", queue, message)]


def test_regex_groups_are_columns(session: Any, lay: Write) -> None:
    options = {"input.regex": r"(?<word>\w+) (\d+)?.*"}
    told = Table("regex", (_column("a:string"), _column("b:int")), (), options)
    assert read(session, told, lay(b"x 12\ny \n??\n")) == [("x", 12), ("y", None), (None, None)]


WIDE = (
    "x:int b:string c:double d:date e:timestamp f:boolean g:decimal(10,2) h:array<int> "
    "i:struct<x:int,y:string> j:map<string,int> k:bigint l:binary m:smallint n:float"
)
VALUES = (
    "(1::INT, 'x,\"y', 1.5::DOUBLE, DATE '2024-01-05', TIMESTAMP '2024-01-05 01:02:03.5', true, "
    "1.25::DECIMAL(10,2), [1, NULL, 3], {'x': 1, 'y': 'q'}, MAP {'k': 1, 'l': NULL}, 5::BIGINT, "
    "'ab'::BLOB, 7::SMALLINT, 0.5::FLOAT), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
    "NULL, NULL, NULL, NULL, NULL)"
)
TEXTUAL = ("csv", "json", "openx-json")
WRITTEN = [(form, codec) for form, codecs in formats.COMPRESSIONS.items() for codec in codecs]


@pytest.mark.parametrize(("form", "codec"), WRITTEN, ids=[f"{f}-{c}" for f, c in WRITTEN])
def test_what_is_written_is_read_again(session: Any, tmp_path: Path, form: str, codec: str) -> None:
    told, path = table(form, WIDE), tmp_path / "out"
    count = formats.write(session, f"SELECT * FROM (VALUES {VALUES})", told, codec, str(path))
    name = f"out{formats.ENDINGS.get(codec, '') if form in TEXTUAL else ''}"
    file = File(str(path), name, (), path.stat().st_size)
    wanted = session.con.execute(f"SELECT * FROM (VALUES {VALUES})").fetchall()
    assert (count, read(session, told, file)) == (2, wanted)
    assert read(session, told, file, wanted="b") == [('x,"y',), (None,)]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("csv", b"NaN\x010.1\x01-Infinity\n"),
        ("json", b'{"d":"NaN","r":0.1,"n":{"x":["-Infinity",null],"y":{"k":1.5}}}\n'),
    ],
)
def test_numbers_are_written_as_java_spells_them(
    session: Any, tmp_path: Path, form: str, text: bytes
) -> None:
    nested = "struct<x:array<double>,y:map<string,double>>" if form == "json" else "double"
    value = "{'x': ['-inf'::DOUBLE, NULL], 'y': MAP {'k': 1.5::DOUBLE}}"
    shown = value if form == "json" else "'-inf'::DOUBLE"
    path = tmp_path / "f"
    told = table(form, f"d:double r:float n:{nested}")
    formats.write(session, f"SELECT 'nan'::DOUBLE, 0.1::FLOAT, {shown}", told, "none", str(path))
    assert path.read_bytes() == text


def test_text_is_written_as_hive_writes_it(session: Any, tmp_path: Path) -> None:
    told, path = table("csv", "a:int b:string"), tmp_path / "out"
    formats.write(session, "SELECT 1, 'x' UNION ALL SELECT NULL, ''", told, "none", str(path))
    assert path.read_bytes() == b"1\x01x\n\\N\x01\n"


@pytest.mark.parametrize("form", ["parquet", *TEXTUAL])
def test_rows_may_be_written_in_any_order(session: Any, tmp_path: Path, form: str) -> None:
    told, path = table(form, "a:int b:string"), tmp_path / "out"
    rows = "SELECT i::INT, 'x' || i FROM range(150000) t(i)"
    assert formats.write(session, rows, told, "none", str(path), ordered=False) == 150_000
    found = read(session, told, File(str(path), "out", (), path.stat().st_size))
    assert sorted(found) == [(at, f"x{at}") for at in range(150_000)]


def parquet(path: Path, **columns: Any) -> File:
    pq.write_table(pa.table(columns), path)
    return File(str(path), path.name, (), path.stat().st_size)


PROMOTED = {
    "int to bigint": (pa.array([1], pa.int32()), "bigint", 1),
    "bigint to int": (pa.array([1], pa.int64()), "int", 1),
    "float to double": (pa.array([0.5], pa.float32()), "double", 0.5),
    "whole decimal to int": (pa.array([Decimal(7)], pa.decimal128(18, 0)), "int", 7),
    "uuid as binary": (pa.array([bytes(range(16))], pa.uuid()), "binary", bytes(range(16))),
    "decimal rescaled": (pa.array([Decimal("1.5")], pa.decimal128(5, 1)), "decimal(10,2)", Decimal("1.50")),
    "binary as string": (pa.array([b"x"], pa.binary()), "string", "x"),
    "string cut": (pa.array(["abc"]), "varchar(2)", "ab"),
    "nanoseconds": (pa.array([10**18], pa.timestamp("ns")), "timestamp", datetime(2001, 9, 9, 1, 46, 40)),
    "instant": (pa.array([0], pa.timestamp("us", tz="UTC")), "timestamp", datetime(1970, 1, 1)),
    "struct by name": (pa.array([{"b": 2, "a": 1}]), "struct<a:bigint,c:int>", {"a": 1, "c": None}),
    "struct of none of its fields": (pa.array([{"a": 1}]), "struct<c:int>", None),
    "fields in any case": (pa.array([[{"aB": 1}]]), "array<struct<ab:bigint>>", [{"ab": 1}]),
    "binaries as strings": (pa.array([["é".encode(), None]], pa.list_(pa.binary())), "array<string>", ["é", None]),
    "nothing": (pa.nulls(1), "string", None),
    "nothing within": (pa.array([{"a": [None]}]), "struct<a:array<date>>", {"a": [None]}),
    "time": (pa.array([time(1, 2, 3, 4)], pa.time64("us")), "bigint", 3_723_000_004),
    "time of nanoseconds": (pa.array([7], pa.time64("ns")), "bigint", 7),
    "duration": (pa.array([7], pa.duration("ms")), "bigint", 7),
    "map of ints": (pa.array([[("a", 1)]], pa.map_(pa.utf8(), pa.int32())), "map<string,bigint>", {"a": 1}),
}  # fmt: skip


@pytest.mark.parametrize("case", PROMOTED)
def test_parquet_types_widen(session: Any, tmp_path: Path, case: str) -> None:
    stored, kind, value = PROMOTED[case]
    file = parquet(tmp_path / "f.parquet", v=stored)
    assert read(session, table("parquet", f"v:{kind}"), file) == [(value,)]


def test_nan_is_outside_of_the_bounds_that_parquet_stores(session: Any, tmp_path: Path) -> None:
    told = table("parquet", "v:double")
    file = parquet(tmp_path / "f.parquet", v=[float("nan"), 1.5])
    found = formats.relation(session, told, [file], frozenset("v"))
    asked = f"SELECT v < 2, count(*) FROM {found} GROUP BY ALL ORDER BY ALL"
    assert session.con.execute(asked).fetchall() == [(False, 1), (True, 1)]
    assert len(session.con.execute(f"FROM {found} WHERE isnan(v)").fetchall()) == 1


def test_int96_is_a_timestamp(session: Any, tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    moment = datetime(2024, 1, 5, 1, 2, 3)
    pq.write_table(pa.table({"v": [moment]}), path, use_deprecated_int96_timestamps=True)
    assert read(session, table("parquet", "v:timestamp"), File(str(path), "f")) == [(moment,)]


@pytest.mark.parametrize("format_", ["parquet", "orc"])
def test_athenas_timestamps_are_of_milliseconds(session: Any, tmp_path: Path, format_: str) -> None:
    kind = "array<struct<m:map<int,timestamp>>>"
    half, below = datetime(2024, 1, 5, 1, 2, 3, 123500), datetime(1969, 12, 31, 23, 59, 59, 999499)
    rounded, kept = half.replace(microsecond=124000), below.replace(microsecond=999000)
    nested = pa.array(
        [[{"m": [(1, half), (2, None)]}], None],
        pa.list_(pa.struct([("m", pa.map_(pa.int32(), pa.timestamp("us")))])),
    )
    stored = pa.table({"v": pa.array([half, below], pa.timestamp("us")), "n": nested})
    path = tmp_path / "f"
    {"parquet": pq, "orc": orc}[format_].write_table(stored, path)
    told = replace(table(format_, f"v:timestamp n:{kind}"), digits=3)
    wanted = [(rounded, [{"m": {1: rounded, 2: None}}]), (kept, None)]
    assert read(session, told, File(str(path), "f")) == wanted


@pytest.mark.parametrize(
    ("micros", "millis"),
    [(-62_135_769_600_000_000, 0), (-62_135_769_600_000_500, 0), (-62_135_769_600_000_501, -1)],
)
def test_milliseconds_before_the_year_1(session: Any, micros: int, millis: int) -> None:
    sql = f"SELECT epoch_ms({milliseconds(f'make_timestamp({micros})')}) + 62135769600000"
    assert session.con.execute(sql).fetchall() == [(millis,)]


def test_parquet_columns_are_found_by_name_in_any_case_and_missing_ones_are_null(
    session: Any, tmp_path: Path
) -> None:
    old = parquet(tmp_path / "1", B=["x"], a=[1])
    new = parquet(tmp_path / "2", a=[2], b=["y"], c=[0.5])
    told = table("parquet", "a:bigint b:string c:double")
    assert read(session, told, old, new) == [(1, "x", None), (2, "y", 0.5)]


def test_parquet_columns_by_position(session: Any, tmp_path: Path) -> None:
    told = table("parquet", "b:bigint a:string", parquet__column__index__access="true")
    assert read(session, told, parquet(tmp_path / "1", x=[1], y=["q"])) == [(1, "q")]


@pytest.mark.parametrize(("option", "row"), [("true", (1, "q")), ("false", ("q", 1))])
def test_orc_columns_by_position_or_by_name(
    session: Any, tmp_path: Path, option: str, row: tuple[Any, ...]
) -> None:
    orc.write_table(pa.table({"a": [1], "b": ["q"]}), tmp_path / "f")
    columns = "x:bigint y:string" if option == "true" else "b:string a:bigint"
    told = table("orc", columns, orc__column__index__access=option)
    assert read(session, told, File(str(tmp_path / "f"), "f")) == [row]


def test_orc_fields_are_found_in_any_case(session: Any, tmp_path: Path) -> None:
    stored = pa.table({"s": [{"UserName": "u", "L": [{"A": 1}]}]})
    orc.write_table(stored, tmp_path / "f")
    told = table("orc", "s:struct<username:string,l:array<struct<a:bigint>>>")
    row = ({"username": "u", "l": [{"a": 1}]},)
    assert read(session, told, File(str(tmp_path / "f"), "f")) == [row]


WITHIN = {
    "widening": (pa.array([{"a": [1], "m": 1.5}], pa.struct([("a", pa.list_(pa.int32())), ("m", pa.float32())])), "struct<m:double,a:array<bigint>,x:int>", {"m": 1.5, "a": [1], "x": None}),
    "capitals": (pa.array([{"aB": [{"C": 1}]}]), "struct<ab:array<struct<c:bigint>>>", {"ab": [{"c": 1}]}),
    "capitals declared": (pa.array([{"aB": [{"c": 1}]}]), "struct<Ab:array<struct<C:bigint>>>", {"Ab": [{"C": 1}]}),
    "nanoseconds": (pa.array([[10**18 + 1]], pa.list_(pa.timestamp("ns"))), "array<timestamp>", [datetime(2001, 9, 9, 1, 46, 40)]),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHIN)
def test_what_is_within_orc_columns_widens(session: Any, tmp_path: Path, case: str) -> None:
    stored, kind, value = WITHIN[case]
    orc.write_table(pa.table({"v": stored}), tmp_path / "f")
    assert read(session, table("orc", f"v:{kind}"), File(str(tmp_path / "f"), "f")) == [(value,)]


def test_avro_uuids_are_texts(session: Any, tmp_path: Path) -> None:
    kind = {"type": "string", "logicalType": "uuid"}
    stored = {"type": "record", "name": "r", "fields": [{"name": "u", "type": kind}]}
    text = "12151FD2-7586-11e9-8f9e-2a86e4085a59"
    with (tmp_path / "f").open("wb") as target:
        fastavro.writer(target, stored, [{"u": text}])
    found = read(session, table("avro", "u:string"), File(str(tmp_path / "f"), "f"))
    assert found == [(text,)]


UTC_NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
COUNTED = {
    "time-millis": ("int", time(0, 0, 1), "int", 1000),
    "time-micros": ("long", time(0, 0, 1), "bigint", 1_000_000),
    "timestamp-micros": ("long", UTC_NOON, "bigint", 1_577_880_000_000_000),
    "local-timestamp-millis": ("long", datetime(1969, 12, 31, 23, 59, 59), "bigint", -1000),
    "local-timestamp-micros": ("long", datetime(1970, 1, 1), "bigint", 0),
}


@pytest.mark.parametrize("logical", COUNTED)
def test_avro_moments_that_hive_does_not_know_are_numbers(
    session: Any, tmp_path: Path, logical: str
) -> None:
    stored, value, kind, number = COUNTED[logical]
    asked = ["null", {"type": stored, "logicalType": logical}]
    schema = {"type": "record", "name": "r", "fields": [{"name": "T", "type": asked}]}
    with (tmp_path / "f").open("wb") as target:
        fastavro.writer(target, schema, [{"T": value}, {"T": None}])
    found = read(session, table("avro", f"t:{kind}"), File(str(tmp_path / "f"), "f"))
    assert found == [(number,), (None,)]


def test_avro_records_may_have_other_names_than_the_tables(session: Any, tmp_path: Path) -> None:
    item = {"type": "record", "name": "item", "fields": [{"name": "n", "type": "int"}]}
    again = {"type": "array", "items": ["null", "item"]}
    kinds = {"one": ["null", item], "more": again, "old": "int"}
    fields = [{"name": name, "type": kind} for name, kind in kinds.items()]
    with (tmp_path / "f").open("wb") as target:
        stored = {"type": "record", "name": "topLevelRecord", "namespace": "x", "fields": fields}
        fastavro.writer(target, stored, [{"one": {"n": 1}, "more": [{"n": 2}, None], "old": 3}])
    part = {"type": "record", "name": "part", "fields": [{"name": "n", "type": ["null", "long"]}]}
    wanted = {"one": ["null", part], "more": {"type": "array", "items": ["null", "part"]}}
    told = [{"name": name, "type": kind} for name, kind in wanted.items()]
    told.append({"name": "new", "aliases": ["old"], "type": "long"})
    told.append({"name": "added", "type": "string", "default": "-"})
    asked = json.dumps({"type": "record", "name": "r", "namespace": "a.b", "fields": told})
    columns = "one:struct<n:bigint> more:array<struct<n:bigint>> new:bigint added:string"
    found = read(
        session, table("avro", columns, avro__schema__literal=asked), File(str(tmp_path / "f"), "f")
    )
    assert found == [({"n": 1}, [{"n": 2}, None], 3, "-")]


def test_avro_moments_round_to_milliseconds(session: Any, tmp_path: Path) -> None:
    micros = {"type": "long", "logicalType": "timestamp-micros"}
    stored = {"type": "record", "name": "r", "fields": [{"name": "t", "type": micros}]}
    with (tmp_path / "f").open("wb") as target:
        fastavro.writer(target, stored, [{"t": 1_700_000_000_123_500}, {"t": -500}])
    told = replace(table("avro", "t:timestamp"), digits=3)
    found = read(session, told, File(str(tmp_path / "f"), "f"))
    assert found == [(datetime(2023, 11, 14, 22, 13, 20, 124000),), (datetime(1970, 1, 1),)]


@pytest.mark.parametrize("form", ["parquet", "orc", "avro"])
def test_texts_are_no_longer_than_their_types(session: Any, tmp_path: Path, form: str) -> None:
    rows = [{"c": "ab   ", "v": "abcd", "s": {"c": "abcdef"}}, {"c": "x", "v": None, "s": None}]
    stored, path = pa.Table.from_pylist(rows), tmp_path / "f"
    match form:
        case "avro":
            inner = {"type": "record", "name": "q", "fields": [{"name": "c", "type": "string"}]}
            kinds = [("c", "string"), ("v", ["null", "string"]), ("s", ["null", inner])]
            fields = [{"name": name, "type": kind} for name, kind in kinds]
            with path.open("wb") as target:
                fastavro.writer(target, {"type": "record", "name": "r", "fields": fields}, rows)
        case _:
            {"parquet": pq, "orc": orc}[form].write_table(stored, path)
    told = table(form, "c:char(4) v:varchar(2) s:struct<c:varchar(3)>")
    found = read(session, told, File(str(path), "f"))
    assert found == [("ab", "ab", {"c": "abc"}), ("x", None, None)]


def test_avro_is_read_by_the_tables_schema(session: Any, tmp_path: Path) -> None:
    stored = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}
    with (tmp_path / "f").open("wb") as target:
        fastavro.writer(target, stored, [{"a": 1}])
    asked = '{"type":"record","name":"r","fields":[{"name":"a","type":"long"},{"name":"b","type":"string","default":"d"}]}'
    told = table("avro", "a:bigint b:string", avro__schema__literal=asked)
    assert read(session, told, File(str(tmp_path / "f"), "f")) == [(1, "d")]


PARTITIONED: dict[str, tuple[str, bytes]] = {
    "csv": ("csv", b"1,x\n"),
    "json": ("json", b'{"a":1,"b":"x"}\n'),
}


@pytest.mark.parametrize("case", PARTITIONED)
@pytest.mark.parametrize("count", [1, 40])
def test_partition_keys_are_columns(session: Any, lay: Write, case: str, count: int) -> None:
    form, data = PARTITIONED[case]
    told = table(form, "a:int b:string", "day:string n:int", field__delim=",")
    files = [lay(data, partition=(f"d{i}" if i else None, str(i))) for i in range(count)]
    rows = read(session, told, *files)
    assert rows == [(1, "x", f"d{i}" if i else None, i) for i in range(count)]
    relation = formats.relation(session, told, files, frozenset(["n"]))
    found = session.con.execute(f"SELECT n FROM {relation} WHERE n = {count - 1}").fetchall()
    assert found == [(count - 1,)]


def test_a_stream_can_be_read_twice_in_one_query(session: Any, lay: Write) -> None:
    relation = formats.relation(
        session, table("json", "a:int"), [lay(b'{"a":1}\n{"a":2}\n')], frozenset("a")
    )
    sql = f"SELECT count(*) FROM {relation} x JOIN {relation} y USING (a)"
    assert session.con.execute(sql).fetchone() == (2,)


def test_a_querys_own_try_cast_stays_one(session: Any, lay: Write) -> None:
    told = csv("k:string v:string")
    relation = formats.relation(session, told, [lay(b"x,abc\ny,5\n")], frozenset("kv"))
    for sql, rows in (
        ("SELECT TRY_CAST(v AS BIGINT) FROM {}", [(None,), (5,)]),
        ("SELECT TRY_CAST(v AS BIGINT) FROM {} WHERE k = 'x'", [(None,)]),
        ("SELECT sum(TRY_CAST(v AS BIGINT)) FROM {}", [(5,)]),
        ("WITH t AS (SELECT * FROM {}) SELECT TRY_CAST(v AS BIGINT) FROM t", [(None,), (5,)]),
    ):
        assert session.con.execute(sql.format(relation)).fetchall() == rows


def test_no_files_is_no_rows(session: Any) -> None:
    assert read(session, csv("a:int", "k:string")) == []


@pytest.mark.parametrize("codec", ["snappy", "zlib", "lz4", "zstd"])
def test_columnar_formats_are_billed_by_column(session: Any, tmp_path: Path, codec: str) -> None:
    columns = {"a": list(range(50_000)), "b": [f"text {i * 7919}" for i in range(50_000)]}
    pq.write_table(pa.table(columns), tmp_path / "parquet")
    orc.write_table(pa.table(columns), tmp_path / "orc", compression=codec)
    (tmp_path / "csv").write_bytes(b"x" * 1000)
    for form in ("parquet", "orc"):
        file = File(str(tmp_path / form), form, (), (tmp_path / form).stat().st_size)
        told = table(form, "a:bigint b:string")
        size = {
            w: formats.scanned_bytes(told, [file], frozenset(w.split()))
            for w in ("", "a", "b", "a b")
        }
        assert size[""] < size["a"] < size["b"] < size["a b"] <= file.size
        assert size["a"] + size["b"] - size[""] == size["a b"]
        assert size["a b"] > 0.95 * file.size
    whole = File(str(tmp_path / "csv"), "csv", (), 1000)
    assert formats.scanned_bytes(csv("a:int b:string"), [whole], frozenset("a")) == 1000


def _avro_of(value: int, logical: str = "") -> bytes:
    """A file of one record, whose column is a long, or what a long tells."""
    out = io.BytesIO()
    fields = [{"name": "a", "type": {"type": "long", "logicalType": logical}}]
    fastavro.writer(out, {"type": "record", "name": "r", "fields": fields}, [{"a": value}])
    return out.getvalue()


def _avro(*, records: int = 1, size: int = 1) -> bytes:
    """A file of one record whose block says another number of records or bytes."""
    told = _avro_of(1)
    head, (record, *sync) = told[:-19], told[-17:]
    block = io.BytesIO()
    for number in (records, size):
        fastavro.schemaless_writer(block, {"type": "long"}, number)
    return head + block.getvalue() + bytes([record, *sync])


def _orc(value: Any, kind: pa.DataType | None = None) -> bytes:
    """A file of one value; bytes are a text, whatever they are."""
    out = io.BytesIO()
    text = value if isinstance(value, bytes) else b""
    orc.write_table(pa.table({"a": pa.array(["#" * len(text)] if text else [value], kind)}), out)
    return out.getvalue().replace(b"#" * len(text), text) if text else out.getvalue()


REFUSED: dict[str, tuple[Any, ...]] = {
    "opencsv empty number": (table("opencsv", "a:int"), b",\n", "HIVE_BAD_DATA: Error parsing field value '' for field 0"),
    "opencsv fraction": (table("opencsv", "a:int"), b"1.5\n", "HIVE_BAD_DATA: Error parsing field value '1.5'"),
    "opencsv array": (table("opencsv", "a:array<int>"), b"1\n", "HIVE_INVALID_METADATA"),
    "opencsv same characters": (table("opencsv", "a:int", separatorchar='"'), b"1\n", "HIVE_INVALID_METADATA"),
    "json malformed": (table("json", "a:int"), b"{\n", "HIVE_CURSOR_ERROR: Row is not a valid JSON Object"),
    "json too deep": (table("json", "a:string"), b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "HIVE_CURSOR_ERROR: .*nested too deeply"),
    "json array line": (table("json", "a:int"), b"[1]\n", "HIVE_CURSOR_ERROR"),
    "json duplicate key": (table("openx-json", "a:int"), b'{"a":1,"A":2}\n', "HIVE_CURSOR_ERROR: .*Duplicate key"),
    "json wrong type": (table("json", "a:int"), b'{"a":"x"}\n', "HIVE_BAD_DATA"),
    "json day of a number": (table("json", "a:date"), b'{"a":1}\n', "HIVE_BAD_DATA"),
    "json moment of a number": (table("json", "a:timestamp"), b'{"a":"123"}\n', "HIVE_BAD_DATA"),
    "json names of two cases": (table("json", "a:struct<x:int>"), b'{"a":{"x":1,"X":2}}\n', "HIVE_CURSOR_ERROR: .*Duplicate key"),
    "openx moment without seconds": (table("openx-json", "a:timestamp"), b'{"a":"2020-05-10"}\n', "HIVE_BAD_DATA"),
    "openx wrong type": (table("openx-json", "a:int"), b'{"a":{}}\n', "HIVE_BAD_DATA"),
    "openx date of milliseconds": (table("openx-json", "a:date"), b'{"a":1577836800000}\n', 'HIVE_BAD_DATA: .*"1577836800000" as date'),
    "deep text": (csv("a:" + "array<" * 30 + "int" + ">" * 30), b"1\n", "HIVE_INVALID_METADATA: .*nesting levels"),
    "footer": (csv("a:int", skip__footer__line__count="1"), b"1\n", "skip.footer.line.count"),
    "other letters": (csv("a:string", serialization__encoding="ISO-8859-1"), b"1\n", "NOT_SUPPORTED: Texts in ISO-8859-1"),
    "timestamp formats": (csv("a:timestamp", timestamp__formats="dd/MM/yyyy"), b"1\n", "NOT_SUPPORTED: .*timestamp.formats"),
    "timestamp formats in JSON": (table("json", "a:timestamp", timestamp__formats="dd/MM/yyyy z"), b"{}\n", "NOT_SUPPORTED: 'z'"),
    "grok name": (table("grok", "a:string", input__format="%{NOPE:a}"), b"x\n", "No definition for key 'NOPE'"),
    "grok bomb": (table("grok", "a:string", input__format="%{B:a}", input__grokcustompatterns="B x%{B}%{B}"), b"x\n", "Grok compilation failure"),
    "grok pile": (table("grok", "a:string", input__format="%{P16:a}", input__grokcustompatterns="P0 xxxxxxxx\n" + "\n".join(f"P{n + 1} %{{P{n}}}%{{P{n}}}" for n in range(16))), b"x\n", "make more than 200000 characters"),
    "regex missing": (table("regex", "a:string"), b"x\n", "input.regex"),
    "no parquet": (table("parquet", "a:int"), b"nonsense", "HIVE_CANNOT_OPEN_SPLIT: .*data"),
    "no orc": (table("orc", "a:int"), b"nonsense", "HIVE_CANNOT_OPEN_SPLIT: .*data"),
    "orc text that is none": (table("orc", "a:string"), _orc(b"\xff\xfe\xfd"), "HIVE_CANNOT_OPEN_SPLIT: .*UTF8"),
    "orc ints that are no texts": (table("orc", "a:array<string>"), _orc([1]), "HIVE_BAD_DATA: Malformed ORC file"),
    "orc ints that are no moments": (table("orc", "a:array<timestamp>"), _orc([1]), "HIVE_BAD_DATA: Malformed ORC file"),
    "orc texts that are no ints": (table("orc", "a:map<string,int>"), _orc([("k", "1")], pa.map_(pa.utf8(), pa.utf8())), "HIVE_BAD_DATA: Malformed ORC file"),
    "avro beyond its type": (table("avro", "a:int"), _avro_of(1 << 40), "HIVE_BAD_DATA"),
    "avro moment after 9999": (table("avro", "a:timestamp"), _avro_of(1 << 50, "timestamp-millis"), "HIVE_BAD_DATA: Error reading Avro file"),
    "no avro": (table("avro", "a:int"), b"nonsense", "HIVE_BAD_DATA: .*data"),
    "avro of less than no records": (table("avro", "a:bigint"), _avro(records=-3), "HIVE_BAD_DATA: .*Block size invalid"),
    "avro beyond its end": (table("avro", "a:bigint"), _avro(size=1 << 40), "HIVE_BAD_DATA: .*Block size invalid"),
    "partition": (csv("a:int", "n:int"), b"1\n", "HIVE_INVALID_PARTITION_VALUE"),
    "partition of nothing": (csv("a:int", "n:int"), b"1\n", "HIVE_INVALID_PARTITION_VALUE", ""),
    "partition with a fraction": (csv("a:int", "n:int"), b"1\n", "HIVE_INVALID_PARTITION_VALUE", "1.5"),
    "partition with more digits": (csv("a:int", "n:decimal(5,2)"), b"1\n", "HIVE_INVALID_PARTITION_VALUE", "1.005"),
    "partition on no day": (csv("a:int", "n:date"), b"1\n", "HIVE_INVALID_PARTITION_VALUE", "2024-02-30"),
    "unknown": (table("ion", "a:int"), b"1\n", "HIVE_UNSUPPORTED_FORMAT"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_says_why(session: Any, lay: Write, case: str) -> None:
    told, data, message, *keys = REFUSED[case]
    file = lay(data, partition=keys or ("x",))
    with pytest.raises(FormatError, match=message):
        run(session, told, file)


def run(session: Any, told: Table, file: File) -> None:
    """A read whose failure is told as the engine's users see it."""
    try:
        read(session, told, file)
    except duckdb.Error as error:
        raise formats.explain(error, [file]) or error from None


@pytest.mark.parametrize("ending", ["gz", "bz2", "zst", "snappy", "deflate"])
def test_a_damaged_compressed_file_is_named(session: Any, lay: Write, ending: str) -> None:
    with pytest.raises(FormatError, match=rf"HIVE_CURSOR_ERROR.*x\.csv\.{ending}"):
        run(session, csv("a:int b:string"), lay(b"\x00\x00\x10nonsense", f"x.csv.{ending}"))


@pytest.mark.parametrize(
    ("ending", "data"),
    [
        ("snappy", b"\xff\xff\xff\xff\xff\xff\xff\xf0abc"),
        ("snappy", b"\0\0\xff\xff\0\0\0\x06\xff\xff\xff\xff\x7fa"),
        ("snappy", b"\xff\x06\x00\x00sNaPpY\x00\x0a\0\0crc4\xff\xff\xff\xff\x7fa"),
        ("lz4", b"\xff\xff\xff\xff\0\0\0\x02ab"),
    ],
)
def test_lengths_that_cannot_be_take_no_memory(
    session: Any, lay: Write, ending: str, data: bytes
) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=rf"HIVE_CURSOR_ERROR.*x\.csv\.{ending}"):
            run(session, csv("a:int b:string"), lay(data, f"x.csv.{ending}"))
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_a_piece_of_deflate_is_unpacked_piece_by_piece(lay: Write) -> None:
    file = lay(zlib.compress(b"\0" * (24 << 20)), "x.csv.deflate")
    with lines.open_bytes(file) as stream:
        tracemalloc.start()
        try:
            assert sum(map(len, iter(lambda: stream.read(1 << 20), b""))) == 24 << 20
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()


def test_a_grok_expression_that_never_ends_is_stopped(
    session: Any, lay: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LIMIT_S", 0.2)
    slow = table("grok", "a:string", input__format="%{X:a}", input__grokcustompatterns="X (a+)+b")
    with pytest.raises(FormatError, match="takes too long"):
        run(session, slow, lay(b"a" * 60 + b"\n"))


def test_a_line_that_is_too_long_is_not_held(
    session: Any, lay: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 1000)
    with pytest.raises(FormatError, match=r"HIVE_BAD_DATA: Line too long in text file: x\.json"):
        run(session, table("json", "a:int"), lay(b'{"a":1}\n' + b" " * 1001, "x.json"))


def test_encrypted_columns_do_not_end_the_process(session: Any, lay: Write) -> None:
    told, file = table("parquet", "id:bigint v:string"), lay(odd_parquet.encrypted())
    with pytest.raises(FormatError, match=r"columns of the file are encrypted"):
        read(session, told, file)


def test_intervals_of_parquet_are_no_bytes(session: Any, lay: Write) -> None:
    file = lay(odd_parquet.ODD_KINDS)
    assert read(session, table("parquet", "v:string l:array<string>"), file) == [("A", ["B"])]
    with pytest.raises(FormatError, match="HIVE_BAD_DATA: Field i's type"):
        read(session, table("parquet", "i:binary"), file)


@pytest.mark.parametrize(
    ("stored", "kind", "name"),
    [
        (pa.array([1]), "string", "INT64"),
        (pa.array(["x"]), "bigint", "BINARY"),
        (pa.array([1.5]), "int", "DOUBLE"),
        (pa.array([1.5]), "float", "DOUBLE"),
        (pa.array([True]), "int", "BOOLEAN"),
        (pa.array([[1]]), "string", "list"),
        (pa.array([[1.5]]), "array<int>", "list"),
        (pa.array([["1"]]), "array<int>", "list"),
        (pa.array([[{"a": True}]]), "array<struct<a:string>>", "list"),
        (pa.array([[("1", 1)]], pa.map_(pa.utf8(), pa.int64())), "map<int,bigint>", "map"),
        (pa.array([{"a": 1}]), "array<int>", "struct"),
    ],
    ids=str,
)
def test_parquet_mismatches_are_bad_data(
    session: Any, tmp_path: Path, stored: pa.Array, kind: str, name: str
) -> None:
    file = parquet(tmp_path / "f", v=stored)
    message = f"HIVE_BAD_DATA: Field v's type {name}.* in parquet file f is incompatible"
    with pytest.raises(FormatError, match=message):
        read(session, table("parquet", f"v:{kind}"), file)


def test_a_number_too_large_is_bad_data(session: Any, tmp_path: Path) -> None:
    file = parquet(tmp_path / "f", v=[1 << 40])
    with pytest.raises(FormatError, match="HIVE_BAD_DATA"):
        run(session, table("parquet", "v:int"), file)


SERDES = [
    *((classes.serde, classes.input, name) for name, classes in formats.CLASSES.items()),
    (
        "com.esri.hadoop.hive.serde.JsonSerde",
        "com.esri.json.hadoop.EnclosedJsonInputFormat",
        "esri",
    ),
]


@pytest.mark.parametrize(("serde", "given", "form"), SERDES, ids=[s[0] for s in SERDES])
def test_class_names_stand_for_formats(serde: str, given: str, form: str) -> None:
    assert formats.serde_format(serde, given) == form


@pytest.mark.parametrize(
    ("serde", "given", "code"),
    [
        ("com.amazon.ionhiveserde.IonHiveSerDe", "", "NOT_SUPPORTED"),
        ("com.example.MySerDe", "", "HIVE_SERDE_NOT_FOUND"),
        (formats.CLASSES["csv"].serde, formats.CLASSES["parquet"].input, "HIVE_INVALID_METADATA"),
        (
            formats.CLASSES["csv"].serde,
            "org.apache.hadoop.mapred.SequenceFileInputFormat",
            "NOT_SUPPORTED",
        ),
        ("", "", "HIVE_UNSUPPORTED_FORMAT"),
    ],
    ids=["ion", "own", "mixed", "sequence", "none"],
)
def test_other_class_names_are_refused(serde: str, given: str, code: str) -> None:
    with pytest.raises(FormatError, match=code):
        formats.serde_format(serde, given)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_unknown_compressions_are_refused(session: Any, tmp_path: Path, form: str) -> None:
    with pytest.raises(FormatError, match="NOT_SUPPORTED: Compression lzo"):
        formats.write(session, "SELECT 1", table(form, "a:int"), "lzo", str(tmp_path / "x"))
