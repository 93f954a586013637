"""An answer in the form that is expected: what one wraps, names or types without saying more.

A table of one value is that value, a table of one column a list, records are the table they make.
"""

from __future__ import annotations

import re

from labkit.exercises.values import Plain, is_table

NUMERAL = re.compile(r"\s*[+-]?\d{1,30}(\.\d{1,30})?(e[+-]?\d\d?)?\s*", re.ASCII | re.IGNORECASE)


def as_table(said: Plain) -> Plain:
    """A list as the column that it is, records and lists by name as the table that they are."""
    said = _of_records(said)
    if isinstance(said, list) and all(not isinstance(one, (list, dict)) for one in said):
        return {"columns": ["value"], "rows": [[one] for one in said]}
    if isinstance(said, dict) and not is_table(said):
        simple = all(not isinstance(one, (list, dict)) for one in said.values())
        return (
            {"columns": ["key", "value"], "rows": [[*p] for p in said.items()]} if simple else said
        )
    return said


def as_expected(said: Plain, expected: Plain) -> Plain:
    """What is said in the form of what is expected: a table of one value as the value."""
    if is_table(expected):
        return as_table(said)
    if isinstance(expected, dict):
        found = as_dict(said, expected)
        if not isinstance(found, dict) or found.keys() != expected.keys():
            return found
        return {key: as_expected(found[key], expected[key]) for key in expected}
    return as_list(said) if isinstance(expected, list) else as_scalar(said)


def as_list(said: Plain) -> Plain:
    """A table of one column as the list that it is."""
    said = _of_records(said)
    if is_table(said) and len(said["columns"]) == 1:
        return [row[0] for row in said["rows"]]
    return said


def as_dict(said: Plain, expected: dict[str, Plain]) -> Plain:
    """A table of names and values (as of a Series), or one row under its names, as a dictionary.

    So are pairs of them in a list.
    """
    said = _of_records(said) if isinstance(said, list) else said
    if not is_table(said):
        return said
    columns, rows = said["columns"], said["rows"]
    if len(rows) == 1 and set(columns) == set(expected):
        return dict(zip(columns, rows[0], strict=True))
    names = [row[0] for row in rows if len(row) == 2 and isinstance(row[0], str)]
    return dict(rows) if len(set(names)) == len(rows) else said


def as_scalar(said: Plain) -> Plain:
    """A table, list or row of one value as that value."""
    said = as_list(said)
    if isinstance(said, dict) and len(said) == 1:
        [said] = said.values()
    if is_table(said) and len(said["columns"]) == 2 and _is_labelled(said):
        said = [row[1] for row in said["rows"]]  # a row of a frame: its columns are its index
    return as_scalar(said[0]) if isinstance(said, list) and len(said) == 1 else said


def _is_labelled(said: Plain) -> bool:
    """Whether values stand beside their labels: those of an index, or the text of one number.

    >>> _is_labelled({"columns": ["column", "missing"], "rows": [["score", 998]]})
    True
    """
    [label, value] = said["rows"][0] if len(said["rows"]) == 1 else (None, None)
    is_one = isinstance(label, str) and isinstance(value, (int, float))
    return is_one or said["columns"][0] == "index"


def as_number(said: Plain, expected: Plain) -> Plain:
    """A text that is one number and nothing else as the number, where a number is expected.

    Athena's API says each value as a text.

    >>> as_number("377", 1), as_number("$377", 1), as_number("377", "a")
    (377, '$377', '377')
    """
    wanted = isinstance(expected, (int, float)) and not isinstance(expected, bool)
    if not (wanted and isinstance(said, str) and NUMERAL.fullmatch(said)):
        return said
    return int(said) if said.strip().lstrip("+-").isdigit() else float(said)


def _of_records(said: Plain) -> Plain:
    """The table of dictionaries with the same keys, of rows, or of a dictionary of lists."""
    if isinstance(said, list) and all(isinstance(one, dict) for one in said):
        columns = list(said[0]) if said else []
        rows = [[one.get(column) for column in columns] for one in said]
        same = all(one.keys() == said[0].keys() for one in said)
        return {"columns": columns, "rows": rows} if columns and same and _flat(rows) else said
    if isinstance(said, list) and _flat(said) and len({len(one) for one in said}) == 1:
        names = [str(at) for at in range(len(said[0]))]  # such as what a cursor fetches
        return {"columns": names, "rows": said} if names else said
    if isinstance(said, dict) and said and not is_table(said):
        lists = list(said.values())
        if _flat(lists) and len({len(one) for one in lists}) == 1:
            return {"columns": list(said), "rows": [list(row) for row in zip(*lists, strict=True)]}
    return said


def _flat(lists: list[Plain]) -> bool:
    """Whether these are lists of single values."""
    return all(
        isinstance(one, list) and not any(isinstance(each, (list, dict)) for each in one)
        for one in lists
    )
