"""What is made under the name of something deleted begins with nothing of it."""

import pytest
from botocore.exceptions import ClientError

TAGS = [{"Key": "team", "Value": "a"}]
PLACE = "us-east-1:123456789012"
# Service, how it is made, with which tags, how it is deleted, how its tags are told.
TAGGED = [
    (
        "athena",
        ("create_work_group", {"Name": "anew"}),
        {"Tags": TAGS},
        ("delete_work_group", {"WorkGroup": "anew"}),
        {"ResourceARN": f"arn:aws:athena:{PLACE}:workgroup/anew"},
    ),
    (
        "glue",
        ("create_database", {"DatabaseInput": {"Name": "anew"}}),
        {"Tags": {"team": "a"}},
        ("delete_database", {"Name": "anew"}),
        {"ResourceArn": f"arn:aws:glue:{PLACE}:database/anew"},
    ),
    (
        "logs",
        ("create_log_group", {"logGroupName": "anew"}),
        {"tags": {"team": "a"}},
        ("delete_log_group", {"logGroupName": "anew"}),
        {"resourceArn": f"arn:aws:logs:{PLACE}:log-group:anew"},
    ),
    (
        "scheduler",
        ("create_schedule_group", {"Name": "anew"}),
        {"Tags": TAGS},
        ("delete_schedule_group", {"Name": "anew"}),
        {"ResourceArn": f"arn:aws:scheduler:{PLACE}:schedule-group/anew"},
    ),
    (
        "stepfunctions",
        ("create_activity", {"name": "anew"}),
        {"tags": [{"key": "team", "value": "a"}]},
        ("delete_activity", {"activityArn": f"arn:aws:states:{PLACE}:activity:anew"}),
        {"resourceArn": f"arn:aws:states:{PLACE}:activity:anew"},
    ),
]


@pytest.mark.parametrize(
    ("service", "make", "tags", "delete", "told"), TAGGED, ids=[each[0] for each in TAGGED]
)
def test_tags_end_with_what_has_them(aws, service, make, tags, delete, told):
    client = aws(service)
    tell = client.get_tags if service == "glue" else client.list_tags_for_resource

    def call(given, **more):
        return getattr(client, given[0])(**given[1], **more)

    call(make, **tags)
    assert "team" in str(tell(**told))
    call(delete)
    call(make)
    assert "team" not in str(tell(**told))
    call(delete)


def test_a_buckets_tags_and_a_log_groups_filters_end_with_them(aws, fresh):
    s3, logs, bucket = aws("s3"), aws("logs"), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": TAGS})
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=bucket)
    group = {"logGroupName": fresh("group")}
    metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    logs.create_log_group(**group)
    logs.put_metric_filter(
        **group, filterName="f", filterPattern="x", metricTransformations=[metric]
    )
    logs.delete_log_group(**group)
    logs.create_log_group(**group)
    assert logs.describe_metric_filters(**group)["metricFilters"] == []
