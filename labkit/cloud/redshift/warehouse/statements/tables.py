"""``CREATE TABLE`` in its forms, ``SELECT INTO``, ``DROP TABLE``, ``TRUNCATE``.

Keys are informational in Redshift: rows that break them are stored. NOT NULL binds.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.engine.redshift.reading import Words, parse_query, quoted
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names, find_relation, look_up, place
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn, with_columns
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement

ENCODINGS = (
    "raw az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd "
    "auto none"
).split()


@dataclass
class Declared:
    """What a CREATE TABLE says before it is made."""

    columns: list[TableColumn] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    constraints: list[dict[str, Any]] = field(default_factory=list)


@statement(
    "CREATE TABLE",
    "CREATE TEMP TABLE",
    "CREATE TEMPORARY TABLE",
    "CREATE LOCAL TEMP TABLE",
    "CREATE LOCAL TEMPORARY TABLE",
)
def create_table(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE")
    words.accept("LOCAL")
    temporary = bool(words.accept_one("TEMP", "TEMPORARY"))
    words.expect("TABLE")
    missing_only = words.accept("IF", "NOT", "EXISTS")
    name = words.name()
    temporary = temporary or name[-1].startswith("#")
    if look_up_own(connection, name, temporary):
        if missing_only:
            return Result("CREATE TABLE")
        raise RedshiftError(f'Relation "{name[-1]}" already exists', "42P07")
    if words.peek("(") and not _is_list_of_names(words):
        declared = _declared(connection, words)
        words.end()
        create(connection, name, declared, temporary=temporary)
        return Result("CREATE TABLE")
    return _create_as(connection, parsed, name, temporary)


def look_up_own(connection: Connection, name: tuple[str, ...], temporary: bool) -> Object | None:
    """Whether a relation of this name is in the way of a new one."""
    if temporary:
        return connection.temporary.get(name[-1])
    database, schema, last = place(connection, name)
    return connection.objects.find("relation", last, database=database, schema=schema)


def _is_list_of_names(words: Words) -> bool:
    """Whether brackets hold names of columns alone, as before AS."""
    at = words.at + 1
    while words.words[at].kind in ("word", "quoted"):
        following = words.words[at + 1].upper
        if following == ")":
            return words.words[at].upper != "LIKE"
        if following != ",":
            return False
        at += 2
    return False


def _create_as(
    connection: Connection, parsed: Parsed, name: tuple[str, ...], temporary: bool
) -> Result:
    words = parsed.words
    names = words.names() if words.peek("(") else []
    declared = Declared()
    attributes(words, declared)
    words.expect("AS")
    tree = parse_query(words.rest())
    count = create_as(
        connection, name, tree, parsed.parameters, declared, names, temporary=temporary
    )
    return Result("SELECT", count=count)


def create_as(
    connection: Connection,
    name: tuple[str, ...],
    tree: exp.Expr,
    parameters: Sequence[Any] = (),
    declared: Declared | None = None,
    names: Sequence[str] = (),
    *,
    temporary: bool = False,
) -> int:
    """Make a table of a query's columns and rows; how many rows there are."""
    compiled = compile_query(tree, Names(connection), parameters=parameters)
    declared = declared or Declared()
    declared.columns = list(query_columns(compiled, names))
    table = create(connection, name, declared, temporary=temporary)
    columns = ", ".join(f"c{at}" for at in range(len(compiled.fields)))
    sql = f"INSERT INTO {table.physical} SELECT {columns} FROM ({compiled.sql})"
    return int(first_row(connection.duck, sql)[0])


def query_columns(compiled: Compiled, names: Sequence[str] = ()) -> list[TableColumn]:
    """The columns of a table that is made of a query.

    Raises:
        RedshiftError: two have one name.
    """
    found = []
    for at, field_ in enumerate(compiled.fields):
        name = names[at] if at < len(names) else field_.name
        kind = field_.type
        if kind.base in ("varchar", "name") and not kind.size:
            kind = Type("varchar", 65535 if kind.base == "varchar" else 128)
        if kind.base == "interval":
            raise RedshiftError('Column "interval" has unsupported type "interval"', "0A000")
        found.append(TableColumn(name, kind))
    _no_duplicates([column.name for column in found])
    return found


def _no_duplicates(names: Sequence[str]) -> None:
    for name in names:
        if list(names).count(name) > 1:
            raise RedshiftError(f'column "{name}" specified more than once', "42701")


def create(
    connection: Connection,
    name: tuple[str, ...],
    declared: Declared,
    *,
    temporary: bool = False,
    kind: str = "table",
    more: dict[str, Any] | None = None,
) -> Object:
    """Make a table of what was declared."""
    if temporary:
        _check_temporary(connection)
        database, schema, last = connection.database, f"pg_temp_{connection.pid}", name[-1]
    else:
        database, schema, last = place(connection, name)
    _no_duplicates([column.name for column in declared.columns])
    _check_keys(declared)
    body = {"kind": kind, "temporary": temporary, "constraints": declared.constraints}
    table = Object(
        "relation", database, schema, last, connection.objects.new_oid(), connection.user,
        body | _placed(declared.attributes) | (more or {}),
    )  # fmt: skip
    table = with_columns(table, declared.columns)
    for column in declared.columns:
        if column.identity:
            start, step = column.identity
            word = "TEMP SEQUENCE" if temporary else "SEQUENCE"
            low = min(start, -(1 << 62))
            connection.duck.execute(
                f"CREATE {word} {table.sequence(column.name)} START {start} INCREMENT {step} "
                f"MINVALUE {low}"
            )
    word = "TEMP TABLE" if temporary else "TABLE"
    connection.duck.execute(f"CREATE {word} {table.physical} ({_columns_sql(declared.columns)})")
    if temporary:
        connection.temporary[last] = table
    else:
        connection.objects.add(table)
    return table


def _check_temporary(connection: Connection) -> None:
    database = connection.objects.find("database", connection.database)
    if database and not grants.allowed(connection, database, "TEMPORARY", connection.user):
        raise RedshiftError(
            f'permission denied to create temporary tables in database "{database.name}"', DENIED
        )


def _placed(attributes: dict[str, Any]) -> dict[str, Any]:
    found = {"diststyle": "AUTO", "distkey": "", "sortkey": [], "sortstyle": ""} | attributes
    if found["distkey"] and found["diststyle"] == "AUTO":
        found["diststyle"] = "KEY"
    return found


def _check_keys(declared: Declared) -> None:
    known = {column.name for column in declared.columns}
    told = [declared.attributes.get("distkey"), *declared.attributes.get("sortkey", ())]
    for name in told:
        if name and name not in known:
            raise RedshiftError(f'column "{name}" named in key does not exist', "42703")


def _columns_sql(columns: Sequence[TableColumn]) -> str:
    return ", ".join(
        f"{quoted(c.name)} {c.type.duckdb}{'' if c.nullable else ' NOT NULL'}" for c in columns
    )


def _declared(connection: Connection, words: Words) -> Declared:
    """The list of columns and constraints, and the attributes after it."""
    declared = Declared()
    words.expect("(")
    while True:
        if words.accept("LIKE"):
            _like(connection, words, declared)
        elif words.word.upper in ("PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT", "CHECK"):
            _constraint(words, declared)
        else:
            declared.columns.append(column(words, declared))
        if not words.accept(","):
            break
    words.expect(")")
    attributes(words, declared)
    return declared


def _like(connection: Connection, words: Words, declared: Declared) -> None:
    source = find_relation(connection, words.name())
    grants.check(connection, source, "SELECT")
    word = words.accept_one("INCLUDING", "EXCLUDING")
    if word:
        words.expect("DEFAULTS")
    columns = source.columns
    if source.kind == "view":
        found = Names(connection).readable(source)
        columns = tuple(TableColumn(c.name, c.type) for c in found.columns)
    for each in columns:
        default = each.default if word == "INCLUDING" else ""
        declared.columns.append(replace(each, default=default, identity=None))
    if source.kind == "table":
        kept = ("diststyle", "distkey", "sortkey", "sortstyle")
        declared.attributes |= {name: source.body[name] for name in kept}


def column(words: Words, declared: Declared) -> TableColumn:
    """One column: its name, type and attributes."""
    name, kind = words.identifier(), words.type()
    found = TableColumn(name, kind)
    while words.word.upper not in (",", ")") and not words.ended:
        found = _column_attribute(words, found, declared)
    return found


def _column_attribute(words: Words, found: TableColumn, declared: Declared) -> TableColumn:
    if words.accept("NOT", "NULL"):
        return replace(found, nullable=False)
    if words.accept("NULL"):
        return found
    if words.accept("DEFAULT"):
        stops = ("NOT", "NULL", "ENCODE", "DISTKEY", "SORTKEY", "PRIMARY", "UNIQUE", "REFERENCES")
        default = words.expression(*stops) if not words.accept("NULL") else ""
        return replace(found, default=default)
    if words.accept("IDENTITY"):
        return replace(found, identity=_identity(words), nullable=False)
    if words.accept("GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"):
        return replace(found, identity=_identity(words), nullable=False, by_default=True)
    if words.accept("ENCODE"):
        return replace(found, encode=encoding(words))
    if words.accept("COLLATE"):
        if words.accept_one("CASE_INSENSITIVE", "CI"):
            raise RedshiftError("COLLATE CASE_INSENSITIVE is not supported here", "0A000")
        words.accept_one("CASE_SENSITIVE", "CS")
        return found
    return _key_attribute(words, found, declared)


def encoding(words: Words) -> str:
    """The name of a compression encoding."""
    name = words.identifier()
    if name not in ENCODINGS:
        raise RedshiftError(f'invalid encoding type specified for column: "{name}"', "22023")
    return name


def _key_attribute(words: Words, found: TableColumn, declared: Declared) -> TableColumn:
    if words.accept("DISTKEY"):
        if declared.attributes.get("distkey"):
            raise RedshiftError("multiple DISTKEY columns are not allowed", "42601")
        declared.attributes["distkey"] = found.name
    elif words.accept("SORTKEY"):
        declared.attributes["sortkey"] = [found.name]
        declared.attributes["sortstyle"] = "COMPOUND"
    elif words.accept("PRIMARY", "KEY"):
        declared.constraints.append({"kind": "PRIMARY KEY", "columns": [found.name]})
        return replace(found, nullable=False)
    elif words.accept("UNIQUE"):
        words.accept("KEY")
        declared.constraints.append({"kind": "UNIQUE", "columns": [found.name]})
    elif words.peek("REFERENCES"):
        declared.constraints.append(_references(words, [found.name]))
    else:
        raise words.refuse()
    return found


def _identity(words: Words) -> tuple[int, int]:
    words.expect("(")
    start = words.number()
    words.expect(",")
    step = words.number()
    words.expect(")")
    return start, step


def _references(words: Words, columns: list[str]) -> dict[str, Any]:
    words.expect("REFERENCES")
    table = words.name()
    told = words.names() if words.peek("(") else []
    return {"kind": "FOREIGN KEY", "columns": columns, "table": list(table), "references": told}


def _constraint(words: Words, declared: Declared) -> None:
    found = constraint(words)
    declared.constraints.append(found)
    if found["kind"] == "PRIMARY KEY":
        declared.columns = [
            replace(c, nullable=False) if c.name in found["columns"] else c
            for c in declared.columns
        ]


def constraint(words: Words) -> dict[str, Any]:
    """A constraint of a table."""
    name = words.identifier() if words.accept("CONSTRAINT") else ""
    if words.accept("PRIMARY", "KEY"):
        return {"kind": "PRIMARY KEY", "columns": words.names(), "name": name}
    if words.accept("UNIQUE"):
        return {"kind": "UNIQUE", "columns": words.names(), "name": name}
    if words.accept("FOREIGN", "KEY"):
        return _references(words, words.names()) | {"name": name}
    raise RedshiftError("CHECK constraints are not supported", "0A000")


def attributes(words: Words, declared: Declared) -> None:
    """``BACKUP``, ``DISTSTYLE``, ``DISTKEY``, ``SORTKEY``, ``ENCODE AUTO``, in any order."""
    while True:
        if words.accept("BACKUP"):
            declared.attributes["backup"] = words.accept_one("YES", "NO") == "YES"
        elif words.accept("DISTSTYLE"):
            declared.attributes["diststyle"] = _one_of(words, "AUTO", "EVEN", "KEY", "ALL")
        elif words.accept("DISTKEY"):
            declared.attributes["distkey"] = words.names()[0] if words.peek("(") else (
                words.identifier())  # fmt: skip
        elif words.word.upper in ("COMPOUND", "INTERLEAVED", "SORTKEY"):
            declared.attributes |= sort_key(words)
        elif words.accept("ENCODE", "AUTO"):
            declared.attributes["encode"] = "AUTO"
        else:
            return


def sort_key(words: Words) -> dict[str, Any]:
    """``[COMPOUND | INTERLEAVED] SORTKEY (columns) | AUTO | NONE``"""
    style = words.accept_one("COMPOUND", "INTERLEAVED") or "COMPOUND"
    words.expect("SORTKEY")
    if words.accept("AUTO"):
        return {"sortkey": [], "sortstyle": "AUTO"}
    if words.accept("NONE"):
        return {"sortkey": [], "sortstyle": ""}
    return {"sortkey": words.names(), "sortstyle": style}


def _one_of(words: Words, *choices: str) -> str:
    found = words.accept_one(*choices)
    if not found:
        raise words.refuse()
    return found


def select_into(connection: Connection, parsed: Parsed, tree: exp.Expr, into: exp.Into) -> Result:
    """``SELECT ... INTO [TEMP] name FROM ...``"""
    name = tuple(part.name.lower() for part in into.this.parts)
    temporary = bool(into.args.get("temporary")) or name[-1].startswith("#")
    if look_up_own(connection, name, temporary):
        raise RedshiftError(f'Relation "{name[-1]}" already exists', "42P07")
    tree.set("into", None)
    count = create_as(connection, name, tree, parsed.parameters, temporary=temporary)
    return Result("SELECT", count=count)


#: Who else drops tables: (connection, name, IF EXISTS) → whether it was theirs.
DROPPERS: list[Callable[[Connection, tuple[str, ...], bool], bool]] = []


@statement("DROP TABLE")
def drop_table(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "TABLE")
    return drop_listed(connection, words, "table", "DROP TABLE")


def drop_listed(connection: Connection, words: Words, kind: str, tag: str) -> Result:
    """``[IF EXISTS] name, ... [CASCADE | RESTRICT]``"""
    missing_too = words.accept("IF", "EXISTS")
    names = [words.name()]
    while words.accept(","):
        names.append(words.name())
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    words.end()
    for name in names:
        if kind == "table" and any(dropper(connection, name, missing_too) for dropper in DROPPERS):
            continue
        found = look_up(connection, name)
        if found is None and missing_too:
            connection.notices.append(f'{kind} "{name[-1]}" does not exist, skipping')
            continue
        found = found or find_relation(connection, name)
        if found.kind != kind:
            noun = {"table": "a table", "view": "a view", "matview": "a materialized view"}
            raise RedshiftError(f'"{name[-1]}" is not {noun[kind]}', "42809")
        grants.check_owner(connection, found)
        drop(connection, found, cascade=cascade)
    return Result(tag)


def drop(connection: Connection, one: Object, *, cascade: bool = False) -> None:
    """Remove a relation, and with ``cascade`` the views that are bound to it.

    Raises:
        RedshiftError: views are bound to it.
    """
    for view in bound_views(connection, one):
        if not cascade:
            noun = {"table": "table", "view": "view", "matview": "materialized view"}[one.kind]
            raise RedshiftError(
                f"cannot drop {noun} {one.name} because other objects depend on it",
                "2BP01",
                detail=f"view {view.name} depends on {noun} {one.name}",
                hint="Use DROP ... CASCADE to drop the dependent objects too.",
            )
        drop(connection, view, cascade=True)
    if one.kind in ("table", "matview"):
        connection.duck.execute(f"DROP TABLE {one.physical}")
        for each in one.columns:
            if each.identity:
                connection.duck.execute(f"DROP SEQUENCE {one.sequence(each.name)}")
    if one.temporary:
        del connection.temporary[one.name]
    else:
        connection.objects.remove(one)


def bound_views(connection: Connection, one: Object) -> list[Object]:
    """The views that would break without a relation."""
    return [
        each
        for each in connection.objects.of("relation")
        if each.body.get("bound") and one.oid in each.body.get("uses", ())
    ]


@statement("TRUNCATE")
def truncate(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("TRUNCATE")
    words.accept("TABLE")
    table = changeable(connection, words.name(), "DELETE")
    words.end()
    grants.check_owner(connection, table)
    connection.duck.execute(f"DELETE FROM {table.physical}")
    return Result("TRUNCATE TABLE")


#: Who refuses changes of tables that are another's: (connection, name).
READ_ONLY: list[Callable[[Connection, tuple[str, ...]], None]] = []


def changeable(connection: Connection, name: tuple[str, ...], privilege: str) -> Object:
    """A table whose rows may be changed.

    Raises:
        RedshiftError: there is none, it is a view, or the user may not.
    """
    for check in READ_ONLY:
        check(connection, name)
    found = find_relation(connection, name)
    if found.kind != "table":
        raise RedshiftError(f'cannot change the rows of view "{found.name}"', "42809")
    grants.check(connection, found, privilege)
    return found
