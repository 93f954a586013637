"""Items are told in the order of their keys: numbers by value, bytes and texts by bytes."""

import pytest

KINDS = {  # of a sort key → its values in their order
    "N": ["-20", "-1.5", "0", "9", "10"],
    "S": ["A", "B1", "a", "\u00e9", "\U0001f600"],
    "B": [b"\0", b"\x7f", b"\xfb", b"\xff", b"\xff\0"],
}


@pytest.fixture(params=KINDS)
def held(aws, fresh, request):
    """A client, a table, which has them under two hash keys, and those of one as it tells them."""
    name, kind, dynamodb = fresh("t"), request.param, aws("dynamodb")
    keys = {"id": "S", "at": kind, "of": "S"}
    both = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    index = [{"AttributeName": "of", "KeyType": "HASH"}, both[1]]
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": k} for n, k in keys.items()],
        KeySchema=both,
        GlobalSecondaryIndexes=[
            {"IndexName": "index", "KeySchema": index, "Projection": {"ProjectionType": "ALL"}}
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    told = [{"id": {"S": "b"}, "at": {kind: each}, "of": {"S": "o"}} for each in KINDS[kind]]
    for item in reversed(told):
        dynamodb.put_item(TableName=name, Item=item)
        dynamodb.put_item(TableName=name, Item=item | {"id": {"S": "a"}, "of": {"S": "p"}})
    yield dynamodb, name, told
    dynamodb.delete_table(TableName=name)


def every(client, call, **asked):
    """The items of all pages of two."""
    pages = client.get_paginator(call).paginate(**asked, PaginationConfig={"PageSize": 2})
    return [item for page in pages for item in page["Items"]]


@pytest.mark.parametrize(("key", "index"), [("id", {}), ("of", {"IndexName": "index"})])
def test_a_query_tells_a_keys_items_in_order(held, key, index):
    dynamodb, name, told = held
    asked = {"TableName": name, "KeyConditionExpression": "#k = :k"} | index
    asked |= {"ExpressionAttributeNames": {"#k": key}}
    asked |= {"ExpressionAttributeValues": {":k": told[0][key]}}
    assert every(dynamodb, "query", **asked) == told
    assert every(dynamodb, "query", **asked, ScanIndexForward=False) == told[::-1]
    after = asked["ExpressionAttributeValues"] | {":at": told[1]["at"]}
    asked |= {"KeyConditionExpression": "#k = :k AND #at > :at", "ExpressionAttributeValues": after}
    asked["ExpressionAttributeNames"] = {"#k": key, "#at": "at"}
    assert every(dynamodb, "query", **asked) == told[2:]
    none = {"ExpressionAttributeValues": after | {":k": {"S": "none"}}}
    assert every(dynamodb, "query", **asked | none) == []


@pytest.mark.parametrize("index", [{}, {"IndexName": "index"}])
def test_a_scan_tells_all_of_them_once(held, index):
    dynamodb, name, told = held
    found = every(dynamodb, "scan", TableName=name, **index)
    assert [item for item in found if item["id"] == {"S": "b"}] == told
    assert len(found) == 2 * len(told)


@pytest.mark.parametrize("call", ["scan", "query"])
def test_what_changes_between_pages_is_in_its_place(held, call):
    dynamodb, name, told = held
    asked = {"TableName": name, "IndexName": "index"}
    key = [{"id": each["id"], "at": each["at"]} for each in told]
    if call == "query":
        values = {":o": {"S": "o"}}
        asked |= {"KeyConditionExpression": "#of = :o", "ExpressionAttributeValues": values}
        asked["ExpressionAttributeNames"] = {"#of": "of"}
    page = getattr(dynamodb, call)(**asked, Limit=2)
    assert page["Items"] == told[:2]
    moved = {"TableName": name, "Key": key[-1], "UpdateExpression": "SET #of = :z"}
    moved |= {"ExpressionAttributeNames": {"#of": "of"}}
    moved |= {"ExpressionAttributeValues": {":z": {"S": "0"}}}
    deleted = {"TableName": name, "Key": key[1]}
    dynamodb.transact_write_items(TransactItems=[{"Update": moved}, {"Delete": deleted}])
    unmet = {"TableName": name, "Key": key[1], "ConditionExpression": "attribute_exists(id)"}
    failing = [{"Delete": {"TableName": name, "Key": key[2]}}, {"ConditionCheck": unmet}]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=failing)
    asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    found = [each for each in getattr(dynamodb, call)(**asked)["Items"] if each["id"]["S"] == "b"]
    assert found == told[2:-1]
