"""What DynamoDB refuses of an expression before it looks at an item.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html and, for the words
and their order, https://github.com/architect/dynalite/tree/main/db and
https://github.com/nubo-db/dynamodb-conformance
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from labkit.cloud.dynamodb.expressions.reading import (
    Node,
    Unreadable,
    read_condition,
    read_projection,
    read_update,
)
from labkit.cloud.dynamodb.item_values import in_order, refusal
from labkit.cloud.operations import AwsError

_MOST_BYTES = 4096
_FUNCTIONS = {"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2}
_FUNCTIONS |= {"begins_with": 2, "contains": 2, "size": 1}
_OF_PATHS = ("attribute_exists", "attribute_not_exists", "if_not_exists")
_UPDATING = {"if_not_exists": 2, "list_append": 2}
_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_IN_ORDER = ("S", "N", "B")
_NAMED = {"S": "STRING", "N": "NUMBER", "B": "BINARY", "NULL": "NULL", "BOOL": "BOOLEAN"}
_NAMED |= {"L": "LIST", "M": "MAP"}
_OPERAND = "Incorrect operand type for operator or function; "
# Which types a function or an operator takes, of values that it is given.
_TAKES: dict[str, tuple[str, ...]] = dict.fromkeys(("<", "<=", ">", ">=", "BETWEEN"), _IN_ORDER)
_TAKES |= {"begins_with": ("S", "B"), "size": tuple({*_TYPES} - {"N", "BOOL", "NULL"})}
_TAKES |= {"+": ("N",), "-": ("N",), "list_append": ("L",)}
# What compares two things that must not be one.
_COMPARE = ("=", "<>", "<", "<=", ">", ">=", "begins_with", "contains", "attribute_type")
Json = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass
class Terms:
    """The names and values that a call gives to its expressions, and which of them are used."""

    names: Json
    values: Json
    used: set[str] = field(default_factory=set)

    def resolve(self, path: Node) -> Path:
        """A path by its attributes' names.

        Raises:
            AwsError: ``ValidationException``: a name is not defined.
        """
        return tuple(self._named(each) if isinstance(each, str) else each for each in path.parts)

    def _named(self, name: str) -> str:
        if not name.startswith("#"):
            return name
        if name not in self.names:
            words = "An expression attribute name used in the document path is not defined"
            raise refusal(f"{words}; attribute name: {name}")
        self.used.add(name)
        return str(self.names[name])

    def value(self, node: Node) -> Json:
        """A value by its placeholder.

        Raises:
            AwsError: ``ValidationException``: it is not defined.
        """
        (placeholder,) = node.parts
        if placeholder not in self.values:
            words = "An expression attribute value used in expression is not defined"
            raise refusal(f"{words}; attribute value: {placeholder}")
        self.used.add(placeholder)
        value: Json = self.values[placeholder]
        return value

    def kind(self, node: Node) -> str:
        """The type of an operand; nothing where an item has to say it."""
        if node.kind == "value":
            return next(iter(self.value(node)))
        return "N" if node.kind == "call" and node.parts[0] == "size" else ""


def check(name: str, text: str, terms: Terms) -> Any:
    """What an expression says: a condition's tree, a projection's paths, an update's sections.

    Args:
        name: the parameter's.

    Raises:
        AwsError: ``ValidationException``.
    """
    if not text.strip():
        raise refusal(f"Invalid {name}: The expression can not be empty;")
    if (size := len(text.encode())) > _MOST_BYTES:
        words = "Expression size has exceeded the maximum allowed size"
        told = "" if name == "UpdateExpression" else f" expression size: {size}"
        raise refusal(f"Invalid {name}: {words};{told}")
    try:
        return _CHECKS.get(name, _check_condition)(name, text, terms)
    except Unreadable as error:
        raise refusal(f"Invalid {name}: {error}") from error
    except AwsError as error:
        raise refusal(f"Invalid {name}: {error.message}") from error


def nodes(top: Node) -> Iterator[Node]:
    """A tree's nodes, those within a node behind it."""
    yield top
    for each in top.parts:
        if isinstance(each, Node):
            yield from nodes(each)


def _check_condition(name: str, text: str, terms: Terms) -> Node:
    read = read_condition(text)
    if read.is_redundant and name != "KeyConditionExpression":
        raise refusal("The expression has redundant parentheses;")
    _check_calls(read.top, _FUNCTIONS)
    _check_use(read.top)
    _check_reserved(list(nodes(read.top)))
    for each in _leaves(read.top):
        _check_leaf(each, terms)
    return read.top


def _check_calls(top: Node, known: dict[str, int]) -> None:
    for each in nodes(top):
        if each.kind == "call" and each.parts[0] not in known:
            raise refusal(f"Invalid function name; function: {each.parts[0]}")


def _check_use(top: Node) -> None:
    """Raise for a size that is a condition, and for another function that is an operand."""
    for each in nodes(top):
        holds = each.kind in ("AND", "OR", "NOT")
        for inner in each.parts:
            _check_used(inner, is_condition=holds)
    _check_used(top, is_condition=True)


def _check_used(node: Any, *, is_condition: bool) -> None:
    is_call = isinstance(node, Node) and node.kind == "call"
    if is_call and (node.parts[0] == "size") is is_condition:
        words = "The function is not allowed to be used this way in an expression; function"
        raise refusal(f"{words}: {node.parts[0]}")


def _check_reserved(found: Sequence[Node]) -> None:
    reserved = ReservedKeywords.get_reserved_keywords()
    for name in (part for node in found if node.kind == "path" for part in node.parts):
        if isinstance(name, str) and name.upper() in reserved:
            words = "Attribute name is a reserved keyword; reserved keyword"
            raise refusal(f"{words}: {name}")


def _leaves(top: Node) -> Iterator[Node]:
    if top.kind in ("AND", "OR", "NOT"):
        for each in top.parts:
            yield from _leaves(each)
    else:
        yield top


def _check_leaf(leaf: Node, terms: Terms) -> None:
    """Raise for a comparison, or a function, of what it does not take."""
    for each in nodes(leaf):
        if each.kind == "path":
            terms.resolve(each)
        elif each.kind == "value":
            terms.value(each)
    for each in reversed(list(nodes(leaf))):
        if each.kind == "call":
            _check_operands(each.parts[0], each.parts[1:], terms)
    if leaf.kind != "call":
        _check_operands(leaf.kind, leaf.parts, terms)


def _check_operands(name: str, operands: Sequence[Node], terms: Terms) -> None:
    wanted = {**_FUNCTIONS, **_UPDATING}.get(name, len(operands))
    if len(operands) != wanted:
        words = "Incorrect number of operands for operator or function; operator or function"
        raise refusal(f"{words}: {name}, number of operands: {len(operands)}")
    _check_distinct(name, operands, terms)
    if name in _OF_PATHS and operands[0].kind != "path":
        words = "Operator or function requires a document path; operator or function"
        raise refusal(f"{words}: {name}")
    for kind in filter(None, map(terms.kind, operands)):
        if kind not in _TAKES.get(name, _TYPES):
            raise refusal(f"{_OPERAND}operator or function: {name}, operand type: {kind}")
    if name == "attribute_type":
        _check_type(operands[1], terms)
    if name == "BETWEEN":
        _check_bounds(operands[1], operands[2], terms)


def _check_distinct(name: str, operands: Sequence[Node], terms: Terms) -> None:
    if name in _COMPARE and {each.kind for each in operands} == {"path"}:
        first, second = map(terms.resolve, operands)
        if first == second:
            words = "The first operand must be distinct from the remaining operands for this"
            told = f"operator or function; operator: {name}, first operand: {shown(first)}"
            raise refusal(f"{words} {told}")


def _check_type(operand: Node, terms: Terms) -> None:
    kind = terms.kind(operand)
    if kind != "S":
        told = kind or "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
        raise refusal(f"{_OPERAND}operator or function: attribute_type, operand type: {told}")
    if (named := terms.value(operand)["S"]) not in _TYPES:
        words = f"Invalid attribute type name found; type: {named}, valid types"
        raise refusal(f"{words}: {{{','.join(_TYPES)}}}")


def _check_bounds(low: Node, high: Node, terms: Terms) -> None:
    if low.kind != "value" or high.kind != "value":
        return
    (lower, upper), words = (terms.value(each) for each in (low, high)), ""
    if lower.keys() != upper.keys():
        words = "same data type for lower and upper bounds"
    elif in_order(lower) > in_order(upper):
        words = "upper bound to be greater than or equal to lower bound"
    if words:
        first, second = (f"AttributeValue: {{{_told(each)}}}" for each in (lower, upper))
        told = f"lower bound operand: {first}, upper bound operand: {second}"
        raise refusal(f"The BETWEEN operator requires {words}; {told}")


def _told(value: Json) -> str:
    kind, inner = next(iter(value.items()))
    return f"{kind}:{inner}"


def shown(path: Path) -> str:
    """A path as refusals tell it.

    >>> shown(("a", 1, "b"))
    '[a, [1], b]'
    """
    return f"[{', '.join(p if isinstance(p, str) else f'[{p}]' for p in path)}]"


def _check_projection(_: str, text: str, terms: Terms) -> list[Path]:
    found = read_projection(text)
    _check_reserved(found)
    paths = [terms.resolve(each) for each in found]
    _check_paths(paths)
    return paths


def _check_paths(paths: Sequence[Path]) -> None:
    """Raise for a path that another leads to, or that has a place where another has a name."""
    for first, second in combinations(paths, 2):
        word = "overlap"
        for one, other in zip(first, second, strict=False):
            if type(one) is not type(other):
                word = "conflict"
            if one != other:
                word = word if word == "conflict" else ""
                break
        if word:
            words = f"Two document paths {word} with each other; must remove or rewrite one of"
            told = f"these paths; path one: {shown(first)}, path two: {shown(second)}"
            raise refusal(f"{words} {told}")


def _check_update(_: str, text: str, terms: Terms) -> Any:
    sections = read_update(text)
    said = [each for _, changes in sections for change in changes for each in change if each]
    found = [node for each in said for node in nodes(each)]
    _check_reserved(found)
    for each in found:
        _check_calls(each, _UPDATING)
    known = [word for word, _ in sections]
    if twice := [word for word in known if known.count(word) > 1]:
        words = "section can only be used once in an update expression;"
        raise refusal(f'The "{twice[0]}" {words}')
    for each in (node for node in found if node.kind == "path"):
        terms.resolve(each)
    for each in (node for node in found if node.kind == "value"):
        terms.value(each)
    _check_paths([terms.resolve(path) for _, changes in sections for path, _ in changes])
    for word, changes in sections:
        for value in (each for _, each in changes if word in ("ADD", "DELETE") and each):
            kind = terms.kind(value)
            if kind in _NAMED and (word, kind) != ("ADD", "N"):
                raise refusal(f"{_OPERAND}operator: {word}, operand type: {_NAMED[kind]}")
    for each in found:
        if each.kind == "call":
            _check_operands(each.parts[0], each.parts[1:], terms)
        elif each.kind in ("+", "-"):
            _check_operands(each.kind, each.parts, terms)
    return sections


_CHECKS: dict[str, Callable[[str, str, Terms], Any]] = {
    "ProjectionExpression": _check_projection,
    "UpdateExpression": _check_update,
}
