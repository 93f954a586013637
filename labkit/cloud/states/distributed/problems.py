"""What of a distributed Map's definition could never run.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html,
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labkit.cloud.states.jsonata import is_expression

SCHEMA = "SCHEMA_VALIDATION_FAILED"
ONLY_DISTRIBUTED = ("ItemReader", "ItemBatcher", "ResultWriter", "Label")
_LABEL = re.compile(r"[^\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]{1,40}")
_READERS = ("arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2")
_WRITER = "arn:aws:states:::s3:putObject"
# Part, field, and what it may say.
_CHOICES = {
    ("ReaderConfig", "InputType"): ("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"),
    ("ReaderConfig", "CSVHeaderLocation"): ("FIRST_ROW", "GIVEN"),
    ("ReaderConfig", "CSVDelimiter"): ("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    ("ReaderConfig", "Transformation"): ("NONE", "LOAD_AND_FLATTEN"),
    ("ReaderConfig", "ManifestType"): ("S3_INVENTORY", "ATHENA_DATA"),
    ("WriterConfig", "OutputType"): ("JSON", "JSONL"),
    ("WriterConfig", "Transformation"): ("NONE", "COMPACT", "FLATTEN"),
}
_KNOWN = {
    "ItemReader": {"Resource", "Parameters", "Arguments", "ReaderConfig"},
    "ReaderConfig": {
        "InputType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "MaxItems", "MaxItemsPath",
        "Transformation", "ManifestType", "ItemsPointer",
    },
    "ItemBatcher": {
        "BatchInput", "MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch",
        "MaxInputBytesPerBatchPath",
    },
    "ResultWriter": {"Resource", "Parameters", "Arguments", "WriterConfig"},
    "WriterConfig": {"OutputType", "Transformation"},
}  # fmt: skip
Json = dict[str, Any]
Found = Iterator[tuple[str, str, str]]


def processor_of(state: Json) -> tuple[str, Json]:
    """What a Map does with each item, after the name that it has in the state."""
    name = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
    return name, state.get(name, {})


def is_distributed(state: Json) -> bool:
    """Whether a Map's items are executions of their own."""
    config = processor_of(state)[1].get("ProcessorConfig", {})
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def problems(state: Json, at: str, kind: str) -> Found:
    """The code, sentence and place of each problem of a Map.

    Args:
        kind: of the machine, ``STANDARD`` or ``EXPRESS``.
    """
    if not is_distributed(state):
        for name in ONLY_DISTRIBUTED:
            if name in state:
                words = f"Field '{name}' is only supported in a Map of the mode DISTRIBUTED"
                yield (SCHEMA, words, f"{at}/{name}")
        return
    if kind == "EXPRESS":
        words = "Express state machine does not support Map states of the mode DISTRIBUTED"
        yield (SCHEMA, words, at)
    name, processor = processor_of(state)
    config, where = processor["ProcessorConfig"], f"{at}/{name}/ProcessorConfig"
    yield from _one_of(config, "ExecutionType", ("STANDARD", "EXPRESS"), where, needed=True)
    label = state.get("Label", "label")
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        words = "The label must be 1 to 40 characters long, without whitespace, wildcards, brackets"
        yield (SCHEMA, f"{words} and special characters", f"{at}/Label")
    share = state.get("ToleratedFailurePercentage", 0)
    if not is_expression(share) and not (isinstance(share, int | float) and 0 <= share <= 100):
        yield (SCHEMA, "Value should be between 0 and 100", f"{at}/ToleratedFailurePercentage")
    for name in ("ItemReader", "ItemBatcher", "ResultWriter"):
        if name in state:
            yield from _part(name, state[name], f"{at}/{name}")


def _part(name: str, part: Any, at: str) -> Found:
    """A part of the state, and the parts inside of it."""
    if not isinstance(part, dict):
        yield (SCHEMA, "Expected value of type [OBJECT]", at)
        return
    for field, value in part.items():
        if field not in _KNOWN[name]:
            yield (SCHEMA, f"Field '{field}' is not supported", f"{at}/{field}")
        elif field in _KNOWN:
            yield from _part(field, value, f"{at}/{field}")
        elif (name, field) in _CHOICES:
            yield from _one_of(part, field, _CHOICES[name, field], at)
    yield from WHOLE[name](part, at) if name in WHOLE else ()


def _one_of(
    part: Json, field: str, known: tuple[str, ...], at: str, *, needed: bool = False
) -> Found:
    if field not in part:
        if needed:
            yield (SCHEMA, f"These fields are required: [{field}]", at)
    elif part[field] not in known:
        words = f"Value should be one of the following: [{', '.join(known)}]"
        yield (SCHEMA, words, f"{at}/{field}")


def _reader(part: Json, at: str) -> Found:
    yield from _one_of(part, "Resource", _READERS, at, needed=True)
    config = part.get("ReaderConfig", {})
    loads = config.get("Transformation") == "LOAD_AND_FLATTEN"
    if (loads or part.get("Resource") == _READERS[0]) and "InputType" not in config:
        words = "These fields are required: [InputType]"
        yield (SCHEMA, words, f"{at}/ReaderConfig")
    given = config.get("CSVHeaderLocation") == "GIVEN"
    if given and not isinstance(config.get("CSVHeaders"), list):
        words = "These fields are required: [CSVHeaders]"
        yield (SCHEMA, words, f"{at}/ReaderConfig")
    if config.get("InputType") == "CSV" and "CSVHeaderLocation" not in config:
        words = "These fields are required: [CSVHeaderLocation]"
        yield (SCHEMA, words, f"{at}/ReaderConfig")
    if config.get("ManifestType") == "ATHENA_DATA" and config.get("InputType") == "MANIFEST":
        words = "InputType should be one of the following: [CSV, JSONL, PARQUET]"
        yield (SCHEMA, words, f"{at}/ReaderConfig/InputType")


def _batcher(part: Json, at: str) -> Found:
    if not _KNOWN["ItemBatcher"] - {"BatchInput"} & set(part):
        words = "One of these is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]"
        yield (SCHEMA, words, at)


def _writer(part: Json, at: str) -> Found:
    if not {"Resource", "WriterConfig"} & set(part):
        yield (SCHEMA, "One of these is required: [Resource, WriterConfig]", at)
    yield from _one_of(part, "Resource", (_WRITER,), at)


WHOLE = {"ItemReader": _reader, "ItemBatcher": _batcher, "ResultWriter": _writer}
