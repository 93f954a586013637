"""External tables in queries: the Glue catalog's tables, read as the schema's IAM role.

A table is looked up when a statement names it, so what a crawler or a job made a minute ago is
there. Only what the statement needs is read: its columns, and the partitions that its conditions
leave. Source: https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-external-tables.html
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine import Column, PartitionFilter, QueryFailed, Scan
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.catalog import Attribute, Relation
from labkit.cloud.engine.redshift.errors import UNDEFINED_TABLE, RedshiftError
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.types import Type as LakeType
from labkit.cloud.lake.catalog import GlueCatalog, parameters_of
from labkit.cloud.lake.table import LakeTable
from labkit.cloud.redshift.spectrum import reading, schemas
from labkit.cloud.redshift.spectrum.access import check_glue
from labkit.cloud.redshift.spectrum.manifests import listed
from labkit.cloud.redshift.spectrum.scanned import note
from labkit.cloud.redshift.spectrum.types import (
    check_handling,
    json_sql,
    json_type,
    redshift_sql,
    redshift_type,
)
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse.names import FINDERS, switched
from labkit.cloud.redshift.warehouse.readers import Reader, reader
from labkit.cloud.redshift.warehouse.scans import Needs

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_numbers = itertools.count(1)
#: What ``SELECT *`` does not give, and what the lake calls it.
PSEUDO = {"$path": "$path", "$size": "$file_size"}


@dataclass(frozen=True)
class ExternalScan:
    """One reading of an external table.

    Args:
        source: the lake's table.
        columns: those of the statement; `names` are the table's own.
    """

    name: str
    schema: schemas.External
    source: Any
    catalog: GlueCatalog
    columns: tuple[Attribute, ...]
    names: tuple[Column, ...]

    def relation(self, connection: Connection, needs: Needs) -> str:
        """See `labkit.cloud.redshift.warehouse.scans`."""
        pairs = [
            (a, c) for a, c in zip(self.columns, self.names, strict=True) if a.sql in needs.columns
        ]
        wanted = frozenset(column.name for _, column in pairs)
        keys = set(self.source.partition_keys)
        own = {
            a.sql: quoted_name(c.name)
            for a, c in zip(self.columns, self.names, strict=True)
            if c.name in keys
        }
        scan = Scan(self.name, self.source, wanted, tuple(_filters(needs, own)))
        with spectrum_words(connection, self.schema):
            inner = self.source.relation(reader(connection), scan)
            partitions = _partitions(self.source, reader(connection), scan)
            named = f"{self.schema.name}.{self.source.definition['Name']}"
            note(connection, named, self.source, partitions)
        shown = [f"{self._value(connection, a, c)} AS {a.sql}" for a, c in pairs]
        return f"SELECT {', '.join(shown)} FROM ({inner})"

    def _value(self, connection: Connection, one: Attribute, column: Column) -> str:
        name = quoted_name(column.name)
        if one.type == redshift_type(column.type):
            return redshift_sql(name, column.type)
        parsing = switched(connection, "json_serialization_parse_nested_strings")
        return json_sql(name, column.type, parsing=bool(parsing))


def _partitions(source: Any, session: Reader, scan: Scan) -> tuple[int, int]:
    """How many partitions a table has, and how many of them a scan reads."""
    if not getattr(source, "keys", ()) or not hasattr(source, "partitions"):
        return 0, 0
    return len(source.partitions(session)), len(source.partitions(session, scan.filters))


def _filters(needs: Needs, keys: dict[str, str]) -> list[PartitionFilter]:
    return [
        PartitionFilter(sql, frozenset(keys[name].strip('"') for name in names))
        for sql, names in needs.over(keys)
    ]


def find(connection: Connection, name: tuple[str, ...]) -> Relation | None:
    """The external table of a name; None where its schema is no external one.

    Raises:
        RedshiftError: there is no such table, or the schema's role may not read it.
    """
    schema = schemas.find(connection, name[:-1]) if len(name) > 1 else None
    if schema is None:
        return None
    catalog = schema.catalog(connection)
    check_glue(connection, catalog, "GetTable", schema.database, name[-1])
    with spectrum_words(connection, schema):
        source = _source(catalog, schema, name[-1])
    check_handling(parameters_of(source.definition))
    columns = [*source.columns, *(c for c in source.hidden if c.name in PSEUDO.values())]
    number = next(_numbers)
    kinds = json_type if switched(connection, "json_serialization_enable") else redshift_type
    attributes = _attributes(columns, len(source.columns), number, kinds)
    scan = ExternalScan(f"external_{number}", schema, source, catalog, attributes, tuple(columns))
    return Relation(name[-1], attributes, scan.name, 0, schema.name, (scan,))


def _source(catalog: GlueCatalog, schema: schemas.External, name: str) -> Any:
    try:
        found = catalog.resolve_source((schema.database, name))
        if hasattr(found, "relation") and not hasattr(found, "definition"):  # "t$files": Athena's
            raise QueryFailed("TABLE_NOT_FOUND", name)
    except QueryFailed as error:
        if error.code in ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND"):
            shown = f"{schema.name}.{name}"
            raise RedshiftError(f'relation "{shown}" does not exist', UNDEFINED_TABLE) from error
        raise
    if not hasattr(found, "relation"):
        raise RedshiftError(f'"{name}" is a view of Athena, which Spectrum does not read', "0A000")
    for each in (found, *catalog.narrowed.values()):
        if isinstance(each, LakeTable):
            each.listing, each.settings, each.reading = listed, reading.settings, reading.relation
    return found


def _attributes(
    columns: Sequence[Column], visible: int, number: int, kinds: Callable[[LakeType], Type]
) -> tuple[Attribute, ...]:
    shown = {own: name for name, own in PSEUDO.items()}
    return tuple(
        Attribute(
            shown.get(column.name, column.name) if at >= visible else column.name,
            kinds(column.type),
            f"x{number}_{at}",
            hidden=at >= visible,
        )
        for at, column in enumerate(columns)
    )


FINDERS.append(find)
