"""What moto holds of a workspace, and the S3 index, made durable in the workspace's file.

moto's backends are pickles (one a service and region). What lies apart of them has a row a member
(see `apart`), the S3 index a row a version of a key and a row a part of an upload that is not
complete, so that a PUT costs one row and not the whole bucket. Pickles tie the file to moto's exact
version; it is stored and checked.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import moto

from labkit.cloud import apart, memory, pickles
from labkit.cloud.apart import Apart
from labkit.cloud.s3.keystore import Changes
from labkit.cloud.state import Database, StateUnusable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS backends (
    service TEXT, account TEXT, region TEXT, module TEXT, variable TEXT, pickle BLOB,
    PRIMARY KEY (service, account, region));
CREATE TABLE IF NOT EXISTS members (
    collection TEXT, key TEXT, member BLOB, PRIMARY KEY (collection, key));
CREATE TABLE IF NOT EXISTS versions (
    bucket TEXT, key TEXT, number INTEGER, version BLOB, PRIMARY KEY (bucket, key, number));
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT, number INTEGER, part BLOB, PRIMARY KEY (upload, number));
"""
Row = tuple[str, str, str, str, str, bytes]
# Services that keep their records in another one's backend.
KEPT_IN = {"sesv2": "ses"}


class OtherVersion(StateUnusable):
    """The state was written by another version of moto. Args: written by, this one."""

    def __str__(self) -> str:
        return (
            f"The workspace's state was written with moto {self.args[0]}, this is {self.args[1]}. "
            "Run `labkit reset` to start afresh, or install the version that wrote it."
        )


class State(Database):
    """The workspace's durable memory."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._digests: dict[tuple[str, str, str], str] = {}
        self._owed = False  # whether changes of S3's buckets wait for room on the disk
        with self._reading():
            self._db.executescript(_SCHEMA)

    def load(self) -> None:
        """Bring moto's backends and the S3 index back.

        Raises:
            OtherVersion: another moto wrote them.
            Damaged: they cannot be read.
        """
        apart.forget()
        with self._reading():
            self._check_version()
            self._load_backends()
            self._load_keys()
            self._load_parts()

    def _load_backends(self) -> None:
        rows = {row[:3]: row[3:] for row in self._db.execute("SELECT * FROM backends")}
        named = set()

        def members(collection: str) -> list[tuple[str, bytes]]:
            """The rows of a collection, which the pickle names."""
            named.add(collection)
            return self._members(collection)

        def bring(service: str, account: str, region: str) -> None:
            """Load a backend, unless it is; what it refers to first."""
            where = (service, account, region)
            if row := rows.pop(where, None):
                module, variable, blob = row
                _regions(module, variable, account)[region] = pickles.load(blob, bring, members)
                self._digests[where] = _digest(blob)

        for where in list(rows):
            bring(*where)
        self._db.execute(
            "DELETE FROM members WHERE collection NOT IN (SELECT value FROM json_each(?))",
            (json.dumps(list(named)),),
        )
        memory.take_names()

    def _members(self, collection: str) -> list[tuple[str, bytes]]:
        return self._db.execute(
            "SELECT key, member FROM members WHERE collection = ? ORDER BY rowid", (collection,)
        ).fetchall()

    def _load_keys(self) -> None:
        self._split_keys()
        stores = memory.key_stores()
        rows = self._db.execute("SELECT * FROM versions ORDER BY bucket, key, number").fetchall()
        for bucket, key, number, version in rows:
            if bucket in stores:
                stores[bucket].restore(key, number, pickles.load(version))

    def _split_keys(self) -> None:
        """Give each version a row of its own, where an earlier labkit kept one a key."""
        if not self._db.execute("SELECT * FROM sqlite_master WHERE name = 'keys'").fetchone():
            return
        with self._transaction():
            for bucket, key, versions in self._db.execute("SELECT * FROM keys").fetchall():
                numbered = enumerate(pickles.load(versions), start=1)
                rows = [(bucket, key, number, pickles.dump(each)) for number, each in numbered]
                self._db.executemany("INSERT INTO versions VALUES (?,?,?,?)", rows)
            self._db.execute("DROP TABLE keys")

    def _load_parts(self) -> None:
        uploads = memory.uploads()
        rows = self._db.execute("SELECT * FROM parts ORDER BY upload, number").fetchall()
        for upload, number, part in rows:
            if upload in uploads:
                uploads[upload].restore(number, pickles.load(part))

    def _check_version(self) -> None:
        row = self._db.execute("SELECT value FROM meta WHERE name = 'moto'").fetchone()
        if row and row[0] != moto.__version__:
            raise OtherVersion(row[0], moto.__version__)
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('moto', ?)", (moto.__version__,))

    def save(self, *services: str) -> None:
        """Make durable what moto holds of these services; all of them when none is named.

        Where one cannot be written, moto holds again what is on disk of it, and others are written.
        """
        services = tuple(KEPT_IN.get(each, each) for each in services)
        with self.lock:
            indexed = not services or "s3" in services
            trash = memory.trash() if indexed else []  # before the keys that it belonged to
            changed, failed = self._changed(services)
            keys = memory.changed_keys() if indexed else {}
            parts = memory.dirty_parts() if indexed else []
            touched = apart.take_touched(services or apart.services())
            if changed or keys or parts or touched:
                self._write(changed, keys, parts, touched)
            memory.delete_bodies(trash)
            if failed:
                raise failed[0]

    def save_keys(self, also: Callable[[], None] | None = None, *services: str) -> None:
        """Make the changes of the S3 index durable, and nothing else: the cheap path of a PUT.

        Args:
            also: makes, in records and in moto's, the changes that are durable with them or not.
            services: whose records at moto it changes; the caller holds their locks.
        """
        with self.lock:
            trash = memory.trash()
            services = (*services, "s3") if self._owed else services
            self._write([], memory.changed_keys(), memory.dirty_parts(), [], also, services)
            memory.delete_bodies(trash)

    def _changed(self, services: tuple[str, ...]) -> tuple[list[Row], list[Exception]]:
        """What is to be written, and why others are not, which are taken back."""
        rows, failed = [], []
        for place, backend in memory.places(services):
            try:
                row = (*place, memory.dump(backend))
            except Exception as error:  # pickle has many
                failed.append(error)
                self._take_back_moto([place], apart.take_touched(place[:1]))
            else:
                rows += [row] if self._digests.get(row[:3]) != _digest(row[5]) else []
        return rows, failed

    def _write(
        self,
        backends: list[Row],
        keys: dict[str, Changes],
        parts: list[tuple[Any, int]],
        touched: list[Apart],
        also: Callable[[], None] | None = None,
        services: tuple[str, ...] = (),
    ) -> None:
        try:
            with self._transaction():
                if also:
                    also()
                if services:
                    backends, failed = self._changed(services)
                    if failed:
                        raise failed[0]
                    touched = apart.take_touched(services)
                self._write_members(touched)
                self._db.executemany("REPLACE INTO backends VALUES (?,?,?,?,?,?)", backends)
                for bucket, changes in keys.items():
                    self._write_keys(bucket, changes)
                self._write_parts(parts)
                if any(row[0] == "s3" for row in backends):
                    self._forget_parts()
            self._digests |= {row[:3]: _digest(row[5]) for row in backends}
            written = {*services, *(row[0] for row in backends)}
            self._owed = self._owed and "s3" not in written
        except BaseException:
            changed = [row[:5] for row in backends]
            self._owed = self._owed or any(place[0] == "s3" for place in changed)
            if services:
                changed = [place for place, _ in memory.places(services)]
            self._take_back_moto(changed, [*touched, *apart.take_touched(services)])
            memory.put_back(keys)
            for upload, number in parts:
                upload.unsaved.add(number)
            raise

    def _take_back_moto(self, places: list[memory.Place], touched: list[Apart]) -> None:
        """Have moto hold again what is on disk, where a change could not be written.

        Of S3 this is not done: the keys of its buckets are not part of its pickle. What it holds
        is written with the next change of any of its keys, which may be in a new bucket.
        """
        for service, account, region, module, variable in places:
            where, regions = (service, account, region), _regions(module, variable, account)
            row = self._db.execute(
                "SELECT pickle FROM backends WHERE (service, account, region) = (?,?,?)", where
            ).fetchone()
            if row and service != "s3":
                regions[region] = pickles.load(row[0], rows=self._members)
            elif service != "s3":
                regions.pop(region, None)
        for each in touched:
            each.restore(self._read(each.name))

    def _read(self, collection: str) -> Iterable[tuple[str, Any]]:
        found = self._members(collection)
        return [(key, pickles.load(member, rows=self._members)) for key, member in found]

    def _write_members(self, touched: list[Apart]) -> None:
        for each in touched:
            gone, written = each.take_changes()
            self._db.executemany(
                "DELETE FROM members WHERE (collection, key) = (?,?)",
                [(each.name, k) for k in gone],
            )
            self._db.executemany(
                "INSERT INTO members VALUES (?,?,?) "
                "ON CONFLICT (collection, key) DO UPDATE SET member = excluded.member",
                [(each.name, key, pickles.dump(value)) for key, value in written.items()],
            )

    def _write_keys(self, bucket: str, changes: Changes) -> None:
        gone = [(bucket, *each) for each in changes.gone]
        rows = [(bucket, *each, pickles.dump(v)) for each, v in changes.written.items()]
        self._db.executemany("DELETE FROM versions WHERE (bucket, key, number) = (?,?,?)", gone)
        self._db.executemany("REPLACE INTO versions VALUES (?,?,?,?)", rows)

    def _write_parts(self, parts: list[tuple[Any, int]]) -> None:
        rows = [(upload.id, number, pickles.dump(upload.parts[number])) for upload, number in parts]
        self._db.executemany("REPLACE INTO parts VALUES (?,?,?)", rows)

    def _forget_parts(self) -> None:
        """Drop the rows of uploads that have ended."""
        pending = json.dumps(list(memory.uploads()))
        self._db.execute(
            "DELETE FROM parts WHERE upload NOT IN (SELECT value FROM json_each(?))", (pending,)
        )

    def forget_bucket(self, bucket: str) -> None:
        """Drop the index rows of a deleted bucket."""
        with self.lock:
            self._db.execute("DELETE FROM versions WHERE bucket = ?", (bucket,))


def _regions(module: str, variable: str, account: str) -> dict[str, Any]:
    """moto's backends of a service and an account, by region."""
    backends: dict[str, dict[str, Any]] = getattr(importlib.import_module(module), variable)
    return backends[account]


def _digest(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()
