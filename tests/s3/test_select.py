"""S3 Select: statements over objects in CSV, JSON and Parquet, by boto3.

The answers are those of AWS's pages where these give some.
"""

import bz2
import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests import odd_parquet

PEOPLE = b'name,age,city\nAnn,31,Berlin\nBob,7,"New, York"\n#Zoe,1,Oslo\nCy,,Rome\n'
STAFF = (
    b'[{"staff": [{"name": "Janelyn M", "city": "Chicago", "kids": 2},'
    b' {"name": "Stacy P", "city": "Seattle", "kids": 1}], "country": "USA"}]'
)
RULES = (
    b'{"Rules": [{"id": "1"}, {"expr": "y > x"}, {"id": "2", "expr": "z = DEBUG"}]}'
    b'{"created": "June 27", "modified": "July 6"}'
)
LINES = b'{"a": 1, "b": {"c": [10, 2.50]}}\n\n{"a": "x", "B": null}\n{"A": 3}\n'
HEADED, DOCUMENT = {"CSV": {"FileHeaderInfo": "USE"}}, {"JSON": {"Type": "DOCUMENT"}}
PLAIN, IN_LINES = {"CSV": {}}, {"JSON": {"Type": "LINES"}}
ALL = "SELECT * FROM S3Object"


@pytest.fixture
def select(s3, bucket):
    """``select(content, expression, given)``: the answer's text, or the code of its refusal."""

    def run(content, expression, given, out=None, **options):
        s3.put_object(Bucket=bucket, Key="k", Body=content)
        try:
            answer = s3.select_object_content(
                Bucket=bucket,
                Key="k",
                Expression=expression,
                ExpressionType="SQL",
                InputSerialization=given,
                OutputSerialization=out or {"JSON": {}},
                **options,
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        events = list(answer["Payload"])
        assert [*events[-2], *events[-1]] == ["Stats", "End"]
        records = b"".join(each["Records"]["Payload"] for each in events if "Records" in each)
        assert events[-2]["Stats"]["Details"]["BytesReturned"] == len(records)
        return records.decode()

    return run


ROWS = [
    (PEOPLE, HEADED, ALL + " LIMIT 1", '{"name":"Ann","age":"31","city":"Berlin"}\n'),
    (PEOPLE, PLAIN, "SELECT s._2 FROM s3object AS s LIMIT 2", '{"_2":"age"}\n{"_2":"31"}\n'),
    (PEOPLE, HEADED, "SELECT count(*) FROM S3Object", '{"_1":3}\n'),
    (PEOPLE, HEADED, "SELECT count(*) AS n FROM S3Object s WHERE s.age = ''", '{"n":1}\n'),
    (PEOPLE, HEADED, "SELECT s.* FROM S3Object s WHERE s.Name LIKE '_o%' LIMIT 0", ""),
    (
        PEOPLE,
        HEADED,
        "SELECT s.NAME, s._3 FROM S3Object s WHERE CAST(NULLIF(age, '') AS INT) > 6",
        '{"NAME":"Ann","_3":"Berlin"}\n{"NAME":"Bob","_3":"New, York"}\n',
    ),
    (
        PEOPLE,
        HEADED,
        "SELECT AVG(CAST(NULLIF(age, '') AS INT)), MAX(CAST('2' AS FLOAT)) FROM S3Object",
        '{"_1":19,"_2":2.0}\n',
    ),
    (PEOPLE, HEADED, "SELECT SUM(CAST(_1 AS INT)) FROM S3Object WHERE name = 'x'", '{"_1":null}\n'),
    (b"a,b\n1\n1,2,3\n", HEADED, ALL, '{"a":"1"}\n{"a":"1","b":"2","_3":"3"}\n'),
    (b"a\n1\n", HEADED, 'SELECT "a" FROM S3Object WHERE b IS MISSING', "MissingHeaders"),
    (b"a,A\n1,2\n", HEADED, "SELECT a FROM S3Object", "AmbiguousFieldName"),
    (b"a,A\n1,2\n", HEADED, 'SELECT "A" FROM S3Object', '{"A":"2"}\n'),
    (b'"a ""b""",c\n', PLAIN, ALL, '{"_1":"a \\"b\\"","_2":"c"}\n'),
    (b"1\r\n\r\n2\r\n", PLAIN, ALL, '{"_1":"1"}\n{"_1":"2"}\n'),
    (b"1\r\n2\r\n", {"CSV": {"RecordDelimiter": "\r\n"}}, ALL, '{"_1":"1"}\n{"_1":"2"}\n'),
    (
        b'a|"x\r\ny"\r\nb|z',
        {"CSV": {"FieldDelimiter": "|", "AllowQuotedRecordDelimiter": True}},
        ALL,
        '{"_1":"a","_2":"x\\r\\ny"}\n{"_1":"b","_2":"z"}\n',
    ),
    (
        b"'a\\'b';c",
        {"CSV": {"QuoteCharacter": "'", "QuoteEscapeCharacter": "\\", "FieldDelimiter": ";"}},
        ALL,
        '{"_1":"a\'b","_2":"c"}\n',
    ),
    (b"\xff\n", PLAIN, ALL, "InvalidTextEncoding"),
    (b'{"a":"\\ud83d\\ude00"}', IN_LINES, ALL, '{"a":"😀"}\n'),
    (b'{"a":"\\ud83d"}', IN_LINES, ALL, "JSONParsingError"),
    (b'{"a":"\\ude00"}', DOCUMENT, ALL, "JSONParsingError"),
    (PEOPLE, HEADED, "SELECT * FROM S3Object WHERE age > 3", "IncorrectSqlFunctionArgumentType"),
    (PEOPLE, HEADED, "SELECT CAST(name AS INT) FROM S3Object", "CastFailed"),
    (PEOPLE, HEADED, "SELECT name, COUNT(*) FROM S3Object", "UnsupportedSqlStructure"),
    (PEOPLE, HEADED, "SELECT name FROM S3Object GROUP BY name", "ParseUnexpectedToken"),
    (PEOPLE, HEADED, "SELECT soundex(name) FROM S3Object", "UnsupportedFunction"),
    (PEOPLE, HEADED, "SELECT name FROM students", "InvalidDataSource"),
    (PEOPLE, HEADED, f"SELECT {'(' * 300}1{')' * 300} FROM S3Object", "ParseUnexpectedToken"),
    (STAFF, DOCUMENT, "SELECT COUNT(*) FROM S3Object", '{"_1":1}\n'),
    (STAFF, DOCUMENT, "SELECT s.country FROM S3Object[*][*] s", '{"country":"USA"}\n'),
    (STAFF, DOCUMENT, "SELECT _1.kids FROM S3Object[*][*].staff[*] LIMIT 1", '{"kids":2}\n'),
    (
        STAFF,
        DOCUMENT,
        "SELECT s.name FROM S3Object[*][*].staff[*] s WHERE s.kids > 1",
        '{"name":"Janelyn M"}\n',
    ),
    (
        STAFF,
        DOCUMENT,
        "SELECT AVG(s.kids) a, SUM(s.kids) FROM S3Object[*][*].staff[*] s",
        '{"a":1.5,"_2":3}\n',
    ),
    (RULES, DOCUMENT, "SELECT id FROM S3Object[*].Rules[*].id", '{"id":"1"}\n{}\n{"id":"2"}\n{}\n'),
    (
        RULES,
        DOCUMENT,
        "SELECT id FROM S3Object[*].Rules[*].id WHERE id IS NOT MISSING",
        '{"id":"1"}\n{"id":"2"}\n',
    ),
    (LINES, IN_LINES, "SELECT s.a FROM S3Object s WHERE s.a = 1", '{"a":1}\n'),
    (LINES, IN_LINES, "SELECT s.b.c[1] FROM S3Object s LIMIT 1", '{"_1":2.50}\n'),
    (
        LINES,
        IN_LINES,
        'SELECT s."a", b FROM S3Object s',
        '{"a":1,"b":{"c":[10,2.50]}}\n{"a":"x","b":null}\n{}\n',
    ),
    (LINES, IN_LINES, "SELECT a FROM S3Object s WHERE s.a > 1", "IncorrectSqlFunctionArgumentType"),
    (b'{"a": NaN}', IN_LINES, ALL, "JSONParsingError"),
    (b'{"a": ', DOCUMENT, ALL, "JSONParsingError"),
    (b"[" * 100_000, DOCUMENT, ALL, "JSONParsingError"),
    (b"9" * 5000, IN_LINES, ALL, "JSONParsingError"),
    (b"1e999999999", IN_LINES, "SELECT CAST(_1 AS INT) FROM S3Object", "IntegerOverflow"),
    (b'{"a": "' + b"x" * (1 << 20) + b'"}', IN_LINES, ALL, "OverMaxRecordSize"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "given", "expression", "expected"), ROWS)
def test_a_statement_selects_rows(select, content, given, expression, expected):
    assert select(content, expression, given) == expected


VALUES = [
    ("DATE_ADD(year, 5, `2010-01-01T`)", '"2015-01-01T"'),
    ("DATE_ADD(month, 13, `2010T`)", '"2011-02T"'),
    ("DATE_ADD(hour, 1, `2017T`)", '"2017-01-01T01:00-00:00"'),
    ("DATE_ADD(minute, 1, `2017-01-02T03:04:05.006Z`)", '"2017-01-02T03:05:05.006Z"'),
    ("DATE_DIFF(month, `2011T`, `2010T`)", "-12"),
    ("DATE_DIFF(day, `2010-01-01T23:00Z`, `2010-01-02T01:00Z`)", "0"),
    ("EXTRACT(MINUTE FROM `2017-01-02T03:04:05+07:08`)", "4"),
    ("EXTRACT(TIMEZONE_MINUTE FROM `2017-01-02T03:04:05+07:08`)", "8"),
    ("TO_STRING(`1969-07-20T20:18Z`, 'MMMM d, y h:m a')", '"July 20, 1969 8:18 PM"'),
    ("TO_STRING(`1969-07-20T20:18Z`, 'M-d-yy')", '"7-20-69"'),
    ("TO_STRING(`1969-07-20T20:18Z`, 'y-MM-dd''T''H:m:ssX')", '"1969-07-20T20:18:00Z"'),
    ("TO_STRING(`1969-07-20T20:18+08:00`, 'y-MM-dd''T''H:m:ssXXXX')", '"1969-07-20T20:18:00+0800"'),
    ("TO_TIMESTAMP('2007-02-23T12:14:33.079-08:00')", '"2007-02-23T12:14:33.079-08:00"'),
    ("TRIM('       foobar         ')", '"foobar"'),
    ("TRIM(LEADING FROM '       foobar')", '"foobar"'),
    ("TRIM(BOTH '12' FROM '1112211foobar22211122')", '"foobar"'),
    ("SUBSTRING('123456789', -4)", '"123456789"'),
    ("SUBSTRING('123456789' FROM 1 FOR 5)", '"12345"'),
    ("CHAR_LENGTH('äß') + 7 / 2 - -1", "6"),
    ("-7 % 3", "-1"),
    ("7.0 / 2", "3.5"),
    ("COALESCE(NULL, MISSING, LOWER('A'))", '"a"'),
    ("CASE 2 WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", '"y"'),
    ("CASE WHEN NULL = 1 THEN 1 ELSE 0 END", "0"),
    (f"'{'a' * 400}' LIKE '{'%a' * 9}%b'", "false"),
    ("'a\nb' LIKE '_%\n%b' AND 'ab' LIKE '%ab%' AND NOT ('ab' LIKE 'a%b%b')", "true"),
    ("NOT (1 IN (1, 2)) OR 'a%' LIKE 'a!%' ESCAPE '!'", "true"),
    ("2 NOT BETWEEN 1 AND 3", "false"),
    ("CAST('1.50' AS DECIMAL(5, 2))", "1.50"),
    ("CAST(1.9 AS INT)", "1"),
    ("CAST('TRUE' AS BOOL)", "true"),
    ("CAST(9223372036854775807 AS INT) + 1", "IntegerOverflow"),
    ("CAST('1.505' AS DECIMAL(5, 2))", "CastFailed"),
    ("1 / 0", "EvaluatorInvalidArguments"),
    ("TO_STRING(UTCNOW(), 'Q')", "EvaluatorInvalidTimestampFormatPattern"),
    ("CAST('a' AS BLOB)", "InvalidDataType"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_an_expression_has_a_value(select, expression, expected):
    answer = select(b"x", f"SELECT {expression} AS v FROM S3Object", PLAIN)
    assert answer == (expected if expected[:1].isupper() else f'{{"v":{expected}}}\n')


def test_an_answer_is_csv_where_that_is_asked(select):
    quoted = {"CSV": {"QuoteFields": "ALWAYS", "FieldDelimiter": ";", "RecordDelimiter": "|"}}
    assert (
        select(PEOPLE, ALL + " LIMIT 2", HEADED, quoted)
        == '"Ann";"31";"Berlin"|"Bob";"7";"New, York"|'
    )
    plain = {"CSV": {}}
    assert select(PEOPLE, "SELECT city, 1.5, NULL FROM S3Object", HEADED, plain) == (
        'Berlin,1.5,\n"New, York",1.5,\nRome,1.5,\n'
    )  # fmt: skip


def test_what_is_compressed_is_unpacked(select):
    count = "SELECT COUNT(*) FROM S3Object"
    for kind, packed in (("GZIP", gzip.compress(PEOPLE)), ("BZIP2", bz2.compress(PEOPLE))):
        assert select(packed, count, HEADED | {"CompressionType": kind}) == '{"_1":3}\n'
    assert select(PEOPLE, count, HEADED | {"CompressionType": "GZIP"}) == "InvalidCompressionFormat"


def test_ranges_that_meet_have_each_row_once(select):
    """Whoever asks for a large object in parts gets all of its rows, whatever the parts' size."""
    content = b"n\n" + b"".join(b"%d\n" % number for number in range(300))
    whole = select(content, ALL, HEADED)
    for size in (1, 7, 64, 1000):
        parts = (
            [
                select(content, ALL, HEADED, ScanRange={"Start": at, "End": at + size - 1})
                for at in range(0, len(content), size)
            ]
            if size > 1
            else [select(content, ALL, HEADED, ScanRange={"Start": 0})]
        )
        assert "".join(parts) == whole
    assert select(content, ALL, PLAIN, ScanRange={"End": 4}) == '{"_1":"299"}\n'
    assert select(content, ALL, DOCUMENT, ScanRange={"Start": 0}) == "UnsupportedScanRangeInput"


def test_a_parquet_object_has_types(select):
    table = pa.table(
        {
            "id": [1, 2, 3],
            "name": ["a", None, "c"],
            "tags": [["x"], [], None],
            "day": pa.array([0, 1, 2], pa.date32()),
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file)
    given = {"Parquet": {}}
    assert (
        select(
            file.getvalue(),
            "SELECT s.id, s.name, s.tags[0] t FROM S3Object s WHERE s.id <> 2",
            given,
        )
        == '{"id":1,"name":"a","t":"x"}\n{"id":3,"name":"c"}\n'
    )
    assert select(file.getvalue(), "SELECT COUNT(*) FROM S3Object", given) == '{"_1":3}\n'
    assert select(file.getvalue(), ALL, given) == "UnsupportedParquetType"
    assert select(b"PAR1", ALL, given) == "ParquetParsingError"
    damaged = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([b"\xff"]).view(pa.string())}), damaged)
    assert select(damaged.getvalue(), ALL, given) == "ParquetParsingError"
    assert select(odd_parquet.encrypted(), ALL, given) == "ParquetParsingError"


def test_a_long_answer_comes_in_events(select):
    content = b"".join(b"%07d\n" % number for number in range(100_000))
    answer = select(content, ALL, PLAIN, {"CSV": {}}, RequestProgress={"Enabled": True})
    assert answer.encode() == content


def test_who_may_not_read_may_not_select(s3, bucket):
    def asked(bucket):
        return s3.select_object_content(
            Bucket=bucket, Key="k", Expression=ALL, ExpressionType="SQL",
            InputSerialization=PLAIN, OutputSerialization={"CSV": {}},
        )  # fmt: skip

    with pytest.raises(ClientError, match="NoSuchBucket"):
        asked("nowhere-at-all")
    with pytest.raises(ClientError, match="NoSuchKey"):
        asked(bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="GLACIER")
    with pytest.raises(ClientError, match="InvalidObjectState"):
        asked(bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    statement = (
        f'{{"Statement": [{{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",'
        f' "Resource": "arn:aws:s3:::{bucket}/*"}}]}}'
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=statement)
    with pytest.raises(ClientError, match="AccessDenied"):
        asked(bucket)
