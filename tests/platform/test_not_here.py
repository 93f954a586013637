"""Where moto has a record behind which nothing happens, or cannot keep one."""

import pytest
from botocore.exceptions import ClientError


def test_a_pipe_would_carry_nothing(aws):
    queue, role = "arn:aws:sqs:us-east-1:123456789012:a", "arn:aws:iam::123456789012:role/a"
    with pytest.raises(ClientError, match="no events would flow through it"):
        aws("pipes").create_pipe(Name="a", Source=queue, Target=queue, RoleArn=role)
    assert aws("pipes").list_pipes()["Pipes"] == []


MADE_UP = [
    ("comprehend", "detect_pii_entities", {"Text": "I am Ann", "LanguageCode": "en"}),
    (
        "glue",
        "create_dev_endpoint",
        {"EndpointName": "e", "RoleArn": "arn:aws:iam::123456789012:role/r"},
    ),
    (
        "cloudwatch",
        "put_metric_data",
        {"Namespace": "n", "EntityMetricData": [{"MetricData": [{"MetricName": "m", "Value": 1}]}]},
    ),
    ("elb", "describe_load_balancers", {}),
    ("emr", "add_job_flow_steps", {"JobFlowId": "j-1", "Steps": []}),
    ("rekognition", "detect_labels", {"Image": {"Bytes": b"x"}}),
    ("rds-data", "execute_statement", {"resourceArn": "a" * 11, "secretArn": "a" * 11, "sql": "x"}),
    (
        "ses",
        "send_templated_email",
        {
            "Source": "a@b.c",
            "Destination": {"ToAddresses": ["a@b.c"]},
            "Template": "t",
            "TemplateData": "{}",
        },
    ),
    (
        "ses",
        "create_configuration_set_event_destination",
        {
            "ConfigurationSetName": "set",
            "EventDestination": {"Name": "goal", "MatchingEventTypes": ["send"]},
        },
    ),
    ("s3", "list_directory_buckets", {}),
    ("sns", "create_topic", {"Name": "a", "DataProtectionPolicy": "{}"}),
    ("sns", "list_phone_numbers_opted_out", {}),
    ("neptunedata", "get_engine_status", {}),
    ("timestream-write", "describe_endpoints", {}),
    ("ssm", "describe_parameters", {"Shared": True}),
    ("ssm", "send_command", {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-12345678"]}),
]


@pytest.mark.parametrize(("service", "call", "members"), MADE_UP, ids=[one[0] for one in MADE_UP])
def test_nothing_is_made_up(aws, service, call, members):
    with pytest.raises(ClientError) as refused:
        getattr(aws(service), call)(**members)
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"


def test_objects_of_a_table_bucket_would_be_lost(aws):
    tables = aws("s3tables")
    bucket = {"tableBucketARN": tables.create_table_bucket(name="tables")["arn"]}
    tables.create_namespace(**bucket, namespace=["n"])
    table = bucket | {"namespace": "n", "name": "t"}
    tables.create_table(**table, format="ICEBERG")
    place = tables.get_table(**table)["warehouseLocation"].removeprefix("s3://")
    with pytest.raises(ClientError, match="NotImplemented"):
        aws("s3").put_object(Bucket=place, Key="metadata/a.json", Body=b"a")


def test_a_certificate_is_kept(aws):
    acm = aws("acm")
    arn = acm.request_certificate(DomainName="lake.example.com")["CertificateArn"]
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainName"][:4] == "lake"
