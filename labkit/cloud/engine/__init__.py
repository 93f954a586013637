"""The engine: Trino SQL in, Arrow tables out. It knows nothing of AWS.

>>> from labkit.cloud.engine import compile_query
"""

from labkit.cloud.engine.catalog import Catalog, Column, Listed, PartitionFilter, Scan, Source, View
from labkit.cloud.engine.duck import DuckEngine, Session
from labkit.cloud.engine.external import ExternalFunction
from labkit.cloud.engine.trino.compile import Compiled, compile_query
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.parse_query import parse_query

__all__ = [
    "Catalog", "Column", "Compiled", "DuckEngine", "ExternalFunction", "Listed", "PartitionFilter",
    "QueryFailed", "Scan", "Session", "Source", "View", "compile_query", "parse_query",
]  # fmt: skip
