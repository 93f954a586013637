"""``DROP TABLE`` and ``DROP VIEW``: the name goes, a Hive table's files stay.

Source: https://docs.aws.amazon.com/athena/latest/ug/drop-table.html
"""

from __future__ import annotations

from moto.glue.exceptions import TableNotFoundException

from labkit.cloud.athena.errors import StatementFailed, invalid, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.tables import handler_of, place, table_type_of
from labkit.cloud.athena.words import Words
from labkit.cloud.lake.catalog import reader_of
from labkit.cloud.lake.definitions import is_view
from labkit.cloud.lake.metastore import Definition


@statement("DROP", "TABLE")
def drop_table(text: str) -> Statement:
    return _read(text, view=False)


@statement("DROP", "VIEW")
def drop_view(text: str) -> Statement:
    return _read(text, view=True)


def _read(text: str, *, view: bool) -> Statement:
    words = Words(text, double=view)
    words.take(), words.take()
    if_exists = words.accept("IF", "EXISTS")
    if view and words.word.kind == "backquoted":
        # https://github.com/dbt-labs/dbt-athena/issues/220
        raise invalid("Queries of this type are not supported", "NOT_SUPPORTED")
    name = words.qualified()
    words.end()
    kind = "DROP_VIEW" if view else "DROP_TABLE"
    return Statement("DDL", kind, lambda run: _drop(run, name, if_exists, view=view))


def _drop(run: Run, parts: tuple[str, ...], if_exists: bool, *, view: bool) -> Result:
    database, name = place(run, parts) if not if_exists else _maybe(run, parts)
    found = run.metastore.definition(database, name)
    if found is not None and is_view(found) != view:
        wrong, right = ("VIEW", "TABLE") if view else ("TABLE", "VIEW")
        raise StatementFailed(
            f"FAILED: SemanticException Cannot drop a {right.lower()} with DROP {wrong}"
        )
    if not (found and _removed(run, found)) and not if_exists:
        raise semantic("Table not found", f"{database}.{name}")
    return run.text_result((), ())


def _removed(run: Run, found: Definition) -> bool:
    """Take it out of the catalog; false where another one has done so meanwhile."""
    try:
        remove(run, found)
    except TableNotFoundException:
        return False
    return True


def remove(run: Run, found: Definition) -> None:
    """Take a table out of the catalog; the data of one that Athena manages go with it."""
    kind = table_type_of(found)
    handler = handler_of(kind, "DROP TABLE") if reader_of(kind) else None
    if handler is not None:
        handler(run, found, run.text)
    else:
        run.metastore.delete_table(found["DatabaseName"], found["Name"])


def _maybe(run: Run, parts: tuple[str, ...]) -> tuple[str, str]:
    return (parts[-2] if len(parts) > 1 else run.database), parts[-1]
