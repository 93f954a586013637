"""A library that ends the server: another one goes on; what else ends it ends it for good."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from labkit import process
from labkit.cloud import watching
from tests.conftest import wait_for


@contextmanager
def started(home, **environment):
    """A server in the foreground, and where it and who watches it write."""
    command = [sys.executable, "-m", "labkit.cloud", "--home", str(home)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | environment
    ) as server:
        try:
            yield server
        finally:
            process.down(home)


def answers(home, *, but=0):
    """The workspace's server, once it is another than this one."""
    return wait_for(lambda: (found := process.find(home)) and found.pid != but and found)


def test_a_server_that_a_library_ends_goes_on(tmp_path):
    with started(tmp_path) as server:
        first = answers(tmp_path)
        s3 = first.session().client("s3", endpoint_url=first.endpoint)
        s3.create_bucket(Bucket="kept")
        os.kill(first.pid, signal.SIGABRT)
        second = answers(tmp_path, but=first.pid)
        assert second.endpoint == first.endpoint
        assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["kept"]
        os.kill(second.pid, signal.SIGKILL)
        said = server.stderr.read()  # to its end: nobody is left who could write
    assert "Fatal Python error: Aborted" in said
    assert "The local AWS is started anew." in said
    assert process.find(tmp_path) is None


def test_a_server_that_falls_again_and_again_stays_down(tmp_path):
    fell = " ".join([str(time.monotonic())] * watching.MOST)
    with started(tmp_path, LABKIT_FELL=fell) as server:
        os.kill(answers(tmp_path).pid, signal.SIGSEGV)
        said = server.stderr.read()
    assert "falls again and again" in said
    assert process.find(tmp_path) is None
