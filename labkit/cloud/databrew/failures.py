"""The errors that tell what is wrong with the data, the recipe or the rights, and not with us."""

import duckdb

from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.databrew.reading.selection import NothingThere
from labkit.cloud.databrew.reading.source import Unreadable
from labkit.cloud.databrew.recipe import RecipeError
from labkit.cloud.databrew.recipe.errors import plainly
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.formats import FormatError

_OF_THE_ENGINE = (FormatError, QueryFailed, duckdb.Error)
EXPECTED = (BadExpression, NothingThere, RecipeError, Unreadable, OSError, *_OF_THE_ENGINE)


def reason(error: Exception) -> str:
    """What a client is told of one."""
    return plainly(error) if isinstance(error, _OF_THE_ENGINE) else str(error).split("\n\n")[0]
