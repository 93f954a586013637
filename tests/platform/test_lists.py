"""Lists in pages: nothing is left out, and a token that was never given out is refused."""

import io
import json
import zipfile

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from labkit.cloud.messages import subscriptions

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)


def pages(client, call, size, **asked):
    """How many pages a list has, and what it is of."""
    found = list(client.get_paginator(call).paginate(**asked, PaginationConfig={"PageSize": size}))
    return len(found), found


def test_rules_beyond_the_fiftieth(aws, fresh):
    events, stem = aws("events"), fresh("rule")
    for number in range(52):
        events.put_rule(Name=f"{stem}-{number}", EventPattern='{"source": ["a"]}')
    assert len(events.list_rules(NamePrefix=stem)["Rules"]) == 52
    assert pages(events, "list_rules", 40, NamePrefix=stem)[0] == 2


def test_runs_of_a_workflow(aws, fresh):
    glue, name = aws("glue"), fresh("workflow")
    glue.create_workflow(Name=name)
    runs = {glue.start_workflow_run(Name=name)["RunId"] for _ in range(3)}
    count, found = pages(glue, "get_workflow_runs", 2, Name=name)
    assert count == 2
    assert {run["WorkflowRunId"] for page in found for run in page["Runs"]} == runs


@pytest.mark.parametrize(
    ("service", "call", "asked", "code"),
    [
        ("glue", "get_jobs", {"NextToken": "bm9uZQ=="}, "InvalidInputException"),
        ("kms", "list_keys", {"Marker": "bm9uZQ=="}, "InvalidMarkerException"),
        ("kinesis", "list_streams", {"NextToken": "bm9uZQ=="}, "InvalidArgumentException"),
        ("iam", "list_roles", {"Marker": "none"}, "ValidationError"),
        ("iam", "list_users", {"Marker": "none"}, "ValidationError"),
        ("cloudformation", "list_stacks", {"NextToken": "none"}, "ValidationError"),
        ("logs", "describe_log_groups", {"nextToken": "none"}, "InvalidParameterException"),
        ("logs", "describe_metric_filters", {"nextToken": "none"}, "InvalidParameterException"),
        ("ssm", "describe_patch_baselines", {"NextToken": "none"}, "InvalidNextToken"),
        ("secretsmanager", "list_secrets", {"NextToken": "none"}, "InvalidNextTokenException"),
        ("sns", "list_topics", {"NextToken": "none"}, "InvalidParameter"),
        ("sns", "list_platform_applications", {"NextToken": "none"}, "InvalidParameter"),
        ("sqs", "list_queues", {"NextToken": "none", "MaxResults": 1}, "InvalidParameterValue"),
        ("cloudwatch", "describe_alarms", {"NextToken": "none"}, "InvalidNextToken"),
        ("cloudwatch", "list_dashboards", {"NextToken": "none"}, "InvalidNextToken"),
        ("ses", "list_identities", {"NextToken": "none"}, "InvalidParameterValue"),
        ("stepfunctions", "list_activities", {"nextToken": "none"}, "InvalidToken"),
        ("scheduler", "list_schedule_groups", {"NextToken": "none"}, "ValidationException"),
        ("ssm", "describe_parameters", {"NextToken": "none"}, "InvalidNextToken"),
        ("glue", "list_sessions", {"NextToken": "none"}, "InvalidInputException"),
        ("kinesis", "get_records", {"ShardIterator": "none"}, "InvalidArgumentException"),
    ],
)
def test_a_token_that_was_never_given_out(aws, service, call, asked, code):
    with pytest.raises(ClientError, match=code):
        getattr(aws(service), call)(**asked)


def test_a_token_that_was_given_out(aws, fresh):
    sqs, stem = aws("sqs"), fresh("queue")
    for number in range(3):
        sqs.create_queue(QueueName=f"{stem}-{number}")
    count, found = pages(sqs, "list_queues", 2, QueueNamePrefix=stem)
    assert (count, [len(page["QueueUrls"]) for page in found]) == (2, [2, 1])


def test_who_deletes_what_each_page_tells_meets_all(aws, fresh):
    glue, database = aws("glue"), fresh("paged")
    glue.create_database(DatabaseInput={"Name": database})
    for name in "abcde":
        glue.create_table(DatabaseName=database, TableInput={"Name": name})
    paginator = glue.get_paginator("get_tables")
    for page in paginator.paginate(DatabaseName=database, PaginationConfig={"PageSize": 2}):
        for table in page["TableList"]:
            glue.delete_table(DatabaseName=database, Name=table["Name"])
    assert glue.get_tables(DatabaseName=database)["TableList"] == []


def test_topics_that_go_while_they_are_listed(aws, fresh, monkeypatch):
    monkeypatch.setattr(subscriptions, "_MOST", 2)
    sns, stem = aws("sns"), fresh("topic")
    made = {sns.create_topic(Name=f"{stem}-{number}")["TopicArn"] for number in range(5)}
    for page in sns.get_paginator("list_topics").paginate():
        for arn in made & {topic["TopicArn"] for topic in page["Topics"]}:
            sns.delete_topic(TopicArn=arn)
            made.remove(arn)
    assert made == set()


def test_tables_after_a_name_that_is_none(aws, fresh):
    dynamodb, stem = aws("dynamodb"), fresh("table")
    key = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]}
    key["AttributeDefinitions"] = [{"AttributeName": "k", "AttributeType": "S"}]
    for end in "ca":
        dynamodb.create_table(TableName=f"{stem}.{end}", BillingMode="PAY_PER_REQUEST", **key)
    told = dynamodb.list_tables(ExclusiveStartTableName=f"{stem}.b", Limit=1)
    assert told["TableNames"] == [f"{stem}.c"]
    told = dynamodb.list_tables(ExclusiveStartTableName=f"{stem}.A", Limit=1)
    assert told["TableNames"] == [f"{stem}.a"] == [told["LastEvaluatedTableName"]]


def test_log_groups_by_parts_of_their_names(aws, fresh):
    logs, stem = aws("logs"), fresh("group")
    for end in ("One", "Two", "other"):
        logs.create_log_group(logGroupName=f"{stem}/{end}")
    assert pages(logs, "describe_log_groups", 2, logGroupNamePrefix=stem)[0] == 2

    def told(**asked):
        return [each["logGroupName"][len(stem) :] for each in found(**asked)]

    def found(**asked):
        return logs.describe_log_groups(**asked)["logGroups"]

    assert told(logGroupNamePattern=f"{stem[1:]}/T") == ["/Two"]
    assert told(logGroupNamePattern=f"{stem}/t") == []
    arn = found(logGroupNamePattern=f"{stem}/One")[0]["logGroupArn"]
    assert told(logGroupIdentifiers=[arn, f"{stem}/other"]) == ["/One", "/other"]
    with pytest.raises(ClientError, match="mutually exclusive"):
        found(logGroupNamePrefix="a", logGroupNamePattern="b")


def test_streams_and_their_shards(aws, fresh):
    kinesis, stem = aws("kinesis"), fresh("stream")
    names = [f"{stem}-{number:02}" for number in range(12)]
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    first = kinesis.list_streams(ExclusiveStartStreamName=stem, Limit=11)
    assert (first["StreamNames"], first["HasMoreStreams"]) == (names[:11], True)
    found = kinesis.get_paginator("list_streams").paginate()
    told = [each["StreamName"] for page in found for each in page["StreamSummaries"]]
    assert set(names) <= set(told)
    assert len(told) == len(set(told))
    kinesis.create_stream(StreamName=stem, ShardCount=3)
    shards = [
        [shard["ShardId"][-1] for shard in page["StreamDescription"]["Shards"]]
        for page in pages(kinesis, "describe_stream", 2, StreamName=stem)[1]
    ]
    assert shards == [["0", "1"], ["2"]]


def test_a_stream_by_its_arn_alone(aws, fresh):
    kinesis, name = aws("kinesis"), fresh("stream")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = {"StreamARN": f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"}
    kinesis.put_record(**arn, Data=b"a", PartitionKey="p")
    start = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(**arn, **start)["ShardIterator"]
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"a"]
    kinesis.register_stream_consumer(**arn, ConsumerName="c")
    with pytest.raises(kinesis.exceptions.ResourceInUseException):
        kinesis.register_stream_consumer(**arn, ConsumerName="c")
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.list_stream_consumers(StreamARN=f"{arn['StreamARN']}-none")
    mode = {"StreamMode": "PROVISIONED"}
    with pytest.raises(ClientError, match="ShardCount"):
        kinesis.create_stream(StreamName=fresh("stream"), StreamModeDetails=mode)
    kinesis.create_stream(StreamName=(name := fresh("stream")))
    told = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert (told["StreamModeDetails"]["StreamMode"], told["OpenShardCount"]) == ("ON_DEMAND", 4)


def test_who_has_a_policy(aws, fresh):
    iam, name = aws("iam"), fresh("policy")
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
    iam.create_group(GroupName=name)
    iam.attach_group_policy(GroupName=name, PolicyArn=arn)
    roles = [f"{name}-{number}" for number in range(3)]
    for role in roles:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    count, found = pages(iam, "list_entities_for_policy", 1, PolicyArn=arn)
    assert count == 4
    assert [r["RoleName"] for page in found for r in page["PolicyRoles"]] == roles
    told = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="Group")
    assert ([g["GroupName"] for g in told["PolicyGroups"]], told["PolicyRoles"]) == ([name], [])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.list_entities_for_policy(PolicyArn=f"{arn}-none")


def test_groups_and_profiles_below_a_path(aws, fresh):
    iam, path = aws("iam"), f"/{fresh('path')}/"
    for name in (other := fresh("entity"), mine := fresh("entity")):
        below = {"Path": path if name == mine else "/"}
        iam.create_group(GroupName=name, **below)
        iam.create_instance_profile(InstanceProfileName=name, **below)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    groups = iam.list_groups(PathPrefix=path)["Groups"]
    assert [(each["GroupName"], each["Path"]) for each in groups] == [(mine, path)]
    (profile,) = iam.list_instance_profiles(PathPrefix=path)["InstanceProfiles"]
    known = iam.get_instance_profile(InstanceProfileName=mine)["InstanceProfile"]
    for member in ("Path", "InstanceProfileName", "InstanceProfileId", "Arn"):
        assert profile[member] == known[member]
    (role,) = profile["Roles"]
    assert (role["RoleName"], role["AssumeRolePolicyDocument"]) == (mine, json.loads(TRUST))
    found = [page["Groups"] for page in pages(iam, "list_groups", 1)[1]]
    assert {mine, other} <= {each["GroupName"] for groups in found for each in groups}


def test_an_accounts_alias_is_deleted_by_its_name(aws, fresh):
    iam, name = aws("iam"), fresh("alias")
    iam.create_account_alias(AccountAlias=name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_account_alias(AccountAlias=fresh("alias"))
    assert iam.list_account_aliases()["AccountAliases"] == [name]
    iam.delete_account_alias(AccountAlias=name)
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_secrets_in_an_order(aws, fresh):
    secrets, stem = aws("secretsmanager"), fresh("secret")
    for letter in "bca":
        secrets.create_secret(Name=stem + letter, SecretString="a")
    for value in "bc":
        secrets.put_secret_value(SecretId=f"{stem}b", SecretString=value)

    def told(**order):
        which = [{"Key": "name", "Values": [stem]}]
        found = secrets.list_secrets(Filters=which, **order)["SecretList"]
        return "".join(each["Name"][-1] for each in found)

    assert (told(), told(SortOrder="desc")) == ("bca", "acb")
    assert told(SortBy="name") == "abc"
    assert told(SortBy="name", SortOrder="desc") == "cba"
    with pytest.raises(ClientError, match="NotImplemented"):
        told(SortBy="last-accessed-date")
    count, found = pages(secrets, "list_secrets", 1, Filters=[{"Key": "name", "Values": [stem]}])
    labels = found[0]["SecretList"][0]["SecretVersionsToStages"].values()
    assert (count, sorted(labels)) == (3, [["AWSCURRENT"], ["AWSPREVIOUS"]])


def test_parameters_after_one_that_is_not_there_was_labelled(aws, fresh):
    ssm, name = aws("ssm"), fresh("parameter")
    ssm.put_parameter(Name=name, Value="a", Type="String")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.label_parameter_version(Name=fresh("none"), Labels=["a"])
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.unlabel_parameter_version(Name=fresh("none"), ParameterVersion=1, Labels=["a"])
    named = [{"Key": "Name", "Values": [name]}]
    (told,) = ssm.describe_parameters(ParameterFilters=named)["Parameters"]
    assert told["Name"] == name
    found = ssm.get_parameters_by_path(Path="/", Recursive=True)
    assert isinstance(found["Parameters"], list)


def zipfile_of(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/tools.py", f"# {text}")
    return packed.getvalue()


def test_layers_that_run_on_something(aws, fresh):
    functions, name = aws("lambda"), fresh("layer")
    code = {"ZipFile": zipfile_of(name)}
    for version in ("3.11", "3.12"):
        functions.publish_layer_version(
            LayerName=name,
            Content=code,
            CompatibleRuntimes=[f"python{version}"],
            CompatibleArchitectures=["arm64"],
        )

    def numbers(**which):
        found = functions.list_layer_versions(LayerName=name, **which)["LayerVersions"]
        return [each["Version"] for each in found]

    assert numbers() == [2, 1]
    assert numbers(CompatibleRuntime="python3.11", CompatibleArchitecture="arm64") == [1]
    assert numbers(CompatibleArchitecture="x86_64") == []
    layers = {
        each["LayerName"]: each["LatestMatchingVersion"]["Version"]
        for each in functions.list_layers(CompatibleRuntime="python3.11")["Layers"]
    }
    assert layers[name] == 1
    nodes = functions.list_layers(CompatibleRuntime="nodejs20.x")["Layers"]
    assert name not in [each["LayerName"] for each in nodes]


API_KEY = {"ApiKeyName": "a", "ApiKeyValue": "secret"}
# What moto would tell: null, no JSON, members that the model lacks, null alone.
AS_MODELLED = {
    "null": ("scheduler", "list_schedule_groups", {}, b"null", "application/json"),
    "own": ("events", "list_rules", {}, b"CreatedBy", "application/x-amz-json-1.1"),
    "secret": (
        "events", "describe_connection", {"Name": "NAME"}, b'secret"',
        "application/x-amz-json-1.1",
    ),
    "nothing": (
        "kms", "create_alias", {"AliasName": "alias/NAME", "TargetKeyId": "KEY"}, b"null",
        "application/x-amz-json-1.1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("service", "call", "asked", "left_out", "kind"), AS_MODELLED.values(), ids=AS_MODELLED
)
def test_what_moto_tells_of_its_own_is_left_out(aws, fresh, service, call, asked, left_out, kind):
    """boto3 passes over it; SDKs of other languages hand it on."""
    name, told = fresh("told"), {}
    events, client = aws("events"), aws(service, config=Config())
    events.create_connection(
        Name=name, AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": API_KEY}
    )
    events.put_rule(Name=name, EventPattern='{"source":["x"]}')
    key = aws("kms").create_key()["KeyMetadata"]["KeyId"] if service == "kms" else ""
    client.meta.events.register("before-parse", lambda **seen: told.update(seen))
    getattr(client, call)(**json.loads(json.dumps(asked).replace("NAME", name).replace("KEY", key)))
    answer = told["response_dict"]
    assert left_out not in answer["body"]
    assert answer["headers"]["Content-Type"] == kind
    events.delete_rule(Name=name)
    events.delete_connection(Name=name)


def test_pages_that_moto_does_not_cut(aws, fresh):
    iam, ssm, name = aws("iam"), aws("ssm"), fresh("cut")
    iam.create_user(UserName=name)
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    names = [f"{name}-{each}" for each in "abc"]
    for each in names:
        iam.put_user_policy(UserName=name, PolicyName=each, PolicyDocument=document)
        ssm.put_parameter(Name=f"/{each}", Value="1", Type="String")
    count, found = pages(iam, "list_user_policies", 2, UserName=name)
    assert (count, [each for page in found for each in page["PolicyNames"]]) == (2, names)
    wanted = [{"Key": "Name", "Option": "Contains", "Values": [name]}]
    count, found = pages(ssm, "describe_parameters", 2, ParameterFilters=wanted)
    told = [each["Name"] for page in found for each in page["Parameters"]]
    assert (count, told) == (2, [f"/{each}" for each in names])
    with pytest.raises(ClientError, match="ValidationError"):
        iam.list_user_policies(UserName=name, Marker="none")
    with pytest.raises(ssm.exceptions.InvalidNextToken):
        ssm.describe_parameters(NextToken="1")
    for each in names:
        iam.delete_user_policy(UserName=name, PolicyName=each)
        ssm.delete_parameter(Name=f"/{each}")
    iam.delete_user(UserName=name)


def test_a_bus_that_is_not_named_is_the_default(aws):
    assert aws("events").update_event_bus()["Name"] == "default"
