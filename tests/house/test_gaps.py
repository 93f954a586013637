"""Every gap that a test is marked with stands in the README's tables, and is of a known kind."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
HEADING = "## Where this differs from AWS"
TOP = ["| What | Kind | Why |", "| --- | --- | --- |"]


def table():
    """The rows of the README's tables, one a service, as (what, kind, why)."""
    section = README.read_text().split(HEADING)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and line not in TOP]
    return [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines]


def told(kind, reason):
    """Whether a row of the tables gives this reason for a gap of this kind."""
    return any(row[1] == kind and reason in row for row in table())


def test_every_gap_is_told(gaps):
    assert [gap for gap in gaps if not told(gap[1], gap[2])] == []


def test_every_row_has_three_cells_and_a_kind():
    assert all(len(row) == 3 and row[1] in ("ours", "upstream", "never") for row in table())
    assert re.search(rf"^{HEADING}$", README.read_text(), flags=re.MULTILINE)
