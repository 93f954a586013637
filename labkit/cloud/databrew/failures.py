"""The errors that tell what is wrong with the data, the recipe or the rights, and not with us."""

import duckdb

from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.databrew.reading.selection import NothingThere
from labkit.cloud.databrew.reading.source import Unreadable
from labkit.cloud.databrew.recipe import RecipeError
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.formats import FormatError

EXPECTED = (
    BadExpression,
    FormatError,
    NothingThere,
    QueryFailed,
    RecipeError,
    Unreadable,
    duckdb.Error,
    OSError,
)
