"""A ``TopicIR`` as a sentence, so that who asks sees how the question was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.quicksight.questions.derived import part_of
from labkit.cloud.quicksight.questions.topic import Topic

IR = dict[str, Any]
AGGREGATIONS = {
    "SUM": "Total {}", "AVERAGE": "Average {}", "MIN": "Minimum {}", "MAX": "Maximum {}",
    "COUNT": "Count of {}", "DISTINCT_COUNT": "Unique number of {}", "MEDIAN": "Median {}",
    "STDEV": "Standard deviation of {}", "VAR": "Variance of {}", "COLUMN": "{}", "CUSTOM": "{}",
    "STDEVP": "Standard deviation of {}", "VARP": "Variance of {}",
}  # fmt: skip
COMPARISONS = {
    "PERCENT_OF_TOTAL": "{} as percent of total",
    "RUNNING_SUM": "Running total of {}",
    "MOVING_AVERAGE": "Moving average of {}",
    "DIFF": "Difference in {}",
    "POP_OVERTIME_DIFF_AS_PERC": "{} with its change from one {period} to the next",
}


def restate(ir: IR, topic: Topic) -> str:
    """The reading as one sentence in the topic's words."""
    said = " and ".join(metric_label(each, topic) for each in ir["Metrics"])
    by = " and ".join(_group(each, topic) for each in ir.get("GroupByList", ()))
    entries = ir.get("Filters", ())
    filters = " and ".join(_entry(each, topic) for each in entries if not _is_limit(each))
    limits = "".join(_limit(each[0]) for each in entries if _is_limit(each))
    sentence = said + (f" by {by}" if by else "") + (f" for {filters}" if filters else "")
    return sentence + limits + _sort(ir, topic)


def metric_label(metric: IR, topic: Topic) -> str:
    """A metric in words: "Average Cumulative GPA"."""
    said = AGGREGATIONS[metric["Function"]["Aggregation"]]
    text = said.format(label(metric["Operands"][0]["Identity"], topic))
    comparison = metric.get("ComparisonMethod")
    if not comparison:
        return text
    period = comparison.get("Period", "").lower()
    return COMPARISONS[comparison["Type"]].format(text, period=period)


def label(name: str, topic: Topic) -> str:
    """A field's friendly name, of a part of a date with the part."""
    part = part_of(name)
    if part:
        return name.replace(part[0], label(part[0], topic), 1)
    return next((each.label for each in topic.fields if each.name == name), name)


def _group(group: IR, topic: Topic) -> str:
    text = label(group["FieldName"]["Identity"], topic)
    return f"{text} ({group['TimeGranularity'].lower()})" if "TimeGranularity" in group else text


def _is_limit(entry: Sequence[IR]) -> bool:
    return str(entry[0]["FilterType"]) == "TOP_BOTTOM_FILTER"


def _limit(option: IR) -> str:
    end = "top" if option["SortDirection"] == "DESCENDING" else "bottom"
    return f", {end} {option['TopBottomLimit']['Value']}"


def _entry(entry: Sequence[IR], topic: Topic) -> str:
    text = " or ".join(_option(each, topic) for each in entry)
    return f"({text})" if len(entry) > 1 else text


def _option(option: IR, topic: Topic) -> str:
    field = label(option["OperandField"]["Identity"], topic)
    if option.get("Aggregation"):
        field = AGGREGATIONS[option["Aggregation"]].format(field)
    return f"{field} {_NOT[bool(option.get('Inverse'))]}{_test(option)}".replace(
        "is not is ", "is not "
    )


def _test(option: IR) -> str:
    match option["FilterType"]:
        case "ACCEPT_ALL_FILTER":
            return "empty" if option["NullFilter"] == "NULLS_ONLY" else "not empty"
        case "RELATIVE_DATE_FILTER":
            return _relative(option)
        case "NUMERIC_RANGE_FILTER" | "DATE_RANGE_FILTER":
            return _range(option)
    values = option["Constant"].get("ValueList") or [option["Constant"]]
    said = " or ".join(each["Value"] for each in values)
    return _FUNCTIONS.get(option.get("Function", ""), "{}").format(said)


def _relative(option: IR) -> str:
    count, unit = option["LastNextOffset"]["Value"], option["TimeGranularity"].lower()
    match option["Function"]:
        case "LAST" | "NEXT":
            return f"in the {option['Function'].lower()} {count} {unit}s"
        case "NOW":
            return f"in this {unit} to date"
    return f"in {'this' if option['Function'] == 'THIS' else 'the previous'} {unit}"


def _range(option: IR) -> str:
    limits, inclusive = option["Range"], option.get("Inclusive")
    dated = option["FilterType"] == "DATE_RANGE_FILTER"
    if "Minimum" in limits and "Maximum" in limits:
        return f"between {limits['Minimum']} and {limits['Maximum']}"
    if "Minimum" in limits:
        words = ("from", "after") if dated else ("at least", "more than")
        return f"{words[not inclusive]} {limits['Minimum']}"
    words = ("until", "before") if dated else ("at most", "less than")
    return f"{words[not inclusive]} {limits['Maximum']}"


def _sort(ir: IR, topic: Topic) -> str:
    sort = ir.get("Sort")
    if not sort:
        return ""
    name = sort["Operand"]["Identity"]
    metric = next((each for each in ir["Metrics"] if each["MetricId"]["Identity"] == name), None)
    text = metric_label(metric, topic) if metric else label(name, topic)
    return f", sorted by {text} {sort['SortDirection'].lower()}"


_NOT = {False: "is ", True: "is not "}
_FUNCTIONS = {
    "CONTAINS_STRING": "text with '{}'",
    "STARTS_WITH": "text that starts with '{}'",
    "ENDS_WITH": "text that ends with '{}'",
}
