"""What a grading's processes load once is as a client has it by itself."""

import subprocess
import sys

CLIENTS = """
import boto3

def client(region):
    return boto3.Session("a", "b", region_name=region).client("sts")

def said(region):
    meta = client(region).meta
    names = [meta.events._alias_event_name(f"x.{each}.y") for each in ("api.sagemaker", "sts")]
    return meta.endpoint_url, names, meta.method_to_api_mapping

regions = ("us-east-1", "cn-north-1")
alone = [said(each) for each in regions]
import labkit.exercises.grading.loaders
assert [said(each) for each in regions] == alone
one, other = client("eu-west-1"), client("eu-west-1")
assert type(one).get_caller_identity is type(other).get_caller_identity
assert type(one) is not type(other)
assert one._ruleset_resolver._provider.ruleset is other._ruleset_resolver._provider.ruleset
"""


def test_clients_share_what_is_loaded_once_and_are_as_they_were():
    subprocess.run([sys.executable, "-c", CLIENTS], check=True)
