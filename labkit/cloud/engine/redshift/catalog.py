"""What the compiler asks about names: relations, routines and values of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from labkit.cloud.engine.redshift.types import Type


@dataclass(frozen=True)
class Attribute:
    """A relation's column.

    Args:
        sql: its name in the relation's SQL, without quotes.
    """

    name: str
    type: Type
    sql: str


@dataclass(frozen=True)
class Relation:
    """What a name in FROM stands for.

    Args:
        sql: a DuckDB table, or a query in brackets.
        oid: of a stored one, else 0.
    """

    name: str
    columns: tuple[Attribute, ...]
    sql: str
    oid: int = 0
    schema: str = ""


@dataclass(frozen=True)
class SqlFunction:
    """A function that is written in SQL: its body with ``$1``, ``$2``, ... for the arguments."""

    name: str
    parameters: tuple[Type, ...]
    returns: Type
    body: str


class Catalog(Protocol):
    """The names that a query may use, as its user may use them."""

    def relation(self, name: tuple[str, ...]) -> Relation:
        """The relation of a name.

        Raises:
            RedshiftError: there is none, or the user may not read it.
        """

    def functions(self, name: tuple[str, ...]) -> list[SqlFunction]:
        """The SQL functions of a name."""

    def session(self, name: str) -> tuple[str | int, Type] | None:
        """A value of the session, such as ``current_user``; None for no such value."""
