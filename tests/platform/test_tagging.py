"""The Resource Groups Tagging API over the services that labkit runs."""

import pytest

ARN = "arn:aws:{}:us-east-1:{}:{}"
KEYS = {
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
}
EVERYTHING = """{"Version": "2012-10-17",
"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"""
# A resource's type: its client, how it is made of a name, and what its ARN ends with.
MADE = {
    "athena:workgroup": ("create_work_group", {"Name": "{}"}, "workgroup/{}"),
    "databrew:ruleset": (
        "create_ruleset",
        {
            "Name": "{}",
            "TargetArn": "arn:aws:databrew:us-east-1:123456789012:dataset/{}",
            "Rules": [{"Name": "r", "CheckExpression": "AGG(ROW_COUNT) > :v",
                       "SubstitutionMap": {":v": "0"}}],
        },
        "ruleset/{}",
    ),
    "dynamodb:table": (
        "create_table", {"TableName": "{}", "BillingMode": "PAY_PER_REQUEST", **KEYS}, "table/{}",
    ),
    "events:rule": ("put_rule", {"Name": "{}", "ScheduleExpression": "rate(9 days)"}, "rule/{}"),
    "firehose:deliverystream": (
        "create_delivery_stream",
        {
            "DeliveryStreamName": "{}",
            "S3DestinationConfiguration": {
                "RoleARN": "arn:aws:iam::123456789012:role/r", "BucketARN": "arn:aws:s3:::{}",
            },
        },
        "deliverystream/{}",
    ),
    "glue:database": ("create_database", {"DatabaseInput": {"Name": "{}"}}, "database/{}"),
    "iam:policy": (
        "create_policy", {"PolicyName": "{}", "PolicyDocument": EVERYTHING}, "policy/{}",
    ),
    "kinesis:stream": ("create_stream", {"StreamName": "{}", "ShardCount": 1}, "stream/{}"),
    "logs:log-group": ("create_log_group", {"logGroupName": "{}"}, "log-group:{}"),
    "redshift:parametergroup": (
        "create_cluster_parameter_group",
        {"ParameterGroupName": "{}", "ParameterGroupFamily": "redshift-1.0", "Description": "d"},
        "parametergroup:{}",
    ),
    "s3": ("create_bucket", {"Bucket": "{}"}, "{}"),
    "scheduler:schedule-group": ("create_schedule_group", {"Name": "{}"}, "schedule-group/{}"),
    "sns": ("create_topic", {"Name": "{}"}, "{}"),
    "sqs": ("create_queue", {"QueueName": "{}"}, "{}"),
    "ssm:parameter": (
        "put_parameter", {"Name": "/{}/p", "Value": "v", "Type": "String"}, "parameter/{}/p",
    ),
    "states:activity": ("create_activity", {"name": "{}"}, "activity:{}"),
}  # fmt: skip


def named(asked, name):
    """What a call asks, with a name where ``{}`` stands."""
    if isinstance(asked, dict):
        return {key: named(value, name) for key, value in asked.items()}
    if isinstance(asked, list):
        return [named(each, name) for each in asked]
    return asked.replace("{}", name) if isinstance(asked, str) else asked


@pytest.fixture(scope="module")
def tagging(client):
    return client("resourcegroupstaggingapi")


def arns(tagging, **asked):
    found = tagging.get_resources(**asked)["ResourceTagMappingList"]
    return {each["ResourceARN"]: {t["Key"]: t["Value"] for t in each["Tags"]} for each in found}


@pytest.mark.parametrize("kind", MADE)
def test_each_resource_is_tagged_found_and_untagged(cloud, client, tagging, fresh, kind):
    service = kind.partition(":")[0]
    call, asked, place = MADE[kind]
    name = fresh("tagged").replace("-", "_" if service == "glue" else "-")
    getattr(client("stepfunctions" if service == "states" else service), call)(**named(asked, name))
    arn = ARN.format(service, cloud.account, place.format(name))
    arn = arn.replace(f"us-east-1:{cloud.account}" if service == "s3" else " ", ":")
    arn = arn.replace("us-east-1" if service == "iam" else " ", "")
    wanted = {"ResourceTypeFilters": [kind], "TagFilters": [{"Key": "team", "Values": [name]}]}
    tags = {"team": name, "of": "ü"}
    assert tagging.tag_resources(ResourceARNList=[arn], Tags=tags)["FailedResourcesMap"] == {}
    assert arns(tagging, **wanted) == {arn: tags}
    assert arns(tagging, ResourceARNList=[arn], TagFilters=[{"Key": "of"}]) == {arn: tags}
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["of"])
    assert arns(tagging, **wanted) == {arn: {"team": name}}


def test_what_its_service_refuses_is_told_and_the_rest_is_tagged(client, tagging, fresh):
    queue = fresh("queue")
    url = client("sqs").create_queue(QueueName=queue)["QueueUrl"]
    there = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = there["Attributes"]["QueueArn"]
    missing = [arn + "-none", "nothing"]
    failed = tagging.tag_resources(ResourceARNList=[*missing, arn], Tags={"k": queue})
    told = {arn: each["ErrorCode"] for arn, each in failed["FailedResourcesMap"].items()}
    assert told == dict.fromkeys(missing, "InvalidParameterException")
    assert client("sqs").list_queue_tags(QueueUrl=url)["Tags"] == {"k": queue}


@pytest.mark.parametrize("kind", ["dataQualityRuleset/r", "job/j"])
def test_glue_tags_what_is_there(client, kind):
    glue, arn = client("glue"), ARN.format("glue", "123456789012", f"{kind}-none")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.tag_resource(ResourceArn=arn, TagsToAdd={"k": "v"})


@pytest.mark.parametrize("call", ["tag_resource", "untag_resource", "list_tags_for_resource"])
def test_logs_tag_a_group_that_is_there(client, call):
    logs, arn = client("logs"), ARN.format("logs", "123456789012", "log-group:/none")
    more = {"tag_resource": {"tags": {"k": "v"}}, "untag_resource": {"tagKeys": ["k"]}}
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        getattr(logs, call)(resourceArn=arn, **more.get(call, {}))


def test_keys_and_values_are_told_once(client, tagging, fresh):
    key = fresh("key")
    for value in ("b", "a", "b"):
        client("sns").create_topic(Name=fresh("t"), Tags=[{"Key": key, "Value": value}])
    pages = tagging.get_paginator("get_tag_keys").paginate()
    assert [each for page in pages for each in page["TagKeys"]].count(key) == 1
    assert tagging.get_tag_values(Key=key)["TagValues"] == ["a", "b"]
    first = tagging.get_resources(TagFilters=[{"Key": key}], ResourcesPerPage=2)
    token = first["PaginationToken"]
    rest = tagging.get_resources(TagFilters=[{"Key": key}], PaginationToken=token)
    counts = [len(each["ResourceTagMappingList"]) for each in (first, rest)]
    assert (counts, rest["PaginationToken"]) == ([2, 1], "")
    with pytest.raises(tagging.exceptions.PaginationTokenExpiredException):
        tagging.get_resources(PaginationToken=token)
