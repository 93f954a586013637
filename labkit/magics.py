"""The cell magics ``%%athena`` and ``%%redshift``: a cell of SQL, run on the lake or the warehouse.

    %load_ext labkit.magics

    %%athena db_raw_sisdemo
    SELECT count(*) FROM student

    %%redshift
    SELECT count(*) FROM sis.student

The result is the cell's value; ``--into name`` keeps it in a variable as well. With them come the
alternative texts of matplotlib's figures, which `labkit.charts.heard` writes.
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class

from labkit.charts.heard import tell_figures
from labkit.lab import Lab
from labkit.query import Result
from labkit.warehouses.results import Result as Rows


class _Options(argparse.ArgumentParser):
    """A magic's options. What they cannot be is told in the cell, and the kernel goes on."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage()}")

    def read(self, line: str) -> argparse.Namespace:
        """The options of a magic's line."""
        try:
            return self.parse_args(shlex.split(line))
        except ValueError as error:  # a quote without its other
            self.error(str(error))


def _name(text: str) -> str:
    if not text.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a variable")
    return text


@magics_class
class SqlMagics(Magics):
    """SQL cells for the notebook's lab."""

    @cell_magic
    def athena(self, line: str, cell: str) -> Result:
        """Run a cell's SQL: ``%%athena [DATABASE] [--into NAME] [--reuse MINUTES]``."""
        parser = _Options(prog="%%athena", add_help=False)
        parser.add_argument("database", nargs="?")
        parser.add_argument("--into", type=_name)
        parser.add_argument("--reuse", type=int, default=0)
        options = parser.read(line)
        result = self._lab().query(cell, database=options.database, reuse_minutes=options.reuse)
        if options.into:
            self._variables()[options.into] = result
        return result

    @cell_magic
    def redshift(self, line: str, cell: str) -> Rows:
        """Run a cell's SQL: ``%%redshift [DATABASE] [--workgroup NAME] [--into NAME]``."""
        parser = _Options(prog="%%redshift", add_help=False)
        parser.add_argument("database", nargs="?", default="dev")
        parser.add_argument("--workgroup", default="")
        parser.add_argument("--into", type=_name)
        options = parser.read(line)
        where = {"database": options.database, "workgroup": options.workgroup}
        result = self._lab().warehouse(cell, **where)
        if options.into:
            self._variables()[options.into] = result
        return result

    def _variables(self) -> dict[str, Any]:
        shell: Any = self.shell
        variables: dict[str, Any] = shell.user_ns
        return variables

    def _lab(self) -> Lab:
        labs = [v for v in self._variables().values() if isinstance(v, Lab)]
        if not labs:
            raise UsageError("Open a lab first: lab = labkit.start(1)")
        return labs[-1]


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext labkit.magics``."""
    shell.register_magics(SqlMagics)
    tell_figures(shell)
