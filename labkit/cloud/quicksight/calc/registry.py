"""The registry of QuickSight's functions.

A function is one Python function and one line of registry, and its signature is its schema::

    @function("left", "string", "string")
    def left(expression: String, limit: Integer) -> str:
        \"\"\"The leftmost characters of a string.\"\"\"
        return f"left({expression}, {limit})"

The annotations are the kinds of argument below; ``*`` takes any number of them, a default makes
one optional. What it returns is the SQL, or a whole `Value` where the level is not its arguments'.
A first parameter of type ``Query`` is the query that the call stands in. Source:
https://docs.aws.amazon.com/quicksight/latest/user/functions-by-category.html
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from labkit.cloud.quicksight.calc.errors import WrongArguments, unknown
from labkit.cloud.quicksight.calc.values import Kind, Value

PACKAGE = "labkit.cloud.quicksight.calc.functions"
Answer = str | Value
Returns = Kind | Callable[..., Kind]


@dataclass(frozen=True)
class Argument:
    """One parameter of a function.

    Args:
        kind: the name of the annotation: ``String``, ``Measure``, ``Sort``, ...
        variadic: any number of them may follow.
    """

    name: str
    kind: str
    required: bool = True
    variadic: bool = False

    def __str__(self) -> str:
        shown = f"{self.name}, ..." if self.variadic else self.name
        return shown if self.required else f"[{shown}]"


@dataclass(frozen=True)
class Function:
    """One function of the language.

    Args:
        name: as AWS spells it; it is found without case.
        category: ``aggregate``, ``conditional``, ``date``, ``numeric``, ``mathematical``,
            ``string`` or a table calculation's: ``lookup``, ``over``, ``ranking``, ``running``,
            ``window``.
        returns: the type of what the SQL yields, or what tells it from the arguments; nothing
            where ``call`` gives a whole value.
        call: writes the SQL.
    """

    name: str
    category: str
    returns: Returns
    call: Callable[..., Answer]
    arguments: tuple[Argument, ...]
    takes_query: bool

    @property
    def summary(self) -> str:
        """One line of help."""
        return (inspect.getdoc(self.call) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def signature(self) -> str:
        """As a person writes it: ``left(expression, limit)``."""
        return f"{self.name}({', '.join(map(str, self.arguments))})"

    @property
    def least(self) -> int:
        """How many arguments it takes at least."""
        return sum(each.required for each in self.arguments)

    def kinds(self, count: int) -> list[str]:
        """The kind of each of so many arguments; the last one's again where it is variadic."""
        last = self.arguments[-1:] * (count - len(self.arguments))
        return [each.kind for each in (*self.arguments, *last)][:count]

    def check_count(self, count: int) -> None:
        """Refuse too few or too many arguments."""
        variadic = any(each.variadic for each in self.arguments)
        if count < self.least or (count > len(self.arguments) and not variadic):
            raise WrongArguments(
                f"The function {self.name} has the wrong number of arguments: {count}. "
                f"It is written {self.signature}."
            )


_FUNCTIONS: dict[str, Function] = {}


def function(
    name: str, category: str, returns: Returns = "null"
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Register a function of the language."""

    def register(call: Callable[..., Answer]) -> Callable[..., Answer]:
        add(name, category, call, returns)
        return call

    return register


def add(name: str, category: str, call: Callable[..., Answer], returns: Returns = "null") -> None:
    """One more line of the registry."""
    parameters = list(inspect.signature(call).parameters.values())
    takes_query = bool(parameters) and parameters[0].annotation == "Query"
    arguments = tuple(map(_argument, parameters[takes_query:]))
    _FUNCTIONS[name.lower()] = Function(name, category, returns, call, arguments, takes_query)


def functions() -> dict[str, Function]:
    """All functions by their names in small letters."""
    if not _FUNCTIONS:
        for module in pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__):
            importlib.import_module(f"{PACKAGE}.{module.name}")
    return _FUNCTIONS


def function_named(name: str) -> Function:
    """A function by its name, without case.

    Raises:
        UnknownName: there is none.
    """
    found = functions().get(name.lower())
    if not found:
        raise unknown("function", name, [each.name for each in functions().values()])
    return found


def _argument(parameter: inspect.Parameter) -> Argument:
    kind = str(parameter.annotation).removesuffix(" | None")
    variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    required = parameter.default is inspect.Parameter.empty and not variadic
    return Argument(parameter.name, kind, required, variadic)
