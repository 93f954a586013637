"""Stacks of CloudFormation: their resources are what the services' own calls would make."""

import io
import json
import re
import textwrap

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.roles import make_role

FUNCTION = """
import json, urllib.request
import cfnresponse

def handler(event, context):
    said = event["ResourceProperties"]
    data = {"Told": event["RequestType"] + said["Count"] + said["Sure"]}
    status = cfnresponse.FAILED if said["Count"] == "0" else cfnresponse.SUCCESS
    if said["Count"] != "9":
        cfnresponse.send(event, context, status, data, "mine", reason="none to count")
"""
TEMPLATE = """
Parameters: {Name: {Type: String}, Count: {Type: Number, Default: 1}, Note: {Type: String}}
Resources:
  Lake:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Ref Name
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration:
        Rules: [{Id: old, Status: Enabled, Prefix: in/, ExpirationInDays: 9}]
  Gate:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Lake
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Deny, Principal: "*", Action: s3:PutBucketTagging, Resource: !GetAtt Lake.Arn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Name
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Service: [glue.amazonaws.com, lambda.amazonaws.com]}
            Action: sts:AssumeRole
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{Effect: Allow, Action: ["glue:*", "logs:*"], Resource: "*"}]
  Base:
    Type: AWS::Glue::Database
    Properties:
      {CatalogId: !Ref "AWS::AccountId", DatabaseInput: {Name: !Ref Name, Description: !Ref Note}}
  Crawler:
    Type: AWS::Glue::Crawler
    Properties:
      Role: !GetAtt Role.Arn
      DatabaseName: !Ref Base
      Targets: {S3Targets: [{Path: !Sub "s3://${Lake}/in/"}]}
      Schedule: {ScheduleExpression: "cron(0 3 * * ? *)"}
      TablePrefix: !Ref Note
  Group:
    Type: AWS::Athena::WorkGroup
    Properties:
      Name: !Ref Name
      RecursiveDeleteOption: true
      WorkGroupConfiguration:
        BytesScannedCutoffPerQuery: "20000000"
        ResultConfiguration: {OutputLocation: !Sub "s3://${Lake}/${Note}/"}
  Query:
    Type: AWS::Athena::NamedQuery
    Properties: {Database: !Ref Base, QueryString: SELECT 1, WorkGroup: !Ref Group}
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: !Ref Name
      GenerateSecretString:
        {SecretStringTemplate: '{"user": "me"}', GenerateStringKey: password, PasswordLength: 20}
  Told:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Ref Name
      Type: String
      Value: !Sub "{{resolve:secretsmanager:${Secret}:SecretString:password}}"
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          CODE
  Own:
    Type: Custom::Counter
    Properties: {ServiceToken: !GetAtt Function.Arn, Count: !Ref Count, Sure: true}
Outputs:
  Own: {Value: !Sub "${Own} ${Own.Told}"}
  Query: {Value: !GetAtt Query.NamedQueryId}
  Crawler: {Value: !Ref Crawler}
"""
AROUND = """
Parameters: {Name: {Type: String}, Note: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}
  TopicPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument: {Id: !Ref Note, Statement: [{Effect: Allow, Principal: "*", Action: "*"}]}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: {Id: !Ref Note, Statement: [{Effect: Allow, Principal: "*", Action: "*"}]}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Name}}
  Stream:
    Type: AWS::Logs::LogStream
    Properties: {LogGroupName: !Ref Logs, LogStreamName: !Ref Name}
  Filter:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref Logs
      FilterPattern: !Ref Note
      MetricTransformations: [{MetricName: m, MetricNamespace: n, MetricValue: 1}]
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: !Ref Note
      ComparisonOperator: GreaterThanThreshold
      EvaluationPeriods: 1
      MetricName: m
      Namespace: n
      Period: 60
      Statistic: Sum
      Threshold: "5"
      AlarmActions: [!Ref Topic]
  Base: {Type: AWS::Glue::Database, Properties: {DatabaseInput: {Name: !Ref Name}}}
  Granted:
    Type: AWS::LakeFormation::PrincipalPermissions
    Properties:
      Catalog: !Ref AWS::AccountId
      Principal: {DataLakePrincipalIdentifier: !Sub "arn:aws:iam::${AWS::AccountId}:role/ana"}
      Resource: {Database: {CatalogId: !Ref "AWS::AccountId", Name: !Ref Base}}
      Permissions: [DESCRIBE, !Ref Note]
      PermissionsWithGrantOption: []
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: !Ref Name, SecretString: s}}
Outputs:
  Alarm: {Value: !GetAtt Alarm.Arn}
"""
FURTHER = """
Parameters: {Name: {Type: String}, Note: {Type: String}}
Resources:
  AfterWhatLetsItInWhoseNameGoesBeyondWhatTheServicesOfAWSTakeAsOne:
    Type: Custom::Bell
    DependsOn: [Let]
    Properties: {ServiceToken: !GetAtt Bell.Arn}
  Let:
    Type: AWS::Lambda::Permission
    Properties:
      {Action: lambda:InvokeFunction, FunctionName: !Ref Bell, Principal: events.amazonaws.com}
  Settings:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Bell, Qualifier: $LATEST, MaximumRetryAttempts: 0}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Bell, AuthType: AWS_IAM}}
  Bell:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Role: !GetAtt AfterTheRoleWhoseNameGoesBeyondWhatIAMTakesAndEvenS3DoesToo.Arn
      Code:
        ZipFile: |
          import boto3, cfnresponse
          def handler(event, context):
              let = boto3.client("lambda").get_policy(FunctionName=context.function_name)
              cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Let": let["Policy"]})
  AfterTheRoleWhoseNameGoesBeyondWhatIAMTakesAndEvenS3DoesToo:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: lambda.amazonaws.com}
          Action: sts:AssumeRole
  May:
    Type: AWS::IAM::RolePolicy
    Properties:
      RoleName: !Ref AfterTheRoleWhoseNameGoesBeyondWhatIAMTakesAndEvenS3DoesToo
      PolicyName: may
      PolicyDocument:
        {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "lambda:*", Resource: "*"}]}
  Linked: {Type: AWS::IAM::ServiceLinkedRole, Properties: {AWSServiceName: redshift.amazonaws.com}}
  Group: {Type: AWS::IAM::Group, Properties: {GroupName: !Ref Name}}
  User: {Type: AWS::IAM::User, Properties: {UserName: !Ref Name}}
  In: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Group, Users: [!Ref User]}}
  Base: {Type: AWS::Glue::Database, Properties: {DatabaseInput: {Name: !Ref Name}}}
  Table:
    Type: AWS::Glue::Table
    Properties:
      DatabaseName: !Ref Base
      TableInput: {Name: t, PartitionKeys: [{Name: day, Type: string}], StorageDescriptor: {}}
  Partition:
    Type: AWS::Glue::Partition
    Properties:
      DatabaseName: !Ref Base
      TableName: !Ref Table
      PartitionInput: {Values: [monday], Parameters: {note: !Ref Note}}
  Registry: {Type: AWS::Glue::Registry, Properties: {Name: !Ref Name}}
  Schema:
    Type: AWS::Glue::Schema
    Properties:
      Registry: {Arn: !Ref Registry}
      Name: !Ref Name
      DataFormat: JSON
      Compatibility: NONE
      SchemaDefinition: '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}'
  Tag: {Type: AWS::LakeFormation::Tag, Properties: {TagKey: !Ref Name, TagValues: [a, !Ref Note]}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Ref Name}}
  Rule:
    Type: AWS::Events::Rule
    Properties: {Name: !Ref Name, EventBusName: !Ref Bus, EventPattern: {source: [x]}}
  Open:
    Type: AWS::Events::EventBusPolicy
    Properties:
      {EventBusName: !Ref Bus, StatementId: one, Principal: "111122223333", Action: "events:Put*"}
  Too:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: two
      Statement:
        {Effect: Allow, Principal: "*", Action: events:PutEvents, Resource: !GetAtt Bus.Arn}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}
  QueuePolicy:
    Type: AWS::SQS::QueueInlinePolicy
    Properties:
      Queue: !Ref Queue
      PolicyDocument: {Id: !Ref Note, Statement: [{Effect: Allow, Principal: "*", Action: "*"}]}
  Rotation:
    Type: AWS::SecretsManager::RotationSchedule
    DependsOn: Let
    Properties:
      SecretId: !Ref Secret
      RotationLambdaARN: !GetAtt Bell.Arn
      RotationRules: {AutomaticallyAfterDays: 9}
      RotateImmediatelyOnUpdate: false
  Activity: {Type: AWS::StepFunctions::Activity, Properties: {Name: !Ref Name}}
  Stream: {Type: AWS::Kinesis::Stream, Properties: {Name: !Ref Name, ShardCount: 1}}
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: !Ref Name, SecretString: '{"username": "boss", "password": "Passw0rd"}'}
  Cluster:
    Type: AWS::Redshift::Cluster
    DeletionPolicy: Snapshot
    Properties:
      ClusterIdentifier: !Ref Name
      NodeType: ra3.large
      ClusterType: single-node
      DBName: dev
      MasterUsername: !Sub "{{resolve:secretsmanager:${Secret}:SecretString:username}}"
      MasterUserPassword: !Sub "{{resolve:secretsmanager:${Secret}:SecretString:password}}"
      LoggingProperties: {LogDestinationType: cloudwatch, LogExports: [userlog]}
  Attached:
    Type: AWS::SecretsManager::SecretTargetAttachment
    Properties:
      {SecretId: !Ref Secret, TargetId: !Ref Cluster, TargetType: "AWS::Redshift::Cluster"}
Outputs:
  Made: {Value: !Join [" ", [!Ref QueuePolicy, !Ref Rotation, !GetAtt Linked.RoleName]]}
  Let: {Value: !GetAtt AfterWhatLetsItInWhoseNameGoesBeyondWhatTheServicesOfAWSTakeAsOne.Let}
"""
BODY = TEMPLATE.replace("CODE", textwrap.indent(FUNCTION, " " * 10).strip())


def parameters(values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def said(name, **more):
    values = {"Name": name, "Note": "one"} | more
    told = {"StackName": name, "TemplateBody": BODY, "Parameters": parameters(values)}
    return told | {"Capabilities": ["CAPABILITY_NAMED_IAM"]}


@pytest.fixture
def name(aws, request):
    name = "stack-" + request.node.name.removeprefix("test_").replace("_", "-")[:40].strip("-")
    yield name
    aws("cloudformation").delete_stack(StackName=name)


def outputs(aws, name):
    (stack,) = aws("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def why(aws, StackName, verb="create_stack", then="ROLLBACK_COMPLETE", **told):
    """Why a stack's resource could not be made or changed, which its events tell."""
    stacks = aws("cloudformation")
    getattr(stacks, verb)(StackName=StackName, **told)
    (stack,) = stacks.describe_stacks(StackName=StackName)["Stacks"]
    assert (stack["StackStatus"], "StackStatusReason" in stack) == (then, "FAILED" in then)
    events = stacks.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    failed = [each for each in events if each["ResourceStatus"].endswith("_FAILED")]
    return " ".join(each["ResourceStatusReason"] for each in failed)


def test_a_stack_has_what_lies_around_the_lake(aws, name):
    sns, sqs, stacks = aws("sns"), aws("sqs"), aws("cloudformation")
    queue = {"AttributeNames": ["Policy"]}
    base = {"Database": {"Name": name}}

    def noted():
        """Each resource's note."""
        (alarm,) = aws("cloudwatch").describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]
        (topic,) = alarm["AlarmActions"]
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        policies = (
            sns.get_topic_attributes(TopicArn=topic),
            sqs.get_queue_attributes(QueueUrl=url, **queue),
        )
        (filters,) = aws("logs").describe_metric_filters(logGroupName=name)["metricFilters"]
        grants = aws("lakeformation").list_permissions(Resource=base)
        (grant,) = (
            each
            for each in grants["PrincipalResourcePermissions"]
            if each["Permissions"] != ["ALL"]  # which IAM_ALLOWED_PRINCIPALS has
        )
        yield alarm["AlarmDescription"]
        yield filters["filterPattern"]
        yield from {*grant["Permissions"]} - {"DESCRIBE"}
        yield from (json.loads(policy["Attributes"]["Policy"])["Id"] for policy in policies)

    stacks.create_stack(**said(name, Note="ALTER") | {"TemplateBody": AROUND})
    assert [*noted()] == ["ALTER"] * 5
    stacks.update_stack(**said(name, Note="DROP") | {"TemplateBody": AROUND})
    assert [*noted()] == ["DROP"] * 5
    assert f":alarm:{name}" in outputs(aws, name)["Alarm"]
    stacks.delete_stack(StackName=name)
    assert not aws("cloudwatch").describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]


KEYS = """
Parameters: {Name: {Type: String}, Note: {Type: String}}
Resources:
  Plain:
    Type: AWS::KMS::Key
    Properties:
      Description: !Ref Note
      EnableKeyRotation: true
      Tags: [{Key: a, Value: b}]
      KeyPolicy:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}
            Action: "kms:*"
            Resource: "*"
  Pair: {Type: AWS::KMS::Key, Properties: {KeySpec: ECC_NIST_P256, KeyUsage: SIGN_VERIFY}}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: !Sub "alias/${Name}", TargetKeyId: !Ref Plain}
  Base: {Type: AWS::Glue::Database, Properties: {DatabaseInput: {Name: !Ref Name}}}
  Rules:
    Type: AWS::Glue::DataQualityRuleset
    Properties: {Name: !Ref Name, Ruleset: "Rules = [ RowCount > 0 ]", Description: !Ref Note}
Outputs: {Pair: {Value: !GetAtt Pair.KeyId}, Plain: {Value: !GetAtt Plain.Arn}}
"""


def test_a_stack_has_keys_and_rules_of_quality(aws, name):
    kms, glue, stacks = aws("kms"), aws("glue"), aws("cloudformation")
    stacks.create_stack(**said(name) | {"TemplateBody": KEYS})
    told, alias = outputs(aws, name), f"alias/{name}"
    sealed = kms.encrypt(KeyId=alias, Plaintext=b"secret")
    assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["KeyId"] == told["Plain"]
    assert kms.get_key_rotation_status(KeyId=told["Plain"])["KeyRotationEnabled"]
    assert json.loads(kms.get_key_policy(KeyId=told["Plain"])["Policy"])["Statement"]
    assert kms.get_public_key(KeyId=told["Pair"])["KeySpec"] == "ECC_NIST_P256"
    assert glue.get_data_quality_ruleset(Name=name)["Description"] == "one"
    stacks.delete_stack(StackName=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_data_quality_ruleset(Name=name)
    kms.cancel_key_deletion(KeyId=told["Plain"])
    kms.enable_key(KeyId=told["Plain"])
    assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"] == b"secret"


def test_a_change_set_makes_what_belongs_to_others(aws, name):
    stacks, events, glue = aws("cloudformation"), aws("events"), aws("glue")
    for change in ("first", "again"):  # the stack that the first one began is gone on with
        told = {"ChangeSetName": change, "ChangeSetType": "CREATE", "TemplateBody": FURTHER}
        stacks.create_change_set(**said(name) | told)
    stacks.execute_change_set(StackName=name, ChangeSetName="again")
    made = outputs(aws, name)
    assert "events.amazonaws.com" in made["Let"]
    kept = aws("secretsmanager").describe_secret(SecretId=name)
    assert kept["RotationRules"] == {"AutomaticallyAfterDays": 9}
    queue = {"QueueUrl": aws("sqs").get_queue_url(QueueName=name)["QueueUrl"]}
    assert made["Made"] == f"{queue['QueueUrl']} {kept['ARN']} AWSServiceRoleForRedshift"
    secret = json.loads(aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    cluster = aws("redshift").describe_clusters(ClusterIdentifier=name)["Clusters"][0]
    assert secret == {
        "username": "boss",
        "password": "Passw0rd",
        "engine": "redshift",
        "host": cluster["Endpoint"]["Address"],
        "port": cluster["Endpoint"]["Port"],
        "dbClusterIdentifier": name,
        "dbname": "dev",
    }
    logging = aws("redshift").describe_logging_status
    logs = logging(ClusterIdentifier=name)
    assert (logs["LoggingEnabled"], logs["LogExports"]) == (True, ["userlog"])
    policy = json.loads(events.describe_event_bus(Name=name)["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["one", "two"]
    assert events.list_rules(EventBusName=name)["Rules"][0]["Name"] == name
    (user,) = aws("iam").get_group(GroupName=name)["Users"]
    assert user["UserName"] == name
    table = {"DatabaseName": name, "TableName": "t"}
    assert glue.get_partitions(**table)["Partitions"][0]["Parameters"] == {"note": "one"}
    with pytest.raises(ClientError, match=f"Stack .{name}. already exists and cannot be created"):
        stacks.create_change_set(**said(name) | told)

    unlogged = re.sub(" *LoggingProperties.*\n", "", FURTHER)
    again = said(name, Note="two") | {"TemplateBody": unlogged}
    stacks.update_stack(**again)
    assert not logging(ClusterIdentifier=name)["LoggingEnabled"]
    assert glue.get_partitions(**table)["Partitions"][0]["Parameters"] == {"note": "two"}
    assert aws("lakeformation").get_lf_tag(TagKey=name)["TagValues"] == ["a", "two"]
    of = aws("sqs").get_queue_attributes(**queue, AttributeNames=["Policy"])["Attributes"]
    assert json.loads(of["Policy"])["Id"] == "two"
    stacks.delete_stack(StackName=name)
    [left] = aws("redshift").describe_cluster_snapshots(ClusterIdentifier=name)["Snapshots"]
    assert left["SnapshotIdentifier"].startswith(f"{name}-snapshot-")
    assert name not in [tag["TagKey"] for tag in aws("lakeformation").list_lf_tags()["LFTags"]]
    for gone in (
        lambda: events.describe_event_bus(Name=name),
        lambda: glue.get_registry(RegistryId={"RegistryName": name}),
        lambda: aws("iam").get_group(GroupName=name),
        lambda: aws("kinesis").describe_stream(StreamName=name),
    ):
        with pytest.raises(ClientError):
            gone()


def test_a_stack_makes_changes_and_drops(aws, name):
    glue, athena, s3, stacks = aws("glue"), aws("athena"), aws("s3"), aws("cloudformation")
    stacks.create_stack(**said(name))
    told = outputs(aws, name)
    crawler = glue.get_crawler(Name=told["Crawler"])["Crawler"]
    assert crawler["Schedule"]["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert told["Own"] == "mine Create1true"
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (rule["ID"], rule["Expiration"]["Days"], rule["Filter"]) == ("old", 9, {"Prefix": "in/"})
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": []})
    (policy,) = aws("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert policy["PolicyName"] == "AmazonS3ReadOnlyAccess"
    password = json.loads(aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    assert password["user"] == "me"
    assert aws("ssm").get_parameter(Name=name)["Parameter"]["Value"] == password["password"]

    stacks.update_stack(**said(name, Note="two", Count="2"))
    assert glue.get_crawler(Name=told["Crawler"])["Crawler"]["TablePrefix"] == "two"
    assert glue.get_database(Name=name)["Database"]["Description"] == "two"
    group = athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    assert group["ResultConfiguration"]["OutputLocation"] == f"s3://{name}/two/"
    assert outputs(aws, name) == told | {"Own": "mine Update2true"}

    stacks.delete_stack(StackName=name)
    for gone in (
        lambda: glue.get_crawler(Name=told["Crawler"]),
        lambda: athena.get_work_group(WorkGroup=name),
        lambda: s3.head_bucket(Bucket=name),
        lambda: aws("iam").get_role(RoleName=name),
    ):
        with pytest.raises(ClientError):
            gone()


CONDITIONS = {
    "Parameters": {"Two": {"Type": "String", "Default": "no"}},
    "Conditions": {"Two": {"Fn::Equals": [{"Ref": "Two"}, "yes"]}},
    "Resources": {
        "Base": {
            "Type": "AWS::Glue::Database",
            "Properties": {
                "CatalogId": {"Ref": "AWS::AccountId"},
                "DatabaseInput": {
                    "Name": "of_a_change_set",
                    "Description": {"Fn::If": ["Two", "two", "one"]},
                },
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Condition": "Two"},
    },
    "Outputs": {"Base": {"Value": {"Ref": "Base"}, "Export": {"Name": "base-of-a-change-set"}}},
}


def test_change_sets_decide_conditions_and_tell_outputs(aws, name):
    stacks = aws("cloudformation")
    for two, kind, made in (("no", "CREATE", 1), ("yes", "UPDATE", 2), ("no", "UPDATE", 1)):
        stacks.create_change_set(
            StackName=name,
            ChangeSetName=f"to-{two}-{kind}",
            ChangeSetType=kind,
            TemplateBody=json.dumps(CONDITIONS | {"Description": f"<{two}>"}),
            Parameters=[{"ParameterKey": "Two", "ParameterValue": two}],
        )
        stacks.execute_change_set(StackName=name, ChangeSetName=f"to-{two}-{kind}")
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        assert stack["Description"] == f"<{two}>"
        said = aws("glue").get_database(Name="of_a_change_set")["Database"]["Description"]
        assert said == {"no": "one", "yes": "two"}[two]
        assert len(stacks.describe_stack_resources(StackName=name)["StackResources"]) == made
        assert outputs(aws, name) == {"Base": "of_a_change_set"}
    assert "base-of-a-change-set" in [each["Name"] for each in stacks.list_exports()["Exports"]]
    stacks.delete_stack(StackName=name)
    assert stacks.list_exports()["Exports"] == []


REFUSED = {
    "a type that nobody makes": (
        {"Other": {"Type": "AWS::Cognito::UserPool"}},
        r"Unrecognized resource types: \[AWS::Cognito::UserPool\]",
    ),
    "one that waits for itself": (
        {"Other": {"Type": "AWS::SNS::Topic", "DependsOn": ["Other"]}},
        r"Circular dependency between resources: \[Other\]",
    ),
    "an attribute that there is not": (
        {
            "Other": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"TopicName": {"Fn::GetAtt": ["Made", "Height"]}},
            }
        },
        "does not support attribute type Height",
    ),
    "a name of nothing": (
        {"Other": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${No}"}}}},
        r"Unresolved resource dependencies \[No\] in the Resources block",
    ),
    "a key that a mapping has not": (
        {
            "Other": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"TopicName": {"Fn::FindInMap": ["Names", "None", "topic"]}},
            }
        },
        "Template error: Unable to get mapping for Names::None::topic",
    ),
    "a mapping that there is not": (
        {
            "Other": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"TopicName": {"Fn::FindInMap": ["None", "1", "topic"]}},
            }
        },
        "Template error: Mapping named 'None' is not present in the 'Mappings' section of template",
    ),
    "a role for who does not say so": (
        {"Other": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "unsaid"}}},
        r"Requires capabilities : \[CAPABILITY_NAMED_IAM\]",
    ),
    "a misspelt attribute": (
        {"Left": {"Type": "AWS::SQS::Queue", "Proprties": {}}},
        "Invalid template resource property 'Proprties'",
    ),
    "what waits for a signal": (
        {"Other": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Count": 1}}},
        r"Unrecognized resource types: \[AWS::CloudFormation::WaitCondition\]",
    ),
    "an output of no attribute": (
        {"Other": {"Type": "AWS::SNS::Topic"}},
        "Other does not support attribute type None",
        {"Told": {"Value": {"Fn::GetAtt": ["Other", "None"]}}},
    ),
    "an item that there is not": (
        {"Other": {"Type": "AWS::SNS::Topic"}},
        "Fn::Select cannot select nonexistent value at index 2",
        {"Told": {"Value": {"Fn::Select": [2, ["a", "b"]]}}},
    ),
    "an output without a value": (
        {"Other": {"Type": "AWS::SNS::Topic"}},
        "Every Outputs member must contain a Value object",
        {"Told": {"Description": "nothing"}},
    ),
    "a function that there is not": (
        {"Other": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::RefAll": ""}}}},
        "Fn::RefAll is not available in the local AWS",
    ),
    "a condition that there is not": (
        {"Other": {"Type": "AWS::SNS::Topic"}},
        "Unresolved condition dependency Never in the Outputs block",
        {"Told": {"Value": {"Fn::If": ["Never", 1, 2]}}},
    ),
    "no object": ({"Other": "a topic"}, "Any Resources member must be an object"),
    "no type": ({"Other": {"Properties": {}}}, r"\[/Resources/Other\] Every Resources object must"),
    "a macro within": (
        {"Left": {"Type": "AWS::SQS::Queue", "Properties": {"Fn::Transform": {"Name": "Mine"}}}},
        "No transform named Mine found",
    ),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_a_stack_that_cannot_be_made_leaves_nothing(aws, refused):
    resources, match, outputs = (*refused, {})[:3]
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "left-of-a-stack"}}
    names = {"Names": {"1": {"topic": "one"}}}
    parts = {"Resources": {"Made": bucket} | resources, "Mappings": names, "Outputs": outputs}
    template = json.dumps(parts)
    with pytest.raises(ClientError, match=match):
        aws("cloudformation").create_stack(StackName="none", TemplateBody=template)
    assert "left-of-a-stack" not in [b["Name"] for b in aws("s3").list_buckets()["Buckets"]]


FAILED = {
    "a property that its service does not have": (
        {"Type": "AWS::Athena::NamedQuery", "Properties": {"Speed": 1}},
        "Resource handler returned message",
    ),
    "what there is already": (
        {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "twice"}},
        "already exists",
    ),
    "a topic in order without the end of its name": (
        {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "line", "FifoTopic": True}},
        "Topic names must end with .fifo",
    ),
    "a property that its type does not have": (
        {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicies": {"Statement": []}}},
        "Encountered unsupported property KeyPolicies",
    ),
    "a table with what is not made here": (
        {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
                "KinesisStreamSpecification": {"StreamArn": "arn:aws:kinesis:us-east-1:1:stream/a"},
            },
        },
        'Unknown parameter in input: "KinesisStreamSpecification"',
    ),
    "a policy of nobody": (
        {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyName": "none", "PolicyDocument": {"Statement": []}},
        },
        "At least one of [Groups,Roles,Users] must be non-empty",
    ),
}
ENDS = {
    "ROLLBACK_COMPLETE": {},
    "CREATE_FAILED": {"DisableRollback": True},
    "DELETE_COMPLETE": {"OnFailure": "DELETE"},
}


@pytest.mark.parametrize(("other", "match"), FAILED.values(), ids=FAILED)
@pytest.mark.parametrize(("status", "said"), ENDS.items(), ids=ENDS)
def test_a_stack_whose_resource_fails_tells_so(aws, fresh, other, match, status, said):
    stacks, name = aws("cloudformation"), fresh("failing")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    first = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "twice"}}
    resources = {"Made": bucket, "First": first, "Other": other | {"DependsOn": ["Made", "First"]}}
    told = {"Made": {"Value": {"Ref": "Made"}, "Export": {"Name": name}}}
    template = json.dumps({"Resources": resources, "Outputs": told})
    said = said | {"Capabilities": ["CAPABILITY_IAM"]}
    stack = stacks.create_stack(StackName=name, TemplateBody=template, **said)["StackId"]
    (told,) = stacks.describe_stacks(StackName=stack)["Stacks"]
    assert (told["StackStatus"], "Outputs" in told) == (status, False)
    assert told["DisableRollback"] is ("DisableRollback" in said)
    events = stacks.describe_stack_events(StackName=stack)["StackEvents"][::-1]
    failed = next(each for each in events if each["ResourceStatus"] == "CREATE_FAILED")
    assert match in failed["ResourceStatusReason"]
    kept = status == "CREATE_FAILED"
    assert (name in str(aws("s3").list_buckets())) is kept
    assert [e["Name"] for e in stacks.list_exports()["Exports"] if e["Name"] == name] == []
    if status == "ROLLBACK_COMPLETE":
        for call, more in (
            (stacks.update_stack, {}),
            (stacks.create_change_set, {"ChangeSetName": "c"}),
        ):
            with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
                call(StackName=name, TemplateBody=holding(name), **more)
        with pytest.raises(ClientError, match=rf"Stack \[{name}\] already exists"):
            stacks.create_stack(StackName=name, TemplateBody=holding(name))
    stacks.delete_stack(StackName=name)
    assert name not in str(aws("s3").list_buckets())


def test_what_fails_half_made_is_gone_and_what_others_depend_on_is_made_first(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("half")
    function = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    sent = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": function}]}
    properties = {"BucketName": name, "NotificationConfiguration": sent}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties, "DependsOn": "First"}
    first = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    outputs = {"Bucket": {"Value": {"Ref": "Bucket"}, "Export": {"Name": name}}}
    template = {"Resources": {"Bucket": bucket, "First": first}, "Outputs": outputs}
    words = why(aws, name, TemplateBody=json.dumps(template))
    assert "Unable to validate the following destination configurations" in words
    assert name not in str(aws("s3").list_buckets())
    events = reversed(stacks.describe_stack_events(StackName=name)["StackEvents"])
    begun = [e["LogicalResourceId"] for e in events if e["ResourceStatus"] == "CREATE_IN_PROGRESS"]
    assert begun == [name, "First", "Bucket"]
    stacks.delete_stack(StackName=name)


def test_a_stack_that_is_gone_is_told_and_makes_nothing_again(aws, fresh):
    stacks, queues, name = aws("cloudformation"), aws("sqs"), fresh("gone")
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    outputs = {
        "Url": {"Value": {"Ref": "Queue"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": name}},
    }
    template = {"Resources": {"Queue": queue}, "Outputs": outputs}
    stack = stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))["StackId"]
    stacks.update_stack(
        StackName=name, TemplateBody=json.dumps(template | {"Description": "another"})
    )
    stacks.delete_stack(StackName=name)
    (told,) = stacks.describe_stacks(StackName=stack)["Stacks"]
    assert told["StackStatus"] == "DELETE_COMPLETE"
    assert {each["OutputKey"] for each in told["Outputs"]} == {"Url", "Arn"}
    with pytest.raises(queues.exceptions.QueueDoesNotExist):
        queues.get_queue_url(QueueName=name)
    assert all(each["Name"] != name for each in stacks.list_exports()["Exports"])


@pytest.mark.parametrize(
    ("count", "match"), [("0", "none to count"), ("9", "did not receive a response")]
)
def test_a_custom_resource_that_fails_makes_no_stack(aws, name, count, match):
    assert match in why(aws, **said(name, Count=count))


TELLING = """
import json, boto3, cfnresponse

def handler(event, context):
    said, was = event["ResourceProperties"], event.get("OldResourceProperties", {})
    note = json.dumps([event["RequestType"], said["Count"], was.get("Count")])
    boto3.client("sqs").send_message(QueueUrl=said["Queue"], MessageBody=note)
    status = cfnresponse.FAILED if said["Count"] == "0" else cfnresponse.SUCCESS
    cfnresponse.send(event, context, status, {}, "mine")
"""


def test_a_custom_resource_is_told_of_its_own_changes_and_of_those_put_back(aws, fresh):
    stacks, sqs, name = aws("cloudformation"), aws("sqs"), fresh("telling")
    tells = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    role = make_role(aws("iam"), name, "lambda", tells)
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    code = {"Code": {"ZipFile": TELLING}, "Runtime": "python3.12", "Handler": "index.handler"}
    function = {"Type": "AWS::Lambda::Function", "Properties": code | {"Role": role}}
    at = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Queue": {"Ref": "Queue"}}
    around = {"Queue": queue, "Function": function}

    def own(count, **more):
        return {"Type": "Custom::Own", "Properties": at | {"Count": count}} | more

    def change(verb, **resources):
        body = json.dumps({"Resources": around | resources})
        getattr(stacks, verb)(StackName=name, TemplateBody=body)
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        told = []
        while found := sqs.receive_message(QueueUrl=url).get("Messages"):
            told += [json.loads(each["Body"]) for each in found]
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return told

    assert change("create_stack", Own=own(1)) == [["Create", "1", None]]
    assert change("update_stack", Own=own(1, Metadata={"a": "b"}, DeletionPolicy="Delete")) == []
    assert change("update_stack", Own=own(0)) == [["Update", "0", "1"], ["Update", "1", "0"]]
    made = change("update_stack", Own=own(1), Other=own(0))
    assert made == [["Create", "0", None], ["Delete", "0", None]]
    assert change("update_stack", Own=own(2)) == [["Update", "2", "1"]]
    assert change("update_stack") == [["Delete", "2", None]]
    stacks.delete_stack(StackName=name)


def test_what_is_made_is_of_the_type_that_it_was_made_of(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("typed")
    topic = json.dumps({"Resources": {name: {"Type": "AWS::SNS::Topic"}}})
    words = rf"Update of resource type is not permitted.* following resources: \[{name}\]"
    stacks.create_stack(StackName=name, TemplateBody=holding(name))
    with pytest.raises(ClientError, match=words):
        stacks.update_stack(StackName=name, TemplateBody=topic)
    stacks.create_change_set(StackName=name, TemplateBody=topic, ChangeSetName="c")
    told = stacks.describe_change_set(StackName=name, ChangeSetName="c")
    assert told["Status"] == "FAILED"
    assert re.search(words, told["StatusReason"])
    assert aws("sqs").get_queue_url(QueueName=name)
    stacks.delete_stack(StackName=name)


def test_a_custom_resource_is_asked_by_the_stacks_role(aws, name):
    role = make_role(aws("iam"), f"{name}-makes", "cloudformation")
    words = why(aws, **said(name), RoleARN=role)
    assert re.search("/AWSCloudFormation is not .* lambda:InvokeFunction", words)


def test_a_template_in_s3_is_read_and_validated(aws, cloud):
    body = json.dumps(
        {
            "Description": "words",
            "Parameters": {"One": {"Type": "String", "Default": 1, "NoEcho": True}},
            "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "x"}}},
        }
    )
    aws("s3").create_bucket(Bucket="templates")
    aws("s3").upload_fileobj(io.BytesIO(body.encode()), "templates", "in/one two.json")
    told = aws("cloudformation").validate_template(
        TemplateURL=f"{cloud.endpoint}/templates/in/one%20two.json"
    )
    assert told["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    summary = aws("cloudformation").get_template_summary(TemplateBody=body)
    assert summary["Capabilities"] == told["Capabilities"]
    assert summary["ResourceTypes"] == [
        each["Type"] for each in json.loads(body)["Resources"].values()
    ]
    (parameter,) = told["Parameters"]
    assert (parameter["DefaultValue"], parameter["NoEcho"]) == ("1", True)
    for url in ("one.json", "s3://bucket/one.json"):
        with pytest.raises(ClientError, match="TemplateURL must be a supported URL"):
            aws("cloudformation").validate_template(TemplateURL=url)
    with pytest.raises(ClientError, match="At least one Resources member must be defined"):
        aws("cloudformation").validate_template(TemplateBody="{}")


def test_a_parameter_without_a_name_and_a_job_are_changed_in_place(aws, fresh):
    stacks, glue, ssm, name = aws("cloudformation"), aws("glue"), aws("ssm"), fresh("stack")

    def made(value):
        job = {"Name": name, "Role": "r", "Command": {"Name": "glueetl"}, "Description": value}
        link = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": {"HOST": "h"}}
        parameter = {"Type": "String", "Value": value, "Tags": {"team": "a"}}
        resources = {
            "Job": {"Type": "AWS::Glue::Job", "Properties": job},
            "Link": {
                "Type": "AWS::Glue::Connection",
                "Properties": {"CatalogId": "123456789012", "ConnectionInput": link},
            },
            "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": parameter},
        }
        told = {"Name": {"Value": {"Ref": "Parameter"}}}
        return {
            "StackName": name,
            "TemplateBody": json.dumps({"Resources": resources} | {"Outputs": told}),
        }

    stacks.create_stack(**made("one"))
    (output,) = stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    parameter = output["OutputValue"]
    assert parameter.startswith(f"{name}-Parameter-")
    stacks.update_stack(**made("two"))
    told = ssm.get_parameter(Name=parameter)["Parameter"]
    assert (told["Value"], told["Version"]) == ("two", 2)
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=parameter)["TagList"]
    assert tags == [{"Key": "team", "Value": "a"}]
    assert glue.get_job(JobName=name)["Job"]["Description"] == "two"
    stacks.delete_stack(StackName=name)
    for gone in (
        lambda: glue.get_connection(Name=name),
        lambda: glue.get_job(JobName=name),
        lambda: ssm.get_parameter(Name=parameter),
    ):
        with pytest.raises(ClientError, match="NotFound"):
            gone()


def test_a_stack_that_is_protected_or_needed_stays(aws, fresh):
    stacks, sqs, name = aws("cloudformation"), aws("sqs"), fresh("kept")
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    told = {"Told": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}, "Export": {"Name": f"{name}-queue"}}}
    template = json.dumps({"Resources": {"Q": queue}, "Outputs": told})
    stacks.create_stack(StackName=name, TemplateBody=template, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is"):
        stacks.delete_stack(StackName=name)
    unprotected = {"StackName": name, "EnableTerminationProtection": False}
    assert f":stack/{name}/" in stacks.update_termination_protection(**unprotected)["StackId"]
    with pytest.raises(ClientError, match="is not imported by any stack"):
        stacks.list_imports(ExportName=f"{name}-queue")
    value = {"Fn::ImportValue": {"Fn::Sub": "${From}-queue"}}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    user = {"Parameters": {"From": {"Type": "String"}}, "Resources": {"P": parameter}}
    given = [{"ParameterKey": "From", "ParameterValue": name}]
    change = {"StackName": f"{name}-user", "ChangeSetName": "first"}
    stacks.create_change_set(
        **change, ChangeSetType="CREATE", TemplateBody=json.dumps(user), Parameters=given
    )
    stacks.execute_change_set(**change)
    assert stacks.list_imports(ExportName=f"{name}-queue")["Imports"] == [f"{name}-user"]
    with pytest.raises(ClientError, match=f"in use by {name}-user"):
        stacks.delete_stack(StackName=name)
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"].endswith(name)
    for each in (f"{name}-user", name):
        stacks.delete_stack(StackName=each)
    with pytest.raises(ClientError, match="NonExistentQueue"):
        sqs.get_queue_url(QueueName=name)


@pytest.mark.parametrize(
    ("parts", "match"),
    [
        ({"Transform": "Mine"}, "No transform named Mine found"),
        ({"Paramters": {}}, r"Invalid template property or properties \[Paramters\]"),
    ],
)
def test_parts_of_a_template_that_nothing_reads_are_refused(aws, parts, match):
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}} | parts
    for verb in ("create_stack", "create_change_set"):
        more = {"ChangeSetName": "c", "ChangeSetType": "CREATE"} if "change" in verb else {}
        with pytest.raises(ClientError, match=match):
            getattr(aws("cloudformation"), verb)(
                StackName="none", TemplateBody=json.dumps(template), **more
            )
        with pytest.raises(ClientError, match="Either Template URL or Template Body must be spec"):
            getattr(aws("cloudformation"), verb)(StackName="none", **more)


THERE = [
    ("s3", "create_bucket", "Bucket", "AWS::S3::Bucket", "BucketName"),
    ("sns", "create_topic", "Name", "AWS::SNS::Topic", "TopicName"),
    ("sqs", "create_queue", "QueueName", "AWS::SQS::Queue", "QueueName"),
    ("logs", "create_log_group", "logGroupName", "AWS::Logs::LogGroup", "LogGroupName"),
    ("stepfunctions", "create_activity", "name", "AWS::StepFunctions::Activity", "Name"),
]


@pytest.mark.parametrize(
    ("service", "make", "member", "kind", "property"), THERE, ids=[each[0] for each in THERE]
)
def test_a_stack_takes_over_nothing(aws, fresh, service, make, member, kind, property):
    client, name = aws(service), fresh("there")
    getattr(client, make)(**{member: name})
    resources = {"R": {"Type": kind, "Properties": {property: {"Fn::Sub": name}}}}
    assert "already exists" in why(aws, name, TemplateBody=json.dumps({"Resources": resources}))
    stacks = aws("cloudformation")
    stacks.delete_stack(StackName=name)
    own = json.dumps({"Resources": resources}).replace(name, f"{name}-2")
    stacks.create_stack(StackName=name, TemplateBody=own)
    update = {"verb": "update_stack", "then": "UPDATE_ROLLBACK_COMPLETE"}
    taken = json.dumps({"Resources": resources})
    assert "already exists" in why(aws, name, **update, TemplateBody=taken)
    stacks.delete_stack(StackName=name)
    listed = {
        "s3": "list_buckets",
        "sns": "list_topics",
        "sqs": "list_queues",
        "logs": "describe_log_groups",
        "stepfunctions": "list_activities",
    }
    pages = client.get_paginator(listed[service]).paginate()
    assert name in str(list(pages))


def test_a_stack_takes_over_no_rule_of_another_bus(aws, fresh):
    events, name = aws("events"), fresh("there")
    events.create_event_bus(Name=name)
    events.put_rule(Name=name, EventBusName=name, EventPattern='{"source":["mine"]}')
    rule = {"Name": name, "EventPattern": {"source": ["theirs"]}}
    template = {"Resources": {"R": {"Type": "AWS::Events::Rule", "Properties": rule}}}
    aws("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
    aws("cloudformation").delete_stack(StackName=name)
    rule["EventBusName"] = name
    assert "already exists" in why(aws, name, TemplateBody=json.dumps(template))
    aws("cloudformation").delete_stack(StackName=name)
    assert "mine" in events.describe_rule(Name=name, EventBusName=name)["EventPattern"]


TAGGED, COLD = [{"Key": "k", "Value": "v"}], {"StorageClass": "GLACIER", "TransitionInDays": 30}
RULES = {  # a rule of a bucket's lifecycle in a template → in S3
    "a tag": ({"TagFilters": TAGGED}, {"Filter": {"Tag": TAGGED[0]}}),
    "a size": ({"ObjectSizeLessThan": "5"}, {"Filter": {"ObjectSizeLessThan": 5}}),
    "several": (
        {"Prefix": "in/", "TagFilters": TAGGED},
        {"Filter": {"And": {"Prefix": "in/", "Tags": TAGGED}}},
    ),
    "one move": (
        {"Transition": COLD},
        {"Transitions": [{"StorageClass": "GLACIER", "Days": 30}]},
    ),
    "moves of old versions": (
        {"NoncurrentVersionTransitions": [COLD]},
        {"NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "NoncurrentDays": 30}]},
    ),
}


TO = {"BucketArn": "arn:aws:s3:::reports", "BucketAccountId": "123456789012", "Format": "CSV"}
SENT = {"Bucket": "arn:aws:s3:::reports", "Format": "CSV"}
TIERS = {"Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]}
DAILY = {"IncludedObjectVersions": "All"}
REPORTS = {  # settings of which a bucket has several: as templates have one, and as the API has it
    "Analytics": (
        {"Id": "one", "Prefix": "a/", "StorageClassAnalysis": {"DataExport": {
            "OutputSchemaVersion": "V_1", "Destination": TO}}},
        {"Filter": {"Prefix": "a/"}, "StorageClassAnalysis": {"DataExport": {
            "OutputSchemaVersion": "V_1",
            "Destination": {"S3BucketDestination": SENT | {"BucketAccountId": "123456789012"}}}}},
    ),
    "IntelligentTiering": (
        {"Id": "one", "Prefix": "t/"} | TIERS,
        {"Filter": {"Prefix": "t/"}} | TIERS,
    ),
    "Inventory": (
        {"Id": "one", "Enabled": True, "ScheduleFrequency": "Daily", "Destination": TO} | DAILY,
        {"IsEnabled": True, "Schedule": {"Frequency": "Daily"}, "Destination": {
            "S3BucketDestination": SENT | {"AccountId": "123456789012"}}} | DAILY,
    ),
    "Metrics": ({"Id": "one", "TagFilters": [{"Key": "a", "Value": "b"}]},
        {"Filter": {"Tag": {"Key": "a", "Value": "b"}}}),
}  # fmt: skip


def test_a_stacks_bucket_is_set_as_its_template_says(aws, fresh):
    name, s3, rule = fresh("set"), aws("s3"), {"Status": "Enabled", "ExpirationInDays": 99}
    site = {"IndexDocument": "index.html", "RoutingRules": [
        {"RoutingRuleCondition": {"KeyPrefixEquals": "a/"}, "RedirectRule": {"HostName": "b.c"}},
    ]}  # fmt: skip
    rules = [{"Id": each} | rule | said for each, (said, _) in RULES.items()]
    locked = {"ObjectLockEnabled": "Enabled"}
    locked["Rule"] = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 2}}
    properties = {"BucketName": name, "WebsiteConfiguration": site, "ObjectLockEnabled": True}
    properties |= {"LifecycleConfiguration": {"Rules": rules}, "ObjectLockConfiguration": locked}
    properties["AccelerateConfiguration"] = {"AccelerationStatus": "Enabled"}
    properties |= {f"{each}Configurations": [said] for each, (said, _) in REPORTS.items()}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
    template = json.dumps({"Resources": {"Made": bucket}})
    aws("cloudformation").create_stack(StackName=name, TemplateBody=template)
    [route] = s3.get_bucket_website(Bucket=name)["RoutingRules"]
    assert route == {"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"HostName": "b.c"}}
    assert s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"] == locked
    assert s3.get_bucket_accelerate_configuration(Bucket=name)["Status"] == "Enabled"
    for told in s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]:
        expected = RULES[told["ID"]][1]
        assert {k: told[k] for k in expected} == expected
    for each, (_, expected) in REPORTS.items():
        ask = getattr(s3, f"get_bucket_{xform_name(each)}_configuration")
        assert ask(Bucket=name, Id="one")[f"{each}Configuration"] == {"Id": "one"} | expected
    del properties["MetricsConfigurations"]
    template = json.dumps({"Resources": {"Made": bucket}})
    aws("cloudformation").update_stack(StackName=name, TemplateBody=template)
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_metrics_configuration(Bucket=name, Id="one")


def test_a_stack_takes_over_no_bucket_s_policy(aws, fresh):
    s3, name = aws("s3"), fresh("there")

    def policy(effect):
        rule = {"Effect": effect, "Principal": "*", "Action": "s3:GetBucketTagging"}
        arn = f"arn:aws:s3:::{name}"
        return {"Version": "2012-10-17", "Statement": [rule | {"Resource": arn}]}

    def template(effect):
        properties = {"Bucket": name, "PolicyDocument": policy(effect)}
        gate = {"Type": "AWS::S3::BucketPolicy", "Properties": properties}
        return json.dumps({"Resources": {"Gate": gate}})

    s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy("Deny")))
    assert "already exists" in why(aws, name, TemplateBody=template("Allow"))
    aws("cloudformation").delete_stack(StackName=name)
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == policy("Deny")
    s3.delete_bucket_policy(Bucket=name)
    aws("cloudformation").create_stack(StackName=name, TemplateBody=template("Allow"))
    aws("cloudformation").update_stack(StackName=name, TemplateBody=template("Deny"))
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == policy("Deny")
    aws("cloudformation").delete_stack(StackName=name)


def test_an_item_of_a_list_that_has_no_value_is_left_out(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("stack")
    none = {"Fn::If": ["Never", {"Key": "b", "Value": "2"}, {"Ref": "AWS::NoValue"}]}
    tagged = {"QueueName": name, "Tags": [{"Key": "a", "Value": "1"}, none]}
    template = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": tagged}},
    }
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
    url = aws("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    assert aws("sqs").list_queue_tags(QueueUrl=url)["Tags"].get("a") == "1"
    stacks.delete_stack(StackName=name)


def holding(*names, **more):
    """A template of queues."""
    queues = {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}} | more.get(name, {})
        for name in names
    }
    return json.dumps({"Resources": queues})


@pytest.mark.parametrize("stays", [True, False])
def test_what_stays_of_a_stack_that_fails_its_caller_says(aws, fresh, stays):
    stacks, sqs, name = aws("cloudformation"), aws("sqs"), fresh("stack")
    one, there = fresh("queue", ""), fresh("queue", "")
    sqs.create_queue(QueueName=there)
    body = holding(one, there, **{one: {"DeletionPolicy": "Retain"}, there: {"DependsOn": one}})
    assert "exists" in why(aws, name, TemplateBody=body, RetainExceptOnCreate=not stays)
    assert ("QueueUrls" in sqs.list_queues(QueueNamePrefix=one)) is stays
    stacks.delete_stack(StackName=name)
    for url in sqs.list_queues(QueueNamePrefix=one).get("QueueUrls", ()):
        sqs.delete_queue(QueueUrl=url)


def test_an_update_that_fails_leaves_all_as_it_was(aws, fresh):
    stacks, sqs, name = aws("cloudformation"), aws("sqs"), fresh("stack")
    there, one, two = (fresh("queue", "") for _ in range(3))
    sqs.create_queue(QueueName=there)
    change = {"StackName": name, "ChangeSetName": "first", "ChangeSetType": "CREATE"}
    stacks.create_change_set(**change, TemplateBody=holding(one, there))
    execute = {"verb": "execute_change_set", "ChangeSetName": "first"}
    assert "already exists" in why(aws, name, **execute)
    assert sqs.list_queues(QueueNamePrefix=one).get("QueueUrls") is None
    stacks.delete_stack(StackName=name)
    stacks.create_change_set(**change, TemplateBody=holding(one))
    stacks.execute_change_set(StackName=name, ChangeSetName="first")
    before = stacks.describe_stack_resources(StackName=name)["StackResources"]
    update = {"verb": "update_stack", "then": "UPDATE_ROLLBACK_COMPLETE"}
    assert "already exists" in why(aws, name, **update, TemplateBody=holding(two, there))
    new = json.dumps({"Parameters": {"P": {"Type": "String"}}, **json.loads(holding(two, there))})
    given = [{"ParameterKey": "P", "ParameterValue": "x"}]
    assert "already exists" in why(aws, name, **update, TemplateBody=new, Parameters=given)
    assert stacks.describe_stacks(StackName=name)["Stacks"][0]["Parameters"] == []
    change = {"StackName": name, "ChangeSetName": "other"}
    stacks.create_change_set(**change, ChangeSetType="UPDATE", TemplateBody=holding(two, there))
    execute |= {"then": update["then"], "ChangeSetName": "other"}
    assert "already exists" in why(aws, name, **execute)
    after = stacks.describe_stack_resources(StackName=name)["StackResources"]
    assert [each["PhysicalResourceId"] for each in after] == [before[0]["PhysicalResourceId"]]
    with pytest.raises(ClientError, match="does not exist"):
        sqs.get_queue_url(QueueName=two)
    kept = {one: {"DeletionPolicy": "Retain"}}
    stacks.update_stack(StackName=name, TemplateBody=holding(one, two, **kept))
    stacks.update_stack(StackName=name, TemplateBody=holding(two))
    assert sqs.get_queue_url(QueueName=one)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update_stack(StackName=name, TemplateBody=holding(two))
    stacks.delete_stack(StackName=name)


@pytest.mark.parametrize(
    "left_so", [{"RetainResources": ["Kept"]}, {"DeletionMode": "FORCE_DELETE_STACK"}]
)
def test_a_stack_that_cannot_be_dropped_stays(aws, fresh, left_so):
    stacks, s3, name = aws("cloudformation"), aws("s3"), fresh("stack")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    resources = {"Kept": bucket, "Topic": {"Type": "AWS::SNS::Topic"}}
    output = {"Topic": {"Value": {"Ref": "Topic"}}}
    template = json.dumps({"Resources": resources, "Outputs": output})
    stacks.create_stack(StackName=name, TemplateBody=template)
    s3.put_object(Bucket=name, Key="data")
    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        stacks.delete_stack(StackName=name, RetainResources=["Topic"])
    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        stacks.delete_stack(StackName=name, DeletionMode="FORCE_DELETE_STACK")
    for _ in range(2):
        words = why(aws, name, "delete_stack", "DELETE_FAILED")
        assert "not empty" in words
        assert "failed to delete: [Kept]" in words
        (left,) = stacks.describe_stack_resources(StackName=name)["StackResources"]
        assert left["Timestamp"].year > 2010
        assert left["LogicalResourceId"] == "Kept"
    stacks.delete_stack(StackName=name, **left_so)
    with pytest.raises(ClientError, match="does not exist"):
        stacks.describe_stacks(StackName=name)
    assert s3.get_object(Bucket=name, Key="data")["ContentLength"] == 0


@pytest.mark.parametrize(
    ("slot", "given", "match"),
    [
        ({"AllowedValues": ["a", "b"]}, "z", "'P' must be one of AllowedValues"),
        ({"AllowedPattern": "[0-9"}, "z", r"AllowedPattern \[0-9 is no expression"),
        ({"AllowedPattern": "[0-9]+"}, "z", r"'P' must match pattern \[0-9\]\+"),
        ({"AllowedPattern": "[0-9]+", "ConstraintDescription": "digits."}, "z", "constraint: dig"),
        ({"MinLength": 2}, "z", "'P' must contain at least 2 characters"),
        ({"Type": "Number"}, "z", "'P' must be a number"),
        ({"Type": "Number", "MaxValue": 3}, "4", "'P' must be a number not greater than 3"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a,c", "AllowedValues"),
        ({}, None, r"Parameters: \[P\] must have values"),
        (None, "z", r"Parameters: \[P\] do not exist in the template"),
    ],
)
def test_a_parameter_is_what_its_template_allows(aws, slot, given, match):
    slots = {} if slot is None else {"P": {"Type": "String"} | slot}
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    values = [{"ParameterKey": "P", "ParameterValue": given}] if given else []
    told = {
        "StackName": "none",
        "TemplateBody": json.dumps({"Parameters": slots, "Resources": topic}),
        "Parameters": values,
    }
    with pytest.raises(ClientError, match=match):
        aws("cloudformation").create_stack(**told)
    with pytest.raises(ClientError, match=match):
        aws("cloudformation").create_change_set(
            ChangeSetName="none", ChangeSetType="CREATE", **told
        )


DEFAULTS = """
Parameters:
  Sure: {Type: String, AllowedValues: [true, false], Default: true}
  Half: {Type: Number, AllowedValues: [1, 2.5], Default: 2.5}
Conditions: {Sure: !Equals [!Ref Sure, "true"]}
Resources:
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {}}}
  Told:
    Type: AWS::SSM::Parameter
    Condition: Sure
    Properties: {Type: String, Value: !Sub "${Sure} ${Half}"}
Outputs:
  Secret: {Value: !Ref Secret}
  Told: {Value: !GetAtt Told.Value}
"""


def test_defaults_that_are_no_texts_and_a_secret_of_which_nothing_is_said(aws, name):
    stacks = aws("cloudformation")
    slots = stacks.get_template_summary(TemplateBody=DEFAULTS)["Parameters"]
    assert [each["DefaultValue"] for each in slots] == ["true", "2.5"]
    assert slots[0]["ParameterConstraints"]["AllowedValues"] == ["true", "false"]
    stacks.create_stack(StackName=name, TemplateBody=DEFAULTS)
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert [each["ParameterValue"] for each in stack["Parameters"]] == ["true", "2.5"]
    told = outputs(aws, name)
    assert told["Told"] == "true 2.5"
    secret = aws("secretsmanager").get_secret_value(SecretId=told["Secret"])
    assert len(secret["SecretString"]) == 32
    stacks.delete_stack(StackName=name)


LISTED = {
    "Parameters": {
        "Parts": {"Type": "CommaDelimitedList", "Default": "a,b"},
        "Word": {"Type": "String", "Default": "hush", "NoEcho": True},
        "Size": {"Type": "Number", "Default": 3},
        "Which": {"Type": "String", "Default": "TopicArn"},
    },
    "Resources": {
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": {"Fn::Join": ["-", {"Ref": "Parts"}]}},
        }
    },
    "Outputs": {
        "Size": {"Value": {"Ref": "Size"}},
        "Topic": {"Value": {"Fn::GetAtt": ["Topic", {"Ref": "Which"}]}},
    },
}


def test_a_stack_tells_of_each_of_its_resources(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("eventful")

    def body(queue, **more):
        queues = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue}}, **more}
        told = {"Arn": {"Value": {"Fn::GetAtt": "Queue.Arn"}, "Export": {"Name": name}}}
        return json.dumps({"Resources": queues, "Outputs": told})

    said = {"Said": {"Type": "AWS::CDK::Metadata"}}
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}, **said}
    stack = stacks.create_stack(StackName=name, TemplateBody=body(f"{name}-a", **said))["StackId"]
    stacks.update_stack(StackName=name, TemplateBody=body(f"{name}-b", **topic))
    other = {"Other": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{name}-b"}}}
    stacks.update_stack(StackName=name, TemplateBody=body(f"{name}-b", **topic, **other))
    stacks.delete_stack(StackName=name)
    pages = stacks.get_paginator("describe_stack_events").paginate(StackName=stack)
    told = [each for page in pages for each in page["StackEvents"]][::-1]
    named = [(each["LogicalResourceId"], each["ResourceStatus"]) for each in told]
    assert named[:6] == [
        (name, "CREATE_IN_PROGRESS"),
        *(("Queue", f"CREATE_{end}") for end in ("IN_PROGRESS", "COMPLETE")),
        *(("Said", f"CREATE_{end}") for end in ("IN_PROGRESS", "COMPLETE")),
        (name, "CREATE_COMPLETE"),
    ]
    assert named[6:14] == [
        (name, "UPDATE_IN_PROGRESS"),
        *(("Queue", f"UPDATE_{end}") for end in ("IN_PROGRESS", "COMPLETE")),
        *(("Topic", f"CREATE_{end}") for end in ("IN_PROGRESS", "COMPLETE")),
        *(("Queue", f"DELETE_{end}") for end in ("IN_PROGRESS", "COMPLETE")),
        (name, "UPDATE_COMPLETE"),
    ]
    failed = next(each for each in told if each["ResourceStatus"] == "CREATE_FAILED")
    assert "already exists" in failed["ResourceStatusReason"]
    after = named[named.index(("Other", "CREATE_FAILED")) + 1 :]
    assert [status for each, status in after if each == name][:2] == [
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
    ]
    assert told[2]["PhysicalResourceId"].endswith(f"{name}-a")
    assert named[-1] == (name, "DELETE_COMPLETE")


PROPOSED = """
Parameters: {Name: {Type: String}, Note: {Type: String}, More: {Type: String}}
Conditions: {More: !Equals [!Ref More, all]}
Resources:
  Base:
    Type: AWS::Glue::Database
    Properties:
      {CatalogId: !Ref "AWS::AccountId", DatabaseInput: {Name: !Ref Name, Description: !Ref Note}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}
  Other: {Type: AWS::SQS::Queue, Condition: More}
"""
_DATABASE = {"Attribute": "Properties", "Name": "DatabaseInput"}
_QUEUE = {"Attribute": "Properties", "Name": "QueueName"}
# The values of parameters, and of each change: action, replacement, policy and why.
CHANGES = {
    "in place": (
        {"Note": "b"},
        [
            (
                "Base",
                "Modify",
                "False",
                None,
                [(_DATABASE | {"RequiresRecreation": "Never"}, "Note")],
            )
        ],
    ),
    "in its place": (
        {"Name": "another"},
        [
            (
                *("Base", "Modify", "True", "ReplaceAndDelete"),
                [(_DATABASE | {"RequiresRecreation": "Always"}, "Name")],
            ),
            (
                *("Queue", "Modify", "True", "ReplaceAndDelete"),
                [(_QUEUE | {"RequiresRecreation": "Always"}, "Name")],
            ),
        ],
    ),
    "added": ({"More": "all"}, [("Other", "Add", None, None, [])]),
}


def test_events_tell_what_a_resource_is_but_no_secret(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("told")
    secret = {"Type": "String", "NoEcho": True, "Default": "whisper"}
    queue = {"QueueName": {"Fn::Sub": "${AWS::StackName}-q"}}
    said = {"Fn::Sub": "${Queue.QueueName} ${Word}"}
    value = {"Type": "String", "Value": said, "Description": {"Ref": "Word"}}
    template = {
        "Parameters": {"Word": secret},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": queue},
            "Held": {"Type": "AWS::SSM::Parameter", "Properties": value},
        },
    }
    stack = stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))["StackId"]
    stacks.delete_stack(StackName=name)
    pages = stacks.get_paginator("describe_stack_events").paginate(StackName=stack)
    told = {
        (each["LogicalResourceId"], each["ResourceStatus"]): json.loads(each["ResourceProperties"])
        for page in pages
        for each in page["StackEvents"]
        if each.get("ResourceProperties")
    }
    assert told["Queue", "CREATE_COMPLETE"] == {"QueueName": f"{name}-q"}
    told_of = {"Type": "String", "Value": f"{name}-q ****", "Description": "****"}
    assert told["Held", "CREATE_COMPLETE"] == told["Held", "DELETE_COMPLETE"] == told_of
    assert "whisper" not in str(told)
    assert name not in str(aws("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls"))


def test_a_change_set_tells_what_is_changed_and_what_is_replaced(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("proposed")
    was = {"Name": name, "Note": "a", "More": "none"}
    stacks.create_stack(StackName=name, TemplateBody=PROPOSED, Parameters=parameters(was))
    summary = stacks.get_template_summary(StackName=name)
    kinds = ["AWS::Glue::Database", "AWS::SQS::Queue", "AWS::SQS::Queue"]
    assert summary["ResourceTypes"] == kinds
    assert {each["ParameterType"] for each in summary["Parameters"]} == {"String"}
    for number, (said, expected) in enumerate(CHANGES.values()):
        change = {"StackName": name, "ChangeSetName": f"change-{number}"}
        stacks.create_change_set(
            **change, UsePreviousTemplate=True, Parameters=parameters(was | said)
        )
        told = [each["ResourceChange"] for each in stacks.describe_change_set(**change)["Changes"]]
        assert [
            (
                *(each["LogicalResourceId"], each["Action"]),
                *(each.get("Replacement"), each.get("PolicyAction")),
                [(why["Target"], why["CausingEntity"]) for why in each["Details"]],
            )
            for each in told
        ] == expected
        assert [each.get("PhysicalResourceId") is None for each in told] == [
            each["Action"] == "Add" for each in told
        ]
    stacks.delete_stack(StackName=name)


def test_change_sets_are_of_one_stack_and_go_on_with_its_parameters(aws, fresh):
    stacks, sns, names = aws("cloudformation"), aws("sns"), (fresh("stack"), fresh("stack"))
    body = json.dumps(LISTED)
    for name in names:
        stacks.create_change_set(
            StackName=name, ChangeSetName="same", ChangeSetType="CREATE", TemplateBody=body
        )
    stacks.execute_change_set(StackName=names[0], ChangeSetName="same")
    (one,), (two,) = (stacks.describe_stacks(StackName=name)["Stacks"] for name in names)
    assert (one["StackStatus"], two["StackStatus"]) == ("CREATE_COMPLETE", "REVIEW_IN_PROGRESS")
    told = {each["ParameterKey"]: each["ParameterValue"] for each in one["Parameters"]}
    assert told == {"Parts": "a,b", "Word": "****", "Size": "3", "Which": "TopicArn"}
    change = stacks.describe_change_set(StackName=names[1], ChangeSetName="same")
    assert change["Parameters"] == one["Parameters"]
    (topic,) = stacks.describe_stack_resources(StackName=names[0])["StackResources"]
    arn = topic["PhysicalResourceId"]
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "a-b"
    with pytest.raises(stacks.exceptions.InvalidChangeSetStatusException):
        stacks.execute_change_set(StackName=names[0], ChangeSetName="same")
    with pytest.raises(stacks.exceptions.ChangeSetNotFoundException):
        stacks.describe_change_set(StackName=names[0], ChangeSetName="none")
    stacks.delete_change_set(StackName=names[0], ChangeSetName="none")
    with pytest.raises(ClientError, match=r"Stack \[no-stack\] does not exist"):
        stacks.delete_change_set(StackName="no-stack", ChangeSetName="none")
    with pytest.raises(ClientError, match="StackName must be specified if ChangeSetName is not"):
        stacks.execute_change_set(ChangeSetName="same")
    as_before = [{"ParameterKey": key, "UsePreviousValue": True} for key in told]
    update = {"StackName": names[0], "TemplateBody": body}
    stacks.create_change_set(ChangeSetName="none", Parameters=as_before, **update)
    change = stacks.describe_change_set(StackName=names[0], ChangeSetName="none")
    assert (change["Status"], change["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    with pytest.raises(stacks.exceptions.AlreadyExistsException):
        stacks.create_change_set(ChangeSetName="none", Parameters=as_before, **update)
    larger = [*as_before[:2], {"ParameterKey": "Size", "ParameterValue": "4"}]
    stacks.create_change_set(ChangeSetName="larger", Parameters=larger, **update)
    stacks.execute_change_set(StackName=names[0], ChangeSetName="larger")
    assert outputs(aws, names[0]) == {"Size": "4", "Topic": arn}
    assert stacks.list_change_sets(StackName=names[0])["Summaries"] == []
    left = stacks.describe_change_set(StackName=names[0], ChangeSetName="larger")
    assert left["ExecutionStatus"] == "EXECUTE_COMPLETE"
    (left,) = stacks.list_change_sets(StackName=names[1])["Summaries"]
    assert left["ExecutionStatus"] == "AVAILABLE"
    for name in names:
        stacks.delete_stack(StackName=name)


def test_a_nested_stack_is_changed_in_place(aws, fresh):
    stacks, ssm, name, bucket = aws("cloudformation"), aws("ssm"), fresh("stack"), fresh("child")
    said = {"Type": "String", "Value": {"Ref": "Word"}}
    child = {
        "Parameters": {"Word": {"Type": "String"}},
        "Resources": {"Said": {"Type": "AWS::SSM::Parameter", "Properties": said}},
        "Outputs": {"Said": {"Value": {"Ref": "Said"}}},
    }
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="child.json", Body=json.dumps(child))
    address = f"https://{bucket}.s3.amazonaws.com/child.json"
    names = []
    for make, word in ((stacks.create_stack, "one"), (stacks.update_stack, "two")):
        inner = {"TemplateURL": address, "Parameters": {"Word": word}}
        resources = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": inner}}
        told = {"Said": {"Value": {"Fn::GetAtt": ["Inner", "Outputs.Said"]}}}
        make(StackName=name, TemplateBody=json.dumps({"Resources": resources, "Outputs": told}))
        names.append(outputs(aws, name)["Said"])
        assert ssm.get_parameter(Name=names[0])["Parameter"]["Value"] == word
    assert names[0] == names[1]
    child["Resources"]["Other"] = {"Type": "AWS::Athena::NamedQuery", "Properties": {"Speed": 1}}
    aws("s3").put_object(Bucket=bucket, Key="child.json", Body=json.dumps(child))
    inner["Parameters"] = {"Word": "three"}
    wrong = {"TemplateBody": json.dumps({"Resources": resources})}
    words = why(aws, name, "update_stack", "UPDATE_ROLLBACK_COMPLETE", **wrong)
    assert "was not successfully updated: The following resource(s) failed to create: [Oth" in words
    assert outputs(aws, name)["Said"] == names[0]
    (nested,) = stacks.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert nested["ResourceStatus"] == "UPDATE_COMPLETE"
    (outer,) = stacks.describe_stacks(StackName=name)["Stacks"]
    (within,) = stacks.describe_stacks(StackName=nested["PhysicalResourceId"])["Stacks"]
    assert (within["ParentId"], within["RootId"]) == (outer["StackId"], outer["StackId"])
    assert not {"ParentId", "RootId"} & outer.keys()
    words = why(aws, fresh("stack"), **wrong)
    assert "was not successfully created: The following resource(s) failed to create: [Oth" in words
    stacks.delete_stack(StackName=name)
    with pytest.raises(ClientError):
        ssm.get_parameter(Name=names[0])


EXPANDS, MAY = ["CAPABILITY_AUTO_EXPAND"], ["CAPABILITY_IAM"]


def test_what_a_nested_stack_asks_for_is_to_be_known(aws, fresh):
    stacks, name, bucket = aws("cloudformation"), fresh("stack"), fresh("child")
    group = {"Resources": {"Group": {"Type": "AWS::IAM::Group"}}}
    child = json.dumps(group | {"Transform": "AWS::LanguageExtensions"})
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="child.json", Body=child)
    inner = {"TemplateURL": f"https://{bucket}.s3.amazonaws.com/child.json"}
    made = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": inner}}
    said = {"StackName": name, "TemplateBody": json.dumps({"Resources": made})}
    for known, lacks in ((MAY, EXPANDS[0]), (EXPANDS, MAY[0])):
        stacks.create_stack(**said, Capabilities=known)
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        told = [each.get("ResourceStatusReason") for each in events]
        assert f"Requires capabilities : [{lacks}]" in told
        stacks.delete_stack(StackName=name)
    both = {"Capabilities": [*MAY, *EXPANDS], "ChangeSetType": "CREATE"}
    stacks.create_change_set(**said, **both, ChangeSetName="all")
    stacks.execute_change_set(StackName=name, ChangeSetName="all")
    assert stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    stacks.delete_stack(StackName=name)


def test_what_another_takes_the_place_of_goes_last_or_stays(aws, fresh):
    stacks, s3, name = aws("cloudformation"), aws("s3"), fresh("stack")

    def made(suffix, **more):
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name + suffix}}
        return json.dumps({"Resources": {"Bucket": bucket | more}})

    stacks.create_stack(StackName=name, TemplateBody=made("1"))
    s3.put_object(Bucket=f"{name}1", Key="data")
    kept = {"UpdateReplacePolicy": "Retain"}
    for template in (made("2"), made("3"), made("3", **kept), made("4", **kept)):
        stacks.update_stack(StackName=name, TemplateBody=template)
    stacks.delete_stack(StackName=name)
    left = [b["Name"] for b in s3.list_buckets()["Buckets"] if b["Name"].startswith(name)]
    assert left == [f"{name}1", f"{name}3"]


def test_topics_and_queues_are_changed_in_place(aws, fresh):
    stacks, sqs, sns, name = aws("cloudformation"), aws("sqs"), aws("sns"), fresh("stack")

    def made(word, **more):
        inbox = {"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}
        topic = {"DisplayName": word, "Subscription": [inbox]}
        resources = {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": topic},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": more},
            "Line": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
            "News": {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": True}},
            "Loose": {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": False}},
        }
        told = {key: {"Value": {"Ref": key}} for key in resources}
        return json.dumps({"Resources": resources, "Outputs": told})

    stacks.create_stack(StackName=name, TemplateBody=made("one", VisibilityTimeout=5))
    had = outputs(aws, name)
    sqs.send_message(QueueUrl=had["Queue"], MessageBody="kept")
    sns.subscribe(TopicArn=had["Topic"], Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:1:other")
    stacks.update_stack(StackName=name, TemplateBody=made("two", MessageRetentionPeriod=600))
    assert outputs(aws, name) == had
    assert [key for key in had if had[key].endswith(".fifo")] == ["Line", "News"]
    attributes = sqs.get_queue_attributes(QueueUrl=had["Queue"], AttributeNames=["All"])
    told = attributes["Attributes"]
    assert (told["VisibilityTimeout"], told["MessageRetentionPeriod"]) == ("30", "600")
    assert told["ApproximateNumberOfMessages"] == "1"
    topic = sns.get_topic_attributes(TopicArn=had["Topic"])["Attributes"]
    assert topic["DisplayName"] == "two"
    listed = sns.list_subscriptions_by_topic(TopicArn=had["Topic"])["Subscriptions"]
    assert len(listed) == 2
    stacks.delete_stack(StackName=name)
    with pytest.raises(ClientError):
        sqs.get_queue_attributes(QueueUrl=had["Queue"], AttributeNames=["All"])


def test_how_long_logs_are_kept_is_changed_in_place(aws, fresh):
    stacks, logs, name = aws("cloudformation"), aws("logs"), fresh("stack")
    days = []
    for make, said in (
        (stacks.create_stack, {"RetentionInDays": 7}),
        (stacks.update_stack, {"RetentionInDays": 30}),
        (stacks.update_stack, {}),
    ):
        group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name} | said}
        make(StackName=name, TemplateBody=json.dumps({"Resources": {"Group": group}}))
        (found,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        days.append(found.get("retentionInDays"))
        if make == stacks.create_stack:
            logs.create_log_stream(logGroupName=name, logStreamName="kept")
    assert days == [7, 30, None]
    assert logs.describe_log_streams(logGroupName=name)["logStreams"]
    stacks.delete_stack(StackName=name)


def test_a_state_machine_is_of_its_templates_type_and_changed_in_place(aws, fresh):
    stacks, states, name = aws("cloudformation"), aws("stepfunctions"), fresh("flow")
    role = make_role(aws("iam"), name, "states")
    key, arn = f"{name}/flow.yaml", f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
    aws("s3").create_bucket(Bucket=name)
    aws("s3").put_object(Bucket=name, Key=key, Body=b"StartAt: A\nStates: {A: {Type: Succeed}}")
    form = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${who}", "End": true}}}'

    def template(**more):
        common = {"StateMachineName": name, "RoleArn": role}
        properties = common | {"StateMachineType": "EXPRESS"} | more
        machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
        told = {"Revision": {"Value": {"Fn::GetAtt": ["M", "StateMachineRevisionId"]}}}
        body = {"Resources": {"M": machine}, "Outputs": told}
        return {"StackName": name, "TemplateBody": json.dumps(body)}

    tags = {"Tags": [{"Key": "k", "Value": "v"}]}
    filled = {"DefinitionString": form, "DefinitionSubstitutions": {"who": "you"}}
    stacks.create_stack(**template(**filled, **tags))
    made = states.describe_state_machine(stateMachineArn=arn)
    assert (made["type"], json.loads(made["definition"])["States"]["A"]["Result"]) == (
        "EXPRESS",
        "you",
    )
    assert outputs(aws, name) == {"Revision": "INITIAL"}
    assert states.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "k", "value": "v"}]
    stacks.update_stack(**template(DefinitionS3Location={"Bucket": name, "Key": key}))
    changed = states.describe_state_machine(stateMachineArn=arn)
    assert json.loads(changed["definition"])["States"] == {"A": {"Type": "Succeed"}}
    assert outputs(aws, name) == {"Revision": changed["revisionId"]}
    assert states.list_tags_for_resource(resourceArn=arn)["tags"] == []
    wrong = template(Definition={"StartAt": "B", "States": {}})
    words = why(aws, verb="update_stack", then="UPDATE_ROLLBACK_COMPLETE", **wrong)
    assert "Invalid State Machine Definition" in words
    stacks.delete_stack(StackName=name)
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        states.describe_state_machine(stateMachineArn=arn)


def test_a_stack_keeps_to_the_types_and_parameters_that_there_are(aws):
    stacks, topic = aws("cloudformation"), {"Topic": {"Type": "AWS::SNS::Topic"}}
    template = json.dumps({"Resources": topic})
    with pytest.raises(ClientError, match=r"Topic is not allowed by parameter ResourceTypes \[AWS"):
        stacks.create_stack(StackName="n", TemplateBody=template, ResourceTypes=["AWS::S3::*"])
    slot = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/none"}
    template = json.dumps({"Resources": topic, "Parameters": {"P": slot}})
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/none\] from parameter"):
        stacks.create_stack(StackName="n", TemplateBody=template)


def test_the_rules_of_a_template_are_judged(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("stack")
    old = {"Fn::Contains": [["1", "2"], {"Ref": "Version"}]}
    known = {"Fn::EachMemberIn": [{"Ref": "Parts"}, ["a", "b"]]}
    template = {
        "Parameters": {
            "Version": {"Type": "Number", "Default": 3},
            "Parts": {"Type": "CommaDelimitedList", "Default": "a, b"},
        },
        "Rules": {
            "New": {"Assertions": [{"Assert": {"Fn::Not": [old]}, "AssertDescription": "too old"}]},
            "Known": {
                "RuleCondition": {"Fn::Equals": [{"Ref": "Version"}, "3"]},
                "Assertions": [{"Assert": known}],
            },
        },
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Parts": {"Value": {"Fn::Join": ["|", {"Ref": "Parts"}]}}},
    }

    def make(**given):
        stacks.create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Parameters=parameters(given),
        )

    with pytest.raises(ClientError, match="Template error: too old"):
        make(Version="2")
    with pytest.raises(ClientError, match="the rule Known does not hold"):
        make(Parts="a,c")
    make()
    assert outputs(aws, name) == {"Parts": "a|b"}
    stacks.delete_stack(StackName=name)


def test_an_update_whose_output_cannot_be_told_changes_nothing(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("stack")
    stacks.create_stack(StackName=name, TemplateBody=holding(name))
    told = {"Told": {"Value": {"Fn::GetAtt": [name, "None"]}}}
    changed = json.loads(holding(name, f"{name}-2")) | {"Outputs": told}
    with pytest.raises(ClientError, match="does not support attribute type None"):
        stacks.update_stack(StackName=name, TemplateBody=json.dumps(changed))
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert "Outputs" not in stack
    assert len(aws("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])) == 1
    stacks.delete_stack(StackName=name)


def test_a_stack_tells_what_its_caller_knew_of(aws, fresh):
    stacks, name = aws("cloudformation"), fresh("stack")

    def told():
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        return stack.get("Capabilities"), "LastUpdatedTime" in stack

    knowing = {"StackName": name, "Capabilities": ["CAPABILITY_IAM"]}
    stacks.create_stack(TemplateBody=holding(name), **knowing)
    assert told() == (["CAPABILITY_IAM"], False)
    change = {"StackName": name, "ChangeSetName": "change"}
    stacks.create_change_set(
        **change, TemplateBody=holding(name, f"{name}-2"), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    assert stacks.describe_change_set(**change)["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    stacks.execute_change_set(**change)
    assert told() == (["CAPABILITY_NAMED_IAM"], True)
    stacks.update_stack(TemplateBody=holding(name), **knowing)
    assert told() == (["CAPABILITY_IAM"], True)
    stacks.delete_stack(StackName=name)


def test_an_archive_goes_where_stacks_were_made(aws, fresh):
    stacks, events, name = aws("cloudformation"), aws("events"), fresh("archive")
    body = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    stacks.create_stack(StackName=name, TemplateBody=body)
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    events.create_archive(ArchiveName=name, EventSourceArn=bus)
    events.delete_archive(ArchiveName=name)
    assert events.list_archives(NamePrefix=name)["Archives"] == []
    stacks.delete_stack(StackName=name)
