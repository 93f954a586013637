"""Which files of a bucketed table a query needs: rows lie in the file that their values hash to.

``CLUSTERED BY (c) INTO n BUCKETS`` lets ``WHERE c = 1`` scan one file of n, by Hive's hash unless
the table says ``'bucketing_format'='spark'``. Athena's own files carry their number; of others
there are as many as buckets, in the order of their names. Sources:
https://docs.aws.amazon.com/athena/latest/ug/ctas-partitioning-and-bucketing-what-is-bucketing.html
and https://github.com/trinodb/trino/blob/master/plugin/trino-hive/src/main/java/io/trino/plugin/hive/util/HiveBucketing.java
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from labkit.cloud.engine import Column, PartitionFilter
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type
from labkit.cloud.lake.definitions import parameters_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.s3.store import Object

_NUMBERED = re.compile(r"\d{8}_\d{6}_\d{5}_[a-z0-9]{5}_bucket-(\d+)(?:[-_.].*)?|(0\d+)_\d+.*")
_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_MASK, _POSITIVE = 2**32 - 1, 2**31 - 1
#: How many combinations of constants are worth hashing.
_MOST = 1000


@dataclass(frozen=True)
class Buckets:
    """By which columns a table's rows are spread over how many files; none of no columns."""

    columns: tuple[Column, ...] = ()
    count: int = 0

    def needed(self, filters: Sequence[PartitionFilter]) -> frozenset[int] | None:
        """The buckets of the rows that meet the filters; ``None`` is all."""
        values = [_constants(filters, column) for column in self.columns]
        if not values or None in values:
            return None
        found = list(itertools.islice(itertools.product(*filter(None, values)), _MOST))
        return frozenset(map(self._number, found)) if len(found) < _MOST else None

    def numbers(self, objects: list[Object], storage: Definition) -> Sequence[int | None]:
        """The bucket of each file of a folder; ``None`` where that is not known."""
        if not self.count or storage.get("NumberOfBuckets") != self.count:
            return [None] * len(objects)
        told = self._numbers([found.key.rpartition("/")[2] for found in objects])
        return [None] * len(objects) if told is None else told

    def _numbers(self, names: list[str]) -> list[int] | None:
        """The bucket of each file; ``None`` when the names do not tell."""
        told = [_NUMBERED.fullmatch(name) for name in names]
        if all(told):
            return [int(found[1] or found[2]) for found in told if found]
        if len(names) != self.count:
            return None
        places = {name: at for at, name in enumerate(sorted(names))}
        return [places[name] for name in names]

    def _number(self, hashes: tuple[int, ...]) -> int:
        total = 0
        for each in hashes:
            total = (31 * total + each) & _MASK
        return (total & _POSITIVE) % self.count


def buckets_of(definition: Definition, columns: Sequence[Column]) -> Buckets:
    """What a table's entry in the catalog says of its buckets."""
    storage = definition.get("StorageDescriptor") or {}
    known = {column.name: column for column in columns}
    names = [str(name).lower() for name in storage.get("BucketColumns") or []]
    count = int(storage.get("NumberOfBuckets") or 0)
    is_spark = parameters_of(definition).get("bucketing_format", "").lower() == "spark"
    if count < 1 or is_spark or not all(name in known for name in names):
        return Buckets()
    return Buckets(tuple(known[name] for name in names), count)


def bucket_sql(columns: Iterable[tuple[str, Type]], count: int) -> str:
    """DuckDB SQL of the number of a row's bucket."""
    total = "0"
    for name, kind in columns:
        hashed = f"coalesce({_hash_sql(quoted_name(name), kind)}, 0)"
        total = f"((31 * {total} + {hashed}) & {_MASK})"
    return f"({total} & {_POSITIVE}) % {count}"


def _hash_sql(sql: str, kind: Type) -> str:
    if kind.base == "varchar":
        octets = f"regexp_extract_all(hex(encode({sql})), '..')"
        signed = "CAST('0x' || _o AS BIGINT) - CASE WHEN _o >= '80' THEN 256 ELSE 0 END"
        values = f"list_transform({octets}, lambda _o: {signed})"
        return f"list_reduce({values}, lambda _h, _b: (_h * 31 + _b) & {_MASK}, 0::BIGINT)"
    if kind.base == "bigint":
        return f"xor({sql} & {_MASK}, ({sql} >> 32) & {_MASK})"
    if kind.base in (*_INTEGERS, "boolean"):
        return f"CAST({sql} AS BIGINT)"
    if kind.base == "date":
        return f"date_diff('day', DATE '1970-01-01', {sql})"
    return f"CAST(hash({sql}) & {_POSITIVE} AS BIGINT)"


def _constants(filters: Sequence[PartitionFilter], column: Column) -> list[int] | None:
    """The hashes of what a column must equal, where a condition says so."""
    for each in filters:
        if each.keys != {column.name}:
            continue
        tree = sqlglot.parse_one(each.sql, dialect="duckdb").unnest()
        hashes = [_hash(constant, column.type) for constant in _equal(tree)]
        if hashes and None not in hashes:
            return [each for each in hashes if each is not None]
    return None


def _equal(tree: exp.Expr) -> list[exp.Expr]:
    """The constants of ``c = constant`` and ``c IN (constant, ...)``."""
    if isinstance(tree, exp.In) and isinstance(tree.this, exp.Column):
        return list(tree.expressions)
    if isinstance(tree, exp.EQ):
        sides = [tree.this.unnest(), tree.expression.unnest()]
        if isinstance(sides[0], exp.Column) != isinstance(sides[1], exp.Column):
            return [side for side in sides if not isinstance(side, exp.Column)]
    return []


def _hash(constant: exp.Expr, kind: Type) -> int | None:
    """A constant's hash, where Athena and the writers of such files agree on it.

    awswrangler hashes negative numbers and letters beyond ASCII in a way of its own:
    https://github.com/aws/aws-sdk-pandas/blob/main/awswrangler/s3/_write_dataset.py
    """
    if kind.base in _INTEGERS and isinstance(constant, exp.Cast):
        return _hash(constant.this, kind)
    text: Any = constant.this if isinstance(constant, exp.Literal) else None
    if kind.base == "boolean" and isinstance(constant, exp.Boolean):
        return int(constant.this)
    if kind.base in _INTEGERS and text and constant.is_int:
        return (int(text) & _MASK) ^ (int(text) >> 32)
    if kind.base == "varchar" and constant.is_string and text.isascii():
        return _text_hash(text)
    return None


def _text_hash(text: str) -> int:
    total = 0
    for octet in text.encode():
        total = (31 * total + octet) & _MASK
    return total
