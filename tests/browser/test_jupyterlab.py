"""The labs open and run in a real JupyterLab."""

import pytest
from nbformat.v4 import new_code_cell

pytestmark = pytest.mark.browser


def test_a_lab_opens(open_notebook):
    notebook = open_notebook("lab2_databrew")
    notebook.page.get_by_role("heading", name="Lab 2").wait_for()
    assert notebook.screenshot("lab2").stat().st_size > 10_000


def test_cells_run_and_a_control_answers(open_notebook):
    button = "import ipywidgets as w\nb = w.Button(description='Count')\nb.on_click(\n"
    button += "    lambda _: setattr(b, 'description', 'Counted'))\nb"
    notebook = open_notebook(["import labkit\nlabkit.__version__", button])
    notebook.run_all()
    notebook.wait_for_output(1, "0.1")
    notebook.click("Count", cell=2)
    notebook.named("Counted").wait_for()
    assert notebook.errors == []


def test_the_kernel_has_a_workspace_of_its_own(open_notebook, jupyter):
    notebook = open_notebook(["import os\nos.environ['LABKIT_HOME']"])
    notebook.run_all()
    notebook.wait_for_output(1, str(jupyter.folder.parent))


def test_a_staged_failure_does_not_stop_the_run(open_notebook):
    staged = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    notebook = open_notebook([staged, "'after it'"])
    notebook.run_all()
    notebook.wait_for_output(1, "ZeroDivisionError")
    notebook.wait_for_output(2, "after it")
