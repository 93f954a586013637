"""Lets botocore say which regions a service has without reading the service's whole model.

A service's name in the list of regions stands in the model's first lines. EC2's model takes 80 ms
to be read, and moto asks for its regions thrice as it is imported; it asks for each other service's
as backends of it are made. Both are most of what a start reads, so this is imported before moto.
Source: https://github.com/boto/botocore/blob/develop/botocore/session.py (get_available_regions)
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
from typing import Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import JSONFileLoader, Loader
from botocore.regions import EndpointResolver
from botocore.session import Session

_LONGEST = 4096  # letters that hold what a model says of its service, or the whole model is read


class _Heads(JSONFileLoader):  # type: ignore[misc]
    """Reads what a model says of its service, and nothing of its operations."""

    def load_file(self, file_path: str) -> Any:
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            with contextlib.suppress(OSError, ValueError):
                with opened(file_path + ending, "rt", encoding="utf-8") as file:
                    head = file.read(_LONGEST)
                _, _, metadata = head.partition('"metadata":')
                return {"metadata": json.JSONDecoder().raw_decode(metadata.lstrip())[0]}
        return super().load_file(file_path)


@functools.cache
def _lists() -> EndpointResolver:
    return EndpointResolver(Loader().load_data("endpoints"))


@functools.cache
def _name(service: str) -> str | None:
    """A service's name in the lists; ``None`` where there is no such service."""
    heads = Loader(file_loader=_Heads())
    try:
        version = heads.determine_latest_version(service, "service-2")
    except DataNotFoundError:
        return None
    model = heads.load_data(f"{service}/{version}/service-2")
    return str(model["metadata"].get("endpointPrefix", service))


def available(
    _: object, service_name: str, partition_name: str = "aws", allow_non_regional: bool = False
) -> list[str]:
    """The regions of a service in a partition, as a session tells them."""
    name = _name(service_name)
    asked = (partition_name, allow_non_regional)
    return _lists().get_available_endpoints(name, *asked) if name else []


Session.get_available_regions = available
