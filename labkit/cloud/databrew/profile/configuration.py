"""What a profile job's configuration comes to for the data set and for each column.

Selectors find columns by name or by a regular expression that the whole name matches. Of several
configurations that find a column, the last that lists statistics decides which are evaluated, and a
later override of a statistic's parameters replaces an earlier one.
https://docs.aws.amazon.com/databrew/latest/dg/profile.configuration.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from labkit.cloud.databrew.profile.defaults import DATASET_PARAMETERS, Parameters
from labkit.cloud.databrew.selectors import pattern_of

Configuration = Mapping[str, Any]

GROUPS = {
    "AGGREGATED_GROUP": """DISTINCT_VALUES_COUNT ENTROPY KURTOSIS MEAN MISSING_VALUES_COUNT SKEWNESS
        STANDARD_DEVIATION SUM UNIQUE_VALUES_COUNT VARIANCE ZEROS_COUNT CORRELATION""".split(),
    "TOP_VALUES_GROUP": "MODE MOST_COMMON_VALUES".split(),
    "CONTAINING_NUMERIC_VALUES_GROUP": """INTER_QUARTILE_RANGE MAX MAXIMUM_VALUES MEDIAN
        MEDIAN_ABSOLUTE_DEVIATION MIN MINIMUM_VALUES OUTLIER_DETECTION PERCENTILES RANGE
        VALUE_DISTRIBUTION Z_SCORE_DISTRIBUTION""".split(),
}
"""Groups that ``AllowedStatistics`` takes. No page tells what is in them; AWS's sample for masking
(https://github.com/aws-samples/automating-pii-data-detection-and-data-masking-tasks-with-aws-glue-databrew-and-aws-step-functions)
allows these three to allow all, and the division is by their names."""


def profiled(configuration: Configuration, name: str) -> bool:
    """Whether a column is to be profiled."""
    return _selected(configuration.get("ProfileColumns"), name)


def dataset_override(configuration: Configuration) -> dict[str, Any]:
    """What a configuration changes for the data set, as the document tells it."""
    return _override([configuration.get("DatasetStatisticsConfiguration") or {}])


def column_override(configuration: Configuration, name: str) -> dict[str, Any]:
    """What a configuration changes for a column, as the document tells it."""
    found = configuration.get("ColumnStatisticsConfigurations") or []
    return _override(c["Statistics"] for c in found if _selected(c.get("Selectors"), name))


def included(override: Mapping[str, Any], supported: Iterable[str]) -> list[str]:
    """The statistics that are evaluated, of those that there are."""
    chosen = override.get("includedStatistics")
    return [name for name in supported if chosen is None or name in chosen]


def parameters(override: Mapping[str, Any], defaults: Parameters) -> Parameters:
    """Each statistic's parameters."""
    given: Parameters = override.get("parameters", {})
    return defaults | {name: defaults.get(name, {}) | values for name, values in given.items()}


def correlated(override: Mapping[str, Any], names: list[str]) -> list[str]:
    """Which of the numeric columns are correlated."""
    given = override.get("parameters", {}).get("CORRELATION", {})
    if "columnSelectors" in given:
        selectors = json.loads(given["columnSelectors"])
        return [name for name in names if _selected(selectors, name, "name", "regex")]
    number = given.get("columnNumber", DATASET_PARAMETERS["CORRELATION"]["columnNumber"])
    return names if number == "ALL" else names[: int(number)]


def allowed(configuration: Configuration) -> set[str]:
    """The statistics that columns with personal information may have."""
    given = configuration["EntityDetectorConfiguration"].get("AllowedStatistics") or []
    names = [name for one in given for name in one["Statistics"]]
    return {each for name in names for each in GROUPS.get(name, [name])}


def _selected(
    selectors: list[dict[str, str]] | None, column: str, name: str = "Name", regex: str = "Regex"
) -> bool:
    """Whether a column is found; without selectors every one is."""
    return not selectors or any(
        s[name] == column if name in s else pattern_of(s[regex]).fullmatch(column)
        for s in selectors
    )


def _override(statistics: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in statistics:
        if one.get("IncludedStatistics"):
            found["includedStatistics"] = one["IncludedStatistics"]
        for change in one.get("Overrides") or []:
            found.setdefault("parameters", {})[change["Statistic"]] = dict(change["Parameters"])
    return found
