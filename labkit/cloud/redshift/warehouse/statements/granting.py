"""``GRANT`` and ``REVOKE``: of objects and of columns; see `role_grants` too.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, no_column
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants, languages, scopes
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation, split_name
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.grantees import find, grantees
from labkit.cloud.redshift.warehouse.statements.role_grants import change_roles, change_system
from labkit.cloud.redshift.warehouse.statements.scoped_grants import check_grantees, read_scope

OF_OBJECTS = {
    "relation": ("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "ALTER",
                 "TRUNCATE", "RULE", "TRIGGER"),
    "schema": ("CREATE", "USAGE", "ALTER", "DROP"),
    "database": ("CREATE", "TEMPORARY", "USAGE", "ALTER"),
    "routine": ("EXECUTE",),
    "language": ("USAGE",),
    "datashare": ("ALTER", "SHARE"),
}  # fmt: skip
_OF_COLUMNS = ("SELECT", "UPDATE")
Columns = dict[str, list[str]]


@statement("GRANT")
def grant(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("GRANT")
    return _change(connection, parsed.words, giving=True)


@statement("REVOKE")
def revoke(connection: Connection, parsed: Parsed) -> Result:
    """The option to grant is taken alone with ``GRANT OPTION FOR``."""
    words = parsed.words
    words.expect("REVOKE")
    option = words.accept("GRANT", "OPTION", "FOR") or words.accept("ADMIN", "OPTION", "FOR")
    return _change(connection, words, giving=False, option=option)


def _change(connection: Connection, words: Words, *, giving: bool, option: bool = False) -> Result:
    tag = "GRANT" if giving else "REVOKE"
    if words.accept("ROLE"):
        change_roles(connection, words, giving, option)
    elif _is_of_system(words):
        change_system(connection, words, giving)
    else:
        _change_objects(connection, words, giving, option)
    words.accept_one("CASCADE", "RESTRICT")
    words.end()
    return Result(tag)


def _is_of_system(words: Words) -> bool:
    """Whether no object is named before those who get the privileges."""
    for word in words.words[words.at :]:
        if word.upper in ("ON", "FOR", "TO", "FROM"):
            return word.upper in ("TO", "FROM")
    return False


# Objects


def _change_objects(connection: Connection, words: Words, giving: bool, option: bool) -> None:
    privileges, columns = read_privileges(words)
    scoped = not columns and words.accept("FOR")
    if scoped:
        targets = [read_scope(connection, words)]
        space = scopes.SPACES[targets[0].name]
    else:
        words.expect("ON")
        targets, space = _targets(connection, words)
    check_kind(privileges, space)
    words.expect("TO" if giving else "FROM")
    names = grantees(connection, words)
    if scoped:
        check_grantees(names)
    whole = words.accept("WITH", "GRANT", "OPTION") or option
    for target in targets:
        if columns:
            _change_columns(connection, target, columns, names, giving)
            continue
        wanted = privileges or list(OF_OBJECTS[space])
        _check_grantor(connection, target, wanted)
        if giving and space == "relation" and not scoped:
            _refuse_parts(target, wanted, names)
        changed = target if option else _changed(target, "grants", wanted, names, giving)
        if whole or not giving:
            changed = _changed(changed, "grant_options", wanted, names, giving)
        changed = _granted_by(connection, changed, wanted, names)
        if not giving:
            changed = _without_columns(changed, wanted, names)
        if not target.temporary:
            connection.objects.put(changed)


def _check_grantor(connection: Connection, target: Object, privileges: list[str]) -> None:
    """The owner, a superuser, or who got the privileges WITH GRANT OPTION."""
    mine = target.body.get("grant_options", {}).get(connection.user, ())
    if not set(privileges) <= set(mine):
        grants.check_owner(connection, target)


def _changed(
    target: Object, member: str, privileges: list[str], names: list[str], giving: bool
) -> Object:
    start = grants.granted(target) if member == "grants" else target.body.get(member, {})
    found = {name: list(known) for name, known in start.items()}
    for name in names:
        known = [each for each in found.get(name, ()) if each not in privileges]
        found[name] = known + (privileges if giving else [])
        if not found[name]:
            del found[name]
    return target.changed(**{member: found})


def _granted_by(
    connection: Connection, target: Object, privileges: list[str], names: list[str]
) -> Object:
    """What an object keeps of who grants who is not its owner, whom a superuser stands for."""
    user = connection.user
    other = target.owner != user and not grants.is_superuser(connection, user)
    found = {name: dict(known) for name, known in target.body.get("grantors", {}).items()}
    for name in names:
        kept = {p: by for p, by in found.pop(name, {}).items() if p not in privileges}
        if kept or other:
            found[name] = kept | (dict.fromkeys(privileges, user) if other else {})
    same = found == target.body.get("grantors", {})
    return target if same else target.changed(grantors=found)


def read_privileges(words: Words) -> tuple[list[str], Columns]:
    """The names, none for ALL; or the columns of each."""
    found: list[str] = []
    columns: Columns = {}
    while True:
        if words.accept("ALL"):
            words.accept("PRIVILEGES")
            names = []
        else:
            names = [_privilege(words.take().upper)]
        if words.peek("("):
            listed = words.names()
            columns |= dict.fromkeys(names or _OF_COLUMNS, listed)
        found += names
        if not words.accept(","):
            return found, columns


def check_kind(privileges: list[str], space: str) -> None:
    """Refuse privileges that are not of objects of this kind."""
    for name in privileges:
        if name not in OF_OBJECTS[space]:
            noun = {"relation": "table", "routine": "function"}.get(space, space)
            raise RedshiftError(f"invalid privilege type {name} for {noun}", "0LP01")


def _privilege(word: str) -> str:
    name = "TEMPORARY" if word == "TEMP" else word
    if name == "ASSUMEROLE":
        raise RedshiftError("the privilege to assume roles is not supported here", "0A000")
    if name not in {each for names in OF_OBJECTS.values() for each in names}:
        raise RedshiftError(f'unrecognized privilege type "{name.lower()}"', SYNTAX)
    return name


# Columns


def _change_columns(
    connection: Connection, target: Object, columns: Columns, names: list[str], giving: bool
) -> None:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html"""
    _check_columns(connection, target, columns)
    found: dict[str, Columns] = {n: dict(c) for n, c in _column_grants(target).items()}
    for name in names:
        for privilege, listed in columns.items():
            if privilege in grants.granted(target).get(name, ()):
                if giving:
                    continue
                raise RedshiftError(
                    f"cannot revoke column-level {privilege}: it is granted on the table", "0A000"
                )
            own = found.setdefault(name, {})
            kept = [c for c in own.get(privilege, ()) if c not in listed]
            own[privilege] = kept + (listed if giving else [])
    connection.objects.replace(target.changed(column_grants=_tidy(found)))


def _check_columns(connection: Connection, target: Object, columns: Columns) -> None:
    if target.space != "relation" or not target.columns:
        raise RedshiftError("column privileges are of tables and of bound views alone", "0A000")
    grants.check_owner(connection, target)
    if set(columns) - set(_OF_COLUMNS[: 2 if target.kind == "table" else 1]):
        raise RedshiftError("Unsupported privilege type for column level access", "0A000")
    known = {column.name for column in target.columns}
    for name in {name for names in columns.values() for name in names} - known:
        raise no_column(name, target.name)


def _column_grants(target: Object) -> dict[str, Columns]:
    found: dict[str, Columns] = target.body.get("column_grants", {})
    return found


def _tidy(found: dict[str, Columns]) -> dict[str, Columns]:
    kept = {n: {p: c for p, c in own.items() if c} for n, own in found.items()}
    return {name: own for name, own in kept.items() if own}


def _refuse_parts(target: Object, privileges: list[str], names: list[str]) -> None:
    """Nobody has a privilege on a table and on its columns too."""
    for name in names:
        for privilege in set(privileges) & set(_column_grants(target).get(name, {})):
            raise RedshiftError(
                f"cannot grant {privilege} on the table: it is granted on its columns", "0A000"
            )


def _without_columns(target: Object, privileges: list[str], names: list[str]) -> Object:
    found = {
        name: {p: c for p, c in own.items() if name not in names or p not in privileges}
        for name, own in _column_grants(target).items()
    }
    return target.changed(column_grants=_tidy(found)) if found else target


# What is named


def _targets(connection: Connection, words: Words) -> tuple[list[Object], str]:
    if words.accept("ALL", "TABLES", "IN", "SCHEMA"):
        return _all_in(connection, words, "relation"), "relation"
    if words.accept("ALL"):
        words.accept_one("FUNCTIONS", "PROCEDURES")
        words.expect("IN", "SCHEMA")
        return _all_in(connection, words, "routine"), "routine"
    if words.accept("SCHEMA"):
        return [_schema(connection, each) for each in words.each(words.name)], "schema"
    if words.accept("DATABASE"):
        return [
            find(connection, "database", each[-1]) for each in words.each(words.name)
        ], "database"
    if words.accept_one("FUNCTION", "PROCEDURE"):
        return _routines(connection, words), "routine"
    if words.accept("LANGUAGE"):
        names = words.each(words.identifier)
        return [languages.find(connection, name) for name in names], "language"
    if words.accept("DATASHARE"):
        return [find(connection, "datashare", each) for each in words.each(words.identifier)], (
            "datashare"
        )
    if words.word.upper in ("MODEL", "EXTERNAL", "COPY"):
        raise RedshiftError(f"privileges of {words.word.text} are not supported here", "0A000")
    words.accept("TABLE")
    return [find_relation(connection, each) for each in words.each(words.name)], "relation"


def _schema(connection: Connection, name: tuple[str, ...]) -> Object:
    database = name[0] if len(name) > 1 else connection.database
    found = connection.objects.find("schema", name[-1], database=database)
    if found is None:
        raise RedshiftError(f'schema "{name[-1]}" does not exist', "3F000")
    return found


def _all_in(connection: Connection, words: Words, space: str) -> list[Object]:
    found = []
    for name in words.each(words.name):
        schema = _schema(connection, name)
        found += connection.objects.of(space, database=schema.database, schema=schema.name)
    return found


def _routines(connection: Connection, words: Words) -> list[Object]:
    name = words.name()
    if words.peek("("):
        words.balanced()
    database, schema, last = split_name(connection, name)
    found = [
        each
        for each in connection.objects.of("routine", database=database)
        if each.body["name"] == last and schema in ("", each.schema)
    ]
    if not found:
        raise RedshiftError(f"function {last} does not exist", "42883")
    return found
