"""Tables of each distribution style in a cluster of their own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.redshift.conftest import PLACE, Data, create_cluster

CLUSTER = "placed"  # what other tests have asked another cluster is counted there
ROWS, FEW = 2000, 20
STYLES = {
    "by_id": "DISTKEY(id)",
    "by_id_too": "DISTKEY(id)",
    "by_n": "DISTKEY(n)",
    "dealt": "DISTSTYLE EVEN",
    "few": "DISTSTYLE EVEN",
    "whole": "DISTSTYLE ALL",
    "automatic": "",
    "ordered": "DISTKEY(id) SORTKEY(id)",
    "ordered_too": "DISTKEY(id) SORTKEY(id)",
}


class Placed(Data):
    """The Data API, with plans."""

    place = PLACE | {"ClusterIdentifier": CLUSTER}

    def plan(self, sql: str) -> list[str]:
        return [line for (line,) in self.rows(f"EXPLAIN {sql}")]


@pytest.fixture(scope="session")
def made(cloud: Any) -> Any:
    """A client of the cluster with the tables in it."""
    create_cluster(cloud.client("redshift"), CLUSTER)
    data = Placed(cloud.client("redshift-data"))
    data.query("CREATE SCHEMA placed")
    for name, style in STYLES.items():
        _fill(data, f"CREATE TABLE placed.{name} (id int, n int, name varchar(20)) {style}", name)
    _fill(data, "CREATE TABLE placed.by_big_id (id bigint, n int, name varchar(20)) DISTKEY(id)",
          "by_big_id")  # fmt: skip
    return data.client


def _fill(data: Placed, ddl: str, name: str) -> None:
    rows = FEW if name == "few" else ROWS
    data.query(ddl)
    data.query(
        f"INSERT INTO placed.{name} SELECT generate_series, generate_series % 100, "
        f"'row ' || generate_series FROM generate_series(1, {rows})"
    )


@pytest.fixture
def placed(made: Any, aws: Callable[..., Any]) -> Placed:
    return Placed(made)
