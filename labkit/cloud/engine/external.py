"""External functions: what a statement calls by a name of its own and something outside runs.

The engine knows a name, types and a callable over a batch of rows; DuckDB calls it a vector of rows
at a time, for one session. It sees NULLs, and it is thought to be pure: equal calls of a row may
be one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, Signature

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from labkit.cloud.engine.types import Type

_POSITIONAL = Parameter.POSITIONAL_ONLY


@dataclass(frozen=True)
class ExternalFunction:
    """A function that is not the engine's.

    Args:
        name: how the statement calls it, in lower case.
        parameters: the types that its arguments are coerced to.
        returns: the type of a call.
        call: gives a value for each row of a batch, whose columns are ``0``, ``1``, ...
        id: how DuckDB calls it; no other statement's function is called so.
    """

    name: str
    parameters: tuple[Type, ...]
    returns: Type
    call: Callable[[pa.RecordBatch], pa.Array]
    id: str = field(default_factory=lambda: f"external_{uuid.uuid4().hex}")

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.parameters))})"


class ExternalFunctions:
    """The external functions of one connection, which are its own until they are removed.

    They remember a failure: SQL's TRY takes every failure for a value's, and theirs are not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._names: set[str] = set()
        self._failure: Exception | None = None

    def add(self, function: ExternalFunction) -> None:
        """Let SQL call a function."""
        if function.id in self._names:
            return
        self._connection.create_function(
            function.id,
            self._body(function),
            [kind.duckdb for kind in function.parameters],
            function.returns.duckdb,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
        self._names.add(function.id)

    def check(self) -> None:
        """Raise what a function raised."""
        if self._failure:
            raise self._failure

    def remove(self) -> None:
        while self._names:
            self._connection.remove_function(self._names.pop())

    def _body(self, function: ExternalFunction) -> Callable[..., pa.Array]:
        def call(*columns: pa.ChunkedArray) -> pa.Array:
            self.check()
            arrays = [column.combine_chunks() for column in columns]
            names = [str(at) for at in range(len(arrays))]
            try:
                return function.call(pa.RecordBatch.from_arrays(arrays, names))
            except Exception as failure:
                self._failure = failure
                raise

        places = [f"argument{at}" for at in range(len(function.parameters))]
        call.__signature__ = Signature([Parameter(p, _POSITIONAL) for p in places])  # type: ignore[attr-defined]
        return call
