"""What awswrangler's own tests ask of Athena: encryption, parameters, headings, cancelling."""

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


HEADINGS = {
    "a column as it is written": ("SELECT A, t.B FROM {0} t", ["A", "B"]),
    "a column as it is stored": ("SELECT * FROM {0}", ["a", "b"]),
    "an alias": ('SELECT a Total, b AS "In Town" FROM {0}', ["Total", "In Town"]),
    "an alias further in": ("SELECT * FROM (SELECT a AS Total FROM {0})", ["Total"]),
    "an alias of the first side": ("SELECT 1 AS One UNION ALL SELECT 2 AS Two", ["One"]),
    "a column renamed": ("SELECT * FROM (SELECT a AS Total FROM {0}) AS t(x)", ["x"]),
    "no name": ("SELECT count(*), MAX(A) FROM {0}", ["_col0", "_col1"]),
}


@pytest.mark.parametrize(("statement", "headings"), HEADINGS.values(), ids=HEADINGS)
def test_headings_are_in_the_case_of_the_query(wr, table, statement, headings):
    found = wr.athena.read_sql_query(statement.format(table), DATABASE, ctas_approach=False)
    assert list(found) == headings


def test_tables_have_their_columns_in_lower_case(wr, table):
    view = f"CREATE OR REPLACE VIEW upper_cities AS SELECT A, b AS Town FROM {table}"
    wr.athena.start_query_execution(view, DATABASE, wait=True)
    for ctas in (True, False):
        found = wr.athena.read_sql_table("upper_cities", DATABASE, ctas_approach=ctas)
        assert list(found) == ["a", "town"]


def test_iceberg_tables_take_athenas_properties(wr, bucket, table, fresh):
    name, folder = fresh("sized", "_"), f"s3://{bucket}/ws/{fresh('sized')}"
    wanted = {
        "write_target_data_file_size_bytes": "536870912",
        "optimize_rewrite_delete_file_threshold": "10",
    }
    wr.athena.to_iceberg(
        pd.DataFrame({"id": [1, 2]}),
        DATABASE,
        name,
        temp_path=f"{folder}-temp/",
        table_location=f"{folder}/",
        additional_table_properties=wanted,
    )
    shown = wr.athena.show_create_table(name, DATABASE)
    assert all(f"'{key}'='{value}'" in shown for key, value in wanted.items())


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
