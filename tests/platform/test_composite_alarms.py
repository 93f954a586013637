"""Composite alarms: in alarm by the states of others."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.roles import lets_in

STATES = {"high": "ALARM", "a b": "OK", "new": "INSUFFICIENT_DATA"}
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:high"
COMPOSITE = {"AlarmTypes": ["CompositeAlarm"]}


@pytest.fixture(scope="module")
def watch(aws):
    """CloudWatch with an alarm of each state."""
    watch = aws("cloudwatch")
    for name, state in STATES.items():
        watch.put_metric_alarm(
            AlarmName=name, Namespace="none", MetricName="m", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
        )  # fmt: skip
        watch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="told")
    yield watch
    watch.delete_alarms(AlarmNames=[*STATES])


RULES = {
    "ALARM(high)": True,
    f'ALARM("{ARN}")': True,
    "ALARM(new)": False,
    "INSUFFICIENT_DATA(new)": True,
    'OK("a b") AND NOT ALARM(new)': True,
    'ALARM("a b") AND FALSE OR TRUE': True,
    'ALARM("a b") AND (FALSE OR TRUE)': False,
    "NOT (ALARM(high) OR OK(new))": False,
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule(watch, rule):
    watch.put_composite_alarm(AlarmName="ruled", AlarmRule=rule)
    [alarm] = watch.describe_alarms(AlarmNames=["ruled"], **COMPOSITE)["CompositeAlarms"]
    assert (alarm["StateValue"], alarm["AlarmRule"]) == ("ALARM" if RULES[rule] else "OK", rule)
    watch.delete_alarms(AlarmNames=["ruled"])


REFUSED = {
    "ALARM(gone)": "as alarms .gone. in the alarm rule do not exist",
    "ALARM(high": "ValidationError",
    "ALARM high": "ValidationError",
    "ALARM()": "ValidationError",
    "ALARM(high) ALARM(new)": "ValidationError",
    'ALARM("high)': "ValidationError",
    "LOUD(high)": "ValidationError",
    "(" * 5000: "ValidationError",
    "AT_LEAST(1, ALARM, (high, new))": "NotImplemented",
}


@pytest.mark.parametrize("rule", REFUSED, ids=[each[:20] for each in REFUSED])
def test_rules_that_are_none(watch, rule):
    with pytest.raises(ClientError, match=REFUSED[rule]):
        watch.put_composite_alarm(AlarmName="ruled", AlarmRule=rule)


def test_it_follows_its_children_and_tells_of_it(aws, watch, fresh):
    name, queues = fresh("both"), aws("sqs")
    child, top = f"{name}-child", f"{name}-top"
    topic = aws("sns").create_topic(Name=name)["TopicArn"]
    url = queues.create_queue(QueueName=name, Attributes=lets_in("sns"))["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    template = {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {
            "AlarmName": top,
            "AlarmRule": f"ALARM({name}) AND ALARM(high)",
            "AlarmActions": [topic],
            "AlarmDescription": "both",
        },
    }
    watch.put_composite_alarm(AlarmName=child, AlarmRule="FALSE")
    watch.put_composite_alarm(AlarmName=name, AlarmRule=f"ALARM({child})")
    body = json.dumps({"Resources": {"Both": template}})
    aws("cloudformation").create_stack(StackName=name, TemplateBody=body)
    aws("cloudformation").get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )
    watch.set_alarm_state(AlarmName=child, StateValue="ALARM", StateReason="told")
    [got] = queues.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    said = json.loads(json.loads(got["Body"])["Message"])
    assert (said["AlarmName"], said["NewStateValue"], said["AlarmDescription"]) == (
        top,
        "ALARM",
        "both",
    )
    middle = ARN.replace("high", name)
    assert said["NewStateReason"].startswith(f"{middle} transitioned to ALARM at ")
    assert [each["Arn"] for each in said["TriggeringChildren"]] == [middle]
    found = watch.describe_alarms(AlarmNamePrefix=name, **COMPOSITE)["CompositeAlarms"]
    assert [each["AlarmName"] for each in found] == [name, child, top]
    assert watch.describe_alarms(AlarmNamePrefix=name)["MetricAlarms"] == []
    history = watch.describe_alarm_history(AlarmName=top, **COMPOSITE)["AlarmHistoryItems"]
    kinds = [each["HistoryItemType"] for each in history]
    assert kinds == ["Action", "StateUpdate", "StateUpdate", "ConfigurationUpdate"]
    with pytest.raises(ClientError, match=f"Cannot delete high,{name} as there are composite"):
        watch.delete_alarms(AlarmNames=["high", name])
    with pytest.raises(ClientError, match="Only one composite alarm"):
        watch.delete_alarms(AlarmNames=[name, child])
    with pytest.raises(ClientError, match="no ring of alarms"):
        watch.put_composite_alarm(AlarmName=child, AlarmRule=f"ALARM({top})")
    with pytest.raises(ClientError, match="high is a MetricAlarm"):
        watch.put_composite_alarm(AlarmName="high", AlarmRule="TRUE")
    aws("cloudformation").delete_stack(StackName=name)
    aws("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )
    for each in (name, child):
        watch.delete_alarms(AlarmNames=[each])
