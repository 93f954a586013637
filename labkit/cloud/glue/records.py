"""moto's records of databases and tables, found without regard to case.

Glue folds the names of databases and tables to lower case, "for Hive compatibility":
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.glue import governing
from labkit.cloud.glue.words import MAX_PAGE, not_found, page
from labkit.cloud.operations import Answer, Context, Handler, changes_state, operation
from labkit.cloud.paging import Lister, paged

Definition = dict[str, Any]


def answers(name: str) -> Callable[[Handler], Handler]:
    """Register Glue's answer to an operation, given while no crawl changes the records.

    Args:
        name: the operation's name in its API model.
    """

    def register(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def alone(context: Context, **members: Any) -> Answer | None:
            if members.get("CatalogId") not in (None, context.account):
                raise not_found(f"Catalog {members['CatalogId']} not found.")
            if not changes_state(name):
                with context.cloud.lock("glue"):
                    governing.judge(context, name, members)
                    return handler(context, **members)
            with context.cloud.changing("glue", is_kept=context.cloud.is_answering("glue")):
                governing.judge(context, name, members)
                return handler(context, **members)

        return operation("glue", name)(alone)

    return register


def lists(name: str, member: str, *, most: int = MAX_PAGE) -> Callable[[Lister], Handler]:
    """Register Glue's answer to an operation that lists: a page of what the handler gives.

    Args:
        name: the operation's name in its API model.
        member: the answer's, under which the page stands.
        most: how many a page has at most.
    """

    def told(member: str, items: Sequence[Any], size: int | None, token: str | None) -> Answer:
        found, more = page(items, token, size, most=most)
        return {member: found, "NextToken": more}

    return lambda handler: answers(name)(paged(member, told, handler))


def glue(context: Context) -> Any:
    """moto's records of the caller's region."""
    return context.backend("glue")


def find_database(context: Context, name: str) -> Any:
    """The record of a database.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found = without_case(glue(context).databases, name)
    if found is None:
        raise not_found(f"Database {name.lower()} not found.")
    return found


def find_table(context: Context, database: str, name: str) -> Any:
    """The record of a table.

    Raises:
        AwsError: ``EntityNotFoundException``, for the database or the table.
    """
    found = without_case(find_database(context, database).tables, name)
    if found is None:
        raise not_found(f"Table {name.lower()} not found.")
    return found


def current(table: Any) -> Definition:
    """The current definition of a table."""
    found: Definition = table.versions[str(table._current_version)]
    return found


def change_partition(table: Any, values: list[str], given: Definition) -> None:
    """Put another definition in a partition's place: when it was made and its statistics stay."""
    changed = copy.copy(table.partitions[str(values)])
    changed.partition_input, changed.values = given, given["Values"]
    if changed.values != values:
        del table.partitions[str(values)]
    table.partitions[str(changed.values)] = changed


def without_case(records: dict[str, Any], name: str) -> Any | None:
    """The record of a name in any case."""
    if name.lower() in records:
        return records[name.lower()]
    return next((r for n, r in records.items() if n.lower() == name.lower()), None)
