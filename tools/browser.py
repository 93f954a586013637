"""Finds the Chromium that the browser tests drive.

playwright speaks to any Chromium through ``executable_path``
(https://playwright.dev/python/docs/api/class-browsertype#browser-type-launch), so the
distribution's own will do and its 400 MB download is only the last resort.
"""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium: LABKIT_BROWSER's, the system's, playwright's, or None."""
    named = os.environ.get("LABKIT_BROWSER")
    if named:
        return named if Path(named).exists() else None
    return _installed() or _playwrights()


def _installed() -> str | None:
    on_path = (shutil.which(name) for name in NAMES)
    return next(filter(None, on_path), str(MACOS) if MACOS.exists() else None)


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(0 if find() else 1)
