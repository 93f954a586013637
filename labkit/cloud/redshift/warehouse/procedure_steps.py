"""PL/pgSQL read to steps, in the subset that procedures use most.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-statements.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.reading import Words
from labkit.cloud.engine.redshift.types import Type

if TYPE_CHECKING:
    pass


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
