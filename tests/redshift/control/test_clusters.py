"""Provisioned clusters: made, told, changed, paused, resized, renamed, deleted."""

import json
import sys

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.redshift.control.conftest import BASICS, refused


def test_a_cluster_tells_of_itself(clusters, standing):
    told = clusters.tell(standing)
    roles = [node["NodeRole"] for node in told["ClusterNodes"]]
    assert roles == ["LEADER", "COMPUTE-0", "COMPUTE-1"]
    assert told["Endpoint"]["Address"].startswith("127.0.0.")
    assert told["TotalStorageCapacityInMegaBytes"] == 16_000 * 1024
    assert told["ClusterNamespaceArn"].startswith("arn:aws:redshift:us-east-1:")
    assert (told["DBName"], told["MasterUsername"]) == ("dev", "awsuser")
    assert (told["Encrypted"], told["KmsKeyId"]) == (True, "AWS_OWNED_KMS_KEY")
    assert not any("PublicIPAddress" in node for node in told["ClusterNodes"])


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"NodeType": "ra3.tiny"}, "InvalidParameterValue", id="type"),
        pytest.param({"NumberOfNodes": 17}, "InvalidParameterValue", id="too-many-nodes"),
        pytest.param(
            {"NodeType": "ra3.4xlarge", "NumberOfNodes": 1}, "InvalidParameterValue", id="too-few"
        ),
        pytest.param(
            {"ClusterType": "multi-node", "NumberOfNodes": 1},
            "InvalidParameterCombination",
            id="one-is-not-many",
        ),
        pytest.param({"ClusterIdentifier": "9lives"}, "InvalidParameterValue", id="digit-first"),
        pytest.param({"ClusterIdentifier": "a--b"}, "InvalidParameterValue", id="two-hyphens"),
        pytest.param({"ClusterIdentifier": "a_b"}, "InvalidParameterValue", id="underscore"),
        pytest.param(
            {"PreferredMaintenanceWindow": "sun:9-mon:9"}, "InvalidParameterValue", id="window"
        ),
        pytest.param({"MasterUserPassword": "short"}, "InvalidParameterValue", id="password"),
        pytest.param({"MasterUserPassword": "has space1A"}, "InvalidParameterValue", id="space"),
        pytest.param(
            {"ManageMasterPassword": True}, "InvalidParameterCombination", id="two-passwords"
        ),
        pytest.param({"ClusterIdentifier": "STANDING"}, "ClusterAlreadyExists", id="taken"),
        pytest.param(
            {"HsmConfigurationIdentifier": "h"}, "HsmConfigurationNotFoundFault", id="hsm"
        ),
        pytest.param({"ElasticIp": "192.0.2.9"}, "InvalidElasticIpFault", id="address"),
    ],
)
def test_what_is_no_cluster_is_refused(clusters, standing, members, code):
    create = clusters.redshift.create_cluster
    given = {"ClusterIdentifier": "refused", **BASICS, **members}
    assert refused(create, **given)[0] == code


@pytest.mark.parametrize(
    "call",
    ["delete_cluster", "pause_cluster", "resume_cluster", "reboot_cluster", "describe_resize",
     "describe_logging_status", "cancel_resize"],
)  # fmt: skip
def test_an_unknown_cluster_is_not_found(clusters, call):
    told = refused(getattr(clusters.redshift, call), ClusterIdentifier="nosuch")
    assert told == ("ClusterNotFound", "Cluster nosuch not found.")


def test_a_paused_cluster_refuses_queries_and_keeps_its_data(clusters, fresh):
    name = clusters.create(fresh("paused"))
    clusters.run(name, "CREATE TABLE t AS SELECT 7 AS a")
    [[before]] = clusters.run(name, "SELECT max(query) FROM stl_query")
    assert clusters.redshift.pause_cluster(ClusterIdentifier=name)["Cluster"]["ClusterStatus"] == (
        "pausing"
    )
    clusters.settled(name, "paused")
    with pytest.raises(ClientError, match="paused"):
        clusters.run(name, "SELECT 1")
    again = refused(clusters.redshift.pause_cluster, ClusterIdentifier=name)
    assert again[0] == "InvalidClusterState"
    clusters.redshift.resume_cluster(ClusterIdentifier=name)
    clusters.settled(name)
    assert clusters.run(name, "SELECT a FROM t") == [[7]]
    assert clusters.run(name, "SELECT min(query) FROM stl_query") > [[before]]
    number = begin_endless_query(clusters.data, name)
    clusters.redshift.reboot_cluster(ClusterIdentifier=name)
    clusters.settled(name)
    assert clusters.data.ended(number)["Status"] == "FAILED"
    assert clusters.run(name, "SELECT a FROM t") == [[7]]
    events = clusters.redshift.describe_events(SourceIdentifier=name, SourceType="cluster")
    told = " ".join(event["Message"] for event in events["Events"])
    for word in ("created", "paused", "resumed", "rebooted"):
        assert word in told


def begin_endless_query(data, name):
    sql = ("WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a > 0) "
           "SELECT count(*) FROM n")  # fmt: skip
    place = {"ClusterIdentifier": name, "Database": "dev", "DbUser": "awsuser"}
    number = data.client.execute_statement(Sql=sql, **place)["Id"]
    wait_for(lambda: data.client.describe_statement(Id=number)["Status"] == "STARTED")
    return number


def test_a_renamed_and_resized_cluster_keeps_its_data(clusters, fresh):
    old, new = clusters.create(fresh("old")), fresh("new")
    clusters.run(old, "CREATE TABLE t AS SELECT 7 AS a")
    told = clusters.redshift.modify_cluster(
        ClusterIdentifier=old,
        NewClusterIdentifier=new,
        PreferredMaintenanceWindow="Sun:23:15-Mon:03:15",
    )["Cluster"]
    assert told["PreferredMaintenanceWindow"] == "sun:23:15-mon:03:15"
    assert told["DeferredMaintenanceWindows"] == []
    clusters.settled(new)
    assert clusters.run(new, "SELECT a FROM t") == [[7]]
    assert refused(clusters.redshift.describe_clusters, ClusterIdentifier=old)[0] == (
        "ClusterNotFound"
    )
    no_resize = refused(clusters.redshift.describe_resize, ClusterIdentifier=new)
    assert no_resize[0] == "ResizeNotFound"
    clusters.redshift.resize_cluster(ClusterIdentifier=new, NumberOfNodes=4)
    clusters.settled(new)
    assert clusters.tell(new)["NumberOfNodes"] == 4
    resize = clusters.redshift.describe_resize(ClusterIdentifier=new)
    assert (resize["Status"], resize["ResizeType"]) == ("SUCCEEDED", "ElasticResize")
    assert clusters.run(new, "SELECT a FROM t") == [[7]]
    to = {"NodeType": "dc2.large", "NumberOfNodes": 2}
    elastic = refused(clusters.redshift.resize_cluster, ClusterIdentifier=new, **to)
    assert elastic[0] == "InvalidParameterCombination"
    clusters.redshift.resize_cluster(ClusterIdentifier=new, Classic=True, **to)
    assert clusters.tell(clusters.settled(new))["NodeType"] == "dc2.large"


@pytest.mark.skipif(sys.platform == "darwin", reason="one address of loopback")
def test_a_cluster_has_the_port_that_it_was_made_with(clusters, fresh):
    """Terraform plans a change where it is told another."""
    name = clusters.create(fresh("port"))
    assert clusters.tell(name)["Endpoint"]["Port"] == 5439
    clusters.redshift.modify_cluster(ClusterIdentifier=name, Port=5440)
    assert clusters.tell(clusters.settled(name))["Endpoint"]["Port"] == 5440


def test_roles_come_and_go(clusters, standing):
    role, other = (f"arn:aws:iam::123456789012:role/{name}" for name in ("reader", "writer"))
    modify = clusters.redshift.modify_cluster_iam_roles
    modify(ClusterIdentifier=standing, AddIamRoles=[role, other], DefaultIamRoleArn=role)
    told = clusters.tell(clusters.settled(standing))
    assert [each["IamRoleArn"] for each in told["IamRoles"]] == [role, other]
    assert told["DefaultIamRoleArn"] == role
    gone = {"ClusterIdentifier": standing, "RemoveIamRoles": [role, other]}
    code, said = refused(modify, **gone, DefaultIamRoleArn=role)
    assert (code, "ARN of the default IAM role" in said) == ("InvalidParameterValue", True)
    modify(**gone)
    told = clusters.tell(clusters.settled(standing))
    assert told["IamRoles"] == []
    assert "DefaultIamRoleArn" not in told


def test_a_managed_password_is_a_secret_that_lets_in(clusters, aws, fresh):
    name = _managed(clusters, fresh("managed"))
    arn = clusters.tell(name)["MasterPasswordSecretArn"]
    secrets = aws("secretsmanager")
    held = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    assert held["username"] == "awsuser"
    assert clusters.run(name, "SELECT current_user", SecretArn=arn) == [["awsuser"]]
    other = secrets.create_secret(
        Name=fresh("wrong"), SecretString=json.dumps(held | {"password": "Wrong2024"})
    )["ARN"]
    with pytest.raises(AssertionError, match="password authentication failed"):
        clusters.run(name, "SELECT 1", SecretArn=other)
    clusters.redshift.delete_cluster(ClusterIdentifier=name, SkipFinalClusterSnapshot=True)
    clusters.gone(name)
    with pytest.raises(ClientError):
        secrets.get_secret_value(SecretId=arn)


def _managed(clusters, name):
    members = {key: value for key, value in BASICS.items() if key != "MasterUserPassword"}
    clusters.redshift.create_cluster(ClusterIdentifier=name, ManageMasterPassword=True, **members)
    return clusters.settled(name)


def test_two_regions_have_a_cluster_of_one_name(clusters, cloud, fresh):
    name = clusters.create(fresh("twin"), PubliclyAccessible=True)
    assert all(node["PublicIPAddress"] for node in clusters.tell(name)["ClusterNodes"])
    clusters.run(name, "CREATE TABLE here (a int)")
    session = cloud.session()
    far = session.client("redshift", region_name="eu-west-1", endpoint_url=cloud.endpoint)
    assert name not in [each["ClusterIdentifier"] for each in far.describe_clusters()["Clusters"]]
    far.create_cluster(ClusterIdentifier=name, **BASICS)
    data = session.client("redshift-data", region_name="eu-west-1", endpoint_url=cloud.endpoint)
    clusters.data.client, near = data, clusters.data.client
    with pytest.raises(AssertionError, match='relation "here" does not exist'):
        clusters.run(name, "SELECT * FROM here")
    clusters.data.client = near
    assert clusters.run(name, "SELECT count(*) FROM here") == [[0]]


def test_a_stack_makes_a_cluster_that_answers(cloud, clusters):
    """Under the name that it is given, at the address that the stack tells; it goes with it."""
    cluster = {"Type": "AWS::Redshift::Cluster", "Properties": BASICS | {"DBName": "dev"}}
    cluster["Properties"] |= {"ClusterType": "single-node"}
    name, port = {"Ref": "Cluster"}, "${Cluster.Endpoint.Address}:${Cluster.Endpoint.Port}"
    outputs = {"Name": {"Value": name}, "At": {"Value": {"Fn::Sub": port}}}
    template = {"Resources": {"Cluster": cluster}, "Outputs": outputs}
    stacks = cloud.client("cloudformation")
    stacks.create_stack(StackName="warehouse", TemplateBody=json.dumps(template))
    (stack,) = stacks.describe_stacks(StackName="warehouse")["Stacks"]
    told = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    endpoint = clusters.tell(told["Name"])["Endpoint"]
    assert told["At"] == f"{endpoint['Address']}:{endpoint['Port']}"
    assert clusters.run(told["Name"], "SELECT 1") == [[1]]
    stacks.delete_stack(StackName="warehouse")
    assert refused(clusters.redshift.describe_clusters, ClusterIdentifier=told["Name"])
