"""What an update of a stack makes, changes and drops, where moto's own view of it is short.

moto looks at ``Ref`` alone: a parameter in a text, or one that a condition asks for, changed
nothing. A change set left the stack without its outputs and exports, so that it could not be
deleted. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from moto.cloudformation import models, parsing, responses
from moto.core.utils import utcnow

from labkit.cloud import stacks
from labkit.cloud.json_text import as_text
from labkit.cloud.stacks import answers, borrowed, journal, tags
from labkit.cloud.stacks.calls import tells_gone
from labkit.cloud.stacks.failures import Failed, put

Said = dict[str, Any]
_NAMED = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def teach() -> None:
    """Put it in moto's place."""
    kind: Any = parsing.ResourceMap
    kind.build_resource_diff = _diff
    # Those of the region at any time: moto keeps those there were when a stack was made, if any.
    kind.cross_stack_resources = property(_exports, lambda self, were: None)
    kind._delete_resource = _forgetting(kind._delete_resource)
    stack: Any = models.Stack
    stack.update = _told(stack.update)
    stack.stack_resources = property(_made)
    stack.parameter_list = property(_listed)
    change: Any = models.ChangeSet
    change.parameter_list, change.Meta = property(_listed), stack.Meta
    shapes: Any = responses.CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER
    shapes.pop("DescribeChangeSetOutput.Parameters", None)
    # moto has that of a change set's template, or of an update's, not.
    stack.description = property(_description, lambda self, was: None)
    stack.stack_parameters = property(lambda self: given(self.template_dict, self.parameters))
    stack.under_way = kind.plan = None
    kind.tags_given = {}  # those that a stack's resources have got
    stack.capabilities = models.ChangeSet.capabilities = []  # type: ignore[attr-defined]
    models.ChangeSet.apply = _apply  # type: ignore[method-assign]
    backend: Any = models.CloudFormationBackend
    backend._resolve_update_parameters = resolved


def _made(stack: Any) -> list[Any]:
    """A stack's resources that are made; moto would make the others, to tell of them."""
    resources = stack.resource_map
    made = map(resources._parsed_resources.get, resources._resource_json_map)
    return [each for each in made if each is not None]


def _description(stack: Any) -> str | None:
    said: str | None = stack.template_dict.get("Description")
    return said


def given(template: Said, parameters: Said) -> Said:
    """The texts of a template's parameters: as they were given, or are by default.

    moto cuts a default of 2.5 to 2.
    """
    slots = template.get("Parameters") or {}
    return {name: _by_default(slot) for name, slot in slots.items()} | parameters


def _by_default(slot: Said) -> Any:
    default = slot.get("Default")
    return as_text(default) if isinstance(default, (bool, int, float)) else default


def _listed(stack: Any) -> list[Said]:
    """The parameters of a stack, or of a change set, as they are told.

    moto tells secret ones, lists as Python's, and of a change set's no default.
    """
    slots, found = stack.template_dict.get("Parameters") or {}, []
    for name, text in given(stack.template_dict, stack.parameters).items():
        slot = slots.get(name, {})
        told = "****" if str(slot.get("NoEcho")).lower() == "true" else str(text)
        found.append({"ParameterKey": name, "ParameterValue": told})
        if str(slot.get("Type")).startswith("AWS::SSM::Parameter::Value"):
            value = _value(stack, name, text, slot["Type"])
            resolved = ",".join(value) if isinstance(value, list) else str(value)
            found[-1]["ResolvedValue"] = resolved
    return found


def _value(stack: Any, name: str, text: str, kind: str) -> Any:
    """What Systems Manager has under a parameter's text."""
    if hasattr(stack, "resource_map"):
        return stack.resource_map.resolved_parameters[name]
    return stack.stack.resource_map.parse_ssm_parameter(text, kind)


def resolved(self: Any, instance: Any, incoming_params: list[Said]) -> Said:
    """The parameters of an update; moto knows no earlier value of those left to their defaults."""
    had = given(getattr(instance, "template_dict", {}), instance.parameters)
    return texts(incoming_params, had)


def texts(parameters: list[Said], had: Mapping[str, Any] = MappingProxyType({})) -> Said:
    """The texts of parameters that a call gives, or leaves as they were."""
    return {
        each["ParameterKey"]: had.get(each["ParameterKey"])
        if each.get("UsePreviousValue")
        else each.get("ParameterValue")
        for each in parameters
    }


def needs(value: Any) -> Iterator[str]:
    """The names of resources, parameters and conditions that a part of a template speaks of."""
    if isinstance(value, list):
        for each in value:
            yield from needs(each)
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        if name in ("Ref", "DependsOn", "Condition") and isinstance(each, str):
            yield each
        elif name == "DependsOn":
            yield from each
        elif name == "Fn::GetAtt":
            yield each.split(".")[0] if isinstance(each, str) else str(each[0])
            yield from needs(each[1:] if isinstance(each, list) else ())
        elif name == "Fn::Sub":
            text, own = each if isinstance(each, list) and len(each) == 2 else (each, {})
            yield from (told for told in _NAMED.findall(str(text)) if told not in own)
            yield from needs(own)
        else:
            if name == "Fn::If":
                yield str(each[0])
            yield from needs(each)


def in_order(said: Said) -> list[str]:
    """The names of resources, those that need others before these."""
    found: list[str] = []

    def visit(name: str, way: tuple[str, ...] = ()) -> None:
        if name in found or name in way or name not in said:
            return
        for other in needs(said[name]):
            visit(other, (*way, name))
        found.append(name)

    for name in said:
        visit(name)
    return found[::-1]


def _diff(self: Any, other_template: Said, parameters: Said | None = None) -> Said:
    """What is to be added, modified and removed; conditions decide by the new parameters."""
    old, new = self._resource_json_map, other_template["Resources"]
    made = {name for name in old if name in self._parsed_resources}
    silent = {name for name in old if old[name]["Type"] in parsing.NULL_MODELS}  # makes nothing
    wanted = _wanted(self, other_template, parameters) if parameters else {*new}
    touched = touched_by(self, other_template, parameters or {})
    both = [name for name in new if name in wanted & made]
    empty: Said = {"Properties": {}}  # which moto writes where a template has none
    return {
        "Add": [name for name in reversed(in_order(new)) if name in wanted - made - silent],
        "Modify": [
            n
            for n in both
            if empty | new[n] != empty | old[n]
            or touched & {*needs(new[n])}
            or borrowed.differs(self, new[n].get("Properties") or {})
            or (self.tags_given != self.stack.tags and tags.changes(new[n]["Type"]))
        ],
        "Remove": [name for name in old if name in made - wanted],
    }


def _wanted(resources: Any, template: Said, parameters: Said) -> set[str]:
    """The resources whose conditions hold."""
    probe = parsing.ResourceMap(
        resources.stack_id,
        resources["AWS::StackName"],
        parameters,
        resources.tags,
        resources._region_name,
        resources._account_id,
        template,
        resources.cross_stack_resources,
    )
    probe.load()
    holds = probe.lazy_condition_map
    said = template["Resources"].items()
    return {name for name, each in said if "Condition" not in each or holds[each["Condition"]]}


def touched_by(resources: Any, template: Said, parameters: Said) -> set[str]:
    """The parameters that are others, and the conditions that ask for them."""
    was = resources.input_parameters
    touched = {name for name, value in parameters.items() if was.get(name) != value}
    conditions = template.get("Conditions") or {}
    for _ in conditions:
        touched |= {name for name, said in conditions.items() if touched & {*needs(said)}}
    return touched


def _forgetting(delete: Any) -> Any:
    """Forget what is deleted, as its condition may hold again; or was before: EC2 keeps nothing."""

    def deleted(self: Any, parsed_resource: Any, resource_json: Said) -> None:
        try:
            delete(self, parsed_resource, resource_json)
        except Exception as error:  # whatever one of moto's kinds raises
            is_motos = type(parsed_resource).__module__.startswith("moto.")
            if not is_motos or not tells_gone(str(getattr(error, "message", error))):
                raise
        self._parsed_resources.pop(getattr(parsed_resource, "logical_resource_id", None), None)

    return deleted


def allow(told: Any) -> None:
    """Note with a stack, or with a change set, what its caller said that he knows."""
    told.capabilities = list(stacks.asked().get("Capabilities") or ())
    answers.keep(told)


def _apply(self: Any) -> None:
    """Make of the stack what a change set says, its outputs and exports too."""
    stack = self.stack
    stack.before, stack.coming = _kept(stack), _kept(self) | {"tags": self.tags or stack.tags}
    stack.role_arn = self.role_arn or stack.role_arn
    stack.tags = stack.coming["tags"]
    stack.resource_map.update(self.template_dict, self.parameters)
    stack.template, stack.template_dict = self.template, self.template_dict
    stack.parameters = self.parameters
    stack.output_map = stack._create_output_map()
    stack.capabilities, stack.last_updated_time = self.capabilities, utcnow()
    stack.processed = self.processed
    answers.take_over(stack, self)
    export(stack)


def _told(update: Any) -> Any:
    def updated(self: Any, template: str, role_arn: str | None = None, **kwargs: Any) -> None:
        former = self.template, self.template_dict
        self.before = _kept(self)
        tags = self.tags if kwargs.get("tags") is None else kwargs["tags"]
        self.coming = {"template": template, "parameters": kwargs["parameters"], "tags": tags}
        self.role_arn = role_arn or self.role_arn  # a stack keeps its role
        self.tags, self.incoming = tags, kwargs["parameters"]
        try:
            update(self, template, self.role_arn, **kwargs)
        except Failed:  # its events tell
            self.template, self.template_dict = former
            self.tags = self.before["tags"]
            put(self, "UPDATE_ROLLBACK_COMPLETE")
            return
        except Exception as error:
            self.template, self.template_dict = former
            self.tags = self.before["tags"]
            self._add_stack_event("UPDATE_ROLLBACK_COMPLETE", resource_status_reason=str(error))
            raise
        finally:
            journal.end(self)
            self.incoming = None
        self.parameters = kwargs["parameters"]
        self.last_updated_time = utcnow()
        allow(self)
        export(self)

    return updated


def _kept(told: Any) -> Said:
    """What of a stack, or of a change set, an update changes beside the resources."""
    return {name: getattr(told, name) for name in ("template", "parameters", "tags")}


def complete(stack: Any, change: Any) -> None:
    """Have a stack tell of an update that was interrupted when all was made.

    Args:
        change: the change set that was executed, if one was.
    """
    vars(stack).update(stack.coming)
    stack.template_dict = stack.resource_map._template
    stack.output_map, stack.last_updated_time = stack._create_output_map(), utcnow()
    if change:
        stack.capabilities, change.execution_status = change.capabilities, "EXECUTE_COMPLETE"
        answers.take_over(stack, change)
    else:
        allow(stack)
    put(stack, "UPDATE_COMPLETE")
    export(stack)


def _exports(resources: Any) -> Any:
    return models.cloudformation_backends[resources._account_id][resources._region_name].exports


def export(stack: Any) -> None:
    """Have a region know what a stack exports now."""
    backend = models.cloudformation_backends[stack.account_id][stack.region_name]
    kept = {n: e for n, e in backend.exports.items() if e.exporting_stack_id != stack.stack_id}
    backend.exports.clear()
    backend.exports.update(kept | {export.name: export for export in stack.exports})
