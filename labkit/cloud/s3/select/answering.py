"""SelectObjectContent: the rows of an object that a statement asks for, as a stream of events.

The answer is made before it is sent, on disk where it is long: so what fails within it is refused
as a whole, and who hears of rows has all of them.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_SelectObjectContent.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.select import asked as asking
from labkit.cloud.s3.select import events, inputs, operators, outputs, statement
from labkit.cloud.s3.select.aggregates import Aggregate
from labkit.cloud.s3.select.asked import Asked
from labkit.cloud.s3.select.evaluating import Maker
from labkit.cloud.s3.select.events import Counts
from labkit.cloud.s3.select.scope import Fields, Pairs, Values
from labkit.cloud.s3.select.statement import Statement
from labkit.cloud.s3.sending import Answer
from labkit.cloud.s3.store import in_glacier, is_in_glacier

_IN_MEMORY, _CHUNK, _EVENT = 1 << 20, 1 << 18, 1 << 18  # bytes


def answer(body: bytes, bucket: Any, version: Any) -> Answer:
    """The answer to a request for rows of an object.

    Args:
        body: the request's document.
        bucket, version: the records of the bucket and of the object, if there are any.

    Raises:
        AwsError: ``NoSuchBucket``, ``NoSuchKey``, ``InvalidObjectState``, or a code of S3 Select's.
    """
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    if version is None or not hasattr(version, "path"):
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
    if is_in_glacier(version):
        raise in_glacier()
    asked, counts = asking.read(body), Counts()
    content = _Content()
    held, size = [], 0
    for text in _written(version.path, asked, counts):
        held.append(text)
        size += len(text)
        if size >= _EVENT:
            content.write(_told(held, counts, asked))
            held, size = [], 0
    content.write(_told(held, counts, asked) if held else b"")
    content.write(events.stats(counts) + events.end())
    return 200, {"Content-Length": str(content.size)}, content


class _Content:
    """An answer that may be read more than once."""

    def __init__(self) -> None:
        self._file: BinaryIO = SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115
        self.size = 0

    def write(self, part: bytes) -> None:
        self.size += self._file.write(part)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK):
            yield chunk


def _told(texts: list[str], counts: Counts, asked: Asked) -> bytes:
    payload = "".join(texts).encode()
    counts.returned += len(payload)
    return events.records(payload) + (events.progress(counts) if asked.progress else b"")


def _written(path: str, asked: Asked, counts: Counts) -> Iterator[str]:
    """The answer's rows as text."""
    write = outputs.writer(asked.out)
    for pairs in _rows(path, asked, counts):
        text = write(pairs)
        if len(text) > inputs.LONGEST:
            raise inputs.too_long()
        yield text


def _rows(path: str, asked: Asked, counts: Counts) -> Iterator[Pairs]:
    """The answer's rows: names and values."""
    stated = statement.read(asked.expression)
    scope: Fields | Values
    if asked.csv is not None:
        header, records = inputs.Text(path, asked, counts).fields()
        scope = Fields(stated, header)
    else:
        records, scope = _values(path, asked, stated, counts), Values(stated)
    where = Maker(scope, {})(stated.where) if stated.where is not None else None
    found = (
        row
        for record in records
        for row in scope.rows(record)
        if where is None or operators.truth(where(row))
    )
    return islice(_listed(stated, scope, found), stated.limit)


def _values(path: str, asked: Asked, stated: Statement, counts: Counts) -> Iterator[Any]:
    if asked.json:
        return inputs.Text(path, asked, counts).values()
    from labkit.cloud.s3.select import parquet

    return parquet.rows(path, asked, stated, counts)


def _listed(stated: Statement, scope: Fields | Values, rows: Iterator[Any]) -> Iterator[Pairs]:
    """What the statement lists of the rows."""
    if stated.columns is None:
        return map(scope.all, rows)
    calls = stated.aggregates
    aggregates = [Aggregate(call, Maker(scope, {})) for call in calls]
    known = {id(call): made.value for call, made in zip(calls, aggregates, strict=True)}
    make = Maker(scope, known)
    columns = [
        (column.name(place), make(column.value))
        for place, column in enumerate(stated.columns, start=1)
    ]
    if not aggregates:
        return ([(name, value(row)) for name, value in columns] for row in rows)
    return _one(columns, aggregates, rows)


def _one(columns: Any, aggregates: list[Aggregate], rows: Iterator[Any]) -> Iterator[Pairs]:
    for row in rows:
        for each in aggregates:
            each.see(row)
    yield [(name, value(None)) for name, value in columns]
