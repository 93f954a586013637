"""DynamoDB's imports from S3: a new table of the items in files of DynamoDB JSON or CSV.

moto imports the first item of each file and says that this was all, and reads no CSV. An import
goes on after its answer, by DynamoDB's own calls. What AWS makes of an empty value in CSV is not
documented: its item is not imported, and counted as an error.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ImportTable.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Validation.html
"""

from __future__ import annotations

import base64
import csv
import io
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pyarrow as pa
from botocore.exceptions import ClientError

from labkit.cloud import loopback
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb import item_tables
from labkit.cloud.dynamodb.exports import kept, made_before, shown
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page
from labkit.cloud.s3.limits import check_owner
from labkit.cloud.s3.store import Store

log = logging.getLogger(__name__)
KIND = "dynamodb.import"
_MOST = 25
_SUMMARY = ("ImportArn", "ImportStatus", "TableArn", "S3BucketSource", "InputFormat", "StartTime")
_SOME = (
    "Some of the items failed validation checks and were not imported. "
    "Please check CloudWatch error logs for more details."
)
_BATCH = 25  # items of a BatchWriteItem
Record = dict[str, Any]
Items = Iterator[Record | None]


@operation("dynamodb", "ImportTable")
def import_table(context: Context, *, TableCreationParameters: Record, **asked: Any) -> Answer:
    """Make a table of what files hold.

    Raises:
        AwsError: ``ResourceInUseException``, ``ImportConflictException``,
            ``ValidationException``, ``NotImplementedException``.
    """
    with context.cloud.lock(KIND):  # of a token that comes several times at once
        return _begun(context, TableCreationParameters, asked)


def _begun(context: Context, parameters: Record, asked: Record) -> Answer:
    asked |= {"TableCreationParameters": parameters}
    question = json.dumps(asked, sort_keys=True, default=str)
    token = asked.get("ClientToken")
    if known := made_before(kept(context, KIND), token, question, "ImportConflictException"):
        return {"ImportTableDescription": shown(known)}
    if asked["InputFormat"] not in _READERS:
        why = "it reads DynamoDB JSON and CSV"
        raise not_here(context.service, context.operation, why)
    item_tables.check_call(replace(context, operation="CreateTable"), parameters)
    name = parameters["TableName"]
    table, now = context.arn(f"table/{name}"), time.time()
    if name in context.backend("dynamodb").tables or _comes(context, table):
        raise AwsError("ResourceInUseException", f"Table already exists: {name}")
    arn = f"{table}/import/{int(now * 1000):014d}-{uuid.uuid4().hex[:8]}"
    record: Record = {
        "InputCompressionType": "NONE",
        **asked,
        "ImportArn": arn,
        "TableArn": table,
        "ImportStatus": "IN_PROGRESS",
        "StartTime": now,
        "_": question,
    }
    context.cloud.records(KIND)[arn] = record
    work = threading.Thread(target=_run, args=(context, record), daemon=True)
    work.name = f"import-{name}"
    work.start()
    return {"ImportTableDescription": shown(record)}


def _comes(context: Context, table: str) -> bool:
    """Whether another import is about to make a table."""
    under_way = (e for e in kept(context, KIND) if e["ImportStatus"] == "IN_PROGRESS")
    return any(each["TableArn"] == table for each in under_way)


@operation("dynamodb", "DescribeImport")
def describe_import(context: Context, *, ImportArn: str) -> Answer:
    """Raises: ``ImportNotFoundException``."""
    record = context.cloud.records(KIND).get(ImportArn)
    if record is None:
        raise AwsError("ImportNotFoundException", f"Import not found: {ImportArn}")
    return {"ImportTableDescription": shown(record)}


@operation("dynamodb", "ListImports")
def list_imports(
    context: Context, *, TableArn: str = "", PageSize: int = _MOST, NextToken: str | None = None
) -> Answer:
    """The imports of a table, or of all."""
    found = [each for each in kept(context, KIND) if TableArn in ("", each["TableArn"])]
    names = (*_SUMMARY, "EndTime")
    told = [{name: each[name] for name in names if name in each} for each in found]
    refusal = AwsError("ValidationException", "Invalid NextToken")
    return page("ImportSummaryList", told, PageSize, NextToken, refusal, question=TableArn)


@on_start
def end(cloud: Cloud) -> None:
    """Say of imports that were under way when the process ended that they failed."""
    records = cloud.records(KIND)
    for arn, record in list(records.items()):
        if record["ImportStatus"] == "IN_PROGRESS":
            why = {"FailureCode": "InternalServerError", "FailureMessage": "The server ended."}
            records[arn] = {**record, **why, "ImportStatus": "FAILED", "EndTime": time.time()}


# Reading and writing ------------------------------------------------------------------------------


def _run(context: Context, record: Record) -> None:
    told = {"ProcessedSizeBytes": 0, "ProcessedItemCount": 0, "ImportedItemCount": 0}
    told["ErrorCount"] = 0
    try:
        client = loopback.client(context.cloud, "dynamodb", context.region)
        client.create_table(**record["TableCreationParameters"])
        for text in _texts(context, record):
            told["ProcessedSizeBytes"] += len(text.encode())
            _import(client, record, text, told)
        failed = {"FailureCode": "ItemValidationError", "FailureMessage": _SOME}
        ended = failed if told["ErrorCount"] else {}
    except AwsError as error:
        ended = {"FailureCode": f"S3{error.code}", "FailureMessage": error.message}
    except ClientError as error:
        said = error.response["Error"]
        ended = {"FailureCode": said["Code"], "FailureMessage": said["Message"]}
    except (ValueError, OSError, csv.Error) as error:  # a file that cannot be read
        ended = {"FailureCode": "ItemValidationError", "FailureMessage": str(error)}
    status = {"ImportStatus": "FAILED" if ended else "COMPLETED", "EndTime": time.time()}
    context.cloud.records(KIND)[record["ImportArn"]] = {**record, **told, **ended, **status}


def _texts(context: Context, record: Record) -> Iterator[str]:
    """What each file holds."""
    source, kind = record["S3BucketSource"], record["InputCompressionType"]
    check_owner(source.get("S3BucketOwner"))
    store = Store(context.cloud, context.principal)
    for found in store.list(f"s3://{source['S3Bucket']}/{source.get('S3KeyPrefix', '')}"):
        path = str(store.read(found))
        if not found.size:
            continue
        with pa.input_stream(path, compression=None if kind == "NONE" else kind.lower()) as stream:
            yield stream.read().decode("utf-8-sig")


def _import(client: Any, record: Record, text: str, told: Record) -> None:
    name = record["TableCreationParameters"]["TableName"]
    items = _READERS[record["InputFormat"]](record, text)
    for batch in iter(lambda: list(islice(items, _BATCH)), []):
        puts = [{"PutRequest": {"Item": item}} for item in batch if item is not None]
        told["ProcessedItemCount"] += len(batch)
        made = _put(client, name, puts)
        told["ImportedItemCount"] += made
        told["ErrorCount"] += len(batch) - made


def _put(client: Any, name: str, puts: list[Record]) -> int:
    """How many of the items the table took: all at once, else one by one."""
    if not puts:
        return 0
    try:
        client.batch_write_item(RequestItems={name: puts})
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        if len(puts) > 1:
            return sum(_put(client, name, [each]) for each in puts)
        log.info("an item was not imported to %s: %s", name, error)
        return 0
    return len(puts)


def _json_items(_: Record, text: str) -> Items:
    """The items of DynamoDB JSON, ``None`` for a line that has none."""
    for line in text.split("\n"):
        if line.strip():
            try:
                yield {name: _native(value) for name, value in json.loads(line)["Item"].items()}
            except (ValueError, LookupError, TypeError, AttributeError):
                yield None


def _native(value: Record) -> Record:
    """A value as the client takes it, binary ones as bytes."""
    [(kind, said)] = value.items()
    if kind == "B":
        return {kind: base64.b64decode(said, validate=True)}
    if kind == "BS":
        return {kind: [base64.b64decode(each, validate=True) for each in said]}
    if kind == "L":
        return {kind: [_native(each) for each in said]}
    if kind == "M":
        return {kind: {name: _native(each) for name, each in said.items()}}
    return {kind: said}


def _csv_items(record: Record, text: str) -> Items:
    """The items of CSV: keys are of their types, all else is text."""
    options = record.get("InputFormatOptions", {}).get("Csv", {})
    defined = record["TableCreationParameters"]["AttributeDefinitions"]
    kinds = {each["AttributeName"]: each["AttributeType"] for each in defined}
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=options.get("Delimiter", ","))
    names = options.get("HeaderList") or next(rows, [])
    for row in rows:
        if row:
            whole = len(row) == len(names) and all(row)
            values = zip(names, row, strict=False)
            try:
                yield {n: _native({kinds.get(n, "S"): v}) for n, v in values} if whole else None
            except ValueError:
                yield None


_READERS: dict[str, Callable[[Record, str], Items]] = {
    "DYNAMODB_JSON": _json_items,
    "CSV": _csv_items,
}
