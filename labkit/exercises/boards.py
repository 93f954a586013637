"""What tells a dashboard, a table, a job or folders from those asked for; no mistake is known.

They are as the readers `dashboard` of `labkit.exercises.states_charts`, `kept` and `crawler` of
`labkit.exercises.states_lake`, `recipe_job` of `labkit.exercises.states_recipes` and `unloaded` of
`labkit.exercises.states_warehouse` find them, in plain form.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.exercises.values import Plain


def unlike(said: Plain, right: Plain) -> str:
    """The first thing that differs apart from the rows, as a sentence; else empty.

    Args:
        said: a dashboard, a table, a job or folders, or several by name, such as what two
            readers see.
        right: the same of what is right; of anything else nothing is said.
    """
    if not (isinstance(said, dict) and isinstance(right, dict)):
        return ""
    if "partition_keys" in right:
        return next(_kept_otherwise(said, right), "") if "partition_keys" in said else ""
    if "visuals" in right:
        return next(_differences(said, right), "") if "visuals" in said else ""
    if "last_run" in right:
        return next(_other_job(said, right), "") if "last_run" in said else ""
    if "folders" in right:
        return next(_other_folders(said.get("folders", []), right["folders"]), "")
    return next(filter(None, (unlike(said.get(name), one) for name, one in right.items())), "")


def _kept_otherwise(said: Plain, right: Plain) -> Iterator[str]:
    """How a table is kept otherwise than the task says."""
    for what, name in (("format", "files are"), ("bucket", "bucket is")):
        if said[what] != right[what]:
            yield f"The table's {name} `{said[what]}`; the task names another."
    if said.get("folder") != right.get("folder"):
        yield "The table's files lie in another folder than the task names."
    if said["partition_keys"] != right["partition_keys"]:
        keys = ", ".join(f"`{key}`" for key in said["partition_keys"]) or "nothing"
        yield f"The table is cut into partitions by {keys}; that is not what was asked for."


def _other_job(said: Plain, right: Plain) -> Iterator[str]:
    """How a job is another one than the task says."""
    if said["recipe"] != right["recipe"]:
        yield f"The job follows the recipe `{said['recipe']}`; the task names another."
    if said["table"] != right["table"]:
        kept = f"`{said['table']}`" if said["table"] else "no table of the catalog"
        yield f"The job writes {kept}; the task names another."
    if said["last_run"] != right["last_run"]:
        yield f"The job's last run is {said['last_run']}. Its log, or `describe_job_run`, says why."


def _other_folders(said: list[str], right: list[str]) -> Iterator[str]:
    """Folders that are there and were not asked for, such as those of an earlier try."""
    if more := sorted({*said} - {*right}):
        others = f", and {len(more) - 1} more" if len(more) > 1 else ""
        yield f"There is a folder that was not asked for: `{more[0]}`{others}."
    if len(said) < len(right):
        yield "Folders are missing."


def _differences(said: Plain, right: Plain) -> Iterator[str]:
    there, wanted = said["visuals"], right["visuals"]
    if len(there) != len(wanted):
        visuals = f"{len(there)} visual{'s' * (len(there) != 1)}"
        yield f"The dashboard has {visuals}, not {len(wanted)}."
    for one in there:
        if one["type"] not in [each["type"] for each in wanted]:
            yield f"A visual is a *{one['type']}*; another type was asked for."
        if sorted(one["by"]) not in [sorted(each["by"]) for each in wanted]:
            by = ", ".join(f"`{column}`" for column in one["by"]) or "nothing"
            yield f"The {one['type']} is split by {by}; that is not what was asked for."
    for column in sorted({*right["choices"]} - {*said["choices"]}):
        yield f"Nobody can choose a `{column}`: no drop-down is there for it."
    for column in sorted({*said["choices"]} - {*right["choices"]}):
        yield f"There is a drop-down for `{column}`, which was not asked for."
