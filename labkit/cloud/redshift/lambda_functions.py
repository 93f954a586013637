"""``CREATE EXTERNAL FUNCTION``: functions of SQL whose rows are given to a Lambda function.

A batch of rows is one invocation: ``{"arguments": [[1, "a"], [2, "b"]], "num_records": 2, ...}``,
answered by the text of ``{"success": true, "num_records": 2, "results": [...]}``. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_FUNCTION.html and
https://docs.aws.amazon.com/redshift/latest/dg/udf-creating-a-lambda-sql-udf.html
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from labkit.cloud.engine.redshift.casts import cast
from labkit.cloud.engine.redshift.catalog import SqlFunction
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import VARCHAR, Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.lambdas.invoke import invoke
from labkit.cloud.operations import AwsError, Context, Principal
from labkit.cloud.redshift.copying.access import role_principal
from labkit.cloud.redshift.copying.options import Access
from labkit.cloud.redshift.warehouse import names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.routines import (
    new_routine,
    put,
    read_parameters,
    type_told,
)
from labkit.cloud.redshift.warehouse.warehouse import INSTALLERS, Warehouse

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

CALL = "rs_lambda"
FAILED = "XX000"
_UNITS = {"KB": 1 << 10, "MB": 1 << 20}


@statement("CREATE EXTERNAL FUNCTION", "CREATE OR REPLACE EXTERNAL FUNCTION")
def create_external_function(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE")
    replacing = words.accept("OR", "REPLACE")
    words.expect("EXTERNAL", "FUNCTION")
    name, parameters = words.name(), read_parameters(words)
    words.expect("RETURNS")
    body = {"kind": "function", "returns": type_told(words.type()), **_options(words)}
    body["text"] = body["lambda"]
    one = new_routine(connection, name, parameters, body, language="exfunc")
    put(connection, one, replacing)
    return Result("CREATE EXTERNAL FUNCTION")


def _options(words: Words) -> dict[str, Any]:
    """``STABLE LAMBDA 'name' IAM_ROLE ... [RETRY_TIMEOUT n] [MAX_BATCH_ROWS n] ...``"""
    found: dict[str, Any] = {"volatility": words.accept_one("VOLATILE", "STABLE")}
    words.expect("LAMBDA")
    found["lambda"] = words.string()
    words.expect("IAM_ROLE")
    found["role"] = "default" if words.accept("DEFAULT") else words.string()
    while not words.ended and not words.peek(";"):
        if words.accept("RETRY_TIMEOUT"):
            words.number()
        elif words.accept("MAX_BATCH_ROWS"):
            found["most_rows"] = words.number()
        elif words.accept("MAX_BATCH_SIZE"):
            size = words.number()
            found["most_bytes"] = size * _UNITS.get(words.accept_one("KB", "MB"), 1)
        else:
            raise words.refuse()
    words.end()
    return found


@dataclass(frozen=True)
class Remote:
    """A function as one statement calls it.

    Args:
        principal: the role's session that invokes it.
        told: what each request says beside its rows.
    """

    connection: Connection
    principal: Principal
    body: dict[str, Any]
    told: dict[str, Any]

    def values(self, rows: list[list[Any]]) -> list[Any]:
        """The function's values of some rows, in requests of the sizes that it takes."""
        self.connection.check_canceled()
        request = json.dumps(self._request(rows))
        many = len(rows) > self.body.get("most_rows", len(rows))
        if len(rows) > 1 and (many or len(request) > self.body.get("most_bytes", 5 << 20)):
            half = len(rows) // 2
            return self.values(rows[:half]) + self.values(rows[half:])
        return self._asked(request, len(rows))

    def _request(self, rows: list[list[Any]]) -> dict[str, Any]:
        number = {"request_id": str(uuid.uuid4()), "num_records": len(rows)}
        return {**number, **self.told, "arguments": rows}

    def _asked(self, request: str, count: int) -> list[Any]:
        cloud, name = self.connection.warehouse.cloud, self.body["lambda"]
        context = Context(cloud, "lambda", "Invoke", cloud.region, self.principal)
        try:
            answer = invoke(context, FunctionName=name, Payload=request.encode()) or {}
        except AwsError as error:
            fail(f"Invoking the Lambda function {name} failed: {error.message}", FAILED)
        said = json.loads(answer["Payload"])
        if answer.get("FunctionError"):
            fail(f"The Lambda function {name} failed: {said.get('errorMessage')}", FAILED)
        return _results(name, said, count)


def _results(name: str, said: Any, count: int) -> list[Any]:
    try:
        told = json.loads(said) if isinstance(said, str) else said
        if not told["success"]:
            fail(str(told.get("error_msg") or f"The Lambda function {name} failed"), FAILED)
        results: list[Any] = told["results"]
    except (TypeError, KeyError, json.JSONDecodeError):
        fail(f"The Lambda function {name} gave no result that can be read", FAILED)
    if len(results) != count or told.get("num_records", count) != count:
        fail(f"The Lambda function {name} gave {len(results)} results for {count} rows", FAILED)
    return results


def _called(connection: Connection, one: Object) -> SqlFunction | None:
    """A function that runs in Lambda, as the compiler takes it."""
    if "lambda" not in one.body:
        return None
    returns = Type(*one.body["returns"])
    connection.remotes[one.oid] = Remote(
        connection,
        role_principal(connection, Access(role=one.body["role"])),
        one.body,
        {
            "cluster": connection.warehouse.key.partition("/")[2],
            "user": connection.user,
            "database": connection.database,
            "external_function": f"{one.schema}.{one.body['name']}",
            "query_id": connection.last_query_id,
        },
    )

    def native(*args: str) -> str:
        listed = ", ".join(f"to_json({arg})" for arg in args)
        call = f"{CALL}('{connection.pid} {one.oid}', CAST(to_json([{listed}]) AS VARCHAR))"
        return cast(Typed(call, VARCHAR), returns).sql

    kinds = tuple(Type(*kind) for kind in one.body["parameters"])
    return SqlFunction(one.body["name"], kinds, returns, "", native)


def _install(warehouse: Warehouse) -> None:
    """The function of the process that all calls go through; it is given rows in batches."""

    def call(handles: pa.ChunkedArray, rows: pa.ChunkedArray) -> pa.Array:
        pid, oid = map(int, handles[0].as_py().split())
        remote = warehouse.connections[pid].remotes[oid]
        values = remote.values([json.loads(row) for row in rows.to_pylist()])
        return pa.array(map(_text, values), pa.string())

    warehouse.database.create_function(
        CALL,
        call,
        ["VARCHAR", "VARCHAR"],
        "VARCHAR",
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


names.NATIVES.append(_called)
INSTALLERS.append(_install)
