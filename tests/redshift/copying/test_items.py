"""COPY of DynamoDB's tables."""

import json

import pytest

READ = "READRATIO 50"


@pytest.fixture(scope="module")
def films(desk):
    """A table's address, and the function that puts items into it."""
    db, name = desk.client("dynamodb"), "Films"
    db.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    allowed = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    role = desk.role.rpartition("/")[2]
    iam = desk.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName="items", PolicyDocument=document)

    def put(*items):
        for known in db.scan(TableName=name)["Items"]:
            db.delete_item(TableName=name, Key={"id": known["id"]})
        for item in items:
            db.put_item(TableName=name, Item=item)

    yield f"dynamodb://{name}", put
    iam.delete_role_policy(RoleName=role, PolicyName="items")
    db.delete_table(TableName=name)


def rows(desk, table):
    return desk.data.rows(f"SELECT * FROM {table} ORDER BY id")


def film(number, **more):
    return {"id": {"N": str(number)}, **more}


def test_attributes_are_found_by_name(desk, films):
    """Whatever their capitals; of what has no column nothing is asked."""
    uri, put = films
    put(
        film(1, Title={"S": "Ä|1"}, PRICE={"N": "12.50"}, tags={"SS": ["a"]}),
        film(2, seen={"S": "2021-03-04"}),
    )
    table = desk.table("id bigint, title varchar(20), price decimal(5,2), seen date")
    assert desk.copy(table, uri, READ) == ""
    assert rows(desk, table) == [[1, "Ä|1", "12.50", None], [2, "", None, "2021-03-04"]]
    other = desk.table("title varchar(20), id int")
    assert desk.copy(f"{other} (id, title)", uri, f"{READ} EMPTYASNULL") == ""
    assert rows(desk, other) == [["Ä|1", 1], [None, 2]]


def test_what_cannot_be_loaded_fails_the_statement(desk, films):
    uri, put = films
    table = desk.table("id int, tags varchar(20)")
    put(film(1), film(2, tags={"SS": ["a"]}))
    assert "Unsupported data type SS" in desk.copy(table, uri, READ)
    put(film(1, tags={"S": "a"}, Tags={"S": "b"}))
    assert "differ in case alone" in desk.copy(table, uri, READ)
    put(film(1), film(2, tags={"S": "x" * 21}))
    assert "stl_load_errors" in desk.copy(table, uri, READ)
    assert rows(desk, table) == []
    assert desk.copy(table, uri, f"{READ} MAXERROR 2") == ""
    assert rows(desk, table) == [[1, ""]]


@pytest.mark.parametrize(
    ("name", "how", "words"),
    [
        ("Films", "", "READRATIO is a number from 1 to 200"),
        ("Films", "READRATIO 201", "READRATIO is a number from 1 to 200"),
        ("Films", f"{READ} CSV", "CSV is not supported for DynamoDB based COPY"),
        ("Films", f"{READ} MANIFEST", "MANIFEST is not supported for DynamoDB based COPY"),
        ("Nowhere", READ, "Requested resource not found"),
    ],
)
def test_what_is_refused(desk, films, name, how, words):
    assert words in desk.copy(desk.table("id int"), f"dynamodb://{name}", how)


def test_a_role_must_be_allowed_to_scan(desk, films):
    uri, _ = films
    role = desk.role.rpartition("/")[2]
    denied = {"Effect": "Deny", "Action": "dynamodb:Scan", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam = desk.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName="no-scan", PolicyDocument=document)
    try:
        told = desk.copy(desk.table("id int"), uri, READ)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="no-scan")
    assert "AccessDenied" in told
    assert "dynamodb:Scan" in told
