"""How moto's stacks read templates, mended where it would make another stack than was asked for.

A type that nobody makes is refused, where moto leaves it out; templates are read from this cloud's
own S3; a stack's resources go when it cannot be made whole. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cloudformation-supplied-parameter-types.html
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote, urlparse

from botocore.exceptions import ClientError
from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError

from labkit.cloud import stacks
from labkit.cloud.json_text import as_text
from labkit.cloud.stacks import (
    answers,
    borrowed,
    conditions,
    events,
    intrinsics,
    journal,
    judging,
    nested,
    proposals,
    reading,
    references,
    rollback,
    rules,
    serverless,
    tags,
    taken,
    transforms,
    updates,
)
from labkit.cloud.stacks.failures import Failed, is_new, on_failure
from labkit.cloud.stacks.updates import given, needs

# What stands in templates and makes nothing.
SILENT = ("AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle")
# S3's limit, the lowest of those that a stack's and a resource's name together go beyond.
_LONGEST = 63
# The ARN of the stack that is made, where there is one under review.
_STACK: ContextVar[str | None] = ContextVar("stack", default=None)
_STORED = "AWS::SSM::Parameter::"
_NAME = f"{_STORED}Name"


def teach() -> None:
    """Put all that in moto's place."""
    kind: Any = parsing.ResourceMap
    parsing.NULL_MODELS[:] = SILENT  # moto waits for no condition, and says that it held
    rollback.teach()
    kind.load, kind.update = _checked(kind.load), _checked(kind.update)
    kind.load_parameters = _allowed(kind.load_parameters)
    backend: Any = models.CloudFormationBackend
    backend.create_stack = _undone(backend.create_stack)
    updates.teach()
    answers.teach()
    proposals.teach()
    transforms.teach()
    nested.teach()
    parsing.clean_json = _reading(parsing.clean_json)
    parsing.parse_output = _told(parsing.parse_output)
    conditions.teach()
    parsing.parse_resource = _resolving(parsing.parse_resource)
    events.teach()
    parsing.parse_and_create_resource = events.made(
        taken.checked(parsing.parse_and_create_resource)
    )
    models.generate_stack_id = _identified(models.generate_stack_id)
    parsing.generate_resource_name = _short(parsing.generate_resource_name)
    for module in (models, responses):
        module.yaml = reading  # type: ignore[attr-defined]
        module.get_stack_from_s3_url = from_s3  # type: ignore[attr-defined]


def check_types(template: Any) -> None:
    """Refuse a template with types that nobody makes, or in which one waits for itself.

    Raises:
        ValidationError: AWS's, for types that it does not know, and for circles.
    """
    known = {*parsing.get_model_map(), *parsing.NULL_MODELS}
    known |= serverless.TYPES if judging.SERVERLESS in judging.declared(template or {}) else set()
    resources = (template or {}).get("Resources") or {}
    made = [each for each in resources.values() if isinstance(each, dict) and "Type" in each]
    types = [str(each["Type"]) for each in made]  # others lie in S3
    strange = sorted({t for t in types if t not in known and not t.startswith("Custom::")})
    if strange:
        raise ValidationError(
            message=f"Template format error: Unrecognized resource types: [{', '.join(strange)}]. "
            "The local AWS does not make them."
        )
    if circle := [name for name in resources if _needs_itself(name, resources)]:
        raise ValidationError(
            message=f"Circular dependency between resources: [{', '.join(circle)}]"
        )


def _needs_itself(name: str, resources: dict[str, Any]) -> bool:
    """Whether a resource can only be made after itself."""
    known: set[str] = set()
    ahead = [*needs(resources[name])]
    while ahead:
        other = ahead.pop()
        if other == name:
            return True
        if other in resources and other not in known:
            known.add(other)
            ahead += needs(resources[other])
    return False


def from_s3(template_url: str, *_: Any, **__: Any) -> str:
    """A template in S3, by its address at AWS or at this server.

    Raises:
        ValidationError: it is not there.
    """
    cloud, url = stacks.caller().cloud, urlparse(template_url)
    host, path = url.netloc, unquote(url.path.lstrip("/"))
    by_path = host.startswith("s3") or host == urlparse(cloud.endpoint).netloc
    if not url.scheme.startswith("http") or not host or not path:
        raise ValidationError(message="TemplateURL must be a supported URL.")
    bucket, key = path.split("/", 1) if by_path and "/" in path else (host.split(".")[0], path)
    try:
        answer = stacks.client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        message = f"S3 error: {error.response['Error']['Message']}"
        raise ValidationError(message=message) from error
    return str(answer["Body"].read().decode())


def _checked(work: Any) -> Any:
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        check_types(args[0] if args else kwargs.get("template", self._template))
        return work(self, *args, **kwargs)

    return checked


def _allowed(load: Any) -> Any:
    """Read those parameters alone that may be; moto reads a list of defaults as one text."""

    def loaded(self: Any) -> None:
        if self._template:  # a stack under review has none
            judging.check_parameters(self._template, self.input_parameters)
            self.input_parameters = given(self._template, self.input_parameters)
            _check_stored(self._template, self.input_parameters)
        load(self)
        for name, value in self.resolved_parameters.items():
            if isinstance(value, list):  # each is told without the blanks around it
                trimmed = [each.strip() if isinstance(each, str) else each for each in value]
                self.resolved_parameters[name] = self._parsed_resources[name] = trimmed
        for name, slot in (self._template.get("Parameters") or {}).items():
            if slot.get("Type") == _NAME:  # is that of one that there is, not its value
                told = self.input_parameters[name]
                self.resolved_parameters[name] = self._parsed_resources[name] = told
        rules.check_rules(self._template, self.resolved_parameters)

    return loaded


def _check_stored(template: Any, values: dict[str, Any]) -> None:
    """Raise for parameters of Systems Manager that there are not, or that are secret."""
    slots = (template.get("Parameters") or {}).items()
    names = [values[n] for n, s in slots if str(s.get("Type")).startswith(_STORED)]
    asked = [stacks.client("ssm").get_parameters(Names=[name]) for name in names]
    if lacking := [name for answer in asked for name in answer["InvalidParameters"]]:
        words = f"Unable to fetch parameters [{','.join(lacking)}] from parameter store"
        raise ValidationError(message=f"{words} for this account.")
    found = [each for answer in asked for each in answer["Parameters"]]
    if secret := [each["Name"] for each in found if each["Type"] == "SecureString"]:
        words = "referenced by template have types not supported by CloudFormation."
        raise ValidationError(message=f"Parameters [{','.join(secret)}] {words}")


def _undone(create: Any) -> Any:
    """Drop what was made of a stack that cannot be made whole, and the stack."""

    def created(self: Any, *args: Any, **kwargs: Any) -> Any:
        there = next((s for s in self.stacks.values() if s.name == kwargs["name"]), None)
        if there and not is_new(there):
            raise AlreadyExistsException(f"Stack [{kwargs['name']}] already exists")
        if there:  # under review: it is made without its change sets
            del self.stacks[there.stack_id]
        known = {*self.stacks}
        kept = _STACK.set(there and there.stack_id)
        try:
            made = create(self, *args, **kwargs)
            _end_review(self, made, there)
            made.disable_rollback = on_failure() == "DO_NOTHING"
            rollback.check_outputs(made.resource_map, made.template_dict)
            updates.allow(made)
            made.resource_map.tags_given = dict(made.tags)
            journal.end(made)
            return made
        except Failed as failed:
            made = next(each for each in self.stacks.values() if each.name == kwargs["name"])
            made.disable_rollback = on_failure() == "DO_NOTHING"
            updates.allow(made)
            rollback.end_making(self, made, failed, on_failure())
            journal.end(made)
            return made
        except Exception:
            for stack_id in self.stacks.keys() - known:
                made = self.stacks[stack_id].resource_map
                rollback.unmake(made, made._resource_json_map, made._resource_json_map)
                gone = self.stacks.pop(stack_id)
                journal.end(gone)
                for name in [
                    n for n, e in self.exports.items() if e.exporting_stack_id == stack_id
                ]:
                    del self.exports[name]
            if there:
                self.stacks[there.stack_id] = there
            raise
        finally:
            _STACK.reset(kept)

    return created


def _end_review(backend: Any, stack: Any, reviewed: Any) -> None:
    """A stack that is made has no use for the change sets that would have made it."""
    for each in backend.change_sets.values() if reviewed else ():
        if each.stack_id == stack.stack_id:
            each.execution_status, each.stack = "OBSOLETE", stack
    stack.events[:0] = reviewed.events if reviewed else []


def _identified(generate: Any) -> Any:
    """A stack that is under review keeps its ARN when it is made."""
    return lambda *args: _STACK.get() or generate(*args)


def _short(name: Any) -> Any:
    """Cut the names that resources are given, so that every service takes them."""

    def named(*args: Any, **kwargs: Any) -> str:
        beginning, suffix = str(name(*args, **kwargs)).rsplit("-", 1)
        return f"{beginning[: _LONGEST - len(suffix) - 1].rstrip('-')}-{suffix}"

    return named


def _reading(clean: Any) -> Any:
    """Read functions as CloudFormation does; what moto reads right is left to it."""

    def cleaned(said: Any, resources: Any) -> Any:
        if isinstance(said, list):  # AWS::NoValue leaves an item out
            return [each for each in clean(said, resources) if each is not None]
        name = next(iter(said), "") if isinstance(said, dict) and len(said) == 1 else ""
        if name == "Fn::FindInMap":
            path = [clean(each, resources) for each in said[name]]
            mappings = resources._template.get("Mappings") or {}
            return intrinsics.mapped(path, mappings)
        if name == "Fn::GetAtt" and isinstance(said[name], list):
            *resource, attribute = said[name]  # which may be a reference
            return clean({name: [*resource, cleaned(attribute, resources)]}, resources)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](said[name], lambda value: cleaned(value, resources), resources)
        return clean(said, resources)

    return cleaned


_FUNCTIONS = {borrowed.NAME: borrowed.told, **intrinsics.FUNCTIONS}


def _told(parse: Any) -> Any:
    """Tell outputs as texts.

    Raises:
        ValidationError: one is a list, or an object.
    """

    def parsed(name: str, *args: Any) -> Any:
        output = parse(name, *args)
        if output is not None and isinstance(output.value, (list, dict)):
            words = "The Value field of every Outputs member must evaluate to a String."
            raise ValidationError(
                message=f"Template format error: Output {name} is malformed. {words}"
            )
        if output is not None:
            output.value = as_text(output.value)
        return output

    return parsed


def _resolving(parse: Any) -> Any:
    """Look up what a resource's properties take from Secrets Manager and Parameter Store."""

    def parsed(*args: Any) -> Any:
        found = parse(*args)
        if not found:
            return found
        borrowed.note(args[1], args[0])
        stack = getattr(args[1], "stack", None)
        definition = tags.with_stack_tags(found[1], stack.tags if stack else {})
        return (found[0], references.looked_up(definition), *found[2:])

    return parsed
