"""What DynamoDB refuses of items and their tables, and what conditions and projections tell."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

UNCHECKED = Config(parameter_validation=False)
KEY = {"id": {"S": "a"}, "at": {"N": "1"}}
ITEM = KEY | {
    "held": {"L": [{"N": "0"}, {"S": "b"}, {"M": {"x": {"N": "5"}, "y": {"B": b"\0"}}}]},
    "named": {"M": {"k": {"S": "v"}, "l": {"S": "w"}}},
    "text": {"S": "12"},
    "bytes": {"B": b"abc"},
}


@pytest.fixture(scope="module")
def name(aws):
    dynamodb = aws("dynamodb")
    dynamodb.create_table(
        TableName="test-item-requests",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="test-item-requests", Item=ITEM)
    yield "test-item-requests"
    dynamodb.delete_table(TableName="test-item-requests")


VALUES = {  # an attribute's value → why no item has it
    "of two types": ({"S": "a", "N": "1"}, "more than one datatypes set"),
    "of none": ({}, "Supplied AttributeValue is empty"),
    "no number": ({"N": "1_0"}, "cannot be converted to a numeric value: 1_0"),
    "too many digits": ({"N": "1" * 39}, "more than 38 significant digits"),
    "too large": ({"N": "1e126"}, "Number overflow"),
    "too small": ({"N": "-1e-131"}, "Number underflow"),
    "nothing in a set": ({"SS": []}, "An string set  may not be empty"),
    "texts twice": (
        {"SS": ["a", "a"]},
        r"Input collection \[\"?a\"?, \"?a\"?\] contains duplicates",
    ),
    "numbers twice": ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    "bytes twice": (
        {"BS": [b"a", b"a"]},
        r"\[\"?YQ==\"?, ?\"?YQ==\"?\]of type BS contains duplicates",
    ),
    "within a list": ({"L": [{"M": {"x": {"N": "y"}}}]}, "to a numeric value: y"),
}


@pytest.mark.parametrize(("value", "why"), VALUES.values(), ids=VALUES)
def test_values_that_no_item_has(aws, name, value, why):
    dynamodb = aws("dynamodb", config=UNCHECKED)
    with pytest.raises(ClientError, match=why):
        dynamodb.put_item(TableName=name, Item=KEY | {"v": value})
    asked = {"FilterExpression": "v = :v", "ExpressionAttributeValues": {":v": value}}
    with pytest.raises(ClientError, match=why):
        dynamodb.scan(TableName=name, **asked)


A, B, ONE, TWO = {"S": "a"}, {"S": "b"}, {"N": "1"}, {"N": "2"}
OTHER = {"id": A, "at": B}
OF_A = {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": A}}
MATCH = "The provided key element does not match the schema"
EXISTS = {"ConditionExpression": "attribute_exists(id)"}
REFUSED = {
    "a key of another type": ("get_item", {"Key": OTHER}, MATCH),
    "one to delete": ("delete_item", {"Key": OTHER}, MATCH),
    "a condition of another type": (
        "query",
        {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": ONE}},
        "Condition parameter type does not match schema type",
    ),
    "two conditions for a key": (
        "query",
        OF_A | {"KeyConditionExpression": "id = :a AND id = :a"},
        "must only contain one condition per key",
    ),
    "bounds of a key": (
        "query",
        {
            "KeyConditionExpression": "#i = :a AND (#t BETWEEN :h AND :l)",
            "ExpressionAttributeNames": {"#i": "id", "#t": "at"},
            "ExpressionAttributeValues": {":a": A, ":h": TWO, ":l": ONE},
        },
        r"KeyConditionExpression: The BETWEEN .* \{N:2\}, upper bound .* \{N:1\}",
    ),
    "bounds of a filter": (
        "scan",
        {
            "FilterExpression": "n BETWEEN :h AND :l",
            "ExpressionAttributeValues": {":h": {"N": "10"}, ":l": {"N": "9"}},
        },
        "Invalid FilterExpression: The BETWEEN",
    ),
    "a filter by the key": (
        "query",
        OF_A
        | {
            "FilterExpression": "named.#l = :a OR #k = :a",
            "ExpressionAttributeNames": {"#k": "at", "#l": "id"},
        },
        "only contain non-primary key attributes: Primary key attribute: at",
    ),
    "a start elsewhere": (
        "query",
        OF_A | {"ExclusiveStartKey": {"id": B, "at": ONE}},
        "starting key is outside query boundaries",
    ),
    "half a start": ("query", OF_A | {"ExclusiveStartKey": {"id": A}}, "starting key is invalid"),
    "a scan's": ("scan", {"ExclusiveStartKey": {"x": A}}, f"starting key is invalid: {MATCH}"),
    "a value that is not used": (
        "put_item",
        {"Item": KEY, **EXISTS, "ExpressionAttributeValues": {":a": A}},
        r"1 validation error detected: Value provided in .*Values unused in .*: \{:a\}",
    ),
    "a name that is not used": (
        "get_item",
        {"Key": KEY, "ProjectionExpression": "id", "ExpressionAttributeNames": {"#a": "a"}},
        r": Value provided in ExpressionAttributeNames unused in expressions: keys: \{#a\}",
    ),
    "values without an expression": (
        "put_item",
        {"Item": KEY, "ExpressionAttributeValues": {":a": A}},
        "1 validation error detected: ExpressionAttributeValues can only .* using expressions$",
    ),
    "both ways": (
        "put_item",
        {"Item": KEY, **EXISTS, "Expected": {"id": {"Exists": False}}},
        r"parameters: \{Expected\} Expression parameters: \{ConditionExpression\}",
    ),
    "paths that overlap": (
        "get_item",
        {
            "Key": KEY,
            "ProjectionExpression": "#m.k, named",
            "ExpressionAttributeNames": {"#m": "named"},
        },
        r"paths overlap .* path one: \[named, k\], path two: \[named\]",
    ),
    "a beginning that is a number": (
        "scan",
        {"FilterExpression": "begins_with(n, :a)", "ExpressionAttributeValues": {":a": ONE}},
        "operator or function: begins_with, operand type: N",
    ),
    "no type": (
        "update_item",
        {
            "Key": KEY,
            "UpdateExpression": "SET v = :a",
            "ConditionExpression": "attribute_type(n, :a)",
            "ExpressionAttributeValues": {":a": {"S": "Q"}},
        },
        "Invalid attribute type name found; type: Q, valid types",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "asked", "told"), REFUSED.values(), ids=REFUSED)
def test_requests_that_are_refused(aws, name, call, asked, told):
    with pytest.raises(ClientError, match=told):
        getattr(aws("dynamodb"), call)(TableName=name, **asked)


PUT, DELETE = {"PutRequest": {"Item": KEY | {"v": B}}}, {"DeleteRequest": {"Key": KEY}}
BATCHES = {  # what a batch writes → why it writes nothing
    "one item twice": ([PUT, DELETE], "Provided list of item keys contains duplicates"),
    "one number twice": (
        [PUT, {"DeleteRequest": {"Key": {"id": A, "at": {"N": "1.0"}}}}],
        "contains duplicates",
    ),
    "too many": (
        [PUT, *({"DeleteRequest": {"Key": {"id": B, "at": {"N": f"{n}"}}}} for n in range(25))],
        "Member must have length less than or equal to 25",
    ),
    "half a key": ([PUT, {"PutRequest": {"Item": {"id": B}}}], MATCH),
    "another type": ([PUT, {"DeleteRequest": {"Key": OTHER}}], MATCH),
}


@pytest.mark.parametrize(("requests", "why"), BATCHES.values(), ids=BATCHES)
def test_a_batch_that_is_refused_changes_nothing(aws, name, requests, why):
    with pytest.raises(ClientError, match=why):
        aws("dynamodb").batch_write_item(RequestItems={name: requests})
    assert aws("dynamodb").get_item(TableName=name, Key=KEY)["Item"] == ITEM


PROJECTED = {  # an expression → what it leaves of the item
    "held[2].y, held[0]": {"held": {"L": [{"N": "0"}, {"M": {"y": {"B": b"\0"}}}]}},
    "#l[1], named.l": {"held": {"L": [{"S": "b"}]}, "named": {"M": {"l": {"S": "w"}}}},
    "held[9], named.z": {},
}


@pytest.mark.parametrize(("expression", "left"), PROJECTED.items(), ids=PROJECTED)
def test_a_projection_leaves_what_it_names(aws, name, expression, left):
    dynamodb = aws("dynamodb")
    asked = {"TableName": name, "Key": KEY, "ProjectionExpression": expression}
    asked |= {"ExpressionAttributeNames": {"#l": "held"}} if "#l" in expression else {}
    assert dynamodb.get_item(**asked)["Item"] == left
    told = dynamodb.transact_get_items(TransactItems=[{"Get": asked}])
    assert [each["Item"] for each in told["Responses"]] == [left]


def test_attributes_are_told_by_their_names(aws, name):
    told = aws("dynamodb").scan(TableName=name, AttributesToGet=["text", "id"])
    assert told["Items"] == [{"id": A, "text": {"S": "12"}}]


NAMED = {"#b": "bytes", "#n": "at", "#t": "text", "#x": "none"}
HOLDS = {  # a filter and its value → whether it holds for the item
    "a number beside a text": ("#t > :v", ONE, False),
    "between numbers": ("#t BETWEEN :v AND :v", ONE, False),
    "not so": ("NOT #t > :v", ONE, True),
    "texts": ("#t >= :v", {"S": "12"}, True),
    "size of what is not there": ("size(#x) > :v", {"N": "-1"}, False),
    "size of a number": ("size(#n) > :v", {"N": "-1"}, False),
    "size of bytes": ("size(#b) = :v", {"N": "3"}, True),
    "bytes": ("#b IN (:v)", {"B": b"abc"}, True),
    "bytes in their order": ("#b < :v", {"B": b"\xff"}, True),
    "the beginning of bytes": ("begins_with(#b, :v)", {"B": b"a"}, True),
    "a part of bytes": ("contains(#b, :v)", {"B": b"bc"}, True),
    "no part of bytes": ("contains(#b, :v)", {"S": "YWJj"}, False),
}


@pytest.mark.parametrize(("condition", "value", "holds"), HOLDS.values(), ids=HOLDS)
def test_what_a_condition_holds_for(aws, name, condition, value, holds):
    names = {at: each for at, each in NAMED.items() if at in condition}
    asked = {"FilterExpression": condition, "ExpressionAttributeValues": {":v": value}}
    asked |= {"ExpressionAttributeNames": names}
    told = aws("dynamodb").scan(TableName=name, **asked)
    assert told["Count"] == int(holds)


HASH, RANGE = ({"AttributeName": "id", "KeyType": kind} for kind in ("HASH", "RANGE"))
AT = {"AttributeName": "at", "KeyType": "RANGE"}
TABLES = {  # what a table's key is, of which attributes → why there is none
    "no hash": ("", [RANGE], "id", "first KeySchemaElement is not a HASH"),
    "two": (
        "",
        [HASH, AT | {"KeyType": "HASH"}],
        "id at",
        "second KeySchemaElement is not a RANGE",
    ),
    "one for both": ("", [HASH, RANGE], "id", "Some index key attribute have no definition"),
    "one of two": ("", [HASH, RANGE], "id at", "have the same name"),
    "another": ("", [HASH], "at", r"Keys: \[id\], AttributeDefinitions: \[at\]"),
    "a short name": ("ab", [HASH], "id", "length greater than or equal to 3"),
    "no name": ("a b c", [HASH], "id", "regular expression pattern"),
}


@pytest.mark.parametrize(("called", "schema", "names", "why"), TABLES.values(), ids=TABLES)
def test_tables_that_are_not_made(aws, fresh, called, schema, names, why):
    with pytest.raises(ClientError, match=why):
        aws("dynamodb", config=UNCHECKED).create_table(
            TableName=called or fresh("table"),
            AttributeDefinitions=[
                {"AttributeName": each, "AttributeType": "S"} for each in names.split()
            ],
            KeySchema=schema,
            BillingMode="PAY_PER_REQUEST",
        )


def index(name="one", hash_key="id", range_key="at", **more):
    keys = [(hash_key, "HASH"), (range_key, "RANGE")]
    schema = [{"AttributeName": each, "KeyType": kind} for each, kind in keys if each]
    projection = {"ProjectionType": "ALL"}
    return {"IndexName": name, "KeySchema": schema, "Projection": projection} | more


LOCAL, GLOBAL = "LocalSecondaryIndexes", "GlobalSecondaryIndexes"
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
INDEXES = {  # the indexes of a new table → why there is none
    "two of a name": ({GLOBAL: [index(), index()]}, "Duplicate index name: one"),
    "too many": (
        {GLOBAL: [index(f"index{number}") for number in range(21)]},
        "GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    "no names": (
        {GLOBAL: [index(Projection={"ProjectionType": "INCLUDE"})]},
        "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    ),
    "names beside all": (
        {GLOBAL: [index(Projection={"ProjectionType": "ALL", "NonKeyAttributes": ["a"]})]},
        "ProjectionType is ALL, but NonKeyAttributes is specified",
    ),
    "its own throughput": (
        {GLOBAL: [index(ProvisionedThroughput=UNITS)]},
        "ProvisionedThroughput should not be specified for index: one",
    ),
    "no throughput": (
        {GLOBAL: [index()], "BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
        "ProvisionedThroughput is not specified for index: one",
    ),
    "no projection": ({GLOBAL: [index(Projection={})]}, "Unknown ProjectionType: null"),
    "a half": ({LOCAL: [index(range_key="")]}, "does not have a range key for index: one"),
    "a key twice": ({LOCAL: [index(range_key="id")]}, "have the same name"),
    "a key of no type": (
        {GLOBAL: [index(hash_key="x", range_key="")]},
        r"Some index key attributes are not defined .* Keys: \[x\], .*: \[id, at\]",
    ),
    "another hash key": (
        {LOCAL: [index(hash_key="at", range_key="id")]},
        "index: one. index hash key: at, table hash key: id",
    ),
    "a stream of nothing": (
        {"StreamSpecification": {"StreamEnabled": True}},
        "StreamViewType must be specified",
    ),
}


@pytest.mark.parametrize(("asked", "why"), INDEXES.values(), ids=INDEXES)
def test_indexes_that_no_table_has(aws, fresh, asked, why):
    kinds = [{"AttributeName": "id", "AttributeType": "S"}]
    kinds.append({"AttributeName": "at", "AttributeType": "N"})
    schema = [HASH, {"AttributeName": "at", "KeyType": "RANGE"}]
    table = {"AttributeDefinitions": kinds, "KeySchema": schema, "BillingMode": "PAY_PER_REQUEST"}
    with pytest.raises(ClientError, match=why):
        aws("dynamodb").create_table(TableName=fresh("table"), **table | asked)


def test_an_index_holds_one_type_and_a_stream_may_end(aws, fresh):
    dynamodb, table = aws("dynamodb"), fresh("table")
    kinds = [{"AttributeName": each, "AttributeType": "S"} for each in ("id", "other")]
    dynamodb.create_table(
        TableName=table,
        AttributeDefinitions=kinds,
        KeySchema=[HASH],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[index(hash_key="other", range_key="")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    put = {"Item": {"id": A, "other": {"N": "1"}}}
    why = "Type mismatch for Index Key other Expected: S Actual: N IndexName: one"
    with pytest.raises(ClientError, match=why):
        dynamodb.put_item(TableName=table, **put)
    with pytest.raises(ClientError, match=why):
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": put}]})
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as told:
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, **put}}])
    assert told.value.response["CancellationReasons"][0]["Message"].endswith(why)
    with pytest.raises(ClientError, match="At least one of ProvisionedThroughput"):
        dynamodb.update_table(TableName=table)
    dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName=table, Item={"id": A, "other": B})
    assert dynamodb.get_item(TableName=table, Key={"id": A})["Item"] == {"id": A, "other": B}
    dynamodb.delete_table(TableName=table)


CHANGES = {  # an update of a table's indexes → why it is refused
    "nothing": ({}, "One of GlobalSecondaryIndexUpdate.Update, .* must not be null"),
    "no projection": (
        {"Create": index("two", hash_key="x", range_key="", Projection={})},
        "Unknown ProjectionType: null",
    ),
    "none to delete": ({"Delete": {"IndexName": "two"}}, "Requested resource not found"),
    "one that is there": ({"Create": index(hash_key="id", range_key="")}, "index which already"),
    "a key of no type": (
        {"Create": index("two", hash_key="y", range_key="")},
        "Global Secondary Index hash key not specified in Attribute Definitions.Type unknown.",
    ),
}


def test_an_index_leaves_out_what_it_cannot_hold(aws, fresh):
    dynamodb, table = aws("dynamodb"), fresh("table")
    kinds = [{"AttributeName": each, "AttributeType": "S"} for each in ("id", "x")]
    made = {
        "KeySchema": [HASH],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
    }
    dynamodb.create_table(TableName=table, AttributeDefinitions=kinds[:1], **made)
    for key, value in ((A, A), (B, ONE)):
        dynamodb.put_item(TableName=table, Item={"id": key, "x": value})
    asked = {"TableName": table, "AttributeDefinitions": kinds}
    twice = [{"Create": index(name, "x", "")} for name in ("one", "two")]
    with pytest.raises(dynamodb.exceptions.LimitExceededException, match="Only 1 online index"):
        dynamodb.update_table(GlobalSecondaryIndexUpdates=twice, **asked)
    told = dynamodb.update_table(GlobalSecondaryIndexUpdates=twice[:1], **asked)
    assert told["TableDescription"]["GlobalSecondaryIndexes"][0]["ItemCount"] == 1
    assert dynamodb.scan(TableName=table, IndexName="one")["Items"] == [{"id": A, "x": A}]
    with pytest.raises(ClientError, match="as it is currently protected against"):
        dynamodb.delete_table(TableName=table)
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)


def test_a_table_has_the_policy_of_its_making_until_its_end(aws, fresh):
    dynamodb, name = aws("dynamodb"), fresh("table")
    table = {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [HASH],
        "BillingMode": "PAY_PER_REQUEST",
    }
    made = dynamodb.create_table(**table, ResourcePolicy='{"Statement": []}')["TableDescription"]
    arn = {"ResourceArn": made["TableArn"]}
    assert dynamodb.get_resource_policy(**arn)["Policy"] == '{"Statement": []}'
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(**table)
    with pytest.raises(dynamodb.exceptions.PolicyNotFoundException):
        dynamodb.get_resource_policy(**arn)


def test_an_update_names_the_keys_of_its_index_alone(aws, fresh):
    dynamodb, table = aws("dynamodb"), fresh("table")
    made = dynamodb.create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[HASH],
        BillingMode="PAY_PER_REQUEST",
        TableClass="STANDARD_INFREQUENT_ACCESS",
    )["TableDescription"]
    dynamodb.put_item(TableName=table, Item={"id": A, "x": B})
    dynamodb.put_item(TableName=table, Item={"id": B})
    told = dynamodb.update_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "x", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index(hash_key="x", range_key="")}],
    )["TableDescription"]
    assert [each["AttributeName"] for each in told["AttributeDefinitions"]] == ["id", "x"]
    assert dynamodb.get_item(TableName=table, Key={"id": A})["Item"] == {"id": A, "x": B}
    assert told["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert told["TableId"] == made["TableId"]
    (shown,) = told["GlobalSecondaryIndexes"]
    assert shown["IndexArn"] == f"{told['TableArn']}/index/one"
    assert (shown["ItemCount"], shown["ProvisionedThroughput"]["NumberOfDecreasesToday"]) == (1, 0)
    for change, why in CHANGES.values():
        with pytest.raises(ClientError, match=why):
            dynamodb.update_table(TableName=table, GlobalSecondaryIndexUpdates=[change])
    gone = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "one"}}]}
    left = dynamodb.update_table(TableName=table, **gone)["TableDescription"]
    assert [each["AttributeName"] for each in left["AttributeDefinitions"]] == ["id"]
    assert not any("SecondaryIndexes" in name for name in (*made, *left))  # not told as none
    assert dynamodb.delete_table(TableName=table)["TableDescription"]["TableStatus"] == "DELETING"


def test_an_update_says_what_a_table_takes(aws, fresh):
    dynamodb, name = aws("dynamodb"), fresh("table")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[HASH],
        ProvisionedThroughput=UNITS,
    )

    def change(**asked):
        return dynamodb.update_table(TableName=name, **asked)["TableDescription"]

    key = aws("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    for asked in ({}, {"SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"}):
        told = change(SSESpecification={"Enabled": True} | asked)
        assert told["SSEDescription"]["KMSMasterKeyArn"] == key
    told = change(SSESpecification={"Enabled": False})
    assert not {"SSEDescription", "BillingModeSummary"} & {*told}
    told = change(BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 5})
    assert told["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert told["OnDemandThroughput"] == {"MaxReadRequestUnits": 5}
    for asked, why in (
        ({"ProvisionedThroughput": UNITS}, "Neither ReadCapacityUnits nor WriteCapacityUnits"),
        ({"BillingMode": "PROVISIONED"}, "ReadCapacityUnits and WriteCapacityUnits must both"),
        ({"ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}, "NotImplementedException"),
    ):
        with pytest.raises(ClientError, match=why):
            change(**asked)
    told = change(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)["BillingModeSummary"]
    with pytest.raises(ClientError, match=r"will not change. .* Requested WriteCapacityUnits: 1\."):
        change(ProvisionedThroughput=UNITS)
    assert told["BillingMode"] == "PROVISIONED"
    assert told["LastUpdateToPayPerRequestDateTime"]
    dynamodb.delete_table(TableName=name)


def test_time_to_live_counts_by_one_attribute(aws, name):
    def turn(on, attribute):
        told = {"Enabled": on, "AttributeName": attribute}
        aws("dynamodb").update_time_to_live(TableName=name, TimeToLiveSpecification=told)

    with pytest.raises(ClientError, match="TimeToLive is already disabled"):
        turn(False, "until")
    turn(True, "until")
    with pytest.raises(ClientError, match=r"active on a different .* AttributeName is until"):
        turn(True, "other")
    with pytest.raises(ClientError, match="TimeToLive is already enabled"):
        turn(True, "until")
    turn(False, "until")


def test_a_tag_takes_the_place_of_its_key(aws, name):
    dynamodb = aws("dynamodb")
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    for value in "12":
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": value}])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a"])


def test_tags_of_no_table(aws):
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/none"
    with pytest.raises(ClientError, match=f"ResourcArn: {arn} not found"):
        aws("dynamodb").tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
