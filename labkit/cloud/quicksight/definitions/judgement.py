"""The judging of a definition before it is stored: a list of small checks.

What is wrong within the definition is told at once, as ``InvalidParameterValueException`` with the
place of the fault in the service's way (``... \\n\\t at Sheet s1.``). What does not fit the world
around it, its data sets and parameters' values, fails the creation: the asset is there, its status
``CREATION_FAILED``, and it lists ``Errors``. ``LENIENT`` leaves out the checks of what the console
itself passes over: layouts, formats, calculated fields.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ValidationStrategy.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisError.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.words import invalid

Error = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a data set: its type in QuickSight's words, and its geographic role."""

    type: str
    role: str = ""


Columns = Mapping[str, Column]


@dataclass(frozen=True)
class Subject:
    """A definition and the data sets that it is on.

    Args:
        columns: of each data set by its identifier; ``None`` where there is no such data set.
        parameters: the values that were given with it, as the API's ``Parameters``.
    """

    definition: walk.Json
    columns: Mapping[str, Columns | None]
    parameters: walk.Json = field(default_factory=dict)

    def column(self, at: walk.Json) -> Column | None:
        """A column of a data set by its ``ColumnIdentifier``; none for a calculated field."""
        found = self.columns.get(at.get("DataSetIdentifier", "")) or {}
        return found.get(at["ColumnName"])


@dataclass(frozen=True)
class Finding:
    """Something wrong.

    Args:
        place: the kinds and ids of what it is in.
        type: one of ``AnalysisError``'s; empty for what is wrong within the definition.
    """

    message: str
    place: walk.Place = ()
    type: str = ""

    @property
    def sentence(self) -> str:
        return self.message + "".join(f" \n\t at {kind} {id}." for kind, id in self.place[::-1])

    @property
    def error(self) -> Error:
        path = "/".join(f"{kind.lower()}/{id}" for kind, id in self.place)
        entities = {"ViolatedEntities": [{"Path": path}]} if path else {}
        return {"Type": self.type, "Message": self.message, **entities}


Check = Callable[[Subject], Iterator[Finding]]
CHECKS: list[Check] = []
PASSED_OVER: set[Check] = set()


def check(one: Check) -> Check:
    """Register a check of every definition."""
    CHECKS.append(one)
    return one


def strict_check(one: Check) -> Check:
    """Register a check that ``LENIENT`` leaves out."""
    PASSED_OVER.add(one)
    return check(one)


def judge(subject: Subject, *, strict: bool) -> list[Error]:
    """What keeps a definition from standing on its data sets, as ``AnalysisError``.

    Raises:
        AwsError: ``InvalidParameterValueException``, the first thing wrong within it.
    """
    found = [
        finding
        for one in CHECKS
        if strict or one not in PASSED_OVER
        for finding in _once(one(subject))
    ]
    for each in found:
        if not each.type:
            raise invalid(each.sentence)
    return list({str(each.error): each.error for each in found}.values())


def _once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """All that is wrong with the world around, and the first thing that is wrong within."""
    for each in findings:
        yield each
        if not each.type:
            return
