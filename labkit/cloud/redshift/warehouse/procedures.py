"""PL/pgSQL in the subset that procedures use most: read to steps, then run step by step.

Variables, assignments, IF, LOOP, WHILE, FOR over numbers and queries, EXIT, CONTINUE, RETURN,
RAISE, EXECUTE, SELECT INTO, EXCEPTION WHEN OTHERS, nested blocks, and any SQL statement. Source:
https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-statements.html
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.compile import compile_expression
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import INT4, VARCHAR, Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import letter_case
from labkit.cloud.redshift.warehouse import procedure_cursors as cursors
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.procedure_calls import recorded, said
from labkit.cloud.redshift.warehouse.procedure_checks import check_allowed
from labkit.cloud.redshift.warehouse.procedure_parts import Step
from labkit.cloud.redshift.warehouse.procedure_run import (
    RUNNERS,
    TRANSACTIONS,
    Continue,
    Exit,
    Return,
    Run,
    Variable,
)
from labkit.cloud.redshift.warehouse.procedure_steps import read
from labkit.cloud.redshift.warehouse.registry import Column, Notice, Result

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

DEEPEST = 16


def call(connection: Connection, one: Object, values: list[Typed]) -> Result:
    """Run a procedure, as its owner where it is SECURITY DEFINER; its OUT arguments are a row."""
    depth, nonatomic = connection.call_depth, connection.nonatomic
    if depth >= DEEPEST:
        raise RedshiftError("stored procedure nested call depth exceeded", "54001")
    connection.call_depth = depth + 1
    connection.nonatomic = bool(one.body.get("nonatomic")) and (nonatomic or not depth)
    caller, settings, fixed = connection.user, dict(connection.settings), connection.fixed
    connection.user = one.owner if one.body.get("definer") else caller
    connection.settings |= one.body.get("settings", {})
    connection.fixed = fixed or bool(one.body.get("settings"))
    try:
        connection.keep_zone()
        with recorded(connection, one):
            return _call(connection, one, values)
    finally:
        connection.user, connection.fixed = caller, fixed
        connection.settings |= {name: settings[name] for name in one.body.get("settings", {})}
        connection.call_depth, connection.nonatomic = depth, nonatomic


def _call(connection: Connection, one: Object, values: list[Typed]) -> Result:
    run = Run(connection)
    given = iter(values)
    for at, each in enumerate(one.body["arguments"], 1):
        kind = Type(*each["type"])
        variable = Variable(kind)
        if each["mode"] != "OUT":
            variable.sql = run.evaluated(next(given), kind)
        run.variables[each["name"] or f"${at}"] = variable
        run.variables[f"${at}"] = variable
    try:
        with contextlib.suppress(Return):
            _run_block(run, _whole(letter_case.written(connection, one.body["text"])))
    except (Exit, Continue) as left:
        what = type(left).__name__.upper()
        raise RedshiftError(f"{what} cannot be used outside a loop", "42601") from None
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
    rows = zones.readable(connection.duck.sql(f"SELECT {selected}").to_arrow_table())
    return Result("CALL", columns, rows, 1)


def _whole(text: str) -> Step:
    block, label = read(text)
    return Step("block", block=block, label=label)


def _run_assign(run: Run, step: Step) -> None:
    name, text = step.texts
    run.assign(name, run.value(text, run.variable(name).type)[0])


def _run_if(run: Run, step: Step) -> None:
    for test, steps in zip(step.texts, step.inner, strict=False):
        if run.test(test):
            run.steps(steps)
            return
    if len(step.inner) > len(step.texts):
        run.steps(step.inner[-1])


def _repeat(run: Run, step: Step, again: Callable[[], bool]) -> None:
    """A loop's rounds; what leaves another loop by its label goes on to that one."""
    while again():
        try:
            run.steps(step.inner[0])
        except Continue as left:
            if left.args[0] not in ("", step.label):
                raise
        except Exit as left:
            if left.args[0] not in ("", step.label):
                raise
            return


def _run_count(run: Run, step: Step) -> None:
    name, *texts, down = step.texts
    first, last, by = (int(run.value(text, INT4)[0]) for text in texts)
    numbers = iter(range(first, last - 1, -by) if down else range(first, last + 1, by))
    kept = run.variables.get(name)
    run.variables[name] = run.variables[f"{step.label}.{name}"] = variable = Variable(INT4)

    def again() -> bool:
        number = next(numbers, None)
        variable.sql = str(number)
        return number is not None

    _iterate(run, step, again)
    del run.variables[name]
    if kept:
        run.variables[name] = kept


def _run_each(run: Run, step: Step) -> None:
    text, *names = step.texts
    text = dynamic(run, text) if step.kind == "each dynamic" else text
    found = run.found
    result = run.sql(text)
    run.found = found
    rows = iter(result.rows.to_pylist() if result.rows is not None else [])

    def again() -> bool:
        row = next(rows, None)
        if row is not None:
            _put(run, names, result, row)
        return row is not None

    _iterate(run, step, again)


def _put(run: Run, names: list[str], result: Result, row: dict[str, Any]) -> None:
    """A row into a record, or into variables one by one."""
    if len(names) == 1:
        run.record(names[0], result, row)
        return
    run.check_fits(result, names)
    for at, name in enumerate(names):
        run.put(name, result.columns[at].type, row[f"c{at}"])


def _iterate(run: Run, step: Step, again: Callable[[], bool]) -> None:
    """A FOR loop: it sets FOUND when it has ended, and not before.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-structure.html
    """
    rounds = 0

    def counted() -> bool:
        nonlocal rounds
        going = again()
        rounds += going
        return going

    _repeat(run, step, counted)
    run.found = rounds > 0


def _run_raise(run: Run, step: Step) -> None:
    level, text, *arguments = step.texts
    if not text and run.caught:
        raise run.caught
    values: list[str] = []
    for argument in arguments:
        typed = compile_expression(run.text(argument), Names(run.connection), variables=run.known())
        shown = Typed(typed.sql, VARCHAR) if typed.type.base == "super" else typed
        value = run.evaluated(shown, VARCHAR)
        values.append("<NULL>" if value == "NULL" else value[1:-1].replace("''", "'"))
    text = re.sub("%%|%", lambda mark: _filled(mark[0], values), text)
    said(run.connection, level, text)
    if level == "EXCEPTION":
        raise RedshiftError(text, "P0001")
    run.connection.notices.append(Notice(text, level))


def _filled(mark: str, values: list[str]) -> str:
    """A per cent sign stands for the next value, two of them for themselves."""
    return "%" if mark == "%%" or not values else values.pop(0)


def _run_into(run: Run, step: Step) -> None:
    """Into variables; a name that is none is a new table's, as PL/pgSQL of PostgreSQL 8.0 has it.

    Source: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/StoredProcedures/sp_unload.sql
    """
    before, rest, *names = step.texts
    if len(names) == 1 and names[0] not in run.variables and names[0] not in run.records:
        _make_table(run, f"{before} INTO {names[0]} {rest}")
    else:
        run.take(run.sql(f"{before} {rest}"), names)


def _make_table(run: Run, text: str) -> None:
    with run.noted(run.inserted(text, shown=True)) as record:
        run.count = record["rows"] = run.connection.run(run.inserted(text)).count
    run.found = run.count > 0
    run.settle()


def _run_sql(run: Run, step: Step) -> None:
    run.sql(step.texts[0])
    run.settle()


def _run_call(run: Run, step: Step) -> None:
    """Another procedure: what its INOUT arguments have become is in the variables given for them.

    OUT arguments are not allowed here, and INOUT ones are variables.
    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CALL_procedure.html
    """
    from labkit.cloud.redshift.warehouse.statements.routines import called

    text, *given = step.texts
    text = run.inserted(text)
    one, _ = called(run.connection, Words(text))
    if any(each["mode"] == "OUT" for each in one.body["arguments"]):
        raise RedshiftError("OUT arguments are not allowed in nested calls", "0A000")
    result, names, at = run.connection.run(text), iter(given), 0
    for each in one.body["arguments"]:
        name = next(names)
        if each["mode"] != "IN":
            run.take_one(result, at, name.lower())
            at += 1
    run.settle()


def _run_select(run: Run, step: Step) -> None:
    run.sql(step.texts[0])
    raise RedshiftError(
        "SELECT query has no destination for result data", "42601",
        hint="If you want to discard the results, use PERFORM instead.",
    )  # fmt: skip


def _run_execute(run: Run, step: Step) -> None:
    text, *into = step.texts
    made = dynamic(run, text)
    check_allowed(made)
    with run.noted(made) as record:
        result = run.connection.run(made)
        run.count = record["rows"] = result.count
    if into:
        run.take(result, into)
    run.settle()


def dynamic(run: Run, text: str) -> str:
    """The statement that an expression gives; it may not end a transaction."""
    sql = run.value(text, VARCHAR)[0]
    if sql == "NULL":
        raise RedshiftError("cannot EXECUTE a null querystring", "22004")
    found = sql[1:-1].replace("''", "'")
    if found.split(maxsplit=1)[:1] and found.split(maxsplit=1)[0].upper() in TRANSACTIONS:
        raise RedshiftError("dynamic SQL cannot run COMMIT or ROLLBACK", "0A000")
    return found


def _run_exit(run: Run, step: Step) -> None:
    if not step.texts[0] or run.test(step.texts[0]):
        raise (Exit if step.kind == "exit" else Continue)(step.label)


def _run_return(run: Run, step: Step) -> None:
    raise Return


def _run_block(run: Run, step: Step) -> None:
    """A block: EXIT with its label ends it, too."""
    assert step.block is not None
    try:
        run.block(step.block, step.label)
    except Exit as left:
        if not step.label or left.args[0] != step.label:
            raise


RUNNERS |= {
    "assign": _run_assign,
    "if": _run_if,
    "loop": lambda run, step: _repeat(run, step, lambda: True),
    "while": lambda run, step: _repeat(run, step, lambda: run.test(step.texts[0])),
    "diagnostics": lambda run, step: run.assign(
        step.texts[0], run.evaluated(Typed(str(run.count), INT4), run.variable(step.texts[0]).type)
    ),
    "count": _run_count,
    "each": _run_each,
    "each dynamic": _run_each,
    "exit": _run_exit,
    "continue": _run_exit,
    "return": _run_return,
    "raise": _run_raise,
    "execute": _run_execute,
    "into": _run_into,
    "table": lambda run, step: _make_table(run, step.texts[0]),
    "open": cursors.open_cursor,
    "fetch": cursors.fetch,
    "close": cursors.close,
    "call": _run_call,
    "select": _run_select,
    "sql": _run_sql,
    "null": lambda run, step: None,
    "block": _run_block,
}
