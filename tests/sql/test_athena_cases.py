"""Statements and what Athena must answer, through StartQueryExecution and GetQueryResults.

`athena_cases.csv` and `more_cases.csv` have one case a row: the statement (several are separated
by ``;``), what it must answer (JSON rows, ``OK``, ``ANY``, ``ERR:``, ``TEXT:`` or
``PARAM:value=>result``), a query that checks its effect, and the types of the columns where they
matter. The data are `athena_setup.sql`, put into the lake as Parquet, anew for each case that does
not only read.
"""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import connect, start_cloud, stop_cloud, wait_for
from tests.roles import make_role

HERE = Path(__file__).parent
CASES = [
    case
    for name in ("athena_cases.csv", "more_cases.csv")
    for case in csv.DictReader(io.StringIO((HERE / name).read_text("utf-8"), ""))
]
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    },
}
ORDERS = {
    "order_id": "bigint",
    "customer": "string",
    "amount": "double",
    "price": "decimal(10,2)",
    "qty": "int",
    "tags": "array<string>",
    "attrs": "map<string,string>",
    "addr": "struct<street:string,city:string,zip:int>",
    "order_ts": "timestamp",
    "order_date": "date",
}
EVENTS = {"id": "int", "doc": "string"}
CAPITALS = """
import base64
import pyarrow as pa
import pyarrow.compute as pc

def message(text):
    return pa.py_buffer(base64.b64decode(text))

def handler(event, context):
    if event["@type"] == "PingRequest":
        asked = {name: event[name] for name in ("catalogName", "queryId")}
        return asked | {"@type": "PingResponse", "sourceType": "fn", "capabilities": 23}
    given, schema = event["inputRecords"], event["outputSchema"]["schema"]
    rows = pa.ipc.read_record_batch(
        message(given["records"]), pa.ipc.read_schema(message(given["schema"]))
    )
    found = pa.RecordBatch.from_arrays(
        [pc.utf8_upper(rows.column(0))], schema=pa.ipc.read_schema(message(schema))
    )
    records = base64.b64encode(found.serialize()).decode()
    return {
        "@type": "UserDefinedFunctionResponse",
        "methodName": event["methodName"],
        "records": {"aId": given["aId"], "schema": schema, "records": records},
    }
"""
ICEBERG = "a moment before the first snapshot is refused, as Trino's IcebergUtil does"
#: Cases that fail today, each with a refusal: id → why it is ours to do; see the mark ``gap``.
GAPS = {"A183": ICEBERG}


class Lab:
    """The database ``lab`` of a local AWS of its own."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.s3, self.glue, self.athena = map(client, ("s3", "glue", "athena"))
        for bucket in ("bkt", "results"):
            self.s3.create_bucket(Bucket=bucket)
        self.files = _files()
        self.untouched = self.has_iceberg = self.has_function = False

    def prepare(self, case: dict[str, str]) -> None:
        """The setup's data, made anew unless this case and those before only read."""
        texts = case["statement"] + case["check_sql"]
        reads = texts.lstrip("( ").upper().startswith(("SELECT", "WITH", "VALUES", "TABLE"))
        if not (reads and self.untouched):
            known = texts + case["expected"]
            self.reset(partitioned=bool(re.search("partition|repair|dt=", known, re.I)))
        if "iceorders" in texts and not self.has_iceberg:
            self.iceberg()
        if "LAMBDA 'fn'" in texts and not self.has_function:
            self.function()
        self.untouched = reads

    def reset(self, *, partitioned: bool) -> None:
        """The setup's data, and nothing else; ``orders`` by its key ``dt``, or as one file."""
        for database in self.glue.get_databases()["DatabaseList"]:
            self.glue.delete_database(Name=database["Name"])
        self._empty("bkt")
        for key, body in self.files.items():
            self.s3.put_object(Bucket="bkt", Key=key, Body=body)
        self.glue.create_database(DatabaseInput={"Name": "lab"})
        self._table("events", EVENTS, [])
        if partitioned:
            self._table("orders", ORDERS, ["dt"])
            self.run("MSCK REPAIR TABLE orders")
        else:
            self._table("orders", {**ORDERS, "dt": "string"}, [], "orders_whole")
        self.has_iceberg = False

    def iceberg(self) -> None:
        """The table ``iceorders``, where Iceberg tables can be made."""
        self.run(
            "CREATE TABLE iceorders (id bigint, data string) LOCATION 's3://bkt/iceorders/' "
            "TBLPROPERTIES ('table_type'='ICEBERG')"
        )
        self.run("INSERT INTO iceorders VALUES (1, 'a'), (2, 'b')")
        self.has_iceberg = True

    def function(self) -> None:
        """The Lambda function ``fn``, which writes texts in capitals when a query asks it to."""
        role = make_role(self.client("iam"), "fn", "lambda")
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", CAPITALS)
        self.client("lambda").create_function(
            FunctionName="fn",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Timeout=30,
            Code={"ZipFile": code.getvalue()},
        )
        self.has_function = True

    def run(
        self, statement: str, parameters: list[str] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Run one statement: (its reason when it fails, the whole result)."""
        more = {"ExecutionParameters": parameters} if parameters else {}
        try:
            number = self.athena.start_query_execution(
                QueryString=statement,
                QueryExecutionContext={"Database": "lab"},
                ResultConfiguration={"OutputLocation": "s3://results/"},
                **more,
            )["QueryExecutionId"]
        except self.athena.exceptions.InvalidRequestException as error:
            return f"{error} {error.response['AthenaErrorCode']}", {}
        status = self._ended(number)
        if status["State"] != "SUCCEEDED":
            return status["StateChangeReason"], {}
        return "", self.athena.get_query_results(QueryExecutionId=number)

    def _ended(self, number: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = self.athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]
            return None if found["Status"]["State"] in ("QUEUED", "RUNNING") else found["Status"]

        return dict(wait_for(look))

    def _empty(self, bucket: str) -> None:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
            if keys:
                self.s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})

    def _table(self, name: str, columns: dict[str, str], keys: list[str], folder: str = "") -> None:
        definition = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
            "StorageDescriptor": _storage(columns, f"s3://bkt/{folder or name}/"),
        }
        self.glue.create_table(DatabaseName="lab", TableInput=definition)


def _storage(columns: dict[str, str], location: str) -> dict[str, Any]:
    listed = [{"Name": name, "Type": kind} for name, kind in columns.items()]
    return {"Columns": listed, "Location": location, **PARQUET}


def _files() -> dict[str, bytes]:
    """The lake: the setup's tables, and two rows in each folder that a case names."""
    with duckdb.connect() as engine:
        engine.execute((HERE / "athena_setup.sql").read_text())
        orders = {
            f"orders/dt={dt}/part.parquet": _parquet(
                engine.sql(f"SELECT * EXCLUDE (dt) FROM orders WHERE dt = '{dt}'").to_arrow_table()
            )
            for dt in ("us", "eu")
        }
        whole = {"orders_whole/a.parquet": _parquet(engine.sql("FROM orders").to_arrow_table())}
        events = {"events/part.parquet": _parquet(engine.sql("FROM events").to_arrow_table())}
    return {**orders, **whole, **events, **_folders()}


def _folders() -> dict[str, bytes]:
    log = (
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 '
        '"http://e.com/s.html" "Mozilla/4.08"\n'
    )
    rows = pa.table({"id": pa.array([1, 2], pa.int64())})
    return {
        "tsv/a.tsv": b"1\tx\n2\ty\n",
        "csv/a.csv": b"1,x\n2,y\n",
        "csvq/a.csv": b'"1","x"\n"2","y"\n',
        "json/a.json": b'{"ID":1,"user":{"name":"a","tags":["t"]}}\n{"ID":2}\n',
        "pq/dt=2024-01-01/region=eu/a.parquet": _parquet(rows),
        "avro/a.avro": _avro([{"id": 1}, {"id": 2}]),
        "logs/a.log.gz": gzip.compress(log.encode() * 2),
        "proj/2024/01/01/a.csv": b"1\n2\n",
    }


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _avro(rows: list[dict[str, int]]) -> bytes:
    schema = {"type": "record", "name": "r", "fields": [{"name": "id", "type": "long"}]}
    buffer = io.BytesIO()
    fastavro.writer(buffer, schema, rows)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("cases")
    process = start_cloud(home)
    try:
        yield Lab(connect(home, process).client)
    finally:
        stop_cloud(process)


def _marked(case: dict[str, str]) -> Any:
    gap = GAPS.get(case["id"])
    marks = [pytest.mark.gap("ours", raises=AssertionError, reason=gap)] if gap else []
    return pytest.param(case, id=f"{case['id']}-{case['area']}", marks=marks)


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_case(lab: Lab, case: dict[str, str]) -> None:
    lab.prepare(case)
    check_case(lab, case)


def check_case(lab: Lab, case: dict[str, str]) -> None:
    """Run a case's statements and compare."""
    expected = case["expected"]
    parameters: list[str] | None = None
    if expected.startswith("PARAM:"):
        value, _, result = expected[6:].partition("=>")
        parameters, expected = [value], json.dumps([[result]])
    *before, last = _statements(case["statement"])
    for statement in before:
        assert lab.run(statement)[0] == ""
    reason, result = lab.run(last, parameters)
    if expected.startswith("ERR:"):
        assert reason, "it succeeded"
        assert all(part in _plain(reason) for part in _plain(expected[4:]).split())
        return
    assert reason == ""
    _check_result(case, expected, last, result)
    if case["check_sql"]:
        if "PARTITIONED BY" in last and "projection" not in last and "EXTERNAL" in last:
            assert lab.run("MSCK REPAIR TABLE t_ext")[0] == ""
        reason, result = lab.run(case["check_sql"])
        assert reason == ""
        assert _rows(case["check_sql"], result) == json.loads(case["check_expected"])


def _check_result(case: dict[str, str], expected: str, last: str, result: dict[str, Any]) -> None:
    if expected.startswith("TEXT:"):
        lines = ["\t".join(v or "" for v in row) for row in _rows(last, result)]
        assert any(expected[5:] in line for line in lines), lines
        return
    if expected in ("OK", "ANY"):
        return
    rows, wanted = _rows(last, result), json.loads(expected)
    if "ORDER BY" not in last.upper():
        rows, wanted = sorted(rows, key=str), sorted(wanted, key=str)
    assert rows == wanted
    if case["expected_types"]:
        infos = result["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        assert ",".join(info["Type"] for info in infos) == case["expected_types"]


def _statements(text: str) -> list[str]:
    """The statements of a case; a semicolon in quotes is part of one."""
    found, quoted = [""], False
    for character in text:
        quoted ^= character == "'"
        if character == ";" and not quoted:
            found.append("")
        else:
            found[-1] += character
    return [statement.strip() for statement in found if statement.strip()]


def _rows(statement: str, result: dict[str, Any]) -> list[list[str | None]]:
    rows = [[d.get("VarCharValue") for d in r["Data"]] for r in result["ResultSet"]["Rows"]]
    words = statement.lstrip("( ").upper()
    has_header = words.startswith(("SELECT", "WITH", "VALUES", "TABLE", "EXECUTE", "USING"))
    return rows[1:] if has_header else rows


def _plain(text: str) -> str:
    return text.replace(":", " ").lower()
