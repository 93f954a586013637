"""QuickSight's expression language as a tree.

The order of operations is parentheses, exponents, multiplication and division, addition and
subtraction, comparisons, NOT, AND, OR. A field is also named by its id, which begins with its
table's: ``{c08f9029-26ae-4a4c-91bc-ffad52dc67e3.usage_date}``. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/arithmetic-and-comparison-operators.html
https://github.com/aws-solutions-library-samples/cloud-intelligence-dashboards-framework
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from labkit.cloud.quicksight.calc.errors import CalcSyntaxError
from labkit.cloud.quicksight.calc.words import Word, words_of

T = TypeVar("T")
MOST_LEVELS = 60
# Operators that take any number of operands.
FLAT = ("AND", "OR", "+", "*")
COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
TABLE_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?=.)")


@dataclass(frozen=True)
class Constant:
    """A number or text as written."""

    value: str | int | float


@dataclass(frozen=True)
class Name:
    """A field, or a bare word that a function reads as a keyword (``PRE_AGG``, ``MONTH``)."""

    text: str
    braced: bool = False


@dataclass(frozen=True)
class Parameter:
    """``${name}``."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function and its arguments.

    Args:
        text: the call as written.
    """

    function: str
    arguments: tuple[Node, ...]
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Operation:
    """An operator and its one or two operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Bracketed:
    """``[ ... ]``: fields to sort, partition or group by, or values to compare with."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Item:
    """One of a bracketed list: ``{Country}``, ``sum(sales) DESC``, ``!{Country}``."""

    node: Node
    descending: bool = False
    excluded: bool = False


Node = Constant | Name | Parameter | Call | Operation | Bracketed


def parse(text: str) -> Node:
    """An expression as a tree.

    >>> parse("sales > 3")
    Operation(operator='>', operands=(Name(text='sales', braced=False), Constant(value=3)))

    Raises:
        CalcSyntaxError: it does not read.
    """
    return _Reader(text).whole()


def parts_of(node: Node) -> Iterator[Node]:
    """A node and all that is below it."""
    yield node
    match node:
        case Call(arguments=below) | Operation(operands=below):
            pass
        case Bracketed(items):
            below = tuple(item.node for item in items)
        case _:
            below = ()
    for each in below:
        yield from parts_of(each)


class _Reader:
    """Reads an expression word by word."""

    def __init__(self, text: str) -> None:
        self.text, self.words, self.at, self.level = text, words_of(text), 0, 0

    def whole(self) -> Node:
        node = self._either()
        if self._peek().kind != "end":
            raise self._unexpected()
        return node

    def _either(self) -> Node:
        self._deeper()
        node = self._joined(self._both, "OR")
        self.level -= 1
        return node

    def _deeper(self) -> None:
        self.level += 1
        if self.level > MOST_LEVELS:
            raise CalcSyntaxError(f"An expression is nested at most {MOST_LEVELS} levels deep.")

    def _both(self) -> Node:
        return self._joined(self._negated, "AND")

    def _negated(self) -> Node:
        if not self._accept("NOT"):
            return self._compared()
        self._deeper()
        node = Operation("NOT", (self._negated(),))
        self.level -= 1
        return node

    def _compared(self) -> Node:
        node = self._sum()
        if operator := self._accept(*COMPARISONS):
            return Operation("<>" if operator == "!=" else operator, (node, self._sum()))
        return node

    def _sum(self) -> Node:
        return self._joined(self._product, "+", "-")

    def _product(self) -> Node:
        return self._joined(self._signed, "*", "/", "%")

    def _signed(self) -> Node:
        negative = False
        while sign := self._accept("+", "-"):
            negative = negative is not (sign == "-")
        return _negative(self._power(), negative)

    def _power(self) -> Node:
        node = self._one()
        while self._accept("^"):
            negative = bool(self._accept("-"))
            node = Operation("^", (node, _negative(self._one(), negative)))
        return node

    def _joined(self, read: Callable[[], Node], *operators: str) -> Node:
        node, last = read(), ""
        while operator := self._accept(*operators):
            if operator == last and operator in FLAT and isinstance(node, Operation):
                node = Operation(operator, (*node.operands, read()))
            else:
                node = Operation(operator, (node, read()))
            last = operator
        return node

    def _one(self) -> Node:
        word = self._take()
        match word.kind:
            case "number":
                return Constant(_number(word.text))
            case "text":
                return Constant(word.text)
            case "parameter":
                return Parameter(word.text)
            case "field":
                return Name(TABLE_ID.sub("", word.text), braced=True)
            case "name":
                return self._call(word) if self._accept("(") else Name(word.text)
        if word.text == "(":
            node = self._either()
            self._expect(")")
            return node
        if word.text == "[":
            return self._bracketed()
        raise self._unexpected(word)

    def _call(self, word: Word) -> Node:
        arguments = tuple(self._list(")", self._either))
        end = self.words[self.at - 1].at + 1
        return Call(word.text, arguments, self.text[word.at : end])

    def _bracketed(self) -> Node:
        return Bracketed(tuple(self._list("]", self._item)))

    def _item(self) -> Item:
        excluded = bool(self._accept("!"))
        node = self._either()
        direction = self._accept("ASC", "DESC")
        return Item(node, direction == "DESC", excluded)

    def _list(self, close: str, read: Callable[[], T]) -> Iterator[T]:
        if self._accept(close):
            return
        while True:
            yield read()
            if self._accept(close):
                return
            self._expect(",")

    def _peek(self) -> Word:
        return self.words[self.at]

    def _take(self) -> Word:
        word = self.words[self.at]
        self.at = min(self.at + 1, len(self.words) - 1)
        return word

    def _accept(self, *texts: str) -> str:
        """The next word, taken, where it is one of these marks or (without case) words."""
        word = self._peek()
        said = word.text.upper() if word.kind == "name" else word.text
        if word.kind not in ("mark", "name") or said not in texts:
            return ""
        self._take()
        return said

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(wanted=text)

    def _unexpected(self, word: Word | None = None, wanted: str = "") -> CalcSyntaxError:
        word = word or self._peek()
        found = f"'{word.text}' (character {word.at + 1})" if word.kind != "end" else "its end"
        instead = f", where '{wanted}' was expected" if wanted else ""
        return CalcSyntaxError(f"The expression does not read at {found}{instead}.")


def _number(written: str) -> int | float:
    return int(written) if written.isdigit() else float(written)


def _negative(node: Node, negative: bool) -> Node:
    return Operation("negative", (node,)) if negative else node
