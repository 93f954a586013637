"""PL/pgSQL in the subset that procedures use most: read to steps, then run step by step.

Variables, assignments, IF, LOOP, WHILE, FOR over numbers and queries, EXIT, CONTINUE, RETURN,
RAISE, EXECUTE, SELECT INTO, EXCEPTION WHEN OTHERS, nested blocks, and any SQL statement. Source:
https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-statements.html
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from labkit.cloud.engine.redshift.casts import cast, coerce
from labkit.cloud.engine.redshift.compile import compile_expression, compile_query
from labkit.cloud.engine.redshift.duck import failures, first_row
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.reading import Words, text_literal
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import BOOL, INT4, VARCHAR, Type
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Column, Notice, Result

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

DEEPEST = 16


@dataclass
class Variable:
    """A variable and its value as DuckDB's SQL."""

    type: Type
    sql: str = "NULL"


@dataclass
class Block:
    declared: list[tuple[str, Type | None, str]]
    steps: list[Step]
    handler: list[Step] | None = None


@dataclass
class Step:
    """One statement: what it is, its texts, and the steps inside of it."""

    kind: str
    texts: list[str] = field(default_factory=list)
    inner: list[list[Step]] = field(default_factory=list)
    block: Block | None = None


class _Exit(Exception):
    pass


class _Continue(Exception):
    pass


class _Return(Exception):
    pass


# Reading


def read(text: str) -> Block:
    """The steps of a procedure's body.

    Raises:
        RedshiftError: it does not read.
    """
    words = Words(text)
    found = _block(words)
    words.accept(";")
    words.end()
    return found


def _block(words: Words) -> Block:
    declared = []
    if words.accept("DECLARE"):
        while not words.peek("BEGIN"):
            declared.append(_declaration(words))
    words.expect("BEGIN")
    steps = _steps(words, "END", "EXCEPTION")
    handler = None
    if words.accept("EXCEPTION"):
        words.expect("WHEN", "OTHERS", "THEN")
        handler = _steps(words, "END")
    words.expect("END")
    return Block(declared, steps, handler)


def _declaration(words: Words) -> tuple[str, Type | None, str]:
    name = words.identifier()
    words.accept("CONSTANT")
    kind = None if words.accept("RECORD") else words.type()
    words.accept("NOT", "NULL")
    default = ""
    if words.accept(":=") or words.accept("DEFAULT") or words.accept("="):
        default = _until(words, ";")
    words.expect(";")
    return name, kind, default


def _steps(words: Words, *ends: str) -> list[Step]:
    found = []
    while words.word.upper not in ends:
        if words.ended:
            raise words.refuse()
        if words.accept(";"):
            continue
        found.append(_step(words))
    return found


def _until(words: Words, *stops: str) -> str:
    """The text before one of these words on this level."""
    start, depth = words.at, 0
    while words.word.upper not in stops or depth:
        depth += {"(": 1, ")": -1, "CASE": 1}.get(words.word.upper, 0)
        if words.word.upper == "END" and depth:
            depth -= 1
        words.take()
    return words.slice(start)


def _step(words: Words) -> Step:
    reader = _READERS.get(words.word.upper)
    if reader:
        return reader(words)
    if words.words[words.at + 1].upper in (":=", "="):
        name = words.identifier()
        words.take()
        return _ended(words, Step("assign", [name, _until(words, ";")]))
    return _ended(words, Step("sql", [_until(words, ";")]))


def _ended(words: Words, step: Step) -> Step:
    words.expect(";")
    return step


def _if(words: Words) -> Step:
    step = Step("if")
    words.expect("IF")
    while True:
        step.texts.append(_until(words, "THEN"))
        words.expect("THEN")
        step.inner.append(_steps(words, "ELSIF", "ELSEIF", "ELSE", "END"))
        if not words.accept_one("ELSIF", "ELSEIF"):
            break
    if words.accept("ELSE"):
        step.inner.append(_steps(words, "END"))
    words.expect("END", "IF")
    return _ended(words, step)


def _loop_body(words: Words) -> list[Step]:
    words.expect("LOOP")
    found = _steps(words, "END")
    words.expect("END", "LOOP", ";")
    return found


def _loop(words: Words) -> Step:
    return Step("loop", [], [_loop_body(words)])


def _while(words: Words) -> Step:
    words.expect("WHILE")
    test = _until(words, "LOOP")
    return Step("while", [test], [_loop_body(words)])


def _for(words: Words) -> Step:
    words.expect("FOR")
    name = words.identifier()
    words.expect("IN")
    if words.peek("SELECT") or words.peek("WITH") or words.peek("EXECUTE"):
        kind = "each dynamic" if words.accept("EXECUTE") else "each"
        return Step(kind, [name, _until(words, "LOOP")], [_loop_body(words)])
    down = "down" if words.accept("REVERSE") else ""
    first, last = re.split(r"\.\.", _until(words, "LOOP"), maxsplit=1)
    last, _, by = last.partition(" BY ") if " BY " in last else last.partition(" by ")
    return Step("count", [name, first.strip(), last.strip(), by.strip() or "1", down],
                [_loop_body(words)])  # fmt: skip


def _exit(words: Words) -> Step:
    kind = words.take().text.lower()
    test = _until(words, ";") if words.accept("WHEN") else ""
    return _ended(words, Step(kind, [test]))


def _return(words: Words) -> Step:
    words.expect("RETURN")
    return _ended(words, Step("return"))


def _raise(words: Words) -> Step:
    words.expect("RAISE")
    level = words.accept_one("INFO", "NOTICE", "WARNING", "LOG", "DEBUG", "EXCEPTION")
    texts = [level or "EXCEPTION", words.string()]
    while words.accept(","):
        texts.append(_until(words, ",", ";"))
    return _ended(words, Step("raise", texts))


def _execute(words: Words) -> Step:
    words.expect("EXECUTE")
    text = _until(words, ";", "INTO")
    into = _names(words) if words.accept("INTO") else []
    return _ended(words, Step("execute", [text, *into]))


def _names(words: Words) -> list[str]:
    found = [words.identifier()]
    while words.accept(","):
        found.append(words.identifier())
    return found


def _select(words: Words) -> Step:
    """``SELECT a, b INTO x, y FROM ...``"""
    before = _until(words, ";", "INTO")
    if not words.accept("INTO"):
        return _ended(words, Step("sql", [before]))
    into = _names(words)
    rest = _until(words, ";")
    return _ended(words, Step("into", [f"{before} {rest}", *into]))


def _null(words: Words) -> Step:
    words.expect("NULL")
    return _ended(words, Step("null"))


def _perform(words: Words) -> Step:
    words.expect("PERFORM")
    return _ended(words, Step("sql", [f"SELECT {_until(words, ';')}"]))


def _nested(words: Words) -> Step:
    return _ended(words, Step("block", block=_block(words)))


_READERS: dict[str, Callable[[Words], Step]] = {
    "IF": _if, "LOOP": _loop, "WHILE": _while, "FOR": _for, "EXIT": _exit, "CONTINUE": _exit,
    "RETURN": _return, "RAISE": _raise, "EXECUTE": _execute, "SELECT": _select, "NULL": _null,
    "PERFORM": _perform, "DECLARE": _nested, "BEGIN": _nested,
}  # fmt: skip


# Running


def call(connection: Connection, one: Object, values: list[Typed]) -> Result:
    """Run a procedure; its OUT arguments are a row."""
    depth = getattr(connection, "call_depth", 0)
    if depth >= DEEPEST:
        raise RedshiftError("stored procedure nested call depth exceeded", "54001")
    connection.call_depth = depth + 1  # type: ignore[attr-defined]
    try:
        return _call(connection, one, values)
    finally:
        connection.call_depth = depth  # type: ignore[attr-defined]


def _call(connection: Connection, one: Object, values: list[Typed]) -> Result:
    run = _Run(connection)
    given = iter(values)
    for at, each in enumerate(one.body["arguments"], 1):
        kind = Type(*each["type"])
        variable = Variable(kind)
        if each["mode"] != "OUT":
            variable.sql = run.evaluated(next(given), kind)
        run.variables[each["name"] or f"${at}"] = variable
        run.variables[f"${at}"] = variable
    with contextlib.suppress(_Return):
        run.block(read(one.body["text"]))
    outs = [
        (each, run.variables[each["name"] or f"${at}"])
        for at, each in enumerate(one.body["arguments"], 1)
        if each["mode"] != "IN"
    ]
    if not outs:
        return Result("CALL")
    columns = tuple(Column(each["name"], variable.type) for each, variable in outs)
    selected = ", ".join(
        f"CAST({variable.sql} AS {variable.type.duckdb}) AS c{at}"
        for at, (_, variable) in enumerate(outs)
    )
    rows: pa.Table = connection.duck.sql(f"SELECT {selected}").to_arrow_table()
    return Result("CALL", columns, rows, 1)


class _Run:
    """One call: its variables."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.variables: dict[str, Variable] = {}
        self.found = False
        self.count = 0

    def known(self) -> dict[str, Typed]:
        """The variables as the compiler takes them."""
        told = {
            name: Typed(f"CAST({each.sql} AS {each.type.duckdb})", each.type, name)
            for name, each in self.variables.items()
        }
        return told | {"found": Typed(str(self.found).lower(), BOOL)}

    def _text(self, text: str) -> str:
        """Numbered arguments as names that the reader takes."""
        return re.sub(r"\$(\d+)", r'"$\1"', text)

    def value(self, text: str, kind: Type | None = None) -> tuple[str, Type]:
        """An expression's value as a literal, and its type."""
        typed = compile_expression(self._text(text), Names(self.connection), variables=self.known())
        target = kind or (VARCHAR if typed.type.base == "unknown" else typed.type)
        return self.evaluated(typed, target), target

    def evaluated(self, typed: Typed, kind: Type) -> str:
        with failures():
            row = first_row(
                self.connection.duck, f"SELECT CAST({cast(typed, kind).sql} AS VARCHAR)"
            )
        return _literal(row[0], kind)

    def test(self, text: str) -> bool:
        sql, _ = self.value(text, BOOL)
        return "true" in sql.lower()

    def block(self, block: Block) -> None:
        for name, kind, default in block.declared:
            self.variables[name] = Variable(kind or VARCHAR)
            if default:
                self.variables[name].sql = self.value(default, kind)[0]
        if block.handler is None:
            self.steps(block.steps)
            return
        try:
            self.steps(block.steps)
        except RedshiftError as error:
            self._handle(block.handler, error)

    def _handle(self, handler: list[Step], error: RedshiftError) -> None:
        """What was done is undone, the handler runs, and the error goes on.

        Source: https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-trapping-errors.html
        """
        duck = self.connection.duck
        self.connection.objects.forget()
        with failures():
            duck.execute("ROLLBACK")
            duck.execute("BEGIN TRANSACTION")
        told = {"sqlerrm": error.message, "sqlstate": error.sqlstate}
        for name, text in told.items():
            self.variables[name] = Variable(VARCHAR, text_literal(text))
        self.steps(handler)
        with failures():
            duck.execute("COMMIT")
            duck.execute("BEGIN TRANSACTION")
        raise error

    def steps(self, steps: list[Step]) -> None:
        for step in steps:
            self.connection.check_canceled()
            _RUNNERS[step.kind](self, step)

    def sql(self, text: str) -> Result:
        """Any statement, with variables where it has expressions."""
        if text.split()[0].upper() in ("COMMIT", "ROLLBACK", "BEGIN", "START"):
            raise unsupported("a transaction's end inside of a procedure here")
        if text.split()[0].upper() in ("SELECT", "WITH"):
            compiled = compile_query(
                self._text(text), Names(self.connection), variables=self.known()
            )
            rows = self.connection.duck.sql(compiled.sql).to_arrow_table()
            columns = tuple(Column(each.name, each.type) for each in compiled.fields)
            return Result("SELECT", columns, rows, rows.num_rows)
        found = self.connection.run(self._inserted(text))
        self.count, self.found = found.count, found.count > 0
        return found

    def _inserted(self, text: str) -> str:
        """A statement with the values of variables in place of their names."""
        words, pieces, at = Words(text), [], 0
        for place, word in enumerate(words.words):
            name = word.text.lower()
            plain = word.kind == "word" or word.kind == "parameter"
            before = words.words[place - 1].upper if place else ""
            after = words.words[place + 1].upper if word.kind != "end" else ""
            if not plain or name not in self.variables or before == "." or after in (".", "("):
                continue
            if before in ("INTO", "TABLE", "UPDATE", "FROM", "JOIN") or _is_target(words, place):
                continue
            variable = self.variables[name]
            pieces += [text[at : word.start], f"(({variable.sql})::{variable.type})"]
            at = word.end
        return "".join([*pieces, text[at:]])

    def take(self, result: Result, names: list[str]) -> None:
        """The first row into variables; NULLs where there is none."""
        rows = result.rows
        self.found = bool(result.count)
        for at, name in enumerate(names):
            if name not in self.variables:
                raise RedshiftError(f'"{name}" is not a known variable', "42601")
            kind = result.columns[at].type if at < len(result.columns) else VARCHAR
            empty = rows is None or not rows.num_rows
            raw = None if empty or rows is None else rows.column(at)[0].as_py()
            variable = self.variables[name]
            typed = Typed(_literal(None if raw is None else str(raw), kind), kind)
            variable.sql = self.evaluated(typed, variable.type)


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


def _literal(text: str | None, kind: Type) -> str:
    if text is None:
        return "NULL"
    if kind.base in ("int2", "int4", "int8"):
        return text
    if kind.base == "bool":
        return text.lower()
    return text_literal(text)


def _run_assign(run: _Run, step: Step) -> None:
    name, text = step.texts
    if name not in run.variables:
        raise RedshiftError(f'"{name}" is not a known variable', "42601")
    run.variables[name].sql = run.value(text, run.variables[name].type)[0]


def _run_if(run: _Run, step: Step) -> None:
    for test, steps in zip(step.texts, step.inner, strict=False):
        if run.test(test):
            run.steps(steps)
            return
    if len(step.inner) > len(step.texts):
        run.steps(step.inner[-1])


def _repeat(run: _Run, steps: list[Step], again: Callable[[], bool]) -> None:
    while again():
        try:
            run.steps(steps)
        except _Continue:
            continue
        except _Exit:
            return


def _run_count(run: _Run, step: Step) -> None:
    name, *texts, down = step.texts
    first, last, by = (int(run.value(text, INT4)[0]) for text in texts)
    numbers = iter(range(first, last - 1, -by) if down else range(first, last + 1, by))
    kept = run.variables.get(name)
    run.variables[name] = variable = Variable(INT4)

    def again() -> bool:
        number = next(numbers, None)
        variable.sql = str(number)
        return number is not None

    _repeat(run, step.inner[0], again)
    del run.variables[name]
    if kept:
        run.variables[name] = kept


def _run_each(run: _Run, step: Step) -> None:
    name, text = step.texts
    text = run.value(text)[0][1:-1].replace("''", "'") if step.kind == "each dynamic" else text
    result = run.sql(text)
    rows = iter(result.rows.to_pylist() if result.rows is not None else [])

    def again() -> bool:
        row = next(rows, None)
        for at, column in enumerate(result.columns if row is not None else ()):
            raw = row[f"c{at}"] if row is not None else None
            told = Variable(column.type, _literal(None if raw is None else str(raw), column.type))
            run.variables[f"{name}.{column.name}"] = told
            if len(result.columns) == 1 and name in run.variables:
                run.variables[name] = told
        return row is not None

    _repeat(run, step.inner[0], again)


def _run_raise(run: _Run, step: Step) -> None:
    level, text, *arguments = step.texts
    for argument in arguments:
        typed = compile_expression(
            run._text(argument), Names(run.connection), variables=run.known()
        )
        value = run.evaluated(coerce(typed, VARCHAR), VARCHAR)
        shown = "<NULL>" if value == "NULL" else value[1:-1].replace("''", "'")
        text = text.replace("%", shown, 1)
    if level == "EXCEPTION":
        raise RedshiftError(text, "P0001")
    run.connection.notices.append(Notice(text, level))


def _run_execute(run: _Run, step: Step) -> None:
    text, *into = step.texts
    sql = run.value(text, VARCHAR)[0]
    if sql == "NULL":
        raise RedshiftError("cannot EXECUTE a null querystring", "22004")
    result = run.connection.run(sql[1:-1].replace("''", "'"))
    if into:
        run.take(result, into)


def _run_exit(run: _Run, step: Step) -> None:
    if not step.texts[0] or run.test(step.texts[0]):
        raise _Exit if step.kind == "exit" else _Continue


def _run_return(run: _Run, step: Step) -> None:
    raise _Return


def _run_block(run: _Run, step: Step) -> None:
    assert step.block is not None
    run.block(step.block)


_RUNNERS: dict[str, Callable[[_Run, Step], Any]] = {
    "assign": _run_assign,
    "if": _run_if,
    "loop": lambda run, step: _repeat(run, step.inner[0], lambda: True),
    "while": lambda run, step: _repeat(run, step.inner[0], lambda: run.test(step.texts[0])),
    "count": _run_count,
    "each": _run_each,
    "each dynamic": _run_each,
    "exit": _run_exit,
    "continue": _run_exit,
    "return": _run_return,
    "raise": _run_raise,
    "execute": _run_execute,
    "into": lambda run, step: run.take(run.sql(step.texts[0]), step.texts[1:]),
    "sql": lambda run, step: run.sql(step.texts[0]),
    "null": lambda run, step: None,
    "block": _run_block,
}
