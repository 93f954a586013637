"""The policy of a form: until when it holds, and what its fields and its file must be.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import datetime
import json
from dataclasses import dataclass
from typing import IO, Any

from labkit.cloud.operations import AwsError

# Fields that a policy need not name.
_FREE = {"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"}


@dataclass(frozen=True)
class Form:
    """A form that arrived: its fields by their names in small letters, and the file."""

    bucket: str
    fields: dict[str, str]
    file: IO[bytes]
    size: int

    @property
    def key(self) -> str:
        """The object's key."""
        return self.fields["key"]


def check(form: Form) -> None:
    """Raise unless a form's policy allows what the form holds.

    Raises:
        AwsError: ``InvalidPolicyDocument``; ``AccessDenied`` where a condition does not hold.
    """
    try:
        policy = json.loads(base64.b64decode(form.fields["policy"]), parse_float=_no_json)
    except ValueError as error:
        raise _invalid("Invalid JSON.") from error
    told = policy if isinstance(policy, dict) else {}
    for name in ("expiration", "conditions"):
        if name not in told:
            raise _invalid(f"Policy missing {name}.")
    _check_expiration(told["expiration"])
    if not isinstance(told["conditions"], list):
        raise _invalid("Invalid 'conditions' value: must be a List.")
    conditions = [_triple(each) for each in told["conditions"]]
    for kind, name, value in conditions:
        _check_condition(form, kind, name, value)
    covered = {name.removeprefix("$").lower() for _, name, _ in conditions} | _FREE
    for name in ("bucket", *form.fields):
        if name not in covered and not name.startswith("x-ignore-"):
            raise _refused(f"Extra input fields: {name}")


def _check_expiration(told: Any) -> None:
    try:
        ends = datetime.datetime.strptime(str(told)[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError as error:
        raise _invalid(f"Invalid 'expiration' value: '{told}'") from error
    if datetime.datetime.now(datetime.UTC) > ends.replace(tzinfo=datetime.UTC):
        raise _refused("Policy expired.")


def _triple(condition: Any) -> tuple[str, str, str]:
    """Operation, field and value of a condition; a field's name has a ``$`` before it."""
    if isinstance(condition, dict):
        return "eq", *_simple(condition)
    if not isinstance(condition, list):
        raise _invalid("Invalid condition test: must be a List or Object.")
    if not condition:
        raise _invalid("Invalid Condition: missing operation identifier.")
    kind, *operands = condition
    kind = str(kind).lower()
    if kind not in ("content-length-range", "eq", "starts-with"):
        raise _invalid(f"Invalid Condition: unknown operation '{kind}'.")
    if len(operands) != 2:
        raise _invalid(f"Invalid {kind}: wrong number of arguments.")
    bound = (str, int) if kind == "content-length-range" else str
    if not all(isinstance(each, bound) for each in operands):
        raise _invalid("Invalid JSON.")
    return kind, str(operands[0]), str(operands[1])


def _simple(condition: dict[str, Any]) -> tuple[str, str]:
    if len(condition) != 1:
        words = "Simple-Conditions must have exactly one property specified."
        raise _invalid(f"Invalid Simple-Condition: {words}")
    ((name, value),) = condition.items()
    if value is None:
        raise _invalid("Invalid JSON.")
    if not isinstance(value, str):
        raise _invalid("Invalid Simple-Condition: value must be a string.")
    return f"${name}", value


def _no_json(number: str) -> Any:
    """A policy has whole numbers only."""
    raise ValueError(number)


def _check_condition(form: Form, kind: str, name: str, value: str) -> None:
    failed = _refused(f'Policy Condition failed: ["{kind}", "{name}", "{value}"]')
    if kind == "content-length-range":
        if not (name.isdecimal() and value.isdecimal()):
            raise failed
        _check_size(form.size, int(name), int(value))
        return
    field = name.removeprefix("$").lower()
    found = form.bucket if field == "bucket" else form.fields.get(field)
    if found is None:  # a condition on a field that is not there does not hold, whatever it says
        raise failed
    each = found.split(",") if field == "content-type" else [found]  # several types are a list
    holds = found == value if kind == "eq" else all(e.strip().startswith(value) for e in each)
    if not (holds and name.startswith("$")):
        raise failed


def _check_size(size: int, least: int, most: int) -> None:
    told = {"ProposedSize": str(size)}
    if size > most:
        words = "Your proposed upload exceeds the maximum allowed size"
        raise AwsError("EntityTooLarge", words, 400, **told, MaxSizeAllowed=str(most))
    if size < least:
        words = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError("EntityTooSmall", words, 400, **told, MinSizeAllowed=str(least))


def _invalid(why: str) -> AwsError:
    return AwsError("InvalidPolicyDocument", f"Invalid Policy: {why}")


def _refused(why: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {why}", 403)
