"""``UNLOAD``: a query's rows as objects under a prefix, all of them at once or none.

Files are written aside and become objects in one change of the index, which tells the end of the
UNLOAD too, so that a process that dies leaves all of it behind or nothing. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.duck import failures
from labkit.cloud.engine.redshift.errors import UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.redshift.copying import history
from labkit.cloud.redshift.copying.access import open_store, s3_words
from labkit.cloud.redshift.copying.manifest import manifest_text
from labkit.cloud.redshift.copying.unload_options import UnloadOptions, read_unload
from labkit.cloud.redshift.copying.unloaded import Written, files_of
from labkit.cloud.redshift.warehouse import letter_case
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.s3.store import Object, Staged, Store

_SHAPES = {"text": "Text", "csv": "CSV", "fixed": "Text", "json": "JSON", "parquet": "Parquet"}
_PACKED = {"gz": "gzip", "zst": "zstd", "bz2": "bzip2", "": "none"}


@statement("UNLOAD")
def unload(connection: Connection, parsed: Parsed) -> Result:
    options = read_unload(parsed.words)
    compiled = _compiled(connection, options)
    encrypted = ("aws:kms", options.kms_key) if options.kms_key else (None, None)
    store = open_store(connection, options.access, encrypted)
    noted = history.begin_unload(
        connection, options.prefix, _SHAPES[options.format], _PACKED[options.compression]
    )
    folder = store.scratch()
    folder.mkdir()
    try:
        with failures():
            files = _unload(connection, options, compiled, store, folder, noted)
    except BaseException as error:
        history.end_unload(noted, [], "aborted", getattr(error, "message", str(error)))
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _told(connection, sum(each["rows"] for each in files))


def _told(connection: Connection, rows: int) -> Result:
    connection.counts["pg_last_unload_count"] = rows
    connection.counts["pg_last_unload_id"] = connection.last_query_id
    connection.notices.append(f"UNLOAD completed, {rows} record(s) unloaded successfully.")
    return Result("UNLOAD", count=rows)


def _compiled(connection: Connection, options: UnloadOptions) -> Compiled:
    tree = parse_query(letter_case.written(connection, options.query))
    if not isinstance(tree, exp.Query):
        raise RedshiftError("UNLOAD takes a SELECT statement", "42601")
    if tree.args.get("limit"):
        raise RedshiftError(
            "Limit clause is not supported in the outermost select of an UNLOAD statement",
            UNSUPPORTED,
        )
    compiled = _told_names(compile_query(tree, Names(connection)))
    names = [field.name for field in compiled.fields]
    for name in options.partition_by:
        if name not in names:
            raise RedshiftError(f'partition column "{name}" is not in the SELECT list', "42703")
    if len(set(options.partition_by)) == len(names) and not options.include:
        raise RedshiftError("UNLOAD needs a column that is no partition column", UNSUPPORTED)
    _check_types(compiled, options)
    if len({name.lower() for name in names}) < len(names) and options.format in ("parquet", "json"):
        raise RedshiftError("UNLOAD to this format needs columns of different names", "42701")
    return compiled


def _told_names(compiled: Compiled) -> Compiled:
    return replace(
        compiled, fields=tuple(replace(each, name=shown(each.name)) for each in compiled.fields)
    )


#: Types for text and CSV alone, and those whose columns may be partitions.
_TEXT_ONLY = {"geometry", "hllsketch", "varbyte"}
_PARTED = {"int2", "int4", "int8", "numeric", "float4", "bool", "bpchar", "varchar", "name",
           "unknown", "date", "timestamp"}  # fmt: skip


def _check_types(compiled: Compiled, options: UnloadOptions) -> None:
    for field in compiled.fields:
        kind = field.type
        if kind.base in _TEXT_ONLY and options.format not in ("text", "csv"):
            told = f"UNLOAD of {kind.plain} columns is supported for text and CSV only"
            raise RedshiftError(told, UNSUPPORTED)
        if field.name in options.partition_by and kind.base not in _PARTED:
            told = f'partition column "{field.name}" has unsupported type "{kind.plain}"'
            raise RedshiftError(told, UNSUPPORTED)


def _unload(
    connection: Connection,
    options: UnloadOptions,
    compiled: Compiled,
    store: Store,
    folder: Path,
    noted: history.Noted,
) -> list[dict[str, Any]]:
    there = _there(connection, options, store)
    files = list(files_of(connection, options, compiled, folder))
    connection.check_canceled()
    told = [file.told for file in files]
    uris = [(file.uri, file.path) for file in files]
    if options.manifest:
        path = folder / "manifest"
        path.write_text(manifest_text(told, compiled.fields, options), "utf-8")
        uris.append((f"{options.prefix}manifest", path))
    gone = _cleaned(there, files, options) if options.clean_path else []
    staged = _staged(connection, store, uris)
    with (
        connection.warehouse.cloud.lock("s3"),
        s3_words(connection, "Deleting objects under CLEANPATH"),
    ):
        _there(connection, options, store)  # another UNLOAD may have been faster
        store.replace(staged, gone, lambda: history.end_unload(noted, told, "completed"))
    return told


def _there(connection: Connection, options: UnloadOptions, store: Store) -> list[Object]:
    """The objects under the prefix.

    Raises:
        RedshiftError: there are some, and they are not to be replaced; or CLEANPATH would remove
            those of folders whose names begin like the path alone.
    """
    with s3_words(connection, f"Listing {options.prefix}"):
        found = store.list(options.prefix)
    if found and not (options.allow_overwrite or options.clean_path):
        raise RedshiftError(
            "Specified unload destination on S3 is not empty. Consider using a different bucket / "
            "prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option."
        )
    other = next((each for each in found if _is_beside(each, options)), None)
    if options.clean_path and not options.partition_by and other:
        told = f"CLEANPATH would remove {other.uri}: end the path of a folder with a slash"
        raise RedshiftError(told, UNSUPPORTED)
    return found


def _is_beside(found: Object, options: UnloadOptions) -> bool:
    """Whether an object is in a folder whose name only begins like the path: t2/ beside t."""
    rest = found.uri.removeprefix(options.prefix)
    return "/" in rest and not rest.startswith("/") and not options.prefix.endswith("/")


def _staged(connection: Connection, store: Store, uris: Sequence[tuple[str, Path]]) -> list[Staged]:
    """The files in the store's place, still without a name."""
    staged = []
    for uri, path in uris:
        aside = store.scratch()
        with s3_words(connection, f"Uploading {uri}"):
            os.replace(path, aside)
            staged.append(store.stage(uri, aside))
    return staged


def _cleaned(there: list[Object], files: list[Written], options: UnloadOptions) -> list[Object]:
    """What CLEANPATH removes: all below the prefix, or in the partitions that get files."""
    if not options.partition_by:
        return there
    folders = tuple({file.uri.rpartition("/")[0] + "/" for file in files})
    return [each for each in there if each.uri.startswith(folders)]
