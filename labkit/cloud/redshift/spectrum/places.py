"""Where an external table is: its schema, and the catalog as the schema's role sees it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from labkit.cloud.engine.redshift.errors import UNDEFINED_TABLE, RedshiftError
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.lake.metastore import Definition, input_of
from labkit.cloud.redshift.spectrum import schemas
from labkit.cloud.redshift.spectrum.access import check_glue
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object


@dataclass(frozen=True)
class Place:
    """Where a table is: its schema, the catalog as the schema's role sees it, its name."""

    connection: Connection
    schema: schemas.External
    catalog: GlueCatalog
    name: str

    def allow(self, action: str) -> None:
        """Refuse what the schema's role may not do."""
        check_glue(self.connection, self.catalog, action, self.schema.database, self.name)

    @property
    def owned(self) -> Object | None:
        """The warehouse's record of the schema, by which rights are given; whose it is, owns the
        tables; None for a schema of the lake that the session sees without one."""
        return self.connection.objects.find(
            "schema", self.schema.name, database=self.connection.database
        )

    @property
    def definition(self) -> Definition | None:
        return self.catalog.metastore.definition(self.schema.database, self.name)

    def found(self) -> Definition:
        """The table's definition.

        Raises:
            RedshiftError: there is none.
        """
        known = self.definition
        if known is None:
            shown = f"{self.schema.name}.{self.name}"
            raise RedshiftError(f'relation "{shown}" does not exist', UNDEFINED_TABLE)
        return known

    def update(self, table: Definition) -> None:
        self.allow("UpdateTable")
        with spectrum_words(self.connection, self.schema):
            self.catalog.metastore.update_table(self.schema.database, self.name, input_of(table))

    def create(self, table: Definition, partitions: list[Definition] | None = None) -> None:
        with self._alone(), spectrum_words(self.connection, self.schema):
            if self.definition is not None:  # another has made it meanwhile
                raise RedshiftError(f'External table "{self.name}" already exists', "42P07")
            self.catalog.metastore.create_table(self.schema.database, table, partitions)

    def drop(self) -> None:
        with self._alone(), spectrum_words(self.connection, self.schema):
            self.found()
            self.catalog.metastore.delete_table(self.schema.database, self.name)

    def _alone(self) -> AbstractContextManager[None]:
        """Hold the catalog from a look to a change."""
        return self.connection.warehouse.cloud.lock("glue")

    def partitions(self, *, add: list[Definition], drop: list[list[str]]) -> None:
        with spectrum_words(self.connection, self.schema):
            self.catalog.metastore.replace_partitions(
                self.schema.database, self.name, add=add, drop=drop
            )


def place_of(connection: Connection, name: tuple[str, ...]) -> Place | None:
    """Where a name's external table is or would be; None where its schema is no external one."""
    schema = schemas.find(connection, name[:-1]) if len(name) > 1 else None
    return Place(connection, schema, schema.catalog(connection), name[-1]) if schema else None
