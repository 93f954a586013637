"""What the compiler asks about names: relations, routines and values of the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from labkit.cloud.engine.redshift.types import Type


@dataclass(frozen=True)
class Attribute:
    """A relation's column.

    Args:
        sql: its name in the relation's SQL, without quotes.
        hidden: whether it is found by its name alone, and not by ``*``.
        denied: why the user may not read it; empty where he may.
        clean: tells whether its text has no blank at its end; None where it may have one.
    """

    name: str
    type: Type
    sql: str
    hidden: bool = False
    denied: str = ""
    clean: Callable[[], bool] | None = field(default=None, compare=False)


class Scan(Protocol):
    """What is read from elsewhere once a statement's plan is known; `name` stands for it."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Relation:
    """What a name in FROM stands for.

    Args:
        sql: a DuckDB table, or a query in brackets.
        oid: of a stored one, else 0.
        scans: what its SQL names and `Catalog.planned` has yet to put there.
    """

    name: str
    columns: tuple[Attribute, ...]
    sql: str
    oid: int = 0
    schema: str = ""
    scans: tuple[Scan, ...] = ()


@dataclass(frozen=True)
class SqlFunction:
    """A function that is written in SQL: its body with ``$1``, ``$2``, ... for the arguments.

    Args:
        native: makes DuckDB SQL of the arguments' SQL, in the place of a body.
        oid: its number, 0 for a function of the system's.
    """

    name: str
    parameters: tuple[Type, ...]
    returns: Type
    body: str
    native: Callable[..., str] | None = None
    oid: int = 0


class Catalog(Protocol):
    """The names that a query may use, as its user may use them."""

    def relation(self, name: tuple[str, ...]) -> Relation:
        """The relation of a name.

        Raises:
            RedshiftError: there is none, or the user may not read it.
        """

    def number(self, name: tuple[str, ...]) -> int:
        """The number of a relation in the catalog's own tables.

        Raises:
            RedshiftError: there is none, or the user may not read it.
        """

    def planned(self, sql: str, scans: Sequence[Scan]) -> str:
        """A query with what its scans read in it; as it is where it is part of another."""

    def functions(self, name: tuple[str, ...]) -> list[SqlFunction]:
        """The SQL functions of a name."""

    def session(self, name: str) -> tuple[str | int, Type] | None:
        """A value of the session, such as ``current_user``; None for no such value."""
