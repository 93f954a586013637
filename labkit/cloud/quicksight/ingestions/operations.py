"""The operations on imports: requested, told and canceled.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateIngestion.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, records
from labkit.cloud.quicksight.ingestions import running
from labkit.cloud.quicksight.kinds import DATA_SET, INGESTION
from labkit.cloud.quicksight.records import Record, answers, lists, shown
from labkit.cloud.quicksight.words import invalid, limit_exceeded, not_found

DAY_S = 24 * 60 * 60
REFRESHES = {"ENTERPRISE": 32, "STANDARD": 8}  # by hand, in a day


@answers("CreateIngestion")
def create_ingestion(
    context: Context, *, DataSetId: str, IngestionId: str, IngestionType: str = "FULL_REFRESH"
) -> Answer:
    """Refresh a data set in SPICE."""
    record = records.find(context, DATA_SET, DataSetId)
    if record["ImportMode"] != "SPICE":
        raise invalid(f"The data set {DataSetId} is not in SPICE.")
    window = (record["_"].get("refresh") or {}).get("RefreshConfiguration")
    if IngestionType == "INCREMENTAL_REFRESH" and not window:
        raise invalid("An incremental refresh needs the data set's refresh properties.")
    _check_number(context, DataSetId)
    made = running.request(context, record, request=IngestionType, id=IngestionId)
    return {**shown(made, "Arn", "IngestionId", "IngestionStatus"), "Status": 201}


@answers("DescribeIngestion")
def describe_ingestion(context: Context, *, DataSetId: str, IngestionId: str) -> Answer:
    return {"Ingestion": shown(_find(context, DataSetId, IngestionId))}


@lists("ListIngestions", "Ingestions")
def list_ingestions(context: Context, *, DataSetId: str) -> list[Record]:
    records.find(context, DATA_SET, DataSetId)
    found = running.of_data_set(context.cloud, context.region, DataSetId)
    return [shown(each) for each in found[::-1]]


@answers("CancelIngestion")
def cancel_ingestion(context: Context, *, DataSetId: str, IngestionId: str) -> Answer:
    """Stop an import; the data set keeps the rows that it has. One that has ended stays as it is.

    As clients rely on that cancel whatever they have started:
    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/quicksight/ingestion_test.go
    """
    record = _find(context, DataSetId, IngestionId)
    if record["IngestionStatus"] not in running.ENDED:
        running.cancel(context.cloud, record)
    return shown(record, "Arn", "IngestionId")


def _check_number(context: Context, data_set: str) -> None:
    """Raise when a data set has been refreshed by hand as often as its account may in a day.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateIngestion.html
    """
    edition = (gate.subscription(context.cloud) or {}).get("Edition", "")
    most = REFRESHES.get(edition, REFRESHES["ENTERPRISE"])
    lately = [
        each
        for each in running.of_data_set(context.cloud, context.region, data_set)
        if each["RequestSource"] == "MANUAL"
        and each["RequestType"].endswith("_REFRESH")
        and each["CreatedTime"] > records.now() - DAY_S
    ]
    if len(lately) >= most:
        raise limit_exceeded(
            f"The data set {data_set} has been refreshed {most} times in the last 24 hours."
        )


def _find(context: Context, data_set: str, id: str) -> Record:
    records.find(context, DATA_SET, data_set)
    found = records.look_up(context.cloud, context.region, INGESTION, f"{data_set}/{id}")
    if found is None:
        raise not_found(f"Ingestion {id} is not found.", "INGESTION")
    return found
