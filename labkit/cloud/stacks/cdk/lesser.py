"""The lesser of CDK's functions: how long logs are kept, exports to other regions, default groups.

Sources: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_logs.LogRetention.html,
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib-readme.html#accessing-resources-in-a-different-stack-and-region
and https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2.Vpc.html#restrictdefaultsecuritygroup
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from labkit.cloud.stacks.cdk.request import Request
from labkit.cloud.stacks.kinds import Members

_OWN_DAYS, _AT_ONCE = 1, 10


@contextlib.contextmanager
def _unless(code: str) -> Iterator[None]:
    """What is so already stays so."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise


def keep_logs(request: Request) -> Members:
    """Make a log group, and say how long it is kept; it goes in the end if it is to."""
    said = request.said
    name, client = said["LogGroupName"], request.client("logs", said.get("LogGroupRegion", ""))
    if request.verb != "Delete":
        days = said.get("RetentionInDays")
        _keep(client, name, int(days) if days else None)
        if request.verb == "Create":
            _keep(request.client("logs"), request.function.logs_group_name, _OWN_DAYS)
    elif said.get("RemovalPolicy") == "destroy":
        with _unless("ResourceNotFoundException"):
            client.delete_log_group(logGroupName=name)
    return {"PhysicalResourceId": name, "Data": {"LogGroupName": name}}


def _keep(client: Any, name: str, days: int | None) -> None:
    with _unless("ResourceAlreadyExistsException"):
        client.create_log_group(logGroupName=name)
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
    else:
        client.delete_retention_policy(logGroupName=name)


def write_exports(request: Request) -> Members:
    """Have parameters of another region hold what a stack exports to it."""
    said = request.said["WriterProps"]
    client, now = request.client("ssm", said["region"]), said["exports"]
    was = request.was.get("WriterProps", {}).get("exports", {})
    if request.verb == "Delete":
        now, was = {}, now
    gone = sorted(was.keys() - now.keys())
    for at in range(0, len(gone), _AT_ONCE):
        client.delete_parameters(Names=gone[at : at + _AT_ONCE])
    for name, value in now.items():
        if name not in was:
            client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return {}


def read_exports(request: Request) -> Members:
    """Mark the parameters that a stack reads as in use, and tell them."""
    said = request.said["ReaderProps"]
    now, was = said["imports"], request.was.get("ReaderProps", {}).get("imports", {})
    if request.verb == "Delete":
        now, was = {}, now
    client, tag = request.client("ssm", said["region"]), f"aws-cdk:strong-ref:{said['prefix']}"
    _mark(client, was.keys() - now.keys(), now.keys() - was.keys(), tag)
    return {"Data": now}


def _mark(client: Any, gone: Iterable[str], new: Iterable[str], tag: str) -> None:
    kind = "Parameter"
    for name in gone:
        with _unless("InvalidResourceId"):
            client.remove_tags_from_resource(ResourceType=kind, ResourceId=name, TagKeys=[tag])
    for name in new:
        tags = [{"Key": tag, "Value": "true"}]
        client.add_tags_to_resource(ResourceType=kind, ResourceId=name, Tags=tags)


def close_group(request: Request) -> Members:
    """Take the rules of a network's default group away, and give them back in the end."""
    said, member = request.said, "DefaultSecurityGroupId"
    group, was, client = said[member], request.was.get(member), request.client("ec2")
    if request.verb == "Delete" or (was and was != group):
        old = group if request.verb == "Delete" else str(was)
        client.authorize_security_group_ingress(**_own(old, said["Account"]))
        client.authorize_security_group_egress(**_all(old))
    if request.verb != "Delete" and was != group:
        with _unless("InvalidPermission.NotFound"):
            client.revoke_security_group_egress(**_all(group))
        with _unless("InvalidPermission.NotFound"):
            client.revoke_security_group_ingress(**_own(group, said["Account"]))
    return {}


def _own(group: str, account: str) -> Members:
    pairs = [{"GroupId": group, "UserId": account}]
    return {"GroupId": group, "IpPermissions": [{"UserIdGroupPairs": pairs, "IpProtocol": "-1"}]}


def _all(group: str) -> Members:
    ranges = [{"CidrIp": "0.0.0.0/0"}]
    return {"GroupId": group, "IpPermissions": [{"IpRanges": ranges, "IpProtocol": "-1"}]}
