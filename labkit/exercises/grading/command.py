"""`labkit grade`: grades notebooks and folders of notebooks, for a terminal or a workflow."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from labkit.errors import LabError
from labkit.exercises import questions
from labkit.exercises.grading import grade, masters, records, variants
from labkit.exercises.grading.bench import Limits
from labkit.exercises.grading.records import Record

if TYPE_CHECKING:
    from labkit.exercises.grading.score import Report


MOST_NAMED = 5


class NoPlace(LabError):
    """What is asked for cannot be written there. Args: the path."""

    def __str__(self) -> str:
        return f"{self.args[0]} cannot be written: is its folder there, and is it yours?"


class NothingToGrade(LabError):
    """No notebook was found where one was named."""

    def __str__(self) -> str:
        return "There is no notebook to grade: name notebooks, or folders that hold some."


class NoMasters(LabError):
    """The labs' own notebooks, which say what is asked, are not there. Args: their folder."""

    def __str__(self) -> str:
        return (
            f"There are no labs' notebooks in {self.args[0]}: `labkit grade` is run from the"
            " project's own folder, installed by `make setup` or `pip install -e`."
        )


class NotRun(LabError):
    """Notebooks are named that no run has found. Args: the first of them."""

    def __str__(self) -> str:
        return f"{self.args[0]} was not run: --score judges what --run has found."


class OtherData(LabError):
    """What was found on one secret's data cannot be judged by another's. Args: the folder."""

    def __str__(self) -> str:
        return f"{self.args[0]} was run with another secret: score it with the same."


def main(options: argparse.Namespace) -> int:
    """Grade, write what is asked for, and say a short table. Returns 0 when something was read."""
    _check_targets(options)
    if options.run:
        found = _run(options)
        records.save(found, options.run)
        problems = [f"{record.notebook}: {record.problem}" for record in found if record.problem]
        for line in (*_left_out(options), *problems):
            sys.stderr.write(f"{line}\n")
        ran = sum(not record.problem for record in found)
        count = "1 notebook was" if ran == 1 else f"{ran} notebooks were"
        sys.stdout.write(f"{count} run; {options.run} has what was found.\n")
        return _code(found)
    made, found = _scored(options) if options.score else _graded(options)
    notes = [*grade.notes(), *_left_out(options)]
    for note in notes if not options.score else ():
        sys.stderr.write(f"{note}\n")
    _report(options, made, found, notes)
    return _code(found)


def _check_targets(options: argparse.Namespace) -> None:
    """Look, before hours of work, whether what comes of it can be kept."""
    files = (options.to_json, options.to_csv, options.to_junit, options.to_class)
    for path in filter(None, files):
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            raise NoPlace(str(path))
    if options.run and options.run.exists() and not options.run.is_dir():
        raise NoPlace(str(options.run))


def _left_out(options: argparse.Namespace) -> list[str]:
    """What is said of files that are no notebooks: whoever handed one in has no grade."""
    names = masters.left_out(options.places)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    said = f"Not graded, as no notebooks: {', '.join(names[:MOST_NAMED])}{more}."
    return [said] if names else []


def _run(options: argparse.Namespace) -> list[Record]:
    found = grade.run(_handed_in(options), _data(options), limits=_limits(options))
    for record in found:
        record.data = variants.mark(options.secret)
    return found


def _graded(options: argparse.Namespace) -> tuple[list[Report], list[Record]]:
    data = _data(options)
    return grade.grade(_handed_in(options), questions, data, limits=_limits(options))


def _scored(options: argparse.Namespace) -> tuple[list[Report], list[Record]]:
    from labkit.exercises.grading.score import References

    if options.places:
        raise NotRun(options.places[0])
    found = records.load([options.score])
    if not found:
        raise NothingToGrade
    if {one.data for one in found} - {"", variants.mark(options.secret)}:
        raise OtherData(options.score.as_posix())
    return grade.score(found, questions, References(_data(options))), found


def _handed_in(options: argparse.Namespace) -> list[masters.Submission]:
    known = masters.masters()
    if not known:
        raise NoMasters(masters.NOTEBOOKS.as_posix())
    found = list(masters.submissions(options.places, known))
    if not found:
        raise NothingToGrade
    return found


def _data(options: argparse.Namespace) -> tuple[variants.Variant, ...]:
    return variants.variants(options.secret)


def _limits(options: argparse.Namespace) -> Limits:
    return Limits(cell_s=options.cell_seconds, total_s=5 * options.cell_seconds)


def _report(
    options: argparse.Namespace, made: list[Report], found: list[Record], notes: list[str]
) -> None:
    """Write the files that are asked for, and say the table."""
    from labkit.exercises.grading import reports  # with pandas, which the judge has by now

    seconds = {(one.notebook, name): s for one in found for name, s in one.seconds.items()}
    if options.to_json:
        options.to_json.write_text(reports.as_json(made), encoding="utf-8")
    if options.to_csv:
        options.to_csv.write_text(reports.as_csv(made), encoding="utf-8")
    if options.to_junit:
        options.to_junit.write_text(reports.as_junit(made, seconds), encoding="utf-8")
    if options.to_class:
        reports.write_class(options.to_class, made, notes)
    sys.stdout.write(reports.as_text(made))


def _code(found: list[Record]) -> int:
    return 1 if all(record.problem for record in found) else 0
