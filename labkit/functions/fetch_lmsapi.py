"""``dataedu-fetch-lmsapi``: a mock of the LMS's API, one more week of data a call.

Where it stands is remembered in the SSM parameter that ``STATE_PARAMETER`` names. An event
``{"new_column": true}`` plays the day on which the LMS adds a column to its request log.
"""

import datetime
import io
import json
import os
from typing import Any

import boto3

import seeds


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Load the next week into the raw bucket. Returns its date and the keys."""
    ssm, s3 = boto3.client("ssm"), boto3.client("s3")
    name = os.environ["STATE_PARAMETER"]
    state = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    date = datetime.date.fromisoformat(state["current_date"]) + datetime.timedelta(days=7)
    keys = [put(s3, state, item) for item in week_of(date, event)]
    state |= {"current_date": date.isoformat(), "perform_initial_load": False}
    ssm.put_parameter(Name=name, Value=json.dumps(state), Type="String", Overwrite=True)
    print(  # noqa: T201 (a function's log)
        f"week of {date}: {len(keys)} objects"
    )
    return {"process_date": date.isoformat(), "keys": keys}


def week_of(date: datetime.date, event: dict[str, Any]) -> list[seeds.Object]:
    """The objects that the LMS exports on a Monday."""
    number = seeds.week_number(date)
    return seeds.week(number, new_column=bool(event.get("new_column")))


def put(s3: Any, state: dict[str, Any], item: seeds.Object) -> str:
    """Upload one object; the key is the state's prefix and the seed's own path."""
    prefix: str = state["base_s3_prefix"].rstrip("/")
    key = f"{prefix}/{item.key.removeprefix('lmsapi/')}"
    body = io.BytesIO()
    item.write(body)
    body.seek(0)
    s3.upload_fileobj(body, state["target_bucket"], key)
    return key
