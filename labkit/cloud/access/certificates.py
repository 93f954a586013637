"""Server certificates: when each was uploaded, when it expires, and the tags that it has.

moto tells dates of 2010 and one id of all, drops tags, and renames none.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServerCertificateMetadata.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServerCertificate.html
"""

from __future__ import annotations

import datetime
from typing import Any

from cryptography import x509

from labkit.cloud.access.providers import Tags, add_tags, register, tags_of
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page


def _find(iam: Any, name: str) -> Any:
    return iam.get_server_certificate(name)  # or NoSuchEntity


register("ServerCertificate", "ServerCertificateName", _find)


@operation("iam", "UploadServerCertificate", alone=True)
def upload_server_certificate(
    context: Context,
    *,
    ServerCertificateName: str,
    CertificateBody: str,
    PrivateKey: str,
    CertificateChain: str | None = None,
    Path: str = "/",
    Tags: Tags | None = None,
) -> Answer:
    iam = context.backend("iam")
    _check_free(iam, ServerCertificateName)
    with context.cloud.changing("iam"):
        made = iam.upload_server_certificate(
            ServerCertificateName, CertificateBody, PrivateKey, CertificateChain, Path
        )
        made.uploaded = datetime.datetime.now(datetime.UTC)
        add_tags(made, Tags or [])
    return {"ServerCertificateMetadata": _told(iam, made), "Tags": tags_of(made)}


@operation("iam", "GetServerCertificate")
def get_server_certificate(context: Context, *, ServerCertificateName: str) -> Answer:
    iam = context.backend("iam")
    found = _find(iam, ServerCertificateName)
    told = {
        "ServerCertificateMetadata": _told(iam, found),
        "CertificateBody": found.cert_body,
        "CertificateChain": found.cert_chain,
        "Tags": tags_of(found),
    }
    return {"ServerCertificate": {name: value for name, value in told.items() if value}}


@operation("iam", "ListServerCertificates")
def list_server_certificates(
    context: Context, *, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int = 100
) -> Answer:
    iam, refusal = context.backend("iam"), AwsError("ValidationError", "Invalid Marker.")
    found = [each for each in iam.certificates.values() if each.path.startswith(PathPrefix)]
    told = [_told(iam, each) for each in sorted(found, key=lambda each: each.cert_name)]
    member = "ServerCertificateMetadataList"
    answer = page(member, told, MaxItems, Marker, refusal, following="Marker")
    return answer | {"IsTruncated": "Marker" in answer}


@operation("iam", "UpdateServerCertificate", alone=True)
def update_server_certificate(
    context: Context,
    *,
    ServerCertificateName: str,
    NewPath: str | None = None,
    NewServerCertificateName: str | None = None,
) -> Answer:
    iam = context.backend("iam")
    found = _find(iam, ServerCertificateName)
    if NewServerCertificateName not in (None, ServerCertificateName):
        _check_free(iam, str(NewServerCertificateName))
    with context.cloud.changing("iam"):
        found.path = NewPath or found.path
        found.cert_name = NewServerCertificateName or found.cert_name
    return {}


def _check_free(iam: Any, name: str) -> None:
    if any(each.cert_name == name for each in iam.certificates.values()):
        words = f"The Server Certificate with name {name} already exists."
        raise AwsError("EntityAlreadyExists", words, 409)


def _told(iam: Any, kept: Any) -> Answer:
    told = {
        "ServerCertificateName": kept.cert_name,
        "ServerCertificateId": _id(iam, kept),
        "Path": kept.path,
        "Arn": kept.arn,
        "UploadDate": getattr(kept, "uploaded", None),
        "Expiration": _expiration(kept.cert_body),
    }
    return {name: value for name, value in told.items() if value}


def _id(iam: Any, kept: Any) -> str:
    """By which moto keeps it, in IAM's letters."""
    number = next(number for number, each in iam.certificates.items() if each is kept)
    return f"ASCA{str(number).upper()[:17]:A<17}"


def _expiration(body: str) -> datetime.datetime | None:
    """When a certificate ends; ``None`` of a text that is none."""
    try:
        return x509.load_pem_x509_certificate(body.encode()).not_valid_after_utc
    except ValueError:
        return None
