"""``COPY JOB``: a COPY that is kept, and run for each new object under its prefix.

Objects that lie there when a job is made are not loaded: its record lists them, so that a job is
whole or absent. Later ones are, once each by their names, also after a crash: which were loaded is
written in the transaction that loads them. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_COPY-JOB.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from labkit.cloud.engine.redshift.errors import UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.types import named_type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.copying.access import open_store, role_arn, s3_words
from labkit.cloud.redshift.copying.copy_statement import read_copy
from labkit.cloud.redshift.copying.filling import load
from labkit.cloud.redshift.copying.options import CopyOptions, Job
from labkit.cloud.redshift.copying.sources import open_files
from labkit.cloud.redshift.copying.waking import KIND, passed_over, wake
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.dropping import changeable
from labkit.cloud.s3.store import Object as Stored

LOADED = "copy_job_file"
_COLUMNS = (
    ("job_id", "int8", 0), ("job_name", "varchar", 128), ("iam_role", "varchar", 128),
    ("job_text", "varchar", 256), ("is_auto", "int4", 0), ("on_error_suspend", "int4", 0),
)  # fmt: skip


def create(connection: Connection, options: CopyOptions, job: Job, text: str) -> Result:
    """Keep a COPY as a job.

    Raises:
        RedshiftError: there is one of that name, or its COPY has what a job cannot have.
    """
    connection.check_no_block("COPY JOB CREATE")
    _check(options)
    id = _id(connection, job.name)
    if id in _records(connection):
        raise RedshiftError(f'Job "{job.name}" already exists', "42710")
    _records(connection)[id] = {
        "key": connection.warehouse.key,
        "database": connection.database,
        "name": job.name,
        "owner": connection.user,
        "number": _new_number(connection),
        "passed_over": [each.uri for each in _listed(connection, options)],
        "text": text,
        "source": options.source,
        "role": role_arn(connection, options.access.role),
        "auto": job.auto,
        "created": time.time(),
    }
    return Result("COPY JOB CREATE")


def _new_number(connection: Connection) -> int:
    """One that no job has, not even one whose transaction did not end."""
    taken: list[int] = [each["number"] for each in _records(connection).values()]
    return max([connection.objects.new_oid(), *(number + 1 for number in taken)])


def _check(options: CopyOptions) -> None:
    wrong = {
        "MAXERROR": options.max_error,
        "IGNOREALLERRORS": options.ignore_all_errors,
        "MANIFEST": options.manifest,
        "an access key": options.access.access_key,
        "NOLOAD": options.no_load,
    }
    for name, told in wrong.items():
        if told:
            raise RedshiftError(f"COPY JOB does not support {name}", UNSUPPORTED)


@statement("COPY JOB")
def change(connection: Connection, parsed: Parsed) -> Result:
    """``COPY JOB ALTER | DROP | RUN | SHOW name``, ``COPY JOB LIST``; or a table called job."""
    words = parsed.words
    if words.peek("FROM", ahead=2) or words.peek("(", ahead=2) or words.peek(".", ahead=2):
        from labkit.cloud.redshift.copying.copy import copy

        return copy(connection, parsed)
    words.expect("COPY", "JOB")
    verb = words.accept_one(*_VERBS)
    if not verb:
        raise words.refuse()
    return _VERBS[verb](connection, words)


def _alter(connection: Connection, words: Words) -> Result:
    id, record = _named(connection, words)
    words.expect("AUTO")
    auto = words.accept_one("ON", "OFF")
    if not auto:
        raise words.refuse()
    words.end()
    _records(connection)[id] = record | {"auto": auto == "ON"}
    if auto == "ON":
        wake(connection.warehouse.cloud, id)
    return Result("COPY JOB ALTER")


def _drop(connection: Connection, words: Words) -> Result:
    connection.check_no_block("COPY JOB DROP")
    id, record = _named(connection, words)
    words.end()
    for one in connection.objects.of(LOADED, schema=str(record["number"])):
        connection.objects.remove(one)
    del _records(connection)[id]
    return Result("COPY JOB DROP")


def _run(connection: Connection, words: Words) -> Result:
    """Load what is new; the job's owner has to be able to."""
    _, record = _named(connection, words)
    words.end()
    options, _ = read_copy(Words(record["text"]))
    table = changeable(connection, options.table, "INSERT")
    known = {one.name for one in connection.objects.of(LOADED, schema=str(record["number"]))}
    known |= passed_over.get(connection, set()) | set(record["passed_over"])
    fresh = [each for each in _listed(connection, options) if each.uri not in known]
    if not fresh:
        return Result("COPY JOB RUN")
    store = open_store(connection, options.access)
    with open_files(connection, store, fresh, options) as given:
        loaded = load(connection, options, table, store, given, record["number"])
    for each in fresh:
        _remember(connection, record["number"], each.uri)
    return Result("COPY JOB RUN", count=loaded.count)


def _list(connection: Connection, words: Words) -> Result:
    words.end()
    return _rows(list(_told(connection)))


def _show(connection: Connection, words: Words) -> Result:
    _, record = _named(connection, words)
    words.end()
    return _rows([row for row in _told(connection) if row[0] == record["number"]])


_VERBS = {"ALTER": _alter, "DROP": _drop, "RUN": _run, "LIST": _list, "SHOW": _show}


def _named(connection: Connection, words: Words) -> tuple[str, dict[str, Any]]:
    name = words.identifier()
    id = _id(connection, name)
    record = _records(connection).get(id)
    if record is None:
        raise RedshiftError(f'Job "{name}" does not exist', "42704")
    mine = record["owner"] == connection.user
    if not mine and not grants.is_superuser(connection, connection.user):
        raise RedshiftError(f"must be owner of job {name}", "42501")
    return id, record


def _records(connection: Connection) -> Any:
    return connection.warehouse.cloud.records(KIND)


def _id(connection: Connection, name: str) -> str:
    return f"{connection.warehouse.key}/{connection.database}/{name}"


def _listed(connection: Connection, options: CopyOptions) -> list[Stored]:
    store = open_store(connection, options.access)
    with s3_words(connection, f"Listing {options.source}"):
        return [each for each in store.list(options.source) if not each.key.endswith("/")]


def _remember(connection: Connection, number: int, uri: str) -> None:
    connection.objects.add(Object(LOADED, connection.database, str(number), uri))


def _told(connection: Connection) -> Iterator[tuple[Any, ...]]:
    whole = grants.is_superuser(connection, connection.user)
    for record in list(_records(connection).values()):
        here = record["key"] == connection.warehouse.key
        if here and (whole or record["owner"] == connection.user):
            text = record["text"][:256]
            yield record["number"], record["name"], record["role"], text, int(record["auto"]), 0


def _rows(rows: list[tuple[Any, ...]]) -> Result:
    columns = tuple(
        Column(name, named_type(kind, (size,) if size else ())) for name, kind, size in _COLUMNS
    )
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    kinds = [pa.string() if size else pa.int64() for _, _, size in _COLUMNS]
    arrays = [pa.array(list(v), kind) for v, kind in zip(values, kinds, strict=True)]
    table = pa.Table.from_arrays(arrays, [name for name, *_ in _COLUMNS])
    return Result("SELECT", columns, table, len(rows))


@system("sys_copy_job", "job_id bigint, job_name char(128), iam_role char(128), "
        "job_text char(256), is_auto int, on_error_suspend int")  # fmt: skip
def sys_copy_job(connection: Connection) -> Iterator[Any]:
    return _told(connection)
