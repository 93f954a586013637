"""What a crawler would say of a file: format, columns, parameters, counts."""

import bz2
import gzip
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from labkit.cloud.engine.formats import CLASSES, File, FormatError
from labkit.cloud.engine.infer import (
    Classifier,
    CsvClassifier,
    GrokClassifier,
    Inferred,
    JsonClassifier,
    classify,
    merge,
    similarity,
)
from labkit.cloud.engine.types import parse_type
from tests import odd_parquet


def told(path: Path, data: bytes, name: str, *classifiers: Classifier) -> Inferred:
    file = path / "blob"
    file.write_bytes(data)
    return classify(File(str(file), name, (), len(data)), classifiers)


def columns(found: Inferred) -> str:
    return " ".join(f"{name}:{kind.hive}" for name, kind in found.columns)


def schema(text: str) -> tuple[tuple[str, Any], ...]:
    pairs = (column.split(":", 1) for column in text.split())
    return tuple((name, parse_type(kind)) for name, kind in pairs)


TEXTS: dict[str, tuple[bytes, str, str]] = {
    "comma": (b"Id,Name,X\n1,a,1.5\n2,b,\n", "csv", "id:bigint name:string x:double"),
    "pipe": (b"id|name\n1|a\n", "csv", "id:bigint name:string"),
    "tab": (b"id\tname\n1\ta,b\n", "csv", "id:bigint name:string"),
    "semicolon": (b"id;name\n1;a\n", "csv", "id:bigint name:string"),
    "control A": (b"id\x01name\n1\x01a\n", "csv", "id:bigint name:string"),
    "more columns win": (b"a,b;c,d\n1,2;3,4\n", "csv", "a:bigint b;c:string d:bigint"),
    "quotes": (b'"id","name"\n"1","a,b"\n', "csv", "id:bigint name:string"),
    "all strings have no header": (b"name,city\na,b\n", "csv", "col0:string col1:string"),
    "numbers have no header": (b"1,2\n3,4\n", "csv", "col0:bigint col1:bigint"),
    "dates are strings": (b"d,n\n2020-01-01,1\n", "csv", "d:string n:bigint"),
    "booleans": (b"d,n\ntrue,1\nFALSE,2\n", "csv", "d:boolean n:bigint"),
    "empty columns are strings": (b"a,b,c\n1,,\n2,,\n", "csv", "a:bigint b:string c:string"),
    "mixed numbers": (b"a,b\n1,1\n2.5,x\n", "csv", "a:double b:string"),
    "too large for bigint": (b"a,b\n12345678901234567890,1\n", "csv", "a:double b:bigint"),
    "blanks around": (b"a,b\n 1 ,2\n", "csv", "a:bigint b:bigint"),
    "marks that end no line": (
        "a,b\n1,x\u2028y\n2,\x0b\n3,\x85\n".encode(),
        "csv",
        "a:bigint b:string",
    ),
    "a space that is no digit's": ("a,b\n1,2\u00a0\n".encode(), "csv", "a:bigint b:string"),
    "trailing delimiter": (b"a,b,\n1,2,\n", "csv", "a:bigint b:bigint col2:string"),
    "same name twice": (b"a,a\n1,2\n", "csv", "a:bigint a_dup1:bigint"),
    "a name that a second one would get": (
        b"a,a_dup1,a\n1,2,3\n",
        "csv",
        "a:bigint a_dup1:bigint a_dup2:bigint",
    ),
    "one row": (b"a,b\n", "UNKNOWN", ""),
    "one column": (b"text\nmore\n", "UNKNOWN", ""),
    "nothing": (b"", "UNKNOWN", ""),
    "bytes": (b"\x00\x01\x02", "UNKNOWN", ""),
    "json": (
        b'{"A":1,"b":{"c":[1,2.5]},"d":null}\n{"A":3000000000,"e":"x"}\n',
        "json",
        "a:bigint b:struct<c:array<double>> d:string e:string",
    ),
    "json over lines": (b'{\n "a": true\n}\n{"a": false}', "json", "a:boolean"),
    "json structs together": (b'{"a":{"x":1}}{"a":{"y":"s"}}', "json", "a:struct<x:int,y:string>"),
    "json of two types": (b'{"a":1}\n{"a":"x"}\n', "json", "a:string"),
    "json array": (b'[{"a":1},{"a":2}]', "json", "array:array<struct<a:int>>"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_text_is_classified(tmp_path: Path, case: str) -> None:
    data, classification, wanted = TEXTS[case]
    found = told(tmp_path, data, "x")
    assert (found.classification, columns(found)) == (classification, wanted)


def test_blank_lines_before_a_header_are_skipped_with_it(tmp_path: Path) -> None:
    found = told(tmp_path, b"\n \nid,name\n1,a\n2,b\n", "x.csv")
    assert (found.parameters["skip.header.line.count"], found.record_count) == ("3", 2)


def test_a_csv_table_is_described_as_glue_does(tmp_path: Path) -> None:
    found = told(tmp_path, b"id,name\n1,a\n2,b\n", "x.csv")
    assert found.parameters == {
        "classification": "csv",
        "compressionType": "none",
        "typeOfData": "file",
        "areColumnsQuoted": "false",
        "columnsOrdered": "true",
        "delimiter": ",",
        "skip.header.line.count": "1",
    }
    assert (found.serde, found.input_format) == (CLASSES["csv"].serde, CLASSES["csv"].input)
    assert found.serde_parameters == {"field.delim": ","}
    assert (found.record_count, found.average_record_size) == (2, 8)


def test_a_json_table_is_described_as_glue_does(tmp_path: Path) -> None:
    found = told(tmp_path, b'{"b":1,"a":2}\n', "x.json")
    assert found.serde == "org.openx.data.jsonserde.JsonSerDe"
    assert found.serde_parameters == {"paths": "a,b"}


@pytest.mark.parametrize(
    ("name", "pack", "kind"),
    [("x.csv.gz", gzip.compress, "gzip"), ("x.csv.bz2", bz2.compress, "bzip2")],
    ids=["gzip", "bzip2"],
)
def test_compressed_text(tmp_path: Path, name: str, pack: Any, kind: str) -> None:
    found = told(tmp_path, pack(b"a,b\n1,x\n"), name)
    assert (columns(found), found.parameters["compressionType"]) == ("a:bigint b:string", kind)


def test_counts_of_a_long_file_are_estimated(tmp_path: Path) -> None:
    rows = 200_000
    data = b"a,b\n" + b"".join(b"%07d,text %07d\n" % (i, i) for i in range(rows))
    found = told(tmp_path, data, "x.csv")
    assert abs(found.record_count - rows) < 0.05 * rows
    packed = told(tmp_path, gzip.compress(data), "x.csv.gz")
    assert abs(packed.record_count - rows) < 0.5 * rows


CUSTOM: dict[str, tuple[Classifier, bytes, str, str]] = {
    "header given": (CsvClassifier(header=("A", "B")), b"1,x\n", "csv", "a:bigint b:string"),
    "header present": (
        CsvClassifier(contains_header="PRESENT"),
        b"name,city\na,b\n",
        "csv",
        "name:string city:string",
    ),
    "header absent": (
        CsvClassifier(contains_header="ABSENT"),
        b"id,n\n1,2\n",
        "csv",
        "col0:string col1:string",
    ),
    "one column": (
        CsvClassifier(allow_single_column=True, contains_header="PRESENT"),
        b"name\na\n",
        "csv",
        "name:string",
    ),
    "own delimiter": (CsvClassifier(delimiter="#"), b"a#b\n1#x,y\n", "csv", "a:bigint b:string"),
    "own quote": (CsvClassifier(quote="'"), b"a,b\n1,'x,y'\n", "csv", "a:bigint b:string"),
    "no trimming": (CsvClassifier(trim=False), b"a,b\n 1,2\n", "csv", "a:string b:bigint"),
    "own types": (
        CsvClassifier(datatypes=("LONG", "DATE")),
        b"a,b\n1,2020-01-01\n",
        "csv",
        "a:bigint b:date",
    ),
    "json path": (JsonClassifier("$[*]"), b'[{"a":1},{"a":2}]', "json", "a:int"),
    "json path by any name": (JsonClassifier("$.r-1.*"), b'{"r-1":{"s":{"a":1}}}', "json", "a:int"),
    "json path deeper": (JsonClassifier("$.r.s[*]"), b'{"r":{"s":[{"a":1}]}}', "json", "a:int"),
    "grok": (GrokClassifier("mine", "%{INT:y:int} %{WORD:w}"), b"20 x\n", "mine", "y:int w:string"),
    "grok of ones own": (
        GrokClassifier("mine", "%{XY:a} %{INT:n:long}", "XY [xy]+"),
        b"xyx 1\n",
        "mine",
        "a:string n:bigint",
    ),
    "grok that does not match": (
        GrokClassifier("mine", "%{INT:y} %{WORD:w}"),
        b"a,b\n1,2\n",
        "csv",
        "a:bigint b:bigint",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CUSTOM)
def test_custom_classifiers_come_first(tmp_path: Path, case: str) -> None:
    classifier, data, classification, wanted = CUSTOM[case]
    found = told(tmp_path, data, "x", classifier)
    assert (found.classification, columns(found)) == (classification, wanted)


def test_a_csv_classifier_may_ask_for_the_quoting_serde(tmp_path: Path) -> None:
    found = told(tmp_path, b"a;b\n1;2\n", "x", CsvClassifier(serde="OpenCSVSerDe"))
    assert found.serde == CLASSES["opencsv"].serde
    assert found.serde_parameters == {"separatorChar": ";", "quoteChar": '"'}


@pytest.mark.parametrize("path", ["jsonpath1", "$.a[", "$..a"])
def test_a_json_path_that_is_none_is_told(tmp_path: Path, path: str) -> None:
    with pytest.raises(FormatError, match=r"JsonPath .* cannot be read"):
        told(tmp_path, b'{"a":1}', "a.json", JsonClassifier(path))


ARROW = {
    "n": (pa.nulls(1), "unknown"),
    "l": (pa.array([[1, 2]], pa.list_(pa.int32(), 2)), "array<int>"),
    "t": (pa.array([1], pa.time64("ns")), "bigint"),
    "d": (pa.array([1], pa.duration("us")), "bigint"),
    "u": (pa.array([bytes(16)], pa.uuid()), "binary"),
}


def test_types_that_arrow_notes_are_told_as_parquet_stores_them(tmp_path: Path) -> None:
    pq.write_table(pa.table({n: values for n, (values, _) in ARROW.items()}), tmp_path / "x")
    found = classify(File(str(tmp_path / "x"), "x", (), (tmp_path / "x").stat().st_size))
    assert columns(found) == " ".join(f"{n}:{kind}" for n, (_, kind) in ARROW.items())


def test_the_names_of_a_parquet_enum_are_texts(tmp_path: Path) -> None:
    found = told(tmp_path, odd_parquet.ODD_KINDS, "x")
    assert columns(found) == "v:string l:array<string> i:binary"


def test_apache_logs_are_known(tmp_path: Path) -> None:
    line = b'1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 23 "-" "Moz"\n'
    found = told(tmp_path, line, "access.log")
    assert (found.classification, found.columns[0][0]) == ("combined_apache", "clientip")
    assert found.serde == CLASSES["grok"].serde


STORED = pa.table(
    {
        "Id": pa.array([1, 2], pa.int32()),
        "small": pa.array([1, 2], pa.int16()),
        "big": pa.array([1, 2], pa.int64()),
        "d": pa.array([1, 2], pa.date32()),
        "t": pa.array([1, 2], pa.timestamp("us")),
        "l": pa.array([[1.5], []], pa.list_(pa.float64())),
        "s": pa.array([{"x": "a"}, None]),
        "b": pa.array([b"x", None], pa.binary()),
    }
)
STORED_KINDS = (
    "id:int small:smallint big:bigint d:date t:timestamp l:array<double> s:struct<x:string> "
    "b:binary"
)


@pytest.mark.parametrize("form", ["parquet", "orc"])
def test_columnar_files_tell_their_types(tmp_path: Path, form: str) -> None:
    path = tmp_path / "blob"
    {"parquet": pq.write_table, "orc": orc.write_table}[form](STORED, path)
    found = classify(File(str(path), "no-ending", (), path.stat().st_size))
    assert (found.classification, columns(found)) == (form, STORED_KINDS)
    assert found.record_count == 2
    assert found.average_record_size == path.stat().st_size // 2
    assert found.serde == CLASSES[form].serde


def test_avro_files_tell_their_types(tmp_path: Path) -> None:
    place = [{"name": "x", "type": "int"}]
    fields = [
        {"name": "A", "type": ["null", "long"]},
        {"name": "d", "type": {"type": "int", "logicalType": "date"}},
        {"name": "m", "type": {"type": "map", "values": "string"}},
        {"name": "p", "type": {"type": "record", "name": "place", "fields": place}},
        {"name": "q", "type": ["null", "place"]},
        {"name": "l", "type": {"type": "array", "items": "int", "logicalType": "map"}},
    ]
    path = tmp_path / "blob"
    with path.open("wb") as target:
        rows = [{"A": 1, "d": 2, "m": {}, "p": {"x": 1}, "q": None, "l": []}] * 3
        fastavro.writer(target, {"type": "record", "name": "r", "fields": fields}, rows)
    found = classify(File(str(path), "x", (), path.stat().st_size))
    assert columns(found) == (
        "a:bigint d:date m:map<string,string> p:struct<x:int> q:struct<x:int> l:array<int>"
    )
    assert found.record_count == 3
    assert '"name":"A"' in found.serde_parameters["avro.schema.literal"]


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ("a:int", "a:bigint", "a:bigint"),
        ("a:int", "a:double", "a:double"),
        ("a:bigint", "a:string", "a:string"),
        ("a:int b:string", "c:int a:int", "a:int b:string c:int"),
        ("a:struct<x:int>", "a:struct<y:int>", "a:struct<x:int,y:int>"),
        ("a:struct<X:int>", "a:struct<x:bigint>", "a:struct<X:bigint>"),
        ("a:array<int>", "a:array<double>", "a:array<double>"),
        ("a:map<string,int>", "a:map<string,bigint>", "a:map<string,bigint>"),
        ("a:map<string,int>", "a:map<int,int>", "a:string"),
        ("a:decimal(5,2)", "a:decimal(4,0)", "a:decimal(6,2)"),
        ("a:decimal(38,0)", "a:decimal(38,9)", "a:string"),
    ],
    ids=[
        "longer",
        "wider",
        "string",
        "union",
        "struct",
        "fields of another case",
        "array",
        "map",
        "keys",
        "decimals",
        "too many digits",
    ],
)
def test_schemas_merge(left: str, right: str, both: str) -> None:
    assert merge([schema(left), schema(right)]) == schema(both)


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        ("a:int b:string", "a:int b:string", 1.0),
        ("a:int b:string", "a:bigint", 0.5),
        ("a:int", "a:string", 0.0),
        ("a:int", "b:int", 0.0),
    ],
    ids=["same", "half", "other type", "other name"],
)
def test_schemas_are_similar(left: str, right: str, share: float) -> None:
    assert similarity(schema(left), schema(right)) == share


def test_a_file_of_too_many_columns_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_text(f"{','.join(f'c{n}' for n in range(20_001))}\n{'1,' * 20_000}1\n")
    with pytest.raises(FormatError, match="has 20001 columns; a table has 20000 at most"):
        classify(File(str(path), "wide.csv", (), path.stat().st_size))
