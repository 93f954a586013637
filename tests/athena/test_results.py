"""Results: the objects in S3, their pages, their columns."""

import json

import pytest

from tests.athena.conftest import Lake


def test_a_query_leaves_a_csv_and_its_metadata(people: Lake) -> None:
    done = people.do('SELECT id, name, \'say "x",\' AS "q,r" FROM people ORDER BY id')
    place = done["ResultConfiguration"]["OutputLocation"]
    assert people.get(place) == (
        b'"id","name","q,r"\n"1","ann","say ""x"","\n"2","bob","say ""x"","\n"3",,"say ""x"","\n'
    )
    assert b"varchar" in people.get(place + ".metadata")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("SELECT 1 AS a WHERE false", '"a"\n'),
        ("SELECT NULL AS a", '"a"\n\n'),
        ("SELECT '' AS a", '"a"\n""\n'),
        ("SELECT 1 AS a, 2 AS a", '"a","a"\n"1","2"\n'),
    ],
    ids=["no rows", "null", "empty text", "same names"],
)
def test_csv(lake: Lake, statement: str, text: str) -> None:
    done = lake.do(statement)
    assert lake.get(done["ResultConfiguration"]["OutputLocation"]).decode() == text


def test_ddl_leaves_text(people: Lake) -> None:
    done = people.do("SHOW TABLES")
    place = done["ResultConfiguration"]["OutputLocation"]
    assert place.endswith(".txt")
    assert people.get(place) == b"people"


def test_pages_begin_with_the_header(lake: Lake) -> None:
    values = ", ".join(f"({n}, 'a\n{n}')" for n in range(7))
    number = lake.do(f"SELECT * FROM (VALUES {values}) t(n, s) ORDER BY n")["QueryExecutionId"]
    pages = lake.athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=number, PaginationConfig={"PageSize": 3}
    )
    sizes, rows = [], []
    for page in pages:
        sizes.append(len(page["ResultSet"]["Rows"]))
        rows += [[d["VarCharValue"] for d in r["Data"]] for r in page["ResultSet"]["Rows"]]
    assert sizes == [3, 3, 2]
    assert rows == [["n", "s"], *([str(n), f"a\n{n}"] for n in range(7))]
    with pytest.raises(lake.athena.exceptions.ClientError, match="a manifest in rows"):
        lake.results(number, QueryResultType="DATA_MANIFEST")


def test_a_row_that_is_longer_than_what_is_read_at_once(lake: Lake) -> None:
    assert lake.rows("SELECT rpad('', 1200000, '\"\n') AS a, 1 AS b") == [['"\n' * 600_000, "1"]]


TYPES = {
    "integer": ("1", "1", 10, 0),
    "bigint": ("BIGINT '1'", "1", 19, 0),
    "double": ("1e0", "1.0", 17, 0),
    "float": ("REAL '1.5'", "1.5", 17, 0),
    "decimal": ("DECIMAL '10.50'", "10.50", 4, 2),
    "varchar": ("CAST('a' AS varchar)", "a", 2147483647, 0),
    "char": ("CAST('a' AS char(3))", "a  ", 3, 0),
    "boolean": ("true", "true", 0, 0),
    "date": ("DATE '2024-01-05'", "2024-01-05", 0, 0),
    "timestamp": ("TIMESTAMP '2024-01-05 01:02:03'", "2024-01-05 01:02:03.000", 3, 0),
    "varbinary": ("to_utf8('ab')", "61 62", 1073741824, 0),
    "array": ("ARRAY[1, NULL]", "[1, null]", 0, 0),
    "map": ("MAP(ARRAY['a'], ARRAY[1])", "{a=1}", 0, 0),
    "row": ("CAST(ROW(1, 'x') AS ROW(a int, b varchar))", "{a=1, b=x}", 0, 0),
    "json": ("JSON '{\"a\":1}'", '{"a":1}', 0, 0),
}


@pytest.mark.parametrize(("kind", "case"), TYPES.items(), ids=TYPES)
def test_types(lake: Lake, kind: str, case: tuple[str, str, int, int]) -> None:
    sql, text, precision, scale = case
    found = lake.results(lake.do(f"SELECT {sql} AS v")["QueryExecutionId"])["ResultSet"]
    info = found["ResultSetMetadata"]["ColumnInfo"][0]
    assert found["Rows"][1]["Data"] == [{"VarCharValue": text}]
    assert (info["Name"], info["Type"], info["Scale"]) == ("v", kind, scale)
    assert info["Precision"] == precision
    assert info["CaseSensitive"] is (kind in ("varchar", "char"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (1001, "MaxResults is more than maximum allowed length 1000"),
        (100_000, "MaxResults is more than maximum allowed length 1000"),
        (100_001, "failed to satisfy constraint: Member must have value less than or equal"),
    ],
)
def test_a_page_has_a_thousand_rows_at_most(lake: Lake, rows: int, message: str) -> None:
    """Of a query that failed, too: the size is looked at first."""
    number = lake.run("SELECT 1/0")["QueryExecutionId"]
    with pytest.raises(lake.athena.exceptions.InvalidRequestException, match=message):
        lake.results(number, MaxResults=rows)


def test_a_failed_query_has_no_results(lake: Lake) -> None:
    number = lake.run("SELECT 1/0")["QueryExecutionId"]
    with pytest.raises(lake.athena.exceptions.InvalidRequestException, match="FAILED"):
        lake.results(number)


def test_runtime_statistics(people: Lake) -> None:
    done = people.do("SELECT * FROM people")
    number, place = done["QueryExecutionId"], done["ResultConfiguration"]["OutputLocation"]
    found = people.athena.get_query_runtime_statistics(QueryExecutionId=number)
    assert found["QueryRuntimeStatistics"]["Rows"]["OutputRows"] == 3
    assert found["QueryRuntimeStatistics"]["Rows"]["OutputBytes"] == len(people.get(place))
    assert found["QueryRuntimeStatistics"]["Rows"]["InputBytes"] > 0
    assert "TotalExecutionTimeInMillis" in found["QueryRuntimeStatistics"]["Timeline"]


def test_explain_reads_nothing(people: Lake) -> None:
    done = people.do("EXPLAIN SELECT name, count(*) FROM people GROUP BY name")
    assert done["Statistics"]["DataScannedInBytes"] == 0
    lines = [row[0] or "" for row in people.rows("EXPLAIN SELECT count(*) FROM people")]
    assert lines[0] == "Fragment 0 [SINGLE]"
    assert any(f"TableScan[table = [awsdatacatalog:{people.database}:people]" in s for s in lines)


def test_explain_analyze_counts(people: Lake) -> None:
    lines = [row[0] or "" for row in people.rows("EXPLAIN ANALYZE SELECT * FROM people")]
    assert "Fragment 1 [SINGLE]" in lines
    assert any("Output: 3 rows" in line for line in lines)


def test_explain_analyze_of_what_metadata_answers(lake: Lake) -> None:
    lake.do("CREATE TABLE made AS SELECT 1 AS a")
    lines = [row[0] or "" for row in lake.rows("EXPLAIN ANALYZE SELECT count(*) FROM made")]
    assert "Fragment 1 [SINGLE]" in lines


def test_explain_as_json(people: Lake) -> None:
    rows = people.rows("EXPLAIN (TYPE LOGICAL, FORMAT JSON) SELECT count(*) FROM people")
    assert json.loads("\n".join(row[0] or "" for row in rows))["name"] == "Aggregate"


#: The lines of a plan's end. Source: `test_executions.KINDS`'s.
ENDS = {
    "EXPLAIN (TYPE VALIDATE) SELECT 1": ["Valid", "true", ""],
    "EXPLAIN (TYPE IO) SELECT 1": ["}", ""],
    "EXPLAIN (FORMAT JSON) SELECT 1": ["}", ""],
    "EXPLAIN SELECT 1": ["", "", ""],
    "EXPLAIN ANALYZE SELECT 1": ["", "", ""],
}


@pytest.mark.parametrize(("statement", "end"), ENDS.items())
def test_a_plan_ends_in_empty_lines(lake: Lake, statement: str, end: list[str]) -> None:
    number = lake.do(statement)["QueryExecutionId"]
    rows: list[str] = []
    token: dict[str, str] | None = {}
    while token is not None:
        found = lake.results(number, MaxResults=2, **token)
        rows += [row["Data"][0]["VarCharValue"] for row in found["ResultSet"]["Rows"]]
        token = {"NextToken": found["NextToken"]} if "NextToken" in found else None
    assert rows[-len(end) :] == end
    assert rows[-len(end) - 1 : -len(end)] != [""]
