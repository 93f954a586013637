"""What keeps a call from deleting all that it names is not passed over."""

import pytest
from botocore.exceptions import ClientError


def test_a_call_of_ec2_that_is_only_tried_changes_nothing(aws):
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    for call, asked in ((ec2.delete_vpc, {"VpcId": vpc}), (ec2.create_vpc, {"CidrBlock": "::"})):
        with pytest.raises(ClientError, match=r"DryRunOperation.*would have succeeded"):
            call(**asked, DryRun=True)
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    ec2.delete_vpc(VpcId=vpc, DryRun=False)


def test_stacks_of_a_stack_set_do_not_stay(aws):
    """As they cannot, they are not deleted either."""
    stacks, name = aws("cloudformation"), {"StackSetName": "narrowed"}
    where = name | {"Accounts": ["123456789012"], "Regions": ["us-east-1"]}
    made = '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}'
    stacks.create_stack_set(**name, TemplateBody=made)
    stacks.create_stack_instances(**where)
    with pytest.raises(ClientError, match=r"NotImplementedException.*that stay"):
        stacks.delete_stack_instances(**where, RetainStacks=True)
    targets = {"Accounts": ["123456789012"]}
    with pytest.raises(ClientError, match=r"NotImplementedException.*deployment targets"):
        stacks.delete_stack_instances(**where, RetainStacks=False, DeploymentTargets=targets)
    assert len(stacks.list_stack_instances(**name)["Summaries"]) == 1
    stacks.delete_stack_instances(**where, RetainStacks=False)
    assert stacks.list_stack_instances(**name)["Summaries"] == []
    stacks.delete_stack_set(**name)


def test_a_target_of_a_maintenance_window_that_is_in_use_stays(aws):
    ssm = aws("ssm")
    window = {"Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1}
    window = ssm.create_maintenance_window(Name="abc", AllowUnassociatedTargets=True, **window)
    window = {"WindowId": window["WindowId"]}
    ids = [{"Key": "InstanceIds", "Values": ["i-12345678"]}]
    target = ssm.register_target_with_maintenance_window(
        **window, ResourceType="INSTANCE", Targets=ids
    )
    target = {"WindowTargetId": target["WindowTargetId"]}
    used = [{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}]
    task = ssm.register_task_with_maintenance_window(
        **window, Targets=used, TaskArn="AWS-RunShellScript", TaskType="RUN_COMMAND"
    )
    with pytest.raises(ssm.exceptions.TargetInUseException):
        ssm.deregister_target_from_maintenance_window(**window, **target, Safe=True)
    ssm.deregister_task_from_maintenance_window(**window, WindowTaskId=task["WindowTaskId"])
    ssm.deregister_target_from_maintenance_window(**window, **target, Safe=True)
    ssm.delete_maintenance_window(**window)


def test_a_policy_of_the_account_has_no_revision(aws):
    logs = aws("logs")
    logs.put_resource_policy(policyName="narrowed", policyDocument="{}")
    with pytest.raises(ClientError, match="NotImplementedException"):
        logs.delete_resource_policy(policyName="narrowed", expectedRevisionId="1")
    logs.delete_resource_policy(policyName="narrowed")
