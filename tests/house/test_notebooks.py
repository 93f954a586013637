"""The labs keep the rules of their craft, as far as these can be counted."""

from pathlib import Path

import nbformat
import pytest

from tests.house.notebook_rules import FOR_STUBS, RULES

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


def test_a_lab_to_come_says_so():
    stubs = [notebook for notebook in NOTEBOOKS.values() if to_come(notebook)]
    assert all("To come" in notebook.cells[0].source for notebook in stubs)
    assert not [cell for notebook in stubs for cell in notebook.cells if cell.cell_type == "code"]
