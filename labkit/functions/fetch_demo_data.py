"""``dataedu-fetch-demo-data``: put all 153 raw objects into the raw bucket, once.

The event may hold ``{"scale": 2}`` for twice the requests, and a ``seed`` for other students. The
function's zip brings the `seeds` package; NumPy and PyArrow come from the runtime (on AWS: the
layer AWSSDKPandas).
"""

import io
import os
from typing import Any

import boto3

import seeds


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Generate the demo data and upload it. Returns how many objects and bytes went up."""
    s3, bucket = boto3.client("s3"), os.environ["TARGET_BUCKET"]
    count = size = 0
    scale, seed = float(event.get("scale", 1)), int(event.get("seed", 0))
    for key, write in seeds.objects(scale, seed):
        body = io.BytesIO()
        write(body)
        size += body.tell()
        body.seek(0)
        s3.upload_fileobj(body, bucket, key)
        count += 1
    print(  # noqa: T201 (a function's log)
        f"{count} objects, {size} bytes in s3://{bucket}/"
    )
    return {"bucket": bucket, "objects": count, "bytes": size}
