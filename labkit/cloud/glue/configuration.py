"""A crawler's ``Configuration``: a JSON text with how it groups, writes and limits tables.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.glue.words import invalid
from labkit.cloud.json_text import object_in

# Where a setting stands, and which values it takes; a type stands for all of its kind.
_SETTINGS: dict[tuple[str, ...], tuple[Any, ...]] = {
    ("Grouping", "TableGroupingPolicy"): ("CombineCompatibleSchemas",),
    ("Grouping", "TableLevelConfiguration"): (int,),
    ("CrawlerOutput", "Tables", "AddOrUpdateBehavior"): ("MergeNewColumns",),
    ("CrawlerOutput", "Tables", "TableThreshold"): (int,),
    ("CrawlerOutput", "Partitions", "AddOrUpdateBehavior"): ("InheritFromTable",),
    ("CreatePartitionIndex",): (bool,),
}


@dataclass(frozen=True)
class Configuration:
    """What a crawler is told of its output.

    Args:
        combines: all compatible objects of an include path are one table.
        level: how deep tables lie, the bucket being 1; ``None`` to find out.
        merges_columns: new columns are added to a table, the others left as they are.
        most_tables: a crawl that finds more fails.
        inherits: partitions take their schema from the table.
        indexes: partitioned tables get a partition index.
    """

    combines: bool = False
    level: int | None = None
    merges_columns: bool = False
    most_tables: int | None = None
    inherits: bool = False
    indexes: bool = True


def read_configuration(text: str | None) -> Configuration:
    """The configuration of its text.

    >>> read_configuration('{"Version": 1.0, "Grouping": {"TableLevelConfiguration": 2}}').level
    2

    Raises:
        AwsError: ``InvalidInputException``: no JSON object, no version 1.0, or an unknown value.
    """
    parsed = object_in(text or '{"Version": 1.0}')
    if parsed is None or parsed.get("Version") != 1:
        raise invalid("Invalid Configuration: a JSON object with Version 1.0 is expected.")
    combine, level, merge, most, inherit, index = (_setting(parsed, path) for path in _SETTINGS)
    return Configuration(
        bool(combine), level, bool(merge), most, bool(inherit), index is None or index
    )


def _setting(parsed: dict[str, Any], path: tuple[str, ...]) -> Any:
    """A setting's value, ``None`` when it is not there."""
    found: Any = parsed
    for name in path:
        if not isinstance(found, dict):
            raise invalid(f"Invalid Configuration: {'.'.join(path[:-1])} must be an object.")
        found = found.get(name)
        if found is None:
            return None
    if not _takes(_SETTINGS[path], found):
        raise invalid(f"Invalid Configuration: {'.'.join(path)} cannot be {found!r}.")
    return found


def _takes(allowed: tuple[Any, ...], value: Any) -> bool:
    if allowed == (int,):
        return type(value) is int and value > 0
    return type(value) in allowed or value in allowed
