"""Functions of a query that run in Lambda, by the protocol of Athena's federation SDK.

A function is pinged, then given rows: a JSON request that holds an Arrow schema and a record batch,
each a message of Arrow's IPC format in base64, as the SDK for Java writes them (version 4, without
the marker that later versions put first). A function that was written for Athena runs here too.

Source: https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk
(UserDefinedFunctionHandler, UserDefinedFunctionRequestSerDe, BlockSerDe)
"""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.run import Run
from labkit.cloud.engine.formats import stream
from labkit.cloud.engine.types import Type
from labkit.cloud.lambdas.invoke import MOST_REQUEST, invoke
from labkit.cloud.operations import AwsError, Context

Json = dict[str, Any]
_OPTIONS = pa.ipc.IpcWriteOptions(
    use_legacy_format=True, metadata_version=pa.ipc.MetadataVersion.V4
)
_END = 4  # bytes: the mark at the end of a stream
_PLAIN = "boolean tinyint smallint integer bigint real double varchar varbinary date".split()
#: A timestamp is the SDK's DATEMILLI, milliseconds without a zone.
_ARROW = {base: stream.arrow_type(Type(base)) for base in _PLAIN} | {"timestamp": pa.date64()}


class Remote:
    """One function of a statement.

    Args:
        run: the statement, on whose behalf the function is invoked.
        function: the name or ARN of the Lambda function.
        method: what it is to do, in lower case.
        arguments: their names and types.
        returns: the type of what it gives.
    """

    def __init__(
        self,
        run: Run,
        function: str,
        method: str,
        arguments: Sequence[tuple[str, Type]],
        returns: Type,
    ) -> None:
        self._run, self._function, self._method = run, function, method
        self._input = pa.schema([(name, arrow_type(kind)) for name, kind in arguments])
        self._output = pa.schema([(method, arrow_type(returns))])
        self._pinging = threading.Lock()
        self._version = 0

    def call(self, rows: pa.RecordBatch) -> pa.Array:
        """The function's values for some rows.

        Raises:
            StatementFailed: it cannot be invoked, it failed, or it gave something else.
        """
        self._ping()
        columns = [_sent(c, f.type) for c, f in zip(rows.columns, self._input, strict=True)]
        parts = self._ask(pa.RecordBatch.from_arrays(columns, schema=self._input))
        return _received(pa.concat_arrays(parts))

    def _ping(self) -> None:
        """Ask once which version of the protocol the function speaks; the first does not say."""
        with self._pinging:
            if not self._version:
                names = {"catalogName": self._function, "queryId": self._run.id}
                request = {"@type": "PingRequest", "identity": self._identity(2)} | names
                self._version = self._invoke(request, "PingResponse").get("serDeVersion") or 1

    def _ask(self, rows: pa.RecordBatch) -> list[pa.Array]:
        """Values for some rows, in as many requests as Lambda's limit of their size makes."""
        self._run.job.check()
        request = self._request(rows)
        if rows.num_rows > 1 and len(json.dumps(request)) > MOST_REQUEST:
            half = rows.num_rows // 2
            return self._ask(rows.slice(0, half)) + self._ask(rows.slice(half))
        answer = self._invoke(request, "UserDefinedFunctionResponse")
        return [self._values(answer, rows.num_rows)]

    def _identity(self, version: int) -> Json:
        who = {"arn": self._run.principal.arn, "account": self._run.principal.account}
        if version == 1:
            return who | {"principalTags": {}, "iamGroups": []}
        return {"id": "UNKNOWN", "principal": "UNKNOWN"} | who | {"tags": {}, "groups": []}

    def _request(self, rows: pa.RecordBatch) -> Json:
        schema, records = _messages(rows)
        output, _ = _messages(pa.RecordBatch.from_pylist([], schema=self._output))
        return {
            "@type": "UserDefinedFunctionRequest",
            "identity": self._identity(self._version),
            "inputRecords": {"aId": str(uuid.uuid4()), "schema": schema, "records": records},
            "outputSchema": {"schema": output} if self._version == 1 else output,
            "methodName": self._method,
            "functionType": "SCALAR",
        }

    def _invoke(self, request: Json, expected: str) -> Json:
        """The function's answer, invoked as the one who runs the statement."""
        run = self._run
        context = Context(run.cloud, "lambda", "Invoke", run.region, run.principal)
        payload = json.dumps(request).encode()
        try:
            answer = invoke(context, FunctionName=self._function, Payload=payload) or {}
        except AwsError as error:
            raise self._failed("Client", error.in_java("AWSLambda")) from error
        said = json.loads(answer["Payload"])
        if answer.get("FunctionError"):
            raise self._failed(said.get("errorType"), said.get("errorMessage"))
        if not isinstance(said, dict) or said.get("@type") != expected:
            raise self._failed(None, f"Expected a {expected} but found {_shown(said)}")
        return said

    def _values(self, answer: Json, count: int) -> pa.Array:
        try:
            rows = _record_batch(answer["records"])
        except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
            raise self._failed(None, f"The records cannot be read: {error}") from error
        wanted = self._output.field(0).type
        if rows.num_columns != 1 or rows.column(0).type.id != wanted.id:
            message = f"Expected one column of type {wanted} but found {rows.schema}"
            raise self._failed(None, message)
        if rows.num_rows != count:
            raise self._failed(None, f"Expected {count} rows but found {rows.num_rows}")
        return rows.column(0).cast(wanted)

    def _failed(self, exception: str | None, message: object) -> StatementFailed:
        return StatementFailed(
            f"GENERIC_USER_ERROR: Encountered an exception[{exception or 'null'}] from your "
            f"LambdaFunction[{self._function}] executed in context[calling UDF method "
            f"{self._method}] with message[{message}]"
        )


def arrow_type(kind: Type) -> pa.DataType:
    """The type in which the protocol carries values of a SQL type."""
    match kind.base:
        case "decimal":
            return pa.decimal128(*kind.args)
        case "array":
            return pa.list_(arrow_type(kind.element))
        case "row":
            fields = enumerate(kind.fields)
            return pa.struct([(n or f"field{at}", arrow_type(t)) for at, (n, t) in fields])
    return _ARROW[kind.base]


def _sent(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """A column as the protocol has it; a cast to a date would leave out the time."""
    if kind == pa.date64():
        return column.cast(pa.timestamp("ms"), safe=False).view(kind)
    return column.cast(kind)


def _received(column: pa.Array) -> pa.Array:
    """A column as the engine has it."""
    if column.type == pa.date64():
        return column.view(pa.timestamp("ms")).cast(pa.timestamp("us"))
    return column


def _messages(rows: pa.RecordBatch) -> tuple[str, str]:
    """The schema's message and the rows' own, each without the other."""
    schema = _stream(rows.schema, [])[:-_END]
    records = _stream(rows.schema, [rows])[len(schema) : -_END]
    return base64.b64encode(schema).decode(), base64.b64encode(records).decode()


def _stream(schema: pa.Schema, batches: Sequence[pa.RecordBatch]) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=_OPTIONS) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def _record_batch(block: Json) -> pa.RecordBatch:
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(block["schema"])))
    return pa.ipc.read_record_batch(pa.py_buffer(base64.b64decode(block["records"])), schema)


def _shown(said: object) -> str:
    return str(said.get("@type") if isinstance(said, dict) else said)[:100]
