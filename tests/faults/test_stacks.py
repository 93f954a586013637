"""Stacks that the server is killed amid: their resources are there with a stack, or not at all."""

import contextlib
import io
import json
import socket
import threading
import zipfile

import pytest
from botocore.exceptions import BotoCoreError

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud

# A function that waits where somebody listens, and answers where nobody does.
FUNCTION = """
import json, socket, urllib.request

def handler(event, context):
    try:
        with socket.create_connection(("127.0.0.1", PORT)) as link:
            link.recv(1)
    except ConnectionRefusedError:
        pass
    told = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    told |= {"Status": "SUCCESS", "PhysicalResourceId": "hook", "Data": {}}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(told).encode(), method="PUT")
    urllib.request.urlopen(request).read()
"""
STACK = "lake"
ROLE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
# Each of another way to be made: by calls of our own, of moto's, by moto alone, in parts.
LAKE = {
    "Lake": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "of-the-lake"}},
    "Base": {
        "Type": "AWS::Glue::Database",
        "Properties": {
            "CatalogId": "123456789012",
            "DatabaseInput": {"Name": "of_the_lake", "Description": "first"},
        },
    },
    "Query": {
        "Type": "AWS::Athena::NamedQuery",
        "Properties": {"Name": "all", "Database": {"Ref": "Base"}, "QueryString": "SELECT 1"},
    },
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-the-lake"}},
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "of-the-lake",
            "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    },
    "Set": {
        "Type": "AWS::DataBrew::Dataset",
        "Properties": {
            "Name": "of-the-lake",
            "Input": {"S3InputDefinition": {"Bucket": {"Ref": "Lake"}, "Key": "a.csv"}},
        },
    },
}
CHANGED = json.loads(
    json.dumps(LAKE).replace('"first"', '"second"').replace("SELECT 1", "SELECT 2")
)
CHANGED["Queue"]["Properties"]["QueueName"] = "of-another"
CHANGED["More"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "more"}}


class World:
    """A server that can be killed while a stack's hook runs."""

    def __init__(self, home):
        self.home, self.port = home, 0
        self.start()
        self.listen()
        iam, functions = self.cloud.client("iam"), self.cloud.client("lambda")
        role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(ROLE))
        self.arn = functions.create_function(
            FunctionName="hook",
            Handler="index.handler",
            Runtime="python3.12",
            Role=role["Role"]["Arn"],
            Timeout=60,
            Code={"ZipFile": zipped(FUNCTION.replace("PORT", str(self.port)))},
        )["FunctionArn"]

    def start(self):
        self.server = start_cloud(self.home)
        self.cloud = connect(self.home, self.server)
        self.cfn = self.cloud.client("cloudformation")

    def listen(self):
        self.door = socket.create_server(("127.0.0.1", self.port))
        self.port = self.door.getsockname()[1]

    def body(self, lake, of="first"):
        """A template with the hook, which is called when all else is made."""
        hook = {
            "Type": "Custom::Hook",
            "Properties": {"ServiceToken": self.arn, "Of": of},
            "DependsOn": [*lake],
        }
        return json.dumps({"Resources": lake | ({"Hook": hook} if of else {})})

    def make(self, lake=LAKE):
        """Make the stack: nobody is there for whom the hook waits."""
        self.door.close()
        self.cfn.create_stack(StackName=STACK, TemplateBody=self.body(lake))
        self.listen()

    def kill_amid(self, call, **told):
        """Kill the server once the hook waits, and start it again."""

        def ask():
            with contextlib.suppress(BotoCoreError):
                getattr(self.cfn, call)(StackName=STACK, **told)

        asking = threading.Thread(target=ask)
        asking.start()
        link, _ = self.door.accept()
        kill_cloud(self.server)
        self.door.close()
        link.close()
        asking.join()
        self.start()

    def states(self):
        found = self.cfn.get_paginator("list_stacks").paginate()
        return [
            s["StackStatus"] for s in found.search("StackSummaries[]") if s["StackName"] == STACK
        ]

    def there(self):
        """What is left of the lake in its services."""
        ask, bases = self.cloud.client, self.cloud.client("glue").get_databases()["DatabaseList"]
        queues = ask("sqs").list_queues().get("QueueUrls", [])
        athena = ask("athena")
        queries = athena.list_named_queries()["NamedQueryIds"]
        return {
            "buckets": [each["Name"] for each in ask("s3").list_buckets()["Buckets"]],
            "bases": [each.get("Description") for each in bases if each["Name"] != "default"],
            "queries": [
                athena.get_named_query(NamedQueryId=i)["NamedQuery"]["QueryString"] for i in queries
            ],
            "queues": sorted(each.rpartition("/")[2] for each in queues),
            "topics": len(ask("sns").list_topics()["Topics"]),
            "tables": ask("dynamodb").list_tables()["TableNames"],
            "sets": [each["Name"] for each in ask("databrew").list_datasets()["Datasets"]],
        }


WHOLE = {
    "buckets": ["of-the-lake"],
    "bases": ["first"],
    "queries": ["SELECT 1"],
    "queues": ["of-the-lake"],
    "topics": 1,
    "tables": ["of-the-lake"],
    "sets": ["of-the-lake"],
}
NOTHING = {name: type(value)() for name, value in WHOLE.items()}


def zipped(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", text)
    return buffer.getvalue()


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "home")
    yield made
    stop_cloud(made.server)


@pytest.mark.parametrize(
    ("told", "states", "left"),
    [
        ({}, ["ROLLBACK_COMPLETE"], NOTHING),
        ({"OnFailure": "DELETE"}, ["DELETE_COMPLETE"], NOTHING),
        ({"OnFailure": "DO_NOTHING"}, ["CREATE_FAILED"], WHOLE),
    ],
    ids=["rolled back", "deleted", "left"],
)
def test_a_stack_that_was_being_made_ends_as_its_caller_wanted(world, told, states, left):
    world.kill_amid("create_stack", TemplateBody=world.body(LAKE), **told)
    assert world.states() == states
    assert world.there() == left
    world.cfn.delete_stack(StackName=STACK)
    assert world.there() == NOTHING
    world.cfn.create_stack(StackName=STACK, TemplateBody=world.body(LAKE))
    assert world.there() == WHOLE


def test_a_stack_of_a_change_set_is_rolled_back(world):
    told = {"ChangeSetName": "first", "ChangeSetType": "CREATE"}
    world.cfn.create_change_set(StackName=STACK, TemplateBody=world.body(LAKE), **told)
    world.kill_amid("execute_change_set", ChangeSetName="first")
    assert (world.states(), world.there()) == (["ROLLBACK_COMPLETE"], NOTHING)
    events = world.cfn.describe_stack_events(StackName=STACK)["StackEvents"]
    told = {
        e["LogicalResourceId"]: e.get("ResourceStatusReason")
        for e in reversed(events)
        if e["ResourceStatus"] == "CREATE_FAILED"
    }
    assert told == {"Hook": "The local AWS ended meanwhile. "}


def test_an_update_is_rolled_back(world):
    world.make()
    world.kill_amid("update_stack", TemplateBody=world.body(CHANGED, "second"))
    assert (world.states(), world.there()) == (["UPDATE_ROLLBACK_COMPLETE"], WHOLE)
    body = world.cfn.get_template(StackName=STACK)["TemplateBody"]
    assert body == json.loads(world.body(LAKE))
    world.cfn.update_stack(StackName=STACK, TemplateBody=world.body(CHANGED, "second"))
    changed = {"bases": ["second"], "queries": ["SELECT 2"], "queues": ["more", "of-another"]}
    assert world.there() == WHOLE | changed


def test_an_update_that_only_drops_goes_on(world):
    world.make(CHANGED)
    world.kill_amid("update_stack", TemplateBody=world.body(LAKE, ""))
    assert (world.states(), world.there()) == (["UPDATE_COMPLETE"], WHOLE)


def test_a_rule_and_a_network_go_with_their_stack_after_a_restart(world):
    world.door.close()
    rule = {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": world.arn}]}
    subnet = {"VpcId": {"Ref": "Net"}, "CidrBlock": "10.0.0.0/24"}
    kinds = {
        "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
        "Net": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": subnet},
    }
    world.cfn.create_stack(StackName=STACK, TemplateBody=json.dumps({"Resources": kinds}))
    kill_cloud(world.server)
    world.start()
    world.cfn.delete_stack(StackName=STACK)
    assert world.states() == ["DELETE_COMPLETE"]
    assert world.cloud.client("events").list_rules()["Rules"] == []


def test_a_deletion_goes_on(world):
    world.make()
    world.kill_amid("delete_stack")
    assert (world.states(), world.there()) == (["DELETE_COMPLETE"], NOTHING)
