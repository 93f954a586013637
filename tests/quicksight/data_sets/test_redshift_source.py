"""Data sources in Redshift: read as a database user, who can change nothing."""

import json

import pytest

from tests.conftest import wait_for

SOURCE = {"RedshiftParameters": {"Database": "dev", "ClusterId": "quick"}}


@pytest.fixture(scope="module")
def run(client):
    """SQL in a cluster of two rows; gives the first field."""
    client("redshift").create_cluster(
        ClusterIdentifier="quick", NodeType="ra3.large", DBName="dev",
        MasterUsername="awsuser", MasterUserPassword="Secret1234",
    )  # fmt: skip
    client("redshift").get_waiter("cluster_available").wait(ClusterIdentifier="quick")
    data = client("redshift-data")

    def run(sql):
        id = data.execute_statement(
            ClusterIdentifier="quick", Database="dev", DbUser="awsuser", Sql=sql
        )["Id"]

        def look():
            found = data.describe_statement(Id=id)
            return found if found["Status"] in ("FINISHED", "FAILED") else None

        found = wait_for(look)
        assert found["Status"] == "FINISHED", found
        if found["HasResultSet"]:
            return data.get_statement_result(Id=id)["Records"][0][0]
        return None

    run("CREATE TABLE visits (id int, who varchar(9), fee numeric(8,2), at timestamp)")
    run("INSERT INTO visits VALUES (1, 'ann', 1.25, '2021-03-04 05:06:07'), (2, NULL, NULL, NULL)")
    return run


@pytest.fixture(scope="module")
def source(run, quicksight, client):
    """The data source's ARN; its credentials are a secret."""
    login = json.dumps({"username": "awsuser", "password": "Secret1234"})
    secret = client("secretsmanager").create_secret(Name="quick", SecretString=login)["ARN"]
    made = quicksight.create_data_source(
        DataSourceId="quick", Name="quick", Type="REDSHIFT", DataSourceParameters=SOURCE,
        Credentials={"SecretArn": secret},
    )  # fmt: skip
    return made["Arn"]


def _import(quicksight, id, source, sql, columns):
    query = {"DataSourceArn": source, "Name": "q", "SqlQuery": sql, "Columns": columns}
    made = quicksight.create_data_set(
        DataSetId=id, Name=id, ImportMode="SPICE", PhysicalTableMap={"p": {"CustomSql": query}}
    )

    def look():
        told = quicksight.describe_ingestion(DataSetId=id, IngestionId=made["IngestionId"])
        told = told["Ingestion"]
        return told if told["IngestionStatus"] in ("COMPLETED", "FAILED") else None

    return wait_for(look)


def test_a_query_of_the_warehouse_is_imported(quicksight, source):
    columns = [("id", "INTEGER"), ("who", "STRING"), ("fee", "DECIMAL"), ("at", "DATETIME")]
    told = _import(
        quicksight, "visits", source, "SELECT * FROM visits WHERE fee > 1 OR fee IS NULL",
        [{"Name": name, "Type": kind} for name, kind in columns],
    )  # fmt: skip
    assert told["IngestionStatus"] == "COMPLETED", told
    assert told["RowInfo"]["RowsIngested"] == 2


def test_binary_columns_are_none_of_quicksights(quicksight, source):
    sql = "SELECT id, who::varbyte AS raw FROM visits"
    asked = [{"Name": "id", "Type": "INTEGER"}, {"Name": "raw", "Type": "STRING"}]
    found = [_import(quicksight, f"raw-{n}", source, sql, asked[:n]) for n in (1, 2)]
    assert [told["IngestionStatus"] for told in found] == ["COMPLETED", "FAILED"]
    assert found[1]["ErrorInfo"]["Type"] == "SQL_SCHEMA_MISMATCH_ERROR"


def test_intervals_are_none_of_quicksights(quicksight, source):
    """They are left out, and the rest is imported."""
    sql = "SELECT id, interval '1 day' AS waited FROM visits"
    told = _import(quicksight, "waited", source, sql, [])
    assert told["RowInfo"]["RowsIngested"] == 2
    told = quicksight.describe_data_set(DataSetId="waited")["DataSet"]["OutputColumns"]
    assert [each["Name"] for each in told] == ["id"]


CHANGES = ["DROP TABLE visits", "DELETE FROM visits", "INSERT INTO visits VALUES (3)"]


@pytest.mark.parametrize("sql", CHANGES)
def test_what_would_change_the_warehouse_fails(quicksight, source, run, sql):
    told = _import(quicksight, sql.split()[0], source, sql, [{"Name": "id", "Type": "INTEGER"}])
    assert told["IngestionStatus"] == "FAILED"
    assert run("SELECT count(*) FROM visits") == {"longValue": 2}


def test_a_wrong_password_is_told(quicksight, source):
    quicksight.create_data_source(
        DataSourceId="wrong", Name="wrong", Type="REDSHIFT", DataSourceParameters=SOURCE,
        Credentials={"CredentialPair": {"Username": "awsuser", "Password": "Wrong12345"}},
    )  # fmt: skip
    told = quicksight.describe_data_source(DataSourceId="wrong")["DataSource"]
    assert told["Status"] == "CREATION_FAILED"
    assert "password authentication failed" in told["ErrorInfo"]["Message"]
