"""Granting and revoking in Lake Formation: one call at a time, and many in one.

moto knows a resource only as it was first told, with or without its catalog; a batch loses the
rights to grant, and revokes without a word what nobody has.

Sources: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GrantPermissions.html
and https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_BatchRevokePermissions.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.lakeformation.models import Permission, PermissionCatalog

from labkit.cloud.lake_formation.grants import Members, full, granted, invalid, plain
from labkit.cloud.operations import Answer, AwsError, Context, operation

_NOT_HELD = (
    "No permissions revoked. Grantee has no permissions and no grantable permissions on resource."
)
_MUST = ("Principal", "Resource", "Permissions")


@operation("lakeformation", "GrantPermissions")
def grant_permissions(context: Context, *, CatalogId: str | None = None, **entry: Any) -> None:
    """Let a principal do something with a resource, and perhaps let others do it."""
    with context.cloud.changing("lakeformation"):
        _grant(context, CatalogId or context.account, entry)


@operation("lakeformation", "RevokePermissions")
def revoke_permissions(context: Context, *, CatalogId: str | None = None, **entry: Any) -> None:
    """Take rights away.

    Raises:
        AwsError: ``InvalidInputException``: the principal has none of them: clients revoke until
            it says so.
    """
    with context.cloud.changing("lakeformation"):
        _revoke(context, CatalogId or context.account, entry)


@operation("lakeformation", "BatchGrantPermissions")
def batch_grant_permissions(
    context: Context, *, Entries: list[Members], CatalogId: str | None = None
) -> Answer:
    return _each(context, _grant, CatalogId or context.account, Entries)


@operation("lakeformation", "BatchRevokePermissions")
def batch_revoke_permissions(
    context: Context, *, Entries: list[Members], CatalogId: str | None = None
) -> Answer:
    return _each(context, _revoke, CatalogId or context.account, Entries)


def _each(
    context: Context, do: Callable[[Context, str, Members], None], catalog: str, entries: Any
) -> Answer:
    """Do the entries of a batch one by one, and tell which were not done."""
    failures = []
    with context.cloud.changing("lakeformation"):
        for entry in entries:
            try:
                if missing := [name for name in _MUST if name not in entry]:
                    raise invalid(f"{missing[0]} is mandatory.")
                do(context, catalog, entry)
            except AwsError as error:
                told = {"ErrorCode": error.code, "ErrorMessage": error.message}
                failures.append({"RequestEntry": entry, "Error": told})
    return {"Failures": failures}


def _grant(context: Context, catalog: str, entry: Members) -> None:
    grant = _find(context, catalog, entry) or Permission(
        entry["Principal"], full(context, entry["Resource"]), [], []
    )
    rights, grantable = _asked(entry)
    _set(
        context,
        catalog,
        grant,
        [*dict.fromkeys([*grant.permissions, *rights])],
        [*dict.fromkeys([*grant.permissions_with_grant_options, *grantable])],
    )


def _revoke(context: Context, catalog: str, entry: Members) -> None:
    grant = _find(context, catalog, entry)
    rights, grantable = _asked(entry)
    if grant is None or not (
        {*rights} & {*grant.permissions} or {*grantable} & {*grant.permissions_with_grant_options}
    ):
        raise invalid(_NOT_HELD)
    _set(
        context,
        catalog,
        grant,
        [each for each in grant.permissions if each not in rights],
        [each for each in grant.permissions_with_grant_options if each not in grantable],
    )


def _asked(entry: Members) -> tuple[list[str], list[str]]:
    return entry["Permissions"], entry.get("PermissionsWithGrantOption") or []


def _find(context: Context, catalog: str, entry: Members) -> Permission | None:
    """The grant to the same principal on the same resource, however both are told."""
    wanted = plain(full(context, entry["Resource"]))
    found = (
        grant
        for grant in granted(context, catalog)
        if grant.principal == entry["Principal"] and plain(full(context, grant.resource)) == wanted
    )
    return next(found, None)


def _set(
    context: Context, catalog: str, grant: Permission, rights: list[str], grantable: list[str]
) -> None:
    """Put a grant with its rights in the place of what it was; one without any is gone."""
    known = context.backend("lakeformation").grants.setdefault(catalog, PermissionCatalog())
    others = {each for each in [*known.permissions] if each is not grant}
    grant.permissions, grant.permissions_with_grant_options = rights, grantable
    known.permissions = others | ({grant} if rights or grantable else set())
