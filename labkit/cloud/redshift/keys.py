"""The keys of warehouses: ``cluster/<id>``, ``namespace/<name>``.

Identifiers are unique in a region; those of regions beyond the first one tell theirs
(``cluster/eu-west-1.sales``), as an identifier has no dot.
"""

from __future__ import annotations

from labkit.cloud.cloud import REGION


def cluster_key(region: str, identifier: str) -> str:
    """The key of a cluster's warehouse.

    >>> cluster_key("us-east-1", "Sales"), cluster_key("eu-west-1", "sales")
    ('cluster/sales', 'cluster/eu-west-1.sales')
    """
    return f"cluster/{_within(region, identifier)}"


def namespace_key(region: str, name: str) -> str:
    """The key of a namespace's warehouse."""
    return f"namespace/{_within(region, name)}"


def place_of(name: str) -> tuple[str, str]:
    """The region and the identifier of a key's second part.

    >>> place_of("eu-west-1.sales"), place_of("sales")
    (('eu-west-1', 'sales'), ('us-east-1', 'sales'))
    """
    region, dot, identifier = name.rpartition(".")
    return region if dot else REGION, identifier


def _within(region: str, name: str) -> str:
    return name.lower() if region == REGION else f"{region}.{name.lower()}"
