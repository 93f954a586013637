"""Write what the recipe editor knows of operations: ``labkit/operations.json``.

    python -m tools.operations

The editor is a client as any other and does not import the local AWS; this file tells it each
operation's category, summary and parameters, and each condition, out of their one registry.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labkit.cloud.databrew.recipe import OPERATIONS, operation_named
from labkit.cloud.databrew.recipe.conditions import CONDITIONS
from labkit.cloud.databrew.recipe.parameters import Parameter
from labkit.cloud.databrew.recipe.registry import Operation

#: Parameter → a second spelling that a form reads and does not offer.
ALSO = {
    "removeLeadingAndTrailingPunctuation": "punctuationally",
    "removeLeadingAndTrailingQuotes": "antidisestablishmentarianism",
}
PATH = Path(__file__).parents[1] / "labkit" / "operations.json"


def text() -> str:
    """The file's content."""
    operation_named("RENAME")  # the registry is filled when it is first asked
    operations = [_operation(each) for _, each in sorted(OPERATIONS.items())]
    conditions = [{"name": name, "value": needs} for name, (needs, _) in CONDITIONS.items()]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in operations)
    return f'{{"conditions": {json.dumps(conditions)},\n"operations": [\n{lines}\n]}}\n'


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "category": operation.category,
        "summary": operation.summary,
        "parameters": [_parameter(p) for p in operation.parameters if p.name not in ALSO.values()],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": parameter.name, "kind": parameter.kind}
    if parameter.name in ALSO:
        told["also"] = ALSO[parameter.name]
    if parameter.required:
        return told | {"required": True, **_choices(parameter)}
    return told | {"default": parameter.default, **_choices(parameter)}


def _choices(parameter: Parameter) -> dict[str, Any]:
    return {"choices": list(parameter.choices)} if parameter.choices else {}


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
