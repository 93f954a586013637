"""What a visual's columns are in SQL: columns of the data set and calculated fields.

A calculated field belongs to a data set of the definition and is computed when it is asked for, at
its own place: from rows, from groups, or over groups. Source:
https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type
from labkit.cloud.quicksight.calc.compile import compile_field
from labkit.cloud.quicksight.calc.errors import CalcError
from labkit.cloud.quicksight.calc.scope import Derived, Scope
from labkit.cloud.quicksight.calc.scope import Field as Compiled
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.visuals.model import Kind, VisualError
from labkit.cloud.quicksight.visuals.parameters import ALL

_NUMBERS = ("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal")
_DATES = ("date", "timestamp", "timestamptz")


@dataclass(frozen=True)
class Value:
    """A column or an expression.

    Args:
        sql: over the rows' columns.
        type: of its values.
        kind: whether it is of a row, of a group, or of a group among the others.
        derived: columns that the rows must have first.
    """

    sql: str
    type: Type
    kind: Literal["row", "aggregate", "window"] = "row"
    derived: tuple[Derived, ...] = ()

    @property
    def shown(self) -> Kind:
        """What its values are to a reader."""
        if self.type.base in _NUMBERS:
            return "number"
        if self.type.base in _DATES:
            return "date"
        return "boolean" if self.type.base == "boolean" else "text"

    @property
    def moment(self) -> str:
        """Its SQL as a timestamp."""
        return self.sql if self.type.base == "timestamp" else f"CAST({self.sql} AS TIMESTAMP)"

    @property
    def text(self) -> str:
        """Its SQL as text; a whole number has no fraction."""
        if self.type.base == "varchar":
            return self.sql
        text = f"CAST({self.sql} AS VARCHAR)"
        fraction = self.type.base in ("real", "double")
        return f"regexp_replace({text}, '\\.0$', '')" if fraction else text


@dataclass(frozen=True)
class Expressions:
    """The names that a visual can use.

    Args:
        data_set: whose columns.
        fields: calculated fields' expressions by name.
        parameters: values by name.
        now: the clock.
        week_start: the first day of a week.
        grouped: SQL of what the visual is grouped by, by column name.
        granularities: of the dates among them.
        unset: the parameters without a value, whose filters let all through.
        reserved: what each parameter holds where all values are selected.
    """

    data_set: DataSet
    fields: Mapping[str, str]
    parameters: Mapping[str, Any]
    now: datetime
    week_start: str = "SUNDAY"
    grouped: Mapping[str, str] = field(default_factory=dict)
    granularities: Mapping[str, str] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    reserved: Mapping[str, Any] = field(default_factory=dict)

    def grouped_by(
        self, grouped: Mapping[str, str], granularities: Mapping[str, str]
    ) -> Expressions:
        """The same names in a visual that is grouped so."""
        return replace(self, grouped=grouped, granularities=granularities)

    def value(self, name: str) -> Value:
        """A column or a calculated field by its name, to be aggregated.

        Raises:
            VisualError: there is none.
        """
        return _value(self._field(name))

    def of_rows(self, name: str) -> Value:
        """The same to group and filter by: a level-aware aggregate is on all rows of its groups.

        Raises:
            VisualError: there is none.
        """
        found = self._field(name)
        return _value(found.each or found)

    def compiled(self, expression: str) -> Value:
        """An expression of the calculated fields' language."""
        return _value(self._compiled(expression))

    def _field(self, name: str) -> Compiled:
        for column in self.data_set.columns:
            if column.name == name:
                return Compiled(quoted_name(name), column.type, "row")
        if name in self.fields:
            return self._compiled(self.fields[name])
        raise VisualError(self._unknown(name))

    def _compiled(self, expression: str) -> Compiled:
        columns = {column.name: column.type for column in self.data_set.columns}
        scope = Scope(
            columns,
            {n: self.reserved.get(n) if v == ALL else v for n, v in self.parameters.items()},
            self.fields,
            grouped=self.grouped,
            now=lambda: self.now.replace(tzinfo=UTC),
            granularities=self.granularities,
        )
        try:
            return compile_field(expression, scope)
        except CalcError as error:
            raise VisualError(str(error)) from error

    def _unknown(self, name: str) -> str:
        known = [*(column.name for column in self.data_set.columns), *self.fields]
        near = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        return f"The data set has no column '{name}'.{hint} Known: {', '.join(known)}."


def _value(found: Compiled) -> Value:
    return Value(found.sql, found.type, found.kind, found.derived)
