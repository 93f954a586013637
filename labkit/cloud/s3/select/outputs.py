"""Rows as the answer has them: lines of CSV, or structures of JSON.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_OutputSerialization.html
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from labkit.cloud.partiql.tree import MISSING
from labkit.cloud.s3.select.asked import Csv
from labkit.cloud.s3.select.operators import is_unknown, refusal
from labkit.cloud.s3.select.scope import Pairs

Writer = Callable[[Pairs], str]
_text = functools.partial(json.dumps, ensure_ascii=False)


def writer(out: Csv | str) -> Writer:
    """What writes a row, with the delimiter behind it."""
    if isinstance(out, Csv):
        return functools.partial(_line, out)
    return lambda pairs: f"{structure(pairs)}{out}"


def structure(pairs: Pairs) -> str:
    """A row as JSON; what is not there is left out.

    >>> structure([("a", None), ("b", MISSING), ("c", [1, Decimal("2.50")])])
    '{"a":null,"c":[1,2.50]}'
    """
    inner = (f"{_text(name)}:{_value(value)}" for name, value in pairs if value is not MISSING)
    return f"{{{','.join(inner)}}}"


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        raise refusal(f"JSON has no {value}")
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, dict):
        return structure(list(value.items()))
    if isinstance(value, list):
        return f"[{','.join(map(_value, value))}]"
    return _text(str(value))


def _line(csv: Csv, pairs: Pairs) -> str:
    return f"{csv.field.join(_field(csv, value) for _, value in pairs)}{csv.record}"


def _field(csv: Csv, value: Any) -> str:
    if is_unknown(value):
        text = ""
    else:
        text = str(value) if isinstance(value, str) else _value(value).strip('"')
    special = (csv.field, csv.quote, csv.record, "\n", "\r")
    if csv.always or any(each in text for each in special):
        return f"{csv.quote}{text.replace(csv.quote, csv.escape + csv.quote)}{csv.quote}"
    return text
