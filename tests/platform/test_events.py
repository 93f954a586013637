"""EventBridge and S3's notifications: delivered, once each, after the call."""

import functools
import io
import json
import re
import socket
import time
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.roles import lets_in, make_role, policy

ACCOUNT = "123456789012"


@pytest.fixture
def events(aws):
    return aws("events")


@pytest.fixture
def inbox(aws, fresh):
    """A queue, and what it has got so far."""

    class Inbox:
        def __init__(self):
            name = fresh("inbox")
            may = lets_in("events", "s3", "sns")
            self.url = aws("sqs").create_queue(QueueName=name, Attributes=may)["QueueUrl"]
            self.arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
            self.got = []

        def look(self):
            found = aws("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            self.got += [json.loads(m["Body"]) for m in found.get("Messages", [])]
            return self.got

        def wait(self, count):
            wait_for(lambda: len(self.look()) >= count)
            time.sleep(0.3)
            return self.look()

    return Inbox()


@pytest.fixture
def rule(events, fresh):
    """``rule(arn, {"source": ["app"]})``: a rule that sends matching events to a target."""

    def make(arn, pattern, *, state="ENABLED", **target):
        name = fresh("rule")
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, **target}])
        return name

    return make


def send(events, source, detail=None):
    entry = {"Source": source, "DetailType": "Thing", "Detail": json.dumps(detail or {})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_an_event_for_no_bus_is_passed_over(events, rule, inbox, fresh):
    source = fresh("app")
    rule(inbox.arn, {"source": [source]})
    entry = {"Source": source, "DetailType": "Thing", "Detail": "{}"}
    elsewhere = "arn:aws:events:us-east-1:111111111111:event-bus/default"  # another account's
    told = events.put_events(
        Entries=[
            entry | {"EventBusName": "none"},
            entry,
            entry | {"EventBusName": elsewhere},
            entry | {"EventBusName": elsewhere.replace("us-east-1", "eu-west-1")},
            *(entry | {"Detail": text} for text in ("[", "[" * 20_000)),
        ]
    )
    assert told["FailedEntryCount"] == 2
    assert [sorted(each) for each in told["Entries"][:4]] == [["EventId"]] * 4
    (event,) = inbox.wait(1)
    assert event["id"] == told["Entries"][1]["EventId"]


def test_what_is_for_another_account_does_not_come_to_this_one(events, rule, inbox, fresh, aws):
    source, elsewhere = fresh("app"), inbox.arn.replace(ACCOUNT, "111111111111")
    letters = {"DeadLetterConfig": {"Arn": inbox.arn}}
    rule(elsewhere, {"source": [source]}, Input='{"n": 1}', **letters)
    send(events, source)
    asked = {"QueueUrl": inbox.url, "WaitTimeSeconds": 5, "MessageAttributeNames": ["All"]}
    (letter,) = aws("sqs").receive_message(**asked)["Messages"]
    assert letter["MessageAttributes"]["TARGET_ARN"]["StringValue"] == elsewhere


def test_an_aws_services_own_events_come_from_it_alone(events, rule, inbox, fresh, aws):
    bucket, bus = fresh("bucket"), fresh("bus")
    arn = events.create_event_bus(Name=bus)["EventBusArn"]
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
    rule(arn, pattern)  # from bus to bus
    events.put_rule(Name=bus, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "1", "Arn": inbox.arn}])
    detail = json.dumps({"bucket": {"name": bucket}})
    entry = {"Source": "aws.s3", "DetailType": "Object Created", "Detail": detail}
    told = events.put_events(Entries=[entry])
    words = "Not authorized for the source."
    refused = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": words}
    assert (told["FailedEntryCount"], told["Entries"]) == (1, [refused])
    aws("s3").create_bucket(Bucket=bucket)
    told = {"EventBridgeConfiguration": {}}
    aws("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=told)
    aws("s3").put_object(Bucket=bucket, Key="raw/a.csv", Body=b"a")
    (event,) = inbox.wait(1)
    assert event["detail"]["object"]["key"] == "raw/a.csv"


def test_an_event_reaches_a_queue(events, rule, inbox, fresh):
    source = fresh("app")
    rule(inbox.arn, {"source": [source]})
    send(events, source, {"n": 1})
    (event,) = inbox.look()  # who looks at a target finds what was sent before
    assert (event["source"], event["detail-type"], event["detail"]) == (source, "Thing", {"n": 1})
    assert (event["account"], event["region"], event["time"][-1]) == (ACCOUNT, "us-east-1", "Z")


def test_a_disabled_rule_is_silent(events, rule, inbox, fresh):
    source = fresh("app")
    name = rule(inbox.arn, {"source": [source]}, state="DISABLED")
    send(events, source, {"n": 1})
    events.enable_rule(Name=name)
    send(events, source, {"n": 2})
    assert [event["detail"]["n"] for event in inbox.wait(1)] == [2]


def test_a_scheduled_rule_sees_no_events(events, inbox, fresh):
    name, source = fresh("rule"), fresh("app")
    events.put_rule(Name=name, ScheduleExpression="rate(7 days)")
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": inbox.arn}])
    send(events, source)
    time.sleep(0.5)
    assert inbox.look() == []


def test_a_lost_target_does_not_stop_the_next_rule(events, rule, inbox, fresh):
    source = fresh("app")
    rule(f"arn:aws:sqs:us-east-1:{ACCOUNT}:nowhere", {"source": [source]})
    rule(inbox.arn, {"source": [source]}, InputPath="$.detail")
    send(events, source, {"n": 7})
    assert inbox.wait(1) == [{"n": 7}]


CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c"
NEVER_REACHED = {
    "not here": ("known", CLUSTER, "NotImplementedException.*no target of ecs"),
    "web page": (
        "known",
        f"arn:aws:events:us-east-1:{ACCOUNT}:api-destination/page/1",
        "NotImplementedException.*no target of API destinations",
    ),
    "no ARN": ("known", "a-bucket", "Parameter a-bucket is not valid. Reason: Provided Arn is not"),
    "half an ARN": ("known", "arn:", "ValidationException.*Parameter arn: is not valid"),
    "no role": ("known", CLUSTER.replace("ecs", "kinesis"), "RoleArn is required for target arn"),
    "no such rule": ("lost", CLUSTER, "Rule lost does not exist on EventBus default"),
}


@pytest.mark.parametrize(("rule", "arn", "words"), NEVER_REACHED.values(), ids=NEVER_REACHED)
def test_a_target_that_could_never_be_reached_is_refused(events, rule, arn, words):
    events.put_rule(Name="known", EventPattern='{"source": ["x"]}')
    with pytest.raises(ClientError, match=words):
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])


STRANGE_INPUTS = {
    "two": (
        {"Input": "{}", "InputPath": "$.detail"},
        "Only one of Input, InputPath, or InputTransformer must be provided for target t",
    ),
    "no JSON": ({"Input": "{"}, "JSON syntax error in input for target t"),
    "no path": ({"InputPath": "detail"}, "Invalid InputPath for target t"),
    "a machine without a role": (
        {"Arn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:any"},
        "RoleArn is required for target arn:aws:states",
    ),
    "no such variable": (
        {"InputTransformer": {"InputPathsMap": {"a": "$.id"}, "InputTemplate": '"<a> <b>"'}},
        "InputTemplate for target t contains invalid placeholder b",
    ),
}


@pytest.mark.parametrize(("given", "words"), STRANGE_INPUTS.values(), ids=STRANGE_INPUTS)
def test_an_input_that_could_not_be_made_is_refused(events, fresh, given, words):
    rule, queue = fresh("rule"), f"arn:aws:sqs:us-east-1:{ACCOUNT}:any"
    events.put_rule(Name=rule, EventPattern='{"source": ["x"]}')
    with pytest.raises(ClientError, match=f"ValidationException.*{words}"):
        events.put_targets(Rule=rule, Targets=[{"Id": "t", "Arn": queue, **given}])


NOT_THERE = {
    "describe": ("describe_rule", {"Name": "lost"}),
    "disable": ("disable_rule", {"Name": "lost"}),
    "enable": ("enable_rule", {"Name": "lost"}),
    "its targets": ("list_targets_by_rule", {"Rule": "lost"}),
}


@pytest.mark.parametrize(("call", "asked"), NOT_THERE.values(), ids=NOT_THERE)
def test_an_unknown_rule_is_told_with_its_bus(events, call, asked):
    with pytest.raises(ClientError, match="Rule lost does not exist on EventBus default"):
        getattr(events, call)(**asked)


PARTITIONS = {  # a target's parameters → the key of the record that an event becomes
    "a number": ({"KinesisParameters": {"PartitionKeyPath": "$.detail.n"}}, "7"),
    "a text": ({"KinesisParameters": {"PartitionKeyPath": "$.detail-type"}}, "Thing"),
    "no path": ({}, None),
}


def test_a_stream_gets_events_by_a_key(aws, events, fresh):
    kinesis, stream, source = aws("kinesis"), fresh("stream"), fresh("app")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    arn = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{stream}"
    whither = {"Arn": arn, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any"}
    targets = [{"Id": str(n)} | whither | more for n, (more, _) in enumerate(PARTITIONS.values())]
    events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=source, Targets=targets)
    send(events, source, {"n": 7})
    place = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    at = kinesis.get_shard_iterator(StreamName=stream, **place)["ShardIterator"]
    found = wait_for(lambda: (got := kinesis.get_records(ShardIterator=at)["Records"])[2:] and got)
    bodies = [json.loads(each["Data"]) for each in found]
    assert [each["detail"] for each in bodies] == [{"n": 7}] * 3
    keys = {each["PartitionKey"] for each in found}
    assert keys == {key or bodies[0]["id"] for _, key in PARTITIONS.values()}
    kinesis.delete_stream(StreamName=stream)


def test_a_rule_has_five_targets_at_most(events, fresh):
    rule, queue = fresh("rule"), f"arn:aws:sqs:us-east-1:{ACCOUNT}:any"
    events.put_rule(Name=rule, EventPattern='{"source": ["x"]}')
    targets = [{"Id": str(n), "Arn": queue} for n in range(6)]
    events.put_targets(Rule=rule, Targets=targets[:5])
    events.put_targets(Rule=rule, Targets=targets[:5])  # said again
    with pytest.raises(ClientError, match=r"LimitExceededException.*maximum number allowed"):
        events.put_targets(Rule=rule, Targets=targets[5:])


def test_a_bus_has_another_description(aws, fresh):
    events, bus = aws("events"), fresh("bus")
    events.create_event_bus(Name=bus, Description="a", KmsKeyIdentifier="alias/a")
    letters = {"Arn": "arn:aws:sqs:us-east-1:123456789012:letters"}
    told = events.update_event_bus(Name=bus, DeadLetterConfig=letters)
    assert (told["Name"], told["Description"]) == (bus, "a")
    kept = events.describe_event_bus(Name=bus)
    assert (kept["DeadLetterConfig"], "KmsKeyIdentifier" in kept) == (letters, False)
    events.update_event_bus(Name=bus, Description="")
    assert not {"Description", "DeadLetterConfig"} & events.describe_event_bus(Name=bus).keys()


def test_a_connections_secret_changes_with_it(aws, events, fresh):
    secrets, name = aws("secretsmanager"), {"Name": fresh("connection")}
    basic = {"Username": "a", "Password": "b"}
    made = {"AuthorizationType": "BASIC", "AuthParameters": {"BasicAuthParameters": basic}}
    events.create_connection(**name, **made)
    client = {"ClientID": "c", "ClientSecret": "d"}
    oauth = {"AuthorizationEndpoint": "https://e", "HttpMethod": "POST", "ClientParameters": client}
    events.update_connection(
        **name,
        AuthorizationType="OAUTH_CLIENT_CREDENTIALS",
        AuthParameters={"OAuthParameters": oauth},
    )
    told = events.describe_connection(**name)
    assert told["LastModifiedTime"] >= told["CreationTime"]
    secret = secrets.get_secret_value(SecretId=told["SecretArn"])["SecretString"]
    assert json.loads(secret) == {
        "authorization_endpoint": "https://e",
        "http_method": "POST",
        "client_id": "c",
        "client_secret": "d",
    }


def test_a_connection_tells_no_secret_value(events, fresh):
    name, key = fresh("connection"), f"arn:aws:kms:us-east-1:{ACCOUNT}:key/a"
    shown = {"Key": "a", "Value": "b", "IsValueSecret": False}
    hidden = {"Key": "c", "Value": "d", "IsValueSecret": True}
    parameters = {
        "ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"},
        "InvocationHttpParameters": {"HeaderParameters": [shown, hidden]},
    }
    events.create_connection(
        Name=name, AuthorizationType="API_KEY", AuthParameters=parameters, KmsKeyIdentifier=key
    )
    told = events.describe_connection(Name=name)
    headers = told["AuthParameters"]["InvocationHttpParameters"]["HeaderParameters"]
    assert headers == [shown, {"Key": "c", "IsValueSecret": True}]
    assert told["KmsKeyIdentifier"] == key


def test_a_connection_and_a_destination_of_a_name_stay(events, fresh):
    name, key = fresh("taken"), {"ApiKeyName": "k", "ApiKeyValue": "v"}
    made = {"Name": name, "AuthorizationType": "API_KEY"}
    made["AuthParameters"] = {"ApiKeyAuthParameters": key}
    arn = events.create_connection(**made)["ConnectionArn"]
    calls = {"Name": name, "ConnectionArn": arn, "InvocationEndpoint": "https://e"}
    calls["HttpMethod"] = "GET"
    events.create_api_destination(**calls)
    for create, asked in (
        (events.create_connection, made | {"Description": "another"}),
        (events.create_api_destination, calls | {"HttpMethod": "PUT"}),
    ):
        with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
            create(**asked)
    assert not events.describe_connection(Name=name).get("Description")
    assert events.describe_api_destination(Name=name)["HttpMethod"] == "GET"
    events.delete_api_destination(Name=name), events.delete_connection(Name=name)


def test_an_archive_tells_its_key(events, fresh):
    name, key = fresh("archive"), f"arn:aws:kms:us-east-1:{ACCOUNT}:key/a"
    bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    pattern = json.dumps({"source": [name]})
    events.create_archive(
        ArchiveName=name, EventSourceArn=bus, EventPattern=pattern, KmsKeyIdentifier=key
    )
    assert events.describe_archive(ArchiveName=name)["KmsKeyIdentifier"] == key
    events.update_archive(ArchiveName=name, RetentionDays=3)
    told = events.describe_archive(ArchiveName=name)
    kept = told["RetentionDays"], told["EventPattern"], told.get("KmsKeyIdentifier")
    assert kept == (3, pattern, None)


def test_tags_are_those_of_one_arn(events, fresh):
    name = fresh("same")
    pattern, named = json.dumps({"source": [name]}), [{"Key": "of", "Value": "a rule"}]
    rule = events.put_rule(Name=name, EventPattern=pattern, Tags=named)["RuleArn"]
    bus = events.create_event_bus(Name=name, Tags=[{"Key": "of", "Value": "a bus"}])
    there = events.put_rule(Name=name, EventPattern=pattern, EventBusName=name)["RuleArn"]
    events.tag_resource(ResourceARN=there, Tags=[{"Key": "of", "Value": "its rule"}])
    asked = (rule, bus["EventBusArn"], there)
    told = [events.list_tags_for_resource(ResourceARN=each)["Tags"] for each in asked]
    assert [tag["Value"] for tags in told for tag in tags] == ["a rule", "a bus", "its rule"]
    events.untag_resource(ResourceARN=there, TagKeys=["of"])
    assert events.list_tags_for_resource(ResourceARN=there)["Tags"] == []
    assert events.list_tags_for_resource(ResourceARN=rule)["Tags"] == named
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        events.tag_resource(ResourceARN=rule + "s", Tags=named)


def test_entries_of_a_megabyte_are_too_many(events):
    entry = {"Source": "s", "DetailType": "d", "Detail": json.dumps({"a": "x" * (1 << 19)})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="Total size of the entries in the request is over"):
        events.put_events(Entries=[entry, entry])


def test_who_may_put_events_on_a_bus(events, fresh):
    """A statement replaces its namesake, a policy all; one account may stand in several."""

    def told():
        policy = events.describe_event_bus(Name=bus).get("Policy", '{"Statement": []}')
        return {each["Sid"]: each["Principal"] for each in json.loads(policy)["Statement"]}

    bus, allow = fresh("bus"), {"Action": "events:PutEvents"}
    events.create_event_bus(Name=bus)
    nothing = "Statement with the provided id does not exist"
    with pytest.raises(ClientError, match=f"ResourceNotFoundException.*{nothing}"):
        events.remove_permission(EventBusName=bus, StatementId="a")
    for sid, principal in (("a", "210987654321"), ("b", "210987654321"), ("all", "*")):
        events.put_permission(EventBusName=bus, StatementId=sid, Principal=principal, **allow)
    other = {"AWS": "arn:aws:iam::210987654321:root"}
    assert told() == {"a": other, "b": other, "all": "*"}
    events.remove_permission(EventBusName=bus, StatementId="a")
    assert told() == {"b": other, "all": "*"}
    rules = {"Sid": "r", "Effect": "Allow", "Principal": "*", "Action": "events:ListRules"}
    whole = {"Version": "2012-10-17", "Statement": [rules | {"Resource": "*"}]}
    for wrong in ("{", '{"Statement": [{"Sid": "x"}]}'):
        with pytest.raises(ClientError, match="This policy contains invalid Json"):
            events.put_permission(EventBusName=bus, Policy=wrong)
    events.put_permission(EventBusName=bus, Policy=json.dumps(whole))
    assert told() == {"r": "*"}
    (listed,) = events.list_event_buses(NamePrefix=bus)["EventBuses"]
    assert {"Arn", "CreationTime", "LastModifiedTime", "Name", "Policy"} == set(listed)
    events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)
    assert told() == {}


def test_a_bus_with_rules_stays(events, fresh):
    bus, rule = fresh("bus"), fresh("rule")
    events.create_event_bus(Name=bus)
    events.put_rule(Name=rule, EventBusName=bus, EventPattern='{"source": ["x"]}')
    with pytest.raises(ClientError, match="can't be deleted since it has rules"):
        events.delete_event_bus(Name=bus)
    events.delete_rule(Name=rule, EventBusName=bus)
    events.delete_event_bus(Name=bus)


def test_a_bad_schedule_is_refused(events, fresh):
    with pytest.raises(ClientError, match="Parameter ScheduleExpression is not valid"):
        events.put_rule(Name=fresh("rule"), ScheduleExpression="cron(0 10 * * * *)")


def test_an_event_reaches_logs(events, rule, aws, fresh):
    source, group = fresh("app"), f"/aws/events/{fresh('group')}"
    aws("logs").create_log_group(logGroupName=group)
    rule(f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}", {"source": [source]})
    send(events, source)
    (found,) = aws("logs").filter_log_events(logGroupName=group)["events"]
    assert json.loads(found["message"])["source"] == source


PATTERNS = {
    "hit": ({"source": ["aws.s3"]}, True),
    "miss": ({"source": ["aws.glue"]}, False),
    "prefix": ({"detail": {"object": {"key": [{"prefix": "raw/"}]}}}, True),
    "anything-but": (
        {"detail": {"object": {"key": [{"anything-but": {"suffix": ".csv"}}]}}},
        False,
    ),
    "numeric": ({"detail": {"object": {"size": [{"numeric": [">", 10]}]}}}, True),
    "exists": ({"detail": {"object": {"version-id": [{"exists": False}]}}}, True),
    "exists-as-a-leaf": ({"detail": {"object": [{"exists": True}]}}, False),
    "wildcard": ({"detail": {"object": {"key": [{"wildcard": "r*/*.csv"}]}}}, True),
    "a-star": ({"detail": {"object": {"key": [{"wildcard": r"raw/\*.csv"}]}}}, False),
    "in-an-array": ({"detail": {"parts": {"n": [2]}}}, True),
    "of-one-element": ({"detail": {"parts": {"n": [2], "s": ["x"]}}}, False),
    "or": ({"$or": [{"source": ["aws.glue"]}, {"detail": {"parts": {"n": [1]}}}]}, True),
    "joined-by-dots": ({"detail": {"object.key": [{"wildcard": "raw/*"}]}}, True),
    "joined-in-the-event": ({"detail": {"flat": {"key": [{"cidr": "10.0.0.0/8"}]}}}, True),
    "no-address": ({"detail": {"object": {"size": [{"cidr": "0.0.0.0/8"}]}}}, False),
    "a-number-is-no-truth": ({"detail": {"parts": {"n": [True]}}}, False),
    "any-case": (
        {"detail": {"object": {"key": [{"suffix": {"equals-ignore-case": "CSV"}}]}}},
        True,
    ),
}
NO_PATTERNS = {
    "comparison": ([{"begins": "x"}], "Unrecognized match type begins"),
    "of-nothing": ([{}], "Match expression name not found"),
    "two": ([{"prefix": "x", "suffix": "y"}], "Only one key allowed in match expression"),
    "array": ([["x"]], "Match value must be String, number, true, false, or null"),
    "within": ([{"anything-but": {"begins": "x"}}], "Unsupported anything-but pattern: begins"),
    "prefix": ([{"prefix": 1}], "prefix match pattern must be a string"),
    "suffixes": ([{"suffix": ["x"]}], "suffix match pattern must be a string"),
    "any-case": ([{"prefix": {"begins": "x"}}], "Unsupported prefix pattern: begins"),
    "no-text": ([{"equals-ignore-case": 1}], "equals-ignore-case match pattern must be a string"),
    "stars": ([{"wildcard": "a**b"}], "Consecutive wildcard characters at pos 2"),
    "exists": ([{"exists": "true"}], "exists match pattern must be either true or false"),
    "order": ([{"numeric": ["~", 1]}], "Unrecognized numeric range operator: ~"),
    "bound": ([{"numeric": ["=", "1"]}], "Value of equals must be numeric"),
    "half": ([{"numeric": [">", 0, "<"]}], "Value of < must be numeric"),
    "twice": ([{"numeric": [">", 0, ">", 1]}], "Bad numeric range operator: >"),
    "no-network": ([{"cidr": "10.0.0.1"}], "Malformed CIDR, one '/' required"),
    "mask": ([{"cidr": "10.0.0.1/x"}], "Malformed CIDR, mask bits must be an integer"),
    "address": ([{"cidr": "xx.11.xx/8"}], "Nonstandard IP address: xx.11.xx"),
    "but-nothing": ([{"anything-but": {"prefix": ""}}], "Null prefix/suffix not allowed"),
    "but-number": ([{"anything-but": {"prefix": [1]}}], "prefix/suffix match pattern must be a"),
    "but-both": ([{"anything-but": [1, "x"]}], "mixed type is not supported"),
    "but-null": ([{"anything-but": None}], "must be an array or single string/number value"),
    "empty": ([], "Empty arrays are not allowed"),
    "no-fields": ({}, "Empty objects are not allowed"),
    "no-array": (5, '"a" must be an object or an array'),
}
QUOTED = """Unexpected character (''' (code 39)): was expecting double-quote to start field name
 at [Source: (String)"{'a': [1]}"; line: 1, column: 2]"""
NOT_AT_ALL = {
    "array": ("[1]", "Filter is not an object"),
    "empty": ("{}", "Empty objects are not allowed"),
    "one-branch": (
        '{"$or": [{"a": [1]}]}',
        "There must have at least 2 Objects in $or relationship.",
    ),
    "quotes": ("{'a': [1]}", QUOTED),
}


@pytest.mark.parametrize(("asked", "words"), NO_PATTERNS.values(), ids=NO_PATTERNS)
def test_what_is_no_comparison(events, asked, words):
    pattern = json.dumps({"source": ["x"], "detail": {"$or": [{"a": asked}, {"b": [1]}]}})
    with pytest.raises(events.exceptions.InvalidEventPatternException, match=re.escape(words)):
        events.test_event_pattern(EventPattern=pattern, Event="{}")


@pytest.mark.parametrize(("pattern", "words"), NOT_AT_ALL.values(), ids=NOT_AT_ALL)
def test_what_is_no_pattern(events, pattern, words):
    with pytest.raises(events.exceptions.InvalidEventPatternException) as refused:
        events.put_rule(Name="never", EventPattern=pattern)
    said = refused.value.response["Error"]["Message"]
    assert said == f"Event pattern is not valid. Reason: {words}"


@pytest.mark.parametrize(("pattern", "result"), PATTERNS.values(), ids=PATTERNS)
def test_test_event_pattern(events, pattern, result):
    event = {
        "id": "1",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": "2026-11-23T05:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "object": {"key": "raw/a.csv", "size": 11},
            "parts": [{"n": 1, "s": "x"}, {"n": 2}],
            "flat.key": "10.1.2.3",
        },
    }
    said = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
    assert said["Result"] is result


@pytest.fixture
def function(aws, fresh):
    """A function that logs its event, and what it has logged."""

    class Function:
        def __init__(self):
            role = make_role(aws("iam"), fresh("r"), "lambda")
            buffer, self.name = io.BytesIO(), fresh("fn")
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr(
                    "app.py", "import json\ndef handler(e, c):\n    print('EVENT', json.dumps(e))\n"
                )
            made = aws("lambda").create_function(
                FunctionName=self.name,
                Runtime="python3.12",
                Handler="app.handler",
                Role=role,
                Code={"ZipFile": buffer.getvalue()},
            )
            self.arn = made["FunctionArn"]

        def allow(self, service, source):
            aws("lambda").add_permission(
                FunctionName=self.name,
                StatementId=fresh("s"),
                Action="lambda:InvokeFunction",
                Principal=service,
                SourceArn=source,
            )

        def got(self):
            try:
                group = f"/aws/lambda/{self.name}"
                found = aws("logs").filter_log_events(logGroupName=group)["events"]
            except ClientError:
                return []
            lines = [event["message"] for event in found]
            return [json.loads(line[6:]) for line in lines if line.startswith("EVENT ")]

    return Function()


def test_a_rule_runs_a_function_that_lets_it(events, rule, function, inbox, fresh):
    source, lost = fresh("app"), {"DeadLetterConfig": {"Arn": inbox.arn}}
    name = rule(function.arn, {"source": [source]}, Input='{"n": 1}', **lost)
    send(events, source)
    inbox.wait(1)
    function.allow("events.amazonaws.com", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}")
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": function.arn, "Input": '{"n": 2}'}])
    time.sleep(0.3)
    send(events, source)
    assert wait_for(function.got) == [{"n": 2}]


@pytest.fixture
def bucket(aws, fresh):
    name = fresh("lake")
    aws("s3").create_bucket(Bucket=name)
    return name


def test_s3_runs_a_function(aws, bucket, function):
    wanted = {
        "LambdaFunctionArn": function.arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "raw/"}]}},
    }
    lost = {"QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:none", "Events": ["s3:ObjectRemoved:*"]}
    configured = {"LambdaFunctionConfigurations": [wanted]}
    put = functools.partial(aws("s3").put_bucket_notification_configuration, Bucket=bucket)
    with pytest.raises(ClientError, match="Unable to validate the following dest") as refused:
        put(NotificationConfiguration=configured | {"QueueConfigurations": [lost]})
    told = refused.value.response["Error"]
    assert {told["ArgumentName1"], told["ArgumentName2"]} == {
        lost["QueueArn"],
        f"{function.arn}, null",
    }
    put(NotificationConfiguration=configured, SkipDestinationValidation=True)
    function.allow("s3.amazonaws.com", f"arn:aws:s3:::{bucket}")
    put(NotificationConfiguration=configured)
    aws("s3").put_object(Bucket=bucket, Key="tmp/x", Body=b"x")
    aws("s3").put_object(Bucket=bucket, Key="raw/a b.csv", Body=b"abc")
    (event,) = wait_for(function.got)
    (record,) = event["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == bucket
    assert (record["s3"]["object"]["key"], record["s3"]["object"]["size"]) == ("raw/a+b.csv", 3)


def test_s3_tells_eventbridge_once_each(aws, bucket, rule, inbox):
    s3 = aws("s3")
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    rule(inbox.arn, {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload=parts)
    s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "a"})
    s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object(Bucket=bucket, Key="a")
    got = [
        (e["detail-type"], e["detail"].get("reason"), e["detail"]["object"]["key"])
        for e in inbox.wait(5)
    ]
    assert sorted(got, key=str) == sorted(
        [
            ("Object Created", "PutObject", "a"),
            ("Object Created", "CompleteMultipartUpload", "m"),
            ("Object Created", "CopyObject", "c"),
            ("Object Tags Added", None, "a"),
            ("Object Deleted", "DeleteObject", "a"),
        ],
        key=str,
    )
    first = next(e for e in inbox.got if e["detail"].get("reason") == "PutObject")
    assert first["detail"]["object"]["size"] == 3
    assert first["resources"] == [f"arn:aws:s3:::{bucket}"]


def test_a_rules_lost_event_is_put_aside(events, rule, inbox, aws, fresh):
    source, lost = fresh("app"), f"arn:aws:sqs:us-east-1:{ACCOUNT}:nowhere"
    name = rule(lost, {"source": [source]}, DeadLetterConfig={"Arn": inbox.arn}, Input='{"n":1}')
    send(events, source)
    asked = {"QueueUrl": inbox.url, "MessageAttributeNames": ["All"], "WaitTimeSeconds": 10}
    (letter,) = aws("sqs").receive_message(**asked)["Messages"]
    said = {key: value["StringValue"] for key, value in letter["MessageAttributes"].items()}
    assert said["RULE_ARN"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}"
    assert (letter["Body"], said["TARGET_ARN"]) == ('{"n":1}', lost)
    assert said["ERROR_CODE"] == "NO_RESOURCE"


BY_RULES = {"Principal": {"Service": "events.amazonaws.com"}}
FROM = {"Condition": {"ArnEquals": {"aws:SourceArn": "{rule}"}}}
CLOSED = {  # a target's kind, what its policy says, with a role → whether events go there
    "a queue": ("sqs", {}, {}, False),
    "a queue by its policy": ("sqs", BY_RULES | FROM, {}, True),
    "a queue by a role": ("sqs", {}, {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any"}, True),
    "a topic": ("sns", {}, {}, True),  # where no role is asked about either
    "a topic for others": ("sns", {"Principal": {"Service": "s3.amazonaws.com"}}, {}, False),
    "a topic by its policy": ("sns", BY_RULES, {}, True),
    "a topic by conditions": ("sns", BY_RULES | FROM, {}, False),
}


@pytest.mark.parametrize(("kind", "says", "more", "goes"), CLOSED.values(), ids=CLOSED)
def test_a_rules_event_goes_where_the_targets_policy_lets_it(
    events, rule, inbox, aws, fresh, kind, says, more, goes
):
    name, source = fresh("target"), fresh("app")
    arn = f"arn:aws:{kind}:us-east-1:{ACCOUNT}:{name}"
    url = aws("sqs").create_queue(QueueName=name, Attributes=lets_in("sns"))["QueueUrl"]
    aws("sns").create_topic(Name=name)
    queue = arn.replace(":sns:", ":sqs:")
    aws("sns").subscribe(TopicArn=arn.replace(":sqs:", ":sns:"), Protocol="sqs", Endpoint=queue)
    made = rule(arn, {"source": [source]}, DeadLetterConfig={"Arn": inbox.arn}, **more)
    action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}[kind]
    told = {"Effect": "Allow", "Action": action, "Resource": arn} | says
    text = policy(told).replace("{rule}", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{made}")
    if says and kind == "sqs":
        aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    elif says:
        given = {"AttributeName": "Policy", "AttributeValue": text}
        aws("sns").set_topic_attributes(TopicArn=arn, **given)
    send(events, source)
    asked = {"MessageAttributeNames": ["All"], "WaitTimeSeconds": 0}
    came = aws("sqs").receive_message(QueueUrl=url, **asked).get("Messages", [])
    letters = aws("sqs").receive_message(QueueUrl=inbox.url, **asked).get("Messages", [])
    codes = [each["MessageAttributes"]["ERROR_CODE"]["StringValue"] for each in letters]
    assert (len(came), codes) == ((1, []) if goes else (0, ["NO_PERMISSIONS"]))


def test_a_topic_opens_no_address(aws, fresh):
    topic = aws("sns").create_topic(Name=fresh("orders"))["TopicArn"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        aws("sns").subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        assert aws("sns").publish(TopicArn=topic, Message="new")["MessageId"]
        with pytest.raises(BlockingIOError):
            server.accept()
