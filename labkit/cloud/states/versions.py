"""Versions of state machines: as a machine was when one was published.

Source:
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import words
from labkit.cloud.states.machines import find_whole_machine, publish_version


@operation("stepfunctions", "PublishStateMachineVersion", alone=True)
def publish_state_machine_version(
    context: Context,
    *,
    stateMachineArn: str,
    revisionId: str | None = None,
    description: str | None = None,
) -> Answer:
    machine = find_whole_machine(context, stateMachineArn)
    current = getattr(machine, "revision_id", None) or "INITIAL"
    if revisionId is not None and revisionId != current:
        raise AwsError(
            "ConflictException",
            f"Failed to publish the State Machine version for revision {revisionId}. The current "
            f"State Machine revision is {current}.",
        )
    version = publish_version(machine, description)
    return {"creationDate": version.creation_date, "stateMachineVersionArn": version.arn}


@operation("stepfunctions", "ListStateMachineVersions")
def list_state_machine_versions(
    context: Context, *, stateMachineArn: str, nextToken: str = "", maxResults: int = 100
) -> Answer:
    versions = list(find_whole_machine(context, stateMachineArn).versions.values())[::-1]
    items = [
        {"stateMachineVersionArn": each.arn, "creationDate": each.creation_date}
        for each in versions
    ]
    return words.page("stateMachineVersions", items, maxResults or 100, nextToken)


@operation("stepfunctions", "DeleteStateMachineVersion", alone=True)
def delete_state_machine_version(context: Context, *, stateMachineVersionArn: str) -> Answer:
    arn, _, number = stateMachineVersionArn.rpartition(":")
    if not number.isdigit():
        words.check_arn(stateMachineVersionArn, "version")
    machines = context.backend("stepfunctions").state_machines
    machine = next((each for each in machines if each.arn == arn), None)
    if machine is None:
        return {}
    for alias in machine.aliases.values():
        routes = [each["stateMachineVersionArn"] for each in alias.routing_configuration]
        if stateMachineVersionArn in routes:
            raise AwsError(
                "ConflictException",
                "Version to be deleted must not be referenced by an alias. Current list of "
                f"aliases referencing this version: [{alias.name}]",
            )
    machine.versions.pop(int(number), None)
    return {}
