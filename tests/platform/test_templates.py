"""CloudFormation's templates: what functions and conditions give, and what is refused."""

import json

import pytest
from botocore.exceptions import ClientError

TOPIC = {"Type": "AWS::SNS::Topic"}
MAPPINGS = {"Map": {"one": {"yes": True, "list": ["a", "b"]}}}
PARAMETERS = {
    "List": {"Type": "CommaDelimitedList", "Default": "a,b,c"},
    "Last": {"Type": "String", "Default": "2"},
    "Text": {"Type": "String", "Default": "${List}"},
}
CONDITIONS = {
    "Yes": {"Fn::Equals": ["a", "a"]},
    "AsYes": {"Condition": "Yes"},
    "No": {"Fn::Not": [{"Condition": "AsYes"}]},
    "Numbers": {"Fn::Equals": [1, "1"]},
    "Truths": {"Fn::Equals": [{"Fn::FindInMap": ["Map", "one", "yes"]}, "true"]},
    "Both": {
        "Fn::And": [{"Condition": "Yes"}, {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]}]
    },
}
TOLD = {
    "Number": (1.5, "1.5"),
    "Truth": (True, "true"),
    "Zone": ({"Fn::Select": [1, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}, "us-east-1b"),
    "OwnZone": ({"Fn::Select": ["0", {"Fn::GetAZs": ""}]}, "us-east-1a"),
    "Last": ({"Fn::Select": [{"Ref": "Last"}, {"Ref": "List"}]}, "c"),
    "Joined": ({"Fn::Join": ["-", [1, {"Fn::FindInMap": ["Map", "one", "yes"]}]]}, "1-true"),
    "Block": (
        {"Fn::Join": [" ", {"Fn::Cidr": ["192.168.0.0/24", "3", 5]}]},
        "192.168.0.0/27 192.168.0.32/27 192.168.0.64/27",
    ),
    "Longer": ({"Fn::Select": [1, {"Fn::Cidr": ["2001:db8::/56", 2, 64]}]}, "2001:db8:0:1::/64"),
    "Filled": (
        {"Fn::Sub": ["${!Kept} ${One} ${Text}", {"One": "${List}"}]},
        "${Kept} ${List} ${List}",
    ),
    **{
        name: ({"Fn::If": [name, "yes", "no"]}, "no" if name == "No" else "yes")
        for name in CONDITIONS
    },
}


def test_what_functions_and_conditions_give(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("stack")
    outputs = {name: {"Value": value} for name, (value, _) in TOLD.items()}
    parts = {"Parameters": PARAMETERS, "Mappings": MAPPINGS, "Conditions": CONDITIONS}
    kinds = {"Made": TOPIC | {"Condition": "AsYes"}, "Left": TOPIC | {"Condition": "No"}}
    template = json.dumps(parts | {"Resources": kinds, "Outputs": outputs})
    stacks.create_stack(StackName=name, TemplateBody=template)
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    told = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert told == {name: text for name, (_, text) in TOLD.items()}
    (made,) = stacks.describe_stack_resources(StackName=name)["StackResources"]
    assert made["LogicalResourceId"] == "Made"
    stacks.delete_stack(StackName=name)


MALFORMED = {  # parts of a template that are refused as it is read
    "null": ({"Outputs": {"O": {"Value": None}}}, r"\[/Outputs/O/Value\] 'null' values are not"),
    "policy": (
        {"Resources": {"A": TOPIC | {"DeletionPolicy": "retain"}}},
        "DeletionPolicy retain for",
    ),
    "level": ({"Mappings": {"M": {"A": "b"}}}, "Every Mappings member A must be a map"),
    "depth": ({"Mappings": {"M": {"A": {"b": {"c": "d"}}}}}, "must be a String or a List."),
    "no-condition": (
        {"Resources": {"A": TOPIC | {"Condition": "C"}}},
        "Unresolved condition dependency C in the Resources block",
    ),
    "no-other": (
        {"Conditions": {"C": {"Fn::Not": [{"Condition": "D"}]}}},
        "Unresolved condition dependency D in the Conditions block",
    ),
    "resource": (
        {"Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, "a"]}}},
        r"Unresolved dependencies \[A\]. Cannot reference resources in the Conditions",
    ),
    "equals": (
        {"Conditions": {"C": {"Fn::Equals": ["a"]}}},
        "requires a list of 2 string parameters",
    ),
    "no-truth": ({"Conditions": {"C": {"Fn::Join": ["", []]}}}, "can only be boolean operations"),
    "substitute": (
        {"Outputs": {"O": {"Value": {"Fn::Sub": ["a"]}}}},
        "Fn::Sub intrinsic functions",
    ),
    "nested": ('{"Resources":' + "[" * 9000 + "]" * 9000 + "}", "nested too deep"),
    "nested-yaml": ("Resources: " + "{a: " * 2000 + "1" + "}" * 2000, "nested too deep"),
    "alias": ("A: &a [x]\nB: [*a, *a]\n", "Template error: YAML aliases are not allowed in Cloud"),
}


@pytest.mark.parametrize(("parts", "match"), MALFORMED.values(), ids=MALFORMED)
def test_parts_of_a_template_that_are_malformed(aws, parts, match):
    template = parts if isinstance(parts, str) else json.dumps({"Resources": {"A": TOPIC}} | parts)
    with pytest.raises(ClientError, match=match):
        aws("cloudformation").validate_template(TemplateBody=template)


UNTOLD = {  # outputs that cannot be told
    "beyond": ({"Fn::Select": [3, {"Ref": "List"}]}, "cannot select nonexistent value at index 3"),
    "from-the-end": ({"Fn::Select": [-1, {"Ref": "List"}]}, "nonexistent value at index -1"),
    "list": ({"Ref": "List"}, "Output O is malformed. The Value field of every Outputs"),
    "lists": ({"Fn::Join": ["-", [{"Ref": "List"}]]}, "every Fn::Join object requires two"),
    "blocks": ({"Fn::Cidr": ["10.0.0.0/24", 3, 7]}, "Fn::Cidr cannot make 3 blocks of 7 bits"),
    "block": ({"Fn::Cidr": ["10.0.0.0/24", 1, 9]}, "Fn::Cidr: new prefix must be longer"),
    "sizeless": ({"Fn::Cidr": ["10.0.0.0/24", 1]}, "Fn::Cidr requires a list of three"),
    "filled": ({"Fn::Sub": ["${A}", {"A": {"Ref": "List"}}]}, "variable A in Fn::Sub expression"),
    "left-out": (
        {"Fn::Sub": "${Left}"},
        r"operation: Unresolved resource dependencies \[Left\] in the Outputs block",
    ),
}


@pytest.mark.parametrize(("value", "match"), UNTOLD.values(), ids=UNTOLD)
def test_outputs_that_cannot_be_told(aws, fresh, value, match):
    kinds = {"Made": TOPIC, "Left": TOPIC | {"Condition": "No"}}
    conditions = {"No": {"Fn::Equals": ["a", "b"]}}
    parts = {"Parameters": PARAMETERS, "Conditions": conditions, "Outputs": {"O": {"Value": value}}}
    with pytest.raises(ClientError, match=match):
        aws("cloudformation").create_stack(
            StackName=fresh("none"), TemplateBody=json.dumps({"Resources": kinds} | parts)
        )


def test_parameters_of_systems_manager_are_names_or_values(aws, fresh):
    stacks, ssm, name = aws("cloudformation"), aws("ssm"), fresh("stack")
    for path, kind in ((f"/{name}", "String"), (f"/{name}-secret", "SecureString")):
        ssm.put_parameter(Name=path, Value="v", Type=kind)
    slots = {each: {"Type": f"AWS::SSM::Parameter::{each}"} for each in ("Name", "Value<String>")}
    slots = {key.split("<")[0]: slot | {"Default": f"/{name}"} for key, slot in slots.items()}
    outputs = {each: {"Value": {"Ref": each}} for each in slots}
    template = {"Parameters": slots, "Resources": {"A": TOPIC}, "Outputs": outputs}
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    told = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert told == {"Name": f"/{name}", "Value": "v"}
    slots["Value"]["Default"] = f"/{name}-secret"
    with pytest.raises(ClientError, match="have types not supported by CloudFormation"):
        stacks.create_stack(StackName="none", TemplateBody=json.dumps(template))
    stacks.delete_stack(StackName=name)


def test_a_stack_under_review_is_one_whoever_makes_it(aws, fresh):
    """Each change set that would make it is of the same stack, as is one made without them."""
    stacks, names = aws("cloudformation"), (fresh("stack"), fresh("stack"))
    body = {"TemplateBody": json.dumps({"Resources": {"A": TOPIC}})}
    for name in names:
        told = {"ChangeSetType": "CREATE", **body}
        one = stacks.create_change_set(StackName=name, ChangeSetName="one", **told)
        where = one["StackId"]
        two = stacks.create_change_set(StackName=where, ChangeSetName="two", **told)
        assert two["StackId"] == where
        if name == names[0]:
            stacks.execute_change_set(ChangeSetName=one["Id"])
        else:
            assert stacks.create_stack(StackName=name, **body)["StackId"] == where
            change = stacks.describe_change_set(ChangeSetName=one["Id"])
            assert change["ExecutionStatus"] == "OBSOLETE"
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        assert (stack["StackId"], stack["StackStatus"]) == (where, "CREATE_COMPLETE")
        stacks.delete_stack(StackName=name)
        with pytest.raises(ClientError, match="already exists and cannot be created again with"):
            stacks.create_change_set(StackName=where, ChangeSetName="three", **told)
    with pytest.raises(ClientError, match="Member must satisfy enum value set"):
        stacks.create_change_set(StackName=name, ChangeSetName="x", ChangeSetType="NONE", **body)


def test_what_a_stack_leaves_is_told(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("stack")
    body = json.dumps({"Resources": {"A": TOPIC | {"DeletionPolicy": "Retain"}}})
    where = stacks.create_stack(StackName=name, TemplateBody=body)["StackId"]
    (made,) = stacks.describe_stack_resources(StackName=name)["StackResources"]
    stacks.delete_stack(StackName=name)
    events = stacks.describe_stack_events(StackName=where)["StackEvents"]
    assert "DELETE_SKIPPED" in [each["ResourceStatus"] for each in events]
    aws("sns").delete_topic(TopicArn=made["PhysicalResourceId"])
