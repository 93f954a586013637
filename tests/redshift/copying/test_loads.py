"""The learner's side: the same rows by COPY and by INSERT."""

import contextlib
from typing import Any

from labkit.lab import Lab
from labkit.warehouse import Warehouse
from tests.redshift.conftest import PLACE
from tests.redshift.copying.conftest import Desk


def test_a_row_at_a_time_is_the_slow_way(desk: Desk, cloud: Any) -> None:
    lab = Lab(4, cloud.session(), cloud.endpoint)
    with contextlib.suppress(desk.s3.exceptions.BucketAlreadyOwnedByYou):
        desk.s3.create_bucket(Bucket=lab.names.raw_bucket)
    warehouse = Warehouse(lab)
    loads = warehouse.compare_loads(rows=50, cluster=PLACE["ClusterIdentifier"])
    assert loads.df[["way", "statements", "rows"]].values.tolist() == [
        ["COPY", 1, 50],
        ["INSERT, all rows", 1, 50],
        ["INSERT, row by row", 50, 50],
    ]
    assert loads.df["milliseconds"].min() > 0
    assert "50 statements" in loads._repr_html_()
    assert "milliseconds" not in repr(loads)
    assert desk.data.run("SELECT * FROM load_trial")["Status"] == "FAILED"
    assert lab.storage.count(f"s3://{lab.names.raw_bucket}/load-trial/") == 0
