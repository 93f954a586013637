"""A schedule in a running server: the one test that has to wait for the minute."""

import json
import time


def test_a_scheduled_rule_fires_on_the_minute(aws, fresh):
    name, events, sqs = fresh("minutely"), aws("events"), aws("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    events.put_rule(Name=name, ScheduleExpression="cron(* * * * ? *)")
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    deadline, got = time.monotonic() + 75, []
    while not got and time.monotonic() < deadline:
        got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
    event = json.loads(got[0]["Body"])
    assert (event["detail-type"], event["source"]) == ("Scheduled Event", "aws.events")
    assert event["time"].endswith(":00Z")
    events.disable_rule(Name=name)
