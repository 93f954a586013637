"""A client, a new bucket, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(aws: Callable[..., Any]) -> Any:
    return aws("s3")


@pytest.fixture
def bucket(s3: Any, fresh: Callable[[str], str]) -> str:
    """An empty one."""
    name = fresh("b")
    s3.create_bucket(Bucket=name)
    return name


def refused(call: Callable[..., Any], **asked: Any) -> str:
    """The code of the error that a call ends with."""
    return code_of(call, **asked)[0]


def code_of(call: Callable[..., Any], **asked: Any) -> tuple[str, int]:
    """The code and the HTTP status of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    error = caught.value.response
    return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]
