"""A custom resource's function asks about the stack that waits for it."""

import json

from tests.roles import make_role

ASKING = """
import boto3, cfnresponse

def handler(event, context):
    stacks, at = boto3.client("cloudformation"), {"StackName": event["StackId"]}
    [stack] = stacks.describe_stacks(**at)["Stacks"]
    made = stacks.describe_stack_resources(**at)["StackResources"]
    events = stacks.describe_stack_events(**at)["StackEvents"]
    listed = [each["StackId"] for each in stacks.list_stacks()["StackSummaries"]]
    told = {
        "Status": stack["StackStatus"],
        "Outputs": len(stack.get("Outputs", [])),
        "Made": " ".join(sorted(each["LogicalResourceId"] for each in made)),
        "Latest": events[0]["LogicalResourceId"],
        "Listed": listed.count(event["StackId"]),
    }
    cfnresponse.send(event, context, cfnresponse.SUCCESS, told, "own")
"""


def test_a_function_is_told_how_far_its_stack_has_come(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("asks")
    asks = {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}
    role = make_role(aws("iam"), name, "lambda", asks)
    code = {"Code": {"ZipFile": ASKING}, "Runtime": "python3.12", "Handler": "index.handler"}
    own = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}
    resources = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": code | {"Role": role}},
        "Own": {"Type": "Custom::Own", "Properties": own},
        "After": {"Type": "AWS::SQS::Queue", "DependsOn": "Own"},
    }
    told = ("Status", "Outputs", "Made", "Latest", "Listed")
    outputs = {each: {"Value": {"Fn::GetAtt": ["Own", each]}} for each in told}
    outputs["Queue"] = {"Value": {"Ref": "After"}}
    body = json.dumps({"Resources": resources, "Outputs": outputs})
    stacks.create_stack(StackName=name, TemplateBody=body)
    [stack] = stacks.describe_stacks(StackName=name)["Stacks"]
    found = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    queues = [each for each in events if each["LogicalResourceId"] == "After"]
    stacks.delete_stack(StackName=name)
    assert found.pop("Queue").startswith("http")
    assert found == {
        "Status": "CREATE_IN_PROGRESS",
        "Outputs": "0",
        "Made": "Function",
        "Latest": "Own",
        "Listed": "1",
    }
    assert len(queues) == 2  # begun and made once
