"""State machines and executions as records: made, refused, listed, described."""

import dataclasses
import json
import os
import subprocess
import sys
import time

import pytest
from botocore.exceptions import ClientError

from labkit.process import Connection
from tests.conftest import everything
from tests.roles import lets_in, policy, trust
from tests.states.conftest import ACCOUNT, make_role

PASS = {"A": {"Type": "Pass", "End": True}}
ASKS_S3 = "arn:aws:states:::aws-sdk:s3:listBuckets"
WAIT = {"W": {"Type": "Wait", "Seconds": 600, "End": True}}


def definition(states, **more):
    return json.dumps({"StartAt": next(iter(states)), "States": states, **more})


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    said = caught.value.response["Error"]
    return said["Code"], said["Message"]


def one(**state):
    return definition({"A": {"End": True, **state}})


SCHEMA = "SCHEMA_VALIDATION_FAILED"
EITHER = {"ErrorPath": "$.e"}
TYPES = "Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map"
NO_RESOURCE = (
    "The resource provided arn:aws:states:::athena:fly is not recognized. The value is not a "
    "valid resource ARN, or the resource is not available in this region."
)
NO_PATH = (
    "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call"
)
NOT_OURS = (
    "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the "
    "'JSONata' QueryLanguage"
)
PROBLEMS = {  # a definition → the code, the sentence and the place of its problem
    "empty": ("", SCHEMA, "Definition must be a valid JSON object", None),
    "nothing in it": ("{}", SCHEMA, "These fields are required: [States, StartAt]", "/"),
    "no first state": (
        json.dumps({"States": PASS}), SCHEMA, "These fields are required: [StartAt]", "/"
    ),
    "no type": (one(), SCHEMA, "These fields are required: [Type]", "/States/A"),
    "no such type": (
        one(Type="Jump"), SCHEMA, f"Value should be one of the following: [{TYPES}]",
        "/States/A/Type",
    ),
    "an error that is written out and looked for": (
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E", **EITHER}}}),
        SCHEMA, "Only one of these fields is allowed: [Error, ErrorPath]", "/States/A",
    ),
    "an escape that is none": (
        one(Type="Pass", Parameters={"x.$": "States.Array('\\\"')"}), SCHEMA, NO_PATH,
        "/States/A/Parameters/x.$",
    ),
    "no such field": (one(Type="Pass", Foo=1), SCHEMA, "Field 'Foo' is not supported", "/States/A"),
    "no such resource": (
        one(Type="Task", Resource="arn:aws:states:::athena:fly"), SCHEMA,
        NO_RESOURCE, "/States/A/Resource",
    ),
    "no such parameter": (
        one(Type="Task", Resource="arn:aws:states:::sqs:sendMessage", Parameters={"Body": "x"}),
        SCHEMA,
        'The field "Body" is not supported by Step Functions',
        "/States/A/Parameters",
    ),
    "no path": (
        one(Type="Pass", Parameters={"x.$": "nope"}), SCHEMA, NO_PATH, "/States/A/Parameters/x.$",
    ),
    "a result path of many": (
        one(Type="Pass", ResultPath="$.a[*]"), SCHEMA, "Value is not a Reference Path",
        "/States/A/ResultPath",
    ),
    "no number": (
        one(Type="Wait", Seconds="1"), SCHEMA, "Expected value of type [INTEGER]",
        "/States/A/Seconds",
    ),
    "a retrier's number": (
        one(Type="Task", Resource="arn:aws:states:::sqs:sendMessage",
            Retry=[{"ErrorEquals": ["a"], "IntervalSeconds": "b"}]),
        SCHEMA, "Expected value of type [INTEGER]", "/States/A/Retry[0]/IntervalSeconds",
    ),
    "no branch": (
        one(Type="Parallel", Branches=[1]), SCHEMA, "Expected value of type [OBJECT]",
        "/States/A/Branches[0]",
    ),
    "no rule": (
        definition({"A": {"Type": "Choice", "Choices": [{"Not": 1, "Next": "A"}]}}),
        SCHEMA, "Expected value of type [OBJECT]", "/States/A/Choices[0]/Not",
    ),
    "a number that is a text": (
        definition({"A": {"Type": "Choice", "Choices": [
            {"Variable": "$.a", "NumericEquals": "1", "Next": "A"}]}}),
        SCHEMA, "Expected value of type [NUMBER]", "/States/A/Choices[0]/NumericEquals",
    ),
    "no timestamp": (
        one(Type="Wait", Timestamp="2016-12-05T21:29:29"), SCHEMA,
        "String does not match RFC3339 timestamp", "/States/A/Timestamp",
    ),
    "nowhere to go": (
        definition({"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Succeed"}}),
        "MISSING_TRANSITION_TARGET", "Missing 'Next' target: B", "/States/A/Next",
    ),
    "out of reach": (
        definition({**PASS, "B": {"Type": "Succeed"}}),
        "MISSING_TRANSITION_TARGET", 'State "B" is not reachable.', "/States/B",
    ),
    "of the other language": (
        one(Type="Pass", Output={}), SCHEMA, NOT_OURS, "/States/A",
    ),
    "back to JSONPath": (
        definition({"A": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}},
                   QueryLanguage="JSONata"),
        SCHEMA, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
        "/States/A",
    ),
    "no expression": (
        definition({"A": {"Type": "Pass", "Output": "{% a( %}", "End": True}},
                   QueryLanguage="JSONata"),
        "INVALID_JSONATA_EXPRESSION", "Expected ) before end of expression", "/States/A/Output",
    ),
    "no sign of the language": (
        definition({"A": {"Type": "Pass", "Output": "{% !a %}", "End": True}},
                   QueryLanguage="JSONata"),
        "INVALID_JSONATA_EXPRESSION", 'Unknown operator: "!"', "/States/A/Output",
    ),
    "in a branch": (
        one(Type="Parallel", Branches=[{"StartAt": "B", "States": {"B": {"End": True}}}]),
        SCHEMA, "These fields are required: [Type]", "/States/A/Branches[0]/States/B",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code", "words", "place"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_definition_that_could_not_run(sfn, role, fresh, text, code, words, place):
    said = sfn.validate_state_machine_definition(definition=text or " ")
    first = {"severity": "ERROR", "code": code, "message": words}
    assert said["result"] == "FAIL"
    assert said["diagnostics"][0] == first | ({"location": place} if place else {})
    at = f" at {place}" if place else ""
    refused = refusal(
        sfn.create_state_machine, name=fresh("m"), definition=text or " ", roleArn=role
    )
    assert refused[0] == "InvalidDefinition"
    assert refused[1].startswith(f"Invalid State Machine Definition: '{code}: {words}{at}")


def test_a_definition_that_can_run(sfn):
    said = sfn.validate_state_machine_definition(definition=definition(PASS))
    assert (said["result"], said["diagnostics"], said["truncated"]) == ("OK", [], False)


def test_express_workflows_wait_for_nobody(sfn):
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    said = sfn.validate_state_machine_definition(
        definition=one(Type="Task", Resource=resource), type="EXPRESS"
    )
    assert said["diagnostics"][0]["message"] == (
        "Express state machine does not support '.waitForTaskToken' service integration "
    )


def test_json_lines_in_a_states_output_are_not_here(sfn, role, fresh):
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    processor = {"ProcessorConfig": config, "StartAt": "A", "States": PASS}
    writer = {"WriterConfig": {"OutputType": "JSONL"}}
    text = one(Type="Map", ItemProcessor=processor, ResultWriter=writer)
    said = refusal(sfn.create_state_machine, name=fresh("m"), definition=text, roleArn=role)
    assert said[0] == "NotImplementedException"


def test_a_machine_from_its_making_to_its_end(sfn, role, fresh):
    name = fresh("machine")
    made = sfn.create_state_machine(name=name, definition=definition(PASS), roleArn=role)
    arn = made["stateMachineArn"]
    assert arn == f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{name}"
    again = sfn.create_state_machine(name=name, definition=definition(PASS), roleArn=role)
    assert again["creationDate"] == made["creationDate"]
    said = sfn.describe_state_machine(stateMachineArn=arn)
    del said["ResponseMetadata"], said["creationDate"]
    assert said == {
        "stateMachineArn": arn,
        "name": name,
        "status": "ACTIVE",
        "definition": definition(PASS),
        "roleArn": role,
        "type": "STANDARD",
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }
    changed = sfn.update_state_machine(stateMachineArn=arn, definition=definition(WAIT))
    said = sfn.describe_state_machine(stateMachineArn=arn)
    assert (said["definition"], said["revisionId"]) == (definition(WAIT), changed["revisionId"])
    found = everything(sfn.list_state_machines, "stateMachines", "nextToken")
    listed = {each["stateMachineArn"]: each for each in found}
    assert listed[arn]["creationDate"] == made["creationDate"]
    sfn.delete_state_machine(stateMachineArn=arn)
    assert refusal(sfn.describe_state_machine, stateMachineArn=arn) == (
        "StateMachineDoesNotExist",
        f"State Machine Does Not Exist: '{arn}'",
    )


VARIABLES = {  # the states of a machine → the variables that each refers to
    "paths and calls": (
        {
            "A": {"Type": "Pass", "Assign": {"x": "$no"}, "Parameters": {"y": "$no"}, "Next": "B"},
            "B": {
                "Type": "Map",
                "ItemsPath": "$items",
                "ItemSelector": {"i.$": "States.Format('$no {}', $b.c, $$.Map.Item.Value, $x)"},
                "ItemProcessor": {
                    "StartAt": "C",
                    "States": {"C": {"Type": "Wait", "SecondsPath": "$x", "End": True}},
                },
                "Next": "D",
            },
            "D": {
                "Type": "Choice",
                "Choices": [{"Variable": "$x", "NumericEqualsPath": "$y", "Next": "E"}],
            },
            "E": {"Type": "Succeed"},
        },
        {"B": ["b", "items", "x"], "C": ["x"], "D": ["x", "y"]},
    ),
    "expressions": (
        {
            "A": {
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                "Output": "{% ($k := $x; $map([$y], function($i){$i + $sum($k)})) %}",
                "End": True,
            }
        },
        {"A": ["x", "y"]},
    ),
    "none": (PASS, None),
}


@pytest.mark.parametrize(("states", "named"), VARIABLES.values(), ids=VARIABLES)
def test_the_variables_that_states_refer_to(machines, sfn, states, named):
    arn = machines.make(states)
    said = sfn.describe_state_machine(stateMachineArn=arn)
    assert said.get("variableReferences") == named
    run = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    said = sfn.describe_state_machine_for_execution(executionArn=run)
    assert said.get("variableReferences") == named


def test_machines_are_listed_by_name(machines, sfn, fresh):
    stem = fresh("listed")
    for end in "ca":
        machines.make(PASS, name=f"{stem}-{end}")
    pages = sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 1})
    names = [each["name"] for page in pages for each in page["stateMachines"]]
    assert [name for name in names if name.startswith(stem)] == [f"{stem}-a", f"{stem}-c"]


def test_a_machine_cannot_be_made_again_otherwise(sfn, role, fresh):
    name = fresh("machine")
    arn = sfn.create_state_machine(name=name, definition=definition(PASS), roleArn=role)
    said = refusal(sfn.create_state_machine, name=name, definition=definition(WAIT), roleArn=role)
    assert said == (
        "StateMachineAlreadyExists",
        f"State Machine Already Exists: '{arn['stateMachineArn']}'",
    )


def test_an_update_changes_something(sfn, machines):
    said = refusal(sfn.update_state_machine, stateMachineArn=machines.make(PASS))
    assert said[0] == "MissingRequiredParameter"


def test_a_role_must_trust_step_functions(sfn, aws, fresh):
    role = make_role(aws("iam"), fresh("other"), "glue.amazonaws.com")
    said = refusal(
        sfn.create_state_machine, name=fresh("m"), definition=definition(PASS), roleArn=role
    )
    assert said[0] == "AccessDeniedException"
    assert said[1] == (
        "Neither the global service principal states.amazonaws.com, nor the regional one is "
        "authorized to assume the provided role."
    )


@pytest.mark.parametrize(("named", "taken"), [("*", True), ("other", False)])
def test_a_role_may_trust_some_machines_alone(machines, aws, fresh, named, taken):
    iam, name = aws("iam"), fresh("some")
    role = make_role(iam, name, "states.amazonaws.com")
    arn = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{named}"
    some = trust("states") | {"Condition": {"ArnLike": {"aws:SourceArn": arn}}}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(some))
    asks = {"A": {"Type": "Task", "Resource": ASKS_S3, "End": True}}
    if taken:
        assert machines.run(asks, role=role).status == "SUCCEEDED"
    else:
        assert refusal(machines.make, states=asks, role=role)[0] == "AccessDeniedException"


@pytest.mark.parametrize("name", ["flow-role", "arn:aws:iam::123456789012:user/flow-role"])
def test_a_role_is_named_by_its_arn(machines, sfn, name):
    said = ("InvalidArn", f"Invalid Role Arn: '{name}'")
    assert refusal(machines.make, states=PASS, role=name) == said
    machine = machines.make(PASS)
    assert refusal(sfn.update_state_machine, stateMachineArn=machine, roleArn=name) == said


NO_MACHINE, NO_EXECUTION = "StateMachineDoesNotExist", "ExecutionDoesNotExist"
ARNS = {
    "DescribeStateMachine": ("describe_state_machine", "stateMachineArn", NO_MACHINE),
    "ListExecutions": ("list_executions", "stateMachineArn", NO_MACHINE),
    "StartExecution": ("start_execution", "stateMachineArn", NO_MACHINE),
    "DescribeExecution": ("describe_execution", "executionArn", NO_EXECUTION),
    "GetExecutionHistory": ("get_execution_history", "executionArn", NO_EXECUTION),
    "ListMapRuns": ("list_map_runs", "executionArn", NO_EXECUTION),
    "StopExecution": ("stop_execution", "executionArn", NO_EXECUTION),
}


@pytest.mark.parametrize(("call", "name", "code"), ARNS.values(), ids=ARNS)
def test_arns(sfn, call, name, code):
    said = refusal(getattr(sfn, call), **{name: "not-an-arn"})
    assert said == ("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: not-an-arn'")
    kind = "stateMachine:nope" if name == "stateMachineArn" else "execution:nope:nope"
    arn = f"arn:aws:states:us-east-1:{ACCOUNT}:{kind}"
    assert refusal(getattr(sfn, call), **{name: arn})[0] == code


def test_an_execution_is_described(machines, sfn, role):
    machine = machines.make(PASS)
    ended = machines.wait(machines.start(machine, {"a": 1}, name="mine"))
    said = sfn.describe_execution(executionArn=ended.arn)
    for name in ("ResponseMetadata", "startDate", "stopDate"):
        del said[name]
    assert said == {
        "executionArn": machine.replace("stateMachine", "execution") + ":mine",
        "stateMachineArn": machine,
        "name": "mine",
        "status": "SUCCEEDED",
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "output": '{"a":1}',
        "outputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    }
    described = sfn.describe_state_machine_for_execution(executionArn=ended.arn)
    assert (described["stateMachineArn"], described["roleArn"]) == (machine, role)


def test_a_name_starts_one_execution(machines, sfn):
    machine = machines.make(WAIT)
    first = machines.start(machine, {"a": 1}, name="one")
    assert machines.start(machine, {"a": 1}, name="one") == first
    expected = ("ExecutionAlreadyExists", f"Execution Already Exists: '{first}'")
    asked = {"stateMachineArn": machine, "name": "one"}
    assert refusal(sfn.start_execution, input='{"a": 2}', **asked) == expected
    sfn.stop_execution(executionArn=first)
    assert refusal(sfn.start_execution, input='{"a": 1}', **asked) == expected


@pytest.mark.parametrize("text", ["not json", "{'a': 1}"])
def test_an_input_is_json(machines, sfn, text):
    said = refusal(sfn.start_execution, stateMachineArn=machines.make(PASS), input=text)
    assert said[0] == "InvalidExecutionInput"
    assert said[1].startswith("Invalid State Machine Execution Input: '")


def test_executions_in_pages(machines, sfn):
    machine = machines.make(PASS)
    started = [machines.wait(machines.start(machine)).arn for _ in range(5)]
    pages = sfn.get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=machine, maxResults=2).build_full_result()["executions"]
    assert [each["executionArn"] for each in found] == started[::-1]
    filtered = sfn.list_executions(stateMachineArn=machine, statusFilter="FAILED")
    assert filtered["executions"] == []
    said = refusal(sfn.list_executions, stateMachineArn=machine, maxResults=1001)
    assert said[0] == "ValidationException"


@pytest.mark.parametrize("change", [{"statusFilter": "ABORTED"}, {"redriveFilter": "REDRIVEN"}])
def test_a_token_goes_on_with_its_own_question(machines, sfn, change):
    machine = machines.make(PASS)
    for _ in range(2):
        machines.wait(machines.start(machine))
    asked = {"stateMachineArn": machine, "maxResults": 1}
    token = sfn.list_executions(**asked)["nextToken"]
    said = refusal(sfn.list_executions, **asked, **change, nextToken=token)
    assert said == ("InvalidToken", f"Invalid Token: '{token}'")


def test_a_history_in_pages(machines, sfn):
    ended = machines.run({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}, {"a": 1})
    assert machines.history(ended.arn, PaginationConfig={"PageSize": 2}) == ended.events
    assert machines.history(ended.arn, reverseOrder=True) == ended.events[::-1]
    bare = machines.history(ended.arn, includeExecutionData=False)
    assert [event["type"] for event in bare] == ended.kinds
    assert bare[1]["stateEnteredEventDetails"] == {"name": "A"}
    assert ended.events[1]["stateEnteredEventDetails"] == {
        "name": "A",
        "input": '{"a":1}',
        "inputDetails": {"truncated": False},
    }


def test_versions(machines, sfn):
    machine = machines.make(PASS)
    first = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    assert first == f"{machine}:1"
    changed = {"stateMachineArn": machine, "definition": definition(WAIT), "publish": True}
    second = sfn.update_state_machine(**changed)
    sfn.update_state_machine(**changed)
    told = sfn.describe_state_machine(stateMachineArn=second["stateMachineVersionArn"])
    assert told["revisionId"] == second["revisionId"]
    refused = refusal(sfn.update_state_machine, stateMachineArn=first, publish=True)
    assert refused[0] == "StateMachineDoesNotExist"
    listed = sfn.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    assert [each["stateMachineVersionArn"] for each in listed] == [f"{machine}:2", first]
    ended = machines.wait(machines.start(first))
    said = sfn.describe_execution(executionArn=ended.arn)
    assert (said["stateMachineArn"], said["stateMachineVersionArn"]) == (machine, first)
    sfn.delete_state_machine_version(stateMachineVersionArn=first)
    assert refusal(sfn.start_execution, stateMachineArn=first)[0] == "StateMachineDoesNotExist"


def test_a_first_update_that_describes_a_version_makes_a_revision(machines, sfn):
    machine = machines.make(PASS)
    sfn.publish_state_machine_version(stateMachineArn=machine, description="first")
    same = {"stateMachineArn": machine, "definition": definition(PASS), "publish": True}
    unchanged = sfn.update_state_machine(**same)
    assert unchanged["stateMachineVersionArn"] == f"{machine}:1"
    assert "revisionId" not in unchanged
    second = sfn.update_state_machine(**same, versionDescription="second")
    arn = second["stateMachineVersionArn"]
    assert arn == f"{machine}:2"
    assert sfn.describe_state_machine(stateMachineArn=arn)["description"] == "second"
    again = sfn.update_state_machine(**same)
    assert (again["revisionId"], again["stateMachineVersionArn"]) == (second["revisionId"], arn)


def test_an_activity_is_made_once(sfn, fresh):
    name = fresh("activity")
    first, again = (sfn.create_activity(name=name) for _ in range(2))
    assert first["creationDate"] == again["creationDate"]
    owned = {"type": "AWS_OWNED_KEY"}
    arn = sfn.create_activity(name=name, encryptionConfiguration=owned)["activityArn"]
    assert sfn.describe_activity(activityArn=arn)["encryptionConfiguration"] == owned
    other = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/own"}
    said = refusal(sfn.create_activity, name=name, encryptionConfiguration=other)
    assert said[0] == "ActivityAlreadyExists"


@pytest.mark.parametrize("call", ["describe_activity", "get_activity_task"])
def test_an_activity_that_is_not_there(sfn, call):
    arn = f"arn:aws:states:us-east-1:{ACCOUNT}:activity:none"
    said = refusal(getattr(sfn, call), activityArn=arn)
    assert said == ("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")


NO_ALIASES = {  # a name, and routes by version and weight (0: the machine itself) -> the words
    "machine": ("new", [(0, 100)], "must contain state machine version ARNs. Received: ["),
    "twice": ("new", [(1, 50), (1, 50)], "must contain distinct state machine version ARNs"),
    "sum": ("new", [(1, 70), (2, 29)], "weights must equal 100. Received: [70, 29]"),
    "too many": ("new", [(1, 50), (2, 30), (3, 20)], "Member must have length less than or equal"),
    "name": ("123", [(1, 100)], "Member must satisfy regular expression pattern"),
    "another": ("live", [(2, 100)], "a different routing configuration already exists"),
}


@pytest.fixture(scope="module")
def versioned(cloud):
    """A machine with an alias, ``live``, of its first version."""
    sfn, name = cloud.client("stepfunctions"), f"m{time.time_ns()}"
    role = f"arn:aws:iam::{cloud.account}:role/none"
    made = sfn.create_state_machine(
        name=name, definition=definition(PASS), roleArn=role, publish=True
    )
    route = [{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}]
    for _ in range(2):  # the same again is the same
        sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    return made["stateMachineArn"]


@pytest.mark.parametrize(("name", "routes", "words"), NO_ALIASES.values(), ids=NO_ALIASES)
def test_what_is_no_alias(sfn, versioned, name, routes, words):
    route = [
        {"stateMachineVersionArn": f"{versioned}:{n}" if n else versioned, "weight": weight}
        for n, weight in routes
    ]
    said = refusal(sfn.create_state_machine_alias, name=name, routingConfiguration=route)
    assert words in said[1]


@pytest.mark.parametrize("name", ["none", ""], ids=["of no machine", "of a machine"])
def test_an_alias_that_is_not_there(sfn, versioned, name):
    arn = f"{versioned}{name}:gone"
    told = ("ResourceNotFound", "Request references a resource that does not exist.")
    assert refusal(sfn.describe_state_machine_alias, stateMachineAliasArn=arn) == told
    asked = {"stateMachineAliasArn": arn, "description": "a"}
    assert refusal(sfn.update_state_machine_alias, **asked) == told
    sfn.delete_state_machine_alias(stateMachineAliasArn=arn)


def test_an_alias_leads_to_a_version(machines, sfn):
    machine = machines.make(PASS)
    version = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    arn = alias["stateMachineAliasArn"]
    ended = machines.wait(machines.start(arn))
    said = sfn.describe_execution(executionArn=ended.arn)
    assert (said["stateMachineVersionArn"], said["stateMachineAliasArn"]) == (version, arn)
    machines.wait(machines.start(version))
    for asked, count in ((machine, 2), (version, 2), (arn, 1)):
        assert len(sfn.list_executions(stateMachineArn=asked)["executions"]) == count
    lost = refusal(sfn.list_executions, stateMachineArn=f"{machine}:lost")
    assert lost[0] == "StateMachineDoesNotExist"
    refused = refusal(sfn.delete_state_machine_version, stateMachineVersionArn=version)
    assert refused[0] == "ConflictException"


def test_an_express_workflow_is_waited_for(machines, sfn):
    machine = machines.make(PASS, kind="EXPRESS")
    said = sfn.start_sync_execution(stateMachineArn=machine, input='{"a":1}', name="mine")
    assert (said["status"], said["output"], said["name"]) == ("SUCCEEDED", '{"a":1}', "mine")
    assert said["executionArn"].startswith(machine.replace("stateMachine", "express") + ":mine:")
    assert said["billingDetails"]["billedMemoryUsedInMB"] == 64
    started = sfn.start_execution(stateMachineArn=machine)
    assert ":express:" in started["executionArn"]
    failing = machines.make({"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}, kind="EXPRESS")
    said = sfn.start_sync_execution(stateMachineArn=failing)
    assert (said["status"], said["error"], said["cause"]) == ("FAILED", "E", "c")


def test_what_is_not_for_every_type(machines, sfn):
    express, standard = machines.make(PASS, kind="EXPRESS"), machines.make(PASS)
    expected = (
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )
    assert refusal(sfn.list_executions, stateMachineArn=express) == expected
    assert refusal(sfn.start_sync_execution, stateMachineArn=standard) == expected


def test_an_execution_is_run_again_from_where_it_failed(machines, sfn, aws, fresh):
    bucket = fresh("later")
    states = {
        "A": {"Type": "Pass", "Result": {"n": 1}, "Next": "B"},
        "B": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2",
            "Parameters": {"Bucket": bucket},
            "ResultSelector": {"count.$": "$.KeyCount"},
            "End": True,
        },
    }
    failed = machines.run(states)
    assert failed.error == "S3.NoSuchBucketException"
    aws("s3").create_bucket(Bucket=bucket)
    sfn.redrive_execution(executionArn=failed.arn)
    ended = machines.wait(failed.arn)
    assert (ended.status, ended.output) == ("SUCCEEDED", {"count": 0})
    assert ended.kinds[: len(failed.kinds)] == failed.kinds
    assert ended.kinds[len(failed.kinds) :] == [
        "ExecutionRedriven",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert refusal(sfn.redrive_execution, executionArn=ended.arn)[0] == "ExecutionNotRedrivable"


def test_eventbridge_hears_of_executions(machines, aws, fresh):
    events, sqs, name = aws("events"), aws("sqs"), fresh("heard")
    url = sqs.create_queue(QueueName=name, Attributes=lets_in("events"))["QueueUrl"]
    machine = machines.make(PASS)
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"}
    events.put_targets(Rule=name, Targets=[target])
    ended = machines.wait(machines.start(machine, {"a": 1}))
    got, deadline = [], time.monotonic() + 120
    while len(got) < 2 and time.monotonic() < deadline:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        got += [json.loads(message["Body"]) for message in found]
    got.sort(key=lambda event: event["detail"]["status"])
    assert [event["detail"]["status"] for event in got] == ["RUNNING", "SUCCEEDED"]
    last = got[1]
    assert last["detail-type"] == "Step Functions Execution Status Change"
    assert last["resources"] == [ended.arn]
    assert (last["detail"]["input"], last["detail"]["output"]) == ('{"a": 1}', '{"a":1}')
    first = got[0]["detail"]
    assert (first["stopDate"], first["redriveDate"], first["redriveCount"]) == (None, None, 0)
    assert first["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"


def test_an_execution_that_a_rule_starts_is_called_after_its_event(machines, aws, fresh):
    events, name = aws("events"), fresh("starts")
    machine, role = machines.make(PASS), make_role(aws("iam"), name, "events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": machine, "RoleArn": role}])
    entry = {"Source": name, "DetailType": "Thing", "Detail": "{}"}
    (put,) = events.put_events(Entries=[entry])["Entries"]
    (found,) = machines.sfn.list_executions(stateMachineArn=machine)["executions"]
    assert found["name"].startswith(put["EventId"] + "_")


def test_tags(machines, sfn):
    machine = machines.make(PASS)
    sfn.tag_resource(resourceArn=machine, tags=[{"key": "k", "value": "v"}])
    assert sfn.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "k", "value": "v"}]


INSIDE = {"StartAt": "A", "States": PASS}
MAP = {"Type": "Map", "ItemsPath": "$[*]", "ItemProcessor": INSIDE, "End": True}
CONFIG = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
EACH = {**MAP, "ItemProcessor": INSIDE | CONFIG}
READER = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"}}
TASK = {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "End": True}
TASK["Parameters"] = {"Entries": []}

TRIALS = {  # a state → input, options → what TestState says
    "it goes on": (
        {"Type": "Pass", "Parameters": {"n.$": "$.a"}, "Next": "B"},
        {},
        {"status": "SUCCEEDED", "output": '{"n":1}', "nextState": "B"},
    ),
    "a choice": (
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "Yes"}]},
        {},
        {"status": "SUCCEEDED", "output": '{"a":1}', "nextState": "Yes"},
    ),
    "it fails": (
        {"Type": "Fail", "Error": "Mine", "Cause": "why"},
        {},
        {"status": "FAILED", "error": "Mine", "cause": "why"},
    ),
    "a made-up answer": (
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "nobody"},
            "ResultSelector": {"p.$": "$.Payload"},
            "End": True,
        },
        {"mock": {"result": '{"Payload": "7"}'}},
        {"status": "SUCCEEDED", "output": '{"p":"7"}'},
    ),
    "a made-up error": (
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "nobody"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Z"}],
            "End": True,
        },
        {"mock": {"errorOutput": {"error": "E", "cause": "c"}}},
        {
            "status": "CAUGHT_ERROR",
            "error": "E",
            "cause": "c",
            "output": '{"a":1,"e":{"Error":"E","Cause":"c"}}',
            "nextState": "Z",
        },
    ),
    "tried often enough": (
        {**MAP, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]},
        {
            "mock": {"errorOutput": {"error": "E"}},
            "inspectionLevel": "DEBUG",
            "stateConfiguration": {"retrierRetryCount": 1},
        },
        {
            "status": "RETRIABLE",
            "error": "E",
            "inspectionData": {
                "input": '{"a":1}',
                "errorDetails": {"retryIndex": 0, "retryBackoffIntervalSeconds": 2},
                "afterInputPath": '{"a":1}',
                "afterItemsPath": "[1]",
                "maxConcurrency": 0,
            },
        },
    ),
    "tried too often": (
        {**MAP, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]},
        {
            "mock": {"errorOutput": {"error": "E"}},
            "inspectionLevel": "DEBUG",
            "stateConfiguration": {"retrierRetryCount": 1},
        },
        {
            "status": "FAILED",
            "error": "E",
            "inspectionData": {
                "input": '{"a":1}',
                "errorDetails": {"retryIndex": 0},
                "afterInputPath": '{"a":1}',
                "afterItemsPath": "[1]",
                "maxConcurrency": 0,
            },
        },
    ),
    "as many failures as may be": (
        {**EACH, "ToleratedFailureCount": 2},
        {"mock": {"result": "[0]"}, "stateConfiguration": {"mapIterationFailureCount": 2}},
        {"status": "SUCCEEDED", "output": "[0]"},
    ),
    "too many failures": (
        {**EACH, "ToleratedFailureCount": 1},
        {"mock": {"result": "[0]"}, "stateConfiguration": {"mapIterationFailureCount": 2}},
        {
            "status": "FAILED",
            "error": "States.ExceedToleratedFailureThreshold",
            "cause": "The specified tolerated failure threshold was exceeded",
        },
    ),
    "what a reader would have read": (
        {**EACH, "ItemReader": READER},
        {"mock": {"result": "[1]"}, "stateConfiguration": {"mapItemReaderData": "{}\n"}},
        {"status": "SUCCEEDED", "output": "[1]"},
    ),
    "what it could not have read": (
        {**EACH, "ItemReader": READER},
        {"mock": {"result": "[1]"}, "stateConfiguration": {"mapItemReaderData": "{"}},
        {
            "status": "FAILED",
            "error": "States.ItemReaderFailed",
            "cause": "The object is not valid JSON: Unexpected end-of-input",
        },
    ),
    "a context of one's own": (
        {**TASK, "ResultSelector": {"c.$": "$$.Execution"}},
        {"mock": {"result": "{}"}, "context": '{"Execution": {"Name": "mine"}}'},
        {"status": "SUCCEEDED", "output": '{"c":{"Name":"mine"}}'},
    ),
    "in JSONata": (
        {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $v + 1 %}", "End": True},
        {"variables": '{"v": 1}'},
        {"status": "SUCCEEDED", "output": "2"},
    ),
}


@pytest.mark.parametrize(("state", "options", "outcome"), TRIALS.values(), ids=TRIALS)
def test_a_state_by_itself(sfn, role, state, options, outcome):
    asked = {"definition": json.dumps(state), "roleArn": role, "input": '{"a":1}'}
    said = sfn.test_state(**asked, **options)
    del said["ResponseMetadata"]
    assert said == outcome


PARALLEL = {"Type": "Parallel", "Branches": [INSIDE], "End": True}
UNLIKE = "Mock result schema validation error: Field"
NO_TRIALS = {  # a state, what it is tried with → the words of the refusal, as AWS has said them
    "a Pass": (PASS["A"], {"mock": {}}, "'Pass' is not supported when a mock is specified"),
    "no mock": (PARALLEL, {}, "TestState API does not support Map or Parallel states."),
    "both": (TASK, {"mock": {"result": "{}", "errorOutput": {}}}, "only one of the following"),
    "secrets": (TASK, {"mock": {"result": "{}"}, "revealSecrets": True}, "RevealSecrets when a"),
    "no JSON": (TASK, {"mock": {"result": "no"}}, "Mocked result must be valid JSON"),
    "no list": (MAP, {"mock": {"result": "{}"}}, "Mocked result must be an array."),
    "one too many": (PARALLEL, {"mock": {"result": "[1, 2]"}}, "same number of items as number"),
    "type": (TASK, {"mock": {"result": '{"Entries": 1}'}}, f"{UNLIKE} 'Entries' must be an array"),
    "inside": (
        TASK, {"mock": {"result": '{"Entries": [{"EventId": 1}]}'}},
        f"{UNLIKE} 'EventId' must be a string",
    ),
    "context": (TASK, {"context": '{"A": 1}', "mock": {}}, "provided: Field 'A' is not allowed"),
    "token": (TASK, {"context": '{"Task": {}}', "mock": {}}, "contains 'Task' when state is not"),
    "map": (TASK, {"context": '{"Map": {}}', "mock": {}}, "'Map' field is not supported when"),
    "id": (TASK, {"context": '{"Execution": {"Id": 1}}', "mock": {}}, "Id must be a string"),
}  # fmt: skip


@pytest.mark.parametrize(("state", "options", "words"), NO_TRIALS.values(), ids=NO_TRIALS)
def test_what_cannot_be_tried(sfn, role, state, options, words):
    said = refusal(sfn.test_state, definition=json.dumps(state), roleArn=role, **options)
    assert words in said[1]


def test_a_state_is_really_run_and_inspected(sfn, role):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:listObjects",
        "InputPath": "$.in",
        "Parameters": {"Bucket.$": "$.bucket"},
        "Retry": [{"ErrorEquals": ["S3.NoSuchBucketException"]}],
        "End": True,
    }
    said = sfn.test_state(
        definition=json.dumps(state),
        roleArn=role,
        input='{"in":{"bucket":"no-such-bucket-here"}}',
        inspectionLevel="DEBUG",
    )
    assert (said["status"], said["error"]) == ("RETRIABLE", "S3.NoSuchBucketException")
    assert said["inspectionData"] == {
        "input": '{"in":{"bucket":"no-such-bucket-here"}}',
        "afterInputPath": '{"bucket":"no-such-bucket-here"}',
        "afterParameters": '{"Bucket":"no-such-bucket-here"}',
        "errorDetails": {"retryIndex": 0, "retryBackoffIntervalSeconds": 1},
    }


def test_the_aws_cli_waits_for_an_express_workflow(machines, cloud):
    """With `labkit env` in its environment, which keeps the host as it is."""
    machine = machines.make(PASS, kind="EXPRESS")
    known = {f.name: getattr(cloud, f.name) for f in dataclasses.fields(Connection)}
    command = [sys.executable, "-m", "awscli", "stepfunctions", "start-sync-execution"]
    asked = ["--state-machine-arn", machine, "--input", '{"a":1}']
    environment = os.environ | Connection(**known).environment()
    said = subprocess.run(command + asked, env=environment, capture_output=True, check=True)
    assert json.loads(said.stdout)["output"] == '{"a":1}'


LEVELS = {
    "ALL": ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"],
    "ERROR": ["FailStateEntered", "ExecutionFailed"],
    "FATAL": ["ExecutionFailed"],
    "OFF": [],
}


@pytest.mark.parametrize(("level", "kinds"), LEVELS.items(), ids=LEVELS)
def test_an_express_workflow_leaves_its_log(machines, sfn, aws, fresh, level, kinds):
    group, logs = f"/flows/{fresh('log')}", aws("logs")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*"
    wanted = {
        "level": level,
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
    }
    failing = {"F": {"Type": "Fail", "Error": "E"}}
    machine = machines.make(failing, kind="EXPRESS", logs=wanted)
    said = sfn.start_sync_execution(stateMachineArn=machine)
    found = logs.filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(event["message"]) for event in found]
    assert [line["type"] for line in lines] == kinds
    assert all(line["execution_arn"] == said["executionArn"] for line in lines)
    if lines:
        assert lines[-1]["details"] == {"error": "E"}


@pytest.mark.parametrize(
    ("places", "words"),
    [([], "Must specify exactly one"), (["/nowhere"], "not found"), (["/a", "/b"], "exactly one")],
)
def test_a_log_needs_a_place(machines, places, words):
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group"
    there = [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{group}:{each}:*"}} for each in places]
    with pytest.raises(ClientError, match=f"InvalidLoggingConfiguration.*{words}"):
        machines.make(PASS, logs={"level": "ALL", "destinations": there})
