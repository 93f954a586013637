"""Types of resources that a stack makes beside the lake's own: there with it, and gone with it."""

import json

import pytest
from botocore.exceptions import ClientError

KINDS = {
    "Budget": (
        "Budgets::Budget",
        {
            "Budget": {
                "BudgetName": "NAME",
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": 100, "Unit": "USD"},
            }
        },
    ),
    "Items": (
        "DynamoDB::Table",
        {
            "TableName": "NAME",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "all",
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                    "ContributorInsightsSpecification": {"Enabled": False},
                }
            ],
            "TableClass": "STANDARD_INFREQUENT_ACCESS",
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": "true"},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "ContributorInsightsSpecification": {"Enabled": False},
        },
    ),
    "Stream": ("Kinesis::Stream", {"ShardCount": 1}),
    "Consumer": (
        "Kinesis::StreamConsumer",
        {"ConsumerName": "NAME", "StreamARN": {"Fn::GetAtt": ["Stream", "Arn"]}},
    ),
    "Question": ("Logs::QueryDefinition", {"Name": "NAME", "QueryString": "fields @message"}),
    "Topic": ("SNS::Topic", {"TopicName": "NAME"}),
    "Heard": (
        "Redshift::EventSubscription",
        {"SubscriptionName": "NAME", "SnsTopicArn": {"Ref": "Topic"}, "Severity": "ERROR"},
    ),
    "Tables": ("S3Tables::TableBucket", {"TableBucketName": "NAME"}),
    "Kept": ("S3::Bucket", {}),
    "Trail": (
        "CloudTrail::Trail",
        {
            # whose name is none of itself
            "TrailName": {"Fn::Sub": ["${Trail}", {"Trail": "NAME"}]},
            "S3BucketName": {"Ref": "Kept"},
            "IsLogging": True,
            "EventSelectors": [{"ReadWriteType": "WriteOnly", "DataResources": []}],
        },
    ),
    "Space": ("S3Tables::Namespace", {"TableBucketARN": {"Ref": "Tables"}, "Namespace": "lines"}),
}
OUTPUTS = {
    "Stream": {"Fn::GetAtt": ["Stream", "Arn"]},
    "Consumer": {"Fn::GetAtt": ["Consumer", "ConsumerARN"]},
    "Question": {"Ref": "Question"},
    "Tables": {"Fn::GetAtt": ["Tables", "TableBucketARN"]},
}


def held(dynamodb, name):
    """What DynamoDB tells of a table."""
    table = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return [
        table["TableClassSummary"]["TableClass"],
        table["SSEDescription"]["Status"],
        table["StreamSpecification"]["StreamViewType"],
        dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"],
        backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
    ]


def looks(aws, name, told):
    """What tells of each resource, and what it tells."""
    return {
        "Budget": lambda: aws("budgets").describe_budget(AccountId="123456789012", BudgetName=name)[
            "Budget"
        ]["BudgetLimit"],
        "Consumer": lambda: aws("kinesis").describe_stream_consumer(ConsumerARN=told["Consumer"])[
            "ConsumerDescription"
        ]["ConsumerName"],
        "Items": lambda: held(aws("dynamodb"), name),
        "Heard": lambda: aws("redshift").describe_event_subscriptions(SubscriptionName=name)[
            "EventSubscriptionsList"
        ][0]["Severity"],
        "Question": lambda: [
            each["queryString"]
            for each in aws("logs").describe_query_definitions(queryDefinitionNamePrefix=name)[
                "queryDefinitions"
            ]
        ],
        "Tables": lambda: aws("s3tables").get_table_bucket(tableBucketARN=told["Tables"])["name"],
        "Trail": lambda: aws("cloudtrail").get_event_selectors(TrailName=name)["EventSelectors"][0][
            "ReadWriteType"
        ],
        "Space": lambda: aws("s3tables").get_namespace(
            tableBucketARN=told["Tables"], namespace="lines"
        )["namespace"],
    }


def test_a_stack_makes_and_drops_what_stands_beside(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("beside")

    def template(text):
        made = {n: {"Type": f"AWS::{t}", "Properties": p} for n, (t, p) in KINDS.items()}
        outputs = {each: {"Value": value} for each, value in OUTPUTS.items()}
        body = json.dumps({"Resources": made, "Outputs": outputs})
        return body.replace("NAME", name).replace("@message", text)

    stacks.create_stack(StackName=name, TemplateBody=template("@message"))
    stacks.update_stack(StackName=name, TemplateBody=template("@timestamp"))
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    told = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    asked = looks(aws, name, told)
    assert {each: ask() for each, ask in asked.items()} == {
        "Budget": {"Amount": "100", "Unit": "USD"},
        "Consumer": name,
        "Items": ["STANDARD_INFREQUENT_ACCESS", "ENABLED", "KEYS_ONLY", "end", "ENABLED"],
        "Heard": "ERROR",
        "Question": ["fields @timestamp"],
        "Tables": name,
        "Trail": "WriteOnly",
        "Space": ["lines"],
    }
    stacks.delete_stack(StackName=name)
    assert asked.pop("Question")() == []
    for ask in asked.values():
        with pytest.raises(ClientError, match="NotFound"):
            ask()
