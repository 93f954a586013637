"""Namespaces and workgroups: made, asked, changed, restored, deleted."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.redshift.conftest import Data
from tests.redshift.control.conftest import PASSWORD, refused


class Serverless:
    """The service ``redshift-serverless``, and SQL on its workgroups."""

    def __init__(self, client, data):
        self.client, self.data = client, data

    def create(self, name, **members):
        self.client.create_namespace(namespaceName=name, adminUsername="boss", **members)
        self.client.create_workgroup(workgroupName=name, namespaceName=name, baseCapacity=8)
        self.settled(name)
        return name

    def settled(self, name):
        """Wait until a namespace and its workgroup are there."""

        def states():
            yield self.client.get_namespace(namespaceName=name)["namespace"]["status"]
            yield self.client.get_workgroup(workgroupName=name)["workgroup"]["status"]

        wait_for(lambda: set(states()) == {"AVAILABLE"})

    def run(self, name, sql, **members):
        given = {"WorkgroupName": name, "Database": "dev", **members}
        number = self.data.client.execute_statement(Sql=sql, **given)["Id"]
        return self.data.values(self.data.ended(number))


@pytest.fixture
def serverless(aws):
    return Serverless(aws("redshift-serverless"), Data(aws("redshift-data")))


def test_a_workgroup_serves_its_namespace(serverless, aws, fresh):
    name = serverless.create(fresh("shop"), manageAdminPassword=True)
    serverless.run(name, "CREATE TABLE t AS SELECT 7 AS a")
    workgroup = serverless.client.get_workgroup(workgroupName=name)["workgroup"]
    assert workgroup["endpoint"]["address"].startswith("127.0.0.")
    assert workgroup["baseCapacity"] == 8
    assert serverless.run(workgroup["workgroupArn"], "SELECT a FROM t") == [[7]]
    arn = serverless.client.get_namespace(namespaceName=name)["namespace"]["adminPasswordSecretArn"]
    held = json.loads(aws("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert held["username"] == "boss"
    assert serverless.run(name, "SELECT current_user", SecretArn=arn) == [["boss"]]
    told = serverless.client.get_credentials(workgroupName=name, dbName="dev")
    assert told["dbUser"] == "IAM:learner"
    busy = refused(serverless.client.delete_namespace, namespaceName=name)
    assert busy[0] == "ConflictException"
    kept = [{"parameterKey": "enable_case_sensitive_identifier", "parameterValue": "true"}]
    serverless.client.update_workgroup(workgroupName=name, baseCapacity=16, configParameters=kept)
    serverless.settled(name)
    assert serverless.run(name, "SHOW enable_case_sensitive_identifier") == [["on"]]
    assert serverless.run(name, "SELECT a FROM t") == [[7]]
    serverless.client.delete_workgroup(workgroupName=name)
    known = serverless.client.list_workgroups
    wait_for(lambda: name not in _names(known()["workgroups"], "workgroupName"))
    with pytest.raises(ClientError, match="doesn't exist"):
        serverless.run(name, "SELECT 1")
    serverless.client.create_workgroup(workgroupName=name, namespaceName=name)
    serverless.settled(name)
    assert serverless.run(name, "SELECT a FROM t") == [[7]]


def test_a_namespace_comes_back_from_a_snapshot_and_a_recovery_point(serverless, fresh):
    name, snapshot, kept = serverless.create(fresh("back")), fresh("snap"), fresh("kept")
    client = serverless.client
    points = wait_for(lambda: client.list_recovery_points(namespaceName=name)["recoveryPoints"])
    serverless.run(name, "CREATE TABLE t AS SELECT 1 AS a")
    client.create_snapshot(snapshotName=snapshot, namespaceName=name)
    told = client.get_snapshot
    wait_for(lambda: told(snapshotName=snapshot)["snapshot"]["status"] == "AVAILABLE")
    serverless.run(name, "INSERT INTO t VALUES (2)")
    place = {"namespaceName": name, "workgroupName": name}
    others = {"snapshotName": snapshot, "ownerAccount": "111122223333"}
    assert (
        refused(client.restore_from_snapshot, **place, **others)[0] == "ResourceNotFoundException"
    )
    assert client.list_snapshots(ownerAccount="111122223333")["snapshots"] == []
    client.restore_from_snapshot(**place, snapshotName=snapshot)
    serverless.settled(name)
    assert serverless.run(name, "SELECT a FROM t") == [[1]]
    point = points[0]["recoveryPointId"]
    client.convert_recovery_point_to_snapshot(recoveryPointId=point, snapshotName=kept)
    client.restore_from_recovery_point(
        namespaceName=name, workgroupName=name, recoveryPointId=point
    )
    serverless.settled(name)
    with pytest.raises(AssertionError, match='relation "t" does not exist'):
        serverless.run(name, "SELECT a FROM t")
    found = client.list_snapshots(namespaceName=name)["snapshots"]
    assert set(_names(found, "snapshotName")) == {snapshot, kept}
    _restore_and_delete_at_once(client, name, snapshot)
    serverless.settled(name)
    serverless.run(name, "SELECT 1")


def test_a_table_comes_back_from_a_snapshot_and_from_a_recovery_point(serverless, fresh):
    name, snapshot = serverless.create(fresh("tables")), fresh("snap")
    client = serverless.client
    points = wait_for(lambda: client.list_recovery_points(namespaceName=name)["recoveryPoints"])
    serverless.run(name, "CREATE TABLE t AS SELECT 1 AS a")
    client.create_snapshot(snapshotName=snapshot, namespaceName=name)
    told = client.get_snapshot
    wait_for(lambda: told(snapshotName=snapshot)["snapshot"]["status"] == "AVAILABLE")
    serverless.run(name, "DELETE FROM t")
    place = {"namespaceName": name, "workgroupName": name, "sourceDatabaseName": "dev",
             "sourceTableName": "T", "newTableName": "back"}  # fmt: skip
    known = client.list_table_restore_status

    def ended(begun):
        number = begun["tableRestoreStatus"]["tableRestoreRequestId"]

        def look():
            found = client.get_table_restore_status(tableRestoreRequestId=number)
            status = found["tableRestoreStatus"]["status"]
            return status if status != "IN_PROGRESS" else None

        return wait_for(look)

    restore = client.restore_table_from_snapshot
    assert ended(restore(snapshotName=snapshot, **place)) == "SUCCEEDED"
    assert serverless.run(name, "SELECT a FROM back") == [[1]]
    assert ended(restore(snapshotName=snapshot, **place)) == "FAILED"
    point = points[0]["recoveryPointId"]
    later = client.restore_table_from_recovery_point(recoveryPointId=point, **place)
    assert ended(later) == "FAILED"  # the table came after it
    states = [each["status"] for each in known(workgroupName=name)["tableRestoreStatuses"]]
    assert states == ["SUCCEEDED", "FAILED", "FAILED"]
    missing = refused(client.get_table_restore_status, tableRestoreRequestId="nosuch")
    assert missing[0] == "ResourceNotFoundException"


def _restore_and_delete_at_once(client, name, snapshot):
    """What is restored is whole: nobody takes its snapshot away meanwhile."""
    place = {"namespaceName": name, "workgroupName": name}
    calls = (
        lambda: client.restore_from_snapshot(**place, snapshotName=snapshot),
        lambda: client.delete_snapshot(snapshotName=snapshot),
    )
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(call) for call in calls]:
            refusal = done.exception()
            assert refusal is None or "restored" in str(refusal) or "not found" in str(refusal)


def test_a_last_snapshot_outlives_the_namespace(serverless, fresh):
    name, last = fresh("gone"), fresh("last")
    client = serverless.client
    client.create_namespace(namespaceName=name, adminUsername="boss", adminUserPassword=PASSWORD)
    told = client.get_namespace
    wait_for(lambda: told(namespaceName=name)["namespace"]["status"] == "AVAILABLE")
    client.delete_namespace(namespaceName=name, finalSnapshotName=last)
    known = client.list_namespaces
    wait_for(lambda: name not in _names(known()["namespaces"], "namespaceName"))
    found = client.get_snapshot(snapshotName=last)["snapshot"]
    assert found["namespaceName"] == name
    shared = {"Effect": "Allow", "Principal": {"AWS": ["111122223333"]}}
    for told, given in ((shared, [shared]), ([shared] * 2, [shared] * 2)):
        policy = json.dumps({"Version": "2012-10-17", "Statement": given})
        arn = {"resourceArn": found["snapshotArn"]}
        put = client.put_resource_policy(**arn, policy=policy)["resourcePolicy"]
        assert json.loads(put["policy"])["Statement"] == told
        assert client.get_resource_policy(**arn)["resourcePolicy"] == put


@pytest.mark.parametrize(
    ("call", "members", "code"),
    [
        pytest.param("get_namespace", {"namespaceName": "nosuch"}, "ResourceNotFoundException",
                     id="no-namespace"),
        pytest.param("get_workgroup", {"workgroupName": "nosuch"}, "ResourceNotFoundException",
                     id="no-workgroup"),
        pytest.param("create_workgroup", {"workgroupName": "alone", "namespaceName": "nosuch"},
                     "ResourceNotFoundException", id="nothing-to-serve"),
        pytest.param("create_namespace", {"namespaceName": "Capital"}, "ValidationException",
                     id="name"),
        pytest.param("get_credentials", {"workgroupName": "nosuch", "durationSeconds": 60},
                     "ValidationException", id="too-short"),
        pytest.param("create_custom_domain_association",
                     {"workgroupName": "nosuch", "customDomainName": "a.example",
                      "customDomainCertificateArn": "arn:aws:acm:us-east-1:123456789012:"
                      "certificate/" + "a" * 36}, "NotImplementedException", id="domain"),
    ],
)  # fmt: skip
def test_refusals(serverless, call, members, code):
    assert refused(getattr(serverless.client, call), **members)[0] == code


@pytest.mark.parametrize("capacity", [7, 12, 520, 2000])
def test_capacities_that_there_are_not(serverless, fresh, capacity):
    name = fresh("odd")
    serverless.client.create_namespace(namespaceName=name)
    told = refused(
        serverless.client.create_workgroup,
        workgroupName=name, namespaceName=name, baseCapacity=capacity,
    )  # fmt: skip
    assert told[0] == "ValidationException"


def test_tags_and_limits(serverless, fresh):
    name = serverless.create(fresh("tagged"), tags=[{"key": "team", "value": "a"}])
    client = serverless.client
    arn = client.get_namespace(namespaceName=name)["namespace"]["namespaceArn"]
    client.tag_resource(resourceArn=arn, tags=[{"key": "stage", "value": "b"}])
    client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"key": "stage", "value": "b"}
    ]
    workgroup = client.get_workgroup(workgroupName=name)["workgroup"]["workgroupArn"]
    made = client.create_usage_limit(
        resourceArn=workgroup, usageType="serverless-compute", amount=100
    )["usageLimit"]
    assert client.list_usage_limits(resourceArn=workgroup)["usageLimits"] == [made]


def test_a_scheduled_action_takes_snapshots(serverless, fresh):
    name, prefix = serverless.create(fresh("daily")), fresh("auto")
    told = serverless.client.create_scheduled_action(
        scheduledActionName=fresh("action"),
        namespaceName=name,
        roleArn="arn:aws:iam::123456789012:role/scheduler",
        schedule={"at": int(time.time()) + 4},
        targetAction={"createSnapshot": {"namespaceName": name, "snapshotNamePrefix": prefix}},
    )["scheduledAction"]
    assert told["state"] == "ACTIVE"
    known = serverless.client.list_snapshots
    found = wait_for(lambda: known(namespaceName=name)["snapshots"])
    assert found[0]["snapshotName"].startswith(prefix)


@pytest.mark.parametrize("text", ["0 10 ? * MON *", "(0 10 ? * MON *)", "cron(0 10 ? * MON *)"])
def test_a_scheduled_action_is_due_by_cron(serverless, fresh, text):
    name = serverless.create(fresh("weekly"))
    target = {"createSnapshot": {"namespaceName": name, "snapshotNamePrefix": "weekly"}}
    told = serverless.client.create_scheduled_action(
        scheduledActionName=fresh("action"),
        namespaceName=name,
        roleArn="arn:aws:iam::123456789012:role/scheduler",
        schedule={"cron": text},
        targetAction=target,
    )["scheduledAction"]
    due = {(each.weekday(), each.hour) for each in told["nextInvocations"]}
    assert (told["schedule"], due) == ({"cron": text}, {(0, 10)})


def _names(found, member):
    return [each[member] for each in found]
