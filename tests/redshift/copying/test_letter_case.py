"""Names with capitals under ``enable_case_sensitive_identifier``, in files."""

import io
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as parquet
import pytest

Run = Callable[[str], dict[str, Any]]


@pytest.fixture
def run(desk: Any) -> Run:
    """Statements of one session, in which the setting is on; the table ``"J"`` is theirs."""
    first = desk.data.run("SET enable_case_sensitive_identifier TO on", SessionKeepAliveSeconds=30)

    def statement(sql: str) -> dict[str, Any]:
        told: dict[str, Any] = desk.data.run(sql, SessionId=first["SessionId"])
        assert told["Status"] == "FINISHED", told.get("Error")
        return told

    statement('DROP TABLE IF EXISTS "J"')
    statement('CREATE TABLE "J" ("Id" int, "ID" int, id int)')
    return statement


@pytest.mark.parametrize(
    ("how", "rows"),
    [("auto", [[1, 7, None], [2, None, 8]]), ("auto ignorecase", [[1, 1, 1], [2, 2, 2]])],
)
def test_members_of_json_have_the_names_of_columns(
    desk: Any, run: Run, how: str, rows: list[list[int | None]]
) -> None:
    folder = desk.folder()
    desk.put(f"{folder}/a.json", '{"Id":1,"ID":7}\n{"Id":2,"id":8}\n')
    run(f"""COPY "J" FROM 's3://copying/{folder}/' IAM_ROLE '{desk.role}' JSON '{how}'""")
    assert desk.data.values(run('SELECT * FROM "J" ORDER BY 1')) == rows


def test_files_of_unload_tell_them(desk: Any, run: Run) -> None:
    run('INSERT INTO "J" VALUES (1, 2, 3)')
    folder = desk.folder()
    query = 'SELECT "Id", "ID" AS "The Name" FROM "J"'
    for how in ("PARQUET", "CSV HEADER", "JSON"):
        run(f"UNLOAD ('{query}') TO 's3://copying/{folder}/{how}/' IAM_ROLE '{desk.role}' {how}")
    run(
        f"UNLOAD ('{query}') TO 's3://copying/{folder}/parts/' IAM_ROLE '{desk.role}' "
        'CSV PARTITION BY ("The Name")'
    )
    keys = desk.keys(f"{folder}/")
    files = {key.split("/")[0].split()[0]: desk.body(f"{folder}/{key}") for key in keys}
    assert parquet.read_table(io.BytesIO(files["PARQUET"])).column_names == ["Id", "The Name"]
    assert files["CSV"] == b"Id,The Name\n1,2\n"
    assert files["JSON"] == b'{"Id":1,"The Name":2}\n'
    assert [key.split("/")[1] for key in keys if key.startswith("parts")] == ["The Name=2"]
