"""The command ``labkit``: the local AWS from a terminal."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from labkit import __version__, process
from labkit.errors import LabError


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the process's exit code: 0, or 1 with a sentence on stderr."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except (LabError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="labkit", description=__doc__)
    parser.add_argument("--version", action="version", version=f"labkit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        told = command.__doc__ or ""
        sub = commands.add_parser(
            name,
            help=told.partition("\n")[0],
            description=inspect.cleandoc(told).replace("%", "%%"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == "up":
            sub.add_argument("--port", type=_port, default=0, help="by default the last one")
        if name == "reset":
            sub.add_argument("--yes", action="store_true", help="do not ask")
        if name == "grade":
            _add_grade_options(sub)
    return parser


def _port(told: str) -> int:
    if not told.isdecimal() or int(told) > 65535:
        raise argparse.ArgumentTypeError(f"{told} is no port: 1 to 65535")
    return int(told)


def _seconds(told: str) -> float:
    if not told.replace(".", "", 1).isdecimal() or not float(told):
        raise argparse.ArgumentTypeError(f"{told} is no time: a number of seconds above 0")
    return float(told)


def _add_grade_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("places", nargs="*", metavar="NOTEBOOK-OR-FOLDER")
    for name, what in REPORTS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="F", dest=f"to_{name}", help=what)
    secret = "chooses the hidden data; by default LABKIT_GRADE_SECRET"
    parser.add_argument("--secret", metavar="TEXT", help=secret)
    longest = "how long one cell may run"
    parser.add_argument("--cell-seconds", type=_seconds, default=60, metavar="S", help=longest)
    phases = parser.add_mutually_exclusive_group()
    only_run = "only run, and keep what was found in a folder"
    phases.add_argument("--run", type=Path, metavar="FOLDER", help=only_run)
    only_score = "only judge what --run has found"
    phases.add_argument("--score", type=Path, metavar="FOLDER", help=only_score)


YES = ("y", "yes")
REPORTS = {
    "json": "the grade: points, statuses and messages of each notebook",
    "csv": "a line for each notebook and question",
    "junit": "JUnit's XML, as CI systems show it",
    "class": "the class and its questions as tables: F.html, or Markdown",
}


def up(options: argparse.Namespace) -> int:
    """Start the local AWS; returns when it answers.

    Examples:
        labkit up
        labkit up --port 4566
    """
    connection = process.up(port=options.port)
    _say(f"The local AWS answers at {connection.endpoint} (region {connection.region}).")
    return 0


def down(_: argparse.Namespace) -> int:
    """End the local AWS; what it holds stays on disk."""
    _say("The local AWS has ended." if process.down() else "The local AWS was not running.")
    return 0


def status(_: argparse.Namespace) -> int:
    """Tell whether the local AWS runs (exit code 3 when not), and where."""
    found = process.find()
    _say(
        f"running at {found.endpoint}, pid {found.pid}, workspace {process.home()}"
        if found
        else f"not running, workspace {process.home()}"
    )
    return 0 if found else 3


def env(_: argparse.Namespace) -> int:
    """Print exports for a shell: eval "$(labkit env)".

    It starts the local AWS where none runs. In the shell that has read the exports:

        aws s3 ls
    """
    connection = process.up()
    if led := process.elsewhere():
        _say(f"unset {' '.join(led)}")
    for name, value in connection.environment().items():
        _say(f"export {name}={shlex.quote(value)}")
    return 0


def reset(options: argparse.Namespace) -> int:
    """End the local AWS and delete all that it holds.

    All labs' work in the cloud is gone; notebooks stay as they are. In a terminal it asks first.

    Examples:
        labkit reset
        labkit reset --yes
    """
    if not options.yes and sys.stdin.isatty() and not _agreed():
        _say("Nothing was deleted.")
        return 1
    left = process.reset()
    kept = f"Left alone, as no workspace holds it: {', '.join(left)}"
    _say(kept if left else f"{process.home()} holds nothing now.")
    return 0


def _agreed() -> bool:
    """Whether the answer is yes; an end of the input, as Ctrl-D is, is none."""
    with contextlib.suppress(EOFError):
        return input(f"Delete all that {process.home()} holds? [y/N] ").strip().lower() in YES
    return False


def grade(options: argparse.Namespace) -> int:
    """Grade notebooks: points and reasons for each exercise.

    Examples:
        labkit grade my_lab1.ipynb
        labkit grade submissions --class grades.html
        labkit grade submissions --json grades.json --csv grades.csv --junit grades.xml
    """
    from labkit.exercises.grading import command

    return command.main(options)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "env": env,
    "reset": reset,
    "grade": grade,
}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
