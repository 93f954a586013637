"""The objects of a COPY: one key, all keys with a prefix, or those that a manifest lists.

Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-source-s3.html
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from labkit.cloud.engine.formats import File
from labkit.cloud.operations import AwsError
from labkit.cloud.redshift.copying.access import failure, s3_failure, s3_words
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.s3.bodies import link_or_copy
from labkit.cloud.s3.store import Object, Store, split_uri


class Source(Protocol):
    """Where rows come from: its address, and how many bytes it has."""

    @property
    def uri(self) -> str: ...

    @property
    def size(self) -> int: ...


@dataclass(frozen=True)
class Given:
    """What a COPY reads: the files, and where their rows come from."""

    files: tuple[File, ...]
    objects: tuple[Source, ...]


@contextlib.contextmanager
def find_files(connection: Connection, store: Store, options: CopyOptions) -> Iterator[Given]:
    """While open, the files to load, once the role may read them.

    Raises:
        RedshiftError: there are none, or they may not be read.
    """
    if options.manifest:
        objects = _of_manifest(connection, store, options.source)
    else:
        objects = _with_prefix(connection, store, options.source)
    with open_files(connection, store, objects, options) as given:
        yield given


@contextlib.contextmanager
def open_files(
    connection: Connection, store: Store, objects: Sequence[Object], options: CopyOptions
) -> Iterator[Given]:
    """While open, files of known objects: what is put or deleted meanwhile changes nothing here."""
    ending = f".{options.compression}" if options.compression else ""
    folder = store.scratch()
    folder.mkdir()
    try:
        files = []
        for number, each in enumerate(objects):
            path = folder / str(number)
            with s3_words(connection, f"S3 key being read : {each.uri}"):
                size = _hold(store, each, path)
            files.append(File(str(path), f"body{ending}", (each.uri,), size))
        yield Given(tuple(files), tuple(objects))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _hold(store: Store, found: Object, path: Path) -> int:
    """Another name for an object's content, or for what has replaced it by now; its size."""
    latest: Object | None = found
    while latest:
        try:
            link_or_copy(str(store.read(latest)), path)
            return latest.size
        except FileNotFoundError:
            latest = store.find(found.uri)
    raise AwsError("NoSuchKey", "", 404)


def read_text(connection: Connection, store: Store, uri: str) -> str:
    """The content of a small object, such as a JSONPaths file."""
    with s3_words(connection, f"S3 key being read : {uri}"):
        found = store.find(uri)
        if found is None:
            raise AwsError("NoSuchKey", "", 404)
        return store.read(found).read_text("utf-8-sig", "replace")


def _with_prefix(connection: Connection, store: Store, uri: str) -> list[Object]:
    with s3_words(connection, f"S3 source: {uri}"):
        bucket, prefix = split_uri(uri)
    with s3_words(connection, f"Listing bucket={bucket} prefix={prefix}"):
        found = [each for each in store.list(uri) if each.size or not each.key.endswith("/")]
    if not found:
        raise failure(
            connection,
            f"The specified S3 prefix '{prefix}' does not exist",
            "",
            "s3_utility.cpp:665",
        )
    return found


def _of_manifest(connection: Connection, store: Store, uri: str) -> list[Object]:
    try:
        entries = json.loads(read_text(connection, store, uri))["entries"]
        wanted = [(entry["url"], bool(entry.get("mandatory", False))) for entry in entries]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _bad_manifest(connection, uri, error) from error
    if not all(isinstance(url, str) for url, _ in wanted):
        raise _bad_manifest(connection, uri, ValueError("a url is not a text"))
    found = []
    for url, mandatory in wanted:
        each = _listed(connection, store, url)
        if each is not None:
            found.append(each)
        elif mandatory:
            raise s3_failure(connection, AwsError("NoSuchKey", "", 404), f"S3 key={url}")
    if not found:
        raise failure(connection, "No file of the manifest was found", uri, "s3_utility.cpp:665")
    return found


def _listed(connection: Connection, store: Store, url: str) -> Object | None:
    with s3_words(connection, f"S3 key being read : {url}"):
        return store.find(url)


def _bad_manifest(connection: Connection, uri: str, error: Exception) -> Any:
    message = f"Invalid manifest file: {uri}: {error}"
    return failure(connection, message, f"Manifest file location = {uri}", "s3_utility.cpp:313")
