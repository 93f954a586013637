"""The account's own catalog, which is the only one; others are of Redshift and of federation.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogs.html
"""

from __future__ import annotations

from labkit.cloud.glue.records import answers, lists
from labkit.cloud.operations import Answer, Context

_EVERYBODY = {
    "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
    "Permissions": ["ALL"],
}


@answers("GetCatalog")
def get_catalog(context: Context, *, CatalogId: str) -> Answer:
    return {"Catalog": _root(context)}


@lists("GetCatalogs", "CatalogList")
def get_catalogs(context: Context, *, IncludeRoot: bool = False, **_: object) -> list[Answer]:
    """The catalogs beneath the account's, of which there are none, and that one if asked for."""
    return [_root(context)] if IncludeRoot else []


def _root(context: Context) -> Answer:
    return {
        "CatalogId": context.account,
        "Name": context.account,
        "ResourceArn": context.arn("catalog"),
        "CreateDatabaseDefaultPermissions": [_EVERYBODY],
        "CreateTableDefaultPermissions": [_EVERYBODY],
    }
