"""What moto holds in memory: backends, and of S3's the index of keys and the parts of uploads.

S3's keys and parts are rows of their own in the workspace's state, so that a PUT costs one row and
not the whole bucket; who writes the rows takes here what has changed since the last time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel
from moto.s3.models import s3_backends
from moto.utilities.utils import PARTITION_NAMES

from labkit.cloud import pickles
from labkit.cloud.s3.bodies import BODIES
from labkit.cloud.s3.keystore import Changes, KeyStore

Found = TypeVar("Found")
_MOST_READS = 1000
# Backends that are costly and hold nothing that a learner made.
SKIPPED = {"ec2", "moto_api", "sesv2"}
# STS looks for an access key in the IAM of China, GovCloud and so on too, which makes them.
OTHER_PARTITIONS = set(PARTITION_NAMES) - {"aws"}
# Services whose calls change what moto holds of others (a topic's message is in a queue).
_CHANGE_ALL = {"cloudformation", "resourcegroupstaggingapi"}
_CHANGE_OTHERS = {
    "events": ("secretsmanager",),
    "firehose": ("s3",),
    "kinesis": ("cloudwatch",),
    "logs": ("firehose", "kinesis", "s3"),
    "s3control": ("s3",),
    "s3tables": ("s3",),
    "ses": ("sns", "sqs", "s3"),
    "sns": ("sqs",),
}
# A backend's service, account and region, and the module and the global of moto's that hold it.
Place = tuple[str, str, str, str, str]
_VARIABLES: dict[int, tuple[str, str]] = {}


def track_nothing() -> None:
    """Let go of what is deleted: moto lists each object, message and key that it ever made.

    It does so for its own reset, which is closed here.
    """

    def untracked(kind: type[BaseModel], *_: object, **__: object) -> BaseModel:
        return super(BaseModel, kind).__new__(kind)

    BaseModel.__new__ = untracked  # type: ignore[method-assign, assignment]


def changed_beside(service: str) -> tuple[str, ...]:
    """The other services that a call of this one may have changed in moto."""
    if service in _CHANGE_ALL:
        every = {each.service_name for each in list(BackendDict._instances)}  # type: ignore[misc]
        return tuple(sorted(every - {service}))
    return _CHANGE_OTHERS.get(service, ())


def touched_by(service: str) -> list[str]:
    """A service and those whose records moto changes in its calls: in the order to lock them in.

    A stack's resources are made by calls of their own.
    """
    return sorted((service, *_CHANGE_OTHERS.get(service, ())))


def places(services: tuple[str, ...]) -> Iterator[tuple[Place, Any]]:
    """Where the backends of these services are, of all where none is named, and these."""
    for backends in list(BackendDict._instances):  # type: ignore[misc]
        name = backends.service_name
        if name in SKIPPED or (services and name not in services):
            continue
        where = _variable(backends)
        for account, region, backend in _each(backends):
            if region not in OTHER_PARTITIONS:
                yield (name, account, region, *where), backend


def dump(backend: Any) -> bytes:
    """Its pickle; what it shares with others may grow meanwhile."""
    return steady(lambda: pickles.dump(backend))


def steady(read: Callable[[], Found]) -> Found:
    """What is read of records that others change meanwhile: once more, where they just did.

    >>> steady(lambda: [number for number in (1, 2)])
    [1, 2]
    """
    for _ in range(_MOST_READS):
        try:
            return read()
        except RuntimeError as error:  # as Python says of a dict, an OrderedDict, a set, a deque
            if not str(error).endswith("during iteration"):
                raise
    return read()


def take_names() -> None:
    """Tell moto which names of buckets are taken: it would make them anew, empty."""
    for account, _, backend in _each(s3_backends):
        for name in vars(backend)["buckets"]:
            s3_backends.bucket_accounts[name] = (backend.partition, account)


def key_stores() -> dict[str, KeyStore]:
    """The index of each bucket's keys, by its name."""
    return {name: bucket.keys for name, bucket in _buckets().items()}


def uploads() -> dict[str, Any]:
    """The multipart uploads that are not complete, by their id."""
    buckets = _buckets().values()
    return {name: upload for b in buckets for name, upload in list(b.multiparts.items())}


def changed_keys() -> dict[str, Changes]:
    """What no row has yet as it is of the keys' versions, by bucket."""
    taken = {bucket: store.take_changes() for bucket, store in key_stores().items()}
    return {bucket: changes for bucket, changes in taken.items() if changes}


def dirty_parts() -> list[tuple[Any, int]]:
    """The uploads and the numbers of their parts that no row has yet."""
    return [(upload, n) for upload in uploads().values() for n in upload.take_unsaved()]


def put_back(keys: dict[str, Changes]) -> None:
    """Have keys written the next time."""
    stores = key_stores()
    for bucket in keys.keys() & stores.keys():
        stores[bucket].put_back(keys[bucket])


def trash() -> list[str]:
    """The paths of bodies that no version has any more."""
    return [path for store in key_stores().values() for path in store.take_trash()]


def delete_bodies(paths: list[str]) -> None:
    """Delete bodies that the file no longer names; what a crash leaves, the next start sweeps."""
    for path in paths:
        BODIES.delete(path)


def _each(backends: Any) -> Iterator[tuple[str, str, Any]]:
    """The accounts, regions and backends of a service: other calls may make one meanwhile."""
    for account, regions in list(backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend


def _variable(backends: Any) -> tuple[str, str]:
    """The module and the global that hold a service's backends (``moto.s3.models``...)."""
    if id(backends) not in _VARIABLES:
        learn_variables()
    return _VARIABLES[id(backends)]


def learn_variables() -> None:
    """Look for the globals of all services that are loaded by now."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and name.endswith(".models"):
            for variable, value in vars(module).items():
                if isinstance(value, BackendDict):
                    _VARIABLES.setdefault(id(value), (name, variable))


def _buckets() -> dict[str, Any]:
    return {
        name: bucket
        for _, _, backend in _each(s3_backends)
        for name, bucket in list(vars(backend)["buckets"].items())
    }
