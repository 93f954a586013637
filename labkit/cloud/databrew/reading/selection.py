"""Which objects a data set means: one, a folder's, or those that a parameterized path matches.

In a key, ``{name}`` is a parameter and ``<regex>`` a regular expression; parameters may have a
condition and become a column. Objects can be chosen by the date of their last change, and limited
to the newest or oldest. Source:
https://docs.aws.amazon.com/databrew/latest/dg/datasets.multiple-files.html
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.databrew.places import check_bucket
from labkit.cloud.databrew.reading import dates, filters
from labkit.cloud.databrew.reading.filters import Value
from labkit.cloud.engine.patience import patient
from labkit.cloud.s3.store import Object, Store

#: A value of each type of parameter but a date's.
_EXAMPLES: dict[str, Value] = {"String": "", "Number": 0}
_HOLE = re.compile(r"\{([^{}]+)\}|<([^<>]+)>")


class NothingThere(ValueError):
    """A path without objects. Args: the path."""

    def __str__(self) -> str:
        return f"AnalysisException: 'Path does not exist: {self.args[0]};'"


@dataclass(frozen=True)
class Found:
    """An object of a data set, and the values of its path's parameters."""

    object: Object
    values: Mapping[str, Value]


def select(
    store: Store, location: Mapping[str, str], options: Mapping[str, Any] | None
) -> list[Found]:
    """The objects of a data set, in key order.

    Args:
        store: as whom to look.
        location: ``Bucket`` and ``Key``.
        options: the data set's ``PathOptions``.

    Raises:
        NothingThere: no object is there, or none meets the conditions.
        AwsError: no such bucket, or access denied.
    """
    check_bucket(store.principal.account, location)
    options, moment = options or {}, datetime.datetime.now(datetime.UTC)
    uri = f"s3://{location['Bucket']}/{location.get('Key', '')}"
    found = _matching(store, uri, options, moment)
    if condition := options.get("LastModifiedDateCondition"):
        found = [f for f in found if filters.meets(f.object.modified, condition, moment)]
    found = _limited(found, options.get("FilesLimit"))
    if not found:
        raise NothingThere(uri)
    return found


def check(key: str, options: Mapping[str, Any] | None) -> None:
    """Refuse a path and options by which no object could ever be chosen.

    Raises:
        BadExpression: says why.
    """
    options, now = options or {}, datetime.datetime.now(datetime.UTC)
    parameters = options.get("Parameters") or {}
    path = _Path(key, parameters)
    for name, parameter in parameters.items():
        if name not in path.names:
            raise BadExpression(f"The parameter '{name}' is not in the path '{key}'.")
        filters.check(_EXAMPLES.get(parameter["Type"], now), parameter.get("Filter"), now)
    filters.check(now, options.get("LastModifiedDateCondition"), now)


def _matching(
    store: Store, uri: str, options: Mapping[str, Any], now: datetime.datetime
) -> list[Found]:
    if not _HOLE.search(uri):
        return [Found(each, {}) for each in _plain(store, uri)]
    parameters = options.get("Parameters") or {}
    before = _HOLE.split(uri)[0]
    path = _Path(uri, parameters)
    found = ((each, path.values(each.uri)) for each in store.list(before) if _has_data(each, ""))
    kept = [Found(each, values) for each, values in found if values is not None]
    return [each for each in kept if _meets_all(each.values, parameters, now)]


def _plain(store: Store, uri: str) -> list[Object]:
    """The object of this key, or else those of the folder."""
    bucket_only = uri.count("/") == 3 and uri.endswith("/")
    if not uri.endswith("/") and (found := store.find(uri)):
        return [found]
    folder = uri if bucket_only or uri.endswith("/") else uri + "/"
    return [each for each in store.list(folder) if _has_data(each, folder)]


def _has_data(each: Object, folder: str) -> bool:
    """No data are empty objects, and what Spark passes over, within its folder too.

    Source: ``shouldFilterOutPathName`` of Spark's ``HadoopFSUtils``.
    """
    inner = each.uri.removeprefix(folder).split("/")
    names = inner if folder else inner[-1:]
    return bool(each.size and inner[-1]) and not any(map(_is_hidden, names))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or (name.startswith("_") and "=" not in name)


def _limited(found: list[Found], limit: Mapping[str, Any] | None) -> list[Found]:
    if not limit:
        return found
    newest_first = limit.get("Order", "DESCENDING") == "DESCENDING"
    by_date = sorted(found, key=lambda each: each.object.modified, reverse=newest_first)
    chosen = by_date[: limit["MaxFiles"]]
    return sorted(chosen, key=lambda each: each.object.key)


def _meets_all(
    values: Mapping[str, Value], parameters: Mapping[str, Any], now: datetime.datetime
) -> bool:
    conditions = (
        (values[n], p["Filter"]) for n, p in parameters.items() if p.get("Filter") and n in values
    )
    return all(filters.meets(value, condition, now) for value, condition in conditions)


class _Path:
    """A path with parameters, as a regular expression."""

    def __init__(self, uri: str, parameters: Mapping[str, Any]) -> None:
        self.parameters = parameters
        self.names: list[str] = []
        pattern, at = "", 0
        for hole in _HOLE.finditer(uri):
            pattern += re.escape(uri[at : hole.start()]) + self._hole(hole)
            at = hole.end()
        rest = re.escape(uri[at:])
        whole = pattern + rest + (".*" if uri.endswith("/") else "")
        try:
            self.regex = patient(re.compile(whole, re.DOTALL), _too_slow)
        except re.error as error:
            raise BadExpression(f"The path '{uri}' has no regular expression: {error}.") from error

    def _hole(self, hole: re.Match[str]) -> str:
        if hole[2]:
            return f"(?:{hole[2]})"
        parameter = self._parameter(hole[1])
        if hole[1] in self.names:
            return f"(?P=p{self.names.index(hole[1])})"
        self.names.append(hole[1])
        return f"(?P<p{len(self.names) - 1}>{_pattern(parameter)})"

    def _parameter(self, name: str) -> Mapping[str, Any]:
        if name not in self.parameters:
            raise BadExpression(f"The path's parameter '{name}' is not defined.")
        found: Mapping[str, Any] = self.parameters[name]
        return found

    def values(self, uri: str) -> dict[str, Value] | None:
        """The parameters' values in an object's address; ``None`` where it does not match."""
        found = self.regex.fullmatch(uri)
        if not found:
            return None
        read = {n: _read(found[f"p{at}"], self.parameters[n]) for at, n in enumerate(self.names)}
        return None if None in read.values() else {n: v for n, v in read.items() if v is not None}


def _too_slow(words: str) -> NoReturn:
    raise BadExpression(words)


def _pattern(parameter: Mapping[str, Any]) -> str:
    kind = parameter["Type"].lower()
    if kind == "datetime":
        return dates.pattern_of(_format(parameter))
    return r"-?\d+(?:\.\d+)?" if kind == "number" else ".*"


def _format(parameter: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] | None = parameter.get("DatetimeOptions")
    if not found:
        raise BadExpression(f"The path's parameter '{parameter['Name']}' is a date without format.")
    return found


def _read(text: str, parameter: Mapping[str, Any]) -> Value | None:
    kind = parameter["Type"].lower()
    if kind == "datetime":
        return dates.date_of(text, _format(parameter))
    return filters.number(text) if kind == "number" else text
