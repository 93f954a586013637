"""Wrong and right answers, told by what differs in them from the good one."""

from collections.abc import Callable

LOGGED_IN = """import psycopg

cluster, redshift = lab.warehouse.described(), lab.client("redshift")
lent = redshift.get_cluster_credentials(
    ClusterIdentifier=cluster["ClusterIdentifier"], DbUser="awsuser", DbName="dev"
)
warehouse = psycopg.connect(
    host=cluster["Endpoint"]["Address"], port=cluster["Endpoint"]["Port"], dbname="dev",
    user=lent["DbUser"], password=lent["DbPassword"], sslmode="disable", client_encoding="utf8",
)
"""
"""A session of PostgreSQL's protocol, as the name ``warehouse``."""


def swapper(code: str, before: str = "", after: str = "") -> Callable[[str, str], str]:
    """A function that changes one thing in a code.

    >>> swapper("SELECT 1", "lab.warehouse('", "')")("1", "2")
    "lab.warehouse('SELECT 2')"

    Args:
        before: what stands before the code.
        after: what stands after it.
    """

    def swapped(old: str, new: str) -> str:
        if old not in code:
            raise ValueError(f"{old!r} is not in the code.")
        return before + code.replace(old, new) + after

    return swapped
