"""What a resource has of which its template no longer speaks: what it would have if it never had.

Calls that change a resource leave what they are not told as it was. So they are told, where what
stands for nothing is known; else the update is refused. Calls that take a resource as a whole need
no such thing: what is not told them is gone. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from labkit.cloud.stacks.failures import NotHere
from labkit.cloud.stacks.kinds import Members

_DESCRIPTION: Members = {"Description": ""}
_CRAWLER: Members = {
    "Classifiers": [],
    "Configuration": "",
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "Schedule": "",
    "SchemaChangePolicy": {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    },
    "TablePrefix": "",
}
_MAPPING: Members = {
    "Enabled": True,
    "FilterCriteria": {},
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "ScalingConfig": {},
}
# By the type: what stands for nothing. Of other members of these types nothing is known.
_NOTHING: dict[str, Members] = {
    "AWS::Athena::DataCatalog": {},
    "AWS::Athena::PreparedStatement": _DESCRIPTION,
    "AWS::Athena::WorkGroup": _DESCRIPTION,
    "AWS::Events::ApiDestination": _DESCRIPTION,
    "AWS::Events::Archive": _DESCRIPTION,
    "AWS::Events::Connection": _DESCRIPTION,
    "AWS::Events::EventBus": _DESCRIPTION,
    "AWS::Glue::Crawler": _DESCRIPTION | _CRAWLER,
    "AWS::Glue::DataQualityRuleset": _DESCRIPTION,
    "AWS::Glue::Schema": _DESCRIPTION,
    "AWS::Glue::Workflow": {},
    "AWS::IAM::Role": _DESCRIPTION | {"MaxSessionDuration": 3600},
    "AWS::Lambda::Alias": _DESCRIPTION | {"RoutingConfig": {}},
    "AWS::Lambda::EventSourceMapping": _MAPPING,
    "AWS::Lambda::Url": {"Cors": {}, "InvokeMode": "BUFFERED"},
    "AWS::Redshift::Cluster": {},
    "AWS::Redshift::ClusterSubnetGroup": {},
    "AWS::Redshift::EventSubscription": {},
    "AWS::Redshift::Integration": {},
    "AWS::Redshift::ScheduledAction": {},
    "AWS::Redshift::UsageLimit": {},
    "AWS::RedshiftServerless::Namespace": {},
    "AWS::RedshiftServerless::Workgroup": {},
    "AWS::SSM::Parameter": _DESCRIPTION | {"AllowedPattern": ""},
    "AWS::SecretsManager::Secret": {},
}
# What was given once, and stays whatever is said of it.
_GIVEN = {"AdminUserPassword", "MasterUserPassword"}
_GONE = "Taking {} of {} back is not available in the local AWS: make another resource."


def told_of(kind: str, gone: Collection[str]) -> dict[str, Any]:
    """What is told of members that are no longer said.

    Raises:
        NotHere: it is not known what stands for nothing.
    """
    known = _NOTHING.get(kind)
    if known is None:
        return {}
    if strange := sorted({*gone} - known.keys() - _GIVEN):
        raise NotHere(message=_GONE.format(", ".join(strange), kind))
    return {name: known[name] for name in gone if name in known}
