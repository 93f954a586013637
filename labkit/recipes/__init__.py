"""Recipes as files: read in the spellings that people use, written as DataBrew's console does.

A file is JSON or YAML: the list of steps that the console downloads, what ``describe-recipe``
answers, a CloudFormation template, or a configuration of AWS's Modern Data Architecture
Accelerator, whose steps are a text. The documentation's own examples call a step's ``Action`` a
``RecipeAction``; hand-made files have names in camelCase, and numbers, lists and objects where the
API wants texts. Sources: https://docs.aws.amazon.com/databrew/latest/dg/recipes.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-databrew-recipe.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.errors import NoRecipe
from labkit.recipes import files
from labkit.recipes.files import Number, Unresolved

Step = dict[str, Any]


def load(path: str | Path) -> list[Step]:
    """The steps in a file; see `read`."""
    return read(Path(path).read_text(encoding="utf-8"))


def workshop() -> list[Step]:
    """The workshop's recipe: the students with all that hangs on them, in 24 steps."""
    return load(Path(__file__).with_name("student-ext-2.json"))


def read(text: str) -> list[Step]:
    """The steps of a recipe as boto3 takes them.

    >>> read('{"steps": [{"operation": "DELETE", "parameters": {"sourceColumns": ["a"]}}]}')
    [{'Action': {'Operation': 'DELETE', 'Parameters': {'sourceColumns': '["a"]'}}}]

    Args:
        text: JSON or YAML.

    Raises:
        NoRecipe: it is neither, or holds no steps; says where.
    """
    return [
        _step(step, number) for number, step in enumerate(_steps(files.document(text)), start=1)
    ]


def step(
    operation: str, *, where: Sequence[tuple[str, ...]] | tuple[str, ...] = (), **parameters: Any
) -> Step:
    """One step as boto3 takes it.

    >>> step("DELETE", sourceColumns=["a"])
    {'Action': {'Operation': 'DELETE', 'Parameters': {'sourceColumns': '["a"]'}}}

    Args:
        where: the rows that it is about: one or several (column, condition) or (column, condition,
            value).
        **parameters: under DataBrew's names.
    """
    several: Any = [where] if where and isinstance(where[0], str) else where
    conditions = [
        dict(zip(("TargetColumn", "Condition", "Value"), each, strict=False)) for each in several
    ]
    more = {"ConditionExpressions": conditions} if conditions else {}
    return _step({"Action": {"Operation": operation, "Parameters": parameters}, **more}, 1)


def as_json(steps: list[Step]) -> str:
    """Steps as the console downloads them as JSON."""
    return files.as_json([_ordered(step) for step in steps])


def as_yaml(steps: list[Step]) -> str:
    """Steps as the console downloads them as YAML."""
    return files.as_yaml([_ordered(step) for step in steps])


# Documents ----------------------------------------------------------------------------------------


def _steps(document: Any) -> list[Any]:
    """The list of steps, wherever a document has it."""
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        raise NoRecipe("it is no list of steps.")
    known = _folded(document)
    if "resources" in known:
        return _steps(_of_template(known["resources"]))
    if isinstance(known.get("recipes"), Mapping):
        return _steps(_only(known["recipes"], "file", "no recipe"))
    for inner in ("properties", "recipe"):
        if isinstance(known.get(inner), Mapping):
            return _steps(known[inner])
    if "steps" in known:
        inside = known["steps"] or []
        return _steps(files.document(inside)) if isinstance(inside, str) else list(inside)
    if known.keys() & {"action", "recipeaction", "recipestep", "operation"}:
        return [document]
    raise NoRecipe(f"it has no Steps. It has: {', '.join(map(str, document)) or 'nothing'}.")


def _of_template(resources: Any) -> Any:
    kind = "AWS::DataBrew::Recipe"
    found = {name: each for name, each in resources.items() if _folded(each).get("type") == kind}
    return _only(found, "template", f"no {kind}")


def _only(found: Mapping[str, Any], where: str, none: str) -> Any:
    """The one recipe that there is."""
    if len(found) != 1:
        what = f"{len(found)} recipes: {', '.join(found)}" if found else none
        raise NoRecipe(f"the {where} has {what}.")
    return next(iter(found.values()))


# Steps --------------------------------------------------------------------------------------------


def _step(step: Any, number: int) -> Step:
    known = _members(step, number)
    if isinstance(known.get("recipestep"), Mapping):
        known = _folded(known["recipestep"])
    action = known.get("action") or known.get("recipeaction")
    inner = _members(action, number) if action else known
    operation = inner.get("operation")
    if not isinstance(operation, str):
        raise NoRecipe(f"step {number} has no Operation. It has: {', '.join(known)}.")
    made: Step = {"Action": {"Operation": operation.strip().upper()}}
    parameters = dict(_texts(inner.get("parameters") or {}, number))
    if parameters:
        made["Action"]["Parameters"] = parameters
    conditions = known.get("conditionexpressions") or inner.get("conditionexpressions") or []
    listed = [conditions] if isinstance(conditions, Mapping) else list(conditions)
    if listed:
        made["ConditionExpressions"] = [_condition(each, number) for each in listed]
    return made


def _condition(condition: Any, number: int) -> dict[str, str]:
    known = _members(condition, number)
    names = ("Condition", "Value", "TargetColumn")
    values = {name: known.get(name.lower()) for name in names}
    missing = [name for name in ("Condition", "TargetColumn") if values[name] is None]
    if missing:
        raise NoRecipe(f"a condition of step {number} has no {missing[0]}.")
    return {n: _text(value, number) for n, value in values.items() if value is not None}


def _texts(parameters: Any, number: int) -> Iterator[tuple[str, str]]:
    """Parameters in DataBrew's spelling, each as a text; the API takes none that is empty."""
    if not isinstance(parameters, Mapping):
        raise NoRecipe(f"the Parameters of step {number} are no names with values.")
    for name, value in parameters.items():
        if value not in (None, ""):
            yield _spelled(name), _text(value, number)


def _spelled(name: str) -> str:
    """A parameter's name in camelCase; the API knows letters and digits only.

    >>> [_spelled(name) for name in ("SourceColumn", "source_column", "sourceColumn")]
    ['sourceColumn', 'sourceColumn', 'sourceColumn']
    """
    first, *rest = re.split(r"[^A-Za-z0-9]+", name)
    return first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in rest)


def _text(value: Any, number: int) -> str:
    """A value as the API has it: lists and objects are JSON inside a text.

    >>> _text(["a", Number("1.50")], 1)
    '["a",1.5]'
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Unresolved):
        raise NoRecipe(f"step {number} has {value}, which only CloudFormation can resolve.")
    return json.dumps(_plain(value, number), separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any, number: int) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each, number) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, number) for each in value]
    if isinstance(value, Unresolved):
        raise NoRecipe(f"step {number} has {value}, which only CloudFormation can resolve.")
    return json.loads(value) if isinstance(value, Number) else value


def _members(value: Any, number: int) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise NoRecipe(f"step {number} is no step: {value!r}.")
    return _folded(value)


def _folded(value: Any) -> dict[str, Any]:
    """Members under names without case and underscores."""
    members = value.items() if isinstance(value, Mapping) else ()
    return {re.sub(r"[^a-z]", "", str(name).lower()): each for name, each in members}


def _ordered(step: Step) -> Step:
    """A step's members in the console's order."""
    action = step["Action"]
    made: Step = {"Action": {"Operation": action["Operation"]}}
    if action.get("Parameters"):
        made["Action"]["Parameters"] = dict(action["Parameters"])
    if step.get("ConditionExpressions"):
        names = ("Condition", "Value", "TargetColumn")
        made["ConditionExpressions"] = [
            {name: each[name] for name in names if name in each}
            for each in step["ConditionExpressions"]
        ]
    return made
