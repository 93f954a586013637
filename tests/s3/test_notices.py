"""What S3 tells a queue of a bucket's objects, and where it refuses to."""

import contextlib
import datetime
import json

import pytest
import requests
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.roles import lets_in, policy

EVERYTHING = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put"]


@pytest.fixture
def queue(aws, fresh):
    """A queue: its address and its name."""
    sqs = aws("sqs")
    wanted = {"QueueName": fresh("told"), "Attributes": lets_in("s3", "sns")}
    url = sqs.create_queue(**wanted)["QueueUrl"]
    named = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, named["Attributes"]["QueueArn"]


@pytest.fixture
def tells(aws, bucket, queue):
    """Has a bucket tell the queue."""

    def put(events=EVERYTHING, **asked):
        wanted = {"QueueArn": queue[1], "Events": events} | asked
        aws("s3").put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [wanted]}
        )

    return put


@pytest.fixture
def told(aws, queue):
    """What the queue is told, as many events of it as are awaited."""

    def get(count):
        got = []

        def look():
            found = aws("sqs").receive_message(QueueUrl=queue[0], MaxNumberOfMessages=10)
            bodies = [json.loads(each["Body"]) for each in found.get("Messages", [])]
            got.extend(record for body in bodies for record in body.get("Records", []))
            return len(got) >= count

        wait_for(look)
        return sorted(got, key=lambda each: each["s3"]["object"].get("sequencer", ""))

    return get


def members(record):
    """An event's name and version, and what it says of the object beside key and size."""
    found = record["s3"]["object"]
    return record["eventName"], record["eventVersion"], found["key"], set(found) - {"key"}


TAG = {"Key": "k", "Value": "v"}
STORED, KNOWN = {"size", "eTag", "sequencer"}, {"eTag"}


def test_what_is_told_of_objects(s3, bucket, tells, told):
    tells()
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    form = s3.generate_presigned_post(bucket, "f")
    requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=60)
    for _ in "ab":  # the second changes nothing
        s3.put_object_acl(Bucket=bucket, Key="f", ACL="public-read")
    s3.put_object_tagging(Bucket=bucket, Key="f", Tagging={"TagSet": [TAG]})
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "f"}, {"Key": "never"}]})
    assert sorted(map(members, told(6)), key=str) == [
        ("ObjectAcl:Put", "2.3", "f", KNOWN),
        ("ObjectCreated:Post", "2.1", "f", STORED),
        ("ObjectCreated:Put", "2.1", "a+b", STORED),
        ("ObjectRemoved:Delete", "2.1", "f", {"sequencer"}),
        ("ObjectRemoved:Delete", "2.1", "never", {"sequencer"}),
        ("ObjectTagging:Put", "2.3", "f", KNOWN),
    ]


def test_what_is_told_of_versions(s3, bucket, tells, told):
    versioned = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    s3.put_bucket_versioning(**versioned)
    tells(["s3:ObjectRemoved:*"])
    began = datetime.datetime.now(datetime.UTC)
    first, second = (s3.put_object(Bucket=bucket, Key="a")["VersionId"] for _ in "ab")
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    for version in (marker, first, first):  # another version is left, and the last call finds none
        s3.delete_object(Bucket=bucket, Key="a", VersionId=version)
    s3.delete_object(Bucket=bucket, Key="a", VersionId=second)
    records = told(4)
    # S3 tells milliseconds, though it keeps seconds of an object.
    came = datetime.datetime.fromisoformat(records[0]["eventTime"])
    assert came + datetime.timedelta(milliseconds=1) > began
    got = [(each["eventName"], each["s3"]["object"]["versionId"]) for each in records]
    assert got == [
        ("ObjectRemoved:DeleteMarkerCreated", marker),
        *(("ObjectRemoved:Delete", version) for version in (marker, first, second)),
    ]


def test_what_is_put_to_a_suspended_bucket_has_no_number(s3, bucket, tells, told):
    tells(["s3:ObjectCreated:*"])
    for status in ("Enabled", "Suspended"):
        asked = {"Bucket": bucket, "VersioningConfiguration": {"Status": status}}
        s3.put_bucket_versioning(**asked)
        s3.put_object(Bucket=bucket, Key="a")
    assert ["versionId" in each["s3"]["object"] for each in told(2)] == [True, False]


def test_what_is_told_of_a_restore(aws, s3, bucket, queue, tells, told):
    tells(["s3:ObjectRestore:*"])
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", StorageClass="GLACIER")
    s3.restore_object(Bucket=bucket, Key="a", RestoreRequest={"Days": 1})
    s3.head_object(Bucket=bucket, Key="a")
    begun, ended = told(2)
    assert (begun["eventName"], "glacierEventData" in begun) == ("ObjectRestore:Post", False)
    data = ended["glacierEventData"]["restoreEventData"]
    assert data["lifecycleRestoreStorageClass"] == "GLACIER"
    assert data["lifecycleRestorationExpiryTime"].endswith(".000Z")


def admit(sns, topic, bucket):
    """Let S3 publish to a topic for a bucket, as the User Guide writes it."""
    told = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Resource": topic}
    like = {"aws:SourceArn": f"arn:aws:s3:*:*:{bucket}"}
    text = policy(told | {"Action": "SNS:Publish", "Condition": {"ArnLike": like}})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)


def test_s3_sends_where_it_may(aws, s3, bucket, queue):
    topic = aws("sns").create_topic(Name=bucket)["TopicArn"]
    events = ["s3:ObjectCreated:*"]
    wanted = {
        "QueueConfigurations": [{"QueueArn": queue[1], "Events": ["s3:ObjectRemoved:*"]}],
        "TopicConfigurations": [{"TopicArn": topic, "Events": events}],
    }
    put = {"Bucket": bucket, "NotificationConfiguration": wanted}
    other = {"Policy": lets_in("s3")["Policy"].replace("sqs:SendMessage", "sqs:ReceiveMessage")}
    aws("sqs").set_queue_attributes(QueueUrl=queue[0], Attributes=other)
    admit(aws("sns"), topic, "another")
    with pytest.raises(ClientError, match="Unable to validate the following dest") as caught:
        s3.put_bucket_notification_configuration(**put)
    told = caught.value.response["Error"]
    words = "Permissions on the destination {} do not allow S3 to publish notifications"
    for number, (arn, what) in enumerate(((queue[1], "queue"), (topic, "topic")), 1):
        assert told[f"ArgumentName{number}"] == arn
        assert told[f"ArgumentValue{number}"] == f"{words.format(what)} from this bucket"
    s3.put_bucket_notification_configuration(**put, SkipDestinationValidation=True)
    asked = {"QueueUrl": queue[0], "MaxNumberOfMessages": 10}
    assert "Messages" not in aws("sqs").receive_message(**asked)  # not even the test
    admit(aws("sns"), topic, bucket)
    aws("sqs").set_queue_attributes(QueueUrl=queue[0], Attributes=lets_in("s3"))
    s3.put_bucket_notification_configuration(**put)
    aws("sqs").purge_queue(QueueUrl=queue[0])  # with the test that is on its way
    assert "Messages" not in aws("sqs").receive_message(**asked)
    s3.delete_object(Bucket=bucket, Key="a")
    (message,) = aws("sqs").receive_message(**asked)["Messages"]
    assert json.loads(message["Body"])["Records"][0]["eventName"] == "ObjectRemoved:Delete"


def test_a_topic_is_told_by_s3(aws, s3, bucket, queue):
    sns, made = aws("sns"), bucket
    topic = sns.create_topic(Name=made)["TopicArn"]
    admit(sns, topic, bucket)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue[1])
    wanted = [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": wanted}
    )
    s3.put_object(Bucket=bucket, Key="a")
    got = []

    def look():
        found = aws("sqs").receive_message(QueueUrl=queue[0], MaxNumberOfMessages=10)
        got.extend(json.loads(each["Body"]) for each in found.get("Messages", []))
        return len(got) >= 2

    wait_for(look)
    test, told = sorted(got, key=lambda each: "Records" in each["Message"])
    known = {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"}
    assert json.loads(test["Message"]).keys() == known
    assert told["Subject"] == "Amazon S3 Notification"


def test_a_filters_names_are_of_any_case(s3, bucket, tells, told):
    rules = [{"Name": "PREFIX", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
    tells(Filter={"Key": {"FilterRules": rules}})
    kept = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    names = [each["Name"] for each in kept[0]["Filter"]["Key"]["FilterRules"]]
    assert names == ["Prefix", "Suffix"]
    for key in ("in/a.txt", "a.csv", "in/a.csv"):
        s3.put_object(Bucket=bucket, Key=key)
    assert [each["s3"]["object"]["key"] for each in told(1)] == ["in/a.csv"]


OVERLAPS = {  # two configurations' events and filters → what is said, where both may not be
    "of one kind": (
        ("s3:ObjectCreated:*", {}),
        ("s3:ObjectCreated:Put", {}),
        "Configurations overlap",
    ),
    "of two kinds": (("s3:ObjectCreated:*", {}), ("s3:ObjectRemoved:*", {}), None),
    "nested": (
        ("s3:ObjectCreated:*", {"prefix": "a/"}),
        ("s3:ObjectCreated:*", {}),
        "Configuration is ambiguously defined",
    ),
    "apart": (
        ("s3:ObjectCreated:*", {"prefix": "a/", "suffix": ".b"}),
        ("s3:ObjectCreated:*", {"prefix": "a/", "suffix": ".c"}),
        None,
    ),
}


@pytest.mark.parametrize(("one", "other", "said"), OVERLAPS.values(), ids=OVERLAPS)
def test_two_configurations(s3, bucket, queue, one, other, said):
    wanted = []
    for event, ends in (one, other):
        rules = [{"Name": name, "Value": value} for name, value in ends.items()]
        filtered = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
        wanted.append({"QueueArn": queue[1], "Events": [event]} | filtered)
    kept = {"Bucket": bucket, "NotificationConfiguration": {"QueueConfigurations": wanted}}
    refusal = pytest.raises(ClientError, match=said) if said else contextlib.nullcontext()
    with refusal:
        s3.put_bucket_notification_configuration(**kept)


REFUSED = {  # → argument, its value, what is said
    "a name": (
        {"Filter": {"Key": {"FilterRules": [{"Name": "middle", "Value": "a"}]}}},
        ("FilterRule.Name", "middle", "filter rule name must be either prefix or suffix"),
    ),
    "a queue": ({"QueueArn": "mine"}, ("Queue", "mine", "The ARN could not be parsed")),
}


@pytest.mark.parametrize(("asked", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_told(tells, asked, said):
    with pytest.raises(ClientError) as caught:
        tells(**asked)
    error = caught.value.response["Error"]
    assert (error["ArgumentName"], error["ArgumentValue"], error["Message"]) == said
