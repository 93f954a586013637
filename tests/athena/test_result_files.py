"""Which objects a statement leaves, what they are, and what `GetQueryResults` tells of them.

Sources, measured on AWS: ``result-files.md`` and ``query-results.md`` of
https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements
"""

from typing import Any

import pytest

from tests.athena.conftest import Lake

BINARY, APPLICATION = "binary/octet-stream", "application/octet-stream"

LEFT: dict[str, tuple[str, dict[str, str], int | None]] = {
    "query": (
        "SELECT name FROM people",
        {".csv": APPLICATION, ".csv.metadata": APPLICATION},
        0,
    ),
    "tables": ("SHOW TABLES", {".txt": BINARY, ".txt.metadata": APPLICATION}, 0),
    "columns": ("SHOW COLUMNS IN people", {".txt": BINARY, ".txt.metadata": APPLICATION}, 0),
    "describe": ("DESCRIBE people", {".txt": APPLICATION, ".txt.metadata": APPLICATION}, None),
    "create": (
        "SHOW CREATE TABLE people",
        {".txt": APPLICATION, ".txt.metadata": APPLICATION},
        None,
    ),
    "plan": ("EXPLAIN SELECT 1", {".txt": APPLICATION, ".txt.metadata": APPLICATION}, None),
    "view": ("CREATE VIEW v AS SELECT 1 AS n", {".txt": BINARY}, None),
    "drop": ("DROP TABLE IF EXISTS nosuch", {".txt": BINARY}, None),
    "iceberg described": ("DESCRIBE ice", {".txt": BINARY, ".txt.metadata": APPLICATION}, 0),
    "iceberg created": (
        "SHOW CREATE TABLE ice",
        {".txt": BINARY, ".txt.metadata": APPLICATION},
        0,
    ),
    "insert": ("INSERT INTO ice VALUES (1), (2)", {".metadata": APPLICATION}, 2),
    "update": ("UPDATE ice SET n = 2 WHERE n > 5", {".csv.metadata": APPLICATION}, 0),
    "delete": ("DELETE FROM ice", {".csv.metadata": APPLICATION}, 0),
    "merge": (
        "MERGE INTO ice USING (VALUES 9) s(m) ON n = m WHEN NOT MATCHED THEN INSERT VALUES (m)",
        {".csv.metadata": APPLICATION},
        1,
    ),
}


def left(lake: Lake, done: dict[str, Any]) -> dict[str, str]:
    """The objects of an execution: the end of each name, and its content type."""
    number = done["QueryExecutionId"]
    keys = [key for key in lake.keys("") if number in key]
    heads = [lake.s3.head_object(Bucket=lake.bucket, Key=key) for key in keys]
    return {
        key.partition(number)[2]: head["ContentType"] for key, head in zip(keys, heads, strict=True)
    }


@pytest.mark.parametrize(("statement", "objects", "count"), LEFT.values(), ids=LEFT)
def test_left(people: Lake, statement: str, objects: dict[str, str], count: int | None) -> None:
    people.do(
        f"CREATE TABLE ice (n int) LOCATION 's3://{people.bucket}/ice/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    done = people.do(statement)
    assert left(people, done) == objects
    found = people.results(done["QueryExecutionId"])
    assert found.get("UpdateCount") == count
    if done["SubstatementType"] in ("UPDATE", "DELETE", "MERGE"):
        assert done["ResultConfiguration"]["OutputLocation"].endswith(".csv")
        assert found["ResultSet"]["Rows"] == []


def test_failures(people: Lake) -> None:
    """Hive's reason is the result, of which no row is told; the engine leaves nothing."""
    told = people.run(f"CREATE DATABASE {people.database}")
    assert left(people, told) == {".txt": APPLICATION}
    reason = told["Status"]["StateChangeReason"]
    assert people.get(told["ResultConfiguration"]["OutputLocation"]).decode() == reason
    answer = people.results(told["QueryExecutionId"])
    assert answer["ResultSet"] == {"Rows": []}
    assert "UpdateCount" not in answer
    assert left(people, people.run("SELECT 1 / 0")) == {}


def test_a_plan_is_told_below_its_name(people: Lake) -> None:
    done = people.do("EXPLAIN SELECT 1")
    text = people.get(done["ResultConfiguration"]["OutputLocation"]).decode()
    number = done["QueryExecutionId"]
    found = people.results(number)["ResultSet"]
    rows = [row["Data"][0]["VarCharValue"] for row in found["Rows"]]
    assert rows == text.split("\n")
    assert found["ResultSetMetadata"]["ColumnInfo"][0]["Precision"] == len(text) - len(
        "Query Plan\n\n"
    )
    pages = people.athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=number, PaginationConfig={"PageSize": 1}
    )
    single = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert single == rows


@pytest.mark.parametrize(
    ("statement", "rows"),
    [("SELECT id FROM people", 4), ("SHOW COLUMNS IN people", 2)],
    ids=["csv", "txt"],
)
def test_a_full_page_tells_of_another(people: Lake, statement: str, rows: int) -> None:
    number = people.do(statement)["QueryExecutionId"]
    full = people.results(number, MaxResults=rows)
    assert len(full["ResultSet"]["Rows"]) == rows
    last = people.results(number, MaxResults=rows, NextToken=full["NextToken"])
    assert (last["ResultSet"]["Rows"], "NextToken" in last) == ([], False)
    assert "NextToken" not in people.results(number, MaxResults=rows + 1)


COLUMN = {  # what stands behind the type's name
    "date": ("DATE '2024-01-05'", b"@\0H\x03P\0"),
    "boolean": ("true", b"H\x03P\0"),
    "array": ("ARRAY[1]", b"H\x03"),
    "varchar": ("'abc'", b"8\x03@\0H\x03P\x01"),
    "bigint": ("BIGINT '1'", b"8\x13@\0H\x03P\0"),
}


def test_metadata(lake: Lake) -> None:
    """Each column's numbers are those that its type has."""
    done = lake.do(f"SELECT {', '.join(sql for sql, _ in COLUMN.values())}")
    content = lake.get(done["ResultConfiguration"]["OutputLocation"] + ".metadata")
    number = done["QueryExecutionId"].encode()
    expected = b"\x0a" + bytes([len(number)]) + number
    for at, (kind, (_, numbers)) in enumerate(COLUMN.items()):
        name = b"\x05_col%d" % at
        column = b"\x0a\x04hive\x22" + name + b"*" + name + b"2" + bytes([len(kind)])
        column += kind.encode() + numbers
        expected += b"\x22" + bytes([len(column)]) + column
    assert content == expected
