"""PL/pgSQL read to steps, in the subset that procedures use most.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-statements.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from labkit.cloud.engine.redshift.types import VARCHAR, Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse.procedure_parts import Block, Cursor, Declaration, Step


def read(text: str) -> tuple[Block, str]:
    """The steps of a procedure's body, and its label.

    Raises:
        RedshiftError: it does not read.
    """
    words = Words(text)
    label = _label(words)
    found = _block(words)
    words.accept(";")
    words.end()
    return found, label


def _label(words: Words) -> str:
    """``<<name>>`` before a loop or a block; empty for none."""
    if not (words.accept("<<") or words.accept("<", "<")):
        return ""
    name = words.identifier()
    if not (words.accept(">>") or words.accept(">", ">")):
        raise words.refuse()
    return name


def _block(words: Words) -> Block:
    declared: list[Declaration] = []
    cursors: dict[str, Cursor] = {}
    if words.accept("DECLARE"):
        while not words.peek("BEGIN"):
            if words.peek("CURSOR", ahead=1):
                name = words.identifier()
                cursors[name] = _cursor(words)
                continue
            declared.append(_declaration(words))
    words.expect("BEGIN")
    steps = _steps(words, "END", "EXCEPTION")
    handler = None
    if words.accept("EXCEPTION"):
        words.expect("WHEN", "OTHERS", "THEN")
        handler = _steps(words, "END")
    words.expect("END")
    if not words.peek(";") and not words.ended:
        words.identifier()
    declared += [Declaration(name, VARCHAR) for name in cursors]
    return Block(declared, steps, handler, cursors)


def _cursor(words: Words) -> Cursor:
    """``CURSOR [(argument type, ...)] FOR | IS query;``"""
    words.expect("CURSOR")
    arguments = []
    if words.accept("("):
        while not words.accept(")"):
            arguments.append((words.identifier(), words.type()))
            words.accept(",")
    if not words.accept_one("FOR", "IS"):
        raise words.refuse()
    found = Cursor(arguments, _until(words, ";"))
    words.expect(";")
    return found


def _declaration(words: Words) -> Declaration:
    name = words.identifier()
    if words.accept("ALIAS", "FOR"):
        found = Declaration(name, None, alias=words.take().text.lower())
        words.expect(";")
        return found
    constant = words.accept("CONSTANT")
    kind = None if words.accept("RECORD") else variable_type(words)
    filled = words.accept("NOT", "NULL")
    default = ""
    if words.accept(":=") or words.accept("DEFAULT") or words.accept("="):
        default = _until(words, ";")
    words.expect(";")
    return Declaration(name, kind, default, constant, filled)


def variable_type(words: Words) -> Type:
    """A type; a ``refcursor`` is the name of a cursor."""
    return VARCHAR if words.accept("REFCURSOR") else words.type()


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
    if label := _label(words):
        step = _step(words)
        step.label = label
        return step
    reader = _READERS.get(words.word.upper)
    if reader:
        return reader(words)
    ahead = 3 if words.peek(".", ahead=1) else 1
    if words.peek(":=", ahead=ahead) or words.peek("=", ahead=ahead):
        name = ".".join(words.name())
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


def _case(words: Words) -> Step:
    """``CASE [x] WHEN a, b THEN ... ELSE ... END CASE;`` as an IF that must find one."""
    words.expect("CASE")
    subject = "" if words.peek("WHEN") else _until(words, "WHEN")
    step = Step("if")
    while words.accept("WHEN"):
        test = _until(words, "THEN")
        step.texts.append(f"({subject}) IN ({test})" if subject else test)
        words.expect("THEN")
        step.inner.append(_steps(words, "WHEN", "ELSE", "END"))
    otherwise = [Step("raise", ["EXCEPTION", "case not found"])]
    step.inner.append(_steps(words, "END") if words.accept("ELSE") else otherwise)
    words.expect("END", "CASE")
    return _ended(words, step)


def _loop_body(words: Words) -> list[Step]:
    words.expect("LOOP")
    found = _steps(words, "END")
    words.expect("END", "LOOP")
    if not words.peek(";"):
        words.identifier()
    words.expect(";")
    return found


def _loop(words: Words) -> Step:
    return Step("loop", [], [_loop_body(words)])


def _while(words: Words) -> Step:
    words.expect("WHILE")
    test = _until(words, "LOOP")
    return Step("while", [test], [_loop_body(words)])


def _for(words: Words) -> Step:
    words.expect("FOR")
    name, *more = words.each(words.identifier)
    words.expect("IN")
    if words.peek("SELECT") or words.peek("WITH") or words.peek("EXECUTE"):
        kind = "each dynamic" if words.accept("EXECUTE") else "each"
        return Step(kind, [_until(words, "LOOP"), name, *more], [_loop_body(words)])
    down = "down" if words.accept("REVERSE") else ""
    first, last = re.split(r"\.\.", _until(words, "LOOP"), maxsplit=1)
    last, _, by = last.partition(" BY ") if " BY " in last else last.partition(" by ")
    return Step("count", [name, first.strip(), last.strip(), by.strip() or "1", down],
                [_loop_body(words)])  # fmt: skip


def _exit(words: Words) -> Step:
    kind = words.take().text.lower()
    label = "" if words.peek("WHEN") or words.peek(";") else words.identifier()
    test = _until(words, ";") if words.accept("WHEN") else ""
    return _ended(words, Step(kind, [test], label=label))


def _return(words: Words) -> Step:
    words.expect("RETURN")
    return _ended(words, Step("return"))


def _raise(words: Words) -> Step:
    words.expect("RAISE")
    level = words.accept_one("INFO", "NOTICE", "WARNING", "LOG", "DEBUG", "EXCEPTION")
    if not level and words.accept(";"):
        return Step("raise", ["EXCEPTION", ""])
    texts = [level or "EXCEPTION", words.string()]
    while words.accept(","):
        texts.append(_until(words, ",", ";"))
    return _ended(words, Step("raise", texts))


def _execute(words: Words) -> Step:
    words.expect("EXECUTE")
    text = _until(words, ";", "INTO")
    into = words.each(words.identifier) if words.accept("INTO") else []
    return _ended(words, Step("execute", [text, *into]))


def _select(words: Words) -> Step:
    """``SELECT a, b INTO x, y FROM ...``, or a table's name, which may have TABLE before it."""
    before = _until(words, ";", "INTO")
    if not words.accept("INTO"):
        return _ended(words, Step("select", [before]))
    if words.word.upper in ("TABLE", "TEMP", "TEMPORARY"):
        return _ended(words, Step("table", [f"{before} INTO {_until(words, ';')}"]))
    into = words.each(words.identifier)
    return _ended(words, Step("into", [before, _until(words, ";"), *into]))


def _call(words: Words) -> Step:
    """``CALL name(argument, ...)``: the whole, and its arguments."""
    start = words.at
    words.expect("CALL")
    words.name()
    words.expect("(")
    given = []
    while not words.accept(")"):
        given.append(_until(words, ",", ")"))
        words.accept(",")
    return _ended(words, Step("call", [words.slice(start), *given]))


def _null(words: Words) -> Step:
    words.expect("NULL")
    return _ended(words, Step("null"))


def _perform(words: Words) -> Step:
    words.expect("PERFORM")
    return _ended(words, Step("sql", [f"SELECT {_until(words, ';')}"]))


def _diagnostics(words: Words) -> Step:
    """``GET DIAGNOSTICS n := ROW_COUNT;``: the rows of the last statement."""
    words.expect("GET", "DIAGNOSTICS")
    name = words.identifier()
    if not (words.accept(":=") or words.accept("=")):
        raise words.refuse()
    words.expect("ROW_COUNT")
    return _ended(words, Step("diagnostics", [name]))


def _nested(words: Words) -> Step:
    return _ended(words, Step("block", block=_block(words)))


def _open(words: Words) -> Step:
    """``OPEN cursor [FOR query | FOR EXECUTE text | (argument, ...)];``"""
    words.expect("OPEN")
    name, how, texts = words.identifier(), "bound", []
    if words.accept("FOR", "EXECUTE"):
        how, texts = "dynamic", [_until(words, ";")]
    elif words.accept("FOR"):
        how, texts = "query", [_until(words, ";")]
    elif words.accept("("):
        while not words.accept(")"):
            texts.append(_until(words, ",", ")"))
            words.accept(",")
    return _ended(words, Step("open", [name, how, *texts]))


def _fetch(words: Words) -> Step:
    words.expect("FETCH")
    name = words.identifier()
    words.expect("INTO")
    return _ended(words, Step("fetch", [name, *words.each(words.identifier)]))


def _close(words: Words) -> Step:
    words.expect("CLOSE")
    return _ended(words, Step("close", [words.identifier()]))


_READERS: dict[str, Callable[[Words], Step]] = {
    "IF": _if, "LOOP": _loop, "WHILE": _while, "FOR": _for, "EXIT": _exit, "CONTINUE": _exit,
    "RETURN": _return, "RAISE": _raise, "EXECUTE": _execute, "SELECT": _select, "NULL": _null,
    "CALL": _call, "OPEN": _open, "FETCH": _fetch, "CLOSE": _close, "PERFORM": _perform,
    "DECLARE": _nested, "BEGIN": _nested, "CASE": _case, "GET": _diagnostics,
}  # fmt: skip
