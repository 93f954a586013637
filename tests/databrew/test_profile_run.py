"""A profile over boto3: what a job writes, and who reads it."""

import json

import pytest
from botocore.exceptions import ClientError

PEOPLE = """id,full_name,contact_phone_number,email_address,registered_credit_card,score
1,Mary Major,103-555-0159,mary_major@example.org,5108758100972556,3.5
2,Richard Roe,472-555-0170,richard_roe@example.org,5108751816536864,4.0
3,Carlos Salazar,819-555-0198,,5108758148694212,2.5
4,Carlos Salazar,819-555-0198,none,5108758148694212,
"""
DETECTED = {
    "EntityDetectorConfiguration": {
        "EntityTypes": ["USA_ALL", "PERSON_NAME"],
        "AllowedStatistics": [{"Statistics": ["AGGREGATED_GROUP"]}],
    }
}


def profile_of(lake, **members):
    """The document that a profile job writes about the people."""
    lake.put("people/people.csv", PEOPLE)
    run = lake.run(lake.profile_job(lake.dataset("people/people.csv"), **members))
    [output] = run["Outputs"]
    key = output["Location"]["Key"]
    digits = run["RunId"].removeprefix("db_")
    assert [key] == [key for key in lake.keys("profile/") if key.endswith(f"_{digits}.json")]
    return json.loads(lake.get(key)), run, key


def test_a_job_writes_the_document(lake):
    document, run, key = profile_of(lake)
    assert (
        list(document)
        == """defaultProfileConfiguration datasetConfigurationOverride sampleSize
        duplicateRowsCount columns jobName jobRunId location startedOn writtenOn version""".split()
    )
    assert document["jobRunId"] == run["RunId"]
    assert document["location"] == f"s3://{lake.bucket}/{key}"
    assert [c["name"] for c in document["columns"]] == PEOPLE.split("\n")[0].split(",")
    told = {c["name"]: c for c in document["columns"]}
    assert told["score"]["mean"] == pytest.approx(10 / 3)
    assert (told["email_address"]["missingValuesCount"], told["email_address"]["max"]) == (1, 23)


def test_the_columns_to_mask_are_found_as_awss_sample_finds_them(lake):
    document, _, _ = profile_of(lake, Configuration=DETECTED)
    found = [
        column["name"]
        for column in document["columns"]
        if "entityTypes" in column["entity"]
        and column["entity"]["rowsCount"] / document["sampleSize"] >= 80 / 100
    ]
    assert found == ["full_name", "contact_phone_number", "registered_credit_card"]
    told = {c["name"]: c for c in document["columns"]}
    assert told["email_address"]["entity"] == {"entityTypes": ["EMAIL"], "rowsCount": 2}
    assert "mostCommonValues" not in told["email_address"]


def test_a_configuration_that_no_job_can_run_is_refused_when_it_is_made(lake):
    statistics = {"IncludedStatistics": ["AVERAGE"]}
    configuration = {"ColumnStatisticsConfigurations": [{"Statistics": statistics}]}
    with pytest.raises(ClientError) as refused:
        profile_of(lake, Configuration=configuration)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "AVERAGE" in refused.value.response["Error"]["Message"]
