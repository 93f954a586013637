"""kill -9 while clusters come and go: what was begun is ended, and nothing is half there."""

import contextlib
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud, wait_for
from tests.redshift.conftest import PLACE, Data, create_cluster

BEGUN = {
    "ClusterIdentifier": "begun",
    "NodeType": "ra3.large",
    "MasterUsername": "awsuser",
    "MasterUserPassword": "Labkit2024",
}
COPY = {"ClusterIdentifier": "copy", "SnapshotIdentifier": "before"}


def test_a_killed_server_ends_what_it_had_begun(tmp_path):
    server = start_cloud(tmp_path)
    running = connect(tmp_path, server)
    redshift, data = running.client("redshift"), Data(running.client("redshift-data"))
    create_cluster(redshift)
    data.run("CREATE TABLE t AS SELECT 7 AS a")
    name = PLACE["ClusterIdentifier"]
    redshift.create_cluster_snapshot(ClusterIdentifier=name, SnapshotIdentifier="before")
    _interrupt(redshift, server)
    server = start_cloud(tmp_path)
    try:
        running = connect(tmp_path, server)
        redshift, data = running.client("redshift"), Data(running.client("redshift-data"))
        found = {each["ClusterIdentifier"] for each in _settled(redshift)}
        assert name in found
        assert found <= {name, "begun", "copy"}
        assert data.rows("SELECT a FROM t") == [[7]]
        if "copy" in found:
            assert data.rows("SELECT a FROM t", ClusterIdentifier="copy") == [[7]]
        if "begun" in found:
            assert data.rows("SELECT 1", ClusterIdentifier="begun") == [[1]]
    finally:
        stop_cloud(server)


def _interrupt(redshift, server):
    """Kill the server while one cluster is made, and another restored."""
    calls = [
        threading.Thread(target=_quietly, args=(redshift.create_cluster,), kwargs=BEGUN),
        threading.Thread(
            target=_quietly, args=(redshift.restore_from_cluster_snapshot,), kwargs=COPY
        ),
    ]
    for call in calls:
        call.start()
    time.sleep(0.05)
    kill_cloud(server)
    for call in calls:
        call.join()


def _quietly(call, **members):
    with contextlib.suppress(BotoCoreError, ClientError):
        call(**members)


def _settled(redshift):
    """The clusters, when nothing is under way any more."""

    def look():
        found = redshift.describe_clusters()["Clusters"]
        return found if {each["ClusterStatus"] for each in found} == {"available"} else None

    return wait_for(look)
