"""Resource policies, which share a snapshot with another account; tracks.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

import json

from labkit.cloud.json_text import object_in
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.serverless.answering import answers, lists
from labkit.cloud.redshift.serverless.kinds import SERVICE, SNAPSHOT
from labkit.cloud.redshift.words import fault

TRACKS = ("current", "trailing")
_KIND = "redshift.serverless-policy"


@answers("PutResourcePolicy")
def put_resource_policy(context: Context, *, resourceArn: str, policy: str) -> Answer:
    if resourceArn not in [each["snapshotArn"] for each in records.listed(context, SNAPSHOT)]:
        raise _missing(resourceArn)
    context.cloud.records(_KIND)[resourceArn] = {"policy": policy}
    return _told_policy(resourceArn, policy)


@answers("GetResourcePolicy")
def get_resource_policy(context: Context, *, resourceArn: str) -> Answer:
    found = context.cloud.records(_KIND).get(resourceArn)
    if found is None:
        raise _missing(resourceArn)
    return _told_policy(resourceArn, found["policy"])


def _told_policy(arn: str, policy: str) -> Answer:
    """A policy as AWS tells it: a statement that is alone stands in no list.

    As clients read it:
    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/redshiftserverless/resource_policy.go
    """
    document = object_in(policy) or {}
    statements = document.get("Statement")
    if isinstance(statements, list) and len(statements) == 1:
        policy = json.dumps(document | {"Statement": statements[0]})
    return {"resourcePolicy": {"resourceArn": arn, "policy": policy}}


@answers("DeleteResourcePolicy")
def delete_resource_policy(context: Context, *, resourceArn: str) -> Answer:
    if context.cloud.records(_KIND).pop(resourceArn, None) is None:
        raise _missing(resourceArn)
    return {}


@lists("ListTracks", "tracks")
def list_tracks(context: Context) -> list[records.Record]:
    return [_track(name) for name in TRACKS]


@answers("GetTrack")
def get_track(context: Context, *, trackName: str) -> Answer:
    if trackName not in TRACKS:
        raise _missing(trackName)
    return {"track": _track(trackName)}


def _track(name: str) -> dict[str, object]:
    return {"trackName": name, "workgroupVersion": "1.0", "updateTargets": []}


def _missing(name: str) -> Exception:
    return fault("ResourceNotFoundException", f"The resource {name} was not found.", SERVICE)
