"""A warehouse to measure: a cluster whose role may read the lake, and statements on it."""

from collections.abc import Callable
from typing import Any

from tools.bench.lake import BUCKET

_WAIT_S = 30
_TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""
_MAY = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "glue:*"], "Resource": "*"}]}"""
Run = Callable[[str], None]


def make(client: Callable[[str], Any], name: str = BUCKET) -> Run:
    """A cluster of two nodes; what runs a statement on it.

    Args:
        client: gives boto3's.
    """
    _create(client, name)
    data = client("redshift-data")
    place = {"ClusterIdentifier": name, "DbUser": "awsuser", "Database": "dev"}

    def run(sql: str) -> None:
        """Run a statement to its end. The server holds its answer back: polls would be measured."""
        started = data.execute_statement(Sql=sql, WaitTimeSeconds=_WAIT_S, **place)
        found = started
        while found["Status"] not in ("FINISHED", "FAILED", "ABORTED"):
            found = data.describe_statement(Id=started["Id"], WaitTimeSeconds=_WAIT_S)
        if found["Status"] != "FINISHED":
            raise RuntimeError(data.describe_statement(Id=started["Id"])["Error"])

    return run


def _create(client: Callable[[str], Any], name: str) -> None:
    iam, redshift = client("iam"), client("redshift")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_MAY)
    redshift.create_cluster(
        ClusterIdentifier=name,
        NodeType="ra3.large",
        NumberOfNodes=2,
        MasterUsername="awsuser",
        MasterUserPassword="Labkit2024",
        IamRoles=[arn],
        DefaultIamRoleArn=arn,
    )
    waiter = redshift.get_waiter("cluster_available")
    waiter.wait(ClusterIdentifier=name, WaiterConfig={"Delay": 1})
