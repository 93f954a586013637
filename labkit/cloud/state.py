"""What survives a restart and a ``kill -9``: one SQLite file beside the objects' bodies.

Four kinds of rows: moto's backends as pickles (one a service and region), the S3 index (one a key,
so that a PUT costs one row and not the whole bucket), the parts of uploads that are not complete,
and the records of our own services as JSON.
A call's changes are committed before its answer is sent. SQLite's write-ahead log makes each commit
whole or absent, whenever the process dies.

Pickles tie the file to moto's exact version; it is stored and checked. They are read from the
learner's own workspace only: unpickling runs code.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
import pickle
import sqlite3
import sys
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
import moto
from cryptography.hazmat.primitives import serialization
from moto.core.base_backend import BackendDict
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.utilities.utils import PARTITION_NAMES

from labkit.cloud.s3.keystore import KeyStore

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS backends (
    service TEXT, account TEXT, region TEXT, module TEXT, variable TEXT, pickle BLOB,
    PRIMARY KEY (service, account, region));
CREATE TABLE IF NOT EXISTS keys (
    bucket TEXT, key TEXT, versions BLOB, PRIMARY KEY (bucket, key));
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT, number INTEGER, part BLOB, PRIMARY KEY (upload, number));
CREATE TABLE IF NOT EXISTS records (
    kind TEXT, id TEXT, value TEXT, PRIMARY KEY (kind, id));
"""
# Backends that are costly and hold nothing that a learner made.
SKIPPED = {"ec2", "moto_api", "sesv2"}
# Services that keep their records in another one's backend.
KEPT_IN = {"sesv2": "ses"}
# STS looks for an access key in the IAM of China, GovCloud and so on too, which makes them.
OTHER_PARTITIONS = set(PARTITION_NAMES) - {"aws"}


class StateUnusable(RuntimeError):
    """The workspace's state cannot be opened; nothing of it was changed."""


class Damaged(StateUnusable):
    """The state does not read. Args: the file, what went wrong."""

    def __str__(self) -> str:
        return (
            f"The workspace's state {self.args[0]} cannot be read ({self.args[1]}). Put a copy of "
            "the workspace's folder back, or run `labkit reset` to start afresh."
        )


class OtherVersion(StateUnusable):
    """The state was written by another version of moto. Args: written by, this one."""

    def __str__(self) -> str:
        return (
            f"The workspace's state was written with moto {self.args[0]}, this is {self.args[1]}. "
            "Run `labkit reset` to start afresh, or install the version that wrote it."
        )


class State:
    """The workspace's durable memory."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._digests: dict[tuple[str, str, str], str] = {}
        self._path = path
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        with self._reading():
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._db.close()

    # moto's backends ------------------------------------------------------------------------------

    def load(self) -> None:
        """Bring moto's backends and the S3 index back.

        Raises:
            OtherVersion: another moto wrote them.
            Damaged: they cannot be read.
        """
        with self._reading():
            self._check_version()
            self._load_backends()
            self._load_keys()
            self._load_parts()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Say which file is at fault, whatever a damaged one makes its readers raise."""
        try:
            yield
        except StateUnusable:
            raise
        except Exception as error:
            raise Damaged(str(self._path), f"{type(error).__name__}: {error}") from error

    def _load_backends(self) -> None:
        rows = self._db.execute("SELECT * FROM backends").fetchall()
        for service, account, region, module, variable, blob in rows:
            backends = getattr(importlib.import_module(module), variable)
            backends[account][region] = _unpickle(blob)
            self._digests[service, account, region] = hashlib.sha256(blob).hexdigest()
        _take_names()

    def _load_keys(self) -> None:
        for bucket, key, versions in self._db.execute("SELECT * FROM keys").fetchall():
            store = _key_stores().get(bucket)
            if store is not None:
                store.restore(key, _unpickle(versions))

    def _load_parts(self) -> None:
        uploads = _uploads()
        rows = self._db.execute("SELECT * FROM parts ORDER BY upload, number").fetchall()
        for upload, number, part in rows:
            if upload in uploads:
                uploads[upload].restore(number, _unpickle(part))

    def _check_version(self) -> None:
        row = self._db.execute("SELECT value FROM meta WHERE name = 'moto'").fetchone()
        if row and row[0] != moto.__version__:
            raise OtherVersion(row[0], moto.__version__)
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('moto', ?)", (moto.__version__,))

    def save(self, *services: str) -> None:
        """Make durable what moto holds of these services; all of them when none is named."""
        services = tuple(KEPT_IN.get(each, each) for each in services)
        with self.lock:
            indexed = not services or "s3" in services
            trash = _trash() if indexed else []  # before the keys that it belonged to
            changed = [row for row in _pickled(services) if self._is_new(row)]
            keys = _dirty_keys() if indexed else []
            parts = _dirty_parts() if indexed else []
            if changed or keys or parts:
                self._write(changed, keys, parts)
            _delete(trash)

    def save_keys(self) -> None:
        """Make the changes of the S3 index durable, and nothing else: the cheap path of a PUT."""
        with self.lock:
            trash = _trash()
            self._write([], _dirty_keys(), _dirty_parts())
            _delete(trash)

    def _is_new(self, row: tuple[Any, ...]) -> bool:
        where, digest = row[:3], hashlib.sha256(row[5]).hexdigest()
        if self._digests.get(where) == digest:
            return False
        self._digests[where] = digest
        return True

    def _write(
        self,
        backends: list[tuple[Any, ...]],
        keys: list[tuple[str, str, Any]],
        parts: list[tuple[Any, int]],
    ) -> None:
        self._db.execute("BEGIN")
        try:
            self._db.executemany("REPLACE INTO backends VALUES (?,?,?,?,?,?)", backends)
            for bucket, key, versions in keys:
                self._write_key(bucket, key, versions)
            self._write_parts(parts)
            if any(row[0] == "s3" for row in backends):
                self._forget_parts()
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            for row in backends:
                self._digests.pop(row[:3], None)
            for bucket, key, _ in keys:
                _mark_dirty(bucket, key)
            for upload, number in parts:
                upload.unsaved.add(number)
            raise

    def _write_key(self, bucket: str, key: str, versions: Any) -> None:
        if versions:
            self._db.execute("REPLACE INTO keys VALUES (?,?,?)", (bucket, key, _pickle(versions)))
        else:
            self._db.execute("DELETE FROM keys WHERE bucket = ? AND key = ?", (bucket, key))

    def _write_parts(self, parts: list[tuple[Any, int]]) -> None:
        rows = [(upload.id, number, _pickle(upload.parts[number])) for upload, number in parts]
        self._db.executemany("REPLACE INTO parts VALUES (?,?,?)", rows)

    def _forget_parts(self) -> None:
        """Drop the rows of uploads that have ended."""
        pending = json.dumps(list(_uploads()))
        self._db.execute(
            "DELETE FROM parts WHERE upload NOT IN (SELECT value FROM json_each(?))", (pending,)
        )

    def forget_bucket(self, bucket: str) -> None:
        """Drop the index rows of a deleted bucket."""
        with self.lock:
            self._db.execute("DELETE FROM keys WHERE bucket = ?", (bucket,))

    # records of our own services ------------------------------------------------------------------

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make what is put into records inside durable as one change."""
        with self.lock:
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def records(self, kind: str) -> Records:
        """A durable mapping of ids to JSON objects, such as all of Athena's executions."""
        return Records(self, kind)

    def services(self) -> set[str]:
        """Who has records, by the first word of their kinds (``athena.execution``)."""
        kinds = self._db.execute("SELECT DISTINCT kind FROM records").fetchall()
        return {kind.partition(".")[0] for (kind,) in kinds}


class Records(MutableMapping[str, dict[str, Any]]):
    """A mapping that is on disk when an assignment returns.

    Values are JSON objects (times as seconds since 1970). Change a value by assigning it anew.
    """

    def __init__(self, state: State, kind: str) -> None:
        self._state, self._kind = state, kind
        rows = state._db.execute(
            "SELECT id, value FROM records WHERE kind = ? ORDER BY rowid", (kind,)
        )
        self._values: dict[str, dict[str, Any]] = {i: json.loads(v) for i, v in rows.fetchall()}

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self._values[name]

    def __setitem__(self, name: str, value: dict[str, Any]) -> None:
        text = json.dumps(value)
        with self._state.lock:
            self._state._db.execute(
                "INSERT INTO records VALUES (?,?,?) "
                "ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value",
                (self._kind, name, text),
            )
            self._values[name] = value

    def __delitem__(self, name: str) -> None:
        with self._state.lock:
            del self._values[name]
            self._state._db.execute(
                "DELETE FROM records WHERE kind = ? AND id = ?", (self._kind, name)
            )

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)


def _pickled(services: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    for backends in list(BackendDict._instances):  # type: ignore[misc]
        name = backends.service_name
        if name in SKIPPED or (services and name not in services):
            continue
        where = _variable(backends)
        for account, region, backend in backends.iter_backends():
            if region not in OTHER_PARTITIONS:
                yield (name, account, region, *where, _pickle(backend))


_VARIABLES: dict[int, tuple[str, str]] = {}


def _variable(backends: Any) -> tuple[str, str]:
    """The module and the global that hold a service's backends (``moto.s3.models``...)."""
    if id(backends) not in _VARIABLES:
        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and name.endswith(".models"):
                for variable, value in vars(module).items():
                    if isinstance(value, BackendDict):
                        _VARIABLES.setdefault(id(value), (name, variable))
    return _VARIABLES[id(backends)]


def _buckets() -> dict[str, Any]:
    from moto.s3.models import s3_backends

    return {
        name: bucket
        for _, _, backend in s3_backends.iter_backends()
        for name, bucket in list(vars(backend)["buckets"].items())
    }


def _take_names() -> None:
    """Tell moto which names of buckets are taken: it would make them anew, empty."""
    from moto.s3.models import s3_backends

    for account, _, backend in s3_backends.iter_backends():
        for name in vars(backend)["buckets"]:
            s3_backends.bucket_accounts[name] = (backend.partition, account)


def _key_stores() -> dict[str, KeyStore]:
    return {name: bucket.keys for name, bucket in _buckets().items()}


def _uploads() -> dict[str, Any]:
    """The multipart uploads that are not complete, by their id."""
    buckets = _buckets().values()
    return {name: upload for b in buckets for name, upload in list(b.multiparts.items())}


def _dirty_keys() -> list[tuple[str, str, Any]]:
    return [
        (bucket, key, store.versions(key))
        for bucket, store in _key_stores().items()
        for key in store.take_dirty()
    ]


def _dirty_parts() -> list[tuple[Any, int]]:
    """The uploads and the numbers of their parts that no row has yet."""
    return [(upload, n) for upload in _uploads().values() for n in upload.take_unsaved()]


def _trash() -> list[str]:
    return [path for store in _key_stores().values() for path in store.take_trash()]


def _delete(paths: list[str]) -> None:
    """Delete bodies that the file no longer names; what a crash leaves, the next start sweeps."""
    for path in paths:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _mark_dirty(bucket: str, key: str) -> None:
    store = _key_stores().get(bucket)
    if store is not None:
        store.dirty.add(key)


# Pickling what pickle alone refuses ---------------------------------------------------------------


def _pickle(value: Any) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(value)
    return buffer.getvalue()


_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())
_RUNNING = (threading.Thread, threading.Event, threading.Condition)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Locks come back fresh, running things as ``None``, private keys as PEM, indexes empty."""

    def persistent_id(self, value: Any) -> Any:
        """AWS's own 1,300 policies are named, not written: moto ships them."""
        if type(value) is AWSManagedPolicy:
            return value.account_id, value.arn, value.attachment_count
        return None

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is _LOCK or kind is _RLOCK:
            return (threading.Lock if kind is _LOCK else threading.RLock, ())
        if isinstance(value, KeyStore):
            return (KeyStore, ())
        if isinstance(value, _RUNNING):
            return (_nothing, ())
        if isinstance(value, defaultdict) and kind is not defaultdict:
            return (
                _bare,
                (kind,),
                (value.default_factory, vars(value)),
                None,
                iter(value.items()),
                _fill,
            )
        if isinstance(value, weakref.WeakValueDictionary):
            return (_weak_values, (dict(value),))
        if hasattr(value, "private_bytes"):
            return (_private_key, (_pem(value),))
        return super().reducer_override(value)


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` wrote."""

    def persistent_load(self, name: Any) -> Any:
        account, arn, attachment_count = name
        policy = iam_backends[account]["aws"].managed_policies[arn]
        policy.attachment_count = attachment_count
        return policy


def _unpickle(blob: bytes) -> Any:
    return _Unpickler(io.BytesIO(blob)).load()


def _nothing() -> None:
    return None


def _bare(kind: type[defaultdict[Any, Any]]) -> defaultdict[Any, Any]:
    """A default dictionary of moto's own kind, without a call of its constructor."""
    return kind.__new__(kind)


def _fill(bare: defaultdict[Any, Any], state: tuple[Any, dict[str, Any]]) -> None:
    bare.default_factory, attributes = state
    vars(bare).update(attributes)


def _weak_values(items: dict[Any, Any]) -> Any:
    return weakref.WeakValueDictionary(items)


def _pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem


def _private_key(pem: bytes) -> Any:
    # `_pem` has written it. To prove that its primes are prime takes 36 ms a key.
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
