"""DataBrew's resources as durable records of our own, one kind a resource.

A record has the members that ``Describe`` answers, ``CreatedBy`` and its like among them, and under
``_`` what nobody is told. Each name is unique in its account and region.
Source: https://docs.aws.amazon.com/databrew/latest/dg/API_DescribeDataset.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.constraints import check_members
from labkit.cloud.databrew.quotas import check_number
from labkit.cloud.databrew.words import conflict, not_found, page
from labkit.cloud.members import given
from labkit.cloud.members import now as now
from labkit.cloud.members import shown as shown
from labkit.cloud.operations import Answer, Context, Handler, operation
from labkit.cloud.paging import Lister, paged
from labkit.cloud.state import Records

Record = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    Args:
        name: as in its ARN (``dataset``); its records are ``databrew.dataset``.
        missing: the sentence for a name that there is not, with ``{name}`` in it.
        taken: the sentence for a name that there is.
    """

    name: str
    missing: str
    taken: str

    def arn(self, context: Context, name: str) -> str:
        return context.arn(f"{self.name}/{name}")


DATASET = Kind("dataset", "One or more resources can't be found.", "{name} already exists.")
JOB = Kind("job", "Job {name} wasn't found.", "The job {name} already exists.")
RULESET = Kind("ruleset", "Ruleset {name} not found.", "Ruleset {name} already exists.")
SCHEDULE = Kind("schedule", "Schedule {name} wasn't found.", "The schedule {name} already exists.")
RECIPE = Kind("recipe", "The recipe {name} wasn't found", "The recipe {name} already exists")
PROJECT = Kind("project", "The project {name} wasn't found.", "The project {name} already exists.")


def answers(name: str, *, alone: bool = True) -> Callable[[Handler], Handler]:
    """Register DataBrew's answer to an operation, its members checked by the model.

    Args:
        name: the operation's name in its API model.
        alone: no other operation changes records meanwhile; not for what takes long.
    """

    def register(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def checked(context: Context, **members: Any) -> Answer | None:
            check_members("databrew", name, members)
            if not alone:
                return handler(context, **members)
            with context.cloud.lock("databrew"):
                return handler(context, **members)

        return operation("databrew", name)(checked)

    return register


def lists(name: str, member: str) -> Callable[[Lister], Handler]:
    """Register DataBrew's answer to an operation that lists: a page of what the handler gives.

    Args:
        name: the operation's name in its API model.
        member: the answer's, under which the page stands.
    """
    return lambda handler: answers(name)(paged(member, page, handler))


def create(
    context: Context, kind: Kind, name: str, members: Record, private: Record | None = None
) -> Record:
    """Put a new resource on record.

    Args:
        members: what ``Describe`` shall answer beside who made it and when.
        private: what nobody is told.

    Raises:
        AwsError: ``ConflictException``, the name is taken; ``ServiceQuotaExceededException``.
    """
    if _id(context.region, name) in records(context.cloud, kind):
        raise conflict(kind.taken.format(name=name))
    check_number(context.operation, kind.name, len(listed(context, kind)))
    made = {
        "Name": name,
        "AccountId": context.account,
        "ResourceArn": kind.arn(context, name),
        "CreateDate": now(),
        "CreatedBy": context.principal.arn,
        "Tags": {},
        **given(members),
        "_": {"region": context.region, **(private or {})},
    }
    return put(context.cloud, kind, made)


def update(
    context: Context, kind: Kind, name: str, members: Record, *, missing: str = ""
) -> Record:
    """Change members of a resource; one that is ``None`` goes.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    record = find(context, kind, name, missing=missing)
    changed = {"LastModifiedBy": context.principal.arn, "LastModifiedDate": now(), **members}
    return put(context.cloud, kind, given(record | changed))


def find(context: Context, kind: Kind, name: str, *, missing: str = "") -> Record:
    """A resource's record.

    Args:
        missing: the sentence when there is none, where it is not the kind's own.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    found = look_up(context.cloud, context.region, kind, name)
    if found is None:
        raise not_found((missing or kind.missing).format(name=name))
    return found


def look_up(cloud: Cloud, region: str, kind: Kind, name: str) -> Record | None:
    """A resource's record, if there is one."""
    return records(cloud, kind).get(_id(region, name))


def remove(context: Context, kind: Kind, name: str) -> None:
    """Drop a resource.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    find(context, kind, name)
    del records(context.cloud, kind)[_id(context.region, name)]


def listed(context: Context, kind: Kind) -> list[Record]:
    """All resources of a kind in the caller's region, in order of creation."""
    found = list(records(context.cloud, kind).values())
    return [record for record in found if record["_"]["region"] == context.region]


def put(cloud: Cloud, kind: Kind, record: Record) -> Record:
    """Store a record whole."""
    records(cloud, kind)[_id(record["_"]["region"], record["Name"])] = record
    return record


def records(cloud: Cloud, kind: Kind) -> Records:
    """All records of a kind, of every region, by region and name."""
    return cloud.records(f"databrew.{kind.name}")


def name_of(reference: str) -> str:
    """A resource's name, given its name or ARN.

    >>> name_of("arn:aws:databrew:us-east-1:123456789012:dataset/my orders")
    'my orders'
    """
    return reference.partition("/")[2] if reference.startswith("arn:") else reference


def _id(region: str, name: str) -> str:
    return f"{region}/{name}"
