"""Looking into objects: each is classified once, and again only when its content changed.

A crawler keeps in mind, folder by folder, what it saw of each object under which classifiers; the
next crawl reads only what is new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.engine import infer
from labkit.cloud.engine.formats.model import File, FormatError
from labkit.cloud.glue.classifiers import Classifier
from labkit.cloud.glue.grouping import Found
from labkit.cloud.glue.runs import Crawl
from labkit.cloud.glue.shape import UNKNOWN, Shape
from labkit.cloud.jobs import Job
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Object, Store

Memory = dict[str, dict[str, Any]]


class Reader:
    """Classifies objects for one crawl.

    Args:
        crawl: the running crawl.
        job: its job, which may be told to stop.
        store: the lake as the crawler's role sees it.
        classifiers: the custom ones, in order.
        total: how many objects there are to read.
        only_new_folders: whether to leave folders alone that an earlier crawl has seen.
    """

    def __init__(
        self,
        crawl: Crawl,
        job: Job,
        store: Store,
        classifiers: Sequence[Classifier],
        *,
        total: int,
        only_new_folders: bool = False,
    ) -> None:
        self.crawl, self.job, self.store = crawl, job, store
        self.classifiers = [_custom(each) for each in classifiers]
        self.only_new_folders, self.total, self.done = only_new_folders, total, 0
        self._version = hashlib.sha256(json.dumps(classifiers).encode()).hexdigest()[:16]
        self._memory = crawl.cloud.records("glue.seen")

    def read(self, objects: list[Object]) -> list[Found]:
        """The objects with their shapes, those of unchanged ones from memory.

        Raises:
            AwsError: access denied.
            Stopped: the crawl was told to stop.
        """
        folders: dict[str, list[Object]] = {}
        for each in objects:
            folders.setdefault(each.uri.rpartition("/")[0], []).append(each)
        found: list[Found] = []
        for folder, members in folders.items():
            found += self._read_folder(folder, members)
        return found

    def _read_folder(self, folder: str, members: list[Object]) -> list[Found]:
        name = f"{self.crawl.region}/{self.crawl.crawler}/{folder}"
        old = self._memory.get(name, {})
        known: Memory = old.get("objects", {}) if old.get("version") == self._version else {}
        if known and self.only_new_folders:
            members = [each for each in members if each.key in known]
        new = {}
        for each in members:
            self.job.check()
            new[each.key] = self._seen(each, known.get(each.key))
            self.done += 1
            self.crawl.progress(self.done, self.total)
        if new != known:
            self._memory[name] = {"version": self._version, "objects": new}
        return [Found(e.key, e.size, Shape.from_json(new[e.key]["shape"])) for e in members]

    def _seen(self, found: Object, known: dict[str, Any] | None) -> dict[str, Any]:
        if known and self.only_new_folders:
            return known
        try:
            path = _readable(self.store, found)
        except AwsError as error:
            if error.code != "InvalidObjectState":  # it lies in Glacier
                raise
            self.crawl.note(error.message)
            return {"etag": found.etag, "shape": Shape(UNKNOWN).as_json()}
        if known and known["etag"] == found.etag:
            return known
        return {"etag": found.etag, "shape": self._classify(found, path).as_json()}

    def _classify(self, found: Object, path: Any) -> Shape:
        try:
            file = File(path=str(path), name=found.key, size=found.size)
            return Shape.of(infer.classify(file, self.classifiers))
        except FormatError as error:
            self.crawl.note(f"{found.uri} cannot be read and is left out: {error.message}")
        except Exception as error:  # a reader of a broken file may fail in any way
            self.crawl.note(f"{found.uri} cannot be read and is left out: {error}")
        return Shape(UNKNOWN)


def forget(cloud: Any, region: str, crawler: str) -> None:
    """Drop what a crawler keeps in mind."""
    memory = cloud.records("glue.seen")
    for name in [n for n in memory if n.startswith(f"{region}/{crawler}/s3://")]:
        del memory[name]


def _readable(store: Store, found: Object) -> Any:
    try:
        return store.read(found)
    except AwsError as error:
        raise AwsError(
            error.code,
            f"Error {error.message} retrieving file at {found.uri}. "
            "Tables created did not infer schemas from this file.",
            error.status,
        ) from error


def _custom(classifier: Classifier) -> infer.Classifier:
    kind, given = next(iter(classifier.items()))
    return _KINDS[kind](given)


def _csv(given: dict[str, Any]) -> infer.Classifier:
    return infer.CsvClassifier(
        delimiter=given.get("Delimiter") or "",
        quote=given.get("QuoteSymbol") or '"',
        contains_header=given.get("ContainsHeader") or "UNKNOWN",
        header=tuple(given.get("Header") or ()),
        allow_single_column=bool(given.get("AllowSingleColumn")),
        trim=not given.get("DisableValueTrimming"),
        datatypes=tuple(given.get("CustomDatatypes") or ())
        if given.get("CustomDatatypeConfigured")
        else (),
        serde=given.get("Serde") or "None",
    )


def _json(given: dict[str, Any]) -> infer.Classifier:
    return infer.JsonClassifier(given["JsonPath"])


def _grok(given: dict[str, Any]) -> infer.Classifier:
    return infer.GrokClassifier(
        given["Classification"], given["GrokPattern"], given.get("CustomPatterns") or ""
    )


_KINDS: dict[str, Callable[[dict[str, Any]], infer.Classifier]] = {
    "CsvClassifier": _csv,
    "JsonClassifier": _json,
    "GrokClassifier": _grok,
}
