"""The Redshift Data API: statements, batches, sessions, results, lists."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.conftest import everything
from tests.redshift.conftest import PLACE, create_cluster
from tests.roles import lets_in


def test_a_statement_tells_how_it_went(data):
    told = data.run("SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL ORDER BY 1")
    assert told["Status"] == "FINISHED"
    assert told["HasResultSet"]
    assert told["ResultRows"] == 2
    assert told["Duration"] > 0
    assert told["RedshiftQueryId"] > 0
    result = data.client.get_statement_result(Id=told["Id"])
    assert result["TotalNumRows"] == 2
    assert result["Records"] == [
        [{"longValue": 1}, {"stringValue": "x"}],
        [{"longValue": 2}, {"isNull": True}],
    ]
    first = result["ColumnMetadata"][0]
    assert (first["name"], first["typeName"], first["isSigned"]) == ("a", "int4", True)


@pytest.mark.parametrize(
    ("expression", "kind", "field"),
    [
        ("1::smallint", "int2", {"longValue": 1}),
        ("1.50::decimal(8,2)", "numeric", {"stringValue": "1.50"}),
        ("0.5::float", "float8", {"doubleValue": 0.5}),
        ("true", "bool", {"booleanValue": True}),
        ("date '2024-01-02'", "date", {"stringValue": "2024-01-02"}),
        ("timestamp '2024-01-02 03:04:05.5'", "timestamp",
         {"stringValue": "2024-01-02 03:04:05.5"}),
        ("'2024-01-02 03:04+02'::timestamptz", "timestamptz",
         {"stringValue": "2024-01-02 01:04:00+00"}),
        ("'ab'::char(4)", "bpchar", {"stringValue": "ab  "}),
        ("json_parse('[1, 2]')", "super", {"stringValue": "[1,2]"}),
        ("interval '1 day 2 hours'", "interval", {"stringValue": "1 day 02:00:00"}),
        ("from_hex('0aff')", "varbyte", {"stringValue": "0aff"}),
    ],
)  # fmt: skip
def test_each_type_has_its_field(data, expression, kind, field):
    told = data.run(f"SELECT {expression}")
    result = data.client.get_statement_result(Id=told["Id"])
    assert result["Records"] == [[field]]
    assert result["ColumnMetadata"][0]["typeName"] == kind


def test_a_failure_says_why_in_redshifts_words(data):
    told = data.run("SELECT * FROM nosuch")
    assert told["Status"] == "FAILED"
    assert told["Error"] == 'ERROR: relation "nosuch" does not exist'


NOBODYS = "70662acc-f334-46f8-b953-3a9546796d7k"  # AWS's pattern takes any letter
NO_RESULT = {
    "failed": ("SELECT * FROM nosuch", "ResourceNotFoundException", "Query does not have result."),
    "no rows": ("SET search_path TO public", "ResourceNotFoundException", "Query does not have"),
    "unknown": (NOBODYS, "ResourceNotFoundException", "Query does not exist."),
    "no number": ("InvalidId", "ValidationException", "id must satisfy regex pattern: ^[a-z0-9]"),
}


@pytest.mark.parametrize(("asked", "code", "words"), NO_RESULT.values(), ids=NO_RESULT)
def test_what_has_no_result_says_why(data, asked, code, words):
    number = data.run(asked)["Id"] if " " in asked else asked
    with pytest.raises(ClientError) as caught:
        data.client.get_statement_result(Id=number)
    told = caught.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert told["Error"]["Message"].startswith(words)


def test_parameters_are_values_and_never_sql(data):
    given = [{"name": "a", "value": "it's; DROP TABLE x"}, {"name": "n", "value": "41"}]
    assert data.rows("SELECT :a, :n + 1, :n::int", Parameters=given) == [
        ["it's; DROP TABLE x", 42, 41]
    ]
    numbered = [{"name": "1", "value": "3"}, {"name": "2nd", "value": "4"}]
    asked = "SELECT :1::int + :2nd, ':1', '10:15'::time::varchar -- :3"
    assert data.rows(asked, Parameters=numbered) == [[7, ":1", "10:15:00"]]
    for bad in (given[:1], [*given, {"name": "z", "value": "1"}]):
        with pytest.raises(ClientError, match="Parameters list"):
            data.client.execute_statement(Sql="SELECT :a, :n", Parameters=bad, **PLACE)


def test_a_batch_is_one_transaction(data, fresh):
    table = fresh("batch", "_")
    sqls = [f"CREATE TABLE {table} (a int)", f"INSERT INTO {table} VALUES (1), (2)",
            f"SELECT count(*) FROM {table}"]  # fmt: skip
    number = data.client.batch_execute_statement(Sqls=sqls, **PLACE)["Id"]
    told = data.ended(number)
    assert told["Status"] == "FINISHED"
    assert [part["Status"] for part in told["SubStatements"]] == ["FINISHED"] * 3
    assert [part["ResultRows"] for part in told["SubStatements"]] == [0, 2, 1]
    records = data.client.get_statement_result(Id=f"{number}:3")["Records"]
    assert records == [[{"longValue": 2}]]
    failing = [f"DELETE FROM {table}", "SELECT 1/0", f"SELECT * FROM {table}"]
    told = data.ended(data.client.batch_execute_statement(Sqls=failing, **PLACE)["Id"])
    assert told["Status"] == "FAILED"
    states = [part["Status"] for part in told["SubStatements"]]
    assert states == ["FINISHED", "FAILED", "ABORTED"]
    assert data.rows(f"SELECT count(*) FROM {table}") == [[2]]


def test_a_text_of_several_statements_is_one_transaction(data, fresh):
    table = fresh("several", "_")
    create = f"CREATE TABLE {table} (a int)"
    failing = {"SELECT 1/0": "ivision by zero", f"SELECT a FROM {table}": "none may return rows"}
    for statement, why in failing.items():
        told = data.run(f"{create}; {statement}; INSERT INTO {table} VALUES (0);")
        assert told["Status"] == "FAILED"
        assert why in told["Error"]
    told = data.run(f"{create}; INSERT INTO {table} VALUES (1), (2); ")
    assert (told["Status"], told["HasResultSet"], told["ResultRows"]) == ("FINISHED", False, 2)
    told = data.run(f"BEGIN; DELETE FROM {table}; INSERT INTO {table} VALUES (3); COMMIT")
    assert (told["Status"], data.rows(f"SELECT a FROM {table}")) == ("FINISHED", [[3]])
    given = [{"name": "a", "value": "1"}]
    told = data.run(f"DELETE FROM {table}; DELETE FROM {table} WHERE a = :a", Parameters=given)
    assert "cannot insert multiple commands into a prepared statement" in told["Error"]


def test_parameters_are_for_all_statements_of_a_batch(data):
    given = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    sqls = ["SELECT :a::int", "SELECT :b::int, :a::int", "SELECT 3"]
    number = data.client.batch_execute_statement(Sqls=sqls, Parameters=given, **PLACE)["Id"]
    assert data.ended(number)["Status"] == "FINISHED"
    records = data.client.get_statement_result(Id=f"{number}:2")["Records"]
    assert records == [[{"longValue": 2}, {"longValue": 1}]]
    with pytest.raises(ClientError, match="unused parameters"):
        data.client.batch_execute_statement(Sqls=["SELECT :a"], Parameters=given, **PLACE)


def test_statements_that_commit_by_themselves_mind_no_other(data, fresh):
    table = fresh("each", "_")
    sqls = [f"CREATE TABLE {table} (a int)", "SELECT 1/0", f"INSERT INTO {table} VALUES (1)"]
    members = {"Sqls": sqls, "ExecutionMode": "AUTO_COMMIT", "WaitTimeSeconds": 30, **PLACE}
    told = data.ended(data.client.batch_execute_statement(**members)["Id"])
    states = [part["Status"] for part in told["SubStatements"]]
    assert (told["Status"], states) == ("FAILED", ["FINISHED", "FAILED", "FINISHED"])
    assert data.rows(f"SELECT a FROM {table}") == [[1]]


def test_a_session_keeps_what_a_statement_left(data):
    first = data.client.execute_statement(
        Sql="CREATE TEMP TABLE mine AS SELECT 7 AS a", SessionKeepAliveSeconds=60, **PLACE
    )
    data.ended(first["Id"])
    assert data.rows("SELECT a FROM mine", SessionId=first["SessionId"]) == [[7]]
    assert data.run("SELECT a FROM mine")["Status"] == "FAILED"
    with pytest.raises(ClientError, match="is invalid"):
        data.client.execute_statement(Sql="SELECT 1", SessionId=NOBODYS)


LONG = "SELECT count(*) FROM generate_series(1, 300000) a, generate_series(1, 300000) b"


def test_a_session_runs_one_statement_at_a_time(data):
    client = data.client
    begun = client.execute_statement(Sql=LONG, SessionKeepAliveSeconds=0, **PLACE)
    number, session = begun["Id"], begun["SessionId"]
    (busy,) = client.list_sessions(SessionId=session)["Sessions"]
    assert (busy["Status"], busy["CurrentStatementId"]) == ("BUSY", number)
    with pytest.raises(ClientError, match="Session is busy"):
        client.execute_statement(Sql="SELECT 1", SessionId=session)
    client.cancel_statement(Id=number)
    assert data.ended(number)["Status"] == "ABORTED"
    (closed,) = client.list_sessions(SessionId=session)["Sessions"]
    assert (closed["Status"], closed["Database"], closed["DbUser"]) == ("CLOSED", "dev", "awsuser")
    with pytest.raises(ClientError, match="Session is not available"):
        client.execute_statement(Sql="SELECT 1", SessionId=session)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.list_sessions(SessionId=NOBODYS)
    left = everything(client.list_sessions, "Sessions")
    assert session not in [each["SessionId"] for each in left]


def test_a_token_starts_one_statement(data):
    once = {"Sql": "SELECT 1", "ClientToken": "token-one", **PLACE}
    ids = {data.client.execute_statement(**once)["Id"] for _ in range(2)}
    assert len(ids) == 1
    with pytest.raises(ClientError):
        data.client.execute_statement(**once | {"Sql": "SELECT 2"})


def test_numbers_that_json_has_not_are_texts(data):
    """As AWS's protocol of JSON has them; a bare NaN is no JSON, which other clients refuse."""
    told = data.run("SELECT 'nan'::float, 'inf'::float4, 1.0::float")
    [row] = data.client.get_statement_result(Id=told["Id"])["Records"]
    assert [field["doubleValue"] for field in row] == ["NaN", "Infinity", 1.0]


def test_results_come_as_csv_too(data):
    sql = "SELECT 1 AS a, 'x,y' AS b, NULL AS c, 'nan'::float AS d, '-inf'::float4 AS e"
    told = data.run(sql, ResultFormat="CSV")
    result = data.client.get_statement_result_v2(Id=told["Id"])
    assert result["ResultFormat"] == "CSV"
    assert result["Records"] == [{"CSVRecords": 'a,b,c,d,e\r\n1,"x,y",,NaN,-Infinity\r\n'}]
    with pytest.raises(ClientError):
        data.client.get_statement_result(Id=told["Id"])


def test_long_results_have_pages(data):
    told = data.run("SELECT g FROM generate_series(1, 2500) g ORDER BY g")
    pages = list(data.client.get_paginator("get_statement_result").paginate(Id=told["Id"]))
    assert [len(page["Records"]) for page in pages] == [1000, 1000, 500]
    assert pages[-1]["Records"][-1] == [{"longValue": 2500}]


def test_a_running_statement_is_canceled(data):
    number = data.client.execute_statement(Sql=LONG, **PLACE)["Id"]
    assert data.client.cancel_statement(Id=number)["Status"]
    assert data.ended(number)["Status"] == "ABORTED"
    with pytest.raises(ClientError, match="already in ABORTED"):
        data.client.cancel_statement(Id=number)


def test_the_catalog_can_be_listed(data, fresh):
    table, schema = fresh("listed", "_"), fresh("schema", "_")
    data.run(f"CREATE SCHEMA {schema}")
    data.run(f"CREATE TABLE {schema}.{table} (a int NOT NULL, b varchar(9) DEFAULT 'x')")
    client = data.client
    assert "dev" in client.list_databases(**PLACE)["Databases"]
    assert client.list_schemas(SchemaPattern=f"{schema[:-1]}%", **PLACE)["Schemas"] == [schema]
    found = client.list_tables(SchemaPattern=schema, **PLACE)["Tables"]
    assert found == [{"name": table, "schema": schema, "type": "TABLE"}]
    columns = client.describe_table(Schema=schema, Table=table, **PLACE)["ColumnList"]
    pages = client.get_paginator("describe_table").paginate(
        Schema=schema, PaginationConfig={"PageSize": 1}, **PLACE
    )
    assert [page["ColumnList"] for page in pages] == [columns[:1], columns[1:]]
    assert [(c["name"], c["typeName"], c["nullable"]) for c in columns] == [
        ("a", "int4", 0),
        ("b", "varchar", 1),
    ]
    assert columns[1]["columnDefault"] == "'x'::character varying"


def test_the_systems_tables_are_listed_where_their_schema_is_named(data):
    found = data.client.list_tables(SchemaPattern="pg_cat%", TablePattern="stl_quer_", **PLACE)
    assert found["Tables"] == [
        {"name": "stl_query", "schema": "pg_catalog", "type": "SYSTEM TABLE"}
    ]
    told = data.client.describe_table(Schema="pg_catalog", Table="stl_query", **PLACE)
    first = [(c["name"], c["typeName"], c["schemaName"]) for c in told["ColumnList"][:2]]
    assert first == [("userid", "int4", "pg_catalog"), ("query", "int4", "pg_catalog")]


def test_statements_are_listed_by_name_and_state(data, fresh):
    name = fresh("named")
    data.run("SELECT 1", StatementName=name)
    data.run("SELECT 1/0", StatementName=name)
    found = data.client.list_statements(StatementName=name, Status="ALL")["Statements"]
    assert [each["Status"] for each in found] == ["FAILED", "FINISHED"]
    for state in ({"Status": "FAILED"}, {}):  # those that have finished, without one
        assert len(data.client.list_statements(StatementName=name, **state)["Statements"]) == 1
    pages = data.client.get_paginator("list_statements").paginate(
        StatementName=name, Status="ALL", PaginationConfig={"PageSize": 1}
    )
    assert [len(page["Statements"]) for page in pages] == [1, 1]
    elsewhere = {"StatementName": name, "Database": "elsewhere"}
    assert data.client.list_statements(**elsewhere)["Statements"] == []


def test_a_row_of_a_result_may_have_64_kb(data):
    told = data.run("SELECT repeat('x', 40000) AS a, repeat('y', 40000) AS b")
    assert (told["Status"], told["HasResultSet"]) == ("FAILED", False)
    assert told["Error"] == "ERROR: Packet for query is too large"
    assert data.run("SELECT repeat('x', 65535) AS a")["Status"] == "FINISHED"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Database": "dev"}, "Missing required cluster identifier"),
        ({"ClusterIdentifier": "a", "WorkgroupName": "abc", "Database": "dev"}, "Exactly one"),
        ({"ClusterIdentifier": "a"}, "Database is required"),
        ({**PLACE, "SecretArn": "arn:x"}, "Only one of"),
    ],
    ids=["no target", "two targets", "no database", "two identities"],
)
def test_a_request_must_name_one_target(data, members, words):
    with pytest.raises(ClientError, match=words):
        data.client.execute_statement(Sql="SELECT 1", **members)


def test_a_user_that_is_not_there_cannot_connect(data):
    told = data.run("SELECT 1", DbUser="nobody")
    assert (told["Status"], told["Error"]) == ("FAILED", 'ERROR: user "nobody" does not exist')


def test_a_secret_tells_the_user(data, aws, fresh):
    arn = aws("secretsmanager").create_secret(
        Name=fresh("secret"), SecretString='{"username": "awsuser", "password": "Labkit2024"}'
    )["ARN"]
    place = {"ClusterIdentifier": "data-api", "Database": "dev", "SecretArn": arn}
    number = data.client.execute_statement(Sql="SELECT current_user", **place)["Id"]
    assert data.ended(number)["DbUser"] == "awsuser"
    records = data.client.get_statement_result(Id=number)["Records"]
    assert records == [[{"stringValue": "awsuser"}]]


def test_grants_bind(data, fresh):
    table, user, role = (fresh(stem, "_") for stem in ("t", "u", "r"))
    for sql in (
        f"CREATE TABLE {table} AS SELECT 1 AS a",
        f"CREATE USER {user} PASSWORD 'Abcd1234'",
        f"CREATE ROLE {role}",
        f"GRANT ROLE {role} TO {user}",
    ):
        assert data.run(sql)["Status"] == "FINISHED"
    denied = f"ERROR: permission denied for relation {table}"
    assert data.run(f"SELECT * FROM {table}", DbUser=user)["Error"] == denied
    data.run(f"GRANT SELECT ON {table} TO ROLE {role}")
    assert data.rows(f"SELECT a FROM {table}", DbUser=user) == [[1]]
    assert data.run(f"DELETE FROM {table}", DbUser=user)["Error"] == denied
    assert "must be owner" in data.run(f"DROP TABLE {table}", DbUser=user)["Error"]
    data.run(f"REVOKE SELECT ON {table} FROM ROLE {role}")
    assert data.run(f"SELECT * FROM {table}", DbUser=user)["Error"] == denied


def test_the_end_of_a_statement_is_an_event(data, aws, fresh):
    name = fresh("ended")
    sqs, events = aws("sqs"), aws("events")
    queue = sqs.create_queue(QueueName=name, Attributes=lets_in("events"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"source": ["aws.redshift-data"], "detail": {"statementName": [name]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])
    told = data.run("SELECT 1", StatementName=name, WithEvent=True)
    found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    event = json.loads(found[0]["Body"])
    assert event["detail-type"] == "Redshift Data Statement Status Change"
    assert event["detail"]["statementId"] == told["Id"]
    assert event["detail"]["state"] == "FINISHED"
    assert event["resources"][0].endswith(f":cluster:{PLACE['ClusterIdentifier']}")


def test_two_clusters_share_nothing(data, fresh, aws):
    create_cluster(aws("redshift"), "another")
    table = fresh("own", "_")
    data.run(f"CREATE TABLE {table} (a int)")
    told = data.run(f"SELECT * FROM {table}", ClusterIdentifier="another")
    assert told["Error"] == f'ERROR: relation "{table}" does not exist'


def test_a_user_begins_with_settings_of_its_own(data, fresh):
    user = fresh("zoned", "_")
    for sql in (
        f"CREATE USER {user} PASSWORD 'Labkit2024'",
        f"ALTER USER {user} SET timezone TO 'Asia/Tokyo'",
        f"ALTER USER {user} SET query_group TO 'own'",
        f"ALTER USER {user} RESET query_group",
    ):
        assert data.run(sql)["Status"] == "FINISHED"
    asked = "SELECT timestamptz '2024-01-01 00:00:00+00', current_setting('query_group')"
    assert data.rows(asked, DbUser=user) == [["2024-01-01 09:00:00+09", "default"]]
    assert data.rows(asked) == [["2024-01-01 00:00:00+00", "default"]]
