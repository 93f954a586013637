"""Services whose code does not come with the server: they answer, and go on, as if it did."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from tests.conftest import Running, connect, start_cloud, stop_cloud
from tests.redshift.conftest import PLACE, create_cluster

LOADED = """
import sys
from labkit.cloud import front, services
print(*sorted({*services.LATE.values(), "matplotlib"} & set(sys.modules)))
import labkit.cloud.quicksight.embedding.pages  # which answer with rows, too
print(*{"matplotlib"} & set(sys.modules))
"""


def test_a_server_comes_up_without_them():
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True)
    assert found.stdout.split() == []


def test_who_asks_first_waits_and_a_warehouse_is_there_again_unasked(tmp_path):
    with running(tmp_path) as cloud:
        assert cloud.client("sts").get_caller_identity()["Account"] == cloud.account
        assert first_answers(cloud) == [200, [], [], [], [], 401] * 2
        create_cluster(cloud.client("redshift"))
        found = cloud.client("redshift").describe_clusters()["Clusters"][0]["Endpoint"]
    who = {"dbname": PLACE["Database"], "user": PLACE["DbUser"], "password": "Labkit2024"}
    with (
        running(tmp_path),
        psycopg.connect(host=found["Address"], port=found["Port"], **who) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)


@contextmanager
def running(home) -> Iterator[Running]:
    server = start_cloud(home)
    try:
        yield connect(home, server)
    finally:
        stop_cloud(server)


def first_answers(cloud):
    """What each of them says when all are asked at once, twice."""
    client = cloud.client
    wanted = ["quicksight:dashboard"]
    calls = [
        lambda: client("quicksight").list_data_sets(AwsAccountId=cloud.account)["Status"],
        lambda: client("redshift").describe_clusters()["Clusters"],
        lambda: client("redshift-data").list_statements()["Statements"],
        lambda: client("redshift-serverless").list_workgroups()["workgroups"],
        lambda: client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=wanted)[
            "ResourceTagMappingList"
        ],
        lambda: status(f"{cloud.endpoint}/labkit/quicksight/session/none/"),
    ]
    with ThreadPoolExecutor(2 * len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls * 2))


def status(url):
    """Of a page that is refused."""
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(url)
    with raised.value as refusal:
        return refusal.code
