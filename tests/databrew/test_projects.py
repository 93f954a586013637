"""Projects: what they need, what they keep, what needs them."""

import pytest

from tests.databrew.brew import MAY
from tests.databrew.test_recipes import refused
from tests.roles import make_role


def parts(brew, **changes):
    names = {"DatasetName": brew.name, "RecipeName": brew.name, "RoleArn": brew.role}
    return {"Name": brew.name, **names, **changes}


@pytest.fixture
def ready(brew):
    """A data set and a recipe, without a project yet."""
    brew.dataset()
    brew.recipe()
    return brew


def test_a_project_keeps_what_it_was_made_of(ready):
    ready.databrew.create_project(
        **parts(ready, Sample={"Type": "RANDOM", "Size": 20}, Tags={"a": "b"})
    )
    found = ready.databrew.describe_project(Name=ready.name)
    assert found["Sample"] == {"Type": "RANDOM", "Size": 20}
    assert found["Tags"] == {"a": "b"}
    assert found["ResourceArn"].endswith(f":project/{ready.name}")
    assert "SessionStatus" not in found


def test_a_sample_is_the_first_500_rows_unless_asked_otherwise(ready):
    ready.databrew.create_project(**parts(ready))
    found = ready.databrew.describe_project(Name=ready.name)
    assert found["Sample"] == {"Type": "FIRST_N", "Size": 500}


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"DatasetName": "nowhere"}, "ValidationException", "The dataset nowhere doesn't exist."),
        ({"RecipeName": "nowhere"}, "ValidationException", "The recipe nowhere doesn't exist."),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "ValidationException",
         "DataBrew is not a trusted entity for the data access role"),
        ({"Name": "a:b"}, "ValidationException", "'a:b' is not a valid name"),
        ({"Sample": {"Type": "FIRST_N", "Size": 5001}}, "ValidationException",
         "1 validation error detected: Value '5001' at 'sample.size'"),
        ({"Sample": {"Type": "SOME"}}, "ValidationException", "1 validation error detected"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_project_needs_what_there_is(ready, changes, code, sentence):
    found = refused(ready.databrew.create_project, **parts(ready, **changes))
    assert (found[0], found[2][: len(sentence)]) == (code, sentence)


def test_the_role_must_trust_databrew(ready, client, fresh):
    role = make_role(client("iam"), fresh("other"), "glue", MAY)
    found = refused(ready.databrew.create_project, **parts(ready, RoleArn=role))
    assert found[0] == "ValidationException"


def test_a_recipe_has_one_project(ready):
    ready.databrew.create_project(**parts(ready))
    again = refused(ready.databrew.create_project, **parts(ready, Name=f"{ready.name}-2"))
    assert again[:2] == ("ConflictException", 409)
    same = refused(ready.databrew.create_project, **parts(ready))
    assert same == ("ConflictException", 409, f"The project {ready.name} already exists.")


def test_a_project_can_change_its_sample_and_role(brew):
    brew.project()
    changed = brew.databrew.update_project(
        Name=brew.name, RoleArn=brew.role, Sample={"Type": "LAST_N", "Size": 3}
    )
    found = brew.databrew.describe_project(Name=brew.name)
    assert found["Sample"] == {"Type": "LAST_N", "Size": 3}
    assert found["LastModifiedDate"] == changed["LastModifiedDate"]


def test_projects_are_listed(brew):
    brew.project()
    pages = brew.databrew.get_paginator("list_projects").paginate(PaginationConfig={"PageSize": 3})
    assert brew.name in [project["Name"] for page in pages for project in page["Projects"]]


def test_a_project_goes_and_its_recipe_stays(brew):
    brew.project()
    brew.databrew.delete_project(Name=brew.name)
    gone = refused(brew.databrew.describe_project, Name=brew.name)
    assert gone[:2] == ("ResourceNotFoundException", 404)
    assert brew.steps() == []


def test_a_project_that_a_job_needs_stays(brew):
    brew.project()
    output = {"Location": {"Bucket": brew.name, "Key": "out/"}}
    brew.databrew.create_recipe_job(
        Name=brew.name, ProjectName=brew.name, RoleArn=brew.role, Outputs=[output]
    )
    assert refused(brew.databrew.delete_project, Name=brew.name)[:2] == ("ConflictException", 409)
    [listed] = brew.databrew.list_jobs(DatasetName=brew.name)["Jobs"]
    assert listed["ProjectName"] == brew.name


@pytest.mark.parametrize("call", ["describe_project", "delete_project", "start_project_session"])
def test_an_unknown_project_is_not_found(brew, call):
    found = refused(getattr(brew.databrew, call), Name="nowhere")
    assert found == ("ResourceNotFoundException", 404, "The project nowhere wasn't found.")
