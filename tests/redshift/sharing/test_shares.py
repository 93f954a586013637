"""Data shares: what a producer shares is read by a consumer as it is now, and never written."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def shared(producer, reader):
    """A share of two schemas' worth of objects, and the consumer's database over it."""
    producer.done(
        "CREATE TABLE student (id int, name varchar(20), gpa decimal(4,2), born date, more super)",
        "INSERT INTO student VALUES (1, 'Ann', 3.5, '2001-01-01', JSON_PARSE('{\"a\": 1}')), "
        "(2, 'Bob', 2.25, NULL, NULL)",
        "CREATE TABLE secret (a int)",
        "CREATE VIEW good AS SELECT name FROM student WHERE gpa > 3",
        "CREATE DATASHARE sis_share",
        "ALTER DATASHARE sis_share ADD SCHEMA public",
        "ALTER DATASHARE sis_share ADD TABLE public.student, public.good",
        f"GRANT USAGE ON DATASHARE sis_share TO NAMESPACE '{reader.namespace}'",
    )
    reader.done(
        f"CREATE DATABASE sis_db FROM DATASHARE sis_share OF NAMESPACE '{producer.namespace}'",
        "CREATE TABLE marks (id int, mark int)",
        "INSERT INTO marks VALUES (1, 10), (2, 20)",
    )
    return reader


def test_three_part_names(shared):
    rows = shared.rows("SELECT * FROM sis_db.public.student ORDER BY id")
    assert rows == [[1, "Ann", "3.50", "2001-01-01", '{"a":1}'], [2, "Bob", "2.25", None, None]]
    assert shared.rows("SELECT name FROM sis_db.public.good") == [["Ann"]]
    assert shared.rows("SELECT count(*) FROM sis_db.public.student WHERE gpa < 3") == [[1]]


def test_a_join_with_a_local_table(shared):
    found = shared.rows(
        "SELECT s.name, m.mark FROM sis_db.public.student s JOIN marks m ON s.id = m.id "
        "WHERE s.more.a = 1"
    )
    assert found == [["Ann", 10]]
    shared.done("CREATE TABLE copied AS SELECT * FROM sis_db.public.student")
    assert shared.rows("SELECT count(*) FROM copied") == [[2]]


def test_committed_changes_are_seen_at_once(shared, producer):
    count = "SELECT count(*) FROM sis_db.public.student"
    producer.done("INSERT INTO student (id, name) VALUES (3, 'Cy')")
    assert shared.rows(count) == [[3]]
    began = producer.client.execute_statement(
        Sql="BEGIN", ClusterIdentifier=producer.cluster, Database="sharing", DbUser="awsuser",
        SessionKeepAliveSeconds=60,
    )  # fmt: skip
    session = {"SessionId": began["SessionId"]}
    producer.ended(began["Id"])
    for sql, expected in (("DELETE FROM student WHERE id = 3", 3), ("COMMIT", 2)):
        number = producer.client.execute_statement(Sql=sql, **session)["Id"]
        assert producer.ended(number)["Status"] == "FINISHED"
        assert shared.rows(count) == [[expected]]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO sis_db.public.student (id) VALUES (9)",
        "UPDATE sis_db.public.student SET name = 'x'",
        "DELETE FROM sis_db.public.student",
        "TRUNCATE sis_db.public.student",
    ],
    ids=lambda sql: sql.split()[0],
)
def test_consumers_do_not_write(shared, sql):
    assert "read-only" in shared.refusal(sql)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM sis_db.public.secret", 'relation "public.secret" does not exist'),
        ("SELECT * FROM sis_db.other.student", "does not exist"),
        ("DROP TABLE sis_db.public.student", "does not exist"),
        ("CREATE DATABASE x FROM DATASHARE nosuch OF NAMESPACE '{}'", "not shared"),
        ("CREATE DATABASE x FROM DATASHARE sis_share OF NAMESPACE 'abc'", "does not exist"),
    ],
)
def test_refused(shared, producer, sql, words):
    assert words in shared.refusal(sql.format(producer.namespace))


def test_users_need_usage_of_the_database(shared, fresh):
    user = fresh("ann", "_")
    shared.done(f"CREATE USER {user} PASSWORD 'Abcd1234'")
    sql = "SELECT count(*) FROM sis_db.public.student"
    assert "permission denied for database sis_db" in shared.refusal(sql, DbUser=user)
    shared.done(f"GRANT USAGE ON DATABASE sis_db TO {user}")
    told = shared.run(sql, DbUser=user)
    assert told["Status"] == "FINISHED", told.get("Error")


def test_new_tables_come_by_themselves_where_the_schema_says_so(producer, reader):
    producer.done(
        "CREATE SCHEMA growing",
        "CREATE DATASHARE growing_share SET PUBLICACCESSIBLE = TRUE",
        "ALTER DATASHARE growing_share ADD SCHEMA growing",
        "ALTER DATASHARE growing_share SET INCLUDENEW = TRUE FOR SCHEMA growing",
        f"GRANT USAGE ON DATASHARE growing_share TO NAMESPACE '{reader.namespace}'",
        "CREATE TABLE growing.late AS SELECT 7 AS a",
    )
    source = f"DATASHARE growing_share OF NAMESPACE '{producer.namespace}'"
    reader.done(f"CREATE DATABASE growing_db FROM {source}")
    assert reader.rows("SELECT a FROM growing_db.growing.late") == [[7]]
    reader.done("CREATE EXTERNAL SCHEMA near FROM REDSHIFT DATABASE 'growing_db' SCHEMA 'growing'")
    assert reader.rows("SELECT a FROM near.late") == [[7]]
    producer.done(f"REVOKE USAGE ON DATASHARE growing_share FROM NAMESPACE '{reader.namespace}'")
    assert "not shared" in reader.refusal("SELECT a FROM growing_db.growing.late")
    producer.done("DROP DATASHARE growing_share")
    reader.done("DROP SCHEMA near", "DROP DATABASE growing_db")


def test_a_schema_on_another_database_of_the_same_warehouse(producer):
    producer.done(
        "CREATE TABLE beside AS SELECT 5 AS a",
        "CREATE EXTERNAL SCHEMA own FROM REDSHIFT DATABASE 'sharing' SCHEMA 'public'",
    )
    assert producer.rows("SELECT a FROM own.beside") == [[5]]
    shown = producer.rows("SHOW TABLES FROM SCHEMA sharing.own LIKE 'besid%'")
    assert [row[1:4] for row in shown] == [["own", "beside", "EXTERNAL TABLE"]]
    columns = producer.rows("SHOW COLUMNS FROM TABLE sharing.own.beside")
    assert [row[1:5] for row in columns] == [["own", "beside", "a", 1]]
    assert producer.rows("SHOW COLUMNS FROM TABLE sharing.own.nosuch") == []


def test_show_tells_the_columns_of_shared_tables(shared):
    shared.done("CREATE EXTERNAL SCHEMA linked FROM REDSHIFT DATABASE 'sis_db' SCHEMA 'public'")
    for place, kind in (("sis_db.public", "SHARED TABLE"), ("dev.linked", "EXTERNAL TABLE")):
        tables = shared.rows(f"SHOW TABLES FROM SCHEMA {place} LIKE 'student'")
        assert [row[3] for row in tables] == [kind]
        columns = shared.rows(f"SHOW COLUMNS FROM TABLE {place}.student")
        assert [row[3] for row in columns] == ["id", "name", "gpa", "born", "more"]
        assert shared.rows(f"SHOW GRANTS ON TABLE {place}.student") == []
        keys = f"SHOW CONSTRAINTS PRIMARY KEYS FROM TABLE {place}.student"
        assert shared.rows(keys) == []


def test_both_sides_see_the_share(shared, producer):
    own = producer.rows(
        "SELECT share_type, source_database, producer_namespace FROM svv_datashares "
        "WHERE share_name = 'sis_share'"
    )
    assert own == [["OUTBOUND", "sharing", producer.namespace]]
    seen = shared.rows("SELECT share_type, consumer_database FROM svv_datashares")
    assert seen == [["INBOUND", "sis_db"]]
    (name, *_), *_ = shared.rows("SHOW DATASHARES")
    assert name == "sis_share"
    objects = producer.rows("DESC DATASHARE sis_share")
    kinds = [["schema", "public"], ["table", "public.student"], ["view", "public.good"]]
    assert [row[4:6] for row in objects] == kinds
    listed = shared.rows("SELECT table_name, table_type FROM svv_all_tables "
                         "WHERE database_name = 'sis_db' ORDER BY 1")  # fmt: skip
    assert listed == [["good", "SHARED TABLE"], ["student", "SHARED TABLE"]]
    of = f"DESC DATASHARE sis_share OF NAMESPACE '{producer.namespace}'"
    assert [row[4:6] for row in shared.rows(of)] == kinds
    consumers = producer.rows("SELECT share_name, consumer_namespace FROM svv_datashare_consumers")
    assert ["sis_share", shared.namespace] in consumers


def test_the_control_plane_tells_shares(shared, producer, aws):
    redshift = aws("redshift")
    found = {s["DataShareArn"].split("/")[1]: s for s in
             redshift.describe_data_shares()["DataShares"]}["sis_share"]  # fmt: skip
    (association,) = found["DataShareAssociations"]
    assert association["ConsumerIdentifier"].endswith(f"namespace:{shared.namespace}")
    assert association["Status"] == "ACTIVE"
    arn = found["DataShareArn"]
    (one,) = redshift.describe_data_shares(DataShareArn=arn)["DataShares"]
    assert one["ProducerArn"].endswith(f"namespace:{producer.namespace}")
    with pytest.raises(ClientError, match="InvalidDataShareFault"):
        redshift.describe_data_shares(DataShareArn=arn + "x")


def test_a_share_with_an_account_is_authorized_and_associated(shared, producer, aws, cloud):
    redshift = aws("redshift")
    producer.done(
        "CREATE DATASHARE account_share",
        "ALTER DATASHARE account_share ADD SCHEMA public",
        "ALTER DATASHARE account_share ADD ALL TABLES IN SCHEMA public",
        f"GRANT USAGE ON DATASHARE account_share TO ACCOUNT '{cloud.account}'",
    )
    source = f"DATASHARE account_share OF NAMESPACE '{producer.namespace}'"
    assert "not shared" in shared.refusal(f"CREATE DATABASE acc FROM {source}")
    arn = next(
        share["DataShareArn"]
        for share in redshift.describe_data_shares()["DataShares"]
        if share["DataShareArn"].endswith("/account_share")
    )
    told = redshift.authorize_data_share(DataShareArn=arn, ConsumerIdentifier=cloud.account)
    assert told["DataShareAssociations"][0]["Status"] == "AUTHORIZED"
    told = redshift.associate_data_share_consumer(DataShareArn=arn, AssociateEntireAccount=True)
    assert told["DataShareAssociations"][0]["Status"] == "ACTIVE"
    shared.done(f"CREATE DATABASE acc FROM {source}")
    assert shared.rows("SELECT count(*) FROM acc.public.secret") == [[0]]
    redshift.disassociate_data_share_consumer(DataShareArn=arn)
    assert "not shared" in shared.refusal("SELECT * FROM acc.public.secret")
    shared.done("DROP DATABASE acc")
    producer.done("DROP DATASHARE account_share")


def test_a_table_needs_its_schema_in_the_share(producer):
    producer.done("CREATE DATASHARE bare")
    assert "Add the schema" in producer.refusal("ALTER DATASHARE bare ADD TABLE public.student")
    assert "already exists" in producer.refusal("CREATE DATASHARE bare")
    producer.done("DROP DATASHARE bare")
    assert "does not exist" in producer.refusal("DROP DATASHARE bare")


def test_who_may_change_a_share_and_give_it_to_others(producer, reader, fresh):
    user, share = (fresh(each).replace("-", "_") for each in ("sharer", "lent"))
    usage = f"GRANT USAGE ON DATASHARE {share} TO NAMESPACE '{reader.namespace}'"
    change = f"ALTER DATASHARE {share} ADD SCHEMA lending"
    producer.done(
        f"CREATE USER {user} PASSWORD 'Abcd1234'",
        "CREATE SCHEMA lending",
        "CREATE TABLE lending.t (a int)",
        f"CREATE DATASHARE {share}",
    )
    own = {"DbUser": user}
    denied = producer.refusal(f"CREATE DATASHARE {share}2", **own)
    assert "permission denied to create datashare" in denied
    for sql in (change, usage, f"DROP DATASHARE {share}"):
        assert f"must be owner of datashare {share}" in producer.refusal(sql, **own)
    producer.done(
        f"GRANT ALTER ON DATASHARE {share} TO {user} WITH GRANT OPTION",
        f"GRANT SHARE ON DATASHARE {share} TO {user}",
    )
    told = f"SELECT * FROM svv_datashare_privileges WHERE datashare_name = '{share}'"
    number = producer.rows(f"SELECT usesysid FROM pg_user WHERE usename = '{user}'")[0][0]
    rows = [[share, privilege, number, user, "user", privilege == "ALTER"]
            for privilege in ("ALTER", "SHARE")]  # fmt: skip
    assert producer.rows(told) == rows
    assert "permission denied for schema lending" in producer.refusal(change, **own)
    producer.done(f"GRANT USAGE ON SCHEMA lending TO {user}")
    for sql in (change, usage):
        assert producer.run(sql, **own)["Status"] == "FINISHED"
    table = f"ALTER DATASHARE {share} ADD TABLE lending.t"
    assert "permission denied for relation t" in producer.refusal(table, **own)
    producer.done(f"REVOKE ALL ON DATASHARE {share} FROM {user}")
    assert producer.rows(told) == []
    wrong = producer.refusal(f"GRANT SELECT ON DATASHARE {share} TO {user}")
    assert "invalid privilege type SELECT for datashare" in wrong
    producer.done(f"DROP DATASHARE {share}")


def test_what_policies_protect_is_not_shared_before_they_say_so(producer, reader):
    producer.done(
        "CREATE SCHEMA guarded",
        "CREATE TABLE guarded.grade (id int, note varchar(20))",
        "INSERT INTO guarded.grade VALUES (1, 'good'), (2, 'bad')",
        "CREATE VIEW guarded.seen AS SELECT id FROM guarded.grade",
        "CREATE RLS POLICY first_only WITH (id int) USING (id = 1)",
        "ATTACH RLS POLICY first_only ON guarded.grade TO PUBLIC",
        "ALTER TABLE guarded.grade ROW LEVEL SECURITY ON",
        "CREATE MASKING POLICY no_note WITH (x varchar(20)) USING ('?'::varchar(20))",
        "ATTACH MASKING POLICY no_note ON guarded.grade(note) TO PUBLIC",
        "CREATE DATASHARE guarded_share",
        "ALTER DATASHARE guarded_share ADD SCHEMA guarded",
        "ALTER DATASHARE guarded_share ADD ALL TABLES IN SCHEMA guarded",
        f"GRANT USAGE ON DATASHARE guarded_share TO NAMESPACE '{reader.namespace}'",
    )
    place = f"OF NAMESPACE '{producer.namespace}'"
    reader.done(f"CREATE DATABASE guarded_db FROM DATASHARE guarded_share {place}")
    grades = "SELECT * FROM guarded_db.guarded.grade ORDER BY id"
    told = 'RLS-protected relation "grade" cannot be accessed via datasharing query.'
    assert told in reader.refusal(grades)
    assert told in reader.refusal("SELECT * FROM guarded_db.guarded.seen")
    producer.done("ALTER TABLE guarded.grade ROW LEVEL SECURITY OFF FOR DATASHARES")
    assert "DDM-protected relation" in reader.refusal(grades)
    producer.done("ALTER TABLE guarded.grade MASKING OFF FOR DATASHARES")
    assert reader.rows(grades) == [[1, "good"], [2, "bad"]]
