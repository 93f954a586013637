"""CloudWatch's alarms, and the metrics that services send by themselves."""

import datetime as dt
import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError, WaiterError

from labkit.cloud.cloudwatch.evaluation import Rule
from tests.conftest import wait_for
from tests.measured import total
from tests.roles import make_role

# AWS's tables of alarms with missing data: ``0`` is within the threshold, ``X`` breaches it. The
# states are those where a missing point is missing, ignored, breaching, not breaching.
STATES = {
    (3, 3, "0-X-X"): "OK OK OK OK",
    (3, 3, "0----"): "OK OK OK OK",
    (3, 3, "-----"): "INSUFFICIENT_DATA None ALARM OK",
    (3, 3, "0XX-X"): "ALARM ALARM ALARM ALARM",
    (3, 3, "----X"): "INSUFFICIENT_DATA None ALARM OK",
    (3, 3, "X----"): "ALARM None ALARM OK",
    (3, 2, "0-X-X"): "ALARM ALARM ALARM ALARM",
    (3, 2, "00X0X"): "ALARM ALARM ALARM ALARM",
    (3, 2, "0-X--"): "OK OK ALARM OK",
    (3, 2, "----0"): "OK OK ALARM OK",
    (3, 2, "----X"): "INSUFFICIENT_DATA None ALARM OK",
}
MISSING = ("missing", "ignore", "breaching", "notBreaching")
POINTS = {"0": 0.0, "X": 5.0, "-": None}


@pytest.mark.parametrize(("given", "states"), STATES.items(), ids=map(str, STATES))
def test_states_where_data_are_missing(given, states):
    periods, breaching, points = given
    told = [
        Rule("GreaterThanThreshold", 3, periods, breaching, missing).state(
            [POINTS[each] for each in points]
        )
        for missing in MISSING
    ]
    assert " ".join(map(str, told)) == states


SENTENCES = {  # a rule and its points → the reason
    (1, None, "missing", "--X"): (
        "Threshold Crossed: 1 datapoint [5.0 (c)] was greater than or equal to the threshold (3.0)."
    ),
    (1, 1, "missing", "--X"): (
        "Threshold Crossed: 1 out of the last 1 datapoints [5.0 (c)] was greater than or equal to "
        "the threshold (3.0) (minimum 1 datapoint for OK -> ALARM transition)."
    ),
    (3, 2, "missing", "XX0"): (
        "Threshold Crossed: 2 out of the last 3 datapoints [5.0 (b), 5.0 (a)] were greater than or "
        "equal to the threshold (3.0) (minimum 2 datapoints for OK -> ALARM transition)."
    ),
    (2, 2, "missing", "-0X"): (
        "Threshold Crossed: 2 datapoints [5.0 (c), 0.0 (b)] were not greater than or equal to the "
        "threshold (3.0)."
    ),
    (1, 1, "missing", "---"): "Insufficient Data: 1 datapoint was unknown.",
    (2, 2, "breaching", "---"): (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints "
        "were treated as [Breaching]."
    ),
}


@pytest.mark.parametrize(("given", "sentence"), SENTENCES.items(), ids=map(str, SENTENCES))
def test_why_an_alarm_is_in_a_state(given, sentence):
    periods, breaching, missing, points = given
    rule = Rule("GreaterThanOrEqualToThreshold", 3, periods, breaching, missing)
    told = [(at, POINTS[each]) for at, each in zip("abc", points, strict=True)]
    assert rule.reason(told, rule.state([each for _, each in told])) == sentence


def test_an_alarm_hears_of_its_metric_and_tells_its_topic(aws, fresh):
    watch, name, queues = aws("cloudwatch"), fresh("alarm"), aws("sqs")
    topic = aws("sns").create_topic(Name=name)["TopicArn"]
    queue = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    watch.put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=2,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        AlarmActions=[topic],
    )

    def state():
        [alarm] = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm["StateValue"], alarm["StateReason"]

    assert state()[0] == "INSUFFICIENT_DATA"
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    data = [{"MetricName": "Errors", "Value": 2, "Timestamp": before} for _ in range(2)]
    watch.put_metric_data(Namespace=name, MetricData=data)
    wait_for(lambda: state()[0] == "ALARM")
    assert "[4.0 (" in state()[1]
    [told] = wait_for(
        lambda: queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages")
    )
    message = json.loads(json.loads(told["Body"])["Message"])
    assert (message["NewStateValue"], message["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
    [alarm] = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    told = json.loads(alarm["StateReasonData"])
    assert (told["recentDatapoints"], told["evaluatedDatapoints"][0]["sampleCount"]) == ([4], 2)
    history = watch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    kinds = [each["HistoryItemType"] for each in history]
    assert kinds == ["Action", "StateUpdate", "ConfigurationUpdate"]
    assert history[1]["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    assert json.loads(history[1]["HistoryData"])["newState"]["stateReasonData"] == told
    watch.delete_alarms(AlarmNames=[name])


def test_an_alarm_hears_of_its_expression(aws, fresh):
    watch, name, queues = aws("cloudwatch"), fresh("alarm"), aws("sqs")
    topic = aws("sns").create_topic(Name=name)["TopicArn"]
    queue = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    queries = [
        {
            "Id": each.lower(),
            "MetricStat": {
                "Metric": {"Namespace": name, "MetricName": each, "Dimensions": []},
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for each in ("Errors", "Calls")
    ]
    watched = {"Id": "rate", "Expression": "100 * errors / calls", "ReturnData": True}
    said = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 30}
    said |= {"AlarmActions": [topic], "TreatMissingData": "ignore"}
    unsure = watched | {"Expression": "errors - AVG(calls)"}
    for number, expression in enumerate((watched, unsure)):
        watch.put_metric_alarm(AlarmName=f"{name}-{number}", Metrics=[expression, *queries], **said)
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    data = [("Errors", 2), ("Calls", 4), ("Calls", 1)]
    watch.put_metric_data(
        Namespace=name,
        MetricData=[{"MetricName": n, "Value": v, "Timestamp": before} for n, v in data],
    )
    [told] = wait_for(
        lambda: queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages")
    )
    message = json.loads(json.loads(told["Body"])["Message"])
    assert (message["AlarmName"], message["NewStateValue"]) == (f"{name}-0", "ALARM")
    assert "1 datapoint [40.0 (" in message["NewStateReason"]
    metrics = message["Trigger"]["Metrics"]
    assert (metrics[0], [each["Id"] for each in metrics]) == (watched, ["rate", "errors", "calls"])
    [alarm, other] = watch.describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]
    [point] = json.loads(alarm["StateReasonData"])["evaluatedDatapoints"]
    assert (point["value"], other["StateValue"]) == (40, "INSUFFICIENT_DATA")
    watch.delete_alarms(AlarmNames=[f"{name}-0", f"{name}-1"])


NO_QUERIES = {
    "none": ([{"ReturnData": False}], "Exactly one element of the metrics list"),
    "two": ([{}, {}], "Exactly one element of the metrics list"),
    "another account": ([{"AccountId": "1" * 12}], "metrics of other accounts"),
}


@pytest.mark.parametrize(("queries", "told"), NO_QUERIES.values(), ids=NO_QUERIES)
def test_alarms_of_queries_that_are_none(aws, queries, told):
    stat = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    asked = [{"Id": f"m{n}", "MetricStat": stat} | each for n, each in enumerate(queries)]
    with pytest.raises(ClientError, match=told):
        aws("cloudwatch").put_metric_alarm(
            AlarmName="n", EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
            Threshold=1, Metrics=asked,
        )  # fmt: skip


def test_queries_of_a_work_group_are_measured(aws, fresh):
    athena, watch, name = aws("athena"), aws("cloudwatch"), fresh("measured")
    aws("s3").create_bucket(Bucket=name)
    place = {"ResultConfiguration": {"OutputLocation": f"s3://{name}/"}}
    groups = {f"{name}-quiet": place, name: place | {"PublishCloudWatchMetricsEnabled": True}}
    for group, settings in groups.items():
        athena.create_work_group(Name=group, Configuration=settings)
        asked = {"QueryString": "SELECT 1", "WorkGroup": group}
        number = athena.start_query_execution(**asked)["QueryExecutionId"]
        wait_for(lambda n=number: execution(athena, n)["Status"]["State"] == "SUCCEEDED")
    kinds = {"QueryState": "SUCCEEDED", "QueryType": "DML"}
    took = total(watch, "AWS/Athena", "TotalExecutionTime", **kinds, WorkGroup=name)
    assert took == execution(athena, number)["Statistics"]["TotalExecutionTimeInMillis"]
    assert total(watch, "AWS/Athena", "ProcessedBytes", **kinds, WorkGroup=name) == 0
    of_quiet = [{"Name": "WorkGroup", "Value": f"{name}-quiet"}]
    found = watch.list_metrics(Namespace="AWS/Athena", Dimensions=of_quiet)
    assert found["Metrics"] == []


def execution(athena, number):
    return athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]


def test_functions_and_executions_are_measured(aws, fresh):
    watch, name = aws("cloudwatch"), fresh("measured")
    role = make_role(aws("iam"), name, "states")
    definition = {"StartAt": "a", "States": {"a": {"Type": "Fail"}}}
    machines = aws("stepfunctions")
    arn = machines.create_state_machine(name=name, roleArn=role, definition=json.dumps(definition))[
        "stateMachineArn"
    ]
    machines.start_execution(stateMachineArn=arn)
    machines.start_execution(stateMachineArn=arn)
    wait_for(lambda: total(watch, "AWS/States", "ExecutionsFailed", StateMachineArn=arn) == 2)
    assert total(watch, "AWS/States", "ExecutionsStarted", StateMachineArn=arn) == 2
    assert total(watch, "AWS/States", "ExecutionTime", StateMachineArn=arn) > 0
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.py", "def run(event, context):\n    return 1 / event")
        code = {"ZipFile": buffer.getvalue()}
    made = {"Handler": "a.run", "Runtime": "python3.12", "Code": code}
    role = make_role(aws("iam"), name + "-f", "lambda")
    aws("lambda").create_function(FunctionName=name, Role=role, **made)
    for event in (b"0", b"1"):
        aws("lambda").invoke(FunctionName=name, Payload=event)
    wait_for(lambda: total(watch, "AWS/Lambda", "Invocations", FunctionName=name) == 2)
    assert total(watch, "AWS/Lambda", "Errors", FunctionName=name, Resource=name) == 1


def test_alarms_on_logs_are_told_as_none(aws):
    """botocore's waiter for one counts them, and stumbles over a list that is not there."""
    waiter = aws("cloudwatch").get_waiter("log_alarm_exists")
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiter.wait(AlarmTypes=["LogAlarm"], WaiterConfig={"Delay": 0, "MaxAttempts": 1})
