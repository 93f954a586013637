"""The numbers that a question asks for, and what they are shown by.

"The average of salary over the job" and "job and average salary" are one chart: a field after an
aggregation or a count is a number, one after "by" or "each" is a group, and the rest fall into
place by their order and kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.mentions import (
    Mention,
    grouped,
    mentions_in,
    once,
    ranked_by,
    without_rows,
)
from labkit.cloud.quicksight.questions.numbers import counted_rows, metrics_of, of_rows, unique
from labkit.cloud.quicksight.questions.reading import Group, Metric, Reading
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem

_YEAR = stem("year")
_TOTAL = stem("total")
SCATTER = "ScatterPlotVisual"


@dataclass(frozen=True)
class Said:
    """What the steps before have taken from the question.

    Args:
        visual: the visual type, with ``:GROUPED`` or ``:STACKED`` where a third field splits it.
        units: a date's name → its time unit.
        compared: periods to compare over.
        shown: comparison methods, such as ``PERCENT_OF_TOTAL``.
        filtered: whether the question has conditions.
        counted: what a condition on a group's number of rows counts.
        ranked: whether the groups with the most or the least are asked for.
        contrasted: whether a comparison is asked for.
    """

    visual: str = ""
    units: dict[str, str] = field(default_factory=dict)
    compared: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    filtered: bool = False
    counted: TopicField | None = None
    ranked: bool = False
    contrasted: bool = False

    @property
    def mark(self) -> str:
        return self.visual.partition(":")[0]


def shape(items: Sequence[Item], topic: Topic, said: Said) -> Reading:
    """A reading of what is left: metrics, groups and the group of the colour."""
    items = [each for each in items if each.tag not in "wihnDzTJ" or each.tag == "T"]
    metrics, used = metrics_of(items)
    mentions = without_rows(mentions_in(items, used), topic)
    loose = [each.means for at, each in enumerate(items) if each.tag == "A" and at not in used]
    numbers = {each.field for _, each in metrics if each.field and each.field.measure}
    mentions = [each for each in mentions if each.how or each.field not in numbers]
    if metrics:
        mentions = [each for each in mentions if not (each.verb and each.field.measure)]
        metrics = [(place, _with_loose(each, loose)) for place, each in metrics]
        metrics, mentions = _counted_groups(metrics, grouped(mentions), said)
        extra = _measures(mentions)
        return _reading(
            [*metrics, *extra], [m for m in mentions if m.field not in _of(extra)], said, topic
        )
    noun = next((each.named.field for each in items if each.tag == "r" and each.named), None)
    if said.ranked and any(each.tag == "r" for each in items):
        mentions = ranked_by(mentions, topic)
    if said.counted and not any(each.field.measure and not each.how for each in mentions):
        number = said.counted
        metric = Metric(number) if number.measure else counted_rows(number)
        return _reading([(0, metric)], mentions, said, topic)
    rest = [each for each in mentions if each.how and each.place > 1]
    if rest and (counted := unique(items)):
        return _reading([(0, Metric(counted, "DISTINCT_COUNT"))], rest, said, topic)
    ranked = (noun and said.ranked) and not any(each.field.measure for each in mentions)
    if ranked or ((noun or said.filtered) and all(each.how for each in mentions)):
        rows = of_rows(noun, loose, topic)
        return _reading([(0, rows)], mentions, said, topic) if rows else Reading()
    named = any(each.tag == "r" for each in items)
    return _without_numbers(mentions, said, loose, topic, rows=named)


def _of(metrics: Sequence[tuple[int, Metric]]) -> list[TopicField | None]:
    return [each.field for _, each in metrics]


def _counted_groups(
    metrics: list[tuple[int, Metric]], mentions: list[Mention], said: Said
) -> tuple[list[tuple[int, Metric]], list[Mention]]:
    """ "Number of parties in a pie": what is counted is also what it is shown by."""
    place, metric = metrics[0]
    grouped = [each for each in mentions if not each.field.measure or each.how]
    countable = metric.aggregation in ("COUNT", "DISTINCT_COUNT") and metric.field is not None
    if grouped or not countable or metric.field is None:
        return metrics, mentions
    if said.visual or metric.field.kind == "date":
        group = Mention(metric.field, place, "BY")
        return [(place, Metric(metric.field, "COUNT")), *metrics[1:]], [group, *mentions]
    return metrics, mentions


def _measures(mentions: Sequence[Mention]) -> list[tuple[int, Metric]]:
    """Measures beside a number are further numbers, where something else is the group."""
    plain = [each for each in mentions if not each.how and each.field.measure]
    others = [each for each in mentions if each not in plain]
    said = [each for each in plain if not each.verb]
    return [(each.place, Metric(each.field)) for each in said] if others else []


def _with_loose(metric: Metric, loose: Sequence[str]) -> Metric:
    """ "How old is the average person": an aggregation that stands apart from its field."""
    return (
        metric
        if metric.aggregation or not loose
        else replace(metric, aggregation=loose[0].replace("TOTAL", "SUM"))
    )


def _without_numbers(
    mentions: list[Mention], said: Said, loose: Sequence[str], topic: Topic, *, rows: bool
) -> Reading:
    """No aggregation is said: one field is the number of the others.

    Args:
        rows: whether the question names the rows: "revenue of the manufacturers" is each one's.
    """
    mentions = once(mentions)
    if not mentions:
        return Reading(visual=said.visual)
    if len(mentions) == 1:
        label = topic.label if rows and mentions[0].field.measure and not mentions[0].how else None
        label = None if label is topic.key else label
        if not label or loose or said.units or said.compared:
            return _alone(mentions[0], said, topic)
        mentions = [Mention(label, 0, "BY"), *mentions]
    if _are_compared(mentions) and not said.visual:
        said = replace(said, visual=SCATTER)
    y = _number(mentions, said)
    rest = [each for each in mentions if each != y]
    by = any(each.how == "BY" for each in rest) and not said.contrasted
    spread = y.field.kind == "text" and not y.how and by
    if spread and rows and not y.whole:
        return Reading()
    how = "COUNT" if spread and said.mark != SCATTER else ""
    numbers = [(y.place, _with_loose(Metric(y.field, how), loose))]
    numbers += (
        _measures([each for each in rest if each.how != "VERSUS"])
        if y.field.measure and said.mark != SCATTER
        else []
    )
    return _reading(numbers, [each for each in rest if each.field not in _of(numbers)], said, topic)


def _are_compared(mentions: Sequence[Mention]) -> bool:
    """ "Price versus weight": two numbers, each along an axis."""
    first, *rest = mentions
    two = [first, *(each for each in rest if each.how == "VERSUS")]
    return len(two) == 2 and all(each.field.measure for each in two)


def _alone(mention: Mention, said: Said, topic: Topic) -> Reading:
    if mention.field.measure and not mention.how and said.mark not in ("PieChartVisual",):
        return _reading([(mention.place, Metric(mention.field))], [], said, topic)
    return _reading([(0, Metric(mention.field, "COUNT"))], [mention], said, topic)


def _number(mentions: Sequence[Mention], said: Said) -> Mention:
    """The field that is the number: second in "A and B", first in "B by A" and "B over A"."""
    one, two = mentions[:2]
    if said.mark == SCATTER:
        return two
    if two.how in ("BY", "GROUP") and not one.how:
        return two if two.field.measure and not one.field.measure else one
    if one.field.measure and not two.field.measure and two.field.kind != "number":
        return one
    return two


def _reading(
    metrics: Sequence[tuple[int, Metric]], mentions: Sequence[Mention], said: Said, topic: Topic
) -> Reading:
    mentions = once(mentions)
    coloured = [each for each in mentions if each.how == "COLOR"]
    groups = [each for each in mentions if each not in coloured] or coloured[:1]
    if len(groups) > 1 and groups[0].how == "GROUP" and not groups[1].how:
        groups = [groups[1], groups[0], *groups[2:]]
    dated = [each for each in groups if _is_time(each.field, said)]
    if dated and said.mark in ("", "LineChartVisual"):
        groups = [*dated, *(each for each in groups if each not in dated)]
    counted = [each.field for _, each in metrics if each.aggregation.endswith("COUNT")]
    split = [each for each in groups[1:2] if each.how or each.field not in counted]
    colour = next((each for each in [*coloured, *split] if each != groups[0]), None)
    shown = tuple(_group(each.field, said) for each in groups if each != colour)
    spread = any(each.how for each in groups) or bool(said.units)
    totals = [_totalled(each) if spread and said.mark != SCATTER else each for _, each in metrics]
    return Reading(
        metrics=tuple(_compared(each, said) for each in totals),
        groups=shown or tuple(_over_time(topic, said)),
        colour=_group(colour.field, said) if colour else None,
        visual=said.mark,
    )


def _totalled(metric: Metric) -> Metric:
    """ "Total amount by city" is a sum, though the field itself is called "total amount"."""
    field_ = metric.field
    total = field_ and field_.measure and name_words(field_.name)[:1] == (_TOTAL,)
    return replace(metric, aggregation="SUM") if total and not metric.aggregation else metric


def _is_time(field_: TopicField, said: Said) -> bool:
    """What lies along a line's axis: a date with a unit, or a year that is a number."""
    line = said.mark == "LineChartVisual" and not said.visual.endswith("GROUPED")
    return field_.name in said.units or (line and _YEAR in name_words(field_.name))


def _over_time(topic: Topic, said: Said) -> Iterator[Group]:
    """A trend, and what is compared with the period before, is shown over the topic's date."""
    if topic.date and said.compared:
        yield Group(topic.date, said.compared[0])
    elif topic.date and said.mark == "LineChartVisual":
        yield Group(topic.date, said.units.get(topic.date.name) or topic.date.granularity or "DAY")


def _group(field_: TopicField, said: Said) -> Group:
    unit = said.units.get(field_.name) or (field_.granularity if field_.kind == "date" else "")
    return Group(field_, unit)


def _compared(metric: Metric, said: Said) -> Metric:
    if said.compared:
        return Metric(
            metric.field, metric.aggregation, "POP_OVERTIME_DIFF_AS_PERC", said.compared[0]
        )
    if said.shown:
        return Metric(metric.field, metric.aggregation, said.shown[0])
    return metric
