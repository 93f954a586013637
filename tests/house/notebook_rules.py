"""The countable part of how a lab is written, one function a rule.

The figures are those of courses that teach well (PythonDataScienceHandbook, Data 8, fastai, Kaggle
Learn): 700-1,300 words, 25-50 cells, 1.1-1.4 markdown cells a code cell, markdown cells of 25-55
words, code cells of 2-6 lines. A lab of five steps may be somewhat longer, not denser.
"""

import re
from collections.abc import Callable
from statistics import mean

from nbformat import NotebookNode

Rule = Callable[[NotebookNode], None]
RULES: dict[str, Rule] = {}
FOR_STUBS = ("title", "no banned words", "python kernel", "links lead somewhere")

WORD = re.compile(r"[A-Za-z0-9][\w'’.,/-]*")
BANNED = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
DIRECTIVE = re.compile(r"^\s*#\s*(NBVAL|PYTEST_VALIDATE)_", re.MULTILINE)
UNSTABLE = re.compile(r"0x[0-9a-f]{8,}|/(root|home|tmp|work|Users)/")
MAX_OUTPUT, MAX_OUTPUTS = 130_000, 600_000  # the largest is the profile of a table


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under the sentence that its test is called by."""
    return lambda function: RULES.setdefault(name, function)


def lesson(notebook: NotebookNode) -> NotebookNode:
    """The notebook without its exercises' cells, which stand apart from the lesson's rhythm."""
    marks = [cell.metadata.get("labkit", {}) for cell in notebook.cells]
    cells = [
        cell
        for cell, mark in zip(notebook.cells, marks, strict=True)
        if "question" not in mark and "part" not in mark
    ]
    return NotebookNode({**notebook, "cells": cells})


def texts(notebook: NotebookNode) -> list[str]:
    """The source of each markdown cell."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def code(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def words(text: str) -> list[str]:
    """The words that a reader reads: no code blocks, no addresses, no tags."""
    text = re.sub(r"```.*?```|<[^>]+>", " ", text, flags=re.DOTALL)
    return WORD.findall(re.sub(r"\]\([^)]*\)", "]", text))


def lines(source: str) -> int:
    """Lines that say something: blank ones and comments are free."""
    said = [line for line in source.splitlines() if line.strip()]
    return sum(not line.lstrip().startswith("#") for line in said)


@rule("title")
def _(notebook: NotebookNode) -> None:
    opening = "\n".join(texts(notebook)[:2])
    assert opening.startswith("# ")
    assert re.search(r"\d+ minutes", opening)
    assert "you will be able to" in opening.lower()


@rule("soon to the code")
def _(notebook: NotebookNode) -> None:
    first = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    before = " ".join(cell.source for cell in notebook.cells[:first])
    assert len(words(before)) <= 120


@rule("as long as a lesson")
def _(notebook: NotebookNode) -> None:
    assert 700 <= len(words("\n".join(texts(lesson(notebook))))) <= 2200
    assert 25 <= len(lesson(notebook).cells) <= 75


@rule("prose and code take turns")
def _(notebook: NotebookNode) -> None:
    taught = lesson(notebook)
    assert 1.0 <= len(texts(taught)) / len(code(taught)) <= 1.6


@rule("cells of a paragraph")
def _(notebook: NotebookNode) -> None:
    counts = [len(words(text)) for text in texts(lesson(notebook)) if not text.startswith("#")]
    assert 25 <= mean(counts) <= 55
    assert max(counts) <= 120


@rule("sentences in one breath")
def _(notebook: NotebookNode) -> None:
    prose = re.sub(r"^[#|>-].*$", "", "\n\n".join(texts(notebook)), flags=re.MULTILINE)
    counts = [len(words(part)) for part in re.split(r"[.:?!](?:\s|$)|\n\n", prose)]
    assert 8 <= mean(count for count in counts if count > 2) <= 20


@rule("code of a few lines")
def _(notebook: NotebookNode) -> None:
    counts = [lines(cell.source) for cell in code(lesson(notebook))]
    assert 1.5 <= mean(counts) <= 6
    assert max(counts) <= 14


@rule("no banned words")
def _(notebook: NotebookNode) -> None:
    assert not [found[0] for text in texts(notebook) for found in BANNED.finditer(text)]


@rule("no dollars that typeset what stands between them")
def _(notebook: NotebookNode) -> None:
    paragraphs = [part for text in texts(notebook) for part in text.split("\n\n")]
    assert not [part for part in paragraphs if part.count("$") > 1]


@rule("asks the learner")
def _(notebook: NotebookNode) -> None:
    assert "guess first" in "\n".join(texts(notebook)).lower()
    assert len(lesson(notebook).cells) <= len(notebook.cells) - 6 * 3


@rule("fails on purpose")
def _(notebook: NotebookNode) -> None:
    staged = [cell for cell in code(notebook) if "raises-exception" in tags(cell)]
    assert staged
    assert all(any(o.output_type == "error" for o in cell.outputs) for cell in staged)


@rule("tells of AWS, with a link")
def _(notebook: NotebookNode) -> None:
    notes = [text for text in texts(notebook) if "on aws" in text.lower()]
    assert any("https://docs.aws.amazon.com/" in text for text in notes)


@rule("cleans up last")
def _(notebook: NotebookNode) -> None:
    headings = re.findall(r"^##? (.+)$", "\n".join(texts(notebook)), flags=re.MULTILINE)
    assert headings[-1] == "Five questions to take home"
    assert re.match(r"clean", headings[-2], flags=re.IGNORECASE)


@rule("nothing up its sleeve")
def _(notebook: NotebookNode) -> None:
    for cell in code(notebook):
        assert not re.search(r"^\s*from .* import \*", cell.source, flags=re.MULTILINE)
        assert not re.search(r"^\s*[!%]\s*pip\b", cell.source, flags=re.MULTILINE)
        assert not re.search(r"\b(labkit\.cloud|moto)\b", cell.source)
        assert not cell.metadata.get("jupyter", {}).get("source_hidden")
        assert not {"hide-input", "remove-input", "hide-cell"} & set(tags(cell))


@rule("directives stand in tags")
def _(notebook: NotebookNode) -> None:
    assert not any(DIRECTIVE.search(cell.source) for cell in code(notebook))
    assert not any("nbval-skip" in tags(cell) for cell in code(notebook))


@rule("stored as it ran, from top to bottom")
def _(notebook: NotebookNode) -> None:
    counts = [cell.execution_count for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1))


@rule("outputs are small")
def _(notebook: NotebookNode) -> None:
    sizes = [len(str(output)) for cell in code(notebook) for output in cell.outputs]
    assert sizes
    assert max(sizes) <= MAX_OUTPUT
    assert sum(sizes) <= MAX_OUTPUTS
    assert "widgets" not in notebook.metadata


@rule("outputs are clean")
def _(notebook: NotebookNode) -> None:
    for cell in code(notebook):
        if "raises-exception" in tags(cell):
            told = [str(output.get("traceback")) for output in cell.outputs]
            assert not [text for text in told if UNSTABLE.search(text)]
            continue
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            shown = "".join(
                str(v) for k, v in output.get("data", output).items() if "image" not in k
            )
            assert not UNSTABLE.search(shown), UNSTABLE.search(shown)


@rule("python kernel")
def _(notebook: NotebookNode) -> None:
    assert notebook.metadata.kernelspec.name == "python3"


@rule("links lead somewhere")
def _(notebook: NotebookNode) -> None:
    links = re.findall(r"\]\(([^)]*)\)", "\n".join(texts(notebook)))
    assert all(re.match(r"https://|#|[\w./-]+$", link) for link in links)


def tags(cell: NotebookNode) -> list[str]:
    """The cell's tags."""
    return list(cell.metadata.get("tags", []))
