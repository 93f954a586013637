"""What is wrong with a recipe, said with what exists."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from labkit.cloud.engine.formats import explain
from labkit.cloud.engine.sentences import first_line
from labkit.cloud.engine.trino.errors import QueryFailed, marked

_NAMED = 40  # names in a sentence; a table may have hundreds of columns


class RecipeError(ValueError):
    """A recipe that cannot run.

    Args:
        message: what is wrong and what exists.
        step: the step's number, from 1; ``None`` where no one step is at fault.
        operation: the step's operation.
    """

    def __init__(self, message: str, step: int | None = None, operation: str = "") -> None:
        super().__init__(message, step, operation)
        self.message, self.step, self.operation = message, step, operation

    def __str__(self) -> str:
        where = f"Step {self.step} ({self.operation}): " if self.step else ""
        return f"{where}{self.message}"

    def at(self, step: int, operation: str) -> RecipeError:
        """The same error, with its step."""
        return RecipeError(self.message, self.step or step, self.operation or operation)


def unknown(what: str, name: str, known: Iterable[str]) -> RecipeError:
    """An unknown name: what it might have been, and what there is.

    >>> print(unknown("column", "ago", ["age", "name"]))
    There is no column 'ago'. Did you mean 'age'? There are: age, name.
    """
    names = list(known)
    close = get_close_matches(name, names, 1)
    guess = f" Did you mean '{close[0]}'?" if close else ""
    more = [f"and {len(names) - _NAMED} more"] if len(names) > _NAMED else []
    there = ", ".join([*names[:_NAMED], *more])
    return RecipeError(f"There is no {what} '{name}'.{guess} There are: {there}.")


def plainly(error: Exception) -> str:
    """What an error of the engine says: a function's own sentence, or DuckDB's first.

    >>> plainly(ValueError("TrinoError: LABKIT:A_CODE: (?a)(a+)+ takes too long"))
    '(a+)+ takes too long'
    """
    own = error if isinstance(error, QueryFailed) else marked(str(error))
    told = explain(error) or own
    # A recipe's patterns have (?a) here.
    return told.message.replace("(?a)", "") if told else first_line(str(error))
