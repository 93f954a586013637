"""What a distributed Map hands on: its executions' outputs, or where in S3 they lie.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
from typing import Any

from labkit.cloud.json_text import compact
from labkit.cloud.states.distributed.lake import reaching
from labkit.cloud.states.distributed.runs import MapRun
from labkit.cloud.states.visits import Visit, iso
from labkit.cloud.states.words import FAILED, redrivable

WRITER_FAILED = "States.ResultWriterFailed"
Json = dict[str, Any]


def handed_on(visit: Visit, run: MapRun) -> Any:
    """The state's result.

    Raises:
        StateFailed: the results could not be written.
    """
    writer = visit.state.get("ResultWriter", {})
    config = writer.get("WriterConfig", {})
    default = "NONE" if "Resource" in writer else "COMPACT"
    transformation = config.get("Transformation", default)
    found = _by_status(run, transformation)
    if "Resource" not in writer:
        return [each for _, each in sorted(found["SUCCEEDED"] + found["FAILED"], key=_place)]
    with reaching(visit, writer, WRITER_FAILED) as (client, place):
        return _written(client, place, run, found, config.get("OutputType", "JSON"))


def _by_status(run: MapRun, transformation: str) -> dict[str, list[tuple[int, Any]]]:
    """The results with their places, by how the executions ended."""
    found: dict[str, list[tuple[int, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for index, record in enumerate(run.children()):
        if record is None:
            pending = run.child(index) | {"status": "PENDING"}
            found["PENDING"].append((index, _whole(pending)))
        elif record["status"] in FAILED:
            found["FAILED"].append((index, _whole(record)))
        else:
            found["SUCCEEDED"] += [(index, each) for each in _shaped(record, transformation)]
    return found


def _shaped(record: Json, transformation: str) -> list[Any]:
    if transformation == "NONE":
        return [_whole(record)]
    output = json.loads(record["output"])
    return output if transformation == "FLATTEN" and isinstance(output, list) else [output]


def _whole(record: Json) -> Json:
    """An execution with all that is known of it."""
    told = {
        "ExecutionArn": record["executionArn"],
        "Input": record["input"],
        "InputDetails": {"Included": True},
        "Name": record["name"],
        "StateMachineArn": record["stateMachineArn"],
        "Status": record["status"],
    }
    if record["status"] != "PENDING":
        told |= {"RedriveCount": record["redriveCount"], "StartDate": iso(record["startDate"])}
        told |= {f"{k[0].upper()}{k[1:]}": v for k, v in redrivable(record).items()}
    if "stopDate" in record:
        told["StopDate"] = iso(record["stopDate"])
    if "output" in record:
        told |= {"Output": record["output"], "OutputDetails": {"Included": True}}
    return told | {k.capitalize(): record[k] for k in ("error", "cause") if k in record}


def _written(
    client: Any, place: Json, run: MapRun, found: dict[str, list[tuple[int, Any]]], kind: str
) -> Json:
    """Write a file of each status, and the manifest that names them."""
    bucket, prefix = place["Bucket"], str(place.get("Prefix", "")).strip("/")
    folder = "/".join([*[prefix] * bool(prefix), run.arn.rpartition(":")[2]])
    files: dict[str, list[Json]] = {}
    for status, results in found.items():
        files[status] = []
        if results:
            values = [each for _, each in results]
            text = compact(values) if kind == "JSON" else "\n".join(map(compact, values))
            key = f"{folder}/{status}_0.{kind.lower()}"
            client.put_object(Bucket=bucket, Key=key, Body=text.encode())
            files[status].append({"Key": key, "Size": len(text.encode())})
    manifest = {"DestinationBucket": bucket, "MapRunArn": run.arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    client.put_object(Bucket=bucket, Key=key, Body=compact(manifest).encode())
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _place(result: tuple[int, Any]) -> int:
    return result[0]
