"""Only the columns and partitions that a query needs are read, and what was read is told."""

import pytest

COUNTS = "SELECT total_partitions, qualified_partitions FROM svl_s3partition WHERE query = {}"
PRUNED = {
    "no condition": ("true", 3),
    "a constant": ("month = '2008-02'", 1),
    "a list": ("month IN ('2008-01', '2008-03')", 2),
    "a range": ("month BETWEEN '2008-02' AND '2008-09'", 2),
    "a function of the key": ("substring(month, 6) = '03'", 1),
    "beside another column's": ("month > '2008-01' AND id = 1", 2),
    "with OR over keys": ("month = '2008-01' OR month = '2008-02'", 2),
    "with OR over another column": ("month = '2008-01' OR id = 1", 3),
    "LIKE": ("month LIKE '%-01'", 1),
    "NOT": ("NOT month = '2008-01'", 2),
    "both keys": ("month = '2008-01' AND day = 1", 1),
    "none": ("month = 'x'", 0),
    "no such day": ("day = 2", 0),
}


@pytest.mark.parametrize(("condition", "read"), PRUNED.values(), ids=PRUNED)
def test_partitions_are_pruned(lake, condition, read):
    query = lake.query(f"SELECT count(name) FROM raw.sales WHERE {condition}")
    assert lake.rows(COUNTS.format(query)) == [[3, read]]


def test_partitions_are_pruned_through_joins_and_subqueries(lake):
    inner = "SELECT s.id, s.month AS m FROM raw.sales s JOIN names n ON n.id = s.id"
    query = lake.query(f"SELECT count(*) FROM ({inner}) q WHERE q.m = '2008-01'")
    assert lake.rows(COUNTS.format(query)) == [[3, 1]]


def test_fewer_columns_and_partitions_are_fewer_bytes(lake):
    def scanned(sql: str) -> tuple[int, int]:
        told = lake.run(sql)
        found = lake.rows(
            "SELECT s3_scanned_bytes, s3_scanned_rows FROM svl_s3query_summary "
            f"WHERE query = {told['RedshiftQueryId']}"
        )
        return tuple(found[0])

    whole = scanned("SELECT * FROM raw.sales")
    one_column = scanned("SELECT sum(amount) FROM raw.sales")
    one_partition = scanned("SELECT * FROM raw.sales WHERE month = '2008-01'")
    assert 0 < one_column[0] < whole[0]
    assert one_partition[0] * 3 == whole[0]
    assert (whole[1], one_column[1], one_partition[1]) == (9, 9, 3)


def test_a_plan_scans_nothing(lake):
    number = lake.run("EXPLAIN SELECT * FROM raw.sales")["RedshiftQueryId"]
    assert lake.rows(f"SELECT count(*) FROM svl_s3query WHERE query = {number}") == [[0]]


def test_details_name_table_format_and_place(lake):
    number = lake.run("SELECT t FROM raw.lines")["RedshiftQueryId"]
    found = lake.rows(
        "SELECT trim(source_type), table_name, file_format, file_location, scanned_files, "
        f"returned_bytes FROM sys_external_query_detail WHERE query_id = {number}"
    )
    assert found == [["S3", "raw.lines", "Text", "s3://spectrum-lake/lines/", 1, 9]]


def test_clients_list_external_tables(lake):
    place = {"ClusterIdentifier": "data-api", "DbUser": "awsuser", "Database": "spectrum"}
    found = lake.client.list_tables(**place, SchemaPattern="raw", TablePattern="lines")["Tables"]
    assert found == [{"name": "lines", "type": "EXTERNAL TABLE", "schema": "raw"}]
    told = lake.client.describe_table(**place, Schema="raw", Table="lines")["ColumnList"]
    assert [(c["name"], c["typeName"]) for c in told] == [("id", "int8"), ("t", "varchar")]


def test_the_catalog_is_seen(lake):
    assert ["raw", 1, "spectrum_raw"] in lake.rows(
        "SELECT schemaname, eskind, databasename FROM svv_external_schemas"
    )
    found = lake.rows(
        "SELECT columnname, external_type, columnnum, part_key FROM svv_external_columns "
        "WHERE schemaname = 'raw' AND tablename = 'sales' ORDER BY columnnum"
    )
    assert found == [
        ["id", "int", 1, 0],
        ["amount", "decimal(8,2)", 2, 0],
        ["name", "string", 3, 0],
        ["month", "string", 4, 1],
        ["day", "int", 5, 2],
    ]
    found = lake.rows(
        "SELECT table_type, column_name, data_type FROM svv_tables JOIN svv_columns "
        "USING (table_schema, table_name) WHERE table_schema = 'raw' AND table_name = 'sales' "
        "AND ordinal_position < 3 ORDER BY ordinal_position"
    )
    assert found == [["EXTERNAL TABLE", "id", "integer"], ["EXTERNAL TABLE", "amount", "numeric"]]
    found = lake.rows(
        "SELECT values FROM svv_external_partitions WHERE schemaname = 'raw' "
        "AND tablename = 'sales' ORDER BY 1"
    )
    assert found == [[f'["2008-0{month}", "1"]'] for month in (1, 2, 3)]
