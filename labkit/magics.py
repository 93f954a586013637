"""The cell magic ``%%athena``: a cell of SQL, run on the lake.

    %load_ext labkit.magics

    %%athena db_raw_sisdemo
    SELECT count(*) FROM student

The result is the cell's value; ``--into name`` keeps it in a variable as well.
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class

from labkit.lab import Lab
from labkit.query import Result


@magics_class
class AthenaMagics(Magics):
    """SQL cells for the notebook's lab."""

    @cell_magic
    def athena(self, line: str, cell: str) -> Result:
        """Run a cell's SQL: ``%%athena [DATABASE] [--into NAME] [--reuse MINUTES]``."""
        parser = argparse.ArgumentParser(prog="%%athena", add_help=False, exit_on_error=False)
        parser.add_argument("database", nargs="?")
        parser.add_argument("--into")
        parser.add_argument("--reuse", type=int, default=0)
        options = parser.parse_args(shlex.split(line))
        result = self._lab().query(cell, database=options.database, reuse_minutes=options.reuse)
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
    shell.register_magics(AthenaMagics)
