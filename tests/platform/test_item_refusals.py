"""What DynamoDB answers to requests that it refuses, word by word as AWS was seen to answer.

Source: https://github.com/paritysuite/dynamodb-conformance/tree/main/tests/tier3
"""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ONE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
MATCH = "The provided key element does not match the schema"
EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
    "contain an empty {} value. Key: pk"
)
A, X, FIVE, NO = {"S": "a"}, {"S": "x"}, {"N": "5"}, {"B": b""}
TABLES = {"refusing": "S", "refusing-b": "B", "refusing-s": "SS", "refusing-n": "SN"}
T, TB, TS, TN = TABLES


@pytest.fixture(scope="module")
def db(aws):
    dynamodb = aws("dynamodb", config=Config(parameter_validation=False))
    for table, kinds in TABLES.items():
        keys = list(zip(("pk", "sk"), kinds, ("HASH", "RANGE"), strict=False))
        dynamodb.create_table(
            TableName=table,
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind, _ in keys
            ],
            KeySchema=[{"AttributeName": name, "KeyType": part} for name, _, part in keys],
            BillingMode="PAY_PER_REQUEST",
        )
    yield dynamodb
    for table in TABLES:
        dynamodb.delete_table(TableName=table)


def refusal(db, call, asked):
    with pytest.raises(ClientError) as told:
        getattr(db, call)(**asked)
    return told.value.response


def put(table=T, item=None, **more):
    return "put_item", {"TableName": table, "Item": item or {"pk": A}, **more}


def on_key(call, table=T, key=None, **more):
    return call, {"TableName": table, "Key": key or {"pk": A}, **more}


def update(expression, values=None, **more):
    said = {"ExpressionAttributeValues": values} if values else {}
    return on_key("update_item", UpdateExpression=expression, **said, **more)


def query(condition, table=TN, /, **values):
    given = {":p": A} if ":p" in condition else {}
    given |= {f":{name}": value for name, value in values.items()}
    asked = {"TableName": table, "KeyConditionExpression": condition}
    return "query", asked | {"ExpressionAttributeValues": given}


def scan(expression, names=None, **values):
    given = {f":{name}": value for name, value in values.items()}
    asked = {"TableName": T, "FilterExpression": expression}
    asked |= {"ExpressionAttributeNames": names} if names else {}
    return "scan", asked | ({"ExpressionAttributeValues": given} if given else {})


def get(projection, **names):
    more = {"ExpressionAttributeNames": {f"#{k}": v for k, v in names.items()}} if names else {}
    return on_key("get_item", ProjectionExpression=projection, **more)


def deep(levels):
    value = {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


def operand(name, kind):
    words = "Incorrect operand type for operator or function; operator or function"
    return f"{words}: {name}, operand type: {kind}"


OVERLAP = "Two document paths overlap with each other; must remove or rewrite one of these paths; "
UNDEFINED = "An expression attribute {} {} is not defined; attribute {}: {}"
NO_NAME = UNDEFINED.format("name", "used in the document path", "name", "#no")
NO_VALUE = UNDEFINED.format("value", "used in expression", "value", ":no")
MISUSED = "The function is not allowed to be used this way in an expression; function: "
DISTINCT = (
    "The first operand must be distinct from the remaining operands for this operator or function; "
    "operator: {}, first operand: [a]"
)
BETWEEN = "The BETWEEN operator requires {}; lower bound operand: AttributeValue: {{{}}}, "
BETWEEN += "upper bound operand: AttributeValue: {{{}}}"
SCHEMA = f"{INVALID}Condition parameter type does not match schema type"
FILTERS = {  # a filter and its values → why it is none
    "a = :no": ({}, NO_VALUE),
    "#no = a": ({}, NO_NAME),
    "((a = b))": ({}, "The expression has redundant parentheses;"),
    "(a = b": ({}, 'Syntax error; token: "<EOF>", near: "b"'),
    "a = b)": ({}, 'Syntax error; token: ")", near: "b)"'),
    "a": ({}, 'Syntax error; token: "<EOF>", near: "a"'),
    "a == b": ({}, 'Syntax error; token: "=", near: "== b"'),
    "a-b = c": ({}, 'Syntax error; token: "-", near: "a-b"'),
    "a = b AND": ({}, 'Syntax error; token: "<EOF>", near: "AND"'),
    "a = and": ({}, 'Syntax error; token: "and", near: "= and"'),
    "name = :v": ({"v": A}, "Attribute name is a reserved keyword; reserved keyword: name"),
    "m.size = :v": ({"v": A}, "Attribute name is a reserved keyword; reserved keyword: size"),
    "exists(a)": ({}, "Invalid function name; function: exists"),
    "size(a)": ({}, f"{MISUSED}size"),
    "contains(a, b) = :v": ({"v": A}, f"{MISUSED}contains"),
    "attribute_exists(:v)": (
        {"v": A},
        "Operator or function requires a document path; operator or function: attribute_exists",
    ),
    "contains(a)": (
        {},
        (
            "Incorrect number of operands for operator or function; operator or function: "
            "contains, number of operands: 1"
        ),
    ),
    "a = a": ({}, DISTINCT.format("=")),
    "contains(a, a)": ({}, DISTINCT.format("contains")),
    "begins_with(a, :v)": ({"v": FIVE}, operand("begins_with", "N")),
    "a < :v": ({"v": {"BOOL": True}}, operand("<", "BOOL")),
    "attribute_type(a, :v)": ({"v": FIVE}, operand("attribute_type", "N")),
    "size(:v) = a": ({"v": FIVE}, operand("size", "N")),
    "a BETWEEN :v AND :w": (
        {"v": FIVE, "w": {"N": "1"}},
        BETWEEN.format("upper bound to be greater than or equal to lower bound", "N:5", "N:1"),
    ),
    "a between :v and :w": (
        {"v": FIVE, "w": A},
        BETWEEN.format("same data type for lower and upper bounds", "N:5", "S:a"),
    ),
}
UPDATES = {  # an update and its value → why it is none
    "INVALID SYNTAX HERE": ({}, 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
    "SET a = :v SET b = :v": (
        {":v": A},
        'The "SET" section can only be used once in an update expression;',
    ),
    "SET a = :no": ({}, NO_VALUE),
    "REMOVE #no": ({}, NO_NAME),
    "REMOVE a, a.b": ({}, f"{OVERLAP}path one: [a], path two: [a, b]"),
    "REMOVE a.b, a[1]": (
        {},
        f"{OVERLAP.replace('overlap', 'conflict')}path one: [a, b], path two: [a, [1]]",
    ),
    "SET a = nothing(b)": ({}, "Invalid function name; function: nothing"),
    "SET a = b + :v": ({":v": A}, operand("+", "S")),
    "SET a = list_append(b, :v)": ({":v": A}, operand("list_append", "S")),
    "ADD a :v": (
        {":v": A},
        "Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
    ),
}
NO_BEGINNING = f"Invalid {{}}: {operand('begins_with', 'N')}"
KEYS = {  # a query's condition and its values → why it is none
    "pk = :p AND begins_with(sk, :v)": (
        {"v": FIVE},
        NO_BEGINNING,
    ),
    "begins_with(sk, :v) AND pk = :p": ({"v": A}, SCHEMA),
    "pk = :p AND sk < :v": ({"v": {"BOOL": True}}, f"Invalid {{}}: {operand('<', 'BOOL')}"),
    "pk = :p AND :v >= sk": ({"v": {"BOOL": True}}, f"Invalid {{}}: {operand('>=', 'BOOL')}"),
    "pk = :p AND sk = :v": ({"v": {"BOOL": True}}, SCHEMA),
    "pk = :p AND sk > :v AND sk < :w": (
        {"v": FIVE, "w": FIVE},
        "Invalid {}: KeyConditionExpressions must only contain one condition per key",
    ),
    "pk = :p AND sk > :v AND extra = :w": (
        {"v": FIVE, "w": FIVE},
        (
            "The number of query conditions (3) exceeds the number of key attributes defined in "
            "the schema (2)"
        ),
    ),
    "pk = :p AND sk.x = :v": (
        {"v": FIVE},
        "Invalid {}: KeyConditionExpressions cannot have conditions on nested attributes",
    ),
    "pk = :p OR sk = :v": ({"v": FIVE}, "Invalid operator used in {}: OR"),
    "NOT pk = :p": ({}, "Invalid operator used in {}: NOT"),
    "pk = :p AND sk <> :v": ({"v": FIVE}, "Invalid operator used in {}: <>"),
    "pk = :p AND attribute_exists(sk)": ({}, "Invalid operator used in {}: attribute_exists"),
    "pk = :p AND sk = extra": (
        {},
        "Invalid condition in {}: Multiple attribute names used in one condition",
    ),
    "pk = :no AND begins_with(sk, :v)": ({"v": FIVE}, f"Invalid {{}}: {NO_VALUE}"),
    "begins_with(sk, :v) AND pk = :no": (
        {"v": FIVE},
        NO_BEGINNING,
    ),
    "sk = :v": ({"v": FIVE}, "Query condition missed key schema element: pk"),
}
PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
PUT = {"TransactItems": [{"Put": {"TableName": T, "Item": {"pk": A}}}]}
CASES = {  # a call → what is told
    **{
        f"filter {text}": (scan(text, **values), f"Invalid FilterExpression: {why}")
        for text, (values, why) in FILTERS.items()
    },
    **{
        text: (update(text, values), f"{ONE}Invalid UpdateExpression: {why}")
        for text, (values, why) in UPDATES.items()
    },
    **{
        f"query {text}": (query(text, **values), why.replace("{}", "KeyConditionExpression"))
        for text, (values, why) in KEYS.items()
    },
    "no table for a condition": (
        query("pk = :p AND begins_with(sk, :v)", "refusing-none", v=FIVE),
        f"Invalid KeyConditionExpression: {operand('begins_with', 'N')}",
    ),
    "an empty condition": (
        put(ConditionExpression=""),
        f"{ONE}Invalid ConditionExpression: The expression can not be empty;",
    ),
    "a condition's undefined value": (
        update("SET b = :w", {":w": A}, ConditionExpression="a = :no"),
        f"{ONE}Invalid ConditionExpression: {NO_VALUE}",
    ),
    "names of nothing": (
        put(ExpressionAttributeNames={"#a": "a"}),
        f"{ONE}ExpressionAttributeNames can only be specified when using expressions",
    ),
    "no values": (
        put(ConditionExpression="attribute_exists(a)", ExpressionAttributeValues={}),
        f"{ONE}ExpressionAttributeValues must not be empty",
    ),
    "a name without its mark": (
        scan("#a = b", {"a": "b"}),
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
    ),
    "no projection": (
        get("!!! INVALID !!!"),
        'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"',
    ),
    "two names of one": (
        get("#a, #b", a="a", b="a"),
        f"Invalid ProjectionExpression: {OVERLAP}path one: [a], path two: [a]",
    ),
    "a batch's projection": (
        (
            "batch_get_item",
            {"RequestItems": {T: {"Keys": [{"pk": A}], "ProjectionExpression": "a, a.b"}}},
        ),
        f"Invalid ProjectionExpression: {OVERLAP}path one: [a], path two: [a, b]",
    ),
    "a batch both ways": (
        (
            "batch_get_item",
            {
                "RequestItems": {
                    T: {"Keys": [{"pk": A}], "ProjectionExpression": "pk"},
                    TB: {"Keys": [{"pk": NO}], "AttributesToGet": ["pk"]},
                }
            },
        ),
        (
            "Can not use both expression and non-expression parameters in the same request: Non-"
            "expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
        ),
    ),
    "a batch of nothing": (
        ("batch_get_item", {"RequestItems": {}}),
        (
            f"{ONE}Value at 'RequestItems' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1"
        ),
    ),
    "no table": (
        ("get_item", {"Key": {"pk": A}}),
        f"{ONE}Value null at 'tableName' failed to satisfy constraint: Member must not be null",
    ),
    "a name that none has": (
        ("get_item", {"TableName": "a b", "Key": {"pk": A}}),
        f"{ONE}Value 'a b' at 'tableName' failed to satisfy constraint: {PATTERN}",
    ),
    "one in a batch": (
        ("batch_get_item", {"RequestItems": {"a!": {"Keys": [{"pk": A}]}}}),
        (
            f'{ONE}Value \'{{"a!":{{"Keys":[{{"pk":{{"S":"a"}}}}]}}}}\' at \'requestItems\' failed'
            " to satisfy constraint: Map keys must satisfy constraint: [Member must have length "
            "less than or equal to 255, Member must have length greater than or equal to 3, "
            f"{PATTERN}]"
        ),
    ),
    "no items": (
        ("scan", {"TableName": T, "Limit": 0}),
        (
            f"{ONE}Value '0' at 'limit' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1"
        ),
    ),
    "no keys": (
        ("batch_get_item", {"RequestItems": {T: {"Keys": []}}}),
        (
            f"{ONE}Value at 'RequestItems.{T}.member.Keys' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1"
        ),
    ),
    "no units": (
        ("transact_write_items", PUT | {"ReturnConsumedCapacity": "X"}),
        (
            f"{ONE}Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must "
            "satisfy enum value set: [INDEXES, TOTAL, NONE]"
        ),
    ),
    "a long token": (
        ("transact_write_items", PUT | {"ClientRequestToken": "x" * 37}),
        (
            f"{ONE}Value '{'x' * 37}' at 'clientRequestToken' failed to satisfy constraint: Member "
            "must have length less than or equal to 36"
        ),
    ),
    "what is not returned": (
        put(ReturnValues="ALL_NEW"),
        f"{ONE}ReturnValues can only be ALL_OLD or NONE",
    ),
    "names beside what is older": (
        put(Expected={"a": {"Exists": False}}, ExpressionAttributeNames={"#a": "a"}),
        f"{ONE}ExpressionAttributeNames can only be specified when using expressions",
    ),
    "no condition": (
        ("query", {"TableName": T}),
        (
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
            "request."
        ),
    ),
    "no index": (
        ("query", query("pk = :p", T)[1] | {"IndexName": "none"}),
        "The table does not have the specified index: none",
    ),
    "no segment": (
        ("scan", {"TableName": T, "Segment": 5, "TotalSegments": 5}),
        (
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 5 is not less than TotalSegments: 5"
        ),
    ),
    "an empty text to put": (put(item={"pk": {"S": ""}}), EMPTY.format("string")),
    "empty bytes to put": (put(TB, {"pk": NO}), EMPTY.format("binary")),
    "to get": (on_key("get_item", TB, {"pk": NO}), EMPTY.format("binary")),
    "to delete": (on_key("delete_item", TB, {"pk": NO}), EMPTY.format("binary")),
    "to change": (
        on_key("update_item", TB, {"pk": NO}, UpdateExpression="REMOVE a"),
        EMPTY.format("binary"),
    ),
    "to find": (("query", query("pk = :v", TB, v=NO)[1]), EMPTY.format("binary")),
    "in a batch": (
        ("batch_write_item", {"RequestItems": {TB: [{"PutRequest": {"Item": {"pk": NO}}}]}}),
        EMPTY.format("binary"),
    ),
    "a batch without a key": (
        ("batch_write_item", {"RequestItems": {T: [{"PutRequest": {"Item": {"a": A}}}]}}),
        MATCH,
    ),
    "no name": (put(item={"pk": A, "m": {"M": {"": A}}}), f"{ONE}Empty attribute name"),
    "no name in a batch": (
        ("batch_write_item", {"RequestItems": {T: [{"PutRequest": {"Item": {"pk": A, "": A}}}]}}),
        "Empty attribute name",
    ),
    "too deep": (
        put(item={"pk": A, "d": deep(32)}),
        (
            f"{ONE}Nesting Levels have exceeded supported limits: Attributes in the item have "
            "nested levels beyond supported limit"
        ),
    ),
}


@pytest.mark.parametrize(("asked", "told"), CASES.values(), ids=CASES)
def test_a_request_is_refused_in_these_words(db, asked, told):
    assert refusal(db, *asked)["Error"] == {"Code": "ValidationException", "Message": told}


BEYOND = "Number {}. Attempting to store a number with magnitude {} than supported range"
LARGE, SMALL = BEYOND.format("overflow", "larger"), BEYOND.format("underflow", "smaller")
NONE = "The parameter cannot be converted to a numeric value"
NUMBERS = {  # a number → what is wrong with it, as one check tells it and the older one
    "abc": (f"{NONE}: abc", f"{NONE}: abc"),
    "": (f"{NONE}: ", NONE),
    "1e126": (LARGE, LARGE),
    "1e2147483647": (LARGE, SMALL),
    "0e-131": (SMALL, SMALL),
    "1e99999999999": (LARGE, None),
    "1e9223372036854775808": (f"{NONE}: 1e9223372036854775808", None),
}
SETS = (  # a set with a double, and the same
    (
        {"SS": ["b", "a", "b"]},
        f'{INVALID}Input collection ["a", "b", "b"] contains duplicates.',
        f"{INVALID}Input collection [b, a, b] contains duplicates.",
    ),
    (
        {"BS": [b"\xff", b"\0", b"\0"]},
        f'{INVALID}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
        f"{INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
    ),
    (
        {"NS": ["2", "1", "2"]},
        f"{INVALID}Input collection contains duplicates.",
        "Input collection contains duplicates",
    ),
)
VALUES = [*(({"N": text}, *told) for text, told in NUMBERS.items()), *SETS]


@pytest.mark.parametrize(("value", "now", "before"), VALUES, ids=lambda each: str(each)[:30])
def test_two_checks_tell_of_values(db, value, now, before):
    write = {"Item": {"pk": A, "v": value}}
    change = {"TableName": T, "Key": {"pk": A}, "UpdateExpression": "SET a = :v"}
    change |= {"ExpressionAttributeValues": {":v": value}}
    told = {
        "put": put(item=write["Item"]),
        "within": put(item={"pk": A, "v": {"M": {"x": {"L": [value]}}}}),
        "expected": put(Expected={"v": {"Value": value}}),
        "update": ("update_item", change),
        "delete": on_key("delete_item", key={"pk": value}),
    }
    for asked in told.values():
        assert refusal(db, *asked)["Error"]["Message"] == f"{ONE}{now}"
    for asked in (on_key("get_item", key={"pk": value}), query("pk = :v", T, v=value)):
        assert refusal(db, *asked)["Error"]["Message"] == now
    if before is None:
        return
    batch = {"RequestItems": {T: [{"PutRequest": write}]}}
    assert refusal(db, "batch_write_item", batch)["Error"]["Message"] == before
    for action, why in (
        ({"Put": {"TableName": T, **write}}, before),
        (
            {"Update": change},
            f"ExpressionAttributeValues contains invalid value: {before} for key :v",
        ),
    ):
        told = refusal(db, "transact_write_items", {"TransactItems": [action]})
        assert told["Error"]["Message"] == why


def test_a_table_that_is_not_there_is_named(db):
    on = {"TimeToLiveSpecification": {"AttributeName": "a", "Enabled": True}}
    for call, more in (("delete_table", {}), ("update_time_to_live", on)):
        told = refusal(db, call, {"TableName": "none"} | more)["Error"]
        assert told["Code"] == "ResourceNotFoundException"
        assert told["Message"] == "Requested resource not found: Table: none not found"


def actions(key):
    """What a transaction does to an item, and how it puts one."""
    at = {"TableName": T, "Key": {"pk": key}}
    change = {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": A}}
    return [
        {"Update": at | change},
        {"Delete": at},
        {"ConditionCheck": at | {"ConditionExpression": "attribute_not_exists(pk)"}},
        {"Put": {"TableName": T, "Item": {"pk": key}}},
    ]


def test_a_transaction_is_cancelled_for_a_key_of_another_type(db):
    other = {"Put": {"TableName": T, "Item": {"pk": X}}}
    for key, kind in ((FIVE, "N"), ({"L": [A]}, "L")):
        mismatch = f"{INVALID}Type mismatch for key pk expected: S actual: {kind}"
        for action, why in zip(actions(key), (MATCH, MATCH, MATCH, mismatch), strict=True):
            told = refusal(db, "transact_write_items", {"TransactItems": [other, action]})
            assert told["Error"]["Message"].endswith("reasons [None, ValidationError]")
            reason = {"Code": "ValidationError", "Message": why}
            assert told["CancellationReasons"] == [{"Code": "None"}, reason]
    for action in actions({"S": ""}):
        told = refusal(db, "transact_write_items", {"TransactItems": [other, action]})
        assert told["Error"]["Message"] == EMPTY.format("string")
    told = refusal(
        db, "transact_get_items", {"TransactItems": [{"Get": {"TableName": T, "Key": {}}}]}
    )
    assert [each["Code"] for each in told["CancellationReasons"]] == ["ValidationError"]
    assert "Item" not in db.get_item(TableName=T, Key={"pk": X})


def test_an_expression_has_4096_bytes(db):
    for size, why in ((4096, None), (4097, "Expression size has exceeded the maximum allowed")):
        names = ", ".join(f"{'a' * 94}{number:04}" for number in range(40))
        expression = f"REMOVE {names},"
        expression += "b" * (size - len(expression))
        asked = update(expression)
        action = {"Update": asked[1]}
        if why is None:
            db.update_item(**asked[1])
            db.transact_write_items(TransactItems=[action])
            continue
        assert why in refusal(db, *asked)["Error"]["Message"]
        told = refusal(db, "transact_write_items", {"TransactItems": [action]})
        assert why in told["Error"]["Message"]


def test_a_query_takes_its_conditions_in_any_form(db):
    db.put_item(TableName=TS, Item={"pk": A, "sk": {"S": "m"}})
    names = {"#p": "pk", "#s": "sk"}
    for condition in (
        "(#p = :p) AND (#s = :m)",
        "((#p = :p)) and ((:m = #s))",
        "(:m <= #s AND :p = #p)",
        "begins_with(#s, :m) AND #p = :p",
        "#s between :m and :m AND #p=:p",
    ):
        told = db.query(
            TableName=TS,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":p": A, ":m": {"S": "m"}},
        )
        assert told["Count"] == 1, condition
