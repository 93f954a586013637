"""The rows behind a picture on AWS, where the picture itself is a page in a frame.

QuickSight's API tells the rows of tables alone: in CSV, by a snapshot job. So a visual's fields are
published as a table, under the visual's id, by which filters find it, on a dashboard that is
deleted afterwards. A table has all groups: none is folded into *Other*. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotFile.html
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit.charts import parts
from labkit.charts.edits import Analysis, title_of
from labkit.charts.fields import Definition
from labkit.charts.options import aggregation_of
from labkit.charts.parts import Place
from labkit.charts.wells import fields_of, set_kind
from labkit.errors import NoChart, RunFailed
from labkit.functions import send_report

if TYPE_CHECKING:
    from labkit.lab import Lab

PREFIX = "rows"
_WORDS = {
    "DISTINCT_COUNT": "Unique count",
    "STDEV": "Sample standard deviation",
    "STDEVP": "Population standard deviation",
    "VAR": "Sample variance",
    "VARP": "Population variance",
}


def rows(lab: Lab, definition: Definition, visual: str) -> pd.DataFrame:
    """The rows of a visual, one a group, under the labels that the picture bears.

    Args:
        definition: of the dashboard that it is on.
        visual: its id.

    Raises:
        NoChart: its fields are not those of a table.
        RunFailed: the snapshot failed; with QuickSight's reason.
    """
    made = Analysis(definition).copy()
    place = parts.visual(made.definition, visual)
    if place.shape is None:
        raise NoChart(f"The rows of {title_of(place)} are on its page alone.")
    order = [parts.id_of(each) for each in fields_of(place)]
    set_kind(made, place, "Table")
    place = parts.visual(made.definition, visual)
    calls, name = lab.chart.calls, f"{PREFIX}-{visual}-{secrets.token_hex(4)}"  # nobody's yet
    labels = [_label(each) for each in _tidied(place)]
    calls.put_dashboard(name, name, made.definition)
    try:
        content = _snapshot(lab, name, place)
    finally:
        calls.call("delete_dashboard", DashboardId=name)
    ids = [parts.id_of(each) for each in fields_of(place)]
    return _frame(content, place, labels).iloc[:, [ids.index(each) for each in order]]


def _tidied(place: Place) -> list[Definition]:
    """A table's fields, of which none has a format of its own any more."""
    fields = fields_of(place)
    for field in fields:
        next(iter(field.values())).pop("FormatConfiguration", None)
    return fields


def _label(field: Definition) -> str:
    column = parts.column_of(field).get("ColumnName", "")
    if not parts.is_measure(field):
        return column
    name = aggregation_of(field)
    if not (name and column):
        return column or " ".join(next(iter(field.values()))["Expression"].split())
    return f"{_WORDS.get(name, name.capitalize())} of {column}"


def _snapshot(lab: Lab, dashboard: str, place: Place) -> bytes:
    """A table's CSV."""
    selection = {
        "SheetId": place.sheet["SheetId"],
        "SelectionScope": "SELECTED_VISUALS",
        "VisualIds": [place.body["VisualId"]],
    }
    event = {
        "account": lab.account,
        "region": lab.region,
        "dashboard": dashboard,
        "format": "CSV",
        "selections": [selection],
        "tags": {},
        "bucket": lab.names.results_bucket,
        "prefix": PREFIX,
    }
    try:
        uri = send_report.snapshot(lab.client("quicksight"), event)
    except RuntimeError as error:
        raise RunFailed("snapshot", dashboard, str(error)) from error
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content: bytes = lab.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    lab.client("s3").delete_object(Bucket=bucket, Key=key)
    return content


def _frame(content: bytes, place: Place, labels: list[str]) -> pd.DataFrame:
    """The rows of a CSV file, numbers as numbers, moments as ISO 8601 texts, and no empty text."""
    found = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, na_values=[""])
    found.columns = pd.Index(labels)
    for at, field in enumerate(fields_of(place)):
        if read := _READ.get(_holds(field)):
            found.isetitem(at, read(found.iloc[:, at]).to_numpy())
    return found


def _holds(field: Definition) -> str:
    """``Date``, ``Numerical`` or ``Categorical``: what a field shows."""
    member = next(iter(field))
    if parts.is_measure(field):
        is_date = member.startswith("Date") and aggregation_of(field) in ("MIN", "MAX")
        return "Date" if is_date else "Numerical"
    return member.removesuffix("DimensionField")


_READ: dict[str, Callable[[pd.Series[str]], pd.Series[Any]]] = {
    "Numerical": lambda texts: pd.to_numeric(texts.str.replace(",", "")),
    "Date": lambda texts: pd.to_datetime(texts).dt.strftime("%Y-%m-%dT%H:%M:%S"),
}
