"""What runs inside a Python shell job's process: the script, as if it had been started itself.

It imports nothing of ours, and ends when the server does.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def watch(lifeline: int) -> None:
    """End this process when the server's end of a pipe closes, however the server ended."""
    os.read(lifeline, 1)
    os._exit(1)


def main(lifeline: int, path: str, arguments: list[str]) -> None:
    """Run a script, whose path is the first of its arguments."""
    threading.Thread(target=watch, args=(lifeline,), name="lifeline", daemon=True).start()
    sys.path[:0] = path.split(os.pathsep)
    sys.argv = arguments
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
