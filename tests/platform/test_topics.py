"""A topic refuses what SNS refuses, and its queues have what they asked for."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.conftest import everything, wait_for
from tests.roles import lets_in, policy


@pytest.fixture
def sns(aws):
    return aws("sns")


@pytest.fixture
def topic(sns, fresh):
    return sns.create_topic(Name=fresh("t"), Tags=[{"Key": "a", "Value": "b"}])["TopicArn"]


@pytest.fixture
def queue(aws, fresh):
    def queue(**attributes):
        name = fresh("q") + (".fifo" if attributes else "")
        wanted = lets_in("sns") | attributes
        url = aws("sqs").create_queue(QueueName=name, Attributes=wanted)["QueueUrl"]
        asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
        return url, aws("sqs").get_queue_attributes(**asked)["Attributes"]["QueueArn"]

    return queue


def subscribe(sns, topic, arn, **attributes):
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn, "Attributes": attributes}
    return sns.subscribe(**asked)["SubscriptionArn"]


def received(aws, url):
    asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    return aws("sqs").receive_message(**asked).get("Messages", [])


def attribute(kind, value):
    named = "BinaryValue" if kind == "Binary" else "StringValue"
    return {"a": {"DataType": kind, named: value}}


def test_false_is_no_raw_delivery(aws, sns, topic, queue):
    url, arn = queue()
    subscribe(sns, topic, arn, RawMessageDelivery="false")
    sns.publish(TopicArn=topic, Message="hello")
    (got,) = received(aws, url)
    assert json.loads(got["Body"])["Message"] == "hello"


def test_a_notification_is_signed_as_the_topic_says(aws, sns, topic, queue):
    url, arn = queue()
    subscribe(sns, topic, arn)
    sns.publish(TopicArn=topic, Message="one", Subject="about")
    asked = {"AttributeName": "SignatureVersion", "AttributeValue": "2"}
    sns.set_topic_attributes(TopicArn=topic, **asked)
    sns.publish(TopicArn=topic, Message="two")
    told = [json.loads(each["Body"]) for each in received(aws, url)]
    assert sorted((each["Message"], each["SignatureVersion"]) for each in told) == [
        ("one", "1"),
        ("two", "2"),
    ]
    assert len({each["SigningCertURL"] for each in told}) == 1


WAITING = {"email": "a@example.com", "https": "https://example.com/a"}


@pytest.mark.parametrize(("protocol", "endpoint"), WAITING.items(), ids=WAITING)
def test_who_is_to_confirm_is_waited_for(sns, topic, protocol, endpoint):
    asked = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint}
    assert sns.subscribe(**asked)["SubscriptionArn"] == "pending confirmation"
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed == asked | {"SubscriptionArn": "PendingConfirmation", "Owner": "123456789012"}
    assert listed in everything(sns.list_subscriptions, "Subscriptions")
    arn = sns.subscribe(**asked, ReturnSubscriptionArn=True)["SubscriptionArn"]
    told = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (told["PendingConfirmation"], told["ConfirmationWasAuthenticated"]) == ("true", "false")


def test_a_topics_attributes_are_told(sns, fresh, queue):
    given = {"TracingConfig": "Active", "DisplayName": "d"}
    topic = sns.create_topic(Name=fresh("t"), Attributes=given)["TopicArn"]
    more = {"SignatureVersion": "2", "SQSSuccessFeedbackSampleRate": "5"}
    for name, value in more.items():
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    subscribe(sns, topic, queue()[1])
    for endpoint in ("a@example.com", "b@example.com"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=endpoint)
    wanted = given | more | {"SubscriptionsPending": "2", "SubscriptionsConfirmed": "1"}
    told = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert {name: told.get(name) for name in wanted} == wanted
    assert json.loads(told["Policy"])["Statement"]


def test_a_delivery_policy_is_told_with_what_it_leaves_out(sns, fresh):
    topic = sns.create_topic(Name=fresh("t"))["TopicArn"]
    asked = {"TopicArn": topic, "AttributeName": "DeliveryPolicy"}
    for given, retries in (("", 3), ('{"http":{"defaultHealthyRetryPolicy":{"numRetries":5}}}', 5)):
        sns.set_topic_attributes(**asked, AttributeValue=given)
        told = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["EffectiveDeliveryPolicy"]
        policy = json.loads(told)["http"]["defaultHealthyRetryPolicy"]
        assert (policy["numRetries"], policy["maxDelayTarget"]) == (retries, 20)
    with pytest.raises(ClientError, match=r"InvalidParameter.*DeliveryPolicy"):
        sns.set_topic_attributes(**asked, AttributeValue="{")


def test_a_raw_message_has_its_bytes(aws, sns, topic, queue):
    url, arn = queue()
    subscribe(sns, topic, arn, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="hello", MessageAttributes=attribute("Binary", b"\x02\x03"))
    (got,) = received(aws, url)
    assert (got["Body"], got["MessageAttributes"]["a"]["BinaryValue"]) == ("hello", b"\x02\x03")


def test_a_queue_that_is_gone_keeps_nothing_from_the_others(aws, sns, topic, queue):
    (gone, first), (dead, letters), (url, second) = queue(), queue(), queue()
    policy = json.dumps({"deadLetterTargetArn": letters})
    subscribe(sns, topic, first, RawMessageDelivery="true", RedrivePolicy=policy)
    subscribe(sns, topic, second, RawMessageDelivery="true")
    aws("sqs").delete_queue(QueueUrl=gone)
    sns.publish(TopicArn=topic, Message="hello")
    assert [got["Body"] for each in (dead, url) for got in received(aws, each)] == ["hello"] * 2


BY_TOPIC = {"Principal": {"Service": "sns.amazonaws.com"}}
ANYBODY = {"Principal": {"AWS": "*"}}
FROM = {"ArnEquals": {"aws:SourceArn": "{topic}"}}
SENDERS = {  # what a queue's policy says → whether it has the topic's messages
    "nothing": ([], True),  # where no role is asked about either
    "the topic": ([BY_TOPIC | {"Condition": FROM}], True),
    "another topic": (
        [BY_TOPIC | {"Condition": {"ArnLike": {"aws:SourceArn": "{topic}x"}}}],
        False,
    ),
    "its account": (
        [BY_TOPIC | {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}],
        True,
    ),
    "anybody from the topic": ([ANYBODY | {"Condition": FROM}], True),
    "the account's callers": ([{"Principal": {"AWS": "123456789012"}}], False),
    "who reads": ([BY_TOPIC | {"Action": "sqs:ReceiveMessage"}], False),
    "S3": ([{"Principal": {"Service": "s3.amazonaws.com"}}], False),
    "not nobody": ([BY_TOPIC, {"Effect": "Deny"} | ANYBODY], False),
}


@pytest.mark.parametrize(("says", "has"), SENDERS.values(), ids=SENDERS)
def test_a_queue_has_the_topics_messages_where_its_policy_lets_it(
    aws, sns, topic, queue, says, has
):
    (url, arn), (aside, letters) = queue(), queue()
    usual = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    text = policy(*(usual | each for each in says)).replace("{topic}", topic) if says else ""
    aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    subscribe(sns, topic, arn, RedrivePolicy=json.dumps({"deadLetterTargetArn": letters}))
    sns.publish(TopicArn=topic, Message="m")
    assert [len(received(aws, each)) for each in (url, aside)] == [has, not has]
    aws("sqs").set_queue_attributes(QueueUrl=aside, Attributes=lets_in("s3"))
    sns.publish(TopicArn=topic, Message="n")
    assert [len(received(aws, each)) for each in (url, aside)] == [has, False]


def test_a_fifo_topic_knows_messages_by_their_content(aws, sns, fresh, queue):
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name=fresh("t") + ".fifo", Attributes=attributes)["TopicArn"]
    url, arn = queue(FifoQueue="true")
    subscribe(sns, topic, arn, RawMessageDelivery="true")
    for message in ("a", "a", "b"):
        sns.publish(TopicArn=topic, Message=message, MessageGroupId="g")
    assert [got["Body"] for got in received(aws, url)] == ["a", "b"]


def test_a_fifo_topic_that_knows_no_content(sns, fresh):
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "false"}
    topic = sns.create_topic(Name=fresh("t") + ".fifo", Attributes=attributes)["TopicArn"]
    for asked, told in (({}, "MessageGroupId"), ({"MessageGroupId": "g"}, "Deduplication")):
        with pytest.raises(ClientError, match=told):
            sns.publish(TopicArn=topic, Message="a", **asked)
        entries = [{"Id": "1", "Message": "a", **asked}]
        with pytest.raises(ClientError, match=told):
            sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)


def test_a_fifo_topic_publishes_a_message_once(aws, sns, fresh, queue):
    asked = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name=fresh("t") + ".fifo", Attributes=asked)["TopicArn"]
    url, arn = queue()  # it knows no deduplication
    subscribe(sns, topic, arn)
    sent = [
        sns.publish(TopicArn=topic, Message=text, MessageGroupId="a") for text in ("b", "b", "c")
    ]
    numbers = [(each["MessageId"], each["SequenceNumber"]) for each in sent]
    assert numbers[0] == numbers[1]
    assert numbers[1][1] < numbers[2][1]
    asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
    got = aws("sqs").receive_message(**asked)["Messages"]
    unknown = {"MessageDeduplicationId", "SequenceNumber"}  # to a queue that is none of FIFO's
    assert not any(unknown & {*each["Attributes"]} for each in got)
    told = [json.loads(each["Body"]) for each in got]
    assert sorted((each["MessageId"], each["SequenceNumber"]) for each in told) == sorted(
        {*numbers}
    )
    assert not any("Signature" in each for each in told)
    entries = [{"Id": "1", "Message": "d", "MessageGroupId": "a"}]
    (told,) = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)["Successful"]
    assert told["SequenceNumber"] > numbers[2][1]


def test_a_function_that_is_gone_keeps_nothing_from_the_others(aws, sns, topic, queue):
    (url, arn), (letters, letters_arn) = queue(), queue()
    gone = arn.replace(":sqs:", ":lambda:").rpartition(":")[0] + ":function:gone"
    dead = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": letters_arn})}
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=gone, Attributes=dead)
    made = subscribe(sns, topic, arn)
    sns.publish(TopicArn=topic, Message="a")
    for each in (url, letters):
        (got,) = received(aws, each)
        assert json.loads(got["Body"])["Message"] == "a"
    assert made == subscribe(sns, topic, arn)
    told = sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]
    assert told["SubscriptionPrincipal"] == aws("sts").get_caller_identity()["Arn"]
    with pytest.raises(ClientError, match="already exists with different attributes"):
        subscribe(sns, topic, arn, RawMessageDelivery="true")


def test_a_stream_has_the_topics_messages_as_lines(aws, sns, topic, fresh, queue):
    s3, firehose, bucket = aws("s3"), aws("firehose"), fresh("told")
    s3.create_bucket(Bucket=bucket)
    role, arns = "arn:aws:iam::123456789012:role/firehose", []
    for prefix in ("lines/", "raw/"):
        where = {"RoleARN": role, "BucketARN": f"arn:aws:s3:::{bucket}", "Prefix": prefix}
        asked = {"DeliveryStreamName": fresh("s"), "ExtendedS3DestinationConfiguration": where}
        arns.append(firehose.create_delivery_stream(**asked)["DeliveryStreamARN"])
    url, letters = queue()
    dead = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": letters})}
    only = {"FilterPolicy": json.dumps({"a": ["b"]}), "RawMessageDelivery": "true"}
    for arn, attributes in ((arns[0], {}), (arns[1], only), (f"{arns[0]}-gone", only | dead)):
        given = attributes | {"SubscriptionRoleArn": role}
        sns.subscribe(TopicArn=topic, Protocol="firehose", Endpoint=arn, Attributes=given)
    sns.publish(TopicArn=topic, Message="one", MessageAttributes=attribute("String", "b"))
    (letter,) = wait_for(lambda: received(aws, url))
    sns.publish(TopicArn=topic, Message="two")

    def found(prefix):
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        keys = sorted(each["Key"] for each in listed)
        return [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]

    wait_for(lambda: len(found("lines/")) == 2)
    told = [json.loads(each) for each in found("lines/")]
    assert sorted(each["Message"] for each in told) == ["one", "two"]
    assert all(each.endswith(b"}\n") and each.count(b"\n") == 1 for each in found("lines/"))
    assert not any(name.startswith("Sign") for each in told for name in each)
    assert (found("raw/"), letter["Body"]) == ([b"one"], "one")


MESSAGES = {
    "empty": ({"Message": ""}, "Invalid parameter: Empty message"),
    "no subject": ({"Message": "a", "Subject": ""}, "Invalid parameter: Subject"),
    "long": ({"Message": "a" * 262_145}, "Invalid parameter: Message too long"),
    "no JSON": ({"Message": "{", "MessageStructure": "json"}, "failed to parse"),
    "no default": ({"Message": '{"sqs":"a"}', "MessageStructure": "json"}, "No default entry"),
    "no text": (
        {"Message": "a", "MessageAttributes": attribute("String", "")},
        "ParameterValueInvalid.*non-empty",
    ),
    **{
        name: (
            {
                "Message": "a",
                "MessageAttributes": {name: {"DataType": "String", "StringValue": "b"}},
            },
            told,
        )
        for name, told in (
            ("a^b", "non-alphanumeric character '#x5E' was found"),
            (".a", "starting with character '.' was found"),
            ("a.", "ending with character '.' was found"),
            ("a..b", "can not have successive '.' character"),
            ("a" * 257, "must be less than 256 bytes"),
        )
    },
    "no kind": (
        {"Message": "a", "MessageAttributes": attribute("Strings", "b")},
        "ParameterValueInvalid.*supported type prefixes is Binary, Number, and String",
    ),
    "no kind of its own": (
        {"Message": "a", "MessageAttributes": attribute("String.", "b")},
        "ParameterValueInvalid.*supported type prefixes is Binary, Number, and String",
    ),
    "no bytes": (
        {"Message": "a", "MessageAttributes": {"a": {"DataType": "Binary", "StringValue": "b"}}},
        "with type 'Binary' must use field 'Binary'",
    ),
    "no number": (
        {"Message": "a", "MessageAttributes": attribute("Number", "b")},
        "ParameterValueInvalid.*to number",
    ),
}


@pytest.mark.parametrize(("message", "told"), MESSAGES.values(), ids=MESSAGES)
def test_messages_that_are_none(sns, topic, message, told):
    with pytest.raises(ClientError, match=told):
        sns.publish(TopicArn=topic, **message)
    entries = [{"Id": "1", "Message": "a"}, {"Id": "2", **message}]
    with pytest.raises(ClientError, match=told):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)


REFUSED = {
    "no ARN": ("publish", {"TopicArn": "a", "Message": "a"}, "at least 6 elements, not 1"),
    "no topic": ("publish", {"TopicArn": "{}x", "Message": "a"}, "NotFound.*Topic does not exist"),
    "no protocol": (
        "subscribe",
        {"TopicArn": "{}", "Protocol": "pigeon", "Endpoint": "a"},
        "does not support this protocol string: pigeon",
    ),
    "raw or not": (
        "subscribe",
        {
            "TopicArn": "{}",
            "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:us-east-1:123456789012:a",
            "Attributes": {"RawMessageDelivery": "perhaps"},
        },
        r"Invalid value \[perhaps\]. Must be true or false",
    ),
    **{
        f"no endpoint: {protocol}": (
            "subscribe",
            {"TopicArn": "{}", "Protocol": protocol, "Endpoint": "a"},
            told,
        )
        for protocol, told in (
            ("https", "Endpoint must match the specified protocol"),
            ("lambda", "Lambda endpoint ARN"),
            ("sqs", "SQS endpoint ARN"),
        )
    },
    "no phone": ("publish", {"PhoneNumber": "+1a", "Message": "a"}, r"\+1a is not valid"),
    "a short token": ("confirm_subscription", {"TopicArn": "{}", "Token": "a"}, "Invalid token"),
    "no subscription's": (
        "get_subscription_attributes",
        {"SubscriptionArn": "{}"},
        "Invalid parameter: SubscriptionId",
    ),
    "no token": (
        "confirm_subscription",
        {"TopicArn": "{}", "Token": "a" * 64},
        "InvalidParameter.*Invalid parameter: Token",
    ),
    "no attribute": (
        "set_topic_attributes",
        {"TopicArn": "{}", "AttributeName": "Name", "AttributeValue": "other"},
        "InvalidParameter.*Invalid parameter: AttributeName",
    ),
    **{
        f"no {name}: {value[:2]}": (
            "set_topic_attributes",
            {"TopicArn": "{}", "AttributeName": name, "AttributeValue": value},
            f"InvalidParameter.*Invalid parameter: {told}",
        )
        for name, value, told in (
            ("Policy", "a", "Policy Error: null"),
            ("Policy", "[]", "Policy Error: null"),
            ("Policy", '{"Statement": "a"}', "Policy Error: null"),
            ("DisplayName", "a" * 101, "DisplayName"),
            ("SignatureVersion", "3", "SignatureVersion: Invalid value. Must be 1 or 2"),
            ("TracingConfig", "On", "TracingConfig: Invalid value"),
            ("ContentBasedDeduplication", "true", "Content-based .* only be set for FIFO topics"),
        )
    },
    "a FIFO queue": (
        "subscribe",
        {
            "TopicArn": "{}",
            "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:us-east-1:123456789012:a.fifo",
        },
        "FIFO SQS Queues can not be subscribed to standard SNS topics",
    ),
    "no stream": (
        "subscribe",
        {"TopicArn": "{}", "Protocol": "firehose", "Endpoint": "arn:aws:s3:::a"},
        "Invalid parameter: Firehose endpoint ARN",
    ),
    "no address": (
        "subscribe",
        {"TopicArn": "{}", "Protocol": "email", "Endpoint": "a@b;c@d"},
        "Invalid parameter: Email address",
    ),
    "a phone beside a topic": (
        "publish",
        {"TopicArn": "{}", "PhoneNumber": "+15551234567", "Message": "a"},
        "Invalid parameter: PhoneNumber",
    ),
    "no entry's name": (
        "publish_batch",
        {"TopicArn": "{}", "PublishBatchRequestEntries": [{"Id": "a b", "Message": "a"}]},
        "InvalidBatchEntryId",
    ),
    "a topic's ARN": ("unsubscribe", {"SubscriptionArn": "{}"}, "parameter: SubscriptionId"),
    "none to be made with": (
        "create_topic",
        {"Name": "made", "Attributes": {"Arn": "{}"}},
        "InvalidParameter.*Attributes Reason: Unknown attribute Arn",
    ),
    "no subscription": ("unsubscribe", {"SubscriptionArn": "a"}, "SubscriptionArn Reason: An ARN"),
    "one key twice": (
        "tag_resource",
        {"ResourceArn": "{}", "Tags": [{"Key": "a", "Value": "b"}] * 2},
        "Duplicated keys",
    ),
}


@pytest.mark.parametrize(("call", "asked", "told"), REFUSED.values(), ids=REFUSED)
def test_calls_that_are_refused(sns, topic, call, asked, told):
    named = {k: v.replace("{}", topic) if isinstance(v, str) else v for k, v in asked.items()}
    with pytest.raises(ClientError, match=told):
        getattr(sns, call)(**named)


def test_a_topic_is_made_again_with_what_it_has(sns, fresh):
    asked = {"Name": fresh("topic"), "Attributes": {"DisplayName": "a"}}
    arn = sns.create_topic(**asked)["TopicArn"]
    assert sns.create_topic(**asked)["TopicArn"] == arn
    assert sns.create_topic(Name=asked["Name"])["TopicArn"] == arn
    with pytest.raises(ClientError, match="Topic already exists with different attributes"):
        sns.create_topic(Name=asked["Name"], Attributes={"DisplayName": "b"})


def test_a_subscription_is_made_again_with_what_it_has(sns, topic, queue):
    arn = subscribe(sns, topic, queue()[1])
    endpoint = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["Endpoint"]
    assert subscribe(sns, topic, endpoint, RawMessageDelivery="false") == arn
    with pytest.raises(ClientError, match="already exists with different attributes"):
        subscribe(sns, topic, endpoint, RawMessageDelivery="true")
    arn = subscribe(sns, topic, raw := queue()[1], RawMessageDelivery="True")
    assert subscribe(sns, topic, raw) == arn
    assert subscribe(sns, topic, raw, FilterPolicyScope="MessageAttributes") == arn
    told = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert told["RawMessageDelivery"] == "true"


def test_a_message_that_is_no_text_for_a_queue(aws, sns, topic, queue):
    url, arn = queue()
    subscribe(sns, topic, arn, RawMessageDelivery="true")
    for said in ({"a": 1}, "b"):
        message = json.dumps({"default": "a", "sqs": said})
        sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
    assert [each["Body"] for each in received(aws, url)] == ["a", "b"]


SET = {
    "RawMessageDelivery": ("perhaps", "Must be true or false"),
    "FilterPolicy": ("{a}", "failed to parse JSON"),
    "FilterPolicyScope": ("Else", "MessageBody or MessageAttributes"),
    "RedrivePolicy": ('{"deadLetterTargetArn": "a"}', "deadLetterTargetArn is an invalid arn"),
}


@pytest.mark.parametrize("name", SET)
def test_attributes_that_are_none(sns, topic, queue, name):
    arn = subscribe(sns, topic, queue()[1])
    value, told = SET[name]
    asked = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}
    with pytest.raises(ClientError, match=told):
        sns.set_subscription_attributes(**asked)


RECORDS = {"Records": [{"name": "Put", "s3": {"key": "a-1"}}, {"name": "Delete"}]}
FILTERED = {
    "any case": ({"a": [{"equals-ignore-case": "Ab"}]}, {"a": "aB"}, {"a": "abc"}),
    "a network": ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.9"}, {"a": "10.0.1.9"}),
    "or": ({"$or": [{"a": ["b"]}, {"c": ["d"]}]}, {"a": "x", "c": "d"}, {"a": "x", "c": "x"}),
    "an element": ({"Records": {"name": ["Put"], "s3": {"key": ["a-1"]}}}, RECORDS, {}),
    "within": ({"a.b": [{"prefix": "c"}]}, {"a": {"b": "cd"}}, {"a": {"b": "d"}}),
    "decimals": ({"a": [1.1234567]}, {"a": 1.12345671}, {"a": 1.12}),
    "none": ({"a": [{"exists": False}]}, {"b": 1}, {"a": 1}),
}


BODIES, ATTRIBUTES = "MessageBody", "MessageAttributes"
SCOPES = [(BODIES, name) for name in FILTERED] + [
    (ATTRIBUTES, name) for name in FILTERED if name not in ("an element", "within")
]


@pytest.mark.parametrize(("scope", "name"), SCOPES)
def test_a_queue_has_what_its_filter_takes(aws, sns, topic, queue, scope, name):
    policy, taken, left = FILTERED[name]
    url, arn = queue()
    subscribe(sns, topic, arn, FilterPolicy=json.dumps(policy), FilterPolicyScope=scope)
    for each in (taken, left):
        kinds = {n: "String" if isinstance(v, str) else "Number" for n, v in each.items()}
        told = {n: {"DataType": kinds[n], "StringValue": str(v)} for n, v in each.items()}
        sent = {"MessageAttributes": told} if scope == ATTRIBUTES else {}
        sns.publish(TopicArn=topic, Message=json.dumps(each), **sent)
    (got,) = received(aws, url)
    assert json.loads(json.loads(got["Body"])["Message"]) == taken


NO_FILTERS = {
    "no list": ({"a": "b"}, 'FilterPolicy: "a" must be an object or an array'),
    "two": ({"a": [{"suffix": "b", "prefix": "c"}]}, "Only one key allowed in match expression"),
    "unknown": ({"a": [{"b": "c"}]}, "Unrecognized match type b"),
    "a number": ({"a": [{"prefix": 1}]}, "prefix match pattern must be a string"),
    "downwards": ({"a": [{"numeric": [">", 3, "<", 1]}]}, "Bottom must be less than top"),
    "six": ({f"a{n}": ["b"] for n in range(6)}, "can not have more than 5 keys"),
    "151": ({"a": [*range(151)]}, "Filter policy is too complex"),
    "nested": ({"a": {"b": ["c"]}}, "MessageAttributes does not support nested filter policy"),
}


@pytest.mark.parametrize(("policy", "told"), NO_FILTERS.values(), ids=NO_FILTERS)
def test_filter_policies_that_are_none(sns, topic, queue, policy, told):
    with pytest.raises(ClientError, match=f"Attributes Reason: .*{told}"):
        subscribe(sns, topic, queue()[1], FilterPolicy=json.dumps(policy))


def test_a_topic_of_other_tags(sns, topic):
    name = topic.rpartition(":")[2]
    assert sns.create_topic(Name=name)["TopicArn"] == topic
    with pytest.raises(ClientError, match="already exists with different tags"):
        sns.create_topic(Name=name, Tags=[{"Key": "a", "Value": "c"}])
