"""IAM's users, groups and policies: nothing that others hang on goes."""

import datetime
import json
import re
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from labkit.cloud.access import identities
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Principal
from tests.roles import policy
from tests.roles import trust as trusts

ALLOW = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    }
)


@pytest.fixture
def iam(aws):
    return aws("iam")


def refused(iam, call, **asked):
    """What a deletion is refused with."""
    with pytest.raises(iam.exceptions.DeleteConflictException) as caught:
        getattr(iam, call)(**asked)
    return caught.value.response["Error"]["Message"]


def test_a_policy_that_somebody_has(iam, fresh):
    name = fresh("policy")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=ALLOW)
    iam.create_user(UserName=name)
    for _ in range(2):
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert refused(iam, "delete_policy", PolicyArn=arn).endswith("attached to entities.")
    iam.detach_user_policy(UserName=name, PolicyArn=arn)
    assert "more than one version" in refused(iam, "delete_policy", PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)


def test_a_group_and_a_user_in_it(iam, fresh):
    name = fresh("people")
    group, user = {"GroupName": name}, {"UserName": name}
    iam.create_group(**group)
    iam.create_user(**user)
    iam.add_user_to_group(**group, **user)
    iam.put_group_policy(**group, PolicyName="p", PolicyDocument=ALLOW)
    key = iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]
    assert "remove users from group" in refused(iam, "delete_group", **group)
    assert "delete access keys" in refused(iam, "delete_user", **user)
    iam.delete_access_key(**user, AccessKeyId=key)
    assert "remove users from group" in refused(iam, "delete_user", **user)
    iam.remove_user_from_group(**group, **user)
    iam.delete_user(**user)
    assert "delete policies" in refused(iam, "delete_group", **group)
    iam.delete_group_policy(**group, PolicyName="p")
    iam.delete_group(**group)


def test_a_name_that_is_taken(iam, fresh):
    name = fresh("user")
    iam.create_user(UserName=name)
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as caught:
        iam.create_user(UserName=name)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_a_group_moves(iam, fresh):
    name = fresh("group")
    iam.create_group(GroupName=name)
    iam.update_group(GroupName=name, NewPath="/a/")
    iam.update_group(GroupName=name, NewGroupName=f"{name}-b")
    told = iam.get_group(GroupName=f"{name}-b")["Group"]
    assert told["Arn"] == f"arn:aws:iam::123456789012:group/a/{name}-b"
    for call in (
        lambda: iam.update_group(GroupName=name),
        lambda: iam.list_instance_profiles_for_role(RoleName=name),
    ):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            call()


def test_a_user_moves(iam, fresh):
    name, tags = fresh("user"), [{"Key": "a", "Value": "b"}]
    iam.create_user(UserName=name, Tags=tags)
    iam.create_user(UserName=f"{name}-taken")
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.update_user(UserName=name, NewUserName=f"{name}-taken")
    iam.update_user(UserName=name, NewPath="/a/", NewUserName=f"{name}-b")
    named = {"UserName": f"{name}-b"}
    assert iam.get_user(**named)["User"]["Arn"].endswith(f":user/a/{name}-b")
    assert iam.list_user_tags(**named)["Tags"] == tags
    told = iam.list_access_keys(**named)["AccessKeyMetadata"]
    assert [(each["UserName"], each["AccessKeyId"]) for each in told] == [(f"{name}-b", key)]


def test_a_longer_session_leaves_the_description(iam, fresh):
    role = {"RoleName": fresh("role")}
    trust = policy(trusts("lambda"))
    iam.create_role(**role, AssumeRolePolicyDocument=trust, Description="a")
    iam.update_role(**role, MaxSessionDuration=7200)
    iam.update_role(**role)
    told = iam.get_role(**role)["Role"]
    assert (told["Description"], told["MaxSessionDuration"]) == ("a", 7200)


def test_documents_are_told_as_they_were_put(iam, fresh):
    name, odd = fresh("role"), {"StringEquals": {"aws:SourceArn": "a%3Ab+c d%"}}
    role, profile = {"RoleName": name}, {"InstanceProfileName": name}
    trust = trusts("lambda") | {"Condition": odd}
    made = iam.create_role(**role, AssumeRolePolicyDocument=policy(trust))["Role"]
    assert {"MaxSessionDuration", "RoleLastUsed"} & {*made} == set()
    iam.create_instance_profile(**profile)
    iam.add_role_to_instance_profile(**role, **profile)
    allows = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": odd}
    arn = iam.create_policy(PolicyName=name, PolicyDocument=policy(allows))["Policy"]["Arn"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    pages = iam.get_paginator("list_roles").paginate()
    details = iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role"])
    told = [
        iam.get_instance_profile(**profile)["InstanceProfile"]["Roles"][0],
        next(each for page in pages for each in page["Roles"] if each["RoleName"] == name),
        next(e for page in details for e in page["RoleDetailList"] if e["RoleName"] == name),
    ]
    documents = [version, *(each["AssumeRolePolicyDocument"] for each in told)]
    assert [each["Statement"][0]["Condition"] for each in documents] == [odd] * 4


NONE = "arn:aws:iam::123456789012:policy/none"
# A call with what none has, and how it is refused.
MISSING = {
    "get_role": ({"RoleName": "none"}, "The role with name none cannot be found."),
    "get_group": ({"GroupName": "none"}, "The group with name none cannot be found."),
    "get_instance_profile": (
        {"InstanceProfileName": "none"},
        "Instance Profile none cannot be found.",
    ),
    "remove_user_from_group": (
        {"GroupName": "none", "UserName": "none"},
        "The user with name none cannot be found.",
    ),
    "get_login_profile": (
        {"UserName": "learner"},
        "Login Profile for User learner cannot be found.",
    ),
    "get_user_policy": (
        {"UserName": "learner", "PolicyName": "none"},
        "The user policy with name none cannot be found.",
    ),
    "delete_ssh_public_key": (
        {"UserName": "learner", "SSHPublicKeyId": "APKA" + "X" * 17},
        f"The Public Key with id APKA{'X' * 17} cannot be found.",
    ),
    "delete_virtual_mfa_device": (
        {"SerialNumber": "arn:aws:iam::123456789012:mfa/none"},
        "MFA Device with serial number arn:aws:iam::123456789012:mfa/none does not exist.",
    ),
    "deactivate_mfa_device": (
        {"UserName": "learner", "SerialNumber": "arn:aws:iam::123456789012:mfa/none"},
        "MFA Device with serial number arn:aws:iam::123456789012:mfa/none does not exist.",
    ),
    "tag_policy": (
        {"PolicyArn": NONE, "Tags": [{"Key": "a", "Value": "b"}]},
        f"Policy {NONE} was not found.",
    ),
    "get_policy_version": (
        {"PolicyArn": NONE, "VersionId": "v1"},
        f"Policy {NONE} version v1 does not exist or is not attachable.",
    ),
    "attach_user_policy": (
        {"UserName": "learner", "PolicyArn": "the-name-of-a-policy"},
        "ARN the-name-of-a-policy is not valid.",
    ),
    "put_user_permissions_boundary": (
        {"UserName": "learner", "PermissionsBoundary": NONE},
        f"Scope ARN: {NONE} does not exist or is not attachable.",
    ),
    "create_role": (
        {"RoleName": "bounded", "PermissionsBoundary": f"{NONE[:25]}:group/none"},
        f"ARN {NONE[:25]}:group/none is not valid.",
    ),
}


@pytest.mark.parametrize(("call", "row"), MISSING.items(), ids=MISSING)
def test_what_none_has(iam, call, row):
    asked, words = row
    if call == "create_role":
        asked = asked | {"AssumeRolePolicyDocument": policy(trusts("lambda"))}
    with pytest.raises(iam.exceptions.ClientError) as caught:
        getattr(iam, call)(**asked)
    told = caught.value.response["Error"]
    assert told["Message"] == words
    assert (told["Code"] == "InvalidInput") == words.endswith("is not valid.")


def test_what_a_user_logs_in_with_stands_in_the_way(iam, fresh):
    name = fresh("user")
    iam.create_user(UserName=name)
    key = iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody="ssh-rsa AAAA")["SSHPublicKey"]
    assert refused(iam, "delete_user", UserName=name).endswith("delete SSH public keys first.")
    iam.delete_ssh_public_key(UserName=name, SSHPublicKeyId=key["SSHPublicKeyId"])
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    number = {"SerialNumber": device["SerialNumber"]}
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName=name, **number, **codes)
    assert "Must deactivate first" in refused(iam, "delete_virtual_mfa_device", **number)
    iam.deactivate_mfa_device(UserName=name, **number)
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException, match="device already exists"):
        iam.create_virtual_mfa_device(VirtualMFADeviceName=name)
    iam.delete_virtual_mfa_device(**number)
    iam.delete_user(UserName=name)


def test_a_password_that_is_to_be_changed_stays_one(iam, fresh):
    user = {"UserName": fresh("user")}
    iam.create_user(**user)
    iam.create_login_profile(**user, Password="A password of 2026!")
    iam.update_login_profile(**user, PasswordResetRequired=True)
    assert iam.get_login_profile(**user)["LoginProfile"]["PasswordResetRequired"]
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_login_profile(**user, Password="Another one of 2026!")


def test_versions_and_lists_of_policies(iam, fresh):
    name = fresh("policy")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]["Arn"]
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=ALLOW, SetAsDefault=True)
    assert "Document" not in made["PolicyVersion"]
    details = iam.get_paginator("get_account_authorization_details")
    pages = details.paginate(Filter=["LocalManagedPolicy"])
    found = [each for page in pages for each in page["Policies"] if each["Arn"] == arn]
    assert [(each["PolicyName"], each["PolicyId"][:4]) for each in found] == [(name, "ANPA")]
    told = iam.list_policy_versions(PolicyArn=arn)
    versions = [(each["VersionId"], each["IsDefaultVersion"]) for each in told["Versions"]]
    assert (versions, told["IsTruncated"]) == ([("v2", True), ("v1", False)], False)
    iam.create_user(UserName=name, PermissionsBoundary=arn)

    def uses(**asked):
        pages = iam.get_paginator("list_policies").paginate(Scope="Local", **asked)
        found = [each for page in pages for each in page["Policies"]]
        return [each["PermissionsBoundaryUsageCount"] for each in found if each["Arn"] == arn]

    assert uses() == uses(PolicyUsageFilter="PermissionsBoundary") == [1]
    assert uses(OnlyAttached=True) == []


def test_a_page_goes_on_without_its_size(iam, fresh):
    path, trust = f"/{fresh('path')}/", policy(trusts("lambda"))
    for number in range(3):
        role = {"RoleName": fresh(f"role{number}"), "Path": path}
        iam.create_role(**role, AssumeRolePolicyDocument=trust)
    first = iam.list_roles(PathPrefix=path, MaxItems=2)
    rest = iam.list_roles(PathPrefix=path, Marker=first["Marker"])
    assert len({each["RoleName"] for each in first["Roles"] + rest["Roles"]}) == 3


@pytest.mark.parametrize("member", ["Principal", "NotPrincipal"])
def test_a_policy_of_an_identity_names_nobody(iam, fresh, member):
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", member: "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException, match="not specify a prin"):
        iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=text)


@pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}], ids=["none", "2008"])
@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_a_policy_within_is_of_either_version(iam, fresh, kind, version):
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document, holder = {**version, "Statement": statement}, {f"{kind.title()}Name": fresh(kind)}
    trust = {**version, "Statement": json.loads(policy(trusts("glue")))["Statement"]}
    made = {"AssumeRolePolicyDocument": policy(trusts("lambda"))} if kind == "role" else {}
    getattr(iam, f"create_{kind}")(**holder, **made)
    of = holder | {"PolicyName": "within"}
    getattr(iam, f"put_{kind}_policy")(**of, PolicyDocument=json.dumps(document))
    assert getattr(iam, f"get_{kind}_policy")(**of)["PolicyDocument"] == document
    if kind == "role":
        iam.update_assume_role_policy(**holder, PolicyDocument=json.dumps(trust))
        assert iam.get_role(**holder)["Role"]["AssumeRolePolicyDocument"] == trust
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException, match="version 2012-10-17"):
        iam.create_policy(PolicyName=fresh("p"), PolicyDocument=json.dumps(document))


@pytest.mark.parametrize(
    "document",
    ["{", "[]", '{"Version": "2011"}', '{"Statement": {"Effect": "Allow", "Resource": "*"}}'],
)
def test_a_policy_within_that_is_none(iam, fresh, document):
    of = {"RoleName": fresh("role"), "PolicyName": "within"}
    iam.create_role(RoleName=of["RoleName"], AssumeRolePolicyDocument=policy(trusts("lambda")))
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
        iam.put_role_policy(**of, PolicyDocument=document)
    assert iam.list_role_policies(RoleName=of["RoleName"])["PolicyNames"] == []


def test_ids_tell_what_they_are_of(iam, fresh):
    name, trust = fresh("id"), policy(trusts("lambda"))
    told = {
        "AIDA": iam.create_user(UserName=name)["User"]["UserId"],
        "AGPA": iam.create_group(GroupName=name)["Group"]["GroupId"],
        "ANPA": iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]["PolicyId"],
        "AROA": iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["RoleId"],
        "AIPA": iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"][
            "InstanceProfileId"
        ],
    }
    for prefix, number in told.items():
        assert re.fullmatch(f"{prefix}[A-Z2-7]{{17}}", number), number


def test_redshift_s_own_role_has_its_name(iam):
    role = iam.create_service_linked_role(AWSServiceName="redshift.amazonaws.com")["Role"]
    assert role["RoleName"] == "AWSServiceRoleForRedshift"
    iam.delete_service_linked_role(RoleName=role["RoleName"])


@pytest.mark.parametrize(
    ("keys", "words"),
    [(["aws:a"], "reserved"), (["AWS:a"], "reserved"), (["a", "A"], "Duplicate tag keys found")],
)
def test_keys_of_tags_that_are_refused(iam, fresh, keys, words):
    name, tags = fresh("tagged"), [{"Key": key, "Value": "v"} for key in keys]
    with pytest.raises(iam.exceptions.InvalidInputException, match=words):
        iam.create_user(UserName=name, Tags=tags)
    iam.create_user(UserName=name)
    with pytest.raises(iam.exceptions.InvalidInputException, match=words):
        iam.tag_user(UserName=name, Tags=tags)
    assert iam.list_user_tags(UserName=name)["Tags"] == []


def self_signed():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.com")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


CERTIFICATE = self_signed()


def device(iam, name, tags):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Tags=tags)
    return {"SerialNumber": made["VirtualMFADevice"]["SerialNumber"]}


def saml(iam, name, tags):
    made = iam.create_saml_provider(Name=name, SAMLMetadataDocument="x" * 1000, Tags=tags)
    named = {"SAMLProviderArn": made["SAMLProviderArn"]}
    assert iam.get_saml_provider(**named)["Tags"] == tags
    return named


def profile(iam, name, tags):
    iam.create_instance_profile(InstanceProfileName=name, Tags=tags)
    return {"InstanceProfileName": name}


def certificate(iam, name, tags):
    asked = {"CertificateBody": CERTIFICATE, "PrivateKey": "k", "Tags": tags}
    iam.upload_server_certificate(ServerCertificateName=name, **asked)
    return {"ServerCertificateName": name}


TAGGED = {
    "mfa_device": device,
    "saml_provider": saml,
    "instance_profile": profile,
    "server_certificate": certificate,
}


@pytest.mark.parametrize(("kind", "make"), TAGGED.items(), ids=TAGGED)
def test_tags_of_devices_providers_and_profiles(iam, fresh, kind, make):
    first, second = ({"Key": key, "Value": "v"} for key in "ab")
    named = make(iam, fresh("tagged"), [first])
    getattr(iam, f"tag_{kind}")(**named, Tags=[second])
    listed = getattr(iam, f"list_{kind}_tags")
    assert listed(**named)["Tags"] == [first, second]
    getattr(iam, f"untag_{kind}")(**named, TagKeys=["a"])
    assert listed(**named)["Tags"] == [second]


def test_a_certificate_tells_when_it_expires_and_moves(iam, fresh):
    name = fresh("certificate")
    certificate(iam, name, [])
    (told,) = (
        each
        for page in iam.get_paginator("list_server_certificates").paginate()
        for each in page["ServerCertificateMetadataList"]
        if each["ServerCertificateName"] == name
    )
    assert re.fullmatch("ASCA[A-Z0-9]{17}", told["ServerCertificateId"])
    assert told["Expiration"] > told["UploadDate"]
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        certificate(iam, name, [])
    moved = {"NewPath": "/a/", "NewServerCertificateName": f"{name}-b"}
    iam.update_server_certificate(ServerCertificateName=name, **moved)
    found = iam.get_server_certificate(ServerCertificateName=f"{name}-b")["ServerCertificate"]
    assert found["ServerCertificateMetadata"]["Arn"].endswith(f"server-certificate/a/{name}-b")
    assert found["CertificateBody"].strip() == CERTIFICATE.strip()


def test_the_clients_of_a_provider_change(iam, fresh):
    made = iam.create_open_id_connect_provider(
        Url=f"https://{fresh('oidc')}.example.com", ClientIDList=["a"], ThumbprintList=["c" * 40]
    )
    named = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    for client in ("b", "b"):
        iam.add_client_id_to_open_id_connect_provider(**named, ClientID=client)
    for client in ("a", "none"):
        iam.remove_client_id_from_open_id_connect_provider(**named, ClientID=client)
    assert iam.get_open_id_connect_provider(**named)["ClientIDList"] == ["b"]


def test_nobody_has_credentials_of_one_service(iam, fresh):
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.list_service_specific_credentials(UserName=fresh("nobody"))
    iam.create_user(UserName=(name := fresh("user")))
    told = iam.list_service_specific_credentials(UserName=name)
    assert told["ServiceSpecificCredentials"] == []


@pytest.mark.parametrize("kind", ["user", "role"])
def test_keys_of_tags_are_one_in_capitals_and_small_letters(aws, fresh, kind):
    iam, name = aws("iam"), fresh("tagged")
    if kind == "user":
        iam.create_user(UserName=name)
    else:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusts("lambda")))
    named = {f"{kind.title()}Name": name}
    tag, untag = getattr(iam, f"tag_{kind}"), getattr(iam, f"untag_{kind}")
    for key, value in (("Department", "a"), ("other", "b"), ("department", "c")):
        tag(**named, Tags=[{"Key": key, "Value": value}])
    told = getattr(iam, f"list_{kind}_tags")(**named)["Tags"]
    assert {each["Key"]: each["Value"] for each in told} == {"department": "c", "other": "b"}
    untag(**named, TagKeys=["DEPARTMENT"])
    told = getattr(iam, f"list_{kind}_tags")(**named)["Tags"]
    assert [each["Key"] for each in told] == ["other"]


def test_a_group_that_comes_while_a_users_rights_are_read(tmp_path):
    cloud = Cloud(tmp_path / "home")
    known = cloud.backend("iam")
    held = known.users, known.groups

    class Group:
        def __init__(self):
            self.policies, self.managed_policies = {"own": ALLOW}, {}

        @property
        def users(self):
            known.groups.setdefault("late", Group())
            return [user]

    user = SimpleNamespace(
        name="u", policies={}, managed_policies={}, permissions_boundary=None, arn="arn:u"
    )
    try:
        known.users, known.groups = {"u": user}, {"early": Group()}
        whose = Principal(f"arn:aws:iam::{cloud.account}:user/u", cloud.account)
        granted, _ = identities.identity_documents(cloud, whose)
    finally:
        known.users, known.groups = held
        cloud.stop()
    assert len(granted) == 1
