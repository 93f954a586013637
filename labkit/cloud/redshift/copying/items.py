"""COPY of a DynamoDB table: its items as lines of JSON, whose members are the columns to load.

Attributes are found by the columns' names, whatever their capitals are. A column that an item has
no attribute for is NULL, or an empty text where the statement does not say EMPTYASNULL.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/t_Loading-data-from-dynamodb.html and
https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-source-dynamodb.html
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from labkit.cloud import loopback
from labkit.cloud.access import calls
from labkit.cloud.engine.formats import File
from labkit.cloud.engine.redshift.errors import INTERNAL, UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.redshift.copying.access import failure
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.sources import Given
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import TableColumn
from labkit.cloud.s3.store import Store

SCHEME = "dynamodb://"
_TEXTS = ("varchar", "bpchar", "name")


@dataclass(frozen=True)
class _Table:
    """What a COPY has on record of where its rows came from."""

    uri: str
    size: int


@contextlib.contextmanager
def find_items(
    connection: Connection, store: Store, options: CopyOptions, columns: Sequence[TableColumn]
) -> Iterator[Given]:
    """While open, the file of a table's items.

    Raises:
        RedshiftError: there is no such table, it may not be read, or an attribute to load is
            neither a text nor a number.
    """
    items = _scanned(connection, store, options)
    folder = store.scratch()
    folder.mkdir()
    try:
        path = folder / "items"
        with path.open("w", encoding="utf-8") as file:
            for item in items:
                row = _row(item, columns, empty=not options.empty_as_null)
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        size = path.stat().st_size
        files = (File(str(path), "body", (options.source,), size),)
        yield Given(files, (_Table(options.source, size),))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scanned(connection: Connection, store: Store, options: CopyOptions) -> Iterator[Any]:
    """The items, once whom the statement names may scan them."""
    cloud = connection.warehouse.cloud
    name = options.source.removeprefix(SCHEME)
    region = options.access.region or cloud.region
    try:
        for operation in ("DescribeTable", "Scan"):
            context = Context(cloud, "dynamodb", operation, region, store.principal)
            calls.authorize(context, {"TableName": name})
        pages = loopback.client(cloud, "dynamodb", region).get_paginator("scan")
        for page in pages.paginate(TableName=name):
            yield from page["Items"]
    except AwsError as error:
        raise _refused(connection, options, error.code, error.message) from error
    except ClientError as error:
        told: Any = error.response["Error"]
        raise _refused(connection, options, told["Code"], told["Message"]) from error


def _refused(
    connection: Connection, options: CopyOptions, code: str, message: str
) -> RedshiftError:
    words = f"DynamoDBServiceException:{message},Error {code}"
    return failure(connection, words, f"Table being read : {options.source}", "dynamodb.cpp:0")


def _row(
    item: Mapping[str, Any], columns: Sequence[TableColumn], *, empty: bool
) -> dict[str, str | None]:
    held: dict[str, Any] = {}
    for name, value in item.items():
        if name.lower() in held:
            words = f"An item has attributes that differ in case alone: {name}"
            raise RedshiftError(words, INTERNAL)
        held[name.lower()] = value
    wanted = [(each, shown(each.name).lower()) for each in columns]
    return {each.name: _text(each, held.get(name), empty=empty) for each, name in wanted}


def _text(column: TableColumn, value: Mapping[str, Any] | None, *, empty: bool) -> str | None:
    if value is None:
        return "" if empty and column.type.base in _TEXTS else None
    kind, held = next(iter(value.items()))
    if column.type.base == "super":
        words = "COPY of a DynamoDB attribute into a SUPER column is not available in the local AWS"
        raise RedshiftError(words, UNSUPPORTED)
    if kind not in ("S", "N"):
        words = f"Unsupported data type {kind} of the DynamoDB attribute for column {column.name}"
        raise RedshiftError(f"{words}: texts and numbers can be loaded", INTERNAL)
    return str(held)
