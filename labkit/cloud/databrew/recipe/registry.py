"""The registry of recipe operations: one function each, whose signature is its schema.

::

    operation = category("Basic column")

    @operation("RENAME")
    def rename(table: Relation, *, source_column: Column, target_column: NewColumn) -> Relation:
        \"\"\"One column under a new name, in the same place.\"\"\"

A parameter's name is DataBrew's (``sourceColumn``) in snake case, its annotation is one of the
kinds in `parameters`, its default makes it optional. Source:
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Parameter, folded, parameter
from labkit.cloud.databrew.recipe.relation import Relation

Function = Callable[..., Relation]
Ordered = bool | Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True)
class Operation:
    """A recipe operation.

    Args:
        name: DataBrew's (``RENAME``).
        category: as the console's toolbar groups them.
        function: takes a relation and the parameters, returns a relation.
        ordered: whether it depends on the order of rows; for some, their parameters decide.
    """

    name: str
    category: str
    function: Function
    ordered: Ordered = False

    @functools.cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it takes, as its signature says."""
        kinds = typing.get_type_hints(self.function, include_extras=True)
        found = list(inspect.signature(self.function).parameters.values())[1:]
        return tuple(parameter(each.name, kinds[each.name], each.default) for each in found)

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")

    def needs_order(self, given: Mapping[str, str]) -> bool:
        """Whether it depends on the order of rows, with these parameters."""
        return self.ordered if isinstance(self.ordered, bool) else self.ordered(given)

    def apply(self, table: Relation, given: Mapping[str, str]) -> Relation:
        """Apply it with parameters as the API has them: texts under DataBrew's names.

        Raises:
            RecipeError: a parameter is unknown, missing or does not read; or the operation refuses.
        """
        known = {folded(each.name): each for each in self.parameters}
        texts: dict[str, str] = {}
        for name, text in given.items():
            if folded(name) in known:
                texts[folded(name)] = text
            elif not _says_nothing(name, text):
                raise unknown("parameter", name, [each.name for each in self.parameters])
        read = {each.argument: each.read(texts.get(key), table) for key, each in known.items()}
        return self.function(table, **read)


OPERATIONS: dict[str, Operation] = {}
#: Names of functions' pages that their own examples do not use, and the other way round.
ALIASES = {
    "ISEVEN": "IS_EVEN",
    "ISODD": "IS_ODD",
    "STDDEV": "STANDARD_DEVIATION",
    "VAR": "VARIANCE",
    "ROLLING_STDEV": "ROLLING_STANDARD_DEVIATION",
    "ROLLING_VAR": "ROLLING_VARIANCE",
    "DATEADD": "DATE_ADD",
    "DATEDIFF": "DATE_DIFF",
    "DATETIME": "DATE_TIME",
    "NORMALIZATION": "SCALE",
}

#: What the console writes into a step beside its parameters, in small letters, and the value with
#: which it says nothing more (any): recipes that were downloaded from it have them, such as
#: https://github.com/aws-samples/aws-databrew-ml-stepfunction-workflow/tree/main/code
FROM_CONSOLE = {
    "functionsteptype": "",  # the name of the operation once more
    "mappingoption": "",  # which values the form listed; the map has them
    "targetindex": "nan",  # the place in MOVE_TO_INDEX, of which the other moves have none
}


def category(title: str) -> Callable[..., Callable[[Function], Function]]:
    """A decorator that registers the operations of one category."""

    def operation(name: str, *, ordered: Ordered = False) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            if name in OPERATIONS:
                raise RecipeError(f"{name} is registered twice")
            OPERATIONS[name] = Operation(name, title, function, ordered)
            return function

        return register

    return operation


def operation_named(name: str) -> Operation:
    """The operation of a name.

    Raises:
        RecipeError: there is none.
    """
    _load()
    known = ALIASES.get(name.upper(), name.upper())
    if known not in OPERATIONS:
        raise unknown("operation", name, sorted(OPERATIONS))
    return OPERATIONS[known]


@functools.cache
def _load() -> None:
    from labkit.cloud.databrew.recipe import steps

    for module in pkgutil.iter_modules(steps.__path__):
        importlib.import_module(f"{steps.__name__}.{module.name}")


def _says_nothing(name: str, text: str) -> bool:
    value = FROM_CONSOLE.get(folded(name))
    return value is not None and value in ("", text.lower())
