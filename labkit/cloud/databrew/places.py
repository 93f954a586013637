"""Whose a bucket or a catalog is, where a data set or an output says so.

What another account owns is not here. Sources:
https://docs.aws.amazon.com/databrew/latest/dg/API_S3Location.html and
https://docs.aws.amazon.com/databrew/latest/dg/API_DataCatalogInputDefinition.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.cloud.operations import AwsError


def check_bucket(account: str, location: Mapping[str, Any]) -> None:
    """Refuse a bucket that is another account's than its location says.

    Raises:
        AwsError: ``AccessDenied``.
    """
    owner = location.get("BucketOwner")
    if owner not in (None, account):
        raise AwsError("AccessDenied", f"The bucket's owner is not {owner}", 403)


def check_catalog(account: str, table: Mapping[str, Any]) -> None:
    """Refuse a table of another account's catalog.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    catalog = table.get("CatalogId")
    if catalog not in (None, account):
        why = f"The Data Catalog of the account {catalog} is not shared with {account}."
        raise AwsError("AccessDeniedException", why, 403)
