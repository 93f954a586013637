"""A table in the middle of a recipe: the SQL that makes it so far, and the columns that it has.

Each step derives a relation from the one before, as a common table expression; nothing is computed
until the whole recipe runs as one statement. A step's columns are told by DuckDB's binder, from an
empty stand-in of the relation before, so that a long recipe costs no more a step than a short one.

Where a recipe has a step that depends on the order of rows, the rows carry a number in a hidden
column from the source on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.databrew.recipe.column import Column, as_text, twin_of, unused
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parts.decimals import LEAST_SCALE, holding
from labkit.cloud.engine.quoting import quoted_name


@dataclass(frozen=True)
class Relation:
    """A table in the middle of a recipe. Operations take one and return one.

    Args:
        context: what the steps may use.
        name: what to write after FROM.
        ctes: the common table expressions that make it, in order.
        columns: what it has, in order; the hidden row number is not among them.
        condition: SQL of the rows that the current step is about; empty for all.
    """

    context: RecipeContext
    name: str
    ctes: tuple[str, ...]
    columns: tuple[Column, ...]
    condition: str = ""

    @classmethod
    def of(cls, context: RecipeContext, sql: str, columns: Sequence[Column]) -> Relation:
        """A data set as a relation: SQL of a SELECT with exactly these columns."""
        name = context.fresh()
        row = _row(column.name for column in columns)
        number = f", row_number() OVER () AS {row}" if context.numbered else ""
        cte = f"{name} AS NOT MATERIALIZED (SELECT *{number} FROM ({sql}))"
        return cls(context, name, (cte,), tuple(columns))

    def second(self, definition: dict[str, Any]) -> Relation:
        """A second data set, by the JSON of ``secondInputs`` and its like.

        Raises:
            RecipeError: there is none.
        """
        return self.of(self.context, *self.context.load(definition))

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def row(self) -> str:
        """SQL of a row's number in the order of rows; only where `RecipeContext.numbered`."""
        return _row(self.names)

    def unused(self, name: str, *others: str) -> str:
        """A name for what a step needs meanwhile: of no column here, and none of the others."""
        return unused(name, [*self.names, *others])

    @property
    def statement(self) -> str:
        """The whole as one statement, rows in order where order matters."""
        shown = ", ".join(column.sql for column in self.columns)
        ordered = f" ORDER BY {self.row}" if self.context.numbered else ""
        return f"WITH {', '.join(self.ctes)} SELECT {shown} FROM {self.name}{ordered}"

    def column(self, name: str) -> Column:
        """The column of this name.

        Raises:
            RecipeError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown("column", name, self.names)

    def look(self, select: str, rest: str = "") -> list[tuple[Any, ...]]:
        """Run ``SELECT {select} FROM this {rest}`` now."""
        return self.context.rows(
            f"WITH {', '.join(self.ctes)} SELECT {select} FROM {self.name} {rest}"
        )

    def put(self, name: str, expression: str, *, after: Column | None = None) -> Relation:
        """A column's value for the rows of the step: changed in place, or a new column.

        Args:
            name: an existing column's, or a new one's.
            expression: SQL over this relation's columns.
            after: where a new column goes; at the end when not given.
        """
        if name in self.names:
            return self.put_all([(name, expression)])
        return self.add([(name, expression)], after=after)

    def put_all(self, changes: Iterable[tuple[str, str]]) -> Relation:
        """Several columns changed in place; all see the columns as they were."""
        changed = {name: self._for_rows(name, sql) for name, sql in changes}
        return self._derive([(n, changed.get(n, quoted_name(n))) for n in self.names])

    def add(self, columns: Iterable[tuple[str, str]], *, after: Column | None = None) -> Relation:
        """Several new columns, placed as `put` does.

        Raises:
            RecipeError: two would have one name, here or beside what there is.
        """
        new = [(name, self._for_rows(name, sql)) for name, sql in columns]
        old = self._as_they_are()
        at = self.names.index(after.name) + 1 if after else len(old)
        return self._derive([*old[:at], *new, *old[at:]])

    def either(self, condition: str, value: str, otherwise: str) -> str:
        """SQL of one value where a condition holds and of another where not.

        Where their types do not mix, which DuckDB refuses, both are texts.
        """
        if "NULL" not in (value.strip("()"), otherwise):
            kinds = self.typed(value), self.typed(otherwise)
            if not _mix(*kinds):
                value, otherwise = (
                    as_text(sql, kind.type)
                    for sql, kind in zip((value, otherwise), kinds, strict=True)
                )
            elif number := holding(kinds, least_scale=LEAST_SCALE):
                value, otherwise = (f"CAST({sql} AS {number})" for sql in (value, otherwise))
        return f"CASE WHEN ({condition}) THEN {value} ELSE {otherwise} END"

    def typed(self, expression: str) -> Column:
        """An expression over this relation's columns as a column, for its type.

        Raises:
            RecipeError: it does not bind.
        """
        sql = f"WITH {self._stand_in()} SELECT {expression} AS made FROM {self.name}"
        return self.context.describe(sql)[0]

    def keep(self, condition: str) -> Relation:
        """Only the rows that meet a condition, among those that the step is about."""
        wanted = f"({condition}) IS TRUE"
        if self.condition:
            wanted = f"({wanted} OR ({self.condition}) IS NOT TRUE)"
        return self._derive(self._as_they_are(), f"FROM {self.name} WHERE {wanted}")

    def select(self, items: Iterable[tuple[str, str]]) -> Relation:
        """Exactly these columns: name and SQL of each."""
        return self.derive(list(items))

    def derive(
        self,
        items: Sequence[tuple[str, str]],
        source: str = "",
        *,
        order: str = "",
        others: Sequence[Relation] = (),
    ) -> Relation:
        """Another table out of this one: grouped, joined, pivoted, one row out of several.

        Args:
            items: name and SQL of each column.
            source: SQL from FROM on, such as ``f"FROM {table.name} GROUP BY a"``; by default this
                relation.
            order: SQL of the new order of rows, where rows are not one for one those of this
                relation: ``min({table.row})`` for groups. Numbered anew only where order matters.
            others: further relations that ``source`` names.

        Raises:
            RecipeError: the step has conditions, which such a step cannot take.
        """
        if self.condition:
            raise RecipeError("This operation takes no condition expressions.")
        return self._derive(items, source, order=order, others=others)

    def over(
        self, partition: Sequence[str] = (), order: Sequence[str] = (), frame: str = ""
    ) -> str:
        """An OVER clause; rows that tie keep their order. Register the operation as ``ordered``."""
        by = f"PARTITION BY {', '.join(partition)} " if partition else ""
        return f"OVER ({by}ORDER BY {', '.join([*order, self.row])} {frame})"

    def _derive(
        self,
        items: Sequence[tuple[str, str]],
        source: str = "",
        *,
        order: str = "",
        others: Sequence[Relation] = (),
    ) -> Relation:
        names = [name for name, _ in items]
        _refuse_twins(names)
        shown = [f"{sql} AS {quoted_name(name)}" for name, sql in items]
        self.context.reordered |= bool(order)
        if self.context.numbered:
            number = f"row_number() OVER (ORDER BY {order})" if order else self.row
            shown.append(f"{number} AS {_row(names)}")
        select = f"SELECT {', '.join(shown)} {source or f'FROM {self.name}'}"
        stand_ins = ", ".join(each._stand_in() for each in (self, *others))
        columns = self.context.describe(f"WITH {stand_ins} {select}")
        name = self.context.fresh()
        ctes = dict.fromkeys((*self.ctes, *(cte for each in others for cte in each.ctes)))
        return replace(
            self,
            name=name,
            ctes=(*ctes, f"{name} AS NOT MATERIALIZED ({select})"),
            columns=tuple(columns[: len(names)]),
        )

    def _as_they_are(self) -> list[tuple[str, str]]:
        return [(column.name, column.sql) for column in self.columns]

    def _for_rows(self, name: str, expression: str) -> str:
        """The expression for the rows of the step, the old value for the others."""
        if not self.condition:
            return expression
        old = quoted_name(name) if name in self.names else "NULL"
        return self.either(self.condition, f"({expression})", old)

    def _stand_in(self) -> str:
        """An empty table of the same columns, under the same name."""
        typed = [f"CAST(NULL AS {c.type.duckdb}) AS {c.sql}" for c in self.columns]
        if self.context.numbered:
            typed.append(f"CAST(0 AS BIGINT) AS {self.row}")
        return f"{self.name} AS (SELECT {', '.join(typed)} WHERE false)"


def _row(names: Iterable[str]) -> str:
    """SQL of the hidden column's name beside these."""
    return quoted_name(unused("#row", names))


def _refuse_twins(names: Sequence[str]) -> None:
    """Names are one whatever their case, as they are for Spark and for DuckDB."""
    small = [name.lower() for name in names]
    if (twin := twin_of(small)) is not None:
        name = names[small.index(twin)]
        raise RecipeError(f"There would be two columns of the name '{name}'.")
    if not names:
        raise RecipeError("No column would be left.")


def _mix(one: Column, other: Column) -> bool:
    """Whether values of two types may stand in one column."""
    alike = (
        one.is_text and other.is_text,
        one.is_number and other.is_number,
        one.is_time and other.is_time,
        one.type.base == other.type.base,
    )
    return any(alike)
