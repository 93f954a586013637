"""The names of constraints that name none themselves: ``t_pkey``, ``t_a_b_key``, ``t_a_fkey``."""

from __future__ import annotations

from typing import Any

from labkit.cloud.redshift.warehouse.objects import Object

#: What kind each is in PostgreSQL's catalog, and how its name ends.
KINDS = {"PRIMARY KEY": ("p", "pkey"), "UNIQUE": ("u", "key"), "FOREIGN KEY": ("f", "fkey")}


def constraint_name(table: Object, told: dict[str, Any]) -> str:
    """A constraint's own name, or the one that it gets from its table and columns."""
    if told.get("name"):
        return str(told["name"])
    kind, ending = KINDS[told["kind"]]
    columns = [] if kind == "p" else told["columns"]
    return "_".join([table.name, *columns, ending])


def foreign_target(table: Object, told: dict[str, Any]) -> tuple[str, str]:
    """The schema and name of the table that a foreign key refers to."""
    name = told["table"]
    return (name[-2] if len(name) > 1 else table.schema), name[-1]


def refers(table: Object, told: dict[str, Any], other: Object) -> bool:
    """Whether a table's constraint is a foreign key to another, or to itself."""
    found = told["kind"] == "FOREIGN KEY" and foreign_target(table, told)
    return found == (other.schema, other.name)


def following(table: Object, other: Object, name: str) -> Object:
    """A table whose foreign keys to another know that one by its new name."""
    told = [
        each | {"table": [*each["table"][:-1], name]} if refers(table, each, other) else each
        for each in table.body.get("constraints", ())
    ]
    return table.changed(constraints=told) if told else table
