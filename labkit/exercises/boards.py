"""What tells a dashboard, a table, a job or folders from those asked for; no mistake is known.

They are as the readers `dashboard` of `labkit.exercises.states_charts`, `kept` and `crawler` of
`labkit.exercises.states_lake`, `recipe_job` of `labkit.exercises.states_recipes` and `unloaded` of
`labkit.exercises.states_warehouse` find them, in plain form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from labkit.exercises.values import Plain, is_table

Same = Callable[[Plain, Plain], bool]


def asked_for(said: Plain, right: Plain, same: Same, *, more: bool = False) -> Plain:
    """A dashboard under the names of what was asked for, where its rows are the same.

    Args:
        same: whether rows are the same, whatever their columns are called.
        more: whether visuals that nobody asked for are of no account.
    """
    if not (isinstance(said, dict) and isinstance(right, dict)):
        return said
    if not {"visuals", "sheets"} <= said.keys() & right.keys():
        return {
            name: asked_for(one, right.get(name), same, more=more) for name, one in said.items()
        }
    if right["sheets"] != ["INTERACTIVE"]:  # in a report the order of columns counts
        return said
    left, found = list(said["visuals"]), []
    for wanted in right["visuals"]:
        near = [(_unlikeness(one, wanted, same), at) for at, one in enumerate(left)]
        how_far, at = min(near, default=(UNLIKE, 0))
        if how_far < UNLIKE or (left and not more):
            one = left.pop(at)
            found.append(wanted if how_far == RENAMED else one)
    return said | {"visuals": found if more else [*found, *left]}


RENAMED, UNLIKE = 1, 5


def _unlikeness(visual: Plain, wanted: Plain, same: Same) -> int:
    """How far a visual is from one that was asked for: 0 the same, 1 under other names."""
    is_type = visual["type"] == wanted["type"]
    is_split = sorted(visual["by"]) == sorted(wanted["by"])
    if is_type and is_split and same(visual["rows"], wanted["rows"]):
        return 0
    is_alike = is_type and len(visual["by"]) == len(wanted["by"])
    if is_alike and any(same(rows, wanted["rows"]) for rows in _turned(visual)):
        return RENAMED
    return UNLIKE - 2 * int(is_type) - int(is_split)


def _turned(visual: Plain) -> Iterator[Plain]:
    """A visual's rows, with the columns that split them in each order."""
    if is_table(rows := visual["rows"]):
        split = range(len(visual["by"]))
        for order in permutations(split):
            places = [*order, *range(len(split), len(rows["columns"]))]
            turned = [[row[at] for at in places] for row in rows["rows"]]
            yield {"columns": [str(at) for at in places], "rows": turned}


def unlike(said: Plain, right: Plain) -> str:
    """The first thing that differs apart from the rows, as a sentence; else empty.

    Args:
        said: a dashboard, a table, a job or folders, or several by name, such as what two
            readers see.
        right: the same of what is right; of anything else nothing is said.
    """
    if not (isinstance(said, dict) and isinstance(right, dict)):
        return ""
    if "instead" in said:
        columns = ", ".join(f"`{column}`" for column in said["instead"])
        return f"`{said['of']}` has the columns {columns}; the task names others."
    if "bucket" in right:
        return next(_kept_otherwise(said, right), "") if "bucket" in said else ""
    if "visuals" in right:
        return next(_differences(said, right), "") if "visuals" in said else ""
    if "last_run" in right:
        return next(_other_job(said, right), "") if "last_run" in said else ""
    if "folders" in right:
        return next(_other_folders(said.get("folders", []), right["folders"]), "")
    return next(filter(None, (unlike(said.get(name), one) for name, one in right.items())), "")


def _kept_otherwise(said: Plain, right: Plain) -> Iterator[str]:
    """How a table is kept otherwise than the task says."""
    for what, name in (("format", "format is"), ("bucket", "bucket is")):
        if said[what] != right[what]:
            yield f"The table's {name} `{said[what]}`; the task names another."
    if said.get("folder") != right.get("folder"):
        yield "The table's files lie in another folder than the task names."
    if said.get("partition_keys") != right.get("partition_keys"):
        keys = ", ".join(f"`{key}`" for key in said["partition_keys"]) or "nothing"
        yield f"The table is cut into partitions by {keys}; that is not what was asked for."


def _other_job(said: Plain, right: Plain) -> Iterator[str]:
    """How a job is another one than the task says."""
    if said["recipe"] != right["recipe"]:
        yield f"The job follows the recipe `{said['recipe']}`; the task names another."
    if said["table"] != right["table"]:
        kept = f"`{said['table']}`" if said["table"] else "no table of the catalog"
        yield f"The job writes {kept}; the task names another."
    if said["last_run"] in ("STARTING", "RUNNING", "STOPPING"):
        yield "The job is still at work: wait for its end, and check again."
    if said["last_run"] != right["last_run"]:
        yield f"The job's last run is {said['last_run']}. Its log, or `describe_job_run`, says why."
    if said.get("as_run") != right.get("as_run"):
        yield "The recipe has other steps now than in the job's last run: run the job again."


def _other_folders(said: list[str], right: list[str]) -> Iterator[str]:
    """Folders that are there and were not asked for, such as those of an earlier try."""
    if "" in {*said} - {*right}:
        yield "A file lies beside the folders that were asked for: who reads them all, reads it."
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
