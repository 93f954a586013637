"""The labs keep the rules of their craft, as far as these can be counted."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from tests.house.notebook_rules import FOR_STUBS, RULES
from tools.notebooks.__main__ import VIEW, settle
from tools.notebooks.source import LEARNERS, SOLVED, notebook, sources, written

FOLDER = Path(__file__).parents[2] / "notebooks"
LABS = ("lab1_glue_athena", "lab2_databrew", "lab3_quicksight", "lab4_redshift")
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in FOLDER.glob("*.ipynb")}


def to_come(notebook):
    return notebook.metadata.get("labkit", {}).get("to_come", False)


CASES = [
    pytest.param(lab, name, id=f"{lab}-{name}")
    for lab, notebook in sorted(NOTEBOOKS.items())
    for name in (FOR_STUBS if to_come(notebook) else RULES)
]


@pytest.mark.parametrize(("lab", "rule"), CASES)
def test_a_lab_keeps_the_rule(lab, rule):
    RULES[rule](NOTEBOOKS[lab])


def test_all_labs_are_there():
    assert sorted(NOTEBOOKS) == sorted(LABS)


@pytest.mark.parametrize("solved", [False, True], ids=["learner", "solved"])
@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_a_notebook_is_what_its_source_makes(source, solved):
    folder = SOLVED if solved else LEARNERS
    stored = nbformat.read(folder / f"{source.stem}.ipynb", as_version=4)
    assert written(stored) == written(notebook(source, solved=solved))


def test_a_notebook_that_is_made_twice_is_the_same():
    """Consoles have new ids in each kernel, and cells other times: neither is written."""
    first, second = ([ran(f"{kernel}{at}") for at in "ab"] for kernel in "12")
    for cell in (*first, *second):
        settle(cell)
    assert first == second
    ids = [output.data[VIEW]["model_id"] for cell in first for output in cell.outputs[1:]]
    assert len(set(ids)) == 4


def ran(kernel):
    """A cell as a kernel leaves it that has shown two consoles in it."""
    views = [{VIEW: {"model_id": f"{kernel}{at}", "version_major": 2}} for at in range(2)]
    shown = [new_output("display_data", data) for data in ({"text/plain": "1"}, *views)]
    times = {"execution": {"iopub.execute_input": kernel}}
    return new_code_cell("lab.catalog.console()", id=kernel[-1], outputs=shown, metadata=times)


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_every_check_says_yes_where_the_answers_are_good(source):
    checks = [cell for cell in stored(SOLVED / f"{source.stem}.ipynb") if is_check(cell)]
    assert len(checks) >= 6
    assert {verdict(cell) for cell in checks} == {"yes"}


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_every_check_says_not_tried_where_nothing_is_done(source):
    checks = [cell for cell in stored(LEARNERS / f"{source.stem}.ipynb") if is_check(cell)]
    assert {verdict(cell) for cell in checks} == {"not tried yet"}


def stored(path):
    return nbformat.read(path, as_version=4).cells


def is_check(cell):
    return cell.metadata.get("labkit", {}).get("part") == "check"


def verdict(cell):
    return cell.outputs[0].data["text/plain"].split(": ")[1].splitlines()[0]


def test_a_lab_to_come_says_so():
    stubs = [notebook for notebook in NOTEBOOKS.values() if to_come(notebook)]
    assert all("To come" in notebook.cells[0].source for notebook in stubs)
    assert not [cell for notebook in stubs for cell in notebook.cells if cell.cell_type == "code"]
