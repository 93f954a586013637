"""Numbers that a comparison or a superlative speaks of: "older than 18", "the five cheapest"."""

from __future__ import annotations

from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem

_WORDS = """
age          | older | younger | over | above | under | below | oldest | youngest
height       | taller | tallest | shorter | shortest
elevation    | higher | highest | lower | lowest | taller | tallest
altitude     | higher | highest | lower | lowest
height       | higher | highest
area         | largest | biggest | smallest | larger | bigger | smaller
weight       | heavier | heaviest | lighter | lightest
length       | longer | longest | shorter | shortest
duration     | longer | longest | shorter | shortest
time         | longer | longest | shorter | shortest
price        | more expensive | less expensive | cheaper | most expensive | cheapest
price        | the most expensive | least expensive
cost         | more expensive | less expensive | cheaper | most expensive | cheapest
speed        | faster | fastest | slower | slowest
"""


def spoken_of(text: str, topic: Topic) -> TopicField | None:
    """The number of a topic that a comparing word is about, where it has one."""
    numbers = [each for each in topic.fields if each.kind == "number"]
    words = _SPOKEN.get(text.lower().split(" than")[0], ())
    found = (each for word in words for each in numbers if word in _words(each))
    return next(found, None)


def _words(field: TopicField) -> set[str]:
    return {word for name in field.names for word in name_words(name)}


_SPOKEN: dict[str, tuple[str, ...]] = {}
for _line in _WORDS.strip().splitlines():
    _word, *_texts = (each.strip() for each in _line.split("|"))
    for _text in _texts:
        _SPOKEN[_text] = (*_SPOKEN.get(_text, ()), stem(_word))
