"""Functions and procedures as PostgreSQL's catalog tells them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_PROC_INFO.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.postgres import OIDS, schema_oids, user_oids
from labkit.cloud.redshift.system.privileges import acl
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse.objects import Object, volatility

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

LANGUAGES = {"sql": 14, "plpgsql": 101857}
VOID = 2278


@system("pg_language", "oid oid, lanname varchar(128), lanispl boolean, lanpltrusted boolean, "
        "lanplcallfoid oid, lanvalidator oid, lanacl varchar(4000)")  # fmt: skip
def pg_language(connection: Connection) -> Iterator[Any]:
    for name, oid in LANGUAGES.items():
        yield oid, name, name != "sql", True, 0, 0, None


@system("pg_proc", "oid oid, proname varchar(128), pronamespace oid, proowner int, prolang oid, "
        "prorettype oid, pronargs smallint, prosrc varchar(65535), proisagg boolean, "
        "prosecdef boolean, proretset boolean, provolatile varchar(1), proargtypes oidvector, "
        "proacl varchar(4000), proargnames _text, proiswindow boolean")  # fmt: skip
def pg_proc(connection: Connection) -> Iterator[Any]:
    """The last is of later PostgreSQLs: psql asks for it to list functions."""
    for one in connection.objects.of("routine", database=connection.database):
        yield (
            *_row(connection, one),
            False,
            _is_definers(one),
            False,
            volatility(one)[0].lower(),
            _argument_types(one),
            acl(connection, one),
            _argument_names(one),
            False,
        )


@system("pg_proc_info", "prooid oid, proname varchar(128), pronamespace oid, proowner int, "
        "prolang oid, prokind varchar(1), prosecdef boolean, prorettype oid, pronargs smallint, "
        "proargtypes oidvector, prosrc varchar(65535), proargnames _text")  # fmt: skip
def pg_proc_info(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("routine", database=connection.database):
        *first, returns, count, text = _row(connection, one)
        kind = "p" if one.kind == "procedure" else "f"
        yield (*first, kind, _is_definers(one), returns, count, _argument_types(one), text,
               _argument_names(one))  # fmt: skip


def _row(connection: Connection, one: Object) -> tuple[Any, ...]:
    schemas, users = schema_oids(connection), user_oids(connection)
    language = LANGUAGES["plpgsql" if one.kind == "procedure" else "sql"]
    returns = OIDS.get(one.body["returns"][0], 0) if one.body.get("returns") else VOID
    return (one.oid, one.body["name"], schemas.get(one.schema, 0), users.get(one.owner, 100),
            language, returns, len(one.body["parameters"]), one.body["text"])  # fmt: skip


def _argument_types(one: Object) -> str:
    return " ".join(str(OIDS[kind[0]]) for kind in one.body["parameters"])


def _argument_names(one: Object) -> str | None:
    """``{a,b}``; None where no argument has a name."""
    names = [told["name"] or "" for told in one.body["arguments"]]
    return f"{{{','.join(names)}}}" if any(names) else None


def _is_definers(one: Object) -> bool:
    return bool(one.body.get("definer"))
