"""``COPY``: files of S3, or the items of a DynamoDB table, into a table, all rows or none.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.redshift.copying import jobs
from labkit.cloud.redshift.copying.access import open_store
from labkit.cloud.redshift.copying.copy_statement import read_copy
from labkit.cloud.redshift.copying.filling import file_columns, load
from labkit.cloud.redshift.copying.items import SCHEME, find_items
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
    if options.source.startswith(SCHEME):
        columns = file_columns(table, options)
        with find_items(connection, store, options, columns) as given:
            options = replace(options, format="json", argument="auto")
            return load(connection, options, table, store, given)
    with find_files(connection, store, options) as given:
        return load(connection, options, table, store, given)
