"""String functions. Source: https://trino.io/docs/current/functions/string.html

Trino counts code points; so does DuckDB's ``length``, but its ``levenshtein`` and ``hamming`` count
bytes and its ``trim`` knows the space only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import (
    Entry,
    entries,
    fail,
    failure,
    infix,
    integer_literal,
    lambda_parts,
    over,
    refuse,
)
from labkit.cloud.engine.trino.functions.stemmer import stem


def _substring(call: Any, args: Sequence[str]) -> str:
    """A positive literal position needs no check; others count from the end, or give ''."""
    text, start, *length = args
    size = f", greatest({length[0]}, 0)" if length else ""
    if (integer_literal(start) or 0) > 0:
        return f"substr({text}, {start}{size})"
    return (
        f"CASE WHEN ({start}) = 0 OR -({start}) > length({text}) THEN '' "
        f"ELSE substr({text}, {start}{size}) END"
    )


def _substring_of_char(call: Any, args: Sequence[str]) -> str:
    """A part of a char is a varchar, with the spaces that fall into it."""
    return _substring(call, [_padded(call, args), *args[1:]])


def _padded(call: Any, args: Sequence[str]) -> str:
    """A char(x) with all its spaces."""
    return f"rpad({args[0]}, {call.bindings['x']}, ' ')"


def _merged_map(call: Any, args: Sequence[str]) -> str:
    """A key's values, made one by the lambda: ``(k, v1, v2) -> v``."""
    names, body = lambda_parts(args[3])
    key, old, new = names
    every = f"map_entries(trino_split_to_multimap({', '.join(args[:3])}))"
    merged = (
        f"list_reduce(_p.value, lambda {old}, {new}: "
        f"list_transform([_p.key], lambda {key}: {body})[1])"
    )
    pair = f"struct_pack(key := _p.key, value := {merged})"
    return f"map_from_entries(list_transform({every}, lambda _p: {pair}))"


#: Of each of the two thousand rows that are padded at once. DuckDB reckons constants where no row
#: asks for them, so that no branch may have more.
_LONGEST_PAD = 1 << 23


def _pad(side: str) -> str:
    return (
        f"CASE WHEN {{2}} = '' THEN {failure('Padding string must not be empty')} "
        f"WHEN {{1}} < 0 OR {{1}} > 2147483647 THEN "
        f"{failure('Target length must be in the range [0..2147483647]')} "
        f"WHEN {{1}} > {_LONGEST_PAD} THEN "
        f"{failure(f'More than {_LONGEST_PAD} characters are not padded here', 'NOT_SUPPORTED')} "
        f"ELSE {side}pad({{0}}, CAST(least({{1}}, {_LONGEST_PAD}) AS INTEGER), {{2}}) END"
    )


def _replaced(lengths: dict[str, Any]) -> dict[str, Any]:
    """The longest text, which an empty pattern gives; none where a length is not known."""
    if not {"x", "z"} <= set(lengths):
        return {}
    return {"u": min(2147483647, lengths["x"] + lengths["z"] * (lengths["x"] + 1))}


_CONCAT = infix("||", few="There must be two or more concatenation arguments")
SCALARS = (
    Entry(
        "concat(char(x), char(y)) -> char(u)",
        "(rpad({0}, {x}, ' ') || {1})",
        derive=lambda v: {"u": v["x"] + v["y"]},
    ),
    Entry(
        "replace(varchar(x), varchar(y), varchar(z)) -> varchar(u)",
        "trino_replace({0}, {1}, {2})",
        derive=_replaced,
    ),
    *entries(
        ("chr(bigint) -> varchar(1)", "trino_chr({0})"),
        ("codepoint(varchar(1)) -> integer", "trino_codepoint({0})"),
        ("concat(varchar, varchar...) -> varchar", _CONCAT),
        ("concat(varbinary, varbinary...) -> varbinary", _CONCAT),
        ("concat_ws(varchar, varchar, varchar...) -> varchar", "concat_ws({all})"),
        ("hamming_distance(varchar, varchar) -> bigint", "trino_hamming({0}, {1})"),
        ("length(varchar(x)) -> bigint", "length({0})"),
        ("length(char(x)) -> bigint", "CASE WHEN {0} IS NULL THEN NULL ELSE {x}::BIGINT END"),
        ("length(varbinary) -> bigint", "octet_length({0})"),
        ("levenshtein_distance(varchar, varchar) -> bigint", "trino_levenshtein({0}, {1})"),
        ("lower(varchar(x)) -> varchar(x)", "lower({0})"),
        ("lower(char(x)) -> char(x)", "lower({0})"),
        ("lpad(varchar, bigint, varchar) -> varchar", _pad("l")),
        (
            "lpad(char(x), bigint, varchar) -> varchar",
            lambda call, args: _pad("l").format(_padded(call, args), *args[1:]),
        ),
        ("luhn_check(varchar) -> boolean", "trino_luhn({0})"),
        ("ltrim(varchar(x)) -> varchar(x)", "ltrim({0}, trino_blanks())"),
        ("ltrim(char(x)) -> varchar(x)", "ltrim({0}, trino_blanks())"),
        ("ltrim(varchar(x), varchar) -> varchar(x)", "ltrim({0}, {1})"),
        ("ltrim(char(x), varchar) -> varchar(x)", "ltrim({0}, {1})"),
        ("normalize(varchar) -> varchar", "nfc_normalize({0})"),
        ("normalize(varchar, varchar) -> varchar", "trino_normalize({0}, {1})"),
        ("replace(varchar(x), varchar) -> varchar(x)", "replace({0}, {1}, '')"),
        ("reverse(varchar(x)) -> varchar(x)", "trino_reverse({0})"),
        (
            "reverse(char(x)) -> char(x)",
            lambda call, args: f"rtrim(trino_reverse({_padded(call, args)}), ' ')",
        ),
        ("reverse(varbinary) -> varbinary", "trino_reverse_bytes({0})"),
        ("rpad(varchar, bigint, varchar) -> varchar", _pad("r")),
        ("rtrim(varchar(x)) -> varchar(x)", "rtrim({0}, trino_blanks())"),
        ("rtrim(char(x)) -> varchar(x)", "rtrim({0}, trino_blanks())"),
        ("rtrim(varchar(x), varchar) -> varchar(x)", "rtrim({0}, {1})"),
        ("rtrim(char(x), varchar) -> varchar(x)", "rtrim(rtrim({0}, {1}), ' ')"),
        ("soundex(varchar) -> varchar(4)", "trino_soundex({0})"),
        ("split(varchar(x), varchar) -> array(varchar(x))", "trino_split({0}, {1})"),
        (
            "split(varchar(x), varchar, bigint) -> array(varchar(x))",
            "trino_split_limit({0}, {1}, {2})",
        ),
        (
            "split_part(varchar(x), varchar, bigint) -> varchar(x)",
            "trino_split_part({0}, {1}, {2})",
        ),
        (
            "split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)",
            "trino_split_to_map({0}, {1}, {2})",
        ),
        (
            (
                "split_to_map(varchar, varchar, varchar, "
                "function(varchar, varchar, varchar, varchar)) -> map(varchar, varchar)"
            ),
            _merged_map,
        ),
        (
            "split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar))",
            "trino_split_to_multimap({0}, {1}, {2})",
        ),
        ("starts_with(varchar, varchar) -> boolean", "starts_with({0}, {1})"),
        ("strpos(varchar, varchar) -> bigint", "strpos({0}, {1})"),
        ("strpos(varchar, varchar, bigint) -> bigint", "trino_strpos({0}, {1}, {2})"),
        ("index(varchar, varchar) -> bigint", "strpos({0}, {1})"),
        ("char2hexint(varchar) -> varchar", "trino_char2hexint({0})"),
        ("substr(varchar(x), bigint) -> varchar(x)", _substring),
        ("substr(varchar(x), bigint, bigint) -> varchar(x)", _substring),
        ("substr(char(x), bigint) -> varchar(x)", _substring_of_char),
        ("substr(char(x), bigint, bigint) -> varchar(x)", _substring_of_char),
        ("substring(char(x), bigint) -> varchar(x)", _substring_of_char),
        ("substring(char(x), bigint, bigint) -> varchar(x)", _substring_of_char),
        ("substring(varchar(x), bigint) -> varchar(x)", _substring),
        ("substring(varchar(x), bigint, bigint) -> varchar(x)", _substring),
        ("translate(varchar, varchar, varchar) -> varchar", "translate({0}, {1}, {2})"),
        ("trim(varchar(x)) -> varchar(x)", "trim({0}, trino_blanks())"),
        ("trim(char(x)) -> varchar(x)", "trim({0}, trino_blanks())"),
        ("trim(varchar(x), varchar) -> varchar(x)", "trim({0}, {1})"),
        ("trim(char(x), varchar) -> varchar(x)", "rtrim(trim({0}, {1}), ' ')"),
        ("upper(varchar(x)) -> varchar(x)", "trino_upper({0})"),
        ("upper(char(x)) -> char(x)", "trino_upper({0})"),
        ("word_stem(varchar(x)) -> varchar(x)", "trino_stem({0}, 'en')"),
        ("word_stem(varchar(x), varchar) -> varchar(x)", "trino_stem({0}, {1})"),
        ("to_utf8(varchar) -> varbinary", "encode({0})"),
        ("to_utf8(char(x)) -> varbinary", lambda call, args: f"encode({_padded(call, args)})"),
        ("from_utf8(varbinary) -> varchar", "trino_from_utf8({0}, chr(65533))"),
        ("from_utf8(varbinary, varchar) -> varchar", "trino_from_utf8({0}, {1})"),
        ("from_utf8(varbinary, bigint) -> varchar", "trino_from_utf8({0}, trino_replacement({1}))"),
    ),
    *over("varchar|varbinary", "octet_length(#) -> bigint", "octet_length({0}::BLOB)"),
)


def _hamming(left: str, right: str) -> int:
    if len(left) != len(right):
        fail("The input strings to hamming_distance function must have the same length")
    return sum(a != b for a, b in zip(left, right, strict=True))


def _levenshtein(left: str, right: str) -> int:
    few, many = sorted((len(left), len(right)))
    if many * (few - 1) > 1_000_000:
        fail("The combined inputs for Levenshtein distance are too large")
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def _luhn(text: str) -> bool:
    if not text or not text.isascii() or not text.isdigit():
        if text:
            fail("Input string must only contain digits")
        return False
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(text))]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


def _normalize(text: str, form: str) -> str:
    if form.upper() not in ("NFC", "NFD", "NFKC", "NFKD"):
        fail("Normalization form must be one of [NFD, NFC, NFKD, NFKC]")
    return unicodedata.normalize(form.upper(), text)  # type: ignore[arg-type]


def _upper(text: str) -> str:
    """Character by character, as Trino does: ß has no single upper-case letter and stays."""
    return "".join(u if len(u := c.upper()) == 1 else c for c in text)


_SOUNDEX = {c: d for d, cs in enumerate(["BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"], 1) for c in cs}


def _soundex(text: str) -> str:
    letters = [c for c in text.upper() if c.isalpha()]
    if any(not c.isascii() for c in letters):
        fail(f"The character is not mapped: {next(c for c in letters if not c.isascii())}")
    if not letters:
        return ""
    code, last = letters[0], _SOUNDEX.get(letters[0])
    for letter in letters[1:]:
        digit = _SOUNDEX.get(letter)
        if digit and digit != last:
            code += str(digit)
        if letter not in "HW":
            last = digit
    return (code + "000")[:4]


def _split_limit(text: str, delimiter: str, limit: int) -> list[str]:
    if limit <= 0:
        fail("Limit must be positive")
    if limit >= 1 << 31:
        fail("Limit is too large")
    if not delimiter:
        fail("The delimiter may not be the empty string")
    return text.split(delimiter, limit - 1)


def _pairs(text: str, entry: str, key_value: str) -> list[tuple[str, str]]:
    if not entry or not key_value:
        fail(f"{'entryDelimiter' if not entry else 'keyValueDelimiter'} is empty")
    if entry == key_value:
        fail("entryDelimiter and keyValueDelimiter must not be the same")
    parts = text.split(entry)
    found = [part.split(key_value) for part in (parts if parts[-1] else parts[:-1])]
    for bad in (part for part in found if len(part) != 2):
        fail(
            "Key-value delimiter must appear exactly once in each entry. "
            f"Bad input: '{key_value.join(bad)}'"
        )
    return [(key, value) for key, value in found]


def _split_to_map(text: str, entry: str, key_value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in _pairs(text, entry, key_value):
        if key in found:
            fail(f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return found


def _split_to_multimap(text: str, entry: str, key_value: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in _pairs(text, entry, key_value):
        found.setdefault(key, []).append(value)
    return found


def _strpos(text: str, part: str, instance: int) -> int:
    if instance == 0:
        fail("'instance' must not be equal to zero")
    if not part:
        return 1
    starts = [m.start() for m in re.finditer(f"(?={re.escape(part)})", text)]
    index = instance - 1 if instance > 0 else instance
    return starts[index] + 1 if -len(starts) <= index < len(starts) else 0


_STEMMED = frozenset("ca da de es eu fi fr hu hy ir it lt nl no pt ro ru sv tr".split())


def _stem(word: str, language: str) -> str:
    if language in _STEMMED:
        refuse(f"The stemmer language {language}")
    if language != "en":
        fail(f"Unknown stemmer language: {language}")
    return stem(word)


def _from_utf8(data: bytes, replacement: str) -> str:
    if len(replacement) > 1:
        fail("Replacement character string must empty or a single character")
    return data.decode("utf-8", errors="replace").replace("\ufffd", replacement)


_TEXT = "VARCHAR"

UDFS = (
    Udf("trino_hamming", _hamming, (_TEXT, _TEXT), "BIGINT"),
    Udf("trino_levenshtein_unicode", _levenshtein, (_TEXT, _TEXT), "BIGINT"),
    Udf("trino_luhn", _luhn, (_TEXT,), "BOOLEAN"),
    Udf("trino_normalize", _normalize, (_TEXT, _TEXT), _TEXT),
    Udf("trino_upper_unicode", _upper, (_TEXT,), _TEXT),
    Udf("trino_reverse_unicode", lambda text: text[::-1], (_TEXT,), _TEXT),
    Udf("trino_reverse_bytes", lambda data: data[::-1], ("BLOB",), "BLOB"),
    Udf("trino_replace_all", lambda a, b, c: a.replace(b, c), (_TEXT,) * 3, _TEXT),
    Udf("trino_soundex", _soundex, (_TEXT,), "VARCHAR"),
    Udf("trino_split_limit", _split_limit, (_TEXT, _TEXT, "BIGINT"), "VARCHAR[]"),
    Udf("trino_split_to_map", _split_to_map, (_TEXT,) * 3, "MAP(VARCHAR, VARCHAR)"),
    Udf("trino_split_to_multimap", _split_to_multimap, (_TEXT,) * 3, "MAP(VARCHAR, VARCHAR[])"),
    Udf("trino_strpos", _strpos, (_TEXT, _TEXT, "BIGINT"), "BIGINT"),
    Udf("trino_stem", _stem, (_TEXT, _TEXT), _TEXT),
    Udf("trino_from_utf8", _from_utf8, ("BLOB", _TEXT), _TEXT),
    Udf("trino_char2hexint", lambda text: text.encode("utf-16-be").hex().upper(), (_TEXT,), _TEXT),
)
