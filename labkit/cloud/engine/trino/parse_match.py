"""``MATCH_RECOGNIZE (...)``: what follows the word.

Source: ``patternRecognition`` and ``rowPattern`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from itertools import permutations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.parse_expression import ExpressionParser

_SHOWN = {
    ("SHOW", "EMPTY", "MATCHES"): "all",
    ("OMIT", "EMPTY", "MATCHES"): "omit",
    ("WITH", "UNMATCHED", "ROWS"): "unmatched",
}
#: How often, without a number's brackets.
_TIMES: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def match_recognize(
    parser: ExpressionParser, start: int, relation: tree.Relation
) -> tree.MatchRecognize:
    """The clause over a relation, from its opening bracket on."""
    cursor = parser.cursor
    cursor.expect("(")
    partition_by = cursor.many(parser.expression) if cursor.accept("PARTITION", "BY") else ()
    order_by = parser.queries.order_by()
    measures = cursor.many(lambda: _measure(parser)) if cursor.accept("MEASURES") else ()
    shown, skip = _shown(cursor), _skip(cursor)
    cursor.expect("PATTERN", "(")
    pattern = _alternatives(cursor)
    cursor.expect(")")
    subsets = cursor.many(lambda: _subset(cursor)) if cursor.accept("SUBSET") else ()
    cursor.expect("DEFINE")
    define = cursor.many(lambda: _definition(parser))
    cursor.expect(")")
    return tree.MatchRecognize(
        start,
        cursor.end,
        relation,
        partition_by,
        order_by,
        measures,
        shown,
        skip,
        pattern,
        subsets,
        define,
    )


def _measure(parser: ExpressionParser) -> tuple[str, tree.Expression]:
    value = parser.expression()
    parser.cursor.expect("AS")
    return parser.cursor.name(), value


def _definition(parser: ExpressionParser) -> tuple[str, tree.Expression]:
    name = _label(parser.cursor)
    parser.cursor.expect("AS")
    return name, parser.expression()


def _subset(cursor: Cursor) -> tuple[str, tuple[str, ...]]:
    name = _label(cursor)
    cursor.expect("=", "(")
    found = cursor.many(lambda: _label(cursor))
    cursor.expect(")")
    return name, found


def _label(cursor: Cursor) -> str:
    """A variable's name: upper case, or as it stands in quotes."""
    text = cursor.token.text
    cursor.name()
    return text


def _shown(cursor: Cursor) -> str:
    if cursor.accept("ALL", "ROWS", "PER", "MATCH"):
        return next((mode for words, mode in _SHOWN.items() if cursor.accept(*words)), "all")
    cursor.accept("ONE", "ROW", "PER", "MATCH")
    return "one"


def _skip(cursor: Cursor) -> tuple[str, str | None]:
    """Where the search goes on: past the match, at its second row, or at a variable's row."""
    if not cursor.accept("AFTER", "MATCH", "SKIP"):
        return "past", None
    if cursor.accept("PAST", "LAST", "ROW"):
        return "past", None
    cursor.expect("TO")
    if cursor.accept("NEXT", "ROW"):
        return "next", None
    which = "last"
    if cursor.peek_any("FIRST", "LAST") and cursor.is_name(1) and not _at_pattern(cursor):
        which = cursor.expect_any("FIRST", "LAST").lower()
    return which, _label(cursor)


def _at_pattern(cursor: Cursor) -> bool:
    return cursor.peek("PATTERN", "(", ahead=1)


# Patterns


def _alternatives(cursor: Cursor) -> tree.Pattern:
    found = [_sequence(cursor)]
    while cursor.accept("|"):
        found.append(_sequence(cursor))
    return found[0] if len(found) == 1 else ("or", found)


def _sequence(cursor: Cursor) -> tree.Pattern:
    found = [_quantified(cursor)]
    while cursor.is_name() or cursor.peek_any("(", "^", "$", "{"):
        found.append(_quantified(cursor))
    return found[0] if len(found) == 1 else ("then", found)


def _quantified(cursor: Cursor) -> tree.Pattern:
    found = _primary(cursor)
    bounds = _bounds(cursor)
    if bounds is None:
        return found
    return ("times", found, *bounds, not cursor.accept("?"))


def _bounds(cursor: Cursor) -> tuple[int, int | None] | None:
    if mark := cursor.accept_any(*_TIMES):
        return _TIMES[mark]
    if not cursor.peek("{") or cursor.peek("{", "-"):
        return None
    cursor.expect("{")
    least = _count(cursor)
    most = least
    if cursor.accept(","):
        most = _count(cursor)
    elif least is None:
        raise cursor.mismatch("','", "<integer>")
    cursor.expect("}")
    if most is not None and most < max(least or 0, 1):
        raise cursor.failure("Pattern quantifier's upper bound must be at least its lower and 1")
    return least or 0, most


def _count(cursor: Cursor) -> int | None:
    return int(cursor.take("integer", "<integer>")) if cursor.token.kind == "integer" else None


def _primary(cursor: Cursor) -> tree.Pattern:
    if mark := cursor.accept_any("^", "$"):
        return ("start",) if mark == "^" else ("end",)
    if cursor.accept("{", "-"):
        inner = _alternatives(cursor)
        cursor.expect("-", "}")
        return ("without", inner)
    if cursor.accept("(", ")"):
        return ("then", [])
    if cursor.accept("("):
        inner = _alternatives(cursor)
        cursor.expect(")")
        return inner
    if cursor.peek("PERMUTE", "("):
        cursor.expect("PERMUTE", "(")
        parts = cursor.many(lambda: _alternatives(cursor))
        cursor.expect(")")
        return ("or", [("then", list(order)) for order in permutations(parts)])
    return ("label", _label(cursor))
