"""What QuickSight is asked: what its charts show, not how their definitions are written.

Bars may lie or stand, and fields come in any order: a visual is told by its type, the columns
that it splits by, and its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from botocore.exceptions import ClientError

from labkit import charts
from labkit.chart import DRAFTS
from labkit.charts import parts as chart_parts
from labkit.charts.fields import Definition
from labkit.charts.pages import Dashboard, Session
from labkit.charts.sets import DataSet
from labkit.charts.shapes import snake
from labkit.errors import NoChart, RunFailed, UnknownName
from labkit.exercises.states import reader

if TYPE_CHECKING:
    from labkit.lab import Lab

UNSHOWN = "QuickSight cannot show it."
# Before an id or a name, where a session is told what a control chooses.
FILTER, PARAMETER = "filter:", "parameter:"
NUMBERS = ("INTEGER", "DECIMAL")  # 1 and 1.0 are the same number in two types


@reader
def spread(lab: Lab, data_set: str, column: str) -> Any:
    """How a data set is asked, how many rows it has, and how many of them have each value."""
    calls = lab.chart.calls
    if not (identifier := _newest(data_set, calls.data_sets(), "DataSetId")):
        return None
    found = DataSet(lab, calls.data_set(identifier))
    _, mode, rows, _ = calls.in_short(found.described)
    kind = found.schema.get(column, "no such column")
    told = {"mode": mode, "rows": rows, "type": "NUMBER" if kind in NUMBERS else kind}
    return told | {"values": _values(lab, found, column) if column in found.schema else None}


@reader
def dashboard(lab: Lab, name: str, user: str = "", column: str = "", value: str = "") -> Any:
    """A published dashboard's visuals as a user sees them, who has chosen a value of a column.

    ``None`` where there is no such dashboard; words where the user may not see it.
    """
    calls = lab.chart.calls
    published = calls.all("dashboards", "DashboardSummaryList")
    if not (identifier := _newest(name, published, "DashboardId")):
        return None
    found = calls.call("describe_dashboard_definition", DashboardId=identifier)
    try:
        session = Dashboard(lab, name, identifier).session(reader=user)
    except (UnknownName, ClientError, OSError):
        return f"{user} may not see it"
    made: Definition = found["Definition"]
    choices = list(dict.fromkeys(_choices(made)))
    chosen = _chosen(choices, column, value)
    visuals = [_visual(place, session, chosen) for place in chart_parts.placed(made)]
    return {
        "sheets": sorted({sheet.get("ContentType", "INTERACTIVE") for sheet in made["Sheets"]}),
        "choices": sorted(column for column, _ in choices),
        "visuals": sorted(visuals, key=lambda each: (each["type"], each["by"])),
    }


@reader
def asked(lab: Lab, topic: str, question: str) -> Any:
    """The rows of a topic's answer to a question, once it is there; words where it has none."""
    calls = lab.chart.calls
    if topic not in {each["Name"] for each in calls.all("topics", "TopicsSummaries")}:
        return None
    found = calls.call("predict_qa_results", QueryText=question, IncludeQuickSightQIndex="EXCLUDE")
    results = (found["PrimaryResult"], *found.get("AdditionalResults", ()))
    made = [each.get("GeneratedAnswer", {}) for each in results]
    answers = [each for each in made if each.get("QuestionText") == question]  # not a near miss
    own = [each["AnswerId"] for each in answers if each["TopicName"] == topic]
    if not own:
        return "another topic's answer" if answers else "no answer"
    session = Session.open(calls.embed_url({"QSearchBar": {}}))
    return _frame(session.json(f"answers/{own[0]}.json", rows=1))


def _newest(name: str, listed: list[dict[str, Any]], id_name: str) -> str:
    """The id of what bears a name, whatever ids it was given; of several what changed last."""
    own = charts.identifier(name)
    found = [each for each in listed if each["Name"] == name or each[id_name] == own]
    newest = max(found, key=lambda each: each["LastUpdatedTime"], default={})
    return str(newest.get(id_name, ""))


def _values(lab: Lab, found: DataSet, column: str) -> Any:
    """How many rows have each value of a column; words where they cannot be counted."""
    ones = f"sum(ifelse(isNull({{{column}}}), 1, 1))"
    visual = found.visual("table", "Values", group_by=column, values=ones)
    try:
        session = lab.chart.publish(DRAFTS, [visual], [found]).session()
        shown = session.json("visuals/values.json", rows=1)
    except RunFailed as error:
        return str(error)
    return _frame(shown) if shown["fields"] else UNSHOWN


def _chosen(choices: list[tuple[str, str]], column: str, value: str) -> dict[str, Any]:
    """What a session is asked for: a column's value, and all values of what else is chosen.

    A control may open with a value; a reader is free to choose another, or all.
    """
    sources = {source: each for each, source in choices if source}
    state = {source: [value] if each == column else [] for source, each in sources.items()}
    by_column = column and column not in sources.values()
    return {"state": state, "chosen": {column: [value]} if by_column else None}


def _visual(place: chart_parts.Place, session: Session, chosen: dict[str, Any]) -> dict[str, Any]:
    """A visual's type, the columns that split it, and its rows: these columns, then measures."""
    shown = _shown(session, str(place.body["VisualId"]), chosen)
    fields = list(_fields(place.body.get("ChartConfiguration", {}).get("FieldWells", {})))
    split = [(column, id) for id, column, measure in fields if not measure]
    if place.sheet.get("ContentType") != "PAGINATED":
        split.sort()
    measures = sorted((measure, id) for id, _, measure in fields if measure)
    by_id = _frame(shown, "id")
    kept = [id for _, id in (*split, *measures) if id in by_id]
    labels = {each["id"]: each["label"] for each in shown["fields"]}
    return {
        "type": snake(place.member.removesuffix("Visual")).replace("_", " "),
        "by": [column for column, _ in split],
        "rows": by_id[kept].rename(columns=labels) if kept else UNSHOWN,
    }


def _shown(session: Session, visual: str, chosen: dict[str, Any]) -> Any:
    """A visual's fields and rows; neither where QuickSight cannot show it."""
    try:
        return session.json(f"visuals/{visual}.json", rows=1, **chosen)
    except NoChart:
        return {"fields": [], "rows": []}


def _fields(tree: Any, kind: str = "") -> Iterator[tuple[str, str, str]]:
    """Id, column and, of measures, what they compute, of each field of a visual's wells."""
    if isinstance(tree, list):
        for each in tree:
            yield from _fields(each, kind)
    elif isinstance(tree, Mapping) and "FieldId" in tree:
        computed = str(tree.get("AggregationFunction") or tree.get("Expression") or "count")
        is_measure = kind.endswith("MeasureField")
        column = (tree.get("Column") or {}).get("ColumnName", "")
        yield tree["FieldId"], column, computed if is_measure else ""
    elif isinstance(tree, Mapping):
        for name, each in tree.items():
            yield from _fields(each, name)


def _choices(made: Definition) -> Iterator[tuple[str, str]]:
    """The columns whose values a reader may choose, and what a session calls their controls.

    A parameter has a control, and a filter that it steers. Of other filters than those of texts,
    which have no list of values, nothing is said.
    """
    controls = [_bodies(sheet, ("FilterControls", "ParameterControls")) for sheet in made["Sheets"]]
    names = ("SourceFilterId", "SourceParameterName")
    chosen = {str(body.get(name)).lower() for each in controls for body in each for name in names}
    for group in made.get("FilterGroups", ()):
        filters = group["Filters"] if group.get("Status") != "DISABLED" else ()
        for kind, body in (pair for each in filters for pair in each.items()):
            steered = _parameter_of(body)
            if body["FilterId"].lower() in chosen:
                is_list = kind == "CategoryFilter"
                source = f"{FILTER}{body['FilterId']}" if is_list else ""
                yield body["Column"]["ColumnName"], source
            elif steered and steered.lower() in chosen:
                yield body["Column"]["ColumnName"], f"{PARAMETER}{steered}"


def _bodies(holder: Definition, lists: Sequence[str]) -> list[Definition]:
    """The members of unions in some lists."""
    return [body for name in lists for each in holder.get(name) or () for body in each.values()]


def _parameter_of(tree: Any) -> str:
    """The parameter whose value a filter takes; empty where there is none."""
    if not isinstance(tree, Mapping):
        return ""
    found = (_parameter_of(each) for each in tree.values())
    return str(tree.get("ParameterName") or next(filter(None, found), ""))


def _frame(shown: Mapping[str, Any], name: str = "label") -> pd.DataFrame:
    """The rows of what is shown, days without the midnight at which they begin."""
    names = [each[name] for each in shown["fields"]]
    frame = pd.DataFrame(shown["rows"], columns=names, dtype=object)
    return frame.map(lambda value: value.removesuffix("T00:00:00") if _is_text(value) else value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
