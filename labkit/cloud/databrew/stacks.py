"""DataBrew's resources in a stack: CloudFormation makes, changes and drops them by the API's calls.

A template's properties are the members of the calls, but for lists of pairs in place of maps, the
names of a step's parameters, which begin with a capital, and a job's recipe and configuration.
Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DataBrew.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

from botocore.validate import ParamValidator
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud import stacks
from labkit.cloud.databrew.datasets import SOURCES
from labkit.cloud.databrew.records import Record
from labkit.cloud.databrew.versions import WORKING
from labkit.cloud.operations import AwsError, handler_of
from labkit.cloud.protocol import service_model
from labkit.cloud.stacks import journal
from labkit.cloud.stacks.fitting import fit
from labkit.cloud.stacks.model import Model
from labkit.cloud.stacks.resources import FIXED

TYPES = ("Dataset", "Job", "Project", "Recipe", "Ruleset", "Schedule")
#: Where a template has a list of pairs and the API a map: the names of key and value.
_PAIRS = {
    "Tags": ("Key", "Value"),
    "ValuesMap": ("ValueReference", "Value"),
    "SubstitutionMap": ("ValueReference", "Value"),
    "Parameters": ("PathParameterName", "DatasetParameter"),
}


def teach(types: dict[str, Any]) -> None:
    """Add DataBrew's types to those that moto's stacks know."""
    types.update({f"AWS::DataBrew::{kind}": Resource for kind in TYPES})


class Resource(Model):
    """A resource as its stack knows it."""

    def __init__(self, definition: Record) -> None:
        self.kind = str(definition["Type"].rpartition(":")[2])
        self.noun = self.kind
        try:
            self.members = _members(self.kind, definition["Properties"])
            if self.kind == "Job":
                self.noun = _JOBS[self.members.pop("Type")]
        except (AttributeError, KeyError, TypeError) as error:
            said = f"The properties of an AWS::DataBrew::{self.kind} are not of its form: {error}"
            raise ValidationError(message=said) from error

    @property
    def physical_resource_id(self) -> str:
        return str(self.members.get("Name", ""))

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def made(cls, definition: Record, name: str, **told: Any) -> Self:
        made = cls(definition)
        if made.physical_resource_id and not _is_there(made):
            journal.note(made)
        _call(f"Create{made.noun}", made.members)
        return made

    @classmethod
    def changed(cls, old: Any, definition: Record, name: str) -> Self:
        """Change what the API can change; another name is another resource.

        Raises:
            ValidationError: another member changes, for which AWS would make a second resource.
        """
        new = cls(definition)
        if new.physical_resource_id != old.physical_resource_id:
            made = cls.made(definition, name)
            stacks.REPLACED.get().append((old, made))
            return made
        _fitted(f"Create{new.noun}", new.members)
        taken = {*_taken(f"Update{new.noun}"), "Tags"}
        fixed = [{k: v for k, v in each.members.items() if k not in taken} for each in (new, old)]
        if new.noun != old.noun or fixed[0] != fixed[1]:
            raise ValidationError(message=FIXED.format(name=new.physical_resource_id))
        journal.note(new, new=False)
        told = {k: v for k, v in new.members.items() if k in taken - {"Tags"}}
        _call(f"Update{new.noun}", told)
        new._retag(old.members.get("Tags") or {})
        return new

    def _retag(self, was: Record) -> None:
        """Give it its tags in the place of those that it had."""
        now, kind = self.members.get("Tags") or {}, self.kind.lower()
        arn = {"ResourceArn": stacks.caller().arn(f"{kind}/{self.members['Name']}", "databrew")}
        if now != was and now:
            _call("TagResource", arn | {"Tags": now})
        if gone := [key for key in was if key not in now]:
            _call("UntagResource", arn | {"TagKeys": gone})

    def delete(self, *_: str) -> None:
        """Drop the resource; one that is gone already is dropped."""
        name = {"Name": self.physical_resource_id}
        if self.kind == "Recipe":
            _call("DeleteRecipeVersion", name | {"RecipeVersion": WORKING}, gone=True)
        else:
            _call(f"Delete{self.kind}", name, gone=True)


def _members(kind: str, properties: Record) -> Record:
    """The members of the API's calls, by a template's properties."""
    members: Record = _mapped(properties)
    return _ODD[kind](members) if kind in _ODD else members


def _mapped(value: Any) -> Any:
    """A value with maps for its lists of pairs."""
    if isinstance(value, list):
        return [_mapped(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _map(name, _mapped(each)) for name, each in value.items()}


def _map(name: str, value: Any) -> Any:
    if name not in _PAIRS or not isinstance(value, list):
        return value
    key, said = _PAIRS[name]
    pairs = {pair[key]: pair[said] for pair in value}
    if len(pairs) < len(value) or any(len(pair) > 2 for pair in value):
        raise TypeError(f"{name} must be pairs of {key} and {said}, each {key} once")
    return pairs


def _job(members: Record) -> Record:
    recipe = members.pop("Recipe", None)
    if recipe is not None:
        names = {"Version": "RecipeVersion"}
        members["RecipeReference"] = {names.get(n, n): each for n, each in recipe.items()}
    if "ProfileConfiguration" in members:
        members["Configuration"] = _listed(members.pop("ProfileConfiguration"))
    return members


def _listed(profile: Record) -> Record:
    """A profile's configuration, whose detector has a list where a template has its one member."""
    detector = profile.get("EntityDetectorConfiguration", {})
    if isinstance(detector.get("AllowedStatistics"), dict):
        detector["AllowedStatistics"] = [detector["AllowedStatistics"]]
    return profile


def _dataset(members: Record) -> Record:
    """Without ``Source``, which its input tells."""
    source, told = members.pop("Source", None), members.get("Input", {})
    if source and source not in [SOURCES[name] for name in SOURCES if name in told]:
        raise TypeError(f"the Source {source} is not its Input's")
    return members


def _recipe(members: Record) -> Record:
    for step in members.get("Steps", ()):
        said = step["Action"].get("Parameters", {})
        told = {
            name[:1].lower() + name[1:]: value if isinstance(value, str) else json.dumps(value)
            for name, value in said.items()
        }
        if len(told) < len(said):
            raise TypeError(f"a parameter stands twice in {', '.join(said)}")
        step["Action"]["Parameters"] = told
    return members


#: A template's type of a job → the noun of the API's calls.
_JOBS = {"PROFILE": "ProfileJob", "RECIPE": "RecipeJob"}
_ODD: dict[str, Callable[[Record], Record]] = {"Dataset": _dataset, "Job": _job, "Recipe": _recipe}


def _call(name: str, members: Record, *, gone: bool = False) -> None:
    """One of DataBrew's calls, made for whom the stack's call is made.

    Args:
        gone: whether it is no failure that the resource is not there.

    Raises:
        ValidationError: DataBrew refuses.
    """
    handler, context = handler_of("databrew", name), stacks.caller()
    members = _fitted(name, members)
    assert handler is not None
    try:
        handler(replace(context, service="databrew", operation=name), **members)
    except AwsError as error:
        if not gone or error.code != "ResourceNotFoundException":
            said = f'Resource handler returned message: "{error.message}"'
            raise ValidationError(message=said) from error
    context.cloud.keep("databrew")


def _fitted(name: str, members: Record) -> Record:
    """The members of a call, as its shape has them.

    Raises:
        ValidationError: one is unknown, missing, or of another type.
    """
    members = fit(_shape(name), members)
    report = ParamValidator().validate(members, _shape(name))
    if report.has_errors():
        raise ValidationError(message=report.generate_report())
    return dict(members)


def _is_there(made: Resource) -> bool:
    """Whether DataBrew has one of its name, whosever it is."""
    version = {"RecipeVersion": WORKING} if made.kind == "Recipe" else {}
    try:
        _call(f"Describe{made.kind}", {"Name": made.physical_resource_id} | version)
    except ValidationError as error:
        return not isinstance(error.__cause__, AwsError) or (
            error.__cause__.code != "ResourceNotFoundException"
        )
    return True


def _taken(call: str) -> set[str]:
    """The members that a call takes."""
    return set(_shape(call).members)


def _shape(call: str) -> Any:
    model = service_model("databrew")
    assert model is not None
    return model.operation_model(call).input_shape
