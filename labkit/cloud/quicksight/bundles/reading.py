"""A bundle in a bucket, read as its caller may read it."""

from __future__ import annotations

from labkit.cloud.operations import Context
from labkit.cloud.quicksight.bundles.files import MOST_BYTES
from labkit.cloud.quicksight.words import invalid
from labkit.cloud.s3.store import Store


def bundle_at(context: Context, uri: str) -> bytes:
    """The bytes of an object that is at most 1 GB.

    Raises:
        AwsError: there is none, or the caller may not read it.
    """
    store = Store(context.cloud, context.principal)
    found = store.find(uri)
    if found is None:
        raise invalid(f"There is no asset bundle at {uri}.")
    path = store.read(found)
    if path.stat().st_size > MOST_BYTES:
        raise invalid(f"The asset bundle at {uri} is larger than 1 GB.")
    return path.read_bytes()
