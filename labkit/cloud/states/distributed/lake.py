"""S3 as a distributed Map reads its items there and writes its results."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from labkit.cloud.states import sdk
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.roles import client_of
from labkit.cloud.states.visits import Visit

Json = dict[str, Any]


@contextlib.contextmanager
def reaching(visit: Visit, part: Json, failure: str) -> Iterator[tuple[Any, Json]]:
    """A client that acts as the execution's role, and the place that a part of the state says.

    Args:
        part: the ``ItemReader`` or ``ResultWriter``.
        failure: what an error of S3 is called.

    Raises:
        StateFailed: S3 refused.
    """
    client = client_of(visit.frame.execution, "s3")
    try:
        yield client, visit.filled("Parameters" if visit.is_jsonpath else "Arguments", part) or {}
    except ClientError as error:
        cause = sdk.refused(client, error, first=True).cause
        raise StateFailed(failure, cause, located=True) from error
    except BotoCoreError as error:
        raise StateFailed(failure, str(error), located=True) from error
