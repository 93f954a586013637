"""The constraints of a warehouse's tables, as system views and SHOW statements ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.catalogs import relations
from labkit.cloud.redshift.warehouse.constraints import KINDS, constraint_name, foreign_target
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


@dataclass(frozen=True)
class Constraint:
    """A constraint of a table; that of a key has an index of the same number and name."""

    table: Object
    oid: int
    kind: str
    name: str
    told: dict[str, Any]

    @property
    def places(self) -> list[int]:
        names = [column.name for column in self.table.columns]
        return [names.index(name) + 1 for name in self.told["columns"]]


def constraints(connection: Connection) -> Iterator[Constraint]:
    """The constraints of the tables that the user may know of."""
    for one in relations(connection):
        for at, each in enumerate(one.body.get("constraints", ())):
            kind, _ = KINDS[each["kind"]]
            yield Constraint(one, one.oid * 10 + at, kind, constraint_name(one, each), each)


def referenced(constraint: Constraint, known: list[Object]) -> Object | None:
    """The table that a foreign key refers to."""
    if constraint.kind != "f":
        return None
    meant = foreign_target(constraint.table, constraint.told)
    return next((each for each in known if (each.schema, each.name) == meant), None)


def named_columns(constraint: Constraint, target: Object | None) -> list[str]:
    """The columns that a foreign key names, or those of the other table's primary key."""
    if told := constraint.told.get("references"):
        return list(told)
    keys = target.body.get("constraints", ()) if target else ()
    return next((list(k["columns"]) for k in keys if k["kind"] == "PRIMARY KEY"), [])
