"""Dynamic data masking: policies are made, and attached to columns with a priority.

A masked column shows what the policy of the highest priority makes of it, in conditions too; a
superuser is masked like anybody. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_ATTACH_MASKING_POLICY.html and
https://docs.aws.amazon.com/redshift/latest/dg/t_ddm-hierarchy.html
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, no_column
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import NUMBERS, TEXTS, Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import policies
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.policies import MASKS, Examined, examined
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
from labkit.cloud.redshift.warehouse.statements.protecting import check_attachable
from labkit.cloud.redshift.warehouse.statements.routines import type_told

_ALIAS = "masked_table"


@statement("CREATE MASKING POLICY")
def create_policy(connection: Connection, parsed: Parsed) -> Result:
    """``CREATE MASKING POLICY [IF NOT EXISTS] name WITH (column type, ...) USING (expression)``"""
    words = parsed.words
    begin(connection, words, "CREATE", MASKS)
    missing_only = words.accept("IF", "NOT", "EXISTS")
    name = policy_name(connection, words)
    words.expect("WITH")
    columns = declared(words)
    words.expect("USING")
    texts = _expressions(words)
    words.end()
    if missing_only and connection.objects.find(MASKS, name, database=connection.database):
        return Result("CREATE MASKING POLICY")
    outputs, read = _examined(connection, texts, columns)
    body = {"columns": told_columns(columns), "alias": _ALIAS, "texts": texts, "outputs": outputs}
    add(connection, MASKS, name, body, read)
    return Result("CREATE MASKING POLICY")


def _expressions(words: Words) -> list[str]:
    """``(expression, ...)``, one for each column that is masked."""
    inner = Words(words.balanced())
    if inner.peek("("):
        tuple_too = Words(inner.balanced())
        if inner.ended and (found := _listed(tuple_too))[1:]:
            return found
        inner.at = 0
    return _listed(inner)


def _listed(words: Words) -> list[str]:
    found = words.each(words.expression)
    words.end()
    return found


def _examined(
    connection: Connection, texts: list[str], columns: list[tuple[str, Type]]
) -> tuple[list[Any], list[Examined]]:
    """The types of a policy's values, and what else is told of its expressions."""
    read = [examined(connection, text, _ALIAS, columns, MASKS) for text in texts]
    if any(each.value.type.base == "unknown" for each in read):
        raise RedshiftError(
            "the type of a masking expression is ambiguous: cast it explicitly", "42804"
        )
    return [type_told(each.value.type) for each in read], read


@statement("ALTER MASKING POLICY")
def alter_policy(connection: Connection, parsed: Parsed) -> Result:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_MASKING_POLICY.html"""
    words = parsed.words
    policy = named(connection, words, "ALTER", MASKS)
    words.expect("USING")
    texts = _expressions(words)
    words.end()
    outputs, read = _examined(connection, texts, policies.inputs(policy))
    before = _kinds(policy.body["texts"], policy.body["outputs"])
    if _kinds(texts, outputs) != before:
        raise RedshiftError(
            f'masking policy "{policy.name}" cannot be altered to give different types', "42804"
        )
    change(connection, policy, read, texts=texts)
    return Result("ALTER MASKING POLICY")


def _kinds(texts: list[str], outputs: list[Any]) -> list[Any]:
    """What may not change: a text's length counts where a cast says it."""
    return [
        [base, 0 if base == "varchar" and not _sized(text) else size, scale]
        for text, (base, size, scale) in zip(texts, outputs, strict=True)
    ]


def _sized(text: str) -> bool:
    node = parse_query(f"SELECT {text}").expressions[0].unnest()
    return isinstance(node, exp.Cast) and bool(node.to.expressions)


@statement("DROP MASKING POLICY")
def drop_policy(connection: Connection, parsed: Parsed) -> Result:
    policy, _ = dropped(connection, parsed.words, MASKS)
    if policy is None:
        return Result("DROP MASKING POLICY")
    for one in connection.objects.of("relation", database=policy.database):
        if any(each["policy"] == policy.oid for each in one.body.get("masks", ())):
            raise RedshiftError(
                f'cannot drop masking policy "{policy.name}" because other objects depend on it',
                "2BP01",
                detail=f"it is attached to relation {one.name}",
            )
    remove(connection, policy)
    return Result("DROP MASKING POLICY")


@statement("ATTACH MASKING POLICY")
def attach(connection: Connection, parsed: Parsed) -> Result:
    """``ATTACH MASKING POLICY name ON t (column, ...) [USING (column, ...)] TO x [PRIORITY n]``"""
    words = parsed.words
    policy = named(connection, words, "ATTACH", MASKS)
    words.expect("ON")
    words.accept("TABLE")
    one = find_relation(connection, words.name(), check=False)
    outputs = _columns(words)
    inputs = _columns(words) if words.accept("USING") else outputs
    words.expect("TO")
    names = policy_grantees(connection, words)
    priority = words.number() if words.accept("PRIORITY") else 0
    words.end()
    if len(names) != 1:
        raise RedshiftError("a masking policy is attached to one user, role or PUBLIC", SYNTAX)
    check_attachable(connection, one)
    _check_fits(connection, policy, one, outputs, inputs)
    told = {"policy": policy.oid, "grantee": names[0], "grantor": connection.user,
            "priority": priority, "inputs": inputs, "outputs": outputs}  # fmt: skip
    masks = one.body.get("masks", [])
    _check_priority(one, masks, told)
    connection.objects.replace(one.changed(masks=[*masks, told]))
    return Result("ATTACH MASKING POLICY")


def _columns(words: Words) -> list[str]:
    """``(column, ...)``; a place within a SUPER column is ``column.name.name``."""
    return [".".join(name) for name in words.listed(words.name)]


def _check_fits(
    connection: Connection, policy: Object, one: Object, outputs: list[str], inputs: list[str]
) -> None:
    known = {c.name: c.type for c in relation_columns(connection, one)}
    for text in (*outputs, *inputs):
        name, _, path = text.partition(".")
        if name not in known:
            raise no_column(name, one.name)
        if path and known[name].base != "super":
            raise RedshiftError(f'column "{name}" is not of type super', "42804")
        known[text] = known[name]
    given, made = policies.inputs(policy), [Type(*kind) for kind in policy.body["outputs"]]
    if len(given) != len(inputs) or len(made) != len(outputs):
        raise RedshiftError(
            f'masking policy "{policy.name}" takes {len(given)} columns and gives {len(made)}',
            "42804",
        )
    for name, kind in zip(outputs, made, strict=True):
        if "." not in name and not _alike(known[name], kind):
            raise RedshiftError(
                f'column "{name}" is of type {known[name]} but masking policy "{policy.name}" '
                f"gives {kind}",
                "42804",
            )
    values = [Typed("NULL", known[name]) for name in inputs]
    policies.masked(connection, policy, values, 0)


def _alike(column: Type, made: Type) -> bool:
    groups = (TEXTS, NUMBERS)
    return column.base == made.base or any({column.base, made.base} <= set(g) for g in groups)


def _check_priority(one: Object, masks: list[dict[str, Any]], told: dict[str, Any]) -> None:
    """No two policies have one priority on a column; none is attached twice alike."""
    for mask in masks:
        shared = set(mask["outputs"]) & set(told["outputs"])
        same = mask["policy"] == told["policy"]
        if not shared or mask["priority"] != told["priority"]:
            continue
        if same and mask["grantee"] != told["grantee"]:
            continue
        raise RedshiftError(
            f'a masking policy is already attached to column "{min(shared)}" of relation '
            f'"{one.name}" with same priority',
            "42710",
        )


@statement("DETACH MASKING POLICY")
def detach(connection: Connection, parsed: Parsed) -> Result:
    """All that the grantee has of the policy on these columns.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_DETACH_MASKING_POLICY.html
    """
    words = parsed.words
    policy = named(connection, words, "DETACH", MASKS)
    words.expect("ON")
    words.accept("TABLE")
    one = find_relation(connection, words.name(), check=False)
    columns = _columns(words)
    words.expect("FROM")
    names = policy_grantees(connection, words)
    words.end()
    masks = one.body.get("masks", [])
    gone = [m for m in masks if m["policy"] == policy.oid and m["outputs"] == columns
            and m["grantee"] in names]  # fmt: skip
    if not gone:
        raise RedshiftError(
            f'masking policy "{policy.name}" is not attached to relation "{one.name}"', "42704"
        )
    connection.objects.replace(one.changed(masks=[m for m in masks if m not in gone]))
    return Result("DETACH MASKING POLICY")
