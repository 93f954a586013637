"""Pages of the lists that moto tells whole, or pages without looking at the token.

moto is asked for all, and of its answer goes on what the client asked for.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from labkit.cloud import paging
from labkit.cloud.operations import AwsError, changes_state
from labkit.cloud.protocol import Reply, service_model


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
        {
            "ListAliases": "Aliases",
            "ListKeyRotations": "Rotations",
            "ListKeys": "Keys",
            "ListResourceTags": "Tags",
        },
        "Truncated",
    ),
    "lakeformation": Way(
        "MaxResults", "NextToken", "NextToken", 1000, "InvalidInputException",
        {"ListLFTags": "LFTags"},
    ),
    "logs": Way(
        "limit", "nextToken", "nextToken", 50, "InvalidParameterException",
        {"DescribeMetricFilters": "metricFilters"},
    ),
    "ssm": Way(
        "MaxResults", "NextToken", "NextToken", 100, "InvalidNextToken",
        {"DescribePatchBaselines": "BaselineIdentities"},
    ),
}  # fmt: skip
# The same of services that answer in XML.
_IN_XML = {
    "cloudformation": Way(
        "MaxResults", "NextToken", "NextToken", 100, "ValidationError",
        {"ListStackSets": "Summaries"},
    ),
    "iam": Way(
        "MaxItems", "Marker", "Marker", 100, "ValidationError",
        {
            "GetGroup": "Users",
            "ListGroupPolicies": "PolicyNames",
            "ListGroupsForUser": "Groups",
            "ListInstanceProfilesForRole": "InstanceProfiles",
            "ListRolePolicies": "PolicyNames",
            "ListUserPolicies": "PolicyNames",
            "ListUserTags": "Tags",
        },
        "IsTruncated",
    ),
}  # fmt: skip

# How a service refuses a page that begins where none does: the member, the code and the sentence.
_BEGINNINGS = {
    "cloudformation": ("NextToken", "ValidationError", "The pagination token is not valid."),
    "cloudwatch": ("NextToken", "InvalidNextToken", "The next token specified is invalid."),
    "glue": ("NextToken", "InvalidInputException", "The pagination token is not valid."),
    "iam": ("Marker", "ValidationError", "Invalid Marker."),
    "logs": ("nextToken", "InvalidParameterException", "The specified nextToken is invalid."),
    "scheduler": ("NextToken", "ValidationException", "Invalid NextToken."),
    "secretsmanager": ("NextToken", "InvalidNextTokenException", "Invalid token."),
    "ses": ("NextToken", "InvalidParameterValue", "Invalid NextToken."),
    "sns": ("NextToken", "InvalidParameter", "Invalid parameter: NextToken"),
    "sqs": ("NextToken", "InvalidParameterValue", "Invalid or expired next token."),
    "ssm": ("NextToken", "InvalidNextToken", "The specified token is not valid."),
    "stepfunctions": ("nextToken", "InvalidToken", "Invalid Token: 'Invalid token'"),
}


def checks(service: str) -> bool:
    """Whether a service's pages are looked at."""
    return service in _BEGINNINGS


def check_beginning(
    service: str,
    name: str,
    asked: dict[str, Any],
    body: bytes,
    ask: Callable[[bytes], Reply | None],
) -> None:
    """Raise for a page that moto begins at the first: no such token was ever given out.

    Args:
        ask: moto; it is asked for the first page, and where that is all, for the one asked for.
    """
    member = _BEGINNINGS.get(service, ("",))[0]
    if service in _IN_XML and name in _IN_XML[service].lists:
        return
    if not asked.get(member) or changes_state(name) or member.encode() not in body:
        return
    first = ask(_from_the_first(body, member))
    if first and first.status < 300 and not _leads_on(first.body):
        here = ask(body)
        if here is None or _plain(here.body) == _plain(first.body) or _is_empty(here.body):
            check_answer(service, asked, None)


def _is_empty(body: bytes) -> bool:
    """Whether a page, JSON or XML, has nothing on it, as moto's to a token it does not know."""
    if not body.startswith(b"{"):
        return b"<member>" not in body
    told = json.loads(body)
    lists = [each for name, each in told.items() if name != "searchedLogStreams"]
    return not any(isinstance(each, list) and each for each in lists)


def _plain(body: bytes) -> bytes:
    """An answer without its request's id, and without a token, which moto may tell again."""
    pattern = rb'<RequestId>[^<]*</RequestId>|,? ?"[Nn]ext\w*Token": ?(?:"[^"]*"|null)'
    return re.sub(pattern, b"", body)


def check_answer(service: str, asked: dict[str, Any], reply: Reply | None) -> None:
    """Raise where moto stumbled over the beginning of a page, or had a code of its own for it."""
    member, code, words = _BEGINNINGS.get(service, ("", "", ""))
    stumbled = reply is None or (reply.status == 400 and b'"InvalidToken"' in reply.body)
    if asked.get(member) and stumbled:
        raise AwsError(code, words)


def _from_the_first(body: bytes, member: str) -> bytes:
    """A request without its token: JSON, or a form."""
    if body.startswith(b"{"):
        return json.dumps({k: v for k, v in json.loads(body).items() if k != member}).encode()
    fields = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
    return urllib.parse.urlencode([each for each in fields if each[0] != member]).encode()


def _leads_on(body: bytes) -> bool:
    """Whether an answer, JSON or XML, gives out a token (nextToken, nextForwardToken, Marker)."""
    pattern = r'\b(?:[Nn]ext\w*Token|Marker)(?:>[^<]|": ?"[^"])'
    return re.search(pattern, body.decode()) is not None


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
    if (in_xml := _IN_XML.get(service)) and name in in_xml.lists and reply.status == 200:
        return _cut_xml(in_xml, name, asked, reply)
    if service == "iam" and reply.status == 200:
        return _saying_whether_more(name, reply)
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


def _cut_xml(way: Way, name: str, asked: dict[str, Any], reply: Reply) -> Reply:
    root = ElementTree.fromstring(reply.body)
    space = root.tag.partition("}")[0] + "}"
    result = root.find(f"{space}{name}Result")
    listed = None if result is None else result.find(space + way.lists[name])
    if result is None or listed is None:
        return reply
    items = {ElementTree.tostring(each): each for each in listed}
    bad = AwsError(way.refusal, "The pagination token is not valid.")
    question = {k: v for k, v in asked.items() if k not in (way.size, way.token)}
    size = asked.get(way.size) or way.most
    found, more = paging.cut([*items], asked.get(way.token), size, bad, question=question)
    listed[:] = [items[each] for each in found]
    for each in (way.truncated, way.following):
        if each and (old := result.find(space + each)) is not None:
            result.remove(old)
    if way.truncated:
        ElementTree.SubElement(result, space + way.truncated).text = str(bool(more)).lower()
    if more:
        ElementTree.SubElement(result, space + way.following).text = more
    ElementTree.register_namespace("", space[1:-1])
    return replace(reply, body=ElementTree.tostring(root))


def _saying_whether_more(name: str, reply: Reply) -> Reply:
    """IAM's answer with IsTruncated in it: moto leaves it out where it tells all."""
    model: Any = service_model("iam")
    shape = model.operation_model(name).output_shape
    if not shape or "IsTruncated" not in shape.members or b"<IsTruncated>" in reply.body:
        return reply
    end = f"</{name}Result>".encode()
    return replace(reply, body=reply.body.replace(end, b"<IsTruncated>false</IsTruncated>" + end))
