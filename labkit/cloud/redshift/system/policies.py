"""Policies of rows and of masks, where they are attached, and where they were applied.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_RLS_POLICY.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_ddm-svv.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from labkit.cloud.engine.redshift.reading import parse_expression
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.system.granted import grantee
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"
_KINDS = {"table": "table", "view": "view", "matview": "materialized view"}
_ROWS, _MASKS = "rls policy", "masking policy"


#: JSON without blanks, names in their own letters.
_PLAIN: Any = {"ensure_ascii": False, "separators": (",", ":")}


def _manages(connection: Connection) -> bool:
    """Whether the user sees policies; others see no rows."""
    from labkit.cloud.redshift.warehouse import grants

    return grants.has(connection, "MANAGE POLICIES")


def _policies(connection: Connection, space: str) -> list[Object]:
    return connection.objects.of(space) if _manages(connection) else []


def _attributes(policy: Object) -> str:
    told = [{"colname": name, "type": str(Type(*kind))} for name, kind in policy.body["columns"]]
    return json.dumps(told, **_PLAIN)


def _shown(policy: Object, text: str, literals: str) -> str:
    """An expression as Redshift keeps it: names in quotes with the alias, typed literals."""
    alias, names = policy.body["alias"], {name for name, _ in policy.body["columns"]}

    def full(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table.lower() in ("", alias):
            inner = node.find_ancestor(exp.Query)
            if node.name.lower() in names and (node.table or inner is None):
                return exp.column(node.name.lower(), alias, quoted=True)
        if isinstance(node, exp.Literal) and node.is_string:
            return exp.cast(node.copy(), literals, dialect="postgres")
        return node

    return parse_expression(text).transform(full).sql(dialect="postgres")


@system("svv_rls_policy", f"poldb {_V}, polname {_V}, polalias {_V}, polatts varchar(65535), "
        "polqual varchar(65535), polenabled boolean, polmodifiedby varchar(128), "
        "polmodifiedtime timestamp")  # fmt: skip
def svv_rls_policy(connection: Connection) -> Iterator[Any]:
    for one in _policies(connection, _ROWS):
        body = one.body
        yield (one.database, one.name, body["alias"], _attributes(one),
               _shown(one, body["text"], "text"), True, body["modified_by"],
               moment(int(body["modified_at"])))  # fmt: skip


def _relations(connection: Connection) -> Iterator[tuple[Object, dict[str, Any]]]:
    """The relations that have policies of rows, or had."""
    if _manages(connection):
        for one in connection.objects.of("relation"):
            if state := one.body.get("rls"):
                yield one, state


@system("svv_rls_attached_policy", f"relschema {_V}, relname {_V}, relkind {_V}, polname {_V}, "
        f"grantor {_V}, grantee {_V}, granteekind {_V}, is_pol_on boolean, is_rls_on boolean, "
        "rls_conjunction_type char(3)")  # fmt: skip
def svv_rls_attached_policy(connection: Connection) -> Iterator[Any]:
    names = {one.oid: one.name for one in connection.objects.of(_ROWS)}
    for one, state in _relations(connection):
        for each in state["attached"] if one.database == connection.database else ():
            yield (one.schema, one.name, _KINDS[one.kind], names[each["policy"]], each["grantor"],
                   *grantee(each["grantee"]), True, state["on"], state["conjunction"])  # fmt: skip


@system("svv_rls_relation", f"datname {_V}, relschema {_V}, relname {_V}, relkind {_V}, "
        "is_rls_on boolean, is_rls_datashare_on boolean, rls_conjunction_type char(3), "
        "rls_datashare_conjunction_type char(3)")  # fmt: skip
def svv_rls_relation(connection: Connection) -> Iterator[Any]:
    for one, state in _relations(connection):
        if state["on"]:
            yield (one.database, one.schema, one.name, _KINDS[one.kind], True,
                   state["datashares"], state["conjunction"],
                   state["datashares_conjunction"])  # fmt: skip


@system("svv_rls_applied_policy", f"username {_V}, query int, xid bigint, pid int, "
        f"recordtime timestamp, command char(1), datname {_V}, relschema {_V}, relname {_V}, "
        f"polname {_V}, poldefault char(1)")  # fmt: skip
def svv_rls_applied_policy(connection: Connection) -> Iterator[Any]:
    """Where no policy was attached, all rows were hidden: the default policy, false."""
    from labkit.cloud.redshift.warehouse import grants

    told: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for each in list(connection.warehouse.applied_policies):
        key = tuple(each[part] for part in ("query", "database", "schema", "relation", "policy"))
        row = (each["user"], each["query"], each["query"], each["pid"], moment(each["at"]),
               each["command"], *key[1:], None if each["policy"] else "f")  # fmt: skip
        told.setdefault(key, row)
    yield from told.values() if grants.has(connection, "ACCESS SYSTEM TABLE") else ()


@system("svv_masking_policy", f"policy_name {_V}, input_columns varchar(65535), "
        f"policy_expression varchar(65535), policy_modified_by {_V}, "
        "policy_modified_time timestamp, policy_database varchar(128)")  # fmt: skip
def svv_masking_policy(connection: Connection) -> Iterator[Any]:
    for one in _policies(connection, _MASKS):
        body = one.body
        told = [
            {"expr": _shown(one, text, "varchar"), "type": str(Type(*kind))}
            for text, kind in zip(body["texts"], body["outputs"], strict=True)
        ]
        yield (one.name, _attributes(one), json.dumps(told, **_PLAIN),
               body["modified_by"], moment(int(body["modified_at"])), one.database)  # fmt: skip


@system("svv_attached_masking_policy", f"policy_name {_V}, schema_name {_V}, table_name {_V}, "
        f"table_type {_V}, grantor {_V}, grantee {_V}, grantee_type {_V}, priority int, "
        "input_columns varchar(65535), output_columns varchar(65535), "
        "is_masking_datashare_on boolean")  # fmt: skip
def svv_attached_masking_policy(connection: Connection) -> Iterator[Any]:
    names = {one.oid: one.name for one in _policies(connection, _MASKS)}
    for one in connection.objects.of("relation", database=connection.database) if names else ():
        for each in one.body.get("masks", ()):
            yield (names[each["policy"]], one.schema, one.name, _KINDS[one.kind],
                   each["grantor"], *grantee(each["grantee"]), each["priority"],
                   _list(each["inputs"]), _list(each["outputs"]),
                   one.body.get("masking_datashares", True))  # fmt: skip


def _list(names: list[str]) -> str:
    return json.dumps(names, **_PLAIN)
