"""What policies of rows and of masks have in common: how they are named, kept, changed, removed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants, policies
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import fixed_path
from labkit.cloud.redshift.warehouse.policies import MASKS, ROWS, Examined
from labkit.cloud.redshift.warehouse.statements.grantees import grantees
from labkit.cloud.redshift.warehouse.statements.routines import type_told

NOUNS = {ROWS: "RLS policy", MASKS: "Masking policy"}
_WORDS = {ROWS: "RLS", MASKS: "MASKING"}


def policy_name(connection: Connection, words: Words) -> str:
    """A policy's name; it is of the session's database."""
    name = words.name()
    if len(name) > 2 or (len(name) == 2 and name[0] != connection.database):
        raise RedshiftError("cross-database reference not supported for this statement", "0A000")
    return name[-1]


def begin(connection: Connection, words: Words, verb: str, space: str) -> None:
    """``<verb> RLS POLICY`` or ``<verb> MASKING POLICY``, said by somebody who may.

    Args:
        verb: CREATE, ALTER, DROP, ATTACH or DETACH.
        space: `ROWS` or `MASKS`.
    """
    words.expect(verb, _WORDS[space], "POLICY")
    grants.check_system(connection, "MANAGE POLICIES", "manage policies")


def named(connection: Connection, words: Words, verb: str, space: str) -> Object:
    """The policy that a statement is about: `begin`, then its name.

    Raises:
        RedshiftError: there is none.
    """
    begin(connection, words, verb, space)
    return _find(connection, space, policy_name(connection, words))


def declared(words: Words) -> list[tuple[str, Any]]:
    """``(column type, ...)``"""
    return words.listed(lambda: (words.identifier(), words.type()))


def told_columns(columns: list[tuple[str, Any]]) -> list[Any]:
    """Columns as a policy's body has them."""
    return [[name, type_told(kind)] for name, kind in columns]


def add(
    connection: Connection, space: str, name: str, body: dict[str, Any], read: Sequence[Examined]
) -> None:
    """Put a new policy among the database's, with the right to read its lookup tables."""
    if connection.objects.find(space, name, database=connection.database):
        raise RedshiftError(f'{NOUNS[space]} "{name}" already exists', "42710")
    more = _told(connection, read)
    policy = Object(space, connection.database, "", name, owner=connection.user, body=body | more)
    _let_read(connection, connection.objects.add(policy))


def _told(connection: Connection, read: Sequence[Examined]) -> dict[str, Any]:
    """Whose expressions these are, and what they mean by the names in them."""
    uses: dict[str, list[str]] = {}
    for oid, names in [pair for each in read for pair in each.uses.items()]:
        uses[oid] = sorted({*uses.get(oid, ()), *names})
    return {
        "uses": uses,
        "calls": sorted({oid for each in read for oid in each.calls}),
        "search_path": fixed_path(connection),
        "modified_by": connection.user,
        "modified_at": time.time(),
    }


def _let_read(connection: Connection, policy: Object) -> None:
    for one in connection.objects.of("relation", database=policy.database):
        if str(one.oid) in policy.body["uses"]:
            given = grants.granted(one) | {policies.grantee(policy): ["SELECT"]}
            connection.objects.replace(one.changed(grants=given))


def _find(connection: Connection, space: str, name: str) -> Object:
    found = connection.objects.find(space, name, database=connection.database)
    if found is None:
        raise RedshiftError(f'{NOUNS[space]} "{name}" does not exist', "42704")
    return found


def dropped(connection: Connection, words: Words, space: str) -> tuple[Object | None, bool]:
    """The policy that a DROP names, none where it need not exist; and whether by CASCADE."""
    begin(connection, words, "DROP", space)
    missing_too = words.accept("IF", "EXISTS")
    name = policy_name(connection, words)
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    words.end()
    if missing_too and not connection.objects.find(space, name, database=connection.database):
        return None, cascade
    return _find(connection, space, name), cascade


def change(connection: Connection, policy: Object, read: Sequence[Examined], **body: Any) -> None:
    """Give a policy another expression."""
    changed = policy.changed(**body, **_told(connection, read))
    connection.objects.replace(changed)
    _let_read(connection, changed)


def remove(connection: Connection, policy: Object) -> None:
    """Remove a policy, and its rights to read tables."""
    name = policies.grantee(policy)
    for one in connection.objects.of("relation", database=policy.database):
        if name in one.body.get("grants", {}):
            given = {n: known for n, known in one.body["grants"].items() if n != name}
            connection.objects.replace(one.changed(grants=given))
    connection.objects.remove(policy)


def policy_grantees(connection: Connection, words: Words) -> list[str]:
    """Users, roles and PUBLIC; groups have no policies."""
    if words.peek("GROUP") or words.peek("RLS", "POLICY"):
        raise words.refuse()
    names = grantees(connection, words)
    if any(name.startswith(("group ", "policy ")) for name in names):
        raise RedshiftError("policies are attached to users, roles and PUBLIC", "42601")
    return list(dict.fromkeys(names))


def relation_columns(connection: Connection, one: Object) -> Any:
    """The columns of a relation; those of a view without a binding by its query of now."""
    from labkit.cloud.redshift.system.catalogs import columns_of

    return columns_of(connection, one)
