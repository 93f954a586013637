"""What an IAM user's or a role's policies let them call."""

import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import connect, start_cloud, stop_cloud
from tests.roles import make_role, policy

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
ROLE = "arn:aws:iam::123456789012:role/{}"
# What a policy allows: an action, a resource; a call, and the resource that it is refused on.
CASES = [
    ("athena:ListWorkGroups", "*", ("athena", "list_work_groups", {}), None),
    ("athena:*", ARN.format("athena", "workgroup/w"), ("athena", "list_work_groups", {}), None),
    ("athena:Get*", "*", ("athena", "list_work_groups", {}), "*"),
    ("athena:*", ARN.format("athena", "workgroup/p*"),
     ("athena", "get_work_group", {"WorkGroup": "primary"}), None),
    ("athena:*", ARN.format("athena", "workgroup/x*"),
     ("athena", "get_work_group", {"WorkGroup": "primary"}),
     ARN.format("athena", "workgroup/primary")),
    ("athena:*", ARN.format("athena", "workgroup/x*"),
     ("athena", "start_query_execution", {"QueryString": "SELECT 1"}),
     ARN.format("athena", "workgroup/primary")),
    ("redshift:*", ARN.format("redshift", "dbuser:c/x"),
     ("redshift", "get_cluster_credentials", {"ClusterIdentifier": "c", "DbUser": "y"}),
     ARN.format("redshift", "dbuser:c/y")),
    ("glue:GetDatabases", ARN.format("glue", "catalog"), ("glue", "get_databases", {}), None),
    ("glue:GetTables", ARN.format("glue", "catalog"),
     ("glue", "get_tables", {"DatabaseName": "d"}), ARN.format("glue", "database/d")),
    ("glue:CreateTable", "arn:aws:glue:*:*:*/other*",
     ("glue", "create_table", {"DatabaseName": "d", "TableInput": {"Name": "t"}}),
     ARN.format("glue", "catalog")),
    ("sqs:SendMessage", ARN.format("sqs", "q"),
     ("sqs", "send_message_batch",
      {"QueueUrl": "https://sqs/123456789012/r", "Entries": [{"Id": "a", "MessageBody": "b"}]}),
     ARN.format("sqs", "r")),
    ("sns:CreateTopic", ARN.format("sns", "t"), ("sns", "create_topic", {"Name": "t"}), None),
    ("sns:CreateTopic", ARN.format("sns", "t"), ("sns", "create_topic", {"Name": "u"}),
     ARN.format("sns", "u")),
    ("dynamodb:*", ARN.format("dynamodb", "table/a"),
     ("dynamodb", "describe_table", {"TableName": "b"}), ARN.format("dynamodb", "table/b")),
    ("ssm:GetParameter*", ARN.format("ssm", "parameter/a/*"),
     ("ssm", "get_parameter", {"Name": "/b/c"}), ARN.format("ssm", "parameter/b/c")),
    ("states:*", "*",
     ("stepfunctions", "create_state_machine",
      {"name": "m", "definition": "{}", "roleArn": ROLE.format("r")}), ROLE.format("r")),
    ("events:*", "*",
     ("events", "put_targets",
      {"Rule": "r", "Targets": [{"Id": "1", "Arn": ARN.format("kinesis", "stream/s"),
                                 "RoleArn": ROLE.format("deep")}]}), ROLE.format("deep")),
    ("events:*", ARN.format("events", "rule/r"),
     ("events", "put_rule",
      {"Name": "r", "EventBusName": "default", "ScheduleExpression": "rate(1 day)"}), None),
    ("events:*", ARN.format("events", "rule/r"),
     ("events", "put_rule", {"Name": "r", "EventBusName": "b", "EventPattern": "{}"}),
     ARN.format("events", "rule/b/r")),
    ("lambda:*", "*",
     ("lambda", "update_function_configuration",
      {"FunctionName": "gone", "Role": ROLE.format("r"),
       "Environment": {"Variables": {"OtherRole": ROLE.format("is-data")}}}), ROLE.format("r")),
    ("quicksight:*", ARN.format("quicksight", "user/default/x"),
     ("quicksight", "describe_user",
      {"AwsAccountId": "123456789012", "Namespace": "default", "UserName": "y"}),
     ARN.format("quicksight", "user/default/y")),
    ("quicksight:*", ARN.format("quicksight", "group/default/x"),
     ("quicksight", "create_group_membership",
      {"AwsAccountId": "123456789012", "Namespace": "default", "GroupName": "y",
       "MemberName": "x"}), ARN.format("quicksight", "group/default/y")),
    ("quicksight:*", ARN.format("quicksight", "folder/x"),
     ("quicksight", "describe_folder", {"AwsAccountId": "123456789012", "FolderId": "y"}),
     ARN.format("quicksight", "folder/y")),
    ("quicksight:*", ARN.format("quicksight", "theme/x"),
     ("quicksight", "list_tags_for_resource", {"ResourceArn": ARN.format("quicksight", "theme/y")}),
     ARN.format("quicksight", "theme/y")),
    ("ec2:DescribeVpcs", "*", ("ec2", "describe_vpcs", {}), None),
    ("ec2:DescribeVpcs", "*", ("ec2", "describe_subnets", {}), "*"),
    ("iam:GetUser", "arn:aws:iam::123456789012:user/${aws:username}",
     ("iam", "get_user", {"UserName": "other"}), "arn:aws:iam::123456789012:user/other"),
    ("iam:GetUser", "arn:aws:iam::123456789012:user/${aws:username}",
     ("iam", "get_user", {"UserName": "limited"}), None),
]  # fmt: skip


@pytest.fixture(scope="module")
def limited(cloud):
    """Who may do what a document says: a function that gives clients of theirs."""
    iam = cloud.client("iam")
    iam.create_user(UserName="limited")
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    clients = {}

    def client(service, document):
        iam.put_user_policy(UserName="limited", PolicyName="may", PolicyDocument=document)
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=cloud.endpoint)
        return clients[service]

    return client


@pytest.mark.parametrize(("action", "resource", "call", "refused_on"), CASES)
def test_a_user_may_do_what_a_policy_allows(limited, action, resource, call, refused_on):
    service, name, asked = call
    allowed = policy({"Effect": "Allow", "Action": action, "Resource": resource})
    client = limited(service, allowed)
    if refused_on is None:
        getattr(client, name)(**asked)
        return
    with pytest.raises(ClientError) as caught:
        getattr(client, name)(**asked)
    message = caught.value.response["Error"]["Message"]
    who, _, action_and_more = message.partition(" is not authorized to perform: ")
    refused = action_and_more.split()[0]
    assert who == "User: arn:aws:iam::123456789012:user/limited"
    assert message.endswith(
        f" on resource: {refused_on} because no identity-based policy allows the {refused} action"
    )


def conditioned(action, operator, key, value):
    where = {"Resource": "*", "Condition": {operator: {key: value}}}
    return policy({"Effect": "Allow", "Action": action, **where})


# A service, how a resource with a tag is made in it, and how that resource is asked for.
TAGGED = [
    ("athena", "create_work_group", {"Name": "tagged", "Tags": [{"Key": "team", "Value": "dean"}]},
     "get_work_group", {"WorkGroup": "tagged"}),
    ("databrew", "create_recipe", {"Name": "tagged", "Steps": [], "Tags": {"team": "dean"}},
     "describe_recipe", {"Name": "tagged", "RecipeVersion": "LATEST_WORKING"}),
    ("secretsmanager", "create_secret",
     {"Name": "tagged", "SecretString": "s", "Tags": [{"Key": "team", "Value": "dean"}]},
     "describe_secret", {"SecretId": "tagged"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "making", "made", "asking", "asked"), TAGGED)
def test_tags_are_conditions(cloud, limited, service, making, made, asking, asked):
    def call(name, parameters, *condition):
        client = limited(service, conditioned(f"{service}:*", *condition))
        return getattr(client, name)(**parameters)

    cloud.client("iam").tag_user(UserName="limited", Tags=[{"Key": "team", "Value": "dean"}])
    mine = "${aws:PrincipalTag/team}"
    with pytest.raises(ClientError, match="is not authorized"):
        call(making, made, "StringEquals", "aws:RequestTag/team", "registrar")
    call(making, made, "ForAnyValue:StringEquals", "aws:TagKeys", ["Team", "team"])
    call(asking, asked, "StringEquals", "aws:ResourceTag/Team", mine)
    with pytest.raises(ClientError, match="is not authorized"):
        call(asking, asked, "StringNotEquals", "aws:ResourceTag/team", mine)


def test_an_import_has_its_data_sets_tags(cloud, limited):
    quicksight, account = cloud.client("quicksight"), {"AwsAccountId": "123456789012"}
    source = quicksight.create_data_source(
        **account, DataSourceId="tagged", Name="tagged", Type="ATHENA",
        DataSourceParameters={"AthenaParameters": {"WorkGroup": "primary"}},
    )  # fmt: skip
    columns = [{"Name": "a", "Type": "STRING"}]
    table = {"DataSourceArn": source["Arn"], "Name": "t", "InputColumns": columns}
    quicksight.create_data_set(
        **account, DataSetId="tagged", Name="tagged", ImportMode="DIRECT_QUERY",
        PhysicalTableMap={"p": {"RelationalTable": table}}, Tags=[{"Key": "team", "Value": "dean"}],
    )  # fmt: skip
    asked = {**account, "DataSetId": "tagged", "IngestionId": "none"}
    for value, why in (("dean", "is not found"), ("registrar", "is not authorized")):
        may = conditioned("quicksight:*", "StringEquals", "aws:ResourceTag/team", value)
        with pytest.raises(ClientError, match=why):
            limited("quicksight", may).describe_ingestion(**asked)


def test_a_denial_counts_more(limited):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    denied = {"Effect": "Deny", "Action": "glue:Delete*", "Resource": "*"}
    glue = limited("glue", policy(everything, denied))
    assert glue.get_databases()["DatabaseList"] is not None
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        glue.delete_database(Name="d")


def test_a_queues_own_policy_lets_in_and_keeps_out(cloud, limited):
    made = cloud.client("sqs").create_queue(QueueName="lets-in")["QueueUrl"]
    who = {"Principal": {"AWS": "arn:aws:iam::123456789012:user/limited"}, "Resource": "*"}
    lets_in = {"Effect": "Allow", "Action": "sqs:SendMessage", **who}
    keeps_out = {"Effect": "Deny", "Action": "sqs:ReceiveMessage", **who}
    attributes = {"Policy": policy(lets_in, keeps_out)}
    cloud.client("sqs").set_queue_attributes(QueueUrl=made, Attributes=attributes)
    mine = policy({"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"})
    limited("sqs", mine).send_message(QueueUrl=made, MessageBody="in")
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        limited("sqs", mine).receive_message(QueueUrl=made)


def test_a_secrets_own_policy_lets_in(cloud, limited):
    secrets = cloud.client("secretsmanager")
    secrets.create_secret(Name="lets-in", SecretString="s")
    who = {"Principal": {"AWS": "arn:aws:iam::123456789012:user/limited"}, "Resource": "*"}
    own = policy({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", **who})
    secrets.put_resource_policy(SecretId="lets-in", ResourcePolicy=own)
    mine = limited("secretsmanager", policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))
    assert mine.get_secret_value(SecretId="lets-in")["SecretString"] == "s"
    with pytest.raises(ClientError, match="is not authorized"):
        mine.describe_secret(SecretId="lets-in")


def test_a_boundary_is_the_most_that_a_user_may(cloud, limited):
    iam, everything = cloud.client("iam"), {"Effect": "Allow", "Action": "*", "Resource": "*"}
    only_athena = policy({"Effect": "Allow", "Action": "athena:*", "Resource": "*"})
    arn = iam.create_policy(PolicyName="most", PolicyDocument=only_athena)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="limited", PermissionsBoundary=arn)
    told = iam.get_user(UserName="limited")["User"]["PermissionsBoundary"]
    assert told["PermissionsBoundaryArn"] == arn
    users = iam.get_paginator("list_users").paginate().search("Users[]")
    listed = next(each for each in users if each["UserName"] == "limited")
    assert "PermissionsBoundary" not in listed
    assert limited("athena", policy(everything)).list_work_groups()["WorkGroups"]
    with pytest.raises(ClientError, match="is not authorized"):
        limited("glue", policy(everything)).get_databases()
    iam.delete_user_permissions_boundary(UserName="limited")
    assert "DatabaseList" in limited("glue", policy(everything)).get_databases()
    made = iam.create_user(UserName="bounded", PermissionsBoundary=arn)["User"]
    assert made["PermissionsBoundary"] == told
    with pytest.raises(ClientError, match="does not exist or is not attachable"):
        iam.create_user(UserName="unbounded", PermissionsBoundary=f"{arn}-gone")


def test_a_role_that_is_taken_on_may_do_what_it_may(cloud, fresh):
    iam, name = cloud.client("iam"), fresh("analyst")
    trusted = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusted))["Role"]["Arn"]
    taken = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="its")["Credentials"]
    session = boto3.Session(
        taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"], "us-east-1"
    )
    athena = session.client("athena", endpoint_url=cloud.endpoint)
    with pytest.raises(ClientError, match="/its is not authorized") as caught:
        athena.list_data_catalogs()
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    allowed = policy({"Effect": "Allow", "Action": "athena:List*", "Resource": "*"})
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=allowed)
    assert athena.list_data_catalogs()["DataCatalogsSummary"]


@pytest.fixture
def strict(tmp_path, monkeypatch):
    """A cloud that asks for the rights of roles that services take on."""
    monkeypatch.setenv("LABKIT_ROLES", "strict")
    process = start_cloud(tmp_path)
    yield connect(tmp_path, process)
    stop_cloud(process)


def test_a_state_machine_may_do_what_its_role_may(strict):
    iam = strict.client("iam")
    machines = strict.client("stepfunctions", config=Config(inject_host_prefix=False))
    role = make_role(iam, "r", "states")
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:getDatabases", "End": True}
    made = machines.create_state_machine(
        name="m",
        roleArn=role,
        type="EXPRESS",
        definition=json.dumps({"StartAt": "Ask", "States": {"Ask": task}}),
    )["stateMachineArn"]
    ended = machines.start_sync_execution(stateMachineArn=made)
    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.AccessDeniedException")
    assert "is not authorized to perform: glue:GetDatabases" in ended["cause"]
    allowed = policy({"Effect": "Allow", "Action": "glue:GetDatabases", "Resource": "*"})
    iam.put_role_policy(RoleName="r", PolicyName="may", PolicyDocument=allowed)
    assert machines.start_sync_execution(stateMachineArn=made)["status"] == "SUCCEEDED"
