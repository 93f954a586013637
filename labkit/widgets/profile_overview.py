"""The *Data profile overview*: figures, what stands out, correlations, and all columns in lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from labkit.widgets.picture import Markup, joined, tag
from labkit.widgets.profile_columns import badge
from labkit.widgets.profile_masks import suggestion
from labkit.widgets.profile_parts import (
    Column,
    entity,
    few,
    figure,
    is_text,
    number,
    part,
    plural,
    quality,
    scrolled,
    share,
    spark,
    value_text,
)

_STRONG = 0.7
_NOTES = 12


def overview(document: Mapping[str, Any]) -> Markup:
    """The first tab."""
    return joined(
        [
            part("lkp-tiles", *_tiles(document)),
            *_notes(document),
            *_heat_map(document),
            part("lkp-block", tag("h4", "Columns"), _table(document)),
        ]
    )


def _tiles(document: Mapping[str, Any]) -> Iterator[Markup]:
    rows, columns = document["sampleSize"], document["columns"]
    yield _tile("Rows", number(rows), "in the profile")
    yield _tile("Columns", number(len(columns)), _types(columns))
    told = [c["missingValuesCount"] for c in columns if "missingValuesCount" in c]
    if told:
        missing, cells = sum(told), rows * len(told)
        bar = quality(missing, cells)
        yield _tile("Missing cells", share(missing, cells), f"{missing:,} of {cells:,}", bar)
    if "duplicateRowsCount" in document:
        count = document["duplicateRowsCount"]
        yield _tile("Duplicate rows", number(count), f"{share(count, rows)} of all")
    if any("entity" in c for c in columns):
        found = [c for c in columns if entity(c)]
        kinds = sorted({name for c in found for name in entity(c)})
        said = f"{'column' if len(found) == 1 else 'columns'}: {', '.join(kinds)}"
        yield _tile("Personal data", number(len(found)), said if found else "none found")


def _tile(title: str, figure: str, said: str, *more: Markup) -> Markup:
    return part(
        "lkp-tile",
        part("lk-quiet lk-small", title),
        part("lkp-figure", figure),
        *more,
        part("lk-quiet lk-small", said),
    )


def _types(columns: list[Column]) -> str:
    counts = Counter(c["type"] for c in columns)
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())


# What stands out ----------------------------------------------------------------------------------


def _notes(document: Mapping[str, Any]) -> Iterator[Markup]:
    lines = [*_of_rows(document), *_of_columns(document), *_of_pairs(document)]
    if not lines:
        return
    shown = [part("lkp-note", tag("b", name), f" {said}", name="li") for name, said in lines]
    rest = shown[_NOTES:]
    summary = tag("summary", f"and {plural(len(rest), 'more note')}")
    more = [part("lkp-more", summary, tag("ul", *rest), name="details")] * bool(rest)
    yield part("lkp-block", tag("h4", "Worth a look"), tag("ul", *shown[:_NOTES]), *more)


def _of_rows(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    count = document.get("duplicateRowsCount")
    if count:
        yield (plural(count, "row"), "repeat another; DELETE_DUPLICATE_ROWS removes them.")


def _of_columns(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    rows, columns = document["sampleSize"], document["columns"]
    for column in (c for c in columns if entity(c)):
        steps = " or ".join(dict.fromkeys(suggestion(name)[0] for name in entity(column)))
        yield column["name"], f"holds {', '.join(entity(column))}; {steps} hides it."
    yield from _alike(
        [c for c in columns if c.get("missingValuesCount") == rows], "no values at all"
    )
    same = [c for c in columns if c.get("distinctValuesCount") == 1 and rows > 1]
    yield from _alike(same, "one and the same value")
    for column in columns:
        yield from ((column["name"], said) for said in _of_column(column, rows))


def _alike(columns: list[Column], what: str) -> Iterator[tuple[str, str]]:
    if columns:
        names = ", ".join(c["name"] for c in columns)
        yield names, f"{'has' if len(columns) == 1 else 'have'} {what}."


def _of_column(column: Column, rows: int) -> Iterator[str]:
    missing, outliers = column.get("missingValuesCount", 0), column.get("zScoreOutliersCount", 0)
    if 0 < missing < rows:
        yield f"has no value in {plural(missing, 'row')} ({share(missing, rows)})."
    if outliers and not is_text(column) and not few(column):
        ends = [one["value"] for one in column.get("zScoreOutliersSample", [])[:3]]
        yield f"has {plural(outliers, 'outlier')}, such as {', '.join(map(value_text, ends))}."


def _of_pairs(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = [c["name"] for c in document["columns"] if "correlations" in c]
    lines = {c["name"]: c["correlations"] for c in document["columns"] if "correlations" in c}
    pairs = [(a, b, lines[a][b]) for at, a in enumerate(names) for b in names[at + 1 :]]
    strong = [pair for pair in pairs if pair[2] is not None and abs(pair[2]) >= _STRONG]
    for a, b, r in sorted(strong, key=lambda pair: -abs(pair[2])):
        way = "rise together" if r > 0 else "go opposite ways"
        yield f"{a} and {b}", f"{way} (r = {r:.2f})."


# Correlations -------------------------------------------------------------------------------------


def _heat_map(document: Mapping[str, Any]) -> Iterator[Markup]:
    """Nothing for columns that go with no other."""
    lines = {c["name"]: c["correlations"] for c in document["columns"] if "correlations" in c}
    names = [name for name, line in lines.items() if any(r is not None for r in line.values())]
    if len(names) < 2:
        return
    head = [tag("td"), *(part("lkp-turned", tag("span", name), name="th") for name in names)]
    body = [tag("tr", tag("th", a), *(_heat(lines[a][b]) for b in names)) for a in names]
    table = part("lkp-heat", tag("tr", *head), *body, name="table")
    ends = [tag("span", "−1"), part("lkp-ramp", name="span"), tag("span", "+1")]
    legend = part("lkp-axis lk-quiet lkp-scale", *ends)
    title = "Correlations (Pearson)"
    yield part("lkp-block", tag("h4", title), scrolled(table, title), legend)


def _heat(r: float | None) -> Markup:
    if r is None:
        return part("lk-quiet", "–", name="td")
    kind, loud = "lkp-with" if r > 0 else "lkp-against", " lkp-loud" if abs(r) > 0.55 else ""
    return part(
        f"{kind}{loud}",
        f"{round(r, 2) + 0:.2f}".replace("-", "−"),
        name="td",
        style=f"--r:{100 * abs(r):.3g}%",
    )


# All columns --------------------------------------------------------------------------------------


def _table(document: Mapping[str, Any]) -> Markup:
    rows = document["sampleSize"]
    heads = ("Column", "Distribution", "Valid", "Missing", "Distinct", "Min", "Median", "Max")
    body = [tag("tr", *_cells(column, rows)) for column in document["columns"]]
    table = part(
        "lk-grid lkp-all",
        tag("thead", tag("tr", *(tag("th", head) for head in heads))),
        tag("tbody", *body),
        name="table",
    )
    return scrolled(table, "All columns")


def _cells(column: Column, rows: int) -> Iterator[Markup]:
    flags = [badge(name) for name in entity(column)]
    kind = part("lkp-type", column["type"], name="span")
    yield tag("td", tag("b", column["name"]), " ", kind, *[part("lkp-flags", *flags)] * bool(flags))
    yield tag("td", spark(column))
    missing = column.get("missingValuesCount")
    yield tag("td", *([] if missing is None else [quality(missing, rows)]))
    yield _count(missing)
    yield _count(column.get("distinctValuesCount"))
    for name in ("min", "median", "max"):
        value = None if is_text(column) else column.get(name)
        yield part("lkp-count", "" if value is None else figure(value), name="td")


def _count(value: Any) -> Markup:
    return part("lkp-count", "" if value is None else number(value), name="td")
