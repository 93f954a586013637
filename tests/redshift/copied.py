"""What the cases of COPY and UNLOAD name: a bucket with two rows in each format, and a role."""

import gzip
import io
import json
from typing import Any

import fastavro

from tests import roles
from tests.redshift.conftest import PLACE

BUCKET = "bkt"
#: The role that the cases name; it stands for one of the account of the test.
NAMED_ROLE = "arn:aws:iam::1:role/r"
ROWS = [(1, "Sports", "MLB", "Baseball"), (2, "Shows", "Plays", "Plays")]
NAMES = ("catid", "catgroup", "catname", "catdesc")


def allow(*actions: str, resource: str = "*") -> roles.Statement:
    """What lets a role take actions."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def make_role(client: Any, name: str, may: roles.Statement, *, service: str = "redshift") -> str:
    """A role of Redshift's, or of another service, with one policy; its ARN."""
    return roles.make_role(client("iam"), name, service, may)


def attach(client: Any, *arns: str, cluster: str = PLACE["ClusterIdentifier"]) -> None:
    """Attach roles to a cluster; the first becomes its default."""
    client("redshift").modify_cluster_iam_roles(
        ClusterIdentifier=cluster, AddIamRoles=list(arns), DefaultIamRoleArn=arns[0]
    )


def put_files(s3: Any) -> None:
    """The bucket and its objects."""
    s3.create_bucket(Bucket=BUCKET)
    for key, body in _files().items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def _files() -> dict[str, bytes]:
    pipes = lines("|")
    paths = {"jsonpaths": [f"$.{name}" for name in NAMES]}
    pairs = "".join(f"{row[0]},{row[1]}\n" for row in ROWS)
    manifest = {"entries": [{"url": f"s3://{BUCKET}/listed/pairs.txt", "mandatory": True}]}
    objects = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    sizes = (5, 10, 10, 30)
    fixed = ["".join(str(v).ljust(n) for v, n in zip(row, sizes, strict=True)) for row in ROWS]
    return {
        "cat_pipe.txt": gzip.compress(pipes.encode()),
        "cat.json": "\n".join(map(json.dumps, objects)).encode(),
        "jsonpaths.json": json.dumps(paths).encode(),
        "listed/pairs.txt": pairs.encode(),
        "manifest.json": json.dumps(manifest).encode(),
        "fw.txt": "".join(f"{line}\n" for line in fixed).encode(),
        "avro/cat.avro": avro(objects),
        "in/cat.csv": lines(",").encode(),
    }


def lines(delimiter: str) -> str:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in ROWS)


def avro(rows: list[dict[str, Any]]) -> bytes:
    """An Avro file of rows; their types are the first one's."""
    kinds = {int: "int", str: "string", float: "double"}
    fields = [{"name": name, "type": ["null", kinds[type(v)]]} for name, v in rows[0].items()]
    schema = fastavro.parse_schema({"type": "record", "name": "row", "fields": fields})
    out = io.BytesIO()
    fastavro.writer(out, schema, rows)
    return out.getvalue()
