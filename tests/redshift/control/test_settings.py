"""What stands around clusters: credentials, parameters, tags, limits, schedules, actions."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import wait_for
from tests.redshift.control.conftest import refused
from tests.roles import lets_in


def test_several_ask_for_a_new_user_at_once(clusters, standing, fresh):
    asked = {"ClusterIdentifier": standing, "DbUser": fresh("ann"), "AutoCreate": True}

    def lent(_):
        return clusters.redshift.get_cluster_credentials(**asked)["DbPassword"]

    with ThreadPoolExecutor(8) as askers:
        assert len({*askers.map(lent, range(8))}) == 8


def test_temporary_credentials_make_the_user(clusters, standing):
    told = clusters.redshift.get_cluster_credentials(
        ClusterIdentifier=standing, DbUser="ann", AutoCreate=True, DbName="dev"
    )
    assert told["DbUser"] == "IAMA:ann"
    assert len(told["DbPassword"]) == 32
    users = clusters.run(standing, "SELECT usename FROM pg_user")
    assert ["ann"] in users
    own = clusters.redshift.get_cluster_credentials_with_iam(ClusterIdentifier=standing)
    assert own["DbUser"] == "IAM:learner"


@pytest.mark.parametrize(
    ("call", "members", "code"),
    [
        pytest.param(
            "get_cluster_credentials",
            {"ClusterIdentifier": "standing", "DbUser": "a", "DurationSeconds": 899},
            "InvalidParameterValue",
            id="too-short",
        ),
        pytest.param(
            "get_cluster_credentials",
            {"ClusterIdentifier": "nosuch", "DbUser": "a"},
            "ClusterNotFound",
            id="no-cluster",
        ),
        pytest.param(
            "modify_cluster_parameter_group",
            {"ParameterGroupName": "default.redshift-1.0", "Parameters": []},
            "InvalidClusterParameterGroupState",
            id="default-group",
        ),
        pytest.param(
            "describe_cluster_parameters",
            {"ParameterGroupName": "nosuch"},
            "ClusterParameterGroupNotFound",
            id="no-group",
        ),
        pytest.param(
            "create_usage_limit",
            {"ClusterIdentifier": "standing", "FeatureType": "spectrum", "LimitType": "time",
             "Amount": 1},
            "InvalidParameterValue",
            id="limit-of-another-feature",
        ),
        pytest.param(
            "enable_logging",
            {"ClusterIdentifier": "standing", "BucketName": "no-such-bucket"},
            "BucketNotFoundFault",
            id="no-bucket",
        ),
        pytest.param(
            "create_scheduled_action",
            {"ScheduledActionName": "a", "Schedule": "at noon", "IamRole": "r",
             "TargetAction": {"PauseCluster": {"ClusterIdentifier": "standing"}}},
            "InvalidSchedule",
            id="schedule",
        ),
        pytest.param(
            "create_snapshot_schedule",
            {"ScheduleIdentifier": "s", "ScheduleDefinitions": ["rate(5 minutes)"]},
            "InvalidSchedule",
            id="too-often",
        ),
        pytest.param(
            "purchase_reserved_node_offering",
            {"ReservedNodeOfferingId": "x"},
            "NotImplementedException",
            id="not-here",
        ),
    ],
)  # fmt: skip
def test_refusals(clusters, standing, call, members, code):
    assert refused(getattr(clusters.redshift, call), **members)[0] == code


LOGS = {
    "to a bucket": ({"BucketName": "audited", "S3KeyPrefix": "x/"}, None),
    "to CloudWatch": ({"LogDestinationType": "cloudwatch", "LogExports": ["userlog"]}, ["userlog"]),
}


@pytest.mark.parametrize(("asked", "told"), LOGS.values(), ids=LOGS)
def test_which_logs_go_where_is_told(clusters, standing, client, asked, told):
    client("s3").create_bucket(Bucket="audited")
    clusters.redshift.enable_logging(ClusterIdentifier=standing, **asked)
    found = clusters.redshift.describe_logging_status(ClusterIdentifier=standing)
    assert (found["LoggingEnabled"], found.get("LogExports")) == (True, told)
    clusters.redshift.disable_logging(ClusterIdentifier=standing)


def test_parameters_wait_for_a_reboot(clusters, fresh):
    redshift, group = clusters.redshift, fresh("group")
    redshift.create_cluster_parameter_group(
        ParameterGroupName=group, ParameterGroupFamily="redshift-1.0", Description="d"
    )
    name = clusters.create(fresh("tuned"), ClusterParameterGroupName=group)
    values = {"enable_case_sensitive_identifier": "true", "search_path": "$user, sales"}
    redshift.modify_cluster_parameter_group(
        ParameterGroupName=group,
        Parameters=[{"ParameterName": n, "ParameterValue": v} for n, v in values.items()],
    )
    found = redshift.describe_cluster_parameters(ParameterGroupName=group, Source="user")
    told = {each["ParameterName"]: each["ParameterValue"] for each in found["Parameters"]}
    assert told == values
    named = ("search_path", "enable_case_sensitive_identifier")
    asked = f"SELECT {', '.join(f'current_setting({each!r})' for each in named)}"
    assert clusters.run(name, asked) == [['"$user", public', "off"]]
    status = clusters.tell(name)["ClusterParameterGroups"][0]["ParameterApplyStatus"]
    assert status == "pending-reboot"
    redshift.reboot_cluster(ClusterIdentifier=name)
    clusters.settled(name)
    status = clusters.tell(name)["ClusterParameterGroups"][0]["ParameterApplyStatus"]
    assert status == "in-sync"
    assert clusters.run(name, asked) == [['"$user", sales', "on"]]
    late = [{"ParameterName": "statement_timeout", "ParameterValue": "soon"}]
    bad = refused(
        redshift.modify_cluster_parameter_group, ParameterGroupName=group, Parameters=late
    )
    assert bad[0] == "InvalidParameterValue"
    in_use = refused(redshift.delete_cluster_parameter_group, ParameterGroupName=group)
    assert in_use[0] == "InvalidClusterParameterGroupState"


def test_tags_by_arn(clusters, standing):
    redshift = clusters.redshift
    arn = f"arn:aws:redshift:us-east-1:123456789012:cluster:{standing}"
    redshift.create_tags(ResourceName=arn, Tags=[{"Key": "stage", "Value": "b"}])
    rows = redshift.describe_tags(ResourceName=arn)["TaggedResources"]
    assert {row["Tag"]["Key"]: row["Tag"]["Value"] for row in rows} == {"team": "a", "stage": "b"}
    found = redshift.describe_clusters(TagKeys=["stage"])["Clusters"]
    assert [each["ClusterIdentifier"] for each in found] == [standing]
    redshift.delete_tags(ResourceName=arn, TagKeys=["stage"])
    assert [tag["Key"] for tag in clusters.tell(standing)["Tags"]] == ["team"]


def test_a_scheduled_action_pauses_the_cluster(clusters, fresh):
    name = clusters.create(fresh("nightly"))
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=4)
    told = clusters.redshift.create_scheduled_action(
        ScheduledActionName=fresh("action"),
        TargetAction={"PauseCluster": {"ClusterIdentifier": name}},
        Schedule=soon.strftime("at(%Y-%m-%dT%H:%M:%S)"),
        IamRole="arn:aws:iam::123456789012:role/scheduler",
    )
    assert told["State"] == "ACTIVE"
    clusters.settled(name, "paused")


def test_scheduled_actions_of_a_span(clusters, standing, fresh):
    redshift, stem = clusters.redshift, fresh("spans")
    begins = datetime.datetime(2094, 1, 1, tzinfo=datetime.UTC)
    day, at = datetime.timedelta(days=1), begins.strftime("at(%Y-%m-%dT%H:%M:%S)")
    for name, schedule, enabled in (
        ("once", at, True),
        ("daily", "cron(0 12 * * ? *)", True),
        ("off", "cron(0 12 * * ? *)", False),
    ):
        redshift.create_scheduled_action(
            ScheduledActionName=f"{stem}-{name}",
            TargetAction={"PauseCluster": {"ClusterIdentifier": standing}},
            Schedule=schedule,
            IamRole="arn:aws:iam::123456789012:role/scheduler",
            Enable=enabled,
        )

    def found(**span):
        told = redshift.describe_scheduled_actions(**span)["ScheduledActions"]
        names = [each["ScheduledActionName"] for each in told]
        return {each.removeprefix(f"{stem}-") for each in names if each.startswith(stem)}

    assert found() == {"once", "daily", "off"}
    assert found(StartTime=begins - day) == {"once", "daily"}
    assert found(StartTime=begins) == {"daily"}
    assert found(EndTime=begins - day) == {"daily"}
    assert found(StartTime=begins - day / 4, EndTime=begins + day / 4) == {"once"}
    for name in found():
        redshift.delete_scheduled_action(ScheduledActionName=f"{stem}-{name}")


def test_an_event_is_followed_by_statements(clusters, standing, client, fresh):
    events, table = client("events"), fresh("told").replace("-", "_")
    arn = f"arn:aws:redshift:us-east-1:123456789012:cluster:{standing}"
    sqls = [f"CREATE TABLE {table} (a int)", f"INSERT INTO {table} VALUES (7)"]
    given = {"Database": "dev", "DbUser": "awsuser", "Sqls": sqls, "StatementName": table}
    role = "arn:aws:iam::123456789012:role/any"
    target = {"Id": "1", "Arn": arn, "RoleArn": role, "RedshiftDataParameters": given}
    events.put_rule(Name=table, EventPattern=json.dumps({"source": [table]}))
    events.put_targets(Rule=table, Targets=[target])
    events.put_events(Entries=[{"Source": table, "DetailType": "Thing", "Detail": "{}"}])
    statements = clusters.data.client.list_statements
    (one,) = wait_for(lambda: statements(StatementName=table)["Statements"])
    clusters.data.ended(one["Id"])
    assert clusters.run(standing, f"SELECT a FROM {table}") == [[7]]


NO_SUBSCRIPTIONS = {  # what is asked beside a name and a topic → why it is refused
    "no topic": ({"SnsTopicArn": "a-topic"}, "SNSInvalidTopic"),
    "a lost topic": (
        {"SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:nosuch"},
        "SNSTopicArnNotFound",
    ),
    "a lost source": ({"SourceType": "cluster", "SourceIds": ["nosuch"]}, "SourceNotFound"),
    "no type": ({"SourceIds": ["standing"]}, "InvalidParameterValue"),
    "a kind": ({"EventCategories": ["weather"]}, "SubscriptionCategoryNotFound"),
    "a severity": ({"Severity": "WARN"}, "SubscriptionSeverityNotFound"),
    "a name": ({"SubscriptionName": "a--b"}, "InvalidParameterValue"),
}


def test_a_topic_hears_of_events(clusters, standing, client, fresh):
    redshift, sns, sqs = clusters.redshift, client("sns"), client("sqs")
    name = fresh("heard")
    topic = sns.create_topic(Name=name)["TopicArn"]
    inbox = sqs.create_queue(QueueName=name, Attributes=lets_in("sns"))["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic.replace(":sns:", ":sqs:"))
    asked = {"SubscriptionName": name, "SnsTopicArn": topic}
    for more, code in NO_SUBSCRIPTIONS.values():
        assert refused(redshift.create_event_subscription, **asked | more)[0] == code
    some = {"SourceType": "cluster-snapshot", "EventCategories": ["Management"]}
    made = redshift.create_event_subscription(**asked, **some)
    told = made["EventSubscription"]
    assert (told["Status"], told["Severity"], told["Enabled"]) == ("active", "INFO", True)
    assert refused(redshift.create_event_subscription, **asked)[0] == "SubscriptionAlreadyExist"
    redshift.create_cluster_snapshot(ClusterIdentifier=standing, SnapshotIdentifier=name)

    def look():
        got = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in got]

    letters = []
    wait_for(lambda: letters.extend(look()) or len(letters) == 2)
    subjects = [each["Subject"] for each in letters]
    assert subjects == [
        f"[Amazon Redshift INFO] - {what}" for what in ("Test Topic", "Snapshot Created")
    ]
    said = json.loads(letters[1]["Message"])
    assert (said["Event Source"], said["Resource"]) == ("cluster-snapshot", name)
    assert (said["Severity"], said["Category"]) == ("INFO", ["Management"])
    off = {"SubscriptionName": name, "Enabled": False, "Severity": "ERROR"}
    redshift.modify_event_subscription(**off)
    sns.delete_topic(TopicArn=topic)
    (shown,) = redshift.describe_event_subscriptions(SubscriptionName=name)[
        "EventSubscriptionsList"
    ]
    assert (shown["Status"], shown["Enabled"], shown["Severity"]) == (
        "topic-not-exist",
        False,
        "ERROR",
    )
    redshift.delete_event_subscription(SubscriptionName=name)
    found = refused(redshift.describe_event_subscriptions, SubscriptionName=name)
    assert found == ("SubscriptionNotFound", f"Subscription {name} not found.")


def test_a_usage_limit_is_kept(clusters, standing):
    made = clusters.redshift.create_usage_limit(
        ClusterIdentifier=standing, FeatureType="spectrum", LimitType="data-scanned", Amount=1
    )
    limit = {"UsageLimitId": made["UsageLimitId"]}
    clusters.redshift.modify_usage_limit(Amount=5, **limit)
    found = clusters.redshift.describe_usage_limits(ClusterIdentifier=standing)["UsageLimits"]
    assert [(each["Amount"], each["Period"]) for each in found] == [(5, "monthly")]
    clusters.redshift.delete_usage_limit(**limit)
    assert refused(clusters.redshift.describe_usage_limits, **limit)[0] == "UsageLimitNotFound"


def test_a_snapshot_schedule_tells_when_it_is_due(clusters, standing, fresh):
    redshift, schedule = clusters.redshift, fresh("schedule")
    redshift.create_snapshot_schedule(
        ScheduleIdentifier=schedule, ScheduleDefinitions=["cron(30 12 MON)"]
    )
    redshift.modify_cluster_snapshot_schedule(
        ClusterIdentifier=standing, ScheduleIdentifier=schedule
    )
    found = redshift.describe_snapshot_schedules(ScheduleIdentifier=schedule)["SnapshotSchedules"]
    times = [moment.astimezone(datetime.UTC) for moment in found[0]["NextInvocations"]]
    assert {(each.weekday(), each.hour, each.minute) for each in times} == {(0, 12, 30)}
    assert found[0]["AssociatedClusterCount"] == 1
    redshift.modify_cluster_snapshot_schedule(ClusterIdentifier=standing, DisassociateSchedule=True)
    redshift.delete_snapshot_schedule(ScheduleIdentifier=schedule)


@pytest.mark.parametrize(
    ("call", "member"),
    [
        ("describe_reserved_nodes", "ReservedNodes"),
        ("describe_hsm_configurations", "HsmConfigurations"),
    ],
)
def test_what_nobody_can_have_is_an_empty_list(clusters, call, member):
    assert getattr(clusters.redshift, call)()[member] == []


@pytest.mark.parametrize(
    ("call", "named", "code"),
    [
        ("describe_reserved_nodes", {"ReservedNodeId": "n"}, "ReservedNodeNotFound"),
        (
            "describe_hsm_configurations",
            {"HsmConfigurationIdentifier": "h"},
            "HsmConfigurationNotFoundFault",
        ),
        ("describe_event_subscriptions", {"SubscriptionName": "s"}, "SubscriptionNotFound"),
        ("describe_endpoint_access", {"EndpointName": "e"}, "EndpointNotFound"),
    ],
)
def test_one_that_nobody_can_have_is_not_found(clusters, call, named, code):
    assert refused(getattr(clusters.redshift, call), **named)[0] == code
