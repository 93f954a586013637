"""KMS: policies, grants and states decide over a key's use."""

import datetime as dt
import hashlib

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from tests.roles import policy

LEARNER = "arn:aws:iam::123456789012:user/learner"
ROOT = "arn:aws:iam::123456789012:root"


def allow(who, *actions):
    return {"Effect": "Allow", "Principal": {"AWS": who}, "Action": actions, "Resource": "*"}


@pytest.fixture
def kms(aws):
    return aws("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def test_a_round_trip_by_every_name(kms, key, fresh):
    alias = f"alias/{fresh('k')}"
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    made = kms.describe_key(KeyId=alias)["KeyMetadata"]
    assert (made["Arn"], made["KeyUsage"], made["KeyState"]) == (key, "ENCRYPT_DECRYPT", "Enabled")
    alias_arn = key.rpartition(":")[0] + f":{alias}"
    for name in (key, key.rpartition("/")[2], alias, alias_arn):
        blob = kms.encrypt(KeyId=name, Plaintext=b"secret")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob, KeyId=name)["Plaintext"] == b"secret"


NO_ALIASES = {  # call, what it names → code
    "another-prefix": ("create_alias", {"AliasName": "a"}, "ValidationException"),
    "of-an-alias": ("create_alias", {"TargetKeyId": "alias/b"}, "ValidationException"),
    "aws": ("create_alias", {"AliasName": "alias/aws/s3"}, "NotAuthorizedException"),
    "delete": ("delete_alias", {"AliasName": "a"}, "ValidationException"),
    "delete-missing": ("delete_alias", {"AliasName": "alias/nobody"}, "NotFoundException"),
}


@pytest.mark.parametrize(("call", "asked", "code"), NO_ALIASES.values(), ids=NO_ALIASES)
def test_what_is_no_alias(kms, key, call, asked, code):
    target = {"TargetKeyId": key} if call == "create_alias" else {}
    named = {"AliasName": "alias/a"} | target | asked
    assert code_of(getattr(kms, call), **named) == code


@pytest.mark.parametrize("keys", [["aws:a"], ["a", "a"]])
def test_keys_of_tags_that_are_refused(kms, key, keys):
    tags = [{"TagKey": each, "TagValue": "v"} for each in keys]
    assert code_of(kms.create_key, Tags=tags) == "TagException"
    assert code_of(kms.tag_resource, KeyId=key, Tags=tags) == "TagException"


def test_data_keys(kms, key):
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"a": "b"})
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert (opened["Plaintext"], len(made["Plaintext"])) == (made["Plaintext"], 32)
    blob = made["CiphertextBlob"]
    assert code_of(kms.decrypt, CiphertextBlob=blob) == "InvalidCiphertextException"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P384", "ECC_SECG_P256K1"])
def test_data_key_pairs(kms, key, spec):
    asked = {"KeyId": key, "KeyPairSpec": spec, "EncryptionContext": {"a": "b"}}
    made = kms.generate_data_key_pair(**asked)
    private = load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert private.public_key() == load_der_public_key(made["PublicKey"])
    blob = {"CiphertextBlob": made["PrivateKeyCiphertextBlob"]}
    opened = kms.decrypt(**blob, EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    assert code_of(kms.decrypt, **blob) == "InvalidCiphertextException"
    other = kms.generate_data_key_pair_without_plaintext(**asked)
    assert {*made} - {*other} == {"PrivateKeyPlaintext"}
    assert other["PublicKey"] != made["PublicKey"]
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    wrong = code_of(kms.generate_data_key_pair, KeyId=signing, KeyPairSpec=spec)
    assert wrong == "InvalidKeyUsageException"


def test_two_keys_agree_on_a_secret(kms, key):
    one, other = (
        kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["Arn"]
        for _ in range(2)
    )
    public = {each: kms.get_public_key(KeyId=each)["PublicKey"] for each in (one, other)}
    asked = {"KeyAgreementAlgorithm": "ECDH"}
    secrets = {
        kms.derive_shared_secret(**asked, KeyId=a, PublicKey=public[b])["SharedSecret"]
        for a, b in ((one, other), (other, one))
    }
    assert [len(each) for each in secrets] == [32]
    curve = {"KeySpec": "ECC_NIST_P384", "KeyUsage": "KEY_AGREEMENT"}
    third = kms.get_public_key(KeyId=kms.create_key(**curve)["KeyMetadata"]["Arn"])["PublicKey"]
    for sent in (third, b"none"):
        wrong = code_of(kms.derive_shared_secret, **asked, KeyId=one, PublicKey=sent)
        assert wrong == "ValidationException"
    wrong = code_of(kms.derive_shared_secret, **asked, KeyId=key, PublicKey=third)
    assert wrong == "InvalidKeyUsageException"


def test_rsa_keys_encrypt_with_their_own_pair(kms, key):
    made = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]
    public = load_der_public_key(kms.get_public_key(KeyId=made["Arn"])["PublicKey"])
    taken = hashes.SHA256()
    named = {"KeyId": made["Arn"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    elsewhere = public.encrypt(b"hi", padding.OAEP(padding.MGF1(taken), taken, None))
    here = kms.encrypt(**named, Plaintext=b"x" * 190)
    assert (here["EncryptionAlgorithm"], len(here["CiphertextBlob"])) == ("RSAES_OAEP_SHA_256", 256)
    opened = [kms.decrypt(**named, CiphertextBlob=b) for b in (elsewhere, here["CiphertextBlob"])]
    assert [told["Plaintext"] for told in opened] == [b"hi", b"x" * 190]
    source = {f"Source{k}": v for k, v in named.items()}
    again = kms.re_encrypt(**source, CiphertextBlob=elsewhere, DestinationKeyId=key)
    assert kms.decrypt(CiphertextBlob=again["CiphertextBlob"])["Plaintext"] == b"hi"
    usage, wrong = "InvalidKeyUsageException", "InvalidCiphertextException"
    assert code_of(kms.encrypt, **named, Plaintext=b"x" * 191) == "ValidationException"
    assert code_of(kms.encrypt, KeyId=made["Arn"], Plaintext=b"x") == usage
    assert code_of(kms.encrypt, **named | {"KeyId": key}, Plaintext=b"x") == usage
    assert code_of(kms.generate_data_key, KeyId=made["Arn"], KeySpec="AES_256") == usage
    assert code_of(kms.decrypt, **named, CiphertextBlob=b"x" * 256) == wrong
    assert code_of(kms.decrypt, CiphertextBlob=elsewhere) == wrong


NOT_ASKED = {  # call, its parameters → code
    "usage": ("create_key", {"KeySpec": "HMAC_256"}, "ValidationException"),
    "other usage": (
        "create_key",
        {"KeySpec": "HMAC_256", "KeyUsage": "ENCRYPT_DECRYPT"},
        "ValidationException",
    ),
    "kind": (
        "create_key",
        {"KeySpec": "ML_DSA_65", "KeyUsage": "SIGN_VERIFY"},
        "NotImplementedException",
    ),
    "kind that moto makes of RSA": (
        "create_key",
        {"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"},
        "NotImplementedException",
    ),
    "size": ("generate_random", {}, "ValidationException"),
    "region": (
        "describe_key",
        {"KeyId": f"arn:aws:kms:eu-west-1:{'1' * 12}:key/a"},
        "NotFoundException",
    ),
}


@pytest.mark.parametrize(("call", "asked", "code"), NOT_ASKED.values(), ids=NOT_ASKED)
def test_what_cannot_be_asked(kms, call, asked, code):
    assert code_of(getattr(kms, call), **asked) == code


@pytest.mark.parametrize(
    ("spec", "usage", "algorithms", "told"),
    [
        ("ECC_NIST_P256", "SIGN_VERIFY", "SigningAlgorithms", ["ECDSA_SHA_256"]),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms", ["ECDH"]),
    ],
)
def test_a_public_key_says_what_it_is(kms, spec, usage, algorithms, told):
    made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    public = kms.get_public_key(KeyId=made["KeyId"])
    assert (public["KeyId"], public["KeySpec"], public["KeyUsage"]) == (made["Arn"], spec, usage)
    assert {name: public[name] for name in public if "Algorithms" in name} == {algorithms: told}
    assert load_der_public_key(public["PublicKey"]).curve.name == "secp256r1"


def test_a_secret_key_has_no_public_one(kms, key):
    assert code_of(kms.get_public_key, KeyId=key) == "UnsupportedOperationException"


def test_macs_are_of_the_length_of_their_key(kms):
    made = kms.create_key(KeySpec="HMAC_224", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    asked = {"KeyId": made["Arn"], "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
    assert code_of(kms.generate_mac, **asked) == "InvalidKeyUsageException"
    assert len(kms.generate_mac(**asked | {"MacAlgorithm": "HMAC_SHA_224"})["Mac"]) == 28


def test_the_wrong_key(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert code_of(kms.decrypt, CiphertextBlob=blob, KeyId=other) == "IncorrectKeyException"
    again = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)
    assert kms.decrypt(CiphertextBlob=again["CiphertextBlob"], KeyId=other)["Plaintext"] == b"x"


def test_states(kms, key, fresh):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    assert code_of(kms.encrypt, KeyId=key, Plaintext=b"x") == "DisabledException"
    assert code_of(kms.decrypt, CiphertextBlob=blob) == "DisabledException"
    assert code_of(kms.enable_key_rotation, KeyId=key) == "DisabledException"
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert code_of(kms.cancel_key_deletion, KeyId=key) == "KMSInvalidStateException"
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    kms.create_alias(AliasName=(alias := f"alias/{fresh('k')}"), TargetKeyId=key)
    told = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    members = ("KeyId", "KeyState", "PendingWindowInDays")
    assert [told[each] for each in members] == [key, "PendingDeletion", 7]
    kms.delete_alias(AliasName=alias)
    assert code_of(kms.decrypt, CiphertextBlob=blob) == "KMSInvalidStateException"
    assert code_of(kms.enable_key, KeyId=key) == "KMSInvalidStateException"
    assert kms.cancel_key_deletion(KeyId=key)["KeyId"] == key
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


MISSING = {
    "id": "11111111-1111-1111-1111-111111111111",
    "arn": "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111",
    "alias": "alias/nobody",
    "nonsense": "nonsense",
}


@pytest.mark.parametrize("name", MISSING.values(), ids=MISSING)
def test_a_missing_key(kms, name):
    for call in (kms.describe_key, kms.get_key_policy, kms.disable_key):
        assert code_of(call, KeyId=name) == "NotFoundException"
    assert code_of(kms.encrypt, KeyId=name, Plaintext=b"x") == "NotFoundException"


def test_the_key_policy_decides(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    administer = allow(ROOT, "kms:Put*", "kms:Get*", "kms:Describe*", "kms:CreateGrant")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(administer))
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.decrypt(CiphertextBlob=blob)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: {LEARNER} is not authorized to perform: kms:Decrypt on resource: {key} "
        "because no resource-based policy allows the kms:Decrypt action"
    )
    document = policy(administer, allow(LEARNER, "kms:Decrypt"))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert code_of(kms.encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"


def test_a_deny_beats_a_grant(kms, key):
    kms.create_grant(KeyId=key, GranteePrincipal=LEARNER, Operations=["Encrypt"])
    deny = allow("*", "kms:Encrypt") | {"Effect": "Deny"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(allow(ROOT, "kms:*"), deny))
    assert code_of(kms.encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"


def test_a_grant_with_a_context(kms, key):
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=LEARNER,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextSubset": {"for": "lake"}},
    )
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(allow(ROOT, "kms:Put*")))
    context = {"for": "lake", "more": "x"}
    kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
    assert code_of(kms.encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"


REFUSED = {
    "lockout": (policy(allow(LEARNER, "kms:Decrypt")), "in the future"),
    "not-json": ("nonsense", ""),
    "nobody": (
        policy(allow(ROOT, "kms:*"), allow("arn:aws:iam::123456789012:user/nobody", "kms:*")),
        "invalid principals",
    ),
    "no-arn": (policy(allow(ROOT, "kms:*"), allow("learner", "kms:*")), "invalid principals"),
}


@pytest.mark.parametrize(("document", "words"), REFUSED.values(), ids=REFUSED)
def test_a_policy_that_is_refused(kms, key, document, words):
    with pytest.raises(ClientError, match=f"MalformedPolicyDocumentException.*{words}"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document)
    with pytest.raises(ClientError, match="MalformedPolicyDocumentException"):
        kms.create_key(Policy=document)


def test_a_signing_key_does_not_encrypt(kms):
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    assert code_of(kms.encrypt, KeyId=key, Plaintext=b"x") == "InvalidKeyUsageException"


SIGNING = {  # the key's spec, the algorithm, the digest's name
    "pss": ("RSA_2048", "RSASSA_PSS_SHA_256", "sha256"),
    "pkcs": ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512", "sha512"),
    "ecdsa": ("ECC_NIST_P384", "ECDSA_SHA_384", "sha384"),
}


@pytest.mark.parametrize(("spec", "algorithm", "name"), SIGNING.values(), ids=SIGNING)
def test_a_message_and_its_digest_have_the_same_signatures(kms, spec, algorithm, name):
    made = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec)["KeyMetadata"]
    asked = {"KeyId": made["KeyId"], "SigningAlgorithm": algorithm}
    message = {"Message": b"said"}
    digest = {"Message": hashlib.new(name, b"said").digest(), "MessageType": "DIGEST"}
    for signed, read in ((message, digest), (digest, message)):
        signature = kms.sign(**asked, **signed)["Signature"]
        assert kms.verify(**asked, **read, Signature=signature)["SignatureValid"]
        other = asked | {"Message": b"other", "Signature": signature}
        assert code_of(kms.verify, **other) == "KMSInvalidSignatureException"
    public = load_der_public_key(kms.get_public_key(KeyId=made["KeyId"])["PublicKey"])
    if name == "sha256":
        salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        public.verify(signature, b"said", salted, hashes.SHA256())
    assert code_of(kms.sign, **asked, Message=b"x", MessageType="DIGEST") == "ValidationException"
    for empty in ({"Message": b"", "Signature": signature}, {"Message": b"x", "Signature": b""}):
        with pytest.raises(ClientError, match=r"Value at '(message|signature)' failed to satisfy"):
            kms.verify(**asked | empty)


def test_a_key_of_two_regions(kms, aws):
    there = aws("kms", region_name="eu-west-1")
    tags = [{"TagKey": "team", "TagValue": "b"}]
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    assert (key[:4], len(key)) == ("mrk-", 36)
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    assert code_of(there.decrypt, CiphertextBlob=blob) == "InvalidCiphertextException"
    made = kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", Tags=tags)
    assert there.decrypt(CiphertextBlob=blob, KeyId=key)["Plaintext"] == b"secret"
    assert there.list_resource_tags(KeyId=key)["Tags"] == made["ReplicaTags"] == tags
    kinds = [
        each.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
        for each in (there, kms)
    ]
    assert [kind["MultiRegionKeyType"] for kind in kinds] == ["REPLICA", "PRIMARY"]
    assert [kind["ReplicaKeys"][0]["Region"] for kind in kinds] == ["eu-west-1", "eu-west-1"]
    again = {"KeyId": key, "ReplicaRegion": "eu-west-1"}
    assert code_of(kms.replicate_key, **again) == "AlreadyExistsException"
    plain = again | {"KeyId": kms.create_key()["KeyMetadata"]["KeyId"]}
    assert code_of(kms.replicate_key, **plain) == "UnsupportedOperationException"
    nowhere = again | {"ReplicaRegion": "far-moon-1"}
    assert code_of(kms.replicate_key, **nowhere) == "ValidationException"


def test_what_would_be_done_is_not_done(kms, key):
    code = code_of(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True)
    assert code == "DryRunOperationException"
    asked = {"KeyId": key, "GranteePrincipal": LEARNER, "Operations": ["Encrypt"]}
    assert code_of(kms.create_grant, **asked, DryRun=True) == "DryRunOperationException"
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert code_of(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=3).startswith("Valid")
    named = {"AliasName": "alias/aws/mine", "TargetKeyId": key}
    assert code_of(kms.create_alias, **named) == "NotAuthorizedException"


def test_what_is_told_of_a_key(kms, key):
    mac = kms.create_key(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    assert (mac["MacAlgorithms"], "EncryptionAlgorithms" in mac) == (["HMAC_SHA_384"], False)
    assert mac["MultiRegion"] is False
    assert code_of(kms.enable_key_rotation, KeyId=mac["KeyId"]) == "UnsupportedOperationException"
    assert code_of(kms.create_key, Origin="EXTERNAL") == "NotImplementedException"
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    status = kms.get_key_rotation_status(KeyId=key)
    left = status["NextRotationDate"] - dt.datetime.now(dt.UTC)
    assert (status["RotationPeriodInDays"], left.days) == (100, 99)
    kms.disable_key_rotation(KeyId=key)
    assert "NextRotationDate" not in kms.get_key_rotation_status(KeyId=key)


GRANTED = {"GranteePrincipal": LEARNER, "Operations": ["Encrypt", "GenerateDataKey"]}


def test_a_grant_of_a_name_is_made_once_and_retired_once(kms, key):
    asked = {"KeyId": key, "Name": "lab", **GRANTED}
    made = kms.create_grant(**asked)
    assert len(made["GrantId"]) == 64
    assert kms.create_grant(**asked)["GrantId"] == made["GrantId"]
    assert kms.create_grant(KeyId=key, **GRANTED)["GrantId"] != made["GrantId"]
    kms.retire_grant(GrantToken=made["GrantToken"])
    assert made["GrantId"] not in [each["GrantId"] for each in kms.list_grants(KeyId=key)["Grants"]]
    assert code_of(kms.retire_grant, GrantToken=made["GrantToken"]) == "InvalidGrantTokenException"
    assert code_of(kms.retire_grant, KeyId=key, GrantId=made["GrantId"]) == "NotFoundException"
    assert code_of(kms.retire_grant) == "ValidationException"


NOT_GRANTED = {
    "nobody": ({"GranteePrincipal": "learner"}, "InvalidArnException"),
    "nobody retires": ({"RetiringPrincipal": "arn:aws:s3:::bucket"}, "InvalidArnException"),
    "of other keys": ({"Operations": ["Encrypt", "Sign"]}, "ValidationException"),
}


@pytest.mark.parametrize(("more", "code"), NOT_GRANTED.values(), ids=NOT_GRANTED)
def test_what_cannot_be_granted(kms, key, more, code):
    assert code_of(kms.create_grant, KeyId=key, **GRANTED | more) == code


def test_an_alias_goes_on_to_a_key_of_its_kind(kms, key, fresh):
    alias = f"alias/{fresh('k')}"
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    kms.update_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    other = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    assert code_of(kms.update_alias, AliasName=alias, TargetKeyId=other) == "ValidationException"
    assert code_of(kms.rotate_key_on_demand, KeyId=other) == "UnsupportedOperationException"
