"""Routines that are there: dropped, renamed, given to others, shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError, depended_on
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Words, quoted_string, shown_name
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.dropping import callers, drop_callers
from labkit.cloud.redshift.warehouse.statements.grantees import find
from labkit.cloud.redshift.warehouse.statements.maintenance import texts
from labkit.cloud.redshift.warehouse.statements.routines import candidates, read_parameters


@statement("DROP FUNCTION", "DROP PROCEDURE")
def drop_routine(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP")
    kind = words.accept_one("FUNCTION", "PROCEDURE").lower()
    missing_too = words.accept("IF", "EXISTS")
    one = named_routine(connection, words, kind, missing_too=missing_too)
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    words.end()
    if one:
        grants.check_owner(connection, one, f"DROP {kind.upper()}")
        if (views := callers(connection, one)) and not cascade:
            raise depended_on(f"{kind} {one.name}", f"view {views[0].name}")
        drop_callers(connection, one)
        connection.objects.remove(one)
    return Result(f"DROP {kind.upper()}")


def named_routine(
    connection: Connection, words: Words, kind: str, *, missing_too: bool = False
) -> Object | None:
    """The routine that ``name [(types)]`` names."""
    name = words.name()
    kinds = [each["type"] for each in read_parameters(words)] if words.peek("(") else None
    for one in candidates(connection, name, kind):
        if kinds is None or [each[0] for each in one.body["parameters"]] == [k[0] for k in kinds]:
            return one
    if not missing_too:
        raise RedshiftError(f"{kind} {name[-1]} does not exist", "42883")
    return None


@statement("ALTER FUNCTION", "ALTER PROCEDURE")
def alter_routine(connection: Connection, parsed: Parsed) -> Result:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_PROCEDURE.html"""
    words = parsed.words
    words.expect("ALTER")
    kind = words.accept_one("FUNCTION", "PROCEDURE").lower()
    one = named_routine(connection, words, kind)
    assert one is not None
    grants.check_owner(connection, one)
    if words.accept("RENAME", "TO"):
        name = words.identifier()
        title = name + one.name.removeprefix(one.body["name"])
        connection.objects.replace(replace(one, name=title).changed(name=name))
    else:
        words.expect("OWNER", "TO")
        owner = find(connection, "user", words.identifier()).name
        connection.objects.replace(replace(one, owner=owner))
    words.end()
    return Result(f"ALTER {kind.upper()}")


@statement("SHOW PROCEDURE")
def show_procedure(connection: Connection, parsed: Parsed) -> Result:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_PROCEDURE.html"""
    words = parsed.words
    words.expect("SHOW", "PROCEDURE")
    one = named_routine(connection, words, "procedure")
    words.end()
    assert one is not None
    told = ", ".join(map(_argument, one.body["arguments"]))
    name = f"{shown_name(one.schema)}.{shown_name(one.body['name'])}"
    lines = [
        f"CREATE OR REPLACE PROCEDURE {name}({told})",
        *["NONATOMIC"] * bool(one.body.get("nonatomic")),
        f"LANGUAGE plpgsql\nAS $_$\n{one.body['text'].strip()}\n$_$",
        *["SECURITY DEFINER"] * bool(one.body.get("definer")),
        *(
            f"SET {each} TO {_value(each, value)}"
            for each, value in one.body.get("settings", {}).items()
        ),
    ]
    return texts("SHOW", ("Stored Procedure Definition",), [("\n".join(lines),)])


def _argument(told: dict[str, Any]) -> str:
    mode = "" if told["mode"] == "IN" else told["mode"]
    name = shown_name(told["name"]) if told["name"] else ""
    return " ".join(filter(None, [mode, name, str(Type(*told["type"]))]))


def _value(name: str, value: str) -> str:
    """A setting's value as SET takes it: a path is of names."""
    path = name == "search_path"
    return ", ".join(map(shown_name, value.split(", "))) if path else quoted_string(value)
