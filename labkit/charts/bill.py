"""What a month of QuickSight costs: users by role, and SPICE beyond what comes with them.

An author or administrator costs $24 a month, a reader $3; each author brings 10 GB of SPICE, more
of it costs $0.38 a GB and month. Source: https://aws.amazon.com/quicksight/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

DOLLARS_PER_AUTHOR, DOLLARS_PER_READER, DOLLARS_PER_GB = 24.0, 3.0, 0.38
GB_PER_AUTHOR = 10


def bill(users: Iterable[dict[str, Any]], spice_bytes: int) -> pd.DataFrame:
    """A month's bill: ``what``, ``how_many``, ``dollars``.

    >>> bill([{"Role": "ADMIN"}, {"Role": "READER"}], 12 * 1000**3)["dollars"].tolist()
    [24.0, 3.0, 0.76]
    """
    roles = ["reader" if "READER" in user["Role"] else "author" for user in users]
    authors, readers = roles.count("author"), roles.count("reader")
    beyond = max(spice_bytes / 1000**3 - GB_PER_AUTHOR * authors, 0)
    rows = [
        ("Authors and administrators", authors, authors * DOLLARS_PER_AUTHOR),
        ("Readers", readers, readers * DOLLARS_PER_READER),
        (
            "GB of SPICE beyond the authors' own",
            round(beyond, 2),
            round(beyond * DOLLARS_PER_GB, 2),
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "how_many", "dollars"])
