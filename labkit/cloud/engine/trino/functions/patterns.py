"""Patterns that print and read dates: MySQL's ``%Y``, Joda's ``yyyy-MM`` and Teradata's ``mi``.

A pattern is nearly always a literal: it is translated once into DuckDB's ``strftime`` format. Of
those that are computed, MySQL's alone are read. What ``strptime`` reads otherwise than Joda, weeks
or a year of two digits, and texts that it does not read, are left to `joda`.

Sources: https://trino.io/docs/current/functions/datetime.html#mysql-date-functions,
https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html and
https://trino.io/docs/current/functions/teradata.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.functions.entry import FunctionRefused, Render, failure, text_literal
from labkit.cloud.engine.trino.functions.joda import InvalidPattern, joda, mysql

_MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%f", "H": "%H", "h": "%I",
    "I": "%I", "i": "%M", "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p",
    "r": "%I:%M:%S %p", "S": "%S", "s": "%S", "T": "%H:%M:%S", "v": "%V", "W": "%A", "x": "%G",
    "Y": "%Y", "y": "%y", "%": "%%",
}  # fmt: skip
_TERADATA = {
    "yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d", "hh24": "%H", "hh": "%I", "mi": "%i",
    "ss": "%S", **{mark: mark for mark in "-/,.;: "},
}  # fmt: skip
_TERADATA_WORD = re.compile("|".join(map(re.escape, _TERADATA)))
_JODA = {
    "y": {2: "%y", 3: "%Y", 4: "%Y"},
    "Y": {2: "%y", 3: "%Y", 4: "%Y"},
    "x": {1: "%G", 4: "%G"},
    "M": {1: "%-m", 2: "%m", 3: "%b", 4: "%B"},
    "d": {1: "%-d", 2: "%d"},
    "D": {1: "%-j", 3: "%j"},
    "w": {2: "%V"},
    "e": {1: "%u"},
    "E": {1: "%a", 2: "%a", 3: "%a", 4: "%A"},
    "a": {1: "%p", 2: "%p"},
    "H": {1: "%-H", 2: "%H"},
    "h": {1: "%-I", 2: "%I"},
    "m": {1: "%-M", 2: "%M"},
    "s": {1: "%-S", 2: "%S"},
    "S": {3: "%g", 6: "%f"},
}
# What strftime has no letter for, as SQL over the local time.
_JODA_SQL = {
    "y": "CAST(year({0}) AS VARCHAR)",
    "Y": "CAST(year({0}) AS VARCHAR)",
    "w": "CAST(week({0}) AS VARCHAR)",
    "k": "CAST((hour({0}) + 23) % 24 + 1 AS VARCHAR)",
    "kk": "lpad(CAST((hour({0}) + 23) % 24 + 1 AS VARCHAR), 2, '0')",
    "K": "CAST(hour({0}) % 12 AS VARCHAR)",
    "KK": "lpad(CAST(hour({0}) % 12 AS VARCHAR), 2, '0')",
    "C": "CAST(year({0}) // 100 AS VARCHAR)",
    "CC": "CAST(year({0}) // 100 AS VARCHAR)",
    "G": "CASE WHEN year({0}) > 0 THEN 'AD' ELSE 'BC' END",
    "S": "left(strftime({0}, '%g'), 1)",
    "SS": "left(strftime({0}, '%g'), 2)",
}
#: What each letter tells that ``strptime`` reads as Joda does.
_PLAIN = {
    "Y": "year", "y": "year", "m": "month", "b": "month", "B": "month", "d": "day", "j": "day",
    "H": "hour", "I": "hour", "p": "half", "M": "minute", "S": "second", "f": "part", "g": "part",
}  # fmt: skip
_QUOTED = re.compile("'[^']*(?:'|$)")
#: An offset behind a text, in SQL.
_OFFSET = r"'(?:[Zz]|[+-]\d\d:?\d\d)$'"
_JODA_WORD = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def _checked(render: Render) -> Render:
    """A pattern that Trino does not take fails when the call runs."""

    @wraps(render)
    def checked(call: Any, args: Sequence[str]) -> str:
        try:
            return render(call, args)
        except InvalidPattern as invalid:
            return f"CAST({failure(str(invalid))} AS {call.returns.duckdb})"

    return checked


@_checked
def format_mysql(call: Any, args: Sequence[str]) -> str:
    """``date_format``: ``%w`` and a few more are refused by Trino too."""
    pattern, local = text_literal(args[1]), _local(call, args[0])
    if pattern is None:
        return f"trino_date_format({local}, {args[1]})"
    return f"strftime({local}, {quoted_text(mysql_format(pattern))})"


@_checked
def parse_mysql(call: Any, args: Sequence[str]) -> str:
    """``date_parse``: a text that does not fit is an error."""
    pattern = text_literal(args[1])
    if pattern is None:
        return f"trino_date_parse({args[0]}, {args[1]})"
    return _read_mysql(args[0], pattern)


def _read_mysql(text: str, pattern: str) -> str:
    form, digits = mysql_format(pattern), "_t"
    if behind := re.search(r"%f([^%\d]*)$", form):
        more = rf"(\D\d{{6}})\d{{1,3}}({re.escape(behind[1])})$"
        digits = rf"regexp_replace(_t, {quoted_text(more)}, '\1\2')"
    return _read(text, _quick(form, digits, 1970), _slow("mysql", pattern))


@_checked
def format_joda(call: Any, args: Sequence[str]) -> str:
    """``format_datetime``: the parts that depend on the zone are pieces of their own."""
    local = _local(call, args[0])
    pieces: list[str] = []
    for kind, text in _joda(call, _literal(call, args[1])):
        if kind == "zone":
            pieces.append(_zone_text(call, args[0], text))
        elif kind == "sql":
            pieces.append(text.format(local))
        elif pieces and pieces[-1].startswith("strftime(") and kind == "format":
            pieces[-1] = f"{pieces[-1][:-2]}{text.replace(chr(39), chr(39) * 2)}')"
        else:
            pieces.append(f"strftime({local}, {quoted_text(text)})")
    return f"({' || '.join(pieces)})" if pieces else "''"


@_checked
def parse_joda(call: Any, args: Sequence[str]) -> str:
    """``parse_datetime``: UTC unless the text says which zone it is in."""
    pattern = _literal(call, args[1])
    slow, bare = _slow("joda", pattern), _QUOTED.sub("", pattern)
    if letters := re.search("[CG]+|z{4,}", bare):
        raise FunctionRefused(call.name, f"'{letters[0]}' in a pattern")
    joda(pattern)
    if not re.search("[zZ]", bare):
        return f"trino_zoned({_read(args[0], _quick_joda(call, pattern), slow)}, 'UTC')"
    zone = slow.format("zone")
    fast = "NULL"
    if re.fullmatch("[^zZ]*ZZ?", bare):
        zone = f"coalesce(nullif(regexp_extract(_t, {_OFFSET}), ''), {zone})"
        fast = _quick_joda(call, pattern.rstrip("Z"), f"regexp_replace(_t, {_OFFSET}, '')")
        fast = f"CASE WHEN regexp_matches(_t, {_OFFSET}) THEN {fast} END"
    zone = f"list_transform([{args[0]}], lambda _t: trino_zone_text({zone}))[1]"
    return f"trino_in_zone({_read(args[0], fast, slow)}, {zone})"


def _quick_joda(call: Any, pattern: str, text: str = "_t") -> str:
    years = re.finditer(r"([yY])\1*", _QUOTED.sub("", pattern))
    if any(len(year[0]) not in (2, 4) for year in years):
        return "NULL"
    try:
        words = _joda(call, pattern)
    except FunctionRefused:
        return "NULL"
    if any(kind == "sql" for kind, _ in words):
        return "NULL"
    return _quick("".join(form for _, form in words), text, datetime.now(UTC).year - 80)


@_checked
def format_teradata(call: Any, args: Sequence[str]) -> str:
    """``to_char``."""
    form = mysql_format(_teradata(call, args[1]))
    return f"strftime({_local(call, args[0])}, {quoted_text(form)})"


@_checked
def parse_teradata(call: Any, args: Sequence[str]) -> str:
    """``to_timestamp`` and ``to_date``."""
    pattern = _teradata(call, args[1])
    if "%y" in pattern:
        raise FunctionRefused(call.name, "a year of two digits")
    return f"CAST({_read_mysql(args[0], pattern)} AS {call.returns.duckdb})"


def _teradata(call: Any, sql: str) -> str:
    pattern = _literal(call, sql)
    at, found = 0, ""
    while at < len(pattern):
        word = _TERADATA_WORD.match(pattern, at)
        if not word:
            raise InvalidPattern(f"Failed to tokenize string [{pattern}] at offset [{at}]")
        found, at = found + _TERADATA[word[0]], word.end()
    return found


def _local(call: Any, sql: str) -> str:
    """What the moment's own clock shows, to the millisecond: Trino formats no more digits."""
    kind = call.parameters[0]
    local = f"trino_local({sql})" if kind.base == "timestamptz" else sql
    fine = bool(kind.args) and int(str(kind.args[0])) > 3
    return f"date_trunc('millisecond', {local} + INTERVAL 500 MICROSECOND)" if fine else local


def _slow(way: str, pattern: str) -> str:
    """A call of `joda`'s functions, but for which of them."""
    return f"trino_{way}_{{}}(_t, {quoted_text(pattern).replace('{', '{{').replace('}', '}}')})"


def _read(text: str, fast: str, slow: str) -> str:
    """The text as a timestamp."""
    message = f"'LABKIT:INVALID_FUNCTION_ARGUMENT: ' || {slow.format('unread')}"
    body = (
        f"CASE WHEN _t IS NULL THEN NULL "
        f"ELSE coalesce({fast}, {slow.format('read')}, error({message})) END"
    )
    return f"list_transform([{text}], lambda _t: {body})[1]"


def _quick(form: str, text: str, first_year: int) -> str:
    """``strptime`` where it reads as Joda does; NULL for texts and patterns where it may not.

    Without a year it is 2000, as in Joda; a time alone is of 1970. Twelve hours without their half
    of the day are of the morning: 12 is midnight. Two digits of a year are of 1969 to 2068.
    """
    form = re.sub("(%%)|%-", lambda mark: mark[1] or "%", form)
    if not _is_plain(form):
        return "NULL"
    after, rest = _wholly(form)
    read, whole = f"({text} || '{after}')" if after else text, form + rest
    found = f"try_strptime({read}, {quoted_text(whole)})"
    found = f"date_trunc('millisecond', {found})" if "%f" in form else found
    conditions = _blanks(text, form)
    if "%y" in form:
        shape = re.sub("%(.)", lambda letter: r"\d\d" if letter[1] == "y" else ".+", form)
        conditions += f" AND regexp_full_match({text}, {quoted_text(shape)})"
        span = f"WHEN year(_y) < {first_year} THEN 100 WHEN year(_y) > {first_year + 99} THEN -100"
        later = f"_y + to_years(CASE {span} ELSE 0 END)"
        found = f"list_transform([{found}], lambda _y: {later})[1]"
    return f"CASE WHEN {conditions} THEN {found} END"


def _is_plain(form: str) -> bool:
    """Whether ``strptime`` reads each letter as Joda does, and none tells what another does."""
    letters = re.findall("%([A-Za-z])", form.replace("%%", ""))
    fields = [_PLAIN.get(letter, "other") for letter in letters]
    return (
        "other" not in fields
        and "%f%" not in form
        and len(set(fields)) == len(fields)
        and not {"j", "m"} <= {*letters, *("m" for letter in letters if letter in "bB")}
        and not {"H", "I"} <= {*letters}
        and ("p" not in letters or "I" in letters)
    )


def _blanks(text: str, pattern: str) -> str:
    """Whether a text has no blanks that its pattern has not: DuckDB skips them."""
    tests = {
        f"{text} >= '!'": pattern[:1].isspace(),
        f"{text} NOT LIKE '% '": pattern[-1:].isspace(),
        f"NOT contains({text}, '  ')": "  " in pattern,
    }
    return " AND ".join(test for test, is_meant in tests.items() if not is_meant) or "true"


def _wholly(pattern: str) -> tuple[str, str]:
    """What to put after a text and its pattern: the half of the day and the year that they lack."""
    after, rest = "", ""
    if "%I" in pattern and "%p" not in pattern:
        after, rest = " AM", " %p"
    if not re.search("%[YyG]", pattern):
        year = 2000 if re.search("%[mbBdj]", pattern) else 1970
        after, rest = f"{after} {year}", f"{rest} %Y"
    return after, rest


def mysql_format(pattern: str) -> str:
    """A pattern of MySQL's in the letters of ``strftime``.

    Raises:
        InvalidPattern: Trino refuses a letter of it, or it has none.
    """
    mysql(pattern)
    return re.sub(r"%(.?)", lambda found: _MYSQL.get(found[1], found[1]), pattern, flags=re.S)


def _joda(call: Any, pattern: str) -> list[tuple[str, str]]:
    """The pattern's words: ``format`` with strftime's text, or ``zone`` with its letters."""
    found = []
    for word in _JODA_WORD.finditer(pattern):
        if not word[2]:
            text = "'" if word[0] == "''" else (word[0] if word[1] is None else word[1])
            found.append(("format", text.replace("''", "'").replace("%", "%%")))
        elif word[2] in "zZ":
            found.append(("zone", word[0]))
        elif word[0] in _JODA_SQL:
            found.append(("sql", _JODA_SQL[word[0]]))
        else:
            found.append(("format", _joda_letters(call, word[0])))
    return found


def _joda_letters(call: Any, letters: str) -> str:
    widths = _JODA.get(letters[0], {})
    if letters[0] in "EM" and len(letters) > 4:
        letters = letters[:4]
    if len(letters) not in widths:
        raise FunctionRefused(call.name, f"'{letters}' in a pattern")
    return widths[len(letters)]


def _zone_text(call: Any, sql: str, letters: str) -> str:
    """``z`` is a zone's short name; ``Z``, ``ZZ`` and ``ZZZ`` are its offset twice and its id."""
    width, is_name = len(letters), letters[0] == "z"
    if is_name and width > 3:
        raise FunctionRefused(call.name, "the full name of a time zone")
    if call.parameters[0].base != "timestamptz":
        raise InvalidPattern(
            "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type "
            "does not contain TZ information"
        )
    if is_name:
        return f"trino_zone_short(({sql}).instant, ({sql}).zone)"
    if width >= 3:
        return f"({sql}).zone"
    colon = ":" if width == 2 else ""
    sign = f"CASE WHEN trino_offset({sql}) < 0 THEN '-' ELSE '+' END"
    minutes = f"to_minutes(abs(trino_offset({sql})))"
    return f"({sign} || strftime(TIMESTAMP '2000-01-01' + {minutes}, '%H{colon}%M'))"


def _literal(call: Any, sql: str) -> str:
    pattern = text_literal(sql)
    if pattern is None:
        raise FunctionRefused(call.name, "a pattern that is not a literal")
    return pattern
