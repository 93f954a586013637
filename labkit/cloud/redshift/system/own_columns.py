"""The columns of the system tables themselves, which ``\\d stl_load_errors`` and consoles ask for.

PostgreSQL's catalog describes itself, and so does Redshift's. Source:
https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from labkit.cloud.redshift.system.catalogs import sizes, wide
from labkit.cloud.redshift.system.oids import LENGTHS, OIDS, modifier
from labkit.cloud.redshift.system.registry import RELATIONS, relation_oids


@cache
def own_attributes() -> tuple[tuple[Any, ...], ...]:
    """Rows of ``pg_attribute``, but for the privileges."""
    oids = relation_oids()
    return tuple(
        (
            oids[key], name, OIDS[kind.base], -1, LENGTHS.get(kind.base, -1), at, 0,
            modifier(kind), False, False, False, False, True, False, 0, 0,
        )
        for key, relation in RELATIONS.items()
        for at, (name, kind) in enumerate(relation.columns, 1)
    )  # fmt: skip


def own_columns(database: str) -> Iterator[tuple[Any, ...]]:
    """Rows of ``svv_columns``."""
    for (schema, table), relation in RELATIONS.items():
        for at, (name, kind) in enumerate(relation.columns, 1):
            yield wide(
                (database, schema, table, name, at, None, "YES", kind.plain, *sizes(kind), None)
            )
