"""``UPDATE t SET ... FROM s JOIN t alias ON ...``: the alias means the rows that are updated.

Only where the statement calls the target by no other name. Outer joins are refused.
Sources: https://docs.aws.amazon.com/redshift/latest/dg/c_Examples_of_UPDATE_statements.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_UPDATE.html#r_UPDATE_usage_notes
"""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift.errors import UNSUPPORTED, RedshiftError


def unite(tree: exp.Update) -> None:
    """Take the target out of FROM, its alias for the target's own, its join into WHERE."""
    target, clause = tree.this, tree.args.get("from_")
    if clause is None:
        return
    first = clause.this
    joins = list(first.args.get("joins") or ())
    if any(each.side or each.kind == "OUTER" for each in joins):
        raise RedshiftError("Target table must be part of an equijoin predicate", UNSUPPORTED)
    if target.alias or not isinstance(first, exp.Table):
        return
    members = [first, *(each.this for each in joins)]
    found = [one for one in members if isinstance(one, exp.Table) and _same(one, target)]
    if len(found) != 1 or not found[0].alias or _names(tree, target.name):
        return
    alias = found[0].alias
    if any(each.args.get("using") for each in joins):
        raise RedshiftError("Target table must be part of an equijoin predicate", UNSUPPORTED)
    for each in joins:
        if on := each.args.get("on"):
            tree.where(on, copy=False)
            each.set("on", None)
    _take_out(clause, found[0], first, joins)
    target.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))


def _same(one: exp.Table, target: exp.Table) -> bool:
    """Two spellings of one name: with its schema or without."""
    names = [[part.name.lower() for part in each.parts] for each in (one, target)]
    shorter, longer = sorted(names, key=len)
    return longer[-len(shorter) :] == shorter


def _names(tree: exp.Update, name: str) -> bool:
    return any(each.table.lower() == name.lower() for each in tree.find_all(exp.Column))


def _take_out(clause: exp.From, one: exp.Table, first: exp.Table, joins: list[exp.Join]) -> None:
    left = [each for each in joins if each.this is not one]
    if one is not first:
        first.set("joins", left)
    elif left:
        second = left[0].this
        second.set("joins", left[1:])
        clause.set("this", second)
    else:
        clause.pop()
