"""Refuses what a profile job's configuration may not say.

What each parameter may be is told on
https://docs.aws.amazon.com/databrew/latest/dg/profile.configuration.html; AWS's sentences are not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from labkit.cloud.databrew.profile import entities
from labkit.cloud.databrew.profile.configuration import GROUPS, Configuration
from labkit.cloud.databrew.profile.defaults import (
    DATASET_PARAMETERS,
    DATASET_STATISTICS,
    NUMBER,
    PARAMETERS,
    STATISTICS,
    Parameters,
)
from labkit.cloud.databrew.words import invalid

_NONE = "NONE"
_MOST_BINS = 10_000
"""So that a slip of the finger does not fill the memory; AWS tells no limit."""


def validate(configuration: Configuration | None) -> None:
    """Refuse a configuration that no profile job could run.

    Raises:
        AwsError: ValidationException.
    """
    given = configuration or {}
    check_selectors(given.get("ProfileColumns"))
    _check_statistics(
        given.get("DatasetStatisticsConfiguration") or {}, DATASET_STATISTICS, DATASET_PARAMETERS
    )
    for one in given.get("ColumnStatisticsConfigurations") or []:
        check_selectors(one.get("Selectors"))
        _check_statistics(one["Statistics"], [*STATISTICS[NUMBER], *DATASET_STATISTICS], PARAMETERS)
    _check_entities(given.get("EntityDetectorConfiguration"))


def check_selectors(
    selectors: list[dict[str, str]] | None, name: str = "Name", regex: str = "Regex"
) -> None:
    """Refuse selectors of columns, or of others under these two members, that select nothing.

    Raises:
        AwsError: ValidationException.
    """
    for selector in selectors or []:
        if not isinstance(selector, dict) or len({name, regex} & set(selector)) != 1:
            raise invalid(f"A column selector has either a {name} or a {regex}: {selector}.")
        try:
            re.compile(selector.get(regex, ""))
        except re.error as error:
            raise invalid(
                f"The regular expression {selector[regex]} is not valid: {error}."
            ) from error


def _check_statistics(given: Mapping[str, Any], names: Iterable[str], defaults: Parameters) -> None:
    _check_names(given.get("IncludedStatistics") or [], [*names, _NONE])
    for change in given.get("Overrides") or []:
        if change["Statistic"] not in defaults:
            raise invalid(
                f"The parameters of {change['Statistic']} cannot be overridden; "
                f"those of these statistics can: {', '.join(defaults)}."
            )
        _check_parameters(change["Statistic"], change["Parameters"])


def _check_names(given: Iterable[str], known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise invalid(
                f"{name} is not a statistic of this level; these are: {', '.join(sorted(known))}."
            )


def _check_parameters(statistic: str, given: Mapping[str, str]) -> None:
    for name, value in given.items():
        check = _VALUES.get((statistic, name))
        if not check:
            raise invalid(f"The statistic {statistic} has no parameter {name}.")
        if not check(value):
            raise invalid(f"The parameter {name} of {statistic} cannot be {value}.")
    mild, threshold = given.get("mildThreshold"), given.get("threshold", "3")
    if mild is not None and float(mild) >= float(threshold):
        raise invalid("The mildThreshold of OUTLIER_DETECTION must be less than its threshold.")
    if statistic == "CORRELATION" and len(given) != 1:
        raise invalid("CORRELATION takes either a columnNumber or columnSelectors.")


def _check_entities(given: Mapping[str, Any] | None) -> None:
    if given is None:
        return
    for name in given["EntityTypes"]:
        if name not in entities.ENTITIES and name not in entities.GROUPS:
            raise invalid(
                f"{name} is not an entity type; these are: {', '.join(entities.ENTITIES)}."
            )
    known = [*STATISTICS[NUMBER], *DATASET_STATISTICS, *GROUPS]
    for one in given.get("AllowedStatistics") or []:
        _check_names(one["Statistics"], known)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _size(text: str) -> bool:
    return text == "ALL" or (text.isdecimal() and int(text) > 0)


def _bins(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) <= _MOST_BINS


def _threshold(text: str) -> bool:
    return 0 <= _number(text) < math.inf


def _column_number(text: str) -> bool:
    return text == "ALL" or (text.isdecimal() and int(text) > 1)


def _column_selectors(text: str) -> bool:
    try:
        selectors = json.loads(text)
    except ValueError:
        return False
    if not isinstance(selectors, list) or not selectors:
        return False
    check_selectors(selectors, "name", "regex")
    return True


_VALUES: dict[tuple[str, str], Callable[[str], bool]] = {
    ("CORRELATION", "columnNumber"): _column_number,
    ("CORRELATION", "columnSelectors"): _column_selectors,
    ("MAXIMUM_VALUES", "sampleSize"): _size,
    ("MINIMUM_VALUES", "sampleSize"): _size,
    ("MOST_COMMON_VALUES", "sampleSize"): _size,
    ("OUTLIER_DETECTION", "threshold"): _threshold,
    ("OUTLIER_DETECTION", "mildThreshold"): _threshold,
    ("OUTLIER_DETECTION", "sampleSize"): _size,
    ("VALUE_DISTRIBUTION", "binNumber"): _bins,
    ("Z_SCORE_DISTRIBUTION", "binNumber"): _bins,
}
"""Which values each parameter may have."""
