"""Which rows and values of a relation a session's user sees: its policies, applied.

Policies are those of the user who runs the query, whoever owns the view that it goes through. What
is hidden must not show in errors of a query's own conditions either, so each column is empty
wherever its row is hidden, in whatever order DuckDB tests conditions. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/t_rls.html and
https://docs.aws.amazon.com/redshift/latest/dg/t_ddm.html
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.catalog import Attribute, Relation
from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError, raising
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.redshift.warehouse import grants, policies
from labkit.cloud.redshift.warehouse.blanks import clean
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.policies import is_protected
from labkit.cloud.redshift.warehouse.super_paths import at_path, conflict, with_path

_SEEN = '"$seen"'


@dataclass(frozen=True)
class Sight:
    """What a user sees of a relation.

    Args:
        rows: the condition on its rows in DuckDB's SQL, empty where he sees all.
        values: what stands for each column, in the columns' order.
    """

    rows: str
    values: tuple[Typed, ...]

    def guarded(self) -> list[Typed]:
        """The values, each empty where the row is hidden."""
        return [_guard(self.rows, each) for each in self.values]


def _guard(rows: str, value: Typed) -> Typed:
    return replace(value, sql=f"CASE WHEN {rows} THEN {value.sql} END") if rows else value


def protected(connection: Connection, one: Object, found: Relation) -> Relation:
    """A relation, with the rows and values that the session's user sees."""
    if not is_protected(one):
        return found
    columns = [policies.typed(c, f"r.{quoted_name(c.sql)}") for c in found.columns]
    rows = rows_seen(connection, one, columns)
    raw = [_guard(_SEEN if rows else "", replace(c, sql=quoted_name(a.sql)))
           for c, a in zip(columns, found.columns, strict=True)]  # fmt: skip
    values = values_seen(connection, one, raw)
    if not rows and values == raw:
        return found
    shown = ", ".join(f"{v.sql} AS c{at}" for at, v in enumerate(values))
    inner = f"SELECT r.*, ({rows or 'true'}) AS {_SEEN} FROM {found.sql} r"
    attributes = tuple(
        replace(a, type=v.type, sql=f"c{at}", clean=None)
        for at, (a, v) in enumerate(zip(found.columns, values, strict=True))
    )
    sql = f"(SELECT {shown} FROM ({inner}) p WHERE {_SEEN})"
    return replace(found, sql=sql, columns=attributes)


def sight(connection: Connection, one: Object, alias: str, command: str) -> Sight:
    """What the session's user sees of a table whose rows he changes."""
    columns = [
        Typed(f"{alias}.{quoted_name(c.name)}", c.type, c.name, clean=clean(connection, one, c))
        for c in one.columns
    ]
    if not is_protected(one):
        return Sight("", tuple(columns))
    rows = rows_seen(connection, one, columns, command)
    values = values_seen(connection, one, columns)
    return Sight(rows, tuple(values))


def rows_seen(
    connection: Connection, one: Object, columns: Sequence[Typed], command: str = "s"
) -> str:
    """The condition on the rows that the user sees; empty where he sees all.

    Raises:
        RedshiftError: the relation is read from where its policies cannot be applied.
    """
    state = one.body.get("rls", {})
    if not state.get("on"):
        return ""
    _check_place(connection, one, state)
    if grants.has(connection, "IGNORE RLS"):
        return ""
    found = _attached(connection, one, policies.ROWS, state["attached"])
    for name in [policy.name for policy in found] or [""]:
        _tell(connection, one, name, command)
    own = {c.name: c for c in columns}
    tests = [
        policies.row_test(connection, policy, [own[name] for name, _ in policies.inputs(policy)])
        for policy in found
    ]
    word = " OR " if state["conjunction"] == "or" else " AND "
    return f"coalesce({word.join(f'({test})' for test in tests)}, false)" if tests else "false"


def hides_rows(connection: Connection, one: Object) -> bool:
    """Whether policies decide on the rows that the user sees."""
    return bool(one.body.get("rls", {}).get("on")) and not grants.has(connection, "IGNORE RLS")


def policy_texts(connection: Connection, one: Object) -> list[str]:
    """The conditions that decide on the rows; none where all are hidden."""
    state = one.body["rls"]
    found = _attached(connection, one, policies.ROWS, state["attached"])
    word = f" {state['conjunction'].upper()} "
    return [word.join(f"({p.body['text']})" for p in found) or "false"]


def _check_place(connection: Connection, one: Object, state: dict[str, Any]) -> None:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/t_rls_usage.html"""
    if connection.shared:
        if state["datashares"]:
            raise _elsewhere(one, "RLS", "datasharing")
        return
    if one.database != connection.home_database and not grants.has(connection, "IGNORE RLS"):
        raise _elsewhere(one, "RLS", "cross-database")


def _elsewhere(one: Object, kind: str, how: str) -> RedshiftError:
    return RedshiftError(
        f'{kind}-protected relation "{one.name}" cannot be accessed via {how} query.', DENIED
    )


def _attached(
    connection: Connection, one: Object, space: str, attachments: Sequence[dict[str, Any]]
) -> list[Object]:
    """The policies that are attached to the user, each once."""
    names = grants.grantees(connection, connection.user)
    wanted = {each["policy"] for each in attachments if each["grantee"] in names}
    found = connection.objects.of(space, database=one.database)
    return [policy for policy in found if policy.oid in wanted]


def _tell(connection: Connection, one: Object, policy: str, command: str) -> None:
    connection.warehouse.applied_policies.append({
        "user": connection.user, "query": connection.last_query_id, "pid": connection.pid,
        "at": time.time(), "command": command, "database": one.database, "schema": one.schema,
        "relation": one.name, "policy": policy,
    })  # fmt: skip


def values_seen(connection: Connection, one: Object, columns: Sequence[Typed]) -> list[Typed]:
    """What stands for each column: its value, or what the policy of most priority makes of it."""
    masks = one.body.get("masks", [])
    if masks and connection.shared:
        if one.body.get("masking_datashares", True):
            raise _elsewhere(one, "DDM", "datasharing")
        return list(columns)
    chosen = _chosen(connection, masks)
    known = {p.oid: p for p in connection.objects.of(policies.MASKS, database=one.database)}
    own, names = {c.name: c for c in columns}, Names(connection)
    found = dict(own)
    for mask, at in chosen:
        taken = [_part(names, own, text) for text in mask["inputs"]]
        value = policies.masked(connection, known[mask["policy"]], taken, at)
        name, *path = mask["outputs"][at].split(".")
        found[name] = with_path(found[name], path, value) if path else value.named(name)
    return [found[column.name] for column in columns]


def _chosen(
    connection: Connection, masks: Sequence[dict[str, Any]]
) -> list[tuple[dict[str, Any], int]]:
    """The user's masks of most priority, and which of their outputs: one for each place."""
    names = grants.grantees(connection, connection.user)
    mine = sorted((m for m in masks if m["grantee"] in names), key=lambda m: -m["priority"])
    found: list[tuple[dict[str, Any], int]] = []
    places: list[list[str]] = []
    for mask, at in [(m, at) for m in mine for at in range(len(m["outputs"]))]:
        place = mask["outputs"][at].split(".")
        if not any(conflict(place, other) for other in places):
            places.append(place)
            found.append((mask, at))
    return found


def _part(names: Names, own: dict[str, Typed], text: str) -> Typed:
    name, *path = text.split(".")
    return at_path(names, own[name], path)


def limited(found: Relation, one: Object, names: frozenset[str] | None) -> Relation:
    """A relation of which the user may read these columns alone.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html
    """
    if names is None:
        return found
    told = grants.denial(one)
    columns = tuple(c if c.name in names else replace(c, denied=told) for c in found.columns)
    shown = ", ".join(_readable(c, told) for c in columns)
    return replace(found, sql=f"(SELECT {shown} FROM {found.sql} r)", columns=columns)


def _readable(column: Attribute, told: str) -> str:
    """What reads a denied column all the same, as PIVOT does, fails."""
    name = quoted_name(column.sql)
    if not column.denied:
        return name
    return f"CAST({raising(told, DENIED)} AS {column.type.duckdb}) AS {name}"
