"""The data that a ruleset is evaluated on, and what is found of them.

Rules speak Spark's SQL; the engine is asked in Trino's.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from labkit.cloud.engine import Column
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.glue.asking import Asker

PRIMARY = "primary"


class Unmet(Exception):
    """A rule that cannot hold of these data. Args: a sentence that says why."""


@dataclass(frozen=True)
class Outcome:
    """What became of a rule.

    Args:
        result: ``PASS``, ``FAIL`` or ``ERROR``.
        message: why it does not hold.
        metrics: what was measured, by name.
    """

    result: str
    message: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


def outcome(messages: Sequence[str], metrics: Mapping[str, float] | None = None) -> Outcome:
    """What follows of the reasons why a rule does not hold, if there are any."""
    return Outcome("FAIL" if messages else "PASS", "\n".join(messages) or None, metrics or {})


@dataclass
class Data:
    """A table under judgement.

    Args:
        asker: asks the engine.
        sources: SQL of the table (``primary``) and of what it is compared with, by alias.
        now: the time of evaluation, in UTC.
    """

    asker: Asker
    sources: Mapping[str, str]
    now: datetime.datetime
    _told: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def columns(self) -> dict[str, Column]:
        return self.columns_of(PRIMARY)

    def columns_of(self, alias: str) -> dict[str, Column]:
        """A source's columns by name."""
        found = self.asker.columns(f"SELECT * FROM {self.source(alias)}")
        return {column.name: column for column in found}

    def source(self, alias: str) -> str:
        """SQL of a source.

        Raises:
            Unmet: there is none of this alias.
        """
        if alias not in self.sources:
            raise Unmet(f"{alias} not found in additional sources")
        return f"{self.sources[alias]} AS {quoted_name(alias)}"

    def column(self, name: str) -> Column:
        """A column of the table.

        Raises:
            Unmet: there is none of this name.
        """
        if name.lower() not in self.columns:
            raise Unmet(f"Input data does not include column {name}!")
        return self.columns[name.lower()]

    def rows(self, where: str | None) -> str:
        """SQL of the rows that a rule looks at."""
        if where is None:
            return self.source(PRIMARY)
        return f"(SELECT * FROM {self.source(PRIMARY)} WHERE {self._translated(where)}) AS rows"

    def value(self, sql: str) -> Any:
        """The one value that a query gives, which is asked once."""
        return next(iter(self.row(sql).values()))

    def row(self, sql: str) -> dict[str, Any]:
        """The one row that a query gives, which is asked once."""
        if sql not in self._told:
            self._told[sql] = self.asker.rows(sql)[0]
        found: dict[str, Any] = self._told[sql]
        return found

    def query(self, sql: str) -> str:
        """A query of Spark's over the sources' aliases, in Trino's SQL."""
        return self._translated(sql, tables=True)

    def _translated(self, sql: str, *, tables: bool = False) -> str:
        try:
            tree = sqlglot.parse_one(sql, read="spark")
        except SqlglotError as error:
            raise Unmet(f"The SQL cannot be read: {sql}") from error
        for table in list(tree.find_all(exp.Table)) if tables else ():
            if not table.db and table.name in self.sources:
                alias = table.alias or table.name
                source = f"SELECT * FROM (SELECT * FROM {self.sources[table.name]}) AS x"
                inner = sqlglot.parse_one(source, read="trino").find(exp.Subquery)
                assert inner is not None
                inner.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
                table.replace(inner)
        return tree.sql("trino")
