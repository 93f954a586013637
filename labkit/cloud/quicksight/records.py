"""QuickSight's resources as durable records of our own, one kind a resource.

A record has the members that ``Describe`` answers, its ARN and times among them, and under ``_``
what nobody is told. Ids are unique in an account and region.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeDataSet.html
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.cloud import Cloud
from labkit.cloud.constraints import check_members
from labkit.cloud.members import given
from labkit.cloud.members import now as now
from labkit.cloud.operations import Answer, Context, Handler, operation
from labkit.cloud.paging import Lister, paged
from labkit.cloud.quicksight import gate, principals, tagging
from labkit.cloud.quicksight import permissions as rights
from labkit.cloud.quicksight.kinds import FOLDER, GROUP, USER, Kind
from labkit.cloud.quicksight.words import exists, not_found, page
from labkit.cloud.state import Records

Record = dict[str, Any]


def answers(name: str, *, alone: bool = True, anyone: bool = False) -> Callable[[Handler], Handler]:
    """Register QuickSight's answer to an operation, its members checked by the model.

    The handler gets the members without ``AwsAccountId``, which must be the caller's own; the
    answer gets the ``RequestId`` and the ``Status`` that every answer of QuickSight has. Before the
    account has signed up, a page may be larger than the model's 100, as scripts for moto ask.

    Args:
        name: the operation's name in its API model.
        alone: no other operation changes records meanwhile; not for what takes long.
        anyone: also for an account that has not signed up for QuickSight.
    """

    def register(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def checked(context: Context, **members: Any) -> Answer:
            large = {"MaxResults": None} if gate.is_open(context.cloud) else {}
            check_members("quicksight", name, {**members, **large})
            account = members.pop("AwsAccountId", members.pop("awsAccountId", context.account))
            gate.check_account(context, account)
            if not anyone:
                gate.check_subscription(context)
            if not alone:
                return _whole(name, handler(context, **members))
            with context.cloud.lock("quicksight"):
                return _whole(name, handler(context, **members))

        return operation("quicksight", name)(checked)

    return register


def lists(name: str, member: str) -> Callable[[Lister], Handler]:
    """Register QuickSight's answer to an operation that lists: a page of what the handler gives.

    Args:
        name: the operation's name in its API model.
        member: the answer's, under which the page stands.
    """

    return lambda handler: answers(name)(paged(member, page, handler))


def create(
    context: Context,
    kind: Kind,
    id: str,
    members: Record,
    *,
    permissions: Sequence[Record] | None = None,
    tags: Sequence[Record] | None = None,
    private: Record | None = None,
) -> Record:
    """Put a new resource on record.

    Args:
        members: what ``Describe`` shall answer beside id, ARN and times.
        permissions: who may do what, as the API has it.
        private: what nobody is told.

    Raises:
        AwsError: ``ResourceExistsException``, the id is taken; a principal or an action is none.
    """
    if look_up(context.cloud, context.region, kind, id) is not None:
        raise exists(f"{kind.noun} {id} already exists.", kind.type)
    principals.check(context.cloud, kind, permissions or [])
    granted = rights.grant(kind, [], permissions or [])
    made = {
        kind.id: id,
        "Arn": kind.arn(context, id),
        "CreatedTime": now(),
        "LastUpdatedTime": now(),
        **given(members),
        "_": {"id": id, "region": context.region, "permissions": granted, **(private or {})},
    }
    with context.cloud.state.together():
        if tags:
            tagging.tag(context.cloud, made["Arn"], tags)
        return put(context.cloud, kind, made)


def update(context: Context, kind: Kind, id: str, members: Record) -> Record:
    """Change members of a resource; one that is ``None`` goes.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    changed = {**find(context, kind, id), "LastUpdatedTime": now(), **members}
    return put(context.cloud, kind, given(changed))


def keep(context: Context, kind: Kind, id: str, /, **private: Any) -> Record:
    """Change what nobody is told of a resource."""
    record = find(context, kind, id)
    return put(context.cloud, kind, record | {"_": record["_"] | private})


def find(context: Context, kind: Kind, id: str) -> Record:
    """A resource's record.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    found = look_up(context.cloud, context.region, kind, id)
    if found is None:
        raise not_found(f"{kind.noun} {id} is not found.", kind.type)
    return found


def look_up(cloud: Cloud, region: str, kind: Kind, id: str) -> Record | None:
    """A resource's record, if there is one."""
    return records(cloud, kind).get(f"{region}/{id}")


def remove(context: Context, kind: Kind, id: str) -> Record:
    """Drop a resource and its tags, and take it out of its folders; gives what it was.

    A user or a group loses what it was given: another of its name has none of it.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    record = find(context, kind, id)
    with context.cloud.state.together():
        tagging.forget(context.cloud, record["Arn"])
        leave_folders(context, record["Arn"])
        if kind in (USER, GROUP):
            _give_back(context.cloud, record["Arn"])
        del records(context.cloud, kind)[f"{context.region}/{id}"]
    return record


def _give_back(cloud: Cloud, principal: str) -> None:
    for kind in rights.KINDS:
        for each in list(records(cloud, kind).values()):
            held = rights.held(each)
            left = [one for one in held if one["Principal"] != principal]
            if left != held:
                put(cloud, kind, each | {"_": each["_"] | {"permissions": left}})


def leave_folders(context: Context, arn: str) -> None:
    """Take a resource out of the folders that it is in."""
    for folder in listed(context, FOLDER):
        if arn in (held := folder["_"]["members"]):
            left = [each for each in held if each != arn]
            keep(context, FOLDER, folder["FolderId"], members=left)


def listed(context: Context, kind: Kind) -> list[Record]:
    """All resources of a kind in the caller's region, in order of creation."""
    found = list(records(context.cloud, kind).values())
    return [record for record in found if record["_"]["region"] == context.region]


def put(cloud: Cloud, kind: Kind, record: Record) -> Record:
    """Store a record whole."""
    private = record["_"]
    records(cloud, kind)[f"{private['region']}/{private['id']}"] = record
    return record


def records(cloud: Cloud, kind: Kind) -> Records:
    """All records of a kind, of every region, by region and id."""
    return cloud.records(f"quicksight.{kind.name}")


def shown(record: Record, *names: str) -> Record:
    """What a caller is told of a record; of the named members only, when any is named."""
    told = names or [name for name in record if name != "_"]
    return {name: record[name] for name in told if name in record}


def _whole(name: str, answer: Answer | None) -> Answer:
    """An answer with what every answer has: its request's id and its HTTP status."""
    model = protocol.service_model("quicksight")
    usual = model.operation_model(name).http.get("responseCode", 200) if model else 200
    return {"RequestId": str(uuid.uuid4()), "Status": usual} | (answer or {})
