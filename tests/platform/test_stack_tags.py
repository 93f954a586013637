"""A stack's tags: its resources have them beside their own, and have others after an update."""

import json

import pytest

DATASET = {"Input": {"S3InputDefinition": {"Bucket": "lake", "Key": "a.csv"}}}
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ALARM = {
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "m",
    "Namespace": "n",
    "Period": 60,
    "Statistic": "Sum",
    "Threshold": 1,
}
# One of each way to be tagged, with the properties that it needs; names are given where they must.
KINDS = {
    "Athena::WorkGroup": {"Name": "NAME"},
    "CloudWatch::Alarm": ALARM,
    "DataBrew::Dataset": {"Name": "NAME"} | DATASET,
    "DynamoDB::Table": TABLE,
    "Glue::Workflow": {},
    "KMS::Key": {},
    "Kinesis::Stream": {"ShardCount": 1},
    "Logs::LogGroup": {},
    "S3::Bucket": {},
    "SNS::Topic": {},
    "SQS::Queue": {},
    "SSM::Parameter": {"Name": "/NAME/p", "Type": "String", "Value": "v"},
    "StepFunctions::Activity": {"Name": "NAME"},
}


@pytest.fixture
def stacks(aws):
    return aws("cloudformation")


def template(name, **more):
    said = json.loads(json.dumps(KINDS).replace("NAME", name))
    said["Athena::WorkGroup"]["Tags"] = pairs(own="mine")
    said["Glue::Workflow"]["Tags"] = {"own": "mine"}
    made = {
        kind.replace("::", ""): {"Type": f"AWS::{kind}", "Properties": properties}
        for kind, properties in said.items()
    }
    return {"StackName": name, "TemplateBody": json.dumps({"Resources": made | more})}


def pairs(**tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def told(aws, name):
    """The tags of what has the tag of this stack, by service."""
    pages = (
        aws("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(TagFilters=[{"Key": "of", "Values": [name]}])
    )
    found = {}
    for each in pages.search("ResourceTagMappingList[]"):
        tags = {tag["Key"]: tag["Value"] for tag in each["Tags"] if tag["Key"] != "of"}
        found[each["ResourceARN"].split(":")[2]] = tags
    return found


def expected(**tags):
    services = {kind.partition("::")[0].lower() for kind in KINDS} - {"stepfunctions"}
    named = dict.fromkeys((*services, "states", "cloudformation"), tags)
    return named | {each: tags | {"own": "mine"} for each in ("athena", "glue")}


def test_resources_have_their_stacks_tags(aws, stacks, fresh):
    name = fresh("tagged")
    said = template(name)
    stacks.create_stack(**said, Tags=pairs(of=name, team="a", own="all"))
    assert told(aws, name) == {
        each: tags | {"own": tags.get("own", "all")} for each, tags in expected(team="a").items()
    }
    stacks.update_stack(**said, Tags=pairs(of=name, team="b", more="x"))
    assert told(aws, name) == expected(team="b", more="x")
    stacks.create_change_set(**said, ChangeSetName="third", Tags=pairs(of=name, team="c"))
    change = stacks.describe_change_set(StackName=name, ChangeSetName="third")
    changes = [each["ResourceChange"] for each in change["Changes"]]
    assert {(*each["Scope"], each["Replacement"]) for each in changes} == {("Tags", "False")}
    assert len(changes) == len(KINDS)
    stacks.execute_change_set(StackName=name, ChangeSetName="third")
    assert told(aws, name) == expected(team="c")
    wrong = {"Type": "AWS::Athena::NamedQuery", "Properties": {"Speed": 1}}
    stacks.update_stack(**template(name, Wrong=wrong), Tags=pairs(of=name, team="d"))
    assert told(aws, name) == expected(team="c")
    stacks.delete_stack(StackName=name)
    assert told(aws, name) == {"kms": {"team": "c"}}  # a key waits for its end
