"""Files in S3 that a manifest names, and uploaded workbooks: each field is text until it is cast.

A row with more fields than there are columns is skipped. A field that goes on behind its closing
quote is all that stands up to the delimiter, as for DataBrew. Source:
https://docs.aws.amazon.com/quicksight/latest/user/create-a-data-set-s3.html
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from labkit.cloud.databrew.reading import repairs
from labkit.cloud.databrew.reading.selection import Found
from labkit.cloud.databrew.reading.sheets import read_excel
from labkit.cloud.databrew.reading.source import Reading, Unreadable
from labkit.cloud.engine.formats.lines import NATIVE, codec, head, open_bytes
from labkit.cloud.engine.formats.model import File
from labkit.cloud.operations import AwsError
from labkit.cloud.quicksight.sources import texts
from labkit.cloud.quicksight.sources.access import SourceStore, reader_of
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.sources.manifests import (
    Settings,
    as_source_error,
    as_upload_settings,
    read_manifest,
    settings_at,
    upload_settings,
)
from labkit.cloud.quicksight.sources.opening import Opening, reader, typed
from labkit.cloud.quicksight.spice.model import Column, Relation

Members = Mapping[str, Any]


@reader("S3", "S3Source")
def read_files(opening: Opening, table: Members) -> Relation:
    """The files of a manifest."""
    settings, files = _opened(opening, table.get("UploadSettings") or {})
    return _typed(opening, settings, files, table["InputColumns"])


@reader("S3", "FileSource")
def read_sheet(opening: Opening, table: Members) -> Relation:
    """One sheet of an uploaded workbook, or an uploaded file."""
    settings, files = _opened(opening, table.get("UploadSettings") or {})
    return _typed(opening, settings, files, table["InputColumns"], table["SheetIndex"])


def check(cloud: Any, principal: Any, region: str, source: Members) -> None:
    """Raise when a data source's manifest cannot be read."""
    read_manifest(SourceStore(cloud, principal, region), _location(source))


def usual_settings(cloud: Any, region: str, source: Members) -> dict[str, Any]:
    """The upload settings of a table that says none: its manifest's; none if it cannot be read."""
    try:
        store = SourceStore(cloud, reader_of(cloud, source), region)
        return as_upload_settings(settings_at(store, _location(source)))
    except (SourceError, AwsError):
        return {}


def _location(source: Members) -> Mapping[str, str]:
    found: Mapping[str, str] = source["DataSourceParameters"]["S3Parameters"][
        "ManifestFileLocation"
    ]
    return found


def _opened(opening: Opening, upload: Members) -> tuple[Settings, list[File]]:
    store = SourceStore(opening.cloud, opening.principal, opening.region)
    location = _location(opening.source)
    uri = f"s3://{location['Bucket']}/{location['Key']}"
    try:
        manifest = read_manifest(store, location)
        files = []
        for each in manifest.objects:
            uri = each.uri
            files.append(File(str(store.read(each)), each.uri, size=each.size))
    except AwsError as error:
        raise as_source_error(error, uri) from error
    plain = [_plain(opening, store, file) for file in files]
    return upload_settings(manifest.settings, upload), plain


def _plain(opening: Opening, store: SourceStore, file: File) -> File:
    """A file that the engine opens itself: as it is, or unpacked."""
    if codec(file.name) in NATIVE:
        return file
    path = store.scratch()
    opening.aside.append(path)
    with open_bytes(file) as packed, path.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked, 1 << 22)
    return File(str(path), file.name.rpartition(".")[0], size=file.size)


def _typed(
    opening: Opening,
    settings: Settings,
    files: list[File],
    columns: Sequence[Members],
    sheet: int = 0,
) -> Relation:
    if settings.format == "XLSX":
        return typed(_workbook(opening, settings, files, sheet), columns)
    if settings.format == "JSON":
        return typed(texts.documents(files, columns), columns)
    if settings.format in ("CSV", "TSV"):
        files = [_regular(opening, settings, file) for file in files]
    return typed(texts.LINES[settings.format](settings, files, columns), columns)


def _regular(opening: Opening, settings: Settings, file: File) -> File:
    """A file of which DuckDB loses no character: as it is, or a copy in its form."""
    store = SourceStore(opening.cloud, opening.principal, opening.region)
    reading = Reading(store, opening.session, {}, [], opening.aside)
    if settings.qualifier != '"' or not head(file, 1):
        return file
    odd = repairs.is_odd(reading, file, settings.delimiter)
    return repairs.repaired(reading, file, settings.delimiter) if odd else file


def _workbook(opening: Opening, settings: Settings, files: list[File], sheet: int) -> Relation:
    store = SourceStore(opening.cloud, opening.principal, opening.region)
    options = {"Excel": {"SheetIndexes": [sheet], "HeaderRow": settings.header}}
    found: list[Found] = []
    reading = Reading(store, opening.session, options, found, opening.aside, files=files)
    try:
        sql, columns = read_excel(reading)
    except Unreadable as error:
        raise SourceError("CUSTOMER_ERROR", str(error)) from error
    return Relation(sql, tuple(Column(each.name, each.type) for each in columns))
