"""Delta Lake tables: what their logs say, read by Athena alone."""

import base64
import io
import json
import struct
import uuid
import zlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyroaring import BitMap

from labkit.cloud.delta.vectors import _B85, _Z85
from tests.athena.conftest import Lake

_UTC = pa.timestamp("us", tz="UTC")
_TO_Z85 = bytes.maketrans(_B85, _Z85)


def field(name: str, kind: Any, **metadata: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": True, "metadata": metadata}


def struct_of(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "struct", "fields": list(fields)}


class Delta:
    """A table in the making: data files, and a log of versions."""

    def __init__(self, lake: Lake, schema: dict[str, Any], **told: Any) -> None:
        self.lake, self.folder = lake, f"delta/{uuid.uuid4().hex}"
        self.name, self.version = f"d{uuid.uuid4().hex}", -1
        protocol = {"minReaderVersion": told.pop("reader", 1), "minWriterVersion": 2}
        protocol |= {"readerFeatures": told.pop("features")} if "features" in told else {}
        self.start = [
            {"protocol": protocol},
            {"metaData": {"id": "x", "schemaString": json.dumps(schema), **told}},
        ]

    @property
    def location(self) -> str:
        return f"s3://{self.lake.bucket}/{self.folder}/"

    def file(self, table: pa.Table, name: str = "", **told: Any) -> dict[str, Any]:
        """Write a data file; its ``add`` action."""
        name = name or f"{uuid.uuid4().hex}.parquet"
        held = io.BytesIO()
        pq.write_table(table, held)
        self.lake.put(f"{self.folder}/{name}", held.getvalue())
        return {"add": {"path": name, "partitionValues": {}, "size": 1, **told}}

    def commit(self, *actions: dict[str, Any]) -> None:
        self.version += 1
        listed = [*self.start, *actions] if self.version == 0 else actions
        lines = "\n".join(map(json.dumps, listed))
        self.lake.put(f"{self.folder}/_delta_log/{self.version:020}.json", lines)

    def declare(self) -> None:
        """Name it as Spark does, which any reader version may be."""
        self.lake.do(
            f"CREATE EXTERNAL TABLE {self.name} (col array<string>) LOCATION '{self.location}' "
            "TBLPROPERTIES ('spark.sql.sources.provider'='delta')"
        )

    def rows(self, columns: str = "*", rest: str = "ORDER BY 1") -> list[list[str | None]]:
        return self.lake.rows(f"SELECT {columns} FROM {self.name} {rest}")


@pytest.fixture
def plain(lake: Lake) -> Delta:
    """Two versions of a table: a column of the second, a file that is no longer there."""
    old = Delta(lake, struct_of(field("Id", "long")))
    gone = old.file(pa.table({"Id": [7]}))
    old.commit(old.file(pa.table({"Id": [1]})), gone)
    schema = struct_of(
        field("Id", "long"),
        field("day", "date"),
        field("at", "timestamp", comment="when"),
        field("who", struct_of(field("Name", "string"), field("seen", "timestamp"))),
    )
    told = {"id": "x", "schemaString": json.dumps(schema), "partitionColumns": ["day"]}
    moment = pa.scalar(1_700_000_000_999_600, _UTC)
    who = pa.array(
        [{"Name": "a", "seen": moment}], pa.struct([("Name", pa.string()), ("seen", _UTC)])
    )
    added = old.file(
        pa.table({"Id": [2], "at": pa.array([moment], _UTC), "who": who}),
        "day=2024-01-01/a%20b.parquet",
        partitionValues={"day": "2024-01-01"},
    )
    added["add"]["path"] = "day=2024-01-01/a%2520b.parquet"
    old.commit({"metaData": told}, added, {"remove": {"path": gone["add"]["path"]}})
    return old


def test_a_table_is_what_its_log_says(lake: Lake, plain: Delta) -> None:
    where = f"LOCATION '{plain.location}' TBLPROPERTIES ('table_type'='DELTA')"
    lake.do(f"CREATE EXTERNAL TABLE {plain.name} {where}")
    moment = "2023-11-14 22:13:21.000 UTC"
    assert plain.rows() == [
        ["1", None, None, None],
        ["2", "2024-01-01", moment, f"{{name=a, seen={moment}}}"],
    ]
    assert plain.rows("id", "WHERE day = DATE '2024-01-01'") == [["2"]]
    assert plain.rows("id", "WHERE day IS NULL") == [["1"]]
    assert lake.rows(f"SHOW PARTITIONS {plain.name}") == [
        ["day=2024-01-01"],
        ["day=__HIVE_DEFAULT_PARTITION__"],
    ]
    found = lake.glue.get_table(DatabaseName=lake.database, Name=plain.name)["Table"]
    assert [(c["Name"], c["Type"]) for c in found["StorageDescriptor"]["Columns"]] == [
        ("id", "bigint"),
        ("at", "timestamp"),
        ("who", "struct<Name:string,seen:timestamp>"),
    ]
    assert [key["Name"] for key in found["PartitionKeys"]] == ["day"]
    assert found["Parameters"]["table_type"] == "delta"
    assert found["Parameters"]["delta.lastUpdateVersion"] == "1"
    shown = lake.rows(f"SHOW CREATE TABLE {plain.name}")
    assert "".join(line[0] or "" for line in shown).endswith("'table_type'='DELTA')")
    lake.do(f"DROP TABLE {plain.name}")
    assert lake.keys(plain.folder)


@pytest.mark.parametrize("statement", ["INSERT INTO {0} SELECT * FROM {0}", "DELETE FROM {0}"])
def test_nothing_is_written(lake: Lake, plain: Delta, statement: str) -> None:
    plain.declare()
    assert "not supported by Athena Delta" in lake.fail(statement.format(plain.name))
    said = lake.fail(f"SELECT * FROM {plain.name} FOR VERSION AS OF 0")
    assert "does not support versioned tables" in said


def test_a_checkpoint_stands_for_the_commits_before_it(lake: Lake, plain: Delta) -> None:
    log = f"{plain.folder}/_delta_log/"
    actions: list[dict[str, Any]] = []
    for version in range(2):
        lines = lake.get(f"s3://{lake.bucket}/{log}{version:020}.json").decode().splitlines()
        actions += map(json.loads, lines)
    added = [a["add"] for a in actions if "add" in a]
    kept = [a for a in added if a["path"] != added[1]["path"]]
    rows = [
        {"add": {**a, "partitionValues": list(a["partitionValues"].items())}, "metaData": None}
        for a in kept
    ]
    told = {"schemaString": actions[-3]["metaData"]["schemaString"], "partitionColumns": ["day"]}
    map_type = pa.map_(pa.string(), pa.string())
    schema = pa.schema(
        [
            ("add", pa.struct([("path", pa.string()), ("partitionValues", map_type)])),
            (
                "metaData",
                pa.struct(
                    [("schemaString", pa.string()), ("partitionColumns", pa.list_(pa.string()))]
                ),
            ),
            ("protocol", pa.struct([("minReaderVersion", pa.int32())])),
        ]
    )
    rows += [{"add": None, "metaData": told}]
    rows += [{"add": None, "metaData": None, "protocol": {"minReaderVersion": 1}}]
    for version in range(2):
        lake.s3.delete_object(Bucket=lake.bucket, Key=f"{log}{version:020}.json")
    plain.declare()
    assert "Metadata not found in transaction log" in lake.fail(f"SELECT * FROM {plain.name}")
    held = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), held)
    lake.put(f"{log}{1:020}.checkpoint.parquet", held.getvalue())
    plain.version = 1
    plain.commit(plain.file(pa.table({"Id": [3]})))
    assert plain.rows("id") == [["1"], ["2"], ["3"]]
    plain.version += 1
    plain.commit(plain.file(pa.table({"Id": [4]})))
    assert "Metadata not found in transaction log" in lake.fail(f"SELECT * FROM {plain.name}")


def test_columns_are_found_by_their_physical_names(lake: Lake) -> None:
    inner = field("City", "string", **{"delta.columnMapping.physicalName": "c-1"})
    schema = struct_of(
        field("id", "long", **{"delta.columnMapping.physicalName": "c-0"}),
        field("addr", struct_of(inner), **{"delta.columnMapping.physicalName": "id"}),
    )
    made = Delta(lake, schema, reader=2, configuration={"delta.columnMapping.mode": "name"})
    made.commit(made.file(pa.table({"c-0": [1, 2], "id": [{"c-1": "Rome"}, None]})))
    made.declare()
    assert made.rows() == [["1", "{city=Rome}"], ["2", None]]
    assert made.rows("addr.city", "WHERE id = 1") == [["Rome"]]
    refused = lake.fail(
        f"CREATE EXTERNAL TABLE other LOCATION '{made.location}' "
        "TBLPROPERTIES ('table_type'='delta')"
    )
    assert "reader version 2" in refused


def test_columns_known_by_numbers_are_not_mistaken(lake: Lake) -> None:
    told = {"delta.columnMapping.physicalName": "c-0", "delta.columnMapping.id": 1}
    schema = struct_of(field("n", "long", **told))
    made = Delta(lake, schema, reader=2, configuration={"delta.columnMapping.mode": "id"})
    numbered = pa.schema([pa.field("c-0", pa.int64(), metadata={"PARQUET:field_id": "1"})])
    made.commit(made.file(pa.table({"c-0": [5]}, schema=numbered)))
    made.declare()
    assert made.rows() == [["5"]]
    other = pa.schema([pa.field("c-0", pa.int64(), metadata={"PARQUET:field_id": "2"})])
    made.commit(made.file(pa.table({"c-0": [6]}, schema=other)))
    assert "without physical column names" in lake.fail(f"SELECT * FROM {made.name}")


def _vector(deleted: list[int]) -> bytes:
    return struct.pack("<iqI", 1681511377, 1, 0) + BitMap(deleted).serialize()


def _z85(data: bytes) -> str:
    return base64.b85encode(data + b"\0" * (-len(data) % 4)).translate(_TO_Z85).decode()


def test_deleted_rows_are_left_out(lake: Lake) -> None:
    made = Delta(lake, struct_of(field("n", "integer")), reader=3, features=["deletionVectors"])
    file = made.file(pa.table({"n": pa.array(range(6), pa.int32())}))
    made.commit(file)
    inline = _vector([0, 5])
    vector = {"storageType": "i", "pathOrInlineDv": _z85(inline), "sizeInBytes": len(inline)}
    first = {"add": {**file["add"], "deletionVector": vector | {"cardinality": 2}}}
    made.commit(first, {"remove": {"path": file["add"]["path"]}})
    made.declare()
    assert made.rows() == [["1"], ["2"], ["3"], ["4"]]
    name, held = uuid.uuid4(), _vector([0, 2, 5])
    body = b"\1" + struct.pack(">i", len(held)) + held + struct.pack(">I", zlib.crc32(held))
    lake.put(f"{made.folder}/ab/deletion_vector_{name}.bin", body)
    said = {"storageType": "u", "pathOrInlineDv": "ab" + _z85(name.bytes), "offset": 1}
    vector = {**said, "sizeInBytes": len(held), "cardinality": 3}
    made.commit({"add": {**file["add"], "deletionVector": vector}}, {"remove": first["add"]})
    assert made.rows() == [["1"], ["3"], ["4"]]
    assert made.rows("count(*)", "") == [["3"]]
    lake.put(f"{made.folder}/ab/deletion_vector_{name}.bin", body[:-1] + b"\0")
    assert "DELTA_LAKE_BAD_DATA" in lake.fail(f"SELECT * FROM {made.name}")


def test_partitions_of_instants(lake: Lake) -> None:
    schema = struct_of(field("n", "long"), field("at", "timestamp"))
    made = Delta(lake, schema, partitionColumns=["at"])
    moments = "2024-01-01T10:00:00.000000Z", "2024-01-01 11:00:00"
    made.commit(
        *(
            made.file(pa.table({"n": [n]}), partitionValues={"at": at})
            for n, at in enumerate(moments)
        )
    )
    made.declare()
    assert made.rows() == [
        ["0", "2024-01-01 10:00:00.000 UTC"],
        ["1", "2024-01-01 11:00:00.000 UTC"],
    ]
    found = made.rows("n", "WHERE at > TIMESTAMP '2024-01-01 10:30:00 UTC'")
    assert found == [["1"]]
    shown = [["at=2024-01-01 11%3A00%3A00"], ["at=2024-01-01T10%3A00%3A00.000000Z"]]
    assert lake.rows(f"SHOW PARTITIONS {made.name}") == shown


def test_files_are_skipped_by_their_bounds(lake: Lake) -> None:
    made = Delta(lake, struct_of(field("n", "long"), field("s", "string")))

    def file(n: int, s: str | None) -> dict[str, Any]:
        bounds = {"n": n} | ({"s": s} if s else {})
        told = {"numRecords": 1, "minValues": bounds, "maxValues": bounds}
        told["nullCount"] = {"n": 0, "s": int(s is None)}
        return made.file(
            pa.table({"n": [n], "s": pa.array([s], pa.string())}), stats=json.dumps(told)
        )

    made.commit(file(1, "a"), file(2, "b"), file(3, None), made.file(pa.table({"n": [4]})))
    made.declare()

    def scanned(condition: str) -> int:
        done = lake.do(f"SELECT n FROM {made.name} WHERE {condition}")
        return int(done["Statistics"]["DataScannedInBytes"])

    assert made.rows("n", "WHERE n >= 2 ORDER BY 1") == [["2"], ["3"], ["4"]]
    assert made.rows("n", "WHERE s IS NULL ORDER BY 1") == [["3"], ["4"]]
    every = scanned("n > 0")
    assert scanned("n = 2") < scanned("n >= 2") < every
    assert scanned("s = 'b'") < every


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"reader": 4}, "reader version 4"),
        ({"reader": 3, "features": ["v2Checkpoint"]}, "[v2Checkpoint]"),
    ],
)
def test_what_readers_must_know(lake: Lake, told: dict[str, Any], error: str) -> None:
    made = Delta(lake, struct_of(field("n", "long")), **told)
    made.commit(made.file(pa.table({"n": [1]})))
    made.declare()
    assert error in lake.fail(f"SELECT * FROM {made.name}")


def test_a_delta_table_declares_nothing_else(lake: Lake) -> None:
    for more in ("(n int)", "PARTITIONED BY (n int)", "STORED AS PARQUET"):
        said = lake.refuse(
            f"CREATE EXTERNAL TABLE t {more} LOCATION 's3://{lake.bucket}/t/' "
            "TBLPROPERTIES ('table_type'='delta')"
        )
        assert "LOCATION and table_type alone" in said


def test_symlinks_name_the_files(lake: Lake) -> None:
    held = io.BytesIO()
    pq.write_table(pa.table({"n": [1, 2]}), held)
    lake.put("elsewhere/a.parquet", held.getvalue())
    lake.put("links/manifest", f"s3://{lake.bucket}/elsewhere/a.parquet\n")
    serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    lake.do(
        f"CREATE EXTERNAL TABLE links (n bigint) ROW FORMAT SERDE '{serde}' STORED AS "
        "INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' OUTPUTFORMAT "
        "'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' "
        f"LOCATION 's3://{lake.bucket}/links/'"
    )
    assert lake.rows("SELECT * FROM links ORDER BY 1") == [["1"], ["2"]]
    assert "Writing to tables of Symlink" in lake.fail("INSERT INTO links VALUES (3)")
    lake.put("links/more", f"s3://{lake.bucket}/elsewhere/none.parquet\n")
    assert "HIVE_BAD_DATA" in lake.fail("SELECT * FROM links")
