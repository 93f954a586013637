"""A bucket, a data set, a recipe and a project on them, all fresh; what a session shows of it."""

import json
from collections.abc import Callable
from typing import Any

MAY = {"Effect": "Allow", "Action": "*", "Resource": "*"}
PEOPLE = "id,name,score\n1,ann,7.5\n2,bob,\n3,ann,1\n4,,2.5\n"


def step(operation: str, *conditions: tuple[str, ...], **parameters: str) -> dict[str, Any]:
    """``step("UPPER_CASE", ("IS", "name", "ann"), sourceColumn="name")`` as boto3 has it."""
    made: dict[str, Any] = {"Action": {"Operation": operation, "Parameters": parameters}}
    if conditions:
        made["ConditionExpressions"] = [
            dict(zip(("Condition", "TargetColumn", "Value"), each, strict=False))
            for each in conditions
        ]
    return made


class Brew:
    """DataBrew with a role, and names that nobody else has."""

    def __init__(self, client: Callable[..., Any], name: str, role: str) -> None:
        self.databrew, self.s3, self.name, self.role = client("databrew"), client("s3"), name, role

    def dataset(self, text: str = PEOPLE) -> str:
        """A data set of one CSV file; gives its name."""
        self.s3.create_bucket(Bucket=self.name)
        self.s3.put_object(Bucket=self.name, Key="in/people.csv", Body=text.encode())
        place = {"S3InputDefinition": {"Bucket": self.name, "Key": "in/people.csv"}}
        self.databrew.create_dataset(Name=self.name, Format="CSV", Input=place)
        return self.name

    def recipe(self, *steps: dict[str, Any], name: str = "") -> str:
        made = self.databrew.create_recipe(Name=name or self.name, Steps=list(steps))
        return str(made["Name"])

    def project(self, *steps: dict[str, Any], text: str = PEOPLE, **options: Any) -> str:
        """A project with its data set and its recipe."""
        self.dataset(text)
        self.recipe(*steps)
        self.databrew.create_project(
            Name=self.name,
            DatasetName=self.name,
            RecipeName=self.name,
            RoleArn=self.role,
            **options,
        )
        return self.name

    def open(self, *steps: dict[str, Any], text: str = PEOPLE, **options: Any) -> str:
        """A project whose session is open; gives the session's id."""
        self.project(*steps, text=text, **options)
        return str(self.databrew.start_project_session(Name=self.name)["ClientSessionId"])

    def act(self, **action: Any) -> dict[str, Any]:
        """What an action shows."""
        answer = self.databrew.send_project_session_action(Name=self.name, **action)
        shown: dict[str, Any] = json.loads(answer["Result"])
        return shown

    def try_out(self, one: dict[str, Any], **action: Any) -> dict[str, Any]:
        return self.act(RecipeStep=one, Preview=True, **action)

    def steps(self, version: str = "LATEST_WORKING") -> list[dict[str, Any]]:
        found = self.databrew.describe_recipe(Name=self.name, RecipeVersion=version)
        return list(found["Steps"])
