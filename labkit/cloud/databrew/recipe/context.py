"""What a recipe's steps may use beside their table: engine, clock, second data sets, keys."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, plainly
from labkit.cloud.databrew.recipe.parts.envelopes import MasterKey
from labkit.cloud.databrew.recipe.types import type_of
from labkit.cloud.engine import Session


def _no_input(definition: dict[str, Any]) -> tuple[str, Sequence[Column]]:
    raise RecipeError("There is no second data set here.")


def _no_secret(name: str, version: str | None = None) -> bytes:
    raise RecipeError(f"There is no secret '{name}' here.")


def _no_master_key(name: str) -> MasterKey:
    raise RecipeError(f"There is no key '{name}' here.")


@dataclass
class RecipeContext:
    """What a recipe's steps may use beside their table.

    Args:
        session: the engine's session that binds and runs the recipe.
        now: the clock of ``NOW`` and ``TODAY``.
        seed: of the random steps; the same seed gives the same rows.
        load: a second data set, as SQL and columns, by the JSON of ``secondInputs`` and its like.
        secret: a secret's bytes, by the ARN or name that a step gives, and a version where it does.
        master_key: a key of KMS, by its ARN.
        numbered: whether rows carry their number, for a step that depends on their order.
        reordered: whether a step has said in which order its rows come.
    """

    session: Session
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    seed: int = 0
    load: Callable[[dict[str, Any]], tuple[str, Sequence[Column]]] = _no_input
    secret: Callable[..., bytes] = _no_secret
    master_key: Callable[[str], MasterKey] = _no_master_key
    numbered: bool = False
    reordered: bool = False
    _count: Iterator[int] = field(default_factory=itertools.count)
    _functions: list[str] = field(default_factory=list)

    def describe(self, sql: str) -> list[Column]:
        """Name and type of each column of a query, without running it.

        Raises:
            RecipeError: the query does not bind: its expressions do not fit the types.
        """
        try:
            found = self.session.connection.sql(sql)
        except duckdb.Error as error:
            raise RecipeError(plainly(error)) from error
        return [Column(n, type_of(t)) for n, t in zip(found.columns, found.types, strict=True)]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query now: for the steps whose columns depend on the data."""
        try:
            return self.session.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise RecipeError(plainly(error)) from error

    def function(self, work: Callable[..., Any], parameters: Sequence[str], returns: str) -> str:
        """Give a Python function to SQL, until `close`.

        Args:
            work: gets and returns plain values; NULL is ``None``.
            parameters: DuckDB's types of its parameters.
            returns: DuckDB's type of its result.

        Returns:
            The name to call it by.
        """
        name = f"recipe_{uuid.uuid4().hex}"
        create: Any = self.session.connection.create_function
        create(name, work, list(parameters), returns, null_handling="special")
        self._functions.append(name)
        return name

    def fresh(self) -> str:
        """A name that no other relation of this recipe has."""
        return f"s{next(self._count)}"

    def close(self) -> None:
        """Take the functions back."""
        for name in self._functions:
            self.session.connection.remove_function(name)
        self._functions.clear()
