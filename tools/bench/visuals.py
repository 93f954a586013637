"""A dashboard over ten million rows: its six visuals, one filtered, and a picture's own cost.

A picture is a query and a drawing; its limit is the same group-by in DuckDB and the same marks in
plain matplotlib, written by hand.
"""

import io
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Sheet

from labkit import charts
from labkit.cloud.engine import DuckEngine
from labkit.cloud.engine.types import BIGINT, VARCHAR
from labkit.cloud.quicksight.render.drawing import draw, to_png
from labkit.cloud.quicksight.spice.model import Column, DataSet
from labkit.cloud.quicksight.visuals.data import visual_data
from tools.bench.figures import Figure, seconds, take_turns
from tools.bench.lake import COLUMNS, Lake

NAME, WIDTH_PX, HEIGHT_PX = "requests", 720, 405
SCHEMA = {n: "INTEGER" if kind == "bigint" else "STRING" for n, kind in COLUMNS.items()}
SHEET: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bar chart", {"category": "http_method", "values": "count(user_id)"}),
    ("line chart", {"category": "timestamp_hour", "values": "sum(interaction_micros)"}),
    ("bar chart", {"category": "course_id", "values": "count(user_id)", "limit": 20}),
    (
        "heat map",
        {"rows": "timestamp_day", "columns": "timestamp_hour", "values": "count(user_id)"},
    ),
    (
        "pivot table",
        {"rows": "timestamp_month", "columns": "http_method", "values": "count(user_id)"},
    ),
    ("KPI", {"values": "average(interaction_micros)"}),
)
FILTER = {
    "CategoryFilter": {
        "FilterId": "method",
        "Column": {"DataSetIdentifier": NAME, "ColumnName": "http_method"},
        "Configuration": {
            "FilterListConfiguration": {"MatchOperator": "CONTAINS", "CategoryValues": ["POST"]}
        },
    }
}
HEAT_MAP = (
    "SELECT timestamp_day, timestamp_hour, count(user_id) FROM {} GROUP BY 1, 2 ORDER BY 1, 2"
)
BARS = "SELECT http_method, count(user_id) FROM {} GROUP BY 1 ORDER BY 2 DESC"


def measure(lake: Lake) -> Iterator[Figure]:
    """The figures, in one process with two threads."""
    engine = DuckEngine([lake.folder], threads=2)
    relation = lake.relation("parquet")
    columns = tuple(
        Column(name, BIGINT if kind == "bigint" else VARCHAR) for name, kind in COLUMNS.items()
    )
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    data_sets = {NAME: DataSet(f"SELECT {names} FROM {relation}", columns)}
    visuals = [charts.visual(kind, schema=SCHEMA, data_set=NAME, **w) for kind, w in SHEET]
    made = charts.definition(visuals, data_sets={NAME: "arn:aws:quicksight:::dataset/requests"})

    def shown(visual: Mapping[str, Any], *filters: Any) -> Any:
        with engine.session() as session:
            return visual_data(session, data_sets, made, visual, extra_filters=filters)

    def sheet(*filters: Any) -> Any:
        """Two visuals at a time, as a browser asks for them."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda visual: shown(visual, *filters), visuals))

    sheet()
    yield Figure("A dashboard's six visuals, 10 M rows", _best(sheet), 1.0)
    yield Figure("The same, filtered", _best(lambda: sheet(FILTER)), 0.3)

    def picture(visual: Mapping[str, Any]) -> bytes:
        return to_png(draw(visual, shown(visual), width_px=WIDTH_PX, height_px=HEIGHT_PX))

    with duckdb.connect(config={"threads": 2}) as duck:
        for title, at, by_hand in (("Bars", 0, _bars), ("A heat map", 3, _heat_map)):
            ours = lambda at=at: picture(visuals[at])  # noqa: E731
            base = lambda by_hand=by_hand: by_hand(duck, relation)  # noqa: E731
            took = take_turns(ours, base)
            yield Figure(f"{title} of 10 M rows, query and drawing", took[0], 1.3, took[1])
    engine.close()


def _best(work: Any) -> float:
    return min(seconds(work) for _ in range(3))


def _bars(duck: Any, relation: str) -> bytes:
    rows = duck.sql(BARS.replace("{}", relation)).fetchall()
    sheet, axes = _axes()
    axes.bar([str(name) for name, _ in rows], [count for _, count in rows])
    return _png(sheet)


def _heat_map(duck: Any, relation: str) -> bytes:
    rows = duck.sql(HEAT_MAP.replace("{}", relation)).fetchall()
    days, hours = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    cells = {row[:2]: row[2] for row in rows}
    sheet, axes = _axes()
    mesh = axes.pcolormesh([[cells.get((day, hour), 0) for hour in hours] for day in days])
    axes.set_xticks([at + 0.5 for at in range(len(hours))], [str(hour) for hour in hours])
    axes.set_yticks([at + 0.5 for at in range(len(days))], [str(day) for day in days])
    sheet.colorbar(mesh, ax=axes)
    return _png(sheet)


def _axes() -> tuple[Any, Any]:
    sheet = Sheet(figsize=(WIDTH_PX / 72, HEIGHT_PX / 72), dpi=72)
    return sheet, sheet.add_subplot()


def _png(sheet: Any) -> bytes:
    file = io.BytesIO()
    canvas: Any = FigureCanvasAgg(sheet)
    canvas.print_png(file)
    return file.getvalue()
