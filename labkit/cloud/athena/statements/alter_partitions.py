"""``ALTER TABLE``: partitions added, dropped, renamed and moved."""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statements.alter_action import Action, located
from labkit.cloud.athena.statements.alter_columns import with_added, with_replaced
from labkit.cloud.athena.statements.tables import (
    DDL_TASK,
    declared_column,
    key_names,
    partition_folder,
)
from labkit.cloud.athena.words import Words
from labkit.cloud.lake.metastore import Definition

Spec = dict[str, str]


def add_partitions(words: Words) -> Action:
    """``ADD [IF NOT EXISTS] PARTITION (...) [LOCATION ...] ...``."""
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


def drop_partitions(words: Words) -> Action:
    """``DROP [IF EXISTS] PARTITION (...), ...``."""
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
                raise semantic("Partition not found", _shown(spec))
            drop += [v for v in matching if v not in drop]
        run.metastore.replace_partitions(table["DatabaseName"], table["Name"], drop=drop)

    return Action("DROP PARTITION", "ALTER_TABLE_DROP_PARTITION", run, said)


def on_partition(words: Words) -> Action:
    """``PARTITION (...) RENAME TO ...``, ``SET LOCATION ...``, ``ADD`` or ``REPLACE COLUMNS``."""
    words.expect("PARTITION")
    spec = _spec(words)
    for verb, (kind, change) in _ON_COLUMNS.items():
        if words.accept(verb, "COLUMNS"):
            return _on_columns(words, spec, f"PARTITION {verb} COLUMNS", kind, change)
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
        lambda run, table: _replace(run, table, spec, lambda p: located(p, location), make=True),
    )


def _on_columns(
    words: Words, spec: Spec, name: str, kind: str, change: Callable[..., Definition]
) -> Action:
    said = words.bracketed(lambda: declared_column(words))
    return Action(
        name,
        kind,
        lambda run, table: _replace(run, table, spec, lambda p: change(table, p, said)),
        said,
    )


_ON_COLUMNS: dict[str, tuple[str, Callable[..., Definition]]] = {
    "ADD": ("ALTER_TABLE_ADD_COLUMN", with_added),
    "REPLACE": ("ALTER_TABLE_REPLACE_COLUMN", with_replaced),
}


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
        raise semantic("Partition not found", _shown(spec))
    new = change(_partition_input(found) if found else partition_input(table, values, None))
    if new["Values"] != values and any(p["Values"] == new["Values"] for p in stored):
        raise StatementFailed(
            f"{DDL_TASK} Unable to rename partition. Partition already exists:"
            f"{table['DatabaseName']}.{table['Name']}.[{', '.join(new['Values'])}]"
        )
    run.metastore.replace_partitions(
        table["DatabaseName"], table["Name"], drop=[values] if found else [], add=[new]
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


def _spec(words: Words) -> Spec:
    """``(dt = '2024-01-01', region = 'eu')``."""
    return dict(words.bracketed(lambda: _equation(words)))


def _equation(words: Words) -> tuple[str, str]:
    name = words.name()
    words.expect("=")
    if words.accept("DATE"):
        return name, words.string()
    return name, words.literal()


def _shown(spec: Spec) -> str:
    return ", ".join(f"({k} = '{v}')" for k, v in spec.items())


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
        raise semantic(
            "Non-Partition column appears in the partition specification:",
            ", ".join(sorted(unknown)),
        )
    actual = dict(zip(names, values, strict=True))
    return all(actual[name] == value for name, value in spec.items())


def _known(run: Run, table: Definition) -> set[tuple[str, ...]]:
    stored = run.metastore.partitions(table["DatabaseName"], table["Name"])
    return {tuple(p["Values"]) for p in stored}
