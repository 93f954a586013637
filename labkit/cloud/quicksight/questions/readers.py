"""What one reader of a topic can ask about: columns and cell values that the reader may see.

Data sets are opened for the reader, so a value of somebody else's row is no word that is known, and
a column that is restricted is no field: an answer could otherwise tell that it exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.lake.engines import open_session
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight.calc import fields_in
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.topic import Topic, TopicField, read_topic, typed
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.spice.opening import open_data_set
from labkit.cloud.quicksight.visuals.model import Kind

MOST_VALUES = 10_000
KINDS: dict[str, Kind] = {
    "bigint": "number",
    "double": "number",
    "timestamp": "date",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Reader:
    """Who asks.

    Args:
        principal: as IAM knows it.
        user: the ARN of the user of QuickSight.
        tags: of an embedded session without a user.
    """

    cloud: Cloud
    principal: Principal
    region: str
    user: str
    tags: Mapping[str, str] | None = None


def lexicons(reader: Reader, record: Mapping[str, Any]) -> list[Lexicon]:
    """The words of each data set of a topic, as the reader sees it.

    Args:
        record: of the topic, with ``Topic`` in it.

    Raises:
        AwsError: a data set is not there, or SPICE holds nothing of it yet.
    """
    with closing(open_session(reader.cloud)) as session:
        return [_lexicon(reader, session, each) for each in read_topic(record["Topic"])]


def _lexicon(reader: Reader, session: Session, topic: Topic) -> Lexicon:
    data_set = open_data_set(
        reader.cloud,
        reader.principal,
        reader.region,
        topic.data_set_arn.rpartition("/")[2],
        user=reader.user,
        tags=reader.tags,
        session=session,
    )
    seen = _seen(topic, data_set)
    return Lexicon(seen, _values(session, seen, data_set))


def _seen(topic: Topic, data_set: DataSet) -> Topic:
    """The topic without what the reader's data set does not have, its kinds as the columns'."""
    kinds = {each.name: KINDS.get(each.type.base, "text") for each in data_set.columns}
    fields = [each for each in topic.fields if _is_seen(each, topic, set(kinds))]
    known = tuple(typed(each, kinds.get(each.name, each.kind)) for each in fields)
    names = {each.name for each in known}
    filters = tuple(each for each in topic.filters if each["OperandFieldName"] in names)
    return replace(topic, fields=known, filters=filters)


def _is_seen(field: TopicField, topic: Topic, columns: set[str]) -> bool:
    text = field.record.get("Expression")
    if text is None:
        return field.name in columns
    others = {each.name: each for each in topic.fields if each.record.get("Expression")}
    return all(
        name in columns or (name in others and _is_seen(others[name], topic, columns))
        for name in fields_in(text)
        if name != field.name
    )


def _values(session: Session, topic: Topic, data_set: DataSet) -> dict[str, Sequence[str]]:
    """The cell values of the texts, where there are not too many."""
    columns = {each.name for each in data_set.columns}
    texts = [f.name for f in topic.fields if f.kind == "text" and f.name in columns]
    return {name: _distinct(session, data_set, name) for name in texts}


def _distinct(session: Session, data_set: DataSet, name: str) -> Sequence[str]:
    column = quoted_name(name)
    rows = session.connection.execute(
        f"SELECT DISTINCT {column} FROM ({data_set.sql}) WHERE {column} IS NOT NULL "
        f"ORDER BY 1 LIMIT {MOST_VALUES + 1}"
    ).fetchall()
    return [str(value) for (value,) in rows] if len(rows) <= MOST_VALUES else []
