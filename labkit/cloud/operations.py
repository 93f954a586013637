"""The registry of AWS operations that the local cloud answers itself.

An operation is one function and one line of registry::

    @operation("athena", "StartQueryExecution")
    def start_query_execution(context: Context, *, QueryString: str, **options: Any) -> Answer: ...

Its keyword arguments are the members of the operation's input shape, spelled as AWS spells them;
it returns the members of the output shape. What has no line here falls through to moto.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labkit.cloud.cloud import Cloud

Answer = dict[str, Any]
Handler = Callable[..., Answer | None]
Rewrite = Callable[[str, bytes], bytes]

OPERATIONS: dict[tuple[str, str], Handler] = {}
REWRITES: dict[str, Rewrite] = {}
#: Operations of ours that no other call of their service comes between.
ALONE: set[tuple[str, str]] = set()


class AwsError(Exception):
    """An answer in AWS's error shape.

    Args:
        code: AWS's error code, such as ``InvalidRequestException``.
        message: AWS's sentence.
        status: the HTTP status; 4xx, which clients do not retry.
        **details: further members of the error's shape (``AthenaErrorCode="..."``).
    """

    def __init__(self, code: str, message: str, status: int = 400, **details: Any) -> None:
        super().__init__(code, message, status, details)
        self.code, self.message, self.status, self.details = code, message, status, details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def in_java(self, service: str, *facts: str) -> str:
        """As AWS's SDK for Java words it, by which one service tells of another's refusal.

        >>> AwsError("NoSuchKey", "It is gone.", 404).in_java("Amazon S3")
        'It is gone. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)'

        Args:
            service: who refused, as the SDK calls it.
            *facts: what else stands in the brackets.
        """
        told = (f"Service: {service}", f"Status Code: {self.status}", f"Error Code: {self.code}")
        return f"{self.message} ({'; '.join((*told, *facts))})"


def not_here(service: str, operation: str, why: str = "") -> AwsError:
    """The one honest answer for what AWS can do and the local cloud cannot."""
    reason = f": {why}" if why else ""
    return AwsError(
        "NotImplementedException",
        f"{service}:{operation} is not available in the local AWS{reason}. "
        "On an AWS account it is.",
    )


def not_kept(error: Exception) -> AwsError:
    """A change that could not be written down: the disk is full, or the folder is gone."""
    return AwsError("InternalFailure", f"The local AWS could not store this: {error}")


@dataclass(frozen=True)
class Principal:
    """Who calls: an IAM user, a role's session, or an AWS service.

    Args:
        arn: the caller's ARN as ``sts:GetCallerIdentity`` tells it.
        account: the account's 12 digits.
    """

    arn: str
    account: str

    @property
    def role_arn(self) -> str | None:
        """The IAM role behind a role's session, else ``None``."""
        if ":assumed-role/" not in self.arn:
            return None
        role = self.arn.split(":assumed-role/")[1].split("/")[0]
        return f"arn:aws:iam::{self.account}:role/{role}"


# Who did not sign: everybody, whom a policy names "*". No IAM user can have this name.
ANONYMOUS = Principal("*", "")


@dataclass(frozen=True)
class Context:
    """What a handler knows beside the parameters."""

    cloud: Cloud
    service: str
    operation: str
    region: str
    principal: Principal

    @property
    def account(self) -> str:
        return self.principal.account

    def arn(self, resource: str, service: str | None = None) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"

    def backend(self, service: str) -> Any:
        """moto's records of a service in the caller's region."""
        return self.cloud.backend(service, self.region)

    def number(self, token: str | None) -> str:
        """A number for what is begun: the same one for a token that is sent again."""
        if not token:
            return str(uuid.uuid4())
        told = f"{self.service}/{self.account}/{self.region}/{token}"
        return str(uuid.UUID(bytes=hashlib.sha256(told.encode()).digest()[:16], version=4))


def operation(service: str, name: str, *, alone: bool = False) -> Callable[[Handler], Handler]:
    """Register a function as the local cloud's answer to one operation.

    Args:
        service: botocore's name of the service (``stepfunctions``, not ``states``).
        name: the operation's name in its API model (``StartCrawler``); ``*`` for all that have no
            answer of their own, in a service that moto is never asked about.
        alone: whether nothing that waits on its service's records changes them between its look at
            them and its answer; not for what takes long, nor for what waits for another call.
    """

    def register(handler: Handler) -> Handler:
        OPERATIONS[service, name] = handler
        if alone:
            ALONE.add((service, name))
        return handler

    return register


def tell_nothing(service: str, empty: Mapping[str, str]) -> None:
    """Register empty lists of what nobody can have made, and a refusal of all without an answer.

    Args:
        empty: operations, and the name of the list in their answers.
    """
    for name, member in empty.items():
        operation(service, name)(_nothing_in(member))
    operation(service, "*")(refuse)


def _nothing_in(member: str) -> Handler:
    return lambda context, **_: {member: []}


def refuse(context: Context, **_: Any) -> Answer:
    """What has no answer of its own."""
    raise not_here(context.service, context.operation)


def handler_of(service: str, name: str) -> Handler | None:
    """Our answer to an operation; ``None`` where it is moto's."""
    return OPERATIONS.get((service, name)) or OPERATIONS.get((service, "*"))


def rewrites(service: str) -> Callable[[Rewrite], Rewrite]:
    """Register what changes a service's requests into what moto understands.

    Args:
        service: botocore's name of it; the function gets an operation's name and a request's body.
    """

    def register(rewrite: Rewrite) -> Rewrite:
        REWRITES[service] = rewrite
        return rewrite

    return register


READ_ONLY = (
    "Get", "List", "Describe", "Head", "BatchGet", "TransactGet", "Search", "Query", "Scan",
    "Lookup", "Filter", "Test", "Validate", "Preview", "Decrypt", "Encrypt", "GenerateDataKey",
    "GenerateRandom", "GenerateMac", "Sign", "Verify", "Simulate", "Estimate",
)  # fmt: skip


def changes_state(name: str) -> bool:
    """Whether an operation of this name may change what later calls see.

    >>> changes_state("TransactGetItems"), changes_state("TransactWriteItems")
    (False, True)
    """
    return not name.startswith(READ_ONLY)
