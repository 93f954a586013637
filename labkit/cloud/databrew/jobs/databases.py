"""Outputs that are new tables of a warehouse, behind a Glue connection.

The rows go as Parquet into the output's ``TempDirectory`` and from there by COPY, with keys of a
session of the job's role; the files are deleted then. Each run makes a table of its own, whose name
is the output's prefix and the stamp that a run's files have. Tables are committed right before the
run's files become objects, and dropped again if these do not. Source:
https://docs.aws.amazon.com/databrew/latest/dg/API_DatabaseOutput.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labkit.cloud.access.service_roles import credentials
from labkit.cloud.cloud import Cloud
from labkit.cloud.databrew.places import check_bucket
from labkit.cloud.databrew.reading.databases import APPLICATION, table_sql
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.records import Record
from labkit.cloud.databrew.words import invalid
from labkit.cloud.engine.nested import NESTED
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.types import Type
from labkit.cloud.glue.databases import administer, behind, connect
from labkit.cloud.jobs import Job
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Store

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse import Connection

_SAME = ("boolean", "smallint", "integer", "bigint", "real", "date", "timestamp")
_TYPES: dict[str, Callable[[Type], str]] = {
    **{name: lambda kind: kind.base for name in _SAME},
    "tinyint": lambda _: "smallint",
    "double": lambda _: "double precision",
    "decimal": lambda kind: f"numeric({kind.args[0]}, {kind.args[1]})",
    "varbinary": lambda _: "varbyte(1024000)",
    **dict.fromkeys(("varchar", "char"), lambda _: "varchar(65535)"),
    **dict.fromkeys(NESTED, lambda _: "super"),
}


def check_outputs(account: str, members: Mapping[str, Any]) -> None:
    """Refuse outputs of databases that could not be written.

    Raises:
        AwsError: a bucket is another account's, or an output cannot overwrite.
    """
    of_catalog = [one for one in members.get("DataCatalogOutputs") or [] if _is_one(one)]
    for output in [*(members.get("DatabaseOutputs") or []), *of_catalog]:
        check_bucket(account, output["DatabaseOptions"].get("TempDirectory") or {})
        if output.get("Overwrite"):
            raise invalid("Overwrite is not supported with DatabaseOptions.")


def outputs_of(run: Record, catalog: Metastore) -> list[Record]:
    """A run's outputs to databases, those of the Data Catalog by the connections of their tables.

    Raises:
        AwsError: a table of the catalog is not there, or no table of a database.
    """
    of_catalog = [one for one in run.get("DataCatalogOutputs") or [] if _is_one(one)]
    return [*(run.get("DatabaseOutputs") or []), *(_by_table(one, catalog) for one in of_catalog)]


def _is_one(output: Mapping[str, Any]) -> bool:
    return bool(output.get("DatabaseOptions"))


def files_of(run: Record) -> list[Record]:
    """A run's outputs to the Data Catalog that are files."""
    return [one for one in run.get("DataCatalogOutputs") or [] if not _is_one(one)]


def _by_table(output: Record, catalog: Metastore) -> Record:
    database, name = output["DatabaseName"].lower(), output["TableName"].lower()
    found = behind(catalog.definition(database, name) or {})
    if found is None:
        raise invalid(
            f"{database}.{name} is no table of a database: it has no files' S3Options, and no "
            "connection."
        )
    return {**output, "GlueConnectionName": found.connection, "Database": found.database}


@dataclass
class Load:
    """A new table of a warehouse, until it is committed and after it.

    Args:
        connection: in whose transaction it is made.
        table: as SQL names it.
    """

    connection: Connection
    table: str

    @property
    def mark(self) -> Record:
        """By which `is_there` and `drop` find it after the process's death."""
        key, database = self.connection.warehouse.key, self.connection.database
        return {"key": key, "database": database, "table": self.table}

    def commit(self) -> None:
        with _said():
            self.connection.run("COMMIT")


@dataclass(frozen=True)
class Loading:
    """What a run's loads have in common.

    Args:
        store: as the job's role.
        region, role: of the job.
        job: what may be told to stop.
        stamp: of the run, behind the tables' prefix.
        folder: of the run's files in a ``TempDirectory``.
        columns: of the result.
        copy: writes a SELECT of the result's columns into a Parquet file.
    """

    store: Store
    region: str
    role: str
    job: Job
    stamp: str
    folder: str
    columns: Sequence[Column]
    copy: Callable[[Sequence[str]], Path]

    def load(self, output: Record) -> Load:
        """Make an output's table and fill it, in a transaction that stays open.

        Raises:
            AwsError: in the words of who refuses it.
        """
        options = output["DatabaseOptions"]
        place = options.get("TempDirectory")
        if not place:
            raise invalid("Redshift takes rows from S3: DatabaseOptions needs a TempDirectory.")
        key = "/".join(part for part in (place.get("Key", "").strip("/"), self.folder) if part)
        uri = f"s3://{place['Bucket']}/{key}/{options['TableName']}.snappy.parquet"
        table = table_sql(f"{options['TableName']}_{self.stamp}".lower())
        ddl = f"CREATE TABLE {table} ({', '.join(map(_declared, self.columns))})"
        path = self.copy([_selected(column) for column in self.columns])
        try:
            put = self.store.put_file(uri, path)
        finally:
            path.unlink(missing_ok=True)
        connection = self._connect(output)
        try:
            with _said():
                for sql in ("BEGIN", ddl, self._copy_sql(table, uri)):
                    connection.run(sql)
        except BaseException:
            connection.close()
            raise
        finally:
            with contextlib.suppress(AwsError):  # who may not delete leaves them
                self.store.delete([put])
        return Load(connection, table)

    def _connect(self, output: Record) -> Connection:
        found = connect(
            self.store.cloud,
            self.store.principal,
            self.region,
            output["GlueConnectionName"],
            application=APPLICATION,
            database=output.get("Database", ""),
        )
        self.job.on_stop(found.cancel)
        return found

    def _copy_sql(self, table: str, uri: str) -> str:
        keys = credentials(self.store.cloud, self.role, "AWSGlueDataBrew", self.region)
        names = ("aws_access_key_id", "aws_secret_access_key", "token")
        told = ";".join(f"{name}={key}" for name, key in zip(names, keys.values(), strict=True))
        nested = any(column.type.base in NESTED for column in self.columns)
        return (
            f"COPY {table} FROM {quoted_text(uri)} CREDENTIALS {quoted_text(told)} "
            f"FORMAT AS PARQUET{' SERIALIZETOJSON' if nested else ''}"
        )


def _declared(column: Column) -> str:
    kind = _TYPES.get(column.type.base)
    if kind is None:
        raise invalid(
            f"Redshift has no type for the column '{column.name}', which is {column.type.hive}."
        )
    return f"{quoted_name(column.name)} {kind(column.type)}"


def _selected(column: Column) -> str:
    wide = column.type.base == "tinyint"
    return f"CAST({column.sql} AS SMALLINT) AS {column.sql}" if wide else column.sql


@contextlib.contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except RedshiftError as error:
        raise invalid(f"The database refuses it: {error.message}") from error


def are_there(cloud: Cloud, marks: Sequence[Record]) -> bool:
    """Whether all tables of a run that a dead process had made were committed."""
    return bool(marks) and all(_tried(cloud, one, "SELECT count(*) FROM") for one in marks)


def drop(cloud: Cloud, marks: Sequence[Record]) -> None:
    """Drop the tables of a run that has failed, as far as they are there."""
    for one in marks:
        _tried(cloud, one, "DROP TABLE")


def _tried(cloud: Cloud, mark: Record, verb: str) -> bool:
    try:
        connection = administer(cloud, mark["key"], mark["database"])
        try:
            connection.run(f"{verb} {mark['table']}")
        finally:
            connection.close()
    except RedshiftError:
        return False
    return True
