"""String functions.

Positions count from 1, in characters. Where a text is no number or no date, AWS skips the row in
data preparation; as a value it is NULL here. `concat` with NULL is NULL, which AWS leaves open.
Source: https://docs.aws.amazon.com/quicksight/latest/user/string-functions.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from labkit.cloud.engine.json_texts import json_or_null
from labkit.cloud.quicksight.calc.arguments import Anything, Comparison, Integer, Pattern, String
from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.operators import finite
from labkit.cloud.quicksight.calc.patterns import parsed
from labkit.cloud.quicksight.calc.registry import Answer, function
from labkit.cloud.quicksight.calc.values import text

EXACT = "CASE_SENSITIVE"
_PATH = re.compile(r"\$(\.[\w ]+|\[\d+\])*")
_STEP = re.compile(r"\.([\w ]+)|\[(\d+)\]")


@function("concat", "string", "string")
def concat(expression_1: String, expression_2: String, *expressions: String) -> Answer:
    """Two or more texts joined."""
    return f"({' || '.join(map(str, (expression_1, expression_2, *expressions)))})"


@function("contains", "string", "boolean")
def contains(expression: String, substring: String, mode: Comparison = EXACT) -> Answer:
    """Whether a text holds another."""
    return _compared("contains", expression, substring, mode)


@function("endsWith", "string", "boolean")
def ends_with(expression: String, substring: String, mode: Comparison = EXACT) -> Answer:
    """Whether a text ends with another."""
    return _compared("ends_with", expression, substring, mode)


@function("startsWith", "string", "boolean")
def starts_with(expression: String, substring: String, mode: Comparison = EXACT) -> Answer:
    """Whether a text starts with another."""
    return _compared("starts_with", expression, substring, mode)


@function("left", "string", "string")
def left(expression: String, limit: Integer) -> Answer:
    """The leftmost characters of a text."""
    return f"left({expression}, greatest({limit}, 0))"


@function("right", "string", "string")
def right(expression: String, limit: Integer) -> Answer:
    """The rightmost characters of a text."""
    return f"right({expression}, greatest({limit}, 0))"


@function("locate", "string", "integer")
def locate(expression: String, substring: String, start: Integer | None = None) -> Answer:
    """Where a text first holds another, from a position on; 0 where it does not."""
    if start is None:
        return f"instr({expression}, {substring})"
    begin = f"greatest({start}, 1)"
    found = f"instr(substring({expression}, {begin}), {substring})"
    return f"CASE {found} WHEN 0 THEN 0 ELSE {found} + {begin} - 1 END"


@function("ltrim", "string", "string")
def ltrim(expression: String) -> Answer:
    """A text without the blanks before it."""
    return f"ltrim({expression})"


@function("rtrim", "string", "string")
def rtrim(expression: String) -> Answer:
    """A text without the blanks after it."""
    return f"rtrim({expression})"


@function("trim", "string", "string")
def trim(expression: String) -> Answer:
    """A text without the blanks around it."""
    return f"trim({expression})"


@function("parseDate", "string", "date")
def parse_date(expression: String, format: Pattern = "yyyy-MM-dd") -> Answer:
    """A text in a pattern such as MM/dd/yyyy as a date; NULL where it is none."""
    return parsed(str(expression), format)


@function("parseDecimal", "string", "decimal")
def parse_decimal(expression: String) -> Answer:
    """A text as a decimal of at most four places, the rest cut off; NULL where it is none."""
    places = rf"regexp_replace(trim({expression}), '(\.\d{{4}})\d+$', '\1')"
    number = r"'^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$'"
    return finite(_parsed(places, number, "DOUBLE"))


@function("parseInt", "string", "integer")
def parse_int(expression: String) -> Answer:
    """A text as an integer, what follows its point cut off; NULL where it is no number."""
    whole = rf"regexp_replace(trim({expression}), '^([+-]?)(?:(\d+)\.\d*|\.\d+)$', '\10\2')"
    return _parsed(whole, r"'^[+-]?\d+$'", "BIGINT")


@function("parseJson", "string", "string")
def parse_json(field_name: String, path: Pattern) -> Answer:
    """A value out of a JSON text, at a path such as $.items[0].quantity.

    Names that are not there are looked for without case: AWS's example finds State by $.state.
    """
    if not _PATH.fullmatch(path):
        raise WrongArguments(
            f"{path!r} is no path of parseJson: it has '$', '.name' and '[index]' only."
        )
    whole = json_or_null(str(field_name))
    quoted = re.sub(r"\.([\w ]+)", r'."\1"', path)
    found = f"json_extract_string({whole}, {text(quoted)})"
    steps = _STEP.findall(path)
    if not any(name for name, _ in steps):
        return found
    return f"coalesce({found}, json_extract_string({_without_case(whole, steps)}, '$'))"


def _without_case(whole: str, steps: Sequence[tuple[str, str]]) -> str:
    """SQL of what lies at a path whose names are in any case."""
    at = f"CAST({whole} AS JSON)"
    for name, index in steps:
        alike = f"list_filter(json_keys(x), lambda k: lower(k) = {text(name.lower())})[1]"
        is_there = f"list_contains(json_keys(x), {text(name)})"
        named = f"CASE WHEN {is_there} THEN {text(name)} ELSE {alike} END"
        key = f"'/' || replace(replace({named}, '~', '~0'), '/', '~1')"
        step = f"json_extract(x, {key})" if name else f"json_extract(x, '$[{index}]')"
        at = f"list_transform([{at}], lambda x: {step})[1]"
    return at


@function("replace", "string", "string")
def replace(expression: String, substring: String, replacement: String) -> Answer:
    """A text with each occurrence of a part replaced."""
    return f"replace({expression}, {substring}, {replacement})"


@function("split", "string", "string")
def split(expression: String, delimiter: String, position: Integer) -> Answer:
    """The nth part of a text that is cut at a delimiter; empty parts are skipped."""
    parts = f"list_filter(string_split({expression}, {delimiter}), lambda part: part <> '')"
    return f"CASE WHEN {position} > 0 THEN list_extract({parts}, {position}) END"


@function("strlen", "string", "integer")
def strlen(expression: String) -> Answer:
    """How many characters a text has."""
    return f"length({expression})"


@function("substring", "string", "string")
def substring(expression: String, start: Integer, length: Integer) -> Answer:
    """So many characters of a text, from a position on."""
    return f"substring({expression}, greatest({start}, 1), greatest({length}, 0))"


@function("toLower", "string", "string")
def to_lower(expression: String) -> Answer:
    """A text in small letters."""
    return f"lower({expression})"


@function("toString", "string", "string")
def to_string(expression: Anything) -> Answer:
    """Any value as text; a date as 2015-10-15T19:11:51.003Z."""
    if expression.kind == "date":
        return f"strftime({expression}, '%Y-%m-%dT%H:%M:%S.%gZ')"
    return f"CAST({expression} AS VARCHAR)"


@function("toUpper", "string", "string")
def to_upper(expression: String) -> Answer:
    """A text in capitals."""
    return f"upper({expression})"


def _compared(name: str, whole: String, part: String, mode: str) -> str:
    if mode == EXACT:
        return f"{name}({whole}, {part})"
    return f"{name}(lower({whole}), lower({part}))"


def _parsed(value: str, pattern: str, type_: str) -> str:
    return f"CASE WHEN regexp_matches({value}, {pattern}) THEN TRY_CAST({value} AS {type_}) END"
