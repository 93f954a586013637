"""Templates that AWS's own transforms write anew before anything is made of them.

A template says which in ``Transform``, or in ``Fn::Transform`` where a part of it comes from S3.
What a caller gave is the template's stage ``Original``, what a stack is made of ``Processed``.
Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html,
its neighbours of the other transforms there, and
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud import stacks
from labkit.cloud.stacks import intrinsics, judging, loops, reading
from labkit.cloud.stacks.failures import Refused
from labkit.cloud.stacks.updates import Said, given

_FAILED = f"Transform {judging.INCLUDE} failed with: {{}}."
_LISTS = ("CommaDelimitedList", "List<")
_STORED = "AWS::SSM::Parameter::Value<"


def teach() -> None:
    """Have moto's stacks be made of what the transforms make of their templates."""
    stack: Any = models.Stack
    change: Any = models.ChangeSet
    stack.__init__ = _begun(stack.__init__)
    stack._parse_template = _parse
    stack.has_template = _has_template
    change._parse_template = _parse_proposed
    stack.processed = change.processed = ("", {}, {})
    stack.incoming = change.incoming = change.refused = None


def read(text: str, parameters: Said) -> Said:
    """A template as a stack is made of it.

    Args:
        text: JSON or YAML.
        parameters: the texts that are given for its own.

    Raises:
        ValidationError: it cannot be read, or written anew.
    """
    template = reading.load(text)
    judging.check_template(template)
    if not (names := judging.declared(template)):
        return dict(template)
    values = _values(template, parameters)
    top = judging.listed(template.pop("Transform", []))
    template[judging.HERE] = [each for each in top if judging.named(each) == judging.INCLUDE]
    template = _filled(template, values)
    if judging.LOOPS in names:
        template = loops.unrolled(template, lambda said: resolved(said, template, values))
    if judging.SERVERLESS in names:
        from labkit.cloud.stacks import serverless

        template = serverless.translated(template, values)
    template = reading.texts(json.loads(json.dumps(template)))
    judging.check_template(template)
    return dict(template)


def stages(told: Any) -> dict[str, str]:
    """The templates of a stack or of a change set, by their stage."""
    text = str(told.template)
    is_plain = not text or not judging.declared(reading.load(text))
    made = text if is_plain else json.dumps(_processed(told))
    return {"Original": text, "Processed": made}


def _processed(told: Any) -> Said:
    text, parameters, made = told.processed
    is_that = (text, parameters) == (told.template, told.parameters)
    return dict(made) if is_that else read(told.template, told.parameters)


def _values(template: Said, parameters: Said) -> Said:
    """What ``Ref`` gives before anything is made: parameters, and what AWS tells beside them."""
    context = stacks.caller()
    slots, values = template.get("Parameters") or {}, given(template, parameters)
    judging.check_parameters(template, parameters)
    for name, slot in slots.items():
        kind, text = str(slot.get("Type")), values[name]
        if kind.startswith(_STORED):
            found = stacks.client("ssm").get_parameters(Names=[text])["Parameters"]
            text, kind = (found[0]["Value"] if found else text), kind.removeprefix(_STORED)
        is_list = kind.startswith(_LISTS) and isinstance(text, str)
        values[name] = [each.strip() for each in text.split(",")] if is_list else text
    pseudo = {"Region": context.region, "AccountId": context.account, "Partition": "aws"}
    return {f"AWS::{name}": each for name, each in pseudo.items()} | values


def resolved(value: Any, template: Said, values: Said) -> Any:
    """A value with what is known of it before anything is made.

    Raises:
        ValidationError: it asks for what is known later only.
    """

    def clean(said: Any) -> Any:
        if isinstance(said, list):
            return [clean(each) for each in said]
        if not isinstance(said, dict):
            return said
        name = next(iter(said), "") if len(said) == 1 else ""
        if name == "Ref":
            if said[name] not in values:
                raise ValidationError(message=f"Template error: {said[name]} is not known yet")
            return values[said[name]]
        if name == "Fn::FindInMap":
            return intrinsics.mapped(clean(said[name]), template.get("Mappings") or {})
        if name in intrinsics.FUNCTIONS:
            return intrinsics.FUNCTIONS[name](said[name], clean, values)
        if name == "Fn::Split":
            between, text = clean(said[name])
            return str(text).split(str(between))
        return {key: clean(each) for key, each in said.items()}

    return clean(value)


def _filled(template: Said, values: Said) -> Said:
    """A template with its parts that are in S3."""

    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(each) for each in value]
        if not isinstance(value, dict):
            return value
        told = {name: fill(each) for name, each in value.items() if name != judging.HERE}
        for each in judging.listed(value.get(judging.HERE) or []):
            told = fill(_included(resolved(each, template, values))) | told
        return told

    return dict(fill(template))


def _included(said: Any) -> Said:
    """A part of a template that is in S3."""
    from labkit.cloud.stacks import templates

    if judging.named(said) != judging.INCLUDE:
        raise Refused(message=f"Transform {judging.named(said)} is for whole templates alone.")
    asked = said.get("Parameters") if isinstance(said, dict) else None
    place = str(asked.get("Location") or "") if isinstance(asked, dict) else ""
    if not place:
        raise Refused(message=_FAILED.format("Location parameter is missing"))
    bucket, _, key = place.removeprefix("s3://").partition("/")
    url = f"https://s3.amazonaws.com/{bucket}/{key}" if place.startswith("s3://") else place
    part = reading.load(templates.from_s3(url))
    if not isinstance(part, dict):
        raise Refused(message=_FAILED.format("the included snippet is no object"))
    return part


def _begun(begin: Any) -> Any:
    """A stack knows its parameters when it reads its template."""

    def begun(self: Any, *args: Any, **told: Any) -> None:
        self.parameters = told["parameters"]
        begin(self, *args, **told)

    return begun


def _parse(self: Any) -> None:
    parameters = self.parameters if self.incoming is None else self.incoming
    self.template_dict = read(self.template, parameters)
    self.processed = (self.template, parameters, json.loads(json.dumps(self.template_dict)))


def _parse_proposed(self: Any) -> None:
    """Where a transform refuses a change set's template, the change set has failed."""
    try:
        _parse(self)
    except Refused as error:
        self.refused, self.template_dict = error.message, {"Resources": {}}


def _has_template(self: Any, other: str) -> bool:
    """Whether a stack would be made of the same by another template, too."""
    return bool(_processed(self) == read(other, self.parameters))
