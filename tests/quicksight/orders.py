"""A small data set of orders, of one CSV file."""

import contextlib
import json
from typing import Any

BUCKET = "quicksight-orders"
ROWS = "order_id,region,quantity\n1,North,3\n2,South,1\n"
COLUMNS = {"order_id": "INTEGER", "region": "STRING", "quantity": "INTEGER"}


def data_set(quicksight: Any, client: Any, allow_bucket: Any, id: str) -> str:
    """The ARN of a new data set of this id."""
    s3 = client("s3")
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)
    allow_bucket(BUCKET)
    s3.put_object(Bucket=BUCKET, Key=f"{id}/data.csv", Body=ROWS.encode())
    uris = {"fileLocations": [{"URIs": [f"s3://{BUCKET}/{id}/data.csv"]}]}
    s3.put_object(Bucket=BUCKET, Key=f"{id}.manifest", Body=json.dumps(uris).encode())
    place = {"Bucket": BUCKET, "Key": f"{id}.manifest"}
    parameters = {"S3Parameters": {"ManifestFileLocation": place}}
    source = quicksight.create_data_source(
        DataSourceId=id, Name=id, Type="S3", DataSourceParameters=parameters
    )
    listed = [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()]
    table = {"S3Source": {"DataSourceArn": source["Arn"], "InputColumns": listed}}
    answer = quicksight.create_data_set(
        DataSetId=id, Name=id, PhysicalTableMap={"p": table}, ImportMode="SPICE"
    )
    return str(answer["Arn"])
