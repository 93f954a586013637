"""The network that a function is told to be in: its subnets' VPC, where moto makes one up.

Functions run on this machine and reach what it reaches, whatever network they are in.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfigResponse.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.backends import get_backend

from labkit.cloud.operations import AwsError, Context

Members = dict[str, Any]
_SUBNETS, _GROUPS = "SubnetIds", "SecurityGroupIds"
_NOWHERE: Members = {_SUBNETS: [], _GROUPS: [], "VpcId": "", "Ipv6AllowedForDualStack": False}
# How EC2 refuses what is not there: by which call, with which code, and in which words.
_LOST = {
    _SUBNETS: ("DescribeSubnets", "InvalidSubnetID.NotFound", "The subnet ID '{}'"),
    _GROUPS: ("DescribeSecurityGroups", "InvalidGroup.NotFound", "The security group '{}'"),
}


def check(context: Context, parameters: Members) -> None:
    """Raise for subnets without security groups, or the other way round, and for unknown ones."""
    said, ec2 = parameters.get("VpcConfig") or {}, context.backend("ec2")
    if bool(said.get(_SUBNETS)) != bool(said.get(_GROUPS)):
        raise _invalid("SubnetIds and SecurityIds must coexist or be both empty list.")
    finders: dict[str, Callable[[str], Any]] = {
        _SUBNETS: lambda name: _subnet(ec2, name),
        _GROUPS: ec2.get_security_group_from_id,
    }
    for member, find in finders.items():
        call, code, words = _LOST[member]
        for name in said.get(member) or ():
            if find(name) is None:
                lost = f"EC2 Error Message: {words.format(name)} does not exist"
                raise _invalid(f"Error occurred while {call}. EC2 Error Code: {code}. {lost}")


def placed(function: Any, said: Members) -> Members:
    """A function's network as it is kept: with the VPC, which EC2 forgets with the server."""
    subnets = said.get(_SUBNETS) or []
    ec2: Any = get_backend("ec2")[function.account_id][function.region]
    found = _subnet(ec2, subnets[0]) if subnets else None
    return said | {"VpcId": found.vpc_id if found else ""}


def told(function: Any) -> Members | None:
    """A function's network; none where none was ever said."""
    said = function._vpc_config
    return _NOWHERE | said if said else None


def _subnet(ec2: Any, name: str) -> Any:
    return next((zone[name] for zone in ec2.subnets.values() if name in zone), None)


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
