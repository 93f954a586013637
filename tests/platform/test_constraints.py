"""Calls that the services' models forbid are refused, and lists are told by pages."""

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.roles import policy, trust

BAD = "ValidationException"
NO_POLICY = "MalformedPolicyDocument"


def role(document, name="r"):
    return {"RoleName": name, "AssumeRolePolicyDocument": document}


NAMED = policy(trust("lambda") | {"Sid": "by hand"})
NAMED_POLICY = policy({"Sid": "a-b", "Effect": "Allow", "Action": "s3:*", "Resource": "*"})

# service, operation, members, code, how the refusal goes on
REFUSED = {
    "length": ("events", "put_rule", {"Name": "x" * 65}, BAD, "length less than or equal to 64"),
    "pattern": ("scheduler", "get_schedule_group", {"Name": "a b"}, BAD, "regular expression"),
    "enum": (
        "scheduler", "list_schedules", {"State": "ON"}, BAD, r"set: \[ENABLED, DISABLED\]",
    ),
    "status": (
        "stepfunctions", "list_executions", {"stateMachineArn": "arn:x", "statusFilter": "x"}, BAD,
        "'statusFilter' failed .* enum value set",
    ),
    "long": (
        "stepfunctions", "create_activity", {"name": "x" * 81}, BAD, "less than or equal to 80",
    ),
    "period": (
        "kms", "enable_key_rotation", {"KeyId": "x", "RotationPeriodInDays": 89}, BAD,
        "'rotationPeriodInDays' failed .* greater than or equal to 90",
    ),
    "range": ("glue", "get_databases", {"MaxResults": 101}, BAD, "value less than or equal to 100"),
    "records": (
        "firehose", "put_record_batch",
        {"DeliveryStreamName": "a", "Records": [{"Data": b"b"}] * 501}, BAD,
        "'records' failed .* length less than or equal to 500",
    ),
    "lacks": ("stepfunctions", "start_execution", {}, BAD, "'stateMachineArn' failed .* null"),
    "lacks-within": (
        "glue", "create_database", {"DatabaseInput": {}}, BAD, "'databaseInput.name' failed",
    ),
    "several": (
        "lambda", "list_functions", {"MaxItems": 0, "FunctionVersion": "x"}, BAD, ": 2 valid",
    ),
    "blank": ("iam", "create_role", role("{}", " "), "ValidationError", "'roleName' failed"),
    "silent": (
        "logs", "describe_log_streams", {"logGroupIdentifier": "group:*"},
        "InvalidParameterException", "detected: Value at 'logGroupIdentifier' failed",
    ),
    "query": (
        "sts", "assume_role", {"RoleArn": "a" * 20, "RoleSessionName": "x"},
        "ValidationError", "'roleSessionName' failed .* length greater than or equal to 2",
    ),
    "trusts-none": ("iam", "create_role", role("{}"), NO_POLICY, "Syntax errors in policy"),
    "sid": ("iam", "create_role", role(NAMED), NO_POLICY, r"\(SID\) must be alpha-numeric"),
    "policy-sid": (
        "iam", "put_user_policy",
        {"UserName": "learner", "PolicyName": "p", "PolicyDocument": NAMED_POLICY},
        NO_POLICY, r"\(SID\) must be alpha-numeric",
    ),
    "no-json": ("iam", "create_role", role("some policy"), NO_POLICY, "contains invalid Json"),
    "tier": (
        "ssm", "put_parameter", {"Name": "a", "Value": "b", "Type": "String", "Tier": "None"}, BAD,
        "'tier' failed .* enum value set",
    ),
    "levels": (
        "ssm", "put_parameter", {"Name": "/a" * 16, "Value": "b", "Type": "String"},
        "HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels",
    ),
    "usage": (
        "kms", "create_key", {"KeyUsage": "SIGN_VERIFY"}, BAD,
        "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT",
    ),
    "said-once": (
        "secretsmanager", "get_random_password", {"PasswordLength": 3},
        "InvalidParameterException", "GetRandomPassword operation: Password length is too short",
    ),
    "own-code": (
        "athena", "list_work_groups", {"MaxResults": 51}, "InvalidRequestException",
        "Value at 'maxResults' failed",
    ),
    "says-null": (
        "athena", "get_work_group", {}, "InvalidRequestException", "Value null at 'workGroup'",
    ),
    "null-in-a-list": (
        "glue", "batch_get_jobs", {"JobNames": [None]}, BAD, r"'jobNames' .*\[Member must not be",
    ),
    "unchecked": (
        "databrew", "create_dataset", {"Name": "a"}, BAD, "'input' failed .* must not be null",
    ),
    "nobody": (
        "lakeformation", "put_data_lake_settings",
        {"DataLakeSettings": {"CreateTableDefaultPermissions": [{"Permissions": ["ALL"]}]}},
        "InvalidInputException", "A principal is required in CreateTableDefaultPermissions",
    ),
    "source": (
        "redshift", "describe_events", {"SourceType": "table"}, "ValidationError",
        "'sourceType' failed .* enum value set",
    ),
    "alarm": (
        "cloudwatch", "describe_alarms", {"StateValue": "On"}, "ValidationError",
        "'stateValue' failed .* enum value set",
    ),
    "page": ("ssm", "describe_parameters", {"MaxResults": 51}, BAD, "less than or equal to 50"),
    "arns": (
        "resourcegroupstaggingapi", "untag_resources",
        {"ResourceARNList": ["a"] * 21, "TagKeys": ["a"]}, "InvalidParameterException",
        "less than or equal to 20",
    ),
    "no-key": (
        "resourcegroupstaggingapi", "get_resources", {"TagFilters": [{"Values": ["a"]}]},
        "InvalidParameterException", "must have a key",
    ),
    "form": (
        "redshift", "describe_logging_status", {}, "MissingParameter",
        "must contain the parameter ClusterIdentifier",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("service", "operation", "members", "code", "words"), REFUSED.values(), ids=REFUSED
)
def test_what_the_model_forbids(aws, service, operation, members, code, words):
    client = aws(service, config=Config(parameter_validation=False))
    with pytest.raises(client.exceptions.ClientError, match=words) as refusal:
        getattr(client, operation)(**members)
    assert refusal.value.response["Error"]["Code"] == code


def test_a_schema_may_have_lines(aws, fresh):
    schema = 'syntax = "proto2";\nmessage One {\n  optional string a = 1;\n}\n'
    told = aws("glue").create_schema(
        SchemaName=fresh("schema"),
        DataFormat="PROTOBUF",
        Compatibility="NONE",
        SchemaDefinition=schema,
    )
    assert (
        aws("glue").get_schema_version(SchemaVersionId=told["SchemaVersionId"])["SchemaDefinition"]
        == schema
    )


def test_a_new_value_of_a_secret_leaves_other_labels(aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("secret")
    first = secrets.create_secret(Name=name, SecretString="1")["VersionId"]
    secrets.update_secret_version_stage(SecretId=name, VersionStage="kept", MoveToVersionId=first)
    new = secrets.put_secret_value(SecretId=name, SecretString="2")["VersionId"]
    told = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
    assert told == {first: ["AWSPREVIOUS", "kept"], new: ["AWSCURRENT"]}


def test_a_secrets_policy_is_json(aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("secret")
    secrets.create_secret(Name=name, SecretString="a")
    with pytest.raises(ClientError, match="MalformedPolicyDocumentException"):
        secrets.put_resource_policy(SecretId=name, ResourcePolicy="{")


@pytest.mark.parametrize(
    ("principal", "public"),
    [("*", True), ({"AWS": ["*"]}, True), ({"AWS": "123456789012"}, False)],
    ids=["all", "all-of-aws", "one"],
)
def test_a_policy_that_lets_everybody_read_a_secret(aws, fresh, principal, public):
    secrets, name = aws("secretsmanager"), fresh("secret")
    secrets.create_secret(Name=name, SecretString="a")
    allowed = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue"}
    document = {"Version": "2012-10-17", "Statement": [allowed | {"Resource": "*"}]}
    asked = {"SecretId": name, "ResourcePolicy": json.dumps(document)}
    if public:
        with pytest.raises(secrets.exceptions.PublicPolicyException):
            secrets.put_resource_policy(**asked, BlockPublicPolicy=True)
    else:
        secrets.put_resource_policy(**asked, BlockPublicPolicy=True)
    secrets.put_resource_policy(**asked)


def test_lists_of_moto_are_told_by_pages(aws, fresh):
    events, prefix = aws("events"), fresh("page")
    names = [f"{prefix}-{each}" for each in "abc"]
    for name in names:
        events.put_rule(Name=name, EventPattern='{"source":["x"]}')
    first = events.list_rules(NamePrefix=prefix, Limit=2)
    rest = events.list_rules(NamePrefix=prefix, Limit=2, NextToken=first["NextToken"])
    assert [[r["Name"] for r in page["Rules"]] for page in (first, rest)] == [names[:2], names[2:]]
    assert "NextToken" not in rest
    with pytest.raises(events.exceptions.ClientError, match="token"):
        events.list_rules(NamePrefix=prefix, NextToken="none")


NO_JSON = {
    "nested too deeply": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "half a character": rb'{"CatalogId":"\ud800"}',
}


@pytest.fixture
def saying(cloud):
    """``saying("glue", b"{}", "get_databases")``: a call whose body is another."""

    def asked(service, body, call):
        client = cloud.client(service, config=Config(parameter_validation=False))

        def replace(request, **_):
            request.data = body
            request.headers["Content-Length"] = str(len(body))

        client.meta.events.register("before-sign", replace)
        return getattr(client, call)()

    return asked


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_a_body_that_is_no_json(saying, body):
    with pytest.raises(ClientError, match="SerializationException"):
        saying("glue", body, "get_databases")


ATHENA, DYNAMODB = ("athena", "list_work_groups"), ("dynamodb", "list_tables")
# Whom it is said to, the body, what it is refused for.
OTHER_TYPES = {
    "text": (ATHENA, b'{"MaxResults": "1"}', "STRING_VALUE can not be converted to an Integer"),
    "truth": (ATHENA, b'{"MaxResults": true}', "TRUE_VALUE can not be converted to an Integer"),
    "list": (ATHENA, b'{"MaxResults": [1]}', "Start of list found where not expected"),
    "map": (ATHENA, b'{"NextToken": {}}', "Start of structure or map found where not expected."),
    "no list": (("glue", "batch_get_jobs"), b'{"JobNames": 1}', "Expected list or null"),
    "no structure": (("glue", "create_job"), b'{"Command": "a"}', "Expected null"),
    "moment": (
        ("glue", "get_partitions"), b'{"QueryAsOfTime": {}}',
        "Start of structure or map found where not expected.",
    ),
    "before what lacks": (
        ("glue", "get_table"), b'{"Name": 1}', "NUMBER_VALUE can not be converted to a String",
    ),
    "decimal of moto's": (
        ("events", "list_rules"), b'{"Limit": 1.5}',
        "NUMBER_VALUE can not be converted to an Integer",
    ),
    "dynamodb": (DYNAMODB, b'{"Limit": "1"}', "STRING_VALUE cannot be converted to Integer"),
    "dynamodb-map": (("dynamodb", "get_item"), b'{"Key": "a"}', "Unexpected field type"),
    "all": (ATHENA, b"[]", "Start of list found where not expected"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "body", "words"), OTHER_TYPES.values(), ids=OTHER_TYPES)
def test_values_of_other_types(saying, asked, body, words):
    service, call = asked
    with pytest.raises(ClientError) as refusal:
        saying(service, body, call)
    error = refusal.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("SerializationException", words)


def test_a_decimal_for_an_integer_is_cut(saying):
    assert saying(ATHENA[0], b'{"MaxResults": 1.5}', ATHENA[1])["WorkGroups"]


# What a client says that knows members which the models here do not.
NEWER = {
    "member": ("kinesis", "list_streams", b'{"DryRun": true}', "DryRun"),
    "within": ("glue", "get_databases", b'{"AttributesToGet": [], "A": {"B": 1}}', "A"),
    "in a list": (
        "athena", "create_work_group", b'{"Name": "a", "Tags": [{"Key": "a", "Of": "b"}]}',
        "Tags.Of",
    ),
    "form": (
        "redshift", "disable_logging", b"Action=DisableLogging&LogExports.member.1=a",
        "LogExports.member.1",
    ),
    "in a form": (
        "sts", "assume_role", b"Action=AssumeRole&Tags.member.1.Key=a&Tags.member.1.Of=b",
        "Tags.member.1.Of",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("service", "call", "body", "member"), NEWER.values(), ids=NEWER)
def test_members_that_newer_clients_know_are_not_passed_over(saying, service, call, body, member):
    with pytest.raises(ClientError, match=f"with '{member}' is not available") as error:
        saying(service, body, call)
    assert error.value.response["Error"]["Code"] == "NotImplementedException"


def test_what_says_nothing_is_passed_over(saying):
    said = b'{"MaxResults": 1, "DryRun": false, "Of": null, "__type": "a"}'
    assert "DatabaseList" in saying("glue", said, "get_databases")


def test_parameters_of_an_address_that_newer_clients_know(cloud):
    client = cloud.client("lambda", config=Config())

    def ask(request, **_):
        request.url += "?MaxItems=3&New=1"

    client.meta.events.register("before-sign", ask)
    with pytest.raises(ClientError, match="lambda:ListFunctions with 'New' is not available"):
        client.list_functions()
