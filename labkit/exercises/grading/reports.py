"""A grade in the forms that others read: JSON, JUnit's XML, CSV, and tables for people."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from labkit.exercises import question_named
from labkit.exercises.grading.score import CORRECT, NOT_TRIED, SKIPPED, Report

COLUMNS = ("notebook", "lab", "question", "status", "points", "possible", "message")
# What XML 1.0 cannot say at all, what a terminal takes for a command, and what turns the order of
# letters round, so that a name reads as another (https://www.unicode.org/reports/tr36/).
_UNSPEAKABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
# What begins a formula, of full width, too (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULAS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def as_json(reports: Iterable[Report]) -> str:
    """The grade as a list, one entry a notebook."""
    return json.dumps(list(reports), indent=1) + "\n"


def as_csv(reports: Iterable[Report]) -> str:
    """One line a notebook and question. Nothing in it is a formula to a spreadsheet."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for report in reports:
        about = (report["notebook"], report["lab"])
        for one in report["questions"] or [_nothing(report)]:
            row = (one["id"], one["status"], one["points"], one["possible"], one["message"])
            lines.writerow([_inert(value) for value in (*about, *row)])
    return text.getvalue()


def as_junit(reports: Iterable[Report], seconds: Mapping[tuple[str, str], float]) -> str:
    """A test suite a notebook and a test case a question, as CI systems show them.

    Args:
        reports: the grade.
        seconds: how long answers took, by notebook and question; the only thing that differs
            between two gradings of the same notebook.
    """
    root = ElementTree.Element("testsuites", name="labkit grade")
    for report in reports:
        _suite(root, report, seconds)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_text(reports: Iterable[Report]) -> str:
    """A short table for a terminal: a line a notebook, and one for each of its questions."""
    lines = []
    for report in reports:
        worth = f"{report['points']} of {report['possible']} points"
        name = _one_line(report["notebook"])
        lines.append(f"{name}: {_one_line(report.get('message', worth))}")
        for one in report["questions"]:
            tail = f": {_one_line(one['message'])}" if one["message"] else ""
            worth = f"{one['points']}/{one['possible']}"
            lines.append(f"  {one['id']:10} {worth:>5}  {one['status']}{tail}")
    return "\n".join(lines) + "\n"


def class_tables(reports: Iterable[Report]) -> tuple[list[list[str]], list[list[str]]]:
    """The table of a class and the table of its questions, each with a heading line.

    Of each notebook the answers are told by a sign each, as in `SIGNS`. Questions come in order,
    with how many were right of those that were tried, and what was most often said of a wrong
    answer.
    """
    reports = list(reports)
    heading = ["Notebook", "Lab", "Points", "Right", "Tried", "Answers"]
    people = [heading, *map(_person, reports)]
    by_question: dict[str, list[dict[str, Any]]] = {}
    for report in reports:
        for one in report["questions"]:
            by_question.setdefault(one["id"], []).append(one)
    heading = ["Question", "Title", "Tried", "Right", "Share right"]
    heading += ["The most frequent mistake", "Times"]
    return people, [heading, *(_question(*pair) for pair in sorted(by_question.items()))]


def as_page(reports: Iterable[Report], notes: Iterable[str] = ()) -> str:
    """Both tables as one HTML page without scripts; on a phone each row is a card."""
    people, questions = class_tables(reports)
    said = "".join(f"<p>{html.escape(_one_line(note))}</p>" for note in (LEGEND, *notes))
    body = f"<h1>Grades</h1>{_table(people)}<h2>Questions</h2>{_table(questions)}{said}"
    # A message in the place of all points stands for itself.
    named = {"h1 + table td:not([colspan])": people[0], "h2 + table td": questions[0]}
    return PAGE.format(body=body, labels="".join(_labels(*pair) for pair in named.items()))


def as_markdown(reports: Iterable[Report], notes: Iterable[str] = ()) -> str:
    """Both tables in Markdown, as a workflow's summary shows them."""
    people, questions = class_tables(reports)
    said = "".join(f"\n{_plain(note)}\n" for note in (LEGEND, *notes))
    return f"# Grades\n\n{_lines(people)}\n## Questions\n\n{_lines(questions)}{said}"


def write_class(path: Path, reports: Iterable[Report], notes: Iterable[str]) -> None:
    """Write the class's tables: HTML to a file that is called so, else Markdown."""
    form = as_page if path.suffix in (".html", ".htm") else as_markdown
    path.write_text(form(reports, notes), encoding="utf-8")


def _nothing(report: Report) -> dict[str, Any]:
    message = report.get("message", "")
    return {"id": "", "status": "error", "points": 0, "possible": 0, "message": message}


def _suite(root: Any, report: Report, seconds: Mapping[tuple[str, str], float]) -> None:
    notebook = _said(report["notebook"])
    cases = report["questions"] or [_nothing(report) | {"id": "notebook"}]
    suite = ElementTree.SubElement(root, "testsuite", name=notebook, tests=str(len(cases)))
    counts: Counter[str] = Counter()
    for one in cases:
        took = seconds.get((report["notebook"], one["id"]), 0.0)
        about = {"classname": notebook, "name": one["id"], "time": f"{took:.3f}"}
        case = ElementTree.SubElement(suite, "testcase", about)
        kind = JUNIT.get(one["status"], "error")
        counts[kind] += 1
        if kind:
            message = _said(one["message"] or one["status"])
            ElementTree.SubElement(case, kind, message=message, type=one["status"])
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(counts[kind]))


# An answer's sign, by its status, and what the signs mean.
SIGNS = {CORRECT: "✓", "wrong": "✗", NOT_TRIED: "○", SKIPPED: "–"}
OTHER = "!"
LEGEND = (
    "Answers, in the order of the questions: ✓ correct, ✗ wrong, ○ not tried, – skipped, as it "
    "builds on one that is not right, ! error or timeout."
)

# What JUnit calls a status; nothing for what has passed.
JUNIT = {CORRECT: "", "wrong": "failure", NOT_TRIED: "skipped", SKIPPED: "skipped"}


def _person(report: Report) -> list[str]:
    asked = report["questions"]
    right = sum(one["status"] == CORRECT for one in asked)
    tried = sum(one["status"] != NOT_TRIED for one in asked)
    points = f"{report['points']} of {report['possible']}"
    lab = "" if report["lab"] is None else str(report["lab"])
    said = report.get("message", "")
    signs = " ".join(SIGNS.get(one["status"], OTHER) for one in asked)
    counts = [f"{right}", f"{tried} of {len(asked)}", signs] if asked else ["", "", ""]
    return [report["notebook"], lab, said or points, *counts]


def _question(identifier: str, answers: list[dict[str, Any]]) -> list[str]:
    tried = [one for one in answers if one["status"] != NOT_TRIED]
    right = sum(one["status"] == CORRECT for one in tried)
    share = f"{100 * right / len(tried):.0f} %" if tried else ""
    wrong = Counter(one["message"] for one in tried if one["message"])
    message, times = min(wrong.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
    count = f"{len(tried)} of {len(answers)}"
    return [identifier, _title(identifier), count, f"{right}", share, message, str(times or "")]


def _title(identifier: str) -> str:
    """A question's title; empty where its lab is not one of ours."""
    try:
        return question_named(identifier).title
    except (StopIteration, ValueError):
        return ""


def _table(rows: list[list[str]]) -> str:
    head, *body = map(_row, rows)
    lines = "".join(f"<tr>{row}</tr>" for row in body)
    return (
        f"<table><thead><tr>{head.replace('td>', 'th>')}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _row(row: list[str]) -> str:
    """A row's cells; the last that says something takes the room of the empty ones behind it."""
    *before, last = row[: max(at for at, text in enumerate(row, start=1) if text)]
    room = len(row) - len(before)
    return "".join(map(_cell, before)) + _cell(last, f' colspan="{room}"' if room > 1 else "")


def _cell(text: str, span: str = "") -> str:
    return f"<td{span}>{html.escape(_one_line(text))}</td>"


def _labels(cells: str, heading: list[str]) -> str:
    """What stands before the cells of a card, from the second on."""
    return "".join(
        f"  {cells}:nth-child({at})::before {{ content: '{name}'; }}\n"
        for at, name in enumerate(heading, start=1)
        if at > 1
    )


def _lines(rows: list[list[str]]) -> str:
    head, *body = ["| " + " | ".join(map(_plain, row)) + " |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body]) + "\n"


def _plain(text: str) -> str:
    """A text that Markdown takes as it is, in one cell of a table."""
    return re.sub(r"([\\`*_{}\[\]<>|#!~])", r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(_UNSPEAKABLE.sub("", text).split())


def _said(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)


def _inert(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = _one_line(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Grades</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; --line: #d9dce1; --quiet: #545b64; }}
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #1d2129; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; margin: 0 0 2rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0;
  border-bottom: 1px solid var(--line); }}
th {{ border-bottom: 2px solid var(--quiet); white-space: nowrap; }}
td {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
h1 + table td:first-child, h2 + table td:nth-child(2), h2 + table td:nth-child(6),
td[colspan] {{ white-space: normal; overflow-wrap: anywhere; min-width: 12ch; }}
p {{ color: var(--quiet); max-width: 46em; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --line: #3d434c; --quiet: #a9b1bc; }}
  body {{ color: #e6e8eb; background: #16191f; }}
}}
@media (max-width: 48rem) {{
  thead {{ position: absolute; clip-path: inset(50%); width: 1px; overflow: hidden; }}
  table, tbody, tr, td {{ display: block; }}
  tr {{ border-bottom: 1px solid var(--line); padding: .5rem 0; }}
  td {{ border: 0; padding: 0; white-space: normal !important; overflow-wrap: anywhere; }}
  td:first-child {{ font-weight: 600; }}
  td:empty {{ display: none; }}
  td::before {{ color: var(--quiet); display: inline-block; min-width: 9em; margin-right: .5em; }}
{labels}}}
</style>
<body>{body}</body></html>
"""
