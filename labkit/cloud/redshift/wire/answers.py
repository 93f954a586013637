"""What a statement gave, as messages: notices, rows, the tag."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from labkit.cloud.redshift.warehouse import Connection, Result
from labkit.cloud.redshift.warehouse.registry import Notice
from labkit.cloud.redshift.wire import messages
from labkit.cloud.redshift.wire.messages import Stream
from labkit.cloud.redshift.wire.values import data_rows, row_description

#: Tags that have the number of rows at their end, as clients count them.
_COUNTED = ("SELECT", "FETCH", "COPY", "UNLOAD")


def give(stream: Stream, connection: Connection, result: Result) -> None:
    """All of a result, with the description of its columns."""
    tell_notices(stream, connection, result)
    if result.rows is not None:
        stream.send(row_description(result.columns))
        give_rows(stream, connection, result, result.rows)
    stream.send(messages.complete(tag_of(result)))


def give_rows(
    stream: Stream,
    connection: Connection,
    result: Result,
    rows: pa.Table,
    formats: Sequence[int] = (),
) -> None:
    """Rows of a result, piece by piece."""
    digits = int(connection.settings["extra_float_digits"])
    of_aws = "client_protocol_version" in connection.client
    for piece in data_rows(result.columns, rows, formats, digits, of_aws=of_aws):
        stream.send(piece)


def tag_of(result: Result) -> str:
    """The command's tag, with the number of rows where clients count them."""
    return f"{result.tag} {result.count}" if result.tag in _COUNTED else result.tag


def tell_notices(stream: Stream, connection: Connection, result: Result | None = None) -> None:
    """What was told beside an answer."""
    told = [*connection.notices]
    told += [each for each in (result.notices if result else ()) if each not in told]
    connection.notices.clear()
    for sentence in told:
        stream.send(messages.notice(sentence if isinstance(sentence, Notice) else Notice(sentence)))
