"""Payload templates: JSON in which a member ``"name.$"`` is found by a path or a call.

``$`` is the data, ``$$`` the context object, ``$name`` a variable.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from labkit.cloud.json_text import compact
from labkit.cloud.states import calls
from labkit.cloud.states.errors import StateFailed, runtime
from labkit.cloud.states.paths import NothingThere, read_path

if TYPE_CHECKING:
    from labkit.cloud.states.languages import Scope

MOST_BYTES = 262_144
_VARIABLE = re.compile(r"\$(?P<name>[A-Za-z_]\w*)(?P<rest>.*)", re.DOTALL)


def fill(template: Any, data: Any, scope: Scope) -> Any:
    """A template with its paths and calls replaced by what they lead to.

    Raises:
        StateFailed: one leads nowhere.
    """
    if isinstance(template, list):
        return [fill(each, data, scope) for each in template]
    if not isinstance(template, dict):
        return template
    return dict(_member(name, each, data, scope) for name, each in template.items())


def _member(name: str, template: Any, data: Any, scope: Scope) -> tuple[str, Any]:
    if not name.endswith(".$"):
        return name, fill(template, data, scope)
    return name[:-2], value(template, data, scope, name)


def value(expression: str, data: Any, scope: Scope, field: str) -> Any:
    """What a path or a call of an intrinsic function comes to.

    Args:
        field: whose value it is, for the error's words.
    """
    try:
        if calls.is_call(expression):
            return calls.evaluate(expression, lambda path: find(path, data, scope))
        return find(expression, data, scope)
    except StateFailed:
        raise
    except NothingThere as error:
        raise runtime(_nowhere(str(error.args[0]), field, data)) from error
    except ValueError as error:
        raise runtime(f"Invalid path '{expression}' for the field '{field}'") from error


def find(path: str, data: Any, scope: Scope) -> Any:
    """What a path leads to in the data, the context object or a variable.

    Raises:
        NothingThere: nowhere.
        BadPath: it is no path.
    """
    if path.startswith("$$"):
        return read_path(path[1:]).find(scope.context)
    if named := _VARIABLE.fullmatch(path):
        if named["name"] not in scope.variables:
            raise NothingThere(path)
        return read_path("$" + named["rest"]).find(scope.variables[named["name"]])
    return read_path(path).find(data)


def _nowhere(path: str, field: str, data: Any) -> str:
    if field.endswith("Path"):
        return f"Invalid path '{path}' : {_where_it_ends(path, data)}"
    return (
        f"The JSONPath '{path}' specified for the field '{field}' could not be found in the "
        f"input '{compact(data)}'"
    )


def _where_it_ends(path: str, data: Any) -> str:
    """How far a path leads, in the words of AWS's library."""
    keys = read_path(path).keys if not path.startswith("$$") else None
    if keys is None:
        return f"No results for path: {path}"
    for number, key in enumerate(keys[:-1], start=1):
        if not isinstance(data, dict) or not isinstance(key, str):
            break
        if key not in data:
            return f"Missing property in path {_bracketed(keys[:number])}"
        data = data[key]
    return f"No results for path: {_bracketed(keys)}"


def _bracketed(keys: Iterable[str | int]) -> str:
    """A path as the library of AWS writes it: ``$['a']['b']``."""
    return "$" + "".join(f"['{k}']" if isinstance(k, str) else f"[{k}]" for k in keys)
