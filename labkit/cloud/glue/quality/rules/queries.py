"""``CustomSql``: a query's number, or the share of the table's rows that a query gives.

Source: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-CustomSql.html
"""

from __future__ import annotations

from labkit.cloud.glue.quality.conditions import meets
from labkit.cloud.glue.quality.data import Data, Outcome, Unmet, outcome
from labkit.cloud.glue.quality.dqdl import Condition, Rule
from labkit.cloud.glue.quality.registry import rule
from labkit.cloud.glue.quality.rules.measures import measured, refusal


@rule("CustomSql", 1, ("number",), optional=True, threshold=True)
def custom_sql(data: Data, rule: Rule) -> Outcome:
    sql = data.query(rule.parameters[0])
    if rule.condition is None:
        return _share(data, rule, sql)
    rows = data.asker.rows(sql)
    found = next(iter(rows[0].values())) if len(rows) == 1 and len(rows[0]) == 1 else None
    if isinstance(found, str) or found is None:
        raise Unmet("The query must give one number")
    met, metrics = meets(rule.condition, float(found)), {"Dataset.*.CustomSQL": float(found)}
    return outcome([] if met else [refusal(float(found))], metrics)


def _share(data: Data, rule: Rule, sql: str) -> Outcome:
    """A query that gives the rows which are as they should be."""
    total = measured(data, "RowCount", (), None)
    if not total:
        return Outcome("ERROR", "The table has no rows")
    share = data.value(f"SELECT count(*) FROM ({sql}) AS passed") / total
    met = meets(rule.threshold or Condition("=", (1.0,)), share)
    return outcome([] if met else [refusal(share)], {"Dataset.*.CustomSQL.Compliance": share})
