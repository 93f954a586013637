"""Who else tells who somebody is: identity providers and MFA devices, with their tags.

moto drops the tags that a device or a SAML provider is made with, and lists no tags of these; a
provider of OpenID Connect keeps the clients there that it was made with. Nobody has credentials
for a single service, as nothing here makes them.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

Tags = list[dict[str, str]]
_MOST_CLIENTS, _MOST_TAGS = 100, 50


def _device(iam: Any, serial: str) -> Any:
    if found := iam.virtual_mfa_devices.get(serial):
        return found
    words = f"VirtualMFADevice with serial number {serial} doesn't exist."
    raise AwsError("NoSuchEntity", words, 404)


# The member that names what has tags → who finds it.
_TAGGED: dict[str, Callable[[Any, str], Any]] = {}


@operation("iam", "CreateVirtualMFADevice")
def create_virtual_mfa_device(
    context: Context, *, VirtualMFADeviceName: str, Path: str = "/", Tags: Tags | None = None
) -> Answer:
    iam = context.backend("iam")
    serial = f"arn:aws:iam::{context.account}:mfa{Path}{VirtualMFADeviceName}"
    if serial in iam.virtual_mfa_devices:
        words = f"MFADevice entity at the same path and name already exists: {serial}"
        raise AwsError("EntityAlreadyExists", words, 409)
    with context.cloud.changing("iam"):
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName, Path)
        add_tags(device, Tags or [])
    return {
        "VirtualMFADevice": {
            "SerialNumber": device.serial_number,
            "Base32StringSeed": device.base32_string_seed.encode(),
            "QRCodePNG": device.qr_code_png,
            "Tags": tags_of(device),
        }
    }


@operation("iam", "CreateSAMLProvider", alone=True)
def create_saml_provider(
    context: Context, *, Name: str, SAMLMetadataDocument: str, Tags: Tags | None = None, **_: Any
) -> Answer:
    iam = context.backend("iam")
    if Name in iam.saml_providers:
        words = f"SAMLProvider {iam.saml_providers[Name].arn} already exists."
        raise AwsError("EntityAlreadyExists", words, 409)
    with context.cloud.changing("iam"):
        provider = iam.create_saml_provider(Name, SAMLMetadataDocument)
        add_tags(provider, Tags or [])
    return {"SAMLProviderArn": provider.arn, "Tags": tags_of(provider)}


@operation("iam", "AddClientIDToOpenIDConnectProvider")
def add_client_id(context: Context, *, OpenIDConnectProviderArn: str, ClientID: str) -> Answer:
    """One client more; one that is there already stays as it is."""
    provider = context.backend("iam").get_open_id_connect_provider(OpenIDConnectProviderArn)
    known = [each for each in provider.client_id_list if each != ClientID]
    if len(known) >= _MOST_CLIENTS:
        words = f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {_MOST_CLIENTS}"
        raise AwsError("LimitExceeded", words, 409)
    with context.cloud.changing("iam"):
        provider.client_id_list = [*known, ClientID]
    return {}


@operation("iam", "RemoveClientIDFromOpenIDConnectProvider")
def remove_client_id(context: Context, *, OpenIDConnectProviderArn: str, ClientID: str) -> Answer:
    """One client less; one that is not there is no error."""
    provider = context.backend("iam").get_open_id_connect_provider(OpenIDConnectProviderArn)
    with context.cloud.changing("iam"):
        provider.client_id_list = [each for each in provider.client_id_list if each != ClientID]
    return {}


@operation("iam", "ListServiceSpecificCredentials")
def list_service_specific_credentials(
    context: Context, *, UserName: str | None = None, **_: Any
) -> Answer:
    if UserName:
        context.backend("iam").get_user(UserName)  # or NoSuchEntity
    return {"ServiceSpecificCredentials": []}


def _tag(context: Context, *, Tags: Tags, **named: str) -> Answer:
    record = _named(context, named)
    with context.cloud.changing("iam"):
        add_tags(record, Tags)
    return {}


def _untag(context: Context, *, TagKeys: list[str], **named: str) -> Answer:
    record = _named(context, named)
    with context.cloud.changing("iam"):
        record.tags = [each for each in tags_of(record) if each["Key"] not in TagKeys]
    return {}


def _list_tags(
    context: Context, *, Marker: str | None = None, MaxItems: int = 100, **named: str
) -> Answer:
    found, refusal = tags_of(_named(context, named)), AwsError("ValidationError", "Invalid Marker.")
    told = page("Tags", found, MaxItems, Marker, refusal, following="Marker")
    return told | {"IsTruncated": "Marker" in told}


def _named(context: Context, named: dict[str, str]) -> Any:
    ((member, name),), iam = named.items(), context.backend("iam")
    return _TAGGED[member](iam, name)


def add_tags(record: Any, tags: Tags) -> None:
    """Give a record tags beside those that it has.

    Raises:
        AwsError: ``LimitExceeded``.
    """
    given = {each["Key"]: each for each in (*tags_of(record), *tags)}
    if len(given) > _MOST_TAGS:
        words = f"Cannot exceed quota for TagsPerResource: {_MOST_TAGS}"
        raise AwsError("LimitExceeded", words, 409)
    record.tags = [*given.values()]


def tags_of(record: Any) -> Tags:
    """Those that a record has; one of an earlier state has none."""
    found: Tags = getattr(record, "tags", [])
    return found


def register(kind: str, member: str, find: Callable[[Any, str], Any]) -> None:
    """Let what is of a kind have tags.

    Args:
        kind: as the operations call it: ``MFADevice``.
        member: of the calls, that names one.
        find: who finds moto's record of it, or raises ``NoSuchEntity``.
    """
    _TAGGED[member] = find
    operation("iam", f"Tag{kind}")(_tag)
    operation("iam", f"Untag{kind}")(_untag)
    operation("iam", f"List{kind}Tags")(_list_tags)


register("MFADevice", "SerialNumber", _device)
register("SAMLProvider", "SAMLProviderArn", lambda iam, arn: iam.get_saml_provider(arn))
register("InstanceProfile", "InstanceProfileName", lambda iam, name: iam.get_instance_profile(name))
