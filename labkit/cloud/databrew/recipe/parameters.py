"""The kinds of parameters, and how each is read out of the text that the API carries.

In a step every parameter is a text; a list, a number or an object is JSON inside it. Names are met
in several spellings (``sourceColumn``, ``SourceColumn``, ``source_column``): all are one.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from labkit.cloud.databrew.recipe.column import PLAIN_NUMBER, Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.relation import Relation

#: A column's name that is not taken yet.
NewColumn = Annotated[str, "new column"]
#: Columns of the table.
Columns = tuple[Column, ...]
#: Texts, as a JSON list.
Texts = tuple[str, ...]
#: A text that can be its default alone.
Fixed = Annotated[str, "choice"]
#: Any JSON value.
Json = Annotated[Any, "json"]

_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    Args:
        argument: the function's name for it (``source_column``).
        kind: ``column``, ``columns``, ``new column``, ``new columns``, ``text``, ``texts``,
            ``number``, ``whole``, ``flag``, ``choice`` or ``json``.
        default: its value when not given; ``inspect.Parameter.empty`` when it must be.
        choices: what a ``choice`` may be.
    """

    argument: str
    kind: str
    default: Any
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """DataBrew's spelling.

        >>> Parameter("source_column", "column", None).name
        'sourceColumn'
        """
        first, *rest = self.argument.rstrip("_").split("_")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty

    def read(self, text: str | None, table: Relation) -> Any:
        """The value behind a text; the default when there is none.

        Raises:
            RecipeError: it must be given, or it does not read as its kind.
        """
        absent = text is None or (text == "" and self.kind != "text")
        if absent and self.required:
            raise RecipeError(f"The parameter '{self.name}' is missing.")
        value = self.default if absent else READERS[self.kind](self, text or "", table)
        if self.required and self.kind == "columns" and not value:
            raise RecipeError(f"The parameter '{self.name}' names no column.")
        return value

    def refuse(self, text: str, wanted: str) -> RecipeError:
        return RecipeError(f"The parameter '{self.name}' must be {wanted}, not '{text}'.")


def parameter(argument: str, annotation: Any, default: Any) -> Parameter:
    """What a function's signature says of one parameter."""
    kind = _without_none(annotation)
    if typing.get_origin(kind) is Literal:
        return Parameter(argument, "choice", default, typing.get_args(kind))
    if kind is Fixed:
        return Parameter(argument, "choice", default, (default,))
    if typing.get_origin(kind) is Annotated:
        return Parameter(argument, typing.get_args(kind)[1], default)
    return Parameter(argument, _KINDS[kind], default)


def folded(name: str) -> str:
    """A parameter's name, whatever its spelling.

    >>> folded("SourceColumn") == folded("source_column")
    True
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def flag(value: Any, name: str) -> bool:
    """A flag: a text, or what stands for it within JSON.

    Raises:
        RecipeError: it is none.
    """
    text = str(value).lower()
    if text not in _TRUE + _FALSE:
        raise RecipeError(f"The parameter '{name}' must be true or false, not '{value}'.")
    return text in _TRUE


def as_list(text: str) -> list[Any] | None:
    """A JSON list behind a text, fractions as they are written; ``None`` when it is none."""
    try:
        found = json.loads(text, parse_float=str)
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return next(each for each in typing.get_args(annotation) if each is not types.NoneType)
    return annotation


_KINDS: dict[Any, str] = {
    Column: "column",
    Columns: "columns",
    str: "text",
    Texts: "texts",
    float: "number",
    int: "whole",
    bool: "flag",
}


def _column(self: Parameter, text: str, table: Relation) -> Column:
    return table.column(text)


def _columns(self: Parameter, text: str, table: Relation) -> tuple[Column, ...]:
    return tuple(table.column(name) for name in _texts(self, text, table))


def _new_column(self: Parameter, text: str, table: Relation) -> str:
    if text in table.names:
        raise RecipeError(f"There is a column '{text}' already: '{self.name}' names a new one.")
    return text


def _new_columns(self: Parameter, text: str, table: Relation) -> tuple[str, ...]:
    return tuple(_new_column(self, name, table) for name in _texts(self, text, table))


def _text(self: Parameter, text: str, table: Relation) -> str:
    return text


def _texts(self: Parameter, text: str, table: Relation) -> tuple[str, ...]:
    found = as_list(text)
    if found is None:
        raise self.refuse(text, "a JSON list")
    return tuple(each if isinstance(each, str) else json.dumps(each) for each in found)


def _number(self: Parameter, text: str, table: Relation) -> float:
    if not re.fullmatch(PLAIN_NUMBER, text):
        raise self.refuse(text, "a number")
    return float(text)


def _whole(self: Parameter, text: str, table: Relation) -> int:
    number = _number(self, text, table)
    if not number.is_integer() or abs(number) >= 2**63:
        raise self.refuse(text, "a whole number")
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else int(number)


def _flag(self: Parameter, text: str, table: Relation) -> bool:
    return flag(text, self.name)


#: A column's type → the one of a step's few data types that has it: recipes that were downloaded
#: from the console have ``int`` where a page lists ``number``.
_GROUPS = {
    **dict.fromkeys(("byte", "short", "int", "integer", "long", "bigint"), "number"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    "datetime": "timestamp",
}


def _choice(self: Parameter, text: str, table: Relation) -> str:
    for choice in self.choices:
        if folded(choice) in (folded(text), _GROUPS.get(text.lower())):
            return choice
    raise self.refuse(text, f"one of {', '.join(self.choices)}")


def _json(self: Parameter, text: str, table: Relation) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise self.refuse(text, "JSON") from None


READERS: dict[str, Callable[[Parameter, str, Relation], Any]] = {
    "column": _column,
    "columns": _columns,
    "new column": _new_column,
    "new columns": _new_columns,
    "text": _text,
    "texts": _texts,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "choice": _choice,
    "json": _json,
}
