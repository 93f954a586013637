"""``autoDeleteObjects`` of CDK's buckets: what is in one goes before it does.

A bucket that no longer has its tag keeps its objects. Source:
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.Bucket.html#autodeleteobjects
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from labkit.cloud.stacks.cdk.request import Request
from labkit.cloud.stacks.kinds import Members

_TAG = {"Key": "aws-cdk:auto-delete-objects", "Value": "true"}
_NO_BUCKET = "NoSuchBucket"


def empty(request: Request) -> Members:
    """Empty a bucket when its resource is dropped, or is of another bucket."""
    name, was = request.said.get("BucketName"), request.was.get("BucketName")
    if request.verb == "Update" and name != was:
        return {"PhysicalResourceId": name}  # the former is dropped then
    if request.verb == "Delete":
        s3 = request.client("s3")
        try:
            if _TAG in s3.get_bucket_tagging(Bucket=name)["TagSet"]:
                _close(s3, str(name))
                _clear(s3, str(name))
        except ClientError as error:
            if error.response["Error"]["Code"] != _NO_BUCKET:
                raise
    return {}


def _close(s3: Any, name: str) -> None:
    """Let nobody put anything more; where that is not allowed, the bucket is emptied as it is."""
    try:
        policy = json.loads(_policy(s3, name))
        denied = {"Principal": "*", "Effect": "Deny", "Action": ["s3:PutObject"]}
        policy["Statement"].append(denied | {"Resource": [f"arn:aws:s3:::{name}/*"]})
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    except ClientError as error:
        if error.response["Error"]["Code"] == _NO_BUCKET:
            raise


def _policy(s3: Any, name: str) -> str:
    try:
        return str(s3.get_bucket_policy(Bucket=name)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return '{"Version": "2012-10-17", "Statement": []}'


def _clear(s3: Any, name: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        named = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        if named:
            s3.delete_objects(Bucket=name, Delete={"Objects": named})
