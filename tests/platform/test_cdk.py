"""Custom resources of CDK's own, whose functions are of Node.js or need a CLI: done here."""

import io
import json
import zipfile

import pytest

from tests.roles import make_role

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DEPLOYS = 'MADE = "aws.cdk.s3deployment.%s"'
RETURNS = """
def handler(event, context):
    if event["ResourceProperties"]["Word"] == "bad":
        raise ValueError("a bad word")
    return {"PhysicalResourceId": "p", "Data": {"Word": event["ResourceProperties"]["Word"] + "!"}}
"""


def function(role, code, handler="index.handler", runtime="nodejs20.x", **variables):
    properties = {"Handler": handler, "Runtime": runtime, "Role": role, "Code": {"ZipFile": code}}
    around = {"Environment": {"Variables": variables}} if variables else {}
    return {"Type": "AWS::Lambda::Function", "Properties": properties | around}


@pytest.fixture
def change(aws, fresh):
    """Make a stack of a function and a custom resource of it, and change it."""
    stacks, name = aws("cloudformation"), fresh("cdk")
    role = make_role(aws("iam"), name, "lambda", ALL)

    def made(code, then="COMPLETE", others=(), *, runtime="nodejs20.x", **properties):
        own = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}} | properties
        resources = {
            "Function": function(role, code, runtime=runtime),
            **dict(others),
            "Own": {"Type": "Custom::Own", "Properties": own},
        }
        there = [s["StackName"] for s in stacks.describe_stacks()["Stacks"]]
        call = stacks.update_stack if name in there else stacks.create_stack
        call(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        assert events[0]["ResourceStatus"].endswith(then), events
        (told,) = [
            each
            for each in stacks.describe_stack_resources(StackName=name)["StackResources"]
            if each["LogicalResourceId"] == "Own"
        ] or [None]
        return told and told["PhysicalResourceId"]

    made.name, made.role = name, role
    yield made
    stacks.delete_stack(StackName=name)


def archive(**files):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name.replace("_", "."), text)
    return body.getvalue()


@pytest.mark.parametrize("word", ["true", "false"])
def test_a_bucket_is_emptied_before_it_goes_if_its_tag_says_so(aws, change, word):
    s3, name, code = aws("s3"), change.name, "// aws-cdk:auto-delete-objects"
    tags = {"Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": word}]}
    properties = {"BucketName": name, "VersioningConfiguration": {"Status": "Enabled"}} | tags
    lake = {"Lake": {"Type": "AWS::S3::Bucket", "Properties": properties}}
    change(code, others=lake, BucketName={"Ref": "Lake"})
    for _ in range(2):
        s3.put_object(Bucket=name, Key="a")
    s3.delete_object(Bucket=name, Key="a")
    aws("cloudformation").delete_stack(StackName=name)
    there = name in [each["Name"] for each in s3.list_buckets()["Buckets"]]
    assert there is (word == "false")
    if there:
        found = s3.list_object_versions(Bucket=name)
        left = [*found["Versions"], *found["DeleteMarkers"]]
        assert len(left) == 3
        named = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in left]
        s3.delete_objects(Bucket=name, Delete={"Objects": named})


def test_files_are_deployed_into_a_bucket_and_others_go(aws, change, fresh):
    s3, assets, site = aws("s3"), fresh("assets"), fresh("site")
    for bucket in (assets, site):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=assets, Key="1.zip", Body=archive(a_html="one <<m>>", b_txt="b"))
    s3.put_object(Bucket=assets, Key="2.zip", Body=archive(c_json='{"c": "<<m>>"}', d_log="d"))
    for key in ("web/old", "web/old.log", "other", "webs"):
        s3.put_object(Bucket=site, Key=key)

    def deploy(*keys, then="COMPLETE", **more):
        sources = {"SourceBucketNames": [assets] * len(keys), "SourceObjectKeys": list(keys)}
        marks = {"SourceMarkers": [{"<<m>>": 'q"'}] * len(keys), "DestinationBucketName": site}
        hows = {"SourceMarkersConfig": [{}, {"jsonEscape": True}][: len(keys)]}
        told = {"DestinationBucketKeyPrefix": "web", "Exclude": ["*.log"]} | more
        return change(DEPLOYS, then, runtime="python3.12", **sources, **marks, **hows, **told)

    def keys():
        return [each["Key"] for each in s3.list_objects_v2(Bucket=site).get("Contents", ())]

    more = {"SystemMetadata": {"cache-control": "no-store"}, "UserMetadata": {"Who": "me"}}
    made = deploy("1.zip", "2.zip", **more)
    assert made.startswith("aws.cdk.s3deployment.")
    assert keys() == ["other", "web/a.html", "web/b.txt", "web/c.json", "web/old.log", "webs"]
    page = s3.get_object(Bucket=site, Key="web/a.html")
    assert page["Body"].read() == b'one q"'
    assert (page["ContentType"], page["CacheControl"]) == ("text/html", "no-store")
    assert page["Metadata"] == {"who": "me"}
    escaped = s3.get_object(Bucket=site, Key="web/c.json")["Body"].read()
    assert json.loads(escaped) == {"c": 'q"'}
    assert deploy("1.zip", Prune=False) == made
    assert "web/c.json" in keys()
    deploy("1.zip", then="UPDATE_ROLLBACK_COMPLETE", DistributionId="E1")
    assert deploy("1.zip", RetainOnDelete=False) == made
    deploy("1.zip", RetainOnDelete=False, DestinationBucketKeyPrefix="new/")
    assert keys() == ["new/a.html", "new/b.txt", "other", "webs"]
    aws("cloudformation").delete_stack(StackName=change.name)
    assert keys() == ["other", "webs"]
    s3.delete_objects(Bucket=site, Delete={"Objects": [{"Key": key} for key in keys()]})
    s3.delete_bucket(Bucket=site)


def test_calls_of_the_sdk_are_made_and_their_answers_told(aws, change):
    ssm, name, code = aws("ssm"), change.name, "// PHYSICAL:RESOURCEID:"

    def call(action, **parameters):
        told = {"service": "SSM", "physicalResourceId": {"id": name}, "action": action}
        return json.dumps(told | {"parameters": parameters})

    puts = call("PutParameter", Name="PHYSICAL:RESOURCEID:", Type="String", Value="1")
    reads = json.dumps(
        {"service": "@aws-sdk/client-ssm", "action": "GetParameterCommand"}
        | {"parameters": {"Name": name}, "physicalResourceId": {"responsePath": "Parameter.Value"}}
    )
    drops = call("deleteParameter", Name=name)
    assert change(code, Create=puts, Update=reads, Delete=drops) == name
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "1"
    told = {"Value": {"Fn::GetAtt": ["Own", "Parameter.Type"]}, "Type": "String"}
    other = {"Told": {"Type": "AWS::SSM::Parameter", "Properties": told | {"Name": f"{name}-told"}}}
    assert change(code, others=other, Create=puts, Update=reads, Word="2") == "1"
    assert ssm.get_parameter(Name=f"{name}-told")["Parameter"]["Value"] == "String"
    bad = json.dumps({"service": "SSM", "action": "noSuchCall"})
    change(code, "UPDATE_ROLLBACK_COMPLETE", Create=puts, Update=bad)


def test_a_providers_function_returns_its_answer(aws, change):
    stacks, name = aws("cloudformation"), f"{change.name}-b"
    variables = {"USER_ON_EVENT_FUNCTION_ARN": {"Fn::GetAtt": ["User", "Arn"]}}
    code = "// USER_ON_EVENT_FUNCTION_ARN"
    resources = {
        "User": function(change.role, RETURNS, runtime="python3.12"),
        "Provider": function(change.role, code, handler="framework.onEvent", **variables),
    }

    def body(word):
        own = {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}, "Word": word}
        told = {"Own": {"Type": "Custom::Own", "Properties": own}}
        outputs = {"Told": {"Value": {"Fn::Sub": "${Own} ${Own.Word}"}}}
        return json.dumps({"Resources": resources | told, "Outputs": outputs})

    stacks.create_stack(StackName=name, TemplateBody=body("well"))
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert stack["Outputs"][0]["OutputValue"] == "p well!"
    stacks.update_stack(StackName=name, TemplateBody=body("bad"))
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    assert any("a bad word" in each.get("ResourceStatusReason", "") for each in events)
    stacks.delete_stack(StackName=name)


def test_logs_are_kept_as_long_as_is_asked(aws, change, fresh):
    logs, name, code = aws("logs"), fresh("logs"), "// Out of attempts to change log group"

    def days():
        found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return [each.get("retentionInDays") for each in found]

    assert change(code, LogGroupName=name, RetentionInDays=7) == name
    assert days() == [7]
    change(code, LogGroupName=name, RemovalPolicy="destroy")
    assert days() == [None]
    aws("cloudformation").delete_stack(StackName=change.name)
    assert days() == []


def test_exports_reach_other_regions(aws, change):
    there, name = aws("ssm", region_name="eu-west-1"), f"/{change.name}/a"
    code = "// Creating new SSM Parameter exports in region"
    for exports in ({name: "1"}, {name: "1", f"{name}2": "2"}, {f"{name}2": "2"}):
        change(code, WriterProps={"region": "eu-west-1", "exports": exports})
        found = there.get_parameters(Names=[name, f"{name}2"])["Parameters"]
        assert {each["Name"]: each["Value"] for each in found} == exports
    reading = "// Tagging SSM Parameter imports"
    told = {"region": "eu-west-1", "prefix": "s", "imports": {f"{name}2": "2"}}
    change(reading, ReaderProps=told)
    tags = there.list_tags_for_resource(ResourceType="Parameter", ResourceId=f"{name}2")
    assert tags["TagList"] == [{"Key": "aws-cdk:strong-ref:s", "Value": "true"}]
    there.delete_parameter(Name=f"{name}2")
