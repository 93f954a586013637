"""UNLOAD: the objects that it writes. ``unloads.json`` has a case an entry."""

import gzip
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

CASES = json.loads(Path(__file__).with_name("unloads.json").read_text("utf-8"))
COLUMNS = "id int, name varchar(9), price decimal(8,2), good bool, at timestamp"
ROWS = "(1, 'a,b', 1.5, true, NULL), (2, '', 0, NULL, '2020-01-02 03:04:05')"


@pytest.fixture(scope="module")
def table(desk):
    name = desk.table(COLUMNS)
    desk.data.run(f"INSERT INTO {name} VALUES {ROWS}")
    return name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_files(desk, table, case):
    prefix = desk.folder() + "/"
    query = case.get("query", f"SELECT * FROM {table} ORDER BY id")
    assert desk.unload(query, f"s3://copying/{prefix}", case["how"]) == ""
    found = {key: desk.body(prefix + key).decode() for key in desk.keys(prefix)}
    wanted = {key: text.replace("PREFIX", prefix) for key, text in case["files"].items()}
    assert found == wanted


@pytest.mark.parametrize(
    ("how", "again"),
    [
        ("GZIP", "GZIP"),
        ("BZIP2", "BZIP2"),
        ("ZSTD", "ZSTD"),
        ("CSV", "CSV"),
        ("JSON", "JSON 'auto'"),
        ("PARQUET", "PARQUET"),
        ("ESCAPE", "ESCAPE"),
        ("FORMAT CSV GZIP MAXFILESIZE 5 MB", "CSV GZIP"),
    ],
)
def test_what_is_unloaded_can_be_copied(desk, table, how, again):
    prefix = f"s3://copying/{desk.folder()}/x_"
    assert desk.unload(f"SELECT * FROM {table}", prefix, how) == ""
    copy = desk.table(COLUMNS)
    assert desk.copy(copy, prefix, f"{again} ") == ""
    for one, other in ((table, copy), (copy, table)):
        left = f"SELECT count(*) FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other}) q"
        assert desk.data.rows(left) == [[0]]


def test_large_results_take_several_files(desk):
    big = desk.table("a varchar(200)")
    desk.data.run(f"INSERT INTO {big} VALUES ('{'x' * 150}')")
    for _ in range(17):
        desk.data.run(f"INSERT INTO {big} SELECT * FROM {big}")
    prefix = desk.folder() + "/"
    assert desk.unload(f"SELECT * FROM {big}", f"s3://copying/{prefix}", "MAXFILESIZE 5 MB") == ""
    keys = desk.keys(prefix)
    assert keys[:2] == ["0000_part_00", "0001_part_00"]
    assert len(keys) > 3
    assert sum(desk.body(prefix + key).count(b"\n") for key in keys) == 1 << 17
    told = desk.data.rows(
        f"SELECT sum(line_count)::bigint, count(*) FROM stl_unload_log "
        f"WHERE path LIKE 's3://copying/{prefix}%'"
    )
    assert told == [[1 << 17, len(keys)]]


def test_a_verbose_manifest_tells_the_schema(desk, table):
    prefix = desk.folder() + "/"
    how = "PARQUET MANIFEST VERBOSE"
    assert desk.unload(f"SELECT * FROM {table}", f"s3://copying/{prefix}", how) == ""
    told = json.loads(desk.body(f"{prefix}manifest"))
    (entry,) = told["entries"]
    size = len(desk.body(f"{prefix}0000_part_00.parquet"))
    assert entry["url"] == f"s3://copying/{prefix}0000_part_00.parquet"
    assert entry["meta"] == told["meta"] == {"content_length": size, "record_count": 2}
    assert told["schema"]["elements"][:3] == [
        {"name": "id", "type": {"base": "integer"}},
        {"name": "name", "type": {"base": "character varying", "max_length": 9}},
        {"name": "price", "type": {"base": "numeric", "precision": 8, "scale": 2}},
    ]
    assert told["author"] == {"name": "Amazon Redshift", "version": "1.0.0"}
    file = parquet.read_table(io.BytesIO(desk.body(f"{prefix}0000_part_00.parquet")))
    assert file.column_names == ["id", "name", "price", "good", "at"]
    assert all(field.nullable for field in file.schema)


def test_what_is_there_already(desk):
    prefix = desk.folder() + "/"
    old = desk.put(f"{prefix}old", "here before")
    uri = f"s3://copying/{prefix}"
    assert desk.unload("SELECT 1 AS a", uri) == (
        "Specified unload destination on S3 is not empty. Consider using a different bucket / "
        "prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option."
    )
    assert desk.keys(prefix) == ["old"]
    assert desk.unload("SELECT 1 AS a", uri, "ALLOWOVERWRITE GZIP") == ""
    assert desk.keys(prefix) == ["0000_part_00.gz", "old"]
    assert gzip.decompress(desk.body(f"{prefix}0000_part_00.gz")) == b"1\n"
    assert desk.unload("SELECT 2 AS a", uri, "CLEANPATH") == ""
    assert desk.keys(prefix) == ["0000_part_00"]
    assert old.endswith("old")


def test_of_two_at_once_one_finds_the_others_files(desk):
    uri = f"s3://copying/{desk.folder()}/"
    with ThreadPoolExecutor() as pool:
        told = sorted(pool.map(lambda a: desk.unload(f"SELECT {a} AS a", uri), (1, 2)))
    assert [bool(each) for each in told] == [False, True]
    assert "is not empty" in told[1]


def test_cleanpath_leaves_other_partitions(desk):
    prefix = desk.folder() + "/"
    uri = f"s3://copying/{prefix}"
    for key in ("p=1/old", "p=2/old"):
        desk.put(prefix + key, "here before")
    how = "CSV PARTITION BY (p) CLEANPATH"
    assert desk.unload("SELECT 1 AS p, 'x' AS a", uri, how) == ""
    assert desk.keys(prefix) == ["p=1/0000_part_00", "p=2/old"]


def test_one_folder_holds_all_that_is_called_as_null_is(desk):
    name, prefix = desk.table("id int, p varchar"), desk.folder() + "/"
    desk.data.run(
        f"INSERT INTO {name} VALUES (1, NULL), (2, ''), (3, '__HIVE_DEFAULT_PARTITION__'), (4, 'a')"
    )
    query = f"SELECT * FROM {name} ORDER BY id"
    assert desk.unload(query, f"s3://copying/{prefix}", "PARTITION BY (p)") == ""
    keys = [f"{prefix}p={value}/0000_part_00" for value in ("__HIVE_DEFAULT_PARTITION__", "a")]
    assert [desk.body(key) for key in keys] == [b"1\n2\n3\n", b"4\n"]


def test_cleanpath_leaves_folders_that_begin_alike(desk):
    folder = desk.folder()
    for key in ("/t/old", "/t_old", "/t2/old"):
        desk.put(folder + key, "here before")
    uri = f"s3://copying/{folder}/t"
    assert "would remove" in desk.unload("SELECT 1 AS a", uri, "CSV CLEANPATH")
    assert desk.unload("SELECT 1 AS a", f"{uri}/", "CSV CLEANPATH") == ""
    assert desk.keys(folder) == ["/t/0000_part_00", "/t2/old", "/t_old"]
    assert desk.unload("SELECT 1 AS a", f"{uri}_", "CSV CLEANPATH") == ""
    assert desk.keys(folder) == ["/t/0000_part_00", "/t2/old", "/t_0000_part_00"]


@pytest.mark.parametrize(
    ("query", "how", "words"),
    [
        ("SELECT 1 AS a LIMIT 1", "", "Limit clause is not supported"),
        ("SELECT nosuch", "", 'column "nosuch" does not exist'),
        ("SELECT 1 AS a", "PARTITION BY (b)", 'partition column "b" is not in the SELECT list'),
        ("SELECT 1 AS a", "PARTITION BY (a)", "UNLOAD needs a column that is no partition column"),
        ("SELECT 1 AS a", "CLEANPATH ALLOWOVERWRITE", "CLEANPATH cannot be used"),
        ("SELECT 1 AS a", "PARQUET GZIP", "Compression is not supported for UNLOAD to PARQUET"),
        ("SELECT 1 AS a", "MAXFILESIZE 1 MB", "MAXFILESIZE must be between 5 MB and 6.2 GB"),
        ("SELECT 1 AS a", "MASTER_SYMMETRIC_KEY 'x'", "MASTER_SYMMETRIC_KEY is not available"),
        ("DELETE FROM x", "", "UNLOAD takes a SELECT statement"),
        ("SELECT 1/0 AS a", "", "division by zero"),
        ("SELECT 'abc' AS a", "FIXEDWIDTH 'a:2'", 'column "a" is longer than its fixed width of 2'),
        ("SELECT ST_Point(1, 2) AS a", "JSON", "geometry columns is supported for text and CSV"),
        ("SELECT FROM_HEX('61') AS a", "PARQUET", "varying columns is supported for text and CSV"),
        ("SELECT FROM_HEX('61') AS a", "FIXEDWIDTH 'a:9'", "is supported for text and CSV only"),
        ("SELECT 1 AS b, sysdate::timestamptz AS a", "PARTITION BY (a)", "has unsupported type"),
        ("SELECT 1 AS a", "DELIMITER ''", "The delimiter must be at least one character"),
    ],
)
def test_what_is_refused(desk, query, how, words):
    prefix = desk.folder() + "/"
    assert words in desk.unload(query, f"s3://copying/{prefix}", how)
    assert desk.keys(prefix) == []


def test_an_unload_is_told(desk, table):
    uri = f"s3://copying/{desk.folder()}/"
    assert desk.unload(f"SELECT * FROM {table}", uri, "PARQUET") == ""
    told = desk.data.rows(
        "SELECT status, file_format, unloaded_rows, unloaded_files_count, error_message "
        f"FROM sys_unload_history WHERE unloaded_location = '{uri}'"
    )
    assert told == [["completed", "Parquet", 2, 1, ""]]


def test_quotes_within_the_query(desk):
    prefix = desk.folder() + "/"
    told = desk.data.run(
        f"UNLOAD ('SELECT \\'it\\' AS a UNION ALL SELECT ''s''') TO 's3://copying/{prefix}' "
        "IAM_ROLE default"
    )
    assert told["Status"] == "FINISHED", told.get("Error")
    assert sorted(desk.body(f"{prefix}0000_part_00").split()) == [b"it", b"s"]


def test_shapes_and_bytes_are_hexadecimal(desk):
    prefix = desk.folder() + "/"
    query = "SELECT ST_GeomFromText('POINT(1 2)', 4326) AS a, FROM_HEX('6F') AS b"
    assert desk.unload(query, f"s3://copying/{prefix}", "CSV PARALLEL OFF") == ""
    (key,) = desk.keys(prefix)
    point = "0101000020E6100000000000000000F03F0000000000000040"
    assert desk.body(prefix + key).decode() == f"{point},6f\n"
