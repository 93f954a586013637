"""A question's reading: what each step takes from the items, in order.

Times, order, limit, conditions, chart and time units are taken first; what is left are the numbers
that are asked for and what they are shown by (`shape`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.quicksight.questions.asked import Asked, counts
from labkit.cloud.quicksight.questions.conditions import take_conditions
from labkit.cloud.quicksight.questions.doubts import doubt
from labkit.cloud.quicksight.questions.items import Item, is_generic
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.numbers import counted_rows
from labkit.cloud.quicksight.questions.ordering import (
    take_busiest,
    take_limit,
    take_order,
    take_superlative,
)
from labkit.cloud.quicksight.questions.reading import Condition, Group, Metric, Order, Reading
from labkit.cloud.quicksight.questions.rules import Items, first, matches
from labkit.cloud.quicksight.questions.shape import Said, shape
from labkit.cloud.quicksight.questions.small_words import SAID, VERBS
from labkit.cloud.quicksight.questions.tagging import tag
from labkit.cloud.quicksight.questions.times import with_times
from labkit.cloud.quicksight.questions.topic import Topic
from labkit.cloud.quicksight.questions.units import take_units
from labkit.cloud.quicksight.questions.words import name_words, stem

KIN = 5
NOUNS = frozenset(map(stem, "row record entry item case member people person day".split()))


def understand(question: str, lexicon: Lexicon, today: dt.date) -> Reading:
    """What a question asks of a topic."""
    topic = lexicon.topic
    every = tag(question, lexicon)
    items = with_times(every, today)
    order, items = take_order(items)
    items = _without_idle(items)
    limit, items = take_limit(items)
    conditions, items = take_conditions(items, topic)
    conditions = _either_year(conditions)
    visual, items = _take_visual(items)
    if not visual and _OVER_YEARS.search(question):
        visual = "LineChartVisual"
    units, items = take_units(items, topic)
    if not limit:
        asks = _asks_which(question) or first(_ONE, items) is not None
        limit, items = take_superlative(items) if asks else (None, items)
    compared, items = _take(items, "m")
    shown, items = _take(items, "t")
    filters, items = _take(items, "L")
    busiest, items = take_busiest(items)
    counted = next((each.field for each in conditions if each.aggregation), None)
    ranked = limit is not None or busiest is not None
    contrasted = any(each.tag == "k" for each in items)
    said = Said(
        visual, units, compared, shown, bool(conditions or filters), counted, ranked, contrasted
    )
    reading = shape(items, topic, said)
    reading = replace(
        reading,
        conditions=conditions,
        filters=tuple(each.removeprefix("filter:") for each in filters),
        limit=limit,
        why=next((each.means for each in every if each.tag == "x"), ""),
        order=_resolved(order or busiest or _limit_order(limit), reading),
    )
    reading = replace(reading, unknown=_unknown(items, topic, reading))
    reading = _contrasted(_each_once(reading, topic), every)
    if busiest and reading.groups and reading.metrics[0].field is reading.groups[0].field:
        reading = replace(reading, metrics=())
    reading = _listed(_shared(reading), question, every, topic)
    reading = replace(reading, why=reading.why or doubt(reading, Asked(question, every, lexicon)))
    return replace(reading, score=_score(every, reading))


def _shared(reading: Reading) -> Reading:
    """ "What share of sales comes from Technology": the shares of all such, that one among them."""
    share = any(each.comparison == "PERCENT_OF_TOTAL" for each in reading.metrics)
    texts = [each for each in reading.conditions if each.field.kind == "text"]
    if not share or reading.groups or len(texts) != 1 or texts[0].operator != "=":
        return reading
    rest = tuple(each for each in reading.conditions if each not in texts)
    return replace(reading, groups=(Group(texts[0].field),), conditions=rest)


def _listed(reading: Reading, question: str, every: Items, topic: Topic) -> Reading:
    """ "List the students in Biology": each of them by its key and its names, not their number."""
    if len(reading.metrics) != 1 or not counts(reading.metrics[0]) or reading.limit:
        return reading
    shown, named = reading.metrics[0].field, [*reading.groups]
    listed, rows = _LIST.search(question), shown in (None, topic.key)
    which = rows and not named and (listed or _WHO.search(question))
    if topic.key and (which or (listed and first(_ROWS, every))):
        named = list(map(Group, (topic.key, *topic.own_names)))
        reading = replace(reading, metrics=(counted_rows(topic.key),))
    elif not listed:
        return reading
    elif not rows and shown and named and shown not in [each.field for each in named]:
        named.append(Group(shown))
    return replace(reading, groups=tuple(named), visual="TableVisual") if named else reading


def _each_once(reading: Reading, topic: Topic) -> Reading:
    """ "How many states do we sell to": rows that have a key name a state many times."""
    used = [each.field for each in reading.groups] + [each.field for each in reading.conditions]
    used += [each for each in (topic.label, topic.key) if each]
    return replace(
        reading,
        metrics=tuple(
            replace(each, aggregation="DISTINCT_COUNT")
            if topic.key and each.field and each.field not in used and _names_text(each)
            else each
            for each in reading.metrics
        ),
    )


def _names_text(metric: Metric) -> bool:
    text = metric.field is not None and metric.field.kind == "text"
    counted = metric.aggregation in ("", "COUNT") and not metric.comparison
    return text and counted and bool(metric.field and metric.field.permits("DISTINCT_COUNT"))


def _contrasted(reading: Reading, every: Sequence[Item]) -> Reading:
    """ "Men versus women": values that are compared are shown each for itself."""
    several = [each.field for each in reading.conditions if len(each.values) > 1]
    means = any(each.aggregation == "AVERAGE" for each in reading.metrics)
    contrasts = any(each.tag in "vk" for each in every) or (means and first("V&V", every))
    texts = [each for each in several if each.kind == "text"]
    if reading.groups or not contrasts or not texts:
        return reading
    return replace(reading, groups=(Group(texts[0]),))


def _either_year(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """ "In 2019 and 2020": no row is of both."""
    pairs = zip([None, *conditions], conditions, strict=False)
    return tuple(
        replace(each, joined="or") if before and _are_periods(before, each) else each
        for before, each in pairs
    )


def _are_periods(one: Condition, other: Condition) -> bool:
    spans = [each.operator == "between" and not each.inverse for each in (one, other)]
    return all(spans) and one.field is other.field and one.field.kind == "date"


def _without_idle(items: Items) -> Items:
    """Words such as "type" say nothing of their own, unless the question groups by them."""
    befores = zip(["", *(each.tag for each in items)], items, strict=False)
    return [
        each
        for before, each in befores
        if each.tag != "W" or not is_generic(each) or (before in _GROUPS and each.text != "one")
    ]


def _take_visual(items: Items) -> tuple[str, Items]:
    """The visual type that is named, else the one that a word means."""
    for letter in "Kq":
        named = [each.means for each in items if each.tag == letter]
        if named:
            best = max(named, key=lambda each: ":" in each)
            return best, [each for each in items if each.tag not in "Kq"]
    return "", items


def _take(items: Items, letter: str) -> tuple[tuple[str, ...], Items]:
    taken = tuple(each.means for each in items if each.tag == letter)
    return taken, [each for each in items if each.tag != letter]


def _asks_which(question: str) -> bool:
    asked = next(iter(question.lower().split()), "")
    return asked.removesuffix("s").removesuffix("'") in _WHICH


def _limit_order(limit: tuple[int, str] | None) -> Order | None:
    """The top five stand from the highest down."""
    if not limit:
        return None
    return Order("y", "DESCENDING" if limit[1] == "DESCENDING" else "ASCENDING")


def _resolved(order: Order | None, reading: Reading) -> Order | None:
    """A field that is sorted by is the group's or the number's."""
    if not order or isinstance(order.target, str):
        return order
    if reading.groups and reading.groups[0].field == order.target:
        return replace(order, target="x")
    if reading.metrics and reading.metrics[0].field == order.target:
        return replace(order, target="y")
    return order if order.target.measure else replace(order, target="x")


def _unknown(items: Sequence[Item], topic: Topic, reading: Reading) -> tuple[str, ...]:
    """What neither the language nor the topic explains; the topic's own noun is known.

    "How many graduated from each graduation college" says it twice.
    """
    own = {*name_words(topic.name), *name_words(topic.data_set_name), *NOUNS}
    for name in (name for each in reading.conditions for name in each.field.names):
        own |= {*name_words(name)}
    groups = [*reading.groups, *([reading.colour] if reading.colour else [])]
    kin = {word[:KIN] for each in groups for word in name_words(each.field.name)}
    ranks = {match.start() for match in matches(IDLE, items)}
    return tuple(
        each.text
        for at, each in enumerate(items)
        if (each.tag in UNEXPLAINED and each.text.lower() not in POLITE)
        or at in ranks
        or (
            each.tag == "W"
            and not {*name_words(each.text)} <= own
            and not (len(each.text) > KIN and each.text[:KIN].lower() in kin)
        )
    )


def _score(every: Sequence[Item], reading: Reading) -> float:
    """How much of a question its reading explains.

    A verb that nobody knows ("studying") says little; a noun, a name or a number that found no
    place would be a filter or a field that the answer leaves out, so it is no answer.
    """
    if not reading.metrics:
        return 0.0
    content = max(sum(each.tag in CONTENT for each in every), 1)
    verbs = [each for each in reading.unknown if _is_verb(each)]
    score = 1 - 0.1 * len(verbs)
    if len(verbs) == len(reading.unknown):
        return max(score, 0.7)
    return 0.5 * max(0.0, score - (len(reading.unknown) - len(verbs)) / content)


def _is_verb(word: str) -> bool:
    """ "Offered" and "studying"; "failed" would tell which rows are meant."""
    return word.islower() and word.endswith(("ed", "ing")) and stem(word) in _VERBS


# "The best student": nothing says by what.
IDLE = r"T(?!E?[FCA]|[&N,]|$)|(?<=i)T(?=,|$)"
# "The year with the highest sales"
_ONE = r"^[h,]*B?Fw[i]?T"
_LIST = re.compile(r"^(?:please )?list\b(?!.*\b(?:number|how many|count)\b)|^names of\b", re.I)
_WHO = re.compile(r"^wh(?:ich|o)\b(?! (?:is|was) the\b)", re.I)
# "List critical tickets": the rows, whatever follows.
_ROWS = "^h[VA]*r"
_WHICH = ("which", "who", "what", "when", "where")
_OVER_YEARS = re.compile(r"\b(?:over|through) the years\b", re.IGNORECASE)
# What the steps leave of literals and comparisons has found no place in the reading.
_GROUPS = ("B", "E")
_VERBS = frozenset(map(stem, VERBS | SAID))
UNEXPLAINED = frozenset("NSOMPHVDznscRJ")
# "I would like a chart for this purpose"; "may" is a month too.
POLITE = ("this", "like", "may")
CONTENT = frozenset("FVLEACNSMPHWr")
