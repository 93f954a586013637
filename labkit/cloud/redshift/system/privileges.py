"""Privileges as functions, ``has_table_privilege('ann', 't', 'select')``, and as access lists.

What they tell is what is enforced: `grants.allowed`. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_HAS_TABLE_PRIVILEGE.html and
https://www.postgresql.org/docs/8.0/functions-misc.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.errors import MARK
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.system.oids import NAMESPACES, temporary_schema
from labkit.cloud.redshift.system.registry import relation_oids
from labkit.cloud.redshift.warehouse import grants, languages, letter_case
from labkit.cloud.redshift.warehouse.objects import Object, holder

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

PRIVILEGES = {
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "RULE", "TRIGGER",
              "ALTER", "TRUNCATE"),
    "schema": ("CREATE", "USAGE", "ALTER", "DROP"),
    "database": ("CREATE", "TEMPORARY", "TEMP", "USAGE", "ALTER"),
    "function": ("EXECUTE",),
    "language": ("USAGE",),
}  # fmt: skip
#: A name with parts in double quotes, in which are no dots.
_QUOTED = r"""'^("[^".]+"|[^".]+)(\.("[^".]+"|[^".]+)){0,2}$'"""
_STATES = {"table": "42P01", "schema": "3F000", "database": "3D000", "function": "42883"}
#: In the order in which PostgreSQL writes them.
LETTERS = {"INSERT": "a", "SELECT": "r", "UPDATE": "w", "DELETE": "d", "RULE": "R",
            "REFERENCES": "x", "TRIGGER": "t", "EXECUTE": "X", "USAGE": "U", "CREATE": "C",
            "TEMPORARY": "T", "DROP": "D", "TRUNCATE": "P", "ALTER": "A"}  # fmt: skip
#: What an owner has of its own, which a list begins with.
_OWNED = {"relation": "arwdRxtDPA", "schema": "UCA", "database": "CT", "routine": "X"}


def acl(one: Object) -> str | None:
    """Who was granted what, ``{owner=arwdRxtDPA/owner,ann=r*/owner}``; None while nobody was.

    A star is the right to grant on. What roles were granted stands in the SVV views alone. Source:
    https://docs.aws.amazon.com/redshift/latest/dg/r_PG_DEFAULT_ACL.html
    """
    return _list(_entries(one, named=item_name))


def item_name(name: str) -> str:
    """Somebody as an access list names them, ``group "day staff"``: more than a word is in quotes.

    Source: https://github.com/postgres/postgres/blob/REL8_0_STABLE/src/backend/utils/adt/acl.c
    """
    group, last = ("group ", name[6:]) if name.startswith("group ") else ("", name)
    return group + (last if re.fullmatch(r"\w*", last, re.ASCII) else quoted_name(last))


def shown_acl(one: Object) -> str | None:
    """The list as SHOW and the SVV views have it: ``owner=arwdRxtDPA/owner~ann=r/owner``.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLES.html
    """
    return "~".join(_entries(one)) or None


def _entries(one: Object, named: Callable[[str], str] = str) -> list[str]:
    options = one.body.get("grant_options", {})
    told = [
        f"{named(name)}={_letters(part, options.get(name, ()))}/{named(grantor)}"
        for name, given in one.body.get("grants", {}).items()
        if not name.startswith(("role ", "policy ")) and not (name == one.owner and _owned(one))
        for grantor, part in by_grantor(one, name, given).items()
    ]
    return [*_owned(one, named), *told] if told else []


def by_grantor(one: Object, grantee: str, privileges: Sequence[str]) -> dict[str, list[str]]:
    """Privileges by who granted them: the owner, or somebody with the right to grant on."""
    found: dict[str, list[str]] = {}
    others = one.body.get("grantors", {}).get(grantee, {})
    for privilege in privileges:
        found.setdefault(others.get(privilege, one.owner), []).append(privilege)
    return found


def _owned(one: Object, named: Callable[[str], str] = str) -> list[str]:
    letters = _OWNED.get(one.space)
    owner = named(one.owner)
    return [f"{owner}={letters}/{owner}"] if letters else []


def column_acl(one: Object, column: str) -> str | None:
    """Who was granted what on a column alone, as `acl` tells it of the whole."""
    return _list(
        f"{item_name(name)}={_letters([p for p, names in given.items() if column in names], ())}/"
        f"{item_name(one.owner)}"
        for name, given in one.body.get("column_grants", {}).items()
        if not name.startswith("role ") and any(column in names for names in given.values())
    )


def _list(entries: Iterable[str]) -> str | None:
    """An array's text: what has a blank, as a group's entry, or quotes is in quotes."""
    told = ",".join(
        '"' + each.replace('"', '\\"') + '"' if set(each) & {" ", '"'} else each for each in entries
    )
    return f"{{{told}}}" if told else None


def _letters(given: Sequence[str], options: Sequence[str]) -> str:
    return "".join(
        letter + "*" * (privilege in options)
        for privilege, letter in LETTERS.items()
        if privilege in given
    )


def functions(kind: str) -> Callable[[Connection], Callable[..., str]]:
    """What makes ``has_<kind>_privilege`` of a session: DuckDB SQL of the arguments' SQL."""

    def of_session(connection: Connection) -> Callable[..., str]:
        def call(*args: str) -> str:
            asked = args if len(args) == 3 else (quoted_text(connection.user), *args)
            user, name, privilege = asked
            return _question(connection, kind, user, name, privilege)

        return call

    return of_session


def _question(connection: Connection, kind: str, user: str, name: str, privilege: str) -> str:
    """SQL that is true, false, or fails for what does not exist."""
    objects = dict(_objects(connection, kind))
    users = {one.name: str(one.oid) for one in connection.objects.of("user")}
    users_too = users | {oid: oid for oid in users.values()}
    who = f"{_map(users_too)}[lower({user})]"
    plain = f"replace({name}, '\"', '')"
    parts = plain if letter_case.minds(connection) else f"lower({plain})"
    in_quotes = f"contains({name}, '\"') AND {name} ~ {_QUOTED}"
    key = f"CASE WHEN {in_quotes} THEN {parts} ELSE lower({name}) END"
    what = f"{_map({shown(name): str(one.oid) for name, one in objects.items()})}[{key}]"
    wanted = (
        f"[replace(upper(trim(p)), 'TEMPORARY', 'TEMP') for p in string_split({privilege}, ',')]"
    )
    known = texts_sql(each.replace("TEMPORARY", "TEMP") for each in PRIVILEGES[kind])
    allowed = texts_sql(_allowed(connection, kind, objects.values(), users))
    noun = "relation" if kind == "table" else kind
    state = _STATES.get(kind, "42704")
    return (
        f"CASE WHEN {user} IS NULL OR {name} IS NULL OR {privilege} IS NULL THEN NULL "
        f"WHEN {who} IS NULL THEN {_missing('user', user, '42704')} "
        f"WHEN {what} IS NULL THEN {_missing(noun, name, state)} "
        f"WHEN NOT list_has_all({known}, {wanted}) THEN {unknown(privilege)} "
        f"ELSE list_has_any({allowed}, [{who} || ' ' || {what} || ' ' || p for p in {wanted}]) END"
    )


def _objects(connection: Connection, kind: str) -> Iterator[tuple[str, Object]]:
    """Objects by their names and by their numbers."""
    if kind == "function":
        yield from _routines(connection)
        return
    if kind == "language":
        for at, name in enumerate(languages.NAMES):
            yield name, replace(languages.find(connection, name), oid=at)
        return
    space = {"table": "relation"}.get(kind, kind)
    where = {} if kind == "database" else {"database": connection.database}
    for one in connection.objects.of(space, **where):
        yield str(one.oid), one
        if kind == "table":
            yield f"{one.schema}.{one.name}", one
            yield f"{one.database}.{one.schema}.{one.name}", one
        else:
            yield one.name, one
    if kind == "table":
        yield from _visible(connection)
        yield from _listed(connection)
        yield from _system()
    if kind == "schema":
        for schema, oid in (NAMESPACES | temporary_schema(connection)).items():
            one = Object("schema", "", "", schema, body={"grants": {"": ["USAGE"]}})
            yield from ((schema, one), (str(oid), one))


def _routines(connection: Connection) -> Iterator[tuple[str, Object]]:
    """Functions and procedures by number and by signature: ``f(integer, text)``, ``s.f(int4)``."""
    from labkit.cloud.redshift.warehouse.paths import search_path

    path = search_path(connection)
    for one in connection.objects.of("routine", database=connection.database):
        yield str(one.oid), one
        kinds = [Type(*kind) for kind in one.body["parameters"]]
        names = [f"{one.schema}.{one.body['name']}"]
        names += [one.body["name"]] if one.schema in path else []
        for name, told in itertools.product(names, zip(*map(_spelled, kinds), strict=True)):
            yield from ((f"{name}({comma.join(told)})", one) for comma in (",", ", "))
        if not kinds:
            yield from ((f"{name}()", one) for name in names)


def _spelled(kind: Type) -> tuple[str, str, str]:
    """A type in full, in PostgreSQL's short form and as one writes it."""
    return kind.plain, kind.base, {"int4": "int", "bpchar": "char"}.get(kind.base, kind.base)


def _listed(connection: Connection) -> Iterator[tuple[str, Object]]:
    """What else ``pg_class`` lists: temporary tables, indexes, and what holds views."""
    from labkit.cloud.redshift.system.constraints import constraints

    for each in constraints(connection):
        yield str(each.oid), each.table
    for one in connection.objects.of("relation", database=connection.database):
        if one.kind == "matview":
            yield str(holder(one).oid), one
    for one in connection.temporary.values():
        yield from ((one.name, one), (str(one.oid), one))


def _system() -> Iterator[tuple[str, Object]]:
    """System relations by name and number: all may read them, and one stands for all."""
    one = Object("relation", "", "pg_catalog", "", body={"grants": {"": ["SELECT"]}})
    for (schema, name), oid in relation_oids().items():
        yield str(oid), one
        yield f"{schema}.{name}", one
        if schema == one.schema:
            yield name, one


def _visible(connection: Connection) -> Iterator[tuple[str, Object]]:
    """Tables that need no schema, those of the path's first schema last, so that they win."""
    from labkit.cloud.redshift.warehouse.paths import search_path

    for schema in reversed(search_path(connection)):
        for one in connection.objects.of("relation", database=connection.database, schema=schema):
            yield one.name, one


def _allowed(
    connection: Connection, kind: str, objects: Iterable[Object], users: Mapping[str, str]
) -> Iterator[str]:
    for one in {one.oid: one for one in objects}.values():
        for user, oid in users.items():
            for privilege in PRIVILEGES[kind]:
                if grants.allowed(connection, one, privilege, user):
                    yield f"{oid} {one.oid} {privilege.replace('TEMPORARY', 'TEMP')}"


def _map(told: Mapping[str, str]) -> str:
    return f"MAP({texts_sql(told)}, {texts_sql(told.values())})"


def texts_sql(texts: Iterable[str]) -> str:
    """SQL of a list of texts."""
    return f"CAST([{', '.join(map(quoted_text, texts))}] AS VARCHAR[])"


def _missing(noun: str, name: str, sqlstate: str) -> str:
    return f"error('{MARK}:{sqlstate}:{noun} \"' || {name} || '\" does not exist')"


def unknown(privilege: str) -> str:
    """SQL that fails for a privilege that there is not."""
    return f"error('{MARK}:22023:unrecognized privilege type: \"' || {privilege} || '\"')"
