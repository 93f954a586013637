"""What a ProjectionExpression leaves of an item: its paths, and what each of them leads to.

moto tells of several elements of a list the last alone, finds no name in ``#list[0]``, and tells
all of an item in a transaction. Elements are told in their order, without those between them. What
a local index does not project is read from its table, where a call asks for it; moto leaves it out.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
and https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import LocalSecondaryIndex
from moto.dynamodb.responses import DynamoHandler, ProjectionExpressionParser

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb.expressions.checks import Path, Terms
from labkit.cloud.dynamodb.expressions.reading import read_projection

Part = str | int
Json = dict[str, Any]
Tree = dict[Part, "Tree"]
_transact: Any = DynamoHandler.transact_get_items
_project_local: Any = LocalSecondaryIndex.project
# Whether a call asks for more than an index has.
_WHOLE: ContextVar[bool] = ContextVar("whole", default=False)


@on_start
def install(_: Cloud) -> None:
    """Let moto read and follow them so."""
    ProjectionExpressionParser.parse = _parse  # type: ignore[method-assign, assignment]
    Item.project = _project  # type: ignore[method-assign, assignment]
    handler: Any = DynamoHandler
    handler.transact_get_items = _transact_get
    handler.query, handler.scan = _of_whole_items(handler.query), _of_whole_items(handler.scan)
    LocalSecondaryIndex.project = _left_whole  # type: ignore[method-assign, assignment]


def paths(expression: str, names: dict[str, str]) -> list[Path]:
    """The paths of an expression.

    >>> paths("a.#b[1], c", {"#b": "d.e"})
    [('a', 'd.e', 1), ('c',)]
    """
    terms = Terms(names, {})
    return [terms.resolve(each) for each in read_projection(expression)] if expression else []


def left_of(attributes: Json, asked: Iterable[Path]) -> Json:
    """What paths leave of an item's attributes."""
    left = _left({"M": attributes}, _tree(asked)) if asked else None
    return left["M"] if left else {}


def _parse(parser: Any) -> list[Path]:
    return paths(parser.projection_expression or "", parser.expression_attribute_names or {})


def _project(item: Item, asked: list[Path]) -> Item:
    whole = {"M": {name: value.to_regular_json() for name, value in item.attrs.items()}}
    left = _left(whole, _tree(asked)) or {"M": {}}
    return Item(hash_key=item.hash_key, range_key=item.range_key, attrs=left["M"])


def _tree(asked: Iterable[Path]) -> Tree:
    tree: Tree = {}
    for path in asked:
        below = tree
        for part in path:
            below = below.setdefault(part, {})
    return tree


def _of_whole_items(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def made(self: Any) -> Any:
        body = self.body
        whole = body.get("Select") == "ALL_ATTRIBUTES" or bool(body.get("ProjectionExpression"))
        before = _WHOLE.set(whole)
        try:
            return ask(self)
        finally:
            _WHOLE.reset(before)

    return made


def _left_whole(index: Any, item: Item) -> Item:
    return item if _WHOLE.get() else _project_local(index, item)


def _transact_get(self: Any) -> Any:
    answer = _transact(self)
    for asked, told in zip(self.body["TransactItems"], answer.result["Responses"], strict=True):
        expression = asked["Get"].get("ProjectionExpression")
        if expression and told:
            names = asked["Get"].get("ExpressionAttributeNames") or {}
            left = _left({"M": told["Item"]}, _tree(paths(expression, names)))
            told["Item"] = left["M"] if left else {}
    return answer


def _left(value: Json, tree: Tree) -> Json | None:
    """What paths leave of a value: all of it where one ends, ``None`` where they lead nowhere."""
    if not tree:
        return value
    kind, inner = next(iter(value.items()))
    if kind == "M":
        within = {name: _left(inner[name], tree[name]) for name in inner if name in tree}
        named = {name: each for name, each in within.items() if each is not None}
        return {kind: named} if named else None
    if kind == "L":
        elements = [_left(each, tree[at]) for at, each in enumerate(inner) if at in tree]
        known = [each for each in elements if each is not None]
        return {kind: known} if known else None
    return None
