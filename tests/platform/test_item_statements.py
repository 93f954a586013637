"""PartiQL of DynamoDB, after what AWS was seen to answer.

Source: https://github.com/paritysuite/dynamodb-conformance/tree/main/tests/tier2/partiql
"""

import json

import pytest
from botocore.exceptions import ClientError

WELL = "Statement wasn't well formed, can't be processed: "
LEFT = f"{WELL}Unexpected token after expression"
KEY = "Where clause does not contain a mandatory equality on all key attributes"
OVERLAP = "Overlapping conditions with range keys are not supported in where clause"
INVALID = "One or more parameter values were invalid: "


@pytest.fixture
def db(aws):
    return aws("dynamodb")


@pytest.fixture
def people(db, fresh):
    """A table by a text, with a person of each kind of attribute."""
    name = make(db, fresh("people"), [("pk", "S")])
    item = {
        "pk": {"S": "ann"}, "age": {"N": "31"}, "tags": {"SS": ["b", "a"]},
        "ns": {"NS": ["1", "2"]}, "m": {"M": {"deep": {"S": "x"}}}, "l": {"L": [{"N": "1"}]},
        "nul": {"NULL": True}, "flag": {"BOOL": True}, "raw": {"B": b"\1\2"},
    }  # fmt: skip
    db.put_item(TableName=name, Item=item)
    yield name
    db.delete_table(TableName=name)


@pytest.fixture
def things(db, fresh):
    """A table by a text and a number, with two indexes; three things of one, one of another."""
    name = make(db, fresh("things"), [("pk", "S"), ("sk", "N")], other="other", local="alt")
    for pk, sk in (("a", "1"), ("a", "2"), ("a", "3"), ("b", "9")):
        item = {"other": {"S": f"o{sk}"}, "alt": {"S": "z"}, "data": {"S": f"d{sk}"}}
        db.put_item(TableName=name, Item={"pk": {"S": pk}, "sk": {"N": sk}, **item})
    yield name
    db.delete_table(TableName=name)


def make(db, name, keys, other=None, local=None):
    attributes = [*keys, *((each, "S") for each in (other, local) if each)]
    kinds = ("HASH", "RANGE")
    schema = [
        {"AttributeName": key, "KeyType": kind} for (key, _), kind in zip(keys, kinds, strict=False)
    ]
    keys_only = {"ProjectionType": "KEYS_ONLY"}
    more = {}
    if other:
        by = [{"AttributeName": other, "KeyType": "HASH"}]
        more["GlobalSecondaryIndexes"] = [
            {"IndexName": "by-other", "KeySchema": by, "Projection": keys_only}
        ]
        by = [schema[0], {"AttributeName": local, "KeyType": "RANGE"}]
        more["LocalSecondaryIndexes"] = [
            {"IndexName": "by-alt", "KeySchema": by, "Projection": keys_only}
        ]
    db.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in attributes],
        KeySchema=schema,
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return name


def said(db, statement, *parameters, **options):
    """The items of a statement's answer, or its refusal."""
    given = {"Parameters": list(parameters)} if parameters else {}
    try:
        answer = db.execute_statement(Statement=statement, **given, **options)
    except ClientError as error:
        told = error.response["Error"]
        known = told["Code"] == "ValidationException"
        return told["Message"] if known else told["Code"]
    return [plain(each) for each in answer["Items"]]


def plain(item):
    """An item without its types."""
    return {name: next(iter(value.values())) for name, value in item.items()}


FILTERS = [
    "attribute_exists(tags)", "NOT attribute_exists(nope)", "ATTRIBUTE_EXISTS(tags) = true",
    "(attribute_exists(nope) OR attribute_exists(m.deep))", "attribute_not_exists(m.nope)",
    "size(pk) = 3", "attribute_type(tags, 'SS')", "nul IS NULL", "age IS NOT NULL", "flag IS BOOL",
    "pk IS STRING", "nope IS MISSING", "age IS NOT MISSING", "tags = <<'a', 'b'>>",
    "ns <> <<1, 3>>", "l = [1]", "m = {'deep': 'x'}", "nul = NULL", "flag = true", "age >= 3.1e1",
    "age BETWEEN 30 AND 32", "age IN [1, 31]", "age IN (31)", "contains(tags, 'a')",
    "begins_with(m.deep, 'x')", "31 = age", "l[0] = 1",
]  # fmt: skip


@pytest.mark.parametrize("condition", FILTERS)
def test_a_condition_keeps_what_fulfils_it(db, people, condition):
    select = f"SELECT pk FROM \"{people}\" WHERE pk = 'ann' AND "
    assert said(db, select + condition) == [{"pk": "ann"}]
    assert said(db, f"{select}NOT ({condition})") == []


def test_a_select_reads_by_keys_and_indexes(db, things):
    t = f'"{things}"'
    rows = [
        (f"SELECT sk FROM {t} WHERE pk = 'a'", "1 2 3"),
        (f"select sk from {t} where pk = 'a' and sk > 1 order by sk desc", "3 2"),
        (f"SELECT sk FROM {t} WHERE pk = 'a' AND sk <> 2 AND data = 'd3'", "3"),
        (f"SELECT sk FROM {t} WHERE pk = 'a' AND NOT sk = 1 OR pk = 'a' AND sk = 2", "2 3"),
        (f"SELECT sk FROM {t} WHERE pk = 'a' AND (sk = 1 OR sk = 3)", "1 3"),
        (f"SELECT sk FROM {t} WHERE pk IN ['b', 'a'] ORDER BY pk DESC, sk DESC", "9 3 2 1"),
        (f"SELECT sk FROM {t} WHERE pk = 'b' OR pk = 'a' AND sk = 2", "9 2"),
        (f"SELECT sk FROM {t} WHERE sk = 9 -- of any", "9"),
        (f"SELECT sk FROM {t}.\"by-other\" WHERE other = 'o2'", "2"),
        (f"SELECT sk FROM {t}.\"by-other\" WHERE pk = 'b'", "9"),
        (f"SELECT sk, data FROM {t}.\"by-alt\" WHERE pk = 'a' AND alt = 'z' AND sk = 3", "3"),
    ]
    for statement, numbers in rows:
        assert " ".join(each["sk"] for each in said(db, statement)) == numbers, statement
    assert said(db, f"SELECT data FROM {t}.\"by-alt\" WHERE pk = 'b'") == [{"data": "d9"}]
    assert said(db, f"SELECT sk FROM {t} WHERE pk = ?", {"S": "b"}, ConsistentRead=True) == [
        {"sk": "9"}
    ]


def test_pages_have_each_item_once(db, things):
    """Across the partitions that a statement names, and over a scan."""
    for where in ("", " WHERE pk IN ['a', 'b']", " WHERE pk = 'a' OR pk = 'b' AND sk = 9"):
        found, token = [], {}
        for _ in range(9):
            page = db.execute_statement(
                Statement=f'SELECT sk FROM "{things}"{where}', Limit=2, **token
            )
            assert len(page["Items"]) <= 2
            found += [each["sk"]["N"] for each in page["Items"]]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        assert sorted(found) == ["1", "2", "3", "9"]
    assert said(db, f'SELECT * FROM "{things}"', **token) == "NextToken does not match request"


def test_an_item_is_made_changed_and_deleted(db, people):
    t = f'"{people}"'
    assert (
        said(db, f"INSERT INTO {t} VALUE {{'pk': ?, 'n': .5, 'l': [true, NULL]}}", {"S": "b"}) == []
    )
    assert said(db, f"INSERT INTO {t} VALUE {{'pk': 'b'}}") == "DuplicateItemException"
    one = f"FROM {t} WHERE pk = 'b'"
    assert said(db, f"SELECT n, l FROM {t} WHERE pk = 'b'") == [
        {"n": "0.5", "l": [{"BOOL": True}, {"NULL": True}]}
    ]
    changed = f"UPDATE {t} SET n = n + 1 SET s = set_add(s, <<'x', 'y'>>), m = {{}} REMOVE l"
    (now,) = said(db, f"{changed} WHERE pk = 'b' AND n < 1 RETURNING MODIFIED NEW *")
    assert {**now, "s": sorted(now["s"])} == {"n": "1.5", "s": ["x", "y"], "m": {}}
    assert said(db, f"UPDATE {t} SET n = 0 WHERE pk = 'b' AND n < 1") == (
        "ConditionalCheckFailedException"
    )
    assert said(db, f"{one} SET s = set_delete(s, <<'x', 'y'>>) RETURNING ALL NEW *") == [
        {"pk": "b", "n": "1.5", "m": {}}
    ]
    assert (
        said(db, f"UPDATE {t} SET n = 1 WHERE pk = 'nobody'") == "ConditionalCheckFailedException"
    )
    assert said(db, f"DELETE {one} AND attribute_exists(x)") == "ConditionalCheckFailedException"
    assert said(db, f"DELETE {one} RETURNING ALL OLD *")[0]["n"] == "1.5"
    assert said(db, f"DELETE {one} RETURNING ALL OLD *") == []


REFUSED = [
    ("SELECTT * FROM {t}", f"{WELL}Expected data manipulation"),
    ("SELECT * FROM {t} WHERE pk = 'a' foo", LEFT),
    ("SELECT * FROM {t} ORDER BY pk WHERE pk = 'a'", LEFT),
    ("INSERT INTO {t} VALUE {{'pk': 'a'}} foo", LEFT),
    ("INSERT INTO {t} t VALUE {{'pk': 'a'}}", LEFT),
    ("DELETE FROM {t} WHERE pk = 'a' ORDER BY pk", LEFT),
    ("FROM {t} SET c = 1 WHERE pk = 'a'", LEFT),
    ("SELECT * FROM {t} WHERE", f"{WELL}Unexpected term"),
    ("SELECT * FROM", f"{WELL}Unexpected term"),
    ("SELECT * FROM {t} WHERE ORDER BY pk", f"{WELL}Unexpected keyword"),
    ("SELECT * FROM {t} WHERE x IS FOO", f"{WELL}Expected type name"),
    ("SELECT * FROM {t} WHERE pk = 1 # note", WELL),
    ("SELECT * FROM {t} WHERE pk = 1e2147483648", WELL),
    ("DELETE FROM WHERE pk = 'a'", f"{WELL}Expected identifier for simple path"),
    ("SELECT * FROM {t} t WHERE pk = 'a'", "Aliasing is not supported"),
    ("UPDATE {t} AS t SET a = 1 WHERE pk = 'a'", "Aliasing is not supported"),
    ('SELECT * FROM {t}."i"."j"', "A path may contain at most 2 components in the FROM clause"),
    ("SELECT * FROM \"\" WHERE pk = 'a'", "Path component cannot be an empty string"),
    ("SELECT * FROM \"nowhere\" WHERE pk = 'a'", "ResourceNotFoundException"),
    ("SELECT * FROM {t}.\"none\" WHERE pk = 'a'", "The table does not have the specified index"),
    ("SELECT ? FROM {t}", "Unsupported projection in the select clause"),
    (
        "SELECT * FROM {t} WHERE pk = ?",
        "Number of parameters in request and statement don't match.",
    ),
    ("UPDATE {t} SET a = 1", KEY),
    ("FROM {t} WHERE a = 1 REMOVE b", KEY),
    ("DELETE FROM {t} WHERE pk = 'a'", KEY),
    ("INSERT INTO {t} VALUE {{'pk': 'a'}}", "Key attribute should be present in the item: Key sk"),
    (
        "SELECT * FROM {t} WHERE pk = 1",
        ("Key attribute's data type should match its data type in table's schema: Key pk"),
    ),
    ("SELECT * FROM {t} WHERE pk IN ['a', 'a']", OVERLAP),
    ("SELECT * FROM {t} WHERE pk = 'a' AND x = '1' OR pk = 'a' AND sk = 2", OVERLAP),
    (
        "SELECT pk FROM \"nowhere\" WHERE pk = 'a' AND v < true",
        (
            "Incorrect operand type"
            " for operator or function; operator or function: <, operand type: BOOL"
        ),
    ),
    (
        'SELECT data FROM {t}."by-other"',
        (f"{INVALID}Global secondary index by-other does not project [data]"),
    ),
    (
        "SELECT pk FROM {t}.\"by-alt\" WHERE pk = 'a' AND data = 'd'",
        (f"{INVALID}Secondary index by-alt does not project one or more filter attributes: [data]"),
    ),
    (
        "DELETE FROM {t} WHERE pk = 'x' RETURNING ALL NEW *",
        (
            "Invalid returning clause: RETURNING"
            " ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE statements."
        ),
    ),
    (
        "UPDATE {t} SET a = set_add(b, <<1>>) WHERE pk = 'a' AND sk = 1",
        "The first argument to SET_ADD must equal the assignment value",
    ),
    (
        "UPDATE {t} SET a = 1e126 WHERE pk = 'a' AND sk = 1",
        (
            "Number overflow. Attempting to store a"
            " number with magnitude larger than supported range under root"
        ),
    ),
    (
        "INSERT INTO {t} VALUE {{'pk': 'a', 'sk': 7, 'l': [1, 1e-131]}}",
        (
            "Number underflow. Attempting to store a number with magnitude smaller"
            " than supported range under root[1]"
        ),
    ),
    (
        "EXISTS(SELECT * FROM {t} WHERE pk = 'a')",
        ("EXISTS can only be used in ExecuteTransaction write requests."),
    ),
]


def test_what_says_nothing_changes_nothing(db, things):
    before = said(db, f'SELECT * FROM "{things}"')
    for statement, message in REFUSED:
        assert said(db, statement.format(t=f'"{things}"')) == message, statement
    assert said(db, f'SELECT * FROM "{things}"') == before
    gsi = f'SELECT * FROM "{things}"."by-other" WHERE other = \'o1\''
    assert said(db, gsi, ConsistentRead=True) == (
        "Strongly consistent read is not supported on Global Secondary Indexes"
    )


def test_a_batch_answers_each_statement(db, people, things):
    statements = [
        f"SELECT age FROM \"{people}\" WHERE pk = 'ann'",
        "SELECT * FROM \"nowhere\" WHERE pk = 'x'",
        f'SLECT * FROM "{people}"',
        f"SELECT * FROM \"{things}\" WHERE pk = 'a'",
        f"SELECT * FROM \"{people}\" WHERE pk = 'nobody'",
    ]
    answer = db.batch_execute_statement(
        Statements=[{"Statement": each} for each in statements], ReturnConsumedCapacity="TOTAL"
    )
    told = answer["Responses"]
    assert told[0] == {"TableName": people, "Item": {"age": {"N": "31"}}}
    assert [each.get("Error", {}).get("Code") for each in told] == [
        None, "ResourceNotFound", "ValidationError", "ValidationError", None,
    ]  # fmt: skip
    assert "must specify the primary key in the where clause." in told[3]["Error"]["Message"]
    assert told[4] == {"TableName": people}
    assert answer["ConsumedCapacity"] == [{"TableName": people, "CapacityUnits": 1.0}]
    writes = [f"INSERT INTO \"{people}\" VALUE {{'pk': '{name}'}}" for name in ("ann", "bob")]
    told = db.batch_execute_statement(Statements=[{"Statement": each} for each in writes])
    assert [each.get("Error", {}).get("Code") for each in told["Responses"]] == [
        "DuplicateItem",
        None,
    ]
    assert said(db, f"SELECT pk FROM \"{people}\" WHERE pk = 'bob'") == [{"pk": "bob"}]


def transacted(db, *statements, **options):
    try:
        given = [{"Statement": each} for each in statements]
        return db.execute_transaction(TransactStatements=given, **options)["Responses"]
    except ClientError as error:
        return error.response["Error"]["Message"]


def test_a_transaction_is_all_or_nothing(db, people, things):
    t = f'"{people}"'
    insert, exists = f"INSERT INTO {t} VALUE {{'pk': 'c'}}", f"EXISTS(SELECT * FROM {t} WHERE pk = "
    assert transacted(db, insert, f"INSERT INTO {t} VALUE {{'pk': 'ann'}}").endswith(
        "[None, DuplicateItem]"
    )
    assert transacted(db, insert, f"{exists}'ann' AND age = 1)").endswith(
        "[None, ConditionalCheckFailed]"
    )
    assert said(db, f"SELECT * FROM {t} WHERE pk = 'c'") == []
    assert transacted(db, insert, f"{exists}'ann' AND age = 31)") == []
    for _ in range(2):
        statement = f"UPDATE {t} SET age = age + 1 WHERE pk = 'ann'"
        assert transacted(db, statement, ClientRequestToken=f"token-{people}"[:36]) == []
    read = [f"SELECT age FROM {t} WHERE pk = 'ann'", f"SELECT * FROM {t} WHERE pk = 'nobody'"]
    assert transacted(db, *read) == [{"Item": {"age": {"N": "32"}}}, {}]
    refused = "Validation failed in TransactStatements[0]: "
    assert transacted(db, f"{statement} RETURNING ALL NEW *") == (
        f"{refused}RETURNING clause is not supported in ExecuteTransaction."
    )
    assert transacted(db, f'SELECT * FROM "{things}"."by-other" WHERE other = \'x\'') == (
        f"{refused}Reads on indices are not supported within transactions."
    )
    assert transacted(db, f"{exists}'ann')") == (
        f"{refused}EXISTS() must contain a single item read with additional condition"
    )


def test_policies_are_asked_of_what_a_statement_does(aws, fresh, db, people):
    iam, name = aws("iam"), fresh("reader")
    iam.create_user(UserName=name)
    arn = db.describe_table(TableName=people)["Table"]["TableArn"]
    statement = {"Effect": "Allow", "Action": "dynamodb:PartiQLSelect", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    reader = aws(
        "dynamodb",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert said(reader, f"SELECT pk FROM \"{people}\" WHERE pk = 'ann'") == [{"pk": "ann"}]
    assert said(reader, f"DELETE FROM \"{people}\" WHERE pk = 'ann'") == "AccessDeniedException"
    assert said(reader, 'SELECT * FROM "other"') == "AccessDeniedException"
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="read")
    iam.delete_user(UserName=name)


def test_a_query_of_an_index_reads_what_it_projects(db, things):
    """A local index reads the rest from its table, a global one has it not."""
    names = {"#d": "data"}
    told = db.query(
        TableName=things,
        IndexName="by-alt",
        KeyConditionExpression="pk = :v",
        ExpressionAttributeValues={":v": {"S": "b"}},
        ProjectionExpression="#d",
        ExpressionAttributeNames=names,
        ReturnConsumedCapacity="INDEXES",
    )
    assert told["Items"] == [{"data": {"S": "d9"}}]
    half = {"CapacityUnits": 0.5}
    assert told["ConsumedCapacity"]["LocalSecondaryIndexes"] == {"by-alt": half}
    assert told["ConsumedCapacity"]["Table"] == half
    whole = db.scan(TableName=things, IndexName="by-alt", Select="ALL_ATTRIBUTES", Limit=1)
    assert "data" in whole["Items"][0]
    assert "data" not in db.scan(TableName=things, IndexName="by-alt", Limit=1)["Items"][0]
    with pytest.raises(ClientError, match=r"by-other does not project \[data\]"):
        db.scan(
            TableName=things,
            IndexName="by-other",
            ProjectionExpression="pk, #d",
            ExpressionAttributeNames=names,
        )
