"""A data set in the middle of its preparation: the SQL that makes it, and the columns that it has.

QuickSight prepares a data set in steps, from physical tables through logical ones. Each step makes
a relation of the one before; nothing is computed until the whole runs as one statement. A row that
a step cannot convert is not dropped at once: a hidden column says what is wrong with it, so that an
import can count the row and tell why. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LogicalTable.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

#: The hidden column that says why a row cannot be imported: ``CODE:column``, or NULL. What is wrong
#: with the whole row names no column: ``CODE:``.
FAULT = "#fault"


class PreparationError(ValueError):
    """Steps that make no data set. Args: a sentence that says why."""


@dataclass(frozen=True)
class Column:
    """A column of a data set.

    Args:
        name: what it is called.
        type: of its values.
        description: for people.
        geo_role: ``COUNTRY``, ``STATE``, ``LATITUDE`` and so on, where it is a place.
        hidden: whether the field list leaves it out.
        id: the id that a step or an input gives it.
        fixed: whether it is a decimal of four places.
        origins: the columns of physical tables that its values come from, and the calculated ones
            on the way, itself among them.
    """

    name: str
    type: Type
    description: str = ""
    geo_role: str = ""
    hidden: bool = False
    id: str = ""
    fixed: bool = False
    origins: frozenset[str] = frozenset()

    @property
    def sql(self) -> str:
        return quoted_name(self.name)


@dataclass(frozen=True)
class Relation:
    """Rows as SQL.

    Args:
        sql: a ``SELECT`` with exactly these columns, and `FAULT` where it has faults.
        columns: in order.
        faults: whether rows may have a fault.
        fields: calculated fields that aggregate, which a visual computes: name to expression.
    """

    sql: str
    columns: tuple[Column, ...]
    faults: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """A column by its name.

        Raises:
            PreparationError: there is none.
        """
        for each in self.columns:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.columns)
        raise PreparationError(f"There is no column '{name}'. There are: {known}.")

    @property
    def fault_sql(self) -> str:
        return quoted_name(FAULT) if self.faults else "CAST(NULL AS VARCHAR)"

    def inherited(self, arn: str) -> Relation:
        """The rows as those of another data set, in which tables may have the same ids."""
        columns = (
            replace(each, origins=frozenset(f"{arn}/{origin}" for origin in each.origins))
            for each in self.columns
        )
        return replace(self, columns=tuple(columns))

    def forgiving(self) -> Relation:
        """The rows without the faults of single values, which are NULL then."""
        if not self.faults:
            return self
        fault = quoted_name(FAULT)
        shown = ", ".join(column.sql for column in self.columns)
        left = f"CASE WHEN suffix({fault}, ':') THEN {fault} END AS {fault}"
        return replace(self, sql=f"SELECT {shown}, {left} FROM ({self.sql})")

    def select(self, shown: Iterable[str], where: str = "") -> str:
        """SQL of these expressions over the rows, the fault carried along."""
        expressions = [*shown, *([quoted_name(FAULT)] if self.faults else [])]
        condition = f" WHERE {where}" if where else ""
        return f"SELECT {', '.join(expressions)} FROM ({self.sql}){condition}"


@dataclass(frozen=True)
class DataSet:
    """A data set, ready to be queried.

    Args:
        sql: a ``SELECT`` with exactly these columns; what its reader may not see is not in it.
        columns: in order.
        rows: how many SPICE holds; ``None`` for a direct query.
        version: changes whenever the rows do; a key for caches, together with the SQL.
        fields: calculated fields that aggregate, which a visual computes: name to expression.
        parameters: the data set's own parameters and their values.
        reopened: opens it with other values of these; ``None`` where SPICE holds the rows.
    """

    sql: str
    columns: tuple[Column, ...]
    rows: int | None = None
    version: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reopened: Callable[[Mapping[str, Any]], DataSet] | None = field(default=None, compare=False)
