"""From which addresses people may look at dashboards: some networks, once the rules are enabled.

The rules hold for the console and for what is embedded, not for the API. Nobody comes out of a VPC
here, so rules for VPCs and their endpoints let nobody in.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateIpRestriction.html
"""

from __future__ import annotations

import ipaddress
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.state import Records


def rules(cloud: Cloud) -> dict[str, Any]:
    """The rules, as the API tells them."""
    nothing: dict[str, Any] = {"IpRestrictionRuleMap": {}, "Enabled": False}
    return nothing | _all(cloud).get(cloud.account, {})


def change(cloud: Cloud, members: dict[str, Any]) -> None:
    """Change the rules that are given; the others stay."""
    _all(cloud)[cloud.account] = rules(cloud) | members


def lets_in(cloud: Cloud, address: str) -> bool:
    """Whether somebody at this address may look at a dashboard."""
    found = rules(cloud)
    networks = [ipaddress.ip_network(each) for each in found["IpRestrictionRuleMap"]]
    return not found["Enabled"] or any(ipaddress.ip_address(address) in net for net in networks)


def _all(cloud: Cloud) -> Records:
    return cloud.records("quicksight.ip_restriction")
