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
    parents = source.fields if _asks_for_parents(node) else []
    base += "".join(f", CASE WHEN false THEN {f.sql} END AS p{n}" for n, f in enumerate(parents))
    again += "".join(f", {alias}.k{at}" for at in range(len(parents)))
    deeper = next_round(f"{alias}.level")
    text = (
        f"(WITH RECURSIVE {alias} AS (SELECT {base}, 1 AS level FROM {sql} WHERE {first} "
        f"UNION ALL SELECT {again}, {deeper} FROM {sql}, {alias} WHERE {step}) "
        f"SELECT * FROM {alias}) AS {alias}"
    )
    fields = [Field(f.name, f.type, f"{alias}.{n}")
              for f, n in zip(source.fields, names, strict=True)]  # fmt: skip
    fields.append(Field("level", INT8, f"{alias}.level"))
    hidden = tuple(
        Field(_of_parent(f.name), f.type, f"{alias}.p{at}") for at, f in enumerate(parents)
    )
    scope.sources.append(Source(source.name, fields, hidden=hidden))
    return text


def _asks_for_parents(node: exp.Select) -> bool:
    """Whether PRIOR stands elsewhere than in CONNECT BY."""
    return any(not each.find_ancestor(exp.Connect) for each in node.find_all(exp.Prior))


def _of_parent(name: str) -> str:
    return f"prior {name.lower()}"


def parents_value(node: exp.Prior) -> exp.Expr:
    """What PRIOR stands before, of the parent's columns."""

    def parents(each: exp.Expr) -> exp.Expr:
        return exp.column(_of_parent(each.name)) if isinstance(each, exp.Column) else each

    found: exp.Expr = node.this.transform(parents)
    return found


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
        [Field(_of_parent(f.name), f.type, f"{alias}.k{at}")
         for at, f in enumerate(source.fields)],
    )  # fmt: skip
    tree = node.copy()
    for each in list(tree.find_all(exp.Prior)):
        each.replace(parents_value(each))
    level = Source("", [Field("level", INT8, f"({alias}.level + 1)")])
    inner = Scope(scope.state, [source, prior, level], ctes=scope.ctes)
    return condition(tree, inner, "CONNECT BY")
