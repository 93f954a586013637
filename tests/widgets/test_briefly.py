"""A cell that calls boto3 itself and is refused: a sentence, and still the cell's own error."""

import IPython
import pytest
from botocore.exceptions import ClientError, ParamValidationError, UnknownServiceError
from IPython.core.interactiveshell import InteractiveShell

from labkit.briefly import show_errors_briefly

CELLS = {
    "an unknown object": (
        's3 = lab.client("s3")\ns3.get_object(Bucket=lab.names.raw_bucket, Key="nope")',
        ClientError,
        ["The specified key does not exist", "Line 2 of the cell: s3.get_object(", "lab.storage."],
    ),
    "a line alone": (
        'lab.client("glue").get_table(DatabaseName="nope", Name="nope")',
        ClientError,
        ["EntityNotFoundException"],
    ),
    "a parameter that is missing": (
        'lab.client("glue").get_table(Name="nope")',
        ParamValidationError,
        ['Missing required parameter in input: "DatabaseName"'],
    ),
    "an unknown service": ('lab.client("glu")', UnknownServiceError, ["Unknown service: 'glu'"]),
    "what a helper has told": (
        'lab.storage.head(f"s3://{lab.names.raw_bucket}/nope")',
        ClientError,
        ["lab.storage.objects"],
    ),
}


@pytest.fixture
def shell(lab, monkeypatch):
    """A notebook's shell that shows AWS's errors briefly."""
    found = InteractiveShell()
    found.user_ns["lab"] = lab
    monkeypatch.setattr(IPython, "get_ipython", lambda: found)
    show_errors_briefly()
    return found


@pytest.mark.parametrize(("cell", "kind", "says"), CELLS.values(), ids=CELLS)
def test_what_is_refused_is_a_sentence(shell, capsys, cell, kind, says):
    ended = shell.run_cell(cell)
    shown = capsys.readouterr().out
    assert isinstance(ended.error_in_exec, kind)
    assert [part for part in says if part not in shown] == []
    assert "Traceback" not in shown
    assert ("Line" in shown) == ("\n" in cell)


def test_a_name_that_nothing_has_set_says_what_helps(shell, capsys):
    shell.run_cell("states = {'a': dataedu}")
    shown = capsys.readouterr().out
    assert "name 'dataedu' is not defined" in shown
    assert "After a restart, run the cells above again." in shown


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("countt", "Did you mean count?"),
        ("text.uper()", "Did you mean upper?"),
        ("count.check()", "no question any more"),
    ],
)
def test_a_name_that_is_nearly_another_is_told(shell, capsys, cell, says):
    shell.run_cell("text, count = 'a', 3")
    shell.run_cell(cell)
    assert says in capsys.readouterr().out


def test_an_error_within_a_library_is_not_explained(shell, capsys):
    shell.run_cell("exec('text.uper()', {'text': 'a'})")
    assert "Did you mean" not in capsys.readouterr().out


def test_other_errors_keep_their_traceback(shell, capsys):
    shell.run_cell("1 / 0")
    assert "Traceback" in capsys.readouterr().out


def test_a_handler_that_is_there_stays(shell):
    shell.set_custom_exc((ZeroDivisionError,), lambda *_, **__: [])
    show_errors_briefly()
    assert shell.custom_exceptions == (ZeroDivisionError,)
