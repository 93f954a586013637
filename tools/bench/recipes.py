"""A recipe job through boto3 against the same transforms by hand, in DuckDB and in pandas."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tools.bench.figures import Figure, seconds, take_turns, wait
from tools.bench.lake import BUCKET, Lake

ROLE = "bench-databrew"
TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "databrew.amazonaws.com"}}]}"""
MAY = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "glue:*"], "Resource": "*"}]}"""
_DELETED = ("quiz_id", "discussion_id", "conversation_id", "assignment_id", "session_id")
#: Operation, parameters and condition of each step.
STEPS: tuple[tuple[str, dict[str, str], tuple[str, str, str] | None], ...] = (
    ("DELETE", {"sourceColumns": str(list(_DELETED)).replace("'", '"')}, None),
    ("REMOVE_VALUES", {"sourceColumn": "http_method"}, ("IS", "http_method", "POST")),
    ("LOWER_CASE", {"sourceColumn": "user_agent"}, None),
    (
        "DIVIDE",
        {"sourceColumn1": "interaction_micros", "value2": "1000", "targetColumn": "millis"},
        None,
    ),
    ("RENAME", {"sourceColumn": "remote_ip", "targetColumn": "address"}, None),
)
BY_HAND = f"""SELECT * EXCLUDE ({", ".join(_DELETED)}, remote_ip, user_agent),
        lower(user_agent) AS user_agent, interaction_micros / 1000 AS millis, remote_ip AS address
    FROM {{files}} WHERE http_method IS DISTINCT FROM 'POST'"""


def measure(databrew: Any, s3: Any, lake: Lake, role: str) -> Iterator[Figure]:
    """The figures of one recipe over ten million rows."""
    databrew.create_recipe(Name="bench", Steps=[_step(*each) for each in STEPS])
    databrew.publish_recipe(Name="bench")
    with duckdb.connect() as duck:
        told = _measured(databrew, s3, duck, lake, _job(databrew, "parquet", role))
        yield Figure("Recipe job, Parquet to Parquet, 10 M rows", told[0], 1.15, told[1])
        pandas = seconds(lambda: _by_pandas(lake, lake.parquet, pd.read_parquet))
        yield Figure("The same against pandas", told[0], 0.2, pandas)
        told = _measured(databrew, s3, duck, lake, _job(databrew, "csv", role))
        yield Figure("Recipe job, CSV to Parquet, 10 M rows", told[0], 1.15, told[1])
        pandas = seconds(lambda: _by_pandas(lake, lake.csv, pd.read_csv))
        yield Figure("The same against pandas", told[0], 0.2, pandas)


def _measured(databrew: Any, s3: Any, duck: Any, lake: Lake, kind: str) -> tuple[float, float]:
    _compare(databrew, s3, duck, lake, kind)
    return take_turns(lambda: run(databrew, kind), lambda: _by_hand(duck, lake, kind))


def run(databrew: Any, job: str) -> str:
    """Run a job to its end; gives the run's id.

    Raises:
        RuntimeError: it failed.
    """
    number = databrew.start_job_run(Name=job)["RunId"]
    found = wait(
        lambda: databrew.describe_job_run(Name=job, RunId=number),
        lambda found: found["State"] not in ("STARTING", "RUNNING"),
    )
    if found["State"] != "SUCCEEDED":
        raise RuntimeError(found.get("ErrorMessage"))
    return str(number)


def make_role(iam: Any) -> str:
    """The role of the jobs; gives its ARN."""
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="may", PolicyDocument=MAY)
    return str(role["Arn"])


def _step(
    operation: str, parameters: dict[str, str], condition: tuple[str, str, str] | None
) -> dict[str, Any]:
    made: dict[str, Any] = {"Action": {"Operation": operation, "Parameters": parameters}}
    if condition:
        names = ("Condition", "TargetColumn", "Value")
        made["ConditionExpressions"] = [dict(zip(names, condition, strict=True))]
    return made


def _job(databrew: Any, kind: str, role: str) -> str:
    """A job over the files of a kind, named after it."""
    place = {"S3InputDefinition": {"Bucket": BUCKET, "Key": f"{kind}/"}}
    databrew.create_dataset(Name=kind, Input=place)
    create_job(databrew, kind, "bench", role)
    return kind


def create_job(databrew: Any, name: str, recipe: str, role: str) -> None:
    """A job over the data set of its name, which overwrites its one output."""
    output = {
        "Location": {"Bucket": BUCKET, "Key": f"recipes/{name}"},
        "Format": "PARQUET",
        "CompressionFormat": "SNAPPY",
        "Overwrite": True,
    }
    databrew.create_recipe_job(
        Name=name,
        DatasetName=name,
        RecipeReference={"Name": recipe, "RecipeVersion": "LATEST_PUBLISHED"},
        RoleArn=role,
        Outputs=[output],
    )


def _compare(databrew: Any, s3: Any, duck: Any, lake: Lake, kind: str) -> None:
    """Raise unless the job and the hand write the same number of rows and the same sums."""
    run(databrew, kind)
    key = f"recipes/{kind}/{kind}_part00000.parquet.snappy"
    target = lake.folder / "job.parquet"
    with target.open("wb") as file:
        shutil.copyfileobj(s3.get_object(Bucket=BUCKET, Key=key)["Body"], file, 1 << 22)
    summary = "SELECT count(*), sum(millis), count(DISTINCT address), min(user_agent) FROM"
    [theirs] = duck.sql(f"{summary} ({BY_HAND.format(files=lake.relation(kind))})").fetchall()
    [ours] = duck.sql(f"{summary} '{target}'").fetchall()
    target.unlink()
    if ours[0] != theirs[0] or ours[2:] != theirs[2:] or abs(ours[1] / theirs[1] - 1) > 1e-9:
        raise RuntimeError(f"the job and DuckDB differ: {ours}, {theirs}")


def _by_hand(duck: Any, lake: Lake, kind: str) -> None:
    target = lake.folder / "by_hand.parquet"
    options = "FORMAT parquet, COMPRESSION snappy"
    duck.sql(f"COPY ({BY_HAND.format(files=lake.relation(kind))}) TO '{target}' ({options})")
    target.unlink()


def _by_pandas(lake: Lake, paths: Iterable[Path], read: Callable[[Path], pd.DataFrame]) -> None:
    """File by file, as all rows at once would take more memory than a laptop has."""
    target = lake.folder / "by_pandas.parquet"
    for path in paths:
        table = read(path).drop(columns=list(_DELETED))
        table = table[table["http_method"] != "POST"]
        table["user_agent"] = table["user_agent"].str.lower()
        table["millis"] = table["interaction_micros"] / 1000
        table = table.rename(columns={"remote_ip": "address"})
        table.to_parquet(target, compression="snappy")
    target.unlink()
