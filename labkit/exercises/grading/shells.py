"""A notebook's kernel without a notebook: IPython's shell, magics included, that keeps nothing."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

SETTINGS = Config(
    HistoryManager={"enabled": False},
    InteractiveShell={"colors": "nocolor", "xmode": "Plain", "show_rewritten_input": False},
)


class Shell(InteractiveShell):
    """One without a terminal, in which ``!command`` would run, and without windows."""

    system = InteractiveShell.system_raw

    def enable_gui(self, gui: str | None = None) -> None:
        """Nothing: ``%matplotlib inline`` asks for no window, and no other is there."""


def quiet_shell() -> Shell:
    """The process's one shell."""
    shell: Shell = Shell.instance(config=SETTINGS)
    return shell
