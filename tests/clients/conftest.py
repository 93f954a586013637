"""Clients that know nothing of us, with the environment that ``labkit env`` prints."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from labkit import process
from tests.conftest import Running

CLI = Path(sys.executable).with_name("aws")


@pytest.fixture(scope="module", autouse=True)
def environment(cloud: Running) -> Iterator[dict[str, str]]:
    """The process's environment as after ``eval "$(labkit env)"``."""
    found = process.find(cloud.home)
    assert found is not None
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.environment().items():
            patch.setenv(name, value)
        # One session for all, or awswrangler makes one for each call, which reads all models anew.
        patch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
        yield dict(os.environ)


@pytest.fixture(scope="package")
def bucket(cloud: Running) -> str:
    """A bucket that the clients' tests share."""
    cloud.client("s3").create_bucket(Bucket="clients")
    return "clients"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def aws_cli(environment: dict[str, str]) -> Callable[..., Ran]:
    """``aws_cli("s3", "ls")``: the AWS CLI, run as a program."""

    def run(*arguments: str, folder: Path | None = None) -> Ran:
        done = subprocess.run(
            [str(CLI), *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment | {"AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"},
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="module")
def wr(environment: dict[str, str]) -> Any:
    """awswrangler, which may warn of its own dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import awswrangler

    awswrangler.config.athena_query_wait_polling_delay = 0.05
    return awswrangler
