"""A local AWS for the tests: one for the session, spoken to as any client speaks to AWS."""

import functools
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, settings

# The same examples on each run, however busy the machine is.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")
START_S = 180
ONE_TRY = Config(retries={"total_max_attempts": 1})
_MAKING = threading.Lock()  # sessions are not made for two threads at once


@dataclass(frozen=True)
class Running:
    """A running local AWS: where it listens, whose credentials it takes."""

    home: Path
    endpoint: str
    region: str
    account: str
    access_key: str
    secret_key: str
    pid: int

    @functools.cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(self.access_key, self.secret_key, region_name=self.region)

    def session(self) -> boto3.Session:
        """A boto3 session with the workspace's credentials, one that reads a model once."""
        return self._session

    @functools.cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of the workspace that tries once, so that a failure shows.

        Without options it is the same one each time: to make one takes longer than many a test.
        """
        asked = {"endpoint_url": self.endpoint, "config": ONE_TRY} | options
        with _MAKING:
            if options:
                return self._session.client(service, **asked)
            if service not in self._clients:
                self._clients[service] = self._session.client(service, **asked)
            return self._clients[service]

    def environment(self) -> dict[str, str]:
        """What another program needs in its environment to reach this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "LABKIT_HOME": str(self.home),
        }


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A local AWS in a workspace of its own, for the whole session."""
    home = tmp_path_factory.mktemp("workspace")
    process = start_cloud(home)
    yield connect(home, process)
    stop_cloud(process)


@pytest.fixture(scope="session")
def aws(cloud: Running) -> Callable[..., Any]:
    """``aws("s3")``: a boto3 client of the session's local AWS."""
    return cloud.client


@pytest.fixture(scope="session")
def client(aws: Callable[..., Any]) -> Callable[..., Any]:
    """The same to a file that speaks of one service's clients."""
    return aws


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """``fresh("orders")``: a name that no other test has, such as ``orders-3f9c2a``."""
    return lambda stem, sep="-": f"{stem}{sep}{uuid.uuid4().hex[:8]}"


def start_cloud(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start the local AWS of a workspace in the foreground; its log is ``home/test.log``."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "labkit.cloud", "--home", str(home), *arguments]
    environment = {"LABKIT_DATABREW_QUOTA": "100000"} | os.environ
    with (home / "test.log").open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
        )


def connect(home: Path, process: subprocess.Popen[bytes]) -> Running:
    """Wait until the local AWS of this process has said where it listens."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if (home / "cloud.json").exists():
            said = json.loads((home / "cloud.json").read_text())
            if said["pid"] == process.pid:
                return Running(home=home, **said)
        time.sleep(0.02)
    stop_cloud(process)
    raise RuntimeError("The local AWS did not start:\n" + (home / "test.log").read_text()[-4000:])


def stop_cloud(process: subprocess.Popen[bytes]) -> None:
    """End a local AWS as ``labkit down`` does, or by force when it hangs."""
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        kill_cloud(process)


def kill_cloud(process: subprocess.Popen[bytes]) -> None:
    """End a local AWS as ``kill -9`` does."""
    process.kill()
    process.wait()


def wait_for(find: Callable[[], Any], timeout_s: float = 120) -> Any:
    """What there is, once there is something: who looks all the time slows down what it awaits."""
    deadline, pause_s = time.monotonic() + timeout_s, 0.01
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.2)
    raise AssertionError("It never came")


def everything(listing: Callable[..., Any], member: str, token: str = "NextToken") -> list[Any]:
    """All that a call lists, page by page: other tests made some of it."""
    found, page = [], listing()
    found += page[member]
    while page.get(token):
        page = listing(**{token: page[token]})
        found += page[member]
    return found
