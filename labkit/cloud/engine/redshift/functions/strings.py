"""Functions of text. Source:
https://docs.aws.amazon.com/redshift/latest/dg/String_functions_header.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.patience import patient
from labkit.cloud.engine.redshift.errors import NUMERIC_OVERFLOW, OUT_OF_RANGE, fail
from labkit.cloud.engine.redshift.functions.entry import entries
from labkit.cloud.engine.redshift.key_words import KEY_WORDS
from labkit.cloud.engine.redshift.scope import Typed


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def _initcap(text: str) -> str:
    """Letters of which the other case is several, as of ``ß``, stay."""
    return re.sub(r"[^\W_]+", lambda m: _upper(m[0][:1]) + m[0][1:].lower(), text)


def _upper(letter: str) -> str:
    return letter.upper() if len(letter.upper()) == 1 else letter


def _translate(text: str, old: str, new: str) -> str:
    table = {ord(c): new[at] if at < len(new) else None for at, c in reversed([*enumerate(old)])}
    return text.translate(table)


_POSIX = re.compile(r"\[:(\w+):\]")
_CLASSES = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "space": r"\s", "upper": "A-Z",
    "lower": "a-z", "punct": r"!-/:-@\[-`{-~", "blank": r" \t", "xdigit": "0-9A-Fa-f",
    "cntrl": r"\x00-\x1f\x7f", "print": r"\x20-\x7e", "graph": r"\x21-\x7e", "word": r"\w",
}  # fmt: skip


_LINES = re.MULTILINE | re.DOTALL


@lru_cache(maxsize=500)
def compiled(pattern: str, flags: str, *, lines: bool = False) -> re.Pattern[str]:
    """A POSIX pattern, or a Perl one with ``p`` among its flags.

    Args:
        lines: whether ``^`` and ``$`` stand at each line's ends too, and ``.`` for a line break.
    """
    known = re.sub(_POSIX, lambda m: _CLASSES.get(m[1], m[0]), pattern)
    try:
        case = re.IGNORECASE if "i" in flags else re.NOFLAG
        return patient(re.compile(known, case | (_LINES if lines else re.NOFLAG)), fail)
    except re.error as error:
        fail(f"Invalid regular expression: {error}", "2201B")


def _occurrence(
    text: str, pattern: str, start: int, number: int, flags: str
) -> re.Match[str] | None:
    """A position below 1 is the first character's; there is no occurrence below 1."""
    for at, match in enumerate(compiled(pattern, flags).finditer(text, max(start, 1) - 1), 1):
        if at == number:
            return match
    return None


def _substr(text: str, pattern: str, start: int, number: int, flags: str) -> str | None:
    if not 1 <= number <= max(len(text), 1):
        return None
    match = _occurrence(text, pattern, start, number, flags)
    if match is None:
        return ""
    return (match[1] or "") if "e" in flags and match.re.groups else match[0]


def _instr(text: str, pattern: str, start: int, number: int, option: int, flags: str) -> int:
    match = _occurrence(text, pattern, start, number, flags)
    if match is None:
        return 0
    return (match.end() if option else match.start()) + 1


def _count(text: str, pattern: str, start: int, flags: str) -> int:
    return sum(1 for _ in compiled(pattern, flags).finditer(text, start - 1))


def _replace(text: str, pattern: str, new: str, start: int, flags: str) -> str:
    """``$1`` or ``\\1`` in what replaces is the pattern's first group, where it has one."""
    reader = compiled(pattern, flags)

    def group(found: re.Match[str]) -> str:
        number = int(found[1] or found[2])
        return rf"\g<{number}>" if number <= reader.groups else found[0]

    replacement = re.sub(r"\\\\(\d)|\$(\d)", group, new.replace("\\", r"\\"))
    head, tail = text[: start - 1], text[start - 1 :]
    return head + reader.sub(replacement, tail)


def _strtol(text: str, base: int) -> int:
    try:
        return int(text.encode("ascii"), base) if text and text[0] != "\0" else 0
    except ValueError:
        fail(f"The input {text} is not valid to be converted to base {base}")


def _soundex(text: str) -> str:
    letters = [c for c in text.upper() if "A" <= c <= "Z"]
    codes = dict(zip("BFPVCGJKQSXZDTLMNR", "111122222222334556", strict=True))
    if not letters:
        return ""
    found, last = letters[0], codes.get(letters[0], "")
    for letter in letters[1:]:
        code = codes.get(letter, "")
        if code and code != last:
            found += code
        if letter not in "HW":
            last = code
    return (found + "000")[:4]


def _difference(one: str, two: str) -> int:
    return sum(a == b for a, b in zip(_soundex(one), _soundex(two), strict=False))


def _quote_ident(text: str) -> str:
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", text) and text not in KEY_WORDS
    return text if plain else '"' + text.replace('"', '""') + '"'


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        fail(f'invalid hexadecimal string: "{text}"')


def _unpacked(data: bytes, size: int) -> int:
    if len(data) > size:
        fail(NUMERIC_OVERFLOW, OUT_OF_RANGE)
    return int.from_bytes(data, signed=len(data) == size)


def _from_bits(text: str) -> bytes:
    if not re.fullmatch(r"([01]{8})+", text):
        fail(f'invalid binary string: "{text}"')
    return int(text, 2).to_bytes(len(text) // 8, "big")


def _bits(one: bytes, two: bytes, op: str) -> bytes:
    """``& | #`` of bytes, of which the shorter ones begin with zeros."""
    size = max(len(one), len(two))
    left, right = int.from_bytes(one), int.from_bytes(two)
    found = {"&": left & right, "|": left | right, "#": left ^ right}[op]
    return found.to_bytes(size)


def _bit(data: bytes, at: int) -> int:
    """The bit at a place, the first of the last byte being 0."""
    if not 0 <= at < 8 * len(data):
        fail(f"bit index {at} out of valid range", "22003")
    return data[len(data) - 1 - at // 8] >> at % 8 & 1


def _similar(pattern: str, escape: str) -> str:
    """A pattern of SIMILAR TO for RE2."""
    out, at, inside = "", 0, False
    while at < len(pattern):
        mark = pattern[at]
        if mark == escape and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        elif inside:
            inside = mark != "]"
            out += mark
        elif mark == "[":
            inside = True
            out += mark
        else:
            plain = re.escape(mark) if mark in ".^$\\" else mark
            out += {"%": ".*", "_": "."}.get(mark, plain)
        at += 1
    return out


_V, _I, _B = "VARCHAR", "INTEGER", "BIGINT"
UDFS = (
    Udf("rs_cut_bytes", _cut, (_V, _I), _V),
    Udf("rs_initcap", _initcap, (_V,), _V),
    Udf("rs_translate", _translate, (_V, _V, _V), _V),
    Udf("rs_regexp_substr", _substr, (_V, _V, _I, _I, _V), _V),
    Udf("rs_regexp_instr", _instr, (_V, _V, _I, _I, _I, _V), _I),
    Udf("rs_regexp_count", _count, (_V, _V, _I, _V), _I),
    Udf("rs_regexp_replace", _replace, (_V, _V, _V, _I, _V), _V),
    Udf("rs_regexp_test", lambda a, b, f: compiled(b, f, lines=True).search(a) is not None,
        (_V, _V, _V), "BOOLEAN"),
    Udf("rs_similar_pattern", _similar, (_V, _V), _V),
    Udf("rs_strtol", _strtol, (_V, _I), _B),
    Udf("rs_soundex", _soundex, (_V,), _V),
    Udf("rs_difference", _difference, (_V, _V), _I),
    Udf("rs_quote_ident", _quote_ident, (_V,), _V),
    Udf("rs_subbytes", lambda a, start, n: a[max(start, 1) - 1 : max(start + n - 1, 0)],
        ("BLOB", _I, _I), "BLOB"),
    Udf("rs_reverse", lambda a: a[::-1], ("BLOB",), "BLOB"),
    Udf("rs_bits", _bits, ("BLOB", "BLOB", _V), "BLOB"),
    Udf("rs_flipped", lambda a: bytes(255 - each for each in a), ("BLOB",), "BLOB"),
    Udf("rs_from_bits", _from_bits, (_V,), "BLOB"),
    Udf("rs_packed", lambda n, size: n.to_bytes(size, signed=True), ("BIGINT", _I), "BLOB"),
    Udf("rs_unpacked", _unpacked, ("BLOB", _I), "BIGINT"),
    Udf("rs_getbit", _bit, ("BLOB", _I), _I),
    Udf("rs_from_hex", _from_hex, (_V,), "BLOB"),
)  # fmt: skip


def _pad(side: str) -> Callable[[Sequence[Typed]], str]:
    def render(args: Sequence[Typed]) -> str:
        n, fill = args[1].sql, args[2].sql if len(args) > 2 else "' '"
        size = f"rs_within(if({n} < 0, 0, {n}), {n}, '{side.upper()}PAD')"
        padded = f"{side}pad({args[0].sql}, {size}, {fill})"
        if len(args) < 3:
            return padded
        return f"CASE WHEN {fill} = '' THEN left({args[0].sql}, {size}) ELSE {padded} END"

    return render


def _octets(args: Sequence[Typed]) -> str:
    """Bytes of a text; those of a ``CHAR(6)`` are 6, whatever it holds.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_OCTET_LENGTH.html
    """
    text = args[0]
    if text.type.base == "bpchar" and text.type.size:
        return f"CASE WHEN {text.sql} IS NOT NULL THEN {text.type.size} END"
    return f"strlen({text.sql})"


_REPEAT = "repeat({0}, rs_within({1}, strlen({0}) * CAST({1} AS BIGINT), 'REPEAT'))"
SCALARS = entries(
    ("len(text) -> int4", "length({0})"),
    ("length(text) -> int4", "length({0})"),
    ("char_length(text) -> int4", "length({0})"),
    ("character_length(text) -> int4", "length({0})"),
    ("textlen(text) -> int4", "length({0})"),
    ("len(varbyte) -> int4", "octet_length({0})"),
    ("length(varbyte) -> int4", "octet_length({0})"),
    ("octet_length(text) -> int4", _octets),
    ("octet_length(varbyte) -> int4", "octet_length({0})"),
    ("lower(text) -> varchar", "lower({0})"),
    ("upper(text) -> varchar", "rs_upper({0})"),
    ("initcap(text) -> varchar", "rs_initcap({0})"),
    ("left(text, int4) -> varchar", "rs_left({0}, {1})"),
    ("right(text, int4) -> varchar", "rs_right({0}, {1})"),
    ("ltrim(text) -> varchar", "ltrim({0}, ' ')"),
    ("ltrim(text, text) -> varchar", "ltrim({0}, {1})"),
    ("rtrim(text) -> varchar", "rtrim({0}, ' ')"),
    ("rtrim(text, text) -> varchar", "rtrim({0}, {1})"),
    ("btrim(text) -> varchar", "trim({0}, ' ')"),
    ("btrim(text, text) -> varchar", "trim({0}, {1})"),
    ("lpad(text, int4) -> varchar", _pad("l")),
    ("lpad(text, int4, text) -> varchar", _pad("l")),
    ("rpad(text, int4) -> varchar", _pad("r")),
    ("rpad(text, int4, text) -> varchar", _pad("r")),
    ("replace(text, text, text) -> varchar", "rs_replace({0}, {1}, {2})"),
    ("replicate(text, int4) -> varchar", _REPEAT),
    ("repeat(text, int4) -> varchar", _REPEAT),
    ("reverse(text) -> varchar", "reverse({0})"),
    ("substring(text, int4) -> varchar", "rs_substring({0}, {1}, 2147483647::BIGINT)"),
    ("substring(text, int4, int4) -> varchar", "rs_substring({0}, {1}, {2}::BIGINT)"),

    ("substr(text, int4) -> varchar",
     "rs_substring({0}, {1}, 2147483647::BIGINT)", None, "substring"),
    ("substr(text, int4, int4) -> varchar",
     "rs_substring({0}, {1}, {2}::BIGINT)", None, "substring"),
    ("strpos(text, text) -> int4", "CAST(strpos({0}, {1}) AS INTEGER)"),
    ("charindex(text, text) -> int4", "CAST(strpos({1}, {0}) AS INTEGER)"),
    ("charindex(text, text, int4) -> int4", "CAST(rs_charindex({0}, {1}, {2}) AS INTEGER)"),
    ("split_part(text, text, int4) -> varchar", "rs_split_part({0}, {1}, {2})"),
    ("translate(text, text, text) -> varchar", "rs_translate({0}, {1}, {2})"),
    ("concat(varbyte, varbyte) -> varbyte", "({0} || {1})"),
    ("concat(text, text) -> varchar", "({0} || {1})"),
    ("ascii(text) -> int4", "CASE WHEN {0} = '' THEN 0 ELSE unicode({0}) END"),
    ("chr(int4) -> varchar", "chr({0})"),
    ("quote_literal(text) -> varchar",
     "('''' || replace(replace({0}, '\\', '\\\\'), '''', '''''') || '''')"),
    ("quote_ident(text) -> varchar", "rs_quote_ident({0})"),
    ("strtol(text, int4) -> int8", "rs_strtol({0}, {1})"),
    ("soundex(text) -> varchar", "rs_soundex({0})"),
    ("difference(text, text) -> int4", "rs_difference({0}, {1})"),
    ("bttext_pattern_cmp(text, text) -> int4", "rs_compared({0}, {1})"),
    ("bpcharcmp(text, text) -> int4", "rs_compared(rtrim({0}, ' '), rtrim({1}, ' '))"),
    ("octetindex(text, text) -> int4", "CAST(rs_octetindex({0}, {1}) AS INTEGER)"),
    ("getbit(varbyte, int4) -> int4", "rs_getbit({0}, {1})"),
    ("substring(varbyte, int4) -> varbyte", "rs_subbytes({0}, {1}, 2147483647)"),
    ("substring(varbyte, int4, int4) -> varbyte", "rs_subbytes({0}, {1}, {2})"),
    ("reverse(varbyte) -> varbyte", "rs_reverse({0})"),
    ("regexp_substr(text, text) -> varchar", "rs_regexp_substr({0}, {1}, 1, 1, '')"),
    ("regexp_substr(text, text, int4) -> varchar", "rs_regexp_substr({0}, {1}, {2}, 1, '')"),
    ("regexp_substr(text, text, int4, int4) -> varchar",
     "rs_regexp_substr({0}, {1}, {2}, {3}, '')"),
    ("regexp_substr(text, text, int4, int4, text) -> varchar", "rs_regexp_substr({all})"),
    ("regexp_instr(text, text) -> int4", "rs_regexp_instr({0}, {1}, 1, 1, 0, '')"),
    ("regexp_instr(text, text, int4) -> int4", "rs_regexp_instr({0}, {1}, {2}, 1, 0, '')"),
    ("regexp_instr(text, text, int4, int4) -> int4", "rs_regexp_instr({0}, {1}, {2}, {3}, 0, '')"),
    ("regexp_instr(text, text, int4, int4, int4) -> int4", "rs_regexp_instr({all}, '')"),
    ("regexp_instr(text, text, int4, int4, int4, text) -> int4", "rs_regexp_instr({all})"),
    ("regexp_count(text, text) -> int4", "rs_regexp_count({0}, {1}, 1, '')"),
    ("regexp_count(text, text, int4) -> int4", "rs_regexp_count({0}, {1}, {2}, '')"),
    ("regexp_count(text, text, int4, text) -> int4", "rs_regexp_count({all})"),
    ("regexp_replace(text, text) -> varchar", "rs_regexp_replace({0}, {1}, '', 1, '')"),
    ("regexp_replace(text, text, text) -> varchar", "rs_regexp_replace({0}, {1}, {2}, 1, '')"),
    ("regexp_replace(text, text, text, int4) -> varchar", "rs_regexp_replace({all}, '')"),
    ("regexp_replace(text, text, text, int4, text) -> varchar", "rs_regexp_replace({all})"),
    ("to_hex(int4) -> varchar", "lower(hex(CAST({0} AS BIGINT) & 4294967295))"),
    ("to_hex(int8) -> varchar", "lower(hex({0}))"),
    ("to_hex(varbyte) -> varchar", "lower(hex({0}))"),
    ("to_hex(varchar) -> varchar", "lower(hex(encode({0})))"),
    ("from_hex(varchar) -> varbyte", "rs_from_hex({0})"),
    ("to_varbyte(varchar, varchar) -> varbyte", "rs_to_varbyte({0}, {1})"),
    ("from_varbyte(varbyte, varchar) -> varchar", "rs_from_varbyte({0}, {1})"),
)  # fmt: skip
