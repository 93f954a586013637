"""Policies and roles, as tests write them."""

import json
from typing import Any

Statement = dict[str, Any]


def policy(*statements: Statement) -> str:
    """A policy's document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> Statement:
    """``trust("glue")``: that service may take the role on."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def lets_in(*services: str) -> dict[str, str]:
    """``lets_in("sns")``: the attributes of a queue that takes what services send."""
    named = {"Service": [f"{service}.amazonaws.com" for service in services]}
    told = {"Effect": "Allow", "Principal": named, "Action": "sqs:SendMessage", "Resource": "*"}
    return {"Policy": policy(told)}


def make_role(iam: Any, name: str, service: str, *statements: Statement) -> str:
    """The ARN of a new role that a service may take on, and that may do what statements say."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust(service)))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy(*statements))
    return str(made["Role"]["Arn"])
