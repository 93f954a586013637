"""What changes and ends a connection, and what is told of it; moto makes and keeps connections.

moto leaves out what kind of connection it is, and all else that it does not know by name.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-connections.html
"""

from __future__ import annotations

from typing import Any

import moto.glue.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.glue.catalog import detail_of
from labkit.cloud.glue.databases import connect
from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.words import not_found
from labkit.cloud.operations import Answer, AwsError, Context, not_here


@answers("UpdateConnection")
def update_connection(
    context: Context, *, Name: str, ConnectionInput: dict[str, Any], **_: Any
) -> Answer:
    """Another definition in place of a connection's; the moment it was made stays."""
    former = _find(context, Name)
    changed = models.FakeConnection(
        former.backend, former.catalog_id, ConnectionInput | {"Name": Name}, {}
    )
    changed.created_time = former.created_time
    glue(context).connections[Name] = changed
    return {}


@answers("DeleteConnection")
def delete_connection(context: Context, *, ConnectionName: str, **_: Any) -> Answer:
    _delete(context, ConnectionName)
    return {}


@answers("BatchDeleteConnection")
def batch_delete_connection(context: Context, *, ConnectionNameList: list[str], **_: Any) -> Answer:
    """Which connections are gone, and why others are not."""
    gone, errors = [], {}
    for name in ConnectionNameList:
        try:
            _delete(context, name)
            gone.append(name)
        except AwsError as error:
            errors[name] = detail_of(error)
    return {"Succeeded": gone, "Errors": errors}


@answers("TestConnection")
def try_connection(context: Context, *, ConnectionName: str | None = None, **_: Any) -> Answer:
    """Whether a connection to a warehouse lets its user in.

    Source: https://docs.aws.amazon.com/glue/latest/webapi/API_TestConnection.html
    """
    if ConnectionName is None:
        raise not_here("glue", context.operation, "a connection that is not in the catalog")
    who, place = context.principal, context.region
    connect(context.cloud, who, place, ConnectionName, application="AWS Glue").close()
    return {}


@on_start
def tell_connections(cloud: Cloud) -> None:
    """Let a connection be told as it was made."""
    connections: Any = models.FakeConnection
    connections.as_dict = _told


def _told(connection: Any, hide_password: bool = False) -> dict[str, Any]:
    given: dict[str, Any] = connection.connection_input
    hidden = ("PASSWORD",) if hide_password else ()
    properties = given.get("ConnectionProperties", {})
    return given | {
        "ConnectionProperties": {k: v for k, v in properties.items() if k not in hidden},
        "CreationTime": connection.created_time,
        "LastUpdatedTime": connection.updated_time,
        "Status": connection.status,
    }


def _find(context: Context, name: str) -> Any:
    found = glue(context).connections.get(name)
    if found is None:
        raise not_found(f"Connection {name} not found.")
    return found


def _delete(context: Context, name: str) -> None:
    connection = _find(context, name)
    del connection.backend.connections[name]
    connection.backend.tagger.delete_all_tags_for_resource(connection.arn)
