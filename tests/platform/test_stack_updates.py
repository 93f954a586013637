"""Updates of stacks: what follows from a change of another resource, functions and policies."""

import json
import re
from types import SimpleNamespace

import moto.dynamodb.models.table as ddb
import moto.sns.models as sns
import moto.sqs.models as sqs
import pytest
from botocore.exceptions import ClientError
from moto.cloudformation import parsing

import labkit.cloud.stacks as making
from labkit.cloud.stacks.adopting import adopt
from labkit.cloud.stacks.failures import NotHere
from labkit.cloud.stacks.resources import Resource
from tests.roles import make_role, trust

FOLLOWING = """
Parameters: {Name: {Type: String}, Word: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}
  Queue: {Type: AWS::SQS::Queue}
  Heard:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  One: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Word}}
  Two: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub "${One.Value}!"}}
  Three: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref One}}
Outputs: {Topic: {Value: !Ref Topic}, Two: {Value: !GetAtt Two.Value}}
"""
ELSEWHERE = """
Parameters: {Name: {Type: String}}
Resources:
  Base: {Type: AWS::Glue::Database, Properties: {CatalogId: !Ref "AWS::AccountId",
    DatabaseInput: {Name: !Ref Name}}}
  Table: {Type: AWS::Glue::Table, Properties: {CatalogId: !Ref "AWS::AccountId",
    DatabaseName: !Ref Base, TableInput: {Name: lines}}}
"""


def given(**values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


@pytest.fixture
def stacks(aws):
    return aws("cloudformation")


@pytest.fixture
def made(stacks, fresh):
    """Make a stack, and change it; each answers its outputs."""
    name = fresh("stack")

    def make(template, verb="create_stack", **values):
        body = template if isinstance(template, str) else json.dumps(template)
        told = {"Parameters": given(**values), "Capabilities": ["CAPABILITY_IAM"]}
        getattr(stacks, verb)(StackName=name, TemplateBody=body, **told)
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        assert stack["StackStatus"] == f"{verb.split('_')[0].upper()}_COMPLETE"
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}

    make.name = name
    yield make
    stacks.delete_stack(StackName=name)


HEARD = """
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Heard:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, %s}
Outputs: {Heard: {Value: !Ref Heard}}
"""


def test_a_subscription_is_changed_in_place(aws, made):
    first = made(HEARD % "RawMessageDelivery: true, FilterPolicy: {a: [b]}")
    scoped = "FilterPolicyScope: MessageBody, FilterPolicy: {a: {b: [c]}}"
    assert made(HEARD % scoped, "update_stack") == first
    told = aws("sns").get_subscription_attributes(SubscriptionArn=first["Heard"])["Attributes"]
    assert json.loads(told["FilterPolicy"]) == {"a": {"b": ["c"]}}
    assert (told["RawMessageDelivery"], told["FilterPolicyScope"]) == ("false", "MessageBody")


RULED = """
Parameters: {Source: {Type: String}, Word: {Type: String}}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}"}}
  Own:
    Type: AWS::Events::Rule
    Properties: {EventBusName: !GetAtt Bus.Arn, EventPattern: {a: [1]}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [!Ref Source]}
      Targets: [%s {Id: t, Arn: !GetAtt Queue.Arn, Input: !Sub '{"a": "${Word}"}'}]
Outputs: {Rule: {Value: !Ref Rule}, Arn: {Value: !GetAtt Rule.Arn}, Own: {Value: !Ref Own}}
"""
OTHER = "{Id: u, Arn: !GetAtt Queue.Arn},"


def test_a_rule_is_changed_in_place(aws, stacks, made):
    events, first = aws("events"), made(RULED % OTHER, Source="a", Word="one")
    assert made(RULED % "", "update_stack", Source="b", Word="two") == first
    rule = events.describe_rule(Name=first["Rule"])
    bus, _, own = first["Own"].partition("|")
    assert (bus, events.describe_rule(Name=own, EventBusName=bus)["Name"]) == (made.name, own)
    assert (json.loads(rule["EventPattern"]), rule["Arn"]) == ({"source": ["b"]}, first["Arn"])
    (target,) = events.list_targets_by_rule(Rule=first["Rule"])["Targets"]
    assert json.loads(target["Input"]) == {"a": "two"}
    wrong = (RULED % "").replace("!Ref Source", "{none: 1}")
    told = given(Source="b", Word="two")
    stacks.update_stack(StackName=made.name, TemplateBody=wrong, Parameters=told)
    (stack,) = stacks.describe_stacks(StackName=made.name)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert events.describe_rule(Name=first["Rule"])["EventPattern"] == rule["EventPattern"]


def test_who_refers_to_a_changed_resource_is_changed_too(aws, stacks, made, fresh):
    sns, one, two = aws("sns"), fresh("one"), fresh("two")
    former = made(FOLLOWING, Name=one, Word="a")
    change = {"StackName": made.name, "ChangeSetName": "next"}
    told = given(Name=two, Word="b")
    stacks.create_change_set(**change, UsePreviousTemplate=True, Parameters=told)
    listed = [each["ResourceChange"] for each in stacks.describe_change_set(**change)["Changes"]]
    assert [
        (each["LogicalResourceId"], each["Replacement"], *(d["CausingEntity"] for d in why))
        for each in listed
        for why in [each["Details"]]
    ] == [
        ("Topic", "True", "Name"),
        ("Heard", "Conditional", "Topic"),
        ("One", "False", "Word"),
        ("Two", "False", "One.Value"),
    ]
    stacks.execute_change_set(**change)
    (stack,) = stacks.describe_stacks(StackName=made.name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert outputs == {"Topic": former["Topic"].replace(one, two), "Two": "b!"}
    (heard,) = sns.list_subscriptions_by_topic(TopicArn=outputs["Topic"])["Subscriptions"]
    assert heard["Protocol"] == "sqs"
    events = stacks.describe_stack_events(StackName=made.name)["StackEvents"]
    changed = {e["LogicalResourceId"] for e in events if e["ResourceStatus"] == "UPDATE_COMPLETE"}
    assert changed - {made.name} == {"Topic", "Heard", "One", "Two"}


def test_a_resource_of_another_takes_the_place_of_the_former(aws, made, fresh):
    glue, one, two = aws("glue"), fresh("one").replace("-", "_"), fresh("two").replace("-", "_")
    made(ELSEWHERE, Name=one)
    made(ELSEWHERE, "update_stack", Name=two)
    assert glue.get_table(DatabaseName=two, Name="lines")["Table"]["DatabaseName"] == two
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_database(Name=one)


def function(role, code, **more):
    members = {"Runtime": "python3.12", "Handler": "index.answer", "Role": role, **more}
    kind = {"Type": "AWS::Lambda::Function", "Properties": members | {"Code": {"ZipFile": code}}}
    return {"Resources": {"Function": kind}, "Outputs": {"Name": {"Value": {"Ref": "Function"}}}}


def test_a_stack_changes_a_function_its_settings_and_its_tags(aws, made, fresh):
    functions, role = aws("lambda"), make_role(aws("iam"), fresh("r"), "lambda")

    def told(name):
        known = functions.get_function(FunctionName=name)
        members = known["Configuration"]
        variables = members.get("Environment", {}).get("Variables", {})
        tags = {k: v for k, v in known.get("Tags", {}).items() if not k.startswith("aws:")}
        return members["Timeout"], members["Description"], variables, tags

    code = "import cfnresponse, os\ndef answer(event, context):\n    return "
    more = {"Timeout": 9, "Description": "d", "Tags": [{"Key": "a", "Value": "b"}]}
    more["Environment"] = {"Variables": {"WORD": "w"}}
    name = made(function(role, f"{code}1", **more))["Name"]
    assert told(name) == (9, "d", {"WORD": "w"}, {"a": "b"})
    first = functions.get_function_configuration(FunctionName=name)["CodeSha256"]
    assert made(function(role, f"{code}1"), "update_stack")["Name"] == name
    assert told(name) == (3, "", {}, {})
    same = functions.get_function_configuration(FunctionName=name)["CodeSha256"]
    made(function(role, f"{code}2"), "update_stack")
    last = functions.get_function_configuration(FunctionName=name)["CodeSha256"]
    assert (first == same, same == last) == (True, False)


def test_a_version_that_an_update_makes_has_the_code_of_the_update(aws, stacks, fresh):
    """As CDK writes it: another name for each version, and an alias of the last one."""
    functions, name, role = aws("lambda"), fresh("f"), make_role(aws("iam"), fresh("r"), "lambda")

    def body(code, version, **more):
        kinds = function(role, f"def answer(event, context):\n    return {code}", FunctionName=name)
        of = {"FunctionName": {"Ref": "Function"}}
        alias = of | {"Name": "live", "FunctionVersion": {"Fn::GetAtt": [version, "Version"]}}
        kinds["Resources"] |= more | {
            version: {"Type": "AWS::Lambda::Version", "Properties": of},
            "Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias},
        }
        return {"StackName": name, "TemplateBody": json.dumps(kinds)}

    def live():
        answer = functions.invoke(FunctionName=name, Qualifier="live")["Payload"].read()
        listed = functions.list_versions_by_function(FunctionName=name)["Versions"]
        return json.loads(answer), [each["Version"] for each in listed]

    stacks.create_stack(**body(1, "One"))
    assert live() == (1, ["$LATEST", "1"])
    stacks.update_stack(**body(2, "Two"))
    assert live() == (2, ["$LATEST", "2"])
    wrong = {"Type": "AWS::Athena::NamedQuery", "Properties": {"Speed": 1}, "DependsOn": "Alias"}
    stacks.update_stack(**body(3, "Three", Wrong=wrong))
    assert live() == (2, ["$LATEST", "2"])
    stacks.delete_stack(StackName=name)


def test_a_managed_policy_is_changed_and_dropped_with_its_role(aws, stacks, fresh):
    iam, name = aws("iam"), fresh("stack")

    def body(action):
        rights = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        documents = [{"Version": "2012-10-17"} | each for each in (rights, {"Statement": [trust]})]
        role = {"RoleName": name, "AssumeRolePolicyDocument": documents[1]}
        policy = {"PolicyDocument": documents[0], "Roles": [{"Ref": "Role"}]}
        kinds = {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy},
        }
        return {"TemplateBody": json.dumps({"Resources": kinds})}

    knowing = {"StackName": name, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    stacks.create_stack(**knowing, **body("s3:GetObject"))
    stacks.update_stack(**knowing, **body("s3:PutObject"))
    (policy,) = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    (version,) = iam.list_policy_versions(PolicyArn=policy["PolicyArn"])["Versions"]
    told = {"PolicyArn": policy["PolicyArn"], "VersionId": version["VersionId"]}
    document = iam.get_policy_version(**told)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "s3:PutObject"
    stacks.delete_stack(StackName=name)
    asked = (iam.get_role, {"RoleName": name}), (iam.get_policy, {"PolicyArn": policy["PolicyArn"]})
    for get, gone in asked:
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            get(**gone)


TRIGGERS = {  # of a rollback
    "type": ({"Arn": "x", "Type": "Another"}, "Rollback Trigger Type not supported"),
    "arn": (
        {"Arn": "arn:aws:cloudwatch:us-east-1:123456789012:name", "Type": "AWS::CloudWatch::Alarm"},
        "RelativeId of a Rollback Trigger's ARN is incorrect",
    ),
}


@pytest.mark.parametrize(("trigger", "match"), TRIGGERS.values(), ids=TRIGGERS)
def test_what_does_not_trigger_a_rollback(stacks, trigger, match):
    told = {"RollbackConfiguration": {"RollbackTriggers": [trigger]}, "TemplateBody": TOPIC}
    with pytest.raises(ClientError, match=match):
        stacks.create_stack(StackName="none", **told)


TOPIC = json.dumps({"Resources": {"A": {"Type": "AWS::SNS::Topic"}}})


def test_a_stack_keeps_what_its_updates_say_beside_the_template(aws, stacks, made):
    made(TOPIC)
    told = {"NotificationARNs": ["arn:aws:sns:us-east-1:123456789012:none"]}
    told |= {"RollbackConfiguration": {"MonitoringTimeInMinutes": 5}}
    other = TOPIC.replace('"A"', '"B"')
    stacks.update_stack(StackName=made.name, TemplateBody=other, **told)
    (stack,) = stacks.describe_stacks(StackName=made.name)["Stacks"]
    assert {name: stack[name] for name in told} == told
    change = {"StackName": made.name, "ChangeSetName": "tags"}
    tags = {"Tags": [{"Key": "a", "Value": "b"}]}
    stacks.create_change_set(**change, **tags, TemplateBody=TOPIC)
    proposed = stacks.get_template(**change)
    assert ("A" in proposed["TemplateBody"]["Resources"], proposed["StagesAvailable"]) == (
        True,
        ["Original", "Processed"],
    )
    stacks.execute_change_set(**change)
    (stack,) = stacks.describe_stacks(StackName=made.name)["Stacks"]
    assert {name: stack[name] for name in (*told, "Tags")} == told | tags
    (made_one,) = stacks.describe_stack_resources(StackName=made.name)["StackResources"]
    assert made_one["DriftInformation"] == {"StackResourceDriftStatus": "NOT_CHECKED"}
    by_id = {"PhysicalResourceId": made_one["PhysicalResourceId"]}
    assert stacks.describe_stack_resources(**by_id)["StackResources"] == [made_one]
    with pytest.raises(ClientError, match="Stack for nobody does not exist"):
        stacks.describe_stack_resources(PhysicalResourceId="nobody")
    role = make_role(aws("iam"), made.name, "lambda")
    with pytest.raises(ClientError, match=f"Role {role} is invalid or cannot be assumed"):
        stacks.update_stack(StackName=made.name, TemplateBody=other, RoleARN=role)


def test_a_user_and_a_mapping_are_what_their_template_says(aws, stacks, fresh):
    iam, name = aws("iam"), fresh("stack")
    reads = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    role = make_role(iam, fresh("r"), "lambda", reads)
    rights = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    own = {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [rights]}}
    managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"

    def body(queue, **user):
        kinds = function(role, "1")["Resources"] | {
            "One": {"Type": "AWS::SQS::Queue"},
            "Two": {"Type": "AWS::SQS::Queue"},
            "User": {"Type": "AWS::IAM::User", "Properties": {"UserName": name} | user},
        }
        source = {"EventSourceArn": {"Fn::GetAtt": [queue, "Arn"]}}
        mapping = {"FunctionName": {"Ref": "Function"}} | source
        kinds["Mapping"] = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping}
        outputs = {
            "Name": {"Value": {"Ref": "Function"}},
            "Queue": {"Value": source["EventSourceArn"]},
        }
        return {"TemplateBody": json.dumps({"Resources": kinds, "Outputs": outputs})}

    def told():
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        found = aws("lambda").list_event_source_mappings(FunctionName=outputs["Name"])
        assert [each["EventSourceArn"] for each in found["EventSourceMappings"]] == [
            outputs["Queue"]
        ]
        attached = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        names = iam.list_user_policies(UserName=name)["PolicyNames"]
        return [each["PolicyArn"] for each in attached], names

    knowing = {"StackName": name, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    stacks.create_stack(**knowing, **body("One", ManagedPolicyArns=[managed]))
    assert told() == ([managed], [])
    stacks.update_stack(**knowing, **body("Two", Policies=[own]))
    assert told() == ([], ["own"])
    stacks.delete_stack(StackName=name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName=name)


def test_a_password_is_another_one_when_what_is_asked_of_it_is(aws, made):
    kept = {"SecretStringTemplate": '{"user": "me"}', "GenerateStringKey": "password"}

    def password(verb, length, **more):
        properties = {"GenerateSecretString": kept | {"PasswordLength": length}} | more
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": properties}
        secret["Metadata"] = {"of": verb}
        outputs = {"S": {"Value": {"Ref": "Secret"}}}
        name = made({"Resources": {"Secret": secret}, "Outputs": outputs}, verb)["S"]
        told = aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        assert json.loads(told)["user"] == "me"
        return json.loads(told)["password"]

    first = password("create_stack", 20)
    assert len(first) == 20
    tags = [{"Key": "a", "Value": "b"}]
    assert password("update_stack", 20, Description="d", Tags=tags) == first
    assert len(password("update_stack", 24, Description="e")) == 24


# What a template says of a resource at first, and no longer; where that is seen, and what then.
UNTOLD = {
    "Crawler": (
        "Glue::Crawler",
        {
            "Role": "CRAWLS",
            "DatabaseName": "default",
            "Targets": {"S3Targets": [{"Path": "s3://lake/in/"}]},
        },
        {"Schedule": {"ScheduleExpression": "cron(0 1 * * ? *)"}, "TablePrefix": "p"},
        lambda aws, name: aws("glue").get_crawler(Name=name)["Crawler"],
        {"TablePrefix": ""},
    ),
    "Group": (
        "Athena::WorkGroup",
        {"Name": "NAME", "WorkGroupConfiguration": {"EnforceWorkGroupConfiguration": True}},
        {
            "Description": "d",
            "WorkGroupConfiguration": {
                "EnforceWorkGroupConfiguration": True,
                "BytesScannedCutoffPerQuery": 20_000_000,
                "ResultConfiguration": {"OutputLocation": "s3://lake/out/"},
            },
        },
        lambda aws, name: (
            aws("athena").get_work_group(WorkGroup=name)["WorkGroup"]
            | (aws("athena").get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"])
        ),
        {"Description": None, "ResultConfiguration": {}, "BytesScannedCutoffPerQuery": None},
    ),
    "Role": (
        "IAM::Role",
        {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust("glue")]}},
        {
            "Description": "d",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        },
        lambda aws, name: aws("iam").get_role(RoleName=name)["Role"],
        {"Description": "", "MaxSessionDuration": 3600, "PermissionsBoundary": None},
    ),
    "Parameter": (
        "SSM::Parameter",
        {"Type": "String", "Value": "v"},
        {"AllowedPattern": "v"},
        lambda aws, name: aws("ssm").describe_parameters(
            ParameterFilters=[{"Key": "Name", "Values": [name]}]
        )["Parameters"][0],
        {"AllowedPattern": None},
    ),
    "Topic": (
        "SNS::Topic",
        {},
        {"TracingConfig": "Active", "DisplayName": "d"},
        lambda aws, name: aws("sns").get_topic_attributes(TopicArn=name)["Attributes"],
        {"TracingConfig": "PassThrough", "DisplayName": ""},
    ),
    "Function": (
        "Lambda::Function",
        {
            "Role": "ROLE",
            "Runtime": "python3.12",
            "Handler": "index.h",
            "Code": {"ZipFile": "def h(event, context): ..."},
        },
        {"LoggingConfig": {"LogFormat": "JSON"}, "Timeout": 9},
        lambda aws, name: (
            aws("lambda").get_function_configuration(FunctionName=name)
            | aws("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]
        ),
        {"LogFormat": "Text", "Timeout": 3},
    ),
}


def test_what_a_template_no_longer_says_is_gone(aws, stacks, made):
    words = {
        "NAME": made.name,
        "ROLE": make_role(aws("iam"), made.name, "lambda"),
        "CRAWLS": make_role(aws("iam"), f"{made.name}-crawls", "glue"),
    }

    def template(told, **more):
        resources = {
            each: {"Type": f"AWS::{kind}", "Properties": first | (then if told else {})}
            for each, (kind, first, then, *_) in UNTOLD.items()
        }
        outputs = {each: {"Value": {"Ref": each}} for each in UNTOLD}
        body = json.dumps({"Resources": resources | more, "Outputs": outputs})
        return re.sub("|".join(words), lambda found: words[found[0]], body)

    names = made(template(told=True))
    had = {each: look(aws, names[each]) for each, (*_, look, _) in UNTOLD.items()}
    assert made(template(told=False), "update_stack") == names
    for each, (*_, look, then) in UNTOLD.items():
        found = look(aws, names[each])
        assert {name: found.get(name) for name in then} == then
        assert all(had[each].get(name) != value for name, value in then.items())
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Description": "d"}}
    made(template(told=False, Secret=secret), "update_stack")
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "s"}}
    with pytest.raises(ClientError, match=r"Taking Description of .*Secret back is not available"):
        made(template(told=False, Secret=secret), "update_stack")


SET = {
    "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]},
    "LoggingConfiguration": {"LogFilePrefix": "logs/"},
    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
    "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}],
    "WebsiteConfiguration": {"IndexDocument": "index.html"},
}


def test_a_buckets_settings_go_with_the_template_but_not_before_the_bucket(aws, stacks, made):
    s3, name = aws("s3"), made.name
    asked = (
        *("cors", "lifecycle_configuration", "logging", "notification_configuration"),
        *("tagging", "website"),
    )

    def change(verb, **settings):
        properties = {"BucketName": name} | settings
        made({"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}, verb)
        return found()

    def found():
        told = []
        for each in asked:
            try:
                answer = getattr(s3, f"get_bucket_{each}")(Bucket=name)
            except ClientError:
                continue
            told += [each] if answer.keys() - {"ResponseMetadata"} else []
        return told

    assert change("create_stack", **SET) == [*asked]
    others = {**SET, "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Prefix": "b",
        "ExpirationInDays": 2}]}}  # fmt: skip
    assert change("update_stack", **others) == [*asked]
    s3.put_object(Bucket=name, Key="a")
    stacks.delete_stack(StackName=name)
    assert found() == [*asked]
    s3.delete_object(Bucket=name, Key="a")
    stacks.delete_stack(StackName=name)
    change("create_stack", **SET)
    assert change("update_stack") == []


BORROWED = """
Parameters: {From: {Type: String}, Region: {Type: String}, Note: {Type: String}}
Resources:
  One:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Sub
        - "${Told}!"
        - Told:
            Fn::GetStackOutput: {StackName: !Ref From, OutputName: OUT, Region: !Ref Region}
  Two: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Note}}
Outputs:
  One: {Value: !GetAtt One.Value}
"""


def test_an_output_of_another_stack_is_read_in_its_region(aws, stacks, made, fresh):
    there, name = aws("cloudformation", region_name="eu-west-1"), fresh("told")
    topic = json.loads(TOPIC)

    def tell(verb, value):
        body = json.dumps(topic | {"Outputs": {"O": {"Value": value}}})
        getattr(there, verb)(StackName=name, TemplateBody=body)

    tell("create_stack", "one")
    body, slots = BORROWED.replace("OUT", "O"), {"From": name, "Region": "eu-west-1"}
    assert made(body, **slots, Note="1") == {"One": "one!"}
    tell("update_stack", "two")

    def changed(note):
        change = {"StackName": made.name, "ChangeSetName": f"c{note}"}
        parameters = given(**slots, Note=note)
        stacks.create_change_set(**change, TemplateBody=body, Parameters=parameters)
        told = stacks.describe_change_set(**change)["Changes"]
        return [each["ResourceChange"]["LogicalResourceId"] for each in told]

    assert changed("2") == ["One", "Two"]
    assert made(body, "update_stack", **slots, Note="2") == {"One": "two!"}
    assert changed("3") == ["Two"]
    for text, match in (
        (BORROWED.replace("OUT", "P"), f"Stack [{name}] has no output named P"),
        (body.replace("!Ref From", "nobody"), "Stack with id nobody does not exist"),
    ):
        parameters = given(**slots, Note="4")
        stacks.update_stack(StackName=made.name, TemplateBody=text, Parameters=parameters)
        events = stacks.describe_stack_events(StackName=made.name)["StackEvents"]
        assert any(match in each.get("ResourceStatusReason", "") for each in events)
    with pytest.raises(ClientError, match="requires StackName and OutputName"):
        made(body.replace("OutputName: O, ", ""), "update_stack", **slots, Note="5")
    there.delete_stack(StackName=name)


EXPORTS = {  # what an update says of an export that another stack imports
    "updated": {"O": {"Value": "other", "Export": {"Name": "{}"}}},
    "deleted": {"P": {"Value": "one"}},
}


@pytest.mark.parametrize(("verb", "outputs"), EXPORTS.items(), ids=EXPORTS)
def test_an_export_that_is_imported_stays_as_it_is(stacks, made, fresh, verb, outputs):
    export, user = fresh("export"), fresh("user")
    topic = json.loads(TOPIC)
    first = {"O": {"Value": "one", "Export": {"Name": export}}}
    assert made(topic | {"Outputs": first}) == {"O": "one"}
    taken = {"T": {"Value": {"Fn::ImportValue": export}}}
    stacks.create_stack(StackName=user, TemplateBody=json.dumps(topic | {"Outputs": taken}))
    body = json.dumps(topic | {"Outputs": outputs}).replace("{}", export)
    stacks.update_stack(StackName=made.name, TemplateBody=body)
    (stack,) = stacks.describe_stacks(StackName=made.name)["Stacks"]
    told = stack["StackStatus"], stack["Outputs"][0]["OutputValue"]
    assert told == ("UPDATE_ROLLBACK_COMPLETE", "one")
    events = stacks.describe_stack_events(StackName=made.name)["StackEvents"]
    why = f"Export {export} cannot be {verb} as it is in use by {user}"
    assert why in [each.get("ResourceStatusReason") for each in events]
    stacks.delete_stack(StackName=user)


def test_a_table_is_changed_in_place(aws, fresh):
    stacks, items, name = aws("cloudformation"), aws("dynamodb"), fresh("items")
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    typed = [{"AttributeName": "id", "AttributeType": "S"}]
    by_day = {
        "IndexName": "by-day",
        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    first = {
        "AttributeDefinitions": typed,
        "KeySchema": key,
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": True},
        "Tags": [{"Key": "of", "Value": "one"}],
    }
    then = {
        "AttributeDefinitions": [*typed, {"AttributeName": "day", "AttributeType": "S"}],
        "KeySchema": key,
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [by_day],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "DeletionProtectionEnabled": True,
        "Tags": [{"Key": "of", "Value": "two"}],
    }
    told = []

    def put(verb, properties):
        table = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
        outputs = {"Name": {"Value": {"Ref": "Items"}}}
        outputs["Arn"] = {"Value": {"Fn::GetAtt": ["Items", "Arn"]}}
        if "StreamSpecification" in properties:
            outputs["Stream"] = {"Value": {"Fn::GetAtt": ["Items", "StreamArn"]}}
        body = json.dumps({"Resources": {"Items": table}, "Outputs": outputs})
        getattr(stacks, verb)(StackName=name, TemplateBody=body)
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        told.append({each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]})
        return stack["StackStatus"]

    def is_now():
        table = items.describe_table(TableName=told[0]["Name"])["Table"]
        backups = items.describe_continuous_backups(TableName=told[0]["Name"])
        return (
            items.describe_time_to_live(TableName=told[0]["Name"])["TimeToLiveDescription"][
                "TimeToLiveStatus"
            ],
            backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"][
                "PointInTimeRecoveryStatus"
            ],
            [each["IndexName"] for each in table.get("GlobalSecondaryIndexes", ())],
            table.get("LatestStreamArn"),
            table["DeletionProtectionEnabled"],
            items.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"][-1]["Value"],
        )

    assert put("create_stack", first) == "CREATE_COMPLETE"
    assert is_now() == ("ENABLED", "DISABLED", [], None, False, "one")
    items.put_item(TableName=told[0]["Name"], Item={"id": {"S": "a"}})
    assert put("update_stack", then) == "UPDATE_COMPLETE"
    stream = told[1]["Stream"]
    assert is_now() == ("DISABLED", "ENABLED", ["by-day"], stream, True, "two")
    assert items.scan(TableName=told[0]["Name"])["Count"] == 1
    limits = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}
    last = {"AttributeDefinitions": typed, "KeySchema": key, "ProvisionedThroughput": limits}
    assert put("update_stack", last | {"Tags": first["Tags"]}) == "UPDATE_COMPLETE"
    ttl, recovery, indexes, _, is_kept, tag = is_now()
    assert (ttl, recovery, indexes, is_kept, tag) == ("DISABLED", "DISABLED", [], False, "one")
    table = items.describe_table(TableName=told[0]["Name"])["Table"]
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 2
    assert told[0]["Arn"] == told[-1]["Arn"]
    stacks.delete_stack(StackName=name)
    assert told[0]["Name"] not in items.list_tables()["TableNames"]


# Types that stacks of earlier days have as moto's records: one of them, and what is said of it.
EARLIER = {
    "DynamoDB::Table": (
        lambda name: ddb.Table(name, "123456789012", "us-east-1", [], []),
        {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]},
    ),
    "SQS::Queue": (
        lambda name: sqs.Queue(f"{name}.fifo", "us-east-1", "123456789012", FifoQueue="true"),
        {"FifoQueue": True},
    ),
    "SNS::Topic": (lambda name: sns.Topic(name, sns.sns_backends["1" * 12]["us-east-1"]), {}),
}


@pytest.mark.parametrize("kind", EARLIER)
def test_what_an_earlier_version_made_is_known_by_its_kind(aws, fresh, kind, monkeypatch):
    """By its name, so that a change finds it; what is not known so is not changed."""
    here = SimpleNamespace(region="us-east-1", account="123456789012")
    monkeypatch.setattr(making, "client", aws)
    monkeypatch.setattr(making, "caller", lambda: here)
    monkeypatch.setattr(parsing, "resource_class_from_type", lambda _: Resource)
    name, (make, properties) = fresh("made"), EARLIER[kind]
    if kind == "DynamoDB::Table":  # its state is asked for
        id_typed = [{"AttributeName": "id", "AttributeType": "S"}]
        told = {"AttributeDefinitions": id_typed, "BillingMode": "PAY_PER_REQUEST"}
        aws("dynamodb").create_table(TableName=name, **told, **properties)
    there, said = make(name), {"Type": f"AWS::{kind}", "Properties": properties}
    there.cf_resource_type = said["Type"]
    with pytest.raises(NotHere, match="of an earlier version's stack"):
        Resource.changed(there, said, "other")
    known = SimpleNamespace(_parsed_resources={"Made": there}, _resource_json_map={"Made": said})
    adopt(known)
    made = known._parsed_resources["Made"]
    assert isinstance(made, Resource)
    assert made.physical_resource_id == there.physical_resource_id
    again = Resource(said, str(made.name))
    assert (again.name, again.members) == (made.name, made.members)


def test_a_key_is_changed_in_place(aws, stacks, fresh):
    keys, name = aws("kms"), fresh("s")
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    allowed = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": root}

    def put(verb, sid, **more):
        policy = {"Version": "2012-10-17", "Statement": [allowed | {"Sid": sid}]}
        made = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy} | more}
        body = json.dumps({"Resources": {"Key": made}})
        getattr(stacks, verb)(StackName=name, TemplateBody=body)
        (told,) = stacks.describe_stack_resources(StackName=name)["StackResources"]
        assert told["ResourceStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        key = {"KeyId": told["PhysicalResourceId"]}
        found = keys.get_key_policy(**key, PolicyName="default")["Policy"]
        tags = {t["TagKey"]: t["TagValue"] for t in keys.list_resource_tags(**key)["Tags"]}
        told = keys.describe_key(**key)["KeyMetadata"]
        return (
            key["KeyId"],
            json.loads(found)["Statement"][0]["Sid"],
            told["Description"],
            told["Enabled"],
            tags,
        )

    old = {"Key": "old", "Value": "1"}
    key, *first = put("create_stack", "One", Description="one", Tags=[old])
    assert first == ["One", "one", True, {"old": "1"}]
    keys.tag_resource(KeyId=key, Tags=[{"TagKey": "mine", "TagValue": "3"}])
    tags = [{"Key": "new", "Value": "2"}]
    same, *then = put("update_stack", "Two", EnableKeyRotation=True, Tags=tags)
    assert (same, then) == (key, ["Two", "", True, {"new": "2", "mine": "3"}])
    assert keys.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    for said in ("Two", "Three"):
        off = {"Enabled": False, "EnableKeyRotation": True, "Tags": tags}
        same, *last = put("update_stack", said, **off)
        assert (same, last[0], last[2]) == (key, said, False)
    with pytest.raises(ClientError, match="Updating KeySpec of AWS::KMS::Key is not available"):
        put("update_stack", "Two", KeySpec="RSA_2048", Tags=tags)
    stacks.delete_stack(StackName=name)
