"""Redshift's queries and expressions as trees, by sqlglot, and what it lets pass wrongly."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from labkit.cloud.engine.redshift.dialect import Dialect, ParametersDialect
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Words, words

#: ``17 # 5`` and ``@ -5``, which sqlglot takes for a name and a parameter.
_OPERATORS = {("#", TokenType.VAR): TokenType.HASH, ("@", TokenType.PARAMETER): TokenType.DAT}


def parse_query(text: str) -> exp.Expr:
    """The tree of a query or of a change of rows.

    Raises:
        RedshiftError: it does not read.
    """
    dialect = ParametersDialect() if _has_parameters(text) else Dialect()
    try:
        tokens = dialect.tokenize(text)
        for token in tokens:
            token.token_type = _OPERATORS.get((token.text, token.token_type), token.token_type)
        _unquote_calls(tokens)
        tokens = list(_unqualified(tokens))
        _check_pairs(tokens)
        found = dialect.parser().parse(tokens, text)
    except SqlglotError as error:
        raise _syntax_error(text, error) from error
    trees = [tree for tree in found if tree is not None]
    if len(trees) != 1 or isinstance(trees[0], exp.Command):
        raise RedshiftError(f'syntax error at or near "{text.split()[0]}"', SYNTAX)
    found_tree: exp.Expr = trees[0]
    _check_joins(tokens, found_tree)
    _check_clauses(found_tree)
    return found_tree


def _check_joins(tokens: list[Any], tree: exp.Expr) -> None:
    """Refuse a JOIN without ON and USING, which sqlglot reads as a comma, and ``USING name``."""
    words = sum(token.token_type is TokenType.JOIN for token in tokens)
    told = words and sum(
        bool(each.args.get("on") or each.args.get("using") or each.args.get("method") or
             each.kind == "CROSS")
        for each in tree.find_all(exp.Join)
    )  # fmt: skip
    if words and told != words:
        raise RedshiftError("syntax error: a join needs ON or USING", SYNTAX)
    for token, after in itertools.pairwise(tokens if isinstance(tree, exp.Query) else ()):
        if token.token_type is TokenType.USING and after.token_type is not TokenType.L_PAREN:
            raise RedshiftError(f'syntax error at or near "{after.text}"', SYNTAX)


#: What sqlglot reads and Redshift has not: left out, it would answer otherwise.
_FOREIGN: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Cast: ("default", "format"),
    exp.Connect: ("nocycle",),
    exp.CTE: ("materialized",),
    exp.Into: ("unlogged",),
    exp.Ordered: ("with_fill",),
    exp.Pivot: ("default_on_null",),
    exp.Select: ("kind",),
    exp.Table: ("rows_from",),
    exp.WindowSpec: ("exclude",),
    exp.With: ("search",),
}


def _check_clauses(tree: exp.Expr) -> None:
    for node in tree.find_all(*_FOREIGN):
        for name in _FOREIGN.get(type(node), ()):
            if node.args.get(name):
                raise RedshiftError(f"syntax error: {name.replace('_', ' ').upper()}", SYNTAX)


#: What a bracket may stand behind without being called: ``INSERT INTO "time" (a)``.
_BEFORE_LISTED = (TokenType.INTO, TokenType.WITH, TokenType.RECURSIVE, TokenType.ALIAS)
#: What names mean in quotes that are grammar without: ``POSITION(a IN b)``, ``TIMESTAMP(6)``.
_QUOTED = {
    "position": "strpos",  # whose arguments are the other way round
    **{name: f"pg_catalog.{name}" for name in ("interval", "time", "timestamp")},
}


def _unquote_calls(tokens: list[Any]) -> None:
    """``"left"(name, 1)``, as views are told: a function whose name happens to be in quotes."""
    before = None
    for token, after in itertools.pairwise(tokens):
        called = after.token_type is TokenType.L_PAREN and shown(token.text).isidentifier()
        named = token.token_type is TokenType.IDENTIFIER and before not in _BEFORE_LISTED
        if called and named:
            token.token_type = TokenType.VAR
            meant = _QUOTED.get(token.text.lower(), token.text)
            token.text = meant.removeprefix("pg_catalog.") if before is TokenType.DOT else meant
        before = token.token_type


def _unqualified(tokens: list[Any]) -> Iterator[Any]:
    """The tokens without the schema of a type: ``x::pg_catalog.text``, ``AS pg_catalog.text``."""
    texts = [token.text.lower() for token in tokens]
    schemas = {
        at
        for at in range(1, len(texts))
        if texts[at - 1] in ("::", "as") and texts[at : at + 2] == ["pg_catalog", "."]
    }
    for at, token in enumerate(tokens):
        if not {at, at - 1} & schemas:
            yield token


#: What a comma has nothing before: sqlglot reads on, as if the comma were not there.
_AFTER_LIST = {
    TokenType.R_PAREN, TokenType.FROM, TokenType.WHERE, TokenType.GROUP_BY, TokenType.HAVING,
    TokenType.ORDER_BY, TokenType.LIMIT, TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT,
    TokenType.SEMICOLON,
}  # fmt: skip


#: What cannot stand behind a word or mark; None is the end.
_NEVER_AFTER: dict[TokenType, tuple[TokenType | None, ...]] = {
    TokenType.ALIAS: (TokenType.COMMA, TokenType.R_PAREN, TokenType.STRING, None),
    TokenType.COMMA: (TokenType.COMMA,),
    TokenType.L_PAREN: (TokenType.COMMA,),
    TokenType.PARTITION_BY: (TokenType.R_PAREN,),
    TokenType.SELECT: (TokenType.COMMA,),
    TokenType.ASC: (TokenType.DESC,),
}
#: What ends a value: NOT NULL behind it has lost its IS.
_VALUES = (
    TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.R_PAREN,
    TokenType.R_BRACKET,
)  # fmt: skip


def _check_pairs(tokens: list[Any]) -> None:
    """Refuse what sqlglot lets pass: ``a, FROM``, ``1,, 2``, ``==``, ``LIMIT 1, 2``, a NOT NULL."""
    before = last = None
    for token, after in itertools.zip_longest(tokens, tokens[1:]):
        kind, following = token.token_type, after and after.token_type
        ended = kind is TokenType.COMMA and (after is None or following in _AFTER_LIST)
        never = last is not TokenType.ALIAS and following in _NEVER_AFTER.get(kind, ())
        never |= kind is following is TokenType.STRING and token.line == after.line
        never |= last in _VALUES and kind is TokenType.NOT and following is TokenType.NULL
        if kind is TokenType.COMMA and before is TokenType.LIMIT:
            raise RedshiftError("LIMIT #,# syntax is not supported", SYNTAX)
        before, last = last, kind
        if ended or never or (kind is TokenType.EQ and token.text == "=="):
            told = f'or near "{after.text}"' if after else "end of input"
            raise RedshiftError(f"syntax error at {told}", SYNTAX)


def _has_parameters(text: str) -> bool:
    if "$" not in text:
        return False
    found = [(word.kind, text[word.start]) for word in words(text)[:-1]]
    return ("parameter", "$") in found and ("string", "$") not in found


def into(tree: exp.Expr) -> exp.Into | None:
    """The table that a query's rows go into: its first SELECT may name one."""
    while isinstance(tree, exp.SetOperation):
        tree = tree.left
    found: exp.Into | None = tree.args.get("into")
    return found


def parse_expression(text: str) -> exp.Expr:
    """The tree of one expression."""
    tree = parse_query(f"SELECT {text}")
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("from_"):
        raise RedshiftError(f'syntax error at or near "{text}"', SYNTAX)
    only: exp.Expr = tree.expressions[0]
    return only


def _syntax_error(text: str, error: SqlglotError) -> RedshiftError:
    told = getattr(error, "errors", None) or [{}]
    near, line, column = (told[0].get(k) for k in ("highlight", "line", "col"))
    if not near:
        return RedshiftError("syntax error at end of input", SYNTAX)
    before = sum(len(one) + 1 for one in text.split("\n")[: (line or 1) - 1])
    position = before + max(1, (column or 1) - len(near) + 1)
    return RedshiftError(f'syntax error at or near "{near}"', SYNTAX, position=position)


def type_of(node: exp.Expr) -> Type:
    """The type that a cast in a tree names."""
    named = Words(str(node.meta.get("written", node.name)).lower())
    found = named.type()
    named.end()
    return found
