"""Clients of the local AWS's own services, with the credentials of the workspace's user."""

from __future__ import annotations

import functools
from typing import Any

import boto3
from botocore.config import Config

from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas import lineage


def client(cloud: Cloud, service: str, region: str) -> Any:
    """A boto3 client of a service, which asks once."""
    _, key, secret = cloud.learner()
    return _client_at(cloud.endpoint, key, secret, service, region or cloud.region)


@functools.cache
def _client_at(endpoint: str, key: str, secret: str, service: str, region: str) -> Any:
    """A client, which takes longer to make than most of its calls."""
    session = boto3.Session(key, secret, region_name=region)
    once = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, read_timeout=960)
    made = session.client(service, endpoint_url=endpoint, config=once)
    made.meta.events.register("before-call", _hand_on)
    return made


def _hand_on(params: dict[str, Any], **_: Any) -> None:
    """Let what a function has set off be known as its own."""
    params["headers"].update(lineage.header())
