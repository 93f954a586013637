"""``MSCK REPAIR TABLE``: folders named ``key=value`` become partitions.

Plain folders are not found, partitions whose folder is gone stay. Source:
https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html; what it says of other tables:
https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.alter_partitions import partition_input
from labkit.cloud.athena.statements.show import not_partitioned
from labkit.cloud.athena.statements.tables import (
    DDL_TASK,
    handler_of,
    key_names,
    partition_folder,
    place,
    table_type_of,
)
from labkit.cloud.athena.words import Words
from labkit.cloud.lake.definitions import is_view
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import split_uri


@statement("MSCK", "REPAIR", "TABLE")
def msck_repair_table(text: str) -> Statement:
    words = Words(text)
    words.expect("MSCK", "REPAIR", "TABLE")
    parts = words.qualified()
    words.end()
    return Statement("DDL", "MSCK_REPAIR", lambda run: _repair(run, parts))


def _repair(run: Run, parts: tuple[str, ...]) -> Result:
    table = run.metastore.definition(*place(run, parts))
    if table is None:
        return run.text_result((), [f"Tables not in metastore:\t{parts[-1]}"])
    if is_view(table):
        raise StatementFailed(f"{DDL_TASK} Can not create a Path from an empty string")
    handler_of(table_type_of(table), "MSCK REPAIR TABLE")
    if not key_names(table):
        raise not_partitioned(table)
    named = table["DatabaseName"], table["Name"]
    keys = _keys(run, _root(table))
    if not keys:
        return run.text_result((), [f"Tables missing on filesystem:\t{table['Name']}"])
    folders = list(_folders(table, keys))
    found: dict[tuple[str, ...], str] = {}
    with run.cloud.lock("glue"):
        known = {tuple(p["Values"]) for p in run.metastore.partitions(*named)}
        for values, location in folders:
            own = location.endswith(f"/{partition_folder(key_names(table), values)}")
            if values not in known and (own or values not in found):
                found[values] = location  # of two spellings of a value Hive's own
        add = [partition_input(table, list(v), location) for v, location in found.items()]
        run.metastore.replace_partitions(*named, add=add)
    return run.text_result((), _report(table, list(found)))


def _root(table: Definition) -> str:
    return str(table["StorageDescriptor"]["Location"]).rstrip("/") + "/"


def _folders(table: Definition, keys: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The values of each ``key=value`` folder below the table, and where it lies."""
    root, names = _root(table), key_names(table)
    seen = set()
    for key in keys:
        folders = key.split("/")[:-1][: len(names)]
        pairs = [f.partition("=") for f in folders]
        if [p[0].lower() for p in pairs] == names:
            place = "/".join(folders)
            if place not in seen:
                seen.add(place)
                yield tuple(unquote(p[2]) for p in pairs), root + place


def _keys(run: Run, root: str) -> list[str]:
    try:
        objects = run.store.list(root)
    except AwsError as error:
        told = error.in_java("Amazon S3")
        raise StatementFailed(f"{DDL_TASK} MetaException(message:{told})") from error
    prefix = split_uri(root)[1]
    return [o.key[len(prefix) :] for o in objects]


def _report(table: Definition, added: list[tuple[str, ...]]) -> list[str]:
    if not added:
        return []
    names = key_names(table)
    places = [f"{table['Name']}:{partition_folder(names, values)}" for values in added]
    lines = [f"Repair: Added partition to metastore {place}" for place in places]
    return ["Partitions not in metastore:\t" + "\t".join(places), *lines]
