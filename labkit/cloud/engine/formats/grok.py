# ruff: noqa: E501 - a pattern stands on one line
r"""Grok: named regular expressions that make longer ones, ``%{PATTERN:name:type}``.

`compile_pattern` gives Python's pattern and the names in order; ``%{PATTERN}`` of the expression
itself is named after its pattern, with the percent sign. A part may be optional or stand in two
branches; what an alternative captured wins. Quotes around a captured text are taken off, as
java-grok does. Source: https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html
"""

from __future__ import annotations

import re
from typing import NoReturn

from labkit.cloud.engine.formats.model import FormatError
from labkit.cloud.engine.patience import patient

Names = list[tuple[str, list[str]]]
_REFERENCE = re.compile(r"%\{(\w+)(?::\s*([\w.@\-]+)\s*)?(?:[:;](\w+))?\}")
#: What a set, and what stands for other letters, are made of.
_WORDS = re.compile(r"\\p\{\w+\}|\\.|\[\^?\]?|\]|&&", re.DOTALL)
#: Patterns that are one repeat.
_SIMPLE = ("USERNAME", "INT", "WORD", "NOTSPACE", "SPACE", "DATA", "GREEDYDATA", "PROG")
#: How deep patterns are within patterns, and how many characters they make of one.
_DEPTH, _LONGEST = 40, 200_000


class _Known(dict[str, str]):
    """Patterns by name, and how many characters of them may still be put into one."""

    left = _LONGEST


def compile_pattern(pattern: str, custom: str = "") -> tuple[re.Pattern[str], Names]:
    r"""Python's pattern, and each named field with the groups that may hold it.

    >>> found, names = compile_pattern("%{WORD:verb} %{INT:n:int}")
    >>> [part(found.search("GET 12"), n) for n in names]
    ['GET', '12']

    Raises:
        FormatError: an unknown pattern name, or no pattern at all.
    """
    own = dict(_definitions(custom))
    fields: dict[str, list[str]] = {}
    text = _expand(pattern, _Known(BUILT_IN | own), fields, 0)
    if not text:
        raise _refused("empty pattern")
    try:
        found = re.compile(python_syntax(text), re.ASCII)
        # The known patterns by themselves have few ways.
        plain = dict.fromkeys(BUILT_IN, "x+") | {each: BUILT_IN[each] for each in _SIMPLE} | own
        around = re.compile(python_syntax(_expand(pattern, _Known(plain), {}, 0)))
        return patient(found, too_slow, judged=around), list(fields.items())
    except re.error as error:
        raise _refused(str(error)) from error


def too_slow(words: str) -> NoReturn:
    """Refuse a pattern that takes too long over a line."""
    raise FormatError("HIVE_CURSOR_ERROR", words)


def types(pattern: str, custom: str = "") -> list[tuple[str, str]]:
    """Each named field and the type that the pattern casts it to, ``string`` where it says none.

    >>> types("%{INT:n:int} %{WORD:w}")
    [('n', 'int'), ('w', 'string')]
    """
    known = _Known(BUILT_IN | dict(_definitions(custom)))
    found: dict[str, str] = {}
    _collect(pattern, known, found, 0)
    return list(found.items())


def part(found: re.Match[str] | None, name: tuple[str, list[str]]) -> str | None:
    """A field's text, ``None`` where its part did not take part."""
    captured = (found[group] for group in name[1]) if found else iter(())
    value = next((text for text in captured if text is not None), None)
    if value and len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def python_syntax(pattern: str) -> str:
    r"""Java's spelling of a pattern in Python's.

    >>> python_syntax(r"(?<year>\d+)(?<!x)[\p{Alpha}_]\z")
    '(?P<year>\\d+)(?<!x)[a-zA-Z_]\\Z'

    Raises:
        re.error: a set within a set, which Python has not.
    """
    pattern = re.sub(r"\(\?<(?=\w)", "(?P<", pattern)
    pattern = re.sub(r"^\(\?([imsx]+)\)(.+)$", r"(?\1:\2)", pattern, flags=re.DOTALL)
    within = False

    def spell(found: re.Match[str]) -> str:
        nonlocal within
        word = found[0]
        if within and word[0] in "[&":
            raise re.error("a set within a set is not read here")
        within = word != "]" if word[0] in "[]" else within
        python = _CLASSES.get(word, word)
        return python.removeprefix("[").removesuffix("]") if within and python != word else python

    return _WORDS.sub(spell, pattern)


def _expand(pattern: str, known: _Known, fields: dict[str, list[str]], depth: int) -> str:
    def replace(match: re.Match[str]) -> str:
        inner = _expand(_definition(match[1], known, depth), known, fields, depth + 1)
        name = match[2] if match[2] or depth else f"%{match[1]}"
        if not name or name == "UNWANTED":
            return f"(?:{inner})"
        groups = fields.setdefault(name, [])
        groups.append(f"g{len(fields)}_{len(groups)}_{depth}")
        return f"(?P<{groups[-1]}>{inner})"

    return _REFERENCE.sub(replace, pattern)


def _collect(pattern: str, known: _Known, found: dict[str, str], depth: int) -> None:
    for match in _REFERENCE.finditer(pattern):
        if match[2] and match[2] != "UNWANTED":
            found.setdefault(match[2], match[3] or "string")
        _collect(_definition(match[1], known, depth), known, found, depth + 1)


def _definition(name: str, known: _Known, depth: int) -> str:
    if name not in known or depth > _DEPTH:
        raise _refused(f"No definition for key '{name}' found, aborting")
    known.left -= len(known[name])
    if known.left < 0:
        raise _refused(f"its patterns make more than {_LONGEST} characters")
    return known[name]


def _refused(why: str) -> FormatError:
    return FormatError("HIVE_INVALID_METADATA", f"Grok compilation failure: {why}")


def _definitions(text: str) -> list[tuple[str, str]]:
    lines = (line.strip().partition(" ") for line in text.replace("\\n", "\n").splitlines())
    return [(name, body.strip()) for name, _, body in lines if name and not name.startswith("#")]


_CLASSES = {
    r"\p{Alpha}": "[a-zA-Z]",
    r"\p{Digit}": "[0-9]",
    r"\p{Alnum}": "[a-zA-Z0-9]",
    r"\p{Upper}": "[A-Z]",
    r"\p{Lower}": "[a-z]",
    r"\p{Space}": r"\s",
    r"\z": r"\Z",
    r"\h": r"[ \t]",
}
BUILT_IN = dict(
    _definitions(
        r"""
USERNAME [a-zA-Z0-9._-]+
USER %{USERNAME:UNWANTED}
INT (?:[+-]?(?:[0-9]+))
BASE10NUM (?<![0-9.+-])(?>[+-]?(?:(?:[0-9]+(?:\.[0-9]+)?)|(?:\.[0-9]+)))
NUMBER (?:%{BASE10NUM:UNWANTED})
BASE16NUM (?<![0-9A-Fa-f])(?:[+-]?(?:0x)?(?:[0-9A-Fa-f]+))
BASE16FLOAT \b(?<![0-9A-Fa-f.])(?:[+-]?(?:0x)?(?:(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?)|(?:\.[0-9A-Fa-f]+)))\b
BOOLEAN (?i:true|false)
POSINT \b(?:[1-9][0-9]*)\b
NONNEGINT \b(?:[0-9]+)\b
WORD \b\w+\b
NOTSPACE \S+
SPACE \s*
DATA .*?
GREEDYDATA .*
QUOTEDSTRING (?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`)
QS %{QUOTEDSTRING:UNWANTED}
UUID [A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}
MAC (?:%{CISCOMAC:UNWANTED}|%{WINDOWSMAC:UNWANTED}|%{COMMONMAC:UNWANTED})
CISCOMAC (?:(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4})
WINDOWSMAC (?:(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2})
COMMONMAC (?:(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2})
IPV6 (?<![0-9A-Fa-f:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,7}:|(?:[0-9A-Fa-f]{1,4}:){1,6}:[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,5}(?::[0-9A-Fa-f]{1,4}){1,2}|(?:[0-9A-Fa-f]{1,4}:){1,4}(?::[0-9A-Fa-f]{1,4}){1,3}|(?:[0-9A-Fa-f]{1,4}:){1,3}(?::[0-9A-Fa-f]{1,4}){1,4}|(?:[0-9A-Fa-f]{1,4}:){1,2}(?::[0-9A-Fa-f]{1,4}){1,5}|[0-9A-Fa-f]{1,4}:(?::[0-9A-Fa-f]{1,4}){1,6}|:(?:(?::[0-9A-Fa-f]{1,4}){1,7}|:))
IPV4 (?<![0-9])(?:(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})[.]){3}(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})(?![0-9])
IP (?:%{IPV6:UNWANTED}|%{IPV4:UNWANTED})
HOSTNAME \b(?:[0-9A-Za-z][0-9A-Za-z-_]{0,62})(?:\.(?:[0-9A-Za-z][0-9A-Za-z-_]{0,62}))*(?:\.?|\b)
HOST %{HOSTNAME:UNWANTED}
IPORHOST (?:%{HOSTNAME:UNWANTED}|%{IP:UNWANTED})
HOSTPORT (?:%{IPORHOST}:%{POSINT:PORT})
PATH (?:%{UNIXPATH}|%{WINPATH})
UNIXPATH (?>/(?>[\w_%!$@:.,~-]+|\\.)*)+
TTY (?:/dev/(?:pts|tty(?:[pq])?)(?:\w+)?/?(?:[0-9]+))
WINPATH (?>[A-Za-z]+:|\\)(?:\\[^\\?*]*)+
URIPROTO [A-Za-z]+(?:\+[A-Za-z+]+)?
URIHOST %{IPORHOST}(?::%{POSINT:port})?
URIPATH (?:/[A-Za-z0-9$.+!*'(){},~:;=@#%_\-]*)+
URIPARAM \?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]]*
URIPATHPARAM %{URIPATH}(?:%{URIPARAM})?
URI %{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?
MONTH \b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|Jun(?:e)?|Jul(?:y)?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b
MONTHNUM (?:0?[1-9]|1[0-2])
MONTHNUM2 (?:0[1-9]|1[0-2])
MONTHDAY (?:(?:0[1-9])|(?:[12][0-9])|(?:3[01])|[1-9])
DAY (?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)
YEAR (?>\d\d){1,2}
HOUR (?:2[0123]|[01]?[0-9])
MINUTE (?:[0-5][0-9])
SECOND (?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)
TIME (?!<[0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})(?![0-9])
DATE_US %{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}
DATE_EU %{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}
DATESTAMP_US %{DATE_US}[- ]%{TIME}
DATESTAMP_EU %{DATE_EU}[- ]%{TIME}
ISO8601_TIMEZONE (?:Z|[+-]%{HOUR}(?::?%{MINUTE}))
ISO8601_SECOND (?:%{SECOND}|60)
TIMESTAMP_ISO8601 %{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?
TZ (?:[PMCE][SD]T|UTC)
DATESTAMP_RFC822 %{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}
DATESTAMP_OTHER %{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}
DATE %{DATE_US}|%{DATE_EU}
DATESTAMP %{DATE}[- ]%{TIME}
CISCOTIMESTAMP %{MONTH} %{MONTHDAY} %{TIME}
SYSLOGTIMESTAMP %{MONTH} +%{MONTHDAY} %{TIME}
PROG (?:[\w._/%-]+)
SYSLOGPROG %{PROG:program}(?:\[%{POSINT:pid}\])?
SYSLOGHOST %{IPORHOST}
SYSLOGFACILITY <%{NONNEGINT:facility}.%{NONNEGINT:priority}>
HTTPDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}
SYSLOGBASE %{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:
COMMONAPACHELOG %{IPORHOST:clientip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" %{NUMBER:response} (?:%{NUMBER:bytes}|-)
COMBINEDAPACHELOG %{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}
LOGLEVEL (?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn?(?:ing)?|WARN?(?:ING)?|[Ee]rr?(?:or)?|ERR?(?:OR)?|[Cc]rit?(?:ical)?|CRIT?(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|EMERG(?:ENCY)?|[Ee]merg(?:ency)?)
"""
    )
)
