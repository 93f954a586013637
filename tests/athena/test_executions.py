"""Query executions: how they start, are refused, end, are listed and stopped."""

import concurrent.futures
import threading
import uuid
from typing import Any

import pytest

from tests.athena.conftest import Lake

REFUSED = {
    "syntax": (
        "SELEC 1",
        "line 1:1: mismatched input 'SELEC'. Expecting: 'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'CO",
    ),
    "later": ("SELECT 1\n FROM", "line 2:6: mismatched input '<EOF>'"),
    "escape": (r"SELECT U&'\+1FFFFF'", "line 1:8: Invalid escaped character: 1FFFFF"),
    "half": (r"SELECT U&'\D800'", "line 1:8: Invalid escaped character: D800"),
    "empty": ("  -- nothing", "mismatched input '<EOF>'"),
    "unsupported": ("TRUNCATE TABLE people", "Queries of this type are not supported"),
    "managed": (
        "CREATE TABLE t (a int) LOCATION 's3://b/'",
        "External keyword required for table type HIVE",
    ),
    "nowhere": (
        "CREATE TABLE IF NOT EXISTS t (a varchar(10))",
        "No location was specified for table. An S3 location must be specified",
    ),
    "replaced": (
        "CREATE OR REPLACE TABLE t AS SELECT 1 AS a",
        "line 1:19: mismatched input 'TABLE'. Expecting: 'MATERIALIZED', 'MULTI', 'PROTECTED', 'VI",
    ),
    "ddl": ("CREATE EXTERNAL TABLE t (a int", "line 1:31: mismatched input '<EOF>'"),
    "quotes": ('DROP TABLE "people"', """line 1:12: no viable alternative at input '"people"'"""),
    "described": (
        "DESCRIBE nosuch",
        "Entity Not Found (Service: AmazonDataCatalog; Status Cod",
    ),
    "columns": ("SHOW COLUMNS FROM nosuch.t", "Entity Not Found (Service: AmazonDataCatalog; St"),
    "catalog": ("DESCRIBE nosuch.db.t", "Catalog 'nosuch' does not exist"),
    "four": ("SHOW COLUMNS IN a.b.c.D", "Invalid table name a.b.c.d"),
    "four created": ('SHOW CREATE TABLE a."b".c.d', "Invalid table name a.b.c.d"),
    "first": ('desc "people"', """line 1:6: no viable alternative at input 'desc "people"'"""),
    "second": ('DESCRIBE d."t"', "Entity Not Found"),
    "field": ('SHOW COLUMNS FROM "people"', """line 1:19: mismatched input '"people"'"""),
    "shown": ('SHOW CREATE TABLE "people"', "Queries of this type are not supported"),
    "tables": ('SHOW TABLES IN "default"', """line 1:16: mismatched input '"default"'"""),
    "if": (
        "ALTER TABLE\nIF EXISTS t ADD COLUMNS (m int)",
        r"""line 2:4: no viable alternative at input 'ALTER TABLE\nIF EXISTS'""",
    ),
    "trino's": (
        "/* c */ ALTER TABLE t ADD  COLUMN m int",
        "line 1:28: no viable alternative at input 'ALTER TABLE t ADD  COLUMN'",
    ),
    "executed": (
        "alter table t execute optimize",
        "line 1:15: no viable alternative at input 'alter table t execute'",
    ),
    "backticks": ("DROP VIEW `v`", "Queries of this type are not supported"),
    "several": (
        " SELECT ';'; DROP TABLE people ",
        "Only one sql statement is allowed. Got:  SELECT ';'; DROP TABLE people",
    ),
    "comment behind": ("SELEC 1; -- c", "Only one sql statement is allowed. Got: SELEC 1; -- c"),
    "semicolons": (";; ", "Empty sql statement: ;;"),
    "before a semicolon": ("SELECT 1 +;", "line 1:11: mismatched input '<EOF>'"),
    "deep": (f"SELECT {'(' * 3000}1{')' * 3000}", "line 1:1: statement is too large"),
}
FAILED = {
    "table": ("SELECT * FROM nosuch", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog."),
    "schema": ("SELECT * FROM nosuch.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nosuch'"),
    "catalog": ("SELECT * FROM other.d.t", "CATALOG_NOT_FOUND: line 1:15: Catalog 'other'"),
    "column": ("SELECT x FROM people", "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved"),
    "mismatch": ("SELECT 1 = '1'", "TYPE_MISMATCH: line 1:10: Cannot apply operator"),
    "divide": ("SELECT 1/0", "DIVISION_BY_ZERO"),
    "long chain": (f"SELECT 1{' + 1' * 3000}", "STACK_OVERFLOW: statement is too large"),
    "hive rows": (
        "DELETE FROM people WHERE id = 1",
        "NOT_SUPPORTED: line 1:1: Modifying Hive table",
    ),
    "drop": ("DROP TABLE nosuch", "FAILED: SemanticException [Error 10001]: Table not found"),
    "describe table": (
        "DESCRIBE TABLE people",
        "FAILED: SemanticException [Error 10001]: Table not found table",
    ),
    "nested": (f"SELECT {'ARRAY[' * 20}1{']' * 20}", "NOT_SUPPORTED: Values of more than 7"),
    "database": ("DROP DATABASE nosuch", "FAILED: SemanticException [Error 10072]"),
    "cast": ("SELECT CAST(1 AS foo)", "TYPE_NOT_FOUND: line 1:8: Unknown type: foo"),
    "precision": (
        "SELECT CAST(1 AS decimal(99, 3))",
        "INVALID_FUNCTION_ARGUMENT: DECIMAL precision must be in range [1, 38]: 99",
    ),
    "scale": (
        "SELECT CAST(NULL AS array(decimal(9, 10)))",
        "INVALID_FUNCTION_ARGUMENT: DECIMAL scale must be in range [0, precision (9)]: 10",
    ),
}
#: Types and subtypes of statements, succeeded or not, as measured on AWS. Source:
#: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
KINDS = {
    "EXPLAIN SELECT 1": ("DML", "EXPLAIN"),
    "EXPLAIN ANALYZE SELECT 1": ("DML", "EXPLAIN"),
    "SHOW TBLPROPERTIES people": ("UTILITY", "SHOW_TABLE_PROPERTIES"),
    "MSCK REPAIR TABLE people": ("DDL", "MSCK_REPAIR"),
    "ALTER TABLE people SET TBLPROPERTIES ('a' = 'b')": ("DDL", "ALTER_TABLE_PROPERTIES"),
    "(SELECT 1)": ("DML", "SELECT"),
    "VACUUM people": ("DML", "VACUUM_TABLE"),
}
#: Types that Hive's grammar does not know, and what it says.
TYPES = {
    "foo": "ParseException line 1:27 cannot recognize input near 'foo' ')' 'LOCATION'",
    "NULL": "ParseException line 1:27 cannot recognize input near 'NULL' ')' 'LOCATION'",
    "real": "ParseException line 1:27 cannot recognize input near 'real' ')' 'LOCATION'",
    "array": "ParseException line 1:32 mismatched input ')' expecting < near 'array' in list type",
    "array<int,int>": "ParseException line 1:36 mismatched input ',' expecting > near 'int'",
    "map<int>": "ParseException line 1:34 mismatched input '>' expecting , near 'int' in map type",
    "varchar": "ParseException line 1:34 mismatched input ')' expecting ( near 'varchar'",
    "char(256)": "IllegalArgumentException Char length 256 out of allowed range [1, 255]",
    "decimal(76,38)": "IllegalArgumentException Decimal precision out of allowed range [1,38]",
    "struct<a:decimal(2,3)>": "IllegalArgumentException Decimal scale must be less than or equal",
}


#: Statements as they are told, by how they were sent: measured, as KINDS.
TOLD = {
    ";SELECT 1": "SELECT 1",
    "\n SELECT 1 \t; ;\r\n": "SELECT 1",
    "-- c;\nSELECT\n  1 ;\n": "-- c;\nSELECT\n  1",
    "SELECT ';' /* ; */": "SELECT ';' /* ; */",
    "SHOW TABLES;": "SHOW TABLES",
    "ALTER TABLE people SET TBLPROPERTIES ('a\\'' = ';');": (
        "ALTER TABLE people SET TBLPROPERTIES ('a\\'' = ';');"
    ),
}


#: What is told of a view, and stands in double quotes there. Source: `lookup`'s.
OF_VIEWS = ("DESCRIBE v", 'DESCRIBE "v"', "SHOW COLUMNS IN v", 'SHOW COLUMNS FROM "v"')


def test_tables_are_not_described_in_double_quotes(people: Lake) -> None:
    told = people.refuse(f'DESCRIBE {people.database}."people"')
    at = len(f"DESCRIBE {people.database}.") + 1
    name = f"""{people.database}."people\""""
    assert told == f"line 1:{at}: no viable alternative at input '{name}'"


def test_views_are_described_as_such(lake: Lake) -> None:
    lake.do("CREATE VIEW v AS SELECT 1 AS a")
    assert [lake.do(each)["SubstatementType"] for each in OF_VIEWS] == ["DESC_VIEW"] * 4


@pytest.mark.parametrize(("sent", "told"), TOLD.items())
def test_blanks_and_semicolons_around_are_left_out(people: Lake, sent: str, told: str) -> None:
    assert people.do(sent)["Query"] == told


@pytest.mark.parametrize(("statement", "kinds"), KINDS.items())
def test_is_told_what_it_is(people: Lake, statement: str, kinds: tuple[str, str]) -> None:
    found = people.run(statement)
    assert (found["StatementType"], found["SubstatementType"]) == kinds


@pytest.mark.parametrize(("statement", "message"), REFUSED.values(), ids=REFUSED)
def test_does_not_start(people: Lake, statement: str, message: str) -> None:
    assert message in people.refuse(statement)


@pytest.mark.parametrize(("statement", "reason"), FAILED.values(), ids=FAILED)
def test_fails(people: Lake, statement: str, reason: str) -> None:
    assert people.fail(statement).startswith(reason)


@pytest.mark.parametrize(("kind", "reason"), TYPES.items(), ids=TYPES)
def test_types_that_are_none_fail(people: Lake, kind: str, reason: str) -> None:
    text = f"CREATE EXTERNAL TABLE t (a {kind}) LOCATION 's3://b/t/'"
    assert people.fail(text).startswith(f"FAILED: {reason}")


def test_a_type_of_hive_is_read_to_its_end(people: Lake) -> None:
    kind = "array<struct<x:map<string,decimal(3)>,y:int COMMENT 'c',`z z`:double precision>>"
    people.do(
        f"CREATE EXTERNAL TABLE typed (a {kind}, b dec) LOCATION 's3://{people.bucket}/typed/'"
    )
    rows = [str(row[0]).split("\t")[1].strip() for row in people.rows("DESCRIBE typed")]
    assert rows == [
        "array<struct<x:map<string,decimal(3,0)>,y:int,z z:double>>",
        "decimal(10,0)",
    ]


def test_a_failure_has_athenas_error(people: Lake) -> None:
    status = people.run("SELECT x FROM people")["Status"]
    assert status["AthenaError"]["ErrorCategory"] == 2
    assert status["AthenaError"]["ErrorMessage"] == status["StateChangeReason"]
    assert status["AthenaError"]["Retryable"] is False


#: Measured, as KINDS.
ERROR_TYPES = {
    "SELECT * FROM nosuch": (2, 1301),
    "SELECT * FROM nosuch.t": (2, 1301),
    "SELECT * FROM nosuch.d.t": (2, 1006),
    "CREATE TABLE cast_ AS SELECT CAST('x' AS integer) AS n": (2, 1100),
    "CREATE TABLE unnamed AS (VALUES 1)": (2, 1100),
}


@pytest.mark.parametrize(("statement", "told"), ERROR_TYPES.items())
def test_a_failure_has_a_type(lake: Lake, statement: str, told: tuple[int, int]) -> None:
    error = lake.run(statement)["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"]) == told


def test_a_catalog_is_told_in_small_letters(lake: Lake) -> None:
    where = {"Catalog": "AwsDataCatalog", "Database": "Default"}
    found = lake.do("SELECT 1", QueryExecutionContext=where)
    assert found["QueryExecutionContext"] == where | {"Catalog": "awsdatacatalog"}


def test_an_execution_tells_what_ran(people: Lake) -> None:
    found = people.do("SELECT count(*) FROM people")
    place = f"s3://{people.bucket}/results/{found['QueryExecutionId']}.csv"
    assert found["ResultConfiguration"]["OutputLocation"] == place
    assert (found["StatementType"], found["SubstatementType"]) == ("DML", "SELECT")
    assert found["WorkGroup"] == "primary"
    assert found["QueryExecutionContext"] == {"Database": people.database}
    assert found["ResultReuseConfiguration"] == {
        "ResultReuseByAgeConfiguration": {"Enabled": False}
    }
    assert found["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert found["Status"]["CompletionDateTime"] >= found["Status"]["SubmissionDateTime"]
    assert found["Statistics"]["DataScannedInBytes"] == len("1,ann\n2,bob\n3,\\N\n")
    assert found["Statistics"]["TotalExecutionTimeInMillis"] < 30_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ResultConfiguration": {}}, "No output location provided"),
        ({"ResultConfiguration": {"OutputLocation": "/tmp"}}, "not a valid S3 path"),
        ({"ResultConfiguration": {"OutputLocation": "s3:///a"}}, "not a valid S3 path"),
        (
            {"ResultConfiguration": {"OutputLocation": "s3://no-such-bucket-here/"}},
            "Unable to verify/create output bucket no-such-bucket-here",
        ),
        ({"WorkGroup": "nosuch"}, "WorkGroup is not found."),
    ],
    ids=["no output", "not S3", "nowhere", "no bucket", "no workgroup"],
)
def test_a_request_is_checked(lake: Lake, options: dict[str, Any], message: str) -> None:
    assert message in lake.refuse("SELECT 1", **options)


def test_the_expected_owner_of_the_bucket(lake: Lake) -> None:
    ours, other = (
        {
            "ResultConfiguration": {
                "OutputLocation": f"s3://{lake.bucket}/",
                "ExpectedBucketOwner": own,
            }
        }
        for own in ("123456789012", "111122223333")
    )
    assert "Unable to verify/create output bucket" in lake.refuse("SELECT 1", **other)
    assert lake.rows("SELECT 1", **ours) == [["1"]]


@pytest.mark.parametrize(
    ("asked", "given", "counts"),
    [
        ("SELECT ?", [], (1, 0)),
        ("SELECT 1", ["1"], (0, 1)),
        ("EXECUTE IMMEDIATE 'SELECT ?, ?' USING 7", [], (2, 1)),
        ("EXECUTE IMMEDIATE 'SELECT ?, ?'", ["7"], (2, 1)),
        ("EXECUTE IMMEDIATE 'SELECT ?' USING 7", ["7"], (0, 1)),
    ],
)
def test_a_query_with_other_parameters_fails(
    lake: Lake, asked: str, given: list[str], counts: tuple[int, int]
) -> None:
    why = lake.fail(asked, **({"ExecutionParameters": given} if given else {}))
    assert why == "Incorrect number of parameters: expected {} but found {}".format(*counts)


def test_a_token_starts_one_query(lake: Lake) -> None:
    token = str(uuid.uuid4())
    with concurrent.futures.ThreadPoolExecutor() as pool:
        at_once = [pool.submit(lake.start, "SELECT 1", ClientRequestToken=token) for _ in range(3)]
        (first,) = {each.result() for each in at_once}
    assert uuid.UUID(first).version == 4
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    assert lake.start("SELECT 1", ClientRequestToken=token, ExecutionParameters=["1"]) == first
    message = lake.refuse("SELECT 2", ClientRequestToken=token)
    assert message == "Idempotent parameters do not match"
    assert "mismatched input 'SELEC'" in lake.refuse("SELEC 1", ClientRequestToken=token)
    elsewhere = {"ResultConfiguration": {"OutputLocation": "not-a-valid-s3-path"}}
    message = lake.refuse("SELEC 1", ClientRequestToken=token, **elsewhere)
    assert message == "outputLocation is not a valid S3 path."
    message = lake.refuse("SELECT 1", ClientRequestToken="あ" * 50)
    assert message == "clientRequestToken exceeds maximum allowed length 128"


def test_unknown_executions(lake: Lake) -> None:
    known, unknown = lake.start("SELECT 1"), str(uuid.uuid4())
    for call in (lake.athena.get_query_execution, lake.athena.get_query_results):
        with pytest.raises(lake.athena.exceptions.InvalidRequestException) as caught:
            call(QueryExecutionId=unknown)
        assert caught.value.response["Error"]["Message"].endswith("was not found")
        assert caught.value.response["AthenaErrorCode"] == "QUERY_EXECUTION_NOT_FOUND"
    found = lake.athena.batch_get_query_execution(QueryExecutionIds=[known, unknown])
    assert [e["QueryExecutionId"] for e in found["QueryExecutions"]] == [known]
    assert found["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == unknown


def test_history_is_newest_first_and_paged(lake: Lake, fresh: Any) -> None:
    group = fresh("group")
    lake.athena.create_work_group(
        Name=group, Configuration={"EnforceWorkGroupConfiguration": False}
    )
    ids = [lake.start(f"SELECT {n}", WorkGroup=group) for n in range(5)]
    pages = lake.athena.get_paginator("list_query_executions").paginate(
        WorkGroup=group, PaginationConfig={"PageSize": 2}
    )
    assert [i for page in pages for i in page["QueryExecutionIds"]] == ids[::-1]


NUMBERS = "UNNEST(sequence(1, 10000))"
SLOW = (
    f"SELECT count(*) FROM {NUMBERS} a(x) CROSS JOIN {NUMBERS} b(y) CROSS JOIN {NUMBERS} c(z) "
    "WHERE (x * y + z) % 7 = 3"
)


def test_a_query_is_stopped(lake: Lake) -> None:
    number = lake.start(SLOW)
    state = lake.athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]["Status"]
    assert state["State"] in ("QUEUED", "RUNNING")
    with pytest.raises(lake.athena.exceptions.InvalidRequestException, match="not yet finished"):
        lake.results(number)
    lake.athena.stop_query_execution(QueryExecutionId=number)
    ended = lake.follow(number)["Status"]
    assert (ended["State"], ended["StateChangeReason"]) == ("CANCELLED", "Query cancelled by user")
    with pytest.raises(lake.athena.exceptions.InvalidRequestException, match="not find results"):
        lake.results(number)


def test_queries_run_at_once(people: Lake) -> None:
    slow = people.start(SLOW)
    answers: list[Any] = []

    def ask() -> None:
        answers.append(people.rows("SELECT count(*) FROM people"))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = people.athena.get_query_execution(QueryExecutionId=slow)["QueryExecution"]["Status"]
    people.athena.stop_query_execution(QueryExecutionId=slow)
    assert (answers, state["State"]) == ([[["3"]]] * 3, "RUNNING")


def test_parameters_fill_the_question_marks(people: Lake) -> None:
    asked = "SELECT name FROM people WHERE id = ? OR name = ?"
    rows = people.rows(asked + " ORDER BY id", ExecutionParameters=["1", "'bob'"])
    assert rows == [["ann"], ["bob"]]


def test_results_are_reused_while_nothing_changed(people: Lake) -> None:
    asked = "SELECT count(*) FROM people"
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}
    first = people.do(asked)
    again = people.do(asked, ResultReuseConfiguration=reuse)
    assert again["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is True
    assert again["Statistics"]["DataScannedInBytes"] == 0
    assert again["QueryExecutionId"] != first["QueryExecutionId"]
    assert people.results(again["QueryExecutionId"])["ResultSet"]["Rows"][1]["Data"] == [
        {"VarCharValue": "3"}
    ]
    people.do("ALTER TABLE people SET TBLPROPERTIES ('changed'='yes')")
    third = people.do(asked, ResultReuseConfiguration=reuse)
    assert third["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is False


def test_a_statement_prepared_anew_and_a_deleted_result_are_not_reused(people: Lake) -> None:
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}
    told, last = [], {}
    for change in ("PREPARE p FROM SELECT 1", "", "PREPARE p FROM SELECT 2", "delete", ""):
        if change == "delete":
            bucket, _, key = last["ResultConfiguration"]["OutputLocation"][5:].partition("/")
            people.s3.delete_object(Bucket=bucket, Key=key)
        elif change:
            people.do(change)
        last = people.do("EXECUTE p", ResultReuseConfiguration=reuse)
        rows = people.results(last["QueryExecutionId"])["ResultSet"]["Rows"]
        reused = last["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
        told.append((rows[-1]["Data"][0]["VarCharValue"], reused))
    assert told == [("1", False), ("1", True), ("2", False), ("2", False), ("2", True)]
    elsewhere = {"OutputLocation": f"s3://{bucket}/elsewhere/"}
    last = people.do("EXECUTE p", ResultReuseConfiguration=reuse, ResultConfiguration=elsewhere)
    assert last["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is False


@pytest.mark.parametrize("asked", ["SELECT random()", "SELECT now()"])
def test_what_differs_each_time_is_not_reused(lake: Lake, asked: str) -> None:
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}
    lake.do(asked)
    again = lake.do(asked, ResultReuseConfiguration=reuse)
    assert again["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is False
