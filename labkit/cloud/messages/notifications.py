"""What a subscription hears of a message, and how it is signed.

moto makes a certificate a message, keeps all of them for good, signs no subject, and has one
version alone. Here a server has one key, whose certificate nobody can fetch.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
"""

from __future__ import annotations

import base64
import functools
import uuid
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.core.utils import iso_8601_datetime_with_milliseconds

from labkit.cloud.messages.publications import sequence_of

_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}
Json = dict[str, Any]


def notification(
    subscription: Any, message: str, message_id: str, subject: str | None, attributes: Json | None
) -> Json:
    """What a subscription hears of a message; a FIFO topic numbers it and signs nothing."""
    topic = subscription.topic
    url = f"https://sns.{topic.arn.split(':')[3]}.amazonaws.com/"
    told: Json = {"Type": "Notification", "MessageId": message_id, "TopicArn": topic.arn}
    told |= {"Subject": subject} if subject else {}
    told |= {"Message": message, "Timestamp": iso_8601_datetime_with_milliseconds()}
    if number := sequence_of(topic):
        told["SequenceNumber"] = number
    else:
        version = str(getattr(topic, "signature_version", None) or "1")
        key, name = _key()
        told["SignatureVersion"] = version
        told["Signature"] = _signature(key, told, _HASHES[version])
        told["SigningCertURL"] = f"{url}SimpleNotificationService-{name}.pem"
    told["UnsubscribeURL"] = f"{url}?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    return told | ({"MessageAttributes": attributes} if attributes else {})


@functools.cache
def _key() -> tuple[rsa.RSAPrivateKey, str]:
    """The server's key, and what its certificate is called."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048), uuid.uuid4().hex


def _signature(key: rsa.RSAPrivateKey, told: Json, algorithm: hashes.HashAlgorithm) -> str:
    text = "".join(f"{name}\n{told[name]}\n" for name in _SIGNED if name in told)
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
