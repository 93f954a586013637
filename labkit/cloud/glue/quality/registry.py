"""The types of rules: which parameters and conditions each takes, and what judges data by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labkit.cloud.glue.quality.conditions import is_sound, sort_of
from labkit.cloud.glue.quality.data import Data, Outcome
from labkit.cloud.glue.quality.dqdl import BadRuleset, Composite, Rule, Ruleset

Judge = Callable[[Data, Rule], Outcome]


@dataclass(frozen=True)
class Type:
    """A type of rules.

    Args:
        judge: judges data by a rule of it.
        least, most: how many parameters it takes.
        takes: the sorts of its condition; none takes none.
        optional: whether it may be without a condition.
        threshold: whether it may say which share of rows suffices.
        where: whether it may say which rows are looked at.
    """

    judge: Judge
    least: int
    most: int
    takes: tuple[str, ...]
    optional: bool
    threshold: bool
    where: bool


TYPES: dict[str, Type] = {}
#: What AWS has beside them, and why it is not here.
_ELSEWHERE = dict.fromkeys(
    ("DetectAnomalies", "FileFreshness", "FileMatch", "FileUniqueness", "FileSize"),
    "is not available in the local AWS",
)


def rule(
    name: str,
    parameters: int | tuple[int, int] = 1,
    takes: tuple[str, ...] = (),
    *,
    optional: bool = False,
    threshold: bool = False,
    where: bool = False,
) -> Callable[[Judge], Judge]:
    """Register a function as the judge of a type of rules."""
    least, most = parameters if isinstance(parameters, tuple) else (parameters, parameters)

    def register(judge: Judge) -> Judge:
        TYPES[name] = Type(judge, least, most, takes, optional, threshold, where)
        return judge

    return register


def leaves(each: Rule | Composite) -> Iterator[Rule]:
    """The rules that a composite one is made of, or the rule itself."""
    if isinstance(each, Rule):
        yield each
        return
    for part in each.rules:
        yield from leaves(part)


def check(ruleset: Ruleset) -> None:
    """Raise for a rule that no data can be judged by.

    Raises:
        BadRuleset: its type is unknown, or its parts are not the type's.
    """
    for each in ruleset.rules:
        for one in leaves(each):
            _check(one, analyzer=False)
    for one in ruleset.analyzers:
        _check(one, analyzer=True)


def _check(one: Rule, *, analyzer: bool) -> None:
    kind = TYPES.get(one.type)
    if kind is None:
        why = _ELSEWHERE.get(one.type)
        raise BadRuleset(f"{one.type} {why}" if why else f"Unexpected Rule Type: {one.type}")
    if not kind.least <= len(one.parameters) <= kind.most:
        raise BadRuleset(f"Unexpected number of parameters: {one.text}")
    if one.threshold and not kind.threshold:
        raise BadRuleset(f"{one.type} takes no threshold: {one.text}")
    if one.where and not kind.where:
        raise BadRuleset(f"{one.type} takes no where clause: {one.text}")
    if one.threshold and not (sort_of(one.threshold) == "number" and is_sound(one.threshold)):
        raise BadRuleset(f"Unexpected threshold: {one.text}")
    if one.condition is None:
        if kind.takes and not kind.optional and not analyzer:
            raise BadRuleset(f"Expected a condition: {one.text}")
    elif analyzer or sort_of(one.condition) not in kind.takes or not is_sound(one.condition):
        raise BadRuleset(f"Unexpected condition: {one.text}")
