"""Snapshots: whole copies, taken while sessions go on; what is restored from them."""

import pytest

from tests.conftest import wait_for
from tests.redshift.control.conftest import BASICS, refused


@pytest.fixture
def snapshotted(clusters, fresh):
    """A cluster with two rows, and a snapshot that was taken in the middle of a transaction."""
    name, snapshot = clusters.create(fresh("source")), fresh("snap")
    clusters.run(name, "CREATE TABLE t AS SELECT 1 AS a")
    place = {"ClusterIdentifier": name, "Database": "dev", "DbUser": "awsuser"}
    begun = clusters.data.client.execute_statement(Sql="BEGIN", SessionKeepAliveSeconds=60, **place)
    clusters.data.ended(begun["Id"])
    session = {"SessionId": begun["SessionId"]}
    assert clusters.data.run("INSERT INTO t VALUES (2)", **session)["Status"] == "FINISHED"
    clusters.redshift.create_cluster_snapshot(
        ClusterIdentifier=name, SnapshotIdentifier=snapshot,
        Tags=[{"Key": "why", "Value": "upgrade"}],
    )  # fmt: skip
    taken(clusters.redshift, snapshot)
    assert clusters.data.run("COMMIT", **session)["Status"] == "FINISHED"
    assert clusters.run(name, "SELECT count(*) FROM t") == [[2]]
    return name, snapshot


def taken(redshift, name):
    """Wait until a snapshot is whole."""

    def look():
        found = redshift.describe_cluster_snapshots(SnapshotIdentifier=name)["Snapshots"][0]
        return found if found["Status"] == "available" else None

    return wait_for(look)


def test_a_snapshot_holds_what_was_committed(clusters, snapshotted, fresh):
    name, snapshot = snapshotted
    redshift, copy = clusters.redshift, fresh("copy")
    told = taken(redshift, snapshot)
    assert told["TotalBackupSizeInMegaBytes"] > 0
    assert (told["SnapshotType"], told["NumberOfNodes"]) == ("manual", 2)
    restore, other = redshift.restore_from_cluster_snapshot, "111122223333"
    for elsewhere in (
        {"SnapshotIdentifier": snapshot, "OwnerAccount": other},
        {"SnapshotArn": told["SnapshotArn"].replace("123456789012", other)},
        {"SnapshotArn": told["SnapshotArn"].replace("us-east-1", "eu-west-1")},
    ):
        assert refused(restore, ClusterIdentifier=copy, **elsewhere)[0] == "ClusterSnapshotNotFound"
    made = restore(ClusterIdentifier=copy, SnapshotIdentifier=snapshot, NumberOfNodes=4)["Cluster"]
    assert made["ClusterStatus"] == "creating"
    clusters.settled(copy)
    assert clusters.tell(copy)["NumberOfNodes"] == 4
    assert clusters.run(copy, "SELECT a FROM t") == [[1]]
    clusters.run(copy, "INSERT INTO t VALUES (9)")
    assert clusters.run(name, "SELECT count(*) FROM t WHERE a = 9") == [[0]]


def test_one_table_comes_back_beside_the_others(clusters, fresh):
    name, snapshot = clusters.create(fresh("tables")), fresh("snap")
    clusters.run(
        name, "CREATE TABLE t (id int IDENTITY(1, 1), a varchar(10) DISTKEY, d date) SORTKEY(d)"
    )
    clusters.run(name, "INSERT INTO t(a, d) VALUES ('x', '2024-01-02'), ('y', NULL)")
    clusters.redshift.create_cluster_snapshot(ClusterIdentifier=name, SnapshotIdentifier=snapshot)
    taken(clusters.redshift, snapshot)
    clusters.run(name, "DELETE FROM t")
    source = {"ClusterIdentifier": name, "SnapshotIdentifier": snapshot,
              "SourceDatabaseName": "dev", "NewTableName": "back"}  # fmt: skip
    restore = clusters.redshift.restore_table_from_cluster_snapshot
    assert _ended(clusters.redshift, restore(SourceTableName="t", **source)) == "SUCCEEDED"
    assert clusters.run(name, "SELECT id, a FROM back ORDER BY id") == [[1, "x"], [2, "y"]]
    clusters.run(name, "INSERT INTO back(a) VALUES ('z')")
    assert clusters.run(name, "SELECT max(id) FROM back") == [[3]]
    assert _ended(clusters.redshift, restore(SourceTableName="t", **source)) == "FAILED"
    assert _ended(clusters.redshift, restore(SourceTableName="nosuch", **source)) == "FAILED"
    capital = source | {"SourceTableName": "T", "NewTableName": "again"}
    told = restore(**capital, EnableCaseSensitiveIdentifier=True)
    assert _ended(clusters.redshift, told) == "FAILED"
    assert _ended(clusters.redshift, restore(**capital)) == "SUCCEEDED"
    cased = source | {"SourceTableName": "t", "NewTableName": "Back"}
    told = restore(**cased, EnableCaseSensitiveIdentifier=True)
    assert _ended(clusters.redshift, told) == "SUCCEEDED"
    listed = "SELECT tablename FROM pg_tables WHERE tablename ILIKE 'back' ORDER BY 1"
    assert clusters.run(name, listed) == [["Back"], ["back"]]


def _ended(redshift, begun):
    """How the restore of a table ended."""
    number = begun["TableRestoreStatus"]["TableRestoreRequestId"]

    def look():
        found = redshift.describe_table_restore_status(TableRestoreRequestId=number)
        status = found["TableRestoreStatusDetails"][0]["Status"]
        return status if status != "IN_PROGRESS" else None

    return wait_for(look)


def test_automated_snapshots_go_with_the_cluster_and_manual_ones_stay(clusters, snapshotted, fresh):
    name, snapshot = snapshotted
    redshift, kept, last = clusters.redshift, fresh("kept"), fresh("last")
    automated = redshift.describe_cluster_snapshots(
        ClusterIdentifier=name, SnapshotType="automated"
    )["Snapshots"][0]["SnapshotIdentifier"]
    assert automated.startswith(f"rs:{name}-")
    taken(redshift, automated)
    assert refused(redshift.delete_cluster_snapshot, SnapshotIdentifier=automated)[0] == (
        "InvalidClusterSnapshotState"
    )
    redshift.copy_cluster_snapshot(
        SourceSnapshotIdentifier=automated, TargetSnapshotIdentifier=kept
    )
    both = {"SkipFinalClusterSnapshot": True, "FinalClusterSnapshotIdentifier": last}
    for told in ({}, both):
        refusal = refused(redshift.delete_cluster, ClusterIdentifier=name, **told)
        assert refusal[0] == "InvalidParameterCombination"
    redshift.delete_cluster(ClusterIdentifier=name, FinalClusterSnapshotIdentifier=last)
    taken(redshift, last)
    own = {"ClusterIdentifier": name, "SnapshotType": "automated"}
    wait_for(lambda: not redshift.describe_cluster_snapshots(**own)["Snapshots"])
    found = redshift.describe_cluster_snapshots(ClusterIdentifier=name)["Snapshots"]
    assert {each["SnapshotIdentifier"] for each in found} == {snapshot, kept, last}
    tagged = redshift.describe_cluster_snapshots(ClusterIdentifier=name, TagKeys=["why"])
    assert [each["SnapshotIdentifier"] for each in tagged["Snapshots"]] == [snapshot]
    again = redshift.restore_from_cluster_snapshot(ClusterIdentifier=name, SnapshotIdentifier=last)
    assert again["Cluster"]["MasterUsername"] == "awsuser"
    clusters.settled(name)
    assert clusters.run(name, "SELECT count(*) FROM t") == [[2]]
    others = {"SnapshotIdentifier": kept, "SnapshotClusterIdentifier": "another"}
    assert refused(redshift.delete_cluster_snapshot, **others)[0] == "ClusterSnapshotNotFound"
    not_gone = redshift.batch_delete_cluster_snapshots(Identifiers=[others])
    assert not_gone["Errors"][0]["FailureCode"] == "ClusterSnapshotNotFound"
    gone = redshift.batch_delete_cluster_snapshots(
        Identifiers=[{"SnapshotIdentifier": kept}, {"SnapshotIdentifier": "nosuch"}]
    )
    assert gone["Resources"] == [kept]
    assert gone["Errors"][0]["FailureCode"] == "ClusterSnapshotNotFound"


@pytest.mark.parametrize(
    ("call", "members", "code"),
    [
        pytest.param(
            "create_cluster_snapshot",
            {"ClusterIdentifier": "nosuch", "SnapshotIdentifier": "s"},
            "ClusterNotFound",
            id="no-cluster",
        ),
        pytest.param(
            "restore_from_cluster_snapshot",
            {"ClusterIdentifier": "new", "SnapshotIdentifier": "nosuch"},
            "ClusterSnapshotNotFound",
            id="no-snapshot",
        ),
        pytest.param(
            "describe_cluster_snapshots",
            {"SnapshotIdentifier": "nosuch"},
            "ClusterSnapshotNotFound",
            id="none-told",
        ),
        pytest.param(
            "create_cluster_snapshot",
            {
                "ClusterIdentifier": "standing",
                "SnapshotIdentifier": "s",
                "ManualSnapshotRetentionPeriod": 9999,
            },
            "InvalidRetentionPeriodFault",
            id="days",
        ),
    ],
)
def test_refusals(clusters, standing, call, members, code):
    assert refused(getattr(clusters.redshift, call), **members)[0] == code


def test_no_automated_snapshots_where_none_are_wanted(clusters, fresh):
    name = clusters.create(fresh("bare"), AutomatedSnapshotRetentionPeriod=0)
    assert BASICS["NumberOfNodes"] == clusters.tell(name)["NumberOfNodes"]
    found = clusters.redshift.describe_cluster_snapshots(ClusterIdentifier=name)
    assert found["Snapshots"] == []


def test_a_last_snapshot_that_fails_leaves_its_cluster(cloud, clusters, fresh):
    name, last = clusters.create(fresh("kept")), fresh("last")
    clusters.run(name, "CREATE TABLE t AS SELECT 7 AS a")
    way = cloud.home / f"redshift/snapshots/cluster/us-east-1/{last}.duckdb.part"
    way.mkdir(parents=True)  # no copy can be written there
    told = {"ClusterIdentifier": name, "FinalClusterSnapshotIdentifier": last}
    clusters.redshift.delete_cluster(**told)
    clusters.settled(name)
    found = clusters.redshift.describe_cluster_snapshots(SnapshotIdentifier=last)["Snapshots"][0]
    assert found["Status"] == "failed"
    assert clusters.run(name, "SELECT a FROM t") == [[7]]
    way.rmdir()
    clusters.redshift.delete_cluster_snapshot(SnapshotIdentifier=last)
    clusters.redshift.delete_cluster(**told)
    clusters.gone(name)
    taken(clusters.redshift, last)
