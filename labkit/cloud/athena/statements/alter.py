"""``ALTER TABLE``: partitions, columns, location and properties; the files stay as they are.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.storage import catalog_column
from labkit.cloud.athena.statements.tables import (
    DDL_TASK,
    handler_of,
    key_names,
    need,
    partition_folder,
    table_type_of,
)
from labkit.cloud.athena.words import Words
from labkit.cloud.engine import Column
from labkit.cloud.metastore import Definition, input_of

Spec = dict[str, str]


@dataclass(frozen=True)
class Action:
    """One action on a table: its name, its kind of statement, and what it does to Hive tables.

    ``said`` is what the statement says, for other table types.
    """

    name: str
    substatement: str
    run: Callable[[Run, Definition], None]
    said: Any = None


@statement("ALTER", "TABLE")
def alter_table(text: str) -> Statement:
    words = Words(text)
    words.expect("ALTER", "TABLE")
    parts = words.qualified()
    action = _action(words)
    words.end()
    return Statement("DDL", action.substatement, lambda run: _alter(run, parts, action))


def _alter(run: Run, parts: tuple[str, ...], action: Action) -> Result:
    found = need(run, parts)
    handler = handler_of(table_type_of(found), action.name)
    if handler is not None:
        return handler(run, found, action.said)
    action.run(run, found)
    return run.text_result((), ())


def _action(words: Words) -> Action:
    for leading, read in _ACTIONS.items():
        if words.accept(*leading):
            return read(words)
    if words.peek("PARTITION"):
        return _on_partition(words)
    raise words.mismatch(
        "'ADD'", "'DROP'", "'REPLACE'", "'CHANGE'", "'SET'", "'PARTITION'", "'RENAME'"
    )


# Partitions ---------------------------------------------------------------------------------------


def _add_partitions(words: Words) -> Action:
    if_not_exists = words.accept("IF", "NOT", "EXISTS")
    said: list[tuple[Spec, str | None]] = []
    while words.accept("PARTITION"):
        spec = _spec(words)
        said.append((spec, words.string() if words.accept("LOCATION") else None))
        words.accept(",")
    if not said:
        raise words.mismatch("'PARTITION'")

    def run(run: Run, table: Definition) -> None:
        known = _known(run, table)
        add = []
        for spec, location in said:
            values = _values(table, spec)
            if tuple(values) not in known:
                known.add(tuple(values))
                add.append(partition_input(table, values, location))
            elif not if_not_exists:
                raise StatementFailed(
                    f"{DDL_TASK} AlreadyExistsException(message:Partition already exists: {values})"
                )
        run.metastore.replace_partitions(table["DatabaseName"], table["Name"], add=add)

    return Action("ADD PARTITION", "ALTER_TABLE_ADD_PARTITION", run, said)


def _drop_partitions(words: Words) -> Action:
    if_exists = words.accept("IF", "EXISTS")
    words.expect("PARTITION")
    said = [_spec(words)]
    while words.accept(","):
        words.expect("PARTITION")
        said.append(_spec(words))
    words.accept("PURGE")

    def run(run: Run, table: Definition) -> None:
        known = _known(run, table)
        drop: list[list[str]] = []
        for spec in said:
            matching = [list(v) for v in known if _meets(table, v, spec)]
            if not matching and not if_exists:
                wanted = ", ".join(f"({k} = '{v}')" for k, v in spec.items())
                raise StatementFailed(
                    f"FAILED: SemanticException [Error 10006]: Partition not found {wanted}"
                )
            drop += [v for v in matching if v not in drop]
        run.metastore.replace_partitions(table["DatabaseName"], table["Name"], drop=drop)

    return Action("DROP PARTITION", "ALTER_TABLE_DROP_PARTITION", run, said)


def _on_partition(words: Words) -> Action:
    words.expect("PARTITION")
    spec = _spec(words)
    if words.accept("RENAME", "TO", "PARTITION"):
        renamed = _spec(words)
        return Action(
            "RENAME PARTITION",
            "ALTER_TABLE_RENAME_PARTITION",
            lambda run, table: _replace(
                run, table, spec, lambda p: {**p, "Values": _values(table, renamed)}
            ),
        )
    words.expect("SET", "LOCATION")
    location = words.string()
    return Action(
        "SET LOCATION",
        "ALTER_TABLE_SET_LOCATION",
        lambda run, table: _replace(run, table, spec, lambda p: _located(p, location), make=True),
    )


def _replace(
    run: Run,
    table: Definition,
    spec: Spec,
    change: Callable[[Definition], Definition],
    *,
    make: bool = False,
) -> None:
    values = _values(table, spec)
    stored = run.metastore.partitions(table["DatabaseName"], table["Name"])
    found = next((p for p in stored if p["Values"] == values), None)
    if found is None and not make:
        raise StatementFailed(
            f"FAILED: SemanticException [Error 10006]: Partition not found {spec}"
        )
    old = _partition_input(found) if found else partition_input(table, values, None)
    run.metastore.replace_partitions(
        table["DatabaseName"], table["Name"], drop=[values] if found else [], add=[change(old)]
    )


def partition_input(table: Definition, values: list[str], location: str | None) -> Definition:
    """A partition of a table as Athena's DDL writes it."""
    storage = {**table["StorageDescriptor"]}
    root = storage.get("Location", "").rstrip("/")
    storage["Location"] = location or f"{root}/{partition_folder(key_names(table), values)}"
    return {"Values": values, "StorageDescriptor": storage, "Parameters": {}}


def _partition_input(stored: Definition) -> Definition:
    answered = ("DatabaseName", "TableName", "CreationTime", "CatalogId")
    return {k: v for k, v in stored.items() if k not in answered}


def _located(partition: Definition, location: str) -> Definition:
    return {
        **partition,
        "StorageDescriptor": {**partition["StorageDescriptor"], "Location": location},
    }


def _spec(words: Words) -> Spec:
    """``(dt = '2024-01-01', region = 'eu')``."""
    return dict(words.bracketed(lambda: _equation(words)))


def _equation(words: Words) -> tuple[str, str]:
    name = words.name()
    words.expect("=")
    if words.accept("DATE"):
        return name, words.string()
    return name, words.literal()


def _values(table: Definition, spec: Spec) -> list[str]:
    """The values of a whole spec, in the table's order."""
    names = key_names(table)
    if not names:
        raise StatementFailed(
            f"FAILED: SemanticException table is not partitioned but partition spec exists: {spec}"
        )
    if sorted(spec) != sorted(names):
        raise StatementFailed(
            f"FAILED: ValidationFailureSemanticException partition spec {spec} doesn't contain all "
            f"({len(names)}) partition columns"
        )
    return [spec[name] for name in names]


def _meets(table: Definition, values: tuple[str, ...], spec: Spec) -> bool:
    names = key_names(table)
    unknown = set(spec) - set(names)
    if unknown:
        raise StatementFailed(
            "FAILED: SemanticException [Error 10096]: Non-Partition column appears in the "
            f"partition specification: {', '.join(sorted(unknown))}"
        )
    actual = dict(zip(names, values, strict=True))
    return all(actual[name] == value for name, value in spec.items())


def _known(run: Run, table: Definition) -> set[tuple[str, ...]]:
    stored = run.metastore.partitions(table["DatabaseName"], table["Name"])
    return {tuple(p["Values"]) for p in stored}


# Columns ------------------------------------------------------------------------------------------


def _column(words: Words) -> Column:
    name, kind = words.name(), words.type()
    return Column(name, kind, words.string() if words.accept("COMMENT") else None)


def _add_columns(words: Words) -> Action:
    said = words.bracketed(lambda: _column(words))

    def change(run: Run, table: Definition) -> None:
        names = [c["Name"] for c in table["StorageDescriptor"]["Columns"]] + key_names(table)
        for column in said:
            if column.name in names:
                raise StatementFailed(f"{DDL_TASK} Duplicate column name: {column.name}")
        _set_columns(run, table, table["StorageDescriptor"]["Columns"] + _catalogued(said))

    return Action("ADD COLUMNS", "ALTER_TABLE_ADD_COLUMN", change, said)


def _replace_columns(words: Words) -> Action:
    said = words.bracketed(lambda: _column(words))
    return Action(
        "REPLACE COLUMNS",
        "ALTER_TABLE_REPLACE_COLUMN",
        lambda run, table: _set_columns(run, table, _catalogued(said)),
        said,
    )


def _change_column(words: Words) -> Action:
    words.accept("COLUMN")
    old, new = words.name(), _column(words)
    after: str | None = None
    if words.accept("FIRST"):
        after = ""
    elif words.accept("AFTER"):
        after = words.name()

    def change(run: Run, table: Definition) -> None:
        columns = list(table["StorageDescriptor"]["Columns"])
        at = next((i for i, c in enumerate(columns) if c["Name"].lower() == old), None)
        if at is None:
            raise StatementFailed(
                f"FAILED: SemanticException [Error 10002]: Invalid column reference {old}"
            )
        changed = {"Comment": columns[at].get("Comment"), **catalog_column(new)}
        columns.pop(at)
        columns.insert(
            _position(columns, after, at), {k: v for k, v in changed.items() if v is not None}
        )
        _set_columns(run, table, columns)

    return Action("CHANGE COLUMN", "ALTER_TABLE_CHANGE_COLUMN", change, (old, new, after))


def _position(columns: list[Definition], after: str | None, at: int) -> int:
    if after is None:
        return at
    if after == "":
        return 0
    names = [c["Name"].lower() for c in columns]
    if after not in names:
        raise StatementFailed(
            f"FAILED: SemanticException [Error 10002]: Invalid column reference {after}"
        )
    return names.index(after) + 1


def _drop_column(words: Words) -> Action:
    name = words.name()
    return Action(
        "DROP COLUMN",
        "ALTER_TABLE_DROP_COLUMN",
        lambda run, table: _refuse(
            "DROP COLUMN is only available for Iceberg tables; use REPLACE COLUMNS"
        ),
        name,
    )


def _refuse(why: str) -> None:
    raise StatementFailed(f"FAILED: SemanticException {why}")


def _set_columns(run: Run, table: Definition, columns: list[Definition]) -> None:
    storage = {**table["StorageDescriptor"], "Columns": columns}
    _update(run, {**table, "StorageDescriptor": storage})


def _catalogued(columns: list[Column]) -> list[Definition]:
    return [catalog_column(c) for c in columns]


# The table ----------------------------------------------------------------------------------------


def _set_location(words: Words) -> Action:
    location = words.string()

    def change(run: Run, table: Definition) -> None:
        _update(run, _located(table, location))

    return Action("SET LOCATION", "ALTER_TABLE_SET_LOCATION", change, location)


def _set_properties(words: Words) -> Action:
    said = words.properties()

    def change(run: Run, table: Definition) -> None:
        _update(run, {**table, "Parameters": {**(table.get("Parameters") or {}), **said}})

    return Action("SET TBLPROPERTIES", "ALTER_TABLE_SET_PROPERTIES", change, said)


def _unset_properties(words: Words) -> Action:
    said = words.bracketed(words.string)

    def change(run: Run, table: Definition) -> None:
        kept = {k: v for k, v in (table.get("Parameters") or {}).items() if k not in said}
        _update(run, {**table, "Parameters": kept})

    return Action("UNSET TBLPROPERTIES", "ALTER_TABLE_UNSET_PROPERTIES", change, said)


def _update(run: Run, table: Definition) -> None:
    run.metastore.update_table(table["DatabaseName"], table["Name"], input_of(table))


_ACTIONS: dict[tuple[str, ...], Callable[[Words], Action]] = {
    ("ADD", "COLUMNS"): _add_columns,
    ("ADD",): _add_partitions,
    ("REPLACE", "COLUMNS"): _replace_columns,
    ("CHANGE",): _change_column,
    ("DROP", "COLUMN"): _drop_column,
    ("DROP",): _drop_partitions,
    ("SET", "LOCATION"): _set_location,
    ("SET", "TBLPROPERTIES"): _set_properties,
    ("UNSET", "TBLPROPERTIES"): _unset_properties,
}
