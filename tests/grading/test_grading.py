"""The grade: partial credit, its forms, its two phases, and that it is the same every time."""

import csv
import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labkit import cli
from labkit.exercises import LABS, Question, question_named, questions
from labkit.exercises.data import Data
from labkit.exercises.grading import (
    grade,
    masters,
    preparing,
    processes,
    records,
    reports,
    score,
    supervise,
    trees,
    variants,
)
from labkit.exercises.grading.bench import Limits
from labkit.exercises.grading.masters import Submission
from labkit.exercises.grading.processes import Ended
from labkit.exercises.grading.records import Record
from labkit.exercises.grading.score import References
from labkit.exercises.values import plain
from tests.grading import mini, tricks
from tests.grading.conftest import DATA

RIGHT = mini.ANSWERS
Q1, Q2, Q3, Q4 = RIGHT
# What differs from run to run if one lets it: addresses, ids, orders of sets, folders, times.
UNSTEADY = """
import os, tempfile, time, uuid
raise ValueError({str(n) for n in range(50)}, object(), uuid.uuid4(), tempfile.mkdtemp())"""
ANSWERS = {
    "partly": RIGHT | {Q2: "withdrawn = []"},
    "crash": RIGHT | {Q2: "import os; os._exit(3)"},
    "hang": RIGHT | {Q2: "import time; time.sleep(600)"},
    "raises": RIGHT | {Q1: RIGHT[Q1] + "\nraise ValueError('afterwards')", Q4: "statuses = nobody"},
    "builds": RIGHT | {Q2: "withdrawn = [1]", Q3: "first = last = 1"},
    "shell": RIGHT
    | {Q1: "%matplotlib inline\n!echo a command's line\nwho = !id -un\n" + RIGHT[Q1]},
    "unsteady": RIGHT | {Q1: UNSTEADY, Q2: "withdrawn = list({str(n) for n in range(50)})"},
}
STATUSES = {
    "partly": {Q2: "wrong"},
    "crash": {Q2: "error"},
    "hang": {Q2: "timeout"},
    "raises": {Q4: "error"},
    "builds": {Q2: "wrong", Q3: "skipped"},
    "shell": {},
    "unsteady": {Q1: "error", Q2: "wrong"},
}


@pytest.fixture(scope="module")
def made(graded, tmp_path_factory):
    """A class's reports by who handed in; the last is no notebook."""
    folder = tmp_path_factory.mktemp("class")
    for name, answers in ANSWERS.items():
        mini.write(folder / f"{name}.ipynb", mini.notebook(answers))
    mini.write(folder / "zz.ipynb", "<html>")
    found = graded([folder], cell_s=6)
    return {one["notebook"].rpartition("/")[2].partition(".")[0]: one for one in found}


@pytest.mark.parametrize("name", STATUSES)
def test_what_fails_costs_its_own_question_only(made, name):
    expected = dict.fromkeys(RIGHT, "correct") | STATUSES[name]
    assert {one["id"]: one["status"] for one in made[name]["questions"]} == expected
    lost = sum(one.points for one in mini.QUESTIONS if one.id in STATUSES[name])
    assert (made[name]["points"], made[name]["possible"]) == (mini.POINTS - lost, mini.POINTS)


def test_a_message_says_what_went_wrong(made):
    said = {name: {q["id"]: q["message"] for q in one["questions"]} for name, one in made.items()}
    assert said["partly"][Q2] == "There are fewer values than there should be."
    assert said["raises"][Q4] == "The cell raised NameError: name 'nobody' is not defined"
    assert said["hang"][Q2] == "The cell took longer than 6 seconds."
    assert said["builds"][Q3] == "It builds on q2, which must be right first."
    assert made["zz"]["message"] == "It is not a notebook: its JSON cannot be read."


def test_cells_without_ids_are_known_by_their_metadata_and_one_that_is_gone_is_named(
    master, tmp_path
):
    made = mini.notebook(RIGHT)
    for cell in made["cells"]:
        del cell["id"]
    del made["cells"][-2:]
    [found] = masters.submissions([mini.write(tmp_path / "lab0.ipynb", made)], [master])
    assert found.answers == {name: RIGHT[name] for name in (Q1, Q2, Q3)}
    assert found.problems[Q4][0] == "not tried"


def split(made):
    """A cell split in two, as JupyterLab does it: the last part keeps the id."""
    at = place(made, Q1)
    whole = made["cells"][at]
    first, last = RIGHT[Q1][:-1].rpartition("\n")[0], RIGHT[Q1].rpartition("\n")[2]
    made["cells"][at : at + 1] = [whole | {"id": "new", "source": first}, whole | {"source": last}]


def place(made, name):
    return next(at for at, cell in enumerate(made["cells"]) if cell["id"] == name)


def edit(**changes):
    return lambda made: made["cells"][place(made, Q1)].update(changes)


def strip(made):
    """What a program leaves that keeps neither ids nor metadata, of answers below their tasks."""
    made["metadata"] = {}
    for name in RIGHT:
        made["cells"].insert(
            place(made, name), mini.cell(f"{name}-task", "### Task", kind="markdown")
        )
    for at, cell in enumerate(made["cells"]):
        cell |= {"id": f"{at:08x}", "metadata": {}}


def twice(made):
    whole = made["cells"][place(made, Q1)]
    made["cells"].append(whole | {"id": "copy"})


MOVED = {
    "cut and pasted, or merged": edit(id="new"),
    "split": split,
    "deleted and typed anew": edit(id="new", metadata={}),
    "by a program that keeps no metadata": strip,
    "copied, and the copy is elsewhere": twice,
}


@pytest.mark.parametrize("change", MOVED.values(), ids=MOVED)
def test_an_answer_is_found_where_editing_has_moved_its_id(master, tmp_path, change):
    made = mini.notebook(RIGHT)
    change(made)
    [found] = masters.submissions([mini.write(tmp_path / "mine.ipynb", made)], [master])
    lines = {name: code.split() for name, code in found.answers.items()}
    assert lines == {name: code.split() for name, code in RIGHT.items()}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([{"id": "a"}, {"id": "b", "source": "x = 1"}], "keep one"),
        ([{"id": "a", "source": "%%athena"}, {}], "make it one cell"),
    ],
)
def test_an_answer_that_is_not_told_apart_is_an_error(master, tmp_path, changes, said):
    made = mini.notebook(RIGHT)
    at = place(made, Q1)
    whole = made["cells"].pop(at)
    for count, change in enumerate(changes):
        made["cells"].insert(at + count * (1 + ("b" in change.values())), whole | change)
    [found] = masters.submissions([mini.write(tmp_path / "mine.ipynb", made)], [master])
    assert said in found.problems[Q1][1]


def test_a_notebook_of_an_old_format_is_told_what_to_do(master, tmp_path):
    old = {"nbformat": 3, "worksheets": [{"cells": []}]}
    [found] = masters.submissions([mini.write(tmp_path / "mine.ipynb", old)], [master])
    assert "nbformat 3" in found.problem


class Terminal(io.StringIO):
    """Where somebody looks on."""

    def isatty(self):
        return True


def test_twenty_gradings_are_the_same(master, graded, made, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stderr", seen := Terminal())
    given = [Submission("x", master, ANSWERS["unsteady"])] * 20
    found = grade.grade(given, mini.questions, DATA[1:])[0]
    assert len({json.dumps(one) for one in found}) == 1
    assert f"{len(given) - 1} of {len(given)} runs done" in seen.getvalue()
    folder = tmp_path / "class"
    mini.write(folder / "unsteady.ipynb", mini.notebook(ANSWERS["unsteady"]))
    [again] = graded([folder])
    assert again | {"notebook": ""} == made["unsteady"] | {"notebook": ""}


def test_the_json_is_a_list_of_notebooks(made):
    found = json.loads(reports.as_json(made.values()))
    assert [list(one)[:4] for one in found] == [["notebook", "points", "possible", "questions"]] * (
        len(ANSWERS) + 1
    )
    members = ["id", "status", "points", "possible", "message"]
    assert all(list(one) == members for report in found for one in report["questions"])


def test_the_csv_has_a_line_for_each_notebook_and_question(made):
    rows = list(csv.DictReader(io.StringIO(reports.as_csv(made.values()))))
    assert len(rows) == 4 * len(ANSWERS) + 1
    points = sum(int(row["points"]) for row in rows)
    assert points == sum(one["points"] for one in made.values())
    formula = {"notebook": "=1+1", "lab": 0, "questions": [], "message": "+\n\x00x"}
    assert "'=1+1,0,,error,0,0,'+ x" in reports.as_csv([formula])
    wide = formula | {"notebook": "\uff1d1"}
    assert "'\uff1d1,0,,error" in reports.as_csv([wide])


def test_the_junit_counts_what_failed(made):
    seconds = {(made["hang"]["notebook"], Q1): 0.5}
    root = ElementTree.fromstring(reports.as_junit(made.values(), seconds))
    counts = {
        suite.get("name").rpartition("/")[2]: tuple(
            suite.get(kind) for kind in ("tests", "failures", "errors", "skipped")
        )
        for suite in root
    }
    assert counts["builds.ipynb"] == ("4", "1", "0", "1")
    assert counts["hang.ipynb"] == ("4", "0", "1", "0")
    assert counts["zz.ipynb"] == ("1", "0", "1", "0")
    assert [case.get("time") for case in root.iter("testcase")].count("0.500") == 1


@pytest.mark.parametrize(("name", "form"), [("class.html", "<td>{}</td>"), ("class.md", "| {} |")])
def test_the_class_sees_which_question_is_hard(made, tmp_path, name, form):
    odd = "\udce9.zip is no notebook, nor \u202egpj.a"  # no UTF-8, and turned round
    reports.write_class(tmp_path / name, made.values(), ["A note <b>.", odd])
    text = (tmp_path / name).read_text()
    assert form.format("29 %") in text  # q2: two of seven
    assert text.count(form.format("8 of 8")) == 1
    assert "<b>" not in text
    assert ".zip is no notebook, nor gpj.a" in text


def test_the_class_sees_titles_and_a_sign_an_answer():
    statuses = {"lab1-q1": "correct", "lab1-q2": "wrong", "lab1-q4": "timeout"}
    about = {"points": 0, "possible": 1, "message": ""}
    asked = [{"id": name, "status": status, **about} for name, status in statuses.items()]
    report = {"notebook": "ada.ipynb", "lab": 1, "points": 1, "possible": 3, "questions": asked}
    people, questions = reports.class_tables([report])
    assert people[1][-1] == "✓ ✗ !"
    assert questions[3][:2] == ["lab1-q4", "How many letters?"]


def test_files_that_are_no_notebooks_are_named(tmp_path, master):
    macs = ("__MACOSX/lab1.ipynb", "ada/._LAB1.IPYNB")
    for name in ("ada/LAB1.IPYNB", "bob/lab1.ZIP", "bob/lab1.ipynb.txt", "lab1.pdf", *macs):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "linked").symlink_to("ada")
    [found] = masters.submissions([tmp_path], [master])
    assert (Path(found.notebook).name, found.problem) == ("LAB1.IPYNB", "It is empty.")
    names = [Path(name).name for name in masters.left_out([tmp_path, tmp_path / "lab1.pdf"])]
    assert names == ["lab1.pdf", "lab1.ZIP", "lab1.ipynb.txt", "linked"]


def test_a_grade_is_made_in_two_phases(master, made, tmp_path, monkeypatch):
    given = [Submission("x", master, ANSWERS["builds"])]
    given += [Submission("y", master, {Q1: tricks.CODES["forged depth"]})]
    records.save(grade.run(given, DATA), tmp_path / "found")
    found = records.load([tmp_path / "found"])
    report, trick = grade.score(found, mini.questions, References(DATA))
    assert report == made["builds"] | {"notebook": "x"}
    assert trick["points"] == 0


def test_the_run_phase_works_where_no_checker_is(tmp_path, monkeypatch, capsys):
    for lab in LABS:
        monkeypatch.setitem(sys.modules, f"labkit.exercises.lab{lab}", None)
    notebooks = [str(path) for path in sorted(masters.NOTEBOOKS.glob("*.ipynb"))]
    assert cli.main(["grade", "--run", str(tmp_path / "found"), *notebooks]) == 0
    monkeypatch.undo()
    files = [f"--{form}={tmp_path / form}" for form in cli.REPORTS]
    assert cli.main(["grade", "--score", str(tmp_path / "found"), *files]) == 0
    found = json.loads((tmp_path / "json").read_text())
    statuses = {one["status"] for report in found for one in report["questions"]}
    assert statuses == {"not tried"}  # the shipped notebooks, as a learner finds them
    assert [one["lab"] for one in found] == list(LABS)
    assert all((tmp_path / form).stat().st_size for form in cli.REPORTS)
    assert "0 of" in capsys.readouterr().out


def test_a_lab_is_prepared_where_no_checker_is(monkeypatch):
    for lab in LABS:
        monkeypatch.setitem(sys.modules, f"labkit.exercises.lab{lab}", None)
    cells = ("from labkit.exercises.lab2 import q1, q2", "found = [q1.check(), q2.hint()]")
    shell = InteractiveShell()
    preparing.run(SimpleNamespace(setup=cells, state=()), shell)
    assert shell.user_ns["found"] == [None, None]


def test_what_was_run_with_one_secret_is_not_scored_with_another(tmp_path, capsys):
    found = Record("x", 1, data=variants.mark("seminar"))
    records.save([found], tmp_path)
    assert cli.main(["grade", "--score", str(tmp_path), "--secret", "lecture"]) == 1
    assert "run with another secret" in capsys.readouterr().err
    assert cli.main(["grade", "--score", str(tmp_path), "more.ipynb"]) == 1
    assert "more.ipynb was not run" in capsys.readouterr().err


def test_the_run_phase_tells_what_it_could_not_read(tmp_path, capsys):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "lab1.ipynb").write_text("{")
    (tmp_path / "class" / "lab2.zip").touch()
    found = str(tmp_path / "found")
    assert cli.main(["grade", "--run", found, str(tmp_path / "class")]) == 1
    said = capsys.readouterr()
    assert "lab2.zip" in said.err
    assert "lab1.ipynb: It is not a notebook" in said.err
    assert said.out.startswith("0 notebooks were run")


@pytest.mark.parametrize("option", ["--class", "--csv", "--run"])
def test_where_nothing_can_be_kept_nothing_is_run(tmp_path, option, capsys):
    (tmp_path / "file").touch()
    target = tmp_path / "file" if option == "--run" else tmp_path / "nowhere" / "grades.html"
    assert cli.main(["grade", option, str(target), str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"{target} cannot be written")


def test_a_run_takes_the_place_of_the_one_before(tmp_path):
    records.save([records.Record(name, 1) for name in ("ada.ipynb", "bob.ipynb")], tmp_path)
    records.save([records.Record("eve.ipynb", 1)], tmp_path)
    assert [one.notebook for one in records.load([tmp_path])] == ["eve.ipynb"]


@pytest.mark.parametrize("broken", ["{", "[]", '{"notebook": 1, "evil": 2}'])
def test_what_is_no_record_is_refused(tmp_path, broken):
    (tmp_path / "0001.json").write_text(broken)
    with pytest.raises(ValueError, match="no record"):
        records.load([tmp_path])


def test_nothing_to_grade_is_said(tmp_path, capsys):
    assert cli.main(["grade", str(tmp_path)]) == 1
    assert cli.main(["grade", str(mini.write(tmp_path / "x.ipynb", "{"))]) == 1
    assert "no notebook to grade" in capsys.readouterr().err


@pytest.mark.parametrize("phase", [[], ["--run", "found"]])
def test_where_the_labs_notebooks_are_not_installed_nobody_is_graded(
    tmp_path, phase, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(masters, "masters", lambda: ())
    mini.write(tmp_path / "lab1.ipynb", "{}")
    assert cli.main(["grade", *phase, "lab1.ipynb"]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("There are no labs' notebooks in ")
    assert not (tmp_path / "found").exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Ended("it is gone")])
def test_what_the_machine_cannot_do_is_an_error_of_that_one(master, tmp_path, error):
    def start(spec):
        raise error

    bench = SimpleNamespace(
        limits=Limits(), bundle=tmp_path, learners=SimpleNamespace(start=start), clouds=None
    )
    found = supervise.run(bench, Submission("x", master, {Q1: "count = 1"}), DATA[0])
    told = f"It could not be run on this machine ({error})."
    assert found == {Q1: {"status": "error", "message": told, "values": {}}}


def test_what_is_written_is_counted_where_no_folder_tells(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one").write_bytes(bytes(range(256)) * 4096)
    held = (tmp_path / "two").open("wb")
    with held:
        held.write(bytes(range(256)) * 8192)
        held.flush()
        (tmp_path / "two").unlink()
        found = trees.written([str(tmp_path)], 50)
        assert found == {"disk_mb": pytest.approx(1, abs=0.1), "files": 2}
        if trees.LISTED:
            assert trees.deleted_blocks(os.getpid()) >= 4096
    assert trees.written(["a" * 5000], 50)["files"] >= 50


def test_a_secret_chooses_the_hidden_data():
    shipped, one, other = variants.variants("tea")
    assert shipped == variants.SHIPPED
    assert len({one.seed, other.seed, *(v.seed for v in variants.variants("coffee"))}) == 5
    assert variants.variants("tea") == (shipped, one, other)


def test_a_known_mistake_has_its_own_message():
    asked: Question = question_named("lab1-q5")
    references = References([variants.SHIPPED])
    known = references.known(asked, variants.SHIPPED)
    mistake, value = known.wrong[0]
    finding = {"status": "ran", "message": "", "values": {"": {"plain": value}}}
    record = records.Record("x", 1, answers={"shipped": {asked.id: finding}})
    said = score.report(record, lambda _: [replace(asked)], references)["questions"][0]
    assert (said["status"], said["message"]) == ("wrong", asked.message(mistake))


def test_what_is_right_is_kept_as_it_is_computed_and_where_no_confined_process_reads(monkeypatch):
    [asked] = [one for one in questions(1) if one.id == "lab1-q5"]
    data = Data(variants.lake(DATA[1]), DATA[1].scale, DATA[1].seed)
    first = References(DATA).right(asked, DATA[1])
    assert first == plain(asked.reference(data))
    monkeypatch.setattr(score, "Data", None)  # no data are needed from now on
    assert References(DATA).right(asked, DATA[1]) == first
    place = str(variants.cache() / "references")
    assert place in processes.hidden()
    assert list(Path(place).glob("lab1-q5-*/right.json"))
