"""Topics on record: data sets with friendly names, synonyms and default aggregations.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TopicDetails.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.definitions.catalog import columns_of
from labkit.cloud.quicksight.definitions.formulas import faults
from labkit.cloud.quicksight.kinds import TOPIC
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import invalid, not_found


def find(context: Context, topic_id: str) -> Record:
    """A topic's record.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    return records.find(context, TOPIC, topic_id)


def check(context: Context, topic: Record) -> None:
    """Raise unless a topic's data sets are there, with its columns and calculated fields.

    Raises:
        AwsError: ``ResourceNotFoundException``, ``InvalidParameterValueException``.
    """
    for each in topic.get("DataSets", ()):
        known = columns_of(context.cloud, each["DatasetArn"])
        if known is None:
            raise not_found(f"Data set {each['DatasetArn']} is not found.")
        named = [column["ColumnName"] for column in each.get("Columns", ())]
        if missing := [name for name in named if name not in known]:
            raise invalid(f"Columns {', '.join(missing)} are not in data set {each['DatasetArn']}.")
        fields = _expressions(each)
        for name, fault in faults(fields, known, {}):
            raise invalid(f"Calculated field {name} has an invalid expression: {fault}")


def _expressions(data_set: dict[str, Any]) -> dict[str, str]:
    every = data_set.get("CalculatedFields", ())
    return {each["CalculatedFieldName"]: each["Expression"] for each in every}
