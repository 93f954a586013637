"""What a data set holds, as SQL over its files: for jobs, profiles and interactive sessions.

Files in S3 are read as CSV, JSON, Parquet, ORC or Excel; a table of the Data Catalog as Athena
reads it, one of a warehouse as its user. All else is read as some principal, which S3 and KMS
judge. Sources:
https://docs.aws.amazon.com/databrew/latest/dg/supported-data-file-sources.html and
https://docs.aws.amazon.com/databrew/latest/dg/API_Input.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.databrew.places import check_catalog
from labkit.cloud.databrew.reading import databases, readers
from labkit.cloud.databrew.reading.selection import select
from labkit.cloud.databrew.reading.source import Reading, Unreadable
from labkit.cloud.databrew.recipe.column import Column, unused
from labkit.cloud.databrew.records import DATASET, Record, look_up, name_of, records
from labkit.cloud.engine import QueryFailed, Scan, Session
from labkit.cloud.engine.formats.parquet import computed
from labkit.cloud.engine.nested import within
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.types import Type
from labkit.cloud.lake.catalog import GlueCatalog, LakeTable
from labkit.cloud.lake.governed import governed
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.s3.store import Store

Load = Callable[[dict[str, Any]], tuple[str, Sequence[Column]]]


@dataclass(frozen=True)
class Sample:
    """Which rows of a data set are taken.

    Args:
        kind: ``FIRST_N``, ``LAST_N`` or ``RANDOM``.
        size: how many.
        seed: of a random sample; the same seed gives the same rows.
    """

    kind: str
    size: int
    seed: int = 0


@dataclass(frozen=True)
class Input:
    """A data set, ready to be queried in one session.

    Args:
        sql: a SELECT of its rows, with exactly these columns.
        columns: name and type of each.
        size_bytes: of its objects, as they lie there.
        files: how many objects it has.
        aside: files that were unpacked for the session; `close` deletes them.
    """

    sql: str
    columns: tuple[Column, ...]
    size_bytes: int
    files: int
    aside: list[Path] = field(default_factory=list)

    def close(self) -> None:
        """Delete what was unpacked. The SQL reads nothing afterwards."""
        _delete(self.aside)


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def relation(
    cloud: Cloud,
    principal: Principal,
    session: Session,
    dataset: Mapping[str, Any],
    *,
    sample: Sample | None = None,
) -> Input:
    """A data set's rows as SQL.

    Args:
        cloud: the workspace's local AWS.
        principal: on whose behalf the objects are read.
        session: where the SQL will run; it may get tables that the SQL names.
        dataset: the data set's record.
        sample: which rows; all when not given.

    Raises:
        AwsError: the bucket or an object cannot be read by this principal; or a connection leads to
            no warehouse here.
        NothingThere: there is no object.
        Unreadable: the objects do not hold what the data set says.
    """
    found = _whole(cloud, principal, session, dataset)
    return found if sample is None else _sampled(session, found, sample)


def second(
    cloud: Cloud, principal: Principal, region: str, session: Session, *, opened: list[Input]
) -> Load:
    """How a recipe's JOIN or UNION finds its second data set; see ``RecipeContext.load``.

    Args:
        opened: gets what is opened, for its user to close.
    """

    def load(definition: dict[str, Any]) -> tuple[str, Sequence[Column]]:
        dataset = _meant(cloud, region, definition)
        found = relation(cloud, principal, session, dataset)
        opened.append(found)
        return found.sql, found.columns

    return load


def _meant(cloud: Cloud, region: str, definition: dict[str, Any]) -> Mapping[str, Any]:
    """The data set that a definition means: by its name or ARN, or by where its data lies."""
    names = [name_of(definition[key]) for key in _NAMES if key in definition]
    place = {key: value for key, value in definition.items() if key not in _NAMES}
    for name in names:
        if dataset := look_up(cloud, region, DATASET, name):
            return dataset
    if names and not place:
        raise Unreadable(f"There is no data set '{names[0]}'.")
    known = (d for d in records(cloud, DATASET).values() if d["_"]["region"] == region)
    unnamed = {"Name": "", "Input": place, "_": {"region": region}}
    return next((d for d in known if _same_place(d["Input"], place)), unnamed)


_NAMES = ("DatasetName", "Name", "DatasetArn", "ResourceArn")


def _same_place(one: Record, other: Record) -> bool:
    place = {name: part for name, part in one.items() if name != "Metadata"}
    return place == {name: part for name, part in other.items() if name != "Metadata"}


def _whole(
    cloud: Cloud, principal: Principal, session: Session, dataset: Mapping[str, Any]
) -> Input:
    source = dataset["Input"]
    if location := source.get("S3InputDefinition"):
        return _from_s3(Store(cloud, principal), session, dataset, location)
    if table := source.get("DataCatalogInputDefinition"):
        return _from_catalog(cloud, principal, session, dataset["_"]["region"], table)
    store = Store(cloud, principal)
    return _from_database(store, session, dataset["_"]["region"], source["DatabaseInputDefinition"])


def _from_database(store: Store, session: Session, region: str, source: Mapping[str, Any]) -> Input:
    aside: list[Path] = []
    try:
        reading = Reading(store, session, {}, (), aside)
        (sql, columns), size = databases.read_database(reading, region, source)
    except BaseException:
        _delete(aside)
        raise
    return Input(sql, columns, size, 0, aside)


def _from_s3(
    store: Store, session: Session, dataset: Mapping[str, Any], location: Mapping[str, str]
) -> Input:
    options = dataset.get("PathOptions") or {}
    found = select(store, location, options)
    aside: list[Path] = []
    try:
        reading = Reading(store, session, dataset.get("FormatOptions") or {}, found, aside)
        reading.open(options.get("Parameters") or {})
        sql, columns = readers.read(reading, dataset.get("Format"))
    except BaseException:
        _delete(aside)
        raise
    return Input(sql, columns, sum(each.object.size for each in found), len(found), aside)


def _from_catalog(
    cloud: Cloud, principal: Principal, session: Session, region: str, table: Mapping[str, str]
) -> Input:
    check_catalog(cloud.account, table)
    database, name = table["DatabaseName"].lower(), table["TableName"].lower()
    catalog = GlueCatalog(cloud, principal, region, database, digits=6, projects=False)
    try:
        definition = catalog.metastore.definition(database, name) or {}
        if place := databases.input_of(definition):
            if may := governed(catalog, definition):
                may.check_whole()
            return _from_database(Store(cloud, principal), session, region, place)
        source = catalog.resolve_source((database, name))
        if not hasattr(source, "relation"):
            raise Unreadable(f"'{database}.{name}' is a view; DataBrew reads tables of files.")
        wanted = frozenset(column.name for column in source.columns)
        sql = source.relation(session, Scan("dataset", source, wanted))
    except QueryFailed as error:
        raise _as_glue_says(error, database, name) from error
    columns = tuple(Column(column.name, _local_type(column.type)) for column in source.columns)
    shown = ", ".join(
        f"{_local(Column(own.name, own.type).sql, own.type)} AS {column.sql}"
        for own, column in zip(source.columns, columns, strict=True)
    )
    size = sum(file.size for file in catalog.files)
    files = len(catalog.files) if isinstance(source, LakeTable) else 0
    return Input(f"SELECT {shown} FROM ({sql})", columns, size, files)


def _local(sql: str, kind: Type) -> str:
    """A value as DataBrew has it: moments of a zone in UTC, as those of Parquet files are."""
    if kind.base == "timestamptz":
        return f"({sql}).instant"
    if _local_type(kind) != kind:
        return within(sql, kind, _local)
    return computed(sql) if kind.base in ("real", "double") else sql


def _local_type(kind: Type) -> Type:
    if kind.base == "timestamptz":
        return Type("timestamp", (6,))
    args = (_local_type(each) if isinstance(each, Type) else each for each in kind.args)
    return Type(kind.base, tuple(args), kind.names)


def _as_glue_says(error: QueryFailed, database: str, name: str) -> Exception:
    if isinstance(error.__cause__, AwsError):
        return error.__cause__
    missing = error.code in ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND")
    what = f"Table {name} not found in database {database}." if missing else str(error)
    return Unreadable(what)


# Samples ------------------------------------------------------------------------------------------


def _sampled(session: Session, found: Input, sample: Sample) -> Input:
    with contextlib.suppress(KeyError):
        sql = _SAMPLES[sample.kind](session, found, sample)
        return Input(sql, found.columns, found.size_bytes, found.files, found.aside)
    raise Unreadable(f"There is no sample of the kind {sample.kind}.")


def _first(session: Session, found: Input, sample: Sample) -> str:
    return f"SELECT * FROM ({found.sql}) LIMIT {sample.size}"


def _last(session: Session, found: Input, sample: Sample) -> str:
    rows = int(first_row(session.connection, f"SELECT count(*) FROM ({found.sql})")[0])
    return f"SELECT * FROM ({found.sql}) LIMIT {sample.size} OFFSET {max(0, rows - sample.size)}"


def _random(session: Session, found: Input, sample: Sample) -> str:
    """The rows whose number hashes least: the same for one seed, on however many cores."""
    row = quoted_name(unused("#row", (column.name for column in found.columns)))
    numbered = f"SELECT *, row_number() OVER () AS {row} FROM ({found.sql})"
    least = f"ORDER BY hash({row} + {sample.seed}) LIMIT {sample.size}"
    shown = ", ".join(column.sql for column in found.columns)
    return f"SELECT {shown} FROM (SELECT * FROM ({numbered}) {least}) ORDER BY {row}"


_SAMPLES: dict[str, Callable[[Session, Input, Sample], str]] = {
    "FIRST_N": _first,
    "LAST_N": _last,
    "RANDOM": _random,
}
