"""A data set's definition before it is kept: its sources are there, its steps make columns.

Nothing is read: the columns of a physical table are those that its input declares; only a query
that declares none is compiled. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDataSet.html
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.cloud.lake.engines import open_session
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import gate, records
from labkit.cloud.quicksight.kinds import DATA_SET, DATA_SOURCE
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.sources.failures import EXPECTED, SourceError, told
from labkit.cloud.quicksight.sources.opening import physical_table
from labkit.cloud.quicksight.spice import calculations, security, types
from labkit.cloud.quicksight.spice.building import parameters_of
from labkit.cloud.quicksight.spice.logical import Tables, logical
from labkit.cloud.quicksight.spice.model import Column, PreparationError, Relation
from labkit.cloud.quicksight.spice.opening import parent_arns, parents_of
from labkit.cloud.quicksight.spice.prep import SPICE_ONLY, prepared
from labkit.cloud.quicksight.spice.transforms import check_names, kind_of
from labkit.cloud.quicksight.words import invalid, not_found

Members = Mapping[str, Any]
_MOST_COLUMNS = 2000


def storable(value: Any) -> Any:
    """Members as a record keeps them: times as seconds since 1970, nothing that was not given."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {name: storable(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [storable(each) for each in value]
    return value


def checked(context: Context, id: str, members: Record) -> Record:
    """A data set's members as they are kept, with its output columns.

    Raises:
        AwsError: a source is not there; the steps make no data set; a rule does not fit.
    """
    kept: Record = storable(members)
    _check_mode(context, id, kept)
    try:
        table = declared(context, kept)
        _check_security(context, kept, table)
    except PreparationError as error:
        raise invalid(str(error)) from error
    return {**kept, "OutputColumns": output_columns(table, parameters_of(kept))}


def declared(context: Context, members: Members) -> Relation:
    """The relation that a data set makes, over empty tables of the declared columns."""
    tables = members["PhysicalTableMap"]
    parameters = parameters_of(members)

    def physical(id: str) -> Relation:
        return _declared(context, id, tables[id], parameters)

    imported = members["ImportMode"] == "SPICE"
    known = Tables(tuple(tables), physical, lambda arn, _: _parent(context, arn, imported))
    if steps := members.get("DataPrepConfiguration"):
        return prepared(known, steps, parameters)
    return logical(known, members.get("LogicalTableMap"), parameters)


def output_columns(table: Relation, parameters: Mapping[str, Any]) -> list[Record]:
    """A relation's columns, as ``DescribeDataSet`` tells them."""
    if len(table.columns) > _MOST_COLUMNS:
        raise invalid(f"A data set has at most {_MOST_COLUMNS} columns.")
    told = [_output(column) for column in table.columns]
    fields = {n: calculations.compiled(table, text, parameters) for n, text in table.fields.items()}
    return told + [{"Name": n, "Type": types.type_name(f.type)} for n, f in fields.items()]


def _output(column: Column) -> Record:
    kind = types.type_name(column.type)
    optional = {
        "Id": column.id,
        "Description": column.description,
        "SubType": ("FIXED" if column.fixed else "FLOAT") if kind == "DECIMAL" else "",
    }
    given = {name: value for name, value in optional.items() if value}
    return {"Name": column.name, "Type": kind, **given}


def _declared(context: Context, id: str, table: Members, parameters: Mapping[str, Any]) -> Relation:
    _, members = kind_of(table)
    _check_source(context, members["DataSourceArn"])
    columns: Sequence[Members] = members.get("InputColumns") or members.get("Columns") or []
    if not columns:
        return _compiled(context, id, table, parameters)
    check_names([each["Name"] for each in columns])
    found = tuple(
        Column(
            each["Name"],
            types.engine_type(each["Type"]),
            id=each.get("Id", ""),
            fixed=each.get("SubType") == "FIXED" and each["Type"] == "DECIMAL",
            origins=frozenset([f"{id}/{each['Name']}"]),
        )
        for each in columns
    )
    return Relation(_empty(found), found)


def _compiled(context: Context, id: str, table: Members, parameters: Mapping[str, Any]) -> Relation:
    """The columns of a query that declares none, as its source tells them."""
    aside: list[Path] = []
    try:
        with open_session(context.cloud) as session:
            found = physical_table(
                context.cloud, session, context.region, id, table,
                parameters=parameters, aside=aside,
            )  # fmt: skip
    except (SourceError, *EXPECTED) as error:
        raise PreparationError(told(error)[1]) from error
    return Relation(_empty(found.columns), found.columns)


def _empty(columns: Sequence[Column]) -> str:
    values = (f"CAST(NULL AS {column.type.duckdb}) AS {column.sql}" for column in columns)
    return f"SELECT {', '.join(values)} LIMIT 0"


def _check_source(context: Context, arn: str) -> None:
    found = records.look_up(context.cloud, context.region, DATA_SOURCE, arn.rpartition("/")[2])
    if found is None or found["Arn"] != arn:
        raise not_found(f"The data source {arn} is not found.")


def _parent(context: Context, arn: str, imported: bool) -> Relation:
    record = records.look_up(context.cloud, context.region, DATA_SET, arn.rpartition("/")[2])
    if record is None or record["Arn"] != arn:
        raise not_found(f"The data set {arn} is not found.")
    usage = record.get("DataSetUsageConfiguration") or {}
    if usage.get("DisableUseAsImportedSource" if imported else "DisableUseAsDirectQuerySource"):
        raise PreparationError(f"The data set {arn} may not be used by others so.")
    return declared(context, record)


def _check_mode(context: Context, id: str, members: Record) -> None:
    parents = parents_of(context.cloud, context.region, members)
    if any(parent["DataSetId"] == id for parent in parents):
        raise invalid(f"The data set {id} would be made of itself.")
    if members["ImportMode"] == "SPICE":
        for parent in parents:
            if security.is_secured(parent):
                raise invalid(
                    f"The data set {parent['DataSetId']} has row-level or column-level security; "
                    "a data set that is made of it must query it directly."
                )
        return
    for table in members["PhysicalTableMap"].values():
        if kind_of(table)[0] in ("S3Source", "FileSource"):
            raise invalid("Files can be imported into SPICE only, and not queried directly.")
    steps = (members.get("DataPrepConfiguration") or {}).get("TransformStepMap") or {}
    for name, step in steps.items():
        if (kind := kind_of(step)[0]) in SPICE_ONLY:
            raise invalid(f"{name} is of the kind {kind}, which can be done in SPICE only.")
    if len(sources := sorted(set(_sources(context, members)))) > 1:
        raise invalid(f"A direct query asks one source, and not {', '.join(sources)}; use SPICE.")


def _sources(context: Context, members: Members) -> Iterator[str]:
    """The data sources that a direct query asks; SPICE's rows of another data set are one, too.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/joining-data.html
    """
    for table in members["PhysicalTableMap"].values():
        yield kind_of(table)[1]["DataSourceArn"]
    for arn in parent_arns(members):
        parent = records.look_up(context.cloud, context.region, DATA_SET, arn.rpartition("/")[2])
        if parent and parent["ImportMode"] != "SPICE":
            yield from _sources(context, parent)
        else:
            yield arn


def _check_security(context: Context, members: Record, table: Relation) -> None:
    if not security.is_secured(members):
        return
    gate.check_enterprise(context, "Row-level and column-level security")
    names = {column.name for column in table.columns}
    security.check_columns(members, names | set(table.fields))
    security.check_tags(members, table.columns)
    if rules := security.user_rules(members):
        if rules.get("FormatVersion") == "VERSION_2" and rules.get("Namespace"):
            raise invalid("Invalid RowLevelPermissionDataSet. Namespace parameter should not be "
                          "specified for Version 2")  # fmt: skip
        record = records.look_up(
            context.cloud, context.region, DATA_SET, rules["Arn"].rpartition("/")[2]
        )
        if record is None:
            raise not_found(f"The data set {rules['Arn']} is not found.")
        listed = [column["Name"] for column in record["OutputColumns"]]
        security.check_rules(members, listed, table.columns)
