"""A bundle's files: a zip with a JSON file an asset, in a folder a kind.

``dataset/sales.json`` has ``resourceType``, ``dataSetId`` and the members of ``CreateDataSet``, by
names that begin with a small letter (``kpiVisual``); keys of maps are data and stay. Names are read
without regard to case. Source:
https://docs.aws.amazon.com/quicksight/latest/developerguide/asset-bundle-ops.html
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from botocore.validate import ParamValidator
from moto.core import DEFAULT_ACCOUNT_ID

from labkit.cloud import protocol
from labkit.cloud.quicksight.bundles.assets import BY_NAME, Asset
from labkit.cloud.quicksight.words import invalid

Record = dict[str, Any]
#: What AWS's bundles hold besides, and this one leaves where it is.
APART = ("refreshschedule", "vpcconnection")
MOST_BYTES, MOST_FILES = 2**30, 10_000
_EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(assets: Iterable[tuple[Asset, Record]]) -> bytes:
    """Assets as a bundle: the same bytes for the same assets."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for asset, members in assets:
            entry = zipfile.ZipInfo(f"{asset.kind.name}/{members[asset.kind.id]}.json", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            small = {"resourceType": asset.kind.name, **_small(members, shape_of(asset))}
            file.writestr(entry, json.dumps(small, indent=2, ensure_ascii=False, default=str))
    return held.getvalue()


def unzipped(bundle: bytes) -> tuple[list[tuple[Asset, Record]], list[str]]:
    """The assets of a bundle, and the names of the files that hold what is not imported here.

    Raises:
        AwsError: ``InvalidParameterValueException``, it is no bundle.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(bundle)) as file:
            entries = [each for each in file.infolist() if not each.is_dir()]
            size = sum(each.file_size for each in entries)
            if len(entries) > MOST_FILES or size > MOST_BYTES:
                raise invalid("The asset bundle is too large.")
            documents = {each.filename: file.read(each) for each in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise invalid("The asset bundle is not a valid zip file.") from error
    read = {name: _document(name, content) for name, content in documents.items()}
    left = [name for name, each in read.items() if _kind(each) in APART]
    found = [_asset(name, each) for name, each in read.items() if name not in left]
    if not found:
        raise invalid("The asset bundle holds no assets that are imported here.")
    return found, left


def _document(name: str, content: bytes) -> Record:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise invalid(f"{name} in the asset bundle is not valid JSON: {error}") from error
    return document if isinstance(document, dict) else {}


def _kind(document: Record) -> str:
    return str(document.get("resourceType", "")).lower()


def _asset(name: str, document: Record) -> tuple[Asset, Record]:
    kind = _kind(document)
    if kind not in BY_NAME:
        raise invalid(f"{name} in the asset bundle has the resource type {kind or 'none'}, which "
                      f"cannot be imported here. Known: {', '.join(BY_NAME)}.")  # fmt: skip
    asset = BY_NAME[kind]
    given = {key: value for key, value in document.items() if key != "resourceType"}
    members = _large(given, shape_of(asset), name)
    if not members.get(asset.kind.id):
        raise invalid(f"{name} in the asset bundle has no {small(asset.kind.id)}.")
    whole = {"AwsAccountId": DEFAULT_ACCOUNT_ID, **members}
    report = ParamValidator().validate(whole, shape_of(asset))
    if report.has_errors():
        raise invalid(f"{name} in the asset bundle is not valid: {report.generate_report()}")
    return asset, members


def small(name: str) -> str:
    """A member's name in a file.

    >>> small("DataSetId"), small("KPIVisual"), small("S3Source"), small("URLTemplate")
    ('dataSetId', 'kpiVisual', 's3Source', 'urlTemplate')
    """
    return re.sub(r"^[A-Z]+(?=[A-Z][a-z]|\d|$)|^[A-Z]", lambda found: found[0].lower(), name)


def shape_of(asset: Asset) -> Any:
    """The shape of what an asset's ``Create`` call takes."""
    model = protocol.service_model("quicksight")
    return model.operation_model(asset.create).input_shape if model else None


def _small(value: Any, shape: Any) -> Any:
    match shape.type_name:
        case "structure":
            return {small(name): _small(each, shape.members[name]) for name, each in value.items()}
        case "map":
            return {key: _small(each, shape.value) for key, each in value.items()}
        case "list":
            return [_small(each, shape.member) for each in value]
    return value


def _large(value: Any, shape: Any, where: str) -> Any:
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            known = {name.lower(): name for name in shape.members}
            wrong = next((name for name in value if name.lower() not in known), None)
            if wrong is not None:
                raise invalid(f"{where} in the asset bundle has an unknown member {wrong}.")
            return {
                (name := known[key.lower()]): _large(each, shape.members[name], where)
                for key, each in value.items()
                if each is not None
            }
        case "map" if isinstance(value, dict):
            return {key: _large(each, shape.value, where) for key, each in value.items()}
        case "list" if isinstance(value, list):
            return [_large(each, shape.member, where) for each in value]
        case "structure" | "map" | "list":
            raise invalid(f"{where} in the asset bundle has a {type(value).__name__} for "
                          f"{shape.name}.")  # fmt: skip
    return value
