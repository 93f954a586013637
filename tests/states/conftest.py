"""State machines that run: made of a few states, started, and waited for."""

import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config

from tests import roles

ACCOUNT = "123456789012"
OPTIONS = Config(inject_host_prefix=False, retries={"total_max_attempts": 1})


def make_role(iam, name, service, *, allowed=True):
    """A role that a service may take on, and that may do everything if it is allowed."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return roles.make_role(iam, name, service.split(".")[0], *[everything] * allowed)


@dataclass(frozen=True)
class Outcome:
    """An execution that has ended."""

    arn: str
    status: str
    output: Any
    error: str | None
    cause: str | None
    events: list[dict[str, Any]]

    @property
    def kinds(self):
        return [event["type"] for event in self.events]

    def details(self, kind):
        """The details of the events of a type."""
        found = [event for event in self.events if event["type"] == kind]
        return [next(v for k, v in e.items() if k.endswith("Details")) for e in found]


class Machines:
    """Makes state machines and runs them, as a client of the local AWS."""

    def __init__(self, client, role, fresh):
        self.sfn, self.role, self.fresh = client, role, fresh

    def make(self, states, *, name=None, kind="STANDARD", role=None, logs=None, **definition):
        """A state machine of states, which begins with the first one. Returns its ARN."""
        whole = {"StartAt": next(iter(states)), "States": states, **definition}
        made = self.sfn.create_state_machine(
            name=name or self.fresh("machine"),
            definition=json.dumps(whole),
            roleArn=role or self.role,
            type=kind,
            **({"loggingConfiguration": logs} if logs else {}),
        )
        return made["stateMachineArn"]

    def start(self, arn, value=None, **options):
        text = json.dumps({} if value is None else value)
        started = self.sfn.start_execution(stateMachineArn=arn, input=text, **options)
        return started["executionArn"]

    def wait(self, execution, timeout_s=120):
        """The execution once it has ended."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            said = self.sfn.describe_execution(executionArn=execution)
            if said["status"] != "RUNNING":
                output = json.loads(said["output"]) if "output" in said else None
                return Outcome(
                    execution,
                    said["status"],
                    output,
                    said.get("error"),
                    said.get("cause"),
                    self.history(execution),
                )
            time.sleep(0.03)
        raise AssertionError(f"It still runs: {[e['type'] for e in self.history(execution)]}")

    def history(self, execution, **options):
        pages = self.sfn.get_paginator("get_execution_history")
        return [
            event
            for page in pages.paginate(executionArn=execution, **options)
            for event in page["events"]
        ]

    def run(self, states, value=None, **options):
        return self.wait(self.start(self.make(states, **options), value))


@pytest.fixture
def sfn(aws):
    return aws("stepfunctions", config=OPTIONS)


@pytest.fixture(scope="session")
def role(cloud):
    return make_role(cloud.client("iam"), "flows", "states.amazonaws.com")


@pytest.fixture
def machines(sfn, role, fresh):
    return Machines(sfn, role, fresh)


@pytest.fixture(scope="session")
def function_role(cloud):
    return make_role(cloud.client("iam"), "flow-functions", "lambda.amazonaws.com")


@pytest.fixture
def function(aws, fresh, function_role):
    """``function("return event")``: a function with this body. Returns its ARN."""

    def make(body):
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            source = f"import json, time\ndef handler(event, context):\n    {body}\n"
            archive.writestr("app.py", source)
        made = aws("lambda").create_function(
            FunctionName=fresh("step"),
            Runtime="python3.12",
            Handler="app.handler",
            Role=function_role,
            Code={"ZipFile": code.getvalue()},
        )
        return made["FunctionArn"]

    return make
