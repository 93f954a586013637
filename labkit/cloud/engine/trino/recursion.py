"""``WITH RECURSIVE``: which queries may name themselves, and where.

Source: ``tryProcessRecursiveQuery`` of Trino's StatementAnalyzer, whose words the failures have.
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.scope import Scope

_INVALID = "INVALID_RECURSIVE_REFERENCE"


def is_recursive(named: tree.Named, scope: Scope) -> bool:
    """Whether a query of ``WITH RECURSIVE`` names itself, as it may.

    Raises:
        QueryFailed: MISSING_COLUMN_ALIASES, NESTED_RECURSIVE; INVALID_RECURSIVE_REFERENCE and
            others, it names itself where it may not.
    """
    if not named.columns:
        message = "missing column aliases in recursive WITH query"
        raise scope.fail(named, "MISSING_COLUMN_ALIASES", message)
    for node in tree.nodes_in(named.query):
        if isinstance(node, tree.Query) and node.recursive:
            raise scope.fail(node, "NESTED_RECURSIVE", "nested recursive WITH query")
    body = named.query.body
    if isinstance(body, tree.SetOperation) and body.op == "UNION":
        words = "WITH table name is referenced in the base relation of recursion"
        _refuse(body.left, named, words, scope)
        references = _references(body.right, named.name)
        if len(references) > 1:
            message = "multiple recursive references in the step relation of recursion"
            raise scope.fail(references[1], _INVALID, message)
        if references:
            _check_step(body.right, references[0], named, scope)
            _check_query(named.query, scope)
            return True
    for reference in _references(named.query, named.name):
        message = "recursive reference not allowed in this context"
        raise scope.fail(reference, _INVALID, message)
    return False


def _references(node: object, name: str) -> list[tree.Table]:
    """The places that name a query, less queries with a ``WITH`` of that name in them."""
    if isinstance(node, tree.Query) and name in [named.name for named in node.named]:
        return []
    if isinstance(node, tree.Table):
        return [node] if node.parts == (name,) else []
    return [found for part in tree.parts(node) for found in _references(part, name)]


def _refuse(part: object, named: tree.Named, words: str, scope: Scope) -> None:
    for reference in _references(part, named.name):
        raise scope.fail(reference, _INVALID, words)


def _check_step(step: tree.Body, reference: tree.Table, named: tree.Named, scope: Scope) -> None:
    """The step is a SELECT whose FROM names the query, on no side that may have no row."""
    while isinstance(step, tree.Query):
        if step.limit:
            message = "FETCH FIRST / LIMIT clause in the step relation of recursion"
            raise scope.fail(step.limit, "INVALID_LIMIT_CLAUSE", message)
        step = step.body
    source = step.source if isinstance(step, tree.Select) else None
    if not _references(source, named.name):
        words = "recursive reference outside of FROM clause of the step relation of recursion"
        raise scope.fail(reference, _INVALID, words)
    for node in tree.nodes_in(source):
        if isinstance(node, tree.Join):
            sides = {"left": (node.right,), "right": (node.left,), "full": (node.left, node.right)}
            for side in sides.get(node.kind, ()):
                word = "left" if side is node.left else "right"
                words = f"recursive reference in {word} source of {node.kind.upper()} join"
                _refuse(side, named, words, scope)
        elif isinstance(node, tree.SetOperation) and node.op == "INTERSECT" and not node.distinct:
            _refuse((node.left, node.right), named, "recursive reference in INTERSECT ALL", scope)
        elif isinstance(node, tree.SetOperation) and node.op == "EXCEPT":
            kind = "DISTINCT" if node.distinct else "ALL"
            words = f"recursive reference in right relation of EXCEPT {kind}"
            _refuse(node.right, named, words, scope)
            if not node.distinct:
                words = "recursive reference in left relation of EXCEPT ALL"
                _refuse(node.left, named, words, scope)


def _check_query(query: tree.Query, scope: Scope) -> None:
    for part, what in (
        (query.named, "WITH"),
        (query.order_by, "ORDER BY"),
        (query.offset, "OFFSET"),
    ):
        if part:
            node = part[0] if isinstance(part, tuple) else part
            message = f"immediate {what} clause in recursive query is not supported"
            raise scope.fail(node, "NOT_SUPPORTED", message)
    if query.limit:
        message = "immediate FETCH FIRST / LIMIT clause in recursive query"
        raise scope.fail(query.limit, "INVALID_LIMIT_CLAUSE", message)
