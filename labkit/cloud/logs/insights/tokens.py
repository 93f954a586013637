"""The tokens of a query of Logs Insights, and the refusal of what is none."""

from __future__ import annotations

import re
from typing import NoReturn

from labkit.cloud.engine.patience import patient
from labkit.cloud.operations import AwsError

_TOKENS = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<period>\d+(?:ms|s|m|h|d)\b)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<name>(?:`[^`]+`|[A-Za-z_@$][\w@$]*)(?:\.(?:`[^`]+`|[\w@$]+))*)
    |(?P<sign>!=|=~|<=|>=|[-=<>+*/%^()\[\],|])""",
    re.VERBOSE,
)
_EXPRESSION = re.compile(r"/((?:[^/\\\n]|\\.)+)/")


class Tokens:
    """A query's tokens, read from the first to the last.

    Args:
        query: its text.
    """

    def __init__(self, query: str) -> None:
        self.query, self._at = query, 0
        #: What comes next: where it begins; and where what was taken last ends.
        self.start, self.before = 0, 0
        self.kind, self.token, self._end = "", "", 0
        self._step()

    def is_done(self) -> bool:
        """Whether nothing follows."""
        return self.kind == ""

    def word(self) -> str:
        """The next token, a word, in small letters."""
        if self.kind != "name":
            self.unexpected()
        return self.take().lower()

    def takes(self, *tokens: str) -> str:
        """The next token if it is one of these signs or words, which is left behind; or nothing."""
        told = self.kind in ("sign", "name") and self.token.lower() in tokens
        return self.take().lower() if told else ""

    def expect(self, token: str) -> None:
        """Leave this behind."""
        if not self.takes(token):
            self.unexpected()

    def is_next(self, token: str) -> bool:
        """Whether this sign or word follows."""
        return self.kind in ("sign", "name") and self.token.lower() == token

    def is_text(self) -> bool:
        """Whether a text in quotation marks follows."""
        return self.kind == "text"

    def string(self) -> str:
        """A text in quotation marks."""
        if self.kind != "text":
            self.unexpected()
        return re.sub(r"\\(.)", r"\1", self.take()[1:-1])

    def whole(self) -> int:
        """A whole number."""
        if self.kind != "number" or not self.token.isdigit():
            self.unexpected()
        return int(self.take())

    def name(self) -> str:
        """The name of a field."""
        if self.kind != "name":
            self.unexpected()
        return self.take().replace("`", "")

    def expression(self) -> re.Pattern[str] | None:
        """A regular expression between slashes, if one follows."""
        if not self.is_next("/"):
            return None
        found = _EXPRESSION.match(self.query, self.start)
        if not found:
            self.unexpected()
        try:
            pattern = re.compile(_in_python(found[1]))
        except re.error as error:
            raise self.malformed(f"invalid regular expression: {error}", self.start) from error
        self._at = self.before = found.end()
        self._step()
        return patient(pattern, self.too_slow)

    def malformed(self, words: str, at: int | None = None) -> AwsError:
        """The refusal of a query."""
        start = self.start if at is None else at
        place = {"startCharOffset": start, "endCharOffset": max(self._end, start)}
        return AwsError(
            "MalformedQueryException",
            words,
            queryCompileError={"location": place, "message": words},
        )

    def unexpected(self) -> NoReturn:
        """Refuse what comes next."""
        line = self.query.count("\n", 0, self.start) + 1
        place = self.start - (self.query.rfind("\n", 0, self.start) + 1) + 1
        found = self.query[self.start : self.start + 1] if not self.token else self.token
        words = f"unexpected symbol found {found} at line {line} and position {place}"
        raise self.malformed(words if found else "unexpected end of the query")

    def take(self) -> str:
        """What comes next, which is left behind."""
        token, self.before = self.token, self._end
        self._step()
        return token

    def _step(self) -> None:
        while found := _TOKENS.match(self.query, self._at):
            self.start, self._at = found.span()
            self.kind, self.token, self._end = str(found.lastgroup), found[0], found.end()
            if self.kind != "blank":
                return
        self.kind, self.token, self.start, self._end = "", "", self._at, self._at
        if self._at < len(self.query):
            self.unexpected()

    def too_slow(self, words: str) -> NoReturn:
        """Refuse a pattern that takes too long over an event."""
        raise self.malformed(words)


def _in_python(pattern: str) -> str:
    """Java's regular expression as Python has it: names of groups, slashes, options within."""
    pattern = pattern.replace(r"\/", "/")
    pattern = re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern)
    if inside := re.search(r"(?<=.)\(\?([ims]+)\)", pattern):  # options from there on: the rest
        start, end = inside.span()
        return f"{pattern[:start]}(?{inside[1]}:{pattern[end:]})"
    return pattern
