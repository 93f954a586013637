"""Arguments that are reckoned once.

DuckDB puts a macro's argument at each place where its body names it, a template does too, and what
is copied has copies in it: ``replace(replace(replace(x, …)))`` grows without bound. DuckDB computes
what stands twice once, so a short argument stays; one that grows is bound, as an element of a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from labkit.cloud.engine.closed import macros

_LONG = 250
_PLAIN = re.compile(r"""[\w".]+|'[^']*'""")
_CALLS = re.compile(r"(\w+)\(")


def once(args: Sequence[str], use: Callable[[Sequence[str]], str]) -> str:
    """SQL that may name its arguments several times.

    >>> once(["rs_exp(rs_exp(a))", "b"], lambda each: f"rs_power({each[0]}, {each[1]})")
    "list_transform([{'_0': rs_exp(rs_exp(a))}], lambda _v: rs_power(_v['_0'], b))[1]"
    """
    if not any(map(grows, args)):
        return use(args)
    bound = {at: sql for at, sql in enumerate(args) if not _PLAIN.fullmatch(sql)}
    fields = ", ".join(f"'_{at}': {sql}" for at, sql in bound.items())
    named = [f"_v['_{at}']" if at in bound else sql for at, sql in enumerate(args)]
    return f"list_transform([{{{fields}}}], lambda _v: {use(named)})[1]"


def filled(template: str, args: Sequence[str], **more: str) -> str:
    """A template with its arguments in it: ``{0}`` an argument, ``{all}`` all.

    >>> filled("rs_cut({0}, {size})", ["rs_upper(rs_upper(a))"], size="5")
    "list_transform([{'_0': rs_upper(rs_upper(a))}], lambda _v: rs_cut(_v['_0'], 5))[1]"
    """

    def put(each: Sequence[str]) -> str:
        return template.format(*each, all=", ".join(each), **more)

    return once(args, put) if copies(template) else put(args)


def grows(sql: str) -> bool:
    """Whether an argument is too much to stand at several places.

    >>> grows("rs_upper(a)"), grows("rs_upper(rs_upper(a))")
    (False, True)
    """
    return len(sql) > _LONG or sum(map(_copying, _CALLS.findall(sql))) > 1


@cache
def copies(template: str) -> bool:
    """Whether a template puts one of its arguments at several places, itself or by a macro.

    >>> copies("rs_upper({0})"), copies("lower({0})"), copies("({0} / (1 + {0}))")
    (True, False, True)
    """
    places = re.findall(r"\{(\d)\}", template)
    return len(places) > len(set(places)) or any(map(_copying, _CALLS.findall(template)))


@cache
def _copying(name: str) -> bool:
    """Whether it is a macro that names a parameter several times, itself or by another macro."""
    head, _, body = macros(__package__ or "").get(name, "").partition(" AS ")
    several = (len(re.findall(rf"\b{each}\b", body)) > 1 for each in re.findall(r"\w+", head)[1:])
    return any(several) or any(map(_copying, _CALLS.findall(body)))
