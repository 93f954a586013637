"""``SHOW CREATE TABLE``, ``SHOW TBLPROPERTIES`` and ``DESCRIBE`` of Iceberg tables.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-additional-operations.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyiceberg.table import Table
from pyiceberg.types import NestedField

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.tables import handles
from labkit.cloud.iceberg.catalog import ICEBERG
from labkit.cloud.iceberg.create import MAINTENANCE, WRITE_PROPERTIES
from labkit.cloud.iceberg.partitioning import clause, described
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import trino_type
from labkit.cloud.lake.governed import governed
from labkit.cloud.lake.metastore import Definition

_BLANK = "\t\t"
_OURS = {iceberg: athena for athena, iceberg in WRITE_PROPERTIES.items()}


@handles(ICEBERG, "SHOW CREATE TABLE")
def show_create_table(run: Run, definition: Definition, name: str) -> Result:
    """The statement that would make the table again."""
    table = load(run.catalog.teller(definition), definition)
    fields = _seen(run, definition, table)
    columns = [f"  {column}, " for column in _declarations(fields)]
    lines = [f"CREATE TABLE {name} (", *columns[:-1], columns[-1][:-2] + ")"]
    keys = _keys(table, fields, "`")
    if keys:
        lines.append(f"PARTITIONED BY ({', '.join(map(clause, keys))}) ")
    lines += [f"LOCATION '{table.location()}'", "TBLPROPERTIES ("]
    shown = [f"  '{key}'='{value}', " for key, value in properties(table).items()]
    return run.text_result(("createtab_stmt",), [*lines, *shown[:-1], shown[-1][:-2], ");"])


@handles(ICEBERG, "SHOW TBLPROPERTIES")
def show_properties(run: Run, definition: Definition, key: str | None) -> Result:
    """The properties that statements set."""
    found = properties(load(run.catalog.teller(definition), definition))
    name = f"{definition['DatabaseName']}.{definition['Name']}"
    lines = [f"{k}\t{v}" for k, v in sorted(found.items())]
    if key is not None:
        lines = [found.get(key, f"Table {name} does not have property: {key}")]
    return run.text_result(("prpt_name", "prpt_value"), lines)


@handles(ICEBERG, "DESCRIBE")
def describe(run: Run, definition: Definition, said: Any) -> Result:
    """The columns, and how they partition the table."""
    table = load(run.catalog.teller(definition), definition)
    fields = _seen(run, definition, table)
    lines = ["# Table schema:\t\t", "# col_name\tdata_type\tcomment"]
    for field in fields:
        lines.append(f"{field.name}\t{trino_type(field.field_type).hive}\t{field.doc or ''}")
    lines += [_BLANK, "# Partition spec:\t\t", "# field_name\tfield_transform\tcolumn_name"]
    lines += ["\t".join(parts) for parts in _keys(table, fields)]
    return run.text_result(("col_name", "data_type", "comment"), lines)


def properties(table: Table) -> dict[str, str]:
    """A table's properties by Athena's names."""
    found = {"table_type": "iceberg"}
    for key, value in table.properties.items():
        name = {"write.format.default": "format"}.get(key) or _OURS.get(key, key)
        if name in ("format", *WRITE_PROPERTIES, *MAINTENANCE):
            found[name] = value
    return found


def _seen(run: Run, definition: Definition, table: Table) -> Sequence[NestedField]:
    """The columns that the caller may see."""
    fields, may = table.schema().fields, governed(run.catalog, definition)
    return may.seen(fields) if may else fields


def _keys(table: Table, fields: Sequence[NestedField], quote: str = "") -> Any:
    """What partitions the table, where the columns may be seen."""
    every, names = described(table.spec(), table.schema(), quote), {each.name for each in fields}
    if len(names) == len(table.schema().fields):
        return every
    return [told for told in every if told[2].strip(quote).partition(".")[0] in names]


def _declarations(fields: Sequence[NestedField]) -> list[str]:
    return [
        f"{field.name} {trino_type(field.field_type).hive}"
        + (f" COMMENT '{field.doc}'" if field.doc else "")
        for field in fields
    ]
