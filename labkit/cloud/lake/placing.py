"""Where rows that are added to a table go: each partition is written where it is read.

Source: ``HiveLocationService`` of https://github.com/trinodb/trino
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.lake.folders import folders_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.lake.partitions import check_placed
from labkit.cloud.lake.projection import is_projected, lies_as_written
from labkit.cloud.lake.table import LakeTable


class Places:
    """The partitions of a table that rows are added to.

    Args:
        table: it.

    Raises:
        QueryFailed: NOT_SUPPORTED, rows would go where its own projection does not look.
    """

    def __init__(self, table: LakeTable) -> None:
        self.table = table
        self.names = [key.name for key in table.keys]
        #: How those that are there lie, by their values.
        self.stored: dict[tuple[str, ...], Definition] = {}
        if is_projected(table.parameters):
            if not lies_as_written(table.parameters, table.location, self.names):
                words = "INSERT INTO a table whose projection does not read key=value folders"
                raise QueryFailed("NOT_SUPPORTED", f"{words} is not supported here")
        elif table.keys:
            found = table.catalog.metastore.partitions(table.database, table.name)
            self.stored = {tuple(e["Values"]): e.get("StorageDescriptor") or {} for e in found}

    def of(self, values: Sequence[str]) -> str | None:
        """Where a partition that is there lies, if it takes what the table does.

        Raises:
            QueryFailed: it has no folder, columns of other types, or files of another format.
        """
        table, storage = self.table, self.stored.get(tuple(values), {})
        words = f"partition '{folders_of(self.names, values)}'" if storage else ""
        if storage and storage.get("SerdeInfo") and _format(storage) != _format(table.storage):
            raise QueryFailed("NOT_SUPPORTED", f"Inserting into {words} of another format than its "
                              "table's is not supported")  # fmt: skip
        for column, own in table.matched(storage, table.declared().by_name):
            if own.type.hive != column.type.hive:
                raise QueryFailed(
                    "HIVE_PARTITION_SCHEMA_MISMATCH",
                    "There is a mismatch between the table and partition schemas. The column "
                    f"'{column.name}' in table '{table.database}.{table.name}' is declared as type "
                    f"'{column.type.hive}', but {words} declared column '{own.name}' as type "
                    f"'{own.type.hive}'.",
                )
        if tuple(values) in self.stored:
            check_placed(self.names, values, storage.get("Location"))
        return storage.get("Location")


def _format(storage: Definition) -> tuple[Any, ...]:
    return storage["SerdeInfo"].get("SerializationLibrary"), storage.get("InputFormat")
