"""DynamoDB's parameters from before expressions: conditions, filters and updates."""

import pytest
from botocore.exceptions import ClientError

KEY = {"id": {"S": "a"}}
NUMBER, TEXT = {"N": "5"}, {"S": "text"}
ITEM = KEY | {"n": NUMBER, "s": TEXT, "set": {"SS": ["x"]}, "b": {"B": b"\x05"}}


@pytest.fixture(scope="module")
def name(aws):
    dynamodb = aws("dynamodb")
    dynamodb.create_table(
        TableName="test-item-older",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield "test-item-older"
    dynamodb.delete_table(TableName="test-item-older")


@pytest.fixture
def table(aws, name):
    aws("dynamodb").put_item(TableName=name, Item=ITEM)
    return {"TableName": name, "Key": KEY}


def compared(operator, *values):
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


EXPECTED = {  # what is expected, how conditions are joined → whether it is so
    "a value": ({"n": {"Value": NUMBER}}, None, True),
    "another value": ({"n": {"Value": {"N": "6"}}}, None, False),
    "none": ({"n": {"Exists": False}}, None, False),
    "none of what is not there": ({"m": {"Exists": False}}, None, True),
    "both": ({"n": {"Value": NUMBER}, "m": compared("NOT_NULL")}, "AND", False),
    "both, unsaid": ({"n": {"Value": NUMBER}, "m": compared("NOT_NULL")}, None, False),
    "either": ({"n": {"Value": NUMBER}, "m": compared("NOT_NULL")}, "OR", True),
    "equal": ({"n": compared("EQ", {"N": "5.0"})}, None, True),
    "not equal": ({"n": compared("NE", NUMBER)}, None, False),
    "at most": ({"n": compared("LE", {"N": "4"})}, None, False),
    "less": ({"n": compared("LT", {"N": "6"})}, None, True),
    "at least": ({"n": compared("GE", TEXT)}, None, False),
    "more": ({"n": compared("GT", {"N": "4"})}, None, True),
    "between": ({"b": compared("BETWEEN", {"B": b"\x01"}, {"B": b"\xff"})}, None, True),
    "one of them": ({"n": compared("IN", {"N": "4"}, NUMBER)}, None, True),
    "beginning": ({"s": compared("BEGINS_WITH", {"S": "te"})}, None, True),
    "containing": ({"set": compared("CONTAINS", {"S": "y"})}, None, False),
    "not containing": ({"m": compared("NOT_CONTAINS", {"S": "y"})}, None, True),
    "null": ({"n": compared("NULL")}, None, False),
}


@pytest.mark.parametrize(("expected", "joined", "holds"), EXPECTED.values(), ids=EXPECTED)
def test_an_item_is_deleted_if_it_is_as_expected(aws, table, expected, joined, holds):
    dynamodb = aws("dynamodb")
    operator = {"ConditionalOperator": joined} if joined else {}
    if holds:
        dynamodb.delete_item(**table, Expected=expected, **operator)
    else:
        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.delete_item(**table, Expected=expected, **operator)
    assert ("Item" in dynamodb.get_item(**table)) is not holds


BOTH = {"n": compared("NULL"), "m": compared("NULL")}
REFUSED = {  # a call, its parameters → why it is refused
    "nothing there": ({"Expected": {"n": {"Exists": True}}}, "when Exists is true for .*: n"),
    "there and not": ({"Expected": {"n": {"Exists": False, "Value": NUMBER}}}, "Exists is false"),
    "no value": ({"Expected": {"n": {}}}, "must be provided when Exists is null"),
    "two ways": ({"Expected": {"n": {"Exists": False} | compared("NULL")}}, "used together"),
    "values alone": ({"Expected": {"n": {"AttributeValueList": [NUMBER]}}}, "only be used with a"),
    "few values": ({"Expected": {"n": compared("BETWEEN", NUMBER)}}, r"Invalid number of arg"),
    "no comparison": ({"Expected": {"n": compared("LIKE", TEXT)}}, "satisfy enum value set"),
    "values of two types": ({"Expected": {"n": compared("IN", NUMBER, TEXT)}}, "of same type"),
    "no order": ({"Expected": {"n": compared("LT", {"SS": ["x"]})}}, "not valid for SS"),
    "bounds": ({"Expected": {"n": compared("BETWEEN", {"N": "10"}, {"N": "9"})}}, "lower bound"),
    "joining nothing": ({"ConditionalOperator": "OR"}, "cannot be used without Filter or Expected"),
    "joining one": (
        {"ConditionalOperator": "OR", "Expected": {"n": compared("NULL")}},
        "two or more elements",
    ),
    "joined oddly": ({"ConditionalOperator": "XOR", "Expected": BOTH}, "satisfy enum value set"),
}


@pytest.mark.parametrize(("asked", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_expected_in_contradictions_is_refused(aws, table, asked, why):
    dynamodb = aws("dynamodb")
    with pytest.raises(ClientError, match=f"ValidationException.*{why}"):
        dynamodb.delete_item(**table, **asked)
    assert dynamodb.get_item(**table)["Item"] == ITEM


UPDATES = {  # an attribute, what is done to it → what it is then, or why it is not done
    "put": ("p.q", {"Value": TEXT}, TEXT),
    "deleted": ("n", {"Action": "DELETE"}, None),
    "deleted of a set": ("set", {"Action": "DELETE", "Value": {"SS": ["x"]}}, None),
    "deleted of no set": ("n", {"Action": "DELETE", "Value": {"SS": ["x"]}}, "data type"),
    "deleted by a text": ("s", {"Action": "DELETE", "Value": TEXT}, "DELETE action with value is"),
    "added": ("n", {"Action": "ADD", "Value": {"N": "-2"}}, {"N": "3"}),
    "added to nothing": ("m", {"Action": "ADD", "Value": NUMBER}, NUMBER),
    "added to a set": ("set", {"Action": "ADD", "Value": {"SS": ["x"]}}, {"SS": ["x"]}),
    "added to a list": ("list", {"Action": "ADD", "Value": {"L": [TEXT]}}, {"L": [TEXT]}),
    "a text added": ("s", {"Action": "ADD", "Value": TEXT}, "ADD action is not supported for the"),
    "of no value": ("s", {"Action": "PUT"}, "Only DELETE action is allowed"),
    "of no action": ("s", {"Action": "DROP"}, "satisfy enum value set"),
    "of the key": ("id", {"Value": TEXT}, "Cannot update attribute id"),
}


@pytest.mark.parametrize(("attribute", "update", "then"), UPDATES.values(), ids=UPDATES)
def test_attributes_change_as_they_are_told(aws, table, attribute, update, then):
    dynamodb = aws("dynamodb")
    if isinstance(then, str):
        with pytest.raises(ClientError, match=then):
            dynamodb.update_item(**table, AttributeUpdates={attribute: update})
        assert dynamodb.get_item(**table)["Item"] == ITEM
    else:
        dynamodb.update_item(**table, AttributeUpdates={attribute: update})
        assert dynamodb.get_item(**table)["Item"].get(attribute) == then


def test_filters_are_joined_as_they_say(aws, table, name):
    dynamodb = aws("dynamodb")
    filters = {"n": compared("EQ", NUMBER), "m": compared("NOT_NULL")}
    keyed = {"KeyConditions": {"id": compared("EQ", KEY["id"])}, "AttributesToGet": ["n"]}
    for joined, found in (("AND", []), ("OR", [{"n": NUMBER}])):
        asked = {"TableName": name, "ConditionalOperator": joined}
        assert dynamodb.query(**asked, **keyed, QueryFilter=filters)["Items"] == found
        assert dynamodb.scan(**asked, ScanFilter=filters)["Count"] == len(found)
    filtered = {"FilterExpression": "n = :n", "ExpressionAttributeValues": {":n": NUMBER}}
    asked = {"TableName": name, "KeyConditions": keyed["KeyConditions"]}
    assert dynamodb.query(**asked, **filtered)["Count"] == 1
    with pytest.raises(ClientError, match="is not an indexable operation"):
        dynamodb.query(TableName=name, KeyConditions={"id": compared("NE", TEXT)})
