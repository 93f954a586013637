"""EXPLAIN of what lies in the lake: its rows are not counted, and taken for many."""

import re
from typing import Any


def test_the_warehouses_side_of_a_join_goes_to_the_scan_of_the_lake(lake: Any) -> None:
    lake.done(
        "CREATE TABLE plan_names (id int, name varchar(10)) DISTSTYLE EVEN",
        "INSERT INTO plan_names VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    )
    sql = (
        "SELECT n.name, count(*) FROM plan_names n LEFT JOIN raw.sales s ON n.id = s.id GROUP BY 1"
    )
    inner = sql.replace("LEFT ", "")
    told = [re.sub(r"  \(cost.*", "", line) for (line,) in lake.rows(f"EXPLAIN {inner}")]
    assert told == [
        "XN HashAggregate",
        "  ->  XN Hash Join DS_BCAST_INNER",
        '        Hash Cond: ("outer".id = "inner".id)',
        "        ->  XN S3 Query Scan sales s",
        "              ->  S3 Seq Scan raw.sales",
        "        ->  XN Hash",
        "              ->  XN Seq Scan on plan_names n",
    ]
    for query, sent in ((inner, "3"), (sql, "0")):
        number = lake.run(query)["RedshiftQueryId"]
        [[rows]] = lake.rows(f"SELECT coalesce(sum(rows), 0) FROM stl_bcast WHERE query = {number}")
        assert str(rows) == sent
        scanned = lake.rows(f"SELECT count(*) FROM svl_s3query WHERE query > {number}")
        assert scanned == [[0]]
