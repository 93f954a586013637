"""Recipes and their versions."""

import pytest
from botocore.exceptions import ClientError

from tests.conftest import connect, start_cloud, stop_cloud
from tests.databrew.brew import step

UPPER = step("UPPER_CASE", sourceColumn="name")
LOWER = step("LOWER_CASE", ("IS", "name", "ANN"), sourceColumn="name")


@pytest.fixture
def databrew(client):
    return client("databrew")


def refused(call, *arguments, **parameters):
    """The code, the status and the sentence of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    error = caught.value.response
    return (
        error["Error"]["Code"],
        error["ResponseMetadata"]["HTTPStatusCode"],
        error["Error"]["Message"],
    )


def versions(databrew, name):
    found = databrew.list_recipe_versions(Name=name)["Recipes"]
    return [recipe["RecipeVersion"] for recipe in found]


def test_a_recipe_keeps_what_it_was_made_of(brew, cloud):
    made = {"Steps": [UPPER, LOWER], "Description": "Names", "Tags": {"of": "test"}}
    brew.databrew.create_recipe(Name=brew.name, **made)
    found = brew.databrew.describe_recipe(Name=brew.name, RecipeVersion="LATEST_WORKING")
    assert {name: found[name] for name in made} == made
    assert found["RecipeVersion"] == "0.1"
    assert found["ResourceArn"].endswith(f":{cloud.account}:recipe/{brew.name}")
    assert found["CreatedBy"].endswith(":user/learner")


def test_published_versions_do_not_change(brew):
    brew.recipe(UPPER)
    brew.databrew.publish_recipe(Name=brew.name, Description="first")
    brew.databrew.update_recipe(Name=brew.name, Steps=[LOWER])
    brew.databrew.publish_recipe(Name=brew.name)
    found = brew.databrew.list_recipe_versions(Name=brew.name)["Recipes"]
    assert [(r["RecipeVersion"], r["Steps"]) for r in found] == [("1.0", [UPPER]), ("2.0", [LOWER])]
    assert found[0]["Description"] == "first"
    assert found[1]["PublishedBy"].endswith(":user/learner")
    assert brew.steps("2.1") == [LOWER]


@pytest.mark.parametrize(
    ("version", "number"),
    [(None, "2.0"), ("LATEST_PUBLISHED", "2.0"), ("LATEST_WORKING", "2.1"), ("1.0", "1.0")],
)
def test_a_version_is_found_by_its_number_or_name(brew, version, number):
    brew.recipe()
    brew.databrew.publish_recipe(Name=brew.name)
    brew.databrew.publish_recipe(Name=brew.name)
    asked = {"RecipeVersion": version} if version else {}
    assert brew.databrew.describe_recipe(Name=brew.name, **asked)["RecipeVersion"] == number


def test_a_change_of_the_description_leaves_the_steps(brew):
    brew.recipe(UPPER)
    brew.databrew.update_recipe(Name=brew.name, Description="anew")
    found = brew.databrew.describe_recipe(Name=brew.name, RecipeVersion="0.1")
    assert (found["Description"], found["Steps"]) == ("anew", [UPPER])
    assert found["LastModifiedBy"].endswith(":user/learner")


def test_recipes_are_listed_by_version(brew):
    brew.recipe()
    brew.recipe(name=f"{brew.name}-other")
    brew.databrew.publish_recipe(Name=brew.name)

    def listed(**which):
        pages = brew.databrew.get_paginator("list_recipes").paginate(
            **which, PaginationConfig={"PageSize": 5}
        )
        return {r["Name"]: r["RecipeVersion"] for page in pages for r in page["Recipes"]}

    mine = {brew.name, f"{brew.name}-other"}
    assert listed().keys() & mine == {brew.name}
    working = listed(RecipeVersion="LATEST_WORKING")
    assert (working[brew.name], working[f"{brew.name}-other"]) == ("1.1", "0.1")


def test_the_latest_published_version_is_the_last_that_is_left(brew):
    brew.recipe()
    for _ in range(3):
        brew.databrew.publish_recipe(Name=brew.name)
    brew.databrew.delete_recipe_version(Name=brew.name, RecipeVersion="3.0")
    assert brew.databrew.describe_recipe(Name=brew.name)["RecipeVersion"] == "2.0"
    brew.databrew.publish_recipe(Name=brew.name)
    assert versions(brew.databrew, brew.name) == ["1.0", "2.0", "4.0"]


def test_the_working_version_goes_last_and_the_recipe_with_it(brew):
    brew.recipe()
    brew.databrew.publish_recipe(Name=brew.name)
    working = {"Name": brew.name, "RecipeVersion": "LATEST_WORKING"}
    assert refused(brew.databrew.delete_recipe_version, **working) == (
        "ValidationException",
        400,
        "Recipe version LATEST_WORKING is not allowed to be deleted",
    )
    brew.databrew.delete_recipe_version(Name=brew.name, RecipeVersion="1.0")
    brew.databrew.delete_recipe_version(**working)
    assert refused(brew.databrew.describe_recipe, **working)[0] == "ResourceNotFoundException"


def test_a_batch_deletes_what_it_can_and_lists_the_rest(brew):
    brew.recipe()
    brew.databrew.publish_recipe(Name=brew.name)
    brew.databrew.publish_recipe(Name=brew.name)
    done = brew.databrew.batch_delete_recipe_version(
        Name=brew.name, RecipeVersions=["LATEST_WORKING", "1.0", "7.0"]
    )
    errors = {error["RecipeVersion"]: error["ErrorCode"] for error in done["Errors"]}
    assert errors == {"7.0": "404", "LATEST_WORKING": "400"}
    assert versions(brew.databrew, brew.name) == ["2.0"]
    whole = brew.databrew.batch_delete_recipe_version(
        Name=brew.name, RecipeVersions=["LATEST_WORKING", "2.0"]
    )
    assert whole["Errors"] == []
    assert versions(brew.databrew, brew.name) == []


@pytest.mark.parametrize(
    "chosen", [["1.0", "1.0"], ["LATEST_PUBLISHED"], ["one"], ["0.0"]], ids=str
)
def test_a_batch_with_a_wrong_list_deletes_nothing(brew, chosen):
    brew.recipe()
    brew.databrew.publish_recipe(Name=brew.name)
    batch = {"Name": brew.name, "RecipeVersions": ["1.0", *chosen][-2:]}
    assert refused(brew.databrew.batch_delete_recipe_version, **batch)[:2] == (
        "ValidationException",
        400,
    )
    assert versions(brew.databrew, brew.name) == ["1.0"]


def test_a_version_that_a_job_uses_stays(brew):
    brew.dataset()
    brew.recipe()
    brew.databrew.publish_recipe(Name=brew.name)
    brew.databrew.create_recipe_job(
        Name=brew.name,
        DatasetName=brew.name,
        RecipeReference={"Name": brew.name, "RecipeVersion": "1.0"},
        RoleArn=brew.role,
        Outputs=[{"Location": {"Bucket": brew.name, "Key": "out/"}}],
    )
    version = {"Name": brew.name, "RecipeVersion": "1.0"}
    assert refused(brew.databrew.delete_recipe_version, **version)[:2] == ("ConflictException", 409)
    done = brew.databrew.batch_delete_recipe_version(Name=brew.name, RecipeVersions=["1.0"])
    assert [error["ErrorCode"] for error in done["Errors"]] == ["409"]


def test_the_working_version_of_a_project_stays(brew):
    brew.project()
    working = {"Name": brew.name, "RecipeVersion": "LATEST_WORKING"}
    assert refused(brew.databrew.delete_recipe_version, **working)[:2] == ("ConflictException", 409)
    assert brew.databrew.describe_recipe(**working)["ProjectName"] == brew.name


NOWHERE = {"Name": "no-such-recipe"}


@pytest.mark.parametrize(
    ("call", "parameters", "code", "sentence"),
    [
        ("describe_recipe", NOWHERE, "ResourceNotFoundException",
         "The recipe no-such-recipe for version LATEST_PUBLISHED wasn't found."),
        ("describe_recipe", NOWHERE | {"RecipeVersion": "x"}, "ValidationException",
         "Recipe no-such-recipe version x isn't valid."),
        ("update_recipe", NOWHERE, "ResourceNotFoundException",
         "The recipe no-such-recipe wasn't found"),
        ("publish_recipe", NOWHERE, "ResourceNotFoundException",
         "Recipe no-such-recipe wasn't found"),
        ("delete_recipe_version", NOWHERE | {"RecipeVersion": "1.0"}, "ResourceNotFoundException",
         "The recipe no-such-recipe wasn't found"),
        ("delete_recipe_version", NOWHERE | {"RecipeVersion": "LATEST_PUBLISHED"},
         "ValidationException", "Recipe no-such-recipe version LATEST_PUBLISHED is invalid."),
        ("list_recipes", {"RecipeVersion": "1.0"}, "ValidationException",
         "Invalid version 1.0. Valid versions are LATEST_PUBLISHED and LATEST_WORKING."),
        ("create_recipe", {"Name": "a/b", "Steps": []}, "ValidationException", "'a/b' is not"),
        ("create_recipe", {"Name": "a", "Steps": [step("lower")]}, "ValidationException",
         "1 validation error detected: Value 'lower' at 'steps.1.member.action.operation'"),
        ("create_recipe", {"Name": "a", "Steps": [step("A", ("is it", "b"))]},
         "ValidationException", "1 validation error detected: Value 'is it' at"),
        ("create_recipe", {"Name": "a", "Steps": [step("A", source_column="b")]},
         "ValidationException", ("1 validation error detected: Value at "
         "'steps.1.member.action.parameters' failed to satisfy constraint: Map keys must satisfy "
         "constraint: [Member must satisfy regular expression pattern: ^[A-Za-z0-9]+$]")),
        ("create_recipe", {"Name": "a" * 256, "Steps": []}, "ValidationException",
         "1 validation error detected: Value 'aaa"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_databrews_words(databrew, call, parameters, code, sentence):
    found = refused(getattr(databrew, call), **parameters)
    assert (found[0], found[2][: len(sentence)]) == (code, sentence)


def test_no_name_is_taken_twice(brew):
    brew.recipe()
    assert refused(brew.databrew.create_recipe, Name=brew.name, Steps=[]) == (
        "ConflictException",
        409,
        f"The recipe {brew.name} already exists",
    )


def test_a_recipe_has_a_hundred_steps_at_most(brew):
    steps = [UPPER] * 101
    made = refused(brew.databrew.create_recipe, Name=brew.name, Steps=steps)
    assert made[:2] == ("ServiceQuotaExceededException", 402)
    brew.recipe(*steps[:100])
    changed = refused(brew.databrew.update_recipe, Name=brew.name, Steps=steps)
    assert changed[0] == "ValidationException"


def test_an_account_has_a_hundred_recipes_unless_more_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("LABKIT_DATABREW_QUOTA", "2")
    process = start_cloud(tmp_path)
    try:
        databrew = connect(tmp_path, process).client("databrew")
        for name in ("one", "two"):
            databrew.create_recipe(Name=name, Steps=[])
        third = refused(databrew.create_recipe, Name="three", Steps=[])
        assert third[:2] == ("ServiceQuotaExceededException", 402)
        assert "LABKIT_DATABREW_QUOTA" in third[2]
    finally:
        stop_cloud(process)
