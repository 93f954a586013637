"""Sketches: HyperLogLog, set digests, quantile digests and t-digests.

Quantiles and set digests are exact here: they keep each value, or its hash, with its weight. A
HyperLogLog is the 65,536 least hashes of a set: exact up to so many, within 0.4 % above. Their
bytes, by CAST to varbinary, come back by CAST; they are not Trino's.

Sources: https://trino.io/docs/current/functions/hyperloglog.html,
https://trino.io/docs/current/functions/setdigest.html,
https://trino.io/docs/current/functions/qdigest.html and
https://trino.io/docs/current/functions/tdigest.html
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail
from labkit.cloud.engine.trino.functions.murmur import murmur3

_NUMBERS = ("bigint", "real", "double")
#: A digest's type, that of its values, and what weighs them.
_DIGESTS = (*((f"qdigest({t})", t, "bigint") for t in _NUMBERS), ("tdigest", "double", "double"))

SCALARS = entries(
    ("empty_approx_set() -> hyperloglog", "CAST([] AS UBIGINT[])"),
    ("cardinality(hyperloglog) -> bigint", "trino_least_hashes_count({0})"),
    ("cardinality(setdigest) -> bigint", "CAST(cardinality({0}) AS BIGINT)"),
    (
        "intersection_cardinality(setdigest, setdigest) -> bigint",
        "len(list_intersect(map_keys({0}), map_keys({1})))",
    ),
    (
        "jaccard_index(setdigest, setdigest) -> double",
        "trino_jaccard(map_keys({0}), map_keys({1}))",
    ),
    ("hash_counts(setdigest) -> map(bigint, smallint)", "trino_hash_counts({0})"),
    *(
        line
        for digest, kind, _ in _DIGESTS
        for line in (
            (f"value_at_quantile({digest}, double) -> {kind}", "trino_digest_value({0}, {1})"),
            (
                f"values_at_quantiles({digest}, array(double)) -> array({kind})",
                "list_transform({1}, lambda _q: trino_digest_value({0}, _q))",
            ),
        )
    ),
    *(
        line
        for digest, kind, _ in _DIGESTS[:-1]
        for line in (
            (f"quantile_at_value({digest}, {kind}) -> double", "trino_digest_place({0}, {1})"),
            (f"scale_qdigest({digest}, double) -> {digest}", "trino_digest_times({0}, {1})"),
        )
    ),
)

AGGREGATES = (
    *(
        Entry(
            f"approx_set({t}) -> hyperloglog",
            "min(DISTINCT CASE WHEN {0} IS NOT NULL THEN hash({0}) END, 65536)",
        )
        for t in ("bigint", "double", "varchar")
    ),
    Entry("merge(hyperloglog) -> hyperloglog", "list({0})", "trino_least_hashes_merged({agg})"),
    *(
        Entry(
            f"make_set_digest({t}) -> setdigest",
            f"histogram(trino_murmur_{t}({{0}}))",
            "CAST({agg} AS {returns})",
        )
        for t in ("bigint", "varchar")
    ),
    Entry("merge_set_digest(setdigest) -> setdigest", "list({0})", "trino_set_digests({agg})"),
    *(
        line
        for digest, kind, weight in _DIGESTS
        for line in (
            Entry(
                f"{digest.partition('(')[0]}_agg({kind}) -> {digest}",
                "histogram({0})",
                "CAST(map_entries({agg}) AS {returns})",
            ),
            Entry(
                f"{digest.partition('(')[0]}_agg({kind}, {weight}) -> {digest}",
                "list(struct_pack(key := {0}, value := trino_sketch_weight({1}::DOUBLE)))",
                "trino_digest_of({agg})",
            ),
            Entry(f"merge({digest}) -> {digest}", "list({0})", "trino_digests_merged({agg})"),
        )
    ),
    *(
        Entry(
            f"qdigest_agg({t}, bigint, double) -> qdigest({t})",
            "list(struct_pack(key := {0}, value := trino_sketch_weight({1}::DOUBLE)))",
            "trino_digest_of({agg})",
        )
        for t in _NUMBERS
    ),
)


def _place(weights: list[float], quantile: float) -> int:
    """The place of the value where so much of the weight is passed, from one on."""
    if not 0 <= quantile <= 1:
        fail(f"Quantile should be within bounds [0, 1], was: {quantile}")
    wanted = quantile * sum(weights)
    passed = (at for at, total in enumerate(accumulate(weights), 1) if total > wanted)
    return next(passed, len(weights))


def _weight(value: float) -> float:
    if not value > 0:
        fail("weight must be > 0")
    return value


def _of_text(text: str) -> int:
    return murmur3(text.encode())[0]


def _of_number(number: int) -> int:
    return murmur3(number.to_bytes(8, "little", signed=True))[0]


def _merged(digests: list[dict[int, int] | None]) -> dict[int, int] | None:
    total: Counter[int] = Counter()
    for digest in filter(None, digests):
        total.update(digest)
    return dict(sorted(total.items())) if any(d is not None for d in digests) else None


def _jaccard(left: list[int], right: list[int]) -> float:
    """How many of the least hashes of both, as many as the smaller set has, are in each."""
    size = min(len(left), len(right))
    if not size:
        return 0.0
    both = sorted({*left, *right}, key=_signed)[:size]
    return len({*both} & {*left} & {*right}) / size


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


def _bytes_of(data: bytes) -> bytes:
    return b"".join(half.to_bytes(8, "little") for half in murmur3(data))


_SET = "MAP(UBIGINT, BIGINT)"
UDFS = (
    Udf("trino_quantile_place", _place, ("DOUBLE[]", "DOUBLE"), "BIGINT"),
    Udf("trino_sketch_weight", _weight, ("DOUBLE",), "DOUBLE"),
    Udf("trino_murmur_bigint", _of_number, ("BIGINT",), "UBIGINT"),
    Udf("trino_murmur_varchar", _of_text, ("VARCHAR",), "UBIGINT"),
    Udf("trino_murmur3", _bytes_of, ("BLOB",), "BLOB"),
    Udf("trino_set_digests", _merged, (f"{_SET}[]",), _SET),
    Udf("trino_jaccard", _jaccard, ("UBIGINT[]", "UBIGINT[]"), "DOUBLE"),
)
