"""The text of a decimal with an exponent, ``786E-5``, as Java's BigDecimal reads it: 0.00786.

DuckDB's own cast drops the digits after the scale first, and then moves the point: 0.00045e3 is 0.4
in a decimal(3,1), and not 0.5; 786E-5 has too many digits for a decimal(3,3).
Source: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/math/BigDecimal.html
"""

from __future__ import annotations

#: The numbers of larger exponents are more than any decimal holds, those of smaller ones are 0.
_MOST, _LEAST = 400, -1000
_WHOLE, _PART = r"'^[+-]?(\d*)', 1", r"'\.(\d*)', 1"


def without_exponent(text: str) -> str:
    """SQL of the same number without its exponent; NULL where it has none, or is too large."""
    power = f"TRY_CAST(regexp_extract({text}, '[eE]\\+?(-?\\d+)$', 1) AS BIGINT)"
    whole, part = (f"regexp_extract({text}, {each})" for each in (_WHOLE, _PART))
    read = f"power := {power}, whole := {whole}, digits := {whole} || {part}"
    place = f"len(_x.whole) + CASE WHEN _x.power <= {_MOST} THEN greatest(_x.power, {_LEAST}) END"
    before, after = "greatest(1 - _x.place, 0)", "greatest(_x.place - len(_x.digits), 0)"
    padded = f"repeat('0', {before}) || _x.digits || repeat('0', {after})"
    steps = (
        f"struct_pack(digits := _x.digits, place := {place})",
        f"struct_pack(digits := {padded}, place := _x.place + {before})",
        "left(_x.digits, _x.place) || '.' || substr(_x.digits, _x.place + 1)",
    )
    moved = f"[struct_pack({read})]"
    for step in steps:
        moved = f"list_transform({moved}, lambda _x: {step})"
    number = f"regexp_extract({text}, '^-') || {moved}[1]"
    return f"CASE WHEN contains({text}, 'e') OR contains({text}, 'E') THEN {number} END"
