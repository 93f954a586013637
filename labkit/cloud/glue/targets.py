"""What a crawler looks at: its targets' objects, without the excluded ones.

Exclude patterns are globs relative to the include path. Source:
https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from labkit.cloud.engine.patience import patient
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import not_here
from labkit.cloud.s3.store import Object, split_uri

CRAWLED = ("S3Targets", "JdbcTargets", "CatalogTargets", "DeltaTargets", "IcebergTargets")
KINDS = (
    "S3Targets", "JdbcTargets", "MongoDBTargets", "DynamoDBTargets", "CatalogTargets",
    "DeltaTargets", "IcebergTargets", "HudiTargets",
)  # fmt: skip


def check_targets(operation: str, targets: dict[str, Any]) -> None:
    """Refuse targets that are malformed, or that only AWS can crawl.

    Raises:
        AwsError: they are.
    """
    others = [kind for kind in KINDS if kind not in CRAWLED and targets.get(kind)]
    if others:
        can = ", ".join(CRAWLED)
        raise not_here("glue", operation, f"{', '.join(others)} cannot be crawled, {can} can")
    if not any(targets.get(kind) for kind in CRAWLED):
        raise invalid("The crawler must have at least one target.")
    for target in targets.get("S3Targets") or ():
        _check_s3_target(target)
    for target in targets.get("JdbcTargets") or ():
        _check_jdbc_target(operation, target)
    for target in targets.get("CatalogTargets") or ():
        if not target.get("Tables"):
            raise invalid("A catalog target must name at least one table.")
    for target in targets.get("DeltaTargets") or ():
        if not target.get("CreateNativeDeltaTable") or target.get("WriteManifest"):
            raise not_here("glue", operation, "Delta Lake tables other than native ones")
        _check_paths(target.get("DeltaTables"))
    for target in targets.get("IcebergTargets") or ():
        _check_paths(target.get("Paths"))


def _check_s3_target(target: dict[str, Any]) -> None:
    _check_paths([target.get("Path", "")])
    size = target.get("SampleSize")
    if size is not None and not 1 <= size <= 249:
        raise invalid("SampleSize must be an integer between 1 and 249")


def _check_jdbc_target(operation: str, target: dict[str, Any]) -> None:
    path = target.get("Path") or ""
    if not target.get("ConnectionName"):
        raise invalid("A JDBC target must name a connection.")
    if not re.fullmatch(r"[^/%]+(/[^/]+){0,2}/?", path):
        raise invalid(f"Invalid JDBC path: {path!r}. It must look like database/schema/table")
    if target.get("EnableAdditionalMetadata"):
        raise not_here("glue", operation, "comments and raw types of a database's columns")


def _check_paths(paths: list[str] | None) -> None:
    for path in paths or [""]:
        if not re.fullmatch(r"(s3://)?[a-z0-9][a-z0-9.-]+(/.*)?", path, re.DOTALL):
            raise invalid(f"Invalid S3 path: {path!r}. It must look like s3://bucket/folder/")


def all_targets(targets: dict[str, Any]) -> dict[str, Any]:
    """Targets as ``GetCrawler`` answers them: every kind, and exclusions even if there are none."""
    full: dict[str, Any] = {kind: targets.get(kind) or [] for kind in KINDS}
    full["S3Targets"] = [{"Exclusions": [], **target} for target in full["S3Targets"]]
    return full


def folder_of(path: str) -> tuple[str, str]:
    """The bucket and the key prefix of an include path, which always means a folder.

    Glue takes a path that begins with the bucket, too: Airflow's own tests on AWS do so.

    >>> folder_of("s3://lake/raw")
    ('lake', 'raw/')
    >>> folder_of("lake/raw")
    ('lake', 'raw/')
    """
    bucket, key = split_uri(f"s3://{path.removeprefix('s3://')}")
    return bucket, key if key.endswith("/") or not key else f"{key}/"


def holds_data(found: Object, root: str) -> bool:
    """Whether an object is data: neither a folder's marker, nor empty, nor hidden as Hive hides."""
    names = found.key[len(root) :].split("/")
    return found.size > 0 and not any(name.startswith(("_", ".")) for name in names)


def without_excluded(objects: Iterable[Object], root: str, globs: Iterable[str]) -> list[Object]:
    """The objects that no exclude pattern matches."""
    patterns = [glob_pattern(glob) for glob in globs]
    return [o for o in objects if not any(p.fullmatch(o.key[len(root) :]) for p in patterns)]


def sample(objects: list[Object], size: int | None) -> list[Object]:
    """At most ``size`` objects of each folder, the same ones in every crawl."""
    if size is None:
        return objects
    folders: dict[str, list[Object]] = {}
    for each in objects:
        folders.setdefault(each.key.rpartition("/")[0], []).append(each)
    return [
        each
        for name, members in folders.items()
        for each in sorted(
            random.Random(name).sample(members, min(size, len(members))), key=lambda o: o.key
        )
    ]


@functools.cache
def glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob of Glue's as a regular expression.

    ``*`` and ``?`` stay within a folder, ``**`` crosses folders, ``[a-z]`` and ``[!a]`` are sets,
    ``{a,b}`` alternatives, and a backslash takes the next character as it is.

    >>> [bool(glob_pattern("*.{csv,tsv}").fullmatch(n)) for n in ("a.csv", "b/a.csv", "a.json")]
    [True, False, False]
    >>> bool(glob_pattern("**/tmp/**").fullmatch("a/tmp/b/c.csv"))
    True
    """
    pattern, at, depth = "", 0, 0
    while at < len(glob):
        found = _GLOB.match(glob, at)
        assert found is not None
        token = found[0]
        depth += {"{": 1, "}": -1}.get(token, 0)
        pattern += "|" if token == "," and depth else _regex(token)
        at = found.end()
    try:
        return patient(re.compile(pattern, re.DOTALL), _too_slow)
    except re.error as error:
        raise invalid(f"Invalid exclude pattern: {glob}") from error


def _too_slow(words: str) -> NoReturn:
    raise invalid(words)


_GLOB = re.compile(r"\*\*|\*|\?|\\.|\[[^\]]+\]|\{|\}|.", re.DOTALL)
_WILD = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}


def _regex(token: str) -> str:
    if token in _WILD:
        return _WILD[token]
    if token.startswith("[") and len(token) > 1:
        inside = re.sub(r"[\\\[^&~|]", r"\\\g<0>", token[1:-1])
        return f"(?!/)[^{inside[1:]}]" if inside.startswith("!") else f"(?!/)[{inside}]"
    return re.escape(token[1:] if token.startswith("\\") and len(token) > 1 else token)
