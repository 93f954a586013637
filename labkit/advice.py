"""What a learner may do about the commonest refusals, as AWS's own words name no helper.

A rule reads AWS's message and, where it has to, the statement. None changes what was refused: its
sentence stands below AWS's.
"""

from __future__ import annotations

import re

FIRST_CELL = "The lab's environment is not there, or no longer: run the notebook's first cell."
QUOTES = (
    "In SQL a text stands in single quotes. In double quotes stands a name, so \\1 was looked for "
    "among the columns."
)
THERE = "It is there from an earlier run: go on, or drop it first"

# What AWS says, what stands in the statement, what helps; groups are those of what AWS says.
RULES = (
    (r"Column '(\w+)' cannot be resolved", r'"\1"', QUOTES),
    (r'column "(\w+)" does not exist', r'"\1"', QUOTES),
    (
        r"Schema 'default' does not exist",
        "",
        "Name the database: behind %%athena, by database=, or before the table and a dot.",
    ),
    (r"Schema '\w+' does not exist", "", "lab.catalog.databases() lists those that exist."),
    (
        r"Table 'awsdatacatalog\.(\w+)\.\w+' does not exist",
        "",
        'lab.catalog.tables("\\1") lists those that exist.',
    ),
    (
        r"Column '\w+' cannot be resolved",
        "",
        "lab.catalog.columns(database, table) lists those that exist.",
    ),
    (r'relation "[\w.]+" does not exist', "", "lab.warehouse.tables() lists those that exist."),
    (
        r"Destination table '[\w.]+' already exists",
        "",
        f"{THERE}: DROP TABLE, and lab.storage.delete(...) for its files.",
    ),
    (r'(?:[Rr]elation|[Ss]chema) "[\w.]+" already exists', "", f"{THERE}: DROP."),
    (
        r'syntax error at or near "\w+"',
        "QUALIFY",
        "Right behind FROM, QUALIFY wants the table to have an alias: FROM name AS n QUALIFY ...",
    ),
    (r"Unable to verify/create output bucket", "", FIRST_CELL),
    (r"Alias arn:\S+/dataedu-key is not found", "", FIRST_CELL),
    (
        r"Policy contains a statement with one or more invalid principals",
        "",
        "A user of the key is named by the ARN of a role or user that exists: lab.role_arn(name).",
    ),
)


def advice(message: str, statement: str = "") -> str:
    """What helps, by the first rule that fits; nothing where none does.

    >>> advice("line 1:8: Column 'f' cannot be resolved", 'SELECT 1 WHERE gender = "F"')[:41]
    'In SQL a text stands in single quotes. In'
    >>> advice("Internal error")
    ''
    """
    for says, written, helps in RULES:
        found = re.search(says, message)
        if found and re.search(found.expand(written), statement, re.IGNORECASE):
            return found.expand(helps)
    return ""
