"""Stacks of templates that AWS's transforms write anew: SAM's, repeated parts, parts in S3."""

import json

import pytest
from botocore.exceptions import ClientError

BOTH = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, Handler: index.handler}}
Parameters: {Timeout: {Type: Number, Default: 7}}
Resources:
  Lake: {Type: AWS::S3::Bucket}
  Told: {Type: AWS::SQS::Queue}
  Lost: {Type: AWS::SQS::Queue}
  Items: {Type: AWS::Serverless::SimpleTable}
  Load:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): return 1"
      Timeout: !Ref Timeout
      AutoPublishAlias: live
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Lost.Arn}
      Policies:
        - AmazonS3ReadOnlyAccess
        - DynamoDBReadPolicy: {TableName: !Ref Items}
      Events:
        Up: {Type: S3, Properties: {Bucket: !Ref Lake, Events: "s3:ObjectCreated:*"}}
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Told.Arn}}
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Later: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(2 days)}}
        Rule: {Type: EventBridgeRule, Properties: {Pattern: {source: [lake]}}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: "${Load}", End: true}}}
      DefinitionSubstitutions: {Load: !GetAtt Load.Arn}
      Policies: [LambdaInvokePolicy: {FunctionName: !Ref Load}]
    Connectors: {Items: {Properties: {Destination: {Id: Items}, Permissions: [Read]}}}
Outputs: {Load: {Value: !Ref Load}, Lake: {Value: !Ref Lake}, Alias: {Value: !Ref Load.Alias}}
"""
LOOPS = """
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a.b, c"}
  Stays: {Type: String, Default: Retain}
Mappings: {Sizes: {small: {n: "1"}}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - Queue&{Name}:
        Type: AWS::SQS::Queue
        DeletionPolicy: {"Fn::If": [Never, !Ref Stays, Delete]}
        Properties:
          Tags: [{Key: of, Value: !Ref Name}, {Key: at, Value: !Sub "${Name}-${AWS::Region}"}]
          DelaySeconds: {"Fn::Length": !Ref Names}
          MessageRetentionPeriod: !FindInMap [Sizes, large, n, {DefaultValue: "60"}]
Outputs:
  Count: {Value: {"Fn::Length": !Ref Names}}
  Fn::ForEach::Told: [Name, !Ref Names, {"Out&{Name}": {Value: !GetAtt "Queue&{Name}.QueueName"}}]
"""


@pytest.fixture
def stack(aws, fresh):
    name = fresh("anew")
    yield name
    aws("cloudformation").delete_stack(StackName=name)


def outputs(aws, name):
    (stack,) = aws("cloudformation").describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"].endswith(("CREATE_COMPLETE", "UPDATE_COMPLETE"))
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def test_a_template_of_sam_is_made_changed_and_dropped(aws, stack):
    stacks, functions = aws("cloudformation"), aws("lambda")
    stacks.create_stack(StackName=stack, TemplateBody=SAM, Capabilities=BOTH)
    assert stacks.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"] == SAM
    told = outputs(aws, stack)
    settings = functions.get_function_configuration(FunctionName=told["Load"])
    assert (settings["Timeout"], settings["Handler"]) == (7, "index.handler")
    assert settings["DeadLetterConfig"]["TargetArn"].startswith("arn:aws:sqs:")
    (mapping,) = functions.list_event_source_mappings(FunctionName=told["Alias"])[
        "EventSourceMappings"
    ]
    assert mapping["FunctionArn"] == told["Alias"]
    notices = aws("s3").get_bucket_notification_configuration(Bucket=told["Lake"])
    assert [e["LambdaFunctionArn"] for e in notices["LambdaFunctionConfigurations"]] == [
        told["Alias"]
    ]
    role = settings["Role"].rpartition("/")[2]
    attached = aws("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert {"AmazonS3ReadOnlyAccess", "AWSLambdaBasicExecutionRole"} <= {
        each["PolicyName"] for each in attached
    }
    change = {"StackName": stack, "ChangeSetName": "later", "UsePreviousTemplate": True}
    again = [{"ParameterKey": "Timeout", "ParameterValue": "9"}]
    stacks.create_change_set(**change, Parameters=again, Capabilities=["CAPABILITY_IAM"])
    del change["UsePreviousTemplate"]
    changed = [
        each["ResourceChange"]["LogicalResourceId"]
        for each in stacks.describe_change_set(**change)["Changes"]
    ]
    stacks.execute_change_set(**change)
    assert changed == ["Load", "Flow"]  # which may have another of its ARN
    timeout = functions.get_function_configuration(FunctionName=told["Load"])["Timeout"]
    assert timeout == 9
    stacks.update_stack(
        StackName=stack, UsePreviousTemplate=True, Parameters=again, Capabilities=BOTH
    )
    assert outputs(aws, stack) == told  # AWS takes an update by which nothing changes
    stacks.delete_stack(StackName=stack)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        functions.get_function(FunctionName=told["Load"])


def test_both_stages_of_a_template_are_told(aws, stack):
    stacks = aws("cloudformation")
    change = {"StackName": stack, "ChangeSetName": "first"}
    stacks.create_change_set(**change, ChangeSetType="CREATE", TemplateBody=SAM, Capabilities=BOTH)
    given = stacks.get_template(**change, TemplateStage="Original")
    assert (given["TemplateBody"], given["StagesAvailable"]) == (SAM, ["Original", "Processed"])
    made = stacks.get_template(**change)["TemplateBody"]
    assert "Transform" not in made
    assert made["Resources"]["LoadAliaslive"]["Type"] == "AWS::Lambda::Alias"
    for summary in (stacks.validate_template, stacks.get_template_summary):
        told = summary(TemplateBody=SAM)
        assert told["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]
        assert "CAPABILITY_AUTO_EXPAND" in told["Capabilities"]


@pytest.mark.parametrize("said", [[], ["CAPABILITY_NAMED_IAM"], ["CAPABILITY_AUTO_EXPAND"]])
def test_who_makes_a_stack_of_sam_says_that_he_knows(aws, fresh, said):
    stacks, name = aws("cloudformation"), fresh("unknown")
    lacks = "CAPABILITY_IAM" if "CAPABILITY_AUTO_EXPAND" in said else "CAPABILITY_AUTO_EXPAND"
    with pytest.raises(ClientError, match=rf"Requires capabilities : \[{lacks}\]") as refused:
        stacks.create_stack(StackName=name, TemplateBody=SAM, Capabilities=said)
    assert refused.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("Serverless::SimpleTable", "Serverless::HttpApi", r"types: \[AWS::Serverless::HttpApi\]"),
        ("Type: S3, Properties", "Type: Api, Properties", "failed with: Invalid Serverless Appl"),
        ('Events: "s3:ObjectCreated:*"', "", r"Resource with id \[LoadUp\] is invalid. Missing r"),
        ("InlineCode", "Inline", r"errors found: 1. Resource with id \[Load\] is invalid."),
        ("Lake: {Type: AWS::S3::Bucket}", "Lake: 1", "All 'Resources' must be Objects"),
        ("Globals: {Function", "Globals: {Machine", "'Globals' section is invalid."),
    ],
)
def test_a_template_that_is_not_translated_makes_nothing(aws, fresh, old, new, match):
    stacks, name = aws("cloudformation"), fresh("untranslated")
    told = {"StackName": name, "TemplateBody": SAM.replace(old, new), "Capabilities": BOTH}
    with pytest.raises(ClientError, match=match):
        stacks.create_stack(**told)
    with pytest.raises(ClientError, match="does not exist"):
        stacks.describe_stacks(StackName=name)
    told |= {"ChangeSetName": "first", "ChangeSetType": "CREATE"}
    if "types" in match:
        with pytest.raises(ClientError, match=match):
            stacks.create_change_set(**told)
        return
    made = stacks.create_change_set(**told)["Id"]
    change = stacks.describe_change_set(ChangeSetName=made)
    assert (change["Status"], change["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert change["StatusReason"].startswith("Transform AWS::Serverless-2016-10-31 failed with: ")
    stacks.delete_stack(StackName=name)


def test_a_change_set_of_sam_without_its_capability_has_failed(aws, stack):
    stacks = aws("cloudformation")
    change = {"StackName": stack, "ChangeSetName": "first"}
    stacks.create_change_set(**change, ChangeSetType="CREATE", TemplateBody=SAM)
    told = stacks.describe_change_set(**change)
    assert (told["Status"], told["StatusReason"]) == (
        "FAILED",
        "Requires capabilities : [CAPABILITY_IAM]",
    )
    with pytest.raises(ClientError, match=r"cannot be executed in its current status of \[FAILED"):
        stacks.execute_change_set(**change)


def test_parts_are_repeated_and_policies_chosen(aws, stack):
    template = LOOPS.replace(
        "Resources:", "Conditions: {Never: !Equals [a, b]}\nResources:", 1
    ).replace('{"Fn::If": [Never, !Ref Stays, Delete]}', "!Ref Stays")
    given = [{"ParameterKey": "Stays", "ParameterValue": "Delete"}]
    aws("cloudformation").create_stack(
        StackName=stack, TemplateBody=template, Parameters=given, Capabilities=BOTH
    )
    told, queues = outputs(aws, stack), aws("sqs")
    assert told.keys() == {"Outab", "Outc", "Count"}
    assert told["Count"] == "2"
    url = queues.get_queue_url(QueueName=told["Outab"])["QueueUrl"]
    tags = queues.list_queue_tags(QueueUrl=url)["Tags"]
    assert (tags["of"], tags["at"]) == ("a.b", "a.b-us-east-1")
    settings = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (settings["DelaySeconds"], settings["MessageRetentionPeriod"]) == ("2", "60")


def test_a_part_that_is_repeated_under_one_name_is_refused(aws):
    template = LOOPS.replace("Queue&{Name}:", "Queue:")
    with pytest.raises(ClientError, match="defines Queue twice: its keys"):
        aws("cloudformation").create_stack(
            StackName="twice", TemplateBody=template, Capabilities=BOTH
        )


def test_parts_of_a_template_are_read_from_s3(aws, stack):
    bucket = f"{stack}-parts"
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="part.yaml", Body=b"DelaySeconds: 5\nTags: []\n")
    where = {"Fn::Sub": f"s3://{bucket}/${{Key}}"}
    include = {"Name": "AWS::Include", "Parameters": {"Location": where}}
    whole = b"Type: AWS::SNS::Topic\n"
    aws("s3").put_object(Bucket=bucket, Key="topic.yaml", Body=whole)
    topic = {"Location": f"s3://{bucket}/topic.yaml"}
    queue = {"DelaySeconds": 6, "Fn::Transform": include}
    template = {
        "Parameters": {"Key": {"Type": "String"}},
        "Resources": {
            "Q": {"Type": "AWS::SQS::Queue", "Properties": queue},
            "T": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": topic}},
        },
        "Outputs": {"Q": {"Value": {"Ref": "Q"}}},
    }
    given = [{"ParameterKey": "Key", "ParameterValue": "part.yaml"}]
    told = {"StackName": stack, "TemplateBody": json.dumps(template), "Parameters": given}
    stacks = aws("cloudformation")
    stacks.create_stack(**told, Capabilities=BOTH)
    made = stacks.get_template(StackName=stack)["TemplateBody"]["Resources"]
    assert made["Q"]["Properties"] == {"DelaySeconds": 6, "Tags": []}
    assert made["T"] == {"Type": "AWS::SNS::Topic"}
    del queue["DelaySeconds"]
    told["TemplateBody"] = json.dumps(template)
    stacks.update_stack(**told, Capabilities=BOTH)
    url = outputs(aws, stack)["Q"]
    settings = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
    assert settings["Attributes"]["DelaySeconds"] == "5"
    given[0]["ParameterValue"] = "none.yaml"
    with pytest.raises(ClientError, match="S3 error: The specified key does not exist"):
        stacks.update_stack(**told, Capabilities=BOTH)
