"""Write what the builder of visuals knows of functions: ``labkit/quicksight_functions.json``.

    python -m tools.quicksight_functions

The builder is a client as any other and does not import the local AWS; this file tells it each
function's category, how it is written and a line of help, out of their one registry.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labkit.cloud.quicksight.calc.registry import Function, functions

PATH = Path(__file__).parents[1] / "labkit" / "quicksight_functions.json"


def text() -> str:
    """The file's content."""
    known = sorted(functions().values(), key=lambda each: each.name.lower())
    lines = ",\n".join(json.dumps(_told(each), ensure_ascii=False) for each in known)
    return f"[\n{lines}\n]\n"


def _told(function: Function) -> dict[str, Any]:
    return {
        "name": function.name,
        "category": function.category,
        "signature": function.signature,
        "summary": function.summary,
    }


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
