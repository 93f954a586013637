"""PUT and GET of a large object against a plain copy of its file."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tools.bench.figures import Figure, take_turns
from tools.bench.lake import BUCKET

SIZE_MB = 512
TARGET = 3.0
MEMORY_MB = 100.0
NEW = "PUT (put_object), new,"


def make_bucket(s3: Any, kms: Any) -> None:
    """A bucket like those of the labs: encrypted with a key of KMS."""
    key = kms.create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


def measure(s3: Any, server: int, folder: Path) -> Iterator[Figure]:
    """The figures of each way to put and get, and how much memory the server took for all.

    Each turn replaces what lay there before, on both sides: the copy its file, a PUT its object.
    The first row is of what lay nowhere, of which a copy is quicker and boto3's hashing is not.

    Args:
        s3: a boto3 client.
        server: the process that serves it.
        folder: where the file may lie.
    """
    source, target = folder / "large.bin", folder / "copied.bin"
    _write_random(source)
    _forget_peak(server)
    before = _peak_mb(server)
    for what, way in _ways(s3, source, target).items():
        times = take_turns(way, partial(_copy, source, target, new=what == NEW))
        yield Figure(f"{what} of {SIZE_MB} MB, plain file copy", times[0], TARGET, times[1])
    yield Figure(
        "Server's memory for all of these", _peak_mb(server) - before, MEMORY_MB, unit="MB"
    )
    source.unlink()
    target.unlink()


def _ways(s3: Any, source: Path, target: Path) -> dict[str, Callable[[], None]]:
    where = {"Bucket": BUCKET, "Key": "large.bin"}

    def put() -> None:
        with source.open("rb") as body:
            s3.put_object(**where, Body=body)

    def get() -> None:
        with target.open("wb") as file:
            for chunk in s3.get_object(**where)["Body"].iter_chunks(1 << 20):
                file.write(chunk)

    def put_new() -> None:
        s3.delete_object(**where)
        put()

    return {
        NEW: put_new,
        "PUT (put_object)": put,
        "GET (get_object)": get,
        "PUT (upload_file)": lambda: s3.upload_file(str(source), *where.values()),
        "GET (download_file)": lambda: s3.download_file(*where.values(), str(target)),
    }


def _copy(source: Path, target: Path, *, new: bool) -> None:
    if new:
        target.unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _write_random(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(SIZE_MB):
            file.write(os.urandom(1 << 20))


def _forget_peak(process: int) -> None:
    """Let the peak start again from the present (Linux)."""
    Path(f"/proc/{process}/clear_refs").write_text("5")


def _peak_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
