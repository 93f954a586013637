"""A manifest: the JSON that says which objects a data source in S3 has, and how they are written.

``fileLocations`` holds ``URIs`` of objects and ``URIPrefixes`` of folders; ``globalUploadSettings``
the format (CSV, TSV, CLF, ELF, JSON), the delimiter, the text qualifier and whether the files have
a header. Redshift's form is read too: ``entries`` with a ``url`` each, of which only the
``mandatory`` ones must be there. Source: https://docs.aws.amazon.com/quicksight/latest/user/supported-manifest-file-format.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.s3.store import Object, Store

FORMATS = ("CSV", "TSV", "CLF", "ELF", "JSON", "XLSX")
MOST_FILES, MOST_BYTES = 1000, 1 << 20
_DELIMITERS = {"TSV": "\t", "CSV": ","}
_QUALIFIERS = {"DOUBLE_QUOTE": '"', "SINGLE_QUOTE": "'"}
_PLACES = ("fileLocations", "entries")
_HTTPS = re.compile(
    r"https://(?:s3[.\w-]*\.amazonaws\.com/([^/]+)|([^/]+?)\.s3[.\w-]*\.amazonaws\.com)(?:/(.*))?"
)


@dataclass(frozen=True)
class Settings:
    """How the files are written.

    Args:
        format: one of `FORMATS`.
        delimiter: between fields.
        qualifier: around texts.
        header: whether the first line has the names.
        first_row: the line that the data begins in, counted from 1, the header's not counted.
    """

    format: str = "CSV"
    delimiter: str = ","
    qualifier: str = '"'
    header: bool = True
    first_row: int = 1


@dataclass(frozen=True)
class Manifest:
    """The objects of a data source, and how they are written."""

    objects: tuple[Object, ...]
    settings: Settings


def read_manifest(store: Store, location: Mapping[str, str]) -> Manifest:
    """Read the manifest that lies at a location.

    Raises:
        SourceError: there is none, it is none, or it names no object.
    """
    content = _content(store, f"s3://{location['Bucket']}/{location['Key']}")
    settings = manifest_settings(content.get("globalUploadSettings") or {})
    found = tuple(_objects(store, content))
    if not found:
        raise _bad("The manifest names no file.")
    if len(found) > MOST_FILES:
        raise _bad(f"A manifest names at most {MOST_FILES} files; this names {len(found)}.")
    return Manifest(found, settings)


def manifest_settings(given: Mapping[str, Any]) -> Settings:
    """The settings of a manifest, those that it leaves out by default."""
    form = str(given.get("format", "CSV")).upper()
    if form not in FORMATS:
        raise _bad(f"The format {form} is none of {', '.join(FORMATS[:-1])}.")
    header = given.get("containsHeader", True)
    return Settings(
        form,
        str(given.get("delimiter", _DELIMITERS.get(form, ","))).replace("\\t", "\t"),
        str(given.get("textqualifier", '"')),
        str(header).lower() != "false",
    )


def settings_at(store: Store, location: Mapping[str, str]) -> Settings:
    """The settings of the manifest that lies at a location, whatever objects it names.

    Raises:
        SourceError: there is none, or it is none.
    """
    content = _content(store, f"s3://{location['Bucket']}/{location['Key']}")
    return manifest_settings(content.get("globalUploadSettings") or {})


def as_upload_settings(settings: Settings) -> dict[str, Any]:
    """Settings as a physical table tells them; of JSON there is the format alone.

    >>> as_upload_settings(Settings("JSON"))
    {'Format': 'JSON'}
    """
    if settings.format == "JSON":
        return {"Format": settings.format}
    names = {mark: name for name, mark in _QUALIFIERS.items()}
    qualifier = names.get(settings.qualifier)
    return {
        "Format": settings.format,
        "StartFromRow": settings.first_row,
        "ContainsHeader": settings.header,
        "Delimiter": settings.delimiter,
        **({"TextQualifier": qualifier} if qualifier else {}),
    }


def upload_settings(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Settings with what a physical table says of its own."""
    form = given.get("Format") or settings.format
    own = _DELIMITERS.get(form) if given.get("Format") not in (None, settings.format) else None
    return Settings(
        form,
        given.get("Delimiter") or own or settings.delimiter,
        _QUALIFIERS.get(given.get("TextQualifier", ""), settings.qualifier),
        settings.header if given.get("ContainsHeader") is None else given["ContainsHeader"],
        given.get("StartFromRow") or 1,
    )


def _content(store: Store, uri: str) -> dict[str, Any]:
    found = store.find(uri)
    if found is None:
        raise _bad(f"There is no manifest at {uri}.")
    if found.size > MOST_BYTES:
        raise _bad(f"The manifest at {uri} is larger than {MOST_BYTES} bytes.")
    try:
        content = json.loads(store.read(found).read_text("utf-8-sig"))
    except ValueError as error:
        raise _bad(f"The manifest at {uri} is no JSON: {error}") from error
    if not isinstance(content, dict) or not any(
        isinstance(content.get(name), list) for name in _PLACES
    ):
        raise _bad(f"The manifest at {uri} has no list of {' or '.join(_PLACES)}.")
    return content


def _objects(store: Store, content: Mapping[str, Any]) -> list[Object]:
    found: dict[str, Object] = {}
    for each in content.get("entries") or []:
        uri = _s3(each.get("url", ""))
        if each.get("mandatory") or store.find(uri):
            found.setdefault(uri, _one(store, uri))
    for each in content.get("fileLocations") or []:
        for uri in map(_s3, each.get("URIs") or []):
            found.setdefault(uri, _one(store, uri))
        for prefix in each.get("URIPrefixes") or []:
            place = _s3(prefix)
            place += "/" if place.count("/") == 2 else ""
            listed = (o for o in store.list(place) if o.size and not o.key.endswith("/"))
            found |= {each.uri: each for each in listed if each.uri not in found}
    return list(found.values())


def _one(store: Store, uri: str) -> Object:
    found = store.find(uri)
    if found is None:
        raise SourceError("S3_FILE_INACCESSIBLE", f"There is no object at {uri}.")
    return found


def _s3(uri: str) -> str:
    """An address in S3 as ``s3://``, which a manifest may also give as ``https://``.

    >>> _s3("https://b.s3.us-east-1.amazonaws.com"), _s3("https://s3.amazonaws.com/b/a.csv")
    ('s3://b/', 's3://b/a.csv')
    """
    if found := _HTTPS.fullmatch(uri):
        return f"s3://{found[1] or found[2]}/{found[3] or ''}"
    if uri.startswith("s3://"):
        return uri
    raise _bad(f"{uri} is no address in S3.")


def _bad(message: str) -> SourceError:
    return SourceError("S3_MANIFEST_ERROR", message)


def as_source_error(error: AwsError, uri: str) -> SourceError:
    """What S3 refuses, as QuickSight tells it."""
    return SourceError("S3_FILE_INACCESSIBLE", f"{uri} cannot be read: {error.message}")
