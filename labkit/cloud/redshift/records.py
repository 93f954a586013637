"""What Redshift's control planes remember: durable records, one kind a resource.

A record has the members that ``Describe`` answers, and under ``_`` what nobody is told. Names are
unique in an account and region, in any case of their letters.
Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.members import given as given
from labkit.cloud.members import now as now
from labkit.cloud.members import shown as shown
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.redshift.words import fault
from labkit.cloud.state import Records

Record = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    Args:
        name: of its records, ``cluster``.
        status: the member that says which state it is in; empty for what has none.
        missing: the model's error for one that there is not, and its sentence.
        taken: the model's error for a name that another has, and its sentence.
        failed: the state of one whose work failed.
    """

    name: str
    missing: tuple[str, str]
    taken: tuple[str, str]
    status: str = ""
    service: str = "redshift"
    failed: str = "hardware-failure"

    def refusal(self, what: tuple[str, str], name: str) -> AwsError:
        return fault(what[0], what[1].format(name), self.service)


def find(context: Context, kind: Kind, name: str) -> Record:
    """A resource's record.

    Raises:
        AwsError: there is none of that name.
    """
    found = look_up(context.cloud, context.region, kind, name)
    if found is None:
        raise kind.refusal(kind.missing, name)
    return found


def check_free(context: Context, kind: Kind, name: str) -> None:
    """Refuse a name that is taken."""
    if look_up(context.cloud, context.region, kind, name):
        raise kind.refusal(kind.taken, name)


def look_up(cloud: Cloud, region: str, kind: Kind, name: str) -> Record | None:
    """A resource's record, if there is one."""
    return records(cloud, kind).get(_key(region, name))


def create(context: Context, kind: Kind, name: str, record: Record, **private: Any) -> Record:
    """Put a new resource on record; members that are ``None`` are left out.

    Raises:
        AwsError: the name is taken.
    """
    check_free(context, kind, name)
    hidden = {"region": context.region, "name": name.lower(), **private}
    return put(context.cloud, kind, given(record) | {"_": hidden})


def put(cloud: Cloud, kind: Kind, record: Record) -> Record:
    """Store a record whole."""
    records(cloud, kind)[key_of(record)] = record
    return record


def remove(cloud: Cloud, kind: Kind, record: Record) -> None:
    """Drop a record."""
    records(cloud, kind).pop(key_of(record), None)


def listed(context: Context, kind: Kind, keep: Callable[[Record], bool] = bool) -> list[Record]:
    """The resources of a kind in the caller's region, in order of creation."""
    return [r for r in every(context.cloud, kind) if _region(r) == context.region and keep(r)]


def every(cloud: Cloud, kind: Kind) -> Iterator[Record]:
    """The resources of a kind in all regions."""
    return iter(list(records(cloud, kind).values()))


def hiding(record: Record, **private: Any) -> Record:
    """The hidden part of a record with other values, as a change of the record."""
    return {"_": record["_"] | private}


def records(cloud: Cloud, kind: Kind) -> Records:
    """All records of a kind, by region and name."""
    return cloud.records(f"redshift.{kind.name}")


def key_of(record: Record) -> str:
    """Where a record stands."""
    return _key(_region(record), record["_"]["name"])


def _region(record: Record) -> str:
    return str(record["_"]["region"])


def _key(region: str, name: str) -> str:
    return f"{region}/{name.lower()}"
