"""What names mean for a session: the compiler's catalog over a connection's objects.

A table of one part is looked for among temporary tables, system relations, then along the search
path. Names fold to lower case, with quotes or without.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.catalog import Attribute, Relation, Scan, SqlFunction
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.postgres import KEEPS_CASE
from labkit.cloud.engine.redshift.special_calls import LAST_COUNTS
from labkit.cloud.engine.redshift.super_values import MINDS_CASE
from labkit.cloud.engine.redshift.types import INT4, NAME, VARCHAR, Type
from labkit.cloud.redshift.system import system_functions, system_oid, system_relation
from labkit.cloud.redshift.warehouse import blanks, grants, letter_case, nodes
from labkit.cloud.redshift.warehouse.objects import Object, holder
from labkit.cloud.redshift.warehouse.paths import (
    creation_schema,
    find_relation,
    look_up,
    search_path,
    split_name,
)
from labkit.cloud.redshift.warehouse.scans import planned

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

DEEPEST = 32
#: Who else knows relations: finders by (connection, name parts), such as external schemas'.
FINDERS: list = []  # type: ignore[type-arg]
#: Who else makes functions of routines: (connection, routine) → a function, or None.
NATIVES: list[Callable[[Connection, Object], SqlFunction | None]] = []


#: What names meant: name → ``{"oid": 7, "columns": {name of then: name of now}}``.
Meant = dict[str, dict[str, Any]]


class Names:
    """The names that a statement may use.

    Args:
        user: whose rights count; a view's owner inside of a view.
        bound: whether names were looked up when a view was made, so that nobody needs a way into
            their schemas now. A view without a binding looks them up when it is read.
        meant: what they were then: name → the relation's number, and its columns by the names that
            they had. Another name since, and columns that were added, are nothing to the view.
        calls: the functions that were called then: others of their names are not meant.
    """

    def __init__(
        self,
        connection: Connection,
        user: str = "",
        depth: int = 0,
        *,
        bound: bool = False,
        meant: Meant | None = None,
        calls: Collection[int] = (),
    ) -> None:
        self.connection, self.depth, self.bound = connection, depth, bound
        self.user = user or connection.user
        self.meant, self.resolved, self.calls = meant or {}, Meant(), calls

    def relation(self, name: tuple[str, ...]) -> Relation:
        """For the compiler: what a name in FROM stands for."""
        found = self._external(name) or system_relation(self.connection, name)
        found = found or self._own(name)
        nodes.note(self.connection, found)
        return found

    def number(self, name: tuple[str, ...]) -> int:
        """A relation's number; also of a table that holds a materialized view, which none reads."""
        held = name[-1].removeprefix("mv_tbl__").removesuffix("__0")
        view = look_up(self.connection, (*name[:-1], held)) if held != name[-1] else None
        if view and view.kind == "matview" and holder(view).name == name[-1]:
            return holder(view).oid
        return system_oid(self.connection, name) or self.relation(name).oid

    def _own(self, name: tuple[str, ...]) -> Relation:
        from labkit.cloud.redshift.warehouse.protection import limited

        one = self._meant(name) or find_relation(self.connection, name, check=not self.bound)
        columns = grants.columns(self.connection, one, "SELECT", self.user)
        self.connection.read.add(one.oid)
        return self._as_meant(name, limited(self.readable(one), one, columns))

    def _meant(self, name: tuple[str, ...]) -> Object | None:
        """The relation that a view was made of, whatever it is called now."""
        oid = self.meant.get(".".join(name), {}).get("oid")
        if not oid:
            return None
        own, stored = self.connection.temporary.values(), self.connection.objects.of("relation")
        return next((one for one in (*own, *stored) if one.oid == oid), None)

    def _as_meant(self, name: tuple[str, ...], relation: Relation) -> Relation:
        """A relation with the columns that a view was made of, by the names of then."""
        key, own = ".".join(name), {each.name: each for each in relation.columns}
        columns = {each.name: each.name for each in relation.columns if not each.hidden}
        self.resolved[key] = {"oid": relation.oid, "columns": columns}
        if key not in self.meant:
            return relation
        then = self.meant[key]["columns"].items()
        kept = [replace(own[now], name=known) for known, now in then if now in own]
        hidden = [each for each in relation.columns if each.hidden]
        return replace(relation, columns=(*kept, *hidden))

    def readable(self, one: Object) -> Relation:
        """A relation with the rows and values that the session's user sees of it."""
        from labkit.cloud.redshift.warehouse.protection import protected

        return protected(self.connection, one, self.stored(one))

    def stored(self, one: Object) -> Relation:
        """A stored relation in DuckDB's SQL."""
        if one.kind == "view":
            return self._view(one)
        columns = tuple(
            Attribute(c.name, c.type, c.name, clean=blanks.clean(self.connection, one, c))
            for c in one.columns
        )
        return Relation(one.name, columns, one.physical, one.oid, one.schema)

    def _external(self, name: tuple[str, ...]) -> Relation | None:
        for finder in FINDERS:
            found: Relation | None = finder(self.connection, name)
            if found:
                return found
        return None

    def _view(self, view: Object) -> Relation:
        if self.depth > DEEPEST:
            raise RedshiftError(f'infinite recursion detected in view "{view.name}"', "42P17")
        found = self.compile_view(view)
        names = [str(name) for name in view.body.get("names") or ()]
        columns = tuple(
            Attribute(
                names[at] if at < len(names) else field.name,
                field.type,
                f"c{at}",
                clean=field.clean,
            )
            for at, field in enumerate(found.fields)
        )
        return Relation(view.name, columns, f"({found.sql})", view.oid, view.schema, found.scans)

    def planned(self, sql: str, scans: Sequence[Scan]) -> str:
        """For the compiler: put what scans read into a query that is not part of another."""
        return sql if self.depth or not scans else planned(self.connection, sql, scans)

    def compile_view(self, view: Object) -> Compiled:
        """A view's query, with its owner's rights and the search path of its making."""
        bound = bool(view.body.get("bound"))
        told = {"meant": view.body.get("meant"), "calls": view.body.get("calls", ())}
        names = Names(self.connection, view.owner, self.depth + 1, bound=bound, **told)
        with as_made(self.connection, view):
            return compile_query(view.body["query"], names)

    def functions(self, name: tuple[str, ...]) -> list[SqlFunction]:
        """For the compiler: functions that were made with CREATE FUNCTION."""
        database, schema, last = split_name(self.connection, name)
        found = system_functions(self.connection, name)
        for each in [schema] if schema else search_path(self.connection):
            for one in self.connection.objects.of("routine", database=database, schema=each):
                if one.body["name"] == last and one.kind == "function" and self.may_call(one):
                    grants.check(self.connection, one, "EXECUTE", self.user)
                    found.append(replace(_function(self.connection, one), oid=one.oid))
        return [each for each in found if each.oid in self.calls] or found

    def may_call(self, one: Object) -> bool:
        """Whether a function is among those that are meant."""
        return True

    def session(self, name: str) -> tuple[str | int, Type] | None:
        """For the compiler: values of the session."""
        connection = self.connection
        values: dict[str, tuple[str | int, Type]] = {
            "current_user": (self.user if self.depth else connection.user, NAME),
            "user": (connection.user, NAME),
            "session_user": (connection.session_user, NAME),
            "current_database": (connection.database, NAME),
            "current_schema": (shown(_current_schema(connection)), NAME),
            "current_user_id": (grants.user_id(connection, connection.user), INT4),
            "current_aws_account": (connection.warehouse.cloud.account, VARCHAR),
            "current_namespace": (connection.warehouse.namespace, VARCHAR),
            "pg_backend_pid": (connection.pid, INT4),
            "pg_last_query_id": (connection.last_completed, Type("int8")),
            "last_user_query_id": (connection.last_completed, Type("int8")),
            "version": (VERSION, VARCHAR),
        }
        if name == KEEPS_CASE:
            return switched(connection, letter_case.SETTING)
        if name == MINDS_CASE:
            return switched(
                connection, letter_case.SETTING, "enable_case_sensitive_super_attribute"
            )
        if name == LAST_COUNTS:
            return switched(connection, "json_parse_dedup_attributes")
        counts = {each: (connection.counts.get(each, default), Type("int8"))
                  for each, default in COUNTS.items()}  # fmt: skip
        return (counts | values).get(name)


def switched(connection: Connection, *settings: str) -> tuple[str, Type] | None:
    """Whether any of these is on."""
    values = [connection.settings[name].lower() for name in settings]
    return ("on", VARCHAR) if {"on", "true", "1"} & set(values) else None


@contextmanager
def as_made(connection: Connection, one: Object) -> Iterator[None]:
    """Names mean what they meant where a view or a policy was made."""
    kept = connection.settings["search_path"], connection.database
    connection.settings["search_path"] = one.body["search_path"]
    connection.database = one.database
    try:
        yield
    finally:
        connection.settings["search_path"], connection.database = kept


#: What functions tell of the session's last COPY and UNLOAD, and what while there was none.
COUNTS = {"pg_last_copy_count": 0, "pg_last_copy_id": -1,
          "pg_last_unload_count": 0, "pg_last_unload_id": -1}  # fmt: skip


REVISION = "98765"
VERSION = (
    "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 "
    f"(Red Hat 3.4.2-6.fc3), Redshift 1.0.{REVISION}"
)


def _function(connection: Connection, one: Object) -> SqlFunction:
    for native in NATIVES:
        if made := native(connection, one):
            return made
    return SqlFunction(
        one.body["name"],
        tuple(Type(*kind) for kind in one.body["parameters"]),
        Type(*one.body["returns"]),
        one.body["text"],
    )


def _current_schema(connection: Connection) -> str:
    try:
        return creation_schema(connection)
    except RedshiftError:
        return ""
