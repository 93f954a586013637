"""Step Functions in a stack: machines of either type, judged as the API judges them, and versions.

moto makes every machine STANDARD and reads `DefinitionString` alone. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import ask, refused
from labkit.cloud.stacks.kinds import Kind, Members, Part, Reading, kind, renaming

_DEFINITIONS = ("Definition", "DefinitionString", "DefinitionS3Location")
_NAMES = {"StateMachineName": "Name", "StateMachineType": "Type"}
_PLACE = re.compile(r"\$\{(\w+)\}")
# What a machine has where its template does not say.
_PLAIN = {
    "LoggingConfiguration": {"Level": "OFF", "IncludeExecutionData": False},
    "TracingConfiguration": {"Enabled": False},
    "EncryptionConfiguration": {"Type": "AWS_OWNED_KEY"},
}


def _machine(members: Members) -> Members:
    told = [members.pop(name) for name in _DEFINITIONS if name in members]
    if len(told) != 1:
        raise refused(f"Exactly one of {', '.join(_DEFINITIONS)} must be specified.")
    text = _text(told[0])
    said = members.pop("DefinitionSubstitutions", None) or {}
    filled = _PLACE.sub(lambda found: _written(said.get(found[1], found[0])), text)
    return renaming(_NAMES)(members) | {"Definition": filled}


def _text(definition: Any) -> str:
    """A definition as JSON: it may be an object, or a file of JSON or YAML in S3."""
    if isinstance(definition, dict) and definition.keys() <= {"Bucket", "Key", "Version"}:
        place = renaming({"Version": "VersionId"})(definition)
        definition = yaml.safe_load(ask("s3", "GetObject", place)["Body"].read())
    return definition if isinstance(definition, str) else json.dumps(definition)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _tag(members: Members, tag: Members) -> tuple[str, Members]:
    return "TagResource", {"ResourceArn": _arn(members), "Tags": [tag]}


def _untag(members: Members, tag: Members) -> tuple[str, Members]:
    return "UntagResource", {"ResourceArn": _arn(members), "TagKeys": [tag["Key"]]}


def _arn(members: Members) -> str:
    return stacks.caller().arn(f"stateMachine:{members['Name']}", "states")


def _routed(members: Members) -> Members:
    """An alias that is shifted to a version points to it once it is made."""
    shift = members.pop("DeploymentPreference", None)
    if not shift:
        return members
    to = {"StateMachineVersionArn": shift["StateMachineVersionArn"], "Weight": 100}
    return members | {"RoutingConfiguration": [to]}


def _of_states(noun: str, **more: Any) -> Kind:
    arn = f"{noun[0].lower()}{noun[1:]}Arn"
    told: Any = {"id": arn, "by": {arn: arn}, "attributes": {"Arn": arn}} | more
    return kind("stepfunctions", noun, **told)


MACHINES: dict[str, Kind] = {
    "AWS::StepFunctions::Activity": _of_states("Activity", change=""),
    "AWS::StepFunctions::StateMachine": _of_states(
        "StateMachine",
        name="StateMachineName",
        shaped=_machine,
        changed=lambda members: _PLAIN | members,
        parts=(Part("Tags", _tag, _untag, first=False),),
        read=Reading("DescribeStateMachine", "status", "ACTIVE"),
        known={"revisionId": "INITIAL"},
        attributes={
            "Arn": "stateMachineArn",
            "Name": "Name",
            "StateMachineRevisionId": "revisionId",
        },
    ),
    "AWS::StepFunctions::StateMachineAlias": _of_states(
        "StateMachineAlias", passed=("StateMachineArn",), shaped=_routed
    ),
    "AWS::StepFunctions::StateMachineVersion": Kind(
        "stepfunctions",
        "PublishStateMachineVersion",
        drop="DeleteStateMachineVersion",
        name="",
        id="stateMachineVersionArn",
        by={"stateMachineVersionArn": "stateMachineVersionArn"},
        shaped=renaming({"StateMachineRevisionId": "RevisionId"}),
        attributes={"Arn": "stateMachineVersionArn"},
    ),
}
