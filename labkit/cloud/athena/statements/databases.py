"""``CREATE``, ``ALTER`` and ``DROP DATABASE``, which ``SCHEMA`` is another word for.

Source: https://docs.aws.amazon.com/athena/latest/ug/create-database.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.drop import remove
from labkit.cloud.athena.statements.tables import DDL_TASK, table_type_of
from labkit.cloud.athena.words import Words


@statement("CREATE", "DATABASE")
@statement("CREATE", "SCHEMA")
def create_database(text: str) -> Statement:
    words = Words(text)
    words.take(), words.take()
    if_not_exists = words.accept("IF", "NOT", "EXISTS")
    name = _database_name(words)
    said: dict[str, Any] = {"Name": name, "Parameters": {}}
    if words.accept("COMMENT"):
        said["Description"] = words.string()
    if words.accept("LOCATION"):
        said["LocationUri"] = words.string()
    if words.accept("WITH", "DBPROPERTIES"):
        said["Parameters"] = words.properties()
    words.end()
    return Statement("DDL", "CREATE_DATABASE", lambda run: _create(run, said, if_not_exists))


@statement("DROP", "DATABASE")
@statement("DROP", "SCHEMA")
def drop_database(text: str) -> Statement:
    words = Words(text)
    words.take(), words.take()
    if_exists = words.accept("IF", "EXISTS")
    name = _database_name(words)
    cascade = words.accept("CASCADE")
    words.accept("RESTRICT")
    words.end()
    return Statement("DDL", "DROP_DATABASE", lambda run: _drop(run, name, if_exists, cascade))


@statement("ALTER", "DATABASE")
@statement("ALTER", "SCHEMA")
def alter_database(text: str) -> Statement:
    words = Words(text)
    words.take(), words.take()
    name = _database_name(words)
    words.expect("SET", "DBPROPERTIES")
    properties = words.properties()
    words.end()
    return Statement("DDL", "ALTER_DATABASE", lambda run: _alter(run, name, properties))


def _database_name(words: Words) -> str:
    return words.qualified()[-1]


def _create(run: Run, said: dict[str, Any], if_not_exists: bool) -> Result:
    with run.cloud.lock("glue"):
        if run.metastore.database(said["Name"]) is None:
            run.metastore.create_database(said["Name"], said)
        elif not if_not_exists:
            raise StatementFailed(f"{DDL_TASK} Database {said['Name']} already exists")
    return run.text_result((), ())


def _drop(run: Run, name: str, if_exists: bool, cascade: bool) -> Result:
    """With CASCADE the data of Iceberg tables go, too.

    Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-additional-operations.html
    """
    if run.metastore.database(name) is None:
        if if_exists:
            return run.text_result((), ())
        raise semantic("Database does not exist:", name)
    run.metastore.check_drop(name)
    tables = run.metastore.tables(name)
    if tables and not cascade:
        raise StatementFailed(
            f"{DDL_TASK} InvalidOperationException(message:Database {name} is not empty. "
            "One or more tables exist.)"
        )
    for table in tables:
        found = run.metastore.definition(name, table)
        if found is not None and table_type_of(found):
            remove(run, found)
    run.metastore.delete_database(name)
    return run.text_result((), ())


def _alter(run: Run, name: str, properties: dict[str, str]) -> Result:
    with run.cloud.lock("glue"):
        found = run.metastore.database(name)
        if found is None:
            raise semantic("Database does not exist:", name)
        merged = {**(found.input.get("Parameters") or {}), **properties}
        run.metastore.update_database(found.name, {**found.input, "Parameters": merged})
    return run.text_result((), ())
