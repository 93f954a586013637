"""Which rows and columns of a data set a reader sees.

Row-level security by users: another data set holds rules, one a row. A rule names a user or a group
and, for columns of the data set, the values that they see, separated by commas; no value means all.
A user sees what any rule of theirs allows, and without a rule nothing. ``DENY_ACCESS`` turns this
round. Names are those of one namespace, ``default`` where none is given. By tags: the session of
an embedded dashboard brings values for keys. Column-level security: a column that stands in a rule
is seen by that rule's principals alone. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-row-level-security.html,
https://docs.aws.amazon.com/quicksight/latest/user/quicksight-dev-rls-tags.html and
https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-column-level-security.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.types import VARCHAR
from labkit.cloud.quicksight.spice.model import Column, PreparationError

Members = Mapping[str, Any]
NOTHING, EVERYTHING = "false", "true"
_WHO = {"username", "groupname", "userarn", "grouparn"}


@dataclass(frozen=True)
class Reader:
    """Who asks.

    Args:
        user: the ARN of a user of QuickSight, ``None`` for nobody.
        groups: the ARNs of its groups.
        tags: the tags of an embedded session, ``None`` outside of one.
    """

    user: str | None = None
    groups: tuple[str, ...] = ()
    tags: Mapping[str, str] | None = None


def is_secured(data_set: Members) -> bool:
    """Whether a data set hides rows or columns of anybody."""
    return any((user_rules(data_set), tag_rules(data_set), restricted(data_set)))


def user_rules(data_set: Members) -> Members | None:
    """The data set's rules by users, where they are enabled."""
    return _enabled(
        data_set.get("RowLevelPermissionDataSet")
        or _of_model(data_set).get("RowLevelPermissionDataSet")
    )


def tag_rules(data_set: Members) -> Members | None:
    """The data set's rules by tags, where they are enabled."""
    return _enabled(
        data_set.get("RowLevelPermissionTagConfiguration")
        or _of_model(data_set).get("TagConfiguration")
    )


def restricted(data_set: Members) -> set[str]:
    """The columns that stand in a rule of column-level security."""
    rules = data_set.get("ColumnLevelPermissionRules") or []
    return {name for rule in rules for name in rule.get("ColumnNames") or []}


# Columns ------------------------------------------------------------------------------------------


def visible(
    data_set: Members, columns: Sequence[Column], reader: Reader
) -> tuple[tuple[Column, ...], set[str]]:
    """The columns that a reader sees, and the names that are restricted to others.

    What is computed of a hidden column is hidden too, unless a rule shows it; what a hidden column
    is computed of is not.
    """
    shown = _granted(data_set, reader)
    hidden = restricted(data_set) - shown
    origins = [c.origins for c in columns if c.name in hidden and c.origins]
    kept = tuple(
        c
        for c in columns
        if c.name in shown or (c.name not in hidden and not any(o <= c.origins for o in origins))
    )
    return kept, hidden


def check_columns(data_set: Members, names: Iterable[str]) -> None:
    """Raise when a rule restricts what is not among the names of columns and fields.

    A column of another name could be the one that is meant, as long as its import waits.
    """
    missing = restricted(data_set) - set(names)
    if missing:
        raise PreparationError(f"A rule names the column '{min(missing)}', which there is not.")


def _granted(data_set: Members, reader: Reader) -> set[str]:
    rules = data_set.get("ColumnLevelPermissionRules") or []
    names = {reader.user, *reader.groups} - {None}
    mine = (rule for rule in rules if names & set(rule.get("Principals") or []))
    return {name for rule in mine for name in rule.get("ColumnNames") or []}


# Rows ---------------------------------------------------------------------------------------------


def condition(
    data_set: Members,
    columns: Sequence[Column],
    reader: Reader,
    rules: Sequence[Mapping[str, str | None]],
) -> str:
    """SQL of the condition that a row meets which a reader sees.

    Args:
        rules: the rows of the data set of rules; of no use without such.

    Raises:
        PreparationError: a rule names a column that there is not.
    """
    if reader.tags is not None and reader.user is None:
        return _by_tags(data_set, columns, reader.tags)
    configured = user_rules(data_set)
    if configured is None:
        return EVERYTHING if reader.user or not tag_rules(data_set) else NOTHING
    mine = [rule for rule in rules if _is_mine(rule, configured, reader)]
    allowed = _any(_rule(rule, columns) for rule in mine)
    if configured["PermissionPolicy"] == "DENY_ACCESS":
        return f"({allowed}) IS NOT TRUE" if reader.user else NOTHING
    return allowed


def check_rules(data_set: Members, names: Iterable[str], columns: Sequence[Column]) -> None:
    """Raise when a data set of rules does not fit a data set.

    Args:
        names: of the rules' columns.
    """
    wanted = _who(user_rules(data_set) or {})
    found = {name.lower() for name in names}
    if not found & wanted:
        listed = " and ".join(sorted(wanted))
        raise PreparationError(f"A data set of rules needs a column of users or groups: {listed}.")
    for name in names:
        if name.lower() not in _WHO:
            _column(columns, name)


def check_tags(data_set: Members, columns: Sequence[Column]) -> None:
    """Raise when a rule by tags names a column that there is not, or that holds no text."""
    for rule in (tag_rules(data_set) or {}).get("TagRules") or ():
        _column(columns, rule["ColumnName"])


def _by_tags(data_set: Members, columns: Sequence[Column], tags: Mapping[str, str]) -> str:
    configured = tag_rules(data_set)
    if configured is None:
        return NOTHING if user_rules(data_set) else EVERYTHING
    rules = {rule["TagKey"]: rule for rule in configured["TagRules"]}
    ways = configured.get("TagRuleConfigurations") or [list(rules)]
    return _any(_way(way, rules, columns, tags) for way in ways)


def _way(
    way: Sequence[str],
    rules: Mapping[str, Members],
    columns: Sequence[Column],
    tags: Mapping[str, str],
) -> str:
    """The rules of these keys together; a key without a tag lets nothing through."""
    parts = []
    for key in way:
        if key not in tags or key not in rules:
            return NOTHING
        rule, value = rules[key], tags[key]
        if value == rule.get("MatchAllValue"):
            continue
        mark = rule.get("TagMultiValueDelimiter")
        values = value.split(mark) if mark else [value]
        parts.append(_one_of(_column(columns, rule["ColumnName"]), values))
    return " AND ".join(parts) or EVERYTHING


def _is_mine(rule: Mapping[str, str | None], configured: Members, reader: Reader) -> bool:
    if reader.user is None:
        return False
    by_name = {name.lower(): value for name, value in rule.items()}
    if configured.get("FormatVersion") == "VERSION_2":
        return by_name.get("userarn") == reader.user or by_name.get("grouparn") in reader.groups
    if reader.user.split("/")[1] != (configured.get("Namespace") or "default"):
        return False
    groups = {name_of(group) for group in reader.groups}
    return by_name.get("username") == name_of(reader.user) or by_name.get("groupname") in groups


def _who(configured: Members) -> set[str]:
    second = configured.get("FormatVersion") == "VERSION_2"
    return {"userarn", "grouparn"} if second else {"username", "groupname"}


def name_of(arn: str) -> str:
    """A user's or a group's name, which may have slashes: ``role/session``."""
    return arn.split("/", 2)[2]


def _rule(rule: Mapping[str, str | None], columns: Sequence[Column]) -> str:
    listed = {name: _listed(value) for name, value in rule.items() if name.lower() not in _WHO}
    parts = [_one_of(_column(columns, name), values) for name, values in listed.items() if values]
    return " AND ".join(parts) or EVERYTHING


def _listed(value: str | None) -> list[str]:
    """The values in a rule's field: one in double quotes may hold commas, and blanks count."""
    return [each for each in next(csv.reader([value or ""]), []) if each]


def _one_of(column: Column, values: Sequence[str]) -> str:
    texts = ", ".join(quoted_text(value) for value in values)
    return f"{column.sql} IN ({texts})"


def _column(columns: Sequence[Column], name: str) -> Column:
    found = next((each for each in columns if each.name.lower() == name.lower()), None)
    if found is None:
        raise PreparationError(f"A rule names the column '{name}', which the data set has not.")
    if found.type != VARCHAR:
        raise PreparationError(f"A rule is by texts; the column '{name}' holds none.")
    return found


def _any(parts: Iterable[str]) -> str:
    found = list(dict.fromkeys(parts))
    if EVERYTHING in found:
        return EVERYTHING
    return " OR ".join(f"({part})" for part in found if part != NOTHING) or NOTHING


def _of_model(data_set: Members) -> Members:
    """The rules in the newer place: the one table of a semantic model."""
    tables = (data_set.get("SemanticModelConfiguration") or {}).get("TableMap") or {}
    for table in tables.values():
        found: Members | None = table.get("RowLevelPermissionConfiguration")
        if found:
            return found
    return {}


def _enabled(configured: Members | None) -> Members | None:
    return configured if configured and configured.get("Status") != "DISABLED" else None
