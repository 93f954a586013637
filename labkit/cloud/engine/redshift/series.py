"""GENERATE_SERIES: a row a number, of the leader node alone.

Where a query has no FROM its numbers are made as they are read, as those in FROM are: in a list
they would all be in memory.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-functions.html
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import INT4, INT8, Type

_NAME = "generate_series"


def call(args: Sequence[Typed]) -> tuple[str, Type]:
    """The series in DuckDB's SQL, and what its numbers are: as long as the longest argument."""
    kind = INT8 if any(each.type.base == INT8.base for each in args) else INT4
    return f"generate_series({', '.join(coerce(each, INT8).sql for each in args)})", kind


def as_table(node: exp.Select) -> exp.Select:
    """``SELECT generate_series(1, 3)`` as a query of these rows.

    Raises:
        RedshiftError: there are two, which PostgreSQL 8 repeats until both end at once.
    """
    calls = [each for item in node.expressions for each in _calls(item)]
    if len(calls) > 1:
        raise unsupported("GENERATE_SERIES twice in a select list")
    if not calls or node.args.get("from_"):
        return node
    marked = node.copy()
    (found,) = (each for item in marked.expressions for each in _calls(item))
    found.replace(exp.column(_NAME, table=_NAME))
    marked.set("from_", exp.From(this=exp.Table(this=calls[0].copy())))
    return marked


def _calls(item: exp.Expr) -> list[exp.Anonymous]:
    """The calls of a select list's item that are no subquery's and no aggregate's."""
    walked = item.walk(prune=lambda each: isinstance(each, exp.Query | exp.AggFunc))
    return [n for n in walked if isinstance(n, exp.Anonymous) and str(n.this).lower() == _NAME]
