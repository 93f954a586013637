"""Constraints, routines and dependencies as the SQL standard's and Redshift's own views tell them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_Defining_constraints.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.system.catalogs import relations
from labkit.cloud.redshift.system.constraints import constraints, named_columns, referenced
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse.objects import returned

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"
_KINDS = {"p": "PRIMARY KEY", "u": "UNIQUE", "f": "FOREIGN KEY"}
_CONSTRAINT = f"constraint_catalog {_V}, constraint_schema {_V}, constraint_name {_V}, "
_TABLE = f"table_catalog {_V}, table_schema {_V}, table_name {_V}, "


def _places(connection: Connection) -> Iterator[tuple[Any, tuple[str, ...], tuple[str, ...]]]:
    for each in constraints(connection):
        place = (connection.database, each.table.schema)
        yield each, (*place, each.name), (*place, each.table.name)


@system("information_schema.table_constraints", f"{_CONSTRAINT}{_TABLE}"
        f"constraint_type {_V}, is_deferrable varchar(3), initially_deferred varchar(3)"
        )  # fmt: skip
def table_constraints(connection: Connection) -> Iterator[Any]:
    for each, name, table in _places(connection):
        yield (*name, *table, _KINDS[each.kind], "NO", "NO")


@system("information_schema.key_column_usage", f"{_CONSTRAINT}{_TABLE}column_name {_V}, "
        "ordinal_position int")  # fmt: skip
def key_column_usage(connection: Connection) -> Iterator[Any]:
    for each, name, table in _places(connection):
        for at, column in enumerate(each.told["columns"], 1):
            yield (*name, *table, column, at)


@system("information_schema.constraint_column_usage", f"{_TABLE}column_name {_V}, "
        f"{_CONSTRAINT.removesuffix(', ')}")  # fmt: skip
def constraint_column_usage(connection: Connection) -> Iterator[Any]:
    """The columns of a key, and those that a foreign key refers to."""
    known = relations(connection)
    for each, name, table in _places(connection):
        target = referenced(each, known)
        columns = named_columns(each, target) if target else each.told["columns"]
        place = (connection.database, target.schema, target.name) if target else table
        yield from ((*place, column, *name) for column in columns)


@system("information_schema.referential_constraints", f"{_CONSTRAINT}"
        f"unique_constraint_catalog {_V}, unique_constraint_schema {_V}, "
        f"unique_constraint_name {_V}, match_option {_V}, update_rule {_V}, delete_rule {_V}"
        )  # fmt: skip
def referential_constraints(connection: Connection) -> Iterator[Any]:
    """Nothing is enforced, so the rules are NO ACTION."""
    keys = {(each.table.schema, each.table.name): each.name
            for each in constraints(connection) if each.kind == "p"}  # fmt: skip
    for each, name, _ in _places(connection):
        if each.kind == "f":
            told = each.told.get("table", ("",))
            target = (told[-2] if len(told) > 1 else each.table.schema, told[-1])
            yield (*name, connection.database, target[0], keys.get(target), "NONE",
                   "NO ACTION", "NO ACTION")  # fmt: skip


@system("svv_redshift_functions", f"database_name {_V}, schema_name {_V}, function_name {_V}, "
        f"function_type {_V}, argument_type varchar(512), result_type {_V}")  # fmt: skip
def svv_redshift_functions(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("routine"):
        kind = "STORED PROCEDURE" if one.kind == "procedure" else "REGULAR FUNCTION"
        given = ", ".join(Type(*each).argument for each in one.body["parameters"])
        result = returned(one)
        told = result.plain if result else None
        yield one.database, one.schema, one.body["name"], kind, given, told
