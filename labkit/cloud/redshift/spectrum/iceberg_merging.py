"""``MERGE`` into Iceberg tables: files with rows that match are written anew, others are added.

Target and source become queries that bear their names: the target's tells each row's file and
number, the source's that it is there. One commit has all. Source:
https://docs.aws.amazon.com/redshift/latest/dg/iceberg-writes-sql-syntax.html
"""

from __future__ import annotations

from collections.abc import Sequence

from pyiceberg.expressions import AlwaysTrue
from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.select import refuse_others
from labkit.cloud.iceberg.commits import replace
from labkit.cloud.redshift.spectrum.iceberg import column_targets, values
from labkit.cloud.redshift.spectrum.iceberg_changing import MERGERS, PATH, Changing, assigned
from labkit.cloud.redshift.warehouse.registry import Result
from labkit.cloud.redshift.warehouse.statements.changes import SEVERAL, table_name
from labkit.cloud.redshift.warehouse.statements.merging import (
    ITSELF,
    inserted_values,
    two_actions,
)

_ROW, _THERE = "$row", "$there"


def merge(changing: Changing, tree: exp.Expr) -> Result:
    """Update or delete what matches, and add what does not."""
    assert isinstance(tree, exp.Merge)
    refuse_others(tree, {"this", "using", "on", "whens"}, "in MERGE of an Iceberg table")
    for each in tree.args["using"].find_all(exp.Table):
        if changing.is_table(table_name(each)):
            raise RedshiftError(ITSELF, "0A000")
    matched, other = two_actions(tree)
    merging = _Merging(changing, tree)
    matching = merging.matching()
    several = f"SELECT 1 FROM ({matching.sql}) GROUP BY c0 HAVING count(*) > 1 LIMIT 1"
    if changing.connection.duck.execute(several).fetchone():
        raise RedshiftError(SEVERAL, "21000")
    names, nodes = inserted_values(other.args["then"])
    added = merging.added(nodes)
    count = changing.count(added)
    listed = column_targets(changing.columns, names, changing.place.name)
    sql, files = values(changing.columns, listed, added), []
    if uris := [uri for (uri,) in changing.rows(merging.affected())]:
        files = changing.files(uris)
        count += changing.count(matching)
        kept = values(changing.columns, changing.columns, merging.kept(matched, uris))
        sql = f"{kept} UNION ALL {sql}"
    if count:
        with changing.writing(sql) as writer:
            replace(changing.table, files, writer.files, AlwaysTrue())
    return Result(f"MERGE {count}", count=count)


class _Merging:
    """The queries of a MERGE."""

    def __init__(self, changing: Changing, tree: exp.Merge) -> None:
        self._changing, self._on = changing, tree.args["on"].copy()
        target, source = tree.this, tree.args["using"]
        if not source.alias_or_name:
            raise unsupported("a source of MERGE without a name")
        self._names = target.alias_or_name, source.alias_or_name
        for node in (*tree.args["whens"].find_all(exp.Column), *self._on.find_all(exp.Column)):
            node.set("db", None)  # schema.table.column: what bears the name is a query now
        own = [exp.column(column.name, quoted=True) for column in changing.columns]
        number = exp.Window(this=exp.Anonymous(this="row_number"), over="OVER")
        told = [exp.column(PATH, quoted=True), exp.alias_(number, _ROW, quoted=True)]
        self._target = _named([*own, *told], target, self._names[0])
        there = exp.alias_(exp.Literal.number(1), _THERE, quoted=True)
        self._source = _named([exp.Star(), there], source, self._names[1])

    def affected(self) -> Compiled:
        """The files that hold rows which match."""
        return self._changing.compiled(self._matches(self._of_target(PATH)).distinct())

    def matching(self) -> Compiled:
        """The rows that match."""
        return self._changing.compiled(self._matches(self._of_target(_ROW)))

    def kept(self, matched: exp.Expr, uris: Sequence[str]) -> Compiled:
        """What stands in the place of these files: their rows, changed or without those gone."""
        action, there = matched.args["then"], exp.column(_THERE, self._names[1], quoted=True)
        unmatched = exp.Is(this=there, expression=exp.Null())
        changes = {}
        if isinstance(action, exp.Update):
            changes = assigned(action, self._changing.columns, self._changing.place)
        elif not isinstance(action, exp.Var) or action.name.upper() != "DELETE":
            raise unsupported("this action of MERGE")
        shown = [
            exp.case().when(unmatched.copy(), self._of_target(column.name)).else_(value)
            if (value := changes.get(column.name)) is not None
            else self._of_target(column.name)
            for column in self._changing.columns
        ]
        found = exp.select(*shown).from_(self._target.copy())
        found = found.join(self._source.copy(), on=self._on, join_type="LEFT")
        found = found.where(self._of_target(PATH).isin(*uris))
        return self._changing.compiled(found if changes else found.where(unmatched))

    def added(self, nodes: Sequence[exp.Expr]) -> Compiled:
        """What joins the target of the rows of the source that match nothing."""
        alone = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(self._names[1])))
        alone = alone.from_(self._source.copy()).join(
            self._target.copy(), on=self._on, join_type="LEFT"
        )
        alone = alone.where(exp.Is(this=self._of_target(_ROW), expression=exp.Null()))
        inner = alone.subquery(self._names[1])
        return self._changing.compiled(exp.select(*(node.copy() for node in nodes)).from_(inner))

    def _matches(self, shown: exp.Expr) -> exp.Select:
        return exp.select(shown).from_(self._target.copy()).join(self._source.copy(), on=self._on)

    def _of_target(self, name: str) -> exp.Column:
        return exp.column(name, self._names[0], quoted=True)


def _named(shown: Sequence[exp.Expr], relation: exp.Expr, name: str) -> exp.Subquery:
    return exp.select(*shown).from_(relation.copy()).subquery(name)


MERGERS.append(merge)
