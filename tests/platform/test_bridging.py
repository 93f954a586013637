"""SQS and CloudWatch as older SDKs ask them, in forms, and services as newer ones do, in CBOR."""

import io
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import RpcV2CBORParser

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
CBOR = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


@pytest.fixture
def post(cloud):
    """``post("sqs", body, headers, path)``: the status and the body of an answer."""

    def sent(service, body, headers=FORM, path="/"):
        request = AWSRequest("POST", cloud.endpoint + path, data=body, headers=headers)
        credentials = Credentials(cloud.access_key, cloud.secret_key)
        SigV4Auth(credentials, service, cloud.region).add_auth(request)
        plain = urllib.request.Request(request.url, body, dict(request.headers))
        try:
            with urllib.request.urlopen(plain) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    return sent


def form(action, **fields):
    return urlencode({"Action": action, **fields}).encode()


def get(url):
    """The status and the body of an answer to a request that its address signs."""
    try:
        with urllib.request.urlopen(url) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def test_a_call_in_an_address(cloud, aws, fresh):
    asked = {"ClientMethod": "get_caller_identity", "HttpMethod": "GET"}
    status, told = get(aws("sts").generate_presigned_url(**asked))
    assert (status, b"<Account>123456789012</Account>" in told) == (200, True)
    there, name = aws("sns", region_name="eu-west-1"), fresh("topic")
    told = {"ClientMethod": "create_topic", "Params": {"Name": name}, "HttpMethod": "GET"}
    assert (
        f":eu-west-1:123456789012:{name}".encode() in get(there.generate_presigned_url(**told))[1]
    )
    url = aws("sqs").create_queue(QueueName=fresh("queue"))["QueueUrl"]
    fields = {"Action": "GetQueueAttributes", "AttributeName.1": "QueueArn"}
    for action, seen in (
        ("GetQueueAttributes", f":{url.rpartition('/')[2]}</Value>"),
        ("MakeTea", "<Code>InvalidAction</Code>"),
    ):
        request = AWSRequest("GET", f"{url}?{urlencode(fields | {'Action': action})}")
        SigV4QueryAuth(
            Credentials(cloud.access_key, cloud.secret_key), "sqs", cloud.region
        ).add_auth(request)
        assert seen.encode() in get(request.url)[1]


def test_a_queue_in_forms(post, aws, fresh):
    name = fresh("queue")
    attribute = {"Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "7"}
    tag = {"Tag.1.Key": "a", "Tag.1.Value": "b"}
    _, made = post("sqs", form("CreateQueue", QueueName=name, **attribute, **tag))
    url = aws("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    assert f"<CreateQueueResult><QueueUrl>{url}</QueueUrl>".encode() in made
    stem, path = "MessageAttribute.1", f"/123456789012/{name}"
    note = {
        f"{stem}.Name": "n",
        f"{stem}.Value.DataType": "Binary",
        f"{stem}.Value.BinaryValue": "AP8=",
    }
    post("sqs", form("SendMessage", MessageBody="a<é\r\n", **note), path=path)
    asked = {"MessageAttributeName.1": "All", "AttributeName.1": "ApproximateReceiveCount"}
    _, told = post("sqs", form("ReceiveMessage", **asked), path=path)
    assert "<Body>a&lt;é&#13;\n</Body>".encode() in told
    assert b"<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>" in told
    assert b"<Name>n</Name><Value><BinaryValue>AP8=</BinaryValue>" in told
    assert (
        b"<Tag><Key>a</Key><Value>b</Value></Tag>"
        in post("sqs", form("ListQueueTags", QueueUrl=url))[1]
    )
    status, refused = post("sqs", form("GetQueueUrl", QueueName="none"))
    assert (status, b"<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in refused) == (
        400,
        True,
    )


def test_metrics_in_forms_and_cbor(post, fresh):
    name = fresh("shop")
    stem = "MetricData.member.1"
    datum = {f"{stem}.MetricName": "sold", f"{stem}.Value": "2.5"}
    post("monitoring", form("PutMetricData", Namespace=name, **datum))
    told = post("monitoring", form("ListMetrics", Namespace=name))[1]
    assert f"<member><Namespace>{name}</Namespace><MetricName>sold</MetricName>".encode() in told
    path = "/service/GraniteServiceVersion20100801/operation/"
    asked = b"\xa1\x69Namespace" + bytes([0x60 + len(name)]) + name.encode()
    _, told = post("monitoring", asked, CBOR, path + "ListMetrics")
    metric = {"Namespace": name, "MetricName": "sold", "Dimensions": []}
    assert read(told) == {"Metrics": [metric]}
    status, told = post("monitoring", b"\xa1\x6dDashboardName\x64none", CBOR, path + "GetDashboard")
    assert (status, read(told)["__type"]) == (404, "ResourceNotFound")


def test_tags_in_cbor(post, aws, fresh):
    """Any service that speaks JSON may be asked so, as newer SDKs ask Resource Groups Tagging."""
    name, path = fresh("topic"), "/service/ResourceGroupsTaggingAPI_20170126/operation/"
    topic = aws("sns").create_topic(Name=name, Tags=[{"Key": "a", "Value": name}])["TopicArn"]
    asked = b"\xa1\x6aTagFilters\x81\xa2\x63Key\x61a\x66Values\x81" + bytes([0x60 + len(name)])
    status, told = post("tagging", asked + name.encode(), CBOR, path + "GetResources")
    (found,) = read(told)["ResourceTagMappingList"]
    assert (status, found["ResourceARN"]) == (200, topic)
    status, told = post("tagging", b"\xa1\x63New\x01", CBOR, path + "GetResources")
    assert (status, read(told)["__type"]) == (400, "NotImplementedException")
    status, told = post("tagging", b"", CBOR, path + "MakeTea")
    assert (status, read(told)["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "MissingRequiredParameterException"),
        (b"\x64none", "SerializationException"),
        (b"\xa1\x81\x01\x02", "SerializationException"),
        (b"\xa1\x69Namespace\x6fsold", "SerializationException"),
        (b"\xa1\x6aMaxRecords\xfb\x40\x05\x99\x99\x99\x99\x99\x9a", "SerializationException"),
    ],
    ids=["nothing", "a text", "a list as a key", "cut short", "2.7 of a whole number"],
)
def test_cbor_that_is_refused(post, body, code):
    named = "DescribeAlarms" if b"MaxRecords" in body else "PutMetricData"
    path = f"/service/GraniteServiceVersion20100801/operation/{named}"
    status, told = post("monitoring", body, CBOR, path)
    assert (status, read(told)["__type"]) == (400, code)


@pytest.mark.parametrize(
    "given",
    [
        {"Value": "1_0"},
        {"Value": "1", "StorageResolution": "١"},
        {"Value": "1", "Dimensions.member.2.Name": "a", "Dimensions.member.2.Value": "b"},
    ],
    ids=["a number", "a whole number", "a list without its first"],
)
def test_forms_that_are_refused(post, fresh, given):
    data = {f"MetricData.member.1.{name}": text for name, text in given.items()}
    asked = {"Namespace": fresh("shop"), "MetricData.member.1.MetricName": "sold"} | data
    status, told = post("monitoring", form("PutMetricData", **asked))
    assert (status, b"<Code>MalformedInput</Code>" in told) == (400, True)


def test_a_fraction_that_is_whole_is_told_as_one(post, aws, fresh):
    """As AWS's JSON has it: a client that reads types sees 3.0."""
    name, day = fresh("shop"), {"StartTime": 0, "EndTime": 60}
    datum = {"MetricName": "sold", "Value": 3, "Timestamp": 0}
    aws("cloudwatch").put_metric_data(Namespace=name, MetricData=[datum])
    asked = {"Namespace": name, "MetricName": "sold", "Period": 60, "Statistics": ["SampleCount"]}
    headers = {"X-Amz-Target": "GraniteServiceVersion20100801.GetMetricStatistics"}
    headers["Content-Type"] = "application/x-amz-json-1.0"
    status, told = post("monitoring", json.dumps(asked | day).encode(), headers)
    assert (status, b'"SampleCount":1.0' in told) == (200, True), told


def test_an_alarms_tag_is_taken_away_in_forms(post, aws, fresh):
    watch, name = aws("cloudwatch"), fresh("alarm")
    watch.put_metric_alarm(
        AlarmName=name, Namespace=name, MetricName="m", Statistic="Sum", Period=60, Threshold=1,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
        Tags=[{"Key": each, "Value": "1"} for each in "ab"],
    )  # fmt: skip
    [alarm] = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    asked = {"ResourceARN": alarm["AlarmArn"], "TagKeys.member.1": "a"}
    assert post("monitoring", form("UntagResource", **asked))[0] == 200
    tags = watch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "b", "Value": "1"}]
    watch.delete_alarms(AlarmNames=[name])


def read(body):
    return RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body)))


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("dynamodb", "DynamoDB_20120810.DescribeLimits"),
        ("sqs", "AmazonSQS.ListQueues"),
        ("ssm", "AmazonSSM.DescribeParameters"),
        ("states", "AWSStepFunctions.ListActivities"),
    ],
)
def test_json_by_its_common_name(post, service, target, kind):
    status, told = post(service, b"{}", {"Content-Type": kind, "X-Amz-Target": target})
    assert status == 200, told


def test_an_errors_message_in_both_spellings(post):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.GetTrigger"}
    status, told = post("glue", b'{"Name": "nope"}', headers)
    said = json.loads(told)
    assert status == 400
    assert said["message"] == said["Message"] != ""


def test_an_error_whose_checksum_clients_compare(aws, fresh):
    dynamodb = aws("dynamodb")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException, match="not found"):
        dynamodb.describe_table(TableName=fresh("table"))


def test_a_tables_stream_is_asked_under_the_tables_signing_name(aws, fresh):
    """DynamoDB Streams has a name of its own in its targets alone."""
    dynamodb, streams, table = aws("dynamodb"), aws("dynamodbstreams"), fresh("table")
    key = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]}
    key |= {"AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}
    told = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    asked = key | {"BillingMode": "PAY_PER_REQUEST", "StreamSpecification": told}
    dynamodb.create_table(TableName=table, **asked)
    dynamodb.put_item(TableName=table, Item={"k": {"S": "a"}})
    (stream,) = streams.list_streams(TableName=table)["Streams"]
    asked = {"StreamArn": stream["StreamArn"]}
    (shard,) = streams.describe_stream(**asked)["StreamDescription"]["Shards"]
    asked |= {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**asked)["ShardIterator"]
    (record,) = streams.get_records(ShardIterator=iterator)["Records"]
    assert (record["eventName"], record["dynamodb"]["Keys"]) == ("INSERT", {"k": {"S": "a"}})
