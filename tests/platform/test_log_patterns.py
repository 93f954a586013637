"""CloudWatch Logs' filter patterns: which messages they let through."""

import datetime
import gzip
import json
import re
import time

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.measured import total

ERROR = json.dumps({"level": "ERROR", "ms": 5, "ok": True, "user": {"tags": ["a", "b"]}})
INFO = json.dumps({"level": "INFO", "ms": 70, "ok": None})
PLAIN = "[web] ERROR in line 12"
PATTERNS = {  # → the messages that fit
    "": (ERROR, INFO, PLAIN),
    "ERROR": (ERROR, PLAIN),
    "ERROR web": (PLAIN,),
    '"line 12"': (PLAIN,),
    "?web ?INFO": (INFO, PLAIN),
    "ERROR -web": (ERROR,),
    "%line [0-9]+%": (PLAIN,),
    '{ $.level = "ERROR" }': (ERROR,),
    '{ $.level != "ERROR" }': (INFO,),
    "{ $.level = *R* }": (ERROR,),
    "{ $.level = * }": (ERROR, INFO),
    "{ $.ms > 4 && $.ms <= 70 }": (ERROR, INFO),
    '{ ($.ms < 6 || $.ms > 60) && $.level = "INFO" }': (INFO,),
    "{ $.ms = 5.0 }": (ERROR,),
    "{ $.ok IS TRUE }": (ERROR,),
    "{ $.ok IS NULL }": (INFO,),
    "{ $.user NOT EXISTS }": (INFO,),
    '{ $.user.tags[1] = "b" }': (ERROR,),
    "{ $.level = %^ERR% }": (ERROR,),
}
REFUSED = {
    "no condition": ({"filterPattern": "{ $.level }"}, "Invalid filter pattern"),
    "open": ({"filterPattern": "{ $.level = 1"}, "Invalid filter pattern"),
    "order of texts": ({"filterPattern": '{ $.level > "a" }'}, "Invalid filter pattern"),
    "no expression": ({"filterPattern": "%line [%"}, "Invalid regular expression"),
    "no expression in a condition": (
        {"filterPattern": "{ $.level = %(% }"},
        "Invalid regular expression",
    ),
    "columns": ({"filterPattern": "[ip, code = 4*"}, "Invalid filter pattern"),
    "no column": ({"filterPattern": "[ip, 4*]"}, "Invalid filter pattern"),
    "two ellipses": ({"filterPattern": "[..., ip, ...]"}, "Invalid filter pattern"),
}


@pytest.fixture(scope="module")
def group(cloud):
    logs, name = cloud.client("logs"), "/patterns"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": each} for each in (ERROR, INFO, PLAIN)]
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    return {"logGroupName": name}


@pytest.mark.parametrize(("pattern", "messages"), PATTERNS.items(), ids=PATTERNS)
def test_which_messages_fit(aws, group, pattern, messages):
    asked = {"filterPattern": pattern} if pattern else {}
    found = aws("logs").filter_log_events(**group, **asked)["events"]
    assert [event["message"] for event in found] == list(messages)


@pytest.mark.parametrize(("asked", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_pattern(aws, group, asked, words):
    with pytest.raises(ClientError, match=words):
        aws("logs").filter_log_events(**group, **asked)


@pytest.mark.parametrize("unit", [1, 1000])
def test_a_query_of_a_group_by_its_identifier(aws, group, unit):
    logs, name = aws("logs"), group["logGroupName"]
    asked = {"startTime": 0, "endTime": (int(time.time()) + 60) * unit, "limit": 2}
    asked |= {"queryString": "fields @timestamp, @message | sort @timestamp"}
    arn = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["logGroupArn"]
    number = logs.start_query(**asked, logGroupIdentifiers=[arn])["queryId"]
    rows = logs.get_query_results(queryId=number)["results"]
    told = [{each["field"]: each["value"] for each in row} for row in rows]
    assert len(told) == 2
    moments = [datetime.datetime.fromisoformat(row["@timestamp"]) for row in told]
    assert moments == sorted(moments)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", told[0]["@timestamp"])
    with pytest.raises(logs.exceptions.InvalidParameterException, match="Running or Scheduled"):
        logs.stop_query(queryId=number)
    stopped = logs.start_query(**asked, logGroupName=name)["queryId"]
    assert logs.stop_query(queryId=stopped)["success"]
    told = logs.get_query_results(queryId=stopped)
    assert (told["status"], told["results"]) == ("Cancelled", [])
    for groups in ({}, {"logGroupName": name}):
        (last,) = logs.describe_queries(**groups, status="Complete", maxResults=1)["queries"]
        assert (last["queryId"], last["logGroupName"]) == (number, name)
    for groups in ({}, {"logGroupName": name, "logGroupNames": [name]}):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.start_query(**asked, **groups)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.start_query(**asked, logGroupNames=["nowhere"])


LINES = [  # of a web server, and one that is no such line
    '127.0.0.1 - ann [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 200 1534',
    '127.0.0.1 - bob [10/Oct/2000:13:35:22 -0700] "GET /about us.html HTTP/1.0" 404 5324',
    '10.0.0.7 - ann [10/Oct/2000:13:50:35 -0700] "GET /logo.png HTTP/1.0" 500 15',
    "started",
]
COLUMNS = {  # a pattern → the lines that fit
    "[ip, id, user, timestamp, request, code, bytes]": [1, 2, 3],
    "[ip, id, user, timestamp, request, code = 4*, bytes]": [2],
    "[ip, id, user, timestamp, request = *.html*, code = 4*,]": [2],
    "[..., code = 4* || code = 5*, bytes > 100]": [2],
    "[ip = %127\\.0%, id, user != ann, ...]": [2],
    "[..., request = *html*, code, bytes >= 1534 && bytes < 6000]": [1, 2],
    "[word = started]": [4],
    "[ip, code]": [],
}


@pytest.mark.parametrize(("pattern", "lines"), COLUMNS.items(), ids=COLUMNS)
def test_which_columns_fit(aws, pattern, lines):
    asked = {"filterPattern": pattern, "logEventMessages": LINES}
    found = aws("logs").test_metric_filter(**asked)["matches"]
    assert [each["eventNumber"] for each in found] == lines


def test_what_a_filter_finds(aws):
    def values(pattern, message):
        asked = {"filterPattern": pattern, "logEventMessages": [message]}
        return aws("logs").test_metric_filter(**asked)["matches"][0]["extractedValues"]

    found = {"$ip": "10.0.0.7", "$when": "10/Oct/2000:13:50:35 -0700", "$bytes": "15"}
    assert values("[ip, ..., when, , , bytes]", LINES[2]).items() >= found.items()
    assert values("{ $.ms = 5 && $.ok IS TRUE }", ERROR) == {"$.ms": "5", "$.ok": "true"}
    assert values("ERROR", ERROR) == {}


def test_events_that_fit_become_a_metric(aws, fresh):
    logs, watch, name = aws("logs"), aws("cloudwatch"), fresh("measured")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    plain = {"metricNamespace": name, "metricName": "Slow", "metricValue": "1", "defaultValue": 0}
    took = plain | {"metricName": "Took", "metricValue": "$.ms", "unit": "Milliseconds"}
    took |= {"dimensions": {"Level": "$.level"}}
    del took["defaultValue"]
    for metric, pattern in ((plain, "{ $.ms > 60 }"), (took, "{ $.ms = * }")):
        logs.put_metric_filter(
            logGroupName=name,
            filterName=metric["metricName"],
            filterPattern=pattern,
            metricTransformations=[metric],
        )
    now = int(time.time() * 1000)
    for messages in ((ERROR, INFO), (PLAIN,), (INFO,)):
        events = [{"timestamp": now, "message": each} for each in messages]
        logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    wait_for(lambda: total(watch, name, "Slow") == 2)
    assert total(watch, name, "Slow", statistic="SampleCount") == 3  # one of no line that fits
    assert total(watch, name, "Took", Level="INFO") == 140
    assert total(watch, name, "Took", Level="ERROR") == 5


NOT_TAKEN = {  # a call and what it asks → the words
    "group": ("create_log_group", {"logGroupName": "a b"}, "regular expression pattern"),
    "stream": ("create_log_stream", {"logGroupName": "g", "logStreamName": "a:b"}, "logStreamName"),
    "days": (
        "put_retention_policy",
        {"logGroupName": "g", "retentionInDays": 8},
        "Invalid retention value. Valid values are: .1, 3, 5, 7,",
    ),
    "query": ("get_query_results", {"queryId": "none"}, "ResourceNotFoundException"),
    "no query to stop": ("stop_query", {"queryId": "none"}, "ResourceNotFoundException"),
    "no page of queries": ("describe_queries", {"nextToken": "none"}, "nextToken is invalid"),
    "two groups": (
        "describe_log_streams",
        {"logGroupName": "g", "logGroupIdentifier": "g"},
        "mutually exclusive",
    ),
    "metric filter": (
        "delete_metric_filter",
        {"logGroupName": "/patterns", "filterName": "none"},
        "The specified metric filter does not exist",
    ),
    "metrics of no group": (
        "put_metric_filter",
        {
            "logGroupName": "none",
            "filterName": "f",
            "filterPattern": "",
            "metricTransformations": [
                {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
            ],
        },
        "The specified log group does not exist",
    ),
    "token": (
        "filter_log_events",
        {"logGroupName": "/patterns", "nextToken": "none"},
        "The specified nextToken is invalid",
    ),
}


@pytest.mark.parametrize(("call", "asked", "words"), NOT_TAKEN.values(), ids=NOT_TAKEN)
@pytest.mark.usefixtures("group")
def test_what_logs_do_not_take(aws, call, asked, words):
    with pytest.raises(ClientError, match=words):
        getattr(aws("logs"), call)(**asked)


def test_a_subscription_gets_what_its_pattern_matches(aws, fresh):
    kinesis, logs, name = aws("kinesis"), aws("logs"), fresh("errors")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    arn = f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"
    sent_on = {"destinationArn": arn, "roleArn": "arn:aws:iam::123456789012:role/sends"}
    asked = {"logGroupName": name, "filterName": "f", "filterPattern": '{ $.level = "ERROR" }'}
    with pytest.raises(ClientError, match="for vendor kinesis cannot be used without roleArn"):
        logs.put_subscription_filter(**asked, destinationArn=arn)
    logs.put_subscription_filter(**asked, **sent_on)
    now = int(time.time() * 1000)
    for messages in ((ERROR, INFO), (PLAIN,)):
        events = [{"timestamp": now, "message": each} for each in messages]
        logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    (record,) = kinesis.get_records(ShardIterator=iterator)["Records"]
    told = json.loads(gzip.decompress(record["Data"]))
    assert [each["message"] for each in told["logEvents"]] == [ERROR]
    for filter_name, order in (("g", "Random"), ("g", "ByLogStream"), ("f", "Random")):
        logs.put_subscription_filter(
            logGroupName=name,
            filterName=filter_name,
            filterPattern="",
            **sent_on,
            distribution=order,
        )
    found = logs.describe_subscription_filters(logGroupName=name)["subscriptionFilters"]
    orders = {each["filterName"]: each["distribution"] for each in found}
    assert orders == {"g": "ByLogStream", "f": "Random"}
    some = logs.describe_subscription_filters(logGroupName=name, filterNamePrefix="g")
    assert [each["filterName"] for each in some["subscriptionFilters"]] == ["g"]
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_subscription_filter(logGroupName=name, filterName="h", filterPattern="", **sent_on)


def test_events_of_all_streams_in_their_order(aws, fresh):
    logs, name = aws("logs"), fresh("group")
    logs.create_log_group(logGroupName=name)
    now = int(time.time() * 1000)
    for stream, moments in (("ab", (0, 2)), ("ac", (1, 3)), ("b", (4,))):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        events = [{"timestamp": now + at, "message": str(at)} for at in moments]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)
    (told,) = logs.list_log_groups(logGroupNamePattern=f"^{name}")["logGroups"]
    asked = {"logGroupIdentifier": told["logGroupArn"], "logStreamNamePrefix": "a"}
    first = logs.filter_log_events(**asked, limit=3)
    rest = logs.filter_log_events(**asked, nextToken=first["nextToken"])
    assert [each["message"] for each in first["events"] + rest["events"]] == list("0123")
    streams = logs.describe_log_streams(logGroupIdentifier=told["logGroupArn"])["logStreams"]
    assert [each["logStreamName"] for each in streams] == ["ab", "ac", "b"]


def test_a_stream_is_told_from_its_group(aws, fresh):
    logs, group = aws("logs"), fresh("group")
    logs.create_log_group(logGroupName=group)
    named = {"logGroupName": group, "logStreamName": "a"}
    with pytest.raises(ClientError, match="The specified log stream does not exist"):
        logs.get_log_events(**named)
    logs.create_log_stream(**named)
    with pytest.raises(ClientError, match="The specified log stream already exists"):
        logs.create_log_stream(**named)


def test_a_stream_is_read_on_until_its_token_comes_back(aws, fresh):
    logs, group = aws("logs"), fresh("group")
    logs.create_log_group(logGroupName=group)
    named = {"logGroupName": group, "logStreamName": "a"}
    logs.create_log_stream(**named)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + each, "message": str(each)} for each in range(3)]
    logs.put_log_events(**named, logEvents=events)
    told, token = [], ""
    while True:
        asked = {"nextToken": token} if token else {}
        page = logs.get_log_events(**named, **asked, startFromHead=True, limit=2)
        told += [each["message"] for each in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert told == ["0", "1", "2"]
    back = logs.get_log_events(**named, nextToken=page["nextBackwardToken"], limit=2)
    assert [each["message"] for each in back["events"]] == ["1", "2"]
    back = logs.get_log_events(**named, nextToken=back["nextBackwardToken"])
    start = logs.get_log_events(**named, nextToken=back["nextBackwardToken"])
    again = logs.get_log_events(**named, nextToken=start["nextForwardToken"], endTime=now + 1)
    assert (start["events"], [each["message"] for each in again["events"]]) == ([], ["0"])
    with pytest.raises(ClientError, match="The specified nextToken is invalid"):
        logs.get_log_events(**named, nextToken="none")


def test_a_query_is_kept_under_a_name(aws, fresh):
    logs, name = aws("logs"), fresh("kept")
    asked = {"name": f"{name}/a", "queryString": "fields @message", "logGroupNames": ["g"]}
    number = logs.put_query_definition(**asked)["queryDefinitionId"]
    changed = asked | {"queryString": "limit 1", "queryDefinitionId": number}
    assert logs.put_query_definition(**changed)["queryDefinitionId"] == number
    (told,) = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    assert told.pop("lastModified") > 0
    assert told == changed | {"queryLanguage": "CWLI"}
    assert logs.delete_query_definition(queryDefinitionId=number)["success"]
    for call, also in ((logs.delete_query_definition, {}), (logs.put_query_definition, asked)):
        with pytest.raises(logs.exceptions.ResourceNotFoundException):
            call(queryDefinitionId=number, **also)


def test_a_group_has_another_key(aws, fresh):
    logs, name = aws("logs"), fresh("group")
    logs.create_log_group(logGroupName=name)
    arn = "arn:aws:kms:us-east-1:123456789012:key/a"

    def told():
        (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return group.get("kmsKeyId"), group["logGroupArn"]

    logs.associate_kms_key(logGroupName=name, kmsKeyId=arn)
    assert told()[0] == arn
    logs.disassociate_kms_key(resourceIdentifier=told()[1])
    assert told()[0] is None
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.associate_kms_key(logGroupName=f"{name}-no", kmsKeyId=arn)
