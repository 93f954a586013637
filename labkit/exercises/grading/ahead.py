"""Reads once, before processes are forked, what each learner's process would read anew.

botocore parses the same files of services for each new session. They do not change, and no client
changes what was parsed: a session's own clients share it, too.
"""

from __future__ import annotations

import functools
from typing import Any

import boto3
from botocore.loaders import JSONFileLoader

# Whom the labs and the readers of states call.
SERVICES = "athena databrew glue iam kms lambda quicksight redshift redshift-data s3 sts".split()

_read = JSONFileLoader.load_file


@functools.cache
def _parsed(path: str) -> Any:
    return _read(JSONFileLoader(), path)


JSONFileLoader.load_file = lambda _, file_path: _parsed(file_path)
for service in SERVICES:
    nobody = boto3.Session("nobody", "nothing", region_name="us-east-1")
    nobody.client(service, endpoint_url="http://127.0.0.1:1")
