"""What a load's errors are told as, to the character. ``load_errors.json`` has a case an entry."""

import json
from pathlib import Path

import pytest

CASES = json.loads(Path(__file__).with_name("load_errors.json").read_text("utf-8"))
FAILED = "Load into table '{}' failed.  Check 'stl_load_errors' system table for details."
TOLD = ("line_number colname type col_length position raw_line raw_field_value err_code "
        "err_reason").split()  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_error(desk, case):
    table = desk.table(case["columns"])
    uri = desk.put(desk.folder(), case["file"])
    assert desk.copy(table, uri, case["how"]) == FAILED.format(table)
    assert desk.errors(table, *TOLD) == [case["told"]]
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[0]]


@pytest.mark.parametrize(
    ("data", "told"), [(b"a\xffb\n", "ff (error 3)"), (b"a\xe2\x82\n", "e2 82 (error 2)")]
)
def test_bytes_that_are_no_text(desk, data, told):
    table = desk.table("a varchar(9)")
    uri = desk.put(desk.folder(), data)
    assert desk.copy(table, uri) == FAILED.format(table)
    words = "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence:"
    assert desk.errors(table, "err_code", "position", "err_reason") == [
        [1220, 1, f"{words} {told}"]
    ]
    assert desk.copy(table, uri, "ACCEPTINVCHARS AS '^'") == ""
    assert desk.data.rows(f"SELECT count(*) FROM {table} WHERE a LIKE 'a^%'") == [[1]]


def test_accepted_bytes_are_for_varchar_alone(desk):
    table = desk.table("a varchar(9), b char(4)")
    uri = desk.put(desk.folder(), b"x\xffy|ok\n2|o\xfe\n")
    assert desk.copy(table, uri, "ACCEPTINVCHARS MAXERROR 2") == ""
    assert desk.data.rows(f"SELECT * FROM {table}") == [["x?y", "ok  "]]
    words = "Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char:"
    told = ["err_code", "line_number", "colname", "raw_field_value", "err_reason"]
    assert desk.errors(table, *told) == [[1220, 2, "b", "o?", f"{words} fe"]]
    replaced = "SELECT trim(filename), line_number, trim(colname), trim(raw_line)"
    assert desk.data.rows(f"{replaced} FROM stl_replacements WHERE filename = '{uri}'") == [
        [uri, 1, "a", "x?y|ok"]
    ]


def test_a_load_that_passes_over_errors_tells_them(desk):
    table = desk.table("a int, b int")
    uri = desk.put(desk.folder(), "1|1\nx|1\n2|y\n3|3\n")
    assert desk.copy(table, uri, "MAXERROR 2") == FAILED.format(table)
    assert desk.copy(table, uri, "MAXERROR 3") == ""
    assert desk.data.rows(f"SELECT a FROM {table} ORDER BY 1") == [[1], [3]]
    assert desk.errors(table, "line_number", "colname") == [[2, "a"], [2, "a"], [3, "b"], [3, "b"]]
    commits = desk.data.rows(
        f"SELECT lines_scanned, errors, trim(file_format) FROM stl_load_commits "
        f"WHERE filename = '{uri}'"
    )
    assert commits == [[4, 2, "Text"]]
    loads = desk.data.rows(
        f"SELECT status, loaded_rows, source_file_count, file_format, error_count "
        f"FROM sys_load_history WHERE table_name = '{table}' ORDER BY query_id"
    )
    assert loads == [["aborted", 0, 1, "text", 2], ["completed", 2, 1, "text", 2]]


def test_the_fields_of_a_wrong_record(desk):
    table = desk.table("a int, b varchar(9), c date")
    uri = desk.put(desk.folder(), "1||no\n")
    assert desk.copy(table, uri) != ""
    detail = desk.data.rows(
        f"SELECT field, trim(colname), trim(value), is_null, trim(type), trim(col_length) "
        f"FROM stl_loaderror_detail WHERE filename = '{uri}' ORDER BY field"
    )
    assert detail == [
        [0, "a", "1", 0, "int4", ""],
        [1, "b", "", 0, "varchar", "9"],
        [2, "c", "no", 0, "date", ""],
    ]
    told = desk.data.rows(
        f"SELECT line_number, trim(column_name), error_code, trim(error_message) "
        f"FROM sys_load_error_detail WHERE file_name = '{uri}'"
    )
    assert told == [[1, "c", 1205, "Invalid Date Format - length must be 10 or more"]]


def test_others_do_not_see_ones_errors(desk):
    table = desk.table("a int")
    assert desk.copy(table, desk.put(desk.folder(), "x\n")) != ""
    desk.data.run("CREATE USER other PASSWORD 'Abcd1234'")
    place = {"ClusterIdentifier": "data-api", "DbUser": "other", "Database": "dev"}
    client = desk.data.client
    told = client.execute_statement(Sql="SELECT count(*) FROM stl_load_errors", **place)
    ended = desk.data.ended(told["Id"])
    assert ended["Status"] == "FINISHED", ended.get("Error")
    assert client.get_statement_result(Id=told["Id"])["Records"] == [[{"longValue": 0}]]
    copy = client.execute_statement(Sql=f"COPY {table} FROM 's3://copying/x' IAM_ROLE default",
                                    **place)  # fmt: skip
    error = desk.data.ended(copy["Id"])["Error"]
    assert error == f"ERROR: permission denied for relation {table}"
