"""Recommended rules: such as hold of a table, told by its columns' measures.

Which rules AWS's models recommend is not known; these are of the types that its examples show.

Source: https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from labkit.cloud.engine import Column
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.glue.quality import life, rulesets
from labkit.cloud.glue.quality.data import PRIMARY, Data
from labkit.cloud.glue.quality.life import RECOMMENDATIONS, Record
from labkit.cloud.glue.quality.rules.measures import is_numeric, is_simple, measured
from labkit.cloud.glue.quality.runs import numbered
from labkit.cloud.glue.records import answers, lists
from labkit.cloud.members import shown
from labkit.cloud.operations import Answer, Context

_FEW = 10  # different texts that are listed


@answers("StartDataQualityRuleRecommendationRun")
def start_run(
    context: Context,
    *,
    CreatedRulesetName: str | None = None,
    ClientToken: str | None = None,
    **asked: Any,
) -> Answer:
    """Recommend rules of a table, and make a ruleset of them where it is given a name."""
    number = numbered("dqrun", context.number(ClientToken))
    if CreatedRulesetName and number not in context.cloud.records(RECOMMENDATIONS):
        rulesets.check_new(context, CreatedRulesetName)

    def work(data: Data, run: Record) -> Record:
        rules = ",\n".join(f"    {rule}" for rule in _rules(data))
        text = f"Rules = [\n{rules}\n]"
        if CreatedRulesetName:
            table = life.table_of(run["DataSource"])
            target = {member: table[member] for member in ("DatabaseName", "TableName")}
            made = {"TargetTable": target, "RecommendationRunId": run["RunId"]}
            rulesets.create_ruleset(context, Name=CreatedRulesetName, Ruleset=text, **made)
        return {"RecommendedRuleset": text}

    members = asked | {"CreatedRulesetName": CreatedRulesetName}
    return life.begin(context, RECOMMENDATIONS, number, members, work)


def _rules(data: Data) -> Iterator[str]:
    count = int(measured(data, "RowCount", (), None) or 0)
    yield f"RowCount between {count // 2 - 1} and {count * 2 + 1}"
    for column in data.columns.values():
        if is_simple(column.type):
            yield from _of_column(data, column, count)
    yield f"ColumnCount = {len(data.columns)}"


def _of_column(data: Data, column: Column, count: int) -> Iterator[str]:
    name, of = '"' + column.name.replace('"', '\\"') + '"', (column.name,)
    complete = measured(data, "Completeness", of, None)
    if not complete:
        return
    yield (
        f"IsComplete {name}"
        if complete == 1
        else f"Completeness {name} >= {math.floor(complete * 100) / 100}"
    )
    distinct = measured(data, "DistinctValuesCount", of, None) or 0
    if distinct == count and complete == 1:
        yield f"IsUnique {name}"
    if is_numeric(column.type):
        low, high = _ends(data, quoted_name(column.name))
        if complete == 1 and math.isfinite(low) and math.isfinite(high):
            yield f"ColumnValues {name} between {math.floor(low) - 1} and {math.ceil(high) + 1}"
    elif column.type.base == "varchar" and distinct <= _FEW < count:
        sql = f"SELECT DISTINCT {quoted_name(column.name)} AS v FROM {data.source(PRIMARY)}"
        texts = sorted(row["v"] for row in data.asker.rows(sql) if row["v"] is not None)
        listed = [f'"{text}"' for text in texts] + ["NULL"] * (complete < 1)
        if not any('"' in text or "\\" in text for text in texts):
            yield f"ColumnValues {name} in [{', '.join(listed)}]"
    elif column.type.base == "varchar":
        low, high = _ends(data, f"coalesce(length({quoted_name(column.name)}), 0)")
        yield f"ColumnLength {name} between {int(low) - 1} and {int(high) + 1}"


def _ends(data: Data, value: str) -> tuple[float, float]:
    """The least and the greatest of a value."""
    low, high = data.row(f"SELECT min({value}), max({value}) FROM {data.source(PRIMARY)}").values()
    return float(low), float(high)


@answers("GetDataQualityRuleRecommendationRun")
def get_run(context: Context, *, RunId: str) -> Answer:
    return shown(life.find(context, RECOMMENDATIONS, RunId))


@answers("CancelDataQualityRuleRecommendationRun")
def cancel_run(context: Context, *, RunId: str) -> Answer:
    return life.cancel(context, RECOMMENDATIONS, RunId)


@lists("ListDataQualityRuleRecommendationRuns", "Runs")
def list_runs(
    context: Context, *, Filter: Record | None = None, Tags: Record | None = None
) -> list[Answer]:
    """The runs; none has tags, which StartDataQualityRuleRecommendationRun does not take."""
    if Tags:
        return []
    return life.told(life.listed(context, RECOMMENDATIONS, Filter or {}))
