"""``COPY``: files of S3 into a table, all rows or none.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

from __future__ import annotations

from labkit.cloud.redshift.copying import jobs
from labkit.cloud.redshift.copying.access import open_store
from labkit.cloud.redshift.copying.copy_statement import read_copy
from labkit.cloud.redshift.copying.filling import load
from labkit.cloud.redshift.copying.sources import find_files
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.dropping import changeable


@statement("COPY")
def copy(connection: Connection, parsed: Parsed) -> Result:
    options, job = read_copy(parsed.words)
    table = changeable(connection, options.table, "INSERT")
    if job:
        return jobs.create(connection, options, job, parsed.text)
    store = open_store(connection, options.access)
    with find_files(connection, store, options) as given:
        return load(connection, options, table, store, given)
