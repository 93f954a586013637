"""Temporary credentials let a driver in, as whom they say and nobody else."""

import psycopg
import pytest


@pytest.fixture
def ask(clusters, standing):
    """``ask(login, password, sql)``: the first row that a driver gets."""
    place = clusters.tell(standing)["Endpoint"]

    def ask(login, password, sql="SELECT current_user", database="dev"):
        return _ask(place, login, password, sql, database)

    return ask


def lent(clusters, standing, **members):
    """A login and its temporary password."""
    told = clusters.redshift.get_cluster_credentials(ClusterIdentifier=standing, **members)
    return told["DbUser"], told["DbPassword"]


def test_a_temporary_password_lets_in(clusters, standing, ask):
    login, password = lent(clusters, standing, DbUser="bea", AutoCreate=True)
    assert ask(login, password) == ["bea"]
    told = clusters.redshift.get_cluster_credentials_with_iam(ClusterIdentifier=standing)
    assert ask(told["DbUser"], told["DbPassword"]) == ["iam:learner"]


def test_groups_are_joined_for_the_session(clusters, standing, ask, fresh):
    table, group = fresh("t", "_"), fresh("readers", "_")
    for sql in (f"CREATE TABLE {table} AS SELECT 7 AS a", f"CREATE GROUP {group}",
                f"GRANT SELECT ON {table} TO GROUP {group}"):  # fmt: skip
        clusters.run(standing, sql)
    sql = f"SELECT a FROM {table}"
    alone = lent(clusters, standing, DbUser="cleo", AutoCreate=True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(*alone, sql)
    joined = lent(clusters, standing, DbUser="cleo", DbGroups=[group])
    assert ask(*joined, sql) == [7]


@pytest.mark.parametrize(
    ("members", "login", "database"),
    [
        pytest.param({"DbUser": "dan", "AutoCreate": True}, "dan", "dev", id="without-prefix"),
        pytest.param({"DbUser": "dan"}, "IAM:eve", "dev", id="another-user"),
        pytest.param({"DbUser": "dan", "DbName": "sales"}, None, "dev", id="another-database"),
        pytest.param({"DbUser": "nobody-there"}, None, "dev", id="no-such-user"),
    ],
)
def test_who_is_not_let_in(clusters, standing, ask, members, login, database):
    told, password = lent(clusters, standing, **members)
    with pytest.raises(psycopg.OperationalError, match=r"failed|does not exist"):
        ask(login or told, password, database=database)


def test_a_changed_password_holds_at_once(clusters, fresh):
    name = clusters.create(fresh("changed"))
    clusters.redshift.modify_cluster(ClusterIdentifier=name, MasterUserPassword="Another2024")
    place = clusters.tell(clusters.settled(name))["Endpoint"]
    with pytest.raises(psycopg.OperationalError, match="failed"):
        _ask(place, "awsuser", "Labkit2024")
    assert _ask(place, "awsuser", "Another2024") == ["awsuser"]


def _ask(place, login, password, sql="SELECT current_user", database="dev"):
    with psycopg.connect(
        host=place["Address"], port=place["Port"], dbname=database,
        user=login, password=password, sslmode="disable", client_encoding="utf8",
    ) as session:  # fmt: skip
        row = session.execute(sql).fetchone()
        return list(row or ())


def test_authentication_profiles(clusters, fresh):
    redshift, name = clusters.redshift, fresh("profile")
    told = {"AuthenticationProfileName": name, "AuthenticationProfileContent": '{"db_user": "bea"}'}
    answer = redshift.create_authentication_profile(**told)
    assert {member: answer[member] for member in told} == told
    with pytest.raises(redshift.exceptions.AuthenticationProfileAlreadyExistsFault):
        redshift.create_authentication_profile(**told)
    changed = told | {"AuthenticationProfileContent": '{"db_user": "dan"}'}
    redshift.modify_authentication_profile(**changed)
    with pytest.raises(redshift.exceptions.InvalidAuthenticationProfileRequestFault):
        redshift.modify_authentication_profile(**told | {"AuthenticationProfileContent": "{"})
    found = redshift.describe_authentication_profiles(AuthenticationProfileName=name)
    assert found["AuthenticationProfiles"] == [changed]
    redshift.delete_authentication_profile(AuthenticationProfileName=name)
    with pytest.raises(redshift.exceptions.AuthenticationProfileNotFoundFault):
        redshift.describe_authentication_profiles(AuthenticationProfileName=name)
