"""Which node of a cluster runs a statement: the two say some errors in different words.

The leader runs alone what reads nothing but the catalog (PG_ tables and INFORMATION_SCHEMA). What
reads tables of users or of the system runs on the compute nodes, too: there a division fails with
*Divide by zero*.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/c_high_level_system_architecture.html and
https://github.com/awslabs/amazon-redshift-utils/pull/123
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.catalog import Relation
from labkit.cloud.engine.redshift.errors import RedshiftError

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: Statements that work on a table's rows whatever they read.
WRITING = {"DELETE", "MERGE", "UPDATE"}
#: Statements that are queries if they read what the compute nodes have, and those that always are.
_QUERIES = {"SELECT", "WITH", "VALUES", "(", "EXECUTE", "FETCH", "TABLE", *WRITING}
_LOADING = {"COPY", "INSERT", "UNLOAD"}
#: What the leader says: what the compute nodes do.
_WORDS = {"division by zero": "Divide by zero"}


def note(connection: Connection, relation: Relation) -> None:
    """Note that the statement reads a relation."""
    of_leader = relation.schema == "information_schema" or relation.name.startswith("pg_")
    if not (of_leader or connection.telling):
        connection.on_nodes = True


@contextmanager
def saying(connection: Connection, words: Sequence[str]) -> Iterator[None]:
    """Raise errors in the words of the nodes that a statement runs on; note whether it is a query.

    Args:
        words: its first ones, such as those of CREATE TABLE.
    """
    before, connection.on_nodes = connection.on_nodes, words[0] in WRITING
    verb = words[0] if words[0] != "CREATE" else words[-1]
    try:
        yield
        connection.queried = verb in _LOADING or (verb in _QUERIES and connection.on_nodes)
    except RedshiftError as error:
        if connection.on_nodes and error.message in _WORDS:
            raise RedshiftError(_WORDS[error.message], error.sqlstate) from error
        raise
    finally:
        connection.on_nodes = before
