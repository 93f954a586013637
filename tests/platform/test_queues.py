"""A queue refuses what SQS refuses, keeps what it was told, and has a FIFO message once."""

import json
import re
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from labkit.cloud.messages import held


@pytest.fixture
def sqs(aws):
    return aws("sqs")


@pytest.fixture
def make(sqs, fresh):
    def make(**attributes):
        suffix = ".fifo" if "FifoQueue" in attributes else ""
        return sqs.create_queue(QueueName=fresh("q") + suffix, Attributes=attributes)["QueueUrl"]

    return make


FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
PER_GROUP = {**FIFO, "FifoQueue": "True", "DeduplicationScope": "messageGroup"}


def send(sqs, url, body, group):
    return sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)


def test_a_fifo_queue_remembers_what_was_deleted(sqs, make):
    url = make(**FIFO)
    first = send(sqs, url, "once", "a")
    (got,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    again = send(sqs, url, "once", "b")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert (again["MessageId"], again["SequenceNumber"]) == (
        first["MessageId"],
        first["SequenceNumber"],
    )
    assert send(sqs, url, "other", "a")["SequenceNumber"] > first["SequenceNumber"]


def test_a_message_is_known_within_its_group(sqs, make):
    url = make(**PER_GROUP)
    for group in "aab":
        send(sqs, url, "same", group)
    asked = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
    told = [each["Attributes"] for each in sqs.receive_message(QueueUrl=url, **asked)["Messages"]]
    assert sorted(each["MessageGroupId"] for each in told) == ["a", "b"]
    assert all(len(each["SequenceNumber"]) == 20 for each in told)


def bodies(sqs, url, **asked):
    told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **asked)
    return [each["Body"] for each in told.get("Messages", [])]


def test_groups_keep_their_order_when_messages_are_seen_again(sqs, make):
    url = make(**FIFO)
    for body in ("a1", "b1", "a2", "a3", "b2"):
        send(sqs, url, body, body[0])
    asked = {"QueueUrl": url, "MaxNumberOfMessages": 2}
    first, second = sqs.receive_message(**asked)["Messages"]
    assert (first["Body"], second["Body"]) == ("a1", "a2")  # all of a group first
    again = {"VisibilityTimeout": 0}
    assert bodies(sqs, url, **again) == ["b1", "b2"]  # a3 waits for a1
    for each in (first, second):
        handle = {"ReceiptHandle": each["ReceiptHandle"]}
        sqs.change_message_visibility(QueueUrl=url, **handle, **again)
    assert bodies(sqs, url, **again) == ["b1", "b2", "a1", "a2", "a3"]  # b waits for longer
    send(sqs, url, "c1", "c")
    assert bodies(sqs, url, **again) == ["b1", "b2", "a1", "a2", "a3", "c1"]
    one = {"QueueUrl": url, "VisibilityTimeout": 0}
    firsts = [sqs.receive_message(**one)["Messages"][0]["Body"] for _ in range(4)]
    assert firsts == ["b1", "a1", "c1", "b1"]  # none keeps the others waiting


def test_a_purged_queue_forgets_what_it_had(sqs, make):
    url = make(**FIFO)
    send(sqs, url, "once", "a")
    sqs.purge_queue(QueueUrl=url)
    send(sqs, url, "once", "a")
    assert bodies(sqs, url) == ["once"]


def test_batches_that_are_none(sqs, make):
    url = make()
    many = [{"Id": str(number), "ReceiptHandle": "none"} for number in range(11)]
    for entries, code in ((many, "TooManyEntriesInBatchRequest"), ([], "EmptyBatchRequest")):
        with pytest.raises(ClientError, match=code):
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def test_a_batch_with_an_id_twice_deletes_nothing(sqs, make):
    url = make()
    for body in "ab":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    handles = []
    while len(handles) < 2:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2).get("Messages", [])
        handles += [each["ReceiptHandle"] for each in found]
    twice = [{"Id": "1", "ReceiptHandle": each} for each in handles]
    unseen = [each | {"VisibilityTimeout": 0} for each in twice]
    for call, entries in (
        (sqs.delete_message_batch, twice),
        (sqs.change_message_visibility_batch, unseen),
    ):
        with pytest.raises(ClientError, match="BatchEntryIdsNotDistinct"):
            call(QueueUrl=url, Entries=entries)
    apart = [each | {"Id": str(at)} for at, each in enumerate(twice)]
    assert len(sqs.delete_message_batch(QueueUrl=url, Entries=apart)["Successful"]) == 2


def test_a_handle_of_a_fifo_queue_expires(sqs, make):
    url = make(**FIFO)
    send(sqs, url, "late", "a")
    (got,) = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    with pytest.raises(ClientError, match="The receipt handle has expired"):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])


def test_a_handle_of_what_is_kept_no_longer_may_still_delete():
    message = SimpleNamespace(all_receipt_handles=["old", "new", None])
    queue = SimpleNamespace(_messages=[message], deleted_messages={})
    held.drop(queue, message)
    assert (queue._messages, [*queue.deleted_messages]) == ([], ["old", "new"])


def test_attributes_that_are_not_named_stay(sqs, make):
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "a"}]})
    url = make(Policy=policy, KmsMasterKeyId="alias/a")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "9"})
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert json.loads(told["Policy"]) == json.loads(policy)
    assert (told["VisibilityTimeout"], told["SqsManagedSseEnabled"]) == ("9", "false")
    assert int(told["CreatedTimestamp"]) <= int(told["LastModifiedTimestamp"])


def test_a_redrive_policy_is_told_without_blanks(sqs, make):
    asked = {"QueueUrl": make(), "AttributeNames": ["QueueArn"]}
    arn = sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    url = make(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "3"}))
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":3}}'


REFUSED = {
    "unknown": ({"Foo": "1"}, "InvalidAttributeName"),
    "of high throughput": ({"DeduplicationScope": "queue"}, "only when FifoQueue is set to true"),
    "of FIFO queues": ({"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
    "too long": ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
    "too small": ({"MaximumMessageSize": "10"}, "InvalidAttributeValue"),
    "no number": ({"DelaySeconds": "soon"}, "InvalidAttributeValue"),
    "no truth": ({"SqsManagedSseEnabled": "perhaps"}, "InvalidAttributeValue"),
    "two ciphers": ({"KmsMasterKeyId": "a", "SqsManagedSseEnabled": "true"}, "at one time"),
    "no ARN": ({"RedrivePolicy": '{"deadLetterTargetArn":"a","maxReceiveCount":1}'}, "TargetArn"),
    "no statement": ({"Policy": '{"Statement": ["a"]}'}, "InvalidAttributeValue"),
    "no condition": ({"Policy": '{"Statement": {"Condition": 3}}'}, "InvalidAttributeValue"),
    "no JSON": ({"RedrivePolicy": "a"}, "InvalidParameterValue"),
    "no permission": ({"RedriveAllowPolicy": '{"redrivePermission":"some"}'}, "must be one of"),
    "by no queue": ({"RedriveAllowPolicy": '{"redrivePermission":"byQueue"}'}, "one to ten queues"),
}


@pytest.mark.parametrize(("attributes", "told"), REFUSED.values(), ids=REFUSED)
def test_attributes_that_are_none(sqs, make, fresh, attributes, told):
    url = make()
    with pytest.raises(ClientError, match=told):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    with pytest.raises(ClientError, match=told):
        sqs.create_queue(QueueName=fresh("q"), Attributes=attributes)


def test_a_dead_letter_queue_takes_what_it_allows(sqs, make):
    def arn_of(url):
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return told["Attributes"]["QueueArn"]

    letters, one, other = make(), make(), make()
    allows = {"redrivePermission": "byQueue", "sourceQueueArns": [arn_of(one)]}
    allowing = {"RedriveAllowPolicy": json.dumps(allows)}
    sqs.set_queue_attributes(QueueUrl=letters, Attributes=allowing)
    redrive = {"deadLetterTargetArn": arn_of(letters), "maxReceiveCount": 1}
    asked = {"Attributes": {"RedrivePolicy": json.dumps(redrive)}}
    sqs.set_queue_attributes(QueueUrl=one, **asked)
    with pytest.raises(ClientError, match="does not permit this queue"):
        sqs.set_queue_attributes(QueueUrl=other, **asked)


def test_a_queue_of_other_attributes(sqs, fresh):
    name = fresh("q")
    sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "1"})
    sqs.create_queue(QueueName=name)
    with pytest.raises(
        sqs.exceptions.QueueNameExists, match="different value for attribute Del"
    ) as refused:
        sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "2"})
    headers = refused.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-errortype"].startswith("com.amazonaws.sqs#")


NONE = {
    "an unknown attribute": (
        "receive_message",
        {"MessageSystemAttributeNames": ["Foo"]},
        "Unknown Attribute Foo",
    ),
    "a time below nothing": (
        "receive_message",
        {"VisibilityTimeout": -1},
        "Must be between 0 and 43200",
    ),
    "a label": (
        "add_permission",
        {"Label": "a b", "AWSAccountIds": ["123456789012"], "Actions": ["*"]},
        "parameter Label is invalid",
    ),
}


@pytest.mark.parametrize(("call", "asked", "told"), NONE.values(), ids=NONE)
def test_values_that_are_none(sqs, make, call, asked, told):
    with pytest.raises(ClientError, match=told):
        getattr(sqs, call)(QueueUrl=make(), **asked)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"MessageBody": ""}, "MissingRequiredParameterException"),
        ({"MessageBody": "a", "DelaySeconds": -1}, "InvalidParameterValueException"),
    ],
)
def test_what_a_refusal_is_called_in_json(sqs, make, asked, named):
    with pytest.raises(ClientError) as refused:
        sqs.send_message(QueueUrl=make(), **asked)
    told = refused.value.response["Error"]
    assert told["QueryErrorCode"] == named
    assert told["Code"] in ("MissingParameter", "InvalidParameterValue")


def test_a_queue_of_another_account(sqs, make):
    name = make().rpartition("/")[2]
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId="111111111111")


@pytest.mark.parametrize("most", [0, 1001])
def test_a_page_has_a_thousand_queues_at_most(sqs, most):
    with pytest.raises(ClientError, match="between 1 and 1000"):
        sqs.list_queues(MaxResults=most)


def attribute(kind, value, name="b"):
    return {
        "MessageBody": "a",
        "MessageAttributes": {name: {"DataType": kind, "StringValue": value}},
    }


MESSAGES = {
    "empty": ({"MessageBody": ""}, "MissingParameter"),
    "no text": ({"MessageBody": "\x01"}, "InvalidMessageContents"),
    "an empty attribute": (attribute("String", ""), "non-empty value of type 'String'"),
    "no number": (attribute("Number", "a"), "to a number"),
    "a name of AWS's": (attribute("String", "a", "AWS.a"), "attribute name 'AWS.a' is invalid"),
    "a period at the end": (attribute("String", "a", "a."), "attribute name 'a.' is invalid"),
    "no text in an attribute": (attribute("String", "\x08"), "Invalid characters found"),
    "two periods": (attribute("String", "a", "a..b"), "attribute name 'a..b' is invalid"),
    "other letters": (attribute("String", "a", "a b"), "attribute name 'a b' is invalid"),
    "a text for bytes": (attribute("Binary", "a"), "non-empty value of type 'Binary'"),
    "eleven attributes": (
        {
            "MessageBody": "a",
            "MessageAttributes": {
                f"a{n}": {"DataType": "String", "StringValue": "b"} for n in range(11)
            },
        },
        r"[11] exceeds the allowed maximum [10]",
    ),
    "a group with a blank": (
        {"MessageBody": "a", "MessageGroupId": "a b"},
        "MessageGroupId can only include alphanumeric and punctuation characters",
    ),
    "before it is sent": (
        {"MessageBody": "a", "DelaySeconds": -1},
        "DelaySeconds must be >= 0 and <= 900",
    ),
    "another service's": (
        {
            "MessageBody": "a",
            "MessageSystemAttributes": {"a": {"DataType": "String", "StringValue": "b"}},
        },
        "Message (system) attribute 'a' is not supported",
    ),
    "deduplicated": ({"MessageBody": "a", "MessageDeduplicationId": "a"}, "this queue type"),
}


@pytest.mark.parametrize(("message", "told"), MESSAGES.values(), ids=MESSAGES)
def test_messages_that_are_none(sqs, make, message, told):
    url = make()
    with pytest.raises(ClientError, match=re.escape(told)):
        sqs.send_message(QueueUrl=url, **message)
    entries = [{"Id": "1", **message}, {"Id": "2", "MessageBody": "sent"}]
    if told == "MissingParameter":
        with pytest.raises(ClientError, match=told):
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        return
    batch = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    (failed,), (sent,) = batch["Failed"], batch["Successful"]
    assert told in f"{failed['Code']}: {failed['Message']}"
    assert (failed["Id"], sent["Id"]) == ("1", "2")


def test_a_batch_goes_without_what_is_too_long(sqs, make):
    asked = {"QueueUrl": make(MaximumMessageSize="1024")}
    entries = [{"Id": str(n), "MessageBody": "a" * n} for n in (1024, 1025)]
    batch = sqs.send_message_batch(**asked, Entries=entries)
    (failed,), (sent,) = batch["Failed"], batch["Successful"]
    assert (failed["Id"], failed["Code"], sent["Id"]) == ("1025", "InvalidParameterValue", "1024")
    entries = [{"Id": n, "MessageBody": "a" * 600_000} for n in "ab"]
    with pytest.raises(sqs.exceptions.BatchRequestTooLong, match="have sent 1200000 bytes"):
        sqs.send_message_batch(**asked, Entries=entries)
    with pytest.raises(ClientError, match=r"InvalidParameterValue.* the parameter MessageGroupId"):
        sqs.send_message_batch(QueueUrl=make(**FIFO), Entries=[{"Id": "a", "MessageBody": "a"}])


def test_a_name_in_other_letters(sqs, make):
    url = make()
    sqs.send_message(QueueUrl=url, **attribute("String", "a", "\u00e9"))
    (got,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert got["MessageAttributes"]["\u00e9"]["StringValue"] == "a"


def test_dead_letters_go_where_they_came_from(aws, fresh):
    sqs = aws("sqs")

    def make(name, **attributes):
        url = sqs.create_queue(QueueName=fresh(name), Attributes=attributes)["QueueUrl"]
        asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
        return url, sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]

    box, letters = make("letters", VisibilityTimeout="0")
    redrive = json.dumps({"deadLetterTargetArn": letters, "maxReceiveCount": 1})
    two = [make(name, RedrivePolicy=redrive, VisibilityTimeout="0") for name in "ab"]
    for url, arn in two:
        sqs.send_message(QueueUrl=url, MessageBody=arn)
        for _ in range(2):
            sqs.receive_message(QueueUrl=url)
    known = {"MessageSystemAttributeNames": ["All"], "MaxNumberOfMessages": 10}
    told = sqs.receive_message(QueueUrl=box, **known)["Messages"]
    froms = [each["Attributes"]["DeadLetterQueueSourceArn"] for each in told]
    assert froms == [each["Body"] for each in told]
    handle = sqs.start_message_move_task(SourceArn=letters)["TaskHandle"]
    for url, arn in two:
        (got,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert got["Body"] == arn
    (task,) = sqs.list_message_move_tasks(SourceArn=letters)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    for call, asked, told in (
        ("start", {"SourceArn": two[0][1]}, "must be configured as a Dead Letter Queue"),
        ("start", {"SourceArn": letters, "DestinationArn": f"{letters}x"}, "the DestinationArn"),
        ("cancel", {"TaskHandle": "none"}, "TaskHandle is invalid"),
        ("cancel", {"TaskHandle": handle}, "Only active"),
    ):
        with pytest.raises(ClientError, match=told):
            getattr(sqs, f"{call}_message_move_task")(**asked)


def test_a_queue_of_another_account_is_not_this_ones(sqs, make):
    url = make()
    other = url.replace("123456789012", "111111111111")
    asked = {"MessageBody": "a"}
    for call, more in ((sqs.send_message, asked), (sqs.purge_queue, {}), (sqs.delete_queue, {})):
        with pytest.raises(ClientError, match=r"AccessDenied.*is denied"):
            call(QueueUrl=other, **more)
    sqs.send_message(QueueUrl=url, MessageBody="b")
    assert [each["Body"] for each in sqs.receive_message(QueueUrl=url)["Messages"]] == ["b"]
