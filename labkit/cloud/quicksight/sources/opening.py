"""A data set's physical tables as SQL: the registry of readers, and what each is given.

A reader is found by the kind of data source and the kind of physical table. To read more is to add
a reader. Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PhysicalTable.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.kinds import DATA_SOURCE
from labkit.cloud.quicksight.sources.access import reader_of
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.spice import types
from labkit.cloud.quicksight.spice.model import Column, Relation
from labkit.cloud.quicksight.spice.transforms import check_names, kind_of

Members = Mapping[str, Any]


@dataclass(frozen=True)
class Opening:
    """What a reader of physical tables is given.

    Args:
        cloud: the workspace's local AWS.
        region: of the data source.
        session: where the SQL will run.
        source: the data source's record.
        principal: as whom it is read.
        parameters: the data set's parameters and their values.
        aside: gets the files that are unpacked for the session.
    """

    cloud: Cloud
    region: str
    session: Session
    source: Members
    principal: Principal
    parameters: Mapping[str, Any]
    aside: list[Path] = field(default_factory=list)


Reader = Callable[[Opening, Members], Relation]
READERS: dict[tuple[str, str], Reader] = {}


def reader(source: str, table: str) -> Callable[[Reader], Reader]:
    """Register how a kind of physical table of a kind of data source is read."""

    def register(function: Reader) -> Reader:
        READERS[source, table] = function
        return function

    return register


def physical_table(
    cloud: Cloud,
    session: Session,
    region: str,
    id: str,
    table: Members,
    *,
    parameters: Mapping[str, Any],
    aside: list[Path],
) -> Relation:
    """A physical table's rows as SQL.

    Raises:
        SourceError: its source is gone, is none that is read here, or cannot be read.
        QueryFailed: Athena refuses the query.
        PreparationError: a parameter is missing.
    """
    kind, members = kind_of(table)
    source = source_of(cloud, region, members["DataSourceArn"])
    read = reader_for(source, kind)
    principal = reader_of(cloud, source)
    opening = Opening(cloud, region, session, source, principal, parameters, aside)
    return _with_origins(id, read(opening, members))


def reader_for(source: Members, table: str) -> Reader:
    """The reader of a kind of physical table of a data source.

    Raises:
        SourceError: there is none here.
    """
    found = READERS.get((source["Type"], table))
    if found is None:
        raise SourceError(
            "INVALID_DATA_SOURCE_CONFIG",
            f"The local AWS does not read a {table} of a data source of the type "
            f"{source['Type']}. On an AWS account it is read.",
        )
    return found


def source_of(cloud: Cloud, region: str, arn: str) -> Members:
    """The record of a data source.

    Raises:
        SourceError: there is none.
    """
    found = records.look_up(cloud, region, DATA_SOURCE, arn.rpartition("/")[2])
    if found is None or found["Arn"] != arn:
        raise SourceError("DATA_SOURCE_NOT_FOUND", f"The data source {arn} is not found.")
    return found


def typed(found: Relation, columns: Sequence[Members]) -> Relation:
    """The columns that an input names, in its order, each of the type that it says.

    Where the input names none, all columns, each of QuickSight's type that fits.

    Raises:
        SourceError: a column is not there.
    """
    if not columns:
        columns = [{"Name": c.name, "Type": types.type_name(c.type)} for c in found.columns]
    check_names([each["Name"] for each in columns])
    known = {column.name.lower(): column for column in found.columns}
    chosen, changes = [], {}
    for each in columns:
        column = known.get(each["Name"].lower())
        if column is None:
            raise SourceError(
                "SQL_SCHEMA_MISMATCH_ERROR",
                f"Column '{each['Name']}' is not there. There are: "
                f"{', '.join(column.name for column in found.columns)}.",
            )
        chosen.append((column, replace(column, name=each["Name"], id=each.get("Id", ""))))
        changes[each["Name"]] = (each["Type"], "", each.get("SubType") == "FIXED")
    shown = found.select(f"{old.sql} AS {new.sql}" for old, new in chosen)
    named = Relation(shown, tuple(new for _, new in chosen), found.faults)
    return types.convert(named, changes)


def _with_origins(id: str, table: Relation) -> Relation:
    columns = tuple(_from(id, column) for column in table.columns)
    return replace(table, columns=columns)


def _from(id: str, column: Column) -> Column:
    return replace(column, origins=frozenset([f"{id}/{column.name}"]))
