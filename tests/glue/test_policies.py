"""The second crawl: what the crawler's policies let it change."""

from typing import Any

import pytest

from tests.glue.lake import Lake, columns
from tests.roles import lets_in

A = "id,name,price\n1,x,1.5\n"
WIDER = "id,name,price,stock\n1,x,1.5,7\n"
KEEP = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
MERGE = {"CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}}
INHERIT = {"CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}


def test_nothing_new_changes_nothing(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl()
    before = lake.table("data"), lake.partitions("data")
    lake.run()
    assert (lake.table("data"), lake.partitions("data")) == before
    assert lake.metrics()["TablesUpdated"] == lake.metrics()["TablesCreated"] == 0


def test_more_data_updates_the_figures_but_makes_no_version(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.crawl()
    lake.put("data/b.csv", A)
    lake.run()
    table = lake.table("data")
    assert (table["Parameters"]["recordCount"], table["VersionId"]) == ("2", "0")


def test_a_partition_with_more_data_is_the_same(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl()
    made = lake.partitions("data")["1",]
    lake.put("data/day=1/b.csv", A)
    lake.run()
    now = lake.partitions("data")["1",]
    assert now["Parameters"]["objectCount"] == "2"
    assert now["CreationTime"] == made["CreationTime"]


def test_new_partition_is_added(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl(SchemaChangePolicy=KEEP)
    lake.put("data/day=2/a.csv", A)
    lake.run()
    assert set(lake.partitions("data")) == {("1",), ("2",)}


UPDATES = [
    ("update", {}, {"id", "name", "price", "stock"}, "1"),
    ("log", {"SchemaChangePolicy": KEEP}, {"id", "name", "price"}, "0"),
    (
        "log but merge",
        {"SchemaChangePolicy": KEEP, "Configuration": MERGE},
        {"id", "name", "price", "stock"},
        "1",
    ),
]


@pytest.mark.parametrize(
    ("options", "expected", "version"),
    [row[1:] for row in UPDATES],
    ids=[row[0] for row in UPDATES],
)
def test_new_column(
    lake: Lake, options: dict[str, object], expected: set[str], version: str
) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl(**options)
    lake.put("data/day=2/a.csv", WIDER)
    lake.run()
    table = lake.table("data")
    assert (set(columns(table)), table["VersionId"]) == (expected, version)
    assert set(lake.partitions("data")) == {("1",), ("2",)}


def test_gone_column_is_removed_or_kept(lake: Lake) -> None:
    lake.put("data/a.csv", WIDER)
    lake.crawl()
    lake.put("data/a.csv", A)
    lake.run()
    assert set(columns(lake.table("data"))) == {"id", "name", "price"}
    lake.glue.update_crawler(
        Name=lake.crawler, Configuration='{"Version": 1.0, "CrawlerOutput": {"Tables": '
        '{"AddOrUpdateBehavior": "MergeNewColumns"}}}'
    )  # fmt: skip
    lake.put("data/a.csv", "id,name\n1,x\n")
    lake.run()
    assert set(columns(lake.table("data"))) == {"id", "name", "price"}


def test_merge_keeps_what_a_person_set(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl(Configuration=MERGE)
    price = {"Name": "price", "Type": "decimal(10,2)", "Comment": "in euro"}
    table, kept = lake.table("data"), ("Name", "StorageDescriptor", "Parameters", "PartitionKeys")
    table["StorageDescriptor"]["Columns"][2] = price
    table["PartitionKeys"][0]["Type"] = "int"
    table["Parameters"]["mine"] = "1"
    part = lake.partitions("data")["1",]
    part["StorageDescriptor"]["Columns"][2] = price
    where = {"DatabaseName": lake.database}
    given = {name: table[name] for name in kept} | {"Description": "sold"}
    lake.glue.update_table(**where, TableInput=given)
    given = {name: part[name] for name in ("Values", "StorageDescriptor", "Parameters")}
    lake.glue.update_partition(
        **where, TableName="data", PartitionValueList=["1"], PartitionInput=given
    )
    lake.put("data/day=1/a.csv", WIDER)
    lake.run()
    table, part = lake.table("data"), lake.partitions("data")["1",]
    told = (table["Description"], table["Parameters"]["mine"], table["PartitionKeys"])
    assert told == ("sold", "1", [{"Name": "day", "Type": "int"}])
    for each in (table, part):
        assert each["StorageDescriptor"]["Columns"][2:] == [
            price, {"Name": "stock", "Type": "bigint"},
        ]  # fmt: skip


def test_merge_knows_the_columns_of_text_by_their_places(lake: Lake) -> None:
    lake.put("data/a.csv", "1,x\n2,y\n")
    lake.crawl(Configuration=MERGE)
    table = lake.table("data")
    assert list(columns(table)) == ["col0", "col1"]
    for column, name in zip(table["StorageDescriptor"]["Columns"], ("id", "who"), strict=True):
        column["Name"] = name
    given = {name: table[name] for name in ("Name", "StorageDescriptor", "Parameters")}
    lake.glue.update_table(DatabaseName=lake.database, TableInput=given)
    lake.put("data/a.csv", "1,x,2.5\n2,y,3.5\n")
    lake.run()
    assert columns(lake.table("data")) == {"id": "bigint", "who": "string", "col2": "double"}


def test_merge_deprecates_a_table_whose_files_are_others(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.crawl(Configuration=MERGE)
    lake.delete("data/a.csv")
    lake.put("data/a.json", '{"id": 1, "name": "x", "price": 2.5}')
    for _ in range(2):
        lake.run()
        table = lake.table("data")
        assert table["Parameters"].keys() >= {"DEPRECATED_BY_CRAWLER"}
        assert (table["Parameters"]["classification"], table["VersionId"]) == ("csv", "1")


def test_partitions_inherit_from_the_table(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.put("data/day=2/a.csv", WIDER)
    lake.crawl(Configuration=INHERIT)
    found = [columns(p) for p in lake.partitions("data").values()]
    assert found == [columns(lake.table("data"))] * 2


DELETIONS = [
    ("deprecate", "DEPRECATE_IN_DATABASE", {"gone", "kept"}, True, 2),
    ("delete", "DELETE_FROM_DATABASE", {"kept"}, False, 1),
    ("log", "LOG", {"gone", "kept"}, False, 2),
]


@pytest.mark.parametrize(
    ("behavior", "tables", "deprecated", "partitions"),
    [row[1:] for row in DELETIONS],
    ids=[row[0] for row in DELETIONS],
)
def test_deletion(
    lake: Lake, behavior: str, tables: set[str], deprecated: bool, partitions: int
) -> None:
    lake.put("data/gone/a.csv", A)
    lake.put("data/kept/day=1/b.csv", "k;v\n1;2.5\n")
    lake.put("data/kept/day=2/b.csv", "k;v\n1;2.5\n")
    lake.crawl(SchemaChangePolicy={"DeleteBehavior": behavior})
    lake.delete("data/gone/a.csv", "data/kept/day=2/b.csv")
    lake.run()
    assert set(lake.tables()) == tables
    assert len(lake.partitions("kept")) == partitions
    marks = [
        "DEPRECATED_BY_CRAWLER" in found["Parameters"]
        for found in [lake.tables().get("gone"), lake.partitions("kept").get(("2",))]
        if found
    ]
    assert marks == [deprecated] * len(marks)
    version = lake.table("kept")["VersionId"]
    lake.run()
    assert lake.table("kept")["VersionId"] == version


def test_deprecated_table_comes_back(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.crawl()
    lake.delete("data/a.csv")
    lake.run()
    assert "DEPRECATED_BY_CRAWLER" in lake.table("data")["Parameters"]
    lake.put("data/a.csv", A)
    lake.run()
    assert "DEPRECATED_BY_CRAWLER" not in lake.table("data")["Parameters"]


def test_a_table_of_another_prefix_is_left_alone(lake: Lake) -> None:
    lake.put("data/orders/a.csv", A)
    lake.crawl(SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    lake.glue.update_crawler(Name=lake.crawler, TablePrefix="raw_")
    lake.run()
    assert set(lake.tables()) == {"orders", "raw_orders"}


def test_tables_of_others_are_left_alone(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.crawl(SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    mine = {"Name": "mine", "StorageDescriptor": {"Location": lake.uri("data/x/")}}
    lake.glue.create_table(DatabaseName=lake.database, TableInput=mine)
    lake.run()
    assert set(lake.tables()) == {"data", "mine"}


def test_partitions_of_others_are_left_alone(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl(SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    lake.glue.create_partition(
        DatabaseName=lake.database, TableName="data", PartitionInput={"Values": ["mine"]}
    )
    lake.run()
    assert set(lake.partitions("data")) == {("1",), ("mine",)}


def test_new_folders_only(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", A)
    lake.crawl(SchemaChangePolicy=KEEP, RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    lake.put("data/day=1/b.csv", A)
    lake.put("data/day=2/a.csv", A)
    lake.run()
    counts = {k: p["Parameters"]["objectCount"] for k, p in lake.partitions("data").items()}
    assert counts == {("1",): "1", ("2",): "1"}


def test_new_folders_that_do_not_fit_are_told(lake: Lake) -> None:
    """They are in no table, and do not break up the one that is there."""
    lake.put("data/day=1/a.csv", A)
    lake.crawl(SchemaChangePolicy=KEEP, RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    lake.put("data/day=2/a.json", '{"other": 1}')
    lake.put("data/day=3/a.csv", "p,q,r\n1,2,3\n")
    lake.put("data/day=4/a.csv", A)
    for _ in range(2):
        told = lake.run()["ErrorMessage"]
        assert "2 object(s) in new folders do not fit" in told
        assert "data/day=2/a.json, data/day=3/a.csv" in told
        assert list(lake.tables()) == ["data"]
        assert set(lake.partitions("data")) == {("1",), ("4",)}


def test_changed_object_is_read_again(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.crawl()
    lake.put("data/a.csv", "id,name,price\n1,x,many\n")
    lake.run()
    assert columns(lake.table("data"))["price"] == "string"


def test_changed_classifier_reads_again(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.crawl()
    lake.glue.create_classifier(
        CsvClassifier={"Name": f"{lake.name}-c", "Header": ["k", "l", "m"], "Delimiter": ","}
    )
    lake.glue.update_crawler(Name=lake.crawler, Classifiers=[f"{lake.name}-c"])
    lake.run()
    assert list(columns(lake.table("data"))) == ["k", "l", "m"]


LOGS = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}


def catalog(lake: Lake, *tables: str, **options: Any) -> None:
    """The crawler over tables that are in the catalog."""
    targets = {"CatalogTargets": [{"DatabaseName": lake.database, "Tables": list(tables)}]}
    options = {"SchemaChangePolicy": LOGS} | options
    lake.glue.create_crawler(Name=lake.crawler, Role=lake.role, Targets=targets, **options)


def hand_made(lake: Lake, name: str, folder: str, *keys: str) -> None:
    """A table as a person makes it."""
    descriptor = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": lake.uri(folder)}
    lake.glue.create_table(
        DatabaseName=lake.database,
        TableInput={
            "Name": name,
            "StorageDescriptor": descriptor,
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        },
    )


def test_tables_of_the_catalog_follow_their_objects(lake: Lake) -> None:
    """Their names stay, whatever their folders are called, and no other table is made."""
    lake.glue.create_database(DatabaseInput={"Name": lake.database})
    hand_made(lake, "mine", "data/orders", "year")
    lake.put("data/orders/year=2024/a.csv", "id,name\n1,x\n")
    lake.put("data/orders/year=2025/b.csv", "id,name,more\n1,x,2.5\n")
    lake.put("data/other/c.csv", "id\n1\n")
    catalog(lake, "mine")
    assert lake.run()["Status"] == "SUCCEEDED"
    assert list(lake.tables()) == ["mine"]
    wide = {"id": "bigint", "name": "string", "more": "double"}
    assert columns(lake.table("mine")) == wide
    assert sorted(lake.partitions("mine")) == [("2024",), ("2025",)]


LEFT = {  # the table's keys, the object, what the crawl says
    "other keys": (["month"], "year=2024/a.csv", "Folder partition keys do not match table"),
    "no objects": ([], "", "No objects with data found at "),
}


@pytest.mark.parametrize(("keys", "key", "words"), LEFT.values(), ids=LEFT)
def test_a_table_of_the_catalog_that_does_not_fit_is_left(
    lake: Lake, keys: list[str], key: str, words: str
) -> None:
    lake.glue.create_database(DatabaseInput={"Name": lake.database})
    hand_made(lake, "mine", "data/", *keys)
    if key:
        lake.put(f"data/{key}", "id,name\n1,x\n")
    before = lake.table("mine")
    catalog(lake, "mine")
    assert words in lake.run()["ErrorMessage"]
    assert lake.table("mine") == before


def test_a_table_that_is_not_in_the_catalog_fails_the_crawl(lake: Lake) -> None:
    catalog(lake, "nope")
    last = lake.run()
    assert (last["Status"], last["ErrorMessage"]) == (
        "FAILED",
        f"Entity Not Found: table {lake.database}.nope",
    )


BY_EVENTS = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVENT_MODE"}}


def heard(lake: Lake, sqs: Any) -> str:
    """The ARN of a new queue that hears of the bucket's objects."""
    url = sqs.create_queue(QueueName=lake.name, Attributes=lets_in("s3"))["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    queue: str = asked["Attributes"]["QueueArn"]
    lake.s3.put_bucket_notification_configuration(
        Bucket=lake.bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": queue, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
            ]
        },
    )
    return queue


def test_a_crawl_by_events_looks_where_they_come_from(lake: Lake, client: Any) -> None:
    sqs = client("sqs")
    lake.put("data/k=1/a.csv", A)
    lake.crawl(target={"EventQueueArn": heard(lake, sqs)}, **BY_EVENTS)
    lake.put("other/x.csv", A)
    assert lake.run()["Status"] == "SUCCEEDED"  # the other folder is none of its
    assert len(lake.partitions("data")) == 1
    lake.put("data/k=2 3/b.csv", WIDER)
    assert lake.run()["Status"] == "SUCCEEDED"
    url = sqs.get_queue_url(QueueName=lake.name)["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert "stock" in columns(lake.table("data"))
    lake.s3.put_bucket_notification_configuration(Bucket=lake.bucket, NotificationConfiguration={})
    lake.put("data/k=3/c.csv", A)
    lake.run()
    assert len(lake.partitions("data")) == 2  # nobody has told of the third


def test_a_crawl_by_events_that_cannot_read_them_fails(lake: Lake, client: Any) -> None:
    sqs = client("sqs")
    lake.put("data/a.csv", A)
    lake.crawl(target={"EventQueueArn": heard(lake, sqs)}, **BY_EVENTS)
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=lake.name)["QueueUrl"])
    last = lake.run()
    assert last["Status"] == "FAILED"
    assert "cannot be read" in last["ErrorMessage"]
