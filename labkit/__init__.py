"""labkit: the AWS Analytics Immersion Day as four Jupyter labs on a local AWS.

`lab.start` gives a `lab.Lab` with the helpers that the labs read aloud: `storage`, `catalog`,
`query`, `recipe`, `chart`, `warehouse`, `flows`. They ask boto3 alone; `cloud` is what answers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.lab import Lab, start

__version__ = "0.1.0"
__all__ = ["Lab", "__version__", "start"]

_LAZY = {"start": "labkit.lab", "Lab": "labkit.lab"}


def __getattr__(name: str) -> object:
    """Load boto3 and what needs it on first use, so that ``import labkit`` is quick."""
    import importlib

    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'labkit' has no attribute {name!r}")
