"""What an ``ALTER TABLE`` does, and what its actions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.cloud.athena.run import Run
from labkit.cloud.lake.metastore import Definition, input_of


@dataclass(frozen=True)
class Action:
    """One action on a table: its name, its kind of statement, and what it does to Hive tables.

    ``said`` is what the statement says, for other table types.
    """

    name: str
    substatement: str
    run: Callable[[Run, Definition], None]
    said: Any = None


def update_table(run: Run, table: Definition) -> None:
    """A new version of a table's definition."""
    run.metastore.update_table(table["DatabaseName"], table["Name"], input_of(table))


def located(partition: Definition, location: str) -> Definition:
    """A table or partition at another place."""
    return {
        **partition,
        "StorageDescriptor": {**partition["StorageDescriptor"], "Location": location},
    }
