"""What a table may not be declared as: its keys, encodings and defaults.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html and
https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift.aggregates import AGGREGATES
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.compile import compile_expression
from labkit.cloud.engine.redshift.errors import GROUPING, RedshiftError
from labkit.cloud.engine.redshift.reading import parse_expression
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import TableColumn
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.statements.declaring import Declared

_MOMENTS = {"date", "timestamp", "timestamptz", "time", "timetz"}
_WHOLE = {"int2", "int4", "int8", "numeric"}
#: The types that an encoding is for; one that is not here is for all.
_ENCODED = {
    "az64": _WHOLE | _MOMENTS,
    "bytedict": _WHOLE | _MOMENTS | {"float4", "float8", "bpchar", "varchar"},
    "delta": _WHOLE | _MOMENTS,
    "delta32k": (_WHOLE | _MOMENTS) - {"int2"},
    "mostly8": _WHOLE,
    "mostly16": _WHOLE - {"int2"},
    "mostly32": {"int8", "numeric"},
    "text255": {"varchar"},
    "text32k": {"varchar"},
}
_NO_LZO = {"bool", "float4", "float8"}
#: Types of the leader node's own tables.
_LEADERS = {"oid", "_int2", "_oid", "_text", "int2vector", "oidvector"}


def check_declared(connection: Connection, declared: Declared) -> None:
    """Refuse what a CREATE TABLE may not say.

    Raises:
        RedshiftError: a key, an encoding or a default that Redshift does not take.
    """
    _check_keys(declared)
    for column in declared.columns:
        check_encoding(column)
        if column.default:
            _check_default(connection, column)


def _check_default(connection: Connection, column: TableColumn) -> None:
    tree = parse_expression(column.default)
    if tree.find(exp.Query):
        raise RedshiftError("cannot use subquery in default expression", "0A000")
    if any(call.name.lower() in AGGREGATES for call in tree.find_all(exp.Anonymous)):
        raise RedshiftError("cannot use aggregate function in default expression", GROUPING)
    stored(compile_expression(tree, Names(connection)), column.type, column.name)


def check_references(
    connection: Connection, constraints: Sequence[dict[str, Any]], table: str
) -> None:
    """Refuse foreign keys to what is not there; a table may refer to itself.

    Raises:
        RedshiftError: there is no such table, or it has no such column.
    """
    for each in constraints:
        if each["kind"] != "FOREIGN KEY" or each["table"][-1] == table:
            continue
        known = {column.name for column in find_relation(connection, tuple(each["table"])).columns}
        for name in each["references"]:
            if name not in known:
                told = f'column "{name}" referenced in foreign key constraint does not exist'
                raise RedshiftError(told, "42703")


def check_type(name: str, kind: Type) -> None:
    """Refuse a column of one of the leader node's types, or of intervals without units.

    Source: https://github.com/aws/amazon-redshift-python-driver/blob/master/test/integration/test_unsupported_datatypes.py
    """
    if kind.base in _LEADERS or (kind.base == "interval" and not kind.size):
        raise RedshiftError(f'Column "{name}" has unsupported type "{kind.plain}"', "0A000")


def check_encoding(column: TableColumn) -> None:
    """Refuse an encoding that is not for the column's type."""
    base, name = column.type.base, column.encode
    if base not in _ENCODED.get(name, {base}) or (name == "lzo" and base in _NO_LZO):
        raise RedshiftError(f'invalid encoding type specified for column "{column.name}"', "22023")


def _check_keys(declared: Declared) -> None:
    known = {column.name: column for column in declared.columns}
    dist, sort = declared.attributes.get("distkey"), declared.attributes.get("sortkey", ())
    for noun, name in [("DISTKEY", dist), *(("SORTKEY", name) for name in sort)]:
        if name and name not in known:
            raise RedshiftError(f'column "{name}" named in key does not exist', "42703")
        if name and (kind := known[name].type.base) in ("super", "geometry", "geography"):
            raise RedshiftError(f'{kind.upper()} column "{name}" cannot be a {noun}', "0A000")
    check_constraints(declared.columns, declared.constraints)
    style = declared.attributes.get("diststyle", "AUTO")
    if (style in ("EVEN", "ALL") and dist) or (style == "KEY" and not dist):
        raise RedshiftError(f"DISTSTYLE {style} and the DISTKEY do not go together", "42601")


def check_constraints(
    columns: Sequence[TableColumn], constraints: Sequence[dict[str, Any]]
) -> None:
    """Refuse constraints that a table of these columns cannot have.

    Raises:
        RedshiftError: one is of a column that is not there, or of one twice; two have one name, or
            are primary keys.
    """
    known = {column.name for column in columns}
    for each in constraints:
        named = each["columns"]
        if missing := [name for name in named if name not in known]:
            raise RedshiftError(f'column "{missing[0]}" named in key does not exist', "42703")
        if twice := [name for name in named if named.count(name) > 1]:
            told = f'column "{twice[0]}" appears twice in {each["kind"].lower()} constraint'
            raise RedshiftError(told, "42701")
    names = [each["name"] for each in constraints if each.get("name")]
    if twice := [name for name in names if names.count(name) > 1]:
        raise RedshiftError(f'constraint "{twice[0]}" already exists', "42710")
    if [each["kind"] for each in constraints].count("PRIMARY KEY") > 1:
        raise RedshiftError("multiple primary keys for a table are not allowed", "42P16")
