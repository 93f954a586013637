"""What a notebook says below AWS's own words, where a learner's commonest mistakes are met."""

import time
from pathlib import Path

import pandas as pd
import pytest
from botocore.exceptions import ClientError
from IPython.core.interactiveshell import InteractiveShell

import labkit
from labkit import exercises, progress
from labkit.advice import advice
from labkit.errors import AccessDenied, QueryFailed, UnknownName
from labkit.exercises.states import State
from labkit.recipes import step
from labkit.warehouses.stores import compare
from labkit.widgets import CrawlerConsole

NUMBERS = "UNNEST(sequence(1, 9000)) AS"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a(x), {NUMBERS} b(y), {NUMBERS} c(z) WHERE x + y < z"
QUERIES = {
    "a text in double quotes": (
        'SELECT 1 FROM student WHERE gender = "F"',
        "In SQL a text stands in single quotes. In double quotes stands a name, so f was",
    ),
    "a text with a sign in double quotes": (
        'SELECT 1 FROM student WHERE gender = "12-Oct"',
        "so 12-oct was looked for",
    ),
    "a text in a writer's quotes": ("SELECT ‘F’", "takes the keyboard's: '"),
    "a quote that is not closed": ("SELECT 'F", "opened, and never closed"),
    "a text without quotes": (
        "SELECT 1 FROM student WHERE gender = F",
        "If f is a text, it stands",
    ),
    "names in one pair of quotes": ('SELECT 1 FROM "db_raw_sisdemo.student"', "all is one name"),
    "a text without its f": ("SELECT 1 FROM {table}", "an f stands before the quotes"),
    "a column beside a count": ("SELECT gender, count(*) FROM student", "in GROUP BY, too"),
    "a count in WHERE": ("SELECT 1 FROM student WHERE count(*) > 1", "HAVING"),
    "a column of two tables": ("SELECT gender FROM student a, student b", "Say whose"),
    "a column of a table's own name": ("SELECT s.gender FROM student", "lab.catalog.columns"),
    "the hour of a text": ("SELECT hour(gender) FROM student", "from_iso8601_timestamp"),
    "a unit without quotes": ("SELECT date_diff(day, now(), now())", "date_diff('day'"),
    "a date without quotes": (
        "SELECT 1 FROM student WHERE birth_date > 2021-05-03",
        "less 5 less 3",
    ),
    "a date beside a text": ("SELECT 1 FROM student WHERE gender > DATE '2021-05-03'", "is a text"),
    "keys that are a text": (
        "CREATE TABLE db_cur_sisdemo.k WITH (partitioned_by = 'k') AS SELECT 1 AS n, 2 AS k",
        "partitioned_by = ARRAY['day']",
    ),
    "OFFSET behind LIMIT": ("SELECT 1 FROM student LIMIT 3 OFFSET 1", "before LIMIT"),
    "a word that is misspelt": ("SELECT gender FORM student", "Is FROM misspelt?"),
    "a word with a letter too few": ("SELECT 1 FROM student WERE gender = 'F'", "Is WHERE missp"),
    "a word whose letters are turned": ("SELECT 1 FROM student LIMTI 3", "Is LIMIT misspelt?"),
    "two words in one": ("SELECT gender FROM student GROUPBY gender", "two words each"),
    "half of two words": ("SELECT gender FROM student ORDER gender", "It is ORDER BY."),
    "DISTINCT before the brackets": ("SELECT count DISTINCT(gender) FROM student", "within the"),
    "a limit of two numbers": ("SELECT 1 FROM student LIMIT 10, 20", "OFFSET 10 LIMIT 20"),
    "a name in single quotes": ("SELECT gender AS 'sex' FROM student", "A name stands in double"),
    "a table in single quotes": ("SELECT 1 FROM 'student'", "A name stands in double"),
    "Python's nothing": ("SELECT 1 FROM student WHERE gender IS None", "column IS NULL"),
    "NOT NULL without IS": ("SELECT 1 FROM student WHERE gender NOT NULL", "column IS NOT NULL"),
    "another language's and": ("SELECT 1 FROM student WHERE 1 = 1 && 2 = 2", "joined by AND"),
    "another language's comment": ("# students\nSELECT 1", "two dashes"),
    "a join by nothing": ("SELECT 1 FROM student a JOIN student b", "JOIN b ON a.id = b.id"),
    "a case without its end": ("SELECT CASE WHEN true THEN 1 FROM student", "has an END"),
    "a case without a WHEN": ("SELECT CASE gender = 'F' THEN 1 END FROM student", "CASE WHEN"),
    "from 1 to 3 by a comma": ("SELECT 1 FROM student WHERE 2 BETWEEN 1, 3", "BETWEEN 1 AND 3"),
    "a bracket that stays open": ("SELECT 1 FROM student WHERE (gender = 'F'", "never closed"),
    "a bracket too many": ("SELECT 1 FROM student WHERE gender = 'F')", "that nothing opened"),
    "a number among texts": ("SELECT 1 FROM student WHERE student_id IN ('1')", "without quotes"),
    "a text joined to a number": ("SELECT gender || student_id FROM student", "AS varchar"),
    "a sum of conditions": ("SELECT sum(gender = 'F') FROM student", "count_if(condition)"),
    "a date beside a year": ("SELECT 1 FROM student WHERE birth_date > 2001", "year(column)"),
    "a row to change": ("UPDATE student SET gender = 'F'", "writes them anew"),
    "another column": ("SELECT gendr FROM student", "lab.catalog.columns(database, table)"),
    "another table": ("SELECT * FROM students", 'lab.catalog.tables("db_raw_sisdemo")'),
    "another database": ("SELECT * FROM db_raw.student", "lab.catalog.databases()"),
    "a name of its own": (
        "SELECT gender, count(*) AS n FROM student GROUP BY gender HAVING n > 3",
        "n is a name that the SELECT itself gives",
    ),
    "a clause too late": ("SELECT 1 FROM student LIMIT 3 WHERE true", "The order is SELECT, FROM"),
    "a comma too many": ("SELECT gender, FROM student", "a comma too many before FROM"),
    "two signs": ("SELECT 1 FROM student WHERE student_id == 1", "compares with one ="),
    "TOP": ("SELECT TOP 5 * FROM student", "LIMIT, at the end"),
    "a number in quotes": ("SELECT 1 FROM student WHERE student_id = '1'", "without quotes"),
    "a date as a text": ("SELECT 1 FROM student WHERE birth_date > '2021-05-09'", "write DATE '"),
    "texts that are added": ("SELECT gender + 'x' FROM student", "Texts are joined by ||"),
    "another system's function": ("SELECT ifnull(gender, '') FROM student", "are COALESCE there"),
}


@pytest.mark.parametrize(("sql", "says"), QUERIES.values(), ids=QUERIES)
def test_a_query_that_fails(lake, sql, says):
    with pytest.raises(QueryFailed, match=r"line 1:\d+: ") as failed:
        lake.query(sql, database="db_raw_sisdemo")
    assert says in str(failed.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [("2020-10-04T23:59:00Z", "substr(column, 1, 10)"), ("", "nullif(column, '')")],
)
def test_a_text_that_is_no_date(lake, text, says):
    with pytest.raises(QueryFailed) as failed:
        lake.query(f"SELECT date('{text}')")
    assert says in str(failed.value)


def test_a_query_without_a_database(lake):
    with pytest.raises(QueryFailed, match="Name the database: behind %%athena"):
        lake.query("SELECT * FROM student")


def test_a_table_that_is_there_already(lake):
    sql = "CREATE TABLE db_cur_sisdemo.twice AS SELECT 1 AS a"
    lake.query(sql)
    with pytest.raises(QueryFailed, match=r"from an earlier run: go on, or drop it first"):
        lake.query(sql)
    lake.query("DROP TABLE db_cur_sisdemo.twice")


def test_files_that_a_table_has_left(lake):
    place = f"s3://{lake.names.curated_bucket}/left/"
    lake.storage.put("a", f"{place}a.csv")
    with pytest.raises(QueryFailed, match=f'lab.storage.delete."{place}"'):
        lake.query(
            f"CREATE TABLE db_cur_sisdemo.l WITH (external_location = '{place}') AS SELECT 1 AS a"
        )
    lake.storage.delete(place)


REDSHIFT = {
    "a text in double quotes": ('column "f" does not exist in student', '"F"', "single quotes"),
    "another table": ('relation "sis.students" does not exist', "", "lab.warehouse.tables()"),
    "a schema twice": ('Schema "sis" already exists', "", "an earlier run"),
    "QUALIFY behind a name": (
        'syntax error at or near "row_number"',
        "SELECT * FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1",
        "an alias",
    ),
    "a comma before FROM": (
        'syntax error at or near "FROM"',
        "SELECT a, FROM t",
        "a comma too many",
    ),
    "another column": ('column "gendr" does not exist in student', "", "table_name = 'student'"),
    "another schema": ('schema "sisraw" does not exist', "", "svv_all_schemas"),
    "a date without quotes": ("operator does not exist: date > integer", "", "stands in quotes"),
    "a user twice": ('user "dean" already exists', "", "an earlier run"),
    "a share twice": ("Datashare a already exists", "", "an earlier run"),
    "no cluster": (
        "Redshift endpoint doesn't exist in this region: dataedu-cluster",
        "",
        "lab.warehouse.create()",
    ),
    "a paused cluster": ("The Redshift cluster is paused.", "", "lab.warehouse.resume()"),
    "a text without quotes": (
        'column "f" does not exist in student',
        "SELECT 1 FROM student WHERE gender = F",
        "If f is a text",
    ),
    "a writer's quotes": ('column "‘f’" does not exist', "", "the keyboard's"),
    "a quote that is not closed": ("syntax error at end of input", "SELECT 'F", "never closed"),
    "an end that comes too early": ("syntax error at end of input", "SELECT 'F' FROM", ""),
    "two signs": ('syntax error at or near "1"', "SELECT a == 1", "compares with one ="),
    "a semicolon too few": (
        'syntax error at or near "SELECT"',
        "SELECT 1\n\nSELECT 2",
        "parted by a semicolon",
    ),
    "a query that is unloaded without quotes": (
        'syntax error at or near "SELECT"',
        "UNLOAD (SELECT 1) TO 's3://a/'",
        "UNLOAD ('SELECT ...')",
    ),
    "quotes within UNLOAD's": (
        'syntax error at or near "2021"',
        "UNLOAD ('SELECT * FROM t WHERE day = '2021-03-01'') TO 's3://a/'",
        "written twice",
    ),
    "a partition without brackets": (
        'syntax error at or near "day"',
        "UNLOAD ('SELECT 1') TO 's3://a/' PARTITION BY day",
        "PARTITION BY (day)",
    ),
    "a table of no name": ('missing FROM-clause entry for table "s"', "", "FROM name AS s"),
    "Athena's function": ("function date_parse(text) does not exist", "", "c_SQL_functions"),
    "a count of conditions": ("function count_if(boolean) does not exist", "", "THEN 1 ELSE 0"),
    "a limit of two numbers": ("LIMIT #,# syntax is not supported", "", "LIMIT 20 OFFSET 10"),
    "a folder that is not there": (
        "The specified S3 prefix 'library/' does not exist",
        "",
        "lab.storage.objects",
    ),
    "a source without s3": ("Invalid source for COPY: raw/library/", "", "starts with s3://"),
    "a bound view of the lake": (
        "External tables are not supported in views",
        "",
        "WITH NO SCHEMA BINDING",
    ),
    "a key that is no column": (
        'column "a" of relation "lv" does not exist',
        "",
        "table_name = 'lv'",
    ),
    "no cluster to describe": ("Cluster dataedu-cluster not found.", "", "lab.warehouse.create()"),
    "no role any more": (
        "DataBrew is not a trusted entity for the data access role arn:aws:iam::1:role/dataedu-x.",
        "",
        "run the notebook's first cell",
    ),
    "no statement": ("Invalid length for parameter Sqls, value: 0", "", "no statement in it"),
    "a word that is misspelt": ('syntax error at or near "SELEC"', "SELEC 1", "Is SELECT missp"),
    "another syntax error": ('syntax error at or near "n2"', "SELECT 1 AS n n2", ""),
}


@pytest.mark.parametrize(("message", "sql", "says"), REDSHIFT.values(), ids=REDSHIFT)
def test_a_statement_of_the_warehouse_that_fails(message, sql, says):
    helps = advice(f"ERROR: {message}", sql)
    assert says in helps
    assert bool(says) == bool(helps)


def test_a_user_of_the_key_without_an_arn(lab, capsys):
    with pytest.raises(ClientError) as refused:
        lab.storage.add_key_users("dataedu-flow-role")
    InteractiveShell().showtraceback((refused.type, refused.value, refused.tb))
    assert "lab.role_arn(name)" in capsys.readouterr().out


REFUSED = {
    "an unknown object": (
        lambda lab: lab.storage.head(f"s3://{lab.names.raw_bucket}/nope"),
        "lab.storage.objects",
    ),
    "an unknown bucket": (lambda lab: lab.storage.read("s3://advised/a"), "lab.names.raw_bucket"),
    "an unknown data set": (lambda lab: lab.recipe.profile("nope"), "lab.recipe.data_sets()"),
    "an unknown recipe": (lambda lab: lab.recipe.publish("nope"), "lab.recipe.create"),
    "an unpublished recipe": (
        lambda lab: lab.recipe.put_job("j", data_set="advised", recipe="advised", to=TO),
        'lab.recipe.publish("advised")',
    ),
    "a condition by its sign": (
        lambda lab: lab.recipe.create("advised", [step("REMOVE_VALUES", where=[("a", ">", "1")])]),
        "a word such as GREATER_THAN",
    ),
    "a time in words": (
        lambda lab: lab.recipe.add_schedule("advised", jobs="advised", cron="every day"),
        "cron(0 6 * * ? *) is each day at six",
    ),
    "data that QuickSight has not": (lambda lab: lab.chart.refresh("nope"), "lab.chart.data_sets"),
    "SQL in a formula": (
        lambda lab: lab.chart.add_data_set(
            "advised", sql="SELECT 1 AS n", calculated={"m": "IF(n > 0, 1, 0)"}
        ),
        "IF and CASE are ifelse(",
    ),
}
TO = "s3://advised/a/"


CALLS = {
    "a lab that is a text": (lambda _: labkit.start("1"), "as in labkit.start(1), not '1'."),
    "a lab that is no lab": (lambda _: labkit.start(5), "There are labs 1 to 4"),
    "a progress of no lab": (lambda _: exercises.progress(9), "There are labs 1 to 4, not 9."),
    "a certificate of a number": (lambda _: exercises.certificate(1), "certificate(lab)"),
    "a console of a number": (lambda _: CrawlerConsole(1), "CrawlerConsole(lab)"),
    "an argument too few": (
        lambda lab: lab.catalog.columns("student"),
        "argument: 'name'. It is lab.catalog.columns(database, name).",
    ),
    "an unknown option": (
        lambda lab: lab.query("SELECT 1", db="x"),
        "It is lab.query(sql, *, database=None",
    ),
    "an option by place": (
        lambda lab: lab.storage.head("s3://advised/a", 3),
        "It is lab.storage.head(uri, *, lines=5).",
    ),
    "a number that is a text": (
        lambda lab: lab.storage.fetch_demo_data(scale="2"),
        "scale is a number, not '2'.",
    ),
    "a list of users": (
        lambda lab: lab.storage.add_key_users([lab.caller]),
        "Each of arns is a text, not ['arn:",
    ),
    "an address that is missing": (lambda lab: lab.storage.read(None), "uri is a text, not None."),
    "an address of no object": (
        lambda lab: lab.storage.put("a", f"s3://{lab.names.raw_bucket}/"),
        "s3://bucket/name",
    ),
    "an address of no bucket": (lambda lab: lab.storage.count("s3://"), "lab.names.raw_bucket"),
    "a file that is not here": (
        lambda lab: lab.storage.put(Path("nope"), f"s3://{lab.names.raw_bucket}/a"),
        "FileNotFoundError",
    ),
    "a file by its name alone": (
        lambda lab: lab.storage.put(__file__, f"s3://{lab.names.raw_bucket}/a"),
        "is a file here. Path(",
    ),
    "an object that is not there": (
        lambda lab: lab.storage.download(f"s3://{lab.names.raw_bucket}/nope", "nope"),
        "lab.storage.objects",
    ),
    "parameters in a list": (
        lambda lab: lab.warehouse("SELECT :a", parameters=["1"]),
        "parameters is a dictionary, not ['1'].",
    ),
    "a plan of two statements": (
        lambda lab: lab.warehouse.explain("SELECT 1; SELECT 2"),
        "One query has a plan, and these are 2 statements.",
    ),
    "a recipe of nothing": (lambda lab: lab.recipe.create("advised", None), "it is None, and"),
    "words in a list": (
        lambda lab: lab.chart.add_topic("advised", "advised", synonyms=["mark"]),
        "synonyms is a dictionary, not ['mark'].",
    ),
    "a table of another format": (
        lambda lab: lab.recipe.put_job(
            "j", data_set="a", recipe="a", to=TO, format="csv", table="a.b"
        ),
        "A table's files are Parquet, not CSV.",
    ),
    "a table in no folder": (
        lambda lab: lab.recipe.put_job(
            "j", data_set="a", recipe="a", to=f"s3://{lab.names.raw_bucket}", table="a.b"
        ),
        "A folder has a name behind it",
    ),
    "several values": (lambda lab: lab.query("SELECT 1, 2").value, "2 columns, not one value"),
}


@pytest.mark.parametrize(("call", "says"), CALLS.values(), ids=CALLS)
def test_a_slip_is_a_sentence(lab, capsys, call, says):
    with pytest.raises(Exception) as slip:
        call(lab)
    InteractiveShell().showtraceback((slip.type, slip.value, slip.tb))
    shown = capsys.readouterr().out
    assert says in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("values", "says"),
    [(["F"], "gender has no numbers"), ([], "no rows to take of t")],
    ids=["texts", "nothing"],
)
def test_an_average_that_cannot_be(values, says):
    with pytest.raises(ValueError, match=says):
        compare("t", pd.DataFrame({"gender": values}), "gender")


def test_a_question_of_a_lake_without_its_key_is_not_an_untried_one(lake):
    lake.storage.remove_key_users(lake.caller)
    try:
        with pytest.raises(QueryFailed, match="add_key_users"):
            State("rows", "SELECT 1").read(lake)
    finally:
        lake.storage.add_key_users(lake.caller)


def test_a_question_of_a_paused_warehouse_is_not_an_untried_one(lab, monkeypatch):
    def paused(_):
        raise QueryFailed("The Redshift cluster is paused.", "")

    monkeypatch.setitem(vars(lab), "warehouse", paused)
    with pytest.raises(QueryFailed, match="is paused"):
        State("warehouse", "SELECT 1").read(lab)


def test_an_object_without_content_has_no_lines(lab):
    assert lab.storage.head(lab.storage.put("", f"s3://{lab.names.raw_bucket}/empty")) == ""


def test_everybody_is_taken_off_the_key_again(lab):
    assert "*" in lab.storage.add_key_users("*")
    assert "*" not in lab.storage.remove_key_users("*")


@pytest.mark.parametrize(("call", "says"), REFUSED.values(), ids=REFUSED)
def test_a_call_that_is_refused(lab, capsys, call, says):
    lab.recipe.add_data_set("advised", uri=TO)
    lab.recipe.create("advised", [])
    lab.chart.sign_up()
    with pytest.raises(ClientError) as refused:
        call(lab)
    InteractiveShell().showtraceback((refused.type, refused.value, refused.tb))
    assert says in capsys.readouterr().out


def test_a_dashboard_that_is_not_shared_speaks_of_no_key(lab):
    lab.chart.sign_up()
    data = lab.chart.add_data_set("Unshared", sql="SELECT 1 AS n")
    board = lab.chart.publish("Unshared", data.visual("KPI", "n", values="sum(n)"), data)
    with pytest.raises(AccessDenied, match=r'not be shown to .*\n.*dashboard.share."dean"') as told:
        board.show(reader=lab.chart.add_reader("dean"))
    assert "key" not in str(told.value)


def test_an_environment_that_is_gone():
    assert str(UnknownName("bucket", "raw", [])).endswith("run the notebook's first cell.")
    assert str(UnknownName("recipe", "raw", [])).endswith("Known: none yet.")


def test_a_query_without_the_key(lake):
    lake.storage.remove_key_users(lake.caller)
    try:
        with pytest.raises(QueryFailed, match=r"lab\.storage\.add_key_users\(lab\.caller\)"):
            lake.query("SELECT 1")
    finally:
        lake.storage.add_key_users(lake.caller)


def test_a_user_of_the_key_is_taken_by_an_arn(lab):
    with pytest.raises(ValueError, match="named by an ARN"):
        lab.storage.remove_key_users("dataedu-flow-role")


def test_an_interrupt_cancels_the_query(lake, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    execution_id = lake.query.start(ENDLESS)
    with monkeypatch.context() as patch:
        patch.setattr(progress.time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt) as interrupted:
            lake.query.wait(execution_id)
    assert "was cancelled" in "".join(interrupted.value._render_traceback_())
    with pytest.raises(QueryFailed, match=r"CANCELLED|cancelled"):
        lake.query.wait(execution_id)


def test_an_interrupt_of_what_cannot_be_cancelled_is_one_alone(monkeypatch):
    def look():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupted:
        progress.wait("A crawl", look, until=bool, tell=str, timeout_s=time.monotonic())
    assert not hasattr(interrupted.value, "_render_traceback_")


def test_what_has_just_begun_is_asked_about_after_a_pause(monkeypatch):
    did = []

    def look():
        did.append("looked")
        return len(did) > 3

    with monkeypatch.context() as patch:
        patch.setattr(progress.time, "sleep", lambda _: did.append("paused"))
        progress.wait("A crawl", look, until=bool, tell=str)
    assert did == ["paused", "looked"] * 2
