"""Tasks: what they ask of services, functions and workers, and what comes of it."""

import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from tests.roles import lets_in
from tests.states.conftest import make_role

TASK = ["TaskStateEntered", "TaskScheduled", "TaskStarted"]
DONE = ["TaskSucceeded", "TaskStateExited"]
FUNCTION = ["TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted"]


def task(resource, parameters=None, **fields):
    given = {} if parameters is None else {"Parameters": parameters}
    return {"T": {"Type": "Task", "Resource": resource, **given, "End": True, **fields}}


def service(name, parameters=None, **fields):
    return task(f"arn:aws:states:::{name}", parameters, **fields)


def of_execution(*kinds, end="ExecutionSucceeded"):
    return ["ExecutionStarted", *kinds, end]


def bare(output):
    return {k: v for k, v in output.items() if not k.startswith("Sdk")}


@pytest.fixture
def bucket(aws, fresh):
    name = fresh("flows")
    aws("s3").create_bucket(Bucket=name)
    return name


# Functions ----------------------------------------------------------------------------------------


def test_a_function(machines, function):
    arn = function("return {'got': event}")
    ended = machines.run(task(arn, ResultPath="$.r"), {"a": 1})
    assert ended.output == {"a": 1, "r": {"got": {"a": 1}}}
    assert ended.kinds == of_execution(*FUNCTION, "LambdaFunctionSucceeded", "TaskStateExited")
    (scheduled,) = ended.details("LambdaFunctionScheduled")
    assert (scheduled["resource"], scheduled["input"]) == (arn, '{"a":1}')


def test_a_function_by_its_service(machines, function):
    arguments = {"FunctionName": function("return [event]"), "Payload": {"n.$": "$.a"}}
    ended = machines.run(service("lambda:invoke", arguments), {"a": 1})
    assert ended.kinds == of_execution(*TASK, *DONE)
    assert bare(ended.output) == {
        "ExecutedVersion": "$LATEST",
        "Payload": [{"n": 1}],
        "StatusCode": 200,
    }
    http = ended.output["SdkHttpMetadata"]
    assert http["HttpStatusCode"] == 200
    assert http["HttpHeaders"]["X-Amz-Executed-Version"] == "$LATEST"
    assert http["AllHttpHeaders"]["Content-Type"] == ["application/json"]
    (scheduled,) = ended.details("TaskScheduled")
    assert (scheduled["resourceType"], scheduled["resource"]) == ("lambda", "invoke")
    assert scheduled["region"] == "us-east-1"


PAYLOADS = {None: {}, '"text"': "text", "null": None}  # what is said → what the function gets


@pytest.mark.parametrize(("said", "got"), PAYLOADS.items())
def test_a_payload_that_is_no_object(machines, function, said, got):
    arguments = {"FunctionName": function("return event"), "Payload": said}
    assert machines.run(service("lambda:invoke", arguments)).output["Payload"] == got


BY = {"by its ARN": False, "by its service": True}


@pytest.mark.parametrize("by_service", BY.values(), ids=BY)
def test_a_function_that_fails(machines, function, by_service):
    arn = function("raise KeyError('k')")
    states = service("lambda:invoke", {"FunctionName": arn}) if by_service else task(arn)
    ended = machines.run(states)
    assert (ended.status, ended.error) == ("FAILED", "KeyError")
    assert json.loads(ended.cause)["errorMessage"] == "'k'"
    colon = ":" if by_service else ": "  # as Step Functions or Python writes JSON
    assert ended.cause.startswith(f'{{"errorMessage"{colon}"')
    assert ended.kinds[-2] == ("TaskFailed" if by_service else "LambdaFunctionFailed")


def test_a_function_that_is_not_there(machines):
    ended = machines.run(service("lambda:invoke", {"FunctionName": "nobody"}))
    assert ended.error == "Lambda.ResourceNotFoundException"
    assert "(Service: AWSLambda; Status Code: 404; Error Code: " in ended.cause


@pytest.mark.parametrize("by_service", BY.values(), ids=BY)
def test_a_function_takes_too_long(machines, function, by_service):
    arn = function("time.sleep(2)")
    states = service("lambda:invoke", {"FunctionName": arn}) if by_service else task(arn)
    states["T"]["TimeoutSeconds"] = 1
    ended = machines.run(states)
    assert (ended.status, ended.error, ended.cause) == ("FAILED", "States.Timeout", None)
    kind = "Task" if by_service else "LambdaFunction"
    assert ended.kinds[-2:] == [f"{kind}TimedOut", "ExecutionFailed"]
    assert ended.details(f"{kind}Scheduled")[0]["timeoutInSeconds"] == 1


# Errors -------------------------------------------------------------------------------------------


def test_a_retrier_tries_again(machines, function, aws, fresh):
    """The function fails until its third call."""
    table = fresh("calls")
    aws("s3").create_bucket(Bucket=table)
    arn = function(
        "import boto3; s3 = boto3.client('s3'); n = s3.list_objects_v2(Bucket=event['b'])"
        "['KeyCount']; s3.put_object(Bucket=event['b'], Key=str(n)); return n if n == 2 else 1 / 0"
    )
    retry = [
        {"ErrorEquals": ["Other"], "MaxAttempts": 9},
        {"ErrorEquals": ["ZeroDivisionError"], "IntervalSeconds": 1, "BackoffRate": 1},
    ]
    ended = machines.run(task(arn, Retry=retry), {"b": table})
    assert ended.output == 2
    again = ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"]
    assert ended.kinds == of_execution(
        "TaskStateEntered", *again, *again, *again[:2], "LambdaFunctionSucceeded", "TaskStateExited"
    )


CATCHERS = {  # the names of a catcher → whether it takes ZeroDivisionError
    "its name": (["Other", "ZeroDivisionError"], True),
    "all": (["States.ALL"], True),
    "any task's": (["States.TaskFailed"], True),
    "another": (["States.Timeout"], False),
}


@pytest.mark.parametrize(("names", "takes"), CATCHERS.values(), ids=CATCHERS)
def test_a_catcher(machines, function, names, takes):
    catch = [{"ErrorEquals": names, "ResultPath": "$.e", "Next": "Z"}]
    states = {**task(function("1 / 0"), Catch=catch), "Z": {"Type": "Succeed"}}
    ended = machines.run(states, {"a": 1})
    if takes:
        assert (ended.output["a"], ended.output["e"]["Error"]) == (1, "ZeroDivisionError")
        assert ended.kinds[5:7] == ["TaskStateExited", "SucceedStateEntered"]
    else:
        assert ended.error == "ZeroDivisionError"


def test_a_result_that_is_too_large(machines, function):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]
    arn = function("return 'x' * 300000")
    ended = machines.run({**task(arn, Catch=catch), "Z": {"Type": "Succeed"}})
    cause = (
        f"The state/task '{arn}' returned a result with a size exceeding the maximum number of "
        "bytes service limit."
    )
    assert ended.output == {"Error": "States.DataLimitExceeded", "Cause": cause}
    assert ended.kinds[4:6] == ["LambdaFunctionFailed", "TaskStateExited"]


def test_a_catcher_in_jsonata(machines, function):
    catch = [
        {
            "ErrorEquals": ["States.ALL"],
            "Output": {"e": "{% $states.errorOutput.Error %}", "a": "{% $states.input.a %}"},
            "Assign": {"seen": True},
            "Next": "Z",
        }
    ]
    states = {
        **task(function("1 / 0"), Catch=catch),
        "Z": {"Type": "Pass", "Output": "{% [$states.input, $seen] %}", "End": True},
    }
    ended = machines.run(states, {"a": 1}, QueryLanguage="JSONata")
    assert ended.output == [{"e": "ZeroDivisionError", "a": 1}, True]


def test_what_was_done_is_told_though_its_output_cannot_be(machines, function):
    ended = machines.run(task(function("return {}"), OutputPath="$.no.such"))
    done = "LambdaFunctionSucceeded"
    assert ended.kinds == [
        "ExecutionStarted",
        "TaskStateEntered",
        *FUNCTION[1:],
        done,
        "ExecutionFailed",
    ]
    assert (ended.error, ended.events[-1]["previousEventId"]) == ("States.Runtime", 5)


def test_nobody_takes_a_runtime_error(machines):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]
    states = service("aws-sdk:s3:listBuckets", {"Prefix.$": "$.nope"}, Catch=catch)
    ended = machines.run({**states, "Z": {"Type": "Succeed"}})
    assert (ended.status, ended.error) == ("FAILED", "States.Runtime")


# Services -----------------------------------------------------------------------------------------


def test_any_action_of_any_service(machines, bucket):
    states = {
        **service("aws-sdk:s3:putObject", {"Bucket": bucket, "Key": "k", "Body.$": "$.text"}),
        "G": service("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "k"})["T"],
    }
    states["T"] |= {"ResultPath": None, "Next": "G"}
    del states["T"]["End"]
    ended = machines.run(states, {"text": "hello"})
    assert (ended.output["Body"], ended.output["ContentLength"]) == ('"hello"', 7)
    assert ended.output["LastModified"].endswith("Z")
    ended = machines.run(states, {"text": ["é", {"a": 1}]})
    assert ended.output["Body"] == '["é",{"a":1}]'


def test_a_list_is_a_text_where_the_api_wants_one(machines, aws, fresh):
    name = fresh("recipe")
    action = {"Operation": "DELETE", "Parameters": {"sourceColumns.$": "$.columns"}}
    steps = [{"Action": action}]
    states = service("aws-sdk:databrew:createRecipe", {"Name": name, "Steps": steps})
    assert machines.run(states, {"columns": ["a", "b"]}).output == {"Name": name}
    [made] = aws("databrew").describe_recipe(Name=name, RecipeVersion="0.1")["Steps"]
    assert made["Action"]["Parameters"] == {"sourceColumns": '["a","b"]'}


SDK_ERRORS = {
    "named": ("s3:listObjects", {"Bucket": "no-such-bucket-here"}, "S3.NoSuchBucketException"),
    "named by another action": (
        "s3:getObject",
        {"Bucket": "no-such-bucket-here", "Key": "k"},
        "S3.NoSuchBucketException",
    ),
    "its service's": ("sqs:getQueueUrl", {"QueueName": "nope"}, "Sqs.QueueDoesNotExistException"),
    "nested": (
        "sfn:startExecution",
        {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:nope"},
        "Sfn.StateMachineDoesNotExistException",
    ),
}


@pytest.mark.parametrize(("action", "arguments", "error"), SDK_ERRORS.values(), ids=SDK_ERRORS)
def test_the_names_of_errors(machines, action, arguments, error):
    ended = machines.run(service(f"aws-sdk:{action}", arguments))
    assert (ended.status, ended.error) == ("FAILED", error)
    assert "(Service: " in ended.cause


NULL = "1 validation error detected: Value null at 'item' failed to satisfy constraint"
NOT_GIVEN = {  # a service → the error and the words of its cause
    "aws-sdk:dynamodb:putItem": ("DynamoDb.DynamoDbException", NULL),
    "dynamodb:putItem": ("DynamoDB.AmazonDynamoDBException", NULL),
    "sqs:sendMessage": ("SQS.AmazonSQSException", "must contain the parameter MessageBody. (Se"),
}


@pytest.mark.parametrize("action", NOT_GIVEN)
def test_what_a_service_misses(machines, action):
    queue = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q"}
    named = {"TableName": "t", "Item": None} if "Item" in action else queue
    ended = machines.run(service(action, named))
    error, words = NOT_GIVEN[action]
    assert (ended.error, words in ended.cause) == (error, True)


def test_items_of_dynamodb(machines, aws, fresh):
    name = fresh("table")
    aws("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id": {"S": "1"}, "n": {"N": "5"}}
    put = service("dynamodb:putItem", {"TableName": name, "Item": item}, ResultPath=None)["T"]
    get = service("dynamodb:getItem", {"TableName": name, "Key": {"id": {"S": "1"}}})["T"]
    del put["End"]
    ended = machines.run({"P": put | {"Next": "G"}, "G": get})
    assert ended.output["Item"] == item


def test_a_message_to_a_queue(machines, aws, fresh):
    url = aws("sqs").create_queue(QueueName=fresh("q"))["QueueUrl"]
    arguments = {"QueueUrl": url, "MessageBody": {"a.$": "$.a"}}
    ended = machines.run(service("sqs:sendMessage", arguments), {"a": [1]})
    assert set(bare(ended.output)) >= {"MD5OfMessageBody", "MessageId"}
    (message,) = aws("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"a": [1]}


def test_a_message_to_a_topic(machines, aws, fresh):
    topic = aws("sns").create_topic(Name=fresh("t"))["TopicArn"]
    ended = machines.run(service("sns:publish", {"TopicArn": topic, "Message": {"a": 1}}))
    assert "MessageId" in ended.output
    ended = machines.run(service("sns:publish", {"TopicArn": f"{topic}x", "Message": "m"}))
    assert ended.error == "SNS.NotFoundException"


def test_an_event_to_a_bus(machines, aws, fresh):
    events, source, name = aws("events"), fresh("app"), fresh("q")
    wanted = {"QueueName": name, "Attributes": lets_in("events")}
    url = aws("sqs").create_queue(**wanted)["QueueUrl"]
    rule = fresh("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    entry = {"Source": source, "DetailType": "Thing", "Detail": {"n.$": "$.n"}}
    ended = machines.run(service("events:putEvents", {"Entries": [entry]}), {"n": 7})
    assert ended.output["FailedEntryCount"] == 0
    got = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    heard = json.loads(got[0]["Body"])
    machine = ended.arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    assert (heard["detail"], heard["resources"]) == ({"n": 7}, [machine, ended.arn])


# Waiting for a run --------------------------------------------------------------------------------


def query(sql, bucket):
    place = {"OutputLocation": f"s3://{bucket}/"}
    return {"QueryString": sql, "ResultConfiguration": place}


def test_a_query_and_its_rows(machines, bucket):
    ask = service("athena:startQueryExecution.sync", query("SELECT 7 AS n", bucket))["T"]
    del ask["End"]
    rows = service(
        "athena:getQueryResults",
        {"QueryExecutionId.$": "$.QueryExecution.QueryExecutionId"},
        ResultSelector={"n.$": "$.ResultSet.Rows[1].Data[0].VarCharValue"},
    )["T"]
    ended = machines.run({"Q": ask | {"Next": "R"}, "R": rows})
    assert ended.output == {"n": "7"}
    assert ended.kinds == of_execution(*TASK, "TaskSubmitted", *DONE, *TASK, *DONE)
    (submitted,) = ended.details("TaskSubmitted")
    assert submitted["resource"] == "startQueryExecution.sync"
    told = json.loads(ended.details("TaskSucceeded")[0]["output"])["QueryExecution"]
    assert told["Status"]["State"] == "SUCCEEDED"
    assert isinstance(told["Status"]["CompletionDateTime"], int)


def test_a_query_that_fails(machines, bucket):
    arguments = query("SELECT nope", bucket)
    ended = machines.run(service("athena:startQueryExecution.sync", arguments))
    assert (ended.status, ended.error) == ("FAILED", "States.TaskFailed")
    status = json.loads(ended.cause)["QueryExecution"]["Status"]
    assert (status["State"], "COLUMN_NOT_FOUND" in status["StateChangeReason"]) == ("FAILED", True)


def test_a_query_that_is_refused(machines, bucket):
    arguments = query("SELECT 1", bucket) | {"WorkGroup": "nope"}
    ended = machines.run(service("athena:startQueryExecution.sync", arguments))
    assert ended.error == "Athena.InvalidRequestException"
    assert ended.kinds[-2:] == ["TaskSubmitFailed", "ExecutionFailed"]


def test_stopping_an_execution_stops_its_query(machines, bucket, aws, sfn):
    sql = (
        "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS t(a) CROSS JOIN "
        "UNNEST(sequence(1, 10000)) AS u(b) CROSS JOIN UNNEST(sequence(1, 100)) AS v(c) "
        "WHERE (a * b + c) % 7 = 1"
    )
    arn = machines.make(service("athena:startQueryExecution.sync", query(sql, bucket)))
    execution = machines.start(arn)
    deadline = time.monotonic() + 120
    while "TaskSubmitted" not in [e["type"] for e in machines.history(execution)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    sfn.stop_execution(executionArn=execution, error="Mine", cause="enough")
    ended = machines.wait(execution)
    assert (ended.status, ended.error, ended.cause) == ("ABORTED", "Mine", "enough")
    assert ended.kinds[-1] == "ExecutionAborted"
    number = json.loads(ended.details("TaskSubmitted")[0]["output"])["QueryExecutionId"]
    while time.monotonic() < deadline:
        found = aws("athena").get_query_execution(QueryExecutionId=number)["QueryExecution"]
        if found["Status"]["State"] == "CANCELLED":
            return
        time.sleep(0.05)
    raise AssertionError(found["Status"])


NESTED = {
    "not waited for": ("startExecution", ["ExecutionArn", "StartDate"], None),
    "waited for": ("startExecution.sync", None, '{"n":1}'),
    "and read": ("startExecution.sync:2", None, {"n": 1}),
}


@pytest.mark.parametrize(("action", "members", "output"), NESTED.values(), ids=NESTED)
def test_a_nested_execution(machines, action, members, output):
    child = machines.make({"A": {"Type": "Pass", "End": True}})
    arguments = {"StateMachineArn": child, "Input": {"n.$": "$.a"}, "Name": "only-once"}
    states = service(f"states:{action}", arguments)
    ended = machines.run(states, {"a": 1})
    if members:
        assert list(bare(ended.output)) == members
    else:
        assert ended.output["Output"] == output
    again = machines.run(states, {"a": 2})
    assert again.error == "StepFunctions.ExecutionAlreadyExistsException"


def test_a_nested_execution_that_fails(machines):
    child = machines.make({"A": {"Type": "Fail", "Error": "Mine"}})
    ended = machines.run(service("states:startExecution.sync:2", {"StateMachineArn": child}))
    assert ended.error == "States.TaskFailed"
    assert json.loads(ended.cause)["Error"] == "Mine"


# Waiting for a token ------------------------------------------------------------------------------


@pytest.fixture
def inbox(aws, fresh):
    """A queue that task tokens are sent to; ``inbox.token()`` takes one."""

    class Inbox:
        url = aws("sqs").create_queue(QueueName=fresh("tokens"))["QueueUrl"]
        states = service(
            "sqs:sendMessage.waitForTaskToken",
            {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        )

        def token(self):
            got = aws("sqs").receive_message(QueueUrl=self.url, WaitTimeSeconds=10)["Messages"]
            return json.loads(got[0]["Body"])["token"]

    return Inbox()


def test_a_token_that_is_answered(machines, inbox, sfn):
    execution = machines.start(machines.make(inbox.states))
    sfn.send_task_success(taskToken=inbox.token(), output='{"ok":true}')
    ended = machines.wait(execution)
    assert ended.output == {"ok": True}
    assert ended.kinds == of_execution(*TASK, "TaskSubmitted", *DONE)


def test_a_token_that_is_answered_by_an_error(machines, inbox, sfn):
    execution = machines.start(machines.make(inbox.states))
    sfn.send_task_failure(taskToken=inbox.token(), error="Mine", cause="why")
    ended = machines.wait(execution)
    assert (ended.status, ended.error, ended.cause) == ("FAILED", "Mine", "why")
    assert ended.kinds[-2:] == ["TaskFailed", "ExecutionFailed"]


def test_a_nested_execution_may_be_ended_by_a_token(machines, sfn):
    said = {"TaskToken.$": "$.token", "Output": '"early"'}
    tells = service("aws-sdk:sfn:sendTaskSuccess", said)["T"] | {"Next": "W"}
    del tells["End"]
    child = machines.make({"T": tells, "W": {"Type": "Wait", "Seconds": 600, "End": True}})
    asked = {"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token"}}
    ended = machines.run(service("states:startExecution.sync", asked))
    assert ended.output == "early"
    assert ended.kinds == of_execution(*TASK, "TaskSubmitted", *DONE)
    (submitted,) = ended.details("TaskSubmitted")
    sfn.stop_execution(executionArn=json.loads(submitted["output"])["ExecutionArn"])


LIMITS = {"a timeout": {"TimeoutSeconds": 1}, "no heartbeat": {"HeartbeatSeconds": 1}}


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_a_token_that_is_not_answered(machines, inbox, sfn, limit):
    states = {"T": inbox.states["T"] | limit}
    ended = machines.run(states)
    assert (ended.status, ended.error, ended.cause) == ("FAILED", "States.Timeout", None)
    assert ended.kinds[-2:] == ["TaskTimedOut", "ExecutionFailed"]
    with pytest.raises(sfn.exceptions.TaskTimedOut):
        sfn.send_task_success(taskToken=inbox.token(), output="1")


def test_a_token_that_nobody_gave_out(sfn):
    with pytest.raises(ClientError, match="InvalidToken"):
        sfn.send_task_heartbeat(taskToken="made-up")
    with pytest.raises(ClientError, match="InvalidToken"):  # which is looked at first
        sfn.send_task_success(taskToken="made-up", output="no JSON")


def test_a_missed_heartbeat_can_be_caught(machines, inbox):
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Z"}]
    states = {"T": inbox.states["T"] | {"HeartbeatSeconds": 1, "Catch": catch}}
    ended = machines.run({**states, "Z": {"Type": "Succeed"}})
    assert ended.output == {"Error": "States.Timeout", "Cause": ""}


def test_heartbeats_keep_a_task_alive(machines, inbox, sfn):
    states = {"T": inbox.states["T"] | {"HeartbeatSeconds": 4}}
    execution, token = machines.start(machines.make(states)), inbox.token()
    over = time.monotonic() + 5
    while time.monotonic() < over:
        time.sleep(0.1)
        sfn.send_task_heartbeat(taskToken=token)
    sfn.send_task_success(taskToken=token, output="1")
    assert machines.wait(execution).output == 1


def test_a_worker(machines, sfn, fresh):
    activity = sfn.create_activity(name=fresh("activity"))["activityArn"]
    got = {}

    def work():
        got.update(sfn.get_activity_task(activityArn=activity, workerName="me"))
        sfn.send_task_success(taskToken=got["taskToken"], output="[2]")

    worker = threading.Thread(target=work)
    worker.start()
    ended = machines.run(task(activity), {"a": 1})
    worker.join()
    assert (json.loads(got["input"]), ended.output) == ({"a": 1}, [2])
    assert ended.kinds[1:6] == [
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
    ]
    assert ended.details("ActivityStarted") == [{"workerName": "me"}]


def test_a_worker_without_a_name(machines, sfn, fresh):
    activity = sfn.create_activity(name=fresh("activity"))["activityArn"]
    execution = machines.start(machines.make(task(activity)))
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    sfn.send_task_success(taskToken=token, output="1")
    assert machines.wait(execution).details("ActivityStarted") == [{}]


def test_an_activity_that_is_gone(machines):
    arn = "arn:aws:states:us-east-1:123456789012:activity:nobody"
    ended = machines.run(task(arn))
    assert (ended.status, ended.error) == ("FAILED", "States.Runtime")
    assert ended.cause.endswith(f"The activity {arn} does not exist.")
    assert ended.kinds[1:] == ["TaskStateEntered", "ExecutionFailed"]


# Whose rights -------------------------------------------------------------------------------------


def test_a_task_may_do_what_its_role_may(machines, aws, fresh, bucket):
    weak = make_role(aws("iam"), fresh("weak"), "states.amazonaws.com", allowed=False)
    states = service("aws-sdk:s3:listObjectsV2", {"Bucket": bucket})
    ended = machines.run(states, role=weak)
    assert (ended.status, ended.error) == ("FAILED", "S3.S3Exception")
    assert "is not authorized to perform: s3:ListBucket" in ended.cause
    assert machines.run(states).status == "SUCCEEDED"


def test_a_role_that_is_not_there(machines):
    role = "arn:aws:iam::123456789012:role/nobody"
    ended = machines.run(service("aws-sdk:s3:listBuckets"), role=role)
    assert (ended.status, ended.error) == ("FAILED", "States.Permissions")
    assert machines.run({"A": {"Type": "Pass", "End": True}}, role=role).status == "SUCCEEDED"
