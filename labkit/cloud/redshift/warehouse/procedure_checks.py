"""What is refused of a procedure: when it is made, and of its statements when they run.

CREATE PROCEDURE sees a value for a variable that is not there. What an expression names is seen by
the call alone, and so is INTO: without such a variable it may mean a table.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-structure.html
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse.procedure_parts import Block, Step
from labkit.cloud.redshift.warehouse.registry import ALONE

_LOOP = (
    "loop variable of loop over rows must be a record or row variable or list of scalar variables"
)
#: Which texts of a step are variables that it fills.
_FILLED = {
    "assign": slice(0, 1), "execute": slice(1, None), "diagnostics": slice(0, 1),
    "open": slice(0, 1), "fetch": slice(0, None), "close": slice(0, 1),
    "each": slice(1, None), "each dynamic": slice(1, None),
}  # fmt: skip


def check(block: Block, arguments: list[dict[str, Any]]) -> None:
    """Refuse a body that gives a value to a variable which it does not declare.

    Raises:
        RedshiftError: it does, or declares one twice.
    """
    given = {f"${at}" for at in range(1, len(arguments) + 1)}
    _check_block(block, given | {each["name"] for each in arguments})


def _check_block(block: Block, known: Collection[str]) -> None:
    names = [each.name for each in block.declared]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise RedshiftError(f'duplicate declaration at or near "{name}"', "42601")
    inside = {*known, *names}
    _check_steps(block.steps, inside)
    _check_steps(block.handler or [], inside | {"sqlerrm", "sqlstate"})


def _check_steps(steps: list[Step], known: Collection[str]) -> None:
    for step in steps:
        for name in step.texts[_FILLED.get(step.kind, slice(0))]:
            if not {name, name.partition(".")[0]} & set(known):
                told = _LOOP if "each" in step.kind else f'"{name}" is not a known variable'
                raise RedshiftError(told, "42601")
        within = {*known, step.texts[0]} if step.kind == "count" else known
        for each in step.inner:
            _check_steps(each, within)
        if step.block:
            _check_block(step.block, known)


#: What wants a transaction of its own and is told by its first words.
_NEVER = (("PREPARE",), ("SET", "LOCAL"))


def check_allowed(text: str) -> None:
    """Refuse what a procedure cannot run.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-constraints.html
    """
    words = [word.upper for word in Words(text).words]
    first = [each for each in (*ALONE, *_NEVER) if tuple(words[: len(each)]) == each]
    if words[:2] == ["ALTER", "TABLE"] and "APPEND" in words[3:7]:
        first = [("ALTER", "TABLE", "APPEND")]
    if first:
        told = f"{' '.join(first[0])} cannot be executed from a function or multi-command string"
        raise RedshiftError(told, "25001")
