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
    dynamodb, streams = aws("dynamodb"), aws("dynamodbstreams")
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
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**asked)["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)
    told = [(each["eventName"], each["dynamodb"]) for each in records["Records"]]
    assert [
        (kind, each.get("OldImage"), each.get("NewImage"), each["SizeBytes"]) for kind, each in told
    ] == [("INSERT", None, PAIR, 9), ("MODIFY", PAIR, KEY, 12), ("REMOVE", KEY, None, 6)]


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
