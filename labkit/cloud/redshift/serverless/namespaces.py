"""Namespaces: a database file of their own, its administrator, roles and keys.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateNamespace.html
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import files, logins, managed, records
from labkit.cloud.redshift.clusters.new import check_password
from labkit.cloud.redshift.keys import namespace_key, place_of
from labkit.cloud.redshift.lifecycle import begin, change, passing
from labkit.cloud.redshift.records import Record, look_up
from labkit.cloud.redshift.serverless import tagging
from labkit.cloud.redshift.serverless.answering import answers, find_available, invalid, lists
from labkit.cloud.redshift.serverless.kinds import NAMESPACE, WORKGROUP
from labkit.cloud.redshift.warehouse import STATES, WarehouseState, open_warehouse
from labkit.cloud.redshift.warehouse.warehouse import file_of

USER = "admin"
RPUS_PER_NODE = 8


@answers("CreateNamespace")
def create_namespace(
    context: Context, *, namespaceName: str, tags: list[Record] | None = None, **members: Any
) -> Answer:
    """A namespace is of use when a workgroup serves it."""
    record = new_namespace(context, namespaceName, members)
    tagging.put(context.cloud, record["namespaceArn"], tags or [])
    return {"namespace": records.shown(begin(context.cloud, NAMESPACE, record))}


@answers("GetNamespace")
def get_namespace(context: Context, *, namespaceName: str) -> Answer:
    return {"namespace": records.shown(records.find(context, NAMESPACE, namespaceName))}


@lists("ListNamespaces", "namespaces")
def list_namespaces(context: Context) -> list[Record]:
    return [records.shown(each) for each in records.listed(context, NAMESPACE)]


@answers("UpdateNamespace")
def update_namespace(context: Context, *, namespaceName: str, **members: Any) -> Answer:
    """Another password, other roles or logs."""
    record = find_available(context, NAMESPACE, namespaceName)
    user = members.get("adminUsername")
    if user and not members.get("adminUserPassword") and not members.get("manageAdminPassword"):
        raise invalid("adminUserPassword is required when adminUsername is provided.")
    if user and user.lower() != record["adminUsername"].lower():
        raise invalid("The admin user of a namespace cannot be renamed in the local AWS.")
    shown = ("iamRoles", "defaultIamRoleArn", "logExports", "kmsKeyId")
    changed = record | {name: members[name] for name in shown if name in members}
    changed |= _password_changes(context, record, members)
    changed["status"] = "MODIFYING"
    return {"namespace": records.shown(begin(context.cloud, NAMESPACE, changed))}


def new_namespace(context: Context, name: str, members: Record, **hidden: Any) -> Record:
    """The record of a namespace in the making.

    Raises:
        AwsError: the name is taken, or the password is none.
    """
    records.check_free(context, NAMESPACE, name)
    number = str(uuid.uuid4())
    told = {
        "namespaceName": name,
        "namespaceId": number,
        "namespaceArn": context.arn(f"namespace/{number}"),
        "adminUsername": members.get("adminUsername") or USER,
        "dbName": (members.get("dbName") or "dev").lower(),
        "kmsKeyId": members.get("kmsKeyId") or "AWS_OWNED_KMS_KEY",
        "iamRoles": members.get("iamRoles") or [],
        "defaultIamRoleArn": members.get("defaultIamRoleArn"),
        "logExports": members.get("logExports") or [],
        "creationDate": records.now(),
        "status": "MODIFYING",
    }
    private = {"region": context.region, "name": name, "ready": False} | hidden
    record = records.given(told) | {"_": private}
    return record | _password_changes(context, record, members)


def key_of(record: Record) -> str:
    """The key of a namespace's warehouse."""
    return namespace_key(record["_"]["region"], record["_"]["name"])


def workgroup_of(cloud: Cloud, namespace: Record) -> Record | None:
    """The workgroup that serves a namespace, if one does."""
    name, region = namespace["namespaceName"], namespace["_"]["region"]
    for each in records.every(cloud, WORKGROUP):
        if (each["namespaceName"], each["_"]["region"]) == (name, region):
            return each
    return None


@passing(NAMESPACE, "MODIFYING")
def modify(cloud: Cloud, record: Record) -> Record:
    """A new warehouse, or a new password of one that is there."""
    hidden, key = record["_"], key_of(record)
    if hidden.get("source") or not hidden["ready"]:
        if hidden.get("source"):
            _bring(cloud, record, Path(hidden["source"]))
        else:
            files.delete(cloud, key)
        change(cloud, NAMESPACE, records.key_of(record), {"_": {"ready": True, "source": None}})
    open_warehouse(cloud, key)
    if hidden.get("password"):
        logins.set_password(cloud, key, record["adminUsername"], hidden["password"])
    return {"status": "AVAILABLE", "_": {"password": None}}


def _bring(cloud: Cloud, record: Record, source: Path) -> None:
    """Put a snapshot's data in the place of a namespace's; where that fails, they stay."""
    key = key_of(record)
    try:
        files.bring(cloud, key, source)
    except OSError:
        kept = file_of(cloud.home, key).exists()
        change(cloud, NAMESPACE, records.key_of(record), {"_": {"ready": kept, "source": None}})
        raise


def state_of(cloud: Cloud, name: str) -> WarehouseState | None:
    """A namespace as its warehouse sees it; ``None`` when it has no data (yet)."""
    region, short = place_of(name)
    record = look_up(cloud, region, NAMESPACE, short)
    if record is None or not record["_"]["ready"]:
        return None
    workgroup = workgroup_of(cloud, record) or {}
    return WarehouseState(
        admin=record["adminUsername"].lower(),
        database=record["dbName"],
        iam_roles=tuple(record["iamRoles"]),
        default_role=record.get("defaultIamRoleArn", ""),
        nodes=max(1, workgroup.get("baseCapacity", RPUS_PER_NODE) // RPUS_PER_NODE),
        namespace=record["namespaceId"],
        settings={
            each["parameterKey"]: each["parameterValue"]
            for each in workgroup.get("configParameters", ())
        },
    )


STATES["namespace"] = state_of


def _password_changes(context: Context, record: Record, members: Record) -> Record:
    """The administrator's password as a change of the record; a managed one in a secret."""
    given = members.get("adminUserPassword")
    if given and members.get("manageAdminPassword"):
        raise invalid("adminUserPassword and manageAdminPassword cannot be used together.")
    if given:
        return {"_": record["_"] | {"password": check_password(given)}}
    if not members.get("manageAdminPassword"):
        return {}
    password, key = logins.new_password(), members.get("adminPasswordSecretKmsKeyId")
    name, user = record["namespaceName"], record["adminUsername"]
    return {
        "adminPasswordSecretArn": managed.keep_secret(
            context.cloud, context.region, name, user, password, key
        ),
        "_": record["_"] | {"password": password},
    }
