"""``SHOW CREATE TABLE``, ``SHOW TBLPROPERTIES`` and ``DESCRIBE`` of Iceberg tables.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-additional-operations.html
"""

from __future__ import annotations

from typing import Any

from pyiceberg.table import Table

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.tables import handles
from labkit.cloud.iceberg.catalog import ICEBERG
from labkit.cloud.iceberg.create import MAINTENANCE, WRITE_PROPERTIES
from labkit.cloud.iceberg.partitioning import clause, described
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import trino_type
from labkit.cloud.lake.metastore import Definition

_BLANK = "\t\t"
_OURS = {iceberg: athena for athena, iceberg in WRITE_PROPERTIES.items()}


@handles(ICEBERG, "SHOW CREATE TABLE")
def show_create_table(run: Run, definition: Definition, name: str) -> Result:
    """The statement that would make the table again."""
    table = load(run.catalog, definition)
    columns = [f"  {column}, " for column in _declarations(table)]
    lines = [f"CREATE TABLE {name} (", *columns[:-1], columns[-1][:-2] + ")"]
    keys = described(table.spec(), table.schema(), "`")
    if keys:
        lines.append(f"PARTITIONED BY ({', '.join(map(clause, keys))}) ")
    lines += [f"LOCATION '{table.location()}'", "TBLPROPERTIES ("]
    shown = [f"  '{key}'='{value}', " for key, value in properties(table).items()]
    return run.text_result(("createtab_stmt",), [*lines, *shown[:-1], shown[-1][:-2], ");"])


@handles(ICEBERG, "SHOW TBLPROPERTIES")
def show_properties(run: Run, definition: Definition, key: str | None) -> Result:
    """The properties that statements set."""
    found = properties(load(run.catalog, definition))
    name = f"{definition['DatabaseName']}.{definition['Name']}"
    lines = [f"{k}\t{v}" for k, v in sorted(found.items())]
    if key is not None:
        lines = [found.get(key, f"Table {name} does not have property: {key}")]
    return run.text_result(("prpt_name", "prpt_value"), lines)


@handles(ICEBERG, "DESCRIBE")
def describe(run: Run, definition: Definition, said: Any) -> Result:
    """The columns, and how they partition the table."""
    table = load(run.catalog, definition)
    lines = ["# Table schema:\t\t", "# col_name\tdata_type\tcomment"]
    for field in table.schema().fields:
        lines.append(f"{field.name}\t{trino_type(field.field_type).hive}\t{field.doc or ''}")
    lines += [_BLANK, "# Partition spec:\t\t", "# field_name\tfield_transform\tcolumn_name"]
    lines += ["\t".join(parts) for parts in described(table.spec(), table.schema())]
    return run.text_result(("col_name", "data_type", "comment"), lines)


def properties(table: Table) -> dict[str, str]:
    """A table's properties by Athena's names."""
    found = {"table_type": "iceberg"}
    for key, value in table.properties.items():
        name = {"write.format.default": "format"}.get(key) or _OURS.get(key, key)
        if name in ("format", *WRITE_PROPERTIES, *MAINTENANCE):
            found[name] = value
    return found


def _declarations(table: Table) -> list[str]:
    return [
        f"{field.name} {trino_type(field.field_type).hive}"
        + (f" COMMENT '{field.doc}'" if field.doc else "")
        for field in table.schema().fields
    ]
