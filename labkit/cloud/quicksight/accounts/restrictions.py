"""The rules for addresses, told and changed.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateIpRestriction.html
"""

from __future__ import annotations

import ipaddress
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, ip_restriction
from labkit.cloud.quicksight.records import answers
from labkit.cloud.quicksight.words import invalid


@answers("DescribeIpRestriction")
def describe_ip_restriction(context: Context) -> Answer:
    """The rules."""
    return {"AwsAccountId": context.account} | ip_restriction.rules(context.cloud)


@answers("UpdateIpRestriction")
def update_ip_restriction(context: Context, **members: Any) -> Answer:
    """Change rules; a map that is given takes the place of the former one."""
    gate.check_enterprise(context, "IP restrictions are")
    for network in members.get("IpRestrictionRuleMap") or {}:
        _check(network)
    ip_restriction.change(context.cloud, members)
    return {"AwsAccountId": context.account}


def _check(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise invalid(f"{network} is no network in CIDR notation: {error}") from error
