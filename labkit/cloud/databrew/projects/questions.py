"""Steps of a session that change nothing: they ask, and never become part of the recipe.

``GET_STEP_DATAFRAME`` looks back as ``StepIndex`` does; ``GET_ACTION_RESULT`` tells an earlier
action's ``Result`` again; ``GET_ADVANCED_DATATYPE`` tells the type of a column of texts, under
``advancedDataType`` of its ``Result``. Sources:
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.other.html and
https://docs.aws.amazon.com/databrew/latest/dg/projects.adv-data-types.html
"""

from __future__ import annotations

from labkit.cloud.databrew.projects.samples import Sample
from labkit.cloud.databrew.recipe.parameters import folded
from labkit.cloud.databrew.recipe.parts.advanced_types import detected
from labkit.cloud.databrew.records import Record
from labkit.cloud.databrew.words import invalid

LOOKS_BACK, ASKS_AGAIN = "GET_STEP_DATAFRAME", "GET_ACTION_RESULT"
ASKS_A_TYPE = "GET_ADVANCED_DATATYPE"


def asks(step: Record | None, question: str) -> bool:
    """Whether a step asks this question."""
    return bool(step) and (step or {})["Action"]["Operation"].upper() == question


def number(step: Record, name: str) -> int:
    """The number of a step's parameter.

    Raises:
        AwsError: ValidationException; it is missing or none.
    """
    text = _given(step).get(folded(name), "")
    if not text.isdecimal():
        raise invalid(f"The parameter '{name}' must be a whole number, not '{text}'.")
    return int(text)


def result_of(sample: Sample, action: int) -> str:
    """An earlier action's result.

    Raises:
        AwsError: ValidationException; there was no such action, or it is long ago.
    """
    if action not in sample.results:
        known = ", ".join(map(str, sample.results)) or "none"
        raise invalid(f"There is no result of the action {action}. There are: {known}.")
    return sample.results[action]


def type_told(sample: Sample, steps: list[Record], step: Record) -> dict[str, str | None]:
    """The advanced data type of the column that a step names, after the steps before it."""
    given = _given(step)
    name = given.get("sourcecolumn") or given.get("columnname")
    with sample.asked(steps) as table:
        return {"advancedDataType": detected(table, table.column(name or ""))}


def _given(step: Record) -> dict[str, str]:
    parameters = step["Action"].get("Parameters") or {}
    return {folded(name): text for name, text in parameters.items()}
