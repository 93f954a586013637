"""The schema's role decides what is read; users need the schema's USAGE."""

import pytest

from tests.redshift.spectrum.conftest import BUCKET, DATABASE, told


def test_a_role_without_the_objects(lake, with_policy):
    schema = with_policy("glue:*")
    found = lake.refusal(f"SELECT * FROM {schema}.lines")
    assert "S3ServiceException:Access Denied,Status 403,Error AccessDenied" in found
    schema = with_policy("glue:*", "s3:ListBucket")
    assert "Access Denied" in lake.refusal(f"SELECT * FROM {schema}.lines")


def test_a_role_without_the_catalog(lake, with_policy):
    schema = with_policy("s3:*")
    found = lake.refusal(f"SELECT * FROM {schema}.lines")
    assert "is not authorized to perform: glue:GetTable on resource: arn:aws:glue:" in found


def test_a_role_that_reads_does_not_write(lake, with_policy, fresh):
    schema = with_policy("glue:*", "s3:GetObject", "s3:ListBucket")
    table = fresh("t", "_")
    lake.done(
        f"CREATE EXTERNAL TABLE {schema}.{table} (a int) STORED AS PARQUET "
        f"LOCATION 's3://{BUCKET}/made/{table}/'"
    )
    assert "Access Denied" in lake.refusal(f"INSERT INTO {schema}.{table} SELECT 1")
    assert lake.rows(f"SELECT * FROM {schema}.{table}") == []


def test_a_role_to_which_lake_formation_shows_some_columns(lake, cloud, with_policy, fresh):
    schema, table = with_policy("s3:*", "glue:*"), fresh("t", "_")
    formation = cloud.client("lakeformation")
    place = {"Table": {"DatabaseName": DATABASE, "Name": table}}
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} STORED AS PARQUET "
        f"LOCATION 's3://{BUCKET}/made/{table}/' AS SELECT 1 AS a, 'x' AS b, 'y' AS c"
    )
    everybody = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    formation.revoke_permissions(Principal=everybody, Resource=place, Permissions=["ALL"])
    sql = f"SELECT * FROM {schema}.{table}"
    assert "Required Select on" in lake.refusal(sql)
    found = lake.rows(f"SELECT esoptions FROM svv_external_schemas WHERE schemaname = '{schema}'")
    who = {"DataLakePrincipalIdentifier": told(found[0][0])["IAM_ROLE"]}
    columns = {"TableWithColumns": place["Table"] | {"ColumnNames": ["a", "c"]}}
    formation.grant_permissions(Principal=who, Resource=columns, Permissions=["SELECT"])
    assert lake.rows(sql) == [[1, "y"]]
    for hidden in ("b", '"$path"'):
        assert "does not exist" in lake.refusal(f"SELECT {hidden} FROM {schema}.{table}")
    assert "Required Insert on" in lake.refusal(f"INSERT INTO {schema}.{table} SELECT 1, 'x', 'y'")
    rows = {"FilterExpression": "a = 1"}
    some = {"DatabaseName": DATABASE, "TableName": table, "TableCatalogId": "123456789012"}
    some["Name"] = "some"
    formation.create_data_cells_filter(TableData=some | {"RowFilter": rows, "ColumnWildcard": {}})
    formation.revoke_permissions(Principal=who, Resource=columns, Permissions=["SELECT"])
    formation.grant_permissions(
        Principal=who, Resource={"DataCellsFilter": some}, Permissions=["SELECT"]
    )
    assert "some rows of" in lake.refusal(sql)


def test_a_role_that_does_not_let_redshift_in(lake, with_policy):
    schema = with_policy("s3:*", "glue:*", service="ec2")
    assert "is not authorized to assume IAM Role" in lake.refusal(f"SELECT * FROM {schema}.lines")


@pytest.mark.parametrize("named", ["arn:aws:iam::123456789012:role/nosuch", "SESSION"])
def test_a_role_that_is_not_attached(lake, fresh, named):
    name = fresh("s", "_")
    source = f"FROM DATA CATALOG DATABASE '{DATABASE}' IAM_ROLE '{named}'"
    lake.done(f"CREATE EXTERNAL SCHEMA {name} {source}")
    found = lake.refusal(f"SELECT * FROM {name}.lines")
    assert "not authorized to assume" in found or "did not log in by IAM" in found


def test_users_need_usage(lake, fresh):
    user = fresh("ann", "_")
    lake.done(f"CREATE USER {user} PASSWORD 'Abcd1234'")
    sql = "SELECT count(*) FROM raw.lines"
    assert "permission denied for schema raw" in lake.refusal(sql, DbUser=user)
    lake.done(f"GRANT USAGE ON SCHEMA raw TO {user}")
    assert lake.rows(sql, DbUser=user, Database="spectrum", ClusterIdentifier="data-api") == [[2]]


def test_a_bad_file_is_told(lake, aws, fresh):
    table = fresh("bad", "_")
    aws("s3").put_object(Bucket=BUCKET, Key=f"made/{table}/a.parquet", Body=b"no parquet at all")
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (a int) STORED AS PARQUET "
        f"LOCATION 's3://{BUCKET}/made/{table}/'"
    )
    found = lake.refusal(f"SELECT * FROM raw.{table}")
    assert found.startswith("ERROR: Spectrum Scan Error")
    assert "a.parquet" in found
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table}_2 (a int) ROW FORMAT SERDE "
        "'org.openx.data.jsonserde.JsonSerDe' STORED AS TEXTFILE "
        f"LOCATION 's3://{BUCKET}/made/{table}/'"
    )
    found = lake.refusal(f"SELECT * FROM raw.{table}_2")
    assert found.startswith("ERROR: Spectrum Scan Error: Row is not a valid JSON Object")
    assert found.endswith(f"(s3://{BUCKET}/made/{table}/a.parquet)")
