"""The tree of errors that labkit raises.

::

    LabError
    ├── CloudNotStarted       the local AWS did not come up
    ├── UnknownName           no such table, bucket, workgroup ...; says what exists
    ├── AccessDenied          AWS refused; says which permission or key is missing
    ├── QueryFailed           Athena's or Redshift's reason, with the statement's place
    ├── RunFailed             a crawler or job ended in failure; its last message
    ├── NoRecipe              a file that holds no recipe; says what is wrong and where
    ├── NoChart               a chart that cannot be; says what is wrong
    └── TimedOut              a wait took longer than its limit

Facts stand in ``args`` (so errors pickle); the sentence is made by ``__str__``: what happened, what
exists, what to do next.
"""

from __future__ import annotations

import difflib
import functools

FIRST_CELL = "The lab's environment is not there, or no longer: run the notebook's first cell."


class LabError(Exception):
    """The root of labkit's errors."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentence, without the way through our own code.

        Source: https://ipython.readthedocs.io/en/stable/config/integrating.html
        """
        return [f"{type(self).__name__}: {self}"]


class CloudNotStarted(LabError):
    """The local AWS did not come up. Args: the log's path, its last lines."""

    def __str__(self) -> str:
        path, lines = self.args
        return f"The local AWS did not start. The end of {path}:\n{lines}"


class NoWorkspace(LabError):
    """The workspace's folder cannot be made or written to. Args: its path, what the system says."""

    def __str__(self) -> str:
        path, why = self.args
        return f"{path} cannot be a workspace: {why}. Set LABKIT_HOME to another folder."


class OtherPort(LabError):
    """The local AWS listens elsewhere than was asked for. Args: where."""

    def __str__(self) -> str:
        return f"The local AWS runs at {self.args[0]} already: `labkit down` ends it."


class UnknownName(LabError):
    """A name that is not there. Args: kind of thing, the name, the names that exist."""

    OF_THE_ENVIRONMENT = ("bucket", "crawler", "database", "function")

    def __str__(self) -> str:
        kind, name, known = self.args
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        gone = f" {FIRST_CELL}" if not known and kind in self.OF_THE_ENVIRONMENT else ""
        return f"No {kind} named {name!r}.{hint} Known: {', '.join(known) or 'none yet'}.{gone}"


class AccessDenied(LabError):
    """AWS refused. Args: AWS's message, what to do."""

    def __str__(self) -> str:
        return "\n".join(filter(None, self.args))


class QueryFailed(LabError):
    """A statement failed. Args: AWS's reason, the query execution's id, what may help."""

    def __str__(self) -> str:
        reason, _, *advice = self.args
        return "\n".join(filter(None, [reason, *advice]))


class RunFailed(LabError):
    """A crawler or a job ended in failure. Args: kind, name, its message."""

    def __str__(self) -> str:
        kind, name, message = self.args
        return f"The {kind} {name!r} failed: {message}"


class NoRecipe(LabError):
    """A text that is no recipe. Args: what is wrong."""

    def __str__(self) -> str:
        return f"This is no recipe: {self.args[0]}"


class NoChart(LabError):
    """A chart that cannot be. Args: what is wrong."""

    def __str__(self) -> str:
        return str(self.args[0])


class TimedOut(LabError):
    """A wait took longer than its limit. Args: what was waited for, the limit in seconds."""

    def __str__(self) -> str:
        what, limit_s = self.args
        return f"{what} did not end within {limit_s} s."


def slip(message: str, kind: type[Exception] = ValueError) -> Exception:
    """An error of an argument, which a notebook shows as a sentence."""
    error = kind(message)
    shorten(error)
    return error


def in_a_line(error: Exception) -> str:
    """An error's words, and what helps if a helper has said so."""
    shown = vars(error).get("_render_traceback_", list)()
    return " ".join([str(error), *shown[1:]])


def shorten(error: BaseException, advice: str = "") -> None:
    """Let a notebook show an error of AWS's or of an argument as it shows a `LabError`."""
    lines = [f"{type(error).__name__}: {error}", *filter(None, [advice])]
    vars(error)["_render_traceback_"] = functools.partial(list, lines)
