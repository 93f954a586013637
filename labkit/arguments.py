"""Whether a helper is called as it can be: judged before it runs, so a slip is one sentence."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from numbers import Integral, Real
from os import PathLike
from typing import Any

from labkit.errors import slip

# What an annotation lets in, and its name in a sentence. Others are not judged.
KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "bytes": ((bytes, bytearray), "bytes"),
    "Path": ((str, PathLike), "a path"),
    "int": ((Integral,), "a whole number"),
    "float": ((Real, Decimal), "a number"),
    "bool": ((bool, Integral), "True or False"),
    "list[str]": ((list, tuple), "a list"),
    "Mapping[str, str]": ((Mapping,), "a dictionary"),
    "Mapping[str, charts.Fields]": ((Mapping,), "a dictionary"),
    "None": ((type(None),), ""),
}
MOST_LETTERS = 60


def judge(method: Callable[..., Any], args: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    """Compare a call of a helper's method with what the method takes.

    Args:
        method: as its class defines it; the first argument is the helper.

    Raises:
        TypeError: an argument is missing, too many, unknown, or not of its kind.
    """
    signature = _signature(method)
    try:
        given = signature.bind(*args, **options).arguments
    except TypeError as error:
        why = str(error)[0].upper() + str(error)[1:]
        raise slip(f"{why}. It is {_called(method, args[0])}.", TypeError) from None
    for name, value in given.items():
        parameter = signature.parameters[name]
        several = parameter.kind is inspect.Parameter.VAR_POSITIONAL
        wanted = str(parameter.annotation).split(" | ")
        for one in value if several else (value,):
            if KINDS.keys() >= {*wanted} and not isinstance(one, _types(wanted)):
                raise slip(
                    _sentence(f"Each of {name}" if several else name, wanted, one), TypeError
                )


@cache
def _signature(method: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(method)


def _types(wanted: list[str]) -> tuple[type, ...]:
    return tuple(one for kind in wanted for one in KINDS[kind][0])


def _sentence(name: str, wanted: list[str], value: object) -> str:
    kinds = " or ".join(filter(None, (KINDS[kind][1] for kind in wanted)))
    shown = repr(value)
    shown = shown if len(shown) <= MOST_LETTERS else f"a {type(value).__name__}"
    return f"{name} is {kinds}, not {shown}."


def _called(method: Callable[..., Any], helper: Any) -> str:
    """How a learner writes the call: ``lab.storage.head(uri, *, lines=5)``."""
    empty = inspect.Parameter.empty
    _, *parameters = _signature(method).parameters.values()
    plain = inspect.Signature([one.replace(annotation=empty) for one in parameters])
    name = "" if method.__name__ == "__call__" else f".{method.__name__}"
    kind = type(helper).__name__.lower()
    return f"{'lab.' if hasattr(type(helper.lab), kind) else ''}{kind}{name}{plain}"
