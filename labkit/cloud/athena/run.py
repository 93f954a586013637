"""One statement while it runs: what it may use, and where its result goes.

A result is a file beside its ``.metadata``: ``<id>.csv`` for rows, ``<id>.txt`` for what DDL says,
a manifest for what a statement wrote elsewhere. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from labkit.cloud.athena import managed
from labkit.cloud.athena.columns import metadata_file, text_info
from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.statement import Result
from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.jobs import Job
from labkit.cloud.lake.catalog import MODULES, GlueCatalog
from labkit.cloud.lake.engines import stoppable_session
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.s3.store import Store


@dataclass
class Run:
    """A running statement.

    Args:
        cloud: the workspace's local AWS.
        principal: on whose behalf it reads and writes.
        region: the region of its catalog.
        id: the query execution's id.
        text: the statement.
        database: where names of one part are looked up.
        workgroup: the name of its work group.
        output: the result's ``s3://`` address, or its place in `managed`.
        encrypted: the algorithm and the KMS key of what it writes, where the caller says.
        parameters: the values of its ``?``.
        job: what may be told to stop.
        limit: the most bytes that it may scan.
        statistics: grows while it runs.
    """

    cloud: Cloud
    principal: Principal
    region: str
    id: str
    text: str
    database: str
    workgroup: str
    output: str
    encrypted: tuple[str | None, str | None]
    parameters: list[str]
    job: Job
    limit: int | None
    statistics: dict[str, int]
    _open: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def catalog(self) -> GlueCatalog:
        return GlueCatalog(
            self.cloud,
            self.principal,
            self.region,
            self.database,
            self.limit,
            author=self.id,
            kinds=MODULES,
        )

    @cached_property
    def metastore(self) -> Metastore:
        return self.catalog.metastore

    @cached_property
    def store(self) -> Store:
        return Store(self.cloud, self.principal, self.encrypted)

    @cached_property
    def session(self) -> Session:
        """A session of the engine, interrupted when the statement is told to stop."""
        session = self._open.enter_context(stoppable_session(self.cloud, self.job))
        who = self.principal.role_arn or self.principal.arn
        session.connection.execute(f"SET VARIABLE invoker = {quoted_text(who)}")
        self.job.check()
        return session

    def close(self) -> None:
        """Let go of the engine."""
        self._open.close()

    def note(self, statistic: str, value: float) -> None:
        """Set one of the execution's statistics."""
        self.statistics[statistic] = int(value)

    def put_bytes(self, uri: str, content: bytes, content_type: str) -> None:
        """Write a small result object."""
        if managed.is_managed(uri):
            path = self.store.scratch()
            path.write_bytes(content)
            self.put_file(uri, path)
            return
        with self._writing(uri):
            self.store.put_bytes(uri, content, content_type=content_type)

    def put_file(
        self, uri: str, path: Path, content_type: str = "application/octet-stream"
    ) -> None:
        """Make a finished file a result object."""
        if managed.is_managed(uri):
            managed.keep(self.cloud, uri, path)
            return
        with self._writing(uri):
            self.store.put_file(uri, path, content_type=content_type)

    def put_metadata(self, columns: list[dict[str, Any]]) -> None:
        """Write the ``.metadata`` file beside the result, where it can be seen."""
        if not managed.is_managed(self.output):
            content = metadata_file(columns, self.id)
            self.put_bytes(f"{self.output}.metadata", content, "application/octet-stream")

    def text_result(
        self, columns: Iterable[str], lines: Iterable[str], *, hive: bool = False
    ) -> Result:
        """The result of a statement that answers in lines, if it has any.

        Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md

        Args:
            columns: what the lines are called.
            lines: the result's.
            hive: whether Hive told them, or a plan: no number of rows goes with them.
        """
        infos = [text_info(name) for name in columns]
        kind = "application" if hive else "binary"
        self.put_bytes(self.output, "\n".join(lines).encode(), f"{kind}/octet-stream")
        if infos:
            self.put_metadata(infos)
        return Result(infos, 0 if infos and not hive else None)

    def manifest(self, uris: list[str]) -> list[str]:
        """Write the list of the objects that the statement wrote, where it can be seen."""
        if managed.is_managed(self.output):
            return []
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows([uri] for uri in uris)
        uri = f"{self.output}-manifest.csv"
        self.put_bytes(uri, lines.getvalue().encode(), "text/csv")
        return [uri]

    def _writing(self, uri: str) -> _Writing:
        return _Writing(uri)


class _Writing:
    """Says which output could not be written, and why."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, AwsError) and error.status == 403:
            raise StatementFailed(
                f"Access denied when writing output to url: {self.uri} . Please ensure you are "
                "allowed to access the S3 bucket. If you are encrypting query results with KMS "
                f"key, please ensure you are allowed to access your KMS key. ({error.message})"
            ) from error
        if isinstance(error, AwsError):
            raise StatementFailed(
                f"Unable to write output to url: {self.uri}: {error.message}"
            ) from error
