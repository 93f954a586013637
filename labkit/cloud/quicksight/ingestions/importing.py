"""The work of an import: a data set's rows into a file of SPICE.

An incremental refresh reads the rows of a window that looks back from now, and puts them in place
of those that SPICE has of it. Source:
https://docs.aws.amazon.com/quicksight/latest/user/refreshing-imported-data.html
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.types import VARCHAR
from labkit.cloud.jobs import Job
from labkit.cloud.lake.engines import stoppable_session
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.kinds import DATA_SET
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.spice import files, security
from labkit.cloud.quicksight.spice.building import Building, build
from labkit.cloud.quicksight.spice.conditions import literal
from labkit.cloud.quicksight.spice.files import Imported
from labkit.cloud.quicksight.spice.model import FAULT, Relation
from labkit.cloud.quicksight.spice.opening import columns_as_json, columns_of_json, spice_states

_HOURS = {"HOUR": 1, "DAY": 24, "WEEK": 168}


@dataclass(frozen=True)
class Made:
    """What an import made.

    Args:
        state: what SPICE holds of the data set now.
        told: members of the import's record.
    """

    state: Record
    told: Record


def run(cloud: Cloud, ingestion: Record, job: Job) -> Made:
    """Import a data set's rows.

    Raises:
        SourceError, QueryFailed, PreparationError, AwsError: they cannot be read.
        Stopped: the import was canceled.
    """
    region, id = ingestion["_"]["region"], ingestion["_"]["data_set"]
    record = records.look_up(cloud, region, DATA_SET, id)
    if record is None:
        raise SourceError("DATA_SET_DELETED", f"The data set {id} was deleted.")
    with stoppable_session(cloud, job) as session, failures():
        building = Building(
            cloud, session, region, lambda arn, values: _parent(building, arn, values)
        )
        try:
            table = build(building, record)
            made = _written(cloud, session, ingestion, record, table)
            job.check()
            return made
        finally:
            building.close()


def _written(
    cloud: Cloud, session: Session, ingestion: Record, record: Record, table: Relation
) -> Made:
    former = spice_states(cloud).get(f"{ingestion['_']['region']}/{record['DataSetId']}")
    kept = ""
    if ingestion["RequestType"] == "INCREMENTAL_REFRESH" and former is not None:
        table, kept = _window(cloud, record, table, former)
    imported = files.write(cloud, session, table, whole="DataPrepConfiguration" in record)
    total = _joined(cloud, session, imported, kept, table) if kept else imported.rows
    size = _logical_size(cloud, session, imported, table)
    state = {
        "file": imported.file,
        "columns": columns_as_json(table.columns),
        "fields": dict(table.fields),
        "rows": total,
        "size": size,
    }
    rows = {
        "RowsIngested": imported.rows,
        "RowsDropped": imported.dropped,
        "TotalRowsInDataset": total,
    }
    private = ingestion["_"] | {"file": imported.file, "why": imported.why}
    return Made(state, {"RowInfo": rows, "IngestionSizeInBytes": size, "_": private})


def _window(cloud: Cloud, record: Record, table: Relation, former: Record) -> tuple[Relation, str]:
    """The rows of the window, and SQL of the former rows beside them.

    A window of days or weeks begins with a whole day, in AWS's example on 24 June for seven days on
    1 July: https://docs.aws.amazon.com/quicksight/latest/user/refreshing-imported-data.html
    """
    window = record["_"]["refresh"]["RefreshConfiguration"]["IncrementalRefresh"]["LookbackWindow"]
    hours = window["Size"] * _HOURS[window["SizeUnit"]]
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    if window["SizeUnit"] != "HOUR":
        since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    column = table.column(window["ColumnName"])
    old = columns_of_json(former["columns"])
    if [(c.name, c.type) for c in old] != [(c.name, c.type) for c in table.columns]:
        return table, ""  # its columns are others by now: all is read anew
    recent = f"{column.sql} >= {literal(since)}"
    where = f'({recent}) OR "{FAULT}" IS NOT NULL' if table.faults else recent
    fresh = replace(table, sql=table.select((c.sql for c in table.columns), where))
    rows = files.relation(files.folder(cloud) / former["file"], old)
    return fresh, f"SELECT * FROM ({rows}) WHERE ({recent}) IS NOT TRUE"


def _joined(cloud: Cloud, session: Session, imported: Imported, kept: str, table: Relation) -> int:
    """Put former rows beside the new ones; gives how many there are together."""
    path = files.folder(cloud) / imported.file
    fresh = files.relation(path, table.columns)
    return files.rewrite(session, f"{kept} UNION ALL {fresh}", path)


def _logical_size(cloud: Cloud, session: Session, imported: Imported, table: Relation) -> int:
    """The size that SPICE counts: 8 bytes a value, and a text's own bytes beside them.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/managing-spice-capacity.html
    """
    texts = [column.sql for column in table.columns if column.type == VARCHAR]
    summed = " + ".join(["count(*) * 8 * " + str(len(table.columns)),
                         *(f"coalesce(sum(strlen({text})), 0)" for text in texts)])  # fmt: skip
    rows = files.relation(files.folder(cloud) / imported.file, table.columns)
    return int(first_row(session.connection, f"SELECT {summed} FROM ({rows})")[0])


def _parent(building: Building, arn: str, values: Mapping[str, Any]) -> Relation:
    """What SPICE holds of another data set, or its query; one that hides anything is refused."""
    cloud, region, id = building.cloud, building.region, arn.rpartition("/")[2]
    record = records.look_up(cloud, region, DATA_SET, id)
    if record is None:
        raise SourceError("CUSTOMER_ERROR", f"The data set {arn} was deleted.")
    if security.is_secured(record):
        why = f"The data set {id} has row-level or column-level security."
        raise SourceError("PERMISSION_DENIED", why)
    if record["ImportMode"] != "SPICE":
        return build(building, record, values)
    state = spice_states(cloud).get(f"{region}/{id}")
    if state is None:
        raise SourceError("SPICE_TABLE_NOT_FOUND", f"SPICE holds no rows of the data set {id}.")
    columns = columns_of_json(state["columns"])
    sql = files.relation(files.folder(cloud) / state["file"], columns)
    return Relation(sql, columns, fields=state["fields"])
