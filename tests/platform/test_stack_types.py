"""Types of resources that a stack makes beside the lake's own: there with it, and gone with it."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.roles import make_role

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
    "Replicated": (
        "DynamoDB::GlobalTable",
        {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PROVISIONED",
            "WriteProvisionedThroughputSettings": {
                "WriteCapacityAutoScalingSettings": {
                    "MinCapacity": 3,
                    "MaxCapacity": 9,
                    "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
                }
            },
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": True},
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "all",
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                    "WriteProvisionedThroughputSettings": {
                        "WriteCapacityAutoScalingSettings": {"SeedCapacity": 5, "MinCapacity": 1}
                    },
                }
            ],
            "Replicas": [
                {
                    "Region": {"Ref": "AWS::Region"},
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                    "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 2},
                    "TableClass": "STANDARD_INFREQUENT_ACCESS",
                    "GlobalSecondaryIndexes": [
                        {
                            "IndexName": "all",
                            "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 4},
                        }
                    ],
                }
            ],
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
    "Replicated": {"Ref": "Replicated"},
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


def units(dynamodb, name):
    """What is read and written of a table and its index."""
    table = dynamodb.describe_table(TableName=name)["Table"]
    of = [each["ProvisionedThroughput"] for each in (table, *table["GlobalSecondaryIndexes"])]
    return [(each["ReadCapacityUnits"], each["WriteCapacityUnits"]) for each in of]


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
        "Replicated": lambda: [
            *held(aws("dynamodb"), told["Replicated"]),
            *units(aws("dynamodb"), told["Replicated"]),
        ],
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


STAYING = """
Resources:
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: COUNT}}
  Lake: {Type: AWS::S3::Bucket}
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        {BucketARN: !GetAtt Lake.Arn, RoleARN: ROLE, Prefix: COUNT/}
  Board:
    Type: AWS::CloudWatch::Dashboard
    Properties: {DashboardBody: '{"widgets": [], "start": "-PCOUNTD"}', Tags: [{Key: a, Value: b}]}
  Query:
    Type: AWS::Athena::NamedQuery
    Properties: {Name: NAME, Database: default, QueryString: SELECT COUNT}
  Net:
    Type: AWS::Glue::Connection
    Properties:
      CatalogId: !Ref AWS::AccountId
      ConnectionInput: {Name: NAME, ConnectionType: NETWORK, Description: COUNT}
Outputs:
  Stream: {Value: !Ref Stream}
  Delivery: {Value: !Ref Delivery}
  Board: {Value: !Ref Board}
  Query: {Value: !Ref Query}
"""


def test_what_a_change_leaves_in_its_place_and_what_it_does_not(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("staying")
    role = make_role(aws("iam"), name, "firehose")

    def made(verb, count):
        words = {"COUNT": str(count), "NAME": name, "ROLE": role}
        body = re.sub("|".join(words), lambda found: words[found[0]], STAYING)
        getattr(stacks, verb)(StackName=name, TemplateBody=body)
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        assert stack["StackStatus"].endswith("E_COMPLETE"), stack
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    first, then = made("create_stack", 1), made("update_stack", 2)
    assert [each for each in first if first[each] != then[each]] == ["Query"]
    stream = aws("kinesis").describe_stream_summary(StreamName=then["Stream"])
    assert stream["StreamDescriptionSummary"]["OpenShardCount"] == 2
    delivery = aws("firehose").describe_delivery_stream(DeliveryStreamName=then["Delivery"])
    (to,) = delivery["DeliveryStreamDescription"]["Destinations"]
    assert to["ExtendedS3DestinationDescription"]["Prefix"] == "2/"
    board = aws("cloudwatch").get_dashboard(DashboardName=then["Board"])
    assert json.loads(board["DashboardBody"])["start"] == "-P2D"
    query = aws("athena").get_named_query(NamedQueryId=then["Query"])["NamedQuery"]
    assert (query["Name"], query["QueryString"]) == (name, "SELECT 2")
    with pytest.raises(ClientError, match=r"not found|does not exist"):
        aws("athena").get_named_query(NamedQueryId=first["Query"])
    assert aws("glue").get_connection(Name=name)["Connection"]["Description"] == "2"
    stacks.delete_stack(StackName=name)
    assert then["Board"] not in str(aws("cloudwatch").list_dashboards())


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
        "Replicated": [
            *("STANDARD_INFREQUENT_ACCESS", "ENABLED", "KEYS_ONLY", "end", "ENABLED"),
            *((2, 3), (4, 5)),
        ],
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


@pytest.mark.parametrize(
    "replicas",
    [
        [{"Region": "us-east-1"}, {"Region": "us-west-2"}],
        [{"Region": "us-east-1", "KinesisStreamSpecification": {"StreamArn": "a"}}],
    ],
    ids=["two", "with a stream"],
)
def test_replicas_that_are_not_here(aws, fresh, replicas):
    said = KINDS["Replicated"][1] | {"Replicas": replicas}
    made = {"Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": said}}
    stacks, name = aws("cloudformation"), fresh("beside")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": made}))
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    assert any("Replicas" in each.get("ResourceStatusReason", "") for each in events)
