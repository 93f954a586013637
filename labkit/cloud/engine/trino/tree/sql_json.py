"""SQL/JSON: the functions with words of their own, and ``JSON_TABLE``.

Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.engine.trino.tree.nodes import Expression, Node, Relation
from labkit.cloud.engine.types import Type


@dataclass(frozen=True, slots=True)
class JsonMembers(Expression):
    """``JSON_OBJECT('a': 1)`` (keys given) or ``JSON_ARRAY(1, 2)`` (no keys)."""

    keys: tuple[Expression, ...] | None
    values: tuple[Expression, ...]
    absent_on_null: bool
    unique: bool
    returning: Type | None


@dataclass(frozen=True, slots=True)
class JsonInput(Expression):
    """``value FORMAT JSON ENCODING UTF8``; the encoding is empty where none is named."""

    value: Expression
    encoding: str


@dataclass(frozen=True, slots=True)
class PathText(Node):
    """A JSON path as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonPath(Expression):
    """``JSON_VALUE``, ``JSON_QUERY`` or ``JSON_EXISTS`` with their clauses as (name, value)."""

    name: str
    value: Expression
    path: PathText
    passing: tuple[tuple[str, Expression], ...]
    returning: Type | None
    clauses: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class JsonColumn(Node):
    """A column of ``JSON_TABLE``: a path's value, or the row's number where there is no path."""

    name: str
    path: JsonPath | None


@dataclass(frozen=True, slots=True)
class JsonNested(Node):
    """``NESTED PATH 'lax $' AS name COLUMNS (...)``, and ``JSON_TABLE``'s own path and columns."""

    path: PathText
    name: str | None
    columns: tuple[JsonColumn | JsonNested, ...]


@dataclass(frozen=True, slots=True)
class JsonTable(Relation):
    """``JSON_TABLE(document, path COLUMNS (...) PLAN (...))``.

    A plan is a path's name, or (operator, plans); a default one OUTER or INNER, UNION or CROSS.
    """

    value: Expression
    passing: tuple[tuple[str, Expression], ...]
    root: JsonNested
    plan: object
    default_plan: tuple[str, str]
    strict: bool
