"""Waiting for what QuickSight does by itself."""

import time
from typing import Any

WAIT_S = 120


def wait_for_rows(quicksight: Any, data_set: str) -> None:
    """Wait until SPICE has imported a data set."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        found = quicksight.list_ingestions(DataSetId=data_set)["Ingestions"]
        if any(each["IngestionStatus"] == "COMPLETED" for each in found):
            return
        time.sleep(0.02)
    raise RuntimeError(f"SPICE did not import {data_set}.")
