"""The names of constraints that name none themselves: ``t_pkey``, ``t_a_key``, ``t_a_fkey1``.

Of several columns the first stands for all. Source, beside PostgreSQL 8.0's ``ChooseRelationName``:
https://github.com/aws/amazon-redshift-python-driver/blob/master/test/integration/metadata/test_metadataAPI_keys.py
"""

from __future__ import annotations

import itertools
from typing import Any

from labkit.cloud.redshift.warehouse.objects import Object

#: What kind each is in PostgreSQL's catalog, and how its name ends.
KINDS = {"PRIMARY KEY": ("p", "pkey"), "UNIQUE": ("u", "key"), "FOREIGN KEY": ("f", "fkey")}


def constraint_name(table: Object, told: dict[str, Any]) -> str:
    """A constraint's own name, or the one that it gets from its table and columns."""
    if told.get("name"):
        return str(told["name"])
    taken: list[str] = []
    for each in table.body.get("constraints", ()):
        if each is told:
            break
        taken.append(str(each.get("name") or _numbered(_given(table, each), taken)))
    return _numbered(_given(table, told), taken)


def _given(table: Object, told: dict[str, Any]) -> str:
    kind, ending = KINDS[told["kind"]]
    columns = [] if kind == "p" else told["columns"][:1]
    return "_".join([table.name, *columns, ending])


def _numbered(name: str, taken: list[str]) -> str:
    """The name with the first number behind it that makes it another than those before."""
    names = itertools.chain([name], (f"{name}{at}" for at in itertools.count(1)))
    return next(each for each in names if each not in taken)


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
