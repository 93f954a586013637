"""DataBrew's resources in a template, as CloudFormation's reference writes them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.databrew.brew import Brew
from tests.databrew.lake import Lake

TEMPLATE = """
Parameters: {Name: {Type: String}, Role: {Type: String}, Case: {Type: String, Default: UPPER_CASE}}
Resources:
  Orders:
    Type: AWS::DataBrew::Dataset
    Properties:
      Name: !Ref Name
      Format: CSV
      Source: S3
      Input: {S3InputDefinition: {Bucket: !Ref Name, Key: "in/{who}.csv"}}
      PathOptions:
        LastModifiedDateCondition:
          Expression: after :when
          ValuesMap: [{ValueReference: ":when", Value: "2020-01-01T00:00:00Z"}]
        Parameters:
          - PathParameterName: who
            DatasetParameter: {Name: who, Type: String, CreateColumn: true}
      Tags: [{Key: lab, Value: two}]
  Steps:
    Type: AWS::DataBrew::Recipe
    Properties:
      Name: !Ref Name
      Description: Names in capitals
      Steps:
        - Action: {Operation: !Ref Case, Parameters: {SourceColumn: name}}
          ConditionExpressions: [{Condition: IS_NOT, TargetColumn: name, Value: bob}]
        - Action: {Operation: DELETE, Parameters: {sourceColumns: '["score"]'}}
  Look:
    Type: AWS::DataBrew::Project
    Properties:
      {Name: !Ref Name, DatasetName: !Ref Orders, RecipeName: !Ref Steps, RoleArn: !Ref Role}
  Rules:
    Type: AWS::DataBrew::Ruleset
    Properties:
      Name: !Ref Name
      TargetArn: !Sub "arn:aws:databrew:${AWS::Region}:${AWS::AccountId}:dataset/${Orders}"
      Rules:
        - Name: whole
          CheckExpression: "LENGTH(:col) > :least"
          SubstitutionMap:
            - {ValueReference: ":col", Value: "`name`"}
            - {ValueReference: ":least", Value: 0}
  Profile:
    Type: AWS::DataBrew::Job
    Properties:
      {Name: !Sub "${Name} p", Type: PROFILE, DatasetName: !Ref Orders, RoleArn: !Ref Role,
       OutputLocation: {Bucket: !Ref Name, Key: profile/},
       JobSample: {Mode: CUSTOM_ROWS, Size: "10"},
       ProfileConfiguration: {DatasetStatisticsConfiguration: {IncludedStatistics: [CORRELATION]},
         EntityDetectorConfiguration:
           {EntityTypes: [USA_SSN], AllowedStatistics: {Statistics: [AGGREGATED_GROUP]}}}}
  Clean:
    Type: AWS::DataBrew::Job
    Properties:
      {Name: !Ref Name, Type: RECIPE, DatasetName: !Ref Orders, RoleArn: !Ref Role,
       Recipe: {Name: !Ref Steps, Version: LATEST_WORKING},
       Outputs: [{Location: {Bucket: !Ref Name, Key: out/}, Format: JSON, MaxOutputFiles: 1}]}
  Daily:
    Type: AWS::DataBrew::Schedule
    Properties:
      {Name: !Ref Name, CronExpression: "cron(0 0/1 ? * * *)", JobNames: [!Ref Clean, !Ref Profile]}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: !Ref Name
      RoleArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/flows"
      DefinitionString: !Sub |
        {"StartAt": "Clean", "States": {"Clean": {"Type": "Task", "End": true,
         "Resource": "arn:aws:states:::databrew:startJobRun.sync",
         "Parameters": {"Name": "${Clean}"}}}}
Outputs:
  Job: {Value: !Ref Clean}
  Flow: {Value: !GetAtt Flow.Arn}
"""
PLACE = {"S3InputDefinition": {"Bucket": "any", "Key": "a.csv"}}
CATALOG = {"DataCatalogInputDefinition": {"DatabaseName": "any", "TableName": "any"}}


def test_a_stack_makes_what_a_job_runs(brew: Brew, lake: Lake, client: Any) -> None:
    """Its resources are the API's own: described, run, changed and dropped with the stack."""
    stacks, databrew, name = client("cloudformation"), brew.databrew, brew.name
    brew.dataset()
    databrew.delete_dataset(Name=name)
    said = [{"ParameterKey": k, "ParameterValue": v} for k, v in _parameters(brew).items()]
    stacks.create_stack(StackName=name, TemplateBody=TEMPLATE, Parameters=said)
    [stack] = stacks.describe_stacks(StackName=name)["Stacks"]
    told = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert (stack["StackStatus"], told["Job"]) == ("CREATE_COMPLETE", name)
    flow = client("stepfunctions").describe_state_machine(stateMachineArn=told["Flow"])
    assert f'"Parameters": {{"Name": "{name}"}}' in flow["definition"]

    made = databrew.describe_dataset(Name=name)
    assert made["Tags"] == {"lab": "two"}
    assert made["PathOptions"] == {
        "LastModifiedDateCondition": {
            "Expression": "after :when",
            "ValuesMap": {":when": "2020-01-01T00:00:00Z"},
        },
        "Parameters": {"who": {"Name": "who", "Type": "String", "CreateColumn": True}},
    }
    [rule] = databrew.describe_ruleset(Name=name)["Rules"]
    assert rule["SubstitutionMap"] == {":col": "`name`", ":least": "0"}
    profile = databrew.describe_job(Name=f"{name} p")
    assert profile["JobSample"] == {"Mode": "CUSTOM_ROWS", "Size": 10}
    assert profile["ProfileConfiguration"] == {
        "DatasetStatisticsConfiguration": {"IncludedStatistics": ["CORRELATION"]},
        "EntityDetectorConfiguration": {
            "EntityTypes": ["USA_SSN"],
            "AllowedStatistics": [{"Statistics": ["AGGREGATED_GROUP"]}],
        },
    }
    assert databrew.describe_project(Name=name)["RecipeName"] == name
    assert databrew.describe_schedule(Name=name)["JobNames"] == [name, f"{name} p"]
    assert _written(brew, lake) == ["ANN", "bob", "ANN", ""]

    changed = [*said, {"ParameterKey": "Case", "ParameterValue": "CAPITAL_CASE"}]
    stacks.update_stack(StackName=name, TemplateBody=TEMPLATE, Parameters=changed)
    assert _written(brew, lake) == ["Ann", "bob", "Ann", ""]

    retagged = TEMPLATE.replace("Value: two", "Value: three")
    stacks.update_stack(StackName=name, TemplateBody=retagged, Parameters=said)
    assert databrew.describe_dataset(Name=name)["Tags"] == {"lab": "three"}

    wrong = TEMPLATE.replace("Value: two", "Value: four").replace("after :when", "past :when")
    stacks.update_stack(StackName=name, TemplateBody=wrong, Parameters=said)
    [stack] = stacks.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert databrew.describe_dataset(Name=name)["Tags"] == {"lab": "three"}

    stacks.delete_stack(StackName=name)
    for call in ("dataset", "job", "project", "ruleset", "schedule"):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            getattr(databrew, f"describe_{call}")(Name=name)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        databrew.describe_recipe(Name=name, RecipeVersion="LATEST_WORKING")


def _end(client: Any, name: str) -> tuple[str, str]:
    """A stack's state, and why a resource of its could not be made or changed."""
    stacks = client("cloudformation")
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    failed = [each for each in events if each["ResourceStatus"].endswith("_FAILED")]
    return stack["StackStatus"], failed[0]["ResourceStatusReason"]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        pytest.param(
            {"Format": "CSV"}, 'Missing required parameter in input: "Name"', id="no name"
        ),
        pytest.param({"Name": "stacked", "Input": {}}, "An input of a dataset must be", id="input"),
        pytest.param(
            {"Name": "stacked", "Input": PLACE | CATALOG}, "An input of a dataset must", id="inputs"
        ),
        pytest.param(
            {"Name": "stacked", "Input": PLACE, "Source": "DATABASE"}, "is not its", id="source"
        ),
        pytest.param(
            {"Name": "stacked", "Input": PLACE, "Tags": [{"Key": "a", "Value": "1"}] * 2},
            "Tags must be pairs of Key and Value, each Key once",
            id="a tag twice",
        ),
    ],
)
def test_what_databrew_refuses_makes_no_stack(
    client: Any, fresh: Any, properties: dict[str, Any], words: str
) -> None:
    data = {"Type": "AWS::DataBrew::Dataset", "Properties": properties}
    name, template = fresh("stack"), json.dumps({"Resources": {"Data": data}})
    client("cloudformation").create_stack(StackName=name, TemplateBody=template)
    status, told = _end(client, name)
    assert status == "ROLLBACK_COMPLETE"
    assert words in told


@pytest.mark.parametrize(
    ("policy", "more", "status", "names"),
    [
        pytest.param(
            "Delete", "{Bucket: any}", "UPDATE_COMPLETE", ["two"], id="dropped at the end"
        ),
        pytest.param("Retain", "{Bucket: any}", "UPDATE_COMPLETE", ["one", "two"], id="retained"),
        pytest.param("Delete", "{}", "UPDATE_ROLLBACK_COMPLETE", ["one"], id="rolled back"),
    ],
)
def test_a_job_of_another_name(
    brew: Brew, client: Any, policy: str, more: str, status: str, names: list[str]
) -> None:
    """What its schedule still runs goes at the end of the update, and only if all of it is done."""
    template = f"""
Resources:
  Daily:
    Type: AWS::DataBrew::Schedule
    Properties: {{Name: {brew.name}, CronExpression: "cron(0 8 ? * * *)", JobNames: [!Ref Look]}}
  Look:
    Type: AWS::DataBrew::Job
    UpdateReplacePolicy: {policy}
    Properties:
      {{Name: {brew.name}-one, Type: PROFILE, DatasetName: {brew.dataset()}, RoleArn: {brew.role},
       OutputLocation: {{Bucket: {brew.name}}}}}
"""
    more = f"""
  More:
    Type: AWS::DataBrew::Dataset
    DependsOn: Daily
    Properties: {{Name: {brew.name}-more, Input: {{S3InputDefinition: {more}}}}}
"""
    stacks = client("cloudformation")
    stacks.create_stack(StackName=brew.name, TemplateBody=template)
    renamed = template.replace("-one", "-two")
    stacks.update_stack(StackName=brew.name, TemplateBody=renamed + more)
    [stack] = stacks.describe_stacks(StackName=brew.name)["Stacks"]
    [scheduled] = brew.databrew.describe_schedule(Name=brew.name)["JobNames"]
    pages = brew.databrew.get_paginator("list_jobs").paginate(DatasetName=brew.name)
    there = sorted(job["Name"] for page in pages for job in page["Jobs"])
    told = [f"{brew.name}-{each}" for each in names]
    assert (stack["StackStatus"], there, scheduled) == (status, told, told[-1])


def _parameters(brew: Brew) -> dict[str, str]:
    return {"Name": brew.name, "Role": brew.role}


def _written(brew: Brew, lake: Lake) -> list[str]:
    """The names that a run of the job writes."""
    lake.run(brew.name)
    keys = [o["Key"] for o in brew.s3.list_objects_v2(Bucket=brew.name, Prefix="out/")["Contents"]]
    body = brew.s3.get_object(Bucket=brew.name, Key=max(keys))["Body"]  # of the latest run
    return [json.loads(line).get("name") or "" for line in body.read().splitlines()]
