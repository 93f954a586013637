"""Which folders become tables and which partitions."""

import pytest

from tests.glue.lake import Lake, columns, keys

A = "id,name\n1,x\n"
A2 = "id,name\n2,y\n"
B = "code;amount;wday;shop\n7;1.5;mon;b\n"
C = "one,two,three\n1,2,3.5\n"
LAYOUTS: dict[str, tuple[dict[str, str], dict[str, tuple[list[str], set[tuple[str, ...]]]]]] = {
    "files of one folder": ({"a.csv": A, "b.csv": A2}, {"data": ([], set())}),
    "hive keys": (
        {"year=2020/month=1/a.csv": A, "year=2020/month=2/a.csv": A, "year=2021/month=1/a.csv": A2},
        {"data": (["year", "month"], {("2020", "1"), ("2020", "2"), ("2021", "1")})},
    ),
    "plain folders": (
        {"us/2020/a.csv": A, "fr/2021/a.csv": A},
        {"data": (["partition_0", "partition_1"], {("us", "2020"), ("fr", "2021")})},
    ),
    "plain above hive": (
        {"us/year=2020/a.csv": A, "fr/year=2020/a.csv": A},
        {"data": (["partition_0", "year"], {("us", "2020"), ("fr", "2020")})},
    ),
    "escaped value": ({"at=a%3Ab/a.csv": A}, {"data": (["at"], {("a:b",)})}),
    "a table each folder": (
        {"orders/a.csv": A, "shops/b.csv": B},
        {"orders": ([], set()), "shops": ([], set())},
    ),
    "tables with partitions": (
        {"orders/day=1/a.csv": A, "orders/day=2/a.csv": A, "shops/day=1/b.csv": B},
        {"orders": (["day"], {("1",), ("2",)}), "shops": (["day"], {("1",)})},
    ),
    "majority and a stranger": (
        {"p=1/a.csv": A, "p=2/a.csv": A, "p=3/a.csv": B},
        {"data": (["p"], {("1",), ("2",)}), "p_3": ([], set())},
    ),
    "no majority": (
        {"x/a.csv": A, "y/a.csv": B, "z/a.csv": C},
        {"x": ([], set()), "y": ([], set()), "z": ([], set())},
    ),
    "one table folder": ({"raw/orders/a.csv": A}, {"orders": ([], set())}),
    "one dated folder": (
        {"2020/05/a.csv": A},
        {"data": (["partition_0", "partition_1"], {("2020", "05")})},
    ),
    "other depths": (
        {"x/a.csv": A, "y/2020/a.csv": A},
        {"x": ([], set()), "y": (["partition_0"], {("2020",)})},
    ),
    "mixed formats in a folder": (
        {"a.csv": A, "b.json": '{"k": 1}\n'},
        {"a_csv": ([], set()), "b_json": ([], set())},
    ),
    "objects beside like folders": ({"a.csv": A, "sub/b.csv": A2}, {"data": ([], set())}),
    "objects beside other folders": (
        {"a.csv": A, "sub/b.csv": B},
        {"a_csv": ([], set()), "sub": ([], set())},
    ),
    "key named like a column": (
        {"id=1/a.csv": A, "id=2/a.csv": A},
        {"data": (["partition_0"], {("1",), ("2",)})},
    ),
    "hidden and empty objects": (
        {"_SUCCESS": "x", ".part/a.csv": B, "t/a.csv": A, "t/_tmp.csv": B, "u/": "", "v/a.csv": C},
        {"t": ([], set()), "v": ([], set())},
    ),
    "names that need cleaning": (
        {"My-Orders 2020/a.csv": A, "B.c/b.csv": B},
        {"my_orders_2020": ([], set()), "b_c": ([], set())},
    ),
}


@pytest.mark.parametrize(("files", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_layout(
    lake: Lake, files: dict[str, str], expected: dict[str, tuple[list[str], set[tuple[str, ...]]]]
) -> None:
    for name, body in files.items():
        lake.put(f"data/{name}", body)
    lake.crawl("data/")
    found = {
        name: (keys(table), set(lake.partitions(name))) for name, table in lake.tables().items()
    }
    assert found == expected


def test_partition_has_its_own_schema_and_figures(lake: Lake) -> None:
    lake.put("data/day=1/a.csv", "a,b,c\n1,2,x\n")
    lake.put("data/day=2/a.csv", "a,b,c,d\n1,2.5,x,9\n3,4.5,y,8\n")
    lake.crawl("data/")
    table, parts = lake.table("data"), lake.partitions("data")
    assert columns(table) == {"a": "bigint", "b": "double", "c": "string", "d": "bigint"}
    assert columns(parts["1",]) == {"a": "bigint", "b": "bigint", "c": "string"}
    assert parts["2",]["StorageDescriptor"]["Location"] == lake.uri("data/day=2/")
    counts = [p["Parameters"]["recordCount"] for p in parts.values()]
    assert (counts, table["Parameters"]["recordCount"]) == (["1", "2"], "3")
    index = lake.glue.get_partition_indexes(DatabaseName=lake.database, TableName="data")
    assert index["PartitionIndexDescriptorList"][0]["Keys"] == [{"Name": "day", "Type": "string"}]


def test_columns_in_another_order_are_another_table(lake: Lake) -> None:
    """CSV is read by position, so one table of both would give wrong values."""
    lake.put("data/day=1/a.csv", "a,b,c\n1,2.5,x\n")
    lake.put("data/day=2/a.csv", "b,a,c\n2.5,1,x\n")
    lake.crawl("data/")
    assert set(lake.tables()) == {"day_1", "day_2"}


def test_folders_that_spell_the_same_are_one_partition(lake: Lake) -> None:
    for name in ("day=a:b", "day=a%3Ab"):
        lake.put(f"data/{name}/a.csv", A)
    last = lake.crawl("data/")
    assert set(lake.partitions("data")) == {("a:b",)}
    assert "data/day=a:b/" in last["ErrorMessage"]


GROUPINGS = [
    ("apart by default", {}, {"year_2017", "year_2018"}, []),
    (
        "one schema for all",
        {"Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}},
        {"t"},
        ["year"],
    ),
]


@pytest.mark.parametrize(
    ("configuration", "expected", "names"),
    [row[1:] for row in GROUPINGS],
    ids=[row[0] for row in GROUPINGS],
)
def test_grouping_policy(
    lake: Lake, configuration: dict[str, str], expected: set[str], names: list[str]
) -> None:
    """The example of the developer guide's page on the grouping policy."""
    lake.put("t/year=2017/data1.json", '{"A": 1, "B": 2}\n')
    lake.put("t/year=2018/data2.json", '{"C": 3, "D": 4}\n')
    lake.crawl("t/", Configuration=configuration)
    assert set(lake.tables()) == expected
    if names:
        assert keys(lake.table("t")) == names
        assert columns(lake.table("t")) == dict.fromkeys("abcd", "int")


@pytest.mark.parametrize(
    ("level", "expected"),
    [(2, {"raw": 3}), (3, {"a": 2, "b": 2}), (4, {"x": 1, "y": 1, "z": 1})],
    ids=["level 2", "level 3", "level 4"],
)
def test_table_level(lake: Lake, level: int, expected: dict[str, int]) -> None:
    for name in ("a/x/d=1", "a/y/d=1", "b/z/d=1"):
        lake.put(f"raw/{name}/f.csv", A)
    lake.crawl("", Configuration={"Grouping": {"TableLevelConfiguration": level}})
    assert {name: len(keys(table)) for name, table in lake.tables().items()} == expected


def test_same_folder_name_twice_gets_a_hash(lake: Lake) -> None:
    lake.put("x/orders/a.csv", A)
    lake.put("y/orders/b.csv", B)
    paths = [{"Path": lake.uri("x/orders")}, {"Path": lake.uri("y/orders")}]
    lake.crawl(Targets={"S3Targets": paths}, TablePrefix="raw-")
    first, second = sorted(lake.tables())
    assert first == "raw_orders"
    assert second.startswith("raw_orders_")
    assert len(second) == len("raw_orders_") + 32
    assert lake.run()["Status"] == "SUCCEEDED"
    assert sorted(lake.tables()) == [first, second]


EXCLUSIONS = [
    ("a folder", ["tmp/**"], {"a.csv", "b.json", "x/c.csv"}),
    ("an ending here", ["*.json"], {"a.csv", "x/c.csv", "tmp/d.csv", "tmp/e.json"}),
    ("an ending anywhere", ["**.json"], {"a.csv", "x/c.csv", "tmp/d.csv"}),
    ("alternatives", ["{x,tmp}/*.csv"], {"a.csv", "b.json", "tmp/e.json"}),
    ("a set with a mark", ["[^a].*"], {"b.json", "x/c.csv", "tmp/d.csv", "tmp/e.json"}),
    ("a set", ["[a-b].*"], {"x/c.csv", "tmp/d.csv", "tmp/e.json"}),
]


@pytest.mark.parametrize(
    ("globs", "kept"), [row[1:] for row in EXCLUSIONS], ids=[row[0] for row in EXCLUSIONS]
)
def test_exclusions(lake: Lake, globs: list[str], kept: set[str]) -> None:
    bodies = {"csv": A, "json": '{"k": 1}\n'}
    files = ("a.csv", "b.json", "x/c.csv", "tmp/d.csv", "tmp/e.json")
    for name in files:
        lake.put(f"data/{name}", bodies[name.rpartition(".")[2]])
    lake.crawl("data/", target={"Exclusions": globs})
    count = sum(int(t["Parameters"]["objectCount"]) for t in lake.tables().values())
    assert count == len(kept)


def test_sample_size_reads_some_of_each_folder(lake: Lake) -> None:
    for day in (1, 2):
        for number in range(5):
            lake.put(f"data/day={day}/{number}.csv", A)
    lake.crawl("data/", target={"SampleSize": 2})
    assert lake.table("data")["Parameters"]["objectCount"] == "4"
    assert len(lake.partitions("data")) == 2
