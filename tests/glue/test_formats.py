"""What a crawler makes of files of each format."""

import bz2
import datetime
import gzip
import io
import json
from collections.abc import Callable

import fastavro
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest

from tests.glue.lake import Lake, columns

CSV = "id,name,price\n1,apple,1.5\n2,pear,2.5\n"
ROWS = [{"id": 1, "name": "apple", "price": 1.5}, {"id": 2, "name": "pear", "price": 2.5}]
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
NUMBERS = {"id": "bigint", "name": "string", "price": "double"}


def arrow() -> pa.Table:
    return pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "name": ["apple", "pear"],
            "born": pa.array([datetime.date(2020, 1, 1)] * 2, pa.date32()),
        }
    )


def parquet() -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(arrow(), out)
    return out.getvalue()


def orc() -> bytes:
    out = io.BytesIO()
    pyarrow.orc.write_table(arrow(), out)
    return out.getvalue()


def avro(number: str = "int") -> bytes:
    fields = [{"name": "id", "type": number}, {"name": "name", "type": ["null", "string"]}]
    out = io.BytesIO()
    rows = [{"id": 1, "name": "apple"}, {"id": 2, "name": None}]
    fastavro.writer(out, {"type": "record", "name": "fruit", "fields": fields}, rows)
    return out.getvalue()


def lines() -> bytes:
    return "".join(json.dumps(row) + "\n" for row in ROWS).encode()


TYPED = {"id": "int", "name": "string", "born": "date"}
FORMATS = [
    ("csv", "a.csv", CSV.encode, "csv", "none", NUMBERS, {"delimiter": ",", "recordCount": "2"}),
    ("csv.gz", "a.csv.gz", lambda: gzip.compress(CSV.encode()), "csv", "gzip", NUMBERS, {}),
    ("csv.bz2", "a.csv.bz2", lambda: bz2.compress(CSV.encode()), "csv", "bzip2", NUMBERS, {}),
    ("tab", "a.tsv", CSV.replace(",", "\t").encode, "csv", "none", NUMBERS, {"delimiter": "\t"}),
    ("pipe", "a.txt", CSV.replace(",", "|").encode, "csv", "none", NUMBERS, {"delimiter": "|"}),
    (
        "json",
        "a.json",
        lines,
        "json",
        "none",
        {"id": "int", "name": "string", "price": "double"},
        {"recordCount": "2"},
    ),
    (
        "array",
        "a.json",
        json.dumps(ROWS).encode,
        "json",
        "none",
        {"array": "array<struct<id:int,name:string,price:double>>"},
        {},
    ),
    ("parquet", "a.parquet", parquet, "parquet", "none", TYPED, {"recordCount": "2"}),
    ("orc", "a.orc", orc, "orc", "none", TYPED, {"recordCount": "2"}),
    ("avro", "a.avro", avro, "avro", "none", {"id": "int", "name": "string"}, {}),
]


@pytest.mark.parametrize(
    ("file", "body", "classification", "compression", "expected", "parameters"),
    [row[1:] for row in FORMATS],
    ids=[row[0] for row in FORMATS],
)
def test_format(
    lake: Lake,
    file: str,
    body: Callable[[], bytes],
    classification: str,
    compression: str,
    expected: dict[str, str],
    parameters: dict[str, str],
) -> None:
    lake.put(f"data/fruit/{file}", body())
    lake.crawl("data/fruit/")
    table = lake.table("fruit")
    assert expected.items() <= columns(table).items()
    told = {"classification": classification, "compressionType": compression, **parameters}
    assert told.items() <= table["Parameters"].items()


def test_table_is_written_as_glue_writes_it(lake: Lake) -> None:
    lake.put("data/fruit/a.csv", CSV)
    lake.crawl("data/fruit/", target={"Exclusions": ["**/tmp/**"]})
    table = lake.table("Fruit")
    descriptor = table["StorageDescriptor"]
    figures = {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": lake.crawler,
        "areColumnsQuoted": "false",
        "averageRecordSize": table["Parameters"]["averageRecordSize"],
        "classification": "csv",
        "columnsOrdered": "true",
        "compressionType": "none",
        "delimiter": ",",
        "exclusions": '["**/tmp/**"]',
        "objectCount": "1",
        "recordCount": "2",
        "sizeKey": str(len(CSV)),
        "skip.header.line.count": "1",
        "typeOfData": "file",
    }
    assert table["Parameters"] == descriptor["Parameters"] == figures
    assert int(figures["averageRecordSize"]) > 0
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert (table["Owner"], table["Retention"], table["PartitionKeys"]) == ("owner", 0, [])
    assert descriptor["Location"] == lake.uri("data/fruit/")
    assert descriptor["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert descriptor["SerdeInfo"]["SerializationLibrary"] == LAZY
    assert descriptor["SerdeInfo"]["Parameters"]["field.delim"] == ","
    assert (descriptor["NumberOfBuckets"], descriptor["Compressed"]) == (-1, False)


def test_files_with_nothing_but_null_have_the_types_of_the_others(lake: Lake) -> None:
    """pandas writes a column of ``None`` so."""
    for year, values in ((2020, pa.nulls(1)), (2021, pa.array([5]))):
        out, rows = io.BytesIO(), {"n": values, "of": [{"n": v} for v in values.to_pylist()]}
        pyarrow.parquet.write_table(pa.table({**rows, "never": pa.nulls(1)}), out)
        lake.put(f"data/fruit/year={year}/a.parquet", out.getvalue())
    lake.crawl("data/fruit/")
    expected = {"n": "bigint", "of": "struct<n:bigint>", "never": "string"}
    found = [lake.table("fruit"), *lake.partitions("fruit").values()]
    assert [columns(each) for each in found] == [expected] * 3


def test_avro_files_are_read_by_a_schema_that_fits_all(lake: Lake) -> None:
    for number in ("int", "long"):
        lake.put(f"data/fruit/{number}.avro", avro(number))
    lake.crawl("data/fruit/")
    table = lake.table("fruit")
    assert columns(table) == {"id": "bigint", "name": "string"}
    schema = json.loads(table["Parameters"]["avro.schema.literal"])
    assert schema["fields"][0]["type"] == "long"


def test_orc_files_with_columns_in_another_order_are_read_by_names(lake: Lake) -> None:
    for day, table in ((1, arrow()), (2, arrow().select(["name", "id", "born"]))):
        out = io.BytesIO()
        pyarrow.orc.write_table(table, out)
        lake.put(f"data/fruit/day={day}/a.orc", out.getvalue())
    lake.crawl("data/fruit/")
    for each in (lake.table("fruit"), *lake.partitions("fruit").values()):
        told = each["StorageDescriptor"]["SerdeInfo"]["Parameters"]
        assert told["orc.column.index.access"] == "false"


def test_nested_json(lake: Lake) -> None:
    lake.put("data/orders/a.json", '{"Id": 1, "to": {"city": "Oslo"}, "items": [{"n": 1}]}\n')
    lake.crawl("data/orders/")
    assert columns(lake.table("orders")) == {
        "id": "int",
        "to": "struct<city:string>",
        "items": "array<struct<n:int>>",
    }


def test_a_struct_has_any_names(lake: Lake) -> None:
    """Hive's types cannot spell all of them, and Athena refuses the table."""
    for file, more in (("a", 1), ("b", 2.5)):
        row = {"": 0, "of": {"@id": "x", "a:b,c": more, "": {}}}
        lake.put(f"data/doc/{file}.json", json.dumps(row))
    lake.crawl("data/doc/")
    assert columns(lake.table("doc")) == {"of": "struct<@id:string,a:b,c:double,:struct<>>"}


DAMAGED = [
    ("gzip", "a.csv.gz", gzip.compress(CSV.encode() * 50)[:40]),
    ("parquet", "a.parquet", b"PAR1" + b"\0" * 50),
    ("binary", "a.bin", b"\0\1\2\3" * 50),
]


@pytest.mark.parametrize(("file", "body"), [r[1:] for r in DAMAGED], ids=[r[0] for r in DAMAGED])
def test_damaged_file_is_told_and_others_are_crawled(lake: Lake, file: str, body: bytes) -> None:
    lake.put(f"data/bad/{file}", body)
    lake.put("data/good/a.csv", CSV)
    last = lake.crawl("data/")
    assert f"data/bad/{file}" in last["ErrorMessage"]
    assert list(lake.tables()) == ["good"]
    assert any(f"data/bad/{file}" in line for line in lake.lines())
