"""Visuals of dashboards that answer a question already: those whose title says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import permissions, principals, records
from labkit.cloud.quicksight.definitions import versions, walk
from labkit.cloud.quicksight.kinds import DASHBOARD
from labkit.cloud.quicksight.questions.small_words import STOP_WORDS
from labkit.cloud.quicksight.questions.words import tokens
from labkit.cloud.quicksight.records import Record

ALIKE = 0.8
_SAYING_NOTHING = STOP_WORDS | frozenset("is are was were by per each which that".split())
_TAG = re.compile(r"<[^>]*>")


def matching(context: Context, user: Record, question: str) -> list[Record]:
    """Results for visuals whose title is the question in other words, best first."""
    asked = _words(question)
    names = principals.names_of(context.cloud, user["Arn"])
    found = [
        (alike, result)
        for record in records.listed(context, DASHBOARD)
        if permissions.allows(record, names, "quicksight:QueryDashboard")
        for alike, result in _visuals(context, record, asked)
    ]
    return [result for _, result in sorted(found, key=lambda each: -each[0])]


def columns_of_ir(ir: Any) -> set[str]:
    """The columns that an IR names."""
    if isinstance(ir, Mapping):
        named = ir.get("Identity")
        own = {named} if isinstance(named, str) else set()
        return own.union(*(columns_of_ir(each) for key, each in ir.items() if key != "MetricId"))
    if isinstance(ir, Sequence) and not isinstance(ir, str):
        return set().union(*(columns_of_ir(each) for each in ir))
    return set()


def _visuals(
    context: Context, record: Record, asked: frozenset[str]
) -> Iterator[tuple[float, Record]]:
    version = versions.by_path(context.cloud, context.region, DASHBOARD, record["DashboardId"], "")
    if version is None:
        return
    for placed in walk.visuals(version["_"]["definition"]).values():
        title = _text(placed.body.get("Title"))
        words = _words(title)
        alike = len(words & asked) / len(words | asked) if words else 0.0
        if alike >= ALIKE:
            yield alike, _result(context, record, placed, title)


def _result(context: Context, record: Record, placed: walk.Placed, title: str) -> Record:
    id = record["DashboardId"]
    told = {
        "DashboardId": id,
        "DashboardName": record.get("Name", id),
        "SheetId": placed.sheet["SheetId"],
        "SheetName": placed.sheet.get("Name"),
        "VisualId": placed.id,
        "VisualTitle": title,
        "VisualSubtitle": _text(placed.body.get("Subtitle")) or None,
        "DashboardUrl": f"https://{context.region}.quicksight.aws.amazon.com/sn/dashboards/{id}",
    }
    kept = {name: value for name, value in told.items() if value is not None}
    return {"ResultType": "DASHBOARD_VISUAL", "DashboardVisual": kept}


def _text(label: Any) -> str:
    text = (label or {}).get("FormatText", {})
    return str(text.get("PlainText") or _TAG.sub(" ", text.get("RichText", ""))).strip()


def _words(text: str) -> frozenset[str]:
    said = (each for each in tokens(text) if each.kind != "sign")
    return frozenset(each.stem for each in said if each.lower not in _SAYING_NOTHING)
