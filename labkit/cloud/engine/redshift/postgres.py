"""What only PostgreSQL's own catalog is asked with: ``regclass``, arrays in text, ``OPERATOR()``.

Redshift's users have no arrays, but its catalog and the drivers' queries of it do: they stand here
as text, ``{1,2}``. A name as a ``regclass`` is its relation's number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.calls import inlined
from labkit.cloud.engine.redshift.casts import as_text, cast, coerce
from labkit.cloud.engine.redshift.comparing import compare
from labkit.cloud.engine.redshift.errors import BAD_TEXT, RedshiftError, unsupported
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    INT2,
    INT4,
    INTEGERS,
    OID,
    UNKNOWN,
    VARCHAR,
    Type,
)
from labkit.cloud.engine.redshift.words import Words, with_capitals

#: Later PostgreSQL's table of roles, whose number psql names.
_AUTHID = 1260

#: The session's value that tells whether names in quotes keep their capitals.
KEEPS_CASE = "case-sensitive names"
#: Types of functions alone, which ``\\df`` compares with.
_PSEUDO = {"trigger": 2279, "cstring": 2275, "any": 2276}


def regclass(value: Typed, scope: Scope) -> Typed:
    """``'sales.orders'::regclass``: the number of a relation.

    Raises:
        RedshiftError: there is none of that name.
    """
    if value.literal is None:
        return cast(value, OID).named("regclass")
    if value.literal.isdigit():
        return Typed(f"CAST({value.literal} AS BIGINT)", OID, "regclass")
    keeps = scope.state.catalog.session(KEEPS_CASE)
    words = Words(with_capitals(value.literal) if keeps else value.literal)
    name = words.name()
    words.end()
    number = _AUTHID if name[-1] == "pg_authid" else scope.state.catalog.number(name)
    return Typed(f"CAST({number} AS BIGINT)", OID, "regclass")


def regtype(value: Typed, scope: Scope) -> Typed:
    """``23::regtype``: the name of a type; of a pseudo-type that is named, its number."""
    if value.literal and (number := _PSEUDO.get(value.literal.removeprefix("pg_catalog."))):
        return Typed(f"CAST({number} AS BIGINT)", OID, "regtype")
    function = scope.state.catalog.functions(("format_type",))[0]
    return inlined(function, [cast(value, OID), Typed("NULL", INT4)], scope).named("regtype")


def regprocedure(value: Typed, scope: Scope) -> Typed:
    """``100071::regprocedure``: a function with the types of its arguments, ``f(integer)``."""
    function = scope.state.catalog.functions(("regprocedureout",))[0]
    return inlined(function, [cast(value, OID)], scope).named("regprocedure")


def regproc(value: Typed, scope: Scope) -> Typed:
    """``'pg_catalog.array_in'::regproc``: a function by its name alone, as the catalog shows it."""
    return Typed(f"replace({as_text(value).sql}, 'pg_catalog.', '')", VARCHAR, "regproc")


#: Casts to types that are the catalog's alone.
REGISTERS: dict[str, Callable[[Typed, Scope], Typed]] = {
    "regclass": regclass,
    "regtype": regtype,
    "regproc": regproc,
    "regprocedure": regprocedure,
    "aclitem[]": lambda value, scope: cast(value, VARCHAR).named("aclitem"),
}


def any_of_list(op: str, left: Typed, items: list[Typed], *, every: bool) -> Typed:
    """``x = ANY (ARRAY[1, 2])``: the comparison with one of them, or with all."""
    parts = [compare(op, left, each).sql for each in items] or [str(every).lower()]
    return Typed(f"({(' AND ' if every else ' OR ').join(parts)})", BOOL)


def members(text: str) -> list[Typed]:
    """What an array's text holds, as drivers send it: ``{1,2}``, ``{"a,b",NULL}``.

    Raises:
        RedshiftError: it is no array.
    """
    if not (text.startswith("{") and text.endswith("}")):
        raise RedshiftError(f'malformed array literal: "{text}"', BAD_TEXT)
    return [_member(found[1], found[2]) for found in _MEMBER.finditer(text[1:-1])]


def _member(quoted: str | None, plain: str) -> Typed:
    if quoted is None and plain.upper() == "NULL":
        return Typed("NULL", UNKNOWN)
    value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
    return Typed(quoted_text(value), UNKNOWN, literal=value)


_MEMBER = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,]+)', re.DOTALL)


def any_of_text(op: str, left: Typed, array: Typed) -> Typed:
    """``n = ANY (conkey)``: whether an array in text has it.

    Raises:
        RedshiftError: the comparison is another, or the types are none of the catalog's.
    """
    base = array.type.base
    if op != "=" or base not in ("varchar", "unknown", *_ELEMENTS):
        raise unsupported("ANY of these types")
    items = (_VECTOR if base in _VECTORS else _ARRAY).format(array.sql)
    return Typed(f"list_contains({items}, {as_text(left).sql})", BOOL)


def array_text(items: list[Typed]) -> Typed:
    """``ARRAY[1, 2]`` as the text of the catalog's arrays."""
    if any(each.type.base not in (*INTEGERS, "varchar", "unknown", "name") for each in items):
        raise unsupported("ARRAY of these types")
    parts = ", ".join(as_text(each).sql for each in items)
    kind = Type("_int2") if {each.type.base for each in items} == {"int2"} else VARCHAR
    return Typed(f"concat('{{', concat_ws(',', {parts}), '}}')", kind, "array")


def array_of_query(sql: str, kind: Type) -> Typed:
    """``ARRAY(SELECT ...)`` as the text of the catalog's arrays."""
    text = as_text(Typed("c0", kind)).sql
    return Typed(
        f"(SELECT concat('{{', string_agg({text}, ','), '}}') FROM ({sql}))", VARCHAR, "array"
    )


def is_array(node: exp.Expr, scope: Scope) -> bool:
    """Whether an expression is an array of the catalog."""
    call = node.unnest()
    if isinstance(call, exp.Column) and len(call.parts) <= 2:
        found = scope.column(call.table.lower(), call.name.lower())
        return found is not None and found.type.base in _ELEMENTS
    call = call.expression if isinstance(call, exp.Dot) else call
    return isinstance(call, exp.Anonymous) and str(call.this).lower() == "current_schemas"


def elements(args: Sequence[Typed]) -> Typed:
    """``unnest(reloptions)``: the members of an array of the catalog, a row each.

    Raises:
        RedshiftError: it is none.
    """
    if len(args) != 1 or args[0].type.base not in ("varchar", "_text"):
        raise unsupported("UNNEST of these types")
    return Typed(f"unnest({_ARRAY.format(args[0].sql)})", VARCHAR, "unnest")


def element(array: Typed, index: Typed) -> Typed:
    """``(current_schemas(true))[1]``: a member; arrays count from 1, a vector from 0."""
    base, at = array.type.base, coerce(index, INT4).sql
    items = _VECTOR if base in _VECTORS else _ARRAY
    kind = _ELEMENTS.get(base, VARCHAR)
    member = f"{items.format(array.sql)}[{at}]"
    if base in _VECTORS:  # one without members is an empty text
        member = f"nullif({items.format(array.sql)}[{at} + 1], '')"
    return Typed(f"CAST({member} AS {kind.duckdb})", kind, array.name)


_ARRAY, _VECTOR = "string_split(trim({}, '{{}}'), ',')", "string_split({}, ' ')"
_VECTORS = ("int2vector", "oidvector")
_ELEMENTS = {
    "_text": VARCHAR, "oidvector": OID, "int2vector": INT2, "_int2": INT2, "_oid": OID,
}  # fmt: skip


def operator_of(node: exp.Operator) -> exp.Expr:
    """``a OPERATOR(pg_catalog.~) b`` as ``a ~ b``.

    Raises:
        RedshiftError: it is no operator of the catalog's queries.
    """
    name = str(node.args["operator"]).lower().removeprefix("pg_catalog.").strip()
    build = _OPERATORS.get(name)
    if build is None:
        raise RedshiftError(f"operator does not exist: {name}", "42883")
    return build(node.this, node.expression)


_OPERATORS: dict[str, Callable[[exp.Expr, exp.Expr], exp.Expr]] = {
    "=": lambda a, b: exp.EQ(this=a, expression=b),
    "<>": lambda a, b: exp.NEQ(this=a, expression=b),
    "~": lambda a, b: exp.RegexpLike(this=a, expression=b),
    "!~": lambda a, b: exp.Not(this=exp.RegexpLike(this=a, expression=b)),
    "~~": lambda a, b: exp.Like(this=a, expression=b),
}
