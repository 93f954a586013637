"""EC2's instance types, left out; and its calls that are only tried.

moto reads the instance types of all regions with the first call of SSM or Redshift, which look at
EC2's records: 80 MB and a second of each start, for two operations that no lab has. It deletes a
VPC, and much else, though DryRun asks whether it could be.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
"""

from __future__ import annotations

import urllib.parse
from typing import Any

import moto.utilities.utils as moto_files

from labkit.cloud.operations import AwsError, operation, refuse, rewrites

LEFT_OUT = "ec2/resources/instance_type"


_read = moto_files.load_resource


def _load_resource(resource: str) -> Any:
    return {} if resource.startswith(LEFT_OUT) else _read(resource)


moto_files.load_resource = _load_resource


# An empty list would be a wrong answer.
operation("ec2", "DescribeInstanceTypes")(refuse)
operation("ec2", "DescribeInstanceTypeOfferings")(refuse)


@rewrites("ec2")
def unless_tried(_: str, body: bytes) -> bytes:
    """A call that is meant; one that is only tried changes nothing."""
    if urllib.parse.parse_qs(body.decode()).get("DryRun", [""])[-1].lower() == "true":
        words = "Request would have succeeded, but DryRun flag is set."
        raise AwsError("DryRunOperation", words, 412)
    return body
