"""Lambda: zips whose Python handlers really run."""

import base64
import datetime
import io
import json
import os
import signal
import uuid
import zipfile

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from labkit.cloud.lambdas.logs import MOST_LINES, shortened
from tests.conftest import wait_for
from tests.roles import make_role, policy


def zipped(**modules):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in modules.items():
            archive.writestr(f"{name.replace('__', '/')}.py", text)
    return buffer.getvalue()


@pytest.fixture
def role(aws, fresh):
    return make_role(aws("iam"), fresh("runner"), "lambda")


@pytest.fixture
def function(aws, role, fresh):
    """``function("def handler(event, context): ...")``: the name of a new function."""

    def make(code, **options):
        name = options.pop("FunctionName", None) or fresh("fn")
        options = {"Timeout": 60, "Handler": "app.handler", "Role": role} | options
        options.setdefault("Runtime", "python3.12")
        options.setdefault("Code", {"ZipFile": zipped(app=code)})
        aws("lambda").create_function(FunctionName=name, **options)
        return name

    return make


@pytest.fixture
def call(aws):
    """``call(name, event)``: the answer, its payload parsed and its log decoded."""

    def invoke(name, event=None, **options):
        options = {"LogType": "Tail", "Payload": json.dumps(event)} | options
        answer = aws("lambda").invoke(FunctionName=name, **options)
        text = answer["Payload"].read()
        answer["Payload"] = json.loads(text) if text else None
        answer["Log"] = base64.b64decode(answer.get("LogResult", "")).decode()
        return answer

    return invoke


def test_a_handler_runs(function, call):
    name = function("def handler(event, context):\n    print('hello')\n    return {'got': event}")
    answer = call(name, {"ü": [1, None]})
    assert (answer["StatusCode"], answer["Payload"]) == (200, {"got": {"ü": [1, None]}})
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/json"
    first, hello, end, report = answer["Log"].strip().splitlines()
    assert (first[:17], first[-17:]) == ("START RequestId: ", " Version: $LATEST")
    assert (hello, end[:15]) == ("hello", "END RequestId: ")
    for words in ("Duration: ", "Billed Duration: ", "Memory Size: 128 MB", "Init Duration: "):
        assert words in report


def test_an_image_is_made_and_not_run(aws, role, fresh, call):
    name, uri = fresh("image"), "123456789012.dkr.ecr.us-east-1.amazonaws.com/loader:1"
    made = {"PackageType": "Image", "Code": {"ImageUri": uri}, "Role": role}
    aws("lambda").create_function(FunctionName=name, **made)
    assert aws("lambda").get_function(FunctionName=name)["Code"]["ImageUri"] == uri
    with pytest.raises(ClientError, match="not package type Image"):
        call(name)


@pytest.mark.parametrize(
    ("returned", "payload"),
    [
        ("{'n': [Decimal('1.10'), Decimal('5')], 't': 'é'}", '{"n": [1.10, 5], "t": "é"}'),
        ("b'{\"a\":1}'", '{"a":1}'),
        ("b'plain'", "plain"),
    ],
    ids=["decimals", "bytes", "bytes that are no JSON"],
)
def test_what_a_handler_returns(function, aws, returned, payload):
    code = f"from decimal import Decimal\ndef handler(e, c):\n    return {returned}"
    answer = aws("lambda").invoke(FunctionName=function(code))
    assert (answer["Payload"].read().decode(), answer.get("FunctionError")) == (payload, None)


def test_the_process_stays_warm_and_changes_with_the_code(function, call, aws):
    code = "import os\nn = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return %s"
    name = function(code % "[os.getpid(), n]")
    (pid, one), (same, two) = call(name)["Payload"], call(name)["Payload"]
    assert (same, one, two) == (pid, 1, 2)
    assert "Init Duration" not in call(name)["Log"]
    aws("lambda").update_function_code(FunctionName=name, ZipFile=zipped(app=code % "'new'"))
    assert call(name)["Payload"] == "new"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_at_work_is_not_taken_for_what_its_function_has_become(function, aws, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    client, began, gate = aws("lambda"), tmp_path / "began", tmp_path / "gate"
    named = {"FunctionName": function(WAITS)}
    with ThreadPoolExecutor(1) as threads:
        asked = json.dumps([str(began), str(gate)])
        first = threads.submit(client.invoke, **named, Payload=asked)
        try:
            wait_for(began.exists)
            code = zipped(app="def handler(e, c):\n    return 'new'")
            client.update_function_code(**named, ZipFile=code)
        finally:
            gate.touch()
        assert first.result()["StatusCode"] == 200
    assert json.load(client.invoke(**named)["Payload"]) == "new"


def test_an_idle_process_ends_by_itself(function, call):
    pid = call(function("import os\ndef handler(event, context):\n    return os.getpid()"))[
        "Payload"
    ]
    wait_for(lambda: not os.path.exists(f"/proc/{pid}") or _is_zombie(pid))


def test_context_and_environment(function, call):
    name = function(
        "import os\ndef handler(event, context):\n    return [context.function_name,"
        " context.aws_request_id, context.invoked_function_arn, context.memory_limit_in_mb,"
        " context.get_remaining_time_in_millis(), context.log_group_name,"
        " os.environ['COLOUR'], os.environ['AWS_LAMBDA_FUNCTION_NAME'],"
        " sorted(k for k in os.environ if k.startswith(('LABKIT_H', 'MOTO', 'PYTEST'))),"
        " os.path.exists('app.py')]",
        MemorySize=256,
        Timeout=5,
        Environment={"Variables": {"COLOUR": "blue"}},
    )
    answer = call(name)
    (fn, request, arn, memory, left, group, colour, again, leaked, code) = answer["Payload"]
    assert (fn, again, memory, colour) == (name, name, "256", "blue")
    assert arn == f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    assert (group, leaked, code) == (f"/aws/lambda/{name}", [], True)
    assert request == answer["ResponseMetadata"]["RequestId"]
    assert 3000 < left <= 5000


HALF = r"'utf-8' codec can't encode character '\ud83d' in position 1: surrogates not allowed"
MOST = "maximum allowed payload size"
ERRORS = {
    "exception": ("def handler(e, c):\n    raise ValueError('böse')", "ValueError", "böse"),
    "import": (
        "import nothing_here",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'nothing_here'",
    ),
    "missing": ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
    "syntax": (
        "def handler(",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'app': '(' was never closed (app.py, line 1)",
    ),
    "at-import": ("1 / 0", "ZeroDivisionError", "division by zero"),
    "not-json": (
        "def handler(e, c):\n    return object()",
        "Runtime.MarshalError",
        "Unable to marshal response: Object of type object is not JSON serializable",
    ),
    "half a character": (
        "def handler(e, c):\n    return chr(0xD83D)",
        "Runtime.MarshalError",
        f"Unable to marshal response: {HALF}",
    ),
    "too-much": (
        "def handler(e, c):\n    return 'x' * 6300000",
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded {MOST} (6291556 bytes).",
    ),
}


@pytest.mark.parametrize(("code", "kind", "message"), ERRORS.values(), ids=ERRORS)
def test_a_failing_function(function, call, code, kind, message):
    answer = call(function(code))
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (answer["Payload"]["errorType"], answer["Payload"]["errorMessage"]) == (kind, message)
    if kind not in ("Function.ResponseSizeTooLarge",):
        assert f"[ERROR] {kind}: {message}" in answer["Log"]


def test_the_trace_of_an_exception(function, call):
    code = "def inner():\n    return 1 / 0\ndef handler(e, c):\n    return e or inner()\n"
    answer = call(function(code))
    assert answer["Payload"]["stackTrace"] == [
        '  File "/var/task/app.py", line 4, in handler\n    return e or inner()\n',
        '  File "/var/task/app.py", line 2, in inner\n    return 1 / 0\n',
    ]
    assert (
        '\n\xa0\xa0File "/var/task/app.py", line 4, in handler\n\xa0\xa0\xa0\xa0' in answer["Log"]
    )
    endless = call(function("def handler(e, c):\n    return handler(e, c)"))["Payload"]
    assert endless["errorType"] == "RecursionError"
    assert endless["stackTrace"][-1].startswith("  [Previous line repeated ")


ENDS = {
    "timeout": (
        "import time\ndef handler(e, c):\n    print('on my way')\n    time.sleep(60)",
        "Sandbox.Timedout",
        "Task timed out after 1.00 seconds",
    ),
    "exit": (
        "import os\ndef handler(e, c):\n    print('on my way', flush=True)\n    os._exit(3)",
        "Runtime.ExitError",
        "Runtime exited with error: exit status 3",
    ),
    "memory": (
        "def handler(e, c):\n    x = print('on my way') or bytearray(400 << 20)\n    while x: pass",
        "Runtime.ExitError",
        "Runtime exited with error: signal: killed",
    ),
}


@pytest.mark.parametrize(("code", "kind", "message"), ENDS.values(), ids=ENDS)
def test_a_function_that_does_not_come_back(function, call, code, kind, message):
    name = function(code, Timeout=1 if kind.startswith("Sandbox") else 20)
    answer = call(name)
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == kind
    assert answer["Payload"]["errorMessage"].endswith(f"Error: {message}")
    assert "on my way" in answer["Log"]
    assert message in answer["Log"]


def test_the_log_groups(function, call, aws):
    name = function(
        "import logging\nlog = logging.getLogger()\nlog.setLevel('INFO')\n"
        "def handler(e, c):\n    log.info('read %s', 3)"
    )
    assert "[INFO]\t" in call(name)["Log"]
    logs, group = aws("logs"), f"/aws/lambda/{name}"
    stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
    assert "[$LATEST]" in stream
    found = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
    lines = [event["message"] for event in found["events"]]
    assert lines[1].rstrip().endswith("\tread 3")
    assert lines[-1].startswith("REPORT")


def test_the_tail_is_four_kilobytes(function, call):
    answer = call(function("def handler(e, c):\n    print('x' * 10000)"))
    assert len(answer["Log"]) == 4096
    assert "REPORT" in answer["Log"]


UNSURE = ("timestamp", "time", "record", "requestId")
SAYS = """
import logging

def handler(event, context):
    print("plain")
    print('{"level": "debug", "n": 1}')
    logging.info("an %s", "order", extra={"id": 7})
    logging.getLogger("shop").warning("late")
    return 1 / event
"""


def test_lines_in_json(function, aws, call):
    client, settings = aws("lambda"), {"LogFormat": "JSON"}
    named = {"FunctionName": function(SAYS, LoggingConfig=settings)}
    name = named["FunctionName"]

    def said(event):
        read = [json.loads(n) if n[0] == "{" else n for n in call(name, event)["Log"].splitlines()]
        return [
            each if isinstance(each, str) else {k: v for k, v in each.items() if k not in UNSURE}
            for each in read
        ], read

    info = {"level": "INFO", "message": "an order", "logger": "root", "id": 7}
    late = {"level": "WARNING", "message": "late", "logger": "shop"}
    ended, started = {"type": "platform.report"}, {"type": "platform.start"}
    told, lines = said(1)
    assert told == [started, "plain", info, late, ended]
    assert lines[-1]["record"]["status"] == "success"
    assert lines[-1]["record"]["requestId"] == lines[2]["requestId"]
    assert lines[-1]["record"]["metrics"]["memorySizeMB"] == 128
    settings |= {"ApplicationLogLevel": "WARN", "SystemLogLevel": "WARN"}
    client.update_function_configuration(**named, LoggingConfig=settings)
    assert said(1)[0] == [late]
    fatal = {"ApplicationLogLevel": "FATAL"}  # the others stay
    client.update_function_configuration(**named, LoggingConfig=fatal)
    assert said(1)[0] == []
    client.update_function_configuration(**named, LoggingConfig=settings)
    told, lines = said(0)
    assert [each["type"] for each in told[2:]] == ["platform.runtimeDone", "platform.report"]
    failed = told[1]
    assert (failed["level"], failed["errorType"]) == ("ERROR", "ZeroDivisionError")
    assert failed["stackTrace"][0].startswith('  File "/var/task/app.py", line 9, in handler')
    assert lines[-1]["record"]["status"] == "error"
    text = {"LogFormat": "Text"}
    told = client.update_function_configuration(**named, LoggingConfig=text)["LoggingConfig"]
    assert told == text | {"LogGroup": f"/aws/lambda/{name}"}


def test_of_too_many_lines_the_middle_is_not_kept():
    printed = "".join(f"{n}\n" for n in range(MOST_LINES + 3))
    lines = shortened(printed).splitlines()
    assert lines[MOST_LINES // 2] == "[3 lines that were printed here are not kept]"
    assert (len(lines), lines[0], lines[-1]) == (MOST_LINES + 1, "0", str(MOST_LINES + 2))
    assert shortened("1\n2\n") == "1\n2\n"


def test_the_credentials_are_the_roles(function, call, aws, role, fresh):
    bucket = fresh("lake")
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"content")
    name = function(
        "import boto3\ndef handler(event, context):\n"
        "    who = boto3.client('sts').get_caller_identity()['Arn']\n"
        "    body = boto3.client('s3').get_object(Bucket=event, Key='a')['Body'].read()\n"
        "    return [who, body.decode()]",
        Timeout=30,
        MemorySize=512,
    )
    refused = call(name, bucket)["Payload"]
    assert refused["errorType"] == "AccessDenied"
    assert (
        "because no identity-based policy allows the s3:GetObject action"
        in (refused["errorMessage"])
    )
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    role_name = role.rpartition("/")[2]
    aws("iam").put_role_policy(RoleName=role_name, PolicyName="read", PolicyDocument=policy(allow))
    who = f"arn:aws:sts::123456789012:assumed-role/{role_name}/{name}"
    assert call(name, bucket)["Payload"] == [who, "content"]


def test_versions_and_aliases(function, call, aws):
    client = aws("lambda")
    code = "def handler(e, c):\n    return [c.invoked_function_arn[47:], c.function_version]"
    name = function(code)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    client.update_function_code(
        FunctionName=name, ZipFile=zipped(app="def handler(e, c):\n    return 2")
    )
    assert call(name)["Payload"] == 2
    assert call(name, Qualifier="1")["Payload"] == [f"{name}:1", "1"]
    assert call(f"{name}:live")["Payload"] == [f"{name}:live", "1"]
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}:1"
    answer = call(arn)
    assert (answer["Payload"], answer["ExecutedVersion"]) == ([f"{name}:1", "1"], "1")
    for form in (arn[:-2], f"123456789012:function:{name}", f"function:{name}"):
        found = client.get_function(FunctionName=form, Qualifier="live")["Configuration"]
        assert (found["FunctionName"], found["Version"]) == (name, "1")
        aliases = client.list_aliases(FunctionName=form)["Aliases"]
        assert [each["Name"] for each in aliases] == ["live"]


def test_a_number_is_a_versions_own(function, call, aws):
    client, code = aws("lambda"), "def handler(e, c):\n    return {}"
    name = function(code.format(0))
    for number in (1, 2, 3):
        zip_file = zipped(app=code.format(number))
        client.update_function_code(FunctionName=name, ZipFile=zip_file)
        for _ in range(2):
            assert client.publish_version(FunctionName=name)["Version"] == str(number)
        if number == 2:
            client.delete_function(FunctionName=name, Qualifier="1")
    assert [call(name, Qualifier=each)["Payload"] for each in "23"] == [2, 3]
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}:2"
    with pytest.raises(ClientError, match="Tags on function aliases and versions are not"):
        client.tag_resource(Resource=arn, Tags={"a": "b"})


def test_an_alias_shares_its_calls_and_holds_its_versions(function, call, aws):
    client, name = aws("lambda"), function("def handler(e, c):\n    return c.function_version")
    named = {"FunctionName": name}
    client.publish_version(**named)
    seen = client.get_function_configuration(**named)["RevisionId"]
    client.update_function_configuration(**named, Description="second", RevisionId=seen)
    with pytest.raises(ClientError, match="PreconditionFailedException"):
        client.update_function_configuration(**named, Description="third", RevisionId=seen)
    client.publish_version(**named)
    live = named | {"Name": "live", "FunctionVersion": "1"}
    client.create_alias(**live)
    with pytest.raises(ClientError, match="ResourceConflictException"):
        client.create_alias(**live)
    assert call(f"{name}:live")["Payload"] == "1"
    client.update_alias(**live, RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
    assert call(name, Qualifier="live")["Payload"] == "2"
    for version in ("1", "2"):
        with pytest.raises(ClientError, match="ResourceConflictException"):
            client.delete_function(**named, Qualifier=version)
    client.delete_alias(**named, Name="live")
    with pytest.raises(ClientError, match="cannot be deleted without deleting the function"):
        client.delete_function(**named, Qualifier="$LATEST")
    client.delete_function(**named, Qualifier="2")
    assert client.get_function(**named)["Configuration"]["Description"] == "second"


ROTATES = """
import boto3

def handler(event, context):
    secrets, token = boto3.client("secretsmanager"), event["ClientRequestToken"]
    asked = {"SecretId": event["SecretId"]}
    if event["Step"] == "createSecret":
        value = secrets.get_secret_value(**asked)["SecretString"] + "!"
        secrets.put_secret_value(
            **asked, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        current = secrets.get_secret_value(**asked)["VersionId"]
        secrets.update_secret_version_stage(
            **asked, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )
"""


OUTCOMES = {"Success": "ok", "Failure": "failed"}


def test_what_becomes_of_events(function, aws, fresh):
    """Records and dead letters are sent as the function's role."""
    names = {kind: fresh(kind) for kind in ("ok", "failed", "letters")}
    urls = {k: aws("sqs").create_queue(QueueName=name)["QueueUrl"] for k, name in names.items()}
    arns = {kind: f"arn:aws:sqs:us-east-1:123456789012:{name}" for kind, name in names.items()}
    code, letters = "def handler(e, c):\n    return 6 / e['n']", {"TargetArn": arns["letters"]}
    client, name = aws("lambda"), function(code, DeadLetterConfig=letters)
    configure = {"OnSuccess": {"Destination": arns["letters"]}}
    client.put_function_event_invoke_config(FunctionName=name, DestinationConfig=configure)
    configure = {f"On{k}": {"Destination": arns[v]} for k, v in OUTCOMES.items()}
    client.put_function_event_invoke_config(FunctionName=name, DestinationConfig=configure)
    for n in (0, 3):  # the first fails three times
        client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"n": n}))

    def got(kind):
        asked = {"QueueUrl": urls[kind], "WaitTimeSeconds": 20, "MessageAttributeNames": ["All"]}
        (message,) = aws("sqs").receive_message(**asked)["Messages"]
        return json.loads(message["Body"]), message.get("MessageAttributes")

    ok, failed, (letter, why) = got("ok")[0], got("failed")[0], got("letters")
    assert (ok["requestContext"]["condition"], ok["responsePayload"]) == ("Success", 2)
    assert ok["requestContext"]["functionArn"].endswith(f":{name}:$LATEST")
    assert failed["requestContext"]["condition"] == "RetriesExhausted"
    assert failed["requestContext"]["approximateInvokeCount"] == 3
    assert failed["responsePayload"]["errorType"] == "ZeroDivisionError"
    assert failed["requestPayload"] == letter == {"n": 0}
    assert why["ErrorMessage"]["StringValue"] == "division by zero"
    assert client.get_function_configuration(FunctionName=name)["DeadLetterConfig"] == letters


def test_a_record_goes_to_a_bus(function, aws, fresh):
    """As the function's role, and to the rules of the bus."""
    bus, client, sqs = fresh("bus"), aws("lambda"), aws("sqs")
    url, events = sqs.create_queue(QueueName=bus)["QueueUrl"], aws("events")
    queue = f"arn:aws:sqs:us-east-1:123456789012:{bus}"
    goal = events.create_event_bus(Name=bus)["EventBusArn"]
    events.put_rule(Name=bus, EventBusName=bus, EventPattern='{"source": ["lambda"]}')
    events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "1", "Arn": queue}])
    named = {"FunctionName": function("def handler(e, c):\n    return e + 1")}
    client.put_function_event_invoke_config(
        **named, DestinationConfig={"OnSuccess": {"Destination": goal}}
    )
    client.invoke(**named, InvocationType="Event", Payload=b"7")
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    told = json.loads(message["Body"])
    assert told["detail-type"] == "Lambda Function Invocation Result - Success"
    assert (told["detail"]["responsePayload"], told["resources"][0]) == (8, goal)
    events.remove_targets(Rule=bus, EventBusName=bus, Ids=["1"])
    events.delete_rule(Name=bus, EventBusName=bus)
    events.delete_event_bus(Name=bus)


TRIED = ((0, 600, 1), (2, 600, 2), (2, 60, 1))  # times, its age, attempts: the second succeeds


def test_an_event_that_failed_is_tried_again(function, aws, tmp_path):
    code = (
        "import pathlib\n\ndef handler(e, c):\n"
        "    tried = pathlib.Path(e)\n"
        "    tried.write_text(tried.read_text() + c.aws_request_id + ' ')\n"
        "    return 1 / (len(tried.read_text().split()) - 1)\n"
    )
    for n, (most, age_s, attempts) in enumerate(TRIED):
        client, name, tried = aws("lambda"), function(code), tmp_path / str(n)
        tried.write_text("")
        client.put_function_event_invoke_config(
            FunctionName=name, MaximumRetryAttempts=most, MaximumEventAgeInSeconds=age_s
        )
        client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(str(tried)))
        wait_for(lambda n=name, k=attempts: len(logged(aws, n, "REPORT") or ()) == k)
        requests = tried.read_text().split()
        assert (len(requests), len(set(requests))) == (attempts, 1)


UPDATED = {
    "TracingConfig": {"Mode": "Active"},
    "EphemeralStorage": {"Size": 1024},
    "KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
    "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/lab/mine", "SystemLogLevel": "DEBUG"},
}


def test_an_update_is_kept(function, aws):
    client, named = aws("lambda"), {"FunctionName": function("def handler(e, c):\n    return 1")}
    before = client.get_function_configuration(**named)
    group = f"/aws/lambda/{named['FunctionName']}"
    assert before["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": group}
    asked = UPDATED | {"SnapStart": {"ApplyOn": "PublishedVersions"}}
    client.update_function_configuration(**named, **asked)
    told = client.get_function_configuration(**named)
    wanted = UPDATED["LoggingConfig"] | {"ApplicationLogLevel": "INFO"}
    assert {each: told[each] for each in UPDATED} == UPDATED | {"LoggingConfig": wanted}
    assert told["RevisionId"] != before["RevisionId"]
    client.invoke(**named)
    pattern = '{ $.type = "platform.report" }'
    found = aws("logs").filter_log_events(logGroupName="/lab/mine", filterPattern=pattern)
    assert len(found["events"]) == 1


def test_event_settings_are_told_of_the_latest(function, aws):
    client, bodies = aws("lambda", config=Config()), []  # its own, for it is changed
    named = {"FunctionName": function("", Publish=True)}
    client.meta.events.register(
        "before-parse.lambda.UpdateFunctionEventInvokeConfig",
        lambda response_dict, **_: bodies.append(json.loads(response_dict["body"])),
    )
    client.put_function_event_invoke_config(**named, MaximumRetryAttempts=0)
    client.update_function_event_invoke_config(**named, MaximumEventAgeInSeconds=100)
    (told,) = bodies
    assert (told["MaximumRetryAttempts"], told["MaximumEventAgeInSeconds"]) == (0, 100)
    assert told["FunctionArn"].endswith(f":{named['FunctionName']}:$LATEST")
    assert told["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    assert isinstance(told["LastModified"], float)
    version = {"FunctionName": f"{named['FunctionName']}:1"}
    for call in ("get", "delete"):
        with pytest.raises(ClientError, match=":1 doesn't have an EventInvokeConfig"):
            getattr(client, f"{call}_function_event_invoke_config")(**version)
    assert client.get_function_event_invoke_config(**named)["MaximumRetryAttempts"] == 0


def test_versions_and_aliases_have_event_settings_of_their_own(function, aws, fresh):
    client, arn = aws("lambda"), f"arn:aws:sqs:us-east-1:123456789012:{fresh('told')}"
    url = aws("sqs").create_queue(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    named = {"FunctionName": function("def handler(e, c):\n    return c.invoked_function_arn")}
    client.put_function_event_invoke_config(**named, MaximumRetryAttempts=2)
    client.publish_version(**named)
    client.create_alias(**named, Name="live", FunctionVersion="1")
    for said in ({"Qualifier": "1"}, {"FunctionName": f"{named['FunctionName']}:live"}):
        client.put_function_event_invoke_config(**named | said, MaximumRetryAttempts=1)
    live, told = named | {"Qualifier": "live"}, {"OnSuccess": {"Destination": arn}}
    client.update_function_event_invoke_config(**live, DestinationConfig=told)
    pages = client.get_paginator("list_function_event_invoke_configs").paginate(
        **named, PaginationConfig={"PageSize": 1}
    )
    found = [each for page in pages for each in page["FunctionEventInvokeConfigs"]]
    found = {c["FunctionArn"].rpartition(":")[2]: c["MaximumRetryAttempts"] for c in found}
    assert found == {"$LATEST": 2, "1": 1, "live": 1}

    for asked in ({}, {"Qualifier": "1"}, {"Qualifier": "live"}):
        client.invoke(**named, **asked, InvocationType="Event")
    (message,) = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    record = json.loads(message["Body"])
    assert record["requestContext"]["functionArn"].endswith(f":{named['FunctionName']}:live")
    assert record["responsePayload"] == record["requestContext"]["functionArn"]
    assert record["responseContext"]["executedVersion"] == "1"

    may = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    client.add_permission(**live, **may, StatementId="may")
    client.delete_alias(**named, Name="live")
    made = client.create_alias(**named, Name="live", FunctionVersion="1", RoutingConfig={})
    assert "RoutingConfig" not in made
    with pytest.raises(ClientError, match=":live doesn't have an EventInvokeConfig"):
        client.get_function_event_invoke_config(**live)
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        client.get_policy(**live)
    client.delete_alias(**named, Name="live")
    for _ in range(2):  # the second time it is gone already
        client.delete_function(**named, Qualifier="1")
    left = client.list_function_event_invoke_configs(**named)["FunctionEventInvokeConfigs"]
    assert [each["FunctionArn"].rpartition(":")[2] for each in left] == ["$LATEST"]


def test_reserved_variables_are_refused(function):
    with pytest.raises(ClientError, match="Reserved keys used in this request: AWS_REGION"):
        function("", Environment={"Variables": {"AWS_REGION": "x", "MINE": "y"}})


def test_a_function_rotates_a_secret(function, aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("rotated")
    arn = aws("lambda").get_function(FunctionName=function(ROTATES))["Configuration"]["FunctionArn"]
    secrets.create_secret(Name=name, SecretString="one")
    secrets.rotate_secret(
        SecretId=name, RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 30}
    )
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one!"
    secrets.rotate_secret(SecretId=name)
    found = [
        secrets.get_secret_value(SecretId=name, VersionStage=f"AWS{stage}")["SecretString"]
        for stage in ("CURRENT", "PREVIOUS")
    ]
    assert found == ["one!!", "one!"]


def test_a_rotation_that_fails_leaves_the_secret_as_it_is(function, aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("rotated")
    fails = ROTATES + '    if event["Step"] == "testSecret":\n        raise ValueError(event)\n'
    arn = aws("lambda").get_function(FunctionName=function(fails))["Configuration"]["FunctionArn"]
    secrets.create_secret(Name=name, SecretString="one")
    with pytest.raises(ClientError, match=r"AccessDenied.*cannot invoke the specified Lambda"):
        secrets.rotate_secret(SecretId=name, RotationLambdaARN=f"{arn}-not")
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=name)
    rules = {"ScheduleExpression": "rate(10 days)", "Duration": "3h"}
    for now, stages in ((False, 1), (True, 2)):  # a rotation for later is only tested
        secrets.rotate_secret(
            SecretId=name, RotationLambdaARN=arn, RotationRules=rules, RotateImmediately=now
        )
        told = secrets.describe_secret(SecretId=name)
        assert len(told["VersionIdsToStages"]) == stages
        assert told["RotationRules"] == rules | {"AutomaticallyAfterDays": 10}
        assert (told["RotationEnabled"], "LastRotatedDate" in told) == (True, False)
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="be reattempted"):
        secrets.rotate_secret(SecretId=name)
    both = {"AutomaticallyAfterDays": 5, "ScheduleExpression": "rate(5 days)"}
    for wrong in (both, {"ScheduleExpression": "rate(3 hours)"}):
        with pytest.raises(secrets.exceptions.InvalidParameterException):
            secrets.rotate_secret(SecretId=name, RotationRules=wrong)


SITE = "python__lib__python3.12__site-packages__"


def test_layers_are_on_the_path(function, call, aws, fresh):
    """The last one's before the others', those of the function's runtime before all's."""
    layers = [
        aws("lambda").publish_layer_version(LayerName=fresh("tools"), Content={"ZipFile": code})
        for code in (
            zipped(**{"python__tools": "answer = 1", f"{SITE}more": "answer = 2"}),
            zipped(**{"python__tools": "answer = 3", f"{SITE}other": "answer = 4"}),
        )
    ]
    code = "import tools, more, other\ndef handler(e, c):\n    "
    code += "return tools.answer, more.answer, other.answer"
    arns = [each["LayerVersionArn"] for each in layers]
    name = function(code, Layers=arns)
    assert call(name)["Payload"] == [3, 2, 4]
    for each in layers:  # functions that have one keep it
        aws("lambda").delete_layer_version(LayerName=each["LayerArn"], VersionNumber=1)
    aws("lambda").update_function_configuration(FunctionName=name, Timeout=50, MemorySize=256)
    assert call(name)["Payload"] == [3, 2, 4]


ALIASES = "InvalidParameterValue.*Tags on function aliases and versions are not supported"
MAPPING = "event-source-mapping:8f6f0e6a-3f0c-4a3e-9a52-d1f8f0a3c5b1"


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("function:any:live", ALIASES),
        (MAPPING, f"ResourceNotFound.*Event source mapping not found: .*:{MAPPING}"),
    ],
)
def test_tags_of_what_has_none(aws, named, words):
    client, asked = aws("lambda"), {"Resource": f"arn:aws:lambda:us-east-1:123456789012:{named}"}
    for call, more in (
        (client.list_tags, {}),
        (client.tag_resource, {"Tags": {"a": "b"}}),
        (client.untag_resource, {"TagKeys": ["a"]}),
    ):
        with pytest.raises(ClientError, match=words):
            call(**asked, **more)


def test_a_function_is_in_its_subnets_network(function, aws):
    ec2, client = aws("ec2"), aws("lambda")
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    )["SecurityGroups"]
    network = {"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [groups[0]["GroupId"]]}
    named = {"FunctionName": function("def handler(e, c): ...", VpcConfig=network)}
    more = {"Ipv6AllowedForDualStack": False}
    told = client.get_function_configuration(**named)["VpcConfig"]
    assert told == network | more | {"VpcId": subnet["VpcId"]}
    nowhere = {"SubnetIds": [], "SecurityGroupIds": []}
    told = client.update_function_configuration(**named, VpcConfig=nowhere)["VpcConfig"]
    assert told == nowhere | more | {"VpcId": ""}


def test_variables_that_are_none_are_told_where_they_were_said(function, aws):
    client, code = aws("lambda"), "def handler(e, c): ..."
    assert "Environment" not in client.get_function_configuration(FunctionName=function(code))
    named = {"FunctionName": function(code, Environment={"Variables": {}})}
    assert client.get_function_configuration(**named)["Environment"] == {"Variables": {}}
    client.update_function_configuration(**named, Environment={"Variables": {"KEY": "b"}})
    told = client.update_function_configuration(**named, Environment={})
    assert told["Environment"] == {"Variables": {"KEY": "b"}}


def test_settings_that_say_nothing_change_nothing(function, aws):
    client, letters = aws("lambda"), {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:lost"}
    named = {"FunctionName": function("def handler(e, c): ...", DeadLetterConfig=letters)}
    told = client.update_function_configuration(**named, DeadLetterConfig={}, VpcConfig={})
    assert told["DeadLetterConfig"] == letters
    told = client.update_function_configuration(**named, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in told


def test_lists_of_functions_tell_no_states(function, aws):
    named, client = {"FunctionName": function("def handler(e, c): ...")}, aws("lambda")
    client.publish_version(**named)
    pages = client.get_paginator("list_functions").paginate(FunctionVersion="ALL")
    functions = [each for page in pages for each in page["Functions"]]
    versions = client.list_versions_by_function(**named, MaxItems=1)
    assert [each["Version"] for each in versions["Versions"]] == ["$LATEST"]
    assert sum(each["FunctionName"] == named["FunctionName"] for each in functions) == 2
    assert not any("State" in each for each in (*functions, *versions["Versions"]))
    assert client.get_function_configuration(**named)["State"] == "Active"


def test_layers_are_listed_and_found_by_arn(aws, function, fresh):
    client, name = aws("lambda"), fresh("tools")
    code = {"ZipFile": zipped(python__tools="")}
    arn = client.publish_layer_version(LayerName=name, Content=code)["LayerVersionArn"]
    pages = client.get_paginator("list_layers").paginate()
    latest = {each["LayerName"]: each for page in pages for each in page["Layers"]}[name]
    assert latest["LatestMatchingVersion"]["LayerVersionArn"] == arn
    version = client.get_layer_version_by_arn(Arn=arn)
    other = arn.replace("123456789012", "111111111111")  # not this account's of its name
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_layer_version_by_arn(Arn=other)
    with pytest.raises(ClientError, match=f"Layer version {other} does not exist"):
        function("", Layers=[other])
    assert (version["Version"], version["Description"]) == (1, "")
    assert "LicenseInfo" not in version
    for number, words in (1, "No policy is associated"), (2, "Layer version .*:2 does not exist"):
        with pytest.raises(client.exceptions.ResourceNotFoundException, match=words):
            client.get_layer_version_policy(LayerName=name, VersionNumber=number)
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="The resource you req"):
        client.get_layer_version(LayerName=name, VersionNumber=2)
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="Could not unzip"):
        client.publish_layer_version(LayerName=name, Content={"ZipFile": b"no zip"})


def test_code_from_s3(function, call, aws, fresh):
    bucket = fresh("code")
    aws("s3").create_bucket(Bucket=bucket)
    body = zipped(app="def handler(e, c):\n    return 's3'")
    aws("s3").put_object(Bucket=bucket, Key="f.zip", Body=body)
    name = function("", Code={"S3Bucket": bucket, "S3Key": "f.zip"})
    assert call(name)["Payload"] == "s3"
    aws("s3").put_object(Bucket=bucket, Key="f.zip", Body=b"no zip")
    with pytest.raises(ClientError, match="Could not unzip"):
        function("", Code={"S3Bucket": bucket, "S3Key": "f.zip"})
    with pytest.raises(ClientError, match="S3 Error Code: NoSuchKey"):
        function("", Code={"S3Bucket": bucket, "S3Key": "none.zip"})


def test_code_from_s3_is_of_the_version_that_is_named(function, call, aws, fresh):
    s3, client, bucket = aws("s3"), aws("lambda"), fresh("code")
    s3.create_bucket(Bucket=bucket)
    versioning = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
    lies = {"S3Bucket": bucket, "S3Key": "f.zip"}
    first, _ = (
        s3.put_object(Bucket=bucket, Key="f.zip", Body=zipped(app=code))["VersionId"]
        for code in (f"def handler(e, c):\n    return {n}" for n in (1, 2))
    )
    name = function("", Code=lies | {"S3ObjectVersion": first})
    assert call(name)["Payload"] == 1
    client.update_function_code(FunctionName=name, **lies)
    assert call(name)["Payload"] == 2
    client.update_function_code(FunctionName=name, **lies, S3ObjectVersion=first)
    assert call(name)["Payload"] == 1
    layer = {"LayerName": name, "Content": lies | {"S3ObjectVersion": first}}
    newest = {"LayerName": name, "Content": lies}
    told = [client.publish_layer_version(**each)["Content"] for each in (layer, newest)]
    assert told[0]["CodeSha256"] != told[1]["CodeSha256"]


def test_a_dry_run_changes_no_code(function, call, aws):
    client, code = aws("lambda"), zipped(app="def handler(e, c):\n    return 2")
    named = {"FunctionName": function("def handler(e, c):\n    return 1")}
    before = client.get_function_configuration(**named)
    client.update_function_code(**named, ZipFile=code, DryRun=True, Publish=True)
    assert len(client.list_versions_by_function(**named)["Versions"]) == 1
    after = client.get_function_configuration(**named)
    assert (call(named["FunctionName"])["Payload"], after["RevisionId"]) == (
        1,
        before["RevisionId"],
    )
    arm = {"Architectures": ["arm64"], "Publish": True}
    told = client.update_function_code(**named, ZipFile=code, **arm)
    assert (told["Version"], told["Architectures"]) == ("1", ["arm64"])
    after = client.get_function_configuration(**named)
    assert after["LastModified"] > before["LastModified"]
    client.update_function_configuration(**named, Description="new")
    later = client.get_function_configuration(**named)
    assert later["LastModified"] > after["LastModified"]
    client.put_function_concurrency(**named, ReservedConcurrentExecutions=0)
    told = client.get_function(**named)["Concurrency"]
    assert told == {"ReservedConcurrentExecutions": 0}


def logged(aws, name, words):
    try:
        found = aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except ClientError:
        return None
    return [event["message"] for event in found if words in event["message"]]


WAITS = """import pathlib, time
def handler(event, context):
    began, gate = map(pathlib.Path, event)
    began.touch()
    while not gate.exists():
        time.sleep(.02)
    print('done')
"""


def test_an_event_runs_in_the_background(function, aws, tmp_path):
    name = function(WAITS)
    gate = tmp_path / "gate"
    event = json.dumps([str(tmp_path / "began"), str(gate)])
    answer = aws("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=event)
    assert answer["StatusCode"] == 202
    assert not logged(aws, name, "done")
    gate.touch()
    wait_for(lambda: logged(aws, name, "done"))


def test_a_dry_run_runs_nothing(function, aws):
    name = function("def handler(e, c):\n    print('ran')")
    answer = aws("lambda").invoke(FunctionName=name, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert logged(aws, name, "ran") is None


def test_refusals(function, call, aws):
    name = function("def handler(e, c):\n    return 1")
    javascript = function("", Runtime="nodejs20.x", Handler="index.handler")
    variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}
    wrapped = function("def handler(e, c):\n    return 1", Environment=variables)
    cases = [
        ("no-such", {}, "ResourceNotFoundException"),
        (f"{name}:9", {}, "ResourceNotFoundException"),
        (name, {"Payload": b"{nonsense"}, "InvalidRequestContentException"),
        (name, {"Payload": b"[NaN]"}, "InvalidRequestContentException"),
        (name, {"Payload": b"[" * 100_000}, "InvalidRequestContentException"),
        (name, {"ClientContext": "string"}, "InvalidRequestContentException"),
        (name, {"ClientContext": "bm9uZQ=="}, "InvalidRequestContentException"),
        (name, {"Payload": b'"' + b"x" * 6291456 + b'"'}, "RequestTooLargeException"),
        (javascript, {}, "NotImplementedException"),
        (wrapped, {}, "NotImplementedException"),
    ]
    for target, options, code in cases:
        with pytest.raises(ClientError) as caught:
            aws("lambda").invoke(FunctionName=target, **options)
        assert caught.value.response["Error"]["Code"] == code


NEVER_MADE = {
    "role": ({"Role": "arn:aws:iam::123456789012:role/nobody"}, "cannot be assumed by Lambda"),
    "timeout": ({"Timeout": 901}, "Value '901' at 'timeout' failed .* less than or equal to 900"),
    "handler": ({"Handler": "a b"}, "ValidationException.*Value 'a b' at 'handler' failed"),
    "a runtime of old": (
        {"Runtime": "python3.7"},
        "of python3.7 is no longer supported for creating",
    ),
    "runtime": ({"Runtime": "python9"}, "InvalidParameterValue.*Value python9 at 'runtime' failed"),
    "empty": ({"Code": {"ZipFile": b"PK\x05\x06" + bytes(18)}}, "must be a non-empty zip"),
    "zip": ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file"),
    "name": ({"Code": {"ZipFile": zipped(**{"x" * 300: ""})}}, "Could not unzip uploaded file"),
    "no code": ({"Code": {}}, "Please provide a source for function code"),
    "image": ({"PackageType": "Image"}, "An ImageUri goes with the package type Image"),
    "variables": ({"Environment": {"Variables": {"BIG": "x" * 4096}}}, "exceeded the 4KB limit"),
    "layer": (
        {"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:none:1"]},
        "Layer version arn:aws:lambda:us-east-1:123456789012:layer:none:1 does not exist",
    ),
    "tags": (
        {"Tags": {str(n): "" for n in range(51)}},
        "Number of tags exceeds resource tag limit",
    ),
    "length": (
        {"FunctionName": "x" * 65},
        "InvalidParameterValue.*Member must have length less than or equal to 64",
    ),
    "architectures": (
        {"Architectures": ["arm64", "x86_64"]},
        r"Value '\[arm64, x86_64\]' at 'architectures' failed",
    ),
    "snapshots": (
        {"Runtime": "python3.11", "SnapStart": {"ApplyOn": "PublishedVersions"}},
        "python3.11 is not supported for SnapStart enabled functions",
    ),
    "code twice": (
        {"Code": {"ZipFile": b"a", "S3Bucket": "bucket", "S3Key": "key"}},
        "Please do not provide other FunctionCode parameters when providing a ZipFile",
    ),
    "no bucket": (
        {"Code": {"S3Bucket": "no-such-bucket-of-code", "S3Key": "key"}},
        "GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not",
    ),
    "memory": ({"MemorySize": 10241}, "Value '10241' at 'memorySize' .* than or equal to 10240"),
    "a file system": (
        {
            "FileSystemConfigs": [
                {
                    "Arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/"
                    "fsap-12345678901234567",
                    "LocalMountPath": "/mnt/a",
                }
            ]
        },
        "NotImplemented.*there are no file systems",
    ),
    "levels of text": (
        {"LoggingConfig": {"SystemLogLevel": "WARN"}},
        'LogLevel is not supported when LogFormat is set to "Text"',
    ),
    "subnets alone": (
        {"VpcConfig": {"SubnetIds": ["subnet-123abc"]}},
        "SubnetIds and SecurityIds must coexist or be both empty list",
    ),
    "subnet": (
        {"VpcConfig": {"SubnetIds": ["subnet-123abc"], "SecurityGroupIds": ["sg-123abc"]}},
        "EC2 Error Code: InvalidSubnetID.NotFound.*The subnet ID 'subnet-123abc' does not exist",
    ),
    "region": (
        {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:there"},
        "Functions from 'eu-west-1' are not reachable in this region .'us-east-1'",
    ),
}


@pytest.mark.parametrize(("options", "words"), NEVER_MADE.values(), ids=NEVER_MADE)
def test_a_function_that_is_never_made(function, options, words):
    with pytest.raises(ClientError, match=words):
        function("", **options)


def test_a_function_made_by_its_arn_has_its_name(function, aws, call, fresh):
    name = fresh("fn")
    code = "def handler(e, c):\n    return [c.client_context.custom, c.client_context.client]"
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    function(code, FunctionName=arn)
    assert aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"] == arn
    said = base64.b64encode(b'{"custom": {"a": 1}}').decode()
    answer = aws("lambda").invoke(FunctionName=name, ClientContext=said)
    assert json.loads(answer["Payload"].read()) == [{"a": 1}, None]


def test_a_statement_of_a_policy_has_an_id_of_its_own(function, aws):
    name, client = function("def handler(e, c):\n    return 1"), aws("lambda")
    asked = {"FunctionName": name, "StatementId": "s3"}
    lets = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    with pytest.raises(ClientError, match="No policy is associated with the given resource"):
        client.remove_permission(**asked)
    client.add_permission(**asked, **lets)
    client.add_permission(**asked | {"StatementId": "s4"}, **lets)
    with pytest.raises(ClientError, match=r"The statement id \(s3\) provided already exists"):
        client.add_permission(**asked, **lets)
    client.remove_permission(**asked)
    with pytest.raises(ClientError, match="Statement s3 is not found in resource policy"):
        client.remove_permission(**asked)
    changed = client.get_function_configuration(FunctionName=name)["LastModified"]
    assert datetime.datetime.strptime(changed, "%Y-%m-%dT%H:%M:%S.%f%z").tzinfo


def test_a_functions_policy_is_not_its_versions(function, aws):
    name, client = function("def handler(e, c):\n    return 1"), aws("lambda")
    version = {
        "FunctionName": name,
        "Qualifier": client.publish_version(FunctionName=name)["Version"],
    }
    lets = {"Action": "lambda:InvokeFunction", "StatementId": "s"}
    with pytest.raises(ClientError, match="The provided principal was invalid"):
        client.add_permission(FunctionName=name, Principal="s3.example.com", **lets)
    client.add_permission(FunctionName=name, Principal="s3.amazonaws.com", **lets)
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        client.get_policy(**version)
    client.add_permission(**version, Principal="sns.amazonaws.com", **lets)
    with pytest.raises(
        ClientError, match=r"PreconditionFailed.*does not match the latest Revision"
    ):
        client.remove_permission(**version, StatementId="s", RevisionId="another")
    client.remove_permission(**version, StatementId="s")
    (left,) = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert left["Principal"] == {"Service": "s3.amazonaws.com"}


LAYER = "arn:aws:lambda:{}:111122223333:layer:tools:{}"
FUNCTIONS_ALONE = "This operation is permitted on Lambda functions only"
UNDONE = {
    "no handler": (
        "create_function",
        {
            "FunctionName": "{}-other",
            "Runtime": "python3.12",
            "Role": "arn:aws:iam::123456789012:role/any",
            "Code": {"ZipFile": b""},
        },
        "Runtime and Handler are mandatory parameters",
    ),
    "a version's configuration": (
        "update_function_configuration",
        {"FunctionName": "{}:1", "Timeout": 4},
        FUNCTIONS_ALONE,
    ),
    "a version's code": (
        "update_function_code",
        {"FunctionName": "{}:1", "ZipFile": b""},
        FUNCTIONS_ALONE,
    ),
    "no code": ("update_function_code", {}, "Please provide a source for function code"),
    "a change of no settings": (
        "update_function_event_invoke_config",
        {"MaximumRetryAttempts": 1},
        r"ResourceNotFound.*:\$LATEST doesn't have an EventInvokeConfig",
    ),
    "other code": ("publish_version", {"CodeSha256": "x"}, r"CodeSHA256 \(x\) is different from"),
    "an alias": ("delete_function", {"Qualifier": "live"}, "Deletion of aliases is not currently"),
    "an alias by its name": (
        "delete_function",
        {"FunctionName": "{}:live"},
        "Deletion of aliases is not currently",
    ),
    "the latest by its name": (
        "delete_function",
        {"FunctionName": "{}:$LATEST"},
        r"\$LATEST version cannot be deleted without deleting the function",
    ),
    "no alias": ("update_alias", {"Name": "lost"}, "ResourceNotFound.*Alias not found: .*:lost"),
    "an older alias": (
        "update_alias",
        {"Name": "live", "RevisionId": "x"},
        "PreconditionFailed.*does not match the latest Revision Id",
    ),
    "twice one version": (
        "update_alias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}},
        "Function version 1 is already included in routing configuration",
    ),
    "two more": (
        "update_alias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1, "3": 0.1}}},
        "Number of items in AdditionalVersionWeights cannot be greater than 1",
    ),
    "a share of the latest": (
        "create_alias",
        {
            "Name": "new",
            "FunctionVersion": "$LATEST",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}},
        },
        r"\$LATEST is not supported for an alias pointing to more than 1 version",
    ),
    "a lost version": (
        "create_alias",
        {
            "Name": "new",
            "FunctionVersion": "1",
            "RoutingConfig": {"AdditionalVersionWeights": {"9": 0.5}},
        },
        "Function not found: .*:9",
    ),
    "no settings": (
        "put_function_event_invoke_config",
        {},
        "must specify at least one of error handling or destination setting",
    ),
    "a destination of no kind": (
        "put_function_event_invoke_config",
        {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:s3:::bucket"}}},
        r"OnSuccess\(destination=arn:aws:s3:::bucket\), onFailure=null\) is invalid",
    ),
    "a lost function as destination": (
        "put_function_event_invoke_config",
        {
            "DestinationConfig": {
                "OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:123456789012:function:lost"}
            }
        },
        "The destination ARN .*:lost is invalid",
    ),
    "a lost function": (
        "list_versions_by_function",
        {"FunctionName": "lost"},
        "Function not found",
    ),
    "another alias than the name's": (
        "get_function",
        {"FunctionName": "{}:live", "Qualifier": "1"},
        "derived qualifier from the function name does not match the specified qualifier",
    ),
    "an older function": (
        "add_permission",
        {
            "StatementId": "a",
            "Action": "lambda:InvokeFunction",
            "Principal": "*",
            "RevisionId": "x",
        },
        "PreconditionFailed.*does not match the latest Revision Id",
    ),
    "a lost function's latest": (
        "get_function",
        {"FunctionName": "lost:$LATEST"},
        r"Function not found: .*:lost:\$LATEST",
    ),
    "six layers": (
        "update_function_configuration",
        {"Layers": [LAYER.format("us-east-1", n) for n in range(6)]},
        "Cannot reference more than 5 layers",
    ),
    "a layer elsewhere": (
        "update_function_configuration",
        {"Layers": [LAYER.format("eu-west-1", 1)]},
        "Layers are expected to be in region us-east-1",
    ),
    "two versions of a layer": (
        "update_function_configuration",
        {"Layers": [LAYER.format("us-east-1", 1), LAYER.format("us-east-1", 2)]},
        "Two different versions of the same layer",
    ),
    "another role": (
        "update_function_configuration",
        {"Role": "arn:aws:iam::123456789012:role/nobody"},
        "The role defined for the function cannot be assumed by Lambda",
    ),
    "an image for a zip": (
        "update_function_code",
        {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:b"},
        "Please don't provide ImageUri when updating a function with packageType Zip",
    ),
    "no bucket": (
        "update_function_code",
        {"S3Bucket": "no-such-bucket-of-code", "S3Key": "key"},
        "InvalidParameterValue.*S3 Error Code: NoSuchBucket",
    ),
    "another one's concurrency": (
        "put_function_concurrency",
        {"FunctionName": "lost", "ReservedConcurrentExecutions": 1},
        r"Function not found: .*:lost:\$LATEST",
    ),
    "an alias of a lost function": (
        "create_alias",
        {"FunctionName": "lost", "Name": "new", "FunctionVersion": "1"},
        "Function not found: .*:lost:1",
    ),
    "a statement for a lost alias": (
        "add_permission",
        {"StatementId": "a", "Action": "lambda:*", "Principal": "*", "Qualifier": "lost"},
        "ResourceNotFound.*Cannot find alias arn: .*:lost",
    ),
    "a statement of a lost alias": (
        "remove_permission",
        {"StatementId": "a", "Qualifier": "lost"},
        "ResourceNotFound.*Cannot find alias arn: .*:lost",
    ),
    "a statement of a lost function": (
        "remove_permission",
        {"FunctionName": "lost", "StatementId": "a"},
        "No policy found for: .*:lost",
    ),
    "a lost version's policy": (
        "get_policy",
        {"Qualifier": "9"},
        "The resource you requested does not exist",
    ),
    "a URL of a lost function": (
        "create_function_url_config",
        {"FunctionName": "lost", "AuthType": "NONE"},
        "Function does not exist",
    ),
    "a lost function's URL": (
        "get_function_url_config",
        {"FunctionName": "lost"},
        "The resource you requested does not exist",
    ),
    "a name within an ARN, without its kind": (
        "delete_function",
        {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:lost"},
        "Function not found: .*:function:lost",
    ),
    "all of the account": (
        "put_function_concurrency",
        {"ReservedConcurrentExecutions": 901},
        r"below its minimum value of \[100\]",
    ),
}


@pytest.fixture(scope="module")
def versioned(aws):
    """A function with a version and an alias for it."""
    name, client = f"fn-{os.urandom(4).hex()}", aws("lambda")
    role = make_role(aws("iam"), name, "lambda")
    code = {"ZipFile": zipped(app="def handler(e, c):\n    return 1")}
    client.create_function(
        FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=role, Code=code
    )
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


@pytest.mark.parametrize(("call", "asked", "words"), UNDONE.values(), ids=UNDONE)
def test_what_a_function_and_its_aliases_refuse(versioned, aws, call, asked, words):
    asked = {"FunctionName": "{}"} | asked
    asked["FunctionName"] = asked["FunctionName"].format(versioned)
    with pytest.raises(ClientError, match=words):
        getattr(aws("lambda"), call)(**asked)


def test_a_function_of_another_account_is_not_this_ones(versioned, aws):
    client, other = aws("lambda"), f"111111111111:function:{versioned}"
    calls = (client.get_function, client.invoke, client.delete_function, client.publish_version)
    for name in (other, f"arn:aws:lambda:us-east-1:{other}"):
        for call in calls:
            with pytest.raises(ClientError, match="AccessDenied"):
                call(FunctionName=name)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.tag_resource(Resource=f"arn:aws:lambda:us-east-1:{other}", Tags={"a": "b"})
    assert client.get_function(FunctionName=versioned)["Configuration"]["Version"] == "$LATEST"


def test_aliases_are_listed_by_version_and_told_by_name(versioned, aws):
    asked, client = {"FunctionName": versioned}, aws("lambda")
    client.create_alias(**asked, Name="latest", FunctionVersion="$LATEST")
    pages = client.get_paginator("list_aliases").paginate(**asked, FunctionVersion="1")
    assert [each["Name"] for page in pages for each in page["Aliases"]] == ["live"]
    status = client.get_alias(**asked, Name="live")["ResponseMetadata"]["HTTPStatusCode"]
    assert status == 200
    told = client.get_function(**asked, Qualifier="live")["Configuration"]
    assert (told["FunctionArn"].rpartition(":")[2], told["Version"]) == ("live", "1")


def test_a_functions_revision_changes_with_its_policy(aws, function):
    client, asked = aws("lambda"), {"FunctionName": function("def handler(event, context): ...")}
    statement = {"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "*"}
    before = client.get_function_configuration(**asked)["RevisionId"]
    client.add_permission(**asked, **statement, RevisionId=before)
    after = client.get_function_configuration(**asked)["RevisionId"]
    assert after == client.get_policy(**asked)["RevisionId"] != before
    client.remove_permission(**asked, StatementId="a", RevisionId=after)
    told = client.get_account_settings()
    assert told["AccountUsage"]["FunctionCount"] > 0 < told["AccountUsage"]["TotalCodeSize"]
    assert told["AccountLimit"]["ConcurrentExecutions"] == 1000


def test_an_alias_that_changed_has_another_revision(versioned, aws):
    asked, client = {"FunctionName": versioned, "Name": "live"}, aws("lambda")
    before = client.get_alias(**asked)["RevisionId"]
    after = client.update_alias(**asked, RevisionId=before, Description="new")["RevisionId"]
    assert after == client.get_alias(**asked)["RevisionId"] != before


def test_invocations_in_parallel_have_a_process_each(function, aws, tmp_path):
    """Each ends when all three have begun."""
    from concurrent.futures import ThreadPoolExecutor

    name = function(
        "import os, pathlib, time\ndef handler(e, c):\n"
        "    (pathlib.Path(e) / str(os.getpid())).touch()\n"
        "    while len(os.listdir(e)) < 3:\n        time.sleep(.02)"
    )
    asked = {"FunctionName": name, "Payload": json.dumps(str(tmp_path))}
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: aws("lambda").invoke(**asked), range(3)))
    assert all("FunctionError" not in answer for answer in answers)


def test_reserved_concurrency(function, aws, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    name, client = function(WAITS, Publish=True), aws("lambda")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    began, gate = tmp_path / "began", tmp_path / "gate"
    asked = {"FunctionName": name, "Payload": json.dumps([str(began), str(gate)])}
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.invoke, **asked)
        try:
            wait_for(began.exists)
            for version in ({}, {"Qualifier": "1"}):  # all have one limit
                with pytest.raises(client.exceptions.TooManyRequestsException):
                    client.invoke(**asked, **version)
            for _ in range(3):  # these wait for their turn
                client.invoke(**asked, InvocationType="Event")
        finally:
            gate.touch()
        assert first.result()["StatusCode"] == 200
    wait_for(lambda: len(logged(aws, name, "REPORT") or ()) == 4)


def test_an_event_that_finds_no_place_goes_to_its_destination(function, aws, fresh):
    client, arn = aws("lambda"), f"arn:aws:sqs:us-east-1:123456789012:{fresh('lost')}"
    url = aws("sqs").create_queue(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    named = {"FunctionName": function("def handler(e, c):\n    return e")}
    told = {"OnFailure": {"Destination": arn}}
    client.put_function_event_invoke_config(**named, DestinationConfig=told)
    client.put_function_concurrency(**named, ReservedConcurrentExecutions=0)
    asked = client.invoke(**named, InvocationType="Event", Payload=b"7")
    (message,) = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    record = json.loads(message["Body"])
    about = record["requestContext"]
    assert about["requestId"] == asked["ResponseMetadata"]["RequestId"]
    assert (record["requestPayload"], about["approximateInvokeCount"]) == (7, 0)
    assert about["condition"] == "ZeroReservedConcurrency"
    assert not {"responseContext", "responsePayload"} & record.keys()


def test_no_process_outlives_the_server(tmp_path):
    import tests.conftest as conftest

    process = conftest.start_cloud(tmp_path / "home")
    try:
        cloud = conftest.connect(tmp_path / "home", process)
        role = make_role(cloud.client("iam"), "r", "lambda")
        client = cloud.client("lambda")
        client.create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={
                "ZipFile": zipped(
                    app="import os, time, pathlib\ndef handler(e, c):\n"
                    "    pathlib.Path(e).write_text(str(os.getpid()))\n    time.sleep(60)"
                )
            },
            Timeout=100,
        )
        pid_file = tmp_path / "pid"
        client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(str(pid_file)))
        pid = int(wait_for(lambda: pid_file.exists() and pid_file.read_text()))
        os.kill(process.pid, signal.SIGKILL)
        wait_for(lambda: not os.path.exists(f"/proc/{pid}") or _is_zombie(pid))
        left = list((tmp_path / "home" / "labkit-scratch").iterdir())
        process.wait()
        process = conftest.start_cloud(tmp_path / "home")
        conftest.connect(tmp_path / "home", process)
        assert [path.exists() for path in left] == [False]
    finally:
        conftest.stop_cloud(process)


def _is_zombie(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_function_and_its_alias_have_urls_of_their_own(aws, function):
    client, named = aws("lambda"), {"FunctionName": function("def handler(event, context): ...")}
    client.create_alias(**named, Name="live", FunctionVersion="$LATEST")
    client.create_function_url_config(**named, AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.create_function_url_config(**named, AuthType="NONE")
    live = named | {"Qualifier": "live"}
    client.create_function_url_config(**live, AuthType="AWS_IAM", InvokeMode="RESPONSE_STREAM")
    told = client.list_function_url_configs(**named)["FunctionUrlConfigs"]
    facts = [(each["AuthType"], each["InvokeMode"], "Cors" in each) for each in told]
    assert facts == [("NONE", "BUFFERED", True), ("AWS_IAM", "RESPONSE_STREAM", False)]
    assert told[1]["FunctionArn"] == told[0]["FunctionArn"] + ":live"
    client.update_function_url_config(**named, InvokeMode="RESPONSE_STREAM", Cors={})
    changed = client.get_function_url_config(**named)
    assert (changed["InvokeMode"], "Cors" in changed) == ("RESPONSE_STREAM", False)
    within = {"FunctionName": f"{named['FunctionName']}:live"}
    assert client.get_function_url_config(**within)["FunctionUrl"] == told[1]["FunctionUrl"]
    client.delete_function_url_config(**within)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_url_config(**live)
    assert client.get_function_url_config(**named)["FunctionUrl"] == told[0]["FunctionUrl"]


@pytest.mark.parametrize(
    ("named", "written"),
    [
        ("111122223333", {"AWS": "arn:aws:iam::111122223333:root"}),
        ("arn:aws:iam::111122223333:role/a", {"AWS": "arn:aws:iam::111122223333:role/a"}),
        ("sns.amazonaws.com", {"Service": "sns.amazonaws.com"}),
        ("*", "*"),
    ],
)
def test_whom_a_policy_lets_in(aws, function, named, written):
    client, name = aws("lambda"), function("def handler(event, context): ...")
    asked = {"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": named}
    client.add_permission(FunctionName=name, **asked)
    (statement,) = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert statement["Principal"] == written


def test_a_statement_has_all_of_its_conditions(aws, function):
    client, name = aws("lambda"), function("def handler(event, context): ...")
    asked = {"FunctionName": name, "Principal": "*"}
    client.add_permission(
        **asked,
        StatementId="a",
        Action="lambda:InvokeFunction",
        SourceAccount="111122223333",
        PrincipalOrgID="o-0123456789",
        SourceArn="arn:aws:sns:us-east-1:111122223333:topic",
        EventSourceToken="secret",
    )
    client.add_permission(
        **asked, StatementId="b", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"
    )
    one, two = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert one.pop("Condition") == {
        "ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:111122223333:topic"},
        "StringEquals": {
            "AWS:SourceAccount": "111122223333",
            "aws:PrincipalOrgID": "o-0123456789",
            "lambda:EventSourceToken": "secret",
        },
    }
    assert two["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    assert one.keys() == {"Sid", "Effect", "Principal", "Action", "Resource"}


def test_whom_a_layer_lets_in(aws, fresh):
    client, name = aws("lambda"), fresh("layer")
    client.publish_layer_version(LayerName=name, Content={"ZipFile": zipped(a="")})
    layer = {"LayerName": name, "VersionNumber": 1, "Action": "lambda:GetLayerVersion"}
    client.add_layer_version_permission(**layer, StatementId="a", Principal="111122223333")
    client.add_layer_version_permission(
        **layer, StatementId="b", Principal="*", OrganizationId="o-0123456789"
    )
    told = client.get_layer_version_policy(LayerName=name, VersionNumber=1)["Policy"]
    one, all_of = json.loads(told)["Statement"]
    assert one["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert all_of["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-0123456789"}}
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.add_layer_version_permission(**layer, StatementId="a", Principal="*")
    version = {"LayerName": name, "VersionNumber": 1}
    seen = client.get_layer_version_policy(**version)["RevisionId"]
    client.remove_layer_version_permission(**version, StatementId="a", RevisionId=seen)
    with pytest.raises(client.exceptions.PreconditionFailedException):
        client.remove_layer_version_permission(**version, StatementId="b", RevisionId=seen)
    left = json.loads(client.get_layer_version_policy(**version)["Policy"])["Statement"]
    assert [each["Sid"] for each in left] == ["b"]
    for _ in range(2):  # what is gone is gone
        client.delete_layer_version(**version)
    assert client.list_layer_versions(LayerName=name)["LayerVersions"] == []


@pytest.mark.parametrize(
    ("service", "call", "asked"),
    [
        ("sqs", "list_queues", {}),
        ("kms", "list_keys", {}),
        ("sts", "get_caller_identity", {}),
        ("glue", "get_job", {"JobName": "none"}),
        ("lambda", "get_function_concurrency", {"FunctionName": "none"}),
    ],
)
def test_a_requests_id_is_a_uuid(aws, service, call, asked):
    told = {}
    try:
        told = getattr(aws(service), call)(**asked)
    except ClientError as error:
        told = error.response
        assert service != "lambda" or told["Type"] == "User"
    number = told["ResponseMetadata"]["RequestId"]
    assert str(uuid.UUID(number)) == number


def test_whether_a_function_may_loop_goes_with_it(aws, function):
    client, code = aws("lambda"), "def handler(event, context): ..."
    named = {"FunctionName": (name := function(code))}
    client.put_function_recursion_config(**named, RecursiveLoop="Allow")
    assert client.get_function_recursion_config(**named)["RecursiveLoop"] == "Allow"
    client.delete_function(**named)
    function(code, FunctionName=name)
    assert client.get_function_recursion_config(**named)["RecursiveLoop"] == "Terminate"


def test_an_invocation_is_a_part_of_the_callers_trace(cloud, function):
    root = "1-3152b799-8954dae64eda91bc9a23a7e8"
    client = cloud.client("lambda", config=Config())

    def say(request, **_):
        request.headers["X-Amzn-Trace-Id"] = f"Root={root};Parent=7fa8c0f79203be72;Sampled=1"

    client.meta.events.register("before-send", say)
    name = function("import os\ndef handler(e, c):\n    return os.environ['_X_AMZN_TRACE_ID']")
    assert f"Root={root};" in json.load(client.invoke(FunctionName=name)["Payload"])


def test_when_a_runtime_is_updated_is_kept(aws, function):
    client, named = aws("lambda"), {"FunctionName": function("def handler(event, context): ...")}
    assert client.get_runtime_management_config(**named)["UpdateRuntimeOn"] == "Auto"
    put = client.put_runtime_management_config
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        put(**named, UpdateRuntimeOn="Manual")
    arn = "arn:aws:lambda:us-east-1::runtime:abc"
    put(**named, UpdateRuntimeOn="Manual", RuntimeVersionArn=arn)
    assert client.get_runtime_management_config(**named)["RuntimeVersionArn"] == arn
    put(**named, UpdateRuntimeOn="FunctionUpdate")
    told = client.get_runtime_management_config(**named)
    assert (told["UpdateRuntimeOn"], "RuntimeVersionArn" in told) == ("FunctionUpdate", False)
