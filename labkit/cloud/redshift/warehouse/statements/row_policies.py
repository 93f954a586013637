"""Row-level security: policies are made, attached to relations, and turned on by ALTER TABLE.

A relation with row-level security on shows nobody a row whom no policy is attached to. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/t_rls_ownership.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_rls-procedures.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.redshift.warehouse import policies
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.policies import ROWS, examined
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.policy_objects import (
    add,
    begin,
    change,
    declared,
    dropped,
    named,
    policy_grantees,
    policy_name,
    relation_columns,
    remove,
    told_columns,
)
from labkit.cloud.redshift.warehouse.statements.protecting import OFF, check_attachable

_ALIAS = "rls_table"


@statement("CREATE RLS POLICY")
def create_policy(connection: Connection, parsed: Parsed) -> Result:
    """``CREATE RLS POLICY name [WITH (column type, ...) [[AS] alias]] USING (condition)``"""
    words = parsed.words
    begin(connection, words, "CREATE", ROWS)
    missing_only = words.accept("IF", "NOT", "EXISTS")
    name, alias = policy_name(connection, words), _ALIAS
    columns = declared(words) if words.accept("WITH") else []
    if columns and not words.peek("USING"):
        words.accept("AS")
        alias = words.identifier()
    words.expect("USING")
    text = words.balanced()
    words.end()
    if missing_only and connection.objects.find(ROWS, name, database=connection.database):
        return Result("CREATE RLS POLICY")
    read = examined(connection, text, alias, columns, ROWS)
    body = {"columns": told_columns(columns), "alias": alias, "text": text}
    add(connection, ROWS, name, body, [read])
    return Result("CREATE RLS POLICY")


@statement("ALTER RLS POLICY")
def alter_policy(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    policy = named(connection, words, "ALTER", ROWS)
    words.expect("USING")
    text = words.balanced()
    words.end()
    columns = policies.inputs(policy)
    read = examined(connection, text, policy.body["alias"], columns, ROWS)
    change(connection, policy, [read], text=text)
    return Result("ALTER RLS POLICY")


@statement("DROP RLS POLICY")
def drop_policy(connection: Connection, parsed: Parsed) -> Result:
    """CASCADE detaches it first.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_RLS_POLICY.html
    """
    policy, cascade = dropped(connection, parsed.words, ROWS)
    if policy is None:
        return Result("DROP RLS POLICY")
    holders = [one for one, found in _attachments(connection, policy) if found]
    if holders and not cascade:
        raise RedshiftError(
            f'cannot drop RLS policy "{policy.name}" because other objects depend on it',
            "2BP01",
            detail=f"it is attached to relation {holders[0].name}",
        )
    for one in holders:
        _keep(connection, one, lambda each: each["policy"] != policy.oid)
    remove(connection, policy)
    return Result("DROP RLS POLICY")


def _attachments(connection: Connection, policy: Object) -> list[tuple[Object, list[Any]]]:
    return [
        (one, [a for a in one.body.get("rls", OFF)["attached"] if a["policy"] == policy.oid])
        for one in connection.objects.of("relation", database=policy.database)
    ]


def _keep(connection: Connection, one: Object, wanted: Any) -> None:
    state = {**OFF, **one.body.get("rls", {})}
    kept = [each for each in state["attached"] if wanted(each)]
    connection.objects.replace(one.changed(rls=state | {"attached": kept}))


@statement("ATTACH RLS POLICY")
def attach(connection: Connection, parsed: Parsed) -> Result:
    """``ATTACH RLS POLICY name ON [TABLE] relation, ... TO user | ROLE role | PUBLIC, ...``"""
    policy, relations, names = _read(connection, parsed, "ATTACH", "TO")
    for one in relations:
        check_attachable(connection, one)
        _check_fits(connection, policy, one)
        state = {**OFF, **one.body.get("rls", {})}
        _check_alias(connection, policy, state)
        known = {(each["policy"], each["grantee"]) for each in state["attached"]}
        for name in names:
            if (policy.oid, name) in known:
                raise RedshiftError(
                    f'RLS policy "{policy.name}" is already attached to relation "{one.name}"',
                    "42710",
                )
        told = [{"policy": policy.oid, "grantee": n, "grantor": connection.user} for n in names]
        connection.objects.replace(
            one.changed(rls=state | {"attached": [*state["attached"], *told]})
        )
    return Result("ATTACH RLS POLICY")


def _read(
    connection: Connection, parsed: Parsed, verb: str, word: str
) -> tuple[Object, list[Object], list[str]]:
    words = parsed.words
    policy = named(connection, words, verb, ROWS)
    words.expect("ON")
    words.accept("TABLE")
    relations = words.each(lambda: find_relation(connection, words.name(), check=False))
    words.expect(word)
    names = policy_grantees(connection, words)
    words.end()
    return policy, relations, names


def _check_fits(connection: Connection, policy: Object, one: Object) -> None:
    """The relation has the policy's columns, of types that it can take."""
    known = {c.name: c for c in relation_columns(connection, one)}
    values = []
    for name, _ in policies.inputs(policy):
        if name not in known:
            raise RedshiftError(
                f'column "{name}" of RLS policy "{policy.name}" does not exist in relation '
                f'"{one.name}"',
                "42703",
            )
        values.append(Typed("NULL", known[name].type))
    policies.row_test(connection, policy, values)


def _check_alias(connection: Connection, policy: Object, state: dict[str, Any]) -> None:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_RLS_POLICY.html"""
    attached = {each["policy"] for each in state["attached"]}
    others = [p for p in connection.objects.of(ROWS) if p.oid in attached]
    if any(p.body["alias"] != policy.body["alias"] for p in others):
        raise RedshiftError(
            "all policies of a relation must be created with the same relation alias", "0A000"
        )


@statement("DETACH RLS POLICY")
def detach(connection: Connection, parsed: Parsed) -> Result:
    """``DETACH RLS POLICY name ON [TABLE] relation, ... FROM user | ROLE role | PUBLIC, ...``"""
    policy, relations, names = _read(connection, parsed, "DETACH", "FROM")
    for one in relations:
        known = {a["grantee"] for a in one.body.get("rls", OFF)["attached"]
                 if a["policy"] == policy.oid}  # fmt: skip
        if not set(names) <= known:
            raise RedshiftError(
                f'RLS policy "{policy.name}" is not attached to relation "{one.name}"', "42704"
            )
        _keep(connection, one, lambda a: a["policy"] != policy.oid or a["grantee"] not in names)
    return Result("DETACH RLS POLICY")
