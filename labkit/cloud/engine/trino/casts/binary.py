"""Casts to bytes and from them: text, sketches, UUIDs, addresses of the internet.

Source: https://trino.io/docs/current/language/types.html#uuid-type, and #network-address beside it
"""

from __future__ import annotations

from labkit.cloud.engine.trino.casts.rules import failure_of, or_fails, register
from labkit.cloud.engine.trino.text import SKETCHES, sketch_bytes
from labkit.cloud.engine.types import Type


def _to_bytes(sql: str, source: Type, target: Type) -> str:
    return f"encode({sql})"


def _sketch_to_bytes(sql: str, source: Type, target: Type) -> str:
    return sketch_bytes(sql)


def _bytes_to_sketch(sql: str, source: Type, target: Type) -> str:
    failure = failure_of("''", f"Cannot deserialize {target}")
    return or_fails(sql, f"TRY_CAST(TRY(decode({sql})) AS {target.duckdb})", failure)


def _uuid_to_bytes(sql: str, source: Type, target: Type) -> str:
    return f"unhex(replace(CAST({sql} AS VARCHAR), '-', ''))"


def _bytes_to_uuid(sql: str, source: Type, target: Type) -> str:
    failure = failure_of(f"octet_length({sql})", "Invalid UUID binary length: #")
    return (
        f"CASE WHEN octet_length({sql}) <> 16 THEN {failure} "
        f"ELSE CAST(lower(hex({sql})) AS UUID) END"
    )


def _to_address(sql: str, source: Type, target: Type) -> str:
    return or_fails(sql, f"trino_ip({sql})", failure_of(sql, "Cannot cast value to IPADDRESS: #"))


def _bytes_to_address(sql: str, source: Type, target: Type) -> str:
    """Four bytes are an IPv4 address, kept as the mapped one."""
    mapped = f"unhex('00000000000000000000ffff') || {sql}"
    failure = failure_of(f"octet_length({sql})", "Invalid IP address binary length: #")
    return (
        f"CASE octet_length({sql}) WHEN 4 THEN {mapped} WHEN 16 THEN {sql} "
        f"ELSE CASE WHEN ({sql}) IS NOT NULL THEN {failure} END END"
    )


def _same(sql: str, source: Type, target: Type) -> str:
    return sql


register(("varchar",), ("varbinary",), _to_bytes)
register(SKETCHES, ("varbinary",), _sketch_to_bytes)
register(("varbinary",), SKETCHES, _bytes_to_sketch)
register(("uuid",), ("varbinary",), _uuid_to_bytes)
register(("varbinary",), ("uuid",), _bytes_to_uuid)
register(("varchar",), ("ipaddress",), _to_address)
register(("varbinary",), ("ipaddress",), _bytes_to_address)
register(("ipaddress",), ("varbinary",), _same)
