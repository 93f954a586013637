"""Databases, tables, versions, partitions and what hangs on them."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

KEYS = [{"Name": "year", "Type": "int"}, {"Name": "shop", "Type": "string"}]


def table_input(name: str, **more: Any) -> dict[str, Any]:
    columns = [{"Name": "id", "Type": "bigint", "Comment": "the order"}]
    return {"Name": name, "StorageDescriptor": {"Columns": columns}, "Parameters": {}, **more}


@pytest.fixture
def orders(glue: Any, database: str) -> dict[str, str]:
    """A table of 12 partitions; where it is."""
    where = {"DatabaseName": database, "TableName": "orders"}
    glue.create_table(DatabaseName=database, TableInput=table_input("orders", PartitionKeys=KEYS))
    parts = [{"Values": [str(2015 + n // 2), "ab"[n % 2]]} for n in range(12)]
    assert glue.batch_create_partition(**where, PartitionInputList=parts)["Errors"] == []
    return where


def test_names_are_without_case(glue: Any, fresh: Callable[..., str]) -> None:
    name = fresh("Db_", "").upper()
    glue.create_database(DatabaseInput={"Name": name, "Description": "d"})
    assert glue.get_database(Name=name)["Database"]["Name"] == name.lower()
    glue.create_table(DatabaseName=name, TableInput=table_input("Orders"))
    table = glue.get_table(DatabaseName=name.lower(), Name="ORDERS")["Table"]
    assert (table["Name"], table["UpdateTime"]) == ("orders", table["CreateTime"])
    assert table["StorageDescriptor"]["NumberOfBuckets"] == 0
    assert table["CreatedBy"].startswith("arn:aws:iam::")
    with pytest.raises(ClientError, match=r"AlreadyExistsException.*Table already exists"):
        glue.create_table(DatabaseName=name, TableInput=table_input("oRders"))
    with pytest.raises(ClientError, match=r"AlreadyExistsException.*Database already exists"):
        glue.create_database(DatabaseInput={"Name": name.lower()})
    glue.update_database(Name=name, DatabaseInput={"Name": name, "Description": "e"})
    assert glue.get_database(Name=name)["Database"]["Description"] == "e"
    glue.delete_table(DatabaseName=name, Name="ORDERS")
    glue.delete_database(Name=name)
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_database(Name=name)


MISSING: list[tuple[str, Callable[[Any, str], Any], str]] = [
    ("database", lambda g, d: g.get_database(Name="nope"), "Database nope not found"),
    ("its table", lambda g, d: g.get_table(DatabaseName="nope", Name="t"), "Database nope"),
    ("table", lambda g, d: g.get_table(DatabaseName=d, Name="Nope"), "Table nope not found"),
    ("drop", lambda g, d: g.delete_table(DatabaseName=d, Name="nope"), "Table nope not found"),
    (
        "update",
        lambda g, d: g.update_table(DatabaseName=d, TableInput={"Name": "nope"}),
        "Table nope not found",
    ),
    (
        "partition",
        lambda g, d: g.get_partition(
            DatabaseName=d, TableName="orders", PartitionValues=["1999", "a"]
        ),
        "Cannot find partition",
    ),
    ("catalog", lambda g, d: g.get_tables(DatabaseName=d, CatalogId="1"), "Catalog 1 not found"),
    ("connections", lambda g, d: g.get_connections(CatalogId="1"), "Catalog 1 not found"),
    (
        "encryption",
        lambda g, d: g.get_data_catalog_encryption_settings(CatalogId="1"),
        "Catalog 1 not found",
    ),
    (
        "version",
        lambda g, d: g.get_table_version(DatabaseName=d, TableName="orders", VersionId="9"),
        "Version 9",
    ),
]


@pytest.mark.parametrize(
    ("call", "message"), [row[1:] for row in MISSING], ids=[row[0] for row in MISSING]
)
def test_missing(
    glue: Any, orders: dict[str, str], call: Callable[[Any, str], Any], message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        call(glue, orders["DatabaseName"])
    error = raised.value.response["Error"]
    assert error["Code"] == "EntityNotFoundException"
    assert message in error["Message"]


def test_a_comment_is_one_line(glue: Any, database: str) -> None:
    def described(comment: str) -> Any:
        column = {"Name": "a", "Type": "int", "Comment": comment}
        table = {"Name": "commented", "StorageDescriptor": {"Columns": [column]}}
        return glue.create_table(DatabaseName=database, TableInput=table)

    with pytest.raises(ClientError, match="regular expression pattern"):
        described("first\nsecond")
    described("one\t😀")


def test_resource_links_are_refused(glue: Any, database: str) -> None:
    linked = {"CatalogId": "123456789012", "DatabaseName": database}
    with pytest.raises(ClientError, match=r"NotImplementedException.* a resource link"):
        glue.create_database(DatabaseInput={"Name": "link", "TargetDatabase": linked})
    with pytest.raises(ClientError, match=r"NotImplementedException.* a resource link"):
        glue.create_table(
            DatabaseName=database,
            TableInput={"Name": "link", "TargetTable": linked | {"Name": "orders"}},
        )


def test_tables_by_pattern_and_page(glue: Any, database: str) -> None:
    for name in ("student", "students", "course"):
        glue.create_table(DatabaseName=database, TableInput=table_input(name))

    def names(**options: Any) -> list[str]:
        pages = glue.get_paginator("get_tables").paginate(DatabaseName=database, **options)
        return [table["Name"] for page in pages for table in page["TableList"]]

    assert names() == ["course", "student", "students"]
    assert names(PaginationConfig={"PageSize": 1}) == ["course", "student", "students"]
    assert names(Expression="stud*") == ["student", "students"]
    assert names(Expression="student") == ["student"]
    assert names(Expression="stu.*|course") == ["course", "student", "students"]
    first = glue.get_tables(DatabaseName=database, MaxResults=2)
    assert len(first["TableList"]) == 2
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.get_tables(DatabaseName=database, NextToken="made up")


def test_versions(glue: Any, database: str) -> None:
    where = {"DatabaseName": database, "TableName": "t"}
    glue.create_table(DatabaseName=database, TableInput=table_input("t", Description="1"))
    for number in "23":
        given = table_input("t", Description=number)
        glue.update_table(DatabaseName=database, TableInput=given)
    versions = glue.get_table_versions(**where)["TableVersions"]
    assert [(v["VersionId"], v["Table"]["Description"]) for v in versions] == [
        ("2", "3"),
        ("1", "2"),
        ("0", "1"),
    ]
    glue.update_table(
        DatabaseName=database, TableInput=table_input("t", Description="4"), SkipArchive=True
    )
    assert len(glue.get_table_versions(**where)["TableVersions"]) == 3
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.get_table_version(**where, VersionId="one")
    errors = glue.batch_delete_table_version(**where, VersionIds=["1", "9"])["Errors"]
    assert [e["VersionId"] for e in errors] == ["9"]
    with pytest.raises(ClientError, match="ConcurrentModificationException"):
        glue.update_table(DatabaseName=database, TableInput=table_input("t"), VersionId="1")


def test_batch_delete_tells_what_it_could_not(glue: Any, database: str) -> None:
    glue.create_table(DatabaseName=database, TableInput=table_input("t"))
    answer = glue.batch_delete_table(DatabaseName=database, TablesToDelete=["T", "nope"])
    assert [e["TableName"] for e in answer["Errors"]] == ["nope"]
    assert glue.get_tables(DatabaseName=database)["TableList"] == []


EXPRESSIONS = [
    ("all", {}, 12),
    ("equal", {"Expression": "year = 2016"}, 2),
    ("between", {"Expression": "year BETWEEN 2016 AND 2018 AND shop = 'b'"}, 3),
    ("in", {"Expression": "year IN (2015, 2020)"}, 4),
    ("numbers compare as numbers", {"Expression": "year > 999"}, 12),
]


@pytest.mark.parametrize(
    ("options", "count"), [row[1:] for row in EXPRESSIONS], ids=[row[0] for row in EXPRESSIONS]
)
def test_partitions_by_expression(
    glue: Any, orders: dict[str, str], options: dict[str, str], count: int
) -> None:
    assert len(glue.get_partitions(**orders, **options)["Partitions"]) == count


@pytest.mark.parametrize(
    ("expression", "found"),
    [("price > 2", ["10.25"]), ("price = 1.5", ["1.50"]), ("size LIKE 'a%'", ["1.50"])],
)
def test_partitions_by_keys_whose_types_have_sizes(
    glue: Any, database: str, expression: str, found: list[str]
) -> None:
    keys = [{"Name": "price", "Type": "decimal(5,2)"}, {"Name": "size", "Type": "varchar(2)"}]
    glue.create_table(DatabaseName=database, TableInput=table_input("t", PartitionKeys=keys))
    where = {"DatabaseName": database, "TableName": "t"}
    for values in (["1.50", "ab"], ["10.25", "cd"]):
        glue.create_partition(**where, PartitionInput={"Values": values})
    partitions = glue.get_partitions(**where, Expression=expression)["Partitions"]
    assert [each["Values"][0] for each in partitions] == found


def test_partitions_by_page_and_segment(glue: Any, orders: dict[str, str]) -> None:
    pages = glue.get_paginator("get_partitions").paginate(
        **orders, PaginationConfig={"PageSize": 5}
    )
    sizes = [len(page["Partitions"]) for page in pages]
    assert sizes == [5, 5, 2]
    seen = [
        tuple(p["Values"])
        for number in range(3)
        for p in glue.get_partitions(
            **orders, Segment={"SegmentNumber": number, "TotalSegments": 3}
        )["Partitions"]
    ]
    assert len(seen) == len(set(seen)) == 12
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.get_partitions(**orders, Segment={"SegmentNumber": 3, "TotalSegments": 3})


def test_partition_changes(glue: Any, orders: dict[str, str]) -> None:
    with pytest.raises(ClientError, match=r"AlreadyExistsException.*Partition already exists"):
        glue.create_partition(**orders, PartitionInput={"Values": ["2015", "a"]})
    with pytest.raises(ClientError, match=r"InvalidInputException.*2 keys, 1 values"):
        glue.create_partition(**orders, PartitionInput={"Values": ["2015"]})
    made = glue.get_partition(**orders, PartitionValues=["2015", "a"])["Partition"]
    glue.update_partition(
        **orders, PartitionValueList=["2015", "a"], PartitionInput={"Values": ["2031", "z"]}
    )
    wanted = [{"Values": ["2031", "z"]}, {"Values": ["2015", "a"]}]
    found = glue.batch_get_partition(**orders, PartitionsToGet=wanted)["Partitions"]
    assert [p["Values"] for p in found] == [["2031", "z"]]
    assert found[0]["CreationTime"] == made["CreationTime"]
    errors = glue.batch_delete_partition(**orders, PartitionsToDelete=wanted)["Errors"]
    assert [e["PartitionValues"] for e in errors] == [["2015", "a"]]
    again = [{"Values": ["2015", "b"]}, {"Values": ["2040", "b"]}]
    errors = glue.batch_create_partition(**orders, PartitionInputList=again)["Errors"]
    assert [e["ErrorDetail"]["ErrorCode"] for e in errors] == ["AlreadyExistsException"]


def test_a_security_configuration_tells_when_it_was_made(glue: Any, fresh: Any) -> None:
    named = {"Name": fresh("secured")}
    kept = {"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}]}
    made = glue.create_security_configuration(**named, EncryptionConfiguration=kept)
    told = glue.get_security_configuration(**named)["SecurityConfiguration"]
    assert (told["EncryptionConfiguration"], told["CreatedTimeStamp"]) == (
        kept,
        made["CreatedTimestamp"],
    )


@pytest.mark.parametrize("kind", ["table", "partition"])
def test_column_statistics(glue: Any, orders: dict[str, str], kind: str) -> None:
    where = dict(orders) | ({"PartitionValues": ["2015", "a"]} if kind == "partition" else {})
    data = {
        "Type": "LONG",
        "LongColumnStatisticsData": {
            "MinimumValue": 1,
            "MaximumValue": 9,
            "NumberOfNulls": 0,
            "NumberOfDistinctValues": 9,
        },
    }
    given = {
        "ColumnName": "id",
        "ColumnType": "bigint",
        "AnalyzedTime": 1700000000,
        "StatisticsData": data,
    }
    both = [given, given | {"ColumnName": "x"}]  # the table has no column of that name
    told = getattr(glue, f"update_column_statistics_for_{kind}")(**where, ColumnStatisticsList=both)
    assert [
        (e["ColumnStatistics"]["ColumnName"], e["Error"]["ErrorCode"]) for e in told["Errors"]
    ] == [("x", "EntityNotFoundException")]
    if kind == "partition":  # what is known of it stays
        values = where["PartitionValues"]
        glue.update_partition(
            **orders, PartitionValueList=values, PartitionInput={"Values": values}
        )
    get = getattr(glue, f"get_column_statistics_for_{kind}")
    answer = get(**where, ColumnNames=["id", "x"])
    assert answer["ColumnStatisticsList"][0]["StatisticsData"] == data
    assert [e["ColumnName"] for e in answer["Errors"]] == ["x"]
    getattr(glue, f"delete_column_statistics_for_{kind}")(**where, ColumnName="id")
    assert get(**where, ColumnNames=["id"])["ColumnStatisticsList"] == []


def test_partition_indexes(glue: Any, orders: dict[str, str]) -> None:
    for name in ("one", "two", "three"):
        index = {"Keys": ["year"], "IndexName": name}
        glue.create_partition_index(**orders, PartitionIndex=index)
    with pytest.raises(ClientError, match="ResourceNumberLimitExceededException"):
        glue.create_partition_index(**orders, PartitionIndex={"Keys": ["shop"], "IndexName": "4"})
    glue.delete_partition_index(**orders, IndexName="two")
    found = glue.get_partition_indexes(**orders)["PartitionIndexDescriptorList"]
    assert [(i["IndexName"], i["IndexStatus"]) for i in found] == [
        ("one", "ACTIVE"),
        ("three", "ACTIVE"),
    ]
    wrong = {"Keys": ["id"], "IndexName": "5"}
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.create_partition_index(**orders, PartitionIndex=wrong)
    for indexes in ([wrong], []):  # what was refused is not there
        made = {"TableInput": table_input("indexed"), "PartitionIndexes": indexes}
        with contextlib.suppress(glue.exceptions.InvalidInputException):
            glue.create_table(DatabaseName=orders["DatabaseName"], **made)


def test_functions(glue: Any, database: str) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.create_user_defined_function(DatabaseName=database, FunctionInput={})
    given = {"FunctionName": "Mask", "ClassName": "org.example.Mask", "OwnerType": "USER"}
    glue.create_user_defined_function(DatabaseName=database, FunctionInput=given)
    got = glue.get_user_defined_function(DatabaseName=database, FunctionName="mask")
    assert got["UserDefinedFunction"]["ClassName"] == "org.example.Mask"
    found = glue.get_user_defined_functions(DatabaseName=database, Pattern="m*")
    assert len(found["UserDefinedFunctions"]) == 1
    glue.update_user_defined_function(
        DatabaseName=database, FunctionName="Mask", FunctionInput=given | {"ClassName": "b.C"}
    )
    glue.create_user_defined_function(
        DatabaseName=database, FunctionInput=given | {"FunctionName": "other"}
    )
    with pytest.raises(ClientError, match=r"AlreadyExistsException.*Function already exists"):
        glue.update_user_defined_function(
            DatabaseName=database, FunctionName="other", FunctionInput=given
        )
    glue.delete_user_defined_function(DatabaseName=database, FunctionName="Mask")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_user_defined_function(DatabaseName=database, FunctionName="Mask")


def test_parameters_come_in_the_order_of_a_hash_table(glue: Any, database: str) -> None:
    told = "sizeKey objectCount UPDATED_BY_CRAWLER recordCount averageRecordSize compressionType"
    names = [*told.split(), "classification", "typeOfData"]  # of a crawled table on AWS
    kept = dict.fromkeys(sorted(names), "1")
    given = table_input("hashed") | {"Parameters": kept}
    glue.create_table(DatabaseName=database, TableInput=given)
    assert (
        list(glue.get_table(DatabaseName=database, Name="hashed")["Table"]["Parameters"]) == names
    )


def test_search(glue: Any, database: str, fresh: Callable[..., str]) -> None:
    name = fresh("found", "_")
    kept = {"classification": fresh("parquet")}
    glue.create_table(DatabaseName=database, TableInput=table_input(name) | {"Parameters": kept})

    def names(**options: Any) -> list[str]:
        return [table["Name"] for table in glue.search_tables(**options)["TableList"]]

    assert names(SearchText=name[2:]) == [name]
    assert name in names(SearchText="the order")
    assert names(SearchText=kept["classification"]) == [name]
    assert names(SearchText=f'"{name[2:]}"') == []
    there = {"Key": "DatabaseName", "Value": database}
    assert names(Filters=[there]) == [name]
    assert names(Filters=[there], ResourceShareType="FOREIGN") == []
    glue.create_table(DatabaseName=database, TableInput=table_input("xx-link-yy"))
    for word, found in (("link", ["xx-link-yy"]), ("ink", []), ("xx-link-yy", ["xx-link-yy"])):
        assert names(Filters=[there, {"Key": "Name", "Value": word}]) == found
    for comparator, found in (("GREATER_THAN", [name, "xx-link-yy"]), ("LESS_THAN", [])):
        made = {"Key": "CreateTime", "Value": "2020-01-01T00:00:00Z", "Comparator": comparator}
        assert names(Filters=[there, made]) == found


def test_names_alone(glue: Any, database: str) -> None:
    given = table_input("orders", TableType="EXTERNAL_TABLE")
    glue.create_table(DatabaseName=database, TableInput=given)

    def told(*attributes: str) -> Any:
        return glue.get_tables(DatabaseName=database, AttributesToGet=[*attributes])["TableList"]

    assert told("NAME") == [{"Name": "orders"}]
    assert told("NAME", "TABLE_TYPE") == [{"Name": "orders", "TableType": "EXTERNAL_TABLE"}]
    with pytest.raises(ClientError, match="must include NAME"):
        told("TABLE_TYPE")
    with pytest.raises(ClientError, match="NotImplementedException"):
        glue.get_tables(DatabaseName=database, QueryAsOfTime=0)


def test_database_pages(glue: Any, database: str) -> None:
    pages = glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1})
    assert database in [d["Name"] for page in pages for d in page["DatabaseList"]]


def test_a_name_is_not_made_anew(glue: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("job")
    job = {"Name": name, "Role": "r", "Command": {"Name": "glueetl"}, "GlueVersion": "4.0"}
    assert [glue.create_job(**job)["Name"] for _ in range(2)] == [name, name]
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        glue.create_job(**job | {"Role": "other"})
    kept = glue.get_job(JobName=name)["Job"]
    told = {"Role": "r", "Timeout": 2880, "MaxCapacity": 10.0, "MaxRetries": 0}
    assert told.items() <= kept.items()
    trigger = {"Name": name, "Type": "SCHEDULED", "Actions": [{"JobName": name}]}
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.create_trigger(**trigger, Schedule="every day")
    for make, asked in (
        (glue.create_trigger, trigger | {"Schedule": "cron(0 1 * * ? *)"}),
        (glue.create_workflow, {"Name": name}),
    ):
        make(**asked)
        with pytest.raises(ClientError, match="AlreadyExistsException"):
            make(**asked)


def test_the_accounts_catalog(glue: Any) -> None:
    assert glue.get_catalogs()["CatalogList"] == []
    (root,) = glue.get_catalogs(IncludeRoot=True)["CatalogList"]
    assert root == glue.get_catalog(CatalogId=root["CatalogId"])["Catalog"]
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_catalog(CatalogId="s3tablescatalog")


def test_table_optimizers(glue: Any, database: str) -> None:
    for name, parameters in (("ice", {"table_type": "ICEBERG"}), ("files", {})):
        made = {"Name": name, "Parameters": parameters}
        glue.create_table(DatabaseName=database, TableInput=made)
    account = glue.get_catalogs(IncludeRoot=True)["CatalogList"][0]["CatalogId"]
    where = {"CatalogId": account, "DatabaseName": database, "Type": "compaction"}
    ice, files = where | {"TableName": "ice"}, where | {"TableName": "files"}
    role = {"roleArn": "arn:aws:iam::123456789012:role/r", "enabled": True}
    glue.create_table_optimizer(**ice, TableOptimizerConfiguration=role)
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.create_table_optimizer(**files, TableOptimizerConfiguration=role)
    glue.update_table_optimizer(**ice, TableOptimizerConfiguration={"enabled": False})
    told = glue.get_table_optimizer(**ice)["TableOptimizer"]
    assert told["configuration"] == role | {"enabled": False}
    assert glue.list_table_optimizer_runs(**ice)["TableOptimizerRuns"] == []
    named = {"catalogId": account, "databaseName": database, "type": "compaction"}
    entries = [named | {"tableName": name} for name in ("ice", "files")]
    batch = glue.batch_get_table_optimizer(Entries=[*entries, {"type": "compaction"}])
    assert [len(batch["TableOptimizers"]), len(batch["Failures"])] == [1, 2]
    glue.delete_table_optimizer(**ice)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table_optimizer(**ice)
