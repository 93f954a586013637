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
