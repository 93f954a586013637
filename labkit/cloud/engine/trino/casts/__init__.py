"""``CAST``: which types turn into which, how values round, and the errors of those that do not.

Each module gives pairs of types their casts in `rules`; `cast` there is the entry.
Source: https://trino.io/docs/current/functions/conversion.html
"""

from labkit.cloud.engine.trino.casts import binary, json_texts, moments, nested, numbers, texts
from labkit.cloud.engine.trino.casts.rules import CastRefused, cast

__all__ = ["CastRefused", "binary", "cast", "json_texts", "moments", "nested", "numbers", "texts"]
