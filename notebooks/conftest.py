"""Runs the notebooks with nbval, with the holes closed through which a broken one slips.

nbval (https://nbval.readthedocs.io) takes for good: an ``exit()`` in the last cell, a kernel that
died behind the last cell, a late error of a thread, an interrupted cell that catches the
interrupt, a cell tagged ``raises-exception`` that raises nothing or something else, a cell stored
without having been run, one tagged ``nbval-skip``, a failing ``!command``, a traceback on
stderr. Here they fail.
"""

import contextlib
import subprocess
import time
from queue import Empty
from typing import Any

import nbval.plugin
import pytest
from nbval.kernel import RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.labs import faults, keep_once, to_come, workspace

QUIET_S = 0.5
SHELL_EXIT = {"shell": "get_ipython().user_ns.pop('_exit_code', 0)"}


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Any:
    """Put our notebook in the place of nbval's."""
    collected = yield
    return [
        Lab.from_parent(node.parent, path=node.path) if isinstance(node, IPyNbFile) else node
        for node in collected
    ]


class WatchedKernel(RunningKernel):
    """A kernel whose death is noticed at once, and whose last reply can be read."""

    def __init__(self, kernel_name: str, cwd: str, startup_timeout: float) -> None:
        """Start it as nbval does, without leaving a file open."""
        self.km, self.kc = start_new_kernel(
            startup_timeout, kernel_name, cwd=cwd, stderr=subprocess.DEVNULL
        )
        self._ensure_iopub_up()

    def execute_cell_input(self, source: str, allow_stdin: bool | None = None) -> str:
        """Run a cell as JupyterLab does, and ask afterwards how its shell commands ended."""
        return self.kc.execute(
            source,
            store_history=True,
            allow_stdin=allow_stdin,
            stop_on_error=False,
            user_expressions=SHELL_EXIT,
        )

    def await_reply(self, msg_id: str, timeout: float = 60) -> None:
        """Wait for the reply to a request, but not for a dead kernel's."""
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(Empty):
                message = self.get_message("shell", timeout=0.5)
                if message["parent_header"].get("msg_id") == msg_id:
                    self.reply = message["content"]
                    return
            if not self.is_alive():
                raise RuntimeError("The kernel died.")
            if time.monotonic() > deadline:
                raise Empty

    def leaving(self) -> bool:
        """Whether the last cell told the kernel to exit."""
        return any(item["source"] == "ask_exit" for item in self.reply.get("payload", []))

    def shell_exit(self) -> int:
        """The exit code of the last cell's last ``!command``."""
        answer = self.reply.get("user_expressions", {}).get("shell", {})
        return int(answer.get("data", {}).get("text/plain", 0))


class LabCell(IPyNbCell):
    """A cell that has to have run, and to have ended as its author saw it end."""

    def setup(self) -> None:
        """Leave out nbval's own: it expects every cell after a timeout to fail."""

    def runtest(self) -> None:
        """Run the cell as nbval does, then look where nbval does not."""
        if self.options["skip"]:
            self.raise_cell_error("Cells are not skipped: nothing would show that they work")
        if self.cell.execution_count is None:
            self.raise_cell_error("Stored without having been run")
        self.parent.timed_out = False
        super().runtest()
        for fault in self._faults():
            self.raise_cell_error(f"The cell {fault}")

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> Any:
        """Compare what a notebook would store of the cell's outputs with what it stores."""
        keep_once(test)
        return super().compare_outputs(test, ref, skip_compare)

    def _faults(self) -> list[str]:
        kernel = self.parent.kernel
        found = list(faults(self.cell, self.test_outputs))
        if self.parent.timed_out:
            found.append("ran out of time, and swallowed the interrupt")
        if kernel.leaving() or not kernel.is_alive():
            found.append("ended the kernel")
        if not self.options["check_exception"]:
            if kernel.reply["status"] != "ok":
                found.append("raised an error that it does not show")
            if code := kernel.shell_exit():
                found.append(f"ran a shell command that failed with {code}")
        return found


class LastCheck(pytest.Item):
    """Behind the last cell: nothing that the cells left running dies or complains."""

    def runtest(self) -> None:
        """Listen until the kernel has been quiet for a while, then ask whether it lives."""
        kernel = self.parent.kernel
        with contextlib.suppress(Empty):
            while True:
                self._refuse(kernel.get_message("iopub", timeout=QUIET_S))
        kernel.await_reply(kernel.kc.kernel_info(), timeout=10)

    def _refuse(self, message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "error" or content.get("name") == "stderr":
            pytest.fail(f"Came after the last cell: {content}", pytrace=False)


class Lab(IPyNbFile):
    """A notebook in a workspace of its own."""

    def collect(self) -> Any:
        """Its code cells, and the last check."""
        cells = list(super().collect())
        if not cells and not to_come(self.nb):
            raise self.CollectError(f"{self.path} has nothing to run")
        for cell in cells:
            given = {"cell_num": cell.cell_num, "cell": cell.cell, "options": cell.options}
            yield LabCell.from_parent(self, name=cell.name, **given)
        yield LastCheck.from_parent(self, name="the kernel lives")

    def setup(self) -> None:
        """Open the workspace, then start the kernel in it."""
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(workspace())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(nbval.plugin, "RunningKernel", WatchedKernel)
            super().setup()

    def teardown(self) -> None:
        """End the kernel, then the workspace."""
        super().teardown()
        self.stack.close()
