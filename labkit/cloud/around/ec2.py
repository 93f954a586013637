"""EC2's instance types, left out.

moto reads the instance types of all regions with the first call of SSM or Redshift, which look at
EC2's records: 80 MB and a second of each start, for two operations that no lab has.
"""

from __future__ import annotations

from typing import Any

import moto.utilities.utils as moto_files

from labkit.cloud.operations import operation, refuse

LEFT_OUT = "ec2/resources/instance_type"


_read = moto_files.load_resource


def _load_resource(resource: str) -> Any:
    return {} if resource.startswith(LEFT_OUT) else _read(resource)


moto_files.load_resource = _load_resource


# An empty list would be a wrong answer.
operation("ec2", "DescribeInstanceTypes")(refuse)
operation("ec2", "DescribeInstanceTypeOfferings")(refuse)
