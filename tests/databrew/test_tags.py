"""Tags of every kind of resource."""

import pytest

from tests.databrew.test_recipes import refused


def make(brew, kind):
    """A resource of a kind; gives its ARN."""
    databrew, name = brew.databrew, {"Name": brew.name}
    brew.project()
    if kind == "job":
        place = {"Bucket": brew.name, "Key": "out/"}
        databrew.create_profile_job(
            **name, DatasetName=brew.name, RoleArn=brew.role, OutputLocation=place
        )
    if kind == "recipe":
        name["RecipeVersion"] = "LATEST_WORKING"
    return getattr(databrew, f"describe_{kind}")(**name)["ResourceArn"]


@pytest.mark.parametrize("kind", ["dataset", "recipe", "project", "job"])
def test_tags_come_and_go(brew, kind):
    arn = make(brew, kind)
    brew.databrew.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    brew.databrew.tag_resource(ResourceArn=arn, Tags={"b": "3", "c": ""})
    brew.databrew.untag_resource(ResourceArn=arn, TagKeys=["a", "nothing"])
    found = brew.databrew.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert found == {"b": "3", "c": ""}


def test_describe_tells_the_tags(brew):
    arn = make(brew, "project")
    brew.databrew.tag_resource(ResourceArn=arn, Tags={"a": "1"})
    assert brew.databrew.describe_project(Name=brew.name)["Tags"] == {"a": "1"}


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:databrew:us-east-1:123456789012:project/nowhere", "ResourceNotFoundException"),
        ("arn:aws:databrew:us-east-1:123456789012:kitchen/one", "ValidationException"),
        ("arn:aws:databrew:eu-west-1:123456789012:project/nowhere", "ResourceNotFoundException"),
    ],
    ids=["nowhere", "no kind", "elsewhere"],
)
@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("tag_resource", {"Tags": {"a": "b"}}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("list_tags_for_resource", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_there_has_no_tags(brew, arn, code, call, more):
    assert refused(getattr(brew.databrew, call), ResourceArn=arn, **more)[0] == code
