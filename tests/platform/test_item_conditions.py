"""What DynamoDB's conditions hold for, and where the pages of its queries begin.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

import pytest
from botocore.exceptions import ClientError

KEY = {"id": {"S": "a"}, "at": {"N": "1"}}
ITEM = KEY | {
    "s": {"S": "banana"}, "n": {"N": "10"}, "m": {"N": "10"}, "b": {"B": b"\1\2"},
    "t": {"BOOL": True}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"a", b"b"]}, "z": {"NULL": True}, "e": {"L": []},
    "l": {"L": [{"S": "a"}, {"N": "1"}, {"L": [{"N": "2"}]}]},
    "d": {"M": {"x": {"N": "5"}, "y": {"M": {"z": {"S": "q"}}}}},
}  # fmt: skip
HOLD = {  # a condition → its values, whether it holds
    "n = :v": ({"N": "1e1"}, True),
    "n = m": (None, True),
    "s = :v": ({"N": "1"}, False),
    "absent <> :v": ({"N": "1"}, True),
    "NOT absent = :v": ({"N": "1"}, True),
    "NOT NOT s = :v": ({"S": "banana"}, True),
    "NOT s = :v OR n = m": ({"S": "banana"}, True),
    "NOT (s = :v OR n = m)": ({"S": "banana"}, False),
    "s = :v OR n = m AND n <> m": ({"S": "banana"}, True),
    "(s = :v OR n = m) AND n <> m": ({"S": "banana"}, False),
    "(n) = (:v)": ({"N": "10"}, True),
    ":v < n": ({"N": "9"}, True),
    "s > :v": ({"S": "apple"}, True),
    "n > :v": ({"S": "1"}, False),
    "ss = :v": ({"SS": ["b", "a"]}, True),
    "ns = :v": ({"NS": ["2.50", "1"]}, True),
    "bs <> :v": ({"BS": [b"b", b"a"]}, False),
    "l[2][0] = :v": ({"N": "2.0"}, True),
    "l = :v": ({"L": [{"S": "a"}, {"BOOL": True}, {"L": [{"N": "2"}]}]}, False),
    "d = :v": ({"M": {"x": {"N": "5.0"}, "y": {"M": {"z": {"S": "q"}}}}}, True),
    "d.y.z = :v": ({"S": "q"}, True),
    "s.x = :v": ({"S": "b"}, False),
    "n BETWEEN :v AND m": ({"N": "9"}, True),
    ":v IN (n, s)": ({"S": "banana"}, True),
    "size(s) BETWEEN :v AND n": ({"N": "6"}, True),
    "size(n) = :v": ({"N": "2"}, False),
    "size(e) = :v": ({"N": "0"}, True),
    "contains(s, :v)": ({"S": "nan"}, True),
    "contains(ns, :v)": ({"N": "2.50"}, True),
    "contains(l, :v)": ({"L": [{"N": "2"}]}, True),
    "contains(b, :v)": ({"B": b"\2"}, True),
    "contains(d, :v)": ({"S": "x"}, False),
    "contains(:v, s)": ({"S": "a banana"}, True),
    "begins_with(b, :v)": ({"B": b"\1"}, True),
    "begins_with(n, :v)": ({"S": "1"}, False),
    "attribute_exists(l[2][0]) AND attribute_exists(z)": (None, True),
    "attribute_not_exists(l[3])": (None, True),
    "attribute_type(ns, :v)": ({"S": "NS"}, True),
    "attribute_type(absent, :v)": ({"S": "S"}, False),
}


@pytest.fixture(scope="module")
def table(aws):
    dynamodb = aws("dynamodb")
    dynamodb.create_table(
        TableName="conditions",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("id", "S"), ("at", "N"))
        ],
        KeySchema=[
            {"AttributeName": name, "KeyType": part}
            for name, part in (("id", "HASH"), ("at", "RANGE"))
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="conditions", Item=ITEM)
    yield "conditions"
    dynamodb.delete_table(TableName="conditions")


@pytest.mark.parametrize(
    ("condition", "value", "holds"), [(text, *rest) for text, rest in HOLD.items()], ids=HOLD
)
def test_what_a_condition_holds_for(aws, table, condition, value, holds):
    dynamodb = aws("dynamodb")
    more = {"ExpressionAttributeValues": {":v": value}} if value else {}
    told = dynamodb.scan(TableName=table, FilterExpression=condition, **more)
    assert told["Count"] == int(holds)
    check = {"TableName": table, "Key": KEY, "ConditionExpression": condition, **more}
    try:
        dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    except dynamodb.exceptions.TransactionCanceledException:
        assert not holds
    else:
        assert holds


BY = {"KeyConditionExpression": "id = :a AND #at > :n", "ExpressionAttributeNames": {"#at": "at"}}
BY |= {"ExpressionAttributeValues": {":a": {"S": "a"}, ":n": {"N": "3"}}}
NO_START = "starting key is invalid: The provided key element does not match the schema"
STARTS = {  # where a page begins → why it does not
    "another type": ("query", BY, {"at": {"S": "4"}}, NO_START),
    "a scan's": ("scan", {}, {"at": {"S": "4"}}, NO_START),
    "before the range": ("query", BY, {"at": {"N": "2"}}, "does not match the range key predicate"),
    "an empty text": (
        "scan",
        {},
        {"id": {"S": ""}},
        "starting key is invalid: One or more .* cannot contain an empty string value. Key: id",
    ),
    "another item": ("query", BY, {"id": {"S": "b"}}, "is outside query boundaries"),
}


@pytest.mark.parametrize(("call", "asked", "start", "why"), STARTS.values(), ids=STARTS)
def test_a_page_begins_where_its_query_looks(aws, table, call, asked, start, why):
    begins = {"ExclusiveStartKey": {"id": {"S": "a"}, "at": {"N": "4"}} | start}
    with pytest.raises(ClientError, match=why):
        getattr(aws("dynamodb"), call)(TableName=table, **asked, **begins)


TWICE = {"id": {"S": "a"}, "at": {"N": "1.0"}}
DOUBLES = {  # what names one item twice → what is told
    "read": (
        "batch_get_item",
        lambda name: {"RequestItems": {name: {"Keys": [KEY, TWICE]}}},
        "Provided list of item keys contains duplicates",
    ),
    "in a transaction": (
        "transact_get_items",
        lambda name: {
            "TransactItems": [{"Get": {"TableName": name, "Key": each}} for each in (KEY, TWICE)]
        },
        "Transaction request cannot include multiple operations on one item",
    ),
    "written": (
        "transact_write_items",
        lambda name: {
            "TransactItems": [
                {"Delete": {"TableName": name, "Key": KEY}},
                {"Put": {"TableName": name, "Item": TWICE}},
            ]
        },
        "Transaction request cannot include multiple operations on one item",
    ),
    "older": (
        "get_item",
        lambda name: {"TableName": name, "Key": KEY, "AttributesToGet": ["s", "s"]},
        "Duplicate value in attribute name: s",
    ),
}


@pytest.mark.parametrize(("call", "asked", "why"), DOUBLES.values(), ids=DOUBLES)
def test_one_item_is_named_once(aws, table, call, asked, why):
    with pytest.raises(ClientError, match=why):
        getattr(aws("dynamodb"), call)(**asked(table))
    assert aws("dynamodb").get_item(TableName=table, Key=KEY)["Item"] == ITEM


PLACES = {  # a query by several range keys → what is told
    "h = :v AND r = :v AND s > :v AND t = :v": "attributes s .* is present on key attribute t",
    "h = :v AND t = :v": "attributes r .* is present on key attribute t",
}


@pytest.mark.parametrize(("condition", "why"), PLACES.items(), ids=PLACES)
def test_range_keys_are_equal_up_to_the_last(aws, fresh, condition, why):
    dynamodb, name = aws("dynamodb"), fresh("table")
    keys = [(each, "RANGE" if each != "h" else "HASH") for each in "hrst"]
    schema = [{"AttributeName": each, "KeyType": part} for each, part in keys]
    by = {"IndexName": "all", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in "phrst"],
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[by],
    )
    values = {"ExpressionAttributeValues": {":v": {"S": "a"}}}
    asked = {"TableName": name, "IndexName": "all", "KeyConditionExpression": condition}
    with pytest.raises(ClientError, match=f"RANGE key {why}"):
        dynamodb.query(**asked, **values)
    dynamodb.delete_table(TableName=name)


def test_a_projection_may_have_spaces(aws, table):
    asked = {"TableName": table, "Key": KEY, "ProjectionExpression": " l [ 1 ] , d . x "}
    told = aws("dynamodb").get_item(**asked)["Item"]
    assert told == {"l": {"L": [{"N": "1"}]}, "d": {"M": {"x": {"N": "5"}}}}
