"""Expressions of ``MATCH_RECOGNIZE`` taken apart: what they read of which rows of a match.

``LAST(A.price) - 1`` reads the price of the last row that is ``A``; each such part gets a name, and
what is left is an expression over these names. A column alone is ``RUNNING LAST`` of it.
Source: https://trino.io/docs/current/sql/match-recognize.html#row-pattern-recognition-expressions
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from typing import Any, TypeGuard

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.grouping import is_aggregate, walk
from labkit.cloud.engine.trino.row_navigation import LOGICAL, PHYSICAL, check_form, offset_of
from labkit.cloud.engine.trino.scope import Field, Scope, qualified_parts
from labkit.cloud.engine.types import BIGINT

#: Names that no query can write: a row's variable, and the match's number.
LABEL, _NUMBER = "\0label", "\0number"


class Labels:
    """The variables of a pattern and their unions; expressions name them without case."""

    def __init__(self, node: tree.MatchRecognize, scope: Scope) -> None:
        self._scope, self.codes = scope, dict[str, int]()
        self._gather(node.pattern)
        self.names = list(self.codes)
        self._unions: dict[str, list[int]] = {n: [code] for n, code in self.codes.items()}
        for name, parts in node.subsets:
            if name in self._unions:
                raise self._wrong(node, f"union pattern variable name: {name} is a duplicate")
            self._unions[name] = [self._code(part, node, "subset element") for part in parts]
        for at, (name, _) in enumerate(node.define):
            self._code(name, node, "defined variable")
            if name in [before for before, _ in node.define[:at]]:
                raise self._wrong(node, f"pattern variable with name: {name} is defined twice")
        self._lower = {name.lower(): codes for name, codes in self._unions.items()}
        if len(self._lower) < len(self._unions):
            message = "Pattern variables that differ in case alone are not supported here"
            raise scope.fail(node, "NOT_SUPPORTED", message)
        if node.skip[1]:
            self.among(node.skip[1], node)

    def _gather(self, pattern: Any) -> None:
        if pattern[0] == "label":
            self.codes.setdefault(pattern[1], len(self.codes))
        for part in pattern[1:]:
            for one in part if isinstance(part, list) else [part]:
                if isinstance(one, tuple):
                    self._gather(one)

    def _wrong(self, node: tree.Node, message: str) -> Exception:
        return self._scope.fail(node, "INVALID_LABEL", message)

    def _code(self, name: str, node: tree.Node, what: str) -> int:
        if name not in self.codes:
            raise self._wrong(node, f"{what}: {name} is not a primary pattern variable")
        return self.codes[name]

    def among(self, name: str, node: tree.Node) -> list[int]:
        """The variables that a variable or a union is."""
        if name not in self._unions:
            raise self._wrong(node, f"{name} is not a primary or union pattern variable")
        return self._unions[name]

    def of(self, name: str) -> list[int] | None:
        """The same for a name in an expression, None for any other name."""
        return self._lower.get(name)

    def coded(self, pattern: Any) -> Any:
        """A pattern with numbers for its variables."""
        if isinstance(pattern, list):
            return [self.coded(part) for part in pattern]
        if not isinstance(pattern, tuple):
            return pattern
        if pattern[0] == "label":
            return ["label", self.codes[pattern[1]]]
        return [self.coded(part) for part in pattern]


@dataclass(frozen=True)
class Part:
    """What an expression reads of rows.

    Args:
        name: what stands for it in the expression.
        node: its value over the columns of one row, or an aggregate over several.
        cell: (variables, first | last | all, final, logical offset, physical offset).
        aggregate: whether it is one.
    """

    name: str
    node: tree.Expression
    cell: tuple[Any, str, bool, int, int]
    aggregate: bool

    def beside(self, label: int) -> bool:
        """Whether it reads the row that is tried as a variable, or one so far from it."""
        among, which, _, logical, _ = self.cell
        if self.aggregate or names_label(self.node):
            return False
        return which == "last" and logical == 0 and (among is None or label in among)


def names_label(node: tree.Expression) -> bool:
    """Whether an expression reads which variable its row is."""
    return any(isinstance(one, tree.Identifier) and one.name == LABEL for one in walk(node))


class Parts:
    """What one clause's expressions read.

    Args:
        labels: the variables.
        columns: the names of the rows' columns.
        scope: the place.
        defined: the variable whose condition it is, None for measures.
    """

    def __init__(
        self, labels: Labels, columns: AbstractSet[str], scope: Scope, defined: int | None = None
    ) -> None:
        self._labels, self._columns, self._scope = labels, columns, scope
        self._defined = defined
        self.found: list[Part] = []
        self.numbered = self.queries = False

    def number(self, sql: str) -> list[Field]:
        """The field of the match's number, where it is asked for."""
        return [Field(_NUMBER, BIGINT, sql)] if self.numbered else []

    def rewritten(self, node: Any, bound: AbstractSet[str] = frozenset()) -> Any:
        """An expression over the names of its parts; ``bound`` are a lambda's own."""
        if isinstance(node, tuple):
            return tuple(self.rewritten(one, bound) for one in node)
        if isinstance(node, tree.Query):
            self.queries = True
            return node
        if not isinstance(node, tree.Node):
            return node
        if self._is_column(node, bound):
            return self._part(node, node, "last")
        if isinstance(node, tree.Processed):
            return self._call(node, node.call, bound, final=node.final)
        if isinstance(node, tree.Call):
            return self._call(node, node, bound, final=False)
        if isinstance(node, tree.Lambda):
            bound = bound | set(node.parameters)
        return self._rebuilt(node, lambda one: self.rewritten(one, bound))

    def _rebuilt(self, node: Any, change: Any) -> Any:
        changed = {
            f.name: change(getattr(node, f.name))
            for f in fields(node)
            if isinstance(getattr(node, f.name), tree.Node | tuple)
        }
        return replace(node, **changed) if changed else node

    def _is_column(self, node: tree.Node, bound: AbstractSet[str]) -> TypeGuard[tree.Expression]:
        parts = qualified_parts(node) if isinstance(node, tree.Expression) else None
        if not parts or parts[0] in bound:
            return False
        if len(parts) > 1 and self._labels.of(parts[0]) is not None:
            return True
        return isinstance(node, tree.Identifier) and node.name in self._columns

    def _call(
        self, node: tree.Expression, call: Any, bound: AbstractSet[str], *, final: bool
    ) -> tree.Expression:
        if final and self._defined is not None:
            message = "FINAL semantics is not supported in DEFINE clause"
            raise self._scope.fail(node, "INVALID_PROCESSING_MODE", message)
        name = call.name
        if name in (*PHYSICAL, *LOGICAL, "classifier", "match_number"):
            check_form(node, call, self._scope, final=final)
        if name in PHYSICAL:
            offset = offset_of(call, 1, self._scope) * PHYSICAL[name]
            inner = call.args[0]
            final = isinstance(inner, tree.Processed) and inner.final
            inner = inner.call if isinstance(inner, tree.Processed) else inner
            if isinstance(inner, tree.Call) and inner.name in LOGICAL:
                logical = offset_of(inner, 0, self._scope)
                return self._part(node, inner.args[0], inner.name, final, logical, offset)
            return self._part(node, inner, "last", final, 0, offset)
        if name in LOGICAL:
            return self._part(node, call.args[0], name, final, offset_of(call, 0, self._scope))
        if name == "classifier":
            return self._part(node, call, "last", final)
        if name == "match_number":
            return self._number(node)
        if is_aggregate(call):
            return self._aggregate(node, call, final=final)
        if call is not node:
            message = f"{self._scope.source(node).split()[0]} is not allowed with function {name}"
            raise self._scope.fail(node, "INVALID_PROCESSING_MODE", message)
        rebuilt: tree.Expression = self._rebuilt(call, lambda one: self.rewritten(one, bound))
        return rebuilt

    def _number(self, node: tree.Node) -> tree.Expression:
        self.numbered = True
        return tree.Identifier(node.start, node.end, _NUMBER)

    def _part(
        self,
        node: tree.Expression,
        value: tree.Expression,
        which: str,
        final: bool = False,
        logical: int = 0,
        physical: int = 0,
    ) -> tree.Expression:
        """The name of a value of one row."""
        inner, among = self._of_rows(node, value)
        return self._named(node, inner, (among, which, final, logical, physical), aggregate=False)

    def _aggregate(self, node: tree.Expression, call: tree.Call, *, final: bool) -> tree.Expression:
        if call.distinct or call.where or call.order_by or call.over or call.name == "grouping":
            message = (
                "DISTINCT, FILTER, ORDER BY and OVER are not supported for an aggregate in a row "
                "pattern"
            )
            raise self._scope.fail(node, "NOT_SUPPORTED", message)
        args, among = self._of_rows(node, call.args)
        kept = tuple(arg for arg in args if not isinstance(arg, tree.RowsOf))
        plain = replace(call, args=kept, star=False)
        return self._named(node, plain, (among, "all", final, 0, 0), aggregate=True)

    def _named(
        self, node: tree.Expression, value: tree.Expression, cell: Any, *, aggregate: bool
    ) -> tree.Expression:
        part = Part(f"\0part{len(self.found)}", value, cell, aggregate)
        same = [one for one in self.found if replace(one, name=part.name) == part]
        self.found += [] if same else [part]
        return tree.Identifier(node.start, node.end, (same or [part])[0].name)

    def _of_rows(self, node: tree.Expression, value: Any) -> tuple[Any, list[int] | None]:
        """A value over one row's columns, and the variables that the row may be."""
        seen: list[list[int] | None] = []
        inner = self._plain(value, seen, node)
        if any(one != seen[0] for one in seen):
            message = (
                "All labels and classifiers inside the call to "
                f"'{self._scope.source(node).split('(')[0].strip()}' must match"
            )
            raise self._scope.fail(node, "INVALID_ARGUMENTS", message)
        return inner, seen[0] if seen else None

    def _plain(self, node: Any, seen: list[list[int] | None], whole: tree.Expression) -> Any:
        if isinstance(node, tuple):
            return tuple(self._plain(one, seen, whole) for one in node)
        if isinstance(node, tree.Query):
            self.queries = True
            return node
        if not isinstance(node, tree.Node):
            return node
        if isinstance(node, tree.RowsOf):
            seen.append(self._label(node, node.label))
            return node
        if isinstance(node, tree.Call) and node.name == "classifier":
            seen.append(self._label(node, *(qualified_parts(arg) or ("",) for arg in node.args)))
            return tree.Identifier(node.start, node.end, LABEL)
        if isinstance(node, tree.Call) and node.name == "match_number":
            return self._number(node)
        if self._is_column(node, frozenset()):
            return self._column(node, seen)
        nested = isinstance(node, tree.Processed) or (
            isinstance(node, tree.Call)
            and (node.name in (*PHYSICAL, *LOGICAL) or is_aggregate(node))
        )
        if nested:
            text = self._scope.source(whole).split("(")[0].strip()
            message = f"Cannot nest row pattern functions or aggregations inside {text} here"
            raise self._scope.fail(node, "NESTED_ROW_PATTERN_RECOGNITION", message)
        return self._rebuilt(node, lambda one: self._plain(one, seen, whole))

    def _label(self, node: tree.Node, *names: Any) -> list[int] | None:
        """What ``CLASSIFIER(U)`` or ``U.*`` names, None for no name."""
        if not names:
            return None
        name = names[0] if isinstance(names[0], str) else ".".join(names[0])
        found = self._labels.of(name)
        if found is None or len(names) > 1:
            message = f"{name.upper()} is not a primary pattern variable or subset name"
            raise self._scope.fail(node, "INVALID_FUNCTION_ARGUMENT", message)
        return found

    def _column(self, node: Any, seen: list[list[int] | None]) -> tree.Expression:
        """A column without the variable that may stand before it."""
        parts = qualified_parts(node)
        assert parts
        among = self._labels.of(parts[0]) if len(parts) > 1 else None
        seen.append(among)
        if among is None:
            return tree.Identifier(node.start, node.end, parts[0])
        found: tree.Expression = tree.Identifier(node.start, node.end, parts[1])
        for name in parts[2:]:
            found = tree.Dereference(node.start, node.end, found, name)
        return found
