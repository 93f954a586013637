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


def test_parameters_by_path(aws, fresh):
    ssm, path = aws("ssm"), f"/{fresh('app')}"
    for name in ("a", "b/c"):
        ssm.put_parameter(Name=f"{path}/{name}", Value=name, Type="String")
    flat = ssm.get_parameters_by_path(Path=path)["Parameters"]
    deep = ssm.get_parameters_by_path(Path=path, Recursive=True)["Parameters"]
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


def test_secrets(aws, fresh):
    secrets, name = aws("secretsmanager"), fresh("secret")
    secrets.create_secret(Name=name, SecretString="one")
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"
    before = secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert before["SecretString"] == "one"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=fresh("none"))


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
