"""A query's rows into its result file, as Athena writes them.

Every field is quoted, NULL is nothing between the commas, the first line has the names. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
DuckDB writes the file, so that a large result never stands in memory.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.athena import reuse
from labkit.cloud.athena.columns import column_info
from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.engine import Compiled, ExternalFunction, QueryFailed, compile_query, formats
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.text import as_text

_OPTIONS = "FORMAT csv, HEADER false, FORCE_QUOTE *, PREFIX {header}, SUFFIX '\n'"


def compiled(
    run: Run,
    query: Any,
    *,
    text: str,
    parameters: Sequence[str] = (),
    functions: Sequence[ExternalFunction] = (),
) -> Compiled:
    """Compile a query against the catalog, its time put on record."""
    started = time.monotonic()
    try:
        return compile_query(
            query, run.catalog, parameters=parameters, text=text, functions=functions
        )
    finally:
        run.note("QueryPlanningTimeInMillis", 1000 * (time.monotonic() - started))


def rows_result(run: Run, query: Compiled) -> Result:
    """Run a query into ``<id>.csv``."""
    infos = [column_info(column) for column in query.headings]
    header = ",".join('"' + c.name.replace('"', '""') + '"' for c in query.headings) + "\n"
    path = run.store.scratch()
    with explained(run):
        options = _OPTIONS.format(header=quoted_text(header))
        rows = run.session.copy_text(path, query, options, as_text)
    if not rows:
        path.write_text(header)  # DuckDB ends the last row even where there is none
    run.job.check()
    size = path.stat().st_size
    run.put_file(run.output, path, "application/octet-stream")
    run.put_metadata(infos)
    details = {
        "deterministic": query.deterministic,
        "tables": reuse.fingerprint(run.metastore, query.tables),
        "rows": rows,
        "bytes": size,
    }
    return Result(infos, 0, details=details)


@contextlib.contextmanager
def explained(run: Run) -> Iterator[None]:
    """Say which object is at fault when reading fails."""
    try:
        yield
    except QueryFailed as failure:
        cause = failure.__cause__
        found = formats.explain(cause, run.catalog.files) if isinstance(cause, Exception) else None
        if found is None:
            raise
        raise StatementFailed(str(found)) from failure
