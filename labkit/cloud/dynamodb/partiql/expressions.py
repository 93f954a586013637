"""Conditions and changes of a statement, as DynamoDB's expressions say them.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-functions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.dynamodb.partiql.statement import TYPES
from labkit.cloud.dynamodb.partiql.values import is_value, value_of
from labkit.cloud.partiql.tree import Call, Collection, Literal, Name, Operation, Path

Json = dict[str, Any]
_ORDERED, _COMPARED = ("<", "<=", ">", ">="), ("=", "<>", "<", "<=", ">", ">=")
# Functions of conditions, and how many arguments each takes.
_FUNCTIONS = {
    "ATTRIBUTE_EXISTS": 1,
    "ATTRIBUTE_NOT_EXISTS": 1,
    "ATTRIBUTE_TYPE": 2,
    "BEGINS_WITH": 2,
    "CONTAINS": 2,
}
_SETS = {"SET_ADD": "ADD", "SET_DELETE": "DELETE"}
_ASSIGNED = ("LIST_APPEND", "IF_NOT_EXISTS")


class Terms:
    """The names and values of a call's expressions, behind placeholders."""

    def __init__(self, parameters: Sequence[Json]) -> None:
        self.parameters = parameters
        self._names: dict[str, str] = {}
        self._values: Json = {}

    def path(self, path: Path) -> str:
        """A path with placeholders for its names.

        Raises:
            AwsError: ``ValidationException``: it has a wildcard.
        """
        found = ""
        for step in path.names:
            if isinstance(step, int):
                found += f"[{step}]"
            elif isinstance(step, Name):
                found += f".{self._name(step.text)}"
            else:
                raise refusal("Wildcard path component like a[*].b are not supported")
        return found[1:]

    def value(self, node: Any) -> str:
        """A placeholder for a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value_of(node, self.parameters)
        return placeholder

    def said(self) -> Json:
        """The parameters of a call that tell them."""
        found: Json = {}
        if self._names:
            turned = {placeholder: name for name, placeholder in self._names.items()}
            found["ExpressionAttributeNames"] = turned
        return found | ({"ExpressionAttributeValues": self._values} if self._values else {})

    def _name(self, name: str) -> str:
        return self._names.setdefault(name, f"#n{len(self._names)}")


def condition(node: Any, terms: Terms) -> str:
    """A condition's expression.

    Raises:
        AwsError: ``ValidationException``.
    """
    match node:
        case Operation(operator=("AND" | "OR") as word, operands=operands):
            return f" {word} ".join(f"({condition(each, terms)})" for each in operands)
        case Operation(operator="NOT", operands=(inner,)):
            return f"NOT ({condition(inner, terms)})"
        case Operation(operator=word, operands=(inner,)) if word.startswith("IS "):
            return _is(TYPES[word.removeprefix("IS ")], inner, terms)
        case Operation(operator="BETWEEN", operands=operands):
            _check_ordered("BETWEEN", operands, terms)
            value, low, high = (_operand(each, terms) for each in operands)
            return f"{value} BETWEEN {low} AND {high}"
        case Operation(operator="IN", operands=(value, listed)):
            return f"{_operand(value, terms)} IN ({', '.join(_members(listed, terms))})"
        case Operation(operator="=", operands=(Call() as call, Literal(value=True))):
            return condition(call, terms)
        case Operation(operator=sign, operands=operands) if sign in _COMPARED:
            if sign in _ORDERED:
                _check_ordered(sign, operands, terms)
            return f" {sign} ".join(_operand(each, terms) for each in operands)
        case Call(function=name, arguments=arguments) if name in _FUNCTIONS:
            if len(arguments) != _FUNCTIONS[name]:
                raise refusal(f"Incorrect number of operands for function: {name.lower()}")
            inner = ", ".join(_operand(each, terms) for each in arguments)
            return f"{name.lower()}({inner})"
        case Call(function=name):
            raise refusal(f"Unrecognized function: {name.lower()}")
        case Operation(operator=word):
            raise refusal(f"Unsupported operator in Condition Expression. Operator: {word}")
    raise refusal("WHERE clause must contain an expression that resolves to a boolean")


def update(changes: Sequence[tuple[Path, Any]], terms: Terms) -> str:
    """The expression of an UPDATE's changes."""
    clauses: dict[str, list[str]] = {}
    for path, value in changes:
        clause, said = _change(path, value, terms)
        clauses.setdefault(clause, []).append(said)
    return " ".join(f"{clause} {', '.join(said)}" for clause, said in clauses.items())


def _change(path: Path, value: Any, terms: Terms) -> tuple[str, str]:
    target = terms.path(path)
    if value is None:
        return "REMOVE", target
    if isinstance(value, Call) and value.function in _SETS:
        name, arguments = value.function, value.arguments
        if len(arguments) != 2:
            raise refusal(f"{name} must have exactly two arguments")
        if arguments[0] != path:
            raise refusal(f"The first argument to {name} must equal the assignment value")
        if not is_value(arguments[1]) or not _kind(arguments[1], terms).endswith("S"):
            raise refusal(f"The second argument to {name} must be a value with type SET")
        return _SETS[name], f"{target} {terms.value(arguments[1])}"
    return "SET", f"{target} = {_assigned(value, terms)}"


def _assigned(node: Any, terms: Terms) -> str:
    match node:
        case Operation(operator=("+" | "-") as sign, operands=operands):
            return f" {sign} ".join(_assigned(each, terms) for each in operands)
        case Call(function=name, arguments=arguments) if name in _ASSIGNED:
            return f"{name.lower()}({', '.join(_assigned(each, terms) for each in arguments)})"
        case Call(function=name):
            raise refusal(f"Unrecognized function: {name.lower()}")
        case Operation(operator=word):
            raise refusal(f"Unsupported operator in Update Expression. Operator: {word}")
    return _operand(node, terms)


def _operand(node: Any, terms: Terms) -> str:
    match node:
        case Path():
            return terms.path(node)
        case Call(function="SIZE", arguments=(Path() as path,)):
            return f"size({terms.path(path)})"
        case Call(function=name):
            raise refusal(f"Unrecognized function: {name.lower()}")
    if not is_value(node):
        raise refusal("The operands of a comparison must be paths, values or size()")
    return terms.value(node)


def _members(listed: Any, terms: Terms) -> list[str]:
    """The placeholders of what stands in a list, or in brackets."""
    nodes = listed.items if isinstance(listed, Collection) else (listed,)
    if not nodes:
        words = "IN operator must have a left hand argument of type Variable Reference and right"
        raise refusal(f"{words} hand argument of type Seq with at least one member")
    return [_operand(each, terms) for each in nodes]


def _is(kind: str, inner: Any, terms: Terms) -> str:
    if not isinstance(inner, Path):
        words = "The left hand side argument to IS must be a Variable Reference, Literal, or Path"
        raise refusal(words)
    if not kind:
        return f"attribute_not_exists({terms.path(inner)})"
    return f"attribute_type({terms.path(inner)}, {terms.value(Literal(kind))})"


def _check_ordered(operator: str, operands: Sequence[Any], terms: Terms) -> None:
    for each in operands:
        if is_value(each) and (kind := _kind(each, terms)) not in ("S", "N", "B"):
            words = "Incorrect operand type for operator or function; operator or function"
            raise refusal(f"{words}: {operator}, operand type: {kind}")


def _kind(node: Any, terms: Terms) -> str:
    return next(iter(value_of(node, terms.parameters)))
