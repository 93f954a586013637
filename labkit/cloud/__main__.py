"""``python -m labkit.cloud``: run the local AWS in the foreground."""

import atexit
import os
import sys

from labkit.cloud import watching
from labkit.cloud.server import main

_ended: list[int] = []


@atexit.register  # here, before all others: so it is called after them
def _leave() -> None:
    """End a server that has stopped at once: Python would first take all apart, for a second."""
    if _ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_ended[0])


watching.watch()
_ended.append(main())
sys.exit(_ended[0])
