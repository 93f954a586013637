"""Which columns a statement will give, before it runs: Describe's answer.

A query's columns come of compiling it; the few other statements that give rows tell theirs each in
its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.engine.redshift.compile import compile_query
from labkit.cloud.engine.redshift.reading import into, parse_query
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import VARCHAR, Type
from labkit.cloud.redshift.warehouse import Column, Connection, Parsed, RedshiftError, letter_case
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.statements import changes
from labkit.cloud.redshift.warehouse.statements.transactions import prepared
from labkit.cloud.redshift.wire.texts import parameter_count

Columns = tuple[Column, ...] | None
Describer = Callable[[Connection, Parsed], Columns]
DESCRIBERS: dict[tuple[str, ...], Describer] = {}


def describes(*beginnings: str) -> Callable[[Describer], Describer]:
    """Register what tells the columns of statements with these first words."""

    def register(describer: Describer) -> Describer:
        DESCRIBERS.update((tuple(words.split()), describer) for words in beginnings)
        return describer

    return register


def columns_of(connection: Connection, sql: str, parameters: Sequence[Any]) -> Columns:
    """The columns of a statement's rows; None for a statement without rows.

    Raises:
        RedshiftError: it cannot run.
    """
    parsed = Parsed(letter_case.written(connection, sql), parameters)
    leading = parsed.leading
    describer = DESCRIBERS.get(leading[:2]) or DESCRIBERS.get(leading[:1])
    return describer(connection, parsed) if describer else None


@describes("SELECT", "WITH", "VALUES", "(")
def _query(connection: Connection, parsed: Parsed) -> Columns:
    tree = parse_query(parsed.text)
    if into(tree):
        return None
    compiled = compile_query(tree, Names(connection), parameters=parsed.parameters)
    return tuple(Column(field.name, field.type) for field in compiled.fields)


@describes("INSERT", "UPDATE", "DELETE")
def _change(connection: Connection, parsed: Parsed) -> Columns:
    """No rows; but its parameters take their types from columns and comparisons."""
    changes.checked(connection, parsed)
    return None


@describes("EXPLAIN")
def _plan(connection: Connection, parsed: Parsed) -> Columns:
    return (Column("QUERY PLAN", VARCHAR),)


@describes("SHOW", "ANALYZE COMPRESSION", "DESC DATASHARE", "DESCRIBE DATASHARE")
def _told(connection: Connection, parsed: Parsed) -> Columns:
    """What only reads the catalog is run."""
    return connection.run(parsed.text, parsed.parameters).columns


@describes("COPY JOB")
def _job(connection: Connection, parsed: Parsed) -> Columns:
    reads = parsed.words.words[2].upper in ("SHOW", "LIST")
    return _told(connection, parsed) if reads else None


@describes("FETCH")
def _cursor(connection: Connection, parsed: Parsed) -> Columns:
    name = parsed.words.words[-2].text.lower()
    if name not in connection.cursors:
        raise RedshiftError(f'cursor "{name}" does not exist', "34000")
    columns: Columns = connection.cursors[name][0].columns
    return columns


@describes("EXECUTE")
def _prepared(connection: Connection, parsed: Parsed) -> Columns:
    text, types = prepared(connection, parsed.words.words[1].text)
    told = None if types is None else [Typed("NULL", kind) for kind in types]
    return columns_of(connection, text, told or [None] * parameter_count(text))


@describes("CALL")
def _call(connection: Connection, parsed: Parsed) -> Columns:
    """A procedure's OUT and INOUT arguments are its one row."""
    parsed.words.expect("CALL")
    name = parsed.words.name()
    for one in connection.objects.of("routine", database=connection.database):
        if one.kind == "procedure" and one.body["name"] == name[-1]:
            given = [each for each in one.body["arguments"] if each["mode"] != "IN"]
            columns = (Column(each["name"], Type(*each["type"])) for each in given)
            return tuple(columns) or None
    return None
