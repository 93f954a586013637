"""Services whose records moto keeps: a breath of each, through the front."""

import json
import time

import pytest
from botocore.exceptions import ClientError


def test_parameters_have_versions(aws, fresh):
    ssm, name = aws("ssm"), f"/dataedu/{fresh('state')}"
    assert ssm.put_parameter(Name=name, Value="1", Type="String")["Version"] == 1
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=name, Value="2", Type="String")
    value = json.dumps({"ü": 2})
    assert ssm.put_parameter(Name=name, Value=value, Overwrite=True)["Version"] == 2
    found = ssm.get_parameter(Name=name)["Parameter"]
    assert (found["Value"], found["Type"], found["Version"]) == (value, "String", 2)
    assert ssm.get_parameter(Name=f"{name}:1")["Parameter"]["Value"] == "1"
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [each["Version"] for each in history] == [1, 2]
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=f"{name}/none")


def test_secure_parameters_are_opened_on_request(aws, fresh):
    ssm, name = aws("ssm"), fresh("secret")
    ssm.put_parameter(Name=name, Value="hush", Type="SecureString")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] != "hush"
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "hush"


def test_a_secret_is_a_parameter_too(aws, fresh):
    ssm, secrets, name = aws("ssm"), aws("secretsmanager"), fresh("secret")
    made = secrets.create_secret(Name=name, SecretString="hush")
    ssm.put_parameter(Name=name, Value="1", Type="String")
    path = "/aws/reference/secretsmanager"
    asked = [f"{name}:1", f"{path}/{name}", f"{path}/none"]
    told = ssm.get_parameters(Names=asked, WithDecryption=True)
    one, secret = told["Parameters"]
    assert (one["Name"], one["Selector"]) == (name, ":1")
    assert (secret["Name"], secret["ARN"], secret["Value"]) == (asked[1], made["ARN"], "hush")
    assert json.loads(secret["SourceResult"])["versionId"] == made["VersionId"]
    assert told["InvalidParameters"] == [asked[2]]


def test_parameters_by_path(aws, fresh):
    ssm, path = aws("ssm"), f"/{fresh('app')}"
    for name in ("a", "b/c"):
        ssm.put_parameter(Name=f"{path}/{name}", Value=name, Type="String")
    flat = ssm.get_parameters_by_path(Path=path)["Parameters"]
    ssm.get_parameters_by_path(Path="/aws/service/global-infrastructure/regions")
    deep = ssm.get_parameters_by_path(Path=path, Recursive=True)["Parameters"]
    everything = ssm.get_parameters_by_path(Path="/", Recursive=True)["Parameters"]
    told = [*everything, *ssm.describe_parameters()["Parameters"]]
    assert not [each for each in told if each["Name"].startswith("/aws/")]
    assert ([p["Value"] for p in flat], [p["Value"] for p in deep]) == (["a"], ["a", "b/c"])


def test_who_am_i(aws):
    who = aws("sts").get_caller_identity()
    assert (who["Account"], who["Arn"]) == (
        "123456789012",
        "arn:aws:iam::123456789012:user/learner",
    )


def test_logs(aws, fresh):
    logs, group = aws("logs"), fresh("group")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    event = {"timestamp": int(time.time() * 1000), "message": "größer"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    found = logs.filter_log_events(logGroupName=group, filterPattern="größer")["events"]
    assert [each["message"] for each in found] == ["größer"]

    def on(*days, message="x"):
        return [
            {"timestamp": event["timestamp"] + n * 86_400_000, "message": message} for n in days
        ]

    days = on(-20, -19, 0, 1, 2)
    told = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=days)
    refused = {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 3}
    assert told["rejectedLogEventsInfo"] == refused
    with pytest.raises(ClientError, match="cannot span more than 24 hours"):
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=on(-2, 0))
    large = on(0, 0, message="x" * 524_263)
    with pytest.raises(ClientError, match="Upload too large: 1048578 bytes exceeds limit of 1048"):
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=large)


def test_a_protected_log_group_stays(aws, fresh):
    logs, group = aws("logs"), fresh("group")
    asked = {"logGroupName": group, "tags": {"a": "b"}}
    logs.create_log_group(**asked, deletionProtectionEnabled=True)
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(**asked)
    with pytest.raises(ClientError, match=r"ValidationException.*Cannot delete log group with del"):
        logs.delete_log_group(logGroupName=group)
    (told,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert told["deletionProtectionEnabled"]
    assert logs.list_tags_for_resource(resourceArn=told["logGroupArn"])["tags"] == {"a": "b"}
    off = {"logGroupIdentifier": told["logGroupArn"], "deletionProtectionEnabled": False}
    logs.put_log_group_deletion_protection(**off)
    logs.delete_log_group(logGroupName=group)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.put_log_group_deletion_protection(**off)


def test_secrets(aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("secret")
    secrets.create_secret(Name=name, SecretString="one")
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"
    before = secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert before["SecretString"] == "one"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=fresh("none"))
    with pytest.raises(ClientError, match="Must be a valid name containing alphanumeric"):
        secrets.create_secret(Name="Invalid Name", SecretString="x")


def test_resources_by_their_tags(aws, fresh):
    bucket, value = fresh("b"), fresh("value")
    aws("s3").create_bucket(Bucket=bucket)
    tags = {"TagSet": [{"Key": "lab", "Value": value}]}
    aws("s3").put_bucket_tagging(Bucket=bucket, Tagging=tags)
    wanted = [{"Key": "lab", "Values": [value]}]
    found = aws("resourcegroupstaggingapi").get_resources(TagFilters=wanted)
    assert [each["ResourceARN"] for each in found["ResourceTagMappingList"]] == [
        f"arn:aws:s3:::{bucket}"
    ]


def test_a_secrets_value_moves_with_its_label(aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("secret")
    asked = {"SecretId": name}
    first = secrets.create_secret(Name=name, SecretString="one")["VersionId"]
    other = secrets.put_secret_value(**asked, SecretString="two", VersionStages=["MINE"])
    move = asked | {"VersionStage": "AWSCURRENT", "MoveToVersionId": other["VersionId"]}
    with pytest.raises(ClientError, match="RemoveFromVersionId can't be empty"):
        secrets.update_secret_version_stage(**move)
    leave = {"RemoveFromVersionId": first}
    with pytest.raises(ClientError, match="Not a valid version: nowhere"):
        secrets.update_secret_version_stage(**move | leave | {"MoveToVersionId": "nowhere" * 5})
    with pytest.raises(ClientError, match="can't be completely removed"):
        secrets.update_secret_version_stage(**asked, **leave, VersionStage="AWSCURRENT")
    assert secrets.get_secret_value(**asked)["SecretString"] == "one"
    secrets.update_secret_version_stage(**move, **leave)
    assert secrets.get_secret_value(**asked)["SecretString"] == "two"
    before = secrets.get_secret_value(**asked, VersionStage="AWSPREVIOUS")
    assert before["SecretString"] == "one"
    with pytest.raises(ClientError, match="No Lambda rotation function ARN"):
        secrets.rotate_secret(**asked)
    with pytest.raises(ClientError, match="VersionStage that is not associated"):
        secrets.get_secret_value(**asked, VersionId=first, VersionStage="AWSCURRENT")
    third = secrets.put_secret_value(**asked, SecretString="three")["VersionId"]
    labelled = {other["VersionId"], third}
    assert set(secrets.describe_secret(**asked)["VersionIdsToStages"]) == labelled
    listed = secrets.list_secret_version_ids(**asked)
    assert {each["VersionId"] for each in listed["Versions"]} == labelled
    assert (listed["ARN"], "NextToken" in listed) == (other["ARN"], False)


def test_a_secrets_copies_are_told_by_its_arn(aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("secret")
    arn = secrets.create_secret(Name=name, SecretString="one")["ARN"]
    there = [{"Region": "eu-west-3"}]
    told = secrets.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=there)
    assert (told["ARN"], told["ReplicationStatus"][0]["Status"]) == (arn, "InSync")
    asked = {"SecretId": name, "RemoveReplicaRegions": ["eu-west-3"]}
    told = secrets.remove_regions_from_replication(**asked)
    assert (told["ARN"], told["ReplicationStatus"]) == (arn, [])


NO_SECRETS = {  # what is asked beside a deleted secret → the code and some words
    "none": ("list_secret_version_ids", {"SecretId": "none"}, "ResourceNotFoundException"),
    "nothing": ("put_secret_value", {}, "You must provide either SecretString or SecretBinary"),
    "value": ("get_secret_value", {}, "because it was marked for deletion"),
    "new value": ("put_secret_value", {"SecretString": "x"}, "because it was marked for deletion"),
    "tags": (
        "tag_resource",
        {"Tags": [{"Key": "a", "Value": "b"}]},
        "because it was marked for deletion",
    ),
    "days": ("delete_secret", {"RecoveryWindowInDays": 3}, "must be between 7 and 30 days"),
    "name": (
        "delete_secret",
        {"SecretId": "a b", "ForceDeleteWithoutRecovery": True},
        "valid name",
    ),
    "new": ("create_secret", {"SecretId": None, "SecretString": "x"}, "scheduled for deletion"),
    "label": ("get_secret_value", {"VersionStage": "X"}, "value for staging label: X"),
    "version": ("get_secret_value", {"VersionId": "0" * 36}, "value for VersionId: 0"),
}


@pytest.mark.parametrize(("call", "asked", "words"), NO_SECRETS.values(), ids=NO_SECRETS)
def test_what_is_no_secret(aws, fresh, call, asked, words):
    secrets, name = aws("secretsmanager"), fresh("secret")
    secrets.create_secret(Name=name, SecretString="one")
    if "deletion" in words:
        secrets.delete_secret(SecretId=name)
    parameters = {"SecretId": name, "Name": name if call == "create_secret" else None} | asked
    with pytest.raises(ClientError, match=words) as refused:
        getattr(secrets, call)(**{k: v for k, v in parameters.items() if v is not None})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_secrets_of_nothing(aws):
    with pytest.raises(ClientError, match="Either 'SecretIdList' or 'Filters' must be provided"):
        aws("secretsmanager").batch_get_secret_value()


def test_what_a_label_names(aws, fresh):
    ssm, path = aws("ssm"), "/" + fresh("labels")
    for name in "ab":
        ssm.put_parameter(Name=f"{path}/{name}", Value="1", Type="String", Tier="Advanced")
    ssm.label_parameter_version(Name=f"{path}/a", Labels=["one", "other"])
    asked = {"Path": path, "ParameterFilters": [{"Key": "Label", "Values": ["one"]}]}
    told = ssm.get_parameters_by_path(**asked)["Parameters"]
    assert [each["Name"] for each in told] == [f"{path}/a"]
    with pytest.raises(ClientError, match="You can't downgrade a parameter"):
        ssm.put_parameter(Name=f"{path}/a", Value="2", Tier="Standard", Overwrite=True)
    assert ssm.put_parameter(Name=f"{path}/a", Value="2", Overwrite=True)["Tier"] == "Advanced"
    with pytest.raises(ClientError, match="have length less than or equal to 10"):
        ssm.get_parameters(Names=[f"{path}/{number}" for number in range(11)])


NO_PARAMETERS = {  # what is asked beside a name → the code
    "pattern": ({"Value": "x", "AllowedPattern": "^[0-9]+$"}, "ParameterPatternMismatchException"),
    "size": ({"Value": "x" * 4097}, "ValidationException"),
    "blank": ({"Name": "b c", "Value": "x"}, "symbols .-_"),
    "no start": ({"Name": "b/c", "Value": "x"}, "must be a fully qualified name"),
    "type": (
        {"Value": "x", "Type": "SecureString", "Overwrite": True},
        "HierarchyTypeMismatchException",
    ),
}


@pytest.mark.parametrize(("asked", "code"), NO_PARAMETERS.values(), ids=NO_PARAMETERS)
def test_what_a_parameter_may_not_be(aws, fresh, asked, code):
    ssm, name = aws("ssm"), "/" + fresh("no")
    kept = {"Name": name, "Type": "String"}
    if asked.get("Overwrite"):
        ssm.put_parameter(**kept, Value="1")
    with pytest.raises(ClientError, match=code):
        ssm.put_parameter(**kept | asked)
    ssm.put_parameter(**kept, Value="x" * 4097, Tier="Advanced", Overwrite=True)
    arn = ssm.get_parameter(Name=f"{name}:1")["Parameter"]["ARN"]
    assert ssm.get_parameter(Name=arn)["Parameter"]["Name"] == name
    with pytest.raises(ClientError, match="ValidationException"):
        ssm.get_parameters_by_path(Path=name[1:])
