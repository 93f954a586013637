"""JSON and YAML of recipes: words are as they were written, numbers too.

A parameter is a text, so YAML's ``no``, ``2019-06-12`` and ``007`` are texts here, and 1.50 is not
1.5. A function of CloudFormation stays one, for nothing here can resolve it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from labkit.errors import NoRecipe

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


class Number(str):
    """A number as it was written, so that 1.50 stays so."""


def document(text: str) -> Any:
    """What a text says.

    Raises:
        NoRecipe: it is neither JSON nor YAML.
    """
    try:
        return json.loads(text, parse_int=Number, parse_float=Number)
    except ValueError:
        pass
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise NoRecipe(f"it is neither JSON nor YAML: {' '.join(str(error).split())}") from None


def as_json(value: Any) -> str:
    """JSON with an indent of two."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_yaml(value: Any) -> str:
    """YAML, members in their order."""
    written: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000
    )
    return written


class Unresolved:
    """A function of CloudFormation, such as ``!Ref Name``."""

    def __init__(self, tag: str, value: Any) -> None:
        self.tag, self.value = tag, value

    def __str__(self) -> str:
        return f"!{self.tag} {self.value}"


class _Loader(yaml.SafeLoader):
    """YAML whose words are JSON's: ``no`` and ``2019-06-12`` are texts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (as its parent has it)


def _number(loader: yaml.SafeLoader, node: Any) -> Number:
    return Number(loader.construct_scalar(node))


def _unresolved(loader: yaml.SafeLoader, tag: str, node: Any) -> Unresolved:
    return Unresolved(tag, node.value if isinstance(node, yaml.ScalarNode) else "…")


_Loader.add_implicit_resolver("!number", re.compile(rf"{_NUMBER.pattern}$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(~|null|)$"), ["~", "n", ""])
_Loader.add_constructor("!number", _number)
_Loader.add_multi_constructor("!", _unresolved)


class _Dumper(yaml.SafeDumper):
    """Lists are indented within what they belong to."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True
