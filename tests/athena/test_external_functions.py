"""Functions of a query that run in Lambda: zips that speak the federation SDK's protocol."""

import io
import json
import zipfile

import pyarrow as pa
import pytest

from tests.roles import make_role, policy

#: A handler as Python libraries of the protocol have it; ``serDeVersion`` says which version.
HANDLER = """
import base64, datetime, decimal, json, os
import pyarrow as pa

ASKED = []

def read(event):
    block = event["inputRecords"]
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(block["schema"])))
    records = pa.py_buffer(base64.b64decode(block["records"]))
    return pa.ipc.read_record_batch(records, schema)

def handler(event, context):
    ASKED.append(event["@type"])
    if event["@type"] == "PingRequest":
        answer = {"@type": "PingResponse", "catalogName": event["catalogName"],
                  "queryId": event["queryId"], "sourceType": "test", "capabilities": 23}
        return answer | VERSION
    rows = read(event)
    output = event["outputSchema"]
    output = output["schema"] if isinstance(output, dict) else output
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(output)))
    given = [column.to_pylist() for column in rows.columns]
    values = [globals()[event["methodName"]](event, rows, *each) for each in zip(*given)]
    batch = pa.RecordBatch.from_arrays([pa.array(values, schema.field(0).type)], schema=schema)
    return {"@type": "UserDefinedFunctionResponse", "methodName": event["methodName"],
            "records": {"aId": "a", "schema": output,
                        "records": base64.b64encode(batch.serialize()).decode()}}

def shout(event, rows, text): return None if text is None else text.upper() + "!"
def known(event, rows, text): return "nothing" if text is None else text
def upper(event, rows, text): return "not " + text
def plus(event, rows, a, b): return a + b
def same(event, rows, value): return value
def types(event, rows, *values): return "|".join(map(str, rows.schema.types))
def names(event, rows, *values): return "|".join(rows.schema.names)
def batch(event, rows, value): return rows.num_rows
def wide(event, rows, value): return len(value)
def asked(event, rows, value): return ",".join(ASKED)
def who(event, rows, value): return json.dumps(event["identity"])
def raw(event, rows, value): return event["inputRecords"]["schema"][:8]
def shape(event, rows, value): return type(event["outputSchema"]).__name__
def fails(event, rows, value): raise ValueError("no\\nsuch thing")
"""


def zipped(code):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def role(cloud):
    return make_role(cloud.client("iam"), "udf-runner", "lambda")


def deploy(cloud, role, name, code):
    cloud.client("lambda").create_function(
        FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=role, Timeout=30,
        Code={"ZipFile": zipped(code)},
    )  # fmt: skip
    return name


@pytest.fixture(scope="module")
def fn(cloud, role):
    """A function of the protocol's first version."""
    return deploy(cloud, role, "udfs", HANDLER.replace("VERSION", "{}"))


def using(fn, *declared):
    functions = ", ".join(f"EXTERNAL FUNCTION {each} LAMBDA '{fn}'" for each in declared)
    return f"USING {functions} "


SHOUT = "shout(text varchar) RETURNS varchar"


def test_values_and_nulls(people, fn):
    query = using(fn, SHOUT) + "SELECT id, shout(name) AS loud FROM people ORDER BY id"
    assert people.rows(query) == [["1", "ANN!"], ["2", "BOB!"], ["3", None]]
    query = using(fn, "known(text varchar) RETURNS varchar") + "SELECT known(name) FROM people"
    assert ["nothing"] in people.rows(query)


def test_the_execution_is_a_select(people, fn):
    found = people.do(using(fn, SHOUT) + "SELECT shout('a') AS x")
    assert (found["StatementType"], found["SubstatementType"]) == ("DML", "SELECT")
    info = people.results(found["QueryExecutionId"])["ResultSet"]["ResultSetMetadata"]
    assert [(c["Name"], c["Type"]) for c in info["ColumnInfo"]] == [("x", "varchar")]


def test_two_functions_in_one_statement(people, fn):
    query = using(fn, SHOUT, "plus(a bigint, b bigint) RETURNS bigint")
    query += "SELECT shout(name || '?'), plus(id, 10) FROM people WHERE plus(id, id) = 4"
    assert people.rows(query) == [["BOB?!", "12"]]


def test_functions_stand_inside_one_another_and_in_every_clause(people, fn):
    query = using(fn, SHOUT)
    query += (
        "SELECT shout(shout(name)), count(*) FROM people WHERE shout(name) LIKE '%!' "
        "GROUP BY shout(shout(name)) HAVING min(shout(name)) > '' ORDER BY 1"
    )
    assert people.rows(query) == [["ANN!!", "1"], ["BOB!!", "1"]]


def test_a_function_by_its_arn(people, fn):
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{fn}"
    assert people.rows(using(arn, SHOUT) + "SELECT shout('a')") == [["A!"]]


def test_a_function_hides_a_built_in_one(people, fn):
    assert people.rows("SELECT upper('a')") == [["A"]]
    query = using(fn, "upper(text varchar) RETURNS varchar") + "SELECT upper('a'), lower('B')"
    assert people.rows(query) == [["not a", "b"]]


VALUES = [
    ("boolean", "true", "bool", "true"),
    ("tinyint", "TINYINT '-7'", "int8", "-7"),
    ("smallint", "SMALLINT '300'", "int16", "300"),
    ("integer", "70000", "int32", "70000"),
    ("bigint", "BIGINT '9007199254740993'", "int64", "9007199254740993"),
    ("real", "REAL '1.5'", "float", "1.5"),
    ("double", "0.1E0", "double", "0.1"),
    ("decimal(10,2)", "DECIMAL '12.50'", "decimal128(10, 2)", "12.50"),
    ("varchar", "'ü'", "string", "ü"),
    ("varchar(3)", "CAST('abc' AS varchar(3))", "string", "abc"),
    ("varbinary", "X'00ff'", "binary", "00 ff"),
    ("date", "DATE '2024-02-29'", "date32[day]", "2024-02-29"),
    ("array(integer)", "ARRAY[1, NULL, 3]", "list<item: int32>", "[1, null, 3]"),
    ("row(a integer, b varchar)", "CAST(ROW(1, 'x') AS row(a integer, b varchar))",
     "struct<a: int32, b: string>", "{a=1, b=x}"),
    ("array(row(a decimal(3,1)))", "ARRAY[CAST(ROW(1.5) AS row(a decimal(3,1)))]",
     "list<item: struct<a: decimal128(3, 1)>>", "[{a=1.5}]"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "arrow", "text"), VALUES, ids=[v[0] for v in VALUES])
def test_types(lake, fn, kind, value, arrow, text):
    query = using(fn, f"same(v {kind}) RETURNS {kind}", f"types(v {kind}) RETURNS varchar")
    query += f"SELECT same({value}), types({value}), same(CAST(NULL AS {kind}))"
    assert lake.rows(query) == [[text, arrow, None]]


def test_a_timestamp_has_milliseconds(lake, role, cloud):
    code = HANDLER.replace("VERSION", "{}").replace("given = [", "given = [column.cast(pa.timesta"
        "mp('ms')).to_pylist() if column.type == pa.date64() else ")  # fmt: skip
    code += (
        "\ndef later(event, rows, at): return at + datetime.timedelta(hours=1)\n"
        "def pack(values): return pa.array(values, pa.timestamp('ms')).view(pa.date64())\n"
    )
    code = code.replace("pa.array(values, schema.field(0).type)", "pack(values)")
    name = deploy(cloud, role, "udf-clock", code)
    query = using(name, "later(at timestamp) RETURNS timestamp")
    query += "SELECT later(TIMESTAMP '2024-01-02 23:30:00.678')"
    assert lake.rows(query) == [["2024-01-03 00:30:00.678"]]


def test_arguments_go_by_their_names_and_are_coerced(lake, fn):
    query = using(fn, "names(one varchar, two double) RETURNS varchar")
    assert lake.rows(query + "SELECT names('a', 1)") == [["one|two"]]


def test_the_request_is_what_the_sdk_for_java_writes(lake, fn, cloud):
    """Without the four bytes ``ff`` that later versions of Arrow put before a message."""
    query = using(fn, "raw(v varchar) RETURNS varchar", "who(v varchar) RETURNS varchar")
    [[raw, who]] = lake.rows(query + "SELECT raw('a'), who('a')")
    assert raw[2:] == "AAABAA"
    arn = cloud.client("sts").get_caller_identity()["Arn"]
    assert json.loads(who) == {
        "arn": arn, "account": "123456789012", "principalTags": {}, "iamGroups": [],
    }  # fmt: skip


def test_a_function_says_its_version(lake, fn, role, cloud):
    """The first version has a schema in an object, later ones as it is."""
    name = deploy(cloud, role, "udfs-v5", HANDLER.replace("VERSION", '{"serDeVersion": 5}'))
    query = "SELECT shape('a'), asked('a')"
    declared = ("shape(v varchar) RETURNS varchar", "asked(v varchar) RETURNS varchar")
    assert lake.rows(using(fn, declared[0]) + "SELECT shape('a')") == [["dict"]]
    [[shape, asked]] = lake.rows(using(name, *declared) + query)
    assert shape == "str"
    assert asked.split(",")[0] == "PingRequest"


def test_rows_come_in_batches(lake, fn):
    ids = pa.table({"id": pa.array(range(5000), pa.int64())})
    lake.parquet_table("many", "id bigint", ids)
    query = using(fn, "batch(v bigint) RETURNS bigint", "same(v bigint) RETURNS bigint")
    query += "SELECT count(*), sum(same(id)), count(DISTINCT same(id)), max(batch(id)) FROM many"
    [[count, total, distinct, largest]] = lake.rows(query)
    assert (count, total, distinct) == ("5000", str(sum(range(5000))), "5000")
    assert int(largest) < 5000


def test_a_request_is_no_larger_than_lambda_takes(lake, fn):
    query = using(fn, "wide(v varchar) RETURNS bigint", "batch(v varchar) RETURNS bigint")
    query += (
        "SELECT sum(wide(t)), max(batch(t)), count(*) FROM (SELECT lpad('', 100000, 'x') || "
        "CAST(n AS varchar) AS t FROM UNNEST(sequence(100, 199)) AS s(n))"
    )
    [[total, largest, count]] = lake.rows(query)
    assert (total, count) == (str(100 * 100003), "100")
    assert int(largest) < 100
    reason = lake.fail(
        using(fn, "wide(v varchar) RETURNS bigint") + "SELECT wide(lpad('', 7000000, 'x'))"
    )
    assert "Request must be smaller than 6291456 bytes" in reason


def test_what_the_function_raises(people, fn):
    query = using(fn, "fails(v varchar) RETURNS varchar") + "SELECT fails(name) FROM people"
    done = people.run(query)
    assert done["Status"]["State"] == "FAILED"
    assert done["Status"]["StateChangeReason"] == (
        f"GENERIC_USER_ERROR: Encountered an exception[ValueError] from your LambdaFunction[{fn}] "
        "executed in context[calling UDF method fails] with message[no\nsuch thing]"
    )
    assert done["Status"]["AthenaError"]["ErrorCategory"] == 2


@pytest.mark.parametrize("call", ["TRY(fails('a'))", "TRY_CAST(fails('a') AS integer)"])
def test_try_does_not_hide_a_function_that_fails(lake, fn, call):
    reason = lake.fail(using(fn, "fails(v varchar) RETURNS varchar") + f"SELECT {call}")
    assert reason.startswith("GENERIC_USER_ERROR: Encountered an exception[ValueError]")


def test_a_function_that_is_not_there(lake):
    reason = lake.fail(using("nowhere", SHOUT) + "SELECT shout('a')")
    assert reason.startswith(
        "GENERIC_USER_ERROR: Encountered an exception[Client] from your LambdaFunction[nowhere] "
        "executed in context[calling UDF method shout] with message[Function not found: arn:aws:"
        "lambda:us-east-1:123456789012:function:nowhere"
    )


OTHER_RECORDS = (
    "return {'@type': 'PingResponse' if event['@type'] == 'PingRequest' else "
    "'UserDefinedFunctionResponse', 'records': {'schema': 'AA==', 'records': ''}}"
)
BAD_ANSWERS = [
    ("return {'@type': 'PingResponse'}", "Expected a UserDefinedFunctionResponse but found"),
    ("return 7", "Expected a PingResponse but found 7"),
    (OTHER_RECORDS, "The records cannot be read"),
]


@pytest.mark.parametrize(("body", "words"), BAD_ANSWERS)
def test_a_function_of_another_protocol(lake, role, cloud, fresh, body, words):
    name = deploy(cloud, role, fresh("udf-bad"), f"def handler(event, context):\n    {body}\n")
    assert words in lake.fail(using(name, SHOUT) + "SELECT shout('a')")


def test_rows_that_were_not_asked_for(lake, role, cloud):
    code = HANDLER.replace("VERSION", "{}").replace("for each in zip", "for each in 2 * list(zip")
    code = code.replace("zip(*given)]", "zip(*given))]")
    name = deploy(cloud, role, "udf-more", code)
    assert "Expected 1 rows but found 2" in lake.fail(using(name, SHOUT) + "SELECT shout('a')")


def test_a_type_that_was_not_asked_for(lake, role, cloud):
    given = 'output = event["inputRecords"]'
    code = HANDLER.replace("VERSION", "{}").replace('output = event["outputSchema"]', given)
    name = deploy(cloud, role, "udf-other", code)
    reason = lake.fail(using(name, "same(n bigint) RETURNS varchar") + "SELECT same(1)")
    assert "Expected one column of type string but found n: int64" in reason


def test_the_caller_must_be_allowed_to_invoke(lake, fn, cloud, fresh):
    iam, name = cloud.client("iam"), fresh("analyst")
    iam.create_user(UserName=name)
    allowed = ["athena:*", "s3:*", "glue:*"]
    for which, actions in (("lake", allowed), ("udf", ["lambda:InvokeFunction"])):
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        if which == "udf":
            statement["Effect"] = "Deny"
        iam.put_user_policy(UserName=name, PolicyName=which, PolicyDocument=policy(statement))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    lake.athena = cloud.client(
        "athena", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    reason = lake.fail(using(fn, SHOUT) + "SELECT shout('a')")
    assert "GENERIC_USER_ERROR: Encountered an exception[Client]" in reason
    assert "lambda:InvokeFunction" in reason
    assert "Error Code: AccessDeniedException" in reason


REFUSED = [
    ("shout(text varchar) RETURNS varchar", "shout(1)", "FUNCTION_NOT_FOUND", "(integer)"),
    ("shout(text varchar) RETURNS varchar", "shout()", "FUNCTION_NOT_FOUND", "shout(varchar)"),
    ("shout(text varchar) RETURNS varchar", "whisper('a')", "FUNCTION_NOT_FOUND", "'whisper'"),
    ("shout(text varchar) RETURNS varchar", "shout(DISTINCT 'a')", "FUNCTION_NOT_AGGREGATE", ""),
    ("shout(text varchar) RETURNS varchar", "shout('a') OVER ()", "FUNCTION_NOT_WINDOW", ""),
    ("shout() RETURNS varchar", "shout()", "NOT_SUPPORTED", "at least one parameter"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "call", "code", "words"), REFUSED)
def test_calls_that_fail(lake, fn, declared, call, code, words):
    reason = lake.fail(using(fn, declared) + f"SELECT {call}")
    assert reason.startswith(f"{code}: ")
    assert words in reason


ONE = "USING EXTERNAL FUNCTION f(a varchar) RETURNS varchar LAMBDA 'x' "
OLD = "f(a varchar) RETURNS varchar TYPE LAMBDA_INVOKE WITH (lambda_name = 'x') SELECT f('a')"
NOT_READ = [
    (f"USING FUNCTION {OLD}", "line 1:7: mismatched input 'FUNCTION'. Expecting: 'EXTERNAL'"),
    (ONE, "mismatched input '<EOF>'"),
    (f"{ONE} CREATE TABLE t AS SELECT f('a')", "mismatched input 'CREATE'"),
    (f"CREATE VIEW v AS {ONE} SELECT f('a')", "mismatched input 'USING'"),
    (f"CREATE TABLE t AS {ONE} SELECT f('a')", "mismatched input 'USING'"),
    (ONE.replace("RETURNS varchar", ""), "Expecting: 'RETURNS'"),
    (ONE.replace("'x'", "x") + "SELECT 1", "Expecting: <string>"),
    (ONE.replace("a varchar", "a varchar, a varchar") + "SELECT 1", "the same name"),
]
OF_OTHER_TYPES = [
    (f"USING EXTERNAL FUNCTION {OLD}", "Unknown type: varchar TYPE LAMBDA_INVOKE"),
    (ONE.replace("a varchar", "a map(varchar, varchar)") + "SELECT 1",
     "Type map(varchar, varchar) is not supported in external functions"),
    (ONE.replace("a varchar", "a timestamp(6)") + "SELECT 1", "Type timestamp(6) is not"),
    (ONE.replace("a varchar", "a array(timestamp)") + "SELECT 1", "Type array(timestamp) is not"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "words"), NOT_READ)
def test_statements_that_do_not_read(lake, statement, words):
    assert words in lake.refuse(statement)


@pytest.mark.parametrize(("statement", "words"), OF_OTHER_TYPES)
def test_types_that_are_none_of_external_functions(lake, statement, words):
    assert words in lake.fail(statement)


def test_views_do_not_go_with_external_functions(people, fn):
    people.do("CREATE VIEW names AS SELECT name FROM people")
    reason = people.fail(using(fn, SHOUT) + "SELECT shout(name) FROM names")
    assert reason.startswith("NOT_SUPPORTED: ")
    assert "Views cannot be used together with external functions" in reason


def test_a_function_belongs_to_its_statement(people, fn):
    people.do(using(fn, SHOUT) + "SELECT shout('a')")
    assert "FUNCTION_NOT_FOUND" in people.fail("SELECT shout('a')")


def test_prepared_with_parameters(people, fn):
    name = people.database
    people.do(f"PREPARE {name} FROM {using(fn, SHOUT)} SELECT shout(?)")
    assert people.rows(f"EXECUTE {name} USING 'a'") == [["A!"]]
    query = using(fn, SHOUT) + "SELECT shout(name) FROM people WHERE id = ?"
    assert people.rows(query, ExecutionParameters=["2"]) == [["BOB!"]]


def test_a_result_is_not_reused(people, fn):
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}
    for _ in range(2):
        found = people.do(using(fn, SHOUT) + "SELECT shout('a')", ResultReuseConfiguration=reuse)
        assert found["Statistics"]["ResultReuseInformation"] == {"ReusedPreviousResult": False}
