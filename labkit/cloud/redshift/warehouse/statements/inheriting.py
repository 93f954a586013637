"""The keys of a table that is made of a query: named by number, or those of the table it reads.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CTAS_examples.html
"""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.statements.declaring import Declared

_KEYS = ("diststyle", "distkey", "sortkey", "sortstyle")
#: What a query has that reads one table's rows as they are.
_PLAIN = {"expressions", "from_", "where", "kind", "order", "limit", "into"}


def take_keys(connection: Connection, declared: Declared, tree: exp.Expr) -> None:
    """Put names in place of numbers, and the source's keys where the statement tells none."""
    names = [column.name for column in declared.columns]
    attributes = declared.attributes
    if attributes.get("distkey"):
        attributes["distkey"] = _named(attributes["distkey"], names)
    if attributes.get("sortkey"):
        attributes["sortkey"] = [_named(each, names) for each in attributes["sortkey"]]
    if not any(key in attributes for key in _KEYS):
        attributes |= _inherited(connection, tree, names)


def _named(key: str, names: list[str]) -> str:
    if not key.isdigit() or key in names:
        return key
    if not 1 <= int(key) <= len(names):
        raise RedshiftError(f"position {key} is not in select list", "42P10")
    return names[int(key) - 1]


def _inherited(connection: Connection, tree: exp.Expr, names: list[str]) -> dict[str, object]:
    source = _source(connection, tree)
    if source is None:
        return {}
    told = _columns(tree, source)
    new = {old: name for old, name in zip(told, names, strict=False) if old}
    distkey, sortkey = source.body.get("distkey", ""), source.body.get("sortkey", [])
    found: dict[str, object] = {}
    if distkey in new:
        found |= {"diststyle": "KEY", "distkey": new[distkey]}
    if sortkey and all(each in new for each in sortkey):
        style = source.body.get("sortstyle", "COMPOUND")
        found |= {"sortkey": [new[each] for each in sortkey], "sortstyle": style}
    return found


def _source(connection: Connection, tree: exp.Expr) -> Object | None:
    """The one table that the query reads."""
    plain = isinstance(tree, exp.Select) and {k for k, v in tree.args.items() if v} <= _PLAIN
    table = tree.args["from_"].this if plain and tree.args.get("from_") else None
    if not isinstance(table, exp.Table) or table.args.get("joins") or not table.name:
        return None
    try:
        found = find_relation(connection, tuple(part.name.lower() for part in table.parts))
    except RedshiftError:
        return None
    return found if found.kind == "table" else None


def _columns(tree: exp.Expr, source: Object) -> list[str]:
    """For each column of the query the one that it is of, or nothing."""
    found: list[str] = []
    for each in tree.expressions:
        inner = each.unalias()
        if each.is_star:
            found += [column.name for column in source.columns]
        else:
            found.append(inner.name.lower() if isinstance(inner, exp.Column) else "")
    return found
