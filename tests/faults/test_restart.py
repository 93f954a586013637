"""A workspace that is opened again: whole, damaged, or written by another version."""

import os
import shutil
import signal
import sqlite3

import pytest

from labkit import process
from labkit.errors import CloudNotStarted
from tests.conftest import connect, start_cloud, stop_cloud


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    yield folder
    process.down(folder)


def test_who_asked_who_they_are_can_start_again(home):
    """STS makes the IAM of every partition, China's and GovCloud's too."""
    server = start_cloud(home)
    cloud = connect(home, server)
    said = cloud.client("sts").get_caller_identity()["Arn"]
    cloud.client("iam").create_user(UserName="other")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    server = start_cloud(home)
    try:
        cloud = connect(home, server)
        assert cloud.client("sts").get_caller_identity()["Arn"] == said
        names = [u["UserName"] for u in cloud.client("iam").list_users()["Users"]]
        assert "other" in names
    finally:
        stop_cloud(server)
