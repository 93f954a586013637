"""What updates make of DynamoDB's items, how numbers are told, and how large an item may be.

Source: https://github.com/paritysuite/dynamodb-conformance/tree/main/tests
"""

import pytest
from botocore.exceptions import ClientError

KEY = {"id": {"S": "a"}}
A, B, X, Y, ONE, TWO = {"S": "a"}, {"S": "b"}, {"S": "x"}, {"S": "y"}, {"N": "1"}, {"N": "2"}
NO_PATH = "The document path provided in the update expression is invalid for update"
NOTHING = "The provided expression refers to an attribute that does not exist in the item"
OTHER_TYPE = "An operand in the update expression has an incorrect data type"
OF_KEY = "One or more parameter values were invalid: Cannot update attribute id. This attribute is "
OF_KEY += "part of the key"
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)


@pytest.fixture(scope="module")
def table(aws):
    dynamodb = aws("dynamodb")
    keys = [{"AttributeName": "alt", "KeyType": "HASH"}]
    dynamodb.create_table(
        TableName="updates",
        AttributeDefinitions=[
            {"AttributeName": each, "AttributeType": "S"} for each in ("id", "alt")
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {"IndexName": "by-alt", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
        ],
    )
    yield "updates"
    dynamodb.delete_table(TableName="updates")


def said(table, expression, values):
    given = {":" + name: value for name, value in values.items()}
    asked = {"TableName": table, "Key": KEY, "UpdateExpression": expression}
    return asked | ({"ExpressionAttributeValues": given} if given else {})


def texts(*members):
    return {"L": [{"S": each} for each in members]}


UPDATES = {  # an update → the item before it, its values, the item then or why it is as it was
    "SET l[9] = :v, l[5] = :w": ({"l": texts("a")}, {"v": X, "w": Y}, {"l": texts("a", "y", "x")}),
    "SET m.l[0].x = :v": (
        {"m": {"M": {"l": {"L": [{"M": {"x": A}}]}}}},
        {"v": X},
        {"m": {"M": {"l": {"L": [{"M": {"x": X}}]}}}},
    ),
    "SET s.x = :v": ({"s": A}, {"v": X}, NO_PATH),
    "SET s.x.z = :v": ({}, {"v": X}, NO_PATH),
    "SET s[0] = :v": ({"s": A}, {"v": X}, NO_PATH),
    "REMOVE z.x": ({}, {}, NO_PATH),
    "REMOVE m.x": ({"m": {"M": {"k": A}}}, {}, {"m": {"M": {"k": A}}}),
    "REMOVE l[0], l[2], l[9]": ({"l": texts("a", "b", "c")}, {}, {"l": texts("b")}),
    "SET p = q, q = p": ({"p": ONE, "q": TWO}, {}, {"p": TWO, "q": ONE}),
    "SET q = p REMOVE p": ({"p": ONE}, {}, {"q": ONE}),
    "SET q = p": ({}, {}, NOTHING),
    "SET q = p + :v": ({}, {"v": ONE}, NOTHING),
    "SET p = (q + :v)": ({"q": ONE}, {"v": ONE}, {"p": TWO, "q": ONE}),
    "SET p = if_not_exists(p, if_not_exists(q, :v))": (
        {"q": TWO},
        {"v": ONE},
        {"p": TWO, "q": TWO},
    ),
    "SET p = if_not_exists(p, :v) + :v": ({}, {"v": ONE}, {"p": TWO}),
    "SET l = list_append(if_not_exists(l, :e), :v)": (
        {},
        {"v": texts("x"), "e": {"L": []}},
        {"l": texts("x")},
    ),
    "SET p = list_append(p, :v)": ({"p": A}, {"v": texts("x")}, OTHER_TYPE),
    "SET p = p - :v": (
        {"p": ONE},
        {"v": {"N": f"0.{'0' * 37}1"}},
        {"p": {"N": f"0.{'9' * 38}"}},
    ),
    "SET p = p + :v": ({"p": {"N": "9.9e125"}}, {"v": {"N": "9.9e125"}}, OVERFLOW),
    "SET p = :v + p": ({"p": A}, {"v": ONE}, OTHER_TYPE),
    "ADD p :v": ({"p": {"N": "0.1"}}, {"v": {"N": "0.2"}}, {"p": {"N": "0.3"}}),
    "ADD m.p :v": ({"m": {"M": {}}}, {"v": ONE}, {"m": {"M": {"p": ONE}}}),
    "ADD t :v": ({"t": {"NS": ["1"]}}, {"v": {"NS": ["1.0", "2"]}}, {"t": {"NS": ["1", "2"]}}),
    "ADD s :v": ({"s": A}, {"v": ONE}, OTHER_TYPE),
    "DELETE t :v": ({"t": {"BS": [b"a", b"b"]}}, {"v": {"BS": [b"b"]}}, {"t": {"BS": [b"a"]}}),
    "DELETE t :w": ({"t": {"SS": ["a"]}}, {"w": {"SS": ["a"]}}, {}),
    "SET id = :v": ({}, {"v": X}, OF_KEY),
}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "before", "values", "then"),
    [(expression, *rest) for expression, rest in UPDATES.items()],
    ids=UPDATES,
)
def test_what_an_update_makes_of_an_item(aws, table, expression, before, values, then):
    dynamodb, asked = aws("dynamodb"), said(table, expression, values)
    item = KEY | before

    def outcome(call):
        dynamodb.put_item(TableName=table, Item=item)
        with_reasons = dynamodb.exceptions.TransactionCanceledException
        try:
            call()
        except with_reasons as error:
            (reason,) = error.response["CancellationReasons"]
            assert reason["Code"] == "ValidationError"
            return reason["Message"]
        except ClientError as error:
            return error.response["Error"]["Message"]
        return dynamodb.get_item(TableName=table, Key=KEY)["Item"]

    wanted = then if isinstance(then, str) else KEY | then
    assert outcome(lambda: dynamodb.update_item(**asked)) == wanted
    together = [{"Update": asked}]
    assert outcome(lambda: dynamodb.transact_write_items(TransactItems=together)) == wanted


TOLD = {  # an update → the item before it, what it tells of what was and of what is
    "SET m.p = :v, m.q = :v": (
        {"m": {"M": {"p": A, "r": B}}},
        {"m": {"M": {"p": A}}},
        {"m": {"M": {"p": X, "q": X}}},
    ),
    "SET p = :v": ({"p": X}, {"p": X}, {"p": X}),
    "SET l[1] = :v": ({"l": texts("a", "b")}, {"l": texts("b")}, {"l": texts("x")}),
    "REMOVE p SET q = :v": ({"p": A}, {"p": A}, {"q": X}),
}


@pytest.mark.parametrize(
    ("expression", "before", "was", "then"),
    [(expression, *rest) for expression, rest in TOLD.items()],
    ids=TOLD,
)
def test_an_update_tells_what_it_has_changed(aws, table, expression, before, was, then):
    for wanted, attributes in (("UPDATED_OLD", was), ("UPDATED_NEW", then)):
        aws("dynamodb").put_item(TableName=table, Item=KEY | before)
        asked = said(table, expression, {"v": X}) | {"ReturnValues": wanted}
        assert aws("dynamodb").update_item(**asked)["Attributes"] == attributes


def test_no_update_gives_an_index_a_key_that_it_cannot_have(aws, table):
    dynamodb = aws("dynamodb")
    dynamodb.put_item(TableName=table, Item=KEY)
    older = {"AttributeUpdates": {"alt": {"Value": ONE}}, "TableName": table, "Key": KEY}
    for asked, why in (
        (said(table, "SET alt = :v", {"v": ONE}), "Type mismatch for Index Key alt"),
        (said(table, "SET alt = :v", {"v": {"S": ""}}), "A value specified for a secondary index"),
        (older, "Type mismatch for Index Key alt"),
    ):
        with pytest.raises(ClientError, match=why):
            dynamodb.update_item(**asked)
    assert dynamodb.get_item(TableName=table, Key=KEY)["Item"] == KEY


NUMBERS = {  # as a number is written → as it is told, the bytes that it has
    "0": ("0", 1), "1": ("1", 2), "12": ("12", 2), "123": ("123", 3), "0042": ("42", 2),
    "100": ("100", 2), "1010": ("1010", 3), "0.0000001": ("0.0000001", 2), "-0": ("0", 1),
    "1E125": (f"1{'0' * 125}", 2), "1E-100": (f"0.{'0' * 99}1", 2), "1.5": ("1.5", 3),
    "1.200": ("1.2", 3), "3.14159": ("3.14159", 5), "100.5": ("100.5", 4), "0.15": ("0.15", 2),
    "-42": ("-42", 3), "1.5E2": ("150", 2),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told", "size"), [(k, *v) for k, v in NUMBERS.items()], ids=NUMBERS
)
def test_a_number_has_one_form_and_a_size(aws, table, text, told, size):
    dynamodb = aws("dynamodb")
    rest = 400 * 1024 - len("ida") - len("n") - size - len("p")
    for more in (0, 1):
        item = KEY | {"n": {"N": text}, "p": {"S": "x" * (rest + more)}}
        if more:
            with pytest.raises(ClientError, match="Item size has exceeded the maximum allowed"):
                dynamodb.put_item(TableName=table, Item=item)
        else:
            dynamodb.put_item(TableName=table, Item=item)
    asked = {"TableName": table, "Key": KEY, "ProjectionExpression": "n"}
    assert dynamodb.get_item(**asked)["Item"] == {"n": {"N": told}}


def test_each_way_to_write_ends_at_400_kb(aws, table):
    dynamodb, put = aws("dynamodb"), {}
    for more in (0, 1):
        text = {"S": "x" * (400 * 1024 - len("ida") - len("p") + more)}
        put = {"Item": KEY | {"p": text}}
        update = said(table, "SET p = :p", {"p": text})
        for call, asked, why in (
            ("batch_write_item", {"RequestItems": {table: [{"PutRequest": put}]}}, "Item size has"),
            ("transact_write_items", {"TransactItems": [{"Put": {"TableName": table} | put}]},
             "Item size has"),
            ("update_item", update, "Item size to update has"),
            ("transact_write_items", {"TransactItems": [{"Update": update}]}, "ValidationError"),
        ):  # fmt: skip
            if more:
                with pytest.raises(ClientError, match=why):
                    getattr(dynamodb, call)(**asked)
            else:
                getattr(dynamodb, call)(**asked)


def test_a_transaction_ends_at_4_mb(aws, table):
    text = {"S": "x" * 350_000}
    puts = [
        {"Put": {"TableName": table, "Item": {"id": {"S": f"{n}"}, "p": text}}} for n in range(12)
    ]
    with pytest.raises(ClientError, match="cannot exceed 4 MB"):
        aws("dynamodb").transact_write_items(TransactItems=puts)


def test_a_key_that_is_too_long_names_no_item(aws, table):
    dynamodb, key = aws("dynamodb"), {"id": {"S": "a" * 2049}}
    for call, asked in (
        ("get_item", {"Key": key}),
        ("delete_item", {"Key": key}),
        ("update_item", {"Key": key}),
        ("put_item", {"Item": key}),
    ):
        with pytest.raises(ClientError, match="Size of hashkey has exceeded"):
            getattr(dynamodb, call)(TableName=table, **asked)
