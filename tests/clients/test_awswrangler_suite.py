"""What awswrangler's own tests ask of Athena: encryption, parameters, buckets, cancelling."""

import boto3
import pandas as pd
import pytest

pytestmark = pytest.mark.filterwarnings("ignore")  # awswrangler's own, of pandas to come
DATABASE = "wrangler_suite"
WAYS = {
    "ctas": {"ctas_approach": True},
    "csv": {"ctas_approach": False},
    "unload": {"ctas_approach": False, "unload_approach": True},
}


@pytest.fixture(scope="module")
def table(wr, bucket):
    wr.catalog.create_database(DATABASE)
    frame = pd.DataFrame({"a": [1, 2], "b": ["Seattle", "Washington"]})
    wr.s3.to_parquet(
        frame, f"s3://{bucket}/ws/cities/", dataset=True, database=DATABASE, table="cities"
    )
    return "cities"


@pytest.fixture(scope="module")
def kms_key():
    return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


def kept(uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    head = boto3.client("s3").head_object(Bucket=bucket, Key=key)
    return head["ServerSideEncryption"], head.get("SSEKMSKeyId")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("option", ["SSE_S3", "SSE_KMS"])
def test_results_are_encrypted_as_asked(wr, bucket, table, kms_key, fresh, way, option):
    key = kms_key if option == "SSE_KMS" else None
    folder = f"s3://{bucket}/ws/{fresh('kept')}/"
    found = wr.athena.read_sql_query(
        f"SELECT * FROM {table}",
        DATABASE,
        encryption=option,
        kms_key=key,
        s3_output=folder,
        keep_files=True,
        **WAYS[way],
    )
    assert len(found) == 2
    algorithm = {"SSE_S3": "AES256", "SSE_KMS": "aws:kms"}[option]
    written = wr.s3.list_objects(folder)
    assert written
    assert {kept(uri) for uri in written} == {(algorithm, key)}


def test_files_that_the_client_would_decrypt_are_refused(wr, bucket, table, kms_key):
    with pytest.raises(Exception, match="CSE_KMS"):
        wr.athena.start_query_execution(
            "SELECT 1",
            DATABASE,
            encryption="CSE_KMS",
            kms_key=kms_key,
            s3_output=f"s3://{bucket}/ws/",
        )


@pytest.mark.parametrize("way", WAYS)
def test_string_parameters_need_no_quotes(wr, bucket, table, fresh, way):
    found = wr.athena.read_sql_query(
        f"SELECT a FROM {table} WHERE b = ?",
        DATABASE,
        params=["Washington"],
        paramstyle="qmark",
        s3_output=f"s3://{bucket}/ws/{fresh('out')}/",
        **WAYS[way],
    )
    assert found["a"].to_list() == [2]


def test_describe_tells_what_the_catalog_tells(wr, table):
    described = wr.athena.describe_table(table, DATABASE)
    assert described.to_dict() == wr.catalog.table(DATABASE, table).to_dict()


def test_a_cancelled_query_says_so(wr, table):
    many = "UNNEST(sequence(1, 10000))"
    number = wr.athena.start_query_execution(
        f"SELECT max(a * b * c) FROM {many} t(a), {many} u(b), {many} v(c)", DATABASE
    )
    wr.athena.stop_query_execution(number)
    with pytest.raises(wr.exceptions.QueryCancelled):
        wr.athena.wait_query(number)
