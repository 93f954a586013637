"""What `check` says of answers as learners write them, by what is known on the labs' own data."""

from collections import deque, namedtuple
from fractions import Fraction
from types import SimpleNamespace

import duckdb
import IPython
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from IPython.core.interactiveshell import InteractiveShell

from labkit.exercises import question, question_named, states_lake
from labkit.exercises.comparing import GENERAL
from labkit.exercises.notes import NOT_YET
from labkit.exercises.question import Known, known
from labkit.exercises.states import READERS, State


def right_of(name):
    """The right table of an exercise."""
    return plain_frame(known(question_named(name)).right)


def plain_frame(table):
    """A table in its plain form as a DataFrame."""
    return pd.DataFrame(table["rows"], columns=table["columns"])


def one_off(frame, column):
    """The same with one number that is not right."""
    return frame.assign(**{column: [frame[column][0] + 3, *frame[column][1:]]})


def board(name, **other):
    """The right dashboard of an exercise, whose one visual has something else."""
    right = known(question_named(name)).right
    return right | {"visuals": [right["visuals"][0] | other]}


class Later:
    """What an async function gives before it is awaited."""

    def __await__(self):
        yield


BOARD = board("lab3-q2")
TWICE = "Someone gets two letters. Count students, not rows."
VALUES = "The form is right, but a value is not."
NUMBERS = "A number is wanted here, not a text."
ROUNDED = "Right, but rounded further than was asked for."
BLANKS = "Right, but for blanks around a text."
OTHER_SIGN = "The number is right, its sign is the other one."
LAST = right_of("lab4-q2")
BANDS, OUTSIDE = right_of("lab1-q5"), right_of("lab2-q2")
DAYS = right_of("lab4-q3")
APPLIED = known(question_named("lab4-q4")).right
UPSERTED = known(question_named("lab4-q5")).right
UNLOADED = known(question_named("lab4-q6")).right
WEEKS = known(question_named("lab1-q2")).right
READY = known(question_named("lab2-q8")).right

SAID = {
    "a mistake as a bare number": ("lab1-q4", 378, TWICE),
    "a mistake under a column's other name": ("lab1-q4", pd.DataFrame({"_col0": [378]}), TWICE),
    "one column": ("lab1-q5", one_off(BANDS, "courses"), f"{VALUES} Look at `courses`."),
    "two columns": (
        "lab1-q5",
        one_off(one_off(BANDS, "percent"), "courses"),
        f"{VALUES} Look at `courses`, `percent`.",
    ),
    "texts that are more than numbers": (
        "lab1-q5",
        BANDS.assign(percent=BANDS.percent.astype(str) + " %"),
        f"{NUMBERS} Look at `percent`.",
    ),
    "blanks around texts": ("lab1-q2", [f"{one} " for one in WEEKS], BLANKS),
    "capitals": (
        "lab1-q5",
        BANDS.replace("unknown", "Unknown"),
        "Right, but for capitals and small letters. Look at `education`.",
    ),
    "rows that are right apart": (
        "lab1-q5",
        BANDS.assign(percent=[*BANDS.percent[1:], BANDS.percent[0]]),
        VALUES,
    ),
    "a key": (
        "lab1-q7",
        known(question_named("lab1-q7")).right | {"week": 7},
        f"{VALUES} Look at `week`.",
    ),
    "a variable of two": (
        "lab2-q1",
        known(question_named("lab2-q1")).right | {"largest": 7},
        f"{VALUES} Look at `largest`.",
    ),
    "a variable of two that is left open": (
        "lab2-q1",
        known(question_named("lab2-q1")).right | {"largest": ...},
        "Nothing stands in `largest` yet.",
    ),
    "a rounded number": ("lab3-q8", 1199, ROUNDED),
    "a number of the other sign": ("lab4-q1", -553.86, OTHER_SIGN),
    "a column of the other sign": (
        "lab2-q2",
        OUTSIDE.assign(cumulative_gpa=-OUTSIDE.cumulative_gpa),
        f"{OTHER_SIGN} Look at `cumulative_gpa`.",
    ),
    "rounded here, and wrong there": (
        "lab1-q5",
        one_off(BANDS.assign(percent=BANDS.percent.round()), "courses"),
        f"{VALUES} Look at `courses`, `percent`.",
    ),
    "a column of a table in the cloud": (
        "lab2-q3",
        right_of("lab2-q3").assign(home_state_name="new york"),
        f"{VALUES} Look at `home_state_name`.",
    ),
    "a column of a table among other things": (
        "lab2-q8",
        READY | {"rows": one_off(plain_frame(READY["rows"]), "student_id")},
        f"{VALUES} Look at `student_id`.",
    ),
    "columns that are missing": (
        "lab1-q5",
        BANDS.drop(columns="percent"),
        "There are fewer columns than were asked for. Missing: `percent`.",
    ),
    "a dashboard of another type": (
        "lab3-q2",
        board("lab3-q2", type="combo chart"),
        "A visual is a *combo chart*; another type was asked for.",
    ),
    "a dashboard that is split by more": (
        "lab3-q2",
        board("lab3-q2", by=["date_registered", "status"]),
        "The line chart is split by `date_registered`, `status`; that is not what was asked for.",
    ),
    "a dashboard of more visuals": (
        "lab3-q2",
        BOARD | {"visuals": BOARD["visuals"] * 2},
        "The dashboard has 2 visuals, not 1.",
    ),
    "a dashboard with a choice": (
        "lab3-q2",
        BOARD | {"choices": ["status"]},
        "There is a drop-down for `status`, which was not asked for.",
    ),
    "a table where a list is wanted": (
        "lab1-q2",
        pd.DataFrame({"folder": ["a"], "objects": [2], "bytes": [3]}),
        "A list is wanted, or one column. This is a table with 3 columns.",
    ),
    "a list in another order": (
        "lab1-q2",
        [WEEKS[1], WEEKS[0], WEEKS[2]],
        "The values are right, but not their order.",
    ),
    "pairs where a list is wanted, as a counter tells the most common": (
        "lab1-q2",
        [(one, 3) for one in WEEKS],
        "A list of single values is wanted: those of this one hold several values each.",
    ),
    "a key that is missing": (
        "lab1-q7",
        {"year": 0.566},
        "The keys are not those that were asked for. Missing: `week`.",
    ),
    "a part that is left open": (
        "lab1-q7",
        {"year": 0.566, "week": ...},
        "A part of it is still `...`, as the exercise left it.",
    ),
    "a list that is too long": (
        "lab1-q2",
        ["2020-10-12"] * 4,
        "There are more values than there should be.",
    ),
    "a number where a table is wanted": (
        "lab1-q5",
        5.3,
        "A table is wanted: a DataFrame, or the result of a query. This is a number.",
    ),
    "keys that are the wrong way round": (
        "lab4-q7",
        {
            "table": {"distribution": "KEY(semester_id)", "sort_key": "student_id", "rows": 3200},
            "moves": ["DS_DIST_OUTER"],
            "held": known(question_named("lab4-q7")).right["held"],
        },
        question_named("lab4-q7").messages["turned"],
    ),
    "a table that is kept otherwise and has other columns": (
        "lab1-q8",
        {
            "kept": {"format": "parquet", "bucket": "dataedu-results", "partition_keys": []},
            "rows": None,
        },
        "The table's bucket is `dataedu-results`; the task names another.",
    ),
    "folders of an earlier try": (
        "lab4-q6",
        UNLOADED | {"folders": ["course_id=1", "course_id=2", *UNLOADED["folders"]]},
        "There is a folder that was not asked for: `course_id=1`, and 1 more.",
    ),
    "a table without columns": (
        "lab1-q5",
        pd.DataFrame(),
        "It is a table without columns, so there is nothing to read in it.",
    ),
    "a file beside the folders": (
        "lab4-q6",
        UNLOADED | {"folders": ["", *UNLOADED["folders"]]},
        "A file lies beside the folders that were asked for: who reads them all, reads it.",
    ),
    "a dictionary where a list is wanted": (
        "lab1-q2",
        dict.fromkeys(WEEKS),
        "A list is wanted, or one column. This is a dictionary.",
    ),
    "a folder too few": (
        "lab4-q6",
        UNLOADED | {"folders": UNLOADED["folders"][1:]},
        "Folders are missing.",
    ),
    "a chart that cannot be shown": (
        "lab3-q2",
        board("lab3-q2", rows=None),
        "It is there, and cannot be shown: look at it yourself, and at what it says.",
    ),
    "another moment": (
        "lab4-q2",
        LAST.assign(last_request=LAST.last_request.str.replace("-05-", "-13-")),
        f"{VALUES} Look at `last_request`.",
    ),
    "one column of several": (
        "lab2-q2",
        OUTSIDE.student_id,
        "There are fewer columns than were asked for.",
    ),
    "rows without names": (
        "lab1-q5",
        BANDS.to_numpy().tolist(),
        f"{GENERAL['columns-names']} Missing: `education`, `courses`, `percent`.",
    ),
    "a job that follows another recipe": (
        "lab2-q8",
        READY | {"job": READY["job"] | {"recipe": "other"}},
        "The job follows the recipe `other`; the task names another.",
    ),
    "a job that keeps no table": (
        "lab2-q8",
        READY | {"job": READY["job"] | {"table": ""}},
        "The job writes no table of the catalog; the task names another.",
    ),
    "a job that failed": (
        "lab2-q8",
        READY | {"job": READY["job"] | {"last_run": "STOPPED"}},
        "The job's last run is STOPPED. Its log, or `describe_job_run`, says why.",
    ),
    "a recipe that was changed since the job ran": (
        "lab2-q8",
        READY
        | {"job": READY["job"] | {"as_run": False}}
        | {"rows": one_off(plain_frame(READY["rows"]), "student_id")},
        "The recipe has other steps now than in the job's last run: run the job again.",
    ),
    "a job that still runs": (
        "lab2-q8",
        READY | {"job": READY["job"] | {"last_run": "RUNNING"}},
        "The job is still at work: wait for its end, and check again.",
    ),
    "a table with other columns": (
        "lab4-q5",
        UPSERTED | {"rows": {"of": "sis_lms.latest", "instead": ["assignment_id", "last_day"]}},
        "`sis_lms.latest` has the columns `assignment_id`, `last_day`; the task names others.",
    ),
    "one of several things that is off": (
        "lab4-q4",
        APPLIED | {"types": APPLIED["types"] | {"home_state": "character(12)"}},
        question_named("lab4-q4").messages["types"],
    ),
    "one of several things that is not there": (
        "lab2-q5",
        known(question_named("lab2-q5")).right | {"kept": None},
        "Not all that the task asks for is there yet.",
    ),
    "what makes a list": (
        "lab2-q4",
        (one for one in ()),
        "An answer cannot be a generator: list(...) makes a list of it.",
    ),
    "nothing where a value is wanted": (
        "lab1-q4",
        [],
        "One value is wanted, and there is none.",
    ),
    "a number without an end": ("lab1-q4", 10**400, "It holds a number that is too large."),
    "what is to be awaited": ("lab1-q4", Later(), "An answer cannot be a Later: await it."),
    "texts of which numbers are made": (
        "lab1-q2",
        [1, 2, 3],
        "A text is wanted here, not a number.",
    ),
}


class Streamed:
    """What another library's column is to Arrow, such as a series of Polars."""

    def __init__(self, held):
        self.__held = held

    def __arrow_c_stream__(self, requested_schema=None):
        return self.__held.__arrow_c_stream__(requested_schema)


LOST = known(question_named("lab2-q4")).right
MARKS = pd.DataFrame({"column": ["score", "other"], "missing": [998, 0], "max": [802.0, 8]})
MARKS = MARKS.set_index("column")
CLOTHES = {
    "records": ("lab1-q5", BANDS.to_dict("records")),
    "lists by name": ("lab1-q5", BANDS.to_dict("list")),
    "records of one column": ("lab2-q4", [{"student_id": one} for one in LOST]),
    "an array of pandas": ("lab2-q4", pd.array(LOST)),
    "a dictionary's keys": ("lab2-q4", dict.fromkeys(LOST).keys()),
    "a fraction": ("lab2-q7", Fraction(66)),
    "an array of no dimension": ("lab2-q7", np.array(66.0)),
    "a dictionary of one": ("lab2-q7", {"dollars": 66}),
    "what a cursor fetches": ("lab2-q4", [(one,) for one in LOST]),
    "an array of records": ("lab1-q5", BANDS.to_records(index=False)),
    "a record batch": ("lab1-q5", pa.RecordBatch.from_pandas(BANDS)),
    "a relation of DuckDB": ("lab1-q5", duckdb.from_df(BANDS)),
    "periods": ("lab1-q2", pd.PeriodIndex(WEEKS, freq="D")),
    "dates of a time zone": ("lab1-q2", pd.to_datetime(WEEKS).tz_localize("UTC")),
    "moments in place of texts": (
        "lab4-q2",
        LAST.assign(last_request=pd.to_datetime(LAST.last_request)),
    ),
    "moments without a time zone": (
        "lab4-q2",
        LAST.assign(last_request=LAST.last_request.str.replace("T", " ").str.removesuffix("Z")),
    ),
    "moments with hours off": (
        "lab4-q2",
        LAST.assign(last_request=LAST.last_request.str.replace("T", " ").str.replace("Z", "+00")),
    ),
    "a number as Athena's API says it": ("lab1-q4", [["377"]]),
    "a row as Athena's API says it": ("lab1-q4", {"Data": [{"VarCharValue": "377"}]}),
    "a row as the Data API says it": ("lab1-q4", [[{"longValue": 377}]]),
    "decimals as the Data API says them": ("lab4-q2", LAST.assign(percent=LAST.percent.map(str))),
    "a table as Athena's API says it": ("lab1-q5", BANDS.astype(str)),
    "pairs": ("lab1-q7", [("year", 0.566), ("week", 0.05)]),
    "numbers as texts, by name": ("lab1-q7", {"year": "0.566", "week": " 0.05 "}),
    "rows that know their names": ("lab1-q5", [*BANDS.itertuples(index=False)]),
    "a row that knows its names": ("lab2-q7", [namedtuple("Row", "dollars")(66)]),
    "a queue": ("lab2-q4", deque(LOST)),
    "an index that counts on": ("lab4-q3", DAYS.set_index("days")),
    "an index that is a column, too": ("lab4-q3", DAYS.set_index("days", drop=False)),
    "labels of a frame's only column": (
        "lab1-q7",
        pd.DataFrame({"dollars": [0.566, 0.05]}, index=["year", "week"]),
    ),
    "numbers beside their labels": (
        "lab2-q1",
        {"missing": MARKS.loc[["score"], ["missing"]], "largest": MARKS.loc[["score"], "max"]},
    ),
    "numbers of single precision": (
        "lab4-q6",
        UNLOADED | {"rows": plain_frame(UNLOADED["rows"]).astype({"median_score": "float32"})},
    ),
    "a stream of a column": ("lab2-q4", Streamed(pa.chunked_array([LOST]))),
}


@pytest.mark.parametrize(("name", "answer"), CLOTHES.values(), ids=CLOTHES)
def test_a_right_answer_in_other_clothes(name, answer):
    question = question_named(name)
    assert question.judge(answer, known(question))


@pytest.mark.parametrize(("name", "answer", "message"), SAID.values(), ids=SAID)
def test_a_wrong_answer_is_told(name, answer, message):
    question = question_named(name)
    verdict = question.judge(answer, known(question))
    assert (verdict.status, verdict.message) == (NOT_YET, message)


def test_a_dashboard_that_lacks_its_choice_is_told():
    question = question_named("lab3-q9")
    said = {name: one | {"choices": []} for name, one in known(question).right.items()}
    told = question.judge_plain(said, Known(known(question).right)).message
    assert told == "Nobody can choose a `term_name`: no drop-down is there for it."


@pytest.fixture
def shell(monkeypatch):
    """A notebook's kernel, as `check` finds it."""
    found = InteractiveShell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: found)
    return found


@pytest.mark.parametrize(
    "cell",
    [
        "letters = 1 / 0",
        "letters = (",
        "%%no --into letters\n1",
        "!true\nletters += 1 / 0",
        "letters, twice = 1 / 0, 2",
        "letters: int = 1 / 0",
    ],
)
def test_an_answer_whose_cell_has_failed_is_told(shell, cell):
    shell.run_cell("letters = 7", store_history=True)
    shell.run_cell(cell)
    verdict = question_named("lab1-q4").check()
    assert verdict.status == NOT_YET
    assert verdict.message.startswith("The cell that sets `letters` ended in an error")


def test_a_first_answer_whose_cell_has_failed_is_told(shell):
    shell.run_cell("letters = ...", store_history=True)
    shell.run_cell("letters = 1 / 0")
    told = question_named("lab1-q4").check().message
    assert told == "The cell that sets `letters` ended in an error."


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("print(7)", "The check reads `letters`"),
        ("letters = ...\n7  # shown", "The check reads `letters`"),
        ("Letters = 7", "The check reads `letters`"),
        ("# counts them\nimport pandas as pd\nletters = ...", ""),
        ("letters = ...  # lab.query(...)", ""),
        ("q4.check()", ""),
    ],
)
def test_an_answer_that_is_shown_and_not_kept_is_told(shell, cell, told):
    shell.user_ns["q4"] = question = question_named("lab1-q4")
    shell.run_cell("letters = ...", store_history=True)
    shell.run_cell(cell)
    verdict = question.check()
    assert (verdict.status, verdict.message.partition(",")[0]) == ("not tried yet", told)


def test_another_cell_that_has_failed_says_nothing_of_an_answer(shell):
    shell.run_cell("letters = 7")
    shell.run_cell("other = 1 / 0")
    assert question_named("lab1-q4").check().message == VALUES


def test_a_question_that_is_looked_at_does_not_give_itself_away():
    looked_at = repr(question_named("lab1-q4"))
    assert looked_at == "q4: How many letters? (q4.check(), q4.hint(), q4.solution())"


def test_a_helper_that_was_not_called_is_no_answer(shell):
    shell.run_cell("letters = print")
    assert question_named("lab1-q4").check().message.endswith("was it called, with ()?")


@pytest.mark.parametrize("cell", ["fullest = print(3)", "fullest = [2, 1].sort()"])
def test_a_call_that_gives_nothing_is_told(shell, cell):
    shell.run_cell(cell)
    assert question_named("lab1-q2").check().message.startswith("`fullest` is None")


def test_a_question_of_the_cloud_without_a_lab(shell):
    assert "run the notebook's first cell" in question_named("lab1-q1").check().message


def test_a_later_labs_users_of_the_key_are_no_strangers(monkeypatch):
    later = ("dataedu-databrew-role", "dataedu-redshift-role")
    roles = ("dataedu-flow-role", "aws-quicksight-service-role-v0", "mallory", *later)
    monkeypatch.setattr(states_lake, "_uses", lambda lab: {one: {"read"} for one in roles})
    begun = SimpleNamespace(
        list_datasets=lambda: {"Datasets": [{}]}, describe_clusters=lambda: {"Clusters": []}
    )
    lab = SimpleNamespace(caller="arn:aws:iam::1:user/ada", client=lambda service: begun)
    found = states_lake.key_users(lab, roles[0])
    assert found["others"] == ["dataedu-redshift-role", "mallory"]


@pytest.mark.parametrize(
    ("reads", "looks"),
    [("a", 0), (State("rows", "1"), 1), ({"a": State("rows", "1"), "b": State("rows", "2")}, 1)],
    ids=["a variable", "a state", "two states"],
)
def test_what_is_at_work_is_waited_for_once(monkeypatch, reads, looks):
    settled = []
    monkeypatch.setattr(question, "settle", settled.append)
    monkeypatch.setitem(READERS, "rows", lambda lab, sql: sql)
    question.read(reads, {"lab": "lab", "a": 1})
    assert settled == ["lab"] * looks
