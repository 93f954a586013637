"""Custom classifiers: how a crawler is told of formats that the built-in ones do not know.

They run in the crawler's order before the built-in ones; the first that recognises an object wins:
https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.records import answers, lists
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.operations import Answer, AwsError, Context

KINDS = ("GrokClassifier", "XMLClassifier", "JsonClassifier", "CsvClassifier")
Classifier = dict[str, Any]


@answers("CreateClassifier")
def create_classifier(context: Context, **kinds: Classifier) -> Answer:
    """A new classifier, of exactly one kind."""
    kind, given = _one_kind(kinds)
    records, name = _records(context), given["Name"]
    if name in records:
        raise AwsError("AlreadyExistsException", f"Classifier with name {name} already exists.")
    _check(kind, given)
    now = time.time()
    records[name] = {kind: {"CreationTime": now, "LastUpdated": now, "Version": 1, **given}}
    return {}


@answers("UpdateClassifier")
def update_classifier(context: Context, **kinds: Classifier) -> Answer:
    """Change what is given of a classifier, which keeps its kind."""
    kind, given = _one_kind(kinds)
    stored = _find(context, given["Name"]).get(kind)
    if stored is None:
        raise invalid(f"Classifier {given['Name']} is not a {kind}.")
    changed = {**stored, **given}
    _check(kind, changed)
    changed |= {"LastUpdated": time.time(), "Version": stored["Version"] + 1}
    _records(context)[given["Name"]] = {kind: changed}
    return {}


@answers("DeleteClassifier")
def delete_classifier(context: Context, *, Name: str) -> Answer:
    _find(context, Name)
    del _records(context)[Name]
    return {}


@answers("GetClassifier")
def get_classifier(context: Context, *, Name: str) -> Answer:
    return {"Classifier": _find(context, Name)}


@lists("GetClassifiers", "Classifiers")
def get_classifiers(context: Context) -> list[Answer]:
    return list(_records(context).values())


def known_classifiers(cloud: Cloud, names: list[str]) -> list[Classifier]:
    """The classifiers of these names, in this order.

    Raises:
        AwsError: one of them does not exist.
    """
    records = cloud.records("glue.classifier")
    unknown = [name for name in names if name not in records]
    if unknown:
        raise not_found(f"Classifier(s) not found: {', '.join(unknown)}")
    return [records[name] for name in names]


def _records(context: Context) -> Any:
    return context.cloud.records("glue.classifier")


def _find(context: Context, name: str) -> Classifier:
    found: Classifier | None = _records(context).get(name)
    if found is None:
        raise not_found(f"Classifier with name {name} not found.")
    return found


def _one_kind(kinds: dict[str, Classifier]) -> tuple[str, Classifier]:
    given = [(kind, kinds[kind]) for kind in KINDS if kinds.get(kind)]
    if len(given) != 1:
        raise invalid("Exactly one classifier must be specified.")
    return given[0]


def _check(kind: str, given: Classifier) -> None:
    if kind != "CsvClassifier":
        return
    for option in ("Delimiter", "QuoteSymbol"):
        if len(given.get(option) or "x") != 1:
            raise invalid(f"{option} must be a single character.")
    if given.get("Delimiter") and given.get("Delimiter") == given.get("QuoteSymbol"):
        raise invalid("Delimiter and QuoteSymbol must be different.")
    if given.get("ContainsHeader") == "PRESENT" and len(set(given.get("Header") or [])) != len(
        given.get("Header") or []
    ):
        raise invalid("Header must not contain duplicates.")
