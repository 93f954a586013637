"""UNLOAD's manifest: the objects that it wrote, with their schema where it is VERBOSE.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html#unload-parameters
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.redshift.scope import Field
from labkit.cloud.redshift.copying.unload_options import UnloadOptions


def manifest_text(
    files: Sequence[dict[str, Any]], fields: Sequence[Field], options: UnloadOptions
) -> str:
    """The manifest of these files (``uri``, ``rows``, ``size``)."""
    if not options.verbose:
        with_meta = options.format == "parquet"
        return _dumped({"entries": [_entry(each, with_meta) for each in files]})
    entries = [
        {"url": each["uri"], "meta": {"content_length": each["size"], "record_count": each["rows"]}}
        for each in files
    ]
    total = {
        "content_length": sum(each["size"] for each in files),
        "record_count": sum(each["rows"] for each in files),
    }
    return _dumped(
        {
            "entries": entries,
            "schema": {"elements": [_element(field) for field in fields]},
            "meta": total,
            "author": {"name": "Amazon Redshift", "version": "1.0.0"},
        }
    )


def _entry(file: dict[str, Any], with_meta: bool) -> dict[str, Any]:
    meta = {"meta": {"content_length": file["size"]}} if with_meta else {}
    return {"url": file["uri"], **meta}


def _element(field: Field) -> dict[str, Any]:
    kind = field.type
    told: dict[str, Any] = {"base": kind.plain}
    if kind.base == "numeric":
        told |= {"precision": kind.size, "scale": kind.scale}
    elif kind.size:
        told["max_length"] = kind.size
    return {"name": field.name, "type": told}


def _dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"
