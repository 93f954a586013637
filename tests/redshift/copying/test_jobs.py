"""COPY JOB: each new object once, by itself."""

import time

import pytest

from tests.redshift.conftest import create_cluster

PATIENCE_S = 120


def _create(desk, table, folder, name, how="AUTO ON", **at):
    told = desk.data.run(
        f"COPY {table} FROM 's3://copying/{folder}/' IAM_ROLE default CSV JOB CREATE {name} {how}",
        **at,
    )
    return str(told.get("Error", "")).removeprefix("ERROR: ")


def _wait(desk, table, count, **at):
    deadline = time.monotonic() + PATIENCE_S
    while desk.data.rows(f"SELECT count(*) FROM {table}", **at) != [[count]]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_new_objects_are_loaded_by_themselves(desk):
    table, folder = desk.table("a int"), desk.folder()
    desk.put(f"{folder}/old", "0\n")
    assert _create(desk, table, folder, "listens") == ""
    for number in range(1, 6):
        desk.put(f"{folder}/{number}", f"{number}\n")
    desk.put(f"{desk.folder()}/elsewhere", "99\n")
    _wait(desk, table, 5)
    assert desk.data.rows(f"SELECT a FROM {table} ORDER BY 1") == [[n] for n in range(1, 6)]
    job = desk.data.rows(
        "SELECT job_id, trim(iam_role), is_auto FROM sys_copy_job WHERE job_name = 'listens'"
    )
    assert job[0][1:] == [desk.role, 1]
    commits = desk.data.rows(
        f"SELECT DISTINCT copy_job_id FROM stl_load_commits WHERE filename LIKE '%/{folder}/%'"
    )
    assert commits == [[job[0][0]]]


def test_a_file_that_cannot_be_loaded_holds_up_no_other(desk):
    table, folder = desk.table("a int"), desk.folder()
    assert _create(desk, table, folder, '"goes on"') == ""
    desk.put(f"{folder}/bad", "x\n")
    for number in range(3):
        desk.put(f"{folder}/{number}", f"{number}\n")
    _wait(desk, table, 3)
    (line, *_) = desk.errors(table, "filename", "err_code")
    assert line == [f"s3://copying/{folder}/bad", 1207]


def test_a_job_that_waits_to_be_run(desk):
    table, folder = desk.table("a int"), desk.folder()
    assert _create(desk, table, folder, "waits", "AUTO OFF") == ""
    desk.put(f"{folder}/1", "1\n")
    for _ in range(2):
        assert desk.data.run("COPY JOB RUN waits")["Status"] == "FINISHED"
    assert desk.data.rows(f"SELECT a FROM {table}") == [[1]]
    desk.put(f"{folder}/2", "2\n")
    assert desk.data.run("COPY JOB ALTER waits AUTO ON")["Status"] == "FINISHED"
    _wait(desk, table, 2)
    assert desk.data.run("COPY JOB DROP waits")["Status"] == "FINISHED"
    desk.put(f"{folder}/3", "3\n")
    assert "does not exist" in desk.data.run("COPY JOB RUN waits")["Error"]
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[2]]


def test_jobs_are_listed_and_shown(desk):
    table, folder = desk.table("a int"), desk.folder()
    assert _create(desk, table, folder, "seen", "AUTO OFF") == ""
    listed = desk.data.rows("COPY JOB LIST")
    (mine,) = [row for row in listed if row[1] == "seen"]
    assert desk.data.rows("COPY JOB SHOW seen") == [mine]
    assert mine[3].startswith(f"COPY {table} FROM 's3://copying/{folder}/'")
    assert _create(desk, table, folder, "seen") == 'Job "seen" already exists'


@pytest.mark.parametrize("how", ["MAXERROR 5", "MANIFEST", "NOLOAD", "IGNOREALLERRORS"])
def test_what_a_job_cannot_have(desk, how):
    table = desk.table("a int")
    told = desk.data.run(
        f"COPY {table} FROM 's3://copying/x/' IAM_ROLE default {how} JOB CREATE never"
    )
    assert told["Error"].startswith("ERROR: COPY JOB does not support")


def test_a_table_may_be_called_job(desk):
    desk.data.run("CREATE TABLE job (a int)")
    assert desk.copy("job", desk.put(desk.folder(), "1\n")) == ""
    assert desk.data.rows("SELECT a FROM job") == [[1]]


def test_jobs_and_what_was_loaded_move_with_a_cluster_and_end_with_it(desk):
    redshift, folder = desk.client("redshift"), desk.folder()
    at = {"ClusterIdentifier": "moves"}
    create_cluster(redshift, "moves")
    roles = {"AddIamRoles": [desk.role], "DefaultIamRoleArn": desk.role}
    redshift.modify_cluster_iam_roles(**at, **roles)
    desk.data.run("CREATE TABLE t (a int)", **at)
    bad = desk.put(f"{folder}/bad", "1\nx\n")
    desk.data.run(f"COPY t FROM '{bad}' IAM_ROLE default CSV MAXERROR 9", **at)
    assert _create(desk, "t", f"{folder}/job", "follows", **at) == ""
    redshift.modify_cluster(**at, NewClusterIdentifier="moved")
    at = {"ClusterIdentifier": "moved"}
    redshift.get_waiter("cluster_available").wait(**at, WaiterConfig={"Delay": 1})
    desk.put(f"{folder}/job/new", "2\n")
    _wait(desk, "t", 2, **at)
    assert desk.data.rows("SELECT count(*) FROM stl_load_errors", **at) == [[1]]
    redshift.delete_cluster(**at, SkipFinalClusterSnapshot=True)
    redshift.get_waiter("cluster_deleted").wait(**at, WaiterConfig={"Delay": 1})
    create_cluster(redshift, "moved")
    assert desk.data.rows("SELECT count(*) FROM stl_load_errors", **at) == [[0]]
    assert desk.data.rows("SELECT count(*) FROM sys_copy_job", **at) == [[0]]
    redshift.delete_cluster(**at, SkipFinalClusterSnapshot=True)
