"""JSONata in a state machine: texts of the form ``{% $states.input.total * 2 %}``.

An expression sees ``$states`` and the variables, and the functions that Step Functions adds to the
language. One that finds nothing fails its state, and so does one that runs for too long.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html and
https://docs.jsonata.org
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from labkit.cloud.engine.patience import patient
from labkit.cloud.json_text import parse_json
from labkit.cloud.states.errors import QUERY, StateFailed
from labkit.cloud.states.history import Event
from labkit.cloud.states.overtime import Overtime, within

MOST_S, DEEPEST = 5, 100
MOST_RANGE = 10_000_000  # of $range, as JSONata's [1..n] has at most
_LATE = f"D1012: Evaluation timeout after {MOST_S * 1000} milliseconds. Check for infinite loop"
_ERRORS = (  # whatever the library raises of its own
    *(ValueError, TypeError, RuntimeError, LookupError, AttributeError),
    *(ArithmeticError, MemoryError),
)
_ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


def is_expression(value: Any) -> bool:
    """Whether a template's value is to be evaluated."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def problem(text: str) -> str | None:
    """Why an expression does not parse, else ``None``."""
    from jsonata import Jsonata  # type: ignore[import-untyped]
    from jsonata.jexception import JException  # type: ignore[import-untyped]

    try:
        Jsonata(_inner(text))
    except JException as error:
        return str(error)
    except KeyError as error:  # a sign that the library reads and that is none of the language's
        return f'Unknown operator: "{error.args[0]}"'
    return None


def variables(text: str) -> set[str]:
    """The variables that an expression refers to, without those that it binds itself."""
    from jsonata import Jsonata

    free, bound = set[str](), {"", "$", "states", *FUNCTIONS, *Jsonata.static_frame.bindings}
    for node in _nodes(Jsonata(_inner(text)).ast, set()):
        if node.type == "variable":
            free.add(node.value)
        if node.type == "bind":
            bound.add(node.lhs.value)
        if node.type == "lambda":
            bound |= {argument.value for argument in node.arguments}
        bound |= {name for name in (node.focus, node.index) if isinstance(name, str)}
    return free - bound


def _nodes(value: Any, seen: set[int]) -> Iterator[Any]:
    """The nodes of an expression's tree."""
    from jsonata.parser import Parser  # type: ignore[import-untyped]

    if isinstance(value, list | tuple):
        for each in value:
            yield from _nodes(each, seen)
    elif isinstance(value, Parser.Symbol) and id(value) not in seen:
        seen.add(id(value))
        yield value
        yield from _nodes(list(vars(value).values()), seen)


def fill(template: Any, bindings: dict[str, Any], field: str) -> Any:
    """A template with its expressions evaluated.

    Args:
        bindings: ``states`` and the variables.
        field: the template's name, for the error's words.

    Raises:
        StateFailed: ``States.QueryEvaluationError``.
    """
    if isinstance(template, dict):
        return {name: fill(each, bindings, f"{field}/{name}") for name, each in template.items()}
    if isinstance(template, list):
        return [fill(each, bindings, f"{field}[{n}]") for n, each in enumerate(template)]
    return evaluate(template, bindings, field) if is_expression(template) else template


def evaluate(text: str, bindings: dict[str, Any], field: str) -> Any:
    """The value of one expression.

    Raises:
        StateFailed: it throws, or returns nothing.
    """
    from jsonata.jexception import JException

    from labkit.cloud.states import jsonata_functions

    what = f"The JSONata expression '{_inner(text)}' specified for the field '{field}'"
    try:
        expression = jsonata_functions.expression(_inner(text), _expression)
        expression.set_output_convert_nulls(False)
        expression.environment.set_runtime_bounds(MOST_S * 1000, DEEPEST)
        for name, function in FUNCTIONS.items():
            expression.register_lambda(name, function)
        inward = {k: _inward(v) for k, v in bindings.items()}
        found = within(MOST_S, lambda: expression.evaluate(None, inward))
    except Overtime:
        raise _failed(f"{what} threw an error during evaluation. {_LATE}", field) from None
    except (JException, *_ERRORS) as error:
        code = f"{error.get_error()}: " if isinstance(error, JException) else ""
        raise _failed(f"{what} threw an error during evaluation. {code}{error}", field) from error
    if _is_function(found):
        raise _failed(f"{what} returned an unsupported result type.", field)
    if found is None:
        raise _failed(f"{what} returned nothing (undefined).", field)
    return _outward(found)


def _inner(text: str) -> str:
    return text[2:-2].strip()


def _failed(cause: str, field: str) -> StateFailed:
    return StateFailed(QUERY, cause, events=[Event("EvaluationFailed", {"location": field})])


def _inward(value: Any) -> Any:
    """A JSON value as the library has it: null is a value of its own."""
    from jsonata.utils import Utils  # type: ignore[import-untyped]

    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {name: _inward(each) for name, each in value.items()}
    return [_inward(each) for each in value] if isinstance(value, list) else value


def _outward(value: Any) -> Any:
    """What the library found, as JSON; AWS writes numbers that are none as their names."""
    from jsonata.utils import Utils

    if value is Utils.NULL_VALUE or _is_function(value):
        return None
    if isinstance(value, dict):
        return {name: _outward(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_outward(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_function(value: Any) -> bool:
    """Whether a value is a function: one of the library's, or one that an expression defines."""
    from jsonata.parser import Parser

    return callable(value) or isinstance(value, Parser.Symbol)


# What would go on for ever, or take all memory ----------------------------------------------------


def _expression(pattern: str, flags: Any) -> Any:
    from jsonata.regex_engine import default_regex_engine  # type: ignore[import-untyped]

    return patient(default_regex_engine(pattern, flags), _too_slow)


def _too_slow(message: str) -> NoReturn:
    raise ValueError(message)


# The functions that Step Functions adds -----------------------------------------------------------


def _partition(values: Any, size: Any) -> Any:
    values, size = values if isinstance(values, list) else [values], int(size or 0)
    if size < 1 or not values:
        return None
    return [values[at : at + size] for at in range(0, len(values), size)]


def _range(first: Any, last: Any, step: Any = None) -> Any:
    first, last, step = int(first), int(last), int(step or 0)
    wanted = range(first, last + (1 if step > 0 else -1), step) if step else range(0)
    if wanted[MOST_RANGE:]:
        raise ValueError(f"The array has more than {MOST_RANGE} elements")
    found = list(wanted)
    return found[0] if len(found) == 1 else found or None


def _hash(text: Any, algorithm: Any = None) -> Any:
    if text is None or algorithm is None:
        return None
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"{algorithm} is not a supported hashing algorithm")
    written = text if isinstance(text, str) else json.dumps(text, separators=(",", ":"))
    name = algorithm.replace("SHA-", "sha").lower()
    return hashlib.new(name, written.encode(), usedforsecurity=False).hexdigest()


def _random(seed: Any = None) -> float:
    return random.Random(seed).random()


def _parse(text: Any) -> Any:
    return None if text is None else _inward(parse_json(text))


def _eval(*_: Any) -> Any:
    raise ValueError("T1006: Attempted to invoke a non-function")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "random": _random,
    "uuid": lambda: str(uuid.uuid4()),
    "parse": _parse,
    "eval": _eval,
}
