"""One expression on its way to SQL: names resolved, helper columns gathered, levels kept apart.

QuickSight computes in this order: calculations before filters (``PRE_FILTER``), filters,
calculations before aggregation (``PRE_AGG``), aggregation by the visual's dimensions, table
calculations. Source: https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.quicksight.calc.arguments import read
from labkit.cloud.quicksight.calc.constants import constant, literal
from labkit.cloud.quicksight.calc.errors import (
    CalcError,
    MismatchedAggregation,
    MissingInFieldWells,
    NestedAggregation,
    WrongArguments,
    WrongType,
    unknown,
)
from labkit.cloud.quicksight.calc.mistakes import incorrect_type
from labkit.cloud.quicksight.calc.operators import operation
from labkit.cloud.quicksight.calc.registry import Function, function_named
from labkit.cloud.quicksight.calc.scope import Derived, Scope
from labkit.cloud.quicksight.calc.syntax import (
    Bracketed,
    Call,
    Constant,
    Item,
    Name,
    Node,
    Operation,
    Parameter,
    parse,
)
from labkit.cloud.quicksight.calc.values import NULL, Value, column, combined

Stage = Literal["pre_filter", "pre_agg", "pre_group", "post_agg"]
STAGES: tuple[Stage, ...] = ("pre_filter", "pre_agg", "pre_group", "post_agg")
ALL_DIMENSIONS = "visualDimensions"


class Query:
    """What one expression means in a scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.derived: dict[str, Derived] = {}
        self.names: set[str] = set()
        self._fields: dict[str, Value] = {}
        self._reading: list[str] = []
        self._of_groups = False

    def value(self, node: Node) -> Value:
        """What a part of the expression is worth."""
        match node:
            case Constant(value):
                return literal(value)
            case Parameter(name):
                return self._parameter(name)
            case Name():
                return self._named(node)
            case Operation(operator, operands):
                return operation(operator, [self.value(each) for each in operands])
            case Call():
                return self._called(node)
        raise WrongArguments("A list in [ ] stands only where a function takes one.")

    # Names

    def _parameter(self, name: str) -> Value:
        if name not in self.scope.parameters:
            raise unknown("parameter", name, self.scope.parameters)
        return constant(name, self.scope.parameters[name])

    def _named(self, node: Name) -> Value:
        if self._of_groups and node.text in self.scope.grouped:
            return self._dimension(node)
        return self._of_rows(node)

    def _dimension(self, node: Name) -> Value:
        """A dimension's value of each group, where it is one of rows."""
        value = self._of_rows(node)
        if value.level not in ("row", "group"):
            return value
        sql = self.scope.grouped[node.text]
        return replace(value, sql=sql, level="aggregate", names=frozenset())

    def _of_rows(self, node: Name) -> Value:
        name = node.text
        if name in self.scope.columns:
            self.names.add(name)
            return column(name, self.scope.columns[name])
        if name in self.scope.fields:
            return self._field(name)
        if not node.braced and name.upper() in ("NULL", "TRUE", "FALSE"):
            return NULL if name.upper() == "NULL" else literal(name.upper() == "TRUE")
        raise unknown("field", name, [*self.scope.columns, *self.scope.fields])

    def _field(self, name: str) -> Value:
        """Another calculated field's value, compiled once."""
        if name in self._reading:
            ring = " → ".join([*self._reading[self._reading.index(name) :], name])
            raise CalcError(f"The calculated field {name} refers to itself: {ring}.")
        if name not in self._fields:
            self._reading.append(name)
            self._fields[name] = self.value(parse(self.scope.fields[name]))
            self._reading.pop()
        return self._fields[name]

    # Functions

    def _called(self, call: Call) -> Value:
        function = function_named(call.function)
        function.check_count(len(call.arguments))
        try:
            return self._answered(function, call.arguments)
        except WrongType as error:
            raise incorrect_type(call, function, error, self.value) from None

    def _answered(self, function: Function, nodes: tuple[Node, ...]) -> Value:
        kinds = function.kinds(len(nodes))
        arguments = [
            read(self, function.name, kind, node) for kind, node in zip(kinds, nodes, strict=True)
        ]
        answer = function.call(*([self] if function.takes_query else []), *arguments)
        if isinstance(answer, Value):
            return answer
        values = [each for each in arguments if isinstance(each, Value)]
        returns = function.returns
        return combined(values, answer, returns(*arguments) if callable(returns) else returns)

    # Helper columns

    def derive(self, sql: str, stage: Stage) -> str:
        """A helper column on the rows; its quoted name."""
        used = [each.stage for each in self.derived.values() if quoted_name(each.name) in sql]
        latest = max([stage, *used], key=STAGES.index)
        if stage == "pre_filter" and latest != "pre_filter":
            raise CalcError("A PRE_FILTER calculation cannot hold one that is done after filters.")
        name = f"{latest} {hashlib.sha256(sql.encode()).hexdigest()[:16]}"
        keys = tuple(self.scope.grouped.values()) if latest == "post_agg" else ()
        self.derived[name] = Derived(name, sql, latest, keys)
        return quoted_name(name)

    def once(self, value: Value) -> Value:
        """A level-aware aggregate on one row of each of its groups, NULL on the others."""
        if value.level != "group":
            return value
        groups = ", ".join(sorted({*value.keys, *self.scope.grouped.values()}))
        over = f"PARTITION BY {groups}" if groups else ""
        first = self.derive(f"row_number() OVER ({over}) = 1", "pre_group")
        return replace(
            value, sql=f"CASE WHEN {first} THEN {value} END", level="row", keys=frozenset()
        )

    def group_keys(self, function: str, levels: Bracketed) -> list[str]:
        """The SQL of a level-aware aggregate's groups: ``[${visualDimensions}, !{Country}]``.

        AWS: group keys are either added to the visual's or removed from them, not both.
        """
        every = any(item.node == Parameter(ALL_DIMENSIONS) for item in levels.items)
        removed = [item for item in levels.items if item.excluded]
        added = [item.node for item in levels.items if item.node != Parameter(ALL_DIMENSIONS)]
        if removed and (not every or len(removed) < len(added)):
            raise WrongArguments(
                f"In {function} fields are either added to ${{visualDimensions}} or taken out of "
                "them with '!', not both."
            )
        keys = list(self.scope.grouped.values()) if every else []
        if removed:
            out = set().union(*(self._excluded(function, item) for item in removed))
            return [key for key in keys if key not in out]
        return list(dict.fromkeys([*keys, *(self.row(function, node).sql for node in added)]))

    def _excluded(self, function: str, item: Item) -> set[str]:
        if not isinstance(item.node, Name):
            raise WrongArguments(f"In {function} only a field can be taken out with '!'.")
        sql = self.row(function, item.node).sql
        return {sql, self.scope.grouped.get(item.node.text, sql)}

    def row(self, function: str, node: Node) -> Value:
        """A value that each row has."""
        value = self.value(node)
        if value.level not in ("row", "constant"):
            raise NestedAggregation(function, value.function or function)
        return value

    # Table calculations

    def shown(self, function: str, node: Node) -> Value:
        """A value of each group: aggregated, of another table calculation, or a dimension shown."""
        if isinstance(node, Name) and node.text in self.scope.grouped:
            value = self._dimension(node)
        else:
            value = self.value(node)
        if value.level in ("row", "group"):
            raise self._missing(function, node)
        return self._settled(value) if value.level == "window" else value

    def by(self, function: str, node: Node) -> Value:
        """What groups are parted or sorted by: as `shown`, or an expression of dimensions."""
        self._of_groups = not isinstance(node, Name) and self.value(node).level == "row"
        try:
            return self.shown(function, node)
        except MismatchedAggregation:
            raise self._missing(function, node) from None
        finally:
            self._of_groups = False

    def _missing(self, function: str, node: Node) -> MissingInFieldWells:
        name = node.text if isinstance(node, (Name, Call)) else ""
        return MissingInFieldWells(name or function, self.scope.grouped)

    def _settled(self, value: Value) -> Value:
        """A table calculation's value of a group, for another table calculation to look at."""
        found = self.derive(value.sql, "post_agg")
        return replace(value, sql=f"any_value({found})", level="aggregate")
