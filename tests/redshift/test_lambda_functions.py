"""Functions of SQL that run in Lambda."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.redshift import copied
from tests.redshift.conftest import Data, create_cluster

CLUSTER = "lambda-functions"
HANDLER = """
import json

def handler(event, context):
    if event["arguments"][0][0] == "fail":
        return json.dumps({"success": False, "error_msg": "it does not like this"})
    if event["arguments"][0][0] == "raise":
        raise ValueError("oh")
    if event["arguments"][0][0] == "few":
        return json.dumps({"success": True, "num_records": 0, "results": []})
    told = [None if row[0] is None else "-".join(map(str, [*row, len(event["arguments"])]))
            for row in event["arguments"]]
    assert event["user"] == "awsuser" and event["external_function"].startswith("public.")
    return json.dumps({"success": True, "num_records": len(told), "results": told})
"""


@pytest.fixture(scope="module")
def data(cloud: Any) -> Data:
    """A cluster of its own, with a role that may invoke one function."""
    client = cloud.client
    create_cluster(client("redshift"), CLUSTER)
    runner = copied.make_role(client, "redshift-runner", copied.allow("logs:*"), service="lambda")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", HANDLER)
    for name in ("joined", "closed"):
        client("lambda").create_function(
            FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=runner,
            Timeout=30, Code={"ZipFile": code.getvalue()},
        )  # fmt: skip
    arn = "arn:aws:lambda:*:*:function:joined"
    role = copied.make_role(
        client, "redshift-caller", copied.allow("lambda:InvokeFunction", resource=arn)
    )
    copied.attach(client, role, cluster=CLUSTER)
    found = Found(client("redshift-data"))
    made = "CREATE EXTERNAL FUNCTION {} RETURNS {} STABLE LAMBDA '{}' IAM_ROLE default"
    found.done(made.format("joined(varchar, int)", "varchar", "joined") + " MAX_BATCH_ROWS 2")
    found.done(made.format("shut(varchar)", "varchar", "closed"))
    found.done(made.format("number(varchar)", "int", "joined"))
    found.done("CREATE TABLE people AS SELECT 1 AS id, 'Ann' AS name UNION ALL SELECT 2, NULL "
               "UNION ALL SELECT 3, 'Bob'")  # fmt: skip
    return found


class Found(Data):
    """The Data API of the module's cluster."""

    def run(self, sql: str, **members: Any) -> dict[str, Any]:
        return super().run(sql, **members | {"ClusterIdentifier": CLUSTER})


def test_rows_are_given_in_batches(data: Data) -> None:
    rows = data.rows("SELECT id, joined(name, id) FROM people ORDER BY id")
    assert [row[0] for row in rows] == [1, 2, 3]
    assert rows[1][1] is None
    assert rows[0][1] in ("Ann-1-1", "Ann-1-2")  # three rows in batches of two at most
    assert rows[2][1] in ("Bob-3-1", "Bob-3-2")
    assert data.rows("SELECT count(*) FROM people WHERE joined(name, 7) LIKE 'Bob-7-_'") == [[1]]


# A query, and why it fails.
FAILURES = {
    "its word": ("SELECT joined('fail', 1)", "it does not like this"),
    "an exception": ("SELECT joined('raise', 1)", "The Lambda function joined failed: oh"),
    "too few": ("SELECT joined('few', 1)", "gave 0 results for 1 rows"),
    "no right": ("SELECT shut('x')", "is not authorized to perform: lambda:InvokeFunction"),
    "another type": ("SELECT number('x')", 'invalid input syntax for integer: "x-1"'),
    "arguments": ("SELECT joined('x')", "function joined("),
}


@pytest.mark.parametrize(("sql", "reason"), FAILURES.values(), ids=FAILURES.keys())
def test_failures(data: Data, sql: str, reason: str) -> None:
    told = data.run(sql)
    assert told["Status"] == "FAILED"
    assert reason in told["Error"]


def test_a_role_must_be_attached(data: Data, aws: Callable[..., Any]) -> None:
    other = copied.make_role(aws, "redshift-elsewhere", copied.allow("lambda:*"))
    sql = "CREATE OR REPLACE EXTERNAL FUNCTION far(int) RETURNS int VOLATILE LAMBDA 'joined'"
    assert data.run(f"{sql} IAM_ROLE '{other}'")["Status"] == "FINISHED"
    assert "is not authorized to assume IAM Role" in data.run("SELECT far(1)")["Error"]
    assert data.run("DROP FUNCTION far(int)")["Status"] == "FINISHED"
    assert "function far(integer) does not exist" in data.run("SELECT far(1)")["Error"]
