"""The parameters of a definition and their values.

A value that is given stands before the declaration's default; ``[ALL]`` means every value, as the
parameter's reserved value does, and ``None`` NULL. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ParameterDeclaration.html,
https://docs.aws.amazon.com/quicksight/latest/user/parameters-set-up.html and
https://docs.aws.amazon.com/quicksight/latest/user/parameters-in-a-url.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.quicksight.definitions import walk

Json = Mapping[str, Any]
#: The value of a parameter that selects everything.
ALL = "[ALL]"
#: What a parameter holds then, to a calculated field, unless its declaration says otherwise.
RESERVED = {
    "StringParameterDeclaration": "ALL_VALUES",
    "IntegerParameterDeclaration": -(2**31),
    "DecimalParameterDeclaration": -(2**63),
}


def parameter_values(
    declarations: list[Json], given: Mapping[str, Any], rolling: Callable[[str], Any]
) -> dict[str, Any]:
    """Each declared parameter's value: of a parameter of many values, a list.

    Args:
        declarations: the definition's ``ParameterDeclarations``.
        given: values by name; names are matched without regard to case.
        rolling: evaluates the expression of a rolling date.
    """
    lowered = {name.lower(): value for name, value in given.items()}
    return {
        body["Name"]: _value(kind, body, lowered, rolling)
        for declaration in declarations
        for kind, body in declaration.items()
    }


def reserved_values(declarations: list[Json]) -> dict[str, Any]:
    """What each parameter holds where all values are selected."""
    return {
        body["Name"]: _reserved(kind, body)
        for declaration in declarations
        for kind, body in declaration.items()
    }


def _reserved(kind: str, body: Json) -> Any:
    unset = body.get("ValueWhenUnset") or {}
    null = unset.get("ValueWhenUnsetOption") == "NULL"
    return unset.get("CustomValue", None if null else RESERVED.get(kind))


def without_value(declarations: list[Json], given: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that have neither a value nor a default: their filters let all through.

    Dynamic defaults that the reader has are given as values. Unset may also mean NULL, which a
    declaration says, or another default.
    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StringValueWhenUnsetConfiguration.html
    """
    lowered = {name.lower() for name in given}
    return frozenset(
        body["Name"]
        for declaration in declarations
        for body in declaration.values()
        if body["Name"].lower() not in lowered
        and not any(_of_all(body.get("DefaultValues") or {}))
        and (body.get("ValueWhenUnset") or {}).get("ValueWhenUnsetOption") != "NULL"
        and "CustomValue" not in (body.get("ValueWhenUnset") or {})
    )


def _of_all(defaults: Json) -> Iterator[Any]:
    """The defaults that are not of single users and groups."""
    return (value for kind, value in defaults.items() if kind != "DynamicValue")


def mapped_values(
    declarations: list[Json], values: Mapping[str, Any], identifier: str
) -> dict[str, Any]:
    """The values that a definition's parameters give those of a data set, by the latter's names.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MappedDataSetParameter.html
    """
    return {
        mapped["DataSetParameterName"]: _zoned(values[body["Name"]])
        for declaration in declarations
        for body in declaration.values()
        for mapped in body.get("MappedDataSetParameters") or ()
        if mapped["DataSetIdentifier"] == identifier
    }


def _zoned(value: Any) -> Any:
    if isinstance(value, list):
        return [_zoned(each) for each in value]
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _value(kind: str, body: Json, given: Mapping[str, Any], rolling: Callable[[str], Any]) -> Any:
    many = body.get("ParameterValueType") == "MULTI_VALUED"
    if body["Name"].lower() in given:
        value = given[body["Name"].lower()]
        listed = list(value) if isinstance(value, list | tuple) else [value]
    else:
        listed = list(_defaults(body, rolling))
    if ALL in listed or (kind in RESERVED and RESERVED[kind] in listed):
        return ALL
    if kind == "DateTimeParameterDeclaration":
        listed = [each if each is None else _in_utc(walk.moment(each)) for each in listed]
    return listed if many else (listed[0] if listed else None)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _defaults(body: Json, rolling: Callable[[str], Any]) -> Iterator[Any]:
    defaults = body.get("DefaultValues") or {}
    unset = body.get("ValueWhenUnset") or {}
    if defaults.get("StaticValues"):
        yield from defaults["StaticValues"]
    elif defaults.get("RollingDate"):
        yield rolling(defaults["RollingDate"]["Expression"])
    elif "CustomValue" in unset:
        yield unset["CustomValue"]
