"""Functions and procedures as PostgreSQL's catalog tells them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_PROC_INFO.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.oids import OIDS, schema_oids, user_oids
from labkit.cloud.redshift.system.privileges import acl
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse import languages
from labkit.cloud.redshift.warehouse.languages import NAMES
from labkit.cloud.redshift.warehouse.objects import Object, returned, volatility

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

VOID = 2278


@system("pg_language", "oid oid, lanname varchar(128), lanispl boolean, lanpltrusted boolean, "
        "lanplcallfoid oid, lanvalidator oid, lanacl varchar(4000)")  # fmt: skip
def pg_language(connection: Connection) -> Iterator[Any]:
    for name, oid in NAMES.items():
        if oid:
            found = languages.find(connection, name)
            told = acl(found) if found.oid else None
            yield oid, name, name != "sql", True, 0, 0, told


_PROC = (
    "oid, proname varchar(128), pronamespace oid, proowner int, prolang oid, "
    "prorettype oid, pronargs smallint, prosrc varchar(65535), proisagg boolean, "
    "prosecdef boolean, proretset boolean, provolatile varchar(1), proargtypes oidvector, "
    "proacl varchar(4000), proargnames _text"
)


@system("pg_proc", f"oid {_PROC}, proiswindow boolean")
def pg_proc(connection: Connection) -> Iterator[Any]:
    """The last is of later PostgreSQLs: psql asks for it to list functions."""
    return ((*row, False) for _, row in _rows(connection))


@system("pg_proc_info", f"prooid {_PROC}, prokind varchar(1), proargmodes _text, "
        "proallargtypes _oid")  # fmt: skip
def pg_proc_info(connection: Connection) -> Iterator[Any]:
    """Modes and all types are told where an argument gives something back, as PostgreSQL does."""
    for one, row in _rows(connection):
        arguments = one.body["arguments"]
        giving = any(told["mode"] != "IN" for told in arguments)
        modes = [_MODES[told["mode"]] for told in arguments]
        kinds = [str(OIDS[told["type"][0]]) for told in arguments]
        yield (*row, "p" if one.kind == "procedure" else "f", _array(modes) if giving else None,
               _array(kinds) if giving else None)  # fmt: skip


_MODES = {"IN": "i", "OUT": "o", "INOUT": "b"}


def _array(members: list[str]) -> str:
    return f"{{{','.join(members)}}}"


def _rows(connection: Connection) -> Iterator[tuple[Object, tuple[Any, ...]]]:
    schemas, users = schema_oids(connection), user_oids(connection)
    for one in connection.objects.of("routine", database=connection.database):
        body = one.body
        language = NAMES["plpgsql" if one.kind == "procedure" else "sql"]
        result = returned(one)
        returns = OIDS.get(result.short, 0) if result else VOID
        yield one, (
            one.oid, body["name"], schemas.get(one.schema, 0), users.get(one.owner, 100),
            language, returns, len(body["parameters"]), body["text"], False,
            bool(body.get("definer")), False, volatility(one)[0].lower(), _argument_types(one),
            acl(one), _argument_names(one),
        )  # fmt: skip


def _argument_types(one: Object) -> str:
    return " ".join(str(OIDS[kind[0]]) for kind in one.body["parameters"])


def _argument_names(one: Object) -> str | None:
    """``{a,b}``; None where no argument has a name."""
    names = [told["name"] or "" for told in one.body["arguments"]]
    return f"{{{','.join(names)}}}" if any(names) else None
