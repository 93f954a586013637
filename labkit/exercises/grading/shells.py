"""A notebook's kernel without a notebook: IPython's shell, magics included, that keeps nothing."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

SETTINGS = Config(
    HistoryManager={"enabled": False},
    InteractiveShell={"colors": "nocolor", "xmode": "Plain", "show_rewritten_input": False},
)


def quiet_shell() -> InteractiveShell:
    """The process's one shell."""
    shell: InteractiveShell = InteractiveShell.instance(config=SETTINGS)
    return shell
