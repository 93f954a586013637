"""Data sources: files as a manifest says them, Athena, and what cannot be reached."""

import gzip
import io
import json

import pytest
import xlsxwriter

from labkit import charts
from labkit.charts.pages import Session
from tests.quicksight.conftest import refused
from tests.quicksight.data_sets.conftest import BUCKET, ORDERS
from tests.quicksight.embedding.boards import READ

TWO = {"a": "STRING", "b": "INTEGER"}


def workbook(*sheets):
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return body.getvalue()


SHEET = [["a", "b"], ["x", 1], ["y", 2]]
#: A file and how its manifest and its table say that it is written; each holds x 1 and y 2.
FILES = {
    "csv": ("a,b\nx,1\ny,2\n", "csv", {}, {}),
    "columns in another order": ("b,a\n1,x\n2,y\n", "csv", {}, {}),
    "no header": ("x,1\ny,2\n", "csv", {"containsHeader": False}, {}),
    "no header, as text": ("x,1\ny,2\n", "csv", {"containsHeader": "false"}, {}),
    "other names": ("c,d\nx,1\ny,2\n", "csv", {}, {}),
    "tsv": ("a\tb\nx\t1\ny\t2\n", "tsv", {"format": "TSV"}, {}),
    "semicolons": ("a;b\nx;1\ny;2\n", "csv", {"delimiter": ";"}, {}),
    "single quotes": ("a,b\n'x',1\n'y',2\n", "csv", {"textqualifier": "'"}, {}),
    "gzip": (gzip.compress(b"a,b\nx,1\ny,2\n"), "csv.gz", {}, {}),
    "windows": ("a,b\r\nx,1\r\ny,2\r\n", "csv", {}, {}),
    "an old Macintosh": ("a,b\rx,1\ry,2\r", "csv", {}, {}),
    "lines' ends of both kinds": ("a,b\r\nx,1\ry,2\r\n", "csv", {}, {}),
    "a mark of the order of bytes": ("\ufeffa,b\nx,1\ny,2\n", "csv", {}, {}),
    "from a row on": ("made by hand\na,b\nx,1\ny,2\n", "csv", {}, {"StartFromRow": 2}),
    "of the table": ("a|b\nx|1\ny|2\n", "csv", {}, {"Delimiter": "|"}),
    "json lines": ('{"a":"x","b":1}\n{"a":"y","b":2}\n', "json", {"format": "JSON"}, {}),
    "a json list": ('[{"a":"x","b":1},{"a":"y","b":2}]', "json", {"format": "JSON"}, {}),
    "a workbook": (workbook(SHEET), "xlsx", {}, {"Format": "XLSX"}),
}  # fmt: skip


@pytest.mark.parametrize(("body", "ending", "settings", "upload"), FILES.values(), ids=FILES)
def test_files(lake, body, ending, settings, upload):
    source = lake.source(body, ending, **settings)
    id = lake.create({"p": lake.s3_table(source, TWO, UploadSettings=upload)})
    assert lake.rows(id) == [("x", 1), ("y", 2)]


CSV_TOLD = {
    "Format": "CSV",
    "StartFromRow": 1,
    "ContainsHeader": True,
    "TextQualifier": "DOUBLE_QUOTE",
    "Delimiter": ",",
}
TOLD = {
    "the manifest's": ({}, {}, CSV_TOLD),
    "of the manifest": (
        {"format": "TSV", "containsHeader": "false"},
        {},
        CSV_TOLD | {"Format": "TSV", "ContainsHeader": False, "Delimiter": "\t"},
    ),
    "json": ({"format": "JSON"}, {}, {"Format": "JSON"}),
    "its own": ({}, {"Delimiter": "|"}, {"Delimiter": "|"}),
}


@pytest.mark.parametrize(("settings", "upload", "told"), TOLD.values(), ids=TOLD)
def test_how_files_are_written_is_told(lake, settings, upload, told):
    table = lake.s3_table(lake.source(**settings), TWO, UploadSettings=upload)
    id = lake.name("told")
    direct = {"DataSetId": id, "Name": id, "ImportMode": "SPICE"}
    lake.quicksight.create_data_set(**direct, PhysicalTableMap={"p": table})
    found = lake.quicksight.describe_data_set(DataSetId=id)["DataSet"]["PhysicalTableMap"]
    assert found["p"]["S3Source"]["UploadSettings"] == told


def test_a_sheet_of_a_workbook(lake):
    source = lake.source(workbook([["z"], [0]], SHEET), "xlsx")
    table = {
        "DataSourceArn": source,
        "SheetIndex": 1,
        "UploadSettings": {"Format": "XLSX", "ContainsHeader": True},
        "InputColumns": [{"Name": name, "Type": kind} for name, kind in TWO.items()],
    }
    assert lake.rows(lake.create({"p": {"FileSource": table}})) == [("x", 1), ("y", 2)]


def test_all_files_of_prefixes(lake):
    name = lake.name("folder")
    uris = [lake.put(f"{name}/in/{n}.csv", f"a,b\nx,{n}\n") for n in range(3)]
    alone = lake.put(f"{name}/alone.csv", "a,b\ny,9\n")
    prefix = uris[0].rpartition("/")[0].replace("s3://", "https://s3.amazonaws.com/")
    again = f"{prefix}/0.csv"
    source = lake.manifest(name, [{"URIs": [alone, again]}, {"URIPrefixes": [prefix]}], {})
    id = lake.create({"p": lake.s3_table(source, TWO)})
    assert lake.rows(id) == [("x", 0), ("x", 1), ("x", 2), ("y", 9)]


def test_a_manifest_in_redshifts_form(lake):
    name = lake.name("entries")
    uri = lake.put(f"{name}/a.csv", "a,b\nx,1\n")
    entries = [{"url": uri, "mandatory": True}, {"url": f"{uri}.gone", "mandatory": False}]
    source = lake.manifested(name, entries=entries)
    assert lake.rows(lake.create({"p": lake.s3_table(source, TWO)})) == [("x", 1)]


def test_nested_documents(lake):
    body = '{"a":{"b":"x"},"n":[1,2]}\n{"a":{"b":null},"n":3}\n'
    source = lake.source(body, "json", format="JSON")
    id = lake.create({"p": lake.s3_table(source, {"a.b": "STRING", "n": "STRING"})})
    assert lake.rows(id) == [("x", "[1,2]"), (None, "3")]


CLF = '1.2.3.4 - ann [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326\nno such line\n'
ELF = "#Version: 1.0\n#Fields: date cs-method sc-bytes\n2024-01-01 GET 12\n2024-01-02 PUT -\n"


def test_common_logs(lake):
    columns = {"host": "STRING", "user": "STRING", "status": "INTEGER", "bytes": "INTEGER"}
    id = lake.create({"p": lake.s3_table(lake.source(CLF, "log", format="CLF"), columns)})
    assert lake.rows(id) == [("1.2.3.4", "ann", 200, 2326)]


def test_extended_logs(lake):
    columns = {"cs-method": "STRING", "sc-bytes": "INTEGER"}
    id = lake.create({"p": lake.s3_table(lake.source(ELF, "log", format="ELF"), columns)})
    assert lake.rows(id) == [("GET", 12), ("PUT", None)]


# What cannot be reached ---------------------------------------------------------------------------


def made(quicksight, name, kind, **parameters):
    quicksight.create_data_source(
        DataSourceId=name, Name=name, Type=kind, DataSourceParameters=parameters
    )
    return quicksight.describe_data_source(DataSourceId=name)["DataSource"]


def s3(bucket, key="manifest.json", **more):
    return {"S3Parameters": {"ManifestFileLocation": {"Bucket": bucket, "Key": key}, **more}}


@pytest.fixture(scope="module")
def broken(lake):
    """Keys of manifests that are none."""
    lake.put("broken/text.json", "fileLocations: none")
    lake.put("broken/empty.json", json.dumps({"fileLocations": []}))
    lake.put("broken/gone.json", json.dumps({"fileLocations": [{"URIs": [f"s3://{BUCKET}/no"]}]}))
    wrong = {"fileLocations": [{"URIs": ["s3://x/y"]}], "globalUploadSettings": {"format": "ORC"}}
    lake.put("broken/format.json", json.dumps(wrong))


BAD = {
    "no bucket": ("S3", s3("no-such-bucket-here"), "no-such-bucket-here"),
    "no manifest": ("S3", s3(BUCKET, "none.json"), "no manifest"),
    "no json": ("S3", s3(BUCKET, "broken/text.json"), "no JSON"),
    "no files": ("S3", s3(BUCKET, "broken/empty.json"), "names no file"),
    "no object": ("S3", s3(BUCKET, "broken/gone.json"), "no object"),
    "no format": ("S3", s3(BUCKET, "broken/format.json"), "ORC"),
    "no role": ("S3", s3(BUCKET, RoleArn="arn:aws:iam::123456789012:role/none"), "assume the role"),
    "no work group": ("ATHENA", {"AthenaParameters": {"WorkGroup": "none"}}, "none is not found"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "parameters", "words"), BAD.values(), ids=BAD)
def test_a_bad_source_says_why(quicksight, lake, broken, kind, parameters, words):
    found = made(quicksight, lake.name("bad"), kind, **parameters)
    assert found["Status"] == "CREATION_FAILED"
    assert words in found["ErrorInfo"]["Message"]


def test_another_kind_is_kept_and_refused_when_read(quicksight, lake):
    place = {"Host": "db.example.com", "Port": 5432, "Database": "sales"}
    source = made(quicksight, lake.name("pg"), "POSTGRESQL", PostgreSqlParameters=place)
    assert source["Status"] == "CREATION_SUCCESSFUL"
    columns = [{"Name": "a", "Type": "STRING"}]
    table = {"DataSourceArn": source["Arn"], "Name": "t", "InputColumns": columns}
    id = lake.name("pg")
    tables = {"p": {"RelationalTable": table}}
    answer = quicksight.create_data_set(
        DataSetId=id, Name=id, ImportMode="SPICE", PhysicalTableMap=tables
    )
    error = lake.ended(id, answer["IngestionId"])["ErrorInfo"]
    assert error["Type"] == "INVALID_DATA_SOURCE_CONFIG"
    assert "POSTGRESQL" in error["Message"]


def test_a_life(quicksight, lake, author):
    id = lake.name("life")
    actions = ("DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource")
    given = [{"Principal": author, "Actions": [f"quicksight:{action}" for action in actions]}]
    quicksight.create_data_source(
        DataSourceId=id, Name="Life", Type="ATHENA", Permissions=given,
        Credentials={"CredentialPair": {"Username": "u", "Password": "secret"}},
    )  # fmt: skip
    assert "secret" not in str(quicksight.describe_data_source(DataSourceId=id))
    assert quicksight.describe_data_source_permissions(DataSourceId=id)["Permissions"] == given
    answer = quicksight.update_data_source(DataSourceId=id, Name="Lives")
    assert answer["UpdateStatus"] == "UPDATE_SUCCESSFUL"
    pair = {"CredentialPair": {"Username": "u", "Password": "another"}}
    for credentials in (
        {"SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:s"},
        pair,
        None,
    ):
        more = {"Credentials": credentials} if credentials else {}
        quicksight.update_data_source(DataSourceId=id, Name="Lives", **more)
        told = quicksight.describe_data_source(DataSourceId=id)["DataSource"]
        assert ("SecretArn" in told) == ("SecretArn" in (credentials or {}))
    filters = [{"Operator": "StringLike", "Name": "DATASOURCE_NAME", "Value": "live"}]
    found = quicksight.search_data_sources(Filters=filters)["DataSourceSummaries"]
    assert [each["DataSourceId"] for each in found] == [id]
    quicksight.delete_data_source(DataSourceId=id)
    code, _ = refused(quicksight.describe_data_source, DataSourceId=id)
    assert code == "ResourceNotFoundException"


# Athena -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def athena(lake, client):
    """A table of the Data Catalog over the orders, and the ARN of a data source of Athena."""
    lake.put("athena/orders/a.csv", ORDERS)
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": "shop"})
    kinds = ("bigint", "string", "string", "date", "int", "decimal(10,2)")
    names = ("order_id", "region", "city", "day", "quantity", "price")
    serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    storage = {
        "Columns": [{"Name": n, "Type": k} for n, k in zip(names, kinds, strict=True)],
        "Location": f"s3://{BUCKET}/athena/orders/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {"field.delim": ","}},
    }
    table = {
        "Name": "orders", "StorageDescriptor": storage, "TableType": "EXTERNAL_TABLE",
        "Parameters": {"skip.header.line.count": "1", "classification": "csv"},
    }  # fmt: skip
    glue.create_table(DatabaseName="shop", TableInput=table)
    name = lake.name("athena")
    answer = lake.quicksight.create_data_source(DataSourceId=name, Name=name, Type="ATHENA")
    return answer["Arn"]


def relational(source, **columns):
    listed = [{"Name": name, "Type": kind} for name, kind in columns.items()]
    return {"p": {"RelationalTable": {"DataSourceArn": source, "Catalog": "AwsDataCatalog",
                                      "Schema": "shop", "Name": "orders",
                                      "InputColumns": listed}}}  # fmt: skip


def custom(source, sql, *columns):
    table = {"DataSourceArn": source, "Name": "query", "SqlQuery": sql}
    listed = [{"Name": name, "Type": kind} for name, kind in columns]
    return {"p": {"CustomSql": table | ({"Columns": listed} if listed else {})}}


@pytest.mark.parametrize("mode", ["SPICE", "DIRECT_QUERY"])
def test_a_table(lake, athena, mode):
    tables = relational(athena, region="STRING", quantity="INTEGER", price="DECIMAL")
    id = lake.create(tables, ImportMode=mode)
    lake.load()
    rows = [("East", 5, 1.0), ("North", 2, 4.25), ("North", 3, 2.5), ("South", 1, 10.0)]
    assert lake.rows(id) == rows


@pytest.mark.parametrize("mode", ["SPICE", "DIRECT_QUERY"])
def test_a_query(lake, athena, mode):
    sql = "SELECT region, sum(quantity) / 2 AS half, true AS t FROM shop.orders GROUP BY region;"
    id = lake.create(custom(athena, sql), ImportMode=mode)
    lake.load()
    assert lake.columns(id) == {"region": "STRING", "half": "INTEGER", "t": "INTEGER"}
    assert lake.rows(id) == [("East", 2, 1), ("North", 2, 1), ("South", 0, 1)]  # as Trino divides


def test_columns_of_types_that_quicksight_does_not_take(lake, athena):
    """They are left out: it would show how the engine keeps their values."""
    odd = ("INTERVAL '1' DAY", "IPADDRESS '10.0.0.1'", "approx_set(1)", "tdigest_agg(1.0)")
    listed = ", ".join(f"{each} AS c{at}" for at, each in enumerate(odd))
    id = lake.create(custom(athena, f"SELECT 1 AS k, TIME '10:11:12' AS t, {listed}"))
    assert lake.columns(id) == {"k": "INTEGER", "t": "STRING"}
    assert lake.rows(id) == [(1, "10:11:12")]


def test_a_query_with_parameters(lake, athena):
    sql = "SELECT order_id FROM shop.orders WHERE region IN (<<$regions>>) AND quantity < <<$most>>"
    parameters = [
        {"StringDatasetParameter": {"Id": "a", "Name": "regions", "ValueType": "MULTI_VALUED",
                                    "DefaultValues": {"StaticValues": ["North", "O'er"]}}},
        {"IntegerDatasetParameter": {"Id": "b", "Name": "most", "ValueType": "SINGLE_VALUED",
                                     "DefaultValues": {"StaticValues": [3]}}},
    ]  # fmt: skip
    id = lake.create(custom(athena, sql), DatasetParameters=parameters)
    assert lake.rows(id) == [(3,)]


def mapped_dashboard(lake, athena, reader, mode):
    """A dashboard whose parameter limit, 3, sets a data set's own, of which 2 is the default."""
    sql = "SELECT order_id FROM shop.orders WHERE quantity < <<$most>>"
    one = {"ValueType": "SINGLE_VALUED", "DefaultValues": {"StaticValues": [2]}}
    most = {"IntegerDatasetParameter": {"Id": "m", "Name": "most", **one}}
    id = lake.create(custom(athena, sql), ImportMode=mode, DatasetParameters=[most])
    arn = lake.quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]
    orders = charts.visual("table", "Orders", schema={"order_id": "INTEGER"}, data_set="d",
                           group_by="order_id")  # fmt: skip
    mapped = [{"DataSetIdentifier": "d", "DataSetParameterName": "most"}]
    limit = {"Name": "limit", "ParameterValueType": "SINGLE_VALUED",
             "DefaultValues": {"StaticValues": [3]}, "MappedDataSetParameters": mapped}  # fmt: skip
    definition = charts.definition([orders], data_sets={"d": arn})
    definition["ParameterDeclarations"] = [{"IntegerParameterDeclaration": limit}]
    lake.quicksight.create_dashboard(
        DashboardId=id, Name=id, Definition=definition,
        Permissions=[{"Principal": reader, "Actions": READ}],
    )  # fmt: skip
    experience = {"Dashboard": {"InitialDashboardId": id}}
    made = lake.quicksight.generate_embed_url_for_registered_user(
        UserArn=reader, ExperienceConfiguration=experience
    )
    return Session.open(made["EmbedUrl"])


def test_a_dashboard_sets_a_parameter_of_a_direct_query(lake, athena, author):
    session = mapped_dashboard(lake, athena, author, "DIRECT_QUERY")
    asked = ({}, {"limit": [4]}, {"limit": ["[ALL]"]})
    shown = [session.json("visuals/orders.json", parameters=each) for each in asked]
    assert [sorted(each["rows"]) for each in shown] == [[[2], [3]], [[1], [2], [3]], [[2]]]
    kept = "The data set's parameter most keeps its default value: all values are chosen."
    assert [each["warnings"] for each in shown] == [[], [], [kept]]


def test_a_dashboard_cannot_set_a_parameter_of_what_is_imported(lake, athena, author):
    shown = mapped_dashboard(lake, athena, author, "SPICE").json("visuals/orders.json")
    kept = "The data set's parameter most keeps its default value: SPICE holds the rows of that."
    assert (shown["rows"], shown["warnings"]) == ([[2]], [kept])


def test_another_data_set_sets_a_parameter_anew(lake, athena, quicksight):
    sql = "SELECT order_id FROM shop.orders WHERE quantity < <<$most>>"
    most = {"Id": "m", "Name": "most", "ValueType": "SINGLE_VALUED",
            "DefaultValues": {"StaticValues": [2]}}  # fmt: skip
    parent = lake.create(custom(athena, sql), ImportMode="DIRECT_QUERY",
                         DatasetParameters=[{"IntegerDatasetParameter": most}])  # fmt: skip
    arn = quicksight.describe_data_set(DataSetId=parent)["DataSet"]["Arn"]
    override = {"ParameterName": "most", "NewParameterName": "limit",
                "NewDefaultValues": {"IntegerStaticValues": [3]}}  # fmt: skip
    steps = [{"OverrideDatasetParameterOperation": override}]
    upon = {"t": {"Alias": "t", "Source": {"DataSetArn": arn}, "DataTransforms": steps}}
    assert lake.rows(lake.create({}, LogicalTableMap=upon)) == [(2,), (3,)]


def test_what_is_queried_directly_can_be_imported_by_another(lake, athena, quicksight):
    parent = lake.create(relational(athena, region="STRING"), ImportMode="DIRECT_QUERY")
    arn = quicksight.describe_data_set(DataSetId=parent)["DataSet"]["Arn"]
    upon = {"t": {"Alias": "t", "Source": {"DataSetArn": arn}}}
    id = lake.create({}, LogicalTableMap=upon)
    assert lake.rows(id) == [("East",), ("North",), ("North",), ("South",)]


def test_a_direct_query_is_secured_and_what_is_upon_it_too(lake, athena, quicksight):
    rules = {"TagRules": [{"TagKey": "r", "ColumnName": "region"}]}
    parent = lake.create(
        relational(athena, order_id="INTEGER", region="STRING"),
        ImportMode="DIRECT_QUERY",
        RowLevelPermissionTagConfiguration=rules,
    )
    arn = quicksight.describe_data_set(DataSetId=parent)["DataSet"]["Arn"]
    only = {"ProjectOperation": {"ProjectedColumns": ["order_id"]}}
    upon = {"t": {"Alias": "t", "Source": {"DataSetArn": arn}, "DataTransforms": [only]}}
    child = lake.create({}, ImportMode="DIRECT_QUERY", LogicalTableMap=upon)
    lake.load()
    for id in (parent, child):
        found = lake.rows(id, "SELECT order_id FROM data", tags={"r": "North"})
        assert found == [(1,), (3,)]
        assert lake.rows(id) == []
    pages = quicksight.client.get_paginator("search_data_sets").paginate(
        AwsAccountId=quicksight.account,
        Filters=[{"Operator": "StringLike", "Name": "DATASET_NAME", "Value": "dataset-"}],
    )
    told = {
        each["DataSetId"]: each["RowLevelPermissionTagConfigurationApplied"]
        for page in pages
        for each in page["DataSetSummaries"]
        if each["DataSetId"] in (parent, child)
    }
    assert told == {parent: True, child: False}


FAULTY = {
    "no table": ("SELECT 1 AS a FROM shop.nothing", "SQL_TABLE_NOT_FOUND"),
    "no column": ("SELECT nothing AS a FROM shop.orders", "SQL_SCHEMA_MISMATCH_ERROR"),
    "no query": ("SELECT FROM", "SQL_EXCEPTION"),
    "a statement": ("DROP TABLE shop.orders", "SQL_EXCEPTION"),
    "another file": ("SELECT * FROM read_csv('/etc/passwd')", "SQL_EXCEPTION"),
    "at work": ("SELECT 1 / (quantity - quantity) AS a FROM shop.orders", "SQL_EXCEPTION"),
}


@pytest.mark.parametrize(("sql", "kind"), FAULTY.values(), ids=FAULTY)
def test_a_query_that_fails(quicksight, lake, athena, sql, kind):
    id = lake.name("faulty")
    tables = custom(athena, sql, ("a", "INTEGER"))
    answer = quicksight.create_data_set(
        DataSetId=id, Name=id, ImportMode="SPICE", PhysicalTableMap=tables
    )
    found = lake.ended(id, answer["IngestionId"])
    assert (found["IngestionStatus"], found["ErrorInfo"]["Type"]) == ("FAILED", kind)


def test_a_bucket_that_quicksight_was_not_given(quicksight, lake, client):
    client("s3").create_bucket(Bucket="not-for-quicksight")
    client("s3").put_object(Bucket="not-for-quicksight", Key="manifest.json", Body=b"{}")
    found = made(quicksight, lake.name("bad"), "S3", **s3("not-for-quicksight"))
    assert (found["Status"], found["ErrorInfo"]["Type"]) == ("CREATION_FAILED", "ACCESS_DENIED")


def test_an_encrypted_object_needs_its_key_registered(quicksight, lake, athena, client):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    lake.put("athena/orders/a.csv", ORDERS, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    id = lake.create(relational(athena, region="STRING"), ImportMode="DIRECT_QUERY")
    quicksight.update_data_set(DataSetId=id, Name=id, ImportMode="SPICE",
                               PhysicalTableMap=relational(athena, region="STRING"))  # fmt: skip
    found = lake.refresh(id)
    assert (found["IngestionStatus"], found["ErrorInfo"]["Type"]) == ("FAILED", "PERMISSION_DENIED")
    assert key in found["ErrorInfo"]["Message"]
    quicksight.update_key_registration(KeyRegistration=[{"KeyArn": key, "DefaultKey": False}])
    found = lake.refresh(id)
    assert found["IngestionStatus"] == "COMPLETED", found


def test_an_encrypted_object_is_read_by_a_role_that_may_decrypt(quicksight, lake, athena, client):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    lake.put("athena/orders/a.csv", ORDERS, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    role = client("iam").get_role(RoleName="aws-quicksight-service-role-v0")["Role"]["Arn"]
    client("kms").create_grant(KeyId=key, GranteePrincipal=role, Operations=["Decrypt"])
    id = lake.create(relational(athena, region="STRING"), ImportMode="DIRECT_QUERY")
    quicksight.update_data_set(DataSetId=id, Name=id, ImportMode="SPICE",
                               PhysicalTableMap=relational(athena, region="STRING"))  # fmt: skip
    found = lake.refresh(id)
    assert found["IngestionStatus"] == "COMPLETED", found
