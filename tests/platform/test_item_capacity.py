"""What calls of DynamoDB consume, in units of 4 KB read and of 1 KB written."""

import pytest

KEYS = {"id": "S", "at": "N", "kin": "S"}
NAME = "test-item-capacity"
TEXT = "x" * 1000


def item(at, size=1, **more):
    return {"id": {"S": "a"}, "at": {"N": str(at)}, "text": {"S": TEXT * size}} | more


def key(at):
    return {"Key": {"id": {"S": "a"}, "at": {"N": str(at)}}}


@pytest.fixture(scope="module")
def table(aws):
    dynamodb = aws("dynamodb")
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    sort = {"AttributeName": "at", "KeyType": "RANGE"}
    dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": k} for n, k in KEYS.items()],
        KeySchema=[*schema, sort],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "others",
                "KeySchema": [{"AttributeName": "kin", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "local",
                "KeySchema": [*schema, sort | {"AttributeName": "kin"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for at in (1, 2):
        dynamodb.put_item(TableName=NAME, Item=item(at, 9))
    dynamodb.put_item(TableName=NAME, Item=item(3, 2, kin={"S": "b"}))
    yield NAME
    dynamodb.delete_table(TableName=NAME)


OF_A = {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}
NONE_OF_A = OF_A | {"FilterExpression": "attribute_exists(nothing)"}
OF_B = {"KeyConditionExpression": "kin = :b", "ExpressionAttributeValues": {":b": {"S": "b"}}}
OTHERS = {"IndexName": "others"}
AT_ONCE = {"ConsistentRead": True}
READS = {  # what reads → the units of the table, and of the index that it asks
    "an item": ("get_item", key(1), 1.5, None),
    "at once": ("get_item", key(1) | AT_ONCE, 3, None),
    "nothing": ("get_item", key(9), 0.5, None),
    "a query": ("query", OF_A, 2.5, None),
    "what a filter leaves out": ("query", NONE_OF_A | {"Select": "COUNT"}, 2.5, None),
    "a page": ("query", NONE_OF_A | {"Limit": 1}, 1.5, None),
    "keys alone": ("query", OF_B | OTHERS, 0, ("Global", "others", 0.5)),
    "all of a local index": ("scan", {"IndexName": "local"} | AT_ONCE, 0, ("Local", "local", 1)),
    "a scan": ("scan", {"ProjectionExpression": "id"}, 2.5, None),
    "a scan at once": ("scan", {"FilterExpression": "attribute_exists(z)"} | AT_ONCE, 5, None),
}


@pytest.mark.parametrize(("call", "asked", "units", "index"), READS.values(), ids=READS)
def test_reads(aws, table, call, asked, units, index):
    ask = getattr(aws("dynamodb"), call)
    told = ask(TableName=table, ReturnConsumedCapacity="INDEXES", **asked)["ConsumedCapacity"]
    scope, name, more = index or ("", "", 0)
    wanted = {"TableName": table, "CapacityUnits": units + more, "Table": {"CapacityUnits": units}}
    if index:
        wanted[f"{scope}SecondaryIndexes"] = {name: {"CapacityUnits": more}}
    assert told == wanted
    assert "ConsumedCapacity" not in ask(TableName=table, **asked)


NOTHING = {"CapacityUnits": 0}
SET = {"UpdateExpression": "SET kin = :o", "ExpressionAttributeValues": {":o": {"S": "c"}}}
WRITES = [  # one after the other → the units of the table, the global and the local index
    ("a new item", "put_item", {"Item": item(5, 2)}, 2, 0, 0),
    ("into both indexes", "update_item", key(5) | SET, 2, 1, 2),
    ("what is there", "update_item", key(5) | SET, 2, 0, 0),
    ("a smaller one", "put_item", {"Item": item(5, kin={"S": "c"})}, 2, 0, 2),
    ("another key", "put_item", {"Item": item(5, kin={"S": "d"})}, 1, 2, 2),
    ("away", "delete_item", key(5), 1, 1, 1),
    ("nothing", "delete_item", key(5), 1, 0, 0),
]


def test_writes(aws, table):
    for name, call, asked, *units in WRITES:
        ask = getattr(aws("dynamodb"), call)
        told = ask(TableName=table, ReturnConsumedCapacity="INDEXES", **asked)["ConsumedCapacity"]
        indexes = ({"Global": "others", "Local": "local"}).items()
        found = [told.get(f"{kind}SecondaryIndexes", {}).get(index) for kind, index in indexes]
        shown = [
            (each or {"CapacityUnits": 0})["CapacityUnits"] for each in (told["Table"], *found)
        ]
        assert (shown, told["CapacityUnits"]) == (units, sum(units)), name


def test_many_at_once(aws, table):
    dynamodb, total = aws("dynamodb"), {"ReturnConsumedCapacity": "TOTAL"}
    keys = [key(at)["Key"] for at in (1, 3, 9)]
    told = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}}, **total)
    assert told["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 2.5}]
    puts = [{"PutRequest": {"Item": item(at, at)}} for at in (5, 6)]
    told = dynamodb.batch_write_item(RequestItems={table: puts}, **total)
    assert told["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 11}]
    gets = [{"Get": {"TableName": table, **key(at)}} for at in (5, 6)]
    told = dynamodb.transact_get_items(TransactItems=gets, **total)["ConsumedCapacity"]
    assert told == [{"TableName": table, "CapacityUnits": 8, "ReadCapacityUnits": 8}]
    away = [{"Delete": {"TableName": table, **key(at)}} for at in (5, 6)]
    told = dynamodb.transact_write_items(TransactItems=away, **total)["ConsumedCapacity"]
    assert told == [{"TableName": table, "CapacityUnits": 22, "WriteCapacityUnits": 22}]


def test_collections_of_items_with_a_local_index(aws, table):
    dynamodb, sizes = aws("dynamodb"), {"ReturnItemCollectionMetrics": "SIZE"}
    held = {"ItemCollectionKey": {"id": {"S": "a"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    told = dynamodb.put_item(TableName=table, Item=item(7), **sizes)
    assert told["ItemCollectionMetrics"] == held
    puts = [{"PutRequest": {"Item": item(at)}} for at in (7, 8)]
    told = dynamodb.batch_write_item(RequestItems={table: puts}, **sizes)
    assert told["ItemCollectionMetrics"] == {table: [held]}
    away = [{"Delete": {"TableName": table, **key(at)}} for at in (7, 8)]
    told = dynamodb.transact_write_items(TransactItems=away, **sizes)
    assert told["ItemCollectionMetrics"] == {table: [held]}
    assert "ItemCollectionMetrics" not in dynamodb.delete_item(TableName=table, **key(7))
