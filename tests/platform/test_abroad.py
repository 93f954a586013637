"""What has our resource's name in another account, or another region, is not our resource."""

import pytest
from botocore.exceptions import ClientError

BUS, DATABASE, GROUP, KEY, MACHINE, REGISTRY, TOPIC = (
    "events:{}:event-bus/{}",
    "glue:{}:database/{}",
    "logs:{}:log-group:{}",
    "kms:{}:alias/{}",
    "states:{}:stateMachine:{}",
    "glue:{}:registry/{}",
    "sns:{}:{}",
)
PASSES = '{"StartAt":"a","States":{"a":{"Type":"Pass","End":true}}}'

# A call, and the member that names what it is on.
CASES = [
    ("kms", "encrypt", KEY, "KeyId", {"Plaintext": b"x"}),
    ("kms", "schedule_key_deletion", KEY, "KeyId", {}),
    ("kms", "list_aliases", KEY, "KeyId", {}),
    ("glue", "get_tags", DATABASE, "ResourceArn", {}),
    ("glue", "get_registry", REGISTRY, "RegistryId.RegistryArn", {}),
    ("sns", "delete_topic", TOPIC, "TopicArn", {}),
    ("stepfunctions", "delete_state_machine", MACHINE, "stateMachineArn", {}),
    ("logs", "filter_log_events", GROUP, "logGroupIdentifier", {}),
    ("events", "list_rules", BUS, "EventBusName", {}),
    ("events", "describe_event_bus", BUS, "Name", {}),
]
PLACES = {"another account": "us-east-1:111122223333", "another region": "eu-west-1:123456789012"}


@pytest.fixture(scope="module")
def name(aws):
    name, role = "ours-abroad", "arn:aws:iam::123456789012:role/any"
    key = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    aws("kms").create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    aws("glue").create_database(DatabaseInput={"Name": name})
    aws("glue").create_registry(RegistryName=name)
    topic = aws("sns").create_topic(Name=name)
    states = aws("stepfunctions")
    machine = states.create_state_machine(name=name, roleArn=role, definition=PASSES)
    aws("logs").create_log_group(logGroupName=name)
    aws("events").create_event_bus(Name=name)
    yield name
    aws("kms").delete_alias(AliasName=f"alias/{name}")
    aws("glue").delete_database(Name=name)
    aws("glue").delete_registry(RegistryId={"RegistryName": name})
    aws("sns").delete_topic(TopicArn=topic["TopicArn"])
    states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
    aws("logs").delete_log_group(logGroupName=name)
    aws("events").delete_event_bus(Name=name)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("service", "call", "arn", "member", "more"), CASES)
def test_it_is_not_ours(aws, name, place, service, call, arn, member, more):
    outer, _, inner = member.partition(".")
    told = f"arn:aws:{arn.format(PLACES[place], name)}"
    asked = {outer: {inner: told} if inner else told} | more
    with pytest.raises(
        ClientError, match=r"rn:aws:|Invalid arn eu-west-1|Alias \S+ is not"
    ) as refused:
        getattr(aws(service), call)(**asked)
    code = refused.value.response["Error"]["Code"]
    denied = {"sns": "AuthorizationError"}.get(service, "AccessDeniedException")
    assert (code == denied) is (place == "another account")


ROLE = "arn:aws:iam::111122223333:role/ours-abroad"
INPUT = {"S3Targets": [{"Path": "s3://a/b/"}]}
PASSED = {
    "crawler": ("glue", "create_crawler", {"Name": "a", "Role": ROLE, "Targets": INPUT}),
    "job": ("glue", "update_job", {"JobName": "a", "JobUpdate": {"Role": ROLE}}),
    "function": ("lambda", "update_function_configuration", {"FunctionName": "a", "Role": ROLE}),
    "recipe": (
        "databrew",
        "update_profile_job",
        {"Name": "a", "OutputLocation": {"Bucket": "a-b"}, "RoleArn": ROLE},
    ),
    "cluster": (
        "redshift",
        "modify_cluster_iam_roles",
        {"ClusterIdentifier": "a", "AddIamRoles": [ROLE]},
    ),
    "namespace": (
        "redshift-serverless",
        "update_namespace",
        {"namespaceName": "abc", "iamRoles": [ROLE]},
    ),
}


@pytest.mark.parametrize(("service", "call", "asked"), PASSED.values(), ids=PASSED)
def test_a_role_of_another_account_is_not_passed(aws, service, call, asked):
    with pytest.raises(ClientError, match="Cross-account pass role is not allowed"):
        getattr(aws(service), call)(**asked)


def test_an_object_is_not_encrypted_with_a_key_that_is_not_ours(aws, name):
    aws("s3").create_bucket(Bucket=name)
    key = f"arn:aws:kms:us-east-1:111122223333:alias/{name}"
    with pytest.raises(ClientError, match="does not exist"):
        aws("s3").put_object(
            Bucket=name, Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId=key, Body=b"x"
        )
