"""The bill of warehouses, from what the API tells."""

from datetime import UTC, datetime, timedelta

import pytest

from labkit.warehouses.bill import SCANNED_BYTES, STORED_MB, cluster_bill, hours_on
from tests.conftest import wait_for

MADE = datetime(2026, 11, 26, 8, tzinfo=UTC)
RPU_SECONDS = "SELECT coalesce(sum(charged_seconds), 0) FROM sys_serverless_usage"
CLUSTER = {"NodeType": "ra3.large", "NumberOfNodes": 2, "ClusterCreateTime": MADE}


def event(hours, word):
    return {
        "Date": MADE + timedelta(hours=hours),
        "Message": f"Amazon Redshift cluster c was {word} at some time.",
    }


@pytest.mark.parametrize(
    ("events", "hours"),
    [
        pytest.param([], 10, id="always-on"),
        pytest.param([event(4, "paused")], 4, id="paused"),
        pytest.param([event(4, "paused"), event(9, "resumed")], 5, id="resumed"),
        pytest.param([event(9, "resumed"), event(4, "paused")], 5, id="in-any-order"),
        pytest.param([event(4, "rebooted")], 10, id="rebooted"),
        pytest.param([event(-3, "paused"), event(-2, "resumed")], 10, id="an-earlier-one"),
    ],
)
def test_a_paused_cluster_costs_no_node_hours(events, hours):
    now = MADE + timedelta(hours=10)
    assert hours_on(CLUSTER, events, now) == hours
    bill = cluster_bill(CLUSTER, events, stored_mb=10 * 1024, scanned_bytes=200 * 1000**3, now=now)
    assert bill["dollars"].tolist() == pytest.approx([2 * hours * 0.543, 0.24, 1.0])


def test_storage_of_older_nodes_costs_nothing_apart():
    bill = cluster_bill(CLUSTER | {"NodeType": "dc2.large"}, now=MADE)
    assert bill["what"].tolist() == ["Node-hours of dc2.large", "TB scanned by Spectrum"]


def test_the_cluster_tells_what_its_bill_needs(clusters, standing):
    for sql in (STORED_MB, SCANNED_BYTES):
        assert float(clusters.run(standing, sql)[0][0]) >= 0
    events = clusters.redshift.describe_events(SourceIdentifier=standing)["Events"]
    bill = cluster_bill(clusters.tell(standing), events)
    assert bill["how_many"][0] > 0


def test_a_workgroup_is_charged_a_minute_for_a_short_query(aws, data, fresh):
    name, client = fresh("short"), aws("redshift-serverless")
    client.create_namespace(namespaceName=name)
    client.create_workgroup(workgroupName=name, namespaceName=name, baseCapacity=8)
    place = {"WorkgroupName": name, "Database": "dev"}
    found = {"workgroupName": name}
    wait_for(lambda: client.get_workgroup(**found)["workgroup"]["status"] == "AVAILABLE")
    used = data.ended(data.client.execute_statement(Sql=RPU_SECONDS, **place)["Id"])
    record = data.client.get_statement_result(Id=used["Id"])["Records"][0][0]
    assert record["doubleValue"] >= 8 * 60
