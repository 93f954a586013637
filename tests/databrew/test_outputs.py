"""What recipe jobs write: formats, compressions, partitions, tables; and what they replace."""

import bz2
import gzip
import io
import json
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from csv import DictReader
from datetime import datetime
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from labkit.cloud.databrew.recipe import RecipeContext, Step, compile_recipe
from labkit.cloud.engine import Session
from labkit.cloud.engine.formats import codecs
from tests.conftest import wait_for
from tests.databrew.lake import READ_AND_WRITE, Lake
from tests.roles import make_role, policy

ROWS = [
    {"id": 1, "name": 'Ada "a", b', "paid": 2.5, "ok": True},
    {"id": 2, "name": None, "paid": None, "ok": False},
    {"id": 3, "name": "<&>", "paid": 1e3, "ok": None},
]
CSV = 'id,name,paid,ok\n1,"Ada ""a"", b",2.5,true\n2,,,false\n3,<&>,1000.0,\n'


def people(lake: Lake) -> str:
    lake.put("in/people.json", "\n".join(map(json.dumps, ROWS)))
    return lake.dataset("in/people.json")


def hadoop(codec: str) -> Callable[[bytes], bytes]:
    """Unpack Hadoop's blocks."""

    def unpack(data: bytes) -> bytes:
        found, at = b"", 0
        while at < len(data):
            plain, size = (int.from_bytes(data[i : i + 4], "big") for i in (at, at + 4))
            part = data[at + 8 : at + 8 + size]
            found += pa.Codec(codec).decompress(part, plain, asbytes=True)
            at += 8 + size
        return found

    return unpack


def brotli(data: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(data), "brotli") as stream:
        return stream.read()  # type: ignore[no-any-return]


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "GZIP": ("gz", gzip.decompress),
    "BZIP2": ("bz2", bz2.decompress),
    "DEFLATE": ("deflate", zlib.decompress),
    "SNAPPY": ("snappy", hadoop("snappy")),
    "LZ4": ("lz4", hadoop("lz4_raw")),
    "BROTLI": ("br", brotli),
}


def write(lake: Lake, **output: Any) -> tuple[str, bytes]:
    """The name and the content of the one file that an output writes."""
    job = lake.recipe_job(people(lake), Outputs=[lake.output("out", **output)])
    [key] = lake.written(lake.run(job))
    return key, lake.get(key)


def test_the_names_of_files(lake: Lake) -> None:
    job = lake.recipe_job(people(lake), Outputs=[lake.output("out/", Format="CSV")])
    run = lake.run(job)
    started = run["StartedOn"]
    stem = f"{job}_{started.astimezone().strftime('%d%b%Y')}_{round(started.timestamp() * 1000)}"
    assert lake.keys("out/") == [f"out/{stem}/{stem}_part00000.csv"]


@pytest.mark.parametrize("compression", [None, *PACKED])
@pytest.mark.parametrize("form", ["CSV", "JSON", "XML"])
def test_text(lake: Lake, form: str, compression: str | None) -> None:
    options = {"CompressionFormat": compression} if compression else {}
    key, body = write(lake, Format=form, **options)
    ending, unpack = PACKED[compression] if compression else ("", bytes)
    assert key.endswith(f"_part00000.{form.lower()}{'.' if ending else ''}{ending}")
    READ[form](unpack(body).decode())


def as_csv(text: str) -> None:
    assert text == CSV


def as_json(text: str) -> None:
    assert [json.loads(line) for line in text.splitlines()] == ROWS


def as_xml(text: str) -> None:
    rows = ET.fromstring(text)
    assert rows.tag == "ROWS"
    found = [{cell.tag: cell.text for cell in row} for row in rows]
    assert found == [
        {"id": "1", "name": 'Ada "a", b', "paid": "2.5", "ok": "true"},
        {"id": "2", "ok": "false"},
        {"id": "3", "name": "<&>", "paid": "1000.0"},
    ]


READ = {"CSV": as_csv, "JSON": as_json, "XML": as_xml}


def test_floats_in_files_of_text(lake: Lake) -> None:
    x = [1.5, 1e20, float("nan"), float("inf"), float("-inf"), None]
    lake.put_table("in/odd.parquet", x=x, y=[b"\xff"] * len(x))
    outputs = [lake.output(f"odd/{form}", Format=form) for form in ("CSV", "JSON")]
    lake.run(lake.recipe_job(lake.dataset("in/odd.parquet"), Outputs=outputs))
    csv, rows = (lake.get(key).decode() for key in lake.keys("odd/"))
    assert csv == "x,y\n1.5,/w==\n1.0E20,/w==\nNaN,/w==\nInfinity,/w==\n-Infinity,/w==\n,/w==\n"
    found = [json.loads(line, parse_constant=pytest.fail)["x"] for line in rows.splitlines()]
    assert found == [1.5, 1e20, "NaN", "Infinity", "-Infinity", None]


def test_what_json_has_no_number_for_inside_of_other_values(lake: Lake) -> None:
    kind = pa.struct(
        {"m": pa.map_(pa.string(), pa.list_(pa.float64())), "b": pa.binary(), "n": pa.int8()}
    )
    given = [{"m": {"k": [1.5, float("nan"), float("-inf")]}, "b": b"\xff", "n": 1}, {}, None]
    lake.put_table("in/deep.parquet", id=[1, 2, 3], x=pa.array(given, kind))
    outputs = [lake.output(f"deep/{form}", Format=form) for form in ("CSV", "JSON", "XML")]
    lake.run(lake.recipe_job(lake.dataset("in/deep.parquet"), Outputs=outputs))
    csv, rows, xml = (lake.get(key).decode() for key in lake.keys("deep/"))
    texts = [
        [row["x"] or "null" for row in DictReader(io.StringIO(csv))],
        [json.dumps(json.loads(line)["x"]) for line in rows.splitlines()],
        [row.findtext("x", "null") for row in ET.fromstring(xml)],
    ]
    first = {"m": {"k": [1.5, "NaN", "-Infinity"]}, "b": "/w==", "n": 1}
    for found in texts:
        values = [json.loads(text, parse_constant=pytest.fail) for text in found]
        assert values == [first, {"m": None, "b": None, "n": None}, None]


COLUMNAR: dict[str, tuple[str, str | None, str]] = {
    "parquet": ("PARQUET", None, "parquet"),
    "parquet by Snappy": ("PARQUET", "SNAPPY", "parquet.snappy"),
    "parquet by gzip": ("PARQUET", "GZIP", "parquet.gz"),
    "parquet by LZ4": ("PARQUET", "LZ4", "parquet.lz4"),
    "parquet by Brotli": ("PARQUET", "BROTLI", "parquet.br"),
    "Glue's parquet": ("GLUEPARQUET", None, "glue.parquet.snappy"),
    "orc": ("ORC", None, "orc"),
    "orc by zlib": ("ORC", "ZLIB", "orc.zlib"),
    "orc by Snappy": ("ORC", "SNAPPY", "orc.snappy"),
    "avro": ("AVRO", None, "avro"),
    "avro by Snappy": ("AVRO", "SNAPPY", "avro.snappy"),
    "avro by bzip2": ("AVRO", "BZIP2", "avro.bz2"),
    "avro by deflate": ("AVRO", "DEFLATE", "avro.deflate"),
}


@pytest.mark.parametrize(("form", "compression", "ending"), COLUMNAR.values(), ids=COLUMNAR)
def test_columnar(lake: Lake, form: str, compression: str | None, ending: str) -> None:
    options = {"CompressionFormat": compression} if compression else {}
    key, body = write(lake, Format=form, **options)
    assert key.endswith(f"_part00000.{ending}")
    assert rows_of(form, body) == ROWS


def rows_of(form: str, body: bytes) -> list[Any]:
    if form == "AVRO":
        codecs.register()
        return list(fastavro.reader(io.BytesIO(body)))
    read = orc.read_table if form == "ORC" else pq.read_table
    rows: list[Any] = read(io.BytesIO(body)).to_pylist()
    return rows


@pytest.mark.parametrize("form", ["PARQUET", "ORC", "AVRO"])
def test_timestamps_keep_their_microseconds(lake: Lake, form: str) -> None:
    time = datetime(1969, 12, 31, 23, 59, 59, 999_999)
    lake.put_table("in/times.parquet", t=[time], a=[{"t": [time]}])
    outputs = [lake.output("out", Format=form)]
    [key] = lake.written(
        lake.run(lake.recipe_job(lake.dataset("in/times.parquet"), Outputs=outputs))
    )
    [row] = rows_of(form, lake.get(key))
    assert [each.replace(tzinfo=None) for each in (row["t"], *row["a"]["t"])] == [time, time]


def test_the_codec_of_a_parquet_file(lake: Lake) -> None:
    _, body = write(lake, Format="PARQUET", CompressionFormat="GZIP")
    file = pq.ParquetFile(io.BytesIO(body))
    assert all(field.nullable for field in file.schema_arrow)
    group = file.metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == {"GZIP"}


def test_another_delimiter(lake: Lake) -> None:
    options = {"Csv": {"Delimiter": "\t"}}
    key, body = write(lake, Format="CSV", FormatOptions=options)
    assert key.endswith(".csv")
    assert body.decode().splitlines()[0] == "id\tname\tpaid\tok"
    key, _ = write(lake, Format="CSV", FormatOptions=options, CompressionFormat="GZIP")
    assert key.endswith(".tsv.gz")


def test_no_rows(lake: Lake) -> None:
    lake.put("in/none.csv", "a,b\n")
    job = lake.recipe_job(lake.dataset("in/none.csv"), Outputs=[lake.output("out", Format="CSV")])
    [key] = lake.written(lake.run(job))
    assert lake.get(key) == b"a,b\n"


def test_what_is_nested_in_a_csv_file(lake: Lake) -> None:
    lake.put("in/a.json", '{"a": {"b": [1, 2]}, "c": [null, "x"]}')
    job = lake.recipe_job(lake.dataset("in/a.json"), Outputs=[lake.output("out", Format="CSV")])
    [key] = lake.written(lake.run(job))
    assert lake.get(key).decode() == 'a,c\n"{""b"":[1,2]}","[null,""x""]"\n'


# Several files ------------------------------------------------------------------------------------


def test_several_outputs_of_one_run(lake: Lake) -> None:
    outputs = [
        lake.output("out/a", Format="CSV"),
        lake.output("out/b", Format="JSON", CompressionFormat="GZIP"),
        lake.output("out/c", Format="CSV", PartitionColumns=["id"]),
    ]
    keys = lake.written(lake.run(lake.recipe_job(people(lake), Outputs=outputs)))
    assert [key.split("/")[1] for key in keys] == ["a", "b", "c", "c", "c"]


PARTITIONS: dict[str, tuple[list[Any], list[str]]] = {
    "texts": (["a", "b", "a"], ["p=a/", "p=b/"]),
    "numbers": ([1, 2, 1], ["p=1/", "p=2/"]),
    "nothing": (["a", None, ""], ["p=__HIVE_DEFAULT_PARTITION__/", "p=a/"]),
    "longer than a file's name": (
        ["y" * 300, "\x01", "é" * 90],
        [f"p={v}/" for v in ("%01", "y" * 300, "é" * 90)],
    ),
    "characters of a path": (["a/b", "c:d", "e f"], ["p=a%2Fb/", "p=c%3Ad/", "p=e f/"]),
}


@pytest.mark.parametrize(("values", "folders"), PARTITIONS.values(), ids=PARTITIONS)
@pytest.mark.parametrize("form", ["CSV", "PARQUET", "ORC"])
def test_partitions(lake: Lake, form: str, values: list[Any], folders: list[str]) -> None:
    rows = [{"p": value, "v": at} for at, value in enumerate(values)]
    lake.put("in/a.json", "\n".join(map(json.dumps, rows)))
    output = lake.output("out", Format=form, PartitionColumns=["p"], Overwrite=True)
    job = lake.recipe_job(lake.dataset("in/a.json"), Outputs=[output])
    lake.run(job)
    assert lake.keys("out/") == [f"out/{f}{job}_part00000.{form.lower()}" for f in folders]


def test_partitions_of_partitions(lake: Lake) -> None:
    lake.put("in/a.csv", "y,m,v\n1,1,a\n1,2,b\n2,1,c\n")
    output = lake.output("out", Format="CSV", PartitionColumns=["y", "m"], Overwrite=True)
    job = lake.recipe_job(lake.dataset("in/a.csv"), Outputs=[output])
    lake.run(job)
    found = {key.rpartition("/")[0]: lake.get(key).decode() for key in lake.keys("out/")}
    assert found == {"out/y=1/m=1": "v\na\n", "out/y=1/m=2": "v\nb\n", "out/y=2/m=1": "v\nc\n"}


def test_a_partition_of_a_longer_key_than_objects_have(lake: Lake) -> None:
    lake.put("in/a.json", json.dumps({"p": "y" * 1024, "v": 1}))
    output = lake.output("out", Format="CSV", PartitionColumns=["p"])
    assert "Your key is too long" in lake.fail(
        lake.recipe_job(lake.dataset("in/a.json"), Outputs=[output])
    )


def test_a_partition_column_that_there_is_not(lake: Lake) -> None:
    output = lake.output("out", Format="CSV", PartitionColumns=["none"])
    reason = lake.fail(lake.recipe_job(people(lake), Outputs=[output]))
    assert "There is no column 'none' to partition by" in reason
    assert lake.keys("out/") == []


def test_xml_of_names_that_no_element_has_and_of_line_ends(lake: Lake) -> None:
    lake.put("in/a.csv", '1,a b,-x,m²\n7,"y\r\n\r",z,8\n')
    [key] = lake.written(
        lake.run(
            lake.recipe_job(lake.dataset("in/a.csv"), Outputs=[lake.output("out", Format="XML")])
        )
    )
    [row] = ET.fromstring(lake.get(key))
    found = [(each.tag, each.text) for each in row]
    assert found == [("_1", "7"), ("a_b", "y\r\n\r"), ("_-x", "z"), ("m_", "8")]


NO_XML = {
    "a control character": ("a\nx\x01\n", "The column 'a' has a control character"),
    "twins": ("a b,a_b\n1,2\n", "Two columns would be the XML element 'a_b'"),
}


@pytest.mark.parametrize(("text", "reason"), NO_XML.values(), ids=NO_XML)
def test_what_xml_cannot_have(lake: Lake, text: str, reason: str) -> None:
    lake.put("in/a.csv", text)
    job = lake.recipe_job(lake.dataset("in/a.csv"), Outputs=[lake.output("out", Format="XML")])
    assert lake.fail(job).removeprefix("ValidationException: ").startswith(reason)
    assert lake.keys("out/") == []


# Replacing ----------------------------------------------------------------------------------------


def test_overwriting(lake: Lake) -> None:
    for key in ("out/old.csv", "out/p=1/old.csv", "outside.csv"):
        lake.put(key, "old")
    output = lake.output("out", Format="CSV", Overwrite=True)
    job = lake.recipe_job(people(lake), Outputs=[output])
    for _ in range(2):
        lake.run(job)
        assert lake.keys("out") == [f"out/{job}_part00000.csv", "outside.csv"]


def test_overwriting_in_a_bucket_without_a_folder(lake: Lake) -> None:
    """The job's own partitions go, of which some are of keys that are no more; the others stay."""
    for key in ("p=1/old.csv", "q/p=1/old.csv", "outside.csv"):
        lake.put(key, "old")
    lake.put("in/a.csv", "p,v\n2,b\n")
    whole = {"Location": {"Bucket": lake.bucket}, "PartitionColumns": ["p"]}
    output = lake.output("out", Format="CSV", Overwrite=True) | whole
    job = lake.recipe_job(lake.dataset("in/a.csv"), Outputs=[output])
    lake.run(job)
    kept = ["in/a.csv", "outside.csv", f"p=2/{job}_part00000.csv", "q/p=1/old.csv"]
    assert lake.keys("") == kept


def test_of_two_overwriting_jobs_at_once_one_stays(lake: Lake) -> None:
    lake.put("in/long.csv", "a,b\n" + "1,some text\n" * 150_000)
    slow = lake.output("out", Format="CSV", CompressionFormat="BZIP2", Overwrite=True)
    jobs = [
        lake.recipe_job(lake.dataset("in/long.csv"), Outputs=[slow]),
        lake.recipe_job(people(lake), Outputs=[lake.output("out", Format="CSV", Overwrite=True)]),
    ]
    runs = [(job, lake.start(job)) for job in jobs]
    ended = [lake.wait(job, run) for job, run in runs]
    last = max(ended, key=lambda run: run["CompletedOn"])
    assert [key.partition("_part")[0] for key in lake.keys("out/")] == [f"out/{last['JobName']}"]


def test_each_run_beside_the_others(lake: Lake) -> None:
    job = lake.recipe_job(people(lake), Outputs=[lake.output("out", Format="CSV")])
    lake.run(job), lake.run(job)
    assert len(lake.keys("out/")) == 2


def test_a_run_that_fails_replaces_nothing(lake: Lake) -> None:
    lake.put("out/old.csv", "old")
    outputs = [
        lake.output("out", Format="CSV", Overwrite=True),
        lake.output("other", Format="CSV", PartitionColumns=["none"]),
    ]
    lake.fail(lake.recipe_job(people(lake), Outputs=outputs))
    assert lake.keys("out/") == ["out/old.csv"]


# Who may write ------------------------------------------------------------------------------------


def test_a_bucket_that_refuses_the_role(lake: Lake) -> None:
    denied = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{lake.bucket}/out/*",
    }
    dataset = people(lake)
    lake.s3.put_bucket_policy(Bucket=lake.bucket, Policy=policy(denied))
    reason = lake.fail(lake.recipe_job(dataset))
    assert reason.startswith("AccessDenied")
    assert lake.keys("out/") == []


def test_another_owner(lake: Lake) -> None:
    place = {"Bucket": lake.bucket, "Key": "out", "BucketOwner": "999999999999"}
    outputs = [{"Location": place, "Format": "CSV"}]
    assert lake.fail(lake.recipe_job(people(lake), Outputs=outputs)).startswith("AccessDenied")


def test_encryption(lake: Lake) -> None:
    key = lake.client("kms").create_key()["KeyMetadata"]
    modes = {"EncryptionMode": "SSE-KMS", "EncryptionKeyArn": key["Arn"]}
    job = lake.recipe_job(people(lake), **modes)
    [written] = lake.written(lake.run(job))
    head = lake.s3.head_object(Bucket=lake.bucket, Key=written)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])


def test_a_key_that_the_role_may_not_use(lake: Lake) -> None:
    kms, iam = lake.client("kms"), lake.client("iam")
    only_s3 = READ_AND_WRITE | {"Action": "s3:*"}
    role = make_role(iam, f"{lake.name}-no-key", "databrew", only_s3)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    modes = {"EncryptionMode": "SSE-KMS", "EncryptionKeyArn": key, "RoleArn": role}
    assert "AccessDenied" in lake.fail(lake.recipe_job(people(lake), **modes))
    assert lake.keys("out/") == []


# Tables -------------------------------------------------------------------------------------------


def query(lake: Lake, sql: str) -> list[list[str | None]]:
    athena = lake.client("athena")
    place = {"OutputLocation": f"s3://{lake.bucket}/results/"}
    run = athena.start_query_execution(QueryString=sql, ResultConfiguration=place)
    number = run["QueryExecutionId"]

    def look() -> Any:
        status = athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]["Status"]
        return status if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

    status = wait_for(look)
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=number)["ResultSet"]["Rows"][1:]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def table_job(lake: Lake, dataset: str, database: str, table: str, **members: Any) -> str:
    place = {"Location": {"Bucket": lake.bucket, "Key": f"tables/{table}/"}}
    target = {"DatabaseName": database, "TableName": table, "S3Options": place} | members
    name = lake.fresh("table job")
    lake.databrew.create_recipe_job(
        Name=name,
        DatasetName=dataset,
        RoleArn=lake.role,
        RecipeReference={"Name": lake.recipe(), "RecipeVersion": "1.0"},
        DataCatalogOutputs=[target],
    )
    return name


@pytest.fixture
def database(lake: Lake) -> str:
    name = f"db_{lake.name}"
    lake.client("glue").create_database(DatabaseInput={"Name": name})
    return name


def test_a_new_table(lake: Lake, database: str) -> None:
    lake.run(table_job(lake, people(lake), database, "people"))
    assert query(lake, f"SELECT id, name, ok FROM {database}.people ORDER BY id") == [
        ["1", 'Ada "a", b', "true"],
        ["2", None, "false"],
        ["3", "<&>", None],
    ]
    lake.run(table_job(lake, people(lake), database, "people"))
    assert query(lake, f"SELECT count(*) FROM {database}.people") == [["6"]]
    lake.run(table_job(lake, people(lake), database, "people", Overwrite=True))
    assert query(lake, f"SELECT count(*) FROM {database}.people") == [["3"]]


def test_a_table_and_an_output_of_the_same_files(lake: Lake, database: str) -> None:
    job = table_job(lake, people(lake), database, "people", Overwrite=True)
    table = lake.databrew.describe_job(Name=job)["DataCatalogOutputs"]
    same = lake.output("tables/people", Format="GLUEPARQUET", Overwrite=True)
    lake.databrew.update_recipe_job(
        Name=job, RoleArn=lake.role, Outputs=[same], DataCatalogOutputs=table
    )
    assert "Two outputs would write s3://" in lake.fail(job)
    assert lake.keys("tables/") == []


def test_two_jobs_that_make_one_table_at_once(lake: Lake, database: str) -> None:
    lake.put("in/b.csv", "x,y\n1,z\n")
    sets = people(lake), lake.dataset("in/b.csv")
    jobs = [table_job(lake, each, database, "t") for each in sets]
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda job: lake.wait(job, lake.start(job)), jobs))
    assert sorted(end["State"] for end in ends) == ["FAILED", "SUCCEEDED"]
    assert len(lake.keys("tables/t/")) == 1


def test_rows_of_other_types_do_not_go_to_a_table(lake: Lake, database: str) -> None:
    lake.put("in/b.csv", "x,y\n1,z\n")
    lake.run(table_job(lake, lake.dataset("in/b.csv"), database, "t"))
    lake.put("in/b.csv", "x,y\n9000000000,2\n")
    reason = lake.fail(table_job(lake, lake.dataset("in/b.csv"), database, "t"))
    assert reason.endswith("result differ: y is string there, int here.")
    assert query(lake, f"SELECT count(*) FROM {database}.t") == [["1"]]


def test_a_table_overwritten_with_other_columns(lake: Lake, database: str) -> None:
    lake.run(table_job(lake, people(lake), database, "t"))
    lake.put("in/b.csv", "x,y\n1,z\n")
    other = lake.dataset("in/b.csv")
    assert "differ" in lake.fail(table_job(lake, other, database, "t"))
    lake.run(table_job(lake, other, database, "t", Overwrite=True))
    assert query(lake, f"SELECT * FROM {database}.t") == [["1", "z"]]


def partitioned(lake: Lake, database: str, kind: str = "string", **parameters: str) -> Any:
    """A table of ORC files, ``v`` in partitions of ``p``; and what it then has."""
    storage = {
        "Columns": [{"Name": "v", "Type": "bigint"}],
        "Location": f"s3://{lake.bucket}/tables/t/",
        "InputFormat": "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.orc.OrcSerde"},
    }
    keys = [{"Name": "p", "Type": kind}]
    table = {"Name": "t", "StorageDescriptor": storage, "PartitionKeys": keys}
    known = {"Parameters": {name.replace("_", "."): text for name, text in parameters.items()}}
    lake.client("glue").create_table(DatabaseName=database, TableInput=table | known)
    return lambda: query(lake, f"SELECT p, sum(v) FROM {database}.t GROUP BY p ORDER BY p")


def rows_job(lake: Lake, database: str, text: str, **members: Any) -> str:
    """A job that writes a CSV file's rows to the table."""
    key = f"{lake.fresh('in')}.csv"
    lake.put(key, text)
    return table_job(lake, lake.dataset(key), database, "t", **members)


def test_a_table_with_partitions(lake: Lake, database: str) -> None:
    found = partitioned(lake, database)
    lake.run(rows_job(lake, database, "p,v\na,1\nb,2\na,3\n"))
    query(lake, f"ALTER TABLE {database}.t PARTITION (p='b') SET LOCATION "
          f"'s3a://{lake.bucket}/tables/t/p=b'")  # fmt: skip
    lake.run(rows_job(lake, database, "P,v\nb,4\nc/d,5\nü %,6\n"))
    assert found() == [["a", "4"], ["b", "6"], ["c/d", "5"], ["ü %", "6"]]


def test_a_table_with_partitions_that_is_moved(lake: Lake, database: str) -> None:
    found = partitioned(lake, database)
    lake.run(rows_job(lake, database, "p,v\na,1\nb,2\n"))
    moved = {"Location": {"Bucket": lake.bucket, "Key": "tables/moved/"}}
    new = rows_job(lake, database, "p,v,w\na,3,x\n", Overwrite=True, S3Options=moved)
    lake.run(new)
    assert found() == [["a", "3"]]
    assert query(lake, f"SELECT w FROM {database}.t") == [["x"]]


def test_rows_of_a_partition_that_lies_elsewhere(lake: Lake, database: str) -> None:
    found = partitioned(lake, database)
    lake.run(rows_job(lake, database, "p,v\na,1\n"))
    glue = lake.client("glue")
    at = {"DatabaseName": database, "TableName": "t"}
    [own] = glue.get_partitions(**at)["Partitions"]
    other = own["StorageDescriptor"] | {"Location": f"s3://{lake.bucket}/other/"}
    added = {"Values": ["b"], "StorageDescriptor": other}
    glue.create_partition(**at, PartitionInput=added)
    reason = lake.fail(rows_job(lake, database, "p,v\na,2\nb,2\n"))
    assert f"A partition of the table t is at s3://{lake.bucket}/other, not at" in reason
    assert found() == [["a", "1"]]
    lake.run(rows_job(lake, database, "p,v\na,2\n"))
    assert found() == [["a", "3"]]


def test_values_that_a_partition_key_cannot_have(lake: Lake, database: str) -> None:
    found = partitioned(lake, database, "date")
    reason = lake.fail(rows_job(lake, database, "p,v\n2024-01-02,1\nsoon,2\n"))
    assert reason.endswith("'soon' is no date, as the partition key p is.")
    lake.run(rows_job(lake, database, "p,v\n2024-01-02,1\n,2\n"))
    assert found() == [["2024-01-02", "1"], [None, "2"]]


def test_rows_that_a_projection_would_not_find(lake: Lake, database: str) -> None:
    projected = {"projection_enabled": "true", "projection_p_type": "integer"}
    place = {"storage_location_template": f"s3://{lake.bucket}/tables/t/x${{p}}/"}
    partitioned(lake, database, "int", projection_p_range="0,9", **projected, **place)
    assert "tables whose projection does" in lake.fail(rows_job(lake, database, "p,v\n1,1\n"))
    assert lake.keys("tables/") == []


def test_a_database_that_there_is_not(lake: Lake) -> None:
    foreign = lake.fail(table_job(lake, people(lake), "nowhere", "t", CatalogId="9" * 12))
    assert foreign.startswith("AccessDeniedException: The Data Catalog of the account 999999999999")
    reason = lake.fail(table_job(lake, people(lake), "nowhere", "t"))
    assert reason == "EntityNotFoundException: Database nowhere not found."


# Refusals -----------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "Tableau": ({"Format": "TABLEAUHYPER"}, "NotImplementedException", "TABLEAUHYPER"),
    "LZO": (
        {"Format": "PARQUET", "CompressionFormat": "LZO"},
        "NotImplementedException",
        "cannot be compressed with LZO",
    ),
    "zlib of text": (
        {"Format": "CSV", "CompressionFormat": "ZLIB"},
        "ValidationException",
        "ZLIB is not supported for CSV",
    ),
    "gzip of orc": (
        {"Format": "ORC", "CompressionFormat": "GZIP"},
        "ValidationException",
        "GZIP is not supported for ORC",
    ),
    "a quote between fields": (
        {"FormatOptions": {"Csv": {"Delimiter": '"'}}},
        "ValidationException",
        "The delimiter of a CSV file cannot be '\"'",
    ),
    "a line's end between fields": (
        {"FormatOptions": {"Csv": {"Delimiter": "\n"}}},
        "ValidationException",
        "The delimiter of a CSV file",
    ),
    "a partition column twice": (
        {"PartitionColumns": ["a", "a"]},
        "ValidationException",
        "A column is listed twice",
    ),
    "no files": ({"Format": "CSV", "MaxOutputFiles": 0}, "ParamValidationError", "MaxOutputFiles"),
}


@pytest.mark.parametrize(("output", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(lake: Lake, output: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(Exception, match=words) as refused:
        lake.recipe_job("any", Outputs=[lake.output("out", **output)])
    error = refused.value
    told = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    assert code == (told or type(error).__name__)


SAME: dict[str, dict[str, Any]] = {
    "alike": {"Format": "CSV"},
    "by default": {},
    "of other partitions": {"Format": "CSV", "PartitionColumns": ["name"]},
    "with a slash": {"Format": "CSV", "Location": {"Key": "out/"}},
}


@pytest.mark.parametrize("members", SAME.values(), ids=SAME)
def test_two_outputs_of_the_same_files(lake: Lake, members: dict[str, Any]) -> None:
    place = {"Bucket": lake.bucket, "Key": "out"} | members.get("Location", {})
    twice = [lake.output("out", Format="CSV"), {**members, "Location": place}]
    with pytest.raises(lake.databrew.exceptions.ValidationException, match="the same files"):
        lake.recipe_job("any", Outputs=twice)


ORDERS = {
    "SORT": ({"expressions": json.dumps([{"sourceColumn": "a", "ordering": "ASCENDING"}])}, True),
    "GROUP_BY": ({"sourceColumns": '["a"]', "groupByAggFunctionOptions": "[]"}, True),
    "UPPER_CASE": ({"sourceColumn": "a"}, False),
    "DELETE": ({"sourceColumns": '["b"]'}, False),
}


@pytest.mark.parametrize("operation", ORDERS)
def test_a_recipe_tells_whether_it_orders_its_rows(operation: str, session: Session) -> None:
    parameters, ordered = ORDERS[operation]
    with closing(RecipeContext(session)) as context:
        sql = "SELECT 'x' AS a, 1 AS b"
        compile_recipe([Step(operation, parameters)], sql, context.describe(sql), context)
        assert (context.numbered or context.reordered) is ordered
