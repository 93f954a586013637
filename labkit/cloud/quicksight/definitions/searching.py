"""Search of assets by name or by whose they are.

``QUICKSIGHT_OWNER`` and its like find what a user or a group may manage or view, by its groups and
its namespace too; ``DIRECT_...`` what is given to it by name. An owner may do all that its kind of
asset allows. A name is found by ``StringEquals``, or by a part of it, in any case, by
``StringLike``; filters hold together.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardSearchFilter.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import permissions, principals
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import invalid


def search(
    context: Context, kind: Kind, found: Sequence[Record], filters: Sequence[Record]
) -> list[Record]:
    """Those of some records that all filters let through.

    Raises:
        AwsError: ``InvalidParameterValueException``, a filter's operator does not suit its name.
    """
    tests = [_test(context, kind, each) for each in filters]
    return [record for record in found if all(test(record) for test in tests)]


def is_owner(kind: Kind, record: Record, names: Sequence[str]) -> bool:
    """Whether one of these principals may manage an asset."""
    return any(_owns(kind, given) for given in _given(record, names))


def is_viewer(record: Record, names: Sequence[str]) -> bool:
    """Whether one of these principals may do anything with an asset."""
    return bool(_given(record, names))


Test = Callable[[Record], bool]


def _test(context: Context, kind: Kind, one: Record) -> Test:
    name, operator, value = one.get("Name", ""), one.get("Operator", ""), one.get("Value", "")
    if name == f"{kind.noun.upper()}_NAME":
        return _named(operator, value)
    if operator != "StringEquals":
        raise invalid(f"Operator {operator} is not supported for filter {name}.")
    direct = name.startswith("DIRECT_")
    names = [value] if direct else [value, *principals.names_of(context.cloud, value)]
    match name.removeprefix("DIRECT_").removeprefix("QUICKSIGHT_"):
        case "OWNER":
            return lambda record: is_owner(kind, record, names)
        case "SOLE_OWNER":
            return lambda record: _owners(kind, record) == [value]
    return lambda record: is_viewer(record, names)


def _named(operator: str, value: str) -> Test:
    if operator == "StringLike":
        return lambda record: value.lower() in record["Name"].lower()
    return lambda record: bool(record["Name"] == value)


def _given(record: Record, names: Sequence[str]) -> list[Record]:
    return [each for each in permissions.held(record) if each["Principal"] in names]


def _owners(kind: Kind, record: Record) -> list[str]:
    return [each["Principal"] for each in permissions.held(record) if _owns(kind, each)]


def _owns(kind: Kind, given: Record) -> bool:
    return f"quicksight:Update{kind.noun}" in given["Actions"]
