"""CONNECT BY, as a recursive query."""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.relations import member
from labkit.cloud.engine.redshift.scope import Field, Scope, Source
from labkit.cloud.engine.redshift.types import INT8


def connect_by(node: exp.Select, scope: Scope) -> str:
    """A hierarchy by recursion; ``level`` counts from 1."""
    from labkit.cloud.engine.redshift.expressions import condition

    connect, start = node.args["connect"], node.args["from_"].this
    if node.args.get("joins"):
        raise unsupported("CONNECT BY over a join")
    sql, sources = member(start, scope)
    source, alias = sources[0], scope.state.alias("h")
    state = scope.state
    roots = Scope(state, [source], ctes=scope.ctes)
    first = condition(connect.args["start"], roots, "START WITH") if connect.args.get(
        "start") else "true"  # fmt: skip
    step = _with_prior(connect.args["connect"], source, alias, scope)
    names = [f"k{at}" for at in range(len(source.fields))]
    base = ", ".join(f"{f.sql} AS {n}" for f, n in zip(source.fields, names, strict=True))
    again = ", ".join(f.sql for f in source.fields)
    deeper = next_round(f"{alias}.level")
    text = (
        f"(WITH RECURSIVE {alias} AS (SELECT {base}, 1 AS level FROM {sql} WHERE {first} "
        f"UNION ALL SELECT {again}, {deeper} FROM {sql}, {alias} WHERE {step}) "
        f"SELECT * FROM {alias}) AS {alias}"
    )
    fields = [Field(f.name, f.type, f"{alias}.{n}")
              for f, n in zip(source.fields, names, strict=True)]  # fmt: skip
    fields.append(Field("level", INT8, f"{alias}.level"))
    scope.sources.append(Source(source.name, fields))
    return text


#: How often a recursive query goes round: Redshift's own limit stands in no reference.
_ROUNDS = 100_000


_TOO_MANY = "error('REDSHIFT:54001:Exceeded recursive CTE max rows limit.')"


def next_round(count: str) -> str:
    """The number of a recursive query's next round, which is not without end."""
    return f"CASE WHEN {count} >= {_ROUNDS} THEN {_TOO_MANY} ELSE {count} + 1 END"


def _with_prior(node: exp.Expr, source: Source, alias: str, scope: Scope) -> str:
    """The condition of CONNECT BY: PRIOR columns are the parent's."""
    from labkit.cloud.engine.redshift.expressions import condition

    prior = Source(
        "prior",
        [Field(f"prior {f.name}", f.type, f"{alias}.k{at}")
         for at, f in enumerate(source.fields)],
    )  # fmt: skip
    tree = node.copy()
    for each in list(tree.find_all(exp.Prior)):
        column = each.this
        each.replace(exp.column(f"prior {column.name.lower()}"))
    level = Source("", [Field("level", INT8, f"({alias}.level + 1)")])
    inner = Scope(scope.state, [source, prior, level], ctes=scope.ctes)
    return condition(tree, inner, "CONNECT BY")
