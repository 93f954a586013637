"""A real JupyterLab and a real headless Chromium, one of each for all browser tests.

    def test_the_crawler_runs(open_notebook):
        notebook = open_notebook(["import labkit", "labkit.__version__"])
        notebook.run_all()
        notebook.wait_for_output(2, "0.1")
        notebook.click("Run crawler")

A notebook is opened by its name in ``notebooks/`` (a copy: nothing is written there), or made
of a list of cells or of their sources. Code cells are counted from 1, as their prompts count them.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Error, Locator, Page, ViewportSize, expect, sync_playwright

from tools.browser import find

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
START_S = 180
PATIENCE_MS = 120_000
SIZE: ViewportSize = {"width": 1400, "height": 1000}
KERNELSPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

# JupyterLab takes seconds to load, so the next notebook takes the place of the last in its page.
OPEN = """async name => {
  const {commands, shell} = window.jupyterapp;
  const opened = await commands.execute('docmanager:open', {path: name});
  for (const other of [...shell.widgets('main')]) if (other !== opened) other.dispose();
}"""
CLOSE = "() => { for (const one of [...window.jupyterapp.shell.widgets('main')]) one.dispose(); }"
IN_THE_WAY = ".jp-Dialog, .lm-Menu-content"

# Every cell in the page, for a cell that is scrolled away would not be there; no news, no autosave.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}


@dataclass(frozen=True)
class Jupyter:
    """A running JupyterLab: its address, its token, the folder that it shows."""

    address: str
    token: str
    folder: Path

    def call(self, method: str, path: str) -> bytes:
        """Ask its REST API."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return bytes(reply.read())

    def end_kernels(self, names: Collection[str] | None = None) -> None:
        """End the kernels of these notebooks, or of all."""
        for session in json.loads(self.call("GET", "/api/sessions")):
            if names is None or session["path"] in names:
                self.call("DELETE", f"/api/sessions/{session['id']}")


@dataclass
class Notebook:
    """A notebook that is open in the browser; ``errors`` are those of the page's JavaScript."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def hear(self, error: Error) -> None:
        """An error of the page's JavaScript, but for what the notebook before left waiting."""
        if str(error) != "Disposed":
            self.errors.append(str(error))

    @property
    def cells(self) -> Locator:
        """The code cells."""
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    def run_all(self, timeout_s: float = 120) -> None:
        """Run every cell by the menu, and wait until the last has ended."""
        self.wait_for_kernel()
        self.menu("Run", "Run All Cells")
        self.wait_until_idle(timeout_s)
        expect(self.cells.first.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))

    def run_again(self, *cells: int, timeout_s: float = 120) -> None:
        """Run these code cells once more, so that what they show is new."""
        for cell in cells:
            self.cells.nth(cell - 1).locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            self.wait_until_idle(timeout_s)

    def wait_for_kernel(self, timeout_s: float = 60) -> None:
        """Wait until the kernel answers; what is asked of it before is lost."""
        status = self.page.locator("#jp-main-statusbar")
        expect(status).to_contain_text(re.compile(r"Python 3.*\| Idle"), timeout=timeout_s * 1000)

    def menu(self, name: str, item: str) -> None:
        """Choose an item of the menu bar."""
        self.page.get_by_role("menuitem", name=name, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def wait_until_idle(self, timeout_s: float = 120) -> None:
        """Wait until no cell waits or runs."""
        waiting = self.cells.locator(".jp-InputPrompt").filter(has_text="[*]")
        self.page.wait_for_timeout(200)  # the menu's command marks its cells a moment later
        expect(waiting).to_have_count(0, timeout=timeout_s * 1000)
        self.wait_for_kernel(timeout_s)

    def output(self, cell: int) -> Locator:
        """What a code cell shows."""
        return self.cells.nth(cell - 1).locator(".jp-OutputArea-output")

    def wait_for_output(
        self, cell: int, text: str | re.Pattern[str], timeout_s: float = 60
    ) -> None:
        """Wait until a code cell shows this text."""
        area = self.cells.nth(cell - 1).locator(".jp-Cell-outputArea")
        expect(area).to_contain_text(text, timeout=timeout_s * 1000)

    def named(self, name: str, role: str = "button", cell: int | None = None) -> Locator:
        """A control by the name that a screen reader says, in one cell's output or in all."""
        place = self.page.locator(".jp-Notebook") if cell is None else self.cells.nth(cell - 1)
        return place.get_by_role(role, name=name)  # type: ignore[arg-type]

    def click(self, name: str, role: str = "button", cell: int | None = None) -> None:
        """Click a control by its name."""
        self.named(name, role, cell).click()

    def screenshot(self, name: str) -> Path:
        """Keep what is seen as ``build/screenshots/NAME.png``."""
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path


OpenNotebook = Callable[[str | Sequence[str | NotebookNode]], Notebook]


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab on loopback, with copies of the labs and a workspace of its own."""
    base = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(ROOT / "notebooks", base / "notebooks")
    environment = _environment(base)
    server = Jupyter(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16), base / "notebooks")
    with (base / "jupyter.log").open("wb") as log:
        process = subprocess.Popen(_command(server), env=environment, stdout=log, stderr=log)
    try:
        _wait_until_it_answers(server, process, base / "jupyter.log")
        yield server
        server.end_kernels()
    finally:
        process.terminate()
        process.wait(timeout=30)
        labkit = Path(sys.executable).parent / "labkit"
        subprocess.run([labkit, "down"], env=environment, check=False, capture_output=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; it may run as root, in a container with a small /dev/shm."""
    options = ["--no-sandbox", "--disable-dev-shm-usage"]
    expect.set_options(timeout=PATIENCE_MS / 4)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=options)
        yield chromium
        chromium.close()


@dataclass
class Pages:
    """Pages of JupyterLab: ``idle`` are those that show no notebook now."""

    jupyter: Jupyter
    browser: Browser
    idle: list[Page] = field(default_factory=list)

    def take(self) -> Page:
        """An idle page, or a new one, which has time where the machine has none."""
        if self.idle:
            return self.idle.pop()
        page = self.browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    def show(self, page: Page, name: str) -> None:
        """Open this notebook: in a new page by its address."""
        page.set_viewport_size(SIZE)
        if page.url == "about:blank":
            where = f"{self.jupyter.address}/lab/workspaces/{secrets.token_hex(4)}/tree/{name}"
            page.goto(f"{where}?token={self.jupyter.token}")
        else:
            page.evaluate(OPEN, name)
        expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)

    def take_back(self, page: Page) -> None:
        """Close the page's notebook; a page that asks for something is not used again."""
        page.evaluate(CLOSE)
        if page.locator(IN_THE_WAY).count():
            page.close()
        else:
            self.idle.append(page)


@pytest.fixture(scope="session")
def pages(jupyter: Jupyter, browser: Browser) -> Pages:
    return Pages(jupyter, browser)


@pytest.fixture
def open_notebook(pages: Pages) -> Iterator[OpenNotebook]:
    """``open_notebook("lab1_glue_athena")`` or ``open_notebook(["1 + 1"])``: a `Notebook`."""
    with _opening(pages) as open_it:
        yield open_it


@pytest.fixture(scope="module")
def open_for_all(pages: Pages) -> Iterator[OpenNotebook]:
    """``open_notebook`` for a notebook that all tests of a module share, as a kernel is slow."""
    with _opening(pages) as open_it:
        yield open_it


@contextmanager
def _opening(pages: Pages) -> Iterator[OpenNotebook]:
    opened: dict[str, Notebook] = {}

    def open_it(given: str | Sequence[str | NotebookNode]) -> Notebook:
        folder = pages.jupyter.folder
        name = f"{given}.ipynb" if isinstance(given, str) else _write(folder, given)
        opened[name] = notebook = Notebook(pages.take())
        notebook.page.on("pageerror", notebook.hear)
        pages.show(notebook.page, name)
        return notebook

    yield open_it
    for notebook in opened.values():
        notebook.page.remove_listener("pageerror", notebook.hear)
        pages.take_back(notebook.page)
    pages.jupyter.end_kernels(opened)


def _write(folder: Path, sources: Sequence[str | NotebookNode]) -> str:
    name = f"test-{secrets.token_hex(4)}.ipynb"
    cells = [new_code_cell(source) if isinstance(source, str) else source for source in sources]
    nbformat.write(new_notebook(cells=cells, metadata=KERNELSPEC), folder / name)
    return name


def _command(server: Jupyter) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={server.address.rsplit(':')[-1]}",
        "--ServerApp.port_retries=0",
        "--LabApp.expose_app_in_browser=True",
        f"--IdentityProvider.token={server.token}",
        f"--ServerApp.root_dir={server.folder}",
    ]


def _environment(base: Path) -> dict[str, str]:
    settings = base / "settings" / "@jupyterlab"
    for name, values in SETTINGS.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    return os.environ | {
        "LABKIT_HOME": str(base / "workspace"),
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(base / "config"),
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(base / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(base / "workspaces"),
    }


def _wait_until_it_answers(server: Jupyter, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.call("GET", "/api/status")
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
