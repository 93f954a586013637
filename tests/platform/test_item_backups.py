"""Backups of DynamoDB's tables: which are listed, and what a restored table is like."""

import datetime as dt

import pytest
from botocore.exceptions import ClientError

SOME = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}


@pytest.fixture(scope="module")
def dynamodb(cloud):
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def kept(dynamodb):
    """A table that is billed by the request, encrypted, with two indexes; and its two backups."""
    name, by_kind = "backed-up", [{"AttributeName": "kind", "KeyType": "HASH"}]
    index = {"KeySchema": by_kind, "Projection": {"ProjectionType": "ALL"}}
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("id", "kind")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[index | {"IndexName": each} for each in ("one", "two")],
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    dynamodb.put_item(TableName=name, Item={"id": {"S": "a"}, "kind": {"S": "b"}})
    made = [dynamodb.create_backup(TableName=name, BackupName=each) for each in ("first", "second")]
    yield name, [each["BackupDetails"]["BackupArn"] for each in made]
    dynamodb.delete_table(TableName=name)


def arns(answer):
    return [each["BackupArn"] for each in answer["BackupSummaries"]]


def test_backups_that_are_asked_for(dynamodb, kept):
    name, (first, second) = kept
    assert arns(dynamodb.list_backups(TableName=name)) == [first, second]
    assert arns(dynamodb.list_backups(TableName=name, BackupType="ALL")) == [first, second]
    assert arns(dynamodb.list_backups(TableName=name, BackupType="SYSTEM")) == []
    hour, now = dt.timedelta(hours=1), dt.datetime.now(dt.UTC)
    assert arns(dynamodb.list_backups(TableName=name, TimeRangeUpperBound=now - hour)) == []
    within = {"TimeRangeLowerBound": now - hour, "TimeRangeUpperBound": now + hour}
    assert arns(dynamodb.list_backups(TableName=name, **within)) == [first, second]
    page = dynamodb.list_backups(TableName=name, Limit=1)
    assert (arns(page), page["LastEvaluatedBackupArn"]) == ([first], first)
    rest = dynamodb.list_backups(TableName=name, ExclusiveStartBackupArn=first)
    assert (arns(rest), "LastEvaluatedBackupArn" in rest) == ([second], False)


def test_what_a_backup_is_of(dynamodb, kept):
    name, (first, _) = kept
    [told, _] = dynamodb.list_backups(TableName=name)["BackupSummaries"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert (told["TableId"], told["BackupSizeBytes"]) == (table["TableId"], 8)
    found = dynamodb.describe_backup(BackupArn=first)["BackupDescription"]
    assert found["BackupDetails"]["BackupSizeBytes"] == 8
    source, features = found["SourceTableDetails"], found["SourceTableFeatureDetails"]
    assert (source["BillingMode"], source["ItemCount"]) == ("PAY_PER_REQUEST", 1)
    assert [each["IndexName"] for each in features["GlobalSecondaryIndexes"]] == ["one", "two"]
    assert sorted(features) == ["GlobalSecondaryIndexes", "SSEDescription"]


@pytest.fixture
def restore(dynamodb, kept, fresh):
    """Restore, and tell the mode, the units, the indexes and whether there is encryption."""
    made = []

    def run(**overrides):
        made.append(name := fresh("restored"))
        dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=kept[1][0], **overrides)
        told = dynamodb.describe_table(TableName=name)["Table"]
        assert dynamodb.scan(TableName=name)["Count"] == 1
        units = told["ProvisionedThroughput"]
        return (
            told.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            (units["ReadCapacityUnits"], units["WriteCapacityUnits"]),
            [each["IndexName"] for each in told.get("GlobalSecondaryIndexes", ())],
            told.get("SSEDescription", {}).get("Status"),
        )

    yield run
    for name in made:
        if name in dynamodb.list_tables()["TableNames"]:
            dynamodb.delete_table(TableName=name)


BOTH = ["one", "two"]
INDEX = {"KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}]}
INDEX |= {"IndexName": "two", "Projection": {"ProjectionType": "ALL"}}
PROVISIONED = {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": SOME}
RESTORED = {  # what is said → mode, units, indexes, encryption
    "as-it-was": ({}, ("PAY_PER_REQUEST", (0, 0), BOTH, "ENABLED")),
    "provisioned": (PROVISIONED, ("PROVISIONED", (3, 4), BOTH, "ENABLED")),
    "an-index": (
        {"GlobalSecondaryIndexOverride": [INDEX]},
        ("PAY_PER_REQUEST", (0, 0), ["two"], "ENABLED"),
    ),
    "no-index": (
        {"GlobalSecondaryIndexOverride": []},
        ("PAY_PER_REQUEST", (0, 0), [], "ENABLED"),
    ),
    "aws-own-key": (
        {"SSESpecificationOverride": {"Enabled": False}},
        ("PAY_PER_REQUEST", (0, 0), BOTH, None),
    ),
}


@pytest.mark.parametrize(("said", "told"), RESTORED.values(), ids=RESTORED)
def test_a_restored_table(restore, said, told):
    assert restore(**said) == told


REFUSED = {
    "units": ({"BillingModeOverride": "PROVISIONED"}, "ProvisionedThroughputOverride must be"),
    "index": ({"GlobalSecondaryIndexOverride": [INDEX | {"IndexName": "six"}]}, "no index six"),
    "most": ({"OnDemandThroughputOverride": {"MaxReadRequestUnits": 1}}, "NotImplemented"),
}


@pytest.mark.parametrize(("said", "words"), REFUSED.values(), ids=REFUSED)
def test_what_a_restored_table_cannot_be(restore, said, words):
    with pytest.raises(ClientError, match=words):
        restore(**said)


def test_a_table_whose_moments_are_not_kept(dynamodb, kept, fresh):
    name, target = kept[0], fresh("restored")
    asked = {"SourceTableName": name, "TargetTableName": target, "UseLatestRestorableTime": True}
    with pytest.raises(dynamodb.exceptions.PointInTimeRecoveryUnavailableException):
        dynamodb.restore_table_to_point_in_time(**asked)
    on = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    asked = {"SourceTableArn": arn, "TargetTableName": target, "UseLatestRestorableTime": True}
    told = dynamodb.restore_table_to_point_in_time(**asked)["TableDescription"]
    assert told["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    dynamodb.delete_table(TableName=target)
    with pytest.raises(ClientError, match="not found"):
        dynamodb.restore_table_to_point_in_time(SourceTableName="no-table", TargetTableName=target)
