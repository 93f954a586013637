"""The functions of PostgreSQL's catalog, as queries of the system tables.

Each is a signature and an expression with ``$1``, ``$2``, ... for the arguments, or what makes
DuckDB SQL of the arguments' SQL. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_System_information_functions.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.quoting import chosen, quoted_text
from labkit.cloud.engine.redshift.catalog import SqlFunction
from labkit.cloud.engine.redshift.errors import RedshiftError, raising
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Words, shown_name
from labkit.cloud.redshift.system import (
    access_items,
    backends,
    membership,
    privileges,
    setting_calls,
)
from labkit.cloud.redshift.system.oids import ENCODINGS, OIDS
from labkit.cloud.redshift.system.registry import RELATIONS

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

MB = 1024 * 1024
Native = Callable[..., str]
Body = str | Callable[["Connection"], str | Native]


def system_functions(connection: Connection, name: tuple[str, ...]) -> list[SqlFunction]:
    """The functions of a name, ``pg_catalog.`` before it or not."""
    if name[:-1] not in ((), ("pg_catalog",)):
        return []
    return [
        _made(name[-1], kinds, returns, body if isinstance(body, str) else body(connection))
        for kinds, returns, body in _FUNCTIONS.get(name[-1], ())
    ]


def _made(name: str, kinds: tuple[Type, ...], returns: Type, body: str | Native) -> SqlFunction:
    if isinstance(body, str):
        return SqlFunction(name, kinds, returns, body)
    return SqlFunction(name, kinds, returns, "", body)


def _split(_: Connection) -> Native:
    """A text as one of the catalog's arrays, whose members have no comma."""
    unsaid = raising("string_to_array of members with commas is not supported", "0A000")
    return lambda text, by: (
        f"CASE WHEN {by} <> ',' AND contains({text}, ',') THEN {unsaid} "
        f"ELSE '{{' || replace({text}, {by}, ',') || '}}' END"
    )


def _no_super(connection: Connection) -> Native:
    """The catalog's arrays are text; of SUPER there is no such function."""

    def refuse(*_: str) -> str:
        message = "function array_to_string(super, character varying) does not exist"
        raise RedshiftError(message, "42883")

    return refuse


def _format_type() -> str:
    """A type's name with its length: 1700 and 1179654 are ``numeric(18,2)``."""
    sized = " ".join(
        f"WHEN {OIDS[base]} THEN '{Type(base)}' || "
        "CASE WHEN $2 > 4 THEN '(' || ($2 - 4)::varchar || ')' ELSE '' END"
        for base in ("varchar", "bpchar", "varbyte")
    )
    number = (
        f"WHEN {OIDS['numeric']} THEN 'numeric' || CASE WHEN $2 > 4 THEN '(' || "
        "(($2 - 4) / 65536)::varchar || ',' || (($2 - 4) % 65536)::varchar || ')' ELSE '' END"
    )
    others = " ".join(
        f"WHEN {oid} THEN '{Type(base).plain}'"
        for base, oid in OIDS.items()
        if base not in ("varchar", "bpchar", "varbyte", "numeric")
    )
    rest = "WHEN 2278 THEN 'void' WHEN 0 THEN '-' ELSE CASE WHEN $1 IS NOT NULL THEN '???' END"
    return f"CASE $1 {sized} {number} {others} {rest} END"


def _path(connection: Connection) -> list[str]:
    from labkit.cloud.redshift.warehouse.paths import search_path

    return [shown(name) for name in search_path(connection)]


def _current_schemas(connection: Connection) -> str:
    known = connection.objects.of("schema", database=connection.database)
    names = {shown(one.name) for one in known}
    own = quoted_text(",".join(name for name in _path(connection) if name in names))
    return f"'{{' || CASE WHEN $1 THEN 'pg_catalog,' ELSE '' END || {own} || '}}'"


def _visible(connection: Connection) -> str:
    names = ", ".join(map(quoted_text, ["pg_catalog", *_path(connection)]))
    return (
        "$1 IN (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        f"ON n.oid = c.relnamespace WHERE n.nspname IN ({names}))"
    )


def _result_of(connection: Connection) -> Native:
    """The result's type of a function; a procedure has none."""
    told = {
        one.oid: Type(*one.body["returns"]).plain
        for one in connection.objects.of("routine", database=connection.database)
        if one.body.get("returns")
    }
    return lambda oid: chosen(oid, told)


def _arguments_of(connection: Connection) -> Native:
    told = {
        one.oid: shown(", ".join(map(_argument, one.body["arguments"])))
        for one in connection.objects.of("routine", database=connection.database)
    }
    return lambda oid: chosen(oid, told)


def _signatures_of(connection: Connection) -> Native:
    """``f(integer)``: a routine's name and its arguments' types."""
    told = {
        one.oid: f"{shown(shown_name(one.body['name']))}("
        + ", ".join(Type(*kind).argument for kind in one.body["parameters"])
        + ")"
        for one in connection.objects.of("routine", database=connection.database)
    }
    return lambda oid: chosen(oid, told)


def _argument(told: dict[str, Any]) -> str:
    mode = "" if told["mode"] == "IN" else told["mode"]
    return " ".join(filter(None, [mode, told["name"], Type(*told["type"]).plain]))


def _types_of(connection: Connection) -> Native:
    """``23 1043`` as ``integer, character varying``."""
    names = {str(oid): Type(base).plain for base, oid in OIDS.items()}
    each = chosen("t", names)
    return lambda oids: f"array_to_string([{each} for t in string_split({oids}, ' ')], ', ')"


def _sizes_of(connection: Connection) -> Native:
    """A table's bytes: the megabytes of its blocks."""
    relation = RELATIONS["pg_catalog", "svv_table_info"]
    names = [name for name, _ in relation.columns]
    oid, size = names.index("table_id"), names.index("size")
    told = {row[oid]: str(row[size] * MB) for row in relation.rows(connection)}
    return lambda table: f"CAST(coalesce({chosen(table, told)}, '0') AS BIGINT)"


def _pretty(connection: Connection) -> Native:
    """``10240`` as ``10 kB``: rounded, from the unit of which there are ten."""
    units = " ".join(
        f"WHEN n < {10240 * 1024**power} THEN (n + {unit // 2}) // {unit} || ' {name}'"
        for power, (name, unit) in enumerate(_UNITS.items())
    )
    last = f"ELSE (n + {_UNITS['GB'] // 2}) // {_UNITS['GB']} || ' GB'"
    return lambda size: f"[CASE {units} {last} END for n in [{size}]][1]"


_UNITS = {"bytes": 1, "kB": 1024, "MB": MB, "GB": 1024 * MB}


_VIEW = (
    "(SELECT max(v.definition) FROM pg_catalog.pg_views v JOIN pg_catalog.pg_namespace n ON "
    "n.nspname = v.schemaname JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND "
    "c.relname = v.viewname WHERE c.oid = $1)"
)
_INDEX = (
    "(SELECT max(i.indexdef) FROM pg_catalog.pg_indexes i JOIN pg_catalog.pg_namespace n ON "
    "n.nspname = i.schemaname JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND "
    "c.relname = i.indexname WHERE c.oid = $1)"
)
_INDEXED = (
    f"CASE $2 WHEN 0 THEN {_INDEX} ELSE (SELECT max(attname) FROM pg_catalog.pg_attribute a JOIN "
    "pg_catalog.pg_index i ON a.attrelid = i.indexrelid WHERE i.indexrelid = $1 AND a.attnum = $2) "
    "END"
)
_CONSTRAINT = "(SELECT max(consrc) FROM pg_catalog.pg_constraint WHERE oid = $1)"
_DESCRIPTION = (
    "(SELECT max(description) FROM pg_catalog.pg_description WHERE objoid = $1 AND objsubid = {})"
)
_ENCODING = " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(ENCODINGS))
_JOINED = f"replace({access_items.plain('$1')}, ',', $2)"
#: Signature, ``->`` and the result's type; the body, or what makes it for a session.
_TABLE: tuple[tuple[str, Body], ...] = (
    ("aclcontains(varchar, varchar) -> bool", access_items.contains),
    ("makeaclitem(int4, int4, int4, varchar, bool) -> varchar", access_items.made),
    ("array_upper(varchar, int4) -> int4",
     "CASE WHEN $2 = 1 AND $1 <> '{}' THEN len($1) - len(replace($1, ',', '')) + 1 END"),
    *((f"array_to_string({kind}, varchar) -> varchar", _JOINED)
      for kind in ("varchar", "_text", "_oid", "_int2")),
    ("array_to_string(super, varchar) -> varchar", _no_super),
    ("col_description(oid, int4) -> varchar", _DESCRIPTION.format("$2")),
    ("current_schemas(bool) -> varchar", _current_schemas),
    ("current_setting(varchar) -> varchar", setting_calls.current),
    ("current_setting(varchar, bool) -> varchar", setting_calls.current),
    ("set_config(varchar, varchar, bool) -> varchar", setting_calls.changed),
    ("set_config(varchar, varchar, int4) -> varchar", setting_calls.changed),
    ("format_encoding(int4) -> varchar", f"CASE $1 {_ENCODING} END"),
    ("format_type(oid, int4) -> varchar", _format_type()),
    *((f"has_{kind}_privilege({given}) -> bool", privileges.functions(kind))
      for kind in privileges.PRIVILEGES
      for given in ("varchar, varchar", "varchar, varchar, varchar")),
    ("obj_description(oid) -> varchar", _DESCRIPTION.format("0")),
    ("obj_description(oid, varchar) -> varchar", _DESCRIPTION.format("0")),
    *((f"array_out({kind}) -> varchar", "$1") for kind in ("_int2", "_oid", "_text")),
    ("oidvectorout(oidvector) -> varchar", "$1"),
    ("int2vectorout(int2vector) -> varchar", "$1"),
    ("string_to_array(varchar, varchar) -> _text", _split),
    ("oidvectortypes(varchar) -> varchar", _types_of),
    ("pg_cancel_backend(int4) -> int4", backends.ending("cancel")),
    ("pg_encoding_to_char(int4) -> varchar", "'UNICODE'"),
    ("pg_function_is_visible(oid) -> bool", "true"),
    ("pg_get_constraintdef(oid) -> varchar", _CONSTRAINT),
    ("pg_get_constraintdef(oid, bool) -> varchar", _CONSTRAINT),
    ("pg_get_expr(varchar, oid) -> varchar", "$1"),
    ("pg_get_expr(varchar, oid, bool) -> varchar", "$1"),
    ("pg_get_function_arguments(oid) -> varchar", _arguments_of),
    ("pg_get_function_result(oid) -> varchar", _result_of),
    ("pg_get_indexdef(oid) -> varchar", _INDEX),
    ("pg_get_indexdef(oid, int4, bool) -> varchar", _INDEXED),
    ("pg_get_ruledef(oid) -> varchar", "NULL"),
    ("pg_get_ruledef(oid, bool) -> varchar", "NULL"),
    ("pg_get_userbyid(int4) -> varchar",
     ("coalesce((SELECT max(usename) FROM pg_catalog.pg_user WHERE usesysid = $1), "
      "CASE WHEN $1 = 1 THEN 'rdsdb' ELSE 'unknown (OID=' || $1::varchar || ')' END)")),
    ("pg_get_viewdef(varchar) -> varchar", _VIEW.replace("$1", "$1::regclass")),
    ("pg_get_viewdef(oid) -> varchar", _VIEW),
    ("pg_get_viewdef(oid, bool) -> varchar", _VIEW),
    ("pg_relation_size(oid) -> int8", _sizes_of),
    ("pg_size_pretty(int8) -> varchar", _pretty),
    ("pg_table_size(oid) -> int8", _sizes_of),
    ("pg_total_relation_size(oid) -> int8", _sizes_of),
    ("pg_table_is_visible(oid) -> bool", _visible),
    ("pg_terminate_backend(int4) -> int4", backends.ending("terminate")),
    *((f"pg_{kind}_is_visible(oid) -> bool", "true")
      for kind in ("conversion", "opclass", "operator", "type")),
    ("regprocedureout(oid) -> varchar", _signatures_of),
    ("regprocedureout(varchar) -> varchar", "$1"),
    ("role_is_member_of(varchar, varchar) -> bool", membership.of_role),
    ("textin(varchar) -> varchar", "$1"),
    ("shobj_description(oid, varchar) -> varchar", "NULL"),
    ("user_is_member_of(varchar, varchar) -> bool", membership.of_user),
)  # fmt: skip


def _read() -> dict[str, list[tuple[tuple[Type, ...], Type, Body]]]:
    found: dict[str, list[tuple[tuple[Type, ...], Type, Body]]] = {}
    for signature, body in _TABLE:
        words = Words(signature.replace("->", "="))
        name = words.identifier()
        words.expect("(")
        kinds = []
        while not words.accept(")"):
            kinds.append(Type(words.identifier()))
            words.accept(",")
        words.expect("=")
        found.setdefault(name, []).append((tuple(kinds), Type(words.identifier()), body))
    return found


_FUNCTIONS = _read()
