"""The most frequent value, and what it is where several are equally frequent.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.ROLLING_MODE.html
"""

from __future__ import annotations

from typing import Literal

ModeType = Literal["NONE", "MINIMUM", "MAXIMUM", "AVERAGE"]

#: What several most frequent values become. ``NONE`` is not explained: there is none of several.
_OF_SEVERAL = {
    "NONE": "CASE WHEN len({modes}) = 1 THEN {modes}[1] END",
    "MINIMUM": "list_min({modes})",
    "MAXIMUM": "list_max({modes})",
    "AVERAGE": "list_avg({modes})",
}


def mode(values: str, mode_type: str) -> str:
    """SQL of the most frequent value of a list; NULL of an empty one.

    Args:
        values: SQL of a list without NULL.
    """
    counts = f"list_histogram({values})"
    often = f"map_values({counts})[i] = list_max(map_values({counts}))"
    return _OF_SEVERAL[mode_type].format(
        modes=f"list_filter(map_keys({counts}), lambda k, i: {often})"
    )
