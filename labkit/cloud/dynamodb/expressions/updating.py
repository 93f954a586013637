"""What an update makes of an item: all that it reads is as it was before, all that it says is done.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html and, for words,
https://github.com/architect/dynalite/blob/main/actions/updateItem.js
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from decimal import Context, Decimal
from functools import partial
from typing import Any

from labkit.cloud.dynamodb.expressions.checks import Path, Terms
from labkit.cloud.dynamodb.expressions.reading import Node
from labkit.cloud.dynamodb.item_values import refusal, wrong_number

_NO_PATH = "The document path provided in the update expression is invalid for update"
_NOTHING = "The provided expression refers to an attribute that does not exist in the item"
_OTHER_TYPE = "An operand in the update expression has an incorrect data type"
_EXACT = Context(prec=400)
_SETS = ("SS", "NS", "BS")
Json = dict[str, Any]
Sections = Sequence[tuple[str, Sequence[tuple[Node, Node | None]]]]


def updated(attributes: Json, sections: Sections, terms: Terms) -> Json:
    """An item's attributes after an update.

    Raises:
        AwsError: ``ValidationException``, for what cannot be done to the item.
    """
    before, whole = {"M": attributes}, {"M": copy.deepcopy(attributes)}
    changes = [
        (word, terms.resolve(path), _value(value, before, terms) if value else None)
        for word, asked in sections
        for path, value in asked
    ]
    for word, make in _MAKE.items():  # what is beyond a list's end is put there in order
        said = [each for each in changes if each[0] == word]
        for _, path, value in sorted(said, key=_place, reverse=word == "REMOVE"):
            _put(whole, path, partial(make, value))
    return whole["M"]


def _place(change: tuple[str, Path, Any]) -> int:
    last = change[1][-1]
    return last if isinstance(last, int) else -1


def _at(whole: Json, path: Iterable[str | int]) -> Json | None:
    """What stands at a path; ``None`` if nothing does."""
    held: Json | None = whole
    for part in path:
        inner = (held or {}).get("M" if isinstance(part, str) else "L", ())
        if isinstance(part, str):
            held = inner.get(part) if isinstance(inner, dict) else None
        else:
            held = inner[part] if part < len(inner) else None
    return held


def _put(whole: Json, path: Path, make: Callable[[Json | None], Json | None]) -> None:
    """Have at a path what is made of what stands there; nothing where that is nothing."""
    last, around = path[-1], _at(whole, path[:-1])
    kind = "M" if isinstance(last, str) else "L"
    if around is None or kind not in around:
        raise refusal(_NO_PATH)
    inner, held = around[kind], _at(around, [last])
    made = make(held)
    if made is None and held is not None:
        del inner[last]
    elif made is not None and isinstance(last, int) and last >= len(inner):
        inner.append(made)
    elif made is not None:
        inner[last] = made


def _value(node: Node, before: Json, terms: Terms) -> Json:
    if node.kind == "value":
        return terms.value(node)
    if node.kind == "path":
        if (held := _at(before, terms.resolve(node))) is None:
            raise refusal(_NOTHING)
        return held
    if node.parts[0] == "if_not_exists":
        held = _at(before, terms.resolve(node.parts[1]))
        return _value(node.parts[2], before, terms) if held is None else held
    first, second = (_value(each, before, terms) for each in node.parts[-2:])
    if node.kind == "call":
        if {*first, *second} != {"L"}:
            raise refusal(_OTHER_TYPE)
        return {"L": [*first["L"], *second["L"]]}
    return _calculated(first, second, _EXACT.add if node.kind == "+" else _EXACT.subtract)


def _calculated(first: Json, second: Json, of: Callable[[Decimal, Decimal], Decimal]) -> Json:
    if {*first, *second} != {"N"}:
        raise refusal(_OTHER_TYPE)
    told = str(of(Decimal(first["N"]), Decimal(second["N"])))
    if why := wrong_number(told):
        raise refusal(why)
    return {"N": told}


def _set(value: Any, _: Json | None) -> Json | None:
    made: Json | None = value
    return made


def _sum_of(more: Json, held: Json | None) -> Json:
    if held is None:
        return more
    kind = next(iter(more))
    if kind == "N":
        return _calculated(held, more, _EXACT.add)
    if kind not in held:
        raise refusal(_OTHER_TYPE)
    return {kind: [*held[kind], *(each for each in more[kind] if not _in(each, held, kind))]}


def _less(less: Json, held: Json | None) -> Json | None:
    if held is None:
        return None
    kind = next(iter(less))
    if kind not in held or kind not in _SETS:
        raise refusal(_OTHER_TYPE)
    left = [each for each in held[kind] if not _in(each, less, kind)]
    return {kind: left} if left else None


def _in(member: Any, several: Json, kind: str) -> bool:
    if kind == "NS":
        return Decimal(member) in map(Decimal, several[kind])
    return member in several[kind]


# What each section makes of what it says and of what stands there, in the order of their doing.
_MAKE: dict[str, Callable[[Any, Json | None], Json | None]] = {
    "SET": _set,
    "ADD": _sum_of,
    "DELETE": _less,
    "REMOVE": _set,
}
