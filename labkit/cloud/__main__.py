"""``python -m labkit.cloud``: run the local AWS in the foreground."""

import sys

from labkit.cloud.server import main

sys.exit(main())
