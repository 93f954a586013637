"""Readings that say less than the question asks: what makes them doubtful, each by its name.

A wrong chart is worse than none, so a doubtful reading is no answer.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.questions import doubts_of_groups as groups
from labkit.cloud.quicksight.questions import doubts_of_numbers as numbers
from labkit.cloud.quicksight.questions import doubts_of_times as times
from labkit.cloud.quicksight.questions.asked import Asked
from labkit.cloud.quicksight.questions.reading import Reading

Doubt = Callable[[Reading, Asked], bool]


def doubt(reading: Reading, asked: Asked) -> str:
    """The name of the first doubt about a reading, else nothing."""
    if not reading.metrics:
        return ""
    return next((name for name, holds in DOUBTS.items() if holds(reading, asked)), "")


DOUBTS: dict[str, Doubt] = {
    "AVERAGE": numbers.leaves_out_an_average,
    "EACH_ROW": numbers.averages_each_row,
    "HOW_MUCH": numbers.asks_how_much,
    "RANKED_IN_EACH": groups.ranks_in_each,
    "COUNTED_TWICE": numbers.counts_twice,
    "ORDER": groups.sorts_what_is_not_shown,
    "SHARE_OF_ROWS": numbers.is_share_of_rows,
    "SHARE": numbers.is_share_of_nothing,
    "NONE": numbers.says_that_there_are_none,
    "PERCENTAGE": numbers.compares_with_a_percentage,
    "ONE_OF_TWO": groups.finds_one_of_several_groups,
    "RATE": numbers.asks_for_a_rate,
    "GROWTH": numbers.is_growth_of_nothing,
    "EXTREME": groups.ranks_single_rows,
    "IN_ALL": numbers.asks_of_each_row,
    "DATE": times.may_be_a_date,
    "DEVELOP": groups.develops_without_dates,
    "OWN_COUNT": groups.ranks_its_own_count,
    "CONTRAST": groups.contrasts_one_value,
    "ONE_PERIOD": times.compares_one_period,
    "MONTH": times.is_one_month_of_each_year,
    "RUNNING": numbers.runs_over_nothing,
    "FLAG": numbers.counts_a_flag,
    "PARTICIPLE": groups.leaves_out_a_participle,
    "STEPS": numbers.counts_its_steps,
    "HIDDEN_ORDER": groups.sorts_its_own_count,
    "RANGES": groups.groups_by_ranges,
    "OTHER_DATE": times.is_of_another_date,
    "OTHER_DATES": times.counts_other_dates,
    "HOURS": times.has_no_hours,
    "RANKED_NUMBER": groups.ranks_by_a_number,
    "LAST_GROUP": groups.counts_its_last_group,
    "VALUE_AS_GROUP": groups.groups_by_a_value,
    "NO_GROUPS": groups.limits_groups_of_nothing,
    "SEVERAL_FIELDS": groups.takes_one_of_several_fields,
    "WHO": groups.says_not_who,
    "HAVING": numbers.sums_what_rows_have,
    "DONE": numbers.leaves_out_what_was_done,
    "LIMITED": numbers.asks_for_what_it_limits,
    "ARITHMETIC": numbers.is_difference_of_nothing,
}
SENTENCES = {
    "AVERAGE": "An average of numbers that are counted first is not answered here.",
    "EACH_ROW": "Whether the average is of rows or of their parts is not said.",
    "HOW_MUCH": "The question does not name the number that it asks for.",
    "RANKED_IN_EACH": "The first of each group are not answered here.",
    "COUNTED_TWICE": "Groups by a number of rows are not answered here.",
    "ORDER": "The question does not say of what a sorted list is asked for.",
    "SHARE_OF_ROWS": "The share of the rows that meet a condition is not answered here.",
    "NONE": "Groups that have no rows are not answered here.",
    "PERCENTAGE": "Whether 20 % are 20 or 0.2 is not said.",
    "ONE_OF_TWO": "The question does not say which of two fields the one group is of.",
    "RATE": "The question does not say what the rate is held against.",
    "GROWTH": "The question does not name the date over which something grows.",
    "EXTREME": "Whether the most is of single rows or of each group is not said.",
    "IN_ALL": "Whether a number is of single rows or of all is not said.",
    "DATE": "Whether a word is about what is so or about when it came so is not said.",
    "DEVELOP": "The question does not name the dates over which something develops.",
    "OWN_COUNT": "The question does not say by what is ranked.",
    "CONTRAST": "The two sides of the comparison are not understood.",
    "ONE_PERIOD": "Two periods that are named are not compared here.",
    "MONTH": "One month of each year is not answered here.",
    "RUNNING": "The question does not say over what a total runs.",
    "FLAG": "Rows of two conditions of which one is a field of its own are not answered here.",
    "PARTICIPLE": "The question does not say which value of a field it asks for.",
    "STEPS": "A number of days, months or hours is not counted here.",
    "HIDDEN_ORDER": "What the groups are ordered by is no number that the question asks for.",
    "RANGES": "Which ranges of the number are one group is not said.",
    "OTHER_DATE": "Whether a verb is of the topic's date is not said.",
    "OTHER_DATES": "Numbers of two dates are not shown over one of them here.",
    "HOURS": "The topic's date has days, and no hours.",
    "RANKED_NUMBER": "Single rows are not ranked here.",
    "LAST_GROUP": "The question does not say which of its fields is the number.",
    "VALUE_AS_GROUP": "Whether a word is a value or a field is not said.",
    "NO_GROUPS": "The question does not say which groups have so many.",
    "SEVERAL_FIELDS": "The question does not say of which field a value is.",
    "WHO": "Single rows are not ranked here.",
    "HAVING": "Which rows have the number is not said.",
    "DONE": "Whether rows are counted or what was done with them is not said.",
    "LIMITED": "Whether the number itself or what has so many is asked for is not said.",
    "SHARE": "The question does not say what the share is held against.",
}
