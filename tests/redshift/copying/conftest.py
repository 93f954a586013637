"""A cluster that may read and write one bucket, and tables of one test each."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.redshift import copied
from tests.redshift.conftest import Data, create_cluster

BUCKET = "copying"
_numbers = itertools.count(1)


class Desk:
    """What the tests of COPY and UNLOAD ask for.

    Args:
        client: gives boto3's.
        role: the ARN of a role that may all of S3.
    """

    def __init__(self, client: Callable[[str], Any], role: str) -> None:
        self.client, self.role = client, role
        self.s3, self.data = client("s3"), Data(client("redshift-data"))

    def folder(self) -> str:
        """A prefix of its own."""
        return f"{next(_numbers):04}"

    def put(self, key: str, body: bytes | str) -> str:
        """An object; its address."""
        data = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=data)
        return f"s3://{BUCKET}/{key}"

    def table(self, columns: str) -> str:
        """A new table; its name."""
        name = f"t{next(_numbers)}"
        assert self.data.run(f"CREATE TABLE {name} ({columns})")["Status"] == "FINISHED"
        return name

    def copy(self, table: str, uri: str, how: str = "") -> str:
        """Run a COPY; its error, empty when it went well."""
        told = self.data.run(f"COPY {table} FROM '{uri}' IAM_ROLE default {how}")
        return str(told.get("Error", "")).removeprefix("ERROR: ")

    def unload(self, query: str, uri: str, how: str = "") -> str:
        """Run an UNLOAD; its error, empty when it went well."""
        told = self.data.run(f"UNLOAD ($$ {query} $$) TO '{uri}' IAM_ROLE default {how}")
        return str(told.get("Error", "")).removeprefix("ERROR: ")

    def errors(self, table: str, *columns: str) -> list[list[Any]]:
        """What STL_LOAD_ERRORS tells of a table's loads, texts without the blanks at their end."""
        listed = ", ".join(columns)
        rows = self.data.rows(
            f"SELECT {listed} FROM stl_load_errors e JOIN pg_class c ON c.oid = e.tbl "
            f"WHERE c.relname = '{table}' ORDER BY filename, line_number"
        )
        return [[v.rstrip(" ") if isinstance(v, str) else v for v in row] for row in rows]

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix, without it."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return [each["Key"].removeprefix(prefix) for each in found]

    def body(self, key: str) -> bytes:
        found: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return found


def make_desk(client: Callable[[str], Any]) -> Desk:
    """The cluster with its role, and the bucket."""
    create_cluster(client("redshift"))
    role = copied.make_role(client, "copying", copied.allow("s3:*", "kms:*"))
    copied.attach(client, role)
    client("s3").create_bucket(Bucket=BUCKET)
    return Desk(client, role)


@pytest.fixture(scope="package")
def desk(cloud: Any) -> Desk:
    return make_desk(cloud.client)
