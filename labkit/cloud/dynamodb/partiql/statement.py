"""The statements of DynamoDB's PartiQL.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.reading import Reader
from labkit.cloud.partiql.tokens import Unreadable
from labkit.cloud.partiql.tree import Call, Collection, Name, Path

#: What ``IS`` asks of a value, as DynamoDB calls its type; MISSING is none.
TYPES = {
    "MISSING": "",
    "NULL": "NULL",
    **dict.fromkeys(("BOOL", "BOOLEAN"), "BOOL"),
    "BLOB": "B",
    "STRING": "S",
    "NUMERIC": "N",
    **dict.fromkeys(("STRUCT", "TUPLE"), "M"),
    "LIST": "L",
}
_UNREADABLE = "Statement wasn't well formed, can't be processed: "
_LEFT = "Unexpected token after expression"
_DETAILS = {"end": "Unexpected term", "word": "Unexpected keyword", "sign": "Unexpected operator"}
_DELETED = "Only RETURNING ALL OLD * is allowed in DELETE statements."


@dataclass(frozen=True)
class Statement:
    """A statement.

    Args:
        kind: ``SELECT``, ``INSERT``, ``UPDATE``, ``DELETE``, or ``EXISTS``.
        columns: what a SELECT tells of each item; None for all.
        item: what an INSERT puts.
        changes: of an UPDATE: paths, and what they are set to; None where they are removed.
        order: names of keys, and whether they descend.
        returning: such as ``ALL OLD``.
    """

    kind: str
    table: str
    index: str | None = None
    columns: tuple[Path, ...] | None = None
    item: Any = None
    changes: tuple[tuple[Path, Any], ...] = ()
    where: Any = None
    order: tuple[tuple[str, bool], ...] = ()
    returning: str | None = None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.kind == "SELECT"


def read(text: str, given: int) -> Statement:
    """The statement that a text says, with so many values given.

    Raises:
        AwsError: ``ValidationException``.
    """
    try:
        reader = Reader(text, TYPES)
        found = _statement(reader)
        _end(reader)
    except Unreadable as error:
        raise refusal(f"{_UNREADABLE}{_detail(error)}") from error
    if reader.parameters != given:
        raise refusal("Number of parameters in request and statement don't match.")
    return found


def _detail(error: Unreadable) -> str:
    if error.kind == "character":
        return ""
    known = {"unexpected token": _LEFT, "expected type name": "Expected type name"}
    return known.get(error.message) or _DETAILS.get(error.kind, error.message)


def _statement(reader: Reader) -> Statement:
    for word, read_rest in _KINDS.items():
        if reader.accept(word):
            return read_rest(reader)
    raise refusal(f"{_UNREADABLE}Expected data manipulation")


def _end(reader: Reader) -> None:
    reader.accept(";")
    if reader.next.kind != "end":
        raise reader.refusal("unexpected token")


def _select(reader: Reader) -> Statement:
    columns = None if reader.accept("*") else tuple(_column(each) for each in _listed(reader))
    if columns is None and reader.accept(","):
        raise refusal("Other attributes should not be present in the projection when '*' is used.")
    names = [each.names[-1] for each in columns or ()]
    if twice := [each.text for each in names if isinstance(each, Name) and names.count(each) > 1]:
        raise refusal(f"Duplicate identifiers in select clause: {twice[0]}")
    reader.expect("FROM")
    if reader.next.kind == "end":
        raise reader.refusal("a table is missing")
    table, index = _source(reader)
    where = _where(reader)
    order: tuple[tuple[str, bool], ...] = ()
    if reader.accept("ORDER", "BY"):
        order = reader.listed(lambda: _ordered(reader))
    return Statement("SELECT", table, index, columns, where=where, order=order)


def _listed(reader: Reader) -> tuple[Any, ...]:
    return reader.listed(reader.expression)


def _column(node: Any) -> Path:
    if not isinstance(node, Path):
        what = f"function: {node.function}" if isinstance(node, Call) else "projection"
        raise refusal(f"Unsupported {what} in the select clause")
    if not isinstance(node.names[-1], Name) or not all(
        isinstance(step, (Name, int)) for step in node.steps
    ):
        raise AwsError(
            "NotImplementedException",
            "A place in a list at a path's end, and wildcards, are not available in the local AWS.",
        )
    return node


def _ordered(reader: Reader) -> tuple[str, bool]:
    name = reader.name().text
    descends = reader.accept("DESC")
    if not descends:
        reader.accept("ASC")
    return name, descends


def _insert(reader: Reader) -> Statement:
    reader.expect("INTO")
    table, index = _source(reader, "VALUE")
    if not reader.accept("VALUE"):
        raise reader.refusal("unexpected token")
    item = reader.expression()
    if not isinstance(item, Collection) or item.kind != "tuple":
        words = "Unsupported format in item expression. Please use struct format {...} to express"
        raise refusal(f"{words} item values for insert statement.")
    if reader.next.word == "RETURNING":
        raise refusal("RETURNING is not supported in INSERT")
    return _of_table(Statement("INSERT", table, index, item=item))


def _update(reader: Reader) -> Statement:
    table, index = _source(reader)
    changes = _changes(reader)
    where = _where(reader)
    return _returning(reader, Statement("UPDATE", table, index, changes=changes, where=where))


def _update_from(reader: Reader) -> Statement:
    table, index = _source(reader)
    where = _where(reader)
    changes = _changes(reader)
    return _returning(reader, Statement("UPDATE", table, index, changes=changes, where=where))


def _changes(reader: Reader) -> tuple[tuple[Path, Any], ...]:
    found: list[tuple[Path, Any]] = []
    while True:
        if reader.accept("SET"):
            found += reader.listed(lambda: _set(reader))
        elif reader.accept("REMOVE"):
            found += reader.listed(lambda: (reader.path(), None))
        elif found:
            return tuple(found)
        else:
            raise reader.refusal("expected SET or REMOVE")


def _set(reader: Reader) -> tuple[Path, Any]:
    path = reader.path()
    reader.expect("=")
    return path, reader.expression()


def _delete(reader: Reader) -> Statement:
    reader.expect("FROM")
    if reader.next.kind == "end" or reader.next.word in (";", "WHERE"):
        raise refusal(f"{_UNREADABLE}Expected identifier for simple path")
    table, index = _source(reader)
    found = _returning(reader, Statement("DELETE", table, index, where=_where(reader)))
    if found.returning not in (None, "ALL OLD"):
        raise refusal(f"Invalid returning clause: RETURNING {found.returning} *. {_DELETED}")
    return found


def _exists(reader: Reader) -> Statement:
    reader.expect("(", "SELECT")
    found = _select(reader)
    reader.expect(")")
    return replace(found, kind="EXISTS")


def _source(reader: Reader, behind: str = "") -> tuple[str, str | None]:
    names = reader.path().names
    if len(names) > 2:
        raise refusal("A path may contain at most 2 components in the FROM clause")
    texts = [each.text for each in names if isinstance(each, Name)]
    if len(texts) < len(names):
        raise refusal("Invalid list expression in source.")
    if "" in texts:
        raise refusal("Path component cannot be an empty string")
    named = reader.next.word not in _AFTER and reader.next.kind in ("word", "quoted")
    if not behind and (named or reader.next.word == "AS"):
        raise refusal("Aliasing is not supported")
    return texts[0], texts[1] if len(texts) > 1 else None


def _where(reader: Reader) -> Any:
    return reader.expression() if reader.accept("WHERE") else None


def _returning(reader: Reader, found: Statement) -> Statement:
    if not reader.accept("RETURNING"):
        return _of_table(found)
    which, when = reader.take().word, reader.take().word
    if which not in ("ALL", "MODIFIED") or when not in ("OLD", "NEW") or not reader.accept("*"):
        raise refusal("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause")
    return _of_table(replace(found, returning=f"{which} {when}"))


def _of_table(found: Statement) -> Statement:
    if found.index is not None:
        raise refusal("This operation is not supported on an index")
    return found


_AFTER = ("WHERE", "ORDER", "SET", "REMOVE", "RETURNING", "VALUE")
_KINDS = {
    "SELECT": _select,
    "INSERT": _insert,
    "UPDATE": _update,
    "FROM": _update_from,
    "DELETE": _delete,
    "EXISTS": _exists,
}
