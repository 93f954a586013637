"""Redshift's text: words, statements, and trees of expressions and queries.

sqlglot reads the text, but no function of it: each call stays a name with its arguments, so that
what it means is said in one place, our registry. Where Redshift's grammar is its own (statements of
definition and maintenance), `Words` reads token by token.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from sqlglot import exp
from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import SqlglotError
from sqlglot.parsers.redshift import RedshiftParser
from sqlglot.tokenizer_core import TokenType

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.types import (
    INTEGERS,
    INTERVAL_UNITS,
    LONGEST,
    LONGEST_CHAR,
    NAMES,
    Type,
    named_type,
)

T = TypeVar("T")

_KEPT = (
    "CAST", "TRY_CAST", "CONVERT", "EXTRACT", "POSITION", "SUBSTRING", "TRIM", "OBJECT_TRANSFORM",
)  # fmt: skip


_INTERVAL_UNITS = {name + ending for name in map(str.upper, INTERVAL_UNITS) for ending in ("", "S")}


_NAMES = (TokenType.VAR, TokenType.IDENTIFIER)


def _approximate(parser: Any) -> Any:
    """``APPROXIMATE COUNT(...)``; where no function follows, it is a name."""
    name, call = parser._prev.text, parser._parse_function()
    return exp.Anonymous(this="approximate", expressions=[call]) if call else exp.column(name)


class _Parser(RedshiftParser):
    """sqlglot's, with every function left as its name."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: RedshiftParser.FUNCTION_PARSERS[name] for name in _KEPT
    }
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "ANY": RedshiftParser.NO_PAREN_FUNCTION_PARSERS["ANY"],
        "CASE": RedshiftParser.NO_PAREN_FUNCTION_PARSERS["CASE"],
        "APPROXIMATE": _approximate,
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
    _TYPES_OF_TEXTS: ClassVar[set[Any]] = RedshiftParser.TYPE_TOKENS - {TokenType.INTERVAL}
    UNARY_PARSERS: ClassVar[dict[Any, Any]] = {
        **RedshiftParser.UNARY_PARSERS,
        TokenType.DAT: lambda parser: exp.Anonymous(
            this="abs", expressions=[parser._parse_unary()]
        ),
    }

    def _parse_type(
        self, parse_interval: bool = True, fallback_to_identifier: bool = False
    ) -> exp.Expr | None:
        """``DATE '2024-01-05'::VARCHAR`` casts the date, where sqlglot has it cast the text."""
        start = self._index
        if self._curr.token_type in self._TYPES_OF_TEXTS:
            kind = self._parse_types(check_func=True, allow_identifiers=False)
            text = self._parse_primary() if isinstance(kind, exp.DataType) else None
            if isinstance(text, exp.Literal) and text.is_string:
                return self._parse_column_ops(self.expression(exp.Cast(this=text, to=kind)))
            self._retreat(start)
        return super()._parse_type(parse_interval, fallback_to_identifier)

    def _parse_alias(self, this: exp.Expr | None, explicit: bool = False) -> exp.Expr | None:
        """Any word may stand behind AS, where sqlglot leaves out SELECT."""
        if self._match_pair(TokenType.ALIAS, TokenType.SELECT):
            name = exp.to_identifier(self._prev.text)
            return self.expression(exp.Alias(this=this, alias=name))
        return super()._parse_alias(this, explicit)

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
        return exp.var(self._prev.text) if self._match_texts(_INTERVAL_UNITS) else None


class _Tokenizer(Redshift.Tokenizer):
    """sqlglot's, without the words that are operators to others alone."""

    KEYWORDS: ClassVar[dict[str, TokenType]] = {
        word: token
        for word, token in Redshift.Tokenizer.KEYWORDS.items()
        if word not in ("RLIKE", "REGEXP")
    }


class Dialect(Redshift):
    """Redshift's text for sqlglot; see `_Parser`."""

    SUPPORTS_USER_DEFINED_TYPES = True
    Parser = _Parser
    Tokenizer = _Tokenizer


class _Undollared(_Tokenizer):
    """sqlglot's takes ``$1,$`` for the beginning of a string; here a dollar begins a parameter."""

    HEREDOC_STRINGS: ClassVar[list[Any]] = []
    SINGLE_TOKENS: ClassVar[dict[str, TokenType]] = {
        **_Tokenizer.SINGLE_TOKENS,
        "$": TokenType.PARAMETER,
    }


class _ParametersDialect(Dialect):
    """For a text without strings in dollars."""

    Tokenizer = _Undollared


_BARE = re.compile(r"[a-z_\u0080-\uffff][\w$\u0080-\uffff]*")


@dataclass(frozen=True)
class Word:
    """One token of a statement.

    Args:
        kind: ``word``, ``quoted`` (a name in double quotes), ``string``, ``number``, ``mark``, or
            ``end``.
        text: what it says, without quotes.
        start: its first character in the statement's text, 0-based.
        end: the character after it.
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind in ("word", "mark") else ""


_TOKEN = re.compile(
    r"""(?P<space>(?:\s+|--[^\n]*|/\*.*?\*/)+)
    |(?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<string>[eE]?'(?:[^'\\]|''|\\.)*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[#A-Za-z_\u0080-\uffff][\w$\#\u0080-\uffff]*)
    |(?P<parameter>[$]\d+|:[A-Za-z_]\w*(?<!:))
    |(?P<mark>::|<>|!=|<=|>=|\|\||:=|=>|.)""",
    re.X | re.S,
)


def words(text: str) -> list[Word]:
    """The tokens of a text, without blanks and comments, ``end`` last."""
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        if kind != "space" and kind is not None:
            found.append(_word(kind, match))
    return [*found, Word("end", "", len(text), len(text))]


def _word(kind: str, match: re.Match[str]) -> Word:
    text = match[0]
    if match["dollar"]:
        skipped = len(match["tag"] or "") + 2
        kind, text = "string", text[skipped:-skipped]
    elif kind == "string":
        text = unescaped(text[text.index("'") + 1 : -1])
    elif kind == "quoted":
        text = text[1:-1].replace('""', '"')
    return Word(kind, text, match.start(), match.end())


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unescaped(text: str) -> str:
    """The value of a string: a quote is doubled or escaped, and so is a backslash."""
    return re.sub(
        r"''|\\(.)", lambda m: "'" if m[1] is None else _ESCAPES.get(m[1], m[1]), text, flags=re.S
    )


def statements(text: str) -> Iterator[str]:
    """The statements of a text, which semicolons part."""
    start, depth = 0, 0
    for word in words(text):
        if word.kind == "end" or (word.upper == ";" and depth == 0):
            piece = text[start : word.start].strip()
            if len(words(piece)) > 1:
                yield piece
            start = word.end


class Words:
    """A statement's tokens, read one by one."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.words = words(text)

    @property
    def word(self) -> Word:
        return self.words[self.at]

    @property
    def ended(self) -> bool:
        return self.word.kind == "end"

    def peek(self, *wanted: str, ahead: int = 0) -> bool:
        """Whether these words come next."""
        coming = self.words[self.at + ahead : self.at + ahead + len(wanted)]
        return [word.upper for word in coming] == list(wanted)

    def accept(self, *wanted: str) -> bool:
        """Take these words if they come next."""
        found = self.peek(*wanted)
        self.at += len(wanted) if found else 0
        return found

    def accept_one(self, *choices: str) -> str:
        """Take the next word if it is one of these; else nothing."""
        found = self.word.upper
        if found not in choices:
            return ""
        self.at += 1
        return found

    def expect(self, *wanted: str) -> None:
        for one in wanted:
            if not self.accept(one):
                raise self.refuse()

    def take(self) -> Word:
        found = self.word
        if found.kind == "end":
            raise self.refuse()
        self.at += 1
        return found

    def refuse(self) -> RedshiftError:
        """The error of a word that cannot stand here."""
        if self.ended:
            return RedshiftError("syntax error at end of input", SYNTAX)
        near = self.text[self.word.start : self.word.end]
        return RedshiftError(
            f'syntax error at or near "{near}"', SYNTAX, position=self.word.start + 1
        )

    def end(self) -> None:
        """Nothing more may come."""
        self.accept(";")
        if not self.ended:
            raise self.refuse()

    def identifier(self) -> str:
        """A name: lower case whether in quotes or not, as Redshift folds both."""
        if self.word.kind not in ("word", "quoted"):
            raise self.refuse()
        return self.take().text.lower()

    def name(self) -> tuple[str, ...]:
        """A name with dots: ``database.schema.table``."""
        found = [self.identifier()]
        while self.accept("."):
            found.append(self.identifier())
        return tuple(found)

    def names(self) -> list[str]:
        """Names with commas, in brackets."""
        return self.listed(self.identifier)

    def listed(self, read: Callable[[], T]) -> list[T]:
        """Things with commas, in brackets."""
        self.expect("(")
        found = self.each(read)
        self.expect(")")
        return found

    def each(self, read: Callable[[], T]) -> list[T]:
        """Things with commas."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return found

    def string(self) -> str:
        if self.word.kind != "string":
            raise self.refuse()
        return self.take().text

    def number(self) -> int:
        sign = -1 if self.accept("-") else 1
        if self.word.kind != "number" or not self.word.text.isdigit():
            raise self.refuse()
        return sign * int(self.take().text)

    def type(self) -> Type:
        """A type's name with its numbers."""
        name = self._type_name()
        kept = self._smallest_unit() if name == "interval" else 0
        sizes: list[int] = []
        sized = name == "float" or NAMES.get(name) not in _UNSIZED
        if sized and self.accept("("):
            while not sizes or (len(sizes) < 2 and self.accept(",")):
                longest = LONGEST_CHAR if name in _CHARS else LONGEST
                sizes.append(longest if self.accept("MAX") else self.number())
            self.expect(")")
        zone = self.accept("WITH", "TIME", "ZONE")
        self.accept("WITHOUT", "TIME", "ZONE")
        if kept:
            return Type("interval", kept)
        if name == "float" and sizes:
            return named_type("float4" if sizes[0] < 25 else "float8")
        return named_type(f"{name}tz" if zone else name, tuple(sizes))

    def _type_name(self) -> str:
        for pair, short in _PAIRS.items():
            if self.accept(*pair):
                return short
        name = self.identifier()
        return f"{name}[]" if self.accept("[", "]") else name

    def _smallest_unit(self) -> int:
        """The place of an interval's last unit among `INTERVAL_UNITS`, from 1; 0 without one."""
        last = self.accept_one(*_INTERVAL_UNITS)
        if last and self.accept("TO"):
            last = self.accept_one(*_INTERVAL_UNITS)
        return INTERVAL_UNITS.index(last.lower().removesuffix("s")) + 1 if last else 0

    def slice(self, start: int, end: int | None = None) -> str:
        """The text from one token to before another."""
        last = self.words[self.at if end is None else end]
        return self.text[self.words[start].start : last.start].strip()

    def rest(self) -> str:
        """All text that has not been read."""
        found = self.text[self.word.start :].strip().removesuffix(";").strip()
        self.at = len(self.words) - 1
        return found

    def balanced(self) -> str:
        """The text within the brackets that open here."""
        self.expect("(")
        start, depth = self.at, 1
        while depth:
            word = self.take().upper
            depth += {"(": 1, ")": -1}.get(word, 0)
        return self.slice(start, self.at - 1)

    def expression(self, *stops: str) -> str:
        """The text up to a comma, a closing bracket or one of these words, on this level."""
        start, depth = self.at, 0
        while not self.ended and (depth or self.word.upper not in (",", ")", ";", *stops)):
            depth += {"(": 1, ")": -1}.get(self.take().upper, 0)
        if start == self.at:
            raise self.refuse()
        return self.slice(start)


_CHARS = ("char", "character", "nchar", "bpchar")
#: Types without numbers: ``INT(11)`` is MySQL's.
_UNSIZED = {
    *INTEGERS, "bool", "float4", "float8", "date", "super", "geometry", "geography", "hllsketch",
}  # fmt: skip
#: Types of two words.
_PAIRS = {
    ("DOUBLE", "PRECISION"): "float8", ("CHARACTER", "VARYING"): "varchar",
    ("CHAR", "VARYING"): "varchar", ("BINARY", "VARYING"): "varbyte",
    ("NATIONAL", "CHARACTER"): "bpchar",
}  # fmt: skip
#: ``17 # 5`` and ``@ -5``, which sqlglot takes for a name and a parameter.
_OPERATORS = {
    ("#", TokenType.VAR): TokenType.HASH,
    ("@", TokenType.PARAMETER): TokenType.DAT,
}


def parse_query(text: str) -> exp.Expr:
    """The tree of a query or of a change of rows.

    Raises:
        RedshiftError: it does not read.
    """
    dialect = _ParametersDialect() if _has_parameters(text) else Dialect()
    try:
        tokens = dialect.tokenize(text)
        for token in tokens:
            token.token_type = _OPERATORS.get((token.text, token.token_type), token.token_type)
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
    """Refuse a JOIN without ON and USING, which sqlglot reads as a comma."""
    words = sum(token.token_type is TokenType.JOIN for token in tokens)
    told = words and sum(
        bool(each.args.get("on") or each.args.get("using") or each.args.get("method") or
             each.kind == "CROSS")
        for each in tree.find_all(exp.Join)
    )  # fmt: skip
    if words and told != words:
        raise RedshiftError("syntax error: a join needs ON or USING", SYNTAX)


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
    TokenType.ALIAS: (TokenType.COMMA, TokenType.R_PAREN, None),
    TokenType.COMMA: (TokenType.COMMA,),
    TokenType.L_PAREN: (TokenType.COMMA,),
    TokenType.PARTITION_BY: (TokenType.R_PAREN,),
    TokenType.SELECT: (TokenType.COMMA,),
    TokenType.ASC: (TokenType.DESC,),
}


def _check_pairs(tokens: list[Any]) -> None:
    """Refuse what sqlglot lets pass: ``a, FROM``, ``1,, 2``, ``==``, ``LIMIT 1, 2``."""
    before = last = None
    for token, after in itertools.zip_longest(tokens, tokens[1:]):
        kind, following = token.token_type, after and after.token_type
        ended = kind is TokenType.COMMA and (after is None or following in _AFTER_LIST)
        never = last is not TokenType.ALIAS and following in _NEVER_AFTER.get(kind, ())
        never |= kind is following is TokenType.STRING and token.line == after.line
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


def shown_name(name: str) -> str:
    """A name as Redshift writes it: in quotes where it must be."""
    return name if _BARE.fullmatch(name) else quoted_name(name)
