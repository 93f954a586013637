"""COPY: what the files say is what the table holds. ``copies.json`` has a case an entry."""

import bz2
import gzip
import io
import json
import os
import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import zstandard
from pyarrow import orc

from labkit.cloud.engine.formats.unpacked import FILES_A_THREAD
from tests.conftest import wait_for
from tests.redshift import copied
from tests.redshift.conftest import PLACE

CASES = json.loads(Path(__file__).with_name("copies.json").read_text("utf-8"))
PACKERS = {"GZIP": gzip.compress, "BZIP2": bz2.compress, "ZSTD": zstandard.compress}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_rows(desk, case):
    table = desk.table(case["columns"])
    uri = desk.put(desk.folder(), case["file"].encode(case.get("encoding", "utf-8")))
    assert desk.copy(table, uri, case["how"]) == ""
    assert desk.data.rows(f"SELECT * FROM {table} ORDER BY 1") == sorted_rows(case["rows"])


def sorted_rows(rows: list[list[Any]]) -> list[list[Any]]:
    """As ORDER BY 1 gives them: NULLs last."""
    return sorted(rows, key=lambda row: (row[0] is None, row[0] if row[0] is not None else 0))


@pytest.mark.parametrize("how", ["", "TIMEFORMAT 'auto'", "FILLRECORD"])
def test_a_moment_without_a_zone_is_the_sessions(desk, how):
    table = desk.table("a int, b timestamptz, c timestamp")
    lines = "1|2024-07-01 00:00:00|2024-07-01 00:00:00\n2|2024-07-01 00:00:00+02|2024-07-01\n"
    uri, folder = desk.put(desk.folder(), lines), desk.folder()
    unload = f"UNLOAD ('SELECT b FROM {table} ORDER BY a') TO 's3://copying/{folder}/'"
    sqls = ["SET timezone TO 'Asia/Tokyo'", f"COPY {table} FROM '{uri}' IAM_ROLE default {how}",
            f"{unload} IAM_ROLE default PARALLEL OFF"]  # fmt: skip
    started = desk.data.client.batch_execute_statement(Sqls=sqls, **PLACE)
    assert desk.data.ended(started["Id"])["Status"] == "FINISHED"
    assert desk.data.rows(f"SELECT b FROM {table} ORDER BY a") == [
        ["2024-06-30 15:00:00+00"],
        ["2024-06-30 22:00:00+00"],
    ]
    shown = desk.body(f"{folder}/{desk.keys(f'{folder}/')[0]}")
    assert shown == b"2024-07-01 00:00:00+09\n2024-07-01 07:00:00+09\n"


@pytest.mark.parametrize("more", ["", "FILLRECORD"])
@pytest.mark.parametrize("how", PACKERS)
def test_compressed_files(desk, how, more):
    table, folder = desk.table("a int, b varchar(9)"), desk.folder()
    desk.put(f"{folder}/1", PACKERS[how](b"1|x\n"))
    desk.put(f"{folder}/2", PACKERS[how](b"2|y\n"))
    assert desk.copy(table, f"s3://copying/{folder}/", f"{how} {more}") == ""
    assert desk.data.rows(f"SELECT * FROM {table} ORDER BY 1") == [[1, "x"], [2, "y"]]


def columnar(shape: str, table: pa.Table) -> bytes:
    out = io.BytesIO()
    (parquet.write_table if shape == "PARQUET" else orc.write_table)(table, out)
    return out.getvalue()


FULL = pa.table(
    {
        "n": pa.array([1, 2], pa.int64()),
        "t": pa.array(["x", None]),
        "d": pa.array([date(2020, 1, 2), None]),
        "p": pa.array([Decimal("1.50"), None], pa.decimal128(8, 2)),
        "m": pa.array([datetime(2020, 1, 2, 3), None], pa.timestamp("us")),
        "s": pa.array([{"k": [1]}, None]),
    }
)


@pytest.mark.parametrize("shape", ["PARQUET", "ORC"])
def test_columnar_files_give_their_columns_in_order(desk, shape):
    table = desk.table("a int, b varchar(5), c date, d decimal(8,2), e timestamp, f super")
    folder = desk.folder()
    desk.put(f"{folder}/0", b"")
    desk.put(f"{folder}/1", columnar(shape, FULL))
    for file in ("0", ""):
        uri = f"s3://copying/{folder}/{file}"
        assert desk.copy(table, uri, f"FORMAT AS {shape} SERIALIZETOJSON") == ""
    assert desk.data.rows(f"SELECT * FROM {table} ORDER BY 1") == [
        [1, "x", "2020-01-02", "1.50", "2020-01-02 03:00:00", '{"k":[1]}'],
        [2, None, None, None, None, None],
    ]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            "a int",
            "Unmatched number of columns between table and file. Table columns: 1, Data columns: 2",
        ),
        (
            "a int, b int",
            "Spectrum Scan Error: File '{uri}' has an incompatible Parquet schema for column '",
        ),
        (
            "a int, b varchar(2)",
            "The length of the data column is longer than the length defined in the table. Table: ",
        ),
        ("a int, b varchar(9) NOT NULL", "Spectrum Scan Error: Missing data for not-null field b"),
    ],
)
def test_parquet_that_does_not_fit(desk, columns, words):
    table = desk.table(columns)
    file = pa.table({"n": pa.array([1, 2], pa.int32()), "t": ["abc", None]})
    uri = desk.put(desk.folder(), columnar("PARQUET", file))
    told = desk.copy(table, uri, "PARQUET")
    assert told.startswith(words.format(uri=uri))
    assert "code:      15001" in told
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[0]]


def test_columnar_files_take_few_parameters(desk):
    file = pa.table({"n": pa.array([1, 2], pa.int32()), "t": ["x", "y"]})
    uri = desk.put(desk.folder(), columnar("PARQUET", file))
    wide = desk.table("a int, b varchar(5), c date, d varchar(3)")
    assert desk.copy(wide, uri, "PARQUET FILLRECORD STATUPDATE OFF MAXERROR 0") == ""
    rows = [[1, "x", None, None], [2, "y", None, None]]
    assert desk.data.rows(f"SELECT * FROM {wide} ORDER BY 1") == rows
    for option in ("TRUNCATECOLUMNS", "REGION 'us-east-1'", "MAXERROR 5", "GZIP", "NULL 'x'"):
        told = desk.copy(wide, uri, f"FORMAT PARQUET {option}")
        name = option.split()[0]
        assert told == f"{name} argument is not supported for PARQUET based COPY"
    strict = desk.table("a int, b varchar(5), c date NOT NULL")
    assert "Missing data for not-null field c" in desk.copy(strict, uri, "PARQUET FILLRECORD")


def test_a_damaged_file_says_which(desk):
    for number, body in enumerate((b"1|x\n", gzip.compress(b"1|x\n" * 9)[:-4])):
        table, uri = desk.table("a int, b varchar(9)"), desk.put(f"{desk.folder()}/{number}", body)
        told = desk.copy(table, uri, "GZIP")
        assert "Failed to read the body as gz" in told
        assert f"S3 key being read : {uri}" in told
        assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[0]]


def test_what_is_put_meanwhile_changes_nothing(desk):
    """ESCAPE has the rows read one by one; the objects go while they are."""
    table, folder = desk.table("a int, b varchar(9)"), desk.folder()
    for number in range(3):
        desk.put(f"{folder}/{number}", "1|old\n" * 30_000)
    sql = f"COPY {table} FROM 's3://copying/{folder}/' IAM_ROLE default ESCAPE"
    began = desk.data.client.execute_statement(Sql=sql, **PLACE)["Id"]
    noted = f"SELECT 1 FROM sys_load_history WHERE table_name = '{table}'"
    wait_for(lambda: desk.data.rows(noted))
    desk.put(f"{folder}/1", "1|new\n")
    desk.s3.delete_object(Bucket="copying", Key=f"{folder}/2")
    told = desk.data.ended(began)
    assert told["Status"] == "FINISHED", told.get("Error")
    assert desk.data.rows(f"SELECT b, count(*) FROM {table} GROUP BY 1") == [["old", 90_000]]


def test_avro(desk):
    table = desk.table("name varchar(9), id int, missing int")
    uri = desk.put(desk.folder(), copied.avro([{"id": 1, "name": "x"}, {"id": 2, "name": None}]))
    assert desk.copy(table, uri, "FORMAT AS AVRO 'auto'") == ""
    assert desk.data.rows(f"SELECT * FROM {table} ORDER BY id") == [["x", 1, None], [None, 2, None]]


def test_paths_of_json(desk):
    table, folder = desk.table("a int, b varchar(9), c int"), desk.folder()
    paths = {"jsonpaths": ["$.deep.list[1]", "$['some name']", None]}
    named = desk.put(f"{folder}.paths", json.dumps(paths))
    data = desk.put(f"{folder}/data", '{"deep": {"list": [1, 2]}, "some name": "x"}\n{"deep": 0}')
    assert desk.copy(table, data, f"JSON AS '{named}'") == ""
    assert desk.data.rows(f"SELECT * FROM {table} ORDER BY 1") == [[2, "x", None], [None] * 3]
    few = desk.put(f"{folder}.few", '{"jsonpaths": ["$.a"]}')
    assert "JSONPath size: 1, Number of columns in table or column list: 3" in desk.copy(
        table, data, f"JSON '{few}'"
    )


def test_a_manifest_names_the_files(desk):
    table, folder = desk.table("a int"), desk.folder()
    entries = [{"url": desk.put(f"{folder}/{n}", f"{n}\n"), "mandatory": True} for n in (1, 2)]
    desk.put(f"{folder}/3", "3\n")
    optional = [{"url": f"s3://copying/{folder}/none", "mandatory": False}]
    uri = desk.put(f"{folder}.manifest", json.dumps({"entries": entries + optional}))
    assert desk.copy(table, uri, "MANIFEST") == ""
    assert desk.data.rows(f"SELECT a FROM {table} ORDER BY 1") == [[1], [2]]
    gone = [{"url": f"s3://copying/{folder}/none", "mandatory": True}]
    uri = desk.put(f"{folder}.gone", json.dumps({"entries": entries + gone}))
    assert "Status 404,Error NoSuchKey" in desk.copy(table, uri, "MANIFEST")


HOSTILE = {  # a manifest, or paths of JSON → what COPY says of it
    "file": ({"entries": [{"url": "file:///etc/passwd", "mandatory": True}]}, "Not an S3 location"),
    "no-text": ({"entries": [{"url": 5}]}, "Invalid manifest file"),
    "surrogate": ({"entries": [{"url": "s3://copying/\ud800", "mandatory": True}]}, "NoSuchKey"),
    "no-paths": ({"jsonpaths": [["$.a"]]}, "jsonpaths is not a list of texts"),
    "deep": ("[" * 100_000, "Invalid"),
    "no-utf-8": (b"\xff\xfe", "Invalid"),
}


@pytest.mark.parametrize(("body", "words"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_list_of_files_or_paths(desk, body, words):
    table, folder = desk.table("a int"), desk.folder()
    told = json.dumps(body) if isinstance(body, dict) else body
    uri = desk.put(f"{folder}.told", told)
    how = f"JSON '{uri}'" if "jsonpaths" in str(body) else "MANIFEST"
    assert words in desk.copy(table, uri, how)


LARGE = {
    "csv": (b"x" * 33_000_000, "CSV"),
    "gzip": (gzip.compress(b"x" * 33_000_000, 1), "CSV GZIP"),
    "fixed": (b"x" * 4_194_305, "FIXEDWIDTH 'a:4'"),
    "json": (b'{"a": "' + b"x" * 4_194_305 + b'"}', "JSON 'auto'"),
    "quoted": (b'"' + (b"x" * 999 + b"\n") * 4_200, "CSV"),
}


@pytest.mark.parametrize(("row", "how"), LARGE.values(), ids=LARGE)
def test_a_row_of_more_than_four_megabytes_is_refused(desk, row, how):
    """Also where DuckDB would lose it: a last line longer than what is read at once."""
    table, first = desk.table("a varchar(9)"), b'{"a": 1}\n' if "JSON" in how else b"1\n"
    packed = gzip.compress(first) if "GZIP" in how else first
    uri = desk.put(desk.folder(), packed + row)
    assert "failed" in desk.copy(table, uri, f"TRUNCATECOLUMNS {how}")
    said = "Invalid input line: a row is larger than 4194304 bytes"
    assert desk.errors(table, "line_number", "err_reason") == [[2, said]]


def test_columns_that_are_left_out(desk):
    table = desk.table(
        "id int IDENTITY(5,2), a int, b varchar(9) DEFAULT 'none', c int GENERATED BY DEFAULT AS "
        "IDENTITY(1,1)"
    )
    uri = desk.put(desk.folder(), "9\n10\n")
    assert desk.copy(f"{table} (a)", uri) == ""
    assert desk.data.rows(f"SELECT * FROM {table} ORDER BY 1") == [
        [5, 9, "none", 1],
        [7, 10, "none", 2],
    ]
    assert "EXPLICIT_IDS" in desk.copy(f"{table} (id)", uri)
    assert desk.copy(f"{table} (id)", uri, "EXPLICIT_IDS") == ""
    assert 'column "z" of relation' in desk.copy(f"{table} (z)", uri)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("LZOP", "LZOP is not available"),
        ("ENCRYPTED", "ENCRYPTED is not available"),
        ("SHAPEFILE", "SHAPEFILE is not available"),
        ("READRATIO 50", "READRATIO is only supported for DynamoDB based COPY"),
        ("CSV ESCAPE", "ESCAPE is not supported for CSV format"),
        ("CSV GZIP CSV", "conflicting or redundant options"),
        ("NOSUCH", 'syntax error at or near "NOSUCH"'),
        ("MAXERROR 100001", "MAXERROR must be between 0 and 100000"),
    ],
)
def test_what_is_refused(desk, how, words):
    assert words in desk.copy(desk.table("a int"), "s3://copying/none", how)


def test_sources_that_are_refused(desk):
    table = desk.table("a int")
    assert "emr:// is not available" in desk.copy(table, "emr://cluster/file")
    assert "Invalid source" in desk.copy(table, "/etc/passwd")


def test_a_copy_is_part_of_its_transaction(desk):
    table = desk.table("a int")
    good, bad = desk.put(desk.folder(), "1\n2\n"), desk.put(desk.folder(), "3\nx\n")
    copy = f"COPY {table} FROM '{{}}' IAM_ROLE default"
    client, place = desk.data.client, {**PLACE}
    sqls = [f"INSERT INTO {table} VALUES (0)", copy.format(good), copy.format(bad)]
    told = client.batch_execute_statement(Sqls=sqls, **place)
    assert desk.data.ended(told["Id"])["Status"] == "FAILED"
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[0]]
    sqls = [copy.format(good), "SELECT pg_last_copy_count(), pg_last_copy_id() > 0"]
    told = client.batch_execute_statement(Sqls=[*sqls, copy.format(bad) + " MAXERROR 2"], **place)
    assert desk.data.ended(told["Id"])["Status"] == "FINISHED"
    counted = client.get_statement_result(Id=f"{told['Id']}:2")["Records"]
    assert counted == [[{"longValue": 2}, {"booleanValue": True}]]
    assert desk.data.rows(f"SELECT a FROM {table} ORDER BY 1") == [[1], [2], [3]]


def test_one_wrong_file_among_many(desk):
    """The others are read fast, and all is loaded or nothing."""
    table, folder = desk.table("a int, b varchar(3)"), desk.folder()
    for number in range(5):
        desk.put(f"{folder}/{number}", f"{number}|ok\n" + ("x|no\n" if number == 3 else ""))
    assert desk.copy(table, f"s3://copying/{folder}/") == (
        f"Load into table '{table}' failed.  Check 'stl_load_errors' system table for details."
    )
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[0]]
    assert desk.errors(table, "filename", "line_number") == [[f"s3://copying/{folder}/3", 2]]
    assert desk.copy(table, f"s3://copying/{folder}/", "MAXERROR 2") == ""
    assert desk.data.rows(f"SELECT sum(a), count(*) FROM {table}") == [[10, 5]]


@pytest.mark.parametrize(
    ("odd", "more", "wrong"),
    [
        (gzip.compress(b"-1,b\n"), [[-1, "b"]], []),
        (gzip.compress(b'-1,"b,"\n'), [[-1, "b,"]], []),
        (gzip.compress(b"-2,\n") + gzip.compress(b"-1,b\n"), [[-2, ""], [-1, "b"]], []),
        (gzip.compress(b"-2,a\n\n-1,b\n"), [[-2, "a"], [-1, "b"]], [[2]]),
        (gzip.compress(b'-2,a\nx,"b"\n'), [[-2, "a"]], [[2]]),
    ],
    ids=["plain", "quoted", "two parts", "blank line", "wrong"],
)
def test_one_packed_file_among_many_is_like_no_other(desk, odd, more, wrong):
    table, folder = desk.table("a int, b varchar(3)"), desk.folder()
    usual = FILES_A_THREAD * (os.cpu_count() or 1) + 1
    for number in range(usual):
        desk.put(f"{folder}/{number}", gzip.compress(b"%d,ok\n" % number))
    desk.put(f"{folder}/odd", odd)
    assert desk.copy(table, f"s3://copying/{folder}/", "CSV GZIP MAXERROR 2") == ""
    expected = [*more, *([number, "ok"] for number in range(usual))]
    assert desk.data.rows(f"SELECT a, b FROM {table} ORDER BY a") == expected
    assert desk.errors(table, "line_number") == wrong


def test_a_blank_line_in_a_large_packed_file_is_a_record(desk):
    digits = random.Random(4).randbytes(5 << 20).hex()
    lines = [f"{at},{digits[at * 1000 : at * 1000 + 1000]}" for at in range(len(digits) // 1000)]
    lines.insert(middle := len(lines) // 2, "")
    packed = gzip.compress("\n".join(lines).encode(), 1)
    assert len(packed) > 4 << 20
    uri = desk.put(f"{desk.folder()}/packed.csv.gz", packed)
    table = desk.table("a int, b varchar(1000)")
    assert "stl_load_errors" in desk.copy(table, uri, "CSV GZIP")
    assert desk.errors(table, "line_number") == [[middle + 1]]
    assert desk.copy(table, uri, "CSV GZIP IGNOREBLANKLINES") == ""
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[len(lines) - 1]]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("interval day to second", "invalid input syntax"), ("geography", "geography in COPY")],
)
def test_what_its_type_does_not_read_fails_the_statement(desk, kind, words):
    told = desk.copy(desk.table(f"a {kind}"), desk.put(desk.folder(), "x\n"), "ACCEPTINVCHARS")
    assert words in told


def test_a_query_after_a_copy_that_loads_nothing_in_one_transaction(desk):
    table, uri = desk.table("a int"), desk.put(f"{desk.folder()}/a.csv", "1\n2\n")
    copy = f"COPY {table} FROM '{uri}' IAM_ROLE default NOLOAD"
    sqls = [copy, f"SELECT count(*) FROM {table}"]
    number = desk.data.client.batch_execute_statement(Sqls=sqls, **PLACE)["Id"]
    assert desk.data.ended(number)["Status"] == "FINISHED"
