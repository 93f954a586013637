"""Policies of rows and of masks: their expressions, and the lookup tables that these read.

A policy is made once for columns of given names and types, then attached to relations. It reads its
lookup tables by a right of its own, so that its users need none. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_RLS_POLICY.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_MASKING_POLICY.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlglot import exp

from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.catalog import Attribute, Relation
from labkit.cloud.engine.redshift.compile import compile_query, new_state
from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.engine.redshift.expressions import condition, expression
from labkit.cloud.engine.redshift.reading import parse_expression
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, Typed
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names, as_made
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation, search_path

T = TypeVar("T")
ROWS, MASKS = "rls policy", "masking policy"
_UNREWRITTEN = "RLS policy could not be rewritten."


class LookupNames(Names):
    """Names inside of a policy: its lookup tables and functions, those that its maker meant.

    A user's own tables and functions of these names, wherever he puts them, are others.

    Args:
        policy: None while it is being made.
    """

    def __init__(self, connection: Connection, policy: Object | None = None) -> None:
        super().__init__(connection, connection.user)
        self.policy = policy
        self.found: dict[int, Object] = {}
        self.called: set[int] = set()

    def relation(self, name: tuple[str, ...]) -> Relation:
        """For the compiler: a lookup table, without any policy of its own."""
        one = self._bound(name) if self.policy else find_relation(self.connection, name)
        self._check(one)
        self.found[one.oid] = one
        return self.stored(one)

    def _bound(self, name: tuple[str, ...]) -> Object:
        assert self.policy is not None
        used = [one for one in self.connection.objects.of("relation", database=self.policy.database)
                if str(one.oid) in self.policy.body["uses"] and one.name == name[-1]]  # fmt: skip
        paths = [name[-2]] if len(name) > 1 else search_path(self.connection)
        for schema in paths:
            for one in used:
                if one.schema == schema:
                    return one
        return find_relation(self.connection, name)

    def may_call(self, one: Object) -> bool:
        """None that was made since the policy was."""
        if self.policy is None:
            self.called.add(one.oid)
            return True
        return one.oid in self.policy.body["calls"]

    def _check(self, one: Object) -> None:
        if one.kind == "view" or one.temporary or one.database != self.connection.database:
            raise RedshiftError(f'"{one.name}" cannot be a lookup table of a policy', "0A000")
        if self.policy and str(one.oid) not in self.policy.body["uses"]:
            raise RedshiftError(f'"{one.name}" is no lookup table of the policy', "0A000")
        if is_protected(one):
            raise RedshiftError(
                f'"{one.name}" has policies and cannot be a lookup table of a policy', "0A000"
            )
        if self.policy is None:
            grants.check(self.connection, one, "SELECT")
        elif grantee(self.policy) not in one.body.get("grants", {}):
            raise RedshiftError(grants.denial(one), DENIED)


def is_protected(one: Object) -> bool:
    """Whether a relation has anything to apply."""
    return bool(one.body.get("rls", {}).get("on") or one.body.get("masks"))


def grantee(policy: Object) -> str:
    """By which name a policy has its right to read a lookup table."""
    return f"policy {policy.oid}"


def lookups(connection: Connection, one: Object) -> list[Object]:
    """The policies that read a table."""
    found = [each for space in (ROWS, MASKS) for each in connection.objects.of(space)]
    return [each for each in found if str(one.oid) in each.body["uses"]]


def inputs(policy: Object) -> list[tuple[str, Type]]:
    """The columns that a policy is made for."""
    return [(name, Type(*kind)) for name, kind in policy.body["columns"]]


def row_test(connection: Connection, policy: Object, columns: Sequence[Typed]) -> str:
    """A policy's condition over these values of its columns, in DuckDB's SQL."""

    def compiled(tree: exp.Expr, scope: Scope) -> str:
        scope.aggregates = False
        return condition(tree, scope, "WHERE")

    return _over(connection, policy, columns, policy.body["text"], compiled)


def masked(connection: Connection, policy: Object, columns: Sequence[Typed], at: int) -> Typed:
    """One output of a masking policy over these values of its columns."""
    text = policy.body["texts"][at]
    return _over(connection, policy, columns, text, lambda tree, scope: expression(tree, scope))


def _over(
    connection: Connection,
    policy: Object,
    columns: Sequence[Typed],
    text: str,
    compiled: Callable[[exp.Expr, Scope], T],
) -> T:
    scope = _scope(LookupNames(connection, policy), policy.body["alias"], inputs(policy), columns)
    with as_made(connection, policy):
        return compiled(parse_expression(text), scope)


def _scope(
    names: Names, alias: str, declared: Sequence[tuple[str, Type]], columns: Sequence[Typed]
) -> Scope:
    fields = [
        Field(name, kind, coerce(value, kind).sql)
        for (name, kind), value in zip(declared, columns, strict=True)
    ]
    return Scope(new_state(names), [Source(alias, fields)])


@dataclass
class Examined:
    """An expression of a policy that is being made.

    Args:
        uses: the columns that it reads of lookup tables, by the tables' numbers.
        calls: the numbers of the functions that it may call.
    """

    value: Typed
    uses: dict[str, list[str]]
    calls: list[int]


def examined(
    connection: Connection, text: str, alias: str, declared: Sequence[tuple[str, Type]], space: str
) -> Examined:
    """What an expression of a policy that is being made gives, reads and calls.

    Raises:
        RedshiftError: it does not fit the declared columns, or reads what no policy may.
    """
    names = LookupNames(connection)
    tree = parse_expression(text).copy()
    columns = [Typed("NULL", kind) for _, kind in declared]
    scope = _scope(names, alias, declared, columns)
    scope.aggregates = False
    value = expression(tree, scope)
    if space == ROWS:
        condition(tree, scope, "WHERE")
    _refuse_correlated(tree, names)
    used = {column.name.lower() for column in tree.find_all(exp.Column)}
    stars = tree.find(exp.Star) is not None
    uses = {
        str(oid): sorted(c.name for c in one.columns if stars or c.name in used)
        for oid, one in names.found.items()
    }
    return Examined(value, uses, sorted(names.called))


def _refuse_correlated(tree: exp.Expr, names: LookupNames) -> None:
    """A subquery of a policy stands for itself.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/t_rls_usage.html
    """
    for query in tree.find_all(exp.Query):
        if query.find_ancestor(exp.Query) or isinstance(query, exp.Subquery):
            continue
        try:
            compile_query(query.copy(), names)
        except RedshiftError as error:
            if error.sqlstate in ("42703", "42P01"):
                raise RedshiftError(_UNREWRITTEN, "0A000") from error
            raise


def typed(column: Attribute, sql: str) -> Typed:
    """A column's value as a policy takes it."""
    return Typed(sql, column.type, column.name)
