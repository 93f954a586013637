"""Records of JSON as Parquet or ORC, by the columns of a table of the Glue catalog.

A record is read as Athena reads it by the same SerDe; one that it does not read goes to the errors.
Sources: https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html and
https://docs.aws.amazon.com/firehose/latest/APIReference/API_DataFormatConversionConfiguration.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import formats
from labkit.cloud.engine.formats.jsons import decoder
from labkit.cloud.engine.formats.model import FormatError, Table
from labkit.cloud.firehose.keys import refusal
from labkit.cloud.firehose.records import CONVERSION, Failure, Record
from labkit.cloud.lake.definitions import columns_of
from labkit.cloud.lake.engines import open_session
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.s3.store import Store

Members = dict[str, Any]
# Firehose's serializer → the format, and the compression where none is named.
_WRITTEN = {"ParquetSerDe": ("parquet", "SNAPPY"), "OrcSerDe": ("orc", "SNAPPY")}


class Conversion:
    """How one destination converts.

    Raises:
        AwsError: its schema is not there, or is asked for in an older version.
    """

    def __init__(self, cloud: Cloud, asked: Members) -> None:
        self._cloud, self._schema = cloud, asked["SchemaConfiguration"]
        serializer = asked["OutputFormatConfiguration"]["Serializer"]
        ((name, how),) = serializer.items()
        self._format, usual = _WRITTEN[name]
        self._compression = ((how or {}).get("Compression") or usual).lower()
        self.suffix = f".{self._format}"
        self._table = self._read_as(asked["InputFormatConfiguration"]["Deserializer"])
        self._decode = decoder(self._table, self._names)

    def check(self, records: list[Record]) -> tuple[list[Record], list[Failure]]:
        """Records by their objects, a line each; and those that have something else."""
        whole: list[Record] = []
        failed: list[Failure] = []
        for record in records:
            try:
                lines = list(objects(record.data))
                for line in lines:
                    self._decode(line)
                whole.append(replace(record, data="\n".join([*lines, ""]).encode()))
            except (FormatError, ValueError) as error:
                failed.append(self._failure(record, error))
        return whole, failed

    def file(self, records: list[Record], store: Store) -> Any:
        """The path of a new file of checked records."""
        lines, path = store.scratch(), store.scratch()
        body = b"".join(record.data for record in records)
        lines.write_bytes(body)
        try:
            with open_session(self._cloud) as session:
                reading = SimpleNamespace(con=session.connection)
                file = formats.File(str(lines), "s3://records.json", (), len(body))
                rows = formats.relation(reading, self._table, [file], self._names)
                columns = Table(self._format, self._table.columns, (), {})
                formats.write(
                    reading, f"FROM {rows}", columns, self._compression, str(path), trino=True
                )
        finally:
            lines.unlink()
        return path

    @property
    def _names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self._table.columns)

    def _read_as(self, asked: Members) -> Table:
        """The declaration by which records are read."""
        database, name = self._schema.get("DatabaseName"), self._schema.get("TableName")
        if self._schema.get("VersionId", "LATEST") != "LATEST":
            raise refusal("no older version of a schema")
        region = self._schema.get("Region") or self._cloud.region
        found = Metastore(self._cloud, region).definition(database, name)
        if found is None:
            raise refusal(f"no schema: table {database}.{name} is not in the catalog")
        kind, options = _deserializer(asked)
        columns = columns_of(found["StorageDescriptor"]["Columns"], name)
        return Table(kind, tuple((c.name, c.type) for c in columns), (), options)

    def _failure(self, record: Record, error: Exception) -> Failure:
        message = error.message if isinstance(error, FormatError) else str(error)
        catalog = self._cloud.account
        region = self._schema.get("Region") or self._cloud.region
        told = {
            "catalogId": self._schema.get("CatalogId") or catalog,
            "databaseName": self._schema["DatabaseName"],
            "tableName": self._schema["TableName"],
            "region": region,
            "versionId": "LATEST",
            "catalogArn": f"arn:aws:glue:{region}:{catalog}:catalog",
        }
        code = "DataFormatConversion.ParseError"
        return Failure(record, CONVERSION, code, message, {"dataCatalogTable": told})


def objects(data: bytes) -> Iterator[str]:
    """The JSON objects of a record, one after the other, a line each.

    Raises:
        ValueError: there is something else.
    """
    text, at, read = data.decode(), 0, json.JSONDecoder()
    while rest := text[at:].lstrip():
        at = len(text) - len(rest)
        _, end = read.raw_decode(text, at)
        yield text[at:end].replace("\r", " ").replace("\n", " ")
        at = end


def _deserializer(asked: Members) -> tuple[str, dict[str, str]]:
    """The format of a SerDe, and its parameters as a table has them."""
    if (hive := asked.get("HiveJsonSerDe")) is not None:
        moments = hive.get("TimestampFormats") or []
        return "json", {"timestamp.formats": ",".join(moments)} if moments else {}
    openx = asked.get("OpenXJsonSerDe") or {}
    mapped = openx.get("ColumnToJsonKeyMappings") or {}
    return "openx-json", {
        "dots.in.keys": str(openx.get("ConvertDotsInJsonKeysToUnderscores", False)).lower(),
        "case.insensitive": str(openx.get("CaseInsensitive", True)).lower(),
        **{f"mapping.{column.lower()}": key for column, key in mapped.items()},
    }
