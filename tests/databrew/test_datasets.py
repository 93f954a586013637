"""Data sets: their records, and what is read of every kind of file."""

import bz2
import gzip
import io
import json
import re
import time
import zipfile
import zlib
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from pyiceberg.catalog.glue import GlueCatalog

from tests import odd_parquet
from tests.databrew.brew import step
from tests.databrew.lake import Lake

PEOPLE = "id,name,paid\n1,Ada,2.5\n2,Bob,\n"
ROWS = [{"id": 1, "name": "Ada", "paid": 2.5}, {"id": 2, "name": "Bob", "paid": None}]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def orc_file(**columns: Any) -> bytes:
    sink = io.BytesIO()
    orc.write_table(pa.table(columns), sink)
    return sink.getvalue()


COLUMNS = {"id": [1, 2], "name": ["Ada", "Bob"], "paid": [2.5, None]}

FILES: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "csv by its name": ("a.csv", PEOPLE.encode(), {}),
    "csv by its content": ("people", PEOPLE.encode(), {}),
    "csv as it is told": ("a.data", PEOPLE.encode(), {"Format": "CSV"}),
    "csv with a mark": ("a.csv", b"\xef\xbb\xbf" + PEOPLE.encode(), {}),
    "csv with Windows' lines": ("a.csv", PEOPLE.replace("\n", "\r\n").encode(), {}),
    "csv of another delimiter": (
        "a.csv",
        PEOPLE.replace(",", ";").encode(),
        {"FormatOptions": {"Csv": {"Delimiter": ";"}}},
    ),
    "csv in gzip": ("a.csv.gz", gzip.compress(PEOPLE.encode()), {}),
    "csv in bzip2": ("a.csv.bz2", bz2.compress(PEOPLE.encode()), {}),
    "csv in deflate": ("a.csv.deflate", zlib.compress(PEOPLE.encode()), {}),
    "json lines": ("a.json", LINES.encode(), {}),
    "json lines by another name": ("a.jsonl", LINES.encode(), {}),
    "json lines in gzip": ("a.json.gz", gzip.compress(LINES.encode()), {}),
    "a json document": (
        "a.json",
        json.dumps(ROWS, indent=2).encode(),
        {"FormatOptions": {"Json": {"MultiLine": True}}},
    ),
    "parquet": ("a.parquet", parquet(**COLUMNS), {}),
    "parquet by its content": ("people", parquet(**COLUMNS), {}),
    "parquet as DataBrew names it": ("a.parquet.snappy", parquet(**COLUMNS), {}),
    "orc": ("a.orc", orc_file(**COLUMNS), {}),
}


@pytest.mark.parametrize(("key", "body", "members"), FILES.values(), ids=FILES)
def test_reads(lake: Lake, key: str, body: bytes, members: dict[str, Any]) -> None:
    lake.put(f"in/{key}", body)
    assert lake.rows(lake.dataset(f"in/{key}", **members)) == ROWS


#: As Polars writes them.
_TIMES = pa.array([10**9, None], pa.time64("ns"))


def test_nan_and_times_in_parquet_are_written(lake: Lake) -> None:
    lake.put("in/a.parquet", parquet(v=pa.array([float("nan"), 1.5]), t=_TIMES))
    outputs = [lake.output("out/", Format="CSV")]
    run = lake.run(lake.recipe_job(lake.dataset("in/a.parquet"), Outputs=outputs))
    assert b"".join(map(lake.get, lake.written(run))) == b"v,t\nNaN,00:00:01\n1.5,\n"


TYPES: dict[str, tuple[list[str], pa.DataType, list[Any]]] = {
    "whole numbers": (["1", "-2147483648", ""], pa.int32(), [1, -(2**31), None]),
    "large whole numbers": (["1", "2147483648"], pa.int64(), [1, 2**31]),
    "numbers": (["1", "2.50", "1e3", "-.5"], pa.float64(), [1.0, 2.5, 1000.0, -0.5]),
    "truths": (["true", "FALSE", ""], pa.bool_(), [True, False, None]),
    "dates stay text": (["2020-01-01", "2021-12-31"], pa.string(), ["2020-01-01", "2021-12-31"]),
    "leading zeros stay": (["007", "8"], pa.string(), ["007", "8"]),
    "twenty digits stay": (["12345678901234567890"], pa.string(), ["12345678901234567890"]),
    "nothing at all": (["", ""], pa.string(), [None, None]),
    "quoted numbers": (['"1"', '""', "2"], pa.int32(), [1, None, 2]),
    "quoted delimiters": (['"a,b"', '"say ""so"""'], pa.string(), ["a,b", 'say "so"']),
    "a mixture": (["1", "x"], pa.string(), ["1", "x"]),
    "underscores are none": (["1_000", "2"], pa.string(), ["1_000", "2"]),
    "NaN is text": (["NaN", "1"], pa.string(), ["NaN", "1"]),
}


@pytest.mark.parametrize(("texts", "kind", "values"), TYPES.values(), ids=TYPES)
def test_types_of_csv(lake: Lake, texts: list[str], kind: pa.DataType, values: list[Any]) -> None:
    lake.put("in/a.csv", "n,v\n" + "".join(f"{at},{text}\n" for at, text in enumerate(texts)))
    table = lake.table(lake.dataset("in/a.csv"))
    assert table.schema.field("v").type == kind
    assert table["v"].to_pylist() == values


def test_types_of_a_wide_csv(lake: Lake) -> None:
    """Four hundred columns take as long as four, not their square."""
    wide = [TYPES[name] for name in (*TYPES,) * 34]
    rows = [[texts[at] if at < len(texts) else "" for texts, _, _ in wide] for at in range(4)]
    names = ",".join(f"c{at}" for at in range(len(wide)))
    lake.put("in/a.csv", "\n".join([names, *map(",".join, rows)]))
    table = lake.table(lake.dataset("in/a.csv"))
    assert table.schema.types == [kind for _, kind, _ in wide]
    assert [each.drop_null().to_pylist() for each in table.columns] == [
        [value for value in values if value is not None] for _, _, values in wide
    ]


LATE: dict[str, tuple[str, Any]] = {
    "a word among whole numbers": ("word", "word"),
    "a fraction among whole numbers": ("0.5", 0.5),
    "a large one among whole numbers": ("5000000000", 5_000_000_000),
}


@pytest.mark.parametrize(("text", "value"), LATE.values(), ids=LATE)
def test_a_value_far_below_that_does_not_fit(lake: Lake, text: str, value: Any) -> None:
    """Types are guessed from the first 10,000 rows; no later value is lost or fails the job."""
    lake.put("in/a.csv", "v\n" + "7\n" * 30_000 + text + "\n")
    values = lake.table(lake.dataset("in/a.csv"))["v"].to_pylist()
    assert len(values) == 30_001
    assert values[-1] == value


RAGGED: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a short row": ("a,b\n1,2\n3\n", [(1, 2), (3, None)]),
    "a long row": ("a,b\n1,2,3\n4,5\n", [(1, 2), (4, 5)]),
    "a line break in quotes": ('a,b\n1,"x\ny"\n2\n', [(1, "x\ny"), (2, None)]),
    "blank header cells": ("a,,a\n1,2,3\n", [(1, 2, 3)]),
    "blank lines of one column": ('\r\na\r\n1\r\n\r\n""\r\nx\r\n\r\n', [("1",), ("",), ("x",)]),
    "lines of white space": (
        'a,b\n1,2\n   \n\t\r\n3,"x\n  \ny"\n ,\n" ",4\n  ',
        [("1", "2"), ("3", "x\n  \ny"), (" ", None), (" ", "4")],
    ),
    "quotes within a field in quotes": (
        'a,b\n1,"c" d\n2,"The "A" team"\n"x, "y,3\n4,5" pipe\n5,"a ""b"" c"\n',
        [
            ("1", '"c" d'),
            ("2", '"The "A" team"'),
            ('"x', ' "y'),
            ("4", '5" pipe'),
            ("5", 'a "b" c'),
        ],
    ),
    "a quote that nothing closes": ('a,b\n1,"x\n2,y\n', [(1, '"x'), (2, "y")]),
    "lines that end as of old": ("a,b\r1,x\r2,y\r", [(1, "x"), (2, "y")]),
    "lines that end in two ways": ("a,b\r\n1,x\n2,y\r\n", [(1, "x"), (2, "y")]),
    "lines that end in three ways": (
        'a,b\r\nq,"x"\n\n1\rx\n',
        [("q", "x"), ("1", None), ("x", None)],
    ),
    "numbers around white space": ("a,b\n1,2\n   \n3,4\n", [(1, 2), (3, 4)]),
    "white space in one column": (' \na\n1\n  \n""\n"  "\n', [("1",), ("",), ("  ",)]),
    "a header in which a line breaks": ('a,"b\nc"\r\n1,2\r\n3,\r\n', [(1, 2), (3, None)]),
    "blank lines before the header": ("\n  \na,b\n1,2\n\n3,\n", [(1, 2), (3, None)]),
    "blank lines that end otherwise": ("\r\n\r\na,b\n1,2\n", [(1, 2)]),
    "a space behind a CR alone": ('a,b\r\n"q",x\r y,"z"\r\n', [("q", "x"), (" y", "z")]),
    "one column of lines that end in two ways": ("a\r\nx\r y\r\n", [("x",), (" y",)]),
}


@pytest.mark.parametrize(("text", "rows"), RAGGED.values(), ids=RAGGED)
def test_csv_that_is_not_quite_right(lake: Lake, text: str, rows: list[tuple[Any, ...]]) -> None:
    lake.put("in/a.csv", text)
    assert [tuple(row.values()) for row in lake.rows(lake.dataset("in/a.csv"))] == rows


def test_csv_that_is_not_quite_right_by_a_delimiter_of_two_bytes(lake: Lake) -> None:
    lake.put("in/a.csv", 'a§b\r\n1§"x" y\r"The§A"§z\n  \n3\n')
    name = lake.dataset("in/a.csv", FormatOptions={"Csv": {"Delimiter": "§"}})
    assert [*map(tuple, map(dict.values, lake.rows(name)))] == [
        ("1", '"x" y'),
        ("The§A", "z"),
        ("3", None),
    ]


def test_json_of_whole_numbers_that_no_long_holds(lake: Lake) -> None:
    lake.put("in/a.json", '{"a": 12345678901234567891, "b": {"c": [-1, 12345678901234567891]}}\n')
    [row] = lake.rows(lake.dataset("in/a.json"))
    assert row == {"a": 12345678901234567891, "b": {"c": [-1, 12345678901234567891]}}
    wide = {"a": 10**30 + 1, "b": [{"c": -(2**64), "d": 1.5}], "e": 10**40, "f": [[1], [10**20]]}
    lake.put("in/b.json", json.dumps(wide))
    [row] = lake.rows(lake.dataset("in/b.json"))
    assert row == wide | {"e": 1e40}


@pytest.mark.parametrize(
    ("least", "kind"),
    [(-1, pa.int64()), (-(2**63), pa.int64()), (-(2**63) - 1, pa.decimal128(38, 0))],
)
def test_json_of_whole_numbers_of_both_signs(lake: Lake, least: int, kind: pa.DataType) -> None:
    lake.put("in/a.json", json.dumps([{"a": least, "b": [-5, 6]}, {"a": 2**63 - 1, "b": []}]))
    table = lake.table(lake.dataset("in/a.json"))
    assert table.schema.types == [kind, pa.list_(pa.int64())]
    assert table.to_pylist()[0] == {"a": least, "b": [-5, 6]}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_csv_in_another_encoding_is_refused(lake: Lake, encoding: str) -> None:
    header = "né" if encoding == "latin-1" else "id"
    lake.put("in/a.csv", f"{header},name\n1,ann\n".encode(encoding))
    reason = lake.fail(lake.profile_job(lake.dataset("in/a.csv")))
    assert reason.endswith("in/a.csv is not encoded in UTF-8.")


def test_lists_that_would_lose_their_structs_are_refused(lake: Lake) -> None:
    lake.put("in/a.parquet", odd_parquet.OLD_LIST)
    assert "column v: lists" in lake.fail(lake.profile_job(lake.dataset("in/a.parquet")))


@pytest.mark.parametrize("text", ["", "[]", "{}\n{}\n", '{"x": 1}\n5\n'])
def test_json_without_fields(lake: Lake, text: str) -> None:
    lake.put("in/a.json", text)
    assert "There are no columns in s3://" in lake.fail(lake.profile_job(lake.dataset("in/a.json")))


def test_json_of_a_field_named_json(lake: Lake) -> None:
    lake.put("in/a.json", '{"json": null}\n{"json": "x"}\n')
    assert lake.rows(lake.dataset("in/a.json")) == [{"json": None}, {"json": "x"}]


def test_data_that_is_replaced_while_its_job_runs(lake: Lake) -> None:
    lake.put("in/a.csv", "a,b\n" + "1,some text\n" * 300_000)
    job = lake.recipe_job(lake.dataset("in/"))
    run = lake.start(job)
    lake.put("in/a.csv", "c\n1\n"), lake.put("in/b.csv", "c\n1\n")
    ended = lake.wait(job, run)
    assert ended["State"] == "SUCCEEDED", ended.get("ErrorMessage")
    [key] = lake.written(ended)
    assert pq.read_metadata(io.BytesIO(lake.get(key))).num_rows == 300_000


def test_columns_without_names(lake: Lake) -> None:
    lake.put("in/a.csv", "1,Ada\n2,Bob\n")
    options = {"Csv": {"HeaderRow": False}}
    found = lake.rows(lake.dataset("in/a.csv", FormatOptions=options))
    assert found == [{"Column_1": 1, "Column_2": "Ada"}, {"Column_1": 2, "Column_2": "Bob"}]


def test_a_folder(lake: Lake) -> None:
    for name, body in {
        "b.csv": "a\n2\n",
        "a.csv": "a\n1\n",
        "_SUCCESS": "x",
        "_temporary/0/a.csv": "a\n8\n",
        ".staging/a.csv": "a\n9\n",
        "c/_d=1/a.csv": "a\n3\n",
    }.items():
        lake.put(f"in/{name}", body)
    lake.put("in/empty.csv", "")
    assert [row["a"] for row in lake.rows(lake.dataset("in"))] == [1, 2, 3]
    assert [row["a"] for row in lake.rows(lake.dataset("in/"))] == [1, 2, 3]


def test_files_of_different_headers(lake: Lake) -> None:
    lake.put("in/a.csv", "a,b\n1,2\n")
    lake.put("in/b.csv", "b,c\nx,3\n")
    found = lake.rows(lake.dataset("in/"))
    assert found == [{"a": 1, "b": "2", "c": None}, {"a": None, "b": "x", "c": 3}]


@pytest.mark.parametrize(
    ("ending", "body"),
    [
        ("csv", lambda name: f"{name}\n1\n"),
        ("orc", lambda name: orc_file(**{name: [1]})),
        ("parquet", lambda name: parquet(**{name: [1]})),
    ],
    ids=["csv", "orc", "parquet"],
)
def test_files_that_spell_a_column_otherwise(lake: Lake, ending: str, body: Any) -> None:
    lake.put(f"in/a.{ending}", body("id"))
    lake.put(f"in/b.{ending}", body("ID"))
    assert lake.rows(lake.dataset("in/")) == [{"id": 1}, {"id": 1}]


def test_folders_that_are_no_data_set(lake: Lake) -> None:
    lake.put("orc/a.orc", orc_file(a=[1], A=[2]))
    lake.put("in/a.csv", "a\n1\n")
    lake.put("in/b.json", '{"a":1}')
    reasons = [lake.fail(lake.profile_job(lake.dataset(path))) for path in ("orc/", "in/")]
    assert reasons[0].startswith("Found duplicate column(s)")
    assert reasons[1] == "The files of a folder must have the same format: CSV, JSON."


def test_json_of_now_this_and_now_that(lake: Lake) -> None:
    nothing = {"f": None, "g": [None], "h": {"i": None}}
    rows = [{"a": 1, "b": {"c": [1, 2]}, "d": "2020-01-01"}, {"a": "x", "e": True, **nothing}]
    lake.put("in/a.json", "\n".join(map(json.dumps, rows)))
    found = lake.rows(lake.dataset("in/a.json"))
    assert found == [
        {"a": "1", "b": {"c": [1, 2]}, "d": "2020-01-01", **dict.fromkeys("efgh")},
        {"a": "x", "b": None, "d": None, "e": True, **nothing},
    ]


def test_json_of_names_that_differ_in_case_alone(lake: Lake) -> None:
    lake.put("in/one.json", '{"a":1,"A_1":2}\n')
    assert lake.rows(lake.dataset("in/one.json")) == [{"a": 1, "A_1": 2}]
    lake.put("in/two.json", '{"a":1}\n{"A":2}\n')
    lake.put("more/a.json", '{"a":1}\n')
    lake.put("more/b.json", '{"A":2}\n')
    for path in ("in/two.json", "more/"):
        reason = lake.fail(lake.profile_job(lake.dataset(path)))
        assert reason == "Found duplicate column(s) in the data: 'a', 'A'."


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_last_line_that_is_longer_than_what_is_read_at_once_is_not_lost(
    lake: Lake, ending: str
) -> None:
    content = b"a\n1\n" + b"x" * 34_000_000
    lake.put(f"in/long.csv{ending}", gzip.compress(content, 1) if ending else content)
    data_set = lake.dataset(f"in/long.csv{ending}", Format="CSV")
    assert "is longer than 33554432 bytes" in lake.fail(lake.recipe_job(data_set))


def test_a_header_that_is_longer_than_what_is_looked_at_is_refused(lake: Lake) -> None:
    lake.put("in/a.csv", ",".join(f"column{at}" for at in range(100_000)))
    assert "first line of" in lake.fail(lake.recipe_job(lake.dataset("in/a.csv")))


# Excel --------------------------------------------------------------------------------------------


def workbook(**sheets: list[list[Any]]) -> bytes:
    """An Excel workbook of these sheets."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    listed, related, parts = "", "", {}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        listed += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        target = f"worksheets/sheet{number}.xml"
        related += f'<Relationship Id="r{number}" Type="{office}/worksheet" Target="{target}"/>'
        body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        sheet = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        parts[f"xl/{target}"] = sheet
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>'
    )
    relations = f'<Relationships xmlns="{package}/relationships">'
    parts["xl/_rels/workbook.xml.rels"] = f"{relations}{related}</Relationships>"
    root = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    parts["_rels/.rels"] = f"{relations}{root}</Relationships>"
    parts["[Content_Types].xml"] = f'<Types xmlns="{package}/content-types"/>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return sink.getvalue()


def cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"


BOOK = {
    "people": [
        ["id", "name", "paid", "ok", "odd"],
        [1, "Ada", 2.5, True, 7],
        [2, "Bob", None, False, "x"],
    ],
    "cities": [["id", "city"], [1, "Rome"]],
}
IN_PEOPLE = [
    {"id": 1, "name": "Ada", "paid": 2.5, "ok": True, "odd": "7"},
    {"id": 2, "name": "Bob", "paid": None, "ok": False, "odd": "x"},
]
SHEETS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "the first": ({}, IN_PEOPLE),
    "by name": ({"SheetNames": ["cities"]}, [{"id": 1, "city": "Rome"}]),
    "by number": ({"SheetIndexes": [1]}, [{"id": 1, "city": "Rome"}]),
    "without a header": (
        {"SheetIndexes": [1], "HeaderRow": False},
        [{"Column_1": "id", "Column_2": "city"}, {"Column_1": "1", "Column_2": "Rome"}],
    ),
}


@pytest.mark.parametrize(("options", "rows"), SHEETS.values(), ids=SHEETS)
def test_excel(lake: Lake, options: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    lake.put("in/book.xlsx", workbook(**BOOK))
    members = {"FormatOptions": {"Excel": options}} if options else {}
    assert lake.rows(lake.dataset("in/book.xlsx", **members)) == rows


def test_a_column_has_one_type_in_all_workbooks(lake: Lake) -> None:
    lake.put("in/a.xlsx", workbook(s=[["n", "none", "f", 0], [1, None, 2, "x"]]))
    lake.put("in/b.xlsx", workbook(s=[["N", "none", "f"], ["x", 7, 2.5]]))
    assert lake.rows(lake.dataset("in/")) == [
        {"n": "1", "none": None, "f": 2.0, "0": "x"},
        {"n": "x", "none": 7, "f": 2.5, "0": None},
    ]


def test_a_sheet_without_cells(lake: Lake) -> None:
    lake.put("in/a.xlsx", workbook(none=[]))
    reason = lake.fail(lake.recipe_job(lake.dataset("in/a.xlsx")))
    assert reason.startswith("There are no columns in s3://")
    lake.put("in/b.xlsx", workbook(**BOOK))
    assert lake.rows(lake.dataset("in/")) == IN_PEOPLE


def test_a_sheet_that_there_is_not(lake: Lake) -> None:
    lake.put("in/book.xlsx", workbook(**BOOK))
    options = {"Excel": {"SheetNames": ["towns"]}}
    reason = lake.fail(lake.recipe_job(lake.dataset("in/book.xlsx", FormatOptions=options)))
    assert reason.endswith("in/book.xlsx: There is no sheet towns. There are: people, cities.")


def test_a_workbook_of_more_cells_than_there_is_memory_ends_its_job_alone(lake: Lake) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(**BOOK))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"</sheetData>", far))
    lake.put("in/far.xlsx", held.getvalue())
    reason = lake.fail(lake.recipe_job(lake.dataset("in/far.xlsx")))
    assert reason.endswith("in/far.xlsx: The workbook's cells do not fit into memory.")


# Parameterized paths ------------------------------------------------------------------------------

CASES = {
    "cases/UR/daily-2021-03-30.csv": "v\n1\n",
    "cases/UR/daily-2021-03-31.csv": "v\n2\n",
    "cases/US/daily-2021-03-30.csv": "v\n3\n",
    "cases/other/daily-2021-03-30.csv": "v\n4\n",
    "cases/UR/daily-nonsense.csv": "v\n5\n",
}
DAY = {"Name": "day", "Type": "Datetime", "DatetimeOptions": {"Format": "yyyy-MM-dd"}}
PLACE = {"Name": "place", "Type": "String"}
PATH = "cases/{place}/daily-{day}.csv"


def when(expression: str, **values: str) -> dict[str, Any]:
    return {"Expression": expression, "ValuesMap": {f":{k}": v for k, v in values.items()}}


def over(rest: str, changed: Any = None, **parameters: Any) -> dict[str, Any]:
    """A data set over a parameterized path."""
    named = {name: {"Name": name, **each} for name, each in parameters.items()}
    options = {"Parameters": named, **({"LastModifiedDateCondition": changed} if changed else {})}
    place = {"S3InputDefinition": {"Bucket": "b-u-c", "Key": f"in/{rest}"}}
    return {"Name": "a", "Input": place, "PathOptions": options}


SELECTIONS: dict[str, tuple[str, dict[str, Any], list[int]]] = {
    "all that match": (PATH, {}, [1, 2, 3, 4]),
    "a regular expression": ("cases/<U.>/daily-<.*>0.csv", {}, [1, 3]),
    "a folder by an expression": ("cases/<U[RS]>/", {}, [1, 2, 5, 3]),
    "starts with": (PATH, {"place": when("starts_with :a", a="U")}, [1, 2, 3]),
    "is exactly": (PATH, {"place": when("is :a", a="US")}, [3]),
    "is not": (PATH, {"place": when("is not :a", a="US")}, [1, 2, 4]),
    "matches in any case": (PATH, {"place": when("matches :a", a="(?i)^u")}, [1, 2, 3]),
    "one or the other": (PATH, {"place": when("(is :a or is :b)", a="US", b="other")}, [3, 4]),
    "both": (PATH, {"place": when("starts_with :a and ends_with :b", a="U", b="S")}, [3]),
    "does not contain": (PATH, {"place": when("not contains :a", a="U")}, [4]),
    "after a date": (PATH, {"day": when("after :a", a="2021-03-30T01:00:00Z")}, [2]),
    "before a date": (PATH, {"day": when("before :a", a="2021-03-31")}, [1, 3, 4]),
    "relative dates": (PATH, {"day": when("relative_before :a", a="-1y")}, [1, 2, 3, 4]),
}


@pytest.mark.parametrize(("path", "filters", "values"), SELECTIONS.values(), ids=SELECTIONS)
def test_selects(lake: Lake, path: str, filters: dict[str, Any], values: list[int]) -> None:
    for key, body in CASES.items():
        lake.put(key, body)
    known = {"place": PLACE, "day": DAY}
    parameters = {
        name: each | ({"Filter": filters[name]} if name in filters else {})
        for name, each in known.items()
        if f"{{{name}}}" in path
    }
    options = {"Parameters": parameters} if parameters else {}
    assert [row["v"] for row in lake.rows(lake.dataset(path, PathOptions=options))] == values


@pytest.mark.parametrize("offset", ["+2", "+02", "+0200", "+02:00"])
def test_dates_of_a_zone(lake: Lake, offset: str) -> None:
    for at in ("2021-March-30", "2021-Marsupial-30"):
        lake.put(f"in/{at}.csv", "v\n1\n")
    zoned = {"Format": "yyyy-MMMM-dd", "TimezoneOffset": offset}
    day = {"Name": "day", "Type": "Datetime", "DatetimeOptions": zoned, "CreateColumn": True}
    dataset = lake.dataset("in/{day}.csv", PathOptions={"Parameters": {"day": day}})
    assert [row["day"].isoformat() for row in lake.rows(dataset)] == ["2021-03-29T22:00:00"]


def test_a_parameter_and_a_column_of_one_name(lake: Lake) -> None:
    lake.put("in/UR.csv", "place\n1\n")
    options = {"Parameters": {"place": {**PLACE, "CreateColumn": True}}}
    reason = lake.fail(lake.profile_job(lake.dataset("in/{place}.csv", PathOptions=options)))
    assert "The files have a column 'place' as the path has a parameter." in reason


def test_parameters_as_columns(lake: Lake) -> None:
    lake.put("in/2021/7/UR.csv", "v\n1\n")
    lake.put("in/2021/12/US.csv", "v\n2\n")
    parameters = {
        "month": {
            "Name": "month",
            "Type": "Datetime",
            "DatetimeOptions": {"Format": "yyyy/M"},
            "CreateColumn": True,
        },
        "place": {"Name": "land", "Type": "String", "CreateColumn": True},
    }
    dataset = lake.dataset("in/{month}/{place}.csv", PathOptions={"Parameters": parameters})
    found = lake.rows(dataset)
    assert [(r["v"], r["month"].isoformat(), r["land"]) for r in found] == [
        (2, "2021-12-01T00:00:00", "US"),
        (1, "2021-07-01T00:00:00", "UR"),
    ]


def test_a_long_number_of_a_path(lake: Lake) -> None:
    for at in (20210330123456788, 20210330123456789):
        lake.put(f"in/{at}.csv", "v\n1\n")
    after = {"Expression": "> :v", "ValuesMap": {":v": "20210330123456788"}}
    n = {"Name": "n", "Type": "Number", "CreateColumn": True, "Filter": after}
    dataset = lake.dataset("in/{n}.csv", PathOptions={"Parameters": {"n": n}})
    assert [row["n"] for row in lake.rows(dataset)] == [20210330123456789]


LIMITS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "the newest": ({"MaxFiles": 1}, [1]),
    "the oldest": ({"MaxFiles": 1, "OrderedBy": "LAST_MODIFIED_DATE", "Order": "ASCENDING"}, [3]),
    "more than there are": ({"MaxFiles": 9}, [1, 2, 3]),
}


@pytest.mark.parametrize(("limit", "values"), LIMITS.values(), ids=LIMITS)
def test_limits_files(lake: Lake, limit: dict[str, Any], values: list[int]) -> None:
    for name, value in (("c", 3), ("b", 2), ("a", 1)):
        lake.put(f"in/{name}.csv", f"v\n{value}\n")
        time.sleep(0.01)  # their dates are what is ordered by
    dataset = lake.dataset("in/", PathOptions={"FilesLimit": limit})
    assert [row["v"] for row in lake.rows(dataset)] == values


def test_the_date_of_the_last_change(lake: Lake) -> None:
    lake.put("in/a.csv", "v\n1\n")
    recent = {"LastModifiedDateCondition": when("relative_after :a", a="-1h")}
    assert [row["v"] for row in lake.rows(lake.dataset("in/", PathOptions=recent))] == [1]
    old = {"LastModifiedDateCondition": when("before :a", a="2021-01-01")}
    reason = lake.fail(lake.recipe_job(lake.dataset("in/", PathOptions=old)))
    assert reason == f"AnalysisException: 'Path does not exist: s3://{lake.bucket}/in/;'"


# Tables -------------------------------------------------------------------------------------------


#: What says the partitions to Athena alone.
PROJECTED = {
    "projection.enabled": "true",
    "projection.year.type": "enum",
    "projection.year.values": "2019",
}


def make_table(lake: Lake, database: str) -> None:
    glue = lake.client("glue")
    glue.create_database(DatabaseInput={"Name": database})
    storage = {
        "Columns": [{"Name": "id", "Type": "int"}, {"Name": "name", "Type": "string"}],
        "Location": f"s3://{lake.bucket}/people/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": ","},
        },
    }
    table = {
        "Name": "people",
        "StorageDescriptor": storage,
        "PartitionKeys": [{"Name": "year", "Type": "string"}],
        "Parameters": {"skip.header.line.count": "1", **PROJECTED},
    }
    glue.create_table(DatabaseName=database, TableInput=table)
    for year, name in (("2020", "Ada"), ("2021", "Bob")):
        place = f"people/year={year}/"
        lake.put(f"{place}a.csv", f"id,name\n{year[3]},{name}\n")
        own = {**storage, "Location": f"s3://{lake.bucket}/{place}"}
        partition = {"Values": [year], "StorageDescriptor": own}
        glue.create_partition(DatabaseName=database, TableName="people", PartitionInput=partition)


def table_input(database: str, table: str) -> dict[str, Any]:
    return {"DataCatalogInputDefinition": {"DatabaseName": database, "TableName": table}}


def test_a_table_of_the_catalog(lake: Lake) -> None:
    make_table(lake, f"db_{lake.name}")
    dataset = lake.dataset_of(table_input(f"db_{lake.name}", "people"))
    assert lake.databrew.describe_dataset(Name=dataset)["Source"] == "DATA-CATALOG"
    assert sorted(lake.rows(dataset), key=lambda row: row["year"]) == [
        {"id": 0, "name": "Ada", "year": "2020"},
        {"id": 1, "name": "Bob", "year": "2021"},
    ]


@pytest.mark.parametrize("kind", ["double", "float"])
@pytest.mark.parametrize("place", ["files", "a table"])
def test_the_greatest_float_of_parquet_is_one_of_its_rows(
    lake: Lake, kind: str, place: str
) -> None:
    """DuckDB would tell NaN, which may be beyond a file's bounds."""
    values = pa.array([1.5, 2.5, -1.5], pa.float64() if kind == "double" else pa.float32())
    lake.put("in/a.parquet", parquet(v=values))
    source = {"S3InputDefinition": {"Bucket": lake.bucket, "Key": "in/a.parquet"}}
    if place == "a table":
        glue, database = lake.client("glue"), f"db_{lake.name}"
        glue.create_database(DatabaseInput={"Name": database})
        form, serde = "org.apache.hadoop.hive.ql.io.parquet", "serde.ParquetHiveSerDe"
        storage = {
            "Columns": [{"Name": "v", "Type": kind}],
            "Location": f"s3://{lake.bucket}/in/",
            "InputFormat": f"{form}.MapredParquetInputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{form}.{serde}"},
        }
        table = {"Name": "t", "StorageDescriptor": storage}
        glue.create_table(DatabaseName=database, TableInput=table)
        source = table_input(database, "t")
    scaled = step("SCALE", sourceColumn="v", strategy="MIN_MAX", targetColumn="w")
    outputs = [lake.output("out/", Format="CSV")]
    run = lake.run(lake.recipe_job(lake.dataset_of(source), scaled, Outputs=outputs))
    written = b"".join(map(lake.get, lake.written(run)))
    assert written == b"v,w\n1.5,0.75\n2.5,1.0\n-1.5,0.0\n"


def test_moments_of_iceberg_tables_are_told_in_utc(lake: Lake, cloud: Any) -> None:
    database = f"db_{lake.name}"
    lake.client("glue").create_database(DatabaseInput={"Name": database})
    keys = {"access-key-id": cloud.access_key, "secret-access-key": cloud.secret_key}
    at = {"endpoint": cloud.endpoint, "region": cloud.region, **keys}
    told = {f"s3.{name}": value for name, value in at.items()}
    catalog = GlueCatalog("glue", lake.client("glue"), **told)
    zoned = pa.timestamp("us", "UTC")
    moment = datetime(2024, 2, 29, 1, 2, 3, 456789, UTC)
    rows = pa.table({"at": pa.array([moment], zoned), "l": pa.array([[moment]], pa.list_(zoned))})
    place = f"s3://{lake.bucket}/ice"
    catalog.create_table((database, "ice"), schema=rows.schema, location=place).append(rows)
    plain = moment.replace(tzinfo=None)
    assert lake.rows(lake.dataset_of(table_input(database, "ice"))) == [{"at": plain, "l": [plain]}]


def test_a_table_that_there_is_not(lake: Lake) -> None:
    reason = lake.fail(lake.recipe_job(lake.dataset_of(table_input("nowhere", "none"))))
    assert reason == "Table none not found in database nowhere."


def test_what_another_account_has(lake: Lake) -> None:
    lake.put("in/a.csv", "v\n1\n")
    owned = {"Bucket": lake.bucket, "Key": "in/a.csv", "BucketOwner": "9" * 12}
    table = {"DatabaseName": "a", "TableName": "b", "CatalogId": "9" * 12}
    inputs = [{"S3InputDefinition": owned}, {"DataCatalogInputDefinition": table}]
    reasons = [lake.fail(lake.profile_job(lake.dataset_of(each))) for each in inputs]
    assert [reason.split(":")[0] for reason in reasons] == ["AccessDenied", "AccessDeniedException"]


# Records ------------------------------------------------------------------------------------------


def test_what_is_told_of_a_data_set(lake: Lake, databrew: Any) -> None:
    name = lake.dataset("in/a.csv", Format="CSV", Tags={"a": "b"})
    found = databrew.describe_dataset(Name=name)
    place = {"S3InputDefinition": {"Bucket": lake.bucket, "Key": "in/a.csv"}}
    assert (found["Source"], found["Format"], found["Input"]) == ("S3", "CSV", place)
    assert re.fullmatch(
        rf"arn:aws:databrew:us-east-1:\d{{12}}:dataset/{name}", found["ResourceArn"]
    )
    assert found["CreatedBy"].endswith(":user/learner")
    assert found["Tags"] == {"a": "b"}
    databrew.update_dataset(Name=name, Input=place, PathOptions={"FilesLimit": {"MaxFiles": 1}})
    databrew.update_dataset(Name=name, Input=place, FormatOptions={"Json": {"MultiLine": True}})
    changed = databrew.describe_dataset(Name=name)
    assert changed["FormatOptions"] == {"Json": {"MultiLine": True}}
    assert not {"Format", "PathOptions"} & set(changed)
    assert changed["LastModifiedDate"] >= changed["CreateDate"] == found["CreateDate"]
    assert name in [each["Name"] for each in listed(databrew)]
    assert databrew.delete_dataset(Name=name)["Name"] == name
    assert name not in [each["Name"] for each in listed(databrew)]


def listed(databrew: Any) -> list[dict[str, Any]]:
    pages = databrew.get_paginator("list_datasets").paginate(PaginationConfig={"PageSize": 2})
    return [each for page in pages for each in page["Datasets"]]


S3_INPUT = {"S3InputDefinition": {"Bucket": "some-bucket"}}
MISSING = ("ResourceNotFoundException", "One or more resources can't be found.")
LONG = "a" * 256
REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, str]]] = {
    "no such data set": ("describe_dataset", {"Name": "none"}, MISSING),
    "nothing to update": ("update_dataset", {"Name": "none", "Input": S3_INPUT}, MISSING),
    "nothing to delete": ("delete_dataset", {"Name": "none"}, MISSING),
    "no input": ("create_dataset", {"Name": "a", "Input": {}}, ("ValidationException", "An input")),
    "a format that is none": (
        "create_dataset",
        {"Name": "a", "Input": S3_INPUT, "Format": "TEXT"},
        (
            "ValidationException",
            (
                "1 validation error detected: Value 'TEXT' at 'format' failed to satisfy "
                "constraint: Member must satisfy enum value set: [PARQUET, ORC, JSON, EXCEL, CSV]"
            ),
        ),
    ),
    "a long name": (
        "describe_dataset",
        {"Name": LONG},
        (
            "ValidationException",
            (
                f"1 validation error detected: Value '{LONG}' at 'name' failed to satisfy "
                "constraint: Member must have length less than or equal to 255"
            ),
        ),
    ),
    "a path's date without a format": (
        "create_dataset",
        over("{day}", day={"Type": "Datetime"}),
        ("ValidationException", "The path's parameter 'day' is a date without format."),
    ),
    "a path's parameter without definition": (
        "create_dataset",
        over("{day}"),
        ("ValidationException", "The path's parameter 'day' is not defined."),
    ),
    "a path's expression that is none": (
        "create_dataset",
        over("<[>"),
        ("ValidationException", "The path 'in/<[>' has no regular expression: "),
    ),
    "a condition's expression that is none": (
        "create_dataset",
        over("{a}", a={"Type": "String", "Filter": when("matches :a", a="[")}),
        ("ValidationException", "'[' is no regular expression: "),
    ),
    "a condition of another type": (
        "create_dataset",
        over("{a}", a={"Type": "Number", "Filter": when("is :b or contains :a", a="1", b="0")}),
        ("ValidationException", "The condition contains does not fit "),
    ),
    "a condition of dates": (
        "create_dataset",
        over("{a}", a={"Type": "String", "Filter": when("relative_after :a", a="-1h")}),
        ("ValidationException", "The condition relative_after is one of dates"),
    ),
    "a parameter that the path has not": (
        "create_dataset",
        over("{a}", a={"Type": "String"}, b={"Type": "String", "CreateColumn": True}),
        ("ValidationException", "The parameter 'b' is not in the path 'in/{a}'."),
    ),
    "a delimiter that quotes": (
        "create_dataset",
        {"Name": "a", "Input": S3_INPUT, "FormatOptions": {"Csv": {"Delimiter": '"'}}},
        ("ValidationException", "The delimiter of a CSV file cannot be '\"'."),
    ),
    "a relative date beyond all": (
        "create_dataset",
        over("", changed=when("relative_after :a", a="-99999999y")),
        ("ValidationException", "'-99999999y' is beyond all dates."),
    ),
    "a database": (
        "create_dataset",
        {"Name": "a", "Input": {"DatabaseInputDefinition": {"GlueConnectionName": "c"}}},
        ("ValidationException", "A dataset of a database needs a DatabaseTableName or a"),
    ),
    "a page that is none": (
        "list_datasets",
        {"NextToken": "x"},
        ("ValidationException", "The NextToken"),
    ),
}


@pytest.mark.parametrize(("call", "members", "error"), REFUSED.values(), ids=REFUSED)
def test_refuses(databrew: Any, call: str, members: dict[str, Any], error: tuple[str, str]) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(databrew, call)(**members)
    told = refused.value.response["Error"]
    assert told["Code"] == error[0]
    assert told["Message"].startswith(error[1])


def test_a_name_that_is_taken(lake: Lake, databrew: Any) -> None:
    name = lake.dataset("in/a.csv")
    with pytest.raises(databrew.exceptions.ConflictException) as refused:
        databrew.create_dataset(Name=name, Input=S3_INPUT)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_a_data_set_that_a_job_uses(lake: Lake, databrew: Any) -> None:
    name = lake.dataset("in/a.csv")
    lake.profile_job(name)
    with pytest.raises(databrew.exceptions.ConflictException):
        databrew.delete_dataset(Name=name)
