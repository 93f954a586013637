"""Zero-ETL: what is committed to the source is in the warehouse a moment later, by itself."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.redshift.conftest import PLACE, Data, create_cluster

PATIENCE_S = 120
TABLES = """
CREATE TABLE student (id INTEGER PRIMARY KEY, name VARCHAR(20), gpa DECIMAL(4,2), born DATE,
                      seen DATETIME, photo BLOB, more JSON);
INSERT INTO student VALUES (1, 'Ann', 3.5, '2001-02-03', '2024-01-02 03:04:05', x'0aff', '{"a": 1}');
INSERT INTO student VALUES (2, 'Bob', NULL, NULL, NULL, NULL, NULL);
CREATE TABLE enrolled (student INTEGER, course TEXT, PRIMARY KEY (student, course));
INSERT INTO enrolled VALUES (1, 'x'), (1, 'y');
CREATE TABLE keyless (a INTEGER);
"""  # noqa: E501


class Source:
    """The source's SQLite file, and the warehouse that follows it."""

    def __init__(self, file: str, data: Data, arn: str) -> None:
        self.file, self.data, self.arn = file, data, arn

    def write(self, script: str) -> None:
        with closing(sqlite3.connect(self.file, timeout=PATIENCE_S)) as connection:
            connection.executescript(script)

    def rows(self, sql: str) -> list[list[Any]]:
        return self.data.rows(sql, **PLACE)

    def comes(self, sql: str, expected: list[list[Any]]) -> None:
        """Wait until a query of the warehouse answers so."""
        deadline = time.monotonic() + PATIENCE_S
        found: Any = None
        while found != expected and time.monotonic() < deadline:
            told = self.data.run(sql, **PLACE)
            found = self.rows(sql) if told["Status"] == "FINISHED" else told.get("Error")
            time.sleep(0.02)
        assert found == expected


@pytest.fixture(scope="module")
def source(cloud):
    create_cluster(cloud.client("redshift"))
    data = Data(cloud.client("redshift-data"))
    rds, redshift = cloud.client("rds"), cloud.client("redshift")
    made = rds.create_db_cluster(
        DBClusterIdentifier="registrar",
        Engine="aurora-mysql",
        MasterUsername="admin",
        MasterUserPassword="Labkit2024",
    )["DBCluster"]
    namespace = data.rows("SELECT current_namespace")[0][0]
    told = redshift.create_integration(
        SourceArn=made["DBClusterArn"],
        TargetArn=f"arn:aws:redshift:us-east-1:{cloud.account}:namespace:{namespace}",
        IntegrationName="registrar-to-warehouse",
    )
    assert told["Status"] == "active"
    file = {tag["Key"]: tag["Value"] for tag in told["Tags"]}["labkit:sqlite-file"]
    found = Source(file, data, told["IntegrationArn"])
    found.write(TABLES)
    number = told["IntegrationArn"].rpartition(":")[2]
    sql = f"CREATE DATABASE zdb FROM INTEGRATION '{number}' DATABASE 'registrar'"
    assert data.run(sql)["Status"] == "FINISHED"
    return found


def test_first_all_rows_come_with_their_types(source):
    source.comes("SELECT count(*) FROM zdb.public.student", [[2]])
    assert source.rows("SELECT * FROM zdb.public.student ORDER BY id") == [
        [1, "Ann", "3.50", "2001-02-03", "2024-01-02 03:04:05", "0aff", '{"a":1}'],
        [2, "Bob", None, None, None, None, None],
    ]
    source.comes("SELECT course FROM zdb.public.enrolled ORDER BY 1", [["x"], ["y"]])


def test_then_changes_come_by_themselves(source):
    names = "SELECT id, name FROM zdb.public.student ORDER BY id"
    source.write("INSERT INTO student (id, name) VALUES (3, 'Cy')")
    source.comes(names, [[1, "Ann"], [2, "Bob"], [3, "Cy"]])
    source.write("UPDATE student SET name = 'Bea' WHERE id = 2; DELETE FROM student WHERE id = 3;")
    source.comes(names, [[1, "Ann"], [2, "Bea"]])
    source.write("UPDATE student SET id = 20 WHERE id = 2")
    source.comes(names, [[1, "Ann"], [20, "Bea"]])
    source.write("UPDATE enrolled SET course = 'z' WHERE course = 'y'")
    source.comes("SELECT course FROM zdb.public.enrolled ORDER BY 1", [["x"], ["z"]])


def test_new_tables_and_dropped_ones(source):
    source.write("CREATE TABLE late (id INTEGER PRIMARY KEY, t TEXT)")
    source.write("INSERT INTO late VALUES (1, 'a')")
    source.comes("SELECT * FROM zdb.public.late", [[1, "a"]])
    source.write("DROP TABLE late")
    states = "SELECT table_name FROM svv_integration_table_state WHERE table_name = 'late'"
    source.comes(states, [])


def test_the_views_tell_how_it_goes(source):
    source.comes("SELECT count(*) FROM svv_integration WHERE state = 'CdcRefreshState'", [[1]])
    found = source.rows(
        "SELECT table_name, table_state, reason FROM svv_integration_table_state ORDER BY 1"
    )
    assert found == [
        ["enrolled", "Synced", None],
        ["keyless", "Failed", "Table has no primary key"],
        ["student", "Synced", None],
    ]
    assert source.rows("SELECT count(*) FROM sys_integration_activity")[0][0] > 0
    told = source.rows("SELECT target_database, source_database, total_tables_failed "
                       "FROM svv_integration")  # fmt: skip
    assert told == [["zdb", "registrar", 1]]


def test_keys_of_any_kind_are_found_again(source):
    keys = "(x'00ff', 1), (0.1 + 0.2, 1), (1e999, 1), (NULL, 1)"
    source.write(f"CREATE TABLE keys (k PRIMARY KEY, v INT); INSERT INTO keys VALUES {keys};")
    source.comes("SELECT count(*), sum(v) FROM zdb.public.keys", [[4, 4]])
    source.write("UPDATE keys SET v = 2")
    source.comes("SELECT count(*), sum(v) FROM zdb.public.keys", [[4, 8]])


def test_rows_that_do_not_fit_fail_their_table_alone(source):
    state = "SELECT table_state FROM svv_integration_table_state WHERE table_name LIKE 'odd_'"
    tables = ("odd1", "odd2")
    each = "CREATE TABLE {0} (id INTEGER PRIMARY KEY, d DATE); INSERT INTO {0} VALUES (1, 'x');"
    source.write(f"BEGIN; {''.join(map(each.format, tables))} COMMIT;")
    source.comes(state, [["Failed"], ["Failed"]])
    source.write("INSERT INTO student (id, name) VALUES (30, 'Dee')")
    source.comes("SELECT name FROM zdb.public.student WHERE id = 30", [["Dee"]])


@pytest.mark.parametrize("sql", ["DELETE FROM zdb.public.student",
                                 "INSERT INTO zdb.public.student (id) VALUES (9)"])  # fmt: skip
def test_nobody_else_writes(source, sql):
    assert "read-only" in source.data.run(sql)["Error"]


def test_the_control_plane(source, aws, cloud):
    redshift = aws("redshift")
    (found,) = redshift.describe_integrations(IntegrationArn=source.arn)["Integrations"]
    assert (found["IntegrationName"], found["Status"]) == ("registrar-to-warehouse", "active")
    redshift.modify_integration(IntegrationArn=source.arn, Description="the registrar's")
    (found,) = redshift.describe_integrations()["Integrations"]
    assert found["Description"] == "the registrar's"
    for target, code in (("x", "IntegrationTargetNotFoundFault"),):
        with pytest.raises(ClientError) as caught:
            redshift.create_integration(
                SourceArn=found["SourceArn"],
                TargetArn=f"arn:aws:redshift:us-east-1:{cloud.account}:namespace:{target}",
                IntegrationName="other",
            )
        assert caught.value.response["Error"]["Code"] == code
    with pytest.raises(ClientError) as caught:
        redshift.create_integration(
            SourceArn=found["SourceArn"] + "x", TargetArn=found["TargetArn"],
            IntegrationName="other",
        )  # fmt: skip
    assert caught.value.response["Error"]["Code"] == "IntegrationSourceNotFoundFault"


def test_a_deleted_integration_leaves_what_has_come(source, aws):
    assert aws("redshift").delete_integration(IntegrationArn=source.arn)["Status"] == "deleting"
    source.write("DELETE FROM student")
    assert source.rows("SELECT count(*) FROM zdb.public.student")[0][0] > 0
    assert aws("redshift").describe_integrations()["Integrations"] == []
