"""Statements and what Redshift must answer, through the Data API.

`redshift_cases.csv` and `more_cases.csv` have one case a row, as Athena's in ``tests/sql`` have:
the statement (several are separated by ``;``), what it must answer (JSON rows, ``OK``, ``ANY``,
``ERR:``, ``TEXT:``), a query that checks its effect, and the types of the columns where they
matter. `redshift_tables.sql` makes the data, copied into a database of its own for each case that
changes something.
"""

import csv
import io
import itertools
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.engine.redshift.words import statements
from tests.conftest import connect, start_cloud, stop_cloud, wait_for
from tests.redshift import copied
from tests.redshift.conftest import create_cluster

HERE = Path(__file__).parent
CASES = [
    case
    for name in ("redshift_cases.csv", "more_cases.csv")
    for case in csv.DictReader(io.StringIO((HERE / name).read_text("utf-8"), ""))
]
#: Cases whose rows are not in the order that the statement asks for: green comes before red.
UNORDERED = {"R105"}
TABLES = ("sales", "sales_stage", "event", "category", "cust", "emp", "venue")
EXTERNAL_SCHEMA = (
    "CREATE EXTERNAL SCHEMA spectrum FROM DATA CATALOG DATABASE 'spectrumdb' IAM_ROLE default"
)
EXTERNAL_TABLE = (
    "CREATE EXTERNAL TABLE spectrum.sales (a int) PARTITIONED BY (saledate_m varchar(7)) "
    "STORED AS PARQUET LOCATION 's3://bkt/sales/'"
)
#: Users and roles that cases name; they are of the whole cluster.
PEOPLE = [
    "CREATE USER dwuser PASSWORD 'Abcd1234'",
    "CREATE ROLE analyst",
    "CREATE ROLE lead",
    *(f"CREATE USER {name} PASSWORD 'Abcd1234'" for name in ("ann", "ben", "sue")),
    "GRANT ROLE analyst TO ann",
    "GRANT ROLE analyst TO ROLE lead",
    "GRANT ROLE sys:secadmin TO sue",
]
#: What the test makes because a case names it.
BEFORE = {
    "R039": ["COPY category FROM 's3://bkt/in/' IAM_ROLE default CSV JOB CREATE job1 AUTO ON"],
    "R045": [EXTERNAL_SCHEMA, EXTERNAL_TABLE],
}
PLACE = {"ClusterIdentifier": "lab", "DbUser": "awsuser"}


class Lab:
    """A warehouse of its own, and the database of the case."""

    def __init__(self, client: Any, role: str) -> None:
        self.data, self.role = client("redshift-data"), role
        self.numbers = itertools.count(1)
        self.database = "dev"
        self.untouched = False

    def prepare(self, case: dict[str, str]) -> None:
        texts = ";".join([*BEFORE.get(case["id"], ()), case["statement"], case["check_sql"]])
        firsts = {text.split()[0].upper() for text in statements(texts)}
        reads = firsts <= {"SELECT", "WITH", "VALUES", "SHOW"} and " INTO " not in texts.upper()
        if not (reads and self.untouched):
            self.reset(() if reads else [each for each in TABLES if each not in texts])
        self.untouched = reads

    def reset(self, without: Collection[str] = ()) -> None:
        """A database of its own, with the tables that are asked for."""
        name = f"case{next(self.numbers)}"
        assert self.run([f"CREATE DATABASE {name}"])[0] == ""
        self.database = name
        copied = [each for each in TABLES if each not in without]
        if copied:
            made = "CREATE TABLE {0} AS SELECT * FROM dev.public.{0}"
            self._batch([made.format(each) for each in copied])

    def _batch(self, sqls: list[str]) -> None:
        place = {**PLACE, "Database": self.database}
        told = self._ended(self.data.batch_execute_statement(Sqls=sqls, **place)["Id"])
        assert told["Status"] == "FINISHED", told.get("Error")

    def set_up(self) -> None:
        """The data, once, and the user that a case names."""
        self._batch(list(statements((HERE / "redshift_tables.sql").read_text())))
        assert self.run(PEOPLE)[0] == ""

    def run(self, sqls: list[str]) -> tuple[str, dict[str, Any]]:
        """Run statements: (the reason when they fail, the last result)."""
        session: dict[str, Any] = {**PLACE, "Database": self.database}
        for left, sql in zip(reversed(range(len(sqls))), sqls, strict=True):
            session["SessionKeepAliveSeconds"] = 30 if left else 0  # there may be 500 at once
            try:
                started = self.data.execute_statement(Sql=sql, **session)
            except self.data.exceptions.ValidationException as error:
                return str(error), {}
            session = {"SessionId": started["SessionId"]}
            told = self._ended(started["Id"])
            if told["Status"] != "FINISHED":
                return told["Error"], {}
        if not told["HasResultSet"]:
            return "", {}
        return "", self.data.get_statement_result(Id=started["Id"])

    def _ended(self, number: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = self.data.describe_statement(Id=number)
            return found if found["Status"] in ("FINISHED", "FAILED", "ABORTED") else None

        return dict(wait_for(look))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("redshift")
    process = start_cloud(home)
    try:
        yield make(connect(home, process).client)
    finally:
        stop_cloud(process)


def make(client: Any) -> Lab:
    """The lab with its cluster."""
    create_cluster(client("redshift"), PLACE["ClusterIdentifier"])
    copied.put_files(client("s3"))
    role = copied.make_role(client, "copier", copied.allow("s3:*", "kms:*", "glue:*"))
    copied.attach(client, role, cluster=PLACE["ClusterIdentifier"])
    lab = Lab(client, role)
    lab.set_up()
    return lab


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['area']}")
def test_case(lab: Lab, case: dict[str, str]) -> None:
    lab.prepare(case)
    sqls = list(statements(case["statement"].replace(copied.NAMED_ROLE, lab.role)))
    reason, result = lab.run([*BEFORE.get(case["id"], ()), *sqls])
    expected = case["expected"]
    if expected.startswith("ERR:"):
        assert reason, "it succeeded"
        assert expected[4:].lower() in reason.lower()
        return
    assert reason == ""
    _check_result(case, expected, sqls[-1], result)
    if case["check_sql"]:
        # A check sees what the case left: temporary tables are gone with its session.
        before = sqls if "TEMP" in case["statement"].upper() else []
        reason, result = lab.run([*_again(before), case["check_sql"]])
        assert reason == ""
        assert _rows(result) == json.loads(case["check_expected"])


def _again(sqls: list[str]) -> list[str]:
    return [sql for sql in sqls if sql.upper().startswith(("CREATE TEMP", "INSERT", "SELECT"))]


def _check_result(case: dict[str, str], expected: str, last: str, result: dict[str, Any]) -> None:
    if expected in ("OK", "ANY"):
        return
    rows = _rows(result)
    if expected.startswith("TEXT:"):
        told = [c["name"] for c in result["ColumnMetadata"]]
        lines = ["\t".join(told), *("\t".join(v or "" for v in row) for row in rows)]
        assert any(expected[5:] in line for line in lines), lines
        return
    wanted = json.loads(expected)
    if "ORDER BY" not in last.upper() or case["id"] in UNORDERED:
        rows, wanted = sorted(rows, key=str), sorted(wanted, key=str)
    assert rows == wanted
    if case["expected_types"]:
        types = [column["typeName"] for column in result["ColumnMetadata"]]
        assert ",".join(types) == case["expected_types"]


def _rows(result: dict[str, Any]) -> list[list[str | None]]:
    return [[_text(field) for field in row] for row in result["Records"]]


def _text(field: dict[str, Any]) -> str | None:
    if field.get("isNull"):
        return None
    ((name, value),) = field.items()
    return str(value).lower() if name == "booleanValue" else str(value)
