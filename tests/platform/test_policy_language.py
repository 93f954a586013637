"""IAM's policy language, statement by statement."""

import pytest

from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Verdict, check_document, judge
from labkit.cloud.operations import Principal

ANA = Principal("arn:aws:iam::123456789012:user/ana", "123456789012")
SESSION = Principal("arn:aws:sts::123456789012:assumed-role/loader/run", "123456789012")
GLUE = Principal("glue.amazonaws.com", "123456789012")
LAKE = "arn:aws:s3:::lake/raw/a.csv"
SSE = "s3:x-amz-server-side-encryption"


def verdict(
    statement, *, principal=ANA, action="s3:GetObject", resource=LAKE, keys=None, of="2012-10-17"
):
    base = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    merged = base | statement
    for element in ("Principal", "Action", "Resource"):
        if f"Not{element}" in merged:
            merged.pop(element)
    lowered = {k.lower(): v for k, v in (keys or {}).items()}
    question = Question(principal, action, resource, lowered)
    document = {"Version": of, "Statement": merged} if of else {"Statement": merged}
    return judge(document, question, has_principal=True).value


PRINCIPALS = {
    "everybody": ("*", ANA, "allowed"),
    "everybody-aws": ({"AWS": "*"}, ANA, "allowed"),
    "user": ({"AWS": ANA.arn}, ANA, "allowed"),
    "other-user": ({"AWS": "arn:aws:iam::123456789012:user/bob"}, ANA, "silent"),
    "one-of-list": ({"AWS": ["arn:aws:iam::123456789012:user/bob", ANA.arn]}, ANA, "allowed"),
    "account-root": ({"AWS": "arn:aws:iam::123456789012:root"}, ANA, "delegated"),
    "account-number": ({"AWS": "123456789012"}, ANA, "delegated"),
    "other-account": ({"AWS": "999999999999"}, ANA, "silent"),
    "role-of-session": ({"AWS": "arn:aws:iam::123456789012:role/loader"}, SESSION, "allowed"),
    "session-itself": ({"AWS": SESSION.arn}, SESSION, "allowed"),
    "service": ({"Service": "glue.amazonaws.com"}, GLUE, "allowed"),
    "user-is-no-service": ({"Service": "glue.amazonaws.com"}, ANA, "silent"),
}


@pytest.mark.parametrize(("element", "caller", "says"), PRINCIPALS.values(), ids=PRINCIPALS)
def test_principal(element, caller, says):
    assert verdict({"Principal": element}, principal=caller) == says


def test_not_principal_speaks_to_all_others():
    element = {"Effect": "Deny", "NotPrincipal": {"AWS": ANA.arn}}
    assert verdict(element) == "silent"
    assert verdict(element, principal=SESSION) == "denied"


STATEMENTS = {
    "action": ({}, "allowed"),
    "action-other-case": ({"Action": "S3:getobject"}, "allowed"),
    "action-star": ({"Action": "s3:Get*"}, "allowed"),
    "action-question-mark": ({"Action": "s3:GetObjec?"}, "allowed"),
    "action-other": ({"Action": "s3:GetObjectAcl"}, "silent"),
    "not-action": ({"NotAction": "s3:Put*"}, "allowed"),
    "not-action-hit": ({"NotAction": ["s3:Put*", "s3:Get*"]}, "silent"),
    "resource-prefix": ({"Resource": "arn:aws:s3:::lake/*"}, "allowed"),
    "resource-bucket-only": ({"Resource": "arn:aws:s3:::lake"}, "silent"),
    "resource-case-counts": ({"Resource": "arn:aws:s3:::Lake/*"}, "silent"),
    "resource-brackets-are-plain": ({"Resource": "arn:aws:s3:::lake/raw/[a].csv"}, "silent"),
    "not-resource": ({"NotResource": "arn:aws:s3:::lake/raw/*"}, "silent"),
    "not-resource-miss": ({"NotResource": "arn:aws:s3:::lake/tmp/*"}, "allowed"),
    "variable": ({"Resource": "arn:aws:s3:::lake/${who}/a.csv"}, "allowed"),
    "variable-unknown": ({"Resource": "arn:aws:s3:::lake/${aws:PrincipalTag/x}*"}, "silent"),
    "variable-default": ({"Resource": "arn:aws:s3:::lake/${none,'raw'}/*"}, "allowed"),
    "deny": ({"Effect": "Deny"}, "denied"),
}


@pytest.mark.parametrize(("statement", "says"), STATEMENTS.values(), ids=STATEMENTS)
def test_statement(statement, says):
    assert verdict(statement, keys={"who": "raw"}) == says


@pytest.mark.parametrize("of", ["2008-10-17", None])
def test_variables_are_plain_text_before_2012(of):
    pattern = "arn:aws:s3:::lake/${who}/a.csv"
    assert verdict({"Resource": pattern}, keys={"who": "raw"}, of=of) == "silent"
    literal = {"Resource": pattern, "Condition": {"StringEquals": {"w": "${who}"}}}
    assert verdict(literal, resource=pattern, keys={"w": "${who}"}, of=of) == "allowed"


HEADER = {SSE: "aws:kms"}
CONDITIONS = {
    "equals": ({"StringEquals": {SSE: "aws:kms"}}, HEADER, True),
    "equals-other": ({"StringEquals": {SSE: "AES256"}}, HEADER, False),
    "equals-any-of": ({"StringEquals": {SSE: ["AES256", "aws:kms"]}}, HEADER, True),
    "equals-absent": ({"StringEquals": {SSE: "aws:kms"}}, {}, False),
    "equals-if-exists-absent": ({"StringEqualsIfExists": {SSE: "aws:kms"}}, {}, True),
    "key-case": ({"StringEquals": {SSE.upper(): "aws:kms"}}, HEADER, True),
    "value-case": ({"StringEquals": {SSE: "AWS:KMS"}}, HEADER, False),
    "ignore-case": ({"StringEqualsIgnoreCase": {SSE: "AWS:KMS"}}, HEADER, True),
    "not-equals": ({"StringNotEquals": {SSE: "AES256"}}, HEADER, True),
    "not-equals-none-of": ({"StringNotEquals": {SSE: ["AES256", "aws:kms"]}}, HEADER, False),
    "not-equals-absent": ({"StringNotEquals": {SSE: "aws:kms"}}, {}, True),
    "not-equals-if-exists-absent": ({"StringNotEqualsIfExists": {SSE: "aws:kms"}}, {}, True),
    "not-equals-and-present": (
        {"StringNotEquals": {SSE: "aws:kms"}, "Null": {SSE: "false"}},
        {},
        False,
    ),
    "like": ({"StringLike": {"s3:prefix": "raw/*"}}, {"s3:prefix": "raw/x"}, True),
    "not-like": ({"StringNotLike": {"s3:prefix": "raw/*"}}, {"s3:prefix": "raw/x"}, False),
    "null-absent": ({"Null": {SSE: "true"}}, {}, True),
    "null-present": ({"Null": {SSE: True}}, HEADER, False),
    "bool": ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": "true"}, False),
    "bool-json": ({"Bool": {"aws:SecureTransport": True}}, {"aws:SecureTransport": "true"}, True),
    "number": ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "9"}, True),
    "number-not-text": ({"NumericLessThan": {"s3:max-keys": "10"}}, {"s3:max-keys": "9"}, True),
    "number-bad": ({"NumericEquals": {"s3:max-keys": "ten"}}, {"s3:max-keys": "9"}, False),
    "date": (
        {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
        {"aws:CurrentTime": "2026-11-23T05:00:00Z"},
        True,
    ),
    "ip": ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, {"aws:SourceIp": "127.0.0.1"}, True),
    "not-ip": ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": "::1"}, True),
    "arn-like": (
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/load*"}},
        {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/loader"},
        True,
    ),
    "arn-star-stays-in-its-part": (
        {"ArnLike": {"aws:PrincipalArn": "arn:*:role/loader"}},
        {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/loader"},
        False,
    ),
    "all-values": ({"ForAllValues:StringEquals": {"tags": ["a", "b"]}}, {"tags": ["a", "b"]}, True),
    "all-values-one-more": (
        {"ForAllValues:StringEquals": {"tags": ["a"]}},
        {"tags": ["a", "b"]},
        False,
    ),
    "all-values-absent": ({"ForAllValues:StringEquals": {"tags": ["a"]}}, {}, True),
    "any-value": ({"ForAnyValue:StringEquals": {"tags": ["b"]}}, {"tags": ["a", "b"]}, True),
    "any-value-absent": ({"ForAnyValue:StringEquals": {"tags": ["b"]}}, {}, False),
    "two-keys-are-and": ({"StringEquals": {SSE: "aws:kms", "s3:prefix": "x"}}, HEADER, False),
}


@pytest.mark.parametrize(("condition", "keys", "holds"), CONDITIONS.values(), ids=CONDITIONS)
def test_condition(condition, keys, holds):
    says = verdict({"Condition": condition}, keys=keys)
    assert says == ("allowed" if holds else "silent")


def test_an_operator_that_nobody_knows_refuses_either_way():
    condition = {"Condition": {"StringSortOf": {SSE: "x"}}}
    assert verdict(condition) == "silent"
    assert verdict(condition | {"Effect": "Deny"}) == "denied"


def test_deny_beats_allow():
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    document = {"Statement": [allow, allow | {"Effect": "Deny"}]}
    question = Question(ANA, "s3:GetObject", LAKE)
    assert judge(document, question, has_principal=True) is Verdict.DENIED


BAD = {
    "effect": {"Effect": "allow"},
    "no-action": {"Action": None},
    "condition": {"Condition": {"StringIs": {SSE: "x"}}},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_malformed(change):
    good = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    check_document({"Statement": [good]}, has_principal=True)
    broken = {k: v for k, v in (good | change).items() if v is not None}
    with pytest.raises(ValueError):
        check_document({"Statement": [broken]}, has_principal=True)
