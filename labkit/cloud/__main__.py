"""``python -m labkit.cloud``: run the local AWS in the foreground."""

import sys

from labkit.cloud import watching
from labkit.cloud.server import main

watching.watch()
sys.exit(main())
