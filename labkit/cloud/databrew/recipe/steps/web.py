"""Web functions: addresses of IP version 4, and what is in a URL.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.web.html
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.parts.values import operand
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.steps.text_functions import given_text

operation = category("Fn: web")

_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"


@operation("IP_TO_INT")
def ip_to_int(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    target_column: NewColumn,
) -> Relation:
    """The number of an address such as 192.168.1.1; null where it is none."""
    text = f"trim({given_text(source_column, value)})"
    parts = [
        f"TRY_CAST(split_part({text}, '.', {at}) AS BIGINT) * {256 ** (4 - at)}"
        for at in range(1, 5)
    ]
    valid = f"regexp_full_match({text}, '{_BYTE}([.]{_BYTE}){{3}}')"
    return table.put(target_column, f"CASE WHEN {valid} THEN {' + '.join(parts)} END")


@operation("INT_TO_IP")
def int_to_ip(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    target_column: NewColumn,
) -> Relation:
    """The address that a number from 0 to 4294967295 stands for; null for any other."""
    number = operand(source_column, value)
    parts = [f"(CAST({number} AS BIGINT) >> {shift}) % 256" for shift in (24, 16, 8, 0)]
    fits = f"{number} BETWEEN 0 AND 4294967295 AND {number} = trunc({number})"
    return table.put(target_column, f"CASE WHEN {fits} THEN concat_ws('.', {', '.join(parts)}) END")


@operation("URL_PARAMS")
def url_params(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    target_column: NewColumn,
) -> Relation:
    """The query parameters of a URL as a JSON object of lists, empty where there are none."""
    name = table.context.function(_parameters, ["VARCHAR"], "VARCHAR")
    return table.put(target_column, f"{name}({given_text(source_column, value)})")


def _parameters(url: str | None) -> str | None:
    """As JSON.

    >>> _parameters("https://example.com/?firstParam=answer&secondParam=42")
    '{"firstParam": ["answer"], "secondParam": ["42"]}'
    """
    if url is None:
        return None
    try:
        query = urlsplit(url).query
    except ValueError:  # what is no URL has none
        query = ""
    return json.dumps(parse_qs(query, keep_blank_values=True), ensure_ascii=False)
