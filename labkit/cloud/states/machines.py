"""State machines: made, changed, described.

moto keeps the records, so that a machine made by CloudFormation is seen here too; a definition
that could not run is refused before it gets there.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.exceptions import AWSError

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import logs, roles, words
from labkit.cloud.states.definition import Problem, check_definition, problems
from labkit.cloud.states.variables import references

STANDARD = "STANDARD"
LOGGING = {"level": "OFF", "includeExecutionData": False}
TRACING = {"enabled": False}


@operation("stepfunctions", "CreateStateMachine")
def create_state_machine(
    context: Context,
    *,
    name: str,
    definition: str,
    roleArn: str,
    type: str = STANDARD,
    loggingConfiguration: Answer | None = None,
    tags: list[Answer] | None = None,
    tracingConfiguration: Answer | None = None,
    publish: bool = False,
    versionDescription: str | None = None,
    encryptionConfiguration: Answer | None = None,
) -> Answer:
    words.check_name(name)
    check_definition(definition, type)
    arn = context.arn(f"stateMachine:{name}", "states")
    roles.check_role(context.cloud, roleArn, arn)
    _check_logging(context, loggingConfiguration or {})
    _check_description(versionDescription, publish)
    wanted = {
        "definition": definition,
        "roleArn": roleArn,
        "type": type,
        "loggingConfiguration": LOGGING | (loggingConfiguration or {}),
        "tracingConfiguration": TRACING | (tracingConfiguration or {}),
    }
    with context.cloud.lock("stepfunctions"):
        _check_same(context, arn, wanted)
        machine = context.backend("stepfunctions").create_state_machine(
            name,
            definition,
            roleArn,
            tags,
            publish,
            wanted["loggingConfiguration"],
            wanted["tracingConfiguration"],
            encryptionConfiguration,
            versionDescription,
            sm_type=type,
        )
    version = machine.latest_version if publish else None
    return {
        "stateMachineArn": machine.arn,
        "creationDate": machine.creation_date,
        "stateMachineVersionArn": version.arn if version else None,
    }


@operation("stepfunctions", "UpdateStateMachine", alone=True)
def update_state_machine(
    context: Context,
    *,
    stateMachineArn: str,
    definition: str | None = None,
    roleArn: str | None = None,
    loggingConfiguration: Answer | None = None,
    tracingConfiguration: Answer | None = None,
    publish: bool = False,
    versionDescription: str | None = None,
    encryptionConfiguration: Answer | None = None,
) -> Answer:
    changes = (definition, roleArn, loggingConfiguration, tracingConfiguration)
    if all(each is None for each in (*changes, encryptionConfiguration)) and not publish:
        raise AwsError(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the "
            "TracingConfiguration must be specified",
        )
    _check_description(versionDescription, publish)
    machine = find_whole_machine(context, stateMachineArn)
    if definition is not None:
        check_definition(definition, machine.type)
    if roleArn is not None:
        roles.check_role(context.cloud, roleArn, machine.arn)
    _check_logging(context, loggingConfiguration or {})
    before = revision_of(machine)
    # What AWS answered to tests of LocalStack and moto: an update that changes nothing makes no
    # revision, unless it is the first one and describes a version of its own.
    is_first = not getattr(machine, "revision_id", None) and bool(versionDescription)
    with context.cloud.lock("stepfunctions"):
        context.backend("stepfunctions").update_state_machine(
            stateMachineArn,
            definition,
            roleArn,
            loggingConfiguration,
            tracingConfiguration,
            encryptionConfiguration,
        )
        if is_first or revision_of(machine) != before:
            machine.revision_id = str(uuid.uuid4())
        if publish:
            publish_version(machine, versionDescription)
        version = machine.latest_version if publish else None
    return {
        "updateDate": machine.update_date,
        "revisionId": getattr(machine, "revision_id", None),
        "stateMachineVersionArn": version.arn if version else None,
    }


@operation("stepfunctions", "DescribeStateMachine")
def describe_state_machine(
    context: Context, *, stateMachineArn: str, includedData: str = "ALL_DATA"
) -> Answer:
    machine = find_machine(context, stateMachineArn)
    return {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "status": "ACTIVE",
        "definition": machine.definition,
        "variableReferences": references(machine.definition),
        "roleArn": machine.roleArn,
        "type": machine.type,
        "creationDate": machine.creation_date,
        "loggingConfiguration": LOGGING | machine.loggingConfiguration,
        "tracingConfiguration": TRACING | machine.tracingConfiguration,
        "encryptionConfiguration": machine.encryptionConfiguration,
        "revisionId": getattr(machine, "revision_id", None),
        "description": machine.description,
    }


@operation("stepfunctions", "ListStateMachines")
def list_state_machines(context: Context, *, maxResults: int = 100, nextToken: str = "") -> Answer:
    """All machines of the region, by their names."""
    machines = context.backend("stepfunctions").state_machines
    told = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": machine.creation_date,
        }
        for machine in sorted(machines, key=lambda each: str(each.name))
    ]
    return words.page("stateMachines", told, maxResults or 100, nextToken)


@operation("stepfunctions", "ValidateStateMachineDefinition")
def validate_state_machine_definition(
    context: Context,
    *,
    definition: str,
    type: str = STANDARD,
    severity: str = "ERROR",
    maxResults: int = 100,
) -> Answer:
    found = problems(definition, type)
    most = maxResults or 100
    return {
        "result": "FAIL" if found else "OK",
        "diagnostics": [_diagnostic(each) for each in found[:most]],
        "truncated": len(found) > most,
    }


def find_machine(context: Context, arn: str) -> Any:
    """moto's record of a state machine, or of a version of it.

    Raises:
        AwsError: ``InvalidArn`` or ``StateMachineDoesNotExist``.
    """
    words.check_arn(arn, words.MACHINE)
    try:
        return context.backend("stepfunctions").describe_state_machine(arn)
    except AWSError as error:
        raise words.no_machine(arn) from error


def find_whole_machine(context: Context, arn: str) -> Any:
    """moto's record of a state machine, not of a version or an alias of it."""
    found = find_machine(context, arn)
    if arn.count(":") > 6:
        raise words.no_machine(arn)
    return found


def _check_description(description: str | None, publish: bool) -> None:
    if description and not publish:
        words_ = "Version description can only be set when publish is true"
        raise AwsError("ValidationException", words_)


def _check_logging(context: Context, configuration: Answer) -> None:
    """Lines must go to a log group that there is."""
    destinations = configuration.get("destinations") or []
    groups = [each.get("cloudWatchLogsLogGroup", {}).get("logGroupArn") for each in destinations]
    wrong = None
    if len(groups) > 1 or (configuration.get("level", "OFF") != "OFF" and not any(groups)):
        wrong = "Must specify exactly one Log Destination."
    elif any(not logs.has_group(context.cloud, str(each)) for each in groups):
        wrong = "Log Destination not found."
    if wrong:
        words_ = f"Invalid Logging Configuration: {wrong}"
        raise AwsError("InvalidLoggingConfiguration", words_)


def _check_same(context: Context, arn: str, wanted: Answer) -> None:
    """A machine can be made again only as it is."""
    machines = context.backend("stepfunctions").state_machines
    machine = next((each for each in machines if each.arn == arn), None)
    if machine and any(getattr(machine, name) != value for name, value in wanted.items()):
        words_ = f"State Machine Already Exists: '{arn}'"
        raise AwsError("StateMachineAlreadyExists", words_)


def revision_of(machine: Any) -> tuple[Any, ...]:
    """What makes one revision of a machine differ from another."""
    logging, tracing = machine.loggingConfiguration, machine.tracingConfiguration
    return machine.definition, machine.roleArn, LOGGING | logging, TRACING | tracing


def publish_version(machine: Any, description: str | None) -> Any:
    """A version of the machine as it is now; the last one if nothing has changed since."""
    last = machine.latest_version
    kept = last is not None and last.version in machine.versions
    revision = getattr(machine, "revision_id", None)
    is_same = kept and revision_of(last) == revision_of(machine)
    if not is_same or getattr(last, "revision_id", None) != revision:
        machine.publish(description)
        machine.latest_version.revision_id = revision
    return machine.latest_version


def _diagnostic(problem: Problem) -> Answer:
    return {
        "severity": "ERROR",
        "code": problem.code,
        "message": problem.message,
        "location": problem.location,
    }
