"""Templates read as CloudFormation reads them, in the place of what moto takes from PyYAML.

moto reads ``!GetAtt Cluster.Endpoint.Port`` as four words, ``!GetAtt [Group, GroupId]`` not at all,
a policy's ``Version: 2012-10-17`` as a date, and runs what ``!!python`` tags say. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

import yaml
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.json_text import as_text

_PLAIN = {"!Ref": "Ref", "!Condition": "Condition"}
_DATE = "tag:yaml.org,2002:timestamp"
_DEEPEST = 100


class Loader(yaml.SafeLoader):
    """YAML with the short forms of functions, and without dates and aliases."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own)
        first: [(tag, pattern) for tag, pattern in known if tag != _DATE]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            words = "Template error: YAML aliases are not allowed in CloudFormation templates"
            raise ValidationError(message=words)
        return super().compose_node(parent, index)


def load(text: str, Loader: Any = None) -> Any:
    """A template in JSON or YAML, its functions in their long form, its outputs' numbers as texts.

    Raises:
        ValidationError: AWS's, for what is neither.
    """
    try:
        parsed = _parsed(text)
        _check_depth(parsed)
        return texts(_whole(parsed))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        message = f"Template format error: YAML not well-formed.{where}"
        raise ValidationError(message=message) from error
    except RecursionError as error:
        raise ValidationError(message="Template format error: nested too deep") from error


def _check_depth(value: Any) -> None:
    """Raise for what is deeper than templates are, whatever the process's own limit."""
    level, depth = [value], 0
    while level := [
        inner
        for each in level
        if isinstance(each, (dict, list))
        for inner in (each.values() if isinstance(each, dict) else each)
    ]:
        depth += 1
        if depth > _DEEPEST:
            raise RecursionError


def _parsed(text: str) -> Any:
    if text.lstrip().startswith("{"):
        with contextlib.suppress(ValueError):  # YAML may begin so, too
            return json.loads(text)
    return yaml.load(text, Loader=_Loader)


def add_multi_constructor(*_: Any) -> None:
    """moto's own reading of short forms is not needed."""


_Loader = Loader


def _short(loader: Any, suffix: str, node: Any) -> Any:
    """``!Sub text`` as ``{"Fn::Sub": text}``."""
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {_PLAIN.get(f"!{suffix}", f"Fn::{suffix}"): value}


Loader.add_multi_constructor("!", _short)


def texts(template: Any) -> Any:
    """A template whose outputs that are numbers or truths are texts."""
    outputs = template.get("Outputs") if isinstance(template, dict) else None
    for each in outputs.values() if isinstance(outputs, dict) else ():
        if isinstance(each, dict) and isinstance(each.get("Value"), (bool, int, float)):
            each["Value"] = as_text(each["Value"])
    return template


def _whole(value: Any) -> Any:
    """``Fn::GetAtt`` as a resource's name and its attribute's, which may have dots."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: _whole(each) for name, each in value.items()}
    said = told.get("Fn::GetAtt")
    if isinstance(said, str):
        told["Fn::GetAtt"] = said.split(".", 1)
    elif isinstance(said, list) and len(said) > 2:
        told["Fn::GetAtt"] = [said[0], ".".join(said[1:])]
    return told
