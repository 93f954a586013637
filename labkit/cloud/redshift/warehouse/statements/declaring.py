"""A table as ``CREATE TABLE`` declares it: columns, keys, constraints, attributes.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import TableColumn
from labkit.cloud.redshift.warehouse.paths import find_relation

ENCODINGS = (
    "raw az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd "
    "auto none"
).split()


@dataclass
class Declared:
    """What a CREATE TABLE says before it is made."""

    columns: list[TableColumn] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    constraints: list[dict[str, Any]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def tell(self, **found: Any) -> None:
        """Note attributes that the statement tells, each once."""
        if twice := self.told & found.keys():
            told = f"conflicting or redundant options: {min(twice).upper()}"
            raise RedshiftError(told, "42601")
        self.told |= found.keys()
        self.attributes |= found


def is_list_of_names(words: Words) -> bool:
    """Whether brackets hold names of columns alone, as before AS."""
    at = words.at + 1
    while words.words[at].kind in ("word", "quoted"):
        following = words.words[at + 1].upper
        if following == ")":
            return words.words[at].upper != "LIKE"
        if following != ",":
            return False
        at += 2
    return False


def read_declared(connection: Connection, words: Words) -> Declared:
    """The list of columns and constraints, and the attributes after it."""
    declared = Declared()
    words.expect("(")
    while True:
        if words.accept("LIKE"):
            _like(connection, words, declared)
        elif words.word.upper in ("PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT", "CHECK"):
            _constraint(words, declared)
        else:
            declared.columns.append(column(words, declared))
        if not words.accept(","):
            break
    words.expect(")")
    attributes(words, declared)
    return declared


def _like(connection: Connection, words: Words, declared: Declared) -> None:
    source = find_relation(connection, words.name())
    grants.check(connection, source, "SELECT")
    word = words.accept_one("INCLUDING", "EXCLUDING")
    if word:
        words.expect("DEFAULTS")
    columns = source.columns
    if source.kind == "view":
        found = Names(connection).readable(source)
        columns = tuple(TableColumn(c.name, c.type) for c in found.columns)
    for each in columns:
        default = each.default if word == "INCLUDING" else ""
        declared.columns.append(replace(each, default=default, identity=None))
    if source.kind == "table":
        kept = ("diststyle", "distkey", "sortkey", "sortstyle")
        declared.attributes |= {name: source.body[name] for name in kept}


def column(words: Words, declared: Declared) -> TableColumn:
    """One column: its name, type and attributes."""
    name, kind = words.identifier(), words.type()
    found = TableColumn(name, kind)
    while words.word.upper not in (",", ")") and not words.ended:
        found = _column_attribute(words, found, declared)
    return found


def _column_attribute(words: Words, found: TableColumn, declared: Declared) -> TableColumn:
    if words.accept("NOT", "NULL"):
        return replace(found, nullable=False)
    if words.accept("NULL"):
        return found
    if words.accept("DEFAULT"):
        if words.word.text.lower() == "identity" and words.peek("(", ahead=1):
            return replace(found, identity=_told_identity(words, found))
        stops = ("NOT", "NULL", "ENCODE", "DISTKEY", "SORTKEY", "PRIMARY", "UNIQUE", "REFERENCES")
        default = words.expression(*stops) if not words.accept("NULL") else ""
        if found.identity:
            twice = f'multiple default values specified for column "{found.name}"'
            raise RedshiftError(twice, "42601")
        return replace(found, default=default)
    if words.accept("IDENTITY"):
        return replace(found, identity=_identity(words, found))
    if words.accept("GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"):
        return replace(found, identity=_identity(words, found), by_default=True)
    if words.accept("ENCODE"):
        return replace(found, encode=encoding(words))
    if words.accept("COLLATE"):
        if words.accept_one("CASE_INSENSITIVE", "CI"):
            raise RedshiftError("COLLATE CASE_INSENSITIVE is not supported here", "0A000")
        words.accept_one("CASE_SENSITIVE", "CS")
        return found
    return _key_attribute(words, found, declared)


def encoding(words: Words) -> str:
    """The name of a compression encoding."""
    name = words.identifier()
    if name not in ENCODINGS:
        raise RedshiftError(f'invalid encoding type specified for column: "{name}"', "22023")
    return name


def _key_attribute(words: Words, found: TableColumn, declared: Declared) -> TableColumn:
    if words.accept("DISTKEY"):
        if declared.attributes.get("distkey"):
            raise RedshiftError("multiple DISTKEY columns are not allowed", "42601")
        declared.tell(distkey=found.name)
    elif words.accept("SORTKEY"):
        declared.tell(sortkey=[found.name], sortstyle="COMPOUND")
    elif words.accept("PRIMARY", "KEY"):
        declared.constraints.append({"kind": "PRIMARY KEY", "columns": [found.name]})
        return replace(found, nullable=False)
    elif words.accept("UNIQUE"):
        words.accept("KEY")
        declared.constraints.append({"kind": "UNIQUE", "columns": [found.name]})
    elif words.peek("REFERENCES"):
        declared.constraints.append(_references(words, [found.name]))
    else:
        raise words.refuse()
    return found


def _identity(words: Words, column: TableColumn) -> tuple[int, int]:
    """The first value and the step, which are 1 where the statement tells none."""
    _check_identity(column)
    if not words.accept("("):
        return 1, 1
    told = _pair(words)
    words.expect(")")
    return told


def _told_identity(words: Words, column: TableColumn) -> tuple[int, int]:
    """The same, of what the catalog tells as the default: ``"identity"(100102, 0, '1,2'::text)``.

    So stands it in what AWS's view of tables' statements writes. Source:
    https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminViews/v_generate_tbl_ddl.sql
    """
    _check_identity(column)
    words.take()
    told = Words(words.balanced())
    _pair(told)
    told.expect(",")
    told.accept("(")
    return _pair(Words(told.string()))


def _check_identity(column: TableColumn) -> None:
    if column.type.base not in ("int4", "int8"):
        raise RedshiftError(f'identity column "{column.name}" must be int or bigint', "42804")


def _pair(words: Words) -> tuple[int, int]:
    first = words.number()
    words.expect(",")
    return first, words.number()


def _references(words: Words, columns: list[str]) -> dict[str, Any]:
    words.expect("REFERENCES")
    table = words.name()
    told = words.names() if words.peek("(") else []
    return {"kind": "FOREIGN KEY", "columns": columns, "table": list(table), "references": told}


def _constraint(words: Words, declared: Declared) -> None:
    found = constraint(words)
    declared.constraints.append(found)
    if found["kind"] == "PRIMARY KEY":
        declared.columns = [
            replace(c, nullable=False) if c.name in found["columns"] else c
            for c in declared.columns
        ]


def constraint(words: Words) -> dict[str, Any]:
    """A constraint of a table."""
    name = words.identifier() if words.accept("CONSTRAINT") else ""
    if words.accept("PRIMARY", "KEY"):
        return {"kind": "PRIMARY KEY", "columns": words.names(), "name": name}
    if words.accept("UNIQUE"):
        return {"kind": "UNIQUE", "columns": words.names(), "name": name}
    if words.accept("FOREIGN", "KEY"):
        return _references(words, words.names()) | {"name": name}
    raise RedshiftError("CHECK constraints are not supported", "0A000")


def attributes(words: Words, declared: Declared) -> None:
    """``BACKUP``, ``DISTSTYLE``, ``DISTKEY``, ``SORTKEY``, ``ENCODE AUTO``, in any order."""
    while True:
        if words.accept("BACKUP"):
            declared.tell(backup=_one_of(words, "YES", "NO") == "YES")
        elif words.accept("DISTSTYLE"):
            declared.tell(diststyle=_one_of(words, "AUTO", "EVEN", "KEY", "ALL"))
        elif words.accept("DISTKEY"):
            words.expect("(")
            declared.tell(distkey=_key(words))
            words.expect(")")
        elif words.word.upper in ("COMPOUND", "INTERLEAVED", "SORTKEY"):
            declared.tell(**sort_key(words))
        elif words.accept("ENCODE", "AUTO"):
            declared.tell(encode="AUTO")
        else:
            return


def sort_key(words: Words) -> dict[str, Any]:
    """``[COMPOUND | INTERLEAVED] SORTKEY (columns) | AUTO | NONE``"""
    style = words.accept_one("COMPOUND", "INTERLEAVED") or "COMPOUND"
    words.expect("SORTKEY")
    if words.accept("AUTO"):
        return {"sortkey": [], "sortstyle": "AUTO"}
    if words.accept("NONE"):
        return {"sortkey": [], "sortstyle": ""}
    return {"sortkey": _keys(words), "sortstyle": style}


def _keys(words: Words) -> list[str]:
    return words.listed(lambda: _key(words))


def _key(words: Words) -> str:
    """A column by its name, or by its number where a query gives it."""
    return words.take().text if words.word.kind == "number" else words.identifier()


def _one_of(words: Words, *choices: str) -> str:
    found = words.accept_one(*choices)
    if not found:
        raise words.refuse()
    return found
