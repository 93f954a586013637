"""Files that Spectrum reads otherwise than Athena, by a table's properties and by its types."""

import gzip
import io

import pyarrow as pa
import pytest
from pyarrow import orc

from tests.redshift.spectrum.conftest import BUCKET


def _turned() -> bytes:
    """An ORC file whose columns are in another order than the table's, ``a`` and ``b``."""
    out = io.BytesIO()
    orc.write_table(pa.table({"b": ["of b"], "A": ["of a"]}), out)
    return out.getvalue()


COMMAS = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE"
QUOTED = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
LINES = QUOTED + " WITH SERDEPROPERTIES ('wholeFile'='true') STORED AS TEXTFILE"
JSON = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
ARRAY = JSON + " WITH SERDEPROPERTIES ('strip.outer.array'='true') STORED AS TEXTFILE"
TEXTS = "a varchar(40), b varchar(40)"
DAYS = ("05-01-2017", "2017-05-01", "05-01-17", "05-01-89", "May-1-2017", "01-may-2017",
        "2017-may-01", "13-01-2017", "02-30-2017", "")  # fmt: skip
DATED = "".join(f"{day},{number}\n" for number, day in enumerate(DAYS)).encode()
CLEANSED = {"data_cleansing_enabled": "true"}
CASES = {
    "ORC by name": (TEXTS, "STORED AS ORC", {}, _turned(), [["of a", "of b"]]),
    "ORC by position": (TEXTS, "STORED AS ORC", {"orc.schema.resolution": "position"}, _turned(),
                        [["of b", "of a"]]),
    "line breaks in quotes": (TEXTS, LINES, {}, b'"x\n\n""y""",2\n"3\\"\n",4\n',
                              [['3"\n', "4"], ['x\n\n"y"', "2"]]),
    "an array of rows": (TEXTS, ARRAY, {}, b' [{"a": "x"},\n {"a": "[]", "b": 1}\n]\n',
                         [["[]", "1"], ["x", None]]),
    "rows without an array": (TEXTS, ARRAY, {}, b'{"a": "x"}\n{"b": 1}\n',
                              [["x", None], [None, "1"]]),
    "packed without an ending": (TEXTS, COMMAS, {"compression_type": "gzip"},
                                 gzip.compress(b"x,y\n"), [["x", "y"]]),
    "bytes of texts": ("a varchar(5), b char(2)", COMMAS, {}, "ééé,xyz\n日本,é\n".encode(),
                       [["éé", "xy"], ["日", "é"]]),
    "long texts, cleansed": ("a varchar(5), b char(2)", COMMAS, CLEANSED,
                             "ééé,xyz\néé,xy\n".encode(), [["éé", "xy"], [None, None]]),
    "long texts, truncated": ("a varchar(5), b int", COMMAS,
                              CLEANSED | {"surplus_char_handling": "TRUNCATE"},
                              "ééé,1\n".encode(), [["éé", 1]]),
    "days": ("a date, b int", COMMAS, {}, DATED,
             [["1989-05-01", 3], *(["2017-05-01", n] for n in (0, 1, 2, 4, 5, 6)),
              *([None, n] for n in (7, 8, 9))]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_files(lake, aws, fresh, case):
    columns, form, properties, body, rows = CASES[case]
    table = fresh("ext", "_")
    aws("s3").put_object(Bucket=BUCKET, Key=f"made/{table}/f", Body=body)
    told = ", ".join(f"'{name}'='{value}'" for name, value in properties.items())
    more = f"TABLE PROPERTIES ({told})" if told else ""
    place = f"LOCATION 's3://{BUCKET}/made/{table}/'"
    lake.done(f"CREATE EXTERNAL TABLE raw.{table} ({columns}) {form} {place} {more}")
    assert lake.rows(f"SELECT a, b FROM raw.{table} ORDER BY 1, 2") == rows


WRONG = {
    "a broken array": (ARRAY, {}, b'[{"a": 1} {"a": 2}]'),
    "an array without an end": (ARRAY, {}, b'[{"a": 1},'),
    "an unknown compression": (COMMAS, {"compression_type": "lzo"}, b"x,y\n"),
}


@pytest.mark.parametrize("case", WRONG)
def test_refused(lake, aws, fresh, case):
    form, properties, body = WRONG[case]
    table = fresh("ext", "_")
    aws("s3").put_object(Bucket=BUCKET, Key=f"made/{table}/f", Body=body)
    told = ", ".join(
        f"'{name}'='{value}'" for name, value in {"numRows": "1", **properties}.items()
    )
    place = f"LOCATION 's3://{BUCKET}/made/{table}/' TABLE PROPERTIES ({told})"
    lake.done(f"CREATE EXTERNAL TABLE raw.{table} ({TEXTS}) {form} {place}")
    assert "Spectrum Scan Error" in lake.refusal(f"SELECT a, b FROM raw.{table}")
