"""The storage browser: buckets, their folders, objects, and what is in an object.

S3 has no folders: what the console shows as one is the part of the keys up to the next ``/``, which
``ListObjectsV2`` tells as common prefixes.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-folders.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Dict, List, Unicode

from labkit.widgets.console import Console, Facts, front_end
from labkit.widgets.peek import peek
from labkit.widgets.picture import Markup, frame, joined, notice, table, tag

if TYPE_CHECKING:
    from labkit.lab import Lab

PAGE_OBJECTS, VERSIONS = 200, 20


class S3Browser(Console):
    """The buckets of the account.

    Args:
        lab: the lab whose clients to use.
        bucket: the bucket that is open at first; by default the list of buckets.
        prefix: the folder that is open at first, such as ``lmsapi/``.
    """

    _esm = front_end("core.js", "tables.js", "storage.js")
    _css = front_end("core.css", "editor.css", "browsers.css")
    buckets: List[Facts] = List().tag(sync=True)
    bucket = Unicode().tag(sync=True)
    prefix = Unicode().tag(sync=True)
    encryption = Unicode().tag(sync=True)
    folders: List[str] = List().tag(sync=True)
    objects: List[Facts] = List().tag(sync=True)
    token = Unicode().tag(sync=True)
    chosen = Dict().tag(sync=True)

    def __init__(self, lab: Lab, *, bucket: str = "", prefix: str = "") -> None:
        super().__init__(lab)
        self.attempt("open", {"bucket": bucket, "prefix": prefix})

    def do_open(self, *, bucket: str = "", prefix: str = "") -> None:
        """Show a folder of a bucket, or, without one, the buckets."""
        self.notice, self.chosen = {}, {}
        seen: Facts
        if bucket:
            encryption = self._default_encryption(bucket)
            seen = self._page(bucket, prefix) | {"encryption": encryption}
        else:
            found = self.call("s3", "list_buckets")["Buckets"]
            made = [{"name": b["Name"], "made": b["CreationDate"].isoformat()} for b in found]
            seen = {"buckets": made}
        with self._lock, self.hold_sync():
            self.set_trait("chosen", {})
            for trait, value in (seen | {"bucket": bucket, "prefix": prefix}).items():
                self.set_trait(trait, value)

    def do_refresh(self) -> None:
        """Show the same folder anew."""
        self.do_open(bucket=self.bucket, prefix=self.prefix)

    def do_more(self) -> None:
        """Fetch the next objects of the folder."""
        place, token = self._place, self.token
        if not token:
            return
        page = self._page(*place, ContinuationToken=token)
        with self._lock:
            if (place, token) == (self._place, self.token):  # nothing else was opened meanwhile
                self.objects = [*self.objects, *page["objects"]]
                self.folders, self.token = [*self.folders, *page["folders"]], page["token"]

    def do_select(self, *, key: str, version: str = "") -> None:
        """Show an object: its encryption, its versions, and what is in it."""
        place = self._place
        which = {"Bucket": self.bucket, "Key": key, **({"VersionId": version} if version else {})}
        head = self.call("s3", "head_object", **which)
        chosen = {
            **_object_facts(key, head),
            "versions": self._versions(key),
            "preview": peek(self.lab.client("s3"), which, head["ContentLength"]),
        }
        with self._lock:
            if place == self._place:
                self.chosen = chosen

    @property
    def _place(self) -> tuple[str, str]:
        return self.bucket, self.prefix

    def _page(self, bucket: str, prefix: str, **more: str) -> Facts:
        answer = self.call(
            "s3",
            "list_objects_v2",
            Bucket=bucket,
            Prefix=prefix,
            Delimiter="/",
            MaxKeys=PAGE_OBJECTS,
            **more,
        )
        objects = [o for o in answer.get("Contents", []) if o["Key"] != prefix]
        return {
            "folders": [p["Prefix"][len(prefix) :] for p in answer.get("CommonPrefixes", [])],
            "objects": [
                {
                    "name": o["Key"][len(prefix) :],
                    "key": o["Key"],
                    "size": o["Size"],
                    "modified": o["LastModified"].isoformat(),
                }
                for o in objects
            ],
            "token": answer.get("NextContinuationToken", ""),
        }

    def _default_encryption(self, bucket: str) -> str:
        found = self.call("s3", "get_bucket_encryption", Bucket=bucket)
        rule = found["ServerSideEncryptionConfiguration"]["Rules"][0]
        default = rule["ApplyServerSideEncryptionByDefault"]
        return _encryption(default["SSEAlgorithm"], default.get("KMSMasterKeyID", ""))

    def _versions(self, key: str) -> list[Facts]:
        found = self.call(
            "s3", "list_object_versions", Bucket=self.bucket, Prefix=key, MaxKeys=VERSIONS
        )
        kinds = (("Versions", ""), ("DeleteMarkers", "delete marker"))
        listed = [
            {
                "id": v["VersionId"],
                "kind": kind,
                "size": v.get("Size", 0),
                "modified": v["LastModified"].isoformat(),
                "latest": v["IsLatest"],
            }
            for member, kind in kinds
            for v in found.get(member, [])
            if v["Key"] == key
        ]
        return sorted(listed, key=lambda v: (v["latest"], v["modified"]), reverse=True)

    def snapshot(self) -> str:
        """The open folder, or the buckets."""
        if not self.bucket:
            rows = [(b["name"],) for b in self.buckets]
            return frame("Amazon S3", notice(self.notice), table(["Bucket"], rows))
        where = tag("div", f"s3://{self.bucket}/{self.prefix}", style="row")
        said = tag("div", f"Encryption: {self.encryption.partition(',')[0]}", style="quiet")
        listed: list[tuple[Any, ...]] = [(folder, "") for folder in self.folders]
        listed += [(o["name"], o["size"]) for o in self.objects]
        shown = table(["Name", "Bytes"], listed, numbers={1})
        return frame("Amazon S3", notice(self.notice), where, said, shown, self._pictured())

    def _pictured(self) -> Markup:
        preview = self.chosen.get("preview", {})
        title = tag("b", self.chosen.get("key", ""))
        if text := preview.get("text"):
            return joined([title, tag("pre", text, style="code")])
        if columns := preview.get("columns"):
            return joined([title, table(["Column", "Type"], columns)])
        return Markup()


def _object_facts(key: str, head: Facts) -> Facts:
    algorithm = head.get("ServerSideEncryption", "")
    return {
        "key": key,
        "size": head["ContentLength"],
        "modified": head["LastModified"].isoformat(),
        "type": head.get("ContentType", ""),
        "version": head.get("VersionId", ""),
        "encryption": _encryption(algorithm, head.get("SSEKMSKeyId", "")),
    }


def _encryption(algorithm: str, key: str) -> str:
    """How S3 encrypts, in the words of its console.

    >>> _encryption("AES256", "")
    'SSE-S3'
    """
    names = {"aws:kms": "SSE-KMS", "AES256": "SSE-S3", "aws:kms:dsse": "DSSE-KMS", "": "none"}
    named = f", key {key.rsplit('/', 1)[-1]}" if key else ""
    return names.get(algorithm, algorithm) + named
