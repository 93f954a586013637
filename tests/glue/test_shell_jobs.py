"""Python shell jobs: scripts that run, as their job's role."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.roles import make_role

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SCRIPT = """
import sys
import boto3
from awsglue.utils import getResolvedOptions
import helper

args = getResolvedOptions(sys.argv, ["bucket", "name"])
boto3.client("s3").put_object(Bucket=args["bucket"], Key="out", Body=helper.greeting(args["name"]))
print("said", args["name"])
print(boto3.client("sts").get_caller_identity()["Arn"].split("/")[1], file=sys.stderr)
"""


@dataclass
class Shell:
    """A bucket with scripts, a role, and one way to run a job."""

    glue: Any
    s3: Any
    logs: Any
    bucket: str
    role: str

    def define(self, script: str, **job: Any) -> str:
        name = f"shell-{uuid.uuid4().hex[:8]}"
        self.s3.put_object(Bucket=self.bucket, Key=f"{name}.py", Body=script)
        place = f"s3://{self.bucket}/{name}.py"
        command = {"Name": "pythonshell", "ScriptLocation": place, "PythonVersion": "3.9"}
        self.glue.create_job(Name=name, Role=self.role, Command=command, **job)
        return name

    def follow(self, job: str, run: str) -> dict[str, Any]:
        def look() -> Any:
            found = self.glue.get_job_run(JobName=job, RunId=run)["JobRun"]
            return found if found["JobRunState"] not in ("RUNNING", "STOPPING") else None

        return dict(wait_for(look))

    def run(self, job: str, **arguments: Any) -> dict[str, Any]:
        return self.follow(job, self.glue.start_job_run(JobName=job, **arguments)["JobRunId"])

    def printed(self, run: dict[str, Any], which: str) -> list[str]:
        group = f"{run['LogGroupName']}/{which}"
        found = self.logs.get_log_events(logGroupName=group, logStreamName=run["Id"])
        return [event["message"] for event in found["events"]]


@pytest.fixture(scope="module")
def shell(client: Callable[[str], Any]) -> Shell:
    bucket, role = f"shell-{uuid.uuid4().hex[:8]}", f"shell-{uuid.uuid4().hex[:8]}"
    client("s3").create_bucket(Bucket=bucket)
    make_role(client("iam"), role, "glue")
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    client("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)
    return Shell(client("glue"), client("s3"), client("logs"), bucket, role)


def test_a_script_runs_with_its_arguments_as_its_role(shell: Shell) -> None:
    helper = "def greeting(name):\n    return f'hello {name}'\n"
    shell.s3.put_object(Bucket=shell.bucket, Key="lib/helper.py", Body=helper)
    given = {"--extra-py-files": f"s3://{shell.bucket}/lib/helper.py", "--bucket": shell.bucket}
    job = shell.define(SCRIPT, DefaultArguments=given)
    run = shell.run(job, Arguments={"--name": "Ann"})
    assert run["JobRunState"] == "SUCCEEDED", run
    body = shell.s3.get_object(Bucket=shell.bucket, Key="out")["Body"].read()
    assert body == b"hello Ann"
    assert shell.printed(run, "output") == ["said Ann"]
    assert shell.printed(run, "error") == [shell.role]
    assert (run["Attempt"], "ErrorMessage" in run) == (0, False)
    assert (run["MaxCapacity"], run["Timeout"]) == (0.0625, 2880)
    missing = shell.run(job)
    assert missing["JobRunState"] == "FAILED"
    assert "GlueArgumentError" in missing["ErrorMessage"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("import boto3; boto3.client('s3').list_objects_v2(Bucket='{0}')", "AccessDenied"),
    ],
)
def test_a_script_fails(shell: Shell, script: str, why: str) -> None:
    run = shell.run(shell.define(script.format(shell.bucket)))
    assert run["JobRunState"] == "FAILED"
    assert why in run["ErrorMessage"]


def test_a_job_whose_script_or_role_is_not_there(shell: Shell) -> None:
    job = shell.define("print(1)")
    shell.s3.delete_object(Bucket=shell.bucket, Key=f"{job}.py")
    assert "404" in shell.run(job)["ErrorMessage"]
    command = shell.glue.get_job(JobName=job)["Job"]["Command"]
    shell.glue.update_job(JobName=job, JobUpdate={"Role": "nobody", "Command": command})
    assert "assume role permissions" in shell.run(job)["ErrorMessage"]


@pytest.mark.parametrize("kind", ["glueetl", "gluestreaming", "glueray"])
def test_a_job_that_wants_spark_or_ray_fails(shell: Shell, kind: str) -> None:
    """Its run is taken; that it has not run is told, so that nobody goes on with its data."""
    job, command = f"{kind}-{uuid.uuid4().hex[:8]}", {"Name": kind, "ScriptLocation": "s3://b/a.py"}
    shell.glue.create_job(Name=job, Role=shell.role, Command=command, MaxCapacity=10)
    run = shell.run(job, WorkerType="G.2X", NumberOfWorkers=3)
    assert (run["MaxCapacity"], run["GlueVersion"]) == (6.0, "5.1")
    assert (run["JobRunState"], run["LogGroupName"]) == ("FAILED", "/aws-glue/jobs")
    assert "runs no Spark" in run["ErrorMessage"]


def test_a_state_machine_fails_with_its_job(shell: Shell, client: Callable[[str], Any]) -> None:
    job, states = f"spark-{uuid.uuid4().hex[:8]}", client("stepfunctions")
    shell.glue.create_job(Name=job, Role=shell.role, Command={"Name": "glueetl"})
    role = make_role(client("iam"), job, "states", {**ALL, "Action": "glue:*"})
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": job},
        "End": True,
    }
    definition = json.dumps({"StartAt": "Run", "States": {"Run": task}})
    machine = states.create_state_machine(name=job, definition=definition, roleArn=role)
    begun = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]

    def look() -> Any:
        found = states.describe_execution(executionArn=begun)
        return found if found["status"] != "RUNNING" else None

    failed = wait_for(look)
    assert (failed["status"], failed["error"]) == ("FAILED", "States.TaskFailed")
    assert "runs no Spark" in json.loads(failed["cause"])["ErrorMessage"]


def test_a_run_is_stopped_and_one_at_a_time(shell: Shell) -> None:
    job = shell.define("import time; time.sleep(60)", MaxRetries=1)
    run = shell.glue.start_job_run(JobName=job)["JobRunId"]
    with pytest.raises(shell.glue.exceptions.ConcurrentRunsExceededException):
        shell.glue.start_job_run(JobName=job)
    told = shell.glue.batch_stop_job_run(JobName=job, JobRunIds=[run, "none"])
    assert [each["JobRunId"] for each in told["SuccessfulSubmissions"]] == [run]
    assert [each["JobRunId"] for each in told["Errors"]] == ["none"]
    assert shell.follow(job, run)["JobRunState"] == "STOPPED"
    assert len(shell.glue.get_job_runs(JobName=job)["JobRuns"]) == 1


def test_a_failed_run_is_tried_again(shell: Shell) -> None:
    key, script = uuid.uuid4().hex, "import boto3; s3 = boto3.client('s3')\n"
    script += f"""
try:
    s3.get_object(Bucket={shell.bucket!r}, Key={key!r})
except s3.exceptions.ClientError:
    s3.put_object(Bucket={shell.bucket!r}, Key={key!r}, Body=b'')
    raise
"""
    job = shell.define(script, MaxRetries=1)
    first = shell.run(job)
    assert first["JobRunState"] == "FAILED"
    second = shell.follow(job, f"{first['Id']}_attempt_1")
    assert (second["JobRunState"], second["Attempt"]) == ("SUCCEEDED", 1)
    listed = shell.glue.get_job_runs(JobName=job)["JobRuns"]
    assert [run["Id"] for run in listed] == [second["Id"], first["Id"]]
    assert second["PreviousRunId"] == first["Id"]


def ways(graph: Any) -> set[tuple[str, str]]:
    """A graph's edges, by the names of their ends."""
    names = {node["UniqueId"]: node["Name"] for node in graph["Nodes"]}
    return {(names[edge["SourceId"]], names[edge["DestinationId"]]) for edge in graph["Edges"]}


def test_a_workflow_goes_from_end_to_end(shell: Shell) -> None:
    """A start trigger, one that goes on when the first job has succeeded, and one that does not."""
    flow = f"flow-{uuid.uuid4().hex[:8]}"
    script = "import sys; print(' '.join(sys.argv[1:]))"
    first, second, never = (shell.define(script) for _ in range(3))
    shell.glue.create_workflow(Name=flow, DefaultRunProperties={"a": "1"})
    inside = {"WorkflowName": flow, "StartOnCreation": True}
    actions = {"Actions": [{"JobName": first}]}
    shell.glue.create_trigger(Name=f"{flow}-1", Type="ON_DEMAND", WorkflowName=flow, **actions)
    for job, state in ((second, "SUCCEEDED"), (never, "FAILED")):
        condition = {"LogicalOperator": "EQUALS", "JobName": first, "State": state}
        shell.glue.create_trigger(
            Name=f"{flow}-{state}",
            Type="CONDITIONAL",
            Predicate={"Conditions": [condition]},
            Actions=[{"JobName": job, "Arguments": {"--b": "2"}}],
            **inside,
        )
    assert ways(shell.glue.get_workflow(Name=flow, IncludeGraph=True)["Workflow"]["Graph"]) == {
        (f"{flow}-1", first),
        (first, f"{flow}-SUCCEEDED"),
        (f"{flow}-SUCCEEDED", second),
        (first, f"{flow}-FAILED"),
        (f"{flow}-FAILED", never),
    }
    number = shell.glue.start_workflow_run(Name=flow)["RunId"]
    with pytest.raises(ClientError, match="NotImplementedException"):
        shell.glue.get_workflow_run(Name=flow, RunId=number, IncludeGraph=True)

    def look() -> Any:
        run = shell.glue.get_workflow_run(Name=flow, RunId=number)["Run"]
        return run if run["Status"] != "RUNNING" else None

    run = wait_for(look)
    assert run["Status"] == "COMPLETED"
    counts = run["Statistics"]
    assert (counts["TotalActions"], counts["SucceededActions"], counts["RunningActions"]) == (
        2,
        2,
        0,
    )
    (ran,) = shell.glue.get_job_runs(JobName=second)["JobRuns"]
    said = shell.printed(ran, "output")
    assert said == [f"--b 2 --WORKFLOW_NAME {flow} --WORKFLOW_RUN_ID {number}"]
    assert not shell.glue.get_job_runs(JobName=never)["JobRuns"]
