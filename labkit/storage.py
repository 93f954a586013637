"""Storage helpers: the lake's objects (S3), its key (KMS) and the functions that fill it (Lambda).

Each method is a few calls of boto3; ``lab.commands()`` shows them as AWS CLI commands.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pandas as pd
from botocore.exceptions import BotoCoreError, ClientError

from labkit import names
from labkit.advice import advice, what_helps
from labkit.arguments import judge
from labkit.environment import KEY_USERS
from labkit.errors import AccessDenied, RunFailed, UnknownName, shorten
from labkit.progress import Bar, Progress
from labkit.rules import KEY

if TYPE_CHECKING:
    from labkit.lab import Lab

LOCKED = "The bucket's policy or a lock on the object forbids to delete it."
GOES_ON = "What was begun may go on to its end. Then run the cell again."
P = ParamSpec("P")
T = TypeVar("T")


def told(method: Callable[P, T]) -> Callable[P, T]:
    """Let ``lab.commands()`` tell a helper's call; a notebook shows its errors in a sentence."""

    @functools.wraps(method)
    def call(*args: P.args, **options: P.kwargs) -> T:
        helper: Any = args[0]
        try:
            judge(method, args, options)
            with helper.lab.commands.of_one_call():
                return method(*args, **options)
        except ClientError as error:
            if not is_denied(error):
                shorten(error, advice(str(error)) or " ".join(getattr(error, "__notes__", ())))
                raise
            message = error.response["Error"]["Message"]
        except (BotoCoreError, OSError, ValueError) as error:
            shorten(error, what_helps(error))
            raise
        except KeyboardInterrupt as error:
            if "_render_traceback_" not in vars(error):  # what was waited for has not told it
                shorten(error, GOES_ON)
            raise
        helps = KEY if "kms" in message.lower() else advice(message)
        raise AccessDenied(readable_denial(message), helps)

    return call


class Storage:
    """Buckets, objects, the key.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    # Objects --------------------------------------------------------------------------------------

    @told
    def objects(self, uri: str) -> pd.DataFrame:
        """The objects whose key begins like an address, in key order.

        Args:
            uri: ``s3://bucket/prefix``; a prefix may end within a name.

        Returns:
            Columns ``key``, ``bytes``, ``modified`` (UTC); one row an object.
        """
        rows = [(o["Key"], o["Size"], o["LastModified"]) for o in self._pages(uri)]
        return pd.DataFrame(rows, columns=["key", "bytes", "modified"])

    @told
    def count(self, uri: str) -> int:
        """How many objects have a key that begins like an address."""
        return sum(1 for _ in self._pages(uri))

    @told
    def folders(self, uri: str) -> pd.DataFrame:
        """The folders right under an address, with what they hold.

        Returns:
            Columns ``folder``, ``objects``, ``bytes``; one row a folder.
        """
        folder = _as_folder(split_uri(uri)[1])
        found = self._pages(uri, within=True)
        rows = [(o["Key"].removeprefix(folder).partition("/"), o["Size"]) for o in found]
        frame = pd.DataFrame(
            [(name + slash, size) for (name, slash, _), size in rows], columns=["folder", "bytes"]
        )
        grouped = frame.groupby("folder")["bytes"]
        return grouped.agg(objects="count", bytes="sum").reset_index()

    @told
    def head(self, uri: str, *, lines: int = 5) -> str:
        """The first lines of a text object, by one range request of 64 kB at most."""
        bucket, key = split_uri(uri)
        s3 = self.lab.client("s3")
        try:
            found = s3.get_object(Bucket=bucket, Key=key, Range="bytes=0-65535")
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":  # it is empty
                return ""
            raise
        return "\n".join(found["Body"].read().decode("utf-8", "replace").splitlines()[:lines])

    @told
    def read(self, uri: str) -> bytes:
        """An object's content."""
        bucket, key = split_uri(uri)
        content: bytes = self.lab.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    @told
    def put(self, source: str | bytes | Path, uri: str) -> str:
        """Upload bytes, text, or a file. Returns the object's address.

        Raises:
            ValueError: the text is the name of a file that is here, and would itself be stored.
        """
        bucket, key = split_uri(uri)
        if isinstance(source, str) and _names_a_file(source):
            raise ValueError(
                f"{source!r} is a file here. Path({source!r}) uploads it, and {source!r}.encode() "
                "its name alone."
            )
        s3 = self.lab.client("s3")
        if isinstance(source, Path):
            s3.upload_file(str(source), bucket, key)
        else:
            body = source.encode() if isinstance(source, str) else source
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    @told
    def download(self, uri: str, target: Path) -> Path:
        """Download an object to a file. Returns the file's path."""
        bucket, key = split_uri(uri)
        self.lab.client("s3").download_file(bucket, key, str(target))
        return target

    @told
    def delete(self, uri: str) -> int:
        """Delete an object, or all in a folder (in a versioned bucket: mark them deleted).

        Args:
            uri: ``s3://bucket/a`` is the object ``a`` and all below ``a/``, but not ``ab``.

        Returns:
            How many.

        Raises:
            AccessDenied: some stay, as a policy or a lock forbids to delete them.
        """
        bucket, s3 = split_uri(uri)[0], self.lab.client("s3")
        keys = [{"Key": o["Key"]} for o in self._pages(uri, within=True)]
        for start in range(0, len(keys), 1000):
            some = {"Objects": keys[start : start + 1000], "Quiet": True}
            stay = s3.delete_objects(Bucket=bucket, Delete=some).get("Errors", [])
            if stay:
                raise AccessDenied(f"{stay[0]['Key']} stays: {stay[0]['Message']}", LOCKED)
        return len(keys)

    def _pages(self, uri: str, *, within: bool = False) -> Iterator[dict[str, Any]]:
        """The objects whose key begins like an address; ``within``: that lie there."""
        bucket, prefix = split_uri(uri)
        folder = _as_folder(prefix)
        s3 = self.lab.client("s3")
        where = {"Bucket": bucket, "Prefix": prefix}
        try:
            for found in self.lab.all("s3", "list_objects_v2", "Contents", **where):
                if not within or found["Key"] == prefix or found["Key"].startswith(folder):
                    yield found
        except s3.exceptions.NoSuchBucket:
            known = [b["Name"] for b in s3.list_buckets()["Buckets"]]
            raise UnknownName("bucket", bucket, known) from None

    # The key --------------------------------------------------------------------------------------

    @told
    def key_users(self) -> list[str]:
        """The ARNs that may use the lake's KMS key."""
        users = _statement(self._key_policy(), KEY_USERS)["Principal"]["AWS"]
        return [users] if isinstance(users, str) else list(users)

    @told
    def add_key_users(self, *arns: str) -> list[str]:
        """Let principals use the lake's key; without arguments: you and the crawlers' role.

        The console does the same under *KMS → Customer managed keys → Key users → Add*.

        Returns:
            All key users afterwards.
        """
        added = arns or (self.lab.caller, self.lab.role_arn(names.CRAWLER_ROLE))
        policy = self._key_policy()
        users = sorted({*self.key_users(), *added})
        _statement(policy, KEY_USERS)["Principal"]["AWS"] = users
        self._put_key_policy(policy)
        return users

    @told
    def remove_key_users(self, *arns: str) -> list[str]:
        """Take the use of the lake's key from principals. Returns who is left.

        Raises:
            ValueError: one is neither a user nor named by an ARN.
        """
        known = self.key_users()
        if others := [each for each in arns if each not in known and not each.startswith("arn:")]:
            raise ValueError(
                f"A user of the key is named by an ARN: lab.role_arn(name), not {others[0]!r}."
            )
        policy = self._key_policy()
        users = [user for user in known if user not in arns]
        _statement(policy, KEY_USERS)["Principal"]["AWS"] = users
        self._put_key_policy(policy)
        return users

    def _key_policy(self) -> dict[str, Any]:
        kms = self.lab.client("kms")
        found = kms.get_key_policy(KeyId=self.lab.key_arn, PolicyName="default")
        policy: dict[str, Any] = json.loads(found["Policy"])
        return policy

    def _put_key_policy(self, policy: dict[str, Any]) -> None:
        self.lab.client("kms").put_key_policy(
            KeyId=self.lab.key_arn, PolicyName="default", Policy=json.dumps(policy)
        )

    # Functions ------------------------------------------------------------------------------------

    @told
    def fetch_demo_data(self, *, scale: float = 1, seed: int = 0) -> dict[str, Any]:
        """Run the Lambda function that fills the raw bucket with its 153 objects.

        Args:
            scale: 1 for half a million requests; 2 for twice as many.
            seed: 0 for the students of the labs; any other number for others like them.
        """
        answer: dict[str, Any] = self.invoke(names.FETCH_DEMO_DATA, scale=scale, seed=seed)
        return answer

    @told
    def fetch_week(self, *, new_column: bool = False) -> dict[str, Any]:
        """Run the Lambda function that loads one more week of LMS data."""
        answer: dict[str, Any] = self.invoke(names.FETCH_LMSAPI, new_column=new_column)
        return answer

    @told
    def invoke(self, function: str, **event: Any) -> Any:
        """Call a Lambda function and wait for its answer.

        Raises:
            UnknownName: no such function.
            RunFailed: the function raised; with its own message.
        """
        client, bar = self.lab.client("lambda"), Bar()
        bar.show(Progress(f"Function {function} runs"))
        try:
            reply = client.invoke(FunctionName=function, Payload=json.dumps(event))
        except client.exceptions.ResourceNotFoundException:
            known = [f["FunctionName"] for f in client.list_functions()["Functions"]]
            raise UnknownName("function", function, known) from None
        answer = json.loads(reply["Payload"].read() or "null")
        if "FunctionError" in reply:
            raise RunFailed("function", function, answer.get("errorMessage", answer))
        bar.finish(Progress(f"Function {function}: done", 1.0))
        return answer


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 address.

    >>> split_uri("s3://lake/raw/a.csv")
    ('lake', 'raw/a.csv')
    """
    if not uri.startswith("s3://"):
        raise ValueError(f"An S3 address starts with s3://, not {uri!r}.")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _names_a_file(text: str) -> bool:
    return "\n" not in text and len(text) < 256 and Path(text).is_file()


def _as_folder(key: str) -> str:
    return f"{key}/" if key and not key.endswith("/") else key


def _statement(policy: dict[str, Any], sid: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in policy["Statement"] if s.get("Sid") == sid)
    return found


def readable_denial(message: str) -> str:
    """AWS's refusal without what differs from run to run: the key's id, a request's id.

    >>> readable_denial("may not use arn:aws:kms:us-east-1:1:key/0-1 (Request ID: 9; Proxy: null)")
    'may not use the key of the data lake'
    """
    key = r"(the KMS key )?arn:aws:kms:[\w-]+:\d+:key/[\w-]+"
    message = re.sub(key, "the key of the data lake", message)
    return re.sub(r" \([^()]*Request ID[^()]*\)", "", message)


def is_denied(error: ClientError) -> bool:
    """Whether AWS refused for want of a permission."""
    return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
