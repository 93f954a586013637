"""Redshift's text for sqlglot: its parser, where Redshift reads otherwise.

No function is sqlglot's: each call stays a name with its arguments, so that what it means is said
in one place, our registry.
"""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.redshift import Redshift
from sqlglot.parsers.redshift import RedshiftParser
from sqlglot.tokenizer_core import TokenType

from labkit.cloud.engine.redshift.words import UNITS

_KEPT = (
    "CAST", "TRY_CAST", "CONVERT", "EXTRACT", "SUBSTRING", "TRIM", "OBJECT_TRANSFORM",
)  # fmt: skip
_NAMES = (TokenType.VAR, TokenType.IDENTIFIER)
_BEGINNINGS = (TokenType.SELECT, TokenType.JOIN, TokenType.NOT)


def _approximate(parser: Any) -> Any:
    """``APPROXIMATE COUNT(...)``; where no function follows, it is a name."""
    name, call = parser._prev.text, parser._parse_function()
    return exp.Anonymous(this="approximate", expressions=[call]) if call else exp.column(name)


def _position(parser: Any) -> Any:
    """``POSITION(a IN b)``, which sqlglot takes with a comma too."""
    part = parser._parse_bitwise()
    if not parser._match(TokenType.IN):
        parser.raise_error("IN", parser._curr)
    return exp.StrPosition(this=parser._parse_bitwise(), substr=part)


def _prior(parser: Any) -> Any:
    """``PRIOR name`` of a CONNECT BY; where there is none, or no name follows, it is a name."""
    name = parser._prev.text
    hierarchy = any(each.token_type is TokenType.CONNECT_BY for each in parser._tokens)
    if not hierarchy or parser._curr.token_type not in {*parser.ID_VAR_TOKENS, TokenType.L_PAREN}:
        return exp.column(name)
    return exp.Prior(this=parser._parse_unary())


def _as_long(kind: exp.DataType, text: str) -> exp.DataType:
    """``CHAR 'xy'`` has no length, so that it keeps the text, where ``'xy'::CHAR`` has one letter.

    Source: PostgreSQL's grammar, ConstCharacter.
    """
    if str(kind.meta["written"]).lower() not in ("char", "character", "nchar"):
        return kind
    size = max(len(text.encode()), 1)
    found = exp.DataType.build(f"char({size})")
    found.meta["written"] = f"char({size})"
    return found


class _Parser(RedshiftParser):
    """sqlglot's, with every function left as its name."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        **{name: RedshiftParser.FUNCTION_PARSERS[name] for name in _KEPT},
        "POSITION": _position,
    }
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "ANY": RedshiftParser.NO_PAREN_FUNCTION_PARSERS["ANY"],
        "CASE": RedshiftParser.NO_PAREN_FUNCTION_PARSERS["CASE"],
        "APPROXIMATE": _approximate,
        "PRIOR": _prior,
        "SYSDATE": lambda parser: exp.Anonymous(this="sysdate"),
    }
    PLACEHOLDER_PARSERS: ClassVar[dict[Any, Any]] = {
        TokenType.PARAMETER: RedshiftParser.PLACEHOLDER_PARSERS[TokenType.PARAMETER]
    }
    QUERY_MODIFIER_PARSERS: ClassVar[dict[Any, Any]] = {
        token: parser
        for token, parser in RedshiftParser.QUERY_MODIFIER_PARSERS.items()
        if token is not TokenType.FETCH
    }
    # E'a\nb' is a text as any other: escapes are read in all of them.
    PRIMARY_PARSERS: ClassVar[dict[Any, Any]] = {
        **RedshiftParser.PRIMARY_PARSERS,
        TokenType.BYTE_STRING: RedshiftParser.PRIMARY_PARSERS[TokenType.STRING],
    }
    _TYPES_OF_TEXTS: ClassVar[set[Any]] = RedshiftParser.TYPE_TOKENS - {TokenType.INTERVAL}
    UNARY_PARSERS: ClassVar[dict[Any, Any]] = {
        **RedshiftParser.UNARY_PARSERS,
        # Sums bind more tightly than these: @ -5 + 1 is 4.
        TokenType.DAT: lambda parser: exp.Anonymous(this="abs", expressions=[parser._parse_term()]),
        TokenType.RLIKE: lambda parser: exp.BitwiseNot(this=parser._parse_term()),
        TokenType.PIPE_SLASH: lambda parser: exp.Sqrt(this=parser._parse_term()),
        TokenType.DPIPE_SLASH: lambda parser: exp.Cbrt(this=parser._parse_term()),
    }

    def _parse_type(
        self, parse_interval: bool = True, fallback_to_identifier: bool = False
    ) -> exp.Expr | None:
        """``DATE '2024-01-05'::VARCHAR`` casts the date, where sqlglot has it cast the text."""
        start = self._index
        if self._curr.token_type in self._TYPES_OF_TEXTS:
            kind = self._parse_types(check_func=True, allow_identifiers=False)
            text = self._parse_primary() if isinstance(kind, exp.DataType) else None
            if isinstance(kind, exp.DataType) and isinstance(text, exp.Literal) and text.is_string:
                cast = exp.Cast(this=text, to=_as_long(kind, text.name))
                return self._parse_column_ops(self.expression(cast))
            self._retreat(start)
        return super()._parse_type(parse_interval, fallback_to_identifier)

    def _parse_alias(self, this: exp.Expr | None, explicit: bool = False) -> exp.Expr | None:
        """Any word may stand behind AS, where sqlglot leaves out SELECT."""
        if self._match_pair(TokenType.ALIAS, TokenType.SELECT):
            name = exp.to_identifier(self._prev.text)
            return self.expression(exp.Alias(this=this, alias=name))
        return super()._parse_alias(this, explicit)

    def _parse_connect_with_prior(self) -> exp.Expr | None:
        """PRIOR is known everywhere, where sqlglot knows it in this condition alone."""
        return self._parse_disjunction()

    def _parse_grouping_set(self) -> exp.Expr | None:
        """A condition, too, where sqlglot reads none."""
        sets = self._parse_grouping_sets() or self._parse_cube_or_rollup()
        return sets or self._parse_disjunction()

    def _parse_cube_or_rollup(self, with_prefix: bool = False) -> exp.Cube | exp.Rollup | None:
        start = self._index
        kind = exp.Cube if self._match(TokenType.CUBE) else exp.Rollup
        if kind is exp.Rollup and not self._match(TokenType.ROLLUP):
            return None
        if with_prefix:
            self._retreat(start)
            return super()._parse_cube_or_rollup(with_prefix)
        return self.expression(kind(expressions=self._parse_wrapped_csv(self._parse_disjunction)))

    def _parse_star_op(self, *keywords: str) -> list[exp.Expr] | None:
        """EXCLUDE ends the whole select list: ``* EXCLUDE a, b``, where sqlglot selects ``b``."""
        return None if "EXCLUDE" in keywords else super()._parse_star_op(*keywords)

    def _parse_types(self, *args: Any, **options: Any) -> exp.Expr | None:
        """``'{}'::aclitem[]``, a type of the catalog's, among those of columns."""
        if self._match_text_seq("ACLITEM", "[", "]"):
            return exp.DataType(this=exp.DataType.Type.USERDEFINED, kind="aclitem[]")
        start = self._curr
        found = super()._parse_types(*args, **options)
        if isinstance(found, exp.DataType):
            found.meta["written"] = self._find_sql(start, self._prev)
        return found

    def _parse_interval(
        self, require_interval: bool = True, parse_function_unit: bool = True
    ) -> exp.Interval | None:
        """``INTERVAL`` with its text whole, of which sqlglot drops what follows the first unit."""
        start = self._index
        if not (self._match(TokenType.INTERVAL) and self._match(TokenType.STRING)):
            self._retreat(start)
            return None
        text, unit = exp.Literal.string(self._prev.text), self._unit()
        if unit and self._match_text_seq("TO"):
            unit = exp.IntervalSpan(this=unit, expression=self._unit())
        digits = self._parse_wrapped(self._parse_number, optional=True) if unit else None
        return exp.Interval(this=text, unit=unit, digits=digits)

    def _parse_bracket(self, this: exp.Expr | None = None) -> exp.Expr | None:
        """``ARRAY(1, 2)[0]`` and ``t.array[0]``: only after ARRAY itself are brackets an array.

        ``[1, 2]``, ``{'a': 1}`` are no values to Redshift.
        """
        if self._curr.token_type is TokenType.L_BRACE or (
            this is None and self._curr.token_type is TokenType.L_BRACKET
        ):
            self.raise_error("a bracket", self._curr)
        named = this is not None and this.name.upper() == "ARRAY" and not this.is_string
        alone = isinstance(this, exp.Column | exp.Table) and len(this.parts) == 1
        if named and not alone:
            this = exp.Paren(this=this)
        return super()._parse_bracket(this)

    def _parse_table(self, *args: Any, **options: Any) -> exp.Expr | None:
        """``t.items[0].parts AS part AT index``: to sqlglot the brackets end a name of a table."""
        start = self._index
        unpivot = self._match(TokenType.UNPIVOT)
        if not self._bracketed():
            self._retreat(start)
            return super()._parse_table(*args, **options)
        found = self._parse_column()
        if self._curr.text.upper() != "AT":
            found = self._parse_alias(found)
        if self._match_text_seq("AT"):
            index = self._parse_id_var()
            found = self.expression(exp.AtIndex(this=found, expression=index))
        return self.expression(exp.Pivot(this=found, unpivot=True)) if unpivot else found

    def _bracketed(self) -> bool:
        """Whether names between dots stand here, and a bracket after them."""
        kinds = [each.token_type for each in self._tokens[self._index : self._index + 8]]
        names = kinds[::2]
        dots = itertools.takewhile(lambda kind: kind is TokenType.DOT, kinds[1::2])
        at = 2 * len(list(dots)) + 1
        return at < len(kinds) and kinds[at] is TokenType.L_BRACKET and names[0] in _NAMES

    def _unit(self) -> Any:
        return exp.var(self._prev.text) if self._match_texts(UNITS) else None


class _Tokenizer(Redshift.Tokenizer):
    """sqlglot's, without the words that mean something to others alone."""

    KEYWORDS: ClassVar[dict[str, TokenType]] = {
        word: token
        for word, token in Redshift.Tokenizer.KEYWORDS.items()
        if word not in ("LATERAL", "RLIKE", "REGEXP")
    }


class Dialect(Redshift):
    """Redshift's text for sqlglot; see `_Parser`."""

    SUPPORTS_USER_DEFINED_TYPES = True
    Parser = _Parser
    Tokenizer = _Tokenizer

    def tokenize(self, *args: Any, **options: Any) -> list[Any]:
        """Any word may stand behind a dot, where sqlglot begins a query or a join: ``t.select``."""
        found = super().tokenize(*args, **options)
        for before, each in itertools.pairwise(found):
            if before.token_type is TokenType.DOT and each.token_type in _BEGINNINGS:
                each.token_type = TokenType.VAR
        return found


class _Undollared(_Tokenizer):
    """sqlglot's takes ``$1,$`` for the beginning of a string; here a dollar begins a parameter."""

    HEREDOC_STRINGS: ClassVar[list[Any]] = []
    SINGLE_TOKENS: ClassVar[dict[str, TokenType]] = {
        **_Tokenizer.SINGLE_TOKENS,
        "$": TokenType.PARAMETER,
    }


class ParametersDialect(Dialect):
    """For a text without strings in dollars."""

    Tokenizer = _Undollared
