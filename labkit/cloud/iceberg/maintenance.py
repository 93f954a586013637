"""``OPTIMIZE``, ``VACUUM`` and ``DROP TABLE``: what becomes of a table's files.

OPTIMIZE writes small files and files with deleted rows anew, when there are enough of them in a
partition. VACUUM forgets snapshots that are too old and deletes what no snapshot needs. Athena
manages its Iceberg tables: what it drops, it deletes. Sources:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html and
https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import RemoveSnapshotsUpdate

from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.leftovers import began, claim
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.tables import handles
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino.parse_change import Optimize, Vacuum
from labkit.cloud.iceberg.catalog import ICEBERG, LOCATION
from labkit.cloud.iceberg.commits import committing, replace
from labkit.cloud.iceberg.create import MAINTENANCE, rows_result
from labkit.cloud.iceberg.planning import Planned, plan
from labkit.cloud.iceberg.reading import PATH
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.target import Target
from labkit.cloud.iceberg.writing import writing
from labkit.cloud.lake.definitions import parameters_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Object, split_uri


@handles(ICEBERG, "OPTIMIZE")
def optimize(run: Run, definition: Definition, said: Optimize) -> Result:
    """Fewer and larger files with the same rows."""
    target = Target(run, definition, said.parts[-1])
    table = target.source.table
    chosen = _to_rewrite(table, _matching(run, target, said))
    if not chosen:
        return rows_result(run, 0)
    names = [column.name for column in target.columns]
    rows = target.source.read(chosen, names)
    with writing(run, table.metadata, None) as writer:
        listed = ", ".join(map(quoted_name, names))
        added = writer.write(f"SELECT {listed} FROM ({rows})")
        replace(table, chosen, added)
    return rows_result(run, 0)


@handles(ICEBERG, "VACUUM")
def vacuum(run: Run, definition: Definition, said: Vacuum) -> Result:
    """Old snapshots go, and the files that only they need."""
    table = load(run.catalog, definition)
    bucket, folder = split_uri(table.location() + "/")
    if folder in ("", "/"):
        raise StatementFailed(
            f"GENERIC_INTERNAL_ERROR: Path missing in file system location: s3://{bucket}"
        )
    if not _owns_files(table):
        raise StatementFailed(
            "GENERIC_INTERNAL_ERROR: Cannot expire snapshots: GC is disabled (deleting files may "
            "corrupt other tables)"
        )
    known = set(map(split_uri, _reachable(table)))
    age = datetime.timedelta(seconds=setting(table, "vacuum_max_snapshot_age_seconds"))
    oldest = datetime.datetime.now(datetime.UTC) - age
    orphaned = min(oldest, began(run.cloud, run.id))
    with committing(), run.cloud.changing("glue"), table.refresh().transaction() as transaction:
        if expired := _expired(table, oldest):
            transaction._apply((_forgetting(expired),))
    needed = set(map(split_uri, _reachable(table)))
    _delete(
        run,
        (
            found
            for found in run.store.list(table.location() + "/")
            if (place := (found.bucket, found.key)) not in needed
            and (place in known or found.modified < orphaned)
        ),
    )
    return rows_result(run, 0)


@handles(ICEBERG, "DROP TABLE")
def drop_table(run: Run, definition: Definition, text: str) -> Result:
    """The table goes from the catalog, then the folder that its metadata name goes.

    Source: ``dropTable`` and ``dropCorruptedTable`` of Trino's ``TrinoGlueCatalog``
    """
    location = _purged(run, definition)
    whole = location and split_uri(location + "/")[1] not in ("", "/")
    if whole:
        claim(run, location)
    run.metastore.delete_table(definition["DatabaseName"], definition["Name"])
    if whole:
        run.store.delete(run.store.list(location + "/"))
    return run.text_result((), ())


def _purged(run: Run, definition: Definition) -> str:
    """The folder of a table that is dropped; empty where its files are to stay."""
    try:
        table = load(run.catalog, definition)
    except QueryFailed as error:
        if error.code == "NOT_SUPPORTED":  # there are metadata, and whose the files are is unknown
            raise
        named = parameters_of(definition).get(LOCATION, "")
        folder, found, _ = named.rpartition("/metadata/")
        return folder if found else ""
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise
        return ""
    return table.location().rstrip("/") if _owns_files(table) else ""


def _owns_files(table: Table) -> bool:
    """Whether the files are no other table's: ``gc.enabled``, which is so unless it says no.

    Source: https://iceberg.apache.org/docs/latest/configuration/#table-behavior-properties
    """
    return table.properties.get("gc.enabled", "true").lower() == "true"


def setting(table: Table, name: str) -> int:
    """A property of Athena's that says when OPTIMIZE and VACUUM do what."""
    return int(table.properties.get(name, MAINTENANCE[name]))


def _matching(run: Run, target: Target, said: Optimize) -> list[Planned]:
    """The files with rows that meet the condition."""
    source = target.source
    if said.where is None:
        return plan(source.table, source.snapshot)
    query = target.query([target.column(PATH)], target.relation, said.where)
    _check_columns(target, query.scans[0].columns - {PATH})
    rows = run.session.table(query).column(0).to_pylist()
    return [
        each for each in plan(source.table, source.snapshot) if each.file.file_path in set(rows)
    ]


def _check_columns(target: Target, used: frozenset[str]) -> None:
    """Only a partitioned table's partition columns may choose; without partitions any column."""
    table = target.source.table
    keys = {table.schema().find_column_name(f.source_id) for f in table.spec().fields}
    others = sorted(used - {(key or "").lower() for key in keys})
    if keys and others:
        raise QueryFailed(
            "NOT_SUPPORTED",
            "Only partition columns may be in the WHERE clause of OPTIMIZE: "
            f"{', '.join(others)} is none",
        )


def _to_rewrite(table: Table, files: Iterable[Planned]) -> list[Planned]:
    """The files of each partition that are worth it."""
    low = setting(table, "optimize_rewrite_min_data_file_size_bytes")
    high = setting(table, "optimize_rewrite_max_data_file_size_bytes")
    most_deletes = setting(table, "optimize_rewrite_delete_file_threshold")
    least_files = setting(table, "optimize_rewrite_data_file_threshold")
    groups: dict[tuple[int, str], list[Planned]] = {}
    for each in files:
        key = (each.file.spec_id, repr(each.file.partition))
        groups.setdefault(key, []).append(each)
    chosen: list[Planned] = []
    for (spec, _), group in groups.items():
        deleted = [f for f in group if len(f.positions) + len(f.equalities) >= most_deletes]
        sized = [f for f in group if not low <= f.file.file_size_in_bytes <= high]
        stale = group if spec != table.spec().spec_id else []
        chosen += sized if len(sized) >= least_files and len(sized) > 1 else deleted or stale
    return chosen


def _expired(table: Table, oldest: datetime.datetime) -> list[int]:
    """Snapshots that are too old and that neither a reference nor the least number keeps."""
    limit = int(oldest.timestamp() * 1000)
    keep = setting(table, "vacuum_min_snapshots_to_keep")
    kept = {ref.snapshot_id for ref in table.refs().values()}
    kept |= {each.snapshot_id for each in list(_ancestors(table))[: max(keep, 1)]}
    return [
        each.snapshot_id
        for each in table.snapshots()
        if each.snapshot_id not in kept and each.timestamp_ms < limit
    ]


def _forgetting(expired: list[int]) -> RemoveSnapshotsUpdate:
    said: dict[str, Any] = {"snapshot-ids": expired}
    return RemoveSnapshotsUpdate(**said)


def _ancestors(table: Table) -> Iterator[Snapshot]:
    """The current snapshot and those before it, newest first."""
    found = table.current_snapshot()
    while found is not None:
        yield found
        parent = found.parent_snapshot_id
        found = table.snapshot_by_id(parent) if parent is not None else None


def _reachable(table: Table) -> Iterator[str]:
    """All objects that a table's metadata need."""
    yield table.metadata_location
    log = [entry.metadata_file for entry in table.metadata.metadata_log]
    yield from log[-setting(table, "vacuum_max_metadata_files_to_keep") :]
    metadata = table.metadata
    for statistics in (*metadata.statistics, *metadata.partition_statistics):
        yield statistics.statistics_path
    manifests: set[str] = set()
    for snapshot in table.snapshots():
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in manifests:
                continue
            manifests.add(manifest.manifest_path)
            yield manifest.manifest_path
            for entry in manifest.fetch_manifest_entry(table.io):
                yield entry.data_file.file_path


def _delete(run: Run, files: Iterable[Object]) -> None:
    """Without the permission VACUUM succeeds, and the files stay."""
    with contextlib.suppress(AwsError):
        run.store.delete(list(files))
