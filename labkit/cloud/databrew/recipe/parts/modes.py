"""The most frequent value, and what it is where several are equally frequent.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.ROLLING_MODE.html
"""

from __future__ import annotations

from typing import Literal

ModeType = Literal["NONE", "MINIMUM", "MAXIMUM", "AVERAGE"]

#: What several most frequent values become, of the least and the greatest of them. ``NONE`` is not
#: explained: there is none of several.
_OF_SEVERAL = {
    "NONE": "CASE WHEN {least} = {greatest} THEN {least} END",
    "MINIMUM": "{least}",
    "MAXIMUM": "{greatest}",
}
_AVERAGE = (
    "list_transform([list_histogram({values})], lambda h: list_avg(list_filter("
    "map_keys(h), lambda k, i: map_values(h)[i] = list_max(map_values(h)))))[1]"
)


def mode(values: str, mode_type: str) -> str:
    """SQL of the most frequent value of a list; NULL of an empty one.

    Args:
        values: SQL of a list without NULL.
    """
    if mode_type == "AVERAGE":
        return _AVERAGE.format(values=values)
    least = f"list_aggregate(list_sort({values}), 'mode')"
    greatest = f"list_aggregate(list_reverse_sort({values}), 'mode')"
    return _OF_SEVERAL[mode_type].format(least=least, greatest=greatest)
