"""Functions of templates that moto reads otherwise than CloudFormation, or not at all.

``${Cluster.Endpoint.Port}`` is read whole, truths are told in small letters, what a text is filled
with is not looked at again; ``Fn::Select`` counts neither from the end nor beyond it, and zones are
those of a region that may be a reference.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
and, of ``Fn::Cidr``, intrinsic-function-reference-cidr.html there.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.json_text import as_text

Clean = Callable[[Any], Any]
_PLACE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9_.:]+")
_SELECT = "Fn::Select requires a list argument with two elements: an integer index and a list"
_NO_ITEM = "Fn::Select cannot select nonexistent value at index {}"
_MOST_BLOCKS = 256
_BLOCKS = "Fn::Cidr requires a list of three: a block of addresses, a count, and a number of bits"
_JOIN = (
    "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
    "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to "
    "be joined."
)
#: What is said of ``Fn::Sub`` with other arguments.
SUB = (
    "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string "
    "as first argument, and an optional second argument to specify a mapping of values to "
    "replace in the string"
)
_NAMES = (
    "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
    "periods, and colons"
)


def select(said: Any, clean: Clean, resources: Any) -> Any:
    index, items = map(clean, said) if isinstance(said, list) and len(said) == 2 else ("", None)
    if not isinstance(items, list) or not re.fullmatch(r"-?\d+", str(index)):
        raise _bad(_SELECT)
    if not 0 <= int(index) < len(items):
        raise _bad(_NO_ITEM.format(index))
    return items[int(index)]


def join(said: Any, clean: Clean, resources: Any) -> str:
    between, items = map(clean, said) if isinstance(said, list) and len(said) == 2 else ("", None)
    if not isinstance(between, str) or not isinstance(items, list):
        raise _bad(_JOIN)
    if any(isinstance(each, (list, dict)) for each in items):
        raise _bad(_JOIN)
    return between.join(map(as_text, items))


def substitute(said: Any, clean: Clean, resources: Any) -> str:
    text, own = said if isinstance(said, list) and len(said) == 2 else (said, {})
    if not isinstance(text, str) or not isinstance(own, dict):
        raise _bad(SUB)

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if not _NAME.fullmatch(name):
            raise _bad(_NAMES)
        asked = own[name] if name in own else _reference(name)
        told = clean(asked)
        if told is None or isinstance(told, (list, dict)):
            raise _bad(f"variable {name} in Fn::Sub expression does not resolve to a string")
        return as_text(told)

    return _PLACE.sub(value, text)


def _reference(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": name.split(".", 1)} if "." in name else {"Ref": name}


def zones(said: Any, clean: Clean, resources: Any) -> list[str]:
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    region = clean(said) or resources["AWS::Region"]
    return [zone.name for zone in RegionsAndZonesBackend.zones.get(region, ())]


def blocks(said: Any, clean: Clean, resources: Any) -> list[str]:
    """The first blocks of addresses of a size within another; the size is that of what varies."""
    block, count, bits = map(clean, said) if isinstance(said, list) and len(said) == 3 else [""] * 3
    if not (re.fullmatch(r"\d+", str(count)) and re.fullmatch(r"\d+", str(bits))):
        raise _bad(_BLOCKS)
    try:
        whole = ipaddress.ip_network(str(block))
        parts = whole.subnets(new_prefix=whole.max_prefixlen - int(bits))
        found = [str(each) for each, _ in zip(parts, range(int(count)), strict=False)]
    except ValueError as error:
        raise _bad(f"Fn::Cidr: {error}") from error
    if not 0 < len(found) == int(count) <= _MOST_BLOCKS:
        raise _bad(f"Fn::Cidr cannot make {count} blocks of {bits} bits of {block}")
    return found


def mapped(path: list[Any], mappings: Any) -> Any:
    """What a mapping has under its two keys.

    Raises:
        ValidationError: there is no such mapping or key.
    """
    name, *keys = map(str, path)
    found: Any = mappings.get(name)
    if found is None:
        words = f"Mapping named '{name}' is not present in the 'Mappings' section of template."
        raise _bad(words)
    for key in keys:
        under = {str(each): value for each, value in found.items()}  # YAML reads 1 as a number
        if key not in under:
            words = f"Unable to get mapping for {'::'.join([name, *keys])}"
            raise _bad(words)
        found = under[key]
    return found


FUNCTIONS: dict[str, Callable[[Any, Clean, Any], Any]] = {
    "Fn::Cidr": blocks,
    "Fn::Select": select,
    "Fn::Join": join,
    "Fn::Sub": substitute,
    "Fn::GetAZs": zones,
}


def _bad(words: str) -> ValidationError:
    return ValidationError(message=f"Template error: {words}")
