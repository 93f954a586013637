"""Named (saved) queries; moto keeps the records.

Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_NamedQuery.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.errors import each_of, invalid
from labkit.cloud.athena.paging import lists
from labkit.cloud.athena.workgroups import find_workgroup
from labkit.cloud.operations import Answer, Context, operation

_TOLD = ("Name", "Description", "Database", "QueryString", "WorkGroup")


@operation("athena", "CreateNamedQuery")
def create_named_query(
    context: Context,
    *,
    Name: str,
    Database: str,
    QueryString: str,
    Description: str = "",
    WorkGroup: str = "primary",
    ClientRequestToken: str | None = None,
) -> Answer:
    """A call that is made again, with the same token, makes no second query."""
    find_workgroup(context, WorkGroup)
    number, queries = context.number(ClientRequestToken), context.backend("athena").named_queries
    told = (Name, Description, Database, QueryString, WorkGroup)
    with context.cloud.lock("athena"):
        if number not in queries:
            made = queries.pop(context.backend("athena").create_named_query(*told))
            made.id, queries[number] = number, made
        elif tuple(_described(queries[number])[name] for name in _TOLD) != told:
            raise invalid("Idempotent parameters do not match")
    return {"NamedQueryId": number}


@operation("athena", "GetNamedQuery")
def get_named_query(context: Context, *, NamedQueryId: str) -> Answer:
    return {"NamedQuery": _described(_find(context, NamedQueryId))}


@operation("athena", "BatchGetNamedQuery")
def batch_get_named_query(context: Context, *, NamedQueryIds: list[str]) -> Answer:
    found, missing = each_of(
        NamedQueryIds, lambda number: _described(_find(context, number)), "NamedQueryId"
    )
    return {"NamedQueries": found, "UnprocessedNamedQueryIds": missing}


@lists("ListNamedQueries", "NamedQueryIds")
def list_named_queries(context: Context, *, WorkGroup: str = "primary") -> list[str]:
    find_workgroup(context, WorkGroup)
    queries = context.backend("athena").named_queries.values()
    return [query.id for query in queries if query.workgroup.name == WorkGroup]


@operation("athena", "UpdateNamedQuery")
def update_named_query(
    context: Context,
    *,
    NamedQueryId: str,
    Name: str,
    QueryString: str,
    Description: str | None = None,
) -> Answer:
    with context.cloud.lock("athena"):
        found = _find(context, NamedQueryId)
        found.name, found.query_string = Name, QueryString
        found.description = found.description if Description is None else Description
    return {}


@operation("athena", "DeleteNamedQuery")
def delete_named_query(context: Context, *, NamedQueryId: str) -> Answer:
    with context.cloud.lock("athena"):
        _find(context, NamedQueryId)
        del context.backend("athena").named_queries[NamedQueryId]
    return {}


def _find(context: Context, number: str) -> Any:
    found = context.backend("athena").named_queries.get(number)
    if found is None:
        raise invalid(f"NamedQuery {number} was not found")
    return found


def _described(query: Any) -> dict[str, Any]:
    return {
        "NamedQueryId": query.id,
        "Name": query.name,
        "Description": query.description,
        "Database": query.database,
        "QueryString": query.query_string,
        "WorkGroup": query.workgroup.name,
    }
