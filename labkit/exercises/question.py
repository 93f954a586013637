"""One question of a lab: what is asked, how an answer is read and judged, and what helps.

The object drives everything: the notebook's cells are made from it, ``check()`` judges with it,
the grader recomputes its reference on data that nobody has seen, and its wrong and right answers
are its own test suite.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from labkit.errors import in_a_line
from labkit.exercises import boards, cells, notes, standing
from labkit.exercises.at_work import settle
from labkit.exercises.comparing import GENERAL, SOMEWHERE, Compare, kind_of, without
from labkit.exercises.data import Data
from labkit.exercises.forms import as_expected, as_table
from labkit.exercises.names import lab_of
from labkit.exercises.notes import NOT_TRIED, NOT_YET, YES, Note, Verdict
from labkit.exercises.states import Reads, State
from labkit.exercises.values import Plain, Unreadable, is_table, plain, untouched

Code = str
OF_LISTS = {"rows-more": "list-longer", "rows-fewer": "list-shorter", "order": "list-order"}
# What is said where the whole answer is of another kind than what is right.
KINDS = {"table": "kind-table", "list": "kind-list", "dict": "kind-dict"}
NOTHING = "There is nothing yet under the names that the task gives."
NONE = "`{}` is None: what was put there returns nothing, as `print(...)` and `.sort()` do."
PARTLY = "Not all that the task asks for is there yet."
UNREAD = "It is there, and cannot be shown: look at it yourself, and at what it says."
PASSED_BY = (
    "The check reads `{}`, and nothing stands in it yet: what a cell shows, or keeps under another "
    "name, is not read."
)
FAILED = "The cell that sets `{}` ended in an error."
STALE = "The cell that sets `{}` ended in an error, so this may be about what it held before."


@dataclass(frozen=True, eq=False)
class Question:
    """A question.

    Args:
        id: ``lab1-q3``; also the id of the cell that holds the answer.
        points: what it is worth.
        title: a few words, for lists and tables.
        task: what is asked, in Markdown.
        reads: the variable, or the state of the cloud, that holds the answer; several by name.
        starter: the answer's cell as a learner finds it; it leaves the answer ``...``.
        answer: a code that answers it well, shown by `solution`.
        reference: computes the answer from the raw data, without the cloud.
        hints: from a nudge to nearly the answer.
        explanation: why the answer is what it is, in Markdown.
        messages: what is said of a mistake, by the mistake's id, or of the one part that is off.
        wrong: codes that are wrong, each with the id of its message (here or in `GENERAL`).
        right: codes that are right in other clothes.
        compare: how answer and reference are compared.
        sql: the statement within `answer`, where there is one; tests change it by machine.
        needs: ids of questions whose answers this one builds on.
    """

    id: str
    points: int
    title: str
    task: str
    reads: Reads
    starter: Code
    answer: Code
    reference: Callable[[Data], object]
    hints: tuple[str, ...]
    explanation: str
    messages: Mapping[str, str]
    wrong: tuple[tuple[Code, str], ...]
    right: tuple[Code, ...]
    compare: Compare = field(default_factory=Compare)
    sql: str = ""
    needs: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """What can be done with it, and none of the answer."""
        ways = ", ".join(f"{self.name}.{way}()" for way in ("check", "hint", "solution"))
        return f"{self.name}: {self.title} ({ways})"

    @property
    def lab(self) -> int:
        """The lab that it belongs to."""
        return lab_of(self.id)

    @property
    def name(self) -> str:
        """What it is called in the notebook: ``q3``."""
        return self.id.split("-")[1]

    def check(self) -> Verdict:
        """Judge the answer that stands in the notebook or the cloud now."""
        namespace = _namespace()
        if _asks_the_cloud(self.reads) and "lab" not in namespace:
            return self._say(NOT_YET, "There is no `lab` yet: run the notebook's first cell.")
        try:
            verdict = self.judge(read(self.reads, namespace), known(self))
        except Exception as error:  # whatever the answer does, a checker has no traceback
            verdict = self._say(NOT_YET, f"The answer cannot be read: {in_a_line(error)}")
        if verdict:
            standing.remember(self.id)
        elif stale := cells.failed_to_set(_parts(self.reads)):
            if verdict.status == NOT_TRIED:
                return replace(verdict, message=FAILED.format(stale))
            return replace(verdict, message=f"{STALE.format(stale)} {verdict.message}".strip())
        elif none := _none(self.reads, namespace):
            return self._say(NOT_YET, NONE.format(none))
        elif verdict.status == NOT_TRIED and (name := cells.passed_by(_parts(self.reads))):
            return replace(verdict, message=PASSED_BY.format(name))
        return verdict

    def hint(self) -> Note:
        """The next hint; after the last one, the last again."""
        return notes.next_hint(self)

    def solution(self) -> Note:
        """A good answer, and why it is right."""
        return notes.solution(self)

    def judge(self, value: object, known: Known) -> Verdict:
        """Judge a value.

        Args:
            value: what `read` found.
            known: what is right, and which mistakes make which values, on the same data.
        """
        if _all_untouched(self.reads, value):
            return self._say(NOT_TRIED, NOTHING if _asks_the_cloud(self.reads) else "")
        if empty := _left_open(self.reads, value):
            return self._say(NOT_YET, f"Nothing stands in `{empty}` yet.")
        try:
            said = plain(value)
        except Unreadable as error:
            return self._say(NOT_YET, str(error))
        return self.judge_plain(said, known)

    def judge_plain(self, said: Plain, known: Known) -> Verdict:
        """Judge an answer in its plain form."""
        right = without(known.right, self.compare.unasked)
        said = self._asked_for(said, right)
        known = Known(right, known.wrong)
        difference, shape = self.compare.difference(said, known.right), _shape(known.right)
        if not difference:
            return self._say(YES, "")
        for mistake, value in known.wrong:
            value = as_expected(self._asked_for(value, right), right)
            if self.compare.same(said, value):
                return self._say(NOT_YET, self.message(mistake), mistake)
        if (part := self._one_off(said, right)) in self.messages:
            return self._say(NOT_YET, self.message(part), part)
        unknown = difference not in self.messages
        if unknown and (words := boards.unlike(said, known.right)):
            return self._say(NOT_YET, words, difference)
        if unknown and difference == "kind-table" and _asks_nothing_else(self.reads):
            return self._say(NOT_YET, UNREAD, difference)
        if unknown and difference in ("kind-dict", "kind-list") and _shape(said) == shape == "dict":
            return self._say(NOT_YET, PARTLY, difference)
        if shape == "list":
            difference = OF_LISTS.get(difference, difference)
        if difference == KINDS.get(shape) and unknown and _shape(said) != shape:
            return self._say(NOT_YET, f"{GENERAL[difference]} This is {kind_of(said)}.", difference)
        where = self._place if difference in SOMEWHERE else self._missing
        there = where(*self._within(said, known.right))
        return self._say(NOT_YET, self.message(difference) + there, difference)

    def _asked_for(self, said: Plain, right: Plain) -> Plain:
        """What is said, without what the task leaves open."""
        said = without(said, self.compare.unasked)
        more = self.compare.more_visuals
        return boards.asked_for(said, right, self.compare.same, more=more)

    def _one_off(self, said: Plain, right: Plain) -> str:
        """The one part that is not right, where all others are; else empty."""
        both = isinstance(said, dict) and isinstance(right, dict)
        if not both or is_table(right) or said.keys() != right.keys():
            return ""
        names = self.compare.places(said, right)
        return names[0] if len(names) == 1 else ""

    def _within(self, said: Plain, right: Plain) -> tuple[Plain, Plain]:
        """The one part that is not right, if it is a table; else all that is said."""
        if not isinstance(right, dict) or is_table(right) or not isinstance(said, dict):
            return said, right
        names = self.compare.places(said, right) if said.keys() == right.keys() else []
        one = names[0] if len(names) == 1 else ""
        return (said[one], right[one]) if one and is_table(right[one]) else (said, right)

    def message(self, mistake: str) -> str:
        """What is said of a mistake."""
        return self.messages.get(mistake) or GENERAL[mistake]

    def _missing(self, said: Plain, right: Plain) -> str:
        """The columns, or the keys, that the task names and the answer has not."""
        names = self._told(_lacking(said, right))
        return f" Missing: {names}." if names else ""

    def _place(self, said: Plain, right: Plain) -> str:
        """Where to look: columns or keys that the task names, unless it is all of them."""
        names = self.compare.places(said, right)
        known = right["columns"] if is_table(right) else right
        told = self._told(names) if names and len(names) < len(known) else ""
        return f" Look at {told}." if told else ""

    def _told(self, names: list[str]) -> str:
        """Those of the names that the task names; others are ours."""
        return ", ".join(name for each in names if (name := f"`{each}`") in self.task)

    def _say(self, status: str, message: str, mistake: str = "") -> Verdict:
        return Verdict(self.id, status, message, mistake)


@dataclass(frozen=True)
class Known:
    """What is known of the answers to a question on one data set.

    Args:
        right: the reference, in its plain form.
        wrong: pairs of a mistake's id and the plain value that it makes.
    """

    right: Plain
    wrong: tuple[tuple[str, Plain], ...] = ()


def read(reads: Reads, namespace: Mapping[str, Any]) -> Any:
    """What a question reads: a variable, a state of the cloud, or a dictionary of these.

    States are read once what was started has ended.
    """
    parts = reads.values() if isinstance(reads, Mapping) else (reads,)
    if any(isinstance(one, State) for one in parts):
        settle(namespace["lab"])
    return _read(reads, namespace)


def _read(reads: Reads, namespace: Mapping[str, Any]) -> Any:
    if isinstance(reads, State):
        return reads.read(namespace["lab"])
    if isinstance(reads, str):
        return namespace.get(reads)
    return {name: _read(one, namespace) for name, one in reads.items()}


@cache
def _known_of(name: str) -> dict[str, Any]:
    """What the lab's file has of an exercise; each has a line there, so one alone is read."""
    lab, start = name.partition("-")[0], f"{json.dumps(name)}: "
    path = resources.files("labkit.exercises") / "known" / f"{lab}.json"
    lines = path.read_text(encoding="utf-8").splitlines()
    told = next(line.removeprefix(start) for line in lines if line.startswith(start))
    found: dict[str, Any] = json.loads(told.removesuffix(","))
    return found


def known(question: Question) -> Known:
    """What is known of a question on the labs' own data; ``make notebooks`` writes it."""
    found = _known_of(question.id)
    return Known(found["right"], tuple((one, value) for one, value in found["wrong"]))


def _lacking(said: Plain, right: Plain) -> list[str]:
    """The columns of a table, or the keys of a dictionary, that an answer has not."""
    if is_table(right):
        said = as_table(said)
        there = [name.lower() for name in said["columns"]] if is_table(said) else []
        there = [] if there == ["value"] else there  # a list, whose column has no name
        return [name for name in right["columns"] if there and name.lower() not in there]
    both = isinstance(said, dict) and isinstance(right, dict)
    return [key for key in right if key not in said] if both else []


def _shape(right: Plain) -> str:
    return "table" if is_table(right) else type(right).__name__


def _all_untouched(reads: Reads, value: object) -> bool:
    if isinstance(reads, Mapping) and isinstance(value, dict):
        return bool(value) and all(map(untouched, value.values()))
    return untouched(value)


def _left_open(reads: Reads, value: object) -> str:
    """The first of several variables that still is as the exercise left it."""
    if isinstance(reads, (str, State)) or not isinstance(value, dict):
        return ""
    names = [name for name, one in reads.items() if isinstance(one, str) and name in value]
    return next((name for name in names if untouched(value[name])), "")


def _none(reads: Reads, namespace: Mapping[str, Any]) -> str:
    """The first variable that was set to None, which is what a call gives that gives nothing."""
    names = [one for one in _parts(reads) if isinstance(one, str)]
    return next((one for one in names if namespace.get(one, ...) is None), "")


def _asks_the_cloud(reads: Reads) -> bool:
    return any(isinstance(one, State) for one in _parts(reads))


def _asks_nothing_else(reads: Reads) -> bool:
    """Whether all that is read is in the cloud, so that no variable is of another kind."""
    return all(isinstance(one, State) for one in _parts(reads))


def _parts(reads: Reads) -> list[Any]:
    return [reads] if isinstance(reads, (str, State)) else [*reads.values()]


def _namespace() -> Mapping[str, Any]:
    from IPython import get_ipython

    shell: Any = get_ipython()
    return dict(shell.user_ns) if shell else {}
