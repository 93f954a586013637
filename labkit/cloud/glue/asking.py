"""Questions in SQL about the catalog's tables, asked as a role that Glue has taken on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.access.trust import role_session
from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Column, QueryFailed, Session, compile_query
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.jobs import Job
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.lake.engines import stoppable_session

Row = dict[str, Any]


class Asker:
    """Asks the engine.

    Args:
        session: runs SQL.
        catalog: what the names of tables mean, and as whom their objects are read.
    """

    def __init__(self, session: Session, catalog: GlueCatalog) -> None:
        self._session, self._catalog = session, catalog

    def rows(self, sql: str) -> list[Row]:
        """The rows of a query in Trino's SQL.

        Raises:
            QueryFailed: with Trino's error name.
        """
        found: list[Row] = (
            self._session.run(compile_query(sql, self._catalog)).read_all().to_pylist()
        )
        return found

    def columns(self, sql: str) -> Sequence[Column]:
        """The columns of a query's answer, with their types."""
        return compile_query(sql, self._catalog).columns


@contextlib.contextmanager
def asking(cloud: Cloud, region: str, role: str, job: Job, database: str) -> Iterator[Asker]:
    """Ask as a role; the session is closed after that.

    Args:
        job: what stops the questions.
        database: where names of one part are looked up.
    """
    principal = role_session(role, cloud.account, "GlueJobRunnerSession")
    with stoppable_session(cloud, job) as session:
        catalog = GlueCatalog(cloud, principal, region, database, digits=6, projects=False)
        yield Asker(session, catalog)


def named(database: str, table: str) -> str:
    """A table's name in SQL."""
    return f"{quoted_name(database.lower())}.{quoted_name(table.lower())}"


def words(error: Exception) -> str:
    """Why a question could not be answered: what S3 said, where it did not let the role in."""
    cause = error.__cause__ if isinstance(error, QueryFailed) else None
    return str(cause or error)
