"""A data set as its readers query it: SPICE's rows or the sources', and of them what they may see.

What a reader may not see is not in the SQL that comes out, so that nothing built upon it (a filter,
a calculated field, a question) can get at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.types import parse_type
from labkit.cloud.lake.engines import open_session
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight import principals, records
from labkit.cloud.quicksight.kinds import DATA_SET
from labkit.cloud.quicksight.spice import files, security
from labkit.cloud.quicksight.spice.building import Building, build, parameters_of
from labkit.cloud.quicksight.spice.model import Column, DataSet, PreparationError, Relation
from labkit.cloud.quicksight.spice.security import Reader
from labkit.cloud.quicksight.words import conflict, denied, invalid, not_found
from labkit.cloud.state import Records

Members = Mapping[str, Any]
_DEEPEST = 5


def open_data_set(
    cloud: Cloud,
    principal: Principal,
    region: str,
    data_set_id: str,
    *,
    user: str | None = None,
    tags: Mapping[str, str] | None = None,
    session: Session | None = None,
) -> DataSet:
    """A data set for one reader.

    Args:
        principal: who asks, as IAM knows them.
        user: the ARN of the user of QuickSight whose rows and columns these are. Nobody sees
            neither rows of a data set with row-level security nor columns that are restricted.
        tags: of an embedded session, which has no user.
        session: where the SQL will run; a data set that is queried directly needs it.

    Raises:
        AwsError: there is no such data set; SPICE holds nothing of it yet; its rules do not fit.
        SourceError, QueryFailed: a direct query's source cannot be read.
    """
    reader = Reader(tags=tags)
    if user and principals.find(cloud, user) is not None:  # who is gone is nobody
        reader = Reader(user, tuple(principals.groups_of(cloud, user)), tags)
    return _Opener(cloud, principal, region, reader, session).open(data_set_id)


def open_definition(
    cloud: Cloud,
    principal: Principal,
    region: str,
    definition: Mapping[str, Any],
    user: str | None,
    *,
    tags: Mapping[str, str] | None,
    session: Session | None,
) -> dict[str, DataSet]:
    """The data sets that a definition declares, by identifier, as one reader sees them.

    Args:
        user: the ARN of QuickSight's user.
        tags: of an embedded session without a user.
        session: where the SQL will run; data sets that are queried directly need it.

    Raises:
        AwsError: a data set is not there, or SPICE holds nothing of it yet.
    """
    return {
        each["Identifier"]: open_data_set(
            cloud,
            principal,
            region,
            each["DataSetArn"].rpartition("/")[2],
            user=user,
            tags=tags,
            session=session,
        )
        for each in definition.get("DataSetIdentifierDeclarations") or ()
    }


def spice_states(cloud: Cloud) -> Records:
    """What SPICE holds of each data set, by region and id."""
    return cloud.records("quicksight.spice")


def columns_as_json(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Columns for a record."""
    return [
        {**asdict(each), "type": str(each.type), "origins": sorted(each.origins)}
        for each in columns
    ]


def columns_of_json(listed: list[dict[str, Any]]) -> tuple[Column, ...]:
    """Columns of a record."""
    return tuple(
        Column(**{**each, "type": parse_type(each["type"]), "origins": frozenset(each["origins"])})
        for each in listed
    )


class _Opener:
    """Opens data sets for one reader, those that others are made of too."""

    def __init__(
        self, cloud: Cloud, principal: Principal, region: str, reader: Reader,
        session: Session | None, depth: int = 0,
    ) -> None:  # fmt: skip
        self.cloud, self.principal, self.region = cloud, principal, region
        self.reader, self.session, self.depth = reader, session, depth

    def open(self, id: str, values: Mapping[str, Any] | None = None) -> DataSet:
        record = _found(self.cloud, self.region, id)
        found = (
            self._spice(record) if record["ImportMode"] == "SPICE" else self._direct(record, values)
        )
        return self._secured(record, found)

    def _spice(self, record: Members) -> DataSet:
        id = record["DataSetId"]
        state = spice_states(self.cloud).get(f"{self.region}/{id}")
        if state is None:
            raise conflict(f"SPICE holds no rows of the data set {id} yet.")
        self._check_parents(record)
        columns = columns_of_json(state["columns"])
        sql = files.relation(files.folder(self.cloud) / state["file"], columns)
        return DataSet(
            sql, columns, state["rows"], state["file"], state["fields"],
            parameters_of(record),
        )  # fmt: skip

    def _direct(self, record: Members, values: Mapping[str, Any] | None) -> DataSet:
        if self.session is None:
            raise ValueError("A data set that is queried directly is opened for a session.")
        building = Building(self.cloud, self.session, self.region, self._parent)
        try:
            found = build(building, record, values)
        except PreparationError as error:
            raise invalid(str(error)) from error
        sql = found.sql
        if found.faults:
            shown = ", ".join(column.sql for column in found.columns)
            sql = f"SELECT {shown} FROM ({found.sql})"
        return DataSet(
            sql, found.columns, fields=found.fields,
            parameters=parameters_of(record) | dict(values or {}),
            reopened=lambda other: self.open(record["DataSetId"], other),
        )  # fmt: skip

    def _parent(self, arn: str, values: Mapping[str, Any]) -> Relation:
        if self.depth == _DEEPEST:
            raise invalid("Data sets are made of each other too deeply.")
        opener = _Opener(
            self.cloud, self.principal, self.region, self.reader, self.session, self.depth + 1
        )
        found = opener.open(arn.rpartition("/")[2], values)
        return Relation(found.sql, found.columns, fields=found.fields)

    def _check_parents(self, record: Members) -> None:
        """What was imported of a data set shows all of it, so none may hide anything by now."""
        for parent in parents_of(self.cloud, self.region, record):
            if security.is_secured(parent):
                raise denied(
                    f"The data set {record['DataSetId']} is made of {parent['DataSetId']}, which "
                    "has row-level or column-level security; query it directly instead."
                )

    def _secured(self, record: Members, found: DataSet) -> DataSet:
        columns, hidden = security.visible(record, found.columns, self.reader)
        fields = {name: text for name, text in found.fields.items() if name not in hidden}
        try:
            security.check_columns(record, [*(c.name for c in found.columns), *found.fields])
            meets = security.condition(
                record, found.columns, self.reader, self._rules(record, found)
            )
        except PreparationError as error:
            raise invalid(str(error)) from error
        if meets == security.EVERYTHING and not hidden:
            return found
        shown = ", ".join(column.sql for column in columns) or "NULL"
        sql = f"SELECT {shown} FROM ({found.sql}) WHERE {meets}"
        rows = found.rows if meets == security.EVERYTHING else None
        return replace(found, sql=sql, columns=columns, rows=rows, fields=fields)

    def _rules(self, record: Members, found: DataSet) -> list[dict[str, str | None]]:
        """The rows of the data set of rules, each as the text that it is."""
        configured = security.user_rules(record)
        if configured is None or self.reader.user is None:
            return []
        with open_session(self.cloud) as session:
            rules = _unrestricted(
                self.cloud, self.principal, self.region, session, configured["Arn"]
            )
            names = [column.name for column in rules.columns]
            security.check_rules(record, names, found.columns)
            rows = session.connection.execute(rules.sql).fetchall()
        return [dict(zip(names, map(_as_text, row), strict=True)) for row in rows]


def parents_of(cloud: Cloud, region: str, record: Members) -> list[Members]:
    """The data sets that a data set is made of, those beneath them too."""
    found: dict[str, Members] = {}
    waiting = parent_arns(record)
    while waiting:
        arn = waiting.pop()
        parent = _found(cloud, region, arn.rpartition("/")[2])
        if arn not in found:
            found[arn] = parent
            waiting += parent_arns(parent)
    return list(found.values())


def parent_arns(record: Members) -> list[str]:
    """The data sets that a data set names as its sources."""
    logical = (record.get("LogicalTableMap") or {}).values()
    sources = ((record.get("DataPrepConfiguration") or {}).get("SourceTableMap") or {}).values()
    arns = [each["Source"].get("DataSetArn") for each in logical]
    arns += [(each.get("DataSet") or {}).get("DataSetArn") for each in sources]
    return [arn for arn in arns if arn]


def _unrestricted(
    cloud: Cloud, principal: Principal, region: str, session: Session, arn: str
) -> DataSet:
    """A data set of rules as it is; neither it nor what it is made of may be secured.

    Rules that are hidden would deny nobody anything.
    """
    record = _found(cloud, region, arn.rpartition("/")[2])
    if any(map(security.is_secured, [record, *parents_of(cloud, region, record)])):
        raise invalid(f"The data set of rules {arn} has rules itself, or what it is made of has.")
    return _Opener(cloud, principal, region, Reader(), session).open(record["DataSetId"])


def _found(cloud: Cloud, region: str, id: str) -> Members:
    record = records.look_up(cloud, region, DATA_SET, id)
    if record is None:
        raise not_found(f"DataSet {id} is not found.", "DATA_SET")
    return record


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)
