"""One call of a procedure: its variables, their values, and the statements that use them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.casts import assigned
from labkit.cloud.engine.redshift.compile import compile_expression, compile_query
from labkit.cloud.engine.redshift.duck import failures, first_row
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import kept
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import BOOL, VARCHAR, Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse.access_modes import read_ending
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.procedure_calls import running
from labkit.cloud.redshift.warehouse.procedure_checks import check_allowed
from labkit.cloud.redshift.warehouse.procedure_parts import (
    Block,
    Cursor,
    Declaration,
    Step,
    literal,
    row_text,
)
from labkit.cloud.redshift.warehouse.recording import recorded
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


@dataclass
class Variable:
    """A variable and its value as DuckDB's SQL; whether it is a constant, or never NULL."""

    type: Type
    sql: str = "NULL"
    constant: bool = False
    filled: bool = False


#: What ends or begins a transaction.
TRANSACTIONS = ("COMMIT", "ROLLBACK", "ABORT", "BEGIN", "START")


class Exit(Exception):
    """EXIT leaves the innermost loop, or the one of its label."""


class Continue(Exception):
    """CONTINUE goes on with the next round of a loop, or of the one of its label."""


class Return(Exception):
    """RETURN ends the call."""


class Run:
    """One call: its variables."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.variables: dict[str, Variable] = {}
        self.records: set[str] = set()
        self.cursors: dict[str, Cursor] = {}
        self.found = False
        self.count = 0
        #: What a NONATOMIC procedure's START TRANSACTION has begun; the error that it handles.
        self.explicit = False
        self.caught: RedshiftError | None = None

    def known(self) -> dict[str, Typed]:
        """The variables as the compiler takes them."""
        told = {
            name: Typed(f"CAST({each.sql} AS {each.type.duckdb})", each.type, name)
            for name, each in self.variables.items()
        }
        return told | {"found": Typed(str(self.found).lower(), BOOL)}

    def text(self, text: str) -> str:
        """Numbered arguments as names that the reader takes."""
        return re.sub(r"\$(\d+)", r'"$\1"', text)

    def value(self, text: str, kind: Type | None = None) -> tuple[str, Type]:
        """An expression's value as a literal, and its type."""
        typed = compile_expression(self.text(text), Names(self.connection), variables=self.known())
        target = kind or (VARCHAR if typed.type.base == "unknown" else typed.type)
        return self.evaluated(typed, target), target

    def evaluated(self, typed: Typed, kind: Type) -> str:
        with failures():
            row = first_row(
                self.connection.duck, f"SELECT CAST({assigned(typed, kind).sql} AS VARCHAR)"
            )
        return literal(row[0], kind)

    def test(self, text: str) -> bool:
        sql, _ = self.value(text, BOOL)
        return "true" in sql.lower()

    def block(self, block: Block, label: str = "") -> None:
        """Run a block; what it declares hides what was called so before, until it ends."""
        hidden = {each.name: self.variables.get(each.name) for each in block.declared}
        self.cursors |= block.cursors
        for each in block.declared:
            self.declare(each)
            if label:
                self.variables[f"{label}.{each.name}"] = self.variables[each.name]
        try:
            self._guarded(block)
        finally:
            for name, known in hidden.items():
                self.variables.pop(name, None)
                self.variables |= {name: known} if known else {}

    def _guarded(self, block: Block) -> None:
        if block.handler is None:
            self.steps(block.steps)
            return
        try:
            self.steps(block.steps)
        except RedshiftError as error:
            self._handle(block.handler, error)

    def declare(self, told: Declaration) -> None:
        if told.alias:
            self.variables[told.name] = self.variable(told.alias)
            return
        variable = self.variables[told.name] = Variable(told.type or VARCHAR)
        if told.type is None:
            self.records.add(told.name)
        if told.default:
            variable.sql = self.value(told.default, told.type)[0]
        variable.constant, variable.filled = told.constant, told.filled
        self.check_filled(told.name)

    def variable(self, name: str) -> Variable:
        if name not in self.variables:
            raise RedshiftError(f'"{name}" is not a known variable', "42601")
        return self.variables[name]

    def check_filled(self, name: str) -> None:
        """Refuse NULL where the declaration does."""
        if self.variables[name].filled and self.variables[name].sql == "NULL":
            raise RedshiftError(
                f'null value cannot be assigned to variable "{name}" declared NOT NULL', "22004"
            )

    def assign(self, name: str, sql: str) -> None:
        """Give a variable another value."""
        if self.variable(name).constant:
            raise RedshiftError(f'"{name}" is declared CONSTANT', "22005")
        self.variables[name].sql = sql
        self.check_filled(name)

    def _handle(self, handler: list[Step], error: RedshiftError) -> None:
        """What was done is undone and the handler runs; the error goes on but for NONATOMIC.

        Source: https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-trapping-errors.html
        """
        duck = self.connection.duck
        goes_on = not self.connection.nonatomic
        if self.connection.transaction == "idle":
            self.connection.renew("EXCEPTION", undoing=True)
        else:
            self.connection.objects.forget()
            with failures():
                duck.execute("ROLLBACK")
                duck.execute("BEGIN TRANSACTION")
        self.explicit, self.caught = False, error
        told = {"sqlerrm": error.message, "sqlstate": error.sqlstate}
        outer = {name: self.variables[name] for name in told if name in self.variables}
        for name, text in told.items():
            self.variables[name] = Variable(VARCHAR, quoted_text(text))
        self.steps(handler)
        for name in told:
            del self.variables[name]
        self.variables |= outer
        self.caught = None
        if self.connection.transaction == "idle":
            self.connection.renew("EXCEPTION")
        else:
            with failures():
                duck.execute("COMMIT")
                duck.execute("BEGIN TRANSACTION")
        if goes_on:
            raise error

    def steps(self, steps: list[Step]) -> None:
        for step in steps:
            self.connection.check_canceled()
            RUNNERS[step.kind](self, step)

    def sql(self, text: str) -> Result:
        """Any statement, with variables where it has expressions."""
        if text.split()[0].upper() in TRANSACTIONS:
            return self._transaction(text)
        with self.noted(self.inserted(text, shown=True)) as record:
            result = self._ran(text)
            self.count = record["rows"] = result.count
        self.found = result.count > 0
        return result

    def noted(self, text: str) -> AbstractContextManager[dict[str, Any]]:
        """A statement of the running call, on record."""
        return recorded(self.connection, Parsed(text), running(self.connection))

    def _ran(self, text: str) -> Result:
        if Parsed(text).leading[0] not in ("SELECT", "WITH"):
            check_allowed(text)
            return self.connection.run(self.inserted(text))
        compiled = compile_query(self.text(text), Names(self.connection), variables=self.known())
        with failures():
            rows = zones.readable(self.connection.duck.sql(compiled.sql).to_arrow_table())
        columns = tuple(Column(each.name, each.type) for each in compiled.fields)
        return Result("SELECT", columns, rows, rows.num_rows)

    def _transaction(self, text: str) -> Result:
        """COMMIT and ROLLBACK begin the next transaction at once."""
        if text.split()[0].upper() in ("START", "BEGIN"):
            if not self.connection.nonatomic:
                raise RedshiftError(
                    "START TRANSACTION is of NONATOMIC stored procedures alone", "0A000"
                )
            self.explicit = True
            return Result("START TRANSACTION")
        word = read_ending(Words(text))
        self.connection.renew(word, undoing=word in ("ROLLBACK", "ABORT"))
        self.explicit = False
        return Result(word)

    def settle(self) -> None:
        """What a NONATOMIC procedure did is durable at once, outside of START TRANSACTION."""
        connection = self.connection
        if connection.nonatomic and not self.explicit and connection.transaction == "idle":
            connection.renew("NONATOMIC")

    def record(self, name: str, result: Result, row: dict[str, Any]) -> None:
        """A row into a variable: by its columns, and as a whole where it has one."""
        for at, column in enumerate(result.columns):
            raw = row[f"c{at}"]
            told = Variable(column.type, literal(None if raw is None else str(raw), column.type))
            self.variables[f"{name}.{kept(column.name)}"] = told
            if len(result.columns) == 1 and name in self.variables:
                self.variables[name] = told
        if len(result.columns) > 1 and name in self.records:
            self.variables[name] = Variable(VARCHAR, literal(row_text(row), VARCHAR))

    def inserted(self, text: str, *, shown: bool = False) -> str:
        """A statement with the values of variables in place of their names, or ``$1``, ``$2``."""
        words, pieces, at, marks = Words(text), [], 0, itertools.count(1)

        def value(variable: Variable) -> str:
            if shown:
                return f"${next(marks)}"
            sql = variable.sql.replace("\\", "\\\\")  # in DuckDB's SQL it escapes nothing
            return f"(({sql})::{variable.type})"

        variables = {"found": Variable(BOOL, str(self.found).lower())} | self.variables
        for place, word in enumerate(words.words):
            name = word.text.lower()
            plain = word.kind == "word" or word.kind == "parameter"
            before = words.words[place - 1].upper if place else ""
            after = words.words[place + 1].upper if word.kind != "end" else ""
            field = words.words[place + 2] if after == "." else word
            dotted = f"{name}.{field.text.lower()}"
            if plain and after == "." and before != "." and dotted in self.variables:
                pieces += [text[at : word.start], value(self.variables[dotted])]
                at = field.end
                continue
            if not plain or name not in variables or before == "." or after in (".", "("):
                continue
            if before in ("INTO", "TABLE", "UPDATE", "FROM", "JOIN") or _is_target(words, place):
                continue
            pieces += [text[at : word.start], value(variables[name])]
            at = word.end
        return "".join([*pieces, text[at:]])

    def take(self, result: Result, names: list[str]) -> None:
        """The first row into variables; NULLs where there is none."""
        rows = result.rows
        self.found = bool(result.count)
        if len(names) == 1 and names[0] in self.records:
            given = rows.slice(0, 1).to_pylist() if rows is not None else []
            nothing = {f"c{at}": None for at in range(len(result.columns))}
            self.record(names[0], result, given[0] if given else nothing)
            return
        self.check_fits(result, names)
        for at, name in enumerate(names):
            self.take_one(result, at, name)

    def check_fits(self, result: Result, names: list[str]) -> None:
        """Refuse a row that has not one column a variable."""
        if len(names) != len(result.columns):
            message = "number of source and target fields in assignment do not match"
            raise RedshiftError(message, "42804")

    def take_one(self, result: Result, at: int, name: str) -> None:
        """A column of the first row into a variable."""
        rows = result.rows
        empty = rows is None or not rows.num_rows
        self.put(
            name,
            result.columns[at].type,
            None if empty or rows is None else rows.column(at)[0].as_py(),
        )

    def put(self, name: str, kind: Type, raw: Any) -> None:
        """A value of a result into a variable."""
        typed = Typed(literal(None if raw is None else str(raw), kind), kind)
        self.assign(name, self.evaluated(typed, self.variable(name).type))


def _is_target(words: Words, place: int) -> bool:
    """Whether a word is a column that is set: in SET, or in an INSERT's list."""
    after, before = words.words[place + 1].upper, words.words[place - 1].upper
    if after == "=" and before in ("SET", ","):
        return any(word.upper == "SET" for word in words.words[:place])
    if words.words[0].upper == "INSERT":
        opening = [at for at, word in enumerate(words.words[:place]) if word.upper == "("]
        return bool(opening) and not any(
            word.upper in ("VALUES", "SELECT") for word in words.words[:place]
        )
    return False


#: What each kind of step does.
RUNNERS: dict[str, Callable[[Run, Step], Any]] = {}
