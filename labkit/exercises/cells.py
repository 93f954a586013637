"""What the cell before a check says of an answer that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

#: What is said of an answer, not done for it: `q4.check()`.
_SAYS = ("check", "hint", "solution")


def failed_to_set(reads: Sequence[Any]) -> str:
    """The variable that the cell before was to set, when that cell failed; else nothing."""
    cell, failed = _before()
    if not failed:
        return ""
    set_there = {*_names(cell), *re.findall(r"^%%.*--into[ =](\w+)", cell)}
    return next((one for one in reads if one in set_there), "")


def passed_by(reads: Sequence[Any]) -> str:
    """A variable that is read, when the cell before did something else; else nothing."""
    cell, failed = _before()
    names = [one for one in reads if isinstance(one, str)]
    return names[0] if names and not failed and _does_something(cell) else ""


def _names(cell: str) -> Iterator[str]:
    """The names that a cell sets; of one that is no Python, as far as its lines tell."""
    if not (tree := _parsed(cell)):
        yield from re.findall(r"^\s*(\w+)\s*=(?!=)", cell, re.MULTILINE)
        return
    names = (each for each in ast.walk(tree) if isinstance(each, ast.Name))
    yield from (each.id for each in names if isinstance(each.ctx, ast.Store))


def _does_something(cell: str) -> bool:
    """Whether a cell has more than imports, what is still to be set, and verdicts."""
    tree = _parsed(cell)
    return not all(map(_is_nothing, tree.body)) if tree else bool(cell.strip())


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(value=ast.Constant(value=value)):
            return value is ...
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name in _SAYS
    return False


def _parsed(cell: str) -> ast.Module | None:
    """A cell's Python, its magics as the calls that they are; nothing where it is none."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(cell))
    except (SyntaxError, ValueError):
        return None


def _before() -> tuple[str, bool]:
    """The text of the cell before, and whether it has failed."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    done = shell and shell.last_execution_result
    return (str(done.info.raw_cell), not done.success) if done and done.info else ("", False)
