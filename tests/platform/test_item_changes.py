"""DynamoDB changes an item once for a transaction, and tells its stream what has changed."""

import pytest
from botocore.exceptions import ClientError

KEY, PAIR = {"id": {"S": "a"}}, {"id": {"S": "a"}, "n": {"S": "bc"}}


@pytest.fixture
def table(aws, fresh):
    name = fresh("t")
    aws("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    yield name
    aws("dynamodb").delete_table(TableName=name)


def stream_of(aws, table):
    """What a table's stream tells: the kind of each change, and what it was."""
    arn = aws("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    streams = aws("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = streams.get_records(
        ShardIterator=streams.get_shard_iterator(**asked)["ShardIterator"]
    )
    return [(each["eventName"], each["dynamodb"]) for each in records["Records"]]


def test_a_transaction_that_is_repeated_changes_nothing(aws, table):
    dynamodb = aws("dynamodb")

    def put(value):
        item = {"Put": {"TableName": table, "Item": KEY | {"n": {"S": value}}}}
        dynamodb.transact_write_items(TransactItems=[item], ClientRequestToken="token")

    put("b")
    dynamodb.put_item(TableName=table, Item=PAIR)
    put("b")
    assert dynamodb.get_item(TableName=table, Key=KEY)["Item"] == PAIR
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        put("d")


def test_a_stream_tells_what_has_changed(aws, table):
    dynamodb = aws("dynamodb")
    update = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"S": "bc"}},
    }
    dynamodb.update_item(**update)
    dynamodb.update_item(**update)
    dynamodb.put_item(TableName=table, Item=PAIR)
    dynamodb.put_item(TableName=table, Item=KEY)
    for _ in range(2):
        dynamodb.delete_item(TableName=table, Key=KEY)
    told = stream_of(aws, table)
    assert [
        (kind, each.get("OldImage"), each.get("NewImage"), each["SizeBytes"]) for kind, each in told
    ] == [("INSERT", None, PAIR, 9), ("MODIFY", PAIR, KEY, 12), ("REMOVE", KEY, None, 6)]
    assert not any(each["ApproximateCreationDateTime"].microsecond for _, each in told)


def test_a_stream_tells_what_is_binary(aws, table):
    kinds = {
        "B": b"\0b",
        "BS": [b"\1"],
        "L": [{"B": b"\2"}, {"BS": [b"\3"]}],
        "M": {"m": {"B": b""}},
    }
    item = KEY | {kind.lower(): {kind: value} for kind, value in kinds.items()}
    for each in (item, item | {"n": {"N": "1"}}):
        aws("dynamodb").put_item(TableName=table, Item=each)
    told = [(told.get("OldImage"), told["NewImage"]) for _, told in stream_of(aws, table)]
    assert told == [(None, item), (item, item | {"n": {"N": "1"}})]


def test_values_of_each_kind_are_told_as_they_are(aws, table):
    dynamodb = aws("dynamodb")
    plain = {"S": "", "N": "1.5", "B": b"\0\xff", "BOOL": False, "NULL": True}
    plain |= {"SS": ["a"], "NS": ["1"], "BS": [b"\xfe"]}
    nested = {"L": [{kind: value} for kind, value in plain.items()]}
    nested["M"] = {f"of {kind}": {kind: value} for kind, value in plain.items()}
    item = KEY | {f"a {kind}": {kind: value} for kind, value in (plain | nested).items()}
    dynamodb.put_item(TableName=table, Item=item)
    assert dynamodb.get_item(TableName=table, Key=KEY)["Item"] == item
    assert dynamodb.scan(TableName=table)["Items"] == [item]
    again = {"Item": item, "ConditionExpression": "attribute_not_exists(id)"}
    with pytest.raises(ClientError) as caught:
        dynamodb.put_item(TableName=table, **again, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert caught.value.response["Item"] == item
    told = dynamodb.delete_item(TableName=table, Key=KEY, ReturnValues="ALL_OLD")
    assert told["Attributes"] == item


def test_an_update_of_a_key_alone_makes_its_item(aws, table):
    for _ in range(2):
        aws("dynamodb").update_item(TableName=table, Key=KEY)
    assert aws("dynamodb").scan(TableName=table)["Items"] == [KEY]
    assert [kind for kind, _ in stream_of(aws, table)] == ["INSERT"]


STREAM, SHARD = "arn:aws:dynamodb:us-east-1:123456789012:table/{}/stream/{}", "ShardId"
NO_PLACES = {  # what is asked of a stream, beside the rest → why there is none
    "another label": ({"StreamArn": STREAM.format("t", "2020")}, "ResourceNotFoundException"),
    "no stream": ({"StreamArn": STREAM[:48]}, "Invalid StreamArn"),
    "another shard": ({SHARD: "shardId-00000001414592258131-0de2e4f4"}, "Shard: .* not found"),
    "no number": ({"ShardIteratorType": "AFTER_SEQUENCE_NUMBER"}, "SequenceNumber must be"),
    "one that is gone": (
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "1" * 21},
        "TrimmedDataAccessException",
    ),
}


def test_a_stream_is_read_to_its_end(aws, table):
    dynamodb, streams = aws("dynamodb"), aws("dynamodbstreams")
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    asked = {"StreamArn": arn, SHARD: shard[SHARD], "ShardIteratorType": "LATEST"}
    at = streams.get_shard_iterator(**asked)["ShardIterator"]
    for key in ("b", "c"):
        dynamodb.put_item(TableName=table, Item={"id": {"S": key}})
    dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    got, pages = [], 0
    while at:
        told = streams.get_records(ShardIterator=at, Limit=1)
        got += [each["dynamodb"] for each in told["Records"]]
        at, pages = told.get("NextShardIterator"), pages + 1
    assert ([each["Keys"]["id"]["S"] for each in got], pages) == (["b", "c"], 3)
    after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER"}
    after["SequenceNumber"] = got[0]["SequenceNumber"]
    at = streams.get_shard_iterator(**asked | after)["ShardIterator"]
    assert [each["dynamodb"] for each in streams.get_records(ShardIterator=at)["Records"]] == got[
        1:
    ]
    told = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert told["StreamStatus"] == "DISABLED"
    rest = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=shard[SHARD])
    assert rest["StreamDescription"]["Shards"] == []
    children = {"Type": "CHILD_SHARDS", "ShardId": shard[SHARD]}
    rest = streams.describe_stream(StreamArn=arn, ShardFilter=children)
    assert rest["StreamDescription"]["Shards"] == []
    assert [s["StreamArn"] for s in streams.list_streams(TableName=table)["Streams"]] == [arn]
    for more, why in NO_PLACES.values():
        with pytest.raises(ClientError, match=why):
            streams.get_shard_iterator(**asked | more)
    change = {"TableName": table, "StreamSpecification": {"StreamEnabled": False}}
    with pytest.raises(ClientError, match="has no enabled stream"):
        dynamodb.update_table(**change)
    change["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    later = dynamodb.update_table(**change)["TableDescription"]["LatestStreamArn"]
    with pytest.raises(ClientError, match="Table already has an enabled stream"):
        dynamodb.update_table(**change)
    assert [s["StreamArn"] for s in streams.list_streams(TableName=table)["Streams"]] == [
        arn,
        later,
    ]
    dynamodb.put_item(TableName=table, Item={"id": {"S": "d"}})
    keys = []
    for each in (arn, later):
        found = streams.describe_stream(StreamArn=each)["StreamDescription"]
        begins = asked | {"StreamArn": each, "ShardIteratorType": "TRIM_HORIZON"}
        at = streams.get_shard_iterator(**begins)["ShardIterator"]
        told = [each["dynamodb"] for each in streams.get_records(ShardIterator=at)["Records"]]
        keys.append((found["StreamStatus"], [each["Keys"]["id"]["S"] for each in told][-2:]))
    assert keys == [("DISABLED", ["b", "c"]), ("ENABLED", ["d"])]
    assert int(told[0]["SequenceNumber"]) > int(got[-1]["SequenceNumber"])
    with pytest.raises(ClientError, match="Invalid ShardIterator"):
        streams.get_records(ShardIterator=f"{arn}|1|nothing")


REFUSED = {
    "half a key": ("get_item", {"Key": {"n": {"S": "a"}}}, "does not match the schema"),
    "two modes": (
        "create_table",
        {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        },
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified",
    ),
}


@pytest.mark.parametrize(("call", "asked", "told"), REFUSED.values(), ids=REFUSED)
def test_calls_that_are_refused(aws, table, call, asked, told):
    with pytest.raises(ClientError, match=told):
        getattr(aws("dynamodb"), call)(TableName=table, **asked)


ASKED = {":n": {"S": "a"}}
RESERVED = {  # a call and its expressions with a reserved word → which one is told
    "projection": ("scan", {"ProjectionExpression": "id, #n, capacity"}, "Projection"),
    "filter": ("scan", {"FilterExpression": "capacity = :n"}, "Filter"),
    "filter of a query": (
        "query",
        {"KeyConditionExpression": "id = :n", "FilterExpression": "capacity = :n"},
        "Filter",
    ),
    "key": ("query", {"KeyConditionExpression": "id = :n AND capacity = :n"}, "KeyCondition"),
}


@pytest.mark.parametrize(("call", "asked", "which"), RESERVED.values(), ids=RESERVED)
def test_a_reserved_word_is_told_with_its_expression(aws, table, call, asked, which):
    if "ProjectionExpression" in asked:
        asked = asked | {"ExpressionAttributeNames": {"#n": "n"}}
    else:
        asked = asked | {"ExpressionAttributeValues": ASKED}
    words = f"Invalid {which}Expression: Attribute name is a reserved keyword; reserved keyword: "
    with pytest.raises(ClientError, match=f"{words}capacity"):
        getattr(aws("dynamodb"), call)(TableName=table, **asked)


def test_an_update_that_fails_leaves_all_as_it_was(aws, table):
    """Of an item that is there, and of one that is not: moto had made it by then."""
    dynamodb = aws("dynamodb")
    dynamodb.put_item(TableName=table, Item=PAIR)
    for key in (KEY, {"id": {"S": "z"}}):
        with pytest.raises(ClientError, match="ValidationException"):
            dynamodb.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET m = :m ADD n :n",
                ExpressionAttributeValues={":m": {"S": "m"}, ":n": {"M": {}}},
            )
    assert dynamodb.scan(TableName=table)["Items"] == [PAIR]
    assert [kind for kind, _ in stream_of(aws, table)] == ["INSERT"]


def test_a_transaction_that_fails_leaves_all_as_it_was(aws, table):
    dynamodb = aws("dynamodb")
    dynamodb.put_item(TableName=table, Item=PAIR)
    update = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"S": "d"}}}
    other = {"TableName": table, "Item": {"id": {"S": "b"}}}
    items = [
        {"Update": {"TableName": table, "Key": KEY, **update}},
        {"Put": {**other, "ConditionExpression": "attribute_exists(id)"}},
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(TransactItems=items)
    reasons = [each["Code"] for each in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    dynamodb.transact_write_items(TransactItems=[items[0], {"Put": other}])
    told = {"a": {"S": "d"}, "b": None}
    found = dynamodb.scan(TableName=table)["Items"]
    assert {each["id"]["S"]: each.get("n") for each in found} == told
    assert [kind for kind, _ in stream_of(aws, table)] == ["INSERT", "MODIFY", "INSERT"]
