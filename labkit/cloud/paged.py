"""Pages of the lists that moto tells whole, or pages without looking at the token.

moto is asked for all, and of its answer goes on what the client asked for.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud import paging
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import Reply


@dataclass(frozen=True)
class Way:
    """How a service asks for pages: its members, how many it tells at most, what it refuses as."""

    size: str
    token: str
    following: str
    most: int
    refusal: str
    lists: dict[str, str]
    truncated: str = ""


_ALL = 1_000_000
_WAYS = {
    "events": Way(
        "Limit", "NextToken", "NextToken", 100, "ValidationException",
        {
            "ListApiDestinations": "ApiDestinations",
            "ListArchives": "Archives",
            "ListConnections": "Connections",
            "ListEventBuses": "EventBuses",
            "ListReplays": "Replays",
            "ListRuleNamesByTarget": "RuleNames",
            "ListRules": "Rules",
            "ListTargetsByRule": "Targets",
        },
    ),
    "glue": Way(
        "MaxResults", "NextToken", "NextToken", 100, "InvalidInputException",
        {
            "GetConnections": "ConnectionList",
            "GetDevEndpoints": "DevEndpoints",
            "GetJobRuns": "JobRuns",
            "GetJobs": "Jobs",
            "GetMLTransforms": "Transforms",
            "GetSecurityConfigurations": "SecurityConfigurations",
            "GetTriggers": "Triggers",
            "GetWorkflowRuns": "Runs",
            "ListJobs": "JobNames",
            "ListTriggers": "TriggerNames",
            "ListWorkflows": "Workflows",
        },
    ),
    "kms": Way(
        "Limit", "Marker", "NextMarker", 100, "InvalidMarkerException",
        {"ListAliases": "Aliases", "ListKeys": "Keys", "ListRetirableGrants": "Grants"},
        "Truncated",
    ),
    "lakeformation": Way(
        "MaxResults", "NextToken", "NextToken", 1000, "InvalidInputException",
        {
            "ListDataCellsFilter": "DataCellsFilters",
            "ListLFTags": "LFTags",
            "ListPermissions": "PrincipalResourcePermissions",
            "ListResources": "ResourceInfoList",
        },
    ),
    "lambda": Way(
        "MaxItems", "Marker", "NextMarker", 50, "InvalidParameterValueException",
        {
            "ListAliases": "Aliases",
            "ListEventSourceMappings": "EventSourceMappings",
            "ListFunctionEventInvokeConfigs": "FunctionEventInvokeConfigs",
            "ListFunctions": "Functions",
            "ListLayerVersions": "LayerVersions",
            "ListLayers": "Layers",
            "ListVersionsByFunction": "Versions",
        },
    ),
}  # fmt: skip

# What moto stumbles over as the beginning of a page: the member, the code and the sentence.
_BEGINNINGS = {
    "cloudformation": ("NextToken", "ValidationError", "The pagination token is not valid."),
    "iam": ("Marker", "ValidationError", "Invalid Marker."),
    "logs": ("nextToken", "InvalidParameterException", "The specified nextToken is invalid."),
    "secretsmanager": ("NextToken", "InvalidNextTokenException", "Invalid token."),
    "sns": ("NextToken", "InvalidParameter", "Invalid parameter: NextToken"),
    "ssm": ("NextToken", "InvalidNextToken", "The specified token is not valid."),
}

# What moto tells whole, wherever a page is to begin: no token of these was ever given out.
_WHOLE = {
    ("cloudformation", "ListStackSets"),
    ("cloudformation", "ListStacks"),
    ("iam", "GetAccountAuthorizationDetails"),
    ("iam", "ListAccessKeys"),
    ("iam", "ListAccountAliases"),
    ("iam", "ListGroupPolicies"),
    ("iam", "ListGroups"),
    ("iam", "ListGroupsForUser"),
    ("iam", "ListInstanceProfiles"),
    ("iam", "ListInstanceProfilesForRole"),
    ("iam", "ListMFADevices"),
    ("iam", "ListPolicyVersions"),
    ("iam", "ListRolePolicies"),
    ("iam", "ListServerCertificates"),
    ("iam", "ListUserPolicies"),
    ("iam", "ListUserTags"),
    ("iam", "ListUsers"),
    ("logs", "DescribeDeliveries"),
    ("logs", "DescribeDeliveryDestinations"),
    ("logs", "DescribeDeliverySources"),
    ("logs", "DescribeExportTasks"),
    ("logs", "DescribeMetricFilters"),
    ("logs", "DescribeQueries"),
    ("logs", "DescribeResourcePolicies"),
    ("logs", "DescribeSubscriptionFilters"),
    ("ssm", "DescribeMaintenanceWindows"),
    ("ssm", "DescribePatchBaselines"),
    ("ssm", "ListCommands"),
}


def check_whole(service: str, name: str, asked: dict[str, Any]) -> None:
    """Raise for a page of what is always told whole, which begins where none does."""
    if (service, name) in _WHOLE:
        check_beginning(service, asked)


def check_beginning(service: str, asked: dict[str, Any]) -> None:
    """Raise where moto has no answer to a page that begins where none does."""
    member, code, words = _BEGINNINGS.get(service, ("", "", ""))
    if asked.get(member):
        raise AwsError(code, words)


def for_all(service: str, name: str, body: bytes) -> bytes:
    """A request for all, where the page is cut here; who asks moto for no size gets its page."""
    way = _WAYS.get(service)
    if way is None or name not in way.lists or not body:
        return body
    asked = {k: v for k, v in json.loads(body).items() if k != way.token}
    return json.dumps(asked | {way.size: _ALL}).encode()


def cut(service: str, name: str, asked: dict[str, Any], reply: Reply) -> Reply:
    """The page of moto's answer that was asked for.

    Raises:
        AwsError: the token is none that was given out.
    """
    way = _WAYS.get(service)
    if way is None or name not in way.lists or reply.status != 200:
        return reply
    member, told = way.lists[name], json.loads(reply.body)
    told.pop(way.following, None)
    size = min(asked.get(way.size) or way.most, way.most)
    bad = AwsError(way.refusal, "The pagination token is not valid.")
    question = {k: v for k, v in asked.items() if k not in (way.size, way.token)}
    found = paging.page(
        member,
        told.get(member) or [],
        size,
        asked.get(way.token),
        bad,
        following=way.following,
        question=question,
    )
    if way.truncated:
        found[way.truncated] = way.following in found
    return replace(reply, body=json.dumps(told | found).encode())
