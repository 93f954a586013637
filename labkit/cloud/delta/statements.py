"""``CREATE EXTERNAL TABLE`` of a Delta table, and what tells of it.

A table's columns come from its log and are copied into the catalog once, as they then are. Sources:
https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables-getting-started.html and
https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables-syncing-metadata.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.create_table import CreateTable
from labkit.cloud.athena.statements.show import not_partitioned
from labkit.cloud.athena.statements.storage import FORMATS, storage_descriptor, table_input
from labkit.cloud.athena.statements.tables import as_hive, handles, place
from labkit.cloud.delta.schema import Field
from labkit.cloud.delta.table import DELTA, DeltaTable
from labkit.cloud.engine import QueryFailed
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.lake.folders import escaped
from labkit.cloud.lake.governed import governed
from labkit.cloud.lake.metastore import Definition

_PART = 4000  # characters of a schema in one parameter, as Spark cuts it
as_hive(DELTA, "DESCRIBE", "SHOW TBLPROPERTIES", "DROP TABLE")


@handles(DELTA, "CREATE TABLE")
def create_table(run: Run, said: CreateTable, text: str) -> Result:
    """The name of a table that is there.

    Raises:
        QueryFailed: no Delta table lies there, or one of a newer reader version.
    """
    database, name = place(run, said.name)
    table = table_at(run.catalog, (database, name), said.location)
    if table.snapshot.reader_version > 1:
        raise QueryFailed(
            "NOT_SUPPORTED",
            "CREATE TABLE of a Delta Lake table of reader version "
            f"{table.snapshot.reader_version} is not supported: declare it with "
            "'spark.sql.sources.provider' = 'delta'",
        )
    run.metastore.create_table(database, entry_of(table))
    return run.text_result((), ())


def table_at(catalog: GlueCatalog, name: tuple[str, str], location: str) -> DeltaTable:
    """The table of a place, under the name that it is to have in the catalog.

    Raises:
        QueryFailed: there is none that Athena reads.
    """
    storage = storage_descriptor([], location, FORMATS["SEQUENCEFILE"])
    storage["SerdeInfo"]["Parameters"] = {"path": location, "serialization.format": "1"}
    definition = {"DatabaseName": name[0], "Name": name[1], "StorageDescriptor": storage}
    return DeltaTable(catalog, definition)


def entry_of(table: DeltaTable) -> Definition:
    """What the catalog keeps of a table, as it is now."""
    storage = table.storage | {"Columns": [_column(field) for field in table.fields]}
    keys = [_column(field) for field in table.key_fields]
    made = table_input(table.name, storage, keys, _parameters(table))
    made["Parameters"].pop("transient_lastDdlTime")
    return made


@handles(DELTA, "SHOW CREATE TABLE")
def show_create_table(run: Run, definition: Definition, name: str) -> Result:
    """The statement that would name the table again."""
    location = DeltaTable(run.catalog.teller(definition), definition).location
    lines = [f"CREATE EXTERNAL TABLE `{name}`", "LOCATION", f"  '{location}'"]
    return run.text_result(
        ("createtab_stmt",), [*lines, "TBLPROPERTIES (", "  'table_type'='DELTA')"]
    )


@handles(DELTA, "SHOW PARTITIONS")
def show_partitions(run: Run, definition: Definition, said: Any) -> Result:
    """Those that the log tells."""
    if may := governed(run.catalog, definition):
        may.check_whole()
    table = DeltaTable(run.catalog.teller(definition), definition)
    names = [field.name for field in table.key_fields]
    if not names:
        raise not_partitioned(definition)
    lines = {
        "/".join(f"{k}={escaped(v)}" for k, v in zip(names, table.told(added), strict=True))
        for added in table.snapshot.added.values()
    }
    return run.text_result(("partition",), sorted(lines))


def _column(field: Field) -> Definition:
    comment = {"Comment": field.comment} if field.comment is not None else {}
    return {"Name": field.name, "Type": field.stored_type.hive, **comment}


def _parameters(table: DeltaTable) -> dict[str, str]:
    """What Athena writes of a Delta table into the catalog, as Spark does."""
    snapshot, text = table.snapshot, table.snapshot.schema_text
    parts = [text[at : at + _PART] for at in range(0, len(text), _PART)]
    keys = snapshot.partition_columns
    told = {
        "delta.lastCommitTimestamp": str(snapshot.committed),
        "delta.lastUpdateVersion": str(snapshot.version),
        "spark.sql.partitionProvider": "catalog",
        "spark.sql.sources.provider": "delta",
        "spark.sql.sources.schema.numParts": str(len(parts)),
        **{f"spark.sql.sources.schema.part.{at}": part for at, part in enumerate(parts)},
        "table_type": "delta",
    }
    if keys:
        told["spark.sql.sources.schema.numPartCols"] = str(len(keys))
        told |= {f"spark.sql.sources.schema.partCol.{at}": key for at, key in enumerate(keys)}
    return told
