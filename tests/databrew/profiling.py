"""What the profile's tests share: data into an engine, and statistics by their definitions."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pyarrow as pa

from labkit.cloud.databrew.profile import profile
from labkit.cloud.engine import Session
from labkit.cloud.engine.types import parse_type

Columns = Mapping[str, tuple[str, Sequence[Any]]]
ARROW = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "varchar(9)": pa.string(),
    "char(9)": pa.string(),
}

# Columns that differ in what there is to see of them.
STUDENTS = {
    "id": ("int", list(range(1, 41))),
    "first_name": ("string", ["Ann", "<b>Bob</b>", *["Cem"] * 38]),
    "gpa": ("double", [n / 10 for n in range(39)] + [35.2]),
    "clicks": ("int", [n * 7 for n in range(38)] + [None, 250]),
    "hard": ("int", [-n for n in range(40)]),
    "active": ("boolean", [True] * 38 + [False, None]),
    "empty": ("string", [""] * 39 + [None]),
    "same": ("int", [7] * 40),
}
DETECTED = {
    "EntityDetectorConfiguration": {
        "EntityTypes": ["USA_ALL", "PERSON_NAME"],
        "AllowedStatistics": [{"Statistics": ["AGGREGATED_GROUP", "TOP_VALUES_GROUP"]}],
    }
}


def profiled(
    session: Session,
    columns: Columns,
    configuration: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The profile of some columns: ``{"age": ("int", [1, None])}``."""
    arrays = {name: pa.array(values, ARROW[kind]) for name, (kind, values) in columns.items()}
    session.connection.register("given_rows", pa.table(arrays))
    typed = [(name, parse_type(kind)) for name, (kind, _) in columns.items()]
    return profile(session, "SELECT * FROM given_rows", typed, configuration, **options)


def column(session: Session, kind: str, values: Sequence[Any], **options: Any) -> dict[str, Any]:
    """The part of the document about the one column ``x``."""
    [told] = profiled(session, {"x": (kind, values)}, **options)["columns"]
    return told


def of_numbers(numbers: Sequence[float]) -> dict[str, Any]:
    """Statistics of some numbers, in exact fractions as far as they go."""
    exact, n = sorted(map(Fraction, numbers)), len(numbers)
    mean = sum(exact) / n
    second, third, fourth = (sum((x - mean) ** p for x in exact) for p in (2, 3, 4))
    median = percentile(exact, 0.5)
    quartiles = {f"percentile{p}": percentile(exact, p / 100) for p in (5, 25, 75, 95)}
    counts = Counter(exact)
    deviation = root(second / (n - 1)) if n > 1 else None
    return quartiles | {
        "min": exact[0],
        "max": exact[-1],
        "sum": sum(exact),
        "range": exact[-1] - exact[0],
        "interquartileRange": quartiles["percentile75"] - quartiles["percentile25"],
        "mean": mean,
        "median": median,
        "mode": min(counts, key=lambda value: (-counts[value], value)),
        "standardDeviation": deviation,
        "variance": second / (n - 1) if n > 1 else None,
        "skewness": third / second / root(second / n) if second else None,
        "kurtosis": fourth * n / second**2 - 3 if second else None,
        "medianAbsoluteDeviation": percentile(sorted(abs(x - median) for x in exact), 0.5),
        "zerosCount": counts[Fraction(0)],
        "zScoreOutliersCount": sum(abs(x - mean) > 3 * (deviation or math.inf) for x in exact),
    }


def root(number: Fraction) -> Fraction:
    """The square root to a hundred bits."""
    squared = number.numerator * number.denominator << 200
    return Fraction(math.isqrt(squared), number.denominator << 100)


def percentile(ordered: Sequence[Fraction], share: float) -> Fraction:
    """Between the two nearest ranks, as Spark's ``percentile`` has it."""
    rank = (len(ordered) - 1) * Fraction(share)
    low = ordered[math.floor(rank)]
    return low + (ordered[math.ceil(rank)] - low) * (rank % 1)


def of_values(values: Sequence[Any]) -> dict[str, Any]:
    """Statistics of any values, of which some may be missing."""
    counts = Counter(value for value in values if value is not None and value != "")
    n = counts.total()
    return {
        "distinctValuesCount": len(counts),
        "uniqueValuesCount": sum(times == 1 for times in counts.values()),
        "missingValuesCount": len(values) - n,
        "entropy": -math.fsum(t / n * math.log(t / n) for t in counts.values()) if n else None,
        "mostCommonValues": [
            {"value": value, "count": times}
            for value, times in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:50]
        ],
    }
