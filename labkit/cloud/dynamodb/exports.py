"""DynamoDB's exports to S3: a table's items as DynamoDB JSON, and the manifests beside them.

moto writes no manifests, all items where the changes are wanted, and JSON where Ion is; it forgets
its exports when the server ends.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
and https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models.utilities import DynamoJsonEncoder

from labkit.cloud.dynamodb import item_moments
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page
from labkit.cloud.s3.limits import check_owner
from labkit.cloud.s3.store import Store

KIND = "dynamodb.export"
_TOKEN_S = 8 * 3600
_MOST = 25
_SUMMARY = ("ExportArn", "ExportStatus", "ExportType")
# What the summary's manifest calls what is told of an export.
_TOLD = {
    "exportArn": "ExportArn",
    "startTime": "StartTime",
    "endTime": "EndTime",
    "tableArn": "TableArn",
    "exportTime": "ExportTime",
    "s3Bucket": "S3Bucket",
    "s3Prefix": "S3Prefix",
    "s3SseAlgorithm": "S3SseAlgorithm",
    "s3SseKmsKeyId": "S3SseKmsKeyId",
    "billedSizeBytes": "BilledSizeBytes",
    "itemCount": "ItemCount",
    "outputFormat": "ExportFormat",
    "exportType": "ExportType",
}
_MOMENTS = ("startTime", "endTime", "exportTime")
Record = dict[str, Any]


@operation("dynamodb", "ExportTableToPointInTime")
def export_table(context: Context, *, TableArn: str, S3Bucket: str, **asked: Any) -> Answer:
    """Write a table's items to S3.

    Raises:
        AwsError: ``TableNotFoundException``, ``PointInTimeRecoveryUnavailableException``,
            ``InvalidExportTimeException``, ``ExportConflictException``,
            ``NotImplementedException``.
    """
    with context.cloud.lock(KIND):  # of a token that comes several times at once
        return _exported(context, asked | {"TableArn": TableArn, "S3Bucket": S3Bucket})


def _exported(context: Context, asked: Record) -> Answer:
    question = json.dumps(asked, sort_keys=True, default=str)
    token = asked.get("ClientToken")
    if known := made_before(kept(context, KIND), token, question, "ExportConflictException"):
        return {"ExportDescription": shown(known)}
    table = _table(context, asked["TableArn"])
    _check_kind(context, **asked)
    moment = item_moments.check(
        context, asked.pop("ExportTime", None), "InvalidExportTimeException"
    )
    now = time.time()
    number = f"{int(now * 1000):014d}-{uuid.uuid4().hex[:8]}"
    record: Record = {
        "ExportFormat": "DYNAMODB_JSON",
        "ExportType": "FULL_EXPORT",
        "S3SseAlgorithm": "AES256",
        "S3BucketOwner": context.account,
        **asked,
        "ExportArn": f"{asked['TableArn']}/export/{number}",
        "ExportStatus": "IN_PROGRESS",
        "StartTime": now,
        "ExportTime": moment,
        "_": question,
    }
    with context.cloud.lock("dynamodb"):
        lines = [_line(item) for item in table.all_items()]
    done = record | _write(context, record, number, lines)
    context.cloud.records(KIND)[record["ExportArn"]] = done
    return {"ExportDescription": shown(record)}


@operation("dynamodb", "DescribeExport")
def describe_export(context: Context, *, ExportArn: str) -> Answer:
    """Raises: ``ExportNotFoundException``."""
    record = context.cloud.records(KIND).get(ExportArn)
    if record is None:
        raise AwsError("ExportNotFoundException", f"Export not found: {ExportArn}")
    return {"ExportDescription": shown(record)}


@operation("dynamodb", "ListExports")
def list_exports(
    context: Context, *, TableArn: str = "", MaxResults: int = _MOST, NextToken: str | None = None
) -> Answer:
    """The exports of a table, or of all."""
    found = [each for each in kept(context, KIND) if TableArn in ("", each["TableArn"])]
    told = [{name: each[name] for name in _SUMMARY} for each in found]
    refusal = AwsError("ValidationException", "Invalid NextToken")
    return page("ExportSummaries", told, MaxResults, NextToken, refusal, question=TableArn)


def kept(context: Context, kind: str) -> list[Mapping[str, Any]]:
    """The records of a kind that are of the region's tables."""
    here = context.arn("table/")
    return [each for arn, each in context.cloud.records(kind).items() if arn.startswith(here)]


def shown(record: Mapping[str, Any]) -> Record:
    """What of a record is told."""
    return {name: value for name, value in record.items() if name != "_"}


def made_before(
    records: Iterable[Mapping[str, Any]], token: str | None, question: str, conflict: str
) -> Mapping[str, Any] | None:
    """What was begun with this token, if anything was.

    Args:
        question: all that is asked for, which is the same again.
        conflict: the code of the refusal if it is not.
    """
    since = time.time() - _TOKEN_S
    for each in records if token else ():
        if each.get("ClientToken") == token and each["StartTime"] > since:
            if each["_"] != question:
                raise AwsError(conflict, f"Other was asked for with the client token {token}")
            return each
    return None


def _table(context: Context, arn: str) -> Any:
    tables = context.backend("dynamodb").tables.values()
    table = next((each for each in tables if each.table_arn == arn), None)
    if table is None:
        raise AwsError("TableNotFoundException", f"Table not found: {arn}")
    check_recovery(table)
    return table


def check_recovery(table: Any) -> None:
    """Raise unless a table's moments are kept, or said to be."""
    recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        words = f"Point in time recovery is not enabled for table '{table.name}'"
        raise AwsError("PointInTimeRecoveryUnavailableException", words)


def _check_kind(
    context: Context, ExportFormat: str = "DYNAMODB_JSON", ExportType: str = "FULL_EXPORT", **_: Any
) -> None:
    if ExportFormat != "DYNAMODB_JSON":
        raise not_here(context.service, context.operation, "exports are DynamoDB JSON, not Ion")
    if ExportType != "FULL_EXPORT":
        raise not_here(context.service, context.operation, "changes of items are not kept")


def _line(item: Any) -> str:
    said = item.to_json(root_attr_name="Item")
    return json.dumps(
        {"Item": said["Item"]}, cls=DynamoJsonEncoder, separators=(",", ":"), ensure_ascii=False
    )


# Writing ------------------------------------------------------------------------------------------


def _write(context: Context, record: Record, number: str, lines: list[str]) -> Record:
    """Put the export's objects, and say how it ended."""
    kms = record["S3SseAlgorithm"] == "KMS"
    chosen = "aws:kms" if kms else "AES256", record.get("S3SseKmsKeyId") if kms else None
    store = Store(context.cloud, context.principal, chosen)
    prefix = record.get("S3Prefix", "")
    place = f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}AWSDynamoDB/{number}"
    root = f"s3://{record['S3Bucket']}/"
    text = "".join(f"{line}\n" for line in lines).encode()
    name = base64.b32encode(uuid.uuid4().bytes).decode().rstrip("=").lower()
    data = f"{place}/data/{name}.json.gz"
    try:
        check_owner(record["S3BucketOwner"])
        store.put_bytes(f"{root}{place}/_started", b"")
        put = store.put_bytes(root + data, gzip.compress(text))
        content = store.read(put).read_bytes()
        files = {"itemCount": len(lines), "md5Checksum": _md5(content), "etag": put.etag}
        _put_manifest(store, f"{root}{place}/manifest-files", files | {"dataFileS3Key": data})
        ended = {"EndTime": time.time(), "ItemCount": len(lines), "BilledSizeBytes": len(text)}
        told = _summary(record | ended) | {"manifestFilesS3Key": f"{place}/manifest-files.json"}
        _put_manifest(store, f"{root}{place}/manifest-summary", told)
    except AwsError as error:
        failed = {"FailureCode": f"S3{error.code}", "FailureMessage": error.message}
        return {"ExportStatus": "FAILED", "EndTime": time.time()} | failed
    return {
        "ExportStatus": "COMPLETED",
        "ExportManifest": f"{place}/manifest-summary.json",
        **ended,
    }


def _summary(record: Record) -> Record:
    told = {"version": "2020-06-30"} | {name: record.get(of) for name, of in _TOLD.items()}
    return told | {name: _iso(told[name]) for name in _MOMENTS}


def _iso(moment: Any) -> str:
    told = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")


def _put_manifest(store: Store, uri: str, told: Record) -> None:
    content = f"{json.dumps(told, separators=(',', ':'))}\n".encode()
    store.put_bytes(f"{uri}.json", content, content_type="application/json")
    store.put_bytes(f"{uri}.md5", _md5(content).encode())


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
